// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/mm_struct.c: address spaces kept apart, switched, counted, taken apart.
 *
 * Mutations that made the suite fail when tried:
 *   mmap_read_trylock() that takes the lock for writing; mmap_write_unlock() that leaves it to readers;
 *   kthread_use_mm(), or kthread_unuse_mm(), does not switch the tables (the machine hangs or dies
 *   in the case that needs it); use takes no count; the last mmput() does not unmap; the root is
 *   not freed; a root has no kernel half (the machine dies); what
 *   has no user any more can be mapped into.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include "mm/internal.h"
#include "tests/mm/user_fixture.h"

static struct mm_struct *new_mm(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	return mm;
}

static void map_words(struct kunit *test, struct mm_struct *mm, unsigned long pages)
{
	KUNIT_ASSERT_EQ(test,
			do_mmap(mm, NULL, USER_BASE, pages * PAGE_SIZE, PROT_RW, MAP_ANON_FIXED, 0),
			USER_BASE);
}

static void a_new_one_is_empty(struct kunit *test)
{
	struct mm_struct *mm = new_mm(test);

	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_users), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_count), 1);
	KUNIT_EXPECT_EQ(test, mm->map_count, 0);
	KUNIT_EXPECT_EQ(test, mm->total_vm, 0);
	KUNIT_EXPECT_EQ(test, mm->nr_tables, 0);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
	KUNIT_EXPECT_NULL(test, find_vma(mm, 0));
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	mmput(mm);
}

/* Every address space has the kernel: a CPU that switches to it goes on. */
static void the_kernel_is_in_each(struct kunit *test)
{
	static const unsigned long in[] = { PAGE_OFFSET, VMALLOC_START, VMEMMAP_START,
					    IMAGE_START, PERCPU_START, PERCPU_WINDOW };
	struct mm_struct *mm = new_mm(test);

	for (unsigned int i = 0; i < ARRAY_SIZE(in); i++) {
		pte_t *own = pt_slot(mm->pgd, in[i], PT_TOP, NULL);
		pte_t *kernels = pt_slot(kernel_root(), in[i], PT_TOP, NULL);

		KUNIT_EXPECT_FALSE(test, pte_none(pte_get(own)));
		KUNIT_EXPECT_PTR_EQ(test, pte_table(pte_get(own)), pte_table(pte_get(kernels)));
	}
	mmput(mm);
}

/* Readers share it, a writer is alone, and what tries does not wait. */
static void its_lock(struct kunit *test)
{
	struct mm_struct *mm = new_mm(test), *other = new_mm(test);

	lockdep_off();
	mmap_read_lock(mm);
	KUNIT_EXPECT_TRUE(test, mmap_read_trylock(mm));
	KUNIT_EXPECT_FALSE(test, mmap_write_trylock(mm));
	KUNIT_EXPECT_NO_REPORT(test, mmap_assert_locked(mm));
	mmap_read_unlock(mm);
	KUNIT_EXPECT_FALSE(test, mmap_write_trylock(mm)); /* one is left */
	mmap_read_unlock(mm);
	KUNIT_EXPECT_TRUE(test, mmap_write_trylock(mm));
	KUNIT_EXPECT_FALSE(test, mmap_read_trylock(mm));
	KUNIT_EXPECT_FALSE(test, mmap_write_trylock(mm));
	KUNIT_EXPECT_TRUE(test, mmap_write_trylock(other)); /* each has its own */
	mmap_write_unlock(other);
	KUNIT_EXPECT_NO_REPORT(test, mmap_assert_write_locked(mm));
	mmap_write_unlock(mm);
	mmap_write_lock(mm);
	KUNIT_EXPECT_FALSE(test, mmap_read_trylock(mm));
	KUNIT_EXPECT_NULL(test, find_vma(mm, 0));
	mmap_write_downgrade(mm);
	KUNIT_EXPECT_TRUE(test, mmap_read_trylock(mm));
	KUNIT_EXPECT_FALSE(test, mmap_write_trylock(mm));
	mmap_read_unlock(mm);
	mmap_read_unlock(mm);
	KUNIT_EXPECT_FALSE(test, rwsem_is_locked(&mm->mmap_lock));
	lockdep_on();
	mmput(other);
	mmput(mm);
}

static void no_space_no_access(struct kunit *test)
{
	char buf[4] = "abc";

	KUNIT_EXPECT_NULL(test, current->mm);
	KUNIT_EXPECT_EQ(test, peek_error(USER_BASE), -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_to_user((void __user *)USER_BASE, buf, 4), 4);
	KUNIT_EXPECT_EQ(test, copy_from_user(buf, (void __user *)USER_BASE, 4), 4);
	KUNIT_EXPECT_EQ(test, buf[0], 0);
}

/* The same address in two spaces, switched back and forth: neither sees the other's. */
static void two_are_kept_apart(struct kunit *test)
{
	struct mm_struct *mm[2] = { new_mm(test), new_mm(test) };

	map_words(test, mm[0], 8);
	map_words(test, mm[1], 4);
	for (u64 round = 0; round < 50; round++) {
		struct mm_struct *now = mm[round & 1];
		unsigned long at = USER_PAGE(round / 2 % 4) + 8 * round;

		kthread_use_mm(now);
		KUNIT_EXPECT_PTR_EQ(test, current->mm, now);
		if (round >= 2)
			KUNIT_EXPECT_EQ(test,
					peek(USER_PAGE((round - 2) / 2 % 4) + 8 * (round - 2)),
					1000 + round - 2);
		KUNIT_EXPECT_EQ(test, peek(at), 0ULL);
		KUNIT_EXPECT_EQ(test, poke(at, 1000 + round), 0);
		KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(6)), round & 1 ? -EFAULT : 0);
		kthread_unuse_mm(now);
		KUNIT_EXPECT_EQ(test, peek_error(at), -EFAULT);
	}
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm[0], MM_ANONPAGES), 4);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm[1], MM_ANONPAGES), 4);
	for (int i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, mm_valid(mm[i]));
		mmput(mm[i]);
	}
}

static void a_file_is_seen_by_both(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", PAGE_SIZE);
	struct mm_struct *a = new_mm(test), *b = new_mm(test);

	KUNIT_ASSERT_EQ(
		test,
		do_mmap(a, &mf->file, USER_PAGE(0), PAGE_SIZE, PROT_RW, MAP_SHARED | MAP_FIXED, 0),
		USER_PAGE(0));
	KUNIT_ASSERT_EQ(test,
			do_mmap(b, &mf->file, USER_PAGE(3), PAGE_SIZE, PROT_READ,
				MAP_SHARED | MAP_FIXED, 0),
			USER_PAGE(3));
	kthread_use_mm(a);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0) + 16, 99), 0);
	kthread_unuse_mm(a);
	kthread_use_mm(b);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(3) + 16), 99ULL);
	kthread_unuse_mm(b);
	mmput(a);
	mmput(b);
	KUNIT_EXPECT_EQ(test, file_count(&mf->file), 1);
}

static void users_are_counted(struct kunit *test)
{
	struct mm_struct *mm = new_mm(test);

	map_words(test, mm, 1);
	mmget(mm);
	mmput(mm);
	KUNIT_EXPECT_EQ(test, mm->map_count, 1);
	mmgrab(mm);
	mmput(mm); /* the last user: the mappings go, the structure stays */
	KUNIT_EXPECT_EQ(test, mm->map_count, 0);
	KUNIT_EXPECT_FALSE(test, mmget_not_zero(mm));
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_count), 1);
	mmdrop(mm);
}

/* The users go while a context is still inside: it goes on with an empty space. */
static void taken_apart_in_use(struct kunit *test)
{
	struct mm_struct *mm = new_mm(test);

	map_words(test, mm, 1);
	kthread_use_mm(mm);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), 0);
	mmput(mm);
	KUNIT_EXPECT_EQ(test, peek_error(USER_BASE), -EFAULT);
	/* What would be mapped now nobody would unmap. */
	KUNIT_EXPECT_EQ(test, (int)vm_mmap(NULL, 0, PAGE_SIZE, PROT_RW, MAP_ANON_PRIVATE, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, do_brk(mm, mm->start_brk + PAGE_SIZE), mm->start_brk);
	KUNIT_EXPECT_EQ(test, mm->map_count, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&mm->mm_count), 1);
	kthread_unuse_mm(mm);
}

static void teardown_gives_everything_back(struct kunit *test)
{
	static const enum mm_stat kinds[] = { MM_ANON, MM_FILE, MM_USER_TABLES };
	struct memfile *mf = pattern_file(test, "f", 8 * PAGE_SIZE);
	long before[ARRAY_SIZE(kinds)];
	unsigned long free, page;
	struct mm_struct *mm;

	for (page = 0; page < 8; page++) /* the file's pages are its own */
		put_page(memfile_get_page(mf, page));
	mm_quiesce();
	free = nr_free_pages();
	for (int i = 0; i < ARRAY_SIZE(kinds); i++)
		before[i] = mm_stat_read(kinds[i]);
	mm = new_mm(test);
	kthread_use_mm(mm);
	for (page = 0; page < 200; page++) {
		unsigned long at = USER_BASE + page * (PAGE_SIZE + (page % 7 << 21));

		KUNIT_ASSERT_EQ(test,
				do_mmap(mm, page % 2 ? &mf->file : NULL, at, PAGE_SIZE, PROT_RW,
					MAP_FIXED | (page % 3 ? MAP_SHARED : MAP_PRIVATE) |
						(page % 2 ? 0 : MAP_ANONYMOUS),
					page % 8),
				at);
		KUNIT_EXPECT_EQ(test, page % 5 ? poke(at, page) : peek_error(at), 0);
	}
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	KUNIT_EXPECT_GT(test, get_mm_counter(mm, MM_ANONPAGES), 50);
	KUNIT_EXPECT_GT(test, get_mm_counter(mm, MM_FILEPAGES), 50);
	KUNIT_EXPECT_GT(test, mm->nr_tables, 50);
	kthread_unuse_mm(mm);
	mmput(mm);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
	for (int i = 0; i < ARRAY_SIZE(kinds); i++)
		KUNIT_EXPECT_EQ_MSG(test, mm_stat_read(kinds[i]), before[i], "kind %d", i);
}

static void no_memory_no_space(struct kunit *test)
{
	struct mm_struct *mm[64];
	int n = 0;

	memory_exhaust(test);
	while (n < ARRAY_SIZE(mm) && (mm[n] = mm_alloc()))
		n++;
	KUNIT_EXPECT_LT(test, n, ARRAY_SIZE(mm));
	while (n--)
		mmput(mm[n]);
	memory_release(test);
}

/*
 * Again and again, each time with room for structures but none for their roots: a structure that is
 * lost keeps its slab.
 */
static void nothing_is_lost_without_memory(struct kunit *test)
{
	unsigned long free;

	mm_quiesce();
	free = nr_free_pages();
	for (int round = 0; round < 4; round++) {
		struct mm_struct *some = new_mm(test);

		memory_exhaust(test);
		for (int i = 0; i < 64; i++)
			KUNIT_EXPECT_NULL(test, mm_alloc());
		memory_release(test);
		mmput(some);
	}
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
}

static void nested_use_is_reported(struct kunit *test)
{
	struct mm_struct *a = new_mm(test), *b = new_mm(test);

	kthread_use_mm(a);
	KUNIT_EXPECT_REPORT(test, "WARNING", kthread_use_mm(b));
	KUNIT_EXPECT_PTR_EQ(test, current->mm, a);
	KUNIT_EXPECT_REPORT(test, "WARNING", kthread_unuse_mm(b));
	KUNIT_EXPECT_EQ(test, atomic_read(&b->mm_count), 1);
	kthread_unuse_mm(a);
	mmput(a);
	mmput(b);
}

/* A case that is left early must not leave its address space in use. */
static void leave_no_space_in_use(struct kunit *test)
{
	memory_release(test);
	if (current->mm)
		kthread_unuse_mm(current->mm);
}

static struct kunit_case mm_struct_cases[] = { KUNIT_CASE(a_new_one_is_empty),
					       KUNIT_CASE(the_kernel_is_in_each),
					       KUNIT_CASE(nothing_is_lost_without_memory),
					       KUNIT_CASE(its_lock),
					       KUNIT_CASE(no_space_no_access),
					       KUNIT_CASE(two_are_kept_apart),
					       KUNIT_CASE(a_file_is_seen_by_both),
					       KUNIT_CASE(users_are_counted),
					       KUNIT_CASE(taken_apart_in_use),
					       KUNIT_CASE(teardown_gives_everything_back),
					       KUNIT_CASE(no_memory_no_space),
					       KUNIT_CASE(nested_use_is_reported),
					       {} };

static struct kunit_suite mm_struct_suite = {
	.name = "mm_struct",
	.exit = leave_no_space_in_use,
	.test_cases = mm_struct_cases,
};
kunit_test_suite(mm_struct_suite);
