// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/vma.c: the ordered tree of mappings, its gaps, splitting and merging.
 *
 * Mutations that made the suite fail when tried:
 *   vma_link() and vma_resize() don't refresh the successor's gap; the gap search prefers the left
 *   subtree; find_vma() counts the end in; merging looks upward only once; it ignores the file's
 *   offset, or an owner's close(); a split keeps the file's page number, or forgets the file's
 *   reference; mprotect() splits what has the rights already; unmapping tells the owner before the
 *   TLB is flushed. Found by the random run of mmap_test.c when it was new: a split that turns out
 *   to change nothing left two neighbours apart.
 */
#include <linux/random.h>
#include <linux/string.h>
#include "tests/mm/user_fixture.h"

/* --- splitting and merging, by pictures --- */

/*
 * A picture has a letter for each page from USER_BASE on: '.' nothing, else a mapping with these
 * rights: r, w (read and write), x (read and exec), n (none). As all have the same source, runs of
 * a letter must be one VMA.
 */
static unsigned long letter_prot(char c)
{
	switch (c) {
	case 'r':
		return PROT_READ;
	case 'w':
		return PROT_RW;
	case 'x':
		return PROT_READ | PROT_EXEC;
	default:
		return PROT_NONE;
	}
}

static char vma_letter(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & VM_EXEC)
		return 'x';
	if (vma->vm_flags & VM_WRITE)
		return 'w';
	return vma->vm_flags & VM_READ ? 'r' : 'n';
}

static int picture_runs(const char *picture)
{
	int runs = 0;

	for (int i = 0; picture[i]; i++)
		runs += picture[i] != '.' && (i == 0 || picture[i] != picture[i - 1]);
	return runs;
}

static void draw(struct kunit *test, const char *picture)
{
	for (int i = 0; picture[i]; i++)
		if (picture[i] != '.')
			map_anon(test, i, 1, letter_prot(picture[i]));
}

static void expect_picture(struct kunit *test, const char *picture)
{
	struct mm_struct *mm = test_mm(test);
	char seen[32] = "";
	int n = strlen(picture);

	for (int i = 0; i < n; i++) {
		struct vm_area_struct *vma = vma_lookup(mm, USER_PAGE(i));

		seen[i] = vma ? vma_letter(vma) : '.';
	}
	KUNIT_EXPECT_STREQ(test, (const char *)seen, picture);
	KUNIT_EXPECT_EQ(test, mm->map_count, picture_runs(picture));
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
}

enum change { MAP, PROTECT, UNMAP };

struct picture_case {
	const char *name, *before;
	enum change change;
	int first, pages;
	char letter;
	const char *after;
};

static const struct picture_case pictures[] = {
	/* A new mapping between its neighbours: which of the two it joins. */
	{ "map_joins_none", "ww..ww", MAP, 2, 2, 'r', "wwrrww" },
	{ "map_joins_below", "ww..xx", MAP, 2, 2, 'w', "wwwwxx" },
	{ "map_joins_above", "xx..ww", MAP, 2, 2, 'w', "xxwwww" },
	{ "map_joins_both", "ww..ww", MAP, 2, 2, 'w', "wwwwww" },
	{ "map_with_holes_joins_none", "ww....ww", MAP, 3, 2, 'w', "ww.ww.ww" },
	{ "map_over_all", "wrwrwr", MAP, 0, 6, 'r', "rrrrrr" },
	{ "map_over_parts", "wwww", MAP, 1, 2, 'r', "wrrw" },
	{ "map_the_same_again", "wwww", MAP, 1, 2, 'w', "wwww" },
	/* The eight ways in which a change of rights can meet its neighbours. */
	{ "protect_middle_splits", "wwwwww", PROTECT, 2, 2, 'r', "wwrrww" },
	{ "protect_lower_part_splits", "wwww", PROTECT, 0, 2, 'r', "rrww" },
	{ "protect_upper_part_splits", "wwww", PROTECT, 2, 2, 'r', "wwrr" },
	{ "protect_lower_part_joins_below", "rrwwww", PROTECT, 2, 2, 'r', "rrrrww" },
	{ "protect_upper_part_joins_above", "wwwwrr", PROTECT, 2, 2, 'r', "wwrrrr" },
	{ "protect_whole_joins_below", "rrwwxx", PROTECT, 2, 2, 'r', "rrrrxx" },
	{ "protect_whole_joins_above", "xxwwrr", PROTECT, 2, 2, 'r', "xxrrrr" },
	{ "protect_whole_joins_both", "rrwwrr", PROTECT, 2, 2, 'r', "rrrrrr" },
	{ "protect_many", "wrxnwrxn", PROTECT, 1, 6, 'r', "wrrrrrrn" },
	{ "protect_spans_an_equal_one", "wwrrww", PROTECT, 1, 4, 'r', "wrrrrw" },
	{ "protect_into_an_equal_one", "wrrr", PROTECT, 0, 2, 'r', "rrrr" },
	{ "protect_to_none", "wwww", PROTECT, 1, 1, 'n', "wnww" },
	{ "protect_the_same", "wwww", PROTECT, 1, 2, 'w', "wwww" },
	/* Unmapping. */
	{ "unmap_middle_splits", "wwww", UNMAP, 1, 2, 0, "w..w" },
	{ "unmap_lower_part", "wwww", UNMAP, 0, 2, 0, "..ww" },
	{ "unmap_upper_part", "wwww", UNMAP, 2, 2, 0, "ww.." },
	{ "unmap_whole", "rwwr", UNMAP, 1, 2, 0, "r..r" },
	{ "unmap_many_and_holes", "w.rxn.ww", UNMAP, 1, 6, 0, "w......w" },
	{ "unmap_nothing", "w..w", UNMAP, 1, 2, 0, "w..w" },
};

KUNIT_ARRAY_PARAM_DESC(picture, pictures, name);

static void pictures_come_out(struct kunit *test)
{
	const struct picture_case *p = test->param_value;
	unsigned long at = USER_PAGE(p->first), len = p->pages * PAGE_SIZE;

	draw(test, p->before);
	expect_picture(test, p->before);
	switch (p->change) {
	case MAP:
		map_anon(test, p->first, p->pages, letter_prot(p->letter));
		break;
	case PROTECT:
		KUNIT_EXPECT_EQ(test, do_mprotect(test_mm(test), at, len, letter_prot(p->letter)),
				0);
		break;
	case UNMAP:
		KUNIT_EXPECT_EQ(test, do_munmap(test_mm(test), at, len), 0);
		break;
	}
	expect_picture(test, p->after);
}

/* --- what keeps neighbours apart --- */

static void other_files_stay_apart(struct kunit *test)
{
	struct memfile *a = pattern_file(test, "a", 4 * PAGE_SIZE);
	struct memfile *b = pattern_file(test, "b", 4 * PAGE_SIZE);
	struct mm_struct *mm = test_mm(test);

	map_file(test, a, 0, 1, PROT_READ, MAP_PRIVATE, 0);
	map_file(test, b, 1, 1, PROT_READ, MAP_PRIVATE, 1);
	KUNIT_EXPECT_EQ(test, mm->map_count, 2);
	map_anon(test, 2, 1, PROT_READ);
	KUNIT_EXPECT_EQ(test, mm->map_count, 3);
}

static void file_offsets_must_continue(struct kunit *test)
{
	struct memfile *a = pattern_file(test, "a", 8 * PAGE_SIZE);
	struct mm_struct *mm = test_mm(test);

	map_file(test, a, 0, 1, PROT_READ, MAP_PRIVATE, 0);
	map_file(test, a, 1, 1, PROT_READ, MAP_PRIVATE, 2);
	KUNIT_EXPECT_EQ(test, mm->map_count, 2);
	map_file(test, a, 2, 1, PROT_READ, MAP_PRIVATE, 3);
	KUNIT_EXPECT_EQ(test, mm->map_count, 2);
	/*
	 * The piece that is left of a split keeps its place in the file, so the hole can be filled.
	 */
	map_file(test, a, 8, 3, PROT_READ, MAP_PRIVATE, 4);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(9), PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, mm->map_count, 4);
	KUNIT_EXPECT_EQ(test, find_vma(mm, USER_PAGE(10))->vm_pgoff, 6);
	map_file(test, a, 9, 1, PROT_READ, MAP_PRIVATE, 5);
	KUNIT_EXPECT_EQ(test, mm->map_count, 3);
	/* Private and shared, one kind of memory less: no merge. */
	map_file(test, a, 11, 1, PROT_READ, MAP_SHARED, 7);
	KUNIT_EXPECT_EQ(test, mm->map_count, 4);
	/* Four mappings and the creator. */
	KUNIT_EXPECT_EQ(test, file_count(&a->file), 5);
}

/* What an owner does to its mappings by ->mmap: flags, or private data. */
static vm_flags_t owner_flags;
static void *owner_data;

static int marking_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_flags |= owner_flags;
	vma->vm_private_data = owner_data;
	return 0;
}

static const struct file_operations marking_fops = { .mmap = marking_mmap };

/* Two neighbours that go on in the file: one mapping, unless their owner marked them. */
static void marked_mappings_stay_apart(struct kunit *test)
{
	static struct file file = { .f_op = &marking_fops,
				    .f_mode = FMODE_READ | FMODE_WRITE,
				    .f_count = { 1 } };
	static const struct {
		vm_flags_t flags;
		bool data;
		int maps;
	} rows[] = { { 0, false, 1 },
		     { VM_PFNMAP, false, 2 },
		     { VM_IO, false, 2 },
		     { VM_DONTEXPAND, false, 2 },
		     { 0, true, 2 } };
	struct mm_struct *mm = test_mm(test);

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		owner_flags = rows[i].flags;
		for (unsigned long n = 0; n < 2; n++) {
			owner_data = rows[i].data && n ? &file : NULL;
			KUNIT_ASSERT_EQ(test,
					do_mmap(mm, &file, USER_PAGE(n), PAGE_SIZE, PROT_READ,
						MAP_SHARED | MAP_FIXED, n),
					USER_PAGE(n));
		}
		KUNIT_EXPECT_EQ_MSG(test, mm->map_count, rows[i].maps, "row %u", i);
		KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 2 * PAGE_SIZE), 0);
	}
	KUNIT_EXPECT_EQ(test, file_count(&file), 1);
}

/* A stack so low that its guard would begin below address 0. */
static void guard_ends_at_zero(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	unsigned long low = mmap_min_addr + 4 * PAGE_SIZE;

	KUNIT_ASSERT_EQ(
		test, do_mmap(mm, NULL, low, PAGE_SIZE, PROT_RW, MAP_ANON_FIXED | MAP_GROWSDOWN, 0),
		low);
	KUNIT_EXPECT_EQ(test, vm_start_gap(find_vma(mm, low)), 0UL);
	KUNIT_EXPECT_FALSE(test, vma_range_free(mm, mmap_min_addr, mmap_min_addr + PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, vma_gap_search(mm, PAGE_SIZE, mmap_min_addr, low), 0UL);
	KUNIT_EXPECT_TRUE(test, vma_valid(mm));
}

/* An owner that counts. */
static int opened, closed, split_answer;

static void count_open(struct vm_area_struct *vma)
{
	opened++;
}

static void count_close(struct vm_area_struct *vma)
{
	closed++;
}

static int answer_split(struct vm_area_struct *vma, unsigned long addr)
{
	return split_answer;
}

static const struct vm_operations_struct counting_ops = {
	.open = count_open,
	.close = count_close,
	.may_split = answer_split,
};

static int owner_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = file->private_data;
	return 0;
}

static const struct file_operations owner_fops = { .mmap = owner_mmap };

/* A file whose mappings get these operations; the counts begin at 0. */
static struct file *owner_file(const struct vm_operations_struct *ops)
{
	static struct file file = { .f_op = &owner_fops, .f_mode = FMODE_READ | FMODE_WRITE };

	opened = closed = split_answer = 0;
	file.private_data = (void *)ops;
	atomic_long_set(&file.f_count, 1);
	return &file;
}

static void owner_hears_of_every_piece(struct kunit *test)
{
	struct file *file = owner_file(&counting_ops);
	struct mm_struct *mm = test_mm(test);

	KUNIT_ASSERT_EQ(
		test,
		do_mmap(mm, file, USER_BASE, 6 * PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, 0),
		USER_BASE);
	KUNIT_EXPECT_EQ(test, peek_error(USER_BASE), -EFAULT); /* the owner has no fault() */
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(2), 2 * PAGE_SIZE, PROT_NONE), 0);
	KUNIT_EXPECT_EQ(test, opened, 2);
	KUNIT_EXPECT_EQ(test, mm->map_count, 3);
	/* Equal rights again, but an owner with close() counts its pieces. */
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(2), 2 * PAGE_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, mm->map_count, 3);
	KUNIT_EXPECT_EQ(test, file_count(file), 4);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 6 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, closed, 3);
	KUNIT_EXPECT_EQ(test, file_count(file), 1);
}

static void owner_may_refuse_a_split(struct kunit *test)
{
	struct file *file = owner_file(&counting_ops);
	struct mm_struct *mm = test_mm(test);

	KUNIT_ASSERT_EQ(
		test,
		do_mmap(mm, file, USER_BASE, 6 * PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, 0),
		USER_BASE);
	split_answer = -EINVAL;
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_PAGE(2), PAGE_SIZE), -EINVAL);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(2), PAGE_SIZE, PROT_NONE), -EINVAL);
	KUNIT_EXPECT_EQ(
		test, (int)do_mmap(mm, NULL, USER_PAGE(2), PAGE_SIZE, PROT_READ, MAP_ANON_FIXED, 0),
		-EINVAL);
	KUNIT_EXPECT_EQ(test, mm->map_count, 1);
	KUNIT_EXPECT_EQ(test, opened + closed, 0);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 6 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, closed, 1);
}

/* An end of the range that has the rights already is not split, so nobody is asked. */
static void rights_already_there_split_nothing(struct kunit *test)
{
	struct file *file = owner_file(&counting_ops);
	struct mm_struct *mm = test_mm(test);

	map_anon(test, 0, 2, PROT_READ);
	KUNIT_ASSERT_EQ(test,
			do_mmap(mm, file, USER_PAGE(2), 4 * PAGE_SIZE, PROT_NONE,
				MAP_SHARED | MAP_FIXED, 0),
			USER_PAGE(2));
	map_anon(test, 6, 2, PROT_READ);
	split_answer = -EINVAL;
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(4), 4 * PAGE_SIZE, PROT_NONE), 0);
	KUNIT_EXPECT_EQ(test, vma_lookup(mm, USER_PAGE(6))->vm_flags & VM_ACCESS_FLAGS, VM_NONE);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(0), 4 * PAGE_SIZE, PROT_NONE), 0);
	KUNIT_EXPECT_EQ(test, vma_lookup(mm, USER_PAGE(0))->vm_flags & VM_ACCESS_FLAGS, VM_NONE);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(3), PAGE_SIZE, PROT_NONE), 0);
	KUNIT_EXPECT_EQ(test, mm->map_count, 3);
	KUNIT_EXPECT_EQ(test, opened, 0);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 8 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, file_count(file), 1);
}

/* A driver may free its pages in close(), or with its file: the TLB must have forgotten them. */
static unsigned int still_readable, pages_given;

static vm_fault_t give_page(struct vm_fault *vmf)
{
	vmf->page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!vmf->page)
		return VM_FAULT_OOM;
	pages_given++;
	return 0;
}

static void look_at_close(struct vm_area_struct *vma)
{
	u8 byte;

	closed++;
	if (!copy_from_user_nofault(&byte, (void __user *)vma->vm_start, 1))
		still_readable++;
}

static const struct vm_operations_struct looking_ops = {
	.fault = give_page,
	.close = look_at_close,
};

static void owner_closes_behind_the_flush(struct kunit *test)
{
	struct file *file = owner_file(&looking_ops);
	struct mm_struct *mm = test_mm(test);

	still_readable = pages_given = 0;
	for (unsigned int i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test,
				do_mmap(mm, file, USER_PAGE(2 * i), PAGE_SIZE, PROT_READ,
					MAP_SHARED | MAP_FIXED, 0),
				USER_PAGE(2 * i));
		KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(2 * i)), 0);
	}
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, 3 * PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, closed, 2);
	map_anon(test, 4, 1, PROT_READ);
	KUNIT_EXPECT_EQ(test, closed, 3);
	KUNIT_EXPECT_EQ(test, pages_given, 3);
	KUNIT_EXPECT_EQ(test, still_readable, 0);
	KUNIT_EXPECT_EQ(test, file_count(file), 1);
}

/* --- looking up --- */

static void lookups_at_the_edges(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct vm_area_struct *a, *b, *prev;

	KUNIT_EXPECT_NULL(test, find_vma(mm, 0));
	map_anon(test, 2, 2, PROT_RW);
	map_anon(test, 8, 2, PROT_RW);
	a = find_vma(mm, 0);
	b = vma_next(a);
	KUNIT_EXPECT_EQ(test, a->vm_start, USER_PAGE(2));
	KUNIT_EXPECT_EQ(test, b->vm_start, USER_PAGE(8));
	KUNIT_EXPECT_NULL(test, vma_next(b));
	KUNIT_EXPECT_PTR_EQ(test, find_vma(mm, USER_PAGE(4) - 1), a);
	KUNIT_EXPECT_PTR_EQ(test, find_vma(mm, USER_PAGE(4)), b);
	KUNIT_EXPECT_NULL(test, find_vma(mm, USER_PAGE(10)));
	KUNIT_EXPECT_PTR_EQ(test, vma_lookup(mm, USER_PAGE(2)), a);
	KUNIT_EXPECT_NULL(test, vma_lookup(mm, USER_PAGE(2) - 1));
	KUNIT_EXPECT_NULL(test, vma_lookup(mm, USER_PAGE(4)));
	KUNIT_EXPECT_NULL(test, find_vma_intersection(mm, USER_PAGE(4), USER_PAGE(8)));
	KUNIT_EXPECT_PTR_EQ(test, find_vma_intersection(mm, USER_PAGE(4), USER_PAGE(8) + 1), b);
	KUNIT_EXPECT_PTR_EQ(test, find_vma_prev(mm, USER_PAGE(5), &prev), b);
	KUNIT_EXPECT_PTR_EQ(test, prev, a);
	KUNIT_EXPECT_NULL(test, find_vma_prev(mm, USER_PAGE(10), &prev));
	KUNIT_EXPECT_PTR_EQ(test, prev, b);
	KUNIT_EXPECT_PTR_EQ(test, find_vma_prev(mm, 0, &prev), a);
	KUNIT_EXPECT_NULL(test, prev);
}

/* --- gaps --- */

#define GAP_WINDOW 160UL

/*
 * The model: every page that a new mapping must not take. A guard reaches down to the next mapping,
 * not through it.
 */
static void block_pages(struct mm_struct *mm, bool *blocked)
{
	struct vm_area_struct *vma;
	unsigned long floor = USER_BASE;

	memset(blocked, 0, GAP_WINDOW);
	for_each_mm_vma(mm, vma)
	{
		unsigned long first = (max(vm_start_gap(vma), floor) - USER_BASE) >> PAGE_SHIFT;

		while (first < GAP_WINDOW && USER_PAGE(first) < vma->vm_end)
			blocked[first++] = true;
		floor = vma->vm_end;
	}
}

static unsigned long brute_gap(const bool *blocked, unsigned long len, unsigned long low,
			       unsigned long high)
{
	unsigned long run = 0;

	for (unsigned long i = high; i-- > low;) {
		run = blocked[i] ? 0 : run + 1;
		if (run == len)
			return USER_PAGE(i);
	}
	return 0;
}

static void change_window(struct kunit *test)
{
	unsigned long first = kunit_rand_below(test, GAP_WINDOW - 8);
	unsigned long pages = 1 + kunit_rand_below(test, 8);
	unsigned long grows = kunit_rand_below(test, 4) ? 0 : MAP_GROWSDOWN;
	unsigned long prot = kunit_rand_below(test, 8);
	struct mm_struct *mm = test_mm(test);

	if (kunit_rand_below(test, 2)) {
		KUNIT_ASSERT_EQ(test, do_munmap(mm, USER_PAGE(first), pages * PAGE_SIZE), 0);
		return;
	}
	KUNIT_ASSERT_EQ(test,
			do_mmap(mm, NULL, USER_PAGE(first), pages * PAGE_SIZE, prot,
				MAP_ANON_FIXED | grows, 0),
			USER_PAGE(first));
}

static void restore_guard_gap(void *old)
{
	stack_guard_gap = (unsigned long)old;
}

/*
 * Random mappings in a window, among them growing ones with a small guard: each search against the
 * brute one.
 */
static void gap_search_is_the_highest(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	bool *blocked = kunit_kmalloc(test, GAP_WINDOW, GFP_KERNEL);
	unsigned int found = 0;

	KUNIT_ASSERT_NOT_NULL(test, blocked);
	KUNIT_ASSERT_EQ(test,
			kunit_add_action_or_reset(test, restore_guard_gap, (void *)stack_guard_gap),
			0);
	stack_guard_gap = 2 * PAGE_SIZE;
	for (int round = 0; round < 400; round++) {
		change_window(test);
		KUNIT_ASSERT_TRUE(test, vma_valid(mm));
		block_pages(mm, blocked);
		for (int i = 0; i < 25; i++) {
			unsigned long low = kunit_rand_below(test, GAP_WINDOW);
			unsigned long high = low + 1 + kunit_rand_below(test, GAP_WINDOW - low);
			unsigned long len = 1 + kunit_rand_below(test, 12);
			unsigned long got = vma_gap_search(mm, len * PAGE_SIZE, USER_PAGE(low),
							   USER_PAGE(high));

			KUNIT_ASSERT_EQ_MSG(test, got, brute_gap(blocked, len, low, high),
					    "round %d len %lu in [%lu, %lu)", round, len, low,
					    high);
			found += got != 0;
		}
	}
	KUNIT_EXPECT_GT(test, found, 1000);
	KUNIT_EXPECT_EQ(test, do_munmap(mm, USER_BASE, GAP_WINDOW * PAGE_SIZE), 0);
}

/* --- the check itself --- */

/* Change a word, see vma_valid() refuse, put it back. */
static void expect_caught(struct kunit *test, const char *what, unsigned long *word,
			  unsigned long wrong)
{
	unsigned long right = *word;

	*word = wrong;
	KUNIT_EXPECT_FALSE_MSG(test, vma_valid(test_mm(test)), "%s", what);
	*word = right;
	KUNIT_EXPECT_TRUE_MSG(test, vma_valid(test_mm(test)), "%s", what);
}

static void damage_is_caught(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct vm_area_struct *a, *b;

	draw(test, "ww..rr..xx");
	a = vma_first(mm);
	b = vma_next(a);
	expect_caught(test, "unaligned", &a->vm_end, a->vm_end - 1);
	expect_caught(test, "empty", &a->vm_end, a->vm_start);
	expect_caught(test, "overlap", &a->vm_end, b->vm_start + PAGE_SIZE);
	expect_caught(test, "gap", &b->vm_gap, b->vm_gap + PAGE_SIZE);
	expect_caught(test, "subtree gap", &b->rb_subtree_gap, b->rb_subtree_gap + PAGE_SIZE);
	expect_caught(test, "pages", &mm->total_vm, mm->total_vm + 1);
	expect_caught(test, "more than it may", &a->vm_flags, a->vm_flags & ~VM_MAYWRITE);
	expect_caught(test, "rights and entry rights", &a->vm_flags,
		      a->vm_flags & ~VM_ACCESS_FLAGS);
	mm->map_count++;
	KUNIT_EXPECT_FALSE(test, vma_valid(mm));
	mm->map_count--;
}

static struct kunit_case vma_cases[] = { KUNIT_CASE_PARAM(pictures_come_out, picture_gen_params),
					 KUNIT_CASE(other_files_stay_apart),
					 KUNIT_CASE(file_offsets_must_continue),
					 KUNIT_CASE(marked_mappings_stay_apart),
					 KUNIT_CASE(guard_ends_at_zero),
					 KUNIT_CASE(owner_hears_of_every_piece),
					 KUNIT_CASE(owner_may_refuse_a_split),
					 KUNIT_CASE(rights_already_there_split_nothing),
					 KUNIT_CASE(owner_closes_behind_the_flush),
					 KUNIT_CASE(lookups_at_the_edges),
					 KUNIT_CASE(gap_search_is_the_highest),
					 KUNIT_CASE(damage_is_caught),
					 {} };

static struct kunit_suite vma_suite = {
	.name = "vma",
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = vma_cases,
};
kunit_test_suite(vma_suite);
