/* changes - of check rows between one look and the next, for -w: + is new, ~ has another status or is another thing, - is gone */
#include "rec/changes.h"

#include <string.h>

#include "rec/emit.h"

struct rows {
	struct ir_check *const *v;
	size_t n;
};

static const char *
text(const char *s)
{
	return s ? s : "";
}

static bool
same(const struct ir_seen *s, const struct ir_check *row)
{
	return strcmp(s->env, text(row->h.env)) == 0 && strcmp(s->service, text(row->h.service)) == 0 &&
	       strcmp(s->name, row->name) == 0;
}

static const char *
identity(const struct ir_check *row)
{
	return row->container_id ? row->container_id : row->role;
}

static bool
changed(const struct ir_seen *s, const struct ir_check *row)
{
	const char *id = identity(row);

	return s->status != row->h.status || (s->identity && id && strcmp(s->identity, id) != 0);
}

static const struct ir_seen *
find_seen(const struct ir_changes *c, const struct ir_check *row)
{
	for (size_t i = 0; i < c->n; i++) {
		if (same(&c->v[i], row))
			return &c->v[i];
	}
	return NULL;
}

static bool
is_there(const struct rows *rows, const struct ir_seen *s)
{
	for (size_t i = 0; i < rows->n; i++) {
		if (same(s, rows->v[i]))
			return true;
	}
	return false;
}

static void
put(struct ir_ctx *ctx, struct ir_check *row, const char *change)
{
	row->change = change;
	row->h.summary = ir_asprintf(ctx->arena, "%s %s", change, text(row->h.summary));
	ir_out_row(ctx->out, &ir_kind_check, row);
}

static bool
is_dull(const struct ir_changes *c, const struct ir_check *row)
{
	return c->rules.dull && c->rules.dull(c->rules.arg, row);
}

static void
put_first(const struct ir_changes *c, struct ir_ctx *ctx, const struct ir_check *row)
{
	if (is_dull(c, row))
		ir_out_aside(ctx->out, &ir_kind_check, row);
	else
		ir_out_row(ctx->out, &ir_kind_check, row);
}

/* What is new and dull was always there, as far as anybody cares. */
static void
put_later(const struct ir_changes *c, struct ir_ctx *ctx, struct ir_check *row, bool beat)
{
	const struct ir_seen *s = find_seen(c, row);

	if (s && changed(s, row))
		put(ctx, row, "~");
	else if (!s && !is_dull(c, row))
		put(ctx, row, "+");
	else if (!s)
		ir_out_aside(ctx->out, &ir_kind_check, row);
	else if (beat)
		ir_out_beat(ctx->out, &ir_kind_check, row);
}

/* It is not known how it is, and that is said once. */
static void
put_gone(const struct ir_changes *c, struct ir_ctx *ctx, const struct ir_seen *s)
{
	struct ir_check row;

	ir_row_init(&ir_kind_check, &row);
	row.h.env = s->env;
	row.h.service = s->service;
	row.h.subject = s->subject;
	row.name = s->name;
	row.type = s->type;
	c->rules.gone(c->rules.arg, s, &row);
	put(ctx, &row, "-");
}

static struct ir_seen
keep(struct ir_arena *arena, const struct ir_seen *s)
{
	return (struct ir_seen){
		.env = ir_strdup(arena, text(s->env)),
		.service = ir_strdup(arena, text(s->service)),
		.name = ir_strdup(arena, s->name),
		.subject = ir_strdup(arena, s->subject),
		.type = ir_strdup(arena, s->type),
		.origin = ir_strdup(arena, text(s->origin)),
		.dependency = ir_strdup(arena, text(s->dependency)),
		.identity = ir_strdup(arena, s->identity),
		.status = s->status,
		.dull = s->dull,
	};
}

static struct ir_seen
seen_of(const struct ir_changes *c, const struct ir_check *row)
{
	return (struct ir_seen){
		.env = row->h.env,
		.service = row->h.service,
		.name = row->name,
		.subject = row->h.subject,
		.type = row->type,
		.origin = row->origin,
		.dependency = row->dependency,
		.identity = identity(row),
		.status = row->h.status,
		.dull = is_dull(c, row),
	};
}

static bool
is_hidden(const struct ir_changes *c, const struct rows *rows, const struct ir_seen *s)
{
	return !is_there(rows, s) && c->rules.hidden(c->rules.arg, s);
}

static void
remember(struct ir_changes *c, const struct rows *rows)
{
	struct ir_arena arena = { 0 };
	struct ir_seen *v = IR_NEW_N(&arena, struct ir_seen, rows->n + c->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (is_hidden(c, rows, &c->v[i]))
			v[n++] = keep(&arena, &c->v[i]);
	}
	for (size_t i = 0; i < rows->n; i++) {
		struct ir_seen s = seen_of(c, rows->v[i]);

		v[n++] = keep(&arena, &s);
	}
	ir_arena_done(&c->arena);
	c->arena = arena;
	c->v = v;
	c->n = n;
}

void
ir_changes_put(struct ir_changes *c, struct ir_ctx *ctx, struct ir_check *const *v, size_t n, bool beat)
{
	const struct rows rows = { v, n };

	for (size_t i = 0; i < n; i++) {
		if (c->any)
			put_later(c, ctx, v[i], beat);
		else
			put_first(c, ctx, v[i]);
	}
	for (size_t i = 0; i < c->n; i++) {
		if (!c->v[i].dull && !is_there(&rows, &c->v[i]) && !is_hidden(c, &rows, &c->v[i]))
			put_gone(c, ctx, &c->v[i]);
	}
	ir_out_flush(ctx->out);
	remember(c, &rows);
	c->any = true;
}

void
ir_changes_done(struct ir_changes *c)
{
	ir_arena_done(&c->arena);
	*c = (struct ir_changes){ .rules = c->rules };
}
