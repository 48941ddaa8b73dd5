/* find_conf - dependencies that ir.conf names */
#include "dep/find.h"

#include <strings.h>

#include "conf/suggest.h"
#include "queue/queue.h"

static const char *const statements[] = { "pending-sql", "running-sql", "scheduled-sql", "failed-sql", "oldest-sql",
	NULL };
static const char *const of_table[] = { "status", "running", "failed", "status-column", "created-column", "due-column",
	"queue-column", NULL };

/* What a section's URL may lead to. */
static const struct {
	const char *section;
	const char *backends[6];
} places[] = {
	{ "database", { "postgres", "tcp" } },
	{ "cache", { "redis", "sentinel", "tcp" } },
	{ "queue", { "postgres", "redis", "sentinel", "rabbitmq", "tcp" } },
};

static bool
is_one_of(const char *const *v, const char *word)
{
	while (word && *v && strcmp(*v, word) != 0)
		v++;
	return word && *v;
}

/* Some job systems keep their jobs in either. */
static bool
only_in_redis(const char *type)
{
	return type && ir_queue_in_redis(type) && !ir_queue_in_sql(type);
}

static bool
only_in_sql(const char *type)
{
	return type && ir_queue_in_sql(type) && !ir_queue_in_redis(type);
}

static bool
is(const struct ir_section *s, const char *type)
{
	return strcmp(s->type->name, type) == 0;
}

static const struct ir_dep_ops *
backend(const char *name)
{
	for (size_t i = 0; ir_dep_backends[i]; i++)
		if (strcmp(ir_dep_backends[i]->name, name) == 0)
			return ir_dep_backends[i];
	return NULL;
}

/* After ir_fail(): where it is written. */
static int
at(const struct ir_deps *d, const struct ir_section *s, const struct ir_value *v, struct ir_err *err)
{
	ir_wrap(err, "[%s \"%s\"]", s->type->name, s->name);
	return ir_wrap(err, "%s", ir_conf_origin(d->ctx->arena, v ? v->file : s->file, v ? v->line : s->line));
}

/* Two keys that exclude one another. 0, or -1 at the later one. */
static int
exclude(const struct ir_deps *d, const struct ir_section *s, const char *one, const char *other, struct ir_err *err)
{
	const struct ir_value *a = ir_conf_value(s, one), *b = ir_conf_value(s, other);

	if (!a || !b)
		return 0;
	ir_fail(err, IR_CONFIG, "'%s' and '%s' exclude one another", one, other);
	ir_hint(err, "drop one of them");
	return at(d, s, a->line > b->line ? a : b, err);
}

static const struct ir_value *
first_of(const struct ir_section *s, const char *const *keys)
{
	for (; *keys; keys++)
		if (ir_conf_value(s, *keys))
			return ir_conf_value(s, *keys);
	return NULL;
}

/* What is said about rows of a table, or by statements, goes with SQL and with one another. */
static int
check_sql(const struct ir_deps *d, const struct ir_section *s, struct ir_err *err)
{
	const char *type = ir_conf_str(s, "queue", "type");
	const struct ir_value *table = ir_conf_value(s, "table"), *sql = first_of(s, statements);
	const struct ir_value *column = first_of(s, of_table), *any = table ? table : sql ? sql : column;
	bool own = !type || strcmp(type, "table") == 0;

	if (any && (only_in_redis(type) || (type && strcmp(type, "rabbitmq") == 0))) {
		ir_fail(err, IR_CONFIG, "'%s' is not for jobs of type %s", any->key->name, type);
		ir_hint(err, "drop one of them: a table of your own is type = table");
		return at(d, s, any, err);
	}
	if (any && exclude(d, s, any->key->name, "cache", err) < 0)
		return -1;
	if (table && sql) {
		ir_fail(err, IR_CONFIG, "'%s' is said instead of 'table', not with it", sql->key->name);
		return at(d, s, sql, err);
	}
	if (sql && !ir_conf_value(s, "pending-sql")) {
		ir_fail(err, IR_CONFIG, "'%s' needs 'pending-sql'", sql->key->name);
		return at(d, s, sql, err);
	}
	if (!own || table || (sql && !column) || (!column && !type))
		return 0;
	ir_fail(err, IR_CONFIG, "'%s' needs 'table'", column ? column->key->name : "type = table");
	ir_hint(err, "name the table of jobs, as in table = jobs_jobqueue");
	return at(d, s, column ? column : ir_conf_value(s, "type"), err);
}

static int
check_queue(const struct ir_deps *d, const struct ir_section *s, struct ir_err *err)
{
	static const char *const pairs[][2] = { { "url", "database" }, { "url", "cache" }, { "database", "cache" } };
	const char *type = ir_conf_str(s, "queue", "type");
	const struct ir_value *where = NULL;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (exclude(d, s, pairs[i][0], pairs[i][1], err) < 0)
			return -1;
	if (only_in_redis(type))
		where = ir_conf_value(s, "database");
	else if (only_in_sql(type))
		where = ir_conf_value(s, "cache");
	else if (type && strcmp(type, "rabbitmq") == 0)
		where = first_of(s, (const char *const[]){ "database", "cache", NULL });
	if (where) {
		ir_fail(err, IR_CONFIG, "jobs of type %s are not in a %s", type, where->key->name);
		return at(d, s, where, err);
	}
	return check_sql(d, s, err);
}

/* The section of that type; n: how many there are. */
static const struct ir_section *
only(const struct ir_conf *c, const char *type, size_t *n)
{
	const struct ir_section *found = NULL;

	*n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (is(&c->v[i], type) && ++*n == 1)
			found = &c->v[i];
	return found;
}

/* The one that `database` or `cache` names. */
static const struct ir_section *
named(const struct ir_deps *d, const struct ir_section *s, const struct ir_value *v, struct ir_err *err)
{
	const struct ir_conf *c = d->ctx->conf;
	const struct ir_section *found = ir_conf_section(c, v->key->name, v->text);
	struct ir_list names = { 0 };
	const char *near;

	if (found)
		return found;
	for (size_t i = 0; i < c->n; i++)
		if (is(&c->v[i], v->key->name))
			ir_list_add(d->ctx->arena, &names, c->v[i].name);
	near = ir_suggest(v->text, names.v);
	ir_fail(err, IR_CONFIG, "there is no [%s \"%s\"]", v->key->name, v->text);
	if (near)
		ir_hint(err, "did you mean '%s'?", near);
	at(d, s, v, err);
	return NULL;
}

static bool
is_for_sql(const struct ir_section *s)
{
	return only_in_sql(ir_conf_str(s, "queue", "type")) || ir_conf_value(s, "table") || first_of(s, statements);
}

/* Of a queue that does not say where its jobs are. NULL with err->code 0: nothing in ir.conf says it. */
static const struct ir_section *
by_default(const struct ir_deps *d, const struct ir_section *s, struct ir_err *err)
{
	size_t n_databases, n_caches, n;
	const struct ir_section *database = only(d->ctx->conf, "database", &n_databases);
	const struct ir_section *cache = only(d->ctx->conf, "cache", &n_caches);
	bool sql = is_for_sql(s), redis = only_in_redis(ir_conf_str(s, "queue", "type"));

	n = (redis ? 0 : n_databases) + (sql ? 0 : n_caches);
	if (n == 1)
		return n_databases && !redis ? database : cache;
	if (n == 0)
		return NULL;
	ir_fail(err, IR_CONFIG, "it does not say where its jobs are");
	ir_hint(err, "write %s = NAME", sql ? "database" : redis ? "cache" : "database = NAME or cache");
	at(d, s, NULL, err);
	return NULL;
}

/* The section that has the URL: of a queue perhaps another one. NULL with err->code 0: what is discovered. */
static const struct ir_section *
place_of(const struct ir_deps *d, const struct ir_section *s, struct ir_err *err)
{
	const struct ir_value *v;

	if (!is(s, "queue") || ir_conf_value(s, "url"))
		return s;
	v = first_of(s, (const char *const[]){ "database", "cache", NULL });
	return v ? named(d, s, v, err) : by_default(d, s, err);
}

/* What a queue's jobs are in, for those that are discovered. */
static void
look_for(const struct ir_section *s, bool *database, bool *cache)
{
	*database = !only_in_redis(ir_conf_str(s, "queue", "type"));
	*cache = !is_for_sql(s);
}

/* One that cannot be had is no reason to leave the others alone. */
static void
take_password(struct ir_deps *d, const struct ir_section *s, struct ir_dep *dep)
{
	struct ir_err why = IR_ERR_INIT;

	if (ir_secret_conf(d->ctx, s, "password", &dep->password, &why) == 0)
		return;
	dep->unready = ir_strdup(d->ctx->arena, why.msg);
	dep->unready_hint = why.hint[0] ? ir_strdup(d->ctx->arena, why.hint) : NULL;
}

/* Does the URL lead to what such a section is for? */
static int
check_place(struct ir_deps *d, const struct ir_section *s, struct ir_dep *dep, struct ir_err *err)
{
	const char *const *backends = NULL;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (is(s, places[i].section))
			backends = places[i].backends;
	if (!dep->ops || is_one_of(backends, dep->ops->name))
		return 0;
	ir_fail(err, IR_CONFIG, "a [%s] is no %s", s->type->name, dep->ops->name);
	ir_hint(err, "%s",
	    strcmp(dep->ops->name, "postgres") == 0   ? "write it as a [database]"
	    : strcmp(dep->ops->name, "rabbitmq") == 0 ? "write it as a [queue]"
						      : "write it as a [cache]");
	return at(d, s, ir_conf_value(s, "url"), err);
}

/* Does what the jobs are said to be in hold such ones? */
static int
check_jobs(struct ir_deps *d, const struct ir_section *s, const struct ir_dep *dep, struct ir_err *err)
{
	const char *type = is(s, "queue") ? ir_conf_str(s, "queue", "type") : NULL;
	bool sql = is(s, "queue") && is_for_sql(s);
	bool postgres = dep->ops && strcmp(dep->ops->name, "postgres") == 0;

	if (!dep->ops || (sql ? postgres : !(postgres && only_in_redis(type))))
		return 0;
	if (sql)
		ir_fail(err, IR_CONFIG, "rows of a table are not in a %s", dep->ops->name);
	else
		ir_fail(err, IR_CONFIG, "jobs of type %s are not in a %s", type, dep->ops->name);
	return at(d, s, ir_conf_value(s, sql && ir_conf_value(s, "table") ? "table" : "type"), err);
}

static int
take_place(struct ir_deps *d, const struct ir_section *place, struct ir_dep *dep, struct ir_err *err)
{
	const char *url = ir_conf_str(place, place->type->name, "url");

	if (url) {
		ir_secret_set(&dep->url, url, strlen(url));
		dep->ops = ir_dep_by_scheme(url);
	} else if (is(place, "database")) {
		dep->ops = backend("postgres");
	} else {
		ir_fail(err, IR_CONFIG, "it has no 'url'");
		ir_hint(err, "write url = redis://host:port/db");
		return at(d, place, NULL, err);
	}
	if (dep->resolve.n == 0)
		dep->resolve = *ir_conf_list(place, "resolve");
	if (check_place(d, place, dep, err) < 0)
		return -1;
	take_password(d, place, dep);
	return 0;
}

/* A queue of which only what is discovered can tell where its jobs are. last: there is nothing more to come. */
static int
take_discovered(struct ir_deps *d, const struct ir_section *s, struct ir_dep *dep, bool last, struct ir_err *err)
{
	bool database, cache;

	look_for(s, &database, &cache);
	if ((database && ir_deps_find_default(d, "database", dep)) ||
	    (cache && ir_deps_find_default(d, "cache", dep))) {
		ir_deps_find_place(d, dep);
		return ir_deps_add(d, dep, err);
	}
	if (!last)
		return 0;
	dep->ops = backend(database ? "postgres" : "redis");
	dep->unready = "where its jobs are is not known: nothing in the environment, .env or containers says it";
	dep->unready_hint = ir_asprintf(d->ctx->arena, "write url, database or cache in [queue \"%s\"], or set %s",
	    s->name, database ? "DATABASE_URL" : "REDIS_URL");
	return ir_deps_add(d, dep, err);
}

static const char *
service_of(const struct ir_section *s)
{
	const char *service = ir_conf_str(s, s->type->name, "service");

	return service ? service : "";
}

static struct ir_dep *
dep_of(struct ir_deps *d, const struct ir_section *s)
{
	const char *type = s->type->name;
	struct ir_dep *dep = ir_deps_new(d, type, s->name, ir_conf_origin(d->ctx->arena, s->file, s->line));

	dep->section = s;
	dep->timeout_ms = ir_conf_int(s, type, "timeout");
	dep->resolve = *ir_conf_list(s, "resolve");
	dep->service = service_of(s);
	return dep;
}

/* Their rows would have the same handle. */
static int
check_name(const struct ir_deps *d, const struct ir_section *s, struct ir_err *err)
{
	const struct ir_section *check = ir_conf_section(d->ctx->conf, "check", s->name);

	if (!check || strcmp(service_of(check), service_of(s)) != 0)
		return 0;
	ir_fail(err, IR_CONFIG, "a [check] of the same service is called '%s', too", s->name);
	ir_hint(err, "give one of them another name");
	return at(d, s, NULL, err);
}

static int
take_section(struct ir_deps *d, const struct ir_section *s, struct ir_err *err)
{
	struct ir_dep *dep = dep_of(d, s);
	struct ir_err why = IR_ERR_INIT;
	const struct ir_section *place;

	if (check_name(d, s, err) < 0 || (is(s, "queue") && check_queue(d, s, err) < 0))
		return -1;
	place = place_of(d, s, &why);
	if (why.code) {
		*err = why;
		return -1;
	}
	if (place != s && ir_conf_value(s, "password")) {
		ir_fail(err, IR_CONFIG, "a password goes with 'url'; that of the %s is its own",
		    place ? place->type->name : "environment");
		return at(d, s, ir_conf_value(s, "password"), err);
	}
	if (!place)
		return 0; /* ir_deps_find_queues() */
	if (take_place(d, place, dep, err) < 0 || check_jobs(d, s, dep, err) < 0) {
		ir_secret_done(&dep->url);
		ir_secret_done(&dep->password);
		return -1;
	}
	ir_deps_find_place(d, dep);
	return ir_deps_add(d, dep, err);
}

static bool
is_added(const struct ir_deps *d, const struct ir_section *s)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i]->section == s)
			return true;
	return false;
}

/* While the loop runs, a mistake that only shows now is a row. */
static void
add_mistaken(struct ir_deps *d, const struct ir_section *s, const struct ir_err *why)
{
	struct ir_dep *dep = dep_of(d, s);

	dep->ops = backend(is_for_sql(s) ? "postgres" : "redis");
	dep->unready = ir_strdup(d->ctx->arena, why->msg);
	dep->unready_hint = why->hint[0] ? ir_strdup(d->ctx->arena, why->hint) : NULL;
	ir_deps_add(d, dep, NULL);
}

int
ir_deps_find_queues(struct ir_deps *d, bool last, struct ir_err *err)
{
	const struct ir_conf *c = d->ctx->conf;
	struct ir_err why = IR_ERR_INIT;

	for (size_t i = 0; c && i < c->n; i++) {
		const struct ir_section *s = &c->v[i];

		if (!is(s, "queue") || is_added(d, s) || place_of(d, s, &why) || why.code)
			continue;
		if (take_discovered(d, s, dep_of(d, s), last, &why) == 0)
			continue;
		if (err) {
			*err = why;
			return -1;
		}
		add_mistaken(d, s, &why);
		why = (struct ir_err)IR_ERR_INIT;
	}
	return 0;
}

int
ir_deps_find_conf(struct ir_deps *d, struct ir_err *err)
{
	const struct ir_conf *c = d->ctx->conf;

	for (size_t i = 0; c && i < c->n; i++)
		if ((is(&c->v[i], "database") || is(&c->v[i], "cache") || is(&c->v[i], "queue")) &&
		    take_section(d, &c->v[i], err) < 0)
			return -1;
	return 0;
}
