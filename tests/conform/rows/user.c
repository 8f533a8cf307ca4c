// SPDX-License-Identifier: MIT
/*
 * User memory: mapping it and copying to and from it.
 *
 * Each case maps into the address space of whoever runs it. Source: the kernel-doc of
 * copy_from_user(), strncpy_from_user(), get_user() … in Linux's "Memory Management APIs", and
 * mmap(2) for the errors of vm_mmap().
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "conform.h"

#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Two pages of which the second can't be accessed. */
static unsigned long two_pages(unsigned long prot)
{
	unsigned long addr = vm_mmap(NULL, 0, 2 * PAGE_SIZE, prot, ANON, 0);

	vm_munmap(addr + PAGE_SIZE, PAGE_SIZE);
	return addr;
}

static void copies(conform_t *c)
{
	unsigned char buf[64];
	unsigned long addr;
	u8 __user *end;

	conform_user_begin(c);
	addr = two_pages(RW);
	end = (u8 __user *)(addr + PAGE_SIZE);
	ROW(c, "user.to", 0, copy_to_user(end - 16, "0123456789abcdef", 16));
	ROW(c, "user.to_beyond", 1, copy_to_user(end - 16, memset(buf, 1, 64), any(64)) >= 48);
	ROW(c, "user.from", 0, copy_from_user(buf, end - 16, 16));
	ROW(c, "user.from_sees_what_to_wrote", 16, bytes_equal(buf, 1, 16));
	memset(buf, 0x5a, 64);
	ROW(c, "user.from_beyond", 48, copy_from_user(buf, end - 16, any(64)));
	ROW(c, "user.from_beyond_copies", 16, bytes_equal(buf, 1, 16));
	ROW(c, "user.from_beyond_zeroes_rest", 48, bytes_equal(buf + 16, 0, 48));
	ROW(c, "user.from_unmapped", 8, copy_from_user(buf, end, any(8)));
	ROW(c, "user.to_unmapped", 8, copy_to_user(end, buf, any(8)));
	ROW(c, "user.from_null", 8, copy_from_user(buf, any_ptr(NULL), any(8)));
	ROW(c, "user.from_kernel_address", 8, copy_from_user(buf, any_ptr(&c), any(8)));
	ROW(c, "user.to_kernel_address", 8, copy_to_user(any_ptr(&c), buf, any(8)));
	ROW(c, "user.nothing", 0, copy_from_user(buf, any_ptr(NULL), any(0)));
	ROW(c, "user.clear", 0, clear_user(end - 16, 16));
	ROW(c, "user.clear_beyond", 8, clear_user(end - 16, 24));
	ROW(c, "user.clear_unmapped", 24, clear_user(end, 24));
	vm_munmap(addr, PAGE_SIZE);
	ROW(c, "user.unmapped_is_gone", 16, copy_from_user(buf, end - 16, 16));
	conform_user_end(c);
}

static void numbers(conform_t *c)
{
	unsigned long addr;
	u64 v8 = 7;
	u32 v4 = 7;
	u16 v2 = 7;
	s8 v1 = 7;
	u8 __user *end;

	conform_user_begin(c);
	addr = two_pages(RW);
	end = (u8 __user *)(addr + PAGE_SIZE);
	ROW(c, "user.put_8", 0, put_user(0x8182838485868788ULL, (u64 __user *)(end - 8)));
	ROW(c, "user.get_8", 0, get_user(v8, (u64 __user *)(end - 8)));
	ROW(c, "user.get_8_value", (s64)0x8182838485868788ULL, v8);
	ROW(c, "user.get_4", 0, get_user(v4, (u32 __user *)(end - 4)));
	ROW(c, "user.get_4_value", 0x81828384U, v4);
	ROW(c, "user.get_2", 0, get_user(v2, (u16 __user *)(end - 2)));
	ROW(c, "user.get_2_value", 0x8182, v2);
	ROW(c, "user.get_1", 0, get_user(v1, (s8 __user *)(end - 1)));
	ROW(c, "user.get_1_is_signed", -127, v1);
	ROW(c, "user.get_across_end", -EFAULT, get_user(v8, (u64 __user *)(end - 4)));
	ROW(c, "user.get_failed_is_0", 0, v8);
	ROW(c, "user.get_unaligned", 0, get_user(v4, (u32 __user *)(end - 7)));
	ROW(c, "user.put_across_end", -EFAULT, put_user(1, (u32 __user *)(end - 2)));
	ROW(c, "user.put_null", -EFAULT, put_user(1, (int __user *)any_ptr(NULL)));
	ROW(c, "user.get_kernel_address", -EFAULT, get_user(v4, (u32 __user *)any_ptr(&c)));
	vm_munmap(addr, PAGE_SIZE);
	conform_user_end(c);
}

static void strings(conform_t *c)
{
	unsigned long addr;
	char buf[32];
	char __user *end, *s;

	conform_user_begin(c);
	addr = two_pages(RW);
	end = (char __user *)(addr + PAGE_SIZE);
	s = end - 6;
	ROW(c, "user.string_written", 0, copy_to_user(s, "hello", 6));
	ROW(c, "user.strncpy", 5, strncpy_from_user(buf, s, any(32)));
	ROW_TEXT(c, "user.strncpy_text", "hello", buf);
	ROW(c, "user.strncpy_exact", 6, strncpy_from_user(buf, s, any(6)) + 1);
	ROW(c, "user.strncpy_cut", 3, strncpy_from_user(buf, s, any(3)));
	ROW(c, "user.strncpy_none", 0, strncpy_from_user(buf, s, any(0)));
	ROW(c, "user.strncpy_null", -EFAULT, strncpy_from_user(buf, any_ptr(NULL), any(4)));
	ROW(c, "user.strncpy_kernel", -EFAULT, strncpy_from_user(buf, any_ptr("x"), any(4)));
	ROW(c, "user.strnlen_counts_nul", 6, strnlen_user(s, any(32)));
	ROW(c, "user.strnlen_exact", 6, strnlen_user(s, any(6)));
	ROW(c, "user.strnlen_too_long", 1, strnlen_user(s, any(3)) > 3);
	ROW(c, "user.strnlen_null", 0, strnlen_user(any_ptr(NULL), any(8)));
	ROW(c, "user.strnlen_none", 0, strnlen_user(s, any(0)));
	ROW(c, "user.string_without_end", 0, put_user('!', end - 1));
	ROW(c, "user.strncpy_runs_off", -EFAULT, strncpy_from_user(buf, s, any(32)));
	ROW(c, "user.strnlen_runs_off", 0, strnlen_user(s, any(32)));
	ROW(c, "user.strncpy_up_to_end", 6, strncpy_from_user(buf, s, any(6)));
	vm_munmap(addr, PAGE_SIZE);
	conform_user_end(c);
}

static void structures(conform_t *c)
{
	unsigned long addr;
	u8 buf[32];
	u8 __user *p;

	conform_user_begin(c);
	addr = two_pages(RW);
	p = (u8 __user *)addr;
	ROW(c, "user.fresh_is_zero", 1, check_zeroed_user(p, 100));
	ROW(c, "user.zeroed_none", 1, check_zeroed_user(p, any(0)));
	ROW(c, "user.zeroed_beyond", -EFAULT, check_zeroed_user(p + PAGE_SIZE - 4, 8));
	ROW(c, "user.byte_20_set", 0, put_user((u8)9, p + 20));
	ROW(c, "user.zeroed_not", 0, check_zeroed_user(p, 100));
	memset(buf, 0x5a, 32);
	ROW(c, "user.struct_shorter", 0, copy_struct_from_user(buf, any(32), p, any(24)));
	ROW(c, "user.struct_shorter_copies", 9, buf[20]);
	ROW(c, "user.struct_shorter_zeroes", 8, bytes_equal(buf + 24, 0, 8));
	ROW(c, "user.struct_longer_zero", 0, copy_struct_from_user(buf, any(24), p, any(64)));
	ROW(c, "user.struct_longer_not", -E2BIG, copy_struct_from_user(buf, any(16), p, any(64)));
	ROW(c, "user.struct_unmapped", -EFAULT,
	    copy_struct_from_user(buf, any(16), p + PAGE_SIZE, any(16)));
	vm_munmap(addr, PAGE_SIZE);
	conform_user_end(c);
}

static void protection(conform_t *c)
{
	unsigned long ro, none;
	int value = 5;

	conform_user_begin(c);
	ro = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ, ANON, 0);
	none = vm_mmap(NULL, 0, PAGE_SIZE, PROT_NONE, ANON, 0);
	ROW(c, "user.read_only_reads_zero", 0, get_user(value, (int __user *)ro) + value);
	ROW(c, "user.read_only_refuses_write", -EFAULT, put_user(1, (int __user *)ro));
	ROW(c, "user.none_refuses_read", -EFAULT, get_user(value, (int __user *)none));
	ROW(c, "user.none_refuses_write", -EFAULT, put_user(1, (int __user *)none));
	vm_munmap(ro, PAGE_SIZE);
	vm_munmap(none, PAGE_SIZE);
	conform_user_end(c);
}

/* One that works tells where there is room; the rest is asked for at that place. */
static void mapping(conform_t *c)
{
	unsigned long addr, again;

	conform_user_begin(c);
	addr = vm_mmap(NULL, 0, 3 * PAGE_SIZE, RW, ANON, 0);
	ROW(c, "mmap.aligned", 0, offset_in_page(addr));
	ROW(c, "mmap.length_0", -EINVAL, (long)vm_mmap(NULL, 0, any(0), RW, ANON, 0));
	ROW(c, "mmap.too_long", -ENOMEM, (long)vm_mmap(NULL, 0, any(1UL << 56), RW, ANON, 0));
	ROW(c, "mmap.length_wraps", -ENOMEM, (long)vm_mmap(NULL, 0, any(-1L), RW, ANON, 0));
	ROW(c, "mmap.no_type", -EINVAL, (long)vm_mmap(NULL, 0, PAGE_SIZE, RW, MAP_ANONYMOUS, 0));
	ROW(c, "mmap.unaligned_offset", -EINVAL, (long)vm_mmap(NULL, 0, PAGE_SIZE, RW, ANON, 5));
	ROW(c, "mmap.fixed_unaligned", -EINVAL,
	    (long)vm_mmap(NULL, addr + 8, PAGE_SIZE, RW, ANON | MAP_FIXED, 0));
	ROW(c, "mmap.fixed_noreplace_taken", -EEXIST,
	    (long)vm_mmap(NULL, addr + PAGE_SIZE, PAGE_SIZE, RW, ANON | MAP_FIXED_NOREPLACE, 0));
	ROW(c, "user.write_before_replace", 0, put_user(1, (int __user *)(addr + PAGE_SIZE)));
	again = vm_mmap(NULL, addr + PAGE_SIZE, PAGE_SIZE, RW, ANON | MAP_FIXED, 0);
	ROW(c, "mmap.fixed_replaces", 1, again == addr + PAGE_SIZE);
	ROW(c, "mmap.replaced_is_zero", 1, check_zeroed_user((void __user *)again, 8));
	again = vm_mmap(NULL, addr + PAGE_SIZE, PAGE_SIZE, RW, ANON, 0);
	ROW(c, "mmap.taken_hint_elsewhere", 1, again != addr + PAGE_SIZE && !IS_ERR_VALUE(again));
	vm_munmap(again, PAGE_SIZE);
	ROW(c, "mmap.fixed_beyond_user", -ENOMEM,
	    (long)vm_mmap(NULL, TASK_SIZE & PAGE_MASK, PAGE_SIZE, RW, ANON | MAP_FIXED, 0));
	ROW(c, "munmap.length_0", -EINVAL, vm_munmap(addr, any(0)));
	ROW(c, "munmap.unaligned", -EINVAL, vm_munmap(addr + 8, PAGE_SIZE));
	ROW(c, "munmap.rounds_length_up", 0, vm_munmap(addr, any(PAGE_SIZE + 1)));
	ROW(c, "munmap.rounded_is_gone", -EFAULT, put_user(1, (int __user *)(addr + PAGE_SIZE)));
	ROW(c, "munmap.rest_stays", 0, put_user(1, (int __user *)(addr + 2 * PAGE_SIZE)));
	ROW(c, "munmap.hole", 0, vm_munmap(addr, PAGE_SIZE));
	ROW(c, "munmap.again", 0, vm_munmap(addr, 3 * PAGE_SIZE));
	conform_user_end(c);
}

/* What may be copied of an object: all of kmalloc()'s, of a cache's the part that it was made with. */
static void whitelists(conform_t *c)
{
	struct kmem_cache *s = kmem_cache_create_usercopy("conform_usercopy", 64, 0, 0, 16, 32, NULL);
	unsigned char *obj = kmem_cache_zalloc(s, GFP_KERNEL), *p = kmalloc(64, GFP_KERNEL);
	unsigned char *v = vmalloc(2 * PAGE_SIZE), *large = kmalloc(4 * PAGE_SIZE, GFP_KERNEL);
	unsigned char small[8];
	void __user *at;

	conform_user_begin(c);
	at = (void __user *)vm_mmap(NULL, 0, 4 * PAGE_SIZE, RW, ANON, 0);
	ROW(c, "usercopy.part_to", 0, copy_to_user(at, obj + 16, any(32)));
	ROW(c, "usercopy.part_from", 0, copy_from_user(obj + 16, at, any(32)));
	ROW(c, "usercopy.last_byte", 0, copy_to_user(at, obj + 47, any(1)));
	ROW(c, "usercopy.no_bytes_elsewhere", 0, copy_to_user(at, obj, any(0)));
	ROW(c, "usercopy.constant_size", 0, copy_to_user(at, obj, 64));
	ROW(c, "usercopy.kmalloc", 0, copy_to_user(at, p, any(64)));
	ROW(c, "usercopy.kmalloc_end", 0, copy_from_user(p + 63, at, any(1)));
	ROW(c, "usercopy.kmalloc_large", 0, copy_from_user(large, at, any(4 * PAGE_SIZE)));
	ROW(c, "usercopy.vmalloc", 0, copy_from_user(v, at, any(2 * PAGE_SIZE)));
	ROW(c, "usercopy.stack", 0, copy_from_user(small, at, any(sizeof(small))));
	ROW(c, "usercopy.no_bytes_to_null", 0, copy_from_user(any_ptr(NULL), at, any(0)));
	vm_munmap((unsigned long)at, 4 * PAGE_SIZE);
	conform_user_end(c);
	kfree(large);
	vfree(v);
	kfree(p);
	kmem_cache_free(s, obj);
	kmem_cache_destroy(s);
}

static void kernel_addresses(conform_t *c)
{
	unsigned char from[8] = "abcdefg", to[8];

	ROW(c, "nofault.from", 0, copy_from_kernel_nofault(to, from, 8));
	ROW(c, "nofault.from_copies", 0, memcmp(to, from, 8));
	ROW(c, "nofault.from_null", -ERANGE, copy_from_kernel_nofault(to, any_ptr(NULL), 8));
	ROW(c, "nofault.from_user_half", -ERANGE,
	    copy_from_kernel_nofault(to, any_ptr((void *)0x10000UL), 8));
	ROW(c, "access_ok.kernel", 0, access_ok((void __user *)any_ptr(to), 8));
	ROW(c, "access_ok.null", 1, access_ok((void __user *)any_ptr(NULL), 8));
	ROW(c, "access_ok.wraps", 0, access_ok((void __user *)any_ptr((void *)-4L), any(8)));
	ROW(c, "access_ok.too_long", 0,
	    access_ok((void __user *)any_ptr((void *)4096UL), any(-1L)));
}

CONFORM_AREA(user, CONFORM_CASE(copies), CONFORM_CASE(numbers), CONFORM_CASE(strings),
	     CONFORM_CASE(structures), CONFORM_CASE(protection), CONFORM_CASE(mapping),
	     CONFORM_CASE(whitelists), CONFORM_CASE(kernel_addresses));
