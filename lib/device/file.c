// SPDX-License-Identifier: MIT
/*
 * Open files, from the caller's side.
 *
 * 1. Model. There are no programs that make system calls yet; what such calls would do to a file is
 *    here under the names that Linux's kernel has for it, for kernel code and tests: vfs_read() and
 *    the like check what the caller may do and hand over to the driver. User memory is that of the
 *    running context (kthread_use_mm()).
 *
 * 2. Below that stand helpers that drivers make their operations of.
 *
 * 3. Locks: none. A file's f_pos is the caller's to serialise. Context: may sleep.
 *
 * Sources: Linux's documented behaviour; read(2), write(2), lseek(2), ioctl(2) for the errors.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/uaccess.h>

/* What one call transfers at most. */
#define MAX_RW_COUNT ((size_t)(INT_MAX & PAGE_MASK))

/* ---- Calls ---- */

static int check_transfer(const struct file *file, fmode_t mode, const void __user *buf,
			  size_t count, const loff_t *pos)
{
	if (!(file->f_mode & mode))
		return -EBADF;
	if (!access_ok(buf, count))
		return -EFAULT;
	return *pos < 0 || (ssize_t)count < 0 || *pos + (loff_t)count < 0 ? -EINVAL : 0;
}

/**
 * vfs_read() - read from a file into user memory
 * @file: the file
 * @buf: user address
 * @count: bytes
 * @pos: where from; moved on by the driver
 *
 * Return: bytes read, 0 at the end; -EBADF (not open for reading), -EINVAL (the file can't be read, or
 * a bad position), -EFAULT; or what the driver says.
 */
ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	int err = check_transfer(file, FMODE_READ, buf, count, pos);

	if (err == -EBADF || !file->f_op->read)
		return err == -EBADF ? err : -EINVAL;
	return err ? err : file->f_op->read(file, buf, min(count, MAX_RW_COUNT), pos);
}

/**
 * vfs_write() - write to a file from user memory
 * @file: the file
 * @buf: user address
 * @count: bytes
 * @pos: where to; moved on by the driver
 *
 * Return: as vfs_read().
 */
ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	int err = check_transfer(file, FMODE_WRITE, buf, count, pos);

	if (err == -EBADF || !file->f_op->write)
		return err == -EBADF ? err : -EINVAL;
	return err ? err : file->f_op->write(file, buf, min(count, MAX_RW_COUNT), pos);
}

/**
 * vfs_llseek() - move a file's position
 * @file: the file
 * @offset: by or to how much
 * @whence: SEEK_SET, SEEK_CUR, SEEK_END
 *
 * Return: the position; -ESPIPE if the file has none; or what the driver says.
 */
loff_t vfs_llseek(struct file *file, loff_t offset, int whence)
{
	if (!(file->f_mode & FMODE_LSEEK) || !file->f_op->llseek)
		return -ESPIPE;
	return file->f_op->llseek(file, offset, whence);
}

/**
 * vfs_ioctl() - give a command to a file
 * @file: the file
 * @cmd: the command
 * @arg: its argument
 *
 * Return: what the driver says; -ENOTTY if it knows no commands, or not this one (-ENOIOCTLCMD).
 */
long vfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	long ret = -ENOTTY;

	if (file->f_op->unlocked_ioctl)
		ret = file->f_op->unlocked_ioctl(file, cmd, arg);
	return ret == -ENOIOCTLCMD ? -ENOTTY : ret;
}

/**
 * filp_close() - end the use of a file that filp_open() gave
 * @file: the file; its mappings may live on
 * @id: handed to ->flush
 *
 * Return: what ->flush says, or 0.
 */
int filp_close(struct file *file, fl_owner_t id)
{
	int err = file->f_op->flush ? file->f_op->flush(file, id) : 0;

	fput(file);
	return err;
}

/* ---- For drivers ---- */

/**
 * noop_llseek() - an ->llseek that leaves the position alone
 * @file: the file
 * @offset: not looked at
 * @whence: not looked at
 */
loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}

/**
 * fixed_size_llseek() - an ->llseek for a device of known size
 * @file: the file
 * @offset: as vfs_llseek()
 * @whence: as vfs_llseek()
 * @size: bytes of the device
 *
 * Return: the new position; -EINVAL if it would lie outside of [0, @size], or for an unknown @whence.
 */
loff_t fixed_size_llseek(struct file *file, loff_t offset, int whence, loff_t size)
{
	loff_t from = whence == SEEK_CUR ? file->f_pos : whence == SEEK_END ? size : 0, to;

	if (whence < SEEK_SET || whence > SEEK_END)
		return -EINVAL;
	if (__builtin_add_overflow(from, offset, &to) || to < 0 || to > size)
		return -EINVAL;
	file->f_pos = to;
	return to;
}

/**
 * nonseekable_open() - an ->open for files without a position
 * @inode: not looked at
 * @file: the file
 */
int nonseekable_open(struct inode *inode, struct file *file)
{
	file->f_mode &= ~FMODE_LSEEK;
	return 0;
}

/**
 * simple_read_from_buffer() - a ->read from kernel memory
 * @to: user address
 * @count: bytes wanted
 * @ppos: position in the buffer; moved on
 * @from: the buffer
 * @available: its bytes
 *
 * Return: bytes copied, 0 at the end; -EINVAL (a negative position), -EFAULT if none could be copied.
 */
ssize_t simple_read_from_buffer(void __user *to, size_t count, loff_t *ppos, const void *from,
				size_t available)
{
	loff_t pos = *ppos;
	size_t left;

	if (pos < 0)
		return -EINVAL;
	if ((size_t)pos >= available || !count)
		return 0;
	count = min(count, available - (size_t)pos);
	left = copy_to_user(to, from + pos, count);
	if (left == count)
		return -EFAULT;
	*ppos = pos + (loff_t)(count - left);
	return count - left;
}

/**
 * simple_write_to_buffer() - a ->write to kernel memory
 * @to: the buffer
 * @available: its bytes
 * @ppos: position in the buffer; moved on
 * @from: user address
 * @count: bytes
 *
 * Return: bytes copied, 0 at the end; -EINVAL (a negative position), -EFAULT if none could be copied.
 */
ssize_t simple_write_to_buffer(void *to, size_t available, loff_t *ppos, const void __user *from,
			       size_t count)
{
	loff_t pos = *ppos;
	size_t left;

	if (pos < 0)
		return -EINVAL;
	if ((size_t)pos >= available || !count)
		return 0;
	count = min(count, available - (size_t)pos);
	left = copy_from_user(to + pos, from, count);
	if (left == count)
		return -EFAULT;
	*ppos = pos + (loff_t)(count - left);
	return count - left;
}
