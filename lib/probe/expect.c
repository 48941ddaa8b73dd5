/* expect - sets of statuses, and members of JSON bodies */

#include <jansson.h>

#include "base/utf8.h"
#include "probe/expect.h"

enum { PATH_MAX_LEN = 256 };

/* One "lo" or "lo-hi"; moves *s behind it. */
static int
range(const char **s, int64_t *lo, int64_t *hi)
{
	char *end;

	*s += strspn(*s, " ");
	if (**s < '0' || **s > '9')
		return -1;
	*lo = *hi = strtoll(*s, &end, 10);
	if (*end == '-') {
		if (end[1] < '0' || end[1] > '9')
			return -1;
		*hi = strtoll(end + 1, &end, 10);
	}
	*s = end + strspn(end, " ");
	return *hi < *lo ? -1 : 0;
}

static int
walk(const char *set, int64_t code, int64_t min, int64_t max)
{
	int found = 0;

	for (;;) {
		int64_t lo, hi;

		if (range(&set, &lo, &hi) < 0 || lo < min || hi > max)
			return -1;
		found |= code >= lo && code <= hi;
		if (*set == '\0')
			return found;
		if (*set++ != ',')
			return -1;
	}
}

int
ir_set_has(const char *set, int64_t code)
{
	return walk(set, code, 0, INT64_MAX);
}

int
ir_set_check(const char *set, int64_t min, int64_t max, struct ir_err *err)
{
	if (walk(set, min, min, max) >= 0)
		return 0;
	ir_fail(err, IR_CONFIG, "'%s' is not a set of numbers from %lld to %lld", set, (long long)min, (long long)max);
	return ir_hint(err, "write numbers and ranges with commas between, as 200-299,301");
}

/* Cut "path.to.member = value" in two; the path goes to buf. */
static int
split(const char *expect, char buf[static PATH_MAX_LEN], const char **value)
{
	const char *eq = strchr(expect, '=');
	size_t n;

	if (!eq)
		return -1;
	expect += strspn(expect, " \t");
	for (n = (size_t)(eq > expect ? eq - expect : 0); n > 0 && (expect[n - 1] == ' ' || expect[n - 1] == '\t'); n--)
		;
	if (n == 0 || n >= PATH_MAX_LEN)
		return -1;
	memcpy(buf, expect, n);
	buf[n] = '\0';
	*value = eq + 1 + strspn(eq + 1, " \t");
	return 0;
}

int
ir_json_check(const char *expect, struct ir_err *err)
{
	char path[PATH_MAX_LEN];
	const char *value;

	if (split(expect, path, &value) == 0)
		return 0;
	ir_fail(err, IR_CONFIG, "'%s' does not say which member is to have which value", expect);
	return ir_hint(err, "write it as path.to.member = value");
}

static const json_t *
descend(const json_t *at, char *path)
{
	for (char *part = path; part && at;) {
		char *dot = strchr(part, '.'), *end;

		if (dot)
			*dot++ = '\0';
		if (json_is_array(at)) {
			unsigned long i = strtoul(part, &end, 10);

			at = *part >= '0' && *part <= '9' && !*end ? json_array_get(at, i) : NULL;
		} else {
			at = json_object_get(at, part);
		}
		part = dot;
	}
	return at;
}

static int
equals(const json_t *j, const char *want)
{
	char *end;
	double d;

	switch (json_typeof(j)) {
	case JSON_STRING:
		return json_string_length(j) == strlen(want) && memcmp(json_string_value(j), want, strlen(want)) == 0;
	case JSON_INTEGER:
	case JSON_REAL:
		d = strtod(want, &end);
		return *want && !*end && d == json_number_value(j);
	case JSON_TRUE:
		return strcmp(want, "true") == 0;
	case JSON_FALSE:
		return strcmp(want, "false") == 0;
	case JSON_NULL:
		return strcmp(want, "null") == 0;
	default:
		return 0;
	}
}

static const char *
words(struct ir_arena *arena, const json_t *j)
{
	char *s = json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *ret = s ? ir_strndup(arena, s, ir_utf8_cut(s, strlen(s), 60)) : "?";

	free(s);
	return ret;
}

int
ir_json_has(struct ir_arena *arena, const char *expect, const char *text, size_t n, const char **ret)
{
	char path[PATH_MAX_LEN], cut[PATH_MAX_LEN];
	const char *want = "";
	const json_t *j;
	json_t *root;
	int same;

	if (split(expect, path, &want) < 0) {
		*ret = ir_asprintf(arena, "'%s' cannot be understood", expect);
		return 0;
	}
	memcpy(cut, path, sizeof(cut));
	root = json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	j = descend(root, cut);
	same = j && equals(j, want);
	if (!root)
		*ret = "the body is not JSON";
	else if (!j)
		*ret = ir_asprintf(arena, "the body has no %s", path);
	else if (!same)
		*ret = ir_asprintf(arena, "%s is %s, not %s", path, words(arena, j), want);
	json_decref(root);
	return same;
}
