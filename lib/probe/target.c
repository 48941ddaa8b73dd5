/* target - targets from ir.conf and from operands */

#include <stdarg.h>

#include "base/num.h"
#include "conf/secret.h"
#include "probe/target.h"
#include "service/service.h"

static const struct ir_probe_ops *const types[] = {
	&ir_probe_http,
	&ir_probe_tcp,
	&ir_probe_tls,
	&ir_probe_command,
	&ir_probe_unit,
	NULL,
};

void
ir_url_split(struct ir_arena *arena, const char *url, struct ir_url *ret)
{
	const char *sep = strstr(url, "://"), *rest = sep ? sep + 3 : url, *end, *at;
	char *scheme = ir_strndup(arena, url, sep ? (size_t)(sep - url) : 0);

	*ret = (struct ir_url){ .scheme = scheme, .host = "" };
	for (; *scheme; scheme++)
		*scheme |= *scheme >= 'A' && *scheme <= 'Z' ? 0x20 : 0;
	end = rest + strcspn(rest, "/?#");
	at = memrchr(rest, '@', (size_t)(end - rest));
	if (at)
		rest = at + 1;
	if (*rest == '[') {
		size_t n = strcspn(rest + 1, "]");

		ret->host = ir_strndup(arena, rest + 1, n);
		rest += n + 1;
		rest += *rest == ']';
	} else {
		size_t n = strcspn(rest, ":/?#");

		ret->host = ir_strndup(arena, rest, n);
		rest += n;
	}
	if (rest >= end)
		return;
	if (*rest != ':' ||
	    ir_parse_int(ir_strndup(arena, rest + 1, (size_t)(end - rest - 1)), 1, 65535, &ret->port, NULL) < 0)
		ret->port = -1;
}

const char *
ir_target_str(const struct ir_target *t, const char *key)
{
	return ir_conf_str(t->section, "check", key);
}

int64_t
ir_target_int(const struct ir_target *t, const char *key)
{
	return ir_conf_int(t->section, "check", key);
}

int
ir_target_fail(struct ir_ctx *ctx, const struct ir_target *t, const char *key, struct ir_err *err, const char *fmt, ...)
{
	const struct ir_value *v = t->section && key ? ir_conf_value(t->section, key) : NULL;
	char *msg;
	va_list ap;

	va_start(ap, fmt);
	msg = ir_vasprintf(ctx->arena, fmt, ap);
	va_end(ap);
	if (!t->section)
		return ir_fail(err, IR_USAGE, "%s", msg);
	ir_fail(err, IR_CONFIG, "[check \"%s\"]: %s%s%s", t->name, v ? key : "", v ? ": " : "", msg);
	return ir_wrap(
	    err, "%s", ir_conf_origin(ctx->arena, v ? v->file : t->section->file, v ? v->line : t->section->line));
}

static struct ir_target *
add(struct ir_ctx *ctx, struct ir_targets *ts)
{
	struct ir_target *t;

	if (ts->n == ts->size) {
		struct ir_target *v = IR_NEW_N(ctx->arena, struct ir_target, ts->size = 2 * ts->size + 16);

		if (ts->n)
			memcpy(v, ts->v, ts->n * sizeof(*v));
		ts->v = v;
	}
	t = &ts->v[ts->n++];
	*t = (struct ir_target){ .service = "", .timeout_ms = INT64_MIN, .retries = INT64_MIN };
	t->row = IR_NEW(ctx->arena, struct ir_check);
	return t;
}

static const struct ir_probe_ops *
type_named(const char *name)
{
	for (size_t i = 0; types[i]; i++) {
		if (strcmp(types[i]->name, name) == 0)
			return types[i];
	}
	return NULL;
}

/* What a URL's scheme or another key says when `type` is not written. */
static const struct ir_probe_ops *
type_told(struct ir_ctx *ctx, const struct ir_target *t)
{
	const char *url = t->url;
	struct ir_url u;

	if (!url)
		return t->section && ir_conf_value(t->section, "command") ? &ir_probe_command
		       : t->section && ir_conf_value(t->section, "unit")  ? &ir_probe_unit
									  : NULL;
	ir_url_split(ctx->arena, url, &u);
	if (strcmp(u.scheme, "https") == 0)
		return &ir_probe_http;
	return type_named(u.scheme);
}

static int
refuse_password(struct ir_ctx *ctx, const struct ir_target *t, struct ir_err *err)
{
	if (!t->url || !ir_url_has_password(t->url))
		return 0;
	ir_target_fail(ctx, t, "url", err, "the URL carries a password: %s", ir_url_redact(ctx->arena, t->url));
	return ir_hint(err,
	    "write user = NAME and password-file = PATH (or password-env = VARIABLE) in a [check] section of ir.conf");
}

/* A check asks one thing. */
static int
refuse_two(struct ir_ctx *ctx, const struct ir_target *t, struct ir_err *err)
{
	static const char *const whats[] = { "url", "command", "unit" };
	const char *first = NULL;

	for (size_t i = 0; t->section && i < sizeof(whats) / sizeof(whats[0]); i++) {
		if (!ir_conf_value(t->section, whats[i]))
			continue;
		if (first)
			return ir_target_fail(ctx, t, whats[i], err, "%s and %s exclude one another", first, whats[i]);
		first = whats[i];
	}
	return 0;
}

/* What every type has, then the type's own. */
static int
prepare(struct ir_ctx *ctx, struct ir_target *t, struct ir_err *err)
{
	if (refuse_password(ctx, t, err) < 0 || refuse_two(ctx, t, err) < 0)
		return -1;
	if (!t->ops)
		t->ops = type_told(ctx, t);
	if (t->ops)
		return t->ops->prepare(ctx, t, err);
	if (t->url)
		ir_target_fail(ctx, t, "url", err, "'%s' is not something to check", t->url);
	else
		ir_target_fail(ctx, t, NULL, err, "it does not say what to check");
	return ir_hint(err, t->section ? "give it a url, a command or a unit"
				       : "write http://, https://, tcp://host:port, tls://host:port or unit:NAME");
}

/* Names by which containers and the like are known: two facts would have one id. */
static bool
is_taken(const char *name)
{
	static const char *const taken[] = { "container", "service", "project", "engine" };
	size_t n = strcspn(name, "/:@");

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (strlen(taken[i]) == n && memcmp(taken[i], name, n) == 0)
			return true;
	}
	return false;
}

static int
add_section(
    struct ir_ctx *ctx, const struct ir_section *s, const char *service, struct ir_targets *ts, struct ir_err *err)
{
	struct ir_target *t = add(ctx, ts);
	const char *type = ir_conf_str(s, "check", "type");

	t->section = s;
	t->name = s->name;
	t->service = service;
	t->origin = ir_conf_origin(ctx->arena, s->file, s->line);
	t->url = ir_conf_str(s, "check", "url");
	t->timeout_ms = ir_conf_int(s, "check", "timeout");
	t->retries = ir_conf_int(s, "check", "retries");
	t->ops = type ? type_named(type) : NULL;
	if (is_taken(t->name)) {
		ir_target_fail(ctx, t, NULL, err, "that is what a container's own check is called");
		return ir_hint(err, "give the check another name");
	}
	return prepare(ctx, t, err);
}

/* The one that is written, else the one that the unit belongs to; "" when there is none. */
static const char *
service_of(const struct ir_conf *conf, const struct ir_section *s)
{
	const char *service = ir_conf_str(s, "check", "service"), *unit = ir_conf_str(s, "check", "unit");

	if (service)
		return service;
	return unit ? ir_service_of_unit(conf, unit) : "";
}

int
ir_targets_conf(struct ir_ctx *ctx, const struct ir_list *services, const struct ir_list *names, struct ir_targets *ts,
    struct ir_list *unmatched, struct ir_err *err)
{
	const struct ir_conf *conf = ctx->conf;

	for (size_t i = 0; conf && i < conf->n; i++) {
		const struct ir_section *s = &conf->v[i];
		const char *service;

		if (strcmp(s->type->name, "check") != 0)
			continue;
		service = service_of(conf, s);
		if (!ir_service_wanted(services, service))
			continue;
		if (names && names->n && !ir_list_has(names, s->name) && !ir_list_has(names, service))
			continue;
		if (add_section(ctx, s, service, ts, err) < 0)
			return -1;
	}
	for (size_t i = 0; names && i < names->n; i++) {
		bool found = false;

		for (size_t k = 0; k < ts->n && !found; k++)
			found = ts->v[k].section &&
				(strcmp(ts->v[k].name, names->v[i]) == 0 || strcmp(ts->v[k].service, names->v[i]) == 0);
		if (!found)
			ir_list_add(ctx->arena, unmatched, names->v[i]);
	}
	return 0;
}

int
ir_targets_operand(struct ir_ctx *ctx, const char *url, struct ir_targets *ts, struct ir_err *err)
{
	struct ir_target *t = add(ctx, ts);

	t->origin = "operand";
	t->url = url;
	t->name = ir_url_redact(ctx->arena, url);
	if (strncmp(url, "unit:", 5) == 0)
		t->ops = &ir_probe_unit;
	return prepare(ctx, t, err);
}
