// SPDX-License-Identifier: MIT
/*
 * Quarry as a process: build/host/quarry [--mem SIZE | --map ROWS] [--junk] [--smp CPUS] [--seed N] [--module FILE …]
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
	fputs("usage: quarry [--mem SIZE | --map ROWS] [--junk] [--smp CPUS] [--seed N] [--module FILE]...\n"
	      "              [boot line ...]\n"
	      "       quarry --fuzz TARGET FILE ...\n"
	      "  SIZE like 64M or 16G (default 512M), CPUS 1 to 4 (default 1)\n"
	      "  ROWS: start-end:type or start+size:type, by commas, or a file with one a line\n"
	      "  (whose name does not begin with a digit); type: usable, reserved, acpi, nvs, bad\n"
	      "  or a number\n"
	      "  --seed: which entries of the TLB are evicted; printed at the start\n"
	      "  --junk: RAM starts full of junk, not of zeros\n"
	      "  the boot line is the kernel's, for example\n"
	      "  test='page_alloc*' test_seed=1 memmap_test=holes\n",
	      to);
}

const char program_name[] = "quarry";
const char program_help[] = "quarry --help says more";

/* The whole of `text` as a number from `low` to `high`; `takes` says so. */
static unsigned long parse_option(const char *option, const char *text, unsigned long low,
				  unsigned long high, const char *takes)
{
	unsigned long n;
	const char *end = parse_number(text, &n);

	if (!end || *end || n < low || n > high)
		bad_usage("%s takes %s, not '%.64s'", option, takes, text);
	return n;
}

static unsigned long parse_size(const char *text)
{
	return parse_option("--mem", text, MIN_MEM, MAX_MEM, "a size from 2M to 1022G") &
	       ~(HOST_PAGE - 1);
}

static unsigned long parse_seed(const char *text)
{
	return parse_option("--seed", text, 1, ~0UL, "a number from 1 to 2^64 - 1");
}

static unsigned int parse_cpus(const char *text)
{
	return (unsigned int)parse_option("--smp", text, 1, HOST_CPUS, "1 to 4 CPUs");
}

/* Replaying a target's inputs takes all other arguments. */
static int parse_replay(int argc, char **argv, struct machine *m)
{
	if (argc < 2 || strcmp(argv[1], "--fuzz"))
		return 0;
	if (argc < 4)
		bad_usage("--fuzz takes a target and files");
	fuzz_machine(m, argv[2]);
	replay_files(argc - 3, argv + 3);
	return 1;
}

/* The word behind option `i`. */
static const char *value_of(char **argv, int i)
{
	if (!argv[i + 1])
		bad_usage("%s needs a value", argv[i]);
	return argv[i + 1];
}

/* Options, and between them the words of the boot line, which begin with anything but a dash. */
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
		} else if (!strcmp(argv[i], "--mem")) {
			mem = parse_size(value_of(argv, i++));
		} else if (!strcmp(argv[i], "--map")) {
			map = value_of(argv, i++);
		} else if (!strcmp(argv[i], "--junk")) {
			m->junk = 1;
		} else if (!strcmp(argv[i], "--seed")) {
			m->seed = parse_seed(value_of(argv, i++));
		} else if (!strcmp(argv[i], "--smp")) {
			host_nr_cpus = parse_cpus(value_of(argv, i++));
		} else if (!strcmp(argv[i], "--module")) {
			if (m->nr_modules == MODULES_MAX)
				bad_usage("at most %d modules can be handed over", MODULES_MAX);
			m->module[m->nr_modules++] = value_of(argv, i++);
		} else if (!strcmp(argv[i], "--fuzz")) {
			bad_usage("--fuzz stands first, and no other option with it");
		} else if (argv[i][0] == '-') {
			bad_usage("no option is called '%.64s'", argv[i]);
		} else if (n + strlen(argv[i]) + 2 > sizeof(m->line) - sizeof("poweroff")) {
			bad_usage("the boot line is too long: it holds %zu bytes",
				  sizeof(m->line) - sizeof(" poweroff"));
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
