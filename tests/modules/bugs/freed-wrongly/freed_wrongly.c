// SPDX-License-Identifier: MIT
/*
 * Hands kfree() what kmalloc() did not return: a pointer that has moved on within its object, one to the
 * stack, and memory of vmalloc().
 *
 * Seen: always, at each kfree(); nothing is freed then, so the verdict has the first and the third as leaks, too.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static noinline void free_what_has_moved(void)
{
	char *p = kmalloc(64, GFP_KERNEL);

	if (!p)
		return;
	strcpy(p, "   indented");
	while (*p == ' ')
		p++;
	pr_info("without blanks: '%s'\n", p);
	kfree(p); /* the bug: not what kmalloc() returned */
}

static noinline void free_the_stack(void)
{
	char line[64];
	char *p = line;

	strcpy(p, "on the stack");
	OPTIMIZER_HIDE_VAR(p); /* or the compiler says it */
	kfree(p);	       /* the bug: it ends with the function, and by itself */
}

static noinline void free_vmalloc(void)
{
	char *p = vmalloc(PAGE_SIZE);

	kfree(p); /* the bug: vfree() */
}

static int __init wrongly_init(void)
{
	free_what_has_moved();
	free_the_stack();
	free_vmalloc();
	return 0;
}

static void __exit wrongly_exit(void)
{
}

module_init(wrongly_init);
module_exit(wrongly_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("the bug: freed by the wrong means");
