; SPDX-License-Identifier: MIT
;
; What another CPU runs first: from real mode to ap_main() in the higher half.
;
; The code is copied to a page below 1 MiB (any: it finds out where it stands), behind it stand the
; parameters that arch/x86_64/smp.c writes for each CPU before it starts it (struct start_page
; there).
;
;	start-up IPI ─► 16 bit ─► 32 bit ─► paging on, with a root of its own that shows this page
;	                                    where it is and the kernel half ─► ap_main(cpu)
;
; 1. A CPU that is late may find the parameters of the next one: it compares its APIC id, and stops
;    for good if they aren't its own.
; 2. The page is written in real mode only (two far pointers that depend on where it is); with
;    paging on it is read-only and the one page that may be executed below the kernel half.
; 3. CR0, EFER are those of the boot CPU, so caches are on and no protection is left out; CR4 is
;    completed by cpu_init_this().

CR4_PAE		equ 1 << 5
MSR_EFER	equ 0xc0000080

section .rodata.trampoline progbits alloc noexec nowrite align=16
global trampoline_start, trampoline_end

bits 16
trampoline_start:
	jmp short begin
	align 8, db 0
params:
.root:	dd 0				; CR3; low bits of CR0 and EFER are enough
.cr0:	dd 0
.efer:	dd 0
.apic:	dd 0
.entry:	dq 0
.stack:	dq 0
.cpu:	dq 0

%define at(label) (label - trampoline_start)

begin:
	cli
	cld
	mov ax, cs
	mov ds, ax
	movzx ebx, ax
	shl ebx, 4			; where we stand
	lea eax, [ebx + at(gdt)]
	mov [at(gdt_pointer) + 2], eax
	lea eax, [ebx + at(protected)]
	mov [at(to_protected)], eax
	lea eax, [ebx + at(long_mode)]
	mov [at(to_long)], eax
	o32 lgdt [at(gdt_pointer)]
	mov eax, cr0
	or al, 1
	mov cr0, eax
	jmp far dword [at(to_protected)]

bits 32
protected:
	mov ax, 0x10
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov eax, CR4_PAE
	mov cr4, eax
	mov eax, [ebx + at(params.root)]
	mov cr3, eax
	mov ecx, MSR_EFER
	xor edx, edx
	mov eax, [ebx + at(params.efer)]
	wrmsr
	mov eax, [ebx + at(params.cr0)]
	mov cr0, eax
	jmp far dword [ebx + at(to_long)]

bits 64
long_mode:
	xor eax, eax
	mov ds, ax
	mov es, ax
	mov ss, ax
	mov fs, ax
	mov gs, ax
	mov r8d, ebx
	mov eax, 1
	cpuid
	shr ebx, 24
	cmp ebx, [r8 + at(params.apic)]
	jne .stop
	mov rsp, [r8 + at(params.stack)]
	mov rdi, [r8 + at(params.cpu)]
	mov rax, [r8 + at(params.entry)]
	xor ebp, ebp
	push rbp			; no caller
	jmp rax
.stop:	cli
	hlt
	jmp .stop

	align 8, db 0
gdt:
	dq 0
	dq 0x00cf9a000000ffff		; code, 32 bit
	dq 0x00cf92000000ffff		; data
	dq 0x00209a0000000000		; code, 64 bit
gdt_pointer:
	dw $ - gdt - 1
	dd 0
to_protected:
	dd 0
	dw 0x08
to_long:
	dd 0
	dw 0x18
trampoline_end:
