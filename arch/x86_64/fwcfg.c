// SPDX-License-Identifier: MIT
/*
 * QEMU's fw_cfg, by ports: how `ARGS=` reaches a kernel whose ISO is already built.
 *
 * A selector written to 0x510 chooses an item, bytes are then read from 0x511. Item 0 is the
 * signature "QEMU"; item 0x19 is the directory: a big-endian count, then entries of 64 bytes {size,
 * selector, reserved, name[56]}.
 * Source: QEMU, docs/specs/fw_cfg.
 */
#include <asm/setup.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "machine.h"

#define FW_CFG_SELECT	 0x510
#define FW_CFG_DATA	 0x511
#define FW_CFG_SIGNATURE 0x00
#define FW_CFG_DIR	 0x19
#define FW_CFG_MAX_FILES 256
#define BOOT_LINE_FILE	 "opt/org.quarry/cmdline"

struct fw_file {
	u8 size[4];
	u8 select[2];
	u8 reserved[2];
	char name[56];
} __packed;

static void read_bytes(void *to, size_t n)
{
	u8 *p = to;

	for (size_t i = 0; i < n; i++)
		p[i] = inb(FW_CFG_DATA);
}

static u32 big_endian(const u8 *p, size_t n)
{
	u32 v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static bool present(void)
{
	char sig[4];

	outw(FW_CFG_SELECT, FW_CFG_SIGNATURE);
	read_bytes(sig, sizeof(sig));
	return memcmp(sig, "QEMU", sizeof(sig)) == 0;
}

static bool find_file(const char *name, struct fw_file *f)
{
	u8 count[4];
	u32 n;

	outw(FW_CFG_SELECT, FW_CFG_DIR);
	read_bytes(count, sizeof(count));
	n = min_t(u32, big_endian(count, 4), FW_CFG_MAX_FILES);
	while (n--) {
		read_bytes(f, sizeof(*f));
		if (strncmp(f->name, name, sizeof(f->name)) == 0)
			return true;
	}
	return false;
}

size_t firmware_boot_line(char *buf, size_t size)
{
	struct fw_file f;
	size_t n;

	if (!present() || !find_file(BOOT_LINE_FILE, &f))
		return 0;
	n = min_t(size_t, big_endian(f.size, 4), size - 1);
	outw(FW_CFG_SELECT, big_endian(f.select, 2));
	read_bytes(buf, n);
	buf[n] = '\0';
	return strnlen(buf, n);
}
