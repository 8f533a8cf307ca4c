/* SPDX-License-Identifier: MIT */
/* What the harness's files share. */
#ifndef KUNIT_INTERNAL_H
#define KUNIT_INTERNAL_H

#include <kunit/test.h>

/* select.c: pure functions */

/* Does one of the globs spell out the suite's name? */
bool kunit_spells_out(const char *globs, const char *suite);
/*
 * Does one of the comma-separated `globs` match "suite" or "suite.name"? An empty list selects
 * everything.
 */
bool kunit_selects(const char *globs, const char *suite, const char *name);
/* The value at place `i` of a permutation of 0 … n-1 that `key` picks. */
u32 kunit_permute(u32 i, u32 n, u64 key);
/* A well-mixed function of `x`. */
u64 kunit_mix(u64 x);
/* Fold a string into a hash. */
u64 kunit_hash(u64 h, const char *s);

/* print.c: everything that goes out */

/* One KTAP line, `indent` columns in. */
void kunit_put(unsigned int indent, const char *fmt, ...) __printf(2, 3);
/* Diagnostic lines ("# …") of the case, one per line of the text. */
void kunit_diag(struct kunit *test, const char *prefix, const char *text);
/* "ok 3 name # SKIP why"; what would break the line is replaced in name and reason. */
void kunit_put_result(unsigned int indent, enum kunit_status status, unsigned int number,
		      const char *name, const char *comment);

/* run.c */

/*
 * Run init, the case, exit and the actions with `test`, which is zeroed but for name and indent;
 * the status is in it.
 */
void kunit_run_parts(struct kunit *test, struct kunit_suite *suite, struct kunit_case *kcase);

/* assert.c */

/* Mark the case failed and say why, without a place in a source file. */
void kunit_fail_text(struct kunit *test, const char *fmt, ...) __printf(2, 3);

/* capture.c */

/* The case was left while reports were being captured: stop, and show them. */
void kunit_capture_abandon(struct kunit *test);

/* resource.c */
void kunit_run_actions(struct kunit *test);

#endif
