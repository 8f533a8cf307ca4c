// SPDX-License-Identifier: MIT
/*
 * What is said when an allocation fails
 * =====================================
 *
 * 1. One line for the request, as in Linux: who, which order, which flags by name.
 *
 *	hog: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL), caller grab+0x1c/0x40
 *
 *    __GFP_NOWARN: not a word. At most HEADLINES in INTERVAL_NS; what was held back is counted.
 *
 * 2. Then, once in INTERVAL_NS, a table of who holds the memory (show_mem()): the counts of meminfo,
 *    the zones with their watermarks, the caches with most pages, the shrinkers, what reclaim did, and
 *    the places that hold most (alloc_tag.c).
 *
 * Contexts: any; numbers are read without locks, but for the slabs' (slab_mutex, which no one holds
 * who allocates). Cost: a console line each, so the limits.
 */
#include <asm/stack.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/swap.h>
#include "internal.h"
#include "reclaim.h"
#include "slab.h"

#define INTERVAL_NS    10000000000ULL
#define HEADLINES      10
#define LARGEST_CACHES 10

static struct ratelimit_state headlines = RATELIMIT_STATE_INIT(INTERVAL_NS, HEADLINES);
static struct ratelimit_state tables = RATELIMIT_STATE_INIT(INTERVAL_NS, 1);

/* ---- Flags by name: sets before what they consist of ---- */

#define SET(name)                                                \
	{                                                        \
		(__force unsigned int)(GFP_##name), "GFP_" #name \
	}
#define FLAG(name)                                                   \
	{                                                            \
		(__force unsigned int)(__GFP_##name), "__GFP_" #name \
	}

static const struct {
	unsigned int bits;
	const char *name;
} gfp_names[] = {
	SET(HIGHUSER_MOVABLE),
	SET(HIGHUSER),
	SET(USER),
	SET(KERNEL_ACCOUNT),
	SET(KERNEL),
	SET(NOFS),
	SET(ATOMIC),
	SET(NOIO),
	SET(NOWAIT),
	SET(DMA),
	SET(DMA32),
	FLAG(HIGHMEM),
	FLAG(MOVABLE),
	FLAG(RECLAIMABLE),
	FLAG(HIGH),
	FLAG(IO),
	FLAG(FS),
	FLAG(ZERO),
	FLAG(NOWARN),
	FLAG(RETRY_MAYFAIL),
	FLAG(NOFAIL),
	FLAG(NORETRY),
	FLAG(MEMALLOC),
	FLAG(COMP),
	FLAG(NOMEMALLOC),
	FLAG(HARDWALL),
	FLAG(THISNODE),
	FLAG(ACCOUNT),
	FLAG(ZEROTAGS),
	FLAG(WRITE),
	FLAG(DIRECT_RECLAIM),
	FLAG(KSWAPD_RECLAIM),
};

/* "GFP_KERNEL|__GFP_COMP" */
void describe_gfp(char *buf, size_t size, gfp_t gfp)
{
	unsigned int left = (__force unsigned int)gfp;
	int n = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(gfp_names) && left; i++) {
		if ((left & gfp_names[i].bits) != gfp_names[i].bits)
			continue;
		n += scnprintf(buf + n, size - n, "%s%s", n ? "|" : "", gfp_names[i].name);
		left &= ~gfp_names[i].bits;
	}
	if (left || !gfp)
		scnprintf(buf + n, size - n, "%s%#x", n ? "|" : "", left);
}

/* ---- The table ---- */

static void print_line(const char *text)
{
	pr_warn("%s\n", text);
}

/* One line a zone: what of it is free, and the marks. */
static void show_zones(void)
{
	struct zone *z;

	for_each_zone(z) {
		if (populated_zone(z))
			pr_warn("%s free:%lukB min:%lukB low:%lukB high:%lukB managed:%lukB\n",
				z->name, READ_ONCE(z->nr_free) << 2,
				READ_ONCE(z->watermark[WMARK_MIN]) << 2,
				READ_ONCE(z->watermark[WMARK_LOW]) << 2,
				READ_ONCE(z->watermark[WMARK_HIGH]) << 2, z->managed << 2);
	}
}

/**
 * show_mem() - the state of memory and who holds it, to the log
 *
 * Context: any.
 */
void show_mem(void)
{
	pr_warn("Mem-Info:\n");
	meminfo_show(print_line);
	show_zones();
	slab_largest_show(print_line, LARGEST_CACHES);
	shrinkers_show(print_line);
	vmstat_show(print_line);
	allocinfo_warn();
}

/* ---- The message ---- */

void warn_alloc_reset(void)
{
	headlines.printed = tables.printed = 0;
	headlines.missed = tables.missed = 0;
	headlines.begin = tables.begin = 0;
}

/* Functions by which the others ask for pages: who called them is meant. As the compiler leaves them. */
static bool asks_for_others(unsigned long ip)
{
	static const char *const names[] = {
		"alloc_pages_bulk_array_tagged",
		"__get_free_pages_tagged",
		"alloc_pages_exact",
		"slab_new",
		"__kmalloc_large",
		"block_get",
		"singles_get",
		"vmap_pages_get",
		"fill_run",
		"fill_large",
		"fill",
		"vmalloc_common",
		"vmalloc",
		"vzalloc",
		"__vmalloc",
		"__vmalloc_node",
		"array_alloc",
		"vmalloc_array",
		"vcalloc",
		"vrealloc",
	};
	char name[40];
	size_t n;

	scnprintf(name, sizeof(name), "%ps", (void *)(ip - 1));
	n = strcspn(name, "."); /* compilers append .part.0 and the like */
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strncmp(names[i], name, n) && !names[i][n])
			return true;
	}
	return slab_own_function(ip);
}

/* `caller` asked the page allocator: for himself, or for the one that this finds on the stack. */
static unsigned long asker(unsigned long caller)
{
	unsigned long ips[24];
	unsigned int n = stack_trace_save(ips, ARRAY_SIZE(ips), 0, NULL), i = 0;

	while (i < n && ips[i] != caller)
		i++;
	while (i < n && asks_for_others(ips[i]))
		i++;
	return i < n ? ips[i] : caller;
}

void warn_alloc(gfp_t gfp, unsigned int order, const char *what, unsigned long caller)
{
	char flags[160];

	if ((gfp & __GFP_NOWARN) || !__ratelimit(&headlines))
		return;
	describe_gfp(flags, sizeof(flags), gfp);
	pr_warn("%s: %s: order:%u, mode:%#x(%s), caller %pB\n", current->comm, what, order, gfp,
		flags, (void *)asker(caller));
	if (__ratelimit(&tables))
		show_mem();
}
