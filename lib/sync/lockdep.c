// SPDX-License-Identifier: MIT
/*
 * The order of locks, learned and watched
 * =======================================
 *
 * 1. Model. A deadlock needs two tasks at once, but its cause shows with one: somewhere a lock B is
 *    taken while A is held, elsewhere A while B is held. So each order that occurs is kept as an
 *    edge between classes of locks, and a new edge that would close a circle is reported before it
 *    is taken, with the stack of now and that of the edge which it meets:
 *
 *	learned:  A ──► C ──► B		now: A is wanted while B is held	B ──► A closes the circle
 *
 *    A class is all locks that one place initialises (a static lock is a class of its own), and a
 *    subclass of it where a caller nests them on purpose (spin_lock_nested()).
 *
 * 2. Interrupts. A class that a handler takes must never be held with interrupts on: the handler
 *    would wait on its own CPU for what it interrupted. The same follows one step further: if a
 *    lock of such a class is held while another is taken, that one must not be held with interrupts
 *    on anywhere either, since its holder may be interrupted by the handler, which waits for the
 *    first, whose holder waits for the second.
 *
 *	IN_IRQ	  a handler took it		IRQS_ON	  it was taken with interrupts on
 *
 *    One class with both is an inconsistent state; a path from a class with IN_IRQ to one with
 *    IRQS_ON is an unsafe order. For locks that sleep neither is asked.
 *
 * 3. What is not an edge. A lock got by trying adds no edge to itself, for nobody waited; others
 *    taken under it do. What a handler takes is not held "under" what it interrupted.
 *
 * 4. Readers of a rwlock. A reader in a task waits in line, behind writers that wait, so for the
 *    order it is as good as a writer: a writer may always have come between. Handlers' readers pass
 *    waiting writers; they wait only for a writer that has the lock. So
 *	- a class that handlers only read (IRQ_READ) may be read with interrupts on (ON_READ), but
 *	  not written; one that they write may be neither;
 *	- an unsafe order begins, at a class that handlers only read, with what was taken while it was
 *	  held for writing (after_write);
 *	- a handler may read what it reads already, and its reading closes a circle only if that too
 *	  begins so. It is looked at each time, but learned as no edge, since who meets it later could
 *	  not tell.
 *
 * Invariants
 *   I1  after[a] has bit b exactly if some task took b while holding a, and no report came of it;
 *       after_write[a] likewise, a not being held for reading.
 *   I2  The graph of after[] has no circle.
 *   I3  A pair or class is reported once.
 *   I4  A task's held locks are written by itself and by handlers on top of it, interrupts off;
 *       handlers leave them as they were.
 *
 * When tables are full, new classes and edges are not learned, and that is said once.
 *
 * Locks: `graph`, a word, interrupts off, innermost of all; nothing is printed under it. Contexts:
 * any; in an NMI nothing is looked at. Complexity: O(held) for what is known, O(classes + edges)
 * for what is new.
 * Source: the idea is that of Linux's lockdep (Molnar and van de Ven, 2006) and of FreeBSD's
 * witness.
 */
#include <linux/lockdep.h>

#ifdef QUARRY_DEBUG

#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/page.h>
#include <asm/stack.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/printk.h>
#include <linux/sched.h>

#define CLASSES 256 /* 0 is none */
#define EDGES	1024

/* Usage: how a class was taken. The numbers of the bits, too, are used. */
#define IN_IRQ	 1u /* by a handler */
#define IRQ_READ 2u /* by a handler, for reading */
#define IRQS_ON	 4u /* with interrupts on */
#define ON_READ	 8u /* with interrupts on, for reading */
#define USAGES	 4

struct class
{
	const void *key;
	const char *name;
	u8 subclass;
	u8 usage;
	bool state_reported;
	struct lock_stack use[USAGES]; /* where each of them was seen first */
	DECLARE_BITMAP(after, CLASSES);
	DECLARE_BITMAP(after_write, CLASSES); /* of them */
	DECLARE_BITMAP(reported, CLASSES);    /* pairs with this one as the first */
};

struct edge {
	u8 from, to;
	struct lock_stack where;
};

static struct class classes[CLASSES];
static unsigned int nr_classes = 1;
static struct edge edges[EDGES];
static unsigned int nr_edges;
static unsigned int graph;

static void graph_lock(void)
{
	while (xchg(&graph, 1))
		cpu_relax();
}

static void graph_unlock(void)
{
	smp_store_release(&graph, 0);
}

static void save_stack(struct lock_stack *s)
{
	s->n = stack_trace_save(s->ips, LOCK_STACK, 3, NULL);
}

static void table_full(const char *what)
{
	static bool said;

	if (!xchg(&said, true))
		pr_warn("lockdep: no room for more %s: what is new is not checked\n", what);
}

/* ---- classes: graph held ---- */

static u8 class_find(const void *key, unsigned int subclass)
{
	for (unsigned int i = 1; i < nr_classes; i++)
		if (classes[i].key == key && classes[i].subclass == subclass)
			return i;
	return 0;
}

static bool key_is_static(const void *key)
{
	return (const char *)key >= __image_start && (const char *)key < __image_end;
}

/* The class of a lock, known or new; 0: it has none. */
static u8 class_of(struct lockdep_map *map, unsigned int subclass)
{
	const void *key = map->key ? map->key : map;
	u8 id = map->class[subclass];

	if (id || !key_is_static(key))
		return id;
	id = class_find(key, subclass);
	if (!id && nr_classes < CLASSES) {
		id = nr_classes++;
		classes[id].key = key;
		classes[id].name = map->name;
		classes[id].subclass = subclass;
	}
	map->class[subclass] = id;
	return id;
}

/* ---- paths: graph held ---- */

/*
 * From `from` along the edges, the first of which is one of `out`. Returns the first class met that
 * `wanted` says yes to, or 0; `step` is then the edge out of `from` that led there.
 */
static u8 search(u8 from, const unsigned long *out, bool (*wanted)(u8 class, u8 arg), u8 arg,
		 u8 *step)
{
	DECLARE_BITMAP(met, CLASSES);
	u8 queue[CLASSES], first[CLASSES];
	unsigned int head = 0, tail = 0, b;

	bitmap_zero(met, CLASSES);
	queue[tail++] = from;
	first[from] = 0;
	while (head < tail) {
		u8 a = queue[head++];

		for_each_set_bit(b, a == from ? out : classes[a].after, CLASSES) {
			if (test_bit(b, met))
				continue;
			__set_bit(b, met);
			first[b] = first[a] ? first[a] : b;
			if (wanted(b, arg)) {
				*step = first[b];
				return b;
			}
			queue[tail++] = b;
		}
	}
	return 0;
}

static bool is_class(u8 class, u8 arg)
{
	return class == arg;
}

static const struct lock_stack *edge_stack(u8 from, u8 to)
{
	for (unsigned int i = 0; i < nr_edges; i++)
		if (edges[i].from == from && edges[i].to == to)
			return &edges[i].where;
	return NULL;
}

/* ---- the rules: graph held; each returns whether p says what is broken ---- */

static bool report_pair(u8 a, u8 b)
{
	if (test_bit(b, classes[a].reported))
		return false;
	__set_bit(b, classes[a].reported);
	return true;
}

static bool find_recursion(u8 class, struct lock_problem *p)
{
	*p = (struct lock_problem){ LOCK_RECURSION, classes[class].name, classes[class].name,
				    NULL };
	return report_pair(class, class);
}

/* `class` is wanted while `held` is held. Would the edge close a circle, of which `out` is next? */
static bool find_inversion(u8 held, u8 class, const unsigned long *out, struct lock_problem *p)
{
	u8 step;

	if (!search(class, out, is_class, held, &step))
		return false;
	*p = (struct lock_problem){ LOCK_INVERSION, classes[class].name, classes[held].name,
				    edge_stack(class, step) };
	return true;
}

/* What does not go with one use of a lock. */
static const u8 conflicts[USAGES] = { IRQS_ON | ON_READ, IRQS_ON, IN_IRQ | IRQ_READ, IN_IRQ };

/* `usage`, one bit, is new. */
static bool find_bad_state(u8 class, unsigned int usage, struct lock_problem *p)
{
	struct class *c = &classes[class];
	unsigned int other = c->usage & conflicts[__ffs(usage)];

	if (!other || c->state_reported)
		return false;
	c->state_reported = true;
	*p = (struct lock_problem){ LOCK_IRQ_STATE, c->name, c->name, &c->use[__ffs(other)] };
	return true;
}

static bool held_with_irqs_on(u8 class, u8 unused)
{
	return classes[class].usage & (IRQS_ON | ON_READ);
}

/* What may keep a handler waiting that wants this class: it was taken while that was held. */
static const unsigned long *out_of_irq(const struct class *c)
{
	if (c->usage & IN_IRQ)
		return c->after;
	return c->usage & IRQ_READ ? c->after_write : NULL;
}

/* Does a path lead from a class of handlers to one that is held with interrupts on? */
static bool find_bad_order(struct lock_problem *p)
{
	for (unsigned int a = 1; a < nr_classes; a++) {
		const unsigned long *out = out_of_irq(&classes[a]);
		u8 step, b;

		if (!out)
			continue;
		b = search(a, out, held_with_irqs_on, 0, &step);
		if (!b || b == a || !report_pair(a, b))
			continue;
		*p = (struct lock_problem){
			LOCK_IRQ_ORDER, classes[b].name, classes[a].name,
			&classes[b].use[__ffs(classes[b].usage & (IRQS_ON | ON_READ))]
		};
		return true;
	}
	return false;
}

/* ---- learning: graph held ---- */

/* `irqs_on`: the caller had interrupts on. */
static bool learn_usage(u8 class, bool irqs_on, bool read, struct lock_problem *p)
{
	struct class *c = &classes[class];
	unsigned int usage;

	if (in_hardirq())
		usage = read ? IRQ_READ : IN_IRQ;
	else if (irqs_on)
		usage = read ? ON_READ : IRQS_ON;
	else
		return false;
	if (c->usage & usage)
		return false;
	c->usage |= usage;
	save_stack(&c->use[__ffs(usage)]);
	return find_bad_state(class, usage, p) || find_bad_order(p);
}

/* False: there was no room, and that it is not known is said. */
static bool add_edge(u8 held, u8 class)
{
	struct edge *e;

	if (test_bit(class, classes[held].after))
		return true;
	if (nr_edges == EDGES) {
		table_full("orders");
		return false;
	}
	__set_bit(class, classes[held].after);
	e = &edges[nr_edges++];
	e->from = held;
	e->to = class;
	save_stack(&e->where);
	return true;
}

static bool learn_edge(const struct held_lock *l, u8 class, struct lock_problem *p)
{
	struct class *held = &classes[l->class];

	if (test_bit(class, l->read ? held->after : held->after_write))
		return false;
	if (l->class == class)
		return find_recursion(class, p);
	if (find_inversion(l->class, class, classes[class].after, p))
		return report_pair(l->class, class);
	if (!add_edge(l->class, class))
		return false;
	if (!l->read)
		__set_bit(class, held->after_write);
	return find_bad_order(p);
}

/* A reader in a handler waits for a writer that has the lock, and for nobody else (section 4). */
static bool look_at_irq_read(const struct held_lock *l, u8 class, struct lock_problem *p)
{
	if (l->class == class)
		return !l->read && find_recursion(class, p);
	return find_inversion(l->class, class, classes[class].after_write, p) &&
	       report_pair(l->class, class);
}

static bool learn_edges(const struct held_locks *h, u8 class, bool read, struct lock_problem *p)
{
	bool in_irq = in_hardirq();

	for (unsigned int i = h->nr; i-- > 0;) {
		const struct held_lock *l = &h->lock[i];

		if (l->in_irq != in_irq || !l->class)
			continue;
		if (in_irq && read ? look_at_irq_read(l, class, p) : learn_edge(l, class, p))
			return true;
	}
	return false;
}

/* ---- what locks call ---- */

static void push(struct held_locks *h, const struct lockdep_map *map, u8 class, bool read,
		 unsigned long ip)
{
	if (h->nr == HELD_LOCKS) {
		h->missed++;
		return;
	}
	h->lock[h->nr++] = (struct held_lock){ map, ip, class, in_hardirq(), read };
}

/**
 * lock_acquire - a lock is about to be taken
 * @map: the lock's
 * @subclass: 0, or what the caller's _nested() says
 * @how: LOCK_*, or-ed
 * @ip: who takes it
 *
 * Comes before the waiting, so that what would be a deadlock is a report. With LOCK_TRY: after it.
 * Context: any.
 */
noinline void lock_acquire(struct lockdep_map *map, unsigned int subclass, unsigned int how,
			   unsigned long ip)
{
	struct held_locks *h = &current->held;
	struct lock_problem p;
	bool broken = false, full, read = how & LOCK_READ;
	unsigned long flags;
	u8 class;

	local_irq_save(flags);
	if (h->busy || h->off || in_nmi())
		goto out;
	h->busy = 1;
	graph_lock();
	class = class_of(map, subclass);
	full = nr_classes == CLASSES;
	if (class && !(how & LOCK_TRY))
		broken = learn_edges(h, class, read, &p);
	if (class && !(how & LOCK_SLEEP) && !broken)
		broken = learn_usage(class, !irqs_disabled_flags(flags), read, &p);
	graph_unlock();
	push(h, map, class, read, ip);
	if (broken)
		lock_report(&p);
	if (full)
		table_full("classes");
	h->busy = 0;
out:
	local_irq_restore(flags);
}

/**
 * lock_release - a lock is being given back
 * @map: the lock's; need not be the last one taken
 */
void lock_release(struct lockdep_map *map)
{
	struct held_locks *h = &current->held;
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	if (!h->busy && !h->off && !in_nmi()) {
		for (i = h->nr; i > 0 && h->lock[i - 1].map != map; i--)
			;
		if (i) {
			for (h->nr--; i <= h->nr; i++)
				h->lock[i - 1] = h->lock[i];
		} else if (h->missed) {
			h->missed--;
		}
	}
	local_irq_restore(flags);
}

unsigned int lockdep_depth(void)
{
	return current->held.nr;
}

void lockdep_forget(unsigned int n)
{
	struct held_locks *h = &current->held;

	h->nr = n < h->nr ? n : h->nr;
	h->missed = 0;
	h->busy = 0;
}

void lockdep_off(void)
{
	current->held.off++;
}

void lockdep_on(void)
{
	current->held.off--;
}

/* Does the running task hold it? Where nothing is recorded: it may. */
bool lockdep_may_hold(const struct lockdep_map *map)
{
	const struct held_locks *h = &current->held;

	if (h->busy || h->off || h->missed || in_nmi())
		return true;
	for (unsigned int i = 0; i < h->nr; i++)
		if (h->lock[i].map == map)
			return true;
	return false;
}

/* ---- contexts ---- */

static bool checking_contexts;

bool may_sleep_here(void)
{
	return preemptible() || !checking_contexts;
}

void context_checks_start(void)
{
	checking_contexts = true;
}

/**
 * __might_sleep - this place may sleep: is it where one may?
 * @file: where
 * @line: where
 *
 * Not with preemption off (a spin lock, an interrupt), nor with interrupts off. Reported once for
 * each call that comes to it.
 */
void __might_sleep(const char *file, int line)
{
	if (likely(may_sleep_here()))
		return;
	if (site_is_new())
		sleep_report(file, line);
}

#endif
