/* SPDX-License-Identifier: MIT */
/*
 * The ways into and out of the kernel half that C can't write.
 *
 * host_enter_kernel   from the process's stack to the boot CPU's, for good; host_enter_cpu: from
 *	the stack of a thread to that of the CPU it is.
 *
 * trap_common         where a signal handler sends its thread after it has put a struct pt_regs on
 *	the interrupted stack (host_deliver() in traps.c): rsp points at it. The handler is over by
 *	then, so what follows is ordinary code on the thread's own stack; it may fault, nest, sleep
 *	and be left by recovery_jump().
 *
 *	low   [xsave area] | bp ip | struct pt_regs | 128 bytes of red zone | interrupted frame   high
 *
 *	I1  The two words below the registers make the interrupted function look like the handler's
 *	    caller to whoever follows frame pointers (arch/common/stack.c, as on the machine).
 *	I2  The vector registers are kept whole: the interrupted code may be the C library's or a
 *	    sanitizer's, and the kernel half calls both.
 *	I3  iretq, in ring 3 too, restores flags, stack and address in one step; the interrupt bit
 *	    of the flags, which means our own flag word, is ignored by the CPU there.
 *
 * recovery_save, host_jump   setjmp and longjmp of the kernel (asm/stack.h; recovery_jump() is in
 *	memstate.c); the ninth word is the interrupt flag. No handler needs to be told that it was left.
 *
 * host_switch(from, to)   from one stack to another: the registers that a function keeps wait on the
 *	stack, the stack pointer where the argument points (thread.c). The order is
 *	thread_first_frame()'s.
 *
 * struct recovery: rbx rbp r12 r13 r14 r15 rsp rip irqs_off; and, where ThreadSanitizer counts calls,
 *	how deep they are (process/tsan.c)
 */
#include "host.h"

#define XSAVE_MASK   0xe7 /* x87, SSE, AVX, AVX-512 */
#define XSAVE_SIZE   2752 /* these end at 2688 or below, wherever the CPU keeps them */
#define XSAVE_HEADER 512
#define BOOT_PVH     2

	.text

	.globl	host_enter_kernel
	.type	host_enter_kernel, @function
host_enter_kernel:
	movq	%rdi, %rbx
	movq	%rsi, %r12
	leaq	host_stacks+HOST_STACK_TOP(%rip), %rsp
	xorl	%ebp, %ebp
	pushq	%rbp
	pushq	%rbp
	call	host_entered
	movl	$BOOT_PVH, %edi
	movq	%rbx, %rsi
	movq	%r12, %rdx
	call	boot_main
	ud2
	.size	host_enter_kernel, . - host_enter_kernel

	.globl	host_enter_cpu
	.type	host_enter_cpu, @function
host_enter_cpu:
	movl	%edi, %ebx
	imull	$HOST_CPU_STACKS, %edi, %eax
	leaq	host_stacks+HOST_STACK_TOP(%rip), %rsp
	addq	%rax, %rsp
	xorl	%ebp, %ebp
	pushq	%rbp
	pushq	%rbp
	call	host_entered
	movl	%ebx, %edi
	call	cpu_main
	ud2
	.size	host_enter_cpu, . - host_enter_cpu

	.globl	trap_common
	.type	trap_common, @function
	.p2align 4
trap_common:
	movq	%rsp, %rdi
	pushq	17*8(%rdi)		/* ip */
	pushq	4*8(%rdi)		/* bp */
	movq	%rsp, %rbp
	subq	$XSAVE_SIZE, %rsp
	andq	$-64, %rsp
	xorl	%eax, %eax
	.irp	at, 0, 8, 16, 24, 32, 40, 48, 56
	movq	%rax, XSAVE_HEADER + \at(%rsp)
	.endr
	movl	$XSAVE_MASK, %eax
	xorl	%edx, %edx
	xsave64	(%rsp)
	cld
	call	trap_dispatch
	movl	$XSAVE_MASK, %eax
	xorl	%edx, %edx
	xrstor64 (%rsp)
	leaq	16(%rbp), %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rax
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	addq	$16, %rsp		/* vector and error code */
	iretq
	.globl	__trap_common_end
__trap_common_end:
	.size	trap_common, . - trap_common

	.globl	recovery_save
	.type	recovery_save, @function
	.p2align 4
recovery_save:
	movq	%rbx, (%rdi)
	movq	%rbp, 8(%rdi)
	movq	%r12, 16(%rdi)
	movq	%r13, 24(%rdi)
	movq	%r14, 32(%rdi)
	movq	%r15, 40(%rdi)
	leaq	8(%rsp), %rax
	movq	%rax, 48(%rdi)
	movq	(%rsp), %rax
	movq	%rax, 56(%rdi)
	movl	%fs:host_irqs_off@tpoff, %eax
	movq	%rax, 64(%rdi)
#ifdef HOST_TSAN
	movl	%fs:host_tsan_depth@tpoff, %eax
	movq	%rax, 72(%rdi)
#endif
	xorl	%eax, %eax
	ret
	.size	recovery_save, . - recovery_save

	.globl	host_jump
	.type	host_jump, @function
	.p2align 4
host_jump:
#ifdef HOST_TSAN
	andq	$-16, %rsp
	movq	%rdi, %rbx
	movl	72(%rdi), %edi
	call	host_tsan_unwind
	movq	%rbx, %rdi
#endif
	movq	(%rdi), %rbx
	movq	8(%rdi), %rbp
	movq	16(%rdi), %r12
	movq	24(%rdi), %r13
	movq	32(%rdi), %r14
	movq	40(%rdi), %r15
	movq	48(%rdi), %rsp
	movq	56(%rdi), %rcx
	movq	64(%rdi), %rdx
	cld
	movl	%edx, %fs:host_irqs_off@tpoff
	movl	$1, %eax
	jmp	*%rcx
	.size	host_jump, . - host_jump

	.globl	host_switch
	.type	host_switch, @function
	.p2align 4
host_switch:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	(%rsi), %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	host_switch, . - host_switch

	/* The CPUs' stacks: host.h. Their guard pages are unmapped at boot (cpu.c). */
	.section .stacks, "aw", @nobits
	.p2align 12
	.globl	host_stacks
host_stacks:
	.skip	HOST_CPUS * HOST_CPU_STACKS

	/* The boot CPU's idle thread's, above a guard page as well. */
	.globl	host_idle_stack
host_idle_stack:
	.skip	4096 + HOST_STACK

	.section .note.GNU-stack, "", @progbits
