// SPDX-License-Identifier: MIT
/*
 * The console (a 16550 at COM1, polled) and the machine's end (QEMU's isa-debug-exit).
 *
 * Polling needs no interrupt and no lock, so a line can be written from any context, NMI and double
 * fault included; what two CPUs print at once may interleave by lines, because callers hand over
 * whole lines.
 */
#include <asm/console.h>
#include <asm/irqflags.h>
#include <asm/setup.h>
#include "machine.h"

#define COM1	       0x3f8
#define COM1_DIVISOR   1 /* 115200 baud */
#define UART_DATA      0
#define UART_IER       1
#define UART_FCR       2
#define UART_LCR       3
#define UART_MCR       4
#define UART_LSR       5
#define UART_LCR_DLAB  0x80
#define UART_LCR_8N1   0x03
#define UART_LSR_THRE  0x20
#define UART_SPIN      100000 /* a port that isn't there must not hang the kernel */
#define DEBUG_EXIT     0xf4

void console_init(void)
{
	outb(COM1 + UART_IER, 0);
	outb(COM1 + UART_LCR, UART_LCR_DLAB);
	outb(COM1 + UART_DATA, COM1_DIVISOR);
	outb(COM1 + UART_IER, 0);
	outb(COM1 + UART_LCR, UART_LCR_8N1);
	outb(COM1 + UART_FCR, 0x07);
	outb(COM1 + UART_MCR, 0x03);
}

static void put_byte(char c)
{
	for (int i = 0; i < UART_SPIN && !(inb(COM1 + UART_LSR) & UART_LSR_THRE); i++)
		;
	outb(COM1 + UART_DATA, c);
}

void console_write(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n')
			put_byte('\r');
		put_byte(s[i]);
	}
}

void machine_exit(unsigned int code)
{
	outl(DEBUG_EXIT, code);
	machine_halt();
}

void machine_halt(void)
{
	for (;;)
		__asm__ __volatile__("cli; hlt" : : : "memory");
}

void cpu_idle(void)
{
	__asm__ __volatile__("sti; hlt" : : : "memory"); /* sti lets nothing in before hlt */
}
