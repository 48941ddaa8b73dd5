/* timeline_runs - what is known of the runs that records come from */
#include <string.h>

#include "incident/timeline_priv.h"

enum { RUNS_MAX = 200000 };

struct tl_run *
tl_run_of(struct tl_runs *r, const char *id)
{
	bool is_new;
	size_t i = tl_map_id(&r->map, id, RUNS_MAX, &is_new);

	if (i == SIZE_MAX)
		return NULL;
	if (i >= r->size) {
		r->size = r->size ? 2 * r->size : 64;
		r->v = realloc(r->v, r->size * sizeof(*r->v));
		if (!r->v)
			ir_oom();
	}
	if (is_new)
		r->v[i] = (struct tl_run){ .at_ms = IR_TIME_NONE };
	return &r->v[i];
}

/* "-n" may be among other letters, and behind "--" it is an operand. */
static bool
asks_dry(const json_t *args)
{
	const json_t *e;
	size_t i;

	json_array_foreach(args, i, e)
	{
		const char *s = json_string_value(e);

		if (!s || strcmp(s, "--") == 0)
			return false;
		if (strcmp(s, "--dry-run") == 0 ||
		    (s[0] == '-' && s[1] != '-' && strspn(s + 1, "nvqjy") == strlen(s + 1) && strchr(s, 'n')))
			return true;
	}
	return false;
}

static const char *
member(struct ir_arena *arena, struct tl_rec *r, const char *key)
{
	const char *s = tl_rec_str(r, key);

	return *s ? ir_strndup(arena, s, strnlen(s, 256)) : NULL;
}

void
tl_run_started(struct ir_arena *arena, struct tl_run *run, struct tl_rec *r)
{
	const char *incident = tl_rec_str(r, "incident");

	if (run->at_ms != IR_TIME_NONE)
		return; /* the same file again */
	run->at_ms = r->time_ms;
	run->env = ir_strndup(arena, r->env, r->env_len < 1024 ? r->env_len : 1024);
	run->host = member(arena, r, "host");
	run->about_us = strcmp(tl_rec_str(r, "source"), "ir-doctor") == 0;
	run->dry = asks_dry(json_object_get(tl_rec_obj(r), "args"));
	if (strlen(incident) < sizeof(run->incident))
		memcpy(run->incident, incident, strlen(incident) + 1);
}
