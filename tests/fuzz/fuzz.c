// SPDX-License-Identifier: MIT
/*
 * Fuzzing: inputs, each a string of bytes, run against mm/ and boot/ with a model beside them.
 *
 * 1. Way in. fuzz=TARGET on the boot line makes this the payload of the boot. It asks the process
 *    half for one input after the other (host_fuzz_input()), which has them from files (quarry --fuzz
 *    TARGET FILE …) or from libFuzzer (make fuzz). Other ports don't have this file, and report the
 *    key as unknown.
 *
 * 2. A target is a function from a program to nothing: it decodes operations, carries them out and
 *    does the same to a model, which is simpler than what it models because it may be slow or
 *    wasteful: an owner for each page, a byte for each byte. Where the two differ, FUZZ_CHECK() ends
 *    the run with the condition and the number of the operation.
 *
 * 3. Around each input, whatever the target: the page count and the counts by use are as before,
 *    nothing was reported that no target expected, and mm_valid_all() holds (after the
 *    first AUDIT_ALL inputs each time, then every AUDIT_EVERY-th, since it costs more than a small
 *    input does). So each input starts from an idle machine, whose caches are empty; random numbers
 *    are seeded anew.
 *    What inputs still hand on is the order of free lists and the mobility of pageblocks.
 *
 * 4. Each target's file lists mistakes that it found when they were made on purpose ("finds").
 */
#include <asm/console.h>
#include <boot/boot.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "arch/host/host.h"
#include "mm/kfence.h"
#include "tests/fuzz/fuzz.h"
#include "tests/payload.h"

#define AUDIT_ALL   1000
#define AUDIT_EVERY 16
#define LINE_SIZE   200

static const struct fuzz_target *const targets[] = {
	&fuzz_boot, &fuzz_buddy, &fuzz_slab, &fuzz_vmalloc, &fuzz_vma, &fuzz_module,
};

static const struct fuzz_target *target;
static unsigned long nr_inputs;
static unsigned long pages_before, reports_before;
static long stats_before[NR_MM_STATS];
unsigned int fuzz_op;

/* ---- The program ---- */

bool fuzz_next_op(struct fuzz_input *in)
{
	return in->at < in->end && fuzz_op++ < FUZZ_MAX_OPS;
}

u8 fuzz_u8(struct fuzz_input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

u16 fuzz_u16(struct fuzz_input *in)
{
	u16 low = fuzz_u8(in);

	return low | fuzz_u8(in) << 8;
}

u32 fuzz_u32(struct fuzz_input *in)
{
	u32 low = fuzz_u16(in);

	return low | (u32)fuzz_u16(in) << 16;
}

u64 fuzz_u64(struct fuzz_input *in)
{
	u64 low = fuzz_u32(in);

	return low | (u64)fuzz_u32(in) << 32;
}

/* ---- Contents ---- */

#ifdef __clang__
#define __no_sanitize __attribute__((__no_sanitize__("address", "undefined")))
#else
#define __no_sanitize __attribute__((__no_sanitize_address__))
#endif

/* A word at any address. */
struct loose_word {
	u64 v;
} __packed;

/*
 * The ends are touched where a sanitizer sees it; what is between them it would only make slow, and
 * nobody makes just that inaccessible.
 */
static void touch_ends(const volatile u8 *p, size_t n)
{
	if (n) {
		(void)p[0];
		(void)p[n - 1];
	}
}

/* fuzz_word(), where it can be inlined: by what is sanitized as little. */
static __always_inline __no_sanitize u64 word_at(u64 seed, u64 i)
{
	return FUZZ_WORD(seed, i);
}

noinline __no_sanitize void fuzz_fill(void *p, size_t n, u64 seed)
{
	struct loose_word *w = p;
	size_t i;

	touch_ends(p, n);
	for (i = 0; i + 8 <= n; i += 8)
		w++->v = word_at(seed, i);
	for (; i < n; i++)
		((u8 *)p)[i] = word_at(seed, i);
}

noinline __no_sanitize bool fuzz_filled(const void *p, size_t n, u64 seed)
{
	const struct loose_word *w = p;
	u64 differs = 0;
	size_t i;

	touch_ends(p, n);
	for (i = 0; i + 8 <= n; i += 8)
		differs |= w++->v ^ word_at(seed, i);
	for (; i < n; i++)
		differs |= ((const u8 *)p)[i] ^ (u8)word_at(seed, i);
	return !differs;
}

bool fuzz_zero(const void *p, size_t n)
{
	return !memchr_inv(p, 0, n);
}

void *fuzz_model(size_t size)
{
	return alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO);
}

/* ---- Shortage ---- */

static LIST_HEAD(hoard);
static LIST_HEAD(ballast); /* what the target leaves alone: out of the way for good */

static void give_back(struct list_head *pages)
{
	while (!list_empty(pages)) {
		struct page *page = list_first_entry(pages, struct page, lru);

		list_del(&page->lru);
		__free_pages(page, page->order);
	}
}

/* Take pages until ordinary requests have no more than `leave`. */
static void take_all_but(unsigned long leave, struct list_head *pages)
{
	struct zone *z;

	for_each_zone(z)
		leave += z->watermark[WMARK_MIN];
	for (int order = MAX_PAGE_ORDER; order >= 0; order--) {
		struct page *page;

		while (nr_free_pages() >= leave + (1UL << order)) {
			page = alloc_pages(GFP_NOWAIT | __GFP_MEMALLOC, order);
			if (!page)
				break;
			list_add(&page->lru, pages);
		}
	}
}

void fuzz_hoard(unsigned long leave)
{
	take_all_but(leave, &hoard);
}

void fuzz_release(void)
{
	give_back(&hoard);
}

bool fuzz_short(void)
{
	return !list_empty(&hoard);
}

/* ---- The verdict ---- */

static void say(const char *fmt, ...) __printf(1, 2);
static void say(const char *fmt, ...)
{
	char line[LINE_SIZE];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	console_write(line, n);
}

void fuzz_fail(const char *file, int line, const char *cond, const char *fmt, ...)
{
	const char *report;
	char text[LINE_SIZE];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say("fuzz: %s, input %lu, operation %u: %s\n", target->name, nr_inputs, fuzz_op, text);
	say("fuzz: %s:%d: %s does not hold\n", file, line, cond);
	if (report_capture_stop(&report))
		console_write(report, strlen(report));
	host_fuzz_failed();
}

void fuzz_expect_begin(void)
{
	report_capture_start();
}

void fuzz_expect_end(unsigned int n, const char *what)
{
	const char *text;
	unsigned int got = report_capture_stop(&text);

	if (got != n)
		say("%s", text);
	FUZZ_CHECK(got == n, "%s: %u reports, not %u", what, got, n);
}

/*
 * Have all memory handed out once, so that all its struct pages are there: else the first input that
 * takes much would meet another machine than those after it.
 */
static void touch_all_memory(void)
{
	LIST_HEAD(all);

	for (int order = MAX_PAGE_ORDER; order >= 0; order--) {
		struct page *page;

		while ((page = alloc_pages(GFP_NOWAIT | __GFP_MEMALLOC, order)))
			list_add(&page->lru, &all);
	}
	give_back(&all);
}

static void remember(void)
{
	pages_before = pages_accounted();
	reports_before = report_unexpected();
	for (unsigned int i = 0; i < NR_MM_STATS; i++)
		stats_before[i] = mm_stat_read(i);
}

static void check_nothing_left(void)
{
	unsigned long now = pages_accounted();

	FUZZ_CHECK(report_unexpected() == reports_before, "a report that nobody expected");
	FUZZ_CHECK(now == pages_before, "%ld pages are missing in the end",
		   (long)(pages_before - now));
	for (unsigned int i = 0; i < NR_MM_STATS; i++) {
		if (i == MM_KERNEL_TABLES)
			continue;
		FUZZ_CHECK(mm_stat_read(i) == stats_before[i], "count %u is %ld, was %ld", i,
			   mm_stat_read(i), stats_before[i]);
	}
}

static void run_input(const u8 *data, unsigned long size, bool audit)
{
	struct fuzz_input in = { data, data + size };

	fuzz_op = 0;
	nr_inputs++;
	random_seed(1);
	target->run(&in);
	fuzz_release();
	check_nothing_left();
	if (audit)
		FUZZ_CHECK(mm_valid_all(), "an invariant is broken in the end");
}

/* ---- The payload ---- */

static unsigned int fuzz_payload(void)
{
	const u8 *data;
	unsigned long size;

	kfence_pause(); /* when samples are taken depends on the clock, and inputs must do the same again */
	touch_all_memory();
	if (target->init && target->init()) {
		say("fuzz: %s: no memory for its model\n", target->name);
		return EXIT_FAILED;
	}
	if (target->pages)
		take_all_but(target->pages, &ballast);
	remember();
	say("KTAP version 1\n1..1\n");
	while (host_fuzz_input(&data, &size))
		run_input(data, size, nr_inputs < AUDIT_ALL || nr_inputs % AUDIT_EVERY == 0);
	FUZZ_CHECK(mm_valid_all(), "an invariant is broken in the end");
	say("%sok 1 fuzz_%s # %lu inputs\n", nr_inputs ? "" : "not ", target->name, nr_inputs);
	say("# Totals: pass:%d fail:%d skip:0 total:1\n", nr_inputs != 0, nr_inputs == 0);
	return nr_inputs ? EXIT_PASSED : EXIT_FAILED;
}

static unsigned int no_such_target(void)
{
	say("fuzz: no such target; there are:");
	for (unsigned int i = 0; i < ARRAY_SIZE(targets); i++)
		say(" %s", targets[i]->name);
	say("\n");
	return EXIT_FAILED;
}

static int set_fuzz(const char *val)
{
	payload_instead = no_such_target;
	for (unsigned int i = 0; val && i < ARRAY_SIZE(targets); i++) {
		if (strcmp(val, targets[i]->name))
			continue;
		target = targets[i];
		payload_instead = fuzz_payload;
	}
	return 0;
}
BOOT_PARAM("fuzz", set_fuzz);
