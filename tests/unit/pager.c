/* pager - matchers of labels, whose an alert is, what changed between two looks, which acks are to be done */
#include "pager/pager.h"

#include "pager/acks.h"
#include "pager/changes.h"
#include "tap.h"

static struct ir_arena arena;

static struct ir_alert
alert(const char *own, const char *labels)
{
	struct ir_alert a;

	ir_row_init(&ir_kind_alert, &a);
	a.alert = own;
	a.name = "Down";
	a.state = "firing";
	a.pager = "main";
	a.h.time_ms = 1769911200000;
	for (const char *s = labels; *s; s += strcspn(s, ";"), s += *s == ';')
		ir_list_add(&arena, &a.labels, ir_strndup(&arena, s, strcspn(s, ";")));
	return a;
}

/* ---- matchers */

static const struct {
	const char *text;
	int holds; /* of {job=web, path=/a,b, empty=}; -1: it is none */
} matchers[] = {
	{ "job=web", 1 },
	{ " job = web ", 1 },
	{ "job=\"web\"", 1 },
	{ "job=we", 0 },
	{ "job!=web", 0 },
	{ "job!=x", 1 },
	{ "job=~w.b", 1 },
	{ "job=~w", 0 },
	{ "job=~w|.*b", 1 },
	{ "job!~w.*", 0 },
	{ "job!~x", 1 },
	{ "missing=", 1 },
	{ "missing!=", 0 },
	{ "missing=~.*", 1 },
	{ "empty=", 1 },
	{ "path=/a,b", 1 },
	{ "path=\"/a,b\"", 1 },
	{ "job=\"w\\\"eb\"", 0 },
	{ "=web", -1 },
	{ "job", -1 },
	{ "job!web", -1 },
	{ "job=~[", -1 },
	{ "job=\"web", -1 },
	{ "job=\"web\" x", -1 },
	{ "", -1 },
};

static void
test_matchers(void)
{
	const struct ir_alert a = alert("1", "job=web;path=/a,b;empty=");

	for (size_t i = 0; i < sizeof(matchers) / sizeof(*matchers); i++) {
		struct ir_err err = IR_ERR_INIT;
		struct ir_matcher m;
		int rc = ir_matcher_parse(&arena, matchers[i].text, &m, &err);

		IS_INT(rc < 0 ? -1 : ir_matcher_holds(&m, &a), matchers[i].holds, "'%s'", matchers[i].text);
		if (rc < 0)
			OK(err.code == IR_CONFIG && *err.msg, "'%s': what is wrong is said", matchers[i].text);
		ir_matcher_done(&m);
	}
}

static void
test_several_matchers(void)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_matcher *v;
	size_t n;

	IS_INT(ir_matcher_parse_all(&arena, "job=web, path=\"/a,b\" ,x!=y", &v, &n, &err), 0, "several: %s", err.msg);
	IS_INT(n, 3, "are three");
	IS_STR(v[1].value, "/a,b", "a comma in quotes is text");
	IS_INT(ir_matcher_parse_all(&arena, "job=web,", &v, &n, &err), -1, "the last one is empty");
}

/* ---- whose it is, how bad */

static const char conf_text[] = "[service \"billing\"]\n"
				"alert-match = team=money, tier!=test\n"
				"[service \"web\"]\n"
				"[pager \"main\"]\n"
				"filter = tier!=hidden\n";

static struct ir_ctx ctx = {
	.arena = &arena, .command = "ir-test", .run = "run-0123abcd", .env = "prod", .who = "ana"
};
static const struct ir_pager_ops plain = { .name = "alertmanager" };

static void
begin(struct ir_pager_look *look, struct ir_pager *pagers, size_t n)
{
	static struct ir_conf conf;
	struct ir_err err = IR_ERR_INIT;

	conf = (struct ir_conf){ 0 };
	IS_INT(ir_conf_parse(&arena, &conf, "ir.conf", conf_text, sizeof(conf_text) - 1, &err), 0, "conf %s", err.msg);
	ctx.conf = &conf;
	*look = (struct ir_pager_look){ .ctx = &ctx, .v = pagers, .n = n };
	for (size_t i = 0; i < n; i++)
		pagers[i].look = look;
	pagers[0].section = ir_conf_section(&conf, "pager", "main");
	IS_INT(ir_pager_rules_read(look, &err), 0, "rules %s", err.msg);
}

static const struct {
	const char *labels, *said, *service;
} whose[] = {
	{ "team=money;service=pay", NULL, "billing" },
	{ "team=money;tier=test;service=pay", NULL, "pay" },
	{ "service=pay", "told", "told" },
	{ "job=web", NULL, "web" },
	{ "job=unknown", NULL, "" },
	{ "app=nope;container=web", NULL, "web" },
	{ "", NULL, "" },
};

static const struct {
	const char *state, *severity;
	enum ir_status status;
} how[] = {
	{ "firing", "critical", IR_STATUS_FAIL },
	{ "firing", NULL, IR_STATUS_FAIL },
	{ "firing", "nonsense", IR_STATUS_FAIL },
	{ "firing", "Warning", IR_STATUS_WARN },
	{ "acked", "critical", IR_STATUS_WARN },
	{ "silenced", "critical", IR_STATUS_WARN },
	{ "resolved", "critical", IR_STATUS_OK },
};

static void
test_tell(void)
{
	struct ir_pager p = { .ops = &plain, .name = "main" };
	struct ir_pager_look look;
	struct ir_alert a;

	begin(&look, &p, 1);
	for (size_t i = 0; i < sizeof(whose) / sizeof(*whose); i++) {
		a = alert("1", whose[i].labels);
		a.h.service = whose[i].said;
		ir_pager_tell(&p, &a);
		IS_STR(a.h.service, whose[i].service, "{%s}", whose[i].labels);
	}
	for (size_t i = 0; i < sizeof(how) / sizeof(*how); i++) {
		a = alert("1", "");
		a.state = how[i].state;
		a.severity = how[i].severity;
		ir_pager_tell(&p, &a);
		IS_INT(a.h.status, how[i].status, "%s, %s", how[i].state,
		    how[i].severity ? how[i].severity : "no severity");
	}
	a = alert("1", "tier=hidden");
	OK(!ir_pager_wants(&p, &a), "what filter keeps out");
	a = alert("1", "tier=seen");
	OK(ir_pager_wants(&p, &a), "what it lets through");
	ir_pager_rules_done(&look);
}

/* ---- changes */

static bool
is_silent(void *arg, const char *pager, const char *alert)
{
	(void)alert;
	return strcmp(arg, pager) == 0;
}

static void
test_changes(void)
{
	struct ir_alert_changes c = { 0 };
	struct ir_alert a = alert("1", ""), b = alert("2", ""), other = alert("9", "");
	struct ir_alert *all[] = { &a, &b, &other }, **v = all;
	char none[] = "", far[] = "far";

	other.pager = "far";
	IS_INT(ir_alert_changes(&c, &ctx, &v, 3, is_silent, none), 3, "the first look: all");
	OK(!v[0]->change, "which is no change");
	v = all;
	IS_INT(ir_alert_changes(&c, &ctx, &v, 3, is_silent, none), 0, "the same again: nothing");
	a.state = "acked";
	a.acked_by = "ana";
	v = all;
	IS_INT(
	    ir_alert_changes(&c, &ctx, &v, 2, is_silent, far), 1, "one is acked; a pager that is silent says nothing");
	OK(v[0] == &a && strcmp(a.change, "~") == 0, "which is told");
	a.acked_until_ms = 1;
	v = all + 1;
	IS_INT(ir_alert_changes(&c, &ctx, &v, 1, is_silent, none), 2, "two are over");
	OK(v[0]->h.status == IR_STATUS_OK && strcmp(v[0]->state, "resolved") == 0 && strcmp(v[0]->change, "-") == 0,
	    "as resolved");
	v = all;
	IS_INT(ir_alert_changes(&c, &ctx, &v, 1, is_silent, none), 2, "one ends, one comes back");
	IS_STR(v[0]->change, "+", "as a new one");
	ir_alert_changes_done(&c);
}

/* ---- acks */

static int
choose(struct ir_pager *p, struct ir_pager_job *job, struct ir_err *err)
{
	struct ir_pager_step *s = IR_NEW(&arena, struct ir_pager_step);

	if (strcmp(p->name, "bad") == 0)
		return ir_fail(err, IR_CONFIG, "it cannot");
	s->items = IR_NEW_N(&arena, size_t, job->n);
	s->summary = "all at once";
	for (size_t i = 0; i < job->n; i++) {
		if (job->items[i].status != IR_STATUS_PLANNED)
			continue;
		if (strcmp(job->items[i].alert->state, "acked") == 0) {
			job->items[i].status = IR_STATUS_NOOP;
			job->items[i].by = "bob";
		} else {
			s->items[s->n++] = i;
		}
	}
	job->steps = s;
	job->n_steps = s->n > 0;
	return 0;
}

static const struct ir_pager_ops fake = { .name = "fake", .choose = choose, .can_unack = true };

static struct ir_ack_target
target(const struct ir_alert *a)
{
	char id[IR_ID_MAX];

	ir_rec_id(&ir_kind_alert, a, ctx.env, ctx.run, id);
	return (struct ir_ack_target){
		.id = ir_strdup(&arena, id), .pager = a->pager, .alert = a->alert, .service = "", .subject = ""
	};
}

static const struct ir_action *
action_of(const struct ir_acks *w, const struct ir_ack_target *t)
{
	for (size_t i = 0; i < w->work.n; i++)
		if (strcmp(w->work.v[i]->target, t->id) == 0)
			return w->work.v[i];
	return NULL;
}

static void
is_action(const struct ir_acks *w, const struct ir_ack_target *t, enum ir_status status, const char *summary)
{
	const struct ir_action *a = action_of(w, t);

	OK(a && a->h.status == status && strstr(a->h.summary, summary), "%s: %s, %s", summary,
	    a ? ir_status_names[a->h.status] : "none", a ? a->h.summary : "");
}

static void
test_acks(void)
{
	struct ir_alert free_ = alert("1", ""), had = alert("2", ""), bobs = alert("3", ""), again = alert("4", ""),
			gone = alert("5", ""), lost = alert("6", ""), unable = alert("7", "");
	struct ir_alert *v[] = { &free_, &had, &bobs, &again }, *w[] = { &unable };
	struct ir_pager p[] = { { .ops = &fake, .name = "main", .alerts = v, .n = 4 },
		{ .ops = &fake, .name = "bad", .alerts = w, .n = 1 }, { .ops = &fake, .name = "down" } };
	struct ir_ack_target t[8];
	struct ir_pager_look look;
	struct ir_acks acks;

	begin(&look, p, 3);
	had.state = "acked";
	bobs.mine = 0;
	unable.pager = "bad";
	lost.pager = "down";
	ir_fail(&p[2].err, IR_BACKEND, "pager 'down' is down");
	t[0] = target(&free_), t[1] = target(&had), t[2] = target(&bobs), t[3] = target(&again), t[4] = target(&gone);
	t[5] = target(&lost), t[6] = target(&unable), t[7] = t[0];
	again.h.time_ms += 1000;
	const struct ir_acks_query q = { .targets = t, .n = 8 };
	ctx.quiet = true;
	ir_acks_choose(&acks, &look, &q);
	IS_INT(acks.work.n, 7, "one that is named twice is one");
	is_action(&acks, &t[0], IR_STATUS_PLANNED, "all at once");
	is_action(&acks, &t[1], IR_STATUS_NOOP, "bob has it already");
	is_action(&acks, &t[2], IR_STATUS_REFUSED, "--anyone");
	is_action(&acks, &t[3], IR_STATUS_REFUSED, "it ended, and began again: it is alr-");
	is_action(&acks, &t[4], IR_STATUS_NOOP, "it is over");
	is_action(&acks, &t[5], IR_STATUS_UNKNOWN, "pager 'down' is down");
	is_action(&acks, &t[6], IR_STATUS_REFUSED, "it cannot");
	IS_INT(p[0].job->n, 3, "the pager gets those that are there");
	p[0].job->items[0].status = IR_STATUS_DONE;
	p[0].job->items[0].until_ms = ir_now_ms() + 60000;
	ir_acks_settle(&acks);
	is_action(&acks, &t[0], IR_STATUS_DONE, "acked until ");
	IS_STR(action_of(&acks, &t[0])->undo, ir_asprintf(&arena, "ir-ack --undo %s", t[0].id), "the way back");
	ir_pager_rules_done(&look);
}

int
main(void)
{
	test_matchers();
	test_several_matchers();
	test_tell();
	test_changes();
	test_acks();
	ir_arena_done(&arena);
	return tap_done();
}
