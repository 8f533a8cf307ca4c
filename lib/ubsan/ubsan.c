// SPDX-License-Identifier: MIT
/*
 * Undefined behaviour, as the compiler's checks find it
 * =====================================================
 *
 * 1. What it is for. C leaves some operations without a meaning: an index behind the end of an array,
 *    a shift by more than there are bits, a null or misaligned pointer, a bool that is 2. A build with
 *    UBSAN=1 has a test in front of each; the compiler puts it there and calls one of the functions
 *    below where it fails, with a record of the place and the types:
 *
 *	a[i] = 0;   ──►   if (i > 3)
 *				__ubsan_handle_out_of_bounds(&record, i);
 *			  a[i] = 0;
 *
 *    Headline and sentence are Linux's, so that what one knows to search for works here.
 *
 * 2. Then execution goes on, and does what it would have done: the report may be the last thing that
 *    is heard of it. Only behind __builtin_unreachable() there is no code to go on with: that ends as
 *    a BUG() does.
 *
 * 3. Each place reports once. A loop that does it a million times is one bug.
 *
 * 4. What is not undefined here. The kernel is compiled with -fno-strict-overflow, as Linux is: signed
 *    integers and pointers wrap, which lib/ and mm/ use, and so no compiler checks them. Code that is
 *    compiled with -fno-wrapv (a module's ccflags-y) gets the checks, and the functions are here. Floating point
 *    and C++ don't come in a kernel. Conversions that lose bits are defined in C; clang's check of
 *    them (-fsanitize=implicit-conversion) has its function too but isn't switched on.
 *
 * Invariants
 * I1  The bit SITE_REPORTED of a record's column is set at most once: whoever sets it reports.
 * I2  Nothing here is checked itself (Makefile), nor does it allocate or lock: the checks stand in
 *     every file, the report engine's too. A report inside a report is its headline.
 *
 * The records are the compiler's and not const, so the bit has a place. Contexts: any. Cost: none in
 * a build without UBSAN=1, of which this file is no part.
 */
#include <asm/atomic.h>
#include <asm/irqflags.h>
#include <asm/stack.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sprintf.h>
#include <quarry/report.h>
#include "ubsan.h"

#define SITE_REPORTED 0x80000000u
#define MAX_FRAMES    24
#define VALUE_TEXT    48
#define WORD_BITS     64

/* ---- open and close ---- */

/* True: this is the place's first time, and a report is open. */
static bool begin(struct source_location *at, const char *kind)
{
	u32 column = READ_ONCE(at->column);

	do {
		if (column & SITE_REPORTED)
			return false;
	} while (!try_cmpxchg(&at->column, &column, column | SITE_REPORTED));
	report_open(REPORT_UBSAN, "UBSAN: %s in %s:%u:%u", kind, at->file, at->line, column);
	return true;
}

/*
 * The functions of this file are left out of the stack: this one, and the one that the compiler called, into
 * which the others are inlined.
 */
static noinline void end(const char *advice)
{
	unsigned long ips[MAX_FRAMES];

	report_stack(NULL, ips, stack_trace_save(ips, MAX_FRAMES, 2, NULL));
	report_advice("%s", advice);
	report_end();
}

/* ---- values ---- */

static unsigned int width(const struct type_descriptor *t)
{
	return 1u << (t->info >> 1);
}

static bool is_signed(const struct type_descriptor *t)
{
	return t->kind == KIND_INTEGER && (t->info & 1);
}

/* The low word of a value, its sign spread over the word if it has one. */
static u64 word_of(const struct type_descriptor *t, value_t v)
{
	unsigned int unused = WORD_BITS - min(width(t), (unsigned int)WORD_BITS);

	if (width(t) > WORD_BITS)
		return *(const u64 *)v;
	return is_signed(t) ? (u64)((s64)(v << unused) >> unused) : v;
}

static bool negative(const struct type_descriptor *t, value_t v)
{
	if (!is_signed(t))
		return false;
	return (s64)(width(t) > WORD_BITS ? ((const u64 *)v)[1] : word_of(t, v)) < 0;
}

static const char *value_text(char *buf, const struct type_descriptor *t, value_t v)
{
	if (t->kind != KIND_INTEGER)
		scnprintf(buf, VALUE_TEXT, "(a value that is no integer)");
	else if (width(t) > WORD_BITS)
		scnprintf(buf, VALUE_TEXT, "0x%016llx%016llx", ((const u64 *)v)[1],
			  ((const u64 *)v)[0]);
	else if (is_signed(t))
		scnprintf(buf, VALUE_TEXT, "%lld", (s64)word_of(t, v));
	else
		scnprintf(buf, VALUE_TEXT, "%llu", word_of(t, v));
	return buf;
}

/* ---- arithmetic ---- */

static __always_inline void overflow(struct overflow_data *data, value_t left, char op, value_t right)
{
	char a[VALUE_TEXT], b[VALUE_TEXT];

	report_line("%s %c %s cannot be represented in type %s", value_text(a, data->type, left), op,
		    value_text(b, data->type, right), data->type->name);
	end("The result is larger than its type: compute in a wider one, or use check_add_overflow() and its kin.");
}

static const char *overflow_kind(const struct overflow_data *data)
{
	return is_signed(data->type) ? "signed-integer-overflow" : "unsigned-integer-overflow";
}

void __ubsan_handle_add_overflow(struct overflow_data *data, value_t left, value_t right)
{
	if (begin(&data->at, overflow_kind(data)))
		overflow(data, left, '+', right);
}
EXPORT_SYMBOL(__ubsan_handle_add_overflow);

void __ubsan_handle_sub_overflow(struct overflow_data *data, value_t left, value_t right)
{
	if (begin(&data->at, overflow_kind(data)))
		overflow(data, left, '-', right);
}
EXPORT_SYMBOL(__ubsan_handle_sub_overflow);

void __ubsan_handle_mul_overflow(struct overflow_data *data, value_t left, value_t right)
{
	if (begin(&data->at, overflow_kind(data)))
		overflow(data, left, '*', right);
}
EXPORT_SYMBOL(__ubsan_handle_mul_overflow);

void __ubsan_handle_negate_overflow(struct overflow_data *data, value_t v)
{
	char a[VALUE_TEXT];

	if (!begin(&data->at, "negation-overflow"))
		return;
	report_line("negation of %s cannot be represented in type %s", value_text(a, data->type, v),
		    data->type->name);
	end("The smallest value of a signed type has no positive counterpart in it.");
}
EXPORT_SYMBOL(__ubsan_handle_negate_overflow);

void __ubsan_handle_divrem_overflow(struct overflow_data *data, value_t left, value_t right)
{
	char a[VALUE_TEXT];

	if (!begin(&data->at, "division-overflow"))
		return;
	if (negative(data->type, right))
		report_line("division of %s by -1 cannot be represented in type %s",
			    value_text(a, data->type, left), data->type->name);
	else
		report_line("division by zero");
	end("The CPU can't do this division and raises an exception, which follows.");
}
EXPORT_SYMBOL(__ubsan_handle_divrem_overflow);

static void shift_line(struct shift_data *data, value_t left, value_t right)
{
	char l[VALUE_TEXT], r[VALUE_TEXT];

	value_text(l, data->left, left);
	value_text(r, data->right, right);
	if (negative(data->right, right))
		report_line("shift exponent %s is negative", r);
	else if (word_of(data->right, right) >= width(data->left))
		report_line("shift exponent %s is too large for %u-bit type %s", r,
			    width(data->left), data->left->name);
	else if (negative(data->left, left))
		report_line("left shift of negative value %s", l);
	else
		report_line("left shift of %s by %s places cannot be represented in type %s", l, r,
			    data->left->name);
}

void __ubsan_handle_shift_out_of_bounds(struct shift_data *data, value_t left, value_t right)
{
	if (!begin(&data->at, "shift-out-of-bounds"))
		return;
	shift_line(data, left, right);
	end("The CPU uses the exponent's low bits alone: check it before, or shift a wider type (1ULL << n).");
}
EXPORT_SYMBOL(__ubsan_handle_shift_out_of_bounds);

void __ubsan_handle_implicit_conversion(struct conversion_data *data, value_t from, value_t to)
{
	char a[VALUE_TEXT], b[VALUE_TEXT];

	if (!begin(&data->at, "implicit-conversion"))
		return;
	report_line("implicit conversion from type %s of value %s to type %s changed the value to %s",
		    data->from->name, value_text(a, data->from, from), data->to->name,
		    value_text(b, data->to, to));
	end("The value doesn't fit into the type that it is stored in: make that wider, or say by a cast that bits are to be lost.");
}
EXPORT_SYMBOL(__ubsan_handle_implicit_conversion);

/* ---- arrays ---- */

void __ubsan_handle_out_of_bounds(struct bounds_data *data, value_t index)
{
	char i[VALUE_TEXT];

	if (!begin(&data->at, "array-index-out-of-bounds"))
		return;
	report_line("index %s is out of range for type %s", value_text(i, data->index, index),
		    data->array->name);
	end("An array of n elements ends with index n - 1: check the index, or the condition of the loop.");
}
EXPORT_SYMBOL(__ubsan_handle_out_of_bounds);

void __ubsan_handle_vla_bound_not_positive(struct overflow_data *data, value_t bound)
{
	char b[VALUE_TEXT];

	if (!begin(&data->at, "vla-bound-not-positive"))
		return;
	report_line("variable length array bound value %s <= 0", value_text(b, data->type, bound));
	end("The size of an array on the stack was computed, and came out wrong. Sizes that vary belong into kmalloc_array().");
}
EXPORT_SYMBOL(__ubsan_handle_vla_bound_not_positive);

/* ---- values that their types don't have ---- */

void __ubsan_handle_load_invalid_value(struct overflow_data *data, value_t v)
{
	char a[VALUE_TEXT];

	if (!begin(&data->at, "invalid-load"))
		return;
	report_line("load of value %s is not a valid value for type %s",
		    value_text(a, data->type, v), data->type->name);
	end("A bool or an enum holds what it can't: it was never initialised, or it was overwritten.");
}
EXPORT_SYMBOL(__ubsan_handle_load_invalid_value);

/* ---- pointers ---- */

/* What the check was for, by the compiler's number. Those in the middle are C++'s. */
static const char *const access_names[] = {
	"load of",	       "store to",		"reference binding to",
	"member access within", "member call on",	"constructor call on",
	"downcast of",	       "downcast of",		"upcast of",
	"cast to virtual base of", "_Nonnull binding to", "dynamic operation on",
};

static const char *access_name(const struct access_data *data)
{
	return data->access < ARRAY_SIZE(access_names) ? access_names[data->access] : "access to";
}

static __always_inline void null_access(struct access_data *data, unsigned long addr)
{
	if (!begin(&data->at, "null-ptr-deref"))
		return;
	report_line("%s null pointer of type %s", access_name(data), data->type->name);
	end("A pointer was never set, or a failed allocation was not checked.");
}

static __always_inline void misaligned_access(struct access_data *data, unsigned long addr, unsigned long align)
{
	if (!begin(&data->at, "misaligned-access"))
		return;
	report_line("%s misaligned address 0x%lx for type %s", access_name(data), addr,
		    data->type->name);
	report_line("which requires %lu byte alignment", align);
	report_address((const void *)addr);
	end("The pointer was made from one to a smaller type: use get_unaligned() and put_unaligned(), or copy with memcpy().");
}

static __always_inline void small_object(struct access_data *data, unsigned long addr)
{
	if (!begin(&data->at, "object-size-mismatch"))
		return;
	report_line("%s address 0x%lx with insufficient space", access_name(data), addr);
	report_line("for an object of type %s", data->type->name);
	report_address((const void *)addr);
	end("What is there is smaller than the type through which it is used.");
}

void __ubsan_handle_type_mismatch_v1(struct access_data *data, value_t addr)
{
	unsigned long align = 1UL << data->log_alignment;

	if (!addr)
		null_access(data, addr);
	else if (addr & (align - 1))
		misaligned_access(data, addr, align);
	else
		small_object(data, addr);
}
EXPORT_SYMBOL(__ubsan_handle_type_mismatch_v1);

void __ubsan_handle_alignment_assumption(struct assumption_data *data, value_t addr, value_t align,
					 value_t offset)
{
	unsigned long real = addr - offset;

	if (!begin(&data->at, "alignment-assumption"))
		return;
	if (offset)
		report_line("assumption of %lu byte alignment (with offset of %lu byte) for pointer of type %s failed",
			    align, offset, data->type->name);
	else
		report_line("assumption of %lu byte alignment for pointer of type %s failed", align,
			    data->type->name);
	report_line("%saddress is %lu aligned, misalignment offset is %lu bytes",
		    offset ? "offset " : "", real ? 1UL << __builtin_ctzl(real) : align,
		    real & (align - 1));
	end("A function or __builtin_assume_aligned() promises the compiler more alignment than the pointer has.");
}
EXPORT_SYMBOL(__ubsan_handle_alignment_assumption);

void __ubsan_handle_pointer_overflow(struct place_data *data, value_t base, value_t result)
{
	if (!begin(&data->at, "pointer-overflow"))
		return;
	if (!base)
		report_line("applying non-zero offset %lu to null pointer", result);
	else
		report_line("pointer operation 0x%lx to 0x%lx", base, result);
	end("A pointer was moved out of the address space: the offset is wrong, or the pointer was NULL.");
}
EXPORT_SYMBOL(__ubsan_handle_pointer_overflow);

void __ubsan_handle_nonnull_arg(struct argument_data *data)
{
	if (!begin(&data->at, "nonnull-argument"))
		return;
	report_line("null pointer passed as argument %d, which is declared to never be null",
		    data->nr);
	end("The function was declared with the attribute nonnull and may not check the pointer: the caller must.");
}
EXPORT_SYMBOL(__ubsan_handle_nonnull_arg);

void __ubsan_handle_nonnull_return_v1(struct returned_data *data, struct source_location *at)
{
	if (!begin(at, "nonnull-return"))
		return;
	report_line("null pointer returned from a function that is declared to never return null");
	end("The function was declared with the attribute returns_nonnull, so its callers don't check.");
}
EXPORT_SYMBOL(__ubsan_handle_nonnull_return_v1);

void __ubsan_handle_invalid_builtin(struct builtin_data *data)
{
	if (!begin(&data->at, "invalid-builtin-use"))
		return;
	report_line("passing zero to __builtin_%s(), which is not a valid argument",
		    data->kind ? "clz" : "ctz");
	end("The number of zeros before the first bit of 0 is not defined: look for 0 first (ffs() and fls() do).");
}
EXPORT_SYMBOL(__ubsan_handle_invalid_builtin);

/* ---- the end of a path ---- */

/* Each time: the compiler left nothing behind this call to return to. */
void __ubsan_handle_builtin_unreachable(struct place_data *data)
{
	bool irqs_off = irqs_disabled();

	report_open(REPORT_UBSAN, "UBSAN: unreachable in %s:%u:%u", data->at.file, data->at.line,
		     data->at.column);
	report_line("calling __builtin_unreachable()");
	end("The code relies on never coming here, and did.");
	report_die("Fatal exception: UBSAN", irqs_off);
}
EXPORT_SYMBOL(__ubsan_handle_builtin_unreachable);
