// SPDX-License-Identifier: MIT
/*
 * Quarry as a process: build/host/quarry [--mem SIZE | --map ROWS] [--junk] [--smp CPUS] [--seed N] [--module FILE]
 *                                          [boot line …]
 *                       build/host/quarry --fuzz TARGET FILE …
 *
 * This half is firmware and loader. It makes RAM as the memory map asks for it (map.c, memory.c), puts
 * the kernel's image where a loader would have put it, writes the start information of the PVH
 * protocol into low memory (firmware.c), and starts boot_main(), which can't tell the difference;
 * start.c has these steps in their order. With --fuzz the kernel runs the inputs of a fuzz target
 * (tests/fuzz) from files (replay.c).
 *
 * Exit status: that of tests/run (host_exit()).
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <x86intrin.h>
#include "../host.h"
#include "process.h"

#define MIN_MEM	    (2 * MIB)
#define DEFAULT_MEM (512 * MIB)
#define MAX_MEM \
	(1022 * GIB) /* what the direct map holds, less the hole and an end that nothing is at */

static void usage(FILE *to)
{
	fputs("usage: quarry [--mem SIZE | --map ROWS] [--junk] [--smp CPUS] [--seed N] [--module FILE]\n"
	      "              [boot line ...]\n"
	      "       quarry --fuzz TARGET FILE ...\n"
	      "  SIZE like 64M or 16G (default 512M), CPUS 1 to 4 (default 1)\n"
	      "  ROWS: start-end:type or start+size:type, by commas, or a file with one a line;\n"
	      "  type: usable, reserved, acpi, nvs, bad or a number\n"
	      "  --seed: which entries of the TLB are evicted; printed at the start\n"
	      "  --junk: RAM starts full of junk, not of zeros\n"
	      "  the boot line is the kernel's, for example\n"
	      "  test='page_alloc*' test_seed=1 memmap_test=holes\n",
	      to);
}

void unusable(const char *what)
{
	fprintf(stderr, "quarry: %s\n", what);
	exit(STATUS_UNUSABLE);
}

void bad_usage(const char *what)
{
	fprintf(stderr, "quarry: %s\n", what);
	usage(stderr);
	exit(STATUS_UNUSABLE);
}

static unsigned long parse_size(const char *text)
{
	unsigned long n = 0;

	text = parse_number(text, &n);
	if (!text || *text)
		bad_usage("--mem takes a size like 512M");
	if (n < MIN_MEM || n > MAX_MEM)
		bad_usage("--mem takes 2M to 1022G");
	return n & ~(HOST_PAGE - 1);
}

static unsigned long parse_seed(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (end == text || *end || !n)
		bad_usage("--seed takes a number that is not 0");
	return n;
}

static unsigned int parse_cpus(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (end == text || *end || n < 1 || n > HOST_CPUS)
		bad_usage("--smp takes 1 to 4");
	return (unsigned int)n;
}

/* Replaying a target's inputs takes all other arguments. */
static int parse_replay(int argc, char **argv, struct machine *m)
{
	if (argc < 4 || strcmp(argv[1], "--fuzz"))
		return 0;
	fuzz_machine(m, argv[2]);
	replay_files(argc - 3, argv + 3);
	return 1;
}

/* Options first, then the words of the boot line. */
static void parse_args(int argc, char **argv, struct machine *m)
{
	size_t n = 0;
	const char *map = NULL;
	unsigned long mem = 0;

	if (parse_replay(argc, argv, m))
		return;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			usage(stdout);
			exit(0);
		} else if (!strcmp(argv[i], "--mem") && i + 1 < argc) {
			mem = parse_size(argv[++i]);
		} else if (!strcmp(argv[i], "--map") && i + 1 < argc) {
			map = argv[++i];
		} else if (!strcmp(argv[i], "--junk")) {
			m->junk = 1;
		} else if (!strcmp(argv[i], "--seed") && i + 1 < argc) {
			m->seed = parse_seed(argv[++i]);
		} else if (!strcmp(argv[i], "--smp") && i + 1 < argc) {
			host_nr_cpus = parse_cpus(argv[++i]);
		} else if (!strcmp(argv[i], "--module") && i + 1 < argc) {
			m->module = argv[++i];
		} else if (!strncmp(argv[i], "--", 2)) {
			bad_usage("no such option");
		} else if (n + strlen(argv[i]) + 2 > sizeof(m->line) - sizeof("poweroff")) {
			bad_usage("the boot line is too long");
		} else {
			n += (size_t)sprintf(m->line + n, "%s ", argv[i]);
		}
	}
	strcpy(m->line + n, "poweroff");
	if (map && mem)
		bad_usage("--mem and --map exclude each other");
	if (map)
		map_from_text(map);
	else
		map_from_size(mem ? mem : DEFAULT_MEM);
}

int main(int argc, char **argv)
{
	static struct machine machine;
	unsigned long long cycles = __rdtsc();

	parse_args(argc, argv, &machine);
	make_machine(&machine, argv, cycles);
	host_enter_kernel(INFO_PHYS, cycles);
}
