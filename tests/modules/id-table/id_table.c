// SPDX-License-Identifier: MIT
/*
 * A table of objects that are known by a number, looked up without a lock. Who finds one takes a
 * reference, so it stays as long as he needs it; who closes one takes the table's reference away.
 *
 *	open	the number first, standing for NULL: nobody finds the object before it is ready
 *	get	under rcu_read_lock(): find it, and a reference unless the last one is gone
 *	put	the last one frees it, when those who may just be looking at it are done
 *	close	the number is free again; whoever has a reference goes on
 *
 * The table is changed under a spin lock, where one can't wait for memory: idr_preload() fetches it
 * before. Numbers are handed out one after the other, so that an old one does not soon mean another
 * object.
 */
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

struct session {
	int id;
	refcount_t users; /* the table is one */
	char name[16];
	struct rcu_head rcu;
};

static DEFINE_IDR(sessions);
static DEFINE_SPINLOCK(lock); /* who changes the table */

static int take_number(void)
{
	int id;

	idr_preload(GFP_KERNEL);
	spin_lock(&lock);
	id = idr_alloc_cyclic(&sessions, NULL, 1, 0, GFP_NOWAIT);
	spin_unlock(&lock);
	idr_preload_end();
	return id;
}

/* Its number, or -ENOMEM. */
static int session_open(const char *name)
{
	struct session *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int id;

	if (!s)
		return -ENOMEM;
	id = take_number();
	if (id < 0) {
		kfree(s);
		return id;
	}
	s->id = id;
	refcount_set(&s->users, 1);
	strscpy(s->name, name, sizeof(s->name));
	spin_lock(&lock);
	idr_replace(&sessions, s, id); /* now it can be found */
	spin_unlock(&lock);
	return id;
}

static void session_put(struct session *s)
{
	if (refcount_dec_and_test(&s->users))
		kfree_rcu(s, rcu);
}

/* NULL: there is none, or it is being closed. */
static struct session *session_get(int id)
{
	struct session *s;

	rcu_read_lock();
	s = idr_find(&sessions, id);
	if (s && !refcount_inc_not_zero(&s->users))
		s = NULL;
	rcu_read_unlock();
	return s;
}

static void session_close(int id)
{
	struct session *s;

	spin_lock(&lock);
	s = idr_remove(&sessions, id);
	spin_unlock(&lock);
	if (s)
		session_put(s);
}

/* Closed while somebody works with it: no longer found, still there. */
static void close_while_in_use(int id)
{
	struct session *mine = session_get(id), *again;

	session_close(id);
	again = session_get(id);
	pr_info("session %d is closed: %s; who has it still reads '%s'\n", id,
		again ? "found" : "not found", mine->name);
	session_put(mine);
}

static int search(void *data)
{
	unsigned long *wrong = data;
	int id = 0;

	while (!kthread_should_stop()) {
		struct session *s = session_get(id % 5000);

		if (s) {
			*wrong += s->id != id % 5000;
			session_put(s);
		}
		id++;
		cond_resched();
	}
	return 0;
}

static int search_while_changing(void)
{
	unsigned long wrong = 0;
	struct task_struct *reader = kthread_run(search, &wrong, "searcher");
	int id = 0;

	if (IS_ERR(reader))
		return PTR_ERR(reader);
	for (int i = 0; i < 4000 && id >= 0; i++) {
		id = session_open("guest");
		if (id >= 0)
			session_close(id);
		cond_resched();
	}
	kthread_stop(reader);
	pr_info("4000 came and went, %lu searches found another's\n", wrong);
	return id < 0 ? id : 0;
}

static void close_all(void)
{
	struct session *s;
	int id;

	idr_for_each_entry(&sessions, s, id)
		session_close(id);
	idr_destroy(&sessions);
}

static int __init id_table_init(void)
{
	static const char *const names[] = { "ada", "bob", "cy" };
	struct session *s;
	int id = 0, err;

	for (unsigned int i = 0; i < ARRAY_SIZE(names) && id >= 0; i++)
		id = session_open(names[i]);
	if (id >= 0) {
		close_while_in_use(2);
		id = session_open("dee");
	}
	if (id < 0) {
		close_all();
		return id;
	}
	idr_for_each_entry(&sessions, s, id)
		pr_info("session %d is %s\n", id, s->name);
	err = search_while_changing();
	if (err)
		close_all();
	return err;
}

static void __exit id_table_exit(void)
{
	close_all();
	pr_info("the table is %s\n", idr_is_empty(&sessions) ? "empty" : "not empty");
}

module_init(id_table_init);
module_exit(id_table_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("objects known by a number, looked up without a lock");
