// SPDX-License-Identifier: MIT
/*
 * The smallest port: what mm/ and lib/ need of a machine, by a Linux program without a C library.
 *
 * One CPU; interrupts are a flag; output is write(2). RAM is a file in memory of 64 MiB:
 *
 *	direct map	all of it, mapped once
 *	kernel entries	pte_set() → port_show() → mmap() of the page that the entry names, with its
 *			rights, or munmap(): at once, so nothing is left to flush
 *	user entries	data that walk() reads; user access copies through the direct map
 *	the image	is copied to RAM and mapped from there, so that it has physical addresses as well
 *
 * I1  What the program can touch in the kernel's regions is what the tables say, always: an entry
 *     that mm/ stores with a wrong address shows at once.
 * I2  Nothing here needs a fault: copy_nofault() asks the tables before it touches.
 *
 * What the smallest port leaves out: ticks, stack guards, registers in reports.
 * What only reports ask for is in port_report.c.
 */
#include <asm/clock.h>
#include <asm/console.h>
#include <asm/extable.h>
#include <asm/fault.h>
#include <asm/irqflags.h>
#include <asm/ksyms.h>
#include <asm/pgtable.h>
#include <asm/preempt.h>
#include <asm/smp.h>
#include <asm/tlbflush.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "port.h"

/* ---- the system ---- */

enum { SYS_WRITE = 1, SYS_MMAP = 9, SYS_MUNMAP = 11, SYS_FTRUNCATE = 77 };
enum { SYS_CLOCK_GETTIME = 228, SYS_EXIT_GROUP = 231, SYS_MEMFD_CREATE = 319 };
enum { PROT_R = 1, PROT_W = 2, PROT_X = 4, SHARED_FIXED = 0x11 };

long port_syscall(long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		  unsigned long e, unsigned long f)
{
	register unsigned long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long ret;

	__asm__ __volatile__("syscall"
			     : "=a"(ret)
			     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			     : "rcx", "r11", "memory");
	return ret;
}

static int ram_fd;

static void show_ram(unsigned long va, phys_addr_t phys, unsigned long size, unsigned long prot)
{
	if (port_syscall(SYS_MMAP, va, size, prot, SHARED_FIXED, ram_fd, phys) != (long)va)
		machine_exit(EXIT_PANIC);
}

/* ---- console, clock, end ---- */

void console_write(const char *s, size_t n)
{
	port_syscall(SYS_WRITE, 1, (unsigned long)s, n, 0, 0, 0);
}

u64 clock_ns(void)
{
	static u64 epoch;
	u64 t[2], now;

	port_syscall(SYS_CLOCK_GETTIME, 1, (unsigned long)t, 0, 0, 0, 0);
	now = t[0] * 1000000000 + t[1];
	if (!epoch)
		epoch = now;
	return now - epoch;
}

void machine_exit(unsigned int code)
{
	for (;;)
		port_syscall(SYS_EXIT_GROUP, code == EXIT_PASSED ? 0 : code, 0, 0, 0, 0, 0);
}

void machine_halt(void)
{
	machine_exit(EXIT_PANIC);
}

/* ---- the one CPU ---- */

unsigned int nr_cpu_ids = 1, nr_online_cpus = 1;
unsigned long port_irqs_off;
unsigned int port_preempt_count = PREEMPT_SETTLED;

int call_on_cpu(unsigned int cpu, void (*fn)(void *arg), void *arg)
{
	unsigned long flags;

	if (cpu)
		return -ENXIO;
	local_irq_save(flags);
	fn(arg);
	local_irq_restore(flags);
	return 0;
}

void call_on_cpus(const struct cpumask *mask, void (*fn)(void *arg), void *arg, bool wait)
{
	if (cpumask_test_cpu(0, mask))
		call_on_cpu(0, fn, arg);
}

void run_on_cpus(void (*fn)(void *arg), void *arg)
{
	fn(arg);
}

void smp_send_reschedule(unsigned int cpu)
{
}

void smp_stop_others(void)
{
}

void smp_poll(void)
{
}

/* ---- page tables ---- */

static pte_t *root, *user_root;
static unsigned long flushes;

void port_show(unsigned long va, u64 entry)
{
	if (entry & PTE_TABLE)
		return;
	if (entry & PTE_R)
		show_ram(va, entry & PTE_ADDR, PAGE_SIZE,
			 PROT_R | (entry & PTE_W ? PROT_W : 0) | (entry & PTE_X ? PROT_X : 0));
	else
		port_syscall(SYS_MUNMAP, va, PAGE_SIZE, 0, 0, 0, 0);
}

pte_t *kernel_root(void)
{
	return root;
}

static void fill_entries(pte_t *to, unsigned long start, unsigned long size,
			 phys_addr_t (*alloc)(void))
{
	for (unsigned long va = start; va < start + size; va += pt_size(PT_TOP))
		to[pt_index(va, PT_TOP)] = pte_mktable(alloc(), false);
}

/* The slot of `va`, its tables made on the way. */
static pte_t *make_slot(unsigned long va, phys_addr_t (*alloc)(void))
{
	pte_t *table = root;

	for (int level = PT_TOP; level; level--) {
		pte_t *slot = &table[pt_index(va, level)];

		if (pte_none(*slot))
			*slot = pte_mktable(alloc(), false);
		table = pte_table(*slot);
	}
	return &table[pt_index(va, 0)];
}

static void map_image(phys_addr_t (*alloc)(void))
{
	for (char *p = __image_start; p < __image_end; p += PAGE_SIZE) {
		pgprot_t prot = p < __text_end	   ? PAGE_KERNEL_ROX
				: p < __rodata_end ? PAGE_KERNEL_RO
						   : PAGE_KERNEL;
		unsigned long va = (unsigned long)p;

		pte_set(make_slot(va, alloc), va, pte_mkleaf(__pa(p), prot, 0));
	}
}

void pt_fill_root(phys_addr_t max_phys, phys_addr_t (*alloc)(void))
{
	root = __va(alloc());
	fill_entries(root, PAGE_OFFSET, max_phys, alloc);
	fill_entries(root, VMALLOC_START, VMALLOC_SIZE, alloc);
	fill_entries(root, VMEMMAP_START, VMEMMAP_SIZE, alloc);
	fill_entries(root, PERCPU_START, PERCPU_SIZE, alloc);
	map_image(alloc);
}

/* Entries took effect as they were made, and all RAM is the kernel's. */
void pt_activate_kernel(void)
{
}

void pt_root_init(pte_t *to)
{
	memcpy(to + PTRS_PER_TABLE / 2, root + PTRS_PER_TABLE / 2, PAGE_SIZE / 2);
}

void pt_switch(pte_t *to, struct cpumask *cpus)
{
	user_root = to;
}

void tlb_flush_page(unsigned long va, const struct cpumask *cpus)
{
	flushes++;
}

void tlb_flush_range(unsigned long start, unsigned long end, const struct cpumask *cpus)
{
	flushes++;
}

void tlb_flush_all(const struct cpumask *cpus)
{
	flushes++;
}

unsigned long tlb_flush_count(void)
{
	return flushes;
}

unsigned long tlb_shootdown_count(void)
{
	return 0;
}

/* The leaf's slot of `va`, or NULL. */
static pte_t *walk(pte_t *table, unsigned long va)
{
	for (int level = PT_TOP; table; level--) {
		pte_t *slot = &table[pt_index(va, level)];

		if (!pte_present(*slot))
			return NULL;
		if (pte_leaf(*slot, level))
			return slot;
		table = pte_table(*slot);
	}
	return NULL;
}

/* ---- access that may fail ---- */

/* May the kernel address be read, or written? */
static bool reachable(unsigned long va, bool write)
{
	pte_t *slot;

	if (va < KERNEL_START || va > KERNEL_LAST)
		return false;
	slot = walk(root, va);
	return slot && (!write || pte_write(*slot));
}

bool port_mapped(unsigned long va)
{
	return reachable(va, false);
}

unsigned long copy_nofault(void *to, const void *from, unsigned long n)
{
	for (u8 *t = to; n; n--, t++, from++) {
		if (!reachable((unsigned long)from, false) || !reachable((unsigned long)t, true))
			break;
		*t = *(const u8 *)from;
	}
	return n;
}

/* Where in the direct map the byte at user address `va` is; NULL: it can't be had. */
static void *user_byte(unsigned long va, bool write)
{
	for (;;) {
		pte_t *slot = user_root && va < TASK_SIZE ? walk(user_root, va) : NULL;
		struct mem_fault f = { .addr = va, .flags = FAULT_USER_ACCESS | FAULT_FIXUP };

		if (slot && (!write || pte_write(*slot))) {
			slot->val |= PTE_A | (write ? PTE_D : 0);
			return __va(pte_phys(*slot)) + (va & ~PAGE_MASK);
		}
		f.flags |= (write ? FAULT_WRITE : 0) | (slot ? FAULT_PROT : 0);
		if (!mm_handle_fault(&f))
			return NULL;
	}
}

enum how { READ, WRITE, CLEAR };

static unsigned long user_access(unsigned long va, void *buf, unsigned long n, enum how how)
{
	while (n) {
		unsigned long part = min(n, PAGE_SIZE - (va & ~PAGE_MASK));
		void *at = user_byte(va, how != READ);

		if (!at)
			break;
		if (how == CLEAR)
			memset(at, 0, part);
		else
			memcpy(how == READ ? buf : at, how == READ ? at : buf, part);
		va += part;
		buf += part;
		n -= part;
	}
	return n;
}

unsigned long raw_copy_to_user(void *to, const void *from, unsigned long n)
{
	return user_access((unsigned long)to, (void *)from, n, WRITE);
}

unsigned long raw_copy_from_user(void *to, const void *from, unsigned long n)
{
	return user_access((unsigned long)from, to, n, READ);
}

unsigned long raw_clear_user(void *to, unsigned long n)
{
	return user_access((unsigned long)to, NULL, n, CLEAR);
}

unsigned long raw_strnlen_user(const char *s, unsigned long max)
{
	for (unsigned long i = 0; i < max; i++) {
		const char *at = user_byte((unsigned long)s + i, false);

		if (!at)
			return 0;
		if (!*at)
			return i + 1;
	}
	return max + 1;
}

int raw_get_user(u64 *val, const void *from, unsigned int size)
{
	*val = 0;
	if (!raw_copy_from_user(val, from, size))
		return 0;
	*val = 0;
	return -EFAULT;
}

int raw_put_user(u64 val, void *to, unsigned int size)
{
	return raw_copy_to_user(to, &val, size) ? -EFAULT : 0;
}

/* ---- start ---- */

static void __used make_ram(void)
{
	unsigned long data = (unsigned long)__data_start, size = __data_end - __data_start;

	ram_fd = port_syscall(SYS_MEMFD_CREATE, (unsigned long)"ram", 0, 0, 0, 0, 0);
	port_syscall(SYS_FTRUNCATE, ram_fd, PORT_RAM, 0, 0, 0, 0);
	show_ram(PAGE_OFFSET, 0, PORT_RAM, PROT_R | PROT_W);
	memcpy(__va(__pa(__image_start)), __image_start, __image_end - __image_start);
	show_ram(data, __pa(__data_start), size, PROT_R | PROT_W);
}

/* sp: argument count, arguments, … as Linux leaves them. */
static void __used port_start(unsigned long *sp)
{
	ksyms_init();
	port_catch_faults();
	machine_exit(port_main(sp[0] > 1 ? (char *)sp[2] : "") ? EXIT_FAILED : EXIT_PASSED);
}

/* On the process's stack until the kernel's own, part of the image, can be touched through RAM as well. */
__asm__(".globl _start\n"
	"_start:\n\t"
	"xorl %ebp, %ebp\n\t"
	"movq %rsp, %rbx\n\t"
	"andq $-16, %rsp\n\t"
	"call make_ram\n\t"
	"movq %rbx, %rdi\n\t"
	"leaq port_stack_top(%rip), %rsp\n\t"
	"call port_start\n"
	"\t.section .stack, \"aw\", @nobits\n"
	"\t.globl port_stack, port_stack_top\n"
	"\t.balign 4096\n"
	"port_stack:\n"
	"\t.skip 65536\n"
	"port_stack_top:\n"
	"\t.text\n");
