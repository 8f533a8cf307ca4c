/* SPDX-License-Identifier: MIT */
/*
 * What a compiler hands to the functions that its checks for undefined behaviour call: facts of its
 * interface, the same for gcc and clang. Private to lib/ubsan.
 */
#ifndef UBSAN_H
#define UBSAN_H

#include <linux/types.h>

struct source_location {
	const char *file;
	u32 line;
	u32 column; /* ours: SITE_REPORTED too */
};

enum { KIND_INTEGER = 0, KIND_FLOAT = 1 };

struct type_descriptor {
	u16 kind;
	u16 info; /* an integer's: log2 of its width in bits << 1 | is it signed? */
	char name[];
};

/* A value, or where it is if it is wider than a word. */
typedef unsigned long value_t;

struct overflow_data {
	struct source_location at;
	const struct type_descriptor *type;
};

struct shift_data {
	struct source_location at;
	const struct type_descriptor *left, *right;
};

struct bounds_data {
	struct source_location at;
	const struct type_descriptor *array, *index;
};

struct access_data {
	struct source_location at;
	const struct type_descriptor *type;
	u8 log_alignment;
	u8 access; /* index of access_names[] */
};

struct place_data {
	struct source_location at;
};

struct argument_data {
	struct source_location at;
	struct source_location attribute;
	int nr; /* from 1 */
};

struct returned_data {
	struct source_location attribute;
};

struct builtin_data {
	struct source_location at;
	u8 kind; /* 0: ctz, 1: clz */
};

struct assumption_data {
	struct source_location at;
	struct source_location assumed;
	const struct type_descriptor *type;
};

struct conversion_data {
	struct source_location at;
	const struct type_descriptor *from, *to;
	u8 kind;
};

void __ubsan_handle_add_overflow(struct overflow_data *data, value_t left, value_t right);
void __ubsan_handle_sub_overflow(struct overflow_data *data, value_t left, value_t right);
void __ubsan_handle_mul_overflow(struct overflow_data *data, value_t left, value_t right);
void __ubsan_handle_negate_overflow(struct overflow_data *data, value_t v);
void __ubsan_handle_divrem_overflow(struct overflow_data *data, value_t left, value_t right);
void __ubsan_handle_shift_out_of_bounds(struct shift_data *data, value_t left, value_t right);
void __ubsan_handle_out_of_bounds(struct bounds_data *data, value_t index);
void __ubsan_handle_vla_bound_not_positive(struct overflow_data *data, value_t bound);
void __ubsan_handle_load_invalid_value(struct overflow_data *data, value_t v);
void __ubsan_handle_type_mismatch_v1(struct access_data *data, value_t addr);
void __ubsan_handle_alignment_assumption(struct assumption_data *data, value_t addr, value_t align,
					 value_t offset);
void __ubsan_handle_pointer_overflow(struct place_data *data, value_t base, value_t result);
void __ubsan_handle_nonnull_arg(struct argument_data *data);
void __ubsan_handle_nonnull_return_v1(struct returned_data *data, struct source_location *at);
void __ubsan_handle_invalid_builtin(struct builtin_data *data);
void __ubsan_handle_implicit_conversion(struct conversion_data *data, value_t from, value_t to);
void __ubsan_handle_builtin_unreachable(struct place_data *data);

#endif
