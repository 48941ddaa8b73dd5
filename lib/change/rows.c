/* rows - what the parsers of deploys share: rows, and words of others */
#include <strings.h>

#include "change/parse.h"

struct ir_deploy *
ir_change_row(struct ir_change_rows *rows)
{
	struct ir_deploy *w;

	if (rows->n >= IR_CHANGE_DEPLOYS) {
		rows->cut = true;
		return NULL;
	}
	if (rows->n == rows->size) {
		rows->size = 2 * rows->size + 16;
		w = IR_NEW_N(rows->arena, struct ir_deploy, rows->size);
		if (rows->n)
			memcpy(w, rows->v, rows->n * sizeof(*w));
		rows->v = w;
	}
	ir_row_init(&ir_kind_deploy, &rows->v[rows->n]);
	return &rows->v[rows->n++];
}

const char *
ir_change_outcome(const char *word)
{
	static const struct {
		const char *is, *words[12];
	} all[] = {
		{ "succeeded", { "succeeded", "success", "successful", "ok", "done", "finished", "complete",
				   "completed", "deployed", "passed", NULL } },
		{ "failed", { "failed", "failure", "fail", "error", "errored", "aborted", "canceled", "cancelled",
				"timed_out", NULL } },
		{ "running", { "running", "in_progress", "in-progress", "pending", "queued", "started", "created",
				 "waiting", "blocked", "deploying", NULL } },
		{ "replaced",
		    { "replaced", "superseded", "inactive", "rolled_back", "rolled-back", "uninstalled", NULL } },
	};

	for (size_t i = 0; word && i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t j = 0; all[i].words[j]; j++)
			if (strcasecmp(all[i].words[j], word) == 0)
				return all[i].is;
	return NULL;
}

bool
ir_change_is_hash(const char *s)
{
	size_t n = s ? strspn(s, "0123456789abcdef") : 0;

	return n >= 7 && n <= 64 && !s[n];
}

void
ir_change_take_image(struct ir_arena *arena, const char *image, struct ir_deploy *d)
{
	size_t n = strcspn(image, "@");
	const char *slash = memrchr(image, '/', n), *from = slash ? slash : image;
	const char *colon = memrchr(from, ':', n - (size_t)(from - image)), *tag;

	d->image = image;
	if (!colon)
		return;
	tag = ir_strndup(arena, colon + 1, n - (size_t)(colon + 1 - image));
	if (ir_change_is_hash(tag) && strlen(tag) >= 40) {
		if (!d->revision)
			d->revision = tag;
	} else if (!d->version && *tag && strcmp(tag, "latest") != 0) {
		d->version = tag;
	}
}

/* Newest success of its environment? Quadratic, but of a page of an API only. */
static bool
is_newest(const struct ir_change_rows *rows, const struct ir_deploy *d)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct ir_deploy *o = &rows->v[i];

		if (o != d && o->outcome && strcmp(o->outcome, "succeeded") == 0 && o->h.time_ms > d->h.time_ms &&
		    strcmp(o->h.subject, d->h.subject) == 0)
			return false;
	}
	return true;
}

void
ir_change_mark_current(struct ir_change_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct ir_deploy *d = &rows->v[i];

		if (d->outcome && strcmp(d->outcome, "succeeded") == 0)
			d->current = is_newest(rows, d);
	}
}
