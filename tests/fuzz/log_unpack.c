/* log_unpack - any bytes as a packed log: the same comes out however it is cut into pieces, within bounds; and what was packed comes out as it went in */
#include <stdbool.h>
#include <zlib.h>
#include <zstd.h>

#include "logs/unpack.h"

#include "fuzz.h"

enum { OUT = 128 << 10, PACKED = 64 << 10 };

struct out {
	char *p;
	size_t n;
	bool failed;
	struct ir_err err;
};

/* Unpack, with pieces of that size on both sides. At most OUT bytes come: a bomb is just long. */
static void
unpack(const char *p, size_t n, size_t in_piece, size_t out_piece, struct out *o)
{
	struct ir_unpack *u = ir_unpack_new(false);
	long put = 0;

	*o = (struct out){ .p = malloc(OUT + 16), .err = IR_ERR_INIT };
	HOLDS(o->p);
	for (size_t at = 0; at < n && put >= 0 && o->n < OUT;) {
		size_t m = n - at < in_piece ? n - at : in_piece;
		char *in = malloc(m), *room;
		const char *from = in;

		memcpy(in, p + at, m);
		at += m;
		do {
			size_t size = OUT - o->n < out_piece ? OUT - o->n : out_piece, before = m;

			room = malloc(size);
			HOLDS(room);
			put = ir_unpack(u, &from, &m, room, size, &o->err);
			HOLDS(put <= (long)size && m <= before);
			HOLDS(put != 0 || m == 0);
			if (put > 0)
				memcpy(o->p + o->n, room, (size_t)put);
			o->n += put > 0 ? (size_t)put : 0;
			free(room);
		} while (put > 0 && o->n < OUT);
		free(in);
	}
	if (put >= 0 && o->n < OUT) {
		put = ir_unpack_end(u, o->p + o->n, &o->err);
		HOLDS(put <= 16);
		o->n += put > 0 ? (size_t)put : 0;
	}
	o->failed = put < 0;
	HOLDS(o->failed == (o->err.code != 0));
	ir_unpack_free(u);
}

static size_t
pack(bool zstd, const char *p, size_t n, char *out, size_t room)
{
	z_stream z = { 0 };

	if (zstd) {
		size_t m = ZSTD_compress(out, room, p, n, 1);

		HOLDS(!ZSTD_isError(m));
		return m;
	}
	HOLDS(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)p;
	z.avail_in = (unsigned)n;
	z.next_out = (unsigned char *)out;
	z.avail_out = (unsigned)room;
	HOLDS(deflate(&z, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static void
any_bytes(const char *p, size_t n, size_t in_piece, size_t out_piece)
{
	struct out a, b;

	unpack(p, n, in_piece, out_piece, &a);
	unpack(p, n, n + 1, OUT, &b);
	/* of what is corrupt more or less may come out, but what does is the same */
	HOLDS(a.failed == b.failed);
	if (!a.failed)
		HOLDS(a.n == b.n);
	HOLDS(memcmp(a.p, b.p, a.n < b.n ? a.n : b.n) == 0);
	free(a.p);
	free(b.p);
}

/* The text in two members. */
static void
packed_text(const char *p, size_t n, size_t kinds, size_t in_piece, size_t out_piece)
{
	char *packed = malloc(2 * PACKED);
	size_t half = n / 2, size;
	struct out a;

	HOLDS(packed);
	size = pack(kinds & 1, p, half, packed, PACKED);
	size += pack(kinds & 2, p + half, n - half, packed + size, PACKED);
	unpack(packed, size, in_piece, out_piece, &a);
	HOLDS(!a.failed && a.n == n && memcmp(a.p, p, n) == 0);
	free(a.p);
	free(packed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t mode = (size_t)fuzz_number(&data, &size, 1), in_piece = (size_t)fuzz_number(&data, &size, 1) + 1,
	       out_piece = (size_t)fuzz_number(&data, &size, 1) + 1;
	char *s;

	if (size > PACKED / 2)
		size = PACKED / 2;
	if (out_piece > 128)
		out_piece *= 64;
	s = fuzz_string(data, size);
	if (mode & 4)
		packed_text(s, size, mode, in_piece, out_piece);
	else
		any_bytes(s, size, in_piece, out_piece);
	free(s);
	return 0;
}
