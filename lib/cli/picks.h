/*
 * picks - what a source was asked to look at: names, services, handles, records on standard input, URLs
 */
#ifndef IR_CLI_PICKS_H
#define IR_CLI_PICKS_H

#include "base/ctx.h"
#include "rec/kinds.h"

/* What a command takes for operands, and its words for those that nothing bears. */
struct ir_picks_kind {
	bool (*is_url)(const char *operand);
	const char *(*scheme)(const char *host_port);	/* what "db:5432" lacks to be a URL */
	bool dependencies;		/* they are looked at: "main/connections" is told by "main". Else checks */
	const char *what;		/* "no service, check or container" */
	const char *lacks;		/* said of a service that is known: "it has neither a container nor a check" */
	const char *const *sections;	/* of ir.conf, whose names may be said: "check"; NULL-terminated */
};

/* A name (of a service, of what is looked at, or an alias of that); or by service and name. */
struct ir_pick {
	const char *service, *name;	/* service NULL: name is any of the three */
	const char *whole;		/* with the part after the '/'; NULL: there was none */
	bool of_record;			/* the service of a record: nobody said that anything is there */
	bool found;
};

struct ir_picks {
	struct ir_ctx *ctx;
	const struct ir_picks_kind *kind;
	struct ir_list  urls;
	struct ir_pick *v;
	size_t n, size;
	bool picky;			/* names, handles or "-" were given: nothing else is looked at */
	struct ir_list services, names;	/* that are known besides those of ir.conf, for the nearest one; ir_picks_know() */
};

/* Sort the operands, read "-" and handles. A record becomes what is looked at again: what it is of, if this command looks at such; else all of its service. */
int ir_picks_take(struct ir_picks *, char **operands, struct ir_err *);

/* Is it asked for? alias is another name of it, or NULL. */
bool ir_picks_want(struct ir_picks *, const char *service, const char *name, const char *alias);
/* Was this very name said, such as "main/connections"? */
bool ir_picks_named(struct ir_picks *, const char *name);
/* Nothing but URLs were given. */
bool ir_picks_only_urls(const struct ir_picks *);

/* A service or a name that may be meant. Either may be NULL or "". Copied. */
void ir_picks_know(struct ir_picks *, const char *service, const char *name);
/* Say which names nothing bears, and which of the services (-s) none of the rows is of. IR_FINDING when there is one, else IR_OK. */
int ir_picks_unmatched(struct ir_picks *, const struct ir_list *services, struct ir_check *const *rows, size_t n);

#endif
