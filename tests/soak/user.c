// SPDX-License-Identifier: MIT
/*
 * Soak: address spaces.
 *
 * Each thread has one of its own at times, with a model of every page: what a read gives is known
 * exactly. And there are some that all threads use at once:
 *
 *	private pages	every thread has a word of its own in each page; mappings come, go and are
 *			write-protected under the accesses of all. A read gives -EFAULT, 0 (the page
 *			is new) or a value that says whose it is, in which page: the reader's
 *	file pages	the same in a mapping of one file, MAP_SHARED: what was written stays, however
 *			often the mapping goes, and in all address spaces
 *
 * So a translation that outlives its page shows: as another page's word, or (the allocator's next
 * customer having filled it) as what is no word at all. A space is exchanged for a new one at times,
 * while others still use the old.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/memfile.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "soak.h"

#define BASE	  0x10000000UL
#define FILE_BASE 0x20000000UL
#define AT(n)	  (BASE + (n)*PAGE_SIZE)
#define NR_SHARED 2
#define RW	  (PROT_READ | PROT_WRITE)

static struct memfile *pattern, *shared_file; /* read privately; written by all */
static u64 *pattern_bytes;
static struct mm_struct *shared[NR_SHARED]; /* L: shared_lock */
static DEFINE_SPINLOCK(shared_lock);

static int poke(unsigned long at, u64 value)
{
	return put_user(value, (u64 __user *)at);
}

struct stretch {
	unsigned long first, n;
};

static struct stretch random_stretch(struct soak_thread *t)
{
	unsigned long first = soak_rand(t, SOAK_USER_PAGES);
	unsigned long most = min(10UL, SOAK_USER_PAGES - first);

	return (struct stretch){ first, 1 + soak_rand(t, most) };
}

static u64 pattern_word(unsigned long page)
{
	return (page + 1) * 0x0123456789abcdefULL;
}

/* ---- a thread's own ---- */

static bool own_map(struct soak_thread *t, struct stretch r)
{
	bool file = soak_chance(t, 3), writable = soak_rand(t, 3);
	unsigned long flags = MAP_PRIVATE | MAP_FIXED | (file ? 0 : MAP_ANONYMOUS) |
			      (soak_chance(t, 8) ? MAP_POPULATE : 0);
	unsigned long at =
		do_mmap(t->mm, file ? &pattern->file : NULL, AT(r.first), r.n * PAGE_SIZE,
			PROT_READ | (writable ? PROT_WRITE : 0), flags, file ? r.first : 0);

	if (IS_ERR_VALUE(at))
		return false;
	for (unsigned long i = r.first; i < r.first + r.n; i++)
		t->upages[i] =
			(struct soak_upage){ .mapped = true, .writable = writable, .file = file };
	return true;
}

static bool own_unmap(struct soak_thread *t, struct stretch r)
{
	if (do_munmap(t->mm, AT(r.first), r.n * PAGE_SIZE))
		return false;
	for (unsigned long i = r.first; i < r.first + r.n; i++)
		t->upages[i].mapped = false;
	return true;
}

static bool own_protect(struct soak_thread *t, struct stretch r)
{
	bool writable = soak_chance(t, 2);

	if (do_mprotect(t->mm, AT(r.first), r.n * PAGE_SIZE,
			PROT_READ | (writable ? PROT_WRITE : 0)))
		return false;
	for (unsigned long i = r.first; i < r.first + r.n; i++) {
		if (!t->upages[i].mapped)
			soak_wrong(t, "a hole can be protected", AT(i));
		t->upages[i].writable = writable;
	}
	return true;
}

static bool own_forget(struct soak_thread *t, struct stretch r)
{
	for (unsigned long i = r.first; i < r.first + r.n; i++) {
		if (!t->upages[i].mapped)
			return true;
	}
	if (do_madvise(t->mm, AT(r.first), r.n * PAGE_SIZE, MADV_DONTNEED))
		return false;
	for (unsigned long i = r.first; i < r.first + r.n; i++)
		t->upages[i].written = false;
	return true;
}

static bool own_write(struct soak_thread *t, unsigned long i)
{
	struct soak_upage *page = &t->upages[i];
	u64 word = prandom_u64_state(&t->rnd);
	int err = poke(AT(i), word);

	if (err)
		return !page->mapped || !page->writable;
	if (!page->mapped || !page->writable)
		soak_wrong(t, "a page that may not be written was", AT(i));
	page->written = true;
	page->word = word;
	return true;
}

static bool own_read(struct soak_thread *t, unsigned long i)
{
	const struct soak_upage *page = &t->upages[i];
	u64 word, want = page->written ? page->word : page->file ? pattern_word(i) : 0;

	if (get_user(word, (u64 __user *)AT(i)))
		return !page->mapped;
	if (!page->mapped)
		soak_wrong(t, "a page that is not mapped can be read", AT(i));
	else if (word != want)
		soak_wrong(t, "a page of its own has another word", word);
	return true;
}

static void own_end(struct soak_thread *t)
{
	mmput(t->mm);
	t->mm = NULL;
}

static bool own_step(struct soak_thread *t)
{
	struct stretch r = random_stretch(t);
	bool done;

	if (!t->mm) {
		t->mm = mm_alloc();
		memset(t->upages, 0, sizeof(t->upages));
		return t->mm;
	}
	switch (soak_rand(t, 6)) {
	case 0:
		return own_map(t, r);
	case 1:
		return own_unmap(t, r);
	case 2:
		return own_protect(t, r);
	case 3:
		return own_forget(t, r);
	}
	kthread_use_mm(t->mm);
	done = soak_chance(t, 2) ? own_read(t, r.first) : own_write(t, r.first);
	kthread_unuse_mm(t->mm);
	return done;
}

/* Several at once, or the thread would seldom do two in a row. */
static bool op_own(struct soak_thread *t)
{
	bool done = true;

	for (int i = 0; i < 4; i++)
		done &= own_step(t);
	if (t->mm && soak_chance(t, 40))
		own_end(t);
	return done;
}

/* ---- what all threads use ---- */

/* With a reference; NULL: there is none. */
static struct mm_struct *get_shared(struct soak_thread *t)
{
	u32 i = soak_rand(t, NR_SHARED);
	struct mm_struct *mm;

	spin_lock(&shared_lock);
	mm = shared[i];
	if (mm)
		mmget(mm);
	spin_unlock(&shared_lock);
	return mm;
}

static struct mm_struct *exchange_shared(u32 i, struct mm_struct *mm)
{
	struct mm_struct *old;

	spin_lock(&shared_lock);
	old = shared[i];
	shared[i] = mm;
	spin_unlock(&shared_lock);
	return old;
}

static bool op_exchange(struct soak_thread *t)
{
	struct mm_struct *mm = soak_chance(t, 4) ? NULL : mm_alloc();
	struct mm_struct *old = exchange_shared(soak_rand(t, NR_SHARED), mm);

	if (old)
		mmput(old);
	return true;
}

static unsigned long own_word(const struct soak_thread *t, unsigned long base, u32 page)
{
	return base + page * PAGE_SIZE + 8 * (1 + t->id % 500);
}

/* A step of the thread, in that page. */
static u64 value_of(const struct soak_thread *t, u32 page)
{
	return (u64)t->step << 24 | (u64)page << 16 | (t->id + 1);
}

static void private_access(struct soak_thread *t, u32 page)
{
	unsigned long at = own_word(t, BASE, page);
	u64 seen;

	if (soak_chance(t, 2) && !poke(at, value_of(t, page)) && soak_chance(t, 2))
		return;
	if (get_user(seen, (u64 __user *)at) || !seen)
		return;
	if ((seen & 0xffffff) != (value_of(t, page) & 0xffffff) || seen >> 24 > t->step)
		soak_wrong(t, "a shared page has a word of another page", seen);
}

static void file_access(struct soak_thread *t, u32 page)
{
	unsigned long at = own_word(t, FILE_BASE, page);
	u64 seen;

	if (!get_user(seen, (u64 __user *)at) && seen != t->written[page])
		soak_wrong(t, "a file has not what was written", seen);
	if (soak_chance(t, 2) && !poke(at, value_of(t, page)))
		t->written[page] = value_of(t, page);
}

/* A copy over several pages, with whatever holes they have: nothing is known but that it ends. */
static void long_access(struct soak_thread *t, u32 page)
{
	char buf[300];
	size_t left, n = 1 + soak_rand(t, sizeof(buf));
	unsigned long at = AT(page) + PAGE_SIZE - 150;

	memset(buf, 0xee, sizeof(buf));
	left = copy_from_user(buf, (void __user *)at, n);
	if (left > n || memchr_inv(buf + n - left, 0, left) ||
	    (n < sizeof(buf) && memchr_inv(buf + n, 0xee, sizeof(buf) - n)))
		soak_wrong(t, "copy_from_user() left a wrong tail", at);
}

static bool op_access(struct soak_thread *t)
{
	struct mm_struct *mm = get_shared(t);

	if (!mm)
		return true;
	kthread_use_mm(mm);
	for (int i = 0; i < 6; i++) {
		u32 page = soak_rand(t, SOAK_USER_PAGES);

		if (soak_chance(t, 8))
			long_access(t, page);
		else if (soak_chance(t, 2))
			private_access(t, page);
		else
			file_access(t, page);
	}
	kthread_unuse_mm(mm);
	mmput(mm);
	return true;
}

static bool map_shared(struct soak_thread *t, struct mm_struct *mm, struct stretch r)
{
	bool file = soak_chance(t, 2);
	unsigned long flags = MAP_FIXED | (file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS);
	unsigned long at = (file ? FILE_BASE : BASE) + r.first * PAGE_SIZE;

	return !IS_ERR_VALUE(do_mmap(mm, file ? &shared_file->file : NULL, at, r.n * PAGE_SIZE, RW,
				     flags, file ? r.first : 0));
}

static bool op_change(struct soak_thread *t)
{
	struct mm_struct *mm = get_shared(t);
	struct stretch r = random_stretch(t);
	unsigned long at = (soak_chance(t, 2) ? FILE_BASE : BASE) + r.first * PAGE_SIZE;
	bool done = true;

	if (!mm)
		return true;
	switch (soak_rand(t, 8)) {
	case 0:
	case 1:
		done = !do_munmap(mm, at, r.n * PAGE_SIZE);
		break;
	case 2: /* holes are refused, and so may be the pieces */
		done = !do_mprotect(mm, at, r.n * PAGE_SIZE, soak_chance(t, 3) ? PROT_READ : RW);
		break;
	case 3:
		done = !do_madvise(mm, at, r.n * PAGE_SIZE, MADV_DONTNEED);
		break;
	default:
		done = map_shared(t, mm, r);
		break;
	}
	mmput(mm);
	return done;
}

/* ---- begin and end ---- */

static bool setup(void)
{
	pattern_bytes = vzalloc(SOAK_USER_PAGES * PAGE_SIZE);
	if (!pattern_bytes)
		return false;
	for (unsigned long i = 0; i < SOAK_USER_PAGES; i++)
		pattern_bytes[i * PAGE_SIZE / 8] = pattern_word(i);
	pattern = memfile_create("soak-pattern", pattern_bytes, SOAK_USER_PAGES * PAGE_SIZE);
	shared_file = memfile_create("soak-shared", NULL, SOAK_USER_PAGES * PAGE_SIZE);
	for (u32 i = 0; i < NR_SHARED; i++)
		shared[i] = mm_alloc();
	return pattern && shared_file;
}

/* Its words stand in the file, whatever mappings have come and gone. */
static void thread_end(struct soak_thread *t)
{
	for (u32 page = 0; page < SOAK_USER_PAGES; page++) {
		u64 pos = own_word(t, 0, page), seen = 0;

		if (memfile_read(shared_file, &seen, 8, pos) != 8 || seen != t->written[page])
			soak_wrong(t, "a word in the file was lost", seen);
	}
	if (t->mm) {
		mmap_write_lock(t->mm);
		if (!mm_valid(t->mm))
			soak_wrong(t, "an address space is broken", 0);
		mmap_write_unlock(t->mm);
		own_end(t);
	}
}

static void check(struct soak_thread *t)
{
	for (u32 i = 0; i < NR_SHARED; i++) {
		struct mm_struct *mm = exchange_shared(i, NULL);

		if (!mm)
			continue;
		mmap_write_lock(mm);
		if (!mm_valid(mm))
			soak_wrong(t, "a shared address space is broken", i);
		mmap_write_unlock(mm);
		if (atomic_read(&mm->mm_users) != 1)
			soak_wrong(t, "a shared address space has users left", i);
		mmput(mm);
	}
	memfile_put(pattern);
	memfile_put(shared_file);
	vfree(pattern_bytes);
}

static const struct soak_op ops[] = {
	{ "own-space", 30, op_own },
	{ "access", 30, op_access },
	{ "change", 20, op_change },
	{ "exchange", 1, op_exchange },
};

const struct soak_group soak_user = {
	.name = "user",
	.ops = ops,
	.nr = ARRAY_SIZE(ops),
	.setup = setup,
	.thread_end = thread_end,
	.check = check,
};
