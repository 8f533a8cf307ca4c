// SPDX-License-Identifier: MIT
/*
 * A pool that keeps two requests back, for a path that must go on when memory is short, e.g.
 * because it writes out what would free memory. Here the shortage is played: the pool's own
 * function says no, as kmalloc() would. Who may sleep always gets a request, in the end: one that
 * somebody else gives back. Who may not gets NULL.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mempool.h>
#include <linux/module.h>
#include <linux/slab.h>

#define KEPT_BACK 2

struct request {
	unsigned int sector;
	char data[200];
};

static struct kmem_cache *requests;
static mempool_t *pool;
static bool short_of_memory;
static DECLARE_COMPLETION(got_one);

static void *request_alloc(gfp_t gfp, void *cache)
{
	if (READ_ONCE(short_of_memory))
		return NULL;
	return mempool_alloc_slab(gfp, cache);
}

/* Sleeps in mempool_alloc() until there is a request. */
static int writer(void *unused)
{
	struct request *r = mempool_alloc(pool, GFP_NOIO);

	complete(&got_one);
	mempool_free(r, pool); /* it is never NULL: the caller may sleep */
	return 0;
}

/* Both in reserve are in use; the next one must wait for the first of them. */
static int wait_for_a_request(struct request *first)
{
	struct task_struct *task = kthread_run(writer, NULL, "writer");

	if (IS_ERR(task)) {
		mempool_free(first, pool);
		return PTR_ERR(task);
	}
	pr_info("the writer %s\n",
		wait_for_completion_timeout(&got_one, HZ / 20) ? "has one: wrong" : "waits");
	mempool_free(first, pool);
	wait_for_completion(&got_one);
	pr_info("one came back, the writer has it\n");
	return 0;
}

static int under_pressure(void)
{
	struct request *reserve[KEPT_BACK], *more;
	int err;

	WRITE_ONCE(short_of_memory, true);
	for (int i = 0; i < KEPT_BACK; i++) {
		reserve[i] = mempool_alloc(pool, GFP_NOIO);
		reserve[i]->sector = i;
	}
	more = mempool_alloc(pool, GFP_NOWAIT); /* may not sleep: must be checked */
	pr_info("no memory: %d from the reserve, then %s\n", KEPT_BACK, more ? "another" : "NULL");
	mempool_free(more, pool);
	err = wait_for_a_request(reserve[0]);
	mempool_free(reserve[1], pool);
	WRITE_ONCE(short_of_memory, false);
	return err;
}

static void destroy_pool(void)
{
	mempool_destroy(pool); /* before its cache */
	kmem_cache_destroy(requests);
}

static int __init pool_init(void)
{
	struct request *r;
	int err;

	requests = KMEM_CACHE(request, 0);
	if (!requests)
		return -ENOMEM;
	pool = mempool_create(KEPT_BACK, request_alloc, mempool_free_slab, requests);
	if (!pool) {
		kmem_cache_destroy(requests);
		return -ENOMEM;
	}
	r = mempool_alloc(pool, GFP_KERNEL);
	pr_info("there is memory: one more than %d are there\n", pool->curr_nr);
	mempool_free(r, pool);
	err = under_pressure();
	if (err)
		destroy_pool();
	return err;
}

static void __exit pool_exit(void)
{
	destroy_pool();
}

module_init(pool_init);
module_exit(pool_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a pool when memory is short");
