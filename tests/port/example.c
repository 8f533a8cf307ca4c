// SPDX-License-Identifier: MIT
/*
 * mm/ in a program of its own: a bit of everything, each checked.
 */
#include <asm/page.h>
#include <asm/pgtable.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <quarry/report.h>
#include "port.h"

static int wrong;

#define CHECK(cond)                                                            \
	do {                                                                   \
		if (!(cond)) {                                                 \
			pr_err("example.c:%d: not so: %s\n", __LINE__, #cond); \
			wrong++;                                               \
		}                                                              \
	} while (0)

static void objects(void)
{
	struct kmem_cache *cache = kmem_cache_create("example", 120, 0, SLAB_HWCACHE_ALIGN, NULL);
	void *a = kmem_cache_zalloc(cache, GFP_KERNEL), *b = kmem_cache_alloc(cache, GFP_KERNEL);
	char *text = kmalloc(64, GFP_KERNEL);

	CHECK(a && b && text && a != b && !((unsigned long)a & 63));
	CHECK(!memchr_inv(a, 0, 120));
	strscpy(text, "quarry", 64);
	text = krealloc(text, 5000, GFP_KERNEL);
	CHECK(text && !strcmp(text, "quarry") && ksize(text) >= 5000);
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	kfree(text);
	kmem_cache_destroy(cache);
}

static void pages_and_mappings(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);
	unsigned long size = 100 * PAGE_SIZE;
	u8 *v = vmalloc(size), *kv = kvmalloc(6 << 20, GFP_KERNEL);

	CHECK(page && v && kv && is_vmalloc_addr(v));
	CHECK(!memchr_inv(page_address(page), 0, 8 * PAGE_SIZE));
	for (unsigned long i = 0; i < size; i += PAGE_SIZE)
		v[i] = i >> PAGE_SHIFT;
	for (unsigned long i = 0; i < size; i += PAGE_SIZE)
		CHECK(*(u8 *)page_address(vmalloc_to_page(v + i)) == i >> PAGE_SHIFT);
	memset(kv, 0xa5, 6 << 20);
	kvfree(kv);
	vfree(v);
	__free_pages(page, 3);
}

/* An address space: demand paging, copy on write of the zero page, the end of a mapping. */
static void user_memory(void)
{
	static const char text[] = "across a page";
	struct mm_struct *mm = mm_alloc();
	unsigned long at;
	char back[sizeof(text)];
	u8 byte = 1;

	kthread_use_mm(mm);
	at = vm_mmap(NULL, 0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	CHECK(!IS_ERR_VALUE(at));
	CHECK(!get_user(byte, (u8 __user *)at) && byte == 0);
	CHECK(!copy_to_user((void __user *)(at + PAGE_SIZE - 5), text, sizeof(text)));
	CHECK(!copy_from_user(back, (void __user *)(at + PAGE_SIZE - 5), sizeof(text)));
	CHECK(!strcmp(back, text));
	CHECK(copy_to_user((void __user *)(at + (1 << 20) - 3), text, 8) == 5);
	CHECK(!vm_munmap(at, 1 << 20));
	CHECK(get_user(byte, (u8 __user *)at) == -EFAULT);
	kthread_unuse_mm(mm);
	mmput(mm);
}

/* Misuse is reported as anywhere: the double free is found, and execution goes on. */
static void misuse(void)
{
	void *p = kmalloc(64, GFP_KERNEL);

	kfree(p);
	kfree(p);
	CHECK(report_unexpected() == 1);
}

static void print_line(const char *text)
{
	pr_info("%s\n", text);
}

int port_main(char *line)
{
	unsigned long free;

	bring_up(PORT_RAM);
	mm_quiesce();
	free = nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
	for (int round = 0; round < 3; round++) {
		objects();
		pages_and_mappings();
		user_memory();
	}
	mm_quiesce();
	CHECK(mm_valid_all());
	CHECK(nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES) == free);
	misuse();
	meminfo_show(print_line);
	slabinfo_show(print_line);
	pr_info("%s\n", wrong ? "not ok" : "ok");
	return wrong;
}
