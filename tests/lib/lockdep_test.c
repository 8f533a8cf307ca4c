// SPDX-License-Identifier: MIT
/*
 * The rules of locks and contexts (lib/sync/lockdep.c, lib/report/lock_report.c): each is broken on
 * purpose, without the deadlock, and the report is matched.
 *
 * Each case has locks of its own, since what was reported once is not reported again, and what was
 * learned stays; so a case can't be repeated in one boot, and isn't (kunit runs each once).
 *
 * Mutations that these cases catch; those of lockdep.c are in tests/mutate/lib/sync/lockdep.mut, the
 * others were tried by hand:
 *   inversion_is_seen             search() never finds; lock_acquire() doesn't learn edges
 *   longer_circles_are_seen       search() looks at direct neighbours only
 *   order_alone_is_fine           every new edge is reported
 *   one_class_twice               learn_edge() without its held == class
 *   nested_has_an_order           the subclass is ignored
 *   trying_waits_for_nobody       LOCK_TRY is ignored
 *   reported_once                 report_pair() always true
 *   irq_state                     learn_usage() never looks; IRQS_ON from the wrong flags
 *   irq_order                     find_bad_order() never finds
 *   handlers_hold_their_own       learn_edges() looks at what the interrupted task holds
 *   sleeping_locks_try            lock_acquire() asks for their irq state
 *   sleeping_locks_too            mutex_lock() or down_read() don't say so
 *   rwlocks_too                   read_lock() or write_lock() don't say so
 *   rw_class_twice                write_lock_nested() ignores the subclass; read_lock() twice is fine
 *   rw_trying                     read_trylock() or write_trylock() don't say so, or that they tried
 *   rw_irq_state                  LOCK_READ is ignored in learn_usage(), or conflicts[] lacks a bit
 *   rw_irq_order                  out_of_irq() doesn't tell after_write from after
 *   rw_handlers_pass              look_at_irq_read() takes after[], or says that all is well
 *   rw_held                       rwlock_held_write() is rwlock_held()
 *   released_out_of_order         lock_release() takes the topmost
 *   sleeping_in_atomic_context    __might_sleep() returns at once
 *   allocating_in_atomic_context  might_alloc() is nothing in alloc_pages(), vmalloc_common(),
 *                                 slab_alloc(), kmem_cache_alloc_bulk(), pcpu_alloc(); vfree()
 *                                 asks nothing
 *   every_atomic_context          __might_sleep() looks at the preempt count alone
 *   a_call_is_reported_once       site_is_new() always true; function_of() gives the address itself
 *                                 (the allocations inside vmalloc() are reported too)
 *   allowed_contexts              __might_sleep() reports whatever the context is
 *   a_way_out_forgets             lockdep_forget() is nothing
 */
#include <asm/smp.h>
#include <kunit/test.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

static int setup(struct kunit *test)
{
#ifndef QUARRY_DEBUG
	kunit_skip(test, "only debug builds check the rules of locks");
#endif
	return 0;
}

static void both(spinlock_t *first, spinlock_t *second)
{
	spin_lock(first);
	spin_lock(second);
	spin_unlock(second);
	spin_unlock(first);
}

static void inversion_is_seen(struct kunit *test)
{
	static DEFINE_SPINLOCK(inv_a);
	static DEFINE_SPINLOCK(inv_b);

	KUNIT_EXPECT_NO_REPORT(test, both(&inv_a, &inv_b));
	KUNIT_EXPECT_REPORT(test, "inv_a is wanted while inv_b is held", both(&inv_b, &inv_a));
}

static void longer_circles_are_seen(struct kunit *test)
{
	static DEFINE_SPINLOCK(ring_a);
	static DEFINE_SPINLOCK(ring_b);
	static DEFINE_SPINLOCK(ring_c);
	static DEFINE_SPINLOCK(ring_d);

	KUNIT_EXPECT_NO_REPORT(test, both(&ring_a, &ring_b));
	KUNIT_EXPECT_NO_REPORT(test, both(&ring_b, &ring_c));
	KUNIT_EXPECT_NO_REPORT(test, both(&ring_c, &ring_d));
	KUNIT_EXPECT_REPORT(test, "ring_a is wanted while ring_d is held", both(&ring_d, &ring_a));
}

static void order_alone_is_fine(struct kunit *test)
{
	static DEFINE_SPINLOCK(fine_a);
	static DEFINE_SPINLOCK(fine_b);
	static DEFINE_SPINLOCK(fine_c);

	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_NO_REPORT(test, both(&fine_a, &fine_b));
		KUNIT_EXPECT_NO_REPORT(test, both(&fine_a, &fine_c));
		KUNIT_EXPECT_NO_REPORT(test, both(&fine_b, &fine_c));
	}
}

static spinlock_t pair[2];

static void init_pair(void)
{
	for (int i = 0; i < 2; i++)
		spin_lock_init(&pair[i]);
}

static void one_class_twice(struct kunit *test)
{
	init_pair();
	KUNIT_EXPECT_REPORT(test, "a lock of class &pair[i] is wanted while another",
			    both(&pair[0], &pair[1]));
}

static void nest_pair(void)
{
	spin_lock(&pair[0]);
	spin_lock_nested(&pair[1], 1);
	spin_unlock(&pair[1]);
	spin_unlock(&pair[0]);
}

static void nested_has_an_order(struct kunit *test)
{
	for (int i = 0; i < 2; i++)
		spin_lock_init(&pair[i]);
	KUNIT_EXPECT_NO_REPORT(test, nest_pair());
}

static void try_second(spinlock_t *first, spinlock_t *second)
{
	spin_lock(first);
	if (spin_trylock(second))
		spin_unlock(second);
	spin_unlock(first);
}

static void trying_waits_for_nobody(struct kunit *test)
{
	static DEFINE_SPINLOCK(try_a);
	static DEFINE_SPINLOCK(try_b);
	static DEFINE_SPINLOCK(try_c);

	KUNIT_EXPECT_NO_REPORT(test, both(&try_a, &try_b));
	KUNIT_EXPECT_NO_REPORT(test, try_second(&try_b, &try_a));
	/* But what is taken under a lock got by trying is. */
	KUNIT_EXPECT_NO_REPORT(test, both(&try_c, &try_b));
	KUNIT_ASSERT_TRUE(test, spin_trylock(&try_b));
	KUNIT_EXPECT_REPORT(test, "try_c is wanted while try_b is held", spin_lock(&try_c));
	spin_unlock(&try_c);
	spin_unlock(&try_b);
}

static void reported_once(struct kunit *test)
{
	static DEFINE_SPINLOCK(once_a);
	static DEFINE_SPINLOCK(once_b);

	both(&once_a, &once_b);
	KUNIT_EXPECT_REPORT(test, "possible circular locking dependency detected",
			    both(&once_b, &once_a));
	KUNIT_EXPECT_NO_REPORT(test, both(&once_b, &once_a));
	KUNIT_EXPECT_NO_REPORT(test, both(&once_a, &once_b));
}

/* What a handler does, without one: the count says so. */
static void in_handler(void (*fn)(spinlock_t *a, spinlock_t *b), spinlock_t *a, spinlock_t *b)
{
	local_irq_disable();
	preempt_count_add(HARDIRQ_OFFSET);
	fn(a, b);
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_enable();
}

static void only(spinlock_t *a, spinlock_t *unused)
{
	spin_lock(a);
	spin_unlock(a);
}

static void irq_state(struct kunit *test)
{
	static DEFINE_SPINLOCK(state_a);
	static DEFINE_SPINLOCK(state_b);
	static DEFINE_SPINLOCK(state_c);
	unsigned long flags;

	KUNIT_EXPECT_NO_REPORT(test, in_handler(only, &state_a, NULL));
	KUNIT_EXPECT_REPORT(test, "state_a is taken by an interrupt handler", only(&state_a, NULL));
	/* The other way round, and the right way. */
	KUNIT_EXPECT_NO_REPORT(test, only(&state_b, NULL));
	KUNIT_EXPECT_REPORT(test, "state_b is taken by an interrupt handler",
			    in_handler(only, &state_b, NULL));
	KUNIT_EXPECT_NO_REPORT(test, in_handler(only, &state_c, NULL));
	spin_lock_irqsave(&state_c, flags);
	spin_unlock_irqrestore(&state_c, flags);
}

static void both_irqs_off(spinlock_t *a, spinlock_t *b)
{
	local_irq_disable();
	both(a, b);
	local_irq_enable();
}

static void irq_order(struct kunit *test)
{
	static DEFINE_SPINLOCK(safe);
	static DEFINE_SPINLOCK(unsafe);

	KUNIT_EXPECT_NO_REPORT(test, in_handler(only, &safe, NULL));
	KUNIT_EXPECT_NO_REPORT(test, only(&unsafe, NULL));
	KUNIT_EXPECT_REPORT(test, "unsafe is taken under safe", both_irqs_off(&safe, &unsafe));
}

/* What a handler takes has no order with what it interrupted: that is the order of interrupts. */
static void handlers_hold_their_own(struct kunit *test)
{
	static DEFINE_SPINLOCK(below);
	static DEFINE_SPINLOCK(above);

	spin_lock(&below);
	KUNIT_EXPECT_NO_REPORT(test, in_handler(only, &above, NULL));
	spin_unlock(&below);
	KUNIT_EXPECT_REPORT(test, "below is taken under above", both_irqs_off(&above, &below));
}

static DEFINE_MUTEX(sleep_a);
static DECLARE_RWSEM(sleep_b);

static void mutex_then_sem(void)
{
	mutex_lock(&sleep_a);
	down_write(&sleep_b);
	up_write(&sleep_b);
	mutex_unlock(&sleep_a);
}

static void sem_then_mutex(void)
{
	down_read(&sleep_b);
	mutex_lock(&sleep_a);
	mutex_unlock(&sleep_a);
	up_read(&sleep_b);
}

static void try_to_read(spinlock_t *unused, spinlock_t *unused_too)
{
	if (down_read_trylock(&sleep_b))
		up_read(&sleep_b);
}

/* A handler may try, though others hold it with interrupts on: it doesn't wait for them. */
static void sleeping_locks_try(struct kunit *test)
{
	try_to_read(NULL, NULL);
	KUNIT_EXPECT_NO_REPORT(test, in_handler(try_to_read, NULL, NULL));
}

static void sleeping_locks_too(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, mutex_then_sem());
	KUNIT_EXPECT_REPORT(test, "sleep_a is wanted while sleep_b is held", sem_then_mutex());
}

/* ---- rwlocks ---- */

static void as_handler(void (*fn)(void))
{
	local_irq_disable();
	preempt_count_add(HARDIRQ_OFFSET);
	fn();
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_enable();
}

static void irqs_off(void (*fn)(void))
{
	local_irq_disable();
	fn();
	local_irq_enable();
}

static DEFINE_RWLOCK(rw_a);
static DEFINE_RWLOCK(rw_b);
static DEFINE_RWLOCK(rw_c);
static DEFINE_RWLOCK(rw_d);
static DEFINE_SPINLOCK(rw_spin);

static void read_then_write(rwlock_t *first, rwlock_t *second)
{
	read_lock(first);
	write_lock(second);
	write_unlock(second);
	read_unlock(first);
}

static void read_then_read(rwlock_t *first, rwlock_t *second)
{
	read_lock(first);
	read_lock(second);
	read_unlock(second);
	read_unlock(first);
}

static void rwlocks_too(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, read_then_write(&rw_a, &rw_b));
	KUNIT_EXPECT_REPORT(test, "rw_a is wanted while rw_b is held",
			    read_then_write(&rw_b, &rw_a));
	/* Two that read wait for each other once writers wait for both. */
	KUNIT_EXPECT_NO_REPORT(test, read_then_read(&rw_c, &rw_d));
	KUNIT_EXPECT_REPORT(test, "rw_c is wanted while rw_d is held",
			    read_then_read(&rw_d, &rw_c));
	/* With a lock of another kind. */
	KUNIT_EXPECT_NO_REPORT(test, ({
				       write_lock(&rw_a);
				       only(&rw_spin, NULL);
				       write_unlock(&rw_a);
			       }));
	KUNIT_EXPECT_REPORT(test, "rw_a is wanted while rw_spin is held", ({
				    spin_lock(&rw_spin);
				    read_lock(&rw_a);
				    read_unlock(&rw_a);
				    spin_unlock(&rw_spin);
			    }));
}

static rwlock_t rw_pair[2];

static void write_pair(void)
{
	write_lock(&rw_pair[0]);
	write_lock_nested(&rw_pair[1], 1);
	write_unlock(&rw_pair[1]);
	write_unlock(&rw_pair[0]);
}

static void rw_class_twice(struct kunit *test)
{
	for (int i = 0; i < 2; i++)
		rwlock_init(&rw_pair[i]);
	KUNIT_EXPECT_NO_REPORT(test, write_pair());
	KUNIT_EXPECT_REPORT(test, "a lock of class &rw_pair[i] is wanted while another",
			    read_then_read(&rw_pair[0], &rw_pair[1]));
}

static void rw_trying(struct kunit *test)
{
	static DEFINE_RWLOCK(tried_a);
	static DEFINE_RWLOCK(tried_b);

	KUNIT_EXPECT_NO_REPORT(test, read_then_write(&tried_a, &tried_b));
	KUNIT_ASSERT_TRUE(test, write_trylock(&tried_b));
	KUNIT_EXPECT_EQ(test, lockdep_depth(), 1U);
	/* Nobody waited for the first of these, but for the second. */
	KUNIT_EXPECT_NO_REPORT(test, KUNIT_ASSERT_TRUE(test, read_trylock(&tried_a)));
	KUNIT_EXPECT_EQ(test, lockdep_depth(), 2U);
	read_unlock(&tried_a);
	KUNIT_EXPECT_REPORT(test, "tried_a is wanted while tried_b is held", read_lock(&tried_a));
	read_unlock(&tried_a);
	write_unlock(&tried_b);
	KUNIT_EXPECT_EQ(test, lockdep_depth(), 0U);
}

static DEFINE_RWLOCK(by_readers);
static DEFINE_RWLOCK(by_writers);
static DEFINE_RWLOCK(on_first);
static DEFINE_RWLOCK(writer_first);

static void read_by_readers(void)
{
	read_lock(&by_readers);
	read_unlock(&by_readers);
}

static void write_by_readers(void)
{
	write_lock(&by_readers);
	write_unlock(&by_readers);
}

static void read_by_writers(void)
{
	read_lock(&by_writers);
	read_unlock(&by_writers);
}

static void write_by_writers(void)
{
	write_lock(&by_writers);
	write_unlock(&by_writers);
}

static void read_on_first(void)
{
	read_lock(&on_first);
	read_unlock(&on_first);
}

static void write_on_first(void)
{
	write_lock(&on_first);
	write_unlock(&on_first);
}

static void read_writer_first(void)
{
	read_lock(&writer_first);
	read_unlock(&writer_first);
}

static void write_writer_first(void)
{
	write_lock(&writer_first);
	write_unlock(&writer_first);
}

/* Handlers that only read forbid writing with interrupts on; those that write, both. */
static void rw_irq_state(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, as_handler(read_by_readers));
	KUNIT_EXPECT_NO_REPORT(test, read_by_readers());
	KUNIT_EXPECT_NO_REPORT(test, irqs_off(write_by_readers));
	KUNIT_EXPECT_REPORT(test, "by_readers is taken by an interrupt", write_by_readers());
	KUNIT_EXPECT_NO_REPORT(test, as_handler(write_by_writers));
	KUNIT_EXPECT_NO_REPORT(test, irqs_off(read_by_writers));
	KUNIT_EXPECT_REPORT(test, "by_writers is taken by an interrupt", read_by_writers());
	/* The other way round. */
	KUNIT_EXPECT_NO_REPORT(test, read_on_first());
	KUNIT_EXPECT_NO_REPORT(test, as_handler(read_on_first));
	KUNIT_EXPECT_REPORT(test, "on_first is taken by an interrupt", as_handler(write_on_first));
	KUNIT_EXPECT_NO_REPORT(test, write_writer_first());
	KUNIT_EXPECT_REPORT(test, "writer_first is taken by an interrupt",
			    as_handler(read_writer_first));
}

static DEFINE_RWLOCK(order_rw);
static DEFINE_SPINLOCK(order_spin);

static void read_order(void)
{
	read_lock(&order_rw);
	read_unlock(&order_rw);
}

static void spin_under_read(void)
{
	read_lock(&order_rw);
	only(&order_spin, NULL);
	read_unlock(&order_rw);
}

static void spin_under_write(void)
{
	write_lock(&order_rw);
	only(&order_spin, NULL);
	write_unlock(&order_rw);
}

/* A handler that reads isn't kept waiting by a reader, whatever that waits for, but by a writer. */
static void rw_irq_order(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, as_handler(read_order));
	KUNIT_EXPECT_NO_REPORT(test, spin_under_read());
	KUNIT_EXPECT_REPORT(test, "order_spin is taken under order_rw", irqs_off(spin_under_write));
}

static DEFINE_RWLOCK(pass_rw);
static DEFINE_SPINLOCK(pass_spin);

static void read_twice(void)
{
	read_then_read(&pass_rw, &pass_rw);
}

static void pass_forth(void)
{
	read_lock(&pass_rw);
	only(&pass_spin, NULL);
	read_unlock(&pass_rw);
}

static void pass_forth_writing(void)
{
	write_lock(&pass_rw);
	only(&pass_spin, NULL);
	write_unlock(&pass_rw);
}

static void pass_back(void)
{
	spin_lock(&pass_spin);
	read_lock(&pass_rw);
	read_unlock(&pass_rw);
	spin_unlock(&pass_spin);
}

static void rw_handlers_pass(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, as_handler(read_twice));
	KUNIT_EXPECT_NO_REPORT(test, irqs_off(pass_forth));
	KUNIT_EXPECT_NO_REPORT(test, as_handler(pass_back));
	KUNIT_EXPECT_NO_REPORT(test, irqs_off(pass_forth_writing));
	KUNIT_EXPECT_REPORT(test, "pass_rw is wanted while pass_spin is held",
			    as_handler(pass_back));
}

static void rw_held(struct kunit *test)
{
	static DEFINE_RWLOCK(held);

	KUNIT_EXPECT_REPORT(test, "lockdep_is_held", lockdep_assert_held(&held));
	read_lock(&held);
	KUNIT_EXPECT_NO_REPORT(test, lockdep_assert_held(&held));
	KUNIT_EXPECT_REPORT(test, "lockdep_is_held_write", lockdep_assert_held_write(&held));
	read_unlock(&held);
	write_lock(&held);
	KUNIT_EXPECT_NO_REPORT(test, lockdep_assert_held_write(&held));
	write_unlock(&held);
}

/* ---- what is held ---- */

static void released_out_of_order(struct kunit *test)
{
	static DEFINE_SPINLOCK(hand_a);
	static DEFINE_SPINLOCK(hand_b);
	static DEFINE_SPINLOCK(hand_c);

	spin_lock(&hand_a);
	KUNIT_ASSERT_TRUE(test, spin_trylock(&hand_b)); /* no order of a and b */
	spin_unlock(&hand_a);
	KUNIT_EXPECT_EQ(test, lockdep_depth(), 1U);
	spin_lock(&hand_c); /* after b alone */
	spin_unlock(&hand_b);
	spin_unlock(&hand_c);
	KUNIT_EXPECT_EQ(test, lockdep_depth(), 0U);
	KUNIT_EXPECT_NO_REPORT(test, both(&hand_c, &hand_a));
	KUNIT_EXPECT_REPORT(test, "hand_b is wanted while hand_c is held", both(&hand_c, &hand_b));
}

static noinline void sleep_here(void)
{
	might_sleep();
}

static void sleeping_in_atomic_context(struct kunit *test)
{
	static DEFINE_SPINLOCK(atomic_lock);

	spin_lock(&atomic_lock);
	KUNIT_EXPECT_REPORT(test, "#0: (atomic_lock) at: ", sleep_here());
	spin_unlock(&atomic_lock);
	local_irq_disable();
	KUNIT_EXPECT_REPORT(test, "in_atomic(): 0, irqs_disabled(): 1", sleep_here());
	preempt_count_add(HARDIRQ_OFFSET);
	KUNIT_EXPECT_REPORT(test, "An interrupt handler must not sleep", sleep_here());
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_enable();
}

static void alloc_a_page(gfp_t gfp)
{
	__free_page(alloc_page(gfp));
}

static void alloc_an_area(void)
{
	vfree(vmalloc(PAGE_SIZE));
}

static void lock_a_mutex(void)
{
	mutex_lock(&sleep_a);
	mutex_unlock(&sleep_a);
}

static noinline void alloc_an_object(gfp_t gfp)
{
	kfree(kmalloc(64, gfp));
}

static void alloc_percpu_word(gfp_t gfp)
{
	free_percpu(alloc_percpu_gfp(u64, gfp));
}

static void alloc_from_cache(struct kmem_cache *s)
{
	kmem_cache_free(s, kmem_cache_alloc(s, GFP_KERNEL));
}

static void alloc_bulk_from_cache(struct kmem_cache *s)
{
	void *p[4];

	if (kmem_cache_alloc_bulk(s, GFP_KERNEL, ARRAY_SIZE(p), p))
		kmem_cache_free_bulk(s, ARRAY_SIZE(p), p);
}

#define INVALID_AT(file) "sleeping function called from invalid context at " file ":"

static void allocating_in_atomic_context(struct kunit *test)
{
	struct kmem_cache *s = kmem_cache_create("atomic", 24, 0, 0, NULL);
	void *area = vmalloc(PAGE_SIZE), *last = vmalloc(PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, s);
	preempt_disable();
	KUNIT_EXPECT_REPORT(test, INVALID_AT("mm/page_alloc.c"), alloc_a_page(GFP_KERNEL));
	KUNIT_EXPECT_REPORT(test, INVALID_AT("mm/slab.c"), alloc_an_object(GFP_KERNEL));
	KUNIT_EXPECT_REPORT(test, INVALID_AT("mm/slab.c"), alloc_from_cache(s));
	KUNIT_EXPECT_REPORT(test, INVALID_AT("mm/slab.c"), alloc_bulk_from_cache(s));
	KUNIT_EXPECT_REPORT(test, INVALID_AT("mm/percpu.c"), alloc_percpu_word(GFP_KERNEL));
	KUNIT_EXPECT_REPORT(test, INVALID_AT("lib/sync/mutex.c"), lock_a_mutex());
	KUNIT_EXPECT_REPORT(test, INVALID_AT("mm/vmalloc.c"), vfree(area));
	KUNIT_EXPECT_NO_REPORT(test, alloc_a_page(GFP_ATOMIC));
	KUNIT_EXPECT_NO_REPORT(test, alloc_an_object(GFP_NOWAIT));
	KUNIT_EXPECT_NO_REPORT(test, alloc_percpu_word(GFP_ATOMIC));
	KUNIT_EXPECT_NO_REPORT(test, vfree_atomic(last));
	preempt_enable();
	kmem_cache_destroy(s);
}

/* Under a lock, under one for reading, with interrupts off, in a handler; vfree() may be there. */
static void every_atomic_context(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);
	static DEFINE_RWLOCK(rw);
	void *area = vmalloc(PAGE_SIZE);

	spin_lock(&lock);
	KUNIT_EXPECT_REPORT(test, "must not sleep: allocate with GFP_ATOMIC",
			    alloc_an_object(GFP_KERNEL));
	spin_unlock(&lock);
	read_lock(&rw);
	KUNIT_EXPECT_REPORT(test, "alloc_an_object+0x", alloc_an_object(GFP_KERNEL));
	read_unlock(&rw);
	local_irq_disable();
	KUNIT_EXPECT_REPORT(test, "irqs_disabled(): 1", alloc_an_object(GFP_KERNEL));
	preempt_count_add(HARDIRQ_OFFSET);
	KUNIT_EXPECT_REPORT(test, "An interrupt handler must not sleep",
			    alloc_an_object(GFP_KERNEL));
	KUNIT_EXPECT_NO_REPORT(test, vfree(area));
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_enable();
}

static void alloc_two_objects(void)
{
	for (int i = 0; i < 2; i++)
		alloc_an_object(GFP_KERNEL);
}

static void a_call_is_reported_once(struct kunit *test)
{
	void *area = NULL;

	preempt_disable();
	KUNIT_EXPECT_REPORT(test, INVALID_AT("mm/slab.c"), alloc_two_objects());
	/* What vmalloc() allocates for itself is the same call. */
	KUNIT_EXPECT_REPORT(test, INVALID_AT("mm/vmalloc.c"), area = vmalloc(PAGE_SIZE));
	preempt_enable();
	vfree(area);
}

static void allowed_contexts(struct kunit *test)
{
	KUNIT_EXPECT_NO_REPORT(test, sleep_here());
	KUNIT_EXPECT_NO_REPORT(test, alloc_a_page(GFP_KERNEL));
	KUNIT_EXPECT_NO_REPORT(test, alloc_an_area());
	KUNIT_EXPECT_NO_REPORT(test, lock_a_mutex());
}

static void die_with_a_lock(spinlock_t *lock)
{
	spin_lock(lock);
	BUG();
}

static void a_way_out_forgets(struct kunit *test)
{
	static DEFINE_SPINLOCK(lost);

	KUNIT_EXPECT_FAULT(test, "kernel BUG", die_with_a_lock(&lost));
	KUNIT_EXPECT_EQ(test, lockdep_depth(), 0U);
}

static struct kunit_case lockdep_cases[] = {
	KUNIT_CASE(inversion_is_seen),
	KUNIT_CASE(longer_circles_are_seen),
	KUNIT_CASE(order_alone_is_fine),
	KUNIT_CASE(one_class_twice),
	KUNIT_CASE(nested_has_an_order),
	KUNIT_CASE(trying_waits_for_nobody),
	KUNIT_CASE(reported_once),
	KUNIT_CASE(irq_state),
	KUNIT_CASE(irq_order),
	KUNIT_CASE(handlers_hold_their_own),
	KUNIT_CASE(sleeping_locks_try),
	KUNIT_CASE(sleeping_locks_too),
	KUNIT_CASE(rwlocks_too),
	KUNIT_CASE(rw_class_twice),
	KUNIT_CASE(rw_trying),
	KUNIT_CASE(rw_irq_state),
	KUNIT_CASE(rw_irq_order),
	KUNIT_CASE(rw_handlers_pass),
	KUNIT_CASE(rw_held),
	KUNIT_CASE(released_out_of_order),
	KUNIT_CASE(sleeping_in_atomic_context),
	KUNIT_CASE(allocating_in_atomic_context),
	KUNIT_CASE(every_atomic_context),
	KUNIT_CASE(a_call_is_reported_once),
	KUNIT_CASE(allowed_contexts),
	KUNIT_CASE(a_way_out_forgets),
	{},
};

static struct kunit_suite lockdep_suite = {
	.name = "lockdep",
	.init = setup,
	.test_cases = lockdep_cases,
};
kunit_test_suite(lockdep_suite);
