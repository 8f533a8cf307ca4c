/* SPDX-License-Identifier: MIT */
/*
 * Where functions that run once stand. Nothing is thrown away after a module's init here, so the marks
 * say what they say to a reader, and no more. module_init() is linux/module.h's.
 */
#ifndef LINUX_INIT_H
#define LINUX_INIT_H

#include <linux/compiler.h>

/* __init, __initdata and __ro_after_init are linux/compiler.h's. */
#define __initconst
#define __exit
#define __exitdata

#endif
