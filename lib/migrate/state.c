/* state - what follows of migrations that the code has and those that the database has seen */
#include "base/clock.h"
#include "migrate/pair.h"

enum { COPIES = 10000000 }; /* names looked at to find sets that are copies */

enum state { PENDING, APPLIED, AHEAD, FAILED, OUT_OF_ORDER, REPLACED, UNKNOWN };

static const struct {
	const char *name;
	enum ir_status status;
} states[] = {
	[PENDING] = { "pending", IR_STATUS_WARN },
	[APPLIED] = { "applied", IR_STATUS_OK },
	[AHEAD] = { "ahead", IR_STATUS_WARN },
	[FAILED] = { "failed", IR_STATUS_FAIL },
	[OUT_OF_ORDER] = { "out of order", IR_STATUS_WARN },
	[REPLACED] = { "replaced", IR_STATUS_OK },
	[UNKNOWN] = { "unknown", IR_STATUS_UNKNOWN },
};

/* One migration, as it is to be told. */
struct fact {
	enum state state;
	const struct ir_migrate_type *type;
	const struct ir_migrate_file *file; /* or NULL */
	const struct ir_migrate_row *row;   /* or NULL */
	int64_t applied_ms;                 /* of those that it replaces */
	const char *by;                     /* what replaces it */
	const char *why;                    /* it is unknown */
	bool changed;                       /* pending, as it is not what was applied */
};

struct run {
	struct ir_arena *arena;
	bool newer;           /* rows were taken apart by another revision's code, too */
	bool code_known, cut; /* cut: not all of the code could be looked at */
	const char *revision;
	struct ir_migrations *ret;
	int64_t position;
	const char *database, *identity; /* of those told now */
};

/* ---- one row of the answer */

static const char *
shown(struct ir_arena *arena, const char *app, const char *name)
{
	return *app ? ir_asprintf(arena, "%s/%s", app, name) : name;
}

static int
edited(const struct fact *f)
{
	if (!f->file || !f->row || !f->file->checksum || !f->row->checksum)
		return -1;
	return strcmp(f->file->checksum, f->row->checksum) != 0;
}

static const char *
summary(const struct run *r, const struct fact *f)
{
	struct ir_arena *arena = r->arena;

	switch (f->state) {
	case PENDING:
		return ir_asprintf(arena, "pending in database %s%s", r->database,
		    f->changed ? ", as it was changed since it was applied" : "");
	case OUT_OF_ORDER:
		return ir_asprintf(arena, "out of order in database %s", r->database);
	case AHEAD:
		return ir_asprintf(arena, "ahead in database %s", r->database);
	case FAILED:
		return f->row && f->row->error ? ir_asprintf(arena, "failed: %s", f->row->error) : "failed";
	case REPLACED:
		return f->by ? ir_asprintf(arena, "replaced by %s", f->by) : "replaced";
	case APPLIED:
		return edited(f) == 1 && !f->file->repeats ? "applied, and its file was changed since" : "applied";
	case UNKNOWN:
		break;
	}
	return ir_asprintf(arena, "unknown: %s", f->why);
}

/* What going back over it would mean, where that is the question. */
static const char *
with_verdict(const struct run *r, const struct fact *f, const char *text)
{
	const struct ir_migrate_judgement *j = f->file ? &f->file->judgement : NULL;

	if (!j || (f->state != PENDING && f->state != AHEAD && f->state != OUT_OF_ORDER))
		return text;
	return ir_asprintf(r->arena, "%s, %s%s%s", text, ir_migrate_verdicts[j->verdict], j->operation ? ": " : "",
	    j->operation ? j->operation : "");
}

static void
set_time(struct ir_migration *m, const struct fact *f)
{
	const char *name = m->name;
	int64_t written = f->file ? f->file->written_ms : ir_migrate_stamp(name, strspn(name, "0123456789"));

	m->applied_ms = f->row && f->state != PENDING ? f->row->applied_ms : f->applied_ms;
	m->time_basis = m->applied_ms == IR_TIME_NONE  ? NULL
			: f->row && f->row->time_basis ? f->row->time_basis
						       : "row applied";
	m->h.time_ms = m->applied_ms;
	if (m->applied_ms == IR_TIME_NONE && written != IR_TIME_NONE) {
		m->h.time_ms = written;
		m->time_basis = "file name";
	}
}

/* What is not judged is not known to leave others alone. */
static void
set_judgement(struct ir_migration *m, const struct ir_migrate_file *f)
{
	const struct ir_migrate_judgement *j = f ? &f->judgement : NULL;
	bool open = !j || j->verdict == IR_MIGRATE_UNKNOWN;

	m->verdict = ir_migrate_verdicts[j ? j->verdict : IR_MIGRATE_UNKNOWN];
	m->operation = j ? j->operation : "its file is not here";
	m->line = j && j->line ? (int64_t)j->line : INT64_MIN;
	m->reversible = j ? j->reversible : -1;
	m->locks = j && j->locks ? 1 : open ? -1 : 0;
	m->drops = j && j->drops ? 1 : open ? -1 : 0;
}

static void
set_row(struct ir_migration *m, const struct ir_migrate_row *row)
{
	if (!row)
		return;
	m->title = m->title ? m->title : row->title;
	m->batch = row->batch;
	m->author = row->author;
	m->error = row->error;
}

static struct ir_migration *
next(struct run *r)
{
	struct ir_migrations *ret = r->ret;

	if (ret->n == ret->size) {
		struct ir_migration *v =
		    IR_NEW_N(r->arena, struct ir_migration, ret->size = ret->size ? ret->size * 2 : 64);

		if (ret->n)
			memcpy(v, ret->v, ret->n * sizeof(*v));
		ret->v = v;
	}
	return &ret->v[ret->n++];
}

static void
tell(struct run *r, const struct fact *f)
{
	struct ir_migration *m = next(r);

	ir_row_init(&ir_kind_migration, m);
	m->framework = f->type->name;
	m->app = f->file ? f->file->app : f->row->app;
	m->name = f->file ? f->file->name : f->row->name;
	m->title = f->file ? f->file->title : NULL;
	m->file = f->file ? f->file->path : NULL;
	m->state = states[f->state].name;
	m->h.status = states[f->state].status;
	m->h.subject = ir_asprintf(r->arena, "migration:%s", shown(r->arena, m->app, m->name));
	m->h.summary = with_verdict(r, f, summary(r, f));
	m->database = r->database;
	m->identity = r->identity;
	m->revision = r->revision;
	m->position = ++r->position;
	m->edited = edited(f);
	set_time(m, f);
	set_judgement(m, f->file);
	set_row(m, f->row);
}

/* ---- states of files */

struct work {
	struct run *r;
	const struct ir_migrate_pair *p;
	struct fact *files; /* as in the set */
	const char **by;    /* of each row that has no file: what replaces it */
	struct ir_list foreign;
};

static void
from_row(struct fact *f)
{
	f->state = PENDING;
	if (f->row && f->row->state == IR_MIGRATE_FAILED)
		f->state = FAILED;
	if (f->row && f->row->state == IR_MIGRATE_APPLIED) {
		f->changed = f->file->repeats && edited(f) == 1;
		f->state = f->changed ? PENDING : APPLIED;
	}
}

static struct fact *
fact_of(const struct work *w, const char *key)
{
	const struct ir_migrate_file *f = ir_migrate_key(w->p->set, key);

	return f ? &w->files[f - w->p->set->v] : NULL;
}

/* Is what is replaced applied, and when was it? */
static bool
is_applied(const struct work *w, const char *key, int64_t *ms)
{
	const struct fact *f = fact_of(w, key);
	const struct ir_migrate_row *row = f ? f->row : ir_migrate_pair_row(w->p, key);
	int64_t at = row ? row->applied_ms : f ? f->applied_ms : IR_TIME_NONE;

	*ms = at > *ms ? at : *ms;
	return f ? f->state == APPLIED : row && row->state == IR_MIGRATE_APPLIED;
}

static size_t
count_applied(const struct work *w, const struct ir_migrate_file *f, int64_t *ms)
{
	size_t n = 0;

	for (size_t i = 0; i < f->replaces.n; i++)
		n += is_applied(w, f->replaces.v[i], ms);
	return n;
}

/* One that stands for several is applied when all of them are. It may stand for another such. */
static void
settle_squashed(const struct work *w)
{
	bool again = true;

	for (int pass = 0; again && pass < 8; pass++) {
		again = false;
		for (size_t i = 0; i < w->p->set->n; i++) {
			struct fact *f = &w->files[i];
			int64_t ms = IR_TIME_NONE;

			if (!f->file->replaces.n || f->state != PENDING || f->row ||
			    count_applied(w, f->file, &ms) < f->file->replaces.n)
				continue;
			f->state = APPLIED;
			f->applied_ms = ms;
			again = true;
		}
	}
}

static void
replace(const struct work *w, const char *key, const char *by)
{
	struct fact *f = fact_of(w, key);
	const struct ir_migrate_row *row = f ? NULL : ir_migrate_pair_row(w->p, key);

	if (row)
		w->by[row - w->p->table->v] = by;
	if (!f || (f->state != APPLIED && f->state != PENDING))
		return;
	f->state = REPLACED;
	f->by = by;
}

/* Those that it stands for are, when it is applied, or would be instead of them: when none of them is. */
static void
settle_replaced(const struct work *w)
{
	const struct ir_migrate_set *set = w->p->set;
	bool *used = IR_NEW_N(w->r->arena, bool, set->n + 1);

	for (size_t i = 0; i < set->n; i++) {
		int64_t ms;

		used[i] = set->v[i].replaces.n &&
			  (w->files[i].state == APPLIED ||
			      (w->files[i].state == PENDING && count_applied(w, &set->v[i], &ms) == 0));
	}
	for (size_t i = 0; i < set->n; i++)
		for (size_t k = 0; used[i] && k < set->v[i].replaces.n; k++)
			replace(w, set->v[i].replaces.v[k], shown(w->r->arena, set->v[i].app, set->v[i].name));
}

/* Versions in a row, as against a graph. */
static bool
is_linear(const struct ir_migrate_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (*set->v[i].app || set->v[i].after.n)
			return false;
	return true;
}

static void
order_linear(const struct work *w)
{
	bool later = false;

	for (size_t i = w->p->set->n; i--;) {
		struct fact *f = &w->files[i];

		if (f->file->repeats)
			continue;
		later |= f->state == APPLIED;
		if (later && f->state == PENDING)
			f->state = OUT_OF_ORDER;
	}
}

/* From the last on: what is needed by one that is applied, or that is needed itself. */
static void
order_graph(const struct work *w)
{
	bool *needed = IR_NEW_N(w->r->arena, bool, w->p->set->n + 1);

	for (size_t i = w->p->set->n; i--;) {
		struct fact *f = &w->files[i];

		for (size_t k = 0; (needed[i] || f->state == APPLIED) && k < f->file->after.n; k++) {
			const struct fact *need = fact_of(w, f->file->after.v[k]);

			if (need)
				needed[need - w->files] = true;
		}
		if (needed[i] && f->state == PENDING)
			f->state = OUT_OF_ORDER;
	}
}

static void
doubt_pending(const struct work *w, const char *why)
{
	for (size_t i = 0; i < w->p->set->n; i++)
		if (!w->files[i].row && w->files[i].state == PENDING) {
			w->files[i].state = UNKNOWN;
			w->files[i].why = why;
		}
}

/* A row that stands for what is below it, and that the code does not know: nobody can tell what that is. */
static const char *
unknown_head(const struct work *w)
{
	const struct ir_migrate_pair *p = w->p;

	for (size_t i = 0; p->table->type->expand && !is_linear(p->set) && i < p->table->n; i++)
		if (p->file_of[i] == 0 && p->table->v[i].state == IR_MIGRATE_APPLIED)
			return ir_asprintf(w->r->arena, "database %s is at %s, which the code does not know",
			    w->r->database, p->table->v[i].name);
	return NULL;
}

static void
judge_files(const struct work *w)
{
	const struct ir_migrate_set *set = w->p->set;

	for (size_t i = 0; i < set->n; i++) {
		size_t row = w->p->row_of[i];

		w->files[i] = (struct fact){ .type = set->type,
			.file = &set->v[i],
			.row = row ? &w->p->table->v[row - 1] : NULL,
			.applied_ms = IR_TIME_NONE };
		from_row(&w->files[i]);
	}
	settle_squashed(w);
	settle_replaced(w);
	if (w->p->table->cut) /* what is not among the rows that were kept may be among the others */
		doubt_pending(w, "only the newest rows of its table were read");
	else if (unknown_head(w) && !(w->r->newer))
		doubt_pending(w, unknown_head(w));
	else if (!set->trouble && is_linear(set))
		order_linear(w);
	else if (!set->trouble)
		order_graph(w);
}

/* ---- rows without a file */

/* Applications that come with packages, and whose files are not here. */
static struct ir_list
foreign(struct ir_arena *arena, const struct ir_migrate_set *set)
{
	struct ir_list ret = { 0 };

	for (size_t k = 0; set && k < set->foreign.n; k++) {
		size_t i = 0;

		while (i < set->n && strcmp(set->v[i].app, set->foreign.v[k]) != 0)
			i++;
		if (i == set->n)
			ir_list_add(arena, &ret, set->foreign.v[k]);
	}
	return ret;
}

static void
tell_row(const struct work *w, size_t i)
{
	const struct ir_migrate_row *row = &w->p->table->v[i];
	struct fact f = {
		.state = AHEAD, .type = w->p->table->type, .row = row, .applied_ms = IR_TIME_NONE, .by = w->by[i]
	};

	if (row->state == IR_MIGRATE_UNDONE)
		return;
	if (row->state == IR_MIGRATE_FAILED)
		f.state = FAILED;
	else if (f.by)
		f.state = REPLACED;
	else if ((!w->p->set && !w->r->code_known) || w->r->cut || ir_list_has(&w->foreign, row->app))
		f.state = APPLIED;
	tell(w->r, &f);
}

/* Files in their order, and each row that has none behind that which was applied before it. */
static void
tell_all(const struct work *w)
{
	const struct ir_migrate_pair *p = w->p;
	size_t files = p->set ? p->set->n : 0, anchor = 0;
	size_t *first = IR_NEW_N(w->r->arena, size_t, files + 1), *last = IR_NEW_N(w->r->arena, size_t, files + 1),
	       *then = IR_NEW_N(w->r->arena, size_t, p->table->n + 1); /* of rows, + 1 */

	for (size_t i = 0; i < p->table->n; i++) {
		if (p->file_of[i] == SIZE_MAX)
			continue;
		if (p->file_of[i]) {
			anchor = p->file_of[i];
			continue;
		}
		if (last[anchor])
			then[last[anchor] - 1] = i + 1;
		else
			first[anchor] = i + 1;
		last[anchor] = i + 1;
	}
	for (size_t at = 0; at <= files; at++) {
		if (at)
			tell(w->r, &w->files[at - 1]);
		for (size_t i = first[at]; i; i = then[i - 1])
			tell_row(w, i - 1);
	}
}

static void
tell_pair(struct run *r, const struct ir_migrate_pair *p)
{
	struct work w = { .r = r, .p = p, .foreign = foreign(r->arena, p->set) };

	r->database = p->database->name ? p->database->name : "";
	r->identity = p->database->identity ? p->database->identity : "";
	r->position = 0;
	w.by = IR_NEW_N(r->arena, const char *, p->table->n + 1);
	if (p->set) {
		w.files = IR_NEW_N(r->arena, struct fact, p->set->n + 1);
		judge_files(&w);
	}
	tell_all(&w);
}

/* ---- sets without a table */

static const char *
why_unknown(const struct run *r, const struct ir_migrate_set *set, const struct ir_migrate_database *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t t = 0; t < d[i].n; t++)
			if (d[i].v[t].type == set->type && d[i].v[t].trouble)
				return d[i].v[t].trouble;
	for (size_t i = 0; i < n; i++)
		if (d[i].trouble)
			return ir_asprintf(
			    r->arena, "database %s could not be asked: %s", d[i].name ? d[i].name : "", d[i].trouble);
	if (n == 0)
		return "no database was asked";
	return ir_asprintf(r->arena, "no database that was asked has a table of %s for it", set->type->name);
}

static void
tell_unpaired(struct run *r, const struct ir_migrate_set *set, const struct ir_migrate_database *d, size_t n)
{
	const char *why = why_unknown(r, set, d, n);
	/* the only database there is, and nobody has ever applied anything to it */
	bool fresh = n == 1 && !d[0].trouble && d[0].n == 0;

	r->database = n == 1 && d[0].name ? d[0].name : "";
	r->identity = n == 1 && d[0].identity ? d[0].identity : "";
	r->position = 0;
	for (size_t i = 0; i < set->n; i++) {
		struct fact f = { .state = fresh ? PENDING : UNKNOWN,
			.type = set->type,
			.file = &set->v[i],
			.applied_ms = IR_TIME_NONE,
			.why = why };

		tell(r, &f);
	}
}

/* With its table; or with that of another set, as what was compiled is told with what it was made of. */
static bool
is_told(const struct ir_migrate_pairs *pairs, const struct ir_migrate_set *set, long *budget)
{
	for (size_t k = 0; k < pairs->n; k++)
		if (pairs->v[k].set && (pairs->v[k].set == set || ir_migrate_is_copy(set, pairs->v[k].set, budget)))
			return true;
	return false;
}

void
ir_migrate_compare(struct ir_arena *arena, const struct ir_migrate_code *code, bool code_known,
    const struct ir_migrate_database *d, size_t n, const char *revision, struct ir_migrations *ret)
{
	struct run r = { .arena = arena,
		.code_known = code_known,
		.newer = code->newer != NULL,
		.cut = code->cut,
		.revision = revision,
		.ret = ret };
	struct ir_migrate_pairs pairs;
	long budget = COPIES;

	*ret = (struct ir_migrations){ 0 };
	ir_migrate_pair(arena, code, d, n, &pairs);
	for (size_t i = 0; i < pairs.n; i++)
		tell_pair(&r, &pairs.v[i]);
	for (size_t i = 0; i < code->n; i++)
		if (!is_told(&pairs, &code->v[i], &budget))
			tell_unpaired(&r, &code->v[i], d, n);
}
