# SPDX-License-Identifier: MIT
#
# `make host SAN=memcheck`, or `make host VALGRIND=1`: for valgrind's memcheck, which is told by client requests whose memory is whose
# (arch/host/host.mk says what the variables mean). How to start it: tests/host/run-memcheck.

san_memcheck_kernel  := -DHOST_MEMCHECK
san_memcheck_process := -DHOST_MEMCHECK
# Modules run under it at once (make host SAN=memcheck M=…). What an allocation opens is undefined until it is written, and
# where that was is the origin of a value that was never written: the line that allocated. Valgrind shows it, but takes
# longer for that; so VALGRIND=1 asks for it and SAN=memcheck doesn't.
san_memcheck_run  := valgrind --tool=memcheck -q --vex-iropt-register-updates=allregs-at-mem-access \
		     $(if $(filter 1 y yes,$(VALGRIND)),--track-origins=yes) --error-exitcode=1 --exit-on-first-error=yes
san_memcheck_args := --mem 64M

.PHONY: memcheck
memcheck:
	@tests/host/run-memcheck
