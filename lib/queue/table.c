/* table - jobs in a table of one's own, or counted by statements of one's own */
#include <ctype.h>

#include "base/buf.h"
#include "base/num.h"
#include "queue/sql_type.h"

enum { PIECE_MAX = 64 * 1024 };

static const char *const statuses[] = { "status", "state", NULL };
static const char *const dues[] = { "run_at", "scheduled_at", "scheduled_for", "run_after", "available_at", "due_at",
	"due", "not_before", "eta", "next_run_at", "execute_at", NULL };
static const char *const createds[] = { "created_at", "created", "enqueued_at", "inserted_at", "queued_at",
	"created_on", "date_created", "submitted_at", "added_at", NULL };
static const char *const starteds[] = { "started_at", "locked_at", "claimed_at", "picked_at", "taken_at", NULL };

bool
ir_sql_is_own(const struct ir_queue_ask *ask)
{
	if (ask->type)
		return strcmp(ask->type, ir_sql_own.name) == 0;
	return ask->table || ask->pending_sql || ask->running_sql || ask->scheduled_sql || ask->failed_sql ||
	       ask->oldest_sql;
}

/* One identifier, with or without quotes; what is behind it. */
static const char *
identifier(struct ir_arena *arena, const char *s, const char **ret)
{
	struct ir_buf b;
	bool quoted = *s == '"';

	ir_buf_init(&b, PIECE_MAX);
	for (s += quoted; *s && (quoted || *s != '.'); s++) {
		if (quoted && *s == '"' && *++s != '"')
			break;
		ir_buf_addc(&b, *s);
	}
	*ret = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return s;
}

void
ir_sql_own_name(struct ir_arena *arena, const char *table, const char **schema, const char **name)
{
	const char *rest = identifier(arena, table, name);

	*schema = NULL;
	if (*rest == '.') {
		*schema = *name;
		identifier(arena, rest + 1, name);
	}
}

static void
add_all(struct ir_arena *arena, const char *const *v, struct ir_list *ret)
{
	for (; *v; v++)
		ir_list_add(arena, ret, *v);
}

void
ir_sql_own_columns(struct ir_arena *arena, const struct ir_queue_ask *ask, struct ir_list *ret)
{
	const char *said[] = { ask->status_column, ask->created_column, ask->due_column, ask->queue_column };

	add_all(arena, statuses, ret);
	add_all(arena, dues, ret);
	add_all(arena, createds, ret);
	add_all(arena, starteds, ret);
	ir_list_add(arena, ret, "id");
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (said[i])
			ir_list_add(arena, ret, said[i]);
}

struct own {
	struct ir_sql_place *p;
	const struct ir_sql_relation *r;
	const char *table;                                    /* quoted */
	const char *status, *due, *created, *started, *queue; /* columns, or NULL */
};

static bool __attribute__((format(printf, 3, 4))) trouble(const struct own *o, const char *hint, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ir_queue_trouble(o->p->found, ir_sql_own.name, ir_vasprintf(o->p->arena, fmt, ap), hint);
	va_end(ap);
	return false;
}

static bool
is_time(const char *type)
{
	return type && strncmp(type, "timestamp", 9) == 0;
}

static bool
is_integer(const char *type)
{
	return strcmp(type, "integer") == 0 || strcmp(type, "smallint") == 0 || strcmp(type, "bigint") == 0;
}

/* The one that is said has to be there; else the first of those that are. false: the one that is said is not. */
static bool
choose(const struct own *o, const char *said, const char *const *usual, bool time, const char **ret)
{
	*ret = said;
	if (said && !ir_sql_has(o->r, said))
		return trouble(o, "say the column's name in ir.conf as the database has it", "%s has no column %s",
		    o->table, ir_sql_name(o->p->arena, said));
	for (; !said && *usual; usual++) {
		const char *type = ir_sql_type_of(o->r, *usual);

		if (type && (!time || is_time(type))) {
			*ret = *usual;
			break;
		}
	}
	return true;
}

/* Is it the one that PostgreSQL would take? Else the only one; several are a question. */
static bool
choose_table(struct own *o)
{
	const struct ir_sql_place *p = o->p;
	const char *schema, *name, *choices = "";
	size_t others = 0;

	ir_sql_own_name(p->arena, p->ask->table, &schema, &name);
	for (size_t i = 0; i < p->n_all; i++) {
		const struct ir_sql_relation *r = &p->all[i];
		bool exact = strcmp(r->name, name) == 0;

		choices =
		    ir_asprintf(p->arena, "%s%s%s", choices, *choices ? ", " : "", ir_sql_relation_name(p->arena, r));
		if (!o->r || (r->visible && !o->r->visible) ||
		    (exact && strcmp(o->r->name, name) != 0 && r->visible == o->r->visible))
			o->r = r;
		else
			others += !o->r->visible;
	}
	if (!o->r)
		return trouble(o, "say table = SCHEMA.TABLE; a database holds only its own tables",
		    "there is no table %s here", p->ask->table);
	if (!o->r->visible && others)
		return trouble(
		    o, "say table = SCHEMA.TABLE", "several tables are called %s: %s", p->ask->table, choices);
	return true;
}

static bool
choose_columns(struct own *o)
{
	const struct ir_queue_ask *ask = o->p->ask;

	o->queue = ask->queue_column;
	if (!choose(o, ask->status_column, statuses, false, &o->status) ||
	    !choose(o, ask->due_column, dues, true, &o->due) ||
	    !choose(o, ask->created_column, createds, true, &o->created) ||
	    !choose(o, NULL, starteds, true, &o->started) ||
	    !choose(o, ask->queue_column, &statuses[2], false, &o->queue))
		return false;
	if (!o->status)
		return trouble(o, "say status-column = NAME in ir.conf, or pending-sql",
		    "%s has no column status or state", o->table);
	return true;
}

/* May the column hold it? An enum takes no other values, nor does a number. */
static bool
fits(const struct own *o, const char *value)
{
	const char *type = ir_sql_type_of(o->r, o->status);
	size_t n = strlen(o->status);
	bool is_enum = false;
	int64_t number;

	for (size_t i = 0; i < o->r->labels.n; i++) {
		const char *label = o->r->labels.v[i];

		if (strncmp(label, o->status, n) != 0 || label[n] != '=')
			continue;
		if (strcmp(label + n + 1, value) == 0)
			return true;
		is_enum = true;
	}
	return !is_enum && (!is_integer(type) || ir_parse_int(value, INT64_MIN, INT64_MAX, &number, NULL) == 0);
}

static const char *
trimmed(struct ir_arena *arena, const char *s, size_t n)
{
	while (n && isspace((unsigned char)*s))
		s++, n--;
	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	return ir_strndup(arena, s, n);
}

/* "status IN ('a','b')" of those that fit; NULL: none does. */
static const char *
status_in(const struct own *o, const char *values)
{
	struct ir_buf b;
	const char *comma = "", *text = NULL;

	ir_buf_init(&b, PIECE_MAX);
	ir_buf_addf(&b, "%s IN (", ir_sql_name(o->p->arena, o->status));
	while (values && *values) {
		size_t n = strcspn(values, ",");
		const char *value = trimmed(o->p->arena, values, n);

		values += n + (values[n] == ',');
		if (!*value || !fits(o, value))
			continue;
		ir_buf_addf(&b, "%s%s", comma, ir_sql_text(o->p->arena, value));
		comma = ",";
	}
	ir_buf_addc(&b, ')');
	if (*comma && !b.full)
		text = ir_strndup(o->p->arena, b.data, b.len);
	ir_buf_done(&b);
	return text;
}

/* ---- statements */

/* A column as an instant; what has no zone is UTC, as applications write it. */
static const char *
instant(const struct own *o, const char *column)
{
	const char *type = ir_sql_type_of(o->r, column), *name = ir_sql_name(o->p->arena, column);

	if (strcmp(type, "timestamp without time zone") == 0)
		return ir_asprintf(o->p->arena, "(%s AT TIME ZONE 'utc')", name);
	return name;
}

/* Since when a job has been due; NULL: nothing tells it. */
static const char *
due_since(const struct own *o)
{
	struct ir_arena *arena = o->p->arena;

	if (o->due && o->created)
		return ir_asprintf(arena, "greatest(%s, %s)", instant(o, o->due), instant(o, o->created));
	return o->due ? instant(o, o->due) : o->created ? instant(o, o->created) : NULL;
}

static const char *
of_names(const struct own *o)
{
	const struct ir_list *names = &o->p->ask->names;
	const char *s = "";

	if (!o->queue || names->n == 0)
		return "";
	for (size_t i = 0; i < names->n; i++)
		s = ir_asprintf(o->p->arena, "%s%s%s", s, i ? "," : "", ir_sql_text(o->p->arena, names->v[i]));
	return ir_asprintf(o->p->arena, " AND %s IN (%s)", ir_sql_name(o->p->arena, o->queue), s);
}

/* One statement that counts: what the outer SELECT tells, what the inner one needs for it, of which rows. */
static void
count(const struct own *o, const char *tells, const char *needs, const char *where, const char *by)
{
	struct ir_arena *arena = o->p->arena;
	const char *queue = o->queue ? ir_sql_name(arena, o->queue) : NULL;
	const char *rows = ir_asprintf(arena, "FROM %s WHERE %s%s", o->table, where, of_names(o));
	struct ir_sql_statement s = { .ready = true };

	s.sql = ir_asprintf(arena, "SELECT %s%s FROM (SELECT %s%s%s %s LIMIT %d) s%s", queue ? "queue, " : "", tells,
	    queue ? queue : "", queue ? "::text AS queue, " : "", needs, rows, IR_SQL_COUNT + 1,
	    queue ? " GROUP BY queue" : "");
	if (by) {
		s.rows = rows;
		s.index = ir_asprintf(arena, "CREATE INDEX CONCURRENTLY ON %s (%s) WHERE %s", o->table, by, where);
	}
	ir_sql_add(o->p, &s);
}

static void
count_pending(const struct own *o, const char *status)
{
	struct ir_arena *arena = o->p->arena;
	const char *since = due_since(o), *due = o->due ? instant(o, o->due) : NULL, *by = o->due ? o->due : o->created;
	bool ids = since && ir_sql_has(o->r, "id") && !o->queue;
	const char *where = status, *tells = "count(*) AS pending", *needs = "1";

	if (since) {
		tells = ir_asprintf(arena, "%s, max(age) AS oldest_s%s", tells,
		    ids ? ", array_to_string((array_agg(id ORDER BY age DESC, id))[1:100], chr(1)) AS next" : "");
		needs = ir_asprintf(arena, "extract(epoch FROM now() - %s) AS age%s", since, ids ? ", id" : "");
	}
	if (due)
		where = ir_asprintf(arena, "%s AND (%s IS NULL OR %s <= now())", status, due, due);
	by = ir_sql_name(arena, by ? by : o->status);
	count(o, tells, needs, where, by);
	if (due)
		count(o, "count(*) AS scheduled", "1", ir_asprintf(arena, "%s AND %s > now()", status, due), NULL);
}

static void
count_running(const struct own *o, const char *status)
{
	const char *tells = "count(*) AS running", *needs = "1";

	if (o->started) {
		tells = "count(*) AS running, max(age) AS running_s";
		needs = ir_asprintf(o->p->arena, "extract(epoch FROM now() - %s) AS age", instant(o, o->started));
	}
	count(o, tells, needs, status, NULL);
}

static void
build_table(struct own *o)
{
	const struct ir_queue_ask *ask = o->p->ask;
	const char *pending, *running, *failed;

	if (!choose_table(o))
		return;
	o->table = ir_sql_relation_name(o->p->arena, o->r);
	if (!ir_sql_may_read(o->p, o->r) || !choose_columns(o))
		return;
	o->p->tables[0] = o->r;
	pending = status_in(o, ask->pending ? ask->pending : "pending");
	running = status_in(o, ask->running);
	failed = status_in(o, ask->failed);
	if (!pending) {
		trouble(o, "say status = VALUE as the column holds it", "column %s of %s cannot hold %s", o->status,
		    o->table, ask->pending ? ask->pending : "pending");
		return;
	}
	if (!ask->pending_sql)
		count_pending(o, pending);
	if (running && !ask->running_sql)
		count_running(o, running);
	if (failed && !ask->failed_sql)
		count(o, "count(*) AS failed", "1", failed, NULL);
}

/* A statement that answers with one number, as one that a semicolon may end. */
static void
add_own_sql(const struct own *o, const char *sql, const char *member, const char *cast)
{
	struct ir_sql_statement s = { .ready = true };
	size_t n = sql ? strlen(sql) : 0;

	while (n && (isspace((unsigned char)sql[n - 1]) || sql[n - 1] == ';'))
		n--;
	if (n == 0)
		return;
	s.sql = ir_asprintf(o->p->arena, "SELECT (%.*s)::%s AS %s", (int)n, sql, cast, member);
	ir_sql_add(o->p, &s);
}

static void
build(struct ir_sql_place *p)
{
	struct own o = { .p = p };
	const struct ir_queue_ask *ask = p->ask;

	if (ask->table)
		build_table(&o);
	add_own_sql(&o, ask->pending_sql, "pending", "bigint");
	add_own_sql(&o, ask->running_sql, "running", "bigint");
	add_own_sql(&o, ask->scheduled_sql, "scheduled", "bigint");
	add_own_sql(&o, ask->failed_sql, "failed", "bigint");
	add_own_sql(&o, ask->oldest_sql, "oldest_s", "float8");
}

const struct ir_sql_type ir_sql_own = { .name = "table", .build = build };
