/* SPDX-License-Identifier: MIT */
/*
 * Layouts of the ACPI tables that lead to the list of CPUs (ACPI Specification 6.5, 5.2.5 to
 * 5.2.12). Private to the parser, which copies them out before use.
 */
#ifndef BOOT_ACPI_TABLES_H
#define BOOT_ACPI_TABLES_H

#include <linux/types.h>
#include <linux/compiler.h>

#define ACPI_RSDP_SIGNATURE "RSD PTR "
#define ACPI_RSDP_V1	    20 /* bytes of version 1, which have a checksum of their own */

struct acpi_rsdp {
	char signature[8];
	u8 checksum;
	char oem_id[6];
	u8 revision; /* 0: version 1; 2: all of this structure */
	u32 rsdt;
	u32 length;
	u64 xsdt;
	u8 extended_checksum;
	u8 reserved[3];
} __packed;

struct acpi_header {
	char signature[4];
	u32 length; /* of the whole table; its bytes add up to 0 */
	u8 revision, checksum;
	char oem_id[6], oem_table_id[8];
	u32 oem_revision, creator_id, creator_revision;
} __packed;

/* "APIC": behind the header this, then entries of {u8 type, u8 length, …}. */
struct acpi_madt {
	u32 lapic_addr, flags;
} __packed;

enum madt_type {
	MADT_LAPIC = 0,
	MADT_LAPIC_ADDR = 5,
	MADT_X2APIC = 9,
};

#define MADT_ENABLED	    (1u << 0)
#define MADT_ONLINE_CAPABLE (1u << 1)

struct madt_lapic {
	u8 type, length;
	u8 uid, apic_id;
	u32 flags;
} __packed;

struct madt_lapic_addr {
	u8 type, length;
	u16 reserved;
	u64 addr;
} __packed;

struct madt_x2apic {
	u8 type, length;
	u16 reserved;
	u32 apic_id, flags, uid;
} __packed;

#endif
