/*
 * hash - SHA-256 (FIPS 180-4, by nettle) and the ids made from it
 */
#ifndef IR_BASE_HASH_H
#define IR_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum {
	IR_SHA_BYTES = 32,
	IR_SHA_HEX   = 65,	/* with the NUL */
	IR_ID_MAX    = 16,	/* "chk-" + 8 + NUL, with room */
	IR_ID_CHARS  = 8,
};

void ir_sha256(const void *p, size_t n, uint8_t out[static IR_SHA_BYTES]);
/* Lower-case hexadecimal. Returns out. */
const char *ir_sha256_hex(const void *p, size_t n, char out[static IR_SHA_HEX]);

/* The first 40 bits of hash as 8 characters of Crockford's base 32, lower case
 * (0-9 a-z without i l o u), NUL-terminated. */
void ir_base32(const uint8_t hash[static 5], char out[static IR_ID_CHARS + 1]);

/* "chk", key -> "chk-7k3f2q8m". full gets the whole hash in hexadecimal; may be NULL. */
void ir_id_make(const char *prefix, const void *key, size_t n, char out[static IR_ID_MAX], char *full);

/* A fresh run id, "run-" and 40 random bits. */
void ir_id_random(const char *prefix, char out[static IR_ID_MAX]);

/* True when the n bytes are three lower-case letters, "-" and 8 Crockford characters. */
int ir_id_valid(const char *s, size_t n);

/* Prefix and 40 bits packed into one number, never 0: the index's key. s must be a valid id. */
uint64_t ir_id_pack(const char *s);

#endif
