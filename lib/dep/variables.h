/*
 * variables - what variables of an environment say about dependencies. Pure; private to lib/dep and the generator of manuals
 *
 * Whose environment it is does not matter: ours, a .env file's, a container's.
 */
#ifndef IR_DEP_VARIABLES_H
#define IR_DEP_VARIABLES_H

#include "base/arena.h"
#include "conf/secret.h"

struct ir_variable {
	const char *name, *value;
	unsigned line;			/* of a file; 0: none */
};

/* What was found. */
struct ir_variable_dep {
	const char *variable;		/* the one that says where */
	unsigned line;
	const char *name, *type;	/* "broker" "queue" */
	const char *backend;		/* NULL: by the scheme of url; "postgres": with an empty url all from our own PG* */
	struct ir_secret url, password;	/* what is moved out of it is yours; the rest is wiped */
};

struct ir_variables_to {
	void (*found)(void *arg, struct ir_variable_dep *);
	/* A variable that is of no use, and why. level 0 a mistake, 1 nothing to worry about. Never its value. */
	void (*unusable)(void *arg, int level, const struct ir_variable *, const char *why);
	void  *arg;
};

/* Does any of them ever say something? */
bool ir_variable_wanted(const char *name);
/* Those that make one, one by one, the more important first; NULL after the last. "*_DATABASE_URL" is any that ends so. */
const char *ir_variable_name(size_t i);
/* In the order of importance. ours: of this process, whose PG* libpq reads by itself. Texts of what is found are in the arena or v. */
void ir_variables_read(struct ir_arena *, const struct ir_variable *v, size_t n, bool ours, const struct ir_variables_to *);

#endif
