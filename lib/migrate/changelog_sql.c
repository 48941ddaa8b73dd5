/* changelog_sql - Liquibase's formatted SQL: comments tell where a change set begins */
#include <strings.h>

#include "migrate/changelog.h"

/* The line goes on with "--", white space and the word: what comes behind it; NULL. */
static const char *
directive(const char *s, const char *end, const char *word)
{
	size_t n = strlen(word);

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	if (end - s < 2 || s[0] != '-' || s[1] != '-')
		return NULL;
	for (s += 2; s < end && (*s == ' ' || *s == '\t');)
		s++;
	if ((size_t)(end - s) < n || strncasecmp(s, word, n) != 0)
		return NULL;
	return s + n;
}

/* One word, or what is in quotes; *s is moved behind it. */
static const char *
word(struct ir_arena *arena, const char **s, const char *end, const char *stop)
{
	const char *from = *s;
	char quote = 0;

	if (from < end && (*from == '"' || *from == '\''))
		quote = *from++;
	*s = from;
	while (*s < end && (quote ? **s != quote : **s && !strchr(stop, **s)))
		++*s;
	stop = *s;
	*s += quote && *s < end;
	return ir_strndup(arena, from, (size_t)(stop - from));
}

static const char *
blank(const char *s, const char *end)
{
	while (s < end && strchr(" \t\r", *s))
		s++;
	return s;
}

/* "name:value" of a line. */
static const char *
attribute(struct ir_arena *arena, const char *s, const char *end, const char *name)
{
	size_t n = strlen(name);

	for (; (size_t)(end - s) > n; s++)
		if (strncasecmp(s, name, n) == 0 && s[n] == ':') {
			s += n + 1;
			return word(arena, &s, end, " \t\r");
		}
	return NULL;
}

static bool
is_true(const char *s)
{
	return s && strcasecmp(s, "true") == 0;
}

static void
add_changeset(struct ir_changelog *log, const char *s, const char *end)
{
	struct ir_changelog_item *item;
	const char *author, *id;

	s = blank(s, end);
	author = word(log->arena, &s, end, ": \t\r");
	if (s == end || *s != ':')
		return;
	s++;
	id = word(log->arena, &s, end, " \t\r");
	if (!*id || !(item = ir_changelog_add(log, IR_CHANGESET)))
		return;
	item->id = id;
	item->author = author;
	item->path = attribute(log->arena, s, end, "logicalFilePath");
	item->repeats = is_true(attribute(log->arena, s, end, "runOnChange")) ||
			is_true(attribute(log->arena, s, end, "runAlways"));
}

/* The statements of the change set that was begun last. */
static void
judge(struct ir_changelog *log, const char *from, const char *to, unsigned line, bool undo)
{
	struct ir_changelog_item *item = log->n ? &log->v[log->n - 1] : NULL;

	if (!item || !from)
		return;
	ir_migrate_judge_sql(log->arena, from, (size_t)(to - from), line, &item->judgement);
	item->judgement.reversible = undo;
}

bool
ir_changelog_sql(struct ir_changelog *log, const char *text, size_t n)
{
	const char *end = text + n, *body = NULL, *rest, *eol;
	unsigned line = 1, first = 0;
	bool undo = false;

	for (const char *s = text; s < end; s = eol + 1, line++) {
		eol = memchr(s, '\n', (size_t)(end - s));
		eol = eol ? eol : end;
		if (line == 1) {
			if (!(rest = directive(s, eol, "liquibase formatted sql")))
				return false;
			log->logical = attribute(log->arena, rest, eol, "logicalFilePath");
		} else if ((rest = directive(s, eol, "changeset ")) != NULL) {
			judge(log, body, s, first, undo);
			add_changeset(log, rest, eol);
			body = eol < end ? eol + 1 : end;
			first = line + 1;
			undo = false;
		} else if ((rest = directive(s, eol, "rollback")) != NULL) {
			undo |= blank(rest, eol) < eol;
		}
	}
	judge(log, body, end, first, undo);
	return line > 1;
}
