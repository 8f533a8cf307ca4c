/* SPDX-License-Identifier: MIT */
/*
 * Character devices with a name and a minor number each: the shortest way for a driver to be opened,
 * read, written and mapped. Names are Linux 6.12's; theory in lib/device/misc.c.
 */
#ifndef LINUX_MISCDEVICE_H
#define LINUX_MISCDEVICE_H

#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/types.h>

#define MISC_MAJOR	   10
#define MISC_DYNAMIC_MINOR 255 /* any that is free */

struct attribute_group;
struct device;

/**
 * struct miscdevice - a device
 * @minor: its number, or MISC_DYNAMIC_MINOR, which misc_register() replaces by the number given
 * @name: /dev/@name opens it; unlike any other's
 * @fops: what its files can do
 * @list: of all such devices; misc.c's
 * @parent: accepted, as are the rest: there is no sysfs
 */
struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	struct list_head list;
	struct device *parent;
	struct device *this_device;
	const struct attribute_group **groups;
	const char *nodename;
	umode_t mode;
};

int misc_register(struct miscdevice *misc) __must_check;
void misc_deregister(struct miscdevice *misc);

#endif
