/* refs - summaries of what records rest on: from the input, else from the journal, and not without end */
#include "rec/refs.h"

#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;

static void
push(struct ir_in *in, const char *id, const char *summary, json_t *refs)
{
	struct ir_in_rec *r = &in->v[in->n++];

	*r = (struct ir_in_rec){ .form = IR_IN_JSON };
	r->rec.obj = json_pack("{s:s, s:s, s:s, s:o}", "kind", "check", "id", id, "summary", summary, "refs", refs);
}

static struct ir_journal *
journal(const char *dir)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_journal_opts o = { .dir = ir_asprintf(&arena, "%s/journal", dir) };
	struct ir_journal *j = ir_journal_open(&o, &err);

	for (int i = 0; j && i < 3; i++) {
		char *rec = ir_asprintf(&arena,
		    "{\"kind\":\"check\",\"v\":1,\"id\":\"chk-0000000%d\",\"summary\":\"old %d\"}", 1 + i / 2, i);
		struct ir_entry e = { .record = rec, .len = strlen(rec), .kind = "check", .id = "", .key = "" };

		if (ir_journal_append(j, &e, 1, false, NULL, &err) < 0)
			scratch_die(err.msg);
	}
	return j ? j : (scratch_die(err.msg), NULL);
}

static void
test_few(struct ir_journal *j)
{
	struct ir_in in = { .v = calloc(3, sizeof(*in.v)) };
	struct ir_refs refs;

	push(&in, "dep-00000001", "here",
	    json_pack("[s,s,s,s,i]", "chk-00000001", "dep-00000001", "chk-00000009", "no id", 7));
	push(&in, "chk-00000003", "more", json_pack("[s,s]", "chk-00000001", "chk-00000002"));
	push(&in, "chk-00000004", "odd", json_string("chk-00000002"));
	ir_refs_look_up(&refs, &in, j);
	IS_INT((int64_t)refs.n, 4, "each id once");
	IS_STR(ir_refs_summary(&refs, "chk-00000001"), "old 1", "the newest of the journal");
	IS_STR(ir_refs_summary(&refs, "chk-00000002"), "old 2", "of another record's refs");
	IS_STR(ir_refs_summary(&refs, "dep-00000001"), "here", "from the input");
	OK(!ir_refs_summary(&refs, "chk-00000009"), "what nobody knows");
	OK(!ir_refs_summary(&refs, "no id"), "what is no id");
	ir_refs_done(&refs);
	ir_refs_look_up(&refs, &in, NULL);
	OK(!ir_refs_summary(&refs, "chk-00000001") && ir_refs_summary(&refs, "dep-00000001"), "without a journal");
	ir_refs_done(&refs);
	ir_in_done(&in);
}

static void
test_many(struct ir_journal *j)
{
	struct ir_in in = { .v = calloc(3, sizeof(*in.v)) };
	struct ir_refs refs;
	json_t *same = json_array(), *all = json_array();

	for (int i = 0; i < 3 * IR_REFS_MAX; i++) {
		json_array_append_new(same, json_string("chk-00000002"));
		json_array_append_new(all, json_sprintf("chk-%08d", i));
	}
	push(&in, "chk-00000003", "same", same);
	ir_refs_look_up(&refs, &in, j);
	IS_INT((int64_t)refs.n, 1, "one id, over and over");
	IS_STR(ir_refs_summary(&refs, "chk-00000002"), "old 2", "... has its summary");
	ir_refs_done(&refs);
	push(&in, "chk-00000004", "all", all);
	ir_refs_look_up(&refs, &in, j);
	IS_INT((int64_t)refs.n, IR_REFS_MAX, "more than anybody reads are not looked up");
	ir_refs_done(&refs);
	ir_in_done(&in);
	in.v = calloc(1, sizeof(*in.v));
	ir_refs_look_up(&refs, &in, j);
	OK(refs.n == 0 && !ir_refs_summary(&refs, "chk-00000001"), "nothing at all");
	ir_refs_done(&refs);
	ir_in_done(&in);
}

int
main(void)
{
	struct ir_journal *j = journal(scratch_new(&arena));

	test_few(j);
	test_many(j);
	ir_journal_close(j);
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
