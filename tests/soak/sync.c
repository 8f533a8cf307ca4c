// SPDX-License-Identifier: MIT
/*
 * Soak: locks, timers, threads; and what empties or shows everything while the others work.
 *
 * Under each lock stands a pair of plain counters, which are equal whenever nobody is inside: two in
 * there at once show at once, as an unequal pair, or at the end, as a count that is not that of the
 * passages.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rwlock.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include "soak.h"

struct pair {
	u64 a, b;
	atomic_long_t passages;
};

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(rwsem);
static DEFINE_RWLOCK(rwlock);
static DEFINE_SEQLOCK(seqlock);
static DEFINE_SEMAPHORE(semaphore, 1);
static struct pair by_spin, by_mutex, by_rwsem, by_rwlock, by_seq, by_semaphore;
static struct pair *const pairs[] = { &by_spin,	  &by_mutex, &by_rwsem,
				      &by_rwlock, &by_seq,   &by_semaphore };
static long __percpu *hits; /* counted without a lock, each CPU its own */
static atomic_long_t hits_made;

/* ---- locks ---- */

static void look(struct soak_thread *t, const struct pair *p, const char *what)
{
	if (p->a != p->b)
		soak_wrong(t, what, p->a - p->b);
}

static void pass(struct soak_thread *t, struct pair *p, const char *what)
{
	look(t, p, what);
	p->a++;
	barrier();
	p->b++;
	atomic_long_inc(&p->passages);
}

static bool op_spin(struct soak_thread *t)
{
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	pass(t, &by_spin, "two hold a spin lock");
	spin_unlock_irqrestore(&spin, flags);
	if (soak_chance(t, 2)) {
		read_lock_irqsave(&rwlock, flags);
		look(t, &by_rwlock, "a reader is with a writer");
		read_unlock_irqrestore(&rwlock, flags);
	} else {
		write_lock_irqsave(&rwlock, flags);
		pass(t, &by_rwlock, "two write under a rwlock");
		write_unlock_irqrestore(&rwlock, flags);
	}
	return true;
}

/* What is read while nobody writes is a pair. */
static bool op_seq(struct soak_thread *t)
{
	unsigned int seq;
	u64 a, b;

	if (soak_chance(t, 3)) {
		write_seqlock(&seqlock);
		WRITE_ONCE(by_seq.a, by_seq.a + 1);
		WRITE_ONCE(by_seq.b, by_seq.b + 1);
		atomic_long_inc(&by_seq.passages);
		write_sequnlock(&seqlock);
		return true;
	}
	do {
		seq = read_seqbegin(&seqlock);
		a = READ_ONCE(by_seq.a);
		b = READ_ONCE(by_seq.b);
	} while (read_seqretry(&seqlock, seq));
	if (a != b)
		soak_wrong(t, "a seqlock's reader saw half a write", a - b);
	return true;
}

/* With an allocation, or a sleep, inside. */
static void linger(struct soak_thread *t)
{
	if (soak_chance(t, 30))
		schedule_timeout_uninterruptible(1);
	else
		kfree(kmalloc(1 + soak_rand(t, 300), GFP_KERNEL | __GFP_NOWARN));
}

static bool op_mutex(struct soak_thread *t)
{
	mutex_lock(&mutex);
	pass(t, &by_mutex, "two hold a mutex");
	linger(t);
	look(t, &by_mutex, "a mutex's holder is not alone");
	mutex_unlock(&mutex);
	return true;
}

static bool op_rwsem(struct soak_thread *t)
{
	if (soak_chance(t, 3)) {
		down_write(&rwsem);
		pass(t, &by_rwsem, "two write under a rwsem");
		linger(t);
		downgrade_write(&rwsem);
	} else {
		down_read(&rwsem);
	}
	look(t, &by_rwsem, "a rwsem's reader is with a writer");
	linger(t);
	up_read(&rwsem);
	return true;
}

static bool op_semaphore(struct soak_thread *t)
{
	if (soak_chance(t, 2)) {
		if (down_timeout(&semaphore, 1 + soak_rand(t, 3)))
			return true;
	} else {
		down(&semaphore);
	}
	pass(t, &by_semaphore, "two have passed a semaphore of one");
	linger(t);
	up(&semaphore);
	return true;
}

static bool op_hit(struct soak_thread *t)
{
	for (u32 n = soak_rand(t, 100); n; n--) {
		this_cpu_inc(*hits);
		atomic_long_inc(&hits_made);
	}
	return true;
}

/* ---- timers ---- */

/* In the tick: takes what lies in the ring, and gives it back if that may be done there. */
static void timer_fires(struct timer_list *timer)
{
	struct soak_thread *t = from_timer(t, timer, timer);
	void *p = kmalloc(64, GFP_ATOMIC | __GFP_NOWARN);

	t->timer_slot = soak_ring_swap(
		t->timer_slot, reciprocal_scale(prandom_u32_state(&t->timer_rnd), SOAK_RING));
	if (t->timer_slot->kind && t->timer_slot->kind->atomic)
		soak_discard(t, t->timer_slot);
	kfree(p);
}

static bool op_timer(struct soak_thread *t)
{
	if (soak_chance(t, 8))
		timer_delete_sync(&t->timer);
	else
		mod_timer(&t->timer, jiffies + soak_rand(t, 4));
	return true;
}

/* ---- threads ---- */

struct child {
	struct completion begun;
	u64 n;
};

static int child_runs(void *data)
{
	struct child *c = data;
	void *p = kmalloc(100, GFP_KERNEL | __GFP_NOWARN);
	int result = (int)(c->n & 0xffff);

	complete(&c->begun);
	kfree(p);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return result;
}

static bool op_thread(struct soak_thread *t)
{
	struct child c = { .n = t->step };
	struct task_struct *p;

	init_completion(&c.begun);
	p = kthread_run(child_runs, &c, "soak-child");
	if (IS_ERR(p))
		return false;
	if (soak_chance(t, 2))
		wait_for_completion(&c.begun);
	if (kthread_stop(p) != (int)(c.n & 0xffff))
		soak_wrong(t, "a thread's result is another's", c.n);
	return true;
}

static bool op_sleep(struct soak_thread *t)
{
	if (soak_chance(t, 2))
		yield();
	else
		schedule_timeout_uninterruptible(1 + soak_rand(t, 2));
	return true;
}

/* ---- emptying and showing ---- */

static void no_line(const char *text)
{
}

static bool op_quiesce(struct soak_thread *t)
{
	mm_quiesce();
	return true;
}

static bool op_show(struct soak_thread *t)
{
	static void (*const shows[])(show_line_t) = { meminfo_show,   zoneinfo_show,
						      buddyinfo_show, pagetypeinfo_show,
						      slabinfo_show,  vmallocinfo_show };

	shows[soak_rand(t, ARRAY_SIZE(shows))](no_line);
	return true;
}

static bool op_unmap_aliases(struct soak_thread *t)
{
	vm_unmap_aliases();
	return true;
}

/* ---- begin and end ---- */

static bool setup(void)
{
	hits = alloc_percpu(long);
	for (unsigned int i = 0; hits && i < soak_nr_threads; i++) {
		struct soak_thread *t = &soak_threads[i];

		timer_setup(&t->timer, timer_fires, 0);
		t->timer_slot = &t->blocks[SOAK_SLOTS];
		prandom_seed_state(&t->timer_rnd, ~t->seed);
	}
	return hits;
}

static void thread_end(struct soak_thread *t)
{
	timer_delete_sync(&t->timer);
	soak_discard(t, t->timer_slot);
}

static void check(struct soak_thread *t)
{
	long sum = 0;
	unsigned int cpu;

	for (unsigned int i = 0; i < ARRAY_SIZE(pairs); i++) {
		look(t, pairs[i], "a lock's pair is unequal at the end");
		if (pairs[i]->a != (u64)atomic_long_read(&pairs[i]->passages))
			soak_wrong(t, "a passage was lost", i);
	}
	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(hits, cpu);
	if (sum != atomic_long_read(&hits_made))
		soak_wrong(t, "per-CPU counts were lost", sum);
	free_percpu(hits);
}

static const struct soak_op ops[] = {
	{ "spin", 10, op_spin },	  { "seqlock", 8, op_seq },
	{ "mutex", 6, op_mutex },	  { "rwsem", 6, op_rwsem },
	{ "semaphore", 4, op_semaphore }, { "per-cpu count", 8, op_hit },
	{ "timer", 10, op_timer },	  { "thread", 2, op_thread },
	{ "sleep", 2, op_sleep },	  { "quiesce", 1, op_quiesce },
	{ "show", 1, op_show },		  { "unmap-aliases", 1, op_unmap_aliases },
};

const struct soak_group soak_sync = {
	.name = "sync",
	.ops = ops,
	.nr = ARRAY_SIZE(ops),
	.setup = setup,
	.thread_end = thread_end,
	.check = check,
};
