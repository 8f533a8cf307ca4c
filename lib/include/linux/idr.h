/* SPDX-License-Identifier: MIT */
/*
 * Numbers for things: IDR, which knows the thing by its number, and IDA, numbers alone. Names and
 * behaviour are Linux 6.12's; theory in lib/xarray/idr.c and lib/xarray/ida.c.
 *
 *	DEFINE_IDR(sessions);				DEFINE_IDA(minors);
 *
 *	mutex_lock(&lock);				minor = ida_alloc_max(&minors, 255,
 *	GFP_KERNEL); id = idr_alloc(&sessions, s, 1, 0, GFP_KERNEL);	...
 *	mutex_unlock(&lock);				ida_free(&minors, minor);
 *
 *	rcu_read_lock();
 *	s = idr_find(&sessions, id);
 *
 * An IDR's user keeps its changes apart, by idr_lock() or a lock of his own; idr_find() and the
 * loops need rcu_read_lock() only. An IDA has its own lock. For new code Linux advises xa_alloc().
 */
#ifndef LINUX_IDR_H
#define LINUX_IDR_H

#include <linux/gfp.h>
#include <linux/preempt.h>
#include <linux/types.h>
#include <linux/xarray.h>

/* ---- IDR ---- */

/**
 * struct idr - numbers with a pointer each
 * @idr_rt: the pointers; what is in use with NULL is reserved there
 * @idr_base: the lowest number
 * @idr_next: where idr_alloc_cyclic() goes on
 */
struct idr {
	struct xarray idr_rt;
	unsigned int idr_base;
	unsigned int idr_next;
};

#define IDR_RT_MARKER XA_FLAGS_ALLOC

#define IDR_INIT_BASE(name, base)                                                             \
	{                                                                                     \
		.idr_rt = XARRAY_INIT(name, IDR_RT_MARKER), .idr_base = (base), .idr_next = 0 \
	}
#define IDR_INIT(name)	 IDR_INIT_BASE(name, 0)
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name.idr_rt)

/* An empty one, whose numbers start at `base`. */
static inline void idr_init_base(struct idr *idr, int base)
{
	xa_init_flags(&idr->idr_rt, IDR_RT_MARKER);
	idr->idr_base = base;
	idr->idr_next = 0;
}

static inline void idr_init(struct idr *idr)
{
	idr_init_base(idr, 0);
}

/* Is no number in use? */
static inline bool idr_is_empty(const struct idr *idr)
{
	return xa_empty(&idr->idr_rt);
}

static inline unsigned int idr_get_cursor(const struct idr *idr)
{
	return READ_ONCE(idr->idr_next);
}

static inline void idr_set_cursor(struct idr *idr, unsigned int val)
{
	WRITE_ONCE(idr->idr_next, val);
}

#define idr_lock(idr)			  xa_lock(&(idr)->idr_rt)
#define idr_unlock(idr)			  xa_unlock(&(idr)->idr_rt)
#define idr_lock_bh(idr)		  xa_lock_bh(&(idr)->idr_rt)
#define idr_unlock_bh(idr)		  xa_unlock_bh(&(idr)->idr_rt)
#define idr_lock_irq(idr)		  xa_lock_irq(&(idr)->idr_rt)
#define idr_unlock_irq(idr)		  xa_unlock_irq(&(idr)->idr_rt)
#define idr_lock_irqsave(idr, flags)	  xa_lock_irqsave(&(idr)->idr_rt, flags)
#define idr_unlock_irqrestore(idr, flags) xa_unlock_irqrestore(&(idr)->idr_rt, flags)

void idr_preload(gfp_t gfp);
void idr_preload_end(void);

int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
int __must_check idr_alloc_u32(struct idr *idr, void *ptr, u32 *id, unsigned long max, gfp_t gfp);
int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp);
void *idr_remove(struct idr *idr, unsigned long id);
void *idr_find(const struct idr *idr, unsigned long id);
void *idr_replace(struct idr *idr, void *ptr, unsigned long id);
int idr_for_each(const struct idr *idr, int (*fn)(int id, void *p, void *data), void *data);
void *idr_get_next(struct idr *idr, int *nextid);
void *idr_get_next_ul(struct idr *idr, unsigned long *nextid);
void idr_destroy(struct idr *idr);

/* Go through the pointers that aren't NULL, in order. @id is an int; with _ul, unsigned long. */
#define idr_for_each_entry(idr, entry, id) \
	for (id = 0; ((entry) = idr_get_next((idr), &(id))) != NULL; id += 1U)
/* @tmp, unsigned long, is how it is seen that the last number was passed. */
#define idr_for_each_entry_ul(idr, entry, tmp, id) \
	for (tmp = 0, id = 0;                      \
	     ((entry) = tmp <= id ? idr_get_next_ul((idr), &(id)) : NULL) != NULL; tmp = id, ++id)
#define idr_for_each_entry_continue(idr, entry, id)       \
	for ((entry) = idr_get_next((idr), &(id)); entry; \
	     ++id, (entry) = idr_get_next((idr), &(id)))
#define idr_for_each_entry_continue_ul(idr, entry, tmp, id)                                  \
	for (tmp = id; ((entry) = tmp <= id ? idr_get_next_ul((idr), &(id)) : NULL) != NULL; \
	     tmp = id, ++id)

/* ---- IDA ---- */

#define IDA_CHUNK_SIZE	 128 /* bytes: a node's array of slots has 512, a cache line 64 */
#define IDA_BITMAP_LONGS (IDA_CHUNK_SIZE / sizeof(long))
#define IDA_BITMAP_BITS	 (IDA_BITMAP_LONGS * sizeof(long) * 8)

struct ida_bitmap {
	unsigned long bitmap[IDA_BITMAP_LONGS];
};

/**
 * struct ida - numbers in use
 * @xa: bitmaps of IDA_BITMAP_BITS each
 */
struct ida {
	struct xarray xa;
};

#define IDA_INIT_FLAGS (XA_FLAGS_LOCK_IRQ | XA_FLAGS_ALLOC)

#define IDA_INIT(name)                                  \
	{                                               \
		.xa = XARRAY_INIT(name, IDA_INIT_FLAGS) \
	}
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name.xa)

static inline void ida_init(struct ida *ida)
{
	xa_init_flags(&ida->xa, IDA_INIT_FLAGS);
}

static inline bool ida_is_empty(const struct ida *ida)
{
	return xa_empty(&ida->xa);
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp);
void ida_free(struct ida *ida, unsigned int id);
void ida_destroy(struct ida *ida);
bool ida_exists(struct ida *ida, unsigned int id);

/* The lowest number that is free; at least @min; at most @max. -ENOMEM or -ENOSPC. */
static inline int ida_alloc(struct ida *ida, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, ~0U, gfp);
}

static inline int ida_alloc_min(struct ida *ida, unsigned int min, gfp_t gfp)
{
	return ida_alloc_range(ida, min, ~0U, gfp);
}

static inline int ida_alloc_max(struct ida *ida, unsigned int max, gfp_t gfp)
{
	return ida_alloc_range(ida, 0, max, gfp);
}

#endif
