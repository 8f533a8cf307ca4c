// SPDX-License-Identifier: MIT
/*
 * What the kernel exports to modules: the functions of linux/ headers, by header, and what macros and
 * inline functions there and in asm/ make of them. What a port has of its own it exports itself.
 *
 * One list, not a line at each definition: mm/ and lib/base go into kernels that load no modules, and
 * what a module may call can be read here in one go. tests/check/exports compares it with the headers,
 * and has the list of what is left out on purpose.
 */
#include <kunit/test.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <asm/clock.h>
#include <asm/extable.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bsearch.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fault-inject.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kfence.h>
#include <linux/kmemleak.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/kvmalloc.h>
#include <linux/lockdep.h>
#include <linux/math.h>
#include <linux/memfile.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/mempool.h>
#include <linux/miscdevice.h>
#include <linux/shrinker.h>
#include <linux/dmapool.h>
#include <linux/dma-mapping.h>
#include <linux/mmzone.h>
#include <linux/moduleparam.h>
#include <linux/nmi.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>
#include <linux/refcount.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/semaphore.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/stackdepot.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <quarry/assert.h>
#include <quarry/report.h>
#include <quarry/sync.h>

/* kunit/test.h */
EXPORT_SYMBOL(__kunit_abort);
EXPORT_SYMBOL(__kunit_capture_check);
EXPORT_SYMBOL(__kunit_capture_start);
EXPORT_SYMBOL(__kunit_fail);
EXPORT_SYMBOL(__kunit_fail_bool);
EXPORT_SYMBOL(__kunit_fail_err);
EXPORT_SYMBOL(__kunit_fail_int);
EXPORT_SYMBOL(__kunit_fail_mem);
EXPORT_SYMBOL(__kunit_fail_ptr);
EXPORT_SYMBOL(__kunit_fail_str);
EXPORT_SYMBOL(__kunit_fault_arm);
EXPORT_SYMBOL(__kunit_fault_check);
EXPORT_SYMBOL(__kunit_fault_returned);
EXPORT_SYMBOL(__kunit_mem_equal);
EXPORT_SYMBOL(__kunit_str_equal);
EXPORT_SYMBOL(kunit_add_action);
EXPORT_SYMBOL(kunit_expect_no_leaks);
EXPORT_SYMBOL(kunit_add_action_or_reset);
EXPORT_SYMBOL(kunit_get_current_test);
EXPORT_SYMBOL(kunit_kcalloc);
EXPORT_SYMBOL(kunit_kfree);
EXPORT_SYMBOL(kunit_kmalloc);
EXPORT_SYMBOL(kunit_kzalloc);
EXPORT_SYMBOL(kunit_log_line);
EXPORT_SYMBOL(kunit_mark_skipped);
EXPORT_SYMBOL(kunit_param_desc);
EXPORT_SYMBOL(kunit_rand);
EXPORT_SYMBOL(kunit_rand_below);
EXPORT_SYMBOL(kunit_release_action);
EXPORT_SYMBOL(kunit_remove_action);

/* linux/bitmap.h */
EXPORT_SYMBOL(bitmap_and);
EXPORT_SYMBOL(bitmap_andnot);
EXPORT_SYMBOL(bitmap_clear);
EXPORT_SYMBOL(bitmap_complement);
EXPORT_SYMBOL(bitmap_copy);
EXPORT_SYMBOL(bitmap_empty);
EXPORT_SYMBOL(bitmap_equal);
EXPORT_SYMBOL(bitmap_fill);
EXPORT_SYMBOL(bitmap_find_next_zero_area);
EXPORT_SYMBOL(bitmap_full);
EXPORT_SYMBOL(bitmap_intersects);
EXPORT_SYMBOL(bitmap_or);
EXPORT_SYMBOL(bitmap_set);
EXPORT_SYMBOL(bitmap_subset);
EXPORT_SYMBOL(bitmap_weight);
EXPORT_SYMBOL(bitmap_xor);
EXPORT_SYMBOL(bitmap_zero);

/* linux/bitops.h */
EXPORT_SYMBOL(find_last_bit);
EXPORT_SYMBOL(find_next_and_bit);
EXPORT_SYMBOL(find_next_andnot_bit);
EXPORT_SYMBOL(find_next_bit);
EXPORT_SYMBOL(find_next_or_bit);
EXPORT_SYMBOL(find_next_zero_bit);
EXPORT_SYMBOL(find_nth_bit);

/* linux/bsearch.h */
EXPORT_SYMBOL(bsearch);

/* linux/bug.h */
EXPORT_SYMBOL(bug_report);
EXPORT_SYMBOL(warn_report);

/* linux/completion.h */
EXPORT_SYMBOL(complete);
EXPORT_SYMBOL(complete_all);
EXPORT_SYMBOL(completion_done);
EXPORT_SYMBOL(init_completion);
EXPORT_SYMBOL(reinit_completion);
EXPORT_SYMBOL(try_wait_for_completion);
EXPORT_SYMBOL(wait_for_completion);
EXPORT_SYMBOL(wait_for_completion_interruptible);
EXPORT_SYMBOL(wait_for_completion_interruptible_timeout);
EXPORT_SYMBOL(wait_for_completion_killable);
EXPORT_SYMBOL(wait_for_completion_killable_timeout);
EXPORT_SYMBOL(wait_for_completion_state);
EXPORT_SYMBOL(wait_for_completion_timeout);

/* linux/delay.h */
EXPORT_SYMBOL(msleep);
EXPORT_SYMBOL(usleep_range);
EXPORT_SYMBOL(msleep_interruptible);
EXPORT_SYMBOL(ndelay);

/* linux/err.h */
EXPORT_SYMBOL(errname);

/* linux/jiffies.h */
EXPORT_SYMBOL(jiffies);
EXPORT_SYMBOL(jiffies_to_msecs);
EXPORT_SYMBOL(msecs_to_jiffies);
EXPORT_SYMBOL(usecs_to_jiffies);

/* linux/kstrtox.h */
EXPORT_SYMBOL(kstrtobool);
EXPORT_SYMBOL(kstrtoint);
EXPORT_SYMBOL(kstrtol);
EXPORT_SYMBOL(kstrtoll);
EXPORT_SYMBOL(kstrtos64);
EXPORT_SYMBOL(kstrtou16);
EXPORT_SYMBOL(kstrtou32);
EXPORT_SYMBOL(kstrtou64);
EXPORT_SYMBOL(kstrtou8);
EXPORT_SYMBOL(kstrtouint);
EXPORT_SYMBOL(kstrtoul);
EXPORT_SYMBOL(kstrtoull);
EXPORT_SYMBOL(memparse);
EXPORT_SYMBOL(simple_strtol);
EXPORT_SYMBOL(simple_strtoul);
EXPORT_SYMBOL(simple_strtoull);

/* linux/kthread.h */
EXPORT_SYMBOL(kthread_bind);
EXPORT_SYMBOL(kthread_create);
EXPORT_SYMBOL(kthread_create_on_cpu);
EXPORT_SYMBOL(kthread_should_stop);
EXPORT_SYMBOL(kthread_stop);

/* linux/lockdep.h */
EXPORT_SYMBOL(rwlock_held);
EXPORT_SYMBOL(rwlock_held_write);
EXPORT_SYMBOL(mutex_held);
EXPORT_SYMBOL(rwsem_held);
EXPORT_SYMBOL(rwsem_held_write);

/* linux/math.h */
EXPORT_SYMBOL(gcd);
EXPORT_SYMBOL(int_sqrt);

/* linux/moduleparam.h */
EXPORT_SYMBOL(boot_param_bool);
EXPORT_SYMBOL(param_array_ops);
EXPORT_SYMBOL(param_ops_bool);
EXPORT_SYMBOL(param_ops_byte);
EXPORT_SYMBOL(param_ops_charp);
EXPORT_SYMBOL(param_ops_hexint);
EXPORT_SYMBOL(param_ops_int);
EXPORT_SYMBOL(param_ops_invbool);
EXPORT_SYMBOL(param_ops_long);
EXPORT_SYMBOL(param_ops_short);
EXPORT_SYMBOL(param_ops_string);
EXPORT_SYMBOL(param_ops_uint);
EXPORT_SYMBOL(param_ops_ullong);
EXPORT_SYMBOL(param_ops_ulong);
EXPORT_SYMBOL(param_ops_ushort);
EXPORT_SYMBOL(parameq);

/* linux/mutex.h */
EXPORT_SYMBOL(__mutex_init);
EXPORT_SYMBOL(atomic_dec_and_mutex_lock);
EXPORT_SYMBOL(mutex_lock);
EXPORT_SYMBOL(mutex_lock_interruptible);
EXPORT_SYMBOL(mutex_lock_nested);
EXPORT_SYMBOL(mutex_trylock);
EXPORT_SYMBOL(mutex_unlock);

/* linux/panic.h */
EXPORT_SYMBOL(panic);

/* linux/preempt.h */
EXPORT_SYMBOL(preempt_schedule);

/* linux/printk.h */
EXPORT_SYMBOL(___ratelimit);
EXPORT_SYMBOL(console_loglevel);
EXPORT_SYMBOL(hex_dump_to_buffer);
EXPORT_SYMBOL(print_hex_dump);
EXPORT_SYMBOL(printk);
EXPORT_SYMBOL(dump_stack);
EXPORT_SYMBOL(vprintk);

/* linux/random.h */
EXPORT_SYMBOL(get_random_bytes);
EXPORT_SYMBOL(get_random_u16);
EXPORT_SYMBOL(get_random_u32);
EXPORT_SYMBOL(get_random_u32_below);
EXPORT_SYMBOL(get_random_u32_inclusive);
EXPORT_SYMBOL(get_random_u64);
EXPORT_SYMBOL(get_random_u8);
EXPORT_SYMBOL(prandom_bytes_state);
EXPORT_SYMBOL(prandom_seed_state);
EXPORT_SYMBOL(prandom_u32_state);
EXPORT_SYMBOL(prandom_u64_state);

/* linux/rbtree.h */
EXPORT_SYMBOL(rb_erase);
EXPORT_SYMBOL(rb_first);
EXPORT_SYMBOL(rb_first_postorder);
EXPORT_SYMBOL(rb_insert_color);
EXPORT_SYMBOL(rb_last);
EXPORT_SYMBOL(rb_next);
EXPORT_SYMBOL(rb_next_postorder);
EXPORT_SYMBOL(rb_prev);
EXPORT_SYMBOL(rb_replace_node);

/* linux/rbtree_augmented.h */
EXPORT_SYMBOL(rb_erase_augmented);
EXPORT_SYMBOL(rb_insert_augmented);

/* linux/refcount.h */
EXPORT_SYMBOL(refcount_dec_and_lock);
EXPORT_SYMBOL(refcount_dec_and_lock_irqsave);
EXPORT_SYMBOL(refcount_dec_and_mutex_lock);
EXPORT_SYMBOL(refcount_dec_not_one);
EXPORT_SYMBOL(refcount_warn_saturate);
EXPORT_SYMBOL(refcount_warned);

/* linux/rwlock.h */
EXPORT_SYMBOL(read_lock_slow);
EXPORT_SYMBOL(write_lock_slow);

/* linux/rwsem.h */
EXPORT_SYMBOL(__init_rwsem);
EXPORT_SYMBOL(down_read);
EXPORT_SYMBOL(down_read_interruptible);
EXPORT_SYMBOL(down_read_nested);
EXPORT_SYMBOL(down_read_trylock);
EXPORT_SYMBOL(down_write);
EXPORT_SYMBOL(down_write_killable);
EXPORT_SYMBOL(down_write_nested);
EXPORT_SYMBOL(down_write_trylock);
EXPORT_SYMBOL(downgrade_write);
EXPORT_SYMBOL(up_read);
EXPORT_SYMBOL(up_write);

/* linux/sched.h */
EXPORT_SYMBOL(__cond_resched);
EXPORT_SYMBOL(schedule);
EXPORT_SYMBOL(schedule_timeout);
EXPORT_SYMBOL(schedule_timeout_interruptible);
EXPORT_SYMBOL(schedule_timeout_uninterruptible);
EXPORT_SYMBOL(wake_up_process);
EXPORT_SYMBOL(wake_up_state);
EXPORT_SYMBOL(yield);

/* linux/sched/task.h */
EXPORT_SYMBOL(get_task_struct);
EXPORT_SYMBOL(put_task_struct);
EXPORT_SYMBOL(set_cpus_allowed_ptr);

/* linux/semaphore.h */
EXPORT_SYMBOL(down);
EXPORT_SYMBOL(down_interruptible);
EXPORT_SYMBOL(down_killable);
EXPORT_SYMBOL(down_timeout);
EXPORT_SYMBOL(down_trylock);
EXPORT_SYMBOL(sema_init);
EXPORT_SYMBOL(up);

/* linux/sort.h */
EXPORT_SYMBOL(sort);
EXPORT_SYMBOL(sort_r);

/* linux/spinlock.h */
EXPORT_SYMBOL(__atomic_dec_and_lock_irqsave);
EXPORT_SYMBOL(atomic_dec_and_lock);
EXPORT_SYMBOL(spin_wait_turn);

/* linux/sprintf.h */
EXPORT_SYMBOL(kasprintf);
EXPORT_SYMBOL(kvasprintf);
EXPORT_SYMBOL(kvasprintf_const);
EXPORT_SYMBOL(scnprintf);
EXPORT_SYMBOL(snprintf);
EXPORT_SYMBOL(sprintf);
EXPORT_SYMBOL(vscnprintf);
EXPORT_SYMBOL(vsnprintf);
EXPORT_SYMBOL(sscanf);
EXPORT_SYMBOL(vsscanf);
EXPORT_SYMBOL(vsprintf);

/* linux/string.h */
EXPORT_SYMBOL(glob_match);
EXPORT_SYMBOL(kvmemdup);
EXPORT_SYMBOL(match_string);
EXPORT_SYMBOL(memchr);
EXPORT_SYMBOL(memchr_inv);
EXPORT_SYMBOL(memcmp);
EXPORT_SYMBOL(memcpy);
EXPORT_SYMBOL(memdup_array_user);
EXPORT_SYMBOL(memdup_user);
EXPORT_SYMBOL(memdup_user_nul);
EXPORT_SYMBOL(memmove);
EXPORT_SYMBOL(memscan);
EXPORT_SYMBOL(memset);
EXPORT_SYMBOL(memset16);
EXPORT_SYMBOL(memset32);
EXPORT_SYMBOL(memset64);
EXPORT_SYMBOL(memzero_explicit);
EXPORT_SYMBOL(skip_spaces);
EXPORT_SYMBOL(strcasecmp);
EXPORT_SYMBOL(strcat);
EXPORT_SYMBOL(strchr);
EXPORT_SYMBOL(strchrnul);
EXPORT_SYMBOL(strcmp);
EXPORT_SYMBOL(strcpy);
EXPORT_SYMBOL(strcspn);
EXPORT_SYMBOL(strim);
EXPORT_SYMBOL(strlcat);
EXPORT_SYMBOL(strlen);
EXPORT_SYMBOL(strncasecmp);
EXPORT_SYMBOL(strncat);
EXPORT_SYMBOL(strnchr);
EXPORT_SYMBOL(strncmp);
EXPORT_SYMBOL(strncpy);
EXPORT_SYMBOL(strndup_user);
EXPORT_SYMBOL(strnlen);
EXPORT_SYMBOL(strnstr);
EXPORT_SYMBOL(strpbrk);
EXPORT_SYMBOL(strrchr);
EXPORT_SYMBOL(strreplace);
EXPORT_SYMBOL(strscpy);
EXPORT_SYMBOL(strscpy_pad);
EXPORT_SYMBOL(strsep);
EXPORT_SYMBOL(strspn);
EXPORT_SYMBOL(strstr);
EXPORT_SYMBOL(sysfs_streq);
EXPORT_SYMBOL(vmemdup_array_user);
EXPORT_SYMBOL(vmemdup_user);

/* linux/timer.h */
EXPORT_SYMBOL(add_timer);
EXPORT_SYMBOL(mod_timer);
EXPORT_SYMBOL(timer_delete);
EXPORT_SYMBOL(timer_delete_sync);
EXPORT_SYMBOL(timer_setup);

/* linux/wait.h */
EXPORT_SYMBOL(__wake_up);
EXPORT_SYMBOL(__wake_up_locked);
EXPORT_SYMBOL(add_wait_queue);
EXPORT_SYMBOL(add_wait_queue_exclusive);
EXPORT_SYMBOL(add_wait_queue_priority);
EXPORT_SYMBOL(autoremove_wake_function);
EXPORT_SYMBOL(default_wake_function);
EXPORT_SYMBOL(finish_wait);
EXPORT_SYMBOL(init_wait_entry);
EXPORT_SYMBOL(init_waitqueue_head);
EXPORT_SYMBOL(prepare_to_wait);
EXPORT_SYMBOL(prepare_to_wait_event);
EXPORT_SYMBOL(prepare_to_wait_exclusive);
EXPORT_SYMBOL(remove_wait_queue);
EXPORT_SYMBOL(wait_woken);
EXPORT_SYMBOL(woken_wake_function);

/* quarry/report.h */
EXPORT_SYMBOL(report_address);
EXPORT_SYMBOL(report_advice);
EXPORT_SYMBOL(report_begin);
EXPORT_SYMBOL(report_dump);
EXPORT_SYMBOL(report_end);
EXPORT_SYMBOL(report_line);
EXPORT_SYMBOL(report_open);
EXPORT_SYMBOL(report_stack);
EXPORT_SYMBOL(report_stack_here);
EXPORT_SYMBOL(report_whatis);
EXPORT_SYMBOL(report_whatis_line);
EXPORT_SYMBOL(whatis);

/* linux/fault-inject.h */
EXPORT_SYMBOL(setup_fault_attr);
EXPORT_SYMBOL(should_fail);

/* linux/fs.h */
EXPORT_SYMBOL(filp_close);
EXPORT_SYMBOL(filp_open);
EXPORT_SYMBOL(fixed_size_llseek);
EXPORT_SYMBOL(fput);
EXPORT_SYMBOL(nonseekable_open);
EXPORT_SYMBOL(noop_llseek);
EXPORT_SYMBOL(simple_read_from_buffer);
EXPORT_SYMBOL(simple_write_to_buffer);
EXPORT_SYMBOL(vfs_ioctl);
EXPORT_SYMBOL(vfs_llseek);
EXPORT_SYMBOL(vfs_read);
EXPORT_SYMBOL(vfs_write);

/* linux/gfp.h */
EXPORT_SYMBOL(__free_pages);
EXPORT_SYMBOL(__get_free_pages_tagged);
EXPORT_SYMBOL(alloc_pages_tagged);
EXPORT_SYMBOL(alloc_pages_bulk_array_tagged);
EXPORT_SYMBOL(alloc_pages_exact);
EXPORT_SYMBOL(free_pages);
EXPORT_SYMBOL(free_pages_exact);
EXPORT_SYMBOL(split_page);

/* linux/io.h */
EXPORT_SYMBOL(ioremap);
EXPORT_SYMBOL(ioremap_cache);
EXPORT_SYMBOL(ioremap_np);
EXPORT_SYMBOL(ioremap_uc);
EXPORT_SYMBOL(ioremap_wc);
EXPORT_SYMBOL(ioremap_wt);
EXPORT_SYMBOL(iounmap);
EXPORT_SYMBOL(memremap);
EXPORT_SYMBOL(memunmap);

/* linux/kfence.h */
EXPORT_SYMBOL(__kfence_pool);
EXPORT_SYMBOL(kfence_pool_size);

/* linux/stackdepot.h */
EXPORT_SYMBOL(stack_depot_fetch);
EXPORT_SYMBOL(stack_depot_save);
EXPORT_SYMBOL(stack_depot_snprint);

/* linux/kvmalloc.h */
EXPORT_SYMBOL(kvcalloc);
EXPORT_SYMBOL(kvcalloc_node);
EXPORT_SYMBOL(kvfree);
EXPORT_SYMBOL(kvfree_sensitive);
EXPORT_SYMBOL(kvmalloc);
EXPORT_SYMBOL(kvmalloc_array);
EXPORT_SYMBOL(kvmalloc_array_node);
EXPORT_SYMBOL(kvmalloc_node);
EXPORT_SYMBOL(kvrealloc);
EXPORT_SYMBOL(kvzalloc);
EXPORT_SYMBOL(kvzalloc_node);

/* linux/memfile.h */
EXPORT_SYMBOL(memfile_create);
EXPORT_SYMBOL(memfile_get_page);
EXPORT_SYMBOL(memfile_nr_pages);
EXPORT_SYMBOL(memfile_put);
EXPORT_SYMBOL(memfile_read);
EXPORT_SYMBOL(memfile_write);

/* linux/mm.h */
EXPORT_SYMBOL(buddyinfo_show);
EXPORT_SYMBOL(meminfo_show);
EXPORT_SYMBOL(mm_quiesce);
EXPORT_SYMBOL(mm_stat_read);
EXPORT_SYMBOL(mm_stats);
EXPORT_SYMBOL(nr_free_pages);
EXPORT_SYMBOL(nr_managed_pages);
EXPORT_SYMBOL(page_head_search);
EXPORT_SYMBOL(pagetypeinfo_show);
EXPORT_SYMBOL(pfn_valid);
EXPORT_SYMBOL(put_page);
EXPORT_SYMBOL(si_meminfo);
EXPORT_SYMBOL(zoneinfo_show);

/* linux/mm_vma.h */
EXPORT_SYMBOL(empty_zero_page);
EXPORT_SYMBOL(find_extend_vma_locked);
EXPORT_SYMBOL(find_vma);
EXPORT_SYMBOL(find_vma_intersection);
EXPORT_SYMBOL(find_vma_prev);
EXPORT_SYMBOL(fixup_user_fault);
EXPORT_SYMBOL(get_unmapped_area);
EXPORT_SYMBOL(get_user_pages);
EXPORT_SYMBOL(get_user_pages_fast);
EXPORT_SYMBOL(get_user_pages_remote);
EXPORT_SYMBOL(get_user_pages_unlocked);
EXPORT_SYMBOL(io_remap_pfn_range);
EXPORT_SYMBOL(mm_maps_show);
EXPORT_SYMBOL(page_maybe_dma_pinned);
EXPORT_SYMBOL(pin_user_pages);
EXPORT_SYMBOL(pin_user_pages_fast);
EXPORT_SYMBOL(pin_user_pages_remote);
EXPORT_SYMBOL(pin_user_pages_unlocked);
EXPORT_SYMBOL(remap_pfn_range);
EXPORT_SYMBOL(unpin_user_page);
EXPORT_SYMBOL(unpin_user_pages);
EXPORT_SYMBOL(unpin_user_pages_dirty_lock);
EXPORT_SYMBOL(vm_insert_page);
EXPORT_SYMBOL(vm_insert_pages);
EXPORT_SYMBOL(vm_iomap_memory);
EXPORT_SYMBOL(vm_map_pages);
EXPORT_SYMBOL(vm_map_pages_zero);
EXPORT_SYMBOL(vmf_insert_page);
EXPORT_SYMBOL(vmf_insert_pfn);
EXPORT_SYMBOL(vmf_insert_pfn_prot);
EXPORT_SYMBOL(zap_vma_ptes);

/* linux/mman.h */
EXPORT_SYMBOL(vm_mmap);
EXPORT_SYMBOL(vm_munmap);

/* linux/mmzone.h */
EXPORT_SYMBOL(zones);

/* linux/percpu.h */
EXPORT_SYMBOL(__alloc_percpu);
EXPORT_SYMBOL(__alloc_percpu_gfp);
EXPORT_SYMBOL(free_percpu);
EXPORT_SYMBOL(per_cpu_ptr_to_phys);

/* linux/percpu_counter.h */
EXPORT_SYMBOL(__percpu_counter_compare);
EXPORT_SYMBOL(__percpu_counter_limited_add);
EXPORT_SYMBOL(percpu_counter_add_batch);
EXPORT_SYMBOL(percpu_counter_batch);
EXPORT_SYMBOL(percpu_counter_destroy_many);
EXPORT_SYMBOL(percpu_counter_init_many);
EXPORT_SYMBOL(percpu_counter_set);
EXPORT_SYMBOL(percpu_counter_sum);
EXPORT_SYMBOL(percpu_counter_sync);

/* linux/sched/mm.h */
EXPORT_SYMBOL(__mmdrop);
EXPORT_SYMBOL(kthread_unuse_mm);
EXPORT_SYMBOL(kthread_use_mm);
EXPORT_SYMBOL(mm_alloc);
EXPORT_SYMBOL(mmput);

/* linux/set_memory.h */
EXPORT_SYMBOL(set_memory_nx);
EXPORT_SYMBOL(set_memory_ro);
EXPORT_SYMBOL(set_memory_rox);
EXPORT_SYMBOL(set_memory_rw);
EXPORT_SYMBOL(set_memory_x);

/* linux/slab.h */
EXPORT_SYMBOL(__kmalloc);
EXPORT_SYMBOL(__kmalloc_tagged);
EXPORT_SYMBOL(__kmalloc_cache);
EXPORT_SYMBOL(__kmalloc_cache_flags);
EXPORT_SYMBOL(__kmalloc_large);
EXPORT_SYMBOL(__kmem_cache_create);
EXPORT_SYMBOL(__kmem_cache_create_args);
EXPORT_SYMBOL(__kmem_cache_default_args);
EXPORT_SYMBOL(kfree);
EXPORT_SYMBOL(kfree_const);
EXPORT_SYMBOL(kfree_sensitive);
EXPORT_SYMBOL(kmalloc_caches);
EXPORT_SYMBOL(kmalloc_places);
EXPORT_SYMBOL(kmalloc_size_roundup);
EXPORT_SYMBOL(kmem_buckets_alloc);
EXPORT_SYMBOL(kmem_buckets_create);
EXPORT_SYMBOL(kmem_buckets_destroy);
EXPORT_SYMBOL(kmem_buckets_valloc);
EXPORT_SYMBOL(kmem_cache_alloc);
EXPORT_SYMBOL(kmem_cache_alloc_bulk);
EXPORT_SYMBOL(kmem_cache_alloc_bulk_tagged);
EXPORT_SYMBOL(kmem_cache_alloc_tagged);
EXPORT_SYMBOL(kmem_cache_create_usercopy);
EXPORT_SYMBOL(kmem_cache_destroy);
EXPORT_SYMBOL(kmem_cache_free);
EXPORT_SYMBOL(kmem_cache_free_bulk);
EXPORT_SYMBOL(kmem_cache_name);
EXPORT_SYMBOL(kmem_cache_shrink);
EXPORT_SYMBOL(kmem_cache_size);
EXPORT_SYMBOL(kmemdup);
EXPORT_SYMBOL(kmemdup_array);
EXPORT_SYMBOL(kmemdup_nul);
EXPORT_SYMBOL(kmemleak_alloc);
EXPORT_SYMBOL(kmemleak_alloc_phys);
EXPORT_SYMBOL(kmemleak_clear);
EXPORT_SYMBOL(kmemleak_free);
EXPORT_SYMBOL(kmemleak_free_part);
EXPORT_SYMBOL(kmemleak_free_part_phys);
EXPORT_SYMBOL(kmemleak_ignore);
EXPORT_SYMBOL(kmemleak_ignore_phys);
EXPORT_SYMBOL(kmemleak_no_scan);
EXPORT_SYMBOL(kmemleak_not_leak);
EXPORT_SYMBOL(kmemleak_report_new);
EXPORT_SYMBOL(kmemleak_scan_again);
EXPORT_SYMBOL(kmemleak_scan_area);
EXPORT_SYMBOL(kmemleak_transient_leak);
EXPORT_SYMBOL(krealloc);
EXPORT_SYMBOL(krealloc_tagged);
EXPORT_SYMBOL(ksize);
EXPORT_SYMBOL(kstrdup);
EXPORT_SYMBOL(kstrdup_const);
EXPORT_SYMBOL(kstrndup);
EXPORT_SYMBOL(slabinfo_show);
EXPORT_SYMBOL(validate_slab_cache);

/* linux/uaccess.h */
EXPORT_SYMBOL(__check_object_size);
EXPORT_SYMBOL(__clear_user);
EXPORT_SYMBOL(_copy_from_user);
EXPORT_SYMBOL(_copy_from_user_inatomic);
EXPORT_SYMBOL(_copy_from_user_zeroing);
EXPORT_SYMBOL(_copy_to_user);
EXPORT_SYMBOL(_copy_to_user_inatomic);
EXPORT_SYMBOL(check_zeroed_user);
EXPORT_SYMBOL(clear_user);
EXPORT_SYMBOL(copy_from_kernel_nofault);
EXPORT_SYMBOL(copy_from_user_nofault);
EXPORT_SYMBOL(copy_struct_from_user);
EXPORT_SYMBOL(copy_to_kernel_nofault);
EXPORT_SYMBOL(copy_to_user_nofault);
EXPORT_SYMBOL(get_user_word);
EXPORT_SYMBOL(put_user_word);
EXPORT_SYMBOL(strncpy_from_kernel_nofault);
EXPORT_SYMBOL(strncpy_from_user);
EXPORT_SYMBOL(strnlen_user);

/* linux/vmalloc.h */
EXPORT_SYMBOL(__vcalloc);
EXPORT_SYMBOL(__vmalloc);
EXPORT_SYMBOL(__vmalloc_array);
EXPORT_SYMBOL(__vmalloc_node);
EXPORT_SYMBOL(find_vm_area);
EXPORT_SYMBOL(remap_vmalloc_range);
EXPORT_SYMBOL(remap_vmalloc_range_partial);
EXPORT_SYMBOL(vcalloc);
EXPORT_SYMBOL(vfree);
EXPORT_SYMBOL(vfree_atomic);
EXPORT_SYMBOL(vm_map_ram);
EXPORT_SYMBOL(vm_unmap_aliases);
EXPORT_SYMBOL(vm_unmap_ram);
EXPORT_SYMBOL(vmalloc);
EXPORT_SYMBOL(vmalloc_32);
EXPORT_SYMBOL(vmalloc_32_user);
EXPORT_SYMBOL(vmalloc_array);
EXPORT_SYMBOL(vmalloc_huge);
EXPORT_SYMBOL(vmalloc_node);
EXPORT_SYMBOL(vmalloc_nr_pages);
EXPORT_SYMBOL(vmalloc_to_page);
EXPORT_SYMBOL(vmalloc_to_pfn);
EXPORT_SYMBOL(vmalloc_user);
EXPORT_SYMBOL(vmallocinfo_show);
EXPORT_SYMBOL(vmap);
EXPORT_SYMBOL(vrealloc);
EXPORT_SYMBOL(vunmap);
EXPORT_SYMBOL(vzalloc);
EXPORT_SYMBOL(vzalloc_node);

/* linux/rcupdate.h */
EXPORT_SYMBOL(synchronize_rcu);
EXPORT_SYMBOL(synchronize_rcu_expedited);
EXPORT_SYMBOL(call_rcu);
EXPORT_SYMBOL(rcu_barrier);
EXPORT_SYMBOL(get_state_synchronize_rcu);
EXPORT_SYMBOL(start_poll_synchronize_rcu);
EXPORT_SYMBOL(poll_state_synchronize_rcu);
EXPORT_SYMBOL(cond_synchronize_rcu);
EXPORT_SYMBOL(rcu_head_init);
EXPORT_SYMBOL(rcu_head_after_call_rcu);
EXPORT_SYMBOL(kvfree_call_rcu);
EXPORT_SYMBOL(kvfree_rcu_mightsleep);

/* linux/workqueue.h */
EXPORT_SYMBOL(delayed_work_timer_fn);
EXPORT_SYMBOL(init_work);
EXPORT_SYMBOL(init_delayed_work);
EXPORT_SYMBOL(destroy_work_on_stack);
EXPORT_SYMBOL(destroy_delayed_work_on_stack);
EXPORT_SYMBOL(system_wq);
EXPORT_SYMBOL(system_highpri_wq);
EXPORT_SYMBOL(system_long_wq);
EXPORT_SYMBOL(system_unbound_wq);
EXPORT_SYMBOL(alloc_workqueue);
EXPORT_SYMBOL(destroy_workqueue);
EXPORT_SYMBOL(flush_workqueue);
EXPORT_SYMBOL(drain_workqueue);
EXPORT_SYMBOL(workqueue_set_max_active);
EXPORT_SYMBOL(queue_work_on);
EXPORT_SYMBOL(queue_delayed_work_on);
EXPORT_SYMBOL(mod_delayed_work_on);
EXPORT_SYMBOL(schedule_on_each_cpu);
EXPORT_SYMBOL(flush_work);
EXPORT_SYMBOL(flush_delayed_work);
EXPORT_SYMBOL(cancel_work);
EXPORT_SYMBOL(cancel_work_sync);
EXPORT_SYMBOL(cancel_delayed_work);
EXPORT_SYMBOL(cancel_delayed_work_sync);
EXPORT_SYMBOL(disable_work);
EXPORT_SYMBOL(disable_work_sync);
EXPORT_SYMBOL(enable_work);
EXPORT_SYMBOL(disable_delayed_work);
EXPORT_SYMBOL(disable_delayed_work_sync);
EXPORT_SYMBOL(enable_delayed_work);
EXPORT_SYMBOL(work_busy);
EXPORT_SYMBOL(current_work);

/* linux/idr.h */
EXPORT_SYMBOL(ida_alloc_range);
EXPORT_SYMBOL(ida_destroy);
EXPORT_SYMBOL(ida_exists);
EXPORT_SYMBOL(ida_free);
EXPORT_SYMBOL(idr_alloc);
EXPORT_SYMBOL(idr_alloc_cyclic);
EXPORT_SYMBOL(idr_alloc_u32);
EXPORT_SYMBOL(idr_destroy);
EXPORT_SYMBOL(idr_find);
EXPORT_SYMBOL(idr_for_each);
EXPORT_SYMBOL(idr_get_next);
EXPORT_SYMBOL(idr_get_next_ul);
EXPORT_SYMBOL(idr_preload);
EXPORT_SYMBOL(idr_preload_end);
EXPORT_SYMBOL(idr_remove);
EXPORT_SYMBOL(idr_replace);

/* linux/xarray.h */
EXPORT_SYMBOL(__xa_alloc);
EXPORT_SYMBOL(__xa_alloc_cyclic);
EXPORT_SYMBOL(__xa_clear_mark);
EXPORT_SYMBOL(__xa_cmpxchg);
EXPORT_SYMBOL(__xa_erase);
EXPORT_SYMBOL(__xa_insert);
EXPORT_SYMBOL(__xa_set_mark);
EXPORT_SYMBOL(__xa_store);
EXPORT_SYMBOL(xa_clear_mark);
EXPORT_SYMBOL(xa_destroy);
EXPORT_SYMBOL(xa_erase);
EXPORT_SYMBOL(xa_extract);
EXPORT_SYMBOL(xa_find);
EXPORT_SYMBOL(xa_find_after);
EXPORT_SYMBOL(xa_get_mark);
EXPORT_SYMBOL(xa_load);
EXPORT_SYMBOL(xa_set_mark);
EXPORT_SYMBOL(xa_store);

/* linux/dma-mapping.h */
EXPORT_SYMBOL(dma_alloc_attrs);
EXPORT_SYMBOL(dma_free_attrs);
EXPORT_SYMBOL(dma_map_page_attrs);
EXPORT_SYMBOL(dma_map_single_attrs);
EXPORT_SYMBOL(dma_set_coherent_mask);
EXPORT_SYMBOL(dma_set_mask);
EXPORT_SYMBOL(dma_set_mask_and_coherent);
EXPORT_SYMBOL(dma_unmap_page_attrs);

/* linux/dmapool.h */
EXPORT_SYMBOL(dma_pool_alloc);
EXPORT_SYMBOL(dma_pool_create);
EXPORT_SYMBOL(dma_pool_destroy);
EXPORT_SYMBOL(dma_pool_free);

/* linux/mempool.h */
EXPORT_SYMBOL(mempool_alloc);
EXPORT_SYMBOL(mempool_alloc_pages);
EXPORT_SYMBOL(mempool_alloc_preallocated);
EXPORT_SYMBOL(mempool_alloc_slab);
EXPORT_SYMBOL(mempool_create);
EXPORT_SYMBOL(mempool_create_node);
EXPORT_SYMBOL(mempool_destroy);
EXPORT_SYMBOL(mempool_exit);
EXPORT_SYMBOL(mempool_free);
EXPORT_SYMBOL(mempool_free_pages);
EXPORT_SYMBOL(mempool_free_slab);
EXPORT_SYMBOL(mempool_init);
EXPORT_SYMBOL(mempool_init_node);
EXPORT_SYMBOL(mempool_kfree);
EXPORT_SYMBOL(mempool_kmalloc);
EXPORT_SYMBOL(mempool_kvfree);
EXPORT_SYMBOL(mempool_kvmalloc);
EXPORT_SYMBOL(mempool_resize);

/* the kernel's state and the machine, as macros and inline functions use them */
EXPORT_SYMBOL(call_on_cpu);
EXPORT_SYMBOL(call_on_cpus);
EXPORT_SYMBOL(clock_ns);
EXPORT_SYMBOL(copy_nofault);
EXPORT_SYMBOL(idle_task);
EXPORT_SYMBOL(invariant_broken);
EXPORT_SYMBOL(nr_cpu_ids);
EXPORT_SYMBOL(nr_online_cpus);
EXPORT_SYMBOL(raw_clear_user);
EXPORT_SYMBOL(raw_copy_from_user);
EXPORT_SYMBOL(raw_copy_to_user);
EXPORT_SYMBOL(raw_get_user);
EXPORT_SYMBOL(raw_put_user);
EXPORT_SYMBOL(raw_strnlen_user);
EXPORT_SYMBOL(recovery_jump);
EXPORT_SYMBOL(recovery_save);
EXPORT_SYMBOL(smp_poll);
EXPORT_SYMBOL(stack_bounds);
EXPORT_SYMBOL(stack_trace_save);
EXPORT_SYMBOL(sync_wait);
EXPORT_SYMBOL(sync_wake);
EXPORT_SYMBOL(sync_wake_one);
EXPORT_SYMBOL(__per_cpu_offset);
EXPORT_SYMBOL(cpu_number);

/* what debug builds check beside locks, readers and contexts */
#ifdef QUARRY_DEBUG
EXPORT_SYMBOL(fs_reclaim_acquire);
EXPORT_SYMBOL(fs_reclaim_release);
EXPORT_SYMBOL(lock_acquire);
EXPORT_SYMBOL(lock_release);
EXPORT_SYMBOL(lockdep_depth);
EXPORT_SYMBOL(lockdep_forget);
EXPORT_SYMBOL(lockdep_off);
EXPORT_SYMBOL(lockdep_on);
EXPORT_SYMBOL(lockdep_may_hold);
EXPORT_SYMBOL(__might_sleep);
EXPORT_SYMBOL(may_sleep_here);
EXPORT_SYMBOL(site_is_new);
EXPORT_SYMBOL(touch_softlockup_watchdog);
EXPORT_SYMBOL(rcu_lock_map);
EXPORT_SYMBOL(rcu_lock_bh_map);
EXPORT_SYMBOL(rcu_lock_sched_map);
EXPORT_SYMBOL(rcu_reader_begin);
EXPORT_SYMBOL(rcu_reader_end);
EXPORT_SYMBOL(rcu_reader_held);
EXPORT_SYMBOL(rcu_suspicious);
EXPORT_SYMBOL(read_debug_lock);
EXPORT_SYMBOL(read_debug_tried);
EXPORT_SYMBOL(read_debug_unlock);
EXPORT_SYMBOL(write_debug_lock);
EXPORT_SYMBOL(write_debug_tried);
EXPORT_SYMBOL(write_debug_unlock);
EXPORT_SYMBOL(spin_debug_lock);
EXPORT_SYMBOL(spin_debug_tried);
EXPORT_SYMBOL(spin_debug_locked);
EXPORT_SYMBOL(spin_debug_unlock);
EXPORT_SYMBOL(spin_life);
EXPORT_SYMBOL(spin_watch_round);
#endif

/* linux/miscdevice.h */
EXPORT_SYMBOL(misc_register);
EXPORT_SYMBOL(misc_deregister);

/* linux/shrinker.h */
EXPORT_SYMBOL(shrinker_alloc);
EXPORT_SYMBOL(shrinker_register);
EXPORT_SYMBOL(shrinker_free);
