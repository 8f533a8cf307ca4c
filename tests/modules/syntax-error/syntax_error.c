// SPDX-License-Identifier: MIT
/* The compiler's message is shown as it is, and nothing is booted. */
#include <linux/module.h>

static int __init broken_init(void){ return 0 }

module_init(broken_init);
MODULE_LICENSE("MIT");
