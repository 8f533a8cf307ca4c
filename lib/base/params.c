// SPDX-License-Identifier: MIT
/*
 * Parameters of modules: text to variables and back
 * =================================================
 *
 * module_param() makes a struct kernel_param that names the variable and its type's operations, which
 * stand here. set() reads the whole text as a value of the type or changes nothing; get() writes the
 * value as set() would read it. A switch (bool) alone means on. A charp points into the boot line, which
 * stays as long as the module.
 *
 * An array takes values with commas between them; its count, if the module wants it, is what came.
 *
 * Contexts: any, in practice while a module is loaded. Complexity: O(text).
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#define GET_SIZE  4096 /* of get()'s buffer, as in Linux */
#define ELEM_SIZE 64   /* of an array's element, as text */

/* A type of numbers: how it is read and printed. */
#define NUMBER(name, type, parse, format)                                     \
	static int set_##name(const char *val, const struct kernel_param *kp) \
	{                                                                     \
		return val ? parse(val, 0, (type *)kp->arg) : -EINVAL;        \
	}                                                                     \
	static int get_##name(char *buffer, const struct kernel_param *kp)    \
	{                                                                     \
		return scnprintf(buffer, GET_SIZE, format, *(type *)kp->arg); \
	}                                                                     \
	const struct kernel_param_ops param_ops_##name = { .set = set_##name, .get = get_##name }

NUMBER(byte, u8, kstrtou8, "%u");
NUMBER(ushort, u16, kstrtou16, "%u");
NUMBER(int, int, kstrtoint, "%d");
NUMBER(uint, unsigned int, kstrtouint, "%u");
NUMBER(long, long, kstrtol, "%ld");
NUMBER(ulong, unsigned long, kstrtoul, "%lu");
NUMBER(ullong, unsigned long long, kstrtoull, "%llu");
NUMBER(hexint, unsigned int, kstrtouint, "%#08x");

static int parse_short(const char *val, unsigned int base, short *res)
{
	int v, err = kstrtoint(val, base, &v);

	if (err)
		return err;
	if (v != (short)v)
		return -ERANGE;
	*res = (short)v;
	return 0;
}
NUMBER(short, short, parse_short, "%d");

static int set_bool(const char *val, const struct kernel_param *kp)
{
	return boot_param_bool(val, kp->arg);
}

static int get_bool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, GET_SIZE, "%c", *(bool *)kp->arg ? 'Y' : 'N');
}

const struct kernel_param_ops param_ops_bool = { .set = set_bool, .get = get_bool };

static int set_invbool(const char *val, const struct kernel_param *kp)
{
	bool on;
	int err = boot_param_bool(val, &on);

	if (!err)
		*(bool *)kp->arg = !on;
	return err;
}

static int get_invbool(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, GET_SIZE, "%c", *(bool *)kp->arg ? 'N' : 'Y');
}

const struct kernel_param_ops param_ops_invbool = { .set = set_invbool, .get = get_invbool };

static int set_charp(const char *val, const struct kernel_param *kp)
{
	if (!val)
		return -EINVAL;
	*(const char **)kp->arg = val;
	return 0;
}

static int get_charp(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, GET_SIZE, "%s", *(const char **)kp->arg);
}

const struct kernel_param_ops param_ops_charp = { .set = set_charp, .get = get_charp };

static int set_string(const char *val, const struct kernel_param *kp)
{
	if (!val)
		return -EINVAL;
	if (strlen(val) >= kp->str->maxlen)
		return -ENOSPC;
	strcpy(kp->str->string, val);
	return 0;
}

static int get_string(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, GET_SIZE, "%s", kp->str->string);
}

const struct kernel_param_ops param_ops_string = { .set = set_string, .get = get_string };

/* ---- arrays ---- */

static struct kernel_param element(const struct kernel_param *kp, unsigned int i)
{
	return (struct kernel_param){ .name = kp->name,
				      .ops = kp->arr->ops,
				      .arg = (char *)kp->arr->elem + (size_t)i * kp->arr->elemsize };
}

/* The text up to the next comma, as element `i`. */
static int set_element(const struct kernel_param *kp, unsigned int i, const char *val, size_t len)
{
	struct kernel_param elem = element(kp, i);
	char text[ELEM_SIZE];

	if (i >= kp->arr->max || len >= sizeof(text))
		return -EINVAL;
	memcpy(text, val, len);
	text[len] = '\0';
	return elem.ops->set(text, &elem);
}

static int set_array(const char *val, const struct kernel_param *kp)
{
	unsigned int n = 0;

	for (;;) {
		size_t len = val ? strcspn(val, ",") : 0;
		int err = val ? set_element(kp, n, val, len) : -EINVAL;

		if (err)
			return err;
		n++;
		if (!val[len])
			break;
		val += len + 1;
	}
	if (kp->arr->num)
		*kp->arr->num = n;
	return 0;
}

static int get_array(char *buffer, const struct kernel_param *kp)
{
	unsigned int n = kp->arr->num ? *kp->arr->num : kp->arr->max;
	int used = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct kernel_param elem = element(kp, i);

		if (i)
			buffer[used++] = ',';
		used += elem.ops->get(buffer + used, &elem);
	}
	return used;
}

const struct kernel_param_ops param_array_ops = { .set = set_array, .get = get_array };
