// SPDX-License-Identifier: MIT
/* What asm/ headers of this machine reach in it, for modules (lib/module/exports_*.c have the rest). */
#include <asm/current.h>
#include <asm/percpu.h>
#include <asm/preempt.h>
#include <linux/export.h>

EXPORT_SYMBOL(__preempt_count);
EXPORT_SYMBOL(current_task);
EXPORT_SYMBOL(this_cpu_off);
