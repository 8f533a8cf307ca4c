// SPDX-License-Identifier: MIT
/*
 * IDA: numbers in use, without anything that they stand for.
 *
 * 1. Model. An array (tree.c) of bitmaps with 1,024 bits; number n is bit n % 1024 of that at index
 *    n / 1024. As long as only the first 63 bits of a bitmap are used it is a value in the array
 *    itself, so that few numbers need no memory at all:
 *
 *	nothing ──bit < 63──► value ──bit ≥ 63──► struct ida_bitmap
 *	   └────────────────bit ≥ 63─────────────────┘
 *
 *    What is emptied is taken out; a bitmap does not become a value again.
 *
 * 2. Free. The array's mark for what is free means: this index, or some bit of its bitmap, is. So
 *    the search passes over full bitmaps as it passes over entries of other arrays.
 *
 * 3. Memory. As with the array: under the lock it is seen what is needed, which is allocated
 *    without it; then all is looked at again.
 *
 * Invariants (ida_valid())
 *    I1  No entry is an empty bitmap.
 *    I2  An entry has the mark unless it is a bitmap with all bits set.
 *
 * Locks: the array's, interrupts off. Contexts: any but NMI, allocating as the flags say.
 * Complexity: levels², and 16 words.
 * Source: Linux's documented interface (core-api/idr.rst).
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <quarry/assert.h>
#include "internal.h"

#define BITS	   IDA_BITMAP_BITS
#define VALUE_BITS BITS_PER_XA_VALUE

/* What an allocation needs, as far as it is known */
struct supply {
	struct xa_spares nodes;
	struct ida_bitmap *bitmap; /* all zero */
	bool bitmap_wanted;
};

/* ---- Bitmaps ---- */

static unsigned int first_zero(void *entry, unsigned int bit)
{
	struct ida_bitmap *b = entry;
	unsigned long value;

	if (!entry)
		return bit;
	if (!xa_is_value(entry))
		return find_next_zero_bit(b->bitmap, BITS, bit);
	value = xa_to_value(entry);
	while (bit < VALUE_BITS && (value & BIT(bit)))
		bit++;
	return bit;
}

static bool has_bit(void *entry, unsigned int bit)
{
	if (xa_is_value(entry))
		return bit < VALUE_BITS && (xa_to_value(entry) & BIT(bit));
	return entry && test_bit(bit, ((struct ida_bitmap *)entry)->bitmap);
}

/* ---- Handing out: the lock is held ---- */

/* The lowest number from `min` to `max` that is free; -ENOSPC. */
static int lowest_free(struct ida *ida, unsigned int min, unsigned int max)
{
	unsigned long index = min / BITS;
	unsigned int bit = min % BITS;

	while (xa_tree_find_free(&ida->xa, &index, max / BITS)) {
		if (index > min / BITS)
			bit = 0;
		bit = first_zero(xa_tree_load(&ida->xa, index), bit);
		if (bit < BITS)
			return index * BITS + bit <= max ? (int)(index * BITS + bit) : -ENOSPC;
		index++;
	}
	return -ENOSPC;
}

/* What stands at the index of a bit once that is set; NULL: it takes a bitmap that isn't there. */
static void *with_bit(void *entry, unsigned int bit, struct supply *s)
{
	struct ida_bitmap *b = entry;

	if (bit < VALUE_BITS && (!entry || xa_is_value(entry)))
		return xa_mk_value((entry ? xa_to_value(entry) : 0) | BIT(bit));
	if (!entry || xa_is_value(entry)) {
		s->bitmap_wanted = !s->bitmap;
		if (s->bitmap_wanted)
			return NULL;
		b = s->bitmap;
		b->bitmap[0] = entry ? xa_to_value(entry) : 0;
	}
	return b;
}

/* Take a free number. -EAGAIN: something is lacking. */
static int take(struct ida *ida, unsigned int id, struct supply *s)
{
	unsigned long index = id / BITS;
	unsigned int bit = id % BITS;
	void *entry = with_bit(xa_tree_load(&ida->xa, index), bit, s);

	if (!xa_tree_ready(&ida->xa, index, entry, &s->nodes) || !entry)
		return -EAGAIN;
	if (entry == s->bitmap)
		s->bitmap = NULL;
	xa_tree_store(&ida->xa, index, entry, &s->nodes);
	if (xa_is_value(entry)) {
		xa_tree_mark(&ida->xa, index, MARK_FREE, true);
		return 0;
	}
	__set_bit(bit, ((struct ida_bitmap *)entry)->bitmap);
	if (!bitmap_full(((struct ida_bitmap *)entry)->bitmap, BITS))
		xa_tree_mark(&ida->xa, index, MARK_FREE, true);
	return 0;
}

/* 0 or -ENOMEM */
static int provide(struct supply *s, gfp_t gfp)
{
	if (s->bitmap_wanted && !s->bitmap)
		s->bitmap = kzalloc(sizeof(*s->bitmap), gfp);
	if (s->bitmap_wanted && !s->bitmap)
		return -ENOMEM;
	return xa_spares_fill(&s->nodes, gfp);
}

/**
 * ida_alloc_range() - the lowest free number in a range
 * @ida: the numbers
 * @min: the lowest that will do
 * @max: the highest; above INT_MAX it is INT_MAX
 * @gfp: for bitmaps and nodes
 *
 * Context: as @gfp; any but NMI. Return: the number, -ENOMEM, or -ENOSPC: none is free.
 */
int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	struct supply s = {};
	unsigned long flags;
	int id, err;

	might_alloc(gfp);
	if (min > INT_MAX)
		return -ENOSPC;
	max = min_t(unsigned int, max, INT_MAX);
	do {
		xa_lock_irqsave(&ida->xa, flags);
		id = lowest_free(ida, min, max);
		err = id < 0 ? id : take(ida, id, &s);
		xa_unlock_irqrestore(&ida->xa, flags);
		if (err == -EAGAIN && provide(&s, gfp))
			err = -ENOMEM;
	} while (err == -EAGAIN);
	xa_spares_free(&s.nodes);
	kfree(s.bitmap);
	return err ? err : id;
}

/* ---- Taking back ---- */

/* The lock is held; the number is in use. Returns a bitmap that is not needed any more. */
static struct ida_bitmap *give_back(struct ida *ida, unsigned long index, unsigned int bit)
{
	void *entry = xa_tree_load(&ida->xa, index);
	struct ida_bitmap *b = entry;
	struct xa_spares none = {};

	if (xa_is_value(entry)) {
		unsigned long left = xa_to_value(entry) & ~BIT(bit);

		if (left) {
			xa_tree_store(&ida->xa, index, xa_mk_value(left), &none);
			xa_tree_mark(&ida->xa, index, MARK_FREE, true);
		} else {
			xa_tree_erase(&ida->xa, index);
		}
		return NULL;
	}
	__clear_bit(bit, b->bitmap);
	xa_tree_mark(&ida->xa, index, MARK_FREE, true);
	if (!bitmap_empty(b->bitmap, BITS))
		return NULL;
	xa_tree_erase(&ida->xa, index);
	return b;
}

/**
 * ida_free() - a number is free again
 * @ida: the numbers
 * @id: which; a warning if it is not in use
 *
 * Context: any but NMI.
 */
void ida_free(struct ida *ida, unsigned int id)
{
	struct ida_bitmap *unused = NULL;
	unsigned long flags;
	bool used;

	if (id > INT_MAX)
		return;
	xa_lock_irqsave(&ida->xa, flags);
	used = has_bit(xa_tree_load(&ida->xa, id / BITS), id % BITS);
	if (used)
		unused = give_back(ida, id / BITS, id % BITS);
	xa_unlock_irqrestore(&ida->xa, flags);
	kfree(unused);
	WARN(!used, "ida_free called for id=%u which is not allocated.\n", id);
}

/**
 * ida_exists() - is a number in use?
 * @ida: the numbers
 * @id: which
 *
 * Context: any but NMI.
 */
bool ida_exists(struct ida *ida, unsigned int id)
{
	unsigned long flags;
	bool used;

	xa_lock_irqsave(&ida->xa, flags);
	used = id <= INT_MAX && has_bit(xa_tree_load(&ida->xa, id / BITS), id % BITS);
	xa_unlock_irqrestore(&ida->xa, flags);
	return used;
}

/**
 * ida_destroy() - free what the numbers take up
 * @ida: the numbers; none is in use afterwards, and it can be used again
 *
 * Not needed if all were given back. Context: any but NMI.
 */
void ida_destroy(struct ida *ida)
{
	unsigned long flags, index = 0;
	struct xa_node *top;
	void *entry;

	xa_lock_irqsave(&ida->xa, flags);
	xa_for_each(&ida->xa, index, entry) {
		if (!xa_is_value(entry))
			kfree(entry);
	}
	top = xa_tree_detach(&ida->xa);
	xa_unlock_irqrestore(&ida->xa, flags);
	xa_tree_free(top);
}

/* ---- Invariants ---- */

bool ida_valid(struct ida *ida)
{
	unsigned long index;
	void *entry;

	xa_for_each(&ida->xa, index, entry) {
		const struct ida_bitmap *b = xa_is_value(entry) ? NULL : entry;
		bool full = b && bitmap_full(b->bitmap, BITS);

		if (!INVARIANT(1, b ? !bitmap_empty(b->bitmap, BITS) : xa_to_value(entry)))
			return false;
		if (!INVARIANT(2, xa_tree_marked(&ida->xa, index, MARK_FREE) == !full))
			return false;
	}
	return xa_valid(&ida->xa);
}
