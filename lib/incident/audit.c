/* audit - the chain checked, records redacted */
#include "incident/audit.h"

#include <ctype.h>
#include <string.h>

#include "cli/setup.h"
#include "cli/start.h"
#include "rec/emit.h"
#include "rec/shared.h"

enum { OBSERVATIONS_MAX = 100000, SHOWN = 12 };

/* ---- rows */

static void
row_of(struct ir_ctx *ctx, struct ir_check *row, const char *name, const char *subject)
{
	ir_row_init(&ir_kind_check, row);
	row->name = name;
	row->type = "journal";
	row->h.subject = ir_asprintf(ctx->arena, "journal:%s", subject);
}

static const char *
count(struct ir_ctx *ctx, uint64_t n, const char *what)
{
	return ir_asprintf(ctx->arena, "%llu %s%s", (unsigned long long)n, what, n == 1 ? "" : "s");
}

static const char *
summary(struct ir_ctx *ctx, const struct ir_journal_state *st)
{
	if (st->records == 0)
		return "no records";
	return ir_asprintf(ctx->arena, "%s, %llu to %llu%s%s, in %s%s, head %s", count(ctx, st->records, "record"),
	    (unsigned long long)st->first_seq, (unsigned long long)st->last_seq,
	    st->redacted ? ir_asprintf(ctx->arena, ", %llu of them redacted", (unsigned long long)st->redacted) : "",
	    st->torn ? ir_asprintf(ctx->arena, ", %s set aside", count(ctx, st->torn, "torn line")) : "",
	    count(ctx, st->segments, "file"),
	    st->gaps ? ir_asprintf(ctx->arena, " with %s", count(ctx, st->gaps, "gap")) : "", st->head);
}

/* "journal 'FILE': line N: why" as FILE:N: why, which editors and people find their way by. */
static const char *
placed(struct ir_ctx *ctx, const char *msg)
{
	static const char before[] = "journal '", between[] = "': line ";
	const char *file = msg + sizeof(before) - 1, *end = strstr(msg, between);

	if (strncmp(msg, before, sizeof(before) - 1) != 0 || !end)
		return msg;
	return ir_asprintf(ctx->arena, "%.*s:%s", (int)(end - file), file, end + sizeof(between) - 1);
}

/* ---- verify */

static int
verify_journal(struct ir_ctx *ctx, struct ir_anchor *anchor, struct ir_err *err)
{
	struct ir_err why = IR_ERR_INIT;
	struct ir_journal_state st;
	struct ir_check row;
	int ret = IR_OK;

	if (!ctx->journal) {
		ir_fail(err, IR_BACKEND, "there is no journal to verify");
		return ir_hint(err, "turn it on, or give files");
	}
	row_of(ctx, &row, "journal", ir_journal_dir(ctx->journal));
	if (ir_journal_verify(ctx->journal, &st, &why) == 0) {
		row.h.status = IR_STATUS_OK;
		row.h.summary = summary(ctx, &st);
	} else if (why.code == IR_DATA) {
		row.h.status = IR_STATUS_FAIL;
		row.h.summary = placed(ctx, why.msg);
		row.hint = *why.hint ? why.hint : NULL;
	} else {
		*err = why;
		return -1;
	}
	if (row.h.status == IR_STATUS_OK && *st.unfinished) {
		row.h.status = IR_STATUS_WARN;
		row.h.summary = ir_asprintf(ctx->arena, "%s/%s: unfinished: who wrote it was cut short; before it %s",
		    ir_journal_dir(ctx->journal), st.unfinished, summary(ctx, &st));
		row.hint = "the next command that writes to the journal sets it aside, and says so in an error record";
		ret = IR_INCOMPLETE;
	}
	ir_out_row(ctx->out, &ir_kind_check, &row);
	return anchor->head && ir_journal_anchor(ctx->journal, anchor, err) < 0 ? -1 : ret;
}

static int
copy_row(struct ir_ctx *ctx, const struct ir_copy *c)
{
	struct ir_check row;

	row_of(ctx, &row, ir_asprintf(ctx->arena, "journal:%s", c->first), c->first);
	row.h.status = c->none ? IR_STATUS_UNKNOWN : c->bad ? IR_STATUS_FAIL : c->torn ? IR_STATUS_WARN : IR_STATUS_OK;
	row.h.summary = c->none || c->bad ? c->why : summary(ctx, &c->st);
	if (c->torn)
		row.h.summary = ir_asprintf(ctx->arena, "%s; before it %s", c->why, summary(ctx, &c->st));
	if (c->none)
		row.hint = "verify the journal that the records came from";
	else if (!c->bad && c->st.first_seq > 1)
		row.hint = "it begins in the middle: give the earlier files, too, in the order of their days";
	ir_out_row(ctx->out, &ir_kind_check, &row);
	return c->torn ? IR_INCOMPLETE : IR_OK;
}

/* The shared journal has a chain of its own; a head of either chain is in it. */
static void
verify_shared(struct ir_ctx *ctx, struct ir_anchor *anchor)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_shared_state st = { .records = 0 };
	struct ir_check row;

	row_of(ctx, &row, "shared journal", "shared");
	if (ir_shared_verify(ctx, anchor->head, &st, &err) == 0) {
		row.h.status = IR_STATUS_OK;
		row.h.summary = ir_asprintf(ctx->arena, "%s, %llu to %llu%s, of %s%s, head %s",
		    count(ctx, st.records, "record"), (unsigned long long)st.first_seq, (unsigned long long)st.last_seq,
		    st.redacted ? ir_asprintf(ctx->arena, ", %llu of them redacted", (unsigned long long)st.redacted)
				: "",
		    count(ctx, st.journals, "journal"),
		    st.gaps ? ir_asprintf(ctx->arena, " with %s", count(ctx, st.gaps, "gap")) : "", st.head);
		if (!anchor->seq)
			anchor->seq = st.at;
	} else {
		row.h.status = err.code == IR_DATA ? IR_STATUS_FAIL : IR_STATUS_UNKNOWN;
		row.h.summary = err.msg;
		row.hint = *err.hint ? ir_strdup(ctx->arena, err.hint) : NULL;
	}
	ir_out_row(ctx->out, &ir_kind_check, &row);
}

/* Files follow one another as they were given. */
static int
verify_files(
    struct ir_ctx *ctx, const struct ir_timeline_file *v, size_t n, struct ir_anchor *anchor, struct ir_err *err)
{
	struct ir_copy *c = IR_NEW(ctx->arena, struct ir_copy);
	int ret = IR_OK;

	for (size_t i = 0; i < n; i++) {
		int rc = ir_copy_file(c, v[i].fd, v[i].name, anchor, err);

		if (rc == 0) {
			ret = ir_exit_worse(ret, copy_row(ctx, c));
			*c = (struct ir_copy){ .first = NULL };
			rc = ir_copy_file(c, v[i].fd, v[i].name, anchor, err);
		}
		if (rc < 0)
			return -1;
	}
	return ir_exit_worse(ret, copy_row(ctx, c));
}

static void
anchor_row(struct ir_ctx *ctx, const struct ir_anchor *a, const char *where)
{
	struct ir_check row;

	row_of(ctx, &row, "head", where);
	if (a->seq) {
		row.h.status = IR_STATUS_OK;
		row.h.summary = ir_asprintf(ctx->arena,
		    "%.*s is the hash of line %llu%s%s%s%s%s: as long as the chain holds, all up to it is as it was "
		    "when "
		    "this was noted",
		    SHOWN, a->head, (unsigned long long)a->seq, *a->kind ? " (" : "", a->kind, *a->kind ? ", " : "",
		    a->time, *a->kind ? ")" : "");
	} else {
		row.h.status = IR_STATUS_FAIL;
		row.h.summary = ir_asprintf(ctx->arena,
		    "no line has the hash %.*s: the end was cut off, all was written anew, or it was noted of another "
		    "journal",
		    SHOWN, a->head);
	}
	ir_out_row(ctx->out, &ir_kind_check, &row);
}

static int
check_head(struct ir_ctx *ctx, const char *s, const char **ret, struct ir_err *err)
{
	size_t n = s ? strlen(s) : 0;
	char *lower = ir_strdup(ctx->arena, s);

	for (size_t i = 0; i < n; i++)
		lower[i] = (char)tolower((unsigned char)lower[i]);
	*ret = lower;
	if (!s || (n >= IR_HEAD_LEAST && n < IR_SHA_HEX && strspn(lower, "0123456789abcdef") == n))
		return 0;
	ir_fail(err, IR_USAGE, "'%s' is no hash: at least %d hexadecimal digits are wanted", s, IR_HEAD_LEAST);
	return ir_hint(err, "take it from the channel's update or the ticket");
}

/* These rows are not journalled; who reads them as JSON is told all the same that they are all. */
static void
print_end(struct ir_ctx *ctx, int ret)
{
	const struct ir_out_counts n = ir_out_counts(ctx->out);
	struct ir_end row;

	ir_row_init(&ir_kind_end, &row);
	ret = ir_exit_worse(ret, ir_out_status(ctx->out));
	row.h.status = ret == IR_OK ? IR_STATUS_OK : ret == IR_FINDING ? IR_STATUS_FAIL : IR_STATUS_WARN;
	row.h.subject = ctx->command;
	row.h.summary = ir_asprintf(ctx->arena, "complete, exit %d", ret);
	row.complete = 1;
	row.ok = n.ok;
	row.warn = n.warn;
	row.fail = n.fail;
	row.unknown = n.unknown;
	row.exit = ret;
	ir_out_row(ctx->out, &ir_kind_end, &row);
}

int
ir_audit_verify(struct ir_ctx *ctx, const struct ir_timeline_file *v, size_t n, const char *head, const char *format,
    struct ir_err *err)
{
	struct ir_anchor anchor = { .head = NULL };
	int ret;

	if (check_head(ctx, head, &anchor.head, err) < 0)
		return -1;
	ret = n > 0 ? verify_files(ctx, v, n, &anchor, err) : verify_journal(ctx, &anchor, err);
	if (ret < 0)
		return -1;
	if (n == 0 && ir_shared_is(ctx))
		verify_shared(ctx, &anchor);
	if (anchor.head)
		anchor_row(ctx, &anchor, n > 0 ? v[0].name : ir_journal_dir(ctx->journal));
	if (strncmp(format, "json", 4) == 0)
		print_end(ctx, ret);
	return ret;
}

/* ---- redact */

/* From here on the run is one that writes: its start, its note and its end go into the journal. */
static int
begin_writing(struct ir_ctx *ctx, const char *handle, struct ir_err *err)
{
	static const struct ir_kind *const kinds[] = { &ir_kind_note, &ir_kind_error, &ir_kind_end, NULL };
	const struct ir_out_opts opts = { .format = "text", .header = true, .color = "auto" };
	struct ir_list shown = { 0 };
	struct ir_start start;
	struct ir_out *out;

	ir_journal_close(ctx->journal);
	ctx->journal = NULL;
	if (ir_setup_journal(ctx, false, err) != 0)
		return -1;
	out = ir_out_new(ctx, &opts, kinds, err);
	if (!out)
		return -1;
	ctx->out = out;
	ir_list_add(ctx->arena, &shown, "--redact");
	ir_list_add(ctx->arena, &shown, handle);
	ir_start_row(ctx, &shown, &start);
	return ir_out_start(out, &start, err);
}

/* How many observations there are between the times. */
static int
observations(struct ir_ctx *ctx, const char *handle, int64_t from_ms, int64_t to_ms, struct ir_err *err)
{
	struct ir_arena arena = { 0 };
	struct ir_found *f;
	int n = ir_journal_find(ctx->journal, &arena, handle, OBSERVATIONS_MAX, &f, err), ret = n < 0 ? -1 : 0;

	for (int i = 0; i < n; i++) {
		json_t *o = json_loadb(f[i].record, f[i].len, 0, NULL);
		int64_t ms = ir_rec_time(&(struct ir_rec){ .obj = o });

		ret += (from_ms == IR_TIME_NONE || (ms != IR_TIME_NONE && ms >= from_ms)) &&
		       (to_ms == IR_TIME_NONE || (ms != IR_TIME_NONE && ms <= to_ms));
		json_decref(o);
	}
	ir_arena_done(&arena);
	return ret;
}

static void
note(struct ir_ctx *ctx, const char *handle, int n, const char *reason)
{
	struct ir_note row;

	ir_row_init(&ir_kind_note, &row);
	row.h.status = IR_STATUS_OK;
	row.h.subject = ir_asprintf(ctx->arena, "record:%s", handle);
	row.who = ctx->who;
	row.incident = ctx->incident;
	row.written_ms = ctx->start_ms;
	row.text = ir_asprintf(
	    ctx->arena, "%s redacted %s (%s): %s", ctx->who, handle, count(ctx, (uint64_t)n, "observation"), reason);
	row.h.summary = row.text;
	ir_out_row(ctx->out, &ir_kind_note, &row);
}

static int
check_redaction(struct ir_ctx *ctx, const char *handle, const char *reason, struct ir_err *err)
{
	if (!ir_id_valid(handle, strlen(handle)))
		return ir_fail(err, IR_USAGE, "'%s' is not a handle", handle);
	if (!reason || !*reason) {
		ir_fail(err, IR_USAGE, "a redaction needs a reason");
		return ir_hint(err, "say it with -m; it stays in the journal, so do not repeat there what has to go");
	}
	ctx->actor = true;
	if (ir_effect_allowed(ctx, IR_WRITE, err) < 0)
		return -1;
	return ctx->journal ? 0 : ir_fail(err, IR_REFUSED, "there is no journal to redact");
}

int
ir_audit_redact(
    struct ir_ctx *ctx, const char *handle, int64_t from_ms, int64_t to_ms, const char *reason, struct ir_err *err)
{
	size_t done;
	int n;

	if (check_redaction(ctx, handle, reason, err) < 0)
		return -1;
	n = observations(ctx, handle, from_ms, to_ms, err);
	if (n < 0)
		return -1;
	if (n == 0) {
		ir_fail(err, IR_FINDING, "the journal has no observation of '%s'%s", handle,
		    from_ms != IR_TIME_NONE || to_ms != IR_TIME_NONE ? " of that time" : "");
		ir_say(ctx, err);
		return IR_FINDING;
	}
	if (begin_writing(ctx, handle, err) < 0)
		return -1;
	note(ctx, handle, n, reason);
	if (ir_out_sync(ctx->out, err) < 0 || ir_journal_redact(ctx->journal, handle, from_ms, to_ms, &done, err) < 0)
		return -1;
	if (ir_shared_is(ctx))
		ir_trace(ctx, 0,
		    "warning: the shared journal may have it still; its owner lets it go with: SELECT ir.redact(seq) "
		    "FROM ir.journal WHERE id = '%s'",
		    handle);
	return IR_OK;
}
