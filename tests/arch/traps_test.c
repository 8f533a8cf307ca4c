// SPDX-License-Identifier: MIT
/*
 * Every kind of trap that each port knows, really raised: does the right thing come out, and does the
 * kernel go on? Those of the machine alone: x86_64/interrupts_test.c.
 *
 * Suite "traps". Mutations that made it fail:
 *   - traps.c: the write bit of the error code ignored
 *   - no look at the guard pages in a double fault
 *   - #GP without decoding the operand
 *   - traps.c: int3 not marked as one to go on after
 */
#include <asm/irqflags.h>
#include <asm/page.h>
#include <kunit/test.h>
#include <linux/string.h>
#include <quarry/report.h>
#include "tests/plant.h"

#define FREED_POINTER 0x6b6b6b6b6b6b6b6bUL
#define NO_REGION     (VMEMMAP_START - PAGE_SIZE)

/* A pointer of which the compiler knows nothing. */
static void *wild(unsigned long v)
{
	__asm__ __volatile__("" : "+r"(v));
	return (void *)v;
}

static __planted void read_at(unsigned long addr)
{
	(void)*(volatile unsigned long *)wild(addr);
}

static __planted void write_at(unsigned long addr)
{
	*(volatile unsigned long *)wild(addr) = 1;
}

static __planted void call_at(unsigned long addr)
{
	((void (*)(void))wild(addr))();
	barrier(); /* a real call, not a jump */
}

/* ---- traps without an address ---- */

static void divide_error(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "divide error: 0000",
			   __asm__ __volatile__("xorl %%ecx, %%ecx; divl %%ecx"
						:
						:
						: "eax", "ecx", "edx", "cc"));
}

static void invalid_opcode(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "invalid opcode: 0000", __asm__ __volatile__("ud2"));
}

static void breakpoint_goes_on(struct kunit *test)
{
	volatile int after = 0;

	KUNIT_EXPECT_REPORT(test, "int3: 0000", {
		__asm__ __volatile__("int3");
		after = 1;
	});
	KUNIT_EXPECT_EQ(test, after, 1);
}

/* ---- page faults ---- */

static void null_read(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "BUG: kernel NULL pointer dereference, address: 0000000000000000",
			   read_at(0));
	KUNIT_EXPECT_FAULT(test, "read of a page that is not present, kernel mode", read_at(0));
}

static void null_member_write(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "BUG: kernel NULL pointer dereference, address: 0000000000000138",
			   write_at(0x138));
	KUNIT_EXPECT_FAULT(test, "error_code(0x0002) - write to a page that is not present",
			   write_at(0x138));
	KUNIT_EXPECT_FAULT(test, "a small offset from NULL", write_at(0x138));
}

struct node {
	long first, second, third;
};

/* Through an offset in the instruction, as a compiler accesses members. */
static noinline long read_member(struct node *n)
{
	long v;

	__asm__ __volatile__("mov %c1(%2), %0" : "=r"(v) : "i"(offsetof(struct node, third)), "r"(n));
	return v;
}

static void zero_size_ptr(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "ZERO_SIZE_PTR (a zero-size allocation was used)", read_at(16));
	KUNIT_EXPECT_FAULT(test, "ZERO_SIZE_PTR (a zero-size allocation was used)", write_at(31));
	KUNIT_EXPECT_FAULT(test, "or a member at that offset from NULL", read_at(16));
	KUNIT_EXPECT_FAULT(test, "Advice: The pointer was ZERO_SIZE_PTR: ", read_at(16));
	KUNIT_EXPECT_FAULT(test, "Advice: The pointer was NULL, and a member ", read_member(NULL));
	KUNIT_EXPECT_FAULT(test, "Advice: Either the size of an allocation was computed as 0 ",
			   read_member((struct node *)8));
	KUNIT_EXPECT_FAULT(test, "kmalloc(0)", write_at(16));
}

static void call_through_null(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "instruction fetch from a page that is not present", call_at(0));
	/* The trace finds the caller although NULL has no frame. */
	KUNIT_EXPECT_FAULT(test, " call_through_null+", call_at(0));
}

static void user_address(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "user pointer dereferenced without copy_from_user/get_user",
			   read_at(0x009012345678UL));
	KUNIT_EXPECT_FAULT(test, "BUG: unable to handle page fault for address: 0000009012345678",
			   read_at(0x009012345678UL));
}

static void unmapped_kernel_address(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "in no region of the address space", read_at(NO_REGION));
	KUNIT_EXPECT_FAULT(test, "Nothing is mapped there", write_at(NO_REGION));
}

static volatile unsigned int endless = 1;

noinline unsigned int traps_test_recurse(unsigned int depth);

noinline unsigned int traps_test_recurse(unsigned int depth)
{
	volatile char block[200];

	block[depth % sizeof(block)] = depth;
	if (endless)
		return traps_test_recurse(depth + 1) + block[0];
	return depth;
}

/* ---- W^X ---- */

static unsigned long data_page[PAGE_SIZE / 8] __aligned(PAGE_SIZE) = { 0xc3 /* ret */ };
static const char constant[] = "constant";

static void data_is_not_executable(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "instruction fetch from a page that is not executable",
			   call_at((unsigned long)data_page));
	KUNIT_EXPECT_FAULT(test, "Control went to something that is not code",
			   call_at((unsigned long)data_page));
}

static void rodata_is_not_writable(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "write to a page that is read-only",
			   write_at((unsigned long)constant & ~7UL));
	KUNIT_EXPECT_FAULT(test, "string literals are read-only",
			   write_at((unsigned long)constant & ~7UL));
	KUNIT_EXPECT_STREQ(test, (const char *)wild((unsigned long)constant), "constant");
}

static void text_is_not_writable(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "kernel image, code, traps_test_recurse+0x0/",
			   write_at((unsigned long)traps_test_recurse));
}

/* ---- pointers that aren't canonical ---- */

static void freed_pointer_read(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(
		test,
		"general protection fault, probably for non-canonical address 0x6b6b6b6b6b6b6b6b: 0000",
		read_at(FREED_POINTER));
	KUNIT_EXPECT_FAULT(test, "Use after free", read_at(FREED_POINTER + 0x40));
}

static void freed_pointer_write(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "write to an address that is not canonical",
			   write_at(FREED_POINTER));
	KUNIT_EXPECT_FAULT(test, "POISON_FREE (0x6b)", write_at(FREED_POINTER + 8));
}

static void freed_pointer_string_move(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "read of an address that is not canonical", {
		unsigned long from = FREED_POINTER, n = 8;
		void *to = data_page + 64;

		__asm__ __volatile__("rep movsb" : "+S"(from), "+D"(to), "+c"(n) : : "memory");
	});
}

static void freed_pointer_indexed(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "non-canonical address 0x6b6b6b6b6b6b6bab", {
		unsigned long base = FREED_POINTER, index = 4;

		__asm__ __volatile__("cmpb $0, 32(%0,%1,8)" : : "r"(base), "r"(index) : "cc");
	});
}

static void freed_function_pointer(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "jump to an address that is not canonical",
			   call_at(FREED_POINTER));
}

static void deleted_list_entry(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "LIST_POISON1", read_at(0xdead000000000100UL));
	KUNIT_EXPECT_FAULT(test, "LIST_POISON2", write_at(0xdead000000000122UL));
}

/* ---- the stack ---- */

static void stack_overflow_is_named(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, "BUG: boot stack guard page was hit at", traps_test_recurse(0));
	KUNIT_EXPECT_FAULT(test, "the boot stack ran into the guard page below it",
			   traps_test_recurse(0));
	/* The trace leads from the double fault's stack to the culprit. */
	KUNIT_EXPECT_FAULT(test, " traps_test_recurse+0x", traps_test_recurse(0));
	KUNIT_EXPECT_FAULT(test, " ... the same ", traps_test_recurse(0));
}

static void stack_page_touched_from_afar(struct kunit *test)
{
	unsigned long low, high;
	const char *name;

	KUNIT_ASSERT_TRUE(test, stack_bounds((unsigned long)&low, &low, &high, &name));
	KUNIT_EXPECT_FAULT(test, "guard page below the boot stack", write_at(low - 64));
}

static void recovery_keeps_the_interrupt_flag(struct kunit *test)
{
	bool off, on;

	local_irq_disable();
	KUNIT_EXPECT_FAULT(test, "NULL pointer", read_at(0));
	off = irqs_disabled();
	local_irq_enable();
	KUNIT_EXPECT_FAULT(test, "NULL pointer", read_at(0));
	on = !irqs_disabled();
	KUNIT_EXPECT_TRUE(test, off);
	KUNIT_EXPECT_TRUE(test, on);
}

static struct kunit_case trap_cases[] = { KUNIT_CASE(divide_error),
					  KUNIT_CASE(invalid_opcode),
					  KUNIT_CASE(breakpoint_goes_on),
					  KUNIT_CASE(null_read),
					  KUNIT_CASE(null_member_write),
					  KUNIT_CASE(zero_size_ptr),
					  KUNIT_CASE(call_through_null),
					  KUNIT_CASE(user_address),
					  KUNIT_CASE(unmapped_kernel_address),
					  KUNIT_CASE(data_is_not_executable),
					  KUNIT_CASE(rodata_is_not_writable),
					  KUNIT_CASE(text_is_not_writable),
					  KUNIT_CASE(freed_pointer_read),
					  KUNIT_CASE(freed_pointer_write),
					  KUNIT_CASE(freed_pointer_string_move),
					  KUNIT_CASE(freed_pointer_indexed),
					  KUNIT_CASE(freed_function_pointer),
					  KUNIT_CASE(deleted_list_entry),
					  KUNIT_CASE(stack_overflow_is_named),
					  KUNIT_CASE(stack_page_touched_from_afar),
					  KUNIT_CASE(recovery_keeps_the_interrupt_flag),
					  {} };

static struct kunit_suite trap_suite = {
	.name = "traps",
	.test_cases = trap_cases,
};
kunit_test_suite(trap_suite);
