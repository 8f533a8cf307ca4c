/* SPDX-License-Identifier: MIT */
/*
 * Memory for code that is loaded at run time: near the kernel's own, so that calls between the two
 * reach. Names are Linux 6.12's; theory in mm/set_memory.c.
 */
#ifndef LINUX_EXECMEM_H
#define LINUX_EXECMEM_H

#include <linux/types.h>
#include <linux/compiler.h>

/* What it is for. All come from one region here. */
enum execmem_type {
	EXECMEM_DEFAULT,
	EXECMEM_MODULE_TEXT = EXECMEM_DEFAULT,
	EXECMEM_KPROBES,
	EXECMEM_FTRACE,
	EXECMEM_BPF,
	EXECMEM_MODULE_DATA,
	EXECMEM_TYPE_MAX,
};

void *execmem_alloc(enum execmem_type type, size_t size) __malloc __alloc_size(2);
void execmem_free(void *ptr);

#endif
