// SPDX-License-Identifier: MIT
/*
 * Bits: single ones, masks, searches, bitmaps.
 *
 * Source: "The Linux Kernel API" (bit operations, bitmap operations).
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/find.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>
#include "conform.h"

static void words(conform_t *c)
{
	ROW(c, "bits.ffs_0", 0, ffs(any(0)));
	ROW(c, "bits.ffs_8", 4, ffs(any(8)));
	ROW(c, "bits.fls_0", 0, fls(any(0)));
	ROW(c, "bits.fls_top", 32, fls(any(0x80000000U)));
	ROW(c, "bits.fls64_0", 0, fls64(any(0)));
	ROW(c, "bits.fls64_top", 64, fls64(any(1UL << 63)));
	ROW(c, "bits.fls_long", 33, fls_long(any(1UL << 32)));
	ROW(c, "bits.__ffs", 4, __ffs(any(0x30)));
	ROW(c, "bits.__fls", 5, __fls(any(0x30)));
	ROW(c, "bits.ffz", 3, ffz(any(0x17)));
	ROW(c, "bits.hweight8", 8, hweight8(any(0xff)));
	ROW(c, "bits.hweight16", 4, hweight16(any(0x1111)));
	ROW(c, "bits.hweight32", 32, hweight32(any(0xffffffffU)));
	ROW(c, "bits.hweight64", 64, hweight64(any(-1L)));
	ROW(c, "bits.hweight_long", 2, hweight_long(any(0x8000000000000001UL)));
	ROW(c, "bits.rol32", 3, rol32(any(0x80000001U), 1));
	ROW(c, "bits.ror32", 0xc0000000U, ror32(any(0x80000001U), 1));
	ROW(c, "bits.rol8", 0x81, rol8(any(0xc0), 1));
	ROW(c, "bits.ror64", 1, ror64(any(2), 1));
	ROW(c, "bits.sign_extend32", -1, sign_extend32(any(0xf), 3));
	ROW(c, "bits.sign_extend64", 7, sign_extend64(any(7), 3));
	ROW(c, "bits.genmask", 0xff0, GENMASK(11, 4));
	ROW(c, "bits.genmask_all", -1, GENMASK(63, 0));
	ROW(c, "bits.bit", 1LL << 40, BIT(40));
	ROW(c, "bits.bit_mask", 4, BIT_MASK(66));
	ROW(c, "bits.bit_word", 1, BIT_WORD(66));
	ROW(c, "bits.to_longs", 2, BITS_TO_LONGS(65));
	ROW(c, "bits.count_order_1", 0, get_count_order(any(1)));
	ROW(c, "bits.count_order_5", 3, get_count_order(any(5)));
	ROW(c, "bits.count_order_0", -1, get_count_order(any(0)));
	ROW(c, "bits.fns", 5, fns(any(0x2d), 3));
	ROW(c, "bits.fns_too_many", 64, fns(any(0x2d), 9) >= 64 ? 64 : 0);
}

static void logarithms(conform_t *c)
{
	ROW(c, "log2.ilog2_1", 0, ilog2(any(1)));
	ROW(c, "log2.ilog2_4095", 11, ilog2(any(4095)));
	ROW(c, "log2.ilog2_constant", 12, ilog2(4096));
	ROW(c, "log2.is_power_of_0", 0, is_power_of_2(any(0)));
	ROW(c, "log2.is_power_of_64", 1, is_power_of_2(any(64)));
	ROW(c, "log2.is_power_of_65", 0, is_power_of_2(any(65)));
	ROW(c, "log2.roundup_5", 8, roundup_pow_of_two(any(5)));
	ROW(c, "log2.roundup_8", 8, roundup_pow_of_two(any(8)));
	ROW(c, "log2.roundup_constant", 128, roundup_pow_of_two(100));
	ROW(c, "log2.rounddown_7", 4, rounddown_pow_of_two(any(7)));
	ROW(c, "log2.order_0", 0, order_base_2(any(0)));
	ROW(c, "log2.order_1", 0, order_base_2(any(1)));
	ROW(c, "log2.order_5", 3, order_base_2(any(5)));
}

static void single(conform_t *c)
{
	unsigned long map[2] = {};

	set_bit(65, map);
	ROW(c, "bitop.set", 2, map[1]);
	ROW(c, "bitop.test", 1, test_bit(65, map));
	ROW(c, "bitop.test_and_set_set", 1, test_and_set_bit(65, map));
	ROW(c, "bitop.test_and_set_clear", 0, test_and_set_bit(3, map));
	ROW(c, "bitop.test_and_clear_set", 1, test_and_clear_bit(3, map));
	ROW(c, "bitop.test_and_clear_clear", 0, test_and_clear_bit(3, map));
	ROW(c, "bitop.test_and_change", 0, test_and_change_bit(5, map));
	change_bit(5, map);
	ROW(c, "bitop.change", 0, map[0]);
	__set_bit(63, map);
	ROW(c, "bitop.__set_top", 1, (long)map[0] < 0);
	__clear_bit(63, map);
	clear_bit(65, map);
	ROW(c, "bitop.cleared", 0, map[0] | map[1]);
	__assign_bit(7, map, true);
	assign_bit(7, map, false);
	ROW(c, "bitop.assign", 0, map[0]);
	ROW(c, "bitop.lock_free", 0, test_and_set_bit_lock(0, map));
	ROW(c, "bitop.lock_held", 1, test_and_set_bit_lock(0, map));
	clear_bit_unlock(0, map);
	ROW(c, "bitop.unlocked", 0, test_bit(0, map));
}

static void searches(conform_t *c)
{
	DECLARE_BITMAP(map, 200) = {};
	DECLARE_BITMAP(other, 200) = {};
	unsigned long bit, sum = 0, clear = 0;

	ROW(c, "find.first_of_none", 200, find_first_bit(map, any(200)));
	ROW(c, "find.last_of_none", 200, find_last_bit(map, any(200)));
	__set_bit(3, map);
	__set_bit(70, map);
	__set_bit(199, map);
	__set_bit(70, other);
	ROW(c, "find.first", 3, find_first_bit(map, any(200)));
	ROW(c, "find.next", 70, find_next_bit(map, any(200), any(4)));
	ROW(c, "find.next_is_itself", 70, find_next_bit(map, any(200), any(70)));
	ROW(c, "find.next_beyond_size", 150, find_next_bit(map, any(150), any(71)));
	ROW(c, "find.next_from_beyond", 150, find_next_bit(map, any(150), any(180)));
	ROW(c, "find.last", 199, find_last_bit(map, any(200)));
	ROW(c, "find.last_below", 70, find_last_bit(map, any(199)));
	ROW(c, "find.first_zero", 0, find_first_zero_bit(map, any(200)));
	ROW(c, "find.next_zero", 4, find_next_zero_bit(map, any(200), any(3)));
	ROW(c, "find.and", 70, find_next_and_bit(map, other, any(200), any(0)));
	ROW(c, "find.andnot", 199, find_next_andnot_bit(map, other, any(200), any(4)));
	ROW(c, "find.or", 70, find_next_or_bit(map, other, any(200), any(4)));
	ROW(c, "find.nth", 70, find_nth_bit(map, any(200), any(1)));
	ROW(c, "find.nth_too_many", 1, find_nth_bit(map, any(200), any(3)) >= 200);
	ROW(c, "find.wrap", 3, find_next_bit_wrap(map, any(199), any(71)));
	ROW(c, "find.size_0", 0, find_first_bit(map, any(0)));
	for_each_set_bit(bit, map, 200)
		sum += bit;
	ROW(c, "find.for_each_set", 272, sum);
	for_each_clear_bit(bit, map, 200)
		clear++;
	ROW(c, "find.for_each_clear", 197, clear);
}

static void maps(conform_t *c)
{
	DECLARE_BITMAP(a, 130);
	DECLARE_BITMAP(b, 130);
	DECLARE_BITMAP(d, 130);

	bitmap_zero(a, any(130));
	ROW(c, "bitmap.zero_is_empty", 1, bitmap_empty(a, any(130)));
	bitmap_fill(b, any(130));
	ROW(c, "bitmap.fill_is_full", 1, bitmap_full(b, any(130)));
	ROW(c, "bitmap.fill_weight", 130, bitmap_weight(b, any(130)));
	bitmap_set(a, any(60), any(10));
	ROW(c, "bitmap.set_weight", 10, bitmap_weight(a, any(130)));
	ROW(c, "bitmap.set_crosses_word", 0x3f, a[1]);
	bitmap_clear(b, any(60), any(10));
	ROW(c, "bitmap.and_of_disjoint", 0, bitmap_and(d, a, b, any(130)));
	bitmap_or(d, a, b, any(130));
	ROW(c, "bitmap.or_of_complements", 1, bitmap_full(d, any(130)));
	bitmap_complement(d, a, any(130));
	ROW(c, "bitmap.complement", 1, bitmap_equal(d, b, any(130)));
	bitmap_xor(d, a, b, any(130));
	ROW(c, "bitmap.xor", 130, bitmap_weight(d, any(130)));
	ROW(c, "bitmap.andnot", 1, bitmap_andnot(d, a, b, any(130)));
	ROW(c, "bitmap.intersects", 0, bitmap_intersects(a, b, any(130)));
	ROW(c, "bitmap.subset", 1, bitmap_subset(d, a, any(130)));
	ROW(c, "bitmap.zero_area", 70, bitmap_find_next_zero_area(a, any(130), any(55), any(8), 0));
	ROW(c, "bitmap.zero_area_aligned", 96,
	    bitmap_find_next_zero_area(a, any(130), any(55), any(8), 31));
	ROW(c, "bitmap.zero_area_none", 1,
	    bitmap_find_next_zero_area(a, any(130), any(0), any(100), 0) > 130);
	bitmap_copy(d, a, any(130));
	ROW(c, "bitmap.copy", 1, bitmap_equal(d, a, any(130)));
	d[2] = ~0UL << 2;
	ROW(c, "bitmap.bits_past_end_ignored", 1, bitmap_equal(d, a, any(130)));
}

CONFORM_AREA(bits, CONFORM_CASE(words), CONFORM_CASE(logarithms), CONFORM_CASE(single),
	     CONFORM_CASE(searches), CONFORM_CASE(maps));
