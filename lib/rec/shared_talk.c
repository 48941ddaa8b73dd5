/* shared_talk - one connection to the shared journal's server, one question at a time, never longer than it may take */
#include "base/clock.h"
#include "base/num.h"
#include "rec/shared_priv.h"

enum { BYTES_MAX = 64 << 20 };

/* A question that is under way. */
struct asking {
	struct ir_shared *s;
	shared_take *take;
	void *arg;
	bool done;
	enum ir_pg_error error;
	char message[512];
	size_t notes;
};

static void
on_answer(void *arg, struct ir_pg *pg, const struct ir_pg_res *res)
{
	struct asking *a = arg;

	(void)pg;
	a->done = true;
	a->error = res->error;
	a->notes = res->notes;
	snprintf(a->message, sizeof(a->message), "%s", res->message);
	memcpy(a->s->sqlstate, res->sqlstate, sizeof(a->s->sqlstate));
	if (!res->error && a->take && res->sets_n > 0)
		a->take(a->arg, &res->sets[0]);
}

/* Until it is answered; a run that is told to stop does not wait. */
static void
wait(struct asking *a)
{
	ir_loop_run(a->s->loop, NULL, NULL);
	if (!a->done)
		ir_pg_stop(a->s->pg);
}

static int
failed(struct ir_shared *s, const struct asking *a, struct ir_err *err)
{
	ir_fail(err, IR_BACKEND, "%s: %s", s->target.label, a->message);
	if (a->error == IR_PG_DENIED && strncmp(s->sqlstate, "42", 2) != 0 && s->target.password.len)
		return ir_hint(err,
		    "correct what password-file, password-command or password-env of [journal] gives, or user in url");
	if (a->error == IR_PG_DENIED && strncmp(s->sqlstate, "42", 2) != 0)
		return ir_hint(err,
		    "write user into url, and password-file, password-command or password-env into [journal]; or "
		    "a line into .pgpass");
	if (shared_denied(s))
		return ir_hint(err, "let the schema's owner grant what the first lines of ir-doctor --journal-sql say");
	if (shared_missing(s))
		return ir_hint(err, "let the database's owner run: ir-doctor --journal-sql | psql -1 DATABASE");
	return -1;
}

bool
shared_missing(const struct ir_shared *s)
{
	return strcmp(s->sqlstate, "42883") == 0 || strcmp(s->sqlstate, "3F000") == 0;
}

bool
shared_denied(const struct ir_shared *s)
{
	return strcmp(s->sqlstate, "42501") == 0;
}

static int
parse(struct ir_shared *s, struct ir_err *err)
{
	if (s->parsed)
		return 0;
	if (ir_pg_target_parse(&s->arena, ir_conf_str(s->section, "journal", "url"), &s->target, err) < 0)
		return ir_wrap(err, "[journal] url");
	if (ir_secret_conf(&s->own, s->section, "password", &s->target.password, err) < 0) {
		ir_pg_target_done(&s->target);
		return -1;
	}
	s->parsed = true;
	return 0;
}

static int
connect_anew(struct ir_shared *s, struct ir_err *err)
{
	const struct ir_pg_open open = { .effect = IR_JOURNAL, .target = &s->target };
	struct asking a = { .s = s };

	ir_pg_close(s->pg);
	s->pg = NULL;
	s->fresh = true;
	if (ir_pg_open(s->loop, &open, on_answer, &a, &s->pg, err) < 0)
		return -1;
	wait(&a);
	return a.done && !a.error ? 0 : failed(s, &a, err);
}

static int64_t
until_us(const struct ir_shared *s, int64_t ms)
{
	int64_t until = ir_mono_us() + ms * 1000, deadline = s->run->deadline_us;

	if (deadline > 0 && deadline < INT64_MAX - SHARED_LATE_MS * 1000 && deadline + SHARED_LATE_MS * 1000 < until)
		until = deadline + SHARED_LATE_MS * 1000;
	return until;
}

int
shared_begin_anew(struct ir_shared *s, int64_t ms, struct ir_err *err)
{
	const struct ir_ctx *run = s->run;
	struct ir_loop *loop = s->own.loop;

	s->own = *run;
	s->own.arena = &s->arena;
	s->own.loop = loop;
	s->own.deadline_us = until_us(s, ms);
	s->fresh = false;
	s->sqlstate[0] = '\0';
	s->spared = s->own.deadline_us <= ir_mono_us();
	if (s->spared)
		return ir_fail(err, IR_BACKEND, "the run's deadline left no time for it");
	if (parse(s, err) < 0)
		return -1;
	if (!s->loop && !(s->loop = ir_loop_new(&s->own, err)))
		return -1;
	return s->pg && ir_pg_usable(s->pg) ? 0 : connect_anew(s, err);
}

int
shared_go_on(struct ir_shared *s, int64_t ms, struct ir_err *err)
{
	s->own.deadline_us = until_us(s, ms);
	s->fresh = true;
	if (s->pg && ir_pg_usable(s->pg))
		return 0;
	return ir_fail(err, IR_BACKEND, "%s: the connection is gone", s->target.label);
}

int
shared_begin(struct ir_shared *s, struct ir_err *err)
{
	int64_t ago;

	shared_state_read(s);
	ago = ir_now_ms() - s->failed_ms;
	s->spared = s->failed_ms && ago >= 0 && ago < SHARED_AGAIN_MS;
	if (s->spared) {
		ir_fail(err, IR_BACKEND, "%s", s->why);
		return s->hint[0] ? ir_hint(err, "%s", s->hint) : -1;
	}
	return shared_begin_anew(s, SHARED_ASK_MS, err);
}

static int
ask_once(struct ir_shared *s, const struct ir_pg_query *q, struct asking *a, struct ir_err *err)
{
	a->done = false;
	a->error = IR_PG_OK;
	if (ir_pg_query(s->pg, q, on_answer, a, err) < 0)
		return -1;
	wait(a);
	return a->done && !a->error ? 0 : failed(s, a, err);
}

/* Everything that we ask may be asked again. A connection that was kept may be gone since. */
static int
ask(struct ir_shared *s, const struct ir_pg_query *q, struct asking *a, struct ir_err *err)
{
	int rc = ask_once(s, q, a, err);

	if (rc < 0 && a->error == IR_PG_PROTOCOL && !s->fresh) {
		if (connect_anew(s, err) < 0)
			return -1;
		rc = ask_once(s, q, a, err);
	}
	return rc;
}

int
shared_ask(struct ir_shared *s, const char *sql, const struct ir_list *params, size_t max_rows, shared_take *take,
    void *arg, struct ir_err *err)
{
	struct ir_pg_query q = {
		.effect = IR_JOURNAL, .params = *params, .max_rows = max_rows, .max_bytes = BYTES_MAX
	};
	struct ir_arena arena = { 0 };
	struct asking a = { .s = s, .take = take, .arg = arg };

	ir_list_add(&arena, &q.sql, sql);
	int rc = ask(s, &q, &a, err);
	ir_arena_done(&arena);
	return rc;
}

int
shared_script(struct ir_shared *s, const char *sql, bool raw, struct ir_err *err)
{
	struct ir_pg_query q = { .effect = IR_JOURNAL, .raw = raw, .script = !raw };
	struct ir_arena arena = { 0 };
	struct asking a = { .s = s };

	ir_list_add(&arena, &q.sql, sql);
	int rc = ask_once(s, &q, &a, err);
	ir_arena_done(&arena);
	return rc;
}

int
shared_await(struct ir_shared *s, int64_t ms, struct ir_err *err)
{
	struct asking a = { .s = s };

	s->own.deadline_us = INT64_MAX;
	if (ir_pg_await(s->pg, ms * 1000, on_answer, &a, err) < 0)
		return -1;
	wait(&a);
	return a.done && !a.error ? a.notes > 0 : failed(s, &a, err);
}

void
shared_failed(struct ir_shared *s, const struct ir_err *why)
{
	if (s->run->stop && *s->run->stop)
		return; /* that was not its fault */
	s->failed_ms = ir_now_ms();
	snprintf(s->why, sizeof(s->why), "%s", why->msg);
	snprintf(s->hint, sizeof(s->hint), "%s", why->hint);
	shared_state_write(s);
}

void
shared_went_well(struct ir_shared *s)
{
	s->away[0] = '\0';
	s->failed_ms = 0;
}

void
shared_close(struct ir_shared *s)
{
	ir_pg_close(s->pg);
	s->pg = NULL;
}

void
shared_talk_done(struct ir_shared *s)
{
	shared_close(s);
	ir_loop_free(s->loop);
	s->loop = NULL;
	ir_pg_target_done(&s->target);
}

const char *
shared_cell(const struct ir_pg_set *set, size_t row, size_t col)
{
	const char *s = ir_pg_cell(set, row, col);

	return s ? s : "";
}

uint64_t
shared_number(const struct ir_pg_set *set, size_t row, size_t col)
{
	int64_t n;

	return ir_parse_int(shared_cell(set, row, col), 0, INT64_MAX, &n, NULL) == 0 ? (uint64_t)n : 0;
}
