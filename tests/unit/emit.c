/* emit - what is printed, what is journalled, in which order, and what happens when either fails */
#include "rec/emit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rec/schema.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static const char *dir;
static const struct ir_kind *const kinds[] = { &ir_kind_check, &ir_kind_error, NULL };

/* A run of a command, in a child with stdout and stderr of its own. */
struct result {
	int status;
	char *out, *err;
};

struct plan {
	struct ir_out_opts opts;
	int rows; /* ok, warn, fail, unknown, ok, … */
	int exit;
	bool merge;          /* exit is the worse of exit and ir_out_status() */
	const char *journal; /* NULL: none */
	const char *run;
	void (*setup)(void);           /* in the child */
	void (*body)(struct ir_out *); /* instead of rows */
};

static void
put_row(struct ir_out *out, int i)
{
	struct ir_check c;

	ir_row_init(&ir_kind_check, &c);
	c.h.time_ms = 1769911964918 + i;
	c.h.status = (enum ir_status)(i % 4);
	c.h.service = "web";
	c.h.subject = "http://web/";
	c.h.summary = "told";
	c.name = ir_asprintf(&arena, "check%d", i);
	c.latency_ms = 1.5;
	ir_out_row(out, &ir_kind_check, &c);
}

static int
run_plan(const struct plan *p)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal_opts jo = { .dir = p->journal, .keep_days = 7, .lock_ms = 2000 };
	struct ir_ctx ctx = {
		.command = "ir-test", .run = p->run ? p->run : "run-0123abcd", .arena = &arena, .env = "prod"
	};
	struct ir_start start;
	int code = p->exit;

	if (p->journal && !(ctx.journal = ir_journal_open(&jo, &err)))
		return 99;
	ctx.start_us = ir_mono_us();
	ctx.out = ir_out_new(&ctx, &p->opts, kinds, &err);
	if (!ctx.out) {
		dprintf(STDERR_FILENO, "%s; %s\n", err.msg, err.hint);
		return err.code;
	}
	ir_row_init(&ir_kind_start, &start);
	start.h.status = IR_STATUS_OK;
	if (ir_out_start(ctx.out, &start, &err) < 0)
		return 98;
	if (p->setup)
		p->setup();
	for (int i = 0; i < p->rows; i++)
		put_row(ctx.out, i);
	if (p->body)
		p->body(ctx.out);
	ir_out_flush(ctx.out);
	if (p->merge)
		code = ir_exit_worse(code, ir_out_status(ctx.out));
	return ir_out_end(ctx.out, code);
}

static char *
slurp(const char *name)
{
	static char text[1 << 20];
	FILE *f = fopen(ir_asprintf(&arena, "%s/%s", dir, name), "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = '\0';
	return ir_strdup(&arena, text);
}

static void
to_file(int fd, const char *path)
{
	int f = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (f < 0 || dup2(f, fd) < 0)
		_exit(98);
}

static struct result
run(const struct plan *p, const char *stdout_path)
{
	struct result r;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		if (stdout_path)
			to_file(STDOUT_FILENO, stdout_path);
		to_file(STDERR_FILENO, ir_asprintf(&arena, "%s/err", dir));
		_exit(run_plan(p));
	}
	waitpid(pid, &r.status, 0);
	r.status = WIFEXITED(r.status) ? WEXITSTATUS(r.status) : -1;
	r.out = slurp("out");
	r.err = slurp("err");
	return r;
}

static struct result
run_to_file(const struct plan *p)
{
	return run(p, ir_asprintf(&arena, "%s/out", dir));
}

/* All of the journal, each record by its kind, "start check end". */
static const char *
journal_kinds(const char *name, const char *run_id, char *last, size_t size)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal_opts jo = { .dir = ir_asprintf(&arena, "%s/%s", dir, name), .readonly = true };
	struct ir_journal *j = ir_journal_open(&jo, &err);
	struct ir_found *f;
	int n = j ? ir_journal_find(j, &arena, run_id, 100, &f, &err) : 0;
	const char *ret = "";

	snprintf(last, size, "%s", n > 0 ? f[n - 1].record : "");
	for (int i = 0; i < n; i++) {
		json_t *obj = json_loads(f[i].record, 0, NULL);

		ret = ir_asprintf(&arena, "%s%s ", ret, json_string_value(json_object_get(obj, "kind")));
		json_decref(obj);
	}
	if (j)
		ir_journal_close(j);
	return ret;
}

static void
test_text(void)
{
	struct plan p = { .opts = { .format = "text", .header = true }, .rows = 2, .merge = true };
	struct result r = run_to_file(&p);

	IS_INT(r.status, 0, "text: warn alone is 0");
	OK(strncmp(r.out, "chk-", 4) == 0, "the first word is the handle");
	IS_STR(r.out + 12,
	    ir_asprintf(&arena,
		"\t2026-02-01T02:12:44.918Z\tok\tweb\thttp://web/\ttold\n%.12s"
		"\t2026-02-01T02:12:44.919Z\twarn\tweb\thttp://web/\ttold\n",
		strchr(r.out, '\n') + 1),
	    "rows in a pipe");
	IS_STR(r.err, "", "no word on stderr");
	p.opts.strict = true;
	IS_INT(run_to_file(&p).status, 1, "warn is 1 when strict");
	p.opts.strict = false;
	p.rows = 3;
	IS_INT(run_to_file(&p).status, 1, "fail is 1");
	p.rows = 4;
	IS_INT(run_to_file(&p).status, 2, "unknown is 2, whatever failed besides");
	p.opts.only = 1 << IR_STATUS_FAIL;
	r = run_to_file(&p);
	IS_INT(r.status, 2, "the status does not depend on what is displayed");
	OK(strstr(r.out, "\tfail\t") && !strstr(r.out, "\tok\t") && !strstr(r.out, "\tunknown\t"),
	    "only what was asked for is displayed");
}

static void
test_columns(void)
{
	struct plan p = { .opts = { .format = "text", .columns = "status,latency_ms,env,http_status" }, .rows = 1 };
	struct result r = run_to_file(&p);

	IS_STR(r.out, "ok\t1.5\tprod\t-\n", "columns as asked for; a group's are empty where it is not");
	p.opts.format = "tsv";
	p.opts.header = true;
	IS_STR(run_to_file(&p).out, "status\tlatency_ms\tenv\thttp_status\nok\t1.5\tprod\t-\n",
	    "tsv has their names above");
	p.rows = 0;
	IS_STR(run_to_file(&p).out, "status\tlatency_ms\tenv\thttp_status\n", "also over nothing");
	p.opts.columns = "id,nosuch";
	r = run_to_file(&p);
	IS_INT(r.status, IR_USAGE, "an unknown column");
	IS_STR(r.err, "unknown column 'nosuch'; list the columns with '-c help'\n", "is named");
	p.opts.columns = "id,,time";
	IS_INT(run_to_file(&p).status, IR_USAGE, "an empty one too");
	p.opts = (struct ir_out_opts){ .format = "json", .columns = "id" };
	IS_INT(run_to_file(&p).status, IR_USAGE, "a record is printed whole");
	p.opts = (struct ir_out_opts){ .format = "xml" };
	IS_INT(run_to_file(&p).status, IR_USAGE, "an unknown format");
}

static void
check_lines(const char *text, int want)
{
	struct ir_err err = IR_ERR_INIT;
	int n = 0, bad = 0;

	for (const char *s = text, *nl; (nl = strchr(s, '\n')); s = nl + 1, n++) {
		json_t *obj = json_loadb(s, (size_t)(nl - s), JSON_REJECT_DUPLICATES, NULL);
		const struct ir_kind *k = ir_kind_find(json_string_value(json_object_get(obj, "kind")));

		bad += !k || ir_schema_check(k, obj, &err) != 0;
		json_decref(obj);
	}
	IS_INT(n, want, "lines of JSON");
	IS_INT(bad, 0, "all of them keep to their schema %s", err.msg);
}

static void
test_json(void)
{
	struct plan p = { .opts = { .format = "json" }, .rows = 5, .merge = true };
	struct result r = run_to_file(&p);
	json_t *all;

	check_lines(r.out, 6);
	OK(strstr(r.out, "\"complete\":true,\"ok\":2,\"warn\":1,\"fail\":1,\"unknown\":1,\"off\":[],\"exit\":2}\n"),
	    "the last line is the end");
	OK(strstr(r.out, "\n{\"kind\":\"end\"") > strstr(r.out, "\"check4\""), "after all others");
	p.rows = 0;
	check_lines(run_to_file(&p).out, 1);
	p.opts.format = "json-array";
	p.rows = 2;
	all = json_loads(run_to_file(&p).out, 0, NULL);
	IS_INT((int64_t)json_array_size(all), 3, "an array of the same");
	json_decref(all);
	p.rows = 0;
	all = json_loads(run_to_file(&p).out, 0, NULL);
	IS_INT((int64_t)json_array_size(all), 1, "an array of the end alone");
	json_decref(all);
	p.opts.format = "id";
	p.rows = 3;
	r = run_to_file(&p);
	OK(strlen(r.out) == 39 && r.out[12] == '\n', "ids alone");
}

static void
pass_two(struct ir_out *out)
{
	const char *line = "{\"kind\":\"odd\", \"v\":1,\"id\":\"odd-00000000\",\"x\":1.10,\"x\":2, \"s\":\"\xff\"}";
	struct ir_rec rec = { .obj = json_loads("{\"kind\":\"odd\",\"id\":\"odd-00000000\"}", 0, NULL),
		.line = line,
		.len = strlen(line) };

	ir_out_pass(out, &rec);
	json_decref(rec.obj);
	ir_out_off(out, "paging");
	ir_out_off(out, "paging");
}

static void
test_pass(void)
{
	struct plan p = { .opts = { .format = "json" }, .body = pass_two, .merge = true };
	struct result r = run_to_file(&p);

	OK(strncmp(r.out,
	       "{\"kind\":\"odd\", \"v\":1,\"id\":\"odd-00000000\",\"x\":1.10,\"x\":2, "
	       "\"s\":\"\xff\"}\n{\"kind\":\"end\"",
	       76) == 0,
	    "a record from upstream passes byte for byte");
	OK(strstr(r.out, "\"off\":[\"paging\"]"), "what is off is in the end, once");
	OK(strstr(r.out, "\"ok\":0,"), "a record of others is not counted");
	p.opts.passes = true;
	r = run_to_file(&p);
	OK(!strstr(r.out, "\"end\""), "who only shows has no end");
	p.opts.format = "text";
	OK(strncmp(run_to_file(&p).out, "odd-00000000\t-\t-\t-\t-\t-\n", 23) == 0,
	    "a kind that is not known here, as a row");
}

static void
fail_once(struct ir_out *out)
{
	struct ir_err err = IR_ERR_INIT;

	ir_fail(&err, IR_BACKEND, "no engine at \x1b[2J");
	ir_hint(&err, "start it");
	ir_out_error(out, &err, "web", "unix:///x");
	ir_out_incomplete(out);
}

static void
test_error(void)
{
	struct plan p = { .opts = { .format = "json" }, .body = fail_once, .merge = true };
	struct result r = run_to_file(&p);

	IS_INT(r.status, 2, "incomplete");
	IS_STR(r.err, "ir-test: no engine at \\x1b[2J\n  hint: start it\n", "an error is said, escaped, with its hint");
	check_lines(r.out, 2);
	OK(strstr(r.out, "\"n\":1,\"code\":69,\"message\":") && strstr(r.out, "\"hint\":\"start it\""),
	    "and is a record");
	OK(strstr(r.out, "\"complete\":false"), "the end says that not all was seen");
}

static void
test_journal(void)
{
	struct plan p = { .opts = { .format = "text" }, .rows = 3, .merge = true, .run = "run-aaaaaaaa" };
	char last[4096];

	p.journal = ir_asprintf(&arena, "%s/journal", dir);
	IS_INT(run_to_file(&p).status, 1, "a run with a journal");
	IS_STR(journal_kinds("journal", "run-aaaaaaaa", last, sizeof(last)), "start end ",
	    "its start and end are journalled");
	OK(strstr(last, "\"complete\":true") && strstr(last, "\"exit\":1}"), "with the outcome");
	p.run = "run-bbbbbbbb";
	p.exit = IR_INTERRUPTED;
	IS_INT(run_to_file(&p).status, IR_INTERRUPTED, "interrupted");
	journal_kinds("journal", "run-bbbbbbbb", last, sizeof(last));
	OK(strstr(last, "\"complete\":false"), "is not complete");
	p.run = "run-cccccccc";
	p.exit = 0;
	p.opts.passes = true;
	run_to_file(&p);
	IS_STR(journal_kinds("journal", "run-cccccccc", last, sizeof(last)), "", "who only shows leaves nothing");
}

static int gate[2];

static void
wait_for_parent(struct ir_out *out)
{
	char c;

	ir_out_flush(out);
	close(gate[1]);
	while (read(gate[0], &c, 1) > 0)
		;
}

/* A row that can be read is in the journal; its run has a start and no end yet. */
static void
test_order(void)
{
	struct plan p = { .opts = { .format = "text" }, .rows = 1, .run = "run-dddddddd", .body = wait_for_parent };
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal_opts jo = { .dir = ir_asprintf(&arena, "%s/journal", dir), .readonly = true };
	struct ir_found *f;
	char row[256], last[4096];
	int fds[2], status;
	pid_t pid;

	p.journal = jo.dir;
	if (pipe(fds) < 0 || pipe(gate) < 0)
		scratch_die("pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		_exit(run_plan(&p));
	}
	close(fds[1]);
	close(gate[0]);
	OK(read(fds[0], row, 12) == 12, "a row comes");
	row[12] = '\0';
	struct ir_journal *j = ir_journal_open(&jo, &err);
	IS_INT(ir_journal_find(j, &arena, row, 1, &f, &err), 1, "it was journalled before it was printed");
	IS_STR(journal_kinds("journal", "run-dddddddd", last, sizeof(last)), "start ", "after its run's start");
	close(gate[1]);
	while (read(fds[0], row, sizeof(row)) > 0)
		;
	IS_STR(journal_kinds("journal", "run-dddddddd", last, sizeof(last)), "start end ",
	    "when its output ends, the end is there");
	close(fds[0]);
	waitpid(pid, &status, 0);
	IS_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0, "it ended well");
	ir_journal_close(j);
}

/* Standard output is a pipe that nobody reads. */
static void
no_reader(void)
{
	int fds[2];

	if (pipe(fds) < 0)
		_exit(97);
	dup2(fds[1], STDOUT_FILENO);
	close(fds[0]);
	close(fds[1]);
}

static void
test_no_reader(void)
{
	struct plan p = {
		.opts = { .format = "json" }, .rows = 3, .merge = true, .run = "run-eeeeeeee", .setup = no_reader
	};
	struct result r;
	char last[4096];

	p.journal = ir_asprintf(&arena, "%s/journal", dir);
	r = run_to_file(&p);
	IS_INT(r.status, 1, "a closed pipe does not change the outcome");
	IS_STR(r.err, "", "nor is it worth a word");
	journal_kinds("journal", "run-eeeeeeee", last, sizeof(last));
	OK(strstr(last, "\"complete\":true") && strstr(last, "closed by reader"),
	    "the run is complete, closed by its reader");
}

static void
test_full_disk(void)
{
	static const char *const formats[] = { "text", "tsv", "json", "json-array", "id", "nagios" };
	struct plan p = { .rows = 3, .merge = true };
	char last[4096];

	p.journal = ir_asprintf(&arena, "%s/journal", dir);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct result r;

		p.opts.format = formats[i];
		p.run = ir_asprintf(&arena, "run-ffffff%02zu", i);
		r = run(&p, "/dev/full");
		IS_INT(r.status, IR_IO, "%s on a full disk", formats[i]);
		IS_STR(r.err, "ir-test: cannot write output: No space left on device\n", "is said once");
		journal_kinds("journal", p.run, last, sizeof(last));
		OK(strstr(last, "\"complete\":false") && strstr(last, "\"exit\":74}"), "and the journal knows");
	}
	p.opts.format = "json";
	p.rows = 0;
	p.run = "run-gggggggg";
	IS_INT(run(&p, "/dev/full").status, IR_IO, "also when there is nothing but an end to print");
	IS_STR(journal_kinds("journal", p.run, last, sizeof(last)), "start end ", "one end");
	OK(strstr(last, "\"exit\":74}"), "with its true status");
}

/* Files cannot grow; pipes can. */
static void
no_files(void)
{
	struct rlimit l = { 0, 0 };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &l);
}

static void
pipe_rows(struct ir_out *out)
{
	put_row(out, 0);
	ir_out_flush(out);
	put_row(out, 4);
	ir_out_flush(out);
}

static void
test_journal_full(void)
{
	struct plan p = { .opts = { .format = "text" }, .setup = no_files, .body = pipe_rows };
	char got[4096];
	int out[2], err[2], status;
	ssize_t n;
	pid_t pid;

	p.journal = ir_asprintf(&arena, "%s/journal", dir);
	if (pipe(out) < 0 || pipe(err) < 0)
		scratch_die("pipe");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		dup2(err[1], STDERR_FILENO);
		close(out[1]);
		close(err[1]);
		_exit(run_plan(&p));
	}
	close(out[1]);
	close(err[1]);
	waitpid(pid, &status, 0);
	IS_INT(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0, "a journal that is full does not stop a source");
	n = read(out[0], got, sizeof(got) - 1);
	got[n < 0 ? 0 : n] = '\0';
	OK(strstr(got, "\n") && strstr(strstr(got, "\n") + 1, "chk-") && !strstr(got, "journal"),
	    "all rows are printed");
	n = read(err[0], got, sizeof(got) - 1);
	got[n < 0 ? 0 : n] = '\0';
	OK(strncmp(got, "ir-test: warning: the journal is off for the rest of this run: ", 62) == 0 &&
		strchr(got, '\n') == got + strlen(got) - 1,
	    "one warning: %.*s", (int)strcspn(got, "\n"), got);
	close(out[0]);
	close(err[0]);
}

static void
many_rows(struct ir_out *out)
{
	for (int i = 0; i < 10000; i++)
		put_row(out, 4 * i);
}

static void
test_many(void)
{
	struct plan p = { .opts = { .format = "json" }, .body = many_rows, .run = "run-hhhhhhhh" };
	struct result r;
	int lines = 0;

	p.journal = ir_asprintf(&arena, "%s/many", dir);
	r = run(&p, ir_asprintf(&arena, "%s/many.out", dir));
	IS_INT(r.status, 0, "ten thousand rows");
	FILE *f = fopen(ir_asprintf(&arena, "%s/many.out", dir), "r");
	for (int c; f && (c = fgetc(f)) != EOF;)
		lines += c == '\n';
	if (f)
		fclose(f);
	IS_INT(lines, 10001, "are all printed");
}

int
main(void)
{
	dir = scratch_new(&arena);
	test_text();
	test_columns();
	test_json();
	test_pass();
	test_error();
	test_journal();
	test_order();
	test_no_reader();
	test_full_disk();
	test_journal_full();
	test_many();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
