/* helm - the history of releases of Helm: of the one that is named or has the service's name, or of all that helm lists */
#include "base/cleanup.h"
#include "change/told.h"

enum { OUTPUT_MAX = 4 << 20, RELEASES_MAX = 50, HISTORY_MAX = 50 /* as in --max */, AT_ONCE = 4 };

/* ---- answers */

static const char *
outcome_of(const json_t *row)
{
	const char *status = json_string_value(json_object_get(row, "status")), *known = ir_change_outcome(status);

	if (known || !status)
		return known ? known : "unknown";
	if (strncmp(status, "pending-", 8) == 0)
		return "running";
	return strcmp(status, "uninstalling") == 0 ? "replaced" : "unknown";
}

static bool
goes_back(const char *description)
{
	return description &&
	       (strncmp(description, "Rollback to ", 12) == 0 || strncmp(description, "Rolled back to ", 15) == 0);
}

static const char *
where(struct ir_arena *arena, const char *release, const char *space)
{
	return ir_asprintf(arena, "%s/%s", space ? space : "-", release);
}

static void
put(const json_t *row, const char *place, const struct ir_deploy *last, struct ir_change_rows *rows)
{
	struct ir_arena *arena = rows->arena;
	const char *number = ir_foreign_number(arena, row, "revision");
	int64_t ms = ir_foreign_time(json_object_get(row, "updated"));
	const char *version = last ? last->version : NULL; /* it may move */
	struct ir_deploy *d;

	d = number && ms != IR_TIME_NONE ? ir_change_row(rows) : NULL;
	if (!d)
		return;
	d->h.time_ms = ms;
	d->h.subject = place;
	d->time_basis = "release updated";
	d->version = ir_foreign_text(arena, row, "app_version");
	if (!d->version)
		d->version = ir_foreign_text(arena, row, "chart");
	d->message = ir_foreign_text(arena, row, "description");
	d->change = goes_back(d->message) ? "rollback" : "deploy";
	d->outcome = outcome_of(row);
	d->rollout = ir_asprintf(arena, "%s/%s", place, number);
	if (!last)
		return;
	d->previous_version = version;
	d->previous_available = 1;
	d->previous_basis = "helm history";
}

int
ir_change_helm_rows(
    const char *text, size_t n, const char *release, const char *space, struct ir_change_rows *rows, struct ir_err *err)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(text, n);
	const char *place = where(rows->arena, release, space);
	size_t from = rows->n, ran = SIZE_MAX;

	if (!json_is_array(root))
		return ir_fail(err, IR_BACKEND, "what helm history prints is %s", root ? "no list" : "not JSON");
	for (size_t i = 0; i < json_array_size(root); i++) {
		put(json_array_get(root, i), place, ran == SIZE_MAX ? NULL : &rows->v[ran], rows);
		if (rows->n > from && strcmp(rows->v[rows->n - 1].outcome, "failed") != 0)
			ran = rows->n - 1;
	}
	rows->cut |= rows->n - from >= HISTORY_MAX;
	/* helm calls but one of them deployed */
	for (size_t i = rows->n; i-- > from;)
		if (strcmp(rows->v[i].outcome, "succeeded") == 0) {
			rows->v[i].current = 1;
			break;
		}
	return 0;
}

int
ir_change_helm_list(struct ir_arena *arena, const char *text, size_t n, size_t max, struct ir_change_release_name **ret,
    size_t *ret_n, bool *more, struct ir_err *err)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(text, n);

	if (!json_is_array(root))
		return ir_fail(err, IR_BACKEND, "what helm list prints is %s", root ? "no list" : "not JSON");
	*ret = IR_NEW_N(arena, struct ir_change_release_name, max);
	*ret_n = 0;
	*more = false;
	for (size_t i = 0; i < json_array_size(root); i++) {
		const json_t *row = json_array_get(root, i);
		const char *name = ir_foreign_text(arena, row, "name");

		if (!name)
			continue;
		*more = *ret_n == max;
		if (*more)
			break;
		(*ret)[(*ret_n)++] = (struct ir_change_release_name){ name, ir_foreign_text(arena, row, "namespace") };
	}
	return 0;
}

/* ---- the source */

struct helm;
struct history {
	struct helm *helm;
	struct ir_change_release_name release;
	struct ir_program program;
};

struct helm {
	struct ir_change_source *source;
	const char *place; /* "helm://CONTEXT/" */
	struct ir_program list;
	struct history *v;
	size_t n, next, running;
};

static struct ir_arena *
arena_of(const struct helm *h)
{
	return h->source->look->ctx->arena;
}

static void
tell(struct helm *h, const char *release, struct ir_err *err)
{
	if (release)
		ir_wrap(err, "release '%s'", release);
	ir_change_fault(h->source, h->source->service, h->place, err);
}

static int
run(struct helm *h, struct ir_program *p, const char *const *args, const struct ir_change_release_name *of,
    struct ir_err *err)
{
	struct ir_arena *arena = arena_of(h);
	const char *space = of && of->space ? of->space : ir_change_key(h->source, "namespace");
	const char *context = ir_change_key(h->source, "context");
	struct ir_list argv = { NULL, 0, 0 };

	for (size_t i = 0; args[i]; i++)
		ir_list_add(arena, &argv, args[i]);
	if (space)
		ir_list_add(arena, &argv, ir_asprintf(arena, "--namespace=%s", space));
	if (context)
		ir_list_add(arena, &argv, ir_asprintf(arena, "--kube-context=%s", context));
	if (of) {
		ir_list_add(arena, &argv, "--");
		ir_list_add(arena, &argv, of->name);
	}
	return ir_change_run(h->source, p, (char *const *)(uintptr_t)argv.v, NULL, NULL, OUTPUT_MAX, err);
}

static void go_on(struct helm *h);

static void
on_history(void *arg, struct ir_program *p)
{
	struct history *one = arg;
	struct helm *h = one->helm;
	struct ir_change_rows rows = { .arena = arena_of(h) };
	struct ir_err err = IR_ERR_INIT;

	if (ir_change_ran(rows.arena, p, "helm history", &err) < 0 ||
	    ir_change_helm_rows(p->head.data, p->head.len, one->release.name, one->release.space, &rows, &err) < 0)
		tell(h, one->release.name, &err);
	for (size_t i = 0; i < rows.n; i++) {
		rows.v[i].h.subject = ir_asprintf(rows.arena, "%s%s", h->place, rows.v[i].h.subject);
		if (!h->source->service)
			rows.v[i].h.service = one->release.name;
	}
	ir_change_put_all(h->source, &rows);
	ir_program_done(p);
	h->running--;
	go_on(h);
}

static int
ask(struct helm *h, struct history *one, struct ir_err *err)
{
	static const char *const args[] = { "helm", "history", "--output=json", "--max=50", NULL };

	one->helm = h;
	one->program.ended = on_history;
	one->program.arg = one;
	if (run(h, &one->program, args, &one->release, err) < 0)
		return -1;
	h->running++;
	return 0;
}

/* A few at once; after the last of them it is done. */
static void
go_on(struct helm *h)
{
	while (h->next < h->n && h->running < AT_ONCE) {
		struct history *one = &h->v[h->next++];
		struct ir_err err = IR_ERR_INIT;

		if (ask(h, one, &err) < 0)
			tell(h, one->release.name, &err);
	}
	if (h->running == 0)
		ir_change_done(h->source);
}

static void
on_list(void *arg, struct ir_program *p)
{
	struct helm *h = arg;
	struct ir_change_release_name *names = NULL;
	struct ir_err err = IR_ERR_INIT;
	bool more = false;

	if (ir_change_ran(arena_of(h), p, "helm list", &err) < 0 ||
	    ir_change_helm_list(arena_of(h), p->head.data, p->head.len, RELEASES_MAX, &names, &h->n, &more, &err) < 0) {
		h->n = 0;
		tell(h, NULL, &err);
	}
	ir_program_done(p);
	h->v = IR_NEW_N(arena_of(h), struct history, h->n + 1);
	for (size_t i = 0; i < h->n; i++)
		h->v[i].release = names[i];
	if (more) {
		ir_fail(&err, IR_INCOMPLETE, "there are more than %d releases: some are not looked at", RELEASES_MAX);
		ir_hint(&err, "name one: release = NAME");
		tell(h, NULL, &err);
	}
	go_on(h);
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	static const char *const args[] = { "helm", "list", "--output=json", NULL };
	struct helm *h = IR_NEW(s->look->ctx->arena, struct helm);
	const char *release = ir_change_key(s, "release");

	s->priv = h;
	h->source = s;
	h->place = ir_change_place(s, "helm");
	if (!release)
		release = s->service;
	if (!release) {
		h->list.ended = on_list;
		h->list.arg = h;
		return run(h, &h->list, args, NULL, err);
	}
	h->v = IR_NEW(s->look->ctx->arena, struct history);
	h->v->release = (struct ir_change_release_name){ release, ir_change_key(s, "namespace") };
	h->n = h->next = 1;
	return ask(h, h->v, err);
}

static void
stop(struct ir_change_source *s)
{
	struct helm *h = s->priv;

	if (!h)
		return;
	ir_change_end(&h->list);
	for (size_t i = 0; i < h->n && h->v; i++)
		ir_change_end(&h->v[i].program);
}

const struct ir_change_ops ir_change_helm = {
	.name = "helm",
	.start = start,
	.stop = stop,
};
