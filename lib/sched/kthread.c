// SPDX-License-Identifier: MIT
/*
 * Kernel threads
 * ==============
 *
 * 1. Life. kthread_create() makes a thread that sleeps; wake_up_process() starts it. It ends when its
 *    function returns, and then belongs to whoever waits in kthread_stop(), or to nobody:
 *
 *	created ─ wake ─► runs ─ fn returns ─► dead, still on its stack ─ switch ─► gone
 *	                                                                             │
 *	                            kthread_stop() waits: it frees ◄─────────────────┤
 *	                            nobody does: whoever followed it frees ◄─────────┘
 *
 *    A thread can't free the stack that it stands on: whoever runs next on its CPU does, behind the
 *    switch, where no lock is held; vfree() and kfree() may be called with interrupts off.
 *
 * 2. Stacks are THREAD_SIZE bytes of vzalloc(). What is below an area of vmalloc() is never mapped
 *    (the guard page of the area before, or nothing), so an overflow faults, and the table of stacks
 *    (asm/thread.h) gives it its name: "thread 12 worker".
 *
 * Invariants
 * I1  refs counts the thread itself, until it is gone, and everybody who asked for one. At 0 no CPU
 *     is on the stack.
 * I2  The thread's own reference is its joiner's once there is one, and is dropped by thread_gone()
 *     otherwise.
 *
 * Locks: thread->lock (sched.c), innermost here. Contexts: creating and stopping may sleep.
 */
#include <asm/page.h>
#include <asm/smp.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <quarry/guest.h>
#include "internal.h"

static struct kmem_cache *thread_cache;
static unsigned int last_pid = 1; /* main's */

/* ---- making ---- */

static void call_fn(void *thread)
{
	struct thread *t = thread;

	t->result = t->fn(t->data);
}

/* -EFAULT: a trap in a module's function ended it. */
static int thread_run(struct thread *t)
{
	if (likely(!is_guest(t->fn)))
		return t->fn(t->data);
	return guest_call(GUEST_THREAD, t->fn, call_fn, t) ? t->result : -EFAULT;
}

/* Where a new thread begins: entered by the switch, interrupts off. */
static void thread_main(void)
{
	struct thread *t = this_thread();

	sched_enter();
	t->result = t->stillborn ? -EINTR : thread_run(t);
	stack_usage_note(t);
	sched_leave();
}

static bool make_stack(struct thread *t)
{
	char name[32];
	unsigned long low;

	t->stack = (vzalloc)(THREAD_SIZE); /* zeros tell how deep it got: stack.c */
	if (!t->stack)
		return false;
	low = (unsigned long)t->stack;
	scnprintf(name, sizeof(name), "thread %d %s", t->task.pid, t->task.comm);
	if (!thread_init(&t->state, low, low + THREAD_SIZE, thread_main, name)) {
		stack_end_mark(t);
		return true;
	}
	vfree(t->stack);
	return false;
}

/* A thread on a stack that is there already. */
void thread_make_idle(struct thread *t, int (*fn)(void *data))
{
	unsigned long low, high;

	thread_setup(t, "idle");
	t->task.flags = PF_IDLE;
	t->fn = fn;
	thread_idle_stack(&low, &high);
	if (thread_init(&t->state, low, high, thread_main, "idle thread"))
		panic("sched: the idle thread's stack can't be used");
	stack_end_mark(t);
}

/* Asleep, to be started by a wake-up. NULL: no memory, or too many threads. */
struct thread *thread_create(int (*fn)(void *data), void *data, const char *comm)
{
	struct thread *t = kmem_cache_alloc_tagged(thread_cache, GFP_KERNEL, ALLOC_TAG_CALLER());

	if (!t)
		return NULL;
	thread_setup(t, comm);
	t->task.__state = TASK_UNINTERRUPTIBLE;
	t->task.flags = PF_KTHREAD;
	t->task.cpu = smp_processor_id();
	t->task.pid = arch_fetch_add(&last_pid, 1) + 1;
	t->fn = fn;
	t->data = data;
	if (make_stack(t))
		return t;
	kmem_cache_free(thread_cache, t);
	return NULL;
}

/**
 * kthread_create - a new thread, not started
 * @fn: what it runs; its result is kthread_stop()'s
 * @data: handed to @fn
 * @fmt: printf-style, its name
 *
 * Context: may sleep.
 * Return: the thread, to be started by wake_up_process(); ERR_PTR(-ENOMEM).
 */
struct task_struct *(kthread_create)(int (*fn)(void *data), void *data, const char *fmt, ...)
{
	char comm[TASK_COMM_LEN];
	struct thread *t;
	va_list args;

	va_start(args, fmt);
	vscnprintf(comm, sizeof(comm), fmt, args);
	va_end(args);
	t = thread_create(fn, data, comm);
	return t ? &t->task : ERR_PTR(-ENOMEM);
}

/**
 * kthread_bind - a thread that has not been started runs on one CPU only
 * @p: the thread
 * @cpu: online
 */
void kthread_bind(struct task_struct *p, unsigned int cpu)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	cpumask_set_cpu(cpu, &mask);
	WARN_ON(set_cpus_allowed_ptr(p, &mask));
}

/**
 * kthread_create_on_cpu - kthread_create() and kthread_bind()
 * @fn: what it runs
 * @data: handed to @fn
 * @cpu: online
 * @fmt: its name; %u in it is the CPU
 */
struct task_struct *(kthread_create_on_cpu)(int (*fn)(void *data), void *data, unsigned int cpu,
					    const char *fmt)
{
	struct task_struct *p = (kthread_create)(fn, data, fmt, cpu);

	if (!IS_ERR(p))
		kthread_bind(p, cpu);
	return p;
}

/* ---- ending ---- */

/* Also inside the switch away from it, interrupts off. */
static void thread_free(struct thread *t)
{
	thread_destroy(&t->state);
	vfree_atomic(t->stack);
	kmem_cache_free(thread_cache, t);
}

static void thread_put(struct thread *t)
{
	if (refcount_dec_and_test(&t->refs))
		thread_free(t);
}

struct task_struct *get_task_struct(struct task_struct *p)
{
	refcount_inc(&thread_of(p)->refs);
	return p;
}

void put_task_struct(struct task_struct *p)
{
	thread_put(thread_of(p));
}

void thread_gone(struct thread *t)
{
	struct thread *joiner;

	spin_lock(&t->lock);
	joiner = t->joiner;
	t->gone = true;
	spin_unlock(&t->lock); /* from here on a joiner may free it */
	if (!joiner) {
		thread_put(t);
		return;
	}
	wake_up_process(&joiner->task);
	thread_put(joiner);
}

/* Ask the thread to end; true: the caller is its joiner, false: it was gone before. */
static bool join_begin(struct thread *t)
{
	unsigned long flags;
	bool joined;

	spin_lock_irqsave(&t->lock, flags);
	WRITE_ONCE(t->should_stop, true);
	if (!t->started)
		t->stillborn = true;
	joined = !t->gone;
	WARN_ON(t->joiner);
	if (joined) {
		get_task_struct(current);
		t->joiner = this_thread();
	}
	spin_unlock_irqrestore(&t->lock, flags);
	return joined;
}

static bool is_gone(struct thread *t)
{
	unsigned long flags;
	bool gone;

	spin_lock_irqsave(&t->lock, flags);
	gone = t->gone;
	spin_unlock_irqrestore(&t->lock, flags);
	return gone;
}

/**
 * kthread_stop - tell a thread to end, and wait until it has
 * @p: the thread; its function is to return once kthread_should_stop() says so. It must not have
 *	ended before, unless the caller has a reference (get_task_struct())
 *
 * Its stack is free when this returns. The function of a thread that nobody woke is not called.
 * Context: may sleep.
 * Return: what its function returned; -EINTR: it was not called.
 */
int kthread_stop(struct task_struct *p)
{
	struct thread *t = thread_of(p);
	bool joined;
	int result;

	get_task_struct(p);
	joined = join_begin(t);
	wake_up_process(p);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (is_gone(t))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	result = t->result;
	if (joined)
		thread_put(t);
	thread_put(t);
	return result;
}

/**
 * kthread_should_stop - has somebody called kthread_stop() for the running thread?
 */
bool kthread_should_stop(void)
{
	return READ_ONCE(this_thread()->should_stop);
}

/* Boot, once: before the first thread. */
void kthread_init(void)
{
	thread_cache = kmem_cache_create("thread", sizeof(struct thread), 0, SLAB_PANIC, NULL);
}
