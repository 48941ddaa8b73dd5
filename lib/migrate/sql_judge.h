/* sql_judge - what the parts of the judge of SQL share: a statement read word by word, and what the text has made itself */
#ifndef IR_MIGRATE_SQL_JUDGE_H
#define IR_MIGRATE_SQL_JUDGE_H

#include "migrate/sql_token.h"
#include "migrate/type.h"

/* Whose table it is: there before, there before perhaps (IF NOT EXISTS), made by this text. Nobody else uses what is new. */
enum ir_sqljudge_age { IR_SQLJUDGE_OLD, IR_SQLJUDGE_MAYBE, IR_SQLJUDGE_NEW };

struct ir_sqljudge_name {
	const char *key;	/* folded, with its schema: to compare */
	const char *shown;	/* as it is written, bounded */
};

struct ir_sqljudge {
	struct ir_arena *arena;		/* of what is told */
	struct ir_arena  scratch;
	struct ir_migrate_judgement *j;
	struct ir_list made, maybe;	/* keys of tables, views, sequences */
	struct ir_list types;		/* and of types that are surely no domains */
	const struct ir_sqltok *v;	/* the statement */
	size_t n, i;
	bool blind;			/* the rest of the text cannot be read */
};

/* ---- reading: sql_read.c */
const struct ir_sqltok *ir_sqljudge_at(const struct ir_sqljudge *, size_t ahead);	/* never NULL: behind the end one of IR_SQLTOK_END */
bool ir_sqljudge_is(const struct ir_sqljudge *, const char *word);
/* All of "IF NOT EXISTS", or nothing. */
bool ir_sqljudge_eat(struct ir_sqljudge *, const char *words);
bool ir_sqljudge_end(const struct ir_sqljudge *);
bool ir_sqljudge_name(struct ir_sqljudge *, struct ir_sqljudge_name *);
/* Behind the parenthesis that closes the one here. */
void ir_sqljudge_skip_parens(struct ir_sqljudge *);
/* To the next one of these characters outside of parentheses, or the end. */
void ir_sqljudge_skip_to(struct ir_sqljudge *, const char *operators);
/* Are v[from, to) only names, literals, comparisons and the few functions that take anything and change nothing? */
bool ir_sqljudge_harmless(const struct ir_sqljudge *, size_t from, size_t to);
/* Is anything divided, multiplied, added in it? That may fail for what rows have. */
bool ir_sqljudge_computes(const struct ir_sqljudge *, size_t from, size_t to);
/* A name of an index or constraint that hints at what is unique: ON CONFLICT of old code would count on it. */
bool ir_sqljudge_hints_unique(const char *name);

/* ---- telling: sql_judge.c */
enum ir_sqljudge_age ir_sqljudge_age(const struct ir_sqljudge *, const struct ir_sqljudge_name *);
void ir_sqljudge_made(struct ir_sqljudge *, const struct ir_sqljudge_name *, bool maybe);
/* It is gone, or another one has the name now. */
void ir_sqljudge_forget(struct ir_sqljudge *, const struct ir_sqljudge_name *);
/* Of what nobody else uses it is safe whatever it is; of what may be so, it is unknown. */
void ir_sqljudge_tell(struct ir_sqljudge *, enum ir_sqljudge_age, enum ir_migrate_verdict, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void ir_sqljudge_locks(struct ir_sqljudge *, enum ir_sqljudge_age);
void ir_sqljudge_drops(struct ir_sqljudge *, enum ir_sqljudge_age);

/* ---- statements, from behind their first words */
void ir_sqljudge_create_table(struct ir_sqljudge *);	/* sql_judge_table.c */
void ir_sqljudge_alter_table(struct ir_sqljudge *);	/* sql_judge_alter.c */
void ir_sqljudge_create_index(struct ir_sqljudge *);	/* sql_judge_index.c */
void ir_sqljudge_insert(struct ir_sqljudge *);		/* sql_judge_rows.c */
void ir_sqljudge_update(struct ir_sqljudge *);
void ir_sqljudge_delete(struct ir_sqljudge *);
void ir_sqljudge_truncate(struct ir_sqljudge *);
void ir_sqljudge_select(struct ir_sqljudge *);
/* ", NOT NULL …" of a column from behind its name: sql_judge_table.c */
struct ir_sqljudge_column {
	struct ir_sqljudge_name type;
	bool known;		/* the type takes NULL: it is none of a domain's */
	bool not_null, has_default, generated, serial, constrained;
	bool risky;		/* evaluating what it has by itself may fail */
	const char *references;	/* shown; a table that is not new */
};
void ir_sqljudge_column(struct ir_sqljudge *, struct ir_sqljudge_column *);

#endif
