// SPDX-License-Identifier: MIT
/*
 * XArray, IDR and IDA: xa_*(), idr_*(), ida_*().
 *
 * Source: "XArray" and "ID Allocation" in Linux's core-api documentation, and the kernel-doc of
 * linux/xarray.h and linux/idr.h.
 */
#include <linux/idr.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include "conform.h"

#define THING(n) any_ptr((void *)(0x100000UL + 8UL * (n)))

/* Whoever gets an entry back: which of them, -1 for NULL, the error, or a value plus 1000. */
static long long which(void *entry)
{
	if (!entry)
		return -1;
	if (xa_is_err(entry))
		return xa_err(entry);
	if (xa_is_value(entry))
		return xa_to_value(entry) + 1000;
	return ((unsigned long)entry - 0x100000UL) / 8;
}

static void entries(conform_t *c)
{
	ROW(c, "xarray.value", 1, xa_is_value(xa_mk_value(any(0))));
	ROW(c, "xarray.value_of", 77, xa_to_value(xa_mk_value(any(77))));
	ROW(c, "xarray.largest_value", 1, xa_to_value(xa_mk_value(LONG_MAX)) == LONG_MAX);
	ROW(c, "xarray.pointer_is_no_value", 0, xa_is_value(THING(1)));
	ROW(c, "xarray.null_is_no_value", 0, xa_is_value(any_ptr(NULL)));
	ROW(c, "xarray.tag", 3, xa_pointer_tag(xa_tag_pointer(THING(1), 3)));
	ROW(c, "xarray.untagged", 1, which(xa_untag_pointer(xa_tag_pointer(THING(1), 1))));
	ROW(c, "xarray.err_of_pointer", 0, xa_err(THING(1)));
	ROW(c, "xarray.err_of_null", 0, xa_err(any_ptr(NULL)));
	ROW(c, "xarray.zero_is_no_error", 0, xa_err(XA_ZERO_ENTRY));
	ROW(c, "xarray.limit_32b", 1, xa_limit_32b.min == 0 && xa_limit_32b.max == UINT_MAX);
	ROW(c, "xarray.limit_31b", INT_MAX, xa_limit_31b.max);
}

static void storing(conform_t *c)
{
	DEFINE_XARRAY(xa);

	ROW(c, "xarray.empty", 1, xa_empty(&xa));
	ROW(c, "xarray.load_empty", -1, which(xa_load(&xa, 0)));
	ROW(c, "xarray.store", -1, which(xa_store(&xa, 70, THING(1), GFP_KERNEL)));
	ROW(c, "xarray.stored", 1, which(xa_load(&xa, 70)));
	ROW(c, "xarray.load_beside", -1, which(xa_load(&xa, 71)));
	ROW(c, "xarray.load_beyond", -1, which(xa_load(&xa, ULONG_MAX)));
	ROW(c, "xarray.store_returns_old", 1, which(xa_store(&xa, 70, xa_mk_value(5), GFP_KERNEL)));
	ROW(c, "xarray.store_null_returns_old", 1005, which(xa_store(&xa, 70, NULL, GFP_KERNEL)));
	ROW(c, "xarray.store_null_erases", 1, xa_empty(&xa));
	ROW(c, "xarray.last_index", -1, which(xa_store(&xa, ULONG_MAX, THING(2), GFP_KERNEL)));
	ROW(c, "xarray.erase", 2, which(xa_erase(&xa, ULONG_MAX)));
	ROW(c, "xarray.erase_nothing", -1, which(xa_erase(&xa, ULONG_MAX)));
	ROW(c, "xarray.index_0_needs_no_memory", -1, which(xa_store(&xa, 0, THING(3), 0)));
	xa_destroy(&xa);
	ROW(c, "xarray.destroyed", 1, xa_empty(&xa));
	ROW(c, "xarray.used_again", -1, which(xa_store(&xa, 1, THING(4), GFP_KERNEL)));
	xa_destroy(&xa);
}

static void conditions(conform_t *c)
{
	DEFINE_XARRAY(xa);

	ROW(c, "xarray.insert", 0, xa_insert(&xa, 5, THING(1), GFP_KERNEL));
	ROW(c, "xarray.insert_busy", -EBUSY, xa_insert(&xa, 5, THING(2), GFP_KERNEL));
	ROW(c, "xarray.insert_busy_keeps", 1, which(xa_load(&xa, 5)));
	ROW(c, "xarray.cmpxchg_other", 1,
	    which(xa_cmpxchg(&xa, 5, THING(2), THING(3), GFP_KERNEL)));
	ROW(c, "xarray.cmpxchg_other_keeps", 1, which(xa_load(&xa, 5)));
	ROW(c, "xarray.cmpxchg", 1, which(xa_cmpxchg(&xa, 5, THING(1), THING(3), GFP_KERNEL)));
	ROW(c, "xarray.cmpxchged", 3, which(xa_load(&xa, 5)));
	ROW(c, "xarray.cmpxchg_from_null", -1,
	    which(xa_cmpxchg(&xa, 6, NULL, THING(4), GFP_KERNEL)));
	ROW(c, "xarray.cmpxchg_to_null", 3, which(xa_cmpxchg(&xa, 5, THING(3), NULL, GFP_KERNEL)));
	ROW(c, "xarray.cmpxchg_erases", -1, which(xa_load(&xa, 5)));
	xa_destroy(&xa);
}

static void reserving(conform_t *c)
{
	DEFINE_XARRAY(xa);
	unsigned long index = 0;

	ROW(c, "xarray.reserve", 0, xa_reserve(&xa, 100, GFP_KERNEL));
	ROW(c, "xarray.reserved_is_not_empty", 0, xa_empty(&xa));
	ROW(c, "xarray.reserved_reads_null", -1, which(xa_load(&xa, 100)));
	ROW(c, "xarray.reserved_is_not_found", -1,
	    which(xa_find(&xa, &index, ULONG_MAX, XA_PRESENT)));
	ROW(c, "xarray.reserved_insert", -EBUSY, xa_insert(&xa, 100, THING(1), GFP_KERNEL));
	ROW(c, "xarray.reserved_cmpxchg_null", -1,
	    which(xa_cmpxchg(&xa, 100, NULL, THING(1), GFP_KERNEL)));
	ROW(c, "xarray.reserved_cmpxchg_null_keeps", -1, which(xa_load(&xa, 100)));
	ROW(c, "xarray.reserved_store_without_memory", -1, which(xa_store(&xa, 100, THING(1), 0)));
	xa_release(&xa, 100);
	ROW(c, "xarray.release_too_late", 1, which(xa_load(&xa, 100)));
	ROW(c, "xarray.reserve_what_is_there", 0, xa_reserve(&xa, 100, GFP_KERNEL));
	xa_erase(&xa, 100);
	ROW(c, "xarray.insert_null_reserves", 0, xa_insert(&xa, 200, NULL, GFP_KERNEL));
	ROW(c, "xarray.insert_null_twice", -EBUSY, xa_insert(&xa, 200, NULL, GFP_KERNEL));
	xa_release(&xa, 200);
	ROW(c, "xarray.released", 1, xa_empty(&xa));
	ROW(c, "xarray.reserve_index_0", 0, xa_reserve(&xa, 0, GFP_KERNEL));
	ROW(c, "xarray.reserved_index_0_is_not_empty", 0, xa_empty(&xa));
	ROW(c, "xarray.store_null_releases", -1, which(xa_store(&xa, 0, NULL, GFP_KERNEL)));
	ROW(c, "xarray.store_null_released", 1, xa_empty(&xa));
	xa_destroy(&xa);
}

static void searching(conform_t *c)
{
	DEFINE_XARRAY(xa);
	unsigned long i, sum = 0;
	void *entry, *got[4];

	xa_store(&xa, 3, THING(1), GFP_KERNEL);
	xa_store(&xa, 300, THING(2), GFP_KERNEL);
	xa_store(&xa, ULONG_MAX, THING(3), GFP_KERNEL);
	i = 0;
	ROW(c, "xarray.find", 1, which(xa_find(&xa, &i, ULONG_MAX, XA_PRESENT)));
	ROW(c, "xarray.find_index", 3, i);
	ROW(c, "xarray.find_here", 1, which(xa_find(&xa, &i, ULONG_MAX, XA_PRESENT)));
	ROW(c, "xarray.find_after", 2, which(xa_find_after(&xa, &i, ULONG_MAX, XA_PRESENT)));
	ROW(c, "xarray.find_after_index", 300, i);
	i = 4;
	ROW(c, "xarray.find_max", -1, which(xa_find(&xa, &i, 299, XA_PRESENT)));
	ROW(c, "xarray.find_none_keeps_index", 4, i);
	ROW(c, "xarray.find_max_included", 2, which(xa_find(&xa, &i, 300, XA_PRESENT)));
	i = ULONG_MAX;
	ROW(c, "xarray.find_after_the_last", -1,
	    which(xa_find_after(&xa, &i, ULONG_MAX, XA_PRESENT)));
	xa_for_each(&xa, i, entry)
		sum += which(entry);
	ROW(c, "xarray.for_each", 6, sum);
	ROW(c, "xarray.for_each_ends_with_null", 1, entry == NULL);
	xa_for_each_range(&xa, i, entry, 4, 300)
		sum += which(entry);
	ROW(c, "xarray.for_each_range", 8, sum);
	xa_for_each_start(&xa, i, entry, 4)
		sum += which(entry);
	ROW(c, "xarray.for_each_start", 13, sum);
	ROW(c, "xarray.extract", 2, xa_extract(&xa, got, 0, 1000, 4, XA_PRESENT));
	ROW(c, "xarray.extracted", 2, which(got[1]));
	ROW(c, "xarray.extract_n", 1, xa_extract(&xa, got, 0, ULONG_MAX, 1, XA_PRESENT));
	xa_for_each(&xa, i, entry)
		xa_erase(&xa, i);
	ROW(c, "xarray.erased_while_looping", 1, xa_empty(&xa));
}

static void marking(conform_t *c)
{
	DEFINE_XARRAY(xa);
	unsigned long i = 0, sum = 0;
	void *entry;

	xa_set_mark(&xa, 5, XA_MARK_0);
	ROW(c, "xarray.mark_nothing", 0, xa_marked(&xa, XA_MARK_0));
	xa_store(&xa, 5, THING(1), GFP_KERNEL);
	xa_store(&xa, 5000, THING(2), GFP_KERNEL);
	xa_set_mark(&xa, 5000, XA_MARK_0);
	ROW(c, "xarray.marked", 1, xa_marked(&xa, XA_MARK_0));
	ROW(c, "xarray.get_mark", 1, xa_get_mark(&xa, 5000, XA_MARK_0));
	ROW(c, "xarray.get_other_mark", 0, xa_get_mark(&xa, 5000, XA_MARK_1));
	ROW(c, "xarray.get_mark_of_other", 0, xa_get_mark(&xa, 5, XA_MARK_0));
	ROW(c, "xarray.get_mark_of_nothing", 0, xa_get_mark(&xa, 5001, XA_MARK_0));
	ROW(c, "xarray.find_marked", 2, which(xa_find(&xa, &i, ULONG_MAX, XA_MARK_0)));
	xa_store(&xa, 5000, THING(3), GFP_KERNEL);
	ROW(c, "xarray.store_keeps_marks", 1, xa_get_mark(&xa, 5000, XA_MARK_0));
	xa_set_mark(&xa, 5, XA_MARK_2);
	xa_for_each_marked(&xa, i, entry, XA_MARK_2)
		sum += i;
	ROW(c, "xarray.for_each_marked", 5, sum);
	xa_erase(&xa, 5000);
	ROW(c, "xarray.erase_clears_marks", 0, xa_marked(&xa, XA_MARK_0));
	xa_store(&xa, 5000, THING(3), GFP_KERNEL);
	ROW(c, "xarray.marks_do_not_come_back", 0, xa_get_mark(&xa, 5000, XA_MARK_0));
	xa_clear_mark(&xa, 5, XA_MARK_2);
	ROW(c, "xarray.clear_mark", 0, xa_marked(&xa, XA_MARK_2));
	ROW(c, "xarray.reserve_to_mark", 0, xa_reserve(&xa, 77, GFP_KERNEL));
	xa_set_mark(&xa, 77, XA_MARK_1);
	ROW(c, "xarray.reserved_takes_marks", 1, xa_get_mark(&xa, 77, XA_MARK_1));
	i = 0;
	ROW(c, "xarray.reserved_is_not_found_by_mark", -1,
	    which(xa_find(&xa, &i, ULONG_MAX, XA_MARK_1)));
	xa_destroy(&xa);
	ROW(c, "xarray.destroy_clears_marks", 0, xa_marked(&xa, XA_MARK_1));
}

static void allocating(conform_t *c)
{
	DEFINE_XARRAY_ALLOC(xa);
	u32 id = 99;

	ROW(c, "xarray.alloc", 0, xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL));
	ROW(c, "xarray.alloc_lowest", 0, id);
	ROW(c, "xarray.alloc_limit", 0, xa_alloc(&xa, &id, THING(2), XA_LIMIT(5, 6), GFP_KERNEL));
	ROW(c, "xarray.alloc_limit_id", 5, id);
	ROW(c, "xarray.alloc_null", 0, xa_alloc(&xa, &id, NULL, XA_LIMIT(5, 6), GFP_KERNEL));
	ROW(c, "xarray.alloc_null_reads_null", -1, which(xa_load(&xa, 6)));
	ROW(c, "xarray.alloc_full", -EBUSY,
	    xa_alloc(&xa, &id, THING(3), XA_LIMIT(5, 6), GFP_KERNEL));
	xa_store(&xa, 5, NULL, GFP_KERNEL);
	ROW(c, "xarray.store_null_keeps_the_id", -EBUSY,
	    xa_alloc(&xa, &id, THING(3), XA_LIMIT(5, 6), GFP_KERNEL));
	xa_release(&xa, 5);
	ROW(c, "xarray.release_frees_the_id", 0,
	    xa_alloc(&xa, &id, THING(3), XA_LIMIT(5, 6), GFP_KERNEL));
	xa_erase(&xa, 5);
	ROW(c, "xarray.erase_frees_the_id", 0,
	    xa_alloc(&xa, &id, THING(3), XA_LIMIT(5, 6), GFP_KERNEL));
	xa_cmpxchg(&xa, 5, THING(3), NULL, GFP_KERNEL);
	ROW(c, "xarray.cmpxchg_frees_the_id", 0,
	    xa_alloc(&xa, &id, THING(3), XA_LIMIT(5, 6), GFP_KERNEL));
	xa_store(&xa, 1, THING(4), GFP_KERNEL);
	ROW(c, "xarray.store_takes_the_id", 0,
	    xa_alloc(&xa, &id, THING(5), xa_limit_31b, GFP_KERNEL));
	ROW(c, "xarray.store_took_the_id", 2, id);
	ROW(c, "xarray.alloc_last", 0,
	    xa_alloc(&xa, &id, THING(6), XA_LIMIT(UINT_MAX, UINT_MAX), GFP_KERNEL));
	ROW(c, "xarray.alloc_behind_the_last", -EBUSY,
	    xa_alloc(&xa, &id, THING(6), XA_LIMIT(UINT_MAX, UINT_MAX), GFP_KERNEL));
	xa_destroy(&xa);
	ROW(c, "xarray.alloc_after_destroy", 0,
	    xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL));
	ROW(c, "xarray.alloc_after_destroy_id", 0, id);
	xa_destroy(&xa);
}

static void from_one(conform_t *c)
{
	DEFINE_XARRAY_ALLOC1(xa);
	u32 id = 99;

	ROW(c, "xarray.alloc1", 0, xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL));
	ROW(c, "xarray.alloc1_id", 1, id);
	ROW(c, "xarray.alloc1_index_0", -EBUSY,
	    xa_alloc(&xa, &id, THING(1), XA_LIMIT(0, 0), GFP_KERNEL));
	xa_erase(&xa, 1);
	ROW(c, "xarray.alloc1_empty", 1, xa_empty(&xa));
	ROW(c, "xarray.alloc1_again", 0, xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL));
	ROW(c, "xarray.alloc1_again_id", 1, id);
	ROW(c, "xarray.alloc1_store_at_0", -1, which(xa_store(&xa, 0, THING(7), GFP_KERNEL)));
	ROW(c, "xarray.alloc1_stored_at_0", 7, which(xa_load(&xa, 0)));
	xa_erase(&xa, 0);
	ROW(c, "xarray.alloc1_erased_0", 0, xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL));
	ROW(c, "xarray.alloc1_erased_0_id", CONFORM_HERE(0, 2), id);
	xa_destroy(&xa);
	ROW(c, "xarray.alloc1_destroyed", 0,
	    xa_alloc(&xa, &id, THING(1), xa_limit_32b, GFP_KERNEL));
	ROW(c, "xarray.alloc1_destroyed_id", 1, id);
	xa_destroy(&xa);
}

static void cyclic(conform_t *c)
{
	DEFINE_XARRAY_ALLOC(xa);
	struct xa_limit limit = XA_LIMIT(1, 3);
	u32 id = 99, next = 2;

	ROW(c, "xarray.cyclic", 0, xa_alloc_cyclic(&xa, &id, THING(1), limit, &next, GFP_KERNEL));
	ROW(c, "xarray.cyclic_id", 2, id);
	ROW(c, "xarray.cyclic_next", 3, next);
	xa_erase(&xa, 2);
	ROW(c, "xarray.cyclic_goes_on", 0,
	    xa_alloc_cyclic(&xa, &id, THING(1), limit, &next, GFP_KERNEL));
	ROW(c, "xarray.cyclic_goes_on_id", 3, id);
	ROW(c, "xarray.cyclic_wraps", 1,
	    xa_alloc_cyclic(&xa, &id, THING(1), limit, &next, GFP_KERNEL));
	ROW(c, "xarray.cyclic_wraps_id", 1, id);
	ROW(c, "xarray.cyclic_after_the_wrap", 0,
	    xa_alloc_cyclic(&xa, &id, THING(1), limit, &next, GFP_KERNEL));
	ROW(c, "xarray.cyclic_full", -EBUSY,
	    xa_alloc_cyclic(&xa, &id, THING(1), limit, &next, GFP_KERNEL));
	next = UINT_MAX;
	ROW(c, "xarray.cyclic_last", 0,
	    xa_alloc_cyclic(&xa, &id, THING(1), xa_limit_32b, &next, GFP_KERNEL));
	ROW(c, "xarray.cyclic_last_next", 0, next);
	ROW(c, "xarray.cyclic_behind_the_last", 1,
	    xa_alloc_cyclic(&xa, &id, THING(1), xa_limit_32b, &next, GFP_KERNEL));
	ROW(c, "xarray.cyclic_behind_the_last_id", 0, id);
	xa_destroy(&xa);
}

static void idr_numbers(conform_t *c)
{
	DEFINE_IDR(idr);
	u32 id = 7;

	ROW(c, "xarray.idr_empty", 1, idr_is_empty(&idr));
	ROW(c, "xarray.idr_alloc", 0, idr_alloc(&idr, THING(1), 0, 0, GFP_KERNEL));
	ROW(c, "xarray.idr_alloc_start", 5, idr_alloc(&idr, THING(2), 5, 6, GFP_KERNEL));
	ROW(c, "xarray.idr_alloc_end", -ENOSPC, idr_alloc(&idr, THING(2), 5, 6, GFP_KERNEL));
	ROW(c, "xarray.idr_find", 2, which(idr_find(&idr, 5)));
	ROW(c, "xarray.idr_find_none", -1, which(idr_find(&idr, 4)));
	ROW(c, "xarray.idr_replace", 2, which(idr_replace(&idr, THING(3), 5)));
	ROW(c, "xarray.idr_replaced", 3, which(idr_find(&idr, 5)));
	ROW(c, "xarray.idr_replace_none", -ENOENT, PTR_ERR(idr_replace(&idr, THING(3), 4)));
	ROW(c, "xarray.idr_remove", 3, which(idr_remove(&idr, 5)));
	ROW(c, "xarray.idr_remove_none", -1, which(idr_remove(&idr, 5)));
	ROW(c, "xarray.idr_last", INT_MAX, idr_alloc(&idr, THING(4), INT_MAX, 0, GFP_KERNEL));
	ROW(c, "xarray.idr_behind_the_last", -ENOSPC,
	    idr_alloc(&idr, THING(4), INT_MAX, 0, GFP_KERNEL));
	ROW(c, "xarray.idr_u32", 0, idr_alloc_u32(&idr, THING(5), &id, 7, GFP_KERNEL));
	ROW(c, "xarray.idr_u32_id", 7, id);
	ROW(c, "xarray.idr_u32_full", -ENOSPC, idr_alloc_u32(&idr, THING(5), &id, 7, GFP_KERNEL));
	ROW(c, "xarray.idr_null", 1, idr_alloc(&idr, NULL, 0, 0, GFP_KERNEL));
	ROW(c, "xarray.idr_null_reads_null", -1, which(idr_find(&idr, 1)));
	ROW(c, "xarray.idr_null_is_in_use", 2, idr_alloc(&idr, THING(1), 0, 0, GFP_KERNEL));
	ROW(c, "xarray.idr_replace_null", -1, which(idr_replace(&idr, THING(6), 1)));
	idr_destroy(&idr);
	ROW(c, "xarray.idr_destroyed", 1, idr_is_empty(&idr));
}

static int stop_at_5(int id, void *p, void *data)
{
	*(int *)data += id;
	return id == 5 ? 42 : 0;
}

static void idr_order(conform_t *c)
{
	struct idr idr;
	int id = 4, sum = 0;
	void *entry;

	idr_init_base(&idr, 3);
	ROW(c, "xarray.idr_base", 3, idr_alloc(&idr, THING(1), 0, 0, GFP_KERNEL));
	ROW(c, "xarray.idr_base_below", -ENOSPC, idr_alloc(&idr, THING(1), 0, 3, GFP_KERNEL));
	ROW(c, "xarray.idr_cyclic", 5, idr_alloc_cyclic(&idr, THING(2), 5, 7, GFP_KERNEL));
	ROW(c, "xarray.idr_cyclic_next", 6, idr_alloc_cyclic(&idr, THING(3), 5, 7, GFP_KERNEL));
	ROW(c, "xarray.idr_cursor", 7, idr_get_cursor(&idr));
	ROW(c, "xarray.idr_cyclic_full", -ENOSPC,
	    idr_alloc_cyclic(&idr, THING(3), 5, 7, GFP_KERNEL));
	ROW(c, "xarray.idr_get_next", 2, which(idr_get_next(&idr, &id)));
	ROW(c, "xarray.idr_get_next_id", 5, id);
	id = 7;
	ROW(c, "xarray.idr_get_next_none", -1, which(idr_get_next(&idr, &id)));
	idr_for_each_entry(&idr, entry, id)
		sum += id;
	ROW(c, "xarray.idr_for_each_entry", 14, sum);
	sum = 0;
	ROW(c, "xarray.idr_for_each", 42, idr_for_each(&idr, stop_at_5, &sum));
	ROW(c, "xarray.idr_for_each_stops", 8, sum);
	idr_remove(&idr, 5);
	ROW(c, "xarray.idr_cyclic_wraps", 5, idr_alloc_cyclic(&idr, THING(4), 5, 7, GFP_KERNEL));
	idr_destroy(&idr);
}

static void ida_numbers(conform_t *c)
{
	DEFINE_IDA(ida);
	int i;

	ROW(c, "xarray.ida_empty", 1, ida_is_empty(&ida));
	ROW(c, "xarray.ida_alloc", 0, ida_alloc(&ida, GFP_KERNEL));
	ROW(c, "xarray.ida_alloc_next", 1, ida_alloc(&ida, GFP_KERNEL));
	ida_free(&ida, 0);
	ROW(c, "xarray.ida_lowest", 0, ida_alloc(&ida, GFP_KERNEL));
	ROW(c, "xarray.ida_min", 1500, ida_alloc_min(&ida, 1500, GFP_KERNEL));
	ROW(c, "xarray.ida_max", -ENOSPC, ida_alloc_max(&ida, 1, GFP_KERNEL));
	ROW(c, "xarray.ida_range", 1501, ida_alloc_range(&ida, 1500, 1501, GFP_KERNEL));
	ROW(c, "xarray.ida_range_full", -ENOSPC, ida_alloc_range(&ida, 1500, 1501, GFP_KERNEL));
	ROW(c, "xarray.ida_last", INT_MAX, ida_alloc_min(&ida, INT_MAX, GFP_KERNEL));
	ROW(c, "xarray.ida_behind_the_last", -ENOSPC, ida_alloc_min(&ida, INT_MAX, GFP_KERNEL));
	ROW(c, "xarray.ida_beyond", -ENOSPC, ida_alloc_min(&ida, 1U << 31, GFP_KERNEL));
	for (i = 2; i < 1500; i++)
		(void)(ida_alloc(&ida, GFP_KERNEL));
	ROW(c, "xarray.ida_many", 1502, ida_alloc(&ida, GFP_KERNEL));
	ida_free(&ida, 1000);
	CONFORM_WARNS(c, ida_free(&ida, 1000));
	ROW(c, "xarray.ida_hole", 1000, ida_alloc(&ida, GFP_KERNEL));
	ida_destroy(&ida);
	ROW(c, "xarray.ida_destroyed", 1, ida_is_empty(&ida));
}

CONFORM_AREA(xarray, CONFORM_CASE(entries), CONFORM_CASE(storing), CONFORM_CASE(conditions),
	     CONFORM_CASE(reserving), CONFORM_CASE(searching), CONFORM_CASE(marking),
	     CONFORM_CASE(allocating), CONFORM_CASE(from_one), CONFORM_CASE(cyclic),
	     CONFORM_CASE(idr_numbers), CONFORM_CASE(idr_order), CONFORM_CASE(ida_numbers));
