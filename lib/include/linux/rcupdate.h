/* SPDX-License-Identifier: MIT */
/*
 * RCU: readers that cost an instruction and never wait, and updaters who wait until all readers that
 * may still see the old version are gone. Names and behaviour are Linux's; theory in lib/sync/rcu.c.
 *
 *	rcu_read_lock();				spin_lock(&lock);
 *	p = rcu_dereference(shared);			old = rcu_replace_pointer(shared, new, 1);
 *	use(p->field);					spin_unlock(&lock);
 *	rcu_read_unlock();				kfree_rcu(old, rcu);
 *
 * A reader may not sleep and is not preempted; it may nest, and stand in an interrupt handler. Code
 * that has preemption or interrupts off is one, too.
 */
#ifndef LINUX_RCUPDATE_H
#define LINUX_RCUPDATE_H

#include <linux/types.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <asm/barrier.h>

typedef void (*rcu_callback_t)(struct rcu_head *head);

/* ---- readers ---- */

#ifdef QUARRY_DEBUG

/* One for each form, held while a reader is. */
extern struct lockdep_map rcu_lock_map, rcu_lock_bh_map, rcu_lock_sched_map;

void rcu_reader_begin(struct lockdep_map *map);
void rcu_reader_end(struct lockdep_map *map, const char *what);
bool rcu_reader_held(const struct lockdep_map *map);
void rcu_suspicious(const char *what, const char *file, int line);

#define rcu_read_lock()		   rcu_reader_begin(&rcu_lock_map)
#define rcu_read_unlock()	   rcu_reader_end(&rcu_lock_map, "rcu_read_unlock")
#define rcu_read_lock_bh()	   rcu_reader_begin(&rcu_lock_bh_map)
#define rcu_read_unlock_bh()	   rcu_reader_end(&rcu_lock_bh_map, "rcu_read_unlock_bh")
#define rcu_read_lock_sched()	   rcu_reader_begin(&rcu_lock_sched_map)
#define rcu_read_unlock_sched()	   rcu_reader_end(&rcu_lock_sched_map, "rcu_read_unlock_sched")
#define rcu_read_lock_held()	   rcu_reader_held(&rcu_lock_map)
#define rcu_read_lock_bh_held()	   rcu_reader_held(&rcu_lock_bh_map)
#define rcu_read_lock_sched_held() (!preemptible())
#define rcu_read_lock_any_held()   (!preemptible())

/* Said once for each place. */
#define RCU_LOCKDEP_WARN(c, s)                                   \
	do {                                                     \
		static bool __said;                              \
		if (unlikely(!__said && (c))) {                  \
			__said = true;                           \
			rcu_suspicious((s), __FILE__, __LINE__); \
		}                                                \
	} while (0)

#else

#define rcu_read_lock()		   preempt_disable()
#define rcu_read_unlock()	   preempt_enable()
#define rcu_read_lock_bh()	   preempt_disable()
#define rcu_read_unlock_bh()	   preempt_enable()
#define rcu_read_lock_sched()	   preempt_disable()
#define rcu_read_unlock_sched()	   preempt_enable()
#define rcu_read_lock_held()	   1
#define rcu_read_lock_bh_held()	   1
#define rcu_read_lock_sched_held() 1
#define rcu_read_lock_any_held()   1
#define RCU_LOCKDEP_WARN(c, s)	   ((void)sizeof(c))

#endif

/* ---- pointers ---- */

/*
 * What is behind the pointer was written before it: the load is an acquire, which costs nothing more
 * here, and which ThreadSanitizer follows.
 */
#define rcu_dereference_raw(p) ((__typeof__(*(p)) *)smp_load_acquire(&(p)))

#define __rcu_dereference_check(p, c, s)   \
	({                                 \
		RCU_LOCKDEP_WARN(!(c), s); \
		rcu_dereference_raw(p);    \
	})

/* By a reader, or where @c says that it can't change. */
#define rcu_dereference_check(p, c)                             \
	__rcu_dereference_check(p, (c) || rcu_read_lock_held(), \
				"suspicious rcu_dereference_check() usage")
#define rcu_dereference_bh_check(p, c)                             \
	__rcu_dereference_check(p, (c) || rcu_read_lock_bh_held(), \
				"suspicious rcu_dereference_bh_check() usage")
#define rcu_dereference_sched_check(p, c)                             \
	__rcu_dereference_check(p, (c) || rcu_read_lock_sched_held(), \
				"suspicious rcu_dereference_sched_check() usage")
#define rcu_dereference(p)	 rcu_dereference_check(p, 0)
#define rcu_dereference_bh(p)	 rcu_dereference_bh_check(p, 0)
#define rcu_dereference_sched(p) rcu_dereference_sched_check(p, 0)

/* By an updater: @c says why nobody else changes it (a lock is held). */
#define rcu_dereference_protected(p, c)                                                 \
	({                                                                              \
		RCU_LOCKDEP_WARN(!(c), "suspicious rcu_dereference_protected() usage"); \
		(__typeof__(*(p)) *)READ_ONCE(p);                                       \
	})

/* The pointer's value, not to be followed. */
#define rcu_access_pointer(p)  ((__typeof__(*(p)) *)READ_ONCE(p))
#define rcu_pointer_handoff(p) (p)
#define unrcu_pointer(p)       ((__typeof__(*(p)) *)(p))

/* Publish: whoever sees the pointer sees what was written before. */
#define rcu_assign_pointer(p, v) smp_store_release(&(p), (__typeof__(p))(v))
/* Where nobody looks yet, or the new value leads nowhere new. */
#define RCU_INIT_POINTER(p, v) WRITE_ONCE(p, (__typeof__(p))(v))
#define RCU_INITIALIZER(v)     (v)

#define rcu_replace_pointer(p, v, c)                                     \
	({                                                               \
		__typeof__(p) __old = rcu_dereference_protected(p, (c)); \
		rcu_assign_pointer(p, v);                                \
		__old;                                                   \
	})

/* ---- updaters ---- */

void synchronize_rcu(void);
void synchronize_rcu_expedited(void);
void call_rcu(struct rcu_head *head, rcu_callback_t func);
#define call_rcu_hurry(head, func) call_rcu(head, func)
void rcu_barrier(void);

unsigned long get_state_synchronize_rcu(void);
unsigned long start_poll_synchronize_rcu(void);
bool poll_state_synchronize_rcu(unsigned long state);
void cond_synchronize_rcu(unsigned long state);

/* Nothing to do for a head before it is used. */
#define init_rcu_head(head)		((void)(head))
#define destroy_rcu_head(head)		((void)(head))
#define init_rcu_head_on_stack(head)	((void)(head))
#define destroy_rcu_head_on_stack(head) ((void)(head))

/* rcu_head_after_call_rcu(): was it queued with @f since rcu_head_init()? */
void rcu_head_init(struct rcu_head *head);
bool rcu_head_after_call_rcu(const struct rcu_head *head, rcu_callback_t f);

/* ---- memory ---- */

void kvfree_call_rcu(struct rcu_head *head, void *ptr);
void kvfree_rcu_mightsleep(const void *ptr);

/* A function that small is no function but a distance: from the block to the head in it. */
#define RCU_KVFREE_MAX 4096

/**
 * kvfree_rcu - kvfree() a block when all readers that may see it are gone
 * @ptr: the block, from kmalloc(), kmem_cache_alloc() or kvmalloc(); NULL does nothing
 * @field: the struct rcu_head in it, in its first 4 KiB
 *
 * Context: any but NMI. Allocates nothing, so it can't fail.
 */
#define kvfree_rcu(ptr, field)                                                                 \
	do {                                                                                   \
		__typeof__(ptr) __block = (ptr);                                               \
		static_assert(offsetof(__typeof__(*(ptr)), field) < RCU_KVFREE_MAX,            \
			      "kvfree_rcu: the rcu_head is too far behind the block's start"); \
		if (__block)                                                                   \
			kvfree_call_rcu(&__block->field, (void *)__block);                     \
	} while (0)
#define kfree_rcu(ptr, field)	  kvfree_rcu(ptr, field)
#define kfree_rcu_mightsleep(ptr) kvfree_rcu_mightsleep(ptr)

#endif
