/* journald - the systemd journal, by journalctl */
#include "base/clock.h"
#include "base/percent.h"
#include "logs/journal_entry.h"
#include "logs/spawn.h"
#include "service/service.h"

enum { STREAMS_MAX = 512, RUNS_MAX = 16, LINES_MAX = 4 << 20, TAIL_FACTOR = 20, TAIL_LEAST = 5000 };

struct unit {
	const char *name, *container;
	bool wanted, fresh; /* fresh: the reader was not told that it is idle */
	struct ir_logs_stream stream;
};

struct journal;
struct run {
	struct journal *all;
	struct ir_spawn spawn;
};

struct journal {
	struct ir_logs_source *source;
	ir_logs_done *done;
	struct ir_list units;
	struct run runs[RUNS_MAX];
	size_t n_runs, running;
	struct unit *v[STREAMS_MAX], *last;
	size_t n;
	struct ir_buf lines;
	int64_t odd, left_out;
};

/* ---- whose lines they are */

static bool
is_suffix(const char *s, const char *suffix)
{
	return strlen(s) > strlen(suffix) && strcmp(s + strlen(s) - strlen(suffix), suffix) == 0;
}

/* "web.service", "web", and of an instance "web@1.service" also "web@.service" */
static const char *
service_of(struct journal *j, const char *unit)
{
	struct ir_logs_source *s = j->source;
	struct ir_arena *arena = s->ctx->arena;
	const char *at = strchr(unit, '@'), *ours;

	if (s->service)
		return s->service;
	ours = ir_service_of_unit(s->ctx->conf, unit);
	if (!*ours && is_suffix(unit, ".service"))
		ours = ir_service_of_unit(s->ctx->conf, ir_strndup(arena, unit, strlen(unit) - 8));
	if (!*ours && at && is_suffix(unit, ".service"))
		ours = ir_service_of_unit(s->ctx->conf, ir_asprintf(arena, "%.*s@.service", (int)(at - unit), unit));
	return ours;
}

static const char *
subject_of(struct journal *j, const char *unit, const char *container)
{
	struct ir_buf b;
	const char *ret;

	ir_buf_init(&b, 8 * IR_JOURNAL_UNIT_MAX);
	ir_buf_adds(&b, "journald://");
	ir_percent_add(&b, unit);
	if (*container) {
		ir_buf_addc(&b, '/');
		ir_percent_add(&b, container);
	}
	ret = ir_strdup(j->source->ctx->arena, b.data);
	ir_buf_done(&b);
	return ret;
}

/* Those beyond a number share one. */
static struct unit *
unit_of(struct journal *j, const char *name, const char *container)
{
	struct ir_arena *arena = j->source->ctx->arena;
	struct unit *u = j->last;

	if (u && strcmp(u->name, name) == 0 && strcmp(u->container, container) == 0)
		return u;
	for (size_t i = 0; i < j->n; i++) {
		u = j->v[i];
		if (strcmp(u->name, name) == 0 && strcmp(u->container, container) == 0)
			return j->last = u;
	}
	if (j->n == STREAMS_MAX)
		return j->v[STREAMS_MAX - 1];
	if (j->n == STREAMS_MAX - 1)
		name = container = "";
	u = j->v[j->n++] = IR_NEW(arena, struct unit);
	u->name = ir_strdup(arena, name);
	u->container = ir_strdup(arena, container);
	u->stream.service = *container && !j->source->service ? "" : service_of(j, u->name);
	u->stream.subject = subject_of(j, name, container);
	u->stream.stamped = true;
	u->stream.zone_known = true;
	u->stream.newest_ms = j->source->query->now_ms;
	u->wanted = ir_service_wanted(j->source->services, u->stream.service);
	return j->last = u;
}

/* ---- what journalctl prints */

static void
on_line(struct ir_spawn *spawn, const char *p, size_t n)
{
	struct journal *j = ((struct run *)spawn->arg)->all;
	struct ir_journal_entry e;
	struct unit *u;
	int rc;

	if (!n || (n > 3 && strncmp(p, "-- ", 3) == 0)) /* "-- No entries --" */
		return;
	ir_buf_reset(&j->lines);
	rc = ir_journal_entry_read(p, n, &e, &j->lines);
	if (rc < 0)
		j->odd++;
	if (rc <= 0)
		return;
	u = unit_of(j, e.unit, e.container);
	if (!u->wanted)
		return;
	if (j->source->query->follow)
		u->stream.newest_ms = ir_now_ms();
	u->fresh = true;
	ir_logs_put(j->source, &u->stream, j->lines.data, j->lines.len);
}

static enum ir_feed_step
take(struct ir_spawn *spawn, struct ir_err *err)
{
	struct journal *j = ((struct run *)spawn->arg)->all;
	enum ir_feed_step step = ir_spawn_lines(spawn, err);
	struct ir_logs_reader *r = j->source->reader;

	for (size_t i = 0; step == IR_FEED_WAIT && j->source->query->follow && i < j->n; i++) {
		if (j->v[i]->fresh)
			r->ops->idle(r, &j->v[i]->stream);
		j->v[i]->fresh = false;
	}
	return step;
}

/* ---- how it ends */

static void
fault(struct journal *j, const struct ir_err *err)
{
	ir_logs_fault(j->source, j->source->subject, err);
}

static void
tell(struct journal *j, const struct ir_spawn *spawn)
{
	struct ir_err err = IR_ERR_INIT;

	if (ir_spawn_fault(spawn, "journalctl", &err)) {
		fault(j, &err);
	} else if (ir_spawn_said(spawn, "not seeing messages from other users")) {
		ir_fail(&err, IR_INCOMPLETE, "of the journal only this user's own entries can be seen");
		ir_hint(&err, "run it as root, or as a user in the group systemd-journal");
		fault(j, &err);
	} else if (ir_spawn_said(spawn, "No journal files were")) {
		ir_fail(&err, IR_INCOMPLETE, "there is no journal, or none that this user may read");
		ir_hint(&err, "run it as root, or as a user in the group systemd-journal");
		fault(j, &err);
	}
	j->left_out += spawn->left_out;
}

static void
stop_all(struct journal *j)
{
	for (size_t i = 0; i < j->n_runs; i++)
		ir_spawn_stop(&j->runs[i].spawn);
	j->n_runs = 0;
	ir_buf_done(&j->lines);
}

static void
on_end(struct ir_spawn *spawn)
{
	struct journal *j = ((struct run *)spawn->arg)->all;
	struct ir_logs_source *s = j->source;
	struct ir_err err = IR_ERR_INIT;

	tell(j, spawn);
	if (--j->running)
		return;
	if (j->odd) {
		ir_fail(&err, IR_INCOMPLETE, "lines of journalctl that are no entries: %lld", (long long)j->odd);
		fault(j, &err);
	}
	if (j->left_out) {
		ir_fail(&err, IR_INCOMPLETE, "entries left out, because they are longer than %d KiB: %lld",
		    IR_SPAWN_LINE >> 10, (long long)j->left_out);
		fault(j, &err);
	}
	for (size_t i = 0; i < j->n; i++) {
		if (j->v[i]->stream.reading)
			s->reader->ops->ended(s->reader, &j->v[i]->stream);
	}
	stop_all(j);
	j->done(s);
}

/* ---- what journalctl is asked */

static void
add(struct journal *j, struct ir_list *argv, const char *arg)
{
	ir_list_add(j->source->ctx->arena, argv, arg);
}

/* How many of the last entries hold the last lines of each service: of one unit it is known, of all together it is not. */
static int64_t
tail_of(const struct journal *j, bool one)
{
	int64_t tail = j->source->query->tail;

	if (one || !tail)
		return tail;
	return tail > TAIL_LEAST / TAIL_FACTOR ? tail * TAIL_FACTOR : TAIL_LEAST;
}

/* units[from … to-1] */
static int
start_run(struct journal *j, size_t from, size_t to, bool tail, struct ir_err *err)
{
	const struct ir_logs_query *q = j->source->query;
	struct ir_arena *arena = j->source->ctx->arena;
	struct run *run = &j->runs[j->n_runs];
	struct ir_list argv = { NULL, 0, 0 };

	add(j, &argv, "journalctl");
	add(j, &argv, "--output=json");
	add(j, &argv, "--no-pager");
	add(j, &argv, "--all"); /* long fields too */
	add(j, &argv, ir_asprintf(arena, "--output-fields=%s", ir_journal_fields));
	if (q->since_ms != IR_TIME_NONE)
		add(j, &argv, ir_asprintf(arena, "--since=@%lld", (long long)(q->since_ms / 1000)));
	if (q->until_ms != IR_TIME_NONE)
		add(j, &argv, ir_asprintf(arena, "--until=@%lld", (long long)(q->until_ms / 1000 + 1)));
	if (tail)
		add(j, &argv, ir_asprintf(arena, "--lines=%lld", (long long)tail_of(j, to - from == 1)));
	else if (q->follow)
		add(j, &argv, "--no-tail");
	if (q->follow)
		add(j, &argv, "--follow");
	for (size_t i = from; i < to; i++)
		add(j, &argv, ir_asprintf(arena, "--unit=%s", j->units.v[i]));
	run->all = j;
	run->spawn =
	    (struct ir_spawn){ .source = j->source, .take = take, .line = on_line, .ended = on_end, .arg = run };
	if (ir_spawn_start(&run->spawn, (char *const *)(uintptr_t)argv.v, NULL, err) < 0)
		return -1;
	j->n_runs++;
	j->running++;
	return 0;
}

static int
start(struct ir_logs_source *s, ir_logs_done *done, struct ir_err *err)
{
	struct journal *j = s->priv;
	bool tail = s->query->tail >= 0 && s->query->since_ms == IR_TIME_NONE;
	size_t each = tail && j->units.n > 1 && j->units.n <= RUNS_MAX ? 1 : j->units.n;
	int rc = 0;

	j->done = done;
	ir_buf_init(&j->lines, LINES_MAX);
	if (!j->units.n || each > 1)
		rc = start_run(j, 0, j->units.n, tail && !j->units.n, err);
	for (size_t i = 0; rc == 0 && each == 1 && i < j->units.n; i++)
		rc = start_run(j, i, i + 1, tail, err);
	if (rc < 0)
		stop_all(j);
	return rc;
}

static void
stop(struct ir_logs_source *s)
{
	stop_all(s->priv);
}

/* Those that the section names, else its service's. */
static void
set_units(struct ir_ctx *ctx, struct journal *j)
{
	const struct ir_list *own = ir_conf_list(j->source->section, "unit"), *mapped;
	const struct ir_section *service = NULL;

	if (!own->n && j->source->service && ctx->conf)
		service = ir_conf_section(ctx->conf, "service", j->source->service);
	mapped = ir_conf_list(service, "unit");
	for (size_t i = 0; i < own->n; i++)
		ir_list_add_once(ctx->arena, &j->units, own->v[i]);
	for (size_t i = 0; !own->n && i < mapped->n; i++)
		ir_list_add_once(ctx->arena, &j->units, mapped->v[i]);
}

static int
prepare(struct ir_ctx *ctx, struct ir_logs_source *s, struct ir_err *err)
{
	struct journal *j = IR_NEW(ctx->arena, struct journal);

	s->priv = j;
	j->source = s;
	if (!s->service)
		s->service = ir_conf_str(s->section, "logs", "service");
	set_units(ctx, j);
	if (s->service && !j->units.n && s->section) {
		ir_fail(err, IR_CONFIG, "%s: which unit is the service '%s'?", s->origin, s->service);
		return ir_hint(err, "add to the section: unit = %s.service", s->service);
	}
	s->subject = "journald://";
	if (j->units.n)
		s->subject = ir_asprintf(ctx->arena, "journald://%s", ir_list_join(ctx->arena, &j->units, "", ","));
	return 0;
}

const struct ir_logs_ops ir_logs_journald = {
	.name = "journald",
	.follows = true,
	.prepare = prepare,
	.start = start,
	.stop = stop,
};
