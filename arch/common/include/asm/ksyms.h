/* SPDX-License-Identifier: MIT */
/* Contract: names of the addresses inside the kernel image. Any context; O(log n); never faults. */
#ifndef ASM_KSYMS_H
#define ASM_KSYMS_H

#include <linux/types.h>

/*
 * The symbol that covers `addr`, how far into it `addr` lies and how long it is. False: not in the
 * image, or no table.
 */
bool ksym_lookup(unsigned long addr, const char **name, unsigned long *offset, unsigned long *size);

/*
 * The image's symbol of that name, [start, end). False: there is none. O(symbols).
 */
bool ksym_find(const char *name, unsigned long *start, unsigned long *end);

/*
 * "name+0x12/0x40", or "0x<address>" where no symbol is known. Returns the length that it wanted,
 * as snprintf() does.
 */
int ksym_print(char *buf, size_t size, unsigned long addr);

/*
 * The same for a return address: the call before it decides which function is named, though it may
 * be the function's last byte.
 */
int ksym_print_return(char *buf, size_t size, unsigned long addr);

/*
 * Code beside the image: who loads it sets this, once, and tells what covers an address there. Any
 * context, as above. `text`: it can be executed.
 */
struct ksym_loaded {
	const char *name, *module;
	unsigned long offset, size;
	bool text;
};
extern bool (*ksym_loaded_hook)(unsigned long addr, struct ksym_loaded *sym);
/* Does `addr` lie in code, of the image or loaded? */
bool ksym_is_text(unsigned long addr);

/* Give the %pS and %ps of printf this table. */
void ksyms_init(void);

#endif
