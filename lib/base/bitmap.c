/* SPDX-License-Identifier: MIT */
/*
 * Bit maps
 * ========
 *
 * A map of n bits occupies BITS_TO_LONGS(n) words; the bits of the last word beyond n belong to
 * nobody. Operations work word by word.
 *
 * Invariants
 *   I1  A question (equal, empty, weight, …) never depends on the bits beyond n: the last word is
 *       masked first.
 *   I2  bitmap_zero, bitmap_fill and the combining operations write whole words; bitmap_fill leaves
 *       the bits beyond n clear.
 *   I3  bitmap_set and bitmap_clear change only the bits they name.
 *
 * Locks: none; the caller serialises writers. Complexity: O(n / 64); find_next_zero_area O(n) in
 * the number of runs it meets.
 */
#include <linux/bitmap.h>
#include <linux/string.h>
#include <linux/align.h>

/**
 * bitmap_zero - clear all
 */
void bitmap_zero(unsigned long *dst, unsigned int nbits)
{
	memset(dst, 0, BITS_TO_LONGS(nbits) * sizeof(long));
}

/**
 * bitmap_fill - set all
 */
void bitmap_fill(unsigned long *dst, unsigned int nbits)
{
	unsigned int words = BITS_TO_LONGS(nbits);

	if (!words)
		return;
	memset(dst, 0xff, words * sizeof(long));
	dst[words - 1] = BITMAP_LAST_WORD_MASK(nbits);
}

/**
 * bitmap_copy - copy whole words
 */
void bitmap_copy(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	memcpy(dst, src, BITS_TO_LONGS(nbits) * sizeof(long));
}

/* The bits of word i that lie in [start, end). */
static unsigned long word_part(unsigned long i, unsigned long start, unsigned long end)
{
	unsigned long mask = ~0UL;

	if (i == BIT_WORD(start))
		mask &= BITMAP_FIRST_WORD_MASK(start);
	if (i == BIT_WORD(end - 1))
		mask &= BITMAP_LAST_WORD_MASK(end);
	return mask;
}

/**
 * bitmap_set - set `len` bits from `start` on
 */
void bitmap_set(unsigned long *map, unsigned int start, unsigned int len)
{
	unsigned long end = (unsigned long)start + len;

	for (unsigned long i = BIT_WORD(start); len && i <= BIT_WORD(end - 1); i++)
		map[i] |= word_part(i, start, end);
}

/**
 * bitmap_clear - clear `len` bits from `start` on
 */
void bitmap_clear(unsigned long *map, unsigned int start, unsigned int len)
{
	unsigned long end = (unsigned long)start + len;

	for (unsigned long i = BIT_WORD(start); len && i <= BIT_WORD(end - 1); i++)
		map[i] &= ~word_part(i, start, end);
}

/* The mask of the bits of word i that belong to a map of nbits. */
static unsigned long valid_part(unsigned int i, unsigned int nbits)
{
	return i == nbits / BITS_PER_LONG ? BITMAP_LAST_WORD_MASK(nbits) : ~0UL;
}

/**
 * bitmap_and - dst = a & b; is anything set in it?
 */
bool bitmap_and(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		unsigned int nbits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		any |= (dst[i] = a[i] & b[i] & valid_part(i, nbits));
	return any;
}

/**
 * bitmap_andnot - dst = a & ~b; is anything set in it?
 */
bool bitmap_andnot(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		   unsigned int nbits)
{
	unsigned long any = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		any |= (dst[i] = a[i] & ~b[i] & valid_part(i, nbits));
	return any;
}

/**
 * bitmap_or - dst = a | b
 */
void bitmap_or(unsigned long *dst, const unsigned long *a, const unsigned long *b,
	       unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] | b[i];
}

/**
 * bitmap_xor - dst = a ^ b
 */
void bitmap_xor(unsigned long *dst, const unsigned long *a, const unsigned long *b,
		unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = a[i] ^ b[i];
}

/**
 * bitmap_complement - dst = ~src, the bits beyond nbits clear
 */
void bitmap_complement(unsigned long *dst, const unsigned long *src, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		dst[i] = ~src[i] & valid_part(i, nbits);
}

/**
 * bitmap_equal - same bits?
 */
bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		if ((a[i] ^ b[i]) & valid_part(i, nbits))
			return false;
	return true;
}

/**
 * bitmap_intersects - a bit in common?
 */
bool bitmap_intersects(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	return find_next_and_bit(a, b, nbits, 0) < nbits;
}

/**
 * bitmap_subset - is every bit of a in b?
 */
bool bitmap_subset(const unsigned long *a, const unsigned long *b, unsigned int nbits)
{
	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		if (a[i] & ~b[i] & valid_part(i, nbits))
			return false;
	return true;
}

/**
 * bitmap_empty - no bit set?
 */
bool bitmap_empty(const unsigned long *map, unsigned int nbits)
{
	return find_first_bit(map, nbits) == nbits;
}

/**
 * bitmap_full - every bit set?
 */
bool bitmap_full(const unsigned long *map, unsigned int nbits)
{
	return find_first_zero_bit(map, nbits) == nbits;
}

/**
 * bitmap_weight - number of bits set
 */
unsigned int bitmap_weight(const unsigned long *map, unsigned int nbits)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < BITS_TO_LONGS(nbits); i++)
		n += hweight_long(map[i] & valid_part(i, nbits));
	return n;
}

/**
 * bitmap_find_next_zero_area - first aligned run of zero bits
 *
 * Jumps from obstacle to obstacle: a set bit inside the candidate makes the bit behind it the next
 * place to try.
 */
unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
					 unsigned long start, unsigned int len,
					 unsigned long align_mask)
{
	for (;;) {
		unsigned long at = find_next_zero_bit(map, size, start), obstacle;

		at = (at + align_mask) & ~align_mask;
		if (at + len > size)
			return size + 1;
		obstacle = find_next_bit(map, at + len, at);
		if (obstacle >= at + len)
			return at;
		start = obstacle + 1;
	}
}
