/* SPDX-License-Identifier: MIT */
/*
 * Code that is not the kernel's own, a loaded module's, called by the kernel's threads and handlers: as
 * a thread, a work item, a timer, an RCU callback. A trap or BUG() in it ends that call and not the
 * machine. Theory in lib/report/guest.c.
 */
#ifndef QUARRY_GUEST_H
#define QUARRY_GUEST_H

#include <asm/page.h>
#include <linux/compiler.h>
#include <linux/types.h>

enum guest_kind {
	GUEST_THREAD,
	GUEST_WORK,
	GUEST_TIMER,
	GUEST_RCU,
	GUEST_KINDS,
};

extern const char *const guest_kind_names[GUEST_KINDS]; /* "thread", … */

/* Does the function stand where modules are loaded? */
static __always_inline bool is_guest(const void *code)
{
	return (unsigned long)code - MODULES_VADDR < MODULES_END - MODULES_VADDR;
}

/*
 * call(arg), which calls the guest's `code`. True: it came back. False: a trap ended it, and context,
 * preempt count and interrupts are as they were at the call.
 */
bool guest_call(enum guest_kind kind, const void *code, void (*call)(void *arg), void *arg);

/* Who is told of such a trap, behind its report, in the context of the call; NULL: nobody. */
extern void (*guest_trapped_hook)(enum guest_kind kind, const void *code);

#endif
