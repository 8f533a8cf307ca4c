// SPDX-License-Identifier: MIT
/*
 * What the kernel exports to modules of what stands around the memory manager: the functions of lib/'s
 * headers, by header, and what macros and inline functions of all headers make of the machine. What
 * headers of mm/ declare stands in exports_mm.c; what a port has of its own it exports itself.
 *
 * Lists, not a line at each definition: mm/ and lib/base go into kernels that load no modules, and
 * what a module may call can be read here in one go. tests/check/exports compares them with the headers,
 * and has the list of what is left out on purpose.
 */
#include <kunit/test.h>
#include <asm/clock.h>
#include <asm/extable.h>
#include <asm/percpu.h>
#include <asm/smp.h>
#include <asm/stack.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bsearch.h>
#include <linux/bug.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/math.h>
#include <linux/miscdevice.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/nmi.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/rbtree.h>
#include <linux/rbtree_augmented.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwlock.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/semaphore.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/sprintf.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
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
