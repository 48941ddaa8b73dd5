/* look - the pagers of a run: which there are, all asked at once, each with what it said */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pager/alertmanager_amtool.h"
#include "pager/pager.h"

enum { PAGERS_MAX = 64 };

const char *
ir_pager_key(const struct ir_pager *p, const char *key)
{
	const struct ir_value *v = ir_conf_value(p->section, key);

	return v ? v->text : NULL;
}

/* ---- which there are */

static const struct ir_pager_ops *
find_ops(const char *name)
{
	for (size_t i = 0; ir_pagers[i]; i++)
		if (strcmp(ir_pagers[i]->name, name) == 0)
			return ir_pagers[i];
	return NULL;
}

static struct ir_pager *
add(struct ir_pager_look *look, const struct ir_pager_ops *ops, const char *name, const char *origin)
{
	struct ir_pager *p = &look->v[look->n];

	if (look->n == PAGERS_MAX || !ops)
		return NULL;
	look->n++;
	*p = (struct ir_pager){ .ops = ops, .name = name, .origin = origin, .look = look };
	return p;
}

/* Without query and last slash. */
static int
add_url(struct ir_pager *p, const char *url, struct ir_err *err)
{
	size_t n = strcspn(url, "?#");

	if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
		return ir_fail(err, IR_CONFIG, "'%s': a pager is asked by http:// or https://", url);
	while (n > 8 && url[n - 1] == '/')
		n--;
	ir_list_add(p->look->ctx->arena, &p->urls, ir_strndup(p->look->ctx->arena, url, n));
	return 0;
}

static int
take_urls(struct ir_pager *p, struct ir_err *err)
{
	const struct ir_list *urls = ir_conf_list(p->section, "url");

	for (size_t i = 0; i < urls->n; i++)
		if (add_url(p, urls->v[i], err) < 0)
			return -1;
	if (urls->n == 0 && p->ops->url)
		return add_url(p, p->ops->url, err);
	if (urls->n == 0 && p->ops != &ir_pager_command) {
		ir_fail(err, IR_CONFIG, "pager '%s' has no url", p->name);
		return ir_hint(err, "add url = https://HOST, where its API is");
	}
	return 0;
}

static int
take_section(struct ir_pager_look *look, const struct ir_section *s, struct ir_err *err)
{
	struct ir_ctx *ctx = look->ctx;
	const char *type = ir_conf_str(s, "pager", "type");
	struct ir_pager *p;

	if (!type)
		type = ir_conf_value(s, "command") ? "command" : "alertmanager";
	p = add(look, find_ops(type), s->name, ir_conf_origin(ctx->arena, s->file, s->line));
	if (!p)
		return ir_fail(err, IR_CONFIG, "more than %d pagers, or one of a type that is not known", PAGERS_MAX);
	p->section = s;
	p->user = ir_pager_key(p, "user");
	if (ir_secret_conf(ctx, s, "password", &p->password, err) < 0 ||
	    ir_secret_conf(ctx, s, "token", &p->token, err) < 0)
		return -1;
	if (take_urls(p, err) < 0 || (p->ops->check && p->ops->check(ctx, s, err) < 0))
		return ir_wrap(err, "%s", p->origin);
	return 0;
}

static bool
has_type(const struct ir_pager_look *look, const char *type)
{
	for (size_t i = 0; i < look->n; i++)
		if (strcmp(look->v[i].ops->name, type) == 0)
			return true;
	return false;
}

static const char *
variable(const char *name)
{
	const char *s = getenv(name);

	return s && *s ? s : NULL;
}

static int
take_alertmanager_url(struct ir_pager_look *look, struct ir_err *err)
{
	const char *url = variable("ALERTMANAGER_URL");
	struct ir_pager *p;

	if (!url || has_type(look, "alertmanager"))
		return 0;
	if (ir_url_has_password(url)) {
		ir_fail(err, IR_CONFIG, "ALERTMANAGER_URL holds a password");
		return ir_hint(err, "write [pager \"main\"] with url, user and password-file into ir.conf");
	}
	p = add(look, find_ops("alertmanager"), "alertmanager", "ALERTMANAGER_URL");
	return !p ? 0 : add_url(p, url, err) < 0 ? ir_wrap(err, "ALERTMANAGER_URL") : 0;
}

static int
take_pagerduty_token(struct ir_pager_look *look, struct ir_err *err)
{
	const char *token = variable("PAGERDUTY_TOKEN");
	struct ir_pager *p;

	if (!token || has_type(look, "pagerduty"))
		return 0;
	p = add(look, find_ops("pagerduty"), "pagerduty", "PAGERDUTY_TOKEN");
	if (!p)
		return 0;
	ir_secret_set(&p->token, token, strlen(token));
	return add_url(p, p->ops->url, err);
}

/* As amtool would ask. Its author is who acks, unless IR_WHO says so. */
static int
take_amtool(struct ir_pager_look *look, struct ir_err *err)
{
	struct ir_amtool t;
	int found = look->n ? 0 : ir_alertmanager_amtool(look->ctx, &t, err);
	struct ir_pager *p;

	if (found <= 0) {
		if (!look->n)
			ir_amtool_done(&t);
		return found;
	}
	p = add(look, find_ops("alertmanager"), "alertmanager", t.origin);
	p->user = t.password.len || !t.author || variable("IR_WHO") ? t.user : t.author;
	p->password = t.password;
	p->token = t.token;
	p->ca_file = t.ca_file;
	p->cert_file = t.cert_file;
	p->key_file = t.key_file;
	p->insecure = t.insecure;
	return add_url(p, t.url, err) < 0 ? ir_wrap(err, "%s", t.origin) : 0;
}

static int
take_all(struct ir_pager_look *look, struct ir_err *err)
{
	const struct ir_conf *conf = look->ctx->conf;

	for (size_t i = 0; i < conf->n; i++)
		if (strcmp(conf->v[i].type->name, "pager") == 0 && take_section(look, &conf->v[i], err) < 0)
			return -1;
	if (take_alertmanager_url(look, err) < 0 || take_pagerduty_token(look, err) < 0 || take_amtool(look, err) < 0)
		return -1;
	if (look->n)
		return 0;
	ir_fail(err, IR_BACKEND, "no pager is configured");
	return ir_hint(err, "write [pager \"main\"] and url = http://HOST:9093 into ir.conf, or set ALERTMANAGER_URL");
}

/* Only those that were named. */
static int
keep_named(struct ir_pager_look *look, struct ir_err *err)
{
	const struct ir_list *names = look->q.names;
	size_t n = 0;

	for (size_t i = 0; names && i < names->n; i++) {
		size_t k = 0;

		while (k < look->n && strcmp(look->v[k].name, names->v[i]) != 0)
			k++;
		if (k == look->n) {
			ir_fail(err, IR_USAGE, "there is no pager '%s'", names->v[i]);
			return ir_hint(err, "see the sections [pager] of ir.conf");
		}
	}
	for (size_t i = 0; i < look->n; i++) {
		if (names && names->n && !ir_list_has(names, look->v[i].name)) {
			ir_secret_done(&look->v[i].password);
			ir_secret_done(&look->v[i].token);
			continue;
		}
		look->v[n++] = look->v[i];
	}
	look->n = n;
	return 0;
}

int
ir_pager_begin(struct ir_ctx *ctx, const struct ir_pager_query *q, struct ir_pager_look *look, struct ir_err *err)
{
	*look = (struct ir_pager_look){ .ctx = ctx, .q = *q };
	look->v = IR_NEW_N(ctx->arena, struct ir_pager, PAGERS_MAX);
	if (take_all(look, err) < 0 || keep_named(look, err) < 0)
		return -1;
	return ir_pager_rules_read(look, err);
}

/* ---- the list */

struct ir_alert *
ir_pager_add(struct ir_pager *p)
{
	struct ir_arena *arena = p->look->ctx->arena;

	if (p->n >= IR_PAGER_ALERTS) {
		p->cut = true;
		return NULL;
	}
	if (p->n == p->size) {
		struct ir_alert **v = IR_NEW_N(arena, struct ir_alert *, 2 * p->size + 64);

		if (p->n)
			memcpy(v, p->alerts, p->n * sizeof(*v));
		p->size = 2 * p->size + 64;
		p->alerts = v;
	}
	p->alerts[p->n] = IR_NEW(arena, struct ir_alert);
	ir_row_init(&ir_kind_alert, p->alerts[p->n]);
	return p->alerts[p->n++];
}

void
ir_pager_listed(struct ir_pager *p, const struct ir_err *err)
{
	p->listing = false;
	if (err)
		p->err = *err;
}

void
ir_pager_acted(struct ir_pager *p, const struct ir_err *err)
{
	p->acting = false;
	if (err)
		p->act_err = *err;
}

static bool
is_wanted(const struct ir_pager *p, const struct ir_alert *a)
{
	return ir_pager_wants(p, a) && !(p->look->q.mine && a->mine == 0);
}

static void
tell(struct ir_pager *p)
{
	struct ir_alert **all = IR_NEW_N(p->look->ctx->arena, struct ir_alert *, p->n + 1);
	size_t n = 0, left_out = p->n;

	for (size_t i = 0; i < p->n; i++) {
		ir_pager_tell(p, p->alerts[i]);
		all[is_wanted(p, p->alerts[i]) ? n++ : --left_out] = p->alerts[i];
	}
	p->alerts = all;
	p->n_left_out = p->n - n;
	p->n = n;
	if (p->cut && !p->err.code)
		ir_fail(&p->err, IR_BACKEND, "pager '%s' has more than %d open alerts: the rest is not shown", p->name,
		    IR_PAGER_ALERTS);
}

int
ir_pager_list(struct ir_pager_look *look, struct ir_err *err)
{
	int rc;

	for (size_t i = 0; i < look->n; i++) {
		struct ir_pager *p = &look->v[i];

		p->n = p->size = p->n_left_out = 0;
		p->alerts = NULL;
		p->priv = NULL; /* of the arena of the turn before */
		p->cut = false;
		p->err = (struct ir_err)IR_ERR_INIT;
		p->listing = true;
		if (p->ops->list(p, &p->err) < 0)
			p->listing = false;
	}
	rc = ir_loop_run(look->ctx->loop, look->q.progress, look->q.progress_arg);
	for (size_t i = 0; i < look->n; i++) {
		struct ir_pager *p = &look->v[i];

		if (p->listing) {
			p->ops->stop(p);
			p->listing = false;
			ir_fail(&p->err, IR_BACKEND, "pager '%s' did not tell all within the deadline", p->name);
			ir_hint(&p->err, "give it more time with -T");
		}
		tell(p);
	}
	return rc == 2 ? ir_fail(err, IR_INTERRUPTED, "interrupted") : 0;
}

/* ---- acts */

/* What nobody told about. */
static void
leave_unknown(struct ir_pager *p)
{
	for (size_t i = 0; i < p->job->n; i++) {
		struct ir_pager_item *it = &p->job->items[i];

		if (it->status != IR_STATUS_PLANNED)
			continue;
		it->status = IR_STATUS_UNKNOWN;
		it->reason = p->act_err.code ? ir_strdup(p->look->ctx->arena, p->act_err.msg)
					     : "the deadline came before it was known";
	}
}

void
ir_pager_act(struct ir_pager_look *look)
{
	for (size_t i = 0; i < look->n; i++) {
		struct ir_pager *p = &look->v[i];

		p->act_err = (struct ir_err)IR_ERR_INIT;
		p->acting = p->job && p->job->n_steps > 0;
		if (p->acting && p->ops->act(p, p->job, &p->act_err) < 0)
			p->acting = false;
	}
	ir_loop_run(look->ctx->loop, look->q.progress, look->q.progress_arg);
	for (size_t i = 0; i < look->n; i++) {
		struct ir_pager *p = &look->v[i];

		if (p->acting)
			p->ops->stop(p);
		p->acting = false;
		if (p->job)
			leave_unknown(p);
	}
}

void
ir_pager_done(struct ir_pager_look *look)
{
	for (size_t i = 0; i < look->n; i++) {
		ir_secret_done(&look->v[i].password);
		ir_secret_done(&look->v[i].token);
	}
	ir_pager_rules_done(look);
}
