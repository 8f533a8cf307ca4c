// SPDX-License-Identifier: MIT
/*
 * Who holds the objects of a cache: its tracks, added up
 * ======================================================
 *
 * 1. What it is for. A cache with SLAB_STORE_USER keeps of each object who allocated it and who freed it
 *    before (slab_debug.c). Added up by stack that shows where a leak comes from, and which caller wastes
 *    most of what kmalloc() gives. The text is that of Linux's /sys/kernel/debug/slab/CACHE/alloc_traces
 *    and free_traces:
 *
 *	    18 make_entry+0x1c/0x60 waste=432/24 age=3/15/31 pid=1-4 cpus=0-1
 *	        make_entry+0x1c/0x60
 *	        read_table+0x31/0x80
 *
 *    objects, the user's function, bytes beyond what was asked for (all, each), jiffies since then (least,
 *    average, most), threads, CPUs; then the stack. The largest come first. The allocator's own functions
 *    are left out: an object from a new slab came another way there, and means the same user.
 *
 * 2. Model. One walk over the cache's slabs under its lock merges each live object into a table that was
 *    allocated before. What finds no room in the table is counted, and said. Afterwards rows are merged
 *    whose stacks differ in the allocator's functions only: names are looked up, which takes time.
 *
 * Locks: s->lock, for O(live objects x distinct stacks). Contexts: may sleep.
 *
 * Source: Linux 6.12, Documentation/mm/slub.rst.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sort.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include "internal.h"
#include "slab.h"

#define MAX_LOCATIONS 256
#define LINE_BYTES    256

/* Objects with the same stack and waste. */
struct location {
	struct track track; /* of the first one; nr 0: not available */
	unsigned long count, waste;
	unsigned long least, most; /* ages */
	u64 ages;
	s32 first_pid, last_pid;
	u64 cpus;
};

struct locations {
	unsigned int nr;
	unsigned long missed; /* objects without room for their stack */
	struct location at[MAX_LOCATIONS];
};

static bool same_place(const struct location *l, const struct track *t, unsigned long waste)
{
	return l->track.nr == t->nr && l->waste == waste &&
	       !memcmp(l->track.ips, t->ips, t->nr * sizeof(t->ips[0]));
}

static struct location *location_of(struct locations *all, const struct track *t, unsigned long waste)
{
	unsigned int i = 0;

	while (i < all->nr && !same_place(&all->at[i], t, waste))
		i++;
	if (i == MAX_LOCATIONS)
		return NULL;
	if (i == all->nr) {
		all->nr++;
		all->at[i] = (struct location){ .track = *t,
						.waste = waste,
						.least = ~0UL,
						.first_pid = t->pid,
						.last_pid = t->pid };
	}
	return &all->at[i];
}

static void add_object(struct locations *all, const struct kmem_cache *s, const void *obj,
		       enum track_item item)
{
	unsigned long waste = s->orig ? s->object_size - slab_debug_orig_size(s, obj) : 0, age;
	struct location *l;
	struct track t;

	if (!slab_debug_track(s, obj, item, &t))
		memset(&t, 0, sizeof(t));
	age = t.nr ? jiffies - t.when : 0;
	l = location_of(all, &t, item == TRACK_ALLOC ? waste : 0);
	if (!l) {
		all->missed++;
		return;
	}
	l->count++;
	l->ages += age;
	l->least = min(l->least, age);
	l->most = max(l->most, age);
	l->first_pid = min(l->first_pid, t.pid);
	l->last_pid = max(l->last_pid, t.pid);
	l->cpus |= t.nr && t.cpu < 64 ? 1ULL << t.cpu : 0;
}

static void add_slabs(struct locations *all, struct kmem_cache *s, const struct slab_list *list,
		      enum track_item item)
{
	for (u32 pfn = list->first; pfn; pfn = pfn_to_page(pfn)->next) {
		struct page *slab = pfn_to_page(pfn);

		for (unsigned int i = 0; i < s->objects; i++) {
			if (!slab_bit(s, slab, i))
				add_object(all, s, slab_object(s, slab, i), item);
		}
	}
}

static void add_location(struct location *to, const struct location *from)
{
	to->count += from->count;
	to->ages += from->ages;
	to->least = min(to->least, from->least);
	to->most = max(to->most, from->most);
	to->first_pid = min(to->first_pid, from->first_pid);
	to->last_pid = max(to->last_pid, from->last_pid);
	to->cpus |= from->cpus;
}

static void leave_out_own(struct track *t)
{
	unsigned int own = t->nr ? slab_debug_user(t) : 0;

	t->nr -= own;
	memmove(t->ips, t->ips + own, t->nr * sizeof(t->ips[0]));
}

/* One row for each user. */
static void merge_users(struct locations *all)
{
	unsigned int n = all->nr;

	all->nr = 0;
	for (unsigned int i = 0; i < n; i++) {
		struct location one = all->at[i], *l;

		leave_out_own(&one.track);
		l = location_of(all, &one.track, one.waste);
		if (!l->count)
			*l = one;
		else
			add_location(l, &one);
	}
}

static int by_count(const void *a, const void *b)
{
	const struct location *x = a, *y = b;

	return x->count == y->count ? 0 : x->count < y->count ? 1 : -1;
}

/* "0-2,5" */
static int cpus_text(char *buf, size_t size, u64 cpus)
{
	int n = 0;

	for (unsigned int first = 0; first < 64; first++) {
		unsigned int last = first;

		if (!(cpus >> first & 1))
			continue;
		while (last < 63 && (cpus >> (last + 1) & 1))
			last++;
		n += scnprintf(buf + n, size - n, last > first ? "%s%u-%u" : "%s%u", n ? "," : "", first,
			       last);
		first = last;
	}
	return n;
}

static void location_show(const struct location *l, void (*line)(const char *text))
{
	const struct track *t = &l->track;
	char buf[LINE_BYTES];
	int n = scnprintf(buf, sizeof(buf), "%7lu ", l->count);

	if (t->nr)
		n += scnprintf(buf + n, sizeof(buf) - n, "%pS", (void *)t->ips[0]);
	else
		n += scnprintf(buf + n, sizeof(buf) - n, "<not-available>");
	if (l->waste)
		n += scnprintf(buf + n, sizeof(buf) - n, " waste=%lu/%lu", l->count * l->waste, l->waste);
	if (l->least != l->most)
		n += scnprintf(buf + n, sizeof(buf) - n, " age=%lu/%llu/%lu", l->least, l->ages / l->count,
			       l->most);
	else
		n += scnprintf(buf + n, sizeof(buf) - n, " age=%lu", l->least);
	n += scnprintf(buf + n, sizeof(buf) - n, l->first_pid != l->last_pid ? " pid=%d-%d" : " pid=%d",
		       l->first_pid, l->last_pid);
	if (l->cpus && nr_cpu_ids > 1) {
		n += scnprintf(buf + n, sizeof(buf) - n, " cpus=");
		cpus_text(buf + n, sizeof(buf) - n, l->cpus);
	}
	line(buf);
	for (unsigned int i = 0; i < t->nr; i++) {
		scnprintf(buf, sizeof(buf), "        %pS", (void *)t->ips[i]);
		line(buf);
	}
	line("");
}

/**
 * slab_traces_show() - who allocated the live objects of a cache, or freed them before that
 * @s: a cache with SLAB_STORE_USER; of others there is no data
 * @item: which of the two
 * @line: takes each line, without its newline
 *
 * Context: may sleep.
 */
void slab_traces_show(struct kmem_cache *s, enum track_item item, void (*line)(const char *text))
{
	struct locations *all = s->track ? kvzalloc(sizeof(*all), GFP_KERNEL) : NULL;
	char buf[LINE_BYTES];
	unsigned long flags;

	if (all) {
		spin_lock_irqsave(&s->lock, flags);
		add_slabs(all, s, &s->full, item);
		add_slabs(all, s, &s->partial, item);
		spin_unlock_irqrestore(&s->lock, flags);
		merge_users(all);
		sort(all->at, all->nr, sizeof(all->at[0]), by_count, NULL);
	}
	if (!all || !all->nr)
		line("No data");
	for (unsigned int i = 0; all && i < all->nr; i++)
		location_show(&all->at[i], line);
	if (all && all->missed) {
		scnprintf(buf, sizeof(buf), "%7lu objects of further stacks", all->missed);
		line(buf);
	}
	kvfree(all);
}
