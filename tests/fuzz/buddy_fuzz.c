// SPDX-License-Identifier: MIT
/*
 * Fuzz target `buddy`: the page allocator against an owner for each page.
 *
 * The model is owner[pfn]: NOBODY's (not the allocator's to give), FREE, or the slot that holds it;
 * and the slots: what was allocated how, with which references. So blocks that overlap, that come
 * from where nothing is free or that are lost show at the operation that makes them, and the count
 * of free pages is known exactly at all times (nothing else allocates meanwhile).
 *
 * Checked besides: alignment and zone of each block; its struct pages; zeroes for __GFP_ZERO; that
 * contents stand until they are freed (first and last word of each page, of large blocks a sample);
 * that large blocks leave a zone its watermark; that a request fails only if no zone that it may use
 * has such a block above its watermark (failure_is_right()); that a wrong free is reported once and
 * changes nothing; buddy_valid() on demand of the program.
 *
 * finds, within a minute from its corpus, when planted:
 *	a buddy is taken off the list of the other one's mobility
 *	GFP_ATOMIC may use all of the reserve
 *	a block whose first page is held loses another
 *	alloc_pages_exact() frees the last page that was asked for
 *	a failing allocation does not drain the per-CPU lists
 *	two pageblocks that merge keep their mobilities
 */
#include <linux/align.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "tests/fuzz/fuzz.h"

#define NR_SLOTS 256
#define NR_PFNS	 (64UL << (20 - PAGE_SHIFT))
#define NOBODY	 0xffff
#define FREE	 0xfffe
#define SAMPLED	 16 /* pages of a block whose contents are looked at */
#define BULK	 24

enum kind {
	EMPTY,
	BLOCK,	  /* alloc_pages(), one count for the head */
	COMPOUND, /* the same with __GFP_COMP */
	SINGLES,  /* each page counted on its own: split, exact */
};

struct slot {
	enum kind kind;
	u8 order;
	u8 extra;	     /* references beyond the first */
	unsigned long pages; /* of SINGLES: how many, each of order 0 */
	struct page *page;
	u64 seed;
};

struct model {
	u16 owner[NR_PFNS];
	struct slot slots[NR_SLOTS];
	unsigned long free; /* nr_free_pages() should be that */
	u64 next_seed;
};

static struct model *m;

/* ---- Pages and their owners ---- */

static unsigned long slot_pages(const struct slot *s)
{
	return s->kind == SINGLES ? s->pages : 1UL << s->order;
}

static void own(const struct page *page, unsigned long pages, u16 from, u16 to)
{
	unsigned long pfn = page_to_pfn(page);

	FUZZ_CHECK(pfn + pages <= NR_PFNS, "pfn %#lx is beyond memory", pfn);
	for (unsigned long i = pfn; i < pfn + pages; i++) {
		FUZZ_CHECK(m->owner[i] == from, "pfn %#lx changes hands, but is %#x's, not %#x's",
			   i, m->owner[i], from);
		m->owner[i] = to;
	}
	m->free += to == FREE ? pages : 0;
	m->free -= from == FREE ? pages : 0;
}

static void check_count(void)
{
	FUZZ_CHECK(nr_free_pages() == m->free, "%lu pages free, should be %lu", nr_free_pages(),
		   m->free);
}

/* ---- Contents ---- */

/* Every page of small blocks, of large ones some, the ends among them. */
static unsigned long sample(unsigned long pages, unsigned long i)
{
	return pages <= SAMPLED ? i : i * (pages - 1) / (SAMPLED - 1);
}

static u64 *first_word(const struct slot *s, unsigned long page)
{
	return page_address(s->page + page);
}

static void stamp(struct slot *s)
{
	unsigned long n = slot_pages(s);

	s->seed = m->next_seed++;
	for (unsigned long k = 0; k < min(n, (unsigned long)SAMPLED); k++) {
		unsigned long i = sample(n, k);

		first_word(s, i)[0] = fuzz_word(s->seed, i);
		first_word(s, i)[PAGE_SIZE / 8 - 1] = ~fuzz_word(s->seed, i);
	}
}

static void check_stamp(const struct slot *s)
{
	unsigned long n = slot_pages(s);

	for (unsigned long k = 0; k < min(n, (unsigned long)SAMPLED); k++) {
		unsigned long i = sample(n, k);

		FUZZ_CHECK(first_word(s, i)[0] == fuzz_word(s->seed, i) &&
				   first_word(s, i)[PAGE_SIZE / 8 - 1] == ~fuzz_word(s->seed, i),
			   "page %lu of %lu at pfn %#lx was overwritten", i, n,
			   page_to_pfn(s->page));
	}
}

static void check_zeroed(const struct slot *s)
{
	unsigned long n = slot_pages(s);

	for (unsigned long k = 0; k < min(n, (unsigned long)SAMPLED); k++)
		FUZZ_CHECK(fuzz_zero(first_word(s, sample(n, k)), PAGE_SIZE),
			   "page %lu of %lu is not zeroed", sample(n, k), n);
}

/* ---- What may fail, and what may not be taken ---- */

/* Pages that a request must leave in the zone: page_alloc.c, 5. */
static unsigned long to_be_left(const struct zone *z, gfp_t gfp)
{
	unsigned long min = z->watermark[WMARK_MIN];

	if ((gfp & (__GFP_MEMALLOC | __GFP_NOMEMALLOC)) == __GFP_MEMALLOC)
		return 0;
	if (gfp & __GFP_HIGH)
		min -= gfp & (__GFP_DIRECT_RECLAIM | __GFP_NOMEMALLOC) ? min / 2
								       : min / 2 + min / 4;
	return min + z->lowmem_reserve[gfp_zone(gfp)];
}

static bool has_block(const struct zone *z, unsigned int order)
{
	unsigned long n = 1UL << order, end = min(z->end_pfn, NR_PFNS);

	for (unsigned long at = ALIGN(z->start_pfn, n); at + n <= end; at += n) {
		unsigned long i = 0;

		while (i < n && m->owner[at + i] == FREE)
			i++;
		if (i == n)
			return true;
	}
	return false;
}

static bool failure_is_right(gfp_t gfp, unsigned int order)
{
	for (int id = gfp_zone(gfp); id >= 0; id--) {
		const struct zone *z = &zones[id];

		if (populated_zone(z) && has_block(z, order) &&
		    z->nr_free >= (1UL << order) + to_be_left(z, gfp))
			return false;
	}
	return true;
}

/*
 * Blocks of large order come from the zone at once, so what it still has tells whether they were
 * allowed to.
 */
static void check_watermark(const struct page *page, gfp_t gfp, unsigned int order)
{
	const struct zone *z = pfn_zone(page_to_pfn(page));

	FUZZ_CHECK(z->id <= gfp_zone(gfp), "zone %s for flags %#x", z->name, gfp);
	if (order >= PCP_ORDERS)
		FUZZ_CHECK(z->nr_free >= to_be_left(z, gfp),
			   "zone %s is left with %lu pages, should keep %lu", z->name, z->nr_free,
			   to_be_left(z, gfp));
}

/* ---- Decoding ---- */

static gfp_t take_gfp(struct fuzz_input *in)
{
	static const gfp_t bases[] = { GFP_KERNEL,	     GFP_KERNEL,
				       GFP_ATOMIC,	     GFP_NOWAIT,
				       GFP_HIGHUSER_MOVABLE, GFP_KERNEL | __GFP_RECLAIMABLE,
				       GFP_DMA | GFP_KERNEL, GFP_KERNEL | __GFP_MEMALLOC };
	u8 b = fuzz_u8(in);
	gfp_t gfp = bases[b % ARRAY_SIZE(bases)] | __GFP_NOWARN;

	gfp |= b & 0x08 ? __GFP_ZERO : 0;
	gfp |= b & 0x10 ? __GFP_NORETRY : 0;
	gfp |= b & 0x20 ? __GFP_NOMEMALLOC : 0;
	gfp |= (b & 0xc0) == 0xc0 ? __GFP_DMA32 : 0;
	return gfp;
}

/* The first slot from a given one on that is (not) empty; NULL: there is none. */
static struct slot *find_slot(unsigned int from, bool empty)
{
	for (unsigned int i = 0; i < NR_SLOTS; i++) {
		struct slot *s = &m->slots[(from + i) % NR_SLOTS];

		if ((s->kind == EMPTY) == empty)
			return s;
	}
	return NULL;
}

static u16 id_of(const struct slot *s)
{
	return s - m->slots;
}

/* ---- Operations ---- */

static void take(struct slot *s, struct page *page, enum kind kind, unsigned int order,
		 unsigned long pages)
{
	*s = (struct slot){ .kind = kind, .order = order, .page = page, .pages = pages };
	own(page, slot_pages(s), FREE, id_of(s));
}

static void check_block(const struct slot *s)
{
	unsigned int type = s->page->type, order = s->kind == SINGLES ? 0 : s->order;

	FUZZ_CHECK(type == PAGE_USED && s->page->order == order,
		   "the head is of type %u and order %u", type, s->page->order);
	FUZZ_CHECK(IS_ALIGNED(page_to_pfn(s->page), 1UL << s->order), "pfn %#lx, order %u",
		   page_to_pfn(s->page), s->order);
	FUZZ_CHECK(page_count(s->page) == 1 && page_mapcount(s->page) == 0, "count %d, mapped %d",
		   page_count(s->page), page_mapcount(s->page));
}

static void op_alloc(struct fuzz_input *in, bool by_address)
{
	gfp_t gfp = take_gfp(in);
	u8 b = fuzz_u8(in);
	unsigned int order = b % (MAX_PAGE_ORDER + 1);
	struct slot *s = find_slot(b, true);
	struct page *page;

	if (!s)
		return;
	gfp |= b & 0x80 ? __GFP_COMP : 0;
	if (by_address) {
		unsigned long addr = __get_free_pages(gfp, order);

		page = addr ? virt_to_page((void *)addr) : NULL;
	} else {
		page = alloc_pages(gfp, order);
	}
	if (!page) {
		FUZZ_CHECK((gfp & __GFP_NORETRY) || failure_is_right(gfp, order),
			   "order %u, flags %#x: failed", order, gfp);
		return;
	}
	take(s, page, gfp & __GFP_COMP ? COMPOUND : BLOCK, order, 0);
	check_watermark(page, gfp, order);
	check_block(s);
	if (gfp & __GFP_ZERO)
		check_zeroed(s);
	stamp(s);
}

static void op_exact(struct fuzz_input *in)
{
	gfp_t gfp = take_gfp(in) & ~__GFP_COMP;
	u16 b = fuzz_u16(in);
	unsigned long pages = 1 + (b & 0x8000 ? b % MAX_ORDER_NR_PAGES : b % 20);
	struct slot *s = find_slot(b, true);
	void *p = s ? alloc_pages_exact(pages * PAGE_SIZE - b % PAGE_SIZE, gfp) : NULL;

	if (!p) {
		FUZZ_CHECK(!s || (gfp & __GFP_NORETRY) ||
				   failure_is_right(gfp, get_order(pages * PAGE_SIZE)),
			   "%lu pages exactly, flags %#x: failed", pages, gfp);
		return;
	}
	take(s, virt_to_page(p), SINGLES, 0, pages);
	check_block(s);
	if (gfp & __GFP_ZERO)
		check_zeroed(s);
	stamp(s);
}

/* Entries that are there already stay; the others become pages of their own slots. */
static void op_bulk(struct fuzz_input *in)
{
	gfp_t gfp = take_gfp(in);
	u8 b = fuzz_u8(in);
	struct page *pages[BULK] = { NULL }, *mine = (struct page *)16;
	unsigned long n = b % (BULK + 1), got;

	if (n && b & 0x80)
		pages[b % n] = mine;
	got = alloc_pages_bulk_array(gfp, n, pages);
	FUZZ_CHECK(got <= n, "%lu of %lu", got, n);
	FUZZ_CHECK(got == n || failure_is_right(gfp, 0), "flags %#x: %lu of %lu", gfp, got, n);
	for (unsigned long i = 0; i < n; i++) {
		struct slot *s = find_slot(b, true);

		if (pages[i] == mine)
			continue;
		FUZZ_CHECK((pages[i] != NULL) == (i < got), "entry %lu of %lu", i, got);
		if (!pages[i])
			continue;
		if (!s) {
			__free_page(pages[i]);
			continue;
		}
		take(s, pages[i], BLOCK, 0, 0);
		check_block(s);
		if (gfp & __GFP_ZERO)
			check_zeroed(s);
		stamp(s);
	}
}

static void op_split(struct fuzz_input *in)
{
	struct slot *s = find_slot(fuzz_u8(in), false);

	if (!s || s->kind != BLOCK || s->extra)
		return;
	split_page(s->page, s->order);
	s->pages = 1UL << s->order;
	s->kind = SINGLES;
	for (unsigned long i = 0; i < s->pages; i++)
		FUZZ_CHECK(page_count(s->page + i) == 1 && s->page[i].order == 0,
			   "page %lu of %lu: count %d", i, s->pages, page_count(s->page + i));
}

static void op_get(struct fuzz_input *in)
{
	u16 b = fuzz_u16(in);
	struct slot *s = find_slot(b, false);

	if (!s || s->extra == 3)
		return;
	/* Any page of a compound block stands for all; of others only the first is counted. */
	get_page(s->page + (s->kind == COMPOUND ? b % slot_pages(s) : 0));
	s->extra++;
	FUZZ_CHECK(page_count(s->page) == 1 + s->extra, "count %d", page_count(s->page));
}

static void gone(struct slot *s)
{
	own(s->page, slot_pages(s), id_of(s), FREE);
	s->kind = EMPTY;
}

/* All pages but the first go: somebody refers to that one still. */
static void all_but_first(struct slot *s)
{
	own(s->page + 1, slot_pages(s) - 1, id_of(s), FREE);
	s->kind = BLOCK;
	s->order = 0;
	s->extra--;
	stamp(s);
}

static void free_singles(struct slot *s, u8 b)
{
	struct page *page = s->page;

	if (s->extra && slot_pages(s) > 1) {
		free_pages_exact(page_address(page), s->pages * PAGE_SIZE);
		all_but_first(s);
		return;
	}
	if (b & 1) {
		free_pages_exact(page_address(page), s->pages * PAGE_SIZE - b);
	} else {
		for (unsigned long i = s->pages; i--;)
			put_page(page + i);
	}
	if (s->extra)
		s->extra--;
	else
		gone(s);
}

/* One reference goes, in one of the ways that there are for this kind. */
static void free_slot(struct slot *s, u8 b)
{
	check_stamp(s);
	if (s->kind == SINGLES) {
		free_singles(s, b);
		return;
	}
	if (s->kind == COMPOUND || !s->order) {
		if (b & 1)
			put_page(s->page + (s->kind == COMPOUND ? b % slot_pages(s) : 0));
		else
			__free_pages(s->page, s->order);
	} else if (b & 1) {
		free_pages((unsigned long)page_address(s->page), s->order);
	} else {
		__free_pages(s->page, s->order);
	}
	if (!s->extra)
		gone(s);
	else if (s->kind == BLOCK && s->order)
		all_but_first(s);
	else
		s->extra--;
}

static void op_free(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct slot *s = find_slot(b, false);

	if (s)
		free_slot(s, fuzz_u8(in));
}

/* A free that is wrong: another order, a page inside, a block that nobody has. */
static void op_misuse(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct slot *s = find_slot(b, false);
	unsigned long free = nr_free_pages();

	if (!s)
		return;
	fuzz_expect_begin();
	if (b & 0x80 || s->kind == SINGLES || !s->order)
		__free_pages(s->page, (s->kind == SINGLES ? 0 : s->order) + 1);
	else
		__free_pages(s->page + slot_pages(s) / 2, s->order - 1);
	fuzz_expect_end(1, "a wrong free");
	FUZZ_CHECK(nr_free_pages() == free, "a wrong free freed");
}

static void op_look(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct slot *s = find_slot(b, false);

	if (s)
		check_stamp(s);
	if (b % 32 == 0)
		mm_quiesce();
	else if (b % 8 == 1)
		page_alloc_drain();
	else if (b % 64 == 2)
		FUZZ_CHECK(buddy_valid(), "buddy_valid()");
}

static void buddy_run(struct fuzz_input *in)
{
	while (fuzz_next_op(in)) {
		switch (fuzz_u8(in) % 16) {
		case 0 ... 3:
			op_alloc(in, false);
			break;
		case 4:
			op_alloc(in, true);
			break;
		case 5:
			op_exact(in);
			break;
		case 6:
			op_bulk(in);
			break;
		case 7:
			op_split(in);
			break;
		case 8:
			op_get(in);
			break;
		case 9:
			op_misuse(in);
			break;
		case 10:
			op_look(in);
			break;
		default:
			op_free(in);
		}
		check_count();
	}
	for (unsigned int i = 0; i < NR_SLOTS; i++) {
		while (m->slots[i].kind != EMPTY)
			free_slot(&m->slots[i], i);
	}
	check_count();
}

/* What is free now, when all lists are drained, is what there is to be had. */
static int buddy_init(void)
{
	m = fuzz_model(sizeof(*m));
	if (!m)
		return -ENOMEM;
	mm_quiesce();
	memset(m->owner, 0xff, sizeof(m->owner));
	for (unsigned long pfn = 0; pfn < NR_PFNS; pfn++) {
		struct page *page = pfn_to_page(pfn);

		if (!pfn_valid(pfn) || page->type != PAGE_FREE)
			continue;
		own(page, 1UL << page->order, NOBODY, FREE);
	}
	FUZZ_CHECK(nr_free_pages() == m->free, "%lu pages free, found %lu", nr_free_pages(),
		   m->free);
	return 0;
}

const struct fuzz_target fuzz_buddy = { .name = "buddy", .init = buddy_init, .run = buddy_run };
