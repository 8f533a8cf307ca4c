# SPDX-License-Identifier: MIT
#
# make host SAN=tsan: the process under ThreadSanitizer, build/host-tsan/quarry (tests/host/run-tsan runs it).
#
# The kernel half is instrumented, the process half is not: it is called from signal handlers, which may run in the
# middle of the sanitizer's own code. For the same reason the walker and the in-handler half of traps are left alone; the
# stack tracer, since it reads other functions' frames as they change. Volatile accesses are told apart (see
# arch/host/process/tsan.c).
san_tsan_kernel := -fsanitize=thread \
		   $(if $(LLVM),-mllvm -tsan-distinguish-volatile=1,--param tsan-distinguish-volatile=1)
san_tsan_process :=
san_tsan_link := -fsanitize=thread -Wl,--wrap=__tsan_func_entry -Wl,--wrap=__tsan_func_exit
san_tsan_skip := arch/host/tlb.c arch/host/traps.c arch/host/uaccess.c arch/host/thread.c arch/common/stack.c arch/common/threads.c arch/common/extable.c
san_tsan_asm := -DHOST_TSAN

.PHONY: tsan
tsan:
	@tests/host/run-tsan
