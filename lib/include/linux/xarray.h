/* SPDX-License-Identifier: MIT */
/*
 * The XArray: an array of pointers with an index of unsigned long, as sparse as one likes, which is
 * read without a lock. Names and behaviour are Linux 6.12's; theory in lib/xarray/tree.c.
 *
 *	DEFINE_XARRAY_ALLOC(things);
 *
 *	err = xa_alloc(&things, &thing->id, thing, xa_limit_32b, GFP_KERNEL);
 *	...
 *	rcu_read_lock();
 *	thing = xa_load(&things, id);		until the unlock, if things are freed by kfree_rcu()
 *	rcu_read_unlock();
 *	...
 *	thing = xa_erase(&things, id);
 *
 * 1. Entries. Ordinary pointers, of which the two lowest bits are 0 (or a tag, xa_tag_pointer()),
 *    and integers up to LONG_MAX (xa_mk_value()). NULL is what stands everywhere else. What a
 *    function can't do it returns as an error entry (xa_is_err(), xa_err()); such are never stored.
 *
 *	...pp00  a pointer	...pptt  one with a tag of 1 or 3
 *	...vvv1  a value	...ii10  internal: nodes, XA_ZERO_ENTRY, errors
 *
 * 2. A reserved entry takes up its index, and memory for it is there, but reads as NULL:
 *    xa_reserve(), or storing NULL into an array that allocates.
 *
 * 3. Three marks an entry, which are forgotten when it is erased. In an array that allocates the
 *    first says what is free, and can't be used.
 *
 * 4. Locks. Reading needs none (xa_load(), xa_find(), xa_get_mark() … take the RCU read lock
 *    themselves); what changes takes xa_lock by the form called (plain, _bh, _irq). __xa_*() are
 *    for who holds it, in the form that the array's flags name: it is dropped if there is to be
 *    slept for memory. xa_alloc() with GFP_NOWAIT or GFP_ATOMIC doesn't sleep.
 *
 * 5. Left out: entries that take several indices (xa_store_range() doesn't compile; xa_get_order()
 *    is 0), and the advanced interface (XA_STATE, xas_*).
 */
#ifndef LINUX_XARRAY_H
#define LINUX_XARRAY_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* ---- entries ---- */

#define BITS_PER_XA_VALUE (BITS_PER_LONG - 1)

/* An integer as an entry. */
static inline void *xa_mk_value(unsigned long v)
{
	WARN_ON((long)v < 0);
	return (void *)((v << 1) | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

/* A pointer with a tag of 0, 1 or 3 as an entry; one with tag 1 or 3 can't be told from a value. */
static inline void *xa_tag_pointer(void *p, unsigned long tag)
{
	return (void *)((unsigned long)p | tag);
}

static inline void *xa_untag_pointer(void *entry)
{
	return (void *)((unsigned long)entry & ~3UL);
}

static inline unsigned int xa_pointer_tag(void *entry)
{
	return (unsigned long)entry & 3UL;
}

static inline void *xa_mk_internal(unsigned long v)
{
	return (void *)((v << 2) | 2);
}

static inline unsigned long xa_to_internal(const void *entry)
{
	return (unsigned long)entry >> 2;
}

static inline bool xa_is_internal(const void *entry)
{
	return ((unsigned long)entry & 3) == 2;
}

/* Reserved: reads as NULL. */
#define XA_ZERO_ENTRY xa_mk_internal(257)

static inline bool xa_is_zero(const void *entry)
{
	return unlikely(entry == XA_ZERO_ENTRY);
}

/* Is it an error, instead of the entry that a function was asked for? */
static inline bool xa_is_err(const void *entry)
{
	return unlikely(xa_is_internal(entry) &&
			(unsigned long)entry >= (unsigned long)xa_mk_internal(-MAX_ERRNO));
}

/* The error, or 0. */
static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (int)((long)entry >> 2) : 0;
}

/* ---- which indices, which entries ---- */

/* From min to max, both included. */
struct xa_limit {
	u32 max;
	u32 min;
};

#define XA_LIMIT(_min, _max) ((struct xa_limit){ .min = (_min), .max = (_max) })
#define xa_limit_32b	     XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b	     XA_LIMIT(0, INT_MAX)
#define xa_limit_16b	     XA_LIMIT(0, USHRT_MAX)

typedef unsigned int __bitwise xa_mark_t;
#define XA_MARK_0    ((__force xa_mark_t)0U)
#define XA_MARK_1    ((__force xa_mark_t)1U)
#define XA_MARK_2    ((__force xa_mark_t)2U)
#define XA_PRESENT   ((__force xa_mark_t)8U) /* as a filter: whatever isn't NULL */
#define XA_MARK_MAX  XA_MARK_2
#define XA_FREE_MARK XA_MARK_0 /* of arrays that allocate */

/* ---- the array ---- */

enum xa_lock_type {
	XA_LOCK_IRQ = 1,
	XA_LOCK_BH = 2,
};

#define XA_FLAGS_LOCK_IRQ      ((__force gfp_t)XA_LOCK_IRQ) /* xa_lock is taken by xa_lock_irq() */
#define XA_FLAGS_LOCK_BH       ((__force gfp_t)XA_LOCK_BH)
#define XA_FLAGS_TRACK_FREE    ((__force gfp_t)4U)
#define XA_FLAGS_ZERO_BUSY     ((__force gfp_t)8U)  /* index 0 is not handed out */
#define XA_FLAGS_ALLOC_WRAPPED ((__force gfp_t)16U) /* the next cyclic one starts over */
#define XA_FLAGS_ACCOUNT       ((__force gfp_t)32U) /* nodes are accounted: counted only */
#define XA_FLAGS_MARK(mark) \
	((__force gfp_t)((1U << __GFP_BITS_SHIFT) << (__force unsigned int)(mark)))

/* For xa_alloc(), indices from 0 or from 1. */
#define XA_FLAGS_ALLOC	(XA_FLAGS_TRACK_FREE | XA_FLAGS_MARK(XA_FREE_MARK))
#define XA_FLAGS_ALLOC1 (XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

/**
 * struct xarray - the anchor of an array
 * @xa_lock: held by who changes it; also free for what the array's user wants to protect with it
 * @xa_flags: L: how it is to be used, and which marks stand anywhere
 * @xa_head: L, read by readers: NULL, the entry at index 0, or the top node
 */
struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	void __rcu *xa_head;
};

#define XARRAY_INIT(name, flags)                                                    \
	{                                                                           \
		.xa_lock = __SPIN_LOCK_UNLOCKED(name.xa_lock), .xa_flags = (flags), \
		.xa_head = NULL                                                     \
	}
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name)		 DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name)	 DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name)	 DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)

/* An empty array, in memory that is not one yet. */
static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	spin_lock_init(&xa->xa_lock);
	xa->xa_flags = flags;
	xa->xa_head = NULL;
}

static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

/* Is nothing stored or reserved? */
static inline bool xa_empty(const struct xarray *xa)
{
	return !READ_ONCE(xa->xa_head);
}

/* Has any entry this mark? */
static inline bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	return READ_ONCE(xa->xa_flags) & XA_FLAGS_MARK(mark);
}

/* Once, at boot, before the first array is used. */
void xarray_init(void);

void *xa_load(struct xarray *xa, unsigned long index);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *xa_erase(struct xarray *xa, unsigned long index);
bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter);
unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter);
void xa_destroy(struct xarray *xa);

/* Would need entries that take several indices. */
void *xa_store_range(struct xarray *xa, unsigned long first, unsigned long last, void *entry,
		     gfp_t gfp)
	__attribute__((error("entries that take several indices are not offered: store each")));

static inline int xa_get_order(struct xarray *xa, unsigned long index)
{
	return 0;
}

/* Go through what is present, in order; changes meanwhile are fine, and may be seen or not. */
#define xa_for_each_range(xa, index, entry, start, last)                                \
	for (index = (start), entry = xa_find((xa), &index, (last), XA_PRESENT); entry; \
	     entry = xa_find_after((xa), &index, (last), XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start) \
	xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry) xa_for_each_start(xa, index, entry, 0)
#define xa_for_each_marked(xa, index, entry, filter)                               \
	for (index = 0, entry = xa_find((xa), &index, ULONG_MAX, (filter)); entry; \
	     entry = xa_find_after((xa), &index, ULONG_MAX, (filter)))

/* ---- the lock, and what is done under it ---- */

#define xa_trylock(xa)			spin_trylock(&(xa)->xa_lock)
#define xa_lock(xa)			spin_lock(&(xa)->xa_lock)
#define xa_unlock(xa)			spin_unlock(&(xa)->xa_lock)
#define xa_lock_bh(xa)			spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa)		spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irq(xa)			spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa)		spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, flags)	spin_lock_irqsave(&(xa)->xa_lock, flags)
#define xa_unlock_irqrestore(xa, flags) spin_unlock_irqrestore(&(xa)->xa_lock, flags)
#define xa_lock_nested(xa, subclass)	spin_lock_nested(&(xa)->xa_lock, subclass)
#define xa_lock_bh_nested(xa, subclass) spin_lock_bh_nested(&(xa)->xa_lock, subclass)
#define xa_lock_irqsave_nested(xa, flags, subclass) \
	spin_lock_irqsave_nested(&(xa)->xa_lock, flags, subclass)

void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
void *__xa_erase(struct xarray *xa, unsigned long index);
void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp);
int __must_check __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp);
int __must_check __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			    gfp_t gfp);
int __must_check __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
				   u32 *next, gfp_t gfp);
void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);
void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark);

/* xa_NAME, xa_NAME_bh and xa_NAME_irq: __xa_NAME() under the lock, taken so. */
#define __XA_LOCKED(form, check, type, name, params, args) \
	static inline check type xa_##name##form params    \
	{                                                  \
		type __r;                                  \
		might_alloc(gfp);                          \
		xa_lock##form(xa);                         \
		__r = __xa_##name args;                    \
		xa_unlock##form(xa);                       \
		return __r;                                \
	}
#define __XA_FORMS(check, type, name, params, args)       \
	__XA_LOCKED(, check, type, name, params, args)    \
	__XA_LOCKED(_bh, check, type, name, params, args) \
	__XA_LOCKED(_irq, check, type, name, params, args)

/* xa_store() itself is a function. */
__XA_LOCKED(_bh, , void *, store, (struct xarray *xa, unsigned long index, void *entry, gfp_t gfp),
	    (xa, index, entry, gfp))
__XA_LOCKED(_irq, , void *, store,
	    (struct xarray *xa, unsigned long index, void *entry, gfp_t gfp),
	    (xa, index, entry, gfp))

/* Store @entry if @old is there. Returns what was there, or an error: @old if it is stored. */
__XA_FORMS(, void *, cmpxchg,
	   (struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp),
	   (xa, index, old, entry, gfp))

/* Store if nothing is there. 0, -EBUSY (also if it is reserved) or -ENOMEM. */
__XA_FORMS(__must_check, int, insert,
	   (struct xarray *xa, unsigned long index, void *entry, gfp_t gfp),
	   (xa, index, entry, gfp))

/* Store at the lowest free index within @limit. 0, -EBUSY (none is free) or -ENOMEM. */
__XA_FORMS(__must_check, int, alloc,
	   (struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp),
	   (xa, id, entry, limit, gfp))

/* … at the lowest from *@next on, then from the start; then *@next is behind it. 1: it wrapped. */
__XA_FORMS(__must_check, int, alloc_cyclic,
	   (struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next, gfp_t gfp),
	   (xa, id, entry, limit, next, gfp))

static inline void *xa_erase_bh(struct xarray *xa, unsigned long index)
{
	void *entry;

	xa_lock_bh(xa);
	entry = __xa_erase(xa, index);
	xa_unlock_bh(xa);
	return entry;
}

static inline void *xa_erase_irq(struct xarray *xa, unsigned long index)
{
	void *entry;

	xa_lock_irq(xa);
	entry = __xa_erase(xa, index);
	xa_unlock_irq(xa);
	return entry;
}

/* Make sure that a store at @index will need no memory. 0 or -ENOMEM. */
static inline int __must_check xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_cmpxchg(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

static inline int __must_check xa_reserve_bh(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_cmpxchg_bh(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

static inline int __must_check xa_reserve_irq(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_cmpxchg_irq(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

/* Undo xa_reserve(), unless something was stored there since. */
static inline void xa_release(struct xarray *xa, unsigned long index)
{
	xa_cmpxchg(xa, index, XA_ZERO_ENTRY, NULL, 0);
}

#endif
