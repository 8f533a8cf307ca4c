// SPDX-License-Identifier: MIT
/*
 * The steps of a start, up to the kernel's first instruction: shared by the program (main.c) and the
 * fuzzer (fuzz.c).
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <stdio.h>
#include <string.h>
#include <x86intrin.h>
#include "../host.h"
#include "process.h"

#define FUZZ_MEM (64 * MIB) /* so that inputs of a few operations can use it up */

/*
 * The machine that inputs of fuzz targets run on, whoever feeds them. Further words of the boot line
 * may follow the target's name, each behind a plus: slab+slab_debug=FZPU.
 */
void fuzz_machine(struct machine *m, const char *target)
{
	int n = snprintf(m->line, sizeof(m->line), "fuzz=%s loglevel=4 poweroff", target);

	if (n < 0 || (size_t)n >= sizeof(m->line))
		bad_usage("the fuzz target's name is too long");
	for (char *plus = m->line; (plus = strchr(plus, '+'));)
		*plus = ' ';
	map_from_size(FUZZ_MEM);
}

/* Without it a trap's way in would trap (entry.S), for ever. */
static void need_xsave(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
		unusable("the CPU has no XSAVE, or the system does not let programs use it");
}

static void measure_clock(void)
{
	unsigned long long ns = host_clock_ns(), tsc = __rdtsc(), passed;

	do
		passed = host_clock_ns() - ns;
	while (passed < 2000000);
	host_cpu_khz = (unsigned int)((__rdtsc() - tsc) * 1000000 / passed);
}

void make_machine(const struct machine *m, char **argv, unsigned long long cycles)
{
	need_xsave();
	size_ram();
	reserve_regions(argv); /* before anything large can land there */
	make_ram();
	if (m->junk)
		fill_ram();
	move_image();
	write_boot_info(m);
	measure_clock();
	host_seed = m->seed ? m->seed : (cycles * 0x9e3779b97f4a7c15ULL) | 1;
	signals_init();
	cpus_init();
	checker_leave_stack(0);
}
