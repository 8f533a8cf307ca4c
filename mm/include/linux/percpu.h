/* SPDX-License-Identifier: MIT */
/* Per-CPU variables: the arch's accessors under the name that callers include. */
#ifndef LINUX_PERCPU_H
#define LINUX_PERCPU_H

#include <asm/percpu.h>
#include <asm/smp.h>

#endif
