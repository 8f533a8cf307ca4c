# SPDX-License-Identifier: MIT
"""Quarry's commands for gdb.

    q-pt VA          walk the page tables of the running address space for VA, through physical memory
    q-page PFN       the struct page of a page frame, its block and its zone
    q-slab [CACHE]   caches and their counts, or one cache with its slabs
    q-vmas           the VMAs of the address space in use
    quarry whatis ADDR   all that is known about an address: region, symbol, tables, page, slab object, VMA (short: q-whatis)
    q-zones          zones, watermarks and free blocks by order

q-pt asks QEMU's stub to read physical addresses (Qqemu.PhyMemMode), so it sees what the CPU's walker sees and not what the kernel believes.
"""
import gdb

PAGE_SHIFT = 12
PTE_ADDR = 0x000FFFFFFFFFF000
LEVELS = ["PTE", "PMD", "PUD", "PGD"]
SIZES = ["4 KiB", "2 MiB", "1 GiB"]
FLAGS = [(0, "P"), (1, "W"), (2, "U"), (3, "PWT"), (4, "PCD"), (5, "A"), (6, "D"), (7, "PS"), (8, "G"), (63, "NX")]
PAGE_TYPES = ["none (tail or not managed)", "free", "free (per-CPU list)", "used", "slab", "large kmalloc",
              "page table", "reserved"]


class physical_memory:
    """While entered, gdb's memory reads are physical."""

    def __enter__(self):
        gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)

    def __exit__(self, *_):
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


def read_phys64(addr):
    with physical_memory():
        raw = gdb.selected_inferior().read_memory(addr, 8)
    return int.from_bytes(bytes(raw), "little")


def flag_words(entry):
    return " ".join(name for bit, name in FLAGS if entry >> bit & 1)


def walk(va, root=None):
    """[(level, physical address of the entry, entry)] from the root down to the leaf or the first entry that is not present."""
    table = (int(gdb.parse_and_eval("$cr3")) if root is None else root) & PTE_ADDR
    steps = []
    for level in (3, 2, 1, 0):
        slot = table + (va >> (PAGE_SHIFT + 9 * level) & 511) * 8
        entry = read_phys64(slot)
        steps.append((level, slot, entry))
        if not entry & 1 or level == 0 or (level < 3 and entry & 0x80):
            break
        table = entry & PTE_ADDR
    return steps


def translate(steps, va):
    """Physical address that a walk ends at, or None."""
    level, _, entry = steps[-1]
    if not entry & 1:
        return None
    mask = (1 << (PAGE_SHIFT + 9 * level)) - 1
    return (entry & PTE_ADDR & ~mask) | (va & mask)


def value(expression):
    return gdb.parse_and_eval(expression)


def number(text):
    return int(value(text)) & 0xFFFFFFFFFFFFFFFF


def zone_of(pfn):
    return (pfn >= 0x1000) + (pfn >= 0x100000)


def page(pfn):
    return value("((struct page *)0xffffea0000000000)[%d]" % pfn)


class Command(gdb.Command):
    """Base: the class's `name`, its docstring as help, errors as one line."""

    name = ""

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_USER)

    def invoke(self, args, _tty):
        try:
            self.run(gdb.string_to_argv(args))
        except (IndexError, ValueError):
            print("usage: " + self.__doc__)
        except gdb.error as e:
            print("%s: %s" % (self.name, e))


class PageTable(Command):
    """q-pt VA: walk the page tables in use for VA, through physical memory."""

    name = "q-pt"

    def run(self, argv):
        va = number(argv[0])
        steps = walk(va)
        for level, slot, entry in steps:
            print("%s at %#014x: %#018x  %s" % (LEVELS[level], slot, entry, flag_words(entry)))
        phys = translate(steps, va)
        if phys is None:
            print("%#x is not mapped (%s not present)" % (va, LEVELS[steps[-1][0]]))
        else:
            print("%#x -> physical %#x (%s page)" % (va, phys, SIZES[steps[-1][0]]))


class Page(Command):
    """q-page PFN: the struct page of a page frame, its block and its zone."""

    name = "q-page"

    def run(self, argv):
        pfn = number(argv[0])
        p = page(pfn)
        zone = value("zones")[zone_of(pfn)]["name"].string()
        kind = int(p["type"])
        print("pfn %#x (physical %#x, zone %s): %s, order %d, refcount %d, mapcount %d, flags %#x" % (
            pfn, pfn << PAGE_SHIFT, zone, PAGE_TYPES[kind] if kind < len(PAGE_TYPES) else "damaged",
            int(p["order"]), int(p["_refcount"]["counter"]), int(p["_mapcount"]["counter"]), int(p["flags"])))
        head = self.head(pfn)
        if head is not None and head != pfn:
            h = page(head)
            print("  inside the block of order %d at pfn %#x: %s" % (int(h["order"]), head, PAGE_TYPES[int(h["type"])]))

    @staticmethod
    def head(pfn):
        p = page(pfn)
        kind = int(p["type"])
        if kind:
            return pfn - int(p["tail"]) if PAGE_TYPES[kind:kind + 1] == ["slab"] else pfn
        for order in range(1, 11):
            candidate = pfn & ~((1 << order) - 1)
            c = page(candidate)
            if int(c["type"]):
                return candidate if int(c["order"]) >= order else None
        return None


class Zones(Command):
    """q-zones: zones, watermarks and free blocks by order."""

    name = "q-zones"

    def run(self, _argv):
        if not any(int(value("zones[%d].managed" % i)) for i in range(3)):
            print("no zone has memory yet")
        for i in range(3):
            z = value("zones[%d]" % i)
            if not int(z["managed"]):
                continue
            print("%-6s pfn %#x-%#x managed %d free %d (untouched %d) min %d low %d high %d" % (
                z["name"].string(), int(z["start_pfn"]), int(z["end_pfn"]), int(z["managed"]), int(z["nr_free"]),
                int(z["nr_untouched"]), *(int(z["watermark"][w]) for w in range(3))))
            for order in range(11):
                counts = [int(z["area"][order]["nr_free"][t]) for t in range(3)]
                if any(counts):
                    print("    order %2d: %6d unmovable %6d movable %6d reclaimable" % (order, *counts))


def slabs(listing):
    """Heads of the slabs in a struct slab_list, as pfns."""
    pfn = int(listing["first"])
    while pfn:
        yield pfn
        pfn = int(page(pfn)["next"])


class Slab(Command):
    """q-slab [CACHE]: all caches with their counts, or one cache with its slabs."""

    name = "q-slab"

    def run(self, argv):
        cache = value("cache_list")
        found = False
        while int(cache):
            name = cache["name"].string()
            if not argv or argv[0] == name:
                found = True
                self.show(cache, name)
                if argv:
                    self.show_slabs(cache)
            cache = cache["next"]
        if not found:
            print("no cache is called " + argv[0] if argv else "there are no caches yet")

    @staticmethod
    def show(cache, name):
        used = sum(int(page(pfn)["inuse"]) for which in ("partial", "full") for pfn in slabs(cache[which]))
        print("%-24s size %5d (object %5d) order %d  slabs: %d partial %d full %d empty  objects out: %d  magazines: %d full %d empty" % (
            name, int(cache["size"]), int(cache["object_size"]), int(cache["order"]),
            int(cache["partial"]["nr"]), int(cache["full"]["nr"]), int(cache["empty"]["nr"]), used,
            int(cache["nr_full"]), int(cache["nr_empty"])))

    @staticmethod
    def show_slabs(cache):
        for which in ("partial", "full", "empty"):
            for pfn in slabs(cache[which]):
                print("  %-7s slab at pfn %#x (%#x): %d of %d objects out" % (
                    which, pfn, 0xFFFF888000000000 + (pfn << PAGE_SHIFT), int(page(pfn)["inuse"]), int(cache["objects"])))


class Vmas(Command):
    """q-vmas: the VMAs of the address space in use, in order of address."""

    name = "q-vmas"

    def run(self, _argv):
        mm = value("current_task->mm")
        if not int(mm):
            print("no address space is in use (the current task has none)")
            return
        print("mm %#x: %d mappings, %d pages, root table %#x" % (
            int(mm), int(mm["map_count"]), int(mm["total_vm"]), int(mm["pgd"])))
        for vma in self.in_order(mm["mm_rb"]["rb_node"]):
            start, end, flags = int(vma["vm_start"]), int(vma["vm_end"]), int(vma["vm_flags"])
            bits = "".join(c if flags >> i & 1 else "-" for i, c in enumerate("rwx"))
            print("  %#014x-%#014x %s%s flags %#x pgoff %#x%s" % (
                start, end, bits, "s" if flags >> 3 & 1 else "p", flags, int(vma["vm_pgoff"]),
                " file" if int(vma["vm_file"]) else ""))

    def in_order(self, node):
        if not int(node):
            return
        yield from self.in_order(node["rb_left"])
        vma_type = gdb.lookup_type("struct vm_area_struct")
        offset = next(f.bitpos // 8 for f in vma_type.fields() if f.name == "vm_rb")
        yield gdb.Value(int(node) - offset).cast(vma_type.pointer())
        yield from self.in_order(node["rb_right"])


REGIONS = [(0, 0x800000000000, "user address"), (0xFFFF888000000000, 64 << 40, "direct map"),
           (0xFFFFC90000000000, 32 << 40, "vmalloc space"), (0xFFFFEA0000000000, 1 << 40, "struct page array (vmemmap)"),
           (0xFFFFFFFF80000000, 0x20000000, "kernel image"), (0xFFFFFFFFA0000000, 0x5F000000, "modules")]


class WhatIs(Command):
    """quarry whatis ADDR: all that is known about an address. Only memory is read: the kernel needn't be able to run."""

    name = "q-whatis"

    def run(self, argv):
        addr = number(argv[0])
        self.say("region", self.region(addr))
        symbol = gdb.execute("info symbol %#x" % addr, to_string=True).strip()
        if not symbol.startswith("No symbol"):
            self.say("symbol", symbol)
        steps = walk(addr)
        for level, slot, entry in steps:
            self.say("tables", "%s at %#x: %#018x %s" % (LEVELS[level], slot, entry, flag_words(entry) or "empty"))
        phys = translate(steps, addr)
        if phys is not None:
            self.tell_page(phys >> PAGE_SHIFT, phys)
        if 0 <= addr - 0xFFFFEA0000000000 < 1 << 40:
            pfn, byte = divmod(addr - 0xFFFFEA0000000000, 32)
            self.say("vmemmap", "byte %d of the struct page of pfn %#x" % (byte, pfn))
        self.tell_vma(addr)

    @staticmethod
    def say(about, text):
        print("  %-8s %s" % (about, text))

    @staticmethod
    def region(addr):
        for start, length, name in REGIONS:
            if start <= addr < start + length:
                return "%s, offset %#x" % (name, addr - start)
        return "none of the address space"

    def tell_page(self, pfn, phys):
        try:
            head = Page.head(pfn)
            if head is None:
                self.say("page", "pfn %#x, of no block" % pfn)
                return
            h = page(head)
            kind = int(h["type"])
        except gdb.MemoryError:
            self.say("page", "pfn %#x has no struct page: a hole, or a device" % pfn)
            return
        self.say("page", "pfn %#x, zone %s: %s, order %d at pfn %#x, refcount %d" % (
            pfn, value("zones")[zone_of(pfn)]["name"].string(), PAGE_TYPES[kind] if kind < len(PAGE_TYPES) else "damaged",
            int(h["order"]), head, int(h["_refcount"]["counter"])))
        if PAGE_TYPES[kind:kind + 1] == ["slab"]:
            self.tell_object(value("cache_table[%d]" % (int(h["place"]) // 64)), head, phys)

    def tell_object(self, cache, head, phys):
        """Objects are packed from the slab's end, see mm/slab.h."""
        size, end = int(cache["size"]), (head + (1 << int(cache["order"]))) << PAGE_SHIFT
        index = (end - phys - 1) // size
        if index >= int(cache["objects"]):
            self.say("slab", "of %s, before its first object" % cache["name"].string())
            return
        obj = end - (index + 1) * size + int(cache["red_left"])
        self.say("slab", "%d bytes from the start of object #%d of slab %s, %#x, %d bytes" % (
            phys - obj, int(cache["objects"]) - 1 - index, cache["name"].string(), 0xFFFF888000000000 + obj,
            int(cache["object_size"])))

    def tell_vma(self, addr):
        mm = value("current_task->mm")
        if addr >= 0x800000000000 or not int(mm):
            return
        for vma in VMAS.in_order(mm["mm_rb"]["rb_node"]):
            if int(vma["vm_start"]) <= addr < int(vma["vm_end"]):
                self.say("vma", "%d bytes inside %#x-%#x, flags %#x" % (
                    addr - int(vma["vm_start"]), int(vma["vm_start"]), int(vma["vm_end"]), int(vma["vm_flags"])))


class Quarry(gdb.Command):
    """quarry whatis ADDR: all that is known about an address."""

    def __init__(self):
        super().__init__("quarry", gdb.COMMAND_USER, prefix=True)


class QuarryWhatIs(WhatIs):
    """quarry whatis ADDR: all that is known about an address."""

    name = "quarry whatis"


for command in (PageTable, Page, Zones, Slab, WhatIs, Quarry, QuarryWhatIs):
    command()
VMAS = Vmas()
