// SPDX-License-Identifier: MIT
/*
 * IDR: numbers for pointers, on the tree of tree.c.
 *
 * 1. Model. An array that tracks what is free; number n stands at index n - base. A number in use
 *    with NULL is reserved. Any pointer can be stored, also one that is no entry of an XArray.
 *
 * 2. Locks. None of its own: whoever changes an IDR keeps the others away, by idr_lock() or as he
 *    likes; so an allocation may sleep if his lock lets him. Readers are under rcu_read_lock(), or
 *    have that lock.
 *
 * 3. idr_preload(). Who must allocate under a spin lock fetches nodes beforehand:
 *
 *	idr_preload(GFP_KERNEL);	may sleep; then preemption is off
 *	spin_lock(&lock);
 *	id = idr_alloc(&idr, p, 0, 0, GFP_NOWAIT);
 *	spin_unlock(&lock);
 *	idr_preload_end();
 *
 *    They belong to the CPU. An allocation that may not sleep takes them when there is nothing
 *    else; never in an interrupt handler, which would take them from under their owner. For numbers
 *    up to UINT_MAX one idr_alloc() needs no more than PRELOAD of them. idr_preload_end() gives
 *    back what is left, so nothing is kept between.
 *
 * 4. idr_alloc() knows numbers up to INT_MAX; idr_alloc_u32() all of u32.
 *
 * Contexts: what allocates as its flags say; what reads and removes, any.
 * Source: Linux's documented interface (core-api/idr.rst).
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include "internal.h"

#define PRELOAD XA_MOST_NODES(DIV_ROUND_UP(32, XA_SHIFT))

/* Of one CPU, preemption off. */
static DEFINE_PER_CPU(
	struct {
		struct xa_spares spares;
		unsigned int depth; /* of idr_preload() in each other */
	},
	preloads);

/* ---- Nodes ---- */

/**
 * idr_preload() - make sure that idr_alloc() finds memory where it may not sleep
 * @gfp: for nodes; without memory idr_alloc() may still fail
 *
 * Context: as @gfp. Preemption is off from here to idr_preload_end().
 */
void idr_preload(gfp_t gfp)
{
	struct xa_spares got = { .wanted = PRELOAD }, *mine;

	might_alloc(gfp);
	(void)xa_spares_fill(&got, gfp);
	preempt_disable();
	mine = &this_cpu_ptr(&preloads)->spares;
	this_cpu_ptr(&preloads)->depth++;
	while (got.nr && mine->nr < PRELOAD)
		xa_spares_add(mine, xa_spares_take(&got));
	xa_spares_free(&got);
}

/**
 * idr_preload_end() - the end of what idr_preload() began
 *
 * Context: as it was left by idr_preload(). Preemption is on again.
 */
void idr_preload_end(void)
{
	struct xa_spares left = {}, *mine = &this_cpu_ptr(&preloads)->spares;

	if (!--this_cpu_ptr(&preloads)->depth)
		swap(left, *mine);
	preempt_enable();
	xa_spares_free(&left);
}

static struct xa_node *take_preloaded(void)
{
	struct xa_node *node = NULL;
	struct xa_spares *mine;

	if (in_interrupt())
		return NULL;
	preempt_disable();
	mine = &this_cpu_ptr(&preloads)->spares;
	if (mine->nr)
		node = xa_spares_take(mine);
	preempt_enable();
	return node;
}

/* As many as are wanted: 0 or -ENOMEM. */
static int fill(struct xa_spares *s, gfp_t gfp)
{
	if (gfpflags_allow_blocking(gfp))
		return xa_spares_fill(s, gfp);
	while (xa_spares_fill(s, gfp | __GFP_NOWARN)) {
		struct xa_node *node = take_preloaded();

		if (!node)
			return -ENOMEM;
		xa_spares_add(s, node);
	}
	return 0;
}

/* ---- Handing out numbers ---- */

/* Memory that is zero and was never made an IDR. */
static void make_sure(struct idr *idr)
{
	if (WARN_ON_ONCE(!xa_track_free(&idr->idr_rt)))
		idr->idr_rt.xa_flags |= IDR_RT_MARKER;
}

/**
 * idr_alloc_u32() - the lowest free number from one on
 * @idr: the numbers
 * @ptr: what it stands for; NULL reserves it
 * @id: the lowest that will do; the number, before the pointer can be found
 * @max: the highest
 * @gfp: for nodes
 *
 * Context: as @gfp; the caller keeps others from changing it. Return: 0, -ENOMEM or -ENOSPC.
 */
int idr_alloc_u32(struct idr *idr, void *ptr, u32 *id, unsigned long max, gfp_t gfp)
{
	void *entry = ptr ? ptr : XA_ZERO_ENTRY;
	unsigned long base = idr->idr_base, index = *id < base ? 0 : *id - base;
	struct xa_spares spares = {};
	int err = 0;

	might_alloc(gfp);
	make_sure(idr);
	if (max < base || !xa_tree_find_free(&idr->idr_rt, &index, max - base))
		return -ENOSPC;
	if (!xa_tree_ready(&idr->idr_rt, index, entry, &spares))
		err = fill(&spares, gfp);
	if (!err) {
		*id = index + base;
		xa_tree_store(&idr->idr_rt, index, entry, &spares);
	}
	xa_spares_free(&spares);
	return err;
}

/**
 * idr_alloc() - the lowest free number in a range
 * @idr: the numbers
 * @ptr: what it stands for; NULL reserves it
 * @start: the lowest that will do
 * @end: one behind the highest; 0 and less: INT_MAX is the highest
 * @gfp: for nodes
 *
 * Context: as @gfp; the caller keeps others from changing it.
 * Return: the number; -ENOMEM; -ENOSPC: none is free; -EINVAL: @start is negative.
 */
int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id = start;
	int err;

	if (WARN_ON_ONCE(start < 0))
		return -EINVAL;
	err = idr_alloc_u32(idr, ptr, &id, end > 0 ? end - 1 : INT_MAX, gfp);
	return err ? err : (int)id;
}

/**
 * idr_alloc_cyclic() - the next free number in a range
 * @idr: the numbers
 * @ptr: what it stands for; NULL reserves it
 * @start: the lowest that will do
 * @end: as idr_alloc()'s
 * @gfp: for nodes
 *
 * Goes on behind the last one that it handed out, and from @start if there is none left.
 * Context and return: as idr_alloc().
 */
int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id = max_t(int, idr->idr_next, start);
	int max = end > 0 ? end - 1 : INT_MAX;
	int err = idr_alloc_u32(idr, ptr, &id, max, gfp);

	if (err == -ENOSPC && id > start) {
		id = start;
		err = idr_alloc_u32(idr, ptr, &id, max, gfp);
	}
	if (err)
		return err;
	WRITE_ONCE(idr->idr_next, id + 1);
	return id;
}

/* ---- By number ---- */

/**
 * idr_find() - what a number stands for
 * @idr: the numbers
 * @id: which
 *
 * Context: any; under rcu_read_lock(), or changes kept away. Return: NULL also if it is not in use.
 */
void *idr_find(const struct idr *idr, unsigned long id)
{
	void *entry;

	rcu_read_lock();
	entry = xa_tree_load(&idr->idr_rt, id - idr->idr_base);
	rcu_read_unlock();
	return xa_hide_zero(entry);
}

/**
 * idr_remove() - a number is free again
 * @idr: the numbers
 * @id: which
 *
 * Context: any; the caller keeps others from changing it. Return: what it stood for.
 */
void *idr_remove(struct idr *idr, unsigned long id)
{
	return xa_hide_zero(xa_tree_erase(&idr->idr_rt, id - idr->idr_base));
}

/**
 * idr_replace() - let a number stand for something else
 * @idr: the numbers
 * @ptr: what from now on
 * @id: which
 *
 * Context: any; the caller keeps others from changing it.
 * Return: what it stood for; ERR_PTR(-ENOENT): it is not in use; ERR_PTR(-ENOMEM), for pointers
 * only whose lowest bits are 2 and which would be alone at the base: these take a node.
 */
void *idr_replace(struct idr *idr, void *ptr, unsigned long id)
{
	void *entry = ptr ? ptr : XA_ZERO_ENTRY;
	struct xa_spares spares = {};
	unsigned long index = id - idr->idr_base;

	if (!xa_tree_load(&idr->idr_rt, index))
		return ERR_PTR(-ENOENT);
	if (!xa_tree_ready(&idr->idr_rt, index, entry, &spares) && fill(&spares, GFP_ATOMIC)) {
		xa_spares_free(&spares);
		return ERR_PTR(-ENOMEM);
	}
	entry = xa_tree_store(&idr->idr_rt, index, entry, &spares);
	return xa_hide_zero(entry);
}

/* ---- All of them ---- */

/**
 * idr_get_next_ul() - the first number from one on that stands for something
 * @idr: the numbers
 * @nextid: where to start; which it is
 *
 * Context: as idr_find(). Return: what it stands for; NULL: there is none.
 */
void *idr_get_next_ul(struct idr *idr, unsigned long *nextid)
{
	unsigned long base = idr->idr_base, index = *nextid < base ? 0 : *nextid - base;
	void *entry;

	rcu_read_lock();
	entry = xa_tree_find_entry(&idr->idr_rt, &index, ULONG_MAX, WANT_PRESENT);
	rcu_read_unlock();
	if (entry)
		*nextid = index + base;
	return entry;
}

/**
 * idr_get_next() - idr_get_next_ul() for numbers up to INT_MAX
 * @idr: the numbers
 * @nextid: where to start; which it is
 */
void *idr_get_next(struct idr *idr, int *nextid)
{
	unsigned long id = *nextid;
	void *entry = idr_get_next_ul(idr, &id);

	if (!entry || WARN_ON_ONCE(id > INT_MAX))
		return NULL;
	*nextid = id;
	return entry;
}

/**
 * idr_for_each() - call a function for each number that stands for something, in order
 * @idr: the numbers
 * @fn: the function; what isn't 0 ends it
 * @data: its last argument
 *
 * Context: as idr_find(), and as @fn. Return: 0, or what @fn ended it with.
 */
int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data)
{
	int id, err = 0;
	void *entry;

	idr_for_each_entry((struct idr *)idr, entry, id) {
		err = fn(id, entry, data);
		if (err || id == INT_MAX)
			break;
	}
	return err;
}

/**
 * idr_destroy() - free what the numbers take up
 * @idr: the numbers; none is in use afterwards, and it can be used again
 *
 * What they stood for is its owner's. Context: any but NMI; nobody else changes it.
 */
void idr_destroy(struct idr *idr)
{
	xa_tree_free(xa_tree_detach(&idr->idr_rt));
}
