/* clickhouse_columns - which column of a table is the time, the line, its level and its service */
#include <string.h>
#include <strings.h>

#include "conf/suggest.h"
#include "logs/clickhouse_sql.h"

enum { NAMES_SHOWN = 12 };

static const char *const times[] = { "timestamp", "ts", "time", "@timestamp", "_timestamp", "_time", "datetime",
	"date_time", "event_time", "eventtime", "log_time", "logtime", "created_at", "received_at", "event_timestamp",
	"timestamp_ms", "timestamp_ns", NULL };
static const char *const messages[] = { "message", "msg", "body", "log", "line", "text", "_raw", "raw", "log_message",
	"content", "event", "payload", NULL };
static const char *const levels[] = { "level", "severity", "severitytext", "severity_text", "log_level", "loglevel",
	"lvl", "levelname", "level_name", "priority", NULL };
static const char *const services[] = { "service", "service_name", "servicename", "service.name", "app", "app_name",
	"application", "container", "container_name", "kubernetes_container_name", "program", "host", NULL };

/* ---- names and types */

/* A part up to a dot, or between backticks; what follows it, or NULL. */
static const char *
part(struct ir_arena *arena, const char *s, const char **ret)
{
	bool quoted = *s == '`';
	size_t n = quoted ? strcspn(s + 1, "`") : strcspn(s, ".`");

	if (n == 0 || (quoted && s[1 + n] != '`'))
		return NULL;
	*ret = ir_strndup(arena, s + quoted, n);
	return s + n + 2 * (size_t)quoted;
}

int
ir_clickhouse_table_name(struct ir_arena *arena, const char *text, const char **database, const char **name)
{
	const char *s = part(arena, text, name);

	*database = NULL;
	if (s && *s == '.') {
		*database = *name;
		s = part(arena, s + 1, name);
	}
	return s && !*s ? 0 : -1;
}

/* "Nullable(X)" -> "X" */
static bool
unwrap(struct ir_arena *arena, const char **type, const char *wrapper)
{
	size_t n = strlen(wrapper), all = strlen(*type);

	if (strncmp(*type, wrapper, n) != 0 || all < n + 1 || (*type)[all - 1] != ')')
		return false;
	*type = ir_strndup(arena, *type + n, all - n - 1);
	return true;
}

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static enum ir_clickhouse_kind
kind_of(const char *type)
{
	if (starts(type, "DateTime64"))
		return IR_CLICKHOUSE_DATETIME64;
	if (starts(type, "DateTime"))
		return IR_CLICKHOUSE_DATETIME;
	if (starts(type, "String") || starts(type, "FixedString") || starts(type, "Enum"))
		return IR_CLICKHOUSE_TEXT;
	if (starts(type, "Int") || starts(type, "UInt") || starts(type, "Float") || starts(type, "Decimal"))
		return starts(type, "Interval") ? IR_CLICKHOUSE_OTHER : IR_CLICKHOUSE_NUMBER;
	return IR_CLICKHOUSE_OTHER;
}

struct ir_clickhouse_column
ir_clickhouse_column(struct ir_arena *arena, const char *name, const char *type)
{
	struct ir_clickhouse_column c = { .name = ir_strdup(arena, name), .type = ir_strdup(arena, type) };
	const char *inner = c.type;

	unwrap(arena, &inner, "LowCardinality(");
	c.nullable = unwrap(arena, &inner, "Nullable(");
	c.kind = kind_of(inner);
	return c;
}

/* ---- what is what */

struct role {
	const char *key, *what;
	const char *const *names;
	bool text, number, time; /* kinds that it can be */
};

static const struct role roles[] = {
	{ "time-column", "the time", times, true, true, true },
	{ "message-column", "the line", messages, true, false, false },
	{ "level-column", "the level", levels, true, true, false },
	{ "service-column", "the service", services, true, true, false },
};
enum { TIME, MESSAGE, LEVEL, SERVICE };

static bool
can_be(const struct ir_clickhouse_column *c, const struct role *r)
{
	switch (c->kind) {
	case IR_CLICKHOUSE_TEXT:
		return r->text;
	case IR_CLICKHOUSE_NUMBER:
		return r->number;
	case IR_CLICKHOUSE_DATETIME:
	case IR_CLICKHOUSE_DATETIME64:
		return r->time;
	default:
		return false;
	}
}

static const struct ir_clickhouse_column *
find(const struct ir_clickhouse_column *v, size_t n, const char *name, bool any_case)
{
	for (size_t i = 0; i < n; i++)
		if ((any_case ? strcasecmp : strcmp)(v[i].name, name) == 0)
			return &v[i];
	return NULL;
}

/* The names of all columns, for a hint. */
static void
list(struct ir_buf *b, const struct ir_clickhouse_column *v, size_t n)
{
	for (size_t i = 0; i < n && i < NAMES_SHOWN; i++)
		ir_buf_addf(b, "%s%s", i ? ", " : "", v[i].name);
	if (n > NAMES_SHOWN)
		ir_buf_adds(b, " …");
}

static int
not_there(const struct role *r, const char *name, const struct ir_clickhouse_column *v, size_t n, struct ir_err *err)
{
	const char *near = NULL;
	struct ir_buf b;

	ir_buf_init(&b, sizeof(err->hint) / 2);
	for (size_t i = 0; i < n && !near; i++)
		near = ir_suggest(name, (const char *const[]){ v[i].name, NULL });
	ir_fail(err, IR_CONFIG, "%s: the table has no column '%s'", r->key, name);
	if (near)
		ir_hint(err, "did you mean %s?", near);
	else
		list(&b, v, n), ir_hint(err, "its columns are: %s", b.data);
	ir_buf_done(&b);
	return -1;
}

/* One that the section names. */
static int
named(const struct role *r, struct ir_clickhouse_column *c, const struct ir_clickhouse_column *v, size_t n,
    struct ir_err *err)
{
	const struct ir_clickhouse_column *found = find(v, n, c->name, false);

	if (!found)
		found = find(v, n, c->name, true);
	if (!found)
		return not_there(r, c->name, v, n, err);
	*c = *found;
	if (!can_be(c, r))
		return ir_fail(err, IR_CONFIG, "%s: column '%s' is of type %s: %s cannot be read of it", r->key,
		    c->name, c->type, r->what);
	return 0;
}

/* One of the usual names; of those whose type says it, the first. */
static void
usual(const struct role *r, struct ir_clickhouse_column *c, const struct ir_clickhouse_column *v, size_t n)
{
	for (size_t i = 0; r->names[i] && !c->name; i++) {
		const struct ir_clickhouse_column *found = find(v, n, r->names[i], true);

		if (found && can_be(found, r))
			*c = *found;
	}
	for (size_t i = 0; i < n && !c->name && r->time; i++)
		if (v[i].kind == IR_CLICKHOUSE_DATETIME64 || v[i].kind == IR_CLICKHOUSE_DATETIME)
			*c = v[i];
}

static int
must_name(const struct role *r, const struct ir_clickhouse_column *v, size_t n, struct ir_err *err)
{
	struct ir_buf b;

	ir_buf_init(&b, sizeof(err->hint) / 2);
	list(&b, v, n);
	ir_fail(err, IR_CONFIG, "no column of the table is known to be %s", r->what);
	ir_hint(err, "say which: %s = …; its columns are: %s", r->key, b.data);
	ir_buf_done(&b);
	return -1;
}

/* OpenTelemetry's exporter sorts by TimestampTime and leaves SeverityText empty where only the number was sent. */
static void
opentelemetry(struct ir_clickhouse_table *t, const struct ir_clickhouse_column *v, size_t n)
{
	const struct ir_clickhouse_column *coarse = find(v, n, "TimestampTime", false), *number;

	if (coarse && coarse->kind == IR_CLICKHOUSE_DATETIME && strcmp(t->time.name, "Timestamp") == 0)
		t->coarse = *coarse;
	number = find(v, n, "SeverityNumber", false);
	if (!number)
		number = find(v, n, "severity_number", false);
	if (!number || number->kind != IR_CLICKHOUSE_NUMBER || !t->level.name)
		return;
	if (strcasecmp(t->level.name, "SeverityText") == 0 || strcasecmp(t->level.name, "severity_text") == 0)
		t->severity = *number;
}

int
ir_clickhouse_recognise(
    struct ir_clickhouse_table *t, const struct ir_clickhouse_column *v, size_t n, struct ir_err *err)
{
	struct ir_clickhouse_column *const columns[] = { &t->time, &t->message, &t->level, &t->service };

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (columns[i]->name) {
			if (named(&roles[i], columns[i], v, n, err) < 0)
				return -1;
		} else {
			usual(&roles[i], columns[i], v, n);
		}
	}
	if (!t->time.name)
		return must_name(&roles[TIME], v, n, err);
	if (!t->message.name)
		return must_name(&roles[MESSAGE], v, n, err);
	opentelemetry(t, v, n);
	return 0;
}
