// SPDX-License-Identifier: MIT
/*
 * What it takes to bring mm/ up: tell memblock what there is and what of it is taken, and call
 * mm_init(). arch/PORTING.md shows what stands between the marks; tests/check/porting compares.
 */
#include <asm/page.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include "port.h"

/* glue: begin */
void bring_up(phys_addr_t ram_size)
{
	phys_addr_t image = __pa(__image_start);

	memblock_set_current_limit(ram_size);		    /* what __va() reaches already */
	memblock_reserve(image, __pa(__image_end) - image); /* first all that is taken … */
	memblock_add(PAGE_SIZE, ram_size - PAGE_SIZE); /* … then what there is, but for page 0 */
	mm_init();
}
/* glue: end */
