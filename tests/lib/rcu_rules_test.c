// SPDX-License-Identifier: MIT
/*
 * The rules of RCU that debug builds check (lib/sync/rcu.c, lib/report/rcu_report.c): each is broken
 * on purpose, and the report is matched. Suite "rcu_twice" is what every build checks.
 *
 * Mutations that these cases must catch, each tried:
 *   waiting_in_a_reader     may_wait() is always true (this test hangs), or asks for no reader
 *   waiting_in_atomic       may_wait() is always true
 *   queued_twice, freed_twice   is_here_already() is always false (the release's then hang)
 *   used_again              run_one() leaves the mark
 *   end_without_beginning   rcu_reader_end() doesn't look
 *   sleeping_in_a_reader    rcu_reader_begin() isn't in the list of held locks
 *   followed_outside        RCU_LOCKDEP_WARN() is nothing
 *   followed_inside         rcu_reader_held() is always false
 */
#include <kunit/test.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static int setup(struct kunit *test)
{
#ifndef QUARRY_DEBUG
	kunit_skip(test, "only debug builds check the rules of RCU");
#endif
	return 0;
}

static noinline void in_reader(void (*fn)(void))
{
	rcu_read_lock();
	fn();
	rcu_read_unlock();
}

static void waiting_in_a_reader(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "BUG: synchronize_rcu() called by an RCU reader",
			    in_reader(synchronize_rcu));
	KUNIT_EXPECT_REPORT(test, "A reader can't wait for readers",
			    in_reader(synchronize_rcu_expedited));
	KUNIT_EXPECT_REPORT(test, "BUG: rcu_barrier() called by an RCU reader",
			    in_reader(rcu_barrier));
}

static void locked(void (*fn)(void))
{
	static DEFINE_SPINLOCK(rcu_rules_lock);

	spin_lock(&rcu_rules_lock);
	fn();
	spin_unlock(&rcu_rules_lock);
}

static void waiting_in_atomic(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "BUG: synchronize_rcu() called from invalid context",
			    locked(synchronize_rcu));
	KUNIT_EXPECT_REPORT(test, "BUG: rcu_barrier() called from invalid context",
			    locked(rcu_barrier));
}

static unsigned int calls;

static void count_call(struct rcu_head *head)
{
	WRITE_ONCE(calls, calls + 1);
}

static void nothing(struct rcu_head *head)
{
}

static void twice(struct rcu_head *head, rcu_callback_t second)
{
	preempt_disable();
	call_rcu(head, count_call);
	call_rcu(head, second);
	preempt_enable();
	rcu_barrier();
}

static void queued_twice(struct kunit *test)
{
	static struct rcu_head head;

	calls = 0;
	KUNIT_EXPECT_REPORT(test, "is queued already", twice(&head, count_call));
	KUNIT_EXPECT_EQ(test, READ_ONCE(calls), 1U);
	KUNIT_EXPECT_REPORT(test, "is queued already", twice(&head, nothing));
	KUNIT_EXPECT_EQ(test, READ_ONCE(calls), 2U);
}

struct block {
	u64 words[3];
	struct rcu_head rcu;
};

static void free_twice(void)
{
	struct block *b = kmalloc(sizeof(*b), GFP_KERNEL);

	preempt_disable();
	kfree_rcu(b, rcu);
	kfree_rcu(b, rcu);
	preempt_enable();
	rcu_barrier();
}

static void freed_twice(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "is queued already", free_twice());
}

static void use_again(void)
{
	static struct rcu_head head;

	for (int i = 0; i < 3; i++) {
		call_rcu(&head, count_call);
		rcu_barrier();
	}
}

static void used_again(struct kunit *test)
{
	calls = 0;
	KUNIT_EXPECT_NO_REPORT(test, use_again());
	KUNIT_EXPECT_EQ(test, READ_ONCE(calls), 3U);
}

static void other_form(void)
{
	rcu_read_lock_bh();
	rcu_read_unlock();
	rcu_read_unlock_bh();
}

static void end_without_beginning(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "WARNING: rcu_read_unlock() without a reader", rcu_read_unlock());
	KUNIT_EXPECT_REPORT(test, "WARNING: rcu_read_unlock_sched() without a reader",
			    rcu_read_unlock_sched());
	KUNIT_EXPECT_REPORT(test, "WARNING: rcu_read_unlock() without a reader", other_form());
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
}

static void sleep_on_mutex(void)
{
	static DEFINE_MUTEX(rcu_rules_mutex);

	mutex_lock(&rcu_rules_mutex);
	mutex_unlock(&rcu_rules_mutex);
}

static void sleeping_in_a_reader(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "An RCU reader, between rcu_read_lock()",
			    in_reader(sleep_on_mutex));
	KUNIT_EXPECT_REPORT(test, "(rcu_read_lock) at: in_reader+", in_reader(sleep_on_mutex));
}

static int *pointed;
static DEFINE_MUTEX(pointed_lock);

static void follow(void)
{
	rcu_dereference(pointed);
}

static void follow_locked(void)
{
	rcu_dereference_protected(pointed, lockdep_is_held(&pointed_lock));
}

static void walk(void)
{
	static LIST_HEAD(list);
	struct entry {
		struct list_head link;
	} * e;

	list_for_each_entry_rcu(e, &list, link) {
	}
}

/* Each place says it once, so each is used once. */
static void followed_outside(struct kunit *test)
{
	KUNIT_EXPECT_REPORT(test, "suspicious rcu_dereference_check() usage", follow());
	KUNIT_EXPECT_REPORT(test, "suspicious rcu_dereference_protected() usage", follow_locked());
	KUNIT_EXPECT_REPORT(test, "RCU-list traversed in non-reader section", walk());
	KUNIT_EXPECT_NO_REPORT(test, follow());
}

static int *follow_both(void)
{
	int *p;

	rcu_read_lock();
	rcu_read_lock();
	p = rcu_dereference(pointed);
	rcu_read_unlock();
	p = rcu_dereference(pointed);
	rcu_read_unlock();
	rcu_read_lock_bh();
	p = rcu_dereference_bh(pointed);
	rcu_read_unlock_bh();
	rcu_read_lock_sched();
	p = rcu_dereference_sched(pointed);
	rcu_read_unlock_sched();
	mutex_lock(&pointed_lock);
	p = rcu_replace_pointer(pointed, p, lockdep_is_held(&pointed_lock));
	mutex_unlock(&pointed_lock);
	return p;
}

static void followed_inside(struct kunit *test)
{
	static int value;

	rcu_assign_pointer(pointed, &value);
	KUNIT_EXPECT_NO_REPORT(test, follow_both());
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(pointed), &value);
	RCU_INIT_POINTER(pointed, NULL);
	KUNIT_EXPECT_FALSE(test, rcu_read_lock_held());
}

static struct kunit_case cases[] = {
	KUNIT_CASE(waiting_in_a_reader),  KUNIT_CASE(waiting_in_atomic),
	KUNIT_CASE(used_again),		  KUNIT_CASE(end_without_beginning),
	KUNIT_CASE(sleeping_in_a_reader), KUNIT_CASE(followed_outside),
	KUNIT_CASE(followed_inside),	  {},
};

static struct kunit_suite rcu_rules = {
	.name = "rcu_rules",
	.init = setup,
	.test_cases = cases,
};
kunit_test_suite(rcu_rules);

static struct kunit_case twice_cases[] = {
	KUNIT_CASE(queued_twice),
	KUNIT_CASE(freed_twice),
	{},
};

static struct kunit_suite rcu_twice = {
	.name = "rcu_twice",
	.test_cases = twice_cases,
};
kunit_test_suite(rcu_twice);
