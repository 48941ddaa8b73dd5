/* read - one JSON object that somebody else wrote about a deploy */
#include "base/cleanup.h"
#include "change/parse.h"
#include "conf/secret.h"

enum { OBJECT_MAX = 256 << 10 };

#define AT(member) offsetof(struct ir_deploy, member)
static const struct member {
	size_t at;
	const char *names[4];
} texts[] = {
	{ AT(h.service), { "service" } },
	{ AT(h.env), { "environment" } },
	{ AT(revision), { "revision", "commit", "sha" } },
	{ AT(version), { "version", "tag" } },
	{ AT(image), { "image" } },
	{ AT(image_id), { "image_id" } },
	{ AT(author), { "author", "user", "by" } },
	{ AT(message), { "message", "description" } },
	{ AT(url), { "url" } },
	{ AT(outcome), { "status" } },
	{ AT(change), { "change" } },
}, times[] = {
	{ AT(started_ms), { "started", "started_at" } },
	{ AT(finished_ms), { "finished", "finished_at" } },
	{ AT(h.time_ms), { "time", "deployed_at", "timestamp", "created_at" } },
};
#undef AT

/* The first of its names that is there and not null; *name is that one. */
static const json_t *
find(const json_t *o, const struct member *m, const char **name)
{
	for (size_t i = 0; i < sizeof(m->names) / sizeof(m->names[0]) && m->names[i]; i++) {
		const json_t *v = json_object_get(o, *name = m->names[i]);

		if (v && !json_is_null(v))
			return v;
	}
	return NULL;
}

static int
take_texts(struct ir_arena *arena, const json_t *o, struct ir_deploy *d, struct ir_err *err)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *name;
		const json_t *v = find(o, &texts[i], &name);

		if (!v)
			continue;
		if (!json_is_string(v))
			return ir_fail(err, IR_DATA, "'%s' is not text", name);
		*(const char **)((char *)d + texts[i].at) = ir_foreign_text(arena, o, name);
	}
	return 0;
}

static int
take_times(const json_t *o, struct ir_deploy *d, struct ir_err *err)
{
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const char *name;
		const json_t *v = find(o, &times[i], &name);
		int64_t ms = v ? ir_foreign_time(v) : IR_TIME_NONE;

		if (!v)
			continue;
		if (ms == IR_TIME_NONE) {
			ir_fail(err, IR_DATA, "'%s' is not a time", name);
			return ir_hint(err, "write it as 2026-02-01T02:12:44Z, or as seconds since 1970");
		}
		*(int64_t *)((char *)d + times[i].at) = ms;
	}
	return 0;
}

/* What is left to be known of it, and whether it makes sense. */
static int
judge(struct ir_arena *arena, struct ir_deploy *d, struct ir_err *err)
{
	static const char *const changes[] = { "deploy", "rollback", "restart", "config", "scale", NULL };

	if (d->change && ir_name_index(changes, d->change) < 0)
		return ir_fail(err, IR_DATA, "'change' is none of deploy, rollback, restart, config, scale");
	if (d->outcome && !(d->outcome = ir_change_outcome(d->outcome)))
		d->outcome = "unknown";
	if (d->h.time_ms == IR_TIME_NONE)
		d->h.time_ms = d->finished_ms != IR_TIME_NONE ? d->finished_ms : d->started_ms;
	if (d->h.time_ms == IR_TIME_NONE) {
		ir_fail(err, IR_DATA, "it has no time");
		return ir_hint(err, "give each deploy a \"time\"");
	}
	if (!d->change)
		d->change = "deploy";
	if (d->url)
		d->url = ir_url_redact(arena, d->url);
	return 0;
}

int
ir_change_read(struct ir_arena *arena, const char *text, size_t n, struct ir_deploy *ret, struct ir_err *err)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = n <= OBJECT_MAX ? ir_foreign_json(text, n) : NULL;

	ir_row_init(&ir_kind_deploy, ret);
	if (n > OBJECT_MAX)
		return ir_fail(err, IR_DATA, "it is longer than %d KiB", OBJECT_MAX >> 10);
	if (!o)
		return ir_fail(err, IR_DATA, "it is not JSON");
	if (!json_is_object(o))
		return ir_fail(err, IR_DATA, "it is JSON, but not an object");
	if (take_texts(arena, o, ret, err) < 0 || take_times(o, ret, err) < 0)
		return -1;
	return judge(arena, ret, err);
}
