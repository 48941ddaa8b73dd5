/*
 * kubectl - rollouts of Deployments and StatefulSets, by the revisions of them that Kubernetes keeps
 *
 * A Deployment has a ReplicaSet for each revision, a StatefulSet a ControllerRevision. Each is created when its revision is first rolled out, which is the time of the deploy. After
 * an undo the old one is in use again and has the newest number: its creation is not the time of that rollout, but the Deployment's condition Progressing was updated then. Of a
 * StatefulSet nothing tells that time.
 */
#include "base/cleanup.h"
#include "base/num.h"
#include "change/told.h"

enum { OUTPUT_MAX = 16 << 20 };

/* ---- the list */

struct revision {
	const json_t *item, *owner;
	const char *key; /* "shop/deployments/web" */
	bool set;        /* of a StatefulSet */
	int64_t number, created_ms;
};

struct revisions {
	struct ir_arena *arena;
	json_t *owners; /* by key */
	struct revision *v;
	size_t n;
	const char *service;
	bool all;
};

static const json_t *
meta(const json_t *item, const char *what)
{
	return json_object_get(json_object_get(item, "metadata"), what);
}

static const char *
annotation(const json_t *item, const char *name)
{
	return json_string_value(json_object_get(meta(item, "annotations"), name));
}

/* NULL for a kind that has no revisions. */
static const char *
key_of(struct ir_arena *arena, const json_t *item, const char *kind, const char *name)
{
	const char *space = ir_foreign_text(arena, json_object_get(item, "metadata"), "namespace");
	const char *plural = !kind                              ? NULL
			     : strcmp(kind, "Deployment") == 0  ? "deployments"
			     : strcmp(kind, "StatefulSet") == 0 ? "statefulsets"
								: NULL;

	return plural && name ? ir_asprintf(arena, "%s/%s/%s", space ? space : "-", plural, name) : NULL;
}

static const char *
kind_of(const json_t *item)
{
	return json_string_value(json_object_get(item, "kind"));
}

static void
index_owners(struct revisions *r, const json_t *items)
{
	for (size_t i = 0; i < json_array_size(items); i++) {
		json_t *item = json_array_get(items, i);
		const char *name = ir_foreign_text(r->arena, json_object_get(item, "metadata"), "name");
		const char *key = key_of(r->arena, item, kind_of(item), name);

		if (key)
			json_object_set(r->owners, key, item);
	}
}

/* Whose revision an item is: its owner's key. */
static const char *
owner_key(struct ir_arena *arena, const json_t *item)
{
	const json_t *refs = meta(item, "ownerReferences");

	for (size_t i = 0; i < json_array_size(refs) && i < 8; i++) {
		const json_t *ref = json_array_get(refs, i);
		const char *key = key_of(arena, item, kind_of(ref), ir_foreign_text(arena, ref, "name"));

		if (key)
			return key;
	}
	return NULL;
}

static const char *
service_of(struct ir_arena *arena, const json_t *owner)
{
	const char *label = ir_foreign_text(arena, meta(owner, "labels"), "app.kubernetes.io/name");

	return label ? label : ir_foreign_text(arena, json_object_get(owner, "metadata"), "name");
}

/* "3", or of "1,3" the first. */
static int64_t
number_of(const char *s)
{
	char text[20];
	size_t n = s ? strcspn(s, ",") : 0;
	int64_t number;

	if (n == 0 || n >= sizeof(text))
		return -1;
	memcpy(text, s, n);
	text[n] = '\0';
	return ir_parse_int(text, 0, INT64_MAX, &number, NULL) == 0 ? number : -1;
}

static void
take(struct revisions *r, const json_t *item)
{
	const char *kind = kind_of(item), *service;
	struct revision v = { .item = item };

	if (!kind || (strcmp(kind, "ReplicaSet") != 0 && strcmp(kind, "ControllerRevision") != 0))
		return;
	v.set = *kind == 'C';
	v.key = owner_key(r->arena, item);
	v.owner = v.key ? json_object_get(r->owners, v.key) : NULL;
	if (!v.owner || v.set != (strcmp(kind_of(v.owner), "StatefulSet") == 0))
		return;
	service = service_of(r->arena, v.owner);
	if (r->service && !r->all && (!service || strcmp(service, r->service) != 0))
		return;
	v.number = v.set ? ir_foreign_int(json_object_get(item, "revision"), -1)
			 : number_of(annotation(item, "deployment.kubernetes.io/revision"));
	v.created_ms = ir_foreign_time(meta(item, "creationTimestamp"));
	if (v.number >= 0 && v.created_ms != IR_TIME_NONE)
		r->v[r->n++] = v;
}

static int
by_creation(const void *a, const void *b)
{
	const struct revision *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	if (order)
		return order;
	if (x->created_ms != y->created_ms)
		return x->created_ms < y->created_ms ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* ---- how the present one is */

static const json_t *
condition(const json_t *owner, const char *type)
{
	const json_t *v = json_object_get(json_object_get(owner, "status"), "conditions");

	for (size_t i = 0; i < json_array_size(v) && i < 32; i++) {
		const char *is = json_string_value(json_object_get(json_array_get(v, i), "type"));

		if (is && strcmp(is, type) == 0)
			return json_array_get(v, i);
	}
	return NULL;
}

static bool
says(const json_t *c, const char *key, const char *value)
{
	const char *s = json_string_value(json_object_get(c, key));

	return s && strcmp(s, value) == 0;
}

static int64_t
number_in(const json_t *owner, const char *part, const char *key, int64_t otherwise)
{
	return ir_foreign_int(json_object_get(json_object_get(owner, part), key), otherwise);
}

static const char *
rollout_outcome(const struct revision *v, int64_t wanted)
{
	const json_t *progress = condition(v->owner, "Progressing"), *status = json_object_get(v->owner, "status");
	const char *now = json_string_value(json_object_get(status, "currentRevision"));

	if (v->set)
		return now && says(status, "updateRevision", now) ? "succeeded" : "running";
	if (says(progress, "status", "False"))
		return "failed";
	if (says(progress, "reason", "NewReplicaSetAvailable"))
		return "succeeded";
	return number_in(v->owner, "status", "updatedReplicas", 0) >= wanted &&
		       number_in(v->owner, "status", "availableReplicas", 0) >= wanted
		   ? "succeeded"
		   : "running";
}

static void
judge(const struct revision *v, struct ir_deploy *d)
{
	int64_t wanted = number_in(v->owner, "spec", "replicas", 1);
	int64_t ready = number_in(v->owner, "status", v->set ? "readyReplicas" : "availableReplicas", 0);

	d->outcome = rollout_outcome(v, wanted);
	if (wanted == 0)
		return;
	if (strcmp(d->outcome, "failed") == 0)
		d->health = "unhealthy";
	else if (ready >= wanted && strcmp(d->outcome, "succeeded") == 0)
		d->health = "healthy";
	else
		d->health = strcmp(d->outcome, "running") == 0 ? "starting" : "unhealthy";
	d->h.status = *d->health == 'h' ? IR_STATUS_OK : *d->health == 's' ? IR_STATUS_WARN : IR_STATUS_FAIL;
}

static bool
is_current(const struct revision *v)
{
	const char *name = json_string_value(meta(v->item, "name"));

	if (v->set)
		return name && says(json_object_get(v->owner, "status"), "updateRevision", name);
	return v->number == number_of(annotation(v->owner, "deployment.kubernetes.io/revision"));
}

/* ---- rows */

static void
take_template(struct ir_arena *arena, const struct revision *v, struct ir_deploy *d)
{
	const json_t *spec = json_object_get(v->set ? json_object_get(v->item, "data") : v->item, "spec");
	const json_t *template = json_object_get(spec, "template");
	const json_t *containers = json_object_get(json_object_get(template, "spec"), "containers");
	const char *image = ir_foreign_text(arena, json_array_get(containers, 0), "image");
	const char *revision =
	    ir_foreign_text(arena, meta(template, "annotations"), "org.opencontainers.image.revision");

	d->version = ir_foreign_text(arena, meta(template, "labels"), "app.kubernetes.io/version");
	if (ir_change_is_hash(revision))
		d->revision = revision;
	if (image)
		ir_change_take_image(arena, image, d);
}

static struct ir_deploy *
put(const struct revisions *r, const struct revision *v, int64_t number, struct ir_change_rows *rows)
{
	struct ir_deploy *d = ir_change_row(rows);

	if (!d)
		return NULL;
	d->h.time_ms = v->created_ms;
	d->h.service = r->service ? r->service : service_of(r->arena, v->owner);
	d->h.subject = v->key;
	d->time_basis = v->set ? "controllerrevision created" : "replicaset created";
	d->change = "deploy";
	d->outcome = "replaced";
	d->message = ir_foreign_text(r->arena, meta(v->item, "annotations"), "kubernetes.io/change-cause");
	d->rollout = ir_asprintf(r->arena, "%s/%lld", v->key, (long long)number);
	take_template(r->arena, v, d);
	return d;
}

static void
take_previous(const struct revisions *r, const struct revision *p, struct ir_deploy *d)
{
	struct ir_deploy was;

	if (!p)
		return;
	ir_row_init(&ir_kind_deploy, &was);
	take_template(r->arena, p, &was);
	d->previous_revision = was.revision;
	d->previous_version = was.version;
	d->previous_available = 1;
	d->previous_basis = p->set ? "controllerrevision" : "replicaset";
}

/* What was rolled out before the undo to v: the newest number but its own. */
static const struct revision *
undone(const struct revision *from, const struct revision *to, const struct revision *v)
{
	const struct revision *found = NULL;

	for (; from < to; from++)
		if (from->number < v->number && (!found || from->number > found->number))
			found = from;
	return found;
}

/* Rolled out again: a deploy of its own, at the time that the Deployment tells. */
static bool
put_undo(
    const struct revisions *r, const struct revision *v, const struct revision *before, struct ir_change_rows *rows)
{
	int64_t ms = ir_foreign_time(json_object_get(condition(v->owner, "Progressing"), "lastUpdateTime"));
	struct ir_deploy *d = v->set || ms == IR_TIME_NONE ? NULL : put(r, v, v->number, rows);

	if (!d)
		return false;
	d->h.time_ms = ms;
	d->time_basis = "condition Progressing updated";
	d->change = "rollback";
	d->current = 1;
	judge(v, d);
	take_previous(r, before, d);
	return true;
}

/* All revisions of one owner, the oldest first. */
static void
put_owner(
    const struct revisions *r, const struct revision *from, const struct revision *to, struct ir_change_rows *rows)
{
	for (const struct revision *v = from; v < to; v++) {
		int64_t first =
		    v->set ? -1 : number_of(annotation(v->item, "deployment.kubernetes.io/revision-history"));
		struct ir_deploy *d = put(r, v, first >= 0 ? first : v->number, rows);
		const struct revision *before;
		bool again;

		if (!d)
			return;
		take_previous(r, v > from ? v - 1 : NULL, d);
		if (!is_current(v))
			continue;
		before = undone(from, to, v);
		again = first >= 0 || (before && before->created_ms > v->created_ms);
		if (again && put_undo(r, v, before, rows))
			continue;
		d = &rows->v[rows->n - 1];
		d->current = 1;
		judge(v, d);
		if (again)
			d->time_basis = v->set ? "controllerrevision created, before an undo"
					       : "replicaset created, before an undo";
	}
}

int
ir_change_kubectl_rows(
    const char *text, size_t n, const char *service, bool all, struct ir_change_rows *rows, struct ir_err *err)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(text, n), *owners = json_object();
	const json_t *items = json_object_get(root, "items");
	struct revisions r = { .arena = rows->arena, .owners = owners, .service = service, .all = all };

	if (!json_is_array(items))
		return ir_fail(err, IR_BACKEND, "what kubectl prints is %s", root ? "no list" : "not JSON");
	index_owners(&r, items);
	r.v = IR_NEW_N(r.arena, struct revision, json_array_size(items) + 1);
	for (size_t i = 0; i < json_array_size(items); i++)
		take(&r, json_array_get(items, i));
	qsort(r.v, r.n, sizeof(*r.v), by_creation);
	for (size_t i = 0, j; i < r.n; i = j) {
		for (j = i + 1; j < r.n && strcmp(r.v[i].key, r.v[j].key) == 0;)
			j++;
		put_owner(&r, r.v + i, r.v + j, rows);
	}
	return 0;
}

/* ---- the source */

struct kubectl {
	struct ir_change_source *source;
	struct ir_program program;
	const char *place; /* "kubernetes://CONTEXT/" */
};

static void
tell(struct kubectl *k, struct ir_err *err)
{
	if (k->program.head.full)
		ir_hint(err, "narrow it down by namespace and selector");
	ir_change_fault(k->source, k->source->service, k->place, err);
}

/* Where one kind may not be looked at, kubectl tells so, and prints the others. */
static void
on_end(void *arg, struct ir_program *p)
{
	struct kubectl *k = arg;
	struct ir_change_source *s = k->source;
	struct ir_change_rows rows = { .arena = s->look->ctx->arena };
	struct ir_err err = IR_ERR_INIT, why = IR_ERR_INIT;
	bool bad = ir_change_ran(rows.arena, p, "kubectl", &err) < 0;

	if (ir_change_kubectl_rows(
		p->head.data, p->head.len, s->service, ir_change_key(s, "selector") != NULL, &rows, &why) < 0 &&
	    !bad) {
		err = why;
		bad = true;
	}
	for (size_t i = 0; i < rows.n; i++)
		rows.v[i].h.subject = ir_asprintf(rows.arena, "%s%s", k->place, rows.v[i].h.subject);
	ir_change_put_all(s, &rows);
	if (bad)
		tell(k, &err);
	ir_program_done(p);
	ir_change_done(s);
}

static void
add(struct ir_change_source *s, struct ir_list *argv, const char *option, const char *key)
{
	const char *v = ir_change_key(s, key);

	if (v)
		ir_list_add(s->look->ctx->arena, argv, ir_asprintf(s->look->ctx->arena, "%s=%s", option, v));
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	static const char *const args[] = { "kubectl", "get",
		"deployments,statefulsets,replicasets,controllerrevisions", "--output=json" };
	struct kubectl *k = IR_NEW(s->look->ctx->arena, struct kubectl);
	struct ir_list argv = { NULL, 0, 0 };

	s->priv = k;
	k->source = s;
	k->place = ir_change_place(s, "kubernetes");
	k->program.ended = on_end;
	k->program.arg = k;
	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		ir_list_add(s->look->ctx->arena, &argv, args[i]);
	add(s, &argv, "--context", "context");
	add(s, &argv, "--namespace", "namespace");
	add(s, &argv, "--selector", "selector");
	return ir_change_run(s, &k->program, (char *const *)(uintptr_t)argv.v, NULL, NULL, OUTPUT_MAX, err);
}

static void
stop(struct ir_change_source *s)
{
	struct kubectl *k = s->priv;

	if (k)
		ir_change_end(&k->program);
}

const struct ir_change_ops ir_change_kubectl = {
	.name = "kubectl",
	.start = start,
	.stop = stop,
};
