// SPDX-License-Identifier: MIT
/* Calls what the kernel does not export: both names are told, and nothing is loaded. */
#include <linux/init.h>
#include <linux/module.h>

int no_such_function(int x);
extern int no_such_variable;

static int __init unresolved_init(void)
{
	return no_such_function(no_such_variable);
}

module_init(unresolved_init);
MODULE_LICENSE("MIT");
