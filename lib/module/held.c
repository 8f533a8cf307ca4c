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
 * Who allocated is said by the tags of the module's own calls (linux/alloc_tag.h), listed after the kinds.
 * They see what it calls by name; the difference sees all, and so decides.
 *
 * Contexts: may sleep; one thread. Complexity: O(slabs + areas²).
 */
#include <asm/stack.h>
#include <linux/alloc_tag.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mm_usage.h>
#include <linux/string.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
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

struct held *held_before(void)
{
	static struct held held;
	struct slab_usage usage = { 0 };

	mm_quiesce();
	memset(&held.cache, 0, sizeof(held.cache));
	while (slab_usage_next(usage.id, &usage)) {
		held.cache[usage.id].key = usage.key;
		held.cache[usage.id].objects = usage.objects;
	}
	note_areas(&held);
	held.percpu_bytes = percpu_used_bytes();
	held.pages = other_pages();
	held.large = mm_stat_read(MM_KMALLOC_LARGE);
	return &held;
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
			held_line(m, "cache '%s' was not destroyed (objects of %u bytes, %lu live)",
				  u.name, u.object_size, u.objects);
		else
			held_line(m, "%lu object%s of '%s', %lu bytes", u.objects - was,
				  u.objects - was == 1 ? "" : "s", u.name,
				  (u.objects - was) * u.object_size);
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
			v->threads++;
			held_line(m, "%s has not ended", name);
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
		held_line(m, "%ld pages of kmalloc() of more than %lu bytes", large,
			  KMALLOC_MAX_CACHE_SIZE);
	}
	if (pages > 0) {
		v->pages += pages;
		held_line(m, "%ld page%s", pages, pages == 1 ? "" : "s");
	}
}

/* By the tags of its calls: where, how many, how much. */
static void tag_line(const struct alloc_tag *tag, void *arg)
{
	held_line(arg, "%s:%u %s(): %llu allocation%s, %llu bytes", tag->file, tag->line, tag->func,
		  tag->calls, tag->calls == 1 ? "" : "s", tag->bytes);
}

static void list_tags(const struct loaded *m)
{
	size_t nr;
	struct alloc_tag *tags = module_tags(m, &nr);
	u64 bytes = tags ? alloc_tags_held(tags, tag_line, (void *)m) : 0;

	if (bytes)
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
