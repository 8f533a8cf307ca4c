// SPDX-License-Identifier: MIT
/*
 * Fault-tolerant access: exact counts, no report, user memory shut afterwards.
 *
 * The edge between a mapped and an unmapped page is the guard page of the NMI stack: below it lies the top of the double-fault stack,
 * which nobody uses meanwhile. The user functions are run against it as well: to them it is an address that can't be paged in.
 *
 * Suite "uaccess". Mutations that made it fail:
 *   - uaccess.asm: no byte-wise finish after a fault in the words
 *   - the tail forgotten
 *   - user memory left open
 *   - the value of a failed raw_get_user() not cleared
 *   - one byte too many looked at in raw_strnlen_user()
 *   - extable.c: <= for == in the search (never ends)
 *   - traps.c: the table not asked at #GP
 */
#include <asm/extable.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/ptrace.h>
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "arch/common/extable.h"
#include "arch/common/stacks.h"

#define SPAN	      40 /* several words and a tail */
#define NON_CANONICAL 0x6b6b6b6b6b6b6b6bUL
#define USER_NOTHING  0x400000UL /* no address space is in use, so nothing is there */

static u8 *edge; /* first byte of the unmapped page */
static u8 pattern[SPAN], buffer[SPAN + 8];

static int uaccess_init(struct kunit *test)
{
	unsigned int i;

	edge = (u8 *)kstacks[KSTACK_NMI].guard_low;
	for (i = 0; i < SPAN; i++)
		pattern[i] = kunit_rand(test) | 1; /* no NUL: the string tests search for one */
	memset(buffer, 0, sizeof(buffer));
	memset(edge - SPAN, 0, SPAN);
	return 0;
}

static void uaccess_exit(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, arch_irq_save_flags() & X86_EFLAGS_AC);
}

typedef unsigned long copy_fn(void *to, const void *from, unsigned long n);

/* Reading n bytes of which only the first `there` are mapped. */
static void check_read(struct kunit *test, copy_fn *copy, unsigned long n, unsigned long there)
{
	unsigned long done = n < there ? n : there;

	memcpy(edge - there, pattern, there);
	memset(buffer, 0, sizeof(buffer));
	KUNIT_ASSERT_EQ(test, copy(buffer, edge - there, n), n - done);
	KUNIT_ASSERT_MEMEQ(test, buffer, pattern, done);
	KUNIT_ASSERT_EQ(test, buffer[done], 0);
}

static void check_write(struct kunit *test, copy_fn *copy, unsigned long n, unsigned long there)
{
	unsigned long done = n < there ? n : there;

	memset(edge - there, 0, there);
	KUNIT_ASSERT_EQ(test, copy(edge - there, pattern, n), n - done);
	KUNIT_ASSERT_MEMEQ(test, edge - there, pattern, done);
	if (done < there)
		KUNIT_ASSERT_EQ(test, edge[done - there], 0);
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
	KUNIT_EXPECT_NO_REPORT(test, check_all_lengths(test, copy_nofault, check_read));
}

static void nofault_write_counts(struct kunit *test)
{
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

static void clear_user_counts(struct kunit *test)
{
	unsigned long n, there, done;

	for (n = 0; n <= SPAN; n++) {
		for (there = 0; there <= SPAN; there++) {
			done = n < there ? n : there;
			memset(edge - there, 0xff, there);
			KUNIT_ASSERT_EQ(test, raw_clear_user(edge - there, n), n - done);
			KUNIT_ASSERT_TRUE(test, !memchr_inv(edge - there, 0, done));
			KUNIT_ASSERT_TRUE(test,
					  !memchr_inv(edge - there + done, 0xff, there - done));
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

		KUNIT_EXPECT_NO_REPORT(test, {
			KUNIT_EXPECT_EQ(test, copy_nofault(buffer, p, 8), 8);
			KUNIT_EXPECT_EQ(test, copy_nofault(p, pattern, 5), 5);
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
	memcpy(edge - 8, "quarry!", 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 100), 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 8), 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 7), 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 3), 4);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 1, 1), 1);
}

static void strnlen_stops_at_the_edge(struct kunit *test)
{
	memset(edge - 8, 'x', 8);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 100), 0);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge - 8, 8), 9);
	KUNIT_EXPECT_EQ(test, raw_strnlen_user((char *)edge, 0), 1);
}

static void get_user_reads_each_size(struct kunit *test)
{
	static const unsigned int sizes[] = { 1, 2, 4, 8 };
	unsigned int i;

	memcpy(edge - 16, pattern, 16);
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
		memset(edge - 16, 0xee, 16);
		KUNIT_EXPECT_EQ(test, raw_put_user(val, edge - 16, sizes[i]), 0);
		KUNIT_EXPECT_MEMEQ(test, edge - 16, &val, sizes[i]);
		KUNIT_EXPECT_EQ(test, edge[-16 + (int)sizes[i]], 0xee);
		KUNIT_EXPECT_EQ(test, raw_put_user(val, edge - sizes[i] + 1, sizes[i]), -EFAULT);
		KUNIT_EXPECT_EQ(test, raw_put_user(val, (void *)NON_CANONICAL, sizes[i]), -EFAULT);
		KUNIT_EXPECT_EQ(test, raw_put_user(val, (void *)USER_NOTHING, sizes[i]), -EFAULT);
	}
}

static void works_with_interrupts_off(struct kunit *test)
{
	bool off;

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

	KUNIT_ASSERT_GT(test, __ex_table_end - __ex_table_start, 10);
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

static struct kunit_case uaccess_cases[] = {
	KUNIT_CASE(nofault_read_counts),       KUNIT_CASE(nofault_write_counts),
	KUNIT_CASE(from_user_counts),	       KUNIT_CASE(to_user_counts),
	KUNIT_CASE(clear_user_counts),	       KUNIT_CASE(bad_addresses_copy_nothing),
	KUNIT_CASE(strnlen_counts_the_nul),    KUNIT_CASE(strnlen_stops_at_the_edge),
	KUNIT_CASE(get_user_reads_each_size),  KUNIT_CASE(put_user_writes_each_size),
	KUNIT_CASE(works_with_interrupts_off), KUNIT_CASE(table_is_sound),
	KUNIT_CASE(table_points_into_text),    {}
};

static struct kunit_suite uaccess_suite = {
	.name = "uaccess",
	.init = uaccess_init,
	.exit = uaccess_exit,
	.test_cases = uaccess_cases,
};
kunit_test_suite(uaccess_suite);
