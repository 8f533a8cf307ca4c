/* SPDX-License-Identifier: MIT */
/*
 * What the tests of address spaces share: an address space in use for each case, short spellings, a
 * shortage of memory.
 */
#ifndef TESTS_MM_USER_FIXTURE_H
#define TESTS_MM_USER_FIXTURE_H

#include <kunit/test.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/memfile.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include "mm/vma.h"

#define USER_BASE    0x10000000UL
#define USER_PAGE(n) (USER_BASE + (n)*PAGE_SIZE)

#define PROT_RW		 (PROT_READ | PROT_WRITE)
#define MAP_ANON_PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define MAP_ANON_FIXED	 (MAP_ANON_PRIVATE | MAP_FIXED)

/*
 * init() and exit() of a suite: the case has an address space, and uses it. At the end the space
 * must satisfy its invariants, and after its teardown the anonymous pages, file pages and tables of
 * the machine are as many as before.
 */
int user_fixture_init(struct kunit *test);
void user_fixture_exit(struct kunit *test);

static inline struct mm_struct *test_mm(struct kunit *test)
{
	return test->priv;
}

/*
 * Map anonymous private pages at USER_PAGE(first); the case is left if that fails. Returns the
 * address.
 */
unsigned long map_anon(struct kunit *test, unsigned long first, unsigned long pages,
		       unsigned long prot);
/* The same for a file from its page `pgoff` on; `type` is MAP_SHARED or MAP_PRIVATE. */
unsigned long map_file(struct kunit *test, struct memfile *mf, unsigned long first,
		       unsigned long pages, unsigned long prot, unsigned long type,
		       unsigned long pgoff);

/* A file of `size` bytes whose byte i is pattern_byte(i); put when the case ends. */
struct memfile *pattern_file(struct kunit *test, const char *name, size_t size);
u8 pattern_byte(size_t i);

/* One 64-bit word of user memory; what is read after a failure is ~0. */
static inline int poke(unsigned long addr, u64 value)
{
	return put_user(value, (u64 __user *)addr);
}

static inline u64 peek(unsigned long addr)
{
	u64 value;

	return get_user(value, (u64 __user *)addr) ? ~0ULL : value;
}

/* Can a byte be read, or written? 0 or -EFAULT. */
static inline int peek_error(unsigned long addr)
{
	u8 byte __maybe_unused;

	return get_user(byte, (u8 __user *)addr);
}

/* The entry that translates `addr` in the case's address space; none if there is none. */
pte_t user_entry(struct kunit *test, unsigned long addr);

/*
 * Take all the memory that an ordinary request can get, and give it back. The harness gives it back
 * if the case forgets.
 */
void memory_exhaust(struct kunit *test);
/* What GFP_ATOMIC requests can get besides, too. */
void memory_exhaust_reserves(struct kunit *test);
void memory_release(struct kunit *test);

#endif
