/* compose_expand - variables in a compose file */
#include "conf/compose.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/cleanup.h"

enum { EXPANDED_MAX = 4096, NESTED_MAX = 8 };

const char *
ir_compose_var(struct ir_arena *arena, const char *dir, const char *name)
{
	const char *value = getenv(name);

	if (value || !dir)
		return value;
	return ir_dotenv(arena, ir_asprintf(arena, "%s/.env", dir), name);
}

static bool
name_char(char c, bool first)
{
	return isalpha((unsigned char)c) || c == '_' || (!first && isdigit((unsigned char)c));
}

static size_t
name_len(const char *s)
{
	size_t n = 0;

	while (name_char(s[n], n == 0))
		n++;
	return n;
}

/* The '}' that closes what is after "${". */
static const char *
closing(const char *s)
{
	for (int depth = 1; *s; s++) {
		if (s[0] == '$' && s[1] == '{')
			depth++;
		else if (*s == '}' && --depth == 0)
			return s;
	}
	return NULL;
}

static int expand(struct ir_arena *arena, const char *dir, const char *text, struct ir_buf *b, int nested);

/* What stands between the braces. */
static int
expand_braces(struct ir_arena *arena, const char *dir, const char *s, const char *end, struct ir_buf *b, int nested)
{
	size_t n = name_len(s);
	const char *op = s + n, *value = ir_compose_var(arena, dir, ir_strndup(arena, s, n)), *word;
	bool colon = *op == ':', set;

	if (n == 0 || op > end)
		return -1;
	if (op == end)
		return ir_buf_adds(b, value ? value : "");
	op += colon;
	if (op >= end || !strchr("-+?", *op))
		return -1;
	set = value && (!colon || *value);
	word = ir_strndup(arena, op + 1, (size_t)(end - op - 1));
	if (*op == '+')
		return set ? expand(arena, dir, word, b, nested + 1) : 0;
	if (set)
		return ir_buf_adds(b, value);
	return *op == '-' ? expand(arena, dir, word, b, nested + 1) : -1;
}

static int
expand(struct ir_arena *arena, const char *dir, const char *s, struct ir_buf *b, int nested)
{
	const char *end, *value;
	size_t n;

	if (nested > NESTED_MAX)
		return -1;
	for (; *s; s = end) {
		if (*s != '$') {
			end = s + strcspn(s, "$");
			ir_buf_add(b, s, (size_t)(end - s));
		} else if (s[1] == '$') {
			end = s + 2;
			ir_buf_addc(b, '$');
		} else if (s[1] == '{') {
			end = closing(s + 2);
			if (!end || expand_braces(arena, dir, s + 2, end, b, nested) < 0)
				return -1;
			end++;
		} else {
			n = name_len(s + 1);
			if (n == 0)
				return -1;
			value = ir_compose_var(arena, dir, ir_strndup(arena, s + 1, n));
			ir_buf_adds(b, value ? value : "");
			end = s + 1 + n;
		}
	}
	return 0;
}

const char *
ir_compose_expand(struct ir_arena *arena, const char *dir, const char *text)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, EXPANDED_MAX);
	if (!strchr(text, '$'))
		return text;
	return expand(arena, dir, text, &b, 0) < 0 || b.full ? NULL : ir_strdup(arena, b.data);
}
