/* SPDX-License-Identifier: MIT */
/*
 * What fuzz targets are made of. Theory in fuzz.c.
 *
 * A target reads its input as a program: bytes are taken from the front, and when there are none
 * left, zeroes come. So every string of bytes is a program, and every change of a byte another one.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <linux/compiler.h>
#include <linux/types.h>

struct fuzz_input {
	const u8 *at, *end;
};

/* Operations of one input; the rest is not run, so that no input takes long. */
#define FUZZ_MAX_OPS 400

/* The number of the operation that runs, for messages. */
extern unsigned int fuzz_op;

/* Another operation: there are bytes left, and fewer than FUZZ_MAX_OPS ran. Counts fuzz_op. */
bool fuzz_next_op(struct fuzz_input *in);

u8 fuzz_u8(struct fuzz_input *in);
u16 fuzz_u16(struct fuzz_input *in);
u32 fuzz_u32(struct fuzz_input *in);
u64 fuzz_u64(struct fuzz_input *in);

/**
 * struct fuzz_target - one subject
 * @name: as in fuzz=NAME
 * @init: once, before anything is counted: what it takes, it keeps. Returns 0
 * @run: one input; gives back all it takes
 * @pages: as many as inputs get to share, 0: all; fewer are sooner used up
 */
struct fuzz_target {
	const char *name;
	int (*init)(void);
	void (*run)(struct fuzz_input *in);
	unsigned long pages;
};

extern const struct fuzz_target fuzz_boot, fuzz_buddy, fuzz_slab, fuzz_vmalloc, fuzz_vma, fuzz_module;

/* The input has found something: say what, in which operation, and end. */
void fuzz_fail(const char *file, int line, const char *cond, const char *fmt, ...)
	__printf(4, 5) __noreturn __cold;

#define FUZZ_CHECK(cond, ...)                                              \
	do {                                                               \
		if (unlikely(!(cond)))                                     \
			fuzz_fail(__FILE__, __LINE__, #cond, __VA_ARGS__); \
	} while (0)

/* Memory for a model, zeroed, for good. NULL: none. */
void *fuzz_model(size_t size);

/*
 * Shortage: take memory until `leave` pages are left of what ordinary requests may have; give it
 * back; does it last? While it does, requests may fail, and must have changed nothing then. It ends
 * with the input.
 */
void fuzz_hoard(unsigned long leave);
void fuzz_release(void);
bool fuzz_short(void);

/* Word `i` of memory whose content follows from `seed`. */
#define FUZZ_WORD(seed, i) \
	((((seed) + 1) ^ ((u64)(i) + 1) * 0xbf58476d1ce4e5b9ULL) * 0x9e3779b97f4a7c15ULL)

static inline u64 fuzz_word(u64 seed, u64 i)
{
	return FUZZ_WORD(seed, i);
}

/* Bytes that follow from `seed`, and whether they still do; any size and alignment. */
void fuzz_fill(void *p, size_t n, u64 seed);
bool fuzz_filled(const void *p, size_t n, u64 seed);
/* All zero? */
bool fuzz_zero(const void *p, size_t n);

/* Reports that are expected begin here … and there were exactly `n` of them. */
void fuzz_expect_begin(void);
void fuzz_expect_end(unsigned int n, const char *what);

#endif
