// SPDX-License-Identifier: MIT
/*
 * Formats of bitmaps.
 *
 * Source: "How to get printk format specifiers right".
 */
#include <linux/kernel.h>
#include <linux/sprintf.h>
#include "conform.h"

static void bitmaps(conform_t *c)
{
	unsigned long map[1] = { 0xf1 };
	char buf[16];

	snprintf(buf, sizeof(buf), any_ptr("%*pbl"), 32, map);
	ROW_TEXT(c, "format.pbl", "0,4-7", buf);
	snprintf(buf, sizeof(buf), any_ptr("%*pb"), 32, map);
	ROW_TEXT(c, "format.pb", "000000f1", buf);
}

CONFORM_AREA(format, CONFORM_CASE(bitmaps));
