/* SPDX-License-Identifier: MIT */
/* How deep kernel stacks got. Theory in lib/sched/stack.c. */
#ifndef QUARRY_STACK_H
#define QUARRY_STACK_H

#include <linux/types.h>

/* A line for each stack there is, and for the deepest of the threads that have ended. May sleep. */
void stack_usage_show(void (*line)(const char *text));

/* Do threads look at their stacks when they end? Returns what it was. */
bool stack_usage_watch(bool on);

/* What the deepest of them left over, and its name; ~0UL: none has ended while watched. */
unsigned long stack_usage_deepest(char *name, size_t size);

#endif
