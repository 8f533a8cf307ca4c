/* SPDX-License-Identifier: MIT */
/*
 * The conformance rows' world in Linux 6.12: they are one module (main.c), whose init function runs
 * them in insmod's context and prints each answer.
 *
 *	conform: kmalloc.zero = 1
 *
 * A row that oopses is run only when the parameter only= names it; without, its name is printed:
 *
 *	conform: fault.zero_size_ptr oopses
 */
#ifndef TESTS_CONFORM_WORLD_H
#define TESTS_CONFORM_WORLD_H

#include <linux/kernel.h>
#include <linux/types.h>
#include <asm/cpufeature.h>

typedef struct conform conform_t;

struct conform_case {
	void (*run)(conform_t *c);
};

#define CONFORM_CASE(fn)  \
	{                 \
		.run = fn \
	}
#define CONFORM_AREA(area, ...)                                 \
	extern const struct conform_case conform_area_##area[]; \
	const struct conform_case conform_area_##area[] = { __VA_ARGS__, {} }

#define wrong_read(p)  ((void)*(volatile char *)(p))
#define wrong_write(p) ((void)(*(volatile char *)(p) = 1))

#define CONFORM_HERE(linux_answer, quarry) (linux_answer)

void conform_number(conform_t *c, const char *name, long long documented, long long answer);
void conform_text(conform_t *c, const char *name, const char *documented, const char *answer);
bool conform_oops_wanted(conform_t *c, const char *name);

#define ROW_OOPS(c, name, ...)                                         \
	do {                                                           \
		if (conform_oops_wanted((c), (name))) {                \
			__VA_ARGS__;                                   \
			conform_text((c), (name), "oops", "survived"); \
		}                                                      \
	} while (0)

#define CONFORM_WARNS(c, ...) \
	do {                  \
		__VA_ARGS__;  \
	} while (0)

/* insmod's own address space. */
static inline void conform_user_begin(conform_t *c)
{
}

static inline void conform_user_end(conform_t *c)
{
}

#define conform_user_is_shut() boot_cpu_has(X86_FEATURE_SMAP)

#endif
