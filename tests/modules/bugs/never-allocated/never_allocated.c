// SPDX-License-Identifier: MIT
/*
 * A pointer is used, and nobody has allocated what it points to.
 *
 * Seen: always. A static pointer is NULL, and the access faults; so does one that kmalloc() left NULL and
 * that nobody checked. The report names the function and who called it; what init had allocated before is
 * in the verdict.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct student {
	int grade;
	char name[16];
};

static int *grades;
struct student *best; /* the bug: it stays NULL */

static noinline void praise(int grade)
{
	best->grade = grade;
}

static int __init school_init(void)
{
	grades = kmalloc_array(10, sizeof(*grades), GFP_KERNEL);
	if (!grades)
		return -ENOMEM;
	praise(1);
	return 0;
}

static void __exit school_exit(void)
{
	kfree(grades);
}

module_init(school_init);
module_exit(school_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("the bug: never allocated");
