/* ticket_github - issues of GitHub */
#include "channel/ticket.h"

enum { BODY_CHARS = 65000, TITLE_CHARS = 250 };

static int
check(const struct ir_section *s, struct ir_err *err)
{
	const char *name = ir_conf_str(s, "ticket", "github");
	const char *slash = name ? strchr(name, '/') : NULL;
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";

	if (slash && slash > name && slash[1] && !strchr(slash + 1, '/') && name[strspn(name, allowed)] == '\0' &&
	    !strstr(name, ".."))
		return 0;
	ir_fail(err, IR_CONFIG, "github is not owner/repository");
	return ir_hint(err, "add github = OWNER/REPOSITORY");
}

static int
prepare(struct ir_ticket *t, struct ir_err *err)
{
	t->what = "GitHub";
	t->project = ir_ticket_key(t, "github");
	return ir_ticket_base(t, "https://api.github.com", err);
}

static int
request(struct ir_ticket *t, const char *method, const char *path, json_t *body, struct ir_http_req *req,
    struct ir_err *err)
{
	if (ir_ticket_request(
		t, method, ir_asprintf(t->ctx->arena, "/repos/%s/issues%s", t->project, path), body, req, err) < 0)
		return -1;
	ir_list_add(t->ctx->arena, &req->headers, "Accept: application/vnd.github+json");
	ir_list_add(t->ctx->arena, &req->headers, "X-GitHub-Api-Version: 2022-11-28");
	return 0;
}

static json_t *
opening(struct ir_ticket *t, const struct ir_ticket_job *job)
{
	const struct ir_list *labels = ir_conf_list(t->section, "label");
	json_t *o = json_object(), *names = json_array();

	json_object_set_new(o, "title", json_string(ir_ticket_title(t->ctx->arena, job, TITLE_CHARS)));
	json_object_set_new(o, "body", json_string(ir_ticket_body(t->ctx->arena, job, BODY_CHARS)));
	for (size_t i = 0; i < labels->n; i++)
		json_array_append_new(names, json_string(labels->v[i]));
	json_object_set_new(o, "labels", names);
	return o;
}

static int
build(struct ir_ticket *t, const struct ir_ticket_job *job, struct ir_http_req *req, struct ir_err *err)
{
	struct ir_arena *arena = t->ctx->arena;
	const char *number;

	if (prepare(t, err) < 0)
		return -1;
	if (job->verb == IR_TICKET_OPEN)
		return request(t, "POST", "", opening(t, job), req, err);
	number = ir_ticket_number(t, job->ticket);
	if (!number)
		return ir_fail(err, IR_USAGE, "'%s' is no issue of %s", job->ticket ? job->ticket : "", t->project);
	if (job->verb == IR_TICKET_COMMENT)
		return request(t, "POST", ir_asprintf(arena, "/%s/comments", number),
		    json_pack("{s:s}", "body", ir_ticket_body(arena, job, BODY_CHARS)), req, err);
	return request(t, "PATCH", ir_asprintf(arena, "/%s", number),
	    json_pack("{s:s, s:s}", "state", "closed", "state_reason", "completed"), req, err);
}

static void
parse(struct ir_ticket *t, const struct ir_ticket_job *job, const struct ir_http_res *res, struct ir_ticket_result *r)
{
	ir_ticket_opened(t, job, res, "html_url", "number", "https://HOST/api/v3 of GitHub Enterprise", r);
}

static int
build_find(struct ir_ticket *t, struct ir_http_req *req, struct ir_err *err)
{
	if (prepare(t, err) < 0)
		return -1;
	return request(t, "GET",
	    ir_asprintf(t->ctx->arena, "?state=all&sort=created&direction=desc&per_page=%d", IR_TICKET_PAGE), NULL, req,
	    err);
}

static const char *
found(struct ir_ticket *t, const struct ir_http_res *res, const char *mark)
{
	return ir_ticket_marked(t, res, mark, "body", "html_url");
}

const struct ir_ticket_ops ir_ticket_github = {
	.name = "github",
	.check = check,
	.build = build,
	.parse = parse,
	.build_find = build_find,
	.found = found,
};
