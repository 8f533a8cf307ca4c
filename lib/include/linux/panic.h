/* SPDX-License-Identifier: MIT */
#ifndef LINUX_PANIC_H
#define LINUX_PANIC_H

#include <linux/compiler.h>

/* Stop the machine with a message and a stack. Implemented by the report engine. */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn;

#endif
