// SPDX-License-Identifier: MIT
/*
 * memblock: which physical memory there is and which of it is taken, before there are struct pages.
 *
 * Two sorted arrays of ranges over the physical addresses:
 *
 *	memory    [---------------]   [-------]        [------------------------]
 *	reserved     [---]   [--]            [---]  [----]                  [---]
 *	free      [-]     [-]    []   [------]           [-----------------]
 *
 * What is free is in memory and not in reserved; it is never stored, only computed by walking both
 * arrays. Reserved ranges may lie where there is no memory (firmware tables, the framebuffer).
 * Allocating is reserving: the highest fit is taken, so that the low memory that devices need stays
 * free. Page 0 is never handed out; whoever needs other fixed pages reserves them.
 *
 * One primitive changes an array each way: region_insert() replaces all regions that the new range
 * touches by their hull, region_cut() cuts a range out, which splits at most one region. Both find
 * the place by binary search.
 *
 * An array starts static. When it has no room for one more region it doubles: the new array comes
 * from memblock itself, its place is reserved and the old place (if it was allocated) freed. A
 * region takes at most one more entry and the array has doubled, so this ends. The range that is
 * about to be reserved is not in the map yet: growing keeps clear of it. Memory that is taken must
 * be reserved before memory is added, else a grown array could come to lie on it.
 *
 * Cursors of the iterators are addresses: "the first range that ends above". So each step is a
 * binary search, and changing the map while walking it is well defined.
 *
 * Invariants (__memblock_valid() returns the number of the first broken one):
 *	I1  cnt <= max in both arrays, and an array that was allocated lies in a reserved range
 *	I2  every region is non-empty
 *	I3  regions ascend, and two neighbours neither overlap nor touch
 *	I4  memory regions start and end on page boundaries
 *
 * Locks and contexts: none. Boot, one CPU, interrupts on or off. After memblock_seal() the map is
 * read-only: the page allocator owns what was free, so a change or an allocation would be lost or
 * given twice; it is refused with a report.
 *
 * Complexity for n regions: lookups O(log n); changes O(log n) + the move of the array's tail; an
 * allocation O(k log n) for k free ranges above the one that fits. Sources: Linux's documentation
 * of memblock for names and behaviour.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/memblock.h>
#include <quarry/report.h>
#include <asm/page.h>

static void *direct_map(phys_addr_t p)
{
	return __va(p);
}

struct memblock memblock = {
	.memory = { .max = MEMBLOCK_STATIC_REGIONS,
		    .regions = memblock.memory.initial,
		    .name = "memory" },
	.reserved = { .max = MEMBLOCK_STATIC_REGIONS,
		      .regions = memblock.reserved.initial,
		      .name = "reserved" },
	.current_limit = DIRECT_MAP_SIZE,
	.to_virt = direct_map,
};

static void type_init(struct memblock_type *t, const char *name)
{
	t->cnt = 0;
	t->max = MEMBLOCK_STATIC_REGIONS;
	t->array = 0;
	t->regions = t->initial;
	t->name = name;
}

void __memblock_init(struct memblock *mb, void *(*to_virt)(phys_addr_t p))
{
	type_init(&mb->memory, "memory");
	type_init(&mb->reserved, "reserved");
	mb->current_limit = PHYS_ADDR_MAX;
	mb->to_virt = to_virt;
	mb->sealed = false;
}

/* ---- Finding ---- */

/* Index of the first region that ends above `addr`; cnt if none does. */
static unsigned long first_ending_above(const struct memblock_type *t, phys_addr_t addr)
{
	unsigned long lo = 0, hi = t->cnt, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (t->regions[mid].end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* Number of regions that start below `addr`: the last of them is the one before. */
static unsigned long count_starting_below(const struct memblock_type *t, phys_addr_t addr)
{
	unsigned long lo = 0, hi = t->cnt, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (t->regions[mid].base < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* End of [base, base + size), cut at the end of all addresses. */
static phys_addr_t range_end(phys_addr_t base, phys_addr_t size)
{
	return size > PHYS_ADDR_MAX - base ? PHYS_ADDR_MAX : base + size;
}

/* Is all of the range in one region? An empty range is where its base is. */
bool __memblock_covers(const struct memblock_type *t, phys_addr_t base, phys_addr_t size)
{
	unsigned long i = first_ending_above(t, base);

	return i < t->cnt && t->regions[i].base <= base &&
	       range_end(base, size) <= t->regions[i].end;
}

/* Is any byte of the range in a region? */
bool __memblock_meets(const struct memblock_type *t, phys_addr_t base, phys_addr_t size)
{
	unsigned long i = first_ending_above(t, base);

	return i < t->cnt && t->regions[i].base < range_end(base, size);
}

phys_addr_t __memblock_bytes(const struct memblock_type *t)
{
	phys_addr_t sum = 0;
	unsigned long i;

	for (i = 0; i < t->cnt; i++)
		sum += t->regions[i].end - t->regions[i].base;
	return sum;
}

/* ---- Walking ---- */

static bool next_region(const struct memblock_type *t, u64 *idx, phys_addr_t *start,
			phys_addr_t *end)
{
	unsigned long i = first_ending_above(t, *idx);

	if (i == t->cnt)
		return false;
	*start = max(t->regions[i].base, (phys_addr_t)*idx);
	*end = t->regions[i].end;
	*idx = *end;
	return true;
}

bool __memblock_next_mem(const struct memblock *mb, u64 *idx, phys_addr_t *start, phys_addr_t *end)
{
	return next_region(&mb->memory, idx, start, end);
}

bool __memblock_next_reserved(const struct memblock *mb, u64 *idx, phys_addr_t *start,
			      phys_addr_t *end)
{
	return next_region(&mb->reserved, idx, start, end);
}

/*
 * The lowest free range in [lo, hi) that ends above *idx. Each pass steps over one region of either
 * array.
 */
bool __memblock_next_free_in(const struct memblock *mb, u64 *idx, phys_addr_t lo, phys_addr_t hi,
			     phys_addr_t *start, phys_addr_t *end)
{
	const struct memblock_type *mem = &mb->memory, *res = &mb->reserved;
	phys_addr_t at = max((phys_addr_t)*idx, lo);
	unsigned long m, r;

	for (;;) {
		m = first_ending_above(mem, at);
		if (m == mem->cnt)
			return false;
		at = max(at, mem->regions[m].base);
		if (at >= hi)
			return false;
		r = first_ending_above(res, at);
		if (r == res->cnt || res->regions[r].base > at)
			break;
		at = res->regions[r].end;
	}
	*start = at;
	*end = min(mem->regions[m].end, hi);
	if (r < res->cnt)
		*end = min(*end, res->regions[r].base);
	*idx = *end;
	return true;
}

/*
 * The highest free range that starts below `hi`, cut there. The mirror image of the function above.
 */
static bool prev_free(const struct memblock *mb, phys_addr_t hi, phys_addr_t *start,
		      phys_addr_t *end)
{
	const struct memblock_type *mem = &mb->memory, *res = &mb->reserved;
	phys_addr_t at = hi;
	unsigned long m, r;

	for (;;) {
		m = count_starting_below(mem, at);
		if (!m)
			return false;
		at = min(at, mem->regions[m - 1].end);
		r = count_starting_below(res, at);
		if (!r || res->regions[r - 1].end < at)
			break;
		at = res->regions[r - 1].base;
	}
	*end = at;
	*start = mem->regions[m - 1].base;
	if (r)
		*start = max(*start, res->regions[r - 1].end);
	return true;
}

/* The highest aligned place for `size` bytes in free memory inside [lo, hi); 0 if there is none. */
static phys_addr_t find_free(const struct memblock *mb, phys_addr_t size, phys_addr_t align,
			     phys_addr_t lo, phys_addr_t hi)
{
	phys_addr_t start, end, place;

	for (lo = max(lo, (phys_addr_t)PAGE_SIZE); hi > lo && prev_free(mb, hi, &start, &end);
	     hi = start) {
		start = max(start, lo);
		if (end < start || end - start < size)
			continue;
		place = (end - size) & ~(align - 1);
		if (place >= start)
			return place;
	}
	return 0;
}

/* ---- Changing: the two primitives ---- */

/* Replace the regions [from, to) by the n in `with`. Precondition: there is room. */
static void region_splice(struct memblock_type *t, unsigned long from, unsigned long to,
			  const struct memblock_region *with, unsigned long n)
{
	memmove(&t->regions[from + n], &t->regions[to], (t->cnt - to) * sizeof(t->regions[0]));
	memcpy(&t->regions[from], with, n * sizeof(t->regions[0]));
	t->cnt = t->cnt - (to - from) + n;
}

/* Add [base, end), merged with all that it overlaps or touches. Takes at most one more entry. */
static void region_insert(struct memblock_type *t, phys_addr_t base, phys_addr_t end)
{
	unsigned long from = base ? first_ending_above(t, base - 1) : 0;
	unsigned long to = end == PHYS_ADDR_MAX ? t->cnt : count_starting_below(t, end + 1);
	struct memblock_region hull = { base, end };

	if (from < to) {
		hull.base = min(base, t->regions[from].base);
		hull.end = max(end, t->regions[to - 1].end);
	}
	region_splice(t, from, to, &hull, 1);
}

/* Take [base, end) out. Takes at most one more entry, when it splits a region. */
static void region_cut(struct memblock_type *t, phys_addr_t base, phys_addr_t end)
{
	unsigned long from = first_ending_above(t, base);
	unsigned long to = count_starting_below(t, end), n = 0;
	struct memblock_region rest[2];

	if (from >= to)
		return;
	if (t->regions[from].base < base)
		rest[n++] = (struct memblock_region){ t->regions[from].base, base };
	if (t->regions[to - 1].end > end)
		rest[n++] = (struct memblock_region){ end, t->regions[to - 1].end };
	region_splice(t, from, to, rest, n);
}

/* ---- Changing: room in the arrays ---- */

/* Double the array of `t`, keeping clear of [base, end). */
static int type_grow(struct memblock *mb, struct memblock_type *t, phys_addr_t base,
		     phys_addr_t end)
{
	phys_addr_t old = t->array, old_size = t->max * sizeof(t->regions[0]);
	phys_addr_t size = 2 * old_size, place;

	place = find_free(mb, size, PAGE_SIZE, end, mb->current_limit);
	if (!place)
		place = find_free(mb, size, PAGE_SIZE, 0, min(base, mb->current_limit));
	if (!place)
		return -ENOMEM;
	memcpy(mb->to_virt(place), t->regions, t->cnt * sizeof(t->regions[0]));
	t->regions = mb->to_virt(place);
	t->max *= 2;
	t->array = place;
	region_insert(&mb->reserved, place, place + size);
	if (old)
		region_cut(&mb->reserved, old, old + old_size);
	return 0;
}

/*
 * Make sure that `t` has room for the change to [base, end) that follows. The reserved array keeps
 * two entries more in hand: growing the memory array reserves the new place and may split a region
 * in freeing the old one.
 */
static int make_room(struct memblock *mb, struct memblock_type *t, phys_addr_t base,
		     phys_addr_t end)
{
	unsigned long need = t == &mb->reserved ? 3 : 1;
	int err;

	if (t->cnt + need <= t->max)
		return 0;
	if (t == &mb->memory) {
		err = make_room(mb, &mb->reserved, base, end);
		if (err)
			return err;
	}
	return type_grow(mb, t, base, end);
}

/* ---- Changing: the operations ---- */

/* After the seal: report and refuse. */
static bool refused(const struct memblock *mb, const char *what)
{
	if (likely(!mb->sealed))
		return false;
	report_open(REPORT_MEMBLOCK_SEALED, "BUG memblock: %s after memblock was sealed", what);
	report_stack_here(NULL);
	report_advice("The page allocator owns all free memory now: use alloc_pages() and "
		      "__free_pages(), or do this earlier in the boot.");
	report_end();
	return true;
}

/* The whole pages of a range that is memory, as *base and *end; false if there is none. */
static bool pages_inside(phys_addr_t *base, phys_addr_t size, phys_addr_t *end)
{
	*end = range_end(*base, size) & PAGE_MASK;
	if (*base > PHYS_ADDR_MAX - (PAGE_SIZE - 1))
		return false;
	*base = ALIGN(*base, PAGE_SIZE);
	return *base < *end;
}

int __memblock_add(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end;
	int err;

	if (refused(mb, "memblock_add()"))
		return -EINVAL;
	if (!pages_inside(&base, size, &end))
		return 0;
	err = make_room(mb, &mb->memory, base, end);
	if (!err)
		region_insert(&mb->memory, base, end);
	return err;
}

int __memblock_remove(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = range_end(base, size);
	int err;

	if (refused(mb, "memblock_remove()"))
		return -EINVAL;
	if (!size)
		return 0;
	base &= PAGE_MASK;
	end = end > PHYS_ADDR_MAX - (PAGE_SIZE - 1) ? PHYS_ADDR_MAX : ALIGN(end, PAGE_SIZE);
	err = make_room(mb, &mb->memory, base, end);
	if (!err)
		region_cut(&mb->memory, base, end);
	return err;
}

int __memblock_reserve(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = range_end(base, size);
	int err;

	if (refused(mb, "memblock_reserve()"))
		return -EINVAL;
	if (base == end)
		return 0;
	err = make_room(mb, &mb->reserved, base, end);
	if (!err)
		region_insert(&mb->reserved, base, end);
	return err;
}

int __memblock_phys_free(struct memblock *mb, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = range_end(base, size);
	int err;

	if (refused(mb, "memblock_phys_free()"))
		return -EINVAL;
	if (base == end)
		return 0;
	err = make_room(mb, &mb->reserved, base, end);
	if (!err)
		region_cut(&mb->reserved, base, end);
	return err;
}

/* ---- Allocating ---- */

static bool bad_align(phys_addr_t align)
{
	if (likely(is_power_of_2(align)))
		return false;
	report_open(REPORT_MEMBLOCK_ALIGN, "BUG memblock: alignment 0x%llx is not a power of two",
		    align);
	report_stack_here(NULL);
	report_advice("Alignments are powers of two; 0 asks for a cache line.");
	report_end();
	return true;
}

phys_addr_t __memblock_phys_alloc_range(struct memblock *mb, phys_addr_t size, phys_addr_t align,
					phys_addr_t start, phys_addr_t end)
{
	phys_addr_t place;

	if (!align)
		align = MEMBLOCK_ALIGN_DEFAULT;
	if (refused(mb, "an allocation") || bad_align(align) || !size)
		return 0;
	if (end == MEMBLOCK_ALLOC_ACCESSIBLE || end > mb->current_limit)
		end = mb->current_limit;
	place = find_free(mb, size, align, start, end);
	if (!place || __memblock_reserve(mb, place, size))
		return 0;
	return place;
}

void *__memblock_alloc(struct memblock *mb, phys_addr_t size, phys_addr_t align)
{
	phys_addr_t place =
		__memblock_phys_alloc_range(mb, size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE);

	return place ? memset(mb->to_virt(place), 0, size) : NULL;
}

/* ---- Checking ---- */

static int type_valid(const struct memblock_type *t)
{
	unsigned long i;

	if (t->cnt > t->max)
		return 1;
	for (i = 0; i < t->cnt; i++) {
		if (t->regions[i].base >= t->regions[i].end)
			return 2;
		if (i && t->regions[i].base <= t->regions[i - 1].end)
			return 3;
	}
	return 0;
}

static bool array_reserved(const struct memblock *mb, const struct memblock_type *t)
{
	return !t->array ||
	       __memblock_covers(&mb->reserved, t->array, t->max * sizeof(t->regions[0]));
}

int __memblock_valid(const struct memblock *mb)
{
	int bad = type_valid(&mb->memory);
	unsigned long i;

	if (!bad)
		bad = type_valid(&mb->reserved);
	if (bad)
		return bad;
	/*
	 * Once sealed, what the arrays stand in may have been given to the page allocator as
	 * reserved pages: still true.
	 */
	if (!array_reserved(mb, &mb->memory) || !array_reserved(mb, &mb->reserved))
		return 1;
	for (i = 0; i < mb->memory.cnt; i++)
		if ((mb->memory.regions[i].base | mb->memory.regions[i].end) & ~PAGE_MASK)
			return 4;
	return 0;
}

/* ---- The machine's map ---- */

/**
 * memblock_add - say that there is memory
 * @base: first byte
 * @size: bytes
 *
 * Memory is whole pages: a range is rounded inwards. May overlap what was added before.
 *
 * Return: 0, -ENOMEM if the array is full and can't grow, -EINVAL after the seal.
 */
int memblock_add(phys_addr_t base, phys_addr_t size)
{
	return __memblock_add(&memblock, base, size);
}

/**
 * memblock_remove - say that there is no memory after all
 * @base: first byte
 * @size: bytes; the range is rounded outwards to whole pages
 *
 * Return: as memblock_add().
 */
int memblock_remove(phys_addr_t base, phys_addr_t size)
{
	return __memblock_remove(&memblock, base, size);
}

/**
 * memblock_reserve - say that a range is taken
 * @base: first byte
 * @size: bytes; not rounded, need not be memory, may overlap what is reserved
 *
 * Return: as memblock_add().
 */
int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	return __memblock_reserve(&memblock, base, size);
}

/**
 * memblock_phys_free - say that a range is no longer taken
 * @base: first byte
 * @size: bytes; what of it was not reserved stays so
 *
 * Return: as memblock_add().
 */
int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	return __memblock_phys_free(&memblock, base, size);
}

/**
 * memblock_free - give back what memblock_alloc() gave
 * @ptr: its address, NULL allowed
 * @size: its size
 */
void memblock_free(void *ptr, size_t size)
{
	if (ptr)
		memblock_phys_free(__pa(ptr), size);
}

/**
 * memblock_phys_alloc_range - reserve free memory inside a range
 * @size: bytes
 * @align: a power of two; 0: a cache line
 * @start: lowest address allowed
 * @end: no byte at or above it; MEMBLOCK_ALLOC_ACCESSIBLE: the current limit
 *
 * The highest place that fits is taken. Nothing is written there.
 *
 * Return: the physical address, 0 if nothing fits.
 */
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end)
{
	return __memblock_phys_alloc_range(&memblock, size, align, start, end);
}

/**
 * memblock_phys_alloc - reserve free memory below the current limit
 * @size: bytes
 * @align: a power of two; 0: a cache line
 *
 * Return: the physical address, 0 if nothing fits.
 */
phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_phys_alloc_range(size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE);
}

/**
 * memblock_alloc - allocate zeroed memory
 * @size: bytes
 * @align: a power of two; 0: a cache line
 *
 * Return: its address, NULL if nothing fits.
 */
void *memblock_alloc(phys_addr_t size, phys_addr_t align)
{
	return __memblock_alloc(&memblock, size, align);
}

/* Allocations end below `limit` from now on: what is mapped. */
void memblock_set_current_limit(phys_addr_t limit)
{
	memblock.current_limit = limit;
}

phys_addr_t memblock_get_current_limit(void)
{
	return memblock.current_limit;
}

phys_addr_t memblock_phys_mem_size(void)
{
	return __memblock_bytes(&memblock.memory);
}

phys_addr_t memblock_reserved_size(void)
{
	return __memblock_bytes(&memblock.reserved);
}

/* Lowest address that is memory; 0 if there is none. */
phys_addr_t memblock_start_of_DRAM(void)
{
	return memblock.memory.cnt ? memblock.memory.regions[0].base : 0;
}

/* First address above all memory; 0 if there is none. */
phys_addr_t memblock_end_of_DRAM(void)
{
	return memblock.memory.cnt ? memblock.memory.regions[memblock.memory.cnt - 1].end : 0;
}

bool memblock_is_memory(phys_addr_t addr)
{
	return __memblock_meets(&memblock.memory, addr, 1);
}

bool memblock_is_reserved(phys_addr_t addr)
{
	return __memblock_meets(&memblock.reserved, addr, 1);
}

/* Is all of the range memory, in one region? */
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size)
{
	return __memblock_covers(&memblock.memory, base, size);
}

/* Is any byte of the range reserved? */
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size)
{
	return __memblock_meets(&memblock.reserved, base, size);
}

bool memblock_next_mem(u64 *idx, phys_addr_t *start, phys_addr_t *end)
{
	return __memblock_next_mem(&memblock, idx, start, end);
}

bool memblock_next_reserved(u64 *idx, phys_addr_t *start, phys_addr_t *end)
{
	return __memblock_next_reserved(&memblock, idx, start, end);
}

bool memblock_next_free(u64 *idx, phys_addr_t *start, phys_addr_t *end)
{
	return __memblock_next_free_in(&memblock, idx, 0, PHYS_ADDR_MAX, start, end);
}

bool memblock_next_free_in(u64 *idx, phys_addr_t lo, phys_addr_t hi, phys_addr_t *start,
			   phys_addr_t *end)
{
	return __memblock_next_free_in(&memblock, idx, lo, hi, start, end);
}

void memblock_seal(void)
{
	memblock.sealed = true;
}

int memblock_valid(void)
{
	return __memblock_valid(&memblock);
}
