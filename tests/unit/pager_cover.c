/* pager_cover - which silences cover what was chosen of open alerts, and nothing else: cases, and worlds made by chance */
#include "base/clock.h"
#include "base/cleanup.h"
#include "pager/alertmanager.h"

#include <regex.h>

#include "any.h"
#include "tap.h"

enum { ALERTS = 20000 };

static struct ir_arena arena;
static const char *usual_v[] = { "alertname", "cluster", "namespace", "service", "job", "instance", NULL };
static const struct ir_list usual = { .v = usual_v, .n = 6 };
static struct ir_alert *alerts[ALERTS];
static enum ir_am_want want[ALERTS];
static size_t n_alerts;
static struct ir_am_cover c;

static void
start(void)
{
	ir_arena_done(&arena);
	n_alerts = 0;
}

/* labels: "a=b;c=d" */
static void
put(enum ir_am_want w, const char *labels)
{
	struct ir_alert *a = IR_NEW(&arena, struct ir_alert);

	for (const char *s = labels; *s;) {
		size_t n = strcspn(s, ";");

		ir_list_add(&arena, &a->labels, ir_strndup(&arena, s, n));
		s += n + (s[n] == ';');
	}
	want[n_alerts] = w;
	alerts[n_alerts++] = a;
}

static void
cover(bool wide)
{
	c = (struct ir_am_cover){ .arena = &arena,
		.alerts = (const struct ir_alert *const *)alerts,
		.want = want,
		.n = n_alerts,
		.labels = &usual,
		.wide = wide };
	ir_am_cover(&c);
}

/* All silences, one a line. */
static const char *
told(void)
{
	struct ir_list lines = { 0 };

	for (size_t i = 0; i < c.n_sets; i++)
		ir_list_add(&arena, &lines,
		    ir_asprintf(&arena, "%s: %zu%s", ir_am_matchers_text(&arena, c.sets[i].v, c.sets[i].n, 1000),
			c.sets[i].n_covers, c.sets[i].extra ? ir_asprintf(&arena, "+%zu", c.sets[i].extra) : ""));
	return ir_list_join(&arena, &lines, "", "\n");
}

/* ---- an oracle of its own: by POSIX regular expressions; what RE2's quoting yields means the same in both */

struct oracle {
	const struct ir_am_matcher *m;
	regex_t re;
};

static bool
matcher_holds(const struct oracle *o, const struct ir_alert *a)
{
	const char *value = ir_alert_label(a, o->m->name);

	value = value ? value : "";
	return o->m->regex ? regexec(&o->re, value, 0, NULL, 0) == 0 : strcmp(value, o->m->value) == 0;
}

static bool
set_holds(const struct oracle *o, size_t n, const struct ir_alert *a)
{
	for (size_t i = 0; i < n; i++)
		if (!matcher_holds(&o[i], a))
			return false;
	return true;
}

static void
compile(struct oracle *o, const struct ir_am_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		o[i].m = &set->v[i];
		if (set->v[i].regex &&
		    regcomp(&o[i].re, ir_asprintf(&arena, "^(%s)$", set->v[i].value), REG_EXTENDED | REG_NOSUB) != 0)
			printf("Bail out! '%s' is no regular expression\n", set->v[i].value), exit(1);
	}
}

static bool
is_real(const struct ir_am_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (!set->v[i].regex ? *set->v[i].value != '\0' : *set->v[i].value != '|' && *set->v[i].value)
			return true;
	return false;
}

/* What is wrong with the cover; NULL: nothing. hits: of each alert, by how many it is covered. */
static const char *
wrong(size_t *hits)
{
	for (size_t i = 0; i < c.n_sets; i++) {
		struct oracle o[64] = { 0 };
		size_t wanted = 0, extra = 0;

		if (c.sets[i].n > 64 || !is_real(&c.sets[i]))
			return "a silence that the server would refuse";
		compile(o, &c.sets[i]);
		for (size_t k = 0; k < n_alerts; k++) {
			if (!set_holds(o, c.sets[i].n, alerts[k]))
				continue;
			hits[k]++;
			wanted += want[k] == IR_AM_WANT;
			extra += want[k] == IR_AM_DENY;
		}
		for (size_t k = 0; k < c.sets[i].n; k++) {
			if (c.sets[i].v[k].negative)
				return "a negative matcher";
			if (c.sets[i].v[k].regex)
				regfree(&o[k].re);
		}
		if (wanted < c.sets[i].n_covers)
			return "it does not match what it says it covers";
		if (extra != c.sets[i].extra || (extra && !c.wide))
			return "it covers what was not chosen";
	}
	for (size_t i = 0; i < c.n_hopeless; i++)
		hits[c.hopeless[i]]++;
	for (size_t k = 0; k < n_alerts; k++)
		if (want[k] == IR_AM_WANT && hits[k] == 0)
			return "an alert is not covered";
	return NULL;
}

static const char *
check(void)
{
	size_t *hits = calloc(n_alerts + 1, sizeof(*hits));
	const char *why = wrong(hits);

	free(hits);
	return why;
}

/* ---- cases */

static void
test_groups(void)
{
	start();
	put(IR_AM_WANT, "alertname=Down;cluster=eu;instance=a");
	put(IR_AM_WANT, "alertname=Down;cluster=eu;instance=b");
	put(IR_AM_WANT, "alertname=Slow;cluster=eu;instance=a");
	put(IR_AM_DENY, "alertname=Other;cluster=eu;instance=a");
	cover(false);
	IS_STR(told(), "alertname=\"Down\": 2\nalertname=\"Slow\": 1", "the widest: by name");
	put(IR_AM_DENY, "alertname=Down;cluster=us;instance=a");
	cover(false);
	IS_STR(told(), "alertname=\"Down\", cluster=\"eu\": 2\nalertname=\"Slow\": 1", "narrowed where it has to be");
	put(IR_AM_DENY, "alertname=Down;cluster=eu;instance=c");
	cover(false);
	IS_STR(told(), "alertname=\"Down\", cluster=\"eu\", instance=~\"a|b\": 2\nalertname=\"Slow\": 1",
	    "by instances at last");
	cover(true);
	IS_STR(told(), "alertname=\"Down\": 2+2\nalertname=\"Slow\": 1", "wide: what else is covered is counted");
	IS_STR(check(), NULL, "and rightly");
}

static void
test_missing_labels(void)
{
	start();
	put(IR_AM_WANT, "alertname=Down;job=x");
	put(IR_AM_DENY, "alertname=Down;job=x;cluster=eu");
	cover(false);
	IS_STR(
	    told(), "alertname=\"Down\", cluster=\"\": 1", "a label that it does not have tells it from one that does");
	start();
	put(IR_AM_WANT, "job=x;instance=a");
	put(IR_AM_WANT, "job=y;instance=a");
	put(IR_AM_DENY, "job=x;instance=b");
	cover(false);
	IS_STR(check(), NULL, "alerts without a name");
	start();
	put(IR_AM_WANT, "alertname=A;job=x");
	put(IR_AM_WANT, "team=sre");
	cover(false);
	IS_STR(told(), "alertname=\"\", team=\"sre\": 1\nalertname=\"A\": 1", "never by missing labels alone");
	start();
	put(IR_AM_WANT, "alertname=Down;pod=a");
	put(IR_AM_WANT, "alertname=Down;pod=b");
	put(IR_AM_DENY, "alertname=Down;pod=c");
	cover(false);
	IS_STR(
	    told(), "alertname=\"Down\", pod=~\"a|b\": 2", "by labels that are not in the list, if nothing else tells");
	start();
	put(IR_AM_WANT, "alertname=Down;pod=a");
	put(IR_AM_DENY, "alertname=Down;pod=a");
	cover(false);
	IS_INT((int64_t)c.n_sets, 0, "what is the same is not covered");
	IS_INT((int64_t)c.n_hopeless, 1, "and said");
	start();
	put(IR_AM_WANT, "alertname=Down;pod=a");
	put(IR_AM_ALLOW, "alertname=Down;pod=b");
	cover(false);
	IS_STR(told(), "alertname=\"Down\": 1", "what was chosen and is acked may be covered again");
	start();
	cover(false);
	IS_INT((int64_t)c.n_sets, 0, "of nothing nothing");
}

static void
test_odd_values(void)
{
	static const char *const odd[] = { "a\"b", "a,b", "a\\b", "a|b", "a\nb", "größe ☃", "a.b*c+d?(e)[f]{2}^$", " ",
		"{}" };
	char *big = calloc(1, 2049);

	start();
	memset(big, 'x', 2048);
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
		put(IR_AM_WANT, ir_asprintf(&arena, "alertname=Odd;instance=%s", odd[i]));
	put(IR_AM_WANT, ir_asprintf(&arena, "alertname=Odd;instance=%s", big));
	put(IR_AM_DENY, "alertname=Odd;instance=aXb*c+d?(e)[f]{2}^$");
	put(IR_AM_DENY, "alertname=Odd;instance=a");
	put(IR_AM_DENY, "alertname=Odd;instance=b");
	cover(false);
	IS_INT((int64_t)c.n_sets, 1, "values with quotes, commas, backslashes, bars, line ends and more: one silence");
	IS_STR(check(), NULL, "that covers these and no others");
	start();
	for (int i = 0; i < 20; i++)
		put(IR_AM_WANT, ir_asprintf(&arena, "alertname=Big;instance=%s%d", big, i));
	put(IR_AM_DENY, "alertname=Big;instance=other");
	cover(false);
	OK(c.n_sets == 3, "a regular expression is split before it gets too long: %zu", c.n_sets);
	IS_STR(check(), NULL, "and all are covered");
	free(big);
}

/* ---- worlds by chance */

static void
random_world(unsigned n)
{
	static const char *const names[] = { "alertname", "cluster", "namespace", "service", "job", "instance", "pod",
		"x" };
	unsigned values = 1 + any(4);

	start();
	for (unsigned i = 0; i < n; i++) {
		struct ir_list pairs = { 0 };

		for (unsigned k = 0; k < 8; k++)
			if (any(5))
				ir_list_add(&arena, &pairs,
				    ir_asprintf(
					&arena, "%s=%c%s", names[k], (int)('a' + any(values)), any(9) ? "" : ".|"));
		ir_list_add(&arena, &pairs, ir_asprintf(&arena, "n=%u", any(3) ? i : 0));
		put(any(3) ? IR_AM_WANT : any(3) ? IR_AM_DENY : IR_AM_ALLOW, ir_list_join(&arena, &pairs, "", ";"));
	}
}

static void
test_worlds(void)
{
	const char *bad = NULL;
	size_t sets = 0, wanted = 0;

	for (int round = 0; round < 1500 && !bad; round++) {
		random_world(1 + any(40));
		cover(false);
		bad = check();
		sets += c.n_sets;
		for (size_t i = 0; i < n_alerts; i++)
			wanted += want[i] == IR_AM_WANT;
		cover(true);
		bad = bad ? bad : check();
		for (size_t i = 0; i < c.n_hopeless; i++)
			bad = "nothing is hopeless when all may be covered";
	}
	IS_STR(bad, NULL, "worlds by chance: all that was chosen is covered, and nothing else");
	OK(sets * 2 < wanted, "by fewer silences than alerts: %zu for %zu", sets, wanted);
}

static void
test_large(void)
{
	int64_t began = ir_mono_us();

	start();
	for (unsigned i = 0; i < 10000; i++)
		put(IR_AM_WANT,
		    ir_asprintf(&arena, "alertname=A%u;cluster=c%u;instance=h%u;job=node", i % 5, i / 5 % 10, i));
	cover(false);
	IS_INT((int64_t)c.n_sets, 5, "10,000 alerts in 5 times 10 groups: five silences");
	for (unsigned i = 0; i < 5; i++)
		put(IR_AM_DENY, ir_asprintf(&arena, "alertname=A%u;cluster=other;instance=h%u;job=node", i, i));
	cover(false);
	IS_INT((int64_t)c.n_sets, 5, "also when each is narrowed");
	for (unsigned i = 0; i < 5000; i++)
		put(IR_AM_DENY,
		    ir_asprintf(&arena, "alertname=A%u;cluster=c%u;instance=g%u;job=node", i % 5, i / 5 % 10, i));
	cover(false);
	OK(c.n_sets <= 20, "and when half as many others are in the same groups: %zu", c.n_sets);
	OK(ir_mono_us() - began < 20 * 1000000, "and it is not slow");
	IS_STR(check(), NULL, "and nothing else is covered");
}

int
main(void)
{
	test_groups();
	test_missing_labels();
	test_odd_values();
	test_worlds();
	test_large();
	ir_arena_done(&arena);
	return tap_done();
}
