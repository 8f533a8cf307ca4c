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
	(void)__atomic_fetch_xor(&map[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline bool test_bit(unsigned long nr, const volatile unsigned long *map)
{
	return map[BIT_WORD(nr)] >> (nr % BITS_PER_LONG) & 1;
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
	return __atomic_fetch_xor(&map[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}

/* A bit as a lock: acquire and release. */
static __always_inline bool test_and_set_bit_lock(unsigned long nr, volatile unsigned long *map)
{
	return test_and_set_bit(nr, map);
}

static __always_inline void clear_bit_unlock(unsigned long nr, volatile unsigned long *map)
{
	(void)__atomic_fetch_and(&map[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_RELEASE);
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

static __always_inline __attribute_const__ u64 rol64(u64 x, unsigned int n)
{
	return (x << (n & 63)) | (x >> (-n & 63));
}

static __always_inline __attribute_const__ u64 ror64(u64 x, unsigned int n)
{
	return rol64(x, -n & 63);
}

static __always_inline __attribute_const__ u32 rol32(u32 x, unsigned int n)
{
	return (x << (n & 31)) | (x >> (-n & 31));
}

static __always_inline __attribute_const__ u32 ror32(u32 x, unsigned int n)
{
	return rol32(x, -n & 31);
}

/* First bit >= from of that kind below `size`, `size` if there is none. O(size / 64). */
unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long from);
unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long from);
unsigned long find_next_and_bit(const unsigned long *a, const unsigned long *b, unsigned long size,
				unsigned long from);
/* Highest set bit below `size`, `size` if there is none. */
unsigned long find_last_bit(const unsigned long *map, unsigned long size);

static inline unsigned long find_first_bit(const unsigned long *map, unsigned long size)
{
	return find_next_bit(map, size, 0);
}

static inline unsigned long find_first_zero_bit(const unsigned long *map, unsigned long size)
{
	return find_next_zero_bit(map, size, 0);
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

#endif
