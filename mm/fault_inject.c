// SPDX-License-Identifier: MIT
/*
 * Fault injection: allocations that fail although there is memory.
 *
 * 1. What it is for. Error paths run when memory is short, which is when nobody watches. Here each
 *    can be made to run: one allocation of a scenario after the other (the sweep in tests/), or one
 *    in a hundred of everything (the boot line).
 *
 * 2. Two places ask. A slab cache before it takes an object for a caller (kmalloc() up to 8 KiB and
 *    kmem_cache_alloc(), each object of a bulk), the page allocator at every request (each page of
 *    a bulk; a new slab's pages; kmalloc() above 8 KiB). What is told yes fails at once, as if all
 *    had been tried in vain, and without a warning.
 *
 * 3. What it costs when it is off: nothing. Nobody asks on a fast path:
 *
 *        slab   every CPU's place for a magazine holds MAG_TAKEN, as if always in use (slab.c, 3),
 *               so each operation takes the slow path, where the question stands. So there are no
 *               magazines meanwhile, none are allocated, and the n-th object is the n-th object
 *               whatever was cached before. Disarming gives the places back.
 *        page   the one comparison that catches too large an order compares with a variable; while
 *               it is 0 every request goes there.
 *
 *    With pages alone armed magazines work, and what is asked for them can fail too.
 *
 * 4. Which call fails, in the order in which it is decided (Linux's rules, as documented for
 *    /sys/kernel/debug/failslab and fail_page_alloc):
 *
 *        exempt        __GFP_NOFAIL; what the attribute exempts; a block below min-order. Not asked.
 *        stack         one of its callers is rejected, or none is a required one. Not asked.
 *        nth           the n-th call from now, and perhaps all after it (Linux's fail-nth)
 *        times         0 left: no
 *        space         more left than the call's size: taken off, no
 *        interval      not the interval-th of those that came so far: no
 *        probability   drawn: no
 *
 *    The k-th draw is a function of the seed and k, so a run is repeated by its seed.
 *
 * 5. From the boot line:
 *
 *        failslab=<interval>,<probability>,<space>,<times>     fail_page_alloc=…
 *        fail_seed=<n>                                         printed in any case
 *        failslab.ignore-gfp-wait=Y|N       Y: who can sleep (GFP_KERNEL) is exempt. Y, as in Linux
 *        fail_page_alloc.ignore-gfp-wait=, .ignore-gfp-highmem=Y|N, .min-order=<n>  Y, Y and 1
 *
 *        failslab.require=<where>           fails only what comes by way of there: a function, or
 *        failslab.reject=<where>            "modules" (all that are loaded), or <start>-<end>, addresses
 *        failslab.stacktrace-depth=<n>      how many callers are looked at; the same of fail_page_alloc
 *
 *    They hold from the end of bring-up on: the caches that boot makes must be.
 *
 * 6. Invariants
 *    I1  injection.slab is set if and only if no cache has a magazine, nor a CPU a place for one;
 *    I2  page_orders_plain is 0 if injection.page, init_on_alloc or page_debug is set, else
 *        NR_PAGE_ORDERS;
 *    I3  injected <= eligible <= asked.
 *
 * 7. Locks: none; the counts are atomic, so that with several CPUs each call has its number, though
 *    which of them gets it is chance. Context: asking goes anywhere; fault_inject_set() is for
 *    process context with interrupts on, since it waits for magazines that are in use.
 *
 * Sources: Linux 6.12, Documentation/fault-injection.
 */
#include <asm/ksyms.h>
#include <asm/page.h>
#include <asm/stack.h>
#include <linux/errno.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "internal.h"

struct fault_injection injection;

static atomic_long_t injected_ever;

/* ---- Deciding ---- */

/* True once in a while: the draw with that number. */
static bool draw(const struct fault_attr *attr, unsigned long number)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, attr->seed + number);
	return reciprocal_scale(prandom_u32_state(&rnd), 100) < attr->probability;
}

/* Take `size` off the budget. False: it is used up. */
static bool take_space(struct fault_attr *attr, ssize_t size)
{
	int left = atomic_read(&attr->space);

	do {
		if (left <= size)
			return false;
	} while (!atomic_try_cmpxchg(&attr->space, &left, left - (int)size));
	return true;
}

/* One of the failures that are allowed is used up. False: there was none. */
static bool take_times(struct fault_attr *attr)
{
	int left = atomic_read(&attr->times);

	do {
		if (left <= 0)
			return left < 0;
	} while (!atomic_try_cmpxchg(&attr->times, &left, left - 1));
	return true;
}

static bool chosen_by_number(const struct fault_attr *attr, unsigned long number)
{
	return attr->onwards ? number >= attr->nth : number == attr->nth;
}

static bool chosen_by_rule(struct fault_attr *attr, ssize_t size)
{
	unsigned long number;

	if (!atomic_read(&attr->times) || take_space(attr, size))
		return false;
	number = atomic_long_inc_return(&attr->eligible);
	if (attr->interval > 1 && number % attr->interval)
		return false;
	return draw(attr, number) && take_times(attr);
}

static bool is_filtered(const struct fault_attr *attr)
{
	return attr->require_end || attr->reject_end;
}

static bool in_range(unsigned long addr, unsigned long start, unsigned long end)
{
	return addr >= start && addr < end;
}

/* Do the callers, should_fail()'s and theirs, let the call fail? */
static noinline bool stack_allows(const struct fault_attr *attr)
{
	unsigned int depth = attr->stacktrace_depth ?: FAULT_STACKTRACE_DEPTH;
	unsigned long ips[FAULT_STACKTRACE_DEPTH];
	bool found = !attr->require_end;
	unsigned int n;

	n = stack_trace_save(ips, min_t(unsigned int, depth, FAULT_STACKTRACE_DEPTH), 2, NULL);
	for (unsigned int i = 0; i < n; i++) {
		if (in_range(ips[i], attr->reject_start, attr->reject_end))
			return false;
		found |= in_range(ips[i], attr->require_start, attr->require_end);
	}
	return found;
}

/**
 * should_fail() - ask whether this call is to fail
 * @attr: whom
 * @size: what the call takes from the budget (@attr->space): bytes, or pages
 *
 * Context: any. O(1); O(callers looked at) with a filter.
 */
bool should_fail(struct fault_attr *attr, ssize_t size)
{
	unsigned long number;
	bool fail;

	if (is_filtered(attr) && !stack_allows(attr))
		return false;
	number = atomic_long_inc_return(&attr->asked);
	if (attr->nth)
		fail = chosen_by_number(attr, number);
	else
		fail = attr->probability && chosen_by_rule(attr, size);
	if (fail) {
		atomic_long_inc(&attr->injected);
		atomic_long_inc(&injected_ever);
	}
	return fail;
}

/* Entered from slab.c's slow path, while slabs are armed. */
bool fault_inject_slab(gfp_t gfp, size_t size)
{
	struct fault_attr *attr = smp_load_acquire(&injection.slab);

	if (!attr || (gfp & (__GFP_NOFAIL | attr->exempt)))
		return false;
	return should_fail(attr, size);
}

/* Entered from page_alloc.c, while pages are armed. */
bool fault_inject_page(gfp_t gfp, unsigned int order)
{
	struct fault_attr *attr = smp_load_acquire(&injection.page);

	if (!attr || (gfp & (__GFP_NOFAIL | attr->exempt)) || order < attr->min_order)
		return false;
	return should_fail(attr, 1L << order);
}

/* ---- Arming ---- */

/**
 * fault_inject_set() - say who is asked from now on
 * @who: an attribute, or NULL, for slabs and for pages. They must live until the next call
 *
 * Context: process, interrupts on; nobody makes or destroys caches meanwhile. Arming slabs empties
 * every cache's magazines.
 * Return: who was asked before, to be set again.
 */
struct fault_injection fault_inject_set(struct fault_injection who)
{
	struct fault_injection before = injection;

	if (who.slab && !before.slab)
		slab_magazines_off();
	smp_store_release(&injection.slab, who.slab); /* its settings first */
	if (!who.slab && before.slab)
		slab_magazines_on();
	smp_store_release(&injection.page, who.page);
	WRITE_ONCE(page_orders_plain,
		   who.page || init_on_alloc_gfp || page_debug ? 0 : NR_PAGE_ORDERS);
	return before;
}

/* ---- Boot line ---- */

static struct fault_attr boot_slab = { .exempt = __GFP_DIRECT_RECLAIM };
static struct fault_attr boot_page = { .exempt = __GFP_DIRECT_RECLAIM | __GFP_HIGHMEM,
				       .min_order = 1 };
static struct fault_injection from_boot_line;
static u64 boot_seed;
static bool boot_seed_given;

/* The number at *s, which `end` must follow; *s goes behind that. */
static bool parse_number(const char **s, char end, long least, long *res)
{
	const char *stop = strchr(*s, end);
	char digits[24];

	if (!stop || stop == *s || stop - *s >= sizeof(digits))
		return false;
	memcpy(digits, *s, stop - *s);
	digits[stop - *s] = '\0';
	*s = stop + 1;
	return !kstrtol(digits, 0, res) && *res >= least && *res <= INT_MAX;
}

/**
 * setup_fault_attr() - set the four numbers from text
 * @attr: changed if @str is good, and only then; its counts begin again
 * @str: "<interval>,<probability>,<space>,<times>"; NULL is bad
 *
 * Return: 0, or -EINVAL: not four numbers, a probability above 100, or a negative number that is
 * not times=-1. Unlike Linux's (1 and 0), for BOOT_PARAM()'s sake.
 */
int setup_fault_attr(struct fault_attr *attr, const char *str)
{
	long interval, probability, space, times;

	if (!str || !parse_number(&str, ',', 0, &interval) ||
	    !parse_number(&str, ',', 0, &probability) || !parse_number(&str, ',', 0, &space) ||
	    !parse_number(&str, '\0', -1, &times) || probability > 100)
		return -EINVAL;
	attr->interval = interval;
	attr->probability = probability;
	atomic_set(&attr->space, space);
	atomic_set(&attr->times, times);
	attr->nth = 0;
	atomic_long_set(&attr->asked, 0);
	atomic_long_set(&attr->eligible, 0);
	atomic_long_set(&attr->injected, 0);
	return 0;
}

static int set_failslab(const char *val)
{
	int err = setup_fault_attr(&boot_slab, val);

	if (!err)
		from_boot_line.slab = &boot_slab;
	return err;
}
BOOT_PARAM("failslab", set_failslab);

static int set_fail_page_alloc(const char *val)
{
	int err = setup_fault_attr(&boot_page, val);

	if (!err)
		from_boot_line.page = &boot_page;
	return err;
}
BOOT_PARAM("fail_page_alloc", set_fail_page_alloc);

static int set_fail_seed(const char *val)
{
	int err = val ? kstrtou64(val, 0, &boot_seed) : -EINVAL;

	boot_seed_given |= !err;
	return err;
}
BOOT_PARAM("fail_seed", set_fail_seed);

static int set_exempt(struct fault_attr *attr, gfp_t bits, const char *val)
{
	bool ignore;
	int err = boot_param_bool(val, &ignore);

	if (!err)
		attr->exempt = ignore ? attr->exempt | bits : attr->exempt & ~bits;
	return err;
}

static int set_slab_wait(const char *val)
{
	return set_exempt(&boot_slab, __GFP_DIRECT_RECLAIM, val);
}
BOOT_PARAM("failslab.ignore-gfp-wait", set_slab_wait);

static int set_page_wait(const char *val)
{
	return set_exempt(&boot_page, __GFP_DIRECT_RECLAIM, val);
}
BOOT_PARAM("fail_page_alloc.ignore-gfp-wait", set_page_wait);

static int set_page_highmem(const char *val)
{
	return set_exempt(&boot_page, __GFP_HIGHMEM, val);
}
BOOT_PARAM("fail_page_alloc.ignore-gfp-highmem", set_page_highmem);

static int set_page_min_order(const char *val)
{
	return val ? kstrtouint(val, 0, &boot_page.min_order) : -EINVAL;
}
BOOT_PARAM("fail_page_alloc.min-order", set_page_min_order);

/* "<start>-<end>" */
static bool parse_range(const char *val, unsigned long *start, unsigned long *end)
{
	const char *dash = strchr(val, '-');
	char first[24];
	u64 from, to;

	if (!dash || dash - val >= sizeof(first))
		return false;
	memcpy(first, val, dash - val);
	first[dash - val] = '\0';
	if (kstrtou64(first, 0, &from) || kstrtou64(dash + 1, 0, &to) || from >= to)
		return false;
	*start = from;
	*end = to;
	return true;
}

/**
 * fault_parse_callers() - the addresses that a text means
 * @val: a function of the kernel, "modules", or "<start>-<end>"; NULL is bad
 * @start: set if the text is good, and only then
 * @end: behind the last
 *
 * Return: 0, or -EINVAL.
 */
int fault_parse_callers(const char *val, unsigned long *start, unsigned long *end)
{
	if (!val)
		return -EINVAL;
	if (!strcmp(val, "modules")) {
		*start = MODULES_VADDR;
		*end = MODULES_END;
		return 0;
	}
	return parse_range(val, start, end) || ksym_find(val, start, end) ? 0 : -EINVAL;
}

static int set_slab_require(const char *val)
{
	return fault_parse_callers(val, &boot_slab.require_start, &boot_slab.require_end);
}
BOOT_PARAM("failslab.require", set_slab_require);

static int set_slab_reject(const char *val)
{
	return fault_parse_callers(val, &boot_slab.reject_start, &boot_slab.reject_end);
}
BOOT_PARAM("failslab.reject", set_slab_reject);

static int set_slab_depth(const char *val)
{
	return val ? kstrtouint(val, 0, &boot_slab.stacktrace_depth) : -EINVAL;
}
BOOT_PARAM("failslab.stacktrace-depth", set_slab_depth);

static int set_page_require(const char *val)
{
	return fault_parse_callers(val, &boot_page.require_start, &boot_page.require_end);
}
BOOT_PARAM("fail_page_alloc.require", set_page_require);

static int set_page_reject(const char *val)
{
	return fault_parse_callers(val, &boot_page.reject_start, &boot_page.reject_end);
}
BOOT_PARAM("fail_page_alloc.reject", set_page_reject);

static int set_page_depth(const char *val)
{
	return val ? kstrtouint(val, 0, &boot_page.stacktrace_depth) : -EINVAL;
}
BOOT_PARAM("fail_page_alloc.stacktrace-depth", set_page_depth);

static void print_line(const char *text)
{
	pr_info("fault injection: %s\n", text);
}

/**
 * fault_inject_boot() - arm what the boot line asked for
 *
 * Context: once, at the end of bring-up.
 */
void fault_inject_boot(void)
{
	if (!from_boot_line.slab && !from_boot_line.page)
		return;
	if (!boot_seed_given)
		boot_seed = get_random_u64();
	boot_slab.seed = boot_seed;
	boot_page.seed = ~boot_seed;
	pr_info("fault injection: armed (repeat it with fail_seed=%#llx)\n", boot_seed);
	fault_inject_set(from_boot_line);
	fault_inject_show(print_line);
}

/* ---- State ---- */

static void show_attr(const char *name, struct fault_attr *attr, void (*line)(const char *text))
{
	char buf[200];
	int n = scnprintf(buf, sizeof(buf), "%s: ", name);

	if (!attr) {
		scnprintf(buf + n, sizeof(buf) - n, "off");
		line(buf);
		return;
	}
	if (attr->nth)
		n += scnprintf(buf + n, sizeof(buf) - n, "call %lu%s", attr->nth,
			       attr->onwards ? " and all after it" : "");
	else
		n += scnprintf(buf + n, sizeof(buf) - n,
			       "interval %lu, probability %lu %%, space %d, times %d",
			       attr->interval, attr->probability, atomic_read(&attr->space),
			       atomic_read(&attr->times));
	if (attr->exempt & __GFP_DIRECT_RECLAIM)
		n += scnprintf(buf + n, sizeof(buf) - n, ", who can sleep is exempt");
	if (attr->min_order)
		n += scnprintf(buf + n, sizeof(buf) - n, ", orders below %u are exempt",
			       attr->min_order);
	if (is_filtered(attr))
		n += scnprintf(buf + n, sizeof(buf) - n, ", of some callers only");
	scnprintf(buf + n, sizeof(buf) - n, "; asked %ld times, failed %ld",
		  atomic_long_read(&attr->asked), atomic_long_read(&attr->injected));
	line(buf);
}

/**
 * fault_inject_show() - who is asked now, and how many calls were failed since boot
 * @line: gets each line, without its newline
 */
void fault_inject_show(void (*line)(const char *text))
{
	char buf[80];

	show_attr("failslab", injection.slab, line);
	show_attr("fail_page_alloc", injection.page, line);
	scnprintf(buf, sizeof(buf), "failed on purpose since boot: %lu", fault_inject_count());
	line(buf);
}

unsigned long fault_inject_count(void)
{
	return atomic_long_read(&injected_ever);
}
