// SPDX-License-Identifier: MIT
/*
 * Soak: what readers see is there until they are done. Objects stand in places that all threads read
 * and replace; one that was replaced goes by call_rcu(), kvfree_rcu() or synchronize_rcu(), in each
 * case a grace period later. A reader holds an object for a while and sees the same words all along:
 * whoever frees one spoils it first (by a callback), or the allocator's next customer does.
 */
#include <asm/barrier.h>
#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "soak.h"

#define PLACES 32
#define WORDS  12

struct guarded {
	struct rcu_head rcu;
	u64 words[WORDS]; /* all alike */
};

static struct guarded *places[PLACES];
static atomic_long_t called, calls_back;

static u64 word_of(const struct guarded *g)
{
	return (unsigned long)g * 0x9e3779b97f4a7c15ULL;
}

static void spoil_and_free(struct rcu_head *head)
{
	struct guarded *g = container_of(head, struct guarded, rcu);

	for (unsigned int i = 0; i < WORDS; i++)
		WRITE_ONCE(g->words[i], 0x5a5a5a5aUL);
	atomic_long_inc(&calls_back);
	kvfree(g);
}

static void retire(struct soak_thread *t, struct guarded *g)
{
	switch (soak_rand(t, 40)) {
	case 0:
		synchronize_rcu();
		kvfree(g);
		break;
	case 1 ... 15:
		kvfree_rcu(g, rcu);
		break;
	default:
		atomic_long_inc(&called);
		call_rcu(&g->rcu, spoil_and_free);
		break;
	}
}

static bool op_replace(struct soak_thread *t)
{
	struct guarded *g = soak_chance(t, 16) ? __vmalloc(sizeof(*g), GFP_KERNEL | __GFP_NOWARN)
					       : kmalloc(sizeof(*g), soak_gfp(t)),
		       *old;

	for (unsigned int i = 0; g && i < WORDS; i++)
		WRITE_ONCE(g->words[i], word_of(g));
	old = xchg(&places[soak_rand(t, PLACES)], g);
	if (old)
		retire(t, old);
	return g;
}

static bool op_read(struct soak_thread *t)
{
	struct guarded *g;
	u32 looks = 1 + soak_rand(t, 20);

	rcu_read_lock();
	g = rcu_dereference(places[soak_rand(t, PLACES)]);
	while (g && looks--) {
		for (unsigned int i = 0; i < WORDS; i++) {
			if (READ_ONCE(g->words[i]) != word_of(g))
				soak_wrong(t, "an object went under its reader", (unsigned long)g);
		}
		cpu_relax();
	}
	rcu_read_unlock();
	return true;
}

static bool op_barrier(struct soak_thread *t)
{
	rcu_barrier();
	return true;
}

/* No callback is left out, none comes twice. */
static void check(struct soak_thread *t)
{
	for (unsigned int i = 0; i < PLACES; i++)
		kvfree(xchg(&places[i], NULL));
	rcu_barrier();
	if (atomic_long_read(&called) != atomic_long_read(&calls_back))
		soak_wrong(t, "callbacks were lost", atomic_long_read(&called));
}

static const struct soak_op ops[] = {
	{ "replace", 16, op_replace },
	{ "read", 16, op_read },
	{ "barrier", 1, op_barrier },
};

const struct soak_group soak_rcu = {
	.name = "rcu", .ops = ops, .nr = ARRAY_SIZE(ops), .check = check
};
