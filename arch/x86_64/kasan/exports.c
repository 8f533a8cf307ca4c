// SPDX-License-Identifier: MIT
/* What the compiler calls in a module's code, and what asm/ headers do. */
#include <linux/export.h>
#include "internal.h"

#define EXPORT_CALLED(name)     \
	extern void name(void); \
	EXPORT_SYMBOL(name)

#define EXPORT_CHECKS(n)                                \
	EXPORT_CALLED(__asan_load##n##_noabort);        \
	EXPORT_CALLED(__asan_store##n##_noabort);       \
	EXPORT_CALLED(__asan_report_load##n##_noabort); \
	EXPORT_CALLED(__asan_report_store##n##_noabort)

EXPORT_CHECKS(1);
EXPORT_CHECKS(2);
EXPORT_CHECKS(4);
EXPORT_CHECKS(8);
EXPORT_CHECKS(16);
EXPORT_CALLED(__asan_loadN_noabort);
EXPORT_CALLED(__asan_storeN_noabort);
EXPORT_CALLED(__asan_report_load_n_noabort);
EXPORT_CALLED(__asan_report_store_n_noabort);
EXPORT_CALLED(__asan_handle_no_return);
EXPORT_CALLED(__asan_alloca_poison);
EXPORT_CALLED(__asan_allocas_unpoison);
EXPORT_CALLED(__asan_set_shadow_00);
EXPORT_CALLED(__asan_set_shadow_f1);
EXPORT_CALLED(__asan_set_shadow_f2);
EXPORT_CALLED(__asan_set_shadow_f3);
EXPORT_CALLED(__asan_set_shadow_f5);
EXPORT_CALLED(__asan_set_shadow_f8);
EXPORT_CALLED(__asan_register_globals);
EXPORT_CALLED(__asan_unregister_globals);
EXPORT_SYMBOL(memstate_shut);
EXPORT_SYMBOL(memstate_defined);
EXPORT_SYMBOL(memstate_check_read);
EXPORT_SYMBOL(memstate_check_write);
