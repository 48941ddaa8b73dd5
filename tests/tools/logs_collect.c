/*
 * logs_collect - what the sources of ir.conf bring, as it comes, for tests of sources
 *
 *	logs_collect [count] [follow] [since=MS] [until=MS] [split=MS] [tail=N] [level=NAME] [grep=TEXT] [service=NAME]… [SOURCE]…
 *	logs_collect nasty=N	so many lines that are hard to squeeze; their backslashes are two
 *	logs_collect skeleton	the skeleton of each such line of standard input, in hex
 *	logs_collect expression	the same as an expression of ClickHouse's SQL
 *
 * A line that came: L, service, text. Lines that were counted: C, service, level, count, before, after, first, last, counts of the buckets, the example. What could not be read: F, subject, message, hint. At the
 * end: B and how many bytes came. Exit status 0, 2 with a fault.
 */
#include <signal.h>
#include <unistd.h>

#include "base/num.h"
#include "../unit/logs_reader.h"
#include "logs/clickhouse_sql.h"
#include "logs/level.h"
#include "logs/skeleton.h"

static struct ir_arena arena;
static struct ir_ctx ctx = { .command = "logs_collect", .arena = &arena };
static volatile sig_atomic_t stopped;
static struct ir_list services, names;
static int64_t lines;

static int64_t
number(const char *s)
{
	int64_t n = 0;

	if (ir_parse_int(s, INT64_MIN, INT64_MAX, &n, NULL) < 0)
		exit(64);
	return n;
}

static void
take_arg(struct ir_logs_query *q, const char *a)
{
	const char *v = strchr(a, '=');

	v = v ? v + 1 : "";
	if (strcmp(a, "count") == 0)
		q->count = true;
	else if (strcmp(a, "follow") == 0)
		q->follow = true;
	else if (strncmp(a, "since=", 6) == 0)
		q->since_ms = number(v);
	else if (strncmp(a, "until=", 6) == 0)
		q->until_ms = number(v);
	else if (strncmp(a, "split=", 6) == 0)
		q->split_ms = number(v);
	else if (strncmp(a, "tail=", 5) == 0)
		q->tail = number(v);
	else if (strncmp(a, "level=", 6) == 0)
		q->min_level = ir_level_word(v, strlen(v));
	else if (strncmp(a, "grep=", 5) == 0)
		q->grep = v;
	else if (strncmp(a, "nasty=", 6) == 0)
		lines = number(v);
	else if (strncmp(a, "service=", 8) == 0)
		ir_list_add(&arena, &services, v);
	else
		ir_list_add(&arena, &names, a);
}

static void
flush(struct logs_got *g)
{
	const char *p = g->text.data, *end = p + g->text.len, *nl;

	for (; (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1) {
		printf("L\t%s\t", g->stream->service);
		fwrite(p, 1, (size_t)(nl - p) + 1, stdout);
	}
	ir_buf_consume(&g->text, (size_t)(p - g->text.data));
	fflush(stdout);
}

/* What was not told yet. */
static void
faults(const struct ir_logs_source *s)
{
	static const struct ir_logs_source *last;
	static size_t told;

	told = s == last ? told : 0;
	for (last = s; told < s->n_faults; told++) {
		const struct ir_logs_fault *f = &s->faults[told];

		printf("F\t%s\t%s\t%s\n", f->subject, f->err.msg, f->err.hint);
	}
	fflush(stdout);
}

static void
seen(void *source, struct logs_got *g)
{
	flush(g);
	faults(source);
}

static void
on_counted(struct ir_logs_reader *reader, struct ir_logs_stream *s, const char *line, size_t n,
    const struct ir_logs_counted *c)
{
	(void)logs_got(reader, s);
	printf("C\t%s\t%s\t%lld\t%lld\t%lld\t%lld\t%lld\t", s->service, ir_level_names[c->level], (long long)c->count,
	    (long long)c->before, (long long)c->after, (long long)c->first_ms, (long long)c->last_ms);
	for (size_t i = 0; i < c->minutes; i++)
		printf("%s%lld:%lld", i ? "," : "", (long long)c->minute_ms[i], (long long)c->minute_count[i]);
	putchar('\t');
	fwrite(line, 1, n, stdout);
	putchar('\n');
}

/* Lines that are hard to squeeze: made of few bytes, so that what is alike is near; the same ones each time. */
static int
nasty(int64_t n)
{
	static const char *const pieces[] = { "0", "1", "9", "12", "0x", "0X", "x", "X", "a", "f", "F", "A", "g", "Z",
		"dead", "1f3a", "f47ac10b-face-4372-dead-", "beefbeefbeef", "deadbeef-", "_", "-", ":", ".", " ",
		"\xff", "\x80", "\xc3\xa9", "\x03", "\x04", "\x05", "'", "\"", "\\\\", "{", "=", "\" 5", "\"level\":3",
		"level=4", "<3", "1234567890" };
	uint64_t h = 1;

	for (int64_t i = 0; i < n; i++) {
		for (int k = (int)(h >> 33) % 9; k >= 0; k--) {
			h = h * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			fputs(pieces[(h >> 40) % (sizeof(pieces) / sizeof(*pieces))], stdout);
		}
		putchar('\n');
	}
	return 0;
}

/* In hex; '_', 'x' and 'X' are 3, 4 and 5, as in ClickHouse's. A backslash comes as two. */
static int
skeletons(void)
{
	static char line[1 << 20], out[1 << 20];

	while (fgets(line, sizeof(line), stdin)) {
		size_t n = 0;

		for (const char *p = line; *p && *p != '\n'; p += 1 + (*p == '\\'))
			line[n++] = *p;
		n = ir_skeleton_text(line, n, out);
		for (size_t i = 0; i < n; i++)
			printf("%02X", out[i] == '_'   ? 3
				       : out[i] == 'x' ? 4
				       : out[i] == 'X' ? 5
						       : (unsigned char)out[i]);
		putchar('\n');
	}
	return 0;
}

static int
expression(void)
{
	struct ir_buf b;

	ir_buf_init(&b, IR_CLICKHOUSE_SQL);
	ir_clickhouse_skeleton(&b, "message");
	printf("hex(%s)", b.data);
	ir_buf_done(&b);
	return 0;
}

static int
collect(struct ir_logs_source *s, struct logs_reader *r)
{
	struct ir_err err = IR_ERR_INIT;

	r->arg = s;
	if (s->ops->prepare(&ctx, s, &err) < 0 || logs_run(s, &err) < 0) {
		printf("E\t%s\t%s\n", err.msg, err.hint);
		return 2;
	}
	for (size_t i = 0; i < r->n; i++)
		flush(&r->v[i]);
	faults(s);
	printf("B\t%lld\n", (long long)s->bytes);
	return s->n_faults ? 2 : 0;
}

static const struct ir_logs_ops *
ops_of(const char *type)
{
	for (size_t i = 0; ir_logs_backends[i]; i++)
		if (type && strcmp(ir_logs_backends[i]->name, type) == 0)
			return ir_logs_backends[i];
	exit(64);
}

static void
on_signal(int sig)
{
	stopped = sig;
}

int
main(int argc, char **argv)
{
	struct ir_logs_query q = logs_query();
	struct ir_err err = IR_ERR_INIT;
	static struct logs_reader r;
	struct ir_logs_reader_ops ops;
	int worst = 0;

	for (int i = 1; i < argc; i++)
		take_arg(&q, argv[i]);
	if (ir_list_has(&names, "skeleton"))
		return skeletons();
	if (ir_list_has(&names, "expression"))
		return expression();
	if (lines > 0)
		return nasty(lines);
	if (ir_conf_read(&arena, &ctx.conf, &err) < 0 || !ir_loop_new(&ctx, &err)) {
		fprintf(stderr, "%s\n", err.msg);
		return 78;
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	ctx.stop = &stopped;
	ctx.deadline_us = q.follow ? 0 : ir_mono_us() + 120 * INT64_C(1000000);
	logs_reader_init(&r, 0);
	ops = *r.reader.ops;
	ops.counted = q.count ? on_counted : NULL;
	r.reader.ops = &ops;
	r.seen = seen;
	for (size_t i = 0; i < ctx.conf->n; i++) {
		const struct ir_section *section = &ctx.conf->v[i];
		struct ir_logs_source s = { .name = section->name,
			.service = ir_conf_str(section, "logs", "service"),
			.section = section,
			.query = &q,
			.services = &services,
			.reader = &r.reader,
			.ctx = &ctx };
		int rc;

		if (strcmp(section->type->name, "logs") != 0 || (names.n && !ir_list_has(&names, section->name)))
			continue;
		s.ops = ops_of(ir_conf_str(section, "logs", "type"));
		rc = collect(&s, &r);
		worst = rc > worst ? rc : worst;
	}
	logs_reader_done(&r);
	ir_loop_free(ctx.loop);
	ir_arena_done(&arena);
	return worst;
}
