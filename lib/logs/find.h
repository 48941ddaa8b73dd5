/*
 * find - which sources of lines there are, and which of them are asked for
 *
 * By operands, else each [logs "…"] of ir.conf, else the containers of the compose project, else the Loki that LOKI_ADDR names. Operands, in this order:
 *	-		standard input: lines; or records and rows of these commands, which stand for their services, when its first line is one (peek.h)
 *	HANDLE		its record's service; a pattern's: nothing but that pattern
 *	NAME		of a [logs "…"], or of a service: what is read besides is by ir.conf or the place
 *	PATH		a file or a glob; where nothing of that name is known, or with a slash in it
 */
#ifndef IR_LOGS_FIND_H
#define IR_LOGS_FIND_H

#include "logs/source.h"
#include "runtime/place.h"

struct ir_logs_asked {
	struct ir_list paths;		/* files and globs */
	struct ir_list sections;	/* names of [logs]; empty: all */
	struct ir_list services;	/* with -s; empty: all */
	struct ir_list named;		/* services that were named, and should be found therefore */
	struct ir_list patterns;	/* ids; empty: all */
	bool lines;			/* on standard input */
	struct ir_list known;		/* names of services and sections that there are */
};

/* Sort the operands; those of -s come first. -1 with IR_USAGE, IR_DATA, IR_BACKEND. place tells services by their name. */
int ir_logs_ask(struct ir_ctx *, const struct ir_place *, const struct ir_list *services, char **operands, struct ir_logs_asked *, struct ir_err *);

struct ir_logs_sources {
	struct ir_logs_source **v;
	size_t n, size;
	bool engines;		/* some of them are no files and not standard input: they can be asked for any time */
};

/* What is read, prepared. query and reader are the caller's to fill in until the start. -1 with IR_CONFIG, IR_USAGE; IR_BACKEND: there is nothing. */
int ir_logs_find(struct ir_ctx *, struct ir_place *, const struct ir_logs_asked *, const struct ir_logs_query *, struct ir_logs_sources *, struct ir_err *);
/* Could a [logs] section be read? Its subject, or NULL and *err. Asks nobody. */
const char *ir_logs_check(struct ir_ctx *, struct ir_place *, const struct ir_section *, struct ir_err *);
/* Type of a [logs] section: what it says, or what its keys tell. NULL and *err. */
const char *ir_logs_type(struct ir_arena *, const struct ir_section *, struct ir_err *);

/* Start all; then ir_loop_run(). A source that cannot be started has a fault. */
void ir_logs_start(struct ir_logs_sources *, struct ir_logs_reader *);
/* Stop those that are not done. */
void ir_logs_stop(struct ir_logs_sources *);
/* When what they bring ends, as far as that can be told beforehand: of files (also on standard input) the last time that they name, or their last change; now when there are other sources, too. newest.c */
int64_t ir_logs_newest(const struct ir_ctx *, const struct ir_logs_sources *);

#endif
