/* SPDX-License-Identifier: MIT */
/*
 * Wait queues
 * ===========
 *
 * A list of entries under a spin lock. An entry is on the stack of a task that waits; its function
 * wakes that task, or does what else somebody wants when the queue is woken.
 *
 *	head ─► all that share ─► … ─► exclusive ─► exclusive		in the order they came
 *
 *	waiter						waker
 *	prepare_to_wait(): lock, into the list,		condition = true
 *	  state = …, full barrier			wake_up(): lock, for each entry func()
 *	condition? no: schedule()			  = state RUNNING, out of the list
 *	finish_wait(): lock, out of the list
 *
 * Who waits is on the list, in its state, before it looks at the condition, and the waker looks at
 * the list after it has set it: one of the two sees the other (lib/sync/sched.c). The list is looked
 * at under the lock always: the shortcuts of waitqueue_active() are the caller's risk.
 *
 * One wake_up() wakes all that share and one that is exclusive: for many that wait for the one thing
 * that each of them takes. Such a waiter that is woken and doesn't take it must wake the next.
 *
 * Invariants
 *   I1  An entry on the list lives: its task leaves it only after finish_wait() had the lock with the
 *       entry out of the list, which is after any waker is done with it.
 *   I2  Exclusive entries stand behind all others (unless PRIORITY), so that a walk which stops at
 *       the n-th of them has woken the others.
 *
 * Locks: the queue's, interrupts off; the scheduler's are taken inside. Contexts: waking in any but
 * NMI; waiting where one may sleep. Complexity: O(entries).
 */
#include <linux/wait.h>

/**
 * init_waitqueue_head - make an empty queue
 */
void init_waitqueue_head(struct wait_queue_head *wq)
{
	spin_lock_init(&wq->lock);
	INIT_LIST_HEAD(&wq->head);
}

/**
 * init_wait_entry - an entry of the running task that leaves the queue when it is woken
 * @entry: the entry
 * @flags: WQ_FLAG_EXCLUSIVE or 0
 */
void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	entry->flags = flags;
	entry->private = current;
	entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

/* ---- the list ---- */

static void insert(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	if (entry->flags & WQ_FLAG_EXCLUSIVE && !(entry->flags & WQ_FLAG_PRIORITY))
		list_add_tail(&entry->entry, &wq->head);
	else
		list_add(&entry->entry, &wq->head);
}

static void add(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	insert(wq, entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/**
 * add_wait_queue - put an entry on the queue, to be woken with all others
 */
void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	add(wq, entry);
}

/**
 * add_wait_queue_exclusive - put an entry at the end, to be woken alone
 */
void add_wait_queue_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	add(wq, entry);
}

/**
 * add_wait_queue_priority - put an entry before all others; woken, it counts as exclusive
 */
void add_wait_queue_priority(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE | WQ_FLAG_PRIORITY;
	add(wq, entry);
}

/**
 * remove_wait_queue - take an entry off that is on the queue
 */
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	spin_lock_irqsave(&wq->lock, flags);
	list_del(&entry->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/* ---- waiting ---- */

/* Was the queue empty? The state is set under the lock: a waker that comes next sees both. */
static bool queue_up(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	unsigned long flags;
	bool first;

	spin_lock_irqsave(&wq->lock, flags);
	first = list_empty(&wq->head);
	if (list_empty(&entry->entry))
		insert(wq, entry);
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
	return first;
}

/**
 * prepare_to_wait - onto the queue if not there yet, and into a state
 * @wq: the queue
 * @entry: DEFINE_WAIT()'s
 * @state: TASK_*
 *
 * Then look at the condition, schedule() if it is false, and at the end finish_wait().
 */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	entry->flags &= ~WQ_FLAG_EXCLUSIVE;
	(void)queue_up(wq, entry, state);
}

/**
 * prepare_to_wait_exclusive - the same, to be woken alone
 *
 * Return: true if nobody was on the queue.
 */
bool prepare_to_wait_exclusive(struct wait_queue_head *wq, struct wait_queue_entry *entry,
			       int state)
{
	entry->flags |= WQ_FLAG_EXCLUSIVE;
	return queue_up(wq, entry, state);
}

/**
 * prepare_to_wait_event - the same, exclusive or not as init_wait_entry() said
 *
 * Return: 0 (-ERESTARTSYS is for signals, which no task gets).
 */
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	(void)queue_up(wq, entry, state);
	return 0;
}

/**
 * finish_wait - running again, and off the queue
 */
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags;

	__set_current_state(TASK_RUNNING);
	spin_lock_irqsave(&wq->lock, flags);
	list_del_init(&entry->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

/**
 * wait_woken - sleep unless woken since the last time
 * @entry: on a queue, with woken_wake_function()
 * @mode: TASK_*
 * @timeout: jiffies at most
 *
 * For conditions that can't be looked at in a state other than running: a wake-up leaves a mark,
 * which this takes away. Return: jiffies that were left.
 */
long wait_woken(struct wait_queue_entry *entry, unsigned int mode, long timeout)
{
	set_current_state(mode);
	if (!(READ_ONCE(entry->flags) & WQ_FLAG_WOKEN))
		timeout = schedule_timeout(timeout);
	__set_current_state(TASK_RUNNING);
	(void)arch_fetch_and(&entry->flags, ~WQ_FLAG_WOKEN);
	return timeout;
}

/* ---- waking ---- */

/**
 * default_wake_function - wake the entry's task if its state is one of `mode`
 */
int default_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	return wake_up_state(entry->private, mode);
}

/**
 * autoremove_wake_function - the same, and off the queue if that woke it
 */
int autoremove_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	int woken = default_wake_function(entry, mode, flags, key);

	if (woken)
		list_del_init(&entry->entry);
	return woken;
}

/**
 * woken_wake_function - leave a mark for wait_woken(), and wake
 */
int woken_wake_function(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	(void)arch_fetch_or(&entry->flags, WQ_FLAG_WOKEN);
	return default_wake_function(entry, mode, flags, key);
}

/**
 * __wake_up_locked - wake those of the queue, whose lock is held
 * @wq: the queue
 * @mode: the states to be woken from
 * @nr: how many exclusive ones; 0: all
 * @key: for the entries' functions
 *
 * Context: any but NMI, interrupts off. Return: how many exclusive ones of @nr were not woken.
 */
int __wake_up_locked(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
{
	struct wait_queue_entry *entry, *next;

	lockdep_assert_held(&wq->lock);
	list_for_each_entry_safe(entry, next, &wq->head, entry) {
		unsigned int flags = READ_ONCE(entry->flags);
		int woken = entry->func(entry, mode, 0, key);

		if (woken < 0)
			break;
		if (woken && flags & WQ_FLAG_EXCLUSIVE && --nr == 0)
			break;
	}
	return nr;
}

/**
 * __wake_up - wake those of the queue
 * @wq: the queue
 * @mode: the states to be woken from
 * @nr: how many exclusive ones; 0: all
 * @key: for the entries' functions
 *
 * Context: any but NMI. Return: how many exclusive ones were woken.
 */
int __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
{
	unsigned long flags;
	int left;

	spin_lock_irqsave(&wq->lock, flags);
	left = __wake_up_locked(wq, mode, nr, key);
	spin_unlock_irqrestore(&wq->lock, flags);
	return nr - left;
}
