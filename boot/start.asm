; SPDX-License-Identifier: MIT
;
; From the loader's 32-bit protected mode to C in the higher half.
;
; 1. Say who called (multiboot2 or PVH) and check the machine: CPUID, long mode, NX. What is missing
;    is one line on the serial port and exit code 0x13, never a reset.
; 2. Build the boot page tables:
;        identity + boot window   the first 4 GiB in 2 MiB pages, shared by PML4[0] (executable,
;                                 until the jump below) and PML4[273] (the direct map's place, NX)
;        image                    4 KiB pages at 0xffffffff80000000 + physical: text R X, rodata R,
;                                 data RW NX; so W^X holds before the first line of C
; 3. Switch on PAE, NX, long mode, write protection and paging, go to the high half, call
;    boot_main(protocol, info, ticks).
;
; Registers kept through steps 1 and 2: esi = protocol (1 multiboot2, 2 PVH), edi = physical address
; of its info.

extern __phys_text_start, __phys_text_end, __phys_rodata_end, __phys_image_end
extern boot_main
global multiboot2_entry, pvh_entry

MB2_LOADER_MAGIC equ 0x36d76289
PVH_MAGIC	equ 0x336ec578
COM1		equ 0x3f8
DEBUG_EXIT	equ 0xf4
EXIT_UNUSABLE	equ 0x13

PTE_P		equ 1
PTE_W		equ 2
PTE_A_D		equ 0x60
PTE_PS		equ 0x80
PTE_G		equ 0x100
PTE_NX_HIGH	equ 0x80000000	; bit 63, in the upper half of an entry

PML4_DIRECT	equ 273		; 0xffff888000000000
PML4_IMAGE	equ 511
PDPT_IMAGE	equ 510		; 0xffffffff80000000
%ifdef KASAN
extern kasan_early_init
%endif
%ifdef LARGE_IMAGE
IMAGE_TABLES	equ 32		; 64 MiB: linker.ld loads such an image at 16 MiB
%else
IMAGE_TABLES	equ 4		; 8 MiB of 4 KiB pages: all the image may take
%endif

section .boot.text progbits alloc exec nowrite align=16
bits 32

multiboot2_entry:
	cli
	cld
	mov esp, boot_stack_top
	mov edi, ebx
	mov esi, 1
	mov ebp, msg_magic
	cmp eax, MB2_LOADER_MAGIC
	jne fail
	jmp check_machine

pvh_entry:
	cli
	cld
	mov esp, boot_stack_top
	mov edi, ebx
	mov esi, 2
	mov ebp, msg_magic
	cmp dword [ebx], PVH_MAGIC
	jne fail

check_machine:
	pushfd				; CPUID exists if the ID flag can be changed
	pop eax
	mov ecx, eax
	xor eax, 1 << 21
	push eax
	popfd
	pushfd
	pop eax
	mov ebp, msg_cpuid
	xor eax, ecx
	test eax, 1 << 21
	jz fail
	mov eax, 0x80000000
	cpuid
	mov ebp, msg_long
	cmp eax, 0x80000001
	jb fail
	mov eax, 0x80000001
	cpuid
	test edx, 1 << 29
	jz fail
	mov ebp, msg_nx
	test edx, 1 << 20
	jz fail
	rdtsc				; bring-up is measured from here
	mov [boot_ticks], eax
	mov [boot_ticks + 4], edx

	call build_tables
	jmp enter_long_mode

; Fill the tables named at the foot of this file. They are zero in the image.
build_tables:
	mov eax, table_pdpt_low + (PTE_P | PTE_W)
	mov [table_pml4], eax
	mov [table_pml4 + PML4_DIRECT * 8], eax
	mov dword [table_pml4 + PML4_DIRECT * 8 + 4], PTE_NX_HIGH
	mov dword [table_pml4 + PML4_IMAGE * 8], table_pdpt_image + (PTE_P | PTE_W)

	mov eax, table_pd_low + (PTE_P | PTE_W)	; four page directories: 4 GiB
	mov ecx, 4
	mov ebx, table_pdpt_low
.pdpt:	mov [ebx], eax
	add eax, 4096
	add ebx, 8
	loop .pdpt

	mov eax, PTE_P | PTE_W | PTE_PS | PTE_A_D
	mov ecx, 4 * 512
	mov ebx, table_pd_low
.pd:	mov [ebx], eax
	add eax, 0x200000
	add ebx, 8
	loop .pd

	mov dword [table_pdpt_image + PDPT_IMAGE * 8], table_pd_image + (PTE_P | PTE_W)
	mov eax, table_pt_image + (PTE_P | PTE_W)
	mov ecx, IMAGE_TABLES
	mov ebx, table_pd_image
.image:	mov [ebx], eax
	add eax, 4096
	add ebx, 8
	loop .image

	mov eax, __phys_text_start	; page by page, rights by section
.page:	cmp eax, __phys_image_end
	jae .done
	mov edx, PTE_NX_HIGH
	mov ecx, PTE_P | PTE_W | PTE_A_D | PTE_G
	cmp eax, __phys_rodata_end
	jae .set
	mov ecx, PTE_P | PTE_A_D | PTE_G
	cmp eax, __phys_text_end
	jae .set
	xor edx, edx
.set:	mov ebx, eax
	shr ebx, 12
	or ecx, eax
	mov [table_pt_image + ebx * 8], ecx
	mov [table_pt_image + ebx * 8 + 4], edx
	add eax, 4096
	jmp .page
.done:	ret

enter_long_mode:
	mov eax, cr4
	or eax, 1 << 5			; PAE
	mov cr4, eax
	mov eax, table_pml4
	mov cr3, eax
	mov ecx, 0xc0000080		; EFER: long mode, NX
	rdmsr
	or eax, (1 << 8) | (1 << 11)
	wrmsr
	mov eax, cr0
	and eax, ~((1 << 2) | (1 << 3))	; no x87 emulation, no task-switched trap
	or eax, (1 << 31) | (1 << 16) | 1 ; paging, write protection
	mov cr0, eax
	lgdt [gdt_pointer]
	jmp 0x08:long_mode

; Say why not ([ebp], NUL-terminated) on the serial port and end.
fail:
	mov dx, COM1 + 3		; 8n1
	mov al, 3
	out dx, al
.next:	mov cl, [ebp]
	test cl, cl
	jz .end
	inc ebp
.wait:	mov dx, COM1 + 5
	in al, dx
	test al, 0x20
	jz .wait
	mov dx, COM1
	mov al, cl
	out dx, al
	jmp .next
.end:	mov dx, DEBUG_EXIT
	mov eax, EXIT_UNUSABLE
	out dx, eax
.halt:	cli
	hlt
	jmp .halt

bits 64
long_mode:
	mov ax, 0x10
	mov ds, ax
	mov es, ax
	mov ss, ax
	xor eax, eax
	mov fs, ax
	mov gs, ax
	mov rdx, [boot_ticks]
	mov rax, start_high
	jmp rax

section .boot.data progbits alloc noexec write align=8
gdt:
	dq 0
	dq 0x00209a0000000000		; code, 64 bit
	dq 0x0000920000000000		; data
gdt_pointer:
	dw $ - gdt - 1
	dq gdt
boot_ticks:
	dq 0
msg_magic: db "Quarry: not started by a multiboot2 or PVH loader (wrong magic). "
	   db "Boot the ISO, or QEMU -kernel.", 13, 10, 0
msg_cpuid: db "Quarry: this CPU has no CPUID instruction; a 64-bit x86 CPU is needed.", 13, 10, 0
msg_long:  db "Quarry: this CPU has no long mode; a 64-bit x86 CPU is needed.", 13, 10, 0
msg_nx:	   db "Quarry: this CPU has no NX bit (or firmware turned it off); "
	   db "it is needed to keep data from running.", 13, 10, 0
align 16
	times 256 db 0
boot_stack_top:

section .boot.tables progbits alloc noexec write align=4096
table_pml4:	  times 4096 db 0
table_pdpt_low:	  times 4096 db 0
table_pd_low:	  times 4 * 4096 db 0
table_pdpt_image: times 4096 db 0
table_pd_image:	  times 4096 db 0
table_pt_image:	  times IMAGE_TABLES * 4096 db 0

extern kstack_boot_top
section .text.entry progbits alloc exec nowrite align=16
start_high:
	mov rsp, kstack_boot_top
	xor ebp, ebp
	mov ecx, 0xc0000101		; GS base 0: CPU 0 uses the image's own per-CPU area
	mov r8, rdx
	xor eax, eax
	xor edx, edx
	wrmsr
%ifdef KASAN
	mov ebx, esi			; all C but this looks at the states of what it touches
	mov r12d, edi
	mov r13, r8
	call kasan_early_init
	mov esi, ebx
	mov edi, r12d
	mov r8, r13
%endif
	mov rdx, r8
	mov eax, esi			; boot_main(protocol, info, ticks)
	mov esi, edi
	mov edi, eax
	call boot_main
.halt:	cli
	hlt
	jmp .halt
