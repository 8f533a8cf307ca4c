# SPDX-License-Identifier: MIT
#
# `make host SAN=memcheck`: for valgrind's memcheck, which is told by client requests whose memory is whose
# (arch/host/host.mk says what the variables mean). How to start it: tests/host/run-memcheck.

san_memcheck_kernel  := -DHOST_MEMCHECK
san_memcheck_process := -DHOST_MEMCHECK

.PHONY: memcheck
memcheck:
	@tests/host/run-memcheck
