// SPDX-License-Identifier: MIT
/*
 * Planted bugs that need the machine: its rights of pages, its stacks, its instructions (tests/bugs/bugs.h).
 */
#include <asm/page.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "the machine"

#define RET 0xc3

static void call(void *p)
{
	((void (*)(void))hidden(p))();
	barrier(); /* a call, no jump */
	planted();
}

PLANT(run_data, 0, "static data is executed")
{
	static u8 code[16] = { RET };

	call(code);
}

PLANT(run_heap, 0, "kmalloc() memory is executed")
{
	u8 *p = kzalloc(64, GFP_KERNEL);

	p[0] = RET;
	call(p);
	kfree(p);
}

PLANT(run_vmalloc, 0, "vmalloc() memory is executed")
{
	u8 *p = vzalloc(PAGE_SIZE);

	p[0] = RET;
	call(p);
	vfree(p);
}

PLANT(run_stack, 0, "a local variable is executed")
{
	u8 code[16] = { RET };

	call(code);
}

PLANT(run_user, 0, "user memory is executed (SMEP)")
{
	unsigned long at = (__force unsigned long)user_pages(1) + 8 * PAGE_SIZE;

	if (vm_mmap(NULL, at, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0) != at)
		return;
	if (put_user((u8)RET, (u8 __user *)at))
		return;
	call((void *)at);
}

PLANT(write_code, 0, "code is written to")
{
	*(volatile u8 *)hidden((void *)call) = RET;
	planted();
}

PLANT(write_constant, 0, "a string literal is written to")
{
	*(volatile char *)hidden("a literal") = 'b';
	planted();
}

static volatile unsigned int endless = 1;

static noinline unsigned int recurse(unsigned int depth)
{
	volatile char block[200];

	block[depth % sizeof(block)] = depth;
	return endless ? recurse(depth + 1) + block[0] : depth;
}

PLANT(stack_recursion, 0, "a recursion without an end")
{
	bug_seen = recurse(0);
	planted();
}

static noinline unsigned int large_frame(unsigned long at)
{
	volatile char block[8192];

	block[at] = 1;
	block[8191] = 2;
	return endless ? large_frame(at) + block[at] : 0;
}

PLANT(stack_large_frame, 0, "arrays on the stack that are larger than it")
{
	bug_seen = large_frame(unknown(100));
	planted();
}

static int recurse_in_thread(void *unused)
{
	bug_seen = recurse(0);
	return 0;
}

PLANT(stack_of_thread, ALONE, "a recursion without an end in a thread")
{
	kthread_run(recurse_in_thread, NULL, "digger");
	schedule_timeout_uninterruptible(50);
	planted();
}

static int read_null_in_thread(void *unused)
{
	bug_seen = *(volatile int *)hidden(NULL);
	return 0;
}

PLANT(null_in_thread, ALONE, "NULL is read in a thread")
{
	kthread_run(read_null_in_thread, NULL, "reader");
	schedule_timeout_uninterruptible(50);
	planted();
}

PLANT(bad_selector, 0, "a segment is loaded that isn't there")
{
	__asm__ __volatile__("movw %w0, %%fs" : : "r"(0xfff8));
	planted();
}

PLANT(no_instruction, 0, "bytes are executed that are no instruction")
{
	__asm__ __volatile__("ud2");
	planted();
}

PLANT(read_past_page_tables, 0, "memory is read where nothing was ever mapped")
{
	bug_seen = *(volatile u64 *)hidden((void *)(VMALLOC_START + (1UL << 44)));
	planted();
}
