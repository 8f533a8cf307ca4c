/* SPDX-License-Identifier: MIT */
/*
 * The catalogue of planted bugs
 * =============================
 *
 * 1. What it is for. Each function here does one thing wrong, as people do. Files are classes (never
 *    allocated, too little, leaked …), functions are kinds. What each configuration of the kernel says
 *    of each stands in the file of the same name that ends in .expect; tests/bugs/run-bugs runs them
 *    all and compares, and makes the README's matrix of it.
 *
 * 2. A bug.
 *
 *	PLANT(past_request, 0, "written behind what kmalloc() was asked for, inside the block")
 *	{
 *		volatile char *p = hidden(kmalloc(50, GFP_KERNEL));
 *
 *		p[unknown(50)] = 1;
 *		planted();			a report before this is at the place, one behind it is later
 *		kfree((void *)p);		what goes on as if nothing had been
 *	}
 *
 *    Pointers and sizes go through hidden() and unknown(), or the compiler would see the bug itself.
 *    Accesses are plain ones: a checker of accesses is to see them.
 *
 * Invariants
 * I1  Where nobody sees it, a bug damages only memory that is its own, or that nobody has: the next one
 *     finds the machine as it was. One that can't keep to that is ALONE.
 * I2  Nothing depends on what ran before.
 */
#ifndef TESTS_BUGS_H
#define TESTS_BUGS_H

#include <linux/compiler.h>
#include <linux/types.h>
#include "tests/mm/slab_fixture.h"

/* Runs only where it is asked for by its name: the machine, or its rules of locks, is used up. */
#define ALONE 1u
/* What is there when it has ended and was not before is told, as for a module. */
#define HOLDS 2u

struct planted_bug {
	const char *name, *class, *kind;
	void (*plant)(void);
	unsigned int flags;
};

/* A file defines BUG_CLASS. */
#define PLANT(id, how, what)                                                                        \
	static void id(void);                                                                       \
	static const struct planted_bug __planted_bug_##id __used __section(".planted_bugs")        \
		__aligned(8) = {                                                                    \
			.name = #id, .class = BUG_CLASS, .kind = (what), .plant = id, .flags = how, \
		};                                                                                  \
	static noinline void id(void)

extern const struct planted_bug __planted_bugs_start[], __planted_bugs_end[];

/* The wrong thing has been done. */
void planted(void);
/* It was refused: an error came back, and nothing was done. */
void refused(void);

/* What was read goes here: a load that nobody uses, some checkers leave out. */
extern volatile u64 bug_seen;

/*
 * Two live objects of kmalloc(), the second one the next above the first in the same slab: what is
 * written behind the first is nobody else's.
 */
struct neighbours {
	char *low, *high;
};
struct neighbours kmalloc_neighbours(size_t size);
struct neighbours cache_neighbours(struct kmem_cache *s);

/*
 * The next owners of memory of that size, or of that cache: what was done to it while it was free
 * comes out here.
 */
void next_owners(size_t size);
void next_owners_of(struct kmem_cache *s);

/* Pages of user memory, readable and writable, in an address space that is put when the bug has ended. */
void __user *user_pages(unsigned int pages);

/* What the configuration costs, in lines (cost.c). */
void bug_costs(void);

#endif
