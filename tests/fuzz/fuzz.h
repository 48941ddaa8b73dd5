/* fuzz - what the fuzz harnesses share: an invariant that ends the process, and input as a string */
#ifndef IR_TESTS_FUZZ_FUZZ_H
#define IR_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOLDS(cond) \
	do { \
		if (!(cond)) { \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #cond); \
			abort(); \
		} \
	} while (0)

/* A copy of exactly size bytes and a NUL, so that reading on is seen; free it. */
static inline char *
fuzz_string(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);

	if (!s)
		abort();
	if (size)
		memcpy(s, data, size);
	s[size] = '\0';
	return s;
}

/* Takes a number from the front of the input; missing bytes are 0. */
static inline uint64_t
fuzz_number(const uint8_t **data, size_t *size, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = 0; i < bytes; i++) {
		v <<= 8;
		if (*size) {
			v |= *(*data)++;
			--*size;
		}
	}
	return v;
}

#endif
