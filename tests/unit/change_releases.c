/*
 * change_releases - directories as Capistrano and Deployer leave them, their logs, and what is wrong with some
 *
 * Neither was run here: names and lines are written by hand after what Capistrano 3 (deploy.rake, its English texts) and Deployer 7 (deploy/release.php) write.
 */
#include <signal.h>
#include <sys/stat.h>

#include "change/parse.h"
#include "change_source.h"
#include "scratch.h"

#define V1 "1111111111111111111111111111111111111111"
#define V2 "2222222222222222222222222222222222222222"

static struct ir_arena arena;
static struct change_run r;

static const char *
in(const char *name)
{
	return ir_asprintf(&arena, "%s/%s", scratch_top, name);
}

static void
release(const char *top, const char *name, const char *revision)
{
	const char *dir = ir_asprintf(&arena, "%s/releases/%s", top, name);

	scratch_dir(&arena, dir);
	if (revision)
		scratch_file(ir_asprintf(&arena, "%s/REVISION", dir), revision);
}

/* The time of the link, as rows tell it. */
static const char *
link_to(const char *top, const char *to)
{
	const char *path = in(ir_asprintf(&arena, "%s/current", top));
	struct stat st;
	char text[IR_TIME_MAX];

	unlink(path);
	if (symlink(to, path) < 0 || lstat(path, &st) < 0)
		scratch_die(path);
	return ir_strdup(
	    &arena, ir_time_format(text, (int64_t)st.st_ctim.tv_sec * 1000 + st.st_ctim.tv_nsec / 1000000));
}

static void
go(const char *top)
{
	r.service = "web";
	change_go(&r, &ir_change_releases, ir_asprintf(&arena, "releases = %s/%s", scratch_top, top));
}

static const struct ir_deploy *
row(size_t i)
{
	static struct ir_deploy none;

	return i < r.n ? &r.v[i] : &none;
}

static void
test_capistrano(void)
{
	const char *now;

	release("cap", "20260130101500", V1 "\n");
	release("cap", "20260201021244", V2);
	scratch_dir(&arena, "cap/releases/.git");
	scratch_file("cap/releases/note", "x");
	scratch_file("cap/revisions.log", "Branch main (at 0000000) deployed as release 20260129090000 by bob\n"
					  "Branch main (at 1111111) deployed as release 20260130101500 by ann o\n"
					  "made by hand\n"
					  "Branch fix/1 (at 2222222) deployed as release 20260201021244 by eve\n");
	now = link_to("cap", in("cap/releases/20260201021244/"));
	go("cap");
	IS_STR(change_rows(&r),
	    ir_asprintf(&arena,
		"2026-01-29T09:00:00.000Z release named web deploy 0000000 20260129090000 replaced\n"
		"2026-01-30T10:15:00.000Z release named web deploy " V1 " 20260130101500 replaced\n"
		"%s link switched web deploy " V2 " 20260201021244 succeeded current\n",
		now),
	    "what was deployed, and when the link was switched");
	IS_STR(row(2)->author, "eve", "who");
	IS_STR(row(1)->author, "ann o", "who did the one before");
	IS_STR(row(2)->message, "branch fix/1", "of which branch");
	IS_STR(row(2)->rollout, "20260201021244", "its number stays when it is replaced");
	IS_INT(row(2)->started_ms, 1769911964000, "when it began");
	IS_STR(row(2)->previous_revision, V1, "what ran before");
	IS_INT(row(2)->previous_available, 1, "which is still there");
	IS_INT(row(1)->previous_available, 0, "and the one before that is not");
	IS_STR(row(2)->previous_version, "20260130101500", "by its name");
	IS_STR(row(1)->h.subject, ir_asprintf(&arena, "file://%s/20260130101500", in("cap/releases")), "where");
	change_end(&r);
	go("cap/releases/");
	IS_INT((int64_t)r.n, 3, "the directory of releases itself will do");
	change_end(&r);
}

static void
test_rollback(void)
{
	const char *now;

	scratch_file("cap/revisions.log", "Branch main (at 1111111) deployed as release 20260130101500 by ann\n"
					  "Branch main (at 2222222) deployed as release 20260201021244 by eve\n"
					  "bob rolled back to release 20260130101500\n");
	now = link_to("cap", "releases/20260130101500");
	go("cap");
	IS_STR(change_rows(&r),
	    ir_asprintf(&arena,
		"2026-01-30T10:15:00.000Z release named web deploy " V1 " 20260130101500 replaced\n"
		"2026-02-01T02:12:44.000Z release named web deploy " V2 " 20260201021244 replaced\n"
		"%s link switched web rollback " V1 " 20260130101500 succeeded current\n",
		now),
	    "a rollback is a deploy of its own");
	IS_STR(row(2)->author, "bob", "who went back");
	IS_STR(row(2)->rollout, NULL, "when, tells it from the first deploy of the same");
	IS_STR(row(2)->previous_revision, V2, "and from what");
	change_end(&r);
	unlink(in("cap/revisions.log"));
	go("cap");
	OK(r.n == 3 && strcmp(r.v[2].change, "rollback") == 0 && !r.v[2].author, "without the log, too");
	change_end(&r);
}

static void
test_unfinished(void)
{
	release("half", "20260130101500", V1);
	release("half", "20990101000000", NULL);
	scratch_file("half/revisions.log", "Branch main (at 1111111) deployed as release 20260130101500 by ann\n");
	link_to("half", "releases/20260130101500");
	go("half");
	OK(r.n == 2 && row(0)->current != 1 && strcmp(row(0)->outcome, "unknown") == 0,
	    "a release that never ran, as far as is known");
	OK(row(1)->current == 1 && strcmp(row(1)->change, "deploy") == 0, "is not rolled back from");
	OK(!row(1)->previous_version && row(1)->previous_available == -1, "the first has none before it");
	change_end(&r);
	release("half", "20260131000000", V2);
	go("half");
	OK(row(2)->current == 1 && strcmp(row(2)->change, "deploy") == 0, "nor from what the log knows nothing of");
	change_end(&r);
}

static void
test_deployer(void)
{
	const char *now;

	release("dep", "9", V1);
	release("dep", "10", V2);
	scratch_dir(&arena, "dep/.dep");
	scratch_file("dep/.dep/releases_log", "{\"created_at\":\"2026-01-30T10:15:00+0100\",\"release_name\":\"9\","
					      "\"user\":\"Ann O\",\"target\":\"main\"}\n"
					      "{\"created_at\":\"2026-02-01T02:12:44+0000\",\"release_name\":\"10\","
					      "\"user\":\"eve\",\"target\":\"HEAD\"}\n"
					      "{\"created_at\":\"2026-02-01T02:1");
	now = link_to("dep", "releases/10");
	go("dep");
	IS_STR(change_rows(&r),
	    ir_asprintf(&arena,
		"2026-01-30T09:15:00.000Z log web deploy " V1 " 9 replaced\n"
		"%s link switched web deploy " V2 " 10 succeeded current\n",
		now),
	    "releases that are numbered");
	IS_STR(row(0)->author, "Ann O", "who");
	IS_STR(row(0)->message, "target main", "what");
	change_end(&r);
	scratch_file("dep/releases/10/BAD_RELEASE", "eve");
	link_to("dep", "releases/9");
	go("dep");
	OK(r.n == 3 && strcmp(row(2)->change, "rollback") == 0 && strcmp(row(2)->revision, V1) == 0, "gone back");
	IS_STR(row(2)->previous_version, "10", "from the bad one");
	change_end(&r);
}

static void
test_odd(void)
{
	go("nowhere");
	OK(r.rc == -1 && strstr(r.err.msg, "cannot be read: No such file"), "no directory: %s", r.err.msg);
	change_end(&r);
	scratch_dir(&arena, "bare");
	go("bare");
	OK(r.rc == -1 && strstr(r.err.msg, "has no directory 'releases'"), "no releases: %s", r.err.msg);
	change_end(&r);
	scratch_dir(&arena, "new/releases");
	go("new");
	OK(r.rc == 0 && r.n == 0 && r.n_faults == 0, "nothing was deployed yet");
	change_end(&r);
	change_go(&r, &ir_change_releases, "type = releases");
	IS_STR(r.err.msg, "'releases' is missing", "it needs a directory");
	change_end(&r);
	release("odd", "20260230000000", V1);
	release("odd", "20260201250000", V1);
	release("odd", "blue", "--upload-pack=evil\n");
	scratch_dir(&arena, "odd/current");
	go("odd");
	IS_INT((int64_t)r.n, 0, "names that are no times, and no link");
	change_end(&r);
	rmdir(in("odd/current"));
	link_to("odd", "releases/blue");
	go("odd");
	OK(r.n == 1 && row(0)->current == 1 && !row(0)->revision, "but what runs is told; its revision is none");
	change_end(&r);
	link_to("odd", "releases/gone");
	go("odd");
	IS_INT((int64_t)r.n, 0, "a link that leads nowhere");
	change_end(&r);
	r.stops = true;
	go("cap");
	IS_INT(r.done, 0, "stopped, it does not tell of its end");
	change_end(&r);
}

static void
test_hostile(void)
{
	struct ir_change_releases all = { .arena = &arena, .path = "/x" };
	struct ir_change_rows rows = { .arena = &arena };
	char *text = ir_arena_alloc(&arena, 4 << 20);
	const char *odd = "{\"release_name\":7,\"created_at\":[],\"user\":3,\"target\":{}}";
	size_t n = 0;

	for (int i = 0; i < 50000; i++)
		n += (size_t)snprintf(text + n, 80, "Branch m (at 1111111) deployed as release %d by a\n", i);
	ir_change_capistrano(&all, text, n);
	OK(all.n <= 2001 && strcmp(all.v[all.n - 1].name, "49999") == 0, "of a long log the end");
	ir_change_releases_rows(&all, &rows);
	IS_INT((int64_t)rows.n, 0, "without times, nothing");
	all = (struct ir_change_releases){ .arena = &arena };
	memset(text, 'B', 4 << 20);
	ir_change_capistrano(&all, text, 4 << 20);
	memset(text, '[', 4 << 20);
	ir_change_deployer(&all, text, 4 << 20);
	ir_change_deployer(&all, "{\"release_name\":{}}\n[]\n7\n\0\n{\"release_name\":\"\"}", 46);
	IS_INT((int64_t)all.n, 0, "lines that are none");
	ir_change_deployer(&all, odd, strlen(odd));
	OK(all.n == 1 && all.v[0].ms == IR_TIME_NONE && !all.v[0].author, "members of other types");
	IS_INT(ir_change_release_time("20260201021244"), 1769911964000, "a name's time");
	IS_INT(ir_change_release_time("20260201021"), IR_TIME_NONE, "a short one");
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	scratch_new(&arena);
	test_capistrano();
	test_rollback();
	test_unfinished();
	test_deployer();
	test_odd();
	test_hostile();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
