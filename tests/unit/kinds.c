/* kinds - tables, null rows, natural keys with their vectors */
#include "rec/kinds.h"

#include <math.h>

#include "base/hash.h"
#include "rec/rec.h"
#include "tap.h"

static void
test_tables(void)
{
	int n = 0;

	for (int i = 0; ir_kinds[i]; i++, n++) {
		const struct ir_kind *k = ir_kinds[i];

		OK(ir_kind_find(k->name) == k, "%s is found by its name", k->name);
		OK(!k->prefix == !k->key && !k->prefix == !k->key_doc,
		    "%s: a prefix, a key and its description go together", k->name);
		for (const struct ir_col *c = k->cols; c->key; c++) {
			if (ir_kind_col(NULL, c->key))
				OK(false, "%s.%s has the name of a member of the envelope", k->name, c->key);
			if (ir_kind_col(k, c->key) != c)
				OK(false, "%s.%s is there twice", k->name, c->key);
			if (strspn(c->key, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(c->key) || !c->doc ||
			    !c->head)
				OK(false, "%s.%s: name, heading or doc", k->name, c->key);
			if (c->group && !k->groups_offset)
				OK(false, "%s.%s has a group, its kind none", k->name, c->key);
		}
	}
	IS_INT(n, 16, "kinds of this release");
	OK(!ir_kind_find("nosuch") && !ir_kind_find("") && !ir_kind_find(NULL), "no other kinds");
	OK(!ir_kind_col(&ir_kind_check, "nosuch") && ir_kind_col(NULL, "summary"), "columns by name");
	IS_INT(ir_name_index(ir_status_names, "fail"), IR_STATUS_FAIL, "index of a name");
	IS_INT(ir_name_index(ir_status_names, "Fail"), -1, "no index of what is none");
	IS_INT(ir_name_index(ir_status_names, NULL), -1, "no index of NULL");
	IS_STR(ir_status_names[IR_STATUS_OFF], "off", "names follow the enum to its end");
	OK(!ir_status_names[IR_STATUS_OFF + 1], "and end there");
}

static void
test_init(void)
{
	struct ir_check c;
	struct ir_end e;

	memset(&c, 0x55, sizeof(c));
	ir_row_init(&ir_kind_check, &c);
	OK(!c.name && !c.h.subject && !c.perfdata.n && !c.groups, "strings, lists, groups: none");
	OK(isnan(c.latency_ms) && c.http_status == INT64_MIN && c.started_ms == IR_TIME_NONE && c.oom_killed == -1,
	    "numbers, times, truth values: not known");
	IS_INT(c.h.status, IR_STATUS_UNKNOWN, "a status that nobody set is never good");
	OK(c.h.time_ms == IR_TIME_NONE, "time: now");
	ir_row_init(&ir_kind_end, &e);
	IS_INT(e.complete, -1, "end: not known to be complete");
}

/* Recomputed from the documented bytes, and compared with constants that hold for ever. */
static void
vector(const struct ir_kind *k, const void *row, const char *env, const char *key, size_t n, const char *want)
{
	char id[IR_ID_MAX], full[IR_SHA_HEX], got[IR_SHA_HEX];
	json_t *obj = ir_rec_from_row(k, row, "ir-test", "run-0123abcd", env, got);

	ir_id_make(k->prefix, key, n, id, full);
	IS_STR(json_string_value(json_object_get(obj, "id")), want, "%s: id %s", k->name, want);
	IS_STR(id, want, "%s: from the bytes that are documented", k->name);
	IS_STR(got, full, "%s: whole hash of its key", k->name);
	json_decref(obj);
}

static void
test_keys(void)
{
	struct ir_check c;
	struct ir_error e;
	struct ir_pattern p;
	struct ir_line l;
	struct ir_chain h;
	struct ir_arena arena = { NULL };

	ir_row_init(&ir_kind_check, &c);
	c.h.service = "checkout";
	c.name = "login";
	vector(&ir_kind_check, &c, "prod", "prod\0checkout\0login", 19, "chk-0r4vb78q");
	c.h.service = NULL;
	vector(&ir_kind_check, &c, NULL, "local\0\0login", 12, "chk-w1tnsf5s");
	c.h.env = "stage";
	c.name = "b\xff";
	vector(&ir_kind_check, &c, "prod", "stage\0\0b\\xff", 12, "chk-06ktkjh5");
	ir_row_init(&ir_kind_error, &e);
	e.n = 12;
	vector(&ir_kind_error, &e, "prod", "run-0123abcd\00012", 15, "err-q5x58yrw");
	ir_row_init(&ir_kind_pattern, &p);
	p.h.service = "web";
	p.key = "connection to <*> refused";
	vector(&ir_kind_pattern, &p, "prod", "web\0connection to <*> refused", 29, "pat-zj5sr133");
	p.h.service = NULL;
	vector(&ir_kind_pattern, &p, "stage", "\0connection to <*> refused", 26, "pat-hrg7331z");
	ir_row_init(&ir_kind_line, &l);
	l.h.service = "web";
	l.text = "GET /a 200";
	vector(&ir_kind_line, &l, "prod", "web\0\0GET /a 200", 15, "lin-yq6dkprs");
	l.h.time_ms = 1769911964918;
	vector(&ir_kind_line, &l, "prod", "web\0002026-02-01T02:12:44.918Z\0GET /a 200", 39, "lin-zd0fdr61");
	ir_row_init(&ir_kind_chain, &h);
	h.how = "request";
	ir_list_add(&arena, &h.keys, "web");
	ir_list_add(&arena, &h.keys, "GET <*>");
	ir_list_add(&arena, &h.keys, "worker");
	ir_list_add(&arena, &h.keys, "failed");
	vector(&ir_kind_chain, &h, "prod", "request\0web\0GET <*>\0worker\0failed", 33, "chn-wsqynmn6");
	ir_arena_done(&arena);
}

static void
test_keys_of_changes(void)
{
	struct ir_commit c;
	struct ir_deploy d;
	struct ir_migration m;
	struct ir_suspect s;

	ir_row_init(&ir_kind_commit, &c);
	c.revision = "155dfed0155dfed0155dfed0155dfed0155dfed0";
	vector(&ir_kind_commit, &c, "prod", c.revision, 40, "com-a3b3zapy");
	ir_row_init(&ir_kind_deploy, &d);
	d.h.service = "web";
	d.rollout = "sha256:7ba1@2026-02-01T02:12:44.918Z";
	vector(&ir_kind_deploy, &d, "prod", "prod\0web\0sha256:7ba1@2026-02-01T02:12:44.918Z", 45, "dep-vkgwdgvz");
	ir_row_init(&ir_kind_migration, &m);
	m.identity = "7713/shop";
	m.app = "billing";
	m.name = "0002_due";
	vector(&ir_kind_migration, &m, "prod",
	    "prod\0"
	    "7713/shop\0billing\0"
	    "0002_due",
	    31, "mig-kw66n0fj");
	ir_row_init(&ir_kind_suspect, &s);
	s.onset_ms = 1769911964918;
	s.change = "dep-7k3f2q8m";
	vector(&ir_kind_suspect, &s, "prod", "2026-02-01T02:12:44.918Z\0dep-7k3f2q8m", 37, "sus-x9x8fvwt");
}

static void
test_keys_of_acts(void)
{
	struct ir_alert a;
	struct ir_plan p;
	struct ir_action c;
	struct ir_incident i;
	struct ir_note n;

	ir_row_init(&ir_kind_alert, &a);
	a.h.time_ms = 1769911964918;
	a.pager = "main";
	a.alert = "0c3fde1d";
	vector(&ir_kind_alert, &a, "prod",
	    "prod\0main\0"
	    "0c3fde1d\0"
	    "2026-02-01T02:12:44.918Z",
	    43, "alr-zy607vqr");
	ir_row_init(&ir_kind_plan, &p);
	vector(&ir_kind_plan, &p, "prod", "run-0123abcd", 12, "pln-86k2vyd4");
	ir_row_init(&ir_kind_action, &c);
	c.plan = "pln-7k3f2q8m";
	c.step = 3;
	vector(&ir_kind_action, &c, "prod", "pln-7k3f2q8m\0003", 14, "act-6hvqh9ft");
	ir_row_init(&ir_kind_incident, &i);
	i.h.time_ms = 1769911964918;
	i.title = "Checkout is down";
	vector(&ir_kind_incident, &i, "prod",
	    "2026-02-01T02:12:44.918Z\0"
	    "Checkout is down",
	    41, "inc-yh7e5c07");
	ir_row_init(&ir_kind_note, &n);
	vector(&ir_kind_note, &n, "prod", "run-0123abcd", 12, "nte-86k2vyd4");
}

int
main(void)
{
	test_tables();
	test_init();
	test_keys();
	test_keys_of_changes();
	test_keys_of_acts();
	return tap_done();
}
