# SPDX-License-Identifier: MIT
#
# `make analyze`: what compilers don't look for. See run-analyze; .clang-tidy says which checks clang-tidy makes.

.PHONY: analyze analyze-flags
analyze:
	@tests/analyze/run-analyze --long

# For run-analyze: each source of the kernel and of both ports with the flags that it is compiled with, a line each.
analyze_machine := $(filter mm/% lib/% boot/% arch/%,$(csrc))
analyze_kernel  := $(filter arch/host/%,$(hk_src))
analyze-flags:
	@$(foreach f,$(analyze_machine),echo '$f $(cflags) $(call includes,$f)';)
	@$(foreach f,$(analyze_kernel),echo '$f $(hk_cflags) $(call hk_swap,$(call includes,$f))';)
	@$(foreach f,$(hp_src),echo '$f $(hp_cflags)';)
