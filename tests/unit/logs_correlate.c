/* logs_correlate - which errors of different services belong together: by ids and by time, and what does not */
#include "logs/correlate.h"

#include "base/clock.h"
#include "tap.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, PATTERNS = 16 };
static const int64_t T = 1780000000000;

/* Patterns by number; a test gives them names. */
struct world {
	struct ir_arena arena;
	struct ir_logs_correlate *c;
	struct ir_logs_pattern patterns[PATTERNS];
	struct ir_logs_coverage services[4];
	struct ir_logs_counts counts;
	struct ir_logs_chains chains;
	long same_as[PATTERNS]; /* what a pattern was united with */
};

static void
begin(struct world *w, size_t ids)
{
	static const char *const services[] = { "web", "worker", "db", "mail" };

	memset(w, 0, sizeof(*w));
	w->c = ir_logs_correlate_new(ids);
	for (size_t i = 0; i < PATTERNS; i++) {
		w->patterns[i] = (struct ir_logs_pattern){ .service = services[i / 4],
			.template = ir_asprintf(&w->arena, "%s says %zu", services[i / 4], i % 4),
			.first_ms = IR_TIME_NONE,
			.last_ms = IR_TIME_NONE };
		w->same_as[i] = (long)i;
	}
	for (size_t i = 0; i < 4; i++)
		w->services[i] =
		    (struct ir_logs_coverage){ .service = services[i], .first_ms = T, .last_ms = T + 60 * MINUTE };
	w->counts =
	    (struct ir_logs_counts){ .v = w->patterns, .n = PATTERNS, .services = w->services, .n_services = 4 };
}

static long
pattern(void *arg, uint32_t p)
{
	const struct world *w = arg;

	return w->same_as[p];
}

/* An event of the pattern, which is of the service that it belongs to. */
static void
say_ids(struct world *w, uint32_t p, enum ir_log_level level, int64_t ms, const struct ir_ids *ids)
{
	struct ir_logs_event e = {
		.service = w->patterns[p].service, .ms = ms, .level = level, .pattern = p, .ids = ids
	};

	ir_logs_correlate_event(w->c, &e);
}

static void
say(struct world *w, uint32_t p, enum ir_log_level level, int64_t ms, const char *request)
{
	struct ir_ids ids = { .n = 1, .v = { { .kind = IR_ID_REQUEST } } };

	snprintf(ids.v[0].text, sizeof(ids.v[0].text), "%s", request);
	say_ids(w, p, level, ms, &ids);
}

static void
finish(struct world *w)
{
	ir_logs_correlate_finish(w->c, &w->arena, &w->counts, pattern, w, &w->chains);
}

static void
done(struct world *w)
{
	ir_logs_correlate_free(w->c);
	ir_arena_done(&w->arena);
}

static const char *
id(int i)
{
	static char text[32];

	snprintf(text, sizeof(text), "request-%06d", i);
	return text;
}

static void
test_by_id(void)
{
	struct world w;
	const struct ir_logs_chain *c;

	/* the web's log is read first, as it is when files are */
	begin(&w, 0);
	for (int i = 0; i < 40; i++) {
		int64_t at = T + i * MINUTE;

		say(&w, 0, IR_LEVEL_INFO, at, id(i));                                /* begins */
		say(&w, 1, IR_LEVEL_INFO, at + 10, id(i));                           /* queues */
		say(&w, 2, i < 37 ? IR_LEVEL_NONE : IR_LEVEL_INFO, at + 500, id(i)); /* ends */
	}
	for (int i = 0; i < 37; i++) {
		say(&w, 4, IR_LEVEL_INFO, T + i * MINUTE + 20, id(i));
		say(&w, 5, IR_LEVEL_ERROR, T + i * MINUTE + 30 + i % 3, id(i));
		say(&w, 6, IR_LEVEL_ERROR, T + i * MINUTE + 40, id(i));
	}
	for (int i = 37; i < 40; i++)
		say(&w, 4, IR_LEVEL_INFO, T + i * MINUTE + 20, id(i));
	finish(&w);
	IS_INT((int64_t)w.chains.n, 1, "requests that went wrong alike are one chain");
	c = w.chains.v;
	IS_STR(c->text, "web: web says 1 -> worker: worker says 1 (37 requests, as request-000000)", "which says so");
	IS_INT(c->ids, 37, "of those that went wrong only");
	IS_INT(c->how, IR_CHAIN_REQUEST, "by the request");
	IS_INT((int64_t)c->n, 2, "two services");
	OK(!c->v[0].error && c->v[1].error, "one of them failed");
	OK(c->v[0].named && c->v[1].named, "both have names");
	IS_INT(c->v[0].offset_ms, 0, "the web began");
	IS_INT(c->v[1].offset_ms, 21, "the worker failed 21 ms later, by the median");
	IS_INT(c->v[1].spread_ms, 2, "always");
	IS_INT(c->first_ms, T + 10, "first");
	IS_INT(c->last_ms, T + 36 * MINUTE + 30, "last");
	IS_INT(c->level, IR_LEVEL_ERROR, "the worst");
	IS_INT((int64_t)c->examples.n, 3, "with examples");
	IS_STR(c->examples.v[2], "request-000002", "of requests");
	IS_STR(c->note, NULL, "nothing about clocks");
	IS_INT(w.chains.ids, 40, "requests");
	IS_INT(w.chains.forgotten, 0, "none was forgotten");
	done(&w);
}

static void
test_cause_first(void)
{
	struct world w;

	begin(&w, 0);
	for (int i = 0; i < 10; i++) {
		say(&w, 0, IR_LEVEL_ERROR, T + i * MINUTE + 90, id(i)); /* the web answers 500 */
		say(&w, 8, IR_LEVEL_FATAL, T + i * MINUTE + 50, id(i)); /* because of the database */
		say(&w, 4, IR_LEVEL_ERROR, T + i * MINUTE + 70, id(i));
	}
	for (int i = 10; i < 30; i++) {
		say(&w, 1, IR_LEVEL_ERROR, T + i * MINUTE + 90, id(i));
		say(&w, 5, IR_LEVEL_ERROR, T + i * MINUTE + 70, id(i));
	}
	finish(&w);
	IS_INT((int64_t)w.chains.n, 2, "two ways to go wrong");
	IS_STR(w.chains.v[0].text, "worker: worker says 1 -> web: web says 1 (20 requests, as request-000010)",
	    "the one of most requests first");
	IS_STR(w.chains.v[1].text,
	    "db: db says 0 -> worker: worker says 0 -> web: web says 0 (10 requests, as request-000000)",
	    "in the order of time");
	IS_INT(w.chains.v[1].level, IR_LEVEL_FATAL, "the worst of its levels");
	done(&w);
}

/* Whether a line comes before another service's error or after it may be chance. Requests are queued by one line, the last ones by another. */
static void
interleave(struct world *w, int ways, int others)
{
	begin(w, 0);
	for (int i = 0; i < ways + others; i++) {
		int64_t at = T + i * MINUTE;

		say(w, i < ways ? 1 : 3, IR_LEVEL_INFO, at, id(i));
		say(w, 2, IR_LEVEL_INFO, at + 10, id(i));
		say(w, 5, IR_LEVEL_ERROR, at + 5 + i % 3 * 3, id(i));
	}
	finish(w);
}

static void
test_chance(void)
{
	struct world w;

	interleave(&w, 8, 0);
	IS_INT((int64_t)w.chains.n, 1, "one way to an error is one chain, however its lines were interleaved");
	IS_STR(w.chains.v[0].text, "web: web says 1 -> worker: worker says 1 (8 requests, as request-000000)",
	    "named after what was chosen most often");
	done(&w);

	interleave(&w, 8, 2);
	IS_INT((int64_t)w.chains.n, 3, "of two ways that end alike it cannot always be told which was gone");
	IS_STR(w.chains.v[0].text, "web: web says 1 -> worker: worker says 1 (6 requests, as request-000000)", "one");
	IS_STR(
	    w.chains.v[1].text, "web: web says 2 -> worker: worker says 1 (3 requests, as request-000002)", "either");
	IS_STR(
	    w.chains.v[2].text, "web: web says 3 -> worker: worker says 1 (1 request, as request-000009)", "the other");
	done(&w);
}

static void
test_none(void)
{
	struct world w;

	begin(&w, 0);
	for (int i = 0; i < 50; i++) {
		say(&w, 0, IR_LEVEL_ERROR, T + i, id(i));
		say(&w, 4, IR_LEVEL_ERROR, T + i, id(i + 50));
	}
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "services that share no id make no chain");
	done(&w);

	begin(&w, 0);
	for (int i = 0; i < 50; i++) {
		say(&w, 0, IR_LEVEL_INFO, T + i, id(i));
		say(&w, 4, IR_LEVEL_WARN, T + i, id(i));
	}
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "nor do requests without an error");
	done(&w);

	begin(&w, 0);
	for (int i = 0; i < 50; i++) {
		say(&w, 0, IR_LEVEL_ERROR, T + i, id(i));
		say(&w, 1, IR_LEVEL_ERROR, T + i, id(i));
	}
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "nor does one service alone");
	done(&w);

	begin(&w, 0);
	for (int i = 0; i < 6000; i++)
		say(&w, (i & 1) ? 4 : 0, IR_LEVEL_ERROR, T + i, "everywhere");
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "an id that everything names is no request's");
	done(&w);

	begin(&w, 0);
	say(&w, 0, IR_LEVEL_ERROR, T, "123456");
	say(&w, 4, IR_LEVEL_ERROR, T + 61 * MINUTE, "123456");
	say(&w, 0, IR_LEVEL_ERROR, T, "234567");
	say(&w, 4, IR_LEVEL_ERROR, T + 59 * MINUTE, "234567");
	finish(&w);
	IS_INT((int64_t)w.chains.n, 1, "a short number is used again");
	IS_INT(w.chains.v[0].ids, 1, "after some time");
	done(&w);

	begin(&w, 0);
	say_ids(&w, 0, IR_LEVEL_ERROR, T, NULL);
	say_ids(&w, 0, IR_LEVEL_ERROR, T, &(struct ir_ids){ .n = 0 });
	finish(&w);
	IS_INT(w.chains.ids, 0, "events without ids are nobody's");
	done(&w);
}

/* The web names the request and the job that it queued; the worker names the job. */
static void
test_two_ids(void)
{
	struct world w;
	struct ir_ids both = { .n = 2, .v = { { .kind = IR_ID_REQUEST }, { .kind = IR_ID_JOB } } };
	struct ir_ids job = { .n = 1, .v = { { .kind = IR_ID_JOB } } };

	begin(&w, 0);
	for (int i = 0; i < 5; i++) {
		snprintf(both.v[0].text, sizeof(both.v[0].text), "request-%d", i);
		snprintf(both.v[1].text, sizeof(both.v[1].text), "job-%d", i);
		job.v[0] = both.v[1];
		say(&w, 0, IR_LEVEL_INFO, T + i * SECOND, both.v[0].text);
		say_ids(&w, 4, IR_LEVEL_ERROR, T + i * SECOND + 30, &job);
		say_ids(&w, 1, IR_LEVEL_INFO, T + i * SECOND + 10, &both);
	}
	finish(&w);
	IS_INT((int64_t)w.chains.n, 1, "a request and its job are joined by who names both");
	IS_STR(w.chains.v[0].text, "web: web says 1 -> worker: worker says 0 (5 requests, as request-0)",
	    "as one request");
	IS_INT(w.chains.ids, 5, "which they are");
	done(&w);

	/* a batch names many requests */
	begin(&w, 0);
	for (int i = 0; i < 100; i++) {
		snprintf(both.v[0].text, sizeof(both.v[0].text), "request-%d", i);
		snprintf(both.v[1].text, sizeof(both.v[1].text), "the-batch");
		say(&w, 0, IR_LEVEL_INFO, T + i, both.v[0].text);
		say_ids(&w, 4, IR_LEVEL_ERROR, T + i + 30, &both);
	}
	finish(&w);
	OK(w.chains.ids > 90 && w.chains.n == 1 && w.chains.v[0].ids > 90,
	    "what names very many requests joins only a few: %lld", (long long)w.chains.v[0].ids);
	done(&w);
}

/* Logs without a service. */
static void
test_logs(void)
{
	static const char *const subjects[] = { "file:///var/log/web.log.2.gz", "file:///var/log/web.log",
		"file:///var/log/worker.log", "docker://loose/stdout", "docker://loose/stderr" };
	struct ir_logs_stream streams[5] = { 0 };
	struct ir_ids ids = { .n = 1, .v = { { .kind = IR_ID_TRACE } } };
	struct world w;

	begin(&w, 0);
	for (int i = 0; i < 5; i++) {
		streams[i] = (struct ir_logs_stream){ .service = "", .subject = subjects[i] };
		w.patterns[i].service = "";
	}
	for (int i = 0; i < 12; i++) {
		const int pairs[3][2] = { { 0, 1 }, { 1, 2 }, { 3, 4 } };

		snprintf(ids.v[0].text, sizeof(ids.v[0].text), "trace-%d", i);
		for (int k = 0; k < 2; k++) {
			int s = pairs[i / 4][k];
			struct ir_logs_event e = { .stream = &streams[s],
				.service = "",
				.ms = T + i * SECOND + k,
				.level = IR_LEVEL_ERROR,
				.pattern = (uint32_t)s,
				.ids = &ids };

			ir_logs_correlate_event(w.c, &e);
		}
	}
	finish(&w);
	IS_INT((int64_t)w.chains.n, 1, "rotated files are one log, as both outputs of a container are");
	IS_STR(w.chains.v[0].text, "web.log: web says 1 -> worker.log: web says 2 (4 traces, as trace-4)",
	    "another file is another log");
	OK(!w.chains.v[0].v[0].named && !w.chains.v[0].v[1].named, "but no service");
	done(&w);
}

static void
test_united(void)
{
	struct world w;

	begin(&w, 0);
	for (int i = 0; i < 30; i++) {
		say(&w, i < 20 ? 0 : 1, IR_LEVEL_INFO, T + i * MINUTE, id(i));
		say(&w, i < 10 ? 4 : 5, IR_LEVEL_ERROR, T + i * MINUTE + 10, id(i));
	}
	w.same_as[1] = 0;
	w.same_as[5] = -1;
	finish(&w);
	IS_INT((int64_t)w.chains.n, 2, "chains of patterns that were united are one");
	IS_STR(w.chains.v[0].text,
	    "web: web says 0 -> worker: (a pattern that was forgotten) (20 requests, as request-000010)",
	    "a pattern may be forgotten");
	OK(w.chains.v[0].v[1].pattern == NULL, "which is said");
	IS_INT(w.chains.v[0].v[1].offset_ms, 10, "with its times");
	IS_INT(w.chains.v[1].ids, 10, "the other one stays");
	done(&w);
}

static void
test_clocks(void)
{
	struct world w;

	begin(&w, 0);
	for (int i = 0; i < 9; i++) {
		say(&w, 0, IR_LEVEL_INFO, T + i * MINUTE + 60 * MINUTE, id(i));
		say(&w, 4, IR_LEVEL_ERROR, T + i * MINUTE + 30 * i, id(i));
	}
	for (int i = 9; i < 15; i++) {
		say(&w, 1, IR_LEVEL_INFO, T + i * MINUTE + 12000 + i, id(i));
		say(&w, 5, IR_LEVEL_ERROR, T + i * MINUTE, id(i));
	}
	for (int i = 15; i < 20; i++) {
		say(&w, 2, IR_LEVEL_INFO, T + i * MINUTE, id(i));
		say(&w, 6, IR_LEVEL_ERROR, T + i * MINUTE + 12000, id(i)); /* a time-out, as likely */
	}
	finish(&w);
	IS_INT((int64_t)w.chains.n, 3, "three chains");
	IS_STR(w.chains.v[0].note, "times of worker and web differ by 1h: a time zone that is missing from one?",
	    "an hour is a time zone");
	IS_STR(w.chains.v[1].note, "web is always 12s after worker: their clocks may differ",
	    "an effect before its cause is a clock");
	IS_STR(w.chains.v[2].note, NULL, "an effect after its cause is none");
	done(&w);
}

static void
test_flood(void)
{
	enum { FLOOD = 300000, REMEMBERED = 4096 };
	struct world w;
	size_t worst = 0;

	begin(&w, REMEMBERED);
	for (int i = 0; i < FLOOD; i++) {
		char other[32];

		snprintf(other, sizeof(other), "other-%08d", i);
		say(&w, 0, IR_LEVEL_INFO, T + i, other);
		if (i % 1000 == 0) {
			say(&w, 1, IR_LEVEL_INFO, T + i, id(i));
			say(&w, 4, IR_LEVEL_ERROR, T + i + 5, id(i));
		}
		if (ir_logs_correlate_bytes(w.c) > worst)
			worst = ir_logs_correlate_bytes(w.c);
	}
	finish(&w);
	OK(worst < 2 << 20, "memory is bounded: %zu bytes", worst);
	IS_INT(w.chains.ids, FLOOD + FLOOD / 1000, "all requests are counted");
	IS_INT(w.chains.v[0].ids, FLOOD / 1000, "chains are counted before they are forgotten");
	OK(w.chains.forgotten >= FLOOD - REMEMBERED && w.chains.forgotten <= FLOOD, "and the others told: %lld",
	    (long long)w.chains.forgotten);
	done(&w);

	/* what comes back too late is not joined */
	begin(&w, 64);
	say(&w, 0, IR_LEVEL_INFO, T, "forgotten");
	for (int i = 0; i < 1000; i++)
		say(&w, 0, IR_LEVEL_INFO, T + i, id(i));
	say(&w, 4, IR_LEVEL_ERROR, T, "forgotten");
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "a request that was forgotten makes no chain");
	done(&w);
}

/* Events of a pattern in minutes [from, to), after, each. */
static void
count(struct world *w, int p, int from, int to, uint32_t each, int64_t seconds)
{
	struct ir_logs_pattern *x = &w->patterns[p];
	struct ir_logs_buckets *b = &x->buckets;

	x->level = IR_LEVEL_ERROR;
	b->start_ms = T;
	b->width_ms = MINUTE;
	b->n = IR_LOGS_BUCKETS;
	for (int i = from; i < to; i++) {
		b->v[i] += each;
		x->events += each;
	}
	if (x->first_ms == IR_TIME_NONE || T + from * MINUTE + seconds * SECOND < x->first_ms)
		x->first_ms = T + from * MINUTE + seconds * SECOND;
	x->last_ms = T + 60 * MINUTE;
}

static void
test_by_time(void)
{
	struct world w;
	const struct ir_logs_chain *c;

	begin(&w, 0);
	count(&w, 0, 40, 60, 10, 25);
	count(&w, 8, 40, 60, 5, 13);
	count(&w, 4, 0, 60, 7, 0);   /* always */
	count(&w, 12, 20, 30, 9, 0); /* another time */
	finish(&w);
	IS_INT((int64_t)w.chains.n, 1, "errors that begin together co-occur");
	c = w.chains.v;
	IS_STR(c->text, "db: db says 0, web: web says 0 (co-occur: they begin within 12s)", "the earliest first");
	IS_INT(c->how, IR_CHAIN_TIME, "by time");
	IS_INT(c->ids, 0, "no ids");
	IS_INT(c->first_ms, T + 40 * MINUTE + 13 * SECOND, "since");
	IS_INT(c->v[1].offset_ms, 12 * SECOND, "how much later");
	done(&w);

	begin(&w, 0);
	count(&w, 0, 40, 60, 10, 5);
	count(&w, 8, 40, 60, 5, 36);
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "31 seconds are too far");
	done(&w);

	begin(&w, 0);
	count(&w, 0, 0, 60, 1, 5);
	count(&w, 0, 40, 45, 20, 5);
	count(&w, 8, 0, 60, 2, 3);
	count(&w, 8, 40, 45, 30, 3);
	finish(&w);
	IS_INT((int64_t)w.chains.n, 1, "so do bursts");
	IS_STR(w.chains.v[0].text,
	    "web: web says 0, db: db says 0 (co-occur: they begin within 1m, which is how exactly it is known)",
	    "as exactly as counts tell");
	done(&w);

	begin(&w, 0);
	count(&w, 0, 40, 60, 10, 5);
	count(&w, 8, 40, 60, 5, 5);
	w.patterns[0].level = IR_LEVEL_WARN;
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "only errors do");
	done(&w);

	begin(&w, 0);
	count(&w, 0, 40, 60, 10, 5);
	count(&w, 1, 40, 60, 10, 5);
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "and of different services");
	done(&w);

	begin(&w, 0);
	count(&w, 0, 0, 60, 10, 0);
	count(&w, 8, 0, 60, 5, 0);
	finish(&w);
	IS_INT((int64_t)w.chains.n, 0, "what was there from the beginning does not begin");
	done(&w);

	begin(&w, 0);
	count(&w, 0, 40, 60, 10, 25);
	count(&w, 8, 40, 60, 5, 13);
	say(&w, 0, IR_LEVEL_ERROR, T + 40 * MINUTE, "request-1");
	say(&w, 8, IR_LEVEL_ERROR, T + 40 * MINUTE, "request-1");
	finish(&w);
	IS_INT((int64_t)w.chains.n, 1, "what ids show is not told again");
	IS_INT(w.chains.v[0].ids, 1, "by time");
	done(&w);
}

/* Patterns that come at random, all the time. */
static void
test_noise(void)
{
	uint64_t x = 42;
	int chains = 0;
	struct world w;

	for (int run = 0; run < 100; run++) {
		begin(&w, 0);
		for (int p = 0; p < PATTERNS; p++) {
			for (int i = 0; i < 60; i++) {
				x = x * 6364136223846793005u + 1442695040888963407u;
				if (x >> 61 == 0)
					count(&w, p, i, i + 1, 1 + (uint32_t)(x >> 60 & 1), (int64_t)(x >> 40) % 60);
			}
		}
		finish(&w);
		chains += (int)w.chains.n;
		done(&w);
	}
	IS_INT(chains, 0, "in 100 runs of chance nothing begins together");
}

int
main(void)
{
	test_by_id();
	test_cause_first();
	test_chance();
	test_none();
	test_two_ids();
	test_logs();
	test_united();
	test_clocks();
	test_flood();
	test_by_time();
	test_noise();
	return tap_done();
}
