# SPDX-License-Identifier: MIT
#
# `make host SAN=asan`: AddressSanitizer and UndefinedBehaviorSanitizer over the kernel half, AddressSanitizer over the
# process half (arch/host/host.mk says what the variables mean).
#
# Every report ends the run.

asan_checks := -fsanitize=address,undefined -fno-sanitize-recover=all

san_asan_kernel  = $(asan_checks)
# Modules (make host SAN=asan M=…): without the detector's variables, which are out of their reach.
san_asan_module  = --param asan-use-after-return=0
san_asan_process = -fsanitize=address
san_asan_link    = $(asan_checks)

.PHONY: asan
asan:
	@tests/host/run-asan
