/* SPDX-License-Identifier: MIT */
/*
 * Single bits and searches for them. Bit nr of a map is bit nr % 64 of word nr / 64.
 *
 * The names without underscores are atomic: set_bit, clear_bit and change_bit order nothing, the
 * test_and_* are full barriers. The __ variants are for maps that only one context touches.
 */
#ifndef LINUX_BITOPS_H
#define LINUX_BITOPS_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bits.h>
#include <asm/atomic.h>
#include <asm/barrier.h>

#define BITS_PER_TYPE(type) (sizeof(type) * BITS_PER_BYTE)
#define BITS_TO_LONGS(n)    (((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_BYTES(n)    (((n) + BITS_PER_BYTE - 1) / BITS_PER_BYTE)
#define BITS_TO_U64(n)	    (((n) + 63) / 64)
#define BITS_TO_U32(n)	    (((n) + 31) / 32)

/* The first n bytes of a word as they stand in memory. */
#define aligned_byte_mask(n) ((1UL << 8 * (n)) - 1)

static __always_inline void set_bit(unsigned long nr, volatile unsigned long *map)
{
	arch_or(&map[BIT_WORD(nr)], BIT_MASK(nr));
}

static __always_inline void clear_bit(unsigned long nr, volatile unsigned long *map)
{
	arch_and(&map[BIT_WORD(nr)], ~BIT_MASK(nr));
}

static __always_inline void change_bit(unsigned long nr, volatile unsigned long *map)
{
	arch_xor(&map[BIT_WORD(nr)], BIT_MASK(nr));
}

static __always_inline bool test_bit(unsigned long nr, const volatile unsigned long *map)
{
	return READ_ONCE(map[BIT_WORD(nr)]) >> (nr % BITS_PER_LONG) & 1;
}

/* What follows is not done before: pairs with clear_bit_unlock() and other releases. */
static __always_inline bool test_bit_acquire(unsigned long nr, const volatile unsigned long *map)
{
	return smp_load_acquire(&map[BIT_WORD(nr)]) >> (nr % BITS_PER_LONG) & 1;
}

static __always_inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *map)
{
	return arch_fetch_or(&map[BIT_WORD(nr)], BIT_MASK(nr)) & BIT_MASK(nr);
}

static __always_inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *map)
{
	return arch_fetch_and(&map[BIT_WORD(nr)], ~BIT_MASK(nr)) & BIT_MASK(nr);
}

static __always_inline bool test_and_change_bit(unsigned long nr, volatile unsigned long *map)
{
	return arch_fetch_xor(&map[BIT_WORD(nr)], BIT_MASK(nr)) & BIT_MASK(nr);
}

/* A bit as a lock: acquire and release. */
static __always_inline bool test_and_set_bit_lock(unsigned long nr, volatile unsigned long *map)
{
	return arch_fetch_or_order(&map[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_ACQUIRE) &
	       BIT_MASK(nr);
}

static __always_inline void clear_bit_unlock(unsigned long nr, volatile unsigned long *map)
{
	(void)arch_fetch_and_order(&map[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_RELEASE);
}

/* Where only the holder of the bit changes the word. */
static __always_inline void __clear_bit_unlock(unsigned long nr, volatile unsigned long *map)
{
	smp_store_release(&map[BIT_WORD(nr)], READ_ONCE(map[BIT_WORD(nr)]) & ~BIT_MASK(nr));
}

/*
 * Flip the bits of `mask` (below bit 7) with release order: was bit 7 of that byte set? A lock in
 * one bit and "somebody waits" in bit 7 are given back so with one operation.
 */
static __always_inline bool xor_unlock_is_negative_byte(unsigned long mask,
							volatile unsigned long *word)
{
	return arch_fetch_xor_order(word, mask, __ATOMIC_RELEASE) & BIT(7);
}

static __always_inline void __set_bit(unsigned long nr, volatile unsigned long *map)
{
	map[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static __always_inline void __clear_bit(unsigned long nr, volatile unsigned long *map)
{
	map[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static __always_inline void __change_bit(unsigned long nr, volatile unsigned long *map)
{
	map[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static __always_inline bool __test_and_set_bit(unsigned long nr, volatile unsigned long *map)
{
	bool old = test_bit(nr, map);

	__set_bit(nr, map);
	return old;
}

static __always_inline bool __test_and_clear_bit(unsigned long nr, volatile unsigned long *map)
{
	bool old = test_bit(nr, map);

	__clear_bit(nr, map);
	return old;
}

static __always_inline bool __test_and_change_bit(unsigned long nr, volatile unsigned long *map)
{
	bool old = test_bit(nr, map);

	__change_bit(nr, map);
	return old;
}

#define assign_bit(nr, map, value)   ((value) ? set_bit((nr), (map)) : clear_bit((nr), (map)))
#define __assign_bit(nr, map, value) ((value) ? __set_bit((nr), (map)) : __clear_bit((nr), (map)))

/* Counted from 1; 0 when no bit is set. */
static __always_inline __attribute_const__ int ffs(int x)
{
	return __builtin_ffs(x);
}

static __always_inline __attribute_const__ int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static __always_inline __attribute_const__ int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static __always_inline __attribute_const__ int fls_long(unsigned long x)
{
	return fls64(x);
}

/* Counted from 0; the argument must have such a bit. */
static __always_inline __attribute_const__ unsigned long __ffs(unsigned long x)
{
	return __builtin_ctzl(x);
}

static __always_inline __attribute_const__ unsigned long __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

static __always_inline __attribute_const__ unsigned long __fls(unsigned long x)
{
	return 63 - __builtin_clzl(x);
}

static __always_inline __attribute_const__ unsigned long ffz(unsigned long x)
{
	return __builtin_ctzl(~x);
}

/*
 * Bits set. In parallel sums of 2, 4 and 8 bits: the builtin would call a library that is not
 * there.
 */
static inline __attribute_const__ unsigned int hweight64(u64 x)
{
	x -= (x >> 1) & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + ((x >> 2) & 0x3333333333333333ULL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (x * 0x0101010101010101ULL) >> 56;
}

#define hweight_long(x) hweight64(x)
#define hweight32(x)	hweight64((u32)(x))
#define hweight16(x)	hweight64((u16)(x))
#define hweight8(x)	hweight64((u8)(x))

/* Rotations, by any number of places. */
#define __ROTATIONS(n)                                                                      \
	static __always_inline __attribute_const__ u##n rol##n(u##n x, unsigned int places) \
	{                                                                                   \
		return (x << (places & (n - 1))) | (x >> (-places & (n - 1)));              \
	}                                                                                   \
	static __always_inline __attribute_const__ u##n ror##n(u##n x, unsigned int places) \
	{                                                                                   \
		return rol##n(x, -places & (n - 1));                                        \
	}
__ROTATIONS(8)
__ROTATIONS(16)
__ROTATIONS(32)
__ROTATIONS(64)

/* The number whose two's complement stands in bits 0 … index, index being the sign. */
static __always_inline __attribute_const__ s32 sign_extend32(u32 value, int index)
{
	return (s32)(value << (31 - index)) >> (31 - index);
}

static __always_inline __attribute_const__ s64 sign_extend64(u64 value, int index)
{
	return (s64)(value << (63 - index)) >> (63 - index);
}

/* The least n with 2^n >= count; -1 for none at all. */
static __always_inline __attribute_const__ int get_count_order(unsigned int count)
{
	return count ? fls(count - 1) : -1;
}

static __always_inline __attribute_const__ int get_count_order_long(unsigned long count)
{
	return count ? fls_long(count - 1) : -1;
}

/* The place of the n-th set bit (n from 0); BITS_PER_LONG if there are not so many. */
static inline __attribute_const__ unsigned long fns(unsigned long word, unsigned int n)
{
	while (word && n--)
		word &= word - 1;
	return word ? __ffs(word) : BITS_PER_LONG;
}

/* Set the bits `set` and clear `mask` in *ptr as one change; the value before. */
#define set_mask_bits(ptr, mask, set)                                          \
	({                                                                     \
		const __typeof__(*(ptr)) __mask = (mask), __set = (set);       \
		__typeof__(*(ptr)) __was = READ_ONCE(*(ptr));                  \
                                                                               \
		while (!try_cmpxchg((ptr), &__was, (__was & ~__mask) | __set)) \
			;                                                      \
		__was;                                                         \
	})

/* Clear the bits `clear` unless one of `test` is set: were they cleared? */
#define bit_clear_unless(ptr, clear, test)                                                 \
	({                                                                                 \
		const __typeof__(*(ptr)) __clear = (clear), __test = (test);               \
		__typeof__(*(ptr)) __was = READ_ONCE(*(ptr));                              \
                                                                                           \
		while (!(__was & __test) && !try_cmpxchg((ptr), &__was, __was & ~__clear)) \
			;                                                                  \
		!(__was & __test);                                                         \
	})

/* First bit >= from of that kind below `size`, `size` if there is none. O(size / 64). */
unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long from);
unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long from);
unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
				unsigned long from);
unsigned long find_next_andnot_bit(const unsigned long *a, const unsigned long *b,
				   unsigned long size, unsigned long from);
unsigned long find_next_or_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
			       unsigned long from);
/* Highest set bit below `size`, `size` if there is none. */
unsigned long find_last_bit(const unsigned long *map, unsigned long size);
/* The n-th set bit (n from 0) below `size`, `size` if there are not so many. */
unsigned long find_nth_bit(const unsigned long *map, unsigned long size, unsigned long n);

static inline unsigned long find_first_bit(const unsigned long *map, unsigned long size)
{
	return find_next_bit(map, size, 0);
}

static inline unsigned long find_first_zero_bit(const unsigned long *map, unsigned long size)
{
	return find_next_zero_bit(map, size, 0);
}

static inline unsigned long find_first_and_bit(const unsigned long *a, const unsigned long *b,
					       unsigned long size)
{
	return find_next_and_bit(a, b, size, 0);
}

/* As find_next_bit(), but it goes on from the start: `size` only if no bit is set at all. */
static inline unsigned long find_next_bit_wrap(const unsigned long *map, unsigned long size,
					       unsigned long from)
{
	unsigned long bit = find_next_bit(map, size, from);

	if (bit < size || !from)
		return bit;
	bit = find_next_bit(map, from, 0);
	return bit < from ? bit : size;
}

/* The next in a round that began at `start`; `size` when the round is over. */
static inline unsigned long find_round_bit(const unsigned long *map, unsigned long size,
					   unsigned long start, unsigned long from)
{
	unsigned long bit;

	if (from > start) {
		bit = find_next_bit(map, size, from);
		if (bit < size)
			return bit;
		from = 0;
	}
	bit = find_next_bit(map, start, from);
	return bit < start ? bit : size;
}

#define for_each_set_bit(bit, map, size)                              \
	for ((bit) = find_next_bit((map), (size), 0); (bit) < (size); \
	     (bit) = find_next_bit((map), (size), (bit) + 1))
#define for_each_set_bit_from(bit, map, size)                             \
	for ((bit) = find_next_bit((map), (size), (bit)); (bit) < (size); \
	     (bit) = find_next_bit((map), (size), (bit) + 1))
#define for_each_clear_bit(bit, map, size)                                 \
	for ((bit) = find_next_zero_bit((map), (size), 0); (bit) < (size); \
	     (bit) = find_next_zero_bit((map), (size), (bit) + 1))
#define for_each_clear_bit_from(bit, map, size)                                \
	for ((bit) = find_next_zero_bit((map), (size), (bit)); (bit) < (size); \
	     (bit) = find_next_zero_bit((map), (size), (bit) + 1))
#define for_each_and_bit(bit, a, b, size)                                    \
	for ((bit) = find_next_and_bit((a), (b), (size), 0); (bit) < (size); \
	     (bit) = find_next_and_bit((a), (b), (size), (bit) + 1))
#define for_each_andnot_bit(bit, a, b, size)                                    \
	for ((bit) = find_next_andnot_bit((a), (b), (size), 0); (bit) < (size); \
	     (bit) = find_next_andnot_bit((a), (b), (size), (bit) + 1))
#define for_each_or_bit(bit, a, b, size)                                    \
	for ((bit) = find_next_or_bit((a), (b), (size), 0); (bit) < (size); \
	     (bit) = find_next_or_bit((a), (b), (size), (bit) + 1))
/* All set bits, those from `start` on first. */
#define for_each_set_bit_wrap(bit, map, size, start)                             \
	for ((bit) = find_next_bit_wrap((map), (size), (start)); (bit) < (size); \
	     (bit) = find_round_bit((map), (size), (start), (bit) + 1))
/* Runs of set (clear) bits: [first, end). */
#define for_each_set_bitrange(first, end, map, size)                              \
	for ((first) = 0; (first) = find_next_bit((map), (size), (first)),        \
	    (end) = find_next_zero_bit((map), (size), (first)), (first) < (size); \
	     (first) = (end))
#define for_each_clear_bitrange(first, end, map, size)                          \
	for ((first) = 0; (first) = find_next_zero_bit((map), (size), (first)), \
	    (end) = find_next_bit((map), (size), (first)), (first) < (size);    \
	     (first) = (end))

#endif
