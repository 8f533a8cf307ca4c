// SPDX-License-Identifier: MIT
/*
 * A list that is searched without a lock, of objects from a SLAB_TYPESAFE_BY_RCU cache. Such an
 * object may be freed and handed out again at once, even while a reader looks at it; what is
 * certain is only that the memory remains a struct conn until the reader is done. So a search has
 * three steps, and all are needed:
 *
 *	find	under rcu_read_lock(), an object with the key
 *	hold	unless its count is 0: then it is free, or not ready yet
 *	look	at the key again: between the two steps it may have become another's
 *
 * Compared with kfree_rcu(), memory can be used again without waiting for readers. The constructor
 * sets the count to 0, so that an object which was never handed out can't be held either.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct conn {
	struct hlist_node link;
	refcount_t users; /* 0: free. The list is a user. */
	unsigned int key;
};

static struct kmem_cache *conns;
static HLIST_HEAD(list);
static DEFINE_SPINLOCK(list_lock); /* who changes the list; readers don't take it */

static void conn_construct(void *p)
{
	struct conn *c = p;

	refcount_set(&c->users, 0);
}

static void conn_put(struct conn *c)
{
	if (refcount_dec_and_test(&c->users))
		kmem_cache_free(conns, c);
}

static int conn_add(unsigned int key, gfp_t gfp)
{
	struct conn *c = kmem_cache_alloc(conns, gfp);

	if (!c)
		return -ENOMEM;
	WRITE_ONCE(c->key, key); /* somebody may look at it still, as at what it was before */
	spin_lock(&list_lock);
	hlist_add_head_rcu(&c->link, &list);
	smp_wmb(); /* with conn_hold(): who can hold it sees its key */
	refcount_set(&c->users, 1);
	spin_unlock(&list_lock);
	return 0;
}

static void conn_del(unsigned int key)
{
	struct conn *c;

	spin_lock(&list_lock);
	hlist_for_each_entry(c, &list, link) {
		if (c->key == key) {
			hlist_del_rcu(&c->link);
			break;
		}
	}
	spin_unlock(&list_lock);
	if (c)
		conn_put(c);
}

/* Step 1; the caller has rcu_read_lock(). */
static struct conn *conn_find(unsigned int key)
{
	struct conn *c;

	hlist_for_each_entry_rcu(c, &list, link) {
		if (READ_ONCE(c->key) == key)
			return c;
	}
	return NULL;
}

/* Steps 2 and 3. */
static struct conn *conn_hold(struct conn *c, unsigned int key)
{
	if (!refcount_inc_not_zero(&c->users))
		return NULL;
	smp_rmb(); /* with conn_add() */
	if (READ_ONCE(c->key) == key)
		return c;
	conn_put(c);
	return NULL;
}

/* The whole search. NULL: there is none, or it went meanwhile. */
static struct conn *conn_get(unsigned int key)
{
	struct conn *c;

	rcu_read_lock();
	c = conn_find(key);
	if (c)
		c = conn_hold(c, key);
	rcu_read_unlock();
	return c;
}

/* What the third step is for: the object goes and comes back as another one after the first. */
static int show_reuse(void)
{
	struct conn *c;
	bool same, held;
	int err;

	rcu_read_lock();
	c = conn_find(1);
	conn_del(1);
	err = conn_add(2, GFP_ATOMIC); /* readers don't sleep */
	same = conn_find(2) == c;
	held = c && conn_hold(c, 1);
	rcu_read_unlock();
	if (err)
		return err;
	pr_info("%s; as number 1 it is %s\n",
		same ? "number 2 has number 1's memory" : "new memory",
		held ? "held, which is wrong" : "not held");
	conn_del(2);
	return 0;
}

static int search(void *data)
{
	unsigned long *wrong = data;
	unsigned int key = 0;

	while (!kthread_should_stop()) {
		struct conn *c = conn_get(++key % 4);

		if (c) {
			*wrong += c->key != key % 4;
			conn_put(c);
		}
		cond_resched();
	}
	return 0;
}

/* A thread that searches, while entries come and go. */
static int search_while_changing(void)
{
	unsigned long wrong = 0;
	struct task_struct *reader = kthread_run(search, &wrong, "searcher");
	int err = 0;

	if (IS_ERR(reader))
		return PTR_ERR(reader);
	for (unsigned int i = 0; i < 4000 && !err; i++) {
		err = conn_add(i % 4, GFP_KERNEL);
		if (i >= 2)
			conn_del((i - 2) % 4);
		cond_resched();
	}
	kthread_stop(reader);
	pr_info("4000 came and went, %lu searches found another's\n", wrong);
	return err;
}

static void destroy_all(void)
{
	for (unsigned int key = 0; key < 4; key++)
		conn_del(key);
	kmem_cache_destroy(conns); /* waits for readers: its pages go now */
}

static int __init typesafe_init(void)
{
	struct conn *c;
	int err;

	conns = kmem_cache_create("conn", sizeof(struct conn), 0, SLAB_TYPESAFE_BY_RCU,
				  conn_construct);
	if (!conns)
		return -ENOMEM;
	err = conn_add(1, GFP_KERNEL);
	if (err)
		goto fail;
	c = conn_get(1);
	pr_info("number 1 is %s, number 9 is %s\n", c ? "there" : "not there",
		conn_get(9) ? "there" : "not there");
	if (c)
		conn_put(c);
	err = show_reuse();
	if (!err)
		err = search_while_changing();
	if (!err)
		return 0;
fail:
	destroy_all();
	return err;
}

static void __exit typesafe_exit(void)
{
	destroy_all();
}

module_init(typesafe_init);
module_exit(typesafe_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("a list searched without a lock");
