/* SPDX-License-Identifier: MIT */
/* What the tests of drivers share: a device whose ->mmap the case plays. */
#ifndef TESTS_MM_DRIVER_FIXTURE_H
#define TESTS_MM_DRIVER_FIXTURE_H

#include <linux/fs.h>
#include "tests/mm/user_fixture.h"

/* suite_init() and suite_exit(): the device is there. */
int play_suite_init(struct kunit_suite *suite);
void play_suite_exit(struct kunit_suite *suite);

/* How often a file of it was released. */
extern int plays_released;

/* Open a device for reading and writing; the case is left if that fails. */
struct file *open_rw(struct kunit *test, const char *name);
/* Map `pages` of a file, from its page `pgoff` on, at USER_PAGE(first). The address or an error. */
long map_device(struct kunit *test, struct file *file, unsigned long first, unsigned long pages,
		unsigned long type, unsigned long pgoff);
/* The same for the played device, whose ->mmap does `fn`; its file is closed again. */
long played(struct kunit *test, int (*fn)(struct vm_area_struct *vma), unsigned long first,
	    unsigned long pages, unsigned long type, unsigned long pgoff);
void unmap(struct kunit *test, unsigned long first, unsigned long pages);

/* The page that is mapped at `addr`. */
static inline struct page *page_of(struct kunit *test, unsigned long addr)
{
	return pfn_to_page(pte_pfn(user_entry(test, addr)));
}

#endif
