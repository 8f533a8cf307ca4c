// SPDX-License-Identifier: MIT
/*
 * Tests of linux/spinlock.h, lib/sync/spinlock.c and the time of lib/base/jiffies.c.
 *
 * One CPU can't contend with itself, so waiting is tested on the state: the lock's two counters are
 * set as other CPUs would have left them.
 *
 * Mutations tried: spin_unlock() adding to `next`; spin_trylock() ignoring the owner;
 * SPINLOCK_TICKET 1; spin_unlock_irqrestore() without restoring; debug builds: spin_debug_unlock()
 * not clearing the holder, spin_debug_lock() without its check; a lock's report that knows one
 * mistake, or names nobody; msecs_to_jiffies() rounding down;
 * time_after() without the sign; timer_tick() not counting. The first three and the missing check
 * hang the run after, or instead of, a failed case: the runner ends it.
 */
#include <kunit/test.h>
#include <linux/spinlock.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sprintf.h>

static void state_of_the_lock(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);

	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	spin_lock(&lock);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_TRUE(test, spin_held_here(&lock));
	KUNIT_EXPECT_FALSE(test, spin_is_contended(&lock));
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	KUNIT_EXPECT_EQ(test, lock.tickets, SPINLOCK_TICKET);
	spin_unlock(&lock);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_TRUE(test, spin_trylock(&lock));
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, lock.owner, 2);
	KUNIT_EXPECT_EQ(test, lock.next, 2);
	spin_lock_init(&lock);
	KUNIT_EXPECT_EQ(test, lock.tickets, 0);
}

static void counters_wrap(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);

	lock.owner = lock.next = 0xffff;
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	spin_lock(&lock);
	KUNIT_EXPECT_EQ(test, lock.next, 0);
	KUNIT_EXPECT_EQ(test, lock.owner, 0xffff);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_FALSE(test, spin_is_contended(&lock));
	spin_unlock(&lock);
	KUNIT_EXPECT_EQ(test, lock.tickets, 0);
	for (int i = 0; i < 70000; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	KUNIT_EXPECT_EQ(test, lock.owner, (u16)70000);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
}

static void tickets_are_served_in_order(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);

	/* Another CPU holds ticket 7, two more wait with 8 and 9. */
	lock.owner = 7;
	lock.next = 10;
	KUNIT_EXPECT_TRUE(test, spin_is_contended(&lock));
	KUNIT_EXPECT_FALSE(test, spin_trylock(&lock));
	KUNIT_EXPECT_EQ(test, lock.next, 10);
	/* Ticket 7's turn is now: no waiting. */
	spin_wait_turn(&lock, 7);
	lock.owner = 9;
	KUNIT_EXPECT_FALSE(test, spin_is_contended(&lock));
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&lock));
}

static void interrupt_state(struct kunit *test)
{
	DEFINE_SPINLOCK(lock);
	unsigned long outer, flags;

	local_irq_save(outer);
	spin_lock_irqsave(&lock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled_flags(flags));
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_enable();
	spin_lock_irqsave(&lock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, irqs_disabled_flags(flags));
	spin_unlock_irqrestore(&lock, flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	spin_lock_irq(&lock);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, spin_trylock_irqsave(&lock, flags));
	spin_unlock_irq(&lock);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_TRUE(test, spin_trylock_irqsave(&lock, flags));
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	/* A failed attempt leaves interrupts as they were. */
	spin_lock(&lock);
	KUNIT_EXPECT_FALSE(test, spin_trylock_irqsave(&lock, flags));
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	spin_unlock(&lock);
	if (irqs_disabled_flags(outer))
		local_irq_disable();
}

static void misuse_is_reported(struct kunit *test)
{
#ifdef QUARRY_DEBUG
	static struct task_struct another = { .comm = "another", .pid = 4711 };
	static spinlock_t lock, handlers;
	char who[64], owner[128];

	spin_lock_init(&lock);
	spin_lock_init(&handlers);
	spin_lock(&lock);
	snprintf(who, sizeof(who), " on CPU#%u, %s/%d\n", smp_processor_id(), current->comm,
		 current->pid);
	snprintf(owner, sizeof(owner), ".owner: %s/%d, .owner_cpu: %u, taken at: misuse_is_reported",
		 current->comm, current->pid, smp_processor_id());
	KUNIT_EXPECT_FAULT(test, "\nBUG: spinlock recursion on CPU#", spin_lock(&lock));
	KUNIT_EXPECT_FAULT(test, who, spin_lock(&lock));
	KUNIT_EXPECT_FAULT(test, owner, spin_lock(&lock));
	KUNIT_EXPECT_FAULT(test, "Call Trace:\n misuse_is_reported+", spin_lock(&lock));
	KUNIT_EXPECT_FAULT(test, "Report id: spinlock-recursion\n", spin_lock(&lock));
	/* The way out takes the count back. */
	KUNIT_EXPECT_FAULT(test, "Advice: A deadlock: the handler waits for what it interrupted.", {
		preempt_count_add(HARDIRQ_OFFSET);
		spin_lock(&lock);
	});
	KUNIT_EXPECT_FALSE(test, in_hardirq());
	KUNIT_EXPECT_EQ(test, lock.tickets, SPINLOCK_TICKET);
	KUNIT_EXPECT_FAULT(test, "Advice: A deadlock: this CPU has the lock already.", {
		preempt_count_add(HARDIRQ_OFFSET);
		spin_lock(&handlers);
		spin_lock(&handlers);
	});
	KUNIT_EXPECT_FAULT(test, "Advice: A deadlock: the NMI waits for what it interrupted.", {
		preempt_count_add(NMI_OFFSET);
		spin_lock(&lock);
	});
	/* Who has it is gone, and somebody else is there; or nobody. */
	lock.holder_pid++;
	KUNIT_EXPECT_FAULT(test, ".owner: <gone>/", spin_lock(&lock));
	KUNIT_EXPECT_FAULT(test, "\nBUG: spinlock cpu recursion on CPU#", spin_lock(&lock));
	lock.holder_task = NULL;
	KUNIT_EXPECT_FAULT(test, ".owner: <gone>/", spin_lock(&lock));
	lock.holder_task = current;
	lock.holder_pid--;
	/* As if it were another's of this CPU, or taken on another CPU. */
	lock.holder_task = &another;
	lock.holder_pid = another.pid;
	KUNIT_EXPECT_FAULT(test, "\nBUG: spinlock cpu recursion on CPU#", spin_lock(&lock));
	lock.holder++;
	KUNIT_EXPECT_FAULT(test, "\nBUG: spinlock wrong owner on CPU#", spin_unlock(&lock));
	KUNIT_EXPECT_FAULT(test, ".owner: another/4711, .owner_cpu: ", spin_unlock(&lock));
	lock.holder_task = current;
	lock.holder_pid = current->pid;
	KUNIT_EXPECT_FAULT(test, "\nBUG: spinlock wrong CPU on CPU#", spin_unlock(&lock));
	lock.holder--;
	spin_unlock(&lock);
	KUNIT_EXPECT_FAULT(test, "\nBUG: spinlock already unlocked on CPU#", spin_unlock(&lock));
	KUNIT_EXPECT_FAULT(test, ".owner: <none>/-1, .owner_cpu: -1, last taken at: misuse_",
			   spin_unlock(&lock));
	KUNIT_EXPECT_FAULT(test, "Report id: spinlock-unlock\n", spin_unlock(&lock));
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&lock));
	KUNIT_EXPECT_FALSE(test, spin_held_here(&lock));
	KUNIT_EXPECT_REPORT(test, "lockdep_is_held", lockdep_assert_held(&lock));
#else
	kunit_skip(test, "release builds record no holder");
#endif
}

static void assert_held(struct kunit *test)
{
	static spinlock_t lock;

	spin_lock_init(&lock);
	KUNIT_EXPECT_FAULT(test, "spin_is_locked", assert_spin_locked(&lock));
	spin_lock(&lock);
	KUNIT_EXPECT_NO_REPORT(test, assert_spin_locked(&lock));
	KUNIT_EXPECT_NO_REPORT(test, lockdep_assert_held(&lock));
	spin_unlock(&lock);
}

static struct kunit_case spin_cases[] = { KUNIT_CASE(state_of_the_lock),
					  KUNIT_CASE(counters_wrap),
					  KUNIT_CASE(tickets_are_served_in_order),
					  KUNIT_CASE(interrupt_state),
					  KUNIT_CASE(misuse_is_reported),
					  KUNIT_CASE(assert_held),
					  {} };

static struct kunit_suite spin_suite = { .name = "spinlock", .test_cases = spin_cases };

static void time_comparisons(struct kunit *test)
{
	unsigned long before_wrap = ULONG_MAX - 5, after_wrap = 5;

	KUNIT_EXPECT_TRUE(test, time_after(after_wrap, before_wrap));
	KUNIT_EXPECT_TRUE(test, time_before(before_wrap, after_wrap));
	KUNIT_EXPECT_FALSE(test, time_after(after_wrap, after_wrap));
	KUNIT_EXPECT_TRUE(test, time_after_eq(after_wrap, after_wrap));
	KUNIT_EXPECT_TRUE(test, time_in_range(0ul, before_wrap, after_wrap));
	KUNIT_EXPECT_FALSE(test, time_in_range(6ul, before_wrap, after_wrap));
}

static void conversions_round_up(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(0), 0);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1), 1);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1000), HZ);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1001), HZ + 1);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(-1), MAX_JIFFY_OFFSET);
	KUNIT_EXPECT_EQ(test, usecs_to_jiffies(1), 1);
	KUNIT_EXPECT_EQ(test, jiffies_to_msecs(HZ), 1000);
}

/* The tick really runs: jiffies moves while the clock does, at about HZ a second. */
static void the_tick_counts(struct kunit *test)
{
	unsigned long start = jiffies, flags;
	u64 begin = clock_ns(), limit = begin + 2000000000ull;

	local_save_flags(flags);
	local_irq_enable();
	while (jiffies - start < 5 && clock_ns() < limit)
		cpu_relax();
	if (irqs_disabled_flags(flags))
		local_irq_disable();
	KUNIT_EXPECT_GE(test, jiffies - start, 5);
	/* The first tick may come at once; a host that stalls makes it later, never earlier. */
	KUNIT_EXPECT_GT(test, clock_ns() - begin, 4 * (1000000000ull / HZ) / 2);
}

static struct kunit_case jiffies_cases[] = { KUNIT_CASE(time_comparisons),
					     KUNIT_CASE(conversions_round_up),
					     KUNIT_CASE(the_tick_counts),
					     {} };

static struct kunit_suite jiffies_suite = { .name = "jiffies", .test_cases = jiffies_cases };

kunit_test_suites(&spin_suite, &jiffies_suite);
