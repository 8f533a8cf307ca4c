// SPDX-License-Identifier: MIT
/*
 * whatis: everything that is known about an address.
 *
 * report_address() says in one line what an address is, by the first explainer that knows it. Here all
 * of them speak, each line with the word in front of it of what it is about:
 *
 *	whatis 0xffff888000a41050:
 *	  region    direct map, offset 0xa41050
 *	  slab      16 bytes inside object #0 of slab kmalloc-64 (allocated), 0xffff888000a41040, 64 bytes
 *	  …
 *
 * First what every kernel knows (patterns, stacks, symbols, regions), then the explainers' lines and,
 * from those that have more to tell, the rest. It can be asked inside a report (report_whatis()) or
 * outside of one (whatis()), where it is printed and counts as no report.
 *
 * Each speaker runs in report_guarded(): an address in damaged memory costs his lines, not the
 * answer. Nothing is allocated, no lock is waited for. Context: any.
 */
#include <asm/ksyms.h>
#include <asm/page.h>
#include <asm/stack.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/sprintf.h>
#include "internal.h"

#define MAX_ASKED 4
#define TEXT_SIZE 224

static unsigned long asked[MAX_ASKED];
static unsigned int nr_asked;

/* ---- what every kernel knows ---- */

static void tell_pattern(unsigned long addr)
{
	const struct pattern *p = pattern_find(addr);

	if (!p)
		return;
	report_whatis_line("pattern", "%s", p->name);
	report_whatis_line("pattern", "%s", p->advice);
}

static void tell_stack(unsigned long addr)
{
	unsigned long low, high;
	const char *name;

	if (stack_guard_hit(addr, &name))
		report_whatis_line("stack", "guard page below the %s stack", name);
	if (!stack_bounds(addr, &low, &high, &name))
		return;
	report_whatis_line("stack", "%s, 0x%lx-0x%lx, %lu byte%s below its top, %lu above its end",
			   name, low, high, high - addr, plural(high - addr), addr - low);
}

static void tell_symbol(unsigned long addr)
{
	bool (*loaded)(unsigned long addr, struct ksym_loaded *sym) = READ_ONCE(ksym_loaded_hook);
	bool image = addr >= (unsigned long)__image_start && addr < (unsigned long)__image_end;
	struct ksym_loaded sym;
	char text[TEXT_SIZE];

	if (loaded && loaded(addr, &sym)) {
		report_whatis_line("symbol", "%s+0x%lx/0x%lx [%s], %s of module %s", sym.name,
				   sym.offset, sym.size, sym.module, sym.text ? "code" : "data",
				   sym.module);
	} else if (image) {
		ksym_print(text, sizeof(text), addr);
		report_whatis_line("symbol", "%s, %s of the kernel image", text, image_part(addr));
	}
}

static void tell_region(unsigned long addr)
{
	char text[TEXT_SIZE];

	if (!explain_region(addr, text, sizeof(text)))
		scnprintf(text, sizeof(text), "none of the address space");
	report_whatis_line("region", "%s", text);
}

/* ---- one after the other ---- */

struct speaker {
	unsigned long addr;
	void (*tell)(unsigned long addr);
	const struct report_explainer *e;
};

static void speak(void *arg)
{
	const struct speaker *s = arg;
	char text[TEXT_SIZE];

	if (s->tell)
		s->tell(s->addr);
	if (s->e && s->e->explain && s->e->explain(s->addr, text, sizeof(text)))
		report_whatis_line(s->e->name, "%s", text);
	if (s->e && s->e->tell)
		s->e->tell(s->addr);
}

static void let_speak(const char *name, struct speaker *s)
{
	if (!report_guarded(speak, s))
		report_whatis_line(name, "(more can't be read: it is damaged, or being changed)");
}

void report_whatis_line(const char *about, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	report_line("  %-8s %s", about, text);
}

/**
 * report_whatis - the long form of report_address()
 * @addr: any value
 */
void report_whatis(const void *addr)
{
	static void (*const tellers[])(unsigned long addr) = { tell_pattern, tell_region,
							       tell_stack, tell_symbol };
	struct speaker s = { .addr = (unsigned long)addr };

	report_line("whatis 0x%016lx:", s.addr);
	for (unsigned int i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++) {
		s.tell = tellers[i];
		let_speak("", &s);
	}
	s.tell = NULL;
	for (s.e = report_explainers(); s.e; s.e = s.e->next)
		let_speak(s.e->name, &s);
}

/**
 * whatis - print what is known about an address
 * @addr: any value
 *
 * Context: any. Inside a report of this CPU it is part of that.
 */
void whatis(const void *addr)
{
	report_talk_begin();
	report_whatis(addr);
	report_talk_end();
}

/* ---- whatis= on the boot line ---- */

static int set_whatis(const char *val)
{
	int err = val && nr_asked < MAX_ASKED ? kstrtoul(val, 0, &asked[nr_asked]) : -EINVAL;

	if (!err)
		nr_asked++;
	return err;
}
BOOT_PARAM("whatis", set_whatis);

/**
 * whatis_boot - answer what the boot line asks: whatis=0x…, up to four times
 */
void whatis_boot(void)
{
	for (unsigned int i = 0; i < nr_asked; i++)
		whatis((void *)asked[i]);
}
