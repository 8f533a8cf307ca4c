# SPDX-License-Identifier: MIT
#
# `make port-example`: mm/ lifted into programs of their own by the smallest port there is (tests/port): an example of its
# use, and mm/'s self-tests.

port_o     := build/port
port_lift  := $(wildcard mm/*.c lib/base/*.c lib/sync/*.c lib/report/*.c)
# Not there: devices and their files, a debugger, threads, XArrays, traps that are gone back from, and the addresses
# that the failure sweep takes for tables of their own.
port_tests := $(wildcard lib/kunit/*.c) $(filter-out tests/mm/gdb_target_test.c tests/mm/ioremap_test.c tests/mm/fault_sleep_test.c \
	      tests/mm/failure_sweep_test.c tests/mm/sweep% tests/mm/alloc_tag_sites_test.c tests/mm/driver_% tests/mm/poison_trap_test.c \
	      tests/mm/trap_texts_test.c tests/mm/kfence% tests/mm/kmemleak_test.c,$(wildcard tests/mm/*.c))
port_obj   := $(patsubst %.c,$(port_o)/%.o,$(port_lift) tests/port/port.c tests/port/port_report.c tests/port/glue.c \
	      arch/common/ksyms.c)
port_example  := $(port_o)/tests/port/example.o
port_selftest := $(patsubst %.c,$(port_o)/%.o,$(port_tests) tests/port/selftest.c)
# A canary would need the machine's or a libc's guard.
port_cflags = $(filter-out -fno-pic -fno-pie -mcmodel=kernel -fstack-protector% -mstack-protector-guard%,$(cflags)) -fPIE $(if $(LLVM),,-Wno-clobbered) \
	      $(addprefix -I,tests/port/include arch/common/include lib/include mm/include .)
port_link  := $(LD) -nostdlib -static -no-pie --no-relax -z max-page-size=0x1000 -z noexecstack --build-id=none \
	      -T tests/port/port.ld
port_key   = $(CC) $(port_cflags) $(port_link) $(port_obj) $(port_selftest)

.PHONY: port-example
port-example: $(port_o)/example $(port_o)/selftest

$(port_o)/flags: tools
	@mkdir -p $(port_o); echo '$(port_key)' | cmp -s - $@ || echo '$(port_key)' > $@

$(port_obj) $(port_example) $(port_selftest): $(port_o)/%.o: %.c $(port_o)/flags
	@mkdir -p $(@D)
	@echo "  PORT  $<"
	@$(CC) $(port_cflags) $(call full_trace,$<) -MMD -MP -c $< -o $@

# As for the machine (see Makefile): the third link has the right addresses in its symbol table.
$(port_o)/%.ksyms0.asm: arch/common/ksyms.awk
	@mkdir -p $(port_o); $(AWK) -v base=0 -f $< </dev/null >$@
$(port_o)/%.ksyms1.asm: $(port_o)/%.link0
	@$(NM) -n $< | $(AWK) -v base=0 -f arch/common/ksyms.awk >$@
$(port_o)/%.ksyms2.asm: $(port_o)/%.link1
	@$(NM) -n $< | $(AWK) -v base=0 -f arch/common/ksyms.awk >$@
$(port_o)/%.o: $(port_o)/%.asm
	@$(NASM) -f elf64 -o $@ $<
$(port_o)/%.link0: $(port_o)/%.ksyms0.o
	@$(port_link) -o $@ $(filter %.o,$^)
$(port_o)/%.link1: $(port_o)/%.ksyms1.o
	@$(port_link) -o $@ $(filter %.o,$^)
$(port_o)/example $(port_o)/selftest: $(port_o)/%: $(port_o)/%.ksyms2.o
	@echo "  LD    $@"
	@$(port_link) -o $@ $(filter %.o,$^)

$(foreach f,link0 link1,$(port_o)/example.$f) $(port_o)/example: $(port_obj) $(port_example) tests/port/port.ld
$(foreach f,link0 link1,$(port_o)/selftest.$f) $(port_o)/selftest: $(port_obj) $(port_selftest) tests/port/port.ld

.SECONDARY: $(foreach p,example selftest,$(foreach i,0 1 2,$(port_o)/$p.ksyms$i.asm $(port_o)/$p.ksyms$i.o) $(port_o)/$p.link0 $(port_o)/$p.link1)
-include $(patsubst %.o,%.d,$(port_obj) $(port_example) $(port_selftest))
