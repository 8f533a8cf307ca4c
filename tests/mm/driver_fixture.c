// SPDX-License-Identifier: MIT
/* The fixture of the drivers' suites (driver_fixture.h). */
#include <linux/miscdevice.h>
#include "tests/mm/driver_fixture.h"

static int (*play)(struct vm_area_struct *vma);
int plays_released;

static int play_mmap(struct file *file, struct vm_area_struct *vma)
{
	return play(vma);
}

static int play_release(struct inode *inode, struct file *file)
{
	plays_released++;
	return 0;
}

static const struct file_operations play_fops = { .mmap = play_mmap, .release = play_release };

static struct miscdevice play_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "test-play",
	.fops = &play_fops,
};

int play_suite_init(struct kunit_suite *suite)
{
	play_device.minor = MISC_DYNAMIC_MINOR;
	return misc_register(&play_device);
}

void play_suite_exit(struct kunit_suite *suite)
{
	misc_deregister(&play_device);
}

struct file *open_rw(struct kunit *test, const char *name)
{
	struct file *file = filp_open(name, O_RDWR, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	return file;
}

long map_device(struct kunit *test, struct file *file, unsigned long first, unsigned long pages,
		unsigned long type, unsigned long pgoff)
{
	return do_mmap(test_mm(test), file, USER_PAGE(first), pages * PAGE_SIZE, PROT_RW,
		       type | MAP_FIXED, pgoff);
}

/* Map `pages` of the played device at USER_PAGE(first) while ->mmap does `fn`. */
long played(struct kunit *test, int (*fn)(struct vm_area_struct *vma), unsigned long first,
	    unsigned long pages, unsigned long type, unsigned long pgoff)
{
	struct file *file = open_rw(test, "/dev/test-play");
	long at;

	play = fn;
	at = map_device(test, file, first, pages, type, pgoff);
	filp_close(file, NULL);
	return at;
}

void unmap(struct kunit *test, unsigned long first, unsigned long pages)
{
	KUNIT_EXPECT_EQ(test, do_munmap(test_mm(test), USER_PAGE(first), pages * PAGE_SIZE), 0);
}
