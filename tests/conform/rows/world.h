/* SPDX-License-Identifier: MIT */
/*
 * The conformance rows' world here: an area is a KUnit suite, an answer other than the documented
 * one fails its case. Samples of KFENCE, whose sizes are other ones, are not taken meanwhile. With `conform.answers` on the boot line each answer is printed as well:
 *
 *	conform: kmalloc.zero = 1
 */
#ifndef TESTS_CONFORM_WORLD_H
#define TESTS_CONFORM_WORLD_H

#include <asm/cpufeature.h>
#include <kunit/test.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include "tests/mm/sample_fixture.h"
#include "tests/plant.h"

typedef struct kunit conform_t;

#define CONFORM_CASE(fn) KUNIT_CASE(fn)
#define CONFORM_AREA(area, ...)                                                  \
	static struct kunit_case area##_cases[] = { __VA_ARGS__, {} };           \
	static struct kunit_suite area##_suite = { .name = "conform_" #area,     \
						   .suite_init = no_samples,     \
						   .suite_exit = samples_again,  \
						   .test_cases = area##_cases }; \
	kunit_test_suite(area##_suite)

#define wrong_read(p)  ((void)plant_read8(p))
#define wrong_write(p) plant_write8((p), 1)

#define CONFORM_HERE(linux, quarry) (quarry)

void conform_number(conform_t *c, const char *name, long long documented, long long answer);
void conform_text(conform_t *c, const char *name, const char *documented, const char *answer);
void conform_oopsed(const char *name);

#define ROW_OOPS(c, name, ...)                            \
	do {                                              \
		KUNIT_EXPECT_FAULT((c), "", __VA_ARGS__); \
		conform_oopsed(name);                     \
	} while (0)

/* The statement is reported and comes to its end; a sentence that is said once is said again. */
#define CONFORM_WARNS(c, ...)                              \
	do {                                               \
		refcount_warned = 0;                       \
		KUNIT_EXPECT_REPORT((c), "", __VA_ARGS__); \
	} while (0)

void conform_user_begin(conform_t *c);
void conform_user_end(conform_t *c);
#define conform_user_is_shut() cpu_has_smap

#endif
