// SPDX-License-Identifier: MIT
/*
 * A store of call stacks
 * ======================
 *
 * 1. What it is for. A record of who allocated and who freed each page needs two stacks a page, but a
 *    kernel has a few thousand different ones. Here each is kept once, and has a number of 32 bits.
 *
 * 2. Model. One block of memory, taken from memblock when somebody wants the store: a table of chains
 *    at its start, then records one behind the other. The number of a stack is the distance of its
 *    record from the start, in words; records never move and never go.
 *
 *	[ chains | record | record | … | free ]
 *	             {next, hash, nr, count, addresses …}
 *
 * 3. When the block is full, new stacks are dropped (number 0) and that is said once: what is recorded
 *    stays right, and the reports of others say that no stack is known. Nothing is allocated, so this
 *    may be called from inside the page allocator.
 *
 * Invariants
 * I1  A record is complete before its chain leads to it; afterwards only its count changes.
 * I2  No two records have the same addresses.
 *
 * Locks: depot.lock, irq-safe, the innermost of all. Readers of a record need none.
 * Contexts: any but NMI. Complexity: O(frames), and the length of a chain, 1 on the average.
 *
 * Source: the idea and the names are Linux's stack depot.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/stackdepot.h>
#include <linux/string.h>
#include "internal.h"

#define LEAST_BYTES (512UL << 10)
#define MOST_BYTES  (4UL << 20)
#define RAM_SHARE   64 /* of RAM, between the two */
#define CHAIN_BYTES 64 /* of the block, for each chain: a record of 5 frames or so */

struct stack_record {
	u32 next; /* on its chain; 0: none */
	u32 hash;
	u32 nr;
	u32 unused;
	atomic_long_t count;
	unsigned long ips[];
};

static struct {
	u64 *words; /* R: the block */
	u32 *chain; /* heads, at its start */
	u32 chains; /* R: how many, a power of two */
	u32 end;    /* R: of the block, in words */
	u32 used;   /* words */
	bool full;  /* it was said */
	spinlock_t lock;
} depot = { .lock = __SPIN_LOCK_UNLOCKED(depot.lock) };

/**
 * stack_depot_early_init() - set aside memory for stacks
 *
 * The first call counts, the others find it done. Context: while memblock still hands out memory.
 * Return: 0, or -ENOMEM.
 */
int stack_depot_early_init(void)
{
	size_t size = clamp(memblock_phys_mem_size() / RAM_SHARE, LEAST_BYTES, MOST_BYTES);

	if (depot.words)
		return 0;
	depot.words = memblock_alloc(size, PAGE_SIZE);
	if (!depot.words)
		return -ENOMEM;
	depot.chain = (u32 *)depot.words;
	depot.chains = rounddown_pow_of_two(size / CHAIN_BYTES);
	depot.end = size / sizeof(u64);
	depot.used = depot.chains * sizeof(u32) / sizeof(u64);
	return 0;
}

static struct stack_record *record_at(u32 handle)
{
	return (struct stack_record *)(depot.words + handle);
}

static u32 record_words(unsigned int nr)
{
	return sizeof(struct stack_record) / sizeof(u64) + nr;
}

static u32 hash_of(const unsigned long *ips, unsigned int nr)
{
	u64 h = nr;

	for (unsigned int i = 0; i < nr; i++)
		h = (h ^ ips[i]) * 0x9e3779b97f4a7c15ULL;
	return h >> 32;
}

static bool same(const struct stack_record *r, u32 hash, const unsigned long *ips, unsigned int nr)
{
	return r->hash == hash && r->nr == nr && !memcmp(r->ips, ips, nr * sizeof(*ips));
}

static u32 find(u32 head, u32 hash, const unsigned long *ips, unsigned int nr)
{
	while (head && !same(record_at(head), hash, ips, nr))
		head = record_at(head)->next;
	return head;
}

/* A new record at the head of its chain; 0: no room. depot.lock held. */
static u32 add(u32 *head, u32 hash, const unsigned long *ips, unsigned int nr)
{
	u32 handle = depot.used;
	struct stack_record *r = record_at(handle);

	if (record_words(nr) > depot.end - depot.used)
		return 0;
	depot.used += record_words(nr);
	r->next = *head;
	r->hash = hash;
	r->nr = nr;
	memcpy(r->ips, ips, nr * sizeof(*ips));
	*head = handle;
	return handle;
}

/**
 * stack_depot_save() - keep a stack, once
 * @entries: its addresses, the innermost first
 * @nr_entries: how many
 * @gfp_flags: accepted; nothing is allocated
 *
 * Context: any but NMI. O(1) on average.
 * Return: its number, the same for the same stack; 0: there is no room, or no store.
 */
depot_stack_handle_t stack_depot_save(unsigned long *entries, unsigned int nr_entries, gfp_t gfp_flags)
{
	unsigned int nr = min(nr_entries, STACK_DEPOT_MAX_FRAMES);
	u32 hash = hash_of(entries, nr), handle, *head;
	bool full = false;
	unsigned long flags;

	if (!depot.words || !nr)
		return 0;
	head = &depot.chain[hash & (depot.chains - 1)];
	spin_lock_irqsave(&depot.lock, flags);
	handle = find(*head, hash, entries, nr);
	if (!handle)
		handle = add(head, hash, entries, nr);
	if (!handle && !depot.full)
		depot.full = full = true;
	spin_unlock_irqrestore(&depot.lock, flags);
	if (full)
		pr_warn("stack_depot: full after %u kB: new stacks are not recorded\n", depot.end >> 7);
	return handle;
}

/**
 * stack_depot_fetch() - the stack that has a number
 * @handle: from stack_depot_save()
 * @entries: gets where it is kept, for good; NULL for the number 0
 *
 * Context: any. Return: how many addresses it has; 0 for the number 0.
 */
unsigned int stack_depot_fetch(depot_stack_handle_t handle, unsigned long **entries)
{
	*entries = NULL;
	if (!handle || handle >= depot.end)
		return 0;
	*entries = record_at(handle)->ips;
	return record_at(handle)->nr;
}

/**
 * stack_depot_snprint() - a stack as text, a line for each function
 * @handle: from stack_depot_save()
 * @buf: gets the text; what has no room is left out
 * @size: of it
 * @spaces: how far lines are indented, less one
 *
 * Context: any. Return: the length.
 */
int stack_depot_snprint(depot_stack_handle_t handle, char *buf, size_t size, int spaces)
{
	unsigned long *ips;
	unsigned int nr = stack_depot_fetch(handle, &ips);
	int n = 0;

	for (unsigned int i = 0; i < nr; i++)
		n += scnprintf(buf + n, size - n, "%*c%pS\n", spaces + 1, ' ', (void *)ips[i]);
	return n;
}

/**
 * stack_depot_next() - all stacks, one after the other (beyond Linux)
 * @handle: the one before; 0: none yet
 *
 * Context: any but NMI. Return: the next number; 0: that was the last.
 */
depot_stack_handle_t stack_depot_next(depot_stack_handle_t handle)
{
	u32 next, used;
	unsigned long flags;

	if (!depot.words)
		return 0;
	spin_lock_irqsave(&depot.lock, flags);
	used = depot.used;
	spin_unlock_irqrestore(&depot.lock, flags);
	next = handle ? handle + record_words(record_at(handle)->nr)
		      : depot.chains * sizeof(u32) / sizeof(u64);
	return next < used ? next : 0;
}

/**
 * stack_depot_count() - a number that the store's user keeps with each stack
 * @handle: from stack_depot_save(); 0 has none
 * @n: what is added, atomically; 0 to read it
 *
 * Context: any.
 * Return: the number with that added.
 */
long stack_depot_count(depot_stack_handle_t handle, long n)
{
	if (!handle)
		return 0;
	return atomic_long_add_return(n, &record_at(handle)->count);
}

/* For tests: the store ends where it is used up to (0), or at `end` again. Where it ended before. */
u32 stack_depot_set_end(u32 end)
{
	unsigned long flags;
	u32 before;

	spin_lock_irqsave(&depot.lock, flags);
	before = depot.end;
	depot.end = end ?: depot.used;
	depot.full = false;
	spin_unlock_irqrestore(&depot.lock, flags);
	return before;
}
