; SPDX-License-Identifier: MIT
;
; For traps_test.c: does an interrupt leave every register as it was?
;
;	unsigned long roundtrip(const unsigned long in[15], unsigned long out[15], unsigned long flags)
;
; Loads the 15 general registers (all but rsp) from `in`, sets the given bits in RFLAGS, raises interrupt 0xf0, and stores them to `out`.
; Returns RFLAGS as they were behind the interrupt. Order: rax rbx rcx rdx rsi rdi rbp r8 … r15.

bits 64
section .text

global roundtrip:function
align 16
roundtrip:
	push	rbp
	push	rbx
	push	r12
	push	r13
	push	r14
	push	r15
	push	rsi
	pushfq
	or	[rsp], rdx
	mov	rax, [rdi]
	mov	rbx, [rdi + 8]
	mov	rcx, [rdi + 16]
	mov	rdx, [rdi + 24]
	mov	rsi, [rdi + 32]
	mov	rbp, [rdi + 48]
	mov	r8, [rdi + 56]
	mov	r9, [rdi + 64]
	mov	r10, [rdi + 72]
	mov	r11, [rdi + 80]
	mov	r12, [rdi + 88]
	mov	r13, [rdi + 96]
	mov	r14, [rdi + 104]
	mov	r15, [rdi + 112]
	mov	rdi, [rdi + 40]
	popfq
	int	0xf0
	pushfq
	push	rax
	mov	rax, [rsp + 16]			; out
	mov	[rax + 8], rbx
	mov	[rax + 16], rcx
	mov	[rax + 24], rdx
	mov	[rax + 32], rsi
	mov	[rax + 40], rdi
	mov	[rax + 48], rbp
	mov	[rax + 56], r8
	mov	[rax + 64], r9
	mov	[rax + 72], r10
	mov	[rax + 80], r11
	mov	[rax + 88], r12
	mov	[rax + 96], r13
	mov	[rax + 104], r14
	mov	[rax + 112], r15
	pop	rbx
	mov	[rax], rbx
	mov	rax, [rsp]			; flags
	and	qword [rsp], ~(1 << 18 | 1 << 10)
	popfq
	pop	rsi
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbx
	pop	rbp
	ret
