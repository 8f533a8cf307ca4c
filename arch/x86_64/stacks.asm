; SPDX-License-Identifier: MIT
;
; The boot CPU's stacks, each above a page that stacks_protect() unmaps. Sizes are Linux's (16 KiB,
; IST 8 KiB).

%macro kstack 2
	global kstack_%1_guard, kstack_%1_bottom, kstack_%1_top
kstack_%1_guard:  resb 4096
kstack_%1_bottom: resb %2
kstack_%1_top:
%endmacro

%ifdef KASAN
STACK equ 32768			; THREAD_SIZE, which holds red zones then
IST   equ 16384
%else
STACK equ 16384
IST   equ 8192
%endif

section .stacks nobits alloc noexec write align=4096
	kstack boot, STACK
	kstack df, IST
	kstack nmi, IST
	kstack mc, IST
	kstack idle, STACK	; THREAD_SIZE: of the boot CPU's idle thread
