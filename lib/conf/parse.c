/*
 * parse - the text of one ir.conf
 *
 * libinih splits the lines. Debian's build of it cuts a line at 200 bytes and a section's name at 50, tells no line
 * numbers, drops empty sections, takes an indented line for more of the value before, and ends a value at " ;". So the
 * reader that feeds it counts the lines, drops the indentation, and keeps headers and values to itself: libinih sees
 * `[s]` and `key = v`.
 */
#include "conf/conf.h"

#include <ini.h>

#include "base/num.h"
#include "base/utf8.h"
#include "conf/discover.h"
#include "conf/suggest.h"

enum { SECTIONS_MAX = 10000, NAME_MAX_ = 100, KEY_MAX_ = 49, FILE_MAX_ = 1 << 20 };

struct parser {
	struct ir_arena *arena;
	struct ir_conf *conf;
	struct ir_err *err;
	const char *file;
	const char *next, *end; /* text that was not read yet */
	unsigned line;
	bool failed;
	struct ir_section *section; /* NULL before the first header */
	const char *value;          /* of the line that libinih is looking at */
	size_t value_len;
};

__attribute__((format(printf, 2, 3))) static void
fail(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	if (p->failed)
		return;
	p->failed = true;
	va_start(ap, fmt);
	ir_fail(
	    p->err, IR_CONFIG, "%s: %s", ir_conf_origin(p->arena, p->file, p->line), ir_vasprintf(p->arena, fmt, ap));
	va_end(ap);
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
trim(const char **s, size_t *n)
{
	while (*n && blank(**s)) {
		++*s;
		--*n;
	}
	while (*n && blank((*s)[*n - 1]))
		--*n;
}

static const char *
section_names(struct ir_arena *arena)
{
	const char *all = "";

	for (const struct ir_section_type *t = ir_section_types; t->name; t++)
		all = ir_asprintf(arena, "%s%s[%s%s]", all, *all ? ", " : "", t->name, t->named ? " \"name\"" : "");
	return all;
}

static const struct ir_section_type *
find_type(struct parser *p, const char *name)
{
	const char *near;
	struct ir_list names = { 0 };

	for (const struct ir_section_type *t = ir_section_types; t->name; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	for (const struct ir_section_type *t = ir_section_types; t->name; t++)
		ir_list_add(p->arena, &names, t->name);
	fail(p, "unknown section [%s]", name);
	near = ir_suggest(name, names.v);
	if (near)
		ir_hint(p->err, "did you mean [%s]", near);
	else
		ir_hint(p->err, "sections are %s", section_names(p->arena));
	return NULL;
}

static struct ir_section *
open_section(struct parser *p, const struct ir_section_type *t, const char *name)
{
	struct ir_conf *c = p->conf;
	struct ir_section *s = (struct ir_section *)ir_conf_section(c, t->name, name);

	if (s)
		return s;
	if (c->n == SECTIONS_MAX) {
		fail(p, "more than %d sections", SECTIONS_MAX);
		return NULL;
	}
	if ((c->n & (c->n - 1)) == 0) {
		struct ir_section *more = IR_NEW_N(p->arena, struct ir_section, c->n ? c->n * 2 : 1);

		if (c->n)
			memcpy(more, c->v, c->n * sizeof *more);
		c->v = more;
	}
	s = &c->v[c->n++];
	*s = (struct ir_section){
		.type = t, .name = name, .hash = ir_conf_hash(name), .file = p->file, .line = p->line
	};
	return s;
}

/* The name between quotes, as in git: \" and \\ are a quote and a backslash. s is after the first quote; returns what is
 * after the last one. */
static const char *
read_name(struct parser *p, const char *s, const char *end, const char **ret)
{
	char name[NAME_MAX_ + 1];
	size_t n = 0;

	for (; s < end && *s != '"'; s++) {
		if (*s == '\\' && (++s == end || (*s != '"' && *s != '\\'))) {
			fail(p, "a backslash in a section's name must be followed by '\"' or '\\'");
			return NULL;
		}
		if (n == NAME_MAX_) {
			fail(p, "a section's name is longer than %d bytes", NAME_MAX_);
			return NULL;
		}
		name[n++] = *s;
	}
	if (s == end || n == 0) {
		fail(p, n ? "the quote of the section's name is not closed" : "the section's name is empty");
		return NULL;
	}
	*ret = ir_strndup(p->arena, name, n);
	return s + 1;
}

/* [type] or [type "name"], then nothing but a comment. */
static void
read_header(struct parser *p, const char *s, size_t len)
{
	const char *end = s + len, *type, *name = "";
	const struct ir_section_type *t;
	size_t n;

	p->section = NULL;
	for (s++; s < end && blank(*s);)
		s++;
	for (type = s; s < end && !blank(*s) && *s != ']' && *s != '"';)
		s++;
	n = (size_t)(s - type);
	t = find_type(p, ir_strndup(p->arena, type, n < NAME_MAX_ ? n : NAME_MAX_));
	if (!t)
		return;
	while (s < end && blank(*s))
		s++;
	if (s < end && *s == '"' && !(s = read_name(p, s + 1, end, &name)))
		return;
	while (s < end && blank(*s))
		s++;
	if (s == end || *s != ']') {
		fail(p, "a section is written [%s%s]", t->name, t->named ? " \"name\"" : "");
		return;
	}
	for (s++; s < end && blank(*s);)
		s++;
	if (s < end && *s != '#' && *s != ';')
		fail(p, "only a comment may follow a section's ']'");
	else if (t->named && !*name)
		fail(p, "section [%s] needs a name: [%s \"name\"]", t->name, t->name);
	else if (!t->named && *name)
		fail(p, "section [%s] takes no name", t->name);
	else
		p->section = open_section(p, t, name);
}

/* Leave the key for libinih and keep the value. */
static char *
read_key(struct parser *p, const char *s, size_t len, char *out, int size)
{
	const char *eq = memchr(s, '=', len), *key = s;
	size_t n = eq ? (size_t)(eq - s) : len;

	trim(&key, &n);
	if (!eq) {
		fail(p, "expected 'key = value', '[section]' or a comment");
		return NULL;
	}
	if (n == 0 || n > KEY_MAX_ || memchr(key, ':', n) || memchr(key, ';', n)) {
		fail(p, n ? "'%.*s' is not a key" : "a key is missing before '='", (int)(n < KEY_MAX_ ? n : KEY_MAX_),
		    key);
		ir_hint(p->err, "write key = value");
		return NULL;
	}
	p->value = eq + 1;
	p->value_len = len - (size_t)(eq + 1 - s);
	trim(&p->value, &p->value_len);
	snprintf(out, (size_t)size, "%.*s = v\n", (int)n, key);
	return out;
}

static bool
clean_line(struct parser *p, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			fail(p, "control character 0x%02x", c);
			return false;
		}
	}
	if (!ir_utf8_valid(s, n)) {
		fail(p, "not valid UTF-8");
		return false;
	}
	return true;
}

/* An ini_reader. */
static char *
next_line(char *out, int size, void *arg)
{
	struct parser *p = arg;
	const char *s = p->next, *nl;
	size_t n;

	if (p->failed || s == p->end)
		return NULL;
	nl = memchr(s, '\n', (size_t)(p->end - s));
	n = (size_t)((nl ? nl : p->end) - s);
	p->next = nl ? nl + 1 : p->end;
	p->line++;
	if (n && s[n - 1] == '\r')
		n--;
	if (!clean_line(p, s, n))
		return NULL;
	trim(&s, &n);
	snprintf(out, (size_t)size, "\n");
	if (n == 0 || *s == '#' || *s == ';')
		return out;
	if (*s != '[')
		return read_key(p, s, n, out, size);
	read_header(p, s, n);
	snprintf(out, (size_t)size, "[s]\n");
	return p->failed ? NULL : out;
}

static char
escaped(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case '"':
	case '\\':
		return c;
	default:
		return '\0';
	}
}

/* "…" with \" \\ \n \r \t; NULL when it failed. */
static const char *
unquote(struct parser *p, const char *s, size_t n)
{
	char *out = ir_arena_alloc(p->arena, n + 1), *o = out;

	for (size_t i = 1; i < n; i++) {
		if (s[i] == '"') {
			if (i == n - 1)
				return out;
			fail(p, "a value that begins with a quote ends with the next one");
			ir_hint(p->err, "write \\\" for a quote inside a quoted value");
			return NULL;
		}
		if (s[i] == '\\') {
			*o = i + 1 < n ? escaped(s[++i]) : '\0';
			if (!*o++) {
				fail(p, "a backslash in a quoted value must be followed by one of \" \\ n r t");
				return NULL;
			}
		} else {
			*o++ = s[i];
		}
	}
	fail(p, "the quote of the value is not closed");
	return NULL;
}

static const char *
value_text(struct parser *p)
{
	if (p->value_len == 0) {
		fail(p, "no value after '='");
		ir_hint(p->err, "write \"\" for an empty one, or leave the line out");
		return NULL;
	}
	return *p->value == '"' ? unquote(p, p->value, p->value_len) : ir_strndup(p->arena, p->value, p->value_len);
}

/* "~/" is the home; a relative path starts where the file is. */
static const char *
resolve(struct parser *p, const struct ir_key *k, const char *path)
{
	const char *slash = strrchr(p->file, '/'), *home;

	for (size_t i = 0; k->choices && k->choices[i]; i++)
		if (strcmp(k->choices[i], path) == 0)
			return path;
	if (*path == '/' || !*path)
		return path;
	if (strncmp(path, "~/", 2) == 0 && (home = ir_discover_home(p->arena)))
		return ir_asprintf(p->arena, "%s/%s", home, path + 2);
	return slash ? ir_asprintf(p->arena, "%.*s%s", (int)(slash + 1 - p->file), p->file, path) : path;
}

/* The key of the table, and which of -file, -command, -env a secret's name ended in. */
static const struct ir_key *
match_key(const struct ir_key *keys, const char *name, const char **variant)
{
	static const char *const variants[] = { "file", "command", "env" };

	for (const struct ir_key *k = keys; k->name; k++) {
		size_t n;

		*variant = NULL;
		if (k->type != IR_KEY_SECRET) {
			if (strcmp(k->name, name) == 0)
				return k;
			continue;
		}
		n = strlen(k->name);
		if (strncmp(k->name, name, n) != 0)
			continue;
		if (name[n] == '\0')
			return k;
		for (size_t i = 0; i < 3 && name[n] == '-'; i++)
			if (strcmp(name + n + 1, variants[i]) == 0) {
				*variant = variants[i];
				return k;
			}
	}
	return NULL;
}

static void
hint_key(struct parser *p, const struct ir_section_type *t, const char *name)
{
	struct ir_list names = { 0 };
	const char *near;

	for (const struct ir_key *k = t->keys; k->name; k++) {
		if (k->type != IR_KEY_SECRET) {
			ir_list_add(p->arena, &names, k->name);
			continue;
		}
		ir_list_add(p->arena, &names, ir_asprintf(p->arena, "%s-file", k->name));
		ir_list_add(p->arena, &names, ir_asprintf(p->arena, "%s-command", k->name));
		ir_list_add(p->arena, &names, ir_asprintf(p->arena, "%s-env", k->name));
	}
	near = ir_suggest(name, names.v);
	if (near)
		ir_hint(p->err, "did you mean '%s'", near);
	else
		ir_hint(p->err, "see ir.conf(5) for the keys of [%s]", t->name);
}

static const struct ir_key *
find_key(struct parser *p, const char *name, const char **variant)
{
	const struct ir_section_type *t = p->section->type;
	const struct ir_key *k = match_key(t->keys, name, variant);

	if (!k) {
		fail(p, "unknown key '%s' in [%s]", name, t->name);
		hint_key(p, t, name);
	} else if (k->type == IR_KEY_SECRET && !*variant) {
		fail(p, "'%s' is a secret and has no place in a configuration file", name);
		ir_hint(p->err, "write %s-file, %s-command or %s-env", name, name, name);
		k = NULL;
	}
	return k;
}

static int
check_choice(const struct ir_key *k, const char *text, struct ir_arena *arena, struct ir_err *err)
{
	const char *all = "", *near;

	for (size_t i = 0; k->choices[i]; i++) {
		if (strcmp(k->choices[i], text) == 0)
			return 0;
		all = ir_asprintf(arena, "%s%s%s", all, i ? ", " : "", k->choices[i]);
	}
	ir_fail(err, IR_CONFIG, "'%s' is not one of %s", text, all);
	near = ir_suggest(text, k->choices);
	return near ? ir_hint(err, "did you mean '%s'", near) : -1;
}

static int
check_type(const struct ir_key *k, const char *text, struct ir_arena *arena, struct ir_err *err)
{
	int64_t n;
	int b;

	switch (k->type) {
	case IR_KEY_INT:
		return ir_parse_int(text, k->min, k->max, &n, err);
	case IR_KEY_BOOL:
		return ir_parse_bool(text, &b, err);
	case IR_KEY_MS:
		return ir_parse_duration(text, &n, err);
	case IR_KEY_SIZE:
		return ir_parse_size(text, &n, err);
	case IR_KEY_CHOICE:
		return check_choice(k, text, arena, err);
	case IR_KEY_SECRET:
		return *text ? 0 : ir_fail(err, IR_CONFIG, "is empty");
	case IR_KEY_STR:
	case IR_KEY_LIST:
		break;
	}
	return k->check ? k->check(text, err) : 0;
}

static bool
check_value(struct parser *p, const struct ir_key *k, const char *name, const char *text)
{
	struct ir_err why = IR_ERR_INIT;

	if (check_type(k, text, p->arena, &why) == 0)
		return true;
	fail(p, "%s: %s", name, why.msg);
	if (k->type != IR_KEY_STR && k->type != IR_KEY_LIST && (strstr(text, " #") || strstr(text, " ;")))
		ir_hint(p->err, "put the comment on a line of its own");
	else if (why.hint[0])
		ir_hint(p->err, "%s", why.hint);
	return false;
}

static struct ir_value *
add_value(struct ir_arena *arena, struct ir_section *s)
{
	if ((s->n & (s->n - 1)) == 0) {
		struct ir_value *more = IR_NEW_N(arena, struct ir_value, s->n ? s->n * 2 : 1);

		if (s->n)
			memcpy(more, s->v, s->n * sizeof *more);
		s->v = more;
	}
	return &s->v[s->n++];
}

/* The value to fill in; NULL when a file before has it, or when it failed. */
static struct ir_value *
claim_value(struct parser *p, const struct ir_key *k, const char *name)
{
	struct ir_value *v = (struct ir_value *)ir_conf_value(p->section, k->name);

	if (!v)
		return add_value(p->arena, p->section);
	if (v->file != p->file)
		return NULL;
	if (k->type == IR_KEY_LIST)
		return v;
	fail(p, "'%s' is already given in line %u", k->type == IR_KEY_SECRET ? k->name : name, v->line);
	if (k->type == IR_KEY_SECRET)
		ir_hint(p->err, "keep one of %s-file, %s-command and %s-env", k->name, k->name, k->name);
	return NULL;
}

/* An ini_handler. */
static int
on_key(void *arg, const char *section, const char *name, const char *unused)
{
	struct parser *p = arg;
	const char *text, *variant;
	const struct ir_key *k;
	struct ir_value *v;

	(void)section, (void)unused;
	if (!p->section) {
		fail(p, "'%s' stands before the first section", name);
		ir_hint(p->err, "sections are %s", section_names(p->arena));
		return 0;
	}
	k = find_key(p, name, &variant);
	text = k ? value_text(p) : NULL;
	if (!text || !check_value(p, k, name, text))
		return 0;
	if (k->path || (variant && strcmp(variant, "file") == 0))
		text = resolve(p, k, text);
	v = claim_value(p, k, name);
	if (!v)
		return !p->failed;
	if (!v->key)
		*v = (struct ir_value){ .key = k, .text = text, .file = p->file, .line = p->line, .variant = variant };
	if (k->type == IR_KEY_LIST)
		ir_list_add(p->arena, &v->list, text);
	return 1;
}

int
ir_conf_parse(
    struct ir_arena *arena, struct ir_conf *conf, const char *file, const char *text, size_t n, struct ir_err *err)
{
	struct ir_err none = IR_ERR_INIT;
	struct parser p = { .arena = arena, .conf = conf, .err = err ? err : &none, .next = text, .end = text + n };
	int bad;

	p.file = ir_strdup(arena, file);
	ir_list_add(arena, &conf->files, p.file);
	if (n > FILE_MAX_)
		return ir_fail(err, IR_CONFIG, "%s: larger than %d KiB", file, FILE_MAX_ / 1024);
	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		p.next += 3;
	bad = ini_parse_stream(next_line, &p, on_key, &p);
	if (bad && !p.failed) {
		p.line = bad > 0 ? (unsigned)bad : p.line;
		fail(&p, "cannot be read");
	}
	return p.failed ? -1 : 0;
}
