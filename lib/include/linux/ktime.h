/* SPDX-License-Identifier: MIT */
/* Time in nanoseconds since boot, as a signed number of 64 bits: arithmetic and comparison. */
#ifndef LINUX_KTIME_H
#define LINUX_KTIME_H

#include <asm/clock.h>
#include <linux/limits.h>
#include <linux/types.h>

typedef s64 ktime_t;

#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define USEC_PER_MSEC 1000L
#define MSEC_PER_SEC  1000L
#define USEC_PER_SEC  1000000L
#define NSEC_PER_SEC  1000000000L
#define KTIME_MAX     S64_MAX

/* Monotonic. Any context. */
static inline u64 ktime_get_ns(void)
{
	return clock_ns();
}

static inline ktime_t ktime_get(void)
{
	return clock_ns();
}

#define ktime_get_boottime()	 ktime_get()
#define ktime_get_mono_fast_ns() ktime_get_ns()

#define ktime_add(a, b)	   ((ktime_t)((a) + (b)))
#define ktime_sub(a, b)	   ((ktime_t)((a) - (b)))
#define ktime_add_ns(t, n) ((ktime_t)((t) + (n)))
#define ktime_sub_ns(t, n) ((ktime_t)((t) - (n)))
#define ktime_add_us(t, n) ktime_add_ns(t, (n)*NSEC_PER_USEC)
#define ktime_add_ms(t, n) ktime_add_ns(t, (n)*NSEC_PER_MSEC)

/* KTIME_MAX if it is too large. */
static inline ktime_t ktime_set(const s64 secs, const unsigned long nsecs)
{
	if (secs >= KTIME_MAX / NSEC_PER_SEC)
		return KTIME_MAX;
	return secs * NSEC_PER_SEC + (s64)nsecs;
}

static inline ktime_t ns_to_ktime(u64 ns)
{
	return ns;
}

static inline ktime_t us_to_ktime(u64 us)
{
	return us * NSEC_PER_USEC;
}

static inline ktime_t ms_to_ktime(u64 ms)
{
	return ms * NSEC_PER_MSEC;
}

static inline s64 ktime_to_ns(const ktime_t kt)
{
	return kt;
}

static inline s64 ktime_to_us(const ktime_t kt)
{
	return kt / NSEC_PER_USEC;
}

static inline s64 ktime_to_ms(const ktime_t kt)
{
	return kt / NSEC_PER_MSEC;
}

static inline s64 ktime_us_delta(const ktime_t later, const ktime_t earlier)
{
	return ktime_to_us(later - earlier);
}

static inline s64 ktime_ms_delta(const ktime_t later, const ktime_t earlier)
{
	return ktime_to_ms(later - earlier);
}

/* Below 0, 0 or above 0, as cmp1 is before, at or after cmp2. */
static inline int ktime_compare(const ktime_t cmp1, const ktime_t cmp2)
{
	return cmp1 < cmp2 ? -1 : cmp1 > cmp2;
}

static inline bool ktime_after(const ktime_t cmp1, const ktime_t cmp2)
{
	return cmp1 > cmp2;
}

static inline bool ktime_before(const ktime_t cmp1, const ktime_t cmp2)
{
	return cmp1 < cmp2;
}

#endif
