/* alertmanager_silence - a silence as it is written, shown and compared */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "pager/alertmanager.h"
#include "rec/foreign.h"

enum { NOTE_MAX = 1000, VALUE_SHOWN = 60 };

static const char prefix[] = "ACK!", suffix[] = "(ir-ack)";

static int
by_matcher(const void *x, const void *y)
{
	const struct ir_am_matcher *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	if (!order)
		order = strcmp(a->value, b->value);
	return order ? order : 2 * (a->regex - b->regex) + (a->negative - b->negative);
}

void
ir_am_sort_matchers(struct ir_am_matcher *v, size_t n)
{
	if (n)
		qsort(v, n, sizeof(*v), by_matcher);
}

bool
ir_am_same_matchers(const struct ir_am_matcher *a, size_t n, const struct ir_am_matcher *b, size_t n_b)
{
	if (n != n_b)
		return false;
	for (size_t i = 0; i < n; i++)
		if (by_matcher(&a[i], &b[i]) != 0)
			return false;
	return true;
}

/* The name of the alert first, then by name: as people say it. */
const char *
ir_am_matchers_text(struct ir_arena *arena, const struct ir_am_matcher *v, size_t n, size_t max)
{
	static const char *const ops[] = { "=", "!=", "=~", "!~" };
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, max + 8 * VALUE_SHOWN);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n && b.len < max; i++) {
			size_t len = strlen(v[i].value);

			if ((strcmp(v[i].name, "alertname") == 0) != (pass == 0))
				continue;
			ir_buf_addf(&b, "%s%s%s\"", b.len ? ", " : "", v[i].name, ops[2 * v[i].regex + v[i].negative]);
			ir_utf8_escape(
			    &b, v[i].value, len <= VALUE_SHOWN ? len : ir_utf8_cut(v[i].value, len, VALUE_SHOWN));
			ir_buf_adds(&b, len <= VALUE_SHOWN ? "\"" : "…\"");
		}
	}
	return ir_asprintf(arena, "%s%s", b.data, b.len >= max ? ", …" : "");
}

/* One line, without what a terminal would obey: others show it as it is. */
const char *
ir_am_comment(struct ir_arena *arena, const char *note)
{
	size_t n = note ? strlen(note) : 0;
	char *s;

	n = n <= NOTE_MAX ? n : ir_utf8_cut(note, n, NOTE_MAX);
	s = ir_strdup(arena, n ? ir_foreign_clean(arena, note, n) : "");
	for (char *c = s; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return ir_asprintf(arena, "%s %s%s%s", prefix, s, n ? " " : "", suffix);
}

const char *
ir_am_note(struct ir_arena *arena, const char *comment)
{
	const char *s = strncmp(comment, prefix, sizeof(prefix) - 1) == 0 ? comment + sizeof(prefix) - 1 : comment;
	size_t n;

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	if (n >= sizeof(suffix) - 1 && strcmp(s + n - (sizeof(suffix) - 1), suffix) == 0)
		n -= sizeof(suffix) - 1;
	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	return n ? ir_strndup(arena, s, n) : NULL;
}

static json_t *
matchers_json(const struct ir_am_silence *s)
{
	const struct ir_am_matcher *v = s->told ? s->told : s->v;
	json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:b}", "name", v[i].name, "value", v[i].value,
						"isRegex", (int)v[i].regex, "isEqual", (int)!v[i].negative));
	return list;
}

const char *
ir_am_silence_json(struct ir_arena *arena, const struct ir_am_silence *s, int64_t now_ms)
{
	char starts[IR_TIME_MAX], ends[IR_TIME_MAX];
	IR_CLEANUP(ir_foreign_json_done) json_t *o = json_object();
	char *text;
	const char *ret;

	ir_time_format(starts, s->starts_ms != IR_TIME_NONE ? s->starts_ms : now_ms);
	ir_time_format(ends, s->ends_ms);
	if (s->id)
		json_object_set_new(o, "id", json_string(s->id));
	json_object_set_new(o, "matchers", matchers_json(s));
	json_object_set_new(o, "startsAt", json_string(starts));
	json_object_set_new(o, "endsAt", json_string(ends));
	json_object_set_new(o, "createdBy", json_string(s->by));
	json_object_set_new(o, "comment", json_string(s->comment));
	text = json_dumps(o, JSON_COMPACT);
	if (!text)
		ir_oom();
	ret = ir_strdup(arena, text);
	free(text);
	return ret;
}

const char *
ir_am_posted_id(struct ir_arena *arena, const char *p, size_t n)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = ir_foreign_json(p, n);

	return ir_foreign_text(arena, o, "silenceID");
}
