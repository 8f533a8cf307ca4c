// SPDX-License-Identifier: MIT
/*
 * Self-tests of mm/remap.c, and of mm/fault.c and mm/mmap.c as a driver meets them: devices that are
 * opened by name and mapped, whose pages come by faults, or that are frames without pages. Pages
 * that a driver maps at once: driver_pages_test.c.
 *
 * Mutations that made the suite fail when tried: tests/mutate/remap.mut; and
 *   the file of a mapping is not counted; vma_set_page_prot() forgets the memory type; ->mprotect is not asked;
 *   pfn_mkwrite() is not asked; the bytes of a private frame are not copied.
 */
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mm/internal.h"
#include "tests/mm/driver_fixture.h"
#include "tests/mm/smp_fixture.h"

/* ---- A ring buffer that driver and program share: pages come when they are touched ---- */

#define RING_PAGES 16

struct ring {
	struct page *pages[RING_PAGES]; /* NULL until touched */
	atomic_t mappings;		/* of this file, as open and close count them */
	bool insert;			/* by vmf_insert_page(), not by vmf->page */
};

static int rings_released;

static struct page *ring_page(struct ring *ring, unsigned long i)
{
	struct page *page = smp_load_acquire(&ring->pages[i]), *new, *raced;

	if (page)
		return page;
	new = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!new)
		return NULL;
	raced = cmpxchg(&ring->pages[i], NULL, new);
	if (raced)
		put_page(new);
	return raced ? raced : new;
}

static vm_fault_t ring_fault(struct vm_fault *vmf)
{
	struct ring *ring = vmf->vma->vm_private_data;
	struct page *page;

	if (vmf->pgoff >= RING_PAGES)
		return VM_FAULT_SIGBUS;
	page = ring_page(ring, vmf->pgoff);
	if (!page)
		return VM_FAULT_OOM;
	if (ring->insert)
		return vmf_insert_page(vmf->vma, vmf->address, page);
	get_page(page);
	vmf->page = page;
	return 0;
}

static void ring_vm_open(struct vm_area_struct *vma)
{
	struct ring *ring = vma->vm_private_data;

	atomic_inc(&ring->mappings);
}

static void ring_vm_close(struct vm_area_struct *vma)
{
	struct ring *ring = vma->vm_private_data;

	atomic_dec(&ring->mappings);
}

static const struct vm_operations_struct ring_vm_ops = {
	.open = ring_vm_open,
	.close = ring_vm_close,
	.fault = ring_fault,
};

static int ring_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff + vma_pages(vma) > RING_PAGES)
		return -EINVAL;
	vma->vm_ops = &ring_vm_ops;
	vma->vm_private_data = file->private_data;
	vm_flags_set(vma, VM_MIXEDMAP | VM_DONTEXPAND | VM_DONTDUMP);
	ring_vm_open(vma);
	return 0;
}

static int ring_open(struct inode *inode, struct file *file)
{
	struct ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL);

	if (!ring)
		return -ENOMEM;
	file->private_data = ring;
	return 0;
}

static int ring_release(struct inode *inode, struct file *file)
{
	struct ring *ring = file->private_data;

	for (int i = 0; i < RING_PAGES; i++)
		if (ring->pages[i])
			put_page(ring->pages[i]);
	kfree(ring);
	rings_released++;
	return 0;
}

static const struct file_operations ring_fops = {
	.open = ring_open,
	.release = ring_release,
	.mmap = ring_mmap,
};

static struct miscdevice ring_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "test-ring",
	.fops = &ring_fops,
};

static int suite_init(struct kunit_suite *suite)
{
	int err = misc_register(&ring_device);

	return err ? err : play_suite_init(suite);
}

static void suite_exit(struct kunit_suite *suite)
{
	misc_deregister(&ring_device);
	play_suite_exit(suite);
}

/* ---- The ring ---- */

static void share_a_ring(struct kunit *test, bool insert)
{
	struct file *file = open_rw(test, "/dev/test-ring");
	struct ring *ring = file->private_data;
	struct mm_struct *mm = test_mm(test);
	int released = rings_released;
	struct page *page;

	ring->insert = insert;
	KUNIT_ASSERT_EQ(test, map_device(test, file, 0, 16, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(3) + 8, 77), 0);
	page = ring->pages[3];
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_NULL(test, ring->pages[2]);
	KUNIT_EXPECT_EQ(test, *(u64 *)(page_address(page) + 8), 77ULL);
	*(u64 *)page_address(page) = 78;
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(3)), 78ULL);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_EQ(test, page_mapcount(page), 1);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_FILEPAGES), 1);
	/* A second mapping, from page 2 on: the same page again. */
	KUNIT_ASSERT_EQ(test, map_device(test, file, 32, 4, MAP_SHARED, 2), (long)USER_PAGE(32));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(33)), 78ULL);
	KUNIT_EXPECT_EQ(test, page_count(page), 3);
	KUNIT_EXPECT_EQ(test, page_mapcount(page), 2);
	KUNIT_EXPECT_EQ(test, file_count(file), 3);
	/* The mappings keep the file; splitting one makes it another's too. */
	KUNIT_EXPECT_EQ(test, filp_close(file, NULL), 0);
	KUNIT_EXPECT_EQ(test, file_count(file), 2);
	unmap(test, 1, 1);
	KUNIT_EXPECT_EQ(test, file_count(file), 3);
	KUNIT_EXPECT_EQ(test, atomic_read(&ring->mappings), 3);
	unmap(test, 2, 14);
	KUNIT_EXPECT_EQ(test, page_count(page), 2);
	KUNIT_EXPECT_EQ(test, page_mapcount(page), 1);
	unmap(test, 0, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&ring->mappings), 1);
	KUNIT_EXPECT_EQ(test, file_count(file), 1);
	get_page(page);
	KUNIT_EXPECT_EQ(test, rings_released, released);
	unmap(test, 32, 4);
	KUNIT_EXPECT_EQ(test, rings_released, released + 1);
	KUNIT_EXPECT_EQ(test, page_count(page), 1); /* this case's */
	KUNIT_EXPECT_EQ(test, page_mapcount(page), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)page_address(page), 78ULL);
	put_page(page);
}

static void a_ring_given_by_fault(struct kunit *test)
{
	share_a_ring(test, false);
}

static void a_ring_inserted_by_fault(struct kunit *test)
{
	share_a_ring(test, true);
}

static void a_private_ring_is_copied(struct kunit *test)
{
	struct file *file = open_rw(test, "/dev/test-ring");
	struct ring *ring = file->private_data;
	struct mm_struct *mm = test_mm(test);

	ring->insert = true;
	KUNIT_ASSERT_EQ(test, map_device(test, file, 0, 2, MAP_PRIVATE, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 0ULL);
	*(u64 *)page_address(ring->pages[0]) = 5;
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 5ULL);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0) + 8, 6), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)(page_address(ring->pages[0]) + 8), 0ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 5ULL);
	KUNIT_EXPECT_EQ(test, page_count(ring->pages[0]), 1);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 1);
	unmap(test, 0, 2);
	filp_close(file, NULL);
}

static void beyond_the_ring(struct kunit *test)
{
	struct file *file = open_rw(test, "/dev/test-ring");
	int released = rings_released;

	KUNIT_EXPECT_EQ(test, map_device(test, file, 0, 17, MAP_SHARED, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_device(test, file, 0, 2, MAP_SHARED, 15), -EINVAL);
	KUNIT_EXPECT_EQ(test, map_device(test, file, 0, 1, MAP_SHARED, ~0UL), -EOVERFLOW);
	KUNIT_EXPECT_EQ(test, test_mm(test)->map_count, 0);
	KUNIT_EXPECT_EQ(test, file_count(file), 1);
	filp_close(file, NULL);
	KUNIT_EXPECT_EQ(test, rings_released, released + 1);
}

/* ---- Frames ---- */

#define NR_FRAMES 4

static u8 *frames;	      /* NR_FRAMES pages; the case's */
static unsigned long odd_pfn; /* what a played ->mmap maps */
static int said[8];	      /* what it was told */

static unsigned long frame_pfn(unsigned int i)
{
	return page_to_pfn(virt_to_page(frames)) + i;
}

static void free_frames(void *unused)
{
	free_pages_exact(frames, NR_FRAMES * PAGE_SIZE);
}

static void make_frames(struct kunit *test)
{
	frames = alloc_pages_exact(NR_FRAMES * PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, frames);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_frames, NULL), 0);
	for (int i = 0; i < NR_FRAMES; i++)
		*(u64 *)(frames + i * PAGE_SIZE) = 100 + i;
}

static void expect_frames_untouched(struct kunit *test)
{
	for (int i = 0; i < NR_FRAMES; i++) {
		KUNIT_EXPECT_EQ(test, page_count(pfn_to_page(frame_pfn(i))), 1);
		KUNIT_EXPECT_EQ(test, page_mapcount(pfn_to_page(frame_pfn(i))), 0);
	}
}

static int remap_all(struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, frame_pfn(vma->vm_pgoff),
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static int remap_uncached(struct vm_area_struct *vma)
{
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	return io_remap_pfn_range(vma, vma->vm_start, frame_pfn(0), vma->vm_end - vma->vm_start,
				  vma->vm_page_prot);
}

static int remap_odd(struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, odd_pfn, PAGE_SIZE, vma->vm_page_prot);
}

static void frames_are_shared(struct kunit *test)
{
	const vm_flags_t flags = VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	struct mm_struct *mm = test_mm(test);
	struct page *page;

	make_frames(test);
	KUNIT_ASSERT_EQ(test, played(test, remap_all, 0, 3, MAP_SHARED, 1), (long)USER_PAGE(0));
	for (int i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, pte_pfn(user_entry(test, USER_PAGE(i))), frame_pfn(i + 1));
		KUNIT_EXPECT_TRUE(test, pte_special(user_entry(test, USER_PAGE(i))));
		KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_PAGE(i))));
		KUNIT_EXPECT_EQ(test, peek(USER_PAGE(i)), (u64)(101 + i));
	}
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 55), 0);
	KUNIT_EXPECT_EQ(test, *(u64 *)(frames + 2 * PAGE_SIZE), 55ULL);
	KUNIT_EXPECT_EQ(test, find_vma(mm, USER_PAGE(0))->vm_flags & flags, flags);
	KUNIT_EXPECT_EQ(test, get_mm_rss(mm), 0);
	expect_frames_untouched(test);
	KUNIT_EXPECT_EQ(test, do_madvise(mm, USER_PAGE(0), PAGE_SIZE, MADV_DONTNEED), -EINVAL);
	KUNIT_EXPECT_EQ(test, get_user_pages_fast(USER_PAGE(0), 1, 0, &page), -EFAULT);
	KUNIT_EXPECT_EQ(test, pin_user_pages_fast(USER_PAGE(0), 1, FOLL_WRITE, &page), -EFAULT);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	unmap(test, 0, 3);
	expect_frames_untouched(test);
	KUNIT_EXPECT_EQ(test, *(u64 *)(frames + 3 * PAGE_SIZE), 103ULL);
}

/* A frame where no memory is: its struct page, if one could be calculated, is not there. */
static void frames_without_pages(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	long anon = mm_stat_read(MM_ANON);

	make_frames(test);
	for (odd_pfn = 1UL << 20; pfn_valid(odd_pfn);)
		odd_pfn <<= 1;
	KUNIT_ASSERT_EQ(test, played(test, remap_odd, 0, 1, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, pte_pfn(user_entry(test, USER_PAGE(0))), odd_pfn);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	unmap(test, 0, 1);
	/* Nor can its bytes be copied from another context; the page for them is given back. */
	KUNIT_ASSERT_EQ(test, played(test, remap_odd, 0, 1, MAP_PRIVATE, 0), (long)USER_PAGE(0));
	kthread_unuse_mm(mm);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(0), FAULT_FLAG_WRITE), -EFAULT);
	kthread_use_mm(mm);
	KUNIT_EXPECT_EQ(test, mm_stat_read(MM_ANON), anon);
	KUNIT_EXPECT_EQ(test, pte_pfn(user_entry(test, USER_PAGE(0))), odd_pfn);
	unmap(test, 0, 1);
	odd_pfn = ~0UL >> PAGE_SHIFT; /* no entry can say that */
	KUNIT_EXPECT_EQ(test, played(test, remap_odd, 0, 1, MAP_SHARED, 0), -EINVAL);
	odd_pfn = ~0UL;
	KUNIT_EXPECT_EQ(test, played(test, remap_odd, 0, 1, MAP_SHARED, 0), -EINVAL);
}

static void the_memory_type_stays(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct vm_area_struct *vma;
	pte_t e;

	make_frames(test);
	KUNIT_ASSERT_EQ(test, played(test, remap_uncached, 0, 2, MAP_SHARED, 0),
			(long)USER_PAGE(0));
	e = user_entry(test, USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, e.val & PTE_UNCACHED, PTE_UNCACHED);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(0), PAGE_SIZE, PROT_READ), 0);
	e = user_entry(test, USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, e.val & PTE_UNCACHED, PTE_UNCACHED);
	KUNIT_EXPECT_FALSE(test, pte_write(e));
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 1), 0);
	vma = find_vma(mm, USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, vma->vm_page_prot.val & PTE_UNCACHED, PTE_UNCACHED);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	unmap(test, 0, 2);
}

/* A private mapping of frames: reads see them, a write copies the bytes. */
static void private_frames_are_copied(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	make_frames(test);
	KUNIT_ASSERT_EQ(test, played(test, remap_all, 0, 4, MAP_PRIVATE, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, find_vma(mm, USER_PAGE(0))->vm_pgoff, frame_pfn(0));
	*(u64 *)(frames + PAGE_SIZE + 8) = 9;
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 7), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 7ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1) + 8), 9ULL);
	KUNIT_EXPECT_EQ(test, *(u64 *)(frames + PAGE_SIZE), 101ULL);
	KUNIT_EXPECT_TRUE(test, page_of(test, USER_PAGE(1))->flags & PG_anon);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 1);
	/* From another context the bytes are found in the direct map. */
	kthread_unuse_mm(mm);
	KUNIT_EXPECT_EQ(test, fixup_user_fault(mm, USER_PAGE(2), FAULT_FLAG_WRITE), 0);
	kthread_use_mm(mm);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(2)), 102ULL);
	KUNIT_EXPECT_EQ(test, get_mm_counter(mm, MM_ANONPAGES), 2);
	expect_frames_untouched(test);
	KUNIT_EXPECT_TRUE(test, mm_valid(mm));
	unmap(test, 0, 4);
}

/* Each call that is refused, in one ->mmap, of four pages. */
static int remap_wrongly(struct vm_area_struct *vma)
{
	const pgprot_t prot = vma->vm_page_prot;
	const unsigned long pfn = frame_pfn(0), at = vma->vm_start;

	said[0] = remap_pfn_range(vma, at + 8, pfn, PAGE_SIZE, prot);
	said[1] = remap_pfn_range(vma, at, pfn, 0, prot);
	said[2] = remap_pfn_range(vma, at, pfn, 4 * PAGE_SIZE + 1, prot);
	said[3] = remap_pfn_range(vma, at - PAGE_SIZE, pfn, PAGE_SIZE, prot);
	said[4] = remap_pfn_range(vma, at + 4 * PAGE_SIZE, pfn, PAGE_SIZE, prot);
	said[5] = remap_pfn_range(vma, at, pfn, ~0UL, prot);
	said[6] = remap_pfn_range(vma, at + PAGE_SIZE, pfn, PAGE_SIZE - 1, prot);
	said[7] = remap_pfn_range(vma, at, pfn, 2 * PAGE_SIZE, prot); /* over the page before */
	return 0;
}

static void remap_is_refused(struct kunit *test)
{
	static const int shared[] = { -EINVAL, -EINVAL, -EINVAL, -EINVAL,
				      -EINVAL, -EINVAL, 0,	 -EBUSY };

	make_frames(test);
	KUNIT_ASSERT_EQ(test, played(test, remap_wrongly, 0, 4, MAP_SHARED, 0), (long)USER_PAGE(0));
	for (int i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ_MSG(test, said[i], shared[i], "call %d", i);
	/* What stood stands, and what came before it on the way has gone. */
	KUNIT_EXPECT_EQ(test, pte_pfn(user_entry(test, USER_PAGE(1))), frame_pfn(0));
	KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(2)), -EFAULT); /* there is no ->fault */
	unmap(test, 0, 4);
	KUNIT_ASSERT_EQ(test, played(test, remap_wrongly, 0, 4, MAP_PRIVATE, 0),
			(long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, said[6], -EINVAL); /* a part of a private mapping */
	KUNIT_EXPECT_EQ(test, said[7], -EINVAL);
	KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_PAGE(1))));
	unmap(test, 0, 4);
}

/* ---- A device's memory by its physical address ---- */

static phys_addr_t io_start;
static unsigned long io_len;

static int iomap(struct vm_area_struct *vma)
{
	return vm_iomap_memory(vma, io_start, io_len);
}

static void part_of_a_devices_memory(struct kunit *test)
{
	make_frames(test);
	io_start = PFN_PHYS(frame_pfn(0));
	io_len = 3 * PAGE_SIZE + 1;
	KUNIT_ASSERT_EQ(test, played(test, iomap, 0, 2, MAP_SHARED, 2), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(0)), 102ULL);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 103ULL);
	unmap(test, 0, 2);
	KUNIT_EXPECT_EQ(test, played(test, iomap, 0, 3, MAP_SHARED, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, played(test, iomap, 0, 1, MAP_SHARED, 4), -EINVAL);
	KUNIT_EXPECT_EQ(test, played(test, iomap, 0, 1, MAP_SHARED, 5), -EINVAL);
	io_len = 3 * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, played(test, iomap, 0, 1, MAP_SHARED, 3), -EINVAL);
	/* Not at a page's border: the pages around it. */
	io_start += 100;
	KUNIT_ASSERT_EQ(test, played(test, iomap, 0, 4, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(3)), 103ULL);
	unmap(test, 0, 4);
	io_len = -io_start; /* wraps */
	KUNIT_EXPECT_EQ(test, played(test, iomap, 0, 1, MAP_SHARED, 0), -EINVAL);
	expect_frames_untouched(test);
}

/* ---- Frames that come by faults ---- */

static vm_fault_t frame_answer; /* the last one's */
static atomic_t frame_faults;
static int frame_mkwrites;

static vm_fault_t frame_fault(struct vm_fault *vmf)
{
	vm_fault_t ret = vmf_insert_pfn(vmf->vma, vmf->real_address, frame_pfn(vmf->pgoff));

	atomic_inc(&frame_faults);
	WRITE_ONCE(frame_answer, ret);
	return ret;
}

static vm_fault_t frame_mkwrite(struct vm_fault *vmf)
{
	frame_mkwrites++;
	return vmf->pgoff == 0 ? VM_FAULT_SIGBUS : 0;
}

static const struct vm_operations_struct frame_vm_ops = {
	.fault = frame_fault,
	.pfn_mkwrite = frame_mkwrite,
};

static vm_flags_t frame_flags;

static int map_by_fault(struct vm_area_struct *vma)
{
	vma->vm_ops = &frame_vm_ops;
	vm_flags_mod(vma, frame_flags, VM_MAYEXEC);
	return 0;
}

static void frames_by_fault(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);
	struct vm_area_struct *vma;
	vm_fault_t out, again, below;

	make_frames(test);
	frame_flags = VM_PFNMAP | VM_IO;
	atomic_set(&frame_faults, 0);
	frame_mkwrites = 0;
	KUNIT_ASSERT_EQ(test, played(test, map_by_fault, 0, 4, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1) + 0), 101ULL);
	KUNIT_EXPECT_EQ(test, frame_answer, VM_FAULT_NOPAGE);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1) + 8), 0ULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&frame_faults), 1);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 5), 0);
	KUNIT_EXPECT_EQ(test, frame_mkwrites, 1);
	KUNIT_EXPECT_EQ(test, *(u64 *)(frames + PAGE_SIZE), 5ULL);
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(0), 5), -EFAULT); /* refused: it stays read-only */
	KUNIT_EXPECT_FALSE(test, pte_write(user_entry(test, USER_PAGE(0))));
	KUNIT_EXPECT_EQ(test, *(u64 *)frames, 100ULL);
	mmap_write_lock(mm);
	vma = find_vma(mm, USER_PAGE(0));
	again = vmf_insert_pfn(vma, USER_PAGE(1), frame_pfn(3)); /* what is there stays */
	out = vmf_insert_pfn(vma, USER_PAGE(4), frame_pfn(0));
	below = vmf_insert_pfn(vma, USER_PAGE(0) - 1, frame_pfn(0));
	KUNIT_EXPECT_EQ(test, zap_vma_ptes(vma, USER_PAGE(1), PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, zap_vma_ptes(vma, USER_PAGE(1), 4 * PAGE_SIZE), -1);
	mmap_write_unlock(mm);
	KUNIT_EXPECT_EQ(test, again, VM_FAULT_NOPAGE);
	KUNIT_EXPECT_EQ(test, out, VM_FAULT_SIGBUS);
	KUNIT_EXPECT_EQ(test, below, VM_FAULT_SIGBUS);
	KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_PAGE(1))));
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1)), 5ULL);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(0), PAGE_SIZE, PROT_READ | PROT_EXEC),
			-EACCES); /* ->mmap took that away */
	expect_frames_untouched(test);
	unmap(test, 0, 4);
}

/* Mappings of another kind: refused, with a warning. */
static void frames_for_others(struct kunit *test)
{
	static const struct {
		vm_flags_t flags;
		unsigned long type;
	} wrong[] = {
		{ 0, MAP_SHARED },
		{ VM_PFNMAP | VM_MIXEDMAP, MAP_SHARED },
		{ VM_PFNMAP, MAP_PRIVATE },
		{ VM_MIXEDMAP, MAP_SHARED }, /* of a frame that has a page */
	};

	make_frames(test);
	for (int i = 0; i < ARRAY_SIZE(wrong); i++) {
		frame_flags = wrong[i].flags;
		KUNIT_ASSERT_EQ(test, played(test, map_by_fault, 0, 1, wrong[i].type, 0),
				(long)USER_PAGE(0));
		KUNIT_EXPECT_REPORT(test, "vmf_insert_pfn() into a mapping of another kind",
				    KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(0)), -EFAULT));
		KUNIT_EXPECT_TRUE(test, pte_none(user_entry(test, USER_PAGE(0))));
		unmap(test, 0, 1);
	}
}

/* ---- What a mapping's owner may say ---- */

static unsigned long asked[3];

static int no_exec(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		   unsigned long newflags)
{
	asked[0] = start;
	asked[1] = end;
	asked[2] = newflags & VM_ACCESS_FLAGS;
	return newflags & VM_EXEC ? -EACCES : 0;
}

static const struct vm_operations_struct no_exec_vm_ops = { .mprotect = no_exec };

static int map_no_exec(struct vm_area_struct *vma)
{
	vma->vm_ops = &no_exec_vm_ops;
	return 0;
}

static void mprotect_asks_the_owner(struct kunit *test)
{
	struct mm_struct *mm = test_mm(test);

	map_anon(test, 0, 1, PROT_READ);
	KUNIT_ASSERT_EQ(test, played(test, map_no_exec, 1, 4, MAP_SHARED, 0), (long)USER_PAGE(1));
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(0), 3 * PAGE_SIZE, PROT_READ | PROT_EXEC),
			-EACCES);
	KUNIT_EXPECT_EQ(test, asked[0], USER_PAGE(1));
	KUNIT_EXPECT_EQ(test, asked[1], USER_PAGE(3));
	KUNIT_EXPECT_EQ(test, asked[2], (unsigned long)(VM_READ | VM_EXEC));
	KUNIT_EXPECT_EQ(test, mm->map_count, 2); /* nothing has changed */
	KUNIT_EXPECT_EQ(test, find_vma(mm, USER_PAGE(0))->vm_flags & VM_ACCESS_FLAGS, VM_READ);
	KUNIT_EXPECT_EQ(test, do_mprotect(mm, USER_PAGE(2), PAGE_SIZE, PROT_READ), 0);
	KUNIT_EXPECT_EQ(test, mm->map_count, 4);
}

static vm_fault_t empty_fault(struct vm_fault *vmf)
{
	return 0;
}

static vm_fault_t done_cow_fault(struct vm_fault *vmf)
{
	if (!vmf->cow_page)
		return VM_FAULT_HWPOISON;
	fill_words(page_address(vmf->cow_page), 0x1234, PAGE_SIZE / 8);
	return VM_FAULT_DONE_COW;
}

static const struct vm_operations_struct answers[] = { { .fault = empty_fault },
						       { .fault = done_cow_fault } };

static int map_empty(struct vm_area_struct *vma)
{
	vma->vm_ops = &answers[0];
	return 0;
}

static int map_done_cow(struct vm_area_struct *vma)
{
	vma->vm_ops = &answers[1];
	return 0;
}

static void odd_answers(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, played(test, map_empty, 0, 1, MAP_SHARED, 0), (long)USER_PAGE(0));
	KUNIT_EXPECT_REPORT(test, "found a page, and gives none",
			    KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(0)), -EFAULT));
	KUNIT_ASSERT_EQ(test, played(test, map_done_cow, 1, 1, MAP_PRIVATE, 0), (long)USER_PAGE(1));
	KUNIT_EXPECT_EQ(test, peek_error(USER_PAGE(1)), -EFAULT); /* poisoned, for who only reads */
	KUNIT_EXPECT_EQ(test, poke(USER_PAGE(1), 1), 0);
	KUNIT_EXPECT_EQ(test, peek(USER_PAGE(1) + 8), 0x1234ULL);
	KUNIT_EXPECT_EQ(test, get_mm_counter(test_mm(test), MM_ANONPAGES), 1);
}

/* ---- All CPUs at once ---- */

struct driven {
	struct mm_struct *mm;
	unsigned long ring, pfns;
};

/* CPU 0 takes pages out again now and then; the content is the driver's and stays. */
static void drive_on_cpu(struct smp_cpu *c)
{
	struct driven *d = c->shared;
	u64 written[RING_PAGES] = { 0 };

	kthread_use_mm(d->mm);
	do {
		u32 page = smp_rand(c, RING_PAGES), frame = smp_rand(c, NR_FRAMES);
		unsigned long word = d->ring + page * PAGE_SIZE + (1 + c->id) * 64;

		if (smp_rand(c, 2) && !poke(word, c->rounds + 1))
			written[page] = c->rounds + 1;
		else if (peek(word) != written[page])
			smp_wrong(c, "a word of the ring is not what was written", page);
		if (peek(d->pfns + frame * PAGE_SIZE) != 100 + frame)
			smp_wrong(c, "a frame is not the driver's", frame);
		if (c->id == 0 && smp_rand(c, 4) == 0) {
			do_madvise(d->mm, d->ring, RING_PAGES * PAGE_SIZE, MADV_DONTNEED);
			mmap_read_lock(d->mm);
			zap_vma_ptes(vma_lookup(d->mm, d->pfns), d->pfns, NR_FRAMES * PAGE_SIZE);
			mmap_read_unlock(d->mm);
		}
	} while (smp_more(c));
	kthread_unuse_mm(d->mm);
}

static void faults_on_all_cpus(struct kunit *test)
{
	for (int insert = 0; insert < 2; insert++) {
		struct file *file = open_rw(test, "/dev/test-ring");
		struct ring *ring = file->private_data;
		struct driven d = { test_mm(test), USER_PAGE(0), USER_PAGE(64) };

		if (!insert)
			make_frames(test);
		ring->insert = insert;
		frame_flags = VM_PFNMAP;
		KUNIT_ASSERT_EQ(test, map_device(test, file, 0, 16, MAP_SHARED, 0), (long)d.ring);
		KUNIT_ASSERT_EQ(test, played(test, map_by_fault, 64, 4, MAP_SHARED, 0),
				(long)d.pfns);
		kthread_unuse_mm(d.mm);
		smp_run(test, drive_on_cpu, &d, NULL);
		kthread_use_mm(d.mm);
		KUNIT_EXPECT_TRUE(test, mm_valid(d.mm));
		unmap(test, 0, 128);
		for (int i = 0; i < RING_PAGES; i++) {
			if (!ring->pages[i])
				continue;
			KUNIT_EXPECT_EQ(test, page_count(ring->pages[i]), 1);
			KUNIT_EXPECT_EQ(test, page_mapcount(ring->pages[i]), 0);
		}
		expect_frames_untouched(test);
		filp_close(file, NULL);
	}
}

static struct kunit_case driver_cases[] = {
	KUNIT_CASE(a_ring_given_by_fault),    KUNIT_CASE(a_ring_inserted_by_fault),
	KUNIT_CASE(a_private_ring_is_copied), KUNIT_CASE(beyond_the_ring),
	KUNIT_CASE(frames_are_shared),	      KUNIT_CASE(frames_without_pages),
	KUNIT_CASE(the_memory_type_stays),    KUNIT_CASE(private_frames_are_copied),
	KUNIT_CASE(remap_is_refused),	      KUNIT_CASE(part_of_a_devices_memory),
	KUNIT_CASE(frames_by_fault),	      KUNIT_CASE(frames_for_others),
	KUNIT_CASE(mprotect_asks_the_owner),  KUNIT_CASE(odd_answers),
	KUNIT_CASE(faults_on_all_cpus),	      {},
};

static struct kunit_suite driver_suite = {
	.name = "driver_remap",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.init = user_fixture_init,
	.exit = user_fixture_exit,
	.test_cases = driver_cases,
};

kunit_test_suite(driver_suite);
