// SPDX-License-Identifier: MIT
/*
 * Memory that is zero from the start: kzalloc() for one structure, kcalloc() for an array of them.
 * Of memory from kmalloc() each byte must be written before it is read; what is left out keeps what
 * was there before.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

struct counters {
	u64 received, sent, errors[6];
};

static bool is_zero(const void *p, size_t n)
{
	return !memchr_inv(p, 0, n);
}

static int __init kzalloc_init(void)
{
	struct counters *one, *all;

	/* Let there be something in the memory that comes next. */
	one = kmalloc(sizeof(*one), GFP_KERNEL);
	if (!one)
		return -ENOMEM;
	memset(one, 0xff, sizeof(*one));
	kfree(one);

	one = kzalloc(sizeof(*one), GFP_KERNEL);
	all = kcalloc(16, sizeof(*all), GFP_KERNEL);
	if (!one || !all) {
		kfree(all); /* kfree(NULL) does nothing */
		kfree(one);
		return -ENOMEM;
	}
	one->received++;
	pr_info("received %llu, sent %llu, the array is %s\n", one->received, one->sent,
		is_zero(all, 16 * sizeof(*all)) ? "zero" : "not zero");
	kfree(all);
	kfree(one);
	return 0;
}

module_init(kzalloc_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("memory that is zero");
