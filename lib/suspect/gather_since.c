/* gather_since - since when checks fail, by what the journal remembers of them */
#include <string.h>

#include "rec/journal.h"
#include "suspect/gather.h"

enum { LOOKS_MAX = 100 };

/* The last look of those that follow one another that failed: before it, it was well. Oldest first. */
static void
mark_since(struct ir_gather *g, const struct ir_finds *f)
{
	int64_t well = IR_TIME_NONE, failed = IR_TIME_NONE;
	json_t *first = NULL;

	for (size_t i = 0; i < f->n; i++) {
		json_t *rec = json_loadb(f->v[i].record, f->v[i].len, 0, NULL);
		bool fails = strcmp(gather_str(rec, "status"), "fail") == 0;

		if (fails && failed == IR_TIME_NONE) {
			failed = gather_time(rec, "time");
			first = json_incref(rec);
		} else if (!fails) {
			well = gather_time(rec, "time");
			failed = IR_TIME_NONE;
			json_decref(first);
			first = NULL;
		}
		json_decref(rec);
	}
	if (first && well != IR_TIME_NONE && well <= failed)
		gather_mark(g, first, well, failed, g->asked && strcmp(g->asked, f->id) == 0);
	json_decref(first);
}

void
ir_gather_since(struct ir_gather *g, struct ir_journal *journal)
{
	struct ir_finds *f = IR_NEW_N(g->arena, struct ir_finds, g->checks.n + 1);
	struct ir_err err = IR_ERR_INIT;
	size_t n = 0;

	for (size_t i = 0; i < g->checks.n; i++) {
		if (*g->checks.v[i])
			f[n++].id = g->checks.v[i];
	}
	if (!journal || n == 0 || ir_journal_find_many(journal, g->arena, f, n, LOOKS_MAX, &err) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		mark_since(g, &f[i]);
}
