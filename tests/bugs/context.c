// SPDX-License-Identifier: MIT
/*
 * Planted bugs: the right call in the wrong place, and locks (tests/bugs/bugs.h).
 *
 * What rules of locks have learned stays learned, so each has locks of its own.
 */
#include <asm/irqflags.h>
#include <asm/smp.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "context and locks"

/* ---- what may sleep, where nobody may ---- */

static DEFINE_SPINLOCK(outer_lock);

PLANT(sleep_with_lock, 0, "kmalloc(GFP_KERNEL) with a spin lock held")
{
	void *p;

	spin_lock(&outer_lock);
	p = hidden(kmalloc(64, GFP_KERNEL));
	planted();
	spin_unlock(&outer_lock);
	kfree(p);
}

PLANT(sleep_irqs_off, 0, "alloc_pages(GFP_KERNEL) with interrupts off")
{
	struct page *page;

	local_irq_disable();
	page = alloc_pages(GFP_KERNEL, 0);
	planted();
	local_irq_enable();
	__free_page(page);
}

PLANT(sleep_in_reader, 0, "kmem_cache_alloc(GFP_KERNEL) by a reader of RCU")
{
	struct kmem_cache *s = kmem_cache_create("planted", 64, 0, 0, NULL);
	void *p;

	rcu_read_lock();
	p = kmem_cache_alloc(s, GFP_KERNEL);
	planted();
	rcu_read_unlock();
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

PLANT(sleep_preempt_off, 0, "vmalloc() with preemption off")
{
	void *p;

	preempt_disable();
	p = hidden(vmalloc(PAGE_SIZE));
	planted();
	preempt_enable();
	vfree(p);
}

PLANT(percpu_in_atomic, 0, "alloc_percpu() with a spin lock held")
{
	u64 __percpu *p;

	spin_lock(&outer_lock);
	p = alloc_percpu(u64);
	planted();
	spin_unlock(&outer_lock);
	free_percpu(p);
}

static void *from_timer_p;

static void allocate_in_timer(struct timer_list *unused)
{
	from_timer_p = hidden(kmalloc(64, GFP_KERNEL));
}

static struct timer_list timer;

static noinline void run_timer(void (*fn)(struct timer_list *))
{
	unsigned long end = jiffies + 3;

	timer_setup(&timer, fn, 0);
	mod_timer(&timer, jiffies + 1);
	while (time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	timer_delete_sync(&timer);
}

PLANT(sleep_in_timer, 0, "kmalloc(GFP_KERNEL) in a timer")
{
	run_timer(allocate_in_timer);
	planted();
	kfree(from_timer_p);
}

static void *mapped;

static void unmap_in_timer(struct timer_list *unused)
{
	vunmap(mapped);
}

PLANT(vunmap_in_timer, 0, "vunmap() in a timer")
{
	struct page *page = alloc_page(GFP_KERNEL);

	mapped = hidden(vmap(&page, 1, VM_MAP, PAGE_KERNEL));
	run_timer(unmap_in_timer);
	planted();
	__free_page(page);
}

static DEFINE_MUTEX(some_mutex);

PLANT(mutex_in_atomic, 0, "mutex_lock() with a spin lock held")
{
	spin_lock(&outer_lock);
	mutex_lock(&some_mutex);
	planted();
	mutex_unlock(&some_mutex);
	spin_unlock(&outer_lock);
}

PLANT(msleep_in_atomic, ALONE, "msleep() with preemption off")
{
	preempt_disable();
	msleep(1);
	planted();
	preempt_enable();
}

PLANT(user_copy_in_atomic, 0, "copy_from_user() with a spin lock held")
{
	void __user *u = user_pages(1);
	char copy[8];

	spin_lock(&outer_lock);
	if (copy_from_user(copy, u, unknown(8)))
		refused();
	planted();
	spin_unlock(&outer_lock);
}

PLANT(wait_in_reader, ALONE, "synchronize_rcu() by a reader of RCU")
{
	rcu_read_lock();
	synchronize_rcu();
	planted();
	rcu_read_unlock();
}

PLANT(cache_made_in_atomic, 0, "kmem_cache_create() with preemption off")
{
	struct kmem_cache *s;

	preempt_disable();
	s = kmem_cache_create("planted", 64, 0, 0, NULL);
	planted();
	preempt_enable();
	kmem_cache_destroy(s);
}

/* ---- locks ---- */

static void both(spinlock_t *first, spinlock_t *second)
{
	spin_lock(first);
	spin_lock(second);
	spin_unlock(second);
	spin_unlock(first);
}

PLANT(lock_order, 0, "two locks are taken in both orders")
{
	static DEFINE_SPINLOCK(order_a);
	static DEFINE_SPINLOCK(order_b);

	both(&order_a, &order_b);
	both(&order_b, &order_a);
	planted();
}

static DEFINE_SPINLOCK(handler_lock);

static void take_in_timer(struct timer_list *unused)
{
	spin_lock(&handler_lock);
	spin_unlock(&handler_lock);
}

PLANT(lock_of_handler, 0, "a lock of an interrupt's is held with interrupts on")
{
	run_timer(take_in_timer);
	spin_lock(&handler_lock);
	spin_unlock(&handler_lock);
	planted();
}

PLANT(lock_twice, ALONE, "spin_lock() of what one holds already")
{
	static DEFINE_SPINLOCK(own);

	spin_lock(&own);
	spin_lock(&own);
	planted();
	spin_unlock(&own);
}

PLANT(unlock_not_held, 0, "spin_unlock() of a lock that nobody holds")
{
	static DEFINE_SPINLOCK(free_lock);

	preempt_disable();
	spin_unlock(&free_lock);
	planted();
	spin_lock_init(&free_lock);
}

PLANT(mutex_unlock_not_held, 0, "mutex_unlock() of a mutex that nobody holds")
{
	static DEFINE_MUTEX(mutex);

	mutex_unlock(&mutex);
	planted();
}

PLANT(up_read_not_held, 0, "up_read() of what nobody reads")
{
	static DECLARE_RWSEM(sem);

	up_read(&sem);
	planted();
}

PLANT(held_by_assertion, 0, "lockdep_assert_held() without the lock")
{
	static DEFINE_SPINLOCK(asked);

	lockdep_assert_held(&asked);
	planted();
}

/* ---- what a function leaves behind ---- */

static void leave_preemption_off(struct work_struct *work)
{
	preempt_disable();
}

static void leave_interrupts_off(struct work_struct *work)
{
	local_irq_disable();
}

static DEFINE_SPINLOCK(left_lock);

static void leave_lock(struct work_struct *work)
{
	spin_lock(&left_lock);
}

static struct work_struct work;

static noinline void run_work(work_func_t fn)
{
	INIT_WORK(&work, fn);
	schedule_work(&work);
	flush_work(&work);
	planted();
}

PLANT(preemption_left_off, 0, "a work item comes back with preemption off")
{
	run_work(leave_preemption_off);
}

PLANT(interrupts_left_off, 0, "a work item comes back with interrupts off")
{
	run_work(leave_interrupts_off);
}

PLANT(lock_left_held, 0, "a work item comes back with a lock held")
{
	run_work(leave_lock);
	spin_lock_init(&left_lock);
}

static void flush_itself(struct work_struct *w)
{
	flush_work(w);
}

PLANT(work_waits_for_itself, 0, "flush_work() in the item's own function")
{
	run_work(flush_itself);
}

struct owner {
	u64 number[4];
	struct work_struct work;
};

static void nothing(struct work_struct *w)
{
}

PLANT(work_freed_in_queue, ALONE, "a structure is freed with its work item in the queue")
{
	struct owner *o = hidden(kzalloc(sizeof(*o), GFP_KERNEL));

	INIT_WORK(&o->work, nothing);
	preempt_disable();
	schedule_work(&o->work);
	kfree(o);
	planted();
	preempt_enable();
	msleep(20);
}

PLANT(work_made_again, ALONE, "INIT_WORK() of an item that is in the queue")
{
	static struct work_struct again;

	INIT_WORK(&again, nothing);
	preempt_disable();
	schedule_work(&again);
	INIT_WORK(&again, nothing);
	preempt_enable();
	planted();
	flush_scheduled_work();
}

static noinline void spin_for(unsigned long ticks)
{
	unsigned long end = jiffies + ticks;

	while (time_before(jiffies, end))
		cpu_relax();
}

PLANT(timer_freed, ALONE, "a structure is freed with its timer pending")
{
	struct timer_list *t = hidden(kzalloc(sizeof(*t), GFP_KERNEL));

	timer_setup(t, allocate_in_timer, 0);
	mod_timer(t, jiffies + 3);
	kfree(t);
	planted();
	msleep(40);
}

PLANT(timer_added_twice, 0, "add_timer() of a pending timer")
{
	timer_setup(&timer, allocate_in_timer, 0);
	timer.expires = jiffies + 100;
	add_timer(&timer);
	add_timer(&timer);
	planted();
	timer_delete_sync(&timer);
}

static struct workqueue_struct *gone;

PLANT(queue_destroyed, ALONE, "queue_work() on a workqueue that was destroyed")
{
	static struct work_struct late;

	gone = alloc_workqueue("planted", 0, 0);
	destroy_workqueue(gone);
	INIT_WORK(&late, nothing);
	queue_work(hidden(gone), &late);
	planted();
}

/* ---- RCU ---- */

PLANT(unlock_without_reader, ALONE, "rcu_read_unlock() without rcu_read_lock()")
{
	rcu_read_unlock();
	planted();
}

PLANT(dereference_outside, 0, "rcu_dereference() without a reader")
{
	static u64 value;
	static u64 __rcu *published;

	rcu_assign_pointer(published, &value);
	bug_seen = *rcu_dereference(published);
	planted();
}

static void count_call(struct rcu_head *head)
{
	bug_seen++;
}

PLANT(call_rcu_twice, ALONE, "call_rcu() of a head that is in the queue")
{
	static struct rcu_head head;

	preempt_disable();
	call_rcu(&head, count_call);
	call_rcu(&head, count_call);
	preempt_enable();
	planted();
	rcu_barrier();
}

/* ---- stuck ---- */

PLANT(stuck_cpu, ALONE, "a CPU spins with preemption off (watchdog_thresh=100)")
{
	preempt_disable();
	spin_for(250);
	preempt_enable();
	planted();
}

/* ---- arguments ---- */

PLANT(cache_without_name, 0, "kmem_cache_create() without a name")
{
	if (!kmem_cache_create(hidden(NULL), 64, 0, 0, NULL))
		refused();
	planted();
}

PLANT(cache_odd_align, 0, "kmem_cache_create() with an alignment that is no power of two")
{
	if (!kmem_cache_create("planted", 64, unknown(48), 0, NULL))
		refused();
	planted();
}

static void set_up(void *p)
{
	*(u64 *)p = 7;
}

PLANT(zero_with_ctor, 0, "kmem_cache_zalloc() of a cache with constructor")
{
	struct kmem_cache *s = kmem_cache_create("planted", 64, 0, 0, set_up);
	void *p = hidden(kmem_cache_zalloc(s, GFP_KERNEL));

	planted();
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

PLANT(size_too_large, 0, "kmalloc() of more than there can be")
{
	void *p = hidden(kmalloc(unknown(1UL << 40), GFP_KERNEL));

	if (!p)
		refused();
	planted();
}

PLANT(vmalloc_too_large, 0, "vmalloc() of more than the machine has")
{
	void *p = hidden(vmalloc(unknown(1UL << 45)));

	if (!p)
		refused();
	planted();
}
