/* suspect - which change did it: sums against numbers reckoned another way, order, groups, exoneration, hostile cases */
#include "suspect/suspect.h"

#include <math.h>

#include "suspect/bayes.h"
#include "suspect/factors.h"
#include "suspect/row.h"
#include "tap.h"

enum { MINUTE = 60000, MANY = 10000, LONG = 180 };
static const int64_t start = 1769911200000; /* 2026-02-01 02:00 UTC */

static bool
near(double got, double want)
{
	bool ok = fabs(got - want) <= 1e-9 * fmax(1, fabs(want));

	if (!ok)
		fprintf(stderr, "# got %.12g, want %.12g\n", got, want);
	return ok;
}

/* ---- cases */

static struct ir_suspect_change
change(const char *id, int64_t at_ms)
{
	return (struct ir_suspect_change){ .id = id,
		.service = "",
		.kind = IR_SUSPECT_DEPLOY,
		.what = id,
		.start_ms = IR_TIME_NONE,
		.end_ms = at_ms,
		.undone_ms = IR_TIME_NONE };
}

static struct ir_suspect_series
series(const int64_t *counts, size_t n, int64_t width_ms)
{
	return (struct ir_suspect_series){ .id = "pat-1",
		.service = "web",
		.start_ms = start,
		.width_ms = width_ms,
		.counts = counts,
		.n = n,
		.first_ms = IR_TIME_NONE };
}

/* Three hours of minutes: few before `at`, many from it on to `until`. */
static const int64_t *
rise(int64_t *v, size_t at, size_t until)
{
	for (size_t i = 0; i < LONG; i++)
		v[i] = i >= at && i < until ? 12 + (int64_t)(i % 5) : i % 9 == 0;
	return v;
}

static const struct ir_suspect_found *
found(const struct ir_suspect_answer *r, const char *id, const struct ir_suspect_place **ret)
{
	for (size_t i = 0; i < r->n; i++) {
		for (size_t k = 0; k < r->v[i].n; k++) {
			if (strcmp(r->v[i].v[k]->change->id, id) != 0)
				continue;
			if (ret)
				*ret = &r->v[i];
			return r->v[i].v[k];
		}
	}
	return NULL;
}

static double
probability(const struct ir_suspect_answer *r, const char *id)
{
	const struct ir_suspect_found *f = found(r, id, NULL);

	return f ? f->probability : (double)NAN;
}

static const struct ir_suspect_factor *
factor(const struct ir_suspect_answer *r, const char *id, const char *name)
{
	const struct ir_suspect_found *f = found(r, id, NULL);

	for (size_t i = 0; f && i < f->n_factors; i++) {
		if (strcmp(f->factors[i].name, name) == 0)
			return &f->factors[i];
	}
	return NULL;
}

static struct ir_suspect_answer
rank(struct ir_arena *a, struct ir_suspect_case *c)
{
	struct ir_suspect_answer r;

	if (c->now_ms == 0)
		c->now_ms = start + LONG * MINUTE;
	ir_suspect_rank(a, c, &r);
	return r;
}

static double
sum_of(const struct ir_suspect_answer *r)
{
	double sum = 0;

	for (size_t i = 0; i < r->n; i++)
		sum += r->v[i].probability;
	return sum;
}

/* ---- numbers */

/*
 * The wanted numbers are not from this code's formulas: python3 with mpmath, 30 digits; marginals by integrating the Poisson likelihood over the rate, lags by integrating the
 * exponentials over the clocks' errors, then the sums of suspect.h written down once more.
 */
static void
test_sums(void)
{
	double count[] = { 0, 0, 1, 1, 1, 7, 12, 19, 25 }, seconds[] = { 0, 60, 120, 180, 240, 300, 360, 420, 480 };
	int64_t at[9];
	struct suspect_sums s = { .count = count, .seconds = seconds, .at_ms = at, .n = 9, .dispersion = 1 };

	for (int i = 0; i < 9; i++)
		at[i] = i * MINUTE;
	OK(near(suspect_log_marginal(3, 120, 0.05), -15.2564693707), "probability of three events in two minutes");
	OK(near(suspect_log_rise(&s, 4), 11.6592233478), "a rise");
	OK(near(suspect_log_rise_until(&s, 4, 6), 0.589311484712), "a rise that ends");
	OK(suspect_log_rise_until(&s, 0, 4) == -INFINITY, "a fall is none");
	OK(suspect_log_rise(&s, 8) == -INFINITY && suspect_log_rise_until(&s, 5, 5) == -INFINITY, "nor is nothing");
	suspect_disperse(&s);
	OK(s.dispersion == 1, "what comes evenly is taken as it is");
	s.dispersion = 2;
	OK(near(suspect_log_rise(&s, 4), 11.6592233478 / 2), "what comes in bursts counts for less");
	IS_INT((int64_t)suspect_nearest(&s, 89999), 1, "the nearest boundary");
	IS_INT((int64_t)suspect_nearest(&s, 90000), 1, "the earlier of two");
	IS_INT((int64_t)suspect_nearest(&s, -5), 0, "before all");
	IS_INT((int64_t)suspect_nearest(&s, 1 << 30), 8, "after all");
}

static void
test_lags(void)
{
	OK(near(suspect_lag_below(-20), 0.00949536534815) && near(suspect_lag_below(0), 0.0389970210211),
	    "clocks that differ");
	OK(near(suspect_lag_below(30), 0.193178170175) && near(suspect_lag_below(120), 0.55219191546), "short lags");
	OK(near(suspect_lag_below(600), 0.917174051434) && near(suspect_lag_below(3000), 0.994647761075), "long lags");
	OK(suspect_lag_below(-75) == 0 && suspect_lag_below(3600) == 1 && suspect_lag_below(1e300) == 1, "their ends");
}

static void
test_posterior(void)
{
	static const int64_t v[] = { 0, 1, 0, 0, 6, 5, 7, 6 };
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(v, 8, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 230000), change("dep-b", start + MINUTE) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 2 };
	struct ir_suspect_answer r = rank(&a, &k);

	OK(near(r.none, 4.8223406302e-5) && near(r.other, 0.187775059139), "none and other");
	OK(near(probability(&r, "dep-a"), 0.559248332461) && near(probability(&r, "dep-b"), 0.252928384994),
	    "two changes");
	OK(near(found(&r, "dep-a", NULL)->seen, 0.806652138915), "how much of the lags was seen");
	OK(near(sum_of(&r), 1), "together they are one");
	IS_INT(r.onset_ms, start + 240000, "the onset");
	OK(found(&r, "dep-a", NULL)->lag_s == 10, "the lag");
	ir_arena_done(&a);
}

/* ---- what a case may be */

static void
test_clear(void)
{
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, 120, LONG), LONG, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 119 * MINUTE), change("dep-b", start + 30 * MINUTE),
		change("dep-c", start + 125 * MINUTE) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 3 };
	struct ir_suspect_answer r = rank(&a, &k);
	const struct ir_suspect_place *p = NULL;

	OK(r.v[0].n == 1 && strcmp(r.v[0].v[0]->change->id, "dep-a") == 0, "the change before the errors is first");
	IS_INT(r.v[0].verdict, IR_SUSPECT_LIKELY, "it is likely");
	OK(r.v[0].probability > 0.9 && r.v[0].probability < 1, "but not certain");
	OK(probability(&r, "dep-c") < 1e-6, "what came after the onset did not do it");
	found(&r, "dep-c", &p);
	IS_INT(p->verdict, IR_SUSPECT_NO_EVIDENCE, "and there is no evidence, though little was seen since");
	IS_STR(factor(&r, "dep-c", "time")->words, "the errors began 5m before it", "in words");
	OK(found(&r, "dep-a", NULL)->p_log10 < -50, "chance does not explain it: %g",
	    found(&r, "dep-a", NULL)->p_log10);
	OK(found(&r, "dep-a", NULL)->before_per_min < 0.2 && found(&r, "dep-a", NULL)->after_per_min > 12, "rates");
	ir_arena_done(&a);
}

static void
test_none(void)
{
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, LONG, LONG), LONG, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 60 * MINUTE) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 1 };
	struct ir_suspect_answer r = rank(&a, &k);

	OK(probability(&r, "dep-a") < 0.5 && r.none > 0.3,
	    "errors that go on as ever: %.2f for the change, %.2f for none", probability(&r, "dep-a"), r.none);
	OK(r.v[0].verdict != IR_SUSPECT_LIKELY, "nobody is accused");
	k.n_changes = 0;
	r = rank(&a, &k);
	IS_INT((int64_t)r.n, 2, "without changes there are two answers");
	OK(near(sum_of(&r), 1), "which are all");
	k.n_series = 0;
	k.n_changes = 1;
	r = rank(&a, &k);
	OK(near(sum_of(&r), 1) && r.onset_ms == IR_TIME_NONE, "nothing to go by is an answer, too");
	ir_arena_done(&a);
}

static void
test_other(void)
{
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, 120, LONG), LONG, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 20 * MINUTE) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 1 };
	struct ir_suspect_answer r = rank(&a, &k);

	OK(r.v[0].n == 0 && strcmp(r.v[0].name, "other") == 0 && r.other > 0.9,
	    "no change is near: something else did it");
	ir_arena_done(&a);
}

static void
test_too_early(void)
{
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, LONG, LONG), LONG, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + LONG * MINUTE - 40000) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 1 };
	struct ir_suspect_answer r = rank(&a, &k);
	const struct ir_suspect_place *p = NULL;

	found(&r, "dep-a", &p);
	IS_INT(p->verdict, IR_SUSPECT_TOO_EARLY, "forty seconds tell nothing");
	IS_STR(factor(&r, "dep-a", "time")->words, "40s of data after it", "and that is said");
	c[0].end_ms = start + 100 * MINUTE;
	r = rank(&a, &k);
	found(&r, "dep-a", &p);
	OK(p->verdict != IR_SUSPECT_TOO_EARLY, "eighty minutes do");
	ir_arena_done(&a);
}

static void
test_group(void)
{
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, 120, LONG), LONG, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 119 * MINUTE),
		change("dep-b", start + 119 * MINUTE - 50000), change("dep-c", start + 119 * MINUTE - 119999),
		change("dep-d", start + 119 * MINUTE - 120000) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 4 };
	struct ir_suspect_answer r = rank(&a, &k);
	const struct ir_suspect_place *p = NULL, *q = NULL;
	double sum = 0;

	found(&r, "dep-a", &p);
	found(&r, "dep-d", &q);
	OK(p == &r.v[0] && p->n == 3 && p != q, "less than two minutes apart they are one");
	for (size_t i = 0; i < p->n; i++)
		sum += p->v[i]->probability;
	OK(p->probability == sum && p->v[0]->probability >= p->v[1]->probability,
	    "with the sum, and the likeliest first");
	OK(near(sum_of(&r), 1), "nothing counts twice");
	ir_arena_done(&a);
}

static void
test_undone(void)
{
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, 120, 140), LONG, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 119 * MINUTE), change("dep-b", start + 116 * MINUTE) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 2 };
	struct ir_suspect_answer r;

	c[1].undone_ms = start + 140 * MINUTE;
	c[1].undone_by = "dep-r";
	r = rank(&a, &k);
	OK(probability(&r, "dep-b") > 0.9, "the errors ended with its rollback: %.3f, though another is nearer",
	    probability(&r, "dep-b"));
	OK(factor(&r, "dep-b", "undone") && factor(&r, "dep-b", "undone")->value > 1, "which is said");
	IS_STR(factor(&r, "dep-b", "undone")->id, "dep-r", "with what undid it");
	rise(v, 120, LONG);
	r = rank(&a, &k);
	OK(probability(&r, "dep-b") < 0.01 && probability(&r, "dep-a") > 0.8,
	    "the errors went on after its rollback: it did not do it");
	OK(factor(&r, "dep-b", "undone") && factor(&r, "dep-b", "undone")->value < 0.1, "which is said");
	ir_arena_done(&a);
}

static void
test_burst(void)
{
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, 100, 105), LONG, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 99 * MINUTE) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 1 };
	struct ir_suspect_answer burst = rank(&a, &k), stays;

	rise(v, 100, LONG);
	stays = rank(&a, &k);
	OK(probability(&burst, "dep-a") < probability(&stays, "dep-a"),
	    "what passes by itself accuses less than what stays: %.3f, %.3f", probability(&burst, "dep-a"),
	    probability(&stays, "dep-a"));
	ir_arena_done(&a);
}

static void
test_noise(void)
{
	int64_t v[LONG];
	struct suspect_sums s;
	double count[LONG + 1] = { 0 }, seconds[LONG + 1] = { 0 };
	int64_t at[LONG + 1] = { 0 };

	for (size_t i = 0; i < LONG; i++) {
		v[i] = i / 8 % 2 ? 9 : 1;
		count[i + 1] = count[i] + (double)v[i];
		seconds[i + 1] = seconds[i] + 60;
		at[i + 1] = at[i] + MINUTE;
	}
	s = (struct suspect_sums){ .count = count, .seconds = seconds, .at_ms = at, .n = LONG + 1, .dispersion = 1 };
	suspect_disperse(&s);
	OK(s.dispersion > 8, "noise that stays for a while is seen in blocks: %.1f", s.dispersion);
}

static void
test_first_seen(void)
{
	static const int64_t v[] = { 0, 0, 0, 0, 0, 40, 80, 80 };
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(v, 8, 20 * MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 109 * MINUTE), change("dep-b", start + 116 * MINUTE) };
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = 2 };
	struct ir_suspect_answer r;

	s.first_ms = start + 110 * MINUTE;
	r = rank(&a, &k);
	IS_INT(r.onset_ms, start + 110 * MINUTE, "the first event tells the onset better than its bucket");
	OK(probability(&r, "dep-a") > 0.7 && probability(&r, "dep-b") < 0.05,
	    "so that changes within a bucket are told apart");
	ir_arena_done(&a);
}

static void
test_marks(void)
{
	struct ir_arena a = { 0 };
	struct ir_suspect_mark m = { .id = "alr-1",
		.service = "web",
		.what = "alert",
		.from_ms = start + 115 * MINUTE,
		.to_ms = start + 120 * MINUTE };
	struct ir_suspect_change c[] = { change("dep-a", start + 116 * MINUTE), change("dep-b", start + 40 * MINUTE),
		change("dep-c", start + 130 * MINUTE) };
	struct ir_suspect_case k = { .marks = &m, .n_marks = 1, .changes = c, .n_changes = 3 };
	struct ir_suspect_answer r = rank(&a, &k);
	double loose = probability(&r, "dep-a");

	OK(strcmp(r.v[0].v[0]->change->id, "dep-a") == 0, "an alert alone tells which change was near: %.2f", loose);
	m.said = true;
	r = rank(&a, &k);
	OK(probability(&r, "dep-a") > loose, "what is said is certain");
	IS_INT(r.onset_ms, start + 120 * MINUTE, "by its end the errors had begun");
	m.from_ms = start + 118 * MINUTE;
	r = rank(&a, &k);
	IS_INT(r.onset_ms, start + 119 * MINUTE, "of a short one it is the middle");
	OK(isnan(found(&r, "dep-a", NULL)->p_log10), "without counts there is no p");
	ir_arena_done(&a);
}

static void
test_crowd(void)
{
	int64_t v[LONG], none[LONG] = { 0 };
	struct ir_arena a = { 0 };
	struct ir_suspect_series *s = calloc(MANY, sizeof(*s));
	struct ir_suspect_mark *m = calloc(MANY, sizeof(*m));
	struct ir_suspect_change c[] = { change("dep-a", start + 119 * MINUTE), change("dep-b", start + 40 * MINUTE) };
	struct ir_suspect_case k = {
		.series = s, .n_series = MANY, .marks = m, .n_marks = MANY, .changes = c, .n_changes = 2
	};
	struct ir_suspect_answer r;

	for (int i = 0; i < MANY; i++) {
		s[i] = series(none, LONG, MINUTE);
		m[i] = (struct ir_suspect_mark){
			.id = "chk", .service = "web", .what = "check", .from_ms = start, .to_ms = start + 170 * MINUTE
		};
	}
	s[MANY / 2] = series(rise(v, 120, LONG), LONG, MINUTE);
	r = rank(&a, &k);
	OK(r.sources <= IR_SUSPECT_SOURCES && r.strongest == &s[MANY / 2] && probability(&r, "dep-a") > 0.8,
	    "ten thousand marks and silent patterns do not hide the one that tells");
	free(s);
	free(m);
	ir_arena_done(&a);
}

/* ---- what is known besides time */

static void
test_factors(void)
{
	static const char *const own_files[] = { "billing/views.py" };
	const char *trace[] = { "/app/billing/views.py" }, *others[] = { "docs/index.md" };
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, 120, LONG), LONG, MINUTE);
	struct ir_suspect_change c[] = { change("dep-a", start + 119 * MINUTE), change("dep-b", start + 119 * MINUTE),
		change("dep-c", start + 119 * MINUTE), change("dep-d", start + 119 * MINUTE) };
	static const struct ir_suspect_edge e[] = { { "web", "api" }, { "api", "db" }, { "db", "web" },
		{ "mail", "queue" } };
	struct ir_suspect_failing f = { "web", "chk-1", 1 };
	struct ir_suspect_case k = { .series = &s,
		.n_series = 1,
		.changes = c,
		.n_changes = 4,
		.failing = &f,
		.n_failing = 1,
		.edges = e,
		.n_edges = 4 };
	struct ir_suspect_answer r;

	c[0].service = "web";
	c[1].service = "db";
	c[2].service = "mail";
	c[0].kind = IR_SUSPECT_RESTART;
	s.files = (struct ir_list){ .v = trace, .n = 1 };
	c[1].files = (struct ir_list){ .v = (const char **)own_files, .n = 1 };
	c[2].files = (struct ir_list){ .v = others, .n = 1 };
	c[2].all_files = true;
	r = rank(&a, &k);
	OK(factor(&r, "dep-a", "service")->value > 1 && factor(&r, "dep-c", "service")->value < 1,
	    "what fails, and what has nothing to do with it");
	IS_STR(factor(&r, "dep-b", "service")->words, "web, which fails, needs db", "by way of another, in a circle");
	IS_STR(factor(&r, "dep-a", "service")->id, "chk-1", "with the evidence");
	OK(!factor(&r, "dep-d", "service"), "of a change without a service nothing is said");
	OK(factor(&r, "dep-b", "file")->value == 4 && factor(&r, "dep-c", "file")->value == 0.5 &&
		!factor(&r, "dep-a", "file"),
	    "files");
	IS_STR(factor(&r, "dep-b", "file")->id, "pat-1", "with the pattern that names it");
	OK(factor(&r, "dep-a", "kind")->value == 0.15, "a restart seldom is the cause");
	f.weight = (double)NAN;
	r = rank(&a, &k);
	OK(!factor(&r, "dep-a", "service"), "a weight that is none is passed over");
	ir_arena_done(&a);
}

static void
test_files(void)
{
	OK(suspect_same_file("a.py", "a.py") && suspect_same_file("/app/shop/a.py", "shop/a.py"), "the same file");
	OK(!suspect_same_file("a.py", "shop/a.py"), "a name alone is not enough");
	OK(!suspect_same_file("/app/myshop/a.py", "shop/a.py") && !suspect_same_file("x/a.py", "y/a.py"), "others");
}

/* ---- order, and hostile cases */

static int
same(const struct ir_suspect_answer *x, const struct ir_suspect_answer *y)
{
	if (x->n != y->n || x->onset_ms != y->onset_ms)
		return 0;
	for (size_t i = 0; i < x->n; i++) {
		if (x->v[i].n != y->v[i].n || memcmp(&x->v[i].probability, &y->v[i].probability, sizeof(double)) != 0)
			return 0;
		for (size_t k = 0; k < x->v[i].n; k++)
			if (strcmp(x->v[i].v[k]->change->id, y->v[i].v[k]->change->id) != 0)
				return 0;
	}
	return 1;
}

static void
test_order(void)
{
	int64_t u[LONG], v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s[2] = { series(rise(u, 120, LONG), LONG, MINUTE),
		series(rise(v, 121, 150), LONG, MINUTE) },
				 t[2];
	struct ir_suspect_change c[60], d[60];
	struct ir_suspect_failing f[2] = { { "web", "chk-1", 1 }, { "db", "chk-2", 0.3 } }, g[2] = { f[1], f[0] };
	struct ir_suspect_mark m[2] = { { "alr-1", "web", "alert", start, start + 121 * MINUTE, false },
		{ "alr-2", "db", "alert", start + 110 * MINUTE, start + 122 * MINUTE, false } };
	struct ir_suspect_mark o[2] = { m[1], m[0] };
	static char ids[60][8];
	struct ir_suspect_case one = { s, 2, m, 2, c, 60, f, 2, NULL, 0, 0 },
			       two = { t, 2, o, 2, d, 60, g, 2, NULL, 0, 0 };
	struct ir_suspect_answer x, y;

	s[1].id = "pat-2";
	for (int i = 0; i < 60; i++) {
		snprintf(ids[i], sizeof(ids[i]), "dep-%d", i);
		c[i] = change(ids[i], start + (i * 37 % 170) * MINUTE);
		c[i].service = i % 3 == 0 ? "web" : i % 3 == 1 ? "db" : "mail";
		d[59 - i] = c[i];
	}
	t[0] = s[1];
	t[1] = s[0];
	x = rank(&a, &one);
	y = rank(&a, &two);
	OK(same(&x, &y), "the same in another order is the same, to the last bit");
	ir_arena_done(&a);
}

static void
test_many(void)
{
	int64_t v[LONG];
	struct ir_arena a = { 0 };
	struct ir_suspect_series s = series(rise(v, 120, LONG), LONG, MINUTE);
	struct ir_suspect_change *c = calloc(MANY, sizeof(*c));
	char(*ids)[12] = calloc(MANY, sizeof(*ids));
	struct ir_suspect_case k = { .series = &s, .n_series = 1, .changes = c, .n_changes = MANY };
	struct ir_suspect_answer r;

	for (int i = 0; i < MANY; i++) {
		snprintf(ids[i], sizeof(ids[i]), "dep-%d", i);
		c[i] = change(ids[i], start + (int64_t)i * 1000);
		c[i].undone_ms = c[i].end_ms + 5000;
	}
	r = rank(&a, &k);
	OK(near(sum_of(&r), 1), "ten thousand changes: %zu places", r.n);
	for (int i = 0; i < MANY; i++)
		c[i].end_ms = start + 119 * MINUTE;
	r = rank(&a, &k);
	OK(r.n == 3 && r.v[0].n == MANY, "all at once");
	free(ids);
	free(c);
	ir_arena_done(&a);
}

static void
test_extremes(void)
{
	static const int64_t huge[] = { 0, 1, INT64_C(1) << 60, INT64_MAX, INT64_MIN, -1, 0, 0 };
	static const int64_t times[] = { INT64_MIN + 1, INT64_MAX, 0, -1, INT64_C(253402300799999), 1769911200000 };
	struct ir_arena a = { 0 };

	for (size_t i = 0; i < 6; i++) {
		for (size_t j = 0; j < 6; j++) {
			struct ir_suspect_series s = series(huge, 8, i % 2 ? MINUTE : times[j]);
			struct ir_suspect_change c[] = { change("dep-a", times[i]), change("dep-b", times[j]),
				change("dep-b", times[j]) };
			struct ir_suspect_mark m = { "x", "x", "x", times[j], times[i], true };
			struct ir_suspect_case k = { .series = &s,
				.n_series = 1,
				.changes = c,
				.n_changes = 3,
				.marks = &m,
				.n_marks = j % 2,
				.now_ms = start };
			struct ir_suspect_answer r;

			s.start_ms = j > 2 ? times[i] : start;
			s.first_ms = times[j];
			c[0].start_ms = times[j];
			c[1].undone_ms = times[i];
			r = rank(&a, &k);
			if (!near(sum_of(&r), 1))
				OK(false, "extremes %zu %zu", i, j);
		}
	}
	OK(true, "counts of 2^60, times at both ends of the world");
	ir_arena_done(&a);
}

/* ---- records */

static void
take(struct ir_gather *g, const char *text)
{
	json_t *rec = json_loads(text, 0, NULL);

	if (!rec || !ir_gather_record(g, rec))
		OK(false, "a record: %s", text);
	json_decref(rec);
}

static void
test_undone_records(void)
{
	struct ir_arena a = { 0 };
	struct ir_gather g;
	struct ir_suspect_case c;

	ir_gather_init(&g, &a, start, IR_TIME_NONE);
	take(&g, "{\"kind\":\"deploy\",\"id\":\"dep-3\",\"time\":\"2026-02-01T01:30:00Z\",\"service\":\"web\","
		 "\"change\":\"rollback\",\"revision\":\"aa\"}");
	take(&g, "{\"kind\":\"deploy\",\"id\":\"dep-0\",\"time\":\"2026-02-01T00:30:00Z\",\"service\":\"web\","
		 "\"revision\":\"aa\"}");
	take(&g, "{\"kind\":\"deploy\",\"id\":\"dep-1\",\"time\":\"2026-02-01T01:00:00Z\",\"service\":\"web\","
		 "\"revision\":\"bb\",\"also\":[\"dep-9\"]}");
	take(&g, "{\"kind\":\"deploy\",\"id\":\"dep-2\",\"time\":\"2026-02-01T01:10:00Z\",\"service\":\"web\","
		 "\"revision\":\"cc\"}");
	take(&g, "{\"kind\":\"deploy\",\"id\":\"dep-9\",\"time\":\"2026-02-01T01:00:01Z\",\"service\":\"web\","
		 "\"revision\":\"bb\"}");
	take(&g, "{\"kind\":\"deploy\",\"id\":\"dep-4\",\"time\":\"2026-02-01T01:20:00Z\",\"service\":\"api\","
		 "\"revision\":\"bb\"}");
	take(&g, "{\"kind\":\"commit\",\"id\":\"com-1\",\"time\":\"2026-02-01T00:50:00Z\",\"revision\":\"bb\"}");
	take(&g, "{\"kind\":\"commit\",\"id\":\"com-2\",\"time\":\"2026-02-01T00:50:00Z\",\"revision\":\"dd\"}");
	take(&g, "{\"kind\":\"migration\",\"id\":\"mig-1\",\"time\":\"2026-02-01T00:50:00Z\",\"state\":\"pending\"}");
	take(&g, "{\"kind\":\"switch\",\"id\":\"swi-1\",\"status\":\"on\",\"service\":7,\"files\":{}}");
	ir_gather_finish(&g, &c);
	IS_INT((int64_t)c.n_changes, 6,
	    "deploys told twice, commits that were deployed, migrations that were not run and what has no time are no "
	    "changes");
	IS_INT((int64_t)g.no_time, 1, "the last are counted");
	for (size_t i = 0; i < c.n_changes; i++) {
		bool back = strcmp(c.changes[i].id, "dep-1") == 0 || strcmp(c.changes[i].id, "dep-2") == 0;

		OK((c.changes[i].undone_ms != IR_TIME_NONE) == back, "%s was %sundone", c.changes[i].id,
		    back ? "" : "not ");
	}
	ir_arena_done(&a);
}

int
main(void)
{
	test_sums();
	test_lags();
	test_posterior();
	test_clear();
	test_none();
	test_other();
	test_too_early();
	test_group();
	test_undone();
	test_burst();
	test_noise();
	test_first_seen();
	test_marks();
	test_crowd();
	test_factors();
	test_files();
	test_order();
	test_many();
	test_extremes();
	test_undone_records();
	return tap_done();
}
