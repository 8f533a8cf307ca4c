// SPDX-License-Identifier: MIT
/*
 * Reads what was never written: kmalloc() doesn't clear, and one field is not set.
 *
 * Seen: by valgrind, in the process (make host SAN=memcheck M=…): the line that decides by the value. On the
 * machine nobody sees it; with slab_debug=FZPU on the boot line the field at least has the bytes of poison, in
 * place of a value that may be right by chance.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct lamp {
	int brightness;
	int is_on;
};

static struct lamp *lamp;

static noinline struct lamp *lamp_create(int brightness)
{
	struct lamp *l = kmalloc(sizeof(*l), GFP_KERNEL); /* kzalloc() would do */

	if (l)
		l->brightness = brightness; /* the bug: and is_on? */
	return l;
}

static noinline void lamp_show(const struct lamp *l)
{
	if (l->is_on == 1)
		pr_info("the lamp shines at %d\n", l->brightness);
	else
		pr_info("the lamp is off\n");
}

static int __init lamp_init(void)
{
	lamp = lamp_create(80);
	if (!lamp)
		return -ENOMEM;
	lamp_show(lamp);
	return 0;
}

static void __exit lamp_exit(void)
{
	kfree(lamp);
}

module_init(lamp_init);
module_exit(lamp_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("the bug: read before written");
