/* dep - dependencies that do as they are told: late, never, twice, in turns; the set; samples from memory and journal */
#include <math.h>

#include "base/clock.h"
#include "dep/deps.h"
#include "dep/found.h"
#include "dep/look.h"
#include "dep/sample.h"
#include "rec/journal.h"
#include "rec/rec.h"
#include "scratch.h"
#include "tap.h"

enum { MS = 1000 };

/* What a dependency does, and how it was treated. */
struct script {
	int64_t takes_ms;
	bool hangs, answers_first, cannot, denied;
	const char *far; /* said when stopped */
	int64_t counter, identity;
	/* what became of it */
	int starts, stops;
	double seconds; /* since the look before */
	int64_t grown, at_us;
	bool has_grown, told;
	struct ir_timer *timer;
	ir_dep_done *done;
};

static struct ir_arena arena;
static struct ir_ctx ctx;
static size_t now_active, most_active;

static void
count(struct ir_dep *dep, struct script *s)
{
	ir_sample_count(dep, "identity", s->identity);
	s->seconds = ir_sample_seconds(dep);
	s->has_grown = ir_sample_grown(dep, "served=\xff", s->counter, &s->grown);
}

static void
on_time(void *arg)
{
	struct ir_dep *dep = arg;
	struct script *s = dep->priv;

	s->timer = NULL;
	now_active--;
	if (s->denied) {
		ir_dep_fails(dep, IR_STATUS_FAIL, "say another", "wrong password");
	} else {
		ir_dep_answers(dep, "Fake 1 answers");
		ir_dep_measure(dep, "used", 1, 100, "1 of 100 used");
		count(dep, s);
	}
	s->done(dep);
}

static int
prepare(struct ir_ctx *c, struct ir_dep *dep, struct ir_err *err)
{
	const char *url = ir_secret_reveal(&dep->url);

	if (!url || strstr(url, "bad"))
		return ir_fail(err, dep->section ? IR_CONFIG : IR_USAGE, "it cannot be like that");
	dep->subject = ir_strdup(c->arena, url);
	dep->host = ir_strndup(c->arena, strstr(url, "://") + 3, strcspn(strstr(url, "://") + 3, "/"));
	dep->priv = IR_NEW(c->arena, struct script);
	return 0;
}

static int
start(struct ir_dep *dep, int64_t at_us, ir_dep_done *done, struct ir_err *err)
{
	struct script *s = dep->priv;

	s->starts++;
	s->told = dep->server_told;
	s->at_us = at_us;
	if (s->cannot) {
		ir_fail(err, IR_INTERNAL, "no descriptor left");
		return ir_hint(err, "raise the limit");
	}
	OK(at_us < ctx.deadline_us, "it ends before the run does");
	OK(dep->n_found == 0 && dep->counters.n == 0 && dep->row->h.status == IR_STATUS_UNKNOWN,
	    "it begins with nothing known");
	s->done = done;
	if (++now_active > most_active)
		most_active = now_active;
	if (s->answers_first)
		ir_dep_answers(dep, "Fake 1 answers");
	if (!s->hangs)
		s->timer = ir_loop_at(ctx.loop, ir_mono_us() + s->takes_ms * MS, on_time, dep);
	return 0;
}

static void
stop(struct ir_dep *dep)
{
	struct script *s = dep->priv;

	s->stops++;
	now_active--;
	ir_timer_cancel(s->timer);
	s->timer = NULL;
	if (s->far)
		dep->row->h.summary = s->far;
}

static int wiped;

static void
done(struct ir_dep *dep)
{
	(void)dep;
	wiped++;
}

static const struct ir_measure measures[] = {
	{ "used", IR_UNIT_COUNT, true, false, 0.8, 0.9, "used" },
	{ .name = NULL },
};
static const struct ir_dep_ops scripted = {
	.name = "fake", .measures = measures, .files = 1, .prepare = prepare, .start = start, .stop = stop, .done = done
};
static const struct ir_dep_ops greedy = {
	.name = "greedy", .measures = measures, .files = 100000000, .prepare = prepare, .start = start, .stop = stop
};

static struct ir_deps deps;
static struct ir_deps_query query;

static void
open_set(void)
{
	struct ir_err err = IR_ERR_INIT;

	ctx = (struct ir_ctx){ .arena = &arena,
		.command = "ir-deps",
		.run = "run-00000000",
		.quiet = true,
		.journal = ctx.journal,
		.deadline_us = ir_mono_us() + 5000 * MS };
	query.only_urls = true;
	OK(ir_loop_new(&ctx, &err), "a loop");
	OK(ir_deps_find(&ctx, &query, &deps, &err) == 0 && deps.n == 0, "nothing is there by itself");
	now_active = most_active = 0;
}

static void
close_set(void)
{
	ir_deps_done(&deps);
	ir_loop_free(ctx.loop);
	query = (struct ir_deps_query){ .timeout_ms = 0 };
}

static int
add_of(const struct ir_dep_ops *ops, const char *type, const char *name, const char *origin, const char *url,
    struct ir_err *err)
{
	struct ir_dep *dep = ir_deps_new(&deps, type, name, origin);

	dep->ops = ops;
	ir_secret_set(&dep->url, url, strlen(url));
	return ir_deps_add(&deps, dep, err);
}

/* One that was discovered, as told. */
static struct script *
add(const char *name, struct script as)
{
	struct ir_err err = IR_ERR_INIT;
	size_t n = deps.n;

	add_of(&scripted, "cache", name, "REDIS_URL", ir_asprintf(&arena, "fake://%s/0", name), &err);
	IS_INT(deps.n, n + 1, "%s is added %s", name, err.msg);
	*(struct script *)deps.v[n]->priv = as;
	return deps.v[n]->priv;
}

static const struct ir_check *
row(const char *name)
{
	static const struct ir_check none = { .h.status = IR_STATUS_OFF, .h.summary = "no such row" };

	for (size_t i = 0; i < deps.n_rows; i++) {
		if (strcmp(deps.rows[i]->name, name) == 0)
			return deps.rows[i];
	}
	return &none;
}

/* How long it took, in ms. */
static int64_t
look(struct ir_arena *turn)
{
	int64_t begin = ir_mono_us();
	struct ir_err err = IR_ERR_INIT;

	OK(ir_deps_start(&deps, turn, &err) == 0, "they are asked");
	ir_loop_run(ctx.loop, NULL, NULL);
	ir_deps_finish(&deps);
	OK(ctx.arena == &arena, "the run's arena is back");
	return (ir_mono_us() - begin) / MS;
}

static void
test_one_look(void)
{
	struct script *slow, *late, *never, *half;
	int64_t took;

	query.timeout_ms = 60;
	open_set();
	add("good", (struct script){ .takes_ms = 1 });
	slow = add("slow", (struct script){ .takes_ms = 20 });
	never = add("never", (struct script){ .hangs = true, .far = "connected, waiting for the first byte" });
	late = add("late", (struct script){ .takes_ms = 5000 });
	half = add("half", (struct script){ .hangs = true, .answers_first = true });
	add("denied", (struct script){ .denied = true });
	add("cannot", (struct script){ .cannot = true });
	took = look(&arena);
	OK(took < 1000, "all of it took %lld ms", (long long)took);
	IS_INT(row("good")->h.status, IR_STATUS_OK, "answers");
	IS_STR(row("good")->h.summary, "Fake 1 answers", "with its words");
	IS_INT(row("good")->attempts, 1, "asked once");
	OK(row("good")->latency_ms >= 0 && row("good")->latency_ms < 1000, "latency");
	IS_STR(row("good")->h.env, "local", "env");
	OK(row("good")->h.time_ms != IR_TIME_NONE && row("good/used")->h.time_ms == row("good")->h.time_ms, "time");
	IS_INT(row("slow")->h.status, IR_STATUS_OK, "within its time");
	IS_INT(slow->stops, 0, "not stopped");
	IS_INT(row("never")->h.status, IR_STATUS_UNKNOWN, "never answers");
	IS_STR(
	    row("never")->h.summary, "no answer within 60ms: connected, waiting for the first byte", "how far it got");
	OK(isnan(row("never")->latency_ms), "no latency");
	IS_INT(never->stops, 1, "stopped");
	IS_STR(row("late")->h.summary, "no answer within 60ms", "too late");
	IS_INT(late->stops, 1, "stopped");
	IS_INT(row("half")->h.status, IR_STATUS_UNKNOWN, "not all is known");
	IS_STR(row("half")->h.summary, "it answers, but not all could be asked within 60ms", "and that is said");
	IS_INT(half->stops, 1, "stopped");
	IS_INT(row("denied")->h.status, IR_STATUS_FAIL, "a failure stays one");
	IS_STR(row("denied")->hint, "say another", "with its hint");
	IS_INT(row("cannot")->h.status, IR_STATUS_UNKNOWN, "could not be started");
	IS_STR(row("cannot")->h.summary, "no descriptor left", "why");
	IS_STR(row("cannot")->hint, "raise the limit", "what to do");
	IS_INT(most_active, 6, "all at once");
	IS_INT(now_active, 0, "none is left");
	close_set();
}

static void
test_order(void)
{
	static const char *const want[] = { "z", "b", "c", "a", "a/used", "y", "y/used", NULL };

	query.timeout_ms = 30;
	open_set();
	add("y", (struct script){ .takes_ms = 0 });
	add("c", (struct script){ .hangs = true });
	add("b", (struct script){ .hangs = true });
	add("a", (struct script){ .takes_ms = 0 });
	add("z", (struct script){ .denied = true });
	look(&arena);
	for (size_t i = 0; want[i]; i++)
		IS_STR(i < deps.n_rows ? deps.rows[i]->name : "none", want[i], "worst first, then by name");
	close_set();
}

static void
test_deadline(void)
{
	struct script *own;
	int64_t took;

	query.timeout_ms = 60000;
	open_set();
	add("never", (struct script){ .hangs = true });
	own = add("own", (struct script){ .hangs = true });
	deps.v[1]->timeout_ms = 50;
	ctx.deadline_us = ir_mono_us() + 300 * MS;
	took = look(&arena);
	OK(took <= 400, "within the deadline and 100 ms: %lld", (long long)took);
	IS_INT(row("never")->h.status, IR_STATUS_UNKNOWN, "not known");
	OK(strncmp(row("never")->h.summary, "no answer within 2", 18) == 0, "what there was of time: %s",
	    row("never")->h.summary);
	IS_STR(row("own")->h.summary, "no answer within 50ms", "a time-out of its own");
	OK(own->at_us < ctx.deadline_us - 200 * MS, "is told to the backend");
	close_set();

	query.timeout_ms = 60000;
	open_set();
	add("never", (struct script){ .hangs = true });
	ctx.deadline_us = ir_mono_us() - 1;
	look(&arena);
	IS_STR(row("never")->h.summary, "not started before the deadline", "no time at all");
	close_set();
}

static void
test_interrupted(void)
{
	static volatile sig_atomic_t stopped;

	stopped = 1;
	query.timeout_ms = 60000;
	open_set();
	ctx.stop = &stopped;
	add("never", (struct script){ .hangs = true });
	add("half", (struct script){ .hangs = true, .answers_first = true });
	look(&arena);
	IS_STR(row("never")->h.summary, "interrupted before it answered", "interrupted");
	IS_STR(row("half")->h.summary, "interrupted before all was asked", "half way");
	close_set();
}

static void
test_second_look(void)
{
	struct script *s, *fails;
	int64_t took;

	query.timeout_ms = 1000;
	query.sample_ms = 100;
	open_set();
	s = add("good", (struct script){ .takes_ms = 5, .counter = 7 });
	fails = add("denied", (struct script){ .denied = true });
	took = look(&arena);
	IS_INT(s->starts, 2, "looked at twice");
	OK(took >= 100 && took < 1000, "with a while between: %lld", (long long)took);
	IS_INT(row("good")->attempts, 2, "and it says so");
	OK(s->seconds > 0.09 && s->seconds < 0.5, "it knows how long: %g", s->seconds);
	OK(s->has_grown && s->grown == 0, "and what was counted");
	IS_INT(deps.n_rows, 3, "rows of the second look only");
	IS_INT(fails->starts, 1, "what fails is not looked at again");
	close_set();

	query.timeout_ms = 1000;
	query.sample_ms = 60000;
	open_set();
	s = add("good", (struct script){ .takes_ms = 5 });
	took = look(&arena);
	IS_INT(s->starts, 1, "no time for another one");
	OK(took < 1000, "nor is it waited for: %lld", (long long)took);
	IS_INT(row("good")->h.status, IR_STATUS_OK, "what the first one said stands");
	close_set();
}

/* Interrupted, or at the deadline, between the looks. */
static void
on_interrupt(void *arg)
{
	*(volatile sig_atomic_t *)arg = 1;
}

static void
test_between_looks(void)
{
	static volatile sig_atomic_t stopped;

	stopped = 0;
	query.timeout_ms = 1000;
	query.sample_ms = 2000;
	open_set();
	ctx.stop = &stopped;
	add("good", (struct script){ .takes_ms = 1 });
	ir_loop_at(ctx.loop, ir_mono_us() + 50 * MS, on_interrupt, (void *)&stopped);
	look(&arena);
	IS_STR(row("good")->h.summary, "Fake 1 answers", "what the first one said stands");
	IS_INT(deps.n_rows, 2, "with its rows");
	close_set();
}

static void
test_turns(void)
{
	struct ir_arena turn = { 0 };
	struct script *s, *other;

	query.timeout_ms = 50;
	open_set();
	s = add("good", (struct script){ .takes_ms = 1, .counter = 100 });
	look(&turn);
	OK(!s->has_grown && isnan(s->seconds), "nothing is known the first time");
	for (int i = 0; i < 3; i++) {
		ir_arena_done(&turn);
		ctx.deadline_us = ir_mono_us() + 1000 * MS;
		s->counter += 5;
		look(&turn);
		OK(s->has_grown && s->grown == 5, "grown since the turn before");
		IS_STR(row("good")->h.summary, "Fake 1 answers", "rows of this turn");
		IS_INT(deps.n_rows, 2, "and no others");
	}
	s->counter = 1;
	look(&turn);
	OK(!s->has_grown, "a counter that went down says nothing");
	s->hangs = true;
	look(&turn);
	IS_INT(row("good")->h.status, IR_STATUS_UNKNOWN, "gone for a turn");
	s->hangs = false;
	s->counter = 4;
	look(&turn);
	OK(s->has_grown && s->grown == 3, "the last answer counts");
	s->identity = 9;
	look(&turn);
	OK(!s->has_grown && isnan(s->seconds), "a server that was started anew is another one");
	look(&turn);
	OK(s->has_grown, "and then is known");
	ir_arena_done(&turn);
	other = add("other", (struct script){ .takes_ms = 1 });
	look(&turn);
	IS_INT(other->starts, 1, "one that came later");
	ir_arena_done(&turn);
	close_set();
}

static void
test_set(void)
{
	struct ir_err err = IR_ERR_INIT;

	query.timeout_ms = 50;
	open_set();
	wiped = 0;
	add("a", (struct script){ .takes_ms = 1 });
	IS_INT(add_of(&scripted, "cache", "a", "X_URL", "fake://other/0", &err), 0, "a name that is taken");
	IS_INT(add_of(&scripted, "cache", "b", "CACHE_URL", "fake://a/0", &err), 0, "a target that is there");
	IS_INT(add_of(&scripted, "cache", "c/d", "REDIS_URL", "fake://c/0", &err), 0, "a name with a slash");
	IS_INT(deps.n, 1, "are left out");
	IS_INT(wiped, 1, "and wiped");
	IS_INT(add_of(&scripted, "cache", "e", ".env:3", "fake://bad", &err), 0, "what was found and cannot be used");
	look(&arena);
	IS_STR(row("e")->h.summary, "it cannot be like that", "says why");
	IS_INT(row("e")->h.status, IR_STATUS_UNKNOWN, "and is not known");
	IS_STR(row("e")->h.subject, "fake:.env:3", "nor is where it is");
	IS_INT(add_of(&scripted, "cache", NULL, "operand", "fake://bad", &err), -1, "an operand is refused");
	IS_STR(err.msg, "it cannot be like that", "with what is wrong");
	IS_INT(add_of(NULL, "cache", NULL, "operand", "gopher://x", &err), -1, "one that nobody knows");
	IS_STR(err.msg, "gopher is nothing that is known here", "too");
	IS_INT(add_of(NULL, "cache", "f", "X_URL", "gopher://x", &err), 0, "but not a variable");
	IS_INT(add_of(&scripted, "cache", NULL, "operand", "fake://h:1/sh%20op", &err), 0, "an operand has no name");
	IS_STR(deps.v[deps.n - 1]->name, "h:1:sh%20op", "and gets one without a slash");
	IS_INT(add_of(&scripted, "cache", NULL, "operand", "fakes://h:1/sh%20op", &err), 0, "another way to it");
	IS_STR(deps.v[deps.n - 1]->name, "fakes:h:1:sh%20op", "has another name");
	close_set();
	IS_INT(wiped, 4, "all are wiped");
}

/* Sections of ir.conf are never left out, but their names are theirs alone. */
static void
test_sections(void)
{
	static const char text[] =
	    "[cache \"a\"]\nurl = tcp://h:1\n[queue \"a\"]\nurl = tcp://h:1\n[cache \"b\"]\nwarn = usd 1%\n"
	    "[cache \"c/d\"]\n[cache \"e\"]\nurl = tcp://h:1\n";
	static const char *const want[] = { "", "ir.conf:3: [queue \"a\"]: [cache \"a\"] is called that, too",
		"ir.conf:6: [cache \"b\"]: warn: fake has no measure 'usd'",
		"ir.conf:7: [cache \"c/d\"]: a name has no '/' in it", "" };
	struct ir_conf *conf = IR_NEW(&arena, struct ir_conf);
	struct ir_err err = IR_ERR_INIT;

	OK(ir_conf_parse(&arena, conf, "ir.conf", text, sizeof(text) - 1, &err) == 0, "sections: %s", err.msg);
	open_set();
	for (size_t i = 0; i < conf->n; i++) {
		struct ir_dep *dep = ir_deps_new(&deps, conf->v[i].type->name, conf->v[i].name, "ir.conf");

		err = (struct ir_err)IR_ERR_INIT;
		dep->ops = &scripted;
		dep->section = &conf->v[i];
		ir_secret_set(&dep->url, "fake://h/0", strlen("fake://h/0"));
		IS_INT(ir_deps_add(&deps, dep, &err), *want[i] ? -1 : 0, "section %zu", i);
		IS_STR(err.msg, want[i], "what is said of it");
	}
	IS_INT(deps.n, 2, "two on one target are two");
	close_set();
}

/* What was discovered leads elsewhere now. */
static void
test_moved(void)
{
	struct ir_arena turn = { 0 };
	struct ir_err err = IR_ERR_INIT;
	struct script *s;

	query.timeout_ms = 50;
	open_set();
	s = add("main", (struct script){ .takes_ms = 1, .counter = 5 });
	add("other", (struct script){ .takes_ms = 1 });
	look(&turn);
	for (int i = 0; i < 3; i++) {
		struct ir_dep *dep = ir_deps_new(&deps, "cache", "main", "REDIS_URL");

		dep->ops = &scripted;
		ir_secret_set(&dep->url, "fake://main/0", strlen("fake://main/0"));
		ir_list_add(&arena, &dep->resolve, ir_asprintf(&arena, "main:1:10.0.0.%d", i / 2));
		IS_INT(ir_deps_add(&deps, dep, &err), 0, "it is discovered again");
		IS_INT(deps.n, 2, "and is the same one");
		OK((deps.v[0]->priv != s) == (i != 1), "made anew when it moved");
		s = deps.v[0]->priv;
		IS_STR(deps.v[0]->resolve.v[0], i < 2 ? "main:1:10.0.0.0" : "main:1:10.0.0.1", "and leads there");
		*s = (struct script){ .takes_ms = 1, .counter = 7 + i };
		look(&turn);
		OK(s->has_grown && s->grown == (i ? 1 : 2), "what was counted stays: %lld", (long long)s->grown);
		IS_INT(deps.n_rows, 4, "one of each");
	}
	ir_arena_done(&turn);
	close_set();
}

/* Found again, elsewhere, while the stale one is asked in vain. */
static void
on_found(void *arg)
{
	struct ir_dep *dep = ir_deps_new(&deps, "cache", "main", "REDIS_URL");
	struct ir_err err = IR_ERR_INIT;

	(void)arg;
	dep->ops = &scripted;
	ir_secret_set(&dep->url, "fake://elsewhere/0", strlen("fake://elsewhere/0"));
	IS_INT(ir_deps_add(&deps, dep, &err), 0, "it is found while others are asked");
}

static void
test_moved_meanwhile(void)
{
	struct script *s;

	query.timeout_ms = 500;
	open_set();
	s = add("main", (struct script){ .hangs = true });
	add("other", (struct script){ .takes_ms = 1 });
	ir_loop_at(ctx.loop, ir_mono_us() + 20 * MS, on_found, NULL);
	OK(look(&arena) < 400, "the stale one is not waited for");
	IS_INT(s->stops, 1, "but stopped");
	IS_STR(row("main")->h.subject, "fake://elsewhere/0", "the new one is asked");
	IS_INT(row("main")->h.status, IR_STATUS_OK, "and answers");
	IS_INT(deps.n_rows, 4, "one of each");
	close_set();
}

static bool
only_b(void *arg, const char *service, const char *name)
{
	(void)arg, (void)service;
	return strcmp(name, "b") == 0;
}

static void
test_wanted(void)
{
	struct ir_err err = IR_ERR_INIT;

	query.wanted = only_b;
	open_set();
	add_of(&scripted, "cache", "a", "REDIS_URL", "fake://a/0", &err);
	add_of(&scripted, "cache", "b", "REDIS_URL", "fake://b/0", &err);
	add_of(&scripted, "cache", NULL, "operand", "fake://c/0", &err);
	IS_INT(deps.n, 2, "only what is wanted, and operands");
	IS_STR(deps.v[0]->name, "b", "the one");
	close_set();
}

static void
test_one_server(void)
{
	struct ir_err err = IR_ERR_INIT;
	struct script *s[4];

	query.timeout_ms = 1000;
	open_set();
	add_of(&scripted, "queue", "jobs", "X", "fake://one/0", &err);
	add_of(&scripted, "cache", "cache", "X", "fake://one/1", &err);
	add_of(&scripted, "cache", "more", "X", "fake://one/2", &err);
	add_of(&scripted, "cache", "other", "X", "fake://two/2", &err);
	for (size_t i = 0; i < 4; i++)
		s[i] = deps.v[i]->priv;
	look(&arena);
	OK(s[0]->told && !s[1]->told && s[2]->told && !s[3]->told,
	    "one of each server tells of it, no queue if another can");
	close_set();
}

/* Each wants more descriptors than there are. */
static void
test_files(void)
{
	struct ir_err err = IR_ERR_INIT;

	query.timeout_ms = 1000;
	open_set();
	for (int i = 0; i < 5; i++)
		add_of(
		    &greedy, "cache", ir_asprintf(&arena, "g%d", i), "X", ir_asprintf(&arena, "fake://g%d/0", i), &err);
	look(&arena);
	IS_INT(most_active, 1, "one after the other");
	for (int i = 0; i < 5; i++)
		IS_INT(deps.rows[i]->h.status, IR_STATUS_OK, "all are asked in the end");
	close_set();
}

static void
test_many(void)
{
	struct ir_err err = IR_ERR_INIT;
	int64_t took;

	query.timeout_ms = 2000;
	open_set();
	for (int i = 0; i < 500; i++)
		add_of(&scripted, "cache", ir_asprintf(&arena, "n%d", i), "X", ir_asprintf(&arena, "fake://n%d/0", i),
		    &err);
	IS_INT(deps.n, 500, "five hundred");
	for (size_t i = 0; i < 500; i++)
		((struct script *)deps.v[i]->priv)->hangs = i % 2;
	ctx.deadline_us = ir_mono_us() + 500 * MS;
	took = look(&arena);
	OK(took <= 600, "half of them silent: within the deadline and 100 ms: %lld", (long long)took);
	IS_INT(deps.n_rows, 750, "each is told");
	close_set();
}

/* ---- the journal */

static void
journal_rows(void)
{
	struct ir_err err = IR_ERR_INIT;
	struct ir_entry e = { .kind = "check", .time_ms = ir_now_ms() };
	char key[IR_SHA_HEX];

	for (size_t i = 0; i < deps.n_rows; i++) {
		json_t *obj = ir_rec_from_row(&ir_kind_check, deps.rows[i], "ir-deps", "run-00000000", NULL, key);

		e.record = ir_rec_encode(&arena, obj, &e.len);
		e.id = ir_strdup(&arena, json_string_value(json_object_get(obj, "id")));
		e.key = ir_strdup(&arena, key);
		OK(ir_journal_append(ctx.journal, &e, 1, false, NULL, &err) == 0, "journalled %s", err.msg);
		json_decref(obj);
	}
}

/* A run that counts so much, at that time of a minute; what it knew of the one before. */
static struct script
journalled(const char *now, struct script as)
{
	struct script *s, ret;

	setenv("IR_TEST_NOW", now, 1);
	query.timeout_ms = 1000;
	open_set();
	s = add("main", as);
	look(&arena);
	journal_rows();
	ret = *s;
	close_set();
	return ret;
}

static void
test_journal(void)
{
	const struct ir_journal_opts jo = { .dir = ir_asprintf(&arena, "%s/journal", scratch_top) };
	struct ir_err err = IR_ERR_INIT;
	struct script s;

	ctx.journal = ir_journal_open(&jo, &err);
	OK(ctx.journal, "a journal: %s", err.msg);
	s = journalled("2026-02-01T02:00:00Z", (struct script){ .counter = 10 });
	OK(!s.has_grown, "nothing is known");
	s = journalled("2026-02-01T02:00:00.500Z", (struct script){ .counter = 12 });
	OK(!s.has_grown, "half a second is too short");
	s = journalled("2026-02-01T02:00:01.200Z", (struct script){ .counter = 13 });
	OK(s.has_grown && s.grown == 3, "the newest that is old enough: %lld", (long long)s.grown);
	OK(fabs(s.seconds - 1.2) < 0.1, "how long ago: %g", s.seconds);
	s = journalled("2026-02-01T02:59:00Z", (struct script){ .counter = 20 });
	OK(s.has_grown && s.grown == 7, "most of an hour");
	s = journalled("2026-02-01T03:30:00Z", (struct script){ .denied = true });
	s = journalled("2026-02-01T03:30:10Z", (struct script){ .counter = 21 });
	OK(s.has_grown && s.grown == 1, "one that failed counted nothing");
	s = journalled("2026-02-01T04:30:11Z", (struct script){ .counter = 22 });
	OK(!s.has_grown, "more than an hour ago");
	s = journalled("2026-02-01T04:30:21Z", (struct script){ .counter = 23, .identity = 4 });
	OK(!s.has_grown && isnan(s.seconds), "another server");
	s = journalled("2026-02-01T04:20:00Z", (struct script){ .counter = 30, .identity = 4 });
	OK(!s.has_grown, "none from the future");
	ir_journal_close(ctx.journal);
	ctx.journal = NULL;
	unsetenv("IR_TEST_NOW");
}

static void
test_counters_fit(void)
{
	struct ir_dep *dep;
	size_t bytes = 0;

	query.timeout_ms = 1000;
	open_set();
	add("main", (struct script){ .takes_ms = 0 });
	look(&arena);
	dep = deps.v[0];
	for (int i = 0; i < 2000; i++)
		ir_sample_count(dep, ir_asprintf(&arena, "celery/queue number %d:pending", i), i);
	ir_sample_keep(dep);
	for (size_t i = 0; i < dep->row->counters.n; i++)
		bytes += strlen(dep->row->counters.v[i]);
	OK(bytes < 16384 && bytes > 4000, "a row holds whole counters, as many as fit: %zu bytes", bytes);
	IS_INT(dep->state->last.counters.n, dep->counters.n, "memory holds them all");
	close_set();
}

int
main(void)
{
	scratch_new(&arena);
	test_one_look();
	test_order();
	test_deadline();
	test_interrupted();
	test_second_look();
	test_between_looks();
	test_turns();
	test_set();
	test_sections();
	test_moved();
	test_moved_meanwhile();
	test_wanted();
	test_one_server();
	test_files();
	test_many();
	test_journal();
	test_counters_fit();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
