/* SPDX-License-Identifier: MIT */
/*
 * Values that should never be used, so that one recognises them. They are Linux's: tools and eyes
 * know them.
 */
#ifndef LINUX_POISON_H
#define LINUX_POISON_H

/* Non-canonical: a use of a removed list entry is a general protection fault. */
#define POISON_POINTER_DELTA 0xdead000000000000UL
#define LIST_POISON1	     ((void *)(0x100 + POISON_POINTER_DELTA))
#define LIST_POISON2	     ((void *)(0x122 + POISON_POINTER_DELTA))

#define POISON_INUSE 0x5a /* allocated, not yet initialised */
#define POISON_FREE  0x6b /* freed */
#define POISON_END   0xa5 /* last byte of a poisoned object */

#define SLUB_RED_INACTIVE 0xbb
#define SLUB_RED_ACTIVE	  0xcc

#define PAGE_POISON	    0xaa

#define STACK_END_MAGIC 0x57AC6E9DUL /* the lowest word of each thread's stack */

#define POISON_FREE_INITMEM 0xcc

#endif
