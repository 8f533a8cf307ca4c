/* SPDX-License-Identifier: MIT */
/* Masks. */
#ifndef LINUX_BITS_H
#define LINUX_BITS_H

#define BITS_PER_BYTE	   8
#define BITS_PER_LONG	   64
#define BITS_PER_LONG_LONG 64

#define BIT(nr)	     (1UL << (nr))
#define BIT_ULL(nr)  (1ULL << (nr))
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)

#define BIT_ULL_MASK(nr) (1ULL << ((nr) % BITS_PER_LONG_LONG))
#define BIT_ULL_WORD(nr) ((nr) / BITS_PER_LONG_LONG)

/* Bits l … h, both included. */
#define GENMASK(h, l)	  ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define GENMASK_ULL(h, l) ((~0ULL << (l)) & (~0ULL >> (BITS_PER_LONG_LONG - 1 - (h))))

#endif
