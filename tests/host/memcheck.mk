# SPDX-License-Identifier: MIT
#
# `make host SAN=memcheck`: for valgrind's memcheck, which is told by client requests whose memory is whose
# (arch/host/host.mk says what the variables mean). How to start it: tests/host/run-memcheck.

san_memcheck_kernel  := -DHOST_MEMCHECK
san_memcheck_process := -DHOST_MEMCHECK
# Modules run under it at once (make host SAN=memcheck M=…).
san_memcheck_run  := valgrind --tool=memcheck -q --vex-iropt-register-updates=allregs-at-mem-access \
		     --error-exitcode=1 --exit-on-first-error=yes
san_memcheck_args := --mem 64M

.PHONY: memcheck
memcheck:
	@tests/host/run-memcheck
