/* log_lines - any bytes as the logs of four streams: the same lines whatever the sizes of reads, counts that add up, clean text, bounded memory */
#include "logs/lines.h"

#include "base/clock.h"
#include "base/utf8.h"

#include "fuzz.h"

enum { STREAMS = 4, MEMORY = 16 << 10, OPEN = 2 * (64 << 10) };

struct shown {
	uint64_t hash;
	int64_t lines;
	int64_t newest; /* in order, unless late */
};

static void
mix(struct shown *out, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		out->hash = (out->hash ^ b[i]) * 0x100000001b3u;
	out->hash = (out->hash ^ n) * 0x100000001b3u;
}

static void
line(void *arg, const struct ir_logs_shown *s)
{
	struct shown *out = arg;

	HOLDS(s->text[s->n] == '\0' && ir_utf8_valid(s->text, s->n));
	for (size_t i = 0; i < s->n; i++)
		HOLDS((unsigned char)s->text[i] >= ' ' && s->text[i] != 0x7f);
	HOLDS(s->ms == IR_TIME_NONE || s->late == (s->ms < out->newest));
	if (s->ms > out->newest)
		out->newest = s->ms;
	out->lines++;
	mix(out, s->service, strlen(s->service));
	mix(out, s->text, s->n);
	mix(out, &s->ms, sizeof(s->ms));
	mix(out, &s->level, sizeof(s->level));
	mix(out, s->logger ? s->logger : "", s->logger ? strlen(s->logger) : 0);
	for (size_t i = 0; i < s->ids->n; i++)
		mix(out, s->ids->v[i].text, strlen(s->ids->v[i].text));
	out->hash += (uint64_t)s->late | (uint64_t)s->cut << 1 | (uint64_t)s->more << 2;
}

static bool
matches(void *arg, const char *p, size_t n)
{
	(void)arg;
	return memchr(p, 'e', n) != NULL;
}

/* What a number at the beginning asks for. */
struct ask {
	uint8_t flags;
	bool small;
};

static void
run(struct ask ask, const uint8_t *data, size_t size, size_t piece, struct shown *out)
{
	static const char *const services[STREAMS] = { "web", "worker", "", "web" };
	struct ir_logs_query query = { .since_ms = ask.flags & 1 ? 1700000000000 : IR_TIME_NONE,
		.until_ms = IR_TIME_NONE,
		.split_ms = IR_TIME_NONE,
		.tail = -1,
		.min_level = ask.flags & 2 ? IR_LEVEL_WARN : 0,
		.now_ms = 1780000000000 };
	struct ir_logs_lines_opts o = { .query = &query,
		.tail = ask.flags & 4 ? ask.flags >> 5 : -1,
		.matches = ask.flags & 8 ? matches : NULL,
		.line = line,
		.line_arg = out,
		.memory = ask.small ? MEMORY : 0 };
	struct ir_logs_stream streams[STREAMS] = { 0 };
	struct ir_logs_lines *l = ir_logs_lines_new(&o);
	struct ir_logs_reader *reader = ir_logs_lines_reader(l);
	const struct ir_logs_lines_counts *c;
	size_t most;

	*out = (struct shown){ .newest = IR_TIME_NONE };
	for (size_t i = 0; i < STREAMS; i++)
		streams[i] = (struct ir_logs_stream){
			.service = services[i], .subject = "stdin", .stamped = i == 3, .newest_ms = query.now_ms
		};
	while (size) {
		uint64_t head = fuzz_number(&data, &size, 1);
		struct ir_logs_stream *s = &streams[head % STREAMS];
		size_t n = (head >> 2) * 4 < size ? (head >> 2) * 4 : size;

		if (n == 0)
			reader->ops->ended(reader, s);
		while (n) {
			size_t room, k;
			char *to = reader->ops->room(reader, s, &room);

			k = piece < room ? piece : room;
			k = k < n ? k : n;
			memcpy(to, data, k);
			reader->ops->took(reader, s, k);
			data += k;
			size -= k;
			n -= k;
		}
		HOLDS(!ask.small || ir_logs_lines_held(l, &most) <= MEMORY + STREAMS * OPEN);
	}
	ir_logs_lines_finish(l);
	c = ir_logs_lines_counts(l);
	HOLDS(c->lines == c->shown + c->left_out + c->before_tail + c->dropped);
	HOLDS(c->shown == out->lines);
	HOLDS(ir_logs_lines_held(l, &most) == 0);
	ir_logs_lines_free(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ask ask = { .flags = (uint8_t)fuzz_number(&data, &size, 1) };
	size_t piece = (size_t)fuzz_number(&data, &size, 1) + 1;
	struct shown whole, pieces;

	ask.small = ask.flags & 16;
	run(ask, data, size, SIZE_MAX, &whole);
	run(ask, data, size, piece, &pieces);
	HOLDS(whole.hash == pieces.hash && whole.lines == pieces.lines);
	return 0;
}
