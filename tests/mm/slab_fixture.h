/* SPDX-License-Identifier: MIT */
/* What the tests of slab and kmalloc share. */
#ifndef TESTS_MM_SLAB_FIXTURE_H
#define TESTS_MM_SLAB_FIXTURE_H

#include <kunit/test.h>
#include "mm/slab.h"
#include "tests/mm/sample_fixture.h"

/* The flags that check everything and print nothing when all is well. */
#define ALL_CHECKS \
	(SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

/*
 * suite_init and suite_exit of suites about plain caches: as no_samples() and samples_again(); the boot
 * line's slab_debug= is not for caches that are made in between, and what is freed goes to magazines at
 * once.
 */
int plain_caches(struct kunit_suite *suite);
void as_booted(struct kunit_suite *suite);

/* A cache named "test"; ends the case if there is none. */
struct kmem_cache *make(struct kunit *test, unsigned int size, slab_flags_t flags);

/* An address and a size that the compiler knows nothing about. */
static inline void *hidden(void *p)
{
	void *volatile v = p;

	return v;
}

static inline size_t unknown(size_t n)
{
	volatile size_t v = n;

	return v;
}

#endif
