// SPDX-License-Identifier: MIT
/*
 * The life of an allocated block: who keeps it, and when it ends.
 *
 * 1. Model. Each struct page has a count, and some counts decide:
 *
 *	allocated		whose count	goes back as
 *	----------------------	-------------	---------------------------------------------------
 *	one page		its own		one page, with the last reference
 *	block with __GFP_COMP	the head's, 	the block, with the last reference to any of its
 *				for all pages	pages, whoever drops it
 *	block without		the head's	the block, by __free_pages() of the owner. If somebody
 *						else holds the head then, all but the first page go,
 *						and that one with its last reference
 *	the same, split_page()	each its own	single pages
 *
 *    Pages inside a block without __GFP_COMP have the count 0, and so have free pages and pages of
 *    slabs: nobody can get hold of them. (Linux counts a slab's page once; a reference to it would
 *    keep nothing there either.)
 *
 * 2. Speculative references. Who finds a page by its number or by an old pointer, without a lock
 *    that keeps it, takes a reference unless the count is 0 (page_ref_add_unless(), folio_try_get())
 *    and only then looks whether it still is the page it meant; if not it puts it again. For such a
 *    visitor a block may change hands at any moment before: so counts are written plainly only from
 *    0 to 1, by the one who allocates, and everybody may drop the last reference.
 *
 *    The visitor of a block without __GFP_COMP drops his one while the owner has it: the count stays
 *    above 0, and nothing else happens. When the owner was first, the head is a single page by now
 *    (its mark changes before the count), and the visitor frees that. put_odd() tells the two apart.
 *
 * 3. Invariants
 *    I1  a block goes back when its deciding count falls to 0, once;
 *    I2  a count that is 0 rises by allocation only.
 *
 * 4. Locks: none. Context: any. Cost: O(1); split_page() O(pages).
 *
 * Sources: the rules are those that Linux documents for __free_pages() and its page_ref API.
 */
#include <linux/bug.h>
#include <linux/mm.h>
#include "internal.h"

/* Its last reference may be dropped by anybody. */
static bool ends_by_put(const struct page *head)
{
	u16 mark = READ_ONCE(head->mark);

	return mark == PAGE_MARK(PAGE_USED, 0) ||
	       ((mark & 0xff) == PAGE_USED && (head->flags & PG_compound));
}

static inline void drop(struct page *head)
{
	if (atomic_dec_and_test(&head->_refcount))
		free_block(head, head->order);
}

/* Drop a reference that is not the last. */
static bool drop_but_last(struct page *head)
{
	int count = page_ref_count(head);

	while (count > 1) {
		if (atomic_try_cmpxchg(&head->_refcount, &count, count - 1))
			return true;
	}
	return false;
}

/*
 * A page whose owner has another function to free it (kfree(), __free_pages() of a block without
 * __GFP_COMP). References besides the owner's may go. The owner may let go meanwhile: his mark is
 * written before his count, so who finds the count at 1 looks at the mark again.
 */
static noinline void put_odd(struct page *head)
{
	if (drop_but_last(head))
		return;
	smp_rmb();
	if (ends_by_put(head))
		drop(head);
	else
		page_report_bad_free(head, 0);
}

/**
 * put_page() - drop a reference
 * @page: any page of a __GFP_COMP block, or a page on its own
 *
 * The last reference frees the block, if nobody else has to: the owner of a block without __GFP_COMP,
 * or of kmalloc() memory, may not drop his own this way, which is reported.
 *
 * Context: any.
 */
void put_page(struct page *page)
{
	struct page *head = compound_head(page);

	if (unlikely(!ends_by_put(head))) {
		put_odd(head);
		return;
	}
	drop(head);
}

/**
 * split_page() - make single pages of a block
 * @page: the head of a block allocated without __GFP_COMP
 * @order: its order
 *
 * Each of the 2^order pages then has a count of its own (the first keeps its) and is freed on its
 * own. All are their allocator's.
 */
void split_page(struct page *page, unsigned int order)
{
	if (!page_may_free(page, order) || WARN_ON(page->flags & PG_compound))
		return;
	page_set_mark(page, PAGE_MARK(PAGE_USED, 0));
	for (unsigned long i = 1; i < 1UL << order; i++) {
		WRITE_ONCE(page[i].tag, page->tag);
		page[i]._mapcount.counter = 0;
		page[i].mapping = NULL;
		page[i].private = 0;
		page_set_mark(&page[i], PAGE_MARK(PAGE_USED, 0));
		page_ref_unfreeze(&page[i], 1);
	}
}
