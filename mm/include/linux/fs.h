/* SPDX-License-Identifier: MIT */
/* Open files: as much as drivers, and mapping, take. Names are Linux's. */
#ifndef LINUX_FS_H
#define LINUX_FS_H

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/kdev_t.h>
#include <linux/types.h>

struct file;
struct inode;
struct module;
struct vm_area_struct;

typedef unsigned int fmode_t;
typedef void *fl_owner_t;

#define FMODE_READ  ((fmode_t)0x1)
#define FMODE_WRITE ((fmode_t)0x2)
#define FMODE_LSEEK ((fmode_t)0x4)

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

/**
 * struct file_operations - what a file can do
 * @owner: the module that it is in; not looked at
 * @llseek: moves the position; NULL: the file has none (ESPIPE)
 * @read: up to so many bytes to user memory, from a position that it moves on; NULL: EINVAL
 * @write: the reverse
 * @unlocked_ioctl: a command; NULL: ENOTTY
 * @mmap: sets vma->vm_ops (and vm_private_data) for a new mapping, and may fill it; NULL: can't be
 *	mapped (ENODEV). @vma is not in the address space yet; mmap_lock is held for writing. What it
 *	mapped before it returns an error is taken out again
 * @open: a new file; an error refuses it
 * @flush: filp_close() was called
 * @release: the last reference is gone. A file that is part of another structure (f_inode is NULL)
 *	frees itself here
 */
struct file_operations {
	struct module *owner;
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t n, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t n, loff_t *pos);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file, fl_owner_t id);
	int (*release)(struct inode *inode, struct file *file);
};

/**
 * struct inode - what a name leads to
 * @i_rdev: the device
 * @i_private: its own
 */
struct inode {
	dev_t i_rdev;
	void *i_private;
};

#define iminor(inode) MINOR((inode)->i_rdev)
#define imajor(inode) MAJOR((inode)->i_rdev)

/**
 * struct file - an open file
 * @f_op: what it can do; not NULL
 * @f_mode: FMODE_READ, FMODE_WRITE, FMODE_LSEEK
 * @f_flags: O_* that it was opened with
 * @f_count: references: one for each mapping, one for whoever opened it
 * @f_name: what maps shows
 * @f_pos: where the next read or write starts, for who keeps it here
 * @f_inode: what it was opened by; NULL: it is part of another structure
 * @private_data: the file's own
 */
struct file {
	const struct file_operations *f_op;
	fmode_t f_mode;
	unsigned int f_flags;
	atomic_long_t f_count;
	const char *f_name;
	loff_t f_pos;
	struct inode *f_inode;
	void *private_data;
};

static inline struct file *get_file(struct file *f)
{
	atomic_long_inc(&f->f_count);
	return f;
}

static inline struct inode *file_inode(const struct file *f)
{
	return f->f_inode;
}

#define file_count(f) atomic_long_read(&(f)->f_count)

/* Drop a reference; the last one releases the file. Context: may sleep. */
void fput(struct file *f);

/* lib/device/file.c: what a program's system calls would do */
struct file *filp_open(const char *name, int flags, umode_t mode);
int filp_close(struct file *file, fl_owner_t id);
ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos);
ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos);
loff_t vfs_llseek(struct file *file, loff_t offset, int whence);
long vfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* The same file: what drivers' operations are made of */
loff_t noop_llseek(struct file *file, loff_t offset, int whence);
loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size);
int nonseekable_open(struct inode *inode, struct file *file);
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available);
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos, const void __user *from,
			       size_t count);

#endif
