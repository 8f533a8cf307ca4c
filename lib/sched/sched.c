// SPDX-License-Identifier: MIT
/*
 * The scheduler
 * =============
 *
 * 1. Model. A thread is a stack and the registers that wait on it (asm/thread.h). Each CPU has a
 *    queue of the threads that may run on it and one that runs; the queue goes round, a slice of
 *    SLICE ticks each. A CPU with an empty queue runs its idle thread, which stands in no queue.
 *
 *	     kthread_create()                    ┌── slice over, yield() ──┐
 *	          │                              ▼                         │
 *	          ▼      wake_up_process()    queued ── its turn ──────► running ── ends ─► dead
 *	        asleep ─────────────────────────►                           │
 *	          ▲                                                         │
 *	          └──────── state isn't TASK_RUNNING, schedule() ───────────┘
 *
 *    The boot CPU's first context becomes the thread "main" (pid 1); the other CPUs' become their
 *    idle threads.
 *
 * 2. Which CPU. A wake-up puts a thread on the CPU that it ran on last if that is idle, else on an
 *    idle one that its mask allows, else on its last. Nothing else moves a thread: one that was
 *    preempted goes on where it was taken off. So code changes its CPU only where it sleeps or
 *    yields (I5), and a CPU-bound thread is never balanced away. A thread that yields on a CPU which
 *    its mask doesn't allow any more is woken by whoever follows there, and so put elsewhere.
 *
 * 3. Preemption. Who wants this CPU rescheduled sets the need-resched bit; it is acted on at the end
 *    of an interrupt, or when the preempt count comes down to 0, whichever is first. A preempted
 *    thread stays in the queue, whatever its state says: it may be on its way to sleep, and looks at
 *    its condition again before it does. Another CPU is asked by smp_send_reschedule(), only if it
 *    is idle: a busy one comes round by itself.
 *
 * 4. The switch. schedule() takes the queue's lock, picks, and switches with the lock held; the one
 *    that is switched to lets go of it (switch_done()). Who gets the lock of a queue therefore finds
 *    nobody half way on or off that CPU. Switching happens at a preempt count of 1, that lock's, and
 *    with interrupts off; the count is the CPU's and so is right on both sides.
 *
 * 5. Waking and sleeping (lib/sync/sched.c draws it). wake() looks at the state under the thread's
 *    lock and the lock of its queue. A sleeper leaves the queue under that lock too, if its state
 *    still is not TASK_RUNNING: either it sees the waker's TASK_RUNNING, or the waker sees that it
 *    left.
 *
 * Invariants
 * I1  rq->running is the current of its CPU, but inside the switch. It isn't in the list of the
 *     queue.
 * I2  t->queued: t runs on t->task.cpu or stands in that CPU's list. It is false only for a thread
 *     that is asleep, new or dead, and no CPU is on the stack of such a one once the queue's lock
 *     was taken.
 * I3  t->task.cpu changes under t->lock, while t is not queued.
 * I4  t->misplaced: t->task.cpu is not in t->allowed.
 * I5  A thread changes its CPU only between leaving a queue in schedule() and its return from there,
 *     never where it was preempted: on some ports (arch/host) per-CPU data is reached in two steps,
 *     which no other CPU's may come between.
 *
 * Lock order: thread->lock, then rq->lock, which is the innermost of all: nothing is allocated,
 * printed or woken under it. Both are taken with interrupts off. One rq->lock at a time.
 *
 * Contexts: schedule() where one may sleep, at a preempt count of 0; wake-ups any but NMI.
 * Complexity: O(1), a wake-up O(CPUs).
 */
#include <asm/console.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kfence.h>
#include <linux/panic.h>
#include <linux/poison.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <quarry/rcu.h>
#include "internal.h"

#define SLICE 2 /* ticks */

struct rq {
	spinlock_t lock;
	struct list_head list; /* who waits for the CPU */
	unsigned int nr;       /* of them */
	struct thread *running;
	struct thread *idle; /* NULL: the CPU has not come up */
	struct thread *left; /* this CPU: whom it left, inside the switch */
	int slice;	     /* this CPU: ticks that `running` still has */
};

static DEFINE_PER_CPU(struct rq, rqs);
static DEFINE_PER_CPU(struct thread, idle_threads);
static struct thread main_thread;

/* ---- queues ---- */

static void enqueue(struct rq *rq, struct thread *t)
{
	lockdep_assert_held(&rq->lock);
	list_add_tail(&t->run, &rq->list);
	WRITE_ONCE(rq->nr, rq->nr + 1);
}

static struct thread *pick(struct rq *rq)
{
	struct thread *t;

	if (!rq->nr)
		return rq->idle;
	t = list_first_entry(&rq->list, struct thread, run);
	list_del(&t->run);
	WRITE_ONCE(rq->nr, rq->nr - 1);
	return t;
}

/* ---- the switch ---- */

/* The CPU has left rq->left for whoever runs this. Interrupts off, before and after. */
static void switch_done(void)
{
	struct rq *rq = this_cpu_ptr(&rqs);
	struct thread *left = rq->left;
	bool dead = left->task.__state == TASK_DEAD, moves = left->task.__state == TASK_NEW;

	lock_acquire(&rq->lock.dep, 0, LOCK_TRY, _RET_IP_);
	spin_unlock(&rq->lock);
	if (dead)
		thread_gone(left);
	else if (moves)
		wake_up_state(&left->task, TASK_NEW);
}

static void switch_to(struct rq *rq, struct thread *prev, struct thread *next)
{
	WRITE_ONCE(rq->running, next); /* others look: cpu_is_free() */
	rq->left = prev;
	if (next->task.mm != prev->task.mm)
		mm_switch(next->task.mm);
	lock_release(&rq->lock.dep); /* in the books it changes hands: switch_done() */
	set_current(&next->task);
	thread_switch(&prev->state, &next->state);
	switch_done();
}

/* The running thread leaves the CPU of its own will: does it go on here? */
static bool stays(struct thread *t)
{
	if (!task_is_running(&t->task))
		return false;
	if (likely(!READ_ONCE(t->misplaced)))
		return true;
	WRITE_ONCE(t->task.__state, TASK_NEW); /* switch_done() wakes it */
	return false;
}

/* Interrupts off. @preempted: whatever its state is, the running thread stays in the queue. */
static void reschedule(bool preempted)
{
	struct rq *rq = this_cpu_ptr(&rqs);
	struct thread *prev = rq->running, *next;

	if (unlikely(READ_ONCE(*stack_end(prev)) != STACK_END_MAGIC))
		stack_end_report(prev);
	rcu_note_switch();
	spin_lock(&rq->lock);
	preempt_clear_need_resched();
	watchdog_switch();
	if (prev != rq->idle) {
		if (preempted || stays(prev))
			enqueue(rq, prev);
		else
			prev->queued = false;
	}
	next = pick(rq);
	rq->slice = SLICE;
	if (next == prev)
		spin_unlock(&rq->lock);
	else
		switch_to(rq, prev, next);
}

/* Sleeping inside a spin lock or an interrupt handler: nobody could give the CPU back. */
static void check_may_switch(void)
{
	bool scheduling_while_atomic = preempt_count() != 0;

	BUG_ON(scheduling_while_atomic);
}

static void do_schedule(void)
{
	unsigned long flags;

	check_may_switch();
	if (unlikely(current->flags & PF_WQ_WORKER) && !task_is_running(current))
		wq_worker_sleeping();
	do {
		local_irq_save(flags);
		reschedule(false);
		local_irq_restore(flags);
	} while (preempt_should_resched() && !irqs_disabled());
	if (unlikely(current->flags & PF_WQ_WORKER))
		wq_worker_running();
}

static void do_preempt(void)
{
	do {
		local_irq_disable();
		reschedule(true);
		local_irq_enable();
	} while (preempt_should_resched());
}

/* Who comes back here may have been told of another thread on its way: switch_done(). */
static void do_preempt_irq(void)
{
	do
		reschedule(true);
	while (preempt_should_resched());
}

void sched_enter(void)
{
	switch_done();
	local_irq_enable();
}

/* Preempted when it is dead already it would be freed while it stands in the queue. */
void sched_leave(void)
{
	local_irq_disable();
	__set_current_state(TASK_DEAD);
	do_schedule();
	panic("sched: a dead thread runs");
}

/* ---- waking ---- */

static bool cpu_fits(const struct thread *t, unsigned int cpu)
{
	return smp_load_acquire(&per_cpu_ptr(&rqs, cpu)->idle) && cpumask_test_cpu(cpu, &t->allowed);
}

static bool cpu_is_free(unsigned int cpu)
{
	const struct rq *rq = per_cpu_ptr(&rqs, cpu);

	return READ_ONCE(rq->running) == READ_ONCE(rq->idle) && !READ_ONCE(rq->nr);
}

/* Section 2. Other CPUs' queues are only looked at: what they say may be over when it is used. */
static unsigned int choose_cpu(const struct thread *t)
{
	unsigned int cpu, last = t->task.cpu, any = last;
	bool fits = cpu_fits(t, last);

	if (fits && cpu_is_free(last))
		return last;
	for_each_online_cpu(cpu) {
		if (!cpu_fits(t, cpu))
			continue;
		if (cpu_is_free(cpu))
			return cpu;
		any = cpu;
	}
	return fits ? last : any;
}

/* An idle CPU is told; any other comes round at the end of a slice. */
static void tell(struct rq *rq, unsigned int cpu)
{
	if (rq->running != rq->idle)
		return;
	if (cpu == smp_processor_id())
		preempt_set_need_resched();
	else
		smp_send_reschedule(cpu);
}

/* It may leave the state meanwhile, even for good: only what was seen is replaced. */
static int set_running(struct thread *t, unsigned int states)
{
	unsigned int seen = READ_ONCE(t->task.__state);

	while (seen & states) {
		if (try_cmpxchg(&t->task.__state, &seen, (unsigned int)TASK_RUNNING))
			return 1;
	}
	return 0;
}

static int wake_locked(struct thread *t, unsigned int states)
{
	unsigned int cpu = t->task.cpu;
	struct rq *rq = per_cpu_ptr(&rqs, cpu);
	int woken;

	spin_lock(&rq->lock);
	woken = set_running(t, states);
	if (!woken || t->queued) {
		spin_unlock(&rq->lock);
		return woken;
	}
	spin_unlock(
		&rq->lock); /* it is off its CPU (I2), and t->lock keeps others from waking it */
	t->started = true;
	cpu = choose_cpu(t);
	WRITE_ONCE(t->task.cpu, cpu);
	WRITE_ONCE(t->misplaced, false);
	rq = per_cpu_ptr(&rqs, cpu);
	spin_lock(&rq->lock);
	t->queued = true;
	enqueue(rq, t);
	tell(rq, cpu);
	spin_unlock(&rq->lock);
	return 1;
}

static int do_wake(struct task_struct *p, unsigned int states)
{
	struct thread *t = thread_of(p);
	unsigned long flags;
	int woken;

	spin_lock_irqsave(&t->lock, flags);
	smp_mb();
	woken = wake_locked(t, states);
	spin_unlock_irqrestore(&t->lock, flags);
	return woken;
}

/**
 * set_cpus_allowed_ptr - where a thread may run
 * @p: the thread
 * @mask: the CPUs
 *
 * The running thread is on one of them when this returns. Another one moves when it next sleeps or
 * yields, or is woken; until then it may go on where it is (Linux's has moved by the time this
 * returns).
 * Context: may sleep.
 * Return: 0; -EINVAL: none of them is online.
 */
int set_cpus_allowed_ptr(struct task_struct *p, const struct cpumask *mask)
{
	struct thread *t = thread_of(p);
	unsigned long flags;
	unsigned int cpu;
	bool some = false;

	for_each_online_cpu(cpu)
		some |= cpumask_test_cpu(cpu, mask);
	if (!some)
		return -EINVAL;
	spin_lock_irqsave(&t->lock, flags);
	cpumask_copy(&t->allowed, mask);
	WRITE_ONCE(t->misplaced, !cpumask_test_cpu(task_cpu(p), mask));
	spin_unlock_irqrestore(&t->lock, flags);
	if (p == current && READ_ONCE(t->misplaced))
		yield();
	return 0;
}

/* ---- ticks and idle CPUs ---- */

static void tick(void)
{
	struct rq *rq = this_cpu_ptr(&rqs);

	timers_tick();
	watchdog_tick();
	rcu_tick();
	kfence_tick();
	if (rq->running != rq->idle && --rq->slice <= 0 && READ_ONCE(rq->nr))
		preempt_set_need_resched();
}

/* It may be preempted at any time, and is by the interrupt that brings work. */
void sched_idle(void)
{
	for (;;) {
		local_irq_disable();
		rcu_idle();
		local_irq_enable();
		if (preempt_should_resched())
			preempt_schedule();
		else
			cpu_idle();
	}
}

/**
 * cpu_started - entered from below: another CPU is ready, and becomes its idle thread
 * @cpu: its id
 */
void cpu_started(unsigned int cpu)
{
	struct thread *idle = this_cpu_ptr(&idle_threads);
	struct rq *rq = this_cpu_ptr(&rqs);

	thread_setup(idle, "idle");
	idle->task.flags = PF_IDLE;
	idle->task.cpu = cpu;
	thread_adopt(&idle->state);
	stack_end_mark(idle);
	set_current(&idle->task);
	WRITE_ONCE(rq->running, idle);
	rcu_cpu_starting(cpu);
	smp_store_release(&rq->idle, idle);
	local_irq_enable();
	sched_idle();
}

/* ---- bring-up ---- */

/* A CPU is online a moment before it is here: until then a thread bound to it runs elsewhere. */
void sched_wait_for_cpus(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		while (!smp_load_acquire(&per_cpu_ptr(&rqs, cpu)->idle))
			cpu_relax();
	}
}

void thread_setup(struct thread *t, const char *comm)
{
	memset(t, 0, sizeof(*t));
	strscpy(t->task.comm, comm, sizeof(t->task.comm));
	spin_lock_init(&t->lock);
	INIT_LIST_HEAD(&t->run);
	refcount_set(&t->refs, 1);
	cpumask_setall(&t->allowed);
}

static int idle_fn(void *unused)
{
	sched_idle();
	return 0;
}

/* What the boot CPU has run so far goes on as a thread. It stays on its CPU. */
static void adopt_main(struct rq *rq)
{
	struct task_struct *before = current;

	thread_setup(&main_thread, "main");
	main_thread.task.mm = before->mm;
	main_thread.task.pagefault_disabled = before->pagefault_disabled;
	main_thread.task.trap_recovery = before->trap_recovery;
	main_thread.task.recovery_count = before->recovery_count;
	main_thread.task.flags = PF_KTHREAD;
	main_thread.task.pid = 1;
	main_thread.queued = true;
	cpumask_clear(&main_thread.allowed);
	cpumask_set_cpu(0, &main_thread.allowed);
	thread_adopt(&main_thread.state);
	stack_end_mark(&main_thread);
	set_current(&main_thread.task);
	rq->running = &main_thread;
}

static const struct sched_ops ops = {
	.schedule = do_schedule,
	.preempt = do_preempt,
	.preempt_irq = do_preempt_irq,
	.wake = do_wake,
	.timeout = timer_sleep,
	.abandon = timer_abandon,
};

/**
 * sched_init - threads exist from here on
 *
 * Context: boot, once, CPU 0, interrupts on, after mm_init() and before smp_init().
 */
void sched_init(void)
{
	struct thread *idle = per_cpu_ptr(&idle_threads, 0);
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct rq *rq = per_cpu_ptr(&rqs, cpu);

		spin_lock_init(&rq->lock);
		INIT_LIST_HEAD(&rq->list);
	}
	kthread_init();
	thread_make_idle(idle, idle_fn);
	timers_init();
	local_irq_disable();
	adopt_main(per_cpu_ptr(&rqs, 0));
	WRITE_ONCE(per_cpu_ptr(&rqs, 0)->idle, idle);
	sched_ops = &ops;
	tick_hook = tick;
	local_irq_enable();
}
