/*
 * releases - a directory of releases with a link to the one that runs, as Capistrano and Deployer keep it
 *
 * The link's own time of change is when it was last switched. What came before it is known from the releases' names (Capistrano) and from the tools' logs (revisions.log,
 * .dep/releases_log). A switch to a release while there was a newer one is a rollback.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "change/told.h"

enum { RELEASES_MAX = 2000, ENTRIES_MAX = 20000, NAME_LONG = 100, LOG_MAX = 1 << 20, REVISION_MAX = 128, STAMP = 14 };

/* ---- names and lines */

static int
two(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

int64_t
ir_change_release_time(const char *name)
{
	int64_t days;

	if (strlen(name) != STAMP || strspn(name, "0123456789") != STAMP)
		return IR_TIME_NONE;
	if (two(name + 8) > 23 || two(name + 10) > 59 || two(name + 12) > 60 ||
	    ir_day_number(two(name) * 100 + two(name + 2), two(name + 4), two(name + 6), &days) < 0)
		return IR_TIME_NONE;
	return (days * 86400 + two(name + 8) * 3600 + two(name + 10) * 60 + two(name + 12)) * 1000;
}

static struct ir_change_release *
add(struct ir_change_releases *all, const char *name, size_t n)
{
	struct ir_change_release *w;

	if (n == 0 || n > NAME_LONG)
		return NULL;
	if (all->n == 2 * RELEASES_MAX) {
		all->cut = true;
		return NULL;
	}
	if (all->n == all->size) {
		all->size = 2 * all->size + 16;
		w = IR_NEW_N(all->arena, struct ir_change_release, all->size);
		if (all->n)
			memcpy(w, all->v, all->n * sizeof(*w));
		all->v = w;
	}
	w = &all->v[all->n++];
	*w = (struct ir_change_release){ .name = ir_foreign_clean(all->arena, name, n) };
	w->ms = ir_change_release_time(w->name);
	return w;
}

/* What is between two texts of a line. */
static const char *
between(struct ir_arena *arena, const char *line, const char *before, const char *after, const char **rest)
{
	const char *from = strstr(line, before), *to;

	if (!from)
		return NULL;
	from += strlen(before);
	to = *after ? strstr(from, after) : from + strlen(from);
	if (!to)
		return NULL;
	*rest = to;
	return ir_foreign_clean(arena, from, (size_t)(to - from));
}

/* "Branch main (at 1f2e3d4) deployed as release 20260201021244 by ann", "ann rolled back to release 20260131101500" */
static void
capistrano_line(struct ir_change_releases *all, const char *line)
{
	struct ir_arena *arena = all->arena;
	const char *rest = line, *branch, *sha, *name, *user;
	struct ir_change_release *r;

	user = between(arena, line, "", " rolled back to release ", &rest);
	if (user) {
		all->last = NULL;
		all->back_by = user;
		all->back_to = ir_foreign_clean(arena, rest + 24, strcspn(rest + 24, " "));
		return;
	}
	branch = between(arena, line, "Branch ", " (at ", &rest);
	sha = branch ? between(arena, rest, " (at ", ")", &rest) : NULL;
	name = sha ? between(arena, rest, " deployed as release ", " by ", &rest) : NULL;
	user = name ? between(arena, rest, " by ", "", &rest) : NULL;
	r = user ? add(all, name, strlen(name)) : NULL;
	if (!r)
		return;
	all->back_to = all->back_by = NULL;
	all->any_log = true;
	all->last = r->name;
	r->logged = true;
	r->author = *user ? user : NULL;
	r->message = *branch ? ir_asprintf(arena, "branch %s", branch) : NULL;
	r->revision = ir_change_is_hash(sha) ? sha : NULL;
}

static void
deployer_line(struct ir_change_releases *all, const char *line)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *o = ir_foreign_json(line, strlen(line));
	const char *name = ir_foreign_text(all->arena, o, "release_name"), *target;
	struct ir_change_release *r;

	if (!name)
		name = ir_foreign_number(all->arena, o, "release_name");
	r = name ? add(all, name, strlen(name)) : NULL;
	if (!r)
		return;
	target = ir_foreign_text(all->arena, o, "target");
	r->logged = r->begun = true;
	r->ms = ir_foreign_time(json_object_get(o, "created_at"));
	r->author = ir_foreign_text(all->arena, o, "user");
	if (ir_change_is_hash(target))
		r->revision = target;
	else if (target && strcmp(target, "HEAD") != 0)
		r->message = ir_asprintf(all->arena, "target %s", target);
}

/* The last lines, so many that an arena can hold what is found in them. */
static void
each_line(struct ir_change_releases *all, const char *text, size_t n,
    void (*take)(struct ir_change_releases *, const char *line))
{
	size_t from = n;

	for (int lines = 0; from > 0 && lines <= RELEASES_MAX; from--)
		lines += text[from - 1] == '\n';
	for (size_t at = from, len; at < n; at += len + 1) {
		const char *nl = memchr(text + at, '\n', n - at);

		len = nl ? (size_t)(nl - text) - at : n - at;
		if (len > 0 && len <= 4 * IR_FOREIGN_TEXT && !memchr(text + at, '\0', len))
			take(all, ir_strndup(all->arena, text + at, len));
	}
}

void
ir_change_capistrano(struct ir_change_releases *all, const char *text, size_t n)
{
	each_line(all, text, n, capistrano_line);
}

void
ir_change_deployer(struct ir_change_releases *all, const char *text, size_t n)
{
	each_line(all, text, n, deployer_line);
}

/* ---- one of what is there and what is logged */

/* "9" comes before "10". */
static int
by_name(const void *a, const void *b)
{
	const char *x = ((const struct ir_change_release *)a)->name, *y = ((const struct ir_change_release *)b)->name;
	size_t m = strlen(x), n = strlen(y);

	return m != n ? (m < n ? -1 : 1) : strcmp(x, y);
}

/* Those without a time come first. */
static int
by_time(const void *a, const void *b)
{
	const struct ir_change_release *x = a, *y = b;

	return x->ms != y->ms ? (x->ms < y->ms ? -1 : 1) : by_name(a, b);
}

/* What the directory itself says is better than the log. */
static void
unite(struct ir_change_release *to, const struct ir_change_release *r)
{
	bool better = r->there && !to->there;

	if (r->revision && (!to->revision || better))
		to->revision = r->revision;
	if (!to->author)
		to->author = r->author;
	if (!to->message)
		to->message = r->message;
	if (to->ms == IR_TIME_NONE)
		to->ms = r->ms;
	to->there |= r->there;
	to->logged |= r->logged;
	to->begun |= r->begun;
	to->bad |= r->bad;
}

static void
unite_all(struct ir_change_releases *all)
{
	size_t k = 0;

	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), by_name);
	for (size_t i = 0; i < all->n; i++) {
		if (k && strcmp(all->v[k - 1].name, all->v[i].name) == 0)
			unite(&all->v[k - 1], &all->v[i]);
		else
			all->v[k++] = all->v[i];
	}
	all->n = k;
	if (k)
		qsort(all->v, k, sizeof(*all->v), by_time);
}

/* ---- rows */

static const struct ir_change_release *
current_of(const struct ir_change_releases *all)
{
	for (size_t i = 0; all->current && i < all->n; i++)
		if (strcmp(all->v[i].name, all->current) == 0)
			return &all->v[i];
	return NULL;
}

/* It is not known whether it ever ran. */
static bool
is_unfinished(const struct ir_change_releases *all, const struct ir_change_release *r)
{
	return all->any_log && !r->logged;
}

/* That which ran before r, as far as names tell. */
static const struct ir_change_release *
one_before(const struct ir_change_releases *all, const struct ir_change_release *r)
{
	for (size_t i = (size_t)(r - all->v); i-- > 0;) {
		const struct ir_change_release *p = &all->v[i];

		if (p->ms != IR_TIME_NONE && !is_unfinished(all, p) && !p->bad)
			return p;
	}
	return NULL;
}

static void
take_previous(struct ir_deploy *d, const struct ir_change_release *p)
{
	if (!p)
		return;
	d->previous_revision = p->revision;
	d->previous_version = p->name;
	d->previous_available = p->there;
	d->previous_basis = p->there ? "release directory" : "log of releases";
}

static struct ir_deploy *
put(const struct ir_change_releases *all, const struct ir_change_release *r, struct ir_change_rows *rows)
{
	struct ir_deploy *d = ir_change_row(rows);

	if (!d)
		return NULL;
	d->h.subject = ir_asprintf(all->arena, "file://%s/%s", all->path, r->name);
	d->h.time_ms = r->ms;
	d->time_basis = r->begun ? "log" : "release named";
	d->change = "deploy";
	d->version = r->name;
	d->revision = r->revision;
	d->author = r->author;
	d->message = r->message;
	d->rollout = r->name;
	return d;
}

/* The link was switched to it: there and then it was deployed, or gone back to. */
static void
put_current(
    const struct ir_change_releases *all, const struct ir_change_release *r, bool back, struct ir_change_rows *rows)
{
	struct ir_deploy *d = put(all, r, rows);

	if (!d)
		return;
	d->h.time_ms = all->switched_ms;
	d->time_basis = "link switched";
	d->current = 1;
	d->outcome = "succeeded";
	if (!back) {
		d->started_ms = r->ms;
		return;
	}
	d->change = "rollback";
	d->rollout = NULL; /* when tells it from the first deploy of the same */
	d->author = all->back_to && strcmp(all->back_to, r->name) == 0 ? all->back_by : NULL;
	d->message = NULL;
}

/* What the link was switched away from: the newest that there was then; NULL: it is no rollback. */
static const struct ir_change_release *
left_for(const struct ir_change_releases *all, const struct ir_change_release *current)
{
	const struct ir_change_release *left = NULL;

	if (!current || current->ms == IR_TIME_NONE || (all->last && strcmp(all->last, current->name) == 0))
		return NULL;
	for (const struct ir_change_release *r = current + 1; r < all->v + all->n; r++)
		if (r->ms > current->ms && r->ms < all->switched_ms)
			left = r;
	return left;
}

void
ir_change_releases_rows(struct ir_change_releases *all, struct ir_change_rows *rows)
{
	const struct ir_change_release *current, *left;

	unite_all(all);
	current = current_of(all);
	left = left_for(all, current);
	for (size_t i = 0; i < all->n; i++) {
		const struct ir_change_release *r = &all->v[i];
		struct ir_deploy *d;
		bool known;

		if (r->ms == IR_TIME_NONE || (r == current && !left))
			continue;
		d = put(all, r, rows);
		if (!d)
			break;
		known = current && !is_unfinished(all, r) && r <= (left ? left : current);
		d->outcome = known ? "replaced" : "unknown";
		take_previous(d, one_before(all, r));
	}
	if (!current)
		return;
	put_current(all, current, left != NULL, rows);
	if (rows->n)
		take_previous(&rows->v[rows->n - 1], left ? left : one_before(all, current));
	rows->cut |= all->cut;
}

/* ---- the directory */

static const char *
revision_of(struct ir_arena *arena, int fd, const char *name)
{
	IR_CLOSE int file = openat(
	    fd, ir_asprintf(arena, "%s/REVISION", name), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
	char text[REVISION_MAX + 1];
	struct stat st;
	ssize_t n;

	if (file < 0 || fstat(file, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	n = read(file, text, REVISION_MAX);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, " \t\r\n")] = '\0';
	return ir_change_is_hash(text) ? ir_strdup(arena, text) : NULL;
}

static void
take_entry(struct ir_change_releases *all, int fd, const char *name)
{
	struct ir_change_release *r;
	struct stat st;

	if (*name == '.' || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
		return;
	r = add(all, name, strlen(name));
	if (!r)
		return;
	r->there = true;
	r->revision = revision_of(all->arena, fd, name);
	r->bad = fstatat(fd, ir_asprintf(all->arena, "%s/BAD_RELEASE", name), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
take_directory(struct ir_change_releases *all, int base, const char *path, struct ir_err *err)
{
	int fd = openat(base, "releases", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;

	if (!dir) {
		ir_fail(
		    err, IR_BACKEND, "'%s' has no directory 'releases' that can be read: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return ir_hint(err, "name the directory that is deployed to, with 'releases' and 'current' in it");
	}
	for (int i = 0; i < ENTRIES_MAX && (e = readdir(dir)); i++)
		take_entry(all, fd, e->d_name);
	closedir(dir);
	return 0;
}

static void
take_link(struct ir_change_releases *all, int base)
{
	struct stat st;
	char to[4096];
	const char *slash;
	ssize_t n;

	if (fstatat(base, "current", &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISLNK(st.st_mode))
		return;
	n = readlinkat(base, "current", to, sizeof(to) - 1);
	while (n > 0 && to[n - 1] == '/')
		n--;
	if (n <= 0)
		return;
	to[n] = '\0';
	slash = strrchr(to, '/');
	all->current = ir_foreign_clean(all->arena, slash ? slash + 1 : to, strlen(slash ? slash + 1 : to));
	all->switched_ms = (int64_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / 1000000;
}

static void
take_log(struct ir_change_releases *all, int base, const char *name,
    void (*parse)(struct ir_change_releases *, const char *, size_t))
{
	size_t n;
	int64_t from;
	IR_FREE char *text = ir_change_slurp(base, name, LOG_MAX, &n, &from, NULL);

	if (text)
		parse(all, text, n);
}

/* Where releases lies: in dir, or dir is releases itself. */
static const char *
top_of(struct ir_arena *arena, const char *dir)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	if (n > 9 && strncmp(dir + n - 9, "/releases", 9) == 0)
		n -= 9;
	return ir_strndup(arena, dir, n);
}

static int
look(struct ir_change_releases *all, const char *dir, struct ir_err *err)
{
	const char *top = top_of(all->arena, dir);
	IR_CLOSE int base = open(top, O_RDONLY | O_CLOEXEC | O_DIRECTORY);

	if (base < 0)
		return ir_fail(err, IR_BACKEND, "'%s' cannot be read: %s", top, strerror(errno));
	all->path = ir_asprintf(all->arena, "%s/releases", top);
	if (take_directory(all, base, top, err) < 0)
		return -1;
	take_link(all, base);
	take_log(all, base, "revisions.log", ir_change_capistrano);
	take_log(all, base, ".dep/releases_log", ir_change_deployer);
	return 0;
}

/* ---- the source */

static int
check(struct ir_ctx *ctx, const struct ir_section *section, struct ir_err *err)
{
	(void)ctx;
	return ir_change_need(section, "releases", "DIRECTORY", err);
}

static int
start(struct ir_change_source *s, struct ir_err *err)
{
	struct ir_arena *arena = s->look->ctx->arena;
	struct ir_change_later *later = IR_NEW(arena, struct ir_change_later);
	struct ir_change_releases all = { .arena = arena };
	struct ir_change_rows rows = { .arena = arena };

	s->priv = later;
	if (look(&all, ir_change_key(s, "releases"), err) < 0)
		return -1;
	ir_change_releases_rows(&all, &rows);
	ir_change_put_all(s, &rows);
	ir_change_later(later, s);
	return 0;
}

static void
stop(struct ir_change_source *s)
{
	if (s->priv)
		ir_change_later_stop(s->priv);
}

const struct ir_change_ops ir_change_releases = {
	.name = "releases",
	.check = check,
	.start = start,
	.stop = stop,
};
