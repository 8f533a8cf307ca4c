# SPDX-License-Identifier: MIT
"""The scripted session: stop in the fault handler on one chosen fault and hold what gdb sees against what the kernel sees.

The case fault_for_gdb of the suite gdb_target (tests/mm/gdb_target_test.c) maps one page at TARGET and writes to it. Here we stop in
handle_mm_fault() on that address, check the address and the VMA, walk the page table through physical memory and compare with the kernel's own walk,
step out, walk again, and let the machine end by itself.
"""
import gdb
import sys

TARGET = 0x5EED0000
PAGE = 4096
checks = 0


def check(what, ok):
    global checks
    checks += 1
    print("%s %d - %s" % ("ok" if ok else "not ok", checks, what))
    if not ok:
        gdb.execute("kill")
        gdb.execute("quit 1")


def kernel_walk(va):
    """Physical address by the kernel's own pt_lookup() through its direct map, or None."""
    slot = int(gdb.parse_and_eval("pt_lookup(current_task->mm->pgd, %d, &gdb_walk_level)" % va))
    if not slot:
        return None
    entry = int(gdb.parse_and_eval("((pte_t *)%d)->val" % slot)) & 0xFFFFFFFFFFFFFFFF
    level = int(gdb.parse_and_eval("gdb_walk_level"))
    mask = (PAGE << (9 * level)) - 1
    return (entry & PTE_ADDR & ~mask) | (va & mask)


check("stopped at the first line of C", "boot_main" in gdb.selected_frame().name())
gdb.execute("break handle_mm_fault if address == %d" % TARGET)
gdb.execute("continue")

frame = gdb.selected_frame()
check("stopped in the fault handler", frame.name() == "handle_mm_fault")
check("the fault's address is the chosen one", int(gdb.parse_and_eval("address")) == TARGET)
vma = gdb.parse_and_eval("vma")
check("the VMA holds the address", int(vma["vm_start"]) <= TARGET < int(vma["vm_end"]))
check("the VMA may be written", int(vma["vm_flags"]) & 2)
check("q-vmas lists it", "%#014x" % int(vma["vm_start"]) in gdb.execute("q-vmas", to_string=True))

before = walk(TARGET)
check("no translation before, by the CPU's tables", translate(before, TARGET) is None)
check("none by the kernel's walk either", kernel_walk(TARGET) is None)

gdb.execute("finish")
after = walk(TARGET)
phys = translate(after, TARGET)
check("a translation after", phys is not None)
check("the same physical page by both walks", phys == kernel_walk(TARGET))
check("the entry may be written and is not executable", after[-1][2] & 2 and after[-1][2] >> 63)
text = gdb.execute("q-page %#x" % (phys >> 12), to_string=True)
check("q-page knows the page as in use", "used, order 0, refcount 1" in text)
check("q-pt prints the same address", "physical %#x" % phys in gdb.execute("q-pt %#x" % TARGET, to_string=True))
check("q-zones names the populated zones", "DMA32" in gdb.execute("q-zones", to_string=True))
check("q-slab knows kmalloc-64", "kmalloc-64" in gdb.execute("q-slab kmalloc-64", to_string=True))

text = gdb.execute("quarry whatis %#x" % (TARGET + 5), to_string=True)
check("quarry whatis finds the VMA", "%d bytes inside %#x" % (TARGET + 5 - int(vma["vm_start"]), int(vma["vm_start"])) in text)
check("and the page", "pfn %#x, zone" % (phys >> 12) in text and "used, order 0" in text)
text = gdb.execute("quarry whatis %#x" % (int(vma) + 8), to_string=True)
check("the VMA itself is an object of its cache", "8 bytes from the start of object #" in text and "vm_area_struct" in text)

gdb.execute("delete")
try:
    gdb.execute("continue")
except gdb.error as e:
    check("the machine ended by itself (%s)" % e, "closed" in str(e) or "exited" in str(e))
else:
    check("the machine ended by itself", not gdb.selected_inferior().pid)
print("1..%d" % checks)
sys.stdout.flush()
