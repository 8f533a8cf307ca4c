// SPDX-License-Identifier: MIT
/*
 * The page allocator: a binary buddy with per-CPU lists in front.
 *
 * 1. Model. A zone's free memory is a set of blocks of 2^order pages, order 0 … MAX_PAGE_ORDER,
 *    each aligned to its size. Allocation takes the smallest block that fits and halves it; freeing
 *    joins a block with its buddy (pfn ^ 2^order) as long as that is free and whole. Free blocks
 *    hang in doubly linked lists by order and mobility, linked by pfn through their heads:
 *
 *        zone->area[o].head[mt] --> page --next--> page --next--> 0      zone->nonempty[mt]: bit o
 *
 * 2. Marks. Only the head of a block carries {type, order}; the others keep mark 0. So neither
 *    allocating nor freeing loops over 2^order pages, and a wrong free is seen at once: the page
 *    given back is not the head of an allocated block of that order.
 *
 * 3. Mobility. Every pageblock (2 MiB) belongs to a migratetype, kept in its first struct page;
 *    free blocks hang in the list of their first page's pageblock, and a block that two pageblocks
 *    form when they merge makes the second of the first one's type. A request whose own lists are
 *    empty takes over whole pageblocks of another type if there are any; else it brings in
 *    untouched memory; only then does it borrow a small block, whose rest stays where it was. So
 *    what can't move stays together, and order-9 blocks survive.
 *
 * 4. Per-CPU lists hold blocks of order 0 … PCP_ORDERS-1, last in first out, filled and drained by
 *    PCP_BATCH pages under one zone lock. They are used by their CPU alone, with interrupts off, and
 *    touch no shared line; others read the counts. Their pages count as allocated for the zone; nr_free_pages() adds them. They are stocked
 *    only with what an ordinary request may take, so a privileged one does not carry the reserve
 *    out of the zone for others.
 *
 * 5. Reserves. A request leaves the zone's min watermark (zone.c) there, and besides what
 *    lowmem_reserve keeps for requests that can't use a higher zone. __GFP_HIGH may use half of min,
 *    __GFP_HIGH from those that can't sleep three quarters, __GFP_MEMALLOC all; __GFP_NOMEMALLOC
 *    takes the last two back. Below low, kswapd is woken; what is done for a request that finds
 *    nothing stands in reclaim.c.
 *
 * 6. Invariants (buddy_valid)
 *    I1  the head of each listed block is marked {PAGE_FREE, order}, aligned to its order, and lies
 *        in the zone;
 *    I2  links are symmetric; nr_free counts the list; bit o of nonempty[mt] says whether the list
 *        holds any;
 *    I3  a block hangs in the list of its first pageblock's mobility, and all its pageblocks have
 *        that one;
 *    I4  no two free buddies of order < MAX_PAGE_ORDER stand side by side unmerged;
 *    I5  all pages of a free block but its head have mark 0 and no flags;
 *    I6  zone->nr_free = pages in the lists + nr_untouched;
 *    I7  the blocks in a per-CPU list are marked {PAGE_PCP, order} and counted.
 *
 * 7. Locks: zone->lock > vmemmap_lock, both irq-safe. Any context may allocate
 *    without __GFP_DIRECT_RECLAIM. Complexity: O(1) from the per-CPU lists, O(MAX_PAGE_ORDER) in
 *    the buddy; a section's struct pages now and then (vmemmap.c).
 *
 * Sources: Knowlton, "A fast storage allocator" (CACM 1965); Knuth, TAOCP 1, 2.5 C; the behaviour
 * is Linux 6.12's documented one.
 */
#include <asm/irqflags.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/kfence.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include "internal.h"
#include "kasan.h"

DEFINE_PER_CPU(struct per_cpu_pages, zone_pcp[MAX_NR_ZONES]);

/* What a request asks for, decoded once. */
struct request {
	gfp_t gfp;
	unsigned int order;
	enum migratetype mt;
	enum zone_type highest;
	unsigned int tag;
};

static inline struct request request_of(gfp_t gfp, unsigned int order, unsigned int tag)
{
	struct request rq = { gfp, order, gfp_migratetype(gfp), gfp_zone(gfp), tag };

	if (unlikely(rq.mt >= MIGRATE_TYPES)) /* both bits at once: a caller's error */
		rq.mt = MIGRATE_MOVABLE;
	return rq;
}

/* ---- Blocks and lists: zone->lock held ---- */

static enum migratetype block_mobility(unsigned long pfn)
{
	return pfn_to_page(ALIGN_DOWN(pfn, PAGEBLOCK_NR_PAGES))->block;
}

static void list_push(struct zone *zone, struct page *page, unsigned int order, enum migratetype mt)
{
	struct free_area *area = &zone->area[order];
	unsigned long pfn = page_to_pfn(page);
	u32 next = area->head[mt];

	page_set_mark(page, PAGE_MARK(PAGE_FREE, order));
	page->next = next;
	page->prev = 0;
	if (next)
		pfn_to_page(next)->prev = pfn;
	area->head[mt] = pfn;
	ADD_ONCE(area->nr_free[mt], 1);
	zone->nonempty[mt] |= 1u << order;
}

static void list_remove(struct zone *zone, struct page *page, unsigned int order,
			enum migratetype mt)
{
	struct free_area *area = &zone->area[order];

	if (page->next)
		pfn_to_page(page->next)->prev = page->prev;
	if (page->prev)
		pfn_to_page(page->prev)->next = page->next;
	else
		area->head[mt] = page->next;
	ADD_ONCE(area->nr_free[mt], -1);
	if (!area->nr_free[mt])
		zone->nonempty[mt] &= ~(1u << order);
	page_set_mark(page, 0);
}

/* Two free pageblocks become one block: both are of the first one's mobility from now on (I3). */
static void pageblocks_unite(unsigned long pfn)
{
	pfn_to_page(pfn | PAGEBLOCK_NR_PAGES)->block = block_mobility(pfn & ~PAGEBLOCK_NR_PAGES);
}

/* Put a block back, joining it with its buddies. The block's own mark is overwritten. */
static void buddy_free(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	ADD_ONCE(zone->nr_free, 1UL << order);
	page_set_mark(page, 0);
	while (order < MAX_PAGE_ORDER) {
		unsigned long other = pfn ^ (1UL << order);
		struct page *buddy = pfn_to_page(other);

		if (READ_ONCE(buddy->mark) != PAGE_MARK(PAGE_FREE, order))
			break;
		list_remove(zone, buddy, order, block_mobility(other));
		if (order == PAGEBLOCK_ORDER)
			pageblocks_unite(pfn);
		pfn &= other;
		order++;
	}
	list_push(zone, pfn_to_page(pfn), order, block_mobility(pfn));
}

/* Halve `page` (of `from`, unlisted) down to `to`; the upper halves go to `mt`. */
static struct page *buddy_split(struct zone *zone, struct page *page, unsigned int from,
				unsigned int to, enum migratetype mt)
{
	while (from > to) {
		from--;
		list_push(zone, page + (1UL << from), from, mt);
	}
	return page;
}

static struct page *take_from(struct zone *zone, unsigned int order, unsigned int want,
			      enum migratetype mt)
{
	struct page *page = pfn_to_page(zone->area[order].head[mt]);

	list_remove(zone, page, order, mt);
	ADD_ONCE(zone->nr_free, -(1UL << want));
	return buddy_split(zone, page, order, want, mt);
}

/* A block of `order` from the request's own lists. */
static struct page *take_own(struct zone *zone, unsigned int order, enum migratetype mt)
{
	unsigned int fits = zone->nonempty[mt] >> order;

	return fits ? take_from(zone, order + __ffs(fits), order, mt) : NULL;
}

/* The type but `mt` that has the largest free block of at least `order`; its order, or -1. */
static int largest_other(const struct zone *zone, unsigned int order, enum migratetype mt,
			 enum migratetype *from)
{
	int best = -1;

	for (enum migratetype t = 0; t < MIGRATE_TYPES; t++) {
		int o = t != mt && zone->nonempty[t] ? (int)__fls(zone->nonempty[t]) : -1;

		if (o >= (int)order && o > best) {
			best = o;
			*from = t;
		}
	}
	return best;
}

/*
 * Take whole pageblocks over from another type, or (if `borrow`) a smaller block whose rest goes
 * back to its type.
 */
static struct page *take_other(struct zone *zone, unsigned int order, enum migratetype mt,
			       bool borrow)
{
	enum migratetype from = mt;
	int o = largest_other(zone, order, mt, &from);
	struct page *page;

	if (o < 0 || (o < PAGEBLOCK_ORDER && !borrow))
		return NULL;
	if (o < PAGEBLOCK_ORDER)
		return take_from(zone, o, order, from);
	page = pfn_to_page(zone->area[o].head[from]);
	list_remove(zone, page, o, from);
	for (unsigned long i = 0; i < 1UL << o; i += PAGEBLOCK_NR_PAGES)
		page[i].block = mt;
	ADD_ONCE(zone->nr_free, -(1UL << order));
	return buddy_split(zone, page, o, order, mt);
}

static struct page *buddy_alloc(struct zone *zone, unsigned int order, enum migratetype mt)
{
	struct page *page;

	do {
		page = take_own(zone, order, mt);
		if (page)
			return page;
		page = take_other(zone, order, mt, false);
		if (page)
			return page;
	} while (section_bring_in(zone));
	return take_other(zone, order, mt, true);
}

void buddy_add_range(struct zone *zone, unsigned long start_pfn, unsigned long end_pfn)
{
	while (start_pfn < end_pfn) {
		unsigned int order = min_t(unsigned int, MAX_PAGE_ORDER, __ffs(start_pfn));

		while (start_pfn + (1UL << order) > end_pfn)
			order--;
		kasan_poison_pages(pfn_to_page(start_pfn), order);
		buddy_free(zone, pfn_to_page(start_pfn), order);
		start_pfn += 1UL << order;
	}
}

/* ---- Watermarks ---- */

static unsigned long reserve_for(const struct request *rq, const struct zone *zone)
{
	unsigned long min = READ_ONCE(zone->watermark[WMARK_MIN]);

	if ((rq->gfp & (__GFP_MEMALLOC | __GFP_NOMEMALLOC)) == __GFP_MEMALLOC)
		return 0;
	if (rq->gfp & __GFP_HIGH)
		min -= rq->gfp & (__GFP_DIRECT_RECLAIM | __GFP_NOMEMALLOC) ? min / 2 :
									     min / 2 + min / 4;
	return min + zone->lowmem_reserve[rq->highest];
}

/* May `pages` leave the zone for this request? Z: zone->lock, or a guess without. */
static bool zone_allows(const struct request *rq, const struct zone *zone, unsigned long pages)
{
	return zone->nr_free >= pages + reserve_for(rq, zone);
}

/* The request left the zone with less than its low watermark, or found it so. */
static void note_shortage(const struct zone *zone, const struct request *rq)
{
	if (unlikely(!zone_reaches(zone, WMARK_LOW, rq->highest)))
		kswapd_wake(rq->gfp, rq->highest);
}

/* ---- Per-CPU lists: interrupts off ---- */

static void pcp_push(struct pcp_list *list, struct page *page, unsigned int order)
{
	page_set_mark(page, PAGE_MARK(PAGE_PCP, order));
	page->next = list->head;
	list->head = page_to_pfn(page);
	ADD_ONCE(list->count, 1);
}

static struct page *pcp_pop(struct pcp_list *list)
{
	struct page *page = pfn_to_page(list->head);

	list->head = page->next;
	ADD_ONCE(list->count, -1);
	return page;
}

/*
 * The order of the next block for a refill of `want` blocks of rq->order: the smallest there is,
 * whole, so that larger ones are not broken up for it; never more than wanted, nor than the
 * watermark leaves.
 */
static unsigned int refill_order(const struct zone *zone, const struct request *rq,
				 unsigned int want)
{
	unsigned int fits = zone->nonempty[rq->mt] >> rq->order;
	unsigned int order = rq->order + __fls(want);

	if (fits)
		order = min_t(unsigned int, order, rq->order + __ffs(fits));
	while (order > rq->order && !zone_allows(rq, zone, 1UL << order))
		order--;
	return order;
}

/* Cut a block of `from` into blocks of `to`; the list gives them out in order of address. */
static void pcp_push_block(struct pcp_list *list, struct page *page, unsigned int from,
			   unsigned int to)
{
	for (unsigned long i = 1UL << from; i; i -= 1UL << to)
		pcp_push(list, page + i - (1UL << to), to);
}

/* Fill an empty list. Only the block asked for may come from the reserve, the stock may not. */
static void pcp_refill(struct pcp_list *list, struct zone *zone, const struct request *rq)
{
	struct request stock = *rq;
	unsigned int want = PCP_BATCH >> rq->order;

	stock.gfp &= ~(__GFP_HIGH | __GFP_MEMALLOC);
	spin_lock(&zone->lock);
	while (want) {
		unsigned int order = refill_order(zone, &stock, want);
		struct page *page = NULL;

		if (zone_allows(list->head ? &stock : rq, zone, 1UL << order))
			page = buddy_alloc(zone, order, rq->mt);
		if (!page && order > rq->order) /* only smaller blocks of other types are left */
			page = buddy_alloc(zone, order = rq->order, rq->mt);
		if (!page)
			break;
		pcp_push_block(list, page, order, rq->order);
		want -= 1u << (order - rq->order);
	}
	spin_unlock(&zone->lock);
}

static void pcp_drain(struct pcp_list *list, struct zone *zone, unsigned int order, u32 count)
{
	spin_lock(&zone->lock);
	while (count-- && list->head)
		buddy_free(zone, pcp_pop(list), order);
	spin_unlock(&zone->lock);
}

static struct page *pcp_alloc(struct zone *zone, const struct request *rq)
{
	struct pcp_list *list;
	struct page *page = NULL;
	unsigned long flags;

	local_irq_save(flags);
	list = &this_cpu_ptr(&zone_pcp[0])[zone->id].lists[rq->order][rq->mt];
	if (unlikely(!list->head)) {
		pcp_refill(list, zone, rq);
		note_shortage(zone, rq);
	}
	if (likely(list->head))
		page = pcp_pop(list);
	local_irq_restore(flags);
	return page;
}

/* ---- Allocation ---- */

/* Read without READ_ONCE(), which would cost an instruction: the comparison takes it from memory. */
unsigned int page_orders_plain = NR_PAGE_ORDERS;

/* A request that is not plain: too large, or fault injection is armed, or all pages are zeroed or watched. */
static noinline bool refused(struct request *rq)
{
	rq->gfp |= init_on_alloc_gfp;
	if (rq->order <= MAX_PAGE_ORDER)
		return READ_ONCE(injection.page) && fault_inject_page(rq->gfp, rq->order);
	WARN_ON_ONCE(!(rq->gfp & __GFP_NOWARN));
	return true;
}

static struct page *zone_alloc(struct zone *zone, const struct request *rq)
{
	struct page *page = NULL;
	unsigned long flags;

	if (rq->order < PCP_ORDERS)
		return pcp_alloc(zone, rq);
	spin_lock_irqsave(&zone->lock, flags);
	if (zone_allows(rq, zone, 1UL << rq->order))
		page = buddy_alloc(zone, rq->order, rq->mt);
	spin_unlock_irqrestore(&zone->lock, flags);
	note_shortage(zone, rq);
	return page;
}

static struct page *first_zone_that_has(const struct request *rq)
{
	struct zone **z = zonelists[rq->highest];
	struct page *page = NULL;

	for (; *z && !page; z++)
		page = zone_alloc(*z, rq);
	return page;
}

/*
 * For callers that can't handle failure, where nobody can wait for memory (at boot): the whole
 * reserve, and when that is gone too, the end.
 */
static struct page *alloc_or_die(const struct request *rq)
{
	struct request all = *rq;
	struct page *page;

	all.gfp = (all.gfp | __GFP_MEMALLOC) & ~__GFP_NOMEMALLOC;
	page = first_zone_that_has(&all);
	if (!page)
		panic("out of memory: order %u, and __GFP_NOFAIL", rq->order);
	return page;
}

/* Nothing at the first try: tried again for as long as reclaim says that it is worth it. */
static noinline struct page *alloc_slow(const struct request *first, unsigned long caller)
{
	const gfp_t must = __GFP_NOFAIL | __GFP_DIRECT_RECLAIM; /* who can't sleep may get NULL */
	struct request rq = *first;
	struct shortage s = { scoped_gfp(rq.gfp), .order = rq.order, .highest = rq.highest };
	struct page *page = NULL;

	while (!page && reclaim_for(&s, caller)) {
		rq.gfp = s.gfp;
		page = first_zone_that_has(&rq);
	}
	if (!page && (rq.gfp & must) == must)
		return alloc_or_die(&rq);
	if (!page)
		warn_alloc(first->gfp, first->order, "page allocation failure", caller);
	return page;
}

static inline void page_hand_out(struct page *page, const struct request *rq)
{
	page->flags = (rq->gfp & __GFP_COMP ? PG_compound : 0);
	WRITE_ONCE(page->tag, rq->tag);
	page_set_mark(page, PAGE_MARK(PAGE_USED, rq->order));
	page->_mapcount.counter = 0;
	page->mapping = NULL;
	page->private = 0;
	kasan_unpoison_pages(page, rq->order);
	if (rq->gfp & __GFP_ZERO)
		fill_words(page_address(page), 0, (PAGE_SIZE / 8) << rq->order);
}

/* That the request is read from memory again saves registers, which would have to be saved. */
static __always_inline struct page *get_block_plain(struct request *rq)
{
	struct page *page;

	barrier_data(rq);
	page = first_zone_that_has(rq);
	if (unlikely(!page))
		page = alloc_slow(rq, _RET_IP_);
	if (likely(page))
		page_hand_out(page, rq);
	return page;
}

/* The whole of a request that is not plain. */
static noinline struct page *get_block_odd(struct request *rq, unsigned long caller)
{
	struct page *page;

	if (refused(rq))
		return NULL;
	page = first_zone_that_has(rq);
	if (!page)
		page = alloc_slow(rq, caller);
	if (page && page_debug)
		page_debug_alloc(page, rq->order, rq->gfp);
	if (page)
		page_hand_out(page, rq);
	return page;
}

static __always_inline struct page *get_block(gfp_t gfp, unsigned int order, unsigned int tag)
{
	struct request rq = request_of(gfp, order, tag);

	might_alloc(gfp);
	if (unlikely(order >= READ_ONCE(page_orders_plain)))
		return get_block_odd(&rq, _RET_IP_);
	return get_block_plain(&rq);
}

/**
 * alloc_pages() - allocate a block of 2^order physically contiguous pages
 * @gfp: which zones and neighbours, and how hard to try
 * @order: 0 … MAX_PAGE_ORDER
 *
 * The block is aligned to its size; its contents are undefined without __GFP_ZERO. Its count is 1.
 *
 * Context: any. Source: binary buddy, see the head of this file.
 * Return: the first page, or NULL: no memory within the flags' limits, or @order too large (a
 * warning, as in Linux).
 */
struct page *alloc_pages_tagged(gfp_t gfp, unsigned int order, unsigned int tag)
{
	struct page *page = get_block(gfp, order, tag);

	if (likely(page))
		page_ref_unfreeze(page, 1);
	return page;
}

struct page *alloc_pages_uncounted(gfp_t gfp, unsigned int order, unsigned int tag)
{
	return get_block(gfp, order, tag);
}

/**
 * alloc_pages_bulk_array() - fill an array with single pages
 * @gfp: as for alloc_pages()
 * @nr_pages: entries of @pages
 * @pages: entries that are not NULL are left alone
 *
 * Context: any.
 * Return: how many entries, from the first on, are filled now.
 */
unsigned long alloc_pages_bulk_array_tagged(gfp_t gfp, unsigned long nr_pages, struct page **pages,
					    unsigned int tag)
{
	struct request rq = request_of(gfp, 0, tag);
	const bool plain = READ_ONCE(page_orders_plain);
	unsigned long i = 0;

	for (; i < nr_pages; i++) {
		if (pages[i])
			continue;
		if (unlikely(!plain))
			pages[i] = get_block_odd(&rq, _RET_IP_);
		else
			pages[i] = get_block_plain(&rq);
		if (!pages[i])
			break;
		page_ref_unfreeze(pages[i], 1);
	}
	return i;
}

/**
 * __get_free_pages() - allocate a block and return its address
 * @gfp: as for alloc_pages(); no __GFP_HIGHMEM
 * @order: 0 … MAX_PAGE_ORDER
 *
 * Return: direct-map address, or 0.
 */
unsigned long __get_free_pages_tagged(gfp_t gfp, unsigned int order, unsigned int tag)
{
	struct page *page = alloc_pages_tagged(gfp & ~__GFP_HIGHMEM, order, tag);

	return page ? (unsigned long)page_address(page) : 0;
}

/* ---- Freeing ---- */

unsigned int free_orders_plain = PCP_ORDERS;

static __always_inline void free_to_pcp(struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	struct zone *zone = pfn_zone(pfn);
	unsigned long flags;

	local_irq_save(flags);
	struct pcp_list *list =
		&this_cpu_ptr(&zone_pcp[0])[zone->id].lists[order][block_mobility(pfn)];

	pcp_push(list, page, order);
	if (unlikely(list->count > PCP_HIGH >> order))
		pcp_drain(list, zone, order, PCP_BATCH >> order);
	local_irq_restore(flags);
}

/* What is done to each block while free_orders_plain is 0. False: it stays allocated. */
static noinline bool wiped_or_watched(struct page *page, unsigned int order)
{
	if (init_on_free_pages) {
		kasan_unpoison_pages(page, order);
		fill_words(page_address(page), 0, (PAGE_SIZE / 8) << order);
		kasan_poison_pages(page, order);
	}
	return !page_debug || page_debug_free(page, order);
}

/* Blocks too large for the per-CPU lists; all, while what is freed is zeroed or watched. */
static noinline void free_block_odd(struct page *page, unsigned int order)
{
	struct zone *zone = pfn_zone(page_to_pfn(page));
	unsigned long flags;

	if (unlikely(!READ_ONCE(free_orders_plain)) && !wiped_or_watched(page, order))
		return;
	if (order < PCP_ORDERS) {
		free_to_pcp(page, order);
		return;
	}
	spin_lock_irqsave(&zone->lock, flags);
	buddy_free(zone, page, order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

void free_block(struct page *page, unsigned int order)
{
	kasan_poison_pages(page, order);
	assert_debug(page_ref_count(page) == 0);
	page->flags = 0;
	WRITE_ONCE(page->tag, 0);
	if (unlikely(order >= READ_ONCE(free_orders_plain)))
		free_block_odd(page, order);
	else
		free_to_pcp(page, order);
}

void page_report(const char *what, struct page *page, const char *advice)
{
	static const char *const types[NR_PAGE_TYPES] = {
		"not the head of a block", "free",	"free, in a per-CPU list",
		"allocated",		   "slab",	"large kmalloc",
		"page table",		   "reserved",
	};
	unsigned long pfn = page_to_pfn(page);

	bool known = (unsigned long)page - VMEMMAP_START < VMEMMAP_SIZE && pfn_valid(pfn);

	report_open(REPORT_BAD_PAGE, "BUG: Bad page state in process %s  pfn:%05lx", current->comm,
		    pfn);
	if (known)
		report_line("page:%px refcount:%d mapcount:%d flags:%#x type:%s order:%u", page,
			    page_count(page), page_mapcount(page), page->flags,
			    page->type < NR_PAGE_TYPES ? types[page->type] : "damaged",
			    page->order);
	else
		report_line("page:%px is of no page", page);
	report_line("page dumped because: %s", what);
	if (known)
		page_owner_report(page);
	report_stack_here(NULL);
	report_advice("%s", advice);
	report_end();
}

/* Why `page` can't be freed as a block of `order`. */
noinline void page_report_bad_free(struct page *page, unsigned int order)
{
	if ((unsigned long)page - VMEMMAP_START >= VMEMMAP_SIZE || !pfn_valid(page_to_pfn(page)))
		page_report("foreign page freed", page,
			    "This struct page pointer was never handed out: the pointer is wild, or its "
			    "memory does not come from alloc_pages().");
	else if (page->type == PAGE_FREE || page->type == PAGE_PCP)
		page_report("double free of a page", page,
			    "The block was already given back. Look for two owners of one pointer, or an "
			    "error path that frees what the caller frees again.");
	else if (page->type == PAGE_USED && page->order != order)
		page_report("wrong order in page free", page,
			    "The block was allocated with another order: free it with the one it was "
			    "allocated with. It stays allocated.");
	else if (is_kfence_address(page_address(page)))
		page_report("page freed with the wrong function", page,
			    "The page is of KFENCE's pool, which holds objects of kmalloc() and of caches: "
			    "use kfree() or kmem_cache_free().");
	else if (page->type == PAGE_NONE || page->type == PAGE_RESERVED)
		page_report("page freed that is not an allocation", page,
			    "It is a page inside a larger block, or one that the allocator never owned: "
			    "free the pointer that alloc_pages() returned.");
	else
		page_report("page freed with the wrong function", page,
			    "The page belongs to slab, large kmalloc or page tables: use kfree() for what "
			    "kmalloc() returned.");
}

bool page_may_free(struct page *page, unsigned int order)
{
	if (likely((unsigned long)page - VMEMMAP_START < VMEMMAP_SIZE &&
		   pfn_valid(page_to_pfn(page)) && page->mark == PAGE_MARK(PAGE_USED, order)))
		return true;
	page_report_bad_free(page, order);
	return false;
}

/* The first page of a block without __GFP_COMP has another user: the others are freed. */
static void free_all_but_first(struct page *page, unsigned int order)
{
	while (order--)
		free_block(page + (1UL << order), order);
}

/**
 * __free_pages() - give a block back
 * @page: what alloc_pages() returned
 * @order: what it was allocated with
 *
 * Drops one reference; the last one frees. Without __GFP_COMP, pages after the first are freed even
 * while somebody still holds the first (as Linux documents). What is not an allocated block of that
 * order is reported and left alone.
 *
 * Context: any.
 */
void __free_pages(struct page *page, unsigned int order)
{
	bool loose;

	if (!page_may_free(page, order))
		return;
	loose = order && !(page->flags & PG_compound);
	if (loose) /* before the drop: whoever holds the first page may free it from then on */
		page_set_mark(page, PAGE_MARK(PAGE_USED, 0));
	if (likely(atomic_dec_and_test(&page->_refcount)))
		free_block(page, order);
	else if (loose)
		free_all_but_first(page, order);
}

/**
 * free_pages() - give a block back by address
 * @addr: what __get_free_pages() returned; 0 does nothing
 * @order: what it was allocated with
 */
void free_pages(unsigned long addr, unsigned int order)
{
	if (addr)
		__free_pages(virt_to_page((void *)addr), order);
}

/**
 * alloc_pages_exact() - allocate contiguous memory without rounding up to a power of two
 * @size: bytes; at most PAGE_SIZE << MAX_PAGE_ORDER
 * @gfp: as for alloc_pages(); __GFP_COMP is warned of and ignored
 *
 * Return: direct-map address of PAGE_ALIGN(@size) bytes, or NULL. Free with free_pages_exact().
 */
void *(alloc_pages_exact)(size_t size, gfp_t gfp)
{
	unsigned int order = get_order(size);
	struct page *page;

	if (!size)
		return NULL;
	WARN_ON_ONCE(gfp & __GFP_COMP);
	page = alloc_pages_tagged(gfp & ~(__GFP_COMP | __GFP_HIGHMEM), order, ALLOC_TAG_CALLER());
	if (!page)
		return NULL;
	split_page(page, order);
	for (unsigned long i = PFN_UP(size); i < 1UL << order; i++)
		__free_page(page + i);
	return page_address(page);
}

/**
 * free_pages_exact() - free what alloc_pages_exact() returned
 * @virt: its address; NULL does nothing
 * @size: the size it was asked for
 */
void free_pages_exact(void *virt, size_t size)
{
	for (unsigned long i = 0; virt && i < PFN_UP(size); i++)
		__free_page(virt_to_page(virt + i * PAGE_SIZE));
}

/* ---- Draining ---- */

/**
 * page_alloc_drain() - give this CPU's lists back to the buddy
 *
 * Context: any.
 */
void page_alloc_drain(void)
{
	struct zone *z;
	unsigned long flags;

	local_irq_save(flags);
	for_each_zone(z) {
		struct per_cpu_pages *pcp = &this_cpu_ptr(&zone_pcp[0])[z->id];

		for (unsigned int o = 0; o < PCP_ORDERS; o++) {
			for (unsigned int mt = 0; mt < MIGRATE_TYPES; mt++)
				pcp_drain(&pcp->lists[o][mt], z, o, ~0u);
		}
	}
	local_irq_restore(flags);
}

static void drain_here(void *unused)
{
	page_alloc_drain();
}

/**
 * page_alloc_drain_all() - give every CPU's lists back to the buddy
 *
 * The lists have no lock: each CPU is asked to drain its own.
 *
 * Context: may sleep; no lock held that is taken with interrupts off.
 */
void page_alloc_drain_all(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		call_on_cpu(cpu, drain_here, NULL);
}
