; SPDX-License-Identifier: MIT
;
; What loaders look for: the multiboot2 header (GRUB) and the PVH note (QEMU -kernel, Xen).
; Both lead to 32-bit protected mode with paging off; boot/start.asm goes on from there.

extern pvh_entry

MB2_MAGIC	equ 0xe85250d6
MB2_ARCH_I386	equ 0
MB2_TAG_END	equ 0
MB2_TAG_REQUEST	equ 1
MB2_TAG_ALIGN	equ 6		; modules start on a page
MB2_INFO_MMAP	equ 6
XEN_PHYS32_ENTRY equ 18

section .boot.header progbits alloc noexec nowrite align=8
header:
	dd MB2_MAGIC
	dd MB2_ARCH_I386
	dd header_end - header
	dd 0x100000000 - (MB2_MAGIC + MB2_ARCH_I386 + (header_end - header))
align 8
	dw MB2_TAG_REQUEST, 0
	dd 12
	dd MB2_INFO_MMAP
align 8
	dw MB2_TAG_ALIGN, 0
	dd 8
align 8
	dw MB2_TAG_END, 0
	dd 8
header_end:

section .note.Xen note alloc noexec nowrite align=4
	dd 4, 4, XEN_PHYS32_ENTRY
	db "Xen", 0
	dd pvh_entry
