/* SPDX-License-Identifier: MIT */
/* What KFENCE (kfence.c, kfence_report.c) and the slab allocator offer each other. Tests may include it. */
#ifndef MM_KFENCE_H
#define MM_KFENCE_H

#include <asm/fault.h>
#include <linux/kfence.h>
#include <linux/rcupdate.h>
#include "internal.h"
#include "slab.h"

#define KFENCE_TRACK_DEPTH 10

enum kfence_state {
	KFENCE_UNUSED, /* its page was never used */
	KFENCE_ALLOCATED,
	KFENCE_RCU_FREEING, /* freed, but readers may still look */
	KFENCE_FREED,
};

struct kfence_track {
	u64 when; /* ns */
	u32 pid;
	u16 cpu;
	u16 nr; /* of ips; 0: never */
	unsigned long ips[KFENCE_TRACK_DEPTH];
};

/* K: kfence_lock  A: whoever has the object, from its allocation on */
struct kfence_object {
	unsigned long addr;		      /* K: its start, in a page of its own */
	u32 size;			      /* K: bytes asked for */
	u16 next;			      /* K: in the list of free ones */
	u8 state;			      /* K: enum kfence_state */
	u8 covered;			      /* K: its stack is counted as covered */
	struct kmem_cache *cache;	      /* K: NULL: it was destroyed */
	u32 stack;			      /* K: hash of who allocated it */
	u32 tag;			      /* K: call-site accounting */
	struct rcu_head rcu;		      /* K: while KFENCE_RCU_FREEING */
	struct kfence_track allocated, freed; /* K */
};

enum kfence_place { KFENCE_BY_CHANCE, KFENCE_LEFT, KFENCE_RIGHT };

enum kfence_error {
	KFENCE_ERROR_OOB,
	KFENCE_ERROR_UAF,
	KFENCE_ERROR_CORRUPTION,
	KFENCE_ERROR_INVALID, /* access to where no object is */
	KFENCE_ERROR_INVALID_FREE,
};

/* What is reported: all of it copied under kfence_lock, so that nobody changes it meanwhile. */
struct kfence_bug {
	enum kfence_error error;
	unsigned long addr; /* of the access; the pointer freed; the first byte that is damaged */
	bool write;
	struct pt_regs *regs;	     /* of the access; NULL: the caller's stack is the culprit's */
	unsigned int number;	     /* of the object */
	struct kfence_object object; /* state KFENCE_UNUSED: none */
	u8 bytes[16];		     /* from addr on, if damaged */
	unsigned int nr_bytes;
};

extern unsigned int kfence_gate;	     /* set: a sample is due */
extern struct kfence_object *kfence_objects; /* R */
extern unsigned int kfence_nr_objects;	     /* R */
extern spinlock_t kfence_lock;
extern struct report_explainer kfence_explainer;

/*
 * May its objects be samples? Those of debug caches are all checked; a sample lies in a page, of any
 * zone, and is aligned there to a page at most.
 */
static inline bool kfence_may_sample(const struct kmem_cache *s)
{
	return s->object_size <= PAGE_SIZE && s->align <= PAGE_SIZE &&
	       !(s->flags & (SLAB_SKIP_KFENCE | SLAB_NO_USER_FLAGS | SLAB_DEBUG_FLAGS |
			     SLAB_CACHE_DMA | SLAB_CACHE_DMA32));
}

/* Should this allocation, on a slow path anyway, ask kfence_alloc()? */
static __always_inline bool kfence_wanted(const struct kmem_cache *s)
{
	return READ_ONCE(kfence_gate) || s->kfence_forced;
}

/* The byte that stands at an address of a page where no object is. */
static inline u8 kfence_canary(unsigned long addr)
{
	return 0xaa ^ (addr & 7);
}

/* kfence.c */
void kfence_init(void);
void *kfence_alloc(struct kmem_cache *s, gfp_t gfp, size_t size, unsigned int tag);
void kfence_free(void *p);
void kfence_cache_free(struct kmem_cache *s, void *p);
size_t kfence_ksize(const void *p);
struct kmem_cache *kfence_owner(const void *p);
bool kfence_find(const void *p, struct kfence_object *copy);
/* The object in whose page of the pool `p` lies, as it changes under kfence_lock; NULL: none can. */
struct kfence_object *kfence_at(unsigned long va);
unsigned int kfence_number(const struct kfence_object *o);
bool kfence_handle_fault(const struct mem_fault *f);
void kfence_forget_cache(struct kmem_cache *s);
/* Where objects lie in their pages from now on, whatever the boot line says: for tests. Returns how it was. */
enum kfence_place kfence_set_place(enum kfence_place place);
bool kfence_names(const char *name);
bool kfence_forces(const char *name);
unsigned int kfence_tag_of(const void *p);
void kfence_tags_walk(tag_add_t add);
bool kfence_valid(void);

/*
 * From now on no allocation becomes a sample, by chance or since the boot line names its cache (those of
 * slab_force_samples() do, unless the boot line names them, too), and back again: for who counts
 * objects, or looks at where they lie. Nests; returns when nothing is under way on this CPU. Process
 * context; with kfence.force=, no cache is destroyed meanwhile.
 */
void kfence_pause(void);
void kfence_resume(void);

/* kfence_report.c */
void kfence_report(struct kfence_bug *bug);
unsigned long kfence_report_leaked(struct kmem_cache *s, unsigned int *room);

#endif
