/*
 * pagers - requests to PagerDuty, GoAlert, Grafana OnCall, Opsgenie and Jira Service Management, and what is read in their answers; no socket
 *
 * Answers are written by hand after the examples of the documents: PagerDuty's and Opsgenie's OpenAPI, GoAlert's schema, OnCall's and JSM's pages.
 */
#include "base/cleanup.h"
#include "pager/goalert.h"
#include "pager/pagerduty.h"
#include "rec/foreign.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx = { .arena = &arena, .who = "ana" };
static struct ir_pager_look look = { .ctx = &ctx };
static struct ir_pager pager;

/* A state as list() makes it, about to take a page. */
static struct ir_pager_work *
begin(const struct ir_pager_ops *ops, const struct ir_pager_api *api)
{
	struct ir_pager_work *w;

	pager = (struct ir_pager){ .ops = ops, .name = "main", .origin = "ir.conf:1", .look = &look };
	ir_list_add(&arena, &pager.urls, "https://pager.example.org");
	w = ir_pager_work_of(&pager, api, 1 << 15);
	w->into = &pager;
	w->seen = &w->listed;
	return w;
}

static int
take(struct ir_pager_work *w, const char *text, struct ir_err *err)
{
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(text, strlen(text));

	return w->api->take(w, root, err);
}

static const char *
page(struct ir_pager_work *w, const char **body)
{
	json_t *j = NULL;
	const char *path = w->api->page(w, &j);
	char *text = j ? json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	if (body)
		*body = ir_strdup(&arena, text);
	free(text);
	json_decref(j);
	return path;
}

static const char *
labels(const struct ir_alert *a)
{
	return ir_list_join(&arena, &a->labels, "", " ");
}

/* "id state name severity service by since until" of each */
static const char *
rows(void)
{
	const char *all = "";
	char since[IR_TIME_MAX], until[IR_TIME_MAX];

	for (size_t i = 0; i < pager.n; i++) {
		const struct ir_alert *a = pager.alerts[i];

		all = ir_asprintf(&arena, "%s%s %s '%s' %s %s %s %s %s\n", all, a->alert, a->state,
		    a->name ? a->name : "-", a->severity ? a->severity : "-", a->h.service ? a->h.service : "-",
		    a->acked_by ? a->acked_by : "-", ir_time_format(since, a->h.time_ms),
		    ir_time_format(until, a->acked_until_ms));
	}
	return all;
}

/* ---- PagerDuty */

#define WHO(id, name) "{\"id\":\"" id "\",\"type\":\"user_reference\",\"summary\":\"" name "\"}"
#define ACK(at, who) "{\"at\":\"" at "\",\"acknowledger\":" who "}"
#define INCIDENT(id, status, acks, pending) \
	"{\"id\":\"" id "\",\"type\":\"incident\",\"summary\":\"[#1234] The server is on " \
	"fire.\",\"html_url\":\"https://subdomain.pagerduty.com/incidents/" id \
	"\",\"incident_number\":1234,\"created_at\":\"2026-02-01T02:00:42Z\",\"status\":\"" status \
	"\",\"title\":\"The server is on fire.\",\"incident_key\":\"baf7\",\"pending_actions\":[" pending \
	"],\"service\":{\"id\":\"PIJ90N7\",\"type\":\"service_reference\",\"summary\":\"My Mail Service\"}," \
	"\"assignments\":[{\"at\":\"2026-02-01T02:00:52Z\",\"assignee\":" WHO("PXPGF42", \
	    "Earline Greenholt") "}],\"acknowledgements\":[" acks \
				 "],\"escalation_policy\":{\"id\":\"PT20YPA\",\"summary\":\"Another Escalation " \
				 "Policy\"},\"teams\":[{\"id\":\"PQ9K7I8\",\"summary\":\"Engineering\"}]," \
				 "\"priority\":{\"id\":\"P53ZZH5\",\"type\":\"priority_reference\",\"summary\":" \
				 "\"P2\"},\"urgency\":\"high\"}"
#define UNACK_AT \
	"{\"type\":\"unacknowledge\",\"at\":\"2026-02-01T02:30:52Z\"},{\"type\":\"resolve\",\"at\":\"2026-02-01T06:" \
	"00:00Z\"}"

static void
test_pagerduty_list(void)
{
	struct ir_pager_work *w = begin(&ir_pager_pagerduty, &ir_pager_pagerduty_api);
	struct ir_err err = IR_ERR_INIT;

	w->me = "PXPGF42";
	IS_STR(page(w, NULL),
	    "/incidents?statuses%5B%5D=triggered&statuses%5B%5D=acknowledged&date_range=all&limit=100&offset=0&sort_by="
	    "created_at",
	    "PagerDuty: the first page");
	IS_INT(take(w,
		   "{\"incidents\":[" INCIDENT("PT4KHLK", "triggered", "", "") "," INCIDENT("PQ1", "acknowledged",
		       ACK("2026-02-01T02:01:00Z", WHO("PBEN", "Ben")) "," ACK(
			   "2026-02-01T02:00:50Z", WHO("PXPGF42", "Earline Greenholt")),
		       UNACK_AT) "," INCIDENT("PR", "resolved", "", "") "],\"limit\":100,\"offset\":0,\"more\":true}",
		   &err),
	    1, "and there are more");
	IS_STR(rows(),
	    "PT4KHLK firing 'The server is on fire.' P2 My Mail Service - 2026-02-01T02:00:42.000Z \n"
	    "PQ1 acked 'The server is on fire.' P2 My Mail Service Earline Greenholt 2026-02-01T02:00:42.000Z "
	    "2026-02-01T02:30:52.000Z\n",
	    "what is open, who has it first and until when; what is resolved is none");
	IS_STR(labels(pager.alerts[0]),
	    "number=1234 urgency=high incident_key=baf7 escalation_policy=Another Escalation Policy team=Engineering",
	    "labels");
	OK(pager.alerts[0]->mine == 1 &&
		strcmp(ir_list_join(&arena, &pager.alerts[0]->assigned, "", ","), "Earline Greenholt") == 0,
	    "whom it pages");
	OK(strcmp(ir_pager_seen_find(&w->listed, "PQ1")->holder, "PXPGF42") == 0 &&
		!ir_pager_seen_find(&w->listed, "PR"),
	    "by id");
	w->pages = 1;
	OK(strstr(page(w, NULL), "&offset=90&") != NULL, "the second page");
	w->fresh = 0;
	take(w, "{\"incidents\":[" INCIDENT("PT4KHLK", "triggered", "", "") "],\"more\":true}", &err);
	OK(w->fresh == 0 && pager.n == 2, "what comes again is not new");
}

static void
test_pagerduty_until(void)
{
	struct ir_pager_work *w = begin(&ir_pager_pagerduty, &ir_pager_pagerduty_api);
	static const struct {
		const char *text, *until;
	} cases[] = {
		{ "{\"pending_actions\":[{\"type\":\"resolve\",\"at\":\"2026-02-01T06:00:00Z\"}]}", "" },
		{ "{\"service\":{\"acknowledgement_timeout\":1800}}", "2026-02-01T02:30:00.000Z" },
		{ "{\"service\":{\"acknowledgement_timeout\":null}}", "" },
		{ "{\"service\":{\"acknowledgement_timeout\":-1}}", "" },
		{ "{\"service\":{\"acknowledgement_timeout\":1e300},\"pending_actions\":7}", "" },
		{ "{\"pending_actions\":[7,{\"type\":\"unacknowledge\",\"at\":\"soon\"}]}", "" },
	};
	char time[IR_TIME_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		IR_CLEANUP(ir_foreign_json_done) json_t *o = ir_foreign_json(cases[i].text, strlen(cases[i].text));

		IS_STR(ir_time_format(time, ir_pagerduty_until(o, INT64_C(1769911200000))), cases[i].until,
		    "until when, %zu", i);
	}
	IS_INT(w->me == NULL, 1, "who we are is not known at first");
}

static void
test_pagerduty_user(void)
{
	struct ir_pager_work *w = begin(&ir_pager_pagerduty, &ir_pager_pagerduty_api);
	static const char one[] = "{\"user\":{\"id\":\"PX\",\"name\":\"Earline\",\"email\":\"a@b.example\"}}",
			  odd[] = "{\"user\":{\"id\":\"PX\",\"name\":\"Earline\",\"email\":\"a@b\\r\\nX-Evil: 1\"}}",
			  many[] = "{\"users\":[7,{\"id\":\"P1\",\"email\":\"xa@b.example\"},{\"id\":\"P2\",\"name\":"
				   "\"B\",\"email\":\"A@b.example\"}]}";
	IR_CLEANUP(ir_foreign_json_done) json_t *a = ir_foreign_json(one, strlen(one));
	IR_CLEANUP(ir_foreign_json_done) json_t *b = ir_foreign_json(odd, strlen(odd));
	IR_CLEANUP(ir_foreign_json_done) json_t *c = ir_foreign_json(many, strlen(many));

	ir_pagerduty_user(w, b);
	OK(w->from == NULL, "an address that would be more than one header is none");
	ir_pagerduty_user(w, a);
	OK(w->from && strcmp(w->from, "a@b.example") == 0 && strcmp(w->me, "PX") == 0 &&
		strcmp(pager.me, "Earline") == 0,
	    "whose key it is");
	ir_pagerduty_user(w, c);
	IS_STR(w->me, "P2", "of many users the one with exactly this address");
}

/* ---- acks */

static struct ir_pager_job *
job_of_all(enum ir_pager_verb verb)
{
	struct ir_pager_job *job = IR_NEW(&arena, struct ir_pager_job);

	job->verb = verb;
	job->n = pager.n;
	job->items = IR_NEW_N(&arena, struct ir_pager_item, pager.n + 1);
	for (size_t i = 0; i < pager.n; i++)
		job->items[i] = (struct ir_pager_item){ .alert = pager.alerts[i], .status = IR_STATUS_PLANNED };
	pager.job = job;
	return job;
}

/* "planned", or "noop Ana", … of each */
static const char *
outcomes(const struct ir_pager_job *job)
{
	const char *all = "";

	for (size_t i = 0; i < job->n; i++)
		all = ir_asprintf(&arena, "%s%s%s%s%s%s", all, i ? ", " : "", ir_status_names[job->items[i].status],
		    job->items[i].by ? " " : "", job->items[i].by ? job->items[i].by : "",
		    job->items[i].reason && !job->items[i].by ? " because" : "");
	return all;
}

static void
add(struct ir_pager_work *w, const char *id, const char *state, const char *holder, const char *severity, int mine)
{
	struct ir_alert *a = ir_pager_work_add(w, id, INT64_C(1769911200000) + (int64_t)pager.n * 1000, holder);

	a->state = state;
	a->acked_by = holder;
	a->severity = severity;
	a->mine = mine;
}

static void
test_choose(void)
{
	static const struct {
		enum ir_pager_verb verb;
		bool anyone;
		const char *want;
	} cases[] = {
		{ IR_PAGER_ACK, false, "planned, noop ben, noop me, refused because, planned, planned, noop because" },
		{ IR_PAGER_ACK, true, "planned, planned, noop me, planned, planned, planned, noop because" },
		{ IR_PAGER_UNACK, false,
		    "noop because, refused ben, planned, noop because, noop because, noop because, noop because" },
		{ IR_PAGER_RENEW, true,
		    "noop because, planned, planned, noop because, noop because, noop because, noop because" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ir_pager_work *w = begin(&ir_pager_pagerduty, &ir_pager_pagerduty_api);
		struct ir_pager_job *job;

		w->me = "me";
		add(w, "a", "firing", NULL, "low", 1);
		add(w, "b", "acked", "ben", "P1", 1);
		add(w, "c", "acked", "me", NULL, 0);
		add(w, "d", "firing", NULL, "high", 0);
		add(w, "e", "silenced", NULL, "P1", -1);
		add(w, "f", "firing", NULL, "P1", 1);
		add(w, "g", "resolved", NULL, NULL, 1);
		job = job_of_all(cases[i].verb);
		job->anyone = cases[i].anyone;
		ir_pager_work_choose(w, job, "do it to");
		IS_STR(outcomes(job), cases[i].want, "%s%s", ir_pager_verbs[cases[i].verb],
		    cases[i].anyone ? ", anyone" : "");
		if (i > 0)
			continue;
		OK(job->n_steps == 1 && job->steps[0].n == 3 && job->steps[0].items[0] == 5 &&
			job->steps[0].items[1] == 4 && job->steps[0].items[2] == 0,
		    "the gravest first, then the newest");
		IS_STR(job->steps[0].summary, "do it to 3 incidents of main", "in words");
	}
}

static void
test_pagerduty_settle(void)
{
	static const char answer[] = "{\"incidents\":[" INCIDENT("P0", "acknowledged",
	    ACK("2026-02-01T02:00:50Z", WHO("ME", "Me")), UNACK_AT) "," INCIDENT("P1", "acknowledged",
	    ACK("2026-02-01T02:00:49Z", WHO("BEN", "Ben")) "," ACK("2026-02-01T02:00:50Z", WHO("ME", "Me")),
	    "") "," INCIDENT("P2", "triggered", "", "") "," INCIDENT("P3", "resolved", "", "") "]}";
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(answer, strlen(answer));
	struct ir_pager_work *w = begin(&ir_pager_pagerduty, &ir_pager_pagerduty_api);
	struct pagerduty *d = (struct pagerduty *)w;
	struct ir_pager_job *job;
	size_t sent[] = { 0, 1, 2, 3, 4 };
	char *text;
	json_t *body;

	w->me = "ME";
	for (size_t i = 0; i < 5; i++)
		add(w, ir_asprintf(&arena, "P%zu", i), "firing", NULL, NULL, -1);
	job = job_of_all(IR_PAGER_ACK);
	d->sent = sent;
	d->n_sent = 2;
	body = ir_pagerduty_body(d, job);
	text = json_dumps(body, JSON_COMPACT);
	IS_STR(text,
	    "{\"incidents\":[{\"id\":\"P0\",\"type\":\"incident_reference\",\"status\":\"acknowledged\"},"
	    "{\"id\":\"P1\",\"type\":\"incident_reference\",\"status\":\"acknowledged\"}]}",
	    "the body of a PUT");
	free(text);
	json_decref(body);
	d->n_sent = 5;
	OK(!ir_pagerduty_settle(d, root), "an answer that does not speak of all");
	IS_STR(outcomes(job), "done, noop Ben, failed because, noop because, planned", "who was first has it");
	IS_INT(job->items[0].until_ms, INT64_C(1769913052000), "until then");
	job = job_of_all(IR_PAGER_ACK);
	job->anyone = true;
	ir_pagerduty_settle(d, root);
	IS_INT(job->items[1].status, IR_STATUS_DONE, "with --anyone ours counts, too");
	job = job_of_all(IR_PAGER_UNACK);
	ir_pagerduty_settle(d, root);
	IS_STR(outcomes(job), "failed because, failed because, done, noop because, planned", "given back");
}

/* ---- GoAlert */

#define NODE(id, status, more) \
	"{\"alertID\":" id ",\"status\":\"" status \
	"\",\"summary\":\"disk\",\"serviceID\":\"s\",\"service\":{\"name\":\"shop\"}," \
	"\"createdAt\":\"2026-02-01T02:00:00.5Z\",\"meta\":[{\"key\":\"severity\",\"value\":\"critical\"},{\"key\":" \
	"\"a=b\",\"value\":\"x\"},7]" more "}"

static void
test_goalert(void)
{
	struct ir_pager_work *w = begin(&ir_pager_goalert, &ir_pager_goalert_api);
	struct ir_err err = IR_ERR_INIT;
	const char *body;
	static const char changed[] = "{\"data\":{\"updateAlerts\":[{\"alertID\":8,\"status\":\"StatusAcknowledged\"},{"
				      "\"alertID\":99,\"status\":\"StatusAcknowledged\"},"
				      "{\"alertID\":7,\"status\":\"StatusClosed\"},null]}}";
	IR_CLEANUP(ir_foreign_json_done) json_t *root = ir_foreign_json(changed, strlen(changed));
	struct ir_pager_job *job;
	size_t sent[] = { 0, 1 };

	IS_STR(page(w, &body), "/api/graphql", "GoAlert: where");
	IS_STR(body,
	    "{\"operationName\":\"Open\",\"variables\":{\"i\":{\"filterByStatus\":[\"StatusUnacknowledged\"],\"first\":"
	    "200}}}",
	    "only the operation and its variables");
	IS_INT(take(w,
		   "{\"data\":{\"alerts\":{\"nodes\":[" NODE(
		       "7", "StatusUnacknowledged", "") "],\"pageInfo\":{\"endCursor\":\"c1\",\"hasNextPage\":true}}}}",
		   &err),
	    1, "another page");
	page(w, &body);
	OK(strstr(body, "\"after\":\"c1\"") != NULL, "from its cursor on");
	IS_INT(take(w,
		   "{\"data\":{\"alerts\":{\"nodes\":[" NODE("8", "StatusUnacknowledged",
		       "") "],\"pageInfo\":{\"endCursor\":\"c2\",\"hasNextPage\":false}}}}",
		   &err),
	    1, "then the acked ones");
	page(w, &body);
	OK(strstr(body, "\"Acked\"") && strstr(body, "StatusAcknowledged") && !strstr(body, "after"), "from the start");
	IS_INT(take(w,
		   "{\"data\":{\"alerts\":{\"nodes\":[" NODE("9", "StatusAcknowledged",
		       ",\"recentEvents\":{\"nodes\":[{\"timestamp\":\"2026-02-01T02:09:00Z\",\"message\":"
		       "\"Acknowledged by ben via SMS\"},"
		       "{\"timestamp\":\"2026-02-01T02:05:00Z\",\"message\":\"Acknowledged by "
		       "ana\"},{\"timestamp\":\"2026-02-01T02:00:00Z\",\"message\":\"Created\"}]}") "," NODE("10",
		       "StatusClosed", "") "],\"pageInfo\":{\"hasNextPage\":false}}}}",
		   &err),
	    0, "and that is all");
	IS_STR(rows(),
	    "7 firing 'disk' critical shop - 2026-02-01T02:00:00.500Z \n8 firing 'disk' critical shop - "
	    "2026-02-01T02:00:00.500Z \n"
	    "9 acked 'disk' critical shop ana 2026-02-01T02:00:00.500Z \n",
	    "alerts, and who was first");
	job = job_of_all(IR_PAGER_ACK);
	ir_goalert_changed(w, root, sent, 2);
	IS_STR(outcomes(job), "planned, done, planned", "what the answer lists was changed by it");
	OK(take(w, "{\"data\":{\"alerts\":null}}", &err) == -1 && strstr(err.msg, "is not GoAlert"), "another answer");
	OK(strstr(ir_pager_goalert_document, "query Open(") && strstr(ir_pager_goalert_document, "query Acked(") &&
		strstr(ir_pager_goalert_document, "mutation Ack("),
	    "the document has all operations");
}

/* ---- OnCall */

#define GROUP(id, state, by, labels) \
	"{\"id\":\"" id \
	"\",\"integration_id\":\"CFRPV98RPR1U8\",\"route_id\":\"RIYGUJXCPFHXY\",\"alerts_count\":3,\"state\":\"" state \
	"\",\"created_at\":\"2026-02-01T02:37:01.430444Z\",\"resolved_at\":null,\"acknowledged_at\":null," \
	"\"acknowledged_by\":" by ",\"title\":\"Memory above 90% " \
	"threshold\",\"permalinks\":{\"slack\":\"https://" \
	"s.example\",\"telegram\":null,\"web\":\"https://g.example\"},\"labels\":" labels "}"

static void
test_oncall(void)
{
	struct ir_pager_work *w = begin(&ir_pager_oncall, &ir_pager_oncall_api);
	struct ir_err err = IR_ERR_INIT;

	IS_STR(page(w, NULL), "/alert_groups/?state=new", "OnCall: new ones first");
	IS_INT(take(w,
		   "{\"count\":51,\"next\":\"http://internal:8080/api/v1/alert_groups/"
		   "?page=2&state=new\",\"results\":[" GROUP("I68T24C13IFW1", "new", "null",
		       "[{\"key\":{\"id\":\"x\",\"name\":\"severity\"},\"value\":{\"id\":\"y\",\"name\":\"critical\"}},"
		       "7]") "]}",
		   &err),
	    1, "another page");
	IS_STR(page(w, NULL), "/alert_groups/?page=2&state=new", "of which only the query is taken");
	IS_INT(take(w, "{\"count\":51,\"next\":null,\"results\":[]}", &err), 1, "then the acked ones");
	IS_STR(page(w, NULL), "/alert_groups/?state=acknowledged", "by their state");
	IS_INT(take(w,
		   "{\"next\":null,\"results\":[" GROUP("I2", "acknowledged", "\"UGOOD\"", "[]") "," GROUP(
		       "I3", "resolved", "null", "[]") "]}",
		   &err),
	    1, "then the silenced ones");
	IS_INT(take(w, "{\"next\":null,\"results\":[" GROUP("I4", "silenced", "null", "7") "]}", &err), 0,
	    "and that is all");
	IS_STR(rows(),
	    "I68T24C13IFW1 firing 'Memory above 90% threshold' critical - - 2026-02-01T02:37:01.430Z \n"
	    "I2 acked 'Memory above 90% threshold' - - UGOOD 2026-02-01T02:37:01.430Z \n"
	    "I4 silenced 'Memory above 90% threshold' - - - 2026-02-01T02:37:01.430Z \n",
	    "groups");
	IS_STR(ir_list_join(&arena, &pager.alerts[0]->links, "", " "), "https://g.example https://s.example", "links");
	for (int i = 0; i < 3; i++) {
		static const char *const nexts[] = { "\"http://x/\"", "\"http://x/?a=b c\"",
			"\"http://x/?a=\\r\\nX: y\"" };

		w = begin(&ir_pager_oncall, &ir_pager_oncall_api);
		OK(take(w, ir_asprintf(&arena, "{\"next\":%s,\"results\":[]}", nexts[i]), &err) == -1 &&
			strstr(err.msg, "next page"),
		    "a next page that is none, %d", i);
	}
}

/* ---- Opsgenie, JSM */

#define OPSGENIE(id, acked, more) \
	"{\"id\":\"" id "\",\"tinyId\":\"23\",\"alias\":\"al\",\"message\":\"High " \
	"latency\",\"status\":\"open\",\"acknowledged\":" acked \
	",\"tags\":[\"severity:critical\",\"blue\",7],\"snoozed\":false,\"count\":1,\"createdAt\":\"2026-02-01T02:00:" \
	"00.123Z\",\"source\":\"web\",\"priority\":\"P2\"" more "}"

static void
test_opsgenie(void)
{
	struct ir_pager_work *w = begin(&ir_pager_opsgenie, &ir_pager_opsgenie_api);
	struct ir_err err = IR_ERR_INIT;
	const char *full = "";

	IS_STR(page(w, NULL), "/alerts?query=status%3Aopen&limit=100&offset=0&sort=createdAt&order=asc",
	    "Opsgenie: the first page");
	IS_INT(take(w,
		   "{\"data\":[" OPSGENIE("a-1", "false", ",\"owner\":\"\"") "," OPSGENIE(
		       "a-2", "true", ",\"owner\":\"o\",\"report\":{\"acknowledgedBy\":\"ana@x\"}") "," OPSGENIE("a-3",
		       "true", ",\"owner\":\"ben@x\"") "],\"paging\":{\"next\":\"https://elsewhere\"}}",
		   &err),
	    0, "a page that is not full is the last");
	IS_STR(rows(),
	    "a-1 firing 'High latency' P2 - - 2026-02-01T02:00:00.123Z \na-2 acked 'High latency' P2 - ana@x "
	    "2026-02-01T02:00:00.123Z \n"
	    "a-3 acked 'High latency' P2 - ben@x 2026-02-01T02:00:00.123Z \n",
	    "alerts");
	IS_STR(labels(pager.alerts[0]), "severity=critical tag=blue alias=al tiny_id=23 source=web",
	    "labels, from tags too");
	for (int i = 0; i < 100; i++)
		full = ir_asprintf(&arena, "%s%s{\"id\":\"x%d\",\"createdAt\":1769911200000}", full, i ? "," : "", i);
	w = begin(&ir_pager_jsm, &ir_pager_jsm_api);
	OK(strstr(page(w, NULL), "/v1/alerts?query=status%3Aopen&size=100&offset=0&") != NULL, "JSM: other words");
	IS_INT(take(w, ir_asprintf(&arena, "{\"values\":[%s],\"count\":100,\"links\":{\"next\":\"x\"}}", full), &err),
	    1, "a full page");
	IS_INT(take(w, "{\"values\":[],\"count\":0,\"links\":{}}", &err), 0, "an empty one");
	OK(take(w, "{\"data\":[]}", &err) == -1 && strstr(err.msg, "is not Jira Service Management"),
	    "what is Opsgenie's is not JSM's");
}

/* ---- hostile answers */

static void
test_odd_ids(void)
{
	static const char *const ids[] = { "..", "a/b", "a?b", "a%2fb", "a b", "", "\xc3\xa4", "a\nb" };
	struct ir_pager_work *w = begin(&ir_pager_opsgenie, &ir_pager_opsgenie_api);
	char *longest = ir_arena_alloc(&arena, IR_PAGER_ID + 2);

	memset(longest, 'a', IR_PAGER_ID + 1);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		OK(!ir_pager_work_add(w, ids[i], 0, NULL), "an id that is not fit for a path, %zu", i);
	OK(!ir_pager_work_add(w, longest, 0, NULL) && !ir_pager_work_add(w, NULL, 0, NULL) &&
		!ir_pager_work_add(w, "a", IR_TIME_NONE, NULL),
	    "too long, none, or without a time");
	IS_INT((int64_t)w->odd, 11, "all are counted");
	OK(ir_pager_work_add(w, longest + 1, 0, NULL) && pager.n == 1, "as long as it may be");
}

static void
test_hostile(void)
{
	static const struct ir_pager_api *const apis[] = { &ir_pager_pagerduty_api, &ir_pager_goalert_api,
		&ir_pager_oncall_api, &ir_pager_opsgenie_api, &ir_pager_jsm_api };
	static const char *const keys[] = { "incidents", "", "results", "data", "values" };
	static const char rubbish[] =
	    "null,7,\"x\",[],{},{\"id\":7},{\"id\":\"a\",\"created_at\":[],\"createdAt\":{}},{\"id\":{\"id\":\"a\"},"
	    "\"status\":7,\"state\":[],\"tags\":{},\"labels\":{},"
	    "\"meta\":7,\"service\":\"x\",\"acknowledgements\":{\"a\":1},\"assignments\":\"x\",\"alertID\":-1,"
	    "\"createdAt\":\"2026-02-01T02:00:00Z\"},"
	    "{\"id\":\"ok\",\"alertID\":5,\"status\":\"triggered\",\"state\":\"new\",\"created_at\":\"2026-02-01T02:00:"
	    "00Z\",\"createdAt\":\"2026-02-01T02:00:00Z\","
	    "\"acknowledgements\":[7,{\"acknowledger\":7}],\"pending_actions\":[[]],\"assignments\":[7],\"teams\":[7],"
	    "\"labels\":[[],{\"key\":7}],\"meta\":[[]],\"tags\":[[]],"
	    "\"permalinks\":[],\"report\":[],\"acknowledged\":\"true\",\"recentEvents\":{\"nodes\":[7]}}";

	for (size_t i = 0; i < 5; i++) {
		struct ir_pager_work *w = begin(&ir_pager_command, apis[i]);
		struct ir_err err = IR_ERR_INIT;
		const char *text = i == 1 ? ir_asprintf(&arena, "{\"data\":{\"alerts\":{\"nodes\":[%s]}}}", rubbish)
					  : ir_asprintf(&arena, "{\"%s\":[%s]}", keys[i], rubbish);

		take(w, text, &err);
		OK(pager.n == 1 && w->odd > 0, "%s: of rubbish what makes sense", apis[i]->name);
		OK(take(w, "[]", &err) == -1 && take(w, "null", &err) == -1 &&
			take(w, "{\"incidents\":{},\"data\":7,\"results\":7,\"values\":7}", &err) == -1 &&
			err.code == IR_BACKEND,
		    "%s: what is no list", apis[i]->name);
	}
}

static void
test_many(void)
{
	struct ir_pager_work *w = begin(&ir_pager_opsgenie, &ir_pager_opsgenie_api);
	size_t n = 0;

	for (int i = 0; i < IR_PAGER_ALERTS + 5; i++)
		n += ir_pager_work_add(w, ir_asprintf(&arena, "id-%d", i), 0, NULL) != NULL;
	OK(n == IR_PAGER_ALERTS && pager.cut, "no more than can be shown");
	OK(ir_pager_seen_find(&w->listed, "id-19999") && !ir_pager_seen_find(&w->listed, "id-20000"), "each is found");
}

static void
test_said(void)
{
	static const struct {
		const char *body, *want;
	} cases[] = {
		{ "{\"error\":{\"message\":\"Invalid Input Provided\",\"code\":2001,\"errors\":[\"One.\",\"Two.\"]}}",
		    "Invalid Input Provided: One.: Two." },
		{ "{\"detail\":\"Can't acknowledge an acknowledged alert group\"}",
		    "Can't acknowledge an acknowledged alert group" },
		{ "{\"message\":\"No.\",\"took\":0.1}", "No." },
		{ "{\"errors\":[{\"message\":\"wrong query for API key\",\"extensions\":{}}]}",
		    "wrong query for API key" },
		{ "{\"errors\":[{\"title\":\"Not allowed\"}],\"code\":401}", "Not allowed" },
		{ "{\"errors\":[7,{}]}", NULL },
		{ "{\"error\":\"x\"}", NULL },
		{ "oops", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ir_http_res res = { .status = 400 };

		ir_buf_init(&res.body, 1000);
		ir_buf_adds(&res.body, cases[i].body);
		IS_STR(ir_pager_work_said(&arena, &res), cases[i].want, "what an error says, %zu", i);
		ir_buf_done(&res.body);
	}
}

static void
test_unclear(void)
{
	static const struct {
		struct ir_http_res res;
		bool want;
	} cases[] = {
		{ { .error = IR_HTTP_TIMEOUT, .phase = IR_HTTP_CONNECT }, false },
		{ { .error = IR_HTTP_REFUSED, .phase = IR_HTTP_CONNECT }, false },
		{ { .error = IR_HTTP_RESOLVE, .phase = IR_HTTP_DNS }, false },
		{ { .error = IR_HTTP_LOCAL, .phase = IR_HTTP_WAIT }, false },
		{ { .error = IR_HTTP_REFUSED, .phase = IR_HTTP_WAIT }, true },
		{ { .error = IR_HTTP_TIMEOUT, .phase = IR_HTTP_SEND }, true },
		{ { .error = IR_HTTP_PROTOCOL, .phase = IR_HTTP_BODY }, true },
		{ { .status = 500 }, true },
		{ { .status = 200 }, true },
		{ { .status = 400 }, false },
		{ { .status = 429 }, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		OK(ir_pager_work_unclear(&cases[i].res) == cases[i].want, "was it done? %zu", i);
	OK(!ir_pager_work_unclear(NULL), "what was never sent was not");
}

int
main(void)
{
	test_pagerduty_list();
	test_pagerduty_until();
	test_pagerduty_user();
	test_choose();
	test_pagerduty_settle();
	test_goalert();
	test_oncall();
	test_opsgenie();
	test_odd_ids();
	test_hostile();
	test_many();
	test_said();
	test_unclear();
	ir_arena_done(&arena);
	return tap_done();
}
