// SPDX-License-Identifier: MIT
/*
 * Soak: things that could be had again, given up when memory is short. A stock of objects that all threads
 * put things into and take them out of, and from which a shrinker takes what is needed; shrinkers that
 * come and go; passes that nobody needed; and requests in scopes that shrinkers must be told of. Nothing in
 * the stock is lost, or given up twice: it is counted.
 */
#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "mm/reclaim.h"
#include "soak.h"

#define MOST  20000 /* objects in the stock */
#define WORDS 60

struct thing {
	struct list_head link; /* stock.lock */
	struct rcu_head rcu;
	u64 words[WORDS]; /* all alike */
};

static struct {
	struct shrinker *shrinker;
	spinlock_t lock;
	struct list_head things; /* lock */
	unsigned long nr;	 /* lock */
	atomic_long_t put, taken, shrunk;
} stock = { .lock = __SPIN_LOCK_UNLOCKED(stock.lock), .things = LIST_HEAD_INIT(stock.things) };

static u64 word_of(const struct thing *x)
{
	return (unsigned long)x * 0xd6e8feb86659fd93ULL;
}

static struct thing *take(void)
{
	struct thing *x;

	spin_lock(&stock.lock);
	x = list_first_entry_or_null(&stock.things, struct thing, link);
	if (x) {
		list_del(&x->link);
		WRITE_ONCE(stock.nr, stock.nr - 1);
	}
	spin_unlock(&stock.lock);
	return x;
}

static void look_at(struct soak_thread *t, const struct thing *x)
{
	for (unsigned int i = 0; i < WORDS; i++) {
		if (x->words[i] != word_of(x))
			soak_wrong(t, "a thing in the stock was written to", (unsigned long)x);
	}
}

static bool op_put(struct soak_thread *t)
{
	struct thing *x = READ_ONCE(stock.nr) < MOST ? kmalloc(sizeof(*x), soak_gfp(t)) : NULL;

	if (!x)
		return false;
	for (unsigned int i = 0; i < WORDS; i++)
		x->words[i] = word_of(x);
	spin_lock(&stock.lock);
	list_add_tail(&x->link, &stock.things);
	WRITE_ONCE(stock.nr, stock.nr + 1);
	spin_unlock(&stock.lock);
	atomic_long_inc(&stock.put);
	return true;
}

static bool op_take(struct soak_thread *t)
{
	struct thing *x = take();

	if (!x)
		return true;
	look_at(t, x);
	kfree(x);
	atomic_long_inc(&stock.taken);
	return true;
}

/* ---- the stock's shrinker ---- */

static unsigned long stock_count(struct shrinker *s, struct shrink_control *sc)
{
	return READ_ONCE(stock.nr);
}

/* Who is in a scope must not be asked for what it forbids. */
static void check_scope(const struct shrink_control *sc)
{
	if ((current->flags & PF_MEMALLOC_NOFS) && (sc->gfp_mask & __GFP_FS))
		soak_wrong(&soak_threads[0], "__GFP_FS in a nofs scope", sc->gfp_mask);
	if ((current->flags & PF_MEMALLOC_NOIO) && (sc->gfp_mask & (__GFP_IO | __GFP_FS)))
		soak_wrong(&soak_threads[0], "__GFP_IO in a noio scope", sc->gfp_mask);
}

static unsigned long stock_scan(struct shrinker *s, struct shrink_control *sc)
{
	unsigned long freed = 0;
	struct thing *x;

	check_scope(sc);
	if (!(sc->gfp_mask & __GFP_FS))
		return SHRINK_STOP;
	while (freed < sc->nr_to_scan && (x = take())) {
		look_at(&soak_threads[0], x);
		atomic_long_inc(&stock.shrunk);
		if (freed++ % 4)
			kfree(x);
		else
			kfree_rcu(x, rcu);
	}
	return freed;
}

/* ---- others ---- */

static unsigned long brief_count(struct shrinker *s, struct shrink_control *sc)
{
	return READ_ONCE(*(u64 *)s->private_data) == (unsigned long)s ? 500 : 0;
}

static unsigned long brief_scan(struct shrinker *s, struct shrink_control *sc)
{
	if (READ_ONCE(*(u64 *)s->private_data) != (unsigned long)s)
		soak_wrong(&soak_threads[0], "a shrinker is called after its end",
			   (unsigned long)s);
	check_scope(sc);
	return 0;
}

/* The whole life of a shrinker; the word behind it is spoilt at once. */
static bool op_brief(struct soak_thread *t)
{
	struct shrinker *s;
	u64 word = 0;

	s = shrinker_alloc(0, "soak-%u", t->id);
	if (!s)
		return false;
	word = (unsigned long)s;
	s->private_data = &word;
	s->count_objects = brief_count;
	s->scan_objects = brief_scan;
	shrinker_register(s);
	for (u32 n = soak_rand(t, 3); n; n--)
		yield();
	shrinker_free(s);
	WRITE_ONCE(word, 0);
	return true;
}

static bool op_pass(struct soak_thread *t)
{
	struct shrink_result r = { .freed = 0 };

	shrink_slab(GFP_KERNEL, 3 + (int)soak_rand(t, DEF_PRIORITY - 2), &r);
	return true;
}

static bool op_scope(struct soak_thread *t)
{
	bool io = soak_chance(t, 2);
	unsigned int scope = io ? memalloc_noio_save() : memalloc_nofs_save();
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, soak_rand(t, 4));

	if (io)
		memalloc_noio_restore(scope);
	else
		memalloc_nofs_restore(scope);
	if (page)
		__free_pages(page, page->order);
	return page;
}

static bool setup(void)
{
	stock.shrinker = shrinker_alloc(0, "soak-stock");
	if (!stock.shrinker)
		return false;
	stock.shrinker->count_objects = stock_count;
	stock.shrinker->scan_objects = stock_scan;
	shrinker_register(stock.shrinker);
	return true;
}

static void check(struct soak_thread *t)
{
	struct thing *x;
	long left = 0;

	shrinker_free(stock.shrinker);
	for (; (x = take()); left++) {
		look_at(t, x);
		kfree(x);
	}
	left += atomic_long_read(&stock.taken) + atomic_long_read(&stock.shrunk);
	if (left != atomic_long_read(&stock.put))
		soak_wrong(t, "things of the stock were lost, or came twice", (unsigned long)left);
	kprint_raw("# soak: of %ld things in the stock %ld were given up for want of memory\n",
		atomic_long_read(&stock.put), atomic_long_read(&stock.shrunk));
}

static const struct soak_op ops[] = {
	{ "stock-put", 30, op_put },	   { "stock-take", 6, op_take },
	{ "brief-shrinker", 2, op_brief }, { "shrink-pass", 1, op_pass },
	{ "scope", 6, op_scope },
};

const struct soak_group soak_reclaim = {
	.name = "reclaim", .ops = ops, .nr = ARRAY_SIZE(ops), .setup = setup, .check = check
};
