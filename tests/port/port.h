/* SPDX-License-Identifier: MIT */
/* Between the files of the smallest port, and the programs that run on it. Private to tests/port. */
#ifndef TESTS_PORT_H
#define TESTS_PORT_H

#include <linux/types.h>

#define PORT_RAM (64UL << 20)

/* port.c */
long port_syscall(long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		  unsigned long e, unsigned long f);
bool port_mapped(unsigned long va); /* may the kernel address be read? */
extern char port_stack[], port_stack_top[];

/* port_report.c */
void port_catch_faults(void);

/* A program: all that it does once there is RAM; `line` is what stands on its command line. 0: all went well. */
int port_main(char *line);

/* glue.c */
void bring_up(phys_addr_t ram_size);

#endif
