// SPDX-License-Identifier: MIT
/*
 * What code around allocation uses: kasprintf(), copies from user memory, scopes, folios, short
 * mappings, clean-up at the end of a block.
 *
 * Source: "Memory Management APIs", "GFP masks used from FS/IO context", "Scope-based Cleanup
 * Helpers".
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "conform.h"

static void text(conform_t *c)
{
	char *p = kasprintf(GFP_KERNEL, "%s-%d", "name", 12);

	ROW_TEXT(c, "kasprintf.text", "name-12", p);
	ROW(c, "kasprintf.room", 8, ksize(p));
	kfree(p);
	p = kasprintf(GFP_KERNEL, "%s", (char *)any_ptr(""));
	ROW(c, "kasprintf.empty", 0, strlen(p));
	kfree(p);
}

static void arrays(conform_t *c)
{
	char buf[16];

	ROW(c, "strscpy.of_an_array", -E2BIG, strscpy(buf, "longer than sixteen bytes"));
}

static void user_copies(conform_t *c)
{
	unsigned long addr;
	char __user *end;
	char *p;

	conform_user_begin(c);
	addr = vm_mmap(NULL, 0, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		       0);
	vm_munmap(addr + PAGE_SIZE, PAGE_SIZE);
	end = (char __user *)(addr + PAGE_SIZE);
	ROW(c, "memdup_user.written", 0, copy_to_user(end - 6, "hello", 6));
	p = memdup_user(end - 6, 6);
	ROW_TEXT(c, "memdup_user.copies", "hello", p);
	kfree(p);
	ROW(c, "memdup_user.beyond", -EFAULT, PTR_ERR(memdup_user(end - 6, any(7))));
	p = memdup_user_nul(end - 6, 4);
	ROW_TEXT(c, "memdup_user_nul.ends_it", "hell", p);
	kfree(p);
	p = strndup_user(end - 6, 6);
	ROW_TEXT(c, "strndup_user.exact", "hello", p);
	kfree(p);
	ROW(c, "strndup_user.too_long", -EINVAL, PTR_ERR(strndup_user(end - 6, any(5))));
	ROW(c, "strndup_user.null", -EFAULT, PTR_ERR(strndup_user(any_ptr(NULL), any(5))));
	vm_munmap(addr, PAGE_SIZE);
	conform_user_end(c);
}

static void scopes(conform_t *c)
{
	unsigned int outer = memalloc_nofs_save(), inner = memalloc_noio_save();

	ROW(c, "memalloc.nofs_drops_fs", 0, !!(current_gfp_context(GFP_KERNEL) & __GFP_FS));
	ROW(c, "memalloc.noio_drops_io", 0, !!(current_gfp_context(GFP_KERNEL) & __GFP_IO));
	memalloc_noio_restore(inner);
	ROW(c, "memalloc.noio_restored", 1, !!(current_gfp_context(GFP_KERNEL) & __GFP_IO));
	ROW(c, "memalloc.nofs_still", 0, !!(current_gfp_context(GFP_KERNEL) & __GFP_FS));
	memalloc_nofs_restore(outer);
	ROW(c, "memalloc.nofs_restored", 1, !!(current_gfp_context(GFP_KERNEL) & __GFP_FS));
}

static void folios(conform_t *c)
{
	struct folio *f = folio_alloc(GFP_KERNEL | __GFP_ZERO, 2);
	struct page *page = folio_page(f, 3);
	char *p = kmap_local_page(page);

	ROW(c, "folio.size", 4 * PAGE_SIZE, folio_size(f));
	ROW(c, "folio.nr_pages", 4, folio_nr_pages(f));
	ROW(c, "folio.order", 2, folio_order(f));
	ROW(c, "folio.of_tail", 1, page_folio(page) == f);
	ROW(c, "folio.references", 1, folio_ref_count(f));
	folio_get(f);
	ROW(c, "folio.get_counts_for_pages", 2, page_count(page));
	folio_put(f);
	ROW(c, "kmap_local.zeroed", PAGE_SIZE, bytes_equal(p, 0, PAGE_SIZE));
	ROW(c, "kmap_local.is_its_address", 1, p == page_address(page));
	kunmap_local(p);
	folio_put(f);
}

static DEFINE_MUTEX(mutex);
static int freed;

DEFINE_FREE(counted, void *, if (_T) freed++)

static int use_scope(conform_t *c, int leave)
{
	void *p __free(counted) = any_ptr(&freed);

	guard(mutex)(&mutex);
	ROW(c, leave ? "cleanup.guard_holds" : "cleanup.guard_holds_again", 1,
	    mutex_is_locked(&mutex));
	if (leave)
		return 1;
	p = NULL;
	return 0;
}

static void scoped(conform_t *c)
{
	use_scope(c, 1);
	ROW(c, "cleanup.free_runs_at_return", 1, freed);
	use_scope(c, 0);
	ROW(c, "cleanup.free_sees_null", 1, freed);
	ROW(c, "cleanup.guard_unlocks", 0, mutex_is_locked(&mutex));
	{
		void *p __free(counted) = any_ptr(&freed);

		ROW(c, "cleanup.no_free_ptr_gives", 1, no_free_ptr(p) == &freed);
	}
	ROW(c, "cleanup.no_free_ptr_keeps", 1, freed);
}

CONFORM_AREA(helper, CONFORM_CASE(text), CONFORM_CASE(arrays), CONFORM_CASE(user_copies),
	     CONFORM_CASE(scopes), CONFORM_CASE(folios), CONFORM_CASE(scoped));
