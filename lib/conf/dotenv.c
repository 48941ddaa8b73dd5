/* dotenv - a .env file: read, never executed or expanded */
#include "conf/discover.h"

#include "conf/file.h"

enum { DOTENV_MAX = 256 * 1024 };

struct reader {
	const char *s, *end;
};

static void
skip(struct reader *r, const char *set)
{
	while (r->s < r->end && *r->s && strchr(set, *r->s))
		r->s++;
}

static void
skip_line(struct reader *r)
{
	while (r->s < r->end && *r->s != '\n')
		r->s++;
}

static bool
word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
	       c == '-';
}

static char
unescape(char c)
{
	return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

/* How far the quoted text goes; NULL when it is not closed. */
static const char *
closing(const struct reader *r, char quote)
{
	const char *s = r->s;

	for (; s < r->end && *s != quote; s++)
		s += quote == '"' && *s == '\\' && s + 1 < r->end;
	return s < r->end ? s : NULL;
}

static const char *
unquote(struct ir_arena *arena, const char *s, const char *end, char quote)
{
	char *out = ir_arena_alloc(arena, (size_t)(end - s) + 1), *o = out;

	for (; s < end; s++) {
		if (quote == '"' && *s == '\\' && s + 1 < end && strchr("nrt\"\\$", s[1]))
			*o++ = unescape(*++s);
		else
			*o++ = *s;
	}
	return out;
}

/* The end of a value without quotes; r is left at the comment or the end of the line. */
static const char *
plain(struct reader *r)
{
	const char *start = r->s, *end;

	while (r->s < r->end && *r->s != '\n') {
		if (*r->s == '#' && r->s > start && (r->s[-1] == ' ' || r->s[-1] == '\t'))
			break;
		r->s++;
	}
	end = r->s;
	while (end > start && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	return end;
}

/* What follows '='. In the arena when it is wanted. A quote that is not closed makes the line none. */
static void
read_value(struct ir_arena *arena, struct reader *r, bool wanted, const char **value)
{
	const char *s, *end;
	char quote;

	skip(r, " \t");
	quote = r->s < r->end && (*r->s == '"' || *r->s == '\'') ? *r->s++ : '\0';
	s = r->s;
	end = quote ? closing(r, quote) : plain(r);
	if (!end)
		return;
	if (quote)
		r->s = end + 1;
	if (wanted)
		*value = quote ? unquote(arena, s, end, quote) : ir_strndup(arena, s, (size_t)(end - s));
}

/* One assignment or line; *value is set when it was key's. */
static void
read_one(struct ir_arena *arena, struct reader *r, const char *key, const char **value)
{
	const char *name;
	size_t n;

	skip(r, " \t\r\n");
	if (r->end - r->s > 7 && strncmp(r->s, "export", 6) == 0 && (r->s[6] == ' ' || r->s[6] == '\t')) {
		r->s += 7;
		skip(r, " \t");
	}
	for (name = r->s; r->s < r->end && word(*r->s);)
		r->s++;
	n = (size_t)(r->s - name);
	skip(r, " \t");
	if (n && r->s < r->end && *r->s == '=') {
		r->s++;
		read_value(arena, r, strlen(key) == n && memcmp(name, key, n) == 0, value);
	}
	skip_line(r);
}

const char *
ir_dotenv_parse(struct ir_arena *arena, const char *text, size_t n, const char *key)
{
	struct reader r = { text, text + n };
	const char *value = NULL;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		r.s += 3;
	while (r.s < r.end)
		read_one(arena, &r, key, &value);
	return value;
}

const char *
ir_dotenv(struct ir_arena *arena, const char *path, const char *key)
{
	struct ir_file f;

	return ir_file_read(arena, path, DOTENV_MAX, &f, NULL) > 0 ? ir_dotenv_parse(arena, f.text, f.n, key) : NULL;
}
