/* SPDX-License-Identifier: MIT */
#ifndef LINUX_BSEARCH_H
#define LINUX_BSEARCH_H

#include <linux/types.h>
#include <linux/sort.h>

/*
 * An element equal to `key` in a sorted array, or NULL. O(log num) comparisons, cmp(key, element).
 */
void *bsearch(const void *key, const void *base, size_t num, size_t size, cmp_func_t cmp);

#endif
