/* resp - any bytes as a server's replies: what the look ahead lets through hiredis takes whole, within the caps, however it is cut into pieces */
#include "net/resp.h"

#include "fuzz.h"

enum { BYTES = 4096, ELEMENTS = 64, LINE = 3 * BYTES };

static size_t
count(const struct ir_redis_reply *r, int depth)
{
	size_t n = 1;

	HOLDS(depth <= IR_RESP_DEPTH);
	HOLDS((r->type == IR_REDIS_ERROR) == (r->code != NULL));
	HOLDS(
	    (r->s != NULL) == (r->type == IR_REDIS_STRING || r->type == IR_REDIS_STATUS || r->type == IR_REDIS_ERROR));
	HOLDS(!r->s || r->s[r->len] == '\0');
	HOLDS(r->type == IR_REDIS_ARRAY || r->n == 0);
	for (size_t i = 0; i < r->n; i++)
		n += count(&r->v[i], depth + 1);
	return n;
}

/* Take all of it, in pieces of that size. Returns the number of replies. */
static size_t
take(const struct ir_hiredis *lib, const char *p, size_t n, size_t piece, enum ir_resp_error *error, size_t *elements)
{
	struct ir_arena arena = { NULL };
	struct ir_redis_reply reply;
	struct ir_resp r;
	size_t replies = 0, used;
	int rc = 0;

	ir_resp_init(&r, lib);
	r.scan.max_bytes = BYTES;
	r.scan.max_elements = ELEMENTS;
	*elements = 0;
	while (n > 0 && rc >= 0) {
		rc = ir_resp_take(&r, p, n < piece ? n : piece, &used, &arena, &reply);
		HOLDS(rc < 0 || rc == 1 || used == (n < piece ? n : piece));
		/* hiredis refused what was let through */
		HOLDS(rc >= 0 || !r.reader->err);
		p += used;
		n -= used;
		if (rc != 1)
			continue;
		replies++;
		*elements += count(&reply, 0);
		HOLDS(r.reader->pos == r.reader->len);
	}
	HOLDS(*elements <= ELEMENTS);
	*error = r.scan.error;
	HOLDS((rc < 0) == (*error != IR_RESP_OK) && (rc < 0) == (r.scan.why[0] != '\0'));
	ir_resp_done(&r);
	ir_arena_done(&arena);
	return replies;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ir_hiredis lib;
	size_t piece = (size_t)fuzz_number(&data, &size, 1) + 1, elements[2];
	enum ir_resp_error error[2];
	char *s;

	if (!lib.lib)
		HOLDS(ir_hiredis_load(&lib, NULL) == 0);
	s = fuzz_string(data, size < LINE ? size : LINE);
	size = size < LINE ? size : LINE;
	HOLDS(
	    take(&lib, s, size, piece, &error[0], &elements[0]) == take(&lib, s, size, LINE, &error[1], &elements[1]));
	HOLDS(error[0] == error[1] && elements[0] == elements[1]);
	free(s);
	return 0;
}
