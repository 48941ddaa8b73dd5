/* numbered - what frameworks share whose migrations are files of SQL */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "migrate/numbered.h"
#include "migrate/sql_token.h"

bool
ir_numbered_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

size_t
ir_numbered_dir(const char *path, size_t n)
{
	while (n && path[n - 1] != '/')
		n--;
	return n ? n - 1 : 0;
}

bool
ir_numbered(const char *path, const char *suffix, char between, struct ir_numbered *ret)
{
	size_t n = strlen(path), dir = ir_numbered_dir(path, n), end = n - strlen(suffix);
	const char *base = path + dir + (path[dir] == '/');

	if (!ir_numbered_ends(base, suffix))
		return false;
	*ret = (struct ir_numbered){ .dir = dir, .digits = base, .n_digits = strspn(base, "0123456789") };
	ret->words = base + ret->n_digits;
	if (ret->n_digits == 0 || ret->n_digits > 19 || ret->words > path + end)
		return false;
	if (between && *ret->words != between)
		return false;
	if (*ret->words == '_' || *ret->words == '-')
		ret->words++;
	ret->n_words = ret->words < path + end ? (size_t)(path + end - ret->words) : 0;
	return true;
}

const char *
ir_numbered_name(struct ir_arena *arena, const char *digits, size_t n)
{
	while (n > 1 && *digits == '0')
		digits++, n--;
	return ir_strndup(arena, digits, n);
}

const char *
ir_numbered_title(struct ir_arena *arena, const char *words, size_t n)
{
	char *s = ir_strndup(arena, words, n < 200 ? n : 200);

	for (char *q = s; *q; q++)
		if (*q == '_' || *q == '-')
			*q = ' ';
	return *s ? s : NULL;
}

int
ir_numbered_compare(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	return n != m ? (n > m) - (n < m) : strcmp(a, b);
}

static int
by_number(const void *a, const void *b)
{
	const struct ir_migrate_file *x = a, *y = b;
	int c = ir_numbered_compare(x->name, y->name);

	return c ? c : strcmp(x->path, y->path);
}

void
ir_numbered_order(struct ir_migrate_set *set)
{
	if (set->n)
		qsort(set->v, set->n, sizeof(*set->v), by_number);
}

const struct ir_tree_file *
ir_beside(const struct ir_tree_file *all, size_t n, const char *path, bool whole)
{
	size_t from = 0, to = n, len = strlen(path);

	while (from < to) {
		size_t half = from + (to - from) / 2;

		if (strcmp(all[half].path, path) < 0)
			from = half + 1;
		else
			to = half;
	}
	if (from == n || strncmp(all[from].path, path, len) != 0 || (whole && all[from].path[len]))
		return NULL;
	return &all[from];
}

bool
ir_sql_says_something(const struct ir_tree_file *f)
{
	struct ir_sqltok_scan s;
	struct ir_sqltok t;

	if (!f || !f->text)
		return f != NULL;
	ir_sqltok_begin(&s, f->text, f->n, 1);
	do
		ir_sqltok_next(&s, &t);
	while (ir_sqltok_is(&t, ";"));
	return t.kind != IR_SQLTOK_END;
}

void
ir_migrate_unread(struct ir_migrate_file *ret, const struct ir_tree_file *f)
{
	ret->trouble = f->why ? f->why : "it could not be read";
	ir_migrate_worsen(&ret->judgement, IR_MIGRATE_UNKNOWN, "it could not be read", 0);
	ret->judgement.reversible = -1;
}

enum part { NEITHER, UP, DOWN };

/* What a line that is a mark says. */
static enum part
marked(const char *line, const char *end, const char *mark)
{
	size_t n = strlen(mark);

	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	if (end - line < 2 || memcmp(line, "--", 2) != 0)
		return NEITHER;
	for (line += 2; line < end && (*line == ' ' || *line == '\t');)
		line++;
	if ((size_t)(end - line) < n || strncasecmp(line, mark, n) != 0)
		return NEITHER;
	for (line += n; line < end && (*line == ' ' || *line == '\t');)
		line++;
	if (end - line >= 4 && strncasecmp(line, "down", 4) == 0 &&
	    (end - line == 4 || !isalnum((unsigned char)line[4])))
		return DOWN;
	return end - line >= 2 && strncasecmp(line, "up", 2) == 0 &&
		       (end - line == 2 || !isalnum((unsigned char)line[2]))
		   ? UP
		   : NEITHER;
}

struct parts {
	struct ir_arena *arena; /* NULL: only look */
	const char *mark;
	struct ir_migrate_judgement *j;
	bool up, down;
};

static void
judge_part(struct parts *p, enum part part, const char *from, const char *to, unsigned line)
{
	struct ir_tree_file piece = { .text = from, .n = (size_t)(to - from) };

	if (part == UP && p->arena)
		ir_migrate_judge_sql(p->arena, from, (size_t)(to - from), line, p->j);
	if (part == DOWN && ir_sql_says_something(&piece))
		p->down = true;
}

static void
walk(struct parts *p, const struct ir_tree_file *f)
{
	const char *end = f->text + f->n, *from = f->text;
	enum part part = NEITHER;
	unsigned line = 1, first = 1;

	for (const char *s = f->text, *nl; s < end; s = nl + 1, line++) {
		enum part next;

		nl = memchr(s, '\n', (size_t)(end - s));
		nl = nl ? nl : end;
		next = marked(s, nl, p->mark);
		if (next == NEITHER)
			continue;
		judge_part(p, part, from, s, first);
		p->up |= next == UP;
		part = next;
		from = nl < end ? nl + 1 : end;
		first = line + 1;
	}
	judge_part(p, part, from, end, first);
}

bool
ir_migrate_is_marked(const struct ir_tree_file *f, const char *mark)
{
	struct parts p = { .mark = mark };

	if (f->text)
		walk(&p, f);
	return p.up;
}

bool
ir_migrate_judge_marked(
    struct ir_arena *arena, const struct ir_tree_file *f, const char *mark, struct ir_migrate_judgement *j)
{
	struct parts p = { .arena = arena, .mark = mark, .j = j };

	walk(&p, f);
	j->reversible = p.down;
	return p.up;
}
