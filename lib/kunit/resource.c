/* SPDX-License-Identifier: MIT */
/*
 * What a case leaves to the harness to clean up.
 *
 * A stack of (function, argument) pairs inside struct kunit, run from the top when the case ends,
 * however it ends. The stack is bounded (KUNIT_MAX_ACTIONS): a full one is said to the caller,
 * never dropped silently.
 *
 * I1: each action runs exactly once, unless it was removed. I2: while an action runs it is no
 * longer on the stack, so one that traps isn't run again.
 * Context: the case's; the actions run in it, after the suite's exit(). Cost: O(1) to add,
 * O(pending) to remove.
 */
#include <linux/types.h>
#include <linux/errno.h>
#include "internal.h"

int kunit_add_action(struct kunit *test, kunit_action_t *func, void *ctx)
{
	if (test->nr_actions == KUNIT_MAX_ACTIONS)
		return -ENOMEM;
	test->actions[test->nr_actions++] = (struct kunit_action){ func, ctx };
	return 0;
}

int kunit_add_action_or_reset(struct kunit *test, kunit_action_t *func, void *ctx)
{
	int err = kunit_add_action(test, func, ctx);

	if (err)
		func(ctx);
	return err;
}

/* Take the latest such action out; false: there is none. */
static bool action_take(struct kunit *test, kunit_action_t *func, const void *ctx)
{
	unsigned int i = test->nr_actions;

	while (i-- > 0) {
		if (test->actions[i].func != func || test->actions[i].ctx != ctx)
			continue;
		for (test->nr_actions--; i < test->nr_actions; i++)
			test->actions[i] = test->actions[i + 1];
		return true;
	}
	return false;
}

void kunit_remove_action(struct kunit *test, kunit_action_t *func, void *ctx)
{
	action_take(test, func, ctx);
}

void kunit_release_action(struct kunit *test, kunit_action_t *func, void *ctx)
{
	if (action_take(test, func, ctx))
		func(ctx);
}

void kunit_run_actions(struct kunit *test)
{
	while (test->nr_actions) {
		struct kunit_action a = test->actions[--test->nr_actions];

		a.func(a.ctx);
	}
}
