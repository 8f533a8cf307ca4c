// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/mmap.c: flags, errors, places, rights, heap, stacks, what maps shows; and a long
 * random run against a model.
 *
 * Mutations that made the suite fail when tried:
 *   munmap ignores map_count; the stack's guard, or its limit, is not kept; MAP_FIXED_NOREPLACE
 *   replaces; a file that can't be written may become so by mprotect(); hints are ignored; pieces
 *   of a refused request are not freed; the heap may run into a mapping; MADV_DONTNEED drops locked
 *   pages; unmapping leaves the first page of each mapping; a new page is not zeroed (random run);
 *   the second search for a place begins at mmap_base; anonymous memory takes MAP_SHARED_VALIDATE.
 */
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "tests/mm/user_fixture.h"

/* --- mmap's errors --- */

static int plain_mmap(struct file *file, struct vm_area_struct *vma)
{
	return file->private_data ? -ENXIO : 0;
}

static int frames_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_flags |= VM_PFNMAP;
	return 0;
}

static const struct file_operations plain_fops = { .mmap = plain_mmap };
static const struct file_operations frames_fops = { .mmap = frames_mmap };
static const struct file_operations unmappable_fops;

static struct file no_read = { .f_op = &plain_fops, .f_mode = FMODE_WRITE };
static struct file read_only = { .f_op = &plain_fops, .f_mode = FMODE_READ };
static struct file no_mmap = { .f_op = &unmappable_fops, .f_mode = FMODE_READ | FMODE_WRITE };
static struct file refuses = { .f_op = &plain_fops,
			       .f_mode = FMODE_READ,
			       .private_data = &refuses };

struct refused {
	const char *name;
	struct file *file;
	unsigned long addr, len, prot, flags, pgoff;
	int err;
};

static const struct refused refusals[] = {
	{ "length_0", NULL, 0, 0, PROT_READ, MAP_ANON_PRIVATE, 0, -EINVAL },
	{ "no_type", NULL, 0, 4096, PROT_READ, MAP_ANONYMOUS, 0, -EINVAL },
	{ "unknown_type", NULL, 0, 4096, PROT_READ, MAP_ANONYMOUS | 0xf, 0, -EINVAL },
	{ "fixed_unaligned", NULL, USER_BASE + 1, 4096, PROT_READ, MAP_ANON_FIXED, 0, -EINVAL },
	{ "huge_pages", NULL, 0, 4096, PROT_READ, MAP_ANON_PRIVATE | MAP_HUGETLB, 0, -EINVAL },
	{ "length_wraps", NULL, 0, -1UL, PROT_READ, MAP_ANON_PRIVATE, 0, -ENOMEM },
	{ "length_over_all", NULL, 0, TASK_SIZE + 1, PROT_READ, MAP_ANON_PRIVATE, 0, -ENOMEM },
	{ "length_all", NULL, 0, TASK_SIZE, PROT_READ, MAP_ANON_PRIVATE, 0, -ENOMEM },
	{ "fixed_past_the_end", NULL, TASK_SIZE, 4096, PROT_READ, MAP_ANON_FIXED, 0, -ENOMEM },
	{ "fixed_in_the_kernel", NULL, PAGE_OFFSET, 4096, PROT_READ, MAP_ANON_FIXED, 0, -ENOMEM },
	{ "fixed_at_0", NULL, 0, 4096, PROT_READ, MAP_ANON_FIXED, 0, -EPERM },
	{ "no_file", NULL, 0, 4096, PROT_READ, MAP_PRIVATE, 0, -EBADF },
	{ "not_readable", &no_read, 0, 4096, PROT_WRITE, MAP_SHARED, 0, -EACCES },
	{ "not_writable", &read_only, 0, 4096, PROT_RW, MAP_SHARED, 0, -EACCES },
	{ "not_mappable", &no_mmap, 0, 4096, PROT_READ, MAP_SHARED, 0, -ENODEV },
	{ "file_says_no", &refuses, 0, 4096, PROT_READ, MAP_PRIVATE, 0, -ENXIO },
	{ "offset_wraps", &read_only, 0, 4096, PROT_READ, MAP_PRIVATE, -1UL, -EOVERFLOW },
	{ "file_grows", &read_only, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, 0, -EINVAL },
	{ "shared_grows", NULL, 0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, 0,
	  -EINVAL },
	{ "validate_unknown", &read_only, 0, 4096, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, 0,
	  -EOPNOTSUPP },
	{ "validate_anonymous", NULL, 0, 4096, PROT_READ, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, 0,
	  -EINVAL },
	{ "low_2g_full", NULL, 0, 2UL << 30, PROT_READ, MAP_ANON_PRIVATE | MAP_32BIT, 0, -ENOMEM },
};

KUNIT_ARRAY_PARAM_DESC(refusal, refusals, name);

static void mmap_refuses(struct kunit *test)
{
	const struct refused *r = test->param_value;
	struct mm_struct *mm = test_mm(test);
	unsigned long ret = do_mmap(mm, r->file, r->addr, r->len, r->prot, r->flags, r->pgoff);

	KUNIT_EXPECT_EQ(test, (long)ret, (long)r->err);
	KUNIT_EXPECT_EQ(test, mm->map_count, 0);
	if (r->file)
		KUNIT_EXPECT_EQ(test, file_count(r->file), 0);
}

/*
 * A file that refuses finds the place free: what MAP_FIXED was to replace is gone, and only that. So
 * often that what is lost would be pages.
 */
static void refused_over_a_mapping(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long free;

	map_anon(test, 0, 4, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 5), 0);
	mm_quiesce();
	free = nr_free_pages();
	for (int i = 0; i < 200; i++) {
		map_anon(test, 1, 2, PROT_RW);
		KUNIT_EXPECT_EQ(test, mm->map_count, 1);
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 5), 0);
		KUNIT_EXPECT_EQ(test,
				(int)do_mmap(mm, &refuses, USER_PAGE(1), 2 * PAGE_SIZE, PROT_READ,
					     MAP_PRIVATE | MAP_FIXED, 0),
				-ENXIO);
		KUNIT_EXPECT_EQ(test, mm->map_count, 2);
		KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(1)), -EFAULT);
	}
	KUNIT_EXPECT_EQ(test, file_count(&refuses), 0);
	map_anon(test, 1, 2, PROT_RW);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
	KUNIT_EXPECT_EQ(test, mm->map_count, 1);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 5ULL);
}

static void restore_map_count(void *old)
{
	sysctl_max_map_count = (long)old;
}

static void too_many_mappings(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	KUNIT_EXPECT_EQ(test, sysctl_max_map_count, 65530);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, restore_map_count,
						  (void *)(long)sysctl_max_map_count),
			0);
	map_anon(test, 0, 3, PROT_RW);
	map_anon(test, 10, 1, PROT_RW);
	sysctl_max_map_count = 2;
	KUNIT_EXPECT_EQ(test, (int)do_mmap(mm, NULL, 0, PAGE_SIZE, PROT_READ, MAP_ANON_PRIVATE, 0),
			-ENOMEM);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(1), PAGE_SIZE), -ENOMEM);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(1), PAGE_SIZE, PROT_READ), -ENOMEM);
	KUNIT_EXPECT_EQ(test, mm->map_count, 2);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 4);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(0), PAGE_SIZE), 0);
	sysctl_max_map_count = 4;
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(1), PAGE_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, mm->map_count, 3);
}

/* --- places --- */

static unsigned long map_somewhere(struct kunit *test, unsigned long hint, unsigned long pages,
				   unsigned long flags)
{
	unsigned long at = do_mmap(test_mm(test), NULL, hint, pages * PAGE_SIZE, PROT_RW,
				   MAP_ANON_PRIVATE | flags, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(at));
	return at;
}

static void placed_top_down(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long top = mm->mmap_base, a, b, c;

	KUNIT_EXPECT_EQ(test, top, TASK_SIZE - (128UL << 20));
	a = map_somewhere(test, 0, 4, 0);
	KUNIT_EXPECT_EQ(test, a, top - 4 * PAGE_SIZE);
	b = map_somewhere(test, 0, 2, MAP_NORESERVE);
	KUNIT_EXPECT_EQ(test, b, a - 2 * PAGE_SIZE);
	/* The highest hole that is large enough, not the lowest and not the nearest in size. */
	KUNIT_EXPECT_EQ(test, do_munmap(mm, a + PAGE_SIZE, PAGE_SIZE), 0);
	c = map_somewhere(test, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, c, a + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, map_somewhere(test, 0, 1, 0), b - PAGE_SIZE);
}

static void full_below_goes_above(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long at;

	KUNIT_ASSERT_EQ(test,
			do_mmap(mm, NULL, mmap_min_addr, mm->mmap_base - mmap_min_addr, PROT_NONE,
				MAP_ANON_FIXED, 0),
			mmap_min_addr);
	at = map_somewhere(test, 0, 3, 0);
	KUNIT_EXPECT_EQ(test, at, TASK_SIZE - 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, poke(at, 5), 0);
	KUNIT_EXPECT_EQ(test,
			(int)do_mmap(mm, NULL, 0, 200UL << 20, PROT_NONE, MAP_ANON_PRIVATE, 0),
			-ENOMEM);
}

/* Fits neither below mmap_base nor above it, but across. */
static void large_goes_across(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long len = TASK_SIZE - mmap_min_addr;
	unsigned long at = do_mmap(mm, NULL, 0, len, PROT_RW, MAP_ANON_PRIVATE, 0);

	KUNIT_ASSERT_EQ(test, at, mmap_min_addr);
	KUNIT_EXPECT_EQ(test, poke(mm->mmap_base - 4, 5), 0);
	KUNIT_EXPECT_EQ(test, (int)do_mmap(mm, NULL, 0, PAGE_SIZE, PROT_READ, MAP_ANON_PRIVATE, 0),
			-ENOMEM);
}

static void hints(struct kunit *test)
{
	unsigned long top;

	KUNIT_EXPECT_EQ(test, map_somewhere(test, USER_PAGE(3) + 123, 2, 0), USER_PAGE(3));
	KUNIT_EXPECT_EQ(test, map_somewhere(test, 1, 1, 0), mmap_min_addr);
	top = map_somewhere(test, USER_PAGE(4), 1, 0);
	KUNIT_EXPECT_EQ(test, top, test_mm(test)->mmap_base - PAGE_SIZE);
	KUNIT_EXPECT_LT(test, map_somewhere(test, TASK_SIZE, 1, 0), top);
	/* Too near to a stack above: the guard counts. */
	KUNIT_EXPECT_EQ(test, map_somewhere(test, USER_PAGE(1000), 1, MAP_GROWSDOWN),
			USER_PAGE(1000));
	KUNIT_EXPECT_NE(test, map_somewhere(test, USER_PAGE(900), 1, 0), USER_PAGE(900));
	KUNIT_EXPECT_EQ(test, map_somewhere(test, USER_PAGE(743), 1, 0), USER_PAGE(743));
}

static void low_2g(struct kunit *test)
{
	unsigned long a = map_somewhere(test, 0, 2, MAP_32BIT);

	KUNIT_EXPECT_EQ(test, a, 0x80000000UL - 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, map_somewhere(test, 0, 2, MAP_32BIT), a - 2 * PAGE_SIZE);
}

static void fixed_replaces(struct kunit *test)
{
	map_anon(test, 0, 4, PROT_RW);
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(i), 0x100 + i), 0);
	map_anon(test, 1, 2, PROT_READ);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 0x100ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 0ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), 0ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(3)), 0x103ULL);
	KUNIT_EXPECT_EQ(test, get_mm_counter(test_mm(test), MM_ANONPAGES), 2);
}

static void noreplace_does_not(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long flags = MAP_ANON_PRIVATE | MAP_FIXED_NOREPLACE;

	map_anon(test, 2, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(2), 7), 0);
	KUNIT_EXPECT_EQ(test,
			(int)do_mmap(mm, NULL, USER_PAGE(1), 2 * PAGE_SIZE, PROT_RW, flags, 0),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, (int)do_mmap(mm, NULL, USER_PAGE(2), PAGE_SIZE, PROT_RW, flags, 0),
			-EEXIST);
	KUNIT_EXPECT_EQ(test, do_mmap(mm, NULL, USER_PAGE(3), PAGE_SIZE, PROT_RW, flags, 0),
			USER_PAGE(3));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), 7ULL);
}

static void current_or_nothing(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct memfile *mf = pattern_file(test, "f", 3 * PAGE_SIZE);
	unsigned long at = vm_mmap(&mf->file, USER_BASE, PAGE_SIZE, PROT_READ,
				   MAP_PRIVATE | MAP_FIXED, 2 * PAGE_SIZE);

	KUNIT_ASSERT_EQ(test, at, USER_BASE);
	KUNIT_EXPECT_EQ(test, find_vma(mm, at)->vm_pgoff, 2);
	KUNIT_EXPECT_EQ(test, (int)vm_mmap(&mf->file, 0, PAGE_SIZE, PROT_READ, MAP_PRIVATE, 100),
			-EINVAL);
	kthread_unuse_mm(mm);
	KUNIT_EXPECT_EQ(test, (int)vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ, MAP_ANON_PRIVATE, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, vm_munmap(at, PAGE_SIZE), -EINVAL);
	kthread_use_mm(mm);
	KUNIT_EXPECT_EQ(test, vm_munmap(at, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->map_count, 0);
}

static void populate_brings_pages_in(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct memfile *mf = pattern_file(test, "f", 4 * PAGE_SIZE);

	map_somewhere(test, 0, 5, MAP_POPULATE);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 5);
	KUNIT_EXPECT_TRUE(test, find_vma(mm, map_somewhere(test, 0, 3, MAP_LOCKED))->vm_flags &
					VM_LOCKED);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 8);
	map_file(test, mf, 0, 4, PROT_RW, MAP_SHARED | MAP_POPULATE, 0);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_FILEPAGES), 4);
	KUNIT_EXPECT_EQ(test, mm->map_count, 3);
	/* Nobody wrote: what is shared stays clean. */
	KUNIT_EXPECT_TRUE(test, pte_present(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_PAGE(0))));
	/* What can't be brought in is left to the access. */
	map_file(test, mf, 8, 4, PROT_READ, MAP_SHARED | MAP_POPULATE, 2);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_FILEPAGES), 6);
}

/* --- munmap, mprotect, madvise --- */

static void munmap_errors(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	map_anon(test, 0, 2, PROT_RW);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE + 1, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, TASK_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, -1UL), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, PAGE_OFFSET, PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 2);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 1), 0);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 1);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, 0, TASK_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 0);
}

static void mprotect_errors(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	map_anon(test, 0, 2, PROT_RW);
	map_anon(test, 3, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE + 8, PAGE_SIZE, PROT_READ), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, 0x40), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_READ | PROT_GROWSUP),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_READ | PROT_GROWSDOWN),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, 0, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, -1UL, PROT_READ), -ENOMEM);
	/* A hole: nothing is changed, before it neither. */
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, 4 * PAGE_SIZE, PROT_READ), -ENOMEM);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(2), PAGE_SIZE, PROT_READ), -ENOMEM);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), 0);
	KUNIT_EXPECT_EQ(test, mm->map_count, 2);
}

static void mprotect_asks_the_file(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct memfile *mf = pattern_file(test, "f", 2 * PAGE_SIZE);

	mf->file.f_mode = FMODE_READ;
	map_file(test, mf, 0, 1, PROT_READ, MAP_SHARED, 0);
	map_file(test, mf, 1, 1, PROT_READ, MAP_PRIVATE, 0);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(0), PAGE_SIZE, PROT_RW), -EACCES);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(0), 2 * PAGE_SIZE, PROT_RW), -EACCES);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(1), PAGE_SIZE, PROT_RW), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 1), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, vma_first(mm)->vm_flags & (VM_SHARED | VM_MAYSHARE | VM_MAYWRITE),
			VM_MAYSHARE);
}

static void rights_follow_mprotect(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 42), 0);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 42ULL);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 43), -EFAULT);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_NONE), 0);
	KUNIT_EXPECT_EQ(test, peek_error(USER_BASE), -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 43), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 1);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_RW | PROT_EXEC), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 42ULL);
	KUNIT_EXPECT_TRUE(test, pte_exec(user_entry(test, USER_BASE)));
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 44), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 44ULL);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 1);
}

static void dontneed_drops(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct memfile *mf = pattern_file(test, "f", 2 * PAGE_SIZE);
	u64 original;

	KUNIT_ASSERT_EQ(test, memfile_read(mf, &original, 8, 0), 8);
	map_anon(test, 0, 2, PROT_RW);
	map_file(test, mf, 2, 1, PROT_RW, MAP_PRIVATE, 0);
	map_file(test, mf, 3, 1, PROT_RW, MAP_SHARED, 1);
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(i), 9), 0);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_PAGE(1), 3 * PAGE_SIZE, MADV_DONTNEED), 0);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 1);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 9ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 0ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), original);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(3)), 9ULL);
}

static void madvise_errors(struct kunit *test)
{
	static struct file frames = { .f_op = &frames_fops,
				      .f_mode = FMODE_READ,
				      .f_count = { 1 } };
	struct mm_struct *mm = test_mm(test);
	unsigned long locked = map_somewhere(test, 0, 1, MAP_LOCKED);

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 3), 0);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_BASE + 1, PAGE_SIZE, MADV_DONTNEED), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_BASE, PAGE_SIZE, 99), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_BASE, -1UL, MADV_DONTNEED), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_BASE, 2 * PAGE_SIZE, MADV_DONTNEED), -ENOMEM);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_PAGE(1), PAGE_SIZE, MADV_WILLNEED), -ENOMEM);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, locked, PAGE_SIZE, MADV_DONTNEED), -EINVAL);
	KUNIT_ASSERT_EQ(
		test,
		do_mmap(mm, &frames, USER_PAGE(4), PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, 0),
		USER_PAGE(4));
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_PAGE(4), PAGE_SIZE, MADV_DONTNEED), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_BASE, PAGE_SIZE, MADV_SEQUENTIAL), 0);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_BASE, 0, MADV_DONTNEED), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 3ULL);
}

/* --- heap and stack --- */

static void heap_moves(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long start = do_brk(mm, 0), end = start + 3 * PAGE_SIZE + 5;

	KUNIT_EXPECT_EQ(test, start, mm->start_brk);
	KUNIT_EXPECT_EQ(test, start, PAGE_ALIGN_DOWN(TASK_SIZE / 3 * 2));
	KUNIT_EXPECT_EQ(test, do_brk(mm, end), end);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 4);
	KUNIT_EXPECT_EQ(test, poke(start + 3 * PAGE_SIZE, 8), 0);
	KUNIT_EXPECT_EQ(test, do_brk(mm, end + 8), end + 8);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 4);
	KUNIT_EXPECT_EQ(test, do_brk(mm, start + PAGE_SIZE), start + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 1);
	KUNIT_EXPECT_EQ(test, peek_error(start + 3 * PAGE_SIZE), -EFAULT);
	/* Below its start, over the end, into another mapping: it stays where it is. */
	KUNIT_EXPECT_EQ(test, do_brk(mm, start - 1), start + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, do_brk(mm, -1UL), start + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, map_somewhere(test, start + 4 * PAGE_SIZE, 1, 0),
			start + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, do_brk(mm, start + 4 * PAGE_SIZE), start + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, do_brk(mm, start + 3 * PAGE_SIZE), start + 3 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, do_brk(mm, start), start);
	KUNIT_EXPECT_EQ(test, mm->map_count, 1);
}

static unsigned long map_stack(struct kunit *test, unsigned long first, unsigned long pages)
{
	KUNIT_ASSERT_EQ(test,
			do_mmap(test_mm(test), NULL, USER_PAGE(first), pages * PAGE_SIZE, PROT_RW,
				MAP_ANON_FIXED | MAP_GROWSDOWN | MAP_STACK, 0),
			USER_PAGE(first));
	return USER_PAGE(first);
}

static void stack_grows(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long at = map_stack(test, 5000, 2);

	KUNIT_EXPECT_EQ(test, poke(at - 8, 1), 0);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 3);
	KUNIT_EXPECT_EQ(test, poke(at - 100 * PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 102);
	KUNIT_EXPECT_EQ(test, peek(at - 50 * PAGE_SIZE), 0ULL);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 2);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	/* It is anonymous memory like any other: the page number is its place, neighbours join it. */
	KUNIT_EXPECT_EQ(test, vma_first(mm)->vm_pgoff, vma_first(mm)->vm_start >> PAGE_SHIFT);
	map_stack(test, 5000 - 102, 2);
	KUNIT_EXPECT_EQ(test, mm->map_count, 1);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(5000 - 102), 2 * PAGE_SIZE), 0);
	/* The limit counts the whole mapping. */
	KUNIT_EXPECT_EQ(test, poke(at + 2 * PAGE_SIZE - STACK_LIMIT - 8, 3), -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(at + 2 * PAGE_SIZE - STACK_LIMIT, 3), 0);
	KUNIT_EXPECT_EQ(test, mm->total_vm, STACK_LIMIT >> PAGE_SHIFT);
	KUNIT_EXPECT_EQ(test, mm->map_count, 1);
}

static void stack_keeps_its_gap(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long at = map_stack(test, 1000, 1), guard = stack_guard_gap >> PAGE_SHIFT;

	KUNIT_EXPECT_EQ(test, guard, 256);
	map_anon(test, 500, 1, PROT_READ);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(501 + guard) - 8, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 2);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(501 + guard), 1), 0);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 2 + 1000 - 501 - guard);
	/* What can't be accessed is gap enough itself: the stack may come up to it. */
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(500), PAGE_SIZE, PROT_NONE), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(501), 1), 0);
	KUNIT_EXPECT_EQ(test, find_vma(mm, at)->vm_start, USER_PAGE(501));
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(500), 1), -EFAULT);
}

static void stack_ends_at_the_lowest_address(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long at = mmap_min_addr + PAGE_SIZE;

	KUNIT_ASSERT_EQ(
		test, do_mmap(mm, NULL, at, PAGE_SIZE, PROT_RW, MAP_ANON_FIXED | MAP_GROWSDOWN, 0),
		at);
	KUNIT_EXPECT_EQ(test, poke(mmap_min_addr - 8, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 1);
	KUNIT_EXPECT_EQ(test, poke(mmap_min_addr, 1), 0);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 2);
	mmap_write_lock(mm);
	KUNIT_EXPECT_EQ(test, expand_stack_locked(vma_first(mm), mmap_min_addr - 8), -EPERM);
	mmap_write_unlock(mm);
}

/* What a fault never asks for, another caller may. */
static void stack_grows_over_nothing(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long at = map_stack(test, 1000, 1);
	struct vm_area_struct *stack = find_vma(mm, at);

	map_anon(test, 500, 1, PROT_NONE);
	mmap_write_lock(mm);
	KUNIT_EXPECT_EQ(test, expand_stack_locked(stack, USER_PAGE(500)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, expand_stack_locked(stack, USER_PAGE(499)), -ENOMEM);
	KUNIT_EXPECT_PTR_EQ(test, find_extend_vma_locked(mm, at), stack);
	KUNIT_EXPECT_PTR_EQ(test, find_extend_vma_locked(mm, USER_PAGE(501)), stack);
	KUNIT_EXPECT_EQ(test, stack->vm_start, USER_PAGE(501));
	KUNIT_EXPECT_NULL(test, find_extend_vma_locked(mm, USER_PAGE(499)));
	KUNIT_EXPECT_NULL(test, find_extend_vma_locked(mm, at + PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, (int)get_unmapped_area(mm, 0, TASK_SIZE + PAGE_SIZE, 0), -ENOMEM);
	mmap_write_unlock(mm);
}

static void mprotect_of_a_growing_stack(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long at = map_stack(test, 1000, 4);

	KUNIT_EXPECT_EQ(test,
			do_mprotect(mm, at + 2 * PAGE_SIZE, PAGE_SIZE, PROT_READ | PROT_GROWSDOWN),
			0);
	KUNIT_EXPECT_EQ(test, mm->map_count, 2);
	KUNIT_EXPECT_EQ(test, poke(at, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(at + 3 * PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_READ | PROT_GROWSDOWN),
			-ENOMEM);
}

/* --- out of memory --- */

/* Splits until the caches run dry: the call that fails leaves everything as it was. */
static void split_without_memory(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long page, pages = 4096;
	int err = 0;

	map_anon(test, 0, pages, PROT_RW);
	memory_exhaust(test);
	for (page = 1; page < pages - 2 && !err; page += 2)
		err = do_munmap(mm, USER_PAGE(page), PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	KUNIT_EXPECT_NOT_NULL(test, vma_lookup(mm, USER_PAGE(page - 2)));
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(page), PAGE_SIZE, PROT_READ), -ENOMEM);
	KUNIT_EXPECT_EQ(
		test,
		(int)do_mmap(mm, NULL, USER_PAGE(page), PAGE_SIZE, PROT_READ, MAP_ANON_FIXED, 0),
		-ENOMEM);
	KUNIT_EXPECT_TRUE(test, find_vma(mm, USER_PAGE(page))->vm_flags & VM_WRITE);
	KUNIT_EXPECT_EQ(test, mm->total_vm, pages - (page - 3) / 2);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	memory_release(test);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(page - 2), PAGE_SIZE), 0);
}

/* --- maps --- */

static char shown[8][160];
static unsigned int nr_shown;

static void keep_line(const char *text)
{
	if (nr_shown < ARRAY_SIZE(shown))
		strscpy(shown[nr_shown], text, sizeof(shown[0]));
	nr_shown++;
}

static const char *its_name(struct vm_area_struct *vma)
{
	return "[named]";
}

static const struct vm_operations_struct named_ops = { .name = its_name };

static void maps_layout(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct memfile *mf = pattern_file(test, "/boot/module.txt", 8 * PAGE_SIZE);
	char line[64], want[96];

	map_anon(test, 0, 2, PROT_RW);
	map_file(test, mf, 16, 4, PROT_READ | PROT_EXEC, MAP_SHARED, 2);
	do_brk(mm, mm->start_brk + PAGE_SIZE);
	mm->start_stack = USER_PAGE(1) + 8;
	map_anon(test, 4, 1, PROT_READ);
	find_vma(mm, USER_PAGE(4))->vm_ops = &named_ops;
	nr_shown = 0;
	mm_maps_show(mm, keep_line);
	find_vma(mm, USER_PAGE(4))->vm_ops = NULL;
	mm->start_stack = 0;
	KUNIT_ASSERT_EQ(test, nr_shown, 4);
	KUNIT_EXPECT_STREQ(test, (const char *)shown[0] + 73, "[stack]");
	KUNIT_EXPECT_STREQ(test, (const char *)shown[1] + 73, "[named]");
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(4), PAGE_SIZE), 0);
	nr_shown = 0;
	mm_maps_show(mm, keep_line);
	KUNIT_ASSERT_EQ(test, nr_shown, 3);
	KUNIT_EXPECT_STREQ(test, (const char *)shown[0],
			   "10000000-10002000 rw-p 00000000 00:00 0 ");
	KUNIT_EXPECT_STREQ(test, (const char *)shown[1],
			   "10010000-10014000 r-xs 00002000 00:00 0"
			   "                                  /boot/module.txt");
	snprintf(line, sizeof(line), "%lx-%lx rw-p 00000000 00:00 0", mm->start_brk,
		 mm->start_brk + PAGE_SIZE);
	snprintf(want, sizeof(want), "%-73s[heap]", line);
	KUNIT_EXPECT_STREQ(test, (const char *)shown[2], (const char *)want);
}

/* --- a long run against a model --- */

#define WINDOW	   64
#define FILE_PAGES 24
#define WORD_AT	   0x238

enum kind { NOTHING, ANON, SHARED_ANON, FILE_PRIVATE, FILE_SHARED, NR_KINDS };

struct model_page {
	enum kind kind;
	unsigned long prot, fpage;
	u64 word; /* ANON, SHARED_ANON; FILE_PRIVATE if own */
	bool own;
};

struct model {
	struct memfile *mf;
	struct model_page page[WINDOW];
	u64 file[FILE_PAGES];
};

static bool model_beyond_file(const struct model_page *p)
{
	return p->kind >= FILE_PRIVATE && p->fpage >= FILE_PAGES;
}

static u64 model_word(const struct model *m, const struct model_page *p)
{
	if (p->kind == FILE_SHARED || (p->kind == FILE_PRIVATE && !p->own))
		return m->file[p->fpage];
	return p->word;
}

static void step_map(struct kunit *test, struct model *m, unsigned int first, unsigned int n)
{
	static const unsigned long types[NR_KINDS] = {
		[ANON] = MAP_PRIVATE | MAP_ANONYMOUS,
		[SHARED_ANON] = MAP_SHARED | MAP_ANONYMOUS,
		[FILE_PRIVATE] = MAP_PRIVATE,
		[FILE_SHARED] = MAP_SHARED,
	};
	enum kind kind = 1 + kunit_rand_below(test, NR_KINDS - 1);
	unsigned long prot = kunit_rand_below(test, 8), fpage = kunit_rand_below(test, FILE_PAGES);
	unsigned long populate = kunit_rand_below(test, 4) ? 0 : MAP_POPULATE;

	KUNIT_ASSERT_EQ(test,
			do_mmap(test_mm(test), &m->mf->file, USER_PAGE(first), n * PAGE_SIZE, prot,
				types[kind] | MAP_FIXED | populate, fpage),
			USER_PAGE(first));
	for (unsigned int i = 0; i < n; i++) {
		struct model_page *p = &m->page[first + i];

		*p = (struct model_page){ .kind = kind, .prot = prot, .fpage = fpage + i };
		/* Populating a private mapping that may be written makes its copies at once. */
		if (!populate || kind != FILE_PRIVATE || !(prot & PROT_WRITE) ||
		    model_beyond_file(p))
			continue;
		p->own = true;
		p->word = m->file[p->fpage];
	}
}

static void step_unmap(struct kunit *test, struct model *m, unsigned int first, unsigned int n)
{
	KUNIT_ASSERT_EQ(test, do_munmap(test_mm(test), USER_PAGE(first), n * PAGE_SIZE), 0);
	memset(&m->page[first], 0, n * sizeof(m->page[0]));
}

static bool model_hole(const struct model *m, unsigned int first, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (m->page[first + i].kind == NOTHING)
			return true;
	return false;
}

static void step_protect(struct kunit *test, struct model *m, unsigned int first, unsigned int n)
{
	unsigned long prot = kunit_rand_below(test, 8);
	bool hole = model_hole(m, first, n);

	KUNIT_ASSERT_EQ(test, do_mprotect(test_mm(test), USER_PAGE(first), n * PAGE_SIZE, prot),
			hole ? -ENOMEM : 0);
	for (unsigned int i = 0; i < n && !hole; i++)
		m->page[first + i].prot = prot;
}

static void step_drop(struct kunit *test, struct model *m, unsigned int first, unsigned int n)
{
	bool hole = model_hole(m, first, n);

	KUNIT_ASSERT_EQ(test,
			do_madvise(test_mm(test), USER_PAGE(first), n * PAGE_SIZE, MADV_DONTNEED),
			hole ? -ENOMEM : 0);
	for (unsigned int i = 0; i < n && !hole; i++) {
		struct model_page *p = &m->page[first + i];

		p->own = false;
		if (p->kind == ANON)
			p->word = 0;
	}
}

static void step_write(struct kunit *test, struct model *m, unsigned int at)
{
	struct model_page *p = &m->page[at];
	u64 word = kunit_rand(test) >> 1;
	bool may = p->kind != NOTHING && (p->prot & PROT_WRITE) && !model_beyond_file(p);

	KUNIT_ASSERT_EQ(test, poke(USER_PAGE(at) + WORD_AT, word), may ? 0 : -EFAULT);
	if (!may)
		return;
	if (p->kind == FILE_SHARED)
		m->file[p->fpage] = word;
	else
		p->word = word;
	p->own = true;
}

static void step_read(struct kunit *test, struct model *m, unsigned int at)
{
	struct model_page *p = &m->page[at];
	bool may = p->kind != NOTHING && p->prot && !model_beyond_file(p);
	u64 word = 1;

	KUNIT_ASSERT_EQ(test, get_user(word, (u64 __user *)(USER_PAGE(at) + WORD_AT)),
			may ? 0 : -EFAULT);
	KUNIT_ASSERT_EQ_MSG(test, word, may ? model_word(m, p) : 0,
			    "page %u kind %d prot %lu fpage %lu own %d", at, p->kind, p->prot,
			    p->fpage, p->own);
}

static void random_step(struct kunit *test, struct model *m)
{
	unsigned int first = kunit_rand_below(test, WINDOW);
	unsigned int n = 1 + kunit_rand_below(test, min(WINDOW - first, 12u));

	switch (kunit_rand_below(test, 16)) {
	case 0 ... 1:
		step_map(test, m, first, n);
		break;
	case 2:
		step_unmap(test, m, first, n);
		break;
	case 3 ... 4:
		step_protect(test, m, first, n);
		break;
	case 5:
		step_drop(test, m, first, n);
		break;
	case 6 ... 10:
		step_write(test, m, first);
		break;
	default:
		step_read(test, m, first);
		break;
	}
}

static void random_run(struct kunit *test)
{
	struct model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->mf = pattern_file(test, "model", FILE_PAGES * PAGE_SIZE);
	for (int i = 0; i < FILE_PAGES; i++)
		KUNIT_ASSERT_EQ(test, memfile_read(m->mf, &m->file[i], 8, i * PAGE_SIZE + WORD_AT),
				8);
	for (int step = 0; step < 8000; step++) {
		random_step(test, m);
		if (step % 16 == 0)
			KUNIT_ASSERT_TRUE_MSG(test, mm_valid(test_mm(test)), "step %d", step);
	}
	for (unsigned int i = 0; i < WINDOW; i++)
		step_read(test, m, i);
	for (int i = 0; i < FILE_PAGES; i++) {
		u64 word;

		KUNIT_ASSERT_EQ(test, memfile_read(m->mf, &word, 8, i * PAGE_SIZE + WORD_AT), 8);
		KUNIT_ASSERT_EQ(test, word, m->file[i]);
	}
}

static struct kunit_case mmap_cases[] = { KUNIT_CASE_PARAM(mmap_refuses, refusal_gen_params),
					  KUNIT_CASE(refused_over_a_mapping),
					  KUNIT_CASE(too_many_mappings),
					  KUNIT_CASE(placed_top_down),
					  KUNIT_CASE(full_below_goes_above),
					  KUNIT_CASE(large_goes_across),
					  KUNIT_CASE(hints),
					  KUNIT_CASE(low_2g),
					  KUNIT_CASE(fixed_replaces),
					  KUNIT_CASE(noreplace_does_not),
					  KUNIT_CASE(current_or_nothing),
					  KUNIT_CASE(populate_brings_pages_in),
					  KUNIT_CASE(munmap_errors),
					  KUNIT_CASE(mprotect_errors),
					  KUNIT_CASE(mprotect_asks_the_file),
					  KUNIT_CASE(rights_follow_mprotect),
					  KUNIT_CASE(dontneed_drops),
					  KUNIT_CASE(madvise_errors),
					  KUNIT_CASE(heap_moves),
					  KUNIT_CASE(stack_grows),
					  KUNIT_CASE(stack_keeps_its_gap),
					  KUNIT_CASE(stack_ends_at_the_lowest_address),
					  KUNIT_CASE(stack_grows_over_nothing),
					  KUNIT_CASE(mprotect_of_a_growing_stack),
					  KUNIT_CASE(split_without_memory),
					  KUNIT_CASE(maps_layout),
					  KUNIT_CASE(random_run),
					  {} };

static struct kunit_suite mmap_suite = {
	.name = "mmap",
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = mmap_cases,
};
kunit_test_suite(mmap_suite);
