// SPDX-License-Identifier: MIT
/* What the tests of slab and kmalloc share: see slab_fixture.h. */
#include "mm/kfence.h"
#include "tests/mm/slab_fixture.h"

static const char *boot_spec;
static bool boot_quarantine;

int no_samples(struct kunit_suite *suite)
{
	kfence_pause();
	return 0;
}

void samples_again(struct kunit_suite *suite)
{
	kfence_resume();
}

int plain_caches(struct kunit_suite *suite)
{
	kfence_pause();
	boot_spec = slab_debug_set_spec(NULL);
	boot_quarantine = kasan_quarantine_enable(false);
	return 0;
}

void as_booted(struct kunit_suite *suite)
{
	slab_debug_set_spec(boot_spec);
	kfence_resume();
	kasan_quarantine_enable(boot_quarantine);
}

struct kmem_cache *make(struct kunit *test, unsigned int size, slab_flags_t flags)
{
	struct kmem_cache *s = kmem_cache_create("test", size, 0, flags, NULL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	return s;
}
