/* images_name - names that images get, or that are taken from them */
#include "base/percent.h"
#include "net/http.h"
#include "runtime/docker.h"
#include "runtime/images.h"
#include "runtime/reach.h"

enum { ANSWER_MAX = 64 << 10 };

struct naming {
	struct ir_ctx *ctx;
	const struct ir_engine *engine;
	const char *version;
	struct ir_image_name *v;
	size_t n, next;
	ir_images_name_cb *cb;
	void *arg;
	struct ir_buf url;
};

static int send_next(struct naming *, struct ir_err *);

static void
on_answer(void *arg, const struct ir_http_res *http)
{
	struct naming *a = arg;
	const struct ir_image_name *name = &a->v[a->next++];
	struct ir_err err = IR_ERR_INIT;
	/* what is gone already need not be taken away */
	bool good = http->status == (name->id ? 201 : 200) || (!name->id && http->status == 404);

	ir_buf_done(&a->url);
	if (http->error)
		ir_fail(&err, IR_BACKEND, "naming an image %s:%s: %s", name->repository, name->tag, http->message);
	else if (!good)
		ir_fail(&err, IR_BACKEND, "naming an image %s:%s: the engine answers %d: %s", name->repository,
		    name->tag, http->status, ir_docker_parse_error(a->ctx->arena, http->body.data, http->body.len));
	if (err.code || a->next == a->n || send_next(a, &err) < 0)
		a->cb(a->arg, err.code ? &err : NULL);
}

static int
send_next(struct naming *a, struct ir_err *err)
{
	const struct ir_image_name *name = &a->v[a->next];
	struct ir_http_req req;

	ir_runtime_request(a->engine, &req, &a->url);
	if (a->version)
		ir_buf_addf(&a->url, "/v%s", a->version);
	ir_buf_adds(&a->url, "/images/");
	ir_percent_add(&a->url, name->id ? name->id : ir_asprintf(a->ctx->arena, "%s:%s", name->repository, name->tag));
	if (name->id) {
		ir_buf_adds(&a->url, "/tag?repo=");
		ir_percent_add(&a->url, name->repository);
		ir_buf_adds(&a->url, "&tag=");
		ir_percent_add(&a->url, name->tag);
	}
	req.effect = IR_WRITE;
	req.method = name->id ? "POST" : "DELETE";
	req.url = a->url.data;
	req.timeout_us = ir_runtime_time_left(a->ctx);
	req.max_body = ANSWER_MAX;
	if (ir_http_send(a->ctx->loop, &req, on_answer, a, NULL, err) == 0)
		return 0;
	ir_buf_done(&a->url);
	return -1;
}

int
ir_images_name(struct ir_ctx *ctx, const struct ir_engine *engine, const char *version, const struct ir_image_name *v,
    size_t n, ir_images_name_cb *cb, void *arg, struct ir_err *err)
{
	struct naming *a = IR_NEW(ctx->arena, struct naming);

	*a = (struct naming){ .ctx = ctx, .engine = engine, .version = version, .n = n, .cb = cb, .arg = arg };
	a->v = IR_NEW_N(ctx->arena, struct ir_image_name, n);
	memcpy(a->v, v, n * sizeof(*v));
	return send_next(a, err);
}
