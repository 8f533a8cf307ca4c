// SPDX-License-Identifier: MIT
/*
 * Planted bugs: memory of the user, and what is copied to and from it (tests/bugs/bugs.h).
 */
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "user memory"

static void to_user(const void *from, size_t n)
{
	if (copy_to_user(user_pages(4), hidden((void *)from), unknown(n)))
		refused();
	planted();
}

static void from_user(void *to, size_t n)
{
	if (copy_from_user(hidden(to), user_pages(4), unknown(n)))
		refused();
	planted();
}

PLANT(read_user_plain, 0, "a user pointer is read without get_user()")
{
	volatile char *p = (__force char *)user_pages(1);

	if (put_user((char)1, (char __user *)p))
		return;
	bug_seen = *p;
	planted();
}

PLANT(write_user_plain, 0, "a user pointer is written to without put_user()")
{
	volatile char *p = (__force char *)user_pages(1);

	if (put_user((char)1, (char __user *)p))
		return;
	*p = 2;
	planted();
}

PLANT(memcpy_from_user_plain, 0, "memcpy() from a user pointer")
{
	char *p = (__force char *)user_pages(1), copy[16];

	if (put_user((char)1, (char __user *)p))
		return;
	memcpy(copy, hidden(p), unknown(16));
	bug_seen = copy[0];
	planted();
}

PLANT(kernel_pointer_given, 0, "copy_to_user() to a kernel address that the user gave")
{
	char *victim = hidden(kzalloc(64, GFP_KERNEL)), text[16] = "text";

	user_pages(1);
	if (copy_to_user((void __user *)victim, text, sizeof(text)))
		refused();
	planted();
	kfree(victim);
}

PLANT(null_from_user, 0, "get_user() of NULL that the user gave")
{
	int value = 0;

	user_pages(1);
	if (get_user(value, (int __user *)hidden(NULL)))
		refused();
	bug_seen = value;
	planted();
}

PLANT(unmapped_from_user, 0, "copy_from_user() where the user has nothing")
{
	char copy[16];

	if (copy_from_user(copy, user_pages(1) + 8 * PAGE_SIZE, unknown(16)))
		refused();
	planted();
}

PLANT(copy_more_than_object, 0, "copy_to_user() of more than the kmalloc() block has")
{
	char *p = hidden(kzalloc(64, GFP_KERNEL));

	to_user(p, 100);
	kfree(p);
}

PLANT(copy_into_too_little, 0, "copy_from_user() of more than the kmalloc() block has room for")
{
	char *p = hidden(kzalloc(64, GFP_KERNEL));

	from_user(p, 100);
	kfree(p);
}

PLANT(copy_more_than_large, 0, "copy_to_user() of more than a large block has")
{
	char *p = hidden(kzalloc(8192 + 10, GFP_KERNEL));

	to_user(p + 8192, 3 * PAGE_SIZE);
	kfree(p);
}

PLANT(copy_past_area, 0, "copy_to_user() of more than a vmalloc() area has")
{
	char *p = hidden(vzalloc(PAGE_SIZE));

	to_user(p + 4000, 200);
	vfree(p);
}

PLANT(copy_frame, 0, "copy_to_user() of a local variable, over the end of its frame")
{
	char local[32] = { 0 };

	to_user(local, 200);
}

PLANT(copy_code, 0, "copy_to_user() of code")
{
	to_user((void *)to_user, 64);
}

PLANT(copy_null, 0, "copy_to_user() from NULL")
{
	to_user(NULL, 64);
}

PLANT(copy_zero_size, 0, "copy_from_user() to what kmalloc(0) gave")
{
	from_user(kmalloc(unknown(0), GFP_KERNEL), 8);
}

PLANT(copy_private_part, 0, "copy_to_user() of a part of an object that the cache keeps from users")
{
	struct kmem_cache *s = kmem_cache_create_usercopy("planted", 64, 0, 0, 16, 32, NULL);
	char *p = hidden(kmem_cache_zalloc(s, GFP_KERNEL));

	to_user(p, 64);
	kmem_cache_free(s, p);
	kmem_cache_destroy(s);
}

PLANT(length_from_user, 0, "copy_from_user() with a length that wraps")
{
	char *p = hidden(kzalloc(64, GFP_KERNEL));

	from_user(p, (size_t)-8);
	kfree(p);
}

PLANT(read_only_of_user, 0, "copy_to_user() to what the user may only read")
{
	void __user *u = user_pages(1);
	unsigned long at = (__force unsigned long)u + 8 * PAGE_SIZE;
	char text[16] = "text";

	if (vm_mmap(NULL, at, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0) !=
	    at)
		return;
	if (copy_to_user(u + 8 * PAGE_SIZE, text, sizeof(text)))
		refused();
	planted();
}

PLANT(unmapped_under_pin, 0,
      "a user's page is used by its kernel address after munmap() and put_page()")
{
	void __user *u = user_pages(1);
	unsigned long at = (__force unsigned long)u;
	struct page *page;
	volatile char *p;

	if (pin_user_pages_fast(at, 1, FOLL_WRITE, &page) != 1)
		return;
	p = hidden(page_address(page));
	unpin_user_page(page);
	vm_munmap(at, PAGE_SIZE);
	p[8] = 1;
	planted();
}
