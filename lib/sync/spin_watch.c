// SPDX-License-Identifier: MIT
/*
 * Spin locks that are held for too long
 * =====================================
 *
 * Who waits for a spin lock waits for instructions that follow soon, so a wait that doesn't end is a
 * deadlock, or a holder that waits for something else. A CPU may also be kept by its host for as
 * long as that likes, which is no error; so a waiter counts not only its own rounds but what the
 * holder's CPU did meanwhile. Each CPU has a count of its life:
 *
 *	a round of waiting for a spin lock	+ 1
 *	a tick					+ spin_life.tick
 *
 * and a wait is reported, once, when the same holder has had the same lock for spin_life.limit
 * rounds of the waiter, and has itself lived as long. A holder that does neither (it works with
 * interrupts off, or doesn't run) is not accused: nobody can tell the two apart from outside.
 *
 * Debug builds only, where a lock knows its holder. The queue of an rwlock has none, and is not
 * watched.
 *
 * Invariants
 * I1  A CPU's count is written by that CPU, in one instruction.
 * I2  While a report is made, its CPU watches nothing: it may have to wait for the same lock.
 *
 * Contexts: any. Complexity: O(1) a round.
 */
#include <linux/spinlock.h>

#ifdef QUARRY_DEBUG

#include <asm/percpu.h>
#include <linux/sched.h>

#define LOOK 256 /* rounds between looks at the other CPU's line */

struct spin_life spin_life = { .limit = 1UL << 26, .tick = (1UL << 26) / 500 };

static DEFINE_PER_CPU(unsigned long, life);

void spin_watch_tick(void)
{
	this_cpu_add(life, READ_ONCE(spin_life.tick));
}

/* Another holder, or the same once more: what was counted says nothing. */
static void watch_anew(struct spin_watch *w, u32 holder, u16 owner)
{
	w->holder = holder;
	w->owner = owner;
	w->rounds = 0;
	w->life = holder ? READ_ONCE(*per_cpu_ptr(&life, holder - 1)) : 0;
}

/**
 * spin_watch_round - one more round of waiting for a lock
 * @w: of this wait; all zero when it begins
 * @lock: the lock
 */
void spin_watch_round(struct spin_watch *w, const spinlock_t *lock)
{
	u32 holder = READ_ONCE(lock->holder);
	u16 owner = READ_ONCE(lock->owner);
	unsigned long limit;

	this_cpu_add(life, 1);
	if (!holder || holder != w->holder || owner != w->owner)
		watch_anew(w, holder, owner);
	if (!holder || ++w->rounds % LOOK || w->reported || current->held.busy)
		return;
	limit = READ_ONCE(spin_life.limit);
	if (w->rounds < limit || READ_ONCE(*per_cpu_ptr(&life, holder - 1)) - w->life < limit)
		return;
	w->reported = true;
	current->held.busy++;
	spin_lockup_report(lock);
	current->held.busy--;
}

#endif
