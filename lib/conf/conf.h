/*
 * conf - ir.conf (ir.conf(5)), read through libinih, and where every value came from
 *
 * Files: ./ir.conf or the first one upwards to the repository's root (without a repository only ./ir.conf),
 * $XDG_CONFIG_HOME/ir/ir.conf, /etc/ir.conf; or only IR_CONF when it is set and not empty (tests, cron). The first file
 * that writes a key has it, a list key as a whole. A file that was found (not named by IR_CONF) must belong to the user,
 * to root, or under sudo to who called it, and nobody else may write it; otherwise that is an error with the fix, and
 * nothing is read.
 *
 * Lines:
 *	[env]			a section, or one with a name as in git: [check "login"]; \" and \\ in the name are a
 *				quote and a backslash
 *		key = value	indented or not; blanks around key and value do not count; the line may be as long as
 *				the file (1 MiB)
 *	# comment		or ; and always on a line of its own, or after a section's ]. In a value # and ; are text
 *	key = "value"		a value that begins with a quote ends with the next one, and knows \" \\ \n \r \t;
 *				everywhere else quotes and backslashes are text
 *
 * UTF-8 (a BOM is skipped), lines end with LF or CRLF; control characters are errors. So are unknown sections and keys, a
 * key without a value ("" is the empty one), a key given again in the same section of the same file unless it is a list,
 * and a value that its type does not take: all with IR_CONFIG, file and line.
 */
#ifndef IR_CONF_CONF_H
#define IR_CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/err.h"

enum ir_key_type { IR_KEY_STR, IR_KEY_INT, IR_KEY_BOOL, IR_KEY_MS, IR_KEY_SIZE, IR_KEY_LIST, IR_KEY_CHOICE, IR_KEY_SECRET };

struct ir_key {
	const char        *name;	/* "body-regex" */
	enum ir_key_type   type;	/* IR_KEY_SECRET: NAME-file, NAME-command, NAME-env are the keys; NAME itself is refused */
	const char        *def;		/* as text; NULL: not set */
	const char        *doc;		/* one line */
	const char *const *choices;	/* NULL-terminated; of a path: words that are none */
	int64_t            min, max;	/* IR_KEY_INT */
	bool               path;	/* IR_KEY_STR: a file; "~/" is the home, and a relative one starts where the file that names it is */
	/* More to ask of a written value than its type, or NULL. 0, or -1 with IR_CONFIG and what is wanted. */
	int              (*check)(const char *text, struct ir_err *);
};

struct ir_section_type {
	const char          *name;	/* "check" */
	bool                 named;	/* [check "login"]; else [env] */
	const char          *doc;
	const struct ir_key *keys;	/* ended by NULL name */
};
/* Every section and key there is (conf/keys.c); NULL name ends it. */
extern const struct ir_section_type ir_section_types[];

struct ir_value {
	const struct ir_key *key;
	const char          *text;	/* as written, but a path (also NAME-file of a secret) is resolved */
	struct ir_list       list;	/* IR_KEY_LIST: each given line */
	const char          *file;
	unsigned             line;
	const char          *variant;	/* IR_KEY_SECRET: "file" "command" "env" */
};

struct ir_section {
	const struct ir_section_type *type;
	const char       *name;		/* "login"; "" for [env] */
	uint32_t          hash;		/* of name, so that a thousand sections are found fast */
	const char       *file;
	unsigned          line;
	struct ir_value  *v;
	size_t            n;
};

struct ir_conf {
	struct ir_section *v;		/* in order of first appearance */
	size_t             n;
	struct ir_list     files;	/* that were read */
	const char        *root;	/* the repository's root, else the working directory */
};

/* Read all files into the arena. -1 with IR_CONFIG. */
int ir_conf_read(struct ir_arena *, struct ir_conf **ret, struct ir_err *);
/* Parse one file's text; for tests and fuzzers. file names it in messages. */
int ir_conf_parse(struct ir_arena *, struct ir_conf *, const char *file, const char *text, size_t n, struct ir_err *);

uint32_t ir_conf_hash(const char *name);
/* NULL when there is none. name may be "". */
const struct ir_section *ir_conf_section(const struct ir_conf *, const char *type, const char *name);
/* The written value, or NULL when not written. section may be NULL. */
const struct ir_value *ir_conf_value(const struct ir_section *, const char *key);

/* Typed, with the table's default when not written (values were checked when read). section may be NULL for the defaults of type. */
const char *ir_conf_str(const struct ir_section *, const char *type, const char *key);
int64_t ir_conf_int(const struct ir_section *, const char *type, const char *key);	/* INT, BOOL, MS, SIZE; INT64_MIN: no value */
const struct ir_list *ir_conf_list(const struct ir_section *, const char *key);		/* never NULL */
/* "ir.conf:12", for records; the path is relative to the working directory where it can be. In the arena. */
const char *ir_conf_origin(struct ir_arena *, const char *file, unsigned line);

#endif
