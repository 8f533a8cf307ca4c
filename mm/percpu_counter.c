// SPDX-License-Identifier: MIT
/*
 * Per-CPU counters: numbers that all CPUs add to, and that are seldom read exactly.
 *
 * 1. Model. A counter is a common count, and a share for each CPU. A CPU adds to its own share, which
 *    is in no other CPU's cache; only when that reaches the batch is it carried over to the common
 *    count, under the lock.
 *
 *	exact value = count + share of CPU 0 + share of CPU 1 + …         |share| < batch
 *
 *    So the count alone, which is what percpu_counter_read() gives, is less than batch * CPUs away,
 *    and percpu_counter_sum() is exact as soon as nobody adds.
 *
 * 2. Invariants
 *    I1  a share is changed by its CPU with interrupts off, or by the lock's holder who set it to 0
 *        for percpu_counter_set(), to which the caller lets nobody add;
 *    I2  what leaves a share arrives in the count under the same hold of the lock: so who holds it
 *        and adds all up misses no carry and counts none twice.
 *
 * 3. Locks: fbc->lock (irq-safe, innermost). Contexts: any but NMI; making one, as alloc_percpu_gfp().
 *    Cost: adding, some ten instructions and no common cache line; a sum O(CPUs).
 */
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/percpu_counter.h>

int percpu_counter_batch = 32;

/**
 * percpu_counter_init_many() - make an array of counters ready
 * @fbc: the first
 * @amount: what each starts with
 * @gfp: as for alloc_percpu_gfp()
 * @nr_counters: how many; their shares are one allocation
 *
 * Return: 0, or -ENOMEM, and then they may be destroyed all the same.
 */
int percpu_counter_init_many(struct percpu_counter *fbc, s64 amount, gfp_t gfp, u32 nr_counters)
{
	size_t size = nr_counters * sizeof(s32);
	s32 __percpu *shares = __alloc_percpu_gfp(size, __alignof__(s32), gfp);

	percpu_counter_batch = max(32, (int)nr_cpu_ids * 2);
	for (u32 i = 0; i < nr_counters; i++) {
		raw_spin_lock_init(&fbc[i].lock);
		fbc[i].count = amount;
		fbc[i].counters = shares ? shares + i : NULL;
	}
	return shares ? 0 : -ENOMEM;
}

/**
 * percpu_counter_destroy_many() - end what percpu_counter_init_many() made
 * @fbc: the first
 * @nr_counters: how many, as there
 */
void percpu_counter_destroy_many(struct percpu_counter *fbc, u32 nr_counters)
{
	free_percpu(fbc[0].counters);
	for (u32 i = 0; i < nr_counters; i++)
		fbc[i].counters = NULL;
}

/**
 * percpu_counter_set() - give the counter a value
 * @fbc: nobody may add to it meanwhile
 * @amount: the value
 */
void percpu_counter_set(struct percpu_counter *fbc, s64 amount)
{
	unsigned long flags;
	unsigned int cpu;

	raw_spin_lock_irqsave(&fbc->lock, flags);
	for_each_possible_cpu(cpu)
		WRITE_ONCE(*per_cpu_ptr(fbc->counters, cpu), 0);
	WRITE_ONCE(fbc->count, amount);
	raw_spin_unlock_irqrestore(&fbc->lock, flags);
}

/* This CPU's share, which was made `amount`, goes to the common count. Interrupts off. */
static void carry(struct percpu_counter *fbc, s64 amount)
{
	raw_spin_lock(&fbc->lock);
	WRITE_ONCE(fbc->count, fbc->count + amount);
	this_cpu_write(*fbc->counters, 0);
	raw_spin_unlock(&fbc->lock);
}

/**
 * percpu_counter_add_batch() - add, with a batch of one's own
 * @fbc: the counter
 * @amount: what is added
 * @batch: a share that gets that far (either way) is carried over
 */
void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch)
{
	unsigned long flags;
	s64 share;

	local_irq_save(flags);
	share = this_cpu_read(*fbc->counters) + amount;
	if (likely(share < batch && share > -(s64)batch))
		this_cpu_write(*fbc->counters, (s32)share);
	else
		carry(fbc, share);
	local_irq_restore(flags);
}

/**
 * percpu_counter_sync() - carry this CPU's share over
 * @fbc: the counter
 */
void percpu_counter_sync(struct percpu_counter *fbc)
{
	unsigned long flags;

	local_irq_save(flags);
	carry(fbc, this_cpu_read(*fbc->counters));
	local_irq_restore(flags);
}

/* Under the lock. */
static s64 sum_locked(struct percpu_counter *fbc)
{
	s64 sum = fbc->count;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(fbc->counters, cpu));
	return sum;
}

/**
 * percpu_counter_sum() - the value
 * @fbc: the counter
 *
 * Return: exact if nobody adds meanwhile; else with some of that.
 */
s64 percpu_counter_sum(struct percpu_counter *fbc)
{
	unsigned long flags;
	s64 sum;

	raw_spin_lock_irqsave(&fbc->lock, flags);
	sum = sum_locked(fbc);
	raw_spin_unlock_irqrestore(&fbc->lock, flags);
	return sum;
}

/**
 * __percpu_counter_compare() - compare with a number
 * @fbc: the counter
 * @rhs: the number
 * @batch: of those who add
 *
 * Return: -1, 0 or 1: less, equal, greater.
 */
int __percpu_counter_compare(struct percpu_counter *fbc, s64 rhs, s32 batch)
{
	s64 count = percpu_counter_read(fbc), far = (s64)batch * num_online_cpus();

	if (count - rhs > far)
		return 1;
	if (rhs - count > far)
		return -1;
	count = percpu_counter_sum(fbc);
	return count > rhs ? 1 : count < rhs ? -1 : 0;
}

/**
 * __percpu_counter_limited_add() - add unless that leads beyond a limit
 * @fbc: the counter
 * @limit: what it may be at most; at least, if @amount is negative
 * @amount: what is added
 * @batch: of those who add
 *
 * Exact under the lock; who adds without a limit meanwhile may lead beyond it.
 *
 * Return: true if it was added.
 */
bool __percpu_counter_limited_add(struct percpu_counter *fbc, s64 limit, s64 amount, s32 batch)
{
	unsigned long flags;
	s64 after;
	bool good;

	raw_spin_lock_irqsave(&fbc->lock, flags);
	after = sum_locked(fbc) + amount;
	good = amount < 0 ? after >= limit : after <= limit;
	if (good)
		WRITE_ONCE(fbc->count, fbc->count + amount);
	raw_spin_unlock_irqrestore(&fbc->lock, flags);
	return good || !amount;
}
