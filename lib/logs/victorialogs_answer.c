/* victorialogs_answer - forms and rows of VictoriaLogs' LogsQL endpoints */
#include "logs/victorialogs_answer.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/percent.h"
#include "logs/engine_json.h"

enum { PART_MAX = 200, QUERY_MAX = 64 << 10 };

/* ---- what is asked */

static void
add_quoted(struct ir_buf *b, const char *s)
{
	ir_buf_addc(b, '"');
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20)
			ir_buf_addf(b, "\\x%02x", (unsigned char)*s);
		else
			ir_buf_addf(b, "%s%c", *s == '"' || *s == '\\' ? "\\" : "", *s);
	}
	ir_buf_addc(b, '"');
}

static void
add_services(struct ir_buf *b, const struct ir_list *services)
{
	for (size_t i = 0; ir_engine_service_names[i]; i++) {
		ir_buf_adds(b, i ? " or " : "(");
		add_quoted(b, ir_engine_service_names[i]);
		for (size_t k = 0; k < services->n; k++) {
			ir_buf_adds(b, k ? "," : ":in(");
			add_quoted(b, services->v[k]);
		}
		ir_buf_addc(b, ')');
	}
	ir_buf_addc(b, ')');
}

/* A filter of one's own may have pipes: so nothing is put around it or before it. */
static void
add_form(struct ir_buf *b, const char *filter, const struct ir_list *services, const char *contains, const char *pipes)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf q;

	ir_buf_init(&q, QUERY_MAX);
	if (filter) {
		ir_buf_adds(&q, filter);
	} else {
		if (services && services->n)
			add_services(&q, services);
		if (contains) {
			/* "~" takes a regular expression, which this text is one of too */
			ir_buf_adds(&q, q.len ? " " : "");
			ir_buf_adds(&q, "~");
			add_quoted(&q, contains);
		}
		if (!q.len)
			ir_buf_addc(&q, '*');
	}
	ir_buf_adds(&q, pipes);
	ir_buf_adds(b, "query=");
	ir_percent_add(b, q.data);
	b->full |= q.full;
}

void
ir_victorialogs_query(struct ir_buf *b, const char *filter, const struct ir_list *services, const char *contains,
    int64_t start_ms, int64_t end_ms)
{
	char time[IR_TIME_MAX];

	add_form(b, filter, services, contains, " | sort by (_time)");
	ir_buf_adds(b, "&start=");
	ir_percent_add(b, ir_time_format(time, start_ms));
	ir_buf_adds(b, "&end=");
	ir_percent_add(b, ir_time_format(time, end_ms));
}

void
ir_victorialogs_tail(
    struct ir_buf *b, const char *filter, const struct ir_list *services, const char *contains, int64_t offset_ms)
{
	add_form(b, filter, services, contains, "");
	ir_buf_addf(b, "&start_offset=%lldms&refresh_interval=1s", (long long)offset_ms);
}

/* ---- what it answers */

void
ir_victorialogs_rows_begin(struct ir_victorialogs_rows *r)
{
	ir_victorialogs_rows_done(r);
	ir_buf_init(&r->line, IR_VICTORIALOGS_LINE);
	r->torn = false;
	r->n = 0;
}

void
ir_victorialogs_rows_done(struct ir_victorialogs_rows *r)
{
	ir_buf_done(&r->line);
}

static bool
take_line(struct ir_victorialogs_rows *r)
{
	json_t *root = json_loadb(r->line.data, r->line.len, JSON_ALLOW_NUL, NULL);
	struct ir_span time = ir_engine_member(root, "_time");
	struct ir_victorialogs_row row = { .text = ir_engine_member(root, "_msg") };
	char part[PART_MAX];
	bool good = json_is_object(root) && time.p && ir_time_parse_rfc3339(time.p, time.n, &row.ms) == 0;

	if (good) {
		if (!row.text.p)
			row.text = (struct ir_span){ "", 0 };
		row.service = ir_engine_service(root);
		row.part = ir_engine_part(root, part, sizeof(part));
		row.level = ir_engine_labels_level(root);
		r->row(r->arg, &row);
		r->n++;
	}
	json_decref(root);
	return good;
}

void
ir_victorialogs_rows_take(struct ir_victorialogs_rows *r, const char *p, size_t n)
{
	while (n && !r->torn) {
		const char *nl = memchr(p, '\n', n);
		size_t len = nl ? (size_t)(nl - p) : n;

		r->torn = ir_buf_add(&r->line, p, len) < 0;
		p += len + (nl != NULL);
		n -= len + (nl != NULL);
		if (!nl || r->torn)
			continue;
		r->torn = r->line.len && !take_line(r);
		if (!r->torn)
			ir_buf_reset(&r->line);
	}
}

bool
ir_victorialogs_rows_end(struct ir_victorialogs_rows *r)
{
	if (!r->torn && r->line.len) {
		r->torn = !take_line(r);
		if (!r->torn)
			ir_buf_reset(&r->line);
	}
	return !r->torn;
}
