// SPDX-License-Identifier: MIT
/*
 * Threads of the kernel half, to a build whose checker doesn't want to know of them: functions that
 * checker.c or tsan.c replace where theirs does.
 */
#include <stddef.h>
#include "../host.h"

__attribute__((weak)) void host_fiber_init(struct host_fiber *f, unsigned long low,
					   unsigned long high)
{
	(void)low;
	(void)high;
	f->handle = NULL;
	f->depth = 0;
}

__attribute__((weak)) void host_fiber_adopt(struct host_fiber *f)
{
	f->handle = NULL;
	f->depth = 0;
}

__attribute__((weak)) void host_fiber_end(struct host_fiber *f, unsigned long low,
					  unsigned long high)
{
	(void)f;
	(void)low;
	(void)high;
}

__attribute__((weak)) void host_fiber_switch(struct host_fiber *from, const struct host_fiber *to,
					     unsigned long low, unsigned long high)
{
	(void)from;
	(void)to;
	(void)low;
	(void)high;
}
