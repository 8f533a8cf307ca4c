// SPDX-License-Identifier: MIT
/*
 * The bench runner: bench=<glob>[,<glob>…] on the boot line runs the rows it names and prints one
 * comma-separated line each:
 *
 *	bench,<name>,<ticks per operation>,<Linux 6.12>,<Linux 6.1>,<bytes moved>
 *
 * Under -icount shift=0 a tick is one retired instruction, so the figures repeat exactly.
 * tests/bench/run makes the table of them. Rows about two CPUs are left out where one runs, and else
 * print
 *
 *	smp,<name>,<operations a millisecond on one CPU>,<on two>,<their ratio in percent>
 */
#include <asm/irqflags.h>
#include <asm/smp.h>
#include <linux/errno.h>
#include <linux/glob.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "bench.h"

extern const struct bench __benches_start[], __benches_end[];

static const char *wanted;

static int set_bench(const char *val)
{
	wanted = val && *val ? val : "*";
	return 0;
}
BOOT_PARAM("bench", set_bench);

bool bench_requested(void)
{
	return wanted;
}

static bool is_wanted(const char *name)
{
	char pattern[64];

	for (const char *p = wanted; *p; p += *p == ',') {
		size_t n = strcspn(p, ",");

		if (n < sizeof(pattern)) {
			strscpy(pattern, p, n + 1);
			if (glob_match(pattern, name))
				return true;
		}
		p += n;
	}
	return false;
}

static void run_smp(const struct bench *b)
{
	struct smp_rates r = { 0 };

	if (READ_ONCE(nr_online_cpus) < 2)
		return;
	b->run_smp(&r);
	kprint_raw("smp,%s,%llu,%llu,%llu\n", b->name, r.one, r.two,
		   r.one ? r.two * 100 / r.one : 0);
}

int bench_run(void)
{
	unsigned int ran = 0;

	for (const struct bench *b = __benches_start; b < __benches_end; b++) {
		if (!is_wanted(b->name))
			continue;
		mm_quiesce();
		ran++;
		if (b->run_smp) {
			run_smp(b);
			continue;
		}
		kprint_raw("bench,%s,%llu,%u,%u,%u\n", b->name, b->run(), b->linux_612, b->linux_61,
			   b->bytes);
	}
	if (!ran) {
		pr_err("bench=%s matches no row\n", wanted);
		return -ENOENT;
	}
	kprint_raw("bench,end,%u,0,0,0\n", ran);
	return 0;
}
