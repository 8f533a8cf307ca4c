// SPDX-License-Identifier: MIT
/*
 * Whose an object was, for reports of a checker
 * =============================================
 *
 * 1. What it is for. A checker that keeps states in memory (asm/memstate.h) sees an access behind the
 *    end of an object only if nobody else's begins there, and its report names who allocated the
 *    object and who freed it. Both need bytes behind each object:
 *
 *	| object | free word, where it stands behind | struct kasan_meta | up to the alignment |
 *	                                             ^ s->kasan            all of it shut
 *
 *    Caches with debug flags have red zones and tracks of their own (slab_debug.c), those of the
 *    allocator itself need none, and those of objects larger than any of kmalloc() would need larger
 *    blocks for them.
 *
 * 2. A track is a task and the innermost addresses of its stack. Code of the kernel and of modules lies
 *    in the 4 GiB from IMAGE_START on, so 32 bits each are enough.
 *
 * Nothing here is instrumented. Context: any. Locks: none; a track belongs to whoever owns the object.
 */
#include <asm/stack.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <quarry/report.h>
#include "internal.h"
#include "kasan.h"
#include "slab.h"

#ifdef MEMSTATE_SHIFT

#define TRACK_FRAMES 11

struct kasan_stack {
	s32 pid;
	u32 ips[TRACK_FRAMES]; /* from IMAGE_START; 0: none */
};

struct kasan_meta {
	void *next; /* in the quarantine */
	struct kasan_stack track[2];
};

/* The bytes that a cache's objects take so far get those behind them. */
void kasan_layout(struct kmem_cache *s, unsigned int *bytes)
{
	if ((s->flags & SLAB_NO_USER_FLAGS) || *bytes > KMALLOC_MAX_CACHE_SIZE)
		return;
	s->kasan = ALIGN(*bytes, 8);
	*bytes = s->kasan + sizeof(struct kasan_meta);
}

static struct kasan_meta *meta_of(const struct kmem_cache *s, const void *obj)
{
	return (struct kasan_meta *)((char *)obj + s->kasan);
}

void kasan_init_object(const struct kmem_cache *s, const void *obj)
{
	if (s->kasan)
		*meta_of(s, obj) = (struct kasan_meta){ 0 };
}

void *kasan_next(const void *obj)
{
	return meta_of(slab_cache_of(obj), obj)->next;
}

void kasan_set_next(void *obj, void *next)
{
	meta_of(slab_cache_of(obj), obj)->next = next;
}

bool kasan_is_free(const struct kmem_cache *s, const void *obj)
{
	return *memstate_of(obj) == MEMSTATE_FREE;
}

noinline void kasan_set_track(const struct kmem_cache *s, const void *obj, enum kasan_track what)
{
	unsigned long ips[TRACK_FRAMES];
	struct kasan_stack *t;
	unsigned int n;

	if (!s->kasan)
		return;
	t = &meta_of(s, obj)->track[what];
	n = stack_trace_save(ips, TRACK_FRAMES, 1, NULL);
	t->pid = current->pid;
	for (unsigned int i = 0; i < TRACK_FRAMES; i++)
		t->ips[i] = i < n ? ips[i] - IMAGE_START : 0;
	if (what == KASAN_ALLOCATED)
		meta_of(s, obj)->track[KASAN_FREED].ips[0] = 0;
}

static void report_one(const char *verb, const struct kasan_stack *t)
{
	unsigned long ips[TRACK_FRAMES];
	unsigned int n = 0, own = 0;
	char title[48];

	while (n < TRACK_FRAMES && t->ips[n]) {
		ips[n] = IMAGE_START + t->ips[n];
		n++;
	}
	if (!n)
		return;
	while (own < n - 1 && slab_own_function(ips[own]))
		own++;
	scnprintf(title, sizeof(title), "%s by task %d:", verb, t->pid);
	report_stack(title, ips + own, n - own);
}

void kasan_report_tracks(const struct kmem_cache *s, const void *obj)
{
	if (!s->kasan)
		return;
	report_one("Allocated", &meta_of(s, obj)->track[KASAN_ALLOCATED]);
	report_one("Freed", &meta_of(s, obj)->track[KASAN_FREED]);
}

#endif
