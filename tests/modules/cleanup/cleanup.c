// SPDX-License-Identifier: MIT
/*
 * Failure handling without goto: a variable marked __free(kfree) is freed on every way out of its
 * scope, guard(mutex) unlocks there. What shall live on is taken out of the variable: return_ptr(),
 * no_free_ptr(). Compare tests/modules/goto-unwinding, which does the same by hand.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

struct session {
	struct list_head link;
	char *name;
	void *buffer;
};

static LIST_HEAD(sessions);
static DEFINE_MUTEX(sessions_lock); /* of the list */
static unsigned int undone;

static void session_destroy(struct session *s)
{
	undone++;
	kfree(s->buffer);
	kfree(s->name);
	kfree(s);
}

/* A way of freeing of one's own. It's called with NULL and error pointers, which hold nothing. */
DEFINE_FREE(session, struct session *, if (!IS_ERR_OR_NULL(_T)) session_destroy(_T))

/* Each return before the last one frees what there is by then. */
static struct session *session_create(const char *name, size_t bytes)
{
	struct session *s __free(session) = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return ERR_PTR(-ENOMEM);
	if (!*name)
		return ERR_PTR(-EINVAL);
	s->name = kstrdup(name, GFP_KERNEL);
	if (!s->name)
		return ERR_PTR(-ENOMEM);
	s->buffer = kmalloc(bytes, GFP_KERNEL | __GFP_NOWARN);
	if (!s->buffer)
		return ERR_PTR(-ENOMEM);
	return_ptr(s);
}

static struct session *session_find(const char *name)
{
	struct session *s;

	list_for_each_entry(s, &sessions, link) {
		if (!strcmp(s->name, name))
			return s;
	}
	return NULL;
}

static int session_open(const char *name, size_t bytes)
{
	struct session *s __free(session) = session_create(name, bytes);

	if (IS_ERR(s))
		return PTR_ERR(s);
	guard(mutex)(&sessions_lock);
	if (session_find(name))
		return -EEXIST; /* unlocks, then destroys s */
	list_add_tail(&s->link, &sessions);
	retain_and_null_ptr(s); /* the list has it now */
	return 0;
}

static unsigned int session_count(void)
{
	struct session *s;
	unsigned int n = 0;

	scoped_guard(mutex, &sessions_lock) {
		list_for_each_entry(s, &sessions, link)
			n++;
	}
	return n;
}

static void __exit cleanup_exit(void)
{
	struct session *s, *next;

	list_for_each_entry_safe(s, next, &sessions, link)
		session_destroy(s);
}

static void try_open(const char *what, const char *name, size_t bytes)
{
	int err = session_open(name, bytes);

	pr_info("%s: %d, %u undone\n", what, err, undone);
}

static int __init cleanup_init(void)
{
	try_open("first", "first", 64);
	try_open("without a name", "", 64);
	try_open("too large", "huge", KMALLOC_MAX_SIZE + 1);
	try_open("a second first", "first", 64);
	try_open("second", "second", 4096);
	pr_info("%u sessions, the mutex is %s\n", session_count(),
		mutex_is_locked(&sessions_lock) ? "held" : "free");
	return 0;
}

module_init(cleanup_init);
module_exit(cleanup_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("failure handling by __free() and guard()");
