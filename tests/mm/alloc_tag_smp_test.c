// SPDX-License-Identifier: MIT
/*
 * Tests of mm/alloc_tag.c on several CPUs: all of them allocate and free, from several places, and
 * what is theirs is exact at any moment that they know of; one reads allocinfo all the time. Afterwards
 * nothing is left, and all rows together are all memory.
 *
 * Mutations that made them fail when tried: no tag in place_take(), allocinfo_show() without its mutex.
 */
#include <linux/alloc_tag.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "tests/mm/slab_fixture.h"
#include "tests/mm/smp_fixture.h"

#define NR_HELD 48

struct held {
	void *p;
	const char *func; /* whose it must be */
	void (*put)(const void *p);
};

static void put_page_at(const void *p)
{
	free_pages((unsigned long)p, 1);
}

static void put_percpu(const void *p)
{
	free_percpu((void *)p);
}

static void get_small(struct smp_cpu *c, struct held *h)
{
	*h = (struct held){ kmalloc(unknown(1 + smp_rand(c, 2500)), GFP_KERNEL), __func__, kfree };
}

static void get_constant(struct smp_cpu *c, struct held *h)
{
	*h = (struct held){ kmalloc(64, GFP_KERNEL), __func__, kfree };
}

static void get_copy(struct smp_cpu *c, struct held *h)
{
	*h = (struct held){ kmemdup(h, sizeof(*h), GFP_KERNEL), __func__, kfree };
}

static void get_area(struct smp_cpu *c, struct held *h)
{
	*h = (struct held){ vmalloc(PAGE_SIZE * (1 + smp_rand(c, 4))), __func__, vfree };
}

static void get_pages(struct smp_cpu *c, struct held *h)
{
	*h = (struct held){ (void *)__get_free_pages(GFP_KERNEL, 1), __func__, put_page_at };
}

static void get_percpu(struct smp_cpu *c, struct held *h)
{
	*h = (struct held){ __alloc_percpu(8 + smp_rand(c, 64), 8), __func__, put_percpu };
}

static void (*const getters[])(struct smp_cpu *c, struct held *h) = {
	get_small, get_constant, get_constant, get_copy, get_area, get_pages, get_percpu,
};

static void give(struct smp_cpu *c, struct held *h)
{
	const struct alloc_tag *tag = alloc_tag_of(h->p);

	if (!tag || strcmp(tag->func, h->func))
		smp_wrong(c, tag ? "another one's tag" : "nobody's", (unsigned long)h->p);
	h->put(h->p);
	h->p = NULL;
}

static void no_line(const char *line)
{
}

static void churn_and_look(struct smp_cpu *c)
{
	struct held held[NR_HELD] = {};
	unsigned int turn = 0;

	do {
		struct held *h = &held[smp_rand(c, NR_HELD)];

		if (h->p)
			give(c, h);
		else
			getters[smp_rand(c, ARRAY_SIZE(getters))](c, h);
		if (c->id == 0 && turn++ % 256 == 0)
			allocinfo_show(no_line);
		if (c->id == 1 && turn++ % 512 == 0)
			allocinfo_show_top(no_line, 3);
	} while (smp_more(c));
	for (unsigned int i = 0; i < NR_HELD; i++) {
		if (held[i].p)
			give(c, &held[i]);
	}
}

static s64 sum;
static unsigned int mine;

static void add_line(const char *line)
{
	s64 v = 0;

	if (*line != ' ' && (*line < '0' || *line > '9'))
		return;
	mine += strstr(line, "alloc_tag_smp_test.c") != NULL;
	while (*line == ' ')
		line++;
	for (; *line >= '0' && *line <= '9'; line++)
		v = v * 10 + *line - '0';
	sum += v;
}

static void exact_after_churn(struct kunit *test)
{
	smp_need(test);
	smp_run(test, churn_and_look, NULL, NULL);
	mm_quiesce();
	sum = 0;
	mine = 0;
	allocinfo_show(add_line);
	KUNIT_EXPECT_EQ(test, mine, 0U);
	KUNIT_EXPECT_EQ(test, sum, (s64)(nr_managed_pages() - nr_free_pages()) << PAGE_SHIFT);
}

static int init(struct kunit *test)
{
	if (!mem_alloc_profiling_enabled())
		kunit_skip(test, "sysctl.vm.mem_profiling=0");
	return 0;
}

static struct kunit_case cases[] = { KUNIT_CASE(exact_after_churn), {} };
static struct kunit_suite suite = { .name = "alloc_tag_smp", .init = init, .test_cases = cases };
kunit_test_suite(suite);
