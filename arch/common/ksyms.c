// SPDX-License-Identifier: MIT
/*
 * Names of the addresses inside the kernel image.
 *
 * The build links the kernel, lists its symbols, turns the list into a table (ksyms.awk) and links
 * again with the table inside, until the addresses hold. Four symbols describe it:
 *
 *	__ksyms_count        how many
 *	__ksyms_offs[]       address - IMAGE_START, 32 bits each
 *	__ksyms_name_offs[]  where the name begins in …
 *	__ksyms_names[]      … all names, each with its NUL
 *
 * I1  __ksyms_offs rises strictly, so a binary search finds the symbol at or below an address:
 *     O(log n).
 * I2  A symbol reaches to the next one, but never over the end of the text into data.
 *
 * Code that was loaded beside the image is named by who loaded it (ksym_loaded_hook).
 *
 * The table is read-only from the first instruction on; lookups need no lock and are fit for any
 * context, NMI included.
 */
#include <asm/ksyms.h>
#include <asm/page.h>
#include <linux/sprintf.h>
#include <linux/string.h>

extern const u32 __ksyms_count;
extern const u32 __ksyms_offs[], __ksyms_name_offs[];
extern const char __ksyms_names[];

bool (*ksym_loaded_hook)(unsigned long addr, struct ksym_loaded *sym);

/* Number of symbols at or below `off`. */
static u32 symbols_up_to(u32 off)
{
	u32 low = 0, high = __ksyms_count;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (__ksyms_offs[mid] <= off)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Where the symbol with number `i` ends, given that `addr` lies in it. */
static unsigned long symbol_end(u32 i, unsigned long addr)
{
	unsigned long text_end = (unsigned long)__text_end;
	unsigned long end = (unsigned long)__image_end;

	if (i + 1 < __ksyms_count)
		end = IMAGE_START + __ksyms_offs[i + 1];
	return addr < text_end && end > text_end ? text_end : end;
}

/**
 * ksym_lookup - which symbol covers an address
 * @addr: any address
 * @name: gets the symbol's name
 * @offset: gets how far into the symbol @addr is
 * @size: gets the symbol's length, up to the next one
 *
 * Return: false if @addr lies outside the image or before its first symbol.
 */
bool ksym_lookup(unsigned long addr, const char **name, unsigned long *offset, unsigned long *size)
{
	unsigned long start;
	u32 i;

	if (addr < (unsigned long)__image_start || addr >= (unsigned long)__image_end)
		return false;
	i = symbols_up_to(addr - IMAGE_START);
	if (!i)
		return false;
	i--;
	start = IMAGE_START + __ksyms_offs[i];
	*name = __ksyms_names + __ksyms_name_offs[i];
	*offset = addr - start;
	*size = symbol_end(i, addr) - start;
	return true;
}

/**
 * ksym_find - where a symbol of the image is
 * @name: its name; of several with one name, the lowest is meant
 * @start: gets its address
 * @end: gets the first address behind it
 */
bool ksym_find(const char *name, unsigned long *start, unsigned long *end)
{
	for (u32 i = 0; i < __ksyms_count; i++) {
		if (strcmp(__ksyms_names + __ksyms_name_offs[i], name))
			continue;
		*start = IMAGE_START + __ksyms_offs[i];
		*end = symbol_end(i, *start);
		return true;
	}
	return false;
}

static bool find_loaded(unsigned long addr, struct ksym_loaded *sym)
{
	bool (*hook)(unsigned long addr, struct ksym_loaded *sym) = READ_ONCE(ksym_loaded_hook);

	return hook && hook(addr, sym);
}

bool ksym_is_text(unsigned long addr)
{
	struct ksym_loaded sym;

	if (addr >= (unsigned long)__text_start && addr < (unsigned long)__text_end)
		return true;
	return find_loaded(addr, &sym) && sym.text;
}

/* Name `addr` by the symbol that covers `addr - back`. */
static int print_symbol(char *buf, size_t size, unsigned long addr, unsigned int back)
{
	unsigned long offset, length;
	struct ksym_loaded sym;
	const char *name;

	if (find_loaded(addr - back, &sym))
		return snprintf(buf, size, "%s+0x%lx/0x%lx [%s]", sym.name, sym.offset + back,
				sym.size, sym.module);
	if (!ksym_lookup(addr - back, &name, &offset, &length))
		return snprintf(buf, size, "0x%lx", addr);
	return snprintf(buf, size, "%s+0x%lx/0x%lx", name, offset + back, length);
}

/**
 * ksym_print - an address as name+offset/size
 * @buf: gets the text
 * @size: of @buf
 * @addr: any address; outside the image its number is printed
 *
 * Return: the length of the whole text, as snprintf() does.
 */
int ksym_print(char *buf, size_t size, unsigned long addr)
{
	return print_symbol(buf, size, addr, 0);
}

/**
 * ksym_print_return - a return address as name+offset/size
 * @buf: gets the text
 * @size: of @buf
 * @addr: the return address; the call in front of it may be the last instruction of its function
 *
 * Return: the length of the whole text, as snprintf() does.
 */
int ksym_print_return(char *buf, size_t size, unsigned long addr)
{
	return print_symbol(buf, size, addr, 1);
}

static bool name_for_printf(unsigned long addr, char *buf, size_t size)
{
	struct ksym_loaded sym;

	if ((addr < (unsigned long)__image_start || addr >= (unsigned long)__image_end) &&
	    !find_loaded(addr, &sym))
		return false;
	ksym_print(buf, size, addr);
	return true;
}

/**
 * ksyms_init - let printf name addresses (%pS, %ps, %pB)
 *
 * Context: boot, once.
 */
void ksyms_init(void)
{
	symbol_name_hook = name_for_printf;
}
