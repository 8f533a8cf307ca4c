// SPDX-License-Identifier: MIT
/*
 * The failure sweep's scenarios for address spaces, faults, user access and files in memory.
 *
 * What a refused call must leave as it was (mappings, their pages, the heap's end) each scenario
 * compares itself; that the address space is valid and empty at the end, sweep_end_mm() and the
 * census do.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/memfile.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "tests/mm/sweep.h"
#include "tests/mm/user_fixture.h"

#define FILE_SIZE (3 * PAGE_SIZE + 100)
#define BASE	  USER_PAGE(0)

/* ---- Address spaces ---- */

static enum outcome live_and_die(struct sweep *s)
{
	struct mm_struct *mm = mm_alloc();

	if (!mm)
		return REFUSED;
	kthread_use_mm(mm);
	mmgrab(mm);
	kthread_unuse_mm(mm);
	mmput(mm);
	mmdrop(mm);
	return DONE;
}

/* ---- Mapping: all or nothing ---- */

/* The mappings in a few numbers. */
struct layout {
	int map_count;
	unsigned long total_vm, brk;
};

static struct layout layout_of(const struct mm_struct *mm)
{
	return (struct layout){ mm->map_count, mm->total_vm, mm->brk };
}

static bool layout_same(const struct layout *a, const struct mm_struct *mm)
{
	struct layout b = layout_of(mm);

	return a->map_count == b.map_count && a->total_vm == b.total_vm && a->brk == b.brk;
}

/* `ret` is 0 or an address if the call was done; if not, it is -ENOMEM, and nothing has changed. */
static bool done_or_same(struct sweep *s, unsigned long ret, const struct layout *before)
{
	if (!IS_ERR_VALUE(ret))
		return true;
	SWEEP_EXPECT(s, (long)ret == -ENOMEM);
	SWEEP_EXPECT(s, layout_same(before, s->mm));
	SWEEP_EXPECT(s, mm_valid(s->mm));
	return false;
}

static bool map(struct sweep *s, struct file *file, unsigned long first, unsigned long pages,
		unsigned long prot, unsigned long flags)
{
	struct layout before = layout_of(s->mm);
	unsigned long at =
		do_mmap(s->mm, file, USER_PAGE(first), pages * PAGE_SIZE, prot, flags, 0);

	return done_or_same(s, at, &before);
}

static enum outcome map_anonymous(struct sweep *s)
{
	return done_if(map(s, NULL, 0, 4, PROT_RW, MAP_ANON_PRIVATE) &&
		       map(s, NULL, 8, 4, PROT_READ, MAP_ANON_FIXED) &&
		       map(s, NULL, 0, 2, PROT_RW, MAP_ANON_PRIVATE | MAP_GROWSDOWN) &&
		       map(s, NULL, 0, 3, PROT_RW, MAP_SHARED | MAP_ANONYMOUS));
}

static void prepare_mapping(struct sweep *s)
{
	sweep_use_mm(s);
	s->at = do_mmap(s->mm, NULL, BASE, 12 * PAGE_SIZE, PROT_RW, MAP_ANON_FIXED, 0);
	SWEEP_ASSERT(s, s->at == BASE);
	for (unsigned long i = 0; i < 12; i++)
		SWEEP_ASSERT(s, !poke(USER_PAGE(i), i));
}

/* Pages `first` to `last` are as prepare_mapping() left them; to be looked at while all is there. */
static void expect_pages(struct sweep *s, unsigned long first, unsigned long last)
{
	for (unsigned long i = first; i <= last; i++)
		SWEEP_EXPECT(s, peek(USER_PAGE(i)) == i);
}

/* Into the middle of a mapping: it is split in two, or stays whole with its pages. */
static enum outcome map_into(struct sweep *s)
{
	bool all = map(s, NULL, 4, 2, PROT_READ, MAP_ANON_FIXED);

	expect_pages(s, 0, 3);
	expect_pages(s, 6, 11);
	if (!all)
		expect_pages(s, 4, 5);
	return done_if(all);
}

static enum outcome unmap_middle(struct sweep *s)
{
	struct layout before = layout_of(s->mm);
	bool all = done_or_same(s, do_munmap(s->mm, USER_PAGE(4), 2 * PAGE_SIZE), &before);

	if (!all)
		expect_pages(s, 4, 5);
	expect_pages(s, 0, 3);
	before = layout_of(s->mm);
	return done_if(all && done_or_same(s, vm_munmap(USER_PAGE(8), PAGE_SIZE), &before));
}

static enum outcome protect_middle(struct sweep *s)
{
	struct layout before = layout_of(s->mm);
	bool all = done_or_same(s, do_mprotect(s->mm, USER_PAGE(4), 2 * PAGE_SIZE, PROT_READ),
				&before);

	expect_pages(s, 0, 11);
	/* Read-only if it was done, else as before. */
	SWEEP_EXPECT(s, (poke(USER_PAGE(4), 4) == 0) == !all);
	return done_if(all);
}

static enum outcome heap(struct sweep *s)
{
	unsigned long start = do_brk(s->mm, 0), want = start + 3 * PAGE_SIZE;
	struct layout before = layout_of(s->mm);

	if (do_brk(s->mm, want) != want) {
		SWEEP_EXPECT(s, layout_same(&before, s->mm));
		return REFUSED;
	}
	/* To shrink is to unmap the heap's end: that splits it. */
	before = layout_of(s->mm);
	if (do_brk(s->mm, start + PAGE_SIZE) != start + PAGE_SIZE) {
		SWEEP_EXPECT(s, layout_same(&before, s->mm));
		return REFUSED;
	}
	return DONE;
}

/* What can't be populated is left to the access: the call succeeds all the same. */
static enum outcome populated(struct sweep *s)
{
	return done_if(map(s, NULL, 0, 6, PROT_RW, MAP_ANON_FIXED | MAP_POPULATE));
}

static enum outcome mapped_by_module(struct sweep *s)
{
	struct layout before = layout_of(s->mm);
	unsigned long at = vm_mmap(&s->file->file, 0, FILE_SIZE, PROT_RW, MAP_SHARED, 0);

	if (!done_or_same(s, at, &before)) {
		SWEEP_EXPECT(s, file_count(&s->file->file) == 1);
		return REFUSED;
	}
	SWEEP_EXPECT(s, file_count(&s->file->file) == 2);
	before = layout_of(s->mm);
	/* A hole in the middle of a file's mapping. */
	return done_if(done_or_same(s, vm_munmap(at + PAGE_SIZE, PAGE_SIZE), &before));
}

/* ---- Faults ---- */

static void prepare_untouched(struct sweep *s)
{
	sweep_use_mm(s);
	s->at = do_mmap(s->mm, NULL, BASE, 4 * PAGE_SIZE, PROT_RW, MAP_ANON_FIXED, 0);
	SWEEP_ASSERT(s, s->at == BASE);
}

static enum outcome read_zeroes(struct sweep *s)
{
	u64 word = 1;
	int err = get_user(word, (u64 __user *)BASE);

	SWEEP_EXPECT(s, word == 0 && (!err || err == -EFAULT));
	SWEEP_EXPECT(s, get_mm_rss(s->mm) == 0);
	return done_if(!err && !__get_user(word, (u64 __user *)USER_PAGE(1)));
}

static enum outcome write_anonymous(struct sweep *s)
{
	int err = put_user(0x1234UL, (u64 __user *)BASE);

	SWEEP_EXPECT(s, !err || err == -EFAULT);
	SWEEP_EXPECT(s, get_mm_counter(s->mm, MM_ANONPAGES) == !err);
	if (!err)
		SWEEP_EXPECT(s, peek(BASE) == 0x1234);
	return done_if(!err && !__put_user(1UL, (u64 __user *)USER_PAGE(1)));
}

/* A page read first, then written: the zero page makes room, or stays. */
static enum outcome write_over_zeroes(struct sweep *s)
{
	if (peek_error(BASE))
		return REFUSED;
	if (poke(BASE, 5)) {
		SWEEP_EXPECT(s, peek(BASE) == 0);
		return REFUSED;
	}
	SWEEP_EXPECT(s, peek(BASE) == 5 && peek(BASE + 8) == 0);
	return DONE;
}

static void prepare_file(struct sweep *s)
{
	u8 *bytes = kmalloc(FILE_SIZE, GFP_KERNEL);

	SWEEP_ASSERT(s, got(s, bytes));
	sweep_fill(bytes, FILE_SIZE, 9);
	s->file = memfile_create("sweep", bytes, FILE_SIZE);
	SWEEP_ASSERT(s, s->file);
}

static void prepare_file_and_mm(struct sweep *s)
{
	prepare_file(s);
	sweep_use_mm(s);
}

static void end_file(struct sweep *s)
{
	SWEEP_EXPECT(s, file_count(&s->file->file) == 1);
	memfile_put(s->file);
	while (s->nr_got)
		kfree(s->got[--s->nr_got]);
}

static void end_file_and_mm(struct sweep *s)
{
	sweep_end_mm(s);
	end_file(s);
}

static void prepare_file_mapped(struct sweep *s, unsigned long type)
{
	prepare_file_and_mm(s);
	s->at = do_mmap(s->mm, &s->file->file, BASE, FILE_SIZE, PROT_RW, type | MAP_FIXED, 0);
	SWEEP_ASSERT(s, s->at == BASE);
}

static void prepare_private(struct sweep *s)
{
	prepare_file_mapped(s, MAP_PRIVATE);
}

static void prepare_shared(struct sweep *s)
{
	prepare_file_mapped(s, MAP_SHARED);
}

static u64 file_word(struct sweep *s, unsigned long at)
{
	return *(u64 *)((u8 *)s->got[0] + (at - BASE));
}

/* Read, then write to a copy; the file stays what it is. */
static enum outcome copy_on_write(struct sweep *s)
{
	unsigned long second = USER_PAGE(1);
	enum outcome outcome = DONE;

	if (peek_error(BASE))
		outcome = REFUSED;
	else
		SWEEP_EXPECT(s, peek(BASE) == file_word(s, BASE));
	if (poke(BASE, 77))
		outcome = REFUSED;
	else
		SWEEP_EXPECT(s, peek(BASE) == 77 && peek(BASE + 8) == file_word(s, BASE + 8));
	if (poke(second, 78))
		outcome = REFUSED;
	else
		SWEEP_EXPECT(s, peek(second) == 78 && peek(second + 8) == file_word(s, second + 8));
	return outcome;
}

static enum outcome write_shared(struct sweep *s)
{
	u64 word = 0;

	if (peek_error(BASE) || poke(BASE, 77) || poke(USER_PAGE(1), 78))
		return REFUSED;
	SWEEP_EXPECT(s, memfile_read(s->file, &word, 8, 0) == 8 && word == 77);
	return DONE;
}

static void prepare_stack(struct sweep *s)
{
	sweep_use_mm(s);
	s->at = do_mmap(s->mm, NULL, USER_PAGE(1000), PAGE_SIZE, PROT_RW,
			MAP_ANON_FIXED | MAP_GROWSDOWN, 0);
	SWEEP_ASSERT(s, s->at == USER_PAGE(1000));
}

static enum outcome grow_stack(struct sweep *s)
{
	struct vm_area_struct *vma;

	if (poke(USER_PAGE(998), 1))
		return REFUSED;
	mmap_write_lock(s->mm);
	vma = find_extend_vma_locked(s->mm, USER_PAGE(990));
	mmap_write_unlock(s->mm);
	SWEEP_EXPECT(s, vma && vma->vm_start == USER_PAGE(990));
	return done_if(!poke(USER_PAGE(991), 1));
}

/* The ways in that say why: anonymous memory, or a file's page copied, or itself. */
static enum outcome fault_directly(struct sweep *s)
{
	int err = fixup_user_fault(s->mm, BASE, FAULT_FLAG_WRITE);
	vm_fault_t ret;

	SWEEP_EXPECT(s, !err || err == -ENOMEM);
	mmap_read_lock(s->mm);
	ret = handle_mm_fault(vma_lookup(s->mm, BASE), USER_PAGE(1), 0, NULL);
	mmap_read_unlock(s->mm);
	SWEEP_EXPECT(s, !(ret & VM_FAULT_ERROR) || ret == VM_FAULT_OOM);
	return done_if(!err && !(ret & VM_FAULT_ERROR));
}

/* ---- User access: what was not copied is said exactly ---- */

#define COPY_AT	  (BASE + 100)
#define COPY_SIZE (3 * PAGE_SIZE)

/* A copy over four pages stops at the start of one of them. */
static bool stopped_at_page(struct sweep *s, unsigned long left)
{
	SWEEP_EXPECT(s, left <= COPY_SIZE);
	if (left && left != COPY_SIZE)
		SWEEP_EXPECT(s, PAGE_ALIGNED(COPY_AT + COPY_SIZE - left));
	return !left;
}

static void prepare_copy(struct sweep *s)
{
	prepare_untouched(s);
	SWEEP_ASSERT(s, got(s, kmalloc(COPY_SIZE, GFP_KERNEL)));
	sweep_fill(s->got[0], COPY_SIZE, 4);
}

static void end_copy(struct sweep *s)
{
	sweep_end_mm(s);
	while (s->nr_got)
		kfree(s->got[--s->nr_got]);
}

static enum outcome copy_out_and_in(struct sweep *s)
{
	void __user *at = (void __user *)COPY_AT;
	unsigned long left = copy_to_user(at, s->got[0], COPY_SIZE);
	bool all = stopped_at_page(s, left);

	memset(s->got[0], 0xff, COPY_SIZE);
	SWEEP_EXPECT(s, __copy_from_user_inatomic(s->got[0], at, COPY_SIZE - left) == 0);
	SWEEP_EXPECT(s, sweep_filled(s->got[0], COPY_SIZE - left, 4));
	left = copy_from_user(s->got[0], at, COPY_SIZE);
	SWEEP_EXPECT(s, sweep_zero(s->got[0] + COPY_SIZE - left, left));
	return done_if(all && !left);
}

static enum outcome unchecked_copies(struct sweep *s)
{
	void __user *at = (void __user *)COPY_AT;
	bool all = stopped_at_page(s, __clear_user(at, COPY_SIZE)) &&
		   stopped_at_page(s, __copy_to_user(at, s->got[0], COPY_SIZE)) &&
		   stopped_at_page(s, __copy_from_user(s->got[0], at, COPY_SIZE));

	if (!all)
		return REFUSED;
	SWEEP_EXPECT(s, sweep_filled(s->got[0], COPY_SIZE, 4));
	SWEEP_EXPECT(s, __copy_to_user_inatomic(at, s->got[0], 8) == 0);
	SWEEP_EXPECT(s, copy_to_user_nofault(at, s->got[0], 8) == 0);
	SWEEP_EXPECT(s, copy_from_user_nofault(s->got[0], at, 8) == 0);
	return done_if(stopped_at_page(s, clear_user(at, COPY_SIZE)));
}

/* Reading over pages that nobody wrote: zeroes, or what is documented instead. */
static enum outcome strings_and_structs(struct sweep *s)
{
	const char __user *at = (const char __user *)USER_PAGE(1) - 4;
	char text[16] = "x";
	u64 word = 1;
	long copied = strncpy_from_user(text, at, sizeof(text));
	long len = strnlen_user(at + PAGE_SIZE, 10);
	int zeroed = check_zeroed_user(at, 8), err = copy_struct_from_user(&word, 8, at, 16);
	u64 value = 1;
	int word_err = get_user_word(&value, at + 2 * PAGE_SIZE, 8)
			       ?: put_user_word(0, (void __user *)at, 8);

	SWEEP_EXPECT(s, copied == -EFAULT || (copied == 0 && !text[0]));
	SWEEP_EXPECT(s, len == 0 || len == 1);
	SWEEP_EXPECT(s, zeroed == -EFAULT || zeroed == 1);
	SWEEP_EXPECT(s, err == -EFAULT || (!err && !word));
	SWEEP_EXPECT(s, !word_err || word_err == -EFAULT);
	return done_if(!copied && len && zeroed == 1 && !err && !word_err);
}

/* A copy of zeroes, or why there is none: no memory for it, or for the pages. */
static bool copied(struct sweep *s, void *copy, size_t len)
{
	SWEEP_EXPECT(s,
		     !IS_ERR_OR_NULL(copy) || copy == ERR_PTR(-ENOMEM) || copy == ERR_PTR(-EFAULT));
	if (IS_ERR_OR_NULL(copy))
		return false;
	SWEEP_EXPECT(s, !memchr_inv(copy, 0, len));
	kvfree(copy);
	return true;
}

static enum outcome copies_in_memory_of_their_own(struct sweep *s)
{
	char __user *at = (char __user *)BASE;
	bool all = copied(s, memdup_user(at, 100), 100) &&
		   copied(s, memdup_user_nul(at, 100), 101) &&
		   copied(s, memdup_array_user(at, 4, 25), 100) &&
		   copied(s, vmemdup_user(at, 2 * PAGE_SIZE), 2 * PAGE_SIZE) &&
		   copied(s, vmemdup_array_user(at + 2 * PAGE_SIZE, 3, 500), 1500) &&
		   copied(s, strndup_user(at + 3 * PAGE_SIZE, 10), 1);

	return done_if(all);
}

/* As read() and write() of a file that is a buffer. */
static enum outcome through_a_buffer(struct sweep *s)
{
	char buf[16] = "fifteen letters";
	loff_t pos = 0;
	ssize_t in = simple_write_to_buffer(buf, sizeof(buf), &pos, (void __user *)BASE, 8), out;

	SWEEP_EXPECT(s, in == -EFAULT ? !pos : in == 8 && pos == 8 && !memchr_inv(buf, 0, 8));
	pos = 4;
	out = simple_read_from_buffer((void __user *)(BASE + PAGE_SIZE), 100, &pos, buf,
				      sizeof(buf));
	SWEEP_EXPECT(s, out == -EFAULT ? pos == 4 : out == 12 && pos == 16);
	return done_if(in == 8 && out == 12);
}

/* ---- Files ---- */

static enum outcome make_file(struct sweep *s)
{
	struct memfile *mf = memfile_create("sweep", NULL, 3UL << 20);
	struct page *page;

	if (!mf)
		return REFUSED;
	page = memfile_get_page(mf, 600);
	if (page)
		put_page(page);
	memfile_put(mf);
	return done_if(page);
}

/* As many bytes as there were pages for; at once -ENOMEM. */
static enum outcome read_and_write(struct sweep *s)
{
	u8 *buf = kmalloc(FILE_SIZE, GFP_KERNEL);
	long before = mm_stat_read(MM_FILE), made;
	ssize_t n;

	if (!buf)
		return REFUSED;
	n = memfile_read(s->file, buf, FILE_SIZE, 0);
	made = mm_stat_read(MM_FILE) - before;
	SWEEP_EXPECT(s, n == (!made ? -ENOMEM : min_t(ssize_t, made * PAGE_SIZE, FILE_SIZE)));
	SWEEP_EXPECT(s, n < 0 || sweep_filled(buf, n, 9));
	if (n == FILE_SIZE) {
		sweep_fill(buf, FILE_SIZE, 8);
		n = memfile_write(s->file, buf, FILE_SIZE, 0);
		SWEEP_EXPECT(s, n == FILE_SIZE);
	}
	kfree(buf);
	return done_if(n == FILE_SIZE);
}

static enum outcome write_fresh(struct sweep *s)
{
	long before = mm_stat_read(MM_FILE), made;
	ssize_t n = memfile_write(s->file, s->got[0], 2 * PAGE_SIZE, 100);

	made = mm_stat_read(MM_FILE) - before;
	SWEEP_EXPECT(
		s, n == (!made ? -ENOMEM : min_t(ssize_t, made * PAGE_SIZE - 100, 2 * PAGE_SIZE)));
	return done_if(n == 2 * PAGE_SIZE);
}

const struct scenario sweep_user[] = {
	{ "address space", live_and_die, .flags = COPES_PAGE },
	{ "mmap", map_anonymous, sweep_use_mm, sweep_end_mm, COPES_PAGE },
	{ "mmap into a mapping", map_into, prepare_mapping, sweep_end_mm, COPES_PAGE },
	{ "munmap of the middle", unmap_middle, prepare_mapping, sweep_end_mm, COPES_PAGE },
	{ "mprotect of the middle", protect_middle, prepare_mapping, sweep_end_mm, COPES_PAGE },
	{ "brk", heap, sweep_use_mm, sweep_end_mm, COPES_PAGE },
	{ "populate", populated, sweep_use_mm, sweep_end_mm, COPES_PAGE },
	{ "file mapped", mapped_by_module, prepare_file_and_mm, end_file_and_mm, COPES_PAGE },
	{ "zero page", read_zeroes, prepare_untouched, sweep_end_mm, NO_OBJECTS },
	{ "anonymous page", write_anonymous, prepare_untouched, sweep_end_mm, NO_OBJECTS },
	{ "write over the zero page", write_over_zeroes, prepare_untouched, sweep_end_mm,
	  NO_OBJECTS },
	{ "copy on write", copy_on_write, prepare_private, end_file_and_mm, NO_OBJECTS },
	{ "shared file", write_shared, prepare_shared, end_file_and_mm, NO_OBJECTS },
	{ "stack", grow_stack, prepare_stack, sweep_end_mm, NO_OBJECTS },
	{ "fault on a file", fault_directly, prepare_private, end_file_and_mm, NO_OBJECTS },
	{ "fault on a shared file", fault_directly, prepare_shared, end_file_and_mm, NO_OBJECTS },
	{ "fault without access", fault_directly, prepare_untouched, sweep_end_mm, NO_OBJECTS },
	/* A copy that a fault stopped within a word is tried again by bytes, which may go well. */
	{ "copies to and from user", copy_out_and_in, prepare_copy, end_copy,
	  COPES_PAGE | NO_OBJECTS },
	{ "copies without checks", unchecked_copies, prepare_copy, end_copy,
	  COPES_PAGE | NO_OBJECTS },
	{ "strings and structures", strings_and_structs, prepare_untouched, sweep_end_mm,
	  NO_OBJECTS },
	{ "copies of user memory", copies_in_memory_of_their_own, prepare_untouched, sweep_end_mm,
	  COPES_PAGE | COPES_SLAB },
	{ "user memory and a buffer", through_a_buffer, prepare_untouched, sweep_end_mm,
	  COPES_PAGE | NO_OBJECTS },
	{ "file", make_file, .flags = COPES_PAGE },
	{ "file read and written", read_and_write, prepare_file, end_file, NO_OBJECTS },
	{ "file written", write_fresh, prepare_file, end_file, NO_OBJECTS },
	{},
};
