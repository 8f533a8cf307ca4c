// SPDX-License-Identifier: MIT
/*
 * The instruction decoder that finds the pointer behind a general protection fault.
 *
 * The encodings come from an assembler, the expected operands from the architecture manuals. Base registers are chosen so that each
 * gives another address.
 *
 * Suite "insn". Mutations that made it fail:
 *   - insn.c: the immediate not counted in a RIP-relative operand
 *   - the SIB index not scaled
 *   - a displacement read past the end of the bytes
 *   - the string moves always naming the source
 */
#include <kunit/test.h>
#include <linux/string.h>
#include "arch/common/insn.h"

#define TEST_IP	 0xffffffff80300000UL
#define BYTES(s) (const u8 *)(s), sizeof(s) - 1

#define READS(ea, size)	 (ea), (size), false, false
#define WRITES(ea, size) (ea), (size), true, false
#define NOTHING		 0, 0, false, true

struct encoding {
	const char *text;
	const u8 *bytes;
	size_t n;
	unsigned long ea;
	unsigned int size;
	bool write;
	bool none; /* no operand, or one that the decoder must not guess at */
};

static const struct pt_regs test_regs = {
	.ax = 0x1000,
	.bx = 0x2000,
	.cx = 3,
	.dx = 0x4000,
	.si = 0x5000,
	.di = 0x6000,
	.bp = 0x7000,
	.sp = 0x8000,
	.r8 = 0x18000,
	.r9 = 0x9400,
	.r10 = 0x1a000,
	.r11 = (unsigned long)-64,
	.r12 = 0x1c000,
	.r13 = 0x1d000,
	.r14 = 0x1e000,
	.r15 = 0x1f000,
	.ip = TEST_IP,
};

static const struct encoding encodings[] = {
	{ "mov rax, [rbx]", BYTES("\x48\x8b\x03"), READS(0x2000, 8) },
	{ "mov [rbx], rax", BYTES("\x48\x89\x03"), WRITES(0x2000, 8) },
	{ "mov [rbx], al", BYTES("\x88\x03"), WRITES(0x2000, 1) },
	{ "mov cx, [rdx+0x10]", BYTES("\x66\x8b\x4a\x10"), READS(0x4010, 2) },
	{ "mov eax, [rdi-8]", BYTES("\x8b\x47\xf8"), READS(0x5ff8, 4) },
	{ "mov rax, [r12+8]", BYTES("\x49\x8b\x44\x24\x08"), READS(0x1c008, 8) },
	{ "mov rax, [r13]", BYTES("\x49\x8b\x45\x00"), READS(0x1d000, 8) },
	{ "mov rax, [rsp+0x20]", BYTES("\x48\x8b\x44\x24\x20"), READS(0x8020, 8) },
	{ "mov rax, [rbp-0x1000]", BYTES("\x48\x8b\x85\x00\xf0\xff\xff"), READS(0x6000, 8) },
	{ "mov rax, [rbx+rcx*8]", BYTES("\x48\x8b\x04\xcb"), READS(0x2018, 8) },
	{ "mov rax, [r8+r9*4+0x100]", BYTES("\x4b\x8b\x84\x88\x00\x01\x00\x00"),
	  READS(0x3d100, 8) },
	{ "mov rax, [rcx*8+0x12345678]", BYTES("\x48\x8b\x04\xcd\x78\x56\x34\x12"),
	  READS(0x12345690, 8) },
	{ "mov eax, [0x00401000]", BYTES("\x8b\x04\x25\x00\x10\x40\x00"), READS(0x401000, 4) },
	{ "mov rax, [rel $+0x107]", BYTES("\x48\x8b\x05\x00\x01\x00\x00"),
	  READS(TEST_IP + 0x107, 8) },
	{ "mov dword [rel $+0x20a], 5", BYTES("\xc7\x05\x00\x02\x00\x00\x05\x00\x00\x00"),
	  WRITES(TEST_IP + 0x20a, 4) },
	{ "mov byte [rel $+0x307], 5", BYTES("\xc6\x05\x00\x03\x00\x00\x05"),
	  WRITES(TEST_IP + 0x307, 1) },
	{ "mov qword [rbx], 1", BYTES("\x48\xc7\x03\x01\x00\x00\x00"), WRITES(0x2000, 8) },
	{ "cmp byte [rbx], 0", BYTES("\x80\x3b\x00"), READS(0x2000, 1) },
	{ "cmp qword [rsi+16], 5", BYTES("\x48\x83\x7e\x10\x05"), READS(0x5010, 8) },
	{ "cmp [rsi], rax", BYTES("\x48\x39\x06"), READS(0x5000, 8) },
	{ "add dword [rdi], 1", BYTES("\x83\x07\x01"), WRITES(0x6000, 4) },
	{ "add rax, [rdi]", BYTES("\x48\x03\x07"), READS(0x6000, 8) },
	{ "test byte [rel $+0x10], 1", BYTES("\xf6\x05\x09\x00\x00\x00\x01"),
	  READS(TEST_IP + 0x10, 1) },
	{ "test dword [rel $+0x40], 0x12345", BYTES("\xf7\x05\x36\x00\x00\x00\x45\x23\x01\x00"),
	  READS(TEST_IP + 0x40, 4) },
	{ "not qword [rbx]", BYTES("\x48\xf7\x13"), WRITES(0x2000, 8) },
	{ "mul qword [rbx]", BYTES("\x48\xf7\x23"), READS(0x2000, 8) },
	{ "inc dword [rbx]", BYTES("\xff\x03"), WRITES(0x2000, 4) },
	{ "push qword [rbx]", BYTES("\xff\x33"), READS(0x2000, 8) },
	{ "call [rbx+8]", BYTES("\xff\x53\x08"), READS(0x2008, 8) },
	{ "call rdx", BYTES("\xff\xd2"), READS(0x4000, 0) },
	{ "jmp r14", BYTES("\x41\xff\xe6"), READS(0x1e000, 0) },
	{ "lock cmpxchg [rdi], rsi", BYTES("\xf0\x48\x0f\xb1\x37"), WRITES(0x6000, 8) },
	{ "lock xadd [rdi], eax", BYTES("\xf0\x0f\xc1\x07"), WRITES(0x6000, 4) },
	{ "xchg [rdi], rax", BYTES("\x48\x87\x07"), WRITES(0x6000, 8) },
	{ "movzx eax, byte [rsi]", BYTES("\x0f\xb6\x06"), READS(0x5000, 1) },
	{ "movsx rax, word [rsi+2]", BYTES("\x48\x0f\xbf\x46\x02"), READS(0x5002, 2) },
	{ "movsxd rax, dword [rsi]", BYTES("\x48\x63\x06"), READS(0x5000, 4) },
	{ "cmovne rax, [rsi]", BYTES("\x48\x0f\x45\x06"), READS(0x5000, 8) },
	{ "sete [rsi]", BYTES("\x0f\x94\x06"), WRITES(0x5000, 1) },
	{ "bt [rdi], rax", BYTES("\x48\x0f\xa3\x07"), READS(0x6200, 8) },
	{ "bts qword [rdi], 5", BYTES("\x48\x0f\xba\x2f\x05"), WRITES(0x6000, 8) },
	{ "bt dword [rdi], 5", BYTES("\x0f\xba\x27\x05"), READS(0x6000, 4) },
	{ "lock bts [rdi], ecx", BYTES("\xf0\x0f\xab\x0f"), WRITES(0x6000, 4) },
	{ "lock btr [rdi], r11", BYTES("\xf0\x4c\x0f\xb3\x1f"), WRITES(0x5ff8, 8) },
	{ "imul rax, [rbx], 100", BYTES("\x48\x6b\x03\x64"), READS(0x2000, 8) },
	{ "shl qword [rbx], 1", BYTES("\x48\xd1\x23"), WRITES(0x2000, 8) },
	{ "shld [rbx], rax, cl", BYTES("\x48\x0f\xa5\x03"), WRITES(0x2000, 8) },
	{ "popcnt rax, [rbx]", BYTES("\xf3\x48\x0f\xb8\x03"), READS(0x2000, 8) },
	{ "movnti [rdi], rax", BYTES("\x48\x0f\xc3\x07"), WRITES(0x6000, 8) },
	{ "cmpxchg16b [rdi]", BYTES("\x48\x0f\xc7\x0f"), WRITES(0x6000, 16) },
	{ "movbe [rdi], eax", BYTES("\x0f\x38\xf1\x07"), WRITES(0x6000, 4) },
	{ "crc32 eax, byte [rdi]", BYTES("\xf2\x0f\x38\xf0\x07"), READS(0x6000, 1) },
	{ "rep stosq", BYTES("\xf3\x48\xab"), WRITES(0x6000, 8) },
	{ "rep movsq", BYTES("\xf3\x48\xa5"), READS(0x5000, 8) },
	{ "rep movsb", BYTES("\xf3\xa4"), READS(0x5000, 1) },
	{ "lodsb", BYTES("\xac"), READS(0x5000, 1) },
	{ "scasd", BYTES("\xaf"), READS(0x6000, 4) },
	{ "cmpsw", BYTES("\x66\xa7"), READS(0x5000, 2) },
	{ "mov al, [qword 0x1122334455667788]", BYTES("\xa0\x88\x77\x66\x55\x44\x33\x22\x11"),
	  READS(0x1122334455667788, 1) },
	{ "mov [qword 0x1122334455667788], rax", BYTES("\x48\xa3\x88\x77\x66\x55\x44\x33\x22\x11"),
	  WRITES(0x1122334455667788, 8) },
	{ "push rax", BYTES("\x50"), WRITES(0x7ff8, 8) },
	{ "pop rcx", BYTES("\x59"), READS(0x8000, 8) },
	{ "pop qword [rbx]", BYTES("\x8f\x03"), WRITES(0x2000, 8) },
	{ "ret", BYTES("\xc3"), READS(0x8000, 8) },
	{ "leave", BYTES("\xc9"), READS(0x7000, 8) },
	{ "mov eax, [gs:rbx]", BYTES("\x65\x8b\x03"), READS(0x2000, 4) },
	{ "mov eax, [ebx+edi]", BYTES("\x67\x8b\x04\x3b"), READS(0x8000, 4) },
	{ "mov [rbx], ds", BYTES("\x8c\x1b"), WRITES(0x2000, 2) },
	{ "sidt [rbx]", BYTES("\x0f\x01\x0b"), WRITES(0x2000, 10) },
	{ "lgdt [rbx]", BYTES("\x0f\x01\x13"), READS(0x2000, 10) },
	{ "movaps xmm0, [rbx]", BYTES("\x0f\x28\x03"), READS(0x2000, 16) },
	{ "xlatb", BYTES("\xd7"), READS(0x2000, 1) },
	{ "lea rax, [rbx]", BYTES("\x48\x8d\x03"), NOTHING },
	{ "nop dword [rax]", BYTES("\x0f\x1f\x00"), NOTHING },
	{ "prefetcht0 [rbx]", BYTES("\x0f\x18\x0b"), NOTHING },
	{ "add rax, rbx", BYTES("\x48\x01\xd8"), NOTHING },
	{ "invlpg [rbx]", BYTES("\x0f\x01\x3b"), NOTHING },
	{ "ud2", BYTES("\x0f\x0b"), NOTHING },
	{ "hlt", BYTES("\xf4"), NOTHING },
	{ "fld dword [rbx]", BYTES("\xd9\x03"), NOTHING },
	{ "jmp far [rbx]", BYTES("\x48\xff\x2b"), NOTHING },
};

KUNIT_ARRAY_PARAM_DESC(encoding, encodings, text);

static void operand_is_found(struct kunit *test)
{
	const struct encoding *e = test->param_value;
	unsigned long ea = 0;
	unsigned int size = 0;
	bool write = false;

	KUNIT_ASSERT_EQ(test, insn_mem_operand(&test_regs, e->bytes, e->n, &ea, &size, &write),
			!e->none);
	if (e->none)
		return;
	KUNIT_EXPECT_EQ(test, ea, e->ea);
	KUNIT_EXPECT_EQ(test, size, e->size);
	KUNIT_EXPECT_EQ(test, write, e->write);
}

/* A copy with one byte less must be refused as long as the missing byte carries the address. */
static void truncated_is_refused(struct kunit *test)
{
	static const u8 disp32[] = { 0x48, 0x8b, 0x83, 0x11, 0x22, 0x33, 0x44 };
	unsigned long ea;
	unsigned int size;
	bool write;
	size_t n;

	for (n = 0; n < sizeof(disp32); n++)
		KUNIT_EXPECT_FALSE(test,
				   insn_mem_operand(&test_regs, disp32, n, &ea, &size, &write));
	KUNIT_EXPECT_TRUE(test, insn_mem_operand(&test_regs, disp32, n, &ea, &size, &write));
	KUNIT_EXPECT_EQ(test, ea, 0x44332211UL + 0x2000);
}

static void string_names_the_bad_pointer(struct kunit *test)
{
	static const u8 movsb[] = { 0xf3, 0xa4 };
	struct pt_regs regs = test_regs;
	unsigned long ea;
	unsigned int size;
	bool write;

	regs.di = 0x6b6b6b6b6b6b6b6bUL;
	KUNIT_ASSERT_TRUE(test, insn_mem_operand(&regs, movsb, 2, &ea, &size, &write));
	KUNIT_EXPECT_EQ(test, ea, regs.di);
	KUNIT_EXPECT_TRUE(test, write);

	regs.si = 0x5a5a5a5a5a5a5a5aUL;
	KUNIT_ASSERT_TRUE(test, insn_mem_operand(&regs, movsb, 2, &ea, &size, &write));
	KUNIT_EXPECT_EQ(test, ea, regs.si);
	KUNIT_EXPECT_FALSE(test, write);
}

/* Random bytes: any answer will do, but the decoder stays inside its buffer and comes back. */
static void random_bytes_stay_inside(struct kunit *test)
{
	u8 bytes[16];
	unsigned long ea;
	unsigned int size, round;
	bool write;

	for (round = 0; round < 20000; round++) {
		u64 r[2] = { kunit_rand(test), kunit_rand(test) };
		size_t n = r[0] % 16;
		bool whole, cut;

		memset(bytes, 0xf0, 16); /* what lies behind the n bytes would change the answer */
		memcpy(bytes, r, n);
		cut = insn_mem_operand(&test_regs, bytes, n, &ea, &size, &write);
		memset(bytes + n, 0x00, 16 - n);
		whole = insn_mem_operand(&test_regs, bytes, n, &ea, &size, &write);
		KUNIT_ASSERT_EQ(test, cut, whole);
	}
}

static struct kunit_case insn_cases[] = { KUNIT_CASE_PARAM(operand_is_found, encoding_gen_params),
					  KUNIT_CASE(truncated_is_refused),
					  KUNIT_CASE(string_names_the_bad_pointer),
					  KUNIT_CASE(random_bytes_stay_inside),
					  {} };

static struct kunit_suite insn_suite = { .name = "insn", .test_cases = insn_cases };
kunit_test_suite(insn_suite);
