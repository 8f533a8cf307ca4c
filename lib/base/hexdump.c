/* SPDX-License-Identifier: MIT */
/*
 * Memory as hexadecimal text
 * ==========================
 *
 * A line shows up to 16 or 32 bytes in groups of 1, 2, 4 or 8; a group is a number in this
 * machine's byte order, zero padded. The ASCII column stands at the same place on every line:
 *
 *	6b 6b 6b 6b 6b 6b 6b a5				  kkkkkkk.
 *
 * Invariant I1: nothing is written past buf[size), and the line ends with a NUL if size > 0. The
 * caller vouches for the memory; what may be bad to read is dumped by the report engine. Any
 * context, O(len).
 */
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/ctype.h>
#include <linux/log2.h>
#include <linux/minmax.h>

struct line {
	char *buf;
	size_t size;
	size_t len; /* wanted, stored or not */
};

static void put(struct line *l, char c)
{
	if (l->len + 1 < l->size)
		l->buf[l->len] = c;
	l->len++;
}

/* One group, most significant byte first. */
static void put_group(struct line *l, const u8 *p, int n)
{
	while (n--) {
		put(l, "0123456789abcdef"[p[n] >> 4]);
		put(l, "0123456789abcdef"[p[n] & 15]);
	}
}

/**
 * hex_dump_to_buffer - one line of a dump
 *
 * Return: the length of the whole line; >= size means that it was cut.
 */
int hex_dump_to_buffer(const void *data, size_t len, int rowsize, int groupsize, char *buf,
		       size_t size, bool ascii)
{
	struct line l = { .buf = buf, .size = size };
	const u8 *p = data;
	size_t column;

	rowsize = rowsize == 32 ? 32 : 16;
	len = min_t(size_t, len, rowsize);
	if (!is_power_of_2(groupsize) || groupsize > 8 || len % groupsize)
		groupsize = 1;
	for (size_t i = 0; i < len; i += groupsize) {
		if (i)
			put(&l, ' ');
		put_group(&l, p + i, groupsize);
	}
	column = rowsize * 2 + rowsize / groupsize + 1;
	while (ascii && len && l.len < column)
		put(&l, ' ');
	for (size_t i = 0; ascii && i < len; i++)
		put(&l, isprint(p[i]) ? p[i] : '.');
	if (size)
		buf[min(l.len, size - 1)] = '\0';
	return l.len;
}

/**
 * print_hex_dump - dump memory as messages of the given level, one line each
 */
void print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
		    int groupsize, const void *data, size_t len, bool ascii)
{
	const u8 *p = data;
	char line[32 * 3 + 2 + 32 + 1];

	rowsize = rowsize == 32 ? 32 : 16;
	for (size_t i = 0; i < len; i += rowsize) {
		hex_dump_to_buffer(p + i, min_t(size_t, len - i, rowsize), rowsize, groupsize, line,
				   sizeof(line), ascii);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			printk("%s%s%px: %s\n", level, prefix, p + i, line);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			printk("%s%s%.8zx: %s\n", level, prefix, i, line);
		else
			printk("%s%s%s\n", level, prefix, line);
	}
}
