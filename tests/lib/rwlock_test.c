// SPDX-License-Identifier: MIT
/*
 * Tests of linux/rwlock.h, lib/sync/rwlock.c and linux/seqlock.h.
 *
 * One CPU can't wait for itself, so waiting is tested on the state, and by several CPUs (--smp
 * 2).
 *
 * Mutations that must make them fail: read_lock() ignoring RW_WAITING; write_lock_slow() ignoring
 * readers; read_trylock() beside a writer; write_unlock() clearing the whole word; next_please()
 * left out (hangs); read_lock_slow() without the way for interrupts (hangs); writers without the
 * queue (fairness); __seqcount_begin() not waiting for even; __seqcount_retry() always 0;
 * __seqcount_write_begin() adding 2; write_seqlock() without the lock; raw_write_seqcount_latch()
 * adding 2; need_seqretry() ignoring who holds the lock; debug builds: the two checks of unlock,
 * and write_seqcount_begin() without its check.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/limits.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/smp.h>

static DEFINE_RWLOCK(rwlock);

static void rwlock_states(struct kunit *test)
{
	lockdep_off(); /* one task plays several readers */
	read_lock(&rwlock);
	read_lock(&rwlock);
	KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), 2 * RW_READER);
	KUNIT_EXPECT_FALSE(test, write_trylock(&rwlock));
	KUNIT_EXPECT_TRUE(test, read_trylock(&rwlock));
	KUNIT_EXPECT_FALSE(test, rwlock_is_contended(&rwlock));
	read_unlock(&rwlock);
	read_unlock(&rwlock);
	KUNIT_EXPECT_TRUE(test, rwlock_is_locked(&rwlock));
	read_unlock(&rwlock);
	KUNIT_EXPECT_FALSE(test, rwlock_is_locked(&rwlock));
	write_lock(&rwlock);
	KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), RW_WRITER);
	KUNIT_EXPECT_FALSE(test, read_trylock(&rwlock));
	KUNIT_EXPECT_FALSE(test, write_trylock(&rwlock));
	write_unlock(&rwlock);
	KUNIT_EXPECT_TRUE(test, write_trylock(&rwlock));
	/* A reader that counted itself in vain keeps its count. */
	atomic_add(RW_READER, &rwlock.state);
	write_unlock(&rwlock);
	KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), RW_READER);
	/* A waiting writer keeps new readers out. */
	atomic_or(RW_WAITING, &rwlock.state);
	KUNIT_EXPECT_FALSE(test, read_trylock(&rwlock));
	rwlock_init(&rwlock);
	lockdep_on();
	KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), 0);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static void rwlock_interrupts(struct kunit *test)
{
	unsigned long flags;

	read_lock_irqsave(&rwlock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	KUNIT_EXPECT_FALSE(test, write_trylock_irqsave(&rwlock, flags));
	read_unlock_irqrestore(&rwlock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_enable();
	write_lock_irqsave(&rwlock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	write_unlock_irqrestore(&rwlock, flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	write_lock_irq(&rwlock);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	write_unlock_irq(&rwlock);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	read_lock_irq(&rwlock);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	read_unlock_irq(&rwlock);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

/* In a handler a waiting writer is no reason to wait: the CPU below may be who it waits for. */
static void interrupt_readers_pass(struct kunit *test)
{
	static DEFINE_RWLOCK(lock); /* the others are written with interrupts on */
	unsigned long flags;

	atomic_set(&lock.state, RW_WAITING + RW_READER);
	lock.queue.next = 1; /* the waiting writer's: who queued up behind it would hang here */
	local_irq_save(flags);
	preempt_count_add(HARDIRQ_OFFSET);
	read_lock(&lock);
	KUNIT_EXPECT_EQ(test, atomic_read(&lock.state), RW_WAITING + 2 * RW_READER);
	read_unlock(&lock);
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, atomic_read(&lock.state), RW_WAITING + RW_READER);
	rwlock_init(&lock);
}

static void rwlock_misuse(struct kunit *test)
{
#ifdef QUARRY_DEBUG
	KUNIT_EXPECT_FAULT(test, "read_unlock_of_a_lock_not_read", read_unlock(&rwlock));
	KUNIT_EXPECT_FAULT(test, "write_unlock_of_a_lock_not_written", write_unlock(&rwlock));
	write_lock(&rwlock);
	KUNIT_EXPECT_FAULT(test, "read_unlock_of_a_lock_not_read", read_unlock(&rwlock));
	write_unlock(&rwlock);
	KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), 0);
#else
	kunit_skip(test, "release builds don't look");
#endif
}

/* ---- several CPUs ---- */

#define NR_ROUNDS 2000

static unsigned long a, b; /* equal whenever nobody writes */
static atomic_t wrong, done;
static atomic_t passed_by; /* readers that came after a writer waited, and got in before it */
static unsigned int turn;  /* of the writer */

static void need_cpus(struct kunit *test)
{
	if (READ_ONCE(nr_online_cpus) < 2)
		kunit_skip(test, "one CPU runs; the host's --smp gives more");
}

static void change_both(void)
{
	WRITE_ONCE(a, a + 1);
	for (int i = 0; i < 8; i++)
		cpu_relax();
	WRITE_ONCE(b, b + 1);
}

static void read_and_write(void *unused)
{
	unsigned int me = smp_processor_id();

	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		if ((i + me) % 8 == 0) {
			write_lock(&rwlock);
			change_both();
			write_unlock(&rwlock);
		} else if ((i + me) % 8 == 1 && write_trylock(&rwlock)) {
			change_both();
			write_unlock(&rwlock);
		} else {
			read_lock(&rwlock);
			if (a != b)
				atomic_inc(&wrong);
			read_unlock(&rwlock);
		}
	}
}

static void writers_are_alone(struct kunit *test)
{
	need_cpus(test);
	a = b = 0;
	atomic_set(&wrong, 0);
	run_on_cpus(read_and_write, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_EQ(test, a, b);
	KUNIT_EXPECT_GE(test, a, (unsigned long)READ_ONCE(nr_online_cpus) * NR_ROUNDS / 8);
	KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), 0);
	KUNIT_EXPECT_FALSE(test, rwlock_is_contended(&rwlock));
}

/*
 * CPU 0 writes while all others read without a pause, overlapping: a writer that had no place in the
 * order would wait for ever. Who comes when it already waits comes after it.
 */
static void keep_reading(void)
{
	while (!atomic_read(&done)) {
		unsigned int seen = READ_ONCE(turn);
		bool waiting = atomic_read(&rwlock.state) & RW_WAITING;

		read_lock(&rwlock);
		if (waiting && atomic_read(&rwlock.state) & RW_WAITING && READ_ONCE(turn) == seen)
			atomic_inc(&passed_by);
		for (int i = 0; i < 16; i++)
			cpu_relax();
		read_unlock(&rwlock);
	}
}

static void write_against_readers(void *unused)
{
	if (smp_processor_id()) {
		keep_reading();
		return;
	}
	for (int i = 0; i < NR_ROUNDS / 8; i++) {
		WRITE_ONCE(turn, turn + 1);
		write_lock(&rwlock);
		change_both();
		write_unlock(&rwlock);
	}
	atomic_set(&done, 1);
}

static void readers_dont_starve_a_writer(struct kunit *test)
{
	need_cpus(test);
	atomic_set(&done, 0);
	atomic_set(&passed_by, 0);
	run_on_cpus(write_against_readers, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&passed_by), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&rwlock.state), 0);
}

static struct kunit_case rwlock_cases[] = { KUNIT_CASE(rwlock_states),
					    KUNIT_CASE(rwlock_interrupts),
					    KUNIT_CASE(interrupt_readers_pass),
					    KUNIT_CASE(rwlock_misuse),
					    KUNIT_CASE(writers_are_alone),
					    KUNIT_CASE(readers_dont_starve_a_writer),
					    {} };
static struct kunit_suite rwlock_suite = { .name = "rwlock", .test_cases = rwlock_cases };

/* ---- sequence locks ---- */

static DEFINE_SEQLOCK(seqlock);

static void sequences(struct kunit *test)
{
	seqcount_t s = SEQCNT_ZERO(s);
	unsigned int seq = read_seqcount_begin(&s);

	KUNIT_EXPECT_EQ(test, read_seqcount_retry(&s, seq), 0);
	write_seqcount_begin(&s);
	KUNIT_EXPECT_EQ(test, raw_read_seqcount(&s), 1);
	KUNIT_EXPECT_EQ(test, read_seqcount_retry(&s, seq), 1);
	KUNIT_EXPECT_EQ(test, read_seqcount_retry(&s, raw_seqcount_begin(&s)), 1);
	write_seqcount_end(&s);
	KUNIT_EXPECT_EQ(test, read_seqcount_retry(&s, seq), 1);
	seq = read_seqcount_begin(&s);
	KUNIT_EXPECT_EQ(test, seq, 2);
	KUNIT_EXPECT_EQ(test, read_seqcount_retry(&s, seq), 0);
	write_seqcount_invalidate(&s);
	KUNIT_EXPECT_EQ(test, read_seqcount_retry(&s, seq), 1);
	KUNIT_EXPECT_EQ(test, raw_read_seqcount(&s), 4);
	/* The count wraps without losing its parity. */
	s.sequence = UINT_MAX - 1;
	seq = read_seqcount_begin(&s);
	write_seqcount_begin(&s);
	write_seqcount_end(&s);
	KUNIT_EXPECT_EQ(test, raw_read_seqcount(&s), 0);
	KUNIT_EXPECT_EQ(test, read_seqcount_retry(&s, seq), 1);
}

static void seqlock_forms(struct kunit *test)
{
	unsigned int start = read_seqbegin(&seqlock);
	unsigned long flags;
	int seq = 0;

	write_seqlock(&seqlock);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&seqlock.lock));
	KUNIT_EXPECT_TRUE(test, read_seqretry(&seqlock, start));
	write_sequnlock(&seqlock);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&seqlock.lock));
	KUNIT_EXPECT_EQ(test, read_seqbegin(&seqlock), start + 2);
	write_seqlock_irqsave(&seqlock, flags);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	write_sequnlock_irqrestore(&seqlock, flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	write_seqlock_irq(&seqlock);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	write_sequnlock_irq(&seqlock);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	start = read_seqbegin(&seqlock);
	KUNIT_EXPECT_EQ(test, start % 2, 0);
	read_seqlock_excl(&seqlock);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&seqlock.lock));
	KUNIT_EXPECT_FALSE(test, read_seqretry(&seqlock, start));
	read_sequnlock_excl(&seqlock);
	/* The first try without the lock fails, the second holds it. */
	read_seqbegin_or_lock(&seqlock, &seq);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&seqlock.lock));
	KUNIT_EXPECT_FALSE(test, need_seqretry(&seqlock, seq));
	write_seqlock(&seqlock);
	write_sequnlock(&seqlock);
	KUNIT_EXPECT_TRUE(test, need_seqretry(&seqlock, seq));
	seq = 1;
	read_seqbegin_or_lock(&seqlock, &seq);
	KUNIT_EXPECT_TRUE(test, spin_is_locked(&seqlock.lock));
	KUNIT_EXPECT_FALSE(test, need_seqretry(&seqlock, seq));
	done_seqretry(&seqlock, seq);
	KUNIT_EXPECT_FALSE(test, spin_is_locked(&seqlock.lock));
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static void associated_locks(struct kunit *test)
{
	static DEFINE_SPINLOCK(spin);
	static DEFINE_MUTEX(mutex);
	static seqcount_spinlock_t by_spin = SEQCNT_SPINLOCK_ZERO(by_spin, &spin);
	static seqcount_mutex_t by_mutex = SEQCNT_MUTEX_ZERO(by_mutex, &mutex);

	spin_lock(&spin);
	write_seqcount_begin(&by_spin);
	KUNIT_EXPECT_EQ(test, raw_read_seqcount(&by_spin), 1);
	write_seqcount_end(&by_spin);
	spin_unlock(&spin);
	mutex_lock(&mutex);
	write_seqcount_begin(&by_mutex);
	/* Readers wait for the writer, so it isn't preempted. */
	KUNIT_EXPECT_EQ(test, preempt_count(), 1);
	write_seqcount_end(&by_mutex);
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
	mutex_unlock(&mutex);
	KUNIT_EXPECT_EQ(test, read_seqcount_begin(&by_mutex), 2);
#ifdef QUARRY_DEBUG
	KUNIT_EXPECT_REPORT(test, "lockdep_is_held", write_seqcount_begin(&by_spin));
	write_seqcount_end(&by_spin);
	KUNIT_EXPECT_REPORT(test, "lockdep_is_held", write_seqcount_begin(&by_mutex));
	write_seqcount_end(&by_mutex);
#endif
	KUNIT_EXPECT_EQ(test, preempt_count(), 0);
}

static void latch(struct kunit *test)
{
	static seqcount_latch_t l = SEQCNT_LATCH_ZERO(l);
	unsigned int seq = raw_read_seqcount_latch(&l);

	KUNIT_EXPECT_EQ(test, seq & 1, 0);
	raw_write_seqcount_latch(&l);
	KUNIT_EXPECT_TRUE(test, raw_read_seqcount_latch_retry(&l, seq));
	/* In the middle of the change there is a copy to be read, without waiting. */
	seq = raw_read_seqcount_latch(&l);
	KUNIT_EXPECT_EQ(test, seq & 1, 1);
	KUNIT_EXPECT_FALSE(test, raw_read_seqcount_latch_retry(&l, seq));
	raw_write_seqcount_latch(&l);
	KUNIT_EXPECT_EQ(test, raw_read_seqcount_latch(&l) & 1, 0);
}

/* Every CPU writes now and then and reads otherwise; what a reader keeps is whole. */
static void read_sequences(void *unused)
{
	unsigned int me = smp_processor_id();

	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		unsigned long one, other;
		unsigned int seq;

		if ((i + me) % 16 == 0) {
			write_seqlock(&seqlock);
			change_both();
			write_sequnlock(&seqlock);
			continue;
		}
		do {
			seq = read_seqbegin(&seqlock);
			one = READ_ONCE(a);
			other = READ_ONCE(b);
		} while (read_seqretry(&seqlock, seq));
		if (one != other)
			atomic_inc(&wrong);
	}
}

static void readers_keep_what_is_whole(struct kunit *test)
{
	unsigned int start = read_seqbegin(&seqlock);
	unsigned long writes = (unsigned long)READ_ONCE(nr_online_cpus) * NR_ROUNDS / 16;

	need_cpus(test);
	a = b = 0;
	atomic_set(&wrong, 0);
	run_on_cpus(read_sequences, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_EQ(test, a, writes);
	KUNIT_EXPECT_EQ(test, b, writes);
	KUNIT_EXPECT_EQ(test, read_seqbegin(&seqlock), start + 2 * writes);
}

static struct kunit_case seqlock_cases[] = { KUNIT_CASE(sequences),
					     KUNIT_CASE(seqlock_forms),
					     KUNIT_CASE(associated_locks),
					     KUNIT_CASE(latch),
					     KUNIT_CASE(readers_keep_what_is_whole),
					     {} };
static struct kunit_suite seqlock_suite = { .name = "seqlock", .test_cases = seqlock_cases };

kunit_test_suites(&rwlock_suite, &seqlock_suite);
