/* SPDX-License-Identifier: MIT */
/*
 * Formatted output into memory, and input from it. Conversions: d i u x X o c s % with - + space # 0, width,
 * precision, * and hh h l ll L z t j, and
 *
 *	%p	hashed address (the same object always gives the same number)	%px	the address itself
 *	%pK	as %p								%pe	error pointer by name
 *	%pS %ps	symbol with / without offset	%pB	return address: symbol of the call before it
 *	%pV	struct va_format *	%pa %pap %pad	phys_addr_t *, dma_addr_t *
 *	%*ph %*phC %*phD %*phN	up to 64 bytes in hex, separated by space, colon, dash, nothing
 *
 * The v*printf and s*printf return the length the whole text has; the scn* ones what is in the
 * buffer, without the NUL.
 */
#ifndef LINUX_SPRINTF_H
#define LINUX_SPRINTF_H

#include <linux/types.h>
#include <linux/compiler.h>

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int sprintf(char *buf, const char *fmt, ...) __printf(2, 3);
int vsprintf(char *buf, const char *fmt, va_list args) __printf(2, 0);

/* Text taken apart by a format (lib/base/vsscanf.c): how many conversions were stored. */
int sscanf(const char *buf, const char *fmt, ...) __attribute__((__format__(scanf, 2, 3)));
int vsscanf(const char *buf, const char *fmt, va_list args)
	__attribute__((__format__(scanf, 2, 0)));

/* Into memory of its own (mm/util.c): NULL if there is none. Free with kfree(). */
char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3) __must_check __malloc;
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0) __must_check __malloc;
/* A format without conversions, or "%s" alone, is treated as by kstrdup_const(). Free with kfree_const(). */
const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args) __printf(2, 0) __must_check;

/* A format with its arguments, for %pV. */
struct va_format {
	const char *fmt;
	va_list *va;
};

/*
 * Writes "name+0x12/0x40" for a kernel address, or returns false. Set by whoever has a symbol
 * table; NULL until then.
 */
extern bool (*symbol_name_hook)(unsigned long addr, char *buf, size_t size);

#endif
