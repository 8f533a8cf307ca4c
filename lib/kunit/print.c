/* SPDX-License-Identifier: MIT */
/*
 * What the harness prints: KTAP version 1, as Linux's kernel prints it and kunit.py reads it.
 *
 *	KTAP version 1
 *	# test_seed=0x1234 (reproduce with test_seed=0x1234)
 *	1..2
 *	    KTAP version 1
 *	    # Subtest: slab
 *	    1..2
 *	    ok 1 zero_size
 *	        KTAP version 1
 *	        # Subtest: sizes
 *	        1..2
 *	        ok 1 8
 *	        ok 2 96 # SKIP why
 *	    # sizes: pass:1 fail:0 skip:1 total:2
 *	    ok 2 sizes
 *	# slab: pass:2 fail:0 skip:1 total:3
 *	ok 1 slab
 *	…
 *	# Totals: pass:P fail:F skip:S total:T
 *
 * Results stand alone: their lines carry no time stamp, and nothing else that the kernel prints
 * lacks one, so no message can be taken for a result. All that is not a result or a plan begins
 * with `#`; a text of several lines gets it on each, because a line of it could be read as a result
 * otherwise (I1). Names and reasons lose what would end or split their line: control characters and
 * `#` (I2).
 *
 * Context: the one that runs the tests; no locks.
 */
#include <linux/types.h>
#include <linux/string.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include "internal.h"

#define LINE_SIZE 512

void kunit_put(unsigned int indent, const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	kprint_raw("%*s%s\n", (int)indent, "", line);
}

/* One line to the console, or to the end of the case's log; what doesn't fit there is cut. */
static void put_diag(struct kunit *test, const char *prefix, const char *text, size_t len)
{
	size_t used;

	if (!test->log) {
		kprint_raw("%*s# %s%.*s\n", (int)test->indent, "", prefix, (int)len, text);
		return;
	}
	used = strlen(test->log);
	snprintf(test->log + used, test->log_size - used, "# %s%.*s\n", prefix, (int)len, text);
}

void kunit_diag(struct kunit *test, const char *prefix, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\n");

		put_diag(test, prefix, text, len);
		if (!text[len] || !text[len + 1])
			return;
		text += len + 1;
	}
}

/* Copy `text`, keeping to I2. */
static const char *one_line(char *buf, size_t size, const char *text)
{
	size_t n;

	for (n = 0; text[n] && n + 1 < size; n++)
		buf[n] = (u8)text[n] < ' ' || text[n] == '#' ? '_' : text[n];
	buf[n] = '\0';
	return buf;
}

void kunit_put_result(unsigned int indent, enum kunit_status status, unsigned int number,
		      const char *name, const char *comment)
{
	char clean[KUNIT_PARAM_DESC_SIZE], why[KUNIT_STATUS_COMMENT_SIZE];
	const char *word = status == KUNIT_FAILURE ? "not ok" : "ok";

	one_line(clean, sizeof(clean), name);
	if (status != KUNIT_SKIPPED)
		kunit_put(indent, "%s %u %s", word, number, clean);
	else
		kunit_put(indent, "%s %u %s # SKIP %s", word, number, clean,
			  one_line(why, sizeof(why), comment));
}

void kunit_log_line(struct kunit *test, const char *level, const char *fmt, ...)
{
	char text[LINE_SIZE], prefix[KUNIT_PARAM_DESC_SIZE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(prefix, sizeof(prefix), "%s: %s", test->name, level);
	kunit_diag(test, prefix, text);
}

void kunit_param_desc(char *desc, const char *text)
{
	strscpy(desc, text, KUNIT_PARAM_DESC_SIZE);
}
