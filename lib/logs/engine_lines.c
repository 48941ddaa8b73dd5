/* engine_lines - what a log engine brought, as lines of one stream a service */
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "logs/engine.h"
#include "logs/feed.h"

enum { NAME_MAX_BYTES = 200, LOOK_BYTES = 120, LOOK_WORDS = 10, WORD_BYTES = 16 };

/* ---- streams */

static size_t
slot_of(const struct ir_engine *e, const char *name)
{
	size_t i = ir_conf_hash(name) & (e->size_streams - 1);

	while (e->streams[i] && strcmp(e->streams[i]->service, name) != 0)
		i = (i + 1) & (e->size_streams - 1);
	return i;
}

static void
grow(struct ir_engine *e)
{
	struct ir_logs_stream **old = e->streams;
	size_t n = e->size_streams;

	e->size_streams = n ? 2 * n : 64;
	e->streams = IR_NEW_N(e->source->ctx->arena, struct ir_logs_stream *, e->size_streams);
	for (size_t i = 0; i < n; i++)
		if (old[i])
			e->streams[slot_of(e, old[i]->service)] = old[i];
}

static struct ir_logs_stream *
stream_new(struct ir_engine *e, const char *name)
{
	struct ir_arena *arena = e->source->ctx->arena;
	struct ir_logs_stream *s = IR_NEW(arena, struct ir_logs_stream);

	s->service = ir_strdup(arena, name);
	s->subject = *name ? ir_asprintf(arena, "%s/%s", e->source->subject, name) : e->source->subject;
	s->stamped = e->stamped;
	s->newest_ms = e->source->query->now_ms;
	if (e->zone.known)
		ir_logs_zone_set(&e->zone, s);
	return s;
}

struct ir_logs_stream *
ir_engine_stream(struct ir_engine *e, const char *service, size_t n)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t i;

	ir_buf_init(&b, 4 * NAME_MAX_BYTES);
	ir_utf8_escape(&b, service, n < NAME_MAX_BYTES ? n : ir_utf8_cut(service, n, NAME_MAX_BYTES));
	if (2 * (e->n_streams + 1) > e->size_streams)
		grow(e);
	i = slot_of(e, b.data);
	if (!e->streams[i] && e->n_streams >= IR_ENGINE_SERVICES) {
		ir_buf_reset(&b);
		i = slot_of(e, "");
	}
	if (!e->streams[i]) {
		e->streams[i] = stream_new(e, b.data);
		e->n_streams++;
	}
	return e->streams[i];
}

void
ir_engine_idle(struct ir_engine *e)
{
	struct ir_logs_reader *r = e->source->reader;

	for (size_t i = 0; i < e->size_streams; i++)
		if (e->streams[i] && e->streams[i]->reading)
			r->ops->idle(r, e->streams[i]);
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
