/* SPDX-License-Identifier: MIT */
#ifndef LINUX_IRQFLAGS_H
#define LINUX_IRQFLAGS_H
#include <asm/irqflags.h>
#endif
