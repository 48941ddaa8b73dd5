/* emit - records out: journal first, then print; `end` last */
#include "rec/emit.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "rec/render.h"

enum {
	PENDING_MAX = 20000,      /* records; then they are flushed unasked */
	PENDING_BYTES = 16 << 20, /* likewise: one append to the journal takes 64 MiB */
	KEPT_MAX = 100000,        /* beyond it they are counted only */
	COLUMNS_MAX = 64,
	PRINT_MAX = 1 << 28, /* bytes of one flush */
};

const struct ir_renderer *const ir_renderers[] = {
	&ir_render_text,
	&ir_render_tsv,
	&ir_render_json,
	&ir_render_json_array,
	&ir_render_id,
	&ir_render_nagios,
	NULL,
};

struct recs {
	struct ir_rec *v;
	size_t n, size;
};

struct ir_out {
	struct ir_ctx *ctx;
	struct ir_out_opts opts;
	struct ir_render render;
	struct ir_arena turn;     /* lines of what is pending */
	struct recs recs;         /* pending, or all of the run when the renderer keeps them */
	struct ir_entry *entries; /* of what is pending and ours */
	size_t nentries, entries_size, bytes;
	size_t flushed; /* recs[0..flushed) were */
	struct ir_out_counts counts;
	int64_t errors;
	struct ir_list off;
	bool incomplete;
	bool journal_off;
	bool reader_gone;
	bool write_failed;
};

static const char *const default_columns[] = { "id", "time", "status", "service", "subject", "summary", NULL };

/* options */

static bool
known_column(const struct ir_kind *const *kinds, const char *key)
{
	if (ir_kind_col(&ir_kind_error, key))
		return true;
	for (size_t i = 0; kinds && kinds[i]; i++)
		if (ir_kind_col(kinds[i], key))
			return true;
	return false;
}

static const char *const *
parse_columns(struct ir_ctx *ctx, const char *given, const struct ir_kind *const *kinds, struct ir_err *err)
{
	struct ir_list keys = { 0 };

	for (const char *s = given; s;) {
		size_t n = strcspn(s, ",");
		const char *key = ir_strndup(ctx->arena, s, n);

		if (!known_column(kinds, key)) {
			ir_fail(err, IR_USAGE, "unknown column '%s'", key);
			ir_hint(err, "list the columns with '-c help'");
			return NULL;
		}
		if (keys.n == COLUMNS_MAX) {
			ir_fail(err, IR_USAGE, "more than %d columns", COLUMNS_MAX);
			return NULL;
		}
		ir_list_add(ctx->arena, &keys, key);
		s = s[n] ? s + n + 1 : NULL;
	}
	return keys.v;
}

static const struct ir_renderer *
find_renderer(const char *name)
{
	for (size_t i = 0; ir_renderers[i]; i++)
		if (strcmp(ir_renderers[i]->name, name) == 0)
			return ir_renderers[i];
	return NULL;
}

static int
set_format(struct ir_out *out, const struct ir_out_opts *opts, const struct ir_kind *const *kinds, struct ir_err *err)
{
	struct ir_render *r = &out->render;
	const char *format = opts->format ? opts->format : "text";

	r->ops = find_renderer(format);
	if (!r->ops) {
		ir_fail(err, IR_USAGE, "unknown format '%s'", format);
		return ir_hint(err, "use one of text, tsv, json, json-array, id, nagios");
	}
	if (opts->passes && r->ops->keep)
		return ir_fail(err, IR_USAGE, "'%s' sums up a run of its own, not records of others", format);
	r->columns = default_columns;
	if (!opts->columns && opts->terminal_columns && r->ops == &ir_render_text && r->term.width) {
		r->columns = parse_columns(out->ctx, opts->terminal_columns, kinds, err);
		return r->columns ? 0 : -1;
	}
	if (!opts->columns)
		return 0;
	if (r->ops != &ir_render_text && r->ops != &ir_render_tsv) {
		ir_fail(err, IR_USAGE, "'-c' picks columns of text and tsv, not of %s", format);
		return ir_hint(err, "drop '-c', or use '-o tsv'");
	}
	r->columns = parse_columns(out->ctx, opts->columns, kinds, err);
	r->columns_given = true;
	return r->columns ? 0 : -1;
}

void
ir_out_usual_columns(struct ir_out *out, const char *terminal, const char *elsewhere)
{
	struct ir_render *r = &out->render;
	bool wide = r->ops == &ir_render_text && r->term.width;
	const char *const *columns;
	struct ir_err err = IR_ERR_INIT;

	if (out->opts.columns)
		return;
	columns = parse_columns(out->ctx, wide ? terminal : elsewhere, ir_kinds, &err);
	if (columns)
		r->columns = columns;
}

struct ir_out *
ir_out_new(struct ir_ctx *ctx, const struct ir_out_opts *opts, const struct ir_kind *const *kinds, struct ir_err *err)
{
	struct ir_out *out = IR_NEW(ctx->arena, struct ir_out);

	out->ctx = ctx;
	out->opts = *opts;
	out->render.term = ir_term_of(STDOUT_FILENO, opts->color);
	if (set_format(out, opts, kinds, err) < 0)
		return NULL;
	out->render.header = opts->header;
	out->render.status = -1;
	ir_buf_init(&out->render.buf, PRINT_MAX);
	return out;
}

static void
list_columns(struct ir_buf *b, const char *title, const struct ir_col *cols)
{
	static const char *const types[] = { "string", "string", "integer", "number", "boolean", "time", "list",
		"list" };

	ir_buf_addf(b, "%s\n", title);
	for (const struct ir_col *c = cols; c->key; c++)
		ir_buf_addf(b, "  %-18s  %-7s  %s\n", c->key, types[c->type], c->doc);
}

void
ir_out_columns(const struct ir_kind *const *kinds, struct ir_buf *b)
{
	list_columns(b, "every record", ir_envelope);
	for (size_t i = 0; kinds && kinds[i]; i++)
		list_columns(b, kinds[i]->name, kinds[i]->cols);
}

/* journal */

static int
journal(struct ir_out *out, const struct ir_entry *v, size_t n, bool sync, struct ir_err *err)
{
	if (n == 0 || !out->ctx->journal || out->journal_off || out->opts.passes)
		return 0;
	if (ir_journal_append(out->ctx->journal, v, n, sync, NULL, err) == 0)
		return 0;
	out->journal_off = true;
	return -1;
}

static void
journal_or_warn(struct ir_out *out, const struct ir_entry *v, size_t n)
{
	struct ir_err err = IR_ERR_INIT;

	if (journal(out, v, n, false, &err) < 0)
		ir_trace(out->ctx, 0, "warning: the journal is off for the rest of this run: %s", err.msg);
}

static struct ir_entry
entry_of(const struct ir_out *out, const struct ir_rec *rec, const char *key)
{
	bool ends = rec->kind == &ir_kind_start || rec->kind == &ir_kind_end;

	return (struct ir_entry){
		.record = rec->line,
		.len = rec->len,
		.kind = rec->kind->name,
		.id = ir_rec_str(rec, "id"),
		.key = key,
		.run = ends ? out->ctx->run : NULL,
		.time_ms = ir_rec_time(rec),
	};
}

/* Fill in *rec from a row; the line is in arena. Returns the entry for the journal. */
static struct ir_entry
make_rec(struct ir_out *out, struct ir_arena *arena, const struct ir_kind *kind, const void *row, struct ir_rec *rec)
{
	char key[IR_SHA_HEX];

	rec->kind = kind;
	rec->obj = ir_rec_from_row(kind, row, out->ctx->command, out->ctx->run, out->ctx->env, key);
	rec->line = ir_rec_encode(arena, rec->obj, &rec->len);
	return entry_of(out, rec, ir_strdup(arena, key));
}

int
ir_out_start(struct ir_out *out, const struct ir_start *start, struct ir_err *err)
{
	struct ir_arena arena = { 0 };
	struct ir_rec rec;
	struct ir_entry e = make_rec(out, &arena, &ir_kind_start, start, &rec);
	int ret = journal(out, &e, 1, false, err);

	json_decref(rec.obj);
	ir_arena_done(&arena);
	return ret;
}

/* taking */

static void *
grow(void *v, size_t n, size_t *size, size_t each)
{
	if (n < *size)
		return v;
	*size = *size ? 2 * *size : 64;
	v = realloc(v, *size * each);
	if (!v)
		ir_oom();
	return v;
}

static void
add_rec(struct ir_out *out, const struct ir_rec *rec)
{
	struct recs *l = &out->recs;

	l->v = grow(l->v, l->n, &l->size, sizeof(*l->v));
	l->v[l->n++] = *rec;
}

static void
count_status(struct ir_out_counts *c, enum ir_status status)
{
	if (status == IR_STATUS_OK)
		c->ok++;
	else if (status == IR_STATUS_WARN)
		c->warn++;
	else if (status == IR_STATUS_FAIL)
		c->fail++;
	else if (status == IR_STATUS_UNKNOWN)
		c->unknown++;
}

/* Is it displayed? Formats that sum up see everything. */
static bool
wanted(const struct ir_out *out, const struct ir_rec *rec)
{
	int status = ir_name_index(ir_status_names, ir_rec_str(rec, "status"));

	if (out->render.ops->keep)
		return out->recs.n < KEPT_MAX;
	return !out->opts.only || status < 0 || (out->opts.only >> status & 1);
}

/* Make the record and its entry for the journal. Returns the entry's id. */
static const char *
take_row(struct ir_out *out, const struct ir_kind *kind, const void *row, struct ir_rec *rec)
{
	struct ir_entry e;

	if (out->nentries >= PENDING_MAX || out->recs.n - out->flushed >= PENDING_MAX || out->bytes >= PENDING_BYTES)
		ir_out_flush(out);
	e = make_rec(out, &out->turn, kind, row, rec);
	e.id = ir_strdup(&out->turn, e.id);
	out->bytes += e.len;
	if (kind->fleeting)
		return e.id;
	out->entries = grow(out->entries, out->nentries, &out->entries_size, sizeof(*out->entries));
	out->entries[out->nentries++] = e;
	return e.id;
}

void
ir_out_beat(struct ir_out *out, const struct ir_kind *kind, const void *row)
{
	struct ir_rec rec;

	take_row(out, kind, row, &rec);
	json_decref(rec.obj);
}

static const char *
take(struct ir_out *out, const struct ir_kind *kind, const void *row, bool show)
{
	const struct ir_head *h = row;
	struct ir_rec rec;
	const char *id = take_row(out, kind, row, &rec);

	if (!kind->fleeting)
		id = ir_strdup(out->ctx->arena, id);

	count_status(&out->counts, h->status);
	if ((show || out->render.ops->keep) && wanted(out, &rec))
		add_rec(out, &rec);
	else
		json_decref(rec.obj);
	return id;
}

const char *
ir_out_row(struct ir_out *out, const struct ir_kind *kind, const void *row)
{
	return take(out, kind, row, true);
}

void
ir_out_aside(struct ir_out *out, const struct ir_kind *kind, const void *row)
{
	take(out, kind, row, false);
}

void
ir_out_pass(struct ir_out *out, const struct ir_rec *from)
{
	struct ir_rec rec = *from;

	if (!wanted(out, &rec))
		return;
	if (out->recs.n - out->flushed >= PENDING_MAX || out->bytes >= PENDING_BYTES)
		ir_out_flush(out);
	out->bytes += rec.len;
	json_incref(rec.obj);
	rec.line = memcpy(ir_arena_alloc(&out->turn, from->len + 1), from->line, from->len);
	add_rec(out, &rec);
}

/* Standard error has said it on the same screen. */
static bool
said_already(const struct ir_out *out)
{
	return out->render.ops == &ir_render_text && out->render.term.width && isatty(STDERR_FILENO);
}

void
ir_out_error(struct ir_out *out, const struct ir_err *err, const char *service, const char *subject)
{
	struct ir_error row;

	ir_say(out->ctx, err);
	if (out->opts.passes)
		return;
	ir_row_init(&ir_kind_error, &row);
	if (service)
		row.h.service = service;
	row.h.subject = subject;
	row.h.summary = err->msg;
	row.n = ++out->errors;
	row.code = err->code;
	row.message = err->msg;
	row.hint = *err->hint ? err->hint : NULL;
	if (said_already(out)) {
		count_status(&out->counts, row.h.status);
		ir_out_beat(out, &ir_kind_error, &row);
	} else {
		ir_out_row(out, &ir_kind_error, &row);
	}
}

void
ir_out_incomplete(struct ir_out *out)
{
	out->incomplete = true;
}

void
ir_out_off(struct ir_out *out, const char *what)
{
	if (!ir_list_has(&out->off, what))
		ir_list_add(out->ctx->arena, &out->off, ir_strdup(out->ctx->arena, what));
}

/* writing */

static void
write_failed(struct ir_out *out, const char *why)
{
	struct ir_err err = IR_ERR_INIT;

	if (!out->write_failed) {
		ir_fail(&err, IR_IO, "cannot write output: %s", why);
		ir_say(out->ctx, &err);
	}
	out->write_failed = true;
}

/* Wait until stdout takes more; for one that somebody else made non-blocking. */
static void
wait_writable(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	poll(&p, 1, 1000);
}

static bool
interrupted(const struct ir_out *out)
{
	return out->ctx->stop && *out->ctx->stop;
}

/* A reader that is gone, or that holds a run which was told to stop, ends the printing and nothing else. */
static void
print(struct ir_out *out)
{
	struct ir_buf *b = &out->render.buf;
	size_t done = 0;

	if (b->full)
		write_failed(out, "too much at once");
	while (done < b->len && !out->reader_gone && !out->write_failed) {
		ssize_t n = write(STDOUT_FILENO, b->data + done, b->len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EPIPE || (errno == EINTR && interrupted(out)))
			out->reader_gone = true;
		else if (errno == EAGAIN)
			wait_writable();
		else if (errno != EINTR)
			write_failed(out, strerror(errno));
	}
	ir_buf_reset(b);
}

bool
ir_out_closed(struct ir_out *out)
{
	struct pollfd p = { .fd = STDOUT_FILENO };

	if (poll(&p, 1, 0) > 0 && (p.revents & POLLERR))
		out->reader_gone = true;
	return out->reader_gone || out->write_failed;
}

static void
drop_recs(struct ir_out *out)
{
	for (size_t i = 0; i < out->recs.n; i++)
		json_decref(out->recs.v[i].obj);
	out->recs.n = out->flushed = 0;
}

static void
print_pending(struct ir_out *out)
{
	const struct ir_renderer *ops = out->render.ops;
	size_t n = out->recs.n - out->flushed;

	out->nentries = out->bytes = 0;
	out->render.now_ms = ir_now_ms();
	if (n && ops->recs && !out->reader_gone && !out->write_failed) {
		ops->recs(&out->render, out->recs.v + out->flushed, n);
		print(out);
	}
	for (; out->flushed < out->recs.n; out->flushed++)
		out->recs.v[out->flushed].line = NULL; /* gone with the turn */
	if (!ops->keep)
		drop_recs(out);
	ir_arena_done(&out->turn);
}

void
ir_out_flush(struct ir_out *out)
{
	journal_or_warn(out, out->entries, out->nentries);
	print_pending(out);
	if (out->opts.goes_on)
		ir_journal_push(out->ctx->journal, IR_PUSH_TURN);
}

int
ir_out_sync(struct ir_out *out, struct ir_err *err)
{
	if (!out->ctx->journal || out->journal_off)
		return ir_fail(err, IR_REFUSED, "nothing is changed without a journal, which is off");
	if (journal(out, out->entries, out->nentries, true, err) < 0)
		return -1;
	print_pending(out);
	ir_journal_push(out->ctx->journal, IR_PUSH_INTENT);
	return 0;
}

struct ir_out_counts
ir_out_counts(const struct ir_out *out)
{
	return out->counts;
}

int
ir_out_status(const struct ir_out *out)
{
	if (out->counts.unknown || out->incomplete)
		return IR_INCOMPLETE;
	return out->counts.fail || (out->opts.strict && out->counts.warn) ? IR_FINDING : IR_OK;
}

bool
ir_out_terminal(const struct ir_out *out)
{
	return out->render.term.tty;
}

size_t
ir_out_width(const struct ir_out *out)
{
	return out->render.term.width;
}

/* end */

static enum ir_status
end_status(const struct ir_out *out, bool complete)
{
	if (!complete || out->counts.unknown)
		return IR_STATUS_UNKNOWN;
	return out->counts.fail ? IR_STATUS_FAIL : out->counts.warn ? IR_STATUS_WARN : IR_STATUS_OK;
}

/* A run that failed as a whole did not look at everything; nor did its reader see it, when output could not be written. */
static struct ir_entry
make_end(struct ir_out *out, struct ir_arena *arena, int exit, struct ir_rec *rec)
{
	bool complete = !out->incomplete && !out->write_failed && exit < IR_USAGE;
	struct ir_end row;

	ir_row_init(&ir_kind_end, &row);
	row.h.status = end_status(out, complete);
	row.h.subject = out->ctx->command;
	row.h.summary = ir_asprintf(arena, "%s%s, exit %d", complete ? "complete" : "incomplete",
	    out->reader_gone ? ", closed by reader" : "", exit);
	row.complete = complete;
	row.ok = out->counts.ok;
	row.warn = out->counts.warn;
	row.fail = out->counts.fail;
	row.unknown = out->counts.unknown;
	row.off = out->off;
	row.exit = exit;
	return make_rec(out, arena, &ir_kind_end, &row, rec);
}

static void
print_end(struct ir_out *out, const struct ir_rec *end)
{
	const struct ir_renderer *ops = out->render.ops;

	if (!ops->end || out->reader_gone || out->write_failed)
		return;
	out->render.elapsed_ms = (ir_mono_us() - out->ctx->start_us) / 1000;
	ops->end(&out->render, out->opts.passes ? NULL : end, out->recs.v, out->recs.n);
	print(out);
}

static void
free_out(struct ir_out *out)
{
	drop_recs(out);
	ir_arena_done(&out->turn);
	free(out->recs.v);
	free(out->entries);
	ir_buf_done(&out->render.buf);
	out->recs.v = NULL;
	out->entries = NULL;
}

int
ir_out_end(struct ir_out *out, int exit)
{
	struct ir_arena arena = { 0 };
	struct ir_rec end;
	struct ir_entry e;

	ir_out_flush(out);
	if (out->write_failed)
		exit = ir_exit_worse(exit, IR_IO);
	e = make_end(out, &arena, exit, &end);
	print_end(out, &end);
	if (out->write_failed && exit != IR_IO) {
		/* what nobody could read need not be what is remembered */
		json_decref(end.obj);
		exit = ir_exit_worse(exit, IR_IO);
		e = make_end(out, &arena, exit, &end);
	}
	journal_or_warn(out, &e, 1);
	json_decref(end.obj);
	if (close(STDOUT_FILENO) != 0 && errno != EINTR && !out->reader_gone)
		write_failed(out, strerror(errno));
	ir_journal_push(out->ctx->journal, IR_PUSH_END);
	free_out(out);
	ir_arena_done(&arena);
	if (out->write_failed)
		return ir_exit_worse(exit, IR_IO);
	return out->render.status >= 0 ? out->render.status : exit;
}
