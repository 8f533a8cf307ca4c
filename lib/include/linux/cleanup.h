/* SPDX-License-Identifier: MIT */
/*
 * What is undone by itself when a variable goes out of scope, on every way out. Names and
 * behaviour are Linux's.
 *
 *	DEFINE_FREE(name, type, what to do with _T)	char *p __free(kfree) = kmalloc(n, GFP_KERNEL);
 *							return_ptr(p);		given to the caller: not freed
 *	DEFINE_CLASS(name, type, exit, init, args)	CLASS(name, var)(arguments);
 *	DEFINE_GUARD(name, type, lock, unlock)		guard(mutex)(&m);	to the end of the block
 *							scoped_guard(spinlock, &l) { … }
 *	DEFINE_GUARD_COND(name, _ext, trylock)		scoped_cond_guard(mutex_try, return -EBUSY, &m) { … }
 *
 * Variables are undone in the reverse order of their definitions. A class `name` consists of the
 * type class_<name>_t and the functions class_<name>_constructor() and _destructor(); a guard has
 * class_<name>_lock_ptr() besides, which is NULL if the lock was not taken.
 *
 * goto out of a scope runs what is due; into one is the programmer's error. Contexts: those of the
 * functions that are named.
 */
#ifndef LINUX_CLEANUP_H
#define LINUX_CLEANUP_H

#include <linux/compiler.h>
#include <linux/types.h>

#define __cleanup(func) __maybe_unused __attribute__((__cleanup__(func)))

/* --- pointers and the like --- */

/* `free`: a statement about _T, a copy of the variable's value. */
#define DEFINE_FREE(name, type, free)                            \
	static __maybe_unused inline void __free_##name(void *p) \
	{                                                        \
		type _T __maybe_unused = *(type *)p;             \
		free;                                            \
	}
#define __free(name) __cleanup(__free_##name)

static inline __must_check const volatile void *__must_use(const volatile void *p)
{
	return p;
}

/* The value of variable `p`, which is `none` from now on. */
#define __take_value(p, none)                \
	({                                   \
		__auto_type __at = &(p);     \
		__typeof__(p) __val = *__at; \
		*__at = (none);              \
		__val;                       \
	})

/* The pointer; its variable is NULL from now on, so that nothing is freed. */
#define no_free_ptr(p) ((__typeof__(p))(unsigned long)__must_use(__take_value(p, NULL)))
#define return_ptr(p)  return no_free_ptr(p)
/* Somebody else has the pointer now. */
#define retain_and_null_ptr(p) ((void)__take_value(p, NULL))

/* --- classes --- */

#define DEFINE_CLASS(name, type, exit, init, args...)                                 \
	typedef type class_##name##_t;                                                \
	static __maybe_unused __always_inline void class_##name##_destructor(type *p) \
	{                                                                             \
		type _T __maybe_unused = *p;                                          \
		exit;                                                                 \
	}                                                                             \
	static __maybe_unused __always_inline type class_##name##_constructor(args)   \
	{                                                                             \
		type t = init;                                                        \
                                                                                      \
		return t;                                                             \
	}

/* Another constructor of a class: class name##ext. */
#define EXTEND_CLASS(name, ext, init, args...)                                                  \
	typedef class_##name##_t class_##name##ext##_t;                                         \
	static __maybe_unused __always_inline void class_##name##ext##_destructor(              \
		class_##name##_t *p)                                                            \
	{                                                                                       \
		class_##name##_destructor(p);                                                   \
	}                                                                                       \
	static __maybe_unused __always_inline class_##name##_t class_##name##ext##_constructor( \
		args)                                                                           \
	{                                                                                       \
		class_##name##_t t = init;                                                      \
                                                                                                \
		return t;                                                                       \
	}

#define CLASS(name, var) \
	class_##name##_t var __cleanup(class_##name##_destructor) = class_##name##_constructor

/* --- guards --- */

#define __DEFINE_LOCK_PTR(name, expression)                                                       \
	static __maybe_unused __always_inline void *class_##name##_lock_ptr(class_##name##_t *_T) \
	{                                                                                         \
		return (void *)(unsigned long)(expression);                                       \
	}

/* `lock`, `unlock`: of _T, a pointer of `type`. */
#define DEFINE_GUARD(name, type, lock, unlock)      \
	DEFINE_CLASS(                               \
		name, type, if (_T) { unlock; }, ({ \
			lock;                       \
			_T;                         \
		}),                                 \
		type _T)                            \
	__DEFINE_LOCK_PTR(name, *_T)

/* A guard name##ext that may fail: `condlock` says whether the lock was taken. */
#define DEFINE_GUARD_COND(name, ext, condlock)                                    \
	EXTEND_CLASS(name, ext, ({                                                \
			     void *_t = _T;                                       \
			     if (_T && !(condlock))                               \
				     _t = NULL;                                   \
			     _t;                                                  \
		     }),                                                          \
		     class_##name##_t _T)                                         \
	static __maybe_unused __always_inline void *class_##name##ext##_lock_ptr( \
		class_##name##_t *_T)                                             \
	{                                                                         \
		return class_##name##_lock_ptr(_T);                               \
	}

/* With words of its own (interrupt flags): members of _T. Its lock is _T->lock, a `type` *. */
#define __DEFINE_LOCK_STRUCT(name, type, unlock, members...)                                       \
	typedef struct {                                                                           \
		type *lock;                                                                        \
		members;                                                                           \
	} class_##name##_t;                                                                        \
	static __maybe_unused __always_inline void class_##name##_destructor(class_##name##_t *_T) \
	{                                                                                          \
		if (_T->lock) {                                                                    \
			unlock;                                                                    \
		}                                                                                  \
	}                                                                                          \
	__DEFINE_LOCK_PTR(name, _T->lock)

#define DEFINE_LOCK_GUARD_1(name, type, _lock, _unlock, members...)                                \
	__DEFINE_LOCK_STRUCT(name, type, _unlock, members)                                         \
	static __maybe_unused __always_inline class_##name##_t class_##name##_constructor(type *l) \
	{                                                                                          \
		class_##name##_t _t = { .lock = l }, *_T = &_t;                                    \
                                                                                                   \
		_lock;                                                                             \
		return _t;                                                                         \
	}

#define DEFINE_LOCK_GUARD_1_COND(name, ext, condlock)                             \
	EXTEND_CLASS(name, ext, ({                                                \
			     class_##name##_t _t = { .lock = l }, *_T = &_t;      \
			     if (_T->lock && !(condlock))                         \
				     _T->lock = NULL;                             \
			     _t;                                                  \
		     }),                                                          \
		     __typeof__(((class_##name##_t *)NULL)->lock) l)              \
	static __maybe_unused __always_inline void *class_##name##ext##_lock_ptr( \
		class_##name##_t *_T)                                             \
	{                                                                         \
		return class_##name##_lock_ptr(_T);                               \
	}

/* Without a lock to name: preemption, RCU. */
#define DEFINE_LOCK_GUARD_0(name, _lock, _unlock, members...)                                   \
	__DEFINE_LOCK_STRUCT(name, void, _unlock, members)                                      \
	static __maybe_unused __always_inline class_##name##_t class_##name##_constructor(void) \
	{                                                                                       \
		class_##name##_t _t = { .lock = (void *)1 }, *_T __maybe_unused = &_t;          \
                                                                                                \
		_lock;                                                                          \
		return _t;                                                                      \
	}

#define __guard_ptr(name) class_##name##_lock_ptr
#define guard(name)	  CLASS(name, __UNIQUE_ID(guard))

/* For one statement, which may leave early. */
#define scoped_guard(name, args...)                                                     \
	for (bool __once = true; __once; __once = false)                                \
		for (CLASS(name, __scope)(args); __once && __guard_ptr(name)(&__scope); \
		     __once = false)

/* The same with a lock that may not be had: then `fail`, a statement that leaves. */
#define scoped_cond_guard(name, fail, args...)                           \
	for (bool __once = true; __once; __once = false)                 \
		for (CLASS(name, __scope)(args); __once; __once = false) \
			if (!__guard_ptr(name)(&__scope)) {              \
				fail;                                    \
			} else

#endif
