// SPDX-License-Identifier: MIT
/*
 * Quarry as a process: build/host/quarry [--mem SIZE] [--module FILE] [boot line …]
 *
 * This half is firmware and loader. It makes RAM (a sparse file in memory), puts the kernel's image
 * where a loader would have put it, writes the start information of the PVH protocol into low
 * memory, and starts boot_main(), which can't tell the difference:
 *
 *	0 … 640K        RAM; start information from INFO_PHYS on
 *	640K … 1M       nothing
 *	1M … 3G         RAM (the image inside it)
 *	3G … 4G         nothing, but a page that answers as a local interrupt controller would
 *	4G …            the rest of RAM
 *
 * The image is part of the program's file. Its pages are copied into RAM at the physical address
 * that host.ld gives them, and RAM is mapped over the writable ones, so the direct map shows the image
 * as on the machine; code and constants never change, and stay pages of the file, where profilers find
 * their names. Regions that are not free (an unlucky address randomisation, which more than 192 GiB of
 * RAM always meets) make the process start itself again without randomisation.
 *
 * Exit status: that of tests/run (host_exit()).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>
#include "../host.h"
#include "process.h"

#define KIB	1024UL
#define MIB	(1024 * KIB)
#define GIB	(1024 * MIB)
#define MIN_MEM (2 * MIB)
#define MAX_MEM \
	(1022 * GIB) /* what the direct map holds, less the hole and an end that nothing is at */
#define LOW_END		   (640 * KIB)
#define HIGH_START	   (1 * MIB)
#define HOLE_START	   (3 * GIB)
#define HOLE_END	   (4 * GIB)
#define INFO_PHYS	   0x10000UL
#define LINE_PHYS	   0x11000UL
#define LINE_MAX	   2048
#define LAPIC_VERSION_PHYS 0xfee00030UL
#define LAPIC_VERSION	   0x00050014U

/* The PVH protocol's structures (Xen's public/arch-x86/hvm/start_info.h defines them). */
struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp, memmap;
	uint32_t memmap_entries, reserved;
};

struct memmap_entry {
	uint64_t addr, size;
	uint32_t type, reserved;
};

struct modlist_entry {
	uint64_t addr, size, cmdline, reserved;
};

/* All that low memory holds of it. */
struct boot_page {
	struct start_info info;
	struct memmap_entry map[3];
	struct modlist_entry module;
	char module_name[128];
};

static unsigned long mem = 512 * MIB;
static const char *module_path;

static void usage(FILE *to)
{
	fputs("usage: quarry [--mem SIZE] [--module FILE] [boot line ...]\n"
	      "  SIZE like 64M or 16G (default 512M); the boot line is the kernel's, for example\n"
	      "  test='page_alloc*' test_seed=1 memmap_test=holes\n",
	      to);
}

static void bad_usage(const char *what)
{
	fprintf(stderr, "quarry: %s\n", what);
	usage(stderr);
	exit(STATUS_UNUSABLE);
}

static unsigned long parse_size(const char *text)
{
	static const char units[] = "KMGT";
	char *end;
	unsigned long long n = strtoull(text, &end, 0);
	const char *unit = *end ? strchr(units, *end) : NULL;

	if (unit) {
		n <<= 10 * (unit - units + 1);
		end++;
	}
	if (end == text || *end)
		bad_usage("--mem takes a size like 512M");
	if (n < MIN_MEM || n > MAX_MEM)
		bad_usage("--mem takes 2M to 1022G");
	return n & ~(HOST_PAGE - 1);
}

/* Options first, then the words of the boot line. */
static void parse_args(int argc, char **argv, char *line)
{
	size_t n = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			usage(stdout);
			exit(0);
		} else if (!strcmp(argv[i], "--mem") && i + 1 < argc) {
			mem = parse_size(argv[++i]);
		} else if (!strcmp(argv[i], "--module") && i + 1 < argc) {
			module_path = argv[++i];
		} else if (!strncmp(argv[i], "--", 2)) {
			bad_usage("no such option");
		} else if (n + strlen(argv[i]) + 2 > LINE_MAX - sizeof("poweroff")) {
			bad_usage("the boot line is too long");
		} else {
			n += (size_t)sprintf(line + n, "%s ", argv[i]);
		}
	}
	strcpy(line + n, "poweroff");
}

/* ---- memory ---- */

static unsigned long ram_end(void)
{
	return mem <= HOLE_START ? mem : HOLE_END + (mem - HOLE_START);
}

static void size_ram(void)
{
	unsigned long end = ram_end();

	host_ram_size = end > HOLE_END ? end : HOLE_END;
}

static void make_ram(void)
{
	ram_fd = memfd_create("quarry-ram", MFD_CLOEXEC);
	if (ram_fd < 0 || ftruncate(ram_fd, (off_t)host_ram_size))
		die("no RAM");
	host_ram = mmap(NULL, host_ram_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			ram_fd, 0);
	if (host_ram == MAP_FAILED)
		die("no view of RAM");
	memcpy(host_ram + LAPIC_VERSION_PHYS, &(uint32_t){ LAPIC_VERSION }, 4);
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

	if (now == -1 || (now & ADDR_NO_RANDOMIZE) || personality(now | ADDR_NO_RANDOMIZE) == -1)
		return;
	execv("/proc/self/exe", argv);
	die("can't start again without address randomisation");
}

static void reserve_regions(char **argv)
{
	struct host_region regions[HOST_REGIONS];

	host_regions(regions);
	for (unsigned int i = 0; i < HOST_REGIONS; i++) {
		if (reserve(regions[i].start, regions[i].size))
			continue;
		restart(argv);
		if (!reserve(regions[i].start, regions[i].needed))
			die("the kernel's regions are not free in this process");
	}
}

static void move_image(void)
{
	unsigned long start, data, end, phys;

	host_image(&start, &data, &end, &phys);
	memcpy(host_ram + phys, (void *)start, end - start);
	host_map(data, phys + (data - start), end - data, HOST_R | HOST_W);
}

/* ---- what a loader says ---- */

static unsigned int make_map(struct memmap_entry *map)
{
	unsigned int n = 0;

	map[n++] = (struct memmap_entry){ .addr = 0, .size = LOW_END, .type = 1 };
	map[n++] = (struct memmap_entry){
		.addr = HIGH_START,
		.size = (mem < HOLE_START ? mem : HOLE_START) - HIGH_START,
		.type = 1,
	};
	if (mem > HOLE_START)
		map[n++] = (struct memmap_entry){ .addr = HOLE_END,
						  .size = mem - HOLE_START,
						  .type = 1 };
	return n;
}

/* Modules go to the end of low RAM, as QEMU's do. */
static void load_module(struct boot_page *page)
{
	unsigned long top = mem < HOLE_START ? mem : HOLE_START, at;
	int fd = open(module_path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die(module_path);
	if (st.st_size <= 0 || (unsigned long)st.st_size > top / 2)
		bad_usage("the module does not fit");
	at = (top - (unsigned long)st.st_size) & ~(HOST_PAGE - 1);
	if (pread(fd, host_ram + at, (size_t)st.st_size, 0) != st.st_size)
		die(module_path);
	close(fd);
	snprintf(page->module_name, sizeof(page->module_name), "%s", module_path);
	page->module = (struct modlist_entry){
		.addr = at,
		.size = (uint64_t)st.st_size,
		.cmdline = INFO_PHYS + offsetof(struct boot_page, module_name),
	};
	page->info.nr_modules = 1;
	page->info.modlist = INFO_PHYS + offsetof(struct boot_page, module);
}

static void write_boot_info(const char *line)
{
	struct boot_page *page = (struct boot_page *)(host_ram + INFO_PHYS);

	page->info = (struct start_info){
		.magic = 0x336ec578,
		.version = 1,
		.cmdline = LINE_PHYS,
		.memmap = INFO_PHYS + offsetof(struct boot_page, map),
		.memmap_entries = make_map(page->map),
	};
	strcpy((char *)host_ram + LINE_PHYS, line);
	if (module_path)
		load_module(page);
}

/* ---- start ---- */

static void measure_clock(void)
{
	unsigned long long ns = host_clock_ns(), tsc = __rdtsc(), passed;

	do
		passed = host_clock_ns() - ns;
	while (passed < 2000000);
	host_cpu_khz = (unsigned int)((__rdtsc() - tsc) * 1000000 / passed);
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX];
	unsigned long long cycles = __rdtsc();

	parse_args(argc, argv, line);
	size_ram();
	reserve_regions(argv); /* before anything large can land there */
	make_ram();
	move_image();
	write_boot_info(line);
	measure_clock();
	host_seed = cycles * 0x9e3779b97f4a7c15ULL;
	signals_init();
	host_enter_kernel(INFO_PHYS, cycles);
}
