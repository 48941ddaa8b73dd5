/* unpack - gzip and zstd, recognised by content, as one stream of bytes */
#include "logs/unpack.h"

#include <limits.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { HEAD_MAX = 16, WINDOW_LOG_MAX = 27, FRAME_HEAD_MAX = 18 };

static const struct {
	enum ir_pack pack;
	const char *tool, *head; /* tool: what unpacks it */
	size_t n;
} heads[] = {
	{ IR_PACK_GZIP, "zcat", "\x1f\x8b\x08", 3 },
	{ IR_PACK_ZSTD, "zstdcat", "\x28\xb5\x2f\xfd", 4 },
	{ IR_PACK_OTHER, "xzcat", "\xfd\x37zXZ", 6 },
	{ IR_PACK_OTHER, "bzcat", "BZh91AY&SY", 10 },
	{ IR_PACK_OTHER, "lz4cat", "\x04\x22\x4d\x18", 4 },
	{ IR_PACK_OTHER, "zcat", "\x1f\x9d", 2 },
	{ IR_PACK_OTHER, "unzip -p", "PK\x03\x04", 4 },
};

struct ir_unpack {
	enum ir_pack pack;
	char head[HEAD_MAX]; /* while unsure */
	size_t n_head;
	size_t taken; /* of head, by the format that it turned out to be */
	size_t members;
	bool inside; /* a member has begun and not ended */
	struct ir_err failed;
	z_stream z;
	bool z_ready;
	ZSTD_DStream *zstd;
	size_t begun; /* bytes of a frame, up to the length of its header */
};

/* A frame of zstd that holds no data may come first: 0x184D2A50 to 5F, little-endian. */
static enum ir_pack
skippable(const char *p, size_t n)
{
	if ((p[0] & 0xf0) != 0x50 || (n > 1 && p[1] != 0x2a) || (n > 2 && p[2] != 0x4d) || (n > 3 && p[3] != 0x18))
		return IR_PACK_PLAIN;
	return n > 3 ? IR_PACK_ZSTD : IR_PACK_UNSURE;
}

enum ir_pack
ir_pack_of(const char *p, size_t n, const char **tool)
{
	enum ir_pack pack = n ? skippable(p, n) : IR_PACK_UNSURE;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		/* the digit says how well it is packed */
		bool same = memcmp(p, heads[i].head, n < heads[i].n ? n : heads[i].n) == 0;

		if (heads[i].pack == IR_PACK_OTHER && heads[i].n == 10 && n > 3 && p[3] >= '1' && p[3] <= '9')
			same = memcmp(p, heads[i].head, 3) == 0 &&
			       memcmp(p + 4, heads[i].head + 4, n < 10 ? n - 4 : 6) == 0;
		if (!same)
			continue;
		if (n < heads[i].n) {
			pack = IR_PACK_UNSURE;
			continue;
		}
		if (tool)
			*tool = heads[i].tool;
		return heads[i].pack;
	}
	return pack;
}

struct ir_unpack *
ir_unpack_new(bool plain)
{
	struct ir_unpack *u = calloc(1, sizeof(*u));

	if (!u)
		ir_oom();
	u->pack = plain ? IR_PACK_PLAIN : IR_PACK_UNSURE;
	return u;
}

void
ir_unpack_free(struct ir_unpack *u)
{
	if (!u)
		return;
	if (u->z_ready)
		inflateEnd(&u->z);
	ZSTD_freeDStream(u->zstd);
	free(u);
}

bool
ir_unpack_is_plain(const struct ir_unpack *u)
{
	return u->pack == IR_PACK_PLAIN && u->taken == u->n_head;
}

static void
begin(struct ir_unpack *u)
{
	u->inside = u->pack != IR_PACK_PLAIN;
	if (u->pack == IR_PACK_GZIP) {
		int rc = u->z_ready ? inflateReset(&u->z) : inflateInit2(&u->z, 16 + MAX_WBITS);

		if (rc == Z_MEM_ERROR)
			ir_oom();
		if (rc != Z_OK)
			ir_fail(&u->failed, IR_INTERNAL, "zlib cannot be used: %s", zError(rc));
		u->z_ready = true;
	}
	if (u->pack == IR_PACK_ZSTD) {
		if (!u->zstd && !(u->zstd = ZSTD_createDStream()))
			ir_oom();
		ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
		ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
		u->begun = 0;
	}
}

/* Look at the next byte of what may be a head. */
static void
look(struct ir_unpack *u, const char **in, size_t *n)
{
	const char *tool = NULL;

	while (u->pack == IR_PACK_UNSURE && *n) {
		if (u->members && !u->n_head && **in == '\0') { /* padding */
			++*in, --*n;
			continue;
		}
		u->head[u->n_head++] = *(*in)++;
		--*n;
		u->pack = ir_pack_of(u->head, u->n_head, &tool);
	}
	u->taken = 0;
	if (u->pack == IR_PACK_OTHER && !u->members) {
		ir_fail(&u->failed, IR_INCOMPLETE, "it is packed, and not by gzip or zstd");
		ir_hint(&u->failed, "run: %s FILE | ir-logs -", tool);
		return;
	}
	if (u->pack == IR_PACK_OTHER)
		u->pack = IR_PACK_PLAIN;
	if (u->pack != IR_PACK_UNSURE)
		begin(u);
}

static void
member_ended(struct ir_unpack *u)
{
	u->members++;
	u->inside = false;
	u->pack = IR_PACK_UNSURE;
}

static size_t
copy(const char **in, size_t *n, char *out, size_t room)
{
	size_t m = *n < room ? *n : room;

	if (m)
		memcpy(out, *in, m);
	*in += m;
	*n -= m;
	return m;
}

static size_t
gunzip(struct ir_unpack *u, const char **in, size_t *n, char *out, size_t room)
{
	unsigned avail = *n < UINT_MAX ? (unsigned)*n : UINT_MAX, space = room < UINT_MAX ? (unsigned)room : UINT_MAX;
	int rc;

	u->z.next_in = (const unsigned char *)*in;
	u->z.avail_in = avail;
	u->z.next_out = (unsigned char *)out;
	u->z.avail_out = space;
	rc = inflate(&u->z, Z_NO_FLUSH);
	*in += avail - u->z.avail_in;
	*n -= avail - u->z.avail_in;
	if (rc == Z_MEM_ERROR)
		ir_oom();
	if (rc == Z_STREAM_END)
		member_ended(u);
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		ir_fail(&u->failed, IR_INCOMPLETE, "it is corrupt (gzip: %s)", u->z.msg ? u->z.msg : zError(rc));
	return space - u->z.avail_out;
}

static size_t
unzstd(struct ir_unpack *u, const char **in, size_t *n, char *out, size_t room)
{
	/* A header that comes byte by byte is never taken for a frame that is there whole: the library decodes those in another way, and what it makes of corrupt ones would depend on the
	 * size of the pieces. */
	ZSTD_inBuffer from = { *in, *n && u->begun < FRAME_HEAD_MAX ? 1 : *n, 0 };
	ZSTD_outBuffer to = { out, room, 0 };
	size_t rc = ZSTD_decompressStream(u->zstd, &to, &from);

	if (u->begun < FRAME_HEAD_MAX)
		u->begun += from.pos;
	*in += from.pos;
	*n -= from.pos;
	if (!ZSTD_isError(rc)) {
		if (rc == 0)
			member_ended(u);
	} else if (ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge)
		ir_fail(&u->failed, IR_INCOMPLETE, "it is packed with a window of more than 128 MiB");
	else
		ir_fail(&u->failed, IR_INCOMPLETE, "it is corrupt (zstd: %s)", ZSTD_getErrorName(rc));
	return to.pos;
}

static size_t
step(struct ir_unpack *u, const char **in, size_t *n, char *out, size_t room)
{
	switch (u->pack) {
	case IR_PACK_GZIP:
		return gunzip(u, in, n, out, room);
	case IR_PACK_ZSTD:
		return unzstd(u, in, n, out, room);
	default:
		return copy(in, n, out, room);
	}
}

/* One step, of the head that was kept or of what comes. */
static size_t
next(struct ir_unpack *u, const char **in, size_t *n, char *out, size_t room)
{
	const char *head = u->head + u->taken;
	size_t left = u->n_head - u->taken;
	size_t put;

	if (u->pack == IR_PACK_UNSURE) {
		look(u, in, n);
		return 0;
	}
	if (!left)
		return step(u, in, n, out, room);
	put = step(u, &head, &left, out, room);
	u->taken = u->n_head - left;
	if (u->taken == u->n_head)
		u->taken = u->n_head = 0;
	return put;
}

long
ir_unpack(struct ir_unpack *u, const char **in, size_t *n, char *out, size_t room, struct ir_err *err)
{
	size_t done = 0;

	while (done < room && !u->failed.code) {
		size_t before = *n, held = u->n_head - u->taken;
		enum ir_pack pack = u->pack;
		size_t put = next(u, in, n, out + done, room - done);

		done += put;
		if (!put && *n == before && held == u->n_head - u->taken && pack == u->pack)
			break;
	}
	/* what came before is good, and comes first */
	if (done || !u->failed.code)
		return (long)done;
	if (err)
		*err = u->failed;
	return -1;
}

long
ir_unpack_end(struct ir_unpack *u, char *out, struct ir_err *err)
{
	size_t n = u->n_head - u->taken;

	if (u->inside)
		return ir_fail(err, IR_INCOMPLETE, "it ends in the middle: it was cut off, or is still being written");
	memcpy(out, u->head + u->taken, n);
	u->n_head = u->taken = 0;
	return (long)n;
}
