/* SPDX-License-Identifier: MIT */
/*
 * Sequence counters and locks: readers that write nothing, and read again if a writer came between.
 *
 *	do {						write_seqlock(&lock);
 *		seq = read_seqbegin(&lock);		change the data
 *		copy the data				write_sequnlock(&lock);
 *	} while (read_seqretry(&lock, seq));
 *
 * Model: a counter that a writer makes odd before it changes the data and even after. A reader that
 * sees the same even number before and after has seen no change in between:
 *
 *	writer				reader
 *	count odd			A: read the count (again while it is odd)
 *	wmb		(1)		rmb		(2, with 1: data of a later write
 *	data						    comes with a count that differs)
 *	wmb		(2)		data
 *	count even			rmb		(1)
 *					B: read the count: differs from A? again
 *
 * Invariants
 *   I1  The count is odd exactly while a writer is inside.
 *   I2  One writer at a time: the lock's (seqlock_t), the associated one's (seqcount_LOCK_t, checked
 *       in debug builds), or the caller's affair (seqcount_t).
 *   I3  A writer is not preempted while the count is odd, since readers wait for it: the associated
 *       lock sees to that, or write_seqcount_begin() where it is a mutex; with a plain seqcount_t the
 *       caller.
 *
 * The data may be torn while it is read, so it is used only after the second look, holds no pointer
 * that is followed before it, and is accessed with READ_ONCE() and WRITE_ONCE() where that matters.
 * Data that is changed in interrupt handlers needs the _irqsave form for writers; readers may be in
 * any context but where they may have interrupted a writer (NMI: see the latch below).
 * Writers never wait for readers; a reader may have to try again for as long as writers come.
 * Complexity: two loads for a reader that is not disturbed.
 */
#ifndef LINUX_SEQLOCK_H
#define LINUX_SEQLOCK_H

#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <asm/smp.h>

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;

#define SEQCNT_ZERO(name)      \
	{                      \
		.sequence = 0, \
	}
#define seqcount_init(s) ((void)(*(s) = (seqcount_t)SEQCNT_ZERO(*(s))))

/* ---- counters that know the lock which keeps their writers apart ---- */

#define __SEQCOUNT_LOCKNAME(name, type)             \
	typedef struct seqcount_##name {            \
		seqcount_t seqcount;                \
		type *lock; /* debug builds only */ \
	} seqcount_##name##_t;

__SEQCOUNT_LOCKNAME(spinlock, spinlock_t)
__SEQCOUNT_LOCKNAME(rwlock, rwlock_t)
__SEQCOUNT_LOCKNAME(mutex, struct mutex)
typedef seqcount_spinlock_t seqcount_raw_spinlock_t;

#define __SEQCOUNT_ZERO(associated)                                      \
	{                                                                \
		.seqcount = SEQCNT_ZERO(seqcount), .lock = (associated), \
	}
#define SEQCNT_SPINLOCK_ZERO(name, lock)     __SEQCOUNT_ZERO(lock)
#define SEQCNT_RAW_SPINLOCK_ZERO(name, lock) __SEQCOUNT_ZERO(lock)
#define SEQCNT_RWLOCK_ZERO(name, lock)	     __SEQCOUNT_ZERO(lock)
#define SEQCNT_MUTEX_ZERO(name, lock)	     __SEQCOUNT_ZERO(lock)

#define __seqcount_init_with(s, associated)    \
	do {                                   \
		seqcount_init(&(s)->seqcount); \
		(s)->lock = (associated);      \
	} while (0)
#define seqcount_spinlock_init(s, lock)	    __seqcount_init_with(s, lock)
#define seqcount_raw_spinlock_init(s, lock) __seqcount_init_with(s, lock)
#define seqcount_rwlock_init(s, lock)	    __seqcount_init_with(s, lock)
#define seqcount_mutex_init(s, lock)	    __seqcount_init_with(s, lock)

/* The counter of any of these types. */
#define seqprop_ptr(s)                                                        \
	_Generic(*(s), seqcount_t                                             \
		 : (seqcount_t *)(s), seqcount_spinlock_t                     \
		 : &((seqcount_spinlock_t *)(s))->seqcount, seqcount_rwlock_t \
		 : &((seqcount_rwlock_t *)(s))->seqcount, seqcount_mutex_t    \
		 : &((seqcount_mutex_t *)(s))->seqcount)

/* Does the lock let its holder be preempted? */
#define seqprop_preemptible(s) _Generic(*(s), seqcount_mutex_t : true, default : false)

static inline void seqprop_assert_none(const void *s)
{
}

static inline void seqprop_assert_spinlock(const seqcount_spinlock_t *s)
{
	lockdep_assert_held(s->lock);
}

static inline void seqprop_assert_mutex(const seqcount_mutex_t *s)
{
	lockdep_assert_held(s->lock);
}

/* I2, as far as it is known who holds the lock. */
#define seqprop_assert(s)                                    \
	_Generic(*(s), seqcount_spinlock_t                   \
		 : seqprop_assert_spinlock, seqcount_mutex_t \
		 : seqprop_assert_mutex, default             \
		 : seqprop_assert_none)((const void *)(s))

/* ---- readers ---- */

static __always_inline unsigned int __seqcount_read(const seqcount_t *s)
{
	return smp_load_acquire(&s->sequence);
}

/* The count once it is even. */
static inline unsigned int __seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	while ((seq = __seqcount_read(s)) & 1)
		smp_relax(); /* the writer may wait for a flush of this CPU */
	return seq;
}

static __always_inline int __seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	return unlikely(READ_ONCE(s->sequence) != start);
}

#define read_seqcount_begin(s)	      __seqcount_begin(seqprop_ptr(s))
#define __read_seqcount_begin(s)      __seqcount_begin(seqprop_ptr(s))
#define raw_read_seqcount_begin(s)    __seqcount_begin(seqprop_ptr(s))
#define read_seqcount_retry(s, seq)   __seqcount_retry(seqprop_ptr(s), (seq))
#define __read_seqcount_retry(s, seq) __seqcount_retry(seqprop_ptr(s), (seq))
/* As it is, perhaps odd. */
#define raw_read_seqcount(s) __seqcount_read(seqprop_ptr(s))
/* Without waiting: if a writer is inside, retry() will be true. */
#define raw_seqcount_begin(s) (raw_read_seqcount(s) & ~1u)

/* ---- writers ---- */

static __always_inline void __seqcount_write_begin(seqcount_t *s)
{
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}

static __always_inline void __seqcount_write_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
}

#define raw_write_seqcount_begin(s)                     \
	do {                                            \
		if (seqprop_preemptible(s))             \
			preempt_disable();              \
		__seqcount_write_begin(seqprop_ptr(s)); \
	} while (0)
#define raw_write_seqcount_end(s)                     \
	do {                                          \
		__seqcount_write_end(seqprop_ptr(s)); \
		if (seqprop_preemptible(s))           \
			preempt_enable();             \
	} while (0)
#define write_seqcount_begin(s)              \
	do {                                 \
		seqprop_assert(s);           \
		raw_write_seqcount_begin(s); \
	} while (0)
#define write_seqcount_begin_nested(s, subclass) write_seqcount_begin(s)
#define write_seqcount_end(s)			 raw_write_seqcount_end(s)

/* Readers that are under way will read again, though nothing was locked. */
#define write_seqcount_invalidate(s)                          \
	do {                                                  \
		seqcount_t *__s = seqprop_ptr(s);             \
                                                              \
		smp_wmb();                                    \
		WRITE_ONCE(__s->sequence, __s->sequence + 2); \
	} while (0)

/* ---- latch: two copies, so that a reader that interrupted the writer finds one that is whole ---- */

/*
 *	raw_write_seqcount_latch(&l);	count odd: readers take copy 1
 *	change copy 0
 *	raw_write_seqcount_latch(&l);	count even: readers take copy 0
 *	change copy 1
 *
 *	do {
 *		seq = raw_read_seqcount_latch(&l);
 *		use copy seq & 1
 *	} while (raw_read_seqcount_latch_retry(&l, seq));
 */
typedef struct {
	seqcount_t seqcount;
} seqcount_latch_t;

#define SEQCNT_LATCH_ZERO(name)                         \
	{                                               \
		.seqcount = SEQCNT_ZERO(name.seqcount), \
	}
#define seqcount_latch_init(s) seqcount_init(&(s)->seqcount)

static __always_inline unsigned int raw_read_seqcount_latch(const seqcount_latch_t *s)
{
	return __seqcount_read(&s->seqcount);
}

static __always_inline int raw_read_seqcount_latch_retry(const seqcount_latch_t *s,
							 unsigned int start)
{
	return __seqcount_retry(&s->seqcount, start);
}

static inline void raw_write_seqcount_latch(seqcount_latch_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->seqcount.sequence, s->seqcount.sequence + 1);
	smp_wmb();
}

/* ---- seqlock_t: the counter with its spin lock ---- */

typedef struct {
	seqcount_spinlock_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define __SEQLOCK_UNLOCKED(name)                                      \
	{                                                             \
		.seqcount = SEQCNT_SPINLOCK_ZERO(name, &(name).lock), \
		.lock = __SPIN_LOCK_UNLOCKED((name).lock),            \
	}
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)

static inline void seqlock_init(seqlock_t *sl)
{
	spin_lock_init(&sl->lock);
	seqcount_spinlock_init(&sl->seqcount, &sl->lock);
}

static inline unsigned int read_seqbegin(const seqlock_t *sl)
{
	return read_seqcount_begin(&sl->seqcount);
}

static inline unsigned int read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return read_seqcount_retry(&sl->seqcount, start);
}

/* Writers, in the forms of spin_lock(). */
#define __SEQLOCK_WRITE(suffix)                                       \
	static inline void write_seqlock##suffix(seqlock_t *sl)       \
	{                                                             \
		spin_lock##suffix(&sl->lock);                         \
		__seqcount_write_begin(&sl->seqcount.seqcount);       \
	}                                                             \
	static inline void write_sequnlock##suffix(seqlock_t *sl)     \
	{                                                             \
		__seqcount_write_end(&sl->seqcount.seqcount);         \
		spin_unlock##suffix(&sl->lock);                       \
	}                                                             \
	/* A reader that keeps writers and its like out. */           \
	static inline void read_seqlock_excl##suffix(seqlock_t *sl)   \
	{                                                             \
		spin_lock##suffix(&sl->lock);                         \
	}                                                             \
	static inline void read_sequnlock_excl##suffix(seqlock_t *sl) \
	{                                                             \
		spin_unlock##suffix(&sl->lock);                       \
	}
__SEQLOCK_WRITE()
__SEQLOCK_WRITE(_bh)
__SEQLOCK_WRITE(_irq)

static inline unsigned long __write_seqlock_irqsave(seqlock_t *sl)
{
	unsigned long flags;

	spin_lock_irqsave(&sl->lock, flags);
	__seqcount_write_begin(&sl->seqcount.seqcount);
	return flags;
}

static inline void write_sequnlock_irqrestore(seqlock_t *sl, unsigned long flags)
{
	__seqcount_write_end(&sl->seqcount.seqcount);
	spin_unlock_irqrestore(&sl->lock, flags);
}

static inline void read_sequnlock_excl_irqrestore(seqlock_t *sl, unsigned long flags)
{
	spin_unlock_irqrestore(&sl->lock, flags);
}

#define write_seqlock_irqsave(sl, flags)     ((flags) = __write_seqlock_irqsave(sl))
#define read_seqlock_excl_irqsave(sl, flags) spin_lock_irqsave(&(sl)->lock, flags)

/*
 * A reader that tries without the lock first and takes it the second time:
 *
 *	int seq = 0;
 *	do {
 *		read_seqbegin_or_lock(&lock, &seq);
 *		read the data
 *	} while (need_seqretry(&lock, seq) && (seq = 1));	Linux's callers set it to 1 themselves
 *	done_seqretry(&lock, seq);
 *
 * An even number is a count, an odd one says that the lock is (to be) held.
 */
static inline void read_seqbegin_or_lock(seqlock_t *sl, int *seq)
{
	if (*seq & 1)
		read_seqlock_excl(sl);
	else
		*seq = read_seqbegin(sl);
}

static inline int need_seqretry(seqlock_t *sl, int seq)
{
	return !(seq & 1) && read_seqretry(sl, seq);
}

static inline void done_seqretry(seqlock_t *sl, int seq)
{
	if (seq & 1)
		read_sequnlock_excl(sl);
}

static inline unsigned long read_seqbegin_or_lock_irqsave(seqlock_t *sl, int *seq)
{
	unsigned long flags = 0;

	if (*seq & 1)
		spin_lock_irqsave(&sl->lock, flags);
	else
		*seq = read_seqbegin(sl);
	return flags;
}

static inline void done_seqretry_irqrestore(seqlock_t *sl, int seq, unsigned long flags)
{
	if (seq & 1)
		spin_unlock_irqrestore(&sl->lock, flags);
}

#endif
