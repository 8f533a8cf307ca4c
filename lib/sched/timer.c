// SPDX-License-Identifier: MIT
/*
 * Timers
 * ======
 *
 * Each CPU has a tree of the timers that were started on it, in the order of their ends; its tick
 * takes those whose time has come, one after the other, and calls them with interrupts off and the
 * tree's lock not held, so that they may start themselves again or others.
 *
 * Invariants
 * I1  A timer is in a tree exactly while timer_pending(); which, its base says, under whose lock it
 *     is changed.
 * I2  base->running is the timer whose function runs on that CPU, or NULL. What it points to is not
 *     touched after the function was called: that may have freed it.
 * I3  timer->cpu is MOVING while mod_timer() takes it from one tree to another, interrupts off: two
 *     locks are not held at once, and who looks meanwhile waits, so that each call sees it pending
 *     or not, as if the move were one step.
 *
 * Locks: base->lock, irq-safe; nothing is taken under it. Contexts: all but the _sync forms any but
 * NMI; those wait for a function that runs, and so not from that function. Complexity: O(log n) to
 * start and stop.
 */
#include <asm/barrier.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/math.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <quarry/guest.h>
#include "internal.h"

#define MOVING UINT_MAX /* no CPU */

struct timer_base {
	spinlock_t lock;
	struct rb_root_cached root;
	struct timer_list *running;
};

static DEFINE_PER_CPU(struct timer_base, bases);

/* ---- trees ---- */

/* Among equals the one that came first is the first. Under base->lock. */
static void base_insert(struct timer_base *base, struct timer_list *timer)
{
	struct rb_node **link = &base->root.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (time_before(timer->expires,
				rb_entry(parent, struct timer_list, node)->expires)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&timer->node, parent, link);
	rb_insert_color_cached(&timer->node, &base->root, leftmost);
	WRITE_ONCE(timer->pending, true);
}

static void base_remove(struct timer_base *base, struct timer_list *timer)
{
	rb_erase_cached(&timer->node, &base->root);
	WRITE_ONCE(timer->pending, false);
}

/* Lock the tree that the timer is, or was last, in; it may change while one waits for the lock. */
static struct timer_base *lock_base(struct timer_list *timer, unsigned long *flags)
{
	for (;;) {
		unsigned int cpu = READ_ONCE(timer->cpu);
		struct timer_base *base;

		if (unlikely(cpu == MOVING)) {
			smp_relax();
			continue;
		}
		base = per_cpu_ptr(&bases, cpu);
		spin_lock_irqsave(&base->lock, *flags);
		if (READ_ONCE(timer->cpu) == cpu)
			return base;
		spin_unlock_irqrestore(&base->lock, *flags);
	}
}

/* From a tree that was locked to this CPU's, which is then. Interrupts off. In neither of them. */
static struct timer_base *move_here(struct timer_base *from, struct timer_list *timer)
{
	struct timer_base *base = this_cpu_ptr(&bases);

	WRITE_ONCE(timer->cpu, MOVING);
	spin_unlock(&from->lock);
	spin_lock(&base->lock);
	WRITE_ONCE(timer->cpu, smp_processor_id());
	return base;
}

/* ---- the calls ---- */

void timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
		 unsigned int flags)
{
	*timer = (struct timer_list){ .function = function, .cpu = 0 };
}

/**
 * mod_timer - let a timer end at a given time, whether it runs or not
 * @timer: from timer_setup()
 * @expires: in jiffies; what has passed comes with the next tick
 *
 * Return: 1 if it was pending, else 0.
 */
int mod_timer(struct timer_list *timer, unsigned long expires)
{
	struct timer_base *base;
	unsigned long flags;
	int was;

	base = lock_base(timer, &flags);
	was = timer->pending;
	if (was)
		base_remove(base, timer);
	if (base->running != timer && base != this_cpu_ptr(&bases))
		base = move_here(base, timer);
	timer->expires = expires;
	base_insert(base, timer);
	spin_unlock_irqrestore(&base->lock, flags);
	return was;
}

/**
 * add_timer - start a timer that isn't pending, at its expires
 */
void add_timer(struct timer_list *timer)
{
	WARN_ON(timer_pending(timer));
	mod_timer(timer, timer->expires);
}

/**
 * timer_delete - stop a timer
 *
 * Its function may still be running somewhere.
 * Return: 1 if it was pending, else 0.
 */
int timer_delete(struct timer_list *timer)
{
	struct timer_base *base;
	unsigned long flags;
	int was;

	base = lock_base(timer, &flags);
	was = timer->pending;
	if (was)
		base_remove(base, timer);
	spin_unlock_irqrestore(&base->lock, flags);
	return was;
}

/**
 * timer_delete_sync - stop a timer, and wait for its function if that runs
 *
 * Context: not the function's own, not with a lock held that it takes.
 * Return: 1 if it was pending, else 0.
 */
int timer_delete_sync(struct timer_list *timer)
{
	for (;;) {
		struct timer_base *base;
		unsigned long flags;
		bool runs;
		int was;

		base = lock_base(timer, &flags);
		runs = base->running == timer;
		was = timer->pending;
		if (was && !runs)
			base_remove(base, timer);
		spin_unlock_irqrestore(&base->lock, flags);
		if (!runs)
			return was;
		smp_relax(); /* the function may wait for a flush of this CPU */
	}
}

/**
 * timers_cancel_in - stop the timers that stand in [start, end), or whose function does
 *
 * For whoever ends that memory. The function of one may still run when this returns.
 * Return: how many were pending. Context: any but NMI; O(timers).
 */
unsigned int timers_cancel_in(unsigned long start, unsigned long end)
{
	unsigned int cpu, n = 0;

	for_each_online_cpu(cpu) {
		struct timer_base *base = per_cpu_ptr(&bases, cpu);
		struct rb_node *node, *next;
		unsigned long flags;

		spin_lock_irqsave(&base->lock, flags);
		for (node = rb_first_cached(&base->root); node; node = next) {
			struct timer_list *t = rb_entry(node, struct timer_list, node);

			next = rb_next(node);
			if ((unsigned long)t - start >= end - start &&
			    (unsigned long)t->function - start >= end - start)
				continue;
			base_remove(base, t);
			n++;
		}
		spin_unlock_irqrestore(&base->lock, flags);
	}
	return n;
}

/* ---- the tick ---- */

static struct timer_list *take_due(struct timer_base *base)
{
	struct rb_node *first = rb_first_cached(&base->root);
	struct timer_list *timer = rb_entry_safe(first, struct timer_list, node);

	if (!timer || time_before(jiffies, timer->expires))
		return NULL;
	base_remove(base, timer);
	return timer;
}

struct call {
	void (*function)(struct timer_list *timer);
	struct timer_list *timer;
};

static void call_function(void *call)
{
	struct call *c = call;

	c->function(c->timer);
}

/* A trap in a module's function ends it, and nothing else. */
static void call_timer(struct call *c)
{
	if (likely(!is_guest(c->function)))
		c->function(c->timer);
	else
		guest_call(GUEST_TIMER, c->function, call_function, c);
}

void timers_tick(void)
{
	struct timer_base *base = this_cpu_ptr(&bases);

	spin_lock(&base->lock);
	while ((base->running = take_due(base))) {
		struct call c = { base->running->function, base->running };

		spin_unlock(&base->lock);
		call_timer(&c);
		spin_lock(&base->lock);
	}
	spin_unlock(&base->lock);
}

void timers_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		spin_lock_init(&per_cpu_ptr(&bases, cpu)->lock);
}

/* ---- sleeping ---- */

/*
 * It stands on the sleeper's stack, and its task notes it: a trap that ends the sleep for good
 * (report_die()) must not leave the timer behind. An interrupt's may come on top of its task's.
 */
struct sleep {
	struct timer_list timer;
	struct task_struct *task;
	struct sleep *outer;
};

static void wake_sleeper(struct timer_list *timer)
{
	wake_up_process(container_of(timer, struct sleep, timer)->task);
}

/* schedule_timeout(): the state is set. */
long timer_sleep(long ticks)
{
	struct sleep s = { .task = current, .outer = current->sleep };
	unsigned long end = jiffies + ticks;
	long left;

	if (ticks == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return ticks;
	}
	timer_setup(&s.timer, wake_sleeper, 0);
	WRITE_ONCE(current->sleep, &s);
	mod_timer(&s.timer, end);
	schedule();
	timer_delete_sync(&s.timer);
	WRITE_ONCE(current->sleep, s.outer);
	__set_current_state(TASK_RUNNING);
	left = end - jiffies;
	return left > 0 ? left : 0;
}

/*
 * sleep_abandon(). The state may be that of the sleep, and nobody would end it; that of one that an
 * interrupt came on top of ends early, as by any wake-up.
 */
void timer_abandon(struct sleep *until)
{
	while (current->sleep && current->sleep != until) {
		timer_delete_sync(&current->sleep->timer);
		WRITE_ONCE(current->sleep, current->sleep->outer);
	}
	__set_current_state(TASK_RUNNING);
}

/* Ticks that are over by then, at least one; the one under way isn't counted. */
static long ticks_until(u64 end)
{
	u64 now = clock_ns();

	return now < end ? DIV_ROUND_UP(end - now, 1000000000ULL / HZ) + 1 : 1;
}

/**
 * msleep - sleep for so many milliseconds at least
 *
 * The clock decides: ticks that a busy machine held back come close together.
 */
void msleep(unsigned int ms)
{
	u64 end = clock_ns() + ms * 1000000ULL;

	do
		schedule_timeout_uninterruptible(ticks_until(end));
	while (clock_ns() < end);
}

/**
 * usleep_range - sleep for so many microseconds
 * @min: at least
 * @max: and not much more than this, unless others want the CPU
 *
 * Only ticks wake, so whole ticks are slept, and what is left of @min is waited for with preemption on;
 * where @max lets it, the sleep goes on to a tick behind @min instead.
 * Context: may sleep.
 */
void usleep_range(unsigned long min, unsigned long max)
{
	const unsigned long tick = 1000000 / HZ;
	u64 end = clock_ns() + min * 1000ULL;

	might_sleep();
	if (max >= min + 2 * tick)
		schedule_timeout_uninterruptible(usecs_to_jiffies(min) + 1);
	else if (min >= tick)
		schedule_timeout_uninterruptible(min / tick); /* ends at or before @min */
	while (clock_ns() < end) {
		cond_resched();
		cpu_relax();
	}
}

/**
 * msleep_interruptible - sleep for so many milliseconds, or until woken
 *
 * Return: milliseconds that were left.
 */
unsigned long msleep_interruptible(unsigned int ms)
{
	u64 end = clock_ns() + ms * 1000000ULL;
	long left;

	do
		left = schedule_timeout_interruptible(ticks_until(end));
	while (!left && clock_ns() < end);
	return jiffies_to_msecs(left);
}

/**
 * ndelay - wait for so many nanoseconds at least, without sleeping
 *
 * Context: any.
 */
void ndelay(unsigned long ns)
{
	u64 end = clock_ns() + ns;

	while (clock_ns() < end)
		cpu_relax();
}
