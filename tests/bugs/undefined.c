// SPDX-License-Identifier: MIT
/*
 * Planted bugs: arithmetic and types that C gives no meaning (tests/bugs/bugs.h).
 */
#include <linux/string.h>
#include "tests/bugs/bugs.h"

#define BUG_CLASS "undefined behaviour"

PLANT(shift_too_far, 0, "a shift by as many bits as there are, or more")
{
	bug_seen = 1 << (int)unknown(40);
	planted();
}

PLANT(shift_negative, 0, "a shift by a negative number")
{
	bug_seen = 1 << (int)unknown(-1UL);
	planted();
}

PLANT(index_too_large, 0, "an index beyond an array of known length")
{
	static int four[8];
	int(*a)[4] = hidden(four);

	bug_seen = (*a)[unknown(4)];
	planted();
}

PLANT(bool_of_two, 0, "a bool that is neither 0 nor 1")
{
	u8 byte = unknown(2);

	bug_seen = *(volatile bool *)hidden(&byte);
	planted();
}

PLANT(division_by_zero, 0, "a division by zero")
{
	bug_seen = (int)unknown(7) / (int)unknown(0);
	planted();
}

PLANT(misaligned, 0, "a pointer to u64 at an odd address")
{
	u64 two[2] = { 0 };

	bug_seen = *(volatile u64 *)hidden((char *)two + 1);
	planted();
}
