/* git - real repositories: ordinary, hostile, empty, none; what git is asked and answers; trees of a directory and of a revision */
#include <stdlib.h>
#include <sys/wait.h>

#include "git/log.h"
#include "git/tree.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx;
static volatile sig_atomic_t stop;

static void
begin(void)
{
	struct ir_err err = IR_ERR_INIT;

	ctx = (struct ir_ctx){ .command = "ir-deploys", .arena = &arena, .stop = &stop, .timeout_ms = 20000 };
	ctx.deadline_us = ir_mono_us() + 40 * 1000000;
	if (!ir_loop_new(&ctx, &err))
		scratch_die(err.msg);
}

static void
finish(void)
{
	ir_loop_free(ctx.loop);
}

static int
run_sh(const char *script)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execlp("sh", "sh", "-c", script, NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

/* Shell in the scratch directory, with git that knows of nothing but what is said here. */
static void
sh(const char *script)
{
	char *whole = ir_asprintf(&arena,
	    "exec </dev/null >/dev/null 2>&1; set -e; cd '%s'; export HOME='%s' GIT_CONFIG_NOSYSTEM=1 "
	    "GIT_AUTHOR_NAME='Ann O' "
	    "GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@d\n%s",
	    scratch_top, scratch_top, script);

	if (run_sh(whole) != 0)
		scratch_die(script);
}

struct answer {
	char *text;
	size_t n;
	bool cut;
	struct ir_err why;
	int calls;
};

static void
on_git(void *arg, struct ir_git *git, const struct ir_err *why)
{
	struct answer *a = arg;
	const char *text = ir_git_out(git, &a->n, &a->cut);

	a->calls++;
	a->text = ir_arena_alloc(&arena, a->n + 1);
	memcpy(a->text, text, a->n);
	if (why)
		a->why = *why;
}

static struct answer
run_git(const char *dir, const char *const *args, size_t max)
{
	struct answer a = { .text = NULL };

	begin();
	if (ir_git_start(&ctx, ir_asprintf(&arena, "%s/%s", scratch_top, dir), args, NULL, 0, max, on_git, &a, &a.why))
		ir_loop_run(ctx.loop, NULL, NULL);
	finish();
	return a;
}

static size_t
log_of(const char *dir, struct ir_git_log q, struct ir_git_commit **v, struct ir_err *why)
{
	struct answer a = run_git(dir, ir_git_log_args(&arena, &q), 0);

	*why = a.why;
	return ir_git_log_parse(&arena, a.text ? a.text : "", a.n, a.cut, v);
}

static const struct ir_git_log all = { .since_ms = IR_TIME_NONE, .until_ms = IR_TIME_NONE, .files = true };

static void
test_log(void)
{
	struct ir_git_log q = all;
	struct ir_git_commit *v;
	struct ir_err why;

	sh("git init -q -b main r; cd r; echo 1 >a; git add .; GIT_AUTHOR_DATE='@1700000000 +0100' "
	   "GIT_COMMITTER_DATE='@1700000100 +0100' git commit -qm one; git tag old\n"
	   "git checkout -qb side; echo 2 >'b c'; printf x >\"$(printf 'n\\nl')\"; git add .; "
	   "GIT_COMMITTER_DATE='@1700000200 +0000' "
	   "git commit -qm 'two: with\ttab'\n"
	   "git checkout -q main; mkdir -p d; mv a d/a; git add -A; GIT_COMMITTER_DATE='@1700000300 +0000' git commit "
	   "-qm three; git tag 'v1,0'\n"
	   "GIT_COMMITTER_DATE='@1700000400 +0000' git merge -q --no-ff side -m merge; git tag -am release v2\n"
	   "GIT_COMMITTER_DATE='@1700000500 +0000' git commit -q --allow-empty -m empty");
	IS_INT(log_of("r", q, &v, &why), 5, "all commits");
	IS_INT(why.code, 0, "and no failure: %s", why.msg);
	IS_STR(v[0].title, "empty", "newest first");
	IS_INT(v[0].n_files, 0, "it changed nothing");
	IS_STR(v[1].title, "merge", "the merge");
	IS_INT(v[1].parents.n, 2, "with two parents");
	IS_STR(ir_list_join(&arena, &v[1].tags, "", " "), "v2", "and its annotated tag");
	IS_STR(ir_list_join(&arena, &v[1].files, "[", "] "), "[b c] [n\nl", "and what came by it, odd names and all");
	IS_STR(v[2].title, "three", "a commit");
	IS_STR(ir_list_join(&arena, &v[2].tags, "", " "), "v1,0", "and its tag with a comma");
	IS_STR(ir_list_join(&arena, &v[2].files, "", " "), "a d/a", "a renamed file is two");
	IS_STR(v[3].title, "two: with\ttab", "a title with a tab");
	IS_STR(v[4].author, "Ann O", "who wrote it");
	IS_INT(v[4].authored_ms, 1700000000000, "when it was written");
	IS_INT(v[4].committed_ms, 1700000100000, "when it was committed");
	IS_STR(ir_list_join(&arena, &v[4].files, "", " "), "a", "the first commit's files");
	q.last = 2;
	IS_INT(log_of("r", q, &v, &why), 2, "the last two");
	q.last = 0;
	q.since_ms = 1700000300000;
	IS_INT(log_of("r", q, &v, &why), 3, "since a time");
	q = all;
	q.range = "old..v2";
	IS_INT(log_of("r", q, &v, &why), 3, "what lies between two tags");
	q.range = "nowhere";
	IS_INT(log_of("r", q, &v, &why), 0, "a revision that is not there");
	IS_INT(why.code, IR_BACKEND, "is said: %s", why.msg);
}

static void
test_none(void)
{
	struct ir_git_commit *v;
	struct ir_err why;

	sh("mkdir none; git init -q -b main empty");
	IS_INT(log_of("none", all, &v, &why), 0, "no repository");
	IS_STR(why.msg, "there is no git repository here", "is said");
	IS_INT(log_of("empty", all, &v, &why), 0, "no commits");
	IS_STR(why.msg, "the repository has no commits yet", "is said");
	IS_INT(log_of("not-there", all, &v, &why), 0, "no directory");
	IS_INT(why.code, IR_CONFIG, "is said: %s", why.msg);
}

static void
test_between(void)
{
	struct answer a = run_git("r", ir_git_diff_args(&arena, "old", "v2"), 0);
	struct ir_list names = { 0 };
	struct ir_git_move *m;
	size_t n;

	IS_INT(ir_git_names_parse(&arena, a.text, a.n, a.cut, 2, &names), 4, "files that differ");
	IS_STR(ir_list_join(&arena, &names, "", " "), "a b c", "and the first two");
	IS_INT(ir_git_names_parse(&arena, a.text, a.n, true, 2, &(struct ir_list){ 0 }), -1,
	    "a cut answer does not count");
	a = run_git("r", ir_git_reflog_args(&arena, 3), 0);
	n = ir_git_reflog_parse(&arena, a.text, a.n, &m);
	IS_INT(n, 3, "the reflog");
	IS_STR(m[0].what, "commit: empty", "what was done");
	OK(m[0].ms > 1700000000000, "and when");
	a = run_git("r", (const char *const[]){ "log", "-z", "--format=%H", NULL }, 50);
	OK(a.cut && a.n == 50, "an answer that is too long is cut");
}

/* Every setting that makes git run a program, set to one that leaves a trace. */
static void
test_hostile(void)
{
	struct ir_git_commit *v;
	struct ir_err why;
	struct ir_tree *t;

	sh("cp -a r evil; cd evil; printf '#!/bin/sh\\ntouch %s/ran\\ncat\\n' \"$HOME\" >x.sh; chmod +x x.sh; "
	   "x=$PWD/x.sh\n"
	   "for k in core.fsmonitor core.pager core.sshCommand core.editor core.alternateRefsCommand core.gitProxy "
	   "gpg.program gpg.ssh.program "
	   "diff.external diff.x.textconv diff.x.command filter.x.smudge filter.x.clean filter.x.process "
	   "credential.helper sequence.editor "
	   "pager.log pager.diff uploadpack.packObjectsHook remote.origin.uploadpack; do git config $k \"$x\"; done\n"
	   "git config log.showSignature true; git config i18n.logOutputEncoding UTF-16; git config diff.relative "
	   "true; git config core.hooksPath \"$PWD/hooks\"; mkdir hooks; for h in "
	   "post-checkout post-index-change reference-transaction "
	   "pre-auto-gc; do cp x.sh hooks/$h; done\n"
	   "git config diff.orderFile /etc/passwd; git config alias.log '!./x.sh'; git config protocol.allow always; "
	   "git config protocol.ext.allow always\n"
	   "git config remote.origin.url \"ext::$x\"; git config remote.origin.promisor true; git config "
	   "extensions.partialClone origin; git config core.repositoryFormatVersion 1\n"
	   "printf '* diff=x filter=x\\n' >.gitattributes; cp .gitattributes .git/info/attributes\n"
	   "rm -f ../ran; b=$(git rev-parse HEAD:d/a); rm -f .git/objects/$(echo $b | cut -c1-2)/$(echo $b | cut "
	   "-c3-)\n"
	   "chown -R 12345 . || :");
	setenv("GIT_EXTERNAL_DIFF", ir_asprintf(&arena, "%s/evil/x.sh", scratch_top), 1);
	setenv("GIT_DIR", "/nonexistent", 1);
	setenv("GIT_SSH_COMMAND", ir_asprintf(&arena, "%s/evil/x.sh", scratch_top), 1);
	IS_INT(log_of("evil", all, &v, &why), 5, "a hostile repository tells its commits: %s", why.msg);
	run_git("evil", ir_git_diff_args(&arena, "old", "v2"), 0);
	begin();
	t = ir_tree_new(&ctx, ir_asprintf(&arena, "%s/evil", scratch_top), "HEAD");
	OK(t != NULL, "and its files");
	finish();
	OK(access(ir_asprintf(&arena, "%s/ran", scratch_top), F_OK) != 0, "and none of its programs ran");
	unsetenv("GIT_EXTERNAL_DIFF");
	unsetenv("GIT_DIR");
	unsetenv("GIT_SSH_COMMAND");
	sh("cd evil; timeout 10 git -c safe.directory=* diff old v2 || :; timeout 10 git -c safe.directory=* status || "
	   ":");
	OK(access(ir_asprintf(&arena, "%s/ran", scratch_top), F_OK) == 0, "which they do where git is run as usual");
}

/* ---- trees */

static struct ir_err tree_why;

static void
on_tree(void *arg, struct ir_tree *t, const struct ir_err *why)
{
	(void)t;
	++*(int *)arg;
	if (why)
		tree_why = *why;
}

static bool
is_wanted(void *arg, const char *path)
{
	(void)arg;
	return !strstr(path, "unwanted");
}

/* "path=text …" */
static const char *
files_of(const char *dir, const char *rev)
{
	struct ir_tree *t;
	struct ir_list got = { 0 };
	struct ir_tree_file *v;
	const struct ir_list *paths;
	struct ir_err err = IR_ERR_INIT;
	int calls = 0;
	bool cut;

	begin();
	tree_why = (struct ir_err)IR_ERR_INIT;
	t = ir_tree_new(&ctx, ir_asprintf(&arena, "%s/%s", scratch_top, dir), rev);
	if (ir_tree_list(t, is_wanted, on_tree, &calls, &err) < 0) {
		finish();
		return ir_strdup(&arena, err.msg);
	}
	ir_loop_run(ctx.loop, NULL, NULL);
	paths = ir_tree_paths(t, &cut);
	v = IR_NEW_N(&arena, struct ir_tree_file, paths->n + 1);
	for (size_t i = 0; i < paths->n; i++)
		v[i].path = paths->v[i];
	if (ir_tree_read(t, v, paths->n, on_tree, &calls, &err) == 0)
		ir_loop_run(ctx.loop, NULL, NULL);
	for (size_t i = 0; i < paths->n; i++)
		ir_list_add(&arena, &got,
		    ir_asprintf(
			&arena, "%s=%s", v[i].path, v[i].text ? v[i].text : ir_asprintf(&arena, "(%s)", v[i].why)));
	finish();
	if (calls != 2 && !tree_why.code)
		return "a callback is missing";
	return tree_why.code ? ir_strdup(&arena, tree_why.msg) : ir_list_join(&arena, &got, "", " ");
}

static void
test_trees(void)
{
	sh("git init -q -b main t; cd t; mkdir -p a/b node_modules/x .hid; echo -n 1 >a/b/c.sql; echo -n 2 >a.sql; "
	   "echo -n 3 >node_modules/x/m.js; echo -n 4 >.hid/h; "
	   "echo -n 5 >unwanted; : >nil; ln -s a.sql link; ln -s / root; git add -A -f; git commit -qm x; echo -n "
	   "changed >a.sql; head -c 1100000 /dev/zero >big; mkfifo pipe");
	IS_STR(
	    files_of("t", NULL), "a.sql=changed a/b/c.sql=1 big=(it is too long) nil=", "the files as they lie there");
	IS_STR(files_of("t", "HEAD"), ".hid/h=4 a.sql=2 a/b/c.sql=1 link=a.sql nil= node_modules/x/m.js=3 root=/",
	    "those of a revision");
	IS_STR(files_of("r", "HEAD"), "b c=2\n d/a=1\n n\nl=(git does not tell it)",
	    "a name with a newline cannot be asked for");
	IS_STR(
	    files_of("t", "nowhere"), "git ls-tree: Not a valid object name nowhere", "a revision that is not there");
	IS_STR(files_of("t", "--upload-pack=x"), "'--upload-pack=x' names no revision", "an option is no revision");
	OK(strstr(files_of("nothing", NULL), "cannot be read: No such file"), "a directory that is not there");
}

static void
test_revs(void)
{
	static const char *const good[] = { "HEAD", "v1.2", "155dfed", "feature/x", "HEAD~1", "main@{1}", NULL },
				 *const bad[] = { "", "-x", "^a", "a..b", "a b", "a:b", "a\nb", "a*", NULL };

	for (size_t i = 0; good[i]; i++)
		OK(ir_git_rev_valid(good[i]), "'%s' may stand for a revision", good[i]);
	for (size_t i = 0; bad[i]; i++)
		OK(!ir_git_rev_valid(bad[i]), "%zu may not", i);
}

/* Whatever git would be made to say. */
static void
test_garbage(void)
{
	static const char *const texts[] = { "x", "0123456789012345678901234567890123456789", "\0\0\0\0\0\0\0\0",
		"0123456789012345678901234567890123456789\0"
		"1\0"
		"1\0\0\0a\0t\0:",
		"0123456789012345678901234567890123456789\0"
		"99999999999999999999\0"
		"1\0\0\0a\0t\0" };
	static const size_t sizes[] = { 1, 40, 8, 53, 71 };
	struct ir_git_commit *v;
	struct ir_git_move *m;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = ir_git_log_parse(&arena, texts[i], sizes[i], false, &v);

		IS_INT(n, i == 3, "answer %zu that is none", i);
		IS_INT(ir_git_reflog_parse(&arena, texts[i], sizes[i], &m), 0, "and is no reflog");
	}
	IS_INT(v == NULL, 1, "and nothing comes of it");
}

int
main(void)
{
	scratch_new(&arena);
	if (run_sh("git --version >/dev/null 2>&1") != 0) {
		SKIP("git", "repositories");
	} else {
		test_log();
		test_none();
		test_between();
		test_hostile();
		test_trees();
	}
	test_revs();
	test_garbage();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
