// SPDX-License-Identifier: MIT
/*
 * The compiler's look at the state of an address that has none
 * ============================================================
 *
 * NULL, ZERO_SIZE_PTR, user addresses, poison and most values that are no pointer lie outside the
 * kernel half; what the compiler puts in front of the access then looks at
 * (address >> 3) + KASAN_SHADOW_OFFSET, which isn't canonical, and faults. The access itself would have
 * faulted too, and the report of that is the one that helps: it has the true address, and knows
 * whether it was written. So the look is carried out here as if it had read 0, "all may be touched",
 * and the code goes on to the access:
 *
 *	mov    (%rax,%rcx,1), %al	the register becomes 0
 *	movzbl (%rdx,%rax,1), %edx	the same
 *	movabs 0xdffffc0000000002, %al	the same
 *	cmpb   $0, (%rdx,%rax,1)	the flags say "equal"
 *
 * I1  Only an instruction of this form is touched, with an operand where states would be, below those
 *     of the kernel half, and a base or an index that is KASAN_SHADOW_OFFSET; or, where the compiler
 *     has folded the two, with a register that holds an address whose state this is. An access of the
 *     program's own through such a value is left alone. (Not where the states of user addresses would
 *     be, one in 2^20 of all values: the address may be a constant.)
 *
 * Nothing here is instrumented. Context: a trap's, any.
 */
#include <asm/extable.h>
#include "arch/common/insn.h"
#include "arch/x86_64/machine.h"
#include "internal.h"

#define FLAG_CF 0x001UL
#define FLAG_PF 0x004UL
#define FLAG_AF 0x010UL
#define FLAG_ZF 0x040UL
#define FLAG_SF 0x080UL
#define FLAG_OF 0x800UL

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

struct look {
	u8 rex;
	bool two_bytes; /* opcode 0f xx */
	u8 opcode;
	u8 modrm, sib;
	bool has_sib;
	unsigned int length; /* without an immediate */
};

static unsigned long *reg_at(struct pt_regs *r, unsigned int n)
{
	unsigned long *const file[16] = {
		&r->ax, &r->cx, &r->dx,	 &r->bx,  &r->sp,  &r->bp,  &r->si,  &r->di,
		&r->r8, &r->r9, &r->r10, &r->r11, &r->r12, &r->r13, &r->r14, &r->r15,
	};

	return file[n & 15];
}

/* The bytes are those of an instruction with a memory operand. */
static void parse(struct look *l, const u8 *b)
{
	const u8 *p = b;
	unsigned int mod;

	*l = (struct look){ 0 };
	while (*p == 0x66)
		p++;
	if ((*p & 0xf0) == 0x40)
		l->rex = *p++;
	l->two_bytes = *p == 0x0f;
	p += l->two_bytes;
	l->opcode = *p++;
	if (!l->two_bytes && l->opcode == 0xa0) {
		l->length = p - b + sizeof(u64);
		return;
	}
	l->modrm = *p++;
	mod = l->modrm >> 6;
	l->has_sib = (l->modrm & 7) == 4;
	if (l->has_sib)
		l->sib = *p++;
	if (mod == 1)
		p += 1;
	else if (mod == 2 || (!mod && ((l->modrm & 7) == 5 || (l->has_sib && (l->sib & 7) == 5))))
		p += 4;
	l->length = p - b;
}

static bool has_offset(const struct look *l, struct pt_regs *regs)
{
	unsigned int index = (l->sib >> 3 & 7) | (l->rex & REX_X ? 8 : 0);
	unsigned int base = (l->has_sib ? l->sib & 7 : l->modrm & 7) | (l->rex & REX_B ? 8 : 0);

	return *reg_at(regs, base) == KASAN_SHADOW_OFFSET ||
	       (l->has_sib && index != 4 && *reg_at(regs, index) == KASAN_SHADOW_OFFSET);
}

static bool has_address(unsigned long state, struct pt_regs *regs)
{
	for (unsigned int n = 0; n < 16; n++) {
		if (shadow_of(*reg_at(regs, n)) == state)
			return true;
	}
	return false;
}

static void load_zero(const struct look *l, struct pt_regs *regs, bool whole)
{
	unsigned int n = (l->modrm >> 3 & 7) | (l->rex & REX_R ? 8 : 0);

	if (whole)
		*reg_at(regs, n) = 0;
	else if (!l->rex && n >= 4) /* ah, ch, dh, bh */
		*reg_at(regs, n - 4) &= ~0xff00UL;
	else
		*reg_at(regs, n) &= ~0xffUL;
}

static void say_equal(struct pt_regs *regs)
{
	regs->flags &= ~(FLAG_CF | FLAG_AF | FLAG_SF | FLAG_OF);
	regs->flags |= FLAG_ZF | FLAG_PF;
}

/* Carry it out with a state of 0. False: it is no such instruction. */
static bool carry_out(const struct look *l, struct pt_regs *regs)
{
	unsigned int length = l->length;

	if (l->two_bytes && (l->opcode == 0xb6 || l->opcode == 0xbe)) {
		load_zero(l, regs, true);
	} else if (!l->two_bytes && (l->opcode == 0x8a || l->opcode == 0xa0)) {
		load_zero(l, regs, false);
	} else if (!l->two_bytes && (l->opcode == 0x80 || l->opcode == 0x83) &&
		   (l->modrm >> 3 & 7) == 7) {
		say_equal(regs);
		length++;
	} else {
		return false;
	}
	regs->ip += length;
	return true;
}

/**
 * kasan_skip_look() - go on behind a look at the state of an address that has none
 * @regs: a trap's
 *
 * Return: false: it was something else, and nothing has changed.
 */
bool kasan_skip_look(struct pt_regs *regs)
{
	u8 bytes[MAX_INSN_SIZE + 1] = { 0 };
	unsigned int size;
	unsigned long ea;
	struct look l;
	bool write;

	if (user_mode(regs) || copy_nofault(bytes, (const void *)regs->ip, MAX_INSN_SIZE) ||
	    !insn_mem_operand(regs, bytes, MAX_INSN_SIZE, &ea, &size, &write))
		return false;
	if (ea < KASAN_SHADOW_OFFSET || ea >= SHADOW_START)
		return false;
	parse(&l, bytes);
	return (ea < shadow_of(TASK_SIZE) || has_offset(&l, regs) || has_address(ea, regs)) &&
	       carry_out(&l, regs);
}
