/* ticket_gitlab - issues of GitLab, of the type incident */
#include "base/cleanup.h"
#include "base/percent.h"
#include "channel/ticket.h"

enum { BODY_CHARS = 1000000, TITLE_CHARS = 250 };

static int
check(const struct ir_section *s, struct ir_err *err)
{
	const char *name = ir_conf_str(s, "ticket", "gitlab");

	if (name && strchr(name, '/') && name[0] != '/' && name[strlen(name) - 1] != '/')
		return 0;
	ir_fail(err, IR_CONFIG, "gitlab is not group/project");
	return ir_hint(err, "add gitlab = GROUP/PROJECT");
}

static int
prepare(struct ir_ticket *t, struct ir_err *err)
{
	t->what = "GitLab";
	t->project = ir_ticket_key(t, "gitlab");
	return ir_ticket_base(t, "https://gitlab.com", err);
}

static int
request(struct ir_ticket *t, const char *method, const char *path, json_t *body, struct ir_http_req *req,
    struct ir_err *err)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 4096);
	ir_buf_adds(&b, "/api/v4/projects/");
	ir_percent_add(&b, t->project);
	ir_buf_addf(&b, "/issues%s", path);
	return ir_ticket_request(t, method, ir_strndup(t->ctx->arena, b.data, b.len), body, req, err);
}

static json_t *
opening(struct ir_ticket *t, const struct ir_ticket_job *job)
{
	const struct ir_list *labels = ir_conf_list(t->section, "label");

	return json_pack("{s:s, s:s, s:s, s:s}", "title", ir_ticket_title(t->ctx->arena, job, TITLE_CHARS),
	    "description", ir_ticket_body(t->ctx->arena, job, BODY_CHARS), "issue_type", "incident", "labels",
	    labels->n ? ir_list_join(t->ctx->arena, labels, "", ",") : "");
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
		return request(t, "POST", ir_asprintf(arena, "/%s/notes", number),
		    json_pack("{s:s}", "body", ir_ticket_body(arena, job, BODY_CHARS)), req, err);
	return request(
	    t, "PUT", ir_asprintf(arena, "/%s", number), json_pack("{s:s}", "state_event", "close"), req, err);
}

static void
parse(struct ir_ticket *t, const struct ir_ticket_job *job, const struct ir_http_res *res, struct ir_ticket_result *r)
{
	ir_ticket_opened(t, job, res, "web_url", "iid", "https://HOST", r);
}

static int
build_find(struct ir_ticket *t, struct ir_http_req *req, struct ir_err *err)
{
	if (prepare(t, err) < 0)
		return -1;
	return request(t, "GET",
	    ir_asprintf(t->ctx->arena, "?scope=all&order_by=created_at&sort=desc&per_page=%d", IR_TICKET_PAGE), NULL,
	    req, err);
}

static const char *
found(struct ir_ticket *t, const struct ir_http_res *res, const char *mark)
{
	return ir_ticket_marked(t, res, mark, "description", "web_url");
}

const struct ir_ticket_ops ir_ticket_gitlab = {
	.name = "gitlab",
	.check = check,
	.build = build,
	.parse = parse,
	.build_find = build_find,
	.found = found,
};
