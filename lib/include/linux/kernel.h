/* SPDX-License-Identifier: MIT */
/* The small arithmetic that everybody uses, and the headers Linux's kernel.h brings along. */
#ifndef LINUX_KERNEL_H
#define LINUX_KERNEL_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>
#include <linux/container_of.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/align.h>
#include <linux/math.h>
#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/kstrtox.h>
#include <linux/sprintf.h>
#include <linux/printk.h>
#include <linux/panic.h>
#include <linux/bug.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]) + BUILD_BUG_ON_ZERO(__same_type((a), &(a)[0])))

#define typecheck(type, x)                                                                \
	({                                                                                \
		static_assert(__same_type(type, __typeof__(x)), "typecheck: wrong type"); \
		1;                                                                        \
	})

#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n)&0xffffffff))
#define upper_16_bits(n) ((u16)((n) >> 16))
#define lower_16_bits(n) ((u16)((n)&0xffff))

#endif
