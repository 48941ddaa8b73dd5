/*
 * docker - deploys that containers of the compose project tell of
 *
 * Nothing on a compose host records a deploy. That a container was created is one: the time is the container's. What ran before is known from containers that were
 * stopped, from the engine's events, and else from images that could have been it (previous.c).
 */
#include <string.h>

#include "change/previous.h"
#include "runtime/images.h"
#include "service/service.h"

enum { RESTART_MS = 60 * 1000 };

struct docker {
	struct ir_change_source *source;
	struct ir_runtime *runtime;
	struct ir_images_look *images;
	const struct ir_runtime_result *found;
};

static const char *
service_of(const struct docker *d, const struct ir_container *c)
{
	const char *s = c->service ? ir_service_of_compose(d->source->look->ctx->conf, c->service) : NULL;

	return s && *s ? s : "";
}

static bool
same_rollout(const struct ir_container *a, const struct ir_container *b)
{
	int64_t apart = a->created_ms - b->created_ms;

	return a->service && b->service && strcmp(a->service, b->service) == 0 && a->image_id && b->image_id &&
	       strcmp(a->image_id, b->image_id) == 0 && apart < IR_CHANGE_UNITE_MS && apart > -IR_CHANGE_UNITE_MS;
}

static int
health_rank(const struct ir_container *c)
{
	if (c->state &&
	    (strcmp(c->state, "exited") == 0 || strcmp(c->state, "dead") == 0 || strcmp(c->state, "restarting") == 0))
		return 3;
	if (!c->health)
		return 0;
	return strcmp(c->health, "unhealthy") == 0 ? 3 : strcmp(c->health, "starting") == 0 ? 2 : 1;
}

static const char *
health_word(int rank)
{
	static const char *const words[] = { NULL, "healthy", "starting", "unhealthy" };

	return words[rank];
}

static bool
is_running(const struct ir_container *c)
{
	return c->state && (strcmp(c->state, "running") == 0 || strcmp(c->state, "paused") == 0 ||
			       strcmp(c->state, "restarting") == 0);
}

/* It ended by itself, and not well. 137 and 143 are also how one ends that is told to. */
static bool
has_crashed(const struct ir_container *c)
{
	if (!c->state || (strcmp(c->state, "exited") != 0 && strcmp(c->state, "dead") != 0))
		return false;
	return c->oom_killed > 0 || (c->exit_code > 0 && c->exit_code != 137 && c->exit_code != 143);
}

/* Facts that every row of a container has. */
static void
take_container(const struct docker *d, const struct ir_container *c, struct ir_deploy *row)
{
	const struct ir_change_look *l = d->source->look;

	ir_row_init(&ir_kind_deploy, row);
	row->h.service = service_of(d, c);
	row->h.subject =
	    ir_asprintf(l->ctx->arena, "docker:%s/%s", c->project ? c->project : "", c->service ? c->service : c->name);
	row->revision = c->revision;
	row->version = c->image_version;
	row->image = c->image;
	row->image_id = c->image_id;
	row->container = c->name;
}

/* Of several containers of one rollout the first. */
static bool
is_first(const struct docker *d, size_t i)
{
	const struct ir_container *c = &d->found->v[i];

	for (size_t k = 0; k < d->found->n; k++) {
		const struct ir_container *o = &d->found->v[k];

		if (k == i || o->oneoff || !same_rollout(c, o))
			continue;
		if (o->created_ms < c->created_ms || (o->created_ms == c->created_ms && k < i))
			return false;
	}
	return true;
}

static void
add_rollout(const struct docker *d, size_t i)
{
	const struct ir_container *c = &d->found->v[i];
	struct ir_deploy row;
	int worst = 0;
	bool running = false;

	take_container(d, c, &row);
	row.change = "deploy";
	row.h.time_ms = c->created_ms;
	row.time_basis = "container created";
	row.started_ms = c->created_ms;
	for (size_t k = 0; k < d->found->n; k++) {
		const struct ir_container *o = &d->found->v[k];

		if (o->oneoff || (k != i && !same_rollout(c, o)))
			continue;
		running |= is_running(o) || has_crashed(o);
		if (health_rank(o) > worst)
			worst = health_rank(o);
	}
	/* one that was stopped on purpose tells nothing about how it was */
	row.health = running ? health_word(worst) : NULL;
	row.current = running;
	ir_change_add(d->source, &row);
}

/* A container that was started long after it was created. */
static void
add_restart(const struct docker *d, const struct ir_container *c)
{
	struct ir_deploy row;

	if (!is_running(c) || c->started_ms == IR_TIME_NONE || c->started_ms < c->created_ms + RESTART_MS)
		return;
	take_container(d, c, &row);
	row.change = "restart";
	row.h.time_ms = c->started_ms;
	row.time_basis = "container started";
	row.rollout = ir_asprintf(d->source->look->ctx->arena, "restart of %s@%lld", c->name, (long long)c->started_ms);
	ir_change_add(d->source, &row);
}

static bool
is_still_there(const struct docker *d, const char *id)
{
	for (size_t i = 0; i < d->found->n; i++) {
		if (strcmp(d->found->v[i].id, id) == 0)
			return true;
	}
	return false;
}

static bool
same_names(const struct ir_image_event *a, const struct ir_image_event *b)
{
	return b->what == IR_CONTAINER_CREATED && b->service && b->project && b->name && a->name &&
	       strcmp(a->service, b->service) == 0 && strcmp(a->project, b->project) == 0 &&
	       strcmp(a->name, b->name) != 0;
}

/* A replica of one that was created shortly before. */
static bool
is_another(const struct ir_images *images, size_t i)
{
	const struct ir_image_event *e = &images->events[i];
	const char *id = ir_change_image_then(images, e->image, e->ms);

	for (size_t k = i; id && k-- > 0 && e->ms - images->events[k].ms < IR_CHANGE_UNITE_MS;) {
		const struct ir_image_event *o = &images->events[k];
		const char *other = same_names(e, o) ? ir_change_image_then(images, o->image, o->ms) : NULL;

		if (other && strcmp(id, other) == 0)
			return true;
	}
	return false;
}

/* Containers that are gone by now, of which the engine's events still tell. */
static void
add_gone(const struct docker *d, const struct ir_images *images)
{
	const struct ir_change_look *l = d->source->look;

	for (size_t i = 0; i < images->n_events; i++) {
		const struct ir_image_event *e = &images->events[i];
		struct ir_deploy row;

		if (e->what != IR_CONTAINER_CREATED || !e->service || !e->project ||
		    strcmp(e->project, l->q.place->project) != 0 || is_still_there(d, e->id) || is_another(images, i))
			continue;
		take_container(d,
		    &(struct ir_container){ .id = e->id,
			.name = e->name,
			.project = e->project,
			.service = e->service,
			.image = e->image,
			.image_id = ir_change_image_then(images, e->image, e->ms),
			.revision = e->revision,
			.image_version = e->version },
		    &row);
		row.change = "deploy";
		row.h.time_ms = e->ms;
		row.time_basis = "container created";
		ir_change_add(d->source, &row);
	}
}

static void
on_images(void *arg, const struct ir_images *images)
{
	struct docker *d = arg;
	struct ir_change_look *l = d->source->look;

	d->images = NULL;
	l->images = images;
	if (images->error)
		ir_change_fault(d->source, NULL, "docker", &images->err);
	for (size_t i = 0; i < d->found->n; i++) {
		if (d->found->v[i].oneoff || d->found->v[i].created_ms == IR_TIME_NONE)
			continue;
		if (is_first(d, i))
			add_rollout(d, i);
		add_restart(d, &d->found->v[i]);
	}
	add_gone(d, images);
	ir_change_done(d->source);
}

/* Only images that could be an earlier one of a service are asked for in detail. */
static bool
is_candidate(void *arg, const struct ir_image *image)
{
	const struct docker *d = arg;

	for (size_t i = 0; i < d->found->n; i++) {
		const struct ir_container *c = &d->found->v[i];

		if (c->service &&
		    (ir_change_may_be_of(image, c) || (c->image_id && strcmp(c->image_id, image->id) == 0)))
			return true;
	}
	return false;
}

static void
on_containers(void *arg, const struct ir_runtime_result *res)
{
	struct docker *d = arg;
	struct ir_change_look *l = d->source->look;
	struct ir_err err = IR_ERR_INIT;

	d->runtime = NULL;
	d->found = res;
	if (res->error) {
		ir_change_fault(d->source, NULL, "docker", &res->err);
		ir_change_done(d->source);
		return;
	}
	d->images = ir_images_list(l->ctx, &l->q.place->engine, res->api_version,
	    res->engine_ms == IR_TIME_NONE ? l->q.now_ms : res->engine_ms, is_candidate, on_images, d, &err);
	if (d->images)
		return;
	ir_change_fault(d->source, NULL, "docker", &err);
	ir_change_done(d->source);
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	struct ir_change_look *l = s->look;
	const struct ir_place *p = l->q.place;
	const struct ir_runtime_query q = { .project = p->project, .dir = p->dir, .no_words = true };
	struct docker *d = IR_NEW(l->ctx->arena, struct docker);

	d->source = s;
	s->priv = d;
	if (p->no_engine.code) {
		*err = p->no_engine;
		return -1;
	}
	d->runtime = ir_runtime_list(l->ctx, &p->engine, &q, on_containers, d, err);
	return d->runtime ? 0 : -1;
}

static void
stop(struct ir_change_source *s)
{
	struct docker *d = s->priv;

	s->done = true;
	if (d->runtime)
		ir_runtime_stop(d->runtime);
	ir_images_stop(d->images);
	d->images = NULL;
}

const struct ir_change_ops ir_change_docker = {
	.name = "docker",
	.start = start,
	.stop = stop,
};
