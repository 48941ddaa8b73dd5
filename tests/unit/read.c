/* read - records in: rows and JSON, and whether what fed us was complete */
#include "rec/read.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx = { .command = "ir-test", .run = "run-zzzzzzzz", .arena = &arena };
static const char *dir;

/* rows, the pure part */

static void
row(const char *line, int want, const char *id, int64_t ms)
{
	char got[16];
	int64_t t;

	IS_INT(ir_in_row(line, strlen(line), got, &t), want, "row: %.40s", line[0] == 033 ? "(escape)" : line);
	if (want != 1)
		return;
	IS_STR(got, id, "its id");
	IS_INT(t, ms, "its time");
}

static void
test_rows(void)
{
	row("chk-00000001\t2026-02-01T02:12:44.918Z\tok", 1, "chk-00000001", 1769911964918);
	row("chk-00000001", 1, "chk-00000001", IR_TIME_NONE);
	row("chk-00000001\r", 1, "chk-00000001", IR_TIME_NONE);
	row("  chk-00000001 ok", 1, "chk-00000001", IR_TIME_NONE);
	row("chk-00000001  02:12:44Z   3m  ok", 1, "chk-00000001", IR_TIME_NONE);
	row("chk-00000001\xc2\xa0 2026-02-01T02:12:44.918Z", 1, "chk-00000001", 1769911964918);
	row("\033[1mchk-00000001\033[0m\t\033]0;title\007\033[2m2026-02-01T02:12:44.918Z\033[m", 1, "chk-00000001",
	    1769911964918);
	row("\033[200~chk-00000001", 1, "chk-00000001", IR_TIME_NONE);
	row("chk-00000001 2026-02-01T02:12:44.918Zx", 1, "chk-00000001", IR_TIME_NONE);
	row("> chk-00000001\t2026-02-01T02:12:44.918Z\tok", 1, "chk-00000001", 1769911964918);
	row(">> >chk-00000001 ok", 1, "chk-00000001", IR_TIME_NONE);
	row(">", 0, "", 0);
	row("> >> \t", 0, "", 0);
	row("> hello", -1, "", 0);
	row("a>chk-00000001", -1, "", 0);
	row("```", 0, "", 0);
	row("", 0, "", 0);
	row(" \t \r", 0, "", 0);
	row("\033[0m", 0, "", 0);
	row("ID            TIME", 0, "", 0);
	row("id\ttime", 0, "", 0);
	row("IDENT", -1, "", 0);
	row("chk-0000000", -1, "", 0);
	row("chk-000000011", -1, "", 0);
	row("chk-0000000l", -1, "", 0);
	row("CHK-00000001", -1, "", 0);
	row("1:chk-00000001", -1, "", 0);
	row("chk-00000001,ok", -1, "", 0);
	row("hello", -1, "", 0);
	row("\033[", 0, "", 0);
	row("\033]x", 0, "", 0);
	row("\033", 0, "", 0);
}

/* a journal to look things up in */

static void
journal_add(const char *kind, const char *id, const char *run, const char *time, const char *key, const char *more)
{
	struct ir_err err = IR_ERR_INIT;
	char *rec = ir_asprintf(&arena,
	    "{\"kind\":\"%s\",\"v\":1,\"id\":%s%s%s,\"time\":\"%s\",\"source\":\"ir-test\",\"run\":\"%s\",\"status\":"
	    "\"ok\",\"env\":\"prod\","
	    "\"service\":\"web\",\"subject\":\"s\",\"summary\":\"said by %s\",\"refs\":[]%s}",
	    kind, *id ? "\"" : "", *id ? id : "null", *id ? "\"" : "", time, run, run, more);
	struct ir_entry e = {
		.record = rec, .len = strlen(rec), .kind = kind, .id = id, .key = key, .run = *id ? NULL : run
	};
	char hex[IR_SHA_HEX];

	if (*key)
		e.key = ir_sha256_hex(key, strlen(key), hex);
	ir_time_parse_rfc3339(time, strlen(time), &e.time_ms);
	if (ir_journal_append(ctx.journal, &e, 1, false, NULL, &err) < 0)
		scratch_die(err.msg);
}

static void
journal_run_at(const char *start, const char *run, const char *complete)
{
	journal_add("start", "", run, start, "", "");
	if (complete)
		journal_add(
		    "end", "", run, "2026-02-01T02:00:01.000Z", "", ir_asprintf(&arena, ",\"complete\":%s", complete));
}

static void
journal_run(const char *run, const char *complete)
{
	journal_run_at("2026-02-01T02:00:00.000Z", run, complete);
}

/* One fact at one time, told by many runs that began in this order; the last of three facts is told last by one that began early. */
static void
fill_same(void)
{
	journal_run_at("2026-02-01T01:00:00.000Z", "run-00000021", "false");
	journal_run_at("2026-02-01T01:00:01.000Z", "run-00000022", NULL);
	journal_run_at("2026-02-01T01:00:02.000Z", "run-00000023", "true");
	journal_run_at("2026-02-01T01:00:03.000Z", "run-00000024", "false");
	for (int i = 1; i <= 4; i++) {
		const char *run = ir_asprintf(&arena, "run-0000002%d", i);

		if (i <= 3)
			journal_add("check", "chk-00000021", run, "2026-02-01T02:15:00.000Z", "same", "");
		journal_add("check", "chk-00000022", run, "2026-02-01T02:15:00.000Z", "other", "");
	}
	journal_add("check", "chk-00000023", "run-00000024", "2026-02-01T02:15:00.000Z", "third", "");
	journal_add("check", "chk-00000023", "run-00000023", "2026-02-01T02:15:00.000Z", "third", "");
	journal_run_at("2026-02-01T01:00:04.000Z", "run-00000025", NULL);
	journal_add("check", "chk-00000024", "run-00000023", "2026-02-01T02:15:00.000Z", "fourth", "");
	/* the one that began last was killed, and one that had begun before told the same after it */
	journal_add("alert", "alr-00000021", "run-00000025", "2026-02-01T02:15:00.000Z", "alert", "");
	journal_add("alert", "alr-00000021", "run-00000023", "2026-02-01T02:15:00.000Z", "alert", "");
	journal_add("alert", "alr-00000022", "run-00000022", "2026-02-01T02:15:00.000Z", "alert 2", "");
	journal_add("alert", "alr-00000022", "run-00000023", "2026-02-01T02:15:00.000Z", "alert 2", "");
	journal_add("check", "chk-00000024", "run-00000025", "2026-02-01T02:15:00.000Z", "fourth", "");
}

static void
fill(void)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal_opts jo = { .dir = ir_asprintf(&arena, "%s/journal", dir), .keep_days = 7, .lock_ms = 2000 };

	ctx.journal = ir_journal_open(&jo, &err);
	if (!ctx.journal)
		scratch_die(err.msg);
	journal_run("run-00000001", "true");
	journal_run("run-00000002", "true");
	journal_run("run-00000003", "false");
	journal_run("run-00000004", NULL);
	journal_add("check", "chk-00000001", "run-00000001", "2026-02-01T02:12:44.918Z", "one", "");
	journal_add("check", "chk-00000001", "run-00000002", "2026-02-01T02:15:00.000Z", "one", "");
	journal_add("check", "chk-00000003", "run-00000003", "2026-02-01T02:15:00.000Z", "three", "");
	journal_add("check", "chk-00000004", "run-00000004", "2026-02-01T02:15:00.000Z", "four", "");
	journal_add("check", "chk-00000005", "run-00000001", "2026-02-01T02:15:00.000Z", "five", "");
	journal_add("check", "chk-00000005", "run-00000001", "2026-02-01T02:15:01.000Z", "six", "");
	/* the other fact was said long ago */
	journal_add("check", "chk-00000008", "run-00000001", "2026-02-01T02:14:00.000Z", "nine", "");
	for (int i = 0; i < 20; i++)
		journal_add("check", "chk-00000008", "run-00000002",
		    ir_asprintf(&arena, "2026-02-01T02:15:%02d.000Z", i), "ten", "");
	/* the same fact, at the same time, by a run that was cut short and one that was not */
	journal_add("check", "chk-00000006", "run-00000003", "2026-02-01T02:15:00.000Z", "seven", "");
	journal_add("check", "chk-00000006", "run-00000002", "2026-02-01T02:15:00.000Z", "seven", "");
	for (int i = 0; i < 40; i++)
		journal_add("check", "chk-00000007", i == 3 ? "run-00000003" : "run-00000001",
		    ir_asprintf(&arena, "2026-02-01T02:15:%02d.000Z", i), "eight", "");
	fill_same();
}

/* reading */

static int
read_text(const char *text, size_t n, struct ir_in *in, struct ir_err *err)
{
	const char *path = ir_asprintf(&arena, "%s/in", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), ret;

	if (fd < 0 || write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)
		scratch_die(path);
	*in = (struct ir_in){ 0 };
	*err = (struct ir_err)IR_ERR_INIT;
	ret = ir_in_read(&ctx, fd, in, err);
	close(fd);
	return ret;
}

static void
is_refused(const char *text, int code, const char *msg)
{
	struct ir_in in;
	struct ir_err err;

	IS_INT(read_text(text, strlen(text), &in, &err), -1, "refused: %.*s", (int)strcspn(text, "\n\033"), text);
	IS_INT(err.code, code, "with %d", code);
	OK(strstr(err.msg, msg), "saying '%s': %s", msg, err.msg);
	ir_in_done(&in);
}

/* Read it; *run gets the run that the first record came from. */
static void
is_read(const char *text, size_t n, const char *run, const char *incomplete)
{
	struct ir_in in;
	struct ir_err err;

	IS_INT(
	    read_text(text, strlen(text), &in, &err), 0, "read: %.*s %s", (int)strcspn(text, "\n\033"), text, err.msg);
	IS_INT((int64_t)in.n, (int64_t)n, "%zu records", n);
	if (run && in.n > 0)
		IS_STR(ir_rec_str(&in.v[0].rec, "run"), run, "from %s", run);
	OK(in.incomplete == (incomplete != NULL) && (!incomplete || strstr(in.why, incomplete)), "%s: %s",
	    incomplete ? "incomplete" : "complete", in.why);
	ir_in_done(&in);
}

#define REC(id, run) "{\"kind\":\"check\",\"v\":1,\"id\":\"" id "\",\"run\":\"" run "\"}\n"
#define END(run, complete) "{\"kind\":\"end\",\"run\":\"" run "\",\"complete\":" complete "}\n"

static void
test_lookup(void)
{
	is_read("chk-00000001\t2026-02-01T02:12:44.918Z\tok\n", 1, "run-00000001", NULL);
	is_read("chk-00000001\t2026-02-01T02:15:00.000Z\tok\n", 1, "run-00000002", NULL);
	is_read("chk-00000001\n", 1, "run-00000002", NULL);
	is_read("chk-00000001  02:12:44Z  3m  ok\n", 1, "run-00000001", NULL);
	is_read("ID  TIME\n\nchk-00000001 02-01T02:12Z 3d ok\n", 1, "run-00000001", NULL);
	is_read("chk-00000001\nchk-00000001\n", 1, "run-00000002", NULL);
	is_read("chk-00000007 2026-02-01T02:15:02.000Z\n", 1, "run-00000001", NULL);
	is_read("chk-00000007 2026-02-01T02:15:03.000Z\n", 1, "run-00000003", "run-00000003 was not complete");
	is_read("chk-00000007 02:15:03Z\n", 1, "run-00000003", "run-00000003 was not complete");
	is_read("run-00000001\n", 2, "run-00000001", NULL);
	is_refused("chk-00000009\n", IR_DATA, "line 1: 'chk-00000009' is not in the journal");
	is_refused("\nchk-00000001 2026-02-01T02:12:44.917Z\n", IR_DATA,
	    "line 2: 'chk-00000001' is in the journal, but not with the time");
	is_refused("chk-00000001 02:12:45Z\n", IR_DATA, "but not with the time 02:12:45Z");
	is_refused("chk-00000005\n", IR_REFUSED, "'web s: said by run-00000001' and 'web s: said by run-00000001'");
	is_refused("chk-00000008\n", IR_REFUSED, "'web s: said by run-00000001' and 'web s: said by run-00000002'");
	is_refused("chk-00000001\nnonsense\n", IR_DATA, "line 2: neither a JSON record nor a row");
}

static void
test_complete(void)
{
	is_read("", 0, NULL, NULL);
	is_read("chk-00000003\n", 1, NULL, "run-00000003 was not complete");
	is_read("chk-00000004\n", 1, NULL, "run-00000004 has no end");
	is_read("chk-00000006 2026-02-01T02:15:00.000Z\n", 1, "run-00000002", "run-00000003 was not complete");
	is_read("chk-00000006\n", 1, "run-00000002", NULL);
	is_read("chk-00000001", 1, NULL, "no newline");
	is_read("chk-00000001\nchk-000", 1, NULL, "no newline");
	is_refused("chk-00000001\nnonsense", IR_DATA, "line 2: neither");
	is_read(REC("chk-00000008", "run-00000001"), 1, NULL, NULL);
	is_read(REC("chk-00000008", "run-00000003"), 1, NULL, "run-00000003 was not complete");
	is_read(REC("chk-00000008", "run-00000009") END("run-00000009", "true"), 1, NULL, NULL);
	is_read(
	    REC("chk-00000008", "run-00000009") END("run-00000009", "false"), 1, NULL, "run-00000009 was not complete");
	is_read(END("run-00000009", "true") REC("chk-00000008", "run-00000009") END("run-00000009", "false"), 1, NULL,
	    "not complete");
	is_read(END("run-00000009", "false"), 0, NULL, "run-00000009 was not complete");
	is_read(END("run-00000009", "\"yes\""), 0, NULL, "run-00000009 was not complete");
	is_read(REC("chk-00000008", "run-00000009"), 1, NULL, "run-00000009 has no end");
	is_read(REC("chk-00000008", "someone"), 1, NULL, "does not name its run");
	is_read("{\"kind\":\"end\"}\n", 0, NULL, "does not name its run");
	is_read(REC("chk-00000008", "run-00000001") "{\"kind\":\"che", 1, NULL, "no newline");
	is_read(REC("chk-00000008",
		    "run-00000001") "{\"kind\":\"check\",\"v\":1,\"id\":\"chk-00000009\",\"run\":\"run-00000001\"}",
	    2, NULL, "no newline");
}

static void
test_json(void)
{
	static const char odd[] =
	    "{\"kind\":\"odd\", "
	    "\"v\":7,\"id\":\"odd-00000000\",\"run\":\"run-00000001\",\"x\":1.10,\"x\":123456789012345678901234567890, "
	    "\"s\":\"\xff\\u0000\"}\n";
	struct ir_in in;
	struct ir_err err;

	IS_INT(read_text(odd, sizeof(odd) - 1, &in, &err), 0,
	    "a record of an unknown kind, with all that JSON libraries stumble over: %s", err.msg);
	OK(in.n == 1 && in.v[0].rec.len == sizeof(odd) - 2 && memcmp(in.v[0].rec.line, odd, sizeof(odd) - 2) == 0,
	    "keeps its bytes");
	OK(in.n == 1 && !in.v[0].rec.kind && in.v[0].form == IR_IN_JSON && in.v[0].lineno == 1, "and has no kind");
	ir_in_done(&in);
	is_read(REC("chk-00000008", "run-00000001") REC("chk-00000008", "run-00000002")
		    REC("chk-00000009", "run-00000001"),
	    2, NULL, NULL);
	is_read(REC("chk-00000001", "run-00000001") "chk-00000001\n", 1, NULL, NULL);
	is_read(" \t" REC("chk-00000008", "run-00000001"), 1, NULL, NULL);
	is_read("{\"kind\":\"start\",\"run\":\"run-00000004\"}\n", 0, NULL, NULL);
	is_refused("{\"kind\":\"check\",\"v\":2,\"id\":\"chk-00000008\"}\n", IR_DATA, "line 1: a record of a version");
	is_refused("{\"kind\":\"check\",\"id\":\"chk-00000008\"}\n", IR_DATA, "no 'v'");
	is_refused("{\"kind\":\"check\",\"v\":1,\"id\":\"chk-8\"}\n", IR_DATA, "no valid 'id'");
	is_refused("{\"kind\":\"odd\",\"v\":1}\n", IR_DATA, "no valid 'id'");
	is_refused("{\"v\":1,\"id\":\"chk-00000008\"}\n", IR_DATA, "no 'kind'");
	is_refused("{}\n", IR_DATA, "no 'kind'");
	is_refused("{\"kind\":\"check\",\"v\":1,\"id\":\"chk-00000008\\u0000x\"}\n", IR_DATA, "a zero byte");
	is_refused("{\"kind\":\"end\\u0000x\",\"run\":\"run-00000001\"}\n", IR_DATA, "a zero byte");
	is_refused("{\"kind\":\"check\"\n", IR_DATA, "line 1: not JSON");
	is_refused("{\"kind\":\"check\"}}\n", IR_DATA, "not JSON");
	is_refused("[\n", IR_DATA, "neither");
	IS_INT(read_text("{\"kind\":\"odd\",\"v\":1,\"id\":\"odd-00000000\",\"s\":\"\xff\0\"}\n", 50, &in, &err), -1,
	    "a byte of zero is no JSON");
	ir_in_done(&in);
	read_text("[\n", 2, &in, &err);
	OK(strstr(err.hint, "-o json"), "an array gets a hint: %s", err.hint);
	ir_in_done(&in);
	IS_INT(read_text(REC("chk-00000008", "run-00000009") END("run-00000009", "true"),
		   strlen(REC("chk-00000008", "run-00000009") END("run-00000009", "true")), &in, &err),
	    0, "an end in the stream");
	OK(in.n_ends == 1 && in.ends[0].rec.kind == &ir_kind_end, "is kept for those that pass it on");
	ir_in_done(&in);
}

static void
test_bounds(void)
{
	size_t n = IR_LINE_MAX + 100;
	char *big = ir_arena_alloc(&arena, n + 2);
	struct ir_in in;
	struct ir_err err;

	memset(big, ' ', n);
	memcpy(big, "{\"kind\":\"", 9);
	IS_INT(read_text(big, n, &in, &err), -1, "a line without end");
	OK(err.code == IR_DATA && strstr(err.msg, "line 1: longer than"), "is named: %s", err.msg);
	ir_in_done(&in);
	big[n] = '\n';
	IS_INT(read_text(big, n + 1, &in, &err), -1, "a line that is too long");
	OK(err.code == IR_DATA && strstr(err.msg, "line 1: longer than"), "too: %s", err.msg);
	ir_in_done(&in);
	memset(big, '[', 100000);
	memcpy(big, "{\"kind\":", 8);
	IS_INT(read_text(big, 100000, &in, &err), -1, "nesting without end");
	ir_in_done(&in);
}

static void
test_many(void)
{
	struct ir_buf b;
	struct ir_in in;
	struct ir_err err;

	ir_buf_init(&b, 64 << 20);
	for (int i = 0; i < IR_IN_RECORDS; i++)
		ir_buf_addf(&b, "{\"kind\":\"odd\",\"v\":1,\"id\":\"odd-%08d\",\"run\":\"run-00000001\"}\n", i);
	IS_INT(read_text(b.data, b.len, &in, &err), 0, "as many records as may be");
	IS_INT((int64_t)in.n, IR_IN_RECORDS, "are all read");
	ir_in_done(&in);
	ir_buf_adds(&b, REC("chk-00000008", "run-00000001"));
	IS_INT(read_text(b.data, b.len, &in, &err), -1, "one more");
	OK(err.code == IR_DATA && strstr(err.msg, "more than 100000 records"), "is refused: %s", err.msg);
	ir_in_done(&in);
	ir_buf_done(&b);
}

static void
test_handle(void)
{
	struct ir_in in = { 0 };
	struct ir_err err = IR_ERR_INIT;

	IS_INT(ir_in_handle(&ctx, "chk-00000003", &in, &err), 0, "a handle as an operand");
	OK(in.n == 1 && in.v[0].lineno == 0 && in.v[0].form == IR_IN_ROW && !in.incomplete,
	    "nothing fed us, so nothing was cut");
	IS_INT(ir_in_handle(&ctx, "chk-00000001", &in, &err), 0, "another");
	IS_INT(ir_in_handle(&ctx, "chk-00000003", &in, &err), 0, "the first again");
	IS_INT((int64_t)in.n, 2, "is there once");
	IS_INT(ir_in_handle(&ctx, "chk-00000009", &in, &err), -1, "an unknown one");
	OK(err.code == IR_DATA && strcmp(err.msg, "'chk-00000009' is not in the journal") == 0 && *err.hint,
	    "says so: %s", err.msg);
	IS_INT(ir_in_handle(&ctx, "web", &in, &err), -1, "a name");
	IS_INT(err.code, IR_USAGE, "is no handle");
	IS_INT(ir_in_handle(&ctx, "chk-00000003 x", &in, &err), -1, "a row neither");
	ir_in_done(&in);
}

static void
test_no_journal(void)
{
	struct ir_journal *j = ctx.journal;

	ctx.journal = NULL;
	is_refused("chk-00000001\n", IR_BACKEND, "there is no journal");
	is_read(REC("chk-00000008", "run-00000009") END("run-00000009", "true"), 1, NULL, NULL);
	is_read(REC("chk-00000008", "run-00000009"), 1, NULL, "run-00000009 has no end");
	ctx.journal = j;
}

/* An end that is on its way when the input ends: another process writes it once it sees that we read. */
static void
test_late_end(void)
{
	struct ir_in in = { 0 };
	struct ir_err err = IR_ERR_INIT;
	int fds[2], status;
	int64_t start = ir_mono_us();
	pid_t pid;

	journal_run("run-00000010", NULL);
	journal_add("check", "chk-00000010", "run-00000010", "2026-02-01T02:15:00.000Z", "ten", "");
	if (pipe(fds) < 0)
		scratch_die("pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		const struct timespec a_moment = { .tv_nsec = 100000000 };

		close(fds[0]);
		if (write(fds[1], "chk-00000010\n", 13) != 13)
			_exit(1);
		close(fds[1]);
		nanosleep(&a_moment, NULL);
		journal_add("end", "", "run-00000010", "2026-02-01T02:00:01.000Z", "", ",\"complete\":true");
		_exit(0);
	}
	close(fds[1]);
	IS_INT(ir_in_read(&ctx, fds[0], &in, &err), 0, "the end comes after the rows");
	OK(in.n == 1 && !in.incomplete, "and is waited for: %s", in.why);
	OK(ir_mono_us() - start < 5000000, "not for ever");
	close(fds[0]);
	waitpid(pid, &status, 0);
	IS_INT(status, 0, "the writer ended well");
	ir_in_done(&in);
}

static void
test_stop(void)
{
	volatile sig_atomic_t stop = 2;
	struct ir_in in = { 0 };
	struct ir_err err = IR_ERR_INIT;
	int fds[2];

	if (pipe(fds) < 0)
		scratch_die("pipe");
	ctx.stop = &stop;
	IS_INT(ir_in_read(&ctx, fds[0], &in, &err), -1, "told to stop while nobody writes");
	IS_INT(err.code, IR_INTERRUPTED, "is an interrupt");
	ctx.stop = NULL;
	close(fds[0]);
	close(fds[1]);
	ir_in_done(&in);
	IS_INT(ir_in_read(&ctx, -1, &in, &err), 0, "nothing to read from");
	OK(in.n == 0 && !in.incomplete, "is an empty input");
	ir_in_done(&in);
}

static void
test_same_time(void)
{
	is_read("chk-00000021 2026-02-01T02:15:00.000Z\n", 1, "run-00000023", NULL);
	is_read("chk-00000022 2026-02-01T02:15:00.000Z\n", 1, "run-00000024", "run-00000024 was not complete");
	is_read("chk-00000023 2026-02-01T02:15:00.000Z\n", 1, "run-00000023", "run-00000024 was not complete");
	is_read("chk-00000024 2026-02-01T02:15:00.000Z\n", 1, "run-00000025", "run-00000025 has no end");
	is_read("alr-00000021 2026-02-01T02:15:00.000Z\n", 1, "run-00000023", "run-00000025 has no end");
	is_read("alr-00000021 2026-02-01T03:00:00.000Z\n", 1, "run-00000023", "run-00000025 has no end");
	is_read("alr-00000021\n", 1, "run-00000023", NULL);
	is_read("alr-00000022 2026-02-01T02:15:00.000Z\n", 1, "run-00000023", NULL);
	is_read("chk-00000021 2026-02-01T02:15:00.000Z\nchk-00000022 2026-02-01T02:15:00.000Z\n", 2, "run-00000023",
	    "run-00000024 was not complete");
}

/* Who reads very many keeps only what it needs of each. */
static void
test_only(void)
{
	static const char *const members[] = { "kind", "id", "nosuch", NULL };
	struct ir_err err = IR_ERR_INIT;
	struct ir_in in = { .only = members };

	OK(ir_in_handle(&ctx, "chk-00000001", &in, &err) == 0 && in.n == 1, "read %s", err.msg);
	IS_STR(ir_rec_str(&in.v[0].rec, "id"), "chk-00000001", "its id is kept");
	IS_INT(json_object_size(in.v[0].rec.obj), 2, "with its kind, and nothing else");
	OK(in.v[0].rec.kind == &ir_kind_check && in.v[0].rec.len == 0, "no line");
	ir_in_done(&in);
}

int
main(void)
{
	dir = scratch_new(&arena);
	test_rows();
	fill();
	test_lookup();
	test_complete();
	test_same_time();
	test_only();
	test_json();
	test_bounds();
	test_many();
	test_handle();
	test_no_journal();
	test_late_end();
	test_stop();
	ir_journal_close(ctx.journal);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
