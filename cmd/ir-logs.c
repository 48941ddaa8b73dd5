/* ir-logs - from a million lines to the error shapes that matter */

#include <errno.h>
#include <unistd.h>

#include "base/num.h"
#include "cli/cmd.h"
#include "cli/help.h"
#include "cli/process.h"
#include "conf/suggest.h"
#include "logs/chain_row.h"
#include "logs/find.h"
#include "logs/grep.h"
#include "logs/report.h"
#include "logs/split.h"
#include "net/loop.h"
#include "rec/emit.h"

enum {
	TOP = 20,
	JOURNALLED = 200,
	CHAINS = 50,
	TAIL = 200,
	TAIL_FOLLOWED = 10,
	LOOK_BACK = 10000, /* lines that what is followed is picked from at the beginning */
	TICK_US = 200000,
	FLUSH = 1000, /* rows: whole records take much memory */
	IDS_BYTES = 1 << 20
};

struct opts {
	const char *project;
	int64_t new_since_ms;
	bool lines, correlate, all, assign;
	int64_t tail, top;
	const char *level, *grep;
};

static const struct ir_values level_values = { .name = "level", .fixed = ir_level_names + 1 };

static const struct ir_opt opts[] = {
	IR_TIME(struct opts, new_since_ms, 0, "new-since", "compare what came from TIME on with what came before",
	    .values = &ir_values_time,
	    .more = "By default the beginning of the incident that is open, else the last deploy within a day, else 15 "
		    "minutes before the end."),
	IR_FLAG(struct opts, correlate, 0, "correlate",
	    "print chains first: errors of different services that belong together",
	    .more = "By request, trace and job ids in the lines, and by errors that begin within half a minute of one "
		    "another."),
	IR_INT(struct opts, top, 0, "top", "N", "print the N patterns that matter most", 0, 1000000, .def = "20"),
	IR_FLAG(struct opts, all, 0, "all", "print all patterns; with --lines all lines"),
	IR_FLAG(struct opts, lines, 0, "lines", "print lines, merged in the order of time, instead of patterns"),
	IR_INT(struct opts, tail, 0, "tail", "N", "print the last N lines of each service; implies --lines", -1,
	    100000000, .def = "-1", .more = "By default 200, or 10 with -f; all with -S, -U or --all."),
	IR_CHOICE(struct opts, level, 0, "level", "LEVEL", &level_values, "only what is at least as bad as LEVEL",
	    .more = "A line that names no level is judged by its words."),
	IR_STR(struct opts, grep, 0, "grep", "REGEX", "only what matches the POSIX extended regular expression",
	    .more = "A stack trace matches as a whole."),
	IR_FLAG(struct opts, assign, 0, "assign",
	    "print nothing but the pattern's id of each line of the one FILE, in its order",
	    .more = "A - stands for a line that belongs to no pattern."),
	IR_STR(struct opts, project, 'p', "project", "NAME", "read the containers of this compose project",
	    .more = "By default the project of the compose file in the working directory or above it."),
	IR_OPT_END
};

struct run {
	struct ir_ctx *ctx;
	const struct ir_common *common;
	const struct opts *o;
	struct ir_place place;
	struct ir_logs_asked asked;
	struct ir_logs_query query; /* of the reader */
	struct ir_logs_query fetch; /* of the sources */
	struct ir_logs_split split;
	struct ir_logs_sources sources;
	struct ir_logs_grep grep;
	struct ir_logs_counts counts;
	struct ir_logs_verdict *verdicts;
	struct ir_logs_span span;
	size_t *order;
	struct ir_arena line;
	struct ir_logs_lines *shown; /* while following */
	int64_t unflushed;
};

/* ---- what is asked for */

static int
conflict(struct ir_err *err, const char *a, const char *b)
{
	return ir_fail(err, IR_USAGE, "'%s' and '%s' exclude one another", a, b);
}

static bool
wants_lines(const struct run *r)
{
	return r->o->lines || r->common->follow || r->o->tail >= 0;
}

static int
check(const struct run *r, char **operands, struct ir_err *err)
{
	const struct opts *o = r->o;
	const char *lines = o->lines ? "--lines" : r->common->follow ? "--follow" : "--tail";

	if (wants_lines(r) && o->assign)
		return conflict(err, "--assign", lines);
	if (wants_lines(r) && o->correlate)
		return conflict(err, "--correlate", lines);
	if (wants_lines(r) && o->new_since_ms != IR_TIME_NONE)
		return conflict(err, "--new-since", lines);
	if (o->assign && o->correlate)
		return conflict(err, "--assign", "--correlate");
	if (o->assign && (!operands[0] || operands[1])) {
		ir_fail(err, IR_USAGE, "'--assign' takes one file");
		return ir_hint(err, "write ir-logs --assign FILE, or - for standard input");
	}
	if (r->common->follow && r->common->until_ms != IR_TIME_NONE)
		return conflict(err, "--follow", "--until");
	return 0;
}

static int64_t
tail_of(const struct run *r)
{
	const struct ir_common *c = r->common;

	if (r->o->tail >= 0 || r->o->all)
		return r->o->tail;
	if (c->since_ms != IR_TIME_NONE || c->until_ms != IR_TIME_NONE)
		return -1;
	return c->follow ? TAIL_FOLLOWED : TAIL;
}

static void
make_query(struct run *r)
{
	r->query = (struct ir_logs_query){
		.since_ms = r->common->since_ms,
		.until_ms = r->common->until_ms,
		.split_ms = IR_TIME_NONE,
		.tail = wants_lines(r) ? tail_of(r) : -1,
		.follow = r->common->follow,
		.count = !wants_lines(r) && !r->o->correlate && !r->o->assign,
		.min_level = r->o->level ? ir_name_index(ir_level_names, r->o->level) : 0,
		.grep = r->o->grep,
		.now_ms = r->ctx->start_ms,
	};
}

/* What can be asked for any time is read as far back as the comparison needs; a file as a whole. */
static void
make_split(struct run *r)
{
	int64_t end = ir_logs_newest(r->ctx, &r->sources);

	if (r->query.until_ms != IR_TIME_NONE && r->query.until_ms < end)
		end = r->query.until_ms;
	r->split = ir_logs_split(r->ctx, r->o->new_since_ms, end);
	r->query.split_ms = r->split.ms;
	r->fetch = r->query;
	if (r->sources.engines && r->query.since_ms == IR_TIME_NONE)
		r->fetch.since_ms = r->split.since_ms;
}

static int
find(struct run *r, char **operands, struct ir_err *err)
{
	ir_place_find(r->ctx, r->o->project, &r->place);
	ir_place_warn(r->ctx, &r->place);
	r->ctx->env = r->place.env;
	if (r->o->assign && strcmp(operands[0], "-") != 0)
		ir_list_add(r->ctx->arena, &r->asked.paths, operands[0]);
	else if (r->o->assign)
		r->asked.lines = true;
	else if (ir_logs_ask(r->ctx, &r->place, &r->common->services, operands, &r->asked, err) < 0)
		return -1;
	return ir_logs_find(r->ctx, &r->place, &r->asked, &r->fetch, &r->sources, err);
}

/* ---- reading */

static void
on_progress(void *arg)
{
	struct run *r = arg;

	if (isatty(STDERR_FILENO) && !r->common->follow)
		ir_trace(r->ctx, 0, "reading %zu source%s ...", r->sources.n, r->sources.n == 1 ? "" : "s");
}

/* Where ids of lines are printed, nothing else is. */
static void
tell_fault(const struct run *r, const struct ir_err *err, const char *service, const char *subject)
{
	if (!r->o->assign) {
		ir_out_error(r->ctx->out, err, service, subject);
		return;
	}
	ir_say(r->ctx, err);
	ir_out_incomplete(r->ctx->out);
}

static void
tell_faults(const struct run *r)
{
	for (size_t i = 0; i < r->sources.n; i++) {
		const struct ir_logs_source *s = r->sources.v[i];

		for (size_t k = 0; k < s->n_faults; k++)
			tell_fault(r, &s->faults[k].err, s->faults[k].service, s->faults[k].subject);
	}
}

static void
tell_late(const struct run *r)
{
	char text[IR_NUM_MAX];
	struct ir_err err = IR_ERR_INIT;

	for (size_t i = 0; i < r->sources.n; i++) {
		const struct ir_logs_source *s = r->sources.v[i];

		if (s->over)
			continue;
		ir_fail(&err, IR_INCOMPLETE, "%s: not read to its end within %s", s->subject,
		    ir_format_duration(text, r->common->deadline_ms));
		ir_hint(&err, "allow more with -T, or ask for less with -S");
		tell_fault(r, &err, s->service, s->subject);
		ir_out_incomplete(r->ctx->out);
	}
}

/* All that there is goes through the reader. */
static void
read_all(struct run *r, struct ir_logs_reader *reader)
{
	ir_logs_start(&r->sources, reader);
	if (ir_loop_run(r->ctx->loop, on_progress, r) == 1)
		tell_late(r);
	ir_logs_stop(&r->sources);
	tell_faults(r);
}

/* ---- what is not there */

static void
tell_missing(const struct run *r, const char *service)
{
	const char *near = ir_suggest(service, r->asked.known.v);
	struct ir_err err = IR_ERR_INIT;

	ir_fail(&err, IR_FINDING, "no line of service '%s' was found", service);
	if (near && strcmp(near, service) != 0)
		ir_hint(&err, "did you mean '%s'?", near);
	ir_say(r->ctx, &err);
}

static int
tell_no_match(const struct run *r)
{
	ir_trace(r->ctx, 0, "no line matches '%s'", r->o->grep);
	return IR_FINDING;
}

static int
tell_no_line(const struct run *r)
{
	for (size_t i = 0; i < r->asked.named.n; i++)
		tell_missing(r, r->asked.named.v[i]);
	if (r->asked.named.n > 0)
		return IR_FINDING;
	return r->o->grep ? tell_no_match(r) : IR_OK;
}

/* ---- lines */

static void
on_line(void *arg, const struct ir_logs_shown *shown)
{
	struct run *r = arg;
	struct ir_line row;

	ir_logs_line_row(&r->line, shown, &row);
	ir_out_row(r->ctx->out, &ir_kind_line, &row);
	ir_arena_done(&r->line);
	if (++r->unflushed < FLUSH)
		return;
	ir_out_flush(r->ctx->out);
	r->unflushed = 0;
}

/* While following: what has waited for older lines of others is printed, and nobody is followed for a reader that went away. */
static void
on_tick(void *arg)
{
	struct run *r = arg;

	ir_logs_lines_tick(r->shown, ir_mono_us());
	if (r->unflushed > 0)
		ir_out_flush(r->ctx->out);
	r->unflushed = 0;
	if (ir_out_closed(r->ctx->out))
		ir_logs_stop(&r->sources);
	else
		ir_loop_at(r->ctx->loop, ir_mono_us() + TICK_US, on_tick, r);
}

static void
tell_lines(const struct run *r, const struct ir_logs_lines_counts *c)
{
	struct ir_arena *a = r->ctx->arena;

	if (c->dropped > 0)
		ir_trace(r->ctx, 0,
		    "%s lines are left out: there was no room to sort them; ask for fewer with --tail or -S",
		    ir_logs_count_text(a, c->dropped));
	if (c->before_tail > 0)
		ir_trace(r->ctx, 1, "%s older lines are left out", ir_logs_count_text(a, c->before_tail));
	if (c->no_time > 0)
		ir_trace(r->ctx, 1, "%s lines name no time", ir_logs_count_text(a, c->no_time));
	if (c->late > 0)
		ir_trace(r->ctx, 1, "%s lines came too late for their place", ir_logs_count_text(a, c->late));
}

static void
tell_zone(const struct run *r, bool guessed)
{
	if (guessed)
		ir_trace(r->ctx, 0,
		    "times without a zone were taken for this machine's; timezone in [logs] of ir.conf, or TZ, says "
		    "otherwise");
}

/* Of the file for what does not fit into memory; /tmp may be memory itself. */
static const char *
spill_directory(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/var/tmp";
}

static int
show_lines(struct run *r)
{
	const struct ir_logs_lines_opts lo = {
		.query = &r->query,
		.tail = r->query.tail,
		.services = &r->asked.services,
		.matches = r->o->grep ? ir_logs_grep_match : NULL,
		.matches_arg = &r->grep,
		.line = on_line,
		.line_arg = r,
		.directory = spill_directory(),
	};
	struct ir_logs_lines_counts c;

	ir_out_usual_columns(
	    r->ctx->out, "id,time,status,service,subject,summary", "id,time,status,service,subject,text");
	r->fetch = r->query;
	/* the last so many are of those that are asked for: what a source cannot tell is left to the reader */
	if (r->query.min_level || r->query.grep)
		r->fetch.tail = r->query.follow && r->query.tail >= 0 ? LOOK_BACK : -1;
	r->shown = ir_logs_lines_new(&lo);
	if (r->query.follow) {
		r->ctx->deadline_us = INT64_MAX;
		ir_loop_at(r->ctx->loop, ir_mono_us() + TICK_US, on_tick, r);
	}
	read_all(r, ir_logs_lines_reader(r->shown));
	ir_logs_lines_finish(r->shown);
	c = *ir_logs_lines_counts(r->shown);
	ir_logs_lines_free(r->shown);
	ir_out_flush(r->ctx->out);
	tell_lines(r, &c);
	tell_zone(r, c.zone_guessed);
	return c.shown == 0 ? tell_no_line(r) : IR_OK;
}

/* ---- ids of lines */

static const char **
all_ids(struct run *r)
{
	const char **ids = IR_NEW_N(r->ctx->arena, const char *, r->counts.n + 1);

	for (size_t i = 0; i < r->counts.n; i++)
		ids[i] = ir_pattern_id(r->ctx->arena, &r->counts.v[i]);
	return ids;
}

static int
write_out(struct ir_buf *b, struct ir_err *err)
{
	int ret = ir_process_write(STDOUT_FILENO, b->data, b->len);

	ir_buf_reset(b);
	return ret < 0 && errno != EPIPE ? ir_fail(err, IR_IO, "writing to standard output: %s", strerror(errno)) : 0;
}

static int
print_ids(struct run *r, const struct ir_logs_counter *counter, struct ir_err *err)
{
	const char **ids = all_ids(r);
	size_t n = ir_logs_counter_lines(counter);
	struct ir_buf b;
	int ret = 0;

	ir_buf_init(&b, 2 * IDS_BYTES);
	for (size_t i = 0; i < n && ret == 0; i++) {
		long p = ir_logs_counter_assigned(counter, i);

		ir_buf_adds(&b, p < 0 ? "-" : ids[p]);
		ir_buf_addc(&b, '\n');
		if (b.len > IDS_BYTES)
			ret = write_out(&b, err);
	}
	if (ret == 0)
		ret = write_out(&b, err);
	ir_buf_done(&b);
	return ret;
}

/* ---- patterns */

static bool
is_asked(const struct run *r, const struct ir_pattern *row, const char *id)
{
	if (r->asked.patterns.n == 0 || ir_list_has(&r->asked.patterns, id))
		return true;
	for (size_t i = 0; i < row->also.n; i++) {
		if (ir_list_has(&r->asked.patterns, row->also.v[i]))
			return true;
	}
	return false;
}

/* The first ones are printed, some more are remembered, the rest is only counted. Returns how many are printed. */
static size_t
print_patterns(struct run *r, int64_t *left_lines)
{
	const struct ir_logs_report report = { &r->counts, r->verdicts, r->span, r->split.ms };
	size_t top = r->o->all ? SIZE_MAX : (size_t)r->o->top, shown = 0, kept = 0;

	for (size_t i = 0; i < r->counts.n; i++) {
		const struct ir_logs_pattern *p = &r->counts.v[r->order[i]];
		struct ir_arena arena = { 0 };
		struct ir_pattern row;

		if (shown >= top && kept >= JOURNALLED) {
			*left_lines += p->lines;
			continue;
		}
		ir_logs_pattern_row(&arena, &report, r->order[i], &row);
		if (is_asked(r, &row, ir_pattern_id(&arena, p))) {
			bool wanted = !r->common->only || (r->common->only >> row.h.status & 1);

			if (shown < top)
				ir_out_row(r->ctx->out, &ir_kind_pattern, &row);
			else if (kept++ < JOURNALLED)
				ir_out_aside(r->ctx->out, &ir_kind_pattern, &row);
			if (shown < top && wanted)
				shown++;
			else
				*left_lines += p->lines;
		}
		ir_arena_done(&arena);
	}
	return shown;
}

static void
print_other(struct run *r)
{
	struct ir_pattern row;

	if (r->asked.patterns.n == 0 && ir_logs_other_row(r->ctx->arena, &r->counts, &row))
		ir_out_row(r->ctx->out, &ir_kind_pattern, &row);
}

static void
print_chains(struct run *r, const struct ir_logs_chains *chains)
{
	size_t n = chains->n < CHAINS || r->o->all ? chains->n : CHAINS;

	for (size_t i = 0; i < n; i++) {
		struct ir_chain row;

		ir_chain_row(r->ctx->arena, &chains->v[i], &row);
		ir_out_row(r->ctx->out, &ir_kind_chain, &row);
	}
	if (chains->n == 0)
		ir_trace(r->ctx, 0,
		    chains->ids > 0
			? "no errors of different services belong together"
			: "no errors of different services belong together; no line names a request, trace or job");
	if (n < chains->n)
		ir_trace(r->ctx, 0, "%zu more chains: --all", chains->n - n);
	if (chains->forgotten > 0)
		ir_trace(r->ctx, 0, "%s ids were forgotten before they were part of a chain: there were too many",
		    ir_logs_count_text(r->ctx->arena, chains->forgotten));
}

/* What the rows do not tell. */
static void
tell_counts(const struct run *r, size_t shown, int64_t left_lines)
{
	const struct ir_logs_counts *c = &r->counts;
	struct ir_arena *a = r->ctx->arena;
	char split[IR_TIME_MAX];

	if (shown < c->n && r->asked.patterns.n == 0 && !r->common->only)
		ir_trace(r->ctx, 0, "%s more patterns, %s lines: --all", ir_logs_count_text(a, (int64_t)(c->n - shown)),
		    ir_logs_count_text(a, left_lines));
	ir_trace(r->ctx, 1, "%s lines, %s events, %zu patterns", ir_logs_count_text(a, c->lines),
	    ir_logs_count_text(a, c->events), c->n);
	ir_trace(r->ctx, 1, "compared with what came before %s (%s)", ir_time_format(split, r->split.ms), r->split.why);
	if (c->left_out > 0)
		ir_trace(r->ctx, 1, "%s lines are not what was asked for", ir_logs_count_text(a, c->left_out));
	if (c->no_time > 0)
		ir_trace(r->ctx, 1, "%s lines are of logs that name no time", ir_logs_count_text(a, c->no_time));
	if (c->cut > 0)
		ir_trace(r->ctx, 1, "%s lines are so long that only their beginning was read",
		    ir_logs_count_text(a, c->cut));
	tell_zone(r, c->zone_guessed);
}

/* A service that has gone silent has no pattern which could tell it. */
static void
tell_silent(const struct run *r)
{
	const struct ir_logs_counts *c = &r->counts;
	int64_t after = 0;
	char split[IR_TIME_MAX];

	for (size_t i = 0; i < c->n_services; i++)
		after += c->services[i].after;
	ir_time_format(split, r->split.ms);
	if (after == 0 && c->events > 0) {
		ir_trace(r->ctx, 1,
		    "nothing came from %s on, so there is nothing to compare; --new-since names another time", split);
		return;
	}
	for (size_t i = 0; i < c->n_services; i++) {
		if (c->services[i].after == 0 && c->services[i].before >= IR_JUDGE_BASELINE)
			ir_trace(r->ctx, 0, "'%s' has said nothing since %s; before, it said %s things",
			    c->services[i].service, split, ir_logs_count_text(r->ctx->arena, c->services[i].before));
	}
}

static bool
has_lines(const struct run *r, const char *service)
{
	for (size_t i = 0; i < r->counts.n_services; i++) {
		if (strcmp(r->counts.services[i].service, service) == 0 && r->counts.services[i].lines > 0)
			return true;
	}
	return false;
}

/* What was named and was not found. */
static int
tell_unmatched(const struct run *r, size_t shown)
{
	int ret = IR_OK;

	for (size_t i = 0; i < r->asked.named.n; i++) {
		if (has_lines(r, r->asked.named.v[i]))
			continue;
		tell_missing(r, r->asked.named.v[i]);
		ret = IR_FINDING;
	}
	if (shown > 0 || r->common->only)
		return ret;
	if (r->asked.patterns.n > 0)
		ir_trace(r->ctx, 0, "no line of %s was found", r->asked.patterns.v[0]);
	else if (r->o->grep)
		return tell_no_match(r);
	else
		return ret;
	return IR_FINDING;
}

static long
pattern_of(void *counter, uint32_t pattern)
{
	return ir_logs_counter_pattern(counter, pattern);
}

static int
print_counts(struct run *r, const struct ir_logs_chains *chains)
{
	int64_t left_lines = 0;
	size_t shown;

	r->verdicts = IR_NEW_N(r->ctx->arena, struct ir_logs_verdict, r->counts.n + 1);
	r->order = IR_NEW_N(r->ctx->arena, size_t, r->counts.n + 1);
	r->span = ir_logs_judge(&r->counts, r->split.ms, r->query.until_ms, r->verdicts);
	ir_logs_order(&r->counts, r->verdicts, r->order);
	if (chains)
		print_chains(r, chains);
	shown = print_patterns(r, &left_lines);
	print_other(r);
	ir_out_flush(r->ctx->out);
	tell_counts(r, shown, left_lines);
	tell_silent(r);
	return tell_unmatched(r, shown);
}

static int
count(struct run *r, struct ir_err *err)
{
	struct ir_logs_correlate *correlate = r->o->correlate ? ir_logs_correlate_new(0) : NULL;
	const struct ir_logs_counter_opts co = {
		.query = &r->query,
		.services = &r->asked.services,
		.matches = r->o->grep ? ir_logs_grep_match : NULL,
		.matches_arg = &r->grep,
		.event = correlate ? ir_logs_correlate_event : NULL,
		.event_arg = correlate,
		.assign = r->o->assign,
		.isa = getenv("IR_LOGS_ISA"),
	};
	struct ir_logs_counter *counter;
	struct ir_logs_chains chains = { 0 };
	int ret;

	make_split(r);
	counter = ir_logs_counter_new(r->ctx->arena, &co);
	read_all(r, ir_logs_counter_reader(counter));
	ir_logs_counter_finish(counter, &r->counts);
	if (correlate)
		ir_logs_correlate_finish(correlate, r->ctx->arena, &r->counts, pattern_of, counter, &chains);
	ret = r->o->assign ? print_ids(r, counter, err) : print_counts(r, correlate ? &chains : NULL);
	if (correlate)
		ir_logs_correlate_free(correlate);
	ir_logs_counter_free(counter);
	return ret;
}

static int
run(struct ir_ctx *ctx, const struct ir_common *common, const void *arg, char **operands, struct ir_err *err)
{
	struct run r = { .ctx = ctx, .common = common, .o = arg };
	int ret;

	if (check(&r, operands, err) < 0 || (r.o->grep && ir_logs_grep_init(&r.grep, r.o->grep, err) < 0) ||
	    !ir_loop_new(ctx, err))
		return -1;
	make_query(&r);
	r.fetch = r.query;
	if (find(&r, operands, err) < 0)
		return -1;
	ret = wants_lines(&r) ? show_lines(&r) : count(&r, err);
	ir_logs_grep_done(&r.grep);
	return ret;
}

static const struct ir_kind *const kinds[] = { &ir_kind_pattern, &ir_kind_chain, &ir_kind_line, &ir_kind_error,
	&ir_kind_end, NULL };

static const struct ir_example examples[] = {
	{ "ir-logs", "what the services of this place say, the news and the errors first" },
	{ "ir-logs --new-since 02:10 web worker", "what is new in two services since then" },
	{ "ir-logs --only fail | head -1 | ir-show -", "the worst of it whole, with stack trace and examples" },
	{ "ir-logs --correlate", "which errors of different services belong together" },
	{ "ir-logs /var/log/syslog '/var/log/shop/*.log'", "files, with their rotated siblings" },
	{ "journalctl -b | ir-logs -", "whatever another program prints" },
	{ "ir-logs --lines --level error -S 15m", "the lines themselves, of all services in the order of time" },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	static const struct ir_cmd cmd = {
		.name = "ir-logs",
		.brief = "tell from a million lines the error shapes that matter",
		.operands = "[SERVICE|NAME|FILE|HANDLE|- ...]",
		.operand_values = &ir_values_log,
		.role = IR_SOURCE,
		.with = IR_WITH_OUTPUT | IR_WITH_STATUS | IR_WITH_DEADLINE | IR_WITH_SERVICE | IR_WITH_SINCE |
			IR_WITH_FOLLOW,
		.timeout = "10s",
		.deadline = "2m",
		.columns = "id,time,status,service,subject,counts,summary",
		.opts = opts,
		.optsize = sizeof(struct opts),
		.kinds = kinds,
		.examples = examples,
		.run = run,
	};

	return ir_main(&cmd, argc, argv);
}
