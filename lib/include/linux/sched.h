/* SPDX-License-Identifier: MIT */
/*
 * Tasks, as everybody sees them: who runs, in which state, and the few words that belong to a task
 * and not to its CPU. How they are scheduled is lib/sched's affair, reached through sched_ops.
 * Theory in lib/sync/sched.c.
 */
#ifndef LINUX_SCHED_H
#define LINUX_SCHED_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <asm/barrier.h>
#include <asm/current.h>

struct mm_struct;
struct sleep;
struct reclaim_state;
struct recovery;

#define TASK_RUNNING	     0x0000
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_DEAD	     0x0080
#define TASK_WAKEKILL	     0x0100
#define TASK_NEW	     0x0800
#define TASK_KILLABLE	     (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_NORMAL	     (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_IDLE	     0x00000002
#define PF_WQ_WORKER 0x00000020 /* lib/sched/workers.c is told of its sleeping */
#define PF_KTHREAD   0x00200000
/* Scopes of linux/sched/mm.h: what the task's allocations may do */
#define PF_MEMALLOC	 0x00000800
#define PF_KSWAPD	 0x00020000 /* reclaims in the background */
#define PF_MEMALLOC_NOFS 0x00040000
#define PF_MEMALLOC_NOIO 0x00080000

#define TASK_COMM_LEN 16

#define MAX_SCHEDULE_TIMEOUT LONG_MAX

typedef int pid_t;

struct task_struct {
	unsigned int __state; /* TASK_*: written by the task; a waker sets it to running */
	unsigned int flags;   /* PF_*: written by the task only */
	unsigned int cpu;     /* where it runs, or ran last */
	pid_t pid;	      /* 0: an idle task */
	char comm[TASK_COMM_LEN];
	struct mm_struct *mm;		     /* whose user memory it may access, or NULL */
	struct reclaim_state *reclaim_state; /* counts for it while it reclaims, or NULL */
	unsigned int pagefault_disabled;
	u16 alloc_tag; /* whose scope of linux/alloc_tag.h it is in, or 0; its own, and its interrupts' */
	unsigned int recovery_count;	/* preempt count at trap_recovery's save */
	u16 recovery_tag;		/* alloc_tag then */
	u8 recovery_locks;		/* locks held then (debug builds) */
	bool guest_irqs_off;		/* at guest_recovery's save */
	struct recovery *trap_recovery; /* where a trap leads after its report; NULL: panic */
	struct recovery *guest_recovery; /* it, if it is guest_call()'s */
	struct sleep *sleep;		 /* the innermost for a time that it is in; a timer knows it */
	struct sleep *recovery_sleep;	 /* that at trap_recovery's save */
#ifdef QUARRY_DEBUG
	struct held_locks held;
#endif
};

#define current get_current()

#define __set_current_state(s) WRITE_ONCE(current->__state, (s))

/* Then the condition that is waited for is looked at: a waker who sets it first sees the state. */
#define set_current_state(s)                       \
	do {                                       \
		WRITE_ONCE(current->__state, (s)); \
		smp_mb();                          \
	} while (0)

#define get_current_state() READ_ONCE(current->__state)
#define task_is_running(p)  (READ_ONCE((p)->__state) == TASK_RUNNING)
#define need_resched()	    preempt_need_resched()
#define task_cpu(p)	    READ_ONCE((p)->cpu)

/* What a scheduler sets once it runs. Until then whoever waits spins. */
struct sched_ops {
	/* Give the CPU away; comes back when the task's state is TASK_RUNNING. May sleep. */
	void (*schedule)(void);
	/* The same without leaving the queue: preemption on, interrupts on. */
	void (*preempt)(void);
	/* The same at the end of an interrupt: interrupts off, before and after. */
	void (*preempt_irq)(void);
	/* Make `p` runnable if its state is one of `states`; 1 if it was. Any context but NMI. */
	int (*wake)(struct task_struct *p, unsigned int states);
	/* schedule(), for `ticks` at most; what is left of them. */
	long (*timeout)(long ticks);
	/* The running task leaves the sleeps inside `until` for good: nothing of them wakes it. */
	void (*abandon)(struct sleep *until);
};
extern const struct sched_ops *sched_ops;

void schedule(void);
long schedule_timeout(long ticks);
void sleep_abandon(struct sleep *until);
long schedule_timeout_interruptible(long ticks);
long schedule_timeout_uninterruptible(long ticks);
int wake_up_process(struct task_struct *p);
int wake_up_state(struct task_struct *p, unsigned int states);
void yield(void);

/*
 * In a long loop of code that may sleep: give the CPU away if somebody wants it. 1 if it did, else
 * 0. Preemption does this by itself wherever it is on; so all that is left for this is what came to
 * be wanted while only interrupts were off, and the check that one may sleep here.
 */
int __cond_resched(void);
static inline int cond_resched(void)
{
	might_sleep();
	return unlikely(preempt_should_resched()) ? __cond_resched() : 0;
}

#endif
