/* find_env - dependencies that our own environment names, and .env */
#include "dep/find.h"

#include "base/arena.h"

extern char **environ;

enum { VARIABLES_MAX = 1000 };

static const struct ir_dep_ops *
backend_of(const struct ir_variable_dep *v)
{
	const char *url = ir_secret_reveal(&v->url);

	for (size_t i = 0; v->backend && ir_dep_backends[i]; i++)
		if (strcmp(ir_dep_backends[i]->name, v->backend) == 0)
			return ir_dep_backends[i];
	return url && !v->backend ? ir_dep_by_scheme(url) : NULL;
}

struct ir_dep *
ir_deps_of_variable(struct ir_deps *d, struct ir_variable_dep *v, const char *origin)
{
	struct ir_dep *dep = ir_deps_new(d, v->type, v->name, origin);

	dep->ops = backend_of(v);
	dep->url = v->url;
	dep->password = v->password;
	v->url = v->password = (struct ir_secret){ NULL, 0 };
	return dep;
}

/* ---- the variables of a place */

struct place {
	const char *file; /* NULL: our environment */
	struct ir_variable *v;
	size_t n;
	struct ir_dotenv dotenv;
};

static void
read_environment(struct ir_arena *arena, struct place *p)
{
	*p = (struct place){ .v = IR_NEW_N(arena, struct ir_variable, VARIABLES_MAX) };
	for (char **e = environ; e && *e && p->n < VARIABLES_MAX; e++) {
		size_t n = strcspn(*e, "=");
		const char *name = ir_strndup(arena, *e, n);

		/* any may be pointed to */
		if ((*e)[n] == '=')
			p->v[p->n++] = (struct ir_variable){ name, *e + n + 1, 0 };
	}
}

static bool
any(const void *arg, const char *name, size_t n)
{
	(void)arg, (void)name, (void)n;
	return true;
}

/* The one beside the compose file, else here. */
static void
read_dotenv(struct ir_deps *d, struct place *p, bool quiet)
{
	struct ir_arena *arena = d->ctx->arena;
	const char *dir = d->q.place ? d->q.place->dir : NULL;
	struct ir_err why = IR_ERR_INIT;

	*p = (struct place){ .file = dir ? ir_asprintf(arena, "%s/.env", dir) : ".env" };
	if (ir_dotenv_all(arena, p->file, any, &p->dotenv, &why) < 0 && !quiet)
		ir_trace(d->ctx, 0, "warning: %s", why.msg);
	p->v = IR_NEW_N(arena, struct ir_variable, p->dotenv.n + 1);
	for (; p->n < p->dotenv.n; p->n++)
		p->v[p->n] =
		    (struct ir_variable){ p->dotenv.v[p->n].name, p->dotenv.v[p->n].value, p->dotenv.v[p->n].line };
}

/* ---- all of them */

struct finding {
	struct ir_deps *d;
	const struct place *place;
	/* or only the first one of a type */
	const char *type;
	struct ir_dep *into;
	bool found;
};

static const char *
origin_of(const struct finding *f, const char *variable, unsigned line)
{
	struct ir_arena *arena = f->d->ctx->arena;

	return f->place->file ? ir_conf_origin(arena, f->place->file, line) : ir_strdup(arena, variable);
}

static void
on_found(void *arg, struct ir_variable_dep *v)
{
	struct finding *f = arg;
	struct ir_dep *dep = ir_deps_of_variable(f->d, v, origin_of(f, v->variable, v->line));

	ir_deps_find_place(f->d, dep);
	ir_deps_add(f->d, dep, NULL);
}

static void
on_unusable(void *arg, int level, const struct ir_variable *v, const char *why)
{
	const struct finding *f = arg;
	const char *origin = origin_of(f, v->name, v->line);

	if (f->place->file)
		origin = ir_asprintf(f->d->ctx->arena, "%s: %s", origin, v->name);
	ir_trace(f->d->ctx, level, "%s%s %s%s", level ? "" : "warning: ", origin, why, level ? ", left out" : "");
}

static void
read_place(struct finding *f, struct place *p, void (*found)(void *, struct ir_variable_dep *))
{
	const struct ir_variables_to to = { found, f->type ? NULL : on_unusable, f };

	f->place = p;
	ir_variables_read(f->d->ctx->arena, p->v, p->n, !p->file, &to);
	ir_dotenv_wipe(&p->dotenv);
}

int
ir_deps_find_env(struct ir_deps *d, struct ir_err *err)
{
	struct finding f = { .d = d };
	struct place p;

	read_environment(d->ctx->arena, &p);
	read_place(&f, &p, on_found);
	read_dotenv(d, &p, false);
	read_place(&f, &p, on_found);
	return ir_deps_find_queues(d, !d->containers, err);
}

/* ---- the default of a queue that does not say where its jobs are */

static void
copy_secret(struct ir_secret *to, const struct ir_secret *from)
{
	ir_secret_done(to);
	if (from->len)
		ir_secret_set(to, ir_secret_reveal(from), from->len);
}

int
ir_deps_default_of(const struct ir_variable_dep *v, const char *type, struct ir_dep *into)
{
	const struct ir_dep_ops *ops = backend_of(v);
	bool database = strcmp(type, "database") == 0, best = database || strcmp(v->type, "queue") == 0;

	if (!ops || (strcmp(ops->name, "postgres") == 0) != database || strcmp(ops->name, "tcp") == 0)
		return 0;
	if (into->ops && !best)
		return 1;
	copy_secret(&into->url, &v->url);
	copy_secret(&into->password, &v->password);
	into->ops = ops;
	return best ? 2 : 1;
}

static void
on_candidate(void *arg, struct ir_variable_dep *v)
{
	struct finding *f = arg;

	f->found = f->found || ir_deps_default_of(v, f->type, f->into) == 2;
}

bool
ir_deps_find_default(struct ir_deps *d, const char *type, struct ir_dep *dep)
{
	struct finding f = { .d = d, .type = type, .into = dep };
	struct place p;

	read_environment(d->ctx->arena, &p);
	read_place(&f, &p, on_candidate);
	if (!dep->ops) {
		read_dotenv(d, &p, true);
		read_place(&f, &p, on_candidate);
	}
	return dep->ops || ir_deps_container_default(d, type, dep);
}
