/* sha384 - SHA-384 (FIPS 180-4, by nettle), which sqlx keeps of each file */
#include <nettle/sha2.h>

#include "migrate/sha384.h"

const char *
ir_sha384_hex(struct ir_arena *arena, const void *p, size_t n)
{
	struct sha384_ctx ctx;
	uint8_t sum[SHA384_DIGEST_SIZE];
	char *hex = ir_arena_alloc(arena, 2 * SHA384_DIGEST_SIZE + 1);

	sha384_init(&ctx);
	sha384_update(&ctx, n, p);
	sha384_digest(&ctx, sizeof(sum), sum);
	for (size_t i = 0; i < sizeof(sum); i++) {
		hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	return hex;
}
