// SPDX-License-Identifier: MIT
/*
 * Files in memory, to be mapped.
 *
 * 1. Model. A memfile is a sequence of bytes of fixed size: given ones (those of a boot module), or
 *    zeroes. Its content lives in pages that are made when first needed: allocated, filled from the
 *    given bytes, the tail of the last one zeroed. From then on the page is the content; the given
 *    bytes are only read and stay what they were.
 *
 *	memfile -> chunk[i / 512] -> page pointer[i % 512] -> struct page
 *
 *    A shared mapping maps these very pages, so that what one mapping writes, every other and
 *    memfile_read() see at once. A private one maps them read-only until it writes, then gets a
 *    copy (fault.c). Beyond the last page there is nothing: VM_FAULT_SIGBUS.
 *
 * 2. Shared anonymous memory (MAP_SHARED | MAP_ANONYMOUS) is a memfile of zeroes that only its
 *    mappings hold; in Linux, too, it is a file nobody can name.
 *
 * 3. References. The file is counted by its mappings and its creator. A page is counted once by the
 *    file and once by each entry that maps it; so it outlives the file's release where a TLB flush
 *    is still due (user_pt.c).
 *
 * 4. Invariants
 *    I1  a slot goes from NULL to a page once, and the page is filled before; it stays until the
 *        release;
 *    I2  bytes of the last page beyond the size are zero unless a mapping wrote them, and never
 *        reach memfile_read();
 *    I3  each page in a slot has PG_file and counts in MM_FILE.
 *
 * 5. Locks: none; who loses the race for a slot gives its page back. Memory: 8 bytes for 512 pages
 *    at once (so up to 1 TiB a file), the rest on demand. Context: may sleep.
 */
#include <linux/memfile.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/atomic.h>
#include <asm/barrier.h>

#define CHUNK_SLOTS (PAGE_SIZE / sizeof(struct page *))

/**
 * memfile_nr_pages() - how many pages the content has
 * @mf: the file
 */
unsigned long memfile_nr_pages(struct memfile *mf)
{
	return PFN_UP(mf->size);
}

/* The slot of a page; NULL: its chunk is not there. */
static struct page **chunk_slot(struct memfile *mf, unsigned long index)
{
	struct page **chunk = smp_load_acquire(&mf->chunk[index / CHUNK_SLOTS]);

	return chunk ? &chunk[index % CHUNK_SLOTS] : NULL;
}

/* The same, the chunk made if need be; NULL: out of memory. */
static struct page **make_slot(struct memfile *mf, unsigned long index)
{
	struct page ***where = &mf->chunk[index / CHUNK_SLOTS], **chunk;

	if (READ_ONCE(*where))
		return chunk_slot(mf, index);
	chunk = (struct page **)get_zeroed_page(GFP_KERNEL | __GFP_NOWARN);
	if (!chunk)
		return NULL;
	if (cmpxchg(where, NULL, chunk))
		free_page((unsigned long)chunk);
	return chunk_slot(mf, index);
}

/* A page with the file's original content. */
static struct page *filled_page(struct memfile *mf, unsigned long index)
{
	struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_ZERO | __GFP_NOWARN);
	u64 pos = (u64)index << PAGE_SHIFT;

	if (!page)
		return NULL;
	if (mf->bytes)
		memcpy(page_address(page), mf->bytes + pos, min(mf->size - pos, (u64)PAGE_SIZE));
	page->mapping = mf;
	page->private = index;
	page->flags |= PG_file;
	return page;
}

/**
 * memfile_get_page() - a page of the content, made if it isn't there yet
 * @mf: the file
 * @index: which; below memfile_nr_pages()
 *
 * Return: the page, with a reference for the caller; NULL: out of memory.
 */
struct page *memfile_get_page(struct memfile *mf, unsigned long index)
{
	struct page **slot = make_slot(mf, index), *page, *raced;

	if (!slot)
		return NULL;
	page = smp_load_acquire(slot); /* pairs with the cmpxchg: what is in it was written before */
	if (!page) {
		page = filled_page(mf, index);
		if (!page)
			return NULL;
		raced = cmpxchg(slot, NULL, page);
		if (raced) {
			put_page(page);
			page = raced;
		} else {
			mm_stat_add(MM_FILE, 1);
		}
	}
	get_page(page);
	return page;
}

/* --- mapping --- */

static vm_fault_t memfile_fault(struct vm_fault *vmf)
{
	struct memfile *mf = vmf->vma->vm_private_data;

	if (vmf->pgoff >= memfile_nr_pages(mf))
		return VM_FAULT_SIGBUS;
	vmf->page = memfile_get_page(mf, vmf->pgoff);
	return vmf->page ? 0 : VM_FAULT_OOM;
}

static const struct vm_operations_struct memfile_vm_ops = {
	.fault = memfile_fault,
};

static int memfile_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_ops = &memfile_vm_ops;
	vma->vm_private_data = file->private_data;
	return 0;
}

/* --- lifetime --- */

static void free_chunk(struct page **chunk)
{
	for (unsigned long i = 0; i < CHUNK_SLOTS; i++) {
		if (!chunk[i])
			continue;
		chunk[i]->mapping = NULL;
		chunk[i]->flags &= ~PG_file;
		put_page(chunk[i]);
		mm_stat_add(MM_FILE, -1);
	}
	free_page((unsigned long)chunk);
}

static int memfile_release(struct inode *inode, struct file *file)
{
	struct memfile *mf = file->private_data;

	for (unsigned long i = 0; i < mf->nr_chunks; i++)
		if (mf->chunk[i])
			free_chunk(mf->chunk[i]);
	kfree(mf);
	return 0;
}

static const struct file_operations memfile_fops = {
	.mmap = memfile_mmap,
	.release = memfile_release,
};

/**
 * memfile_create() - a file with the given content
 * @name: what maps shows; copied, cut at MEMFILE_NAME - 1 bytes
 * @bytes: the content, which must stay readable until the file is gone; NULL: zeroes
 * @size: in bytes; more than 1 TiB is refused for lack of memory
 *
 * Return: the file, open for reading and writing, with one reference for the caller; NULL: out of
 * memory.
 */
struct memfile *memfile_create(const char *name, const void *bytes, size_t size)
{
	unsigned long nr_chunks = DIV_ROUND_UP(PFN_UP(size), CHUNK_SLOTS);
	struct memfile *mf;

	if (size > SIZE_MAX - PAGE_SIZE || nr_chunks > KMALLOC_MAX_SIZE / sizeof(mf->chunk[0]))
		return NULL;
	mf = kzalloc(struct_size(mf, chunk, nr_chunks), GFP_KERNEL | __GFP_NOWARN);
	if (!mf)
		return NULL;
	mf->bytes = bytes;
	mf->size = size;
	mf->nr_chunks = nr_chunks;
	strscpy(mf->name, name, sizeof(mf->name));
	mf->file.f_op = &memfile_fops;
	mf->file.f_mode = FMODE_READ | FMODE_WRITE;
	atomic_long_set(&mf->file.f_count, 1);
	mf->file.f_name = mf->name;
	mf->file.private_data = mf;
	return mf;
}

/**
 * memfile_put() - drop a reference; the last one frees the file and its pages
 * @mf: the file
 */
void memfile_put(struct memfile *mf)
{
	fput(&mf->file);
}

/**
 * fput() - drop a reference to an open file
 * @f: the file; released with the last one, and freed if it was opened by a name
 */
void fput(struct file *f)
{
	struct inode *inode = f->f_inode;

	if (!atomic_long_dec_and_test(&f->f_count))
		return;
	if (f->f_op->release)
		f->f_op->release(inode, f);
	if (inode) /* else it was part of what ->release has freed */
		kfree(f);
}

/* --- reading and writing --- */

typedef void (*piece_fn_t)(void *in_page, void *buf, size_t n);

static void piece_read(void *in_page, void *buf, size_t n)
{
	memcpy(buf, in_page, n);
}

static void piece_write(void *in_page, void *buf, size_t n)
{
	memcpy(in_page, buf, n);
}

/* Page by page over [pos, pos + n), cut at the end of the file. */
static ssize_t memfile_transfer(struct memfile *mf, void *buf, size_t n, u64 pos, piece_fn_t piece)
{
	size_t done = 0;

	if (pos >= mf->size)
		return 0;
	n = min(n, mf->size - pos);
	while (done < n) {
		size_t off = offset_in_page(pos + done), len = min(n - done, PAGE_SIZE - off);
		struct page *page = memfile_get_page(mf, (pos + done) >> PAGE_SHIFT);

		if (!page)
			return done ? done : -ENOMEM;
		piece(page_address(page) + off, buf + done, len);
		put_page(page);
		done += len;
	}
	return done;
}

/**
 * memfile_read() - copy content to kernel memory
 * @mf: the file
 * @buf: where to
 * @n: how much
 * @pos: from which byte
 *
 * Return: bytes copied, fewer than @n at the end of the file or when memory ran out behind them;
 * -ENOMEM if it did at once.
 */
ssize_t memfile_read(struct memfile *mf, void *buf, size_t n, u64 pos)
{
	return memfile_transfer(mf, buf, n, pos, piece_read);
}

/**
 * memfile_write() - copy kernel memory into the content; the size stays
 * @mf: the file
 * @buf: where from
 * @n: how much
 * @pos: to which byte
 *
 * Return: as memfile_read().
 */
ssize_t memfile_write(struct memfile *mf, const void *buf, size_t n, u64 pos)
{
	return memfile_transfer(mf, (void *)buf, n, pos, piece_write);
}
