/* suspect - any JSON lines as records of changes and trouble: the answer is always whole, and its rows can be printed */
#include <math.h>

#include "fuzz.h"
#include "suspect/row.h"

static void
check(struct ir_arena *arena, const struct ir_gather *g, const struct ir_suspect_answer *r)
{
	struct ir_suspect row;
	double sum = 0;

	for (size_t i = 0; i < r->n; i++) {
		HOLDS(r->v[i].probability >= 0 && r->v[i].probability <= 1 + 1e-9);
		HOLDS(i == 0 || r->v[i].probability <= r->v[i - 1].probability);
		sum += r->v[i].probability;
		ir_suspect_row(arena, g, r, i, &row);
		HOLDS(row.change && *row.change && row.verdict && row.h.summary && row.factors.n > 0);
	}
	HOLDS(fabs(sum - 1) < 1e-6);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ir_arena arena = { NULL };
	struct ir_suspect_answer answer;
	struct ir_suspect_case c;
	struct ir_gather g;
	char *text = fuzz_string(data, n), *next = text;

	ir_gather_init(&g, &arena, INT64_C(1769911200000), IR_TIME_NONE);
	for (char *line; (line = strsep(&next, "\n")) != NULL;) {
		json_t *rec = json_loads(line, 0, NULL);

		if (rec && !ir_gather_record(&g, rec))
			ir_gather_onset_of(&g, rec);
		json_decref(rec);
	}
	ir_gather_edge(&g, "web", "db");
	ir_gather_finish(&g, &c);
	ir_suspect_rank(&arena, &c, &answer);
	check(&arena, &g, &answer);
	ir_arena_done(&arena);
	free(text);
	return 0;
}
