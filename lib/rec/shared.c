/* shared - what the journal asks of the one that is shared, and when that is asked */
#include "rec/shared.h"

#include <unistd.h>

#include "base/clock.h"
#include "rec/shared_priv.h"

enum { TURN_US = 1000 * 1000, SCHEMA_MAX = 64 << 10 };

/* Once a run. */
static void
warn(struct ir_shared *s, const struct ir_err *err)
{
	unsigned long long n = shared_waiting(s);

	if (s->warned)
		return;
	s->warned = true;
	ir_trace(s->run, 0, "warning: the shared journal cannot be written, %llu record%s wait%s here: %s%s%s%s", n,
	    n == 1 ? "" : "s", n == 1 ? "s" : "", err->msg, err->hint[0] ? " (" : "", err->hint,
	    err->hint[0] ? ")" : "");
}

static int
push(struct ir_shared *s, struct ir_err *err)
{
	if (shared_begin(s, err) < 0 || shared_push(s, err) < 0) {
		if (!s->spared)
			shared_failed(s, err);
		return -1;
	}
	shared_went_well(s);
	shared_mirror_pull(s);
	shared_state_write(s);
	return 0;
}

/* A run that is told to stop leaves it to the next one. */
static void
on_push(void *arg, enum ir_push when)
{
	struct ir_shared *s = arg;
	struct ir_err err = IR_ERR_INIT;
	int64_t now = ir_mono_us();

	if ((when == IR_PUSH_TURN && now - s->turn_us < TURN_US) || (s->run->stop && *s->run->stop))
		return;
	if (push(s, &err) < 0 && !(s->run->stop && *s->run->stop))
		warn(s, &err);
	s->turn_us = ir_mono_us();
}

static const char *
away(void *arg)
{
	const struct ir_shared *s = arg;

	return s->away[0] ? s->away : NULL;
}

static uint64_t
pushed(void *arg)
{
	struct ir_shared *s = arg;

	shared_state_read(s);
	return s->pushed;
}

static void
done(void *arg)
{
	struct ir_shared *s = arg;

	shared_talk_done(s);
	ir_arena_done(&s->arena);
	free(s);
}

const struct ir_share_ops shared_ops = { shared_find, shared_recent, on_push, away, pushed, done };

void
ir_shared_attach(struct ir_ctx *ctx, const struct ir_section *section)
{
	struct ir_shared *s;

	if (!ctx->journal || !ir_conf_value(section, "url"))
		return;
	s = calloc(1, sizeof(*s));
	if (!s)
		ir_oom();
	s->run = ctx;
	s->j = ctx->journal;
	s->section = section;
	s->turn_us = ir_mono_us();
	if (gethostname(s->host, sizeof(s->host) - 1) < 0)
		s->host[0] = '\0';
	ir_journal_share(ctx->journal, &shared_ops, s);
}

struct ir_shared *
shared_of(const struct ir_ctx *ctx, struct ir_err *err)
{
	struct ir_shared *s = ir_journal_shared(ctx->journal, &shared_ops);

	if (s)
		return s;
	ir_fail(err, IR_CONFIG, "the journal is not shared");
	ir_hint(err, "write url into the section [journal] of ir.conf");
	return NULL;
}

bool
ir_shared_is(const struct ir_ctx *ctx)
{
	return ir_journal_shared(ctx->journal, &shared_ops) != NULL;
}

const char *
ir_shared_schema(struct ir_arena *arena)
{
	struct ir_buf b;
	const char *ret;

	ir_buf_init(&b, SCHEMA_MAX);
	for (size_t i = 0; shared_sql[i]; i++)
		ir_buf_adds(&b, shared_sql[i]);
	ret = ir_strdup(arena, b.data);
	ir_buf_done(&b);
	return ret;
}

static void
take_look(void *arg, const struct ir_pg_set *set)
{
	struct ir_shared_look *l = arg;

	l->records = shared_number(set, 0, 2);
	snprintf(l->head, sizeof(l->head), "%s", shared_cell(set, 0, 3));
}

static int
look(struct ir_shared *s, struct ir_shared_look *l, struct ir_err *err)
{
	struct ir_list params = { 0 };
	int rc;

	if (shared_begin_anew(s, SHARED_ASK_MS, err) < 0)
		return -1;
	ir_list_add(&s->arena, &params, s->id);
	rc = shared_ask(s, "SELECT * FROM ir.state($1)", &params, 1, take_look, l, err);
	l->missing = rc < 0 && shared_missing(s);
	return l->missing ? 0 : rc;
}

/* It pushes too: only so can it be said that the identity fits, and how much still waits. */
int
ir_shared_look(struct ir_ctx *ctx, struct ir_shared_look *l, struct ir_err *err)
{
	struct ir_shared *s = shared_of(ctx, err);
	int rc;

	*l = (struct ir_shared_look){ .server = "" };
	if (!s)
		return -1;
	shared_state_read(s);
	rc = look(s, l, err);
	if (rc == 0) {
		s->failed_ms = 0;
		rc = push(s, err);
	} else {
		shared_failed(s, err);
	}
	if (rc == 0)
		rc = look(s, l, err);
	l->server = s->parsed ? s->target.label : ir_conf_str(s->section, "journal", "url");
	l->waiting = shared_waiting(s);
	s->warned = true; /* the caller tells it */
	return rc;
}
