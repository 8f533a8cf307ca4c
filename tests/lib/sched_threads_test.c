// SPDX-License-Identifier: MIT
/*
 * Threads: they run, take turns, sleep, wake, end (lib/sched/sched.c, kthread.c).
 *
 * Mutations that these cases catch (tests/mutate/lib/sched has most of them, and more):
 *   stop_joins_and_frees      kthread_stop() doesn't wait, or thread_put() frees nothing
 *   stop_before_the_start     thread_main() isn't entered by a wake-up of kthread_stop(), or
 *                             calls the function
 *   a_join_needs_no_tick      neither do_preempt_irq() nor sched_idle() looks again
 *   who_joins_ends_too        thread_gone() keeps the joiner's reference
 *   two_alternate             do_wake() forgets to queue
 *   storm_loses_no_wake_up    wake_locked() wakes without looking at `queued`
 *   a_spinner_is_preempted    tick() never asks for a reschedule
 *   preempt_disable_forbids   preempt_should_resched() ignores the count
 *   preempted_on_its_way      reschedule() dequeues who is preempted whatever its state
 *   a_call_ends_as_preemption call_on_cpus() only counts down
 *   cond_resched_gives_way    __cond_resched() returns at once
 *   registers_survive         thread_switch() leaves out a register
 *   a_hundred_threads         thread_stack_remove() keeps the slot (the next hundred find none)
 *   each_has_its_mm           switch_to() doesn't call mm_switch()
 *   affinity_is_kept          choose_cpu() ignores the mask
 *   an_idle_cpu_is_found      choose_cpu() doesn't look for one
 *   who_yields_moves          reschedule() doesn't ask stays()
 *   a_fault_may_sleep         rwsem's waiter spins (lib/sync/wait.c without schedule())
 *   an_overflow_is_named      stack_guard_hit() doesn't know threads' stacks
 */
#include <asm/page.h>
#include <asm/stack.h>
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/smp.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <quarry/report.h>

#define MANY 100

/* ---- life ---- */

static int until_stopped(void *data)
{
	unsigned long *rounds = data;

	while (!kthread_should_stop()) {
		WRITE_ONCE(*rounds, *rounds + 1);
		schedule_timeout_interruptible(1);
	}
	return 17;
}

static void stop_joins_and_frees(struct kunit *test)
{
	unsigned long rounds = 0, free;
	struct task_struct *p;

	mm_quiesce();
	free = nr_free_pages();
	p = kthread_run(until_stopped, &rounds, "stop-%d", 1);
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_STREQ(test, p->comm, "stop-1");
	while (!READ_ONCE(rounds))
		msleep(1);
	KUNIT_EXPECT_LT(test, nr_free_pages(), free);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 17);
	KUNIT_EXPECT_GT(test, rounds, 0UL);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
}

static int ends_at_once(void *data)
{
	atomic_inc(data);
	return 5;
}

static void stop_before_the_start(struct kunit *test)
{
	atomic_t ended = ATOMIC_INIT(0);
	struct task_struct *p = kthread_create(ends_at_once, &ended, "unborn");

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_EQ(test, kthread_stop(p), -EINTR);
	KUNIT_EXPECT_EQ(test, atomic_read(&ended), 0);
}

/* Nobody joins the first; the second ended before somebody does. */
static void ends_by_itself(struct kunit *test)
{
	atomic_t ended = ATOMIC_INIT(0);
	struct task_struct *p;

	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(ends_at_once, &ended, "alone")));
	p = kthread_create(ends_at_once, &ended, "kept");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	while (atomic_read(&ended) < 2)
		msleep(1);
	msleep(10);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 5);
	put_task_struct(p);
}

#define JOINS 40

/* How often does a thread that is alone on its CPU join another within a tick? */
static int joins_again_and_again(void *quick)
{
	atomic_t ended = ATOMIC_INIT(0);

	for (unsigned int i = 0; i < JOINS; i++) {
		struct task_struct *p = kthread_create_on_cpu(ends_at_once, &ended,
							      smp_processor_id(), "short/%u");
		unsigned long before;

		if (IS_ERR(p))
			return -1;
		get_task_struct(p);
		before = jiffies;
		wake_up_process(p);
		kthread_stop(p);
		*(unsigned int *)quick += jiffies == before;
		put_task_struct(p);
	}
	return atomic_read(&ended);
}

/* The idle thread is told of the joiner where it comes back from its own preemption, and looks twice. */
static void a_join_needs_no_tick(struct kunit *test)
{
	unsigned int quick = 0;
	struct task_struct *p = kthread_create_on_cpu(joins_again_and_again, &quick,
						      num_online_cpus() - 1, "joiner/%u");

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), JOINS);
	KUNIT_EXPECT_GT(test, quick, JOINS / 4);
	put_task_struct(p);
}

static int joins(void *data)
{
	struct task_struct *p = kthread_run(until_stopped, data, "child");

	return IS_ERR(p) ? -1 : kthread_stop(p);
}

static void who_joins_ends_too(struct kunit *test)
{
	unsigned long rounds = 0, free;
	struct task_struct *p;

	mm_quiesce();
	free = nr_free_pages();
	p = kthread_create(joins, &rounds, "parent");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 17);
	put_task_struct(p);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free);
}

/* ---- turns ---- */

static struct {
	struct task_struct *player[2];
	unsigned int turn; /* whose */
	unsigned int rounds[2];
} game;

static int play(void *data)
{
	unsigned int me = (unsigned long)data;

	while (game.rounds[me] < 200) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(game.turn) != me) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		WRITE_ONCE(game.rounds[me], game.rounds[me] + 1);
		smp_store_release(&game.turn, !me);
		wake_up_process(game.player[!me]);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return game.rounds[me];
}

static void two_alternate(struct kunit *test)
{
	memset(&game, 0, sizeof(game));
	for (unsigned long i = 0; i < 2; i++) {
		game.player[i] = kthread_create(play, (void *)i, "player/%lu", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(game.player[i]));
	}
	KUNIT_EXPECT_NE(test, game.player[0]->pid, game.player[1]->pid);
	wake_up_process(game.player[0]);
	wake_up_process(game.player[1]);
	while (READ_ONCE(game.rounds[1]) < 200)
		msleep(1);
	KUNIT_EXPECT_EQ(test, kthread_stop(game.player[0]), 200);
	KUNIT_EXPECT_EQ(test, kthread_stop(game.player[1]), 200);
}

/* ---- a storm of wake-ups ---- */

#define STORM_THREADS 8
#define STORM_TOKENS  400

static struct {
	struct task_struct *task[STORM_THREADS];
	atomic_t tokens[STORM_THREADS]; /* given to each, not taken yet */
	atomic_t taken;
	u64 seed;
} storm;

static u64 storm_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Whoever has a token hands it on; a lost wake-up leaves one with a thread that sleeps. */
static int pass_tokens(void *data)
{
	unsigned long me = (unsigned long)data, to;
	u64 state = storm.seed + me * 0x9e3779b97f4a7c15ULL + 1;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		if (atomic_dec_if_positive(&storm.tokens[me]) < 0) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		if (atomic_inc_return(&storm.taken) > STORM_TOKENS * STORM_THREADS)
			continue;
		to = storm_random(&state) % STORM_THREADS;
		if (storm_random(&state) % 4 == 0)
			yield();
		atomic_inc(&storm.tokens[to]);
		wake_up_process(storm.task[to]);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static void storm_loses_no_wake_up(struct kunit *test)
{
	unsigned long end = jiffies + 60 * HZ;

	atomic_set(&storm.taken, 0);
	storm.seed = kunit_rand(test);
	for (unsigned long i = 0; i < STORM_THREADS; i++) {
		atomic_set(&storm.tokens[i], 1);
		storm.task[i] = kthread_create(pass_tokens, (void *)i, "storm/%lu", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(storm.task[i]));
	}
	for (int i = 0; i < STORM_THREADS; i++)
		wake_up_process(storm.task[i]);
	while (atomic_read(&storm.taken) < STORM_TOKENS * STORM_THREADS &&
	       time_before(jiffies, end))
		msleep(1);
	KUNIT_EXPECT_GE(test, atomic_read(&storm.taken), STORM_TOKENS * STORM_THREADS);
	for (int i = 0; i < STORM_THREADS; i++)
		kthread_stop(storm.task[i]);
}

/* ---- preemption ---- */

static struct {
	unsigned int stop;
	unsigned long rounds;
} spin;

static int spin_on(void *unused)
{
	while (!READ_ONCE(spin.stop)) {
		WRITE_ONCE(spin.rounds, spin.rounds + 1);
		cpu_relax();
	}
	return 0;
}

static struct task_struct *spin_here(struct kunit *test)
{
	struct task_struct *p;

	memset(&spin, 0, sizeof(spin));
	p = kthread_create_on_cpu(spin_on, NULL, smp_processor_id(), "spinner");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	return p;
}

/* Neither gives the CPU away: each sees the other get on only because the tick takes it. */
static void a_spinner_is_preempted(struct kunit *test)
{
	struct task_struct *p = spin_here(test);
	unsigned long end = jiffies + 10 * HZ, seen = 0;
	int turns = 0;

	while (turns < 5 && time_before(jiffies, end)) {
		if (READ_ONCE(spin.rounds) != seen) {
			seen = READ_ONCE(spin.rounds);
			turns++;
		}
		cpu_relax();
	}
	WRITE_ONCE(spin.stop, 1);
	KUNIT_EXPECT_EQ(test, turns, 5);
	kthread_stop(p);
	put_task_struct(p);
}

static void preempt_disable_forbids(struct kunit *test)
{
	struct task_struct *p;
	unsigned long end;

	p = spin_here(test);
	preempt_disable();
	end = jiffies + 10;
	spin.rounds = 0;
	while (time_before(jiffies, end))
		cpu_relax();
	KUNIT_EXPECT_EQ(test, READ_ONCE(spin.rounds), 0UL);
	KUNIT_EXPECT_TRUE(test, preempt_need_resched());
	preempt_enable(); /* here it goes */
	KUNIT_EXPECT_GT(test, READ_ONCE(spin.rounds), 0UL);
	WRITE_ONCE(spin.stop, 1);
	kthread_stop(p);
	put_task_struct(p);
}

static int dawdle(void *done)
{
	unsigned long end = jiffies + 10;

	set_current_state(TASK_UNINTERRUPTIBLE);
	while (time_before(jiffies, end))
		cpu_relax();
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(*(unsigned int *)done, 1);
	return 0;
}

/* It says that it will sleep, is preempted before it looks whether it must, and so goes on. */
static void preempted_on_its_way(struct kunit *test)
{
	unsigned long end = jiffies + 10 * HZ;
	unsigned int done = 0;
	struct task_struct *p;

	p = kthread_create_on_cpu(dawdle, &done, smp_processor_id(), "dawdler");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	while (!READ_ONCE(done) && time_before(jiffies, end))
		cpu_relax();
	KUNIT_EXPECT_EQ(test, READ_ONCE(done), 1U);
	kthread_stop(p); /* wakes it */
	put_task_struct(p);
}

/* Until the spinner has had the CPU, so that it wants it again; then want a reschedule. */
static unsigned long want_resched(void)
{
	while (!READ_ONCE(spin.rounds))
		cpu_relax();
	local_irq_disable();
	preempt_set_need_resched();
	return READ_ONCE(spin.rounds);
}

/* What came to be wanted while preemption was off is done when it is on again. */
static void a_call_ends_as_preemption(struct kunit *test)
{
	struct task_struct *p = spin_here(test);
	struct cpumask none;
	unsigned long seen;

	cpumask_clear(&none);
	seen = want_resched();
	local_irq_enable();
	call_on_cpus(&none, NULL, NULL, false);
	KUNIT_EXPECT_NE(test, READ_ONCE(spin.rounds), seen);
	WRITE_ONCE(spin.stop, 1);
	kthread_stop(p);
	put_task_struct(p);
}

static void cond_resched_gives_way(struct kunit *test)
{
	struct task_struct *p = spin_here(test);
	int gave = 0;

	for (int i = 0; i < 10 && !gave; i++) { /* a tick may be quicker */
		unsigned long seen = want_resched();

		local_irq_enable();
		gave = cond_resched();
		KUNIT_EXPECT_NE(test, READ_ONCE(spin.rounds), seen);
	}
	KUNIT_EXPECT_TRUE(test, gave);
	WRITE_ONCE(spin.stop, 1);
	kthread_stop(p);
	put_task_struct(p);
}

/* Six values in registers that a callee keeps, across switches of all kinds. */
static noinline bool registers_stay(unsigned long seed)
{
	bool whole;

	for (int i = 0; i < 50; i++) {
		unsigned long a = seed, b = seed + 1, c = seed + 2, d = seed + 3, e = seed + 4;

		__asm__ __volatile__("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
		yield();
		__asm__ __volatile__("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
		whole = a == seed && b == seed + 1 && c == seed + 2 && d == seed + 3 &&
			e == seed + 4;
		if (!whole)
			return false;
	}
	return true;
}

static int keep_registers(void *data)
{
	return registers_stay((unsigned long)data);
}

static void registers_survive(struct kunit *test)
{
	struct task_struct *p[4];

	for (unsigned long i = 0; i < 4; i++) {
		p[i] = kthread_create_on_cpu(keep_registers, (void *)(i << 20), 0, "keeper");
		KUNIT_ASSERT_FALSE(test, IS_ERR(p[i]));
		get_task_struct(p[i]);
		wake_up_process(p[i]);
	}
	KUNIT_EXPECT_TRUE(test, registers_stay(~0UL << 30));
	for (int i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, kthread_stop(p[i]), 1);
		put_task_struct(p[i]);
	}
}

/* ---- many, and where ---- */

static void run_hundred(struct kunit *test)
{
	static struct task_struct *p[MANY];
	static unsigned long rounds[MANY];

	memset(rounds, 0, sizeof(rounds));
	for (int i = 0; i < MANY; i++) {
		p[i] = kthread_run(until_stopped, &rounds[i], "many/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(p[i]));
	}
	for (int i = 0; i < MANY; i++) {
		while (!READ_ONCE(rounds[i]))
			msleep(1);
	}
	for (int i = 0; i < MANY; i++)
		KUNIT_EXPECT_EQ(test, kthread_stop(p[i]), 17);
}

static void a_hundred_threads(struct kunit *test)
{
	for (int i = 0; i < 6; i++)
		run_hundred(test);
}

static int note_cpus(void *data)
{
	unsigned int cpu = (unsigned long)data;
	int wrong = 0;

	while (!kthread_should_stop()) {
		for (int i = 0; i < 20; i++) {
			preempt_disable();
			wrong += smp_processor_id() != cpu;
			preempt_enable();
			yield();
		}
		schedule_timeout_interruptible(1);
	}
	return wrong;
}

static int goes_round(void *unused)
{
	struct cpumask mask;
	unsigned int cpu;
	int wrong = 0;

	for (int i = 0; i < 20; i++) {
		for_each_online_cpu(cpu) {
			cpumask_clear(&mask);
			cpumask_set_cpu(cpu, &mask);
			if (set_cpus_allowed_ptr(current, &mask))
				return -1;
			wrong += smp_processor_id() != cpu;
		}
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return wrong;
}

static void affinity_is_kept(struct kunit *test)
{
	struct task_struct *p[NR_CPUS], *round;
	struct cpumask none;
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		p[cpu] = kthread_create_on_cpu(note_cpus, (void *)(unsigned long)cpu, cpu, "on/%u");
		KUNIT_ASSERT_FALSE(test, IS_ERR(p[cpu]));
		wake_up_process(p[cpu]);
	}
	round = kthread_run(goes_round, NULL, "round");
	KUNIT_ASSERT_FALSE(test, IS_ERR(round));
	msleep(50);
	cpumask_clear(&none);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(round, &none), -EINVAL);
	KUNIT_EXPECT_EQ(test, kthread_stop(round), 0);
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, kthread_stop(p[cpu]), 0);
}

static int note_cpu(void *cpu)
{
	WRITE_ONCE(*(unsigned int *)cpu, smp_processor_id() + 1);
	return 0;
}

/* We keep our CPU to ourselves, so who is woken there can only run on another. */
static void an_idle_cpu_is_found(struct kunit *test)
{
	unsigned int elsewhere = 0;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU runs: there is nowhere to go");
	for (int i = 0; i < 20; i++) {
		unsigned int cpu = 0;
		struct task_struct *p = kthread_create(note_cpu, &cpu, "anywhere");
		unsigned long end;

		KUNIT_ASSERT_FALSE(test, IS_ERR(p));
		get_task_struct(p);
		preempt_disable();
		end = jiffies + 10;
		wake_up_process(p);
		while (!READ_ONCE(cpu) && time_before(jiffies, end))
			cpu_relax();
		elsewhere += READ_ONCE(cpu) != 0;
		preempt_enable();
		kthread_stop(p);
		put_task_struct(p);
	}
	KUNIT_EXPECT_GT(test, elsewhere, 0U);
}

static struct {
	unsigned int cpu; /* where it is */
	unsigned int stop;
} wanderer;

static int yields_on(void *unused)
{
	while (!READ_ONCE(wanderer.stop)) {
		WRITE_ONCE(wanderer.cpu, smp_processor_id());
		yield();
	}
	return 0;
}

/* It never sleeps, so nobody wakes it: that it moves is its own doing. */
static void who_yields_moves(struct kunit *test)
{
	unsigned long end = jiffies + 10 * HZ;
	struct task_struct *p;
	struct cpumask first;

	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU runs: there is nowhere to go");
	cpumask_clear(&first);
	cpumask_set_cpu(0, &first);
	memset(&wanderer, 0, sizeof(wanderer));
	p = kthread_create_on_cpu(yields_on, NULL, 1, "wanderer");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	while (READ_ONCE(wanderer.cpu) != 1)
		msleep(1);
	KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(p, &first), 0);
	while (READ_ONCE(wanderer.cpu) != 0 && time_before(jiffies, end))
		msleep(1);
	KUNIT_EXPECT_EQ(test, READ_ONCE(wanderer.cpu), 0U);
	WRITE_ONCE(wanderer.stop, 1);
	kthread_stop(p);
	put_task_struct(p);
}

/* ---- address spaces ---- */

#define USER_AT 0x20000000UL

static int use_own_mm(void *data)
{
	struct mm_struct *mm = mm_alloc();
	u64 mine = (unsigned long)data, seen;
	int wrong = 0;

	if (!mm)
		return -1;
	kthread_use_mm(mm);
	if (vm_mmap(NULL, USER_AT, PAGE_SIZE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0) != USER_AT)
		wrong = -1000;
	for (int i = 0; i < 100; i++) {
		wrong += put_user(mine + i, (u64 __user *)USER_AT) != 0;
		yield();
		wrong += get_user(seen, (u64 __user *)USER_AT) != 0;
		wrong += seen != mine + i;
	}
	kthread_unuse_mm(mm);
	mmput(mm);
	return wrong;
}

static void each_has_its_mm(struct kunit *test)
{
	struct task_struct *p[3];

	for (unsigned long i = 0; i < 3; i++) {
		p[i] = kthread_create_on_cpu(use_own_mm, (void *)((i + 1) << 32), 0, "user");
		KUNIT_ASSERT_FALSE(test, IS_ERR(p[i]));
		get_task_struct(p[i]);
		wake_up_process(p[i]);
	}
	msleep(20);
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, kthread_stop(p[i]), 0);
		put_task_struct(p[i]);
	}
}

/* ---- stacks ---- */

static int note_stack(void *data)
{
	unsigned long low, high;
	const char *name;

	if (!stack_bounds((unsigned long)__builtin_frame_address(0), &low, &high, &name))
		return -1;
	strscpy(data, name, 32);
	return high - low == THREAD_SIZE;
}

static void stacks_have_names(struct kunit *test)
{
	char name[32] = "", expected[32];
	struct task_struct *p = kthread_create(note_stack, name, "named");

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	scnprintf(expected, sizeof(expected), "thread %d named", p->pid);
	get_task_struct(p);
	wake_up_process(p);
	msleep(10);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 1);
	KUNIT_EXPECT_STREQ(test, name, expected);
	put_task_struct(p);
}

noinline unsigned long sched_test_dig(unsigned long depth);

noinline unsigned long sched_test_dig(unsigned long depth)
{
	volatile unsigned long here[64];

	here[depth % 64] = depth;
	return depth ? sched_test_dig(depth - 1) + here[depth % 64] : 0;
}

/* Its own way out: what the runner has is main's. */
static int overflows(void *unused)
{
	struct recovery here;

	if (recovery_save(&here))
		return 1;
	report_set_recovery(&here);
	sched_test_dig(1UL << 20);
	return 0;
}

static void an_overflow_is_named(struct kunit *test)
{
	struct task_struct *p = kthread_create(overflows, NULL, "digger");
	char expected[64];
	const char *text;

	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	scnprintf(expected, sizeof(expected), "BUG: thread %d digger stack guard page was hit",
		  p->pid);
	get_task_struct(p);
	report_capture_start();
	wake_up_process(p);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 1);
	KUNIT_EXPECT_EQ(test, report_capture_stop(&text), 1u);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, expected));
	scnprintf(expected, sizeof(expected), ": guard page below the thread %d digger stack\n",
		  p->pid);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, expected));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " sched_test_dig+0x"));
	put_task_struct(p);
}

/* ---- faults ---- */

static struct {
	struct mm_struct *mm;
	unsigned int asked, done;
} faulter;

static int faults_in(void *unused)
{
	int err;

	kthread_use_mm(faulter.mm);
	WRITE_ONCE(faulter.asked, 1);
	err = put_user(77UL, (unsigned long __user *)USER_AT);
	WRITE_ONCE(faulter.done, 1);
	kthread_unuse_mm(faulter.mm);
	return err;
}

/* It sleeps in the middle of its fault, for the lock that we hold, and its CPU is ours meanwhile. */
static void a_fault_may_sleep(struct kunit *test)
{
	struct task_struct *p;

	memset(&faulter, 0, sizeof(faulter));
	faulter.mm = mm_alloc();
	KUNIT_ASSERT_NOT_NULL(test, faulter.mm);
	kthread_use_mm(faulter.mm);
	KUNIT_EXPECT_EQ(test,
			vm_mmap(NULL, USER_AT, PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			USER_AT);
	kthread_unuse_mm(faulter.mm);
	mmap_write_lock(faulter.mm);
	p = kthread_create_on_cpu(faults_in, NULL, smp_processor_id(), "faulter");
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	get_task_struct(p);
	wake_up_process(p);
	msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(faulter.asked), 1U);
	KUNIT_EXPECT_EQ(test, READ_ONCE(faulter.done), 0U);
	KUNIT_EXPECT_FALSE(test, task_is_running(p));
	mmap_write_unlock(faulter.mm);
	KUNIT_EXPECT_EQ(test, kthread_stop(p), 0);
	put_task_struct(p);
	mmput(faulter.mm);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(stop_joins_and_frees),
	KUNIT_CASE(stop_before_the_start),
	KUNIT_CASE(ends_by_itself),
	KUNIT_CASE(a_join_needs_no_tick),
	KUNIT_CASE(who_joins_ends_too),
	KUNIT_CASE(two_alternate),
	KUNIT_CASE(storm_loses_no_wake_up),
	KUNIT_CASE(a_spinner_is_preempted),
	KUNIT_CASE(preempt_disable_forbids),
	KUNIT_CASE(preempted_on_its_way),
	KUNIT_CASE(a_call_ends_as_preemption),
	KUNIT_CASE(cond_resched_gives_way),
	KUNIT_CASE(registers_survive),
	KUNIT_CASE(a_hundred_threads),
	KUNIT_CASE(affinity_is_kept),
	KUNIT_CASE(an_idle_cpu_is_found),
	KUNIT_CASE(who_yields_moves),
	KUNIT_CASE(each_has_its_mm),
	KUNIT_CASE(stacks_have_names),
	KUNIT_CASE(an_overflow_is_named),
	KUNIT_CASE(a_fault_may_sleep),
	{},
};

static struct kunit_suite sched_threads = {
	.name = "sched_threads",
	.test_cases = cases,
};
kunit_test_suite(sched_threads);
