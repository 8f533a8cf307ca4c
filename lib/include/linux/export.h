/* SPDX-License-Identifier: MIT */
/*
 * What a loaded module may call: a table that the linker collects, of names and addresses. Nothing
 * else of the kernel can be reached by a module. The kernel's own entries stand in lib/module/exports_*.c.
 */
#ifndef LINUX_EXPORT_H
#define LINUX_EXPORT_H

#include <linux/compiler.h>

struct kernel_symbol {
	const void *value;
	const char *name;
};

#define EXPORT_SYMBOL(sym)                                                              \
	static const struct kernel_symbol __ksymtab_##sym __used __section("__ksymtab") \
		__aligned(8) = { .value = (const void *)&(sym), .name = #sym }
/* Linux's other forms: everything here is free, so they say the same. */
#define EXPORT_SYMBOL_GPL(sym)	      EXPORT_SYMBOL(sym)
#define EXPORT_SYMBOL_NS(sym, ns)     EXPORT_SYMBOL(sym)
#define EXPORT_SYMBOL_NS_GPL(sym, ns) EXPORT_SYMBOL(sym)

extern const struct kernel_symbol __ksymtab_start[], __ksymtab_end[];

#endif
