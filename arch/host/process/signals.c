// SPDX-License-Identifier: MIT
/*
 * Signals become traps and interrupts.
 *
 * All handlers run on a stack of their own with everything blocked, and are short: a TLB miss is
 * filled there and then; anything else is written as a frame onto the stack that was interrupted,
 * the thread's registers are bent towards trap_common (entry.S), and the handler returns. So no
 * kernel code but the walker ever runs inside a signal handler.
 *
 * The handlers are installed by the bare system call, since the C library's function may be a
 * sanitizer's, which holds signals back and hands out copies of the registers.
 *
 * A signal that strikes where the kernel half can't take it (a bug of the process half's own) gets
 * its default action back and strikes again: the process ends as any other would.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include "../host.h"
#include "process.h"

#define SIGNAL_STACK (256UL << 10)
#define TRAP_PF	     14
#define PF_USER	     4
#define FLAG_TF	     (1L << 8)
#define FLAG_DF	     (1L << 10)

static void save_frame(struct host_frame *f, const greg_t *g, unsigned long vector)
{
	*f = (struct host_frame){
		.r15 = g[REG_R15],
		.r14 = g[REG_R14],
		.r13 = g[REG_R13],
		.r12 = g[REG_R12],
		.bp = g[REG_RBP],
		.bx = g[REG_RBX],
		.r11 = g[REG_R11],
		.r10 = g[REG_R10],
		.r9 = g[REG_R9],
		.r8 = g[REG_R8],
		.ax = g[REG_RAX],
		.cx = g[REG_RCX],
		.dx = g[REG_RDX],
		.si = g[REG_RSI],
		.di = g[REG_RDI],
		.vector = vector,
		.error = g[REG_ERR],
		.ip = g[REG_RIP],
		.flags = g[REG_EFL],
		.sp = g[REG_RSP],
	};
	f->cs = g[REG_CSGSFS] & 0xffff;
	f->ss = (unsigned long)g[REG_CSGSFS] >> 48;
}

/* What the system call takes, which is not the C library's struct sigaction. */
struct kernel_sigaction {
	void (*handler)(int sig, siginfo_t *info, void *context);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

#define SA_RESTORER 0x04000000UL

void signal_return(void);
__asm__(".pushsection .text\n"
	".type signal_return, @function\n"
	"signal_return: movq $15, %rax\n\t" /* SYS_rt_sigreturn */
	"syscall\n"
	".popsection");

/* Everything is blocked while a handler runs. NULL: the default action. */
static void handle(int sig, void (*handler)(int sig, siginfo_t *info, void *context))
{
	struct kernel_sigaction sa = { .handler = handler,
				       .flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_RESTORER,
				       .restorer = signal_return,
				       .mask = ~0UL };

	if (syscall(SYS_rt_sigaction, sig, &sa, NULL, sizeof(sa.mask)))
		die("a signal can't be handled");
}

/* Send the interrupted thread to the kernel's handler; 0: it can't be. */
static int deliver(greg_t *g, unsigned long vector, unsigned long addr)
{
	struct host_frame f;
	unsigned long sp, entry;

	save_frame(&f, g, vector);
	sp = host_deliver(&f, addr, &entry);
	if (!sp)
		return 0;
	g[REG_RSP] = (greg_t)sp;
	g[REG_RIP] = (greg_t)entry;
	g[REG_EFL] &= ~(FLAG_TF | FLAG_DF);
	return 1;
}

/*
 * valgrind finds itself that code can't be fetched, and says so without the CPU's words: vector 0, which
 * no other SIGSEGV has.
 */
static void complete_fetch(int sig, const siginfo_t *info, greg_t *g)
{
	if (sig != SIGSEGV || g[REG_TRAPNO] || info->si_code <= 0)
		return;
	g[REG_TRAPNO] = TRAP_PF;
	g[REG_ERR] = PF_USER | HOST_PF_EXEC;
}

static void on_trap(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	unsigned long vector, addr;

	complete_fetch(sig, info, g);
	vector = (unsigned long)g[REG_TRAPNO];
	addr = vector == TRAP_PF ? (unsigned long)info->si_addr : 0;
	if (sig == SIGSEGV && vector == TRAP_PF && host_tlb_miss(addr, (unsigned long)g[REG_ERR]))
		return;
	if (!deliver(g, vector, addr))
		handle(sig, NULL);
}

static void on_interrupt(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
	unsigned long vector = sig == SIGNAL_TICK ? HOST_VECTOR_TIMER : HOST_VECTOR_CALL;

	(void)info;
	if (host_interrupt(vector, (unsigned long)g[REG_RIP], (unsigned long)g[REG_RSP]))
		deliver(g, vector, 0);
}

void signals_init_thread(void)
{
	stack_t stack = { .ss_size = SIGNAL_STACK };

	stack.ss_sp = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL))
		die("no signal stack");
}

void signals_init(void)
{
	static const int traps[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };

	signals_init_thread();
	for (unsigned int i = 0; i < sizeof(traps) / sizeof(traps[0]); i++)
		handle(traps[i], on_trap);
	if (!host_fuzzing)
		handle(SIGNAL_TICK, on_interrupt);
	handle(SIGNAL_CALL, on_interrupt);
}
