// SPDX-License-Identifier: MIT
/*
 * Tests of lib/module/depend.c and of what load.c does with it: a module finds what another one exports,
 * while that is live, and nothing else. Two files by hand: one exports "foo", which is its data[3], by
 * the entry data[1..2]; the other wants "foo" in its data[1].
 *
 * Mutations that must fail here: exported_symbol_find() that looks at modules that aren't live, or at none;
 * check_wanted() that notes nobody; check_exported() that sees the kernel's names only; entry_of() that takes
 * any place; plan_needs() that takes the kernel's names, too; module_is_used() that asks modules that are gone.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "module_fixture.h"

static struct module_image provider_image, consumer_image;
static struct plan provider_plan, consumer_plan;
static struct loaded *provider;

static void make_provider(const char *exported)
{
	struct module_image *m = &provider_image;

	module_image_make(m);
	scnprintf(m->strtab + m->sym[SYM_INIT].name, sizeof(m->strtab) - 1, "__ksymtab_%s",
		  exported);
	m->sym[SYM_INIT].section = S_DATA;
	m->sym[SYM_INIT].value = 8;
	m->sym[SYM_KMALLOC].name = 0;
	m->sym[SYM_KMALLOC].info = STB_WEAK << 4;
	m->rela[0].info = (u64)SYM_SECTION << 32 | R_X86_64_64;
	m->rela[0].addend = 24;
}

static void make_consumer(const char *wanted)
{
	struct module_image *m = &consumer_image;

	module_image_make(m);
	strcpy(m->strtab + m->sym[SYM_KMALLOC].name, wanted);
}

static int init(struct kunit *test)
{
	make_provider("foo");
	make_consumer("foo");
	provider = NULL;
	return 0;
}

static void exit(struct kunit *test)
{
	if (provider)
		module_free(provider);
}

static void load_provider(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, plan_make(&provider_plan, &provider_image, sizeof(provider_image)),
			0);
	provider = module_load(&provider_plan, "provider", "");
	KUNIT_ASSERT_NOT_NULL(test, provider);
}

static struct loaded *load_consumer(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, plan_make(&consumer_plan, &consumer_image, sizeof(consumer_image)),
			0);
	return module_load(&consumer_plan, "consumer", "");
}

static void what_a_live_module_exports_is_found(struct kunit *test)
{
	struct loaded *m;

	KUNIT_EXPECT_NULL(test, load_consumer(test));
	load_provider(test);
	KUNIT_EXPECT_NULL(test, load_consumer(test)); /* its init is not through */
	provider->live = true;
	m = load_consumer(test);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, ((u64 *)module_section(m, S_DATA))[1],
			(u64)module_section(provider, S_DATA) + 24);
	KUNIT_EXPECT_EQ(test, m->uses, 1U << module_slot(provider));
	KUNIT_EXPECT_TRUE(test, module_is_used(provider));
	KUNIT_EXPECT_FALSE(test, module_is_used(m));
	module_free(m);
	KUNIT_EXPECT_FALSE(test, module_is_used(provider));
	provider->live = false;
	KUNIT_EXPECT_NULL(test, load_consumer(test));
	KUNIT_EXPECT_FALSE(test, module_is_used(provider));
}

/* The kernel is asked first, and needs nobody. */
static void what_the_kernel_exports_is_its_own(struct kunit *test)
{
	struct loaded *m;

	make_consumer("kfree");
	load_provider(test);
	provider->live = true;
	m = load_consumer(test);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, ((u64 *)module_section(m, S_DATA))[1],
			(u64)kernel_symbol_find("kfree")->value);
	KUNIT_EXPECT_EQ(test, m->uses, 0U);
	module_free(m);
}

static void an_entry_must_lie_in_its_module(struct kunit *test)
{
	provider_image.sym[SYM_INIT].value = 9;
	load_provider(test);
	provider->live = true;
	KUNIT_EXPECT_NULL(test, load_consumer(test));
	module_free(provider);
	provider = NULL;
	provider_image.rela[1].info = R_X86_64_NONE;
	provider_image.sym[SYM_INIT].section = S_SHSTRTAB; /* not in memory */
	provider_image.sym[SYM_INIT].value = 8;
	load_provider(test);
	provider->live = true;
	KUNIT_EXPECT_NULL(test, load_consumer(test));
}

static void two_modules_can_t_export_one_name(struct kunit *test)
{
	static struct module_image rival_image;
	static struct plan rival_plan;
	struct loaded *rival;

	rival_image = provider_image;
	KUNIT_ASSERT_EQ(test, plan_make(&rival_plan, &rival_image, sizeof(rival_image)), 0);
	load_provider(test);
	rival = module_load(&rival_plan, "rival", ""); /* nobody is live: as if one at a time */
	KUNIT_ASSERT_NOT_NULL(test, rival);
	module_free(rival);
	provider->live = true;
	KUNIT_EXPECT_NULL(test, module_load(&rival_plan, "rival", ""));
}

static bool needs(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, plan_make(&provider_plan, &provider_image, sizeof(provider_image)),
			0);
	KUNIT_ASSERT_EQ(test, plan_make(&consumer_plan, &consumer_image, sizeof(consumer_image)),
			0);
	return plan_needs(&consumer_plan, &provider_plan);
}

static void who_needs_whom_is_known_before(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, needs(test));
	KUNIT_EXPECT_FALSE(test, plan_needs(&provider_plan, &consumer_plan));
	KUNIT_EXPECT_FALSE(test, plan_needs(&consumer_plan, &consumer_plan));
	make_consumer("fo");
	KUNIT_EXPECT_FALSE(test, needs(test));
	make_consumer("foo");
	consumer_image.sym[SYM_KMALLOC].info = STB_WEAK << 4; /* may be missing */
	KUNIT_EXPECT_FALSE(test, needs(test));
	make_provider("kfree");
	make_consumer("kfree");
	KUNIT_EXPECT_FALSE(test, needs(test));
	KUNIT_EXPECT_TRUE(test, plan_exports(&provider_plan, "kfree"));
	KUNIT_EXPECT_FALSE(test, plan_exports(&consumer_plan, "kfree"));
}

static struct kunit_case cases[] = { KUNIT_CASE(what_a_live_module_exports_is_found),
				     KUNIT_CASE(what_the_kernel_exports_is_its_own),
				     KUNIT_CASE(an_entry_must_lie_in_its_module),
				     KUNIT_CASE(two_modules_can_t_export_one_name),
				     KUNIT_CASE(who_needs_whom_is_known_before),
				     {} };
static struct kunit_suite suite = {
	.name = "module_depend", .init = init, .exit = exit, .test_cases = cases
};
kunit_test_suite(suite);
