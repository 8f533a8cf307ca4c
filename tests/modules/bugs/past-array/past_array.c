// SPDX-License-Identifier: MIT
/*
 * Adds up the days of the months, and of one more: reads behind an array of its own.
 *
 * Seen: with KASAN=1, where it is read, with the array's name; a constructor of the module told where the array ends.
 * Another kernel doesn't see it: what is read there is the module's own as well.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

static int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

static int months = ARRAY_SIZE(days) + 1; /* the bug */
module_param(months, int, 0444);

static noinline int days_of(const int *of, int n)
{
	int sum = 0;

	OPTIMIZER_HIDE_VAR(of); /* or the compiler knows what it is given */
	for (int i = 0; i < n; i++)
		sum += of[i];
	return sum;
}

static int __init year_init(void)
{
	pr_info("%d months have %s days\n", months, days_of(days, months) == 365 ? "all" : "other");
	return 0;
}

static void __exit year_exit(void)
{
}

module_init(year_init);
module_exit(year_exit);
MODULE_LICENSE("MIT");
MODULE_DESCRIPTION("the bug: read behind an array");
