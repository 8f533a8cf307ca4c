// SPDX-License-Identifier: MIT
/*
 * Fault-tolerant access: exact counts, no report, user memory shut afterwards.
 *
 * Both kinds of memory have an edge here, first byte of a page that is not there: the kernel's is the guard page behind a vmalloc
 * area, the user's the end of a mapping of one page. What stands before it is looked at through `alias`, which for user memory is the
 * page's place in the direct map.
 *
 * Suite "uaccess". Mutations that made it fail:
 *   - uaccess.asm: no byte-wise finish after a fault in the words
 *   - the tail forgotten
 *   - the value of a failed raw_get_user() not cleared
 *   - one byte too many looked at in raw_strnlen_user()
 *   - extable.c: <= for == in the search (never ends)
 *   - traps.c: the table not asked at #GP
 */
#include <asm/extable.h>
#include <asm/irqflags.h>
#include <asm/memstate.h>
#include <asm/page.h>
#include <asm/ptrace.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "arch/common/extable.h"
#include "mm/internal.h"

#define SPAN	      40 /* several words and a tail */
#define NON_CANONICAL 0x6b6b6b6b6b6b6b6bUL
#define USER_PAGE_AT  0x5ea90000UL
#define USER_NOTHING  0x400000UL /* nothing is mapped there */

static u8 *edge, *alias; /* where the page that is not there begins, and the same for who looks */
static u8 *kernel_edge, *user_edge, *user_alias;
static u8 pattern[SPAN], buffer[SPAN + 8];

static void look_at_kernel(void)
{
	edge = alias = kernel_edge;
}

static void look_at_user(void)
{
	edge = user_edge;
	alias = user_alias;
}

static int uaccess_init(struct kunit *test)
{
	struct mm_struct *mm = mm_alloc();
	u8 *page = vmalloc(PAGE_SIZE);
	pte_t *slot;
	int level;

	KUNIT_ASSERT_TRUE(test, mm && page);
	test->priv = mm;
	kthread_use_mm(mm);
	KUNIT_ASSERT_EQ(test,
			vm_mmap(NULL, USER_PAGE_AT, PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			USER_PAGE_AT);
	KUNIT_ASSERT_EQ(test, raw_put_user(0, (void *)USER_PAGE_AT, 8), 0);
	slot = pt_lookup(mm->pgd, USER_PAGE_AT, &level);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	kernel_edge = page + PAGE_SIZE;
	user_edge = (u8 *)USER_PAGE_AT + PAGE_SIZE;
	user_alias = __va(pte_phys(pte_get(slot))) + PAGE_SIZE;
	for (unsigned int i = 0; i < SPAN; i++)
		pattern[i] = kunit_rand(test) | 1; /* no NUL: the string tests search for one */
	memset(buffer, 0, sizeof(buffer));
	memset(page, 0, PAGE_SIZE);
	look_at_user();
	return 0;
}

static void uaccess_exit(struct kunit *test)
{
	struct mm_struct *mm = test->priv;

	vfree(kernel_edge - PAGE_SIZE);
	kthread_unuse_mm(mm);
	mmput(mm);
}

typedef unsigned long copy_fn(void *to, const void *from, unsigned long n);

/* Reading n bytes of which only the first `there` are mapped. */
static void check_read(struct kunit *test, copy_fn *copy, unsigned long n, unsigned long there)
{
	unsigned long done = n < there ? n : there;

	memcpy(alias - there, pattern, there);
	memset(buffer, 0, sizeof(buffer));
	KUNIT_ASSERT_EQ(test, copy(buffer, edge - there, n), n - done);
	KUNIT_ASSERT_MEMEQ(test, buffer, pattern, done);
	KUNIT_ASSERT_EQ(test, buffer[done], 0);
}

static void check_write(struct kunit *test, copy_fn *copy, unsigned long n, unsigned long there)
{
	unsigned long done = n < there ? n : there;

	memset(alias - there, 0, there);
	KUNIT_ASSERT_EQ(test, copy(edge - there, pattern, n), n - done);
	KUNIT_ASSERT_MEMEQ(test, alias - there, pattern, done);
	if (done < there)
		KUNIT_ASSERT_EQ(test, (alias - there)[done], 0);
}

static void check_all_lengths(struct kunit *test, copy_fn *copy,
			      void (*check)(struct kunit *, copy_fn *, unsigned long,
					    unsigned long))
{
	unsigned long n, there;

	for (n = 0; n <= SPAN; n++)
		for (there = 0; there <= SPAN; there++)
			check(test, copy, n, there);
}

static void nofault_read_counts(struct kunit *test)
{
	look_at_kernel();
	KUNIT_EXPECT_NO_REPORT(test, check_all_lengths(test, copy_nofault, check_read));
}

static void nofault_write_counts(struct kunit *test)
{
	look_at_kernel();
	KUNIT_EXPECT_NO_REPORT(test, check_all_lengths(test, copy_nofault, check_write));
}

static void from_user_counts(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, check_all_lengths(test, raw_copy_from_user, check_read));
}

static void to_user_counts(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, check_all_lengths(test, raw_copy_to_user, check_write));
}

/* It may as well be the kernel's side that ends. */
static void kernel_side_ends_first(struct kunit *test)
{
	memset(user_alias - 8, 0, 8);
	memstate_defined(kernel_edge, 8); /* so that it is the page that ends, not an object */
	KUNIT_EXPECT_NO_REPORT(test, {
		KUNIT_EXPECT_EQ(test, raw_copy_to_user(user_edge - 8, kernel_edge - 3, 8), 5UL);
		KUNIT_EXPECT_EQ(test, raw_copy_from_user(kernel_edge - 3, user_edge - 8, 8), 5UL);
	});
	memstate_noaccess(kernel_edge, 8);
}

static void clear_user_counts(struct kunit *test)
{
	unsigned long n, there, done;

	for (n = 0; n <= SPAN; n++) {
		for (there = 0; there <= SPAN; there++) {
			done = n < there ? n : there;
			memset(alias - there, 0xff, there);
			KUNIT_ASSERT_EQ(test, raw_clear_user(edge - there, n), n - done);
			KUNIT_ASSERT_TRUE(test, !memchr_inv(alias - there, 0, done));
			KUNIT_ASSERT_TRUE(test,
					  !memchr_inv(alias - there + done, 0xff, there - done));
		}
	}
}

static void bad_addresses_copy_nothing(struct kunit *test)
{
	static const unsigned long bad[] = {
		0,
		16,
		USER_NOTHING,
		TASK_SIZE - 8,
		NON_CANONICAL,
		0xdead000000000100UL,
		~0UL - 7,
		0xffffeb8000000000UL,
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		void *p = (void *)bad[i];

		/* Of a process, the end of the user's half may be where a checker keeps its notes. */
		if (bad[i] != TASK_SIZE - 8)
			KUNIT_EXPECT_NO_REPORT(test, {
				KUNIT_EXPECT_EQ(test, copy_nofault(buffer, p, 8), 8);
				KUNIT_EXPECT_EQ(test, copy_nofault(p, pattern, 5), 5);
			});
		KUNIT_EXPECT_NO_REPORT(test, {
			KUNIT_EXPECT_EQ(test, raw_copy_from_user(buffer, p, 17), 17);
			KUNIT_EXPECT_EQ(test, raw_copy_to_user(p, pattern, 3), 3);
			KUNIT_EXPECT_EQ(test, raw_clear_user(p, 8), 8);
			KUNIT_EXPECT_EQ(test, raw_strnlen_user(p, 8), 0);
		});
	}
	KUNIT_EXPECT_TRUE(test, !memchr_inv(buffer, 0, sizeof(buffer)));
}

static void strnlen_counts_the_nul(struct kunit *test)
{
	memcpy(alias - 8, "quarry!", 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 100), 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 8), 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 7), 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 3), 4);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 1, 1), 1);
}

static void strnlen_stops_at_the_edge(struct kunit *test)
{
	memset(alias - 8, 'x', 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 100), 0);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 8), 9);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge, 0), 1);
}

static void get_user_reads_each_size(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 2, 4, 8 };
	unsigned int i;

	memcpy(alias - 16, pattern, 16);
	for (i = 0; i < 4; i++) {
		u64 val = ~0ULL, want = 0;

		memcpy(&want, pattern, sizes[i]);
		KUNIT_EXPECT_EQ(test, raw_get_user(&val, edge - 16, sizes[i]), 0);
		KUNIT_EXPECT_EQ(test, val, want);

		val = ~0ULL;
		KUNIT_EXPECT_EQ(test, raw_get_user(&val, edge - sizes[i] + 1, sizes[i]), -EFAULT);
		KUNIT_EXPECT_EQ(test, val, 0);
		KUNIT_EXPECT_EQ(test, raw_get_user(&val, (void *)NON_CANONICAL, sizes[i]), -EFAULT);
		KUNIT_EXPECT_EQ(test, raw_get_user(&val, (void *)USER_NOTHING, sizes[i]), -EFAULT);
	}
}

static void put_user_writes_each_size(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 2, 4, 8 };
	const u64 val = 0x1122334455667788ULL;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		memset(alias - 16, 0xee, 16);
		KUNIT_EXPECT_EQ(test, raw_put_user(val, edge - 16, sizes[i]), 0);
		KUNIT_EXPECT_MEMEQ(test, alias - 16, &val, sizes[i]);
		KUNIT_EXPECT_EQ(test, alias[-16 + (int)sizes[i]], 0xee);
		KUNIT_EXPECT_EQ(test, raw_put_user(val, edge - sizes[i] + 1, sizes[i]), -EFAULT);
		KUNIT_EXPECT_EQ(test, raw_put_user(val, (void *)NON_CANONICAL, sizes[i]), -EFAULT);
		KUNIT_EXPECT_EQ(test, raw_put_user(val, (void *)USER_NOTHING, sizes[i]), -EFAULT);
	}
}

static void works_with_interrupts_off(struct kunit *test)
{
	bool off;

	look_at_kernel();
	local_irq_disable();
	KUNIT_EXPECT_EQ(test, copy_nofault(buffer, edge - 4, 8), 4);
	off = irqs_disabled();
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, off);
}

/* Every entry must lead from code to code, and only what faults on purpose may be listed. */
static void table_is_sound(struct kunit *test)
{
	struct pt_regs regs = { .ip = (unsigned long)copy_nofault };

	KUNIT_EXPECT_TRUE(test, !extable_find((unsigned long)copy_nofault));
	KUNIT_EXPECT_TRUE(test, !extable_find(0));
	KUNIT_EXPECT_FALSE(test, extable_fixup(&regs));
	KUNIT_EXPECT_EQ(test, regs.ip, (unsigned long)copy_nofault);
}

extern const struct extable_entry __ex_table_start[], __ex_table_end[];

static void table_points_into_text(struct kunit *test)
{
	const struct extable_entry *e;

	KUNIT_ASSERT_GE(test, __ex_table_end - __ex_table_start, 3);
	for (e = __ex_table_start; e < __ex_table_end; e++) {
		unsigned long insn = (unsigned long)&e->insn + e->insn;
		struct pt_regs regs = { .ip = insn };

		KUNIT_EXPECT_PTR_EQ(test, extable_find(insn), e);
		KUNIT_EXPECT_TRUE(test, e->type == EX_KERNEL || e->type == EX_USER);
		KUNIT_ASSERT_TRUE(test, extable_fixup(&regs));
		KUNIT_EXPECT_NE(test, regs.ip, insn);
		KUNIT_EXPECT_GE(test, regs.ip, (unsigned long)__text_start);
		KUNIT_EXPECT_LT(test, regs.ip, (unsigned long)__text_end);
	}
}

static struct kunit_case uaccess_cases[] = { KUNIT_CASE(nofault_read_counts),
					     KUNIT_CASE(nofault_write_counts),
					     KUNIT_CASE(from_user_counts),
					     KUNIT_CASE(to_user_counts),
					     KUNIT_CASE(kernel_side_ends_first),
					     KUNIT_CASE(clear_user_counts),
					     KUNIT_CASE(bad_addresses_copy_nothing),
					     KUNIT_CASE(strnlen_counts_the_nul),
					     KUNIT_CASE(strnlen_stops_at_the_edge),
					     KUNIT_CASE(get_user_reads_each_size),
					     KUNIT_CASE(put_user_writes_each_size),
					     KUNIT_CASE(works_with_interrupts_off),
					     KUNIT_CASE(table_is_sound),
					     KUNIT_CASE(table_points_into_text),
					     {} };

static struct kunit_suite uaccess_suite = {
	.name = "uaccess",
	.init = uaccess_init,
	.exit = uaccess_exit,
	.test_cases = uaccess_cases,
};
kunit_test_suite(uaccess_suite);
