// SPDX-License-Identifier: MIT
/*
 * Fuzz target `vma`: an address space against a table of its pages (vma_model.c).
 *
 * Every input gets an address space of its own, two fences with a window of 64 pages between them,
 * and three files: given bytes with a ragged end, zeroes, and one that may only be read. Operations
 * are mmap() in all its forms, munmap(), mprotect(), madvise(), brk(), user access of any length,
 * fixup_user_fault(), reading and writing the files. Each result, error codes included, must be what
 * the model says; bytes that are read must be the model's. While memory is short, requests may fail
 * for it and accesses come less far, but what failed must have changed nothing.
 *
 * At the end every byte that may be read is compared, the VMAs must be as many as the model has runs
 * of pages that agree, the anonymous pages as many as it has private copies, and mm_valid() hold. The
 * model wants no guard of 256 pages: stack_guard_gap is GUARD pages meanwhile.
 *
 * finds, within a minute from its corpus, when planted:
 *	a private copy is not copied
 *	a writable entry stays so after mprotect()
 *	the upper piece of a split shows the file's beginning
 *	a stack that grows keeps its first page's number
 *	mprotect() does not ask what the file allows
 *	munmap() without memory for a piece has unmapped already
 *	a gap is not refreshed when the mapping below it goes
 *	the heap grows up to its neighbour; a page beyond the end of a file is there
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/memfile.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/vma_model.h"

#define MOST_BYTES (3 * PAGE_SIZE)
#define ANYWHERE   NR_PAGES /* of a wish: none */
#define FENCE	   (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE)
#define NR_FENCES  2

static const struct {
	size_t size;
	bool bytes, read_only;
} files[NR_NAMED] = {
	{ 5 * PAGE_SIZE + 100, true, false },
	{ 3 * PAGE_SIZE, false, false },
	{ 4 * PAGE_SIZE - 1, true, true },
};

static struct mm_struct *mm;
static u8 *given;  /* what files with bytes are made of */
static u8 *buffer; /* MOST_BYTES */

/* ---- Arguments ---- */

struct range {
	unsigned int from, to; /* pages of the window */
	unsigned long start, len;
};

/* Up to 16 pages of the window; the length may end inside the last one. */
static struct range take_range(struct fuzz_input *in)
{
	u8 a = fuzz_u8(in), b = fuzz_u8(in);
	struct range r = { .from = a % NR_PAGES };

	r.to = min(r.from + 1 + b % 16, (unsigned int)NR_PAGES);
	r.start = ADDR(r.from);
	r.len = (r.to - r.from) * PAGE_SIZE - (b >> 4) * 16;
	return r;
}

static unsigned int take_prot(struct fuzz_input *in)
{
	/* Rights that one can do something with, more often. */
	static const u8 choice[] = { 0, 1, 2, 3, 3, 5, 7, 3 };

	return choice[fuzz_u8(in) % ARRAY_SIZE(choice)];
}

static void check_result(const char *what, int got, int want)
{
	FUZZ_CHECK(got == want, "%s: %d, should be %d", what, got, want);
}

/* The request failed for want of memory, as it may now, and so changed nothing. */
static bool no_memory(long got)
{
	return got == -ENOMEM && fuzz_short();
}

/* ---- mmap ---- */

struct map_call {
	unsigned int at; /* wish, or place; ANYWHERE */
	unsigned int pages;
	unsigned long flags;
	struct vpage like;
};

static struct map_call take_map(struct fuzz_input *in)
{
	static const unsigned long places[] = { MAP_FIXED, MAP_FIXED_NOREPLACE, 0,	   0,
						MAP_32BIT, MAP_FIXED,		MAP_FIXED, 0 };
	struct range r = take_range(in);
	u8 b = fuzz_u8(in), c = fuzz_u8(in);
	struct map_call call = { .at = r.from, .pages = r.to - r.from };

	call.flags = places[b % 8] | (b & 0x08 ? MAP_POPULATE : 0) | (b & 0x10 ? MAP_LOCKED : 0) |
		     (b & 0x20 ? MAP_GROWSDOWN : 0);
	if (b % 8 == 3)
		call.at = ANYWHERE;
	call.like = (struct vpage){ .prot = take_prot(in),
				    .shared = b & 0x40,
				    .growsdown = b & 0x20,
				    .locked = b & 0x10,
				    .file = c % 8 < 4 ? NO_FILE : c % NR_NAMED,
				    .pgoff = c % 8 < 4 ? 0 : (c >> 3) % FILE_PAGES };
	call.flags |= !call.like.shared ? MAP_PRIVATE : c & 0x80 ? MAP_SHARED_VALIDATE : MAP_SHARED;
	call.flags |= call.like.file == NO_FILE ? MAP_ANONYMOUS : 0;
	return call;
}

/* What does not depend on what is mapped: 0, or the error. */
static int refusal(const struct map_call *c)
{
	bool named = c->like.file != NO_FILE;

	if (c->like.shared && named && (c->like.prot & PROT_WRITE) &&
	    vm->file[c->like.file].read_only)
		return -EACCES;
	if (c->like.growsdown && (named || c->like.shared))
		return -EINVAL;
	return c->like.shared && !named && (c->flags & MAP_TYPE) != MAP_SHARED ? -EINVAL : 0;
}

/* The page where it goes, or the error. */
static int place_of(const struct map_call *c)
{
	int at;

	if (c->flags & MAP_FIXED)
		return c->at;
	if (c->flags & MAP_FIXED_NOREPLACE)
		return model_next(c->at) < c->at + c->pages ? -EEXIST : (int)c->at;
	if (!(c->flags & MAP_32BIT) && c->at != ANYWHERE &&
	    c->at + c->pages <= model_room_end(model_next(c->at)))
		return c->at;
	at = model_place(c->pages);
	return at < 0 ? -ENOMEM : at;
}

/* Shared anonymous memory is a file that only its mappings have. */
static void give_file(struct map_call *c)
{
	u8 f = model_free_file();

	if (f == NO_FILE || c->pages > FILE_PAGES) {
		c->like.shared = false;
		c->flags = (c->flags & ~(unsigned long)MAP_TYPE) | MAP_PRIVATE;
		return;
	}
	c->like.file = f;
	vm->file[f].size = c->pages * PAGE_SIZE;
	vm->file[f].read_only = false;
	memset(vm->file[f].data, 0, vm->file[f].size);
}

static void op_mmap(struct fuzz_input *in)
{
	struct map_call c = take_map(in);
	int want = refusal(&c);
	struct file *file = NULL;
	unsigned long got;

	if (!want && c.like.shared && c.like.file == NO_FILE)
		give_file(&c);
	if (!want)
		want = place_of(&c);
	if (fuzz_short()) /* how far it would come is not known */
		c.flags &= ~(unsigned long)(MAP_POPULATE | MAP_LOCKED);
	c.like.locked = c.flags & MAP_LOCKED;
	if (c.like.file < NR_NAMED)
		file = &vm->file[c.like.file].mf->file;
	got = do_mmap(mm, file, c.at == ANYWHERE ? 0 : ADDR(c.at), c.pages * PAGE_SIZE, c.like.prot,
		      c.flags, c.like.pgoff);
	if (no_memory(got))
		return;
	FUZZ_CHECK(got == (want < 0 ? (unsigned long)want : ADDR(want)),
		   "mmap of %u pages at %u, flags %#lx: %#lx, should be %d", c.pages, c.at, c.flags,
		   got, want);
	if (want < 0)
		return;
	model_unmap(want, want + c.pages);
	model_map(want, c.pages, &c.like);
	if (c.flags & (MAP_POPULATE | MAP_LOCKED))
		model_populate(want, c.pages);
}

/* ---- munmap, mprotect, madvise, brk ---- */

static void op_munmap(struct fuzz_input *in)
{
	struct range r = take_range(in);

	int got = do_munmap(mm, r.start, r.len);

	if (no_memory(got))
		return;
	check_result("munmap", got, 0);
	model_unmap(r.from, r.to);
}

static void op_mprotect(struct fuzz_input *in)
{
	struct range r = take_range(in);
	unsigned int b = fuzz_u8(in), prot = b & 0x80 ? take_prot(in) : b % 8;
	bool down = (b & 0x70) == 0x70;
	int want = 0, got;

	if (down) {
		if (!vm->page[r.from].mapped)
			want = -ENOMEM;
		else if (!vm->page[r.from].growsdown)
			want = -EINVAL;
		else
			r.from = model_vma_start(r.from);
	}
	if (!want)
		want = model_may_protect(r.from, r.to, prot);
	got = do_mprotect(mm, r.start, r.len, prot | (down ? PROT_GROWSDOWN : 0));
	if (no_memory(got))
		return;
	check_result("mprotect", got, want);
	if (!want)
		model_protect(r.from, r.to, prot);
}

static void op_madvise(struct fuzz_input *in)
{
	struct range r = take_range(in);
	u8 b = fuzz_u8(in);
	int advice = b & 1 ? MADV_DONTNEED : b % (MADV_DONTNEED + 2);
	int want = advice == MADV_DONTNEED  ? model_dontneed(r.from, r.to)
		   : advice > MADV_DONTNEED ? -EINVAL
					    : model_may_protect(r.from, r.to, 0);

	check_result("madvise", do_madvise(mm, r.start, r.len, advice), want);
}

static void op_brk(struct fuzz_input *in)
{
	u16 b = fuzz_u16(in);
	unsigned long brk = ADDR(BRK_PAGE - 1 + b % (NR_PAGES - BRK_PAGE + 2)) - (b >> 8);
	unsigned long old = vm->brk, got = do_brk(mm, brk), want;

	if (got == old && fuzz_short())
		return;
	want = model_brk(brk);
	FUZZ_CHECK(got == want, "brk(%#lx): %#lx, should be %#lx", brk, got, want);
}

/* Requests that make no sense change nothing. */
static void op_nonsense(struct fuzz_input *in)
{
	struct range r = take_range(in);

	switch (fuzz_u8(in) % 8) {
	case 0:
		check_result("munmap, unaligned", do_munmap(mm, r.start + 16, r.len), -EINVAL);
		break;
	case 1:
		check_result("munmap of nothing", do_munmap(mm, r.start, 0), -EINVAL);
		break;
	case 2:
		check_result("munmap beyond", do_munmap(mm, r.start, TASK_SIZE), -EINVAL);
		break;
	case 3:
		check_result("mprotect, unaligned", do_mprotect(mm, r.start + 8, r.len, 1),
			     -EINVAL);
		break;
	case 4:
		check_result("mprotect of nothing", do_mprotect(mm, r.start, 0, 1), 0);
		break;
	case 5:
		check_result("mprotect, unknown bits", do_mprotect(mm, r.start, r.len, 0x40),
			     -EINVAL);
		break;
	case 6:
		check_result("mmap of nothing",
			     do_mmap(mm, NULL, r.start, 0, 3, MAP_PRIVATE | MAP_ANONYMOUS, 0),
			     -EINVAL);
		break;
	case 7:
		check_result("mmap without a file", do_mmap(mm, NULL, 0, r.len, 3, MAP_PRIVATE, 0),
			     -EBADF);
		break;
	}
}

/* ---- Access ---- */

struct access {
	unsigned long offset; /* in the window */
	size_t n;
};

static struct access take_access(struct fuzz_input *in)
{
	u16 a = fuzz_u16(in), b = fuzz_u16(in);
	/* Near a page's end, or anywhere. */
	unsigned long within = b & 0x8000 ? PAGE_SIZE - 1 - b % 64 : b % PAGE_SIZE;

	return (struct access){ (a % NR_PAGES) * PAGE_SIZE + within,
				1 + (a & 0x8000 ? a % MOST_BYTES : (a >> 6) % 256) };
}

static size_t to_page_end(unsigned long offset, size_t n)
{
	return min(n, PAGE_SIZE - offset % PAGE_SIZE);
}

/*
 * An access of n bytes came as far as `done`. In a shortage that may be less than the model would
 * allow, for want of a page or a table; a stack that is in the way has grown even so.
 */
static size_t possible(unsigned long offset, size_t n, size_t done)
{
	if (done == n || !fuzz_short())
		return n;
	model_grow((offset + done) >> PAGE_SHIFT);
	return done;
}

/* How much of a write the model takes, which then has it. */
static size_t model_write(unsigned long offset, const u8 *from, size_t n)
{
	size_t done = 0;

	while (done < n && model_fault((offset + done) >> PAGE_SHIFT, true)) {
		unsigned long at = offset + done;
		size_t part = to_page_end(at, n - done);

		memcpy(model_bytes(at >> PAGE_SHIFT) + at % PAGE_SIZE, from + done, part);
		done += part;
	}
	return done;
}

/* Is what was read what the model has? Returns how much it can read. */
static size_t model_compare(unsigned long offset, const u8 *got, size_t n)
{
	size_t done = 0;

	while (done < n && model_fault((offset + done) >> PAGE_SHIFT, false)) {
		unsigned long at = offset + done;
		size_t part = to_page_end(at, n - done);
		const u8 *bytes = model_bytes(at >> PAGE_SHIFT);

		if (got)
			FUZZ_CHECK(bytes ? !memcmp(bytes + at % PAGE_SIZE, got + done, part)
					 : fuzz_zero(got + done, part),
				   "%zu bytes at offset %#lx are not what was written", part, at);
		done += part;
	}
	return done;
}

static void op_write(struct fuzz_input *in)
{
	struct access a = take_access(in);
	u8 way = fuzz_u8(in);
	void __user *to = (void __user *)(WIN_START + a.offset);
	size_t left, done;

	if (way % 4 == 0) {
		memset(buffer, 0, a.n);
		left = clear_user(to, a.n);
	} else {
		fuzz_fill(buffer, a.n, way << 8 | fuzz_op);
		left = copy_to_user(to, buffer, a.n);
	}
	done = model_write(a.offset, buffer, possible(a.offset, a.n, a.n - left));
	FUZZ_CHECK(left == a.n - done, "%zu bytes at offset %#lx: %zu not written, should be %zu",
		   a.n, a.offset, left, a.n - done);
}

static void op_read(struct fuzz_input *in)
{
	struct access a = take_access(in);
	size_t left, done;

	memset(buffer, 0xee, a.n);
	left = copy_from_user(buffer, (void __user *)(WIN_START + a.offset), a.n);
	done = model_compare(a.offset, buffer, possible(a.offset, a.n, a.n - left));
	FUZZ_CHECK(left == a.n - done, "%zu bytes at offset %#lx: %zu not read, should be %zu", a.n,
		   a.offset, left, a.n - done);
	FUZZ_CHECK(fuzz_zero(buffer + done, left), "what can't be read is not zeroed");
}

/*
 * Without faults: as far as pages are present; and if the same access with faults went before, all of
 * it is.
 */
static void op_inatomic(struct fuzz_input *in)
{
	struct access a = take_access(in);
	u8 way = fuzz_u8(in);
	void __user *at = (void __user *)(WIN_START + a.offset);
	bool write = way & 1, before = (way & 2) && !fuzz_short(), whole = false;
	size_t done, n;

	fuzz_fill(buffer, a.n, way << 8 | fuzz_op);
	if (before)
		whole = write ? !copy_to_user(at, buffer, a.n) : !copy_from_user(buffer, at, a.n);
	if (write)
		done = a.n - __copy_to_user_inatomic(at, buffer, a.n);
	else
		done = a.n - __copy_from_user_inatomic(buffer, at, a.n);
	FUZZ_CHECK(!whole || done == a.n, "%zu of %zu bytes that were there are gone", a.n - done,
		   a.n);
	n = before ? a.n : done;
	if (write)
		n -= model_write(a.offset, buffer, n);
	else
		n -= model_compare(a.offset, before && !whole ? NULL : buffer, n);
	FUZZ_CHECK(before || !n, "%zu bytes too many", n);
}

/* What strnlen_user() says of the bytes at an offset. */
static long model_strnlen(unsigned long offset, long n)
{
	for (long i = 0; i < n; i++) {
		unsigned long at = offset + i;
		const u8 *bytes;

		if ((!i || at % PAGE_SIZE == 0) && !model_fault(at >> PAGE_SHIFT, false))
			return 0;
		bytes = model_bytes(at >> PAGE_SHIFT);
		if (!bytes || !bytes[at % PAGE_SIZE])
			return i + 1;
	}
	return n + 1;
}

static int model_zeroed(unsigned long offset, size_t n)
{
	for (size_t done = 0; done < n; done += 64) {
		size_t part = min(n - done, (size_t)64);

		if (model_compare(offset + done, NULL, part) < part)
			return -EFAULT;
		for (size_t i = 0; i < part; i++) {
			const u8 *bytes = model_bytes((offset + done + i) >> PAGE_SHIFT);

			if (bytes && bytes[(offset + done + i) % PAGE_SIZE])
				return 0;
		}
	}
	return 1;
}

static void op_text(struct fuzz_input *in)
{
	struct access a = take_access(in);
	u8 way = fuzz_u8(in);
	char __user *at = (char __user *)(WIN_START + a.offset);
	long want, got;

	if (fuzz_short())
		return;
	if (way % 4 == 0) {
		check_result("check_zeroed_user", check_zeroed_user(at, a.n),
			     model_zeroed(a.offset, a.n));
		return;
	}
	want = model_strnlen(a.offset, a.n);
	if (way % 4 == 1) {
		got = strnlen_user(at, a.n);
	} else {
		got = strncpy_from_user((char *)buffer, at, a.n);
		FUZZ_CHECK(got < 0 || model_compare(a.offset, buffer, got) == (size_t)got,
			   "%ld characters", got);
		want = !want ? -EFAULT : want > (long)a.n ? (long)a.n : want - 1;
	}
	FUZZ_CHECK(got == want, "a string of %ld, should be %ld", got, want);
}

static void op_word(struct fuzz_input *in)
{
	struct access a = take_access(in);
	unsigned long offset = a.offset & ~7UL;
	u64 __user *at = (u64 __user *)(WIN_START + offset);
	u64 value = fuzz_word(a.n, fuzz_op);
	size_t done;
	int err;

	if (a.n & 1) {
		err = put_user(value, at);
		done = model_write(offset, (u8 *)&value, possible(offset, 8, err ? 0 : 8));
	} else {
		err = get_user(value, at);
		done = model_compare(offset, (u8 *)&value, possible(offset, 8, err ? 0 : 8));
	}
	check_result("a word of user memory", err, done == 8 ? 0 : -EFAULT);
}

static void op_fixup(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	unsigned int page = b % NR_PAGES;
	bool write = b & 0x80;
	int err = fixup_user_fault(mm, ADDR(page), write ? FAULT_FLAG_WRITE : 0);

	if (no_memory(err))
		model_grow(page);
	else
		check_result("fixup_user_fault", err, model_fault(page, write) ? 0 : -EFAULT);
}

/* The file itself: what is written must show in all mappings that have no copy of their own. */
static void op_file(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);
	struct vfile *f = &vm->file[b % NR_NAMED];
	u16 pos = fuzz_u16(in) % (6 * PAGE_SIZE);
	size_t n = 1 + fuzz_u8(in) * 8, want = pos < f->size ? min(n, f->size - pos) : 0;
	ssize_t got;

	if (b & 0x80) {
		fuzz_fill(buffer, n, pos);
		got = memfile_write(f->mf, buffer, n, pos);
		if (fuzz_short() && got < (ssize_t)want)
			want = got < 0 ? 0 : got;
		memcpy(&f->data[0][0] + pos, buffer, want);
	} else {
		got = memfile_read(f->mf, buffer, n, pos);
		if (fuzz_short() && got < (ssize_t)want)
			want = got < 0 ? 0 : got;
		FUZZ_CHECK(!memcmp(buffer, &f->data[0][0] + pos, want), "a file reads differently");
	}
	FUZZ_CHECK(got == (ssize_t)want || no_memory(got), "%zd bytes of a file, should be %zu",
		   got, want);
}

static void op_shortage(struct fuzz_input *in)
{
	u8 b = fuzz_u8(in);

	fuzz_release();
	if (b & 1)
		fuzz_hoard(b >> 1);
}

/* ---- Around an input ---- */

static void make_files(void)
{
	for (unsigned int i = 0; i < NR_NAMED; i++) {
		struct vfile *f = &vm->file[i];

		f->mf = memfile_create("fuzz", files[i].bytes ? given : NULL, files[i].size);
		FUZZ_CHECK(f->mf, "no file");
		f->size = files[i].size;
		f->read_only = files[i].read_only;
		if (f->read_only)
			f->mf->file.f_mode = FMODE_READ;
		memset(f->data, 0, sizeof(f->data));
		if (files[i].bytes)
			memcpy(f->data, given, f->size);
	}
}

static void make_fence(unsigned long from, unsigned long to)
{
	unsigned long at = do_mmap(mm, NULL, from, to - from, PROT_NONE, FENCE, 0);

	FUZZ_CHECK(at == from, "no fence at %#lx", from);
}

static void begin(void)
{
	model_reset();
	model_unmap(0, NR_PAGES);
	make_files();
	mm = mm_alloc();
	FUZZ_CHECK(mm, "no address space");
	kthread_use_mm(mm);
	make_fence(mmap_min_addr, WIN_START);
	make_fence(WIN_END, TASK_SIZE);
	mm->mmap_base = WIN_END;
	mm->start_brk = mm->brk = ADDR(BRK_PAGE);
}

static unsigned int nr_lines;

static void count_line(const char *text)
{
	nr_lines++;
}

static void check_whole(void)
{
	unsigned int nr = model_nr_vmas() + NR_FENCES, anon = model_count(true);

	FUZZ_CHECK(mm->map_count == (int)nr, "%d mappings, should be %u", mm->map_count, nr);
	FUZZ_CHECK(get_mm_counter(mm, MM_ANONPAGES) == anon, "%lu anonymous pages, should be %u",
		   get_mm_counter(mm, MM_ANONPAGES), anon);
	nr_lines = 0;
	mm_maps_show(mm, count_line);
	FUZZ_CHECK(nr_lines == nr, "maps has %u lines, should have %u", nr_lines, nr);
	FUZZ_CHECK(mm_valid(mm), "mm_valid()");
}

static void compare_whole(void)
{
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		size_t left;

		if (!vm->page[i].mapped)
			continue;
		left = copy_from_user(buffer, (void __user *)ADDR(i), PAGE_SIZE);
		FUZZ_CHECK(PAGE_SIZE - left == model_compare(i * PAGE_SIZE, buffer, PAGE_SIZE),
			   "page %u: %zu bytes can't be read", i, left);
	}
}

static void end(void)
{
	fuzz_release();
	check_whole();
	compare_whole();
	check_whole();
	kthread_unuse_mm(mm);
	mmput(mm);
	for (unsigned int i = 0; i < NR_NAMED; i++) {
		FUZZ_CHECK(file_count(&vm->file[i].mf->file) == 1, "a mapping keeps its file");
		memfile_put(vm->file[i].mf);
	}
}

static void (*const ops[])(struct fuzz_input *in) = {
	op_mmap, op_mmap,     op_mmap,	   op_munmap,	op_mprotect, op_mprotect, op_madvise,
	op_brk,	 op_write,    op_write,	   op_read,	op_read,     op_word,	  op_fixup,
	op_file, op_nonsense, op_shortage, op_inatomic, op_text,
};

static void vma_run(struct fuzz_input *in)
{
	unsigned long gap = stack_guard_gap;

	stack_guard_gap = GUARD * PAGE_SIZE;
	begin();
	while (fuzz_next_op(in)) {
		u8 b = fuzz_u8(in);

		ops[b % ARRAY_SIZE(ops)](in);
		if (b >= 0xf0)
			check_whole();
	}
	end();
	stack_guard_gap = gap;
}

static int vma_init_model(void)
{
	size_t room = PAGE_ALIGN(files[0].size);

	vm = fuzz_model(sizeof(*vm));
	given = fuzz_model(room);
	buffer = fuzz_model(MOST_BYTES + PAGE_SIZE);
	if (!vm || !given || !buffer)
		return -ENOMEM;
	fuzz_fill(given, room, 1);
	return 0;
}

const struct fuzz_target fuzz_vma = {
	.name = "vma",
	.init = vma_init_model,
	.run = vma_run,
	.pages = 6UL << (20 - PAGE_SHIFT),
};
