/* SPDX-License-Identifier: MIT */
/* What the files of the process half offer each other. Private to this folder. */
#ifndef HOST_PROCESS_H
#define HOST_PROCESS_H

#define KIB 1024UL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define HOLE_START (3 * GIB) /* no RAM from here … */
#define HOLE_END   (4 * GIB) /* … to here, as on a PC */

#define INFO_PHYS     0x10000UL /* where the loader's word to the kernel stands … */
#define INFO_END      0x80000UL /* … up to here at most */
#define BOOT_LINE_MAX 2048
#define MODULES_MAX   16

/* Exit status of a run that did not end by itself; the others are host_exit()'s. */
#define STATUS_INCOMPLETE 3
#define STATUS_UNUSABLE	  4

/* What the command line asks for. */
struct machine {
	int junk;	    /* RAM starts full of it */
	unsigned long seed; /* of evictions; 0: any */
	unsigned int nr_modules;
	const char *module[MODULES_MAX]; /* files */
	char line[BOOT_LINE_MAX];
};

extern int ram_fd;	 /* the file that is RAM: offset = physical address */
extern int host_fuzzing; /* a fuzzer has the timer, and wants to know of any end by abort() */

/* main.c, fuzz.c: what complaints begin with, and where one may read on. */
extern const char program_name[], program_help[];

/* complain.c: the command line is wrong; what it names is. */
void bad_usage(const char *fmt, ...) __attribute__((__noreturn__, __format__(__printf__, 1, 2)));
void unusable(const char *fmt, ...) __attribute__((__noreturn__, __format__(__printf__, 1, 2)));

/* start.c: the machine for a fuzz target; all that precedes host_enter_kernel(). */
void fuzz_machine(struct machine *m, const char *target);
void make_machine(const struct machine *m, char **argv, unsigned long long cycles);

/* replay.c: the files that host_fuzz_input() will hand out. */
void replay_files(int n, char **names);

/* memory.c, in the order of a start. make_ram() is host_ram's beginning. */
void size_ram(void);
void reserve_regions(char **argv);
void make_ram(void);
void fill_ram(void);
void move_image(void);

/* map.c: the memory map as the loader tells it, and what follows from it. */
#define MAP_USABLE   1
#define MAP_ROWS_MAX 16384
struct map_row {
	unsigned long start, size;
	unsigned int type;
};
const char *parse_number(const char *text, unsigned long *n);
void map_from_size(unsigned long mem);
void map_from_text(const char *spec);
const struct map_row *map_rows(unsigned int *nr);
/* Where RAM must end, if the kernel can reach up to `limit`; where a module of `size` bytes goes, or 0. */
unsigned long map_ram_end(unsigned long limit);
unsigned long map_place(unsigned long size);

/* firmware.c: the start information, at INFO_PHYS. */
void write_boot_info(const struct machine *m);

/*
 * input.c: a regular file that the command line names behind `option`, and its size; all of it, and
 * the file closed.
 */
int input_open(const char *option, const char *path, unsigned long *size);
void input_read(int fd, const char *path, unsigned char *to, unsigned long size);

/* os.c: say what could not be done, and why; end the process. */
void die(const char *what) __attribute__((__noreturn__));

/*
 * checker.c: the last thing on the process's own stack, before CPU `cpu`'s; may the process start
 * itself again; are mappings at `va` to stay; somebody unmapped [va, va + size).
 */
void checker_leave_stack(unsigned int cpu);
int checker_allows_exec(void);
int checker_wires(unsigned long va);
void checker_unmapped(unsigned long va, unsigned long size);

/* signals.c: the handlers, and the calling thread's signal stack; the latter alone for other threads. */
#define SIGNAL_TICK SIGALRM
#define SIGNAL_CALL SIGUSR1
void signals_init(void);
void signals_init_thread(void);

/* cpus.c: the calling thread is CPU 0. */
void cpus_init(void);

#endif
