/* logs_unpack - gzip and zstd in any mixture and any pieces, and what is cut off or corrupt */
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "logs/unpack.h"
#include "tap.h"

enum { MAX = 1 << 20 };

static void
add_gzip(struct ir_buf *b, const char *text)
{
	char out[4096];
	z_stream z = { 0 };

	if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = (unsigned)strlen(text);
	z.next_out = (unsigned char *)out;
	z.avail_out = sizeof(out);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	ir_buf_add(b, out, sizeof(out) - z.avail_out);
	deflateEnd(&z);
}

static void
add_zstd(struct ir_buf *b, const char *text)
{
	char out[4096];

	ir_buf_add(b, out, ZSTD_compress(out, sizeof(out), text, strlen(text), 3));
}

/* Everything that comes out, in pieces of that size each way; then what was wrong. */
static const char *
unpack(const struct ir_buf *b, size_t piece, struct ir_buf *out)
{
	struct ir_unpack *u = ir_unpack_new(false);
	struct ir_err err = IR_ERR_INIT;
	char room[64];
	long put = 0;

	ir_buf_reset(out);
	for (size_t at = 0; at < b->len && put >= 0;) {
		size_t n = b->len - at < piece ? b->len - at : piece;
		const char *in = b->data + at;

		at += n;
		do {
			put = ir_unpack(u, &in, &n, room, piece < sizeof(room) ? piece : sizeof(room), &err);
			if (put > 0)
				ir_buf_add(out, room, (size_t)put);
		} while (put > 0 || (put == 0 && n));
	}
	if (put >= 0 && (put = ir_unpack_end(u, room, &err)) > 0)
		ir_buf_add(out, room, (size_t)put);
	ir_unpack_free(u);
	if (put < 0)
		ir_buf_addf(out, "[%s]", err.msg);
	return out->data;
}

/* However it is cut into pieces. */
static void
expect(struct ir_buf *b, const char *want, const char *what)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf out;
	size_t piece = 1;

	ir_buf_init(&out, MAX);
	while (piece < 4096 && strcmp(unpack(b, piece, &out), want) == 0)
		piece += piece < 70 ? 1 : piece;
	IS_STR(unpack(b, piece, &out), want, "%s", what);
	ir_buf_reset(b);
}

static void
test_mixtures(struct ir_buf *b)
{
	ir_buf_adds(b, "one\ntwo\n");
	expect(b, "one\ntwo\n", "plain text stays");
	expect(b, "", "nothing is nothing");
	ir_buf_adds(b, "B");
	expect(b, "B", "what could have begun a format at the very end is text");
	add_gzip(b, "one\n");
	expect(b, "one\n", "gzip");
	add_gzip(b, "one\n");
	add_gzip(b, "");
	add_gzip(b, "two\n");
	expect(b, "one\ntwo\n", "members of gzip");
	add_zstd(b, "one\n");
	add_gzip(b, "two\n");
	add_zstd(b, "");
	add_zstd(b, "three\n");
	expect(b, "one\ntwo\nthree\n", "frames of zstd and members of gzip");
	ir_buf_add(b, "\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
	add_zstd(b, "one\n");
	expect(b, "one\n", "a frame that is to be skipped comes first");
	add_gzip(b, "one\n");
	ir_buf_add(b, "\0\0\0\0\0\0", 6);
	add_gzip(b, "two\n");
	ir_buf_add(b, "\0\0\0", 3);
	expect(b, "one\ntwo\n", "padding between members and behind them");
	add_gzip(b, "one\n");
	ir_buf_adds(b, "two\nthree\n");
	expect(b, "one\ntwo\nthree\n", "text behind a member");
}

static void
test_faults(struct ir_buf *b)
{
	add_gzip(b, "one\ntwo\nthree\n");
	ir_buf_addc(b, 'x');
	b->len -= 9;
	expect(b, "one\ntwo\nthree\n[it ends in the middle: it was cut off, or is still being written]",
	    "gzip without its end: the text comes, and then what is wrong");
	add_gzip(b, "one\ntwo\nthree\n");
	b->data[b->len - 8] ^= 1;
	expect(b, "one\ntwo\nthree\n[it is corrupt (gzip: incorrect data check)]", "gzip with a wrong sum");
	add_gzip(b, "one\n");
	add_gzip(b, "two\n");
	b->data[b->len / 2 + 3] = '\xff';
	expect(b, "one\n[it is corrupt (gzip: unknown header flags set)]", "a second member that is none");
	add_zstd(b, "one\ntwo\nthree\n");
	b->len -= 3;
	expect(b, "one\ntwo\nthr[it ends in the middle: it was cut off, or is still being written]",
	    "zstd without its end");
	ir_buf_add(b, "\x28\xb5\x2f\xfd\x00\xa8xxxxxxxxxxx", 17);
	expect(b, "[it is packed with a window of more than 128 MiB]", "zstd that wants more memory than it gets");
	ir_buf_add(b, "\xfd\x37zXZ\0\0\0\0\0", 10);
	expect(b, "[it is packed, and not by gzip or zstd]", "xz");
	ir_buf_adds(b, "BZh61AY&SYxxx");
	expect(b, "[it is packed, and not by gzip or zstd]", "bzip2");
	ir_buf_adds(b, "BZh6 is a text\n");
	expect(b, "BZh6 is a text\n", "what begins like bzip2 and goes on as text");
}

static void
test_heads(void)
{
	const char *tool = NULL;

	IS_INT(ir_pack_of("", 0, NULL), IR_PACK_UNSURE, "nothing tells nothing");
	IS_INT(ir_pack_of("a", 1, NULL), IR_PACK_PLAIN, "one byte may be enough");
	IS_INT(ir_pack_of("\x1f", 1, NULL), IR_PACK_UNSURE, "or not");
	IS_INT(ir_pack_of("\xfd\x37zXZ\0", 6, &tool), IR_PACK_OTHER, "xz is known");
	IS_STR(tool, "xzcat", "and what unpacks it");
	IS_INT(ir_pack_of("PK\x03\x04", 4, &tool), IR_PACK_OTHER, "zip too");
	IS_STR(tool, "unzip -p", "and its program");
}

int
main(void)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, MAX);
	test_heads();
	test_mixtures(&b);
	test_faults(&b);
	return tap_done();
}
