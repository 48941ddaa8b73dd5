/* change_read - what others write about a deploy: names, types, times, limits; files of such lines, and programs that print them */
#include <signal.h>
#include <sys/stat.h>

#include "change/parse.h"
#include "change_source.h"
#include "scratch.h"

static struct ir_arena arena;
static struct change_run r;

static const char *
read_one(const char *text)
{
	struct ir_deploy d;
	struct ir_err err = IR_ERR_INIT;
	char a[IR_TIME_MAX], b[IR_TIME_MAX], c[IR_TIME_MAX], e[IR_TIME_MAX];

	if (ir_change_read(&arena, text, strlen(text), &d, &err) < 0)
		return ir_asprintf(&arena, "%d %s", err.code, err.msg);
	return ir_asprintf(&arena, "%s %s %s %s %s %s %s|%s|%s %s %s %s|%s %s|%s %s", ir_time_format(a, d.h.time_ms),
	    change_or(d.h.service), change_or(d.revision), change_or(d.version), change_or(d.image),
	    change_or(d.image_id), change_or(d.author), change_or(d.message), change_or(d.url), change_or(d.outcome),
	    change_or(d.h.env), d.change, ir_time_format(b, d.started_ms), ir_time_format(c, d.finished_ms),
	    d.image_id   ? d.image_id
	    : d.revision ? d.revision
			 : "",
	    ir_time_format(e, d.h.time_ms));
}

static void
test_members(void)
{
	static const struct {
		const char *text, *is;
	} cases[] = {
		{ "{\"service\":\"web\",\"revision\":\"abc\",\"version\":\"1.8\",\"image\":\"reg/"
		  "web:1.8\",\"image_id\":\"sha256:1\","
		  "\"author\":\"ann\",\"message\":\"m "
		  "m\",\"url\":\"https://x/1\",\"time\":\"2026-02-01T02:12:44.918+01:00\","
		  "\"started\":\"2026-02-01T01:00:00Z\",\"finished\":\"2026-02-01T01:10:00Z\",\"status\":\"success\","
		  "\"environment\":\"prod\",\"change\":\"rollback\",\"more\":[[{}]]}",
		    "2026-02-01T01:12:44.918Z web abc 1.8 reg/web:1.8 sha256:1 ann|m m|https://x/1 succeeded prod "
		    "rollback|2026-02-01T01:00:00.000Z 2026-02-01T01:10:00.000Z|sha256:1 2026-02-01T01:12:44.918Z" },
		{ "{\"commit\":\"c0\",\"tag\":\"v2\",\"user\":\"bob\",\"description\":\"d\",\"deployed_at\":"
		  "1769911964}",
		    "2026-02-01T02:12:44.000Z - c0 v2 - - bob|d|- - - deploy| |c0 2026-02-01T02:12:44.000Z" },
		{ "{\"sha\":\"c1\",\"by\":\"eve\",\"timestamp\":1769911964918}",
		    "2026-02-01T02:12:44.918Z - c1 - - - eve|-|- - - deploy| |c1 2026-02-01T02:12:44.918Z" },
		{ "{\"created_at\":1769911964.5,\"status\":\"Odd\"}",
		    "2026-02-01T02:12:44.500Z - - - - - -|-|- unknown - deploy| | 2026-02-01T02:12:44.500Z" },
		{ "{\"timestamp\":\"1769911964\"}", "2026-02-01T02:12:44.000Z - - - - - -|-|- - - deploy| | "
						    "2026-02-01T02:12:44.000Z" },
		{ "{\"finished_at\":\"2026-02-01T02:12:44+0100\",\"revision\":null,\"sha\":\"f\"}",
		    "2026-02-01T01:12:44.000Z - f - - - -|-|- - - deploy| 2026-02-01T01:12:44.000Z|f "
		    "2026-02-01T01:12:44.000Z" },
		{ "{\"time\":1769911964,\"n\":123456789012345678901234567890}",
		    "2026-02-01T02:12:44.000Z - - - - - -|-|- - - deploy| | 2026-02-01T02:12:44.000Z" },
		{ "{\"time\":1769911964,\"url\":\"https://u:pw@x/?token=abc\"}",
		    "2026-02-01T02:12:44.000Z - - - - - -|-|https://***@x/?token=*** - - deploy| | "
		    "2026-02-01T02:12:44.000Z" },
		{ "{\"time\":1769911964,\"author\":\"a\\u0000b\"}",
		    "2026-02-01T02:12:44.000Z - - - - - a\\x00b|-|- - - deploy| | 2026-02-01T02:12:44.000Z" },
		{ "", "65 it is not JSON" },
		{ "web deployed", "65 it is not JSON" },
		{ "{\"time\":1769911964", "65 it is not JSON" },
		{ "[1]", "65 it is JSON, but not an object" },
		{ "{}", "65 it has no time" },
		{ "{\"time\":1769911964,\"revision\":7}", "65 'revision' is not text" },
		{ "{\"time\":1769911964,\"author\":{\"name\":\"x\"}}", "65 'author' is not text" },
		{ "{\"time\":1769911964,\"status\":true}", "65 'status' is not text" },
		{ "{\"time\":\"yesterday\"}", "65 'time' is not a time" },
		{ "{\"time\":-5}", "65 'time' is not a time" },
		{ "{\"time\":1e300}", "65 'time' is not a time" },
		{ "{\"time\":99999999999999999}", "65 'time' is not a time" },
		{ "{\"time\":true}", "65 'time' is not a time" },
		{ "{\"time\":\"\"}", "65 'time' is not a time" },
		{ "{\"time\":1769911964,\"change\":\"party\"}",
		    "65 'change' is none of deploy, rollback, restart, config, scale" },
		{ "{\"time\":1769911964,\"author\":\"\xff\"}", "65 it is not JSON" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		IS_STR(read_one(cases[i].text), cases[i].is, "%s", cases[i].text);
}

static char *
repeated(char c, size_t n, const char *before, const char *after)
{
	char *s = ir_arena_alloc(&arena, n + 1);

	memset(s, c, n);
	return ir_asprintf(&arena, "%s%s%s", before, s, after);
}

static void
test_limits(void)
{
	struct ir_deploy d;
	const char *s;

	IS_STR(
	    read_one(repeated(' ', 300000, "{\"time\":1769911964", "}")), "65 it is longer than 256 KiB", "a huge one");
	IS_STR(read_one(repeated('[', 200000, "{\"time\":", "")), "65 it is not JSON", "a deep one");
	s = repeated('m', 5000, "{\"time\":1769911964,\"message\":\"", "\"}");
	IS_INT(ir_change_read(&arena, s, strlen(s), &d, NULL), 0, "a long message");
	IS_INT((int64_t)strlen(d.message), IR_FOREIGN_TEXT, "is cut");
	IS_INT(ir_foreign_time_parse("2026-02-01T02:12:44-0130", 24), 1769917364000, "an offset without a colon");
	IS_INT(ir_foreign_time_parse("2026-02-01", 10), IR_TIME_NONE, "a date alone is no time");
	OK(ir_change_is_hash("0123abc") && !ir_change_is_hash("0123ab") && !ir_change_is_hash("0123abx") &&
		!ir_change_is_hash(NULL),
	    "hashes");
}

static void
test_log(void)
{
	const char *log = ir_asprintf(&arena, "log = %s/deploys", scratch_top);

	scratch_file("deploys", "{\"time\":1769911964,\"sha\":\"a1\",\"service\":\"web\"}\n\n"
				"{\"time\":1769911965,\"sha\":\"a2\",\"service\":\"worker\"}\r\n"
				"what is this\n{\"sha\":\"x\"}\n"
				"{\"time\":1769911966,\"sha\":\"a3\",\"environment\":\"staging\"}\n"
				"{\"time\":1769911967,\"sha\":\"a4\"}");
	r.service = "web";
	change_go(&r, &ir_change_log, log);
	IS_STR(change_rows(&r),
	    "2026-02-01T02:12:44.000Z log web deploy a1 - -\n2026-02-01T02:12:46.000Z log web deploy a3 - -\n"
	    "2026-02-01T02:12:47.000Z log web deploy a4 - -\n",
	    "the service's deploys");
	IS_INT((int64_t)r.n_faults, 1, "one fault");
	IS_STR(change_fault(&r, 0),
	    ir_asprintf(&r.arena, "%s/deploys:4: it is not JSON (and 1 more lines that are no deploys)", scratch_top),
	    "that names file and line");
	IS_INT(r.faults[0].err.code, IR_INCOMPLETE, "something could not be known");
	OK(!r.v[0].h.env && !r.v[1].h.env, "the environment is what this run calls it");
	change_end(&r);
	r.service = "web";
	change_go(&r, &ir_change_log, ir_asprintf(&arena, "%s\nenvironment = prod", log));
	IS_INT((int64_t)r.n, 2, "only the environment that is named, and what names none");
	change_end(&r);
	change_go(&r, &ir_change_log, log);
	IS_STR(r.n == 4 ? r.v[1].h.service : "", "worker", "without a service, each says its own");
	change_end(&r);
}

static void
big_log(void)
{
	const char *path = ir_asprintf(&arena, "%s/big", scratch_top);
	FILE *f = fopen(path, "we");

	if (!f)
		scratch_die(path);
	for (int i = 0; i < 20000; i++)
		fprintf(f, "{\"time\":%d,\"sha\":\"%07x\",\"message\":\"%060d\"}\n", 1700000000 + i, i, 0);
	fprintf(f, "bad\n");
	if (fclose(f) != 0)
		scratch_die(path);
}

static void
test_big_log(void)
{
	const char *log = ir_asprintf(&arena, "log = %s/big", scratch_top);

	big_log();
	r.last = 5;
	change_go(&r, &ir_change_log, log);
	OK(r.n == CHANGE_ROWS && strcmp(r.v[0].time_basis, "log") == 0, "the newest of a big file");
	OK(r.v[0].h.time_ms > 1700000000000 + 5000000, "not the oldest");
	OK(strstr(change_fault(&r, 0), "/big: the line at byte ") != NULL, "a bad line, by its place: %s",
	    change_fault(&r, 0));
	OK(!r.look.cut, "which is all that is asked for");
	change_end(&r);
	r.since_ms = 1700000000000;
	change_go(&r, &ir_change_log, log);
	OK(r.look.cut, "unless what is older is asked for, too");
	change_end(&r);
	r.since_ms = 1700019990000;
	change_go(&r, &ir_change_log, log);
	OK(!r.look.cut, "but not what is newer");
	change_end(&r);
}

static void
test_no_log(void)
{
	char *fifo = ir_asprintf(&arena, "%s/fifo", scratch_top);

	change_go(&r, &ir_change_log, "type = log");
	IS_STR(r.err.msg, "'log' is missing", "it needs a file");
	IS_INT(r.err.code, IR_CONFIG, "of the configuration");
	change_end(&r);
	change_go(&r, &ir_change_log, ir_asprintf(&arena, "log = %s/none", scratch_top));
	OK(r.rc == -1 && strstr(r.err.msg, "cannot be read: No such file"), "no such file: %s", r.err.msg);
	change_end(&r);
	change_go(&r, &ir_change_log, ir_asprintf(&arena, "log = %s", scratch_top));
	OK(r.rc == -1 && strstr(r.err.msg, "is not a regular file"), "a directory: %s", r.err.msg);
	change_end(&r);
	if (mkfifo(fifo, 0600) < 0)
		scratch_die(fifo);
	change_go(&r, &ir_change_log, ir_asprintf(&arena, "log = %s", fifo));
	OK(r.rc == -1 && strstr(r.err.msg, "is not a regular file"), "a fifo does not hold it: %s", r.err.msg);
	change_end(&r);
	scratch_file("empty", "");
	change_go(&r, &ir_change_log, ir_asprintf(&arena, "log = %s/empty", scratch_top));
	OK(r.n == 0 && r.n_faults == 0 && r.done == 1, "an empty file is well");
	change_end(&r);
	r.stops = true;
	change_go(&r, &ir_change_log, ir_asprintf(&arena, "log = %s/empty", scratch_top));
	IS_INT(r.done, 0, "stopped, it does not tell of its end");
	change_end(&r);
}

static void
test_command(void)
{
	r.service = "web";
	change_go(&r, &ir_change_command,
	    "command = printf '{\"time\":1769911964,\"sha\":\"%s\"}\\n' \"$IR_SERVICE\"; pwd >&2");
	IS_STR(change_rows(&r), "2026-02-01T02:12:44.000Z command web deploy web - -\n", "what it prints");
	IS_INT((int64_t)r.n_faults, 0, "and nothing wrong");
	change_end(&r);
	change_go(&r, &ir_change_command,
	    ir_asprintf(
		&arena, "dir = %s\ncommand = printf '{\"time\":1769911964,\"sha\":\"%%s\"}' \"$(pwd)\"", scratch_top));
	IS_STR(r.n ? r.v[0].revision : "", scratch_top, "in a directory");
	change_end(&r);
	change_go(&r, &ir_change_command,
	    "command = echo '{\"time\":1769911964}'; printf '{\"time\":17699'; echo one >&2; echo it is down >&2; exit "
	    "3");
	IS_INT((int64_t)r.n, 1, "what came before it failed");
	IS_INT((int64_t)r.n_faults, 1, "and one fault");
	IS_STR(change_fault(&r, 0), "command exited with status 3: it is down", "why");
	change_end(&r);
	change_go(&r, &ir_change_command, "command = echo no; echo no");
	IS_STR(change_fault(&r, 0), "output of command:1: it is not JSON (and 1 more lines that are no deploys)",
	    "lines that are none");
	change_end(&r);
	change_go(&r, &ir_change_command, "type = command");
	IS_STR(r.err.msg, "'command' is missing", "it needs one");
	change_end(&r);
}

static void
test_hostile_command(void)
{
	r.timeout_ms = 300;
	change_go(&r, &ir_change_command, "command = echo '{\"time\":1769911964}'; sleep 60");
	IS_INT((int64_t)r.n, 1, "what came in time");
	OK(strncmp(change_fault(&r, 0), "command: no answer within ", 26) == 0, "it hangs: %s", change_fault(&r, 0));
	change_end(&r);
	r.deadline_ms = 600;
	change_go(&r, &ir_change_command, "command = sleep 60");
	OK(strncmp(change_fault(&r, 0), "command: no answer within ", 26) == 0, "until the run's deadline: %s",
	    change_fault(&r, 0));
	change_end(&r);
	r.timeout_ms = 5000;
	change_go(&r, &ir_change_command,
	    "command = i=0; while [ $i -lt 40000 ]; do echo '{\"time\":1769911964,\"sha\":\"aaaaaaaa\"}'; i=$((i+1)); "
	    "done");
	IS_STR(change_fault(&r, 0), "command printed more than 1024 KiB", "endless lines");
	OK(r.n == CHANGE_ROWS, "are cut");
	change_end(&r);
	change_go(&r, &ir_change_command, "command = head -c 10000000 /dev/zero");
	IS_STR(change_fault(&r, 0), "command printed more than 1024 KiB", "one endless line");
	change_end(&r);
	change_go(&r, &ir_change_command, "command = kill -9 $$");
	IS_STR(change_fault(&r, 0), "command was ended by signal 9", "killed");
	change_end(&r);
	r.stops = true;
	change_go(&r, &ir_change_command, "command = sleep 60");
	IS_INT(r.done, 0, "stopped, it does not tell of its end");
	change_end(&r);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	scratch_new(&arena);
	test_members();
	test_limits();
	test_log();
	test_big_log();
	test_no_log();
	test_command();
	test_hostile_command();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
