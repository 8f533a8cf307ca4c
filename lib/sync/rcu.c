// SPDX-License-Identifier: MIT
/*
 * RCU: read, copy, update
 * =======================
 *
 * 1. Model. A reader has preemption off, and nothing else (Linux's RCU without CONFIG_PREEMPT_RCU).
 *    So a CPU that is seen at a preempt count of 0 is quiescent: whatever reader began on it before
 *    has ended. It is seen so where it switches to another thread, where it goes idle, and where its
 *    tick, which comes to idle CPUs too, interrupts code at that count. When each CPU was quiescent once since a moment,
 *    no reader of before that moment is left: a grace period.
 *
 *	updater:    old version unlinked │ grace period ······················ │ old version freed
 *	CPU 0:	 [reader]	 [reader]│[may see old]   ▲tick		       │
 *	CPU 1:		[may see the old │ version......]    ▲switch	       │
 *	CPU 2:	 idle			 │	       ▲tick  [sees the new one, is not waited for]
 *
 * 2. Grace periods are numbered and come one after the other. `gp` is the number of the last that
 *    began, `completed` that of the last that ended; they are the same while none runs. Starting
 *    one asks each CPU that has come up, by a word of its own (rcu_asked) and a bit in `holding`;
 *    the CPU reports when it next is quiescent, which clears both; who clears the last bit ends the
 *    grace period, wakes those who wait for its number, and starts the next one if somebody wants
 *    it. What is to wait from now on waits for number gp + 1: the one that runs may have begun
 *    before.
 *
 * 3. A CPU that comes up joins with the next grace period that starts: it can't have a reader of
 *    before it was up.
 *
 * 4. Callbacks stand in three lists of the CPU that queued them, in the order in which they came:
 *
 *	call_rcu() ──► next ── tick: a number is known ──► waiting ── it ended ──► done ──► thread
 *
 *    A thread of the CPU's (lib/sched/rcu_threads.c) calls them with preemption off, BATCH at a
 *    time, and lets others run between. Where there is no such thread yet, or never (one CPU runs
 *    then), rcu_barrier() calls them.
 *
 * 5. Who waits too long. A CPU that is asked and whose ticks find it inside readers again and again
 *    is made to switch at the next end of one; after rcu_stall_ticks of its own ticks there is a
 *    report with its stack. A CPU with more than RCU_MANY callbacks in its lists, and at each
 *    multiple of that, has all CPUs that hold the grace period up interrupted and made to switch.
 *
 * 6. With one CPU up, whoever may sleep is the proof that no reader runs: it is over at once.
 *
 * Invariants
 * I1  completed == gp, and `holding` is empty; or completed == gp - 1, and it is not.
 * I2  A CPU's rcu_asked is 1 exactly if its bit in `holding` is set (under the lock).
 * I3  wanted is completed, gp or gp + 1 at most; greater than gp only while one runs.
 * I4  Callbacks in `waiting` were queued before waiting_gp began.
 * I5  nr counts what is queued on this CPU and has not returned.
 *
 * Ordering. What an updater wrote before it asked for a grace period is seen by readers that begin
 * after a CPU's report, since the request, the start and the report take the lock one after the
 * other; and what a reader did is over, for those who waited, by the same chain the other way round.
 * In debug builds a reader is also in the list of held locks, so that reports show where it began.
 *
 * Locks: rcu.lock, irq-safe, short; a waiter's completion and the scheduler's locks are taken under
 * it. A CPU's lists are its own: interrupts off. call_rcu() takes no lock and writes no line that
 * other CPUs write, but for each RCU_MANY-th that waits. Contexts: readers and call_rcu() any but
 * NMI; what waits may sleep.
 * Complexity: call_rcu() O(1); a grace period O(CPUs).
 * Source: McKenney and Slingwine, "Read-Copy Update" (1998).
 */
#include <linux/rcupdate.h>
#include <quarry/guest.h>
#include <quarry/rcu.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <asm/ksyms.h>
#include <asm/smp.h>

#define BATCH	   32			 /* callbacks between two chances to reschedule */
#define PUSH_TICKS 3			 /* after so many, a CPU that is asked is made to switch */
#define FIRST_GP   ((unsigned long)-300) /* comparisons that can't wrap are found soon */

struct cb_list {
	struct rcu_head *first, **tail; /* tail NULL: as &first */
};

/* Of one CPU, interrupts off; but nr is read, and runner written, by others. */
struct rcu_cpu {
	struct cb_list next, waiting, done;
	unsigned long waiting_gp; /* the number that `waiting` waits for */
	unsigned long nr;
	struct task_struct *runner;
	unsigned long held_gp; /* the grace period that the ticks below were counted in */
	unsigned int held_ticks;
	struct rcu_head barrier; /* rcu_barrier()'s */
};

struct waiter {
	struct waiter *next;
	unsigned long gp;
	struct completion over;
};

static struct {
	spinlock_t lock;
	unsigned long gp, completed; /* lock; completed is read without */
	unsigned long wanted;
	struct cpumask cpus;	/* that have come up */
	struct cpumask holding; /* that the running grace period waits for */
	struct waiter *waiters;
} rcu = {
	.lock = __SPIN_LOCK_UNLOCKED(rcu.lock),
	.gp = FIRST_GP,
	.completed = FIRST_GP,
	.wanted = FIRST_GP,
	.cpus = { { 1 } },
};

static DEFINE_PER_CPU(struct rcu_cpu, rcu_cpus);
DEFINE_PER_CPU(unsigned int, rcu_asked);
static DEFINE_PER_CPU(bool, calling); /* it runs callbacks, preemption off */

void (*rcu_kvfree)(const void *p);
unsigned int rcu_stall_ticks = RCU_STALL_TICKS;

/* ---- grace periods: rcu.lock held ---- */

static bool gp_passed(unsigned long gp)
{
	return (long)(smp_load_acquire(&rcu.completed) - gp) >= 0;
}

static void gp_start(void)
{
	unsigned int cpu;

	lockdep_assert_held(&rcu.lock);
	WRITE_ONCE(rcu.gp, rcu.gp + 1);
	cpumask_copy(&rcu.holding, &rcu.cpus);
	for_each_cpu(cpu, &rcu.holding) WRITE_ONCE(per_cpu(rcu_asked, cpu), 1);
}

/* Their struct may be gone as soon as they are told. */
static void wake_waiters(void)
{
	struct waiter **link = &rcu.waiters, *w;

	while ((w = *link)) {
		if (!gp_passed(w->gp)) {
			link = &w->next;
			continue;
		}
		*link = w->next;
		complete(&w->over);
	}
}

static void gp_end(void)
{
	smp_store_release(&rcu.completed, rcu.gp);
	wake_waiters();
	if (rcu.wanted != rcu.completed)
		gp_start();
}

/* The number of the first grace period that begins from now on; it will begin. */
static unsigned long gp_request(void)
{
	unsigned long gp = rcu.gp + 1;

	rcu.wanted = gp;
	if (rcu.gp == rcu.completed)
		gp_start();
	return gp;
}

static void report_cpu(unsigned int cpu)
{
	if (!cpumask_test_cpu(cpu, &rcu.holding))
		return;
	__cpumask_clear_cpu(cpu, &rcu.holding);
	WRITE_ONCE(per_cpu(rcu_asked, cpu), 0);
	if (cpumask_empty(&rcu.holding))
		gp_end();
}

/* Whoever calls this may sleep, and no other CPU is up: no reader runs. */
static bool gp_alone(unsigned long gp)
{
	if (cpumask_weight(&rcu.cpus) != 1)
		return false;
	while (!gp_passed(gp))
		report_cpu(smp_processor_id());
	return true;
}

/* ---- what CPUs report ---- */

void rcu_quiescent(void)
{
	spin_lock(&rcu.lock);
	report_cpu(smp_processor_id());
	spin_unlock(&rcu.lock);
}

void rcu_cpu_starting(unsigned int cpu)
{
	unsigned long flags;

	spin_lock_irqsave(&rcu.lock, flags);
	__cpumask_set_cpu(cpu, &rcu.cpus);
	spin_unlock_irqrestore(&rcu.lock, flags);
}

/* In a handler: was the code that it interrupted outside of all readers? */
static bool interrupted_quiescent(void)
{
	return preempt_count() == HARDIRQ_OFFSET;
}

/* A tick found this CPU inside a reader, or what may be one. */
static void held_up(struct rcu_cpu *rc)
{
	unsigned long gp = READ_ONCE(rcu.gp);

	if (rc->held_gp != gp) {
		rc->held_gp = gp;
		rc->held_ticks = 0;
	}
	rc->held_ticks++;
	if (rc->held_ticks >= PUSH_TICKS)
		preempt_set_need_resched();
	if (rc->held_ticks == rcu_stall_ticks)
		rcu_report(RCU_STALL, NULL, NULL, rc->held_ticks);
}

/* ---- lists of callbacks: of this CPU, interrupts off ---- */

static void list_append(struct cb_list *list, struct rcu_head *head)
{
	head->next = NULL;
	if (list->first)
		*list->tail = head;
	else
		list->first = head;
	list->tail = &head->next;
}

static void list_move_all(struct cb_list *to, struct cb_list *from)
{
	if (!from->first)
		return;
	if (to->first)
		*to->tail = from->first;
	else
		to->first = from->first;
	to->tail = from->tail;
	from->first = NULL;
}

static bool is_last(const struct cb_list *list, const struct rcu_head *head)
{
	return list->first && list->tail == &head->next;
}

static void advance(struct rcu_cpu *rc)
{
	if (rc->waiting.first && gp_passed(rc->waiting_gp))
		list_move_all(&rc->done, &rc->waiting);
	if (rc->next.first && !rc->waiting.first) {
		spin_lock(&rcu.lock);
		rc->waiting_gp = gp_request();
		spin_unlock(&rcu.lock);
		list_move_all(&rc->waiting, &rc->next);
	}
	if (rc->done.first && rc->runner)
		wake_up_process(rc->runner);
}

void rcu_tick(void)
{
	struct rcu_cpu *rc = this_cpu_ptr(&rcu_cpus);

	if (this_cpu_read(rcu_asked)) {
		if (interrupted_quiescent())
			rcu_quiescent();
		else
			held_up(rc);
	}
	if (rc->nr)
		advance(rc);
}

/*
 * This CPU is about to idle, at a preempt count of 0 and with interrupts off: what it holds up goes
 * on now, not at the next tick. Three steps from queued to done, if no other CPU is waited for.
 */
void rcu_idle(void)
{
	struct rcu_cpu *rc = this_cpu_ptr(&rcu_cpus);

	for (int step = 0; step < 3; step++) {
		if (this_cpu_read(rcu_asked))
			rcu_quiescent();
		if (rc->nr)
			advance(rc);
	}
}

/* ---- a queued head is marked (debug builds) ---- */

#ifdef QUARRY_DEBUG

/* Nobody's function: neither code nor a small number, as long as the head stays where it is. */
static rcu_callback_t mark(const struct rcu_head *head, rcu_callback_t func)
{
	return (rcu_callback_t)((unsigned long)func ^ ~(unsigned long)head ^ 0x5a17c0de00000000UL);
}

/* Memory that was never used as a head holds such a value once in 2^40 times. */
static bool is_queued(const struct rcu_head *head)
{
	unsigned long func = (unsigned long)mark(head, head->func), offset, size;
	const char *name;

	return func < RCU_KVFREE_MAX || (ksym_lookup(func, &name, &offset, &size) && !offset);
}

static bool may_wait(const char *what)
{
	if (may_sleep_here())
		return true;
	rcu_report(rcu_read_lock_held() && lockdep_depth() ? RCU_WAIT_IN_READER
							   : RCU_WAIT_IN_ATOMIC,
		   what, NULL, 0);
	return false;
}

#else

static rcu_callback_t mark(const struct rcu_head *head, rcu_callback_t func)
{
	return func;
}

static bool is_queued(const struct rcu_head *head)
{
	return false;
}

static bool may_wait(const char *what)
{
	return true;
}

#endif

void rcu_head_init(struct rcu_head *head)
{
	head->func = (rcu_callback_t)~0UL;
}

bool rcu_head_after_call_rcu(const struct rcu_head *head, rcu_callback_t f)
{
	return READ_ONCE(head->func) == mark(head, f) || READ_ONCE(head->func) == f;
}

/* ---- call_rcu() ---- */

/* All that this CPU has wait for a grace period now, and the CPUs that hold it up are interrupted. */
static void hurry(struct rcu_cpu *rc)
{
	unsigned int cpu, me = smp_processor_id();

	advance(rc);
	spin_lock(&rcu.lock);
	for_each_cpu(cpu, &rcu.holding)
	{
		if (cpu != me)
			smp_send_reschedule(cpu);
		else
			preempt_set_need_resched();
	}
	spin_unlock(&rcu.lock);
}

/*
 * One head twice in a row would be a list without an end. So that is looked for in every build; a debug
 * build knows each that is queued, anywhere.
 */
static bool is_here_already(const struct rcu_cpu *rc, const struct rcu_head *head)
{
	return is_last(&rc->next, head) || is_last(&rc->waiting, head) || is_queued(head);
}

/**
 * call_rcu - call a function when all readers that run now have ended
 * @head: stands in what is to be freed; is the queue's until @func is called
 * @func: called once, by a thread of this CPU's, preemption off: it may not sleep. It may free
 *	@head, by vfree() too, or queue it again
 *
 * The callbacks of one CPU are called in the order in which they were queued. With more than
 * RCU_MANY of them waiting, other CPUs are interrupted so that they report sooner.
 * Context: any but NMI. Takes no lock, but where it makes others hurry; O(1).
 */
void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_cpu *rc;
	unsigned long flags;

	local_irq_save(flags);
	rc = this_cpu_ptr(&rcu_cpus);
	if (unlikely(is_here_already(rc, head))) {
		rcu_report(RCU_CALLED_TWICE, NULL, NULL, (unsigned long)head);
		local_irq_restore(flags);
		return;
	}
	WRITE_ONCE(head->func, mark(head, func));
	list_append(&rc->next, head);
	WRITE_ONCE(rc->nr, rc->nr + 1);
	if (unlikely(rc->nr % RCU_MANY == 0))
		hurry(rc);
	local_irq_restore(flags);
}

/**
 * kvfree_call_rcu - kvfree_rcu()'s function: the block is freed, in place of a call
 */
void kvfree_call_rcu(struct rcu_head *head, void *ptr)
{
	call_rcu(head, (rcu_callback_t)((char *)head - (char *)ptr));
}

/* ---- running callbacks ---- */

bool rcu_callbacks_ready(void)
{
	return READ_ONCE(this_cpu_ptr(&rcu_cpus)->done.first) != NULL;
}

bool rcu_in_callback(void)
{
	return !preemptible() && this_cpu_read(calling);
}

static void call_func(void *head)
{
	struct rcu_head *h = head;

	h->func(h);
}

/* It is its owner's again before it is called. */
static void run_one(struct rcu_head *head)
{
	rcu_callback_t func = mark(head, head->func);

	WRITE_ONCE(head->func, func);
	if ((unsigned long)func < RCU_KVFREE_MAX)
		rcu_kvfree((char *)head - (unsigned long)func);
	else if (likely(!is_guest(func)))
		func(head);
	else
		guest_call(GUEST_RCU, func, call_func, head);
}

static struct rcu_head *run_batch(struct rcu_cpu *rc, struct rcu_head *head)
{
	unsigned long flags;
	unsigned int n;

	preempt_disable();
	this_cpu_write(calling, true);
	for (n = 0; head && n < BATCH; n++) {
		struct rcu_head *next = head->next;

		run_one(head);
		head = next;
	}
	this_cpu_write(calling, false);
	local_irq_save(flags);
	smp_store_release(&rc->nr, rc->nr - n); /* pairs with rcu_pending() */
	local_irq_restore(flags);
	preempt_enable();
	return head;
}

/* By who stays on this CPU, and may sleep: the callbacks whose time has come. */
void rcu_run_callbacks(void)
{
	struct rcu_cpu *rc = this_cpu_ptr(&rcu_cpus);
	struct rcu_head *head;
	unsigned long flags;

	local_irq_save(flags);
	head = rc->done.first;
	WRITE_ONCE(rc->done.first, NULL);
	local_irq_restore(flags);
	while (head)
		head = run_batch(rc, head);
}

void rcu_set_runner(unsigned int cpu, struct task_struct *p)
{
	WRITE_ONCE(per_cpu(rcu_cpus, cpu).runner, p);
}

unsigned long rcu_pending(void)
{
	unsigned long n = 0;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		n += smp_load_acquire(&per_cpu_ptr(&rcu_cpus, cpu)->nr);
	return n;
}

/* ---- waiting ---- */

/* Runs on a CPU that is waited for, as an interrupt handler. */
static void report_or_switch(void *unused)
{
	if (!this_cpu_read(rcu_asked))
		return;
	if (interrupted_quiescent())
		rcu_quiescent();
	else
		preempt_set_need_resched();
}

/* The caller may sleep, and so its own CPU is quiescent. */
static void ask_at_once(void)
{
	struct cpumask others;
	unsigned long flags;

	spin_lock_irqsave(&rcu.lock, flags);
	report_cpu(smp_processor_id());
	cpumask_copy(&others, &rcu.holding);
	__cpumask_clear_cpu(smp_processor_id(), &others);
	spin_unlock_irqrestore(&rcu.lock, flags);
	call_on_cpus(&others, report_or_switch, NULL, true);
}

/* Until a grace period has passed that begins from now on. */
static void wait_for_gp(bool expedited)
{
	struct waiter w;
	unsigned long flags;
	bool over;

	init_completion(&w.over);
	spin_lock_irqsave(&rcu.lock, flags);
	w.gp = gp_request();
	over = gp_alone(w.gp);
	if (!over) {
		w.next = rcu.waiters;
		rcu.waiters = &w;
	}
	spin_unlock_irqrestore(&rcu.lock, flags);
	if (over)
		return;
	for (; expedited && READ_ONCE(rcu.gp) == w.gp - 1; schedule_timeout_uninterruptible(1))
		ask_at_once(); /* the one before it must end first */
	if (expedited)
		ask_at_once();
	wait_for_completion(&w.over);
}

/**
 * synchronize_rcu - wait until all readers that run now have ended
 *
 * What the caller wrote before is seen by all readers that begin from now on, and what readers of
 * before did is over.
 * Context: may sleep, some ticks; not within a reader. In debug builds a call from there is reported,
 * and returns without having waited.
 */
void synchronize_rcu(void)
{
	if (may_wait("synchronize_rcu"))
		wait_for_gp(false);
}

/**
 * synchronize_rcu_expedited - synchronize_rcu() that interrupts other CPUs instead of waiting for
 * their ticks
 *
 * Context: as synchronize_rcu(), with no lock held that is taken with interrupts off.
 */
void synchronize_rcu_expedited(void)
{
	if (may_wait("synchronize_rcu_expedited"))
		wait_for_gp(true);
}

/**
 * kvfree_rcu_mightsleep - kvfree() a block without a head when no reader sees it any more
 * @ptr: the block; NULL does nothing
 *
 * Context: may sleep; a synchronize_rcu() each.
 */
void kvfree_rcu_mightsleep(const void *ptr)
{
	if (!ptr)
		return;
	synchronize_rcu();
	rcu_kvfree(ptr);
}

/**
 * get_state_synchronize_rcu - a mark for this moment
 *
 * Return: for poll_state_synchronize_rcu().
 */
unsigned long get_state_synchronize_rcu(void)
{
	smp_mb(); /* what was written before, before the number is read */
	return READ_ONCE(rcu.gp) + 1;
}

/**
 * start_poll_synchronize_rcu - the same, and a grace period follows
 */
unsigned long start_poll_synchronize_rcu(void)
{
	unsigned long flags, gp;

	spin_lock_irqsave(&rcu.lock, flags);
	gp = gp_request();
	spin_unlock_irqrestore(&rcu.lock, flags);
	return gp;
}

/**
 * poll_state_synchronize_rcu - has a grace period passed since?
 * @state: the mark
 */
bool poll_state_synchronize_rcu(unsigned long state)
{
	return gp_passed(state);
}

/**
 * cond_synchronize_rcu - synchronize_rcu(), unless a grace period has passed since
 * @state: the mark
 */
void cond_synchronize_rcu(unsigned long state)
{
	if (!gp_passed(state))
		synchronize_rcu();
}

/* ---- rcu_barrier() ---- */

static struct {
	struct mutex lock; /* one at a time: the CPUs' heads */
	atomic_t left;	   /* callbacks that have not run, and one */
	struct completion over;
} barriers = { .lock = __MUTEX_INITIALIZER(barriers.lock) };

static void barrier_passed(struct rcu_head *unused)
{
	if (atomic_dec_and_test(&barriers.left))
		complete(&barriers.over);
}

/* On each CPU that has callbacks: one more behind them. */
static void barrier_queue(void *unused)
{
	struct rcu_cpu *rc = this_cpu_ptr(&rcu_cpus);

	call_rcu(&rc->barrier, barrier_passed);
	advance(rc);
}

static void barrier_on_cpus(void)
{
	struct cpumask cpus = { 0 };
	unsigned int cpu, n = 0;

	for_each_online_cpu(cpu) {
		if (smp_load_acquire(&per_cpu_ptr(&rcu_cpus, cpu)->nr)) {
			__cpumask_set_cpu(cpu, &cpus);
			n++;
		}
	}
	init_completion(&barriers.over);
	atomic_set(&barriers.left, n + 1);
	call_on_cpus(&cpus, barrier_queue, NULL, true);
	barrier_passed(NULL);
	wait_for_completion(&barriers.over);
}

/* No thread does it: one CPU runs, and two rounds bring through what is queued. */
static void run_here(void)
{
	struct rcu_cpu *rc = this_cpu_ptr(&rcu_cpus);
	unsigned long flags;

	for (int round = 0; round < 3; round++) {
		local_irq_save(flags);
		advance(rc);
		local_irq_restore(flags);
		if (round < 2)
			wait_for_gp(false);
	}
	rcu_run_callbacks();
}

/**
 * rcu_barrier - wait until all callbacks that were queued before have returned
 *
 * Of all CPUs. Before what callbacks use goes away. Without callbacks it waits for nothing.
 * Context: may sleep, some ticks; not within a reader nor a callback. In debug builds a call from
 * there is reported, and returns without having waited.
 */
void rcu_barrier(void)
{
	if (!may_wait("rcu_barrier") || !rcu_pending())
		return;
	mutex_lock(&barriers.lock);
	if (per_cpu(rcu_cpus, 0).runner)
		barrier_on_cpus();
	else
		run_here();
	mutex_unlock(&barriers.lock);
}

/* ---- readers, watched (debug builds) ---- */

#ifdef QUARRY_DEBUG

struct lockdep_map rcu_lock_map = LOCKDEP_MAP("rcu_read_lock");
struct lockdep_map rcu_lock_bh_map = LOCKDEP_MAP("rcu_read_lock_bh");
struct lockdep_map rcu_lock_sched_map = LOCKDEP_MAP("rcu_read_lock_sched");

/* Readers wait for nobody and may nest: in the list of held locks, but in no order. */
noinline void rcu_reader_begin(struct lockdep_map *map)
{
	preempt_disable();
	lock_acquire(map, 0, LOCK_TRY | LOCK_SLEEP, _RET_IP_);
}

noinline void rcu_reader_end(struct lockdep_map *map, const char *what)
{
	if (!lockdep_may_hold(map)) {
		rcu_report(RCU_NO_READER, what, NULL, 0);
		return;
	}
	lock_release(map);
	preempt_enable();
}

bool rcu_reader_held(const struct lockdep_map *map)
{
	return lockdep_may_hold(map);
}

noinline void rcu_suspicious(const char *what, const char *file, int line)
{
	rcu_report(RCU_SUSPICIOUS, what, file, line);
}

#endif
