/* SPDX-License-Identifier: MIT */
/* The cycle counter: get_cycles() is asm/clock.h's. */
#ifndef LINUX_TIMEX_H
#define LINUX_TIMEX_H

#include <asm/clock.h>
#include <linux/types.h>

typedef unsigned long long cycles_t;

#endif
