/* factors - kind, services, files, and what a migration does */
#include "suspect/factors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 20000, FAILING_MAX = 16, EDGES_MAX = 4096, STEPS_MAX = 4, ALIKE = 8 };
static const double ratio_max = 6;

const char *const ir_suspect_kind_names[] = {
	"deploy",
	"rollback",
	"config",
	"restart",
	"scale",
	"migration",
	"switch",
	"commit",
	NULL,
};

double
suspect_prior_of(enum ir_suspect_kind kind)
{
	static const double prior[] = {
		[IR_SUSPECT_DEPLOY] = 1,
		[IR_SUSPECT_ROLLBACK] = 0.3,
		[IR_SUSPECT_CONFIG] = 1,
		[IR_SUSPECT_RESTART] = 0.15,
		[IR_SUSPECT_SCALE] = 0.3,
		[IR_SUSPECT_MIGRATION] = 1,
		[IR_SUSPECT_SWITCH] = 1,
		[IR_SUSPECT_COMMIT] = 0.2,
	};

	return prior[kind];
}

void
suspect_factor_add(
    struct ir_arena *a, struct ir_suspect_found *f, const char *name, double value, const char *id, const char *words)
{
	if (!f->factors)
		f->factors = IR_NEW_N(a, struct ir_suspect_factor, SUSPECT_FACTORS);
	if (f->n_factors < SUSPECT_FACTORS)
		f->factors[f->n_factors++] =
		    (struct ir_suspect_factor){ .name = name, .value = value, .id = id, .words = words };
}

/* ---- services */

static int
by_service(const void *a, const void *b)
{
	return strcmp(((const struct suspect_way *)a)->service, ((const struct suspect_way *)b)->service);
}

static struct suspect_way *
way_to(const struct suspect_ways *w, const char *service)
{
	struct suspect_way key = { .service = service };

	return w->n ? bsearch(&key, w->v, w->n, sizeof(*w->v), by_service) : NULL;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
distinct(struct suspect_way *v, size_t n)
{
	size_t k = 0;

	qsort(v, n, sizeof(*v), by_service);
	for (size_t i = 0; i < n; i++) {
		if (k == 0 || strcmp(v[k - 1].service, v[i].service) != 0)
			v[k++] = v[i];
	}
	return k;
}

/* One step further along all edges; with a limit, so that circles end. */
static void
step(const struct ir_suspect_case *c, size_t n_edges, struct suspect_ways *w, int steps)
{
	for (size_t i = 0; i < n_edges; i++) {
		struct suspect_way *from = way_to(w, c->edges[i].from), *to = way_to(w, c->edges[i].to);

		if (from->down == steps && to->down < 0)
			to->down = steps + 1;
	}
}

static void
find_ways(struct ir_arena *a, const struct ir_suspect_case *c, struct suspect_ways *w)
{
	size_t n_edges = c->n_edges < EDGES_MAX ? c->n_edges : EDGES_MAX;
	struct suspect_way *self;

	w->v = IR_NEW_N(a, struct suspect_way, 2 * n_edges + 1);
	w->v[w->n++] = (struct suspect_way){ w->failing, -1 };
	for (size_t i = 0; i < n_edges; i++) {
		w->v[w->n++] = (struct suspect_way){ c->edges[i].from, -1 };
		w->v[w->n++] = (struct suspect_way){ c->edges[i].to, -1 };
	}
	w->n = distinct(w->v, w->n);
	self = way_to(w, w->failing);
	self->down = 0;
	for (int steps = 0; steps < STEPS_MAX; steps++)
		step(c, n_edges, w, steps);
}

static int
by_failing(const void *x, const void *y)
{
	const struct suspect_ways *a = x, *b = y;
	int order = strcmp(a->failing, b->failing);

	if (order)
		return order;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return strcmp(a->id ? a->id : "", b->id ? b->id : "");
}

/* Each service once, with the most that is said of it. */
static void
take_failing(const struct ir_suspect_case *c, struct suspect_context *x)
{
	struct suspect_ways *v = IR_NEW_N(x->arena, struct suspect_ways, c->n_failing + 1);
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->n_failing; i++) {
		const struct ir_suspect_failing *f = &c->failing[i];

		if (f->service && *f->service && f->weight > 0 && isfinite(f->weight))
			v[n++] = (struct suspect_ways){ .failing = f->service, .id = f->id, .weight = f->weight };
	}
	qsort(v, n, sizeof(*v), by_failing);
	for (size_t i = 0; i < n && x->n_failing < FAILING_MAX; i++) {
		if (x->n_failing > 0 && strcmp(v[x->n_failing - 1].failing, v[i].failing) == 0)
			continue;
		v[x->n_failing] = v[i];
		sum += v[x->n_failing++].weight;
	}
	for (size_t i = 0; i < x->n_failing; i++)
		v[i].weight /= sum;
	x->failing = v;
}

/* ---- how much it says that a change is of a service */

/* A change of a service that nothing tells of has nothing to do with it. */
static enum suspect_class
class_of(const struct suspect_ways *w, const char *service)
{
	const struct suspect_way *way = way_to(w, service);

	if (!way)
		return SUSPECT_ELSEWHERE;
	if (way->down == 0)
		return SUSPECT_SELF;
	if (way->down < 0)
		return SUSPECT_ELSEWHERE;
	return way->down == 1 ? SUSPECT_NEEDED : SUSPECT_FURTHER;
}

static bool
has_service(const struct ir_suspect_change *c)
{
	return c->service && *c->service;
}

/* Services that are known only from the changes are ways to nowhere. */
static size_t
count_strange(const struct ir_suspect_case *c, const struct suspect_ways *w, const char **names)
{
	size_t n = 0, k = 0;

	for (size_t i = 0; i < c->n_changes; i++) {
		if (has_service(&c->changes[i]) && !way_to(w, c->changes[i].service))
			names[n++] = c->changes[i].service;
	}
	qsort(names, n, sizeof(*names), by_text);
	for (size_t i = 0; i < n; i++)
		k += i == 0 || strcmp(names[i - 1], names[i]) != 0;
	return k;
}

/* How often causes are of each class, to how often any change is: by the services that there are, as if so many changes had been of each alike, and by the changes. */
static void
find_ratios(const struct ir_suspect_case *c, struct suspect_ways *w, const char **names)
{
	static const double weight[SUSPECT_CLASSES] = { 8, 4, 2, 0.5 };
	double services[SUSPECT_CLASSES] = { 0 }, changes[SUSPECT_CLASSES] = { 0 }, all = 0, causes = 0, n = ALIKE;

	services[SUSPECT_ELSEWHERE] = (double)count_strange(c, w, names);
	for (size_t i = 0; i < w->n; i++)
		services[class_of(w, w->v[i].service)]++;
	for (size_t i = 0; i < c->n_changes; i++) {
		if (!has_service(&c->changes[i]))
			continue;
		changes[class_of(w, c->changes[i].service)]++;
		n++;
	}
	for (int k = 0; k < SUSPECT_CLASSES; k++) {
		all += services[k];
		causes += weight[k] * services[k];
	}
	for (int k = 0; k < SUSPECT_CLASSES; k++) {
		double cause = weight[k] * services[k] / causes, any = (changes[k] + ALIKE * services[k] / all) / n;

		w->ratio[k] = services[k] > 0 ? fmin(fmax(cause / any, 1 / ratio_max), ratio_max) : 1;
	}
}

static const char *
near_words(struct ir_arena *a, const char *service, const char *failing, enum suspect_class class)
{
	if (class == SUSPECT_SELF)
		return ir_asprintf(a, "%s is what fails", service);
	if (class != SUSPECT_ELSEWHERE)
		return ir_asprintf(a, "%s, which fails, needs %s", failing, service);
	return ir_asprintf(a, "%s fails, which does not need %s", failing, service);
}

static double
service_factor(const struct suspect_context *x, struct ir_suspect_found *f)
{
	const struct suspect_ways *by = NULL;
	enum suspect_class nearest = SUSPECT_CLASSES;
	double sum = 0;

	if (!has_service(f->change) || x->n_failing == 0)
		return 1;
	for (size_t i = 0; i < x->n_failing; i++) {
		enum suspect_class class = class_of(&x->failing[i], f->change->service);

		sum += x->failing[i].ratio[class] * x->failing[i].weight;
		if (class < nearest) {
			nearest = class;
			by = &x->failing[i];
		}
	}
	suspect_factor_add(
	    x->arena, f, "service", sum, by->id, near_words(x->arena, f->change->service, by->failing, nearest));
	return sum;
}

/* ---- files */

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int
by_name(const void *x, const void *y)
{
	const struct suspect_file *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	order = order ? order : strcmp(a->path, b->path);
	return order ? order : strcmp(a->id ? a->id : "", b->id ? b->id : "");
}

static void
take_files(const struct ir_suspect_case *c, struct suspect_context *x)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_series; i++)
		n += c->series[i].files.n;
	n = n < FILES_MAX ? n : FILES_MAX;
	x->files = IR_NEW_N(x->arena, struct suspect_file, n + 1);
	for (size_t i = 0; i < c->n_series; i++) {
		for (size_t k = 0; k < c->series[i].files.n && x->n_files < n; k++) {
			const char *path = c->series[i].files.v[k];

			x->files[x->n_files++] = (struct suspect_file){ path, last_part(path), c->series[i].id };
		}
	}
	qsort(x->files, x->n_files, sizeof(*x->files), by_name);
}

static bool
is_end_of(const char *part, size_t n, const char *whole, size_t m)
{
	return n < m && whole[m - n - 1] == '/' && memcmp(whole + m - n, part, n) == 0 && memchr(part, '/', n) != NULL;
}

bool
suspect_same_file(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	return strcmp(a, b) == 0 || is_end_of(a, n, b, m) || is_end_of(b, m, a, n);
}

/* The first of that name. */
static size_t
first_named(const struct suspect_context *x, const char *name)
{
	size_t lo = 0, hi = x->n_files;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(x->files[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

enum { SAME_NAME_MAX = 64 };

static const struct suspect_file *
named_by(const struct suspect_context *x, const char *path)
{
	const char *name = last_part(path);
	size_t i = first_named(x, name), end = i + SAME_NAME_MAX;

	for (; i < x->n_files && i < end && strcmp(x->files[i].name, name) == 0; i++) {
		if (suspect_same_file(x->files[i].path, path))
			return &x->files[i];
	}
	return NULL;
}

static double
file_factor(const struct suspect_context *x, struct ir_suspect_found *f)
{
	const struct ir_suspect_change *c = f->change;

	for (size_t i = 0; i < c->files.n && i < FILES_MAX && x->n_files > 0; i++) {
		const struct suspect_file *file = named_by(x, c->files.v[i]);

		if (!file)
			continue;
		suspect_factor_add(x->arena, f, "file", 4, file->id,
		    ir_asprintf(x->arena, "%s changed in it, which the errors name", c->files.v[i]));
		return 4;
	}
	if (c->files.n == 0 || !c->all_files || x->n_files == 0)
		return 1;
	suspect_factor_add(x->arena, f, "file", 0.5, NULL, "it changed no file that the errors name");
	return 0.5;
}

/* ---- all */

static double
migration_factor(const struct suspect_context *x, struct ir_suspect_found *f)
{
	const struct ir_suspect_change *c = f->change;

	if (c->kind != IR_SUSPECT_MIGRATION || (!c->locks && !c->drops))
		return 1;
	suspect_factor_add(x->arena, f, c->drops ? "drops" : "locks", 1.5, c->id,
	    c->drops ? "it takes something away that older code may need" : "it keeps others from a table");
	return 1.5;
}

void
suspect_context_make(struct ir_arena *a, const struct ir_suspect_case *c, struct suspect_context *x)
{
	const char **names = IR_NEW_N(a, const char *, c->n_changes + 1);

	*x = (struct suspect_context){ .arena = a };
	take_failing(c, x);
	for (size_t i = 0; i < x->n_failing; i++) {
		find_ways(a, c, &x->failing[i]);
		find_ratios(c, &x->failing[i], names);
	}
	take_files(c, x);
}

double
suspect_factors(const struct suspect_context *x, struct ir_suspect_found *f)
{
	double product = service_factor(x, f);

	product *= file_factor(x, f);
	return product * migration_factor(x, f);
}
