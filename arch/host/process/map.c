// SPDX-License-Identifier: MIT
/*
 * The memory map that the loader tells: made from a size, or given row by row.
 *
 *	--mem SIZE	0 … 640K        RAM
 *			640K … 1M       nothing
 *			1M … 3G         RAM (the image inside it)
 *			3G … 4G         nothing, but a page that answers as a local interrupt controller would
 *			4G …            the rest of RAM
 *	--map ROWS	what the rows say, in their order, right or wrong
 *
 *	rows:  row [, row …]            or the name of a file that has one row a line; a # and what
 *					follows is ignored. A name with a digit in front is rows.
 *	row:   start-end:type           end is the first byte behind it
 *	       start+size:type          may run past the end of all addresses
 *	type:  usable reserved acpi nvs bad, or the number itself
 *
 * Rows are decoded whole before anything is built on them: one that can't be read ends the program
 * with one line that quotes it. What can be read is told to the kernel as it is, since a map that
 * makes no sense is what --map is for.
 *
 * I1  RAM stands behind every usable address below `limit` (what the direct map holds), and behind
 *     all below 4 GiB: the loader's own writes and the image go somewhere whatever the map says.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../host.h"
#include "process.h"

#define LOW_END	   (640 * KIB)
#define HIGH_START (1 * MIB)
#define RAM_UNIT   (2 * MIB) /* RAM comes in whole ones: the largest entry that shows it */

static struct map_row rows[MAP_ROWS_MAX];
static unsigned int nr_rows;

const struct map_row *map_rows(unsigned int *nr)
{
	*nr = nr_rows;
	return rows;
}

static void add_row(unsigned long start, unsigned long size, unsigned int type)
{
	if (nr_rows == MAP_ROWS_MAX)
		unusable("--map: more than %d rows", MAP_ROWS_MAX);
	rows[nr_rows++] = (struct map_row){ .start = start, .size = size, .type = type };
}

void map_from_size(unsigned long mem)
{
	add_row(0, LOW_END, MAP_USABLE);
	add_row(HIGH_START, (mem < HOLE_START ? mem : HOLE_START) - HIGH_START, MAP_USABLE);
	if (mem > HOLE_START)
		add_row(HOLE_END, mem - HOLE_START, MAP_USABLE);
}

/* ---- reading rows ---- */

/* A number with K, M, G or T behind it; NULL: there is none, or it is too large. */
const char *parse_number(const char *text, unsigned long *n)
{
	static const char units[] = "KMGT";
	const char *unit;
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	*n = strtoul(text, &end, 0);
	if (errno)
		return NULL;
	unit = *end ? strchr(units, *end) : NULL;
	if (!unit)
		return end;
	if (__builtin_mul_overflow(*n, 1UL << 10 * (unit - units + 1), n))
		return NULL;
	return end + 1;
}

static int parse_type(const char *text, unsigned int *type)
{
	static const char *const names[] = { "usable", "reserved", "acpi", "nvs", "bad" };
	unsigned long n = 0;

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*type = i + 1;
			return 1;
		}
	}
	text = parse_number(text, &n);
	*type = (unsigned int)n;
	return text && !*text && n == *type;
}

/* What is wrong with the row; NULL: it was added. */
static const char *parse_row(const char *text)
{
	unsigned long start, n;
	unsigned int type;
	char how;

	text = parse_number(text, &start);
	if (!text || (*text != '-' && *text != '+'))
		return "does not begin with start-end or start+size";
	how = *text;
	text = parse_number(text + 1, &n);
	if (!text || *text != ':')
		return "needs an end or a size, then :type";
	if (!parse_type(text + 1, &type))
		return "has a type that is neither usable, reserved, acpi, nvs, bad nor a number";
	if (how == '-' && n < start)
		return "ends below its start";
	add_row(start, how == '-' ? n - start : n, type);
	return NULL;
}

static void take_row(const char *row)
{
	const char *wrong = parse_row(row);

	if (wrong)
		unusable("--map: '%.64s' %s", row, wrong);
}

static void take_line(char *line)
{
	static const char blanks[] = " \t\r\n";
	char *rest, *row, *more;

	line[strcspn(line, "#")] = '\0';
	row = strtok_r(line, blanks, &rest);
	if (!row)
		return;
	more = strtok_r(NULL, blanks, &rest);
	if (more)
		unusable("--map: '%.64s' stands behind '%.64s': one row a line, without blanks",
			 more, row);
	take_row(row);
}

static void read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;

	if (!f)
		unusable("--map: '%s' is neither rows nor a file: %s", path, strerror(errno));
	while (getline(&line, &room, f) >= 0)
		take_line(line);
	if (ferror(f))
		unusable("--map: '%s' can't be read: %s", path, strerror(errno));
	free(line);
	fclose(f);
}

void map_from_text(const char *spec)
{
	char *copy, *rest, *row;

	nr_rows = 0;
	if (!isdigit((unsigned char)*spec)) {
		read_file(spec);
	} else {
		rest = copy = strdup(spec);
		while ((row = strsep(&rest, ",")))
			take_row(row);
		free(copy);
	}
	if (!nr_rows)
		unusable("--map: '%s' has no row", spec);
}

/* ---- what it means ---- */

/* End of a row's RAM: where its bytes end, at `limit` at most. */
static unsigned long row_end(const struct map_row *r, unsigned long limit)
{
	unsigned long end = r->start + r->size;

	return end < r->start || end > limit ? limit : end;
}

unsigned long map_ram_end(unsigned long limit)
{
	unsigned long last = HOLE_END, end;

	for (unsigned int i = 0; i < nr_rows; i++) {
		if (rows[i].type != MAP_USABLE || rows[i].start >= limit || !rows[i].size)
			continue;
		end = row_end(&rows[i], limit);
		if (end > last)
			last = end;
	}
	return (last + RAM_UNIT - 1) & ~(RAM_UNIT - 1);
}

/* Would `size` bytes at `at` lie on what the loader has put somewhere already? */
static int is_taken(unsigned long at, unsigned long size)
{
	unsigned long start, data, end, phys;

	host_image(&start, &data, &end, &phys);
	return (at < phys + (end - start) && at + size > phys) ||
	       (at < INFO_END && at + size > INFO_PHYS);
}

/* The highest place, of those at the ends of usable rows, that is not taken; 0: none. */
static unsigned long place_below(unsigned long size, unsigned long limit)
{
	unsigned long best = 0, at;

	for (unsigned int i = 0; i < nr_rows; i++) {
		const struct map_row *r = &rows[i];

		if (r->type != MAP_USABLE || r->start >= limit || row_end(r, limit) < size)
			continue;
		at = (row_end(r, limit) - size) & ~(HOST_PAGE - 1);
		if (at < r->start || is_taken(at, size))
			continue;
		if (at > best)
			best = at;
	}
	return best;
}

/* Modules go to the end of low RAM, as QEMU's do. */
unsigned long map_place(unsigned long size)
{
	unsigned long at = place_below(size, HOLE_START);

	return at ? at : place_below(size, host_ram_size);
}
