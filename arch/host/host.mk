# SPDX-License-Identifier: MIT
#
# `make host`: the kernel as a Linux process, build/host/quarry.
#
# Two halves. The kernel half is compiled as for the machine, but position independent, and pre-linked into one object
# whose names stay to itself, save those that arch/host/host.h declares; the process half is an ordinary C program.
#
# SAN=<tool> builds a variant of its own, build/host-<tool>: what the tool adds to the flags of either half and of the
# link stands in san_<tool>_kernel, san_<tool>_process and san_<tool>_link (and san_<tool>_asm, what entry.S is told); what
# modules are run by, and with, in san_<tool>_run and san_<tool>_args;
# sources that it must leave alone in san_<tool>_skip (patterns); arch/host/process/<tool>.c, if there is one, is part
# of the process half.

SAN   ?=
# VALGRIND=1: by the name of who runs it.
ifneq ($(filter 1 y yes,$(VALGRIND)),)
SAN   := memcheck
endif
H     ?= build/host$(SAN:%=-%)$(if $(filter gcc-release,$(variant)),,-$(variant))
HCC   ?= $(if $(LLVM),clang,gcc)
HLINK := $(HCC)

hk_san = $(if $(filter $(san_$(SAN)_skip),$<),,$(san_$(SAN)_kernel))

hk_src := $(filter-out arch/% tests/arch/x86_64/% tests/bugs/x86_64/%,$(csrc)) $(wildcard tests/host/*.c tests/fuzz/*.c) \
	  $(wildcard arch/host/*.c) $(wildcard arch/common/*.c)
# A tool may have a file of the process half to itself.
hp_tools := $(addprefix arch/host/process/,fuzz.c tsan.c)
hp_src := $(filter-out $(hp_tools),$(wildcard arch/host/process/*.c)) $(filter %/$(SAN).c,$(hp_tools))
# SAN=fuzz (tests/fuzz/fuzz.mk): libFuzzer's entry points in place of main(), and no suites of self-tests.
ifeq ($(SAN),fuzz)
hk_src := $(filter-out tests/lib/% tests/bugs/% tests/conform/% tests/boot/% tests/mm/% tests/arch/% tests/host/% %_bench.c,$(hk_src)) tests/lib/module_fixture.c
hp_src := $(filter-out %/main.c %/replay.c,$(hp_src))
endif
hk_cobj := $(hk_src:%.c=$(H)/%.o)
hk_obj := $(hk_cobj) $(H)/arch/host/entry.o
hp_obj := $(hp_src:%.c=$(H)/%.o)

# What the process half calls, and so the only names that leave the kernel half.
hk_exports := host_enter_kernel host_image host_regions host_enter_cpu host_tlb_miss host_deliver host_interrupt host_stack

hk_swap = $(subst -Iarch/x86_64/include,-Iarch/host/include,$1)
hk_cflags = $(filter-out -fno-pic -fno-pie -mcmodel=kernel -mstack-protector-guard% $(O)%,$(cflags)) -fPIE $(if $(LLVM),,-Wno-clobbered)
hp_cflags := -std=gnu17 -g -O2 -Wall -Wextra -Werror -fPIE -fno-omit-frame-pointer -fno-strict-aliasing
# The image's place in RAM (host.ld). AddressSanitizer's is so large that it would leave no memory below 16 MiB.
himage := $(if $(filter asan,$(SAN)),0x7e9001000000,0x7e9000200000)
hlink := -no-pie -nostartfiles -Wl,--no-relax -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack \
	 -Wl,-Ttext-segment=$(himage) -Wl,-T,arch/host/host.ld
hcrt = $(shell $(HLINK) -print-file-name=$1)

.PHONY: host
host: $(H)/quarry

host_key = $(HCC) $(hk_cflags) $(call checks,) $(hp_cflags) $(hlink) $(hk_obj) $(san_$(SAN)_kernel) $(san_$(SAN)_process) $(san_$(SAN)_link) $(san_$(SAN)_skip)

# Tools are what has a san_<tool>_kernel, wherever that stands: known when all makefiles are read.
host_tools = $(patsubst san_%_kernel,%,$(filter san_%_kernel,$(.VARIABLES)))
known_tool = $(if $(filter-out $(host_tools),$(SAN)),$(error SAN=$(SAN): no such tool; there are $(sort $(host_tools))))

$(H)/flags: tools
	$(known_tool)@tests/packages --need host
	@mkdir -p $(H); echo '$(host_key)' | cmp -s - $@ || \
		echo '$(host_key)' > $@

$(hk_cobj): $(H)/%.o: %.c $(H)/flags
	@mkdir -p $(@D)
	@echo "  HOST  $<"
	@$(HCC) $(hk_cflags) $(hk_san) $(hk_extra) $(call full_trace,$<) $(call checks,$<) $(call hk_swap,$(call includes,$<)) -MMD -MP -c $< -o $@

# The address of an absolute symbol (the image's physical start) comes out of the GOT.
$(H)/boot/main.o: hk_extra := -fPIC

$(H)/arch/host/entry.o: arch/host/entry.S $(H)/flags
	@mkdir -p $(@D)
	@$(HCC) $(san_$(SAN)_asm) -c -MMD -MP $< -o $@

$(hp_obj): $(H)/%.o: %.c $(H)/flags
	@mkdir -p $(@D)
	@echo "  HOST  $<"
	@$(HCC) $(hp_cflags) $(san_$(SAN)_process) -MMD -MP -c $< -o $@

$(H)/quarry.o: $(hk_obj) $(H)/flags
	@ld -r -o $(H)/all.o $(hk_obj)
	@objcopy $(hk_exports:%=--keep-global-symbol=%) $(H)/all.o $@
	@rm -f $(H)/all.o

define hlink_with
@$(HLINK) $(hlink) -o $@ $(call hcrt,Scrt1.o) $(call hcrt,crti.o) $(call hcrt,crtbeginS.o) $(hp_obj) $(H)/quarry.o \
	$(H)/$1.o $(call hcrt,crtendS.o) $(call hcrt,crtn.o) $(san_$(SAN)_link)
endef

# As for the machine (see Makefile): the third link has the right addresses in its symbol table.
$(H)/ksyms0.asm: arch/common/ksyms.awk
	@mkdir -p $(H)
	@$(AWK) -v base=0 -f $< < /dev/null > $@
$(H)/ksyms%.o: $(H)/ksyms%.asm
	@$(NASM) -f elf64 -o $@ $<
$(H)/link0: $(hp_obj) $(H)/quarry.o $(H)/ksyms0.o arch/host/host.ld
	$(call hlink_with,ksyms0)
$(H)/ksyms1.asm: $(H)/link0 arch/common/ksyms.awk
	@nm -n $< | $(AWK) -v base=0 -f arch/common/ksyms.awk > $@
$(H)/link1: $(H)/ksyms1.o
	$(call hlink_with,ksyms1)
$(H)/ksyms2.asm: $(H)/link1
	@nm -n $< | $(AWK) -v base=0 -f arch/common/ksyms.awk > $@
$(H)/quarry: $(H)/ksyms2.o
	@echo "  LD    $@"
	$(call hlink_with,ksyms2)

# --- make host M=folder …: the same modules in the process, under the tool of SAN= too ---
ifneq ($(M_dirs),)
.PHONY: host-modules run-modules-here
host-modules: $(H)/flags
	$(call modules,$(H)/modules,$(HCC),ld,$(call module_flags,$(hk_cflags)) $(san_$(SAN)_kernel) $(san_$(SAN)_module) \
		$(call full_trace,) $(call checks,) $(call hk_swap,$(see_mm)))
# They run at once: what the process says at its end, make says.
host: run-modules-here
run-modules-here: $(H)/quarry host-modules
	@$(if $(SAN),lib/module/lines $(H)/modules) $(san_$(SAN)_run) $(H)/quarry $(san_$(SAN)_args) --module iso/module.txt $$(sed 's/^/--module /' $(H)/modules/list) $(M_args)$(ARGS)
endif

-include $(hk_obj:.o=.d) $(hp_obj:.o=.d)
