/* events - restarts and out-of-memory kills of the last minutes, from the engine's own memory of events */

#include <jansson.h>

#include "runtime/docker.h"

/* What is remembered about a container while its events go by. */
struct trail {
	const char *id;
	size_t index;
	bool asked;   /* somebody asked it to end */
	bool crashed; /* ended by itself, not started again yet */
};

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct trail *)a)->id, ((const struct trail *)b)->id);
}

/* `docker kill -s HUP` asks for a reload, not for an end. */
static bool
ends(const json_t *attributes)
{
	static const char *const harmless[] = { "1", "10", "12", "17", "18", "28" };
	const char *signal = json_string_value(json_object_get(attributes, "signal"));

	for (size_t i = 0; signal && i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (strcmp(signal, harmless[i]) == 0)
			return false;
	}
	return true;
}

static void
follow(struct trail *t, struct ir_container *c, const char *action, const json_t *event)
{
	const json_t *attributes = json_object_get(json_object_get(event, "Actor"), "Attributes");

	if (strcmp(action, "oom") == 0) {
		c->oom_recent++;
	} else if (strcmp(action, "kill") == 0) {
		t->asked |= ends(attributes);
	} else if (strcmp(action, "die") == 0 || strcmp(action, "died") == 0) {
		t->crashed = !t->asked;
		c->told_to_stop = t->asked;
	} else if (strcmp(action, "start") == 0) {
		c->restarts_recent += t->crashed;
		c->told_to_stop = false;
		t->asked = t->crashed = false;
	}
}

static void
take_event(const json_t *event, struct trail *trails, struct ir_container *v, size_t n)
{
	const char *action = json_string_value(json_object_get(event, "Action"));
	struct trail key = { .id = json_string_value(json_object_get(json_object_get(event, "Actor"), "ID")) }, *t;

	if (!action || !key.id || n == 0)
		return;
	t = bsearch(&key, trails, n, sizeof(key), by_id);
	if (t)
		follow(t, &v[t->index], action, event);
}

int
ir_docker_parse_events(const char *text, size_t n, struct ir_container *v, size_t nv, struct ir_err *err)
{
	struct ir_arena arena = { 0 };
	struct trail *trails = IR_NEW_N(&arena, struct trail, nv + 1);
	size_t at = 0, seen = 0;

	for (size_t i = 0; i < nv; i++) {
		trails[i] = (struct trail){ .id = v[i].id, .index = i };
		v[i].restarts_recent = 0;
		v[i].oom_recent = 0;
	}
	qsort(trails, nv, sizeof(*trails), by_id);
	for (;;) {
		json_error_t why;
		json_t *event;

		while (at < n && strchr(" \t\r\n\036", text[at]) && text[at])
			at++;
		if (at >= n)
			break;
		event = json_loadb(text + at, n - at, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, &why);
		if (!event)
			break;
		take_event(event, trails, v, nv);
		at += (size_t)why.position;
		seen++;
		json_decref(event);
	}
	ir_arena_done(&arena);
	if (at < n && seen == 0) {
		for (size_t i = 0; i < nv; i++)
			v[i].restarts_recent = -1;
		return ir_fail(err, IR_BACKEND, "the engine's events are not JSON");
	}
	return 0;
}
