// SPDX-License-Identifier: MIT
/*
 * The memory of the machine that this process is: RAM, the regions of the kernel's addresses, the
 * image in its place.
 *
 * RAM is a sparse file in memory; what a table or entry of it shows is mapped from there (os.c). The
 * image is part of the program's file. Its pages are copied into RAM at the physical address
 * that host.ld gives them, and RAM is mapped over the writable ones, so the direct map shows the image
 * as on the machine; code and constants never change, and stay pages of the file, where profilers find
 * their names.
 *
 * Address randomisation mostly puts the C library into the last region, the direct map's. Then the
 * process starts itself again without it. Where that is forbidden (some containers do), what must
 * be free is no more than the RAM that was asked for needs: less of it is likelier to fit.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>
#include "../host.h"
#include "process.h"

#define LAPIC_VERSION_PHYS 0xfee00030UL
#define LAPIC_VERSION	   0x00050014U

/* A page of the hole answers as a local interrupt controller would, so RAM's file covers it. */
void size_ram(void)
{
	struct host_region regions[HOST_REGIONS];

	host_regions(regions);
	host_ram_size = map_ram_end(regions[HOST_DIRECT_MAP].size);
}

/* A process may start without standard streams: what is written to them must not land in RAM. */
static int keep_off_streams(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	close(fd);
	return high;
}

void make_ram(void)
{
	ram_fd = memfd_create("quarry-ram", MFD_CLOEXEC);
	if (ram_fd >= 0)
		ram_fd = keep_off_streams(ram_fd);
	if (ram_fd < 0 || ftruncate(ram_fd, (off_t)host_ram_size))
		die("no RAM");
	host_ram = mmap(NULL, host_ram_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			ram_fd, 0);
	if (host_ram == MAP_FAILED)
		die("no view of RAM");
	memcpy(host_ram + LAPIC_VERSION_PHYS, &(uint32_t){ LAPIC_VERSION }, 4);
}

/* Bytes of the row that are RAM, from its start on. */
static unsigned long ram_of_row(const struct map_row *row)
{
	unsigned long end = row->start + row->size;

	if (row->type != MAP_USABLE || end < row->start || row->start >= host_ram_size)
		return 0;
	return (end < host_ram_size ? end : host_ram_size) - row->start;
}

/* As on a machine that ran something else before: whoever needs zeros must write them. */
void fill_ram(void)
{
	unsigned long there = (unsigned long)sysconf(_SC_PHYS_PAGES) * HOST_PAGE, all = 0;
	unsigned int nr;
	const struct map_row *rows = map_rows(&nr);

	for (unsigned int i = 0; i < nr; i++)
		all += ram_of_row(&rows[i]);
	if (all > there)
		unusable("--junk writes all RAM, %lu MiB, and this machine has %lu MiB", all / MIB,
			 there / MIB);
	for (unsigned int i = 0; i < nr; i++)
		memset(host_ram + rows[i].start, 0xa5, ram_of_row(&rows[i]));
}

static int reserve(unsigned long start, unsigned long size)
{
	void *got = mmap((void *)start, size, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (got == (void *)start)
		return 1;
	if (got != MAP_FAILED)
		munmap(got, size); /* a kernel before 4.17 takes the address for a hint */
	return 0;
}

/* Start again without address randomisation; comes back if that is what we are already. */
static void restart(char **argv)
{
	int now = personality(0xffffffff);

	if (!checker_allows_exec() || now == -1 || (now & ADDR_NO_RANDOMIZE) ||
	    personality(now | ADDR_NO_RANDOMIZE) == -1)
		return;
	execv("/proc/self/exe", argv);
	die("can't start again without address randomisation");
}

/*
 * The addresses beside a region are no region's, and must fault: without these pages the process's
 * next mapping, RAM's own view, may come to lie there. What stands there already, a neighbour region
 * or the checker's memory, stays.
 */
static void guard_region(const struct host_region *r)
{
	reserve(r->start - HOST_PAGE, HOST_PAGE);
	reserve(r->start + r->needed, HOST_PAGE); /* the region's own, if all of it was free */
	reserve(r->start + r->size, HOST_PAGE);
}

void reserve_regions(char **argv)
{
	struct host_region regions[HOST_REGIONS];

	host_regions(regions);
	for (unsigned int i = 0; i < HOST_REGIONS; i++) {
		if (reserve(regions[i].start, regions[i].size))
			continue;
		restart(argv);
		if (!reserve(regions[i].start, regions[i].needed))
			die("the kernel's addresses are taken; try again, or with less memory");
	}
	for (unsigned int i = 0; i < HOST_REGIONS; i++)
		guard_region(&regions[i]);
}

/* memcpy() of what may have red zones between its variables. */
static void copy_raw(void *to, const void *from, unsigned long n)
{
	__asm__ __volatile__("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

void move_image(void)
{
	unsigned long start, data, end, phys;

	host_image(&start, &data, &end, &phys);
	copy_raw(host_ram + phys, (void *)start, end - start);
	host_map(data, phys + (data - start), end - data, HOST_R | HOST_W);
}
