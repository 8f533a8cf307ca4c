; SPDX-License-Identifier: MIT
;
; The switch between threads (asm/thread.h).
;
; A function call as far as the compiler knows, so the registers that a callee keeps are all there is
; to be kept; they wait on the thread's own stack, and the stack pointer in its thread_state. There
; are no vector registers in the kernel, and the flags that matter are the same on both sides:
; interrupts are off, user memory is shut.
;
;	The next thread's canary (canary.c) becomes this CPU's. Nobody who has read the old one is
;	called or returned from in between; an NMI reads it twice, but with the same answer.
;
;	I1  What is pushed here is what thread_first_frame() (arch/common/threads.c) lays out.

bits 64
default rel

%ifndef GUARD_IS_GLOBAL
extern __stack_chk_guard
CANARY	equ 8				; struct thread_state
%endif

section .text

global thread_switch:function
align 16
thread_switch:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
%ifndef GUARD_IS_GLOBAL
	mov	rax, [rsi + CANARY]
	mov	[gs:__stack_chk_guard], rax
%endif
	mov	[rdi], rsp
	mov	rsp, [rsi]
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	ret
