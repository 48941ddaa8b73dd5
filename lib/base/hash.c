/* hash - SHA-256 (FIPS 180-4, by nettle) and the ids made from it */
#include "base/hash.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void
ir_sha256(const void *p, size_t n, uint8_t out[static IR_SHA_BYTES])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, n, p);
	sha256_digest(&ctx, IR_SHA_BYTES, out);
}

static const char *
to_hex(const uint8_t hash[static IR_SHA_BYTES], char out[static IR_SHA_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < IR_SHA_BYTES; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[IR_SHA_HEX - 1] = '\0';
	return out;
}

const char *
ir_sha256_hex(const void *p, size_t n, char out[static IR_SHA_HEX])
{
	uint8_t hash[IR_SHA_BYTES];

	ir_sha256(p, n, hash);
	return to_hex(hash, out);
}

void
ir_base32(const uint8_t hash[static 5], char out[static IR_ID_CHARS + 1])
{
	uint64_t bits = 0;

	for (int i = 0; i < 5; i++)
		bits = bits << 8 | hash[i];
	for (int i = 0; i < IR_ID_CHARS; i++)
		out[i] = alphabet[bits >> (35 - 5 * i) & 31];
	out[IR_ID_CHARS] = '\0';
}

static void
id_from(const char *prefix, const uint8_t hash[static 5], char out[static IR_ID_MAX])
{
	char chars[IR_ID_CHARS + 1];

	ir_base32(hash, chars);
	snprintf(out, IR_ID_MAX, "%.*s-%s", IR_ID_MAX - IR_ID_CHARS - 2, prefix, chars);
}

void
ir_id_make(const char *prefix, const void *key, size_t n, char out[static IR_ID_MAX], char *full)
{
	uint8_t hash[IR_SHA_BYTES];

	ir_sha256(key, n, hash);
	id_from(prefix, hash, out);
	if (full)
		to_hex(hash, full);
}

/* Where the kernel gives no random bytes (a seccomp filter), this process and instant are still its own. */
static void
random_bytes(uint8_t out[static IR_SHA_BYTES])
{
	int64_t mine[3] = { getpid(), ir_mono_us(), ir_now_ms() };
	ssize_t n;

	do
		n = getrandom(out, IR_SHA_BYTES, 0);
	while (n < 0 && errno == EINTR);
	if (n != IR_SHA_BYTES)
		ir_sha256(mine, sizeof mine, out);
}

void
ir_id_random(const char *prefix, char out[static IR_ID_MAX])
{
	uint8_t bytes[IR_SHA_BYTES];

	random_bytes(bytes);
	id_from(prefix, bytes, out);
}

/* The value of a character of the alphabet, or -1. */
static int
digit_of(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

int
ir_id_valid(const char *s, size_t n)
{
	if (n != 3 + 1 + IR_ID_CHARS || s[3] != '-')
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (s[i] < 'a' || s[i] > 'z')
			return 0;
	}
	for (size_t i = 4; i < n; i++) {
		if (digit_of(s[i]) < 0)
			return 0;
	}
	return 1;
}

uint64_t
ir_id_pack(const char *s)
{
	uint64_t key = 0;

	for (int i = 0; i < 3; i++)
		key = key << 5 | (uint64_t)(s[i] - 'a' + 1);
	for (int i = 4; i < 4 + IR_ID_CHARS; i++)
		key = key << 5 | (uint64_t)(digit_of(s[i]) & 31);
	return key;
}
