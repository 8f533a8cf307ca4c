/* SPDX-License-Identifier: MIT */
/*
 * Sorting and searching arrays
 * ============================
 *
 * sort() is heapsort: in place, never worse than O(n log n), no recursion, no memory. The array is
 * seen as a binary tree, element i with children 2i+1 and 2i+2. Bottom-up variant (Wegener 1993):
 * to sift an element down, first walk to a leaf along the larger children (one comparison a level
 * instead of two), then climb back to where the element belongs.
 *
 * Invariants
 *   I1  While the heap is built down to element i, every element from i on is >= its children.
 *   I2  While it is taken apart with n elements left, [0, n) is a heap and [n, num) is sorted and
 *       >= everything in the heap.
 *   I3  Elements are only ever exchanged, so the array stays a permutation of itself whatever cmp
 *       answers.
 *
 * bsearch(): the key, if present, is in [low, low + num). O(log n). Contexts: any that cmp allows.
 */
#include <linux/sort.h>
#include <linux/bsearch.h>
#include <linux/compiler.h>

struct sorting {
	char *base;
	size_t size;
	cmp_r_func_t cmp;
	swap_r_func_t swap;
	const void *priv;
};

static void swap_bytes(void *a, void *b, int size, const void *priv)
{
	char *p = a, *q = b;

	while (size--) {
		char t = *p;

		*p++ = *q;
		*q++ = t;
	}
}

static void swap_words(void *a, void *b, int size, const void *priv)
{
	u64 *p = a, *q = b;

	for (; size; size -= 8) {
		u64 t = *p;

		*p++ = *q;
		*q++ = t;
	}
}

static void *element(const struct sorting *s, size_t i)
{
	return s->base + i * s->size;
}

static int compare(const struct sorting *s, size_t i, size_t j)
{
	return s->cmp(element(s, i), element(s, j), s->priv);
}

static void exchange(const struct sorting *s, size_t i, size_t j)
{
	s->swap(element(s, i), element(s, j), s->size, s->priv);
}

/* The leaf that one reaches from i by always taking the larger child, in a heap of n. */
static size_t larger_leaf(const struct sorting *s, size_t i, size_t n)
{
	while (2 * i + 2 < n)
		i = compare(s, 2 * i + 1, 2 * i + 2) > 0 ? 2 * i + 1 : 2 * i + 2;
	return 2 * i + 1 < n ? 2 * i + 1 : i;
}

/*
 * Restore the heap order of element i. The path to the leaf holds larger and larger elements
 * upwards; i's place is the lowest one not smaller than it. Exchanging i's content with each
 * position of the path from that place upwards moves the path up by one.
 */
static void sift_down(const struct sorting *s, size_t i, size_t n)
{
	size_t place = larger_leaf(s, i, n);

	while (place != i && compare(s, i, place) >= 0)
		place = (place - 1) / 2;
	for (size_t at = place; at != i; at = (at - 1) / 2)
		exchange(s, i, at);
}

/**
 * sort_r - sort an array; cmp and swap get `priv`
 */
void sort_r(void *base, size_t num, size_t size, cmp_r_func_t cmp, swap_r_func_t swap,
	    const void *priv)
{
	bool words = size % 8 == 0 && (unsigned long)base % 8 == 0;
	struct sorting s = {
		.base = base,
		.size = size,
		.cmp = cmp,
		.swap = swap ? swap : (words ? swap_words : swap_bytes),
		.priv = priv,
	};

	for (size_t i = num / 2; i--;)
		sift_down(&s, i, num);
	for (size_t n = num; n > 1; n--) {
		exchange(&s, 0, n - 1);
		sift_down(&s, 0, n - 1);
	}
}

/* Functions without a private argument, carried through one. */
struct plain {
	cmp_func_t cmp;
	swap_func_t swap;
};

static int plain_cmp(const void *a, const void *b, const void *priv)
{
	return ((const struct plain *)priv)->cmp(a, b);
}

static void plain_swap(void *a, void *b, int size, const void *priv)
{
	((const struct plain *)priv)->swap(a, b, size);
}

/**
 * sort - sort an array by cmp; swap may be NULL
 */
void sort(void *base, size_t num, size_t size, cmp_func_t cmp, swap_func_t swap)
{
	struct plain plain = { .cmp = cmp, .swap = swap };

	sort_r(base, num, size, plain_cmp, swap ? plain_swap : NULL, &plain);
}

/**
 * bsearch - find an element equal to `key` in a sorted array
 */
void *bsearch(const void *key, const void *base, size_t num, size_t size, cmp_func_t cmp)
{
	const char *low = base;

	while (num) {
		const char *middle = low + num / 2 * size;
		int c = cmp(key, middle);

		if (c == 0)
			return (void *)middle;
		if (c > 0) {
			low = middle + size;
			num--;
		}
		num /= 2;
	}
	return NULL;
}
