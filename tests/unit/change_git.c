/* change_git - the reflog of real checkouts (git of this machine): what deploys, what goes back, what is only work */
#include <signal.h>
#include <sys/wait.h>

#include "change/parse.h"
#include "change_source.h"
#include "scratch.h"

static struct ir_arena arena;
static struct change_run r;

/* Shell in the scratch directory; at N sets the committer's time, which the reflog takes, and c NAME commits. */
static void
sh(const char *script)
{
	char *whole = ir_asprintf(&arena,
	    "exec </dev/null >/dev/null 2>&1; set -e; cd '%s'; export HOME='%s' GIT_CONFIG_NOSYSTEM=1 "
	    "GIT_AUTHOR_NAME=Ann "
	    "GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=Deployer GIT_COMMITTER_EMAIL=c@d\n"
	    "at() { export GIT_COMMITTER_DATE=\"@17000$1 +0000\" GIT_AUTHOR_DATE='@1690000000 +0000'; }\n"
	    "c() { echo $1 >f; git add f; git commit -qm $1; git tag $1; }\n%s",
	    scratch_top, scratch_top, script);
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execlp("sh", "sh", "-c", whole, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		scratch_die(script);
}

static const char *
dir(const char *name)
{
	return ir_asprintf(&arena, "type = git\ndir = %s/%s", scratch_top, name);
}

/* "change what" a line. */
static const char *
moves(void)
{
	const char *all = "";

	for (size_t i = 0; i < r.n; i++)
		all = ir_asprintf(&arena, "%s%lld %s%s %.13s\n", all, (long long)(r.v[i].h.time_ms / 1000 % 100000),
		    r.v[i].change, r.v[i].current == 1 ? "*" : "", r.v[i].message);
	return all;
}

static void
test_moves(void)
{
	sh("at 00000; git init -qb main up; cd up; c v1; c v2; c v3; git reset -q --hard v1\n"
	   "cd ..; at 00100; git clone -q up live; cd up; git reset -q --hard v2; cd ../live; at 00200; git pull -q\n"
	   "at 00300; git checkout -q v1; at 00400; git checkout -q main; at 00500; git reset -q --hard v3\n"
	   "at 00600; git reset -q --hard v3; at 00700; c work");
	r.service = "web";
	change_go(&r, &ir_change_git, dir("live"));
	IS_STR(moves(),
	    "500 deploy reset: moving\n400 deploy checkout: mov\n300 rollback checkout: mov\n"
	    "200 deploy pull -q: Fast\n100 deploy clone: from /\n",
	    "what was deployed, newest first; the commit on top is not, nor is what moves nowhere");
	IS_STR(r.n ? r.v[0].author : "", "Deployer", "who did it");
	IS_STR(r.n ? r.v[0].time_basis : "", "reflog", "how it is known");
	OK(r.n == 5 && strlen(r.v[0].revision) == 40, "the revision");
	OK(r.n == 5 && strcmp(r.v[0].previous_revision, r.v[1].revision) == 0, "and the one before");
	OK(r.n == 5 && !r.v[4].previous_revision && r.v[3].previous_available == 1, "the first has none before it");
	OK(r.n == 5 && !r.v[3].rollout, "when, tells which rollout it is");
	change_end(&r);
	sh("cd live; at 00800; git checkout -q v2");
	change_go(&r, &ir_change_git, dir("live"));
	OK(r.n == 6 && r.v[0].current == 1 && r.v[1].current == -1, "the newest move is what runs");
	change_end(&r);
}

static void
test_rebase(void)
{
	int rebases = 0, ends = 0;

	sh("at 01000; git init -qb main a; cd a; c b1; cd ..; git clone -q a b; cd b; at 01100; echo l >l; git add l\n"
	   "git commit -qm local; cd ../a; at 01200; c b2; cd ../b; at 01300; git pull -q --rebase\n"
	   "git checkout -q -b 'x(y)' HEAD~1; at 01400; git checkout -q main; at 01500; git merge -q --no-ff -m m "
	   "'x(y)' || "
	   "true; git checkout -q 'x(y)'; at 01600; git merge -q main");
	change_go(&r, &ir_change_git, dir("b"));
	OK(strstr(moves(), "1600 deploy* merge main: F") != NULL, "a merge");
	for (size_t i = 0; i < r.n; i++) {
		rebases += strncmp(r.v[i].message, "pull", 4) == 0;
		ends += strstr(r.v[i].message, "(finish)") != NULL;
	}
	IS_INT(rebases, 1, "a rebase counts once");
	IS_INT(ends, 1, "by its end");
	change_end(&r);
}

static void
test_words(void)
{
	static const struct {
		const char *what;
		bool deploys;
	} cases[] = { { "pull: Fast-forward", true }, { "pull origin main: Fast-forward", true },
		{ "pull --rebase (start): checkout abc", false }, { "pull --rebase (pick): x", false },
		{ "pull --rebase (finish): returning to refs/heads/main", true },
		{ "rebase (start): checkout x", false }, { "rebase (finish): returning to refs/heads/main", true },
		{ "rebase finished: refs/heads/main", true }, { "rebase -i (squash): x", false },
		{ "checkout: moving from a to b", true }, { "reset: moving to HEAD~1", true },
		{ "merge fix(ui): Fast-forward", true }, { "clone: from https://x", true },
		{ "commit: pull: x", false }, { "commit (amend): y", false }, { "commit (merge): y", false },
		{ "cherry-pick: z", false }, { "revert: z", false }, { "Branch: renamed a to b", false }, { "", false },
		{ ":", false }, { "pull", true }, { "pullover: x", false }, { "(finish): pull", false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ir_git_move m = { .revision = "a", .what = cases[i].what, .who = "w", .ms = 1700000000000 };
		struct ir_change_rows rows = { .arena = &arena };

		ir_change_git_rows(&m, 1, &rows);
		IS_INT((int64_t)rows.n, cases[i].deploys, "'%s'", cases[i].what);
	}
}

static void
test_none(void)
{
	sh("mkdir plain; git init -q empty");
	change_go(&r, &ir_change_git, dir("plain"));
	IS_STR(change_fault(&r, 0), "there is no git repository here", "no repository");
	change_end(&r);
	change_go(&r, &ir_change_git, dir("empty"));
	IS_INT((int64_t)r.n_faults, 1, "no commit yet: %s", change_fault(&r, 0));
	change_end(&r);
	change_go(&r, &ir_change_git, dir("nowhere"));
	OK(r.rc == -1 || r.n_faults == 1, "no directory: %s%s", r.err.msg, change_fault(&r, 0));
	change_end(&r);
	change_go(&r, &ir_change_git, "type = git");
	IS_STR(r.err.msg, "'dir' is missing", "it needs one");
	change_end(&r);
	r.stops = true;
	change_go(&r, &ir_change_git, dir("live"));
	IS_INT(r.done, 0, "stopped, it does not tell of its end");
	change_end(&r);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	scratch_new(&arena);
	setenv("HOME", scratch_top, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	test_moves();
	test_rebase();
	test_words();
	test_none();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
