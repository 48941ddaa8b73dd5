/*
 * any - numbers by chance, the same in every run (Marsaglia's xorshift)
 */
#ifndef IR_TESTS_UNIT_ANY_H
#define IR_TESTS_UNIT_ANY_H

#include <stdint.h>

static uint64_t any_seed = 88172645463325252ull;

/* Less than `below`, which is not 0. */
static inline unsigned
any(unsigned below)
{
	any_seed ^= any_seed << 13;
	any_seed ^= any_seed >> 7;
	any_seed ^= any_seed << 17;
	return (unsigned)(any_seed >> 33) % below;
}

#endif
