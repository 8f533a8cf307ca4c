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

/* The next word of a line cut off, its quotes away, and its value, if it has one; NULL at the end. */
char *boot_line_next(char **line, char **val);
/* Are the two names the same, '-' and '_' being one letter? */
bool parameq(const char *a, const char *b);

/* ---- parameters of modules: name.param=value on the boot line (lib/base/params.c) ---- */

struct kernel_param;

/* set() gets the text behind the `=`, or NULL; get() writes the value as text and returns its length. */
struct kernel_param_ops {
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
};

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

struct kparam_array {
	unsigned int max, elemsize;
	unsigned int *num;
	const struct kernel_param_ops *ops;
	void *elem;
};

struct kernel_param {
	const char *name;
	const struct kernel_param_ops *ops;
	u16 perm;
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
};

#define module_param_cb(_name, operations, argument, permissions)                         \
	static const struct kernel_param __param_##_name __used __section("__param")     \
		__aligned(8) = { .name = #_name, .ops = (operations), .perm = (permissions), \
				 .arg = (argument) }
/* `value` is checked to be a variable of the type. */
#define module_param_named(name, value, type, perm)                                      \
	static inline __maybe_unused __typeof__(__param_check_##type) *__check_##name(void)      \
	{                                                                                \
		return &(value);                                                         \
	}                                                                                \
	module_param_cb(name, &param_ops_##type, &(value), perm)
#define module_param(name, type, perm) module_param_named(name, name, type, perm)
#define module_param_string(name, text, len, perm)                             \
	static const struct kparam_string __param_string_##name = { (len), (text) }; \
	module_param_cb(name, &param_ops_string, (void *)&__param_string_##name, perm)
#define module_param_array_named(name, array, type, nump, perm)                             \
	static const struct kparam_array __param_array_##name = {                           \
		sizeof(array) / sizeof((array)[0]), sizeof((array)[0]), nump,               \
		&param_ops_##type, array                                                    \
	};                                                                                  \
	module_param_cb(name, &param_array_ops, (void *)&__param_array_##name, perm)
#define module_param_array(name, type, nump, perm) \
	module_param_array_named(name, name, type, nump, perm)

#define __MODULE_INFO(tag, text)                                                   \
	static const char __UNIQUE_ID(modinfo_)[] __used __section(".modinfo")       \
		__aligned(1) = #tag "=" text
#define MODULE_PARM_DESC(name, text) __MODULE_INFO(parm, #name ":" text)

/* What a variable of each type is; never defined. */
extern u8 __param_check_byte;
extern short __param_check_short;
extern unsigned short __param_check_ushort;
extern int __param_check_int;
extern unsigned int __param_check_uint;
extern long __param_check_long;
extern unsigned long __param_check_ulong;
extern unsigned long long __param_check_ullong;
extern unsigned int __param_check_hexint;
extern bool __param_check_bool, __param_check_invbool;
extern char *__param_check_charp;

extern const struct kernel_param_ops param_ops_byte, param_ops_short, param_ops_ushort, param_ops_int,
	param_ops_uint, param_ops_long, param_ops_ulong, param_ops_ullong, param_ops_hexint,
	param_ops_bool, param_ops_invbool, param_ops_charp, param_ops_string, param_array_ops;

#endif
