/* ticket - one ticket opened, commented on or closed, and an unclear opening looked up */
#include "channel/ticket.h"

#include <ctype.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/num.h"
#include "base/utf8.h"
#include "channel/text.h"

enum { URL_MAX = 500 };

static const struct ir_ticket_ops *const types[] = { &ir_ticket_github, &ir_ticket_gitlab, &ir_ticket_command, NULL };

const char *
ir_ticket_key(const struct ir_ticket *t, const char *key)
{
	return ir_conf_str(t->section, "ticket", key);
}

/* ---- text */

const char *
ir_ticket_escape(struct ir_arena *arena, const char *s)
{
	static const struct ir_text_form form = { .put = ir_text_markdown };

	return ir_text_fit(arena, ir_text_clean(arena, s, true), &form);
}

const char *
ir_ticket_mark(struct ir_arena *arena, const char *key)
{
	char *safe = ir_strdup(arena, key ? key : "");

	for (char *p = safe; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '.' && !(*p == '-' && p > safe && p[-1] != '-'))
			*p = '_';
	return ir_asprintf(arena, "<!-- ir:%s -->", safe);
}

/* Ours, and Markdown already: only what no text may hold is taken out. */
static const char *
whole(struct ir_arena *arena, const char *text)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t n = text ? strlen(text) : 0;

	ir_buf_init(&b, 1 << 20);
	for (size_t i = 0; i < n;) {
		size_t len = ir_utf8_len(text + i, n - i);
		unsigned char c = (unsigned char)text[i];

		if (len > 1 || (len == 1 && (c >= ' ' || c == '\n' || c == '\t') && c != 0x7f))
			ir_buf_add(&b, text + i, len);
		i += len ? len : 1;
	}
	return ir_strndup(arena, b.data, b.len);
}

const char *
ir_ticket_body(struct ir_arena *arena, const struct ir_ticket_job *job, size_t max)
{
	const char *mark = job->verb == IR_TICKET_OPEN ? ir_ticket_mark(arena, job->key) : "";
	struct ir_text_form f = { .put = ir_text_plain, .chars = max - strlen(mark) - 2 };
	const char *text = ir_text_fit(arena, whole(arena, job->text), &f);

	return *mark ? ir_asprintf(arena, "%s\n\n%s", text, mark) : text;
}

const char *
ir_ticket_title(struct ir_arena *arena, const struct ir_ticket_job *job, size_t max)
{
	struct ir_text_form f = { .put = ir_text_plain, .chars = max };
	const char *title = ir_text_fit(arena, ir_text_clean(arena, job->title, false), &f);

	return *title ? title : "incident";
}

static bool
is_number(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n && n <= 12 && !s[n];
}

/* Of a URL the path has to hold the project, between slashes. */
static const char *
number_of_url(const struct ir_ticket *t, const char *url)
{
	const char *path = strstr(url, "://") + 3, *slash = strrchr(url, '/');
	size_t n = strlen(t->project);

	path += strcspn(path, "/");
	if (strncasecmp(path, "/api/v3/repos/", 14) == 0)
		path += 13;
	if (*path != '/' || !slash || !is_number(slash + 1))
		return NULL;
	/* below a path where the server is not at its host's top */
	for (; *path; path += strcspn(path, "/")) {
		path++;
		if (strncasecmp(path, t->project, n) == 0 && path[n] == '/' && path + n < slash)
			return slash + 1;
	}
	return NULL;
}

const char *
ir_ticket_number(const struct ir_ticket *t, const char *ticket)
{
	const char *hash = ticket ? strrchr(ticket, '#') : NULL;
	size_t n = strlen(t->project);

	if (!ticket)
		return NULL;
	if (strstr(ticket, "://"))
		return number_of_url(t, ticket);
	if (!hash)
		return is_number(ticket) ? ticket : NULL;
	if (hash != ticket && ((size_t)(hash - ticket) != n || strncasecmp(ticket, t->project, n) != 0))
		return NULL;
	return is_number(hash + 1) ? hash + 1 : NULL;
}

/* ---- requests */

int
ir_ticket_base(struct ir_ticket *t, const char *otherwise, struct ir_err *err)
{
	const char *base = ir_ticket_key(t, "url");
	size_t n;

	base = base ? base : otherwise;
	if (strncasecmp(base, "http://", 7) != 0 && strncasecmp(base, "https://", 8) != 0)
		return ir_fail(err, IR_CONFIG, "url of [ticket] is not http:// or https://");
	n = strcspn(base, "?#");
	while (n > 8 && base[n - 1] == '/')
		n--;
	t->base = ir_strndup(t->ctx->arena, base, n);
	return 0;
}

int
ir_ticket_request(struct ir_ticket *t, const char *method, const char *path, json_t *body, struct ir_http_req *req,
    struct ir_err *err)
{
	struct ir_arena *arena = t->ctx->arena;

	*req = (struct ir_http_req){ .effect = body ? IR_WRITE : IR_READ,
		.method = method,
		.url = ir_asprintf(arena, "%s%s", t->base, path),
		.max_body = IR_TICKET_BODY,
		.timeout_us = t->ctx->timeout_ms * 1000 };
	ir_answer_keys(t->section, "ticket", req);
	ir_list_add(arena, &req->headers, "User-Agent: ir");
	if (t->token.len)
		req->bearer = &t->token;
	if (!body)
		return 0;
	ir_list_add(arena, &req->headers, "Content-Type: application/json");
	req->body = ir_answer_dump(arena, body);
	req->body_len = req->body ? strlen(req->body) : 0;
	return req->body ? 0 : ir_fail(err, IR_INTERNAL, "the ticket cannot be written as JSON");
}

/* ---- answers */

__attribute__((format(printf, 4, 5))) static void
set(struct ir_ticket *t, struct ir_ticket_result *r, enum ir_channel_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	r->outcome = outcome;
	va_start(ap, fmt);
	r->why = ir_vasprintf(t->ctx->arena, fmt, ap);
	va_end(ap);
}

static bool
is_spent(const struct ir_http_res *res)
{
	const char *left = ir_http_header(res, "x-ratelimit-remaining");

	return res->status == 429 ||
	       (res->status == 403 && ((left && strcmp(left, "0") == 0) || ir_http_header(res, "retry-after")));
}

static void
spent(struct ir_ticket *t, const struct ir_http_res *res, struct ir_ticket_result *r)
{
	int64_t ms = ir_answer_retry_ms(res);

	if (ms)
		set(t, r, IR_CHANNEL_FAILED, "%s takes no more requests at present (HTTP status %d): wait %s", t->what,
		    res->status, ir_duration_text(t->ctx->arena, (double)(ms / 1000)));
	else
		set(t, r, IR_CHANNEL_FAILED, "%s takes no more requests at present (HTTP status %d)", t->what,
		    res->status);
}

static void
refused(struct ir_ticket *t, const struct ir_http_res *res, struct ir_ticket_result *r)
{
	const char *words = ir_answer_said(t->ctx->arena, res);
	bool token = t->token.len > 0;

	switch (res->status) {
	case 401:
		set(t, r, IR_CHANNEL_REFUSED, "%s %s (HTTP status 401)%s: %s", t->what,
		    token ? "does not know the token" : "wants a token", words,
		    token ? "renew it: it may have expired" : "add token-file, token-command or token-env");
		break;
	case 403:
		set(t, r, IR_CHANNEL_REFUSED,
		    "%s does not allow it (HTTP status 403)%s: give the token the right to write issues of %s", t->what,
		    words, t->project);
		break;
	case 404:
		set(t, r, IR_CHANNEL_REFUSED,
		    "%s knows no %s, or not that ticket, or does not show it (HTTP status 404): correct the name, or "
		    "give the token the right to write its issues",
		    t->what, t->project);
		break;
	case 410:
		set(t, r, IR_CHANNEL_REFUSED,
		    "%s has no issues in %s (HTTP status 410): switch them on there, or name another one", t->what,
		    t->project);
		break;
	default:
		set(t, r, IR_CHANNEL_REFUSED, "%s refuses it with HTTP status %d%s%s", t->what, res->status, words,
		    res->status < 400 ? ": correct url, which leads elsewhere" : "");
	}
}

bool
ir_ticket_well(struct ir_ticket *t, const struct ir_http_res *res, struct ir_ticket_result *r)
{
	if (res->error) {
		set(t, r, ir_answer_unclear(res) ? IR_CHANNEL_UNCLEAR : IR_CHANNEL_FAILED, "%s: %s", t->what,
		    res->message);
		return false;
	}
	r->outcome = IR_CHANNEL_SENT;
	r->why = NULL;
	if (res->status >= 200 && res->status < 300) {
		if (res->body_cut)
			set(t, r, IR_CHANNEL_UNCLEAR, "%s answers with more than %d MiB", t->what,
			    IR_TICKET_BODY >> 20);
		return !res->body_cut;
	}
	if (is_spent(res))
		spent(t, res, r);
	else if (res->status >= 500)
		set(t, r, res->status == 502 || res->status == 504 ? IR_CHANNEL_UNCLEAR : IR_CHANNEL_FAILED,
		    "%s answers with HTTP status %d%s", t->what, res->status, ir_answer_said(t->ctx->arena, res));
	else
		refused(t, res, r);
	return false;
}

/* ---- the job */

struct asked {
	struct ir_ticket *t;
	const struct ir_ticket_job *job;
	struct ir_ticket_result *result;
	const char *found; /* of a search */
	bool searched;     /* it went well */
	bool done;
};

static void
on_answer(void *arg, const struct ir_http_res *res)
{
	struct asked *a = arg;

	a->t->ops->parse(a->t, a->job, res, a->result);
	a->done = true;
}

static void
on_found(void *arg, const struct ir_http_res *res)
{
	struct asked *a = arg;

	a->searched = ir_ticket_well(a->t, res, a->result);
	if (a->searched)
		a->found = a->t->ops->found(a->t, res, ir_ticket_mark(a->t->ctx->arena, a->job->key));
	a->done = true;
}

static int
ask(struct asked *a, const struct ir_http_req *req, ir_http_cb *cb, struct ir_err *err)
{
	struct ir_ctx *ctx = a->t->ctx;
	struct ir_http *http;
	int rc;

	a->done = false;
	if (ir_http_send(ctx->loop, req, cb, a, &http, err) < 0)
		return -1;
	rc = ir_loop_run(ctx->loop, NULL, NULL);
	if (!a->done)
		ir_http_stop(http);
	return rc;
}

static void
failed(struct asked *a, const struct ir_err *err)
{
	set(a->t, a->result, IR_CHANNEL_FAILED, "%s%s%s", err->msg, *err->hint ? ": " : "", err->hint);
}

/* True: the search went well; a->found is what it found. */
static bool
search(struct asked *a)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_http_req req;

	a->searched = false;
	a->found = NULL;
	if (a->t->ops->build_find(a->t, &req, &err) < 0 || ask(a, &req, on_found, &err) < 0)
		failed(a, &err);
	return a->searched;
}

static void
take_found(struct asked *a)
{
	*a->result = (struct ir_ticket_result){ .outcome = IR_CHANNEL_SENT, .ticket = a->found };
}

/* It may have been made, and if so it is one of the newest. */
static void
look_up(struct asked *a)
{
	struct ir_ticket_result first = *a->result;

	if (search(a) && a->found)
		take_found(a);
	else
		*a->result = first;
}

static void
do_forge(struct asked *a)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_http_req req;

	if (a->job->verb == IR_TICKET_OPEN && a->job->repeat) {
		if (!search(a))
			return;
		if (a->found) {
			take_found(a);
			return;
		}
	}
	if (a->t->ops->build(a->t, a->job, &req, &err) < 0 || ask(a, &req, on_answer, &err) < 0) {
		failed(a, &err);
		if (err.code == IR_USAGE)
			a->result->outcome = IR_CHANNEL_REFUSED;
		return;
	}
	if (a->result->outcome == IR_CHANNEL_UNCLEAR && a->job->verb == IR_TICKET_OPEN)
		look_up(a);
}

static const struct ir_ticket_ops *
ops_of(const struct ir_section *s)
{
	const char *type = ir_conf_str(s, "ticket", "type");

	for (size_t i = 0; types[i]; i++)
		if (type ? strcmp(types[i]->name, type) == 0 : ir_channel_has(s, types[i]->name))
			return types[i];
	return NULL;
}

static int
begin(struct ir_ticket *t, struct ir_err *err)
{
	struct ir_ctx *ctx = t->ctx;

	t->section = ctx->conf ? ir_conf_section(ctx->conf, "ticket", "") : NULL;
	t->ops = t->section ? ops_of(t->section) : NULL;
	if (!t->ops) {
		ir_fail(err, IR_CONFIG, "no ticket system is configured");
		return ir_hint(err, "add [ticket] with github, gitlab or command to ir.conf");
	}
	if (t->ops->check(t->section, err) < 0)
		return ir_wrap(err, "%s: [ticket]", ir_conf_origin(ctx->arena, t->section->file, t->section->line));
	if (!ctx->loop && !ir_loop_new(ctx, err))
		return -1;
	return 0;
}

bool
ir_ticket_configured(const struct ir_conf *conf)
{
	const struct ir_section *s = conf ? ir_conf_section(conf, "ticket", "") : NULL;

	return s && ops_of(s);
}

int
ir_ticket_do(struct ir_ctx *ctx, const struct ir_ticket_job *job, struct ir_ticket_result *ret, struct ir_err *err)
{
	struct ir_ticket t = { .ctx = ctx, .what = "it", .project = "" };
	struct asked a = { .t = &t, .job = job, .result = ret };
	int rc = 0;

	*ret = (struct ir_ticket_result){ .outcome = IR_CHANNEL_FAILED };
	if (begin(&t, err) < 0)
		return -1;
	if (ir_effect_allowed(ctx, IR_WRITE, err) < 0 || ir_secret_conf(ctx, t.section, "token", &t.token, err) < 0) {
		failed(&a, err);
		*err = (struct ir_err)IR_ERR_INIT;
	} else if (t.ops->run) {
		rc = t.ops->run(&t, job, ret, err);
	} else {
		do_forge(&a);
	}
	ir_secret_done(&t.token);
	return rc;
}

/* A URL of the web that may be shown. */
const char *
ir_ticket_url(struct ir_ticket *t, const json_t *issue, const char *member)
{
	const char *url = json_string_value(json_object_get(issue, member));

	return url && strlen(url) < URL_MAX && ir_ticket_number(t, url)
		   ? ir_answer_id(t->ctx->arena, url, URL_MAX, ":/.-_~%")
		   : NULL;
}

void
ir_ticket_opened(struct ir_ticket *t, const struct ir_ticket_job *job, const struct ir_http_res *res, const char *url,
    const char *number, const char *base, struct ir_ticket_result *r)
{
	IR_CLEANUP(ir_answer_json_done) json_t *root = ir_answer_json(res);
	json_int_t n = json_integer_value(json_object_get(root, number));

	if (!ir_ticket_well(t, res, r) || job->verb != IR_TICKET_OPEN)
		return;
	r->ticket = ir_ticket_url(t, root, url);
	if (!r->ticket && n > 0)
		r->ticket = ir_asprintf(t->ctx->arena, "%s#%lld", t->project, (long long)n);
	if (r->ticket)
		return;
	r->outcome = IR_CHANNEL_UNCLEAR;
	r->why = ir_asprintf(t->ctx->arena, "what answers there is not %s: correct url, which is %s", t->what, base);
}

const char *
ir_ticket_marked(
    struct ir_ticket *t, const struct ir_http_res *res, const char *mark, const char *text, const char *url)
{
	IR_CLEANUP(ir_answer_json_done) json_t *root = ir_answer_json(res);

	for (size_t i = 0; i < json_array_size(root); i++) {
		const json_t *issue = json_array_get(root, i);
		const char *s = json_string_value(json_object_get(issue, text));

		if (s && strstr(s, mark))
			return ir_ticket_url(t, issue, url);
	}
	return NULL;
}
