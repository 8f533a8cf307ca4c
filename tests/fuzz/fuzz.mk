# SPDX-License-Identifier: MIT
#
# make fuzz FUZZ=buddy [TIME=600] [SEED=1]: libFuzzer drives a target (tests/fuzz/fuzz.c has the list) on the kernel as a
# process, build/host-fuzz/quarry. The corpus that it starts from stands in tests/fuzz/corpus; what it finds goes to
# build/fuzz/TARGET.
#
# Everything is checked by the address and the undefined behaviour sanitizer; coverage is that of mm/, boot/ and lib/module, so
# that the models of the targets earn nothing by their own branches. No checks of globals: they would pad what stands in
# sections of its own (boot parameters, benches).

TIME ?= 60

san_fuzz_coverage := -fsanitize-coverage=inline-8bit-counters,pc-table,trace-cmp \
		     -fsanitize-coverage-ignorelist=tests/fuzz/coverage.ignore
san_fuzz_kernel = -fsanitize=address,undefined -fno-sanitize-recover=all -mllvm -asan-globals=0 \
		  $(if $(filter mm/% boot/% lib/module/%,$<),$(san_fuzz_coverage))
san_fuzz_process := -fsanitize=address -DHOST_FUZZ
san_fuzz_link := -fsanitize=fuzzer,address,undefined
san_fuzz_skip := tests/fuzz/boot_fuzz.c

.PHONY: fuzz fuzzer
fuzzer:
	@tests/packages --need fuzz
	@$(MAKE) --no-print-directory LLVM=1 SAN=fuzz H=build/host-fuzz host

fuzz: fuzzer
	@tests/fuzz/fuzz '$(FUZZ)' '$(TIME)' '$(SEED)'
