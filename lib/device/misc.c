// SPDX-License-Identifier: MIT
/*
 * Misc devices: names, numbers, and how they are opened.
 *
 * 1. Model. A device is a name, a minor number and the operations of its files, in one list. To open
 *    "/dev/NAME" is to find it there, make a struct file (with its struct inode behind it, in one
 *    block) and ask ->open. From then on the file stands alone: it has the operations' address, and
 *    misc_deregister() only ends the opening of more, as in Linux. The driver's memory has to outlive
 *    its files.
 *
 * 2. Numbers. A driver names its minor (0 … 254) or takes any: first 127, 126 … 0, as far as nobody
 *    named them, then 256 and up; those are Linux 6.12's ranges.
 *
 * 3. Invariants
 *    I1  no two devices in the list share a name or a minor;
 *    I2  a file is counted by who opened it and by each of its mappings, and ->release is called once,
 *	  when the last of them is gone; not at all if ->open refused.
 *
 * 4. Locks: misc_mtx > whatever ->open takes. As in Linux ->open runs under it, so a device cannot go
 *    while it is being opened; ->open must not register a device. Context: may sleep. O(devices).
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <linux/string.h>

#define FIRST_ANY 127 /* minors that are given away: from here down to 0 … */
#define MORE_ANY  256 /* … and from here up */

static LIST_HEAD(misc_list);
static DEFINE_MUTEX(misc_mtx);

struct opened {
	struct file file; /* first: fput() frees the block by it */
	struct inode inode;
	char path[48]; /* what maps shows */
};

/* ---- The list: misc_mtx held ---- */

static struct miscdevice *by_name(const char *name)
{
	struct miscdevice *c;

	list_for_each_entry(c, &misc_list, list) {
		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

static bool minor_taken(int minor)
{
	struct miscdevice *c;

	list_for_each_entry(c, &misc_list, list) {
		if (c->minor == minor)
			return true;
	}
	return false;
}

/* A free number, or -EBUSY. */
static int any_minor(void)
{
	for (int m = FIRST_ANY; m >= 0; m--) {
		if (!minor_taken(m))
			return m;
	}
	for (int m = MORE_ANY; m <= (int)MINORMASK; m++) {
		if (!minor_taken(m))
			return m;
	}
	return -EBUSY;
}

static int choose_minor(const struct miscdevice *misc)
{
	if (misc->minor == MISC_DYNAMIC_MINOR)
		return any_minor();
	return minor_taken(misc->minor) ? -EBUSY : misc->minor;
}

/**
 * misc_register() - make a device known
 * @misc: the device; stays the list's until misc_deregister()
 *
 * Context: may sleep.
 * Return: 0, and @misc->minor is its number; -EBUSY (the number is taken, or none is left), -EEXIST
 * (the name is), -EINVAL (no name or no operations, or no such number).
 */
int misc_register(struct miscdevice *misc)
{
	int minor, err = 0;

	if (!misc->name || !misc->fops || misc->minor < 0 || misc->minor > (int)MINORMASK)
		return -EINVAL;
	mutex_lock(&misc_mtx);
	minor = choose_minor(misc);
	if (minor < 0)
		err = minor;
	else if (by_name(misc->name))
		err = -EEXIST;
	if (!err) {
		misc->minor = minor;
		list_add(&misc->list, &misc_list);
	}
	mutex_unlock(&misc_mtx);
	return err;
}

/**
 * misc_deregister() - end the opening of a device
 * @misc: registered. Files that are open stay so
 *
 * Context: may sleep.
 */
void misc_deregister(struct miscdevice *misc)
{
	mutex_lock(&misc_mtx);
	list_del(&misc->list);
	mutex_unlock(&misc_mtx);
}

/* ---- Opening ---- */

static fmode_t mode_of(int flags)
{
	static const fmode_t modes[] = { FMODE_READ, FMODE_WRITE, FMODE_READ | FMODE_WRITE, 0 };

	return modes[flags & O_ACCMODE];
}

static struct opened *new_file(struct miscdevice *c, int flags)
{
	struct opened *o = kzalloc(sizeof(*o), GFP_KERNEL);

	if (!o)
		return NULL;
	o->inode.i_rdev = MKDEV(MISC_MAJOR, c->minor);
	o->file.f_op = c->fops;
	o->file.f_mode = mode_of(flags) | (c->fops->llseek ? FMODE_LSEEK : 0);
	o->file.f_flags = flags;
	scnprintf(o->path, sizeof(o->path), "/dev/%s", c->name);
	o->file.f_name = o->path;
	o->file.f_inode = &o->inode;
	o->file.private_data = c;
	atomic_long_set(&o->file.f_count, 1);
	return o;
}

static struct file *open_device(struct miscdevice *c, int flags)
{
	struct opened *o = new_file(c, flags);
	int err = 0;

	if (!o)
		return ERR_PTR(-ENOMEM);
	if (c->fops->open)
		err = c->fops->open(&o->inode, &o->file);
	if (err) {
		kfree(o);
		return ERR_PTR(err);
	}
	return &o->file;
}

/**
 * filp_open() - open a device by its name
 * @name: "/dev/NAME"; nothing else can be opened yet
 * @flags: O_RDONLY, O_WRONLY or O_RDWR, and more that the driver finds in f_flags
 * @mode: not looked at
 *
 * ->open finds the struct miscdevice in private_data, and may put its own there.
 *
 * Context: may sleep.
 * Return: the file, with one reference; ERR_PTR(): -ENOENT, -ENOMEM, -EINVAL (access mode 3), or what
 * ->open says. To be closed by filp_close().
 */
struct file *filp_open(const char *name, int flags, umode_t mode)
{
	struct file *file = ERR_PTR(-ENOENT);
	struct miscdevice *c;

	if (!mode_of(flags))
		return ERR_PTR(-EINVAL);
	if (strncmp(name, "/dev/", 5))
		return file;
	mutex_lock(&misc_mtx);
	c = by_name(name + 5);
	if (c)
		file = open_device(c, flags);
	mutex_unlock(&misc_mtx);
	return file;
}
