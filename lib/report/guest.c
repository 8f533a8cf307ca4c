// SPDX-License-Identifier: MIT
/*
 * Calls of code that is not the kernel's own
 * ==========================================
 *
 * 1. What it is for. Threads, workers, the tick and RCU call functions that a loaded module gave them.
 *    A trap in the kernel's own code ends the machine, since nobody knows what it left half done. One in
 *    a module's need not: the report is printed, the call is given up where it stands, and who called
 *    goes on as if it had come back.
 *
 *	thread_main, process_one, timers_tick, run_one ─► guest_call ─► the module's function
 *	       ▲                                             │ ▲               │ trap, BUG()
 *	       └──────────── came back, or not ──────────────┘ └── report ◄────┘
 *
 * 2. Where that isn't safe. What the function holds is not given back. Of memory, references and locks
 *    that sleep that is a leak, which a module's verdict tells. But with a spin lock held, whoever wants
 *    it next waits for ever; with interrupts off, a CPU's own data may be half changed. So a trap at a
 *    higher preempt count than at the call, or with interrupts off that were on, is a panic which says
 *    so. Readers of RCU and preempt_disable() can't be told from locks by the count, and end there too.
 *
 * Invariants
 * I1  Behind a guest_call() the task's way out of traps is what it was, with the count and locks that
 *     belong to it: a timer's call may come on top of any.
 * I2  A trap's way out is a guest's exactly while task->guest_recovery == task->trap_recovery: a test that
 *     sets one inside has its own rules.
 *
 * Contexts: any but NMI. Cost: two stores and a save, only for functions in the modules' region.
 */
#include <asm/irqflags.h>
#include <asm/ksyms.h>
#include <asm/stack.h>
#include <linux/lockdep.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <quarry/guest.h>
#include "internal.h"

const char *const guest_kind_names[GUEST_KINDS] = {
	[GUEST_THREAD] = "thread",
	[GUEST_WORK] = "work item",
	[GUEST_TIMER] = "timer",
	[GUEST_RCU] = "RCU callback",
};

void (*guest_trapped_hook)(enum guest_kind kind, const void *code);

/* The task's way out of traps, and what belongs to it. */
struct way_out {
	struct recovery *trap, *guest;
	struct sleep *sleep;
	unsigned int count;
	u8 locks;
	bool irqs_off;
};

static void way_out_save(struct way_out *w)
{
	*w = (struct way_out){
		.trap = current->trap_recovery,
		.guest = current->guest_recovery,
		.sleep = current->recovery_sleep,
		.count = current->recovery_count,
		.locks = current->recovery_locks,
		.irqs_off = current->guest_irqs_off,
	};
}

static void way_out_restore(const struct way_out *w)
{
	current->trap_recovery = w->trap;
	current->guest_recovery = w->guest;
	current->recovery_sleep = w->sleep;
	current->recovery_count = w->count;
	current->recovery_locks = w->locks;
	current->guest_irqs_off = w->irqs_off;
}

/* A thread or worker may have been about to sleep. */
static void come_back(enum guest_kind kind, const void *code, unsigned int count,
		      unsigned int locks)
{
	preempt_count_set(count);
	lockdep_forget(locks);
	if (kind == GUEST_THREAD || kind == GUEST_WORK)
		__set_current_state(TASK_RUNNING);
	if (guest_trapped_hook)
		guest_trapped_hook(kind, code);
}

/* What this frame holds is not changed behind recovery_save(), so it's right when the jump arrives. */
noinline bool guest_call(enum guest_kind kind, const void *code, void (*call)(void *arg), void *arg)
{
	const unsigned int count = preempt_count(), locks = lockdep_depth();
	struct way_out outer;
	struct recovery here;
	bool back;

	way_out_save(&outer);
	if (!recovery_save(&here)) {
		report_set_recovery(&here);
		current->guest_recovery = &here;
		current->guest_irqs_off = irqs_disabled();
		call(arg);
		back = true;
	} else {
		come_back(kind, code, count, locks);
		back = false;
	}
	way_out_restore(&outer);
	return back;
}

const char *module_on_stack(void)
{
	bool (*loaded)(unsigned long addr, struct ksym_loaded *sym) = READ_ONCE(ksym_loaded_hook);
	unsigned long ips[32];
	unsigned int n = stack_trace_save(ips, 32, 0, NULL);
	struct ksym_loaded sym;

	for (unsigned int i = 0; loaded && i < n; i++) {
		if (loaded(ips[i] - 1, &sym))
			return sym.module;
	}
	return NULL;
}

void guest_check(const char *why, bool irqs_off)
{
	if (current->guest_recovery != current->trap_recovery)
		return;
	if (preempt_count() > current->recovery_count)
		panic("%s in module %s, which holds a spin lock or has preemption off: going on is not safe",
		      why, module_on_stack() ?: "(unknown)");
	if (irqs_off && !current->guest_irqs_off)
		panic("%s in module %s, which has interrupts off: going on is not safe", why,
		      module_on_stack() ?: "(unknown)");
}
