// SPDX-License-Identifier: MIT
/* See reclaim_fixture.h. */
#include <linux/container_of.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "reclaim_fixture.h"
#include "mm/reclaim.h"

static unsigned long larder_count(struct shrinker *s, struct shrink_control *sc)
{
	struct larder *l = s->private_data;

	atomic_inc(&l->counts);
	return READ_ONCE(l->nr) + l->claims;
}

unsigned long larder_give(struct larder *l, struct shrink_control *sc)
{
	unsigned long n = l->give ? min(sc->nr_to_scan, (unsigned long)l->give) : sc->nr_to_scan;
	unsigned long freed = 0;

	while (freed < n) {
		struct page *page;

		spin_lock(&l->lock);
		page = list_first_entry_or_null(&l->pages, struct page, lru);
		if (page) {
			list_del(&page->lru);
			WRITE_ONCE(l->nr, l->nr - 1);
		}
		spin_unlock(&l->lock);
		if (!page)
			break;
		__free_page(page);
		freed++;
	}
	return freed;
}

static unsigned long larder_scan(struct shrinker *s, struct shrink_control *sc)
{
	struct larder *l = s->private_data;

	atomic_inc(&l->scans);
	if (current->flags & PF_KSWAPD)
		atomic_inc(&l->by_kswapd);
	WRITE_ONCE(l->gfp, sc->gfp_mask);
	WRITE_ONCE(l->flags, current->flags);
	return l->scan ? l->scan(l, sc) : larder_give(l, sc);
}

static unsigned long marks_before[NR_WMARK]; /* WMARK_HIGH 0: they are as they were */

/* kswapd may be reading them. */
static void marks_set(const unsigned long *marks)
{
	for (unsigned int i = 0; i < NR_WMARK; i++)
		WRITE_ONCE(zones[ZONE_DMA].watermark[i], marks[i]);
}

void marks_raise(void)
{
	static const unsigned long least[NR_WMARK] = {
		[WMARK_MIN] = 16, [WMARK_LOW] = 20, [WMARK_HIGH] = 24
	};

	memcpy(marks_before, zones[ZONE_DMA].watermark, sizeof(marks_before));
	if (marks_before[WMARK_MIN] < least[WMARK_MIN])
		marks_set(least);
}

void marks_restore(void)
{
	if (!marks_before[WMARK_HIGH])
		return;
	marks_set(marks_before);
	marks_before[WMARK_HIGH] = 0;
}

void larder_open(struct kunit *test, struct larder *l, const char *name)
{
	spin_lock_init(&l->lock);
	INIT_LIST_HEAD(&l->pages);
	l->shrinker = shrinker_alloc(0, "%s", name);
	KUNIT_ASSERT_NOT_NULL(test, l->shrinker);
	l->shrinker->count_objects = larder_count;
	l->shrinker->scan_objects = larder_scan;
	l->shrinker->private_data = l;
	shrinker_register(l->shrinker);
}

void larder_close(struct larder *l)
{
	struct shrink_control all = { .nr_to_scan = ~0UL };

	shrinker_free(l->shrinker);
	l->give = 0;
	larder_give(l, &all);
}

unsigned long larder_fill(struct larder *l, gfp_t gfp)
{
	unsigned long n = 0;
	struct page *page;

	while ((page = alloc_page(gfp))) {
		spin_lock(&l->lock);
		list_add(&page->lru, &l->pages);
		WRITE_ONCE(l->nr, l->nr + 1);
		spin_unlock(&l->lock);
		n++;
	}
	return n;
}

void kswapd_settle(void)
{
	while (!kswapd_idle())
		schedule_timeout_uninterruptible(1);
}

struct page *chain_take(struct page *chain, gfp_t gfp, unsigned long max)
{
	struct page *page;

	while (max-- && (page = alloc_page(gfp))) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	return chain;
}

void chain_free(struct page *chain)
{
	while (chain) {
		struct page *page = chain;

		chain = (struct page *)page->private;
		__free_page(page);
	}
}

unsigned long pages_settled(void)
{
	kswapd_settle();
	mm_quiesce();
	return nr_free_pages() + mm_stat_read(MM_KERNEL_TABLES);
}
