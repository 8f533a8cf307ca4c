// SPDX-License-Identifier: MIT
/*
 * Fault-tolerant access: the functions of asm/extable.h.
 *
 * Kernel side: copy_nofault() is two string instructions with entries in the exception table, as on
 * the machine.
 *
 * User side: user addresses are no addresses of the process, so an access is done by hand. It asks
 * what this CPU remembers of the page, or else the tables of the current root (utlb.c); what they
 * don't allow is offered to mm_handle_fault() with the flags that the CPU would have set, and asked
 * again; what they allow is copied through the direct map, page by page:
 *
 *	utlb_enter() ── allowed ─► copy_nofault() by way of the direct map ─► utlb_leave(), next page
 *	    ▲   │ no
 *	    │   └─► mm_handle_fault() ── declined ─► stop: the rest is not copied
 *	    └──────────── resolved ──┘
 *
 * An address of the kernel's half is accessed as what it is, as the machine would do it: whoever
 * calls these functions without access_ok() finds out.
 *
 * I1  Whatever the page, accessed (and for writes dirty) is set before the first byte moves.
 * I2  What is returned is exact: the bytes from the first that can't be reached on.
 * I3  From the walk to the end of the copy the page is held (utlb_enter()), with interrupts off: on a
 *     machine too an access is over before a flush of its page is.
 *
 * Context: copy_nofault() any; the others may page, so where one may sleep. Interrupts are off while
 * the bytes of a page move. Cost: a look-up or walk a page, one instruction a word.
 */
#include <asm/extable.h>
#include <asm/fault.h>
#include <asm/memstate.h>
#include <asm/page.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include "kernel.h"

#ifdef HOST_MEMCHECK

/* Valgrind can't try a string instruction again (memstate.c): bytes. */
static unsigned long copy_bytes(void *to, const void *from, unsigned long n)
{
	u8 byte;

	if (!n)
		return 0;
	__asm__ __volatile__("1:	movb (%[from]), %[byte]\n"
			     "2:	movb %[byte], (%[to])\n\t"
			     "incq %[from]\n\t"
			     "incq %[to]\n\t"
			     "decq %[n]\n\t"
			     "jnz 1b\n"
			     "3:\n\t"
			     ".pushsection __ex_table, \"a\"\n\t"
			     ".long 1b - ., 3b - ., 1\n\t"
			     ".long 2b - ., 3b - ., 1\n\t"
			     ".popsection"
			     : [to] "+r"(to), [from] "+r"(from), [n] "+r"(n), [byte] "=&q"(byte)
			     :
			     : "cc", "memory");
	return n;
}

#else

static unsigned long copy_bytes(void *to, const void *from, unsigned long n)
{
	unsigned long tail = n & 7, left = n >> 3;

	/*
	 * A fault inside the words ends as 8 * words left + tail single bytes, of which one faults
	 * again.
	 */
	__asm__ __volatile__("1:	rep movsq\n\t"
			     "movq %[tail], %[left]\n\t"
			     "jmp 3f\n"
			     "2:	leaq (%[tail],%[left],8), %[left]\n"
			     "3:	rep movsb\n"
			     "4:\n\t"
			     ".pushsection __ex_table, \"a\"\n\t"
			     ".long 1b - ., 2b - ., 1\n\t"
			     ".long 3b - ., 4b - ., 1\n\t"
			     ".popsection"
			     : "+D"(to), "+S"(from), [left] "+c"(left)
			     : [tail] "r"(tail)
			     : "memory");
	return left;
}

#endif

unsigned long copy_nofault(void *to, const void *from, unsigned long n)
{
	unsigned long left;

	memstate_pause();
	left = copy_bytes(to, from, n);
	memstate_resume();
	memstate_initialised(to, n - left);
	return left;
}

static bool bring_in(unsigned long va, bool write, bool present, unsigned long ip)
{
	const struct mem_fault f = {
		.addr = va,
		.flags = FAULT_USER_ACCESS | FAULT_FIXUP | (write ? FAULT_WRITE : 0) |
			 (present ? FAULT_PROT : 0),
		.ip = ip,
	};

	return mm_handle_fault(&f);
}

/*
 * Where in the direct map the byte at user address `va` is, until utlb_leave(); NULL: it can't be
 * reached.
 */
static void *user_byte(unsigned long va, bool write, unsigned long ip, unsigned long *irqs)
{
	bool present;
	void *at;

	while (!(at = utlb_enter(va, write, &present, irqs))) {
		if (!bring_in(va, write, present, ip))
			return NULL;
	}
	return at;
}

static unsigned long to_page_end(unsigned long va, unsigned long n)
{
	return min(n, PAGE_SIZE - (va & ~PAGE_MASK));
}

unsigned long raw_copy_to_user(void __user *to, const void *from, unsigned long n)
{
	unsigned long va = (unsigned long)to;

	memstate_check_read(from, n);
	while (n) {
		unsigned long part = to_page_end(va, n), left, irqs;
		void *at = user_byte(va, true, _RET_IP_, &irqs);

		if (!at)
			break;
		left = copy_nofault(at, from, part);
		utlb_leave(irqs);
		n -= part - left;
		if (left)
			break;
		va += part;
		from += part;
	}
	return n;
}

unsigned long raw_copy_from_user(void *to, const void __user *from, unsigned long n)
{
	unsigned long va = (unsigned long)from;

	memstate_check_write(to, n);
	while (n) {
		unsigned long part = to_page_end(va, n), left, irqs;
		const void *at = user_byte(va, false, _RET_IP_, &irqs);

		if (!at)
			break;
		left = copy_nofault(to, at, part);
		utlb_leave(irqs);
		n -= part - left;
		if (left)
			break;
		va += part;
		to += part;
	}
	return n;
}

unsigned long raw_clear_user(void __user *to, unsigned long n)
{
	static const u8 zeros[PAGE_SIZE];
	unsigned long va = (unsigned long)to;

	while (n) {
		unsigned long part = to_page_end(va, n), left;

		left = raw_copy_to_user((void __user *)va, zeros, part);
		n -= part - left;
		if (left)
			break;
		va += part;
	}
	return n;
}

/* Bytes before the first NUL of `n`; n: there is none. False: they can't be read. */
static bool bytes_before_nul(const char *s, unsigned long n, unsigned long *len)
{
	char c = 0;

	for (*len = 0; *len < n; ++*len) {
		if (copy_nofault(&c, s + *len, 1))
			return false;
		if (!c)
			break;
	}
	return true;
}

unsigned long raw_strnlen_user(const char __user *s, unsigned long max)
{
	unsigned long va = (unsigned long)s, done = 0;

	while (done < max) {
		unsigned long part = to_page_end(va + done, max - done), n, irqs;
		const char *at = user_byte(va + done, false, _RET_IP_, &irqs);
		bool good;

		if (!at)
			return 0;
		good = bytes_before_nul(at, part, &n);
		utlb_leave(irqs);
		if (!good)
			return 0;
		done += n;
		if (n < part)
			return done + 1;
	}
	return max + 1;
}

int raw_get_user(u64 *val, const void __user *from, unsigned int size)
{
	u64 v = 0;
	int err = raw_copy_from_user(&v, from, size) ? -EFAULT : 0;

	*val = err ? 0 : v;
	return err;
}

int raw_put_user(u64 val, void __user *to, unsigned int size)
{
	return raw_copy_to_user(to, &val, size) ? -EFAULT : 0;
}
