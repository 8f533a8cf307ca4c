/* SPDX-License-Identifier: MIT */
/*
 * Failed checks: what they print, and how a case is left.
 *
 * A check is a macro that compares in place and calls here only when it failed, so a passing check
 * costs a compare and a branch. What is known at compile time stands in one constant per check
 * (struct kunit_check: source texts, place, kind). The text is Linux's, each line behind a `#`:
 *
 *	# case: EXPECTATION FAILED at tests/mm/slab_test.c:42
 *	#     Expected a == b, but
 *	#         a == 3 (0x3)
 *	#         b == 4 (0x4)
 *	# the caller's own message
 *
 * The value of an operand that is written as a number already is not repeated.
 *
 * I1: once KUNIT_FAILURE, a case stays so; a later skip doesn't change it. Leaving is a jump to the
 * recovery point that the runner set for this phase of the case (test->recovery); the flag
 * `leaving` tells it from the jump that a trap makes.
 * Context: the case's. The ASSERT family may be used with interrupts off: the jump brings the flag
 * back.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/err.h>
#include "internal.h"

#define DETAIL	"    "
#define OPERAND "        "

/* Lines of detail, formatted. */
static __printf(3, 4) void detail(struct kunit *test, const char *prefix, const char *fmt, ...)
{
	char text[384];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	kunit_diag(test, prefix, text);
}

static void fail_head(struct kunit *test, const struct kunit_check *c)
{
	test->status = KUNIT_FAILURE;
	kunit_log_line(test, "", "%s FAILED at %s:%d",
		       c->type == KUNIT_ASSERTION ? "ASSERTION" : "EXPECTATION", c->file, c->line);
}

static void fail_message(struct kunit *test, const char *fmt, va_list args)
{
	char text[384];

	if (!fmt)
		return;
	vsnprintf(text, sizeof(text), fmt, args);
	kunit_diag(test, "", text);
}

static void expected(struct kunit *test, const struct kunit_check *c)
{
	detail(test, DETAIL, "Expected %s %s %s, but", c->left, c->op, c->right);
}

static void int_operand(struct kunit *test, const char *text, long long value)
{
	char literal[24];

	snprintf(literal, sizeof(literal), "%lld", value);
	if (strcmp(literal, text))
		detail(test, OPERAND, "%s == %lld (0x%llx)", text, value, value);
}

static void str_operand(struct kunit *test, const char *text, const char *value)
{
	if (!value)
		detail(test, OPERAND, "%s == NULL", text);
	else if (text[0] != '"')
		detail(test, OPERAND, "%s == \"%s\"", text, value);
}

/*
 * Sixteen bytes a line from where the two first differ, those that differ in <>; four lines at
 * most.
 */
static void mem_operand(struct kunit *test, const char *text, const u8 *mem, const u8 *other,
			size_t size)
{
	size_t first = 0, i;
	char line[16 * 4 + 1];
	unsigned int n = 0;

	if (!mem) {
		detail(test, OPERAND, "%s == NULL", text);
		return;
	}
	while (other && first < size && mem[first] == other[first])
		first++;
	first = first < size ? first & ~15UL : 0;
	detail(test, OPERAND, "%s == (from byte %zu of %zu)", text, first, size);
	for (i = first; i < size && i < first + 64; i++) {
		bool differs = other && mem[i] != other[i];

		n += scnprintf(line + n, sizeof(line) - n, differs ? "<%02x>" : " %02x ", mem[i]);
		if (i % 16 == 15 || i + 1 == size) {
			kunit_diag(test, OPERAND "  ", line);
			n = 0;
		}
	}
}

void __kunit_fail(struct kunit *test, const struct kunit_check *c, const char *fmt, ...)
{
	va_list args;

	fail_head(test, c);
	va_start(args, fmt);
	fail_message(test, fmt, args);
	va_end(args);
}

void __kunit_fail_bool(struct kunit *test, const struct kunit_check *c, const char *fmt, ...)
{
	va_list args;

	fail_head(test, c);
	detail(test, DETAIL, "Expected %s to be %s, but is %s", c->left, c->right,
	       c->right[0] == 't' ? "false" : "true");
	va_start(args, fmt);
	fail_message(test, fmt, args);
	va_end(args);
}

void __kunit_fail_int(struct kunit *test, const struct kunit_check *c, long long left,
		      long long right, const char *fmt, ...)
{
	va_list args;

	fail_head(test, c);
	expected(test, c);
	int_operand(test, c->left, left);
	int_operand(test, c->right, right);
	va_start(args, fmt);
	fail_message(test, fmt, args);
	va_end(args);
}

void __kunit_fail_ptr(struct kunit *test, const struct kunit_check *c, const volatile void *left,
		      const volatile void *right, const char *fmt, ...)
{
	va_list args;

	fail_head(test, c);
	expected(test, c);
	detail(test, OPERAND, "%s == %016lx", c->left, (unsigned long)left);
	if (strcmp(c->right, "NULL"))
		detail(test, OPERAND, "%s == %016lx", c->right, (unsigned long)right);
	va_start(args, fmt);
	fail_message(test, fmt, args);
	va_end(args);
}

void __kunit_fail_err(struct kunit *test, const struct kunit_check *c, const volatile void *ptr,
		      const char *fmt, ...)
{
	va_list args;

	fail_head(test, c);
	if (!ptr)
		detail(test, DETAIL, "Expected %s is not null, but is", c->left);
	else
		detail(test, DETAIL, "Expected %s is not error, but is: %ld", c->left, (long)ptr);
	va_start(args, fmt);
	fail_message(test, fmt, args);
	va_end(args);
}

void __kunit_fail_str(struct kunit *test, const struct kunit_check *c, const char *left,
		      const char *right, const char *fmt, ...)
{
	va_list args;

	fail_head(test, c);
	expected(test, c);
	str_operand(test, c->left, left);
	str_operand(test, c->right, right);
	va_start(args, fmt);
	fail_message(test, fmt, args);
	va_end(args);
}

void __kunit_fail_mem(struct kunit *test, const struct kunit_check *c, const void *left,
		      const void *right, size_t size, const char *fmt, ...)
{
	va_list args;

	fail_head(test, c);
	expected(test, c);
	mem_operand(test, c->left, left, right, size);
	mem_operand(test, c->right, right, left, size);
	va_start(args, fmt);
	fail_message(test, fmt, args);
	va_end(args);
}

bool __kunit_str_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool __kunit_mem_equal(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n) == 0;
}

void kunit_fail_text(struct kunit *test, const char *fmt, ...)
{
	char text[384];
	va_list args;

	test->status = KUNIT_FAILURE;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	kunit_log_line(test, "", "FAILED: %s", text);
}

void kunit_mark_skipped(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	if (test->status == KUNIT_FAILURE)
		return;
	test->status = KUNIT_SKIPPED;
	va_start(args, fmt);
	vsnprintf(test->status_comment, sizeof(test->status_comment), fmt, args);
	va_end(args);
}

void __kunit_abort(struct kunit *test)
{
	test->leaving = true;
	recovery_jump(test->recovery);
}
