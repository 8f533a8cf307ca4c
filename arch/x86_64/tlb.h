/* SPDX-License-Identifier: MIT */
/* TLB flushes as the other files of arch/x86_64, and its tests, see them. */
#ifndef X86_TLB_H
#define X86_TLB_H

#include <linux/types.h>

/* What a CPU has had to do with flushes on several CPUs. */
struct tlb_stats {
	unsigned long asked;  /* flushes for which it asked others */
	unsigned long ipis;   /* interrupts it sent for them */
	unsigned long served; /* flushes that it carried out for others */
	unsigned long late;   /* requests that were covered by another one's flush */
};
void tlb_stats_read(unsigned int cpu, struct tlb_stats *s);

/* Requests that wait for CPU `cpu`. */
unsigned long tlb_pending(unsigned int cpu);

/* So many of the next requests to other CPUs are lost. */
extern unsigned int tlb_drop_ipis;

#endif
