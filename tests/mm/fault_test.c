// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/fault.c: what an entry becomes, row by row of that file's table, and what a
 * refused fault leaves behind.
 *
 * Mutations that made the suite fail when tried:
 *   the zero page is mapped writable; a new page is not zeroed; a page with other references is not
 *   copied; one that isn't anonymous is not copied; a private write gets the file's page; a shared
 *   write gets a copy; VM_EXEC is ignored; pagefault_disable() is ignored; a plain dereference by
 *   the kernel is resolved (the case never ends: the runner's timeout); the copy of a write beyond
 *   the file, or the page of a write that page_mkwrite() refuses, is not given back; an entry is
 *   installed without a second look; page_mkwrite() is asked about a page that nobody holds;
 *   faults are resolved with interrupts or preemption off; a mapping without a fault operation is not looked for.
 */
#include <asm/fault.h>
#include <asm/irqflags.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "tests/mm/user_fixture.h"

static unsigned long frame_of(struct kunit *test, unsigned long addr)
{
	return pte_pfn(user_entry(test, addr));
}

static struct page *page_of(struct kunit *test, unsigned long addr)
{
	return pfn_to_page(frame_of(test, addr));
}

static void expect_word(struct kunit *test, unsigned long addr, u64 word)
{
	KUNIT_EXPECT_EQ(test, peek(addr), word);
}

/* --- anonymous memory --- */

static void reads_share_the_zero_page(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	long anon = mm_stat_read(MM_ANON);
	unsigned long free;

	map_anon(test, 0, 64, PROT_RW);
	expect_word(test, USER_PAGE(0), 0); /* the tables are made */
	free = nr_free_pages();
	for (int i = 0; i < 64; i++) {
		expect_word(test, USER_PAGE(i) + 8 * i, 0);
		KUNIT_EXPECT_EQ(test, frame_of(test, USER_PAGE(i)), my_zero_pfn(0));
		KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_PAGE(i))));
	}
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_ANON), anon);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(empty_zero_page, 0, PAGE_SIZE));
}

static void writes_get_a_zeroed_page(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	long anon = mm_stat_read(MM_ANON);
	struct page *page;
	pte_t e;

	map_anon(test, 0, 4, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1) + 64, 77), 0);
	e = user_entry(test, USER_PAGE(1));
	page = page_of(test, USER_PAGE(1));
	KUNIT_EXPECT_TRUE(test, pte_write(e) && pte_dirty(e) && pte_young(e) && pte_user(e));
	KUNIT_EXPECT_FALSE(test, pte_exec(e));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, page_mapcount(page), 1);
	KUNIT_EXPECT_TRUE(test, page->flags & PG_anon);
	KUNIT_EXPECT_EQ(test, *(u64 *)(page_address(page) + 64), 77ULL);
	*(u64 *)(page_address(page) + 64) = 0;
	KUNIT_EXPECT_NULL(test, memchr_inv(page_address(page), 0, PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_PAGE(2))));
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 1);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_ANON), anon + 1);
}

static void a_write_breaks_the_zero_page(struct kunit *test)
{
	map_anon(test, 0, 2, PROT_RW);
	expect_word(test, USER_PAGE(0), 0);
	expect_word(test, USER_PAGE(1), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 5), 0);
	KUNIT_EXPECT_NE(test, frame_of(test, USER_PAGE(0)), my_zero_pfn(0));
	KUNIT_EXPECT_EQ(test, frame_of(test, USER_PAGE(1)), my_zero_pfn(0));
	expect_word(test, USER_PAGE(0), 5);
	expect_word(test, USER_PAGE(0) + 8, 0);
	expect_word(test, USER_PAGE(1), 0);
	KUNIT_EXPECT_EQ(test, get_mm_rss(test_mm(test)), 1);
}

/* --- copy on write --- */

static void sole_owner_keeps_its_page(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long frame;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), 0);
	frame = frame_of(test, USER_BASE);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_RW), 0);
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_BASE)));
	KUNIT_EXPECT_EQ(test, poke(USER_BASE + 8, 2), 0);
	KUNIT_EXPECT_EQ(test, frame_of(test, USER_BASE), frame);
	expect_word(test, USER_BASE, 1);
	expect_word(test, USER_BASE + 8, 2);
}

static void a_shared_page_is_copied(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct page *old;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), 0);
	old = page_of(test, USER_BASE);
	get_page(old); /* somebody else refers to it, as after fork() */
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_BASE, PAGE_SIZE, PROT_RW), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE + 8, 2), 0);
	KUNIT_EXPECT_PTR_NE(test, page_of(test, USER_BASE), old);
	expect_word(test, USER_BASE, 1);
	expect_word(test, USER_BASE + 8, 2);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(old), 1ULL);
	KUNIT_EXPECT_EQ(test, *(u64 *)(page_address(old) + 8), 0ULL);
	KUNIT_EXPECT_EQ(test, page_count(old), 1);
	KUNIT_EXPECT_EQ(test, page_mapcount(old), 0);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 1);
	put_page(old);
}

/* --- files --- */

static void private_file_reads_the_files_page(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", 2 * PAGE_SIZE);
	struct page *page = memfile_get_page(mf, 1);
	u8 byte;

	KUNIT_ASSERT_NOT_NULL(test, page);
	map_file(test, mf, 0, 1, PROT_RW, MAP_PRIVATE, 1);
	KUNIT_EXPECT_EQ(test, get_user(byte, (u8 __user *)USER_BASE + 17), 0);
	KUNIT_EXPECT_EQ(test, byte, pattern_byte(PAGE_SIZE + 17));
	KUNIT_EXPECT_PTR_EQ(test, page_of(test, USER_BASE), page);
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_BASE)));
	KUNIT_EXPECT_EQ(test, page_count(page), 3); /* the file, the entry and this test */
	KUNIT_EXPECT_EQ(test, page_mapcount(page), 1);
	KUNIT_EXPECT_EQ(test, get_mm_counter(test_mm(test), MM_FILEPAGES), 1);
	put_page(page);
}

/* Written before it was read, or after: a private mapping gets its copy, and the file stays. */
static void private_file_writes_a_copy(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", 2 * PAGE_SIZE);
	struct mm_struct *mm = test_mm(test);
	u64 before[2], after[2], seen;

	for (int i = 0; i < 2; i++)
		KUNIT_ASSERT_EQ(test, memfile_read(mf, &before[i], 8, i * PAGE_SIZE + 8), 8);
	map_file(test, mf, 0, 2, PROT_RW, MAP_PRIVATE, 0);
	seen = peek(USER_PAGE(0) + 8);
	KUNIT_EXPECT_EQ(test, seen, before[0]);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 1), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 2), 0);
	expect_word(test, USER_PAGE(0), 1);
	expect_word(test, USER_PAGE(1), 2);
	expect_word(test, USER_PAGE(0) + 8, before[0]);
	expect_word(test, USER_PAGE(1) + 8, before[1]);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 2);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_FILEPAGES), 0);
	for (int i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, page_of(test, USER_PAGE(i))->flags & PG_anon);
		KUNIT_ASSERT_EQ(test, memfile_read(mf, &after[i], 8, i * PAGE_SIZE), 8);
		KUNIT_EXPECT_EQ(test, after[i] & 0xff, (u64)pattern_byte(i * PAGE_SIZE));
	}
}

static void shared_file_is_written_through(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", PAGE_SIZE);
	u64 word;

	map_file(test, mf, 0, 1, PROT_RW, MAP_SHARED, 0);
	map_file(test, mf, 8, 1, PROT_READ, MAP_SHARED, 0);
	map_file(test, mf, 16, 1, PROT_RW, MAP_PRIVATE, 0);
	word = peek(USER_PAGE(0));
	expect_word(test, USER_PAGE(8), word);
	expect_word(test, USER_PAGE(16), word);
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_FALSE(test, pte_dirty(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 0xabc), 0);
	KUNIT_EXPECT_TRUE(test, pte_write(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_TRUE(test, pte_dirty(user_entry(test, USER_PAGE(0))));
	expect_word(test, USER_PAGE(8), 0xabc);
	expect_word(test, USER_PAGE(16), 0xabc);
	KUNIT_EXPECT_EQ(test, memfile_read(mf, &word, 8, 0), 8);
	KUNIT_EXPECT_EQ(test, word, 0xabcULL);
	/* The private mapping's copy parts ways. */
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(16), 0xdef), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 0x123), 0);
	expect_word(test, USER_PAGE(16), 0xdef);
	expect_word(test, USER_PAGE(8), 0x123);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(8), 1), -EFAULT);
}

static void beyond_the_file_is_nothing(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", PAGE_SIZE + 100);
	struct mm_struct *mm = test_mm(test);

	map_file(test, mf, 0, 4, PROT_RW, MAP_SHARED, 0);
	map_file(test, mf, 8, 4, PROT_RW, MAP_PRIVATE, 0);
	for (int at = 0; at <= 8; at += 8) {
		KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(at + 1) + PAGE_SIZE - 1), 0);
		expect_word(test, USER_PAGE(at + 1) + 104, 0);
		KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(at + 2)), -EFAULT);
		KUNIT_EXPECT_EQ(test, poke(USER_PAGE(at + 3), 1), -EFAULT);
	}
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 2);
	mmap_read_lock(mm);
	KUNIT_EXPECT_EQ(test, handle_mm_fault(find_vma(mm, USER_PAGE(2)), USER_PAGE(2), 0, NULL),
			VM_FAULT_SIGBUS);
	KUNIT_EXPECT_EQ(
		test,
		handle_mm_fault(find_vma(mm, USER_PAGE(10)), USER_PAGE(10), FAULT_FLAG_WRITE, NULL),
		VM_FAULT_SIGBUS);
	mmap_read_unlock(mm);
}

static void shared_anonymous_memory(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	long file_pages = mm_stat_read(MM_FILE);

	KUNIT_ASSERT_EQ(test,
			do_mmap(mm, NULL, USER_BASE, 3 * PAGE_SIZE, PROT_RW,
				MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, 5),
			USER_BASE);
	expect_word(test, USER_PAGE(0), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 6), 0);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_FILEPAGES), 2);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), file_pages + 2);
	KUNIT_EXPECT_STREQ(test, find_vma(mm, USER_BASE)->vm_file->f_name, "/dev/zero (deleted)");
	/* A piece of it stands for all: the memory lives as long as any. */
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(0), PAGE_SIZE), 0);
	expect_word(test, USER_PAGE(1), 6);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(1), 2 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_FILE), file_pages);
}

/* --- refused --- */

static void rights_are_kept(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	map_anon(test, 0, 1, PROT_NONE);
	map_anon(test, 1, 1, PROT_READ);
	map_anon(test, 2, 1, PROT_WRITE);
	map_anon(test, 3, 1, PROT_EXEC);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(0)), -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(1)), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(2)), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(2), 1), 0);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(3)), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(3), 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(4)), -EFAULT);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(0) - 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 1);
	mmap_read_lock(mm);
	KUNIT_EXPECT_EQ(test,
			handle_mm_fault(find_vma(mm, USER_PAGE(1)), USER_PAGE(1),
					FAULT_FLAG_INSTRUCTION, NULL),
			VM_FAULT_SIGSEGV);
	KUNIT_EXPECT_EQ(test,
			handle_mm_fault(find_vma(mm, USER_PAGE(3)), USER_PAGE(3),
					FAULT_FLAG_INSTRUCTION, NULL),
			0);
	mmap_read_unlock(mm);
}

static void no_memory_is_an_error(struct kunit *test)
{
	struct memfile *mf = pattern_file(test, "f", 2 * PAGE_SIZE);
	struct mm_struct *mm = test_mm(test);
	unsigned long far = USER_BASE + (TASK_SIZE + PAGE_SIZE) / 2;

	map_anon(test, 0, 2, PROT_RW);
	map_file(test, mf, 8, 2, PROT_RW, MAP_PRIVATE, 0);
	KUNIT_ASSERT_EQ(test, do_mmap(mm, NULL, far, PAGE_SIZE, PROT_RW, MAP_ANON_FIXED, 0), far);
	expect_word(test, USER_PAGE(0), 0);
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(8)), 0);
	memory_exhaust(test);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 1), -EFAULT); /* the zero page stays */
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 1), -EFAULT); /* nothing stays nothing */
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(8), 1), -EFAULT); /* no copy */
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(9), 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(far, 1), -EFAULT); /* no table */
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(1), FAULT_FLAG_WRITE), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, far, FAULT_FLAG_WRITE), -ENOMEM);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(9), 0), -ENOMEM); /* the file's */
	expect_word(test, USER_PAGE(0), 0);
	expect_word(test, USER_PAGE(1), 0); /* the zero page needs no memory */
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 0);
	memory_release(test);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 1), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(8), 1), 0);
	KUNIT_EXPECT_EQ(test, poke(far, 1), 0);
}

static void fault_without_an_access(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	map_anon(test, 0, 1, PROT_READ);
	map_anon(test, 4, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(0), 0), 0);
	KUNIT_EXPECT_EQ(test, frame_of(test, USER_PAGE(0)), my_zero_pfn(0));
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(0), FAULT_FLAG_WRITE), -EFAULT);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(4), FAULT_FLAG_WRITE), 0);
	KUNIT_EXPECT_TRUE(test, pte_write(user_entry(test, USER_PAGE(4))));
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(2), 0), -EFAULT);
	/* What the CPU remembers of the zero page must not outlive it, though no access faulted. */
	map_anon(test, 6, 1, PROT_RW);
	expect_word(test, USER_PAGE(6), 0);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(6), FAULT_FLAG_WRITE), 0);
	*(u64 *)page_address(page_of(test, USER_PAGE(6))) = 5;
	expect_word(test, USER_PAGE(6), 5);
}

/* A fault on an entry that is good already (another CPU was faster) changes nothing. */
static void a_spurious_fault_changes_nothing(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long frame;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 4), 0);
	frame = frame_of(test, USER_BASE);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_BASE, FAULT_FLAG_WRITE), 0);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_BASE, 0), 0);
	KUNIT_EXPECT_EQ(test, frame_of(test, USER_BASE), frame);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 1);
	expect_word(test, USER_BASE, 4);
}

static bool declined(unsigned long addr, unsigned int flags)
{
	struct mem_fault f = { .addr = addr, .flags = flags };

	return !mm_handle_fault(&f);
}

static void what_the_entry_declines(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_TRUE(test, declined(USER_BASE, 0));
	KUNIT_EXPECT_TRUE(test, declined(USER_BASE, FAULT_FIXUP | FAULT_WRITE));
	KUNIT_EXPECT_TRUE(test, declined(PAGE_OFFSET, FAULT_USER_ACCESS));
	KUNIT_EXPECT_TRUE(test, declined(TASK_SIZE, FAULT_USER_MODE));
	KUNIT_EXPECT_TRUE(test, declined(USER_BASE, FAULT_USER_ACCESS | FAULT_RSVD));
	pagefault_disable();
	KUNIT_EXPECT_TRUE(test, declined(USER_BASE, FAULT_USER_ACCESS));
	pagefault_enable();
	kthread_unuse_mm(mm);
	KUNIT_EXPECT_TRUE(test, declined(USER_BASE, FAULT_USER_ACCESS));
	kthread_use_mm(mm);
	KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_BASE)));
	KUNIT_EXPECT_FALSE(test, declined(USER_BASE, FAULT_USER_ACCESS | FAULT_WRITE));
	KUNIT_EXPECT_TRUE(test, pte_write(user_entry(test, USER_BASE)));
	KUNIT_EXPECT_TRUE(test, declined(USER_BASE, FAULT_USER_MODE | FAULT_EXEC));
}

/* A user pointer that is dereferenced without copy_from_user() is a bug, mapped or not. */
static void direct_dereference_is_reported(struct kunit *test)
{
	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_FAULT(test, "user", *(volatile char *)USER_BASE = 1);
	KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_BASE)));
}

/* Who holds a spin lock may not sleep: what is present can be used, nothing comes in. */
static void preemption_off(struct kunit *test)
{
	int present, missing;

	test_mm(test);
	map_anon(test, 0, 2, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 7), 0);
	preempt_disable();
	present = poke(USER_PAGE(0), 8);
	missing = poke(USER_PAGE(1), 8);
	preempt_enable();
	KUNIT_EXPECT_EQ(test, present, 0);
	KUNIT_EXPECT_EQ(test, missing, -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 9), 0);
}

/*
 * With interrupts off nothing may sleep, so nothing comes in: an interrupt handler gets an error
 * even while what it interrupted holds mmap_lock. What is present can be used.
 */
static void interrupts_off(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	int present, missing, under_lock;

	map_anon(test, 0, 2, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 7), 0);
	local_irq_disable();
	present = poke(USER_PAGE(0), 8);
	missing = poke(USER_PAGE(1), 8);
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, present, 0);
	KUNIT_EXPECT_EQ(test, missing, -EFAULT);
	mmap_write_lock(mm);
	local_irq_disable();
	under_lock = peek_error(USER_PAGE(1));
	local_irq_enable();
	mmap_write_unlock(mm);
	KUNIT_EXPECT_EQ(test, under_lock, -EFAULT);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 1);
	expect_word(test, USER_PAGE(0), 8);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 9), 0);
}

/* --- drivers --- */

static struct page *driver_page;
static vm_fault_t driver_answer, mkwrite_answer;
static int mkwrites;

static vm_fault_t driver_fault(struct vm_fault *vmf)
{
	if (driver_answer & VM_FAULT_ERROR)
		return driver_answer;
	get_page(driver_page);
	vmf->page = driver_page;
	return driver_answer;
}

static vm_fault_t driver_mkwrite(struct vm_fault *vmf)
{
	mkwrites++;
	return vmf->page == driver_page ? mkwrite_answer : VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct driver_vm_ops = {
	.fault = driver_fault,
	.page_mkwrite = driver_mkwrite,
};

static int driver_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &driver_vm_ops;
	return 0;
}

static const struct file_operations driver_fops = { .mmap = driver_mmap };
static struct file driver_file = { .f_op = &driver_fops,
				   .f_mode = FMODE_READ | FMODE_WRITE,
				   .f_count = { 1 } };

static void a_drivers_page(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	driver_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, driver_page);
	driver_answer = VM_FAULT_SIGBUS;
	mkwrite_answer = VM_FAULT_SIGBUS;
	mkwrites = 0;
	KUNIT_EXPECT_EQ(
		test,
		do_mmap(mm, &driver_file, USER_BASE, PAGE_SIZE, PROT_RW, MAP_SHARED | MAP_FIXED, 0),
		USER_BASE);
	KUNIT_EXPECT_EQ(test, peek_error(USER_BASE), -EFAULT);
	driver_answer = VM_FAULT_MAJOR;
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1),
			-EFAULT); /* refused by page_mkwrite, from nothing */
	KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_BASE)));
	expect_word(test, USER_BASE, 0);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), -EFAULT); /* and from read-only */
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_BASE)));
	KUNIT_EXPECT_EQ(test, mkwrites, 2);
	KUNIT_EXPECT_EQ(test, page_count(driver_page), 2);
	mkwrite_answer = 0;
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 8), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(driver_page), 8ULL);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, page_count(driver_page), 1);
	KUNIT_EXPECT_EQ(test, page_mapcount(driver_page), 0);
	put_page(driver_page);
}

/* A driver that brings nothing in by faults: what it did not map itself is not there. */
static void a_driver_without_faults(struct kunit *test)
{
	static const struct vm_operations_struct no_fault_ops = { .page_mkwrite = NULL };
	static const unsigned long types[] = { MAP_PRIVATE, MAP_SHARED };
	struct mm_struct *mm = test_mm(test);

	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		KUNIT_EXPECT_EQ(test,
				do_mmap(mm, &driver_file, USER_BASE, PAGE_SIZE, PROT_RW,
					types[i] | MAP_FIXED, 0),
				USER_BASE);
		vma_lookup(mm, USER_BASE)->vm_ops = &no_fault_ops;
		KUNIT_EXPECT_EQ(test, peek_error(USER_BASE), -EFAULT);
		KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), -EFAULT);
		KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_BASE)));
		KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
	}
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, PAGE_SIZE), 0);
}

/*
 * While the driver decides whether its page becomes writable, the entry goes (MADV_DONTNEED needs
 * mmap_lock for reading only, so another CPU may do it) and with it the last reference but one: the
 * fault's own.
 */
static int asked_about_count;

static vm_fault_t entry_goes_mkwrite(struct vm_fault *vmf)
{
	struct mmu_gather tlb;

	tlb_gather_mmu(&tlb, vmf->vma->vm_mm);
	user_pt_zap(&tlb, vmf->address, vmf->address + PAGE_SIZE);
	tlb_finish_mmu(&tlb);
	asked_about_count = page_count(vmf->page);
	return VM_FAULT_SIGBUS;
}

static const struct vm_operations_struct entry_goes_vm_ops = {
	.fault = driver_fault,
	.page_mkwrite = entry_goes_mkwrite,
};

static void the_page_asked_about_is_held(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	driver_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, driver_page);
	driver_answer = 0;
	KUNIT_EXPECT_EQ(
		test,
		do_mmap(mm, &driver_file, USER_BASE, PAGE_SIZE, PROT_RW, MAP_SHARED | MAP_FIXED, 0),
		USER_BASE);
	vma_lookup(mm, USER_BASE)->vm_ops = &entry_goes_vm_ops;
	expect_word(test, USER_BASE, 0);
	put_page(driver_page);
	asked_about_count = 0;
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, asked_about_count, 1);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, PAGE_SIZE), 0);
}

/*
 * The driver lets go of its page: a private mapping is then its only owner, but the page is not its
 * own.
 */
static void a_drivers_page_is_copied(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	driver_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, driver_page);
	driver_answer = 0;
	KUNIT_EXPECT_EQ(test,
			do_mmap(mm, &driver_file, USER_BASE, PAGE_SIZE, PROT_RW,
				MAP_PRIVATE | MAP_FIXED, 0),
			USER_BASE);
	expect_word(test, USER_BASE, 0);
	put_page(driver_page);
	KUNIT_EXPECT_EQ(test, page_count(driver_page), 1);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 1), 0);
	KUNIT_EXPECT_TRUE(test, page_of(test, USER_BASE)->flags & PG_anon);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 1);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_FILEPAGES), 0);
}

/*
 * The page comes in by another way while the driver is asked: the entry that stands is kept, what
 * the slower one brought is dropped.
 */
static vm_fault_t overtaken_fault(struct vm_fault *vmf)
{
	const struct vm_operations_struct *ops = vmf->vma->vm_ops;
	vm_fault_t ret;

	vmf->vma->vm_ops = &driver_vm_ops;
	ret = handle_mm_fault(vmf->vma, vmf->address, vmf->flags, NULL);
	vmf->vma->vm_ops = ops;
	return ret & VM_FAULT_ERROR ? ret : driver_fault(vmf);
}

static const struct vm_operations_struct overtaken_vm_ops = { .fault = overtaken_fault };

static void somebody_was_faster(struct kunit *test)
{
	static const unsigned long types[] = { MAP_PRIVATE, MAP_SHARED };
	struct mm_struct *mm = test_mm(test);
	long anon = mm_stat_read(MM_ANON);

	driver_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, driver_page);
	driver_answer = mkwrite_answer = 0;
	for (int i = 0; i < ARRAY_SIZE(types); i++) {
		KUNIT_EXPECT_EQ(test,
				do_mmap(mm, &driver_file, USER_BASE, PAGE_SIZE, PROT_RW,
					types[i] | MAP_FIXED, 0),
				USER_BASE);
		vma_lookup(mm, USER_BASE)->vm_ops = &overtaken_vm_ops;
		KUNIT_EXPECT_EQ(test, poke(USER_BASE, 7), 0);
		expect_word(test, USER_BASE, 7);
		KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 1);
		KUNIT_EXPECT_EQ(test, mm_stat_read(MM_ANON) - anon, types[i] == MAP_PRIVATE);
		KUNIT_EXPECT_EQ(test, page_count(driver_page), types[i] == MAP_PRIVATE ? 1 : 2);
		KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	}
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, PAGE_SIZE), 0);
	put_page(driver_page);
}

static struct kunit_case fault_cases[] = { KUNIT_CASE(reads_share_the_zero_page),
					   KUNIT_CASE(writes_get_a_zeroed_page),
					   KUNIT_CASE(a_write_breaks_the_zero_page),
					   KUNIT_CASE(sole_owner_keeps_its_page),
					   KUNIT_CASE(a_shared_page_is_copied),
					   KUNIT_CASE(private_file_reads_the_files_page),
					   KUNIT_CASE(private_file_writes_a_copy),
					   KUNIT_CASE(shared_file_is_written_through),
					   KUNIT_CASE(beyond_the_file_is_nothing),
					   KUNIT_CASE(shared_anonymous_memory),
					   KUNIT_CASE(rights_are_kept),
					   KUNIT_CASE(no_memory_is_an_error),
					   KUNIT_CASE(fault_without_an_access),
					   KUNIT_CASE(a_spurious_fault_changes_nothing),
					   KUNIT_CASE(what_the_entry_declines),
					   KUNIT_CASE(direct_dereference_is_reported),
					   KUNIT_CASE(interrupts_off),
					   KUNIT_CASE(preemption_off),
					   KUNIT_CASE(a_drivers_page),
					   KUNIT_CASE(a_driver_without_faults),
					   KUNIT_CASE(the_page_asked_about_is_held),
					   KUNIT_CASE(somebody_was_faster),
					   KUNIT_CASE(a_drivers_page_is_copied),
					   {} };

static struct kunit_suite fault_suite = {
	.name = "fault",
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = fault_cases,
};
kunit_test_suite(fault_suite);
