/* SPDX-License-Identifier: MIT */
/* Multiplicative hashing (Knuth, vol. 3, 6.4): the high bits of key * 2^w / golden ratio. */
#ifndef LINUX_HASH_H
#define LINUX_HASH_H

#include <linux/types.h>
#include <linux/compiler.h>

#define GOLDEN_RATIO_32 0x61c88647u
#define GOLDEN_RATIO_64 0x61c8864680b583ebull

static inline u32 __hash_32(u32 key)
{
	return key * GOLDEN_RATIO_32;
}

/* `bits` is 1 … 32. */
static inline u32 hash_32(u32 key, unsigned int bits)
{
	return __hash_32(key) >> (32 - bits);
}

static __always_inline u32 hash_64(u64 key, unsigned int bits)
{
	return key * GOLDEN_RATIO_64 >> (64 - bits);
}

static inline u32 hash_long(unsigned long key, unsigned int bits)
{
	return hash_64(key, bits);
}

static inline u32 hash_ptr(const void *ptr, unsigned int bits)
{
	return hash_64((unsigned long)ptr, bits);
}

#endif
