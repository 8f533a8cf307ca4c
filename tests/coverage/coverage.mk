# SPDX-License-Identifier: MIT
#
# `make coverage`: which lines and branches of mm/ the self-tests run, by gcov on the process build.
#
# SAN=gcov counts in mm/, lib/ and boot/. Unoptimised, so that a line is a line and a condition a condition: at -O2 and
# -Og lines that were joined count as one, and conditions of inlined functions are found on lines that have none.
# Counters are atomic, for interrupts and further CPUs.

san_gcov_kernel := --coverage -fprofile-update=atomic -O0
san_gcov_skip   := arch/% tests/%
san_gcov_link    = $(H)/tests/coverage/dump.o -Wl,--wrap=_exit -lgcov

ifeq ($(SAN),gcov)
$(H)/link0: $(H)/tests/coverage/dump.o
$(H)/tests/coverage/dump.o: tests/coverage/dump.c $(H)/flags
	@mkdir -p $(@D)
	@$(HCC) $(hp_cflags) -c $< -o $@
endif

.PHONY: coverage
coverage:
	@tests/coverage/run-coverage --list
