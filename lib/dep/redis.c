/* redis - a Redis or Valkey that a URL leads to */
#include "dep/redis_look.h"

struct redis {
	struct ir_redis_url url;
	struct ir_redis_look look;
	ir_dep_done *done;
};

static const struct ir_section *
tls_section(struct ir_ctx *ctx, const struct ir_dep *dep)
{
	/* a queue in a cache that is named is reached as that is */
	const struct ir_value *cache = ir_conf_value(dep->section, "cache");

	return cache && ctx->conf ? ir_conf_section(ctx->conf, "cache", cache->text) : dep->section;
}

static void
take_str(const struct ir_section *s, const char *key, const char **ret)
{
	const struct ir_value *v = ir_conf_value(s, key);

	if (v)
		*ret = v->text;
}

/* The section's keys are before the URL's. */
static int
take_tls(struct ir_ctx *ctx, struct ir_dep *dep, struct ir_redis_url *u, struct ir_err *err)
{
	const struct ir_section *s = tls_section(ctx, dep);
	const struct ir_value *insecure = ir_conf_value(s, "insecure");

	take_str(s, "ca-file", &u->ca_file);
	take_str(s, "client-cert", &u->cert_file);
	take_str(s, "client-key", &u->key_file);
	if (insecure)
		u->insecure = ir_conf_int(s, s->type->name, "insecure") == 1;
	if (u->key_file && !u->cert_file)
		return ir_fail(err, IR_CONFIG, "client-key without client-cert");
	return 0;
}

int
ir_redis_prepare(struct ir_ctx *ctx, struct ir_dep *dep, struct ir_redis_url *u, struct ir_err *err)
{
	const char *url = ir_secret_reveal(&dep->url);

	if (!url)
		return ir_fail(err, IR_CONFIG, "no url");
	if (ir_redis_url_parse(ctx->arena, url, u, err) < 0)
		return -1;
	if (take_tls(ctx, dep, u, err) < 0) {
		ir_redis_url_done(u);
		return -1;
	}
	if (dep->password.len)
		ir_secret_set(&u->password, ir_secret_reveal(&dep->password), dep->password.len);
	dep->host = u->host;
	dep->port = u->port;
	dep->socket = u->unix_path;
	dep->subject = u->subject;
	return 0;
}

void
ir_redis_req_of(const struct ir_dep *dep, const struct ir_redis_url *u, struct ir_redis_req *ret)
{
	*ret = (struct ir_redis_req){ .host = u->host,
		.port = u->port,
		.unix_path = u->unix_path,
		.resolve = &dep->resolve,
		.user = u->user,
		.password = &u->password,
		.db = u->db,
		.tls = u->tls,
		.ca_file = u->ca_file,
		.cert_file = u->cert_file,
		.key_file = u->key_file,
		.insecure = u->insecure };
}

static int
prepare(struct ir_ctx *ctx, struct ir_dep *dep, struct ir_err *err)
{
	struct redis *r = IR_NEW(ctx->arena, struct redis);

	if (ir_redis_prepare(ctx, dep, &r->url, err) < 0)
		return -1;
	dep->priv = r;
	return 0;
}

static void
on_done(struct ir_redis_look *l)
{
	struct redis *r = l->dep->priv;

	r->done(l->dep);
}

static int
start(struct ir_dep *dep, int64_t at_us, ir_dep_done *done, struct ir_err *err)
{
	struct redis *r = dep->priv;

	r->done = done;
	r->look = (struct ir_redis_look){ .dep = dep, .at_us = at_us, .what = "", .also = "", .done = on_done };
	ir_redis_req_of(dep, &r->url, &r->look.req);
	return ir_redis_look_start(&r->look, err);
}

static void
stop(struct ir_dep *dep)
{
	struct redis *r = dep->priv;

	ir_redis_look_stop(&r->look);
}

static void
done(struct ir_dep *dep)
{
	struct redis *r = dep->priv;

	ir_redis_url_done(&r->url);
}

const struct ir_dep_ops ir_dep_redis = {
	.name = "redis",
	.schemes = ir_redis_schemes,
	.measures = ir_redis_measures,
	.files = 1,
	.prepare = prepare,
	.start = start,
	.stop = stop,
	.done = done,
};
