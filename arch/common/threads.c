// SPDX-License-Identifier: MIT
/*
 * The stacks of threads, as far as traces and reports must know them.
 *
 * 1. Model. A table of slots, each the bounds and the name of one stack, written by whoever makes or
 *    ends a thread and read by stack_bounds() and stack_guard_hit(), which run in any context, a
 *    signal handler or an NMI that struck in the midst of a writer included. So a slot has a
 *    sequence number, odd while the slot is being written or empty:
 *
 *	writer		seq odd, fields, seq even			remove: seq odd, fields 0
 *	reader		seq, fields, seq again: not the same or odd? then the slot is skipped
 *
 *    A reader that skips misses a stack that comes or goes at that moment; nobody runs on such a
 *    one, since a thread starts after it was added and is removed after it ended.
 *
 * 2. The first frame of a thread, as the port's switch takes it off:
 *
 *	low  r15 r14 r13 r12 rbx rbp=0 | fn | 0 (fn's return address)   high
 *
 *    fn() comes in as if called, its frame pointer chain ends at once, and its stack is aligned.
 *
 * 3. How deep a stack got is read off it (stack_usage()): it was made of zeros, and those that are left at
 *    its low end were never written. A thread may end meanwhile, so what can't be read counts as 0,
 *    and the slot's sequence number is looked at again behind it.
 *
 * Invariants
 * I1  slots[i] is in use exactly while used[i] is 1; its writer is who set that.
 * I2  A slot at or behind nr_slots was never used.
 *
 * Locks: none. Contexts: any. Complexity: a lookup reads nr_slots slots, the most there ever were at
 * once.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/extable.h>
#include <asm/memstate.h>
#include <asm/page.h>
#include <asm/thread.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "stacks.h"

#define MAX_THREADS 512
#define NAME_LEN    32
#define FIRST_WORDS 8 /* section 2 */

struct slot {
	unsigned int seq;
	unsigned long low, high;
	const struct thread_state *ts;
	char name[NAME_LEN];
};

static struct slot slots[MAX_THREADS];
static unsigned int used[MAX_THREADS];
static unsigned int nr_slots;

/* ---- writing ---- */

static void count_slot(unsigned int slot)
{
	unsigned int nr = READ_ONCE(nr_slots);

	while (nr <= slot && !try_cmpxchg(&nr_slots, &nr, slot + 1))
		;
}

/* Not strscpy(): ThreadSanitizer must leave all of a slot alone, and knows this file (tsan.mk). */
static void set_name(struct slot *s, const char *name)
{
	unsigned int i;

	for (i = 0; i < NAME_LEN - 1 && name[i]; i++)
		WRITE_ONCE(s->name[i], name[i]);
	WRITE_ONCE(s->name[i], '\0');
}

int thread_stack_add(unsigned long low, unsigned long high, const struct thread_state *ts,
		     const char *name)
{
	for (unsigned int i = 0; i < MAX_THREADS; i++) {
		struct slot *s = &slots[i];

		if (READ_ONCE(used[i]) || xchg(&used[i], 1u))
			continue;
		WRITE_ONCE(s->seq, s->seq | 1);
		smp_wmb();
		WRITE_ONCE(s->low, low);
		WRITE_ONCE(s->high, high);
		WRITE_ONCE(s->ts, ts);
		set_name(s, name);
		smp_store_release(&s->seq, s->seq + 1);
		count_slot(i);
		return i;
	}
	return -EAGAIN;
}

void thread_stack_remove(int slot)
{
	struct slot *s = &slots[slot];

	WRITE_ONCE(s->seq, s->seq + 1);
	smp_wmb();
	WRITE_ONCE(s->low, 0);
	WRITE_ONCE(s->high, 0);
	WRITE_ONCE(s->ts, NULL);
	smp_store_release(&used[slot], 0u);
}

void thread_first_frame(struct thread_state *ts, void (*fn)(void))
{
	unsigned long *sp = (unsigned long *)ts->high - FIRST_WORDS;

	memset(sp, 0, FIRST_WORDS * sizeof(*sp));
	sp[FIRST_WORDS - 2] = (unsigned long)fn;
	ts->sp = (unsigned long)sp;
}

/* ---- reading ---- */

/* Is `addr` in [low - below, high) of the slot? The bounds on success. */
static bool slot_holds(const struct slot *s, unsigned long addr, unsigned long below,
		       unsigned long *low, unsigned long *high)
{
	unsigned int seq = smp_load_acquire(&s->seq);

	*low = READ_ONCE(s->low);
	*high = READ_ONCE(s->high);
	smp_rmb();
	return !(seq & 1) && READ_ONCE(s->seq) == seq && seq && addr >= *low - below &&
	       addr < *high;
}

bool thread_stack_find(unsigned long addr, unsigned long below, unsigned long *low,
		       unsigned long *high, const char **name)
{
	unsigned int nr = READ_ONCE(nr_slots);

	for (unsigned int i = 0; i < nr; i++) {
		if (!slot_holds(&slots[i], addr, below, low, high))
			continue;
		*name = slots[i].name;
		return true;
	}
	return false;
}

/* ---- depth ---- */

/**
 * stack_unused - bytes at the low end of a stack that are still 0
 * @low: the stack's, page aligned; its lowest word may hold a mark, and counts as 0
 * @high: its end
 *
 * Context: any; the stack may go away meanwhile. O(high - low).
 */
unsigned long stack_unused(unsigned long low, unsigned long high)
{
	unsigned long at;
	u16 v;

	for (at = low + sizeof(unsigned long); at < high; at += sizeof(v)) {
		v = u16_or_zero((const u16 *)at);
		memstate_initialised(&v, sizeof(v));
		if (v)
			break;
	}
	return at - low;
}

static void copy_name(char *to, size_t size, const char *name)
{
	size_t i;

	for (i = 0; i < size - 1 && READ_ONCE(name[i]); i++)
		to[i] = READ_ONCE(name[i]);
	to[i] = '\0';
}

static void slot_usage(const struct slot *s, struct stack_usage *u)
{
	unsigned int seq = smp_load_acquire(&s->seq);
	unsigned long low = READ_ONCE(s->low), high = READ_ONCE(s->high);

	if ((seq & 1) || !seq || !high)
		return;
	copy_name(u->name, sizeof(u->name), s->name);
	u->unused = stack_unused(low, high);
	smp_rmb();
	if (READ_ONCE(s->seq) == seq)
		u->size = high - low;
}

bool stack_usage(unsigned int n, struct stack_usage *u)
{
	u->size = 0;
	if (n < nr_kstacks) {
		const struct kstack *s = &kstacks[n];

		copy_name(u->name, sizeof(u->name), s->name);
		u->size = s->high - s->low;
		u->unused = stack_unused(s->low, s->high);
		return true;
	}
	n -= nr_kstacks;
	if (n >= READ_ONCE(nr_slots))
		return false;
	slot_usage(&slots[n], u);
	return true;
}

/* Nobody writes meanwhile: a slot that is in use is whole. */
void thread_stacks_visit(const struct stack_visit *v)
{
	for (unsigned int i = 0; i < READ_ONCE(nr_slots); i++) {
		const struct slot *s = &slots[i];

		if (READ_ONCE(s->ts))
			stack_visit(v, s->low, s->high, s->ts->sp);
	}
}
