// SPDX-License-Identifier: MIT
/*
 * Faults that sleep: the owner of a mapping waits, in the middle of a user access, and meanwhile the
 * CPU is others', the thread goes on elsewhere, or somebody else brings the page.
 *
 * The owner here has a page for each place of its mapping, and does what the case says before it
 * gives one: `slow.before`.
 *
 * Mutations that made them fail when tried:
 *   all                          mm_handle_fault() resolves nothing for threads
 *   moved_meanwhile              set_cpus_allowed_ptr() doesn't move the caller; choose_cpu()
 *                                ignores the mask; utlb_forget_all() does nothing
 *   two_bring_one_page           install_page() without a second look
 *   copies_between_other_spaces  switch_to() without mm_switch(); utlb_forget_all() does nothing
 *   faults_off_is_the_tasks      pagefault_disable() counts for everybody
 *   unmapping_waits              fault_in() gives mmap_lock back before it asks
 */
#include <asm/smp.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include "user_fixture.h"
#include "mm/internal.h"

#define NR_PAGES 6
#define BYTES	 (NR_PAGES * PAGE_SIZE)

static struct {
	void (*before)(void);
	struct page *page[NR_PAGES];
	atomic_t faults;
	atomic_t ended;	    /* threads */
	unsigned int moves; /* by the one that faults */
	struct completion asked, go;
} slow;

static vm_fault_t slow_fault(struct vm_fault *vmf)
{
	atomic_inc(&slow.faults);
	slow.before();
	vmf->page = slow.page[vmf->pgoff];
	get_page(vmf->page);
	return VM_FAULT_MAJOR;
}

static const struct vm_operations_struct slow_ops = { .fault = slow_fault };

static int slow_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &slow_ops;
	return 0;
}

static const struct file_operations slow_fops = { .mmap = slow_mmap };
static struct file slow_file = { .f_op = &slow_fops,
				 .f_mode = FMODE_READ | FMODE_WRITE,
				 .f_count = { 1 } };

static int init(struct kunit *test)
{
	memset(&slow, 0, sizeof(slow));
	init_completion(&slow.asked);
	init_completion(&slow.go);
	for (int i = 0; i < NR_PAGES; i++) {
		slow.page[i] = alloc_page(GFP_KERNEL);
		if (!slow.page[i])
			return -ENOMEM;
		for (int k = 0; k < PAGE_SIZE; k++)
			((u8 *)page_address(slow.page[i]))[k] = pattern_byte(i * PAGE_SIZE + k);
	}
	return user_fixture_init(test);
}

static void finish(struct kunit *test)
{
	user_fixture_exit(test);
	for (int i = 0; i < NR_PAGES && slow.page[i]; i++) {
		KUNIT_EXPECT_EQ(test, page_count(slow.page[i]), 1);
		__free_page(slow.page[i]);
	}
}

static unsigned long map_slow(struct kunit *test, struct mm_struct *mm, unsigned long type,
			      void (*before)(void))
{
	unsigned long at = do_mmap(mm, &slow_file, USER_BASE, BYTES, PROT_RW, type | MAP_FIXED, 0);

	KUNIT_ASSERT_EQ(test, at, USER_BASE);
	slow.before = before;
	return at;
}

static void say_and_wait(void)
{
	complete(&slow.asked);
	wait_for_completion(&slow.go);
}

/* ---- threads ---- */

/* Somebody with an address space, who does something there. */
struct user {
	struct mm_struct *mm;
	int (*fn)(struct user *u);
	unsigned int id;
	unsigned int ended; /* on which CPU */
	u8 *buf;
	struct task_struct *p;
};

static int user_main(void *data)
{
	struct user *u = data;
	int result;

	kthread_use_mm(u->mm);
	result = u->fn(u);
	kthread_unuse_mm(u->mm);
	u->ended = task_cpu(current);
	atomic_inc(&slow.ended);
	complete_all(&slow.asked); /* if it has not come to ask, nobody shall wait for that */
	return result;
}

static void start(struct kunit *test, struct user *u, unsigned int cpu)
{
	u->p = kthread_create_on_cpu(user_main, u, cpu, "user/%u");
	KUNIT_ASSERT_FALSE(test, IS_ERR(u->p));
	get_task_struct(u->p);
	wake_up_process(u->p);
}

static int join(struct user *u)
{
	int result = kthread_stop(u->p);

	put_task_struct(u->p);
	return result;
}

static bool is_pattern(const u8 *p, size_t from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != pattern_byte(from + i))
			return false;
	return true;
}

static int reads_all(struct user *u)
{
	return copy_from_user(u->buf, (void __user *)(USER_BASE + 3), BYTES - 3);
}

/* ---- cases ---- */

static void others_run_meanwhile(struct kunit *test)
{
	unsigned long own = map_anon(test, 64, 1, PROT_RW);
	struct user u = { .fn = reads_all, .mm = mm_alloc() };

	KUNIT_ASSERT_NOT_NULL(test, u.mm);
	u.buf = kunit_kmalloc(test, BYTES, GFP_KERNEL);
	map_slow(test, u.mm, MAP_PRIVATE, say_and_wait);
	start(test, &u, smp_processor_id());
	for (int i = 0; i < NR_PAGES; i++) {
		wait_for_completion(&slow.asked);
		KUNIT_EXPECT_EQ(test, atomic_read(&slow.faults), i + 1);
		while (task_is_running(u.p))
			msleep(1);
		/* Its CPU is ours, and so are the tables: we fault, too, and not in its space. */
		KUNIT_EXPECT_EQ(test, poke(own, i + 1), 0);
		KUNIT_EXPECT_EQ(test, peek_error(USER_BASE), -EFAULT);
		KUNIT_EXPECT_EQ(test, peek(own), i + 1ULL);
		complete(&slow.go);
	}
	KUNIT_EXPECT_EQ(test, join(&u), 0);
	KUNIT_EXPECT_TRUE(test, is_pattern(u.buf, 3, BYTES - 3));
	KUNIT_EXPECT_EQ(test, atomic_read(&slow.faults), NR_PAGES);
	KUNIT_EXPECT_EQ(test, get_mm_rss(u.mm), NR_PAGES);
	mmput(u.mm);
}

static DEFINE_MUTEX(slow_mutex);

static void take_a_mutex(void)
{
	mutex_lock(&slow_mutex);
	mutex_unlock(&slow_mutex);
}

static void sleep_a_while(void)
{
	msleep(1);
}

/* Each kind of access, one to a page, of which the first bytes are known. */
static int every_way_in(struct user *u)
{
	unsigned long at = USER_BASE;
	char text[4] = "", *page;
	u64 word, expected;

	memcpy(&expected, page_address(slow.page[0]), 8);
	if (get_user(word, (u64 __user *)at) || word != expected)
		return 1;
	if (put_user(~expected, (u64 __user *)(at + PAGE_SIZE)) ||
	    peek(at + PAGE_SIZE) != ~expected)
		return 2;
	if (copy_to_user((void __user *)(at + 2 * PAGE_SIZE), "abc", 4))
		return 3;
	page = page_address(slow.page[3]);
	memcpy(page, "xyz", 4);
	if (strncpy_from_user(text, (char __user *)(at + 3 * PAGE_SIZE), 4) != 3 ||
	    memcmp(text, "xyz", 4))
		return 4;
	if (clear_user((void __user *)(at + 4 * PAGE_SIZE), PAGE_SIZE) ||
	    peek(at + 5 * PAGE_SIZE - 8))
		return 5;
	if (copy_from_user(text, (void __user *)(at + 2 * PAGE_SIZE), 4) || memcmp(text, "abc", 4))
		return 6;
	return atomic_read(&slow.faults) == 5 ? 0 : 7;
}

static void each_way_in(struct kunit *test)
{
	static void (*const ways[])(void) = { sleep_a_while, take_a_mutex };
	unsigned int faults = 0;

	for (int i = 0; i < ARRAY_SIZE(ways); i++) {
		struct user u = { .fn = every_way_in, .mm = mm_alloc() };

		KUNIT_ASSERT_NOT_NULL(test, u.mm);
		map_slow(test, u.mm, MAP_PRIVATE, ways[i]);
		atomic_set(&slow.faults, 0);
		atomic_set(&slow.ended, 0);
		mutex_lock(&slow_mutex);
		start(test, &u, smp_processor_id());
		while (task_is_running(u.p) ||
		       !(atomic_read(&slow.faults) + atomic_read(&slow.ended)))
			msleep(1);
		mutex_unlock(&slow_mutex);
		KUNIT_EXPECT_EQ(test, join(&u), 0);
		faults += atomic_read(&slow.faults);
		mmput(u.mm);
	}
	KUNIT_EXPECT_EQ(test, faults, 10U);
}

static void need_two_cpus(struct kunit *test)
{
	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU runs; the host's --smp gives more");
}

static void go_to_another_cpu(void)
{
	unsigned int cpu = (task_cpu(current) + 1) % num_online_cpus();
	struct cpumask mask;

	cpumask_clear(&mask);
	cpumask_set_cpu(cpu, &mask);
	set_cpus_allowed_ptr(current, &mask);
	if (smp_processor_id() == cpu)
		slow.moves++;
}

/* The access goes on in the middle, by the tables and the state of another CPU, page after page. */
static int reads_and_writes_all(struct user *u)
{
	unsigned long at = USER_BASE + 1000;

	if (copy_from_user(u->buf, (void __user *)at, 2 * PAGE_SIZE))
		return 1;
	if (!is_pattern(u->buf, 1000, 2 * PAGE_SIZE))
		return 2;
	for (int i = 0; i < 3 * PAGE_SIZE; i++)
		u->buf[i] = i / 7;
	if (copy_to_user((void __user *)(at + 2 * PAGE_SIZE), u->buf, 3 * PAGE_SIZE))
		return 3;
	memset(u->buf, 0, BYTES);
	if (copy_from_user(u->buf, (void __user *)(at + 2 * PAGE_SIZE), 3 * PAGE_SIZE))
		return 4;
	for (int i = 0; i < 3 * PAGE_SIZE; i++)
		if (u->buf[i] != (u8)(i / 7))
			return 5;
	return atomic_read(&slow.faults);
}

static void moved_meanwhile(struct kunit *test)
{
	struct user u = { .fn = reads_and_writes_all };

	need_two_cpus(test);
	u.mm = mm_alloc();
	KUNIT_ASSERT_NOT_NULL(test, u.mm);
	u.buf = kunit_kmalloc(test, BYTES, GFP_KERNEL);
	map_slow(test, u.mm, MAP_PRIVATE, go_to_another_cpu);
	start(test, &u, 0);
	KUNIT_EXPECT_EQ(test, join(&u), NR_PAGES);
	KUNIT_EXPECT_EQ(test, slow.moves, NR_PAGES);
	KUNIT_EXPECT_EQ(test, u.ended, NR_PAGES % num_online_cpus());
	KUNIT_EXPECT_EQ(test, get_mm_rss(u.mm), NR_PAGES);
	mmput(u.mm);
}

/* The same from outside: it sleeps here and is woken there. */
static void woken_elsewhere(struct kunit *test)
{
	struct user u = { .fn = reads_all };
	struct cpumask mask;

	need_two_cpus(test);
	u.mm = mm_alloc();
	KUNIT_ASSERT_NOT_NULL(test, u.mm);
	u.buf = kunit_kmalloc(test, BYTES, GFP_KERNEL);
	map_slow(test, u.mm, MAP_SHARED, say_and_wait);
	start(test, &u, 0);
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		wait_for_completion(&slow.asked);
		cpumask_clear(&mask);
		cpumask_set_cpu((i + 1) % 2, &mask);
		KUNIT_EXPECT_EQ(test, set_cpus_allowed_ptr(u.p, &mask), 0);
		while (task_is_running(u.p))
			msleep(1);
		complete(&slow.go);
	}
	KUNIT_EXPECT_EQ(test, join(&u), 0);
	KUNIT_EXPECT_EQ(test, u.ended, NR_PAGES % 2U);
	KUNIT_EXPECT_TRUE(test, is_pattern(u.buf, 3, BYTES - 3));
	mmput(u.mm);
}

/* Nobody goes on before both have asked for the page. */
static void meet(void)
{
	while (atomic_read(&slow.faults) + 2 * atomic_read(&slow.ended) < 2)
		yield();
}

static int writes_a_word(struct user *u)
{
	return poke(USER_BASE + 512 * (1 + u->id), 100 + u->id);
}

static void two_bring_one_page(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	long anon = mm_stat_read(MM_ANON);
	struct user u[2];

	map_slow(test, mm, MAP_PRIVATE, meet);
	for (unsigned int i = 0; i < 2; i++) {
		u[i] = (struct user){ .mm = mm, .fn = writes_a_word, .id = i };
		start(test, &u[i], i % num_online_cpus());
	}
	for (unsigned int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, join(&u[i]), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&slow.faults), 2);
	for (unsigned int i = 0; i < 2; i++)
		KUNIT_EXPECT_EQ(test, peek(USER_BASE + 512 * (1 + i)), 100ULL + i);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 1);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_ANON), anon + 1);
	KUNIT_EXPECT_EQ(test, page_count(slow.page[0]), 1);
}

#define SPACES 3
#define ROUNDS 20

/* Everybody's bytes are his own, though all have them at one address. */
static int copies_and_compares(struct user *u)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		memset(u->buf, 1 + round * SPACES + u->id, BYTES);
		if (copy_to_user((void __user *)USER_BASE, u->buf, BYTES))
			return 1;
		yield();
		memset(u->buf, 0, BYTES);
		if (copy_from_user(u->buf, (void __user *)USER_BASE, BYTES) ||
		    memchr_inv(u->buf, 1 + round * SPACES + u->id, BYTES))
			return 2;
		if (do_madvise(u->mm, USER_BASE, BYTES, MADV_DONTNEED))
			return 3;
	}
	return 0;
}

/* On one CPU: each fault of one lets the others fault, in the middle of their copies. */
static void copies_between_other_spaces(struct kunit *test)
{
	struct user u[SPACES];

	for (unsigned int i = 0; i < SPACES; i++) {
		u[i] = (struct user){ .fn = copies_and_compares, .id = i, .mm = mm_alloc() };
		KUNIT_ASSERT_NOT_NULL(test, u[i].mm);
		u[i].buf = kunit_kmalloc(test, BYTES, GFP_KERNEL);
		map_slow(test, u[i].mm, MAP_PRIVATE, yield);
	}
	for (unsigned int i = 0; i < SPACES; i++)
		start(test, &u[i], smp_processor_id());
	for (unsigned int i = 0; i < SPACES; i++) {
		KUNIT_EXPECT_EQ(test, join(&u[i]), 0);
		KUNIT_EXPECT_EQ(test, get_mm_rss(u[i].mm), 0);
		mmput(u[i].mm);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&slow.faults), SPACES * ROUNDS * NR_PAGES);
}

static int sleeps_with_faults_off(struct user *u)
{
	int off, on;

	pagefault_disable();
	say_and_wait();
	off = peek_error(USER_BASE);
	pagefault_enable();
	on = peek_error(USER_BASE);
	return off == -EFAULT && on == 0 ? 0 : 1;
}

static void nothing(void)
{
}

static void faults_off_is_the_tasks(struct kunit *test)
{
	unsigned long own = map_anon(test, 64, 2, PROT_RW);
	struct user u = { .fn = sleeps_with_faults_off, .mm = mm_alloc() };

	KUNIT_ASSERT_NOT_NULL(test, u.mm);
	map_slow(test, u.mm, MAP_PRIVATE, nothing);
	start(test, &u, smp_processor_id());
	wait_for_completion(&slow.asked);
	KUNIT_EXPECT_EQ(test, poke(own, 1), 0);
	pagefault_disable();
	KUNIT_EXPECT_EQ(test, peek_error(own + PAGE_SIZE), -EFAULT);
	pagefault_enable();
	complete(&slow.go);
	KUNIT_EXPECT_EQ(test, join(&u), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&slow.faults), 1);
	mmput(u.mm);
}

static int unmaps_all(struct user *u)
{
	int err = do_munmap(u->mm, USER_BASE, BYTES);

	return err ? err : atomic_read(&slow.faults);
}

/* A fault holds its mapping until it is through, however long it sleeps; the next one finds none. */
static void unmapping_waits(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct user reader = { .fn = reads_all, .mm = mm };
	struct user unmapper = { .fn = unmaps_all, .mm = mm };

	reader.buf = kunit_kmalloc(test, BYTES, GFP_KERNEL);
	map_slow(test, mm, MAP_PRIVATE, say_and_wait);
	start(test, &reader, smp_processor_id());
	wait_for_completion(&slow.asked);
	start(test, &unmapper, smp_processor_id());
	msleep(5);
	KUNIT_EXPECT_NOT_NULL(test, vma_lookup(mm, USER_BASE));
	KUNIT_EXPECT_FALSE(test, task_is_running(unmapper.p));
	complete_all(&slow.go);
	KUNIT_EXPECT_GE(test, join(&unmapper), 1);
	KUNIT_EXPECT_GE(test, join(&reader), 0);
	KUNIT_EXPECT_NULL(test, vma_lookup(mm, USER_BASE));
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
}

static struct kunit_case cases[] = { KUNIT_CASE(others_run_meanwhile),
				     KUNIT_CASE(each_way_in),
				     KUNIT_CASE(moved_meanwhile),
				     KUNIT_CASE(woken_elsewhere),
				     KUNIT_CASE(two_bring_one_page),
				     KUNIT_CASE(copies_between_other_spaces),
				     KUNIT_CASE(faults_off_is_the_tasks),
				     KUNIT_CASE(unmapping_waits),
				     {} };
static struct kunit_suite suite = {
	.name = "fault_sleep", .init = init, .exit = finish, .test_cases = cases
};

kunit_test_suite(suite);
