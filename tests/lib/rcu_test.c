// SPDX-License-Identifier: MIT
/*
 * RCU (lib/sync/rcu.c, lib/sched/rcu_threads.c, linux/rculist.h): who is waited for and who is not,
 * callbacks, what waits for them, lists changed under readers, and the reports of broken rules.
 *
 * Mutations that these cases must catch, each tried:
 *   a_reader_is_waited_for       interrupted_quiescent() always true
 *   only_readers_of_before       rcu_note_switch() and rcu_tick() report nothing; gp_start() asks CPU 0 only; rcu_cpu_starting()
 *                                forgets the CPU; report_cpu() ends the grace period with the first report
 *   ticks_see_who_never_switches  rcu_tick() doesn't report
 *   a_running_one_is_not_enough  gp_request() gives the number of the one that runs; wake_waiters() wakes all
 *   expedited                    wait_for_gp() returns before the grace period is over
 *   in_order_and_once            list_append() puts in front; rcu_run_callbacks() leaves `done` as it is
 *   not_before                   advance() moves what is new to `waiting` before it knows the number: one segment too soon
 *   again_from_a_callback        run_one() looks at the head after the call
 *   barrier_waits_for_all        barrier_on_cpus() forgets a CPU; nr is counted down before the call
 *   many_hurry                   hurry() is never called
 *   published_is_whole           rcu_assign_pointer() that forgets the store, or rcu_dereference() the load; synchronize_rcu()
 *                                and call_rcu() that wait for nobody (--smp 2)
 *   lists_under_readers          call_rcu() calls at once; list_del_rcu() leads away from the list
 *   storm                        call_rcu() leaves interrupts on
 *   a_stall_is_reported          held_up() doesn't count
 *   waiting_in_a_reader, …       may_wait() is always true; is_queued() never; rcu_reader_end() doesn't look
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <quarry/rcu.h>
#include "tests/mm/smp_fixture.h"

/* Ticks of CPU 0, which counts them, without sleeping. */
static void pass_ticks(unsigned int n)
{
	unsigned long end = jiffies + n;

	while (time_before(jiffies, end))
		cpu_relax();
}

static void nothing(struct rcu_head *head)
{
}

/* ---- who is waited for ---- */

static atomic_t called;

static void count_call(struct rcu_head *head)
{
	atomic_inc(&called);
}

static void a_reader_is_waited_for(struct kunit *test)
{
	static struct rcu_head head;
	unsigned long state;

	atomic_set(&called, 0);
	rcu_read_lock();
	state = get_state_synchronize_rcu();
	call_rcu(&head, count_call);
	pass_ticks(10);
	KUNIT_EXPECT_EQ(test, atomic_read(&called), 0);
	KUNIT_EXPECT_FALSE(test, poll_state_synchronize_rcu(state));
	rcu_read_unlock();
	rcu_barrier();
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(state));
	KUNIT_EXPECT_EQ(test, atomic_read(&called), 1);
	synchronize_rcu();
	KUNIT_EXPECT_EQ(test, atomic_read(&called), 1);
}

static struct {
	unsigned int stage; /* written by the reader */
	unsigned int told;  /* by the case */
} remote;

static void until_told(unsigned int stage)
{
	smp_store_release(&remote.stage, stage);
	while (smp_load_acquire(&remote.told) < stage)
		cpu_relax();
}

/* Two readers, the second one beginning when the CPU has reported. */
static int read_twice(void *unused)
{
	rcu_read_lock();
	until_told(1);
	rcu_read_unlock();
	while (this_cpu_read(rcu_asked))
		cpu_relax();
	rcu_read_lock();
	until_told(2);
	rcu_read_unlock();
	return 0;
}

static struct task_struct *start_on(struct kunit *test, unsigned int cpu, int (*fn)(void *data))
{
	struct task_struct *p = kthread_create_on_cpu(fn, NULL, cpu, "reader/%u");

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	remote.stage = 0;
	remote.told = 0;
	get_task_struct(p);
	wake_up_process(p);
	return p;
}

static void end(struct task_struct *p)
{
	kthread_stop(p);
	put_task_struct(p);
}

static bool comes_true(unsigned long state)
{
	unsigned long limit = jiffies + 60 * HZ;

	while (!poll_state_synchronize_rcu(state) && time_before(jiffies, limit))
		msleep(1);
	return poll_state_synchronize_rcu(state);
}

static void only_readers_of_before(struct kunit *test)
{
	struct task_struct *p;
	unsigned int cpu;
	unsigned long state;

	smp_need(test);
	for (cpu = 1; cpu < num_online_cpus(); cpu++) {
		p = start_on(test, cpu, read_twice);
		while (smp_load_acquire(&remote.stage) < 1)
			msleep(1);
		state = start_poll_synchronize_rcu();
		msleep(40);
		KUNIT_EXPECT_FALSE(test, poll_state_synchronize_rcu(state));
		smp_store_release(&remote.told, 1);
		while (smp_load_acquire(&remote.stage) < 2)
			msleep(1);
		KUNIT_EXPECT_TRUE(test, comes_true(state));
		smp_store_release(&remote.told, 2);
		end(p);
	}
}

static struct {
	struct timer_list timer;
	unsigned int ticks; /* of the CPU that it was started on */
} own;

static void count_tick(struct timer_list *timer)
{
	WRITE_ONCE(own.ticks, own.ticks + 1);
	mod_timer(timer, jiffies + 1);
}

/* Outside of readers, without ever switching: is it seen within some of its own ticks? */
static int spin_outside(void *unused)
{
	unsigned int seen = 0;

	until_told(1);
	timer_setup(&own.timer, count_tick, 0);
	WRITE_ONCE(own.ticks, 0);
	mod_timer(&own.timer, jiffies + 1);
	while (READ_ONCE(own.ticks) < 4)
		seen |= !this_cpu_read(rcu_asked);
	timer_delete_sync(&own.timer);
	return seen;
}

/* Who never switches is seen by the tick; several rounds, since something else may switch it. */
static void ticks_see_who_never_switches(struct kunit *test)
{
	struct task_struct *p;

	smp_need(test);
	for (int round = 0; round < 5; round++) {
		p = start_on(test, 1, spin_outside);
		while (smp_load_acquire(&remote.stage) < 1)
			msleep(1);
		synchronize_rcu();
		start_poll_synchronize_rcu();
		smp_store_release(&remote.told, 1);
		KUNIT_EXPECT_EQ(test, kthread_stop(p), 1);
		put_task_struct(p);
	}
}

static int read_once(void *unused)
{
	rcu_read_lock();
	until_told(1);
	pass_ticks(5); /* in which the case begins to wait */
	rcu_read_unlock();
	rcu_read_lock(); /* holds up the next one */
	pass_ticks(5);
	rcu_read_unlock();
	return 0;
}

/* The one that runs began before the reader did, perhaps; so it is the next one that counts. */
static void a_running_one_is_not_enough(struct kunit *test)
{
	unsigned long first, second;
	struct task_struct *p;

	smp_need(test);
	synchronize_rcu();
	p = start_on(test, 1, read_once);
	while (smp_load_acquire(&remote.stage) < 1)
		msleep(1);
	first = start_poll_synchronize_rcu();
	second = start_poll_synchronize_rcu();
	KUNIT_EXPECT_EQ(test, second, first + 1);
	KUNIT_EXPECT_EQ(test, get_state_synchronize_rcu(), second);
	smp_store_release(&remote.told, 1);
	synchronize_rcu();
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(second));
	end(p);
}

static void waiting(struct kunit *test)
{
	unsigned long state = get_state_synchronize_rcu();

	synchronize_rcu();
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(state));
	state = get_state_synchronize_rcu();
	KUNIT_EXPECT_FALSE(test, poll_state_synchronize_rcu(state));
	cond_synchronize_rcu(state);
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(state));
	KUNIT_EXPECT_EQ(test, get_state_synchronize_rcu(), state + 1);
	cond_synchronize_rcu(state); /* waits for nothing: no new number */
	KUNIT_EXPECT_EQ(test, get_state_synchronize_rcu(), state + 1);
}

static int read_until_told(void *unused)
{
	return read_once(NULL);
}

/* Not by being quicker, which a test can't see, but by asking: with a reader, and without. */
static void expedited(struct kunit *test)
{
	unsigned long state;
	struct task_struct *p;

	for (int i = 0; i < 20; i++) {
		state = get_state_synchronize_rcu();
		synchronize_rcu_expedited();
		KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(state));
	}
	smp_need(test);
	p = start_on(test, 1, read_until_told);
	while (smp_load_acquire(&remote.stage) < 1)
		msleep(1);
	state = start_poll_synchronize_rcu();
	msleep(20);
	KUNIT_EXPECT_FALSE(test, poll_state_synchronize_rcu(state));
	smp_store_release(&remote.told, 1);
	synchronize_rcu_expedited();
	KUNIT_EXPECT_TRUE(test, poll_state_synchronize_rcu(state));
	end(p);
}

/* ---- callbacks ---- */

#define NR_HEADS 200

struct numbered {
	struct rcu_head rcu;
	unsigned int nr;
};

static struct {
	struct numbered heads[NR_HEADS];
	unsigned int next, wrong, cpu;
} row;

static void note_order(struct rcu_head *head)
{
	struct numbered *n = container_of(head, struct numbered, rcu);

	row.wrong += n->nr != row.next++ || smp_processor_id() != row.cpu;
	row.wrong += !in_atomic() || in_hardirq() || irqs_disabled();
}

static void in_order_and_once(struct kunit *test)
{
	row.next = row.wrong = 0;
	preempt_disable();
	row.cpu = smp_processor_id();
	for (unsigned int i = 0; i < NR_HEADS; i++) {
		row.heads[i].nr = i;
		rcu_head_init(&row.heads[i].rcu);
		call_rcu(&row.heads[i].rcu, note_order);
		if (i % 32 == 0)
			pass_ticks(1); /* so that they are in several lists */
	}
	KUNIT_EXPECT_TRUE(test, rcu_head_after_call_rcu(&row.heads[NR_HEADS - 1].rcu, note_order));
	preempt_enable();
	rcu_barrier();
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, row.next, (unsigned int)NR_HEADS);
	KUNIT_EXPECT_EQ(test, row.wrong, 0U);
	rcu_head_init(&row.heads[0].rcu);
	KUNIT_EXPECT_FALSE(test, rcu_head_after_call_rcu(&row.heads[0].rcu, note_order));
}

struct stamped {
	struct rcu_head rcu;
	unsigned long state;
	unsigned int early;
};

static void note_time(struct rcu_head *head)
{
	struct stamped *s = container_of(head, struct stamped, rcu);

	s->early = !poll_state_synchronize_rcu(s->state);
}

/* Queued at every moment of a grace period's life, each waits for one that begins after it. */
static void not_before(struct kunit *test)
{
	static struct stamped stamps[40];
	unsigned int early = 0;

	for (int i = 0; i < 40; i++) {
		preempt_disable();
		stamps[i].early = 77;
		stamps[i].state = get_state_synchronize_rcu();
		call_rcu(&stamps[i].rcu, note_time);
		pass_ticks(i % 3);
		preempt_enable();
		if (i % 4 == 3)
			msleep(1 + i % 5);
	}
	rcu_barrier();
	for (int i = 0; i < 40; i++)
		early += stamps[i].early;
	KUNIT_EXPECT_EQ(test, early, 0U);
}

/* They are counted down by the batch, a moment after the last of it has returned. */
static void nothing_is_pending(struct kunit *test)
{
	for (int i = 0; i < 1000 && rcu_pending(); i++)
		msleep(1);
	KUNIT_EXPECT_EQ(test, rcu_pending(), 0UL);
}

static struct {
	struct rcu_head rcu;
	atomic_t left, calls;
} again;

static void call_again(struct rcu_head *head)
{
	atomic_inc(&again.calls);
	if (atomic_dec_return(&again.left) > 0)
		call_rcu(head, call_again);
}

static void again_from_a_callback(struct kunit *test)
{
	atomic_set(&again.left, 4);
	atomic_set(&again.calls, 0);
	call_rcu(&again.rcu, call_again);
	for (int i = 0; i < 4; i++)
		rcu_barrier();
	KUNIT_EXPECT_EQ(test, atomic_read(&again.calls), 4);
	nothing_is_pending(test);
}

/* ---- rcu_barrier() ---- */

#define SLOW 20

static struct rcu_head slow_heads[NR_CPUS][SLOW];

static void call_slowly(struct rcu_head *head)
{
	if (smp_processor_id())
		ndelay(200000);
	atomic_inc(&called);
}

static void queue_slow(void *unused)
{
	unsigned int cpu = smp_processor_id();

	for (int i = 0; i < SLOW; i++)
		call_rcu(&slow_heads[cpu][i], call_slowly);
}

static void barrier_waits_for_all(struct kunit *test)
{
	bool waited = false; /* they may have been called before there is anything to wait for */

	for (int i = 1; i < 4 || (!waited && i < 100); i++) {
		atomic_set(&called, 0);
		run_on_cpus(queue_slow, NULL);
		waited |= rcu_pending() > 0;
		rcu_barrier();
		KUNIT_EXPECT_EQ(test, atomic_read(&called), SLOW * (int)num_online_cpus());
		nothing_is_pending(test);
	}
	KUNIT_EXPECT_TRUE(test, waited);
}

/* With interrupts off there is no tick here that could begin a grace period. */
static void many_hurry(struct kunit *test)
{
	struct rcu_head *heads = vmalloc(RCU_MANY * sizeof(*heads));
	unsigned long before, flags, few, many;

	KUNIT_ASSERT_NOT_NULL(test, heads);
	rcu_barrier();
	synchronize_rcu();
	local_irq_save(flags);
	before = get_state_synchronize_rcu();
	for (unsigned int i = 0; i < RCU_MANY - 1; i++)
		call_rcu(&heads[i], nothing);
	few = get_state_synchronize_rcu();
	call_rcu(&heads[RCU_MANY - 1], nothing);
	many = get_state_synchronize_rcu();
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, few, before);
	KUNIT_EXPECT_EQ(test, many, before + 1);
	rcu_barrier();
	vfree(heads);
}

/* ---- a list under readers ---- */

#define ITEMS	   12
#define ITEM_CHECK 0x1e57ed00u

struct item {
	struct list_head link;
	struct hlist_node chain;
	u32 key, check;
	struct rcu_head rcu;
};

static struct {
	spinlock_t lock;
	struct list_head list;
	struct hlist_head chain;
} shared = { .lock = __SPIN_LOCK_UNLOCKED(shared.lock) };

static void free_item(struct rcu_head *head)
{
	struct item *item = container_of(head, struct item, rcu);

	item->check = 0x6b6b6b6b;
	kfree(item);
}

static struct item *new_item(u32 key)
{
	struct item *item = kmalloc(sizeof(*item), GFP_KERNEL);

	if (item) {
		item->key = key;
		item->check = ITEM_CHECK ^ key;
	}
	return item;
}

static bool item_right(struct smp_cpu *c, const struct item *item, u32 n)
{
	if (item->check != (ITEM_CHECK ^ item->key))
		smp_wrong(c, "a reader saw an item that was freed", item->check);
	else if (n > 4096)
		smp_wrong(c, "a reader goes round", n);
	else
		return true;
	return false;
}

static void read_lists(struct smp_cpu *c)
{
	struct item *item;
	u32 n = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(item, &shared.list, link) {
		if (!item_right(c, item, n++))
			break;
	}
	n = 0;
	hlist_for_each_entry_rcu(item, &shared.chain, chain) {
		if (!item_right(c, item, n++))
			break;
	}
	item = list_first_or_null_rcu(&shared.list, struct item, link);
	if (item)
		item_right(c, item, 0);
	rcu_read_unlock();
}

/* shared.lock held. */
static void exchange(struct smp_cpu *c, struct item *old, struct item *new)
{
	if (smp_rand(c, 2)) {
		list_replace_rcu(&old->link, &new->link);
		hlist_replace_rcu(&old->chain, &new->chain);
		return;
	}
	list_del_rcu(&old->link);
	hlist_del_rcu(&old->chain);
	if (smp_rand(c, 2)) {
		list_add_rcu(&new->link, &shared.list);
		hlist_add_head_rcu(&new->chain, &shared.chain);
	} else {
		list_add_tail_rcu(&new->link, &shared.list);
		hlist_add_tail_rcu(&new->chain, &shared.chain);
	}
}

static void update_lists(struct smp_cpu *c)
{
	struct item *new = new_item(smp_rand(c, 1000)), *old = NULL, *item;
	u32 nth = smp_rand(c, ITEMS);

	if (!new) {
		smp_wrong(c, "no memory", 0);
		return;
	}
	spin_lock(&shared.lock);
	list_for_each_entry(item, &shared.list, link) {
		old = item;
		if (!nth--)
			break;
	}
	exchange(c, old, new);
	spin_unlock(&shared.lock);
	if (smp_rand(c, 64)) {
		call_rcu(&old->rcu, free_item);
	} else {
		synchronize_rcu();
		free_item(&old->rcu);
	}
}

static void read_and_update(struct smp_cpu *c)
{
	do {
		for (int i = 0; i < 20; i++)
			read_lists(c);
		update_lists(c);
	} while (smp_more(c));
}

static void lists_under_readers(struct kunit *test)
{
	struct item *item, *next;

	INIT_LIST_HEAD(&shared.list);
	INIT_HLIST_HEAD(&shared.chain);
	for (u32 i = 0; i < ITEMS; i++) {
		item = new_item(i);
		KUNIT_ASSERT_NOT_NULL(test, item);
		list_add_tail_rcu(&item->link, &shared.list);
		hlist_add_head_rcu(&item->chain, &shared.chain);
	}
	smp_run(test, read_and_update, NULL, NULL);
	rcu_barrier();
	list_for_each_entry_safe(item, next, &shared.list, link)
		kfree(item);
}

/* ---- one pointer ---- */

struct pair {
	u64 value, complement;
	struct rcu_head rcu;
};

static struct pair __rcu *current_pair;
static atomic_t torn, looks;

static int look_at_pair(void *unused)
{
	while (!kthread_should_stop()) {
		struct pair *p;

		rcu_read_lock();
		p = rcu_dereference(current_pair);
		if (p->value != ~p->complement)
			atomic_inc(&torn);
		rcu_read_unlock();
		atomic_inc(&looks);
		cond_resched();
	}
	return 0;
}

static void scribble(struct rcu_head *head)
{
	struct pair *p = container_of(head, struct pair, rcu);

	p->value = p->complement = 0;
	kfree(p);
}

/* Who sees the new pointer sees what is behind it; what was behind the old one stays as long as it is seen. */
static void published_is_whole(struct kunit *test)
{
	struct pair *new = kmalloc(sizeof(*new), GFP_KERNEL), *old;
	struct task_struct *p;

	KUNIT_ASSERT_NOT_NULL(test, new);
	*new = (struct pair){ .value = 7, .complement = ~7ULL };
	RCU_INIT_POINTER(current_pair, new);
	atomic_set(&torn, 0);
	atomic_set(&looks, 0);
	p = kthread_create_on_cpu(look_at_pair, NULL, num_online_cpus() - 1, "looks/%u");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	wake_up_process(p);
	for (u64 i = 0; i < 300; i++) {
		old = rcu_dereference_protected(current_pair, true);
		new = kmalloc(sizeof(*new), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, new);
		new->value = i * 0x0101010101010101ULL;
		new->complement = ~new->value;
		rcu_assign_pointer(current_pair, new);
		KUNIT_ASSERT_PTR_EQ(test, rcu_access_pointer(current_pair), new);
		if (i % 32) {
			call_rcu(&old->rcu, scribble);
		} else {
			synchronize_rcu();
			scribble(&old->rcu);
		}
	}
	while (!atomic_read(&looks))
		msleep(1);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&torn), 0);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, rcu_dereference(current_pair)->value, 299 * 0x0101010101010101ULL);
	rcu_read_unlock();
	rcu_barrier();
	kfree(new);
}

/* What a list is after each change, without readers. */
static void list_operations(struct kunit *test)
{
	struct item a = { .key = 1 }, b = { .key = 2 }, c = { .key = 3 }, d, *item;
	LIST_HEAD(list);
	LIST_HEAD(other);
	u32 keys = 0;

	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, list_first_or_null_rcu(&list, struct item, link));
	rcu_read_unlock();
	list_add_rcu(&a.link, &list);
	list_add_tail_rcu(&b.link, &list);
	list_add_rcu(&c.link, &list);
	list_for_each_entry_rcu(item, &list, link, true)
		keys = keys * 10 + item->key;
	KUNIT_EXPECT_EQ(test, keys, 312U);
	list_replace_rcu(&b.link, &d.link);
	KUNIT_EXPECT_PTR_EQ(test, b.link.next, &list); /* a reader goes on */
	KUNIT_EXPECT_PTR_EQ(test, a.link.next, &d.link);
	KUNIT_EXPECT_PTR_EQ(test, list.prev, &d.link);
	list_replace_rcu(&d.link, &b.link);
	list_del_rcu(&a.link);
	KUNIT_EXPECT_PTR_EQ(test, a.link.next, &b.link); /* the way on */
	KUNIT_EXPECT_PTR_EQ(test, a.link.prev, LIST_POISON2);
	list_add_rcu(&a.link, &other);
	list_splice_init_rcu(&list, &other, synchronize_rcu);
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
	keys = 0;
	list_for_each_entry_rcu(item, &other, link, true)
		keys = keys * 10 + item->key;
	KUNIT_EXPECT_EQ(test, keys, 321U);
	keys = 0;
	list_for_each_entry_reverse(item, &other, link)
		keys = keys * 10 + item->key;
	KUNIT_EXPECT_EQ(test, keys, 123U);
	KUNIT_EXPECT_PTR_EQ(test, list_next_or_null_rcu(&other, &b.link, struct item, link), &a);
	KUNIT_EXPECT_NULL(test, list_next_or_null_rcu(&other, &a.link, struct item, link));
}

static void chain_operations(struct kunit *test)
{
	struct item a = { .key = 1 }, b = { .key = 2 }, c = { .key = 3 }, d = { .key = 4 }, *item;
	HLIST_HEAD(head);
	u32 keys = 0;

	hlist_add_head_rcu(&b.chain, &head);
	hlist_add_before_rcu(&a.chain, &b.chain);
	hlist_add_tail_rcu(&d.chain, &head);
	hlist_add_behind_rcu(&c.chain, &b.chain);
	hlist_for_each_entry_rcu(item, &head, chain, true)
		keys = keys * 10 + item->key;
	KUNIT_EXPECT_EQ(test, keys, 1234U);
	hlist_del_init_rcu(&b.chain);
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(&b.chain));
	KUNIT_EXPECT_PTR_EQ(test, b.chain.next, &c.chain);
	hlist_del_init_rcu(&b.chain);
	hlist_replace_rcu(&c.chain, &b.chain);
	hlist_del_rcu(&a.chain);
	keys = 0;
	hlist_for_each_entry_rcu(item, &head, chain, true)
		keys = keys * 10 + item->key;
	KUNIT_EXPECT_EQ(test, keys, 24U);
	KUNIT_EXPECT_PTR_EQ(test, d.chain.pprev, &b.chain.next);
}

/* ---- a storm ---- */

#define POOL (RCU_MANY + 2000)

struct drop {
	struct rcu_head rcu;
	unsigned int busy; /* times that it is still to be called */
};

static atomic_long_t drops_queued, drops_called;

static void drop_called(struct rcu_head *head)
{
	struct drop *d = container_of(head, struct drop, rcu);

	atomic_long_inc(&drops_called);
	if (d->busy > 1)
		call_rcu(head, drop_called);
	smp_store_release(&d->busy, d->busy - 1);
}

static unsigned int rain(struct smp_cpu *c, struct drop *pool, u32 from, u32 n)
{
	unsigned int queued = 0;

	for (u32 i = from; i < from + n; i++) {
		struct drop *d = &pool[i % POOL];

		if (smp_load_acquire(&d->busy))
			continue;
		d->busy = 1 + (smp_rand(c, 8) == 0);
		atomic_long_add(d->busy, &drops_queued);
		call_rcu(&d->rcu, drop_called);
		queued++;
	}
	return queued;
}

static void storm_on_cpu(struct smp_cpu *c)
{
	struct drop *pool = vzalloc(POOL * sizeof(*pool));
	u32 at = 0, queued = 0, n;

	if (!pool) {
		smp_wrong(c, "no memory", 0);
		return;
	}
	do {
		n = rain(c, pool, at, 2000);
		queued += n;
		if (!n)
			yield(); /* all are on their way */
		at = (at + 2000) % POOL;
	} while (smp_more(c) || queued < 2 * POOL);
	rcu_barrier();
	rcu_barrier();
	for (u32 i = 0; i < POOL; i++) {
		if (pool[i].busy)
			smp_wrong(c, "a callback was not called", i);
	}
	vfree(pool);
}

static void storm(struct kunit *test)
{
	atomic_long_set(&drops_queued, 0);
	atomic_long_set(&drops_called, 0);
	smp_run(test, storm_on_cpu, NULL, NULL);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&drops_queued), atomic_long_read(&drops_called));
	KUNIT_EXPECT_GE(test, atomic_long_read(&drops_called), 2L * POOL * num_online_cpus());
	kunit_info(test, "%ld callbacks", atomic_long_read(&drops_called));
}

/* ---- broken rules ---- */

static void stall(void)
{
	static struct rcu_head head;

	rcu_read_lock();
	call_rcu(&head, nothing);
	pass_ticks(12);
	rcu_read_unlock();
	rcu_barrier();
}

static void a_stall_is_reported(struct kunit *test)
{
	rcu_stall_ticks = 5;
	KUNIT_EXPECT_REPORT(test, "self-detected stall on CPU", stall());
	rcu_stall_ticks = 50;
	KUNIT_EXPECT_NO_REPORT(test, stall());
	rcu_stall_ticks = RCU_STALL_TICKS;
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_reader_is_waited_for),
	KUNIT_CASE(only_readers_of_before),
	KUNIT_CASE(ticks_see_who_never_switches),
	KUNIT_CASE(a_running_one_is_not_enough),
	KUNIT_CASE(waiting),
	KUNIT_CASE(expedited),
	KUNIT_CASE(in_order_and_once),
	KUNIT_CASE(not_before),
	KUNIT_CASE(again_from_a_callback),
	KUNIT_CASE(barrier_waits_for_all),
	KUNIT_CASE(many_hurry),
	KUNIT_CASE(lists_under_readers),
	KUNIT_CASE(published_is_whole),
	KUNIT_CASE(list_operations),
	KUNIT_CASE(chain_operations),
	KUNIT_CASE_SLOW(storm),
	KUNIT_CASE(a_stall_is_reported),
	{},
};

static struct kunit_suite rcu = {
	.name = "rcu",
	.test_cases = cases,
};
kunit_test_suite(rcu);
