// SPDX-License-Identifier: MIT
/* A buffer whose size is known at run time only: kvmalloc() takes kmalloc()'s memory or, if it is large, vmalloc()'s. */
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

static unsigned long sizes[4] = { 100, 8 << 20 };
static unsigned int nr_sizes = 2;
module_param_array(sizes, ulong, &nr_sizes, 0444);
MODULE_PARM_DESC(sizes, "bytes, up to four");

static int __init kv_init(void)
{
	for (unsigned int i = 0; i < nr_sizes; i++) {
		char *p = kvmalloc(sizes[i], GFP_KERNEL);

		if (!p)
			return -ENOMEM;
		memset(p, 'x', sizes[i]);
		pr_info("%lu bytes from %s\n", sizes[i],
			is_vmalloc_addr(p) ? "vmalloc" : "kmalloc");
		kvfree(p);
	}
	return 0;
}

module_init(kv_init);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("buffers of unknown size");
