// SPDX-License-Identifier: MIT
/*
 * Copies of strings: a line of settings, "name=value,name=value", is taken apart. strsep() writes
 * into what it takes apart, so it works on a copy; and what is kept is copied, because the line
 * goes.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *line = "colour=green,size=12,broken,shape=round";
module_param(line, charp, 0444);
MODULE_PARM_DESC(line, "settings: name=value,…");

#define NR_SETTINGS 8

static struct setting {
	char *name, *value;
} settings[NR_SETTINGS];
static unsigned int nr_settings;

static void forget_settings(void)
{
	while (nr_settings) {
		struct setting *s = &settings[--nr_settings];

		kfree(s->value);
		kfree(s->name);
	}
}

/* "name=value": the name is copied by its length, the value is the rest of the text. */
static int keep_setting(const char *text)
{
	const char *sign = strchr(text, '=');
	struct setting *s = &settings[nr_settings];

	if (!sign)
		return -EINVAL;
	if (nr_settings == NR_SETTINGS)
		return -ENOSPC;
	s->name = kmemdup_nul(text, sign - text, GFP_KERNEL);
	s->value = kstrdup(sign + 1, GFP_KERNEL);
	if (!s->name || !s->value) {
		kfree(s->value);
		kfree(s->name);
		return -ENOMEM;
	}
	nr_settings++;
	return 0;
}

static int parse(void)
{
	char *copy = kstrdup(line, GFP_KERNEL), *rest = copy, *text;
	int err = 0;

	if (!copy)
		return -ENOMEM;
	while (!err && (text = strsep(&rest, ",")) != NULL) {
		err = keep_setting(text);
		if (err == -EINVAL) {
			pr_info("'%s' is no setting\n", text);
			err = 0;
		}
	}
	kfree(copy); /* `rest` has moved: it's the beginning that is freed */
	return err;
}

/* As long as it must be: kasprintf() counts first. */
static int show(const struct setting *s)
{
	char *text = kasprintf(GFP_KERNEL, "%s is %s", s->name, s->value);
	char *start = kstrndup(s->value, 3, GFP_KERNEL);
	int err = -ENOMEM;

	if (text && start) {
		pr_info("%s, in short '%s'\n", text, start);
		err = 0;
	}
	kfree(start);
	kfree(text);
	return err;
}

static int __init kstrdup_init(void)
{
	int err = parse();

	for (unsigned int i = 0; i < nr_settings && !err; i++)
		err = show(&settings[i]);
	if (err)
		forget_settings(); /* if init fails, exit is not called */
	return err;
}

static void __exit kstrdup_exit(void)
{
	forget_settings();
}

module_init(kstrdup_init);
module_exit(kstrdup_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("copies of strings");
