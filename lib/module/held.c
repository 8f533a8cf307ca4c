// SPDX-License-Identifier: MIT
/*
 * What a module has left behind: what there is now and was not before it ran.
 *
 *	before:  per cache its live objects ┐                      ┌ objects of each cache
 *	         areas of vmalloc()         │                      │ caches
 *	         per-CPU bytes              ├─ init … exit ─ after ┤ areas, and threads, whose stacks they are
 *	         pages by kind              ┘                      │ per-CPU bytes
 *	                                                           └ pages: what free memory lacks beyond all of these
 *
 * Both times after mm_quiesce(), which empties all that the memory manager keeps in reserve, so the
 * numbers are exact as long as nobody else allocates meanwhile. The kernel's own bookkeeping (nodes of
 * areas, threads, caches, magazines) follows what it keeps books of, and is left out.
 *
 * Modules that use each other are in memory together: one's note is made, others run and end, then its
 * difference is taken. What those have left is added to its note (held_forgive()), so each thing is told
 * once.
 *
 * Who allocated is said by the tags of the module's own calls (linux/alloc_tag.h), listed after the kinds.
 * They see what it calls by name; the difference sees all, and so decides. With them stands whether anything
 * still refers to it: a scan (linux/kmemleak.h), in which the module's own variables don't count.
 *
 * Contexts: may sleep; one thread. Complexity: O(slabs + areas²).
 */
#include <asm/stack.h>
#include <linux/alloc_tag.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/mm_usage.h>
#include <linux/string.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "internal.h"

#define HELD_AREAS 1024

struct held_area {
	unsigned long addr, size;
	const void *caller;
};

struct held {
	struct {
		u64 key;
		unsigned long objects;
	} cache[SLAB_USAGE_IDS];
	struct held_area area[HELD_AREAS];
	unsigned int nr_areas;
	unsigned long percpu_bytes;
	long pages; /* that are in none of the above */
	long large; /* pages of objects that are too large for a cache */
};

/* ---- now ---- */

/* Pages that are neither free nor in slabs, areas, per-CPU memory, tables or large objects. */
static long other_pages(void)
{
	return -(long)(nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES) + mm_stat_read(MM_SLAB) +
		       mm_stat_read(MM_VMALLOC) + mm_stat_read(MM_PERCPU) +
		       mm_stat_read(MM_KMALLOC_LARGE));
}

static void note_areas(struct held *h)
{
	unsigned long addr = 0;
	struct vm_struct vm;

	h->nr_areas = 0;
	while (vmalloc_area_next(addr, &vm)) {
		addr = (unsigned long)vm.addr + vm.size;
		if (h->nr_areas < HELD_AREAS)
			h->area[h->nr_areas++] =
				(struct held_area){ (unsigned long)vm.addr, vm.size, vm.caller };
	}
}

/* The addresses in it are no references. */
struct held *held_alloc(void)
{
	struct held *h = vmalloc(sizeof(*h));

	kmemleak_no_scan(h);
	return h;
}

void held_free(struct held *h)
{
	vfree(h);
}

void held_copy(struct held *to, const struct held *from)
{
	*to = *from;
}

/**
 * held_before - note what there is
 * @h: gets it
 *
 * Context: may sleep.
 */
void held_before(struct held *h)
{
	struct slab_usage usage = { 0 };

	mm_quiesce();
	memset(h->cache, 0, sizeof(h->cache));
	while (slab_usage_next(usage.id, &usage)) {
		h->cache[usage.id].key = usage.key;
		h->cache[usage.id].objects = usage.objects;
	}
	note_areas(h);
	h->percpu_bytes = percpu_used_bytes();
	h->pages = other_pages();
	h->large = mm_stat_read(MM_KMALLOC_LARGE);
}

/* ---- the difference ---- */

/* One line on what the module holds. */
static __printf(2, 3) void held_line(const struct loaded *m, const char *fmt, ...)
{
	char text[160];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pr_warn("module %s:   %s\n", m->name, text);
}

/* Caches whose objects are counted as something else. */
static bool is_bookkeeping(const char *name)
{
	static const char *const names[] = { "vmap_area", "execmem_area", "thread", "kmem_cache" };

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return !strncmp(name, "magazine-", 9);
}

static void compare_caches(struct held *before, const struct loaded *m, struct verdict *v)
{
	struct slab_usage u = { 0 };

	while (slab_usage_next(u.id, &u)) {
		bool old = before->cache[u.id].key == u.key;
		unsigned long was = old ? before->cache[u.id].objects : 0;

		if (is_bookkeeping(u.name) || (old && u.objects <= was))
			continue;
		v->objects += u.objects - was;
		v->object_bytes += (u.objects - was) * u.object_size;
		v->caches += !old;
		if (!old)
			held_line(m, "cache '%s' was not destroyed (objects of %u byte%s, %lu live)",
				  u.name, u.object_size, plural(u.object_size), u.objects);
		else
			held_line(m, "%lu object%s of '%s', %lu byte%s", u.objects - was,
				  plural(u.objects - was), u.name,
				  (u.objects - was) * u.object_size,
				  plural((u.objects - was) * u.object_size));
	}
}

static bool area_is_known(const struct held *h, const struct vm_struct *vm)
{
	for (unsigned int i = 0; i < h->nr_areas; i++) {
		if (h->area[i].addr == (unsigned long)vm->addr && h->area[i].size == vm->size &&
		    h->area[i].caller == vm->caller)
			return true;
	}
	return h->nr_areas == HELD_AREAS; /* not all of them were noted */
}

static void compare_thread(const struct loaded *m, struct verdict *v, unsigned long low,
			   unsigned long high, const char *name)
{
	if (module_killed(m, low, high)) {
		v->killed++;
		held_line(m, "%s was ended by a trap; its stack stays", name);
	} else {
		v->threads++;
		held_line(m, "%s has not ended", name);
	}
}

static void compare_areas(struct held *before, const struct loaded *m, struct verdict *v)
{
	unsigned long addr = 0, low, high;
	struct vm_struct vm;
	const char *name;

	while (vmalloc_area_next(addr, &vm)) {
		addr = (unsigned long)vm.addr + vm.size;
		if (area_is_known(before, &vm))
			continue;
		if (stack_bounds((unsigned long)vm.addr, &low, &high, &name)) {
			compare_thread(m, v, low, high, name);
			continue;
		}
		v->areas++;
		v->area_bytes += get_vm_area_size(&vm);
		held_line(m, "area 0x%px, %zu bytes, allocated by %pS", vm.addr,
			  get_vm_area_size(&vm), vm.caller);
	}
}

static void compare_pages(struct held *before, const struct loaded *m, struct verdict *v)
{
	long large = mm_stat_read(MM_KMALLOC_LARGE) - before->large;
	long pages = other_pages() - before->pages;
	unsigned long bytes = percpu_used_bytes();

	if (bytes > before->percpu_bytes) {
		v->percpu_bytes = bytes - before->percpu_bytes;
		held_line(m, "%lu bytes of per-CPU memory", v->percpu_bytes);
	}
	if (large > 0) {
		v->pages += large;
		held_line(m, "%ld page%s of kmalloc() of more than %lu bytes", large,
			  plural(large),
			  KMALLOC_MAX_CACHE_SIZE);
	}
	if (pages > 0) {
		v->pages += pages;
		held_line(m, "%ld page%s", pages, pages == 1 ? "" : "s");
	}
}

struct tag_lines {
	const struct loaded *m;
	const struct kmemleak_scan *scan; /* NULL: it is not known */
};

/* By the tags of its calls: where, how many, how much; can anybody still free it? */
static void tag_line(const struct alloc_tag *tag, void *arg)
{
	const struct tag_lines *l = arg;
	unsigned long lost = l->scan ? kmemleak_of_tag(l->scan, tag) : 0;
	char leaked[64] = "";

	if (lost >= tag->calls)
		scnprintf(leaked, sizeof(leaked), "; leaked: nothing refers to %s any more",
			  tag->calls == 1 ? "it" : "them");
	else if (lost)
		scnprintf(leaked, sizeof(leaked), "; leaked: nothing refers to %lu block%s of it",
			  lost, lost == 1 ? "" : "s");
	else if (l->scan)
		scnprintf(leaked, sizeof(leaked), "; something still refers to %s",
			  tag->calls == 1 ? "it" : "them");
	held_line(l->m, "%s:%u %s(): %llu allocation%s, %llu bytes%s", tag->file, tag->line,
		  tag->func, tag->calls, tag->calls == 1 ? "" : "s", tag->bytes, leaked);
}

/* Its code has ended: what only its own variables refer to is as lost as what nothing does. */
static void list_tags(const struct loaded *m)
{
	size_t nr;
	struct alloc_tag *tags = module_tags(m, &nr);
	struct tag_lines lines = { .m = m };
	u64 bytes = tags ? alloc_tags_held(tags, NULL, NULL) : 0;

	if (!bytes)
		return;
	kmemleak_no_scan(m->base);
	if (m->percpu)
		kmemleak_no_scan(m->percpu);
	kmemleak_forget_stack();
	lines.scan = kmemleak_look();
	kmemleak_scan_again(m->base);
	if (m->percpu)
		kmemleak_scan_again(m->percpu);
	alloc_tags_held(tags, tag_line, &lines);
	kmemleak_look_end((struct kmemleak_scan *)lines.scan);
	held_line(m, "by its own calls: %llu bytes in all", bytes);
}

/**
 * held_after - what is there that was not before
 * @before: from held_before()
 * @m: the module, for the lines
 * @v: gets the sums
 *
 * Prints a line for each kind. Context: may sleep.
 */
void held_after(struct held *before, const struct loaded *m, struct verdict *v)
{
	mm_quiesce();
	compare_caches(before, m, v);
	compare_areas(before, m, v);
	compare_pages(before, m, v);
	list_tags(m);
}

static void forgive_areas(struct held *h, const struct held *since)
{
	unsigned long addr = 0;
	struct vm_struct vm;

	while (vmalloc_area_next(addr, &vm)) {
		addr = (unsigned long)vm.addr + vm.size;
		if (!area_is_known(since, &vm) && h->nr_areas < HELD_AREAS)
			h->area[h->nr_areas++] =
				(struct held_area){ (unsigned long)vm.addr, vm.size, vm.caller };
	}
}

/**
 * held_forgive - what somebody else has left, and was told of, is not to be found again
 * @h: a note that was made before @since
 * @since: a note of before that one ran
 *
 * Only what there is more of counts: what there is less of than at @since was @h's own.
 * Context: may sleep.
 */
void held_forgive(struct held *h, const struct held *since)
{
	struct slab_usage u = { 0 };

	mm_quiesce();
	while (slab_usage_next(u.id, &u)) {
		unsigned long was =
			since->cache[u.id].key == u.key ? since->cache[u.id].objects : 0;

		if (since->cache[u.id].key != u.key) {
			h->cache[u.id].key = u.key;
			h->cache[u.id].objects = u.objects;
		} else if (h->cache[u.id].key == u.key && u.objects > was) {
			h->cache[u.id].objects += u.objects - was;
		}
	}
	forgive_areas(h, since);
	h->percpu_bytes += max(percpu_used_bytes(), since->percpu_bytes) - since->percpu_bytes;
	h->pages += max(other_pages() - since->pages, 0L);
	h->large += max((long)mm_stat_read(MM_KMALLOC_LARGE) - since->large, 0L);
}

/* ---- what became of it ---- */

/* In place; the areas that are new come to the front. */
static void grown_areas(struct held *h)
{
	static struct held_area grown[HELD_AREAS];
	unsigned long addr = 0;
	unsigned int n = 0;
	struct vm_struct vm;

	while (vmalloc_area_next(addr, &vm)) {
		addr = (unsigned long)vm.addr + vm.size;
		if (!area_is_known(h, &vm) && n < HELD_AREAS)
			grown[n++] =
				(struct held_area){ (unsigned long)vm.addr, vm.size, vm.caller };
	}
	memcpy(h->area, grown, n * sizeof(grown[0]));
	memset(grown, 0, n * sizeof(grown[0])); /* to a scan for leaks these would be references */
	h->nr_areas = n;
}

/**
 * held_growth - a note of what there was becomes one of what there is more of
 * @h: from held_before()
 *
 * Context: may sleep.
 */
void held_growth(struct held *h)
{
	struct slab_usage u = { 0 };

	mm_quiesce();
	while (slab_usage_next(u.id, &u)) {
		bool old = h->cache[u.id].key == u.key;
		unsigned long was = old ? h->cache[u.id].objects : 0;

		h->cache[u.id].key = u.key;
		h->cache[u.id].objects = !old		   ? max(u.objects, 1UL)
					 : u.objects > was ? u.objects - was
							   : 0;
	}
	grown_areas(h);
	h->percpu_bytes = max(percpu_used_bytes(), h->percpu_bytes) - h->percpu_bytes;
	h->pages = max(other_pages() - h->pages, 0L);
	h->large = max((long)mm_stat_read(MM_KMALLOC_LARGE) - h->large, 0L);
}

static bool still_objects(const struct held *growth, const struct held *before)
{
	struct slab_usage u = { 0 };

	while (slab_usage_next(u.id, &u)) {
		bool old = before->cache[u.id].key == u.key;

		if (growth->cache[u.id].key == u.key && growth->cache[u.id].objects &&
		    !is_bookkeeping(u.name) && (!old || u.objects > before->cache[u.id].objects))
			return true;
	}
	return false;
}

static bool still_areas(const struct held *growth)
{
	unsigned long addr = 0;
	struct vm_struct vm;

	while (vmalloc_area_next(addr, &vm)) {
		addr = (unsigned long)vm.addr + vm.size;
		if (area_is_known(growth, &vm))
			return true;
	}
	return false;
}

/**
 * held_still - is something of a growth still there?
 * @growth: from held_growth(), some time ago
 * @before: a note of before that
 *
 * Something is if there is more of its kind than at @before: of objects, in its cache.
 * Context: may sleep.
 */
bool held_still(const struct held *growth, const struct held *before)
{
	mm_quiesce();
	return still_objects(growth, before) || still_areas(growth) ||
	       (growth->percpu_bytes && percpu_used_bytes() > before->percpu_bytes) ||
	       (growth->pages && other_pages() > before->pages) ||
	       (growth->large && (long)mm_stat_read(MM_KMALLOC_LARGE) > before->large);
}
