// SPDX-License-Identifier: MIT
/*
 * Exceptions of a process: what a signal said, put into the machine's words.
 *
 *	SIGSEGV ─► host_tlb_miss() ── filled ───────────────► retry        (tlb.c, in the handler)
 *	              │ not allowed
 *	SIGFPE … ─────┴─► host_deliver(): frame on the interrupted stack    (still in the handler)
 *	                        │ sigreturn to trap_common
 *	                        ▼
 *	                  trap_dispatch() ─► mm_handle_fault() ─► exception table ─► trap_report()
 *
 * Linux hands the CPU's vector and error code over with the signal, so what is reported is what the
 * machine would report; only whether an entry forbade the access or was missing is asked of our own
 * tables.
 *
 * I1  The frame's interrupt bit is ours: it says what host_irqs_off was. A trap comes with
 *     interrupts off, as through an interrupt gate, and brings them back when it returns.
 * I2  The address of a page fault is read before interrupts go on again, and stays until the next
 *     page fault: nothing else changes CR2 either.
 * I3  Nothing is written to a stack that is not known to have the room: near its end a trap goes
 *     to the CPU's stack for overflows, though only one that met the guard page is called an
 *     overflow. A thread on a stack that is none of ours is the process's own and dies of its
 *     signal.
 *
 * Contexts: host_*() the signal handler, everything blocked, on the signal stack, so what they call
 * is here or in a file that ThreadSanitizer leaves alone as well (tests/host/tsan.mk); the rest the
 * interrupted thread's. The search for a fix-up is that of arch/common/extable.c, operands are
 * decoded by arch/common/insn.c.
 */
#include <asm/atomic.h>
#include <asm/clock.h>
#include <asm/extable.h>
#include <asm/fault.h>
#include <asm/irqflags.h>
#include <asm/ksyms.h>
#include <asm/memstate.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/preempt.h>
#include <asm/ptrace.h>
#include <asm/stack.h>
#include <asm/string.h>
#include <linux/sprintf.h>
#include "arch/common/extable.h"
#include "arch/common/insn.h"
#include "arch/common/stacks.h"
#include "host.h"
#include "kernel.h"

#define TRAP_DF	     8
#define TRAP_SS	     12
#define TRAP_GP	     13
#define TRAP_PF	     14
#define RED_ZONE     128
#define HANDLER_ROOM 8192 /* what a trap needs at least: registers, vector state, C */
#define PF_PROT	     1UL
#define ENTRY_WORDS  2 /* that trap_common pushes before anything else */

_Static_assert(sizeof(struct pt_regs) == sizeof(struct host_frame), "one frame, two names");

extern const char trap_common[];

/* Thread-local, not per CPU: a signal handler writes it, which must not touch what it may have to let in. */
static __thread unsigned long fault_addr;

struct trap {
	const char *name;
	const char *mnemonic;
	bool resume;
};

static const struct trap traps[HOST_VECTOR_TIMER] = {
	[0] = { "divide error", "#DE", false },
	[1] = { "debug", "#DB", true },
	[3] = { "int3", "#BP", true },
	[4] = { "overflow", "#OF", false },
	[5] = { "bounds", "#BR", false },
	[6] = { "invalid opcode", "#UD", false },
	[TRAP_DF] = { "double fault", "#DF", false },
	[TRAP_SS] = { "stack segment", "#SS", false },
	[TRAP_GP] = { "general protection fault", "#GP", false },
	[TRAP_PF] = { "page fault", "#PF", false },
	[16] = { "coprocessor error", "#MF", false },
	[17] = { "alignment check", "#AC", false },
	[18] = { "machine check", "#MC", false },
	[19] = { "simd exception", "#XM", false },
};

/* ---- in the signal handler ---- */

static unsigned long overflow_stack(void)
{
	return kstacks[2 * host_cpu + 1].high;
}

/* What is below a stack pointer: no stack of ours, a guard page, less than a trap needs, enough. */
enum room { NO_STACK, OVERFLOWN, LITTLE, ENOUGH };

static enum room room_below(unsigned long sp)
{
	unsigned long low, high;
	const char *name;

	/* A push that faults has not moved the stack pointer yet. */
	if (stack_guard_hit(sp, &name) || stack_guard_hit(sp - 8, &name))
		return OVERFLOWN;
	if (!stack_bounds(sp - 1, &low, &high, &name))
		return NO_STACK;
	return sp - low < HANDLER_ROOM ? LITTLE : ENOUGH;
}

unsigned long host_deliver(const struct host_frame *f, unsigned long addr, unsigned long *entry)
{
	enum room room = room_below(f->sp);
	unsigned long top = room == ENOUGH ? f->sp - RED_ZONE : overflow_stack();
	struct pt_regs *regs = (struct pt_regs *)((top & ~15UL) - sizeof(*regs));

	if (room == NO_STACK)
		return 0;
	memstate_undefined((u64 *)regs - ENTRY_WORDS, sizeof(*regs) + ENTRY_WORDS * sizeof(u64));
	copy_words(regs, f, sizeof(*regs) / 8);
	regs->flags &= ~X86_EFLAGS_IF;
	if (!host_irqs_off)
		regs->flags |= X86_EFLAGS_IF;
	if (room == OVERFLOWN)
		regs->vector = TRAP_DF;
	host_irqs_off = 1;
	if (f->vector == TRAP_PF)
		fault_addr = addr;
	*entry = (unsigned long)trap_common;
	return (unsigned long)regs;
}

static unsigned int pending_bit(unsigned long vector)
{
	return 1u << (vector - HOST_VECTOR_TIMER);
}

static bool in_kernel_text(unsigned long ip)
{
	return ip >= (unsigned long)__text_start && ip < (unsigned long)__text_end;
}

int host_interrupt(unsigned long vector, unsigned long ip, unsigned long sp)
{
	if (!host_irqs_off && in_kernel_text(ip) && room_below(sp) == ENOUGH)
		return true;
	host_irq_pending |= pending_bit(vector); /* all signals are blocked: nobody is in between */
	return false;
}

unsigned long last_fault_addr(void)
{
	return fault_addr;
}

/* ---- words ---- */

static bool canonical(unsigned long a)
{
	return (unsigned long)((s64)(a << 16) >> 16) == a;
}

static const char *pf_reason(const struct trap_info *t)
{
	if (!t->protection)
		return "a page that is not present";
	if (t->addr < TASK_SIZE)
		return "a user page, which kernel code may not touch directly";
	if (t->exec)
		return "a page that is not executable";
	return t->write ? "a page that is read-only" : "a page that is not accessible";
}

static void decode_page_fault(struct trap_info *t, unsigned long addr)
{
	const char *access;

	t->addr = addr;
	t->has_addr = true;
	t->write = t->error_code & HOST_PF_WRITE;
	t->exec = t->error_code & HOST_PF_EXEC;
	t->protection = t->error_code & PF_PROT;
	if (addr < PAGE_SIZE && !t->exec)
		t->has_base = insn_base(t->regs, &t->base);
	access = t->exec ? "instruction fetch from" : t->write ? "write to" : "read of";
	scnprintf(t->detail, sizeof(t->detail), "%s %s, kernel mode", access, pf_reason(t));
}

/* A #GP leaves no address: find the pointer that isn't canonical. */
static void decode_protection(struct trap_info *t)
{
	u8 bytes[MAX_INSN_SIZE];
	unsigned long ea, n;
	unsigned int size;
	bool write;

	n = sizeof(bytes) - copy_nofault(bytes, (const void *)t->ip, sizeof(bytes));
	if (!insn_mem_operand(t->regs, bytes, n, &ea, &size, &write))
		return;
	if (canonical(ea) && (!size || canonical(ea + size - 1)))
		return;
	t->addr = ea;
	t->write = write;
	t->exec = !size;
	t->has_addr = true;
	t->non_canonical = true;
	scnprintf(t->detail, sizeof(t->detail), "%s an address that is not canonical, kernel mode",
		  t->exec ? "jump to"
		  : write ? "write to"
			  : "read of");
}

static void decode_overflow(struct trap_info *t, unsigned long addr)
{
	const char *name = "?";

	t->addr = stack_guard_hit(addr, &name) ? addr : t->sp;
	stack_guard_hit(t->addr, &name);
	t->has_addr = true;
	t->stack_overflow = true;
	t->write = true;
	scnprintf(t->detail, sizeof(t->detail), "the %s stack ran into the guard page below it",
		  name);
}

static void report_trap(struct pt_regs *regs, unsigned long addr)
{
	const struct trap *trap = &traps[regs->vector % HOST_VECTOR_TIMER];
	struct trap_info t = {
		.name = trap->name ? trap->name : "unknown exception",
		.mnemonic = trap->name ? trap->mnemonic : "#??",
		.resume = trap->resume,
		.irqs_off = !(regs->flags & X86_EFLAGS_IF),
		.ip = regs->ip,
		.sp = regs->sp,
		.bp = regs->bp,
		.error_code = regs->orig_ax,
		.regs = regs,
	};

	if (regs->vector == TRAP_PF)
		decode_page_fault(&t, addr);
	else if (regs->vector == TRAP_GP || regs->vector == TRAP_SS)
		decode_protection(&t);
	else if (regs->vector == TRAP_DF)
		decode_overflow(&t, addr);
	trap_report(&t);
}

/* ---- on the interrupted stack ---- */

static unsigned int fault_flags(const struct pt_regs *regs)
{
	unsigned long code = regs->orig_ax;

	return (code & PF_PROT ? FAULT_PROT : 0) | (code & HOST_PF_WRITE ? FAULT_WRITE : 0) |
	       (code & HOST_PF_EXEC ? FAULT_EXEC : 0) | (extable_find(regs->ip) ? FAULT_FIXUP : 0);
}

/* Direct access to user memory is never a user access here: those walk in software (uaccess.c). */
static void page_fault(struct pt_regs *regs, unsigned long addr)
{
	struct mem_fault f = { .addr = addr, .ip = regs->ip, .regs = regs };
	bool resolved;

	regs->orig_ax &= HOST_PF_WRITE | HOST_PF_EXEC;
	if (walk_present(addr))
		regs->orig_ax |= PF_PROT;
	f.flags = fault_flags(regs);
	if (regs->flags & X86_EFLAGS_IF)
		local_irq_enable();
	resolved = mm_handle_fault(&f);
	local_irq_disable();
	if (!resolved && !extable_fixup(regs))
		report_trap(regs, addr);
}

/* Interrupts are off here, and were on before. */
static void interrupt(unsigned int pending)
{
	preempt_count_add(HARDIRQ_OFFSET);
	if (pending & pending_bit(HOST_VECTOR_TIMER))
		timer_tick();
	if (pending & pending_bit(HOST_VECTOR_CALL))
		smp_call_interrupt();
	preempt_count_sub(HARDIRQ_OFFSET);
	if (preempt_should_resched())
		preempt_schedule_irq();
}

/**
 * trap_dispatch - an exception or an interrupt arrived
 * @regs: what it interrupted
 *
 * Returns when the interrupted code may go on, perhaps at the fix-up that @regs now names.
 */
void trap_dispatch(struct pt_regs *regs)
{
	unsigned long addr = fault_addr;

	switch (regs->vector) {
	case HOST_VECTOR_TIMER:
	case HOST_VECTOR_CALL:
		interrupt(pending_bit(regs->vector));
		break;
	case TRAP_PF:
		page_fault(regs, addr);
		break;
	case TRAP_GP:
	case TRAP_SS:
		if (!extable_fixup(regs))
			report_trap(regs, addr);
		break;
	default:
		report_trap(regs, addr);
	}
	if (regs->flags & X86_EFLAGS_IF)
		local_irq_enable();
}

noinline void host_irq_replay(void)
{
	while (tls_read_volatile(host_irq_pending)) {
		local_irq_disable();
		/* At once: a signal may add to it any time. */
		interrupt(tls_xchg(host_irq_pending, 0));
		tls_write(host_irqs_off, 0);
	}
}

bool irq_replay_holds(unsigned long ip)
{
	unsigned long offset, size;
	const char *name;

	return ksym_lookup(ip, &name, &offset, &size) && ip - offset == (unsigned long)host_irq_replay;
}
