/* SPDX-License-Identifier: MIT */
/*
 * Contract: why nobody may touch some memory, as memstate_shut() of asm/memstate.h is told.
 *
 * The numbers are the bytes that Linux's KASAN keeps for eight bytes of memory, so that dumps read
 * alike: 0: all eight may be touched, 1 … 7: the first so many, from 0x80 on: none.
 */
#ifndef ASM_MEMSTATE_WHY_H
#define ASM_MEMSTATE_WHY_H

enum memstate_why {
	MEMSTATE_PAGE_FREE = 0xff,    /* the page allocator's */
	MEMSTATE_PAGE_REDZONE = 0xfe, /* behind the bytes asked for, in a block of pages */
	MEMSTATE_REDZONE = 0xfc,      /* between objects, and behind the bytes asked for in one */
	MEMSTATE_FREE = 0xfb,	      /* an object that was freed */
	MEMSTATE_GLOBAL = 0xf9,	      /* behind a variable of the image or of a module */
	MEMSTATE_VMALLOC = 0xf8,      /* an area of virtual addresses: behind its end, or freed */
	MEMSTATE_PERCPU_FREE = 0xf7,  /* a per-CPU variable that was freed; Linux has no such byte */
	MEMSTATE_NEVER = 0xf6,	      /* the states themselves */
	MEMSTATE_MEMPOOL = 0xef,      /* pages and areas that a mempool keeps; nor has Linux this one */
	/* the compiler's, on stacks */
	MEMSTATE_STACK_LEFT = 0xf1,
	MEMSTATE_STACK_MID = 0xf2,
	MEMSTATE_STACK_RIGHT = 0xf3,
	MEMSTATE_STACK_PARTIAL = 0xf4,
	MEMSTATE_ALLOCA_LEFT = 0xca,
	MEMSTATE_ALLOCA_RIGHT = 0xcb,
};

#endif
