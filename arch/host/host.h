/* SPDX-License-Identifier: MIT */
/*
 * Where the two halves of the port meet: the half that is an ordinary C program (process/: libc, no
 * header of the kernel's) and the half that is kernel (the others: freestanding, no libc). Plain C types
 * only, so that both can include it.
 */
#ifndef HOST_H
#define HOST_H

#define HOST_PAGE 4096UL

/*
 * A CPU is a thread; this many at most. Each has two stacks inside the kernel's image, each above a
 * guard page: [guard | stack | guard | stack for overflows].
 */
#define HOST_CPUS	    4
#define HOST_STACK	    65536
#define HOST_OVERFLOW_STACK 32768
#define HOST_CPU_STACKS	    (2 * 4096 + HOST_STACK + HOST_OVERFLOW_STACK)
#define HOST_STACK_TOP	    (4096 + HOST_STACK) /* from the beginning of a CPU's part */

#ifndef __ASSEMBLER__

/* What a signal interrupted: the layout of struct pt_regs (asm/ptrace.h). */
struct host_frame {
	unsigned long r15, r14, r13, r12;
	unsigned long bp, bx;
	unsigned long r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di;
	unsigned long vector;
	unsigned long error;
	unsigned long ip, cs, flags, sp, ss;
};

/* Interrupts: one that can't be taken is bit (vector - HOST_VECTOR_TIMER) of the CPU's pending word. */
#define HOST_VECTOR_TIMER 0x20
#define HOST_VECTOR_CALL  0x21

/* Bits of the error code of a page fault, as Linux hands them over. */
#define HOST_PF_WRITE 2UL
#define HOST_PF_EXEC  16UL

enum host_prot { HOST_R = 1, HOST_W = 2, HOST_X = 4 };

/* ---- process/os.c: what the kernel half asks of the process ---- */

/* RAM seen whole, whatever the tables say: for the table walker. Byte p is physical address p. */
extern unsigned char *host_ram;
extern unsigned long host_ram_size; /* of the file behind it; a multiple of the page size */
extern unsigned int host_cpu_khz;
extern unsigned long host_seed;
extern unsigned int host_nr_cpus; /* asked for; 1 … HOST_CPUS */

/* Let [va, va + size) show physical memory from `phys` on. If the process can't, it ends. */
void host_map(unsigned long va, unsigned long phys, unsigned long size, int prot);
/* What is mapped at [va, va + size) stays, with these rights. */
void host_protect(unsigned long va, unsigned long size, int prot);
/* Nothing is at [va, va + size) any more. */
void host_unmap(unsigned long va, unsigned long size);
void host_write(const char *s, unsigned long n);
unsigned long long host_clock_ns(void);

/* ---- process/cpus.c: threads ---- */

/* Start the thread that is CPU `cpu`: it comes in through host_enter_cpu(). */
void host_start_cpu(unsigned int cpu);
/* Ticks for the calling thread. */
void host_start_timer(unsigned int hz);
/* HOST_VECTOR_CALL for CPU `cpu`, which was started. */
void host_kick(unsigned int cpu);
/* Another thread may have the processor. */
void host_yield(void);
/* Sleep until a signal came, unless *pending is set already. */
void host_idle(volatile unsigned int *pending);
void host_exit(unsigned int code) __attribute__((__noreturn__));

/* process/checker.c: the kernel half runs, on the boot CPU's stack. */
void host_entered(void);

/* process/checker.c, tsan.c: what a checker is told of a thread of the kernel half. */
struct host_fiber {
	void *handle;
	unsigned int depth;
};
/* A thread gets the stack [low, high); the running context is one; one will not run again. */
void host_fiber_init(struct host_fiber *f, unsigned long low, unsigned long high);
void host_fiber_adopt(struct host_fiber *f);
void host_fiber_end(struct host_fiber *f, unsigned long low, unsigned long high);
/* The next thing is the switch to `to`, whose stack is [low, high). */
void host_fiber_switch(struct host_fiber *from, const struct host_fiber *to, unsigned long low,
		       unsigned long high);

/* ---- process/replay.c or process/fuzz.c: inputs for a fuzz target (tests/fuzz) ---- */

/*
 * The next input, valid until the next call; 0: there is none any more. The last one has passed.
 */
int host_fuzz_input(const unsigned char **data, unsigned long *size);
/* The input has failed, and why is printed. */
void host_fuzz_failed(void) __attribute__((__noreturn__));

/* ---- the kernel half, called by the process ---- */

/*
 * Run the kernel on its own stack: PVH start info at physical address `info`. Comes back never.
 */
void host_enter_kernel(unsigned long info, unsigned long long cycles) __attribute__((__noreturn__));

/* The same for the thread of another CPU. */
void host_enter_cpu(unsigned int cpu) __attribute__((__noreturn__));

/* The regions that must be free in the process, but for the image. */
enum {
	HOST_MODULES,
	HOST_PERCPU,
	HOST_VMEMMAP,
	HOST_VMALLOC,
	HOST_DIRECT_MAP,
	HOST_REGIONS
};
struct host_region {
	unsigned long start, size, needed; /* all of it, and what a run can't do without */
};
void host_regions(struct host_region regions[HOST_REGIONS]);

/* Where the image is, where its writable part starts, and where it is in physical memory. */
void host_image(unsigned long *start, unsigned long *data, unsigned long *end, unsigned long *phys);

/* The stacks that the kernel half runs on. */
enum host_stack { HOST_STACK_BOOT, HOST_STACK_OVERFLOW };
void host_stack(unsigned int cpu, enum host_stack which, unsigned long *low, unsigned long *high);

/*
 * A signal on the signal stack, everything blocked. host_tlb_miss(): the access can be tried again.
 * host_deliver(): the frame is on the stack where the kernel is to handle it; the new stack pointer,
 * and the address in *entry; 0: nobody is there to handle it.
 */
int host_tlb_miss(unsigned long addr, unsigned long error);
unsigned long host_deliver(const struct host_frame *f, unsigned long addr, unsigned long *entry);

/* An interrupt came: true if the frame should be delivered now, else it is noted as pending. */
int host_interrupt(unsigned long vector, unsigned long ip, unsigned long sp);

#endif /* !__ASSEMBLER__ */
#endif
