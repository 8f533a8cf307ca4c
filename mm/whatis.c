// SPDX-License-Identifier: MIT
/*
 * What the memory manager knows about an address, in the words of whatis().
 *
 *	vmemmap   the page whose struct page this is
 *	vma       the mapping of the running task's address space
 *	slab      cache, slab, object, what was asked for, who allocated and freed it
 *	page      the page behind it: zone, block, counts, flags, who allocated it
 *	vmalloc   the area, its pages and who asked for it (vmap_show.c)
 *	tables    the entry of each level of the page tables, with its rights
 *
 * An address that is mapped anywhere (vmalloc, modules, user space, per-CPU memory) is followed to
 * its page through the tables, so `page` is told of those, too. The one-line forms stand with what
 * they explain; the line `tables` in one piece is also part of each report of a page fault.
 *
 * The tables tell apart the lower bits of an address only, and the CPU refuses one whose upper bits are not
 * as theirs say: it is not canonical. Nothing is mapped there, whatever a walk would find. It is often a
 * kernel pointer that lost its upper bits, so what that would be is said.
 *
 * Everything is read without locks and may change meanwhile: answers are a guess, as all reports
 * about running memory are. What is followed is bounded (levels, MAX_DEPTH steps in a tree, no loop
 * over lists), and checked before it is read (pfn_valid(), direct map), but for the tables, whose pages
 * are there before any section is; what fails all the same is caught by whom whatis() asks us through. Context: any.
 */
#include <linux/alloc_tag.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sprintf.h>
#include <quarry/report.h>
#include "internal.h"
#include "slab.h"
#include "vma.h"

#define MAX_DEPTH 64

/* ---- Page tables ---- */

static const char *const level_names[] = { "PTE", "PMD", "PUD", "PGD" };

/* The address that the tables take `addr` for: user addresses are the lower half of what they can tell apart. */
static unsigned long seen_by_tables(unsigned long addr)
{
	unsigned long told = pt_size(PT_TOP) * PTRS_PER_TABLE - 1;

	return (addr & told) <= told / 2 ? addr & told : (KERNEL_START & ~told) | (addr & told);
}

/* NULL: there are no tables for it. */
static pte_t *root_for(unsigned long addr)
{
	if (addr != seen_by_tables(addr))
		return NULL;
	if (addr >= TASK_SIZE)
		return kernel_root();
	return current->mm ? current->mm->pgd : NULL;
}

static void rights(pte_t e, char *buf, size_t size)
{
	scnprintf(buf, size, "%s%s%s%s%s%s", pte_user(e) ? "user " : "kernel ",
		  pte_write(e) ? "read write" : "read-only", pte_exec(e) ? " exec" : "",
		  pte_young(e) ? " accessed" : "", pte_dirty(e) ? " dirty" : "",
		  pte_special(e) ? " special" : "");
}

static void tell_entry(unsigned long addr, int level, pte_t e)
{
	char text[64];

	if (pte_none(e)) {
		report_whatis_line("tables", "%s[%3lu] empty: nothing is mapped here",
				   level_names[level], (unsigned long)pt_index(addr, level));
		return;
	}
	rights(e, text, sizeof(text));
	report_whatis_line("tables", "%s[%3lu] %016llx -> %s 0x%llx%s%s%s", level_names[level],
			   (unsigned long)pt_index(addr, level), e.val,
			   pte_leaf(e, level) ? "memory" : "table", (u64)pte_phys(e),
			   pte_leaf(e, level) ? ", " : "", pte_leaf(e, level) ? text : "",
			   pte_mapped(e) ? "" : ", not present");
}

/* Call `step` for each entry on the way; the last is a leaf, or leads nowhere. Returns its level. */
static int walk(unsigned long addr, pte_t *root, pte_t *last,
		void (*step)(unsigned long addr, int level, pte_t e))
{
	pte_t *table = root;

	for (int level = PT_TOP;; level--) {
		*last = pte_get(&table[pt_index(addr, level)]);
		if (step)
			step(addr, level, *last);
		if (!level || !pte_mapped(*last) || pte_leaf(*last, level))
			return level;
		table = pte_table(*last);
	}
}

static void tell_not_canonical(unsigned long addr)
{
	unsigned long meant = seen_by_tables(addr);
	char text[160];

	report_whatis_line("tables", "none: the address is not canonical");
	if (meant < TASK_SIZE || report_pattern(addr) ||
	    (is_direct_map_addr((void *)meant) && !memblock_is_memory(meant - PAGE_OFFSET)))
		return;
	if (report_explain(meant, text, sizeof(text)))
		report_whatis_line("tables", "with its upper bits set it would be 0x%016lx: %s",
				   meant, text);
}

static void tell_tables(unsigned long addr)
{
	pte_t *root = root_for(addr), last;

	if (addr != seen_by_tables(addr))
		tell_not_canonical(addr);
	else if (root)
		walk(addr, root, &last, tell_entry);
	else
		report_whatis_line("tables", "no address space of a user is in use");
}

/* The page frame that `addr` is mapped to; false: nothing that has a struct page. */
static bool mapped_pfn(unsigned long addr, unsigned long *pfn)
{
	pte_t *root = root_for(addr), last;
	int level;

	if (!root)
		return false;
	level = walk(addr, root, &last, NULL);
	if (!pte_mapped(last) || !pte_leaf(last, level))
		return false;
	*pfn = pte_pfn(last) + ((addr & (pt_size(level) - 1)) >> PAGE_SHIFT);
	return pfn_valid(*pfn);
}

/* In one line, as Linux has it in the reports of page faults. */
static bool trail_tables(unsigned long addr, char *buf, size_t size)
{
	pte_t *table = root_for(addr), e;
	int n = 0;

	if (!table)
		return false;
	for (int level = PT_TOP; level >= 0; level--) {
		e = pte_get(&table[pt_index(addr, level)]);
		n += scnprintf(buf + n, size - n, "%s%s %llx", n ? " " : "", level_names[level],
			       e.val);
		if (!pte_mapped(e) || pte_leaf(e, level))
			break;
		table = pte_table(e);
	}
	return true;
}

static struct report_explainer tables_explainer = { .name = "tables",
						    .explain = report_explain_nothing,
						    .tell = tell_tables,
						    .trail = trail_tables };

/* ---- Pages ---- */

static void tell_tag(const char *about, unsigned int id)
{
	const struct alloc_tag *tag = alloc_tag_peek(id);

	if (tag)
		report_whatis_line(about, "allocated at %s:%u, %s()", tag->file, tag->line,
				   tag->func);
}

static void flag_words(unsigned int flags, char *buf, size_t size)
{
	static const struct {
		unsigned int flag;
		const char *word;
	} words[] = { { PG_compound, "compound" },
		      { PG_anon, "anon" },
		      { PG_file, "file" },
		      { PG_movable, "movable" },
		      { PG_reclaimable, "reclaimable" } };
	int n = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++) {
		if (flags & words[i].flag)
			n += scnprintf(buf + n, size - n, "%s%s", n ? "|" : "", words[i].word);
	}
}

static const char *type_word(const struct page *head)
{
	static const char *const words[NR_PAGE_TYPES] = {
		"of no block", "free",	   "free, in a per-CPU list",
		"allocated",   "slab",	   "large kmalloc()",
		"page table",  "reserved",
	};

	return head && head->type < NR_PAGE_TYPES ? words[head->type] : "reserved since boot";
}

static void tell_pfn(unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn), *head = page_head(page);
	char flags[64];

	report_whatis_line("page", "pfn %#lx, physical 0x%llx, zone %s, struct page 0x%px", pfn,
			   (u64)pfn << PAGE_SHIFT, pfn_zone(pfn)->name, page);
	if (!head) {
		report_whatis_line("page", "%s", type_word(head));
		return;
	}
	flag_words(head->flags, flags, sizeof(flags));
	if (head->type == PAGE_SLAB)
		report_whatis_line("page", "slab of %u page%s at pfn %#lx", 1u << head->order,
				   plural(1u << head->order),
				   page_to_pfn(head));
	else
		report_whatis_line(
			"page", "%s, order %u at pfn %#lx, refcount %d, mapcount %d, flags %#x(%s)",
			type_word(head), head->order, page_to_pfn(head), page_count(head),
			page_mapcount(page), head->flags, flags);
	if (head->type == PAGE_KMALLOC)
		report_whatis_line("page", "kmalloc() was asked for %llu bytes", head->size);
	if (head->type == PAGE_USED || head->type == PAGE_KMALLOC)
		tell_tag("page", READ_ONCE(head->tag));
}

/* The page behind an address, however it is mapped, or the page that a struct page stands for. */
static void tell_page(unsigned long addr)
{
	unsigned long off = addr - VMEMMAP_START, pfn = off / sizeof(struct page);

	if (off < VMEMMAP_SIZE) {
		report_whatis_line("vmemmap", "byte %lu of the struct page of pfn %#lx%s",
				   off % sizeof(struct page), pfn,
				   pfn_valid(pfn) ? "" : ", which is no RAM");
		if (pfn_valid(pfn))
			tell_pfn(pfn);
	} else if (is_direct_map_addr((void *)addr)) {
		pfn = (addr - PAGE_OFFSET) >> PAGE_SHIFT;
		if (pfn_valid(pfn))
			tell_pfn(pfn);
		else
			report_whatis_line("page", "pfn %#lx is no RAM: a hole, or a device", pfn);
	} else if (mapped_pfn(addr, &pfn)) {
		tell_pfn(pfn);
	}
}

static struct report_explainer pages_explainer = { .name = "page",
						   .explain = report_explain_nothing,
						   .tell = tell_page };

/* ---- Slabs ---- */

static void tell_object(struct kmem_cache *s, void *obj, bool is_free)
{
	void *slot = (char *)obj - s->red_left;
	u16 *tag = slab_tag(s, slot);

	if (!is_free && s->orig)
		report_whatis_line("slab", "kmalloc() was asked for %zu byte%s",
				   slab_debug_orig_size(s, obj),
				   plural(slab_debug_orig_size(s, obj)));
	if (!is_free && tag)
		tell_tag("slab", tag_get(tag));
	slab_report_tracks(s, obj);
}

static void tell_slab(unsigned long addr)
{
	unsigned long to_end;
	struct kmem_cache *s;
	struct page *slab;
	unsigned int i;

	if (!is_direct_map_addr((void *)addr) || !pfn_valid((addr - PAGE_OFFSET) >> PAGE_SHIFT))
		return;
	s = slab_cache_of((void *)addr);
	if (!s)
		return;
	slab = slab_page(s, (void *)addr);
	to_end = -(addr | s->slab_mask) - 1;
	i = to_end / s->size;
	report_whatis_line(
		"slab", "cache %s: objects of %u byte%s, one every %u, %u in a slab of 0x%lx bytes",
		s->name, s->object_size, plural(s->object_size), s->size, s->objects, slab_bytes(s));
	report_whatis_line("slab", "slab at 0x%px, %u of its objects are out", page_address(slab),
			   READ_ONCE(slab->inuse));
	if (i < s->objects)
		tell_object(s, slab_object(s, slab, i), slab_object_is_free(s, slab, i));
}

static struct report_explainer slabs_explainer = { .name = "slab",
						   .explain = report_explain_nothing,
						   .tell = tell_slab };

/* ---- Mappings of the running task ---- */

static const struct vm_area_struct *vma_peek(const struct mm_struct *mm, unsigned long addr)
{
	const struct rb_node *node = READ_ONCE(mm->mm_rb.rb_node);

	for (unsigned int depth = 0; node && depth < MAX_DEPTH; depth++) {
		const struct vm_area_struct *vma = rb_entry(node, struct vm_area_struct, vm_rb);

		if (addr >= vma->vm_start && addr < vma->vm_end)
			return vma;
		node = addr < vma->vm_start ? READ_ONCE(node->rb_left) : READ_ONCE(node->rb_right);
	}
	return NULL;
}

static bool explain_vma(unsigned long addr, char *buf, size_t size)
{
	const struct vm_area_struct *vma;
	vm_flags_t f;

	if (addr >= TASK_SIZE || addr < PAGE_SIZE || !current->mm)
		return false;
	vma = vma_peek(current->mm, addr);
	if (!vma) {
		scnprintf(buf, size, "user address, which the address space in use doesn't map");
		return true;
	}
	f = vma->vm_flags;
	scnprintf(
		buf, size,
		"user address, %lu byte%s inside the mapping 0x%lx-0x%lx %c%c%c%c of the address space in use%s",
		addr - vma->vm_start, plural(addr - vma->vm_start), vma->vm_start, vma->vm_end, f & VM_READ ? 'r' : '-',
		f & VM_WRITE ? 'w' : '-', f & VM_EXEC ? 'x' : '-', f & VM_SHARED ? 's' : 'p',
		vma->vm_file ? ", of a file" : "");
	return true;
}

static struct report_explainer vma_explainer = { .name = "vma", .explain = explain_vma };

void whatis_init(void)
{
	report_add_explainer(&vma_explainer);
	report_add_explainer(&slabs_explainer);
	report_add_explainer(&pages_explainer);
	report_add_explainer(&tables_explainer);
}
