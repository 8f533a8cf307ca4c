/* SPDX-License-Identifier: MIT */
/* Kernel stacks and their guard pages. Private to arch/. */
#ifndef ARCH_STACKS_H
#define ARCH_STACKS_H

struct kstack {
	const char *name;
	unsigned long low, high;	     /* usable bytes [low, high) */
	unsigned long guard_low, guard_high; /* unmapped */
};

extern struct kstack kstacks[];
extern unsigned int nr_kstacks;

enum { KSTACK_BOOT, KSTACK_DF, KSTACK_NMI, KSTACK_MC };

/* Unmap the guard pages; from here on an overflow is a fault. */
void stacks_protect(void);

#endif
