/* matcher - does a label of an alert have a value, as Prometheus writes that */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "pager/pager.h"

enum { VALUE_MAX = 4096, MATCHERS_MAX = 16 };

const char *
ir_alert_label(const struct ir_alert *a, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < a->labels.n; i++) {
		const char *s = a->labels.v[i];

		if (strncmp(s, name, n) == 0 && s[n] == '=')
			return s + n + 1;
	}
	return NULL;
}

/* In quotes, with \" and \\, or bare up to end. Returns what is behind it; NULL: the quote is not closed. */
static const char *
take_value(struct ir_arena *arena, const char *s, const char *end, const char **ret)
{
	char *out;
	size_t n = 0;

	if (*s != '"') {
		while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		*ret = ir_strndup(arena, s, (size_t)(end - s));
		return end;
	}
	out = ir_arena_alloc(arena, (size_t)(end - s) + 1);
	for (s++; s < end && *s != '"'; s++) {
		if (*s == '\\' && s + 1 < end)
			s++;
		out[n++] = *s;
	}
	*ret = out;
	return s < end ? s + 1 : NULL;
}

static int
compile(struct ir_arena *arena, struct ir_matcher *m, struct ir_err *err)
{
	const char *anchored = ir_asprintf(arena, "^(%s)$", m->value);
	regex_t *re = IR_NEW(arena, regex_t);

	if (regcomp(re, anchored, REG_EXTENDED | REG_NOSUB) != 0)
		return ir_fail(err, IR_CONFIG, "'%s' is no regular expression", m->value);
	m->compiled = re;
	return 0;
}

/* One matcher in [s, end). */
static int
parse(struct ir_arena *arena, const char *s, const char *end, struct ir_matcher *m, struct ir_err *err)
{
	size_t n = strcspn(s, "=!~\", \t");
	const char *op = s + n + strspn(s + n, " \t"), *value;

	*m = (struct ir_matcher){ .name = ir_strndup(arena, s, n) };
	m->negative = *op == '!';
	m->regex = op[0] && op[1] == '~';
	if (n == 0 || op >= end || (*op != '=' && !(*op == '!' && (op[1] == '=' || op[1] == '~'))))
		goto bad;
	op += m->regex || m->negative ? 2 : 1;
	op += strspn(op, " \t");
	value = op <= end ? take_value(arena, op, end, &m->value) : NULL;
	if (!value || value != end || strlen(m->value) > VALUE_MAX)
		goto bad;
	return m->regex ? compile(arena, m, err) : 0;
bad:
	ir_fail(err, IR_CONFIG, "'%.*s' is no matcher of labels", (int)(end - s), s);
	return ir_hint(err, "write name=value, name!=value, name=~regex or name!~regex");
}

int
ir_matcher_parse(struct ir_arena *arena, const char *text, struct ir_matcher *ret, struct ir_err *err)
{
	const char *s = text + strspn(text, " \t"), *end = s + strlen(s);

	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return parse(arena, s, end, ret, err);
}

/* The next comma that is in no quotes, or the end. */
static const char *
next_comma(const char *s)
{
	bool quoted = false;

	for (; *s && (quoted || *s != ','); s++) {
		if (*s == '\\' && quoted && s[1])
			s++;
		else if (*s == '"')
			quoted = !quoted;
	}
	return s;
}

int
ir_matcher_parse_all(struct ir_arena *arena, const char *text, struct ir_matcher **ret, size_t *n, struct ir_err *err)
{
	struct ir_matcher *v = IR_NEW_N(arena, struct ir_matcher, MATCHERS_MAX);

	*ret = v;
	*n = 0;
	for (const char *s = text, *end; s; s = *end ? end + 1 : NULL) {
		s += strspn(s, " \t");
		end = next_comma(s);
		const char *last = end;

		while (last > s && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		if (*n == MATCHERS_MAX)
			return ir_fail(err, IR_CONFIG, "more than %d matchers", MATCHERS_MAX);
		if (parse(arena, s, last, &v[*n], err) < 0)
			return -1;
		++*n;
	}
	return 0;
}

bool
ir_matcher_holds(const struct ir_matcher *m, const struct ir_alert *a)
{
	const char *value = ir_alert_label(a, m->name);
	bool same;

	value = value ? value : "";
	if (m->regex)
		same = strlen(value) <= VALUE_MAX && regexec(m->compiled, value, 0, NULL, 0) == 0;
	else
		same = strcmp(value, m->value) == 0;
	return same != m->negative;
}

void
ir_matcher_done(struct ir_matcher *m)
{
	if (m->compiled)
		regfree(m->compiled);
	m->compiled = NULL;
}
