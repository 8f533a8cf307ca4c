// SPDX-License-Identifier: MIT
/*
 * The tick makes allocations samples of KFENCE: mm/kfence.c, "When".
 *
 * Suite "kfence_tick". Mutations that made it fail: those of tests/mutate/kfence.mut that name the tick.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include "mm/kfence.h"
#include "tests/mm/slab_fixture.h"

static int need_pool(struct kunit *test)
{
	if (!kfence_pool_size)
		kunit_skip(test, "KFENCE is off");
	return 0;
}

/* The tick opens the gate, and nobody has to wait for a magazine that is used up. */
static void the_tick_samples(struct kunit *test)
{
	struct kmem_cache *s = make(test, 64, 0);
	bool sampled = false;

	kfence_resume();
	for (int i = 0; i < 5000 && !sampled; i++) {
		for (int k = 0; k < 20 && !sampled; k++) {
			void *p = kmem_cache_alloc(s, GFP_KERNEL);

			sampled = is_kfence_address(p);
			kmem_cache_free(s, p);
		}
		if (!sampled)
			msleep(1);
	}
	kfence_pause();
	KUNIT_EXPECT_TRUE(test, sampled);
	kmem_cache_destroy(s);
}

static struct kunit_case cases[] = { KUNIT_CASE(the_tick_samples), {} };

static struct kunit_suite suite = {
	.name = "kfence_tick",
	.suite_init = plain_caches,
	.suite_exit = as_booted,
	.init = need_pool,
	.test_cases = cases,
};
kunit_test_suite(suite);
