// SPDX-License-Identifier: MIT
/* Has a section that may be written and executed. */
#include <linux/module.h>

static char code[16] __used __attribute__((__section__(".both,\"awx\",@progbits#")));

MODULE_LICENSE("MIT");
