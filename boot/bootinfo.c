// SPDX-License-Identifier: MIT
/*
 * From what the loader said to a map that can be trusted.
 *
 * A loader's memory map is a list of claims: in any order, overlapping, unaligned, empty, past the
 * end of the machine or of all addresses. boot_info keeps the claims as they came;
 * boot_info_normalise() turns them into a memmap, a partition of the claimed addresses into ranges
 * of one type each.
 *
 *	raw ranges   [  usable         ]          [ usable ]
 *	                    [ bad ]   [ reserved ]
 *	edges        +      +     -   + -        -+        -	sorted by address
 *	memmap       [usable[ bad ][us[ reserved ][ usable ]	the strictest of those that are open
 *
 * Strictness: bad > reserved > NVS > ACPI > usable. Where claims disagree the stricter one wins,
 * because using memory that is not there costs the machine and leaving memory alone costs only that
 * memory. Unknown types are reserved.
 *
 * Method: a sweep over the sorted edges of all ranges, counting the open ranges of each strictness.
 * It runs twice. The first pass works on bytes, so that two usable halves of a page add up to a
 * usable page; its segments are then rounded to pages, usable ones inwards and others outwards,
 * page 0 is added as reserved, and the second pass resolves the pages that now carry two types. An
 * edge is one word, address << 4 | class << 1 | closing; addresses are clipped below 2^46 before,
 * so it fits, and sorting the words sorts the addresses. All edges of one address are applied
 * before the next segment is judged, so their order is no matter.
 *
 * Capacity: n raw ranges have at most 2n distinct edges, and rounding lets a page have no more
 * changes of type than it had edges in it; page 0 adds two. So MEMMAP_MAX = 2n + 2 ranges always
 * suffice and nothing is dropped here.
 *
 * Invariants of a memmap (memmap_valid() returns the number of the first one broken):
 *	I1  nr <= MEMMAP_MAX, and limit is a page multiple not above DIRECT_MAP_SIZE
 *	I2  every range has a known type
 *	I3  every range starts and ends on a page boundary
 *	I4  every range is non-empty, and starts no lower than its predecessor ends
 *	I5  ranges that touch differ in type
 *	I6  no range ends above limit
 *	I7  page 0 is not usable
 *
 * Complexity: O(n log n) for the sorts, O(n) for the rest; scratch lies in the result. No
 * allocation, no globals written, no printing: callable before anything works. Source: the sweep is
 * the textbook algorithm for the union of intervals.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sprintf.h>
#include <linux/sort.h>
#include <asm/page.h>
#include <boot/bootinfo.h>

#define EDGE_CLOSES 1ULL
#define EDGE_SHIFT  4

/* Edges order types by strictness; index 0 means that nothing is open. */
static const u8 class_type[] = { 0, MEM_USABLE, MEM_ACPI, MEM_NVS, MEM_RESERVED, MEM_BAD };
static const u8 type_class[] = { 0, 1, 4, 2, 3, 5 };

#define NR_CLASSES ARRAY_SIZE(class_type)

static const struct {
	const char *what, *first, *outcome;
} problem_text[BOOT_PROBLEMS] = {
	[BOOT_P_TOTAL_CLIPPED] = { "information block longer than readable", "size",
				   "reading what is there" },
	[BOOT_P_NO_TERMINATOR] = { "tags without an end tag", "end at", "all tags used" },
	[BOOT_P_TAG_TRUNCATED] = { "tags that reach past their end", "type", "beginning used" },
	[BOOT_P_TAG_SHORT] = { "tags too short for their type", "type", "ignored" },
	[BOOT_P_TAG_DUPLICATE] = { "tags given twice", "type", "first one used" },
	[BOOT_P_ENTRY_SIZE] = { "memory maps with entries not of 24 bytes", "size",
				"read as such" },
	[BOOT_P_ENTRY_REFUSED] = { "memory maps with entries below 20 bytes", "size", "ignored" },
	[BOOT_P_STRING_TRUNCATED] = { "strings too long or unterminated", "length", "cut" },
	[BOOT_P_MODULE_DROPPED] = { "modules that can't be used", "at", "ignored" },
	[BOOT_P_MAP_FROM_BASIC] = { "no memory map", "KiB above 1 MiB",
				    "made from the basic memory sizes" },
	[BOOT_P_UNREADABLE] = { "pointers out of readable memory", "to", "ignored" },
	[BOOT_P_FRAMEBUFFER] = { "framebuffers that make no sense", "at", "ignored" },
	[BOOT_P_RANGE_DROPPED] = { "memory ranges beyond the table", "at", "given up" },
	[BOOT_P_RANGE_EMPTY] = { "empty memory ranges", "at", "ignored" },
	[BOOT_P_RANGE_WRAPS] = { "memory ranges past the end of all addresses", "at", "clipped" },
	[BOOT_P_RANGE_CLIPPED] = { "usable ranges out of this machine's reach", "at", "clipped" },
	[BOOT_P_RANGE_OVERLAP] = { "overlaps of memory ranges", "at", "the stricter type wins" },
	[BOOT_P_RANGE_UNKNOWN] = { "memory ranges of unknown type", "type", "reserved" },
};

static const char *const error_text[BOOT_ERRORS] = {
	[BOOT_E_TOO_SMALL] = "boot information is too small to hold a header",
	[BOOT_E_BAD_MAGIC] = "boot information does not start with its magic number",
	[BOOT_E_UNREADABLE] = "boot information lies outside of readable memory",
	[BOOT_E_NO_MEMMAP] = "the loader passed no memory map",
	[BOOT_E_NO_USABLE] = "the memory map has no usable page",
	[BOOT_E_PHYS_BITS] = "the CPU's physical address width makes no sense",
};

/* ---- Collecting claims ---- */

void boot_info_init(struct boot_info *bi, enum boot_protocol protocol)
{
	memset(bi, 0, sizeof(*bi));
	bi->protocol = protocol;
}

void boot_info_problem(struct boot_info *bi, enum boot_problem p, u64 where)
{
	struct boot_problem_count *c = &bi->problems[p];

	if (!c->count)
		c->first = where;
	if (c->count != ~0U)
		c->count++;
}

/* Index of the smallest usable range, or nr_ranges. */
static unsigned int smallest_usable(const struct boot_info *bi)
{
	unsigned int i, best = bi->nr_ranges;

	for (i = 0; i < bi->nr_ranges; i++) {
		if (bi->ranges[i].type != MEM_USABLE)
			continue;
		if (best == bi->nr_ranges || bi->ranges[i].size < bi->ranges[best].size)
			best = i;
	}
	return best;
}

void boot_info_add_range(struct boot_info *bi, u64 start, u64 size, u32 type)
{
	struct boot_range *r;
	unsigned int victim;

	if (bi->nr_ranges < BOOT_MAX_RANGES) {
		r = &bi->ranges[bi->nr_ranges++];
	} else {
		/*
		 * If no usable range is left to give up, what is lost can't make anything unsafe:
		 * nothing is usable.
		 */
		victim = smallest_usable(bi);
		if (victim == bi->nr_ranges ||
		    (type == MEM_USABLE && size <= bi->ranges[victim].size)) {
			boot_info_problem(bi, BOOT_P_RANGE_DROPPED, start);
			return;
		}
		r = &bi->ranges[victim];
		boot_info_problem(bi, BOOT_P_RANGE_DROPPED, r->start);
	}
	r->start = start;
	r->size = size;
	r->type = type;
}

void boot_info_limit(struct boot_info *bi, u64 limit)
{
	unsigned int i;

	for (i = 0; i < bi->nr_ranges; i++) {
		struct boot_range *r = &bi->ranges[i];

		if (r->type != MEM_USABLE)
			continue;
		if (r->start >= limit)
			r->type = MEM_RESERVED;
		else if (r->size > limit - r->start)
			r->size = limit - r->start;
	}
}

/* ---- The sweep ---- */

static int edge_cmp(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Append the two edges of [start, end); returns the new number of edges. */
static unsigned int edges_put(struct memmap *m, unsigned int n, u64 start, u64 end, u32 class)
{
	m->edges[n++] = start << EDGE_SHIFT | class << 1;
	m->edges[n++] = end << EDGE_SHIFT | class << 1 | EDGE_CLOSES;
	return n;
}

/* Append a segment, or lengthen the last one if it goes on. */
static void memmap_emit(struct memmap *m, u64 start, u64 end, u32 type)
{
	struct memmap_range *last = m->nr ? &m->ranges[m->nr - 1] : NULL;

	if (last && last->end == start && last->type == type)
		last->end = end;
	else
		m->ranges[m->nr++] = (struct memmap_range){ start, end, type };
}

/* The strictest class that is open; 0 if none. `*many`: more than one range is. */
static unsigned int strictest(const unsigned int *open, bool *many)
{
	unsigned int c, top = 0, sum = 0;

	for (c = 1; c < NR_CLASSES; c++) {
		sum += open[c];
		if (open[c])
			top = c;
	}
	*many = sum > 1;
	return top;
}

/*
 * Replace the ranges of `m` by what its `n` edges say. Overlaps are counted in `bi` unless that is
 * NULL.
 */
static void memmap_sweep(struct memmap *m, unsigned int n, struct boot_info *bi)
{
	unsigned int open[NR_CLASSES] = { 0 };
	unsigned int i, top;
	u64 at, prev = 0;
	bool many;

	sort(m->edges, n, sizeof(m->edges[0]), edge_cmp, NULL);
	m->nr = 0;
	for (i = 0; i < n; i++) {
		at = m->edges[i] >> EDGE_SHIFT;
		top = strictest(open, &many);
		if (top && at > prev) {
			memmap_emit(m, prev, at, class_type[top]);
			if (many && bi)
				boot_info_problem(bi, BOOT_P_RANGE_OVERLAP, prev);
		}
		prev = at;
		if (m->edges[i] & EDGE_CLOSES)
			open[(m->edges[i] >> 1) & 7]--;
		else
			open[(m->edges[i] >> 1) & 7]++;
	}
}

/* ---- Normalising ---- */

static u32 range_class(struct boot_info *bi, u32 type)
{
	if (type >= MEM_USABLE && type <= MEM_BAD)
		return type_class[type];
	boot_info_problem(bi, BOOT_P_RANGE_UNKNOWN, type);
	return type_class[MEM_RESERVED];
}

/* Edges of the raw ranges, clipped to the map's limit; returns how many. */
static unsigned int edges_from_raw(struct boot_info *bi, struct memmap *m)
{
	unsigned int i, n = 0;

	for (i = 0; i < bi->nr_ranges; i++) {
		const struct boot_range *r = &bi->ranges[i];
		u64 end = r->start + r->size;
		u32 class = range_class(bi, r->type);

		if (!r->size) {
			boot_info_problem(bi, BOOT_P_RANGE_EMPTY, r->start);
			continue;
		}
		/*
		 * A range whose end is 2^64 is whole, not wrapped; either way it is longer than the
		 * limit.
		 */
		if (end < r->start) {
			if (end)
				boot_info_problem(bi, BOOT_P_RANGE_WRAPS, r->start);
			end = ~0ULL;
		}
		if (end > m->limit && r->type == MEM_USABLE)
			boot_info_problem(bi, BOOT_P_RANGE_CLIPPED, r->start);
		if (end > m->limit)
			end = m->limit;
		if (r->start < end)
			n = edges_put(m, n, r->start, end, class);
	}
	return n;
}

/* Edges of the segments of the first pass, rounded to pages, and of page 0; returns how many. */
static unsigned int edges_from_segments(struct memmap *m)
{
	unsigned int i, n = edges_put(m, 0, 0, PAGE_SIZE, type_class[MEM_RESERVED]);

	for (i = 0; i < m->nr; i++) {
		u64 start = m->ranges[i].start, end = m->ranges[i].end;

		if (m->ranges[i].type == MEM_USABLE)
			start += PAGE_SIZE - 1;
		else
			end += PAGE_SIZE - 1;
		start &= PAGE_MASK;
		end &= PAGE_MASK;
		if (start < end)
			n = edges_put(m, n, start, end, type_class[m->ranges[i].type]);
	}
	return n;
}

/**
 * boot_info_normalise - make the trusted map of a loader's claims
 * @bi: the claims; problems found on the way are counted in it
 * @phys_bits: the CPU's physical address width
 * @out: the map, valid in the sense of memmap_valid() unless -BOOT_E_PHYS_BITS or -BOOT_E_NO_MEMMAP
 *	is returned
 *
 * Return: 0, or -BOOT_E_NO_MEMMAP, -BOOT_E_NO_USABLE, -BOOT_E_PHYS_BITS.
 */
int boot_info_normalise(struct boot_info *bi, unsigned int phys_bits, struct memmap *out)
{
	out->nr = 0;
	out->limit = 0;
	if (phys_bits < 32 || phys_bits > 64)
		return -BOOT_E_PHYS_BITS;
	if (!bi->nr_ranges)
		return -BOOT_E_NO_MEMMAP;
	out->limit = 1ULL << (phys_bits < PHYS_MAP_BITS ? phys_bits : PHYS_MAP_BITS);
	memmap_sweep(out, edges_from_raw(bi, out), bi);
	memmap_sweep(out, edges_from_segments(out), NULL);
	return memmap_bytes(out, MEM_USABLE) ? 0 : -BOOT_E_NO_USABLE;
}

int memmap_valid(const struct memmap *m)
{
	unsigned int i;

	if (m->nr > MEMMAP_MAX || m->limit & ~PAGE_MASK || m->limit > DIRECT_MAP_SIZE)
		return 1;
	for (i = 0; i < m->nr; i++) {
		const struct memmap_range *r = &m->ranges[i];

		if (r->type < MEM_USABLE || r->type > MEM_BAD)
			return 2;
		if ((r->start | r->end) & ~PAGE_MASK)
			return 3;
		if (r->start >= r->end || (i && r->start < r[-1].end))
			return 4;
		if (i && r->start == r[-1].end && r->type == r[-1].type)
			return 5;
		if (r->end > m->limit)
			return 6;
		if (r->type == MEM_USABLE && r->start == 0)
			return 7;
	}
	return 0;
}

u64 memmap_bytes(const struct memmap *m, enum mem_type type)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < m->nr; i++)
		if (m->ranges[i].type == type)
			sum += m->ranges[i].end - m->ranges[i].start;
	return sum;
}

/* ---- Words for people ---- */

const char *mem_type_name(u32 type)
{
	static const char *const names[] = {
		[MEM_USABLE] = "usable", [MEM_RESERVED] = "reserved", [MEM_ACPI] = "ACPI tables",
		[MEM_NVS] = "ACPI NVS",	 [MEM_BAD] = "bad",
	};

	return type >= MEM_USABLE && type <= MEM_BAD ? names[type] : names[MEM_RESERVED];
}

bool boot_problem_describe(const struct boot_info *bi, enum boot_problem p, char *buf, size_t size)
{
	const struct boot_problem_count *c = &bi->problems[p];

	if (size)
		buf[0] = '\0';
	if (!c->count)
		return false;
	snprintf(buf, size, "boot information: %s: %u (first: %s 0x%llx); %s", problem_text[p].what,
		 c->count, problem_text[p].first, c->first, problem_text[p].outcome);
	return true;
}

const char *boot_info_error(int err)
{
	if (err < 0 && err > -BOOT_ERRORS)
		return error_text[-err];
	return err ? "unknown boot error" : "no error";
}

/* ---- The boot line, early ---- */

/* End of the word at `p`; blanks inside double quotes belong to it. */
static const char *word_end(const char *p)
{
	bool quoted = false;

	for (; *p && (quoted || (*p != ' ' && *p != '\t' && *p != '\n')); p++)
		if (*p == '"')
			quoted = !quoted;
	return p;
}

/* Copy the value [p, end), without a pair of quotes around it; returns its length. */
static int value_copy(const char *p, const char *end, char *buf, size_t n)
{
	size_t len, room;

	if (end - p >= 1 && *p == '"') {
		p++;
		if (end > p && end[-1] == '"')
			end--;
	}
	len = end - p;
	if (n) {
		room = len < n - 1 ? len : n - 1;
		memcpy(buf, p, room);
		buf[room] = '\0';
	}
	return (int)len;
}

int boot_line_value(const char *line, const char *key, char *buf, size_t n)
{
	size_t len = strlen(key);
	const char *p = line, *end;
	int found = -1;

	for (; *p; p = end) {
		if (*p == ' ' || *p == '\t' || *p == '\n') {
			end = p + 1;
			continue;
		}
		end = word_end(p);
		if ((size_t)(end - p) < len || memcmp(p, key, len))
			continue;
		if (p + len == end)
			found = value_copy(end, end, buf, n);
		else if (p[len] == '=')
			found = value_copy(p + len + 1, end, buf, n);
	}
	return found;
}

/* ---- modules ---- */

bool boot_module_name(const struct boot_module *m, char *name, size_t size)
{
	const char *end = m->cmdline + strcspn(m->cmdline, " \t"), *from = end;
	size_t len, n;
	bool ko;

	while (from > m->cmdline && from[-1] != '/')
		from--;
	len = end - from;
	ko = len > 3 && !strncmp(end - 3, ".ko", 3);
	n = min(ko ? len - 3 : len, size - 1);
	for (size_t i = 0; i < n; i++)
		name[i] = from[i] == '-' ? '_' : from[i];
	name[n] = '\0';
	return ko;
}

/* Are the first `n` bytes of `a` the text `b`, '-' and '_' being the same? */
static bool same_start(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((a[i] == '-' ? '_' : a[i]) != b[i])
			return false;
	}
	return !b[n];
}

bool boot_module_param(const struct boot_info *bi, const char *key)
{
	const char *dot = strchr(key, '.');
	char name[BOOT_MODULE_NAME] = "";

	for (unsigned int i = 0; dot && i < bi->nr_modules; i++) {
		boot_module_name(&bi->modules[i], name, sizeof(name));
		if (same_start(key, name, dot - key))
			return true;
	}
	return false;
}
