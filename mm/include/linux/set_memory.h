/* SPDX-License-Identifier: MIT */
/*
 * Access to pages of vmalloc() and execmem_alloc(). Names are Linux's; theory in mm/set_memory.c.
 *
 * Context: may sleep. Return: 0; -EINVAL if not all of it is mapped there by pages of the smallest
 * size, or if a page would become writable and executable at once; then nothing has changed.
 */
#ifndef LINUX_SET_MEMORY_H
#define LINUX_SET_MEMORY_H

#include <linux/types.h>
#include <linux/compiler.h>

/* No writing; writing, which is not for what can be executed. */
int __must_check set_memory_ro(unsigned long addr, int numpages);
int __must_check set_memory_rw(unsigned long addr, int numpages);
/* Executing, which is for what can't be written only; no executing. */
int __must_check set_memory_x(unsigned long addr, int numpages);
int __must_check set_memory_nx(unsigned long addr, int numpages);
/* set_memory_ro() and set_memory_x() in one step. */
int __must_check set_memory_rox(unsigned long addr, int numpages);

#endif
