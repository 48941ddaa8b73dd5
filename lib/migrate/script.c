/* script - migrations written in a programming language */
#include <ctype.h>

#include "migrate/script.h"

const char *
ir_script_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

size_t
ir_script_stem(const char *base)
{
	const char *dot = strrchr(base, '.');

	return dot ? (size_t)(dot - base) : strlen(base);
}

static bool
ends_in(const char *base, const char *extensions)
{
	const char *ext = base + ir_script_stem(base);
	size_t n;

	if (!*ext++ || (strlen(base) > 5 && strcmp(base + strlen(base) - 5, ".d.ts") == 0))
		return false;
	for (const char *s = extensions; *s; s += n + (s[n] == ' ')) {
		n = strcspn(s, " ");
		if (strlen(ext) == n && strncmp(s, ext, n) == 0)
			return true;
	}
	return false;
}

size_t
ir_script_stamped(const char *base, size_t min, const char *seps, const char *extensions)
{
	size_t n = strspn(base, "0123456789");

	return n >= min && base[n] && strchr(seps, base[n]) && ends_in(base, extensions) ? n : 0;
}

bool
ir_script_in_migrations(const char *path, size_t *dir)
{
	static const char *const names[] = { "migrations", "migration", "migrate", NULL };
	size_t end = (size_t)(ir_script_base(path) - path), n = 0;

	if (!end)
		return false;
	*dir = --end;
	while (n < end && path[end - n - 1] != '/')
		n++;
	for (size_t i = 0; names[i]; i++)
		if (strlen(names[i]) == n && strncmp(path + end - n, names[i], n) == 0)
			return true;
	return false;
}

bool
ir_script_same_stem(const struct ir_migrate_file *f, const struct ir_migrate_row *r)
{
	size_t n = ir_script_stem(f->name);

	return n == ir_script_stem(r->name) && strncmp(f->name, r->name, n) == 0;
}

const char *
ir_script_words(struct ir_arena *arena, const char *s, size_t n)
{
	char *words;

	while (n && strchr("_-. ", *s))
		s++, n--;
	if (!n)
		return NULL;
	words = ir_strndup(arena, s, n);
	for (char *c = words; *c; c++)
		if (*c == '_' || *c == '-')
			*c = ' ';
	return words;
}

/* Behind the comment that begins at s; 0: none does. */
static size_t
comment(const char *s, size_t n, unsigned comments)
{
	size_t i = 1;

	if ((comments & IR_SCRIPT_SLASH) && n > 1 && s[0] == '/' && s[1] == '*') {
		for (i = 2; i + 1 < n && (s[i] != '*' || s[i + 1] != '/');)
			i++;
		return i + 2 < n ? i + 2 : n;
	}
	if (!((comments & IR_SCRIPT_HASH) && s[0] == '#') &&
	    !((comments & IR_SCRIPT_SLASH) && n > 1 && s[0] == '/' && s[1] == '/'))
		return 0;
	while (i < n && s[i] != '\n')
		i++;
	return i;
}

/* Behind the string that begins at s; 0: none does. One in ' or " ends at the line's end at the latest, but for three of them. */
static size_t
quoted(const char *s, size_t n)
{
	bool three = n >= 3 && (s[0] == '"' || s[0] == '\'') && s[1] == s[0] && s[2] == s[0];
	size_t i = three ? 3 : 1;

	if (s[0] != '"' && s[0] != '\'' && s[0] != '`')
		return 0;
	for (; i < n; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == '\n' && s[0] != '`' && !three)
			return i;
		else if (s[i] == s[0] && (!three || (i + 2 < n && s[i + 1] == s[0] && s[i + 2] == s[0])))
			return i + (three ? 3 : 1);
	}
	return n;
}

const char *
ir_script_bare(struct ir_arena *arena, const struct ir_tree_file *f, unsigned comments)
{
	char *bare = ir_arena_alloc(arena, f->n + 1);
	size_t skip;

	for (size_t i = 0; i < f->n; i += skip) {
		const char *s = f->text + i;
		size_t left = f->n - i;

		skip = comment(s, left, comments);
		skip = skip ? skip : quoted(s, left);
		for (size_t k = 0; k < skip; k++)
			bare[i + k] = s[k] == '\n' ? '\n' : ' ';
		if (skip) {
			if (strchr("'\"`", *s))
				bare[i] = *s; /* something stands there */
			continue;
		}
		bare[i] = *s ? *s : ' ';
		skip = 1;
	}
	return bare;
}

static bool
in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

const char *
ir_script_word(const char *s, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = s; (at = strstr(at, word)); at++)
		if ((at == s || !in_word(at[-1])) && !in_word(at[n]))
			return at;
	return NULL;
}

/* Behind what closes the bracket at s. */
static const char *
behind(const char *s)
{
	size_t depth = 0;

	for (; *s; s++) {
		depth += strchr("({[", *s) != NULL;
		depth -= strchr(")}]", *s) != NULL;
		if (!depth)
			return s + 1;
	}
	return s;
}

static int
does_something(const char *body)
{
	const char *end = behind(body), *s = body + 1 + strspn(body + 1, " \t\r\n;");

	if (s >= end - 1 || strncmp(s, "throw", 5) == 0)
		return 0;
	return 1;
}

int
ir_script_down(const char *bare)
{
	const char *s = ir_script_word(bare, "down");
	bool arrow = false;

	if (!s)
		return 0;
	for (s += 4; *s && *s != ';'; s++) {
		arrow |= s[0] == '=' && s[1] == '>';
		if (*s == '{')
			return does_something(s);
		if (*s == '(' || *s == '[')
			s = behind(s) - 1;
	}
	return arrow ? 1 : -1;
}

int
ir_script_read(const struct ir_script *script, struct ir_migrate_set *set, const struct ir_tree_file *file,
    struct ir_migrate_file *ret)
{
	struct ir_arena scratch = { 0 };
	const char *bare = ir_script_bare(&scratch, file, script->comments), *base = ir_script_base(file->path);
	size_t figures = strspn(base, "0123456789");
	bool is_one = file->why ? script->by_path : script->is_one(bare);

	if (is_one) {
		ret->name = base;
		ret->title = ir_script_words(set->arena, base + figures, ir_script_stem(base) - figures);
		ret->written_ms = ir_migrate_stamp(base, figures);
		ret->judgement.reversible = script->down(bare);
		ir_migrate_worsen(&ret->judgement, IR_MIGRATE_UNKNOWN, script->unjudged, 0);
	}
	ir_arena_done(&scratch);
	return is_one;
}
