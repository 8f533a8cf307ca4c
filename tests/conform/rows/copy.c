// SPDX-License-Identifier: MIT
/*
 * Copies of strings and memory that are allocated: kstrdup() and its relatives, kasprintf().
 *
 * Source: their kernel-doc in Linux's "The Linux Kernel API", String Manipulation.
 */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "conform.h"

static const char constant[] = "a constant";

static void strings(conform_t *c)
{
	char *p = kstrdup("twelve bytes", GFP_KERNEL);

	ROW_TEXT(c, "copy.kstrdup", "twelve bytes", p);
	ROW(c, "copy.kstrdup_room", 16, ksize(p));
	kfree(p);
	ROW(c, "copy.kstrdup_null", 1, kstrdup(any_ptr(NULL), GFP_KERNEL) == NULL);
	p = kstrdup(any_ptr(""), GFP_KERNEL);
	ROW(c, "copy.kstrdup_empty", 0, strlen(p));
	ROW(c, "copy.kstrdup_empty_room", 8, ksize(p));
	kfree(p);
	p = kstrndup("twelve bytes", any(6), GFP_KERNEL);
	ROW_TEXT(c, "copy.kstrndup_cut", "twelve", p);
	kfree(p);
	p = kstrndup("short", any(100), GFP_KERNEL);
	ROW_TEXT(c, "copy.kstrndup_short", "short", p);
	ROW(c, "copy.kstrndup_short_room", 8, ksize(p));
	kfree(p);
	ROW(c, "copy.kstrndup_null", 1, kstrndup(any_ptr(NULL), any(5), GFP_KERNEL) == NULL);
	p = kstrndup("none", any(0), GFP_KERNEL);
	ROW(c, "copy.kstrndup_none", 0, strlen(p));
	kfree(p);
}

static void memory(conform_t *c)
{
	static const unsigned char bytes[4] = { 1, 0, 2, 0 };
	char *p = kmemdup_nul("abcdef", any(3), GFP_KERNEL);

	ROW_TEXT(c, "copy.kmemdup_nul", "abc", p);
	kfree(p);
	ROW(c, "copy.kmemdup_nul_null", 1, kmemdup_nul(any_ptr(NULL), any(3), GFP_KERNEL) == NULL);
	p = kmemdup(bytes, any(4), GFP_KERNEL);
	ROW(c, "copy.kmemdup", 0, memcmp(p, bytes, 4));
	kfree(p);
	ROW(c, "copy.kmemdup_none", 1, kmemdup(bytes, any(0), GFP_KERNEL) == ZERO_SIZE_PTR);
	ROW(c, "copy.kmemdup_too_much", 1,
	    kmemdup(any_ptr(bytes), any(SIZE_MAX), GFP_KERNEL | __GFP_NOWARN) == NULL);
	p = kmemdup_array(bytes, any(2), 2, GFP_KERNEL);
	ROW(c, "copy.kmemdup_array", 0, memcmp(p, bytes, 4));
	kfree(p);
	ROW(c, "copy.kmemdup_array_overflow", 1,
	    kmemdup_array(any_ptr(bytes), any(SIZE_MAX / 2), 4, GFP_KERNEL | __GFP_NOWARN) == NULL);
}

static void constants(conform_t *c)
{
	const char *p = kstrdup_const(any_ptr("moved"), GFP_KERNEL);
	char *made = kstrdup("made", GFP_KERNEL);
	const char *q = kstrdup_const(made, GFP_KERNEL);

	ROW_TEXT(c, "copy.kstrdup_const", "moved", p);
	ROW(c, "copy.kstrdup_const_of_heap_copies", 1, q != made);
	ROW_TEXT(c, "copy.kstrdup_const_of_heap", "made", q);
	kfree_const(p);
	kfree_const(q);
	kfree(made);
	kfree_const(NULL);
	ROW_TEXT(c, "copy.kfree_const_keeps", "a constant", constant);
}

CONFORM_AREA(copy, CONFORM_CASE(strings), CONFORM_CASE(memory), CONFORM_CASE(constants));
