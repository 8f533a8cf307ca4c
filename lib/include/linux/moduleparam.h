/* SPDX-License-Identifier: MIT */
/*
 * The boot line. A parameter is declared where it is used:
 *
 *	static int set_loglevel(const char *val)
 *	{
 *		return val ? kstrtoint(val, 0, &console_loglevel) : -EINVAL;
 *	}
 *	BOOT_PARAM("loglevel", set_loglevel);
 *
 * The setter gets the text behind the `=` (NULL when there is none); it may keep the pointer, the
 * line is not freed. It returns 0, or an error, and then the refusal is printed. '-' and '_' are
 * the same in names, as in Linux.
 */
#ifndef LINUX_MODULEPARAM_H
#define LINUX_MODULEPARAM_H

#include <linux/types.h>
#include <linux/compiler.h>

struct boot_param {
	const char *name;
	int (*set)(const char *val);
};

/* The table is put together by the linker. */
#define BOOT_PARAM(param, setter)                                                                \
	static const struct boot_param __UNIQUE_ID(boot_param_) __used __section(".boot_params") \
		__aligned(8) = { .name = (param), .set = (setter) }

extern const struct boot_param __boot_params_start[], __boot_params_end[];

/*
 * Cut `line` into parameters (in place) and hand each to its setter. A refused one is printed as a
 * warning; an unknown one is given to `unknown`, which must not ignore it silently, or printed too
 * if that is NULL. Returns how many were not accepted.
 */
int parse_boot_line(char *line, void (*unknown)(const char *key));

/* The same over a table of one's own. */
int parse_boot_params(char *line, const struct boot_param *table, size_t count,
		      void (*unknown)(const char *key));

/* Setters' helpers: "key" alone means true. */
int boot_param_bool(const char *val, bool *res);

#endif
