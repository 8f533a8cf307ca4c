/* SPDX-License-Identifier: MIT */
/*
 * BUG and WARN. The two functions behind them belong to the report engine.
 *
 * BUG does not come back: it ends the machine, or jumps to the place a test has set. WARN reports
 * and goes on; its value is the condition.
 */
#ifndef LINUX_BUG_H
#define LINUX_BUG_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>
#include <asm/atomic.h>

void bug_report(const char *file, int line, const char *func, const char *cond) __noreturn __cold;
void warn_report(const char *file, int line, const char *fmt, ...) __printf(3, 4) __cold;

#define BUG() bug_report(__FILE__, __LINE__, __func__, "BUG()")

#define BUG_ON(cond)                                                     \
	do {                                                             \
		if (unlikely(cond))                                      \
			bug_report(__FILE__, __LINE__, __func__, #cond); \
	} while (0)

#define WARN(cond, ...)                                               \
	({                                                            \
		bool __warn_on = !!(cond);                            \
		if (unlikely(__warn_on))                              \
			warn_report(__FILE__, __LINE__, __VA_ARGS__); \
		unlikely(__warn_on);                                  \
	})
#define WARN_ON(cond) WARN(cond, "%s", #cond)

/* Only the first time at this place, on whichever CPU. */
#define WARN_ONCE(cond, ...)                                          \
	({                                                            \
		static bool __warned;                                 \
		bool __warn_once = !!(cond);                          \
		if (unlikely(__warn_once) && !READ_ONCE(__warned) &&  \
		    !xchg(&__warned, true))                           \
			warn_report(__FILE__, __LINE__, __VA_ARGS__); \
		unlikely(__warn_once);                                \
	})
#define WARN_ON_ONCE(cond) WARN_ONCE(cond, "%s", #cond)

#endif
