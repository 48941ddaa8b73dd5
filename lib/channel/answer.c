/* answer - what channels and tickets over HTTP have in common */
#include "channel/answer.h"

#include <ctype.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/utf8.h"
#include "channel/text.h"

enum { SAID_MAX = 200, RETRY_MAX_S = 3600 };

/* ---- requests */

void
ir_answer_keys(const struct ir_section *s, const char *type, struct ir_http_req *req)
{
	if (!s)
		return;
	req->resolve = *ir_conf_list(s, "resolve");
	req->ca_file = ir_conf_str(s, type, "ca-file");
	req->cert_file = ir_conf_str(s, type, "client-cert");
	req->key_file = ir_conf_str(s, type, "client-key");
	req->insecure = ir_conf_int(s, type, "insecure") == 1;
}

const char *
ir_answer_dump(struct ir_arena *arena, json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT);
	const char *copy = text ? ir_strdup(arena, text) : NULL;

	free(text);
	json_decref(j);
	return copy;
}

int
ir_answer_request(struct ir_channel *c, const char *url, json_t *body, struct ir_http_req *req, struct ir_err *err)
{
	struct ir_arena *arena = c->ctx->arena;
	const char *text = ir_answer_dump(arena, body);
	const struct ir_list *headers = c->section ? ir_conf_list(c->section, "header") : NULL;

	*req =
	    (struct ir_http_req){ .effect = IR_WRITE, .method = "POST", .url = url, .secret_url = true, .body = text };
	if (!text)
		return ir_fail(err, IR_INTERNAL, "the post cannot be written as JSON");
	if (!url || (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0))
		return ir_fail(err, IR_CONFIG, "its URL is not http:// or https://");
	req->body_len = strlen(text);
	req->max_body = IR_ANSWER_BODY;
	ir_list_add(arena, &req->headers, "User-Agent: ir");
	ir_list_add(arena, &req->headers, "Content-Type: application/json; charset=utf-8");
	for (size_t i = 0; headers && i < headers->n; i++)
		ir_list_add(arena, &req->headers, headers->v[i]);
	ir_answer_keys(c->section, "channel", req);
	return 0;
}

/* ---- answers */

void
ir_answer_set(
    struct ir_arena *arena, struct ir_channel_result *r, enum ir_channel_outcome outcome, const char *fmt, ...)
{
	va_list ap;

	r->outcome = outcome;
	va_start(ap, fmt);
	r->why = ir_vasprintf(arena, fmt, ap);
	va_end(ap);
}

json_t *
ir_answer_json(const struct ir_http_res *res)
{
	return res->body.len ? json_loadb(res->body.data, res->body.len, 0, NULL) : NULL;
}

const char *
ir_answer_id(struct ir_arena *arena, const char *s, size_t max, const char *also)
{
	size_t n = 0;

	while (s && s[n] && n <= max && (isalnum((unsigned char)s[n]) || strchr(also, s[n])))
		n++;
	return n && n <= max && !s[n] ? ir_strndup(arena, s, n) : NULL;
}

/* The words may lie a step deeper: {"error":{"message":…}} */
static const char *
words_of(const json_t *o)
{
	static const char *const names[] = { "message", "error", "detail", "title", "error_description" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const json_t *v = json_object_get(o, names[i]);
		const char *s = json_string_value(json_is_object(v) ? json_object_get(v, "message") : v);

		if (s && *s)
			return s;
	}
	return NULL;
}

const char *
ir_answer_said(struct ir_arena *arena, const struct ir_http_res *res)
{
	IR_CLEANUP(ir_answer_json_done) json_t *root = ir_answer_json(res);
	IR_CLEANUP(ir_buf_done) struct ir_buf b = { 0 };
	const char *s = words_of(root);
	size_t n;

	if (!s && (root || !res->body.len || res->body.data[0] == '<'))
		return "";
	s = s ? s : res->body.data;
	n = strcspn(s, "\r\n");
	ir_buf_init(&b, 8 * SAID_MAX);
	ir_utf8_escape(&b, s, n < SAID_MAX ? n : ir_utf8_cut(s, n, SAID_MAX));
	return b.len ? ir_asprintf(arena, ": %s", b.data) : "";
}

int64_t
ir_answer_retry_ms(const struct ir_http_res *res)
{
	IR_CLEANUP(ir_answer_json_done) json_t *root = ir_answer_json(res);
	const json_t *v = json_object_get(root, "retry_after");
	const char *after = ir_http_header(res, "retry-after");
	double s = json_is_number(v) ? json_number_value(v) : 0;
	int64_t whole;

	if (s <= 0 && after && ir_parse_int(after, 0, INT64_C(1) << 40, &whole, NULL) == 0)
		s = (double)whole;
	if (!(s > 0))
		return 0;
	return s > RETRY_MAX_S ? RETRY_MAX_S * INT64_C(1000) : (int64_t)(s * 1000) + 1;
}

bool
ir_answer_unclear(const struct ir_http_res *res)
{
	return res->error && res->error != IR_HTTP_LOCAL && res->phase >= IR_HTTP_WAIT;
}

static bool
echoes(const char *words, const struct ir_secret *secret)
{
	enum { SHORTEST = 6 };
	const char *s = ir_secret_reveal(secret), *path = s ? strstr(s, "://") : NULL;

	if (path)
		s = path + 3 + strcspn(path + 3, "/");
	return s && strlen(s) >= SHORTEST && strstr(words, s) != NULL;
}

/* Servers like to repeat what they were asked for. */
static const char *
safe_words(const struct ir_channel *c, const struct ir_http_res *res)
{
	const char *words = ir_answer_said(c->ctx->arena, res);

	return echoes(words, &c->url) || echoes(words, &c->token) ? "" : words;
}

/* Not about the post but about who posts: nothing is wrong with it once that is corrected. */
static bool
is_about_us(int status)
{
	return status == 401 || status == 403 || status == 404 || status == 410 || status == 407 || status < 400;
}

static void
refused(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r, const char *fix)
{
	struct ir_arena *arena = c->ctx->arena;
	const char *words = safe_words(c, res);

	if (res->status < 400)
		ir_answer_set(arena, r, IR_CHANNEL_FAILED,
		    "answers with HTTP status %d: correct its URL, which leads elsewhere", res->status);
	else if (is_about_us(res->status))
		ir_answer_set(arena, r, IR_CHANNEL_FAILED, "answers with HTTP status %d%s: %s", res->status, words,
		    fix ? fix : "correct its URL, or make a new one: it may have been taken back");
	else
		ir_answer_set(arena, r, IR_CHANNEL_REFUSED, "refuses it with HTTP status %d%s", res->status, words);
}

bool
ir_answer_well(struct ir_channel *c, const struct ir_http_res *res, struct ir_channel_result *r, const char *fix)
{
	struct ir_arena *arena = c->ctx->arena;

	if (res->error) {
		ir_answer_set(
		    arena, r, ir_answer_unclear(res) ? IR_CHANNEL_UNCLEAR : IR_CHANNEL_FAILED, "%s", res->message);
		return false;
	}
	r->outcome = IR_CHANNEL_SENT;
	if (res->status >= 200 && res->status < 300)
		return true;
	r->retry_after_ms = ir_answer_retry_ms(res);
	if (res->status == 429 || (res->status == 503 && r->retry_after_ms))
		ir_answer_set(
		    arena, r, IR_CHANNEL_FAILED, "takes no more posts at present (HTTP status %d)", res->status);
	else if (res->status == 502 || res->status == 504)
		ir_answer_set(
		    arena, r, IR_CHANNEL_UNCLEAR, "answers with HTTP status %d, from something before it", res->status);
	else if (res->status >= 500 || res->status == 408 || res->status == 425)
		ir_answer_set(
		    arena, r, IR_CHANNEL_FAILED, "answers with HTTP status %d%s", res->status, safe_words(c, res));
	else
		refused(c, res, r, fix);
	return false;
}

/* ---- posts and sections */

const char *
ir_channel_thread(const struct ir_channel *c, const struct ir_channel_msg *msg)
{
	size_t n = strlen(c->name);
	const char *found = NULL;

	for (size_t i = 0; !msg->first && msg->threads && i < msg->threads->n; i++)
		if (strncmp(msg->threads->v[i], c->name, n) == 0 && msg->threads->v[i][n] == '=')
			found = msg->threads->v[i] + n + 1;
	return found && *found ? found : NULL;
}

bool
ir_channel_has(const struct ir_section *s, const char *key)
{
	return ir_conf_value(s, key) != NULL;
}

int
ir_channel_need_url(struct ir_ctx *ctx, const struct ir_section *s, struct ir_err *err)
{
	(void)ctx;
	if (!s || ir_channel_has(s, "url"))
		return 0;
	ir_fail(err, IR_CONFIG, "the URL of the webhook is missing");
	return ir_hint(err, "add url-file, url-command or url-env: the URL is a secret");
}

json_t *
ir_channel_json(struct ir_arena *arena, const struct ir_channel_msg *m)
{
	json_t *o = json_object();
	char at[IR_TIME_MAX];

	json_object_set_new(o, "v", json_integer(1));
	json_object_set_new(o, "key", json_string(ir_text_clean(arena, m->key, false)));
	json_object_set_new(o, "time", json_string(ir_time_format(at, m->time_ms)));
	json_object_set_new(o, "title", json_string(ir_text_clean(arena, m->title, false)));
	json_object_set_new(o, "text", json_string(ir_text_clean(arena, m->text, true)));
	json_object_set_new(
	    o, "severity", m->severity ? json_string(ir_text_clean(arena, m->severity, false)) : json_null());
	json_object_set_new(
	    o, "incident", m->incident ? json_string(ir_text_clean(arena, m->incident, false)) : json_null());
	json_object_set_new(o, "env", m->env ? json_string(ir_text_clean(arena, m->env, false)) : json_null());
	json_object_set_new(o, "footer", m->footer ? json_string(ir_text_clean(arena, m->footer, false)) : json_null());
	json_object_set_new(o, "first", json_boolean(m->first));
	json_object_set_new(o, "repeat", json_boolean(m->repeat));
	return o;
}
