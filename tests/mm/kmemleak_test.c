// SPDX-License-Identifier: MIT
/*
 * Tests of mm/kmemleak*.c: leaks of every kind are planted, and found; what anything refers to is none.
 *
 * Mutations: tests/mutate/kmemleak*.mut.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/sched/task.h>
#include <linux/smp.h>
#include <linux/xarray.h>
#include "mm/internal.h"
#include "mm/kfence.h"
#include "mm/slab.h"
#include "tests/mm/kmemleak_fixture.h"
#include "tests/mm/smp_fixture.h"

/* ---- Every kind of memory ---- */

static void object(struct kunit *test)
{
	hidden_t h = lose_object(64);

	KUNIT_ASSERT_NE(test, h, 0UL);
	expect_leak(test, h, 64, 1);
	free_object(h);
	expect_none(test);
}

static void first_and_last_of_a_slab(struct kunit *test)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(hidden); n++) {
		hidden[n] = lose_object(2048);
		KUNIT_ASSERT_NE(test, hidden[n], 0UL);
	}
	expect_leak(test, hidden[0], 2048, n);
	expect_leak(test, hidden[n - 1], 2048, n);
	for (unsigned int i = 0; i < n; i++)
		free_object(hidden[i]);
	expect_none(test);
}

static void large_object(struct kunit *test)
{
	hidden_t h = lose_object(20000);

	KUNIT_ASSERT_NE(test, h, 0UL);
	expect_leak(test, h, 20000, 1);
	free_object(h);
	expect_none(test);
}

/* Where a red zone stands before the object, too. */
static void cache_with_red_zones(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create(
		"leaky", 72, 0, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER, NULL);
	struct seen seen;
	hidden_t h;

	KUNIT_ASSERT_NOT_NULL(test, s);
	h = lose_cached(s);
	KUNIT_ASSERT_NE(test, h, 0UL);
	look(test, h, &seen);
	KUNIT_EXPECT_TRUE(test, seen.found);
	KUNIT_EXPECT_EQ(test, seen.size, 72UL);
	KUNIT_EXPECT_STREQ(test, seen.what, "leaky");
	root_at(h, 71);
	expect_none(test);
	root_at(h, 72); /* the right red zone */
	expect_leak(test, h, 72, 1);
	root_at(h, -1); /* the left one */
	expect_leak(test, h, 72, 1);
	root = NULL;
	free_cached(s, h);
	kmem_cache_destroy(s);
}

static __lost hidden_t hold_cached(struct kmem_cache *s)
{
	return hide(get_cached((unsigned long)s));
}

/* Neither a leak, nor does it hold anything. */
static void untraced_cache(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("untraced", 64, 0, SLAB_NOLEAKTRACE, NULL);
	hidden_t h, inner;

	KUNIT_ASSERT_NOT_NULL(test, s);
	h = hold_cached(s);
	inner = lose_object(32);
	KUNIT_ASSERT_NE(test, h, HIDDEN_NULL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	put_word(h, 0, inner);
	root_at(h, 0);
	expect_leak(test, inner, 32, 1);
	root = NULL;
	expect_leak(test, inner, 32, 1);
	free_cached(s, h);
	free_object(inner);
	kmem_cache_destroy(s);
}

static void pages(struct kunit *test)
{
	hidden_t h = lose_pages(2);

	KUNIT_ASSERT_NE(test, h, 0UL);
	expect_leak(test, h, 4 * PAGE_SIZE, 1);
	root_at_page(h, 0);
	expect_none(test);
	root_at_page(h, 3);
	expect_none(test);
	root_at(h, 4 * PAGE_SIZE - 1);
	expect_none(test);
	root = NULL;
	free_lost_pages(h, 2);
	expect_none(test);
}

/* One leak, not one more for each of its pages; what it refers to is lost with it. */
static void area(struct kunit *test)
{
	hidden_t h = lose_area(3 * PAGE_SIZE), inner = lose_object(96);
	struct seen seen;

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	expect_leak(test, h, 3 * PAGE_SIZE, 2);
	put_word(h, 2 * PAGE_SIZE + 8, inner);
	look(test, inner, &seen);
	say_who(test, &seen);
	KUNIT_EXPECT_TRUE(test, seen.found);
	KUNIT_EXPECT_EQ(test, seen.by, h);
	root_at(h, 3 * PAGE_SIZE - 1);
	expect_none(test);
	root_at(h, 3 * PAGE_SIZE); /* the guard page */
	expect_leak(test, h, 3 * PAGE_SIZE, 2);
	root = NULL;
	free_area(h);
	free_object(inner);
	expect_none(test);
}

static __lost void *get_mapping(unsigned long page)
{
	struct page *p = virt_to_page(shown(page));

	return vmap(&p, 1, VM_MAP, PAGE_KERNEL);
}

static __lost void put_mapping(void *p, unsigned long page)
{
	vunmap(p);
}

static __lost void say_vunmap(hidden_t area)
{
	vunmap(shown(area));
}

/* A page that is only mapped is held by its area. */
static void mapped_page(struct kunit *test)
{
	hidden_t h = lose_pages(0), inner = lose_object(96), area;

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	put_word(h, 16, inner);
	area = lose(get_mapping, put_mapping, h);
	KUNIT_ASSERT_NE(test, area, 0UL);
	expect_leak(test, area, PAGE_SIZE, 2); /* with the object */
	root_at(area, 0);
	expect_none(test);
	root = NULL;
	expect_leak(test, area, PAGE_SIZE, 2);
	say_vunmap(area);
	expect_leak(test, h, PAGE_SIZE, 2);
	free_lost_pages(h, 0);
	free_object(inner);
}

static __lost void *get_percpu(unsigned long size)
{
	return __alloc_percpu(size, 8);
}

static __lost void put_percpu(void *p, unsigned long size)
{
	free_percpu(p);
}

static __lost hidden_t lose_percpu(size_t size)
{
	return lose(get_percpu, put_percpu, size);
}

static void percpu_variable(struct kunit *test)
{
	unsigned int last = nr_cpu_ids - 1;
	hidden_t h = lose_percpu(48), inner = lose_object(96);

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	expect_leak(test, h, 48, 2);
	put_word(h, 8 + per_cpu_offset(last), inner);
	root_at(h, 0);
	expect_none(test);
	root_at(h, 47 + per_cpu_offset(last));
	expect_none(test);
	root = NULL;
	expect_leak(test, h, 48, 2);
	free_percpu(shown(h));
	free_object(inner);
	expect_none(test);
}

static __lost void *get_device(unsigned long phys)
{
	return (void __force *)ioremap(phys, PAGE_SIZE);
}

static __lost void put_device(void *p, unsigned long phys)
{
	iounmap((void __force __iomem *)p);
}

static __lost void end_device(hidden_t h)
{
	put_device(shown(h), 0);
}

static void device_memory(struct kunit *test)
{
	hidden_t h = lose(get_device, put_device, 0xfee00000);

	KUNIT_ASSERT_NE(test, h, 0UL);
	expect_leak(test, h, PAGE_SIZE, 1);
	root_at(h, PAGE_SIZE - 1);
	expect_none(test);
	root = NULL;
	end_device(h);
	expect_none(test);
}

/* A sample of KFENCE is an object as any; the pool and its list of objects refer to nothing. */
static void guarded_object(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("guarded", 72, 0, 0, NULL);
	hidden_t h, inner;
	struct seen seen;

	if (!kfence_pool_size)
		kunit_skip(test, "KFENCE is off");
	KUNIT_ASSERT_NOT_NULL(test, s);
	WRITE_ONCE(s->kfence_forced, true);
	h = lose_cached(s);
	inner = lose_object(32);
	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	put_word(h, 64, inner);
	look(test, h, &seen);
	KUNIT_EXPECT_TRUE(test, seen.found && is_kfence_address(shown(h)));
	KUNIT_EXPECT_EQ(test, seen.leaks, 2UL);
	KUNIT_EXPECT_EQ(test, seen.size, 72UL);
	KUNIT_EXPECT_STREQ(test, seen.what, "guarded");
	look(test, inner, &seen);
	KUNIT_EXPECT_EQ(test, seen.by, h);
	root_at(h, 71);
	expect_none(test);
	root_at(h, 72);
	expect_leak(test, h, 72, 2);
	root = NULL;
	say(kmemleak_not_leak, h, 0);
	expect_none(test);
	free_cached(s, h);
	expect_leak(test, inner, 32, 1); /* it was only in what is free */
	free_object(inner);
	kmem_cache_destroy(s);
}

/* ---- What counts as a reference ---- */

static void inside_and_beyond(struct kunit *test)
{
	hidden_t h = lose_object(64);

	KUNIT_ASSERT_NE(test, h, 0UL);
	root_at(h, 63);
	expect_none(test);
	root_at(h, 0);
	expect_none(test);
	root_at(h, 64);
	expect_leak(test, h, 64, 1);
	root_at(h, -1);
	expect_leak(test, h, 64, 1);
	root = NULL;
	free_object(h);
}

/* Its words are as they were, but it is free. */
static void in_a_freed_object(struct kunit *test)
{
	hidden_t outer = lose_object(64), inner = lose_object(32);

	KUNIT_ASSERT_NE(test, outer, 0UL);
	KUNIT_ASSERT_NE(test, inner, 0UL);
	put_word(outer, 0, inner);
	root_at(outer, 0);
	expect_none(test);
	free_object(outer); /* `root` still leads there */
	expect_leak(test, inner, 32, 1);
	root = NULL;
	free_object(inner);
}

struct item {
	struct list_head list;
	hidden_t next;
};

static noinline hidden_t lose_list(void)
{
	struct list_head *head = kmalloc(sizeof(*head), GFP_KERNEL);
	hidden_t h = hide(head);

	if (!head)
		return 0;
	INIT_LIST_HEAD(head);
	for (unsigned int i = 0; i < 2; i++) {
		struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);

		if (!item)
			return 0;
		list_add(&item->list, head);
		hidden[i] = hide(item);
	}
	return h;
}

/* All three are told of, and that others of them hold them. */
static void list(struct kunit *test)
{
	hidden_t h = lose_list();
	struct seen seen;

	KUNIT_ASSERT_NE(test, h, 0UL);
	for (unsigned int i = 0; i < 2; i++) {
		look(test, hidden[i], &seen);
		say_who(test, &seen);
		KUNIT_EXPECT_EQ(test, seen.leaks, 3UL);
		KUNIT_EXPECT_TRUE(test, seen.found);
		KUNIT_EXPECT_TRUE(test, seen.by == h || seen.by == hidden[!i]);
	}
	root_at(hidden[1], offsetof(struct item, list));
	expect_none(test); /* whichever is held holds all */
	root = NULL;
	free_object(h);
	free_object(hidden[0]);
	free_object(hidden[1]);
}

static void on_this_stack(struct kunit *test)
{
	hidden_t h = lose_object(64);
	void *volatile here;

	KUNIT_ASSERT_NE(test, h, 0UL);
	set_word((void *)&here, h);
	expect_none(test);
	here = NULL;
	KUNIT_EXPECT_NULL(test, here);
	expect_leak(test, h, 64, 1);
	free_object(h);
}

#ifdef __x86_64__
/* A register that functions keep for their callers, and no word of memory before it is saved. */
static noinline unsigned long leaks_with_in_register(hidden_t h)
{
	register void *held __asm__("r12") = shown(h);
	struct kmemleak_scan *s;
	unsigned long leaks;

	__asm__ __volatile__("" : "+r"(held));
	s = kmemleak_look();
	__asm__ __volatile__("" : "+r"(held));
	leaks = s ? s->leaks : ~0UL;
	kmemleak_look_end(s);
	return leaks;
}

static void in_a_register(struct kunit *test)
{
	hidden_t h = lose_object(64);

	KUNIT_ASSERT_NE(test, h, 0UL);
	kmemleak_forget_stack();
	KUNIT_EXPECT_EQ(test, leaks_with_in_register(h), 0UL);
	expect_leak(test, h, 64, 1);
	free_object(h);
}
#endif

struct keeper {
	hidden_t h;
	struct completion has, go;
	bool spin;
	unsigned int stop;
};

/* Keeps the object on its stack only, asleep or not. */
static int keep(void *data)
{
	struct keeper *k = data;
	void *volatile here;

	set_word((void *)&here, k->h);
	complete(&k->has);
	while (k->spin && !READ_ONCE(k->stop))
		cpu_relax();
	if (!k->spin)
		wait_for_completion(&k->go);
	here = NULL;
	return here != NULL;
}

static void keep_and_look(struct kunit *test, struct keeper *k, unsigned int cpu)
{
	struct task_struct *p;

	init_completion(&k->has);
	init_completion(&k->go);
	k->h = lose_object(64);
	KUNIT_ASSERT_NE(test, k->h, 0UL);
	p = kthread_create_on_cpu(keep, k, cpu, "keeper");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	wait_for_completion(&k->has);
	expect_none(test);
	WRITE_ONCE(k->stop, 1);
	complete(&k->go);
	kthread_stop(p);
	put_task_struct(p);
	expect_leak(test, k->h, 64, 1);
	free_object(k->h);
}

static void on_a_sleeping_stack(struct kunit *test)
{
	struct keeper k = {};

	keep_and_look(test, &k, smp_processor_id());
}

static void on_a_running_stack(struct kunit *test)
{
	struct keeper k = { .spin = true };

	smp_need(test);
	keep_and_look(test, &k, READ_ONCE(nr_online_cpus) - 1);
}

static DEFINE_PER_CPU(void *volatile, cpus_root);

static void in_linked_percpu_data(struct kunit *test)
{
	hidden_t h = lose_object(64);
	unsigned int cpu;

	KUNIT_ASSERT_NE(test, h, 0UL);
	for_each_possible_cpu(cpu) {
		set_word((void *)per_cpu_ptr(&cpus_root, cpu), h);
		expect_none(test);
		per_cpu(cpus_root, cpu) = NULL;
	}
	expect_leak(test, h, 64, 1);
	free_object(h);
}

/* What CPUs hold of caches leads behind magazines, and into what lies there; the last line is nobody's. */
static void in_slab_tables(struct kunit *test)
{
	hidden_t h = lose_object(64);
	unsigned int cpu;

	KUNIT_ASSERT_NE(test, h, 0UL);
	for_each_possible_cpu(cpu) {
		struct slab_cpu *line = per_cpu_ptr(&slab_cpus[SLAB_MAX_CACHES - 1], cpu);

		KUNIT_ASSERT_NULL(test, line->cache);
		set_word((void *)&line->cache, h);
		expect_leak(test, h, 64, 1);
		line->cache = NULL;
	}
	free_object(h);
}

static void in_a_struct_page(struct kunit *test)
{
	hidden_t h = lose_object(64);
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 1);

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	set_word((void *)&page[1].private, h);
	root = page;
	expect_none(test);
	page[1].private = 0;
	set_word((void *)&page[1].mapping, h);
	expect_none(test);
	page[1].mapping = NULL;
	expect_leak(test, h, 64, 1);
	root = NULL;
	__free_pages(page, 1);
	free_object(h);
}

/* A file's page may hold anything; an ordinary one's words count. */
static void in_a_page(struct kunit *test)
{
	hidden_t h = lose_object(64), p = lose_pages(0);
	struct page *page = virt_to_page(shown(p));

	KUNIT_ASSERT_NE(test, h, 0UL);
	KUNIT_ASSERT_NE(test, p, 0UL);
	put_word(p, PAGE_SIZE - 8, h);
	expect_none(test); /* `page` is a reference */
	page->flags |= PG_file;
	expect_leak(test, h, 64, 1);
	page->flags &= ~PG_file;
	page = NULL;
	free_lost_pages(p, 0);
	free_object(h);
}

static noinline void add_mapcount(hidden_t h, int n)
{
	atomic_add(n, &((struct page *)virt_to_page(shown(h)))->_mapcount);
}

/* A page that users map is theirs. */
static void page_of_a_user(struct kunit *test)
{
	hidden_t h = lose_pages(0);

	KUNIT_ASSERT_NE(test, h, 0UL);
	add_mapcount(h, 1);
	expect_none(test);
	add_mapcount(h, -1);
	expect_leak(test, h, PAGE_SIZE, 1);
	free_lost_pages(h, 0);
}

struct node {
	struct rb_node rb;
};

static struct rb_root tree = RB_ROOT;

/* The colour is in the parent's address; entries of an XArray have marks in the low bits. */
static void tagged_pointers(struct kunit *test)
{
	DEFINE_XARRAY(xa);

	for (unsigned int i = 0; i < 8; i++) {
		hidden_t h = lose_object(sizeof(struct node));
		struct rb_node **link = &tree.rb_node, *parent = NULL;
		struct node *n = shown(h);

		KUNIT_ASSERT_NE(test, h, 0UL);
		while (*link) {
			parent = *link;
			link = &parent->rb_right;
		}
		rb_link_node(&n->rb, parent, link);
		rb_insert_color(&n->rb, &tree);
		h = lose_object(32);
		KUNIT_ASSERT_NE(test, h, 0UL);
		KUNIT_ASSERT_EQ(test,
				xa_err(xa_store(&xa, i * 1000, xa_tag_pointer(shown(h), i % 2),
						GFP_KERNEL)),
				0);
	}
	expect_none(test);
	while (tree.rb_node) {
		struct node *n = rb_entry(rb_first(&tree), struct node, rb);

		rb_erase(&n->rb, &tree);
		kfree(n);
	}
	for (unsigned int i = 0; i < 8; i++)
		kfree(xa_untag_pointer(xa_erase(&xa, i * 1000)));
	xa_destroy(&xa);
}

/* More at once than the scan's list has room for. */
static void very_many(struct kunit *test)
{
	enum { N = 6000 };
	hidden_t a = lose_object(N * sizeof(void *)); /* one block: all that is in it comes at once */
	void **all = shown(a);

	KUNIT_ASSERT_NE(test, a, 0UL);
	for (unsigned int i = 0; i < N; i++) {
		all[i] = kzalloc(16, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, all[i]);
		*(void **)all[i] = kzalloc(16, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, *(void **)all[i]);
	}
	root = all;
	expect_none(test);
	for (unsigned int i = 0; i < N; i++) {
		kfree(*(void **)all[i]);
		kfree(all[i]);
	}
	root = NULL;
	free_object(a);
}

static struct kunit_case kmemleak_cases[] = {
	KUNIT_CASE(object),
	KUNIT_CASE(first_and_last_of_a_slab),
	KUNIT_CASE(large_object),
	KUNIT_CASE(cache_with_red_zones),
	KUNIT_CASE(untraced_cache),
	KUNIT_CASE(pages),
	KUNIT_CASE(area),
	KUNIT_CASE(mapped_page),
	KUNIT_CASE(percpu_variable),
	KUNIT_CASE(device_memory),
	KUNIT_CASE(guarded_object),
	KUNIT_CASE(inside_and_beyond),
	KUNIT_CASE(in_a_freed_object),
	KUNIT_CASE(list),
	KUNIT_CASE(on_this_stack),
#ifdef __x86_64__
	KUNIT_CASE(in_a_register),
#endif
	KUNIT_CASE(on_a_sleeping_stack),
	KUNIT_CASE(on_a_running_stack),
	KUNIT_CASE(in_linked_percpu_data),
	KUNIT_CASE(in_slab_tables),
	KUNIT_CASE(in_a_struct_page),
	KUNIT_CASE(in_a_page),
	KUNIT_CASE(page_of_a_user),
	KUNIT_CASE(tagged_pointers),
	KUNIT_CASE(very_many),
	{},
};

/* Alone: what other suites have left in their static data may look like references to what is lost here. */
static struct kunit_suite kmemleak_suite = {
	.name = "kmemleak",
	.init = clean_stack,
	.test_cases = kmemleak_cases,
	.attr.on_request = true,
};

kunit_test_suite(kmemleak_suite);
