/* SPDX-License-Identifier: MIT */
/*
 * The words of the thread that is this CPU, one instruction each. In assembly, since a task may go
 * on at another CPU wherever it sleeps: to the compiler the address of a thread-local variable never
 * changes within a function, so it may keep it in a register, and write another CPU's word.
 *
 * Private to arch/host.
 */
#ifndef ASM_TLS_H
#define ASM_TLS_H

#define TLS_OPERAND(name) "%%fs:" #name "@tpoff"

/* The unused operand says what is read, so that a value isn't kept across what may change it. */
#define tls_read(name)                                                              \
	({                                                                          \
		__typeof__((name) + 0) __tls;                                       \
		__asm__("mov " TLS_OPERAND(name) ", %0" : "=r"(__tls) : "m"(name)); \
		__tls;                                                              \
	})

#define tls_read_volatile(name)                                                      \
	({                                                                           \
		__typeof__((name) + 0) __tls;                                        \
		__asm__ __volatile__("mov " TLS_OPERAND(name) ", %0" : "=r"(__tls)); \
		__tls;                                                               \
	})

#define tls_write(name, v)                                      \
	__asm__ __volatile__("mov %0, " TLS_OPERAND(name)       \
			     :                                  \
			     : "r"((__typeof__((name) + 0))(v)) \
			     : "memory")

/* What was there. */
#define tls_xchg(name, v)                                                                       \
	({                                                                                      \
		__typeof__((name) + 0) __tls = (v);                                             \
		__asm__ __volatile__("xchg %0, " TLS_OPERAND(name) : "+r"(__tls) : : "memory"); \
		__tls;                                                                          \
	})

#endif
