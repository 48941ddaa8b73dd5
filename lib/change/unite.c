/* unite - what several sources tell of the same deploy becomes one; what was before each */
#include <math.h>
#include <string.h>

#include "change/previous.h"
#include "rec/rec.h"

enum { SAME_MS = 2000, RUNNING_MS = 2 * 60 * 60 * 1000 };

/* Which event the time is of, the best first: what is there for all to see, before what somebody said about it. */
static const char *const bases[] = { "container created", "container started", "replicaset created",
	"controllerrevision created", "controllerrevision created, before an undo", "condition Progressing updated",
	"release updated", "link switched", "deployment succeeded", "reflog", "release named", "deployment requested",
	"ledger", "log", "command", NULL };

static int
rank(const struct ir_deploy *d)
{
	int i = ir_name_index(bases, d->time_basis);

	return i < 0 ? (int)(sizeof(bases) / sizeof(bases[0])) : i;
}

bool
ir_change_same_revision(const char *a, const char *b)
{
	size_t n, m;

	if (!a || !b)
		return false;
	n = strlen(a);
	m = strlen(b);
	return n >= 7 && m >= 7 && strncmp(a, b, n < m ? n : m) == 0;
}

static bool
same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* It was recorded as running, and then how it went. */
static bool
is_ended_by(const struct ir_deploy *a, const struct ir_deploy *b)
{
	return same_text(a->time_basis, "ledger") && same_text(b->time_basis, "ledger") &&
	       same_text(a->outcome, "running") && b->outcome && !same_text(b->outcome, "running") &&
	       b->h.time_ms >= a->h.time_ms && b->h.time_ms - a->h.time_ms <= RUNNING_MS &&
	       (ir_change_same_revision(a->revision, b->revision) || same_text(a->version, b->version));
}

bool
ir_change_same(const struct ir_deploy *a, const struct ir_deploy *b)
{
	int64_t apart = a->h.time_ms - b->h.time_ms;

	if (strcmp(a->h.service, b->h.service) != 0)
		return false;
	if (same_text(a->rollout, b->rollout))
		return true;
	if (is_ended_by(a, b))
		return true;
	if (!same_text(a->change ? a->change : "deploy", b->change ? b->change : "deploy") ||
	    apart > IR_CHANGE_UNITE_MS || apart < -IR_CHANGE_UNITE_MS)
		return false;
	/* one source does not tell of the same twice, but for an event and what came of it */
	if (same_text(a->known_by.n ? a->known_by.v[0] : NULL, b->known_by.n ? b->known_by.v[0] : NULL) &&
	    (apart > SAME_MS || apart < -SAME_MS))
		return false;
	if (a->image_id && b->image_id) /* two builds of one revision are two deploys */
		return strcmp(a->image_id, b->image_id) == 0;
	return ir_change_same_revision(a->revision, b->revision) ||
	       (apart <= SAME_MS && apart >= -SAME_MS && same_text(a->container, b->container)) ||
	       (!a->revision != !b->revision && same_text(a->version, b->version));
}

/* What the one does not know, the other may. */
static void
fill(struct ir_arena *arena, struct ir_deploy *to, const struct ir_deploy *from)
{
	char *t = (char *)to;
	const char *f = (const char *)from;

	for (const struct ir_col *c = ir_kind_deploy.cols; c->key; c++) {
		void *a = t + c->offset;
		const void *b = f + c->offset;

		if (c->type == IR_COL_STR && !*(const char **)a)
			*(const char **)a = *(const char *const *)b;
		else if ((c->type == IR_COL_INT || c->type == IR_COL_TIME) && *(int64_t *)a == INT64_MIN)
			*(int64_t *)a = *(const int64_t *)b;
		else if (c->type == IR_COL_BOOL && *(int *)a < 0)
			*(int *)a = *(const int *)b;
		else if (c->type == IR_COL_LIST && ((struct ir_list *)a)->n == 0)
			*(struct ir_list *)a = *(const struct ir_list *)b;
	}
	/* the same event, told by two of the engine's clocks: it keeps the name that it has */
	if (from->h.id && !to->h.id && rank(from) == rank(to)) {
		to->rollout = from->rollout;
		to->h.time_ms = from->h.time_ms;
	}
	for (size_t i = 0; i < from->known_by.n; i++)
		ir_list_add_once(arena, &to->known_by, from->known_by.v[i]);
	if (from->h.id && !same_text(to->rollout, from->rollout))
		ir_list_add_once(arena, &to->also, from->h.id);
}

static int
by_time(const void *a, const void *b)
{
	const struct ir_deploy *x = a, *y = b;
	int c;

	if (x->h.time_ms != y->h.time_ms)
		return x->h.time_ms < y->h.time_ms ? -1 : 1;
	c = strcmp(x->h.service, y->h.service);
	if (c == 0)
		c = rank(x) - rank(y);
	return c ? c : strcmp(x->rollout, y->rollout);
}

/* Who and what for is best known by who said so. */
static void
take_words(struct ir_deploy *to, const struct ir_deploy *said)
{
	if (!same_text(said->time_basis, "ledger"))
		return;
	to->author = said->author ? said->author : to->author;
	to->message = said->message ? said->message : to->message;
	to->url = said->url ? said->url : to->url;
	to->outcome = said->outcome ? said->outcome : to->outcome;
}

/* Of two in the order of time, the better known one stays; a fresh look before a remembered one. */
static void
join(struct ir_arena *arena, struct ir_deploy *kept, const struct ir_deploy *other)
{
	struct ir_deploy first = *kept;

	if (rank(other) < rank(kept) || (rank(other) == rank(kept) && kept->h.id && !other->h.id)) {
		*kept = *other;
		fill(arena, kept, &first);
		take_words(kept, &first);
	} else if (is_ended_by(kept, other)) {
		fill(arena, kept, other);
		kept->outcome = other->outcome;
		kept->finished_ms = other->h.time_ms;
	} else {
		fill(arena, kept, other);
		take_words(kept, other);
	}
}

static void
unite(struct ir_change_look *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_deploys; i++) {
		struct ir_deploy *d = &l->deploys[i], *same = NULL;

		for (size_t k = n; k-- > 0 && !same;) {
			if (l->deploys[k].h.time_ms < d->h.time_ms - RUNNING_MS)
				break;
			if (ir_change_same(&l->deploys[k], d))
				same = &l->deploys[k];
		}
		if (same)
			join(l->ctx->arena, same, d);
		else
			l->deploys[n++] = *d;
	}
	l->n_deploys = n;
}

/* ---- what was before */

static bool
is_restart(const struct ir_deploy *d)
{
	return d->change && strcmp(d->change, "restart") == 0;
}

static bool
same_code(const struct ir_deploy *a, const struct ir_deploy *b)
{
	if (a->image_id && b->image_id)
		return strcmp(a->image_id, b->image_id) == 0;
	if (a->revision && b->revision)
		return ir_change_same_revision(a->revision, b->revision);
	return same_text(a->version, b->version);
}

/* Is the image still there? -1: not known. */
static int
is_there(const struct ir_change_look *l, const char *image_id)
{
	if (!image_id || !l->images || l->images->error)
		return -1;
	for (size_t i = 0; i < l->images->n; i++) {
		if (strcmp(l->images->v[i].id, image_id) == 0)
			return 1;
	}
	return 0;
}

/* The handle that it will have. */
static const char *
handle_of(const struct ir_change_look *l, const struct ir_deploy *d)
{
	const char *env = d->h.env ? d->h.env : l->q.place ? l->q.place->env : l->ctx->env;
	char id[IR_ID_MAX];

	ir_rec_id(&ir_kind_deploy, d, env ? env : "local", l->ctx->run, id);
	return ir_strdup(l->ctx->arena, id);
}

/* It is not another name of itself. */
static void
settle_names(struct ir_change_look *l, struct ir_deploy *d)
{
	struct ir_list also = d->also;
	const char *own = also.n ? handle_of(l, d) : "";

	d->also = (struct ir_list){ 0 };
	for (size_t i = 0; i < also.n; i++) {
		if (strcmp(also.v[i], own) != 0)
			ir_list_add_once(l->ctx->arena, &d->also, also.v[i]);
	}
}

static void
link_one(struct ir_change_look *l, struct ir_deploy *d, const struct ir_deploy *before)
{
	d->previous = handle_of(l, before);
	d->previous_revision = before->revision;
	d->previous_version = before->version;
	d->previous_image = before->image_id;
	d->previous_available = is_there(l, before->image_id);
	d->previous_basis = before->known_by.n ? before->known_by.v[0] : NULL;
}

/* It failed, or is under way: what runs is another one. */
static bool
is_no_end(const struct ir_deploy *d)
{
	return same_text(d->outcome, "failed") || same_text(d->outcome, "running");
}

/* The engine knows which of its containers run. */
static bool
is_looked_at(const struct ir_change_look *l, const struct ir_deploy *d)
{
	return l->images && d->container && ir_list_has(&d->known_by, "docker");
}

/* Nothing tells of an earlier deploy: an image may. */
static void
link_image(struct ir_change_look *l, struct ir_deploy *d)
{
	const char *basis = NULL;
	const struct ir_image *image =
	    l->images && !l->images->error && d->image_id ? ir_change_image_before(l->images, d, &basis) : NULL;

	if (!image)
		return;
	d->previous_revision = image->revision;
	d->previous_version = image->version;
	d->previous_image = image->id;
	d->previous_available = 1;
	d->previous_basis = basis;
}

/* The one before, which is looked for among those before i. */
static const struct ir_deploy *
before(const struct ir_change_look *l, size_t i)
{
	const struct ir_deploy *d = &l->deploys[i];

	for (size_t k = i; k-- > 0;) {
		const struct ir_deploy *b = &l->deploys[k];

		if (strcmp(b->h.service, d->h.service) == 0 && !is_restart(b) && !same_code(b, d) &&
		    !same_text(b->outcome, "failed"))
			return b;
	}
	return NULL;
}

/* The deploy before of the same service that ran other code, and what runs now. */
static void
link_all(struct ir_change_look *l)
{
	for (size_t i = l->n_deploys; i-- > 0;) {
		struct ir_deploy *d = &l->deploys[i];
		bool newest = true;

		for (size_t k = i + 1; k < l->n_deploys && newest; k++)
			newest = strcmp(l->deploys[k].h.service, d->h.service) != 0 || is_restart(&l->deploys[k]) ||
				 is_no_end(&l->deploys[k]);
		if (is_restart(d)) {
			d->current = -1;
			continue;
		}
		d->current = newest && !is_no_end(d) && (!is_looked_at(l, d) || d->current > 0);
		if (!newest && !d->outcome)
			d->outcome = "replaced";
		if (before(l, i))
			link_one(l, d, before(l, i));
		else
			link_image(l, d);
	}
}

void
ir_change_unite(struct ir_change_look *l)
{
	if (l->n_deploys == 0)
		return;
	qsort(l->deploys, l->n_deploys, sizeof(*l->deploys), by_time);
	unite(l);
	qsort(l->deploys, l->n_deploys, sizeof(*l->deploys), by_time);
	link_all(l);
	for (size_t i = 0; i < l->n_deploys; i++)
		settle_names(l, &l->deploys[i]);
}
