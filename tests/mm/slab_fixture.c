// SPDX-License-Identifier: MIT
/* What the tests of slab and kmalloc share: see slab_fixture.h. */
#include "tests/mm/slab_fixture.h"

static const char *boot_spec;

int plain_caches(struct kunit_suite *suite)
{
	boot_spec = slab_debug_set_spec(NULL);
	return 0;
}

void as_booted(struct kunit_suite *suite)
{
	slab_debug_set_spec(boot_spec);
}

struct kmem_cache *make(struct kunit *test, unsigned int size, slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_create("test", size, 0, flags, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}
