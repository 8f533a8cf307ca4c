; SPDX-License-Identifier: MIT
;
; The way back out of a trap that was provoked on purpose (asm/stack.h): setjmp and longjmp of the
; kernel.
;
;	struct recovery: rbx rbp r12 r13 r14 r15 rsp rip rflags
;
; I1  recovery_jump() leaves by iretq, not by ret: it may run inside an NMI, a machine check or a
;     double fault, and iretq is what tells the CPU that such a handler is over. It also takes
;     flags, stack and address in one step.
; I2  The saved flags carry IF as it was. AC, DF and TF are cleared: user memory is shut and nobody
;     is stepping after the jump.
;
; The frame of recovery_save()'s caller must still be live at the jump. Contexts: any.

bits 64
default rel

FLAGS_DROPPED equ (1 << 18) | (1 << 10) | (1 << 8)	; AC, DF, TF

section .text

global recovery_save:function
align 16
recovery_save:
	mov	[rdi], rbx
	mov	[rdi + 8], rbp
	mov	[rdi + 16], r12
	mov	[rdi + 24], r13
	mov	[rdi + 32], r14
	mov	[rdi + 40], r15
	lea	rax, [rsp + 8]
	mov	[rdi + 48], rax
	mov	rax, [rsp]
	mov	[rdi + 56], rax
	pushfq
	pop	rax
	and	rax, ~FLAGS_DROPPED
	mov	[rdi + 64], rax
	xor	eax, eax
	ret

%ifdef KASAN
%define recovery_jump recovery_jump_now	; kasan/runtime.c opens the frames that are left, then comes here
%endif
global recovery_jump:function
align 16
recovery_jump:
	mov	rbx, [rdi]
	mov	rbp, [rdi + 8]
	mov	r12, [rdi + 16]
	mov	r13, [rdi + 24]
	mov	r14, [rdi + 32]
	mov	r15, [rdi + 40]
	mov	ecx, ss
	push	rcx
	push	qword [rdi + 48]
	push	qword [rdi + 64]
	mov	ecx, cs
	push	rcx
	push	qword [rdi + 56]
	mov	eax, 1
	iretq
