/* SPDX-License-Identifier: MIT */
/*
 * Searching bit maps
 * ==================
 *
 * One scan serves all searches. It looks for a set bit in a sequence of words, where word i is made
 * by the caller's rule from the maps: the map's word, its complement (for zero bits), the
 * combination of two maps. The rule is a constant at each call, so the compiler makes one straight
 * loop out of each search.
 *
 *	      from			  size
 *	 word |....xxxxxx|xxxxxxxxxx|xxxxxx....|
 *	       ^^^^ masked off		   ^^^^ whatever is found there is cut to `size`
 *
 * Invariants
 *   I1  Only words that hold a bit of [from, size) are read.
 *   I2  The result r is in [from, size], and r < size exactly if a bit was found; from >= size
 *       gives size.
 *
 * Contexts: any, also while other CPUs change bits (each word is read once). Complexity: O((size -
 * from) / 64).
 */
#include <linux/bitops.h>
#include <linux/bitmap.h>

enum word_rule { WORD_OF_A, WORD_NOT_A, WORD_A_AND_B, WORD_A_ANDNOT_B, WORD_A_OR_B };

static __always_inline unsigned long word_by(enum word_rule rule, const unsigned long *a,
					     const unsigned long *b, unsigned long i)
{
	unsigned long w = READ_ONCE(a[i]);

	switch (rule) {
	case WORD_NOT_A:
		return ~w;
	case WORD_A_AND_B:
		return w & READ_ONCE(b[i]);
	case WORD_A_ANDNOT_B:
		return w & ~READ_ONCE(b[i]);
	case WORD_A_OR_B:
		return w | READ_ONCE(b[i]);
	default:
		return w;
	}
}

static __always_inline unsigned long scan(enum word_rule rule, const unsigned long *a,
					  const unsigned long *b, unsigned long size,
					  unsigned long from)
{
	unsigned long i = BIT_WORD(from), w, found;

	if (from >= size)
		return size;
	w = word_by(rule, a, b, i) & BITMAP_FIRST_WORD_MASK(from);
	while (!w) {
		if (++i * BITS_PER_LONG >= size)
			return size;
		w = word_by(rule, a, b, i);
	}
	found = i * BITS_PER_LONG + __ffs(w);
	return found < size ? found : size;
}

/**
 * find_next_bit - first set bit at or after `from`, `size` if none
 */
unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long from)
{
	return scan(WORD_OF_A, map, NULL, size, from);
}

/**
 * find_next_zero_bit - first clear bit at or after `from`, `size` if none
 */
unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long from)
{
	return scan(WORD_NOT_A, map, NULL, size, from);
}

/**
 * find_next_and_bit - first bit at or after `from` that is set in both maps, `size` if none
 */
unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
				unsigned long from)
{
	return scan(WORD_A_AND_B, a, b, size, from);
}

/**
 * find_next_andnot_bit - first bit at or after `from` that is set in a and not in b, else `size`
 */
unsigned long find_next_andnot_bit(const unsigned long *a, const unsigned long *b,
				   unsigned long size, unsigned long from)
{
	return scan(WORD_A_ANDNOT_B, a, b, size, from);
}

/**
 * find_next_or_bit - first bit at or after `from` that is set in one of the maps, else `size`
 */
unsigned long find_next_or_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
			       unsigned long from)
{
	return scan(WORD_A_OR_B, a, b, size, from);
}

/**
 * find_nth_bit - the n-th set bit, counted from 0, `size` if there are not so many
 */
unsigned long find_nth_bit(const unsigned long *map, unsigned long size, unsigned long n)
{
	for (unsigned long i = 0; i < BITS_TO_LONGS(size); i++) {
		unsigned long w = READ_ONCE(map[i]), weight;

		if (i == BITS_TO_LONGS(size) - 1)
			w &= BITMAP_LAST_WORD_MASK(size);
		weight = hweight_long(w);
		if (n < weight)
			return i * BITS_PER_LONG + fns(w, n);
		n -= weight;
	}
	return size;
}

/**
 * find_last_bit - highest set bit below `size`, `size` if none
 */
unsigned long find_last_bit(const unsigned long *map, unsigned long size)
{
	unsigned long mask = BITMAP_LAST_WORD_MASK(size);

	for (unsigned long i = BITS_TO_LONGS(size); i--; mask = ~0UL) {
		unsigned long w = map[i] & mask;

		if (w)
			return i * BITS_PER_LONG + __fls(w);
	}
	return size;
}
