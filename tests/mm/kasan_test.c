// SPDX-License-Identifier: MIT
/*
 * A build whose compiler checks each access (asm/memstate.h, mm/kasan_*.c): every kind of mistake is
 * planted, and its report matched. In other builds nothing of this is there.
 *
 * Mutations that must make the cases fail:
 *	kasan: shut_range() leaves the granule that a range begins in: kmalloc_right, odd_sizes;
 *		kasan_layout() adds nothing: class_size_right; kasan_slab_free() shuts nothing:
 *		use_after_free; object_near() never the next one: kmalloc_left; kasan_set_track() returns
 *		at once: stacks_are_kept; first_shut() looks at the first byte only: ranges;
 *		memstate_check_*() return at once: memory_functions, user_copies; kasan_skip_look() returns
 *		false: addresses_of_nobody; __asan_register_globals() shuts nothing: globals;
 *		kasan_poison_vmalloc() does nothing: areas; kasan_kmalloc_large() does nothing: large_blocks;
 *		kasan_poison_pages() does nothing: pages; recovery_jump() opens nothing: frames_that_are_left;
 *		kasan_quarantine_put() returns false: freed_objects_wait; shut() of percpu.c does nothing, or says MEMSTATE_VMALLOC: percpu;
 *		tell_neighbours() says nothing, or always: neighbours; stacks_known() looks at s->track
 *		only: stacks_need_no_switch; put_element() without its hook: pools; element_bytes() 0 of pages, of
 *		kvmalloc(): pools_of_pages, pools_of_kvmalloc; report_object() without slab_report_tracks():
 *		tracks_of_debug_caches; char_at() reads without a guard: descriptions_that_are_overwritten
 */
#include <asm/memstate.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "mm/internal.h"
#include "mm/kasan.h"
#include "mm/slab.h"
#include "tests/mm/sample_fixture.h"
#include "tests/plant.h"

#ifdef MEMSTATE_SHIFT

#define BYTES_OF(b) (0x0101010101010101UL * (b))

/* The compiler is not to know what stands there. */
static noinline u8 read_at(const volatile void *p, long offset)
{
	return ((const volatile u8 *)p)[offset];
}

static noinline void write_at(volatile void *p, long offset)
{
	((volatile u8 *)p)[offset] = 1;
}

static noinline u64 read_word(const volatile void *p, long offset)
{
	return *(const volatile u64 *)((const volatile u8 *)p + offset);
}

static void *hide(void *p)
{
	OPTIMIZER_HIDE_VAR(p);
	return p;
}

static size_t hide_size(size_t n)
{
	OPTIMIZER_HIDE_VAR(n);
	return n;
}

static volatile size_t sink;

static const char *captured(void (*plant)(void *arg), void *arg)
{
	const char *text;

	report_capture_start();
	plant(arg);
	report_capture_stop(&text);
	return text;
}

/* ---- objects ---- */

static void kmalloc_right(struct kunit *test)
{
	u8 *p = hide(kmalloc(13, GFP_KERNEL));

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NO_REPORT(test, write_at(p, 0); write_at(p, 12));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: slab-out-of-bounds in write_at+", write_at(p, 13));
	KUNIT_EXPECT_REPORT(test, "Write of size 1 at addr", write_at(p, 13));
	KUNIT_EXPECT_REPORT(test, "Read of size 1 at addr", read_at(p, 15));
	KUNIT_EXPECT_REPORT(test, "located 0 bytes to the right of", read_at(p, 13));
	KUNIT_EXPECT_REPORT(test, " allocated 13-byte region [", read_at(p, 13));
	KUNIT_EXPECT_REPORT(test, "which belongs to the cache kmalloc-16 of size 16",
			    read_at(p, 13));
	KUNIT_EXPECT_REPORT(test, "Memory state around the buggy address:", read_at(p, 13));
	KUNIT_EXPECT_REPORT(test, " 00 05 fc", read_at(p, 13));
	KUNIT_EXPECT_REPORT(test, "Advice: The access leaves its object", read_at(p, 13));
	kfree(p);
}

static void kmalloc_left(struct kunit *test)
{
	u8 *p = hide(kmalloc(64, GFP_KERNEL));

	KUNIT_EXPECT_REPORT(test, "located 1 byte to the left of\n", read_at(p, -1));
	KUNIT_EXPECT_REPORT(test, " allocated 64-byte region [", read_at(p, -1));
	KUNIT_EXPECT_REPORT(test, "located 1 byte to the right of\n", read_at(p, 65));
	kfree(p);
}

static void touch_before(void *p)
{
	read_at(p, -1);
}

static void touch_behind(void *p)
{
	read_at(p, 40);
}

/* The address is explained as the neighbour's, which isn't the object that the report is about. */
static void neighbours(struct kunit *test)
{
	static const char said[] = "\nThe address lies between two objects, nearer to the one above";
	struct kmem_cache *s = kmem_cache_create("kasan_test", 40, 0, 0, NULL);
	u8 *p = hide(kmem_cache_alloc(s, GFP_KERNEL)), *highest;
	const char *text, *line;

	highest = slab_object(s, slab_page(s, p), 0);
	text = captured(touch_before, highest);
	line = strstr(text, said);
	KUNIT_EXPECT_NOT_NULL(test, line);
	KUNIT_EXPECT_TRUE(test, line && !strncmp(strchr(line + 1, '\n') + 1, "Address 0x", 10));
	KUNIT_EXPECT_NULL(test, strstr(captured(touch_behind, highest), said));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

/* A size that is its class's has a red zone too. */
static void class_size_right(struct kunit *test)
{
	static const unsigned int sizes[] = { 8, 64, 96, 128, 4096 };

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 *p = hide(kmalloc(sizes[i], GFP_KERNEL));

		KUNIT_EXPECT_REPORT(test, "located 0 bytes to the right of", read_at(p, sizes[i]));
		kfree(p);
	}
}

static void odd_sizes(struct kunit *test)
{
	for (unsigned int n = 1; n <= 40; n++) {
		u8 *p = hide(kmalloc(n, GFP_KERNEL));

		KUNIT_EXPECT_NO_REPORT(test, write_at(p, 0); write_at(p, n - 1));
		KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", write_at(p, n));
		kfree(p);
	}
}

/* In front of the last object of a slab, the lowest, is nobody's. */
static void before_all_objects(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kasan_test", 1000, 0, 0, NULL);
	u8 *p = hide(kmem_cache_alloc(s, GFP_KERNEL)), *lowest;
	char want[48];
	long room;

	lowest = slab_object(s, slab_page(s, p), s->objects - 1);
	room = lowest - (u8 *)page_address(slab_page(s, p));
	KUNIT_ASSERT_GE(test, 3 * room, (long)(s->size - s->object_size)); /* not near it only */
	scnprintf(want, sizeof(want), "located %ld bytes to the left of", room);
	KUNIT_EXPECT_REPORT(test, "located 8 bytes to the left of", read_at(lowest, -8));
	KUNIT_EXPECT_REPORT(test, want, read_at(lowest, -room));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void use_after_free(struct kunit *test)
{
	u8 *p = hide(kmalloc(64, GFP_KERNEL));

	kfree(p);
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: slab-use-after-free in read_at+", read_at(p, 10));
	KUNIT_EXPECT_REPORT(test, "located 10 bytes inside of", read_at(p, 10));
	KUNIT_EXPECT_REPORT(test, " freed 64-byte region [", read_at(p, 10));
}

static noinline u8 *make_object(void)
{
	u8 *p = kmalloc(40, GFP_KERNEL);

	barrier();
	return hide(p);
}

static noinline void end_object(u8 *p)
{
	kfree(p);
	barrier();
}

static void touch(void *p)
{
	read_at(p, 1);
}

static void touch_end(void *p)
{
	read_at(p, 13);
}

/* The row with the bad byte begins with '>', and the line behind it points to its state. */
static void states_are_shown(struct kunit *test)
{
	u8 *p = hide(kmalloc(13, GFP_KERNEL));
	const char *text = captured(touch_end, p), *row, *mark;
	char start[24];

	scnprintf(start, sizeof(start), "\n>%016lx:", (unsigned long)p & ~127UL);
	row = strstr(text, start);
	KUNIT_ASSERT_NOT_NULL(test, row);
	mark = strchr(++row, '\n');
	KUNIT_ASSERT_NOT_NULL(test, mark);
	KUNIT_ASSERT_NOT_NULL(test, strchr(++mark, '^'));
	KUNIT_EXPECT_TRUE(test, !strncmp(row + (strchr(mark, '^') - mark) - 1, "05 fc", 5));
	kfree(p);
}

/* The stacks begin at whoever called the allocator. */
static void stacks_are_kept(struct kunit *test)
{
	u8 *p = make_object();
	const char *text, *alloc, *freed;

	end_object(p);
	text = captured(touch, p);
	alloc = strstr(text, "Allocated by task ");
	KUNIT_ASSERT_NOT_NULL(test, alloc);
	freed = strstr(alloc, "Freed by task ");
	KUNIT_ASSERT_NOT_NULL(test, freed);
	KUNIT_EXPECT_TRUE(test, !strncmp(strchr(alloc, '\n') + 2, "make_object+", 12));
	KUNIT_EXPECT_TRUE(test, !strncmp(strchr(freed, '\n') + 2, "end_object+", 11));
}

static void destroy(void *s)
{
	kmem_cache_destroy(s);
}

/* With debug flags the stacks are the slab's. */
static void tracks_of_debug_caches(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kasan_test", 64, 0, SLAB_STORE_USER, NULL);
	u8 *p = hide(kmem_cache_alloc(s, GFP_KERNEL));
	const char *text;

	kmem_cache_free(s, p);
	text = captured(touch, p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "slab-use-after-free"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Allocated in tracks_of_debug_caches+"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Freed in tracks_of_debug_caches+"));
	kmem_cache_destroy(s);
}

/* A cache that is destroyed too early: who has its objects is known without a switch. */
static void left_objects_have_stacks(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kasan_test", 64, 0, 0, NULL);
	void *p = kmem_cache_alloc(s, GFP_KERNEL);
	const char *text = captured(destroy, s);

	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Objects remaining"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Allocated by task "));
	KUNIT_EXPECT_NULL(test, strstr(text, "slab_debug="));
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

static void free_again(void *p)
{
	kfree(p);
}

/* Where both stacks are told nobody is sent to a switch that records them. */
static void stacks_need_no_switch(struct kunit *test)
{
	u8 *p = hide(kmalloc(64, GFP_KERNEL));
	const char *text;

	kfree(p);
	text = captured(free_again, p);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Freed by task "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Advice: The object was freed twice"));
	KUNIT_EXPECT_NULL(test, strstr(text, "slab_debug="));
}

static void wrong_frees(struct kunit *test)
{
	u8 *p = hide(kmalloc(64, GFP_KERNEL));
	static u8 variable[64];

	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: invalid-free in wrong_frees+", kfree(p + 8));
	kfree(p);
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: double-free in wrong_frees+", kfree(p));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: double-free in wrong_frees+",
			    (void)!krealloc(p, hide_size(0), GFP_KERNEL));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: invalid-free in wrong_frees+",
			    kfree(hide(variable)));
}

static void wrong_frees_of_large_blocks(struct kunit *test)
{
	u8 *p = hide(kmalloc(4 * PAGE_SIZE, GFP_KERNEL));

	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: invalid-free in wrong_frees_of_large_blocks+",
			    kfree(p + PAGE_SIZE));
	preempt_disable(); /* nobody else gets the pages */
	kfree(p);
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: double-free in wrong_frees_of_large_blocks+",
			    kfree(p));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: invalid-free in wrong_frees_of_large_blocks+",
			    kfree(p + 8));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: invalid-access in ", (void)ksize(p));
	preempt_enable();
}

static void own_cache(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("kasan_test", 100, 0, 0, NULL);
	u8 *p = hide(kmem_cache_alloc(s, GFP_KERNEL));

	KUNIT_EXPECT_REPORT(test, "which belongs to the cache kasan_test of size 100",
			    read_at(p, 100));
	kmem_cache_free(s, p);
	KUNIT_EXPECT_REPORT(test, "slab-use-after-free", write_at(p, 99));
	kmem_cache_destroy(s);
}

static void krealloc_moves_the_end(struct kunit *test)
{
	u8 *p = hide(kmalloc(20, GFP_KERNEL));

	p = krealloc(p, 30, GFP_KERNEL);
	KUNIT_EXPECT_NO_REPORT(test, write_at(p, 29));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", write_at(p, 30));
	p = krealloc(p, 10, GFP_KERNEL);
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", write_at(p, 10));
	kfree(p);
}

/* What was freed is not used again at once, and all of it goes back when it must. */
static void freed_objects_wait(struct kunit *test)
{
	u8 *p = hide(kmalloc(64, GFP_KERNEL)), *q;

	kfree(p);
	for (unsigned int i = 0; i < 200; i++) {
		q = hide(kmalloc(64, GFP_KERNEL));
		KUNIT_EXPECT_PTR_NE(test, p, q);
		kfree(q);
	}
	KUNIT_EXPECT_REPORT(test, "slab-use-after-free", read_at(p, 1));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: double-free", kfree(p));
	KUNIT_EXPECT_TRUE(test, kasan_quarantined(slab_cache_of(p), p));
	mm_quiesce();
	KUNIT_EXPECT_TRUE(test, slab_cache_of(p) != kmalloc_caches[KMALLOC_NORMAL][6] ||
					slab_locate(slab_cache_of(p), p) == SLAB_IN_SLAB);
}

/* ---- kinds of access ---- */

static void ranges(struct kunit *test)
{
	struct {
		u64 word[5];
	} *p = hide(kmalloc(36, GFP_KERNEL)), copy = { 0 };

	KUNIT_EXPECT_REPORT(test, "Read of size 8 at addr", read_word(p, 32));
	KUNIT_EXPECT_NO_REPORT(test, read_word(p, 24));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", *p = copy);
	kfree(p);
}

static void memory_functions(struct kunit *test)
{
	u8 *p = hide(kmalloc(100, GFP_KERNEL)), other[120];

	memset(other, 1, sizeof(other));
	KUNIT_EXPECT_NO_REPORT(test, memset(p, 1, hide_size(100)));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds in memory_functions+",
			    memset(p, 1, hide_size(101)));
	p = hide(p);
	KUNIT_EXPECT_REPORT(test, "Write of size 110 at addr", memcpy(p, other, hide_size(110)));
	KUNIT_EXPECT_REPORT(test, "Read of size 110 at addr", memcpy(other, p, hide_size(110)));
	KUNIT_EXPECT_REPORT(test, "Write of size 20 at addr",
			    memmove(p + 90, other, hide_size(20)));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds in memcmp",
			    sink = memcmp(p + 99, other, hide_size(2)));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds in str",
			    sink = strnlen((char *)p, hide_size(101)));
	kfree(p);
}

static void atomics_and_bits(struct kunit *test)
{
	unsigned long *p = hide(kmalloc(2 * sizeof(*p), GFP_KERNEL));

	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", set_bit(130, p));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", (void)test_and_clear_bit(130, p));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", (void)test_bit(130, p));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", atomic_long_inc((atomic_long_t *)(p + 2)));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds",
			    (void)atomic_long_cmpxchg((atomic_long_t *)(p + 2), 0, 1));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", (void)xchg(p + 2, 1));
	kfree(p);
}

/* The access functions are assembly, so they are told of. */
static void user_copies(struct kunit *test)
{
	u8 *p = hide(kmalloc(20, GFP_KERNEL));
	void __user *nowhere = hide((void *)0x10000);

	KUNIT_EXPECT_REPORT(test, "Write of size 21 at addr",
			    sink = _copy_from_user_inatomic(p, nowhere, hide_size(21)));
	KUNIT_EXPECT_REPORT(test, "Read of size 21 at addr",
			    sink = _copy_to_user_inatomic(nowhere, p, hide_size(21)));
	KUNIT_EXPECT_NO_REPORT(test, sink = _copy_to_user_inatomic(nowhere, p, hide_size(20)));
	kfree(p);
}

/* What lies outside the kernel's half faults, and the report has the true address. */
static void addresses_of_nobody(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "kernel NULL pointer dereference, address: 0000000000000008",
			   read_at(hide(NULL), 8));
	KUNIT_EXPECT_FAULT(test, "kernel NULL pointer dereference, address: 0000000000000010",
			   write_at(hide(ZERO_SIZE_PTR), 0));
	KUNIT_EXPECT_FAULT(test, "user pointer dereferenced", read_word(hide((void *)0x123450), 0));
	KUNIT_EXPECT_FAULT(test, "0x6b6b6b6b6b6b6b6b",
			   read_word(hide((void *)0x6b6b6b6b6b6b6b6b), 0));
	KUNIT_EXPECT_FAULT(test, "0xe5e5e5e5e5e5e5e5",
			   write_at(hide((void *)0xe5e5e5e5e5e5e5e5), 0));
}

static void states_of_states(struct kunit *test)
{
	u8 *p = hide(kmalloc(8, GFP_KERNEL));

	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: wild-memory-access in read_at+",
			    read_at(memstate_of(p), 0));
	kfree(p);
}

/* ---- pages, areas, per-CPU memory, pools ---- */

static void large_blocks(struct kunit *test)
{
	const size_t n = 3 * PAGE_SIZE - 10;
	u8 *p = hide(kmalloc(n, GFP_KERNEL));

	KUNIT_EXPECT_NO_REPORT(test, write_at(p, n - 1));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", write_at(p, n));
	KUNIT_EXPECT_REPORT(test, " allocated 12278-byte region [", write_at(p, n));
	kfree(p);
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: use-after-free in read_at+", read_at(p, 0));
}

static void pages(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	u8 *p = hide(page_address(page));

	KUNIT_EXPECT_NO_REPORT(test, write_at(p, 2 * PAGE_SIZE - 1));
	__free_pages(page, 1);
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: use-after-free in write_at+",
			    write_at(p, PAGE_SIZE));
	KUNIT_EXPECT_REPORT(test, "The buggy address belongs to the physical page:", read_at(p, 0));
}

static void areas(struct kunit *test)
{
	u8 *p = hide(vmalloc(100));

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NO_REPORT(test, write_at(p, 99));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: vmalloc-out-of-bounds in write_at+",
			    write_at(p, 100));
	KUNIT_EXPECT_REPORT(test, "vmalloc-out-of-bounds", read_at(p, PAGE_SIZE - 1));
	vfree(p);
}

static void percpu(struct kunit *test)
{
	u64 __percpu *v = alloc_percpu_gfp(u64, GFP_KERNEL);
	u8 *p = hide(per_cpu_ptr(v, nr_cpu_ids - 1));

	KUNIT_EXPECT_NO_REPORT(test, write_at(p, 7));
	free_percpu(v);
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: use-after-free in write_at+", write_at(p, 0));
	KUNIT_EXPECT_REPORT(test, "Advice: The per-CPU variable was freed", write_at(p, 7));
	KUNIT_EXPECT_REPORT(test, "address is in the per-CPU region of CPU ", write_at(p, 7));
}

static void pools(struct kunit *test)
{
	mempool_t *pool = mempool_create_kmalloc_pool(2, 50);
	u8 *p = hide(pool->elements[0]);

	KUNIT_EXPECT_REPORT(test, "slab-use-after-free", read_at(p, 49));
	p = hide(mempool_alloc_preallocated(pool));
	KUNIT_EXPECT_NO_REPORT(test, write_at(p, 49));
	KUNIT_EXPECT_REPORT(test, "slab-out-of-bounds", write_at(p, 50));
	mempool_free(p, pool);
	KUNIT_EXPECT_REPORT(test, "slab-use-after-free", write_at(p, 0));
	mempool_destroy(pool);
}

/* Blocks of pages, and of kvmalloc() objects, pages and areas. */
static void pools_of_pages(struct kunit *test)
{
	mempool_t *pool = mempool_create_page_pool(2, 1);
	struct page *page = pool->elements[0];
	u8 *p = hide(page_address(page));

	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: use-after-free in read_at+", read_at(p, 0));
	KUNIT_EXPECT_REPORT(test, "KASAN: use-after-free", write_at(p, 2 * PAGE_SIZE - 1));
	page = mempool_alloc_preallocated(pool);
	p = hide(page_address(page));
	KUNIT_EXPECT_NO_REPORT(test, write_at(p, 0));
	KUNIT_EXPECT_NO_REPORT(test, write_at(p, 2 * PAGE_SIZE - 1));
	mempool_free(page, pool);
	KUNIT_EXPECT_REPORT(test, "KASAN: use-after-free", write_at(p, PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, mempool_resize(pool, 1), 0);
	KUNIT_EXPECT_NO_REPORT(test, mempool_destroy(pool));
}

static void pools_of_kvmalloc(struct kunit *test)
{
	static const struct {
		size_t size;
		const char *report;
	} kinds[] = {
		{ 50, "KASAN: slab-use-after-free" },
		{ KMALLOC_MAX_CACHE_SIZE + 50, "KASAN: use-after-free" },
		{ 2 * KMALLOC_MAX_SIZE, "KASAN: use-after-free" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t size = kinds[i].size;
		mempool_t *pool = mempool_create_kvmalloc_pool(1, size);
		u8 *p = hide(mempool_alloc_preallocated(pool));

		KUNIT_EXPECT_NO_REPORT(test, write_at(p, size - 1));
		mempool_free(p, pool);
		KUNIT_EXPECT_REPORT(test, kinds[i].report, write_at(p, 0));
		KUNIT_EXPECT_REPORT(test, kinds[i].report, read_at(p, size - 1));
		KUNIT_EXPECT_REPORT(test,
				    i ? "Advice: The element went back to its pool" : "Advice: The object was freed",
				    read_at(p, 0));
		mempool_destroy(pool);
	}
}

/* ---- variables and stacks ---- */

static u8 a_global[13];
static const char a_text[] = "twelve bytes";

static void globals(struct kunit *test)
{
	a_global[0] = 1;
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: global-out-of-bounds in read_at+",
			    read_at(hide(a_global), 13));
	KUNIT_EXPECT_REPORT(test, " a_global, 13 bytes, of ", read_at(hide(a_global), 20));
	KUNIT_EXPECT_REPORT(test, "located 7 bytes to the right of", read_at(hide(a_global), 20));
	KUNIT_EXPECT_REPORT(test, "global-out-of-bounds", read_at(hide((void *)a_text), 13));
}

static noinline u8 leave_array(long at)
{
	u8 small[10];

	memset(small, 0, sizeof(small));
	return read_at(hide(small), at);
}

static noinline u8 leave_run_time_array(size_t n, long at)
{
	u8 array[n];

	memset(array, 0, n);
	return read_at(hide(array), at);
}

static void stacks(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, leave_array(9));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: stack-out-of-bounds in read_at+", leave_array(10));
	KUNIT_EXPECT_REPORT(test, "stack-out-of-bounds", leave_array(-1));
	KUNIT_EXPECT_REPORT(test, " leave_array+", leave_array(10));
	KUNIT_EXPECT_REPORT(test, ") 'small'", leave_array(10));
	KUNIT_EXPECT_REPORT(test, " [32, 42) 'small'", leave_array(10));
	KUNIT_EXPECT_REPORT(test, "is located at offset 42 in frame", leave_array(10));
	KUNIT_EXPECT_NO_REPORT(test, leave_run_time_array(hide_size(20), 19));
	KUNIT_EXPECT_REPORT(test, "BUG: KASAN: alloca-out-of-bounds in read_at+",
			    leave_run_time_array(hide_size(20), 20));
	KUNIT_EXPECT_REPORT(test, "alloca-out-of-bounds", leave_run_time_array(hide_size(20), -1));
}

/* Where a red zone is overwritten, what it says of its frame is any value. */
static noinline u8 overwrite_description(u64 with)
{
	u64 room[4];

	memset(room, 0, sizeof(room));
	plant_write64((u64 *)hide(room) - 3, with);
	return read_at(hide(room), -1);
}

static noinline u64 run_down_the_frame(void)
{
	u64 room[4];
	volatile u64 *p = hide(room);

	for (long i = 3; i >= -4; i--)
		p[i] = BYTES_OF('A');
	return p[0];
}

static void descriptions_that_are_overwritten(struct kunit *test)
{
	static const char *const texts[] = { "", "0 ", "no number", "x 32 32 4 room" };

	KUNIT_EXPECT_REPORT(test, "pointer to its description was overwritten (4141414141414141).",
			    overwrite_description(BYTES_OF('A')));
	KUNIT_EXPECT_REPORT(test, "overwritten (0000000000000000).", overwrite_description(0));
	KUNIT_EXPECT_REPORT(test, "Report id: kasan-out-of-bounds", overwrite_description(0));
	for (unsigned int i = 0; i < ARRAY_SIZE(texts); i++)
		KUNIT_EXPECT_REPORT(test, "pointer to its description was overwritten",
				    overwrite_description((u64)texts[i]));
	/* What begins like one is told as far as it goes. */
	KUNIT_EXPECT_REPORT(test, "This frame has 1 object:\n [32, 64) 'room'\n",
			    overwrite_description((u64) "1 32 32 4 room"));
	KUNIT_EXPECT_REPORT(test, "This frame has 900 objects:\n [8, 9) 'a'\nAddress ",
			    overwrite_description((u64) "900 8 1 1 a 16 8 99999 b"));
	report_capture_start();
	run_down_the_frame();
	KUNIT_EXPECT_EQ(test, report_capture_stop(NULL), 4);
}

static noinline u8 fault_below(unsigned int depth)
{
	u8 room[40];

	memset(room, depth, sizeof(room));
	if (depth)
		room[1] = fault_below(depth - 1);
	else
		room[0] = read_at(hide(NULL), 0);
	return read_at(hide(room), 0);
}

static noinline u8 deep_array(void)
{
	u8 room[1000];

	memset(room, 1, hide_size(sizeof(room)));
	return read_at(hide(room), 999);
}

/* A jump out of a trap leaves frames behind, whose red zones are nobody's any more. */
static void frames_that_are_left(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "kernel NULL pointer dereference", fault_below(8));
	KUNIT_EXPECT_NO_REPORT(test, deep_array());
}

static void two(void *p)
{
	write_at(p, 8);
	write_at(p, 9);
}

/* Execution goes on behind a report, and the next one is made. */
static void execution_goes_on(struct kunit *test)
{
	u8 *p = hide(kmalloc(8, GFP_KERNEL));
	unsigned int n;

	report_capture_start();
	two(p);
	n = report_capture_stop(NULL);
	KUNIT_EXPECT_EQ(test, n, 2);
	kfree(p);
}

static struct kunit_case kasan_cases[] = { KUNIT_CASE(kmalloc_right),
					   KUNIT_CASE(kmalloc_left),
					   KUNIT_CASE(neighbours),
					   KUNIT_CASE(class_size_right),
					   KUNIT_CASE(odd_sizes),
					   KUNIT_CASE(before_all_objects),
					   KUNIT_CASE(use_after_free),
					   KUNIT_CASE(states_are_shown),
					   KUNIT_CASE(stacks_are_kept),
					   KUNIT_CASE(tracks_of_debug_caches),
					   KUNIT_CASE(left_objects_have_stacks),
					   KUNIT_CASE(wrong_frees),
					   KUNIT_CASE(wrong_frees_of_large_blocks),
					   KUNIT_CASE(stacks_need_no_switch),
					   KUNIT_CASE(own_cache),
					   KUNIT_CASE(krealloc_moves_the_end),
					   KUNIT_CASE(freed_objects_wait),
					   KUNIT_CASE(ranges),
					   KUNIT_CASE(memory_functions),
					   KUNIT_CASE(atomics_and_bits),
					   KUNIT_CASE(user_copies),
					   KUNIT_CASE(addresses_of_nobody),
					   KUNIT_CASE(states_of_states),
					   KUNIT_CASE(large_blocks),
					   KUNIT_CASE(pages),
					   KUNIT_CASE(areas),
					   KUNIT_CASE(percpu),
					   KUNIT_CASE(pools),
					   KUNIT_CASE(pools_of_pages),
					   KUNIT_CASE(pools_of_kvmalloc),
					   KUNIT_CASE(globals),
					   KUNIT_CASE(stacks),
					   KUNIT_CASE(descriptions_that_are_overwritten),
					   KUNIT_CASE(frames_that_are_left),
					   KUNIT_CASE(execution_goes_on),
					   {} };

static struct kunit_suite kasan_suite = { .name = "kasan",
					  .suite_init = no_samples,
					  .suite_exit = samples_again,
					  .test_cases = kasan_cases };
kunit_test_suite(kasan_suite);

#endif
