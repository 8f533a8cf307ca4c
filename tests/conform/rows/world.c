// SPDX-License-Identifier: MIT
/*
 * The conformance rows' world here (world.h).
 */
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>
#include "world.h"

static bool answers;

static int set_answers(const char *val)
{
	return boot_param_bool(val, &answers);
}
BOOT_PARAM("conform.answers", set_answers);

void conform_number(conform_t *c, const char *name, long long documented, long long answer)
{
	KUNIT_EXPECT_EQ_MSG(c, answer, documented, "%s", name);
	if (answers)
		pr_info("conform: %s = %lld\n", name, answer);
}

void conform_text(conform_t *c, const char *name, const char *documented, const char *answer)
{
	KUNIT_EXPECT_STREQ_MSG(c, answer, documented, "%s", name);
	if (answers)
		pr_info("conform: %s = %s\n", name, answer);
}

/* KUNIT_EXPECT_FAULT() has already failed the case of a statement that came to its end. */
void conform_oopsed(const char *name)
{
	if (answers)
		pr_info("conform: %s = oops\n", name);
}

void conform_user_begin(conform_t *c)
{
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(c, mm);
	c->priv = mm;
	kthread_use_mm(mm);
}

void conform_user_end(conform_t *c)
{
	kthread_unuse_mm(c->priv);
	mmput(c->priv);
}
