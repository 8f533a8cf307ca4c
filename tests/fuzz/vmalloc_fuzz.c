// SPDX-License-Identifier: MIT
/*
 * Fuzz target `vmalloc`: areas of every kind, and what is behind each of their pages.
 *
 * The model of an area is its kind, address, number of pages and one tag a page, which stands in the
 * page's first word and, complemented, in its last. Where pages are shared (vmap() and vm_map_ram()
 * of a pool, ioremap() of a stretch of device memory) the tag belongs to the page behind, so what is
 * written through one area must be read through all others. A tag is read through the area and, where
 * there is a struct page, through the direct map: they differ where a translation is stale or wrong.
 * The host's TLB keeps what isn't flushed, so a missing flush shows the area's previous pages.
 *
 * Checked besides: alignment, guard pages and addresses of freed areas (no access), distinct areas,
 * vmalloc_to_page(), find_vm_area(), zeroes for __GFP_ZERO, contents kept by vrealloc() and
 * kvrealloc(), a page held over vfree(), the count of vmalloc()'s pages, wrong frees (one report),
 * requests that fail for a shortage of memory; vmap_valid().
 *
 * finds, within a minute from its corpus, when planted:
 *	addresses are reused without a flush
 *	a page that somebody holds is freed with its block
 *	vmalloc_to_pfn() forgets which page inside a large one
 *	vrealloc() loses the last page
 *	a device range that crosses a page is mapped a page short
 */
#include <linux/align.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "tests/fuzz/fuzz.h"

#define NR_AREAS    32
#define POOL	    24				 /* pages that areas share */
#define DEVICE_PHYS ((3UL << 30) + (16UL << 20)) /* below 4 GiB, where there is no RAM */
#define DEVICE	    700				 /* pages of it */
#define MOST_PAGES  1100			 /* of an area */
#define LOOKED_AT   6				 /* pages of a large area */
#define NR_HELD	    4
#define LARGE_PAGES 512UL
#define PLENTY	    1024 /* free pages besides those asked for, with which a request succeeds */

enum kind {
	EMPTY,
	ALLOC,	  /* vmalloc() and relatives: vfree() */
	KV,	  /* kvmalloc(): kvfree(); perhaps no area at all */
	MAP,	  /* vmap() of the pool: vunmap() or vfree() */
	MAP_PUT,  /* vmap() of pages of its own: vfree() */
	RAM,	  /* vm_map_ram() of the pool: vm_unmap_ram() */
	DEVICE_IO /* ioremap(): iounmap() */
};

struct area {
	enum kind kind;
	u8 *p;
	unsigned int pages; /* of the area */
	unsigned int used;  /* pages that were asked for last: the others are shut */
	u64 tag;	    /* of page i: tag + i; not where pages are shared */
	u8 behind[POOL];    /* MAP and RAM: which pages of the pool */
	unsigned int first; /* DEVICE_IO: page of the device */
	gfp_t gfp;
};

struct model {
	struct area areas[NR_AREAS];
	struct page *pool[POOL];
	u64 pool_tag[POOL], device_tag[DEVICE];
	struct page *held[NR_HELD]; /* kept over the end of their area */
	u64 held_tag[NR_HELD];
	unsigned long pages; /* of vmalloc(), all areas together */
	u64 next_tag;
};

static struct model *m;

/* ---- Tags ---- */

/* The last word of a page that every size asked for reaches to (op_alloc takes up to 56 bytes off). */
#define LAST_WORD (PAGE_SIZE / 8 - 8)

static u64 *page_of(const struct area *a, unsigned int i)
{
	return (u64 *)(a->p + i * PAGE_SIZE);
}

/* Where the tag of the area's page i is kept. NULL: it follows from the area's. */
static u64 *shared_tag(const struct area *a, unsigned int i)
{
	if (a->kind == MAP || a->kind == RAM)
		return &m->pool_tag[a->behind[i]];
	return a->kind == DEVICE_IO ? &m->device_tag[a->first + i] : NULL;
}

static u64 tag_of(const struct area *a, unsigned int i)
{
	const u64 *shared = shared_tag(a, i);

	return shared ? *shared : a->tag + i;
}

static void write_tag(const struct area *a, unsigned int i)
{
	u64 *shared = shared_tag(a, i), *word = page_of(a, i);

	if (shared)
		*shared = m->next_tag++;
	word[0] = tag_of(a, i);
	word[LAST_WORD] = ~tag_of(a, i);
}

static bool tagged(const u64 *word, u64 tag)
{
	return word[0] == tag && word[LAST_WORD] == ~tag;
}

/* The k-th of the pages that are looked at: of small areas all, of large ones both ends too. */
static unsigned int looked_at(const struct area *a)
{
	return min(a->used, (unsigned int)LOOKED_AT);
}

static unsigned int nth(const struct area *a, unsigned int k)
{
	return a->used <= LOOKED_AT ? k : k * (a->used - 1) / (LOOKED_AT - 1);
}

static void write_tags(struct area *a)
{
	a->tag = m->next_tag;
	m->next_tag += MOST_PAGES;
	for (unsigned int k = 0; k < looked_at(a); k++)
		write_tag(a, nth(a, k));
}

static bool is_area(const struct area *a)
{
	return is_vmalloc_addr(a->p);
}

/* Through the area, and through the direct map. */
static void look_at_page(const struct area *a, unsigned int i)
{
	struct page *page;

	FUZZ_CHECK(tagged(page_of(a, i), tag_of(a, i)),
		   "page %u of %u at %px (kind %u) holds %#llx", i, a->pages, a->p, a->kind,
		   page_of(a, i)[0]);
	if (!is_area(a))
		return;
	page = vmalloc_to_page(page_of(a, i));
	FUZZ_CHECK((page == NULL) == (a->kind == DEVICE_IO), "page %u of %px is %px", i, a->p,
		   page);
	if (page)
		FUZZ_CHECK(tagged(page_address(page), tag_of(a, i)),
			   "page %u of %u at %px (kind %u) is translated wrongly", i, a->pages,
			   a->p, a->kind);
	if (a->kind == MAP || a->kind == RAM)
		FUZZ_CHECK(page == m->pool[a->behind[i]], "page %u is another", i);
}

static void look(const struct area *a)
{
	for (unsigned int k = 0; k < looked_at(a); k++)
		look_at_page(a, nth(a, k));
}

/* ---- Areas ---- */

static struct area *find_area(unsigned int from, bool live)
{
	for (unsigned int i = 0; i < NR_AREAS; i++) {
		struct area *a = &m->areas[(from + i) % NR_AREAS];

		if ((a->kind != EMPTY) == live)
			return a;
	}
	return NULL;
}

static bool no_access(const void *p)
{
	u8 byte;

	return copy_from_kernel_nofault(&byte, p, 1) == -EFAULT;
}

static void check_apart(const struct area *a)
{
	for (unsigned int i = 0; i < NR_AREAS; i++) {
		const struct area *b = &m->areas[i];

		if (b == a || b->kind == EMPTY)
			continue;
		FUZZ_CHECK(a->p + a->pages * PAGE_SIZE <= b->p ||
				   b->p + b->pages * PAGE_SIZE <= a->p,
			   "%px of %u pages and %px of %u", a->p, a->pages, b->p, b->pages);
	}
}

static void check_area(const struct area *a)
{
	struct vm_struct *vm = find_vm_area(a->p);

	FUZZ_CHECK(IS_ALIGNED((unsigned long)a->p, PAGE_SIZE), "%px", a->p);
	FUZZ_CHECK(vm && vm->addr == a->p, "find_vm_area(%px) is %px", a->p, vm);
	FUZZ_CHECK(get_vm_area_size(vm) == a->pages * PAGE_SIZE, "%zu bytes for %u pages",
		   get_vm_area_size(vm), a->pages);
	check_apart(a);
}

static void came_to_use(struct area *a, enum kind kind, void *p, unsigned int pages,
			unsigned int used, gfp_t gfp)
{
	a->kind = kind;
	a->p = p;
	a->pages = pages;
	a->used = used;
	a->gfp = gfp;
	if (is_area(a))
		check_area(a);
	if (kind == ALLOC || (kind == KV && is_area(a)))
		m->pages += pages;
	if (gfp & __GFP_ZERO) {
		for (unsigned int k = 0; k < looked_at(a); k++)
			FUZZ_CHECK(fuzz_zero(page_of(a, nth(a, k)), (LAST_WORD + 1) * 8),
				   "page %u of %u is not zeroed", nth(a, k), pages);
	}
	if (kind == DEVICE_IO || kind == MAP || kind == RAM)
		look(a);
	write_tags(a);
}

static void came(struct area *a, enum kind kind, void *p, unsigned int pages, gfp_t gfp)
{
	came_to_use(a, kind, p, pages, pages, gfp);
}

/* A few pages, or (one in four) up to some that a large page fits in. */
static unsigned int take_pages(struct fuzz_input *in)
{
	u16 b = fuzz_u16(in);

	return 1 + ((b & 0xc000) == 0xc000 ? b % MOST_PAGES : b % 12);
}

static void *vmalloc_way(unsigned int way, unsigned long size, gfp_t *gfp)
{
	switch (way % 8) {
	case 0:
		*gfp |= __GFP_ZERO;
		return vzalloc(size);
	case 1:
		return vmalloc_huge(size, *gfp);
	case 2:
		return vmalloc_32(size);
	case 3:
		*gfp |= __GFP_ZERO;
		return vmalloc_user(size);
	case 4:
		return __vmalloc_node(size, 1UL << (way >> 3) % 24, *gfp, 0, NULL);
	case 5:
		*gfp |= __GFP_ZERO;
		return vcalloc(size / 8, 8);
	case 6:
		return vrealloc(NULL, size, *gfp);
	default:
		return __vmalloc(size, *gfp);
	}
}

static void op_alloc(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in), way = fuzz_u8(in);
	unsigned int pages = take_pages(in);
	gfp_t gfp = GFP_KERNEL | __GFP_NOWARN | (b & 0x80 ? __GFP_ZERO : 0);
	gfp_t asked =
		way % 8 == 2 || way % 8 == 0 || way % 8 == 3 || way % 8 == 5 ? GFP_KERNEL : gfp;
	struct area *a = find_area(b, false);
	unsigned long free = nr_free_pages(), size = pages * PAGE_SIZE - (b & 0x38);
	void *p;

	if (!a)
		return;
	p = vmalloc_way(way, size, &asked);
	FUZZ_CHECK(p || free < pages + PLENTY, "%u pages of %lu were not had", pages, free);
	if (!p)
		return;
	if (way % 8 == 1 && size >= LARGE_PAGES * PAGE_SIZE)
		FUZZ_CHECK(IS_ALIGNED((unsigned long)p, LARGE_PAGES * PAGE_SIZE), "%px", p);
	if (way % 8 == 4)
		FUZZ_CHECK(IS_ALIGNED((unsigned long)p, 1UL << (way >> 3) % 24), "%px", p);
	came(a, ALLOC, p, pages, asked);
}

static void op_kvmalloc(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	unsigned int pages = take_pages(in);
	gfp_t gfp = GFP_KERNEL | (b & 0x80 ? __GFP_ZERO : 0);
	struct area *a = find_area(b, false);
	void *p;

	if (!a)
		return;
	if (b & 0x40)
		p = kvmalloc_array(pages * 8, PAGE_SIZE / 8, gfp);
	else
		p = gfp & __GFP_ZERO ? kvzalloc(pages * PAGE_SIZE, GFP_KERNEL)
				     : kvmalloc_node(pages * PAGE_SIZE, gfp, 0);
	FUZZ_CHECK(p || nr_free_pages() < pages + PLENTY, "%u pages were not had", pages);
	if (p)
		came(a, KV, p, pages, gfp);
}

static struct page **choose_pool(struct area *a, unsigned int n, u8 b)
{
	static struct page *pages[POOL];

	for (unsigned int i = 0; i < n; i++) {
		a->behind[i] = (b + i * (1 + b % 5)) % POOL;
		pages[i] = m->pool[a->behind[i]];
	}
	return pages;
}

/* One page may stand in an area twice: then the last write counts for both. */
static void op_map(struct fuzz_input *in, enum kind kind)
{
	u8 b = fuzz_u8(in);
	unsigned int n = 1 + fuzz_u8(in) % POOL;
	struct area *a = find_area(b, false);
	struct page **pages;
	void *p;

	if (!a)
		return;
	a->kind = kind;
	pages = choose_pool(a, n, b);
	a->kind = EMPTY;
	p = kind == MAP ? vmap(pages, n, VM_MAP, PAGE_KERNEL) : vm_map_ram(pages, n, -1);
	FUZZ_CHECK(p || nr_free_pages() < PLENTY, "%u pages were not mapped", n);
	if (p)
		came(a, kind, p, n, 0);
}

static void drop_pages(struct page **pages, unsigned int n)
{
	while (n--)
		put_page(pages[n]);
	kfree(pages);
}

/* Pages and array become the area's. */
static void op_map_put(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	unsigned int n = 1 + fuzz_u8(in) % POOL, got = 0;
	struct area *a = find_area(b, false);
	struct page **pages = a ? kmalloc_array(n, sizeof(*pages), GFP_KERNEL) : NULL;
	void *p = NULL;

	if (!pages)
		return;
	while (got < n && (pages[got] = alloc_page(GFP_KERNEL)))
		got++;
	if (got == n)
		p = vmap(pages, n, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	FUZZ_CHECK(p || nr_free_pages() < PLENTY, "%u pages were not mapped", n);
	if (p)
		came(a, MAP_PUT, p, n, 0);
	else
		drop_pages(pages, got);
}

static void op_ioremap(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in), c = fuzz_u8(in);
	unsigned int most = b & 0x80 ? DEVICE : 16, first = c % most,
		     offset = b & 0x40 ? 0 : c * 16;
	unsigned int n = 1 + (b & 0x80 ? DEVICE - first - 1 : b % (most - first));
	size_t size;
	struct area *a = find_area(b, false);
	u8 *p;

	if (!a)
		return;
	/* It may end in the last page's first byte. */
	size = n * PAGE_SIZE - offset - (n > 1 && (c & 1) ? PAGE_SIZE - 1 : 0);
	p = ioremap(DEVICE_PHYS + first * PAGE_SIZE + offset, size);
	FUZZ_CHECK(p || nr_free_pages() < PLENTY, "%u pages were not mapped", n);
	if (!p)
		return;
	FUZZ_CHECK(offset_in_page(p) == offset, "%px for offset %u", p, offset);
	a->first = first;
	came(a, DEVICE_IO, p - offset, n, 0);
}

/* ---- Their end ---- */

static void call_free(const struct area *a, u8 way)
{
	switch (a->kind) {
	case ALLOC:
		if (way & 1)
			vfree_atomic(a->p);
		else if (way & 2)
			kvfree(a->p);
		else
			vfree(a->p);
		break;
	case KV:
		kvfree(a->p);
		break;
	case MAP:
		if (way & 1)
			vunmap(a->p);
		else
			vfree(a->p);
		break;
	case MAP_PUT:
		vfree(a->p);
		break;
	case RAM:
		vm_unmap_ram(a->p, a->pages);
		break;
	case DEVICE_IO:
		iounmap(a->p + way % PAGE_SIZE);
		break;
	case EMPTY:
		break;
	}
}

static void free_area(struct area *a, u8 way)
{
	u8 *p = a->p;

	look(a);
	if (a->kind == ALLOC || (a->kind == KV && is_area(a)))
		m->pages -= a->pages;
	call_free(a, way);
	if (is_area(a))
		FUZZ_CHECK(!find_vm_area(p) && !vmalloc_to_page(p), "%px is still there", p);
	a->kind = EMPTY;
}

static void op_free(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct area *a = find_area(b, true);

	if (a)
		free_area(a, fuzz_u8(in));
}

/* A page of an area, kept: it stays as it is when the area is gone. */
static void op_hold(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in), k = b % NR_HELD;
	struct area *a = find_area(b, true);
	unsigned int i;

	if (m->held[k]) {
		FUZZ_CHECK(tagged(page_address(m->held[k]), m->held_tag[k]),
			   "a page held over its area's end was given away");
		put_page(m->held[k]);
		m->held[k] = NULL;
	} else if (a && a->kind == ALLOC) {
		i = nth(a, b % looked_at(a));
		m->held[k] = vmalloc_to_page(page_of(a, i));
		get_page(m->held[k]);
		m->held_tag[k] = tag_of(a, i);
		free_area(a, b);
	}
}

static void op_resize(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	unsigned int pages = take_pages(in), kept;
	struct area *a = find_area(b, true);
	bool counted = a && is_area(a);
	unsigned int old, held;
	u8 *p;

	if (!a || (a->kind != ALLOC && a->kind != KV))
		return;
	look(a);
	old = a->used;
	held = a->pages;
	p = a->kind == ALLOC ? vrealloc(a->p, pages * PAGE_SIZE, GFP_KERNEL)
			     : kvrealloc(a->p, pages * PAGE_SIZE, GFP_KERNEL);
	FUZZ_CHECK(p || nr_free_pages() < pages + PLENTY, "%u pages from %u were not had", pages,
		   old);
	if (!p) {
		look(a);
		return;
	}
	/* The area stays as large as it was, if that is enough. */
	kept = p == a->p && counted && pages < held ? held : pages;
	m->pages -= counted ? held : 0;
	for (unsigned int k = 0; k < looked_at(a); k++) {
		unsigned int i = nth(a, k);

		if (i < min(pages, old))
			FUZZ_CHECK(tagged((u64 *)(p + i * PAGE_SIZE), a->tag + i),
				   "page %u of %u is not the same after resizing to %u", i, old,
				   pages);
	}
	came_to_use(a, a->kind, p, kept, pages, 0);
}

/* ---- What one must not do, and looking ---- */

static void op_misuse(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct area *a = find_area(b, true);

	if (!a || !is_area(a))
		return;
	fuzz_expect_begin();
	if (b & 0x80)
		vfree(a->p + PAGE_SIZE * a->pages); /* the guard page, inside the area */
	else if ((b & 0x40) && a->kind == DEVICE_IO)
		vfree(a->p);
	else if ((b & 0x40) && a->kind != RAM)
		vm_unmap_ram(a->p, a->pages);
	else
		iounmap(a->kind == DEVICE_IO ? a->p + PAGE_SIZE * a->pages : a->p);
	fuzz_expect_end(1, "a wrong end of an area");
	look(a);
}

static void op_look(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct area *a = find_area(b, true);

	if (b % 8 == 0)
		vm_unmap_aliases();
	else if (b % 32 == 1)
		mm_quiesce();
	else if (b % 32 == 2)
		FUZZ_CHECK(vmap_valid(), "vmap_valid()");
	if (!a)
		return;
	look(a);
	if (b % 8 == 3 && is_area(a))
		FUZZ_CHECK(no_access(a->p + a->pages * PAGE_SIZE), "%px has no guard page", a->p);
	if (b % 8 == 4)
		write_tags(a);
}

static void op_shortage(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);

	fuzz_release();
	if (b & 1)
		fuzz_hoard(b >> 1);
}

static void vmalloc_run(struct fuzz_input *in)
{
	while (fuzz_next_op(in)) {
		switch (fuzz_u8(in) % 16) {
		case 0 ... 2:
			op_alloc(in);
			break;
		case 3:
			op_kvmalloc(in);
			break;
		case 4:
			op_map(in, MAP);
			break;
		case 5:
			op_map(in, RAM);
			break;
		case 6:
			op_map_put(in);
			break;
		case 7:
			op_ioremap(in);
			break;
		case 8:
			op_hold(in);
			break;
		case 9:
			op_resize(in);
			break;
		case 10:
			op_misuse(in);
			break;
		case 11:
			op_look(in);
			break;
		case 12:
			op_shortage(in);
			break;
		default:
			op_free(in);
		}
		FUZZ_CHECK(vmalloc_nr_pages() == m->pages, "%lu pages counted, should be %lu",
			   vmalloc_nr_pages(), m->pages);
	}
	for (unsigned int i = 0; i < NR_AREAS; i++) {
		if (m->areas[i].kind != EMPTY)
			free_area(&m->areas[i], i);
	}
	for (unsigned int k = 0; k < NR_HELD; k++) {
		if (m->held[k])
			put_page(m->held[k]);
		m->held[k] = NULL;
	}
}

static void tag_page(u64 *word, u64 tag)
{
	word[0] = tag;
	word[LAST_WORD] = ~tag;
}

static int vmalloc_init_model(void)
{
	u8 *device;

	m = fuzz_model(sizeof(*m));
	device = ioremap(DEVICE_PHYS, DEVICE * PAGE_SIZE);
	if (!m || !device)
		return -ENOMEM;
	for (unsigned int i = 0; i < POOL; i++) {
		m->pool[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!m->pool[i])
			return -ENOMEM;
		m->pool_tag[i] = m->next_tag++;
		tag_page(page_address(m->pool[i]), m->pool_tag[i]);
	}
	for (unsigned int i = 0; i < DEVICE; i++) {
		m->device_tag[i] = m->next_tag++;
		tag_page((u64 *)(device + i * PAGE_SIZE), m->device_tag[i]);
	}
	iounmap(device);
	m->pages = vmalloc_nr_pages();
	return 0;
}

const struct fuzz_target fuzz_vmalloc = {
	.name = "vmalloc",
	.init = vmalloc_init_model,
	.run = vmalloc_run,
	.pages = 24UL << (20 - PAGE_SHIFT),
};
