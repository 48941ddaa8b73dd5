/* find_containers - dependencies that the environment of the project's containers names, and where hosts of its networks are */
#include "dep/find.h"

#include <strings.h>

#include "net/resolve.h"
#include "service/service.h"

enum { RABBITMQ_HTTP = 15672, RABBITMQ_HTTPS = 15671, VARIABLES_MAX = 1000 };

/* The same variable and value of several containers is one. */
struct found {
	struct ir_variable_dep v;
	const struct ir_container *c; /* the first one */
	size_t more;
	struct ir_list resolve; /* what is localhost in it */
	const char *via;
};

struct engine {
	struct ir_deps *d;
	struct ir_runtime *rt;
	const struct ir_runtime_result *res;
	const struct ir_container **v; /* by name */
	const struct ir_container *now;
	struct found *found;
	size_t n, size;
	const char *at; /* where published ports are; NULL: not known */
	bool local;
};

static bool
is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* The engine's machine: this one, or a numeric address. */
static void
find_machine(struct engine *e, const struct ir_engine *engine)
{
	struct ir_dep_host h;
	struct ir_addr a;

	e->local = strncmp(engine->host, "unix:", 5) == 0;
	if (e->local)
		e->at = "127.0.0.1";
	else if (ir_deps_hosts(e->d->ctx->arena, engine->host, &h, 1) && ir_addr_parse(h.host, 1, &a) == 0)
		e->at = h.host;
	else if (ir_deps_hosts(e->d->ctx->arena, engine->host, &h, 1) && is_loopback(h.host))
		e->at = "127.0.0.1";
	e->local |= e->at && is_loopback(e->at);
}

/* ---- what variables say */

static bool
same(const struct ir_secret *a, const struct ir_secret *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(ir_secret_reveal(a), ir_secret_reveal(b), a->len) == 0);
}

static bool
is_named(const struct engine *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->found[i].v.name, name) == 0)
			return true;
	return false;
}

/* The first container has the variable's own name, others with another value theirs: "worker-database". */
static const char *
name_in(const struct engine *e, const char *name)
{
	struct ir_arena *arena = e->d->ctx->arena;
	const char *whose = e->now->service ? e->now->service : e->now->name, *given = name;

	if (is_named(e, given))
		given = name = ir_asprintf(arena, "%s-%s", whose, name);
	for (int i = 2; is_named(e, given); i++)
		given = ir_asprintf(arena, "%s-%d", name, i);
	return given;
}

static struct found *
add_found(struct engine *e)
{
	if (e->n == e->size) {
		struct found *v = IR_NEW_N(e->d->ctx->arena, struct found, e->size = 2 * e->size + 16);

		if (e->n)
			memcpy(v, e->found, e->n * sizeof(*v));
		e->found = v;
	}
	return &e->found[e->n++];
}

/* Its localhost is not ours, unless it has our network. false: it cannot be reached from here. */
static bool
take_loopback(const struct engine *e, struct found *f)
{
	struct ir_arena *arena = e->d->ctx->arena;
	struct ir_dep_host v[IR_DEP_HOSTS_MAX];
	size_t n = ir_deps_hosts(arena, ir_secret_reveal(&f->v.url), v, IR_DEP_HOSTS_MAX);

	for (size_t i = 0; i < n; i++) {
		const char *address;

		if (!is_loopback(v[i].host) || (f->c->host_network && e->local))
			continue;
		address = ir_container_reach(arena, f->c, v[i].port, e->at, e->local, &f->via);
		if (!address)
			return false;
		ir_list_add(arena, &f->resolve, ir_asprintf(arena, "%s:%u:%s", v[i].host, v[i].port, address));
	}
	return n > 0;
}

static bool
is_loopback_of_its_own(const struct engine *e, const struct found *f)
{
	return f->resolve.n > 0 && f->c != e->now;
}

static void
on_found(void *arg, struct ir_variable_dep *v)
{
	struct engine *e = arg;
	struct found f = { .v = *v, .c = e->now }, *to;

	for (size_t i = 0; i < e->n; i++) {
		const struct ir_variable_dep *o = &e->found[i].v;

		if (strcmp(o->variable, v->variable) == 0 && same(&o->url, &v->url) &&
		    same(&o->password, &v->password) && !is_loopback_of_its_own(e, &e->found[i])) {
			e->found[i].more++;
			return;
		}
	}
	if (!take_loopback(e, &f)) {
		ir_trace(e->d->ctx, 1, "%s of %s leads into its container, and cannot be reached from here",
		    v->variable, e->now->name);
		return;
	}
	f.v.variable = ir_strdup(e->d->ctx->arena, v->variable);
	f.v.name = name_in(e, v->name);
	v->url = v->password = (struct ir_secret){ NULL, 0 };
	to = add_found(e);
	*to = f;
}

static void
on_unusable(void *arg, int level, const struct ir_variable *v, const char *why)
{
	const struct engine *e = arg;

	ir_trace(e->d->ctx, level, "%s%s of %s %s%s", level ? "" : "warning: ", v->name, e->now->name, why,
	    level ? ", left out" : "");
}

static void
read_container(struct engine *e, const struct ir_container *c)
{
	struct ir_arena *arena = e->d->ctx->arena;
	const struct ir_variables_to to = { on_found, on_unusable, e };
	struct ir_variable *v = IR_NEW_N(arena, struct ir_variable, c->env_n + 1);

	e->now = c;
	for (size_t i = 0; i < c->env_n; i++)
		v[i] = (struct ir_variable){ c->env[i].name, ir_secret_reveal(&c->env[i].value), 0 };
	ir_variables_read(arena, v, c->env_n, false, &to);
}

static bool
is_live(const struct ir_container *c)
{
	return !c->oneoff && c->state &&
	       (strcmp(c->state, "running") == 0 || strcmp(c->state, "restarting") == 0 ||
		   strcmp(c->state, "paused") == 0);
}

static int
by_name(const void *a, const void *b)
{
	const struct ir_container *x = *(const struct ir_container *const *)a;
	const struct ir_container *y = *(const struct ir_container *const *)b;

	return strcmp(x->name, y->name);
}

static void
read_all(struct engine *e)
{
	size_t n = 0;

	e->v = IR_NEW_N(e->d->ctx->arena, const struct ir_container *, e->res->n + 1);
	for (size_t i = 0; i < e->res->n; i++)
		if (is_live(&e->res->v[i]))
			e->v[n++] = &e->res->v[i];
	qsort(e->v, n, sizeof(*e->v), by_name);
	for (size_t i = 0; i < n; i++) {
		if (e->v[i]->inspect_error && !e->d->no_engine.code)
			ir_fail(&e->d->no_engine, IR_BACKEND, "the engine does not tell of container %s: %s",
			    e->v[i]->name, e->v[i]->inspect_error);
		read_container(e, e->v[i]);
	}
}

bool
ir_deps_container_default(struct ir_deps *d, const char *type, struct ir_dep *dep)
{
	const struct engine *e = d->engine;

	for (size_t i = 0; e && i < e->n; i++) {
		if (e->found[i].resolve.n == 0 && ir_deps_default_of(&e->found[i].v, type, dep) == 2)
			break;
	}
	return dep->ops != NULL;
}

/* ---- into the set */

/* The service that a host of the network names, where no compose file tells. */
static const char *
service_of(const struct engine *e, const struct ir_dep *dep)
{
	struct ir_dep_host v[IR_DEP_HOSTS_MAX];
	size_t n = ir_deps_hosts(e->d->ctx->arena, ir_secret_reveal(&dep->url), v, IR_DEP_HOSTS_MAX);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < e->res->n; k++) {
			const struct ir_container *c = &e->res->v[k];

			if (c->service &&
			    (strcasecmp(c->service, v[i].host) == 0 || strcasecmp(c->name, v[i].host) == 0))
				return ir_service_of_compose(e->d->ctx->conf, c->service);
		}
	return "";
}

static void
add_all(struct engine *e)
{
	struct ir_arena *arena = e->d->ctx->arena;

	for (size_t i = 0; i < e->n; i++) {
		struct found *f = &e->found[i];
		const char *origin = ir_asprintf(arena, "%s of %s", f->v.variable, f->c->name);
		struct ir_variable_dep v = f->v;
		struct ir_dep *dep;

		if (f->more)
			origin = ir_asprintf(arena, "%s and %zu more", origin, f->more);
		f->v.url = f->v.password = (struct ir_secret){ NULL, 0 };
		dep = ir_deps_of_variable(e->d, &v, origin);
		dep->resolve = f->resolve;
		dep->via = f->via;
		ir_deps_find_place(e->d, dep);
		if (!*dep->service)
			dep->service = service_of(e, dep);
		dep->held = f->resolve.n == 0;
		ir_deps_add(e->d, dep, NULL);
	}
}

/* One port of one host: how it is reached. */
static void
add_way(const struct engine *e, const struct ir_dep_host *h, uint16_t port, struct ir_list *ways, const char **via,
    const char **down)
{
	struct ir_arena *arena = e->d->ctx->arena;
	const char *one_via, *one_down;
	const char *address =
	    ir_deps_reach(arena, e->res->v, e->res->n, h->host, port, e->at, e->local, &one_via, &one_down);

	if (address)
		ir_list_add(arena, ways, ir_asprintf(arena, "%s:%u:%s", h->host, port, address));
	*via = *via ? *via : one_via;
	*down = *down ? *down : one_down;
}

/* Those whose hosts are of the project's networks. */
static void
place(struct engine *e, struct ir_dep *dep)
{
	struct ir_arena *arena = e->d->ctx->arena;
	const char *url = ir_secret_reveal(&dep->url), *via = NULL, *down = NULL, *unused = NULL;
	struct ir_dep_host v[IR_DEP_HOSTS_MAX];
	size_t n = ir_deps_hosts(arena, url, v, IR_DEP_HOSTS_MAX);
	struct ir_list ways = { .n = 0 };

	if (!url && dep->host)
		v[n++] = (struct ir_dep_host){ dep->host, dep->port };
	for (size_t i = 0; i < n; i++) {
		add_way(e, &v[i], v[i].port, &ways, &via, &down);
		if (strcmp(dep->ops->name, "rabbitmq") == 0 && v[i].port != RABBITMQ_HTTP)
			add_way(e, &v[i], strncasecmp(url, "amqps", 5) == 0 ? RABBITMQ_HTTPS : RABBITMQ_HTTP, &ways,
			    &via, &unused);
	}
	ir_deps_place(e->d, dep, &ways, via ? via : dep->resolve_given ? dep->via : NULL, ways.n ? NULL : down);
}

static void
settle(struct engine *e)
{
	struct ir_deps *d = e->d;

	for (size_t i = 0; i < e->n; i++) {
		ir_secret_done(&e->found[i].v.url);
		ir_secret_done(&e->found[i].v.password);
	}
	e->n = 0;
	for (size_t i = 0; e->res && i < d->n; i++)
		if (d->v[i]->held)
			place(e, d->v[i]);
	ir_deps_release(d);
}

static void
on_answer(void *arg, const struct ir_runtime_result *res)
{
	struct engine *e = arg;

	e->rt = NULL;
	if (res->error) {
		e->d->no_engine = res->err;
	} else {
		e->res = res;
		read_all(e);
	}
	/* what takes its place from another goes first: its URL is moved then */
	ir_deps_find_queues(e->d, true, NULL);
	add_all(e);
	settle(e);
}

void
ir_deps_find_containers(struct ir_deps *d)
{
	const struct ir_place *p = d->q.place;
	struct engine *e = IR_NEW(d->ctx->arena, struct engine);
	const struct ir_runtime_query q = { .project = p->project, .dir = p->dir, .env_wanted = ir_variable_wanted };

	e->d = d;
	d->engine = e;
	if (p->no_engine.code) {
		d->no_engine = p->no_engine;
	} else {
		find_machine(e, &p->engine);
		e->rt = ir_runtime_list(d->ctx, &p->engine, &q, on_answer, e, &d->no_engine);
	}
	if (e->rt || e->res || d->no_engine.code == 0)
		return;
	ir_deps_find_queues(d, true, NULL);
	settle(e);
}

void
ir_deps_find_containers_stop(struct ir_deps *d)
{
	struct engine *e = d->engine;

	if (e && e->rt)
		ir_runtime_stop(e->rt);
	d->engine = NULL;
}
