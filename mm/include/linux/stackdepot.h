/* SPDX-License-Identifier: MIT */
/*
 * A store of call stacks, each kept once: who records many stacks keeps a number of 4 bytes for each.
 * Names and behaviour are Linux 6.12's; theory in mm/stack_depot.c.
 */
#ifndef LINUX_STACKDEPOT_H
#define LINUX_STACKDEPOT_H

#include <linux/gfp.h>
#include <linux/types.h>

typedef u32 depot_stack_handle_t; /* 0: no stack */

#define STACK_DEPOT_MAX_FRAMES 24

/*
 * Set aside memory for stacks. Called by whoever wants the store, while memblock still hands out memory;
 * the first call counts. 0 or -ENOMEM.
 */
int stack_depot_early_init(void);

/* The number of a stack; 0: there is no room, or no store. Any context but NMI; allocates nothing. */
depot_stack_handle_t stack_depot_save(unsigned long *entries, unsigned int nr_entries, gfp_t gfp_flags);

/* Where a stack is kept for good, and how many entries it has; 0 for the number 0. */
unsigned int stack_depot_fetch(depot_stack_handle_t handle, unsigned long **entries);

/* One line a function, as Linux's files have them, each with its newline. Returns the length. */
int stack_depot_snprint(depot_stack_handle_t handle, char *buf, size_t size, int spaces);

/* Beyond Linux: all stacks, one after the other. 0 gives the first, the last gives 0. */
depot_stack_handle_t stack_depot_next(depot_stack_handle_t handle);
/* A number that the store's user keeps with each stack; changed atomically by `n`, read with 0. */
long stack_depot_count(depot_stack_handle_t handle, long n);

#endif
