/* engine_lines - what a log engine brought, as lines of one stream a service */
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "logs/engine.h"
#include "logs/feed.h"

enum { NAME_MAX_BYTES = 200, LOOK_BYTES = 120, LOOK_WORDS = 10, WORD_BYTES = 16, LINES_MAX = 16 << 20 };

/* ---- streams */

struct ir_engine_stream {
	struct ir_logs_stream *stream; /* NULL: free */
	const char *service, *part;
};

static size_t
slot_of(const struct ir_engine *e, const char *service, const char *part)
{
	size_t i = (ir_conf_hash(service) + 31 * ir_conf_hash(part)) & (e->size_streams - 1);

	while (e->streams[i].stream &&
	       (strcmp(e->streams[i].service, service) != 0 || strcmp(e->streams[i].part, part) != 0))
		i = (i + 1) & (e->size_streams - 1);
	return i;
}

static void
grow(struct ir_engine *e)
{
	struct ir_engine_stream *old = e->streams;
	size_t n = e->size_streams;

	e->size_streams = n ? 2 * n : 64;
	e->streams = IR_NEW_N(e->source->ctx->arena, struct ir_engine_stream, e->size_streams);
	for (size_t i = 0; i < n; i++)
		if (old[i].stream)
			e->streams[slot_of(e, old[i].service, old[i].part)] = old[i];
}

static void
add_stream(struct ir_engine *e, struct ir_engine_stream *slot, const char *service, const char *part)
{
	struct ir_arena *arena = e->source->ctx->arena;
	struct ir_logs_stream *s = slot->stream = IR_NEW(arena, struct ir_logs_stream);

	slot->service = s->service = ir_strdup(arena, service);
	slot->part = ir_strdup(arena, part);
	s->subject =
	    ir_asprintf(arena, "%s%s%s%s%s", e->source->subject, *service ? "/" : "", service, *part ? "/" : "", part);
	s->stamped = !e->counting;
	s->newest_ms = e->source->query->now_ms;
	if (e->zone.known)
		ir_logs_zone_set(&e->zone, s);
	e->n_streams++;
}

struct ir_logs_stream *
ir_engine_stream(struct ir_engine *e, struct ir_span service, const char *part)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf name, rest;
	const char *fixed = e->source->service;
	size_t i;

	ir_buf_init(&name, 4 * NAME_MAX_BYTES);
	ir_buf_init(&rest, 4 * NAME_MAX_BYTES);
	ir_utf8_escape(&name, service.p,
	    service.n < NAME_MAX_BYTES ? service.n : ir_utf8_cut(service.p, service.n, NAME_MAX_BYTES));
	ir_utf8_escape(&rest, part, strnlen(part, NAME_MAX_BYTES));
	if (2 * (e->n_streams + 2) > e->size_streams)
		grow(e);
	i = slot_of(e, fixed ? fixed : name.data, rest.data);
	if (!e->streams[i].stream && e->n_streams >= IR_ENGINE_STREAMS) {
		ir_buf_reset(&name);
		ir_buf_reset(&rest);
		i = slot_of(e, fixed ? fixed : "", "");
	}
	if (!e->streams[i].stream)
		add_stream(e, &e->streams[i], fixed ? fixed : name.data, rest.data);
	return e->streams[i].stream;
}

void
ir_engine_idle(struct ir_engine *e)
{
	struct ir_logs_reader *r = e->source->reader;

	for (size_t i = 0; i < e->size_streams; i++)
		if (e->streams[i].stream && e->streams[i].stream->reading)
			r->ops->idle(r, e->streams[i].stream);
}

void
ir_engine_end_streams(struct ir_engine *e)
{
	struct ir_logs_reader *r = e->source->reader;

	for (size_t i = 0; i < e->size_streams; i++)
		if (e->streams[i].stream && e->streams[i].stream->reading)
			r->ops->ended(r, e->streams[i].stream);
}

/* ---- levels */

enum ir_log_level
ir_engine_level(const char *p, size_t n, bool otel)
{
	char word[WORD_BYTES];
	long number = 0;
	size_t digits = 0;

	while (digits < n && digits < 4 && p[digits] >= '0' && p[digits] <= '9')
		number = 10 * number + (p[digits++] - '0');
	if (n && digits == n)
		return otel ? ir_level_otel(number) : ir_level_number(number);
	for (size_t i = 0; i < n && i < sizeof(word); i++)
		word[i] = p[i] >= 'a' && p[i] <= 'z' ? (char)(p[i] & ~0x20) : p[i];
	if (n == 1 && word[0] >= 'A')
		return ir_level_letter(word[0]);
	return n < sizeof(word) ? ir_level_word(word, n) : IR_LEVEL_NONE;
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

bool
ir_engine_names_level(const char *p, size_t n)
{
	static const char *const fields[] = { "\"level", "\"severity", "\"lvl", "\"log.level", "level=", "lvl=", NULL };
	size_t i = 0, len;

	if (n && *p == '<') /* <30> */
		return true;
	for (size_t k = 0; fields[k]; k++)
		if (memmem(p, n, fields[k], strlen(fields[k])))
			return true;
	if (n > LOOK_BYTES)
		n = LOOK_BYTES;
	for (int words = 0; i < n && words < LOOK_WORDS; i += len) {
		for (len = 0; i + len < n && is_word(p[i + len]); len++)
			;
		if (len && ir_level_word(p + i, len) != IR_LEVEL_NONE)
			return true;
		words += len > 0;
		len += len == 0;
	}
	return false;
}

/* ---- lines */

void
ir_engine_put(
    struct ir_engine *e, struct ir_logs_stream *s, int64_t ms, enum ir_log_level level, const char *p, size_t n)
{
	static const char *const words[] = { "", "TRACE ", "DEBUG ", "INFO ", "NOTICE ", "WARN ", "ERROR ", "FATAL " };
	const char *end = p + n;
	char time[IR_TIME_MAX];

	if (level != IR_LEVEL_NONE && ir_engine_names_level(p, n))
		level = IR_LEVEL_NONE;
	ir_time_format(time, ms);
	if (e->line.cap == 0)
		ir_buf_init(&e->line, LINES_MAX);
	ir_buf_reset(&e->line);
	do {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *to = nl ? nl : end;

		ir_buf_addf(&e->line, "%s %s", time, words[level]);
		ir_buf_add(&e->line, p, (size_t)(to - p));
		ir_buf_addc(&e->line, '\n');
		level = IR_LEVEL_NONE; /* the rest belongs to its first line */
		p = nl ? nl + 1 : end;
	} while (p < end);
	ir_logs_put(e->source, s, e->line.data, e->line.len);
}
