// SPDX-License-Identifier: MIT
/*
 * What the kernel exports to modules of the memory manager: the functions of mm/'s headers, by header,
 * and what macros and inline functions there make of them. Why as a list: exports_lib.c.
 */
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/export.h>
#include <linux/fault-inject.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kfence.h>
#include <linux/kmemleak.h>
#include <linux/kvmalloc.h>
#include <linux/memfile.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/mm_vma.h>
#include <linux/mman.h>
#include <linux/mmzone.h>
#include <linux/percpu.h>
#include <linux/percpu_counter.h>
#include <linux/sched/mm.h>
#include <linux/set_memory.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/stackdepot.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

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

/* linux/shrinker.h */
EXPORT_SYMBOL(shrinker_alloc);
EXPORT_SYMBOL(shrinker_register);
EXPORT_SYMBOL(shrinker_free);
