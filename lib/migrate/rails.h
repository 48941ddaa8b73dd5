/* rails - what the parts of the judge of Rails' migrations share */
#ifndef IR_MIGRATE_RAILS_H
#define IR_MIGRATE_RAILS_H

#include "migrate/ruby.h"
#include "migrate/type.h"

enum { RAILS_ARGS = 24, RAILS_DEPTH = 12 };
enum rails_age { RAILS_OLD, RAILS_MAYBE, RAILS_NEW };

/* One argument: tokens from … to. label: of "null: false"; NULL: it has its place. */
struct rails_arg {
	const struct ir_ruby *label;
	size_t from, to;
};

/* add_column :orders, :total, :integer, null: false do |t| … end */
struct rails_call {
	const struct ir_ruby *name;
	struct rails_arg v[RAILS_ARGS];		/* those with a place first come first */
	size_t n;
	size_t place[RAILS_ARGS], n_places;	/* in v */
	bool   odd;				/* there is more to it than is understood: *args, a list too long */
	size_t block, block_end;		/* tokens within do … end; block 0: none */
	const struct ir_ruby *var;		/* |t| */
	size_t end;				/* behind all of it */
};

struct rails {
	struct ir_arena *arena, scratch;	/* arena: of what is told */
	struct ir_migrate_judgement *j;
	const struct ir_ruby *v;
	size_t n;
	size_t *match;				/* of what opens, what closes; 0: nothing */
	struct ir_list made, maybe;
	int reversible;				/* of what was read so far, when it is done backwards */
};

/* The table that a command is about. */
struct rails_target {
	const char *shown;
	enum rails_age age;
	size_t shift;				/* arguments before its own: 1 when the table is one */
	bool created;				/* within create_table */
};

/* ---- rails_call.c */
/* Of every opening token its closing one; false: they don't fit. */
bool rails_match(struct rails *);
size_t rails_statement_end(const struct rails *, size_t i, size_t to);
/* At v[i] is the name. */
void rails_parse(const struct rails *, size_t i, size_t to, struct rails_call *);
const struct rails_arg *rails_option(const struct rails_call *, const char *label);
/* The argument with the place, counted from 0; NULL: none. */
const struct rails_arg *rails_place(const struct rails_call *, size_t place);
/* Is it that one word? */
bool rails_arg_is(const struct rails *, const struct rails_arg *, const char *word);
/* A symbol's or a literal string's text; NULL: it is something else. */
const char *rails_literal(struct rails *, const struct rails_arg *);

/* ---- rails_tell.c */
enum rails_age rails_age(const struct rails *, const char *table);
void rails_tell(struct rails *, enum rails_age, enum ir_migrate_verdict, const struct ir_ruby *at, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void rails_irreversible(struct rails *, int reversible);

/* ---- rails_command.c: false: it is no command that is known */
bool rails_command(struct rails *, const struct rails_call *);
/* t.string …, within create_table or change_table */
void rails_column(struct rails *, const struct rails_call *, struct rails_target *);
bool rails_is_command(const struct ir_ruby *name);

/* ---- rails_reference.c */
bool rails_known_type(const char *name);
void rails_add_column(struct rails *, const struct rails_call *, const struct rails_target *, const char *type, const char *column);
void rails_add_reference(struct rails *, const struct rails_call *, const struct rails_target *);
void rails_add_foreign_key(struct rails *, const struct rails_call *, const struct rails_target *);
void rails_add_index(struct rails *, const struct rails_call *, const struct rails_target *);
void rails_remove_index(struct rails *, const struct rails_call *, const struct rails_target *);

/* ---- rails_judge.c: all of a file */
void rails_judge(struct ir_arena *, const char *text, size_t n, struct ir_migrate_judgement *);

#endif
