/* log_line - whatever a line holds: spans stay within it, what is shown is clean, and what is redacted stays redacted */
#include "base/utf8.h"
#include "fuzz.h"
#include "logs/clean.h"
#include "logs/fields.h"

enum { MOST = 4096, LINES = 16 };

static bool
within(const char *p, size_t n, const struct ir_buf *b, const struct ir_span *s)
{
	return !s->p || (s->p >= p && s->p + s->n <= p + n) || (s->p >= b->data && s->p + s->n <= b->data + b->len);
}

static void
holds_ids(const struct ir_ids *ids)
{
	HOLDS(ids->n <= IR_IDS_MAX);
	for (size_t i = 0; i < ids->n; i++) {
		size_t n = strlen(ids->v[i].text);

		HOLDS(n >= 6 && n <= IR_ID_TEXT && ids->v[i].kind <= IR_ID_JOB);
		HOLDS(ir_utf8_plain(ids->v[i].text, n) == n && !strpbrk(ids->v[i].text, " \"'\\"));
		for (size_t k = 0; k < i; k++)
			HOLDS(ids->v[i].kind != ids->v[k].kind || strcmp(ids->v[i].text, ids->v[k].text) != 0);
	}
}

/* A number or time where the reader says that one is. */
static void
holds_places(const char *p, size_t n, struct ir_stamp_base *base, const struct ir_log_line *line)
{
	int64_t ms;
	size_t at;

	HOLDS(line->time_at < (int)n && line->level_at < (int)n && line->status_at < (int)n);
	if (line->time_at >= 0) {
		at = (size_t)line->time_at;
		HOLDS(ir_stamp_again(line->time_shape, p + at, n - at, base, &ms) > 0 && ms == line->ms);
	}
	HOLDS(line->level_at < 0 || (p[line->level_at] >= '0' && p[line->level_at] <= '9'));
	HOLDS(line->status_at < 0 || (p[line->status_at] >= '1' && p[line->status_at] <= '5'));
}

static void
holds_fields(const char *p, size_t n, size_t cap)
{
	struct ir_stamp_base base = { .newest_ms = INT64_C(1717502400000) };
	struct ir_log_line line = { .ms = IR_TIME_NONE, .time_at = -1, .level_at = -1, .status_at = -1 };
	struct ir_ids ids = { .n = 0 };
	struct ir_buf b;
	bool is;

	ir_buf_init(&b, cap);
	is = ir_fields_read(p, n, &base, &b, &line, &ids);
	HOLDS(is == line.fields && is == line.header);
	HOLDS(is || (!line.message.p && line.ms == IR_TIME_NONE && !line.level && !ids.n));
	HOLDS(within(p, n, &b, &line.message) && within(p, n, &b, &line.logger) && within(p, n, &b, &line.stack) &&
	      within(p, n, &b, &line.service));
	HOLDS(line.level <= IR_LEVEL_FATAL);
	holds_places(p, n, &base, &line);
	holds_ids(&ids);
	ids.n = 0;
	ir_ids_find(p, n, &ids);
	holds_ids(&ids);
	ir_buf_done(&b);
}

static bool
is_clean(const struct ir_buf *b)
{
	for (size_t i = 0; i < b->len;) {
		size_t len = ir_utf8_len(b->data + i, b->len - i);
		uint32_t c = len ? ir_utf8_decode(b->data + i, len) : 0;

		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			return false;
		i += len;
	}
	return true;
}

static void
holds_clean(const char *p, size_t n, size_t cap)
{
	struct ir_buf b;
	struct ir_buf some;

	ir_buf_init(&b, 3 * n + 8);
	ir_buf_init(&some, cap);
	ir_log_clean(&b, p, n);
	HOLDS(!b.full && is_clean(&b) && !ir_log_dirty(b.data, b.len));
	if (!ir_log_dirty(p, n) && !memchr(p, '\t', n))
		HOLDS(b.len == n && memcmp(b.data, p, n) == 0);
	ir_log_clean(&some, p, n);
	HOLDS(is_clean(&some) && some.len <= b.len && memcmp(some.data, b.data, some.len) == 0);
	ir_buf_done(&some);
	ir_buf_done(&b);
}

/* Is what is not redacted in b in a, too, in that order? */
static bool
is_part(const struct ir_buf *b, const struct ir_buf *a)
{
	size_t i = 0;

	for (size_t k = 0; k < b->len; k++) {
		if (b->data[k] == '*')
			continue;
		while (i < a->len && a->data[i] != b->data[k])
			i++;
		if (i++ == a->len)
			return false;
	}
	return true;
}

/* Once more may find what another hid, and gives nothing back. */
static void
holds_redact(const char *p, size_t n)
{
	struct ir_buf once;
	struct ir_buf twice;

	ir_buf_init(&once, 4 * n + 8);
	ir_buf_init(&twice, 16 * n + 32);
	ir_log_redact(&once, p, n);
	ir_log_redact(&twice, once.data, once.len);
	HOLDS(!once.full && !twice.full);
	HOLDS(is_part(&twice, &once));
	HOLDS(!ir_utf8_valid(p, n) || ir_utf8_valid(once.data, once.len));
	ir_buf_done(&once);
	ir_buf_done(&twice);
}

/* Each line in memory of its own, so that reading on is seen; all of them are one event to redact(). */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t cap = (size_t)fuzz_number(&data, &size, 2);
	const char *text = (const char *)data;

	size = size < MOST ? size : MOST;
	for (size_t i = 0, lines = 0; i <= size && lines < LINES; lines++) {
		const char *end = size > i ? memchr(text + i, '\n', size - i) : NULL;
		size_t n = end ? (size_t)(end - text) - i : size - i;
		char *p = malloc(n + !n);

		if (!p)
			abort();
		if (n)
			memcpy(p, text + i, n);
		holds_fields(p, n, cap);
		holds_clean(p, n, cap);
		holds_redact(p, n);
		free(p);
		i += n + 1;
	}
	holds_redact(text, size);
	return 0;
}
