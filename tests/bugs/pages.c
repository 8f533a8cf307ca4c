// SPDX-License-Identifier: MIT
/*
 * Planted bugs: blocks of pages taken for what they are not (tests/bugs/bugs.h).
 */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "pages"

static void free_as(unsigned int order, unsigned int as)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	__free_pages(hidden(page), as);
	planted();
	__free_pages(page, order);
}

PLANT(order_too_small, 0, "__free_pages() with a smaller order")
{
	free_as(3, 1);
}

PLANT(order_too_large, 0, "__free_pages() with a larger order")
{
	free_as(2, 3);
}

PLANT(order_forgotten, 0, "put_page() of a block that is no compound page")
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	put_page(hidden(page));
	planted();
	__free_pages(page, 2);
}

PLANT(middle_of_block, 0, "__free_page() of a page in the middle of a block")
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	__free_page(hidden(page + 3));
	planted();
	__free_pages(page, 3);
}

PLANT(page_of_slab, 0, "__free_page() of a slab's page")
{
	void *p = hidden(kmalloc(64, GFP_KERNEL));

	__free_page(virt_to_page(p));
	planted();
	kfree(p);
}

PLANT(page_of_large, 0, "free_pages() of a large block of kmalloc()")
{
	void *p = hidden(kmalloc(20000, GFP_KERNEL));

	free_pages((unsigned long)p, 3);
	planted();
	kfree(p);
}

PLANT(page_of_area, HOLDS, "__free_page() of a page of vmalloc(), then vfree()")
{
	void *p = hidden(vmalloc(PAGE_SIZE));

	__free_page(vmalloc_to_page(p));
	planted();
	vfree(p);
}

PLANT(page_of_image, 0, "free_page() of static data")
{
	static char data[2 * PAGE_SIZE];

	free_page((unsigned long)hidden((void *)PAGE_ALIGN((unsigned long)data)));
	planted();
}

PLANT(page_reserved, 0, "__free_page() of a page that was never the allocator's")
{
	__free_page(hidden(pfn_to_page(PFN_DOWN(__pa(page_to_virt(pfn_to_page(1)))))));
	planted();
}

PLANT(page_on_stack, 0, "__free_page() of a struct page on the stack")
{
	struct page page = { 0 };

	__free_page(hidden(&page));
	planted();
}

PLANT(split_compound, 0, "split_page() of a compound page")
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);

	split_page(hidden(page), 1);
	planted();
	__free_pages(page, 1);
}

PLANT(order_too_high, ALONE, "alloc_pages() of more than the largest block")
{
	struct page *page = alloc_pages(GFP_KERNEL, unknown(MAX_PAGE_ORDER + 1));

	if (!page)
		refused();
	planted();
}

PLANT(free_with_refs, 0, "__free_page(), while somebody else has a reference, who then uses it")
{
	struct page *page = alloc_page(GFP_KERNEL);
	volatile char *p = hidden(page_address(page));

	get_page(page);
	__free_page(page);
	p[8] = 1; /* it is not free yet: right */
	put_page(page);
	p[8] = 2;
	planted();
}

PLANT(zero_page_written, 0, "the page of zeros is written to")
{
	volatile char *p = hidden(page_address(pfn_to_page(my_zero_pfn(0))));

	p[100] ^= 0;
	planted();
}

PLANT(exact_freed_short, HOLDS, "free_pages_exact() of fewer bytes than were allocated")
{
	void *p = hidden(alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL));

	free_pages_exact(p, PAGE_SIZE);
	planted();
}

PLANT(ioremap_of_ram, 0, "ioremap() of memory")
{
	struct page *page = alloc_page(GFP_KERNEL);
	void __iomem *io = ioremap(page_to_phys(page), PAGE_SIZE);

	if (!io)
		refused();
	planted();
	__free_page(page);
}

PLANT(read_only_written, 0, "an area that set_memory_ro() has shut is written to")
{
	volatile char *p = hidden(vmalloc(PAGE_SIZE));

	p[0] = 1;
	if (set_memory_ro((unsigned long)p, 1))
		return;
	p[0] = 2;
	planted();
	vfree((void *)p);
}

PLANT(writable_and_executable, 0, "set_memory_x() of what can be written")
{
	void *p = vmalloc(PAGE_SIZE);

	if (set_memory_x((unsigned long)p, 1))
		refused();
	planted();
	vfree(p);
}

PLANT(to_page_of_area, 0, "virt_to_page() of a vmalloc() address")
{
	void *p = hidden(vmalloc(PAGE_SIZE));

	bug_seen = page_count(virt_to_page(p));
	planted();
	vfree(p);
}
