// SPDX-License-Identifier: MIT
/*
 * Memory that every CPU has a copy of, made at run time.
 *
 * 1. What it is for. Counters and caches that each CPU keeps to itself, of which there are as many as
 *    there are devices, address spaces or modules. DEFINE_PER_CPU() serves the kernel's own; here is
 *    what serves all others by the same operators: CPU n's copy of what alloc_percpu() returned
 *    stands at that address + per_cpu_offset(n), and per_cpu_offset(0) is 0.
 *
 * 2. Addresses. CPU 0's copies are in [PERCPU_START, + PERCPU_SIZE), a place of their own above the
 *    image; those of CPU n at the same distance in its window (asm/page.h), which is a mirror of
 *    the image's addresses and of what follows them. So the offset that leads from a linked variable
 *    to CPU n's leads from a dynamic one to CPU n's too, and no address is ever in two windows:
 *
 *	       IMAGE_START        PERCPU_START
 *	CPU 0  [text data percpu …][ chunk 0 | chunk 1 | …          ]
 *	CPU n  [          percpu   ][ chunk 0 | chunk 1 | …          ]   + per_cpu_offset(n)
 *
 * 3. Chunks. Addresses are managed by the chunk of CHUNK_SIZE, memory by the page: a page of a chunk
 *    is populated for all CPUs that may run (ids below nr_cpu_ids), or for none. A chunk has two maps
 *    of its granules (8 bytes): which are taken, and at which something starts. Chunks stand in lists
 *    by the size of their largest free run (the slot: its logarithm), so that who asks for n bytes
 *    looks only at chunks that may have them, the fullest first.
 *
 * 4. Who can sleep (GFP_KERNEL) is served from populated pages if they have room, else pages are
 *    added. Who can't is served from populated pages or refused. Linux says the same of
 *    alloc_percpu_gfp(): anything less than GFP_KERNEL counts as atomic.
 *
 * 5. Giving back. free_percpu() clears bits and nothing else, so it may be called anywhere. Pages in
 *    which nothing is left go back with percpu_drain(): called by mm_quiesce(), and by the next
 *    request of who can sleep, if more than one chunk holds nothing. A chunk without anything goes
 *    with its last page; the first one is part of the image and stays, so that per-CPU memory can be
 *    had before there is a slab cache.
 *
 * 6. Invariants (percpu_valid())
 *    I1  a granule at which something starts is taken; in front of a run of taken ones one starts;
 *    I2  free and largest say what the map says, and the chunk is in the slot of the latter;
 *    I3  a taken granule is in a populated page;
 *    I4  a populated page is mapped for each CPU, by pages of its own; another for none;
 *    I5  MM_PERCPU counts these pages.
 *    I1 and I2 hold whenever pcpu_lock is free, the others whenever populate_mutex is.
 *
 * 7. Locks: populate_mutex > pcpu_lock (irq-safe). The mutex guards population, the making and
 *    unmaking of chunks, and the page tables of the region (nobody else makes tables there); page
 *    and slab allocator are called under it. pcpu_lock (P below) guards the maps; nothing is called
 *    under it but the report engine's helpers and the checker's hooks. Zeroing happens under none: who
 *    was given memory owns it.
 *
 * 8. Contexts: allocation with GFP_KERNEL may sleep, any other and free_percpu() go anywhere but NMI.
 *    Cost: a pass over the maps of the chunks that are looked at (8192 bits), and zeroing for each CPU;
 *    not meant for fast paths. Before zones_init() nothing can be had.
 *
 * Sources: Linux 6.12, the documentation of mm/percpu.c for interface and rules.
 */
#include <asm/pgtable.h>
#include <asm/tlbflush.h>
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mm_usage.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include "internal.h"
#include "kasan.h"
#include "percpu.h"

static DEFINE_MUTEX(populate_mutex);
static DEFINE_SPINLOCK(pcpu_lock);
struct chunk *chunk_table[NR_CHUNKS];	       /* M and P to write, either to read */
static struct list_head chunk_lists[NR_SLOTS]; /* P; the first chunk makes them */
static struct chunk first_chunk;
static u16 first_tags[GRANULES]; /* P */

/* A page of a chunk for each CPU, on the way in or out. */
static struct page *pages_of[NR_CPUS]; /* M */

/* ---- A chunk's maps; under pcpu_lock ---- */

static unsigned int slot_of(unsigned int largest)
{
	return largest ? ilog2(largest) + 1 : 0;
}

static unsigned int largest_run(const struct chunk *c)
{
	unsigned long from, to = 0, largest = 0;

	while ((from = find_next_zero_bit(c->taken, GRANULES, to)) < GRANULES) {
		to = find_next_bit(c->taken, GRANULES, from);
		largest = max(largest, to - from);
	}
	return largest;
}

/* The maps have changed: what is derived from them follows. */
static void chunk_changed(struct chunk *c)
{
	c->largest = largest_run(c);
	list_move(&c->in_slot, &chunk_lists[slot_of(c->largest)]);
}

static void place_take(struct place *p)
{
	WRITE_ONCE(p->addr, chunk_start(p->chunk) + p->at * GRANULE);
	bitmap_set(p->chunk->taken, p->at, p->n);
	__set_bit(p->at, p->chunk->starts);
	if (p->chunk->tag)
		p->chunk->tag[p->at] = p->tag;
	p->chunk->free -= p->n;
	chunk_changed(p->chunk);
}

static void place_give(const struct place *p)
{
	bitmap_clear(p->chunk->taken, p->at, p->n);
	__clear_bit(p->at, p->chunk->starts);
	p->chunk->free += p->n;
	chunk_changed(p->chunk);
}

/* How many granules belong to what starts at `at`: up to the next start, or the next free one. */
unsigned int percpu_taken_from(const struct chunk *c, unsigned int at)
{
	unsigned long next = find_next_bit(c->starts, GRANULES, at + 1);

	return find_next_zero_bit(c->taken, next, at) - at;
}

/* The first page of [at, at + n) that is not populated; CHUNK_PAGES: all are. */
static unsigned int page_missing(const struct chunk *c, unsigned int at, unsigned int n,
				 unsigned int from)
{
	unsigned int end = DIV_ROUND_UP(at + n, PAGE_GRANULES);
	unsigned int page = max(at / PAGE_GRANULES, from);

	page = find_next_zero_bit(c->populated, CHUNK_PAGES, page);
	return page < end ? page : CHUNK_PAGES;
}

enum from { POPULATED_ONLY, ANYWHERE };

static bool find_in_chunk(struct place *p, unsigned int align, enum from from)
{
	unsigned long at = 0;
	unsigned int missing;

	for (;;) {
		at = bitmap_find_next_zero_area(p->chunk->taken, GRANULES, at, p->n, align - 1);
		if (at + p->n > GRANULES)
			return false;
		p->at = at;
		missing = page_missing(p->chunk, at, p->n, 0);
		if (from == ANYWHERE || missing == CHUNK_PAGES)
			return true;
		at = (missing + 1UL) * PAGE_GRANULES;
	}
}

/* Take a place for p->n granules. */
static bool find_place(struct place *p, unsigned int align, enum from from)
{
	for (unsigned int slot = slot_of(p->n); slot < NR_SLOTS; slot++) {
		list_for_each_entry(p->chunk, &chunk_lists[slot], in_slot) {
			if (p->chunk->largest < p->n || !find_in_chunk(p, align, from))
				continue;
			place_take(p);
			return true;
		}
	}
	return false;
}

static bool place_get(struct place *p, unsigned int align, enum from from)
{
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&pcpu_lock, flags);
	found = chunk_lists[0].next && find_place(p, align, from);
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return found;
}

/* ---- Pages; under populate_mutex ---- */

static unsigned long page_va(const struct chunk *c, unsigned int page, unsigned int cpu)
{
	return chunk_start(c) + page * PAGE_SIZE + per_cpu_offset(cpu);
}

/* Of the pages: all in them that nobody was given is theirs. */
static unsigned int pages_tag(void)
{
	return ALLOC_TAG_HERE();
}

/* They are somebody else's, or mapped: a scan for leaks would take what stands here for a reference. */
static void forget_pages(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(pages_of[cpu], NULL);
}

/* What can fail comes first: a page and a slot for each CPU. */
static bool pages_get(const struct chunk *c, unsigned int page, gfp_t gfp)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		unsigned long va = page_va(c, page, cpu);

		if (!pt_slot(kernel_root(), va, 0, table_alloc_kernel) ||
		    !kasan_cover((void *)va, PAGE_SIZE, gfp))
			break;
		pages_of[cpu] = alloc_pages_tagged(gfp | __GFP_NOWARN, 0, pages_tag());
		if (!pages_of[cpu])
			break;
	}
	if (likely(cpu == nr_cpu_ids))
		return true;
	while (cpu--)
		__free_page(pages_of[cpu]);
	forget_pages();
	return false;
}

static void set_populated(struct chunk *c, unsigned int page)
{
	unsigned long flags;

	spin_lock_irqsave(&pcpu_lock, flags);
	__set_bit(page, c->populated);
	spin_unlock_irqrestore(&pcpu_lock, flags);
}

static bool populate_page(struct chunk *c, unsigned int page, gfp_t gfp)
{
	unsigned int cpu;

	if (!pages_get(c, page, gfp))
		return false;
	for_each_possible_cpu(cpu) {
		unsigned long va = page_va(c, page, cpu);

		pte_set(pt_slot(kernel_root(), va, 0, NULL), va,
			pte_mkleaf(page_to_phys(pages_of[cpu]), PAGE_KERNEL, 0));
		kasan_poison_vmalloc((void *)va, PAGE_SIZE);
	}
	mm_stat_add(MM_PERCPU, (long)nr_cpu_ids);
	set_populated(c, page);
	forget_pages();
	return true;
}

static bool populate(const struct place *p, gfp_t gfp)
{
	unsigned int page = 0;

	while ((page = page_missing(p->chunk, p->at, p->n, page)) < CHUNK_PAGES) {
		if (!populate_page(p->chunk, page, gfp))
			return false;
	}
	return true;
}

/* The page holds nothing and nobody is given any of it any more: take it from all CPUs. */
static void unpopulate_page(struct chunk *c, unsigned int page)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		unsigned long va = page_va(c, page, cpu);
		pte_t *slot = pt_slot(kernel_root(), va, 0, NULL);

		WRITE_ONCE(pages_of[cpu], phys_to_page(pte_phys(pte_get(slot))));
		pte_get_and_clear(slot, va);
		tlb_flush_page(va, NULL);
	}
	for_each_possible_cpu(cpu)
		__free_page(pages_of[cpu]);
	forget_pages();
	mm_stat_add(MM_PERCPU, -(long)nr_cpu_ids);
}

static bool page_empty(const struct chunk *c, unsigned int page)
{
	unsigned long end = (page + 1UL) * PAGE_GRANULES;

	return find_next_bit(c->taken, end, (unsigned long)page * PAGE_GRANULES) >= end;
}

/* A populated page in which nothing is, no longer populated from now on; CHUNK_PAGES: none. */
static unsigned int page_withdraw(struct chunk *c)
{
	unsigned long flags, page;

	spin_lock_irqsave(&pcpu_lock, flags);
	for_each_set_bit(page, c->populated, CHUNK_PAGES) {
		if (!page_empty(c, page))
			continue;
		__clear_bit(page, c->populated);
		break;
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return page < CHUNK_PAGES ? page : CHUNK_PAGES;
}

/* ---- Chunks; under populate_mutex ---- */

static void chunk_init(struct chunk *c, unsigned int index)
{
	c->index = index;
	c->free = c->largest = GRANULES;
}

static void chunk_add(struct chunk *c, unsigned int index)
{
	unsigned long flags;

	chunk_init(c, index);
	spin_lock_irqsave(&pcpu_lock, flags);
	for (unsigned int i = 0; i < NR_SLOTS && c == &first_chunk; i++)
		INIT_LIST_HEAD(&chunk_lists[i]);
	chunk_table[index] = c;
	list_add(&c->in_slot, &chunk_lists[slot_of(GRANULES)]);
	spin_unlock_irqrestore(&pcpu_lock, flags);
}

/* Without them what is in the chunk is nobody's, and all else as ever. */
static u16 *tags_new(gfp_t gfp)
{
	if (!mem_alloc_profiling_enabled())
		return NULL;
	return kmalloc(GRANULES * sizeof(u16),
		       (gfp & ~__GFP_NOFAIL) | __GFP_NOWARN | __GFP_NORETRY);
}

static bool chunk_new(gfp_t gfp)
{
	unsigned int index = 0;
	struct chunk *c = &first_chunk;

	while (index < NR_CHUNKS && chunk_table[index])
		index++;
	if (index == NR_CHUNKS)
		return false;
	if (index)
		c = kzalloc(sizeof(*c), gfp | __GFP_NOWARN);
	if (!c)
		return false;
	c->tag = index ? tags_new(gfp) : first_tags;
	chunk_add(c, index);
	return true;
}

/* A chunk without anything goes, unless it is the first. */
static void chunk_remove_if_empty(unsigned int index)
{
	struct chunk *c = chunk_table[index];
	unsigned long flags;
	bool gone;

	spin_lock_irqsave(&pcpu_lock, flags);
	gone = c->free == GRANULES && c != &first_chunk && bitmap_empty(c->populated, CHUNK_PAGES);
	if (gone) {
		list_del(&c->in_slot);
		chunk_table[index] = NULL;
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
	if (gone) {
		kfree(c->tag);
		kfree(c);
	}
}

static void drain_locked(void)
{
	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		unsigned int page;

		if (!chunk_table[i])
			continue;
		while ((page = page_withdraw(chunk_table[i])) < CHUNK_PAGES)
			unpopulate_page(chunk_table[i], page);
		chunk_remove_if_empty(i);
	}
}

/* More than one chunk that holds nothing? */
static bool chunks_to_spare(void)
{
	const struct list_head *empty = &chunk_lists[slot_of(GRANULES)];
	unsigned long flags;
	bool spare;

	spin_lock_irqsave(&pcpu_lock, flags);
	spare = empty->next && empty->next->next != empty && empty->next != empty;
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return spare;
}

/* ---- Allocation ---- */

static noinline void *refuse(size_t size, size_t align, gfp_t gfp, const char *why,
			     const void *caller)
{
	if (!(gfp & __GFP_NOWARN))
		pr_warn_ratelimited(
			"percpu: allocation failed, size=%zu align=%zu, %s, mode:%#x, caller %pS\n",
			size, align, why, gfp, caller);
	return NULL;
}

/* What is wrong with a request, NULL if nothing is. */
static const char *request_wrong(size_t size, size_t align)
{
	if (!size || size > PCPU_MIN_UNIT_SIZE)
		return "illegal size";
	if (!is_power_of_2(align) || align > PAGE_SIZE)
		return "illegal alignment";
	return NULL;
}

/* Anything less than GFP_KERNEL counts as atomic, as in Linux. */
static bool is_atomic(gfp_t gfp)
{
	return (gfp & GFP_KERNEL) != GFP_KERNEL;
}

static bool place_get_anywhere(struct place *p, unsigned int align, gfp_t gfp)
{
	while (!place_get(p, align, ANYWHERE)) {
		if (!chunk_new(gfp))
			return false;
	}
	return true;
}

static void place_put(const struct place *p)
{
	unsigned long flags;

	spin_lock_irqsave(&pcpu_lock, flags);
	place_give(p);
	spin_unlock_irqrestore(&pcpu_lock, flags);
}

/* Pages, and perhaps a chunk, have to be added. */
static noinline bool place_make(struct place *p, unsigned int align, gfp_t gfp)
{
	bool done;

	mutex_lock(&populate_mutex);
	done = place_get_anywhere(p, align, gfp);
	if (done && !populate(p, gfp)) {
		place_put(p);
		done = false;
	}
	mutex_unlock(&populate_mutex);
	return done;
}

/* All copies are zero. */
static void *hand_out(const struct place *p, size_t size)
{
	unsigned long addr = READ_ONCE(p->addr);
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		void *copy = (void *)(addr + per_cpu_offset(cpu));

		kasan_resize_vmalloc(copy, size, p->n * GRANULE);
		memset(copy, 0, size);
	}
	return (void *)addr;
}

static void *pcpu_alloc(size_t size, size_t align, gfp_t gfp, const void *caller)
{
	const char *wrong = request_wrong(size, align);
	struct place p = { .n = DIV_ROUND_UP(size, GRANULE), .tag = ALLOC_TAG_CALLER() };
	unsigned int granules = max(align / GRANULE, 1UL);

	might_alloc(gfp);
	if (unlikely(wrong))
		return refuse(size, align, gfp, wrong, caller);
	if (unlikely(READ_ONCE(injection.page)) && fault_inject_page(gfp, 0))
		return NULL;
	if (!is_atomic(gfp) && chunks_to_spare())
		percpu_drain();
	if (place_get(&p, granules, POPULATED_ONLY))
		return hand_out(&p, size);
	if (is_atomic(gfp))
		return NULL;
	if (!place_make(&p, granules, gfp))
		return refuse(size, align, gfp, "no memory", caller);
	return hand_out(&p, size);
}

/**
 * __alloc_percpu_gfp() - allocate a zeroed variable of which every CPU has a copy
 * @size: bytes, 1 … PCPU_MIN_UNIT_SIZE
 * @align: a power of two, up to PAGE_SIZE; never less than 8 is kept
 * @gfp: with all of GFP_KERNEL pages may be added for it. Anything less is served from what is there
 *	already, or refused without a word: it may be asked in any context but NMI
 *
 * Context: may sleep, as @gfp says. From zones_init() on.
 * Return: what per_cpu_ptr(), this_cpu_ptr() and the this_cpu operations take, and free_percpu(); NULL if
 * there is no memory, or if @size or @align is not possible (then, and if who can sleep gets none, with
 * a line that says so, unless __GFP_NOWARN).
 */
void __percpu *(__alloc_percpu_gfp)(size_t size, size_t align, gfp_t gfp)
{
	return pcpu_alloc(size, align, gfp, __builtin_return_address(0));
}

/**
 * __alloc_percpu() - __alloc_percpu_gfp() with GFP_KERNEL
 * @size: bytes, 1 … PCPU_MIN_UNIT_SIZE
 * @align: a power of two, up to PAGE_SIZE
 */
void __percpu *(__alloc_percpu)(size_t size, size_t align)
{
	return pcpu_alloc(size, align, GFP_KERNEL, __builtin_return_address(0));
}

/* ---- Freeing ---- */

/* Whose copy `addr` is, as an address of CPU 0; `cpu` NULL: don't say. False: nobody's. */
bool percpu_to_first_cpu(unsigned long *addr, unsigned int *whose)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (*addr - per_cpu_offset(cpu) - PERCPU_START >= PERCPU_SIZE)
			continue;
		*addr -= per_cpu_offset(cpu);
		*whose = cpu;
		return true;
	}
	return false;
}

/* What starts at CPU 0's address `addr`, or, if nothing does, what that address is in. */
enum wrong percpu_place_of(unsigned long addr, struct place *p)
{
	unsigned long off = addr - PERCPU_START;
	unsigned int at = off % CHUNK_SIZE / GRANULE;

	if (off >= PERCPU_SIZE)
		return FOREIGN;
	p->chunk = chunk_table[off / CHUNK_SIZE];
	if (!p->chunk || !test_bit(at, p->chunk->taken))
		return FREE;
	p->at = at;
	while (!test_bit(p->at, p->chunk->starts))
		p->at--;
	p->n = percpu_taken_from(p->chunk, p->at);
	return p->at == at && IS_ALIGNED(addr, GRANULE) ? RIGHT : INSIDE;
}

static const char *free_advice(enum wrong why)
{
	if (why == FREE)
		return "Nothing is there now: it was freed before, or the pointer is wild. Look for two owners of one pointer.";
	if (why == INSIDE)
		return "The pointer is not what alloc_percpu() returned but leads into the middle of it. It stays.";
	if (why == OTHER_CPUS)
		return "This is one CPU's copy, from per_cpu_ptr() or this_cpu_ptr(): free_percpu() takes what "
		       "alloc_percpu() returned. It stays.";
	return "No per-CPU memory was ever there: what kmalloc() or another allocator gave is freed with its own function.";
}

static noinline void report_free(enum wrong why, const void *ptr)
{
	unsigned long addr = (unsigned long)ptr;
	unsigned int cpu;

	if (why == FOREIGN && percpu_to_first_cpu(&addr, &cpu))
		why = OTHER_CPUS;
	report_open(REPORT_PERCPU_FREE, "BUG percpu: Invalid free_percpu() of 0x%px", ptr);
	report_address(ptr);
	report_stack_here(NULL);
	report_advice("%s", free_advice(why));
	report_end();
}

static void shut(unsigned long addr, size_t size)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kasan_poison_percpu((void *)(addr + per_cpu_offset(cpu)), size);
}

/**
 * free_percpu() - give back what alloc_percpu() or its relatives returned
 * @ptr: that; NULL does nothing
 *
 * What is no such pointer is reported and left alone. Pages go back later: theory, 5.
 *
 * Context: any but NMI.
 */
void free_percpu(void __percpu *ptr)
{
	unsigned long flags;
	struct place p;
	enum wrong why;

	if (!ptr)
		return;
	spin_lock_irqsave(&pcpu_lock, flags);
	why = percpu_place_of((unsigned long)ptr, &p);
	if (likely(why == RIGHT)) {
		shut((unsigned long)ptr, p.n * GRANULE);
		place_give(&p);
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
	if (unlikely(why != RIGHT))
		report_free(why, ptr);
}

void percpu_drain(void)
{
	mutex_lock(&populate_mutex);
	drain_locked();
	mutex_unlock(&populate_mutex);
}

unsigned long percpu_used_bytes(void)
{
	unsigned long used = 0, flags;

	spin_lock_irqsave(&pcpu_lock, flags);
	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		if (chunk_table[i])
			used += (GRANULES - chunk_table[i]->free) * GRANULE;
	}
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return used;
}

/* ---- Accounting (alloc_tag.c) ---- */

/* A variable counts with the copies of all CPUs. */
static void chunk_tags_walk(const struct chunk *c, tag_add_t add)
{
	unsigned int at;

	for_each_set_bit(at, c->starts, GRANULES) {
		u64 bytes = (u64)percpu_taken_from(c, at) * GRANULE * nr_cpu_ids;

		add(c->tag ? c->tag[at] : 0, bytes, 1);
		add(pages_tag(), -bytes, 0);
	}
}

void percpu_tags_walk(tag_add_t add)
{
	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		unsigned long flags;

		spin_lock_irqsave(&pcpu_lock, flags);
		if (chunk_table[i])
			chunk_tags_walk(chunk_table[i], add);
		spin_unlock_irqrestore(&pcpu_lock, flags);
	}
}

unsigned int percpu_tag_of(const void *p)
{
	unsigned long flags;
	struct place place;
	unsigned int id = 0;

	spin_lock_irqsave(&pcpu_lock, flags);
	if (percpu_place_of((unsigned long)p, &place) == RIGHT)
		id = place.chunk->tag ? place.chunk->tag[place.at] : 0;
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return id;
}

/* ---- The linked variables ---- */

struct percpu_area percpu_linked[NR_CPUS];
unsigned int nr_percpu_linked;

static void map_area(unsigned long va, phys_addr_t phys, unsigned long size)
{
	percpu_linked[nr_percpu_linked++] = (struct percpu_area){ va, va + size };
	if (pt_map(kernel_root(), va, phys, size, PAGE_KERNEL, table_alloc_boot))
		panic("the other CPUs' variables can't be mapped");
	kasan_unpoison((void *)va, size);
}

void percpu_areas_init(void)
{
	BUILD_BUG_ON(GRANULES != 1u << (NR_SLOTS - 2));
	BUILD_BUG_ON(PERCPU_START % CHUNK_SIZE || PERCPU_SIZE % CHUNK_SIZE);
	per_cpu_areas_move(map_area);
}

/**
 * per_cpu_ptr_to_phys() - the physical address of a CPU's copy
 * @addr: from per_cpu_ptr() or this_cpu_ptr(), of a linked variable or a dynamic one; must be mapped
 */
phys_addr_t per_cpu_ptr_to_phys(void *addr)
{
	int level;
	pte_t *slot = pt_lookup(kernel_root(), (unsigned long)addr, &level);

	BUG_ON(!slot);
	return pte_phys(pte_get(slot)) + ((unsigned long)addr & (pt_size(level) - 1));
}

/* ---- Explaining an address ---- */

struct explained {
	unsigned long addr; /* of the first CPU's copy */
	unsigned int cpu;
	char *buf;
	size_t size;
};

/* Under the lock. */
static void explain_place(void *arg)
{
	const struct explained *x = arg;
	struct place p;
	enum wrong what = percpu_place_of(x->addr, &p);
	unsigned long start;

	if (what != RIGHT && what != INSIDE) {
		scnprintf(
			x->buf, x->size,
			"address is in the per-CPU region of CPU %u, in nothing that is allocated",
			x->cpu);
		return;
	}
	start = chunk_start(p.chunk) + p.at * GRANULE;
	scnprintf(x->buf, x->size,
		  "address is %lu byte%s inside CPU %u's copy of the per-CPU variable 0x%lx-0x%lx",
		  x->addr - start, plural(x->addr - start), x->cpu, start, start + p.n * GRANULE);
}

static bool explain_percpu(unsigned long addr, char *buf, size_t size)
{
	struct explained x = { .addr = addr, .buf = buf, .size = size };
	unsigned long flags;

	if (!percpu_to_first_cpu(&x.addr, &x.cpu))
		return false;
	if (!spin_trylock_irqsave(&pcpu_lock, flags)) {
		scnprintf(buf, size,
			  "address is in the per-CPU region, whose maps are being changed");
		return true;
	}
	if (!report_guarded(explain_place, &x))
		scnprintf(buf, size, "address is in the per-CPU region, whose maps are damaged");
	spin_unlock_irqrestore(&pcpu_lock, flags);
	return true;
}

void percpu_show_init(void)
{
	static struct report_explainer explainer = { .name = "percpu", .explain = explain_percpu };

	report_add_explainer(&explainer);
}

/* ---- Invariants ---- */

/* I1: what is taken is made of things that start; I3: and is in populated pages. */
static bool maps_valid(const struct chunk *c)
{
	unsigned long from, to = 0;

	while ((from = find_next_bit(c->taken, GRANULES, to)) < GRANULES) {
		to = find_next_zero_bit(c->taken, GRANULES, from);
		if (!INVARIANT(1, test_bit(from, c->starts)) ||
		    !INVARIANT(3, page_missing(c, from, to - from, 0) == CHUNK_PAGES))
			return false;
	}
	return INVARIANT(1, bitmap_subset(c->starts, c->taken, GRANULES));
}

static bool slot_valid(const struct chunk *c)
{
	const struct list_head *head = &chunk_lists[slot_of(c->largest)], *at;

	if (!INVARIANT(2, c->free == GRANULES - bitmap_weight(c->taken, GRANULES)) ||
	    !INVARIANT(2, c->largest == largest_run(c)))
		return false;
	list_for_each(at, head) {
		if (at == &c->in_slot)
			return true;
	}
	return INVARIANT(2, !"the chunk is in the slot of its largest run");
}

static bool page_valid(const struct chunk *c, unsigned int page)
{
	bool populated = test_bit(page, c->populated);
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		int level;
		pte_t *slot = pt_lookup(kernel_root(), page_va(c, page, cpu), &level);

		if (!INVARIANT(4, (slot != NULL) == populated))
			return false;
		if (slot && !INVARIANT(4, page_count(phys_to_page(pte_phys(pte_get(slot)))) == 1))
			return false;
	}
	return true;
}

static bool pages_valid(void)
{
	long pages = 0;

	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		for (unsigned int page = 0; chunk_table[i] && page < CHUNK_PAGES; page++) {
			if (!page_valid(chunk_table[i], page))
				return false;
		}
		if (chunk_table[i])
			pages += bitmap_weight(chunk_table[i]->populated, CHUNK_PAGES);
	}
	return INVARIANT(5, mm_stat_read(MM_PERCPU) == pages * (long)nr_cpu_ids);
}

static bool chunks_valid(void)
{
	bool ok = true;

	for (unsigned int i = 0; i < NR_CHUNKS && ok; i++) {
		unsigned long flags;

		if (!chunk_table[i])
			continue;
		spin_lock_irqsave(&pcpu_lock, flags);
		ok = maps_valid(chunk_table[i]) && slot_valid(chunk_table[i]);
		spin_unlock_irqrestore(&pcpu_lock, flags);
	}
	return ok;
}

bool percpu_valid(void)
{
	bool ok;

	mutex_lock(&populate_mutex);
	ok = chunks_valid() && pages_valid();
	mutex_unlock(&populate_mutex);
	return ok;
}
