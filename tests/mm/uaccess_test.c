// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/uaccess.c: what comes back from each function, at the edges of mappings and of
 * the user's half.
 *
 * Mutations that made the suite fail when tried:
 *   what copy_from_user() could not copy is not zeroed; copy_to_user() without access_ok(); a
 *   string that runs into the end of the user's half counts as long enough; one longer than the
 *   buffer is copied whole; -E2BIG is lost; a shorter structure is not filled up; the _inatomic
 *   forms bring pages in; copy_from_kernel_nofault() takes user addresses.
 */
#include <linux/string.h>
#include <linux/slab.h>
#include "tests/mm/user_fixture.h"

static void *__user_ptr(unsigned long addr)
{
	return (void *)addr;
}

static void kernel_addresses_are_refused(struct kunit *test)
{
	u64 kernel = 0x77, buf = 0x55;

	KUNIT_EXPECT_TRUE(test, access_ok(__user_ptr(0), 0));
	KUNIT_EXPECT_TRUE(test, access_ok(__user_ptr(0), TASK_SIZE));
	KUNIT_EXPECT_TRUE(test, access_ok(__user_ptr(TASK_SIZE - 8), 8));
	KUNIT_EXPECT_FALSE(test, access_ok(__user_ptr(TASK_SIZE - 8), 9));
	KUNIT_EXPECT_FALSE(test, access_ok(__user_ptr(0), TASK_SIZE + 1));
	KUNIT_EXPECT_FALSE(test, access_ok(__user_ptr(-8UL), 16));
	KUNIT_EXPECT_FALSE(test, access_ok(&kernel, 8));
	KUNIT_EXPECT_EQ(test, copy_to_user(&kernel, &buf, 8), 8);
	KUNIT_EXPECT_EQ(test, kernel, 0x77ULL);
	KUNIT_EXPECT_EQ(test, clear_user(&kernel, 8), 8);
	KUNIT_EXPECT_EQ(test, kernel, 0x77ULL);
	KUNIT_EXPECT_EQ(test, put_user(1ULL, &kernel), -EFAULT);
	KUNIT_EXPECT_EQ(test, kernel, 0x77ULL);
	KUNIT_EXPECT_EQ(test, get_user(buf, &kernel), -EFAULT);
	KUNIT_EXPECT_EQ(test, buf, 0ULL);
	buf = 0x55;
	KUNIT_EXPECT_EQ(test, copy_from_user(&buf, &kernel, 8), 8);
	KUNIT_EXPECT_EQ(test, buf, 0ULL);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)&kernel, 8), 0);
	KUNIT_EXPECT_EQ(test, strncpy_from_user((char *)&buf, (char *)&kernel, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_from_user_nofault(&buf, &kernel, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_to_user_nofault(&kernel, &buf, 8), -EFAULT);
}

static void every_size_both_ways(struct kunit *test)
{
	u8 b;
	u16 w;
	s32 l;
	u64 q;
	void *p;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 0x1122334455667788ULL), 0);
	KUNIT_EXPECT_EQ(test, get_user(b, (u8 *)USER_BASE + 1), 0);
	KUNIT_EXPECT_EQ(test, b, 0x77);
	KUNIT_EXPECT_EQ(test, get_user(w, (u16 *)USER_BASE + 1), 0);
	KUNIT_EXPECT_EQ(test, w, 0x5566);
	KUNIT_EXPECT_EQ(test, put_user(-5, (s32 *)USER_BASE + 1), 0);
	KUNIT_EXPECT_EQ(test, get_user(l, (s32 *)USER_BASE + 1), 0);
	KUNIT_EXPECT_EQ(test, l, -5);
	KUNIT_EXPECT_EQ(test, put_user((u8)0xab, (u8 *)USER_BASE + 2), 0);
	KUNIT_EXPECT_EQ(test, put_user((u16)0xcdef, (u16 *)USER_BASE), 0);
	KUNIT_EXPECT_EQ(test, get_user(q, (u64 *)USER_BASE), 0);
	KUNIT_EXPECT_EQ(test, q, 0xfffffffb55abcdefULL);
	KUNIT_EXPECT_EQ(test, put_user(&b, (void **)USER_BASE), 0);
	KUNIT_EXPECT_EQ(test, get_user(p, (void **)USER_BASE), 0);
	KUNIT_EXPECT_PTR_EQ(test, p, &b);
	l = 7;
	KUNIT_EXPECT_EQ(test, get_user(l, (s32 *)USER_PAGE(1)), -EFAULT);
	KUNIT_EXPECT_EQ(test, l, 0);
}

/* The forms for who has asked access_ok(): the same values, the same errors, nothing beside. */
static void checked_before(struct kunit *test)
{
	static char target;
	void *p = NULL;
	u8 b = 0;
	s16 w = 0;
	u64 q = 0;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 0x1122334455667788ULL), 0);
	KUNIT_EXPECT_EQ(test, __put_user((u8)0xfe, (u8 *)USER_BASE + 3), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 0x11223344fe667788ULL);
	KUNIT_EXPECT_EQ(test, __put_user((s16)-2, (s16 *)USER_BASE + 3), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 0xfffe3344fe667788ULL);
	KUNIT_EXPECT_EQ(test, __get_user(b, (u8 *)USER_BASE + 3), 0);
	KUNIT_EXPECT_EQ(test, b, 0xfe);
	KUNIT_EXPECT_EQ(test, __get_user(w, (s16 *)USER_BASE + 3), 0);
	KUNIT_EXPECT_EQ(test, w, -2);
	KUNIT_EXPECT_EQ(test, __get_user(q, (u64 *)USER_BASE), 0);
	KUNIT_EXPECT_EQ(test, q, 0xfffe3344fe667788ULL);
	KUNIT_EXPECT_EQ(test, __put_user((void *)&target, (void **)USER_BASE + 1), 0);
	KUNIT_EXPECT_EQ(test, __get_user(p, (void **)USER_BASE + 1), 0);
	KUNIT_EXPECT_PTR_EQ(test, p, &target);
	KUNIT_EXPECT_EQ(test, __put_user(1, (int *)USER_PAGE(1)), -EFAULT);
	q = 5;
	KUNIT_EXPECT_EQ(test, __get_user(q, (u64 *)(USER_PAGE(1) - 4)), -EFAULT);
	KUNIT_EXPECT_EQ(test, q, 0ULL);
	KUNIT_EXPECT_EQ(test, __get_user(p, (void **)USER_PAGE(1)), -EFAULT);
	KUNIT_EXPECT_NULL(test, p);
}

/* The mapping ends in the middle: what is left is told to the byte, for every alignment. */
static void partial_copies_are_exact(struct kunit *test)
{
	u8 *buf = kunit_kmalloc(test, 256, GFP_KERNEL);
	unsigned long end = USER_PAGE(1);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	map_anon(test, 0, 1, PROT_RW);
	for (unsigned long n = 1; n < 64; n++) {
		for (unsigned long over = 1; over <= n; over++) {
			unsigned long at = end - (n - over);

			memset(buf, n, n);
			KUNIT_ASSERT_EQ(test, copy_to_user(__user_ptr(at), buf, n), over);
			memset(buf, 0xff, 256);
			KUNIT_ASSERT_EQ(test, copy_from_user(buf, __user_ptr(at), n), over);
			KUNIT_ASSERT_NULL(test, memchr_inv(buf, n, n - over));
			KUNIT_ASSERT_NULL(test, memchr_inv(buf + n - over, 0, over));
			KUNIT_ASSERT_EQ(test, buf[n], 0xff);
			KUNIT_ASSERT_EQ(test, clear_user(__user_ptr(at), n), over);
			KUNIT_ASSERT_EQ(test, copy_from_user(buf, __user_ptr(at), n - over), 0);
			KUNIT_ASSERT_NULL(test, memchr_inv(buf, 0, n - over));
		}
	}
}

static void copies_span_pages(struct kunit *test)
{
	size_t n = 5 * PAGE_SIZE + 123, at = USER_BASE + 77;
	u8 *out = kunit_kmalloc(test, n, GFP_KERNEL), *in = kunit_kmalloc(test, n, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, out);
	KUNIT_ASSERT_NOT_NULL(test, in);
	map_anon(test, 0, 6, PROT_RW);
	for (size_t i = 0; i < n; i++)
		out[i] = pattern_byte(i);
	KUNIT_EXPECT_EQ(test, copy_to_user(__user_ptr(at), out, n), 0);
	KUNIT_EXPECT_EQ(test, get_mm_rss(test_mm(test)), 6);
	KUNIT_EXPECT_EQ(test, copy_from_user(in, __user_ptr(at), n), 0);
	KUNIT_EXPECT_MEMEQ(test, in, out, n);
	KUNIT_EXPECT_EQ(test, clear_user(__user_ptr(at + 1), n - 2), 0);
	KUNIT_EXPECT_EQ(test, copy_from_user(in, __user_ptr(at), n), 0);
	KUNIT_EXPECT_EQ(test, in[0], out[0]);
	KUNIT_EXPECT_EQ(test, in[n - 1], out[n - 1]);
	KUNIT_EXPECT_NULL(test, memchr_inv(in + 1, 0, n - 2));
}

static void atomic_access_brings_nothing_in(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	u64 word = 3;

	map_anon(test, 0, 2, PROT_RW);
	KUNIT_EXPECT_EQ(test, __copy_to_user_inatomic(__user_ptr(USER_BASE), &word, 8), 8);
	KUNIT_EXPECT_EQ(test, __copy_from_user_inatomic(&word, __user_ptr(USER_BASE), 8), 8);
	KUNIT_EXPECT_EQ(test, word, 3ULL);
	KUNIT_EXPECT_EQ(test, copy_from_user_nofault(&word, __user_ptr(USER_BASE), 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
	pagefault_disable();
	pagefault_disable();
	pagefault_enable();
	KUNIT_EXPECT_EQ(test, put_user(word, (u64 *)USER_BASE), -EFAULT);
	pagefault_enable();
	KUNIT_EXPECT_EQ(test, put_user(word, (u64 *)USER_BASE), 0);
	word = 4;
	KUNIT_EXPECT_EQ(test, __copy_to_user_inatomic(__user_ptr(USER_BASE), &word, 8), 0);
	KUNIT_EXPECT_EQ(test, copy_from_user_nofault(&word, __user_ptr(USER_BASE), 8), 0);
	KUNIT_EXPECT_EQ(test, copy_to_user_nofault(__user_ptr(USER_BASE), &word, 8), 0);
	KUNIT_EXPECT_EQ(test, __copy_from_user_inatomic(&word, __user_ptr(USER_PAGE(1) - 3), 8), 5);
}

/* For callers that did access_ok(): the same bytes, and the same zeroes for those that are missing. */
static void copies_after_access_ok(struct kunit *test)
{
	char buf[16] = "0123456789abcde";

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, __copy_to_user(__user_ptr(USER_PAGE(1) - 12), buf, 16), 4);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1) - 8), 0x6261393837363534ULL);
	memset(buf, 'x', 16);
	KUNIT_EXPECT_EQ(test, __copy_from_user(buf, __user_ptr(USER_PAGE(1) - 12), 15), 3);
	KUNIT_EXPECT_MEMEQ(test, buf, "0123456789ab\0\0\0x", 16);
	KUNIT_EXPECT_EQ(test, __clear_user(__user_ptr(USER_PAGE(1) - 4), 8), 4);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1) - 8), 0x37363534ULL);
}

static void put_string(struct kunit *test, unsigned long at, const char *s, size_t n)
{
	KUNIT_ASSERT_EQ(test, copy_to_user(__user_ptr(at), s, n), 0);
}

static void string_lengths(struct kunit *test)
{
	unsigned long end = USER_PAGE(2);

	map_anon(test, 0, 2, PROT_RW);
	put_string(test, end - 4, "abc", 4);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)end - 4, 100), 4);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)end - 4, 4), 4);
	KUNIT_EXPECT_GT(test, strnlen_user((char *)end - 4, 3), 3);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)end - 1, 1), 1);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)end - 4, 0), 0);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)end, 5), 0);
	put_string(test, end - 4, "abcd", 4); /* no end before the mapping's */
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)end - 4, 5), 0);
	KUNIT_EXPECT_GT(test, strnlen_user((char *)end - 4, 4), 4);
	put_string(test, USER_PAGE(1) - 2, "xyz", 4); /* over a page's end */
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)USER_PAGE(1) - 2, 50), 4);
}

static void string_copies(struct kunit *test)
{
	unsigned long end = USER_PAGE(2);
	char buf[16];

	map_anon(test, 0, 2, PROT_RW);
	put_string(test, end - 4, "abc", 4);
	memset(buf, '#', sizeof(buf));
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)end - 4, 16), 3);
	KUNIT_EXPECT_STREQ(test, (const char *)buf, "abc");
	KUNIT_EXPECT_EQ(test, buf[4], '#'); /* nothing behind the NUL */
	memset(buf, '#', sizeof(buf));
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)end - 4, 3), 3);
	KUNIT_EXPECT_EQ(test, buf[2], 'c');
	KUNIT_EXPECT_EQ(test, buf[3], '#');
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)end - 4, 0), 0);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)end - 4, -1), 0);
	put_string(test, end - 4, "abcd", 4);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)end - 4, 4), 4);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)end - 4, 5), -EFAULT);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)end, 5), -EFAULT);
	put_string(test, USER_PAGE(1) - 2, "xyz", 4);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)USER_PAGE(1) - 2, 16), 3);
	KUNIT_EXPECT_STREQ(test, (const char *)buf, "xyz");
}

/*
 * At the end of the user's half a string without end is an error, one that was long enough is none.
 */
static void strings_at_the_top(struct kunit *test)
{
	unsigned long last = TASK_SIZE - PAGE_SIZE;
	char buf[16];

	KUNIT_ASSERT_EQ(test,
			do_mmap(test_mm(test), NULL, last, PAGE_SIZE, PROT_RW, MAP_ANON_FIXED, 0),
			last);
	put_string(test, TASK_SIZE - 4, "wxyz", 4);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)TASK_SIZE - 4, 4), 4);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)TASK_SIZE - 4, 16), -EFAULT);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)TASK_SIZE - 4, 16), 0);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)TASK_SIZE - 4, 4), 5);
	put_string(test, TASK_SIZE - 4, "wxy", 4);
	KUNIT_EXPECT_EQ(test, strncpy_from_user(buf, (char *)TASK_SIZE - 4, 16), 3);
	KUNIT_EXPECT_EQ(test, strnlen_user((char *)TASK_SIZE - 4, 16), 4);
}

static void structures_grow(struct kunit *test)
{
	u8 user[200], kernel[128];

	map_anon(test, 0, 1, PROT_RW);
	memset(user, 0x31, sizeof(user));
	memset(user + 100, 0, 100);
	put_string(test, USER_BASE, (char *)user, sizeof(user));
	memset(kernel, 0xff, sizeof(kernel));
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(kernel, 100, __user_ptr(USER_BASE), 60), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(kernel, 0x31, 60));
	KUNIT_EXPECT_NULL(test, memchr_inv(kernel + 60, 0, 40));
	KUNIT_EXPECT_EQ(test, kernel[100], 0xff);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(kernel, 100, __user_ptr(USER_BASE), 200), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(kernel, 0x31, 100));
	KUNIT_EXPECT_EQ(test, put_user((u8)1, (u8 *)USER_BASE + 199), 0);
	memset(kernel, 0xff, sizeof(kernel));
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(kernel, 100, __user_ptr(USER_BASE), 200),
			-E2BIG);
	KUNIT_EXPECT_NULL(test, memchr_inv(kernel, 0xff, sizeof(kernel)));
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(kernel, 100, __user_ptr(USER_BASE), 199), 0);
	KUNIT_EXPECT_EQ(test,
			copy_struct_from_user(kernel, 100, __user_ptr(USER_PAGE(1) - 50), 100),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, copy_struct_from_user(kernel, 10, __user_ptr(USER_PAGE(1) - 50), 100),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, check_zeroed_user(__user_ptr(USER_BASE + 100), 99), 1);
	KUNIT_EXPECT_EQ(test, check_zeroed_user(__user_ptr(USER_BASE + 100), 100), 0);
	KUNIT_EXPECT_EQ(test, check_zeroed_user(__user_ptr(USER_BASE), 0), 1);
	KUNIT_EXPECT_EQ(test, check_zeroed_user(kernel, 8), -EFAULT);
}

static void kernel_memory_that_may_be_bad(struct kunit *test)
{
	static const char text[] = "kernel text";
	char buf[16] = "";
	u64 word = 9, target = 1;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, poke(USER_BASE, 0x41), 0);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(buf, text, sizeof(text)), 0);
	KUNIT_EXPECT_STREQ(test, (const char *)buf, text);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&word, __user_ptr(USER_BASE), 8), -ERANGE);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&word, NULL, 8), -ERANGE);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&word, __user_ptr(0x8000000000000000UL), 8),
			-ERANGE);
	KUNIT_EXPECT_EQ(test, word, 9ULL);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&word, __user_ptr(VMALLOC_END - 8), 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, get_kernel_nofault(word, (const u64 *)text), 0);
	KUNIT_EXPECT_MEMEQ(test, &word, text, 8);
	KUNIT_EXPECT_EQ(test, get_kernel_nofault(buf[15], text + 1), 0);
	KUNIT_EXPECT_EQ(test, buf[15], 'e');
	KUNIT_EXPECT_EQ(test, get_kernel_nofault(buf[14], (char *)USER_BASE), -ERANGE);
	KUNIT_EXPECT_EQ(test, get_kernel_nofault(buf[14], (char *)VMALLOC_END - 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, buf[14], 0);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(&target, &word, 8), 0);
	KUNIT_EXPECT_EQ(test, target, word);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault((void *)text, &word, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, text[0], 'k');
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(__user_ptr(USER_BASE), &word, 8), -EFAULT);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), 0x41ULL);
	KUNIT_EXPECT_EQ(test, strncpy_from_kernel_nofault(buf, text, 16), (long)sizeof(text));
	KUNIT_EXPECT_EQ(test, strncpy_from_kernel_nofault(buf, text, 0), 0);
	KUNIT_EXPECT_EQ(test, strncpy_from_kernel_nofault(buf, text, 4), 4);
	KUNIT_EXPECT_STREQ(test, (const char *)buf, "ker");
	KUNIT_EXPECT_EQ(test, strncpy_from_kernel_nofault(buf, __user_ptr(VMALLOC_END - 8), 8),
			-EFAULT);
	KUNIT_EXPECT_EQ(test, buf[0], 0);
	KUNIT_EXPECT_EQ(test, strncpy_from_kernel_nofault(buf, __user_ptr(USER_BASE), 8), -ERANGE);
}

static struct kunit_case uaccess_cases[] = { KUNIT_CASE(copies_after_access_ok),
					     KUNIT_CASE(kernel_addresses_are_refused),
					     KUNIT_CASE(every_size_both_ways),
					     KUNIT_CASE(checked_before),
					     KUNIT_CASE(partial_copies_are_exact),
					     KUNIT_CASE(copies_span_pages),
					     KUNIT_CASE(atomic_access_brings_nothing_in),
					     KUNIT_CASE(string_lengths),
					     KUNIT_CASE(string_copies),
					     KUNIT_CASE(strings_at_the_top),
					     KUNIT_CASE(structures_grow),
					     KUNIT_CASE(kernel_memory_that_may_be_bad),
					     {} };

static struct kunit_suite uaccess_suite = {
	.name = "user_access",
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = uaccess_cases,
};
kunit_test_suite(uaccess_suite);
