/* SPDX-License-Identifier: MIT */
/*
 * Self-tests, in the KUnit API of Linux 6.12, with what a memory manager's tests need on top.
 *
 *	static void zero_is_freed(struct kunit *test)
 *	{
 *		void *p = kmalloc(0, GFP_KERNEL);
 *
 *		KUNIT_ASSERT_PTR_EQ(test, p, ZERO_SIZE_PTR);
 *		KUNIT_EXPECT_FAULT(test, "ZERO_SIZE_PTR", *(volatile char *)p = 1);
 *		KUNIT_EXPECT_NO_REPORT(test, kfree(p));
 *	}
 *
 *	static struct kunit_case cases[] = { KUNIT_CASE(zero_is_freed), {} };
 *	static struct kunit_suite suite = { .name = "kmalloc", .test_cases = cases };
 *	kunit_test_suite(suite);
 *
 * EXPECT_ records a failure and goes on; ASSERT_ leaves the case (exit() and the actions still
 * run). Beyond Linux: KUNIT_EXPECT_REPORT, KUNIT_EXPECT_NO_REPORT, KUNIT_EXPECT_FAULT,
 * kunit_rand(). A case also fails when a trap ends it, when a bug report comes up that it did not
 * expect, and when it ends with the interrupt flag other than it was.
 */
#ifndef KUNIT_TEST_H
#define KUNIT_TEST_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/stack.h>

struct kunit;

#define KUNIT_PARAM_DESC_SIZE	  128
#define KUNIT_STATUS_COMMENT_SIZE 256
#define KUNIT_MAX_ACTIONS	  64

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

enum kunit_speed {
	KUNIT_SPEED_UNSET,
	KUNIT_SPEED_VERY_SLOW,
	KUNIT_SPEED_SLOW,
	KUNIT_SPEED_NORMAL,
};

struct kunit_attributes {
	enum kunit_speed speed;
	bool on_request; /* a suite that runs only when test= spells out its name */
};

/**
 * struct kunit_case - one test case @run_case: the test @name: its name; also what
 * test=<suite>.<name> matches @generate_params: NULL, or yields the parameter after @prev (NULL:
 * the first), writing its description into @desc;
 *	NULL ends the list. It is walked twice (the plan comes first), so it must yield the same list each time.
 * @attr: how slow it is
 */
struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
	struct kunit_attributes attr;
};

/**
 * struct kunit_suite - cases that belong together, in a zero-terminated array
 * @name: the suite's name
 * @suite_init: run before the first case; not 0 fails every case
 * @suite_exit: run after the last one, also when @suite_init failed
 * @init: run before each case (each parameter); not 0 fails it
 * @exit: run after each case, also when it was aborted
 * @test_cases: the cases
 * @attr: how slow the suite is
 */
struct kunit_suite {
	const char *name;
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
	struct kunit_attributes attr;
};

typedef void(kunit_action_t)(void *ctx);

struct kunit_action {
	kunit_action_t *func;
	void *ctx;
};

/**
 * struct kunit - a running case
 * @priv: the test's own, usually set by init()
 * @param_value: the parameter (cases with parameters)
 * @param_index: its number, from 0
 * @name: the case's name
 * @status: so far
 * @status_comment: why it was skipped
 * @log, @log_size: where its messages go; NULL: to the console
 *
 * The rest belongs to the harness.
 */
struct kunit {
	void *priv;
	const void *param_value;
	int param_index;
	const char *name;
	enum kunit_status status;
	char status_comment[KUNIT_STATUS_COMMENT_SIZE];
	char *log; /* if set, its messages are appended here (log_size bytes) instead of printed */
	size_t log_size;

	unsigned int indent;	   /* columns before its diagnostics */
	u64 rand_state;		   /* of kunit_rand() */
	struct recovery *recovery; /* where leaving the case goes */
	bool leaving;		   /* the jump there was asked for, no trap */
	bool capturing;		   /* reports are being captured */
	unsigned int nr_actions;
	struct kunit_action actions[KUNIT_MAX_ACTIONS];
};

#define KUNIT_CASE(test_name)		    { .run_case = test_name, .name = #test_name }
#define KUNIT_CASE_ATTR(test_name, attributes) \
	{ .run_case = test_name, .name = #test_name, .attr = attributes }
#define KUNIT_CASE_SLOW(test_name) \
	{ .run_case = test_name, .name = #test_name, .attr.speed = KUNIT_SPEED_SLOW }
#define KUNIT_CASE_PARAM(test_name, gen_params) \
	{ .run_case = test_name, .name = #test_name, .generate_params = gen_params }
#define KUNIT_CASE_PARAM_ATTR(test_name, gen_params, attributes) \
	{ .run_case = test_name, .name = #test_name, .generate_params = gen_params, .attr = attributes }

/*
 * Defines name##_gen_params for KUNIT_CASE_PARAM: the elements of `array`, described by
 * get_desc(element, desc) or, NULL, unnamed.
 */
#define KUNIT_ARRAY_PARAM(name, array, get_desc)                                                   \
	static const void *name##_gen_params(const void *__prev, char *__desc)                     \
	{                                                                                          \
		__typeof__((array)[0]) *__next =                                                   \
			__prev ? (__typeof__(__next))__prev + 1 : (__typeof__(__next))(array);     \
		void (*__describe)(__typeof__(__next), char *) = get_desc;                         \
                                                                                                   \
		if (__next - (array) >= (ptrdiff_t)(sizeof(array) / sizeof((array)[0])))           \
			return NULL;                                                               \
		if (__describe)                                                                    \
			__describe(__next, __desc);                                                \
		return __next;                                                                     \
	}

/* The same; the description is the string member `desc_member` of each element. */
#define KUNIT_ARRAY_PARAM_DESC(name, array, desc_member)                                           \
	static const void *name##_gen_params(const void *__prev, char *__desc)                     \
	{                                                                                          \
		__typeof__((array)[0]) *__next =                                                   \
			__prev ? (__typeof__(__next))__prev + 1 : (__typeof__(__next))(array);     \
                                                                                                   \
		if (__next - (array) >= (ptrdiff_t)(sizeof(array) / sizeof((array)[0])))           \
			return NULL;                                                               \
		kunit_param_desc(__desc, __next->desc_member);                                     \
		return __next;                                                                     \
	}
void kunit_param_desc(char *desc, const char *text);

/*
 * Register suites: pointers in a section that the runner walks. The alignment is said so that no
 * compiler pads between the arrays.
 */
#define kunit_test_suites(suite_pointers...)                                                       \
	static struct kunit_suite *const __UNIQUE_ID(kunit_suites)[] __used                        \
		__section(".kunit_test_suites") __aligned(8) = { suite_pointers }
#define kunit_test_suite(suite) kunit_test_suites(&suite)

extern struct kunit_suite *const __kunit_suites_start[];
extern struct kunit_suite *const __kunit_suites_end[];

/* ---- the runner ---- */

/**
 * struct kunit_totals - leaf cases of a run; a parameter counts as one
 */
struct kunit_totals {
	unsigned int pass, fail, skip, total;
};

/*
 * Run what `glob` selects (NULL or "": everything; "none"), in an order picked by `seed`. 0:
 * nothing failed; 1: something did.
 */
int kunit_run_all(const char *glob, u64 seed);
/* The same as the boot line says: test=, test_seed=. */
int kunit_run_boot(void);
/* What the last run counted. */
const struct kunit_totals *kunit_totals(void);

/*
 * Have every suite's memory counted: `before` is called ahead of suite_init, `after` behind
 * suite_exit; false from either fails the suite's extra last case, "accounting", with the text
 * `after` wrote. Both may quiesce the memory manager; neither may report.
 */
void kunit_set_suite_audit(bool (*before)(void), bool (*after)(char *why, size_t size));

/* Have `show` print what is to stand between the last suite and the closing line. */
void kunit_set_epilogue(void (*show)(void));

/*
 * Results at the top level besides those of the kernel's own suites: `run` runs behind them, test=none
 * or not, and makes `results` of them with the three functions below.
 */
void kunit_set_guests(unsigned int results, void (*run)(void));
/* All cases of a suite that is no part of the kernel. */
void kunit_guest_suite(struct kunit_suite *suite);
/* A result that is left out, and why. */
void kunit_guest_skip(const char *name, const char *why);
struct kunit_guest_case {
	const char *name;
	enum kunit_status status;
	const char *comment; /* of one that was skipped */
};
void kunit_guest_cases(const char *name, const struct kunit_guest_case *cases, unsigned int n);
/* Some reports that nobody expected have failed a guest's case; they are not told again. */
void kunit_charge_reports(unsigned long n);

/* The case that runs now on this machine; NULL outside cases. */
struct kunit *kunit_get_current_test(void);
#define current_test kunit_get_current_test()

/* ---- randomness ---- */

/* The run's seed, as printed. */
extern u64 kunit_seed;
/*
 * Next number of this case's own generator: it depends on the seed, the suite's and the case's
 * names and the parameter, not on order.
 */
u64 kunit_rand(struct kunit *test);
/* Uniform in [0, n); n > 0. */
u64 kunit_rand_below(struct kunit *test, u64 n);

/*
 * Behind the case, and what is cleaned up for it after this call, no block of memory may be left that
 * nothing refers to: such blocks are reported, and the case fails. Costs a scan (linux/kmemleak.h).
 */
void kunit_expect_no_leaks(struct kunit *test);

/* ---- clean-up and memory that the case owns ---- */

/*
 * Call func(ctx) when the case ends, last added first. 0, or -ENOMEM when KUNIT_MAX_ACTIONS are
 * pending (func isn't called then).
 */
int kunit_add_action(struct kunit *test, kunit_action_t *func, void *ctx);
/* The same, but func(ctx) is called at once when it can't be kept. */
int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *func, void *ctx);
/* Forget the latest such action without calling it. */
void kunit_remove_action(struct kunit *test, kunit_action_t *func, void *ctx);
/* Call and forget it. */
void kunit_release_action(struct kunit *test, kunit_action_t *func, void *ctx);

/* Memory freed when the case ends. */
void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp) __alloc_size(2);
void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp) __alloc_size(2);
void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp) __alloc_size(2, 3);
void kunit_kfree(struct kunit *test, const void *ptr);

/* ---- messages and skipping ---- */

void kunit_log_line(struct kunit *test, const char *level, const char *fmt, ...) __printf(3, 4);
#define kunit_info(test, fmt, ...) kunit_log_line((test), "", fmt, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...) kunit_log_line((test), "warning: ", fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)  kunit_log_line((test), "error: ", fmt, ##__VA_ARGS__)

/*
 * The case counts as skipped unless it fails; the reason is printed. kunit_skip() also leaves it.
 */
void kunit_mark_skipped(struct kunit *test, const char *fmt, ...) __printf(2, 3);
#define kunit_skip(test, fmt, ...)                                                                 \
	do {                                                                                       \
		kunit_mark_skipped((test), fmt, ##__VA_ARGS__);                                    \
		__kunit_abort(test);                                                               \
	} while (0)

/* ---- expectations and assertions ---- */

enum kunit_assert_type {
	KUNIT_ASSERTION,
	KUNIT_EXPECTATION,
};

/* What one check says, for the failure's text. */
struct kunit_check {
	enum kunit_assert_type type;
	int line;
	const char *file;
	const char *left, *op, *right;
};

/* Leave the case now. */
void __kunit_abort(struct kunit *test) __noreturn;

/* Record and print a failed check of each kind; `fmt` (may be NULL) is the caller's own message. */
void __kunit_fail(struct kunit *test, const struct kunit_check *c, const char *fmt, ...)
	__printf(3, 4);
void __kunit_fail_bool(struct kunit *test, const struct kunit_check *c, const char *fmt, ...)
	__printf(3, 4);
void __kunit_fail_int(struct kunit *test, const struct kunit_check *c, long long left,
		      long long right, const char *fmt, ...) __printf(5, 6);
void __kunit_fail_ptr(struct kunit *test, const struct kunit_check *c, const volatile void *left,
		      const volatile void *right, const char *fmt, ...) __printf(5, 6);
void __kunit_fail_err(struct kunit *test, const struct kunit_check *c, const volatile void *ptr,
		      const char *fmt, ...) __printf(4, 5);
void __kunit_fail_str(struct kunit *test, const struct kunit_check *c, const char *left,
		      const char *right, const char *fmt, ...) __printf(5, 6);
void __kunit_fail_mem(struct kunit *test, const struct kunit_check *c, const void *left,
		      const void *right, size_t size, const char *fmt, ...) __printf(6, 7);

/* NULL compares equal to nothing, not even to NULL, as in Linux. */
bool __kunit_str_equal(const char *a, const char *b);
bool __kunit_mem_equal(const void *a, const void *b, size_t n);

#define __KUNIT_CHECK(kind, l, o, r)                                                               \
	static const struct kunit_check __check = {                                                \
		.type = kind, .line = __LINE__, .file = __FILE__, .left = l, .op = o, .right = r   \
	}
#define __KUNIT_LEAVE(kind, test)                                                                  \
	do {                                                                                       \
		if ((kind) == KUNIT_ASSERTION)                                                     \
			__kunit_abort(test);                                                       \
	} while (0)

#define KUNIT_FAIL_ASSERTION(test, kind, fmt, ...)                                                 \
	do {                                                                                       \
		__KUNIT_CHECK(kind, NULL, NULL, NULL);                                             \
		__kunit_fail((test), &__check, fmt, ##__VA_ARGS__);                                \
		__KUNIT_LEAVE(kind, test);                                                         \
	} while (0)

#define KUNIT_BOOL_ASSERTION(test, kind, cond, text, want, fmt, ...)                               \
	do {                                                                                       \
		__KUNIT_CHECK(kind, text, "", (want) ? "true" : "false");                          \
		if (likely((bool)(cond) == (want)))                                                \
			break;                                                                     \
		__kunit_fail_bool((test), &__check, fmt, ##__VA_ARGS__);                           \
		__KUNIT_LEAVE(kind, test);                                                         \
	} while (0)

#define KUNIT_INT_ASSERTION(test, kind, l, ltext, o, r, rtext, fmt, ...)                           \
	do {                                                                                       \
		__KUNIT_CHECK(kind, ltext, #o, rtext);                                             \
		const __typeof__((l) + 0) __left = (l);                                            \
		const __typeof__((r) + 0) __right = (r);                                           \
                                                                                                   \
		if (likely(__left o __right))                                                      \
			break;                                                                     \
		__kunit_fail_int((test), &__check, (long long)__left, (long long)__right, fmt,     \
				 ##__VA_ARGS__);                                                   \
		__KUNIT_LEAVE(kind, test);                                                         \
	} while (0)

#define KUNIT_PTR_ASSERTION(test, kind, l, ltext, o, r, rtext, fmt, ...)                           \
	do {                                                                                       \
		__KUNIT_CHECK(kind, ltext, #o, rtext);                                             \
		const volatile void *const __left = (l);                                           \
		const volatile void *const __right = (r);                                          \
                                                                                                   \
		if (likely(__left o __right))                                                      \
			break;                                                                     \
		__kunit_fail_ptr((test), &__check, __left, __right, fmt, ##__VA_ARGS__);           \
		__KUNIT_LEAVE(kind, test);                                                         \
	} while (0)

#define KUNIT_NOT_ERR_ASSERTION(test, kind, p, text, fmt, ...)                                     \
	do {                                                                                       \
		__KUNIT_CHECK(kind, text, NULL, NULL);                                             \
		const volatile void *const __ptr = (p);                                            \
                                                                                                   \
		if (likely(__ptr && (unsigned long)__ptr < (unsigned long)-4095L))                 \
			break;                                                                     \
		__kunit_fail_err((test), &__check, __ptr, fmt, ##__VA_ARGS__);                     \
		__KUNIT_LEAVE(kind, test);                                                         \
	} while (0)

#define KUNIT_STR_ASSERTION(test, kind, l, ltext, o, want, r, rtext, fmt, ...)                     \
	do {                                                                                       \
		__KUNIT_CHECK(kind, ltext, o, rtext);                                              \
		const char *const __left = (l);                                                    \
		const char *const __right = (r);                                                   \
                                                                                                   \
		if (likely(__left && __right && __kunit_str_equal(__left, __right) == (want)))     \
			break;                                                                     \
		__kunit_fail_str((test), &__check, __left, __right, fmt, ##__VA_ARGS__);           \
		__KUNIT_LEAVE(kind, test);                                                         \
	} while (0)

#define KUNIT_MEM_ASSERTION(test, kind, l, ltext, o, want, r, rtext, size, fmt, ...)               \
	do {                                                                                       \
		__KUNIT_CHECK(kind, ltext, o, rtext);                                              \
		const void *const __left = (l);                                                    \
		const void *const __right = (r);                                                   \
		const size_t __size = (size);                                                      \
                                                                                                   \
		if (likely(__left && __right &&                                                    \
			   __kunit_mem_equal(__left, __right, __size) == (want)))                  \
			break;                                                                     \
		__kunit_fail_mem((test), &__check, __left, __right, __size, fmt, ##__VA_ARGS__);   \
		__KUNIT_LEAVE(kind, test);                                                         \
	} while (0)

#define KUNIT_SUCCEED(test) ((void)(test))

#define KUNIT_FAIL(test, fmt, ...) \
	KUNIT_FAIL_ASSERTION(test, KUNIT_EXPECTATION, fmt, ##__VA_ARGS__)
#define KUNIT_FAIL_AND_ABORT(test, fmt, ...) \
	KUNIT_FAIL_ASSERTION(test, KUNIT_ASSERTION, fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_TRUE(test, c) KUNIT_EXPECT_TRUE_MSG(test, c, NULL)
#define KUNIT_EXPECT_TRUE_MSG(test, c, fmt, ...) \
	KUNIT_BOOL_ASSERTION(test, KUNIT_EXPECTATION, c, #c, true, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, c) KUNIT_EXPECT_FALSE_MSG(test, c, NULL)
#define KUNIT_EXPECT_FALSE_MSG(test, c, fmt, ...) \
	KUNIT_BOOL_ASSERTION(test, KUNIT_EXPECTATION, c, #c, false, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_TRUE(test, c) KUNIT_ASSERT_TRUE_MSG(test, c, NULL)
#define KUNIT_ASSERT_TRUE_MSG(test, c, fmt, ...) \
	KUNIT_BOOL_ASSERTION(test, KUNIT_ASSERTION, c, #c, true, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, c) KUNIT_ASSERT_FALSE_MSG(test, c, NULL)
#define KUNIT_ASSERT_FALSE_MSG(test, c, fmt, ...) \
	KUNIT_BOOL_ASSERTION(test, KUNIT_ASSERTION, c, #c, false, fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_EQ(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, ==, r, #r, NULL)
#define KUNIT_EXPECT_EQ_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, ==, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, !=, r, #r, NULL)
#define KUNIT_EXPECT_NE_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, !=, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LT(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, <, r, #r, NULL)
#define KUNIT_EXPECT_LT_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, <, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, <=, r, #r, NULL)
#define KUNIT_EXPECT_LE_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, <=, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GT(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, >, r, #r, NULL)
#define KUNIT_EXPECT_GT_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, >, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, >=, r, #r, NULL)
#define KUNIT_EXPECT_GE_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_EXPECTATION, l, #l, >=, r, #r, fmt, ##__VA_ARGS__)

#define KUNIT_ASSERT_EQ(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, ==, r, #r, NULL)
#define KUNIT_ASSERT_EQ_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, ==, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NE(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, !=, r, #r, NULL)
#define KUNIT_ASSERT_NE_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, !=, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LT(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, <, r, #r, NULL)
#define KUNIT_ASSERT_LT_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, <, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LE(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, <=, r, #r, NULL)
#define KUNIT_ASSERT_LE_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, <=, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GT(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, >, r, #r, NULL)
#define KUNIT_ASSERT_GT_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, >, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GE(test, l, r) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, >=, r, #r, NULL)
#define KUNIT_ASSERT_GE_MSG(test, l, r, fmt, ...) \
	KUNIT_INT_ASSERTION(test, KUNIT_ASSERTION, l, #l, >=, r, #r, fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_PTR_EQ(test, l, r) \
	KUNIT_PTR_ASSERTION(test, KUNIT_EXPECTATION, l, #l, ==, r, #r, NULL)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, l, r, fmt, ...) \
	KUNIT_PTR_ASSERTION(test, KUNIT_EXPECTATION, l, #l, ==, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(test, l, r) \
	KUNIT_PTR_ASSERTION(test, KUNIT_EXPECTATION, l, #l, !=, r, #r, NULL)
#define KUNIT_EXPECT_PTR_NE_MSG(test, l, r, fmt, ...) \
	KUNIT_PTR_ASSERTION(test, KUNIT_EXPECTATION, l, #l, !=, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ(test, l, r) \
	KUNIT_PTR_ASSERTION(test, KUNIT_ASSERTION, l, #l, ==, r, #r, NULL)
#define KUNIT_ASSERT_PTR_EQ_MSG(test, l, r, fmt, ...) \
	KUNIT_PTR_ASSERTION(test, KUNIT_ASSERTION, l, #l, ==, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE(test, l, r) \
	KUNIT_PTR_ASSERTION(test, KUNIT_ASSERTION, l, #l, !=, r, #r, NULL)
#define KUNIT_ASSERT_PTR_NE_MSG(test, l, r, fmt, ...) \
	KUNIT_PTR_ASSERTION(test, KUNIT_ASSERTION, l, #l, !=, r, #r, fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_NULL(test, p) \
	KUNIT_PTR_ASSERTION(test, KUNIT_EXPECTATION, p, #p, ==, NULL, "NULL", NULL)
#define KUNIT_EXPECT_NULL_MSG(test, p, fmt, ...) \
	KUNIT_PTR_ASSERTION(test, KUNIT_EXPECTATION, p, #p, ==, NULL, "NULL", fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL(test, p) \
	KUNIT_PTR_ASSERTION(test, KUNIT_EXPECTATION, p, #p, !=, NULL, "NULL", NULL)
#define KUNIT_EXPECT_NOT_NULL_MSG(test, p, fmt, ...) \
	KUNIT_PTR_ASSERTION(test, KUNIT_EXPECTATION, p, #p, !=, NULL, "NULL", fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NULL(test, p) \
	KUNIT_PTR_ASSERTION(test, KUNIT_ASSERTION, p, #p, ==, NULL, "NULL", NULL)
#define KUNIT_ASSERT_NULL_MSG(test, p, fmt, ...) \
	KUNIT_PTR_ASSERTION(test, KUNIT_ASSERTION, p, #p, ==, NULL, "NULL", fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, p) \
	KUNIT_PTR_ASSERTION(test, KUNIT_ASSERTION, p, #p, !=, NULL, "NULL", NULL)
#define KUNIT_ASSERT_NOT_NULL_MSG(test, p, fmt, ...) \
	KUNIT_PTR_ASSERTION(test, KUNIT_ASSERTION, p, #p, !=, NULL, "NULL", fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, p) \
	KUNIT_NOT_ERR_ASSERTION(test, KUNIT_EXPECTATION, p, #p, NULL)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, p, fmt, ...) \
	KUNIT_NOT_ERR_ASSERTION(test, KUNIT_EXPECTATION, p, #p, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p) \
	KUNIT_NOT_ERR_ASSERTION(test, KUNIT_ASSERTION, p, #p, NULL)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, p, fmt, ...) \
	KUNIT_NOT_ERR_ASSERTION(test, KUNIT_ASSERTION, p, #p, fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_STREQ(test, l, r) \
	KUNIT_STR_ASSERTION(test, KUNIT_EXPECTATION, l, #l, "==", true, r, #r, NULL)
#define KUNIT_EXPECT_STREQ_MSG(test, l, r, fmt, ...) \
	KUNIT_STR_ASSERTION(test, KUNIT_EXPECTATION, l, #l, "==", true, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ(test, l, r) \
	KUNIT_STR_ASSERTION(test, KUNIT_EXPECTATION, l, #l, "!=", false, r, #r, NULL)
#define KUNIT_EXPECT_STRNEQ_MSG(test, l, r, fmt, ...) \
	KUNIT_STR_ASSERTION(test, KUNIT_EXPECTATION, l, #l, "!=", false, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STREQ(test, l, r) \
	KUNIT_STR_ASSERTION(test, KUNIT_ASSERTION, l, #l, "==", true, r, #r, NULL)
#define KUNIT_ASSERT_STREQ_MSG(test, l, r, fmt, ...) \
	KUNIT_STR_ASSERTION(test, KUNIT_ASSERTION, l, #l, "==", true, r, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ(test, l, r) \
	KUNIT_STR_ASSERTION(test, KUNIT_ASSERTION, l, #l, "!=", false, r, #r, NULL)
#define KUNIT_ASSERT_STRNEQ_MSG(test, l, r, fmt, ...) \
	KUNIT_STR_ASSERTION(test, KUNIT_ASSERTION, l, #l, "!=", false, r, #r, fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_MEMEQ(test, l, r, n) \
	KUNIT_MEM_ASSERTION(test, KUNIT_EXPECTATION, l, #l, "==", true, r, #r, n, NULL)
#define KUNIT_EXPECT_MEMEQ_MSG(test, l, r, n, fmt, ...) \
	KUNIT_MEM_ASSERTION(test, KUNIT_EXPECTATION, l, #l, "==", true, r, #r, n, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ(test, l, r, n) \
	KUNIT_MEM_ASSERTION(test, KUNIT_EXPECTATION, l, #l, "!=", false, r, #r, n, NULL)
#define KUNIT_EXPECT_MEMNEQ_MSG(test, l, r, n, fmt, ...) \
	KUNIT_MEM_ASSERTION(test, KUNIT_EXPECTATION, l, #l, "!=", false, r, #r, n, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ(test, l, r, n) \
	KUNIT_MEM_ASSERTION(test, KUNIT_ASSERTION, l, #l, "==", true, r, #r, n, NULL)
#define KUNIT_ASSERT_MEMEQ_MSG(test, l, r, n, fmt, ...) \
	KUNIT_MEM_ASSERTION(test, KUNIT_ASSERTION, l, #l, "==", true, r, #r, n, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_MEMNEQ(test, l, r, n) \
	KUNIT_MEM_ASSERTION(test, KUNIT_ASSERTION, l, #l, "!=", false, r, #r, n, NULL)
#define KUNIT_ASSERT_MEMNEQ_MSG(test, l, r, n, fmt, ...) \
	KUNIT_MEM_ASSERTION(test, KUNIT_ASSERTION, l, #l, "!=", false, r, #r, n, fmt, ##__VA_ARGS__)

/* ---- expected reports and faults ----
 *
 * The statement may contain commas and several statements in braces. It must not leave the macro by
 * return, break or goto. None of the three nests in another. A local variable that a faulting
 * statement changes has no defined value after it, unless volatile.
 */

struct kunit_fault_scope {
	struct recovery here;
	struct recovery *outer;
	bool returned;
};

void __kunit_capture_start(struct kunit *test);
/* `want` NULL: no report is expected. */
void __kunit_capture_check(struct kunit *test, const struct kunit_check *c, const char *want);
void __kunit_fault_arm(struct kunit *test, struct kunit_fault_scope *scope);
void __kunit_fault_returned(struct kunit_fault_scope *scope);
void __kunit_fault_check(struct kunit *test, const struct kunit_check *c,
			 struct kunit_fault_scope *scope, const char *want);

/*
 * The statement raises exactly one bug report, whose text contains `text`; execution goes on behind
 * it.
 */
#define KUNIT_EXPECT_REPORT(test, text, ...)                                                       \
	do {                                                                                       \
		__KUNIT_CHECK(KUNIT_EXPECTATION, #__VA_ARGS__, NULL, NULL);                        \
		__kunit_capture_start(test);                                                       \
		__VA_ARGS__;                                                                       \
		__kunit_capture_check((test), &__check, text);                                     \
	} while (0)

/* The statement raises no bug report. */
#define KUNIT_EXPECT_NO_REPORT(test, ...)                                                          \
	do {                                                                                       \
		__KUNIT_CHECK(KUNIT_EXPECTATION, #__VA_ARGS__, NULL, NULL);                        \
		__kunit_capture_start(test);                                                       \
		__VA_ARGS__;                                                                       \
		__kunit_capture_check((test), &__check, NULL);                                     \
	} while (0)

/*
 * The statement traps (a fault, BUG()) before it ends, with one report, whose text contains `text`;
 * the test goes on behind it.
 */
#define KUNIT_EXPECT_FAULT(test, text, ...)                                                        \
	do {                                                                                       \
		__KUNIT_CHECK(KUNIT_EXPECTATION, #__VA_ARGS__, NULL, NULL);                        \
		struct kunit_fault_scope __scope;                                                  \
                                                                                                   \
		if (!recovery_save(&__scope.here)) {                                               \
			__kunit_fault_arm((test), &__scope);                                       \
			__VA_ARGS__;                                                               \
			__kunit_fault_returned(&__scope);                                          \
		}                                                                                  \
		__kunit_fault_check((test), &__check, &__scope, text);                             \
	} while (0)

#endif
