// SPDX-License-Identifier: MIT
/*
 * The vmalloc region seen from outside: /proc/vmallocinfo, what a faulting address is, the
 * invariants.
 *
 * 1. vmallocinfo_show() looks an area up, copies it, lets the lock go and prints: so the console is
 *    never waited for under the lock. Areas that come or go meanwhile may or may not be seen.
 *
 * 2. The explainer is asked by the report engine about any address, also about a fault inside this
 *    very code. It only tries the lock, and copies what it found; where the tree is damaged, the report
 *    says so and goes on, and the lock is let go. An address in an area's guard
 *    page is one beyond its end; areas that were freed are known from the area tree as long as they
 *    wait for the flush, and from a ring of the last VMAP_RING ones after that.
 *
 * 3. vmap_valid() checks I1 … I6 of vmap_tree.c and I7 … I9 of vmap_area.c under the lock, walking
 *    every page of every area. For tests. Areas on their way in or out are left out, and while
 *    there are any, so is I9.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mm_usage.h>
#include <linux/string.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include "internal.h"
#include "vmap.h"

#define LINE_SIZE 240

/* ---- vmallocinfo ---- */

/* An area that is still being made is its maker's, but for its place. */
static void copy_area(struct vm_struct *copy, const struct vm_struct *vm)
{
	if (smp_load_acquire(&vm->flags) & VM_UNINITIALIZED)
		*copy = (struct vm_struct){ .addr = vm->addr,
					    .size = vm->size,
					    .flags = VM_UNINITIALIZED };
	else
		*copy = *vm;
}

static bool copy_area_from(struct vmap_space *vs, unsigned long addr, struct vm_struct *copy)
{
	struct vm_struct *vm;
	unsigned long flags;

	spin_lock_irqsave(&vs->lock, flags);
	vm = vmap_space_next(vs, addr);
	if (vm)
		copy_area(copy, vm);
	spin_unlock_irqrestore(&vs->lock, flags);
	return vm;
}

static void show_area(const struct vm_struct *vm, show_line_t line)
{
	static const struct {
		unsigned long flag;
		const char *word;
	} words[] = {
		{ VM_IOREMAP, " ioremap" },  { VM_ALLOC, " vmalloc" },
		{ VM_MAP, " vmap" },	     { VM_USERMAP, " user" },
		{ VMAP_RAM, " vm_map_ram" }, { VM_DMA_COHERENT, " dma-coherent" },
	};
	char buf[LINE_SIZE];
	int n = scnprintf(buf, sizeof(buf), "0x%016lx-0x%016lx %7lu", vm_start(vm), vm_end(vm),
			  vm->size);

	if (!vm_is_live(vm)) {
		scnprintf(buf + n, sizeof(buf) - n, " unpurged vm_area");
		line(buf);
		return;
	}
	if (vm->caller)
		n += scnprintf(buf + n, sizeof(buf) - n, " %pS", vm->caller);
	if (vm->nr_pages)
		n += scnprintf(buf + n, sizeof(buf) - n, " pages=%u", vm->nr_pages);
	if (vm->phys_addr)
		n += scnprintf(buf + n, sizeof(buf) - n, " phys=0x%016llx", vm->phys_addr);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (vm->flags & words[i].flag)
			n += scnprintf(buf + n, sizeof(buf) - n, "%s", words[i].word);
	}
	line(buf);
}

static void show_space(struct vmap_space *vs, unsigned long addr, show_line_t line)
{
	struct vm_struct vm;

	while (copy_area_from(vs, addr, &vm)) {
		if (!(vm.flags & VM_UNINITIALIZED))
			show_area(&vm, line);
		addr = vm_end(&vm);
	}
}

/**
 * vmallocinfo_show() - print every area in the layout of Linux's /proc/vmallocinfo
 * @line: takes each line, without its newline
 *
 * Context: as @line. Areas that are freed but not yet flushed are "unpurged vm_area".
 */
void vmallocinfo_show(show_line_t line)
{
	show_space(&vmap_space, VMALLOC_START, line);
	show_space(&vmap_modules, MODULES_VADDR, line);
}

static bool area_at_or_above(struct vmap_space *vs, unsigned long addr, struct vm_struct *copy)
{
	while (copy_area_from(vs, addr, copy)) {
		if (vm_start(copy) >= addr && vm_is_live(copy) && !(copy->flags & VM_UNINITIALIZED))
			return true;
		addr = vm_end(copy);
	}
	return false;
}

bool vmalloc_area_next(unsigned long addr, struct vm_struct *copy)
{
	struct vmap_space *first = &vmap_space, *last = &vmap_modules;

	if (VMALLOC_START > MODULES_VADDR)
		swap(first, last);
	return area_at_or_above(first, addr, copy) || area_at_or_above(last, addr, copy);
}

/* An area that maps the pages of others holds no memory, but is held. See alloc_tag.c. */
void vmap_tags_walk(tag_add_t add)
{
	struct vm_struct vm;

	for (unsigned long addr = 0; vmalloc_area_next(addr, &vm); addr = vm_end(&vm)) {
		if (!(vm.flags & VM_ALLOC))
			add(vm.tag, 0, 1);
	}
}

/* ---- What an address is ---- */

struct found {
	bool freed;
	unsigned long next; /* start of an area that begins within a page of the address, or 0 */
	const char *kind;
	unsigned long flags;	/* of the area */
	struct vmap_freed area; /* freer NULL: not known */
};

static const char *area_kind(const struct vm_struct *vm)
{
	if (vm->flags & VM_IOREMAP)
		return "ioremap";
	return vm->flags & VM_ALLOC ? "vmalloc" : "vmap";
}

static void set_area(struct found *found, const struct vm_struct *vm)
{
	found->freed = !vm_is_live(vm);
	found->kind = area_kind(vm);
	found->flags = vm->flags;
	found->area = (struct vmap_freed){ .start = vm_start(vm),
					   .size = get_vm_area_size(vm),
					   .allocator = vm->caller };
}

/* The freed area of the ring that held `addr`, latest first. */
static const struct vmap_freed *ring_find(const struct vmap_space *vs, unsigned long addr)
{
	for (unsigned int i = 1; i <= VMAP_RING; i++) {
		const struct vmap_freed *f = &vs->ring[(vs->ring_next - i) % VMAP_RING];

		if (f->size && addr - f->start < f->size + PAGE_SIZE)
			return f;
	}
	return NULL;
}

/*
 * The live area that begins within a page above `addr`, which nobody has, or which is in the guard page of
 * another: whoever is inside an area has its guard page before him, so that is further. True: it is the
 * only one near.
 */
static bool find_next(const struct vmap_space *vs, unsigned long addr, struct found *found)
{
	const struct vm_struct *vm = vmap_space_next(vs, addr);
	bool alone = !found->area.size;

	if (vm && vm_start(vm) <= addr)
		vm = vmap_space_next(vs, vm_end(vm));
	if (!vm || vm_start(vm) - addr > PAGE_SIZE || !vm_is_live(vm))
		return false;
	found->next = vm_start(vm);
	if (alone)
		set_area(found, vm);
	return alone;
}

/* Under the lock. */
static bool find_area(const struct vmap_space *vs, unsigned long addr, struct found *found)
{
	const struct vm_struct *vm = vmap_space_find(vs, addr);
	const struct vmap_freed *f = ring_find(vs, addr);

	*found = (struct found){ .freed = true, .kind = "vmalloc" };
	if (vm) {
		set_area(found, vm);
	} else if (f) {
		found->area = *f;
	}
	if (vm && found->freed && f && f->start == vm_start(vm))
		found->area.freer = f->freer;
	return find_next(vs, addr, found) || vm || f;
}

struct lookup {
	const struct vmap_space *vs;
	unsigned long addr;
	struct found found;
	bool known;
};

static void find_area_guarded(void *arg)
{
	struct lookup *l = arg;

	l->known = find_area(l->vs, l->addr, &l->found);
}

enum answer {
	BUSY, /* somebody has the lock */
	DAMAGED,
	NO_AREA,
	AREA,
};

/* Which area `addr` is in, or near to. Waits for nobody. */
static enum answer look_up(unsigned long addr, struct found *found)
{
	struct vmap_space *vs = vmap_space_of(addr);
	struct lookup l = { .vs = vs, .addr = addr };
	unsigned long flags;
	bool readable;

	if (!spin_trylock_irqsave(&vs->lock, flags))
		return BUSY;
	readable = report_guarded(find_area_guarded, &l);
	spin_unlock_irqrestore(&vs->lock, flags);
	*found = l.found;
	return !readable ? DAMAGED : l.known ? AREA : NO_AREA;
}

static void describe(unsigned long addr, const struct found *found, char *buf, size_t size)
{
	const struct vmap_freed *a = &found->area;
	unsigned long off = addr - a->start;
	bool before = addr < a->start, beyond = !before && off >= a->size;
	unsigned long away = before ? -off : beyond ? off - a->size : off;
	int n = scnprintf(
		buf, size,
		"address is %lu byte%s %s %s %s area 0x%lx-0x%lx (size %lu) allocated by %pS",
		away, plural(away),
		before	 ? "before"
		: beyond ? "beyond the end of"
			 : "inside",
		found->freed ? "a freed" : "the", found->kind, a->start, a->start + a->size,
		a->size, a->allocator);

	if (a->freer)
		n += scnprintf(buf + n, size - n, ", freed by %pS", a->freer);
	if (found->next && !before)
		scnprintf(buf + n, size - n, ", and %lu byte%s before the area at 0x%lx",
			  found->next - addr, plural(found->next - addr), found->next);
}

static bool explain_vmalloc(unsigned long addr, char *buf, size_t size)
{
	static const char *const else_said[] = {
		[BUSY] = ", whose areas are being changed",
		[DAMAGED] = ", whose list of areas is damaged",
		[NO_AREA] = ", in no area",
	};
	struct found found;
	enum answer answer;

	if (!is_vmalloc_or_module_addr((void *)addr))
		return false;
	answer = look_up(addr, &found);
	if (answer == AREA)
		describe(addr, &found, buf, size);
	else
		scnprintf(buf, size, "address is in the %s%s",
			  vmap_space_of(addr) == &vmap_space ? "vmalloc region" : "region of modules",
			  else_said[answer]);
	return true;
}

static const char *advise_vmalloc(unsigned long addr)
{
	struct found found;

	if (!is_vmalloc_or_module_addr((void *)addr) || look_up(addr, &found) != AREA)
		return NULL;
	if (found.freed)
		return "The area was given back before: look for who kept the pointer, and for an earlier vfree() or vunmap().";
	if (addr < found.area.start)
		return "The access is before the start of the area: a negative index, or a pointer that was moved too far back.";
	if (found.next && found.next - addr < PAGE_SIZE / 2)
		return "The access hit the guard page between two areas, close to the second: a negative index there, or a far overrun of the first.";
	if (addr - found.area.start >= found.area.size)
		return "The access ran over the end of the area into its guard page: look at the index or the length that led there.";
	return NULL;
}

const char *vmap_free_advice(unsigned long addr)
{
	struct found found;
	enum answer answer = look_up(addr, &found);

	if (answer == BUSY || answer == DAMAGED)
		return "The address is in the vmalloc region: vfree() frees what vmalloc() gave, vunmap() what vmap() gave, iounmap() what ioremap() gave.";
	if (answer == NO_AREA || addr - found.area.start >= found.area.size + PAGE_SIZE)
		return "No area is there in the vmalloc region: the pointer is wild, or its area was given back before.";
	if (found.freed)
		return "The area was given back before: look for two owners of one pointer, or an earlier vfree(), vunmap() or iounmap().";
	if (found.flags & VM_IOREMAP)
		return "The memory comes from ioremap(): end that with iounmap().";
	if (found.flags & VMAP_RAM)
		return "The memory comes from vm_map_ram(): end that with vm_unmap_ram().";
	if (found.flags & VM_MAP_PUT_PAGES)
		return "The memory comes from vmap() with VM_MAP_PUT_PAGES: end that with vfree(), which frees the pages and their array, too.";
	if (!(found.flags & VM_ALLOC))
		return "The memory comes from vmap(): end that with vunmap(). The pages stay their owner's, who frees them.";
	return "The memory comes from vmalloc(): free it with vfree(), or with kvfree() if it may be either.";
}

void vmap_show_init(void)
{
	static struct report_explainer explainer = { .name = "vmalloc",
						     .explain = explain_vmalloc,
						     .advise = advise_vmalloc };

	report_add_explainer(&explainer);
}

/* ---- Invariants I7 … I9 ---- */

static bool area_valid(const struct vm_struct *vm)
{
	unsigned long start = vm_start(vm), end = start + get_vm_area_size(vm);

	if (vm->flags & VMAP_LAZY)
		return INVARIANT(8, vmap_none_mapped(start, vm_end(vm)));
	return INVARIANT(7, vmap_all_mapped(start, end)) &&
	       INVARIANT(7, vmap_none_mapped(end, vm_end(vm)));
}

static bool mappings_valid(const struct vmap_space *vs, unsigned long start, unsigned long end)
{
	unsigned long mapped = 0, next = start;
	bool in_transit = false;
	struct vm_struct *vm;

	while ((vm = vmap_space_next(vs, next))) {
		unsigned long now = smp_load_acquire(&vm->flags);

		next = vm_end(vm);
		if ((now & VM_UNINITIALIZED) || (now & (VMAP_DYING | VMAP_LAZY)) == VMAP_DYING) {
			in_transit = true;
			continue;
		}
		if (!area_valid(vm))
			return false;
		if (vm_is_live(vm))
			mapped += get_vm_area_size(vm);
	}
	return in_transit || INVARIANT(9, mapped == vmap_mapped_bytes(start, end));
}

static bool space_valid(struct vmap_space *vs, unsigned long start, unsigned long end)
{
	unsigned long flags;
	bool ok;

	spin_lock_irqsave(&vs->lock, flags);
	ok = vmap_space_valid(vs, start, end) && mappings_valid(vs, start, end);
	spin_unlock_irqrestore(&vs->lock, flags);
	return ok;
}

/**
 * vmap_valid() - check the invariants I1 … I9 of the vmalloc region and of the region of modules
 *
 * Context: any but NMI; interrupts are off for O(pages in all areas).
 * Return: false, with a line that names the broken one.
 */
bool vmap_valid(void)
{
	return space_valid(&vmap_space, VMALLOC_START, VMALLOC_END) &&
	       space_valid(&vmap_modules, MODULES_VADDR, MODULES_END);
}
