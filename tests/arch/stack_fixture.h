/* SPDX-License-Identifier: MIT */
/* Three functions whose frames a trace must show, and how to look for them (stack_test.c). */
#ifndef TESTS_STACK_FIXTURE_H
#define TESTS_STACK_FIXTURE_H

#include <kunit/test.h>

#define MAX_IPS 32

struct trace {
	unsigned long ips[MAX_IPS];
	unsigned int n;
};

/* Call fn(arg) from stack_test_inner(), called by stack_test_middle(), called by this. */
void stack_test_outer(void (*fn)(void *arg), void *arg);

/* Position in `t` of an address inside function `name`; -1: not there. */
int find_function(const struct trace *t, const char *name);

/* The three stand in `t`, one behind the other. */
void expect_chain(struct kunit *test, const struct trace *t);

#endif
