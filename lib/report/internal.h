/* SPDX-License-Identifier: MIT */
/* What the files of lib/report share. */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include <quarry/report.h>

/*
 * May a report of this kind be shown, which returns to `opener`? `captured`: a test records it. `held`: how
 * many of the place were held back since it was last told.
 */
bool report_may_show(enum report_kind kind, unsigned long opener, bool captured, unsigned int *held);

/* The stack is used up: a trap's report is not to come back here. */
void report_unguard(void);

struct report_explainer *report_explainers(void);

/* ZERO_SIZE_PTR is (void *)16. */
#define ZERO_SIZE_FIRST 16
#define ZERO_SIZE_LAST	31

/* A value, or a range of values, that only comes from one kind of mistake. */
struct pattern {
	unsigned long first, last;
	const char *name;
	const char *advice;
};

/* The pattern that `v` belongs to, or NULL. */
const struct pattern *pattern_find(unsigned long v);

/*
 * One line about `addr` from what every kernel knows (patterns, stacks, symbols, regions). Always
 * writes something.
 */
void explain_builtin(unsigned long addr, char *buf, size_t size);

bool explain_region(unsigned long addr, char *buf, size_t size);
/* "code", "read-only data" or "data", of an address in the kernel image. */
const char *image_part(unsigned long addr);

/* Lines outside of a report, of this CPU alone; not counted. */
void report_talk_begin(void);
void report_talk_end(void);

/* Are lines of detail shown: not inside a nested report, nor in one that nobody is to see. */
bool report_details_wanted(void);

/* How the page tables lead to `addr`, as a line of the report. */
void report_trail(unsigned long addr);

/* What a failed access to `addr` means, by the explainer that knows it; NULL if none does. */
const char *explainer_advice(unsigned long addr);

/*
 * A symbolised call trace without its innermost `skip` functions, the caller of this one included.
 */
void report_callers(unsigned int skip);

/* The module whose code is innermost on this stack, or NULL. Any context. */
const char *module_on_stack(void);

/* Panics if it leads out of a module's code where that isn't safe (guest.c). */
void guest_check(const char *why, bool irqs_off);

/* Name the registers of a line that hold poison (registers.c). */
void report_poison(const char *text);

/* The locks that the running task holds (debug builds). */
void report_held_locks(void);

/* Stop a capture and print what it held: the machine is about to end. */
void report_uncapture(void);

#endif
