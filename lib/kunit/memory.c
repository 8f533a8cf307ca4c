/* SPDX-License-Identifier: MIT */
/*
 * Memory that a case owns: kmalloc() whose kfree() is an action of the case (resource.c), so it is
 * freed however the case ends.
 *
 * Context: the case's, as kmalloc()'s with the flags given. I1: a pointer given out has exactly one
 * pending action; kunit_kfree() and the end of the case consume it. When no action can be kept the
 * memory goes back at once and the caller gets NULL.
 */
#include <linux/types.h>
#include <linux/slab.h>
#include "internal.h"

static void free_memory(void *ptr)
{
	kfree(ptr);
}

/* Hand `ptr` (NULL: nothing) to the case; if that can't be kept the memory goes at once. */
static void *owned(struct kunit *test, void *ptr)
{
	if (ptr && kunit_add_action_or_reset(test, free_memory, ptr))
		return NULL;
	return ptr;
}

void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return owned(test, kmalloc(size, gfp));
}

void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp)
{
	return owned(test, kzalloc(size, gfp));
}

void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp)
{
	return owned(test, kcalloc(n, size, gfp));
}

void kunit_kfree(struct kunit *test, const void *ptr)
{
	kunit_release_action(test, free_memory, (void *)ptr);
}
