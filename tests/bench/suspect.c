/*
 * suspect - labelled incidents, made up, and how often each way of choosing names what did it
 *
 *	suspect [--failures] [INCIDENTS [WORLD [SEED]]]
 *
 * Nothing here knows how the score is reckoned: what is assumed of the world is in this comment and in the table of worlds. All of it is assumed, none measured,
 * so the numbers say how the ways of choosing compare, and not what they do in anybody's production.
 *
 * An incident is looked at 5 to 40 minutes after its onset, through three hours of errors in buckets of 30 seconds. There are four changes on average at any times (Poisson; 60 % deploys, 15 % migrations, 10 % configuration,
 * 15 % restarts), each of one of seven services that need one another. Errors come at 0.005 to 2 a bucket (log-uniform) or, in 40 %, not at all. In 70 % the noise is negative binomial (variance 1 + rate / 0.5..3 times the mean); in 40 % an unrelated
 * burst of 1 to 10 minutes makes 3 to 20 times as many. A change is at fault in 60 %, something that is not listed in 30 %, and nothing happened in 10 %. A fault multiplies the rate by 4 to 60 and adds at least 0.2 a bucket. Faults of restarts are an eighth as frequent as those of others.
 * The lag is exponential with a mean of two minutes. The service that fails is the faulty change's in 70 %, else one that needs it (22 %), else any. In 60 % the errors name two files of the service that fails; a faulty change of
 * deploys and configuration touched one of them in 60 %, any other in 4 %; which files a change touched is known in 70 %. In 35 % somebody restarts what fails 2 to 15 minutes after the onset.
 * Each world differs from that as its row says. WORLD -1 is all of them.
 *
 * Beside the score: the most recent change; the last change before the onset (of the likeliest step of a Poisson rate); the change with the smallest p (normal approximation, before against after).
 * top-1 and top-3: of incidents that a change caused, in how many it is first (among the first three) of the changes; group: it is in the first place. blamed: of incidents with another cause, in how many a change is named: by
 * the score with 0.8 and more, by the others always. right: of all that the score names with 0.8 and more, how much was the cause. Calibration: of the first place, claimed against observed in ten bins.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suspect/suspect.h"

enum { BUCKETS = 360, BUCKET_S = 30, CHANGES = 64, SERVICES = 7, FILES = 12, SERIES = 4, BINS = 10, BIN_MIN = 50 };
enum { INCIDENTS = 2500, THRESHOLD = 80, SEED = 0x5eed0000 };
#define START_MS INT64_C(1769911200000)

/* ---- chance: SplitMix64, the same everywhere */

static uint64_t state;

static double
uniform(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static double
between(double a, double b)
{
	return a + (b - a) * uniform();
}

static double
log_between(double a, double b)
{
	return exp(between(log(a), log(b)));
}

static double
exponential(double mean)
{
	return -mean * log(uniform());
}

static double
normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

static int
below(int n)
{
	return (int)(uniform() * n);
}

/* Marsaglia and Tsang, 2000. */
static double
gamma_of(double k)
{
	double d = (k < 1 ? k + 1 : k) - 1.0 / 3, c = 1 / sqrt(9 * d), boost = k < 1 ? pow(uniform(), 1 / k) : 1;

	for (;;) {
		double x = normal(), v = pow(1 + c * x, 3);

		if (v > 0 && log(uniform()) < 0.5 * x * x + d - d * v + d * log(v))
			return d * v * boost;
	}
}

static int64_t
poisson(double mean)
{
	double limit = exp(-mean), p = uniform();
	int64_t n = 0;

	if (mean > 50)
		return (int64_t)fmax(0, mean + sqrt(mean) * normal() + 0.5);
	for (; p > limit; n++)
		p *= uniform();
	return n;
}

/* ---- worlds */

struct world {
	const char *name;
	double cause, other;      /* shares; the rest: nothing happened */
	double lag_s, lag_spread; /* spread 0: exponential; else log-normal about lag_s */
	double ramp_s;
	double least, most; /* what a fault multiplies by */
	bool timing_only, correlated, crowded, many, rollback, dependency;
	double skew_s;
};

static const struct world worlds[] = {
	{ .name = "matched" },
	{ .name = "timing only: no services, no files", .timing_only = true },
	{ .name = "slow: lag about 10 min, rises in 5", .lag_s = 600, .lag_spread = 0.8, .ramp_s = 300 },
	{ .name = "weak: 1.5 to 4 times as many", .least = 1.5, .most = 4 },
	{ .name = "noise correlated over 5 minutes", .correlated = true },
	{ .name = "migration, deploy, restart in 90 s", .crowded = true },
	{ .name = "clocks of changes off by up to 60 s", .skew_s = 60 },
	{ .name = "rolled back, rightly or wrongly", .rollback = true },
	{ .name = "several services fail", .many = true },
	{ .name = "a dependency fails, no change at fault", .cause = -1, .other = 1, .many = true, .dependency = true },
	{ .name = "nothing happened", .cause = -1, .other = -1 },
};
enum { WORLDS = sizeof(worlds) / sizeof(*worlds) };

static const char *const services[SERVICES] = { "web", "api", "worker", "mail", "db", "cache", "queue" };
static const struct ir_suspect_edge edges[] = {
	{ "web", "api" },
	{ "api", "db" },
	{ "api", "cache" },
	{ "worker", "db" },
	{ "worker", "queue" },
	{ "mail", "queue" },
};
enum { EDGES = sizeof(edges) / sizeof(*edges) };

/* ---- an incident */

struct incident {
	struct ir_suspect_change changes[CHANGES];
	char ids[CHANGES][16];
	double at_s[CHANGES]; /* by the clock of the errors */
	size_t n;
	int cause; /* -1: none of them */
	bool happened;
	double onset_s, now_s, undone_s;
	const char *failing[SERIES];
	size_t n_failing;
	int64_t counts[SERIES][BUCKETS];
	struct ir_suspect_series series[SERIES];
	struct ir_suspect_failing where[SERIES];
	const char *trace[2];
	size_t n_trace;
	double strength;
};

static char file_names[SERVICES][FILES][24];

static int
service_index(const char *name)
{
	for (int i = 0; i < SERVICES; i++) {
		if (strcmp(services[i], name) == 0)
			return i;
	}
	return 0;
}

static bool
needs(const char *from, const char *to)
{
	for (int i = 0; i < EDGES; i++) {
		if (strcmp(edges[i].from, from) == 0 && (strcmp(edges[i].to, to) == 0 || needs(edges[i].to, to)))
			return true;
	}
	return false;
}

static size_t
add_change(struct incident *x, double at_s, enum ir_suspect_kind kind, const char *service)
{
	size_t i = x->n < CHANGES ? x->n++ : CHANGES - 1;

	snprintf(x->ids[i], sizeof(x->ids[i]), "dep-%zu", i);
	x->at_s[i] = at_s;
	x->changes[i] = (struct ir_suspect_change){ .id = x->ids[i],
		.service = service,
		.kind = kind,
		.what = "change",
		.start_ms = IR_TIME_NONE,
		.undone_ms = IR_TIME_NONE };
	return i;
}

static enum ir_suspect_kind
any_kind(void)
{
	double u = uniform();

	return u < 0.6    ? IR_SUSPECT_DEPLOY
	       : u < 0.75 ? IR_SUSPECT_MIGRATION
	       : u < 0.85 ? IR_SUSPECT_CONFIG
			  : IR_SUSPECT_RESTART;
}

static double
lag_of(const struct world *w)
{
	double mean = w->lag_s > 0 ? w->lag_s : 120;

	return w->lag_spread > 0 ? mean * exp(w->lag_spread * normal()) : exponential(mean);
}

/* The faulty change first, the others at any time. */
static void
make_changes(const struct world *w, struct incident *x)
{
	int64_t others = poisson(x->cause == 0 ? 3 : 4);

	if (x->cause == 0) {
		enum ir_suspect_kind kind = any_kind();
		double at = x->onset_s - lag_of(w);

		if (kind == IR_SUSPECT_RESTART && uniform() > 0.125)
			kind = IR_SUSPECT_DEPLOY;
		add_change(x, at, w->crowded && kind == IR_SUSPECT_RESTART ? IR_SUSPECT_DEPLOY : kind,
		    services[below(SERVICES)]);
		if (w->crowded) {
			add_change(x, at + between(-90, 90), IR_SUSPECT_MIGRATION, x->changes[0].service);
			add_change(x, at + between(-90, 90), IR_SUSPECT_DEPLOY, services[below(SERVICES)]);
			add_change(x, at + between(0, 90), IR_SUSPECT_RESTART, x->changes[0].service);
		}
	}
	while (others-- > 0)
		add_change(x, between(0, x->now_s), any_kind(), services[below(SERVICES)]);
}

/* What fails first, then what else does in worlds with several. */
static void
choose_failing(const struct world *w, struct incident *x)
{
	const char *by =
	    x->cause == 0 ? x->changes[0].service : services[w->dependency ? 4 + below(3) : below(SERVICES)];
	double u = uniform();

	x->failing[x->n_failing++] = by;
	for (int tries = 0; u > 0.7 && tries < 50; tries++) {
		const char *s = services[below(SERVICES)];

		if (u > 0.92 || needs(s, by)) {
			x->failing[0] = s;
			break;
		}
	}
	for (int i = 0; w->many && i < SERVICES && x->n_failing < SERIES; i++) {
		if (strcmp(services[i], x->failing[0]) != 0 && needs(services[i], by) && uniform() < 0.7)
			x->failing[x->n_failing++] = services[i];
	}
}

static void
after_onset(const struct world *w, struct incident *x)
{
	double at = x->onset_s + between(120, 900);
	size_t last = CHANGES;

	if (x->happened && uniform() < 0.35 && at < x->now_s)
		add_change(x, at, IR_SUSPECT_RESTART, x->failing[0]);
	at = x->onset_s + between(300, 1200);
	if (!w->rollback || !x->happened || at >= x->now_s - 60)
		return;
	for (size_t i = 0; i < x->n; i++) {
		if (x->changes[i].kind == IR_SUSPECT_DEPLOY && x->at_s[i] < at &&
		    (last == CHANGES || x->at_s[i] > x->at_s[last]))
			last = i;
	}
	if (last == CHANGES)
		return;
	add_change(x, at, IR_SUSPECT_ROLLBACK, x->changes[last].service);
	x->changes[last].undone_ms = START_MS + (int64_t)(at * 1000);
	if (x->cause == (int)last)
		x->undone_s = at + between(0, 30);
}

/* Files of a service, some of them. */
static void
make_files(const struct world *w, struct incident *x, struct ir_arena *a)
{
	int s = service_index(x->failing[0]);

	if (w->timing_only)
		return;
	if (uniform() < 0.6) {
		x->trace[0] = file_names[s][0];
		x->trace[1] = file_names[s][1];
		x->n_trace = 2;
	}
	for (size_t i = 0; i < x->n; i++) {
		struct ir_suspect_change *c = &x->changes[i];
		bool code = c->kind == IR_SUSPECT_DEPLOY || c->kind == IR_SUSPECT_CONFIG;
		int own = service_index(c->service), n = 1 + below(6);

		if (!code || uniform() > 0.7)
			continue;
		for (int k = 0; k < n; k++)
			ir_list_add(a, &c->files, file_names[own][2 + below(FILES - 2)]);
		if (uniform() < ((int)i == x->cause ? 0.6 : 0.04))
			ir_list_add(a, &c->files, file_names[s][below(2)]);
		c->all_files = true;
	}
}

/* ---- its errors */

/* How much of its strength the fault has at an instant. */
static double
fault_at(const struct world *w, const struct incident *x, double at_s, double delay_s)
{
	double since = at_s - x->onset_s - delay_s;

	if (!x->happened || since < 0 || at_s >= x->undone_s)
		return 0;
	return w->ramp_s > 0 && since < w->ramp_s ? since / w->ramp_s : 1;
}

struct noise {
	double base, size; /* of gamma; 0: none */
	double burst_s, burst_end_s, burst;
	double drift;
};

static struct noise
make_noise(const struct world *w)
{
	struct noise z = { .base = uniform() < 0.4 ? 0 : log_between(0.005, 2) };

	if (uniform() < 0.7 || w->correlated)
		z.size = between(0.5, 3);
	if (uniform() < 0.4) {
		z.burst_s = between(0, BUCKETS * BUCKET_S);
		z.burst_end_s = z.burst_s + between(60, 600);
		z.burst = between(3, 20);
	}
	return z;
}

static void
make_counts(const struct world *w, struct incident *x, size_t series, double from_s)
{
	struct noise z = make_noise(w);
	double delay = series > 0 ? between(0, 60) : 0,
	       times = log_between(w->least > 0 ? w->least : 4, w->most > 0 ? w->most : 60);
	double added = z.base > 0 ? fmax(z.base * (times - 1), w->most > 0 ? 0 : 0.2) : log_between(0.2, 20);

	x->strength = series == 0 ? added : x->strength;
	for (int i = 0; i < BUCKETS; i++) {
		double at = from_s + (i + 0.5) * BUCKET_S, rate = z.base;

		rate *= at >= z.burst_s && at < z.burst_end_s ? z.burst : 1;
		rate += added * fault_at(w, x, at, delay);
		if (w->correlated) {
			z.drift = 0.9 * z.drift + 0.44 * 0.7 * normal();
			rate *= exp(z.drift);
		}
		x->counts[series][i] = poisson(z.size > 0 && rate > 0 ? rate * gamma_of(z.size) / z.size : rate);
	}
}

static void
make_series(const struct world *w, struct incident *x)
{
	double from = x->now_s - BUCKETS * BUCKET_S;

	for (size_t i = 0; i < x->n_failing; i++) {
		make_counts(w, x, i, from);
		x->series[i] = (struct ir_suspect_series){ .id = x->failing[i],
			.service = x->failing[i],
			.start_ms = START_MS + (int64_t)(from * 1000),
			.width_ms = BUCKET_S * 1000,
			.counts = x->counts[i],
			.n = BUCKETS,
			.first_ms = IR_TIME_NONE };
		x->where[i] = (struct ir_suspect_failing){ x->failing[i], x->failing[i], 1 };
	}
	x->series[0].files = (struct ir_list){ .v = x->trace, .n = x->n_trace };
}

static void
set_clocks(const struct world *w, struct incident *x)
{
	for (size_t i = 0; i < x->n; i++) {
		x->at_s[i] += w->skew_s > 0 ? between(-w->skew_s, w->skew_s) : 0;
		x->changes[i].end_ms = START_MS + (int64_t)(x->at_s[i] * 1000);
		if (w->timing_only)
			x->changes[i].service = "";
	}
}

static void
make(const struct world *w, struct incident *x, struct ir_arena *a)
{
	double u = uniform(), cause = w->cause < 0 ? 0 : 0.6, other = w->other < 0 ? 0 : w->other > 0 ? w->other : 0.3;

	*x = (struct incident){ .cause = u < cause ? 0 : -1, .happened = u < cause + other, .undone_s = INFINITY };
	x->onset_s = between(5400, 10800);
	x->now_s = x->onset_s + between(300, 2400);
	make_changes(w, x);
	choose_failing(w, x);
	after_onset(w, x);
	make_files(w, x, a);
	set_clocks(w, x);
	make_series(w, x);
}

static bool
has_errors(const struct incident *x)
{
	for (int i = 0; i < BUCKETS; i++) {
		if (x->counts[0][i] > 0)
			return true;
	}
	return false;
}

/* ---- the other ways of choosing */

static int64_t
errors_of(const struct incident *x, double from_s, double to_s)
{
	int64_t n = 0;

	for (int i = 0; i < BUCKETS; i++) {
		double at = x->now_s - (BUCKETS - i - 0.5) * BUCKET_S;

		n += at >= from_s && at < to_s ? x->counts[0][i] : 0;
	}
	return n;
}

static int
latest(const struct incident *x, double before_s)
{
	int best = -1;

	for (size_t i = 0; i < x->n; i++) {
		if (x->at_s[i] <= before_s && (best < 0 || x->at_s[i] > x->at_s[best]))
			best = (int)i;
	}
	return best;
}

static double
log_rate(double n, double t)
{
	return n > 0 ? n * log(n / t) : 0;
}

static double
step_at(const struct incident *x)
{
	double best = 0, at = x->now_s, k = 0, all = (double)errors_of(x, -1e9, 1e9);

	for (int i = 1; i < BUCKETS; i++) {
		double l;

		k += (double)x->counts[0][i - 1];
		l = log_rate(k, i) + log_rate(all - k, BUCKETS - i) - log_rate(all, BUCKETS);
		if ((all - k) / (BUCKETS - i) > k / i && l > best) {
			best = l;
			at = x->now_s - (BUCKETS - i) * BUCKET_S;
		}
	}
	return at;
}

static int
smallest_p(const struct incident *x)
{
	double most = -INFINITY, from = x->now_s - BUCKETS * BUCKET_S;
	int best = -1;

	for (size_t i = 0; i < x->n; i++) {
		double n1 = (double)errors_of(x, x->at_s[i], 1e9), n = n1 + (double)errors_of(x, -1e9, x->at_s[i]);
		double p = fmin(fmax((x->now_s - x->at_s[i]) / (x->now_s - from), 1e-6), 1 - 1e-6);
		double z = (n1 - n * p) / sqrt(n * p * (1 - p) + 1e-9);

		if (z > most) {
			most = z;
			best = (int)i;
		}
	}
	return best;
}

/* ---- scores */

enum way { SCORE, RECENT, BEFORE, SMALLEST, WAYS };

struct tally {
	int incidents, caused, others, nothing;
	int first[WAYS], third, in_group, blamed[WAYS], blamed_nothing, named, right;
	int bin_n[BINS];
	double bin_claimed[BINS], bin_right[BINS];
};

static int
cause_rank(const struct incident *x, const struct ir_suspect_answer *r, size_t *ret_place)
{
	const struct ir_suspect_change *cause = &x->changes[x->cause];
	double own = -1;
	int rank = 1;
	size_t place = 0;

	for (size_t i = 0; i < r->n; i++) {
		for (size_t k = 0; k < r->v[i].n; k++) {
			if (r->v[i].v[k]->change != cause)
				continue;
			own = r->v[i].v[k]->probability;
			*ret_place = place;
		}
		place += r->v[i].n > 0;
	}
	for (size_t i = 0; i < r->n; i++) {
		for (size_t k = 0; k < r->v[i].n; k++)
			rank += r->v[i].v[k]->probability > own;
	}
	return own < 0 ? 1000 : rank;
}

static const struct ir_suspect_place *
first_place(const struct ir_suspect_answer *r)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i].n > 0)
			return &r->v[i];
	}
	return NULL;
}

static bool
holds(const struct ir_suspect_place *p, const struct incident *x)
{
	for (size_t k = 0; x->cause >= 0 && k < p->n; k++) {
		if (p->v[k]->change == &x->changes[x->cause])
			return true;
	}
	return false;
}

static void
count_claim(struct tally *t, const struct incident *x, const struct ir_suspect_answer *r)
{
	const struct ir_suspect_place *p = first_place(r);
	bool right = p && holds(p, x);
	int bin;

	if (!p)
		return;
	bin = p->probability >= 1 ? BINS - 1 : (int)(p->probability * BINS);
	t->bin_n[bin]++;
	t->bin_claimed[bin] += p->probability;
	t->bin_right[bin] += right;
	if (p->probability * 100 < THRESHOLD)
		return;
	t->named++;
	t->right += right;
	t->blamed[SCORE] += x->happened && x->cause < 0;
	t->blamed_nothing += !x->happened;
}

static void
tell_failure(const struct incident *x, const struct ir_suspect_answer *r, int n, const char *what)
{
	printf("  #%d %s: onset %.0f s, %.1f a bucket, %.0f min of it;", n, what, x->onset_s, x->strength,
	    (x->now_s - x->onset_s) / 60);
	for (size_t i = 0; i < r->n && i < 4; i++) {
		const struct ir_suspect_place *p = &r->v[i];

		if (p->n == 0)
			printf(" %s %.2f", p->name, p->probability);
		else
			printf(" %s %.2f (lag %.0f s, %s%s)", p->v[0]->change->id, p->probability,
			    x->onset_s - x->at_s[p->v[0]->change - x->changes],
			    ir_suspect_kind_names[p->v[0]->change->kind], holds(p, x) ? ", the cause" : "");
	}
	printf("\n");
}

static void
count(struct tally *t, const struct incident *x, const struct ir_suspect_answer *r, int n, bool failures)
{
	const int chosen[WAYS] = { -1, latest(x, x->now_s), latest(x, step_at(x)), smallest_p(x) };
	const struct ir_suspect_place *p = first_place(r);
	size_t place = 1000;
	int rank;

	t->incidents++;
	count_claim(t, x, r);
	if (x->cause < 0) {
		t->others += x->happened;
		t->nothing += !x->happened;
		for (int w = RECENT; w < WAYS; w++)
			t->blamed[w] += x->happened && chosen[w] >= 0;
		if (failures && p && p->probability * 100 >= THRESHOLD)
			tell_failure(x, r, n, "wrongly accused");
		return;
	}
	rank = cause_rank(x, r, &place);
	t->caused++;
	t->first[SCORE] += rank == 1;
	t->third += rank <= 3;
	t->in_group += place == 0;
	for (int w = RECENT; w < WAYS; w++)
		t->first[w] += chosen[w] == x->cause;
	if (failures && rank > 1)
		tell_failure(x, r, n, "missed");
}

static void
run(const struct world *w, uint64_t seed, int incidents, bool failures, struct tally *t)
{
	static struct incident x;

	state = seed;
	for (int i = 0; i < incidents; i++) {
		struct ir_arena a = { 0 };
		struct ir_suspect_answer r;
		struct ir_suspect_case c = {
			.changes = x.changes, .series = x.series, .failing = x.where, .edges = edges, .n_edges = EDGES
		};

		make(w, &x, &a);
		c.n_changes = x.n;
		c.n_series = x.n_failing;
		c.n_failing = w->timing_only ? 0 : x.n_failing;
		c.now_ms = START_MS + (int64_t)(x.now_s * 1000);
		if (has_errors(&x)) {
			ir_suspect_rank(&a, &c, &r);
			count(t, &x, &r, i, failures);
		}
		ir_arena_done(&a);
	}
}

/* ---- tables */

static const char *
share(char out[static 16], int n, int of)
{
	if (of == 0)
		out[0] = '\0';
	else
		snprintf(out, 16, "%.3f", (double)n / of);
	return out;
}

static double
calibration(const struct tally *t, double *ret_worst)
{
	double sum = 0;
	int n = 0;

	*ret_worst = 0;
	for (int i = 0; i < BINS; i++) {
		double off = t->bin_n[i] ? fabs(t->bin_claimed[i] - t->bin_right[i]) : 0;

		sum += off;
		n += t->bin_n[i];
		if (t->bin_n[i] >= BIN_MIN)
			*ret_worst = fmax(*ret_worst, off / t->bin_n[i]);
	}
	return n ? sum / n : 0;
}

static void
tell(const struct world *w, const struct tally *t)
{
	char s[12][16];
	double worst, off = calibration(t, &worst);

	printf("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %.3f | %.3f |\n", w->name,
	    share(s[0], t->first[SCORE], t->caused), share(s[1], t->third, t->caused),
	    share(s[2], t->in_group, t->caused), share(s[3], t->first[RECENT], t->caused),
	    share(s[4], t->first[BEFORE], t->caused), share(s[5], t->first[SMALLEST], t->caused),
	    t->others ? share(s[6], t->blamed[SCORE], t->others) : share(s[6], t->blamed_nothing, t->nothing),
	    share(s[7], t->blamed[BEFORE], t->others), share(s[8], t->right, t->named), off, worst);
}

static void
tell_bins(const struct tally *t)
{
	printf("\n**Calibration in the matched world: the first place**\n\n| claimed | observed | incidents "
	       "|\n|--:|--:|--:|\n");
	for (int i = 0; i < BINS; i++) {
		if (t->bin_n[i])
			printf("| %.2f | %.2f | %d |\n", t->bin_claimed[i] / t->bin_n[i], t->bin_right[i] / t->bin_n[i],
			    t->bin_n[i]);
	}
}

int
main(int argc, char **argv)
{
	bool failures = argc > 1 && strcmp(argv[1], "--failures") == 0;
	char **args = argv + 1 + failures;
	int n = *args ? (int)strtol(*args, NULL, 10) : INCIDENTS,
	    only = *args && args[1] ? (int)strtol(args[1], NULL, 10) : -1;
	uint64_t seed = *args && args[1] && args[2] ? strtoull(args[2], NULL, 10) : SEED;
	static struct tally t[WORLDS];

	for (int s = 0; s < SERVICES; s++) {
		for (int f = 0; f < FILES; f++)
			snprintf(file_names[s][f], sizeof(file_names[s][f]), "%s/part%d.py", services[s], f);
	}
	printf("**Which change did it: %d made-up incidents a world**\n\n"
	       "| world | top-1 | top-3 | group | most recent | last before onset | smallest p | blamed | last before "
	       "onset blames | right at 0.8 | "
	       "calibration off by | worst bin |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
	    n);
	for (int i = 0; i < WORLDS; i++) {
		if (only >= 0 && i != only)
			continue;
		run(&worlds[i], seed + (uint64_t)i, n, failures, &t[i]);
		tell(&worlds[i], &t[i]);
		fflush(stdout);
	}
	if (only <= 0)
		tell_bins(&t[0]);
	return 0;
}
