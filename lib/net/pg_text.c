/* pg_text - text of statements: templates filled in, names and values quoted; cells of answers */
#include "net/pg_text.h"

static const char *
kept(struct ir_arena *arena, struct ir_buf *b)
{
	const char *s = b->full ? NULL : ir_strndup(arena, b->data, b->len);

	ir_buf_done(b);
	return s;
}

/* A ';' may not be sent (net/pg.h), so it is written in figures. */
const char *
ir_pg_name(struct ir_arena *arena, const char *s)
{
	struct ir_buf b;
	bool figures = strchr(s, ';') != NULL;

	ir_buf_init(&b, IR_PG_TEXT_MAX);
	ir_buf_adds(&b, figures ? "U&\"" : "\"");
	for (; *s; s++) {
		if (*s == '"' || (figures && *s == '\\'))
			ir_buf_addc(&b, *s);
		if (*s == ';')
			ir_buf_adds(&b, "\\003b");
		else
			ir_buf_addc(&b, *s);
	}
	ir_buf_addc(&b, '"');
	return kept(arena, &b);
}

/* The same whatever standard_conforming_strings is. */
const char *
ir_pg_text(struct ir_arena *arena, const char *s)
{
	struct ir_buf b;

	ir_buf_init(&b, IR_PG_TEXT_MAX);
	ir_buf_adds(&b, strpbrk(s, "\\;") ? "E'" : "'");
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			ir_buf_addc(&b, *s);
		if (*s == ';')
			ir_buf_adds(&b, "\\x3b");
		else
			ir_buf_addc(&b, *s);
	}
	ir_buf_addc(&b, '\'');
	return kept(arena, &b);
}

const char *
ir_pg_relation(struct ir_arena *arena, const char *schema, const char *name)
{
	return ir_asprintf(arena, "%s.%s", ir_pg_name(arena, schema), ir_pg_name(arena, name));
}

const char *
ir_pg_grant(struct ir_arena *arena, const char *schema, const char *name, const char *user)
{
	const char *who = ir_pg_name(arena, user);

	return ir_asprintf(arena, "GRANT USAGE ON SCHEMA %s TO %s; GRANT SELECT ON %s TO %s", ir_pg_name(arena, schema),
	    who, ir_pg_relation(arena, schema, name), who);
}

const char *
ir_pg_bypass(struct ir_arena *arena, const char *schema, const char *name, const char *user)
{
	return ir_asprintf(arena, "connect as the owner of %s, or run: ALTER ROLE %s BYPASSRLS",
	    ir_pg_relation(arena, schema, name), ir_pg_name(arena, user));
}

void
ir_pg_texts(struct ir_arena *arena, struct ir_buf *b, const struct ir_list *literals)
{
	for (size_t i = 0; i < literals->n; i++)
		ir_buf_addf(b, "%s%s", i ? "," : "", ir_pg_text(arena, literals->v[i]));
}

static bool
add_template(const struct ir_pg_template *t, struct ir_buf *b, const char *s, const char *end)
{
	while (s < end) {
		size_t n = 1;

		if (*s == '$') {
			n = t->variable(t->arg, b, s + 1);
			if (n++ == 0)
				return false;
		} else if (*s == '{') {
			const char *colon = strchr(s, ':'), *close = strchr(s, '}');
			bool negated = s[1] == '!';

			if (t->has(t->arg, s + 1 + negated, (size_t)(colon - s - 1 - negated)) != negated &&
			    !add_template(t, b, colon + 1, close))
				return false;
			n = (size_t)(close - s + 1);
		} else {
			ir_buf_addc(b, *s);
		}
		s += n;
	}
	return true;
}

const char *
ir_pg_expand(struct ir_arena *arena, const struct ir_pg_template *t, const char *sql)
{
	struct ir_buf b;

	ir_buf_init(&b, IR_PG_TEXT_MAX);
	if (add_template(t, &b, sql, sql + strlen(sql)))
		return kept(arena, &b);
	ir_buf_done(&b);
	return NULL;
}

size_t
ir_pg_column(const struct ir_pg_set *set, const char *name)
{
	size_t i = 0;

	while (i < set->cols && strcmp(set->names[i], name) != 0)
		i++;
	return i;
}

const char *
ir_pg_named(const struct ir_pg_set *set, size_t row, const char *column)
{
	return ir_pg_cell(set, row, ir_pg_column(set, column));
}

bool
ir_pg_yes(const struct ir_pg_set *set, size_t row, const char *column)
{
	const char *s = ir_pg_named(set, row, column);

	return s && *s == 't';
}

struct ir_list
ir_pg_pieces(struct ir_arena *arena, const char *cell)
{
	struct ir_list list = { 0 };

	while (cell && *cell) {
		size_t n = strcspn(cell, "\1");

		ir_list_add(arena, &list, ir_strndup(arena, cell, n));
		cell += n + (cell[n] == '\1');
	}
	return list;
}
