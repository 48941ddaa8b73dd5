/* sqitch - changes of Sqitch: sqitch.plan with the scripts below deploy/ and revert/, and the table changes of its own schema */
#include <ctype.h>
#include <strings.h>

#include "base/clock.h"
#include "migrate/script.h"

enum { CHANGES = 20000 };

/* What order() makes migrations of: the plan, and all files that may be scripts of it. */
struct plan {
	const struct ir_tree_file *file, *all;
	size_t n_all;
	const char *project;
};

static bool
wants(const char *path, size_t *dir)
{
	static const char *const below[] = { "deploy/", "revert/", NULL };
	const char *base = ir_script_base(path);

	*dir = (size_t)(base - path);
	*dir -= *dir > 0;
	if (strcmp(base, "sqitch.plan") == 0)
		return true;
	if (strcmp(base + ir_script_stem(base), ".sql") != 0)
		return false;
	for (const char *s = path; s; s = strchr(s, '/') ? strchr(s, '/') + 1 : NULL)
		for (size_t i = 0; below[i]; i++)
			if (strncmp(s, below[i], strlen(below[i])) == 0) {
				*dir = (size_t)(s - path) - (s > path);
				return true;
			}
	return false;
}

static int
read_file(struct ir_migrate_set *set, const struct ir_tree_file *file, const struct ir_tree_file *all, size_t n_all,
    struct ir_migrate_file *ret)
{
	struct plan *plan;

	if (strcmp(ir_script_base(file->path), "sqitch.plan") != 0 || set->priv)
		return 0;
	plan = set->priv = IR_NEW(set->arena, struct plan);
	*plan = (struct plan){ file, all, n_all, "" };
	ret->name = file->path;
	return 1;
}

/* ---- lines of the plan */

static size_t
word(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && !isspace((unsigned char)s[n]))
		n++;
	return n;
}

static const char *
blank(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
		s++;
	return s;
}

static int
by_path(const void *key, const void *file)
{
	return strcmp(key, ((const struct ir_tree_file *)file)->path);
}

/* deploy/NAME.sql: files are in the order of their paths. */
static const struct ir_tree_file *
script(const struct ir_migrate_set *set, const char *which, const char *name)
{
	const struct plan *plan = set->priv;
	const char *path = ir_asprintf(set->arena, "%s%s%s/%s.sql", set->dir, *set->dir ? "/" : "", which, name);

	return bsearch(path, plan->all, plan->n_all, sizeof(plan->all[0]), by_path);
}

/* But for what begins and ends a transaction. */
static bool
is_statement(const char *s, const char *end)
{
	return s < end && (end - s < 2 || s[0] != '-' || s[1] != '-') && strncasecmp(s, "begin", 5) != 0 &&
	       strncasecmp(s, "commit", 6) != 0;
}

static bool
has_statement(const struct ir_tree_file *f)
{
	for (const char *s = f->text, *end = f->text + f->n, *eol; s < end; s = eol + 1) {
		eol = memchr(s, '\n', (size_t)(end - s));
		eol = eol ? eol : end;
		if (is_statement(blank(s, eol), eol))
			return true;
	}
	return false;
}

static void
judge(const struct ir_migrate_set *set, struct ir_migrate_file *f)
{
	const struct ir_tree_file *deploy = script(set, "deploy", f->name), *revert = script(set, "revert", f->name);

	if (!deploy || deploy->why) {
		f->trouble = deploy ? deploy->why : "there is no script of that name below deploy";
		ir_migrate_worsen(
		    &f->judgement, IR_MIGRATE_UNKNOWN, ir_asprintf(set->arena, "not read: %s", f->trouble), 0);
	} else {
		f->path = deploy->path;
		ir_migrate_judge_sql(set->arena, deploy->text, deploy->n, 1, &f->judgement);
	}
	f->judgement.reversible = !revert ? 0 : revert->why ? -1 : has_statement(revert);
}

/* "[users :tag !other project:change]": those of this project that have to be there. */
static const char *
take_requires(const struct ir_migrate_set *set, struct ir_migrate_file *f, const char *s, const char *end)
{
	const char *close;

	if (s >= end || *s != '[' || !(close = memchr(s, ']', (size_t)(end - s))))
		return s;
	for (s = blank(s + 1, close); s < close; s = blank(s, close)) {
		size_t n = word(s, close), name = 0;

		while (name < n && s[name] != '@' && s[name] != ':')
			name++;
		if (*s != '!' && name && (name == n || s[name] == '@'))
			ir_list_add(set->arena, &f->after, ir_asprintf(set->arena, "%s\1%.*s", f->app, (int)name, s));
		s += n ? n : 1;
	}
	return blank(close + 1, end);
}

/* "users [appschema] 2026-01-31T12:00:00Z Ann <ann@example.com> # Creates users." */
static void
take_change(struct ir_migrate_set *set, const char *s, const char *end)
{
	const struct plan *plan = set->priv;
	struct ir_migrate_file f = { .app = plan->project, .path = plan->file->path, .written_ms = IR_TIME_NONE };
	size_t n = word(s, end);
	const char *note;

	f.name = ir_strndup(set->arena, s, n);
	s = take_requires(set, &f, blank(s + n, end), end);
	if (ir_time_parse_rfc3339(s, word(s, end), &f.written_ms) < 0)
		f.written_ms = IR_TIME_NONE;
	note = s < end ? memchr(s, '#', (size_t)(end - s)) : NULL;
	if (note) {
		note = blank(note + 1, end);
		f.title = note < end ? ir_strndup(set->arena, note, (size_t)(end - note)) : NULL;
	}
	judge(set, &f);
	set->v[set->n++] = f;
}

static void
take_line(struct ir_migrate_set *set, const char *s, const char *end)
{
	struct plan *plan = set->priv;
	static const char project[] = "%project=";

	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	s = blank(s, end);
	if ((size_t)(end - s) > strlen(project) && strncmp(s, project, strlen(project)) == 0)
		plan->project = ir_strndup(set->arena, s + strlen(project), (size_t)(end - s) - strlen(project));
	if (s == end || *s == '%' || *s == '#' || *s == '@' || *s == '-') /* a tag; one that is to be reverted */
		return;
	s += *s == '+';
	if (set->n < set->size && s < end)
		take_change(set, s, end);
}

/* One that was reworked is in the plan twice: the table has both under one name, so the last one is it. */
static void
drop_reworked(struct ir_migrate_set *set)
{
	bool *again = IR_NEW_N(set->arena, bool, set->n + 1);
	size_t kept = 0;

	for (size_t i = 0; i < set->n; i++) {
		struct ir_migrate_file *first = ir_migrate_named(set, set->v[i].app, set->v[i].name);

		if (first == &set->v[i])
			continue;
		again[i] = true;
		first->title = set->v[i].title;
		first->written_ms = set->v[i].written_ms;
	}
	for (size_t i = 0; i < set->n; i++)
		if (!again[i])
			set->v[kept++] = set->v[i];
	set->n = kept;
}

static void
order(struct ir_migrate_set *set)
{
	const struct plan *plan = set->priv;
	const char *s, *end, *eol;
	size_t lines = 1;

	if (!plan)
		return;
	s = plan->file->text;
	end = s + plan->file->n;
	for (size_t i = 0; i < plan->file->n; i++)
		lines += s[i] == '\n';
	set->size = lines < CHANGES ? lines : CHANGES;
	set->v = IR_NEW_N(set->arena, struct ir_migrate_file, set->size);
	set->n = 0;
	for (; s < end; s = eol + 1) {
		eol = memchr(s, '\n', (size_t)(end - s));
		eol = eol ? eol : end;
		take_line(set, s, eol);
	}
	if (plan->file->why)
		set->trouble = plan->file->why;
	drop_reworked(set);
}

/* clang-format off */
/* Those that are deployed; and those that failed, and were neither deployed nor reverted since. */
static const struct ir_migrate_layout layouts[] = {
	{ .table = "changes", .columns = { "change_id", "change", "project", "note", "committed_at", "committer_name", "planned_at" }, .with = "events",
	    .statement = "SELECT app, name, title, author, extract(epoch FROM at)::text AS applied, state FROM (SELECT project AS app, change AS name, "
	    "note AS title, committer_name AS author, committed_at AS at, NULL AS state FROM $T UNION ALL SELECT e.project, e.change, max(e.note), "
	    "max(e.committer_name), max(e.committed_at), 'failed' FROM $W e WHERE e.event = 'fail' AND NOT EXISTS (SELECT FROM $W l WHERE l.project = "
	    "e.project AND l.change = e.change AND l.event <> 'fail' AND l.committed_at > e.committed_at) GROUP BY 1, 2) s ORDER BY at" },
	{ .table = NULL },
};
/* clang-format on */

const struct ir_migrate_type ir_migrate_sqitch = {
	.name = "sqitch",
	.tool = "sqitch status",
	.wants = wants,
	.read = read_file,
	.order = order,
	.layouts = layouts,
};
