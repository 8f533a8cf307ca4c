/* SPDX-License-Identifier: MIT */
/*
 * Integer arithmetic that needs a loop
 * ====================================
 *
 * int_sqrt() builds the root bit by bit from the top: before each step r is the largest multiple of
 * 2^b with r² <= x, and x - r² is what is left; adding bit b costs 2·r·2^b + 2^2b. gcd() is
 * Euclid's. Both O(log x), any context.
 */
#include <linux/math.h>
#include <linux/log2.h>

/**
 * int_sqrt - largest r with r * r <= x
 */
unsigned long int_sqrt(unsigned long x)
{
	unsigned long rest = x, root = 0;

	for (int b = x ? ilog2_u64(x) / 2 : -1; b >= 0; b--) {
		unsigned long cost = (root << (b + 1)) + (1UL << 2 * b);

		if (cost <= rest) {
			rest -= cost;
			root += 1UL << b;
		}
	}
	return root;
}

/**
 * gcd - greatest common divisor; gcd(a, 0) is a
 */
unsigned long gcd(unsigned long a, unsigned long b)
{
	while (b) {
		unsigned long r = a % b;

		a = b;
		b = r;
	}
	return a;
}
