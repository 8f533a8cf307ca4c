/* SPDX-License-Identifier: MIT */
/* Rounding to powers of two. */
#ifndef LINUX_ALIGN_H
#define LINUX_ALIGN_H

/* `a` is a power of two; the result has the type of `x`. */
#define __ALIGN_MASK(x, mask) (((x) + (mask)) & ~(mask))
#define ALIGN(x, a)	      __ALIGN_MASK(x, (__typeof__(x))(a)-1)
#define ALIGN_DOWN(x, a)      ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a)      (((x) & ((__typeof__(x))(a)-1)) == 0)
#define PTR_ALIGN(p, a)	      ((__typeof__(p))ALIGN((unsigned long)(p), (unsigned long)(a)))
#define PTR_ALIGN_DOWN(p, a)  ((__typeof__(p))ALIGN_DOWN((unsigned long)(p), (unsigned long)(a)))
#define PTR_IS_ALIGNED(p, a)  IS_ALIGNED((unsigned long)(p), (unsigned long)(a))

#endif
