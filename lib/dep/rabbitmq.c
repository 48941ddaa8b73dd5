/* rabbitmq - a RabbitMQ, asked by its AMQP port and by its management API at once */
#include "dep/rabbitmq_priv.h"

#include "base/clock.h"
#include "base/num.h"
#include "conf/conf.h"

enum { BODY_MAX = 2 * 1024 * 1024, SMALL_MAX = 256 * 1024 };

static const char *const schemes[] = { "amqp", "amqps", "pyamqp", "librabbitmq", "http", "https", NULL };

static const char *
file_of(const struct ir_dep *dep, const char *key, const char *other)
{
	const char *s = dep->section ? ir_conf_str(dep->section, "queue", key) : NULL;

	return s ? s : other;
}

static int
check_section(const struct ir_dep *dep, struct ir_err *err)
{
	const char *type;

	if (!dep->section)
		return 0;
	if (strcmp(dep->type, "queue") != 0)
		return ir_fail(err, IR_CONFIG, "a RabbitMQ is a [queue]");
	type = ir_conf_str(dep->section, "queue", "type");
	if (!type || strcmp(type, "rabbitmq") == 0 || strcmp(type, "celery") == 0)
		return 0;
	return ir_fail(err, IR_CONFIG, "'%s' keeps no jobs in a RabbitMQ", type);
}

/* The management is where the URL leads, or at the usual port of the AMQP broker's host. */
static const char *
api_of(struct ir_arena *arena, const struct ir_amqp_url *u)
{
	bool six = strchr(u->host, ':');
	int port = u->management ? u->port : u->tls ? IR_RABBITMQ_HTTPS_PORT : IR_RABBITMQ_HTTP_PORT;

	return ir_asprintf(
	    arena, "http%s://%s%s%s:%d", u->tls ? "s" : "", six ? "[" : "", u->host, six ? "]" : "", port);
}

/* The password is the dependency's, which is wiped with it. Without any it is RabbitMQ's own default user, who is let in from loopback only. */
static void
set_user(struct ir_rabbitmq *r)
{
	struct ir_secret *password = &r->dep->password;

	r->user = r->url.user;
	if (!password->len) {
		*password = r->url.password;
		r->url.password = (struct ir_secret){ NULL, 0 };
	}
	ir_secret_done(&r->url.password);
	if (r->user || password->len)
		return;
	r->user = "guest";
	ir_secret_set(password, "guest", 5);
}

static int
prepare(struct ir_ctx *ctx, struct ir_dep *dep, struct ir_err *err)
{
	struct ir_rabbitmq *r = IR_NEW(ctx->arena, struct ir_rabbitmq);
	const char *url = ir_secret_reveal(&dep->url);

	if (check_section(dep, err) < 0)
		return -1;
	if (ir_amqp_url_parse(ctx->arena, url ? url : "", &r->url, err) < 0)
		return -1;
	r->dep = dep;
	r->api = api_of(ctx->arena, &r->url);
	r->use_amqp = !r->url.management;
	set_user(r);
	if (dep->section)
		r->names = *ir_conf_list(dep->section, "name");
	r->ca_file = file_of(dep, "ca-file", r->url.ca_file);
	r->cert_file = file_of(dep, "client-cert", r->url.cert_file);
	r->key_file = file_of(dep, "client-key", r->url.key_file);
	r->insecure = r->url.insecure || (dep->section && ir_conf_int(dep->section, "queue", "insecure") == 1);
	dep->priv = r;
	dep->host = r->url.host;
	dep->port = r->url.port;
	dep->subject = r->url.subject;
	return 0;
}

static void on_answer(void *answer, const struct ir_http_res *res);

static int64_t
left_us(const struct ir_rabbitmq *r)
{
	int64_t left = r->at_us - ir_mono_us();

	return left > 0 ? left : 1;
}

/* -1 with what it cannot be asked for. */
static int
ask(struct ir_rabbitmq *r, size_t which, const char *path, struct ir_err *err)
{
	struct ir_rabbitmq_answer *a = &r->answers[which];
	struct ir_ctx *ctx = r->dep->ctx;
	struct ir_http_req req = { .effect = IR_READ, .no_http2 = true, .timeout_us = left_us(r) };

	req.url = ir_asprintf(ctx->arena, "%s%s", r->api, path);
	req.user = r->user ? r->user : "";
	req.password = &r->dep->password;
	req.resolve = r->dep->resolve;
	req.ca_file = r->ca_file;
	req.cert_file = r->cert_file;
	req.key_file = r->key_file;
	req.insecure = r->insecure;
	req.want_cert = which == IR_RABBITMQ_OVERVIEW;
	req.max_body = which == IR_RABBITMQ_QUEUES ? BODY_MAX : SMALL_MAX;
	a->r = r;
	a->asked = true;
	if (ir_http_send(ctx->loop, &req, on_answer, a, &a->http, err) < 0)
		return -1;
	r->pending++;
	return 0;
}

/* As above, of what is not asked first: that it cannot be is an answer. */
static void
ask_more(struct ir_rabbitmq *r, size_t which, const char *path)
{
	struct ir_err err = IR_ERR_INIT;

	if (ask(r, which, path, &err) == 0)
		return;
	r->answers[which].answered = true;
	r->answers[which].error = IR_HTTP_LOCAL;
	r->answers[which].message = ir_strdup(r->dep->ctx->arena, err.msg);
}

static void
answered(struct ir_rabbitmq *r)
{
	if (--r->pending > 0 || r->stopping)
		return;
	ir_rabbitmq_tell(r);
	r->done(r->dep);
}

static void
on_amqp(void *rabbitmq, const struct ir_amqp_res *res)
{
	struct ir_rabbitmq *r = rabbitmq;

	r->amqp = NULL;
	r->amqp_answered = true;
	r->amqp_res = *res;
	answered(r);
}

/* Exchanges for dead letters that queues of this list name. The default one needs no look. */
static void
ask_exchanges(struct ir_rabbitmq *r)
{
	struct ir_arena *arena = r->dep->ctx->arena;

	for (size_t i = 0; i < r->queues.n; i++) {
		const char *name = r->queues.v[i].dead_exchange;

		if (!name || !*name || ir_list_has(&r->exchanges, name) || r->exchanges.n == IR_RABBITMQ_EXCHANGES)
			continue;
		ask_more(
		    r, IR_RABBITMQ_BINDINGS + r->exchanges.n, ir_rabbitmq_bindings_path(arena, r->url.vhost, name));
		ir_list_add(arena, &r->exchanges, name);
	}
}

/* It lets us in: the rest at once. */
static void
ask_rest(struct ir_rabbitmq *r)
{
	struct ir_arena *arena = r->dep->ctx->arena;

	ask_more(r, IR_RABBITMQ_QUEUES, ir_rabbitmq_queues_path(arena, r->url.vhost, &r->names, r->overview.no_stats));
	if (r->dep->server_told)
		return;
	ask_more(r, IR_RABBITMQ_ALARMS, ir_rabbitmq_alarms_path);
	ask_more(r, IR_RABBITMQ_VHOSTS, ir_rabbitmq_vhosts_path);
	ask_more(r, IR_RABBITMQ_QUORUM, ir_rabbitmq_quorum_path);
	ask_more(r, IR_RABBITMQ_NODES_ASK, ir_rabbitmq_nodes_path);
}

/* A body that is not what it should be: 0, or -1. */
static int
take_body(struct ir_rabbitmq *r, size_t which, const char *body, size_t n)
{
	struct ir_arena *arena = r->dep->ctx->arena;

	switch (which) {
	case IR_RABBITMQ_OVERVIEW:
		r->has_overview = ir_rabbitmq_overview(arena, body, n, &r->overview) == 0;
		if (!r->has_overview)
			return -1;
		if (!r->stopping)
			ask_rest(r);
		return 0;
	case IR_RABBITMQ_NODES_ASK:
		return ir_rabbitmq_nodes(arena, body, n, &r->nodes, &r->nodes_n);
	case IR_RABBITMQ_QUEUES:
		r->has_queues = ir_rabbitmq_queues(arena, body, n, &r->queues) == 0;
		if (!r->has_queues)
			return -1;
		if (!r->stopping)
			ask_exchanges(r);
		return 0;
	default:
		return ir_rabbitmq_bindings(arena, body, n, &r->bound[which - IR_RABBITMQ_BINDINGS]);
	}
}

static void
take_answer(struct ir_rabbitmq *r, size_t which, const struct ir_http_res *res)
{
	struct ir_rabbitmq_answer *a = &r->answers[which];
	struct ir_arena *arena = r->dep->ctx->arena;

	if (which >= IR_RABBITMQ_ALARMS && which <= IR_RABBITMQ_QUORUM) {
		size_t i = which - IR_RABBITMQ_ALARMS;

		r->health[i] = ir_rabbitmq_health(arena, res->status, res->body.data, res->body.len, &r->unwell[i]);
		return;
	}
	if (res->status != 200) {
		a->reason = ir_rabbitmq_reason(arena, res->body.data, res->body.len);
		return;
	}
	if (res->body_cut)
		a->message = "its answer is too long";
	else if (take_body(r, which, res->body.data, res->body.len) < 0)
		a->message = "what answers there is not RabbitMQ's management";
}

static void
on_answer(void *answer, const struct ir_http_res *res)
{
	struct ir_rabbitmq_answer *a = answer;
	struct ir_rabbitmq *r = a->r;
	struct ir_arena *arena = r->dep->ctx->arena;

	a->http = NULL;
	a->answered = true;
	a->error = res->error;
	a->status = res->status;
	a->message = res->error ? ir_strdup(arena, res->message) : NULL;
	a->total_ms = ir_us_to_ms(res->total_us);
	a->address = res->address[0] ? ir_strdup(arena, res->address) : NULL;
	a->tls_version = ir_strdup(arena, res->tls_version);
	a->cert_expires_ms = res->cert_expires_ms;
	if (!res->error)
		take_answer(r, (size_t)(a - r->answers), res);
	answered(r);
}

static int
start_amqp(struct ir_rabbitmq *r, struct ir_err *err)
{
	struct ir_amqp_req req = { .effect = IR_READ, .host = r->url.host, .port = r->url.port, .tls = r->url.tls };

	req.resolve = &r->dep->resolve;
	req.ca_file = r->ca_file;
	req.cert_file = r->cert_file;
	req.key_file = r->key_file;
	req.insecure = r->insecure;
	req.user = r->user;
	req.password = &r->dep->password;
	req.vhost = r->url.vhost;
	req.timeout_us = left_us(r);
	if (ir_amqp_open(r->dep->ctx->loop, &req, on_amqp, r, &r->amqp, err) < 0)
		return -1;
	r->pending++;
	return 0;
}

/* Nothing of the look before is left. */
static void
forget(struct ir_rabbitmq *r)
{
	memset(r->answers, 0, sizeof(r->answers));
	memset(r->bound, 0, sizeof(r->bound));
	r->overview = (struct ir_rabbitmq_overview){ .version = NULL };
	r->exchanges = (struct ir_list){ .n = 0 };
	r->queues = (struct ir_rabbitmq_queues){ .n = 0 };
	r->nodes = NULL;
	r->nodes_n = 0;
	r->amqp = NULL;
	r->amqp_answered = r->has_overview = r->has_queues = r->stopping = false;
	r->pending = 0;
	for (size_t i = 0; i < 3; i++)
		r->health[i] = -1;
}

static int
start(struct ir_dep *dep, int64_t at_us, ir_dep_done *done, struct ir_err *err)
{
	struct ir_rabbitmq *r = dep->priv;

	forget(r);
	r->at_us = at_us;
	r->done = done;
	if (r->use_amqp && start_amqp(r, err) < 0)
		return -1;
	if (r->use_amqp)
		ask_more(r, IR_RABBITMQ_OVERVIEW, ir_rabbitmq_overview_path);
	else if (ask(r, IR_RABBITMQ_OVERVIEW, ir_rabbitmq_overview_path, err) < 0)
		return -1;
	return 0;
}

static void
stop(struct ir_dep *dep)
{
	struct ir_rabbitmq *r = dep->priv;

	r->stopping = true;
	ir_amqp_stop(r->amqp);
	for (size_t i = 0; i < IR_RABBITMQ_ASKS; i++)
		if (r->answers[i].http)
			ir_http_stop(r->answers[i].http);
	ir_rabbitmq_tell(r);
}

const struct ir_dep_ops ir_dep_rabbitmq = {
	.name = "rabbitmq",
	.schemes = schemes,
	.measures = ir_rabbitmq_measures,
	.files = 6,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
