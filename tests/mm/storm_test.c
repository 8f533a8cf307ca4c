// SPDX-License-Identifier: MIT
/*
 * The storm: everything at random while a tenth of all allocations fails.
 *
 * 1. Model. For each block of memory its kind, size and content; for each page of a stretch of user
 *    addresses whether it is mapped, whether it may be written, what stands in it, and whether that
 *    came from a file. An operation that is refused must leave the model true; one that is done
 *    changes both.
 *
 * 2. What fails. If the boot line armed failslab= or fail_page_alloc=, those; else 10 % of slab
 *    objects and 10 % of page requests, drawn by a seed that test_seed= repeats. After each step
 *    that was refused, what it was about is looked at; every few hundred steps everything is, and
 *    the invariants with it, with nothing failing.
 *
 * 3. User access faults pages in, so it may be refused too: then neither the page nor the model
 *    changes. The read that checks the model is made with nothing failing.
 *
 * Mutations that made it fail when tried: krealloc(), vrealloc() or kvrealloc() frees the old block
 * when there is no new one; a bulk of objects keeps what it had, one of pages counts one too many;
 * munmap() says 0 without memory for the pieces; the pieces of a split stay, or it fails with
 * another error; fault_write_private() keeps the page to be copied; a failed vmalloc() keeps its
 * area.
 */
#include <linux/err.h>
#include <linux/fault-inject.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "mm/internal.h"
#include "tests/mm/user_fixture.h"

#define NR_BLOCKS  160
#define NR_PAGES   96
#define NR_STEPS   12000
#define CHECK_EACH 600
#define PERCENT	   10
#define FILE_PAGES NR_PAGES
#define STRIDE	   256 /* bytes from one word of content to the next */
#define CACHE_SIZE 88
#define BULK	   6

enum kind { NOTHING, KMALLOC, CACHE, PAGES, VMALLOC, KVMALLOC, NR_KINDS };

struct block {
	enum kind kind;
	void *p;
	size_t size;
	u64 seed;
};

/* A page of the user's stretch. */
struct upage {
	bool mapped, writable, file;
	bool written; /* by the user: `word` stands in it, else 0 or the file's content */
	u64 word;
};

static struct storm {
	struct block blocks[NR_BLOCKS];
	struct upage pages[NR_PAGES];
	struct kmem_cache *cache;
	struct memfile *file;
	struct fault_attr slab, page;
	struct fault_injection armed;
	unsigned long done, refused;
	int loglevel;
} storm;

static bool count_op(bool done)
{
	if (done)
		storm.done++;
	else
		storm.refused++;
	return done;
}

/* ---- Blocks ---- */

/* Sizes are any: the last word lies where it lies. */
typedef u64 __attribute__((__may_alias__, __aligned__(1))) any_u64;

static u64 word_at(u64 seed, size_t at)
{
	return (seed ^ at) * 0x9e3779b97f4a7c15ULL;
}

/* The words of [0, size): one each STRIDE bytes, and the last. */
static void fill(const struct block *b)
{
	for (size_t i = 0; i + 8 <= b->size; i += STRIDE)
		*(any_u64 *)(b->p + i) = word_at(b->seed, i);
	if (b->size >= 8)
		*(any_u64 *)(b->p + (b->size - 8)) = word_at(b->seed, b->size);
}

/* `size`: as far as it is the old content. */
static bool intact(const struct block *b, size_t size)
{
	for (size_t i = 0; i + 8 <= size && i + 8 <= b->size - 8; i += STRIDE) {
		if (*(any_u64 *)(b->p + i) != word_at(b->seed, i))
			return false;
	}
	return size != b->size || size < 8 ||
	       *(any_u64 *)(b->p + (size - 8)) == word_at(b->seed, b->size);
}

static size_t random_size(struct kunit *test, enum kind kind)
{
	switch (kind) {
	case CACHE:
		return CACHE_SIZE;
	case PAGES:
		return PAGE_SIZE << kunit_rand_below(test, 4);
	case VMALLOC:
		return 8 + kunit_rand_below(test, 12 * PAGE_SIZE);
	default:
		return 8 + kunit_rand_below(test, kunit_rand_below(test, 8) ? 600 : 30000);
	}
}

static gfp_t random_gfp(struct kunit *test)
{
	static const gfp_t gfps[] = { GFP_KERNEL, GFP_NOWAIT, GFP_ATOMIC, GFP_KERNEL_ACCOUNT };

	return gfps[kunit_rand_below(test, ARRAY_SIZE(gfps))] | __GFP_NOWARN;
}

static void *block_alloc(struct kunit *test, enum kind kind, size_t size)
{
	gfp_t gfp = random_gfp(test);
	struct page *page;

	switch (kind) {
	case KMALLOC:
		return kmalloc(size, gfp);
	case CACHE:
		return kmem_cache_alloc(storm.cache, gfp);
	case PAGES:
		page = alloc_pages(gfp, get_order(size));
		return page ? page_address(page) : NULL;
	case VMALLOC:
		return __vmalloc(size, GFP_KERNEL | __GFP_NOWARN);
	default:
		return kvmalloc(size, gfp);
	}
}

static void block_free(struct block *b)
{
	switch (b->kind) {
	case KMALLOC:
		kfree(b->p);
		break;
	case CACHE:
		kmem_cache_free(storm.cache, b->p);
		break;
	case PAGES:
		free_pages((unsigned long)b->p, get_order(b->size));
		break;
	default:
		kvfree(b->p);
		break;
	}
	b->kind = NOTHING;
}

static void step_alloc(struct kunit *test, struct block *b)
{
	enum kind kind = KMALLOC + kunit_rand_below(test, NR_KINDS - KMALLOC);
	size_t size = random_size(test, kind);
	void *p = block_alloc(test, kind, size);

	if (!count_op(p))
		return;
	*b = (struct block){ .kind = kind, .p = p, .size = size, .seed = kunit_rand(test) };
	fill(b);
}

static void step_free(struct kunit *test, struct block *b)
{
	KUNIT_EXPECT_TRUE(test, intact(b, b->size));
	block_free(b);
}

static void step_resize(struct kunit *test, struct block *b)
{
	size_t size = random_size(test, b->kind), kept = min(size, b->size);
	void *p;

	if (b->kind == KMALLOC)
		p = krealloc(b->p, size, random_gfp(test));
	else if (b->kind == VMALLOC)
		p = vrealloc(b->p, size, GFP_KERNEL | __GFP_NOWARN);
	else
		p = kvrealloc(b->p, size, GFP_KERNEL | __GFP_NOWARN);
	if (!count_op(p)) {
		KUNIT_EXPECT_TRUE(test, intact(b, b->size));
		return;
	}
	b->p = p;
	KUNIT_EXPECT_TRUE(test, intact(b, kept));
	b->size = size;
	fill(b);
}

/* Several objects or none. */
static void step_bulk(struct kunit *test)
{
	void *objects[BULK];
	int n = kmem_cache_alloc_bulk(storm.cache, random_gfp(test), BULK, objects);

	KUNIT_EXPECT_TRUE(test, n == 0 || n == BULK);
	count_op(n);
	kmem_cache_free_bulk(storm.cache, n, objects);
}

static void step_block(struct kunit *test)
{
	struct block *b = &storm.blocks[kunit_rand_below(test, NR_BLOCKS)];

	if (!kunit_rand_below(test, 16))
		step_bulk(test);
	else if (b->kind == NOTHING)
		step_alloc(test, b);
	else if (b->kind != CACHE && b->kind != PAGES && kunit_rand_below(test, 3))
		step_resize(test, b);
	else
		step_free(test, b);
}

/* ---- User pages ---- */

struct stretch {
	unsigned long first, n;
};

static struct stretch random_stretch(struct kunit *test)
{
	unsigned long first = kunit_rand_below(test, NR_PAGES);

	return (struct stretch){ first, 1 + kunit_rand_below(test, min(12UL, NR_PAGES - first)) };
}

static void step_map(struct kunit *test, struct stretch r)
{
	bool file = kunit_rand_below(test, 2), writable = kunit_rand_below(test, 3);
	unsigned long flags = MAP_PRIVATE | MAP_FIXED | (file ? 0 : MAP_ANONYMOUS) |
			      (kunit_rand_below(test, 8) ? 0 : MAP_POPULATE);
	unsigned long at = do_mmap(
		test_mm(test), file ? &storm.file->file : NULL, USER_PAGE(r.first), r.n * PAGE_SIZE,
		PROT_READ | (writable ? PROT_WRITE : 0), flags, file ? r.first : 0);

	if (!count_op(!IS_ERR_VALUE(at))) {
		KUNIT_EXPECT_EQ(test, (long)at, (long)-ENOMEM);
		return;
	}
	for (unsigned long i = r.first; i < r.first + r.n; i++)
		storm.pages[i] =
			(struct upage){ .mapped = true, .writable = writable, .file = file };
}

static void step_unmap(struct kunit *test, struct stretch r)
{
	int err = do_munmap(test_mm(test), USER_PAGE(r.first), r.n * PAGE_SIZE);

	if (!count_op(!err)) {
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		return;
	}
	for (unsigned long i = r.first; i < r.first + r.n; i++)
		storm.pages[i].mapped = false;
}

/* -ENOMEM is also what it says of a hole; either way nothing has changed. */
static void step_protect(struct kunit *test, struct stretch r)
{
	bool writable = kunit_rand_below(test, 2);
	int err = do_mprotect(test_mm(test), USER_PAGE(r.first), r.n * PAGE_SIZE,
			      PROT_READ | (writable ? PROT_WRITE : 0));

	if (!count_op(!err)) {
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
		return;
	}
	for (unsigned long i = r.first; i < r.first + r.n; i++) {
		KUNIT_EXPECT_TRUE(test, storm.pages[i].mapped);
		storm.pages[i].writable = writable;
	}
}

static u64 expected_word(unsigned long i)
{
	const struct upage *page = &storm.pages[i];

	if (page->written)
		return page->word;
	return page->file ? word_at(i, 0) : 0;
}

static void step_write(struct kunit *test, unsigned long i)
{
	struct upage *page = &storm.pages[i];
	u64 word = kunit_rand(test);
	int err = poke(USER_PAGE(i), word);

	if (!page->mapped || !page->writable) {
		KUNIT_EXPECT_EQ(test, err, -EFAULT);
	} else if (count_op(!err)) {
		page->written = true;
		page->word = word;
	}
}

static void step_read(struct kunit *test, unsigned long i)
{
	u64 word;
	int err = get_user(word, (u64 __user *)USER_PAGE(i));

	if (!storm.pages[i].mapped)
		KUNIT_EXPECT_EQ(test, err, -EFAULT);
	else if (count_op(!err))
		KUNIT_EXPECT_EQ(test, word, expected_word(i));
}

static void step_user(struct kunit *test)
{
	switch (kunit_rand_below(test, 8)) {
	case 0:
	case 1:
		step_map(test, random_stretch(test));
		break;
	case 2:
		step_unmap(test, random_stretch(test));
		break;
	case 3:
		step_protect(test, random_stretch(test));
		break;
	case 4:
		step_read(test, kunit_rand_below(test, NR_PAGES));
		break;
	default:
		step_write(test, kunit_rand_below(test, NR_PAGES));
		break;
	}
}

/* ---- The whole ---- */

/* Nothing fails meanwhile. */
static void check_all(struct kunit *test)
{
	fault_inject_set((struct fault_injection){ 0 });
	for (unsigned int i = 0; i < NR_BLOCKS; i++) {
		struct block *b = &storm.blocks[i];

		if (b->kind != NOTHING)
			KUNIT_EXPECT_TRUE(test, intact(b, b->size));
	}
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(i)),
				storm.pages[i].mapped ? 0 : -EFAULT);
		if (storm.pages[i].mapped)
			KUNIT_EXPECT_EQ(test, peek(USER_PAGE(i)), expected_word(i));
	}
	KUNIT_EXPECT_TRUE(test, mm_valid(test_mm(test)));
	KUNIT_EXPECT_TRUE(test, mm_valid_all());
	fault_inject_set(storm.armed);
}

static void storm_over_all(struct kunit *test)
{
	unsigned long failed = fault_inject_count();

	fault_inject_set(storm.armed);
	for (unsigned int i = 1; i <= NR_STEPS && test->status == KUNIT_SUCCESS; i++) {
		if (kunit_rand_below(test, 2))
			step_block(test);
		else
			step_user(test);
		if (i % CHECK_EACH == 0)
			check_all(test);
	}
	fault_inject_set((struct fault_injection){ 0 });
	failed = fault_inject_count() - failed;
	kunit_info(test, "%lu operations done, %lu refused; %lu allocations failed on purpose",
		   storm.done, storm.refused, failed);
	/* How much that is is the boot line's matter, if it armed. */
	if (storm.armed.slab == &storm.slab) {
		KUNIT_EXPECT_GT(test, storm.done, NR_STEPS / 3UL);
		KUNIT_EXPECT_GT(test, failed, NR_STEPS / 50UL);
		KUNIT_EXPECT_GT(test, storm.refused, NR_STEPS / 50UL);
	}
}

/* ---- The suite ---- */

static void choose_faults(struct kunit *test)
{
	u64 seed = kunit_rand(test);

	if (storm.armed.slab || storm.armed.page)
		return;
	storm.slab = (struct fault_attr)FAULT_ATTR_RANDOM(PERCENT, seed);
	storm.page = (struct fault_attr)FAULT_ATTR_RANDOM(PERCENT, ~seed);
	storm.armed = (struct fault_injection){ &storm.slab, &storm.page };
}

static struct fault_injection from_boot_line;

static int storm_init(struct kunit *test)
{
	int err;

	from_boot_line = fault_inject_set((struct fault_injection){ 0 });
	memset(&storm, 0, sizeof(storm));
	storm.armed = from_boot_line;
	storm.loglevel = console_loglevel;
	choose_faults(test);
	err = user_fixture_init(test);
	if (err)
		return err;
	storm.cache = kmem_cache_create("storm", CACHE_SIZE, 0, 0, NULL);
	storm.file = memfile_create("storm", NULL, FILE_PAGES * PAGE_SIZE);
	if (!storm.cache || !storm.file)
		return -ENOMEM;
	for (unsigned long i = 0; i < FILE_PAGES; i++) {
		u64 word = word_at(i, 0);

		if (memfile_write(storm.file, &word, sizeof(word), i * PAGE_SIZE) != sizeof(word))
			return -ENOMEM;
	}
	console_loglevel = CONSOLE_LOGLEVEL_QUIET; /* what is refused warns */
	return 0;
}

static void storm_exit(struct kunit *test)
{
	fault_inject_set((struct fault_injection){ 0 });
	console_loglevel = storm.loglevel;
	for (unsigned int i = 0; i < NR_BLOCKS; i++) {
		if (storm.blocks[i].kind != NOTHING)
			block_free(&storm.blocks[i]);
	}
	kmem_cache_destroy(storm.cache);
	user_fixture_exit(test);
	if (storm.file)
		memfile_put(storm.file);
	fault_inject_set(from_boot_line);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(storm_over_all),
	{},
};

static struct kunit_suite suite = {
	.name = "storm",
	.init = storm_init,
	.exit = storm_exit,
	.test_cases = cases,
};
kunit_test_suite(suite);
