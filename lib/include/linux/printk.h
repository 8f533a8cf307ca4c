/* SPDX-License-Identifier: MIT */
/*
 * Kernel messages. Any context, NMI included. Each line leaves in one console_write() and starts with "[    0.001234] ".
 *
 * A message belongs to a level (KERN_*, default warning) and is printed if the level is below
 * console_loglevel.
 */
#ifndef LINUX_PRINTK_H
#define LINUX_PRINTK_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <asm/atomic.h>

#define KERN_SOH     "\001"
#define KERN_EMERG   KERN_SOH "0"
#define KERN_ALERT   KERN_SOH "1"
#define KERN_CRIT    KERN_SOH "2"
#define KERN_ERR     KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE  KERN_SOH "5"
#define KERN_INFO    KERN_SOH "6"
#define KERN_DEBUG   KERN_SOH "7"
#define KERN_DEFAULT ""
#define KERN_CONT    KERN_SOH "c"

#define CONSOLE_LOGLEVEL_SILENT	 0
#define CONSOLE_LOGLEVEL_QUIET	 4
#define CONSOLE_LOGLEVEL_DEFAULT 7
#define CONSOLE_LOGLEVEL_DEBUG	 10
#define MESSAGE_LOGLEVEL_DEFAULT 4

extern int console_loglevel;

/* Number of characters of the message, prefix excluded. */
int printk(const char *fmt, ...) __printf(1, 2);
#define _printk printk
int vprintk(const char *fmt, va_list args) __printf(1, 0);

/*
 * To the console as it is: no prefix, no level, no hook (KTAP lines). A message line that is still
 * open is ended first.
 */
void console_print_raw(const char *s, size_t n);
int kprint_raw(const char *fmt, ...) __printf(1, 2);

/*
 * While set, message lines (with prefix and newline; a part of one if it was printed in parts) go
 * to `new` instead of the console. Called with interrupts off; messages printed from inside it go
 * to the console. Returns the hook before.
 */
typedef void (*printk_hook_t)(const char *line, size_t n);
printk_hook_t printk_set_hook(printk_hook_t new);

/* The CPU, the thread and the stack that led here (lib/report/bug.c). */
void dump_stack(void) __cold;

/* For panic(), when the other CPUs are stopped: if one of them has the console, take it. */
void console_seize(void);

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)

/* Checked by the compiler, never executed. */
#define no_printk(fmt, ...)                         \
	({                                          \
		if (0)                              \
			printk(fmt, ##__VA_ARGS__); \
		0;                                  \
	})

#ifdef DEBUG
#define pr_debug(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_debug(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#endif
#define pr_devel(fmt, ...) pr_debug(fmt, ##__VA_ARGS__)

#define printk_once(fmt, ...)                       \
	({                                          \
		static bool __printed;              \
		if (!READ_ONCE(__printed) &&        \
		    !xchg(&__printed, true))        \
			printk(fmt, ##__VA_ARGS__); \
	})
#define pr_emerg_once(fmt, ...)	 printk_once(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert_once(fmt, ...)	 printk_once(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit_once(fmt, ...)	 printk_once(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_once(fmt, ...)	 printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...)	 printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_once(fmt, ...) printk_once(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...)	 printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

/*
 * At most `burst` times in `interval_ns`; what was held back is counted and said when the next one
 * passes.
 */
struct ratelimit_state {
	u64 begin; /* clock_ns() of the interval's start */
	u64 interval_ns;
	unsigned int burst;
	unsigned int printed; /* in this interval */
	unsigned int missed;
};
#define RATELIMIT_STATE_INIT(interval, n)               \
	{                                               \
		.interval_ns = (interval), .burst = (n) \
	}
#define DEFAULT_RATELIMIT_NS	5000000000ULL
#define DEFAULT_RATELIMIT_BURST 10

/* Would printk() show a message with this format? One that is hidden uses up no limit. */
bool printk_shown(const char *fmt);
/* May a message of this place be printed now? */
bool ___ratelimit(struct ratelimit_state *rs, const char *func);
#define __ratelimit(rs) ___ratelimit(rs, __func__)

#define printk_ratelimited(fmt, ...)                                                         \
	({                                                                                   \
		static struct ratelimit_state __rs =                                         \
			RATELIMIT_STATE_INIT(DEFAULT_RATELIMIT_NS, DEFAULT_RATELIMIT_BURST); \
		if (printk_shown(fmt) && __ratelimit(&__rs))                                 \
			printk(fmt, ##__VA_ARGS__);                                          \
	})
#define pr_err_ratelimited(fmt, ...)  printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...) printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...) printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

enum {
	DUMP_PREFIX_NONE,
	DUMP_PREFIX_ADDRESS,
	DUMP_PREFIX_OFFSET,
};

/*
 * One line of at most `rowsize` (16 or 32) bytes into buf; length it needs. groupsize 1, 2, 4 or 8.
 */
int hex_dump_to_buffer(const void *data, size_t len, int rowsize, int groupsize, char *buf,
		       size_t size, bool ascii);
void print_hex_dump(const char *level, const char *prefix, int prefix_type, int rowsize,
		    int groupsize, const void *data, size_t len, bool ascii);

#endif
