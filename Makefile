# SPDX-License-Identifier: MIT
#
# Quarry's one Makefile. `make help` lists the targets; the README explains them.

MEM     ?= 512M
SMP     ?= 1
UEFI    ?= 0
ARGS    ?=
BUILD   ?= release
ACCEL   ?= tcg
TIMEOUT ?= 120
CROSS_COMPILE ?= x86_64-linux-gnu-

# KASAN=1 and UBSAN=1, or both, are builds of their own (arch/x86_64/kasan, lib/ubsan): BUILD=kasan, ubsan or kasan-ubsan, and
# -debug behind it.
sanitizers := $(if $(filter 1 y yes,$(KASAN)),kasan) $(if $(filter 1 y yes,$(UBSAN)),ubsan)
ifneq ($(strip $(sanitizers)),)
override BUILD := $(subst $() ,-,$(strip $(sanitizers) $(filter debug,$(subst -, ,$(BUILD)))))
endif

# Each variant has a folder of its own, so switching between them rebuilds nothing.
variant := $(if $(LLVM),clang,gcc)-$(BUILD)
O       ?= build$(if $(filter gcc-release,$(variant)),,/$(variant))

ifneq ($(filter-out release debug $(foreach b,kasan ubsan kasan-ubsan,$b $b-debug),$(BUILD)),)
$(error BUILD=$(BUILD) is unknown: use BUILD=release or BUILD=debug, with KASAN=1, UBSAN=1, both or neither)
endif
with_kasan := $(filter kasan%,$(BUILD))
with_ubsan := $(filter %ubsan %ubsan-debug,$(BUILD))
# An image that doesn't fit below 8 MiB (linker.ld).
large_image := $(with_kasan)$(with_ubsan)
ifdef LLVM
CC      := clang --target=$(if $(with_kasan),x86_64-linux-gnu,x86_64-elf)
LD      := ld.lld
NM      := llvm-nm
OBJCOPY := llvm-objcopy
need_cc := llvm
else
CC      := $(CROSS_COMPILE)gcc
LD      := $(CROSS_COMPILE)ld.bfd
NM      := $(CROSS_COMPILE)nm
OBJCOPY := $(CROSS_COMPILE)objcopy
need_cc := gcc
endif
NASM    ?= nasm
AWK     ?= awk

ELF := $(O)/quarry.elf
ISO := $(O)/quarry.iso

# --- what is built: every .c and .asm of the kernel's rooms ---
rooms   := boot arch/x86_64 arch/common mm lib tests/lib tests/arch tests/boot tests/mm tests/bench tests/bugs tests/soak tests/conform/rows
rooms   += $(if $(with_ubsan),tests/ubsan)
csrc    := $(sort $(shell find $(rooms) -name "*.c" $(if $(with_kasan),,-not -path '*/kasan/*') 2>/dev/null) $(wildcard tests/*.c))
csrc    := $(filter-out $(if $(with_ubsan),,lib/ubsan/%),$(csrc))
asmsrc  := $(sort $(shell find $(rooms) -name '*.asm' 2>/dev/null))
objs    := $(csrc:%.c=$(O)/%.o) $(asmsrc:%.asm=$(O)/%.asm.o)

# --- how ---
cflags = -std=gnu17 -g -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
	  -Wno-address-of-packed-member -Wno-missing-field-initializers -Wno-type-limits \
	  -ffreestanding -nostdinc -isystem $(compiler_headers) -fno-pic -fno-pie -mcmodel=kernel \
	  -mno-red-zone -mgeneral-regs-only -fno-asynchronous-unwind-tables -fcf-protection=none \
	  -fno-omit-frame-pointer -fno-strict-aliasing -fno-strict-overflow -fno-common \
	  $(protector) -ffile-prefix-map=$(CURDIR)/= \
	  $(if $(filter %debug,$(BUILD)),-Og -DQUARRY_DEBUG,-O2) $(if $(filter mutate,$(SAN)),$(san_mutate_kernel))
# Asked when the first recipe needs it, not while this file is read: there may be no compiler before `tools`.
compiler_headers = $(eval compiler_headers := $(shell $(CC) -print-file-name=include))$(compiler_headers)
# Who overruns an array on the stack meets the canary (arch/x86_64/canary.c).
protector = -fstack-protector-strong $(if $(LLVM),-mstack-protector-guard=global,-mstack-protector-guard=tls \
	    -mstack-protector-guard-reg=gs -mstack-protector-guard-symbol=__stack_chk_guard)
# A tail call leaves no frame, so stacks in reports would miss whoever made it: only the two hottest files may.
# A function split in two (gcc's partial inlining) would see itself as its caller.
full_trace = $(if $(filter mm/slab.c mm/kmalloc.c,$1),,\
	       -fno-optimize-sibling-calls $(if $(LLVM),,-fno-partial-inlining))
# UBSAN=1: a test in front of what C leaves undefined (lib/ubsan/ubsan.c says what of it there is in a kernel). The
# functions that are called when one fails are not tested themselves. Their own suite has what they report, and so wants
# overflow to be undefined too, and clang to look at conversions.
ubsan_checks = -fsanitize=undefined $(if $(LLVM),-fno-sanitize=function,-fsanitize=bounds-strict) $(ubsan_quiet)
# Warnings that come of the tests: of what would follow where one fails.
ubsan_quiet  := $(if $(LLVM),,-Wno-array-bounds -Wno-stringop-overflow -Wno-maybe-uninitialized)
ubsan_suite  := -fno-wrapv $(if $(LLVM),-fsanitize=implicit-conversion -Wno-unused-command-line-argument,-fno-wrapv-pointer)
# The hottest files put a canary into functions with arrays only, and not into all that hand out a local's address.
checks = $(if $(filter mm/slab.c mm/slab_pages.c mm/kmalloc.c mm/page_alloc.c lib/xarray/%,$1),-fstack-protector) $(if $(with_ubsan),$(if $(filter lib/ubsan/% tests/mm/kasan_test.c,$1)$(if $(with_kasan),$(filter-out tests/ubsan/%,$(filter tests/%,$1))),,$(ubsan_checks)) $(if $(filter tests/ubsan/%,$1),$(ubsan_suite)))

# -fno-ipa-sra: else gcc moves loads out of functions that are not checked into those that are.
# What checks accesses; not arch/x86_64/kasan and mm/kasan_*.c, which are what it calls. (In a build with both, the bugs that the
# suite of one plants are not the other's, and tests are checked by KASAN alone: the build is short enough then.) Everything in line, as code is the cheaper.
kasan_offset := 0xdffffc0000000000
kasan_checks := -fsanitize=kernel-address $(if $(LLVM),\
	  -mllvm -asan-mapping-offset=$(kasan_offset) -mllvm -asan-stack=1 -mllvm -asan-globals=1 \
	  -mllvm -asan-instrumentation-with-call-threshold=10000 -mllvm -asan-instrument-dynamic-allocas=1,\
	  -fasan-shadow-offset=$(kasan_offset) --param=asan-stack=1 --param=asan-globals=1 \
	  --param=asan-instrumentation-with-call-threshold=10000 --param=asan-instrument-allocas=1 -fno-ipa-sra)
kasan_flags   = $(if $(with_kasan),-DCONFIG_KASAN $(if $(findstring /kasan/,$1)$(filter mm/kasan_% tests/ubsan/%,$1),,$(kasan_checks)))

# Which headers a room can see at all; tests/check/includes looks closer.
see_base  := -Ilib/include -Iarch/x86_64/include -Iarch/common/include
see_mm    := $(see_base) -Imm/include
see_all   := $(see_mm) -Iboot/include -I.
includes   = $(if $(filter mm/%,$1),$(see_mm),$(if $(filter arch/%,$1),$(see_base) -I.,\
	       $(if $(filter lib/base/% lib/sync/% lib/report/% lib/ubsan/%,$1),$(see_base),$(see_all))))

ldflags := -nostdlib -static -no-pie -z max-page-size=0x1000 -z noexecstack --build-id=none \
	   $(if $(large_image),--defsym=LARGE_IMAGE=1) $(if $(with_kasan),--defsym=KASAN_BUILD=1) -T linker.ld

.PHONY: all kernel iso run test test-all debug bench clean format help tools
.DELETE_ON_ERROR:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules

all: kernel

help:
	@echo 'make run       boot the ISO in QEMU, run the self-tests, print the state'
	@echo 'make run M=dir compile the kernel modules in a folder, run them, say what they leave behind; M= may repeat'
	@echo 'make run DECODE=1   the same, with file and line for each function in a stack; make decode LOG=file afterwards'
	@echo 'make test      everything that must pass; closes with "N passed, N failed"'
	@echo 'make test-all  the long forms as well'
	@echo 'make debug     QEMU halted at reset with gdb on top'
	@echo 'make bench     workloads under -icount beside Linux figures (table and CSV)'
	@echo 'make host      the kernel as a Linux process, build/host/quarry --help; SAN=asan|tsan|memcheck|gcov for a tool, VALGRIND=1 is SAN=memcheck'
	@echo 'make asan, tsan, memcheck    the self-tests of the process under that tool, and planted bugs it must see'
	@echo 'make fuzz      FUZZ=boot|buddy|slab|vmalloc|vma|module TIME=60 SEED=: libFuzzer with a model'
	@echo 'make mutate    MUTATE="slab vma" JOBS=2: break mm/ on purpose; the self-tests must notice'
	@echo 'make coverage  lines and branches of mm/ that the self-tests run       make analyze   static analysis'
	@echo 'make soak      TIME=600 SMP=4 SEED=: everything at once with failures, on all CPUs; SOAK=host|asan|tsan: as a process'
	@echo 'make conform-linux  the rows of tests/conform answered by Linux 6.12 itself and by Quarry, side by side'
	@echo 'make port-example   mm/ in an ordinary program, by the smallest port'
	@echo 'make iso       build/quarry.iso       make kernel   build/quarry.elf'
	@echo 'make format    clang-format the sources    make clean   remove build/'
	@echo 'variables: KASAN=1 UBSAN=1 MEM=512M SMP=1 UEFI=1 ARGS="boot line" BUILD=release|debug LLVM=1 ACCEL=tcg|kvm CROSS_COMPILE='

kernel: $(ELF)
iso: $(ISO)

# What a build is made with. Two files hold it, and are rewritten only when it changes: other flags compile everything
# again; other link options, or a source that came or went, link again.
tools:
	@tests/packages --need build --need $(need_cc)
$(O)/flags: tools
	@$(call keep,$(CC) $(cflags) $(call full_trace,) $(call checks,) $(call kasan_flags,) $(see_all))
$(O)/link: tools
	@$(call keep,$(LD) $(ldflags) $(objs))
keep = mkdir -p $(O); echo '$1' | cmp -s - $@ || echo '$1' > $@

$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(cflags) $(call full_trace,$<) $(call checks,$<) $(call kasan_flags,$<) $(call includes,$<) -MMD -MP -c $< -o $@

$(O)/%.asm.o: %.asm $(O)/flags
	@mkdir -p $(@D)
	@echo "  NASM  $<"
	@$(NASM) -f elf64 -Wall $(if $(LLVM),-DGUARD_IS_GLOBAL) $(if $(large_image),-DLARGE_IMAGE) $(if $(with_kasan),-DKASAN) -MD $(@:.o=.d) -MP -o $@ $<

# The symbol table is part of the image. Its size does not depend on the addresses, so the third link is final:
# one without symbols, one with the table in place, one with the right addresses in it.
$(O)/ksyms0.asm: arch/common/ksyms.awk | tools
	@mkdir -p $(O)
	@$(AWK) -v base=0x80000000 -f arch/common/ksyms.awk < /dev/null > $@
$(O)/ksyms%.o: $(O)/ksyms%.asm
	@$(NASM) -f elf64 -o $@ $<
$(O)/link0.elf: $(objs) $(O)/ksyms0.o $(O)/link linker.ld
	@$(LD) $(ldflags) -o $@ $(objs) $(O)/ksyms0.o
$(O)/ksyms1.asm: $(O)/link0.elf arch/common/ksyms.awk
	@$(NM) -n $< | $(AWK) -v base=0x80000000 -f arch/common/ksyms.awk > $@
$(O)/link1.elf: $(O)/ksyms1.o
	@$(LD) $(ldflags) -o $@ $(objs) $(O)/ksyms1.o
$(O)/ksyms2.asm: $(O)/link1.elf
	@$(NM) -n $< | $(AWK) -v base=0x80000000 -f arch/common/ksyms.awk > $@
$(ELF): $(O)/ksyms2.o
	@echo "  LD    $@"
	@$(LD) $(ldflags) -o $@ $(objs) $(O)/ksyms2.o

# --- make run M=folder [M=folder …]: your own modules (lib/module/kbuild.mk says what a folder may hold) ---
# make keeps the last of several M= only; the command line has them all.
given_M := $(shell tr '\0' '\n' </proc/$$PPID/cmdline 2>/dev/null | sed -n 's/^M=//p')
M_dirs  := $(if $(M),$(if $(filter $(lastword $(M)),$(given_M)),$(given_M),$(M)))
# The kernel's own flags; that a warning is an error is the kernel's own rule. Sizes that are too large fail when
# they are asked for; as with Linux, the compiler does not speak of them beforehand.
module_flags = $(filter-out -Werror -Wextra,$1) $(if $(LLVM),,-Wno-alloc-size-larger-than)
# As many files as a boot takes, but for iso/module.txt, which comes first.
modules_max = $$(($$(sed -n 's/^.define BOOT_MAX_MODULES //p' boot/include/boot/bootinfo.h) - 1))
# Where they go: what builds some beside others names a folder of its own.
M_to    ?= $(O)/modules
# modules FOLDER-FOR-OUTPUT,COMPILER,LINKER,FLAGS
modules = +@rm -rf $1; mkdir -p $1; : > $1/list; $(foreach d,$(M_dirs),$(MAKE) -s --no-print-directory \
	  -f lib/module/kbuild.mk M= DIR='$d' OUT='$1' CC='$2' LD='$3' FLAGS='$4' &&) \
	  if [ $$(wc -l <$1/list) -gt $(modules_max) ]; then \
		  echo "M=: $$(wc -l <$1/list) modules, and one boot takes $(modules_max): name fewer folders at once" >&2; exit 1; fi
# Tests of the kernel run beside modules only if ARGS asks for them.
M_args  = $(if $(findstring test=,$(ARGS)),,test=none )

.PHONY: modules
modules: $(O)/flags
	$(call modules,$(M_to),$(CC),$(LD),$(call module_flags,$(cflags)) $(call full_trace,) $(call checks,) $(call kasan_flags,) $(see_mm))

$(ISO): $(ELF) iso/grub.cfg iso/module.txt iso/mkiso
	@tests/packages --need iso
	@echo "  ISO   $@"
	@OBJCOPY=$(OBJCOPY) iso/mkiso $@ $(ELF) iso/module.txt

run_options = --elf $(ELF) --iso-file $(if $(M_dirs),$(M_to)/quarry.iso,$(ISO)) --mem $(MEM) --smp $(SMP) --accel $(ACCEL) \
	      --timeout $(TIMEOUT) --args '$(if $(M_dirs),$(M_args))$(subst ','\'',$(ARGS))' \
	      $(if $(filter 1 y yes,$(UEFI)),--uefi) $(if $(filter 1 y yes,$(DECODE)),--decode)

ifeq ($(M_dirs),)
run: $(ISO)
	@tests/packages --need run
	@tests/run --iso $(run_options)
else
run: $(ELF) modules
	@tests/packages --need iso --need run
	@OBJCOPY=$(OBJCOPY) iso/mkiso $(M_to)/quarry.iso $(ELF) iso/module.txt $$(cat $(M_to)/list)
	@tests/run --iso $(run_options)
endif

# All at once: two programs that install something at the same time would be in each other's way.
test_needs := $(addprefix --need ,build llvm iso run test host asan tsan memcheck fuzz coverage mutate analyze)

test:
	@tests/packages $(test_needs)
	@tests/all

test-all:
	@tests/packages $(test_needs)
	@tests/all --long

debug: $(ISO)
	@tests/packages --need debug
	@tests/gdb/debug $(run_options)

bench: $(ELF)
	@tests/packages --need run
	@tests/bench/run --elf $(ELF) --out $(O)

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build

-include $(objs:.o=.d)

include arch/host/host.mk $(wildcard tests/*/*.mk)
