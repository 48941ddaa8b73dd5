/*
 * fuzz log_frames - whatever an engine answers when it is asked for a log, in pieces of any size
 *
 * The input is the answer, in which the byte 0xf0 and two more stand for a run, about as long as a piece of a long line, so that few bytes reach what is done about those; 0xf1 stands for a
 * time, 0xf2 for one that is later, 0xf3 and a byte for a frame's header.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "logs/docker_frame.h"

#define AT "2026-11-28T01:38:49.570145039Z "
#define LATER "2026-11-28T01:38:49.570145040Z "

enum { OUT_MAX = 4 << 20 };

struct got {
	struct ir_buf v[IR_DOCKER_STREAMS];
	size_t bytes;
};

static void
on_text(void *arg, enum ir_docker_stream stream, const char *p, size_t n)
{
	struct got *g = arg;

	HOLDS(n > 0 && stream < IR_DOCKER_STREAMS);
	g->bytes += n;
	ir_buf_add(&g->v[stream], p, n);
}

static void
add_header(struct ir_buf *b, uint8_t what)
{
	size_t len = what & 0x40 ? IR_DOCKER_PIECE + 31 + (what & 3) : what & 0x1f;

	ir_buf_addc(b, (char)(1 + (what >> 7)));
	ir_buf_add(b, "\0\0\0\0", 4);
	ir_buf_addc(b, (char)(len >> 16));
	ir_buf_addc(b, (char)(len >> 8));
	ir_buf_addc(b, (char)len);
}

static void
expand(struct ir_buf *b, const uint8_t *data, size_t size)
{
	while (size > 0 && !b->full) {
		uint8_t op = (uint8_t)fuzz_number(&data, &size, 1);

		if (op == 0xf0) {
			uint64_t what = fuzz_number(&data, &size, 2);
			char run[IR_DOCKER_PIECE + 4];

			memset(run, (int)(what & 0xff), sizeof(run));
			ir_buf_add(b, run, IR_DOCKER_PIECE - 4 + (what >> 8 & 7));
		} else if (op == 0xf1 || op == 0xf2) {
			ir_buf_adds(b, op == 0xf1 ? AT : LATER);
		} else if (op == 0xf3) {
			add_header(b, (uint8_t)fuzz_number(&data, &size, 1));
		} else {
			ir_buf_addc(b, (char)op);
		}
	}
}

/* In pieces whose sizes come of seed. */
static int
take(struct got *g, bool podman, const struct ir_buf *in, uint32_t seed)
{
	struct ir_docker_frames f = { .text = on_text, .arg = g, .podman = podman };
	int rc = 0;

	g->bytes = 0;
	for (int i = 0; i < IR_DOCKER_STREAMS; i++)
		ir_buf_init(&g->v[i], OUT_MAX);
	for (size_t at = 0, n; at < in->len && rc == 0; at += n) {
		char *p;

		seed = seed * 1664525 + 1013904223;
		n = seed >> 30 == 0   ? 1 + (seed >> 8) % 9
		    : seed >> 30 == 1 ? 1 + (seed >> 8) % 50
				      : 1 + (seed >> 8) % 20000;
		if (n > in->len - at)
			n = in->len - at;
		p = fuzz_string((const uint8_t *)in->data + at, n);
		rc = ir_docker_frames_take(&f, p, n);
		free(p);
	}
	HOLDS(f.held_n <= sizeof(f.held));
	return rc < 0 ? rc : ir_docker_frames_end(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool podman = fuzz_number(&data, &size, 1) & 1;
	uint32_t seed = (uint32_t)fuzz_number(&data, &size, 2);
	struct got a, b;
	struct ir_buf in;
	int rc;

	ir_buf_init(&in, OUT_MAX / 2);
	expand(&in, data, size);
	rc = take(&a, podman, &in, seed);
	HOLDS(take(&b, podman, &in, seed + 7777) == rc);
	/* no byte comes from nowhere but the ends of lines that were forgotten */
	HOLDS(a.bytes <= in.len + in.len / 30 + 1 && a.bytes == b.bytes);
	for (int i = 0; i < IR_DOCKER_STREAMS; i++) {
		HOLDS(a.v[i].len == b.v[i].len && memcmp(a.v[i].data, b.v[i].data, a.v[i].len) == 0);
		ir_buf_done(&a.v[i]);
		ir_buf_done(&b.v[i]);
	}
	ir_buf_done(&in);
	return 0;
}
