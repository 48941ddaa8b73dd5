/* gitlab - deployments that GitLab knows of */
#include "base/cleanup.h"
#include "base/percent.h"
#include "change/forge.h"

enum { PAGE = 20 };

/* ---- the answer */

/* When it was done: its job's end, else of one that is over the last change. */
static int64_t
finish_of(const json_t *o, const json_t *job, const char *outcome)
{
	int64_t ms = ir_foreign_time(json_object_get(job, "finished_at"));

	if (ms == IR_TIME_NONE)
		ms = ir_foreign_time(json_object_get(o, "finished_at"));
	if (ms == IR_TIME_NONE && outcome && strcmp(outcome, "running") != 0)
		ms = ir_foreign_time(json_object_get(o, "updated_at"));
	return ms;
}

static void
take_words(struct ir_arena *arena, const json_t *o, const json_t *job, struct ir_deploy *d)
{
	const json_t *user = json_object_get(o, "user");
	const char *ref = ir_foreign_text(arena, o, "ref");

	d->author = ir_foreign_text(arena, user, "username");
	if (!d->author)
		d->author = ir_foreign_text(arena, user, "name");
	d->message = ir_foreign_text(arena, json_object_get(job, "commit"), "title");
	d->url = ir_foreign_text(arena, job, "web_url");
	if (!d->url)
		d->url = ir_foreign_text(arena, json_object_get(job, "pipeline"), "web_url");
	if (d->url)
		d->url = ir_url_redact(arena, d->url);
	if (json_is_true(json_object_get(job, "tag")))
		d->version = ref;
}

static void
put(const json_t *o, struct ir_change_rows *rows)
{
	struct ir_arena *arena = rows->arena;
	const json_t *job = json_object_get(o, "deployable");
	const char *id = ir_foreign_number(arena, o, "id"), *sha = ir_foreign_text(arena, o, "sha");
	const char *where = ir_foreign_text(arena, json_object_get(o, "environment"), "name");
	int64_t ms = ir_foreign_time(json_object_get(o, "created_at"));
	struct ir_deploy *d = id && ms != IR_TIME_NONE ? ir_change_row(rows) : NULL;

	if (!d)
		return;
	d->h.time_ms = d->started_ms = ms;
	d->h.env = where;
	d->h.subject = where ? where : "";
	d->time_basis = "deployment requested";
	d->change = "deploy";
	d->revision = ir_change_is_hash(sha) ? sha : NULL;
	d->outcome = ir_change_outcome(json_string_value(json_object_get(o, "status")));
	d->finished_ms = finish_of(o, job, d->outcome);
	if (d->outcome && strcmp(d->outcome, "succeeded") == 0 && d->finished_ms != IR_TIME_NONE) {
		d->h.time_ms = d->finished_ms;
		d->time_basis = "deployment succeeded";
	}
	if (!d->outcome)
		d->outcome = "unknown";
	d->rollout = id;
	take_words(arena, o, job, d);
}

int
ir_change_gitlab_rows(const char *text, size_t n, struct ir_change_rows *rows, struct ir_err *err)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(text, n);

	if (!json_is_array(root)) {
		ir_fail(err, IR_BACKEND, "what answers there is not GitLab");
		return ir_hint(err, "correct url: it is https://HOST, without /api");
	}
	for (size_t i = 0; i < json_array_size(root); i++)
		put(json_array_get(root, i), rows);
	return 0;
}

/* ---- the source */

static void
on_list(struct ir_forge *f, size_t none, const struct ir_http_res *res, const struct ir_err *why)
{
	struct ir_change_source *s = f->source;
	struct ir_change_rows rows = { .arena = s->look->ctx->arena };
	struct ir_err err = IR_ERR_INIT;

	(void)none;
	if (why)
		ir_forge_fault(f, why);
	else if (ir_change_gitlab_rows(res->body.data, res->body.len, &rows, &err) < 0)
		ir_forge_fault(f, &err);
	rows.cut |= rows.n >= PAGE;
	ir_forge_finish(
	    f, &rows, ir_asprintf(rows.arena, "gitlab://%s", ir_change_key(s, "gitlab")), "/-/environments/");
}

static int
check(struct ir_ctx *ctx, const struct ir_section *section, struct ir_err *err)
{
	const char *project;

	(void)ctx;
	if (ir_change_need(section, "gitlab", "GROUP/PROJECT", err) < 0)
		return -1;
	project = ir_conf_str(section, "deploy", "gitlab");
	/* a number alone is a project's, too */
	if (*project != '/' && (strchr(project, '/') || !project[strspn(project, "0123456789")]) &&
	    project[strlen(project) - 1] != '/' && !strstr(project, "//"))
		return 0;
	ir_fail(err, IR_CONFIG, "gitlab = %s is no project", project);
	return ir_hint(err, "write it as GROUP/PROJECT");
}

static const char *
list_path(struct ir_change_source *s)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *where = ir_change_key(s, "environment");

	ir_buf_init(&b, 16 << 10);
	ir_buf_adds(&b, "/api/v4/projects/");
	ir_percent_add(&b, ir_change_key(s, "gitlab"));
	ir_buf_adds(&b, "/deployments?");
	if (where) {
		ir_buf_adds(&b, "environment=");
		ir_percent_add(&b, where);
		ir_buf_addc(&b, '&');
	}
	ir_buf_addf(&b, "order_by=updated_at&sort=desc&per_page=%d", PAGE);
	return ir_strdup(s->look->ctx->arena, b.data);
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	struct ir_arena *arena = s->look->ctx->arena;
	struct ir_forge *f = IR_NEW(arena, struct ir_forge);

	if (ir_forge_begin(f, s, "GitLab", "https://gitlab.com", err) < 0)
		return -1;
	s->priv = f;
	f->asked_for = ir_asprintf(arena, "project '%s'", ir_change_key(s, "gitlab"));
	f->right = "read_api";
	ir_list_add(arena, &f->headers, "Accept: application/json");
	if (ir_forge_get(f, list_path(s), 0, on_list, err) == 0)
		return 0;
	ir_forge_end(f);
	return -1;
}

static void
stop(struct ir_change_source *s)
{
	if (s->priv)
		ir_forge_end(s->priv);
}

const struct ir_change_ops ir_change_gitlab = {
	.name = "gitlab",
	.check = check,
	.start = start,
	.stop = stop,
};
