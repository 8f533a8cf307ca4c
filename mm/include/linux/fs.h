/* SPDX-License-Identifier: MIT */
/* As much of an open file as mapping one takes. Names are Linux's. */
#ifndef LINUX_FS_H
#define LINUX_FS_H

#include <linux/atomic.h>
#include <linux/types.h>

struct file;
struct inode;
struct vm_area_struct;

typedef unsigned int fmode_t;

#define FMODE_READ  ((fmode_t)0x1)
#define FMODE_WRITE ((fmode_t)0x2)

/**
 * struct file_operations - what a file can do
 * @mmap: sets vma->vm_ops (and vm_private_data) for a new mapping; NULL: can't be mapped (ENODEV).
 *	@vma is not in the address space yet, so its pages come later, by vm_ops->fault
 * @release: the last reference is gone; @inode is NULL
 */
struct file_operations {
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*release)(struct inode *inode, struct file *file);
};

/**
 * struct file - an open file
 * @f_op: what it can do; not NULL
 * @f_mode: FMODE_READ, FMODE_WRITE
 * @f_count: references: one for each mapping, one for whoever opened it
 * @f_name: what maps shows
 * @private_data: the file's own
 */
struct file {
	const struct file_operations *f_op;
	fmode_t f_mode;
	atomic_long_t f_count;
	const char *f_name;
	void *private_data;
};

static inline struct file *get_file(struct file *f)
{
	atomic_long_inc(&f->f_count);
	return f;
}

#define file_count(f) atomic_long_read(&(f)->f_count)

/* Drop a reference; the last one releases the file. Context: may sleep. */
void fput(struct file *f);

#endif
