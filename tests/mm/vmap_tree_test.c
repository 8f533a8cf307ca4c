// SPDX-License-Identifier: MIT
/*
 * Tests of mm/vmap_tree.c on a small region of their own: no page table, no allocator, nodes from
 * an array.
 *
 * Mutations that made them fail when tried:
 *	vmap_tree: free_descend() that never goes left; free_next() that skips the parent;
 *		range_fits() without the size; max_size not raised in free_insert(), not propagated
 *		in free_resize(); no merge below, none above; the merged node lost; the lower part
 *		lost in free_carve(); the new node for the upper part; a search that gives up after FIT_TRIES; vmap_space_find()
 *		without the last page; >= in vmap_space_next()
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "mm/vmap.h"

#define REGION	     0x10000000UL
#define REGION_PAGES 2048UL
#define NODES	     1024

static struct vmap_space space;
static struct vm_struct nodes[NODES], *unused;
static unsigned int nodes_out;
static u8 taken[REGION_PAGES]; /* the model: pages that an area has */

static struct vm_struct *node_get(void)
{
	struct vm_struct *vm = unused;

	unused = vm->next;
	nodes_out++;
	vm->next = NULL;
	return vm;
}

static void node_put(struct vm_struct *vm)
{
	vm->next = unused;
	unused = vm;
	nodes_out--;
}

static void chain_put(struct vm_struct *vm)
{
	while (vm) {
		struct vm_struct *next = vm->next;

		node_put(vm);
		vm = next;
	}
}

static int tree_init(struct kunit *test)
{
	unused = NULL;
	for (unsigned int i = 0; i < NODES; i++)
		node_put(&nodes[i]);
	nodes_out = 0;
	memset(taken, 0, sizeof(taken));
	vmap_space_init(&space, node_get(), REGION, REGION_PAGES << PAGE_SHIFT);
	return 0;
}

static bool valid(void)
{
	return vmap_space_valid(&space, REGION, REGION + (REGION_PAGES << PAGE_SHIFT));
}

/* An area of `pages`, or NULL. */
static struct vm_struct *take(unsigned long pages, unsigned long align)
{
	struct vm_struct *vm = node_get(), *spare = align > PAGE_SIZE ? node_get() : NULL;
	bool ok;

	*vm = (struct vm_struct){ .size = pages << PAGE_SHIFT };
	ok = vmap_space_take(&space, vm, align, &spare);
	chain_put(spare);
	if (ok)
		return vm;
	node_put(vm);
	return NULL;
}

static void give(struct vm_struct *vm)
{
	chain_put(vmap_space_give(&space, vm));
}

static unsigned long page_no(const struct vm_struct *vm)
{
	return (vm_start(vm) - REGION) >> PAGE_SHIFT;
}

/* Where the model says the lowest fit is; REGION_PAGES: nowhere. */
static unsigned long model_fit(unsigned long pages, unsigned long align_pages)
{
	for (unsigned long at = 0; at + pages <= REGION_PAGES; at += align_pages) {
		unsigned long n = 0;

		while (n < pages && !taken[at + n])
			n++;
		if (n == pages)
			return at;
	}
	return REGION_PAGES;
}

static void against_a_map(struct kunit *test)
{
	static struct vm_struct *owned[200];

	memset(owned, 0, sizeof(owned));
	for (unsigned int i = 0; i < 20000; i++) {
		struct vm_struct **vm = &owned[kunit_rand_below(test, ARRAY_SIZE(owned))];
		unsigned long pages = 1 + kunit_rand_below(test, 20);

		if (*vm) {
			memset(&taken[page_no(*vm)], 0, (*vm)->size >> PAGE_SHIFT);
			give(*vm);
			*vm = NULL;
		} else {
			unsigned long fit = model_fit(pages, 1);

			*vm = take(pages, PAGE_SIZE);
			KUNIT_ASSERT_EQ(test, *vm ? page_no(*vm) : REGION_PAGES, fit);
			if (*vm)
				memset(&taken[fit], 1, pages);
		}
		if (i % 100 == 0)
			KUNIT_ASSERT_TRUE(test, valid());
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(owned); i++) {
		if (owned[i])
			give(owned[i]);
	}
	KUNIT_EXPECT_TRUE(test, valid());
	KUNIT_EXPECT_EQ(test, nodes_out, 1); /* all merged into one range again */
}

static void aligned_against_a_map(struct kunit *test)
{
	static struct vm_struct *owned[160];
	unsigned int failed = 0;

	memset(owned, 0, sizeof(owned));
	for (unsigned int i = 0; i < 10000; i++) {
		struct vm_struct **vm = &owned[kunit_rand_below(test, ARRAY_SIZE(owned))];
		unsigned long align = 1UL << kunit_rand_below(test, 8);
		unsigned long pages = 1 + kunit_rand_below(test, 40);

		if (*vm) {
			memset(&taken[page_no(*vm)], 0, (*vm)->size >> PAGE_SHIFT);
			give(*vm);
			*vm = NULL;
			continue;
		}
		*vm = take(pages, align << PAGE_SHIFT);
		KUNIT_ASSERT_EQ(test, !*vm, model_fit(pages, align) == REGION_PAGES);
		if (!*vm) {
			failed++;
			continue;
		}
		KUNIT_ASSERT_TRUE(test, IS_ALIGNED(vm_start(*vm), align << PAGE_SHIFT));
		KUNIT_ASSERT_NULL(test, memchr(&taken[page_no(*vm)], 1, pages));
		memset(&taken[page_no(*vm)], 1, pages);
		if (i % 100 == 0)
			KUNIT_ASSERT_TRUE(test, valid());
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(owned); i++) {
		if (owned[i])
			give(owned[i]);
	}
	KUNIT_EXPECT_EQ(test, nodes_out, 1);
	KUNIT_EXPECT_GT(test, failed, 0); /* the region was full now and then */
}

static void full_and_empty_again(struct kunit *test)
{
	static struct vm_struct *owned[NODES];
	unsigned int n = 0;

	while ((owned[n] = take(4, PAGE_SIZE)))
		n++;
	KUNIT_EXPECT_EQ(test, n, REGION_PAGES / 4);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&space.free));
	KUNIT_EXPECT_TRUE(test, valid());
	for (unsigned int i = 0; i < n; i++) {
		unsigned int j = i + kunit_rand_below(test, n - i);

		swap(owned[i], owned[j]);
		give(owned[i]);
		if (i % 64 == 0)
			KUNIT_ASSERT_TRUE(test, valid());
	}
	KUNIT_EXPECT_EQ(test, nodes_out, 1);
	KUNIT_EXPECT_TRUE(test, valid());
}

/*
 * Thirty holes that are large enough but lie wrongly, then the one that fits: it is found though
 * the rest is full.
 */
static void the_one_aligned_hole(struct kunit *test)
{
	static struct vm_struct *owned[REGION_PAGES / 16];
	struct vm_struct *vm;

	for (unsigned int i = 0; i < ARRAY_SIZE(owned); i++) {
		owned[i] = take(16, PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, owned[i]);
	}
	for (unsigned int i = 1; i < 61; i += 2)
		give(owned[i]); /* odd multiples of 16 pages */
	KUNIT_EXPECT_NULL(test, take(16, 32 * PAGE_SIZE));
	give(owned[100]);
	vm = take(16, 32 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, vm);
	KUNIT_EXPECT_EQ(test, page_no(vm), 1600UL);
	KUNIT_EXPECT_TRUE(test, valid());
}

/* Split by an alignment, joined from both sides: it is the node of before that is left. */
static void the_highest_range_keeps_its_node(struct kunit *test)
{
	const struct vm_struct *top = rb_entry(rb_last(&space.free), struct vm_struct, rb);
	struct vm_struct *a, *b, *c;

	a = take(1, PAGE_SIZE);
	b = take(4, 16 * PAGE_SIZE);
	c = take(3, PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, rb_last(&space.free), &top->rb);
	KUNIT_EXPECT_EQ(test, nodes_out, 5U);
	give(a);
	give(c);
	give(b);
	KUNIT_EXPECT_PTR_EQ(test, rb_first(&space.free), &top->rb);
	KUNIT_EXPECT_EQ(test, nodes_out, 1U);
	KUNIT_EXPECT_TRUE(test, valid());
}

static void finding(struct kunit *test)
{
	struct vm_struct *a = take(2, PAGE_SIZE), *b = take(3, PAGE_SIZE), *c = take(4, PAGE_SIZE);

	give(b);
	KUNIT_EXPECT_PTR_EQ(test, vmap_space_find(&space, REGION), a);
	KUNIT_EXPECT_PTR_EQ(test, vmap_space_find(&space, vm_end(a) - 1), a);
	KUNIT_EXPECT_NULL(test, vmap_space_find(&space, vm_end(a)));
	KUNIT_EXPECT_NULL(test, vmap_space_find(&space, REGION - 1));
	KUNIT_EXPECT_PTR_EQ(test, vmap_space_find(&space, vm_start(c)), c);
	KUNIT_EXPECT_PTR_EQ(test, vmap_space_next(&space, 0), a);
	KUNIT_EXPECT_PTR_EQ(test, vmap_space_next(&space, vm_end(a) - 1), a);
	KUNIT_EXPECT_PTR_EQ(test, vmap_space_next(&space, vm_end(a)), c);
	KUNIT_EXPECT_NULL(test, vmap_space_next(&space, vm_end(c)));
}

/* vmap_space_valid() itself: each invariant can be found broken. */
static void validity_can_fail(struct kunit *test)
{
	struct vm_struct *a = take(2, PAGE_SIZE), *b = take(3, PAGE_SIZE), *c = take(1, PAGE_SIZE);
	struct vm_struct *free;

	give(b);
	free = rb_entry(rb_first(&space.free), struct vm_struct, rb);
	KUNIT_ASSERT_TRUE(test, valid());
	a->size += PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, valid()); /* I3: overlaps what follows */
	a->size -= 2 * PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, valid()); /* I3: a gap */
	a->size += PAGE_SIZE;
	a->flags |= VMAP_FREE;
	KUNIT_EXPECT_FALSE(test, valid()); /* I1 */
	a->flags = 0;
	free->flags = 0;
	KUNIT_EXPECT_FALSE(test, valid()); /* I2 */
	free->flags = VMAP_FREE;
	free->max_size += PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, valid()); /* I5 */
	free->max_size -= PAGE_SIZE;
	space.lazy = c;
	KUNIT_EXPECT_FALSE(test, valid()); /* I6: not marked */
	c->flags = VMAP_DYING | VMAP_LAZY;
	KUNIT_EXPECT_FALSE(test, valid()); /* I6: not counted */
	space.lazy_bytes = c->size;
	KUNIT_EXPECT_TRUE(test, valid());
	space.lazy = NULL;
	KUNIT_EXPECT_FALSE(test, valid()); /* I6: more counted than there is */
	space.lazy_bytes = 0;
	free->size -= PAGE_SIZE; /* so that `c` finds no range below it */
	give(c);
	free->size += PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, valid()); /* I4 */
}

static struct kunit_case cases[] = { KUNIT_CASE(against_a_map),
				     KUNIT_CASE(aligned_against_a_map),
				     KUNIT_CASE(full_and_empty_again),
				     KUNIT_CASE(the_one_aligned_hole),
				     KUNIT_CASE(the_highest_range_keeps_its_node),
				     KUNIT_CASE(finding),
				     KUNIT_CASE(validity_can_fail),
				     {} };
static struct kunit_suite suite = { .name = "vmap_tree", .init = tree_init, .test_cases = cases };

kunit_test_suite(suite);
