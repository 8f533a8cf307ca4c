// SPDX-License-Identifier: MIT
/*
 * How often one place may report.
 *
 * 1. What for. A bug in a loop reports for ever, and the report that matters is far above, or never
 *    came. So the first report_burst reports of a place are shown, then those whose number is that
 *    times 2, 4, 8 …; each says how many were held back before it. report_held_show() says at the end
 *    of the run what is still untold. No clock is asked: the same run shows the same reports.
 *
 *	report of this place	1 2 … 8 | 9 … 15 | 16   | 17 … 31 | 32    | …
 *				shown   | held   | shown | held   | shown |
 *
 * 2. A place is the report's kind and the way that led to it, DEPTH return addresses, as a hash. Whom an
 *    interrupt met by chance is no part of the way, but for the kinds that tell of just that. Where all of
 *    sites[] are taken, what is new is one place for each kind. A report that is held back is a report: it
 *    is counted, fails the run, and panic_on_warn ends the machine for it.
 *
 * Invariants
 * I1  seen = shown + held back, at each place; told <= held.
 *
 * Context: report_open(), by whoever has the turn, so nothing here is done twice at once. What a test
 * captures is neither counted nor held back, unless it asks for that: it waits for its report, however
 * often others provoked the same. O(frames).
 */
#include <asm/stack.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "internal.h"

#define SITE_BITS 7
#define SITES	  (1u << SITE_BITS)
#define DEPTH	  24
#define PROBES	  16
#define CALLERS	  3

struct site {
	u64 key;			/* 0: free */
	unsigned long callers[CALLERS]; /* who opened the report, and who called him */
	enum report_kind kind;
	u32 seen, held, told;
};

static struct site sites[SITES];
static struct site rest[NR_REPORT_KINDS]; /* what found no room above, without callers */
static unsigned int burst = 8;		  /* 0: all are shown */
static bool limit_captured;

static int set_burst(const char *val)
{
	return val ? kstrtouint(val, 0, &burst) : -EINVAL;
}
BOOT_PARAM("report_burst", set_burst);

/* Reports made in an interrupt that are about the code it met. */
static bool about_interrupted(enum report_kind kind)
{
	return kind == REPORT_SOFT_LOCKUP || kind == REPORT_RCU_STALL || kind == REPORT_NMI;
}

/* Of `n` addresses, those that belong to the interrupt which the report is made in. */
static unsigned int own_way(enum report_kind kind, const unsigned long *ips, unsigned int n)
{
	unsigned int end = n;

	if (!in_hardirq() || about_interrupted(kind))
		return n;
	while (end > 0 && !stack_irq_entry(ips[end - 1]))
		end--;
	return end ? end : n;
}

/* `s->callers` and `s->key` of the report that `opener` opens. */
static void find_place(struct site *s, unsigned long opener)
{
	unsigned long ips[DEPTH];
	unsigned int n = stack_trace_save(ips, DEPTH, 0, NULL), from = 0;

	n = own_way(s->kind, ips, n);
	while (from < n && ips[from] != opener)
		from++;
	s->key = s->kind + 1;
	for (unsigned int i = from; i < n; i++) {
		s->key = hash_64(s->key ^ ips[i], 64);
		if (i - from < CALLERS)
			s->callers[i - from] = ips[i];
	}
	s->key |= 1;
}

static struct site *site_of(enum report_kind kind, unsigned long opener)
{
	struct site here = { .kind = kind };

	find_place(&here, opener);
	for (unsigned int i = 0; i < PROBES; i++) {
		struct site *s = &sites[((here.key >> 1) + i) % SITES];

		if (!s->key)
			*s = here;
		if (s->key == here.key)
			return s;
	}
	rest[kind].kind = kind;
	return &rest[kind];
}

/* Is it one of the first `most`, or `most` times a power of two? */
static bool in_row(u32 seen, u32 most)
{
	return seen <= most || (seen % most == 0 && is_power_of_2(seen / most));
}

bool report_may_show(enum report_kind kind, unsigned long opener, bool captured, unsigned int *held)
{
	unsigned int most = READ_ONCE(burst);
	struct site *s;

	*held = 0;
	if (!most || (captured && !limit_captured))
		return true;
	s = site_of(kind, opener);
	s->seen++;
	if (!in_row(s->seen, most)) {
		s->held++;
		return false;
	}
	*held = s->held - s->told;
	s->told = s->held;
	return true;
}

/**
 * report_limit_captured - hold back what a test captures, too
 * @n: the burst from now on; 0: as before the first call, which is what a test ends with
 *
 * Every place begins anew.
 */
void report_limit_captured(unsigned int n)
{
	static unsigned int before;

	if (n && !limit_captured)
		before = burst;
	limit_captured = n;
	WRITE_ONCE(burst, n ? n : before);
	memset(sites, 0, sizeof(sites));
	memset(rest, 0, sizeof(rest));
}

static void show_held(const struct site *s, void (*line)(const char *text))
{
	char text[256];
	int n;

	if (s->held == s->told)
		return;
	n = scnprintf(text, sizeof(text), "%u more reports of kind %s were held back, %s",
		      s->held - s->told, report_kind_id(s->kind),
		      s->callers[0] ? "all from" : "from several places");
	for (unsigned int i = 0; i < CALLERS && s->callers[i]; i++)
		n += scnprintf(text + n, sizeof(text) - n, "%s %pB", i ? " <-" : "",
			       (void *)s->callers[i]);
	line(text);
}

/**
 * report_held_show - what was held back and not told yet
 * @line: gets each line
 *
 * Context: any.
 */
void report_held_show(void (*line)(const char *text))
{
	for (unsigned int i = 0; i < SITES; i++)
		show_held(&sites[i], line);
	for (unsigned int k = 0; k < NR_REPORT_KINDS; k++)
		show_held(&rest[k], line);
}
