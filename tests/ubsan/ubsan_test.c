// SPDX-License-Identifier: MIT
/*
 * Undefined behaviour: each check of the compiler, with a bug planted for it. Part of a build with UBSAN=1 only.
 *
 * The bugs are real ones, which the compiler's own code finds; what it can't be brought to call (gcc: a
 * promise of alignment, a conversion that loses bits) is left to the other compiler. This file is compiled
 * with -fno-wrapv, so that overflow is undefined in it (lib/ubsan/ubsan.c, 4).
 *
 * Each plant stands in a function of its own, once, since a place reports once.
 *
 * Suite "ubsan". Mutations that made it fail:
 *   - ubsan.c: a place reports each time; values not sign-extended; the functions of ubsan.c left in the
 *     stack; null taken for misaligned; the exponent not compared with the width
 *   - Makefile: a check switched off
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <quarry/report.h>

/* Values of which the compiler knows nothing. */
#define unknown(v)                           \
	({                                   \
		__typeof__(v) __value = (v); \
		OPTIMIZER_HIDE_VAR(__value); \
		__value;                     \
	})

#define PLANT static noinline

static volatile long sink;

/*
 * A plant, run twice: the first time there is one report with each of the texts, the second none. The
 * function that did it is the first of the stack.
 */
static void expect(struct kunit *test, void (*plant)(void), const char *name, const char *headline,
		   const char *sentence)
{
	char place[80], stack[80];
	const char *text;

	report_capture_start();
	plant();
	KUNIT_EXPECT_EQ_MSG(test, report_capture_stop(&text), 1u, "%s", name);
	scnprintf(place, sizeof(place), "UBSAN: %s in tests/ubsan/ubsan_test.c:", headline);
	scnprintf(stack, sizeof(stack), "Call Trace:\n %s", name); /* or its part that is cold */
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, place), "%s in\n%s", place, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, sentence), "%s in\n%s", sentence, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, stack), "%s in\n%s", stack, text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Advice: "));
	report_capture_start();
	plant();
	KUNIT_EXPECT_EQ_MSG(test, report_capture_stop(&text), 0u, "%s reports twice", name);
}
#define EXPECT_UBSAN(plant, headline, sentence) expect(test, plant, #plant, headline, sentence)

/* ---- arithmetic ---- */

PLANT void adds(void)
{
	sink = unknown(0x7fffffff) + unknown(1);
}

PLANT void subtracts(void)
{
	sink = unknown(-0x7fffffff - 1) - unknown(5);
}

PLANT void multiplies(void)
{
	sink = unknown(0x7fffffffffffffffL) * unknown(-3L);
}

PLANT void negates(void)
{
	sink = -unknown(-0x7fffffff - 1);
}

PLANT void adds_wide(void)
{
	__int128 top = (__int128)0x7fffffffffffffffL << 64 | ~0UL;

	sink = (long)((unknown(top) + unknown((__int128)1)) >> 64);
}

static void overflow(struct kunit *test)
{
	EXPECT_UBSAN(adds, "signed-integer-overflow",
		     "2147483647 + 1 cannot be represented in type 'int'");
	EXPECT_UBSAN(subtracts, "signed-integer-overflow",
		     "-2147483648 - 5 cannot be represented in type 'int'");
	EXPECT_UBSAN(multiplies, "signed-integer-overflow",
		     "9223372036854775807 * -3 cannot be represented in type 'long");
	EXPECT_UBSAN(negates, "negation-overflow",
		     "negation of -2147483648 cannot be represented in type 'int'");
	EXPECT_UBSAN(adds_wide, "signed-integer-overflow",
		     "0x7fffffffffffffffffffffffffffffff + 0x00000000000000000000000000000001 cannot");
}

/* What follows is the CPU's exception, if the division is made: the report comes first. */
PLANT void divides_by_zero(void)
{
	int zero = unknown(0);

	sink = unknown(7) / zero;
}

PLANT void divides_the_smallest(void)
{
	sink = unknown(-0x7fffffff - 1) / unknown(-1);
}

static void expect_division(struct kunit *test, void (*plant)(void), const char *sentence)
{
	struct recovery here, *before = report_set_recovery(&here);
	const char *text;

	report_capture_start();
	if (!recovery_save(&here))
		plant();
	report_set_recovery(before);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2u);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "UBSAN: division-overflow in tests/ubsan/"),
				  "%s", text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, sentence), "%s", text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "divide error: 0000"));
}

static void division(struct kunit *test)
{
	expect_division(test, divides_by_zero, "division by zero");
	expect_division(test, divides_the_smallest,
			"division of -2147483648 by -1 cannot be represented in type 'int'");
}

PLANT void shifts_too_far(void)
{
	sink = 1 << unknown(40);
}

PLANT void shifts_backwards(void)
{
	sink = 1UL >> unknown(-1);
}

PLANT void shifts_the_sign(void)
{
	sink = unknown(-5) << 2;
}

PLANT void shifts_bits_out(void)
{
	sink = unknown(0x60000000) << 2;
}

static void shifts(struct kunit *test)
{
	EXPECT_UBSAN(shifts_too_far, "shift-out-of-bounds",
		     "shift exponent 40 is too large for 32-bit type 'int'");
	EXPECT_UBSAN(shifts_backwards, "shift-out-of-bounds", "shift exponent -1 is negative");
	EXPECT_UBSAN(shifts_the_sign, "shift-out-of-bounds", "left shift of negative value -5");
	EXPECT_UBSAN(shifts_bits_out, "shift-out-of-bounds",
		     "left shift of 1610612736 by 2 places cannot be represented in type 'int'");
}

/* ---- arrays ---- */

static struct {
	int four[4];
	long behind;
} array;

PLANT void indexes_behind(void)
{
	sink = array.four[unknown(4)];
}

PLANT void indexes_before(void)
{
	int minus_one = unknown(-1);

	sink = ((int(*)[4])&array.behind - 1)[0][minus_one];
}

static void indexes(struct kunit *test)
{
	EXPECT_UBSAN(indexes_behind, "array-index-out-of-bounds",
		     "index 4 is out of range for type 'int [4]'");
	EXPECT_UBSAN(indexes_before, "array-index-out-of-bounds",
		     "index -1 is out of range for type 'int [4]'");
}

PLANT void sizes_an_array(void)
{
	int n = unknown(-1);
	volatile char room[n];

	sink = (long)&room[0];
}

static void array_sizes(struct kunit *test)
{
	EXPECT_UBSAN(sizes_an_array, "vla-bound-not-positive",
		     "variable length array bound value -1 <= 0");
}

/* ---- values ---- */



PLANT void reads_a_bool(void)
{
	u8 byte = 42;
	bool *b = (bool *)unknown(&byte);

	sink = *b;
}

static void values(struct kunit *test)
{
	EXPECT_UBSAN(reads_a_bool, "invalid-load", "load of value 42 is not a valid value for type '");
}

/* ---- pointers ---- */

struct pair {
	int left, right;
};

static void expect_null(struct kunit *test, void (*plant)(void), const char *sentence)
{
	struct recovery here, *before = report_set_recovery(&here);
	const char *text;

	report_capture_start();
	if (!recovery_save(&here))
		plant();
	report_set_recovery(before);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 2u);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "UBSAN: null-ptr-deref in tests/ubsan/"), "%s",
				  text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, sentence), "%s", text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "BUG: kernel NULL pointer dereference"));
}

PLANT void loads_null(void)
{
	sink = *(volatile int *)unknown((int *)NULL);
}

PLANT void stores_null(void)
{
	*(volatile int *)unknown((int *)NULL) = 1;
}

PLANT void member_of_null(void)
{
	sink = ((volatile struct pair *)unknown((struct pair *)NULL))->right;
}

static void null(struct kunit *test)
{
	expect_null(test, loads_null, "load of null pointer of type '");
	expect_null(test, stores_null, "store to null pointer of type '");
	expect_null(test, member_of_null, "member access within null pointer of type '");
}

static char bytes[16] __aligned(8);

PLANT void loads_misaligned(void)
{
	sink = *(volatile int *)unknown((int *)(bytes + 1));
}

static void alignment(struct kunit *test)
{
	EXPECT_UBSAN(loads_misaligned, "misaligned-access",
		     "for type '");
}

static void alignment_is_told(struct kunit *test)
{
	const char *text;

	report_capture_start();
	sink = *(volatile long *)unknown((long *)(bytes + 2));
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1u);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "which requires 8 byte alignment"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "data, bytes+0x2/0x10"));
}

/* The compiler sees how much there is, but not that it is too little: no warning, and a check. */
PLANT void reads_more_than_there_is(void)
{
	struct pair *p = kmalloc(sizeof(struct pair), GFP_KERNEL);
	struct {
		long a, b;
	} *wide = (void *)p;

	if (!p)
		return;
	sink = wide->b;
	kfree(p);
}

static void object_sizes(struct kunit *test)
{
	EXPECT_UBSAN(reads_more_than_there_is, "object-size-mismatch", "with insufficient space");
}

PLANT void moves_a_pointer(void)
{
	unsigned long far = unknown(0x7000000000000000UL);
	char *p = unknown((char *)bytes);

	sink = (long)(p + far);
}

static void pointers(struct kunit *test)
{
	EXPECT_UBSAN(moves_a_pointer, "pointer-overflow", "pointer operation 0x");
}

static noinline __attribute__((nonnull)) void takes_a_pointer(const void *p)
{
	sink = (long)p;
}

static noinline __attribute__((returns_nonnull)) void *gives_null(void)
{
	return unknown((void *)NULL);
}

PLANT void passes_null(void)
{
	takes_a_pointer(unknown((void *)NULL));
}

static void promises(struct kunit *test)
{
	const char *text;

	EXPECT_UBSAN(passes_null, "nonnull-argument", "null pointer passed as argument 1");
	report_capture_start();
	sink = (long)gives_null();
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1u);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "UBSAN: nonnull-return in tests/ubsan/"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Call Trace:\n gives_null"));
}

PLANT void counts_no_zeros(void)
{
	sink = __builtin_ctz(unknown(0u));
}

PLANT void counts_no_leading_zeros(void)
{
	sink = __builtin_clzl(unknown(0UL));
}

static void builtins(struct kunit *test)
{
	EXPECT_UBSAN(counts_no_zeros, "invalid-builtin-use", "passing zero to __builtin_ctz()");
	EXPECT_UBSAN(counts_no_leading_zeros, "invalid-builtin-use",
		     "passing zero to __builtin_clz()");
}

PLANT void reaches_the_unreachable(void)
{
	switch (unknown(3)) {
	case 1:
		sink = 1;
		break;
	default:
		__builtin_unreachable();
	}
}

/* Nothing to go on with: as BUG(), each time. */
static void unreachable(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "UBSAN: unreachable in tests/ubsan/ubsan_test.c:",
			   reaches_the_unreachable());
	KUNIT_EXPECT_FAULT(test, "calling __builtin_unreachable()", reaches_the_unreachable());
	KUNIT_EXPECT_FAULT(test, "Call Trace:\n reaches_the_unreachable",
			   reaches_the_unreachable());
}

/* ---- what clang alone looks at ---- */

#ifdef __clang__

PLANT void promises_alignment(void)
{
	sink = *(u8 *)__builtin_assume_aligned(unknown(bytes + 4), 8);
}

PLANT void promises_an_offset(void)
{
	sink = *(u8 *)__builtin_assume_aligned(unknown(bytes + 4), 8, 1);
}

PLANT void loses_bits(void)
{
	volatile u8 small = unknown(300);

	sink = small;
}

static void clang_only(struct kunit *test)
{
	EXPECT_UBSAN(promises_alignment, "alignment-assumption",
		     "assumption of 8 byte alignment for pointer of type 'char *' failed\n"
		     "address is 4 aligned, misalignment offset is 4 bytes");
	EXPECT_UBSAN(promises_an_offset, "alignment-assumption",
		     "assumption of 8 byte alignment (with offset of 1 byte)");
	EXPECT_UBSAN(loses_bits, "implicit-conversion",
		     "implicit conversion from type 'int' of value 300 to type 'u8'");
}

#endif

static struct kunit_case cases[] = { KUNIT_CASE(overflow),
				     KUNIT_CASE(division),
				     KUNIT_CASE(shifts),
				     KUNIT_CASE(indexes),
				     KUNIT_CASE(array_sizes),
				     KUNIT_CASE(values),
				     KUNIT_CASE(null),
				     KUNIT_CASE(alignment),
				     KUNIT_CASE(alignment_is_told),
				     KUNIT_CASE(object_sizes),
				     KUNIT_CASE(pointers),
				     KUNIT_CASE(promises),
				     KUNIT_CASE(builtins),
				     KUNIT_CASE(unreachable),
#ifdef __clang__
				     KUNIT_CASE(clang_only),
#endif
				     {} };
static struct kunit_suite suite = { .name = "ubsan", .test_cases = cases };

kunit_test_suite(suite);
