/* cmd - everything that ir_main does around a run(), each time in a process of its own */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/cmd.h"
#include "rec/emit.h"
#include "rec/journal.h"
#include "tap.h"

enum how { PLAIN, OUT_CLOSED, OUT_FULL, OUT_GONE, ALL_CLOSED };

static char dir[4096];
static char out[1 << 17], errs[1 << 16];
static int status;

struct opts {
	const char *word;
	const char *secret;
};

static const struct ir_opt table[] = {
	IR_STR(struct opts, word, 'm', "message", "TEXT", "a text"),
	IR_STR(struct opts, secret, 'p', "password", "TEXT", "a secret", .secret = true),
	IR_OPT_END,
};
static const struct ir_kind *const kinds[] = { &ir_kind_check, NULL };

static void
row(struct ir_ctx *ctx, int st, const char *name)
{
	struct ir_check c;

	ir_row_init(&ir_kind_check, &c);
	c.h.status = st;
	c.h.subject = name;
	c.h.summary = "said by a test";
	c.name = name;
	c.type = "test";
	ir_out_row(ctx->out, &ir_kind_check, &c);
}

/* Each operand is a thing to do. */
static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *opts, char **operands, struct ir_err *err)
{
	int st;

	(void)opts;
	for (; *operands; operands++) {
		if ((st = ir_name_index(ir_status_names, *operands)) >= 0) {
			row(ctx, st, *operands);
		} else if (strcmp(*operands, "break") == 0) {
			ir_fail(err, IR_CONFIG, "line 3: 'x\033[31m' is wrong");
			ir_hint(err, "make it right");
			return ir_wrap(err, "reading ir.conf");
		} else if (strcmp(*operands, "signal") == 0) {
			raise(SIGTERM);
		} else if (strcmp(*operands, "since") == 0) {
			row(ctx, common->since_ms == ctx->start_ms ? IR_STATUS_OK : IR_STATUS_FAIL, "since");
		} else if (strcmp(*operands, "fd") == 0) {
			row(ctx, open("/dev/null", O_RDONLY) > 2 ? IR_STATUS_OK : IR_STATUS_FAIL, "fd");
		} else if (strcmp(*operands, "finding") == 0) {
			return IR_FINDING;
		}
	}
	return IR_OK;
}

static const struct ir_cmd source = {
	.name = "ir-x",
	.brief = "be tested",
	.operands = "[WORD ...]",
	.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE | IR_WITH_SINCE,
	.opts = table,
	.optsize = sizeof(struct opts),
	.kinds = kinds,
	.run = run,
};
static struct ir_cmd actor, bare;

static void
redirect(enum how how, const char *out_path, const char *err_path)
{
	int fds[2];

	dup2(open(err_path, O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
	if (how == OUT_FULL)
		dup2(open("/dev/full", O_WRONLY), 1);
	else if (how == PLAIN)
		dup2(open(out_path, O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
	if (how == OUT_GONE && pipe(fds) == 0) {
		dup2(fds[1], 1);
		close(fds[0]);
	}
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	if (how == OUT_CLOSED || how == ALL_CLOSED)
		close(1);
	if (how == ALL_CLOSED) {
		close(0);
		close(2);
	}
}

static void
slurp(const char *path, char *to, size_t size)
{
	IR_CLOSE int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, to, size - 1);

	to[n > 0 ? n : 0] = '\0';
}

static void
call(const struct ir_cmd *cmd, enum how how, const char *const *args)
{
	char out_path[8192], err_path[8192];
	int argc = 0, st;
	pid_t pid;

	snprintf(out_path, sizeof(out_path), "%s/out", dir);
	snprintf(err_path, sizeof(err_path), "%s/err", dir);
	unlink(out_path);
	while (args[argc])
		argc++;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		redirect(how, out_path, err_path);
		_exit(ir_main(cmd, argc, (char **)(uintptr_t)args));
	}
	while (waitpid(pid, &st, 0) < 0 && errno == EINTR)
		;
	status = WIFEXITED(st) ? WEXITSTATUS(st) : 1000 + WTERMSIG(st);
	slurp(out_path, out, sizeof(out));
	slurp(err_path, errs, sizeof(errs));
}

#define CALL(cmd, how, ...) call(cmd, how, (const char *const[]){ "ir-x", __VA_ARGS__, NULL })

static void
lines(int want, const char *what)
{
	int n = 0;

	for (const char *s = out; *s; s++)
		n += *s == '\n';
	IS_INT(n, want, "... %s", what);
}

static void
statuses(void)
{
	CALL(&source, PLAIN, "ok", "warn");
	IS_INT(status, 0, "ok and warn: 0");
	lines(2, "two rows");
	IS_STR(errs, "", "... and no message");
	CALL(&source, PLAIN, "--strict", "ok", "warn");
	IS_INT(status, 1, "strict: 1");
	CALL(&source, PLAIN, "fail", "ok");
	IS_INT(status, 1, "fail: 1");
	CALL(&source, PLAIN, "unknown", "fail");
	IS_INT(status, 2, "unknown: 2, though something failed");
	CALL(&source, PLAIN, "--only", "ok", "fail", "ok");
	IS_INT(status, 1, "the status speaks of what is not displayed");
	lines(1, "and one row is");
	CALL(&source, PLAIN, "finding");
	IS_INT(status, 1, "what run() says counts");
	CALL(&source, PLAIN, "-o", "nagios", "fail");
	IS_INT(status, 2, "a plugin's status");
}

static void
failures(void)
{
	CALL(&source, PLAIN, "ok", "break");
	IS_INT(status, IR_CONFIG, "a failure ends with its code");
	IS_STR(errs, "ir-x: reading ir.conf: line 3: 'x\\x1b[31m' is wrong\n  hint: make it right\n",
	    "... said once, escaped, with the hint");
	OK(strstr(out, "\tok\t") && strstr(out, "err-"), "... after the rows, and is a record");
	CALL(&source, PLAIN, "-j", "ok", "break");
	OK(strstr(out, "\"kind\":\"error\"") && strstr(out, "\"complete\":false"),
	    "... in JSON too, and the run is not complete");
	CALL(&source, PLAIN, "-q", "break");
	OK(*errs, "-q does not hide a failure");
	CALL(&source, PLAIN, "--tiemout", "5s");
	IS_INT(status, IR_USAGE, "a misspelt option: 64");
	IS_STR(errs, "ir-x: unknown option '--tiemout'\n  hint: did you mean '--timeout'?\n", "... said once");
	IS_STR(out, "", "... and nothing printed");
	CALL(&source, PLAIN, "-c", "bogus");
	IS_INT(status, IR_USAGE, "no such column: 64");
	CALL(&bare, PLAIN, "word");
	IS_INT(status, IR_USAGE, "an operand where there are none: 64");
	CALL(&source, PLAIN, "-S", "10m", "-U", "20m");
	IS_INT(status, IR_USAGE, "since after until: 64");
	CALL(&source, PLAIN, "https://me:hunter2@example.org/");
	IS_INT(status, IR_USAGE, "a password in an operand: 64");
	OK(!strstr(errs, "hunter2") && strstr(errs, "password-file"), "... not repeated, and the way out said");
	CALL(&source, PLAIN, "--message=https://me:hunter2@example.org/");
	IS_INT(status, IR_USAGE, "a password in an option's value: 64");
}

static void
outputs(void)
{
	CALL(&source, OUT_FULL, "ok");
	IS_INT(status, IR_IO, "a full disk: 74");
	CALL(&source, OUT_CLOSED, "ok");
	IS_INT(status, IR_IO, "a closed stdout: 74");
	CALL(&source, OUT_GONE, "ok");
	IS_INT(status, 0, "a reader that is gone: no failure");
	CALL(&source, ALL_CLOSED, "fd");
	IS_INT(status, IR_IO, "all descriptors closed: 74");
	CALL(&source, OUT_FULL, "--help");
	IS_INT(status, IR_IO, "help to a full disk: 74");
	CALL(&source, OUT_GONE, "--help");
	IS_INT(status, 0, "help to a reader that is gone: no failure");
	CALL(&source, OUT_CLOSED, "--version");
	IS_INT(status, IR_IO, "version to a closed stdout: 74");
	CALL(&source, PLAIN, "--version");
	IS_STR(out, "ir-x " IR_VERSION "\n", "the version");
	CALL(&source, PLAIN, "-c", "help");
	IS_INT(status, 0, "the columns");
	OK(strstr(out, "latency_ms"), "... are listed");
	CALL(&source, PLAIN, "-c", "name,status", "ok");
	IS_STR(out, "ok\tok\n", "columns are picked");
	CALL(&source, PLAIN, "--complete", "line", "--", "--tim");
	IS_STR(out, "--timeout\tgive up on one target after DURATION (-t)\n", "completion");
	CALL(&source, PLAIN, "--complete", "line", "--bogus");
	IS_INT(status, 0, "completion of nonsense is no failure");
	OK(!*out && !*errs, "... and silent");
}

static void
signals(void)
{
	CALL(&source, PLAIN, "-j", "ok", "signal");
	IS_INT(status, IR_INTERRUPTED, "a signal: 130");
	OK(strstr(out, "\"status\":\"ok\"") && strstr(out, "\"complete\":false"),
	    "... what was done is printed, the run is not complete");
	CALL(&source, PLAIN, "signal", "signal");
	IS_INT(status, 1000 + SIGTERM, "the second signal ends the process");
	CALL(&actor, PLAIN, "signal", "signal");
	IS_INT(status, IR_INTERRUPTED, "... but not an actor, which ends what it began");
}

/* The last record of a kind in the journal. */
static int
find_kind(void *arg, const char *record, size_t len)
{
	snprintf(arg, 4096, "%.*s", (int)len, record);
	return 1;
}

static void
journalled(const char *kind, char *ret)
{
	struct ir_journal_opts opts = {
		.dir = getenv("IR_JOURNAL"), .keep_days = 7, .lock_ms = 1000, .readonly = true
	};
	struct ir_journal *j = ir_journal_open(&opts, NULL);

	*ret = '\0';
	if (!j)
		return;
	ir_journal_recent(j, kind, 1, find_kind, ret, NULL);
	ir_journal_close(j);
}

/* A journal that opens but takes nothing. */
static void
unwritable(void)
{
	char path[8192];

	snprintf(path, sizeof(path), "%s/foreign", dir);
	mkdir(path, 0700);
	setenv("IR_JOURNAL", path, 1);
	snprintf(path, sizeof(path), "%s/foreign/2026-02-01.jsonl", dir);
	dprintf(open(path, O_WRONLY | O_CREAT, 0600), "hello\n");
	CALL(&source, PLAIN, "ok");
	IS_INT(status, 0, "where the journal takes nothing a source goes on");
	OK(strncmp(errs, "ir-x: warning: no journal", 25) == 0 && strstr(errs, "not one of a journal"),
	    "... and says why");
	CALL(&actor, PLAIN, "ok");
	IS_INT(status, IR_REFUSED, "... an actor refuses");
	OK(!strstr(out, "chk-") && strstr(errs, "not one of a journal"), "... before it does anything, and says why");
}

static void
journals(void)
{
	char rec[4096], path[8192];

	CALL(&source, PLAIN, "-p", "hunter2", "-m", "https://example.org/?token=hunter3", "ok");
	journalled("start", rec);
	OK(strstr(rec, "\"-p\",\"***\""), "the start says how the run was called");
	OK(!strstr(rec, "hunter"), "... without secrets");
	if (tap_bad)
		printf("# %s\n", rec);
	journalled("end", rec);
	OK(strstr(rec, "\"complete\":true"), "the end says that it was complete");
	journalled("check", rec);
	OK(strstr(rec, "\"id\":\"chk-"), "the row is remembered");
	if (strstr(rec, "chk-")) {
		char handle[13];

		snprintf(handle, sizeof(handle), "%.12s", strstr(rec, "chk-"));
		CALL(&source, PLAIN, "-S", handle, "since");
		IS_INT(status, 0, "a handle is a time");
		CALL(&source, PLAIN, "-S", handle, "-S", "10m", "since");
		IS_INT(status, 1, "... but not when another time is given after it");
		CALL(&source, PLAIN, "-S", "10m", "-S", handle, "since");
		IS_INT(status, 0, "... and when it is the last one");
	}
	CALL(&source, PLAIN, "-S", "chk-00000000", "ok");
	IS_INT(status, IR_DATA, "a handle that nobody knows: 65");
	OK(strstr(errs, "option '-S'"), "... and the option is named");
	setenv("IR_JOURNAL", "off", 1);
	CALL(&source, PLAIN, "ok");
	IS_INT(status, 0, "without a journal a source goes on");
	IS_STR(errs, "ir-x: warning: no journal, so later commands will not know these handles: it is switched off\n",
	    "... and says so, though it was switched off by hand");
	CALL(&source, PLAIN, "-q", "ok");
	IS_STR(errs, "", "... but not with -q");
	CALL(&actor, PLAIN, "ok");
	IS_INT(status, IR_REFUSED, "... an actor refuses");
	OK(!strstr(out, "chk-"), "... before it does anything");
	setenv("IR_JOURNAL", "/dev/null/journal", 1);
	CALL(&source, PLAIN, "ok");
	IS_INT(status, 0, "with a journal that cannot be a source goes on");
	OK(strncmp(errs, "ir-x: warning: no journal", 25) == 0, "... and says so");
	unwritable();
	unsetenv("IR_JOURNAL");
	unsetenv("XDG_STATE_HOME");
	snprintf(path, sizeof(path), "%s/home", dir);
	setenv("HOME", path, 1);
	CALL(&source, PLAIN, "ok");
	IS_STR(errs, "", "the journal in the home directory");
	snprintf(path, sizeof(path), "%s/home/.local/state/ir/journal", dir);
	OK(access(path, X_OK) == 0, "... is made");
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void
world(void)
{
	char path[8192];

	snprintf(dir, sizeof(dir), "%s/ir-cmd.XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(dir))
		exit(1);
	snprintf(path, sizeof(path), "%s/ir.conf", dir);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	setenv("IR_CONF", path, 1);
	snprintf(path, sizeof(path), "%s/journal", dir);
	setenv("IR_JOURNAL", path, 1);
	setenv("IR_TEST_NOW", "2026-02-01T02:12:44Z", 1);
	unsetenv("IR_ENV");
	unsetenv("IR_READONLY");
	actor = bare = source;
	actor.role = IR_ACTOR;
	bare.operands = NULL;
}

int
main(void)
{
	world();
	statuses();
	failures();
	outputs();
	signals();
	journals();
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return tap_done();
}
