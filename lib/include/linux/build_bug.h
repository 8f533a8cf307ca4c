/* SPDX-License-Identifier: MIT */
/* Conditions that the compiler checks. */
#ifndef LINUX_BUILD_BUG_H
#define LINUX_BUILD_BUG_H

#include <linux/compiler.h>

/* static_assert(cond) or static_assert(cond, "why"); at file scope or in a function. */
#define static_assert(cond, ...) __static_assert(cond, ##__VA_ARGS__, #cond)
#define __static_assert(cond, message, ...) _Static_assert(cond, message)

/* Stops the compilation when `cond`, a constant, is true. */
#define BUILD_BUG_ON(cond)		BUILD_BUG_ON_MSG(cond, "BUILD_BUG_ON failed: " #cond)
#define BUILD_BUG_ON_MSG(cond, message) _Static_assert(!(cond), message)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n)	BUILD_BUG_ON((n) == 0 || (((n) & ((n)-1)) != 0))

/* The same as an expression of value 0, for initialisers. */
#define BUILD_BUG_ON_ZERO(cond) ((int)sizeof(struct { int : -!!(cond); }))

/* A path that the optimiser must find unreachable: the link fails otherwise. */
extern void __build_bug_reached(void) __attribute__((__error__("BUILD_BUG reached")));
#define BUILD_BUG() __build_bug_reached()

#endif
