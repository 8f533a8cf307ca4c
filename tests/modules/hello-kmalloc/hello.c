// SPDX-License-Identifier: MIT
/* A string and an array of numbers from kmalloc(), and what is asked for more often than used: ksize(). */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

static int count = 4;
module_param(count, int, 0444);
MODULE_PARM_DESC(count, "how many numbers");

static char *who = "world";
module_param(who, charp, 0444);

static int __init hello_init(void)
{
	char *text = kmalloc(32, GFP_KERNEL);
	int *numbers = kmalloc_array(count, sizeof(*numbers), GFP_KERNEL);
	int sum = 0;

	if (!text || !numbers) {
		kfree(text);
		kfree(numbers);
		return -ENOMEM;
	}
	snprintf(text, 32, "hello, %s", who);
	for (int i = 0; i < count; i++)
		numbers[i] = i * i;
	for (int i = 0; i < count; i++)
		sum += numbers[i];
	pr_info("%s: %d numbers, sum %d, in %zu bytes\n", text, count, sum, ksize(numbers));
	kfree(numbers);
	kfree(text);
	return 0;
}

static void __exit hello_exit(void)
{
	pr_info("goodbye\n");
}

module_init(hello_init);
module_exit(hello_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("kmalloc() of a string and of an array");
