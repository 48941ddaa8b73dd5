/*
 * logs_journald - the systemd journal through a journalctl of our own
 *
 * No systemd can be had here: the entries are written by hand after its documents, systemd.journal-fields(7) and "Journal JSON Format" of JOURNAL_EXPORT_FORMATS.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "logs/journal_entry.h"
#include "logs_reader.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx;
static struct logs_reader r;
static struct ir_logs_source src;
static struct ir_logs_query query;
static struct ir_conf conf;
static struct ir_list services;
static volatile sig_atomic_t stop_flag;

static const char *
in_scratch(const char *name)
{
	return ir_asprintf(&arena, "%s/%s", scratch_top, name);
}

/* What journalctl does: a script, that gets its arguments. */
static void
journalctl(const char *script)
{
	scratch_file(
	    "journalctl", ir_asprintf(&arena, "#!/bin/sh\necho \"$@\" >>'%s/args'\n%s\n", scratch_top, script));
	chmod(in_scratch("journalctl"), 0700);
	unlink(in_scratch("args"));
}

static void
prints(const char *entries)
{
	scratch_file("entries", entries);
	journalctl(ir_asprintf(&arena, "cat '%s/entries'", scratch_top));
}

static const char *
arguments(void)
{
	static char buf[4096];
	FILE *f = fopen(in_scratch("args"), "re");
	size_t n = f ? fread(buf, 1, sizeof(buf) - 1, f) : 0;
	const char *common = "--output=json --no-pager --all --output-fields=", *p;

	buf[n] = '\0';
	if (f)
		fclose(f);
	p = strstr(buf, common);
	return p ? p + strlen(common) + strlen(ir_journal_fields) : buf;
}

static int
go(const char *lines, struct ir_err *err)
{
	const char *text = ir_asprintf(&arena,
	    "[service \"web\"]\nunit = shop-web.service\n[service \"db\"]\nunit = postgresql@.service\n[logs "
	    "\"x\"]\ntype = journald\n%s\n",
	    lines);
	int rc;

	*err = (struct ir_err)IR_ERR_INIT;
	conf = (struct ir_conf){ .root = scratch_top };
	if (ir_conf_parse(&arena, &conf, "ir.conf", text, strlen(text), err) < 0)
		printf("# %s\n", err->msg);
	logs_reader_done(&r);
	logs_reader_init(&r, 100);
	src = (struct ir_logs_source){ .name = "x",
		.origin = "ir.conf:5",
		.section = ir_conf_section(&conf, "logs", "x"),
		.ops = &ir_logs_journald,
		.query = &query,
		.services = &services,
		.reader = &r.reader,
		.ctx = &ctx };
	if (src.ops->prepare(&ctx, &src, err) < 0)
		return -1;
	ctx.deadline_us = ir_mono_us() + 30 * 1000000;
	rc = logs_run(&src, err);
	query = logs_query();
	return rc;
}

#define TIME "\"__REALTIME_TIMESTAMP\":\"1714700000123456\","
#define AT "2024-05-03T01:33:20.123Z "

/* What one entry says. */
static const char *
entry(const char *json, char *unit)
{
	struct ir_journal_entry e = { .ms = 0 };
	struct ir_buf b;
	const char *ret;
	int rc;

	ir_buf_init(&b, 1 << 20);
	rc = ir_journal_entry_read(json, strlen(json), &e, &b);
	ret = rc < 0 ? "none" : ir_strdup(&arena, b.data);
	snprintf(unit, IR_JOURNAL_UNIT_MAX, "%s", e.unit);
	ir_buf_done(&b);
	return ret;
}

static void
test_entries(void)
{
	char unit[IR_JOURNAL_UNIT_MAX];

	IS_STR(entry("{" TIME "\"MESSAGE\":\"hello\",\"PRIORITY\":\"3\",\"_SYSTEMD_UNIT\":\"web.service\"}", unit),
	    AT "<3>hello\n", "an entry with a priority");
	IS_STR(unit, "web.service", "is its unit's");
	IS_STR(entry("{" TIME "\"MESSAGE\":\"hello\",\"PRIORITY\":\"6\",\"_TRANSPORT\":\"stdout\",\"_COMM\":\"sh\"}",
		   unit),
	    AT "hello\n", "the priority of all that is printed says nothing");
	IS_STR(unit, "sh", "without a unit: the program's name");
	IS_STR(entry("{" TIME "\"MESSAGE\":\"one\\ntwo\\n\\n\",\"PRIORITY\":\"4\",\"_TRANSPORT\":\"stdout\",\"SYSLOG_"
		     "IDENTIFIER\":\"x\"}",
		   unit),
	    AT "<4>one\n" AT "two\n", "several lines");
	IS_STR(entry("{" TIME "\"MESSAGE\":[104,105,255,10,33],\"SYSLOG_IDENTIFIER\":\"kernel\"}", unit),
	    AT "hi\xff\n" AT "!\n", "bytes that are no UTF-8");
	IS_STR(
	    entry("{" TIME "\"MESSAGE\":[\"first\",\"second\"]}", unit), AT "first\n", "a field that was given twice");
	IS_STR(unit, "", "nobody's");
	IS_STR(entry("{" TIME "\"MESSAGE\":\"web.service: Main process "
		     "exited\",\"_SYSTEMD_UNIT\":\"init.scope\",\"UNIT\":\"web.service\"}",
		   unit),
	    AT "web.service: Main process exited\n", "what systemd says of a unit");
	IS_STR(unit, "web.service", "is the unit's");
	IS_STR(entry("{" TIME "\"MESSAGE\":\"dumped "
		     "core\",\"_SYSTEMD_UNIT\":\"systemd-coredump@1.service\",\"COREDUMP_UNIT\":\"web.service\"}",
		   unit),
	    AT "dumped core\n", "what is said of its end");
	IS_STR(unit, "web.service", "too");
	IS_STR(entry("{" TIME "\"MESSAGE\":null}", unit), "", "a message that was left out");
	IS_STR(entry("{" TIME "\"PRIORITY\":\"3\"}", unit), "", "none");
	IS_STR(entry("{" TIME "\"MESSAGE\":\"a\\u0000b\",\"PRIORITY\":\"8\"}", unit), AT "a",
	    "a NUL, and a priority that is none");
	IS_STR(entry("{\"MESSAGE\":\"x\"}", unit), "none", "no time");
	IS_STR(entry("{\"__REALTIME_TIMESTAMP\":\"-1\",\"MESSAGE\":\"x\"}", unit), "none", "a time that is none");
	IS_STR(entry("{\"__REALTIME_TIMESTAMP\":\"9223372036854775807\",\"MESSAGE\":\"x\"}", unit),
	    "9999-12-31T23:59:59.999Z x\n", "a time beyond all times");
	IS_STR(entry("[1,2]", unit), "none", "a list");
	IS_STR(entry("{" TIME, unit), "none", "half of it");
}

static void
test_streams(void)
{
	struct ir_err err;

	prints("{" TIME "\"MESSAGE\":\"one\",\"_SYSTEMD_UNIT\":\"shop-web.service\"}\n"
	       "{" TIME "\"MESSAGE\":\"two\",\"_SYSTEMD_UNIT\":\"postgresql@15-main.service\"}\n"
	       "{" TIME "\"MESSAGE\":\"three\",\"_SYSTEMD_UNIT\":\"shop-web.service\"}\n"
	       "{" TIME "\"MESSAGE\":\"four\",\"_SYSTEMD_UNIT\":\"docker.service\",\"CONTAINER_NAME\":\"a b\"}\n");
	IS_INT(go("", &err), 0, "the whole journal");
	IS_STR(logs_text(&r, "journald://shop-web.service"), AT "one\n" AT "three\n", "a stream for each unit");
	IS_STR(logs_stream(&r, "shop-web.service")->stream->service, "web", "of the service that it belongs to");
	IS_STR(logs_stream(&r, "postgresql%4015-main.service")->stream->service, "db",
	    "an instance belongs to its template's");
	IS_STR(logs_text(&r, "journald://docker.service/a%20b"), AT "four\n", "a container is one of its own");
	IS_INT(r.v[0].stream->stamped && r.v[0].stream->zone_known, 1, "each line has its time before it");
	IS_INT(r.v[0].ended, 1, "and there is an end");
	IS_INT(src.n_faults, 0, "all is well");
	IS_STR(arguments(), "\n", "nothing special is asked for");
	ir_list_add(&arena, &services, "db");
	go("", &err);
	IS_INT(r.n, 1, "one service is asked for");
	services.n = 0;
	unlink(in_scratch("args"));
	go("service = shop\nunit = shop-web.service\nunit = other.service", &err);
	IS_STR(arguments(), " --unit=shop-web.service --unit=other.service\n", "units are asked for");
	IS_STR(r.v[0].stream->service, "shop", "and are the section's service");
	prints("-- No entries --\n");
	IS_INT(go("", &err), 0, "no entries");
	IS_INT(src.n_faults, 0, "is nothing wrong");
}

static void
test_arguments(void)
{
	struct ir_err err;

	prints("");
	query.since_ms = 1714700000123;
	query.until_ms = 1714700060000;
	query.tail = 10;
	go("service = web", &err);
	IS_STR(arguments(), " --since=@1714700000 --until=@1714700061 --unit=shop-web.service\n",
	    "a window, and the units of the service");
	unlink(in_scratch("args"));
	query.tail = 10;
	go("unit = a\nunit = b", &err);
	OK(strstr(arguments(), " --lines=10 --unit=a\n") || strstr(arguments(), " --lines=10 --unit=b\n"),
	    "the last lines of each unit are asked for one by one");
	unlink(in_scratch("args"));
	query.tail = 10;
	go("", &err);
	IS_STR(arguments(), " --lines=5000\n", "of all: enough of them");
	IS_INT(go("service = nobody", &err), -1, "a service without a unit");
	IS_STR(err.msg, "ir.conf:5: which unit is the service 'nobody'?", "is an error");
	query = logs_query();
}

static void
test_faults(void)
{
	struct ir_err err;

	journalctl("echo 'Failed to add match: Invalid argument' >&2; exit 1");
	go("", &err);
	IS_STR(src.faults[0].err.msg, "journalctl exited with status 1: Failed to add match: Invalid argument",
	    "its words when it fails");
	journalctl("echo 'Hint: You are currently not seeing messages from other users and the system.' >&2");
	go("", &err);
	IS_STR(src.faults[0].err.msg, "of the journal only this user's own entries can be seen",
	    "when it may not see all");
	journalctl("echo 'No journal files were found.' >&2");
	go("", &err);
	IS_STR(src.faults[0].err.msg, "there is no journal, or none that this user may read", "when there is none");
	prints("what is this\n{\"a\":1}\n\n{" TIME "\"MESSAGE\":\"x\"}");
	go("", &err);
	IS_STR(src.faults[0].err.msg, "lines of journalctl that are no entries: 2", "what it cannot be");
	IS_STR(logs_text(&r, NULL), AT "x\n", "the others are taken, the last one without its end too");
	journalctl(ir_asprintf(
	    &arena, "printf '{'; head -c 3000000 /dev/zero | tr '\\0' x; echo; cat '%s/entries'", scratch_top));
	go("", &err);
	IS_STR(src.faults[1].err.msg, "entries left out, because they are longer than 1024 KiB: 1",
	    "an endless line is left out");
	IS_STR(logs_text(&r, NULL), AT "x\n", "and what comes after it is read");
	journalctl("i=0; while [ $i -lt 2000 ]; do echo "
		   "\"{\\\"__REALTIME_TIMESTAMP\\\":\\\"1\\\",\\\"MESSAGE\\\":\\\"x\\\",\\\"_COMM\\\":\\\"$i\\\"}\"; "
		   "i=$((i+1)); done");
	logs_reader_done(&r);
	IS_INT(go("", &err), 0, "two thousand units");
	IS_INT(r.n, 512, "are some hundred streams");
	unlink(in_scratch("journalctl"));
	setenv("PATH", in_scratch("nowhere"), 1);
	IS_INT(go("", &err), -1, "no journalctl");
	IS_STR(err.msg, "'journalctl' was not found in PATH", "is told");
}

static void
on_seen(void *arg, struct logs_got *g)
{
	(void)arg;
	if (g->idle && g->lines == 1)
		stop_flag = 2;
}

static void
test_follow(void)
{
	struct ir_err err = IR_ERR_INIT;

	scratch_file("entries", "{" TIME "\"MESSAGE\":\"x\"}\n");
	journalctl(ir_asprintf(&arena, "cat '%s/entries'; exec sleep 1000", scratch_top));
	logs_reader_done(&r);
	logs_reader_init(&r, 100);
	r.seen = on_seen;
	ctx.stop = &stop_flag;
	query.follow = true;
	conf = (struct ir_conf){ .root = scratch_top };
	src = (struct ir_logs_source){ .name = "x",
		.origin = "place",
		.ops = &ir_logs_journald,
		.query = &query,
		.services = &services,
		.reader = &r.reader,
		.ctx = &ctx };
	src.ops->prepare(&ctx, &src, &err);
	ctx.deadline_us = ir_mono_us() + 30 * 1000000;
	IS_INT(logs_run(&src, &err), 2, "it is followed until it is stopped");
	IS_STR(arguments(), " --no-tail --follow\n", "as journalctl does");
	ctx.stop = NULL;
	query = logs_query();
}

int
main(void)
{
	struct ir_err err = IR_ERR_INIT;

	scratch_new(&arena);
	setenv("PATH", ir_asprintf(&arena, "%s:%s", scratch_top, getenv("PATH")), 1);
	ctx = (struct ir_ctx){ .command = "ir-logs", .arena = &arena, .conf = &conf };
	if (!ir_loop_new(&ctx, &err))
		return 1;
	query = logs_query();
	test_entries();
	test_streams();
	test_arguments();
	test_follow();
	test_faults();
	logs_reader_done(&r);
	ir_loop_free(ctx.loop);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
