// SPDX-License-Identifier: MIT
/*
 * Planted bugs: memory is used that nobody has written to (tests/bugs/bugs.h).
 *
 * A value that is decided by is what counts: a checker that follows bits lets copies pass. Where the
 * memory was used before, what stood there is right by chance, as it would be.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "uninitialised"

static void decide(const volatile int *p)
{
	if (*p == 5)
		bug_seen = 1;
}

PLANT(kmalloc_not_written, 0, "kmalloc: a field that was never set decides")
{
	volatile int *p = hidden(kmalloc(64, GFP_KERNEL));

	p[2] = 5;
	decide(p + 3);
	planted();
	kfree((void *)p);
}

PLANT(cache_not_written, 0, "cache: a field that was never set decides")
{
	struct kmem_cache *s = kmem_cache_create("planted", 120, 0, 0, NULL);
	volatile int *p = hidden(kmem_cache_alloc(s, GFP_KERNEL));

	decide(p + 3);
	planted();
	kmem_cache_free(s, (void *)p);
	kmem_cache_destroy(s);
}

PLANT(krealloc_not_written, 0, "krealloc: what was added decides")
{
	char *p = hidden(kzalloc(32, GFP_KERNEL));
	volatile int *q = hidden(krealloc(p, unknown(200), GFP_KERNEL));

	decide(q + 40);
	planted();
	kfree((void *)q);
}

PLANT(pages_not_written, 0, "alloc_pages: a word that was never set decides")
{
	struct page *page = alloc_page(GFP_KERNEL);

	decide((int *)hidden(page_address(page)) + 9);
	planted();
	__free_page(page);
}

PLANT(vmalloc_not_written, 0, "vmalloc: a word that was never set decides")
{
	int *p = hidden(vmalloc(PAGE_SIZE));

	decide(p + 9);
	planted();
	vfree(p);
}

PLANT(stack_not_written, 0, "stack: a variable that was never set decides")
{
	int local[4];

	decide((int *)hidden(local) + 2);
	planted();
}

struct node {
	u64 number[3];
	struct node *next;
};

/* What a block of this size held before is a pointer to static data, which is memory. */
static struct node *used_before(void)
{
	static struct node somewhere;
	struct node *n[8];

	for (int i = 0; i < 8; i++) {
		n[i] = hidden(kmalloc(sizeof(*n[i]), GFP_KERNEL));
		n[i]->next = &somewhere;
		n[i]->number[2] = 1;
	}
	for (int i = 0; i < 8; i++)
		kfree(n[i]);
	return hidden(kmalloc(sizeof(struct node), GFP_KERNEL));
}

PLANT(pointer_not_written, 0, "kmalloc: a pointer that was never set is followed")
{
	struct node *n = used_before();

	bug_seen = n->next->number[0];
	planted();
	kfree(n);
}

PLANT(index_not_written, 0, "kmalloc: an index that was never set is used")
{
	static volatile u8 bytes[16];
	struct node *n = used_before();

	bug_seen = bytes[n->number[2]];
	planted();
	kfree(n);
}

PLANT(copied_to_user, 0, "kmalloc: what was never set is copied to the user")
{
	char *p = hidden(kmalloc(64, GFP_KERNEL));

	if (copy_to_user(user_pages(1), p, unknown(64)))
		refused();
	planted();
	kfree(p);
}
