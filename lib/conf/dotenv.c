/* dotenv - a .env file: read, never executed or expanded */
#include "conf/discover.h"

#include "conf/file.h"

enum { DOTENV_MAX = 256 * 1024 };

struct reader {
	const char *s, *end;
};

struct span {
	const char *s;
	size_t n;
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

/* What follows '='. In the arena when it is wanted. A quote that is not closed makes the line none, and the value NULL. */
static const char *
read_value(struct ir_arena *arena, struct reader *r, bool wanted)
{
	const char *s, *end;
	char quote;

	skip(r, " \t");
	quote = r->s < r->end && (*r->s == '"' || *r->s == '\'') ? *r->s++ : '\0';
	s = r->s;
	end = quote ? closing(r, quote) : plain(r);
	if (!end)
		return NULL;
	if (quote)
		r->s = end + 1;
	if (!wanted)
		return NULL;
	return quote ? unquote(arena, s, end, quote) : ir_strndup(arena, s, (size_t)(end - s));
}

/* One assignment or line. Its value in the arena when wanted() says so, else NULL; *name is its name then. */
static const char *
read_one(struct ir_arena *arena, struct reader *r, ir_dotenv_wanted *wanted, const void *arg, struct span *name)
{
	const char *value = NULL;

	skip(r, " \t\r\n");
	if (r->end - r->s > 7 && strncmp(r->s, "export", 6) == 0 && (r->s[6] == ' ' || r->s[6] == '\t')) {
		r->s += 7;
		skip(r, " \t");
	}
	for (name->s = r->s; r->s < r->end && word(*r->s);)
		r->s++;
	name->n = (size_t)(r->s - name->s);
	skip(r, " \t");
	if (name->n && r->s < r->end && *r->s == '=') {
		r->s++;
		value = read_value(arena, r, wanted(arg, name->s, name->n));
	}
	skip_line(r);
	return value;
}

static struct reader
begin(const char *text, size_t n)
{
	bool bom = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;

	return (struct reader){ text + 3 * bom, text + n };
}

static bool
is_key(const void *key, const char *name, size_t n)
{
	return strlen(key) == n && memcmp(name, key, n) == 0;
}

const char *
ir_dotenv_parse(struct ir_arena *arena, const char *text, size_t n, const char *key)
{
	struct reader r = begin(text, n);
	const char *last = NULL;
	struct span name;

	while (r.s < r.end) {
		const char *value = read_one(arena, &r, is_key, key, &name);

		last = value ? value : last;
	}
	return last;
}

const char *
ir_dotenv(struct ir_arena *arena, const char *path, const char *key)
{
	struct ir_file f;

	return ir_file_read(arena, path, DOTENV_MAX, &f, NULL) > 0 ? ir_dotenv_parse(arena, f.text, f.n, key) : NULL;
}

static void
add_entry(struct ir_arena *arena, struct ir_dotenv *ret, struct ir_dotenv_entry entry)
{
	if (ret->n == ret->size) {
		struct ir_dotenv_entry *v = IR_NEW_N(arena, struct ir_dotenv_entry, ret->size = 2 * ret->size + 8);

		if (ret->n)
			memcpy(v, ret->v, ret->n * sizeof(*v));
		ret->v = v;
	}
	ret->v[ret->n++] = entry;
}

void
ir_dotenv_parse_all(struct ir_arena *arena, const char *text, size_t n, ir_dotenv_wanted *wanted, struct ir_dotenv *ret)
{
	struct reader r = begin(text, n);
	const char *counted = text;
	unsigned line = 1;
	struct span name;

	*ret = (struct ir_dotenv){ .n = 0 };
	while (r.s < r.end) {
		const char *value = read_one(arena, &r, wanted, NULL, &name);

		for (; value && counted < name.s; counted++)
			line += *counted == '\n';
		if (value)
			add_entry(arena, ret,
			    (struct ir_dotenv_entry){ ir_strndup(arena, name.s, name.n), (char *)value, line });
	}
}

int
ir_dotenv_all(
    struct ir_arena *arena, const char *path, ir_dotenv_wanted *wanted, struct ir_dotenv *ret, struct ir_err *err)
{
	struct ir_file f;
	int rc = ir_file_read(arena, path, DOTENV_MAX, &f, err);

	*ret = (struct ir_dotenv){ .n = 0 };
	if (rc <= 0)
		return rc;
	ir_dotenv_parse_all(arena, f.text, f.n, wanted, ret);
	explicit_bzero((char *)f.text, f.n);
	return 1;
}

void
ir_dotenv_wipe(struct ir_dotenv *d)
{
	for (size_t i = 0; i < d->n; i++)
		explicit_bzero(d->v[i].value, strlen(d->v[i].value));
	d->n = 0;
}
