/* SPDX-License-Identifier: MIT */
/*
 * RCU's other side: what the scheduler, the tick and the memory manager tell it and ask of it.
 * Theory in lib/sync/rcu.c.
 */
#ifndef QUARRY_RCU_H
#define QUARRY_RCU_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/percpu.h>

struct task_struct;

/* Does the grace period that runs wait for this CPU? Read by itself, written under RCU's lock. */
DECLARE_PER_CPU(unsigned int, rcu_asked);

/* This CPU runs no reader at this moment. Interrupts off. */
void rcu_quiescent(void);

/* The scheduler's, on its way to another thread: preempt count 0, interrupts off. */
static __always_inline void rcu_note_switch(void)
{
	if (unlikely(this_cpu_read(rcu_asked)))
		rcu_quiescent();
}

/* This CPU's tick: an interrupt handler. */
void rcu_tick(void);
/* A CPU has nothing to do. Interrupts off, preempt count 0. */
void rcu_idle(void);

/* This CPU begins to run code that may read. Before it does; interrupts off. */
void rcu_cpu_starting(unsigned int cpu);

/* Who runs the callbacks of a CPU: a thread that is bound to it, woken when there are some. */
void rcu_set_runner(unsigned int cpu, struct task_struct *p);
bool rcu_callbacks_ready(void);
void rcu_run_callbacks(void);
/* Does a callback run here? It may do what handlers of interrupts may, as Linux's do. */
bool rcu_in_callback(void);

/* Callbacks that wait or run, on all CPUs. What was queued before by who calls this is counted. */
unsigned long rcu_pending(void);

/* The memory manager's kvfree(). */
extern void (*rcu_kvfree)(const void *p);

/* Of its own ticks that a CPU may hold up a grace period before that is reported. */
#define RCU_STALL_TICKS (21u * 250)
extern unsigned int rcu_stall_ticks;

/* How many callbacks of one CPU may wait before it asks the others to hurry. */
#define RCU_MANY 10000u

/* A rule that was broken; lib/report implements rcu_report(). */
enum rcu_rule {
	RCU_WAIT_IN_READER, /* @what waits for readers, and is called by one */
	RCU_WAIT_IN_ATOMIC, /* @what waits, where one may not */
	RCU_CALLED_TWICE,   /* @detail: the head, which is queued already */
	RCU_NO_READER,	    /* @what ends a reader that didn't begin */
	RCU_SUSPICIOUS,	    /* @what, at line @detail of @file */
	RCU_STALL,	    /* this CPU was waited for for @detail of its ticks */
};
void rcu_report(enum rcu_rule rule, const char *what, const char *file, unsigned long detail);

#endif
