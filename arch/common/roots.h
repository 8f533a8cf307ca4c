/* SPDX-License-Identifier: MIT */
/* The port's half of pt_switch(). Private to arch/. */
#ifndef ARCH_ROOTS_H
#define ARCH_ROOTS_H

#include <asm/pgtable.h>

/* This CPU walks `to` from here on, NULL: the kernel's root; what it remembered of user addresses is gone. */
void pt_load(pte_t *to);

#endif
