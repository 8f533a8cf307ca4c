/* SPDX-License-Identifier: MIT */
/* The model of an address space for fuzz target `vma`: theory in vma_model.c. */
#ifndef TESTS_FUZZ_VMA_MODEL_H
#define TESTS_FUZZ_VMA_MODEL_H

#include <asm/page.h>
#include <linux/memfile.h>
#include <linux/mman.h>
#include <linux/types.h>

#define NR_PAGES   64 /* of the window */
#define WIN_END	   0x80000000UL
#define WIN_START  (WIN_END - NR_PAGES * PAGE_SIZE)
#define ADDR(page) (WIN_START + (page)*PAGE_SIZE)
#define BRK_PAGE   40
#define GUARD	   4 /* pages below a growing mapping */

#define NR_NAMED   3 /* files that the program can map by name … */
#define NR_FILES   8 /* … the others are shared anonymous memory */
#define FILE_PAGES 8 /* of the largest */
#define NO_FILE	   0xff

struct vpage {
	bool mapped, shared, growsdown, locked;
	u8 prot;
	u8 file;   /* index, or NO_FILE: anonymous and private */
	u32 pgoff; /* of the file */
	bool own;  /* a page of its own: content in own[], else the file's, or zeroes */
};

struct vfile {
	struct memfile *mf; /* of named ones */
	size_t size;
	bool read_only;
	u8 data[FILE_PAGES][PAGE_SIZE];
};

struct vmodel {
	struct vpage page[NR_PAGES];
	u8 own[NR_PAGES][PAGE_SIZE];
	struct vfile file[NR_FILES];
	unsigned long brk;
};

extern struct vmodel *vm;

void model_reset(void);
void model_unmap(unsigned int from, unsigned int to);
/* A new mapping's pages; `like` says what they are, pgoff of the first. */
void model_map(unsigned int from, unsigned int n, const struct vpage *like);
/* MAP_POPULATE: fault in until something fails. */
void model_populate(unsigned int from, unsigned int n);
/* An access to one page; false: it fails. Grows stacks and makes private copies. */
bool model_fault(unsigned int page, bool write);
/* A stack above reaches down to the page, if it may. False: there is none, or it may not. */
bool model_grow(unsigned int page);
/* The bytes that the page shows; NULL: zeroes. */
u8 *model_bytes(unsigned int page);

/* Index of a file for shared anonymous memory that nothing maps; NO_FILE: all are mapped. */
u8 model_free_file(void);

/* The first mapped page at or above, NR_PAGES if there is none; where free room below that ends. */
unsigned int model_next(unsigned int page);
unsigned int model_room_end(unsigned int next);
/* The highest place for n pages, or -1. */
int model_place(unsigned int n);

/* Do two neighbours belong to one VMA? */
bool model_one_vma(unsigned int low);
unsigned int model_vma_start(unsigned int page);
unsigned int model_nr_vmas(void);
unsigned int model_count(bool own);

/* What mprotect() says of [from, to), before anything changes. */
int model_may_protect(unsigned int from, unsigned int to, unsigned int prot);
void model_protect(unsigned int from, unsigned int to, unsigned int prot);
int model_dontneed(unsigned int from, unsigned int to);
unsigned long model_brk(unsigned long brk);

#endif
