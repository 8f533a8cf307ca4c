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

section .stacks nobits alloc noexec write align=4096
	kstack boot, 16384
	kstack df, 8192
	kstack nmi, 8192
	kstack mc, 8192
	kstack idle, 16384	; THREAD_SIZE: of the boot CPU's idle thread
