// SPDX-License-Identifier: MIT
/*
 * The fixture of the address-space suites (user_fixture.h).
 *
 * The hoard is a list of blocks threaded through their own struct pages, so that taking all memory
 * takes none.
 */
#include <asm/pgtable.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "mm/kfence.h"
#include "tests/mm/user_fixture.h"

static long stats_before[NR_MM_STATS];
static LIST_HEAD(hoard);
static bool paused; /* KFENCE, by us */

static const enum mm_stat audited[] = { MM_ANON, MM_FILE, MM_USER_TABLES };

int user_fixture_init(struct kunit *test)
{
	struct mm_struct *mm;

	for (unsigned int i = 0; i < NR_MM_STATS; i++)
		stats_before[i] = mm_stat_read(i);
	mm = mm_alloc();
	if (!mm)
		return -ENOMEM;
	test->priv = mm;
	kthread_use_mm(mm);
	return 0;
}

void user_fixture_exit(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	memory_release(test);
	if (!mm)
		return;
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&mm->mmap_lock));
	KUNIT_EXPECT_FALSE(test, pagefault_disabled());
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 1);
	kthread_unuse_mm(mm);
	mmput(mm);
	for (unsigned int i = 0; i < ARRAY_SIZE(audited); i++) {
		long now = mm_stat_read(audited[i]) - stats_before[audited[i]];

		/*
		 * A file that the case holds still has its pages; its own action puts it after
		 * this.
		 */
		if (audited[i] != MM_FILE)
			KUNIT_EXPECT_EQ_MSG(test, now, 0, "stat %u", audited[i]);
	}
}

unsigned long map_anon(struct kunit *test, unsigned long first, unsigned long pages,
		       unsigned long prot)
{
	unsigned long at = do_mmap(test_mm(test), NULL, USER_PAGE(first), pages * PAGE_SIZE, prot,
				   MAP_ANON_FIXED, 0);

	KUNIT_ASSERT_EQ(test, at, USER_PAGE(first));
	return at;
}

unsigned long map_file(struct kunit *test, struct memfile *mf, unsigned long first,
		       unsigned long pages, unsigned long prot, unsigned long type,
		       unsigned long pgoff)
{
	unsigned long at = do_mmap(test_mm(test), &mf->file, USER_PAGE(first), pages * PAGE_SIZE,
				   prot, type | MAP_FIXED, pgoff);

	KUNIT_ASSERT_EQ(test, at, USER_PAGE(first));
	return at;
}

u8 pattern_byte(size_t i)
{
	return (i * 7 + (i >> 8) * 13 + (i >> 12) * 101 + 1) & 0xff;
}

static void put_pattern_file(void *ctx)
{
	memfile_put(ctx);
}

struct memfile *pattern_file(struct kunit *test, const char *name, size_t size)
{
	size_t room = PAGE_ALIGN(size);
	u8 *bytes = kunit_kmalloc(test, room, GFP_KERNEL);
	struct memfile *mf;

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	for (size_t i = 0; i < size; i++)
		bytes[i] = pattern_byte(i);
	/* What stands behind the given bytes is not the file's. */
	memset(bytes + size, 0xdd, room - size);
	mf = memfile_create(name, bytes, size);
	KUNIT_ASSERT_NOT_NULL(test, mf);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, put_pattern_file, mf), 0);
	return mf;
}

pte_t user_entry(struct kunit *test, unsigned long addr)
{
	int level;
	pte_t *slot = pt_lookup(test_mm(test)->pgd, addr, &level);

	return slot ? pte_get(slot) : (pte_t){ 0 };
}

static void hoard_pages(gfp_t gfp)
{
	for (int order = MAX_PAGE_ORDER; order >= 0; order--) {
		struct page *page;

		while ((page = alloc_pages(gfp | __GFP_NOWARN, order)))
			list_add(&page->lru, &hoard);
	}
}

/* A sample of KFENCE has a page that is its own. */
static void samples_off(void)
{
	if (!paused)
		kfence_pause();
	paused = true;
}

void memory_exhaust(struct kunit *test)
{
	samples_off();
	hoard_pages(GFP_HIGHUSER_MOVABLE);
}

void memory_exhaust_reserves(struct kunit *test)
{
	samples_off();
	hoard_pages(GFP_HIGHUSER_MOVABLE);
	hoard_pages(GFP_ATOMIC);
}

void memory_release(struct kunit *test)
{
	while (!list_empty(&hoard)) {
		struct page *page = list_first_entry(&hoard, struct page, lru);

		list_del(&page->lru);
		__free_pages(page, page->order);
	}
	if (paused)
		kfence_resume();
	paused = false;
}
