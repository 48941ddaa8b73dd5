/* images - one question about the engine's images: the list and the events at once, then the ones that matter in detail */
#include "runtime/images.h"

#include "base/clock.h"
#include "base/percent.h"
#include "net/http.h"
#include "runtime/docker.h"
#include "runtime/reach.h"

struct ask {
	struct ir_images_look *look;
	struct ir_image *image; /* NULL: the list, or the events */
	bool events;
	struct ir_http *http;
	struct ir_buf url;
};

struct ir_images_look {
	struct ir_ctx *ctx;
	const struct ir_engine *engine;
	const char *version;
	bool (*wanted)(void *arg, const struct ir_image *);
	ir_images_cb *cb;
	void *arg;
	struct ask asks[IR_IMAGES_INSPECTED + 2];
	size_t n, active;
	struct ir_images res;
};

static void on_answer(void *, const struct ir_http_res *);

static int
send_one(struct ask *a, size_t max, struct ir_err *err)
{
	struct ir_http_req req;
	struct ir_buf path = a->url;

	ir_runtime_request(a->look->engine, &req, &a->url);
	ir_buf_adds(&a->url, path.data);
	ir_buf_done(&path);
	req.url = a->url.data;
	req.timeout_us = ir_runtime_time_left(a->look->ctx);
	req.max_body = max;
	if (ir_http_send(a->look->ctx->loop, &req, on_answer, a, &a->http, err) < 0) {
		ir_buf_done(&a->url);
		return -1;
	}
	a->look->active++;
	return 0;
}

/* A new question; its path is to be added to url. */
static struct ask *
add(struct ir_images_look *l, struct ir_image *image, bool events)
{
	struct ask *a = &l->asks[l->n++];

	*a = (struct ask){ .look = l, .image = image, .events = events };
	ir_buf_init(&a->url, 4096);
	if (l->version)
		ir_buf_addf(&a->url, "/v%s", l->version);
	return a;
}

static int
ask_list(struct ir_images_look *l, struct ir_err *err)
{
	struct ask *a = add(l, NULL, false);

	ir_buf_adds(&a->url, "/images/json");
	return send_one(a, IR_DOCKER_LIST_MAX, err);
}

/* Up to a time that is past, else the engine waits for what is to come. */
static int
ask_events(struct ir_images_look *l, int64_t until_ms, struct ir_err *err)
{
	struct ask *a = add(l, NULL, true);

	ir_buf_addf(&a->url, "/events?since=0&until=%lld.%03lld000000&filters=", (long long)(until_ms / 1000),
	    (long long)(until_ms % 1000));
	ir_percent_add(&a->url, "{\"type\":[\"container\",\"image\"],\"event\":[\"create\",\"tag\"]}");
	return send_one(a, IR_DOCKER_EVENTS_MAX, err);
}

static void
inspect_some(struct ir_images_look *l)
{
	for (size_t i = 0; i < l->res.n && l->n < IR_IMAGES_INSPECTED + 2; i++) {
		struct ir_image *image = &l->res.v[i];
		struct ask *a;

		if (l->wanted && !l->wanted(l->arg, image))
			continue;
		a = add(l, image, false);
		ir_buf_adds(&a->url, "/images/");
		ir_percent_add(&a->url, image->id);
		ir_buf_adds(&a->url, "/json");
		send_one(a, IR_DOCKER_INSPECT_MAX, NULL);
	}
}

static void
take_list(struct ir_images_look *l, const struct ir_http_res *http)
{
	struct ir_images *r = &l->res;

	if (http->error)
		r->error = IR_BACKEND, ir_fail(&r->err, IR_BACKEND, "the engine's images: %s", http->message);
	else if (http->status != 200)
		r->error = IR_BACKEND,
		ir_fail(&r->err, IR_BACKEND, "the engine's images: it answers %d: %s", http->status,
		    ir_docker_parse_error(l->ctx->arena, http->body.data, http->body.len));
	else if (ir_images_parse(l->ctx->arena, http->body.data, http->body.len, &r->v, &r->n, &r->err) < 0)
		r->error = IR_BACKEND;
	else
		inspect_some(l);
}

static void
on_answer(void *arg, const struct ir_http_res *http)
{
	struct ask *a = arg;
	struct ir_images_look *l = a->look;
	bool good = !http->error && http->status == 200 && !http->body_cut;

	a->http = NULL;
	l->active--;
	ir_buf_done(&a->url);
	if (a->image && good)
		ir_images_parse_one(http->body.data, http->body.len, a->image);
	else if (a->events && !http->error && http->status == 200)
		l->res.n_events =
		    ir_images_parse_events(l->ctx->arena, http->body.data, http->body.len, &l->res.events);
	else if (!a->image && !a->events)
		take_list(l, http);
	if (l->active == 0)
		l->cb(l->arg, &l->res);
}

struct ir_images_look *
ir_images_list(struct ir_ctx *ctx, const struct ir_engine *engine, const char *version, int64_t until_ms,
    bool (*wanted)(void *, const struct ir_image *), ir_images_cb *cb, void *arg, struct ir_err *err)
{
	struct ir_images_look *l = IR_NEW(ctx->arena, struct ir_images_look);

	l->ctx = ctx;
	l->engine = engine;
	l->version = l->res.api_version = version;
	l->wanted = wanted;
	l->cb = cb;
	l->arg = arg;
	if (ask_list(l, err) < 0)
		return NULL;
	ask_events(l, until_ms, NULL);
	return l;
}

void
ir_images_stop(struct ir_images_look *l)
{
	for (size_t i = 0; l && i < l->n; i++) {
		if (!l->asks[i].http)
			continue;
		ir_http_cancel(l->asks[i].http);
		l->asks[i].http = NULL;
		ir_buf_done(&l->asks[i].url);
	}
}
