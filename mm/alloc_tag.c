// SPDX-License-Identifier: MIT
/*
 * Call-site accounting: which place in the sources holds how much memory.
 *
 * 1. Model. Every call of an allocation function has a tag (linux/alloc_tag.h), collected by the linker
 *    into one array for the image and one for each module. Tags are numbered when their array becomes
 *    known; the number, 16 bits, goes with the memory:
 *
 *        what                         where its tag is
 *        objects below 2 KiB          an array at the slab's start (slab.h): 2 bytes an object
 *        objects from 2 KiB on        the struct page that the object begins in
 *        pages, large kmalloc         the struct page of the block's head
 *        per-CPU variables            an array in their chunk: 2 bytes for 8, of one CPU
 *        vmalloc()                    its pages'; the area knows it too
 *        vmap(), ioremap() …          the area
 *        caches, threads              objects, and a stack from vmalloc(), whose tag is the creator's
 *
 * 2. Nothing is counted as it happens. Allocation stores a number (10 instructions, and the caller reads it), freeing does
 *    nothing, and who wants to know walks all slabs, pages, chunks and areas and adds up, in the tags
 *    themselves. So reading costs O(objects + pages), allocates nothing, and can be done when memory has
 *    run out.
 *
 * 3. Every page is somebody's, once. What a slab or a chunk has besides its objects (free ones, maps,
 *    tags) is the row of whoever allocated its pages; so on a quiet system
 *
 *        sum of all rows = pages managed - pages free
 *
 *    "Quiet" is: after mm_quiesce(), and nobody else runs. Otherwise each row is right to within what
 *    came and went meanwhile: an object is free if it is in its slab's map, or carries a free object's
 *    word, as those in magazines do; and between being taken and being marked it has its former tag.
 *
 * 4. Scopes. Functions that allocate for their callers (kstrdup(), vmalloc(), kmem_cache_create() …) are
 *    called in a scope: current->alloc_tag. What they allocate for their own needs has their own tags. An
 *    interrupt has the scope of the task that it meets: what matters only if it calls an allocation
 *    function by its address, since calls by name have tags of their own.
 *
 * 5. Numbers. 0 is nobody: row "unknown". Modules' numbers follow the image's, first fit. A module that
 *    goes while it holds something leaves its numbers taken, and the memory is nobody's; they are free
 *    again once a walk finds none of it (forget_empty()).
 *
 * 6. Off (sysctl.vm.mem_profiling=0 on the boot line; `never` is the same here): all numbers are 0,
 *    slabs have no arrays, and what is left of it is a test in an allocation.
 *
 * Invariants
 *    I1  ranges[] is sorted by number; ranges don't overlap; range 0 is the image's and begins with 1.
 *    I2  a number in memory belongs to a range, or is 0.
 *
 * Locks: allocinfo_mutex > slab_mutex > s->lock; allocinfo_mutex > pcpu_lock, vmap_space.lock. Nothing
 * else is held by the walk, and nothing is allocated under it. When memory has run out it is only tried
 * for. Contexts: may sleep, allocinfo_show_top() goes anywhere but in interrupts (there it prints nothing).
 *
 * Sources: Linux 6.12, Documentation/mm/allocation-profiling.rst and the layout of /proc/allocinfo.
 */
#include <linux/alloc_tag.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/assert.h>
#include "internal.h"
#include "kfence.h"
#include "slab.h"

#define TAG_RANGES 64

extern struct alloc_tag __start_alloc_tags[], __stop_alloc_tags[];

/* A: allocinfo_mutex; readers of the image's need none */
struct tag_range {
	struct alloc_tag *tags; /* NULL: the module is gone */
	const char *module;	/* NULL: the image */
	u32 first, nr;
	u64 calls; /* of a module that is gone: found by the last walk */
};

static struct tag_range ranges[TAG_RANGES]; /* A */
static unsigned int nr_ranges;		    /* A */
static DEFINE_MUTEX(allocinfo_mutex);
static struct alloc_tag nobody = { .file = "unknown", .func = "unknown" }; /* A */
static bool enabled = true;						   /* R */

static int set_mem_profiling(const char *val)
{
	if (!val)
		return -EINVAL;
	if (!strcmp(val, "never"))
		val = "0";
	return boot_param_bool(val, &enabled);
}
BOOT_PARAM("sysctl.vm.mem_profiling", set_mem_profiling);

bool mem_alloc_profiling_enabled(void)
{
	return enabled;
}

/* ---- Numbers ---- */

static void number(struct tag_range *r)
{
	for (u32 i = 0; i < r->nr && r->tags; i++)
		WRITE_ONCE(r->tags[i].id, r->first + i);
}

/* The image's tags, before anything is allocated. */
void alloc_tags_init(void)
{
	if (!enabled)
		return;
	ranges[0] = (struct tag_range){ .tags = __start_alloc_tags,
					.first = 1,
					.nr = __stop_alloc_tags - __start_alloc_tags };
	nr_ranges = 1;
	number(&ranges[0]);
}

static struct tag_range *range_of(unsigned int id)
{
	unsigned int low = 0, high = nr_ranges;

	while (low < high) {
		unsigned int mid = (low + high) / 2;

		if (id < ranges[mid].first)
			high = mid;
		else if (id - ranges[mid].first >= ranges[mid].nr)
			low = mid + 1;
		else
			return &ranges[mid];
	}
	return NULL;
}

static struct tag_range *range_find(const struct alloc_tag *tags)
{
	for (unsigned int i = 0; i < nr_ranges; i++) {
		if (ranges[i].tags == tags)
			return &ranges[i];
	}
	return NULL;
}

static void range_remove(struct tag_range *r)
{
	unsigned int at = r - ranges;

	memmove(r, r + 1, (nr_ranges - at - 1) * sizeof(*r));
	nr_ranges--;
}

/* Where `nr` numbers are free, between two ranges or behind the last. NULL: nowhere. */
static struct tag_range *range_insert(size_t nr)
{
	unsigned int at = 1;
	u32 first = 0;

	if (nr_ranges == TAG_RANGES)
		return NULL;
	for (; at <= nr_ranges; at++) {
		u32 end = at < nr_ranges ? ranges[at].first : TAG_IDS;

		first = ranges[at - 1].first + ranges[at - 1].nr;
		if (nr <= end - first)
			break;
	}
	if (at > nr_ranges)
		return NULL;
	memmove(&ranges[at + 1], &ranges[at], (nr_ranges - at) * sizeof(ranges[0]));
	nr_ranges++;
	ranges[at] = (struct tag_range){ .first = first, .nr = nr };
	return &ranges[at];
}

/* Of a range that holds the number. NULL: it is nobody's. */
static struct alloc_tag *tag_of(const struct tag_range *r, unsigned int id)
{
	return r && r->tags ? &r->tags[(id & ~TAG_NOTED) - r->first] : NULL;
}

/* ---- The walk: allocinfo_mutex held ---- */

static void tag_add(unsigned int id, u64 bytes, u64 calls)
{
	struct tag_range *r = range_of(id & ~TAG_NOTED);
	struct alloc_tag *tag = tag_of(r, id) ?: &nobody;

	tag->bytes += bytes;
	tag->calls += calls;
	if (r && !r->tags)
		r->calls += calls;
}

/* Blocks of pages, but slabs. Others may be changing them: what is read is checked, not believed. */
static void add_pages(const struct zone *zone)
{
	unsigned long pfn = zone->start_pfn;

	while (pfn < zone->end_pfn) {
		const struct page *page = pfn_to_page(pfn);
		unsigned int type, order;
		u16 mark;

		if ((IS_ALIGNED(pfn, GROUP_NR_PAGES) || pfn == zone->start_pfn) &&
		    !pfn_valid(pfn)) {
			pfn = ALIGN(pfn + 1, GROUP_NR_PAGES);
			continue;
		}
		mark = READ_ONCE(page->mark);
		type = mark & 0xff;
		order = min(mark >> 8, MAX_PAGE_ORDER);
		if (type == PAGE_USED || type == PAGE_KMALLOC || type == PAGE_TABLE)
			tag_add(READ_ONCE(page->tag), PAGE_SIZE << order, 1);
		pfn += IS_ALIGNED(pfn, 1UL << order) && type != PAGE_NONE ? 1UL << order : 1;
	}
}

static void walk(void)
{
	struct zone *z;

	nobody.bytes = nobody.calls = 0;
	for (unsigned int i = 0; i < nr_ranges; i++) {
		ranges[i].calls = 0;
		for (u32 k = 0; ranges[i].tags && k < ranges[i].nr; k++)
			ranges[i].tags[k].bytes = ranges[i].tags[k].calls = 0;
	}
	for_each_zone(z) {
		if (populated_zone(z))
			add_pages(z);
	}
	slab_tags_walk(tag_add);
	kfence_tags_walk(tag_add);
	percpu_tags_walk(tag_add);
	vmap_tags_walk(tag_add);
}

/* Numbers of modules that are gone are free if nobody holds anything of theirs. After a walk. */
static void forget_empty(void)
{
	for (unsigned int i = nr_ranges; i-- > 1;) {
		if (!ranges[i].tags && !ranges[i].calls)
			range_remove(&ranges[i]);
	}
}

/* ---- Modules ---- */

int alloc_tags_register(struct alloc_tag *tags, size_t nr, const char *module)
{
	struct tag_range *r;

	if (!enabled || !nr)
		return 0;
	mutex_lock(&allocinfo_mutex);
	walk();
	forget_empty();
	r = range_insert(nr);
	if (r) {
		r->tags = tags;
		r->module = module;
		number(r);
	}
	mutex_unlock(&allocinfo_mutex);
	return r ? 0 : -ENOSPC;
}

void alloc_tags_unregister(struct alloc_tag *tags)
{
	struct tag_range *r;

	mutex_lock(&allocinfo_mutex);
	r = range_find(tags);
	if (r) {
		r->tags = NULL;
		walk();
		forget_empty();
	}
	mutex_unlock(&allocinfo_mutex);
}

u64 alloc_tags_held(struct alloc_tag *tags, void (*held)(const struct alloc_tag *tag, void *arg),
		    void *arg)
{
	struct tag_range *r;
	u64 bytes = 0;

	mutex_lock(&allocinfo_mutex);
	walk();
	r = range_find(tags);
	for (u32 i = 0; r && i < r->nr; i++) {
		if (!tags[i].calls)
			continue;
		bytes += tags[i].bytes;
		if (held)
			held(&tags[i], arg);
	}
	mutex_unlock(&allocinfo_mutex);
	return bytes;
}

/* ---- Whose is this? ---- */

static unsigned int id_of(const void *p)
{
	struct kmem_cache *s;
	struct page *page;

	if (is_vmalloc_addr(p)) {
		struct vm_struct *vm = find_vm_area(p);

		return vm ? vm->tag : 0;
	}
	if (!is_direct_map_addr(p))
		return percpu_tag_of(p);
	s = slab_cache_of(p);
	if (s)
		return slab_tag_of(s, p);
	if (is_kfence_address(p))
		return kfence_tag_of(p);
	if (!pfn_valid(__pa(p) >> PAGE_SHIFT))
		return 0;
	page = page_head(virt_to_page(p));
	return page ? READ_ONCE(page->tag) : 0;
}

/**
 * alloc_tag_of() - who allocated this
 * @p: an address in memory that the caller owns: an object, a page, per-CPU memory (as alloc_percpu()
 *	gave it), an area of vmalloc()
 *
 * Context: may sleep.
 * Return: the tag; NULL: nobody's.
 */
const struct alloc_tag *alloc_tag_of(const void *p)
{
	const char *module;

	return alloc_tag_number(id_of(p), &module);
}

const struct alloc_tag *alloc_tag_number(unsigned int id, const char **module)
{
	const struct alloc_tag *tag;
	struct tag_range *r;

	mutex_lock(&allocinfo_mutex);
	r = range_of(id & ~TAG_NOTED);
	tag = tag_of(r, id);
	*module = r ? r->module : NULL;
	mutex_unlock(&allocinfo_mutex);
	return tag;
}

/*
 * The tag of a number that was found in memory, for reports: without a lock, so a module that comes
 * or goes meanwhile may make it another's. NULL: nobody's.
 */
const struct alloc_tag *alloc_tag_peek(unsigned int id)
{
	struct tag_range *r = id ? range_of(id) : NULL;

	return r && r->tags && id - r->first < r->nr ? &r->tags[id - r->first] : NULL;
}

/* ---- Rows ---- */

/* Row number `at`, in the order of the sources; NULL: there are no more. */
static const struct alloc_tag *row(unsigned int at, const char **module)
{
	*module = NULL;
	if (!at--)
		return &nobody;
	for (unsigned int i = 0; i < nr_ranges; i++) {
		*module = ranges[i].module;
		if (!ranges[i].tags)
			continue;
		if (at < ranges[i].nr)
			return &ranges[i].tags[at];
		at -= ranges[i].nr;
	}
	return NULL;
}

static void row_show(const struct alloc_tag *tag, const char *module,
		     void (*line)(const char *text))
{
	s64 bytes = tag->bytes; /* what has changed under the walk must not look like 2^64 */
	char buf[200];

	scnprintf(buf, sizeof(buf), "%12lld %8llu %s:%u%s%s%s func:%s", max_t(s64, bytes, 0),
		  tag->calls, tag->file, tag->line, module ? " [" : "", module ? module : "",
		  module ? "]" : "", tag->func);
	line(buf);
}

/**
 * allocinfo_show() - who holds how much, in the layout of Linux's /proc/allocinfo
 * @line: takes each line, without its newline; it may not ask for allocinfo itself
 *
 * Places that hold nothing are left out. Context: may sleep.
 */
void allocinfo_show(void (*line)(const char *text))
{
	const struct alloc_tag *tag;
	const char *module;

	line("allocinfo - version: 1.0");
	line("#     <size>  <calls> <tag info>");
	if (!enabled)
		return;
	mutex_lock(&allocinfo_mutex);
	walk();
	for (unsigned int i = 0; (tag = row(i, &module)); i++) {
		if (tag->calls)
			row_show(tag, module, line);
	}
	mutex_unlock(&allocinfo_mutex);
}

/* The largest row behind `last` in the order of size, and of number where sizes are equal. */
static int next_largest(int last)
{
	const char *module;
	const struct alloc_tag *tag, *after = last < 0 ? NULL : row(last, &module);
	s64 best = 0;
	int found = -1;

	for (int i = 0; (tag = row(i, &module)); i++) {
		s64 bytes = tag->bytes;

		if (bytes <= best)
			continue;
		if (after &&
		    (bytes > (s64)after->bytes || (bytes == (s64)after->bytes && i <= last)))
			continue;
		best = bytes;
		found = i;
	}
	return found;
}

/**
 * allocinfo_show_top() - the places that hold most
 * @line: as for allocinfo_show()
 * @n: how many
 *
 * For when memory has run out: nothing is allocated or waited for. If a walk is under way, or in an
 * interrupt, nothing is printed. Context: any but NMI.
 */
void allocinfo_show_top(void (*line)(const char *text), unsigned int n)
{
	int at = -1;

	if (!enabled || in_interrupt() || !mutex_trylock(&allocinfo_mutex))
		return;
	walk();
	while (n-- && (at = next_largest(at)) >= 0) {
		const char *module;
		const struct alloc_tag *tag = row(at, &module);

		row_show(tag, module, line);
	}
	mutex_unlock(&allocinfo_mutex);
}

static void warn_line(const char *text)
{
	pr_warn("%s\n", text);
}

void allocinfo_warn(void)
{
	if (!enabled)
		return;
	pr_warn("Memory allocations:\n");
	allocinfo_show_top(warn_line, 10);
}
