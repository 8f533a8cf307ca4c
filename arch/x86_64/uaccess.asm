; SPDX-License-Identifier: MIT
;
; Fault-tolerant access: the functions of asm/extable.h.
;
; Each access that may fault is a single instruction with an entry in __ex_table (extable.h). Copies
; go by 8 bytes (`rep` counts one instruction a word) and then by single bytes. A fault inside the
; words finishes the rest by bytes, until the byte that really can't be reached faults: so the count
; that is returned is exact.
;
;	rep movsq  --fault-->  rcx = 8 * words left + tail, rep movsb  --fault-->  return rcx
;
; I1  rcx always holds how much is left in the unit of the current instruction: an interrupted `rep`
;     keeps it up to date.
; I2  User memory is open (AC set) only between OPEN and SHUT, and every way out of a function
;     passes SHUT. A trap in between runs with it shut (entry.asm) and gets it back on return.
; I3  Every function keeps a frame, so a trace from a fault inside it shows its caller.
;
; Non-canonical addresses raise #GP or #SS rather than #PF; the handlers of all three look into the
; same table.
; Contexts: copy_nofault any; the others may page, so where one may sleep.

bits 64
default rel

extern cpu_has_smap

EX_KERNEL equ 1
EX_USER	  equ 2
EFAULT	  equ 14

; The instruction at %1 goes on at %2 if it faults; %3 is its kind.
%macro EXTABLE 3
	[section __ex_table progbits alloc noexec nowrite align=4]
	dd	%1 - $
	dd	%2 - $
	dd	%3
	__?SECT?__
%endmacro

%macro OPEN 0
	test	byte [cpu_has_smap], 1
	jz	%%done
	stac
%%done:
%endmacro

%macro SHUT 0
	test	byte [cpu_has_smap], 1
	jz	%%done
	clac
%%done:
%endmacro

%macro ENTER_FRAME 0
	push	rbp
	mov	rbp, rsp
%endmacro

%macro LEAVE_FRAME 0
	pop	rbp
	ret
%endmacro

; The string operation %1 (movs or stos) over rdx bytes; leaves the number of bytes not done in rcx.
; %2: kind.
%macro STRING_OP 2
	mov	rcx, rdx
	shr	rcx, 3
%%words:
	rep	%1q
	mov	ecx, edx
	and	ecx, 7
%%tail:
	rep	%1b
	jmp	short %%done
%%finish:
	and	edx, 7
	lea	rcx, [rdx + rcx * 8]
%%bytes:
	rep	%1b
%%done:
	EXTABLE	%%words, %%finish, %2
	EXTABLE	%%tail, %%done, %2
	EXTABLE	%%bytes, %%done, %2
%endmacro

section .text

; unsigned long copy_nofault(void *to, const void *from, unsigned long n)
global copy_nofault:function
align 16
copy_nofault:
	ENTER_FRAME
	STRING_OP movs, EX_KERNEL
	mov	rax, rcx
	LEAVE_FRAME

; unsigned long raw_copy_to_user(void *to, const void *from, unsigned long n)
global raw_copy_to_user:function
align 16
raw_copy_to_user:
	ENTER_FRAME
	OPEN
	STRING_OP movs, EX_USER
	SHUT
	mov	rax, rcx
	LEAVE_FRAME

; unsigned long raw_copy_from_user(void *to, const void *from, unsigned long n)
global raw_copy_from_user:function
align 16
raw_copy_from_user:
	ENTER_FRAME
	OPEN
	STRING_OP movs, EX_USER
	SHUT
	mov	rax, rcx
	LEAVE_FRAME

; unsigned long raw_clear_user(void *to, unsigned long n)
global raw_clear_user:function
align 16
raw_clear_user:
	ENTER_FRAME
	mov	rdx, rsi
	xor	eax, eax
	OPEN
	STRING_OP stos, EX_USER
	SHUT
	mov	rax, rcx
	LEAVE_FRAME

; unsigned long raw_strnlen_user(const char *s, unsigned long max)
global raw_strnlen_user:function
align 16
raw_strnlen_user:
	ENTER_FRAME
	OPEN
	xor	eax, eax
.next:
	cmp	rax, rsi
	jae	.none
.look:
	cmp	byte [rdi + rax], 0
	lea	rax, [rax + 1]			; leaves the flags alone
	jne	.next
	jmp	short .done
.none:
	lea	rax, [rsi + 1]
	jmp	short .done
.fault:
	xor	eax, eax
.done:
	SHUT
	LEAVE_FRAME
	EXTABLE	.look, .fault, EX_USER

; int raw_get_user(u64 *val, const void *from, unsigned int size)
global raw_get_user:function
align 16
raw_get_user:
	ENTER_FRAME
	xor	eax, eax
	OPEN
	cmp	edx, 4
	je	.four
	ja	.eight
	cmp	edx, 2
	je	.two
.one:
	movzx	ecx, byte [rsi]
	jmp	short .done
.two:
	movzx	ecx, word [rsi]
	jmp	short .done
.four:
	mov	ecx, [rsi]
	jmp	short .done
.eight:
	mov	rcx, [rsi]
	jmp	short .done
.fault:
	xor	ecx, ecx
	mov	eax, -EFAULT
.done:
	SHUT
	mov	[rdi], rcx
	LEAVE_FRAME
	EXTABLE	.one, .fault, EX_USER
	EXTABLE	.two, .fault, EX_USER
	EXTABLE	.four, .fault, EX_USER
	EXTABLE	.eight, .fault, EX_USER

; int raw_put_user(u64 val, void *to, unsigned int size)
global raw_put_user:function
align 16
raw_put_user:
	ENTER_FRAME
	xor	eax, eax
	OPEN
	cmp	edx, 4
	je	.four
	ja	.eight
	cmp	edx, 2
	je	.two
.one:
	mov	[rsi], dil
	jmp	short .done
.two:
	mov	[rsi], di
	jmp	short .done
.four:
	mov	[rsi], edi
	jmp	short .done
.eight:
	mov	[rsi], rdi
	jmp	short .done
.fault:
	mov	eax, -EFAULT
.done:
	SHUT
	LEAVE_FRAME
	EXTABLE	.one, .fault, EX_USER
	EXTABLE	.two, .fault, EX_USER
	EXTABLE	.four, .fault, EX_USER
	EXTABLE	.eight, .fault, EX_USER
