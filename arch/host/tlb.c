// SPDX-License-Identifier: MIT
/*
 * The process's mappings as a TLB, and the walker that fills it.
 *
 * 1. Model. Page tables are data: nothing but mm/ and the walker here reads them. What the process
 *    can touch is what the walker let in, an entry at a time: a leaf (4 KiB or 2 MiB), or an aligned
 *    64 KiB of leaves whose memory is contiguous and whose rights are the same (as TLBs that join
 *    neighbours do):
 *
 *	access ── mapped by the process ─────────────────────────────► goes through
 *	   │ SIGSEGV
 *	   ▼
 *	host_tlb_miss(): walk ── the tables allow it ─► host_map(), try again
 *	   │ they don't
 *	   ▼
 *	host_deliver(): a trap, as the CPU would raise it (traps.c)
 *
 *    So an entry that was taken out of the tables without a flush stays usable, exactly as on a
 *    machine, and whoever forgets the flush sees old memory rather than a fault. Entries leave by
 *    the flush functions, or when all TLB_SIZE are taken: then a random one goes, so that nobody
 *    can count on an entry staying either. A process may hold 65,530 mappings; an entry costs at
 *    most two (itself and the gap behind).
 *
 * 2. Accessed and dirty. Filling sets PTE_A, filling for a write PTE_D too; a page whose entry is
 *    not dirty is mapped read-only, so that the first write comes here. The bits are set only if the
 *    entry still is what was walked to, as a CPU does: an entry that somebody has just cleared stays
 *    clear.
 *
 * 3. What is wired. The image (the kernel's code, data and stacks) is always mapped with the rights
 *    of its entries; a flush of such a page reloads it. The walker reads tables through host_ram, a
 *    view of all RAM that the kernel half uses for nothing else, so it never faults.
 *
 *    So are the stacks of threads, from tlb_wire() to tlb_unwire(): a system call or a signal handler
 *    that finds its stack missing can't let it in. Their tables don't change meanwhile, so a flush
 *    leaves them alone, and whatever is unmapped is unmapped around them.
 *
 * 4. Before pt_activate_kernel() the direct map is the boot window: RAM as it is, writable.
 *
 * Invariants
 * I1  nr_entries <= TLB_SIZE, and what the process has mapped of RAM, but for the image, what is wired
 *     and the walker's own view, lies in some entry: so a flush finds it. With the rights of that entry's
 *     leaf at most.
 * I2  Each entry is on the chain of its hash, and on no other.
 * I3  User addresses have no entries here, but in each CPU's own table (utlb.c).
 * I4  When a flush returns no CPU uses what the tables said before. The walk and the filling are one
 *     step to a flush (tlb_lock); a walk of user addresses and the access that follows are another
 *     (utlb_enter()).
 *
 * 5. All CPUs are threads of one process and share this one TLB: a flush is one for all of them, and
 *    what it would mean to forget a CPU shows on the machine only.
 *
 * Locks and contexts: tlb_lock guards the entries, the chains and the process's mappings of RAM; it
 * is the innermost of all. It is taken in the signal handler with all signals blocked, and by a
 * flush with interrupts off; who has it touches nothing but the image and host_ram, so he can't need
 * a filling himself. It is no spinlock_t: ThreadSanitizer may not see this file, since signal
 * handlers run in the middle of its own code.
 * Complexity: a fill is a walk, a hash step and one mmap(); a flush of n pages min(n, entries) of
 * the same; a flush of all three mmap()s.
 */
#include <asm/atomic.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/pgtable.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <asm/tlbflush.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/string.h>
#include "arch/common/roots.h"
#include "host.h"
#include "kernel.h"

#define TLB_BUCKETS  8192
#define ROOT_HALF    (PTRS_PER_TABLE / 2)
#define IMAGE_TABLES 16 /* of level 0: 32 MiB of image */
#define GROUP_SHIFT  16 /* neighbours that make one entry */
#define GROUP	     (1u << (GROUP_SHIFT - PAGE_SHIFT))

struct tlb_entry {
	unsigned long not_key; /* ~(where it starts | its size class): no address, to who looks for some */
	s32 next;	   /* index of the next one on the chain, or -1 */
};

static unsigned int tlb_lock; /* 1: somebody has it */

static struct tlb_entry entries[TLB_SIZE];
static unsigned int nr_entries;
static s32 buckets[TLB_BUCKETS];
static const u8 class_shift[] = { PAGE_SHIFT, GROUP_SHIFT, PAGE_SHIFT + 9 };
enum { CLASS_PAGE, CLASS_GROUP, CLASS_LARGE, NR_CLASSES };

/* Section 3: stacks of threads, in no order. */
#define WIRED_MAX 512
static struct wired {
	unsigned long low, high;
} wired[WIRED_MAX];
static unsigned int nr_wired;

static unsigned long flushes; /* carried out so far; atomic */
static u64 evict_state;

static pte_t boot_root[PTRS_PER_TABLE] __aligned(PAGE_SIZE);
static pte_t image_tables[2 + IMAGE_TABLES][PTRS_PER_TABLE] __aligned(PAGE_SIZE);
static pte_t *root = boot_root; /* what kernel_root() returns */
static bool active;		/* pt_activate_kernel() happened */
static DEFINE_PER_CPU(pte_t *, user_root);

/* ---- the lock ---- */

static void lock(void)
{
	for (unsigned int n = 1; __atomic_exchange_n(&tlb_lock, 1, __ATOMIC_ACQUIRE); n++) {
		if (n % 64 == 0)
			host_yield();
	}
}

static void unlock(void)
{
	__atomic_store_n(&tlb_lock, 0, __ATOMIC_RELEASE);
}

/* ---- the entries ---- */

static unsigned long class_size(int class)
{
	return 1UL << class_shift[class];
}

/* Starts of entries have their low bits clear: the class goes there. */
static unsigned long key_of(unsigned long va, int class)
{
	return (va & ~(class_size(class) - 1)) | class;
}

static unsigned int hash_key(unsigned long key)
{
	return (key >> PAGE_SHIFT ^ key) * 0x9e3779b97f4a7c15UL >> 51;
}

static unsigned long entry_key(unsigned int i)
{
	return ~entries[i].not_key;
}

/* The link that points to the entry, or the end of its chain. */
static s32 *find_link(unsigned long key)
{
	s32 *link = &buckets[hash_key(key)];

	while (*link >= 0 && entry_key(*link) != key)
		link = &entries[*link].next;
	return link;
}

static void entry_add(unsigned long key)
{
	s32 *link = find_link(key);

	if (*link >= 0)
		return;
	entries[nr_entries] = (struct tlb_entry){ .not_key = ~key, .next = -1 };
	*link = nr_entries++;
}

/* The last entry takes the place of the one that goes. */
static void entry_remove(s32 *link)
{
	s32 i = *link, last;

	*link = entries[i].next;
	last = --nr_entries;
	if (i == last)
		return;
	*find_link(entry_key(last)) = i;
	entries[i] = entries[last];
}

static void entries_init(void)
{
	fill_words(buckets, ~0UL, sizeof(buckets) / 8);
	nr_entries = 0;
}

/* The lowest wired range that reaches into [start, end), or NULL. */
static const struct wired *first_wired(unsigned long start, unsigned long end)
{
	const struct wired *first = NULL;

	for (unsigned int i = 0; i < nr_wired; i++) {
		const struct wired *w = &wired[i];

		if (w->low < end && w->high > start && (!first || w->low < first->low))
			first = w;
	}
	return first;
}

/* Nothing of [start, start + size) stays in the process's mappings but what is wired. */
static void unmap(unsigned long start, unsigned long size)
{
	unsigned long end = start + size;
	const struct wired *w;

	while ((w = first_wired(start, end))) {
		if (w->low > start)
			host_unmap(start, w->low - start);
		start = w->high;
	}
	if (start < end)
		host_unmap(start, end - start);
}

/* Forget an entry; smaller ones inside it stay on the list, though nothing is mapped for them. */
static void drop(unsigned long key)
{
	s32 *link = find_link(key);

	if (*link < 0)
		return;
	entry_remove(link);
	unmap(key & PAGE_MASK, class_size(key & ~PAGE_MASK));
}

/* xorshift64*: any seed but 0 */
static void evict_one(void)
{
	evict_state ^= evict_state >> 12;
	evict_state ^= evict_state << 25;
	evict_state ^= evict_state >> 27;
	drop(entry_key((evict_state * 0x2545f4914f6cdd1dULL >> 32) % nr_entries));
}

/* ---- the walker ---- */

/* A table's slot in the walker's own view; NULL: the entry above pointed out of RAM. */
static pte_t *table_slot(phys_addr_t table, unsigned long va, int level)
{
	if (table + PAGE_SIZE > host_ram_size)
		return NULL;
	return (pte_t *)(host_ram + table) + pt_index(va, level);
}

/* A leaf, and what it said when it was walked to: other CPUs may change it any time. */
struct leaf {
	pte_t *slot;
	pte_t e;
	int level;
};

/* The leaf that translates `va`, present or not. False: none. */
static bool walk(pte_t *from, unsigned long va, struct leaf *leaf)
{
	phys_addr_t table = __pa(from);

	for (int l = PT_TOP; l >= 0; l--) {
		pte_t *slot = table_slot(table, va, l), e;

		if (!slot)
			return false;
		e = pte_get(slot);
		if (!pte_mapped(e))
			return false;
		if (pte_leaf(e, l)) {
			*leaf = (struct leaf){ .slot = slot, .e = e, .level = l };
			return true;
		}
		table = pte_phys(e);
	}
	return false;
}

static bool permits(pte_t e, unsigned long error)
{
	if (!pte_present(e))
		return false;
	if (error & HOST_PF_WRITE)
		return pte_write(e);
	return !(error & HOST_PF_EXEC) || pte_exec(e);
}

/*
 * The entry changes only as long as it is what the walk saw: one that another CPU takes out
 * meanwhile must not come back as two bits.
 */
bool entry_mark_used(pte_t *slot, pte_t *seen, bool write)
{
	u64 old = seen->val;

	seen->val |= PTE_A | (write ? PTE_D : 0);
	return seen->val == old || try_cmpxchg(&slot->val, &old, seen->val);
}

/* False: the leaf is another by now, and must be walked to again. */
static bool mark_used(struct leaf *leaf, unsigned long error)
{
	return entry_mark_used(leaf->slot, &leaf->e, error & HOST_PF_WRITE);
}

static int rights(pte_t e)
{
	return HOST_R | (pte_write(e) && pte_dirty(e) ? HOST_W : 0) | (pte_exec(e) ? HOST_X : 0);
}

/* Physical address of `va`'s page in the leaf. */
static phys_addr_t leaf_page(const struct leaf *leaf, unsigned long va)
{
	return pte_phys(leaf->e) + (va & (pt_size(leaf->level) - 1) & PAGE_MASK);
}

static bool in_image(unsigned long va)
{
	return va >= (unsigned long)__image_start && va < (unsigned long)__image_end;
}

/* May the access be made by way of the boot window? Nothing runs there. */
static bool in_boot_window(unsigned long va, unsigned long error)
{
	return !active && va - PAGE_OFFSET < host_ram_size && !(error & HOST_PF_EXEC);
}

/* Do the neighbours continue this leaf, so that nothing is lost by letting all of them in? */
static bool group_is_whole(const struct leaf *leaf, unsigned long va)
{
	unsigned int at = pt_index(va, 0) % GROUP;
	const pte_t *first = leaf->slot - at;
	u64 base = leaf->e.val - at * PAGE_SIZE;

	if (!pte_young(leaf->e) || pte_write(leaf->e) != pte_dirty(leaf->e))
		return false;
	for (unsigned int i = 0; i < GROUP; i++) {
		if (pte_get(&first[i]).val != pte_advance((pte_t){ base }, i * PAGE_SIZE).val)
			return false;
	}
	return true;
}

/*
 * Let `va` in with all of the entry it is in; `phys` is what `va` shows. The image's pages are no
 * entries.
 */
static bool fill(unsigned long va, phys_addr_t phys, int class, int prot)
{
	unsigned long size = class_size(class), start = va & ~(size - 1);

	phys -= va - start;
	if (phys + size > host_ram_size)
		return false;
	if (!in_image(va)) {
		if (nr_entries == TLB_SIZE)
			evict_one();
		entry_add(key_of(va, class));
	}
	host_map(start, phys, size, prot);
	return true;
}

static bool miss_locked(unsigned long va, unsigned long error)
{
	struct leaf leaf;
	int class;

	if (in_boot_window(va, error))
		return fill(va, va - PAGE_OFFSET, CLASS_LARGE, HOST_R | HOST_W);
	do {
		if (!walk(root, va, &leaf) || !permits(leaf.e, error))
			return false;
	} while (!mark_used(&leaf, error));
	class = leaf.level ? CLASS_LARGE : group_is_whole(&leaf, va) ? CLASS_GROUP : CLASS_PAGE;
	return fill(va, leaf_page(&leaf, va), class, rights(leaf.e));
}

int host_tlb_miss(unsigned long addr, unsigned long error)
{
	unsigned long va = addr & PAGE_MASK;
	bool filled;

	if (va < KERNEL_START || va > KERNEL_LAST)
		return false;
	lock();
	filled = miss_locked(va, error);
	unlock();
	return filled;
}

bool walk_user(unsigned long va, bool write, struct user_leaf *leaf, bool *present)
{
	unsigned long error = write ? HOST_PF_WRITE : 0;
	pte_t *from = this_cpu_read(user_root);
	struct leaf at;

	*present = false;
	if (!from || va >= TASK_SIZE)
		return false;
	do {
		if (!walk(from, va, &at)) {
			*present = false;
			return false;
		}
		*present = pte_present(at.e);
		if (!permits(at.e, error) || !pte_user(at.e))
			return false;
	} while (!mark_used(&at, error));
	leaf->e = at.e;
	leaf->phys = leaf_page(&at, va);
	return true;
}

bool walk_present(unsigned long va)
{
	pte_t *from = va < TASK_SIZE ? this_cpu_read(user_root) : root;
	bool held, present;
	unsigned long irqs;
	struct leaf leaf;

	if (!from || (va >= TASK_SIZE && va < KERNEL_START) || va > KERNEL_LAST)
		return false;
	/* Tables of kernel addresses stay; and the fault may be one of an access that holds already. */
	held = va < TASK_SIZE && utlb_hold(&irqs);
	present = walk(from, va, &leaf) && pte_present(leaf.e);
	if (held)
		utlb_leave(irqs);
	return present;
}

/* ---- forgetting ---- */

/* A page of the image is never without its mapping: it gets what its entry says now. */
static void reload_image(unsigned long va)
{
	struct leaf leaf;

	if (walk(boot_root, va, &leaf) && pte_present(leaf.e))
		host_map(va, leaf_page(&leaf, va), PAGE_SIZE, rights(leaf.e));
	else
		host_unmap(va, PAGE_SIZE);
}

/* Take an entry off the list; only what sticks out of [start, end) is unmapped here. */
static bool forget_key(unsigned long key, unsigned long start, unsigned long end)
{
	unsigned long va = key & PAGE_MASK, size = class_size(key & ~PAGE_MASK);
	s32 *link = find_link(key);

	if (*link < 0)
		return false;
	entry_remove(link);
	if (va < start || va + size > end)
		unmap(va, size);
	return true;
}

static bool forget_by_page(unsigned long start, unsigned long end)
{
	bool any = false;

	for (unsigned long va = start; va < end; va += PAGE_SIZE) {
		for (int class = 0; class < NR_CLASSES; class ++)
			any |= forget_key(key_of(va, class), start, end);
	}
	return any;
}

static bool forget_by_entry(unsigned long start, unsigned long end)
{
	bool any = false;

	for (unsigned int i = 0; i < nr_entries;) {
		unsigned long va = entry_key(i) & PAGE_MASK;

		if (va < end && va + class_size(entry_key(i) & ~PAGE_MASK) > start)
			any |= forget_key(entry_key(i), start, end); /* entry i is another now */
		else
			i++;
	}
	return any;
}

static void forget_range(unsigned long start, unsigned long end)
{
	bool any;

	for (unsigned long va = start; va < end && in_image(va); va += PAGE_SIZE)
		reload_image(va);
	if ((end - start) >> PAGE_SHIFT <= nr_entries)
		any = forget_by_page(start, end);
	else
		any = forget_by_entry(start, end);
	if (any)
		unmap(start, end - start);
}

/* One by one: the region is mostly empty, and what a checker knows of it is lost with a mapping. */
static void unmap_percpu(void)
{
	for (unsigned int i = 0; i < nr_entries; i++) {
		unsigned long va = entry_key(i) & PAGE_MASK;

		if (va >= PERCPU_START && va < VMEMMAP_START)
			host_unmap(va, class_size(entry_key(i) & ~PAGE_MASK));
	}
}

static void forget_all(void)
{
	unmap_percpu();
	entries_init();
	unmap(VMEMMAP_START, VMEMMAP_SIZE);
	unmap(VMALLOC_START, VMALLOC_SIZE);
	unmap(PAGE_OFFSET, host_ram_size);
}

void tlb_flush_range(unsigned long start, unsigned long end, const struct cpumask *cpus)
{
	unsigned long flags;

	utlb_flush(start, end, cpus);
	local_irq_save(flags);
	if (end > TASK_SIZE) {
		lock();
		forget_range(start & PAGE_MASK, end);
		unlock();
	}
	local_irq_restore(flags);
	arch_add(&flushes, 1);
}

void tlb_flush_page(unsigned long va, const struct cpumask *cpus)
{
	tlb_flush_range(va & PAGE_MASK, (va & PAGE_MASK) + PAGE_SIZE, cpus);
}

void tlb_flush_all(const struct cpumask *cpus)
{
	unsigned long flags;

	utlb_flush(0, TASK_SIZE, cpus);
	local_irq_save(flags);
	lock();
	forget_all();
	unlock();
	local_irq_restore(flags);
	arch_add(&flushes, 1);
}

unsigned long tlb_flush_count(void)
{
	return READ_ONCE(flushes);
}

/* All CPUs use the one TLB: nobody else has to be told. */
unsigned long tlb_shootdown_count(void)
{
	return 0;
}

unsigned int tlb_entries(void)
{
	return READ_ONCE(nr_entries);
}

/* ---- wiring ---- */

/* Wired already, so that nobody takes a page out again before the next one is in. */
static int wire_pages(unsigned long low, unsigned long high)
{
	for (unsigned long va = low; va < high; va += PAGE_SIZE) {
		struct leaf leaf;

		do {
			if (!walk(root, va, &leaf) || !permits(leaf.e, HOST_PF_WRITE))
				return -EFAULT;
		} while (!mark_used(&leaf, HOST_PF_WRITE));
		host_map(va, leaf_page(&leaf, va), PAGE_SIZE, rights(leaf.e));
	}
	return 0;
}

static void unwire_range(unsigned long low)
{
	for (unsigned int i = 0; i < nr_wired; i++) {
		if (wired[i].low == low) {
			wired[i] = wired[--nr_wired];
			return;
		}
	}
}

int tlb_wire(unsigned long low, unsigned long high)
{
	unsigned long flags;
	int err = -EAGAIN;

	local_irq_save(flags);
	lock();
	if (nr_wired < WIRED_MAX) {
		wired[nr_wired++] = (struct wired){ low, high };
		err = wire_pages(low, high);
		if (err)
			unwire_range(low);
	}
	unlock();
	local_irq_restore(flags);
	return err;
}

void tlb_unwire(unsigned long low, unsigned long high)
{
	unsigned long flags;

	local_irq_save(flags);
	lock();
	unwire_range(low);
	forget_by_page(low, high);
	host_unmap(low, high - low); /* what was wired stands in no entry (I1) */
	unlock();
	local_irq_restore(flags);
}

/* ---- roots ---- */

int pt_max_leaf_level(void)
{
	return 1;
}

pte_t *kernel_root(void)
{
	return root;
}

static void map_image_part(const char *start, const char *end, pgprot_t prot)
{
	unsigned long first = (unsigned long)__image_start & ~(pt_size(1) - 1);

	for (unsigned long va = (unsigned long)start; va < (unsigned long)end; va += PAGE_SIZE) {
		pte_t *table = image_tables[2 + ((va - first) >> pt_shift(1))];

		pte_set(&table[pt_index(va, 0)], va, pte_mkleaf(va - IMAGE_START, prot, 0));
	}
	host_protect((unsigned long)start, end - start, rights((pte_t){ prot.val }));
}

void pt_boot_init(void)
{
	unsigned long va = (unsigned long)__image_start;

	evict_state = host_seed;
	entries_init();
	boot_root[pt_index(va, PT_TOP)] = pte_mktable(__pa(image_tables[0]), false);
	image_tables[0][pt_index(va, 2)] = pte_mktable(__pa(image_tables[1]), false);
	for (unsigned int i = 0; i < IMAGE_TABLES; i++)
		image_tables[1][pt_index(va, 1) + i] =
			pte_mktable(__pa(image_tables[2 + i]), false);
	map_image_part(__text_start, __text_end, PAGE_KERNEL_ROX);
	map_image_part(__rodata_start, __rodata_end, PAGE_KERNEL_RO);
	map_image_part(__data_start, __data_end, PAGE_KERNEL);
}

phys_addr_t boot_window_size(void)
{
	return host_ram_size;
}

static void fill_entries(pte_t *to, unsigned long start, unsigned long size,
			 phys_addr_t (*alloc)(void))
{
	unsigned int first = pt_index(start, PT_TOP);
	unsigned int last = pt_index(start + size - 1, PT_TOP);

	for (unsigned int i = first; i <= last; i++)
		to[i] = pte_mktable(alloc(), false);
}

void pt_fill_root(phys_addr_t max_phys, phys_addr_t (*alloc)(void))
{
	pte_t *fresh = __va(alloc());

	fill_entries(fresh, PAGE_OFFSET, max_phys, alloc);
	fill_entries(fresh, VMALLOC_START, VMALLOC_SIZE, alloc);
	fill_entries(fresh, VMEMMAP_START, max_phys >> 7, alloc);
	fresh[pt_index(IMAGE_START, PT_TOP)] = root[pt_index(IMAGE_START, PT_TOP)];
	root = fresh;
}

void pt_activate_kernel(void)
{
	active = true;
	tlb_flush_all(NULL);
}

void pt_root_init(pte_t *to)
{
	memcpy(to + ROOT_HALF, root + ROOT_HALF, ROOT_HALF * sizeof(pte_t));
}

void pt_load(pte_t *to)
{
	this_cpu_write(user_root, to);
	utlb_forget_all();
}

/* ---- the image ---- */

static pte_t *image_slot(unsigned long va)
{
	struct leaf leaf;
	bool there = walk(boot_root, va, &leaf);

	BUG_ON(!there); /* pt_boot_init() gave each page one */
	return leaf.slot;
}

void image_unmap_page(unsigned long va)
{
	pte_set(image_slot(va), va, (pte_t){ 0 });
	tlb_flush_page(va, NULL);
}

void mark_rodata_ro(void)
{
	extern char __ro_after_init_start[], __ro_after_init_end[];

	for (char *p = __ro_after_init_start; p < __ro_after_init_end; p += PAGE_SIZE) {
		pte_t *slot = image_slot((unsigned long)p);

		pte_set(slot, (unsigned long)p, pte_wrprotect(*slot));
	}
	tlb_flush_range((unsigned long)__ro_after_init_start, (unsigned long)__ro_after_init_end,
			NULL);
}
