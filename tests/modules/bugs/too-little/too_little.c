// SPDX-License-Identifier: MIT
/*
 * Allocates room for the letters of a text, but not for the zero at its end: one byte is written behind
 * the object.
 *
 * Seen: with slab_debug=FZPU on the boot line, at the kfree(): the byte, and who allocated the object. In the
 * process under AddressSanitizer (make host SAN=asan M=…) at the write itself, with its line, and with KASAN=1 on the
 * machine. Else nobody does, unless KFENCE sampled it: the byte belongs to the next object, or to nobody.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *copy;

static noinline char *copy_text(const char *text)
{
	char *p = kmalloc(strlen(text), GFP_KERNEL); /* the bug: + 1 */

	if (p)
		strcpy(p, text);
	return p;
}

static int __init text_init(void)
{
	copy = copy_text("sixteen letters.");
	if (!copy)
		return -ENOMEM;
	pr_info("copied: %s\n", copy);
	return 0;
}

static void __exit text_exit(void)
{
	kfree(copy);
}

module_init(text_init);
module_exit(text_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("the bug: too little allocated");
