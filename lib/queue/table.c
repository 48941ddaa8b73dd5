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
static const char *const none[] = { NULL };
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
	const char *status, *due, *created, *started, *queue; /* columns, quoted, or NULL */
	const char *status_type, *due_type, *created_type, *started_type;
	const char *raw_status; /* without quotes */
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

/* The one that is said has to be there; else the first of those that are. false: the one that is said is not. ret_type may be NULL. */
static bool
choose(const struct own *o, const char *said, const char *const *usual, const char **ret, const char **ret_type)
{
	const char *column = said;
	bool any_type = usual == statuses; /* the others are times */

	if (said && !ir_sql_has(o->r, said))
		return trouble(o, "say the column's name in ir.conf as the database has it", "%s has no column %s",
		    o->table, ir_pg_name(o->p->arena, said));
	for (; !column && *usual; usual++)
		if (ir_sql_has(o->r, *usual) && (any_type || is_time(ir_sql_type_of(o->r, *usual))))
			column = *usual;
	*ret = column ? ir_pg_name(o->p->arena, column) : NULL;
	if (column && ret_type)
		*ret_type = ir_sql_type_of(o->r, column);
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

	if (!choose(o, ask->status_column, statuses, &o->status, &o->status_type) ||
	    !choose(o, ask->due_column, dues, &o->due, &o->due_type) ||
	    !choose(o, ask->created_column, createds, &o->created, &o->created_type) ||
	    !choose(o, NULL, starteds, &o->started, &o->started_type) ||
	    !choose(o, ask->queue_column, none, &o->queue, NULL))
		return false;
	if (!o->status)
		return trouble(o, "say status-column = NAME in ir.conf, or pending-sql",
		    "%s has no column status or state", o->table);
	o->raw_status = ask->status_column              ? ask->status_column
			: ir_sql_has(o->r, statuses[0]) ? statuses[0]
							: statuses[1];
	return true;
}

/* May the column hold it? An enum takes no other values, nor does a number. */
static bool
fits(const struct own *o, const char *value)
{
	size_t n = strlen(o->raw_status);
	bool is_enum = false;
	int64_t number;

	for (size_t i = 0; i < o->r->labels.n; i++) {
		const char *label = o->r->labels.v[i];

		if (strncmp(label, o->raw_status, n) != 0 || label[n] != '=')
			continue;
		if (strcmp(label + n + 1, value) == 0)
			return true;
		is_enum = true;
	}
	return !is_enum &&
	       (!is_integer(o->status_type) || ir_parse_int(value, INT64_MIN, INT64_MAX, &number, NULL) == 0);
}

/* "'a','b'" of those that fit; NULL: none does. */
static const char *
values_of(const struct own *o, const char *said)
{
	const char *text = NULL;

	while (said && *said) {
		size_t skip = strspn(said, " \t,"), n = strcspn(said + skip, ","), bytes = n;
		const char *value;

		while (bytes && strchr(" \t", said[skip + bytes - 1]))
			bytes--;
		value = ir_strndup(o->p->arena, said + skip, bytes);
		said += skip + n;
		if (*value && fits(o, value))
			text = ir_asprintf(
			    o->p->arena, "%s%s%s", text ? text : "", text ? "," : "", ir_pg_text(o->p->arena, value));
	}
	return text;
}

static const char *
status_in(const struct own *o, const char *said)
{
	const char *values = values_of(o, said);

	return values ? ir_asprintf(o->p->arena, "%s IN (%s)", o->status, values) : NULL;
}

/* A number is in seconds. */
static const char *
now_like(const char *type)
{
	return is_time(type) ? "now()" : "extract(epoch FROM now())";
}

static const char *
age(const struct own *o, const char *expr, const char *type)
{
	if (is_time(type))
		return ir_asprintf(o->p->arena, "extract(epoch FROM now() - %s)", expr);
	return ir_asprintf(o->p->arena, "%s - %s", now_like(type), expr);
}

/* Rows whose status is one of these and which hold more: "FROM t WHERE …". NULL: none can be. */
static const char *
rows(const struct own *o, const char *said, const char *more)
{
	const char *in = status_in(o, said), *names = "";

	for (size_t i = 0; o->queue && i < o->p->ask->names.n; i++)
		names = ir_asprintf(
		    o->p->arena, "%s%s%s", names, *names ? "," : "", ir_pg_text(o->p->arena, o->p->ask->names.v[i]));
	if (*names)
		names = ir_asprintf(o->p->arena, " AND %s IN (%s)", o->queue, names);
	return in ? ir_asprintf(o->p->arena, "FROM %s WHERE %s%s%s", o->table, in, more, names) : NULL;
}

/* Count them by queue, at most as many as are counted. inner: columns beside the queue; outer: what is told beside the count. */
static void
add_count(
    const struct own *o, const char *member, const char *from, const char *inner, const char *outer, const char *index)
{
	const struct ir_queue_ask *ask = o->p->ask;
	const char *queue = o->queue ? ir_asprintf(o->p->arena, "coalesce(%s::text, '')", o->queue)
				     : ir_pg_text(o->p->arena, ask->names.n ? ask->names.v[0] : "");
	struct ir_sql_statement s = { .ready = true, .index = index };

	s.sql = ir_asprintf(o->p->arena,
	    "SELECT queue, count(*) AS %s%s FROM (SELECT %s AS queue%s %s LIMIT %d) s GROUP BY 1", member, outer, queue,
	    inner, from, IR_SQL_COUNT + 1);
	if (strcmp(member, "pending") == 0)
		s.rows = from;
	ir_sql_add(o->p, &s);
}

/* Since when a job waits: the later one of when it was made and when it was due. */
static const char *
since(const struct own *o)
{
	if (o->due && o->created && is_time(o->due_type) == is_time(o->created_type))
		return ir_asprintf(o->p->arena, "greatest(%s, %s)", o->created, o->due);
	return o->created ? o->created : o->due;
}

/* A value that differs by nothing but its letters' case would be counted as none, and look well. */
static void
add_doubt(const struct own *o)
{
	const struct ir_queue_ask *ask = o->p->ask;
	const char *v[] = { values_of(o, ask->pending), values_of(o, ask->running), values_of(o, ask->failed) },
		   *all = "";

	for (size_t i = 0; i < 3; i++)
		if (v[i])
			all = ir_asprintf(o->p->arena, "%s%s%s", all, *all ? "," : "", v[i]);
	if (!*all)
		return;
	ir_sql_add(o->p, &(struct ir_sql_statement){ .ready = true,
			     .sql = ir_asprintf(o->p->arena,
				 "SELECT %s || ' is ' || quote_literal(left(v, 40)) || ' in jobs, and ' || "
				 "quote_literal(w) || ' is what was counted' AS trouble, "
				 "'say status, running or failed in ir.conf as the jobs have it' AS hint FROM (SELECT "
				 "DISTINCT v FROM (SELECT %s::text AS v FROM "
				 "%s LIMIT 1000) a) b, unnest(ARRAY[%s]::text[]) w WHERE lower(v) = lower(w) AND v <> "
				 "ALL(ARRAY[%s]::text[]) LIMIT 3",
				 ir_pg_text(o->p->arena, o->raw_status), o->status, o->table, all, all) });
}

static void
add_pending(const struct own *o)
{
	struct ir_arena *arena = o->p->arena;
	const char *waits = since(o), *type = o->created ? o->created_type : o->due_type;
	const char *more =
	    o->due ? ir_asprintf(arena, " AND (%s IS NULL OR %s <= %s)", o->due, o->due, now_like(o->due_type)) : "";
	const char *from = rows(o, o->p->ask->pending, more);
	const char *inner = waits ? ir_asprintf(arena, ", %s AS t", waits) : "", *outer = "", *order = "id", *index;

	if (waits) {
		outer = ir_asprintf(arena, ", %s AS oldest_s", age(o, "min(t)", type));
		order = "t, id";
	}
	if (ir_sql_has(o->r, "id")) {
		inner = ir_asprintf(arena, "%s, id", inner);
		outer = ir_asprintf(
		    arena, "%s, array_to_string((array_agg(id ORDER BY %s))[1:100], chr(1)) AS next", outer, order);
	}
	index = ir_asprintf(arena, "CREATE INDEX CONCURRENTLY ON %s (%s) WHERE %s", o->table,
	    o->due       ? o->due
	    : o->created ? o->created
			 : o->status,
	    status_in(o, o->p->ask->pending));
	add_count(o, "pending", from, inner, outer, index);
	if (o->due)
		add_count(o, "scheduled",
		    rows(o, o->p->ask->pending, ir_asprintf(arena, " AND %s > %s", o->due, now_like(o->due_type))), "",
		    "", index);
}

static void
add_running(const struct own *o)
{
	struct ir_arena *arena = o->p->arena;
	const char *from = rows(o, o->p->ask->running, ""), *inner = "", *outer = "";

	if (o->started) {
		inner = ir_asprintf(arena, ", %s AS t", o->started);
		outer = ir_asprintf(arena, ", %s AS running_s", age(o, "min(t)", o->started_type));
	}
	if (from)
		add_count(o, "running", from, inner, outer, NULL);
}

static void
add_table(const struct own *o)
{
	const struct ir_queue_ask *ask = o->p->ask;
	const char *failed = rows(o, ask->failed, "");

	if (!ask->pending_sql)
		add_pending(o);
	if (!ask->running_sql)
		add_running(o);
	if (!ask->failed_sql && failed)
		add_count(o, "failed", failed, "", "", NULL);
	if (strstr(o->status_type, "char") || strcmp(o->status_type, "text") == 0)
		add_doubt(o);
}

/* What an enum can be. */
static const char *
labels_of(const struct own *o)
{
	const char *all = "";
	size_t n = strlen(o->raw_status);

	for (size_t i = 0; i < o->r->labels.n; i++)
		if (strncmp(o->r->labels.v[i], o->raw_status, n) == 0 && o->r->labels.v[i][n] == '=')
			all = ir_asprintf(o->p->arena, "%s%s%s", all, *all ? ", " : "", o->r->labels.v[i] + n + 1);
	return all;
}

static bool
check_status(const struct own *o)
{
	struct ir_arena *arena = o->p->arena;
	const char *said = o->p->ask->pending, *labels = labels_of(o);

	if (o->p->ask->pending_sql || values_of(o, said))
		return true;
	return trouble(o,
	    *labels ? ir_asprintf(arena, "say status = VALUE in ir.conf; it can be %s", labels)
		    : "say status = NUMBER in ir.conf",
	    "%s of %s cannot be %s", o->status, o->table, said);
}

static void
build_table(struct ir_sql_place *p)
{
	struct own o = { .p = p };

	if (!choose_table(&o))
		return;
	o.table = ir_sql_relation_name(p->arena, o.r);
	p->tables[0] = o.r;
	if (!ir_sql_may_read(p, o.r) || !choose_columns(&o) || !check_status(&o))
		return;
	if (p->ask->names.n > 1 && !o.queue) {
		trouble(&o, "say queue-column = NAME in ir.conf", "%s has jobs of one queue only, as far as is known",
		    o.table);
		return;
	}
	add_table(&o);
}

/* seen: what a statement of one's own counts has no end of ours. */
static void
add_said(struct ir_sql_place *p, const char *member, const char *type, const char *sql)
{
	size_t n = sql ? strlen(sql) : 0;

	while (n && (isspace((unsigned char)sql[n - 1]) || sql[n - 1] == ';'))
		n--;
	if (n)
		ir_sql_add(p, &(struct ir_sql_statement){ .ready = true,
				  .sql = ir_asprintf(p->arena, "SELECT %s AS queue, 0 AS seen, (%.*s\n)::%s AS %s",
				      ir_pg_text(p->arena, p->ask->names.n ? p->ask->names.v[0] : ""), (int)n, sql,
				      type, member) });
}

static void
build(struct ir_sql_place *p)
{
	const struct ir_queue_ask *ask = p->ask;

	if (ask->table)
		build_table(p);
	add_said(p, "pending", "bigint", ask->pending_sql);
	add_said(p, "running", "bigint", ask->running_sql);
	add_said(p, "scheduled", "bigint", ask->scheduled_sql);
	add_said(p, "failed", "bigint", ask->failed_sql);
	add_said(p, "oldest_s", "double precision", ask->oldest_sql);
	if (!ask->table && p->n_statements == 0)
		ir_queue_trouble(p->found, ir_sql_own.name, "neither a table nor a statement is said",
		    "say table = NAME in ir.conf");
}

const struct ir_sql_type ir_sql_own = { .name = "table", .build = build };
