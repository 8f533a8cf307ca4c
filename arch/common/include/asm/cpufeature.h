/* SPDX-License-Identifier: MIT */
/* What this CPU has. Set by cpu_init(), read-only after. For arch and boot only. */
#ifndef ASM_CPUFEATURE_H
#define ASM_CPUFEATURE_H

#include <linux/types.h>

extern bool cpu_has_smap, cpu_has_smep, cpu_has_umip, cpu_has_gbpages, cpu_has_nx;
extern unsigned int cpu_phys_bits;

#endif
