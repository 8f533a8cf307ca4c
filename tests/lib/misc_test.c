// SPDX-License-Identifier: MIT
/*
 * Self-tests of lib/device: registering, opening, numbers; reading, writing, seeking and commands of a
 * small device; what each refuses.
 *
 * Mutations that made the suite fail when tried: tests/mutate/lib/device.
 */
#include <kunit/test.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/miscdevice.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "tests/mm/user_fixture.h"

/* ---- A device that holds 16 bytes ---- */

#define NOTE_SIZE  16
#define NOTE_CLEAR _IO('n', 1)
#define NOTE_LEN   _IOR('n', 2, u64)

static char note[NOTE_SIZE];
static int opened, released, flushed, open_answer, flush_answer;
static const void *open_found;
static unsigned int open_minor, open_major;

static int note_open(struct inode *inode, struct file *file)
{
	opened++;
	open_found = file->private_data;
	open_minor = iminor(inode);
	open_major = imajor(inode);
	file->private_data = note;
	return open_answer;
}

static int note_release(struct inode *inode, struct file *file)
{
	released += file->private_data == note && inode == file_inode(file);
	return 0;
}

static int note_flush(struct file *file, fl_owner_t id)
{
	flushed++;
	return flush_answer;
}

static ssize_t note_read(struct file *file, char __user *buf, size_t n, loff_t *pos)
{
	return simple_read_from_buffer(buf, n, pos, file->private_data, NOTE_SIZE);
}

static ssize_t note_write(struct file *file, const char __user *buf, size_t n, loff_t *pos)
{
	return simple_write_to_buffer(file->private_data, NOTE_SIZE, pos, buf, n);
}

static loff_t note_llseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence, NOTE_SIZE);
}

static long note_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case NOTE_CLEAR:
		memset(note, 0, NOTE_SIZE);
		return 0;
	case NOTE_LEN:
		return put_user((u64)NOTE_SIZE, (u64 __user *)arg);
	default:
		return -ENOIOCTLCMD;
	}
}

static const struct file_operations note_fops = {
	.llseek = note_llseek,
	.read = note_read,
	.write = note_write,
	.unlocked_ioctl = note_ioctl,
	.open = note_open,
	.flush = note_flush,
	.release = note_release,
};

static const struct file_operations bare_fops;
static const struct file_operations pipe_fops = { .llseek = noop_llseek, .open = nonseekable_open };

static struct miscdevice note_device = { .minor = 200, .name = "test-note", .fops = &note_fops };
static struct miscdevice bare_device = { .minor = 201, .name = "test-bare", .fops = &bare_fops };
static struct miscdevice pipe_device = { .minor = 202, .name = "test-pipe", .fops = &pipe_fops };

static int suite_init(struct kunit_suite *suite)
{
	int err = misc_register(&note_device);

	if (!err)
		err = misc_register(&bare_device);
	return err ? err : misc_register(&pipe_device);
}

static void suite_exit(struct kunit_suite *suite)
{
	misc_deregister(&note_device);
	misc_deregister(&bare_device);
	misc_deregister(&pipe_device);
}

static struct file *open_as(struct kunit *test, const char *name, int flags)
{
	struct file *file = filp_open(name, flags, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	return file;
}

/* ---- Opening ---- */

static void open_and_close(struct kunit *test)
{
	struct file *file;

	opened = released = flushed = open_answer = flush_answer = 0;
	file = open_as(test, "/dev/test-note", O_RDWR | O_NONBLOCK);
	KUNIT_EXPECT_EQ(test, opened, 1);
	KUNIT_EXPECT_PTR_EQ(test, open_found, (const void *)&note_device);
	KUNIT_EXPECT_EQ(test, open_minor, 200);
	KUNIT_EXPECT_EQ(test, open_major, MISC_MAJOR);
	KUNIT_EXPECT_EQ(test, file->f_mode, FMODE_READ | FMODE_WRITE | FMODE_LSEEK);
	KUNIT_EXPECT_EQ(test, file->f_flags, O_RDWR | O_NONBLOCK);
	KUNIT_EXPECT_EQ(test, file_count(file), 1);
	KUNIT_EXPECT_STREQ(test, file->f_name, "/dev/test-note");
	get_file(file);
	flush_answer = -EIO;
	KUNIT_EXPECT_EQ(test, filp_close(file, NULL), -EIO);
	KUNIT_EXPECT_EQ(test, flushed, 1);
	KUNIT_EXPECT_EQ(test, released, 0);
	fput(file);
	KUNIT_EXPECT_EQ(test, released, 1);
	flush_answer = 0;
}

static void not_opened(struct kunit *test)
{
	opened = released = 0;
	open_answer = -EPERM;
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/dev/test-note", O_RDONLY, 0)), -EPERM);
	KUNIT_EXPECT_EQ(test, opened, 1);
	KUNIT_EXPECT_EQ(test, released, 0); /* what was not opened is not released */
	for (int i = 0; i < 200; i++)	    /* so often that lost files would be pages */
		KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/dev/test-note", O_RDONLY, 0)), -EPERM);
	opened = 1;
	open_answer = 0;
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/dev/test-not", O_RDONLY, 0)), -ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/tmp/test-note", O_RDONLY, 0)), -ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("test-note", O_RDONLY, 0)), -ENOENT);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/dev/test-note", O_ACCMODE, 0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, opened, 1);
}

static void names_and_numbers(struct kunit *test)
{
	struct miscdevice any = { .minor = MISC_DYNAMIC_MINOR,
				  .name = "test-any",
				  .fops = &bare_fops };
	struct miscdevice next = { .minor = MISC_DYNAMIC_MINOR,
				   .name = "test-next",
				   .fops = &bare_fops };
	struct miscdevice bad = { .minor = 200, .name = "test-bad", .fops = &bare_fops };
	struct file *file;

	KUNIT_EXPECT_EQ(test, misc_register(&bad), -EBUSY);
	bad.minor = 203;
	bad.name = "test-note";
	KUNIT_EXPECT_EQ(test, misc_register(&bad), -EEXIST);
	bad.name = NULL;
	KUNIT_EXPECT_EQ(test, misc_register(&bad), -EINVAL);
	bad.name = "test-bad";
	bad.minor = -1;
	KUNIT_EXPECT_EQ(test, misc_register(&bad), -EINVAL);
	bad.minor = 203;
	bad.fops = NULL;
	KUNIT_EXPECT_EQ(test, misc_register(&bad), -EINVAL);
	KUNIT_ASSERT_EQ(test, misc_register(&any), 0);
	KUNIT_ASSERT_EQ(test, misc_register(&next), 0);
	KUNIT_EXPECT_LE(test, any.minor, 127);
	KUNIT_EXPECT_EQ(test, next.minor, any.minor - 1);
	file = open_as(test, "/dev/test-any", O_RDONLY);
	KUNIT_EXPECT_EQ(test, iminor(file_inode(file)), (unsigned int)any.minor);
	misc_deregister(&any);
	misc_deregister(&next);
	KUNIT_EXPECT_EQ(test, PTR_ERR(filp_open("/dev/test-any", O_RDONLY, 0)), -ENOENT);
	KUNIT_EXPECT_EQ(test, file_count(file), 1); /* what is open stays so */
	filp_close(file, NULL);
}

static struct miscdevice many[140];
static char many_names[140][12];

static void more_than_128(struct kunit *test)
{
	bool seen[128] = { false };
	int above = 0;

	for (int i = 0; i < ARRAY_SIZE(many); i++) {
		scnprintf(many_names[i], sizeof(many_names[i]), "many-%d", i);
		many[i] = (struct miscdevice){ .minor = MISC_DYNAMIC_MINOR,
					       .name = many_names[i],
					       .fops = &bare_fops };
		KUNIT_ASSERT_EQ(test, misc_register(&many[i]), 0);
		if (many[i].minor < 128) {
			KUNIT_EXPECT_FALSE(test, seen[many[i].minor]);
			seen[many[i].minor] = true;
		} else {
			KUNIT_EXPECT_GE(test, many[i].minor, 256);
			above++;
		}
	}
	KUNIT_EXPECT_GE(test, above, 12);
	for (int i = 0; i < ARRAY_SIZE(many); i++)
		misc_deregister(&many[i]);
}

/* ---- Reading and writing ---- */

static void read_and_write(struct kunit *test)
{
	struct file *file = open_as(test, "/dev/test-note", O_RDWR);
	char __user *buf = (char __user *)USER_BASE;
	char text[8] = "";
	loff_t pos = 3;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_ASSERT_EQ(test, copy_to_user(buf, "abcdefgh", 8), 0);
	KUNIT_EXPECT_EQ(test, vfs_write(file, buf, 8, &pos), 8);
	KUNIT_EXPECT_EQ(test, pos, 11);
	KUNIT_EXPECT_EQ(test, memcmp(note + 3, "abcdefgh", 8), 0);
	KUNIT_EXPECT_EQ(test, vfs_write(file, buf, 8, &pos), 5); /* as far as there is room */
	KUNIT_EXPECT_EQ(test, vfs_write(file, buf, 8, &pos), 0);
	pos = 12;
	KUNIT_EXPECT_EQ(test, vfs_read(file, buf + 100, 8, &pos), 4);
	KUNIT_EXPECT_EQ(test, pos, 16);
	KUNIT_EXPECT_EQ(test, vfs_read(file, buf + 100, 8, &pos), 0);
	KUNIT_ASSERT_EQ(test, copy_from_user(text, buf + 100, 4), 0);
	KUNIT_EXPECT_STREQ(test, text, "bcde");
	pos = 0;
	KUNIT_EXPECT_EQ(test, vfs_read(file, (char __user *)USER_PAGE(9), 8, &pos), -EFAULT);
	KUNIT_EXPECT_EQ(test, vfs_write(file, (char __user *)USER_PAGE(9), 8, &pos), -EFAULT);
	KUNIT_EXPECT_EQ(test, vfs_read(file, (char __user *)TASK_SIZE, 8, &pos), -EFAULT);
	KUNIT_EXPECT_EQ(test, pos, 0);
	/* A copy that ends at a missing page says how far it went. */
	KUNIT_EXPECT_EQ(test, vfs_read(file, (char __user *)USER_PAGE(1) - 5, 8, &pos), 5);
	KUNIT_EXPECT_EQ(test, pos, 5);
	pos = -1;
	KUNIT_EXPECT_EQ(test, vfs_read(file, buf, 8, &pos), -EINVAL);
	KUNIT_EXPECT_EQ(test, vfs_write(file, buf, 8, &pos), -EINVAL);
	filp_close(file, NULL);
}

static void the_mode_is_kept(struct kunit *test)
{
	struct file *r = open_as(test, "/dev/test-note", O_RDONLY);
	struct file *w = open_as(test, "/dev/test-note", O_WRONLY);
	struct file *bare = open_as(test, "/dev/test-bare", O_RDWR);
	char __user *buf = (char __user *)USER_BASE;
	loff_t pos = 0;

	map_anon(test, 0, 1, PROT_RW);
	KUNIT_EXPECT_EQ(test, vfs_read(r, buf, 1, &pos), 1);
	KUNIT_EXPECT_EQ(test, vfs_write(r, buf, 1, &pos), -EBADF);
	KUNIT_EXPECT_EQ(test, vfs_read(w, buf, 1, &pos), -EBADF);
	KUNIT_EXPECT_EQ(test, vfs_write(w, buf, 1, &pos), 1);
	KUNIT_EXPECT_EQ(test, vfs_read(bare, buf, 1, &pos), -EINVAL);
	KUNIT_EXPECT_EQ(test, vfs_write(bare, buf, 1, &pos), -EINVAL);
	KUNIT_EXPECT_EQ(test, vfs_ioctl(bare, NOTE_CLEAR, 0), -ENOTTY);
	KUNIT_EXPECT_EQ(test, vfs_llseek(bare, 0, SEEK_SET), -ESPIPE);
	KUNIT_EXPECT_EQ(test, do_mmap(test_mm(test), bare, 0, PAGE_SIZE, PROT_READ, MAP_SHARED, 0),
			(unsigned long)-ENODEV);
	filp_close(r, NULL);
	filp_close(w, NULL);
	filp_close(bare, NULL);
}

static void seeking(struct kunit *test)
{
	struct file *file = open_as(test, "/dev/test-note", O_RDWR);
	struct file *pipe = open_as(test, "/dev/test-pipe", O_RDWR);

	KUNIT_EXPECT_EQ(test, vfs_llseek(file, 4, SEEK_SET), 4);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, 5, SEEK_CUR), 9);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, -16, SEEK_END), 0);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, 0, SEEK_END), 16);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, 1, SEEK_END), -EINVAL);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, -1, SEEK_SET), -EINVAL);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, 0, 7), -EINVAL);
	KUNIT_EXPECT_EQ(test, vfs_llseek(file, ((u64)-1) >> 1, SEEK_CUR), -EINVAL);
	KUNIT_EXPECT_EQ(test, file->f_pos, 16);
	KUNIT_EXPECT_EQ(test, noop_llseek(file, 3, SEEK_SET), 16);
	KUNIT_EXPECT_EQ(test, file->f_pos, 16);
	KUNIT_EXPECT_EQ(test, vfs_llseek(pipe, 0, SEEK_CUR), -ESPIPE);
	filp_close(file, NULL);
	filp_close(pipe, NULL);
}

static void commands(struct kunit *test)
{
	struct file *file = open_as(test, "/dev/test-note", O_RDWR);

	map_anon(test, 0, 1, PROT_RW);
	memset(note, 7, sizeof(note));
	KUNIT_EXPECT_EQ(test, vfs_ioctl(file, NOTE_CLEAR, 0), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(note, 0, sizeof(note)));
	KUNIT_EXPECT_EQ(test, vfs_ioctl(file, NOTE_LEN, USER_BASE), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_BASE), (u64)NOTE_SIZE);
	KUNIT_EXPECT_EQ(test, vfs_ioctl(file, NOTE_LEN, USER_PAGE(9)), -EFAULT);
	KUNIT_EXPECT_EQ(test, vfs_ioctl(file, _IO('n', 3), 0), -ENOTTY);
	KUNIT_EXPECT_EQ(test, _IOC_SIZE(NOTE_LEN), 8);
	KUNIT_EXPECT_EQ(test, NOTE_LEN, 0x80086e02u); /* as every program says it */
	filp_close(file, NULL);
}

static struct kunit_case misc_cases[] = {
	KUNIT_CASE(open_and_close), KUNIT_CASE(not_opened),	KUNIT_CASE(names_and_numbers),
	KUNIT_CASE(more_than_128),  KUNIT_CASE(read_and_write), KUNIT_CASE(the_mode_is_kept),
	KUNIT_CASE(seeking),	    KUNIT_CASE(commands),	{},
};

static struct kunit_suite misc_suite = {
	.name = "misc_file",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = misc_cases,
};

kunit_test_suite(misc_suite);
