/* row - an answer as records, and in words */
#include "suspect/row.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "rec/rec.h"

enum { REFS_MAX = 50, SUMMARY_MAX = 400, NAMED_MAX = 3 };
static const double worth_saying = 1.2, most_said = 0.99; /* nothing is certain */

static enum ir_status
status_of(const struct ir_suspect_place *p)
{
	static const enum ir_status status[] = { [IR_SUSPECT_LIKELY] = IR_STATUS_FAIL,
		[IR_SUSPECT_POSSIBLE] = IR_STATUS_WARN,
		[IR_SUSPECT_NO_EVIDENCE] = IR_STATUS_OK,
		[IR_SUSPECT_TOO_EARLY] = IR_STATUS_UNKNOWN };

	return p->n > 0 ? status[p->verdict] : IR_STATUS_OK;
}

/* ---- words */

static void
add_number(struct ir_buf *b, double v)
{
	if (v >= 100)
		ir_buf_addf(b, "%.0f", v);
	else
		ir_buf_addf(b, "%.2g", v);
}

static void
add_rates(struct ir_buf *b, const struct ir_suspect_found *f)
{
	if (isnan(f->before_per_min) || isnan(f->after_per_min))
		return;
	ir_buf_adds(b, "; ");
	add_number(b, f->before_per_min);
	ir_buf_adds(b, " → ");
	add_number(b, f->after_per_min);
	ir_buf_adds(b, "/min");
}

/* What speaks for it besides its time, or decides against it. */
static void
add_reasons(struct ir_buf *b, const struct ir_suspect_found *f)
{
	for (size_t i = 0; i < f->n_factors; i++) {
		const struct ir_suspect_factor *x = &f->factors[i];
		bool shown = strcmp(x->name, "file") == 0
				 ? x->value > 1
				 : strcmp(x->name, "time") != 0 && strcmp(x->name, "service") != 0 &&
				       strcmp(x->name, "kind") != 0;

		if (shown && (x->value >= worth_saying || x->value <= 1 / worth_saying))
			ir_buf_addf(b, "; %s", x->words);
	}
}

static void
add_group(struct ir_buf *b, const struct ir_suspect_place *p)
{
	if (p->n < 2)
		return;
	ir_buf_adds(b, ", not to be told from");
	for (size_t i = 1; i < p->n && i <= NAMED_MAX; i++)
		ir_buf_addf(b, "%s %s (%.2f of it)", i > 1 ? "," : "", p->v[i]->change->what, p->v[i]->probability);
	if (p->n > NAMED_MAX + 1)
		ir_buf_addf(b, " and %zu more", p->n - 1 - NAMED_MAX);
}

static const char *
time_words(const struct ir_suspect_found *f)
{
	return f->n_factors > 0 && strcmp(f->factors[0].name, "time") == 0 ? f->factors[0].words : "";
}

static void
add_words(struct ir_buf *b, const struct ir_suspect_place *p)
{
	ir_buf_addf(b, "%.2f ", fmin(p->probability, most_said));
	if (p->n == 0) {
		ir_buf_adds(
		    b, strcmp(p->name, "other") == 0 ? "something that is not listed" : "the errors did not change");
		return;
	}
	ir_buf_addf(b, "%s: %s", ir_suspect_verdict_names[p->verdict], p->v[0]->change->what);
	ir_buf_addf(b, *time_words(p->v[0]) == 't' ? "; %s" : ", %s", time_words(p->v[0]));
	add_rates(b, p->v[0]);
	add_reasons(b, p->v[0]);
	add_group(b, p);
}

static const char *
summary_of(struct ir_arena *a, const struct ir_suspect_place *p)
{
	struct ir_buf b;
	const char *ret;

	ir_buf_init(&b, SUMMARY_MAX);
	add_words(&b, p);
	ret = ir_strdup(a, b.data);
	ir_buf_done(&b);
	return ret;
}

/* ---- members */

static void
add_factor(
    struct ir_arena *a, struct ir_suspect *row, const char *name, double value, const char *words, const char *id)
{
	char number[IR_NUM_MAX];

	if (value < 1e-99)
		snprintf(number, sizeof(number), "0");
	else if (value >= 1e6 || value < 0.001)
		snprintf(number, sizeof(number), "%.1e", value);
	else
		snprintf(number, sizeof(number), value >= 100 ? "%.0f" : "%.3g", value);
	ir_list_add(a, &row->factors,
	    ir_asprintf(
		a, "%s=%s: %s%s%s%s", name, number, words, id && *id ? " (" : "", id ? id : "", id && *id ? ")" : ""));
}

static void
add_ref(struct ir_arena *a, struct ir_suspect *row, const char *id)
{
	if (id && *id && row->h.refs.n < REFS_MAX)
		ir_list_add_once(a, &row->h.refs, id);
}

static void
fill_change(struct ir_arena *a, const struct ir_gather *g, const struct ir_suspect_answer *r,
    const struct ir_suspect_place *p, struct ir_suspect *row)
{
	const struct ir_suspect_found *f = p->v[0];
	const struct ir_gather_change *x = ir_gather_of(g, f->change);

	row->h.time_ms = f->change->end_ms;
	row->h.service = f->change->service;
	row->h.env = x && *x->env ? x->env : g->env;
	row->h.subject = x && *x->subject ? x->subject : f->change->what;
	row->change = f->change->id;
	row->change_kind = x ? x->record : NULL;
	row->lag_s = f->lag_s;
	row->rate_before_per_min = f->before_per_min;
	row->rate_after_per_min = f->after_per_min;
	row->p_log10 = f->p_log10;
	for (size_t i = 0; i < p->n && i < REFS_MAX; i++) {
		ir_list_add(a, &row->group, p->v[i]->change->id);
		add_ref(a, row, p->v[i]->change->id);
	}
	add_factor(a, row, "prior", f->prior, "its share before anything is known of it", NULL);
	for (size_t i = 0; i < f->n_factors; i++) {
		const struct ir_suspect_factor *y = &f->factors[i];

		add_factor(a, row, y->name, y->value, y->words, y->id);
		add_ref(a, row, y->id);
	}
	for (size_t i = 0; p->n > 1 && i < p->n && i < REFS_MAX; i++)
		add_factor(a, row, "share", p->v[i]->probability, p->v[i]->change->what, p->v[i]->change->id);
	if (r->strongest)
		add_ref(a, row, r->strongest->id);
}

static void
fill_rest(
    struct ir_arena *a, const struct ir_suspect_answer *r, const struct ir_suspect_place *p, struct ir_suspect *row)
{
	bool other = strcmp(p->name, "other") == 0;

	row->change = row->h.subject = p->name;
	add_factor(a, row, "prior", 0.25, "its share before anything is known", NULL);
	if (other)
		add_factor(a, row, "time", r->time_other,
		    "errors that begin at any time, and some that end by themselves", NULL);
	else
		add_factor(a, row, "time", r->time_none, "the same rate all the time", NULL);
	if (r->strongest)
		add_ref(a, row, r->strongest->id);
}

void
ir_suspect_row(
    struct ir_arena *a, const struct ir_gather *g, const struct ir_suspect_answer *r, size_t i, struct ir_suspect *row)
{
	const struct ir_suspect_place *p = &r->v[i];

	ir_row_init(&ir_kind_suspect, row);
	row->h.status = status_of(p);
	row->h.summary = summary_of(a, p);
	row->h.time_ms = r->onset_ms != IR_TIME_NONE ? r->onset_ms : r->to_ms;
	row->h.env = g->env;
	row->rank = (int64_t)i + 1;
	row->probability = p->probability;
	row->verdict = ir_suspect_verdict_names[p->verdict];
	row->onset_ms = r->onset_ms;
	if (p->n > 0) {
		fill_change(a, g, r, p, row);
		return;
	}
	fill_rest(a, r, p, row);
}
