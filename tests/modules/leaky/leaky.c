// SPDX-License-Identifier: MIT
/* Forgets one thing of each kind on purpose: the verdict must find them all. */
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

static struct kmem_cache *cache;
static struct timer_list timer;
static void *lost; /* only the last one can still be found */

static void expired(struct timer_list *t)
{
}

static int worker(void *data)
{
	while (!kthread_should_stop())
		msleep(10);
	return 0;
}

static int __init leaky_init(void)
{
	for (int i = 0; i < 3; i++)
		lost = kmalloc(100, GFP_KERNEL);
	lost = alloc_pages(GFP_KERNEL, 2);
	lost = vmalloc(3 * PAGE_SIZE);
	lost = (void *)alloc_percpu(u64);
	cache = kmem_cache_create("forgotten", 40, 0, 0, NULL);
	lost = kmem_cache_alloc(cache, GFP_KERNEL);
	kthread_run(worker, NULL, "endless");
	timer_setup(&timer, expired, 0);
	mod_timer(&timer, jiffies + 1000 * HZ);
	return 0;
}

static void __exit leaky_exit(void)
{
}

module_init(leaky_init);
module_exit(leaky_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("forgets everything");
