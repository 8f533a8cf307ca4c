// SPDX-License-Identifier: MIT
/*
 * The life of an area of the vmalloc region: addresses taken, area claimed, leaves taken out,
 * addresses given back after a flush.
 *
 * 1. Order. A new area's node, and a second one where an alignment may split a free range, are
 *    allocated before the lock is taken; under the lock nothing can fail but the search itself. The
 *    end of an area allocates nothing, so vfree() cannot fail.
 *
 * 2. Lazy flush. After its leaves are cleared an area's translations may still stand in the TLBs.
 *    It goes into the backlog, and all of the backlog is made allocatable by one flush, when it
 *    passes VMAP_LAZY_MAX (derived in vmap.h), when the search for addresses fails, in
 *    vm_unmap_aliases() and in mm_quiesce(). Addresses are never handed out between clearing and
 *    flush, so a new owner cannot meet an old translation.
 *
 *        vfree ──> clear leaves ──> backlog ──(flush)──> free ranges
 *
 * 3. Bound. A caller in atomic context cannot flush (purge_lock sleeps, and with interrupts off
 *    another CPU might wait for it in turn), so it only adds; but every allocation looks at the backlog too, and it may sleep. The backlog is
 *    thus at most VMAP_LAZY_MAX and what was live.
 *
 * 4. Invariants, besides those of vmap_tree.c (vmap_valid() in vmap_show.c)
 *    I7  a complete live area's pages are all mapped and its guard page is not;
 *    I8  nothing of a lazy area is mapped;
 *    I9  no leaf stands outside live areas and areas on their way in or out.
 *
 * 5. Regions. Memory for code (set_memory.c) has a region, and so a space of addresses with its lock
 *    and backlog, of its own; which one an area is in its address says. What is said here and in
 *    vmap_tree.c holds for each; one flush serves both.
 *
 * 6. Locks: purge_lock (a mutex, so one flush at a time and a waiter finds what it set free) >
 *    vmap_space.lock (irq-safe, short: at most PURGE_BATCH areas are given back under it). Slab and
 *    page allocator are called outside vmap_space.lock.
 *
 * Sources: the backlog is Piggin's "lazy vmap" idea (Linux documents the behaviour in vmalloc's
 * interface).
 */
#include <asm/tlbflush.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include "internal.h"
#include "kasan.h"
#include "vmap.h"

#define PURGE_BATCH 32

/*
 * What of the caller's flags is about how hard to try; the rest (zone, mobility, zeroing) is for
 * the pages alone.
 */
#define AREA_GFP                                                                           \
	(__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HIGH | __GFP_NOWARN | __GFP_NORETRY | \
	 __GFP_RETRY_MAYFAIL | __GFP_NOFAIL | __GFP_MEMALLOC | __GFP_NOMEMALLOC)

struct vmap_space vmap_space;
struct vmap_space vmap_modules;

static DEFINE_MUTEX(purge_lock);

static int set_strict(const char *val)
{
	return boot_param_bool(val, &vmalloc_strict);
}
BOOT_PARAM("vmalloc_strict", set_strict);

/* ---- Nodes ---- */

static struct vm_struct *node_alloc(const struct vmap_space *vs, gfp_t gfp)
{
	return kmem_cache_alloc(vs->nodes, gfp & AREA_GFP);
}

/* A chain by ->next. */
static void nodes_free(const struct vmap_space *vs, struct vm_struct *vm)
{
	while (vm) {
		struct vm_struct *next = vm->next;

		kmem_cache_free(vs->nodes, vm);
		vm = next;
	}
}

/* ---- The backlog ---- */

/* Addresses of up to PURGE_BATCH areas become free; the rest of the chain. */
static struct vm_struct *give_batch(struct vmap_space *vs, struct vm_struct *vm)
{
	struct vm_struct *dead = NULL;
	unsigned long flags;

	spin_lock_irqsave(&vs->lock, flags);
	for (int n = 0; vm && n < PURGE_BATCH; n++) {
		struct vm_struct *next = vm->next, *unused = vmap_space_give(vs, vm);

		while (unused) {
			struct vm_struct *after = unused->next;

			unused->next = dead;
			dead = unused;
			unused = after;
		}
		vm = next;
	}
	spin_unlock_irqrestore(&vs->lock, flags);
	nodes_free(vs, dead);
	return vm;
}

static struct vm_struct *backlog_take(struct vmap_space *vs)
{
	struct vm_struct *chain;
	unsigned long flags;

	spin_lock_irqsave(&vs->lock, flags);
	chain = vs->lazy;
	vs->lazy = NULL;
	WRITE_ONCE(vs->lazy_bytes, 0);
	spin_unlock_irqrestore(&vs->lock, flags);
	return chain;
}

/* Under purge_lock. */
static void purge_space(struct vmap_space *vs)
{
	struct vm_struct *chain = backlog_take(vs);
	unsigned long low = ~0UL, high = 0;

	for (struct vm_struct *vm = chain; vm; vm = vm->next) {
		low = min(low, vm_start(vm));
		high = max(high, vm_end(vm));
	}
	if (chain)
		tlb_flush_range(low, high, NULL);
	while (chain)
		chain = give_batch(vs, chain);
}

void vmap_purge(void)
{
	mutex_lock(&purge_lock);
	purge_space(&vmap_space);
	purge_space(&vmap_modules);
	mutex_unlock(&purge_lock);
}

void vmap_purge_if_due(void)
{
	if (unlikely(READ_ONCE(vmap_space.lazy_bytes) > VMAP_LAZY_MAX) && preemptible())
		vmap_purge();
}

/**
 * vm_unmap_aliases() - make sure that no CPU translates through an area that was freed
 *
 * Flushes the backlog. For who changes the attributes of pages that were mapped before.
 *
 * Context: may sleep.
 */
void vm_unmap_aliases(void)
{
	vmap_purge();
}

void vmalloc_drain(void)
{
	vmap_purge();
}

/* ---- Beginning ---- */

static bool take_addresses(struct vmap_space *vs, struct vm_struct *vm, unsigned long align,
			   struct vm_struct **spare)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&vs->lock, flags);
	ok = vmap_space_take(vs, vm, align, spare);
	spin_unlock_irqrestore(&vs->lock, flags);
	return ok;
}

struct vm_struct *vmap_area_get(unsigned long size, unsigned long align, unsigned long flags,
				gfp_t gfp, const void *caller)
{
	struct vmap_space *vs = flags & VMAP_EXECMEM ? &vmap_modules : &vmap_space;
	struct vm_struct *vm = node_alloc(vs, gfp), *spare = NULL;
	bool ok;

	assert_debug(size && PAGE_ALIGNED(size) && is_power_of_2(align));
	vmap_purge_if_due();
	if (!vm)
		return NULL;
	*vm = (struct vm_struct){ .size = size + PAGE_SIZE,
				  .flags = flags | VM_UNINITIALIZED,
				  .caller = caller };
	vm->tag = ALLOC_TAG_CALLER();
	if (align > PAGE_SIZE) {
		spare = node_alloc(vs, gfp);
		if (!spare)
			goto fail;
		spare->next = NULL;
	}
	ok = take_addresses(vs, vm, align, &spare);
	if (unlikely(!ok)) {
		vmap_purge();
		ok = take_addresses(vs, vm, align, &spare);
	}
	nodes_free(vs, spare);
	if (likely(ok)) {
		if ((flags & VM_ALLOC) && !kasan_cover(vm->addr, vm->size, gfp)) {
			vmap_area_release(vm, VMAP_KEEP_PAGES);
			return NULL;
		}
		kasan_poison_vmalloc((void *)(vm_end(vm) - PAGE_SIZE), PAGE_SIZE);
		return vm;
	}
fail:
	nodes_free(vs, vm);
	return NULL;
}

void *vmap_area_ready(struct vm_struct *vm, unsigned long flags)
{
	void *addr = READ_ONCE(vm->addr); /* somebody refers to it from now on (kmemleak.c, 3) */

	kasan_unpoison_vmalloc(addr, get_vm_area_size(vm));
	/* Pairs with copy_area_from(): who sees the flag gone sees the whole area. */
	smp_store_release(&vm->flags, (vm->flags | flags) & ~VM_UNINITIALIZED);
	return addr;
}

/* ---- End ---- */

/* Why an area can't be ended by this call. */
enum claim {
	CLAIM_OK,
	CLAIM_NONE,   /* no area there */
	CLAIM_INSIDE, /* not its start */
	CLAIM_FREED,  /* ended before */
	CLAIM_KIND,   /* not this function's */
};

static enum claim claim_check(const struct vm_struct *vm, unsigned long addr, unsigned long allowed)
{
	unsigned long flags;

	if (!vm)
		return CLAIM_NONE;
	flags = smp_load_acquire(&vm->flags);
	if (flags & (VMAP_DYING | VMAP_LAZY))
		return CLAIM_FREED;
	if (vm_start(vm) != addr)
		return CLAIM_INSIDE;
	return (flags & allowed) && !(flags & VM_UNINITIALIZED) ? CLAIM_OK : CLAIM_KIND;
}

static const char *claim_advice(enum claim why, const void *addr)
{
	if (!is_vmalloc_or_module_addr(addr))
		return "The pointer does not come from vmalloc(): memory from kmalloc() is given back with kfree(); "
		       "kvfree() takes both.";
	if (why == CLAIM_INSIDE)
		return "The pointer leads into an area: give back the address that was returned, not one that was moved on.";
	if (why == CLAIM_FREED)
		return "The area was already given back. Look for two owners of one pointer, or an error path that frees "
		       "what the caller frees again.";
	if (why == CLAIM_KIND)
		return "The area was made by another function: vmalloc() ends with vfree(), vmap() with vunmap() or vfree(), "
		       "ioremap() with iounmap(), vm_map_ram() with vm_unmap_ram(). It stays.";
	return "No area is there now: the pointer is wild, or was freed long ago.";
}

static noinline void report_claim(enum claim why, const void *addr, const char *what)
{
	if (why == CLAIM_KIND)
		report_open(REPORT_VFREE_KIND, "Trying to %s() wrong kind of vm area (0x%px)", what,
			    addr);
	else if (!PAGE_ALIGNED(addr))
		report_open(REPORT_VFREE_INSIDE, "Trying to %s() bad address (0x%px)", what, addr);
	else
		report_open(REPORT_VFREE_NONE, "Trying to %s() nonexistent vm area (0x%px)", what,
			    addr);
	report_address(addr);
	report_stack_here(NULL);
	report_advice("%s", claim_advice(why, addr));
	report_end();
}

static void ring_add(struct vmap_space *vs, const struct vm_struct *vm, const void *freer)
{
	vs->ring[vs->ring_next++ % VMAP_RING] = (struct vmap_freed){
		.start = vm_start(vm),
		.size = get_vm_area_size(vm),
		.allocator = vm->caller,
		.freer = freer,
	};
}

struct vm_struct *vmap_area_claim(const void *addr, const char *what, unsigned long allowed,
				  const void *caller)
{
	struct vmap_space *vs = vmap_space_of((unsigned long)addr);
	struct vm_struct *vm;
	unsigned long flags;
	enum claim why;

	spin_lock_irqsave(&vs->lock, flags);
	vm = vmap_space_find(vs, (unsigned long)addr);
	why = claim_check(vm, (unsigned long)addr, allowed);
	if (likely(why == CLAIM_OK)) {
		WRITE_ONCE(vm->flags, vm->flags | VMAP_DYING);
		ring_add(vs, vm, caller);
	}
	spin_unlock_irqrestore(&vs->lock, flags);
	if (likely(why == CLAIM_OK))
		return vm;
	report_claim(why, addr, what);
	return NULL;
}

void vmap_area_release(struct vm_struct *vm, enum vmap_pages what)
{
	struct vmap_space *vs = vmap_space_of(vm_start(vm));
	unsigned long flags;

	kasan_poison_vmalloc(vm->addr, get_vm_area_size(vm));
	vmap_unmap(vm_start(vm), vm_start(vm) + get_vm_area_size(vm), what);
	spin_lock_irqsave(&vs->lock, flags);
	WRITE_ONCE(vm->flags, (vm->flags & ~VM_UNINITIALIZED) | VMAP_DYING | VMAP_LAZY);
	vm->next = vs->lazy;
	vs->lazy = vm;
	ADD_ONCE(vs->lazy_bytes, vm->size);
	spin_unlock_irqrestore(&vs->lock, flags);
}

/**
 * find_vm_area() - the area that an address lies in
 * @addr: any address; the guard page counts as part of the area
 *
 * The area stays what it is only as long as the caller knows that nobody frees it.
 *
 * Context: any but NMI. O(log areas).
 * Return: the area, or NULL: none, or it is being freed.
 */
struct vm_struct *find_vm_area(const void *addr)
{
	struct vmap_space *vs = vmap_space_of((unsigned long)addr);
	struct vm_struct *vm;
	unsigned long flags;

	spin_lock_irqsave(&vs->lock, flags);
	vm = vmap_space_find(vs, (unsigned long)addr);
	if (vm && !vm_is_live(vm))
		vm = NULL;
	spin_unlock_irqrestore(&vs->lock, flags);
	return vm;
}

/* All addresses of a region are free. */
static void space_begin(struct vmap_space *vs, const char *nodes, unsigned long start,
			unsigned long end)
{
	struct kmem_cache *cache =
		kmem_cache_create(nodes, sizeof(struct vm_struct), 0, SLAB_PANIC | SLAB_NOLEAKTRACE,
				  NULL);
	struct vm_struct *whole = kmem_cache_alloc(cache, GFP_KERNEL);

	if (!whole)
		panic("vmalloc_init: no memory for the first node");
	vmap_space_init(vs, whole, start, end - start);
	vs->nodes = cache;
}

/* Once, after slab_init(). */
void vmalloc_init(void)
{
	space_begin(&vmap_space, "vmap_area", VMALLOC_START, VMALLOC_END);
	space_begin(&vmap_modules, "execmem_area", MODULES_VADDR, MODULES_END);
	vmap_show_init();
}
