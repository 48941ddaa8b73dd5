/* alertmanager - lists of alerts and silences that lie: cutting ends the same in any pieces, what is read is within bounds, a cover covers what was wanted */
#include "base/clock.h"
#include "pager/alertmanager.h"

#include "fuzz.h"

enum { ALERTS = 300 };

struct world {
	struct ir_arena arena;
	struct ir_am_texts texts;
	struct ir_alert *alerts[ALERTS];
	size_t n, cuts;
	struct ir_am_silences silences;
};

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool
same_list(const struct ir_list *a, const struct ir_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same(a->v[i], b->v[i]))
			return false;
	return true;
}

/* By its bytes, where that can be, an alert is read as jansson reads it. */
static void
compare(struct world *w, const char *p, size_t n, const struct ir_alert *quick)
{
	struct ir_am_texts texts = { .n = 0 };
	struct ir_alert a;

	ir_row_init(&ir_kind_alert, &a);
	HOLDS(ir_am_read_whole(&w->arena, &texts, p, n, &a) == 0);
	HOLDS(same(a.alert, quick->alert) && a.h.time_ms == quick->h.time_ms && same(a.state, quick->state));
	HOLDS(same(a.description, quick->description) && same(a.ack_note, quick->ack_note));
	HOLDS(same_list(&a.labels, &quick->labels) && same_list(&a.links, &quick->links));
	HOLDS(same_list(&a.assigned, &quick->assigned) && same_list(&a.acks, &quick->acks));
}

static int
on_element(void *arg, const char *p, size_t n)
{
	struct world *w = arg;
	struct ir_am_held held;
	struct ir_alert *a = IR_NEW(&w->arena, struct ir_alert);

	HOLDS(n >= 2 && p[0] == '{');
	w->cuts++;
	ir_row_init(&ir_kind_alert, a);
	if (w->n < ALERTS && ir_am_read_alert(&w->arena, &w->texts, p, n, a) == 0) {
		HOLDS(a->alert && a->state && a->labels.n <= IR_AM_LABELS);
		w->alerts[w->n++] = a;
		compare(w, p, n, a);
	}
	if (ir_am_read_held(&w->arena, &w->texts, p, n, &held) == 0)
		HOLDS(held.alert);
	ir_am_read_silence(&w->arena, p, n, &w->silences);
	return 0;
}

/* In pieces of step bytes: does it end well? */
static bool
cut(struct world *w, const uint8_t *data, size_t n, size_t step)
{
	struct ir_am_cut c;
	struct ir_err err = IR_ERR_INIT;
	int bad = 0;

	ir_am_cut_init(&c, on_element, w);
	for (size_t i = 0; i < n && !bad; i += step) {
		size_t len = n - i < step ? n - i : step;
		char *piece = fuzz_string(data + i, len);

		bad = ir_am_cut_feed(&c, piece, len, &err);
		free(piece);
	}
	bad = bad || ir_am_cut_end(&c, &err) < 0;
	HOLDS(!bad == !err.code);
	ir_am_cut_done(&c);
	return !bad;
}

static void
cover(struct world *w, const uint8_t *choice, size_t n)
{
	static const char *names[] = { "alertname", "cluster", "a", NULL };
	static const struct ir_list labels = { .v = names, .n = 3 };
	enum ir_am_want want[ALERTS];
	size_t wanted = 0, covered;
	struct ir_am_cover c = { .arena = &w->arena,
		.alerts = (const struct ir_alert *const *)w->alerts,
		.want = want,
		.n = w->n,
		.labels = &labels };

	for (size_t i = 0; i < w->n; i++) {
		want[i] = n ? choice[i % n] % 3 : IR_AM_WANT;
		wanted += want[i] == IR_AM_WANT;
	}
	ir_am_cover(&c);
	covered = c.n_hopeless;
	for (size_t i = 0; i < c.n_sets; i++) {
		HOLDS(c.sets[i].n > 0 && c.sets[i].extra == 0);
		covered += c.sets[i].n_covers;
		ir_am_matchers_text(&w->arena, c.sets[i].v, c.sets[i].n, 100);
	}
	HOLDS(covered == wanted);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t step = 1 + fuzz_number(&data, &n, 1);
	struct world w = { .n = 0 }, again = { .n = 0 };

	bool well = cut(&w, data, n, step);

	HOLDS(cut(&again, data, n, n + 1) == well && again.n == w.n);
	HOLDS(!well || again.cuts == w.cuts);
	ir_am_silences_sort(&w.silences);
	for (size_t i = 0; i < w.n; i++)
		ir_am_tell_state(&w.arena, &w.silences, w.alerts[i]);
	for (size_t i = 0; i < w.silences.n; i++) {
		HOLDS(ir_am_silences_find(&w.silences, w.silences.v[i].id));
		HOLDS(*ir_am_silence_json(&w.arena, &w.silences.v[i], 0) == '{');
		ir_am_note(&w.arena, w.silences.v[i].comment);
	}
	cover(&w, data, n);
	ir_arena_done(&w.arena);
	ir_arena_done(&again.arena);
	return 0;
}
