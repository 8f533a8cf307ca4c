/* SPDX-License-Identifier: MIT */
/*
 * Allocations that fail on purpose. Boot line, files of settings and meaning of the four numbers
 * are Linux's (failslab=, fail_page_alloc=); theory in mm/fault_inject.c.
 */
#ifndef LINUX_FAULT_INJECT_H
#define LINUX_FAULT_INJECT_H

#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/types.h>

/**
 * struct fault_attr - which of the calls that ask fail
 * @interval: of the calls that the rest leaves over, every @interval-th; 0 and 1: each
 * @probability: in percent, of those
 * @space: a budget: as long as more than a call's size is left of it, that is taken off, and
 *	nothing fails
 * @times: how many may fail; -1: any number
 * @exempt: requests with one of these GFP bits never fail and are not counted. __GFP_NOFAIL never
 *	does
 * @min_order: nor do smaller blocks of pages
 * @nth: not 0: none of the four numbers counts, the @nth call fails and no other …
 * @onwards: … but for all that come behind it
 * @require_start: if @require_end is not 0, only calls fail that come by way of an address in
 *	[@require_start, @require_end): one of the return addresses on the stack lies there. Others
 *	are not counted
 * @require_end: see @require_start
 * @reject_start: if @reject_end is not 0, calls that come by way of [@reject_start, @reject_end)
 *	don't fail and are not counted, even if they are required
 * @reject_end: see @reject_start
 * @stacktrace_depth: how many callers are looked at for that; 0: FAULT_STACKTRACE_DEPTH, which is
 *	also the most
 * @seed: of the draws that @probability makes; the same seed, the same draws
 * @asked: calls so far, without the exempt
 * @eligible: those that @times and @space let through
 * @injected: those that failed
 */
struct fault_attr {
	unsigned long interval;
	unsigned long probability;
	atomic_t space;
	atomic_t times;
	gfp_t exempt;
	unsigned int min_order;
	unsigned long nth;
	bool onwards;
	unsigned long require_start, require_end;
	unsigned long reject_start, reject_end;
	unsigned int stacktrace_depth;
	u64 seed;
	atomic_long_t asked;
	atomic_long_t eligible;
	atomic_long_t injected;
};

#define FAULT_STACKTRACE_DEPTH 32

/* Linux's: as good as switched off. */
#define FAULT_ATTR_INITIALIZER                         \
	{                                              \
		.interval = 1, .times = ATOMIC_INIT(1) \
	}
/* The n-th call fails; the other: and every one after it. */
#define FAULT_ATTR_NTH(n)  \
	{                  \
		.nth = (n) \
	}
#define FAULT_ATTR_FROM_NTH(n)              \
	{                                   \
		.nth = (n), .onwards = true \
	}
/* Each call fails with `percent` in a hundred. */
#define FAULT_ATTR_RANDOM(percent, draw_seed)                                      \
	{                                                                          \
		.interval = 1, .probability = (percent), .times = ATOMIC_INIT(-1), \
		.seed = (draw_seed)                                                \
	}

/**
 * struct fault_injection - who is asked, and by whom
 * @slab: asked for every object that a slab cache hands out, kmalloc()'s included; NULL: nobody is
 * @page: asked for every request to the page allocator, those for new slabs included
 *
 * Both may be one: then both kinds are counted together.
 */
struct fault_injection {
	struct fault_attr *slab;
	struct fault_attr *page;
};

int setup_fault_attr(struct fault_attr *attr, const char *str);
int fault_parse_callers(const char *val, unsigned long *start, unsigned long *end);
bool should_fail(struct fault_attr *attr, ssize_t size);

struct fault_injection fault_inject_set(struct fault_injection who);
void fault_inject_boot(void);
void fault_inject_show(void (*line)(const char *text));

/* Calls that were failed since boot. */
unsigned long fault_inject_count(void);

#endif
