// SPDX-License-Identifier: MIT
/*
 * The XArray's functions: locks and memory around the tree of tree.c, where the theory stands.
 *
 * Memory. What stores first looks whether the tree has all nodes it needs. What lacks is tried
 * under the lock without sleeping; if that fails and the caller's flags allow to sleep, the lock
 * is dropped, nodes are allocated as the flags say, and all is looked at again: others may have
 * changed it. So nothing is stored by halves, and -ENOMEM leaves the array as it was. What was
 * allocated and isn't needed goes back.
 *
 * Locks: xa_lock, of the class of whoever defined the array. With XA_FLAGS_LOCK_IRQ it is dropped
 * and taken again by xa_lock_irq(), so such arrays are changed under that form only. The slab
 * caches' locks nest in it. Nothing is called under it that is the user's.
 * Contexts: what reads, any; what changes, as the form that takes the lock; xa_destroy() any but
 * NMI.
 *
 * Source: Linux's documented interface (core-api/xarray.rst).
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include "internal.h"

/* ---- Reading ---- */

static unsigned int number_of(xa_mark_t mark)
{
	return (__force unsigned int)mark;
}

/**
 * xa_load() - what is stored at an index
 * @xa: the array
 * @index: where
 *
 * Context: any. Under rcu_read_lock() what is returned is still there, if its owner frees behind a
 * grace period. Return: the entry; NULL: none, or reserved.
 */
void *xa_load(struct xarray *xa, unsigned long index)
{
	void *entry;

	rcu_read_lock();
	entry = xa_tree_load(xa, index);
	rcu_read_unlock();
	return xa_hide_zero(entry);
}

/**
 * xa_get_mark() - has what is stored at an index a mark?
 * @xa: the array
 * @index: where
 * @mark: XA_MARK_0, 1 or 2
 *
 * Context: any. Return: false also if nothing is there.
 */
bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	bool marked;

	rcu_read_lock();
	marked = xa_tree_marked(xa, index, number_of(mark));
	rcu_read_unlock();
	return marked;
}

/* Whatever is no mark asks for all that is present. */
static unsigned int wanted(xa_mark_t filter)
{
	return number_of(filter) < XA_MARKS ? number_of(filter) : WANT_PRESENT;
}

/**
 * xa_find() - the first entry from an index on
 * @xa: the array
 * @index: where to start; where it is, if there is one, else as it was
 * @max: the last index to look at
 * @filter: XA_PRESENT, or a mark that it must have
 *
 * Context: any. Return: the entry; NULL: none. Reserved ones are passed over.
 */
void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	void *entry;

	rcu_read_lock();
	entry = xa_tree_find_entry(xa, index, max, wanted(filter));
	rcu_read_unlock();
	return entry;
}

/**
 * xa_find_after() - the first entry behind an index
 * @xa: the array
 * @index: as xa_find()'s, but the search starts at the next
 * @max: the last index to look at
 * @filter: as xa_find()'s
 *
 * Context: any. Return: as xa_find().
 */
void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max, xa_mark_t filter)
{
	unsigned long next = *index + 1;
	void *entry;

	if (!next)
		return NULL;
	entry = xa_find(xa, &next, max, filter);
	if (entry)
		*index = next;
	return entry;
}

/**
 * xa_extract() - copy entries out
 * @xa: the array
 * @dst: where to, @n of them
 * @start: the first index
 * @max: the last index
 * @n: how many at most
 * @filter: as xa_find()'s
 *
 * Context: any. Return: how many.
 */
unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start, unsigned long max,
			unsigned int n, xa_mark_t filter)
{
	unsigned int got = 0;
	void *entry;

	if (!n)
		return 0;
	rcu_read_lock();
	entry = xa_find(xa, &start, max, filter);
	while (entry) {
		dst[got++] = entry;
		if (got == n)
			break;
		entry = xa_find_after(xa, &start, max, filter);
	}
	rcu_read_unlock();
	return got;
}

/* ---- Memory ---- */

/* There are no softirqs: with XA_FLAGS_LOCK_BH it is the plain form. */
static void lock_as_flagged(struct xarray *xa) __acquires(&xa->xa_lock)
{
	if (xa->xa_flags & XA_FLAGS_LOCK_IRQ)
		xa_lock_irq(xa);
	else
		xa_lock(xa);
}

static void unlock_as_flagged(struct xarray *xa) __releases(&xa->xa_lock)
{
	if (xa->xa_flags & XA_FLAGS_LOCK_IRQ)
		xa_unlock_irq(xa);
	else
		xa_unlock(xa);
}

/*
 * Make a store at an index certain to succeed. The lock is held, and dropped if there is to be
 * slept. 0: now it can't fail. -EAGAIN: all may have changed. -ENOMEM: the spares are as many as
 * were had.
 */
static int prepare(struct xarray *xa, unsigned long index, const void *entry, struct xa_spares *s,
		   gfp_t gfp)
{
	gfp_t account = xa->xa_flags & XA_FLAGS_ACCOUNT ? __GFP_ACCOUNT : 0;
	int err;

	if (xa_tree_ready(xa, index, entry, s) || !xa_spares_fill(s, GFP_NOWAIT | account))
		return 0;
	gfp |= account;
	if (!gfpflags_allow_blocking(gfp))
		return xa_spares_fill(s, gfp);
	unlock_as_flagged(xa);
	err = xa_spares_fill(s, gfp);
	lock_as_flagged(xa);
	return err ? err : -EAGAIN;
}

static void *error_entry(int err)
{
	return xa_mk_internal(err);
}

/* ---- Storing: the lock is held ---- */

/**
 * __xa_store() - xa_store() under the lock
 * @xa: the array
 * @index: where
 * @entry: what
 * @gfp: for nodes
 *
 * Context: the lock is held, as the array's flags say; dropped and taken again if @gfp allows to
 * sleep.
 * Return: as xa_store().
 */
void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct xa_spares spares = {};
	void *old;
	int err;

	lockdep_assert_held(&xa->xa_lock);
	if (WARN_ON_ONCE(xa_is_advanced(entry)))
		return error_entry(-EINVAL);
	if (!entry && !xa_track_free(xa))
		return __xa_erase(xa, index);
	if (!entry)
		entry = XA_ZERO_ENTRY;
	do
		err = prepare(xa, index, entry, &spares, gfp);
	while (err == -EAGAIN);
	old = err ? error_entry(err) : xa_tree_store(xa, index, entry, &spares);
	xa_spares_free(&spares);
	return xa_hide_zero(old);
}

/**
 * xa_store() - store an entry
 * @xa: the array
 * @index: where
 * @entry: a pointer or a value; NULL erases, or, in an array that allocates, reserves
 * @gfp: for nodes
 *
 * Marks stay as they are. Context: as @gfp; takes the lock.
 * Return: what was there; or an error (xa_is_err()): -ENOMEM, or -EINVAL for what can't be stored.
 */
void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	void *old;

	might_alloc(gfp);
	xa_lock(xa);
	old = __xa_store(xa, index, entry, gfp);
	xa_unlock(xa);
	return old;
}

/**
 * __xa_erase() - xa_erase() under the lock
 * @xa: the array
 * @index: where
 *
 * Context: the lock is held. Needs no memory. Return: as xa_erase().
 */
void *__xa_erase(struct xarray *xa, unsigned long index)
{
	lockdep_assert_held(&xa->xa_lock);
	return xa_hide_zero(xa_tree_erase(xa, index));
}

/**
 * xa_erase() - take an entry out, and its marks
 * @xa: the array
 * @index: where; it can be handed out again
 *
 * Context: takes the lock. Return: what was there.
 */
void *xa_erase(struct xarray *xa, unsigned long index)
{
	void *old;

	xa_lock(xa);
	old = __xa_erase(xa, index);
	xa_unlock(xa);
	return old;
}

/**
 * __xa_cmpxchg() - store an entry if a certain one is there, under the lock
 * @xa: the array
 * @index: where
 * @old: what must be there; what is reserved is not NULL, but XA_ZERO_ENTRY
 * @entry: what to store; NULL erases, in each kind of array
 * @gfp: for nodes
 *
 * Context: as __xa_store(). Return: what was there, which is @old if it was stored; or an error.
 */
void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry, gfp_t gfp)
{
	struct xa_spares spares = {};
	void *curr;
	int err;

	lockdep_assert_held(&xa->xa_lock);
	if (WARN_ON_ONCE(xa_is_advanced(entry)))
		return error_entry(-EINVAL);
	do {
		curr = xa_tree_load(xa, index);
		err = curr == old && entry ? prepare(xa, index, entry, &spares, gfp) : 0;
	} while (err == -EAGAIN);
	if (err)
		curr = error_entry(err);
	else if (curr == old && entry)
		xa_tree_store(xa, index, entry, &spares);
	else if (curr == old)
		xa_tree_erase(xa, index);
	xa_spares_free(&spares);
	return xa_hide_zero(curr);
}

/**
 * __xa_insert() - store an entry if nothing is there, under the lock
 * @xa: the array
 * @index: where
 * @entry: what; NULL reserves
 * @gfp: for nodes
 *
 * Context: as __xa_store(). Return: 0, -EBUSY (something is, or it is reserved), -ENOMEM or
 * -EINVAL.
 */
int __xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	struct xa_spares spares = {};
	int err;

	lockdep_assert_held(&xa->xa_lock);
	if (WARN_ON_ONCE(xa_is_advanced(entry)))
		return -EINVAL;
	if (!entry)
		entry = XA_ZERO_ENTRY;
	do
		err = xa_tree_load(xa, index) ? -EBUSY : prepare(xa, index, entry, &spares, gfp);
	while (err == -EAGAIN);
	if (!err)
		xa_tree_store(xa, index, entry, &spares);
	xa_spares_free(&spares);
	return err;
}

/* ---- Handing out indices: the lock is held ---- */

/**
 * __xa_alloc() - store an entry at the lowest free index, under the lock
 * @xa: the array, which is one that allocates
 * @id: where to say which, before the entry can be found
 * @entry: what; NULL reserves
 * @limit: from where to where
 * @gfp: for nodes
 *
 * Context: as __xa_store(). Return: 0, -EBUSY (none is free), -ENOMEM or -EINVAL.
 */
int __xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, gfp_t gfp)
{
	struct xa_spares spares = {};
	unsigned long index;
	int err;

	lockdep_assert_held(&xa->xa_lock);
	if (WARN_ON_ONCE(xa_is_advanced(entry)) || WARN_ON_ONCE(!xa_track_free(xa)))
		return -EINVAL;
	if (!entry)
		entry = XA_ZERO_ENTRY;
	do {
		index = limit.min;
		err = xa_tree_find_free(xa, &index, limit.max)
			      ? prepare(xa, index, entry, &spares, gfp)
			      : -EBUSY;
	} while (err == -EAGAIN);
	if (!err) {
		*id = index;
		xa_tree_store(xa, index, entry, &spares);
	}
	xa_spares_free(&spares);
	return err;
}

/* The next cyclic one begins another round. */
static void set_wrapped(struct xarray *xa, bool wrapped)
{
	gfp_t rest = xa->xa_flags & ~XA_FLAGS_ALLOC_WRAPPED;

	WRITE_ONCE(xa->xa_flags, wrapped ? rest | XA_FLAGS_ALLOC_WRAPPED : rest);
}

/**
 * __xa_alloc_cyclic() - store an entry at the next free index, under the lock
 * @xa: the array, which is one that allocates
 * @id: as __xa_alloc()'s
 * @entry: as __xa_alloc()'s
 * @limit: from where to where
 * @next: where to start; then one behind what was found. Under the lock as well
 * @gfp: for nodes
 *
 * Context: as __xa_store(). Return: 0; 1: it went on from limit.min; else as __xa_alloc().
 */
int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		      gfp_t gfp)
{
	struct xa_limit onwards = limit;
	int err;

	onwards.min = max(limit.min, *next);
	err = __xa_alloc(xa, id, entry, onwards, gfp);
	if (!err && (xa->xa_flags & XA_FLAGS_ALLOC_WRAPPED)) {
		set_wrapped(xa, false);
		err = 1;
	} else if (err < 0 && onwards.min > limit.min) {
		err = __xa_alloc(xa, id, entry, limit, gfp);
		if (!err)
			err = 1;
	}
	if (err >= 0) {
		*next = *id + 1;
		if (!*next)
			set_wrapped(xa, true);
	}
	return err;
}

/* ---- Marks ---- */

/* The first mark of an array that allocates is not its user's. */
static bool may_mark(const struct xarray *xa, xa_mark_t mark)
{
	return !WARN_ON_ONCE(number_of(mark) >= XA_MARKS ||
			     (mark == XA_FREE_MARK && xa_track_free(xa)));
}

/**
 * __xa_set_mark() - mark what is stored at an index, under the lock
 * @xa: the array
 * @index: where; nothing is done if nothing is stored there
 * @mark: XA_MARK_0, 1 or 2; in an array that allocates not the first
 *
 * Context: the lock is held.
 */
void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	lockdep_assert_held(&xa->xa_lock);
	if (may_mark(xa, mark))
		xa_tree_mark(xa, index, number_of(mark), true);
}

/**
 * __xa_clear_mark() - unmark what is stored at an index, under the lock
 * @xa: the array
 * @index: where
 * @mark: as __xa_set_mark()'s
 *
 * Context: the lock is held.
 */
void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	lockdep_assert_held(&xa->xa_lock);
	if (may_mark(xa, mark))
		xa_tree_mark(xa, index, number_of(mark), false);
}

/* __xa_set_mark(), and takes the lock. */
void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_set_mark(xa, index, mark);
	xa_unlock(xa);
}

/* __xa_clear_mark(), and takes the lock. */
void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	xa_lock(xa);
	__xa_clear_mark(xa, index, mark);
	xa_unlock(xa);
}

/* ---- The end ---- */

/**
 * xa_destroy() - free what an array takes up
 * @xa: the array; empty afterwards, and can be used again
 *
 * What the entries point to is its owner's. Context: any but NMI; takes the lock.
 */
void xa_destroy(struct xarray *xa)
{
	struct xa_node *top;
	unsigned long flags;

	xa_lock_irqsave(xa, flags);
	top = xa_tree_detach(xa);
	xa_unlock_irqrestore(xa, flags);
	xa_tree_free(top);
}
