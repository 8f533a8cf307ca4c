// SPDX-License-Identifier: MIT
/*
 * What must not come to its end: each statement ends whoever runs it, with a report. Linux answers
 * one of these rows in a boot, so they are few.
 */
#include <linux/bug.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "conform.h"

static const int constant[4] = { 1, 2, 3, 4 };

static void no_memory(conform_t *c)
{
	ROW_OOPS(c, "fault.zero_size_ptr", wrong_write(any_ptr(ZERO_SIZE_PTR)));
	ROW_OOPS(c, "fault.null", wrong_read(any_ptr(NULL)));
	ROW_OOPS(c, "fault.constant", wrong_write(any_ptr(constant)));
}

static void areas(conform_t *c)
{
	char *p = vmalloc(any(1));
	struct page *page = alloc_page(GFP_KERNEL);
	char *q = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO);

	ROW_OOPS(c, "fault.vmalloc_guard", wrong_read(any_ptr(p + PAGE_SIZE)));
	ROW_OOPS(c, "fault.vmap_read_only", wrong_write(any_ptr(q)));
	vunmap(q);
	__free_page(page);
	vfree(p);
}

static void wrong_use(conform_t *c)
{
	struct list_head *entry = kmalloc(any(sizeof(*entry)), GFP_KERNEL);
	LIST_HEAD(head);

	list_add(entry, &head);
	list_del(entry);
	ROW_OOPS(c, "fault.deleted_entry_leads_nowhere", wrong_read(entry->next));
	ROW_OOPS(c, "fault.bug", BUG_ON(any(1)));
	kfree(entry);
}

/*
 * A user's memory is reached by copy_from_user() and its like only, where the CPU sees to it. The
 * place is one where no process has anything, since Quarry may be one.
 */
static void user_memory(conform_t *c)
{
	unsigned long addr;

	conform_user_begin(c);
	addr = vm_mmap(NULL, 0x10000000, PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, 0);
	if (conform_user_is_shut() && put_user(1, (int __user *)addr) == 0)
		ROW_OOPS(c, "fault.user_memory", wrong_read(any_ptr((void *)addr)));
	vm_munmap(addr, PAGE_SIZE);
	conform_user_end(c);
}

CONFORM_AREA(fault, CONFORM_CASE(no_memory), CONFORM_CASE(areas), CONFORM_CASE(wrong_use),
	     CONFORM_CASE(user_memory));
