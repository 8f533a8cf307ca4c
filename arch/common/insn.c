// SPDX-License-Identifier: MIT
/*
 * Which memory an instruction was about to touch.
 *
 * The CPU leaves the address of a page fault in a register, but says nothing about a general
 * protection fault: and that is what an access through a poisoned pointer raises, since
 * 0x6b6b6b6b6b6b6b6b is not canonical. So the report decodes the instruction.
 *
 *	[prefixes] [REX] opcode            one-byte map, 0F map, 0F 38 map
 *	           [ModRM [SIB] [disp8|disp32]] [immediate]
 *
 * Each opcode of the two large maps has one byte of attributes: has it a ModRM byte, how wide is
 * its operand, does it write, which immediate follows (the length matters because RIP-relative
 * operands count from the end of the instruction). What one byte can't say is decided afterwards by
 * group rules (F6/F7 have an immediate only with TEST, FF reads or writes by its reg field, …), and
 * the few operands without ModRM (string, stack, absolute moves) by a function of their own.
 *
 * I1  The decoder reads bytes[0 … n-1] and the registers, nothing else. It is a pure function and
 *     runs anywhere.
 * I2  What it doesn't know (x87, AVX, far transfers, system structures beyond those below) gives
 *     false, never a guess.
 *
 * The string moves have two operands. The one that is named is the one that can't be canonical,
 * else the source.
 * Source: the opcode maps of the architecture manuals (Intel SDM vol. 2, appendix A). O(1).
 */
#include <asm/extable.h>
#include "insn.h"

#define MODRM 0x01
#define BYTE  0x02 /* the operand is one byte; else it has the operand size */
#define WORD  0x04 /* two bytes */
#define WRITE 0x08
#define IMM8  0x10
#define IMMZ  0x20 /* 2 or 4 bytes, by operand size */
#define SSE   0x40 /* 16 bytes */
#define NOACC 0x80 /* has a ModRM byte but doesn't access what it names */

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

#define ALU_RMW(op)  [op] = MODRM | BYTE | WRITE, [(op) + 1] = MODRM | WRITE
#define ALU_READ(op) [op] = MODRM | BYTE, [(op) + 1] = MODRM

static const u8 map_1byte[256] = {
	ALU_RMW(0x00),
	ALU_READ(0x02), /* add */
	ALU_RMW(0x08),
	ALU_READ(0x0a), /* or */
	ALU_RMW(0x10),
	ALU_READ(0x12), /* adc */
	ALU_RMW(0x18),
	ALU_READ(0x1a), /* sbb */
	ALU_RMW(0x20),
	ALU_READ(0x22), /* and */
	ALU_RMW(0x28),
	ALU_READ(0x2a), /* sub */
	ALU_RMW(0x30),
	ALU_READ(0x32), /* xor */
	ALU_READ(0x38),
	ALU_READ(0x3a), /* cmp */
	[0x63] = MODRM,
	[0x69] = MODRM | IMMZ,
	[0x6b] = MODRM | IMM8,
	[0x80] = MODRM | BYTE | WRITE | IMM8,
	[0x81] = MODRM | WRITE | IMMZ,
	[0x83] = MODRM | WRITE | IMM8,
	ALU_READ(0x84), /* test */
	ALU_RMW(0x86),	/* xchg */
	ALU_RMW(0x88),	/* mov to memory */
	ALU_READ(0x8a), /* mov from memory */
	[0x8c] = MODRM | WORD | WRITE,
	[0x8d] = MODRM | NOACC,
	[0x8e] = MODRM | WORD,
	[0x8f] = MODRM | WRITE,
	[0xc0] = MODRM | BYTE | WRITE | IMM8,
	[0xc1] = MODRM | WRITE | IMM8,
	[0xc6] = MODRM | BYTE | WRITE | IMM8,
	[0xc7] = MODRM | WRITE | IMMZ,
	ALU_RMW(0xd0),
	ALU_RMW(0xd2), /* shifts */
	ALU_RMW(0xf6), /* test, not, neg, mul, div: by group */
	ALU_RMW(0xfe), /* inc, dec, call, jmp, push: by group */
};

static const u8 map_0f[256] = {
	[0x0d] = MODRM | NOACC,
	[0x10] = MODRM | SSE,
	[0x11] = MODRM | SSE | WRITE,
	[0x18 ... 0x1f] = MODRM | NOACC,
	[0x28] = MODRM | SSE,
	[0x29] = MODRM | SSE | WRITE,
	[0x2b] = MODRM | SSE | WRITE,
	[0x40 ... 0x4f] = MODRM, /* cmov */
	[0x54 ... 0x59] = MODRM | SSE,
	[0x60 ... 0x6d] = MODRM | SSE,
	[0x6f] = MODRM | SSE,
	[0x74 ... 0x76] = MODRM | SSE,
	[0x7f] = MODRM | SSE | WRITE,
	[0x90 ... 0x9f] = MODRM | BYTE | WRITE, /* setcc */
	[0xa3] = MODRM,				/* bt */
	[0xa4] = MODRM | WRITE | IMM8,
	[0xa5] = MODRM | WRITE,
	[0xab] = MODRM | WRITE, /* bts */
	[0xac] = MODRM | WRITE | IMM8,
	[0xad] = MODRM | WRITE,
	[0xaf] = MODRM,
	ALU_RMW(0xb0),		/* cmpxchg */
	[0xb3] = MODRM | WRITE, /* btr */
	[0xb6] = MODRM | BYTE,
	[0xb7] = MODRM | WORD,
	[0xb8] = MODRM,		       /* popcnt */
	[0xba] = MODRM | WRITE | IMM8, /* bt, bts, btr, btc: by group */
	[0xbb] = MODRM | WRITE,	       /* btc */
	[0xbc ... 0xbd] = MODRM,       /* bsf, bsr, tzcnt, lzcnt */
	[0xbe] = MODRM | BYTE,
	[0xbf] = MODRM | WORD,
	ALU_RMW(0xc0),		/* xadd */
	[0xc3] = MODRM | WRITE, /* movnti */
	[0xd6] = MODRM | SSE | WRITE,
	[0xe7] = MODRM | SSE | WRITE,
	[0xef] = MODRM | SSE,
};

struct insn {
	const struct pt_regs *regs;
	const u8 *p, *end;
	u8 rex;
	bool opsize16, addr32;
	u8 opcode;
	u8 attr;
	u8 modrm;
	unsigned int imm;
	bool rip_relative;
	unsigned long ea;
	unsigned int size;
	bool write;
};

static bool next_byte(struct insn *in, u8 *b)
{
	if (in->p == in->end)
		return false;
	*b = *in->p++;
	return true;
}

/* A little-endian displacement of 1, 4 or 8 bytes, sign-extended. */
static bool next_signed(struct insn *in, unsigned int n, unsigned long *v)
{
	u64 raw = 0;
	unsigned int i, shift = 64 - 8 * n;

	if (in->end - in->p < n)
		return false;
	for (i = 0; i < n; i++)
		raw |= (u64)in->p[i] << (8 * i);
	in->p += n;
	*v = (u64)((s64)(raw << shift) >> shift);
	return true;
}

static unsigned long reg_value(const struct pt_regs *r, unsigned int n)
{
	const unsigned long file[16] = {
		r->ax, r->cx, r->dx,  r->bx,  r->sp,  r->bp,  r->si,  r->di,
		r->r8, r->r9, r->r10, r->r11, r->r12, r->r13, r->r14, r->r15,
	};

	return file[n & 15];
}

static unsigned int modrm_reg(const struct insn *in)
{
	return (in->modrm >> 3) & 7;
}

static bool canonical(unsigned long a)
{
	return (unsigned long)((s64)(a << 16) >> 16) == a;
}

static unsigned int operand_size(const struct insn *in)
{
	if (in->rex & REX_W)
		return 8;
	return in->opsize16 ? 2 : 4;
}

/* Legacy prefixes in any order, then at most one REX, which must stand right before the opcode. */
static bool read_prefixes(struct insn *in, u8 *opcode)
{
	u8 b;

	while (next_byte(in, &b)) {
		switch (b) {
		case 0x66:
			in->opsize16 = true;
			break;
		case 0x67:
			in->addr32 = true;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
		case 0xf0:
		case 0xf2:
		case 0xf3:
			break;
		default:
			if ((b & 0xf0) != 0x40) {
				*opcode = b;
				return true;
			}
			in->rex = b;
			return next_byte(in, opcode);
		}
	}
	return false;
}

static bool read_sib(struct insn *in, unsigned int mod)
{
	unsigned int index, base;
	u8 sib;

	if (!next_byte(in, &sib))
		return false;
	index = ((sib >> 3) & 7) | (in->rex & REX_X ? 8 : 0);
	base = (sib & 7) | (in->rex & REX_B ? 8 : 0);
	if (index != 4)
		in->ea += reg_value(in->regs, index) << (sib >> 6);
	if ((base & 7) == 5 && mod == 0) {
		unsigned long disp;

		if (!next_signed(in, 4, &disp))
			return false;
		in->ea += disp;
		return true;
	}
	in->ea += reg_value(in->regs, base);
	return true;
}

/* The address that ModRM names. Precondition: mod is not 3. */
static bool read_address(struct insn *in)
{
	unsigned int mod = in->modrm >> 6, rm = in->modrm & 7;
	unsigned long disp = 0;

	if (rm == 4) {
		if (!read_sib(in, mod))
			return false;
	} else if (rm == 5 && mod == 0) {
		in->rip_relative = true;
		mod = 2;
	} else {
		in->ea = reg_value(in->regs, rm | (in->rex & REX_B ? 8 : 0));
	}
	if (mod == 1 && !next_signed(in, 1, &disp))
		return false;
	if (mod == 2 && !next_signed(in, 4, &disp))
		return false;
	in->ea += disp;
	return true;
}

/*
 * RIP counts from the end of the instruction, so the immediate that is still to come belongs to the
 * distance.
 */
static void finish_address(struct insn *in, const u8 *start)
{
	if (in->rip_relative)
		in->ea += in->regs->ip + (in->p - start) + in->imm;
	if (in->addr32)
		in->ea = (u32)in->ea;
}

static void size_from_attr(struct insn *in)
{
	if (in->attr & SSE)
		in->size = 16;
	else if (in->attr & BYTE)
		in->size = 1;
	else if (in->attr & WORD)
		in->size = 2;
	else
		in->size = operand_size(in);
	in->write = in->attr & WRITE;
	in->imm = 0;
	if (in->attr & IMM8)
		in->imm = 1;
	else if (in->attr & IMMZ)
		in->imm = in->opsize16 ? 2 : 4;
}

/* FE and FF: inc, dec write; call, jmp, push read 8 bytes; far transfers are not decoded. */
static bool group_fe_ff(struct insn *in)
{
	unsigned int reg = modrm_reg(in);

	if (reg < 2)
		return true;
	in->write = false;
	in->size = 8;
	return in->opcode == 0xff && (reg == 2 || reg == 4 || reg == 6);
}

/* F6 and F7: only not and neg write, only test has an immediate. */
static void group_f6_f7(struct insn *in)
{
	unsigned int reg = modrm_reg(in);

	in->write = reg == 2 || reg == 3;
	if (reg < 2)
		in->imm = in->opcode == 0xf6 ? 1 : in->opsize16 ? 2 : 4;
}

/* What the attribute byte of the one-byte map can't say. False: no access, or unknown. */
static bool group_rules_1byte(struct insn *in)
{
	switch (in->opcode) {
	case 0x63:
		in->size = 4;
		return true;
	case 0x80:
	case 0x81:
	case 0x83:
		in->write = modrm_reg(in) != 7; /* cmp */
		return true;
	case 0x8f:
		in->size = in->opsize16 ? 2 : 8;
		return modrm_reg(in) == 0;
	case 0xc6:
	case 0xc7:
		return modrm_reg(in) == 0;
	case 0xf6:
	case 0xf7:
		group_f6_f7(in);
		return true;
	case 0xfe:
	case 0xff:
		return group_fe_ff(in);
	default:
		return true;
	}
}

/*
 * bt and its kin with a register operand: the bit may lie in any word, before or after the one that
 * ModRM names.
 */
static void bit_offset(struct insn *in)
{
	unsigned int reg = modrm_reg(in) | (in->rex & REX_R ? 8 : 0);
	unsigned long v = reg_value(in->regs, reg);

	if (in->size == 8)
		in->ea += ((s64)v >> 6) * 8;
	else if (in->size == 4)
		in->ea += ((s64)(s32)v >> 5) * 4;
	else
		in->ea += ((s64)(s16)v >> 4) * 2;
}

static bool group_rules_0f(struct insn *in)
{
	switch (in->opcode) {
	case 0xba:
		in->write = modrm_reg(in) != 4;
		return modrm_reg(in) >= 4;
	case 0xa3:
	case 0xab:
	case 0xb3:
	case 0xbb:
		bit_offset(in);
		return true;
	default:
		return true;
	}
}

/*
 * Opcodes of the 0F map whose operand has a size of its own: 01 (descriptor tables), C7
 * (cmpxchg8b/16b), AE (save areas).
 */
static bool odd_size_0f(struct insn *in)
{
	static const struct {
		u8 opcode, reg;
		bool write;
		u16 size;
	} odd[] = {
		{ 0x01, 0, true, 10 },	{ 0x01, 1, true, 10 },	 { 0x01, 2, false, 10 },
		{ 0x01, 3, false, 10 }, { 0x01, 4, true, 2 },	 { 0x01, 6, false, 2 },
		{ 0xae, 0, true, 512 }, { 0xae, 1, false, 512 }, { 0xae, 2, false, 4 },
		{ 0xae, 3, true, 4 },	{ 0xae, 7, false, 1 },	 { 0xc7, 1, true, 8 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		if (odd[i].opcode != in->opcode || odd[i].reg != modrm_reg(in))
			continue;
		in->size = odd[i].size;
		if (in->opcode == 0xc7 && (in->rex & REX_W))
			in->size = 16;
		in->write = odd[i].write;
		in->imm = 0;
		return true;
	}
	return false;
}

/*
 * call and jmp through a register have no memory operand, but their target may be the pointer that
 * is wrong.
 */
static bool register_target(struct insn *in)
{
	unsigned int reg = modrm_reg(in);

	if (in->opcode != 0xff || (reg != 2 && reg != 4))
		return false;
	in->ea = reg_value(in->regs, (in->modrm & 7) | (in->rex & REX_B ? 8 : 0));
	in->size = 0;
	in->write = false;
	return true;
}

static bool decode_1byte(struct insn *in, const u8 *start)
{
	in->attr = map_1byte[in->opcode];
	if (!(in->attr & MODRM) || !next_byte(in, &in->modrm))
		return false;
	if (in->modrm >> 6 == 3)
		return register_target(in);
	if ((in->attr & NOACC) || !read_address(in))
		return false;
	size_from_attr(in);
	if (!group_rules_1byte(in))
		return false;
	finish_address(in, start);
	return true;
}

/* 0F 38 F0 and F1: movbe, load and store; with F2 crc32, which loads. */
static bool decode_0f38(struct insn *in, const u8 *start)
{
	const u8 *p;
	bool crc32 = false;

	if (!next_byte(in, &in->opcode) || (in->opcode & 0xfe) != 0xf0)
		return false;
	for (p = start; *p != 0x0f; p++)
		crc32 |= *p == 0xf2;
	if (!next_byte(in, &in->modrm) || in->modrm >> 6 == 3 || !read_address(in))
		return false;
	in->size = crc32 && in->opcode == 0xf0 ? 1 : operand_size(in);
	in->write = !crc32 && in->opcode == 0xf1;
	finish_address(in, start);
	return true;
}

static bool decode_0f(struct insn *in, const u8 *start)
{
	bool odd;

	if (!next_byte(in, &in->opcode))
		return false;
	if (in->opcode == 0x38)
		return decode_0f38(in, start);
	odd = in->opcode == 0x01 || in->opcode == 0xae || in->opcode == 0xc7;
	in->attr = map_0f[in->opcode];
	if (!odd && (!(in->attr & MODRM) || (in->attr & NOACC)))
		return false;
	if (!next_byte(in, &in->modrm) || in->modrm >> 6 == 3 || !read_address(in))
		return false;
	if (odd) {
		if (!odd_size_0f(in))
			return false;
	} else {
		size_from_attr(in);
		if (!group_rules_0f(in))
			return false;
	}
	finish_address(in, start);
	return true;
}

static bool set_operand(struct insn *in, unsigned long ea, unsigned int size, bool write)
{
	in->ea = ea;
	in->size = size;
	in->write = write;
	return true;
}

/* A4 … AF without A8/A9: the even opcodes move bytes. */
static bool decode_string(struct insn *in)
{
	unsigned long si = in->regs->si, di = in->regs->di;
	unsigned int size = in->opcode & 1 ? operand_size(in) : 1;

	switch (in->opcode & 0xfe) {
	case 0xa4:
		if (canonical(si) && !canonical(di))
			return set_operand(in, di, size, true);
		return set_operand(in, si, size, false);
	case 0xa6:
		return set_operand(in, canonical(si) && !canonical(di) ? di : si, size, false);
	case 0xaa:
		return set_operand(in, di, size, true);
	case 0xac:
		return set_operand(in, si, size, false);
	case 0xae:
		return set_operand(in, di, size, false);
	default:
		return false;
	}
}

/* A0 … A3: the accumulator and an absolute address of 8 bytes. */
static bool decode_absolute(struct insn *in)
{
	unsigned long ea;

	if (!next_signed(in, in->addr32 ? 4 : 8, &ea))
		return false;
	return set_operand(in, in->addr32 ? (u32)ea : ea, in->opcode & 1 ? operand_size(in) : 1,
			   in->opcode & 2);
}

/* push, pop, call, ret, leave: the stack is the operand. */
static bool decode_stack(struct insn *in)
{
	unsigned long sp = in->regs->sp;

	switch (in->opcode) {
	case 0x50 ... 0x57:
	case 0x68:
	case 0x6a:
	case 0x9c:
	case 0xe8:
		return set_operand(in, sp - 8, 8, true);
	case 0x58 ... 0x5f:
	case 0x9d:
	case 0xc2:
	case 0xc3:
		return set_operand(in, sp, 8, false);
	case 0xc9:
		return set_operand(in, in->regs->bp, 8, false);
	default:
		return false;
	}
}

static bool decode(struct insn *in, const u8 *start)
{
	switch (in->opcode) {
	case 0x0f:
		return decode_0f(in, start);
	case 0xa0 ... 0xa3:
		return decode_absolute(in);
	case 0xa4 ... 0xa7:
	case 0xaa ... 0xaf:
		return decode_string(in);
	case 0xd7: /* xlat */
		return set_operand(in, in->regs->bx + (u8)in->regs->ax, 1, false);
	default:
		return map_1byte[in->opcode] ? decode_1byte(in, start) : decode_stack(in);
	}
}

/**
 * insn_mem_operand - which memory would this instruction touch?
 * @regs: the registers it would run with
 * @bytes: the instruction
 * @n: how many bytes of it are known; more than the instruction has is fine
 * @ea: the address, without a segment base
 * @size: bytes accessed; 0 if @ea is a jump target
 * @write: whether the access writes (read-modify-write counts)
 *
 * Return: whether there is such an operand; the outputs are set only then.
 */
bool insn_mem_operand(const struct pt_regs *regs, const u8 *bytes, size_t n, unsigned long *ea,
		      unsigned int *size, bool *write)
{
	struct insn in = { .regs = regs, .p = bytes };

	in.end = bytes + (n < MAX_INSN_SIZE ? n : MAX_INSN_SIZE);
	if (!read_prefixes(&in, &in.opcode) || !decode(&in, bytes))
		return false;
	*ea = in.ea;
	*size = in.size;
	*write = in.write;
	return true;
}

/* The address that the instruction would touch if one of its registers, at `offset`, held `step` more. */
static bool operand_with(const struct pt_regs *regs, const u8 *bytes, size_t n, size_t offset,
			 unsigned long step, unsigned long *ea)
{
	struct pt_regs other = *regs;
	unsigned int size;
	bool write;

	*(unsigned long *)((char *)&other + offset) += step;
	return insn_mem_operand(&other, bytes, n, ea, &size, &write);
}

bool insn_base(const struct pt_regs *regs, unsigned long *base)
{
	/* Not a multiple of a scale, so that an index counts only where it isn't scaled. */
	const unsigned long step = 0x100001;
	unsigned long ea, moved;
	u8 bytes[MAX_INSN_SIZE];
	size_t n = sizeof(bytes) - copy_nofault(bytes, (const void *)regs->ip, sizeof(bytes));

	if (!operand_with(regs, bytes, n, 0, 0, &ea))
		return false;
	for (size_t at = 0; at < offsetof(struct pt_regs, vector); at += sizeof(*base)) {
		if (!operand_with(regs, bytes, n, at, step, &moved) || moved - ea != step)
			continue;
		*base = *(const unsigned long *)((const char *)regs + at);
		return true;
	}
	return false;
}
