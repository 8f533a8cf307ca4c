// SPDX-License-Identifier: MIT
/*
 * Leaks: memory that somebody holds and that nothing refers to any more, so that nobody can free it.
 *
 * 1. What it is for. A forgotten kfree() shows nowhere: the object just stays. But who could still free
 *    it must have its address somewhere: in data, on a stack, in a register, in another object. All of
 *    these are looked at, word by word, and whatever no word leads to is reported, by the way Linux's
 *    kmemleak has, which is what a garbage collector does but for the freeing:
 *
 *        roots ──► blocks they refer to ──► blocks those refer to …       what is left: leaks
 *
 *    It is conservative: a number that happens to look like an address keeps a block from being found,
 *    now and then. It has no false alarms as long as addresses are kept as addresses; who hides one
 *    (as an offset, encoded, in a device) says so by the functions of kmemleak_note.c.
 *
 * 2. No tracking. Linux notes every allocation and every free in a tree, from boot on. Here the
 *    allocators know what they have handed out and who asked for it (alloc_tag.c): so a scan needs
 *    nothing to have been done before, and memory costs nothing while there is none. What is missing
 *    is the stack of the allocation: of objects slab_debug=U keeps it (kmemleak=on means that, too), of
 *    blocks of pages, large kmalloc() and vmalloc() page_owner=on.
 *
 * 3. One instant. A scan stops the other CPUs, each in an interrupt, and has its own interrupts off. So it
 *    sees one state of all memory, in which whatever a lock that is taken with interrupts off guards
 *    is whole (nobody who was stopped holds one), no pointer is on its way unseen from one place to another,
 *    and one scan is enough. (Linux scans while all goes on, and so needs two, and checksums.) The machine
 *    stands still for as long: O(memory held), see 6. A CPU with interrupts off for long makes the stop
 *    fail, and it is tried again, since it may wait for one that was stopped.
 *
 *        measure ─ allocate ─ stop ─ number, mark, collect ─ go on ─ report
 *                                └─ too small by now: go on, allocate more
 *
 *    A scan that can't be made, for want of memory, says so, and is not taken for one that found nothing.
 *
 * 4. What counts as a reference, and what blocks there are: kmemleak_mark.c. What is not looked at:
 *    what is free, in slabs or magazines; red zones, tracks, and what lies behind the bytes asked for
 *    where that is known; stacks beyond what is in use; objects of caches with SLAB_NOLEAKTRACE; what
 *    CPUs hold of caches. Those hold nothing, and are no leaks.
 *
 * 5. A leak is reported once. The report says who allocated it, what is in it, and whether another leak
 *    refers to it: then that one is what to look for. Of many the first MAX_REPORTS are told one by one.
 *
 * 6. Cost: 4 bytes for each page of RAM that was ever used, 3 bits a block, 72 KiB; some 16 instructions a
 *    word (behind a boot: 3.7 million for 239,000 words, with 512M as with 5G). Nothing between scans.
 *
 * Boot line: kmemleak=off: no scans. kmemleak=on: stacks are kept, and a scan follows the self-tests.
 * kmemleak=suites: a scan follows each suite; no stacks.
 *
 * Locks: scan_mutex, alone. Contexts: a scan may sleep.
 *
 * Sources: Linux 6.12, Documentation/dev-tools/kmemleak.rst, for the interface and the report; McCarthy's
 * mark phase, with the bounded stack and the walk that makes up for it (Knuth, TAOCP 1, 2.3.5).
 */
#include <asm/clock.h>
#include <asm/irqflags.h>
#include <asm/memstate.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <linux/alloc_tag.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "internal.h"
#include "kfence.h"
#include "kmemleak.h"
#include "slab.h"
#include "vmap.h"

#define MAX_LEAKS   1024 /* that are kept one by one */
#define MAX_REPORTS 16
#define MAX_TRIES   8		      /* to have room for all that there is */
#define STOP_NS	    (50 * 1000000ULL) /* for the others to come, at first */

static DEFINE_MUTEX(scan_mutex);
static enum { KMEMLEAK_ASKED, KMEMLEAK_OFF, KMEMLEAK_ON, KMEMLEAK_SUITES } mode; /* R */

static int set_kmemleak(const char *val)
{
	static const char *const names[] = { "", "off", "on", "suites" };

	for (unsigned int i = 1; val && i < ARRAY_SIZE(names); i++) {
		if (!strcmp(val, names[i]))
			mode = i;
	}
	if (!val || strcmp(val, names[mode]))
		return -EINVAL;
	if (mode == KMEMLEAK_ON)
		slab_debug_keep_stacks();
	return 0;
}
BOOT_PARAM("kmemleak", set_kmemleak);

bool kmemleak_wanted(void)
{
	return mode == KMEMLEAK_ON || mode == KMEMLEAK_SUITES;
}

bool kmemleak_wanted_often(void)
{
	return mode == KMEMLEAK_SUITES;
}

/* Not the slab allocator's tables: the address behind a full magazine is that of what lies there. */
void kmemleak_init(void)
{
	unsigned int cpu;

	note_init();
	for_each_possible_cpu(cpu)
		kmemleak_no_scan_range(per_cpu_ptr(&slab_cpus[0], cpu), sizeof(slab_cpus));
	kmemleak_no_scan_range(vmap_space.ring, sizeof(vmap_space.ring));
	kmemleak_no_scan_range(vmap_modules.ring, sizeof(vmap_modules.ring));
}

/* ---- The others stop ---- */

/* M: scan_mutex */
static struct {
	atomic_t come, gone;	   /* CPUs that did */
	unsigned int go;	   /* they may go on */
	unsigned long on[NR_CPUS]; /* an address on the stack that each is on */
	struct cpumask others;
} stop;

/*
 * Called by an interrupt, which has all registers on the stack; or by who waits for another CPU and serves
 * calls meanwhile: what that one's callers keep in registers is in none of its frames.
 */
static noinline void stop_here(void *arg)
{
	struct recovery regs;

	if (recovery_save(&regs))
		return;
	stop.on[smp_processor_id()] = (unsigned long)&regs;
	atomic_inc_return(&stop.come);
	while (!smp_load_acquire(&stop.go))
		smp_relax();
	atomic_inc_return(&stop.gone);
}

/* Interrupts on; those who have not come yet will go on at once when they do. */
static void others_go_on(unsigned int n)
{
	smp_store_release(&stop.go, 1);
	while ((unsigned int)atomic_read_acquire(&stop.gone) < n)
		smp_relax();
}

/* Ask once; false: not all have come in time, and nobody is stopped. */
static bool try_to_stop(unsigned int n, u64 ns)
{
	u64 end = clock_ns() + ns;

	atomic_set(&stop.come, 0);
	atomic_set(&stop.gone, 0);
	WRITE_ONCE(stop.go, 0);
	call_on_cpus(&stop.others, stop_here, NULL, false);
	while ((unsigned int)atomic_read_acquire(&stop.come) < n) {
		if (clock_ns() > end) {
			others_go_on(n);
			return false;
		}
		smp_relax();
	}
	return true;
}

/* Run fn(h) while nobody else does anything. */
static noinline void alone(void (*fn)(struct heap *h), struct heap *h)
{
	struct recovery regs; /* what a function keeps for its caller */
	unsigned int cpu, me, n = num_online_cpus() - 1;
	unsigned long flags;

	preempt_disable();
	me = smp_processor_id();
	cpumask_clear(&stop.others);
	for (cpu = 0; cpu <= n; cpu++) {
		if (cpu != me)
			cpumask_set_cpu(cpu, &stop.others);
	}
	for (u64 ns = STOP_NS; n && !try_to_stop(n, ns); ns *= 2)
		;
	local_irq_save(flags);
	if (!recovery_save(&regs)) {
		stop.on[me] = (unsigned long)&regs;
		memstate_pause();
		fn(h);
		memstate_resume();
	}
	local_irq_restore(flags);
	others_go_on(n);
	preempt_enable();
}

/**
 * kmemleak_forget_stack() - what ended functions have left on the stack goes
 *
 * Before a scan that is to find what they have lost: their frames' words may be part of those of the
 * functions that scan.
 */
noinline void kmemleak_forget_stack(void)
{
	volatile unsigned long below[384];

	for (unsigned int i = 0; i < ARRAY_SIZE(below); i++)
		below[i] = 0;
}

/* ---- The heap's memory ---- */

static unsigned long bits(u32 n)
{
	return (n / 64 + 1) * sizeof(long);
}

static struct heap *heap_alloc(const struct heap_size *room)
{
	unsigned long sections = (unsigned long)room->sections * PAGES_PER_SECTION * sizeof(u32);
	unsigned long nr_first = 0, size = sizeof(struct heap) + sections;
	struct heap *h;
	struct zone *z;
	char *at;

	for_each_zone(z) {
		if (populated_zone(z))
			nr_first = max(nr_first, z->end_pfn / PAGES_PER_SECTION + 1);
	}
	size += nr_first * sizeof(u32 *) + room->areas * sizeof(struct area_range) +
		room->own * (sizeof(struct note *) + sizeof(u64)) + 3 * bits(room->numbers) +
		HEAP_TODO * sizeof(struct block) + MAX_LEAKS * sizeof(u64);
	h = vzalloc(size);
	if (!h)
		return NULL;
	kmemleak_no_scan(h);
	at = (char *)(h + 1);
	h->room = *room;
	h->nr_first = nr_first;
	h->max_todo = HEAP_TODO;
#define TAKE(field, bytes) (h->field = (void *)at, at += (bytes))
	TAKE(first, nr_first * sizeof(u32 *));
	TAKE(area, room->areas * sizeof(struct area_range));
	TAKE(own, room->own * sizeof(struct note *));
	TAKE(marked, bits(room->numbers));
	TAKE(scanned, bits(room->numbers));
	TAKE(noted, bits(room->numbers));
	TAKE(todo, HEAP_TODO * sizeof(struct block));
	TAKE(leak_number, MAX_LEAKS * sizeof(u64));
	TAKE(found, room->own * sizeof(u64));
	TAKE(pool, sections);
#undef TAKE
	return h;
}

static struct kmemleak_scan *scan_alloc(void)
{
	struct kmemleak_scan *s = vzalloc(sizeof(*s) + MAX_LEAKS * sizeof(s->leak[0]) +
					  TAG_IDS * sizeof(s->of_tag[0]));

	if (!s)
		return NULL;
	kmemleak_no_scan(s);
	s->leak = (struct kmemleak_leak *)(s + 1);
	s->of_tag = (u32 *)(s->leak + MAX_LEAKS);
	return s;
}

void kmemleak_look_end(struct kmemleak_scan *scan)
{
	vfree(scan);
}

/* ---- Alone: what is left ---- */

static const char *block_name(const struct block *b)
{
	if (b->kind == BLOCK_OBJECT)
		return b->cache->name;
	if (b->kind == BLOCK_KFENCE)
		return b->sample->cache->name;
	if (b->kind == BLOCK_PAGES)
		return b->page->type == PAGE_KMALLOC ? "kmalloc" : "pages";
	if (b->kind == BLOCK_AREA)
		return b->area->flags & VM_IOREMAP ? "ioremap"
		       : b->area->flags & VM_ALLOC ? "vmalloc"
						   : "vmap";
	return b->kind == BLOCK_PERCPU ? "percpu" : "kmemleak_alloc";
}

static unsigned long jiffies_of(u64 ns)
{
	return jiffies - (clock_ns() - ns) / (1000000000ULL / HZ);
}

/* A sample knows its stack, and when in ns. */
static void sample_allocated(const struct kfence_object *o, struct kmemleak_leak *leak)
{
	const struct kfence_track *t = &o->allocated;

	leak->nr = min_t(unsigned int, t->nr, KMEMLEAK_FRAMES);
	memcpy(leak->ips, t->ips, leak->nr * sizeof(leak->ips[0]));
	leak->when = jiffies_of(t->when);
	leak->cpu = t->cpu;
}

/* Of a block of pages; an area of vmalloc() was allocated when its pages were. */
static void pages_allocated(const struct page *page, struct kmemleak_leak *leak)
{
	u64 ns;

	leak->pages = true;
	leak->nr = page_owner_allocated(page, leak->ips, KMEMLEAK_FRAMES, &ns, &leak->cpu);
	if (leak->nr)
		leak->when = jiffies_of(ns);
}

static void add_leak(struct heap *h, const struct block *b, const struct note *n, u32 tag)
{
	struct kmemleak_leak *leak = &h->scan->leak[h->scan->nr];

	if (h->scan->nr == MAX_LEAKS)
		return;
	h->leak_number[h->scan->nr++] = b->number;
	leak->start = (void *)b->start;
	leak->size = b->size;
	leak->tag = tag;
	leak->reported = n && (n->flags & NOTE_REPORTED);
	strscpy(leak->what, block_name(b), sizeof(leak->what));
	if (b->kind == BLOCK_KFENCE)
		sample_allocated(b->sample, leak);
	if (b->kind == BLOCK_OBJECT)
		leak->nr = slab_debug_allocated(b->cache, (void *)b->start, leak->ips,
						KMEMLEAK_FRAMES, &leak->when, &leak->cpu);
	if (b->kind == BLOCK_PAGES)
		pages_allocated(b->page, leak);
	if (b->kind == BLOCK_AREA && (b->area->flags & VM_ALLOC))
		pages_allocated(vmalloc_to_page(b->area->addr), leak);
}

static void collect(struct heap *h, const struct block *b)
{
	struct kmemleak_scan *s = h->scan;
	struct note *n = bit_test(h->noted, b->number) ? note_find(b->start) : NULL;
	u32 tag = block_tag(b) & ~TAG_NOTED;

	s->blocks++;
	if (heap_is_marked(h, b->number) ||
	    (b->kind == BLOCK_AREA && (b->area->flags & VM_UNINITIALIZED)))
		return;
	if (n && (n->flags & NOTE_TRANSIENT)) {
		n->flags &= ~NOTE_TRANSIENT;
		return;
	}
	s->leaks++;
	s->bytes += b->size;
	s->of_tag[tag]++;
	add_leak(h, b, n, tag);
}

/* Which leaks are held by others. */
static void collect_holders(struct heap *h)
{
	struct block b;

	for (unsigned int i = 0; i < h->scan->nr; i++) {
		h->holder = &h->scan->leak[i];
		if (heap_find(h, (unsigned long)h->holder->start, &b) &&
		    b.number == h->leak_number[i])
			heap_scan_block(h, &b);
	}
	h->holder = NULL;
}

static void measure_alone(struct heap *h)
{
	heap_measure(&h->used);
}

/* Leaves h->used larger than h->room, and all else alone, if that is so. */
static void scan_alone(struct heap *h)
{
	u64 begin = clock_ns();

	h->scan->held_at = 0;
	heap_measure(&h->used);
	if (!heap_fits(&h->used, &h->room))
		return;
	heap_number(h);
	heap_mark(h, stop.on, num_online_cpus());
	heap_each(h, collect);
	collect_holders(h);
	h->scan->ns = clock_ns() - begin;
}

/* ---- A scan ---- */

/* That nothing was found would be no news of leaks: nothing was looked at. */
static struct kmemleak_scan *no_scan(const char *why)
{
	pr_err("kmemleak: no scan: %s\n", why);
	return NULL;
}

static struct kmemleak_scan *look_locked(void)
{
	struct heap probe = {}, *h;
	struct kmemleak_scan *s = scan_alloc();
	bool fits;

	if (!s)
		return no_scan("no memory for what it finds");
	alone(measure_alone, &probe);
	for (unsigned int tries = 0; tries < MAX_TRIES; tries++) {
		struct heap_size room = probe.used;

		room.numbers += room.numbers / 8 + 4096;
		room.sections += 2;
		room.areas += 64;
		room.own += 16;
		h = heap_alloc(&room);
		if (!h) {
			kmemleak_look_end(s);
			return no_scan("no memory for its tables");
		}
		h->scan = s;
		alone(scan_alone, h);
		fits = heap_fits(&h->used, &h->room);
		probe.used = h->used;
		vfree(h);
		if (fits)
			return s;
	}
	kmemleak_look_end(s);
	return no_scan("more blocks come up each time than there is room for");
}

/**
 * kmemleak_look() - look for leaks
 *
 * All other CPUs stop meanwhile. Context: may sleep, interrupts on, no lock held that others need.
 * Return: what was found, for kmemleak_look_end(); NULL: kmemleak=off, or none could be made, and a
 * line has said why.
 */
struct kmemleak_scan *kmemleak_look(void)
{
	struct kmemleak_scan *s;

	might_sleep();
	if (mode == KMEMLEAK_OFF)
		return NULL;
	mutex_lock(&scan_mutex);
	note_purge();
	s = look_locked();
	mutex_unlock(&scan_mutex);
	return s;
}

unsigned long asked_not;

/**
 * kmemleak_ask() - who refers to a block?
 * @not_start: the complement of where it starts, so that asking is no reference itself; 0: no question
 *
 * The next scans tell the first word that led to it (kmemleak_scan.held_at). Context: any.
 */
void kmemleak_ask(unsigned long not_start)
{
	WRITE_ONCE(asked_not, not_start);
}

/**
 * kmemleak_of_tag() - what a place in the sources has lost
 * @scan: what was found
 * @tag: of the place
 *
 * Return: how many of the blocks that it has allocated nobody refers to.
 */
unsigned long kmemleak_of_tag(const struct kmemleak_scan *scan, const struct alloc_tag *tag)
{
	return tag->id ? scan->of_tag[tag->id] : 0;
}

/* ---- Reports ---- */

static void report_place(const struct kmemleak_leak *leak)
{
	const char *module;
	const struct alloc_tag *tag = alloc_tag_number(leak->tag, &module);
	unsigned long age = jiffies - leak->when;

	if (tag)
		report_line("  %s, allocated at %s:%u%s%s%s in %s()", leak->what, tag->file,
			    tag->line, module ? " [" : "", module ? module : "", module ? "]" : "",
			    tag->func);
	else
		report_line("  %s, allocated by nobody known", leak->what);
	if (leak->nr)
		report_line("  cpu %u, jiffies %lu (age %lu.%03lus)", leak->cpu, leak->when,
			    age / HZ, age % HZ * 1000 / HZ);
}

static void report_leak(const struct kmemleak_leak *leak)
{
	size_t shown = min_t(size_t, leak->size, KMEMLEAK_DUMP);
	unsigned int own = leak->nr ? slab_own_frames(leak->ips, leak->nr) : 0;

	report_open(REPORT_KMEMLEAK, "unreferenced object 0x%px (size %zu):", leak->start,
		    leak->size);
	report_place(leak);
	report_line("  hex dump (first %zu bytes):", shown);
	if (strcmp(leak->what, "ioremap"))
		report_dump("   ", leak->start, shown);
	if (leak->nr)
		report_stack("  backtrace:", leak->ips + own, leak->nr - own);
	if (leak->by)
		report_advice(
			"Only the unreferenced object 0x%px refers to it: look for what lost that one, "
			"and free this one with it.",
			leak->by);
	else
		report_advice(
			"Nothing refers to it any more, so nobody can free it: look for a way out (an error, "
			"an early return, a pointer overwritten) between its allocation and its kfree().%s",
			leak->nr ? ""
			: leak->pages ? " page_owner=on on the boot line keeps the stacks of pages' allocations."
			: mode == KMEMLEAK_ON
				? ""
				: " kmemleak=on on the boot line keeps the stacks of objects' allocations.");
	report_end();
}

static void report_rest(const struct kmemleak_scan *s, unsigned int reported, unsigned int fresh)
{
	report_open(REPORT_KMEMLEAK, "kmemleak: %u more unreferenced objects", fresh - reported);
	for (unsigned int i = 0; i < s->nr && fresh > reported; i++) {
		const struct kmemleak_leak *leak = &s->leak[i];
		const char *module;
		const struct alloc_tag *tag = alloc_tag_number(leak->tag, &module);

		if (leak->reported || (reported && reported--))
			continue;
		report_line("  0x%px (size %zu) %s, allocated at %s:%u", leak->start, leak->size,
			    leak->what, tag ? tag->file : "?", tag ? tag->line : 0);
	}
	report_end();
}

/**
 * kmemleak_report_new() - look, and report what was not reported before
 *
 * Context: may sleep.
 * Return: how many leaks were new, 0 with kmemleak=off; -ENOMEM: no scan could be made, so it is not
 * known, and a line has said why.
 */
long kmemleak_report_new(void)
{
	struct kmemleak_scan *s = kmemleak_look();
	unsigned int fresh = 0, told = 0;

	if (!s)
		return mode == KMEMLEAK_OFF ? 0 : -ENOMEM;
	for (unsigned int i = 0; i < s->nr; i++) {
		if (s->leak[i].reported)
			continue;
		if (fresh++ < MAX_REPORTS) {
			report_leak(&s->leak[i]);
			told++;
		}
	}
	if (fresh > told)
		report_rest(s, told, fresh);
	for (unsigned int i = 0; i < s->nr; i++) {
		if (!s->leak[i].reported)
			note_add((unsigned long)s->leak[i].start, NOTE_REPORTED);
	}
	kmemleak_look_end(s);
	return fresh;
}

/**
 * kmemleak_clear() - what is a leak now is none from now on
 *
 * Context: may sleep.
 */
void kmemleak_clear(void)
{
	struct kmemleak_scan *s = kmemleak_look();

	for (unsigned int i = 0; s && i < s->nr; i++)
		kmemleak_not_leak(s->leak[i].start);
	kmemleak_look_end(s);
}
