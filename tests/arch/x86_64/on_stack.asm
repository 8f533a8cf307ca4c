; SPDX-License-Identifier: MIT
;
; For stacks_test.c: void run_on_stack(unsigned long top, void (*fn)(void)) calls fn() on the stack that ends at `top`,
; with a chain of frames that leads back.

bits 64
section .text

global run_on_stack:function
align 16
run_on_stack:
	push	rbp
	mov	rbp, rsp
	mov	rsp, rdi
	call	rsi
	mov	rsp, rbp
	pop	rbp
	ret
