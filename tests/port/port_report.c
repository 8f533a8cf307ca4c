// SPDX-License-Identifier: MIT
/*
 * The smallest port, second half: what only reports ask for. Return addresses are followed by frame
 * pointers (their names: arch/common/ksyms.c); a wild access becomes a report that explains the address.
 *
 * The signal handler runs on the stack that faulted and never goes back: trap_report() ends in a
 * panic, or in the recovery that a test has set (SIGSEGV is not blocked meanwhile). So there is
 * nothing to restore.
 */
#include <asm/fault.h>
#include <asm/pgtable.h>
#include <asm/stack.h>
#include <linux/sprintf.h>
#include "port.h"

static bool on_stack(unsigned long va)
{
	return va >= (unsigned long)port_stack && va < (unsigned long)port_stack_top;
}

bool stack_bounds(unsigned long addr, unsigned long *low, unsigned long *high, const char **name)
{
	*low = (unsigned long)port_stack;
	*high = (unsigned long)port_stack_top;
	*name = "boot";
	return on_stack(addr);
}

void stacks_in_use(const unsigned long *on, unsigned int nr,
		   void (*visit)(unsigned long from, unsigned long to, void *arg), void *arg)
{
	visit(on[0], (unsigned long)port_stack_top, arg);
}

bool stack_guard_hit(unsigned long addr, const char **name)
{
	return false;
}

noinline unsigned int stack_trace_save(unsigned long *ips, unsigned int max, unsigned int skip,
				       const struct pt_regs *regs)
{
	const unsigned long *frame = __builtin_frame_address(0);
	unsigned int n = 0;

	while (n < max && on_stack((unsigned long)frame) && frame[1]) {
		if (skip)
			skip--;
		else
			ips[n++] = frame[1];
		frame = (const unsigned long *)frame[0];
	}
	return n;
}

bool stack_irq_entry(unsigned long ip)
{
	return false;
}

noinline bool stack_frame_holds(unsigned long addr, unsigned long n)
{
	unsigned long bp = (unsigned long)__builtin_frame_address(0), from = bp;

	while (on_stack(bp) && addr + n > bp) {
		from = bp + 16;
		bp = *(const unsigned long *)bp;
	}
	return addr >= from;
}

void regs_show(const struct pt_regs *regs, void (*line)(const char *text))
{
}

/* ---- wild accesses ---- */

enum { SYS_RT_SIGACTION = 13, SIGSEGV = 11, SI_ADDR = 2, UC_ERR = 5 + 19, UC_IP = 5 + 16 };
#define SIGACTION_FLAGS 0x44000004UL /* SA_SIGINFO, SA_NODEFER, SA_RESTORER (never used) */

/* Words of siginfo_t and of the saved registers, as Linux lays them out. */
static void on_fault(int sig, const unsigned long *info, const unsigned long *context)
{
	unsigned long error = context[UC_ERR];
	struct trap_info t = {
		.name = "page fault",
		.mnemonic = "#PF",
		.addr = info[SI_ADDR],
		.has_addr = true,
		.write = error & 2,
		.exec = error & 16,
		.protection = port_mapped(info[SI_ADDR]),
		.ip = context[UC_IP],
		.error_code = error,
	};

	snprintf(t.detail, sizeof(t.detail), "an access that the tables don't allow");
	trap_report(&t);
}

void port_catch_faults(void)
{
	const unsigned long action[4] = { (unsigned long)on_fault, SIGACTION_FLAGS,
					  (unsigned long)on_fault, 0 };

	port_syscall(SYS_RT_SIGACTION, SIGSEGV, (unsigned long)action, 0, 8, 0, 0);
}

/* setjmp and longjmp: rbx rbp r12 r13 r14 r15 rsp rip, and the interrupt flag. */
__asm__(".globl recovery_save\n"
	"recovery_save:\n\t"
	"movq %rbx, (%rdi); movq %rbp, 8(%rdi); movq %r12, 16(%rdi); movq %r13, 24(%rdi)\n\t"
	"movq %r14, 32(%rdi); movq %r15, 40(%rdi)\n\t"
	"leaq 8(%rsp), %rax; movq %rax, 48(%rdi)\n\t"
	"movq (%rsp), %rax; movq %rax, 56(%rdi)\n\t"
	"movq port_irqs_off(%rip), %rax; movq %rax, 64(%rdi)\n\t"
	"xorl %eax, %eax\n\t"
	"ret\n"
	".globl recovery_jump\n"
	"recovery_jump:\n\t"
	"movq (%rdi), %rbx; movq 8(%rdi), %rbp; movq 16(%rdi), %r12; movq 24(%rdi), %r13\n\t"
	"movq 32(%rdi), %r14; movq 40(%rdi), %r15; movq 48(%rdi), %rsp\n\t"
	"movq 64(%rdi), %rax; movq %rax, port_irqs_off(%rip)\n\t"
	"movl $1, %eax\n\t"
	"jmp *56(%rdi)\n");
