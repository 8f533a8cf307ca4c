// SPDX-License-Identifier: MIT
/*
 * Which blocks can be reached: the heap as it stands, numbered, and marked from its roots. Nobody else
 * runs meanwhile (kmemleak.c, 2), so nothing here takes a lock.
 *
 * 1. Blocks get numbers from the allocators' own structures:
 *
 *        slabs (partial, full)    the slab's head page has the number of object 0, the others follow
 *        pages, large kmalloc     the head page has the block's
 *        areas                    their place in a list by address
 *        per-CPU variables        the number of their granule
 *        KFENCE's samples         their number in its pool, which is no block itself
 *        the caller's own         their place in a list by address
 *
 *    A page's number stands in an array for its section of 128 MiB, which exists only if that
 *    section's struct pages do: 4 bytes for 4 KiB, and 3 bits a block; untouched RAM costs nothing.
 *    What is in no list (a slab that is being made, a page on its way out) has number 0: no block.
 *
 * 2. A word leads to a block if it is the address of any of the block's bytes, as they were asked for
 *    where that is known; to pages also by their struct page, to per-CPU memory by any CPU's copy.
 *    Low bits that a structure adds to a pointer (trees, tagged entries) don't lead out of a block.
 *
 * 3. Roots: data and bss (but for stacks), other CPUs' linked variables, stacks and registers, pages
 *    mapped to users, and what notes say.
 *
 * 4. Marking. A block that is marked the first time waits in todo[] until its words are looked at. If
 *    that is full the block is marked only, and when todo[] is empty a walk over all blocks finds those
 *    that are marked and not scanned. An area stands for its pages, which are scanned in its place; a
 *    thread's stack only where it is in use; pages of users and files never: they hold no pointers.
 *
 * 5. What is read may be unmapped (guard pages, pages that are protected on purpose), so the page tables
 *    are asked for each page before.
 *
 * Invariants
 *    I1  scanned implies marked; after heap_mark() marked implies scanned;
 *    I2  heap_each() visits blocks by ascending number.
 *
 * Contexts: interrupts off. Complexity: O(struct pages that exist + blocks + words in blocks reached).
 */
#include <asm/pgtable.h>
#include <asm/stack.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "internal.h"
#include "kfence.h"
#include "kmemleak.h"
#include "percpu.h"
#include "slab.h"
#include "vmap.h"

/* ---- Walks over what there is ---- */

typedef void (*head_fn)(struct heap *h, struct page *head, void *arg);

static bool is_block(const struct page *page)
{
	return (page->type == PAGE_USED || page->type == PAGE_KMALLOC) &&
	       !is_kfence_address(page_address(page));
}

/* Heads of blocks that somebody holds; `section` is told of each section with struct pages. */
static void each_head(struct heap *h, head_fn fn, void *arg,
		      void (*section)(struct heap *h, unsigned long nr, void *arg))
{
	unsigned long end = 0, known = ~0UL;
	struct zone *z;

	for_each_zone(z) {
		unsigned long pfn = max(z->start_pfn, end);

		end = max(z->end_pfn, end);
		while (populated_zone(z) && pfn < end) {
			struct page *page = pfn_to_page(pfn);

			if (!pfn_valid(pfn)) {
				pfn = ALIGN(pfn + 1, GROUP_NR_PAGES);
				continue;
			}
			if (known != pfn / PAGES_PER_SECTION)
				section(h, known = pfn / PAGES_PER_SECTION, arg);
			if (is_block(page))
				fn(h, page, arg);
			pfn += page->type != PAGE_NONE ? 1UL << page->order : 1;
		}
	}
}

/* Slabs that may hold live objects, of caches that are looked at. */
static void each_slab(struct heap *h,
		      void (*fn)(struct heap *h, struct kmem_cache *s, struct page *slab,
				 void *arg),
		      void *arg)
{
	for (unsigned int id = 1; id < SLAB_MAX_CACHES; id++) {
		struct kmem_cache *s = cache_table[id];

		if (!s || (s->flags & SLAB_NOLEAKTRACE))
			continue;
		for (u32 pfn = s->full.first; pfn; pfn = pfn_to_page(pfn)->next)
			fn(h, s, pfn_to_page(pfn), arg);
		for (u32 pfn = s->partial.first; pfn; pfn = pfn_to_page(pfn)->next)
			fn(h, s, pfn_to_page(pfn), arg);
	}
}

/* All that have addresses: those that come, and those that go, too. */
static void each_area_of_any_age(void (*fn)(struct vm_struct *vm, void *arg), void *arg)
{
	struct vmap_space *space[] = { &vmap_space, &vmap_modules };

	for (unsigned int i = 0; i < ARRAY_SIZE(space); i++) {
		bool modules_first = MODULES_VADDR < VMALLOC_START;
		struct vmap_space *vs = space[modules_first ? !i : i];

		for (struct rb_node *n = rb_first(&vs->areas); n; n = rb_next(n))
			fn(rb_entry(n, struct vm_struct, rb), arg);
	}
}

/* Chunks of per-CPU memory have numbers up to this. */
static u32 percpu_granules(void)
{
	u32 n = NR_CHUNKS;

	while (n && !chunk_table[n - 1])
		n--;
	return n * GRANULES;
}

/* ---- Numbers ---- */

static void count_head(struct heap *h, struct page *head, void *size)
{
	((struct heap_size *)size)->numbers++;
}

static void count_section(struct heap *h, unsigned long nr, void *size)
{
	((struct heap_size *)size)->sections++;
}

static void count_slab(struct heap *h, struct kmem_cache *s, struct page *slab, void *size)
{
	((struct heap_size *)size)->numbers += s->objects;
}

static void count_area(struct vm_struct *vm, void *size)
{
	((struct heap_size *)size)->areas += vm_is_live(vm);
}

static void count_own(struct note *n, void *size)
{
	((struct heap_size *)size)->own += (n->flags & NOTE_OWN) != 0;
}

void heap_measure(struct heap_size *size)
{
	*size = (struct heap_size){ .numbers = 1 };
	each_head(NULL, count_head, size, count_section);
	each_slab(NULL, count_slab, size);
	each_area_of_any_age(count_area, size);
	note_each(count_own, size);
	size->numbers += size->areas + size->own + percpu_granules() + kfence_nr_objects;
}

static void number_section(struct heap *h, unsigned long nr, void *arg)
{
	if (nr < h->nr_first && !h->first[nr])
		h->first[nr] = h->pool + h->used.sections++ * PAGES_PER_SECTION;
}

static u32 *number_slot(const struct heap *h, unsigned long pfn)
{
	return &h->first[pfn / PAGES_PER_SECTION][pfn % PAGES_PER_SECTION];
}

static void number_head(struct heap *h, struct page *head, void *arg)
{
	*number_slot(h, page_to_pfn(head)) = h->used.numbers++;
}

static void number_slab(struct heap *h, struct kmem_cache *s, struct page *slab, void *arg)
{
	*number_slot(h, page_to_pfn(slab)) = h->used.numbers;
	h->used.numbers += s->objects;
}

static void number_area(struct vm_struct *vm, void *heap)
{
	struct heap *h = heap;

	if (!vm_is_live(vm))
		return;
	h->area[h->used.areas++] = (struct area_range){ vm_start(vm), vm_end(vm) - PAGE_SIZE, vm };
}

static void number_own(struct note *n, void *heap)
{
	struct heap *h = heap;
	u32 at = h->used.own;

	if (!(n->flags & NOTE_OWN))
		return;
	for (; at && h->own[at - 1]->start > n->start; at--)
		h->own[at] = h->own[at - 1];
	h->own[at] = n;
	h->used.own++;
	h->own_low = min(h->own_low, n->start);
	h->own_high = max(h->own_high, n->start + n->size);
}

/* Give all blocks their numbers: in the order of heap_each(), slabs' pages behind all sections. */
void heap_number(struct heap *h)
{
	h->used = (struct heap_size){ .numbers = 1 };
	h->own_low = ~0UL;
	h->own_high = 0;
	each_head(h, number_head, NULL, number_section);
	each_slab(h, number_slab, NULL);
	each_area_of_any_age(number_area, h);
	note_each(number_own, h);
	h->first_area = h->used.numbers;
	h->first_percpu = h->first_area + h->used.areas;
	h->first_sample = h->first_percpu + percpu_granules();
	h->first_own = h->first_sample + kfence_nr_objects;
	h->used.numbers = h->first_own + h->used.own;
}

/* ---- A block by its number's owner ---- */

static void object_block(struct block *b, struct kmem_cache *s, struct page *slab, u32 first,
			 unsigned int i)
{
	void *obj = slab_object(s, slab, i);

	*b = (struct block){ .kind = BLOCK_OBJECT,
			     .start = (unsigned long)obj,
			     .size = s->orig ? slab_debug_orig_size(s, obj) : s->object_size,
			     .number = first + i,
			     .cache = s };
}

static void pages_block(struct block *b, struct page *head, u32 number)
{
	*b = (struct block){ .kind = BLOCK_PAGES,
			     .start = (unsigned long)page_address(head),
			     .size = PAGE_SIZE << head->order,
			     .number = number,
			     .page = head };
	if (head->type == PAGE_KMALLOC)
		b->size = min((unsigned long)head->size, b->size);
}

static void area_block(const struct heap *h, struct block *b, u32 i)
{
	*b = (struct block){ .kind = BLOCK_AREA,
			     .start = h->area[i].start,
			     .size = h->area[i].end - h->area[i].start,
			     .number = h->first_area + i,
			     .area = h->area[i].vm };
}

static void percpu_block(const struct heap *h, struct block *b, const struct chunk *c,
			 unsigned int at)
{
	unsigned long start = chunk_start(c) + at * GRANULE;

	*b = (struct block){ .kind = BLOCK_PERCPU,
			     .start = start,
			     .size = percpu_taken_from(c, at) * GRANULE,
			     .number = h->first_percpu + (start - PERCPU_START) / GRANULE };
}

static void sample_block(const struct heap *h, struct block *b, const struct kfence_object *o)
{
	*b = (struct block){ .kind = BLOCK_KFENCE,
			     .start = o->addr,
			     .size = o->size,
			     .number = h->first_sample + kfence_number(o),
			     .sample = o };
}

static void own_block(const struct heap *h, struct block *b, u32 i)
{
	*b = (struct block){ .kind = BLOCK_OWN,
			     .start = h->own[i]->start,
			     .size = h->own[i]->size,
			     .number = h->first_own + i,
			     .note = h->own[i] };
}

u32 block_tag(const struct block *b)
{
	struct place p;
	u16 *tag;

	switch (b->kind) {
	case BLOCK_OBJECT:
		tag = slab_tag(b->cache, (char *)b->start - b->cache->red_left);
		return tag ? tag_get(tag) : TAG_NOTED; /* without accounting each note counts */
	case BLOCK_KFENCE:
		return b->sample->tag;
	case BLOCK_PAGES:
		return b->page->tag;
	case BLOCK_AREA:
		return b->area->tag;
	case BLOCK_PERCPU:
		if (percpu_place_of(b->start, &p) == RIGHT && p.chunk->tag)
			return p.chunk->tag[p.at];
		return TAG_NOTED;
	default:
		return 0;
	}
}

/* ---- All blocks ---- */

struct each {
	block_fn fn;
};

static void each_head_block(struct heap *h, struct page *head, void *arg)
{
	struct each *e = arg;
	struct block b;

	pages_block(&b, head, *number_slot(h, page_to_pfn(head)));
	e->fn(h, &b);
}

static void each_slab_block(struct heap *h, struct kmem_cache *s, struct page *slab, void *arg)
{
	u32 first = *number_slot(h, page_to_pfn(slab));
	struct each *e = arg;
	struct block b;

	for (unsigned int i = 0; i < s->objects; i++) {
		if (!slab_is_live(s, slab, i))
			continue;
		object_block(&b, s, slab, first, i);
		e->fn(h, &b);
	}
}

static void each_percpu_block(struct heap *h, block_fn fn)
{
	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		const struct chunk *c = chunk_table[i];
		struct block b;
		unsigned int at;

		if (!c)
			continue;
		for_each_set_bit(at, c->starts, GRANULES) {
			percpu_block(h, &b, c, at);
			fn(h, &b);
		}
	}
}

static bool sample_is_live(const struct kfence_object *o)
{
	return o->state == KFENCE_ALLOCATED && !(o->cache->flags & SLAB_NOLEAKTRACE);
}

static void each_sample_block(struct heap *h, block_fn fn)
{
	struct block b;

	for (unsigned int i = 0; i < kfence_nr_objects; i++) {
		if (!sample_is_live(&kfence_objects[i]))
			continue;
		sample_block(h, &b, &kfence_objects[i]);
		fn(h, &b);
	}
}

static void no_section(struct heap *h, unsigned long nr, void *arg)
{
}

void heap_each(struct heap *h, block_fn fn)
{
	struct each e = { fn };
	struct block b;

	each_head(h, each_head_block, &e, no_section);
	each_slab(h, each_slab_block, &e);
	for (u32 i = 0; i < h->used.areas; i++) {
		area_block(h, &b, i);
		fn(h, &b);
	}
	each_percpu_block(h, fn);
	each_sample_block(h, fn);
	for (u32 i = 0; i < h->used.own; i++) {
		own_block(h, &b, i);
		fn(h, &b);
	}
}

/* ---- Where a word leads ---- */

static bool find_object(const struct heap *h, unsigned long v, const struct page *page,
			struct block *b)
{
	struct kmem_cache *s = cache_table[page->place / sizeof(struct slab_cpu)];
	unsigned int i;
	struct page *slab;
	u32 first;

	if (!s)
		return false;
	slab = slab_page(s, (void *)v);
	first = *number_slot(h, page_to_pfn(slab));
	i = (u32)(-(v | s->slab_mask) - 1) / s->size;
	if (!first || i >= s->objects)
		return false;
	object_block(b, s, slab, first, i);
	if (v - b->start >= b->size)
		return false;
	return heap_is_marked(h, b->number) || slab_is_live(s, slab, i);
}

static bool find_pages(const struct heap *h, struct page *page, struct block *b)
{
	struct page *head = page_head(page);
	u32 number = head ? *number_slot(h, page_to_pfn(head)) : 0;

	if (!number || !is_block(head))
		return false;
	pages_block(b, head, number);
	return true;
}

static bool find_sample(const struct heap *h, unsigned long v, struct block *b)
{
	const struct kfence_object *o = kfence_at(v);

	if (!o || !sample_is_live(o) || v - o->addr >= o->size)
		return false;
	sample_block(h, b, o);
	return true;
}

static struct page *page_with_number(const struct heap *h, unsigned long pfn)
{
	if (pfn / PAGES_PER_SECTION >= h->nr_first || !h->first[pfn / PAGES_PER_SECTION])
		return NULL;
	return pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
}

static bool find_direct(const struct heap *h, unsigned long v, struct block *b)
{
	struct page *page = page_with_number(h, (v - PAGE_OFFSET) >> PAGE_SHIFT);

	if (unlikely(is_kfence_address((void *)v)))
		return find_sample(h, v, b);
	if (!page)
		return false;
	if (page->place)
		return find_object(h, v, page, b);
	return find_pages(h, page, b) && v - b->start < b->size;
}

/* By the address of a struct page, or of something in it. */
static bool find_struct_page(const struct heap *h, unsigned long v, struct block *b)
{
	struct page *page = page_with_number(h, (v - VMEMMAP_START) / sizeof(struct page));

	return page && !page->place && find_pages(h, page, b);
}

static bool find_area(const struct heap *h, unsigned long v, struct block *b)
{
	u32 low = 0, high = h->used.areas;

	while (low < high) {
		u32 mid = (low + high) / 2;

		if (v < h->area[mid].start) {
			high = mid;
		} else if (v >= h->area[mid].end) {
			low = mid + 1;
		} else {
			area_block(h, b, mid);
			return true;
		}
	}
	return false;
}

static bool find_percpu(const struct heap *h, unsigned long v, struct block *b)
{
	struct place p;
	unsigned int cpu;
	enum wrong what;

	if (!percpu_to_first_cpu(&v, &cpu))
		return false;
	what = percpu_place_of(v, &p);
	if (what != RIGHT && what != INSIDE)
		return false;
	percpu_block(h, b, p.chunk, p.at);
	return true;
}

static bool find_own(const struct heap *h, unsigned long v, struct block *b)
{
	for (u32 i = 0; i < h->used.own; i++) {
		if (v - h->own[i]->start >= h->own[i]->size)
			continue;
		own_block(h, b, i);
		return true;
	}
	return false;
}

/* The block of an allocator that holds address `v`, or whose pages `v` describes. */
bool heap_find(struct heap *h, unsigned long v, struct block *b)
{
	if (v - PAGE_OFFSET < DIRECT_MAP_SIZE)
		return find_direct(h, v, b);
	if (v - VMEMMAP_START < VMEMMAP_SIZE)
		return find_struct_page(h, v, b);
	if (is_vmalloc_or_module_addr((void *)v))
		return find_area(h, v, b);
	return find_percpu(h, v, b);
}

/* ---- Marking ---- */

static void mark(struct heap *h, const struct block *b)
{
	if (bit_test(h->marked, b->number))
		return;
	bit_set(h->marked, b->number);
	if (unlikely(b->start == ~asked_not))
		h->scan->held_at = h->at;
	if (h->nr_todo == h->max_todo)
		h->overflow = true;
	else
		h->todo[h->nr_todo++] = *b;
}

/* Looking for who holds a leak: `b` is held by h->holder, if it is a leak itself. */
static void mark_held(struct heap *h, const struct block *b)
{
	u32 low = 0, high = h->scan->nr;

	while (low < high) {
		u32 mid = (low + high) / 2;
		struct kmemleak_leak *leak = &h->scan->leak[mid];

		if (h->leak_number[mid] < b->number) {
			low = mid + 1;
		} else if (h->leak_number[mid] > b->number) {
			high = mid;
		} else {
			if (!leak->by && leak != h->holder)
				leak->by = h->holder->start;
			return;
		}
	}
}

static void reach(struct heap *h, const struct block *b)
{
	if (h->holder)
		mark_held(h, b);
	else
		mark(h, b);
}

static noinline void refer(struct heap *h, unsigned long v)
{
	struct block b;

	if (v - h->own_low < h->own_high - h->own_low && find_own(h, v, &b) &&
	    (h->holder || (int)++h->found[b.number - h->first_own] >= b.note->min_count))
		reach(h, &b);
	if (heap_find(h, v, &b))
		reach(h, &b);
}

/* Memory that nobody else may touch, and that others wrote, is among it. */
static noinline __no_memstate __no_race void scan_words(struct heap *h, unsigned long from,
							unsigned long to)
{
	for (; to - from >= sizeof(long); from += sizeof(long)) {
		unsigned long v = *(const volatile unsigned long *)from;

		if (unlikely(v - KERNEL_START <= KERNEL_LAST - KERNEL_START)) {
			h->at = from;
			refer(h, v);
		}
	}
}

static void scan_range(struct heap *h, unsigned long from, unsigned long to)
{
	from = ALIGN(from, sizeof(long));
	while (from < to) {
		unsigned long end = min((from & PAGE_MASK) + PAGE_SIZE, to);
		int level;

		if (pt_lookup(kernel_root(), from, &level)) {
			h->scan->words += (end - from) / sizeof(long);
			scan_words(h, from, end);
		}
		from = end;
	}
}

static bool is_stack(unsigned long addr)
{
	unsigned long low, high;
	const char *name;

	return stack_bounds(addr, &low, &high, &name);
}

/* The block that the page mapped at `va` is in, and where it is in the direct map (0: nowhere). */
static bool find_mapped(const struct heap *h, unsigned long va, unsigned long *direct,
			struct block *b)
{
	int level;
	pte_t *slot = pt_lookup(kernel_root(), va, &level);
	struct page *page;
	phys_addr_t phys;

	if (!slot)
		return false;
	phys = pte_phys(pte_get(slot)) + (va & (pt_size(level) - 1));
	*direct = (unsigned long)__va(phys);
	page = page_with_number(h, phys >> PAGE_SHIFT);
	return page && !page->place && find_pages(h, page, b);
}

/* It is reached, and not looked at. */
static void blacken(struct heap *h, const struct block *b)
{
	bit_set(h->marked, b->number);
	bit_set(h->scanned, b->number);
}

/* Its pages stand for it, but for those of a stack, of which stacks_in_use() tells. */
static void scan_area(struct heap *h, const struct block *b)
{
	unsigned long direct;
	struct block page;

	if ((b->area->flags & VM_IOREMAP) || is_stack(b->start))
		return;
	refer(h, (unsigned long)b->area->pages);
	for (unsigned long va = b->start; va < b->start + b->size; va += PAGE_SIZE) {
		if (!find_mapped(h, va, &direct, &page))
			continue;
		if (h->holder)
			scan_range(h, direct, direct + PAGE_SIZE);
		else
			mark(h, &page);
	}
}

/* What an area is made of is no leak besides. */
static void claim_pages(struct heap *h, const struct block *b)
{
	unsigned long direct;
	struct block page;

	if (b->kind != BLOCK_AREA || (b->area->flags & VM_IOREMAP))
		return;
	for (unsigned long va = b->start; va < b->start + b->size; va += PAGE_SIZE) {
		if (find_mapped(h, va, &direct, &page))
			blacken(h, &page);
	}
}

/* Those of an area that somebody is freeing: the page tables are the last that know them. */
static void claim_pages_of_dying(struct vm_struct *vm, void *heap)
{
	unsigned long direct;
	struct block page;

	if ((vm->flags & (VMAP_DYING | VMAP_LAZY | VM_IOREMAP)) != VMAP_DYING)
		return;
	for (unsigned long va = vm_start(vm); va < vm_end(vm); va += PAGE_SIZE) {
		if (find_mapped(heap, va, &direct, &page))
			mark(heap, &page);
	}
}

static void claim_pages_of_leak(struct heap *h, const struct block *b)
{
	if (!bit_test(h->marked, b->number))
		claim_pages(h, b);
}

/* What its owner keeps in the struct pages: links of lists, mapping, private. */
static void scan_pages(struct heap *h, const struct block *b)
{
	if (!(b->page->flags & (PG_anon | PG_file)))
		scan_range(h, b->start, b->start + b->size);
	for (unsigned long i = 0; b->page->type == PAGE_USED && i < 1UL << b->page->order; i++) {
		refer(h, (unsigned long)READ_ONCE(b->page[i].mapping));
		refer(h, READ_ONCE(b->page[i].private));
	}
}

static void scan_percpu(struct heap *h, const struct block *b)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		unsigned long copy = b->start + per_cpu_offset(cpu);

		scan_range(h, copy, copy + b->size);
	}
}

/* What says that not all of the block is scanned; NULL: nothing does. */
static const struct note *scan_note(const struct heap *h, const struct block *b)
{
	const struct note *n = bit_test(h->noted, b->number) ? note_find(b->start) : NULL;

	return n && ((n->flags & (NOTE_NO_SCAN | NOTE_IGNORE)) || n->areas) ? n : NULL;
}

/* Pages of stacks and of what isn't scanned: words that lead to them directly don't change that. */
static void claim_pages_apart(struct heap *h)
{
	struct block b;

	for (u32 i = 0; i < h->used.areas; i++) {
		area_block(h, &b, i);
		if (is_stack(b.start) || scan_note(h, &b))
			claim_pages(h, &b);
	}
}

/* What notes say is scanned of the block; false: they say nothing about that. */
static bool scan_noted(struct heap *h, const struct block *b)
{
	const struct note *n = scan_note(h, b);

	if (!n)
		return false;
	if (n->flags & (NOTE_NO_SCAN | NOTE_IGNORE))
		return true;
	for (n = n->areas; n; n = n->areas)
		scan_range(h, n->start, n->start + min(n->size, b->start + b->size - n->start));
	return true;
}

/* Look at the words of a block. */
void heap_scan_block(struct heap *h, const struct block *b)
{
	bit_set(h->scanned, b->number);
	if (scan_noted(h, b))
		return;
	switch (b->kind) {
	case BLOCK_PAGES:
		scan_pages(h, b);
		break;
	case BLOCK_AREA:
		scan_area(h, b);
		break;
	case BLOCK_PERCPU:
		scan_percpu(h, b);
		break;
	default:
		scan_range(h, b->start, b->start + b->size);
		break;
	}
}

static void drain_todo(struct heap *h)
{
	while (h->nr_todo) {
		struct block b = h->todo[--h->nr_todo];

		heap_scan_block(h, &b);
	}
}

static void scan_left_over(struct heap *h, const struct block *b)
{
	if (!bit_test(h->marked, b->number) || bit_test(h->scanned, b->number))
		return;
	heap_scan_block(h, b);
	drain_todo(h);
}

/* ---- Roots ---- */

static void scan_stack(unsigned long from, unsigned long to, void *heap)
{
	scan_range(heap, from, to);
}

/* Data: what is in no range that is left out. */
static void scan_data(struct heap *h, unsigned long from, unsigned long to)
{
	while (from < to) {
		unsigned long end = to, next = to;

		for (unsigned int i = 0; i < nr_noscan; i++) {
			if (noscan[i].end <= from || noscan[i].start >= end)
				continue;
			end = max(noscan[i].start, from);
			next = noscan[i].end;
		}
		scan_range(h, from, end);
		from = next;
	}
}

/* Data and bss, all pages but those of stacks; and each CPU's own data. */
static void scan_image(struct heap *h)
{
	for (char *p = __data_start; p < __data_end; p += PAGE_SIZE) {
		if (!is_stack((unsigned long)p))
			scan_data(h, (unsigned long)p, (unsigned long)p + PAGE_SIZE);
	}
	for (unsigned int i = 0; i < nr_percpu_linked; i++)
		scan_data(h, percpu_linked[i].start, percpu_linked[i].end);
}

/* Pages of users. */
static void mark_mapped(struct heap *h, const struct block *b)
{
	if (page_mapcount(b->page) > 0)
		mark(h, b);
}

/* Those that the region of per-CPU memory is made of: its variables stand for them. */
static void mark_percpu_pages(struct heap *h)
{
	for (unsigned int i = 0; i < NR_CHUNKS; i++) {
		const struct chunk *c = chunk_table[i];
		unsigned int page, cpu;
		unsigned long direct;
		struct block b;

		if (!c)
			continue;
		for (page = 0; page < CHUNK_PAGES; page++) { /* those that come or go, too */
			for_each_possible_cpu(cpu) {
				unsigned long va = chunk_start(c) + page * PAGE_SIZE;

				if (find_mapped(h, va + per_cpu_offset(cpu), &direct, &b))
					blacken(h, &b);
			}
		}
	}
}

/* An own block that needs no reference is a root; of others the note changes what they are. */
static void mark_noted(struct note *n, void *heap)
{
	struct heap *h = heap;
	struct block b;
	bool found;

	if (n->flags & NOTE_OWN)
		found = find_own(h, n->start, &b) && b.note == n;
	else
		found = heap_find(h, n->start, &b) && b.start == n->start &&
			(block_tag(&b) & TAG_NOTED);
	if (!found)
		return;
	bit_set(h->noted, b.number);
	if ((n->flags & (NOTE_NOT_LEAK | NOTE_IGNORE)) ||
	    ((n->flags & NOTE_OWN) && n->min_count <= 0))
		mark(h, &b);
}

void heap_mark(struct heap *h, const unsigned long *on, unsigned int nr)
{
	struct each mapped = { mark_mapped };

	note_each(mark_noted, h);
	mark_percpu_pages(h);
	claim_pages_apart(h);
	each_area_of_any_age(claim_pages_of_dying, h);
	each_head(h, each_head_block, &mapped, no_section);
	scan_image(h);
	drain_todo(h);
	stacks_in_use(on, nr, scan_stack, h);
	drain_todo(h);
	while (h->overflow) {
		h->overflow = false;
		heap_each(h, scan_left_over);
	}
	heap_each(h, claim_pages_of_leak);
}
