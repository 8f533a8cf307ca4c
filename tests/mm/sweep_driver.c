// SPDX-License-Identifier: MIT
/*
 * The failure sweep's scenarios for drivers: a device opened and mapped, with its own pages, with
 * frames, with memory from vmalloc_user(); pages that come by faults; pins.
 *
 * Whatever fails, what was mapped halfway is gone and the driver's pages are its own again: counts are
 * compared after each run, free pages by the census.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/shrinker.h>
#include <linux/vmalloc.h>
#include "tests/mm/sweep.h"
#include "tests/mm/user_fixture.h"

#define NR   4
#define WAYS 7 /* to get at a user's page */
#define BASE USER_PAGE(0)

static struct sweep *now; /* the run whose device it is */
static int (*fill)(struct vm_area_struct *vma);

static int device_open(struct inode *inode, struct file *file)
{
	file->private_data = now;
	return 0;
}

static int device_mmap(struct file *file, struct vm_area_struct *vma)
{
	return fill(vma);
}

static const struct file_operations device_fops = { .open = device_open, .mmap = device_mmap };

static struct miscdevice device = { .name = "sweep-device", .fops = &device_fops };

/* ---- What ->mmap does ---- */

static int fill_pages(struct vm_area_struct *vma)
{
	unsigned long nr = NR;
	int err = vm_insert_pages(vma, vma->vm_start, now->pages, &nr);

	SWEEP_EXPECT(now, !err == !nr);
	return err;
}

static int fill_frames(struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, page_to_pfn(now->pages[0]), NR * PAGE_SIZE,
			       vma->vm_page_prot);
}

static int fill_area(struct vm_area_struct *vma)
{
	return remap_vmalloc_range(vma, now->got[0], 0);
}

static vm_fault_t page_fault(struct vm_fault *vmf)
{
	return vmf_insert_page(vmf->vma, vmf->address, now->pages[vmf->pgoff]);
}

static const struct vm_operations_struct fault_vm_ops = { .fault = page_fault };

static int fill_by_fault(struct vm_area_struct *vma)
{
	vma->vm_ops = &fault_vm_ops;
	vm_flags_set(vma, VM_MIXEDMAP);
	return 0;
}

/* The others do the same by other names. */
static int fill_one_by_one(struct vm_area_struct *vma)
{
	int err = 0;

	for (int i = 0; i < NR && !err; i++)
		err = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE, now->pages[i]);
	return err;
}

static int fill_from_offset(struct vm_area_struct *vma)
{
	return vm_map_pages(vma, now->pages, NR);
}

static int fill_from_start(struct vm_area_struct *vma)
{
	return vm_map_pages_zero(vma, now->pages, NR);
}

static int fill_io(struct vm_area_struct *vma)
{
	return io_remap_pfn_range(vma, vma->vm_start, page_to_pfn(now->pages[0]), NR * PAGE_SIZE,
				  vma->vm_page_prot);
}

static int fill_iomem(struct vm_area_struct *vma)
{
	return vm_iomap_memory(vma, page_to_phys(now->pages[0]), NR * PAGE_SIZE);
}

static int fill_part(struct vm_area_struct *vma)
{
	return remap_vmalloc_range_partial(vma, vma->vm_start, now->got[0], 0, NR * PAGE_SIZE);
}

/* Every other frame with rights of its own. */
static vm_fault_t frame_fault(struct vm_fault *vmf)
{
	unsigned long pfn = page_to_pfn(now->pages[vmf->pgoff]);

	if (vmf->pgoff % 2)
		return vmf_insert_pfn(vmf->vma, vmf->address, pfn);
	return vmf_insert_pfn_prot(vmf->vma, vmf->address, pfn, vmf->vma->vm_page_prot);
}

static const struct vm_operations_struct frame_vm_ops = { .fault = frame_fault };

static int fill_frames_by_fault(struct vm_area_struct *vma)
{
	vma->vm_ops = &frame_vm_ops;
	vm_flags_set(vma, VM_PFNMAP);
	return 0;
}

/* ---- The scenarios ---- */

static void prepare_device(struct sweep *s)
{
	struct page *block;

	sweep_use_mm(s);
	now = s;
	device.minor = MISC_DYNAMIC_MINOR;
	SWEEP_ASSERT(s, !misc_register(&device));
	block = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	SWEEP_ASSERT(s, block);
	split_page(block, 2);
	for (int i = 0; i < NR; i++)
		s->pages[i] = block + i;
	SWEEP_ASSERT(s, got(s, vmalloc_user(NR * PAGE_SIZE)));
}

static void end_device(struct sweep *s)
{
	sweep_end_mm(s);
	misc_deregister(&device);
	for (int i = 0; i < NR; i++) {
		SWEEP_EXPECT(s, page_count(s->pages[i]) == 1 && !page_mapcount(s->pages[i]));
		__free_page(s->pages[i]);
	}
	vfree(s->got[0]);
}

/* Open it, map it, close it, write to each page, unmap it. */
static enum outcome use_device(struct sweep *s, int (*how)(struct vm_area_struct *vma))
{
	struct file *file = filp_open("/dev/sweep-device", O_RDWR, 0);
	unsigned long at;
	bool all = true;

	if (IS_ERR(file)) {
		SWEEP_EXPECT(s, PTR_ERR(file) == -ENOMEM);
		return REFUSED;
	}
	fill = how;
	at = do_mmap(s->mm, file, BASE, NR * PAGE_SIZE, PROT_RW, MAP_SHARED | MAP_FIXED, 0);
	SWEEP_EXPECT(s, file_count(file) == (IS_ERR_VALUE(at) ? 1 : 2));
	filp_close(file, NULL);
	if (IS_ERR_VALUE(at)) {
		SWEEP_EXPECT(s, (long)at == -ENOMEM);
		SWEEP_EXPECT(s, !s->mm->map_count && !s->mm->nr_tables && !get_mm_rss(s->mm));
		return REFUSED;
	}
	for (int i = 0; i < NR; i++)
		all &= !poke(USER_PAGE(i), i);
	SWEEP_EXPECT(s, !do_munmap(s->mm, BASE, NR * PAGE_SIZE));
	return done_if(all);
}

static enum outcome map_pages(struct sweep *s)
{
	return use_device(s, fill_pages);
}

static enum outcome map_frames(struct sweep *s)
{
	return use_device(s, fill_frames);
}

static enum outcome map_area(struct sweep *s)
{
	return use_device(s, fill_area);
}

static enum outcome map_by_fault(struct sweep *s)
{
	return use_device(s, fill_by_fault);
}

static enum outcome map_otherwise(struct sweep *s)
{
	static int (*const ways[])(struct vm_area_struct *) = {
		fill_one_by_one, fill_from_offset, fill_from_start,	fill_io,
		fill_iomem,	 fill_part,	   fill_frames_by_fault
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(ways); i++) {
		if (use_device(s, ways[i]) != DONE)
			return REFUSED;
	}
	return DONE;
}

static enum outcome open_and_drop(struct sweep *s)
{
	struct file *file = filp_open("/dev/sweep-device", O_RDWR, 0);

	if (IS_ERR(file))
		return REFUSED;
	fput(file);
	return DONE;
}

static unsigned long count_none(struct shrinker *shrinker, struct shrink_control *sc)
{
	return 0;
}

static enum outcome a_shrinker(struct sweep *s)
{
	struct shrinker *shrinker = shrinker_alloc(0, "swept");

	if (!shrinker)
		return REFUSED;
	shrinker->count_objects = shrinker->scan_objects = count_none;
	shrinker_register(shrinker);
	shrinker_free(shrinker);
	return DONE;
}

static void prepare_buffer(struct sweep *s)
{
	sweep_use_mm(s);
	s->at = do_mmap(s->mm, NULL, BASE, WAYS * PAGE_SIZE, PROT_RW, MAP_ANON_FIXED, 0);
	SWEEP_ASSERT(s, s->at == BASE);
}

/* As many as there is memory for; none at all is -ENOMEM. */
static enum outcome pin_buffer(struct sweep *s)
{
	struct page *pages[NR];
	int n = pin_user_pages_fast(BASE, NR, FOLL_WRITE, pages);

	SWEEP_EXPECT(s, n == -ENOMEM || (n > 0 && n <= NR));
	SWEEP_EXPECT(s, get_mm_rss(s->mm) == (unsigned long)max(n, 0));
	for (int i = 0; i < n; i++) {
		SWEEP_EXPECT(s, page_count(pages[i]) == 1 + GUP_PIN_COUNTING_BIAS);
		unpin_user_page(pages[i]);
	}
	return done_if(n == NR);
}

/* Each of the ways to get one page: it is there and held once, or nothing is. */
static bool held_once(struct sweep *s, long n, struct page *page, bool pinned)
{
	SWEEP_EXPECT(s, n == -ENOMEM || n == 1);
	if (n != 1)
		return false;
	SWEEP_EXPECT(s, page_maybe_dma_pinned(page) == pinned);
	if (pinned)
		unpin_user_page(page);
	else
		put_page(page);
	return true;
}

static enum outcome each_way_to_a_page(struct sweep *s)
{
	struct page *page;
	bool all;
	long n;

	mmap_read_lock(s->mm);
	n = get_user_pages(BASE, 1, FOLL_WRITE, &page);
	all = held_once(s, n, page, false);
	n = get_user_pages_remote(s->mm, BASE + PAGE_SIZE, 1, FOLL_WRITE, &page, NULL);
	all &= held_once(s, n, page, false);
	n = pin_user_pages(BASE + 2 * PAGE_SIZE, 1, FOLL_WRITE, &page);
	all &= held_once(s, n, page, true);
	n = pin_user_pages_remote(s->mm, BASE + 3 * PAGE_SIZE, 1, FOLL_WRITE, &page, NULL);
	all &= held_once(s, n, page, true);
	mmap_read_unlock(s->mm);
	n = get_user_pages_fast(BASE + 4 * PAGE_SIZE, 1, FOLL_WRITE, &page);
	all &= held_once(s, n, page, false);
	n = get_user_pages_unlocked(BASE + 5 * PAGE_SIZE, 1, &page, FOLL_WRITE);
	all &= held_once(s, n, page, false);
	n = pin_user_pages_unlocked(BASE + 6 * PAGE_SIZE, 1, &page, FOLL_WRITE);
	all &= held_once(s, n, page, true);
	return done_if(all);
}

const struct scenario sweep_driver[] = {
	{ "device's pages mapped", map_pages, prepare_device, end_device, COPES_PAGE },
	{ "frames mapped", map_frames, prepare_device, end_device, COPES_PAGE },
	{ "vmalloc memory mapped", map_area, prepare_device, end_device, COPES_PAGE },
	{ "device's pages by faults", map_by_fault, prepare_device, end_device, COPES_PAGE },
	{ "device mapped otherwise", map_otherwise, prepare_device, end_device, COPES_PAGE },
	{ "device opened", open_and_drop, prepare_device, end_device, COPES_PAGE },
	{ "shrinker", a_shrinker, prepare_device, end_device, COPES_PAGE },
	{ "buffer pinned", pin_buffer, prepare_buffer, sweep_end_mm, NO_OBJECTS },
	{ "pages of a user", each_way_to_a_page, prepare_buffer, sweep_end_mm, NO_OBJECTS },
	{},
};
