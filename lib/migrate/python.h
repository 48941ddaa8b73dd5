/*
 * python - the part of Python that says things: strings, numbers, names, calls, lists, assignments, classes and functions
 *
 * For reading files that tools write (migrations, settings) without running them. What is not understood becomes an opaque node and the rest goes on. Bounded in depth and
 * nodes, and in time by the length of the text, which may be anything.
 */
#ifndef IR_MIGRATE_PYTHON_H
#define IR_MIGRATE_PYTHON_H

#include <stdbool.h>

#include "base/arena.h"

enum { IR_PY_DEPTH = 60, IR_PY_NODES = 200000 };

enum ir_py_kind {
	IR_PY_OPAQUE,		/* anything else: operators, comprehensions, f-strings, subscripts, calls of what is no name */
	IR_PY_STRING,		/* text: its value; pieces side by side are one */
	IR_PY_NUMBER,		/* text: as written, with a '-' */
	IR_PY_NAME,		/* text: dotted, as written; None, True and False too */
	IR_PY_CALL,		/* text: the dotted name of what is called; children: arguments */
	IR_PY_LIST, IR_PY_TUPLE, IR_PY_SET, IR_PY_DICT,
	IR_PY_SUM,		/* a + b + c */
};

struct ir_py_node {
	enum ir_py_kind kind;
	unsigned    line;
	const char *text;		/* NUL-terminated; a string with a NUL in it is opaque */
	size_t      n;
	const char *key;		/* of an argument: its keyword ("*" for what is unpacked); NULL: by position */
	const struct ir_py_node *of;	/* of an entry of a dict: its key */
	struct ir_py_node *first, *next;
};

enum ir_py_says {
	IR_PY_ASSIGN,		/* name = value, name: type = value (value NULL: only the type) */
	IR_PY_ADD,		/* name += value */
	IR_PY_EXPRESSION,	/* value */
	IR_PY_CLASS,		/* name, body; value: a tuple of the bases */
	IR_PY_DEF,		/* name, body */
	IR_PY_WITH,		/* with value as name, body; name may be NULL; text: the value as written, "" when it is long */
	IR_PY_IMPORT,		/* name: what it is called here; text: what that is, dotted */
	IR_PY_PASS, IR_PY_RAISE,
	IR_PY_BLOCK,		/* if, for, try …: body */
	IR_PY_OTHER,
};

struct ir_py_statement {
	enum ir_py_says says;
	unsigned    line;
	const char *name, *text;
	const struct ir_py_node *value;
	struct ir_py_statement *body, *next;
};

struct ir_py_module {
	struct ir_py_statement *first;
	const char *broken;		/* what is wrong with its grammar, or NULL; parts of it may be missing then */
	unsigned    broken_line;
};

/* All is in the arena, nothing points into text. */
struct ir_py_module *ir_py_parse(struct ir_arena *, const char *text, size_t n);

/* The last one of a block that says that of name, or NULL. */
const struct ir_py_statement *ir_py_find(const struct ir_py_statement *, enum ir_py_says, const char *name);
/* A call's argument by its keyword, else by its position (from 0; -1: never by position), or NULL. */
const struct ir_py_node *ir_py_argument(const struct ir_py_node *call, const char *key, int position);
/* Some arguments of a call are not to be seen (*args, **more). */
bool ir_py_hidden(const struct ir_py_node *call);
bool ir_py_is(const struct ir_py_node *, const char *name);	/* a name: "None" */
bool ir_py_literal(const struct ir_py_node *);			/* nothing opaque in it, no names but None, True, False, no calls */
/* A string that can be a name: 1 to 255 bytes without control characters; else NULL. */
const char *ir_py_word(const struct ir_py_node *);
/* A dotted name as its module calls it: "models.CharField" with "from django.db import models" is "django.db.models.CharField"; unchanged when it was not imported. */
const char *ir_py_resolve(struct ir_arena *, const struct ir_py_module *, const char *name);
/* As text that is the same for what is the same: for comparing. NULL when something is opaque. */
const char *ir_py_written(struct ir_arena *, const struct ir_py_module *, const struct ir_py_node *);

#endif
