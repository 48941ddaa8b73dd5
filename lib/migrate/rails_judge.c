/* rails_judge - does code that does not know it still run after a migration of Rails? */
#include <ctype.h>
#include <string.h>

#include "migrate/rails.h"

static void walk(
    struct rails *, size_t from, size_t to, const struct ir_ruby *var, struct rails_target *, unsigned depth);

static void
not_understood(struct rails *x, const struct ir_ruby *at)
{
	rails_irreversible(x, -1);
	rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, at, "%.*s: not understood", at->n < 60 ? (int)at->n : 60, at->p);
}

static bool
is_one(const struct ir_ruby *t, const char *const *words)
{
	for (; *words; words++)
		if (ir_ruby_is(t, *words))
			return true;
	return false;
}

/* create_table: what the table is made of is safe, but for what reaches out of it. */
static void
create_table(struct rails *x, const struct rails_call *c, unsigned depth)
{
	bool join = ir_ruby_is(c->name, "create_join_table"), has_block = c->block != 0;
	const char *name = rails_literal(x, join ? rails_option(c, "table_name") : rails_place(c, 0));
	struct rails_target t = { .shown = name   ? name
					   : join ? "a join table"
						  : "?",
		.age = RAILS_NEW,
		.created = true };
	const struct rails_arg *force = rails_option(c, "force");

	if (force && !rails_arg_is(x, force, "false")) {
		rails_tell(
		    x, RAILS_OLD, IR_MIGRATE_UNSAFE, c->name, "create_table %s, force: an old one is dropped", t.shown);
		x->j->drops = true;
		return;
	}
	if (rails_option(c, "as") || rails_option(c, "options") || rails_option(c, "column_options") || c->odd ||
	    c->n_places != (join ? 2u : 1u) || (!name && !join))
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, c->name, "create_table %s: not understood", t.shown);
	if (name && rails_option(c, "if_not_exists") && !rails_arg_is(x, rails_option(c, "if_not_exists"), "false"))
		ir_list_add_once(&x->scratch, &x->maybe, name);
	else if (name && !rails_option(c, "temporary") && x->made.n < 1000)
		ir_list_add_once(&x->scratch, &x->made, name);
	rails_tell(x, RAILS_OLD, IR_MIGRATE_SAFE, c->name, "create_table %s", t.shown);
	if (has_block)
		walk(x, c->block, c->block_end, c->var, &t, depth + 1);
}

static void
change_table(struct rails *x, const struct rails_call *c, unsigned depth)
{
	const char *name = rails_literal(x, rails_place(c, 0));
	struct rails_target t = { .shown = name ? name : "?", .age = rails_age(x, name) };

	if (c->block && c->var)
		walk(x, c->block, c->block_end, c->var, &t, depth + 1);
	else
		not_understood(x, c->name);
}

/* reversible do |dir| dir.up { … }; dir.down { … } end */
static void
reversible(struct rails *x, const struct rails_call *c, unsigned depth)
{
	int before = x->reversible;

	for (size_t i = c->block; i < c->block_end;) {
		struct rails_call way;

		if (x->v[i].kind == IR_RUBY_NL) {
			i++;
			continue;
		}
		if (!c->var || c->block_end - i < 3 || !ir_ruby_is(&x->v[i + 1], ".") || x->v[i].n != c->var->n ||
		    memcmp(x->v[i].p, c->var->p, c->var->n) != 0) {
			not_understood(x, &x->v[i]);
			return;
		}
		rails_parse(x, i + 2, c->block_end, &way);
		if (ir_ruby_is(way.name, "up") && way.block)
			walk(x, way.block, way.block_end, NULL, NULL, depth + 1);
		else if (!ir_ruby_is(way.name, "down"))
			not_understood(x, way.name);
		i = rails_statement_end(x, way.end > i ? way.end : i + 1, c->block_end);
	}
	x->reversible = before; /* it says itself how */
}

/* Conditions and loops: what is within is judged, but whether it is done is not known. */
static void
within(struct rails *x, size_t from, size_t to, unsigned depth)
{
	for (size_t i = from; i < to; i++) {
		size_t body = i + 1, end = x->match[i];

		if (!end || end > to)
			continue;
		/* do |a, b| */
		if (ir_ruby_is(&x->v[body], "|")) {
			while (++body < end && !ir_ruby_is(&x->v[body], "|"))
				;
			body += body < end;
		}
		if (x->v[i].kind == IR_RUBY_WORD || ir_ruby_is(&x->v[i], "{"))
			walk(x, body, end, NULL, NULL, depth + 1);
		i = end;
	}
}

/* Blocks that only surround what they hold. */
static bool
surrounds(const struct ir_ruby *t)
{
	static const char *const words[] = { "safety_assured", "say_with_time", "suppress_messages", "transaction",
		"up_only", NULL };

	return is_one(t, words);
}

static bool
known(struct rails *x, const struct rails_call *c, unsigned depth)
{
	if (ir_ruby_is(c->name, "create_table") || ir_ruby_is(c->name, "create_join_table"))
		create_table(x, c, depth);
	else if (ir_ruby_is(c->name, "change_table"))
		change_table(x, c, depth);
	else if (ir_ruby_is(c->name, "reversible") && c->block)
		reversible(x, c, depth);
	else if (surrounds(c->name) && c->block)
		walk(x, c->block, c->block_end, NULL, NULL, depth + 1);
	else
		return rails_command(x, c);
	return true;
}

/* A command among the arguments of another is done, too. */
static bool
nests(const struct rails *x, const struct rails_call *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = c->v[i].from; k < c->v[i].to; k++)
			if (x->v[k].kind == IR_RUBY_WORD && rails_is_command(&x->v[k]))
				return true;
	return false;
}

/* One statement. Returns behind it. */
static size_t
statement(struct rails *x, size_t i, size_t to, const struct ir_ruby *var, struct rails_target *t, unsigned depth)
{
	/* words between the branches of a condition, with their own condition */
	static const char *const branches[] = { "else", "elsif", "when", "rescue", "ensure", "then", NULL };
	size_t end = rails_statement_end(x, i, to);
	struct rails_call c;
	bool on_table = var && end - i >= 3 && ir_ruby_is(&x->v[i + 1], ".") && x->v[i].n == var->n &&
			memcmp(x->v[i].p, var->p, var->n) == 0;

	if (is_one(&x->v[i], branches) || (x->match[i] && x->v[i].kind == IR_RUBY_WORD)) {
		not_understood(x, &x->v[i]);
		within(x, i, end, depth);
		return end;
	}
	rails_parse(x, on_table ? i + 2 : i, end, &c);
	if (on_table && t)
		rails_column(x, &c, t);
	else if (c.name->kind != IR_RUBY_WORD || !known(x, &c, depth)) {
		not_understood(x, &x->v[i]);
		within(x, i, end, depth);
	}
	if (nests(x, &c) || (c.odd && ir_ruby_is(c.name, "say")))
		not_understood(x, &x->v[i]);
	/* "… if column_exists?(…)", and whatever else is behind it */
	if (c.end < end) {
		rails_irreversible(x, -1);
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, &x->v[i],
		    "%.*s with a condition: whether it is done is not known", c.name->n < 60 ? (int)c.name->n : 60,
		    c.name->p);
	}
	return end;
}

static void
walk(struct rails *x, size_t from, size_t to, const struct ir_ruby *var, struct rails_target *t, unsigned depth)
{
	if (depth > RAILS_DEPTH) {
		not_understood(x, &x->v[from]);
		return;
	}
	while (from < to) {
		size_t next = x->v[from].kind == IR_RUBY_NL ? from + 1 : statement(x, from, to, var, t, depth);

		from = next > from ? next : from + 1;
	}
}

struct methods {
	size_t change, change_end, up, up_end, down, down_end; /* tokens of their bodies; 0: there is none */
};

/* def change … end, def self.up … end. */
static void
method(struct rails *x, size_t i, struct methods *m)
{
	size_t name = i + 1, body, end = x->match[i];

	if (ir_ruby_is(&x->v[name], "self") && ir_ruby_is(&x->v[name + 1], "."))
		name += 2;
	body = name + 1;
	if (ir_ruby_is(&x->v[name], "change"))
		m->change = body, m->change_end = end;
	else if (ir_ruby_is(&x->v[name], "up"))
		m->up = body, m->up_end = end;
	else if (ir_ruby_is(&x->v[name], "down"))
		m->down = body, m->down_end = end;
	else if (rails_is_command(&x->v[name])) /* it means something else here */
		not_understood(x, &x->v[name]);
}

/* What a class says besides its methods. */
static void
class_body(struct rails *x, size_t from, size_t to, struct methods *m)
{
	static const char *const harmless[] = { "disable_ddl_transaction!", "private", "protected", NULL };

	while (from < to) {
		const struct ir_ruby *t = &x->v[from];
		size_t end = rails_statement_end(x, from, to);

		if (ir_ruby_is(t, "def") && x->match[from])
			method(x, from, m);
		else if (t->kind != IR_RUBY_NL && !is_one(t, harmless) && !ir_ruby_is(t, "class") &&
			 !(t->kind == IR_RUBY_WORD && isupper((unsigned char)*t->p) && ir_ruby_is(t + 1, "=")))
			not_understood(x, t);
		from = end > from ? end : from + 1;
	}
}

/* The class of the migration: its first token within, its end; 0: there is none. */
static size_t
find_class(struct rails *x, size_t *end)
{
	for (size_t i = 0; i < x->n; i++) {
		size_t line = i, parent = 0;

		if (!ir_ruby_is(&x->v[i], "class") || !x->match[i])
			continue;
		for (; x->v[line].kind != IR_RUBY_NL && line < x->match[i]; line++)
			if (ir_ruby_is(&x->v[line], "<"))
				parent = line + 1;
		*end = x->match[i];
		if (parent && ir_ruby_is(&x->v[parent], "ActiveRecord") && ir_ruby_is(&x->v[parent + 2], "Migration"))
			return line;
		for (size_t p = parent; parent && p < line; p++)
			if (x->v[p].kind == IR_RUBY_WORD && memmem(x->v[p].p, x->v[p].n, "Migration", 9)) {
				not_understood(x, &x->v[p]); /* it may mean anything by the words */
				return line;
			}
	}
	return 0;
}

/* Is there a way back that does something? */
static int
goes_back(const struct rails *x, const struct methods *m)
{
	bool any = false;

	for (size_t i = m->down; i < m->down_end; i++) {
		any |= x->v[i].kind != IR_RUBY_NL;
		if (ir_ruby_is(&x->v[i], "raise") || (x->v[i].kind == IR_RUBY_WORD && x->v[i].n == 21 &&
							 memcmp(x->v[i].p, "IrreversibleMigration", 21) == 0))
			return 0;
	}
	return any;
}

static void
whole(struct rails *x)
{
	struct methods m = { 0 };
	size_t end = 0, from = find_class(x, &end);

	if (from)
		class_body(x, from, end, &m);
	if (m.change) {
		walk(x, m.change, m.change_end, NULL, NULL, 0);
	} else if (m.up) {
		walk(x, m.up, m.up_end, NULL, NULL, 0);
		x->reversible = goes_back(x, &m);
	} else {
		rails_tell(x, RAILS_OLD, IR_MIGRATE_UNKNOWN, &x->v[0], "there is no change or up in it");
		x->reversible = -1;
	}
}

void
rails_judge(struct ir_arena *arena, const char *text, size_t n, struct ir_migrate_judgement *j)
{
	struct rails x = { .arena = arena, .j = j, .reversible = 1 };

	x.v = ir_ruby_read(&x.scratch, text, n, &x.n);
	if (rails_match(&x)) {
		whole(&x);
	} else {
		x.reversible = -1;
		rails_tell(&x, RAILS_OLD, IR_MIGRATE_UNKNOWN, &x.v[0], "it could not be read to its end");
	}
	j->reversible = x.reversible;
	ir_arena_done(&x.scratch);
}
