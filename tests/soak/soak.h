/* SPDX-License-Identifier: MIT */
/*
 * The soak: threads that do everything at once. Theory in soak.c; what there is to be done stands in
 * groups of operations, a file each: blocks.c (memory that goes from hand to hand), caches.c, user.c
 * (address spaces), sync.c (locks, timers, threads, and what looks at or empties everything), rcu.c, work.c,
 * reclaim.c.
 */
#ifndef TESTS_SOAK_H
#define TESTS_SOAK_H

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rwsem.h>
#include <linux/timer.h>
#include <linux/types.h>

#define SOAK_SLOTS	24 /* blocks that a thread may hold */
#define SOAK_RING	64 /* places by which blocks come to other threads */
#define SOAK_MAX_GROUPS 8
#define SOAK_USER_PAGES 40
#define SOAK_OWN	16
#define SOAK_VMAP_PAGES 8

struct soak_thread;
struct soak_block;

/* What a block is made of: made (false: refused), and checked and given back. */
struct soak_kind {
	const char *name;
	bool (*make)(struct soak_thread *t, struct soak_block *b);
	void (*free)(struct soak_thread *t, struct soak_block *b);
	bool atomic; /* `free` goes in an interrupt */
};

/*
 * Memory with known content. Descriptors are never made nor lost: a slot, or a place of the ring,
 * always has one, and they are exchanged. Who has the descriptor has the memory.
 */
struct soak_block {
	const struct soak_kind *kind; /* NULL: no memory */
	void *p;
	size_t size;
	u64 mark;	     /* of the content */
	unsigned long extra; /* order, index of the cache, … */
	struct page *pages[SOAK_VMAP_PAGES];
};

/* A page of a thread's own address space, as it must be. */
struct soak_upage {
	bool mapped, writable, file;
	bool written; /* then `word` stands in it, else 0 or what the file has */
	u64 word;
};

struct soak_thread {
	unsigned int id;
	struct task_struct *task;
	u64 seed;
	unsigned long step;
	u64 first_steps;	  /* which operations they were: the same for the same seed */
	const struct soak_op *op; /* what it does just now; others look */
	struct rnd_state rnd;	  /* of this step */
	/* written by the thread, read by others */
	unsigned long done[SOAK_MAX_GROUPS], refused[SOAK_MAX_GROUPS];

	struct soak_block *slots[SOAK_SLOTS];
	struct soak_block blocks[SOAK_SLOTS + 1]; /* at first: the slots', and the timer's */

	struct kmem_cache *own; /* a cache of its own, or NULL */
	void *own_objects[SOAK_OWN];
	unsigned int own_nr, own_size;

	struct mm_struct *mm; /* its own, or NULL */
	struct soak_upage upages[SOAK_USER_PAGES];
	u64 written[SOAK_USER_PAGES]; /* its words in the shared file */

	struct timer_list timer;
	struct soak_block *timer_slot;
	struct rnd_state timer_rnd;
};

/*
 * One thing to do. `run` draws from t->rnd, which begins anew with each step; what it says: done, or
 * refused for want of memory.
 */
struct soak_op {
	const char *name;
	unsigned int weight;
	bool (*run)(struct soak_thread *t);
};

/*
 * Operations that belong together. All but `name` and `ops` may be NULL. setup() is called before
 * anything is counted or fails on purpose; check() when all threads are gone, and gives back what
 * setup() made; thread_end() by whoever ends the soak, for each thread.
 */
struct soak_group {
	const char *name;
	const struct soak_op *ops;
	unsigned int nr;
	bool (*setup)(void);
	void (*thread_end)(struct soak_thread *t);
	void (*check)(struct soak_thread *t);
};

extern const struct soak_group soak_blocks, soak_caches, soak_user, soak_sync, soak_rcu, soak_work,
	soak_reclaim;

/* All threads: soak.threads a CPU; `t->id` is the index. */
extern struct soak_thread *soak_threads;
extern unsigned int soak_nr_threads;
/* Who arms failures has it for writing; who makes or destroys caches, for reading. */
extern struct rw_semaphore soak_arming;

/* 0 … n-1 */
static inline u32 soak_rand(struct soak_thread *t, u32 n)
{
	return reciprocal_scale(prandom_u32_state(&t->rnd), n);
}

/* One in n. */
static inline bool soak_chance(struct soak_thread *t, u32 n)
{
	return soak_rand(t, n) == 0;
}

/* Something is not as it must be: a report. `what` is a constant. Any context. */
void soak_wrong(struct soak_thread *t, const char *what, unsigned long detail);

/* blocks.c: exchange with a place of the ring; check and give back what a slot has. */
struct soak_block *soak_ring_swap(struct soak_block *b, u32 place);
void soak_discard(struct soak_thread *t, struct soak_block *b);
/* A slot of the thread's, by chance. */
static inline struct soak_block **soak_slot(struct soak_thread *t)
{
	return &t->slots[soak_rand(t, SOAK_SLOTS)];
}
/*
 * The content of a block: bytes if it is small, else a word at both ends of each page. soak_intact():
 * the first `upto` of `size` bytes are.
 */
void soak_fill(void *p, size_t size, u64 mark);
bool soak_intact(const void *p, size_t size, size_t upto, u64 mark);
/* Flags of a request, by chance; none of them warns. */
gfp_t soak_gfp(struct soak_thread *t);

/* Test the soak itself: is this what soak.plant= names? */
bool soak_planted(const char *name);

#endif
