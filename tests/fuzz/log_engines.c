/* log_engines - answers of ClickHouse, Loki and VictoriaLogs that are anything; in pieces of any size they say the same */
#include "fuzz.h"
#include "logs/clickhouse_counts.h"
#include "logs/clickhouse_rows.h"
#include "logs/clickhouse_sql.h"
#include "logs/engine_json.h"
#include "logs/loki_answer.h"
#include "logs/victorialogs_answer.h"

static struct ir_arena arena;

/* ---- rows in pieces */

static void
add_row(void *text, const struct ir_span *v, bool totals)
{
	struct ir_buf *b = text;

	ir_buf_addc(b, totals ? 'T' : 'R');
	for (int i = 0; i < 3; i++) {
		HOLDS(v[i].p[v[i].n] == '\0');
		ir_buf_add(b, v[i].p, v[i].n);
	}
}

static void
rows(const char *p, size_t n, size_t piece, bool totals, struct ir_buf *got, struct ir_buf *rest)
{
	struct ir_clickhouse_rows r = { .fields = 4, .totals = totals, .row = add_row, .arg = got };

	ir_clickhouse_rows_begin(&r);
	for (size_t i = 0; i < n; i += piece)
		ir_clickhouse_rows_take(&r, p + i, n - i < piece ? n - i : piece);
	ir_buf_addc(got, ir_clickhouse_rows_end(&r) ? 'Y' : 'N');
	ir_buf_add(rest, r.rest.data, r.rest.len);
	ir_clickhouse_rows_done(&r);
}

static void
fuzz_rows(const char *p, size_t n, size_t piece, bool totals)
{
	struct ir_buf got[2], rest[2];

	for (int i = 0; i < 2; i++) {
		ir_buf_init(&got[i], 4 << 20);
		ir_buf_init(&rest[i], 4 << 20);
		rows(p, n, i ? piece : n + 1, totals, &got[i], &rest[i]);
	}
	HOLDS(got[0].len == got[1].len && memcmp(got[0].data, got[1].data, got[0].len) == 0);
	HOLDS(rest[0].len == rest[1].len && memcmp(rest[0].data, rest[1].data, rest[0].len) == 0);
	for (int i = 0; i < 2; i++) {
		ir_buf_done(&got[i]);
		ir_buf_done(&rest[i]);
	}
}

static void
add_entry(void *text, const struct ir_victorialogs_row *row)
{
	struct ir_buf *b = text;

	ir_buf_addf(b, "%lld %d %s ", (long long)row->ms, (int)row->level, row->part);
	ir_buf_add(b, row->text.p, row->text.n);
	ir_buf_add(b, row->service.p, row->service.n);
}

static void
fuzz_victorialogs(const char *p, size_t n, size_t piece)
{
	struct ir_buf got[2];

	for (int i = 0; i < 2; i++) {
		struct ir_victorialogs_rows r = { .row = add_entry, .arg = &got[i] };
		size_t step = i ? piece : n + 1;

		ir_buf_init(&got[i], 4 << 20);
		ir_victorialogs_rows_begin(&r);
		for (size_t k = 0; k < n; k += step)
			ir_victorialogs_rows_take(&r, p + k, n - k < step ? n - k : step);
		ir_buf_addc(&got[i], ir_victorialogs_rows_end(&r) ? 'Y' : 'N');
		ir_victorialogs_rows_done(&r);
	}
	HOLDS(got[0].len == got[1].len && memcmp(got[0].data, got[1].data, got[0].len) == 0);
	ir_buf_done(&got[0]);
	ir_buf_done(&got[1]);
}

/* ---- counts */

static int64_t given;

static void
counted(struct ir_logs_reader *r, struct ir_logs_stream *s, const char *line, size_t n, const struct ir_logs_counted *k)
{
	(void)r;
	HOLDS(s->service && (n == 0 || line[n - 1] != '\n'));
	HOLDS(k->count > 0 && k->before >= 0 && k->before <= k->count && k->first_ms <= k->last_ms);
	HOLDS(k->minutes <= IR_CLICKHOUSE_BUCKETS + 1);
	given += k->count;
}

static void
take_counts(void *counts, const struct ir_span *v, bool totals)
{
	ir_clickhouse_counts_row(counts, v, totals);
}

static void
fuzz_counts(const char *p, size_t n)
{
	static const struct ir_logs_reader_ops ops = { .counted = counted };
	struct ir_logs_reader reader = { &ops };
	struct ir_ctx ctx = { .arena = &arena };
	struct ir_logs_query q = { .split_ms = 5 };
	struct ir_logs_source s = { .ctx = &ctx, .query = &q, .reader = &reader, .subject = "x" };
	struct ir_engine e = { .source = &s, .counting = true };
	struct ir_clickhouse_counts *c = ir_clickhouse_counts_new(&e, ir_clickhouse_grid(0, 7200000));
	struct ir_clickhouse_rows r = { .fields = 10, .totals = true, .row = take_counts, .arg = c };
	int64_t groups;

	given = 0;
	ir_clickhouse_rows_begin(&r);
	ir_clickhouse_rows_take(&r, p, n);
	ir_clickhouse_rows_end(&r);
	while (ir_clickhouse_counts_give(c))
		;
	ir_clickhouse_counts_left(c, &groups);
	ir_clickhouse_rows_done(&r);
	ir_clickhouse_counts_free(c);
}

/* ---- one piece */

static void
fuzz_loki(const char *p, size_t n)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_loki_page page;
	const char *label;

	if (ir_loki_page(p, n, &page, &err) == 0) {
		for (size_t i = 0; i < page.n; i++) {
			HOLDS(page.v[i].stream < page.n_streams && page.v[i].ns >= 0);
			HOLDS(i == 0 || page.v[i - 1].ns <= page.v[i].ns);
			HOLDS(strlen(page.streams[page.v[i].stream].part) < 200);
		}
	} else {
		HOLDS(*err.msg);
	}
	ir_loki_page_done(&page);
	if (ir_loki_labels(&arena, p, n, &label, &err) == 0 && label)
		HOLDS(
		    strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:") == strlen(label));
	HOLDS(ir_loki_limit(p, n) >= 0);
}

/* Names and types out of the input, and the SQL of what is recognised: its quotes are closed. */
static void
fuzz_table(char *text)
{
	struct ir_clickhouse_column v[16];
	struct ir_clickhouse_table t = { .name = "t" };
	struct ir_logs_query q = { .since_ms = 1, .until_ms = 2, .split_ms = 3, .tail = 4, .min_level = 5 };
	struct ir_err err = IR_ERR_INIT;
	size_t n = 0, ticks = 0;
	struct ir_buf b;

	ir_clickhouse_table_name(&arena, text, &t.database, &t.name);
	if (!t.name)
		t.name = "t";
	for (char *s = text, *end; n < 16 && *s; s = end, n++) {
		char *type = s + strcspn(s, "\n;");

		end = type + strcspn(type, "\n");
		v[n] = ir_clickhouse_column(&arena, ir_strndup(&arena, s, (size_t)(type - s)),
		    *type == ';' ? ir_strndup(&arena, type + 1, (size_t)(end - type - 1)) : "");
		end += *end == '\n';
	}
	if (ir_clickhouse_recognise(&t, v, n, &err) < 0)
		return;
	ir_buf_init(&b, IR_CLICKHOUSE_SQL);
	ir_clickhouse_rows_sql(&b, &t, &q, NULL, 1);
	ir_clickhouse_count_sql(&b, &t, &q, NULL, ir_clickhouse_grid(1, 2));
	for (const char *s = b.data; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else
			ticks += *s == '`';
	}
	HOLDS(b.full || ticks % 2 == 0);
	ir_buf_done(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t what = fuzz_number(&data, &size, 1), piece = 1 + fuzz_number(&data, &size, 1);
	char *text = fuzz_string(data, size);
	int code = 0;

	switch (what % 7) {
	case 0:
		fuzz_rows(text, size, piece, what & 64);
		break;
	case 1:
		fuzz_victorialogs(text, size, piece);
		break;
	case 2:
		fuzz_counts(text, size);
		break;
	case 3:
		fuzz_loki(text, size);
		break;
	case 4:
		fuzz_table(text);
		break;
	case 5:
		ir_clickhouse_exception(&arena, text, size, &code);
		ir_engine_said(&arena, text, size);
		break;
	default:
		ir_engine_names_level(text, size);
		ir_engine_level(text, size, what & 64);
	}
	free(text);
	ir_arena_done(&arena);
	return 0;
}
