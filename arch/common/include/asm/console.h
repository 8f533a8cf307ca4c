/* SPDX-License-Identifier: MIT */
/* Contract: the console and the end of the machine's run. */
#ifndef ASM_CONSOLE_H
#define ASM_CONSOLE_H

#include <linux/types.h>
#include <linux/compiler.h>

/* Write `n` bytes to the console, synchronously, from any context (NMI too). */
void console_write(const char *s, size_t n);

/* Exit codes seen by whoever started the machine. */
#define EXIT_PASSED   0x10
#define EXIT_FAILED   0x11
#define EXIT_PANIC    0x12
#define EXIT_UNUSABLE 0x13

/* End the run with `code`; where the machine can't be ended from within, halt. */
void machine_exit(unsigned int code) __noreturn;

/* Stop this CPU for good, interrupts off. */
void machine_halt(void) __noreturn;

/*
 * Let interrupts in and wait for the next one, as one step: what arrives behind a check with
 * interrupts off is not missed. They are on afterwards.
 */
void cpu_idle(void);

#endif
