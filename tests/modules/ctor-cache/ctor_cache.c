// SPDX-License-Identifier: MIT
/*
 * A cache of one's own, with a constructor. The constructor is called once for each object, when
 * its memory comes from the page allocator; not for each allocation. So whoever frees an object
 * must leave it as constructed, here: with its lock free and its list empty. What it saves is that
 * work at each allocation.
 *
 * SLAB_HWCACHE_ALIGN: no two objects share a line of the processor's cache, so CPUs that write to
 * different ones don't slow each other down. SLAB_PANIC: without this cache nothing goes; there is
 * no failure to handle. That is for what is made at boot; a module that may be loaded later should
 * rather fail.
 */
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#define CACHE_LINE 64

struct queue {
	spinlock_t lock;       /* C: set by the constructor, free when the object is freed */
	struct list_head jobs; /* C: likewise, and empty */
	unsigned int id;       /* of each allocation */
};

static struct kmem_cache *queues;
static unsigned int constructed;

static void queue_construct(void *p)
{
	struct queue *q = p;

	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->jobs);
	constructed++;
}

static struct queue *queue_alloc(unsigned int id)
{
	struct queue *q = kmem_cache_alloc(queues, GFP_KERNEL); /* not _zalloc: it would undo */

	if (q)
		q->id = id;
	return q;
}

static void queue_free(struct queue *q)
{
	WARN_ON(!list_empty(&q->jobs) || spin_is_locked(&q->lock));
	kmem_cache_free(queues, q);
}

static bool queue_is_ready(struct queue *q)
{
	bool ready;

	spin_lock(&q->lock);
	ready = list_empty(&q->jobs);
	spin_unlock(&q->lock);
	return ready;
}

static int __init ctor_init(void)
{
	struct queue *a, *b;
	unsigned int after_first;

	queues = kmem_cache_create("job_queue", sizeof(struct queue), 0,
				   SLAB_HWCACHE_ALIGN | SLAB_PANIC, queue_construct);
	a = queue_alloc(1);
	if (!a)
		goto no_memory;
	after_first = constructed;
	pr_info("the first is %s, %s aligned, the constructor was %s\n",
		queue_is_ready(a) ? "ready" : "not ready",
		(unsigned long)a % CACHE_LINE ? "not" : "well",
		constructed ? "called" : "not called");
	queue_free(a);

	/* The same object, most likely; in any case one that was constructed with the first one's slab. */
	b = queue_alloc(2);
	if (!b)
		goto no_memory;
	pr_info("the second is %s, the constructor was %s\n",
		queue_is_ready(b) ? "ready" : "not ready",
		constructed == after_first ? "not called again" : "called again");
	queue_free(b);
	return 0;

no_memory:
	kmem_cache_destroy(queues);
	return -ENOMEM;
}

static void __exit ctor_exit(void)
{
	kmem_cache_destroy(queues);
}

module_init(ctor_init);
module_exit(ctor_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a cache with a constructor");
