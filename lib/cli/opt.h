/*
 * opt - one table of options a command
 *
 * The parser, --help, --introspect, the manual's OPTIONS and completion all read it. The command's own table comes first, then the common
 * groups it asks for (cli/common.c). Long options are matched whole. Options and operands may be mixed; "--" ends options.
 */
#ifndef IR_CLI_OPT_H
#define IR_CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/err.h"

enum ir_opt_type {
	IR_OPT_FLAG,		/* bool */
	IR_OPT_COUNT,		/* int: how many times */
	IR_OPT_STR,		/* const char * */
	IR_OPT_LIST,		/* struct ir_list: given many times, or comma separated when `comma` */
	IR_OPT_INT,		/* int64_t, within min..max */
	IR_OPT_MS,		/* int64_t, a duration in milliseconds */
	IR_OPT_TIME,		/* int64_t, an instant in milliseconds; IR_TIME_NONE when not given */
	IR_OPT_CHOICE,		/* const char *: one of values->fixed */
	IR_OPT_CHOICES,		/* unsigned: bits by index into values->fixed, comma separated */
};

/* Where words for completion come from. fixed, or ask(): local state only, within 20 ms, silent on error. */
struct ir_values {
	const char        *name;	/* "service" */
	const char *const *fixed;	/* NULL-terminated; or NULL */
	const char *const *docs;	/* one a fixed word; or NULL */
	void (*ask)(struct ir_ctx *, const char *prefix, void (*add)(void *, const char *value, const char *doc), void *arg);
};

struct ir_opt {
	enum ir_opt_type        type;
	char                    letter;		/* 0: none */
	const char             *name;		/* without "--" */
	const char             *arg;		/* "DURATION"; NULL for flags */
	size_t                  offset;
	const char             *def;		/* as text, parsed like a given value; NULL: zero */
	const char             *help;		/* one line, lower case, no full stop; no default in it */
	const char             *more;		/* a paragraph for the manual, or NULL */
	const struct ir_values *values;		/* or NULL */
	int64_t                 min, max;	/* IR_OPT_INT; IR_OPT_MS when max is not 0 */
	bool                    comma;		/* IR_OPT_LIST; on IR_OPT_STR it only tells completion */
	bool                    secret;		/* its value is never journalled */
	bool                    hidden;		/* not in --help or completion */
};

/* Typed entries: a destination of another type does not compile. The help (of IR_INT the maximum) may be followed by further members. */
#define IR_OPT_AT(s, m, T) (offsetof(s, m) + 0 * sizeof(_Generic(&((s *)0)->m, T *: 1)))
#define IR_FLAG(s, m, l, n, ...) \
	{ .type = IR_OPT_FLAG, .offset = IR_OPT_AT(s, m, bool), .letter = l, .name = n, .help = __VA_ARGS__ }
#define IR_COUNT(s, m, l, n, ...) \
	{ .type = IR_OPT_COUNT, .offset = IR_OPT_AT(s, m, int), .letter = l, .name = n, .help = __VA_ARGS__ }
#define IR_STR(s, m, l, n, a, ...) \
	{ .type = IR_OPT_STR, .offset = IR_OPT_AT(s, m, const char *), .letter = l, .name = n, .arg = a, .help = __VA_ARGS__ }
#define IR_LIST(s, m, l, n, a, ...) \
	{ .type = IR_OPT_LIST, .offset = IR_OPT_AT(s, m, struct ir_list), .letter = l, .name = n, .arg = a, .help = __VA_ARGS__ }
#define IR_INT(s, m, l, n, a, h, lo, ...) \
	{ .type = IR_OPT_INT, .offset = IR_OPT_AT(s, m, int64_t), .letter = l, .name = n, .arg = a, .help = h, .min = lo, .max = __VA_ARGS__ }
#define IR_MS(s, m, l, n, ...) \
	{ .type = IR_OPT_MS, .offset = IR_OPT_AT(s, m, int64_t), .letter = l, .name = n, .arg = "DURATION", .help = __VA_ARGS__ }
#define IR_TIME(s, m, l, n, ...) \
	{ .type = IR_OPT_TIME, .offset = IR_OPT_AT(s, m, int64_t), .letter = l, .name = n, .arg = "TIME", .help = __VA_ARGS__ }
#define IR_CHOICE(s, m, l, n, a, v, ...) \
	{ .type = IR_OPT_CHOICE, .offset = IR_OPT_AT(s, m, const char *), .letter = l, .name = n, .arg = a, .values = v, .help = __VA_ARGS__ }
#define IR_CHOICES(s, m, l, n, a, v, ...) \
	{ .type = IR_OPT_CHOICES, .offset = IR_OPT_AT(s, m, unsigned), .letter = l, .name = n, .arg = a, .values = v, .help = __VA_ARGS__ }
#define IR_OPT_END { .name = NULL }

/* One table and where its values go. */
struct ir_opt_table {
	const struct ir_opt *opts;
	void                *dest;
	const char          *title;	/* heading in --help; NULL: the command's own */
};

/* One parse: what it needs, then what it answers. */
struct ir_opt_parse {
	const struct ir_opt_table *tables;	/* ended by NULL opts */
	struct ir_arena           *arena;
	int64_t                    now_ms;	/* what times are relative to */
	/* A time was given as a handle: resolve it into *dest, now or before run(). word is the option as it was typed. handle NULL: it was given otherwise,
	 * and a handle for the same *dest before it no longer counts. The function NULL: handles are refused. */
	int (*handle)(void *arg, const char *word, const char *handle, int64_t *dest, struct ir_err *);
	void                      *arg;
	struct ir_list             operands;	/* borrowed from argv, "-" among them */
	struct ir_list             shown;	/* argv[1..], "***" in place of the values of secret options */
};

/* Defaults, then argv[1..]. IR_USAGE, with the nearest name as the hint for a misspelt one. */
int ir_opt_parse(struct ir_opt_parse *, int argc, char **argv, struct ir_err *);

/* By "--name" or "-l"; NULL when there is none. */
const struct ir_opt *ir_opt_find(const struct ir_opt_table *tables, const char *word);

#endif
