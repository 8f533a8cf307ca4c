/* SPDX-License-Identifier: MIT */
/*
 * Files in memory: given bytes (a boot module's, say) or zeroes, paged in on demand. Theory in
 * mm/memfile.c.
 */
#ifndef LINUX_MEMFILE_H
#define LINUX_MEMFILE_H

#include <linux/fs.h>
#include <linux/mm_types.h>

#define MEMFILE_NAME 64

/*
 * R: read-only after creation. The pages' slots change from NULL to a page once, by
 * compare-and-exchange.
 */
struct memfile {
	struct file file;		/* what do_mmap() takes: &mf->file */
	const u8 *bytes;		/* R: the content before any write; NULL: zeroes */
	size_t size;			/* R */
	unsigned long nr_chunks;	/* R */
	char name[MEMFILE_NAME];	/* R */
	struct page **chunk[];		/* pages of page pointers, each made when first needed */
};

struct memfile *memfile_create(const char *name, const void *bytes, size_t size);
void memfile_put(struct memfile *mf);
struct page *memfile_get_page(struct memfile *mf, unsigned long index);
ssize_t memfile_read(struct memfile *mf, void *buf, size_t n, u64 pos);
ssize_t memfile_write(struct memfile *mf, const void *buf, size_t n, u64 pos);
unsigned long memfile_nr_pages(struct memfile *mf);

#endif
