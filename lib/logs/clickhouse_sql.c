/* clickhouse_sql - the queries, for one table */
#include "logs/clickhouse_sql.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "logs/engine.h"
#include "logs/line.h"

enum { TEXT_MAX = 16 << 10, SERVICE_BYTES = 200, LEVEL_BYTES = 16, TABLES_MAX = 5000, MINUTE_MS = 60000 };

const char *const ir_clickhouse_settings[] = { "max_execution_time", "cancel_http_readonly_queries_on_client_close",
	"max_bytes_before_external_group_by", "max_bytes_before_external_sort", "output_format_tsv_crlf_end_of_line",
	NULL };

void
ir_clickhouse_literal(struct ir_buf *b, const char *s)
{
	ir_buf_addc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			ir_buf_addc(b, '\\');
		ir_buf_addc(b, *s);
	}
	ir_buf_addc(b, '\'');
}

void
ir_clickhouse_name(struct ir_buf *b, const char *s)
{
	ir_buf_addc(b, '`');
	for (; *s; s++) {
		if (*s == '`' || *s == '\\')
			ir_buf_addc(b, '\\');
		ir_buf_addc(b, *s);
	}
	ir_buf_addc(b, '`');
}

static void
add_table(struct ir_buf *b, const struct ir_clickhouse_table *t)
{
	if (t->database) {
		ir_clickhouse_name(b, t->database);
		ir_buf_addc(b, '.');
	}
	ir_clickhouse_name(b, t->name);
}

/* ---- what the server has */

void
ir_clickhouse_columns_sql(struct ir_buf *b, const struct ir_clickhouse_table *t)
{
	ir_buf_adds(b, "SELECT 'column',name,type,'.' FROM system.columns WHERE table=");
	ir_clickhouse_literal(b, t->name);
	ir_buf_adds(b, " AND database=");
	if (t->database)
		ir_clickhouse_literal(b, t->database);
	else
		ir_buf_adds(b, "currentDatabase()");
	ir_buf_adds(b, " UNION ALL SELECT 'setting',name,'','.' FROM system.settings WHERE name");
	for (size_t i = 0; ir_clickhouse_settings[i]; i++) {
		ir_buf_adds(b, i ? "," : " IN (");
		ir_clickhouse_literal(b, ir_clickhouse_settings[i]);
	}
	ir_buf_adds(b, ") FORMAT TabSeparated");
}

void
ir_clickhouse_tables_sql(struct ir_buf *b)
{
	ir_buf_addf(b,
	    "SELECT if(database=currentDatabase(),'here','there') AS ir_w,database,name,'.' FROM system.tables WHERE "
	    "database!='system' ORDER BY ir_w,database,name LIMIT %d FORMAT TabSeparated",
	    TABLES_MAX);
}

/* ---- columns as expressions */

/* Its text, never NULL. */
static void
add_text(struct ir_buf *b, const struct ir_clickhouse_column *c)
{
	bool plain = strcmp(c->type, "String") == 0;

	ir_buf_adds(b, plain ? "" : c->nullable ? "ifNull(toString(" : "toString(");
	ir_clickhouse_name(b, c->name);
	ir_buf_adds(b, plain ? "" : c->nullable ? "),'')" : ")");
}

/* Its instant in ms; a number is seconds, ms, µs or ns by how large it is. */
static void
add_ms(struct ir_buf *b, const struct ir_clickhouse_column *c)
{
	struct ir_buf name;
	const char *s;

	ir_buf_init(&name, TEXT_MAX);
	ir_buf_adds(&name, c->nullable ? "assumeNotNull(" : "");
	ir_clickhouse_name(&name, c->name);
	ir_buf_adds(&name, c->nullable ? ")" : "");
	s = name.data;
	switch (c->kind) {
	case IR_CLICKHOUSE_DATETIME64:
		ir_buf_addf(b, "toInt64(toUnixTimestamp64Milli(%s))", s);
		break;
	case IR_CLICKHOUSE_NUMBER:
		if (strstr(c->type, "Int"))
			ir_buf_addf(b,
			    "multiIf(%s>=1e17,intDiv(toInt64(%s),1000000),%s>=1e14,intDiv(toInt64(%s),1000),%s>=1e11,"
			    "toInt64(%s),toInt64(%s)*1000)",
			    s, s, s, s, s, s, s);
		else
			ir_buf_addf(b, "toInt64(round(multiIf(%s>=1e17,%s/1e6,%s>=1e14,%s/1e3,%s>=1e11,%s/1,%s*1e3)))",
			    s, s, s, s, s, s, s);
		break;
	case IR_CLICKHOUSE_TEXT:
		ir_buf_addf(b, "toInt64(toUnixTimestamp(parseDateTimeBestEffortOrZero(toString(%s))))*1000", s);
		break;
	default:
		ir_buf_addf(b, "toInt64(toUnixTimestamp(%s))*1000", s);
	}
	ir_buf_done(&name);
}

static void
add_service(struct ir_buf *b, const struct ir_clickhouse_table *t)
{
	if (!t->service.name) {
		ir_buf_adds(b, "''");
		return;
	}
	ir_buf_adds(b, "substring(");
	add_text(b, &t->service);
	ir_buf_addf(b, ",1,%d)", SERVICE_BYTES);
}

/* In lower case; "#9" is OpenTelemetry's number. */
static void
add_level(struct ir_buf *b, const struct ir_clickhouse_table *t)
{
	struct ir_buf level;

	if (!t->level.name) {
		ir_buf_adds(b, "''");
		return;
	}
	ir_buf_init(&level, TEXT_MAX);
	ir_buf_adds(&level, "lower(substring(");
	add_text(&level, &t->level);
	ir_buf_addf(&level, ",1,%d))", LEVEL_BYTES);
	if (!t->severity.name) {
		ir_buf_adds(b, level.data);
	} else {
		ir_buf_addf(b, "if(%s='',concat('#',", level.data);
		add_text(b, &t->severity);
		ir_buf_addf(b, "),%s)", level.data);
	}
	ir_buf_done(&level);
}

/* ---- conditions */

static int64_t
clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* Index-friendly: the column itself is compared. from: at or after ms, else before it (ms is then the first one outside). */
static void
add_bound(struct ir_buf *b, const struct ir_clickhouse_column *c, bool from, int64_t ms)
{
	const char *op = from ? ">=" : "<";
	int64_t s;

	ms = clamp(ms, 0, INT64_C(4102444800000));
	s = (ms + 999) / 1000;
	ir_buf_adds(b, " AND ");
	switch (c->kind) {
	case IR_CLICKHOUSE_DATETIME:
		ir_clickhouse_name(b, c->name);
		ir_buf_addf(b, "%stoDateTime(%lld)", op, (long long)s);
		break;
	case IR_CLICKHOUSE_DATETIME64:
		ir_clickhouse_name(b, c->name);
		ir_buf_addf(b, "%sfromUnixTimestamp64Milli(toInt64(%lld))", op, (long long)ms);
		break;
	case IR_CLICKHOUSE_NUMBER: {
		static const char *const ranges[] = { "<100000000000", "<100000000000000", "<100000000000000000", "" };
		int64_t unit = s;

		/* seconds may have a fraction: the exact comparison follows */
		for (size_t i = 0; i < 4; i++, unit = i == 1 ? ms : unit * 1000) {
			ir_buf_adds(b, i ? " OR (" : "((");
			ir_clickhouse_name(b, c->name);
			ir_buf_addf(b, "%s%lld", op, (long long)(i ? unit : from ? ms / 1000 : s));
			if (*ranges[i]) {
				ir_buf_adds(b, " AND ");
				ir_clickhouse_name(b, c->name);
				ir_buf_adds(b, ranges[i]);
			}
			if (!from && i) {
				ir_buf_adds(b, " AND ");
				ir_clickhouse_name(b, c->name);
				ir_buf_addf(b, ">=%s", ranges[i - 1] + 1);
			}
			ir_buf_addc(b, ')');
		}
		ir_buf_adds(b, ") AND ");
	} /* fall through */
	default:
		add_ms(b, c);
		ir_buf_addf(b, "%s%lld", op, (long long)ms);
	}
}

static void
add_times(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q)
{
	if (t->time.nullable) {
		ir_buf_adds(b, " AND isNotNull(");
		ir_clickhouse_name(b, t->time.name);
		ir_buf_addc(b, ')');
	}
	if (q->since_ms != IR_TIME_NONE) {
		add_bound(b, &t->time, true, q->since_ms);
		if (t->coarse.name) /* it is cut, not rounded */
			add_bound(b, &t->coarse, true, q->since_ms - 999);
	}
	if (q->until_ms != IR_TIME_NONE && q->until_ms < INT64_MAX) {
		add_bound(b, &t->time, false, q->until_ms + 1);
		if (t->coarse.name)
			add_bound(b, &t->coarse, false, q->until_ms + 1);
	}
}

/* Levels known to be lower are left out; what is no level stays. */
static void
add_not_below(struct ir_buf *b, const struct ir_clickhouse_table *t, int min)
{
	static const char *const words[] = { "trace", "trac", "trc", "finer", "finest", "verbose", "verb", "vrb",
		"silly", "debug", "debu", "dbg", "debug1", "debug2", "debug3", "debug4", "debug5", "fine", "config",
		"info", "inf", "information", "informational", "log", "notice", "note", "ntc", "success", "warn",
		"warning", "wrn", "error", "err", "erro", "eror", "severe", "t", "d", "v", "i", "n", "w", "e", "0", "1",
		"2", "3", "4", "5", "6", "7", "10", "20", "30", "40", "50", "60", "100", "200", "250", "300", "400",
		"500", "#1", "#2", "#3", "#4", "#5", "#6", "#7", "#8", "#9", "#10", "#11", "#12", "#13", "#14", "#15",
		"#16", "#17", "#18", "#19", "#20", NULL };
	const char *glue = " NOT IN (";

	add_level(b, t);
	for (size_t i = 0; words[i]; i++) {
		bool otel = *words[i] == '#';
		enum ir_log_level level = ir_engine_level(words[i] + otel, strlen(words[i] + otel), otel);

		if (level == IR_LEVEL_NONE || (int)level >= min)
			continue;
		ir_buf_adds(b, glue);
		ir_clickhouse_literal(b, words[i]);
		glue = ",";
	}
	ir_buf_addc(b, ')');
}

static void
add_services(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_list *services)
{
	const char *glue = " IN (";

	if (!services || services->n == 0 || !t->service.name)
		return;
	ir_buf_adds(b, " AND ");
	add_service(b, t);
	for (size_t i = 0; i < services->n; i++, glue = ",") {
		ir_buf_adds(b, glue);
		ir_clickhouse_literal(b, services->v[i]);
	}
	ir_buf_addc(b, ')');
}

/* Is it of what is asked for, as far as its level and words say? "" where nothing is asked. */
static void
add_picked(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q)
{
	if (q->min_level > IR_LEVEL_TRACE && t->level.name)
		add_not_below(b, t, q->min_level);
	if (!q->grep || !ir_engine_is_literal(q->grep))
		return;
	ir_buf_adds(b, b->len ? " AND position(" : "position(");
	add_text(b, &t->message);
	ir_buf_addc(b, ',');
	ir_clickhouse_literal(b, q->grep);
	ir_buf_adds(b, ")>0");
}

/* " FROM table WHERE …" */
static void
add_from(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q,
    const struct ir_list *services)
{
	ir_buf_adds(b, " FROM ");
	add_table(b, t);
	ir_buf_adds(b, " WHERE 1");
	add_times(b, t, q);
	add_services(b, t, services);
	if (t->condition)
		ir_buf_addf(b, " AND (%s\n)", t->condition);
}

/* ---- the queries */

void
ir_clickhouse_range_sql(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q,
    const struct ir_list *services)
{
	ir_buf_adds(b, "SELECT count(),min(");
	add_ms(b, &t->time);
	ir_buf_adds(b, "),max(");
	add_ms(b, &t->time);
	ir_buf_adds(b, "),'.'");
	add_from(b, t, q, services);
	ir_buf_adds(b, " FORMAT TabSeparated");
}

struct ir_clickhouse_grid
ir_clickhouse_grid(int64_t first_ms, int64_t last_ms)
{
	struct ir_clickhouse_grid g = { .width_ms = MINUTE_MS };

	if (last_ms < first_ms)
		last_ms = first_ms;
	first_ms = clamp(first_ms, 0, INT64_C(4102444800000));
	last_ms = clamp(last_ms, first_ms, INT64_C(4102444800000));
	g.base_ms = first_ms - first_ms % MINUTE_MS;
	while ((last_ms - g.base_ms) / g.width_ms >= IR_CLICKHOUSE_BUCKETS)
		g.width_ms = ((last_ms - g.base_ms) / IR_CLICKHOUSE_BUCKETS / MINUTE_MS + 1) * MINUTE_MS;
	return g;
}

/* Lines by service, level, skeleton and bucket. */
static void
add_groups(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q,
    const struct ir_list *services, struct ir_clickhouse_grid grid)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf ms, text, head, picked;

	ir_buf_init(&ms, TEXT_MAX);
	ir_buf_init(&text, TEXT_MAX);
	ir_buf_init(&head, TEXT_MAX);
	ir_buf_init(&picked, TEXT_MAX);
	add_ms(&ms, &t->time);
	add_text(&text, &t->message);
	add_picked(&picked, t, q);
	/* what is not picked is but counted, for what is picked is compared with all that its service said */
	ir_buf_addf(&head, "if(%s,if(length(%s)>%d,substring(%s,1,%d),%s),'')", picked.len ? picked.data : "1",
	    text.data, IR_LOG_LINE_MAX, text.data, IR_LOG_LINE_MAX, text.data);
	ir_buf_adds(b, "SELECT ");
	add_service(b, t);
	ir_buf_adds(b, " AS ir_s,");
	add_level(b, t);
	ir_buf_adds(b, " AS ir_l,");
	ir_buf_adds(b, "concat(");
	ir_clickhouse_numbers(b, head.data);
	ir_buf_addf(b, ",toString(%s)) AS ir_n,", picked.len ? picked.data : "1");
	ir_clickhouse_skeleton(b, head.data);
	ir_buf_addf(
	    b, " AS ir_k,intDiv(%s-%lld,%lld) AS ir_w", ms.data, (long long)grid.base_ms, (long long)grid.width_ms);
	ir_buf_adds(b, ",count() AS ir_c1");
	if (q->split_ms == IR_TIME_NONE)
		ir_buf_adds(b, ",toUInt64(0) AS ir_b1");
	else
		ir_buf_addf(b, ",countIf(%s<%lld) AS ir_b1", ms.data, (long long)q->split_ms);
	ir_buf_addf(b, ",min(%s) AS ir_f1,max(%s) AS ir_z1", ms.data, ms.data);
	ir_buf_addf(
	    b, ",argMin(substring(%s,1,%d),(%s,%s)) AS ir_e1", text.data, IR_CLICKHOUSE_EXAMPLE, ms.data, text.data);
	add_from(b, t, q, services);
	ir_buf_adds(b, " GROUP BY ir_s,ir_l,ir_n,ir_k,ir_w");
}

void
ir_clickhouse_count_sql(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q,
    const struct ir_list *services, struct ir_clickhouse_grid grid)
{
	/* the outermost level is there for its totals: they count what LIMIT leaves out */
	ir_buf_adds(b,
	    "SELECT sum(ir_c) AS "
	    "ir_count,sum(ir_b),min(ir_f),max(ir_z),count(),any(ir_p),any(ir_s),any(ir_l),any(ir_e),'.' FROM (");
	ir_buf_adds(b, "SELECT ir_s,ir_l,ir_n,ir_k,sum(ir_c1) AS ir_c,sum(ir_b1) AS ir_b,min(ir_f1) AS ir_f,max(ir_z1) "
		       "AS ir_z,argMin(ir_e1,(ir_f1,ir_e1)) AS ir_e,"
		       "arrayStringConcat(arrayMap(x->concat(toString(x.1),':',toString(x.2)),arraySort(x->x.1,"
		       "groupArray((ir_w,ir_c1)))),',') AS ir_p FROM (");
	add_groups(b, t, q, services, grid);
	ir_buf_adds(b, ") GROUP BY ir_s,ir_l,ir_n,ir_k) GROUP BY ir_s,ir_l,ir_n,ir_k WITH TOTALS");
	ir_buf_addf(
	    b, " ORDER BY ir_count DESC,ir_s,ir_l,ir_n,ir_k LIMIT %d FORMAT TabSeparated", IR_CLICKHOUSE_GROUPS);
}

static void
add_only_picked(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q)
{
	struct ir_buf picked;

	ir_buf_init(&picked, TEXT_MAX);
	add_picked(&picked, t, q);
	if (picked.len)
		ir_buf_addf(b, " AND %s", picked.data);
	ir_buf_done(&picked);
}

/* The last lines of each service: found by their times alone, which are far fewer bytes than the lines. */
static void
add_tail(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q,
    const struct ir_list *services)
{
	ir_buf_adds(b, " AND (");
	add_service(b, t);
	ir_buf_adds(b, ",");
	ir_clickhouse_name(b, t->time.name);
	ir_buf_adds(b, ") GLOBAL IN (SELECT ir_s,ir_t FROM (SELECT ");
	add_service(b, t);
	ir_buf_adds(b, " AS ir_s,");
	ir_clickhouse_name(b, t->time.name);
	ir_buf_adds(b, " AS ir_t");
	add_from(b, t, q, services);
	add_only_picked(b, t, q);
	ir_buf_addf(b, " ORDER BY ir_t DESC LIMIT %lld BY ir_s))", (long long)q->tail);
}

void
ir_clickhouse_rows_sql(struct ir_buf *b, const struct ir_clickhouse_table *t, const struct ir_logs_query *q,
    const struct ir_list *services, int64_t limit)
{
	ir_buf_adds(b, "SELECT ");
	add_ms(b, &t->time);
	ir_buf_addc(b, ',');
	add_service(b, t);
	ir_buf_addc(b, ',');
	add_level(b, t);
	ir_buf_adds(b, ",substring(");
	add_text(b, &t->message);
	ir_buf_addf(b, ",1,%d),'.'", IR_ENGINE_TEXT);
	add_from(b, t, q, services);
	add_only_picked(b, t, q);
	if (q->tail >= 0)
		add_tail(b, t, q, services);
	ir_buf_adds(b, " ORDER BY ");
	ir_clickhouse_name(b, t->time.name);
	if (limit >= 0)
		ir_buf_addf(b, " LIMIT %lld", (long long)limit);
	ir_buf_adds(b, " FORMAT TabSeparated");
}
