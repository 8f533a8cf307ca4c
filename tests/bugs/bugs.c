// SPDX-License-Identifier: MIT
/*
 * Runs planted bugs: bugs=<glob>[,<glob>…] on the boot line, in place of the self-tests; bugs=list
 * prints what there is, bugs=cost what it costs, bugs_from=<name> leaves out those before it.
 *
 * Reports are printed as they come, between lines that say what is going on:
 *
 *	bug: past_request begins
 *	bug: planted				the wrong thing has been done
 *	bug: refused				… or was refused
 *	module past_request:   1 object …	what it still holds (HOLDS)
 *	bug: past_request ended			or: trapped, which without a recovery would have ended the machine
 *
 * With kmemleak= a scan follows what it holds: what nobody refers to is reported.
 *
 * and tests/bugs/run-bugs makes sense of them. The last line is `bugs: N run`.
 *
 * Must fail with: a runner that skips a bug; planted() that prints nothing; tell_holdings() that finds
 * nothing (run-bugs sees each).
 */
#include <asm/console.h>
#include <asm/irqflags.h>
#include <asm/stack.h>
#include <linux/alloc_tag.h>
#include <linux/kernel.h>
#include <linux/kmemleak.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "lib/kunit/internal.h"
#include "lib/module/internal.h"
#include "tests/bugs/bugs.h"
#include "tests/payload.h"

#define NEIGHBOURS 48
#define USER_AT	   0x20000000UL

volatile u64 bug_seen;

static const char *wanted, *from;

void planted(void)
{
	pr_info("bug: planted\n");
}

void refused(void)
{
	pr_info("bug: refused\n");
}

/* ---- what bugs need ---- */

static int by_address(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Of `n` objects the closest two stay; the others are given back. */
static struct neighbours closest(char **p, unsigned int n,
				 void (*give)(struct kmem_cache *, void *), struct kmem_cache *s)
{
	unsigned int best = 0;

	sort(p, n, sizeof(*p), by_address, NULL);
	for (unsigned int i = 1; i + 1 < n; i++) {
		if (p[i + 1] - p[i] < p[best + 1] - p[best])
			best = i;
	}
	for (unsigned int i = 0; i < n; i++) {
		if (i != best && i != best + 1)
			give(s, p[i]);
	}
	return (struct neighbours){ p[best], p[best + 1] };
}

static void give_kmalloc(struct kmem_cache *unused, void *p)
{
	kfree(p);
}

struct neighbours kmalloc_neighbours(size_t size)
{
	char *p[NEIGHBOURS];

	for (unsigned int i = 0; i < NEIGHBOURS; i++)
		p[i] = hidden(kmalloc(unknown(size), GFP_KERNEL | __GFP_NOFAIL));
	return closest(p, NEIGHBOURS, give_kmalloc, NULL);
}

struct neighbours cache_neighbours(struct kmem_cache *s)
{
	char *p[NEIGHBOURS];

	for (unsigned int i = 0; i < NEIGHBOURS; i++)
		p[i] = hidden(kmem_cache_alloc(s, GFP_KERNEL | __GFP_NOFAIL));
	return closest(p, NEIGHBOURS, kmem_cache_free, s);
}

void next_owners(size_t size)
{
	void *p[NEIGHBOURS];

	for (unsigned int i = 0; i < NEIGHBOURS; i++)
		p[i] = hidden(kmalloc(size, GFP_KERNEL | __GFP_NOFAIL));
	for (unsigned int i = 0; i < NEIGHBOURS; i++)
		kfree(p[i]);
}

void next_owners_of(struct kmem_cache *s)
{
	void *p[NEIGHBOURS];

	for (unsigned int i = 0; i < NEIGHBOURS; i++)
		p[i] = kmem_cache_alloc(s, GFP_KERNEL | __GFP_NOFAIL);
	for (unsigned int i = 0; i < NEIGHBOURS; i++)
		kmem_cache_free(s, p[i]);
}

void __user *user_pages(unsigned int pages)
{
	struct mm_struct *mm = mm_alloc();
	unsigned long at;

	BUG_ON(!mm);
	kthread_use_mm(mm);
	at = vm_mmap(NULL, USER_AT, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	BUG_ON(at != USER_AT);
	return (void __user *)at;
}

static void put_user_pages(void)
{
	struct mm_struct *mm = current->mm;

	if (!mm)
		return;
	kthread_unuse_mm(mm);
	mmput(mm);
}

/* ---- what it holds ---- */

static struct held *held;
static const struct planted_bug *running;

/* By the tags of its own calls: those name its function. */
static void tag_line(const char *text)
{
	size_t n = strlen(running->name);
	const char *func = strstr(text, "func:");

	if (func && !strncmp(func + 5, running->name, n) && (!func[5 + n] || func[5 + n] == ' '))
		pr_warn("module %s:   %s\n", running->name, text);
}

static void tell_holdings(void)
{
	static struct plan nothing;
	struct loaded m = { .plan = &nothing };
	struct verdict v = { 0 };

	strscpy(m.name, running->name, sizeof(m.name));
	held_after(held, &m, &v);
	allocinfo_show(tag_line);
}

/* ---- the runner ---- */

/* What may be left half done, whether it came back or not. */
static void tidy_up(unsigned int count)
{
	preempt_count_set(count);
	local_irq_enable();
	put_user_pages();
}

static void run(const struct planted_bug *b)
{
	struct recovery here;
	struct recovery *volatile outer = NULL;
	unsigned int count = preempt_count();
	const char *volatile how = "trapped";

	running = b;
	if (b->flags & HOLDS)
		held_before(held);
	pr_info("bug: %s begins\n", b->name);
	if (!recovery_save(&here)) {
		outer = report_set_recovery(&here);
		b->plant();
		how = "ended";
	}
	report_set_recovery(outer);
	tidy_up(count);
	if (b->flags & HOLDS) {
		tell_holdings();
		if (kmemleak_wanted())
			kmemleak_report_new();
	}
	pr_info("bug: %s %s\n", b->name, how);
}

static bool is_wanted(const struct planted_bug *b)
{
	if ((b->flags & ALONE) && strpbrk(wanted, "*?"))
		return false;
	return kunit_selects(wanted, b->name, "");
}

static void list_all(void)
{
	for (const struct planted_bug *b = __planted_bugs_start; b < __planted_bugs_end; b++)
		pr_info("bug: %s is there: %s: %s%s%s\n", b->name, b->class, b->kind,
			b->flags & ALONE ? " [alone]" : "", b->flags & HOLDS ? " [holds]" : "");
}

/* bugs_from=<name>: those before it are left out, since an earlier boot has run them. */
static bool is_before(const struct planted_bug *b)
{
	if (from && !strcmp(from, b->name))
		from = NULL;
	return from != NULL;
}

static unsigned int run_bugs(void)
{
	unsigned int n = 0;

	if (!strcmp(wanted, "list")) {
		list_all();
		return EXIT_PASSED;
	}
	if (!strcmp(wanted, "cost")) {
		bug_costs();
		return EXIT_PASSED;
	}
	held = held_alloc();
	for (const struct planted_bug *b = __planted_bugs_start; held && b < __planted_bugs_end;
	     b++) {
		if (!is_before(b) && is_wanted(b)) {
			run(b);
			n++;
		}
	}
	pr_info("bugs: %u run\n", n);
	return n ? EXIT_PASSED : EXIT_FAILED;
}

static int set_bugs(const char *val)
{
	wanted = val && *val ? val : "*";
	payload_instead = run_bugs;
	return 0;
}
BOOT_PARAM("bugs", set_bugs);

static int set_bugs_from(const char *val)
{
	from = val;
	return 0;
}
BOOT_PARAM("bugs_from", set_bugs_from);
