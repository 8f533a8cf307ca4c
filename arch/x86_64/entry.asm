; SPDX-License-Identifier: MIT
;
; Every way into the kernel from an exception or an interrupt.
;
; 256 stubs of 16 bytes each (stub n at trap_stubs + 16 n) make the frame uniform: where the CPU
; pushes no error code the stub pushes 0, then its own number. One common path saves the rest; the
; stack then is a struct pt_regs (asm/ptrace.h):
;
; low r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di  vector  error | ip cs flags sp ss   high
;     '------------------ trap_common ------------------'  '-- stub --'   '----- the CPU -----'
;
; I1  The CPU aligns the stack to 16 bytes before it pushes, and the frame is 22 words long: at the
;     call the stack is aligned.
; I2  Below the frame stand two more words, the interrupted bp and ip, and rbp points at them: to
;     whoever follows frame pointers the interrupted function looks like the caller of the handler,
;     so a trace walks through the trap.
; I3  Ring 0 always runs with the kernel's GS base; only entries from ring 3 exchange it.
; I4  C runs with the direction flag clear and with user memory shut (AC clear). The frame keeps the
;     interrupted AC, from which the page-fault handler tells a user access from a stray pointer,
;     and iretq brings it back.
;
; Interrupts are off from the gate until the handler decides otherwise. #DF, NMI and #MC arrive on
; stacks of their own (IST), at their top: frames that stand there are nobody's any more. With KASAN=1
; their red zones are opened first.

bits 64
default rel

extern trap_dispatch
extern irq_dispatch
extern cpu_has_smap
%ifdef KASAN
extern kasan_trap_entered
%endif

section .text

; Vectors with an error code: #DF #TS #NP #SS #GP #PF #AC #CP #VC #SX.
%define HAS_ERROR_CODE(v) \
	(v == 8 || (v >= 10 && v <= 14) || v == 17 || v == 21 || v == 29 || v == 30)

global trap_stubs:function
align 16
trap_stubs:
%assign vector 0
%rep 256
align 16
%if !HAS_ERROR_CODE(vector)
	push	0
%endif
	push	vector
	jmp	near trap_common
%assign vector vector + 1
%endrep

global trap_common:function
align 16
trap_common:
	push	rdi
	push	rsi
	push	rdx
	push	rcx
	push	rax
	push	r8
	push	r9
	push	r10
	push	r11
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	cld
	test	byte [cpu_has_smap], 1
	jz	.shut
	clac
.shut:
	test	byte [rsp + 18 * 8], 3		; cs
	jz	.kernel_gs
	swapgs
.kernel_gs:
	mov	rdi, rsp
	push	qword [rdi + 17 * 8]		; ip
	push	qword [rdi + 4 * 8]		; bp
	mov	rbp, rsp
	cmp	dword [rdi + 15 * 8], 32	; vector
	jae	.interrupt
%ifdef KASAN
	mov	rbx, rdi
	mov	rsi, rsp
	mov	edi, [rdi + 15 * 8]
	call	kasan_trap_entered
	mov	rdi, rbx
%endif
	call	trap_dispatch
	jmp	.leave
.interrupt:
	call	irq_dispatch
.leave:
	cli
	add	rsp, 16
	test	byte [rsp + 18 * 8], 3
	jz	.restore
	swapgs
.restore:
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	pop	r11
	pop	r10
	pop	r9
	pop	r8
	pop	rax
	pop	rcx
	pop	rdx
	pop	rsi
	pop	rdi
	add	rsp, 16				; vector and error code
	iretq
global __trap_common_end
__trap_common_end:
