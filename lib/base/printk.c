/* SPDX-License-Identifier: MIT */
/*
 * Kernel messages
 * ===============
 *
 * A message is formatted into a buffer on the caller's stack, cut into lines, and each line leaves
 * in one piece, with the time in front, to the console (or to a hook that a test or the report
 * engine has set). There is no log buffer: what was printed has been seen.
 *
 * The buffer has room for the prefix before the text. The prefix of a later line overwrites the end
 * of the line before it, which has left already; so no line is ever moved:
 *
 *	| room |first line\n|second line\n|
 *	  [   ..]first line\n
 *		   [   ..]second line\n
 *
 * A message without a newline leaves its line open; pr_cont() goes on in it, anything else ends it
 * first.
 *
 * The console has one owner at a time: a CPU id or NOBODY. It is not a spin lock because the owner
 * may meet itself: a fault or an NMI while a line is being written prints at once, in the middle,
 * on lines of its own, instead of hanging. Nor does a dead CPU keep it: after PATIENCE rounds it is taken away.
 *
 * Invariants
 *   I1  line_state and hook are read and written by the owner only, with interrupts off; a nested
 *       print touches neither.
 *   I2  line_state is LINE_CLOSED exactly if the last character that went out was a newline (or
 *       none went out).
 *   I3  Every line that a message starts begins with the prefix, so it can't be taken for a KTAP
 *       line.
 *
 * Contexts: any. Stack: about 1.2 KiB. Complexity: linear.
 */
#include <linux/printk.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/atomic.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/smp.h>

#define NOBODY	 (-1)
#define PATIENCE 50000000

/* "[12345678.123456] " and some: seconds may grow beyond their five places. */
#define PREFIX_ROOM 32
#define TEXT_MAX    1000

enum line_state {
	LINE_CLOSED,
	LINE_OPEN,   /* a part of a line went out */
	LINE_HIDDEN, /* a line is open whose level is not shown */
};

int console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;

static atomic_t console_owner = ATOMIC_INIT(NOBODY);
static enum line_state line_state;
static printk_hook_t hook;

struct console_hold {
	unsigned long flags;
	bool nested;
};

static struct console_hold console_take(void)
{
	struct console_hold hold;
	int cpu, nobody;

	local_irq_save(hold.flags);
	cpu = smp_processor_id();
	hold.nested = atomic_read(&console_owner) == cpu;
	if (hold.nested)
		return hold;
	for (long i = 0; i < PATIENCE; i++) {
		nobody = NOBODY;
		if (atomic_try_cmpxchg(&console_owner, &nobody, cpu))
			return hold;
		smp_relax();
	}
	atomic_set(&console_owner, cpu);
	return hold;
}

static void console_give(struct console_hold hold)
{
	if (!hold.nested)
		atomic_set_release(&console_owner, NOBODY);
	local_irq_restore(hold.flags);
}

/**
 * console_seize - take the console away from a CPU that was stopped
 *
 * What it was writing ends where it is. Context: the others are stopped.
 */
void console_seize(void)
{
	int owner = atomic_read(&console_owner);

	if (owner == NOBODY || owner == smp_processor_id())
		return;
	line_state = LINE_CLOSED;
	console_write("\n", 1);
	atomic_set(&console_owner, NOBODY);
}

static void send(const char *s, size_t n, bool nested)
{
	if (hook && !nested)
		hook(s, n);
	else
		console_write(s, n);
}

/* End an open line. */
static void close_line(void)
{
	if (line_state == LINE_OPEN)
		send("\n", 1, false);
	line_state = LINE_CLOSED;
}

/* Write the prefix so that it ends at `text`; where it starts. */
static char *put_prefix(char *text)
{
	char prefix[PREFIX_ROOM];
	u64 us = clock_ns() / 1000;
	int n = scnprintf(prefix, sizeof(prefix), "[%5llu.%06llu] ", us / 1000000, us % 1000000);

	return memcpy(text - n, prefix, n);
}

/* A message on its way out: `text` has PREFIX_ROOM writable bytes before it. */
struct message {
	char *text;
	size_t len;
	bool shown;	/* by its level */
	bool continues; /* was printed by pr_cont() */
};

/* One line or the last part of one. Its state is passed on to the next part. */
static enum line_state send_line(enum line_state state, char *line, size_t n, bool shown,
				 bool nested)
{
	char *start = line;

	if (state == LINE_CLOSED)
		state = shown ? LINE_OPEN : LINE_HIDDEN;
	else
		shown = false;
	if (shown)
		start = put_prefix(line);
	if (state == LINE_OPEN)
		send(start, line + n - start, nested);
	return line[n - 1] == '\n' ? LINE_CLOSED : state;
}

static void send_message(const struct message *m, bool nested)
{
	enum line_state state = LINE_CLOSED;
	size_t at = 0;

	if (!nested) {
		if (!m->continues)
			close_line();
		state = line_state;
	} else {
		send("\n", 1, true);
	}
	while (at < m->len) {
		char *line = m->text + at, *end = memchr(line, '\n', m->len - at);
		size_t n = end ? end + 1 - line : m->len - at;

		state = send_line(state, line, n, m->shown, nested);
		at += n;
	}
	if (!nested)
		line_state = state;
	else if (state == LINE_OPEN)
		send("\n", 1, true);
}

/* Take the level mark off the front of the text. */
static void read_level(struct message *m)
{
	int level = MESSAGE_LOGLEVEL_DEFAULT;

	while (m->len >= 2 && m->text[0] == KERN_SOH[0]) {
		if (m->text[1] == 'c')
			m->continues = true;
		else
			level = m->text[1] - '0';
		m->text += 2;
		m->len -= 2;
	}
	m->shown = level < READ_ONCE(console_loglevel);
}

/* Format into text[TEXT_MAX]; a text that does not fit says so at its end. */
static size_t format_text(char *text, const char *fmt, va_list args)
{
	static const char cut[] = "...\n";
	int n = vsnprintf(text, TEXT_MAX, fmt, args);

	if (n < TEXT_MAX)
		return n;
	memcpy(text + TEXT_MAX - sizeof(cut), cut, sizeof(cut));
	return TEXT_MAX - 1;
}

/**
 * vprintk - print a message
 *
 * Return: its length, level mark not counted.
 */
int vprintk(const char *fmt, va_list args)
{
	char buf[PREFIX_ROOM + TEXT_MAX];
	struct message m = { .text = buf + PREFIX_ROOM };
	struct console_hold hold;

	m.len = format_text(m.text, fmt, args);
	read_level(&m);
	if (!m.len)
		return 0;
	hold = console_take();
	send_message(&m, hold.nested);
	console_give(hold);
	return m.len;
}

/**
 * printk - print a message; the format may begin with a KERN_ level
 */
int printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

/**
 * console_print_raw - text to the console as it is
 */
void console_print_raw(const char *s, size_t n)
{
	struct console_hold hold = console_take();

	/* An open line that went to the hook leaves the console's own line whole. */
	if (!hold.nested && line_state == LINE_OPEN && !hook) {
		console_write("\n", 1);
		line_state = LINE_CLOSED;
	}
	console_write(s, n);
	console_give(hold);
}

/**
 * kprint_raw - formatted text to the console without a prefix (KTAP)
 */
int kprint_raw(const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = format_text(text, fmt, args);
	va_end(args);
	console_print_raw(text, n);
	return n;
}

/**
 * printk_set_hook - send message lines to `new` instead of the console (NULL: back to the console)
 *
 * Return: the hook before.
 */
printk_hook_t printk_set_hook(printk_hook_t new)
{
	struct console_hold hold = console_take();
	printk_hook_t old = hook;

	if (!hold.nested)
		close_line();
	hook = new;
	console_give(hold);
	return old;
}

/* One CPU begins the next interval. */
static void ratelimit_renew(struct ratelimit_state *rs, const char *func)
{
	u64 now = clock_ns(), begin = READ_ONCE(rs->begin);
	unsigned int missed;

	if (begin && now - begin < rs->interval_ns)
		return;
	if (!try_cmpxchg(&rs->begin, &begin, now | 1))
		return;
	missed = xchg(&rs->missed, 0);
	if (missed)
		printk(KERN_WARNING "%s: %u callbacks suppressed\n", func, missed);
	WRITE_ONCE(rs->printed, 0);
}

/**
 * printk_shown - does the console's level let a message with this format through?
 *
 * A message in parts (KERN_CONT) counts as one with its own mark.
 */
bool printk_shown(const char *fmt)
{
	struct message m = { .text = (char *)fmt, .len = strlen(fmt) };

	read_level(&m);
	return m.shown;
}

/**
 * ___ratelimit - may a message of this place be printed now?
 *
 * Where one interval ends and the next begins, two CPUs may count a message to either.
 */
bool ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	ratelimit_renew(rs, func);
	if (READ_ONCE(rs->printed) < rs->burst && arch_fetch_add(&rs->printed, 1) < rs->burst)
		return true;
	arch_add(&rs->missed, 1);
	return false;
}

static int set_loglevel(const char *val)
{
	return val ? kstrtoint(val, 0, &console_loglevel) : -EINVAL;
}
BOOT_PARAM("loglevel", set_loglevel);

static int set_quiet(const char *val)
{
	if (val)
		return -EINVAL;
	console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	return 0;
}
BOOT_PARAM("quiet", set_quiet);

static int set_debug(const char *val)
{
	if (val)
		return -EINVAL;
	console_loglevel = CONSOLE_LOGLEVEL_DEBUG;
	return 0;
}
BOOT_PARAM("debug", set_debug);
