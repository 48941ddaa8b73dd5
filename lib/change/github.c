/*
 * github - deployments that GitHub knows of
 *
 * A deployment is a request; that it went well is its status "success", whose time is the deploy's. Statuses are asked for of the newest only.
 */
#include "base/cleanup.h"
#include "base/percent.h"
#include "change/forge.h"

enum { STATUSES_OF = 10 };

/* ---- answers */

/* "v1.8.2", not "main" */
static bool
is_version(const char *ref)
{
	return ref && (ref[0] == 'v' ? ref[1] >= '0' && ref[1] <= '9' : ref[0] >= '0' && ref[0] <= '9') &&
	       strchr(ref, '.') != NULL;
}

static void
put(const json_t *o, struct ir_change_rows *rows)
{
	struct ir_arena *arena = rows->arena;
	const char *id = ir_foreign_number(arena, o, "id"), *sha = ir_foreign_text(arena, o, "sha");
	const char *ref = ir_foreign_text(arena, o, "ref"), *task = ir_foreign_text(arena, o, "task");
	const char *where = ir_foreign_text(arena, o, "environment");
	int64_t ms = ir_foreign_time(json_object_get(o, "created_at"));
	struct ir_deploy *d = id && ms != IR_TIME_NONE ? ir_change_row(rows) : NULL;

	if (!d)
		return;
	d->h.time_ms = d->started_ms = ms;
	d->h.env = where;
	d->h.subject = where ? where : "";
	d->time_basis = "deployment requested";
	d->change = task && strstr(task, "rollback") ? "rollback" : "deploy";
	d->revision = ir_change_is_hash(sha) ? sha : NULL;
	d->version = is_version(ref) ? ref : NULL;
	d->author = ir_foreign_text(arena, json_object_get(o, "creator"), "login");
	d->message = ir_foreign_text(arena, o, "description");
	d->outcome = "unknown";
	d->rollout = id;
}

int
ir_change_github_rows(const char *text, size_t n, struct ir_change_rows *rows, struct ir_err *err)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(text, n);

	if (!json_is_array(root)) {
		ir_fail(err, IR_BACKEND, "what answers there is not GitHub");
		return ir_hint(err, "correct url: it is https://HOST/api/v3 of GitHub Enterprise");
	}
	for (size_t i = 0; i < json_array_size(root); i++)
		put(json_array_get(root, i), rows);
	return 0;
}

static const char *
state_of(const json_t *status)
{
	return json_string_value(json_object_get(status, "state"));
}

/* The newest of them, of this state (NULL: of any). */
static const json_t *
newest(const json_t *all, const char *state)
{
	const json_t *found = NULL;
	int64_t newest_ms = IR_TIME_NONE;

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *s = json_array_get(all, i);
		int64_t ms = ir_foreign_time(json_object_get(s, "created_at"));

		/* of the same second the first is the newer */
		if (ms > newest_ms && state_of(s) && (!state || strcmp(state_of(s), state) == 0)) {
			found = s;
			newest_ms = ms;
		}
	}
	return found;
}

int
ir_change_github_statuses(struct ir_arena *arena, const char *text, size_t n, struct ir_deploy *d, struct ir_err *err)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(text, n);
	const json_t *last = newest(root, NULL), *well = newest(root, "success");
	const char *outcome = ir_change_outcome(state_of(last));

	if (!json_is_array(root))
		return ir_fail(err, IR_BACKEND, "what GitHub answers is no list of statuses");
	if (outcome)
		d->outcome = outcome;
	if (well) {
		d->h.time_ms = d->finished_ms = ir_foreign_time(json_object_get(well, "created_at"));
		d->time_basis = "deployment succeeded";
	} else if (outcome && strcmp(outcome, "failed") == 0) {
		d->finished_ms = ir_foreign_time(json_object_get(last, "created_at"));
	}
	d->url = ir_foreign_text(arena, last, "log_url");
	if (!d->url)
		d->url = ir_foreign_text(arena, last, "target_url");
	if (d->url)
		d->url = ir_url_redact(arena, d->url);
	return 0;
}

/* ---- the source */

struct github {
	struct ir_forge forge;
	struct ir_change_rows rows;
	const char *path; /* "/repos/OWNER/NAME/deployments" */
	bool told;        /* that statuses are not to be had */
};

static void
finish(struct github *g)
{
	const char *subject = ir_asprintf(g->rows.arena, "github://%s", ir_change_key(g->forge.source, "github"));

	ir_forge_finish(&g->forge, &g->rows, subject, "/environments/");
}

static void
tell_once(struct github *g, const struct ir_err *err)
{
	if (!g->told)
		ir_forge_fault(&g->forge, err);
	g->told = true;
}

static void
on_statuses(struct ir_forge *f, size_t i, const struct ir_http_res *res, const struct ir_err *why)
{
	struct github *g = f->arg;
	struct ir_err err = IR_ERR_INIT;

	if (why)
		tell_once(g, why);
	else if (ir_change_github_statuses(g->rows.arena, res->body.data, res->body.len, &g->rows.v[i], &err) < 0)
		tell_once(g, &err);
	if (f->open == 0)
		finish(g);
}

static void
on_list(struct ir_forge *f, size_t none, const struct ir_http_res *res, const struct ir_err *why)
{
	struct github *g = f->arg;
	struct ir_err err = IR_ERR_INIT;

	(void)none;
	if (why)
		ir_forge_fault(f, why);
	else if (ir_change_github_rows(res->body.data, res->body.len, &g->rows, &err) < 0)
		ir_forge_fault(f, &err);
	g->rows.cut = !why && ir_http_header(res, "link") && strstr(ir_http_header(res, "link"), "rel=\"next\"");
	for (size_t i = 0; i < g->rows.n && i < STATUSES_OF; i++) {
		const char *path =
		    ir_asprintf(g->rows.arena, "%s/%s/statuses?per_page=30", g->path, g->rows.v[i].rollout);

		if (ir_forge_get(f, path, i, on_statuses, &err) < 0)
			tell_once(g, &err);
	}
	if (f->open == 0)
		finish(g);
}

/* One slash, and of each part what GitHub allows. */
static bool
is_repository(const char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t owner = strspn(s, allowed), name = s[owner] == '/' ? strspn(s + owner + 1, allowed) : 0;

	return owner > 0 && *s != '.' && name > 0 && !s[owner + 1 + name] && strcmp(s + owner + 1, ".") != 0 &&
	       strcmp(s + owner + 1, "..") != 0;
}

static int
check(struct ir_ctx *ctx, const struct ir_section *section, struct ir_err *err)
{
	(void)ctx;
	if (ir_change_need(section, "github", "OWNER/REPOSITORY", err) < 0)
		return -1;
	if (is_repository(ir_conf_str(section, "deploy", "github")))
		return 0;
	ir_fail(err, IR_CONFIG, "github = %s is no repository", ir_conf_str(section, "deploy", "github"));
	return ir_hint(err, "write it as OWNER/REPOSITORY");
}

static const char *
list_path(struct ir_change_source *s, const char *path)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *where = ir_change_key(s, "environment");

	ir_buf_init(&b, 16 << 10);
	ir_buf_addf(&b, "%s?", path);
	if (where) {
		ir_buf_adds(&b, "environment=");
		ir_percent_add(&b, where);
		ir_buf_addc(&b, '&');
	}
	ir_buf_adds(&b, "per_page=30");
	return ir_strdup(s->look->ctx->arena, b.data);
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	struct ir_arena *arena = s->look->ctx->arena;
	struct github *g = IR_NEW(arena, struct github);
	const char *repository = ir_change_key(s, "github");

	if (ir_forge_begin(&g->forge, s, "GitHub", "https://api.github.com", err) < 0)
		return -1;
	s->priv = g;
	g->rows.arena = arena;
	g->forge.arg = g;
	g->forge.asked_for = ir_asprintf(arena, "repository '%s'", repository);
	g->forge.right = "to read deployments";
	ir_list_add(arena, &g->forge.headers, "Accept: application/vnd.github+json");
	ir_list_add(arena, &g->forge.headers, "X-GitHub-Api-Version: 2022-11-28");
	g->path = ir_asprintf(arena, "/repos/%s/deployments", repository);
	if (ir_forge_get(&g->forge, list_path(s, g->path), 0, on_list, err) == 0)
		return 0;
	ir_forge_end(&g->forge);
	return -1;
}

static void
stop(struct ir_change_source *s)
{
	struct github *g = s->priv;

	if (g)
		ir_forge_end(&g->forge);
}

const struct ir_change_ops ir_change_github = {
	.name = "github",
	.check = check,
	.start = start,
	.stop = stop,
};
