/* redis_info - what a Redis or Valkey says of itself, taken apart */
#include "dep/redis_info.h"

#include <ctype.h>

#include "base/num.h"
#include "base/utf8.h"

enum {
	KEY_MAX = 64,
	ARGUMENTS_MAX = 32, /* of a slow command that are shown */
	TEXT_MAX = 1024,
	EVENTS_MAX = 16,
	NAME_SHOWN = 32,
};

/* Statistics by name, which a client can make as many of as it likes. */
static bool
is_statistic(const char *key, size_t n)
{
	static const char *const starts[] = { "cmdstat_", "latency_percentiles_", "errorstat_", NULL };

	if (n == strlen("errorstat_OOM") && memcmp(key, "errorstat_OOM", n) == 0)
		return false;
	for (size_t i = 0; starts[i]; i++) {
		if (n >= strlen(starts[i]) && memcmp(key, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

static void
take_line(struct ir_arena *arena, const char *s, size_t n, struct ir_redis_info *info)
{
	const char *colon = memchr(s, ':', n);
	size_t key_n = colon ? (size_t)(colon - s) : 0, value_n;

	if (key_n == 0 || key_n > KEY_MAX || *s == '#' || is_statistic(s, key_n))
		return;
	value_n = n - key_n - 1;
	if (value_n > IR_REDIS_INFO_VALUE)
		value_n = ir_utf8_cut(colon + 1, value_n, IR_REDIS_INFO_VALUE);
	info->keys[info->n] = ir_strndup(arena, s, key_n);
	info->values[info->n++] = ir_strndup(arena, colon + 1, value_n);
}

void
ir_redis_info_parse(struct ir_arena *arena, const char *text, size_t n, struct ir_redis_info *ret)
{
	const char *end = text + n;

	*ret = (struct ir_redis_info){ .n = 0 };
	ret->keys = IR_NEW_N(arena, const char *, IR_REDIS_INFO_MAX);
	ret->values = IR_NEW_N(arena, const char *, IR_REDIS_INFO_MAX);
	while (text < end && ret->n < IR_REDIS_INFO_MAX) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((nl ? nl : end) - text);

		take_line(arena, text, len - (len > 0 && text[len - 1] == '\r'), ret);
		text += len + 1;
		if (!nl)
			break;
	}
}

const char *
ir_redis_info_text(const struct ir_redis_info *info, const char *key)
{
	for (size_t i = 0; i < info->n; i++) {
		if (strcmp(info->keys[i], key) == 0)
			return info->values[i];
	}
	return NULL;
}

bool
ir_redis_info_is(const struct ir_redis_info *info, const char *key, const char *value)
{
	const char *s = ir_redis_info_text(info, key);

	return s && strcmp(s, value) == 0;
}

static int64_t
number(const char *s)
{
	int64_t v;

	return s && ir_parse_int(s, -INT64_MAX, INT64_MAX, &v, NULL) == 0 ? v : INT64_MIN;
}

int64_t
ir_redis_info_int(const struct ir_redis_info *info, const char *key)
{
	return number(ir_redis_info_text(info, key));
}

const char *
ir_redis_info_member(struct ir_arena *arena, const char *value, const char *name)
{
	size_t n = strlen(name);

	for (const char *s = value; s && *s; s += *s == ',') {
		size_t len = strcspn(s, ",");

		if (len > n && strncmp(s, name, n) == 0 && s[n] == '=')
			return ir_strndup(arena, s + n + 1, len - n - 1);
		s += len;
	}
	return NULL;
}

/* "slave12" */
static bool
names_replica(const char *key)
{
	return strncmp(key, "slave", 5) == 0 && key[5] && strspn(key + 5, "0123456789") == strlen(key + 5);
}

size_t
ir_redis_info_replicas(struct ir_arena *arena, const struct ir_redis_info *info, struct ir_redis_replica **ret)
{
	struct ir_redis_replica *v = IR_NEW_N(arena, struct ir_redis_replica, IR_REDIS_REPLICAS_MAX);
	size_t n = 0;

	for (size_t i = 0; i < info->n && n < IR_REDIS_REPLICAS_MAX; i++) {
		const char *s = info->values[i], *ip, *port, *state;

		if (!names_replica(info->keys[i]))
			continue;
		ip = ir_redis_info_member(arena, s, "ip");
		port = ir_redis_info_member(arena, s, "port");
		state = ir_redis_info_member(arena, s, "state");
		if (!ip || !port)
			continue;
		v[n].address = ir_asprintf(arena, strchr(ip, ':') ? "[%s]:%s" : "%s:%s", ip, port);
		v[n].online = state && strcmp(state, "online") == 0;
		v[n].offset = number(ir_redis_info_member(arena, s, "offset"));
		v[n++].lag_s = number(ir_redis_info_member(arena, s, "lag"));
	}
	*ret = v;
	return n;
}

/* ---- SLOWLOG, LATENCY */

static bool
is_text(const struct ir_redis_reply *r)
{
	return r->type == IR_REDIS_STRING || r->type == IR_REDIS_STATUS;
}

/* The name is what the server knows it by, so it is short and plain; anything else is not shown. */
static const char *
command_name(struct ir_arena *arena, const struct ir_redis_reply *words)
{
	static const char *const containers[] = { "acl", "client", "cluster", "command", "config", "debug", "function",
		"latency", "memory", "module", "object", "pubsub", "script", "slowlog", "xgroup", "xinfo", NULL };
	char name[2 * NAME_SHOWN + 2] = "";
	size_t used = 0;

	for (size_t i = 0; i < 2 && i < words->n && is_text(&words->v[i]); i++) {
		const struct ir_redis_reply *w = &words->v[i];
		size_t k = 0;

		if (w->len == 0 || w->len > NAME_SHOWN)
			break;
		for (size_t j = 0; j < w->len; j++) {
			if (!isalnum((unsigned char)w->s[j]) && !strchr("-_.", w->s[j]))
				return ir_strdup(arena, name);
		}
		if (i)
			name[used++] = ' ';
		for (size_t j = 0; j < w->len; j++)
			name[used++] = (char)toupper((unsigned char)w->s[j]);
		name[used] = '\0';
		while (containers[k] && strcasecmp(containers[k], w->s) != 0)
			k++;
		if (!containers[k])
			break;
	}
	return ir_strdup(arena, name);
}

static const char *
command_text(struct ir_arena *arena, const struct ir_redis_reply *words)
{
	struct ir_buf b;
	const char *text;

	ir_buf_init(&b, 8 * TEXT_MAX);
	for (size_t i = 0; i < words->n && i < ARGUMENTS_MAX && b.len < TEXT_MAX; i++) {
		const struct ir_redis_reply *w = &words->v[i];

		if (i)
			ir_buf_addc(&b, ' ');
		if (is_text(w))
			ir_utf8_escape(&b, w->s, w->len > TEXT_MAX ? ir_utf8_cut(w->s, w->len, TEXT_MAX) : w->len);
	}
	text = ir_strndup(arena, b.data, ir_utf8_cut(b.data, b.len, TEXT_MAX));
	ir_buf_done(&b);
	return text;
}

/* How old an event is by the server's clock, -1 when it is none of the last while. */
static int64_t
age(const struct ir_redis_reply *at, int64_t now_s, int64_t within_s)
{
	int64_t s;

	if (at->type != IR_REDIS_INTEGER || __builtin_sub_overflow(now_s, at->i, &s) || s > within_s)
		return -1;
	return s < 0 ? 0 : s;
}

void
ir_redis_slow_read(
    struct ir_arena *arena, const struct ir_redis_reply *r, int64_t now_s, int64_t within_s, struct ir_redis_slow *ret)
{
	*ret = (struct ir_redis_slow){ .longest_us = INT64_MIN, .command = "", .text = "" };
	for (size_t i = 0; r->type == IR_REDIS_ARRAY && i < r->n; i++) {
		const struct ir_redis_reply *e = &r->v[i];
		int64_t s;

		if (e->type != IR_REDIS_ARRAY || e->n < 4 || e->v[2].type != IR_REDIS_INTEGER || e->v[2].i < 0 ||
		    e->v[3].type != IR_REDIS_ARRAY)
			continue;
		s = age(&e->v[1], now_s, within_s);
		if (s < 0)
			continue;
		ret->n++;
		if (e->v[2].i <= ret->longest_us)
			continue;
		ret->longest_us = e->v[2].i;
		ret->age_s = s;
		ret->command = command_name(arena, &e->v[3]);
		ret->text = command_text(arena, &e->v[3]);
	}
}

void
ir_redis_events_read(
    struct ir_arena *arena, const struct ir_redis_reply *r, int64_t now_s, int64_t within_s, struct ir_list *ret)
{
	for (size_t i = 0; r->type == IR_REDIS_ARRAY && i < r->n && ret->n < EVENTS_MAX; i++) {
		const struct ir_redis_reply *e = &r->v[i];

		if (e->type == IR_REDIS_ARRAY && e->n >= 3 && is_text(&e->v[0]) && e->v[0].len <= KEY_MAX &&
		    e->v[2].type == IR_REDIS_INTEGER && age(&e->v[1], now_s, within_s) >= 0)
			ir_list_add(arena, ret, ir_asprintf(arena, "%s=%lldms", e->v[0].s, (long long)e->v[2].i));
	}
}

/* ---- Sentinel */

const char *
ir_redis_pair(const struct ir_redis_reply *r, const char *name)
{
	for (size_t i = 0; r->type == IR_REDIS_ARRAY && i + 1 < r->n; i += 2) {
		if (is_text(&r->v[i]) && strcmp(r->v[i].s, name) == 0)
			return is_text(&r->v[i + 1]) ? r->v[i + 1].s : NULL;
	}
	return NULL;
}

int64_t
ir_redis_pair_int(const struct ir_redis_reply *r, const char *name)
{
	return number(ir_redis_pair(r, name));
}

bool
ir_redis_flag(const char *flags, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = flags; s && *s; s += *s == ',') {
		size_t len = strcspn(s, ",");

		if (len == n && strncmp(s, word, n) == 0)
			return true;
		s += len;
	}
	return false;
}
