/* incident_words - what an incident is about, by the records that it is opened with, and what is said of it */
#include "incident/change.h"
#include "incident/gather.h"
#include "tap.h"

static struct ir_arena arena;

static void
add(struct ir_in *in, const struct ir_kind *kind, const char *json)
{
	struct ir_in_rec *v = IR_NEW_N(&arena, struct ir_in_rec, in->n + 1);

	if (in->n)
		memcpy(v, in->v, in->n * sizeof(*v));
	v[in->n].rec = (struct ir_rec){ .kind = kind, .obj = json_loads(json, 0, NULL) };
	in->v = v;
	in->n++;
}

static void
drop(struct ir_in *in)
{
	for (size_t i = 0; i < in->n; i++)
		json_decref(in->v[i].rec.obj);
}

static void
test_gather(void)
{
	struct ir_incident_gathered g;
	struct ir_in in = { 0 };

	add(&in, &ir_kind_check,
	    "{\"id\":\"chk-00000001\",\"time\":\"2026-02-01T01:00:00.000Z\",\"service\":\"db\",\"summary\":\"slow\"}");
	add(&in, &ir_kind_alert,
	    "{\"id\":\"alr-00000001\",\"time\":\"2026-02-01T02:10:00.000Z\",\"service\":\"web\",\"summary\":\"5xx\","
	    "\"severity\":\"warning\"}");
	add(&in, &ir_kind_alert,
	    "{\"id\":\"alr-00000002\",\"time\":\"2026-02-01T02:00:00.000Z\",\"service\":\"web\",\"summary\":\"down\","
	    "\"severity\":\"Critical\"}");
	add(&in, &ir_kind_action,
	    "{\"id\":\"act-00000001\",\"time\":\"2026-02-01T00:00:00.000Z\",\"service\":\"pay\",\"target\":\"alr-"
	    "00000003\",\"summary\":\"acked\"}");
	ir_incident_gather(&arena, &in, &g);
	IS_INT(g.began_ms, INT64_C(1769911200000), "it began with the earliest alert");
	IS_STR(ir_list_join(&arena, &g.alerts, "", " "), "alr-00000001 alr-00000002 alr-00000003",
	    "alerts, also one that was acked");
	IS_STR(ir_list_join(&arena, &g.refs, "", " "), "chk-00000001", "the rest");
	IS_STR(ir_list_join(&arena, &g.services, "", " "), "db web pay", "services, each once");
	IS_STR(g.severity, "sev1", "as bad as the worst");
	IS_STR(g.about.v[1], "alr-00000001 web: 5xx", "a line for each");
	drop(&in);
	in = (struct ir_in){ 0 };
	add(&in, &ir_kind_check,
	    "{\"id\":\"chk-00000001\",\"time\":\"2026-02-01T01:00:00.000Z\",\"service\":\"\",\"summary\":\"slow\"}");
	ir_incident_gather(&arena, &in, &g);
	IS_INT(g.began_ms, INT64_C(1769907600000), "without alerts, with what else there is");
	OK(!g.severity && g.services.n == 0, "nobody says how bad, nor whose");
	drop(&in);
	in = (struct ir_in){ 0 };
	ir_incident_gather(&arena, &in, &g);
	OK(g.began_ms == IR_TIME_NONE, "nothing at all");
}

static void
test_words(void)
{
	struct ir_incident i;
	struct ir_list about = { 0 };
	struct ir_incident_change c = { .incident = &i, .event = "closed", .message = "all well", .about = &about };
	const char *story;

	ir_row_init(&ir_kind_incident, &i);
	i.h.id = "inc-7k3f2q8m";
	i.h.env = "shop";
	i.title = "Checkout is down";
	IS_STR(ir_incident_headline(&arena, &i, "opened"), "Checkout is down (inc-7k3f2q8m)", "nobody judged it");
	i.severity = "sev2";
	i.state = "closed";
	i.who = "ana";
	i.began_ms = 1769911200000;
	i.closed_ms = i.began_ms + 42 * 60000;
	IS_STR(ir_incident_headline(&arena, &i, "closed"), "[sev2] Closed: Checkout is down (inc-7k3f2q8m)",
	    "what happened");
	IS_STR(ir_incident_summary(&arena, &i), "sev2, closed after 42m: Checkout is down", "how it stands");
	for (int k = 0; k < 20; k++)
		ir_list_add(&arena, &about, "alr-00000001 web: 5xx");
	story = ir_incident_story(&arena, &c, i.closed_ms);
	OK(strncmp(story, "all well\nEnvironment: shop\nBegan: 2026-02-01 02:00 UTC\nLasted: 42m\n", 67) == 0,
	    "the story: %s", story);
	OK(strstr(story, "- and 8 more\n"), "not too long");
	OK(strstr(story, "Closed by ana, 2026-02-01 02:42 UTC"), "who did it");
}

int
main(void)
{
	test_gather();
	test_words();
	ir_arena_done(&arena);
	return tap_done();
}
