// SPDX-License-Identifier: MIT
/*
 * Planted bugs: nobody has allocated what the pointer is to lead to (tests/bugs/bugs.h).
 */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "never allocated"

struct big {
	int first;
	char room[0x300];
	int last;
};

PLANT(null_read, 0, "NULL is read")
{
	bug_seen = *(volatile int *)hidden(NULL);
	planted();
}

PLANT(null_write, 0, "NULL is written to")
{
	*(volatile int *)hidden(NULL) = 1;
	planted();
}

PLANT(null_member, 0, "a member of a structure at NULL is written to")
{
	volatile struct big *b = hidden(NULL);

	b->last = 1;
	planted();
}

PLANT(null_call, 0, "a function pointer that was never set is called")
{
	void (*fn)(void) = hidden(NULL);

	fn();
	planted();
}

PLANT(failure_unchecked, 0, "an allocation failed, and nobody looked")
{
	volatile char *p = hidden(kmalloc(unknown(1UL << 40), GFP_KERNEL | __GFP_NOWARN));

	p[0] = 1;
	planted();
}

PLANT(error_pointer_used, 0, "ERR_PTR() is followed")
{
	volatile struct big *b = hidden(ERR_PTR(-ENOMEM));

	bug_seen = b->first;
	planted();
}

PLANT(zero_size_used, 0, "kmalloc(0) is written to")
{
	volatile char *p = hidden(kmalloc(unknown(0), GFP_KERNEL));

	p[0] = 1;
	planted();
}

PLANT(not_canonical, 0, "a pointer that was overwritten with something else is followed")
{
	bug_seen = *(volatile int *)hidden((void *)0x4141414141414141UL);
	planted();
}

PLANT(beyond_ram, 0, "an address of the direct map behind the end of memory is read")
{
	bug_seen = *(volatile int *)hidden((void *)(PAGE_OFFSET + (1UL << 42)));
	planted();
}

PLANT(page_of_nothing, 0, "a page frame that is no memory has its struct page read")
{
	bug_seen = *(volatile u64 *)hidden(pfn_to_page(1UL << 30));
	planted();
}

PLANT(physical_as_pointer, 0, "a physical address is used as a pointer")
{
	void *p = kmalloc(64, GFP_KERNEL);

	*(volatile char *)hidden((void *)virt_to_phys(p)) = 1;
	planted();
	kfree(p);
}

PLANT(cache_never_made, 0, "kmem_cache_alloc() of a cache that is NULL")
{
	bug_seen = (unsigned long)kmem_cache_alloc(hidden(NULL), GFP_KERNEL);
	planted();
}

PLANT(pool_never_made, 0, "mempool_alloc() of a pool that was never made")
{
	static mempool_t pool;

	bug_seen = (unsigned long)mempool_alloc(hidden(&pool), GFP_KERNEL);
	planted();
}

PLANT(list_never_made, 0, "list_add() to a list head of zeros")
{
	struct list_head *head = hidden(kzalloc(sizeof(*head), GFP_KERNEL)), entry;

	list_add(&entry, head);
	planted();
	kfree(head);
}

PLANT(percpu_never_allocated, 0, "this_cpu_ptr() of a per-CPU pointer that is NULL")
{
	*(volatile int *)this_cpu_ptr((int *)hidden(NULL)) = 1;
	planted();
}
