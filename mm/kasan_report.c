// SPDX-License-Identifier: MIT
/*
 * Reports of accesses to memory that is shut
 * ==========================================
 *
 * 1. What it is for. The checker (asm/memstate.h) says that `size` bytes at `addr` are touched, of which
 *    the one at `bad` is shut. The state of that byte says what kind of mistake it is; who owns the
 *    memory around it says whose. The text is laid out as Linux's KASAN lays it out:
 *
 *	headline            kind, and the function that made the access
 *	access              its size, address and task
 *	call trace          from that function on: memcpy() and its like are left out
 *	the object          cache, where in it, stacks of its allocation and free;
 *	  or the block, the variable of the image or the frame of a stack
 *	the address         by report_address(), as everywhere
 *	memory state        rows of states around it
 *	advice
 *
 * 2. Going on. The report returns, and the access is made as if there were no checker.
 *
 * 3. Nesting. What a report does is checked too, but a report about that is not made: it would lead to
 *    the next. `reporting` is this CPU's, with interrupts off, and a jump out of a report clears it.
 *
 * Nothing here is instrumented. Contexts: any. Locks: none.
 */
#include <asm/extable.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/stack.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "internal.h"
#include "kasan.h"
#include "slab.h"

#ifdef MEMSTATE_SHIFT

#define MAX_FRAMES  24
#define GRANULE	    (1UL << MEMSTATE_SHIFT)
#define ROW_STATES  16
#define ROW_BYTES   (ROW_STATES * GRANULE)
#define ROWS_AROUND 2
#define MAX_NAME    256 /* of a variable, with its line; a longer one is none */
#define FRAME_MAGIC 0x41b58ab3UL /* the compiler's, at the start of a frame with red zones */

static DEFINE_PER_CPU(bool, reporting);

void memstate_report_left(void)
{
	this_cpu_write(reporting, false);
}

/* ---- what kind ---- */

struct kind {
	u8 state;
	enum report_kind report;
	const char *name, *advice;
};

static const struct kind kinds[] = {
	{ MEMSTATE_PAGE_FREE, REPORT_KASAN_USE_AFTER_FREE, "use-after-free",
	  "The page was given back before: somebody kept an address in it." },
	{ MEMSTATE_PAGE_REDZONE, REPORT_KASAN_OUT_OF_BOUNDS, "slab-out-of-bounds",
	  "The access runs past the bytes that kmalloc() was asked for: a length or index is too large." },
	{ MEMSTATE_REDZONE, REPORT_KASAN_OUT_OF_BOUNDS, "slab-out-of-bounds",
	  "The access leaves its object: a length or index is too large (or negative), or less was allocated "
	  "than is used." },
	{ MEMSTATE_FREE, REPORT_KASAN_USE_AFTER_FREE, "slab-use-after-free",
	  "The object was freed: somebody kept a pointer to it. Set it to NULL where it is freed, or look for "
	  "a missing reference." },
	{ MEMSTATE_GLOBAL, REPORT_KASAN_OUT_OF_BOUNDS, "global-out-of-bounds",
	  "The access leaves a static variable: an index is too large, or a string has no end." },
	{ MEMSTATE_VMALLOC, REPORT_KASAN_OUT_OF_BOUNDS, "vmalloc-out-of-bounds",
	  "The access leaves an area of vmalloc(), or the area was freed." },
	{ MEMSTATE_PERCPU_FREE, REPORT_KASAN_USE_AFTER_FREE, "use-after-free",
	  "The per-CPU variable was freed: somebody kept what per_cpu_ptr() or this_cpu_ptr() gave, or uses "
	  "it behind free_percpu()." },
	{ MEMSTATE_MEMPOOL, REPORT_KASAN_USE_AFTER_FREE, "use-after-free",
	  "The element went back to its pool by mempool_free(), and is kept there: somebody kept an address in "
	  "it." },
	{ MEMSTATE_NEVER, REPORT_KASAN_WILD_ACCESS, "wild-memory-access",
	  "Nobody's variables are there: the pointer was overwritten, or never set." },
	{ MEMSTATE_STACK_LEFT, REPORT_KASAN_OUT_OF_BOUNDS, "stack-out-of-bounds",
	  "The access leaves a variable on the stack at its lower end: a negative index." },
	{ MEMSTATE_STACK_MID, REPORT_KASAN_OUT_OF_BOUNDS, "stack-out-of-bounds",
	  "The access leaves a variable on the stack: an index or length is too large." },
	{ MEMSTATE_STACK_RIGHT, REPORT_KASAN_OUT_OF_BOUNDS, "stack-out-of-bounds",
	  "The access leaves a variable on the stack: an index or length is too large." },
	{ MEMSTATE_STACK_PARTIAL, REPORT_KASAN_OUT_OF_BOUNDS, "stack-out-of-bounds",
	  "The access leaves a variable on the stack: an index or length is too large." },
	{ MEMSTATE_ALLOCA_LEFT, REPORT_KASAN_OUT_OF_BOUNDS, "alloca-out-of-bounds",
	  "The access leaves an array on the stack whose length is known at run time." },
	{ MEMSTATE_ALLOCA_RIGHT, REPORT_KASAN_OUT_OF_BOUNDS, "alloca-out-of-bounds",
	  "The access leaves an array on the stack whose length is known at run time." },
};

static const struct kind unknown = { 0, REPORT_KASAN_OUT_OF_BOUNDS, "out-of-bounds", "The access leaves what may be touched." };

/* Where only some of eight bytes are open, what follows says why. */
static const struct kind *kind_of(unsigned long bad)
{
	const u8 *state = memstate_of((void *)bad);

	if (*state < GRANULE)
		state++;
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].state == *state)
			return &kinds[i];
	}
	return &unknown;
}

/* ---- who ---- */

/* Functions that do what their caller says. */
static bool is_helper(unsigned long ip)
{
	static const char *const names[] = { "memcpy", "memmove", "memset", "strcpy",
					     "strncpy", "strscpy", "strcat", "strncat" };
	char name[24];

	scnprintf(name, sizeof(name), "%ps", (void *)(ip - 1));
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

struct trace {
	unsigned long ips[MAX_FRAMES];
	unsigned int n, first; /* of the function that is to blame */
};

static noinline void trace_from(struct trace *t, unsigned long ip)
{
	t->n = stack_trace_save(t->ips, MAX_FRAMES, 1, NULL);
	t->first = 0;
	while (t->first < t->n && t->ips[t->first] != ip)
		t->first++;
	if (t->first == t->n) {
		t->ips[0] = ip;
		t->first = 0;
	}
	while (t->first + 1 < t->n && is_helper(t->ips[t->first]))
		t->first++;
}

/* ---- the memory: of slabs ---- */

/* How many bytes of the object may be touched. */
static size_t open_bytes(const struct kmem_cache *s, const void *obj)
{
	size_t n = 0;

	while (n < s->object_size) {
		u8 state = *memstate_of((char *)obj + n);

		if (state >= GRANULE)
			break;
		n += state ? state : GRANULE;
		if (state)
			break;
	}
	return min_t(size_t, n, s->object_size);
}

static void report_place(unsigned long bad, unsigned long start, size_t size, const char *what)
{
	if (bad < start)
		report_line("The buggy address is located %lu byte%s to the left of", start - bad,
			    plural(start - bad));
	else if (bad >= start + size)
		report_line("The buggy address is located %lu byte%s to the right of",
			    bad - start - size, plural(bad - start - size));
	else
		report_line("The buggy address is located %lu byte%s inside of", bad - start,
			    plural(bad - start));
	report_line(" %s %zu-byte region [%016lx, %016lx)", what, size, start, start + size);
}

/* The object that the byte belongs to, or the one that it lies closely in front of. */
static void *object_near(struct kmem_cache *s, unsigned long bad)
{
	unsigned int i = (-(bad | s->slab_mask) - 1) / s->size;
	struct page *slab = slab_page(s, (void *)bad);
	char *obj, *next;

	if (i >= s->objects)
		return slab_object(s, slab, s->objects - 1);
	obj = slab_object(s, slab, i);
	next = i ? slab_object(s, slab, i - 1) : NULL;
	if (next && bad >= (unsigned long)obj + s->object_size &&
	    2 * ((unsigned long)next - bad) < bad - (unsigned long)obj - s->object_size)
		return next;
	return obj;
}

static void report_object(struct kmem_cache *s, unsigned long bad)
{
	void *obj = object_near(s, bad);
	bool freed = *memstate_of(obj) == MEMSTATE_FREE;
	size_t size = freed ? s->object_size : open_bytes(s, obj);

	report_line("The buggy address belongs to the object at %016lx", (unsigned long)obj);
	report_line(" which belongs to the cache %s of size %u", s->name, s->object_size);
	report_place(bad, (unsigned long)obj, size, freed ? "freed" : "allocated");
	kasan_report_tracks(s, obj);
	slab_report_tracks(s, obj); /* where debug flags have taken their room */
}

/*
 * What report_address() is about to name is the object whose room the byte is in, which isn't always the
 * one that the report is about: say so first.
 */
static void tell_neighbours(struct kmem_cache *s, unsigned long bad)
{
	unsigned int i = (-(bad | s->slab_mask) - 1) / s->size;

	if (i < s->objects && slab_object(s, slab_page(s, (void *)bad), i) != object_near(s, bad))
		report_line(
			"The address lies between two objects, nearer to the one above than to its neighbour:");
}

static const char *page_state(const struct page *head)
{
	switch (head->type) {
	case PAGE_FREE:
	case PAGE_PCP:
		return "free";
	case PAGE_KMALLOC:
		return "of a large kmalloc block";
	case PAGE_RESERVED:
		return "of the page allocator's own";
	default:
		return "allocated";
	}
}

static void report_page(unsigned long bad)
{
	struct page *page, *head;

	if (!is_direct_map_addr((void *)bad) || !pfn_valid((bad - PAGE_OFFSET) >> PAGE_SHIFT))
		return;
	page = direct_page((void *)bad);
	head = page_head(page);
	if (!head)
		return;
	if (head->type == PAGE_KMALLOC)
		report_place(bad, (unsigned long)page_address(head), head->size, "allocated");
	report_line("The buggy address belongs to the physical page:");
	report_line("page:%px refcount:%d mapcount:%d pfn:%#lx order:%u, %s", head,
		    page_count(head), page_mapcount(head), page_to_pfn(head), head->order,
		    page_state(head));
}

/* ---- … of variables and stacks ---- */

static void report_global(unsigned long bad)
{
	const struct memstate_global *g = memstate_global(bad);

	if (!g)
		return;
	report_line("The buggy address belongs to the variable:");
	report_line(" %s, %lu byte%s, of %s", g->name, g->size, plural(g->size), g->file);
	report_place(bad, g->start, g->size, "its");
}

/* The frame that `bad` lies in: its lowest bytes are the first red zone. NULL: it can't be told. */
static const unsigned long *frame_of(unsigned long bad, unsigned long low)
{
	unsigned long at = bad & ~(GRANULE - 1);

	while (at >= low && *memstate_of((void *)at) != MEMSTATE_STACK_LEFT)
		at -= GRANULE;
	while (at > low && *memstate_of((void *)(at - GRANULE)) == MEMSTATE_STACK_LEFT)
		at -= GRANULE;
	if (at < low || *(const unsigned long *)at != FRAME_MAGIC)
		return NULL;
	return (const unsigned long *)at;
}

/*
 * The compiler's description of a frame is found by a pointer in its red zone, and what ran over the red
 * zone may have overwritten that: nothing is read unguarded, and what can't be read ends the text.
 */
static char char_at(const char *text)
{
	char c;

	return copy_nofault(&c, text, 1) ? '\0' : c;
}

/* A number, and the blank behind it. False: something else stands there. */
static bool next_number(const char **text, unsigned long *n)
{
	char c = char_at(*text);

	if (c < '0' || c > '9')
		return false;
	for (*n = 0; c >= '0' && c <= '9'; c = char_at(++*text))
		*n = *n * 10 + (unsigned long)(c - '0');
	if (c == ' ')
		++*text;
	return true;
}

/* "offset size length-of-name name[:line]", and the blank behind it. False: that's not what stands there. */
static bool report_variable(const char **text)
{
	unsigned long offset, size, length;
	char name[64];
	size_t n = 0;

	if (!next_number(text, &offset) || !next_number(text, &size) || !next_number(text, &length) ||
	    !length || length > MAX_NAME)
		return false;
	for (unsigned long i = 0; i < length; i++) {
		char c = char_at(*text + i);

		if (!c)
			return false;
		if (c == ':')
			break;
		if (n < sizeof(name) - 1)
			name[n++] = c;
	}
	name[n] = '\0';
	*text += length;
	if (char_at(*text) == ' ')
		++*text;
	report_line(" [%lu, %lu) '%s'", offset, offset + size, name);
	return true;
}

/* "objects {variable}": what has red zones in the frame. */
static void report_variables(const char *text)
{
	unsigned long n;

	if (!next_number(&text, &n) || !n) {
		report_line("What it holds can't be told: the pointer to its description was overwritten (%016lx).",
			    (unsigned long)text);
		return;
	}
	report_line("This frame has %lu object%s:", n, plural(n));
	while (n-- && report_variable(&text))
		;
}

static void report_frame(unsigned long bad, unsigned long low, const char *stack)
{
	const unsigned long *frame = frame_of(bad, low);

	report_line("The buggy address belongs to stack of task %s/%d (%s)", current->comm,
		    current->pid, stack);
	if (!frame)
		return;
	report_line(" and is located at offset %lu in frame:", bad - (unsigned long)frame);
	report_line(" %pS", (void *)frame[2]);
	report_variables((const char *)frame[1]);
}

static void report_memory(unsigned long bad)
{
	struct kmem_cache *s = slab_cache_of((void *)bad);
	unsigned long low, high;
	const char *stack;

	if (s)
		report_object(s, bad);
	else if (stack_bounds(bad, &low, &high, &stack))
		report_frame(bad, low, stack);
	else
		report_global(bad);
	report_page(bad);
	if (s)
		tell_neighbours(s, bad);
	report_address((void *)bad);
}

/* ---- states ---- */

static void report_row(unsigned long row, unsigned long bad)
{
	char text[3 * ROW_STATES + 1];
	bool here = bad - row < ROW_BYTES;

	for (unsigned int i = 0; i < ROW_STATES; i++)
		scnprintf(text + 3 * i, 4, " %02x", *memstate_of((void *)(row + i * GRANULE)));
	report_line("%c%016lx:%s", here ? '>' : ' ', row, text);
	if (here)
		report_line("%*s", (int)(19 + 3 * ((bad - row) / GRANULE) + 2), "^");
}

/* Rows of states around an address. */
static void report_states(const void *p)
{
	unsigned long bad = (unsigned long)p, first = bad & ~(ROW_BYTES - 1);

	report_line("Memory state around the buggy address:");
	for (int i = -ROWS_AROUND; i <= ROWS_AROUND; i++)
		report_row(first + i * (long)ROW_BYTES, bad);
}

/* ---- the reports ---- */

static void report_access(const struct memstate_bug *bug)
{
	const struct kind *kind = kind_of(bug->bad);
	struct trace t;

	trace_from(&t, bug->ip);
	report_open(kind->report, "BUG: KASAN: %s in %pB", kind->name, (void *)t.ips[t.first]);
	report_line("%s of size %lu at addr %016lx by task %s/%d", bug->write ? "Write" : "Read",
		    bug->size, bug->addr, current->comm, current->pid);
	report_stack(NULL, t.ips + t.first, t.n - t.first);
	report_memory(bug->bad);
	report_states((void *)bug->bad);
	report_advice("%s", kind->advice);
	report_end();
}

/* The headline of a free that is wrong; in the name of whoever called the allocator. */
noinline void kasan_begin_free(enum report_kind report, const char *what, const void *p)
{
	unsigned long ips[MAX_FRAMES];
	unsigned int n = stack_trace_save(ips, MAX_FRAMES, 2, NULL), own = 0;

	while (own + 1 < n && slab_own_function(ips[own]))
		own++;
	report_open(report, "BUG: KASAN: %s in %pB", what, (void *)(n ? ips[own] : 0));
	report_line("Free of addr %016lx by task %s/%d", (unsigned long)p, current->comm,
		    current->pid);
}

/* A page that is free was a large block, and is no head of one any more: every page of it counts. */
const char *kasan_foreign(const char *func, const void *p)
{
	if (!strcmp(func, "ksize"))
		return "invalid-access";
	if (offset_in_page(p) || !is_direct_map_addr(p) || !pfn_valid(__pa(p) >> PAGE_SHIFT))
		return "invalid-free";
	return *memstate_of(p) == MEMSTATE_PAGE_FREE ? "double-free" : "invalid-free";
}

/* Entered from below: see asm/memstate.h. */
void memstate_report(const struct memstate_bug *bug)
{
	unsigned long flags;

	local_irq_save(flags);
	if (!this_cpu_read(reporting)) {
		this_cpu_write(reporting, true);
		report_access(bug);
		this_cpu_write(reporting, false);
	}
	local_irq_restore(flags);
}

#endif
