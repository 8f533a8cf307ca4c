/* SPDX-License-Identifier: MIT */
/* From a member back to the structure that holds it. */
#ifndef LINUX_CONTAINER_OF_H
#define LINUX_CONTAINER_OF_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>

#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif

/* One past the last byte of `member`. */
#define offsetofend(type, member)  (offsetof(type, member) + sizeof(((type *)0)->member))
#define sizeof_field(type, member) sizeof(((type *)0)->member)

/* The structure whose `member` stands at `ptr`; a pointer of the wrong type does not compile. */
#define container_of(ptr, type, member)                                           \
	({                                                                        \
		static_assert(__same_type(*(ptr), ((type *)0)->member) ||         \
				      __same_type(*(ptr), void),                  \
			      "container_of: pointer and member differ in type"); \
		(type *)((char *)(ptr)-offsetof(type, member));                   \
	})
#define container_of_const(ptr, type, member) container_of(ptr, type, member)

#endif
