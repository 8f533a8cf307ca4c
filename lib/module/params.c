// SPDX-License-Identifier: MIT
/*
 * A module's parameters: the words `name.param=value` of the boot line, `name` being the module's.
 *
 * They are set before any code of the module runs. A value that its parameter refuses refuses the
 * module, as in Linux; a parameter that there is not is told, and the module runs without it. The line
 * is copied for the module, since text parameters point into it.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "internal.h"

/* The part of `key` behind "name.", or NULL. */
static char *param_name(char *key, const char *module)
{
	char *dot = strchr(key, '.');

	if (!dot)
		return NULL;
	*dot = '\0';
	if (parameq(key, module))
		return dot + 1;
	*dot = '.';
	return NULL;
}

static const struct kernel_param *find_param(const struct loaded *m, const char *name)
{
	u32 i = plan_find(m->plan, "__param");
	const struct kernel_param *table = i ? module_section(m, i) : NULL;
	size_t n = table ? plan_section(m->plan, i).size / sizeof(*table) : 0;

	for (size_t p = 0; p < n; p++) {
		if (parameq(table[p].name, name))
			return &table[p];
	}
	return NULL;
}

static int set_param(const struct loaded *m, const char *name, const char *val)
{
	const struct kernel_param *kp = find_param(m, name);
	int err;

	if (!kp) {
		pr_warn("module %s: unknown parameter '%s': ignored\n", m->name, name);
		return 0;
	}
	err = kp->ops->set(val, kp);
	if (err)
		pr_err("module %s: refused: parameter '%s' refuses %s%s%s: %pe\n", m->name, name,
		       val ? "'" : "", val ? val : "to stand without a value", val ? "'" : "",
		       ERR_PTR(err));
	return err;
}

int module_params(struct loaded *m, const char *boot_line)
{
	char *at, *key, *val;

	m->line = kstrdup(boot_line, GFP_KERNEL);
	if (!m->line) {
		pr_err("module %s: refused: no memory for its parameters\n", m->name);
		return -ENOMEM;
	}
	at = m->line;
	while ((key = boot_line_next(&at, &val))) {
		char *name = param_name(key, m->name);
		int err = name ? set_param(m, name, val) : 0;

		if (err)
			return err;
	}
	return 0;
}
