/* SPDX-License-Identifier: MIT */
/*
 * Hash tables of a fixed size: an array of hlists, 2^bits of them. Locking is the user's affair.
 *
 *	static DEFINE_HASHTABLE(table, 6);
 *	hash_add(table, &object->node, key);
 *	hash_for_each_possible(table, object, node, key) { if (object->key == key) … }
 */
#ifndef LINUX_HASHTABLE_H
#define LINUX_HASHTABLE_H

#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>

#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
/* An empty list is all zeroes. */
#define DEFINE_HASHTABLE(name, bits) DECLARE_HASHTABLE(name, bits) = { { NULL } }

#define HASH_SIZE(name)	     ARRAY_SIZE(name)
#define HASH_BITS(name)	     ilog2(HASH_SIZE(name))
#define hash_min(val, bits)  (sizeof(val) <= 4 ? hash_32(val, bits) : hash_long(val, bits))
#define __hash_list(name, k) (&(name)[hash_min(k, HASH_BITS(name))])

static inline void __hash_init(struct hlist_head *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		INIT_HLIST_HEAD(&table[i]);
}

static inline bool __hash_empty(const struct hlist_head *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!hlist_empty(&table[i]))
			return false;
	}
	return true;
}

#define hash_init(table)	   __hash_init(table, HASH_SIZE(table))
#define hash_empty(table)	   __hash_empty(table, HASH_SIZE(table))
#define hash_add(table, node, key) hlist_add_head(node, __hash_list(table, key))

/* Is `node` in a table? */
static inline bool hash_hashed(struct hlist_node *node)
{
	return !hlist_unhashed(node);
}

static inline void hash_del(struct hlist_node *node)
{
	hlist_del_init(node);
}

/* All objects; `bucket` is an int. A break ends it, since obj is not NULL then. */
#define hash_for_each(name, bucket, obj, member)                                                \
	for ((bucket) = 0, (obj) = NULL; !(obj) && (bucket) < (int)HASH_SIZE(name); (bucket)++) \
		hlist_for_each_entry(obj, &(name)[bucket], member)
#define hash_for_each_safe(name, bucket, tmp, obj, member)                                      \
	for ((bucket) = 0, (obj) = NULL; !(obj) && (bucket) < (int)HASH_SIZE(name); (bucket)++) \
	hlist_for_each_entry_safe(obj, tmp, &(name)[bucket], member)
/* All that may have this key; others are among them. */
#define hash_for_each_possible(name, obj, member, key) \
	hlist_for_each_entry(obj, __hash_list(name, key), member)

#endif
