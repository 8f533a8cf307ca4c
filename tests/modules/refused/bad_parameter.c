// SPDX-License-Identifier: MIT
/* Has a parameter that the boot line gives no number. */
#include <linux/module.h>

static int number;
module_param(number, int, 0444);

MODULE_LICENSE("MIT");
