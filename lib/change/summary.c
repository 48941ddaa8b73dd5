/* summary - a deploy in one line, and how it is */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "change/change.h"

enum { LINE = 400, HASH = 7, ID = 12 };

static bool
is(const char *a, const char *b)
{
	return a && strcmp(a, b) == 0;
}

/* "1.8.2 (155dfed)", "155dfed", "image 0123456789ab" */
static void
add_code(struct ir_buf *b, const char *version, const char *revision, const char *image_id)
{
	const char *hex = image_id && strncmp(image_id, "sha256:", 7) == 0 ? image_id + 7 : image_id;

	if (version && revision)
		ir_buf_addf(b, "%s (%.*s)", version, HASH, revision);
	else if (version || revision)
		ir_buf_addf(b, "%.*s", version ? 60 : HASH, version ? version : revision);
	else if (hex)
		ir_buf_addf(b, "image %.*s", ID, hex);
	else
		ir_buf_adds(b, "something");
}

static void
add_previous(struct ir_buf *b, const struct ir_deploy *d)
{
	if (!d->previous_revision && !d->previous_version && !d->previous_image)
		return;
	ir_buf_adds(b, ", before it ");
	add_code(b, d->previous_version, d->previous_revision, d->previous_image);
	if (d->previous_available == 0)
		ir_buf_adds(b, ", which is gone");
	else if (d->previous_available > 0)
		ir_buf_adds(b, ", which can be had");
}

static void
add_count(struct ir_buf *b, int64_t n, const char *one, const char *many)
{
	if (n >= 0)
		ir_buf_addf(b, ", %lld %s", (long long)n, n == 1 ? one : many);
}

static const char *
state_of(const struct ir_deploy *d)
{
	if (is(d->outcome, "failed"))
		return " failed";
	if (is(d->outcome, "running"))
		return " is under way";
	if (d->health && d->current > 0)
		return is(d->health, "healthy")     ? " runs, healthy"
		       : is(d->health, "unhealthy") ? " is unhealthy"
						    : " is starting";
	return d->current > 0 ? " runs" : "";
}

static const char *
summary_of(struct ir_arena *arena, const struct ir_deploy *d)
{
	struct ir_buf b;
	const char *s;

	ir_buf_init(&b, LINE);
	if (is(d->change, "restart")) {
		ir_buf_addf(&b, "%s was started again, still ", d->container ? d->container : "it");
		add_code(&b, d->version, d->revision, d->image_id);
	} else {
		if (d->change && !is(d->change, "deploy"))
			ir_buf_addf(&b, "%s: ", d->change);
		add_code(&b, d->version, d->revision, d->image_id);
		ir_buf_adds(&b, state_of(d));
		if (d->author)
			ir_buf_addf(&b, ", by %.*s", (int)ir_utf8_cut(d->author, strlen(d->author), 40), d->author);
		add_previous(&b, d);
		add_count(&b, d->commits, "commit", "commits");
		add_count(&b, d->migrations.n ? (int64_t)d->migrations.n : -1, "migration", "migrations");
	}
	if (d->message)
		ir_buf_addf(&b, ": %.*s", (int)ir_utf8_cut(d->message, strlen(d->message), 100), d->message);
	s = ir_strndup(arena, b.data, b.len);
	ir_buf_done(&b);
	return s;
}

static enum ir_status
status_of(const struct ir_deploy *d)
{
	if (is(d->outcome, "failed") || (is(d->health, "unhealthy") && d->current > 0))
		return IR_STATUS_FAIL;
	return is(d->health, "starting") && d->current > 0 ? IR_STATUS_WARN : IR_STATUS_OK;
}

void
ir_change_tell(struct ir_change_look *l)
{
	for (size_t i = 0; i < l->n_deploys; i++) {
		struct ir_deploy *d = &l->deploys[i];

		d->h.summary = summary_of(l->ctx->arena, d);
		d->h.status = status_of(d);
		if (!d->h.subject)
			d->h.subject = ir_asprintf(l->ctx->arena, "deploy:%s", d->h.service);
	}
}
