/* SPDX-License-Identifier: MIT */
/*
 * Modules: code that is loaded at run time. Names are Linux 6.12's; theory in lib/module/run.c.
 *
 *	static int count = 3;
 *	module_param(count, int, 0444);
 *
 *	static int __init hello_init(void) { … return 0; }
 *	static void __exit hello_exit(void) { … }
 *
 *	module_init(hello_init);
 *	module_exit(hello_exit);
 *	MODULE_LICENSE("MIT");
 *
 * `make run M=folder` compiles it, loads it, runs init and exit, and says what it has left behind.
 */
#ifndef LINUX_MODULE_H
#define LINUX_MODULE_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/types.h>

#define MODULE_NAME_LEN 56

enum module_state {
	MODULE_STATE_LIVE,
	MODULE_STATE_COMING,
	MODULE_STATE_GOING,
	MODULE_STATE_UNFORMED,
};

/* What a module knows of itself, as THIS_MODULE. */
struct module {
	enum module_state state;
	char name[MODULE_NAME_LEN];
	atomic_t refcnt;
};

#ifdef MODULE
/* Of the files that make a module each brings one; the linker keeps the first. */
struct module __this_module __attribute__((__weak__));
#define THIS_MODULE (&__this_module)

/* The loader finds the two by these names. */
#define module_init(fn) int init_module(void) __attribute__((__alias__(#fn)))
#define module_exit(fn) void cleanup_module(void) __attribute__((__alias__(#fn)))
int init_module(void);
void cleanup_module(void);
#define KBUILD_HAS_MODNAME 1
#else
#define THIS_MODULE ((struct module *)NULL)
#endif

/* A module that is used stays: module_exit waits for nobody here, but says that it was called too early. */
static inline bool try_module_get(struct module *module)
{
	if (module)
		atomic_inc(&module->refcnt);
	return true;
}

static inline void __module_get(struct module *module)
{
	if (module)
		atomic_inc(&module->refcnt);
}

static inline void module_put(struct module *module)
{
	if (module)
		atomic_dec(&module->refcnt);
}

/* A line "tag=text" of the module's information. A module without a licence is refused. */
#define MODULE_INFO(tag, text)	 __MODULE_INFO(tag, text)
#define MODULE_LICENSE(text)	 MODULE_INFO(license, text)
#define MODULE_AUTHOR(text)	 MODULE_INFO(author, text)
#define MODULE_DESCRIPTION(text) MODULE_INFO(description, text)
#define MODULE_VERSION(text)	 MODULE_INFO(version, text)
#define MODULE_ALIAS(text)	 MODULE_INFO(alias, text)
#define MODULE_SOFTDEP(text)	 MODULE_INFO(softdep, text)
#define MODULE_FIRMWARE(text)	 MODULE_INFO(firmware, text)
#define MODULE_IMPORT_NS(text)	 MODULE_INFO(import_ns, #text)
#define MODULE_DEVICE_TABLE(type, name)

#endif
