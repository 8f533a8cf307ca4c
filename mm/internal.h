/* SPDX-License-Identifier: MIT */
/*
 * What the files of mm/ offer each other, in layer order. Private to mm/; tests may include it.
 *
 * The locks of mm/, all of them. "A > B": B may be taken while A is held, never the other way round;
 * a file that takes locks says the same of its own under "Locks:". Between two that no line joins
 * there is no order, since nobody holds both.
 *
 *        mm->mmap_lock > mm->page_table_lock > zone->lock
 *        mm->mmap_lock > slab_mutex                      (allocating for an address space)
 *        populate_mutex > pcpu_lock                      (per-CPU memory)
 *        populate_mutex, purge_lock > slab_mutex
 *        purge_lock > vmap_space.lock                    (vmalloc; one for each of its two regions)
 *        tables_lock > slab_mutex
 *        slab_mutex > s->lock > zone->lock > vmemmap_lock
 *        shrinker_mutex                                  (alone)
 *        slab_mutex > kfence_lock
 *        fbc->lock                                       (per-CPU counters; alone)
 *
 * Any allocation may need all of the last line but one: alloc_pages() without a page left drains
 * the caches. So none of slab_mutex, s->lock, zone->lock, vmemmap_lock, pcpu_lock, vmap_space.lock
 * is held over an allocation. One that may sleep purges vmalloc areas and calls shrinkers: nor are
 * purge_lock, shrinker_mutex, or what shrinkers take; debug builds watch that (reclaim.c, 3).
 *
 *        may sleep, so never in atomic context           mmap_lock, populate_mutex, purge_lock, shrinker_mutex
 *        taken with interrupts on, never in a handler    page_table_lock
 *        irq-safe: taken with interrupts off everywhere  all others
 *
 * What is held longest: zone->lock for a batch of 32 pages (filling or emptying a per-CPU
 * list; 128 where all of it goes) or, once for each unit, while struct pages come in; s->lock for a
 * magazine of 62 objects; vmap_space.lock for 32 areas. Those that look at everything (the *_valid() functions, slabinfo,
 * slab_drain() with slab_mutex) are for tests, reports and memory that has run out.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <asm/pgtable.h>
#include <linux/fault-inject.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sched/mm.h>

struct report_explainer;

/* --- whatis.c: explainers for whatis() --- */
void whatis_init(void);
/* alloc_tag.c: the tag with this number, without a lock, or NULL. Any context */
const struct alloc_tag *alloc_tag_peek(unsigned int id);

/* --- pgtable.c: walking and building trees, for kernel and user space alike --- */

/*
 * Where table pages come from: memblock at boot, the buddy after. Returns the physical address of a
 * zeroed page, 0 on failure.
 */
typedef phys_addr_t (*table_alloc_t)(void);
phys_addr_t table_alloc_boot(void);
/* The last boot table is made: give back what its batch has left. */
void table_alloc_boot_end(void);
phys_addr_t table_alloc_kernel(void);
/* May sleep; panics rather than fail. */
phys_addr_t table_alloc_kernel_nofail(void);
phys_addr_t table_alloc_user(void);
void table_free_user(pte_t *table);

/*
 * The slot for `va` at `level`, tables on the way made by `alloc` (NULL: none are made). NULL if
 * missing, out of memory, or a leaf is in the way.
 */
pte_t *pt_slot(pte_t *root, unsigned long va, int level, table_alloc_t alloc);

/* The leaf that translates `va`, and its level; NULL if there is none. */
pte_t *pt_lookup(pte_t *root, unsigned long va, int *level);

/*
 * Map [va, va + size) to phys by the largest leaves that fit. -ENOMEM: what was made stands, the
 * caller undoes it.
 */
int pt_map(pte_t *root, unsigned long va, phys_addr_t phys, unsigned long size, pgprot_t prot,
	   table_alloc_t alloc);

/*
 * What translates `va`, if anything does, is a leaf of the smallest size from now on, and so are its neighbours
 * in the larger one. -ENOMEM: some larger one stays. The caller owns the tree, as far as that leaf reaches.
 */
int pt_split(pte_t *root, unsigned long va, table_alloc_t alloc);

/* Build the direct map and switch to the kernel's final tables. */
void direct_map_init(void);

/* --- vmemmap.c: struct pages by section --- */
void vmemmap_init(void);
/*
 * Bring the zone's next untouched section in: its pages go to the buddy. False when there is none.
 * Z: zone->lock held.
 */
bool section_bring_in(struct zone *zone);
bool section_valid(void);

/* --- fault_inject.c: asked by the two allocators below while it is armed. Any context --- */
extern struct fault_injection injection;
/* Is this object, this block of pages, to be refused? */
bool fault_inject_slab(gfp_t gfp, size_t size);
bool fault_inject_page(gfp_t gfp, unsigned int order);

/* --- page_alloc.c, page_check.c --- */
DECLARE_PER_CPU(struct per_cpu_pages, zone_pcp[MAX_NR_ZONES]);
extern struct report_explainer page_explainer;
/*
 * Requests of smaller orders ask nobody: NR_PAGE_ORDERS, or 0 while each asks fault_inject_page().
 */
extern unsigned int page_orders_plain;
/* The same for freeing: blocks of smaller orders go straight to a per-CPU list. */
extern unsigned int free_orders_plain;
/* init_on.c: what is added to each request for pages; are pages zeroed when they are freed? R */
extern gfp_t init_on_alloc_gfp;
extern bool init_on_free_pages;
void init_on_set(bool alloc, bool free);
bool init_on_get_alloc(void);
bool init_on_get_free(void);
/*
 * Write a block's mark. Its owner needs no lock for that, though who frees the block's buddy reads
 * it under zone->lock: only PAGE_FREE means anything to him, and only he who holds the lock writes
 * or overwrites that. Hence one store.
 */
static inline void page_set_mark(struct page *page, u16 mark)
{
	WRITE_ONCE(page->mark, mark);
}
void zones_init(void);
extern const char *const migratetype_names[]; /* show.c */
/* show_mem.c: "GFP_KERNEL|__GFP_COMP" */
void describe_gfp(char *buf, size_t size, gfp_t gfp);

/* --- page_debug.c, page_owner.c: pages that are watched, see there --- */
#define PAGE_DEBUG_OWNER  (1u << 0)
#define PAGE_DEBUG_POISON (1u << 1)
#define PAGE_DEBUG_UNMAP  (1u << 2)
extern unsigned int page_debug;		/* R: which of them */
extern phys_addr_t page_debug_reserved; /* R: bytes that they took from memblock */
/* What they keep beside a group's struct pages: whole pages, 64 bytes for each page of the group. */
#define PAGE_EXT_GROUP_PAGES (GROUP_NR_PAGES * 64 / PAGE_SIZE)
void page_debug_init(void);
/* A zeroed page for what is kept of the PAGE_SIZE / 64 pages from pfn on. */
void page_debug_add(unsigned long pfn, void *zeroed);
/* A block was taken; is to be freed: false if it may not be, which was reported. */
void page_debug_alloc(struct page *page, unsigned int order, gfp_t gfp);
bool page_debug_free(struct page *page, unsigned int order);
/* Is it free and out of the direct map? */
bool page_is_unmapped(const struct page *page);
/* In a report: who allocated and who freed the page, if that is known. */
void page_owner_report(const struct page *page);
/* The stack that allocated it, at most `max` addresses of it, when and where; 0: that is not known. */
unsigned int page_owner_allocated(const struct page *page, unsigned long *ips, unsigned int max,
				  u64 *ns, unsigned int *cpu);
/* A request's flags within the scopes of the task (linux/sched/mm.h): asked once memory is short. */
static inline gfp_t scoped_gfp(gfp_t gfp)
{
	gfp = current_gfp_context(gfp);
	if (in_task() && (current->flags & PF_MEMALLOC) && !(gfp & __GFP_NOMEMALLOC))
		gfp |= __GFP_MEMALLOC;
	return gfp;
}

/* Give [start, end) to the buddy. Z: zone->lock held, all in one section and zone. */
void buddy_add_range(struct zone *zone, unsigned long start_pfn, unsigned long end_pfn);
/* Give the per-CPU lists back to the buddy: this CPU's (any context), every CPU's (may sleep). */
void page_alloc_drain(void);
void page_alloc_drain_all(void);
bool buddy_valid(void);
/* Free a block of any order that the caller owns alone, without looking at its count. */
void free_block(struct page *page, unsigned int order);
/* Is `page` an allocated block of that order? If not, that is reported. The second only reports. */
bool page_may_free(struct page *page, unsigned int order);
void page_report_bad_free(struct page *page, unsigned int order);
/* alloc_pages() of a block that nobody may refer to: its count stays 0. To be freed by free_block(). */
struct page *alloc_pages_uncounted(gfp_t gfp, unsigned int order, unsigned int tag);

/* --- zone.c --- */
/* For each highest zone: the populated zones to try, best first, NULL-terminated. R */
extern struct zone *zonelists[MAX_NR_ZONES][MAX_NR_ZONES + 1];

/* Does the zone stand at this mark, for requests up to `highest`? A guess without zone->lock. */
static inline bool zone_reaches(const struct zone *zone, enum zone_watermark mark,
				enum zone_type highest)
{
	return READ_ONCE(zone->nr_free) >=
	       READ_ONCE(zone->watermark[mark]) + zone->lowmem_reserve[highest];
}

/* Does one of the zones that requests up to `highest` may use? */
bool zones_reach(enum zone_watermark mark, enum zone_type highest);

/* --- reclaim.c, show_mem.c: entered from below, by the page allocator --- */
/* Requests of larger blocks aren't tried for ever. */
#define PAGE_ALLOC_COSTLY_ORDER 3
/* A request that found nothing, and what was done for it so far. */
struct shortage {
	gfp_t gfp; /* as it is tried: scopes observed, more added when it must not fail */
	unsigned int order;
	enum zone_type highest;
	bool asked, left;	/* step 1 was done; shrinkers had objects in the last round */
	unsigned int rounds;	/* of direct reclaim */
	unsigned int fruitless; /* the last of them that brought nothing back */
	unsigned long back;	/* pages that came back in the last one */
};
/*
 * Find memory for it. True: try again. False: nothing more can be done. Any context; no lock of the
 * layers above may be held over alloc_pages().
 */
bool reclaim_for(struct shortage *s, unsigned long caller);
/* A request leaves its zones short: kswapd is woken if all of them are below low. Any context. */
void kswapd_wake(gfp_t gfp, enum zone_type highest);
/* Say that a request fails, or waits, unless its flags forbid it; and, now and then, who holds what. */
void warn_alloc(gfp_t gfp, unsigned int order, const char *what, unsigned long caller);
/* What can be had back without sleeping: the slabs' magazines, depots and empty slabs. Any context. */
void reclaim_caches(void);

/* --- slab.c, kmalloc.c --- */
void slab_init(void);
void kmalloc_init(void);
void slab_drain(void);
/*
 * From now on every allocation takes the slow path, and asks fault_inject_slab() there; and back
 * again. Waits for magazines in use: process context.
 */
void slab_magazines_off(void);
void slab_magazines_on(void);
bool slab_valid_all(void);
/* The caches with most pages, the n largest. Any context. */
void slab_largest_show(void (*line)(const char *text), unsigned int n);

/* --- percpu.c --- */
/* The other CPUs' static variables get their final addresses. Before the first struct page. */
void percpu_areas_init(void);
void percpu_show_init(void);
/* Give back the pages in which no variable is left, and chunks without any. May sleep. */
void percpu_drain(void);
/* May sleep. */
bool percpu_valid(void);

/*
 * --- alloc_tag.c, and what each layer adds to its walk: for all that is allocated, `add` is called with
 * the number of who did it. Under locks of the layer; `add` takes none. ---
 */
#define TAG_IDS	  32768u
#define TAG_NOTED 32768u /* besides a number: kmemleak has a note of what it is the tag of */
typedef void (*tag_add_t)(unsigned int id, u64 bytes, u64 calls);
void alloc_tags_init(void);
void slab_tags_walk(tag_add_t add);
void percpu_tags_walk(tag_add_t add);
void vmap_tags_walk(tag_add_t add);
/* The tag with that number, and whose it is (NULL: the image's). NULL: nobody's. May sleep. */
const struct alloc_tag *alloc_tag_number(unsigned int id, const char **module);
/* Memory has run out: warn of the largest users. Any context but NMI. */
void allocinfo_warn(void);
/* The tag of the variable that starts at p, CPU 0's address; 0: none does. */
unsigned int percpu_tag_of(const void *p);

/* --- vmalloc.c --- */
void vmalloc_init(void);
void vmalloc_drain(void);

/* --- kvmalloc.c --- */
void kvfree_atomic(const void *addr);
bool vmap_valid(void);

/* --- kmemleak.c --- */
void kmemleak_init(void);
/* kmemleak_note.c: what is noted of memory that is gone goes. Any context but NMI. */
void note_purge(void);

/* --- stack_depot.c --- */
u32 stack_depot_set_end(u32 end);

/* --- report helpers --- */
/* Report a page given back wrongly: what, the page, and advice; nothing is freed. */
void page_report(const char *what, struct page *page, const char *advice);

/* --- mmap.c, fault.c --- */
void vma_init(void);

#endif
