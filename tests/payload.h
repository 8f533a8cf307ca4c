/* SPDX-License-Identifier: MIT */
/* What tests/main.c offers to what can run in a boot instead of the self-tests. */
#ifndef TESTS_PAYLOAD_H
#define TESTS_PAYLOAD_H

/*
 * Set by a parameter of the boot line: runs instead of the self-tests and benches, and returns the
 * exit code. So what only one port has (tests/fuzz) is asked for by a key that only that port knows.
 */
extern unsigned int (*payload_instead)(void);

/*
 * Free pages, and those that became kernel page tables, after mm_quiesce(): constant over anything
 * that cleans up after itself.
 */
unsigned long pages_accounted(void);

#endif
