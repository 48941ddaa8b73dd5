/* project - a compose project as check rows: its containers, what lacks, and whether anything runs at all */

#include "runtime/judge.h"
#include "service/service.h"

struct judge {
	struct ir_ctx *ctx;
	const struct ir_conf *conf;
	const struct ir_engine *engine;
	const struct ir_compose *compose;
	const struct ir_runtime_result *res;
	const struct ir_list *services;
	int64_t now_ms;
	const char *cli;
	struct ir_judged *ret;
	bool all; /* projects */
};

static struct ir_check *
add_row(struct ir_ctx *ctx, struct ir_judged *j, unsigned groups)
{
	struct ir_check *row;

	if (j->n == j->size) {
		struct ir_check *v = IR_NEW_N(ctx->arena, struct ir_check, j->size = 2 * j->size + 16);

		if (j->n)
			memcpy(v, j->v, j->n * sizeof(*v));
		j->v = v;
	}
	row = &j->v[j->n++];
	ir_row_init(&ir_kind_check, row);
	row->groups = groups;
	row->origin = "engine";
	row->attempts = 1;
	return row;
}

static bool
is_ours(const struct judge *j, const struct ir_container *c)
{
	return j->compose && c->project &&
	       (strcmp(c->project, j->compose->project) == 0 || (c->dir && strcmp(c->dir, j->compose->dir) == 0));
}

static const char *
service_of(const struct judge *j, const struct ir_container *c)
{
	if (!c->service)
		return "";
	return ir_service_of_compose(j->conf, c->service);
}

/* Does the label of compose v2 ("db:service_healthy:false,migrate:service_completed_successfully:true") name the
 * service, and is that for its completion? */
static bool
label_names(const char *label, const char *name, bool completes)
{
	size_t n = strlen(name);

	for (; label && *label; label += strcspn(label, ","), label += *label == ',') {
		if (strncmp(label, name, n) != 0 || (label[n] != ':' && label[n] != ',' && label[n] != 0))
			continue;
		return completes == (strncmp(label + n, ":service_completed_successfully", 31) == 0);
	}
	return false;
}

/* Does anything wait for the service to complete (or, when not completes, to run)? */
static bool
is_waited_for(const struct judge *j, const struct ir_container *c, bool completes)
{
	for (size_t i = 0; i < j->res->n && c->service; i++) {
		const struct ir_container *o = &j->res->v[i];

		if (!o->oneoff && o->project && c->project && strcmp(o->project, c->project) == 0 &&
		    label_names(o->depends, c->service, completes))
			return true;
	}
	for (size_t i = 0; c->service && is_ours(j, c) && i < j->compose->n; i++) {
		const struct ir_compose_service *s = &j->compose->v[i];
		bool job = ir_list_has(&s->completes, c->service);

		if (completes ? job : !job && ir_list_has(&s->depends, c->service))
			return true;
	}
	return false;
}

/* "container", "service" or "project". A service of ours may be several of compose's, and an environment that is said
 * may have several projects: then that tells them apart. */
static const char *
name_in(const struct judge *j, const char *type, const char *project, const char *service)
{
	const char *ours = service ? ir_service_of_compose(j->conf, service) : NULL;
	bool away = j->all && j->ctx->env && project && (!j->compose || strcmp(project, j->compose->project) != 0);

	if (ours && strcmp(ours, service) != 0)
		type = ir_asprintf(j->ctx->arena, "%s/%s", type, service);
	return away ? ir_asprintf(j->ctx->arena, "%s@%s", type, project) : type;
}

/* Unique within environment and service, and the same after a new deployment: no ids, no ports. */
static const char *
name_of(const struct judge *j, const struct ir_container *c)
{
	const char *name = name_in(j, "container", c->project, c->service);
	size_t same = 0;

	if (!c->service)
		return ir_asprintf(j->ctx->arena, "container:%s", c->name);
	/* while it is recreated, the old one bears the same number and another name */
	for (const struct ir_container *o = j->res->v; o < c; o++)
		same += !o->oneoff && o->service && strcmp(o->service, c->service) == 0 && o->number == c->number &&
			o->project && c->project && strcmp(o->project, c->project) == 0;
	if (same)
		return ir_asprintf(j->ctx->arena, "container:%s", c->name);
	if (c->number > 1)
		return ir_asprintf(j->ctx->arena, "%s/%lld", name, (long long)c->number);
	return name;
}

static void
take_facts(struct ir_check *row, const struct ir_container *c)
{
	bool running = c->state && strcmp(c->state, "running") == 0;

	row->container = c->name;
	row->container_id = c->id;
	row->image = c->image;
	row->revision = c->revision;
	row->image_version = c->image_version;
	row->state = c->state;
	row->health = c->health;
	row->started_ms = c->started_ms;
	row->finished_ms = c->finished_ms;
	row->restarts = c->restarts;
	row->oom_killed = c->oom_killed;
	row->memory_limit_bytes = c->memory_limit > 0 ? c->memory_limit : INT64_MIN;
	row->exit_code = running ? c->health_exit : c->exit_code;
	row->output = running ? c->health_output : c->last_words;
}

static void
judge_container(const struct judge *j, const struct ir_container *c)
{
	const char *service = service_of(j, c);
	struct ir_check *row;
	struct ir_case k = {
		.c = c,
		.arena = j->ctx->arena,
		.now_ms = j->now_ms,
		.cli = j->cli,
		.job = is_waited_for(j, c, true),
	};

	if (c->oneoff || !ir_service_wanted(j->services, service))
		return;
	k.needed = !k.job && (c->published || is_waited_for(j, c, false));
	row = add_row(j->ctx, j->ret, IR_CHECK_CONTAINER | IR_CHECK_PROGRAM);
	row->h.env = ir_service_env(j->ctx, j->engine->context, c->project);
	row->h.service = service;
	row->h.subject = ir_asprintf(j->ctx->arena, "container:%s", c->name);
	row->name = name_of(j, c);
	row->type = "container";
	row->latency_ms = j->res->latency_ms;
	take_facts(row, c);
	ir_judge_container(&k, row);
}

static size_t
count_of(const struct judge *j, const char *service, size_t *running)
{
	size_t n = 0;

	*running = 0;
	for (size_t i = 0; i < j->res->n; i++) {
		const struct ir_container *c = &j->res->v[i];

		if (c->oneoff || !is_ours(j, c) || !c->service || strcmp(c->service, service) != 0)
			continue;
		n++;
		*running += c->state && strcmp(c->state, "running") == 0;
	}
	return n;
}

static struct ir_check *
project_row(const struct judge *j, const char *project, const char *service, const char *type, const char *name)
{
	struct ir_check *row = add_row(j->ctx, j->ret, IR_CHECK_CONTAINER);

	row->h.env = ir_service_env(j->ctx, j->engine->context, project);
	row->h.service = service;
	row->type = type;
	row->name = name;
	row->latency_ms = j->res->latency_ms;
	return row;
}

/* A service of the compose file that has fewer containers than it declares. */
static void
judge_service(const struct judge *j, const struct ir_compose_service *s)
{
	const char *service = ir_service_of_compose(j->conf, s->name);
	size_t running, n = count_of(j, s->name, &running);
	struct ir_check *row;

	if (!ir_service_wanted(j->services, service) || s->replicas == 0)
		return;
	if (n == 0 ? s->profiles.n > 0 : s->replicas < 0 || n >= (size_t)s->replicas)
		return;
	row = project_row(
	    j, j->compose->project, service, "service", name_in(j, "service", j->compose->project, s->name));
	row->h.subject = ir_asprintf(j->ctx->arena, "service:%s", s->name);
	row->running = (int64_t)running;
	row->wanted = s->replicas < 0 ? INT64_MIN : s->replicas;
	row->h.status = running ? IR_STATUS_WARN : IR_STATUS_FAIL;
	if (n == 0)
		row->h.summary = "never created: the compose file declares it and there is no container";
	else
		row->h.summary = ir_asprintf(j->ctx->arena, "%zu of %lld replicas run, %lld not created", running,
		    (long long)s->replicas, (long long)s->replicas - (long long)n);
	row->hint = ir_asprintf(j->ctx->arena, "%s compose -p %s up -d %s", j->cli, j->compose->project, s->name);
}

static const char *
join(struct ir_arena *arena, const struct ir_list *l, size_t max)
{
	char *s = ir_strdup(arena, "");

	for (size_t i = 0; i < l->n && i < max; i++)
		s = ir_asprintf(arena, "%s%s%s", s, i ? ", " : "", l->v[i]);
	return l->n > max ? ir_asprintf(arena, "%s and %zu more", s, l->n - max) : s;
}

/* Nothing of the project runs: a fail of its own, not an empty list. */
static void
judge_project(const struct judge *j, const char *project)
{
	size_t n = 0, running = 0;
	struct ir_check *row;

	for (size_t i = 0; i < j->res->n; i++) {
		const struct ir_container *c = &j->res->v[i];

		/* but for --all, whatever was found is of the project, under which name ever */
		if (c->oneoff || !c->project || (j->all && strcmp(c->project, project) != 0))
			continue;
		n++;
		running += c->state && strcmp(c->state, "running") == 0;
	}
	if (running > 0)
		return;
	row = project_row(j, project, "", "project", name_in(j, "project", project, NULL));
	row->h.status = IR_STATUS_FAIL;
	row->h.subject = ir_asprintf(j->ctx->arena, "project:%s", project);
	row->running = 0;
	row->wanted = j->compose && strcmp(project, j->compose->project) == 0 ? (int64_t)j->compose->n : INT64_MIN;
	if (n > 0)
		row->h.summary = ir_asprintf(j->ctx->arena,
		    "nothing runs: %zu container%s of project '%s' and none is running", n, n == 1 ? "" : "s", project);
	else
		row->h.summary = ir_asprintf(j->ctx->arena, "nothing runs: there is no container of project '%s'%s%s",
		    project, j->res->projects.n ? "; the engine has " : "", join(j->ctx->arena, &j->res->projects, 5));
	row->hint = n == 0 && j->res->projects.n
			? "name the project that you mean: ir-health -p NAME"
			: ir_asprintf(j->ctx->arena, "%s compose -p %s up -d", j->cli, project);
}

void
ir_runtime_judge(struct ir_ctx *ctx, const struct ir_conf *conf, const struct ir_engine *engine,
    const struct ir_compose *compose, const char *project, const struct ir_runtime_result *res,
    const struct ir_list *services, int64_t now_ms, struct ir_judged *ret)
{
	struct judge j = { ctx, conf, engine, compose, res, services, now_ms, "docker", ret, !project };

	/* ages are told by the engine's clock: it stamped the instants */
	if (res->engine_ms != IR_TIME_NONE && (res->engine_ms - now_ms > 2000 || now_ms - res->engine_ms > 2000))
		j.now_ms = res->engine_ms;
	if (strcmp(engine->origin, "podman") == 0)
		j.cli = "podman";
	if (project && (!services || services->n == 0))
		judge_project(&j, project);
	for (size_t i = 0; !project && i < res->projects.n; i++)
		judge_project(&j, res->projects.v[i]);
	for (size_t i = 0; i < res->n; i++)
		judge_container(&j, &res->v[i]);
	for (size_t i = 0; compose && i < compose->n; i++)
		judge_service(&j, &compose->v[i]);
}

void
ir_runtime_judge_error(struct ir_ctx *ctx, const struct ir_engine *engine, const char *project,
    const struct ir_err *why, struct ir_judged *ret)
{
	struct ir_check *row = add_row(ctx, ret, 0);

	row->h.env = ir_service_env(ctx, engine->context, project);
	row->h.status = IR_STATUS_UNKNOWN;
	row->h.subject = ir_asprintf(ctx->arena, "engine:%s", engine->host ? engine->host : engine->context);
	row->h.summary =
	    why->hint[0] ? ir_asprintf(ctx->arena, "%s: %s", why->msg, why->hint) : ir_strdup(ctx->arena, why->msg);
	row->hint = why->hint[0] ? ir_strdup(ctx->arena, why->hint) : NULL;
	row->name = "engine";
	row->type = "engine";
	row->origin = engine->origin;
}
