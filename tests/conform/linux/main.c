// SPDX-License-Identifier: MIT
/*
 * The conformance rows as a module of Linux 6.12. areas.h lists the areas of tests/conform/rows, one
 * line AREA(name) for each, open.h those of tests/conform/open; both are written by the script that
 * builds this.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/string.h>
#include "world.h"

struct conform {
	unsigned int rows, other;
};

static char *only = "";
module_param(only, charp, 0444);

#define AREA(name) extern const struct conform_case conform_area_##name[];
#include "areas.h"
#include "open.h"
#undef AREA

#define AREA(name) conform_area_##name,
static const struct conform_case *const areas[] = {
#include "areas.h"
};
static const struct conform_case *const open[] = {
#include "open.h"
};

void conform_number(conform_t *c, const char *name, long long documented, long long answer)
{
	if (*only && strcmp(only, name))
		return;
	c->rows++;
	pr_info("conform: %s = %lld\n", name, answer);
	if (answer != documented) {
		c->other++;
		pr_info("conform: not as documented: %s: %lld, not %lld\n", name, answer,
			documented);
	}
}

void conform_text(conform_t *c, const char *name, const char *documented, const char *answer)
{
	if (*only && strcmp(only, name))
		return;
	c->rows++;
	pr_info("conform: %s = %s\n", name, answer);
	if (strcmp(answer, documented)) {
		c->other++;
		pr_info("conform: not as documented: %s: %s, not %s\n", name, answer, documented);
	}
}

bool conform_oops_wanted(conform_t *c, const char *name)
{
	if (*only)
		return !strcmp(only, name);
	pr_info("conform: %s oopses\n", name);
	return false;
}

static void run(struct conform *c, const struct conform_case *const *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		for (const struct conform_case *a = list[i]; a->run; a++)
			a->run(c);
}

static int __init conform_run(void)
{
	struct conform c = {};

	run(&c, areas, ARRAY_SIZE(areas));
	pr_info("conform: open\n");
	run(&c, open, ARRAY_SIZE(open));
	pr_info("conform: end of %u rows, %u not as documented\n", c.rows, c.other);
	return 0;
}
module_init(conform_run);

static void __exit conform_exit(void)
{
}
module_exit(conform_exit);

MODULE_DESCRIPTION("Answers of Linux's memory API, row by row");
MODULE_LICENSE("Dual MIT/GPL");
