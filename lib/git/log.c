/* log - arguments of git log, diff and the reflog, and what they answer */
#include "git/log.h"

#include "base/num.h"

/* A piece of the answer up to the next NUL. */
struct reader {
	struct ir_arena *arena;
	const char *p, *end;
	bool bad;
};

static const char *
take(struct reader *r)
{
	const char *nul = r->p < r->end ? memchr(r->p, '\0', (size_t)(r->end - r->p)) : NULL, *s = r->p;

	if (!nul) {
		r->bad = true;
		return "";
	}
	r->p = nul + 1;
	return ir_strndup(r->arena, s, (size_t)(nul - s));
}

static int64_t
seconds(const char *s)
{
	int64_t n;

	return ir_parse_int(s, -(INT64_C(1) << 40), INT64_C(1) << 40, &n, NULL) == 0 ? n * 1000 : IR_TIME_NONE;
}

static bool
is_hash(const char *s)
{
	size_t n = strspn(s, "0123456789abcdef");

	return !s[n] && (n == 40 || n == 64);
}

static struct ir_list
words(struct ir_arena *arena, const char *s)
{
	struct ir_list list = { 0 };

	while (*s) {
		size_t n = strcspn(s, " ");

		ir_list_add(arena, &list, ir_strndup(arena, s, n));
		s += n + (s[n] == ' ');
	}
	return list;
}

/* "tag: refs/tags/v1.8, tag: refs/tags/live" */
static struct ir_list
tags_of(struct ir_arena *arena, const char *s)
{
	static const char prefix[] = "tag: refs/tags/";
	struct ir_list list = { 0 };

	while (*s) {
		const char *end = strstr(s, ", ");
		size_t n = end ? (size_t)(end - s) : strlen(s);

		if (n > sizeof(prefix) - 1 && strncmp(s, prefix, sizeof(prefix) - 1) == 0)
			ir_list_add(arena, &list, ir_strndup(arena, s + sizeof(prefix) - 1, n - (sizeof(prefix) - 1)));
		s += n + (end ? 2 : 0);
	}
	return list;
}

const char *const *
ir_git_log_args(struct ir_arena *arena, const struct ir_git_log *q)
{
	struct ir_list a = { 0 };
	int64_t last = q->last > 0 && q->last <= IR_GIT_COMMITS ? q->last : IR_GIT_COMMITS + 1;

	ir_list_add(arena, &a, "log");
	ir_list_add(arena, &a, "-z");
	ir_list_add(arena, &a, ir_asprintf(arena, "-n%lld", (long long)last));
	ir_list_add(arena, &a, "--no-show-signature");
	ir_list_add(arena, &a, "--no-color");
	ir_list_add(arena, &a, "--decorate=full");
	ir_list_add(arena, &a, "--decorate-refs=refs/tags/*");
	ir_list_add(arena, &a, "--format=tformat:%H%x00%ct%x00%at%x00%P%x00%D%x00%an%x00%s");
	if (q->files) {
		ir_list_add(arena, &a, "--raw");
		ir_list_add(arena, &a, "--no-abbrev");
		ir_list_add(arena, &a, "--no-renames");
		ir_list_add(arena, &a, "--no-ext-diff");
		ir_list_add(arena, &a, "--no-textconv");
		ir_list_add(arena, &a, "--root");
		ir_list_add(arena, &a, "--diff-merges=first-parent");
	}
	if (q->since_ms != IR_TIME_NONE)
		ir_list_add(arena, &a, ir_asprintf(arena, "--since=@%lld", (long long)(q->since_ms / 1000)));
	if (q->until_ms != IR_TIME_NONE)
		ir_list_add(arena, &a, ir_asprintf(arena, "--until=@%lld", (long long)(q->until_ms / 1000)));
	/* HEAD is not said: git has better words for a repository without commits then */
	if (q->range) {
		ir_list_add(arena, &a, "--end-of-options");
		ir_list_add(arena, &a, q->range);
	}
	ir_list_add(arena, &a, "--");
	return a.v;
}

/* ":100644 100644 HASH HASH M", then the name. */
static void
take_files(struct reader *r, struct ir_git_commit *c)
{
	c->n_files = 0;
	if (r->p < r->end && *r->p == '\n')
		r->p++;
	while (r->p < r->end && *r->p == ':' && !r->bad) {
		const char *name;

		take(r);
		name = take(r);
		if (r->bad)
			break;
		c->n_files++;
		if (c->files.n < IR_GIT_FILES)
			ir_list_add(r->arena, &c->files, name);
	}
}

size_t
ir_git_log_parse(struct ir_arena *arena, const char *text, size_t n, bool cut, struct ir_git_commit **ret)
{
	struct reader r = { .arena = arena, .p = text, .end = text + n };
	struct ir_git_commit *v = NULL;
	size_t k = 0, size = 0;

	while (r.p < r.end && k <= IR_GIT_COMMITS) {
		struct ir_git_commit c = { .n_files = -1 };

		c.revision = take(&r);
		c.committed_ms = seconds(take(&r));
		c.authored_ms = seconds(take(&r));
		c.parents = words(arena, take(&r));
		c.tags = tags_of(arena, take(&r));
		c.author = take(&r);
		c.title = take(&r);
		if (r.bad || !is_hash(c.revision) || c.committed_ms == IR_TIME_NONE)
			break;
		take_files(&r, &c);
		if (r.bad || (cut && r.p >= r.end))
			c.n_files = -1;
		if (k == size) {
			struct ir_git_commit *w = IR_NEW_N(arena, struct ir_git_commit, size = 2 * size + 16);

			if (k)
				memcpy(w, v, k * sizeof(*w));
			v = w;
		}
		v[k++] = c;
	}
	*ret = v;
	return k;
}

const char *const *
ir_git_reflog_args(struct ir_arena *arena, int64_t last)
{
	struct ir_list a = { 0 };
	static const char *const args[] = { "log", "-g", "-z", "--date=unix", "--no-show-signature", "--no-color",
		"--format=tformat:%H%x00%gd%x00%gn%x00%gs" };

	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		ir_list_add(arena, &a, args[i]);
	ir_list_add(arena, &a, ir_asprintf(arena, "-n%lld", (long long)last));
	ir_list_add(arena, &a, "HEAD");
	ir_list_add(arena, &a, "--");
	return a.v;
}

/* "HEAD@{1795870134}" */
static int64_t
move_time(struct ir_arena *arena, const char *s)
{
	const char *open = strchr(s, '{'), *close = open ? strchr(open, '}') : NULL;

	return close ? seconds(ir_strndup(arena, open + 1, (size_t)(close - open - 1))) : IR_TIME_NONE;
}

size_t
ir_git_reflog_parse(struct ir_arena *arena, const char *text, size_t n, struct ir_git_move **ret)
{
	struct reader r = { .arena = arena, .p = text, .end = text + n };
	struct ir_git_move *v = IR_NEW_N(arena, struct ir_git_move, IR_GIT_COMMITS);
	size_t k = 0;

	while (r.p < r.end && k < IR_GIT_COMMITS) {
		struct ir_git_move m;

		m.revision = take(&r);
		m.ms = move_time(arena, take(&r));
		m.who = take(&r);
		m.what = take(&r);
		if (r.bad || !is_hash(m.revision) || m.ms == IR_TIME_NONE)
			break;
		v[k++] = m;
	}
	*ret = v;
	return k;
}

const char *const *
ir_git_diff_args(struct ir_arena *arena, const char *from, const char *to)
{
	struct ir_list a = { 0 };
	static const char *const args[] = { "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff",
		"--no-textconv", "--end-of-options" };

	for (size_t i = 0; i < sizeof(args) / sizeof(args[0]); i++)
		ir_list_add(arena, &a, args[i]);
	ir_list_add(arena, &a, from);
	ir_list_add(arena, &a, to);
	ir_list_add(arena, &a, "--");
	return a.v;
}

int64_t
ir_git_names_parse(struct ir_arena *arena, const char *text, size_t n, bool cut, size_t max, struct ir_list *ret)
{
	struct reader r = { .arena = arena, .p = text, .end = text + n };
	int64_t k = 0;

	for (; r.p < r.end; k++) {
		const char *nul = memchr(r.p, '\0', (size_t)(r.end - r.p));

		if (!nul)
			break;
		if (ret->n < max)
			ir_list_add(arena, ret, take(&r));
		r.p = nul + 1;
	}
	return cut ? -1 : k;
}
