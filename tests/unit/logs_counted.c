/* logs_counted - lines that an engine counted give the patterns that they give one by one */
#include "logs/counter.h"

#include "base/clock.h"
#include "logs/feed.h"
#include "tap.h"

#define START INT64_C(1700000000000)

static struct ir_arena arena;
static struct ir_ctx ctx = { .arena = &arena };

struct run {
	struct ir_logs_query query;
	struct ir_logs_source source;
	struct ir_logs_stream stream;
	struct ir_logs_counter *counter;
	struct ir_logs_counts counts;
};

static bool
has_seven(void *arg, const char *p, size_t n)
{
	(void)arg;
	return memchr(p, '7', n) != NULL;
}

static void
begin(struct run *r, int min_level, const struct ir_list *services, bool grep)
{
	struct ir_logs_counter_opts o = {
		.query = &r->query, .services = services, .matches = grep ? has_seven : NULL, .threads = 1
	};

	*r = (struct run){ .query = { .since_ms = IR_TIME_NONE,
			       .until_ms = IR_TIME_NONE,
			       .split_ms = START + 150000,
			       .tail = -1,
			       .min_level = min_level,
			       .now_ms = START + 600000 } };
	r->stream = (struct ir_logs_stream){ .service = "web", .subject = "test", .newest_ms = r->query.now_ms };
	r->counter = ir_logs_counter_new(&arena, &o);
	r->source =
	    (struct ir_logs_source){ .ctx = &ctx, .query = &r->query, .reader = ir_logs_counter_reader(r->counter) };
}

static void
put_counted(struct run *r, const char *text, int64_t count, int64_t before, int64_t at_s, int level)
{
	int64_t minute = START + at_s * 1000 / 60000 * 60000;
	struct ir_logs_counted k = { .count = count,
		.before = before,
		.after = count - before,
		.first_ms = START + at_s * 1000,
		.last_ms = START + at_s * 1000,
		.minute_ms = &minute,
		.minute_count = &count,
		.minutes = 1,
		.level = level };

	r->source.reader->ops->counted(r->source.reader, &r->stream, text, strlen(text), &k);
}

static void
end(struct run *r)
{
	r->source.reader->ops->ended(r->source.reader, &r->stream);
	ir_logs_counter_finish(r->counter, &r->counts);
}

static const char *
told(const struct run *r)
{
	const char *all = ir_asprintf(&arena, "%lld lines, %lld events, %lld left out\n", (long long)r->counts.lines,
	    (long long)r->counts.events, (long long)r->counts.left_out);

	for (size_t i = 0; i < r->counts.n; i++) {
		const struct ir_logs_pattern *p = &r->counts.v[i];

		all = ir_asprintf(&arena, "%s%s|%s|%s|%s %lld/%lld %lld+%lld %lld-%lld|%s|%zu frames\n", all,
		    p->service, p->template, p->key, ir_level_names[p->level], (long long)p->events,
		    (long long)p->lines, (long long)p->before, (long long)p->after, (long long)(p->first_ms - START),
		    (long long)(p->last_ms - START), p->error ? p->error : "", p->frames.n);
	}
	return all;
}

#define TRACE \
	"ERROR cart failed\nTraceback (most recent call last):\n  File \"/app/cart.py\", line 12, in add\n    " \
	"boom()\n  File \"/app/db.py\", line 7, in boom\n    raise ValueError(x)\nValueError: no item 4711"

static void
test_same(void)
{
	struct run one, many;

	begin(&one, 0, NULL, false);
	begin(&many, 0, NULL, false);
	one.stream.stamped = true;
	for (int i = 0; i < 300; i++) {
		char line[2000];
		int64_t ms = START + i * 1000;
		char time[IR_TIME_MAX];

		ir_time_format(time, ms);
		if (i % 3 == 0)
			snprintf(line, sizeof(line), "%s GET /cart/%d took %dms\n", time, i, i % 7);
		else if (i % 3 == 1)
			snprintf(line, sizeof(line), "%s WARN slow query 0x%04xbeef of user_%d\n", time, i + 4096, i);
		else
			snprintf(line, sizeof(line),
			    "%s {\"level\":50,\"msg\":\"no item %d\",\"stack\":\"ValueError: x\\n    at add "
			    "(/app/cart.js:%d:1)\"}\n",
			    time, i, i);
		ir_logs_put(&one.source, &one.stream, line, strlen(line));
	}
	put_counted(&many, "GET /cart/0 took 0ms", 100, 50, 0, 0);
	put_counted(&many, "WARN slow query 0x1001beef of user_1", 60, 50, 1, 0);
	put_counted(&many, "WARN slow query 0x1001beef of user_1", 40, 0, 1, 0);
	put_counted(&many,
	    "{\"level\":50,\"msg\":\"no item 2\",\"stack\":\"ValueError: x\\n    at add (/app/cart.js:2:1)\"}", 100, 50,
	    2, 0);
	end(&one);
	end(&many);
	IS_INT((int64_t)many.counts.n, 3, "three patterns");
	/* the instants were made up here */
	for (size_t i = 0; i < many.counts.n && i < one.counts.n; i++)
		many.counts.v[i].last_ms = one.counts.v[i].last_ms;
	IS_STR(told(&many), told(&one), "counted lines and lines one by one give the same");
	ir_logs_counter_free(one.counter);
	ir_logs_counter_free(many.counter);
}

/* Of lines that are alike but for their status, those that failed are errors, whichever comes first. */
static void
test_status(void)
{
	static const char *const ends[] = { "503 1", "200 1" };

	for (int first = 0; first < 2; first++) {
		struct run r;

		begin(&r, 0, NULL, false);
		for (int i = 0; i < 40; i++) {
			char line[200];

			snprintf(line, sizeof(line),
			    "10.0.0.%d - - [14/Nov/2023:22:13:%02d +0000] \"GET /item/%d HTTP/1.1\" %s\n", i, i, i,
			    ends[(i + first) % 2]);
			ir_logs_put(&r.source, &r.stream, line, strlen(line));
		}
		end(&r);
		IS_INT((int64_t)r.counts.n, 2, "two patterns");
		for (size_t i = 0; i < r.counts.n; i++) {
			const struct ir_logs_pattern *p = &r.counts.v[i];
			bool failed = strstr(p->template, "5xx") != NULL;

			IS_INT(p->events, 20, "%s", p->template);
			IS_INT(p->level, failed ? IR_LEVEL_ERROR : IR_LEVEL_NONE, "its level");
			IS_INT(p->level_guessed, !failed, "is it guessed?");
		}
		ir_logs_counter_free(r.counter);
	}
}

static void
test_event(void)
{
	struct run one, many;

	begin(&one, 0, NULL, false);
	begin(&many, 0, NULL, false);
	ir_logs_put(&one.source, &one.stream, "2023-11-14T22:13:20Z " TRACE "\n",
	    sizeof("2023-11-14T22:13:20Z " TRACE "\n") - 1);
	put_counted(&many, TRACE, 1, 1, 0, 0);
	end(&one);
	end(&many);
	IS_STR(told(&many), told(&one), "an event of several lines is one");
	OK(strstr(told(&many), "|ValueError|2 frames"), "with its exception and frames");
	ir_logs_counter_free(one.counter);
	ir_logs_counter_free(many.counter);
	begin(&many, 0, NULL, false);
	put_counted(&many, TRACE, 1000, 400, 0, IR_LEVEL_FATAL);
	put_counted(&many, "two\nlines", 3, 3, 0, 0);
	put_counted(&many, "", 5, 5, 0, 0);
	put_counted(&many, "\n", 5, 5, 0, 0);
	end(&many);
	IS_INT(many.counts.lines, 7000 + 6 + 5 + 5, "each line of each is counted");
	OK(strstr(told(&many), "|fatal 1000/7000 400+600 0-0|ValueError|2 frames"),
	    "as often as the engine says, with its level: %s", told(&many));
	OK(strstr(told(&many), " 3/6 3+0 0-0||0 frames"), "what is no stack trace is one event too");
	ir_logs_counter_free(many.counter);
}

static void
test_left_out(void)
{
	struct ir_list services = { .n = 0 };
	struct run r;

	begin(&r, IR_LEVEL_ERROR, NULL, false);
	put_counted(&r, "INFO quiet", 5, 0, 0, 0);
	put_counted(&r, "quiet", 6, 0, 0, IR_LEVEL_WARN);
	put_counted(&r, "loud", 7, 0, 0, IR_LEVEL_ERROR);
	end(&r);
	IS_STR(told(&r), "18 lines, 7 events, 11 left out\nweb|loud|loud|error 7/7 0+7 0-0||0 frames\n",
	    "lower levels are left out");
	ir_logs_counter_free(r.counter);
	ir_list_add(&arena, &services, "db");
	begin(&r, 0, &services, false);
	r.stream.service = NULL; /* whoever wrote it: the lines say */
	put_counted(&r, "hello", 5, 0, 0, 0);
	put_counted(&r, "{\"service\":\"db\",\"level\":\"info\",\"msg\":\"hello\"}", 6, 0, 0, 0);
	end(&r);
	IS_STR(told(&r), "11 lines, 6 events, 5 left out\ndb|hello|hello|info 6/6 0+6 0-0||0 frames\n",
	    "and other services");
	ir_logs_counter_free(r.counter);
	begin(&r, 0, NULL, true);
	put_counted(&r, "six", 5, 0, 0, 0);
	put_counted(&r, "first\nthen 7", 6, 0, 0, 0);
	end(&r);
	IS_INT(r.counts.left_out, 5, "and what --grep does not match, in any of its lines");
	ir_logs_counter_free(r.counter);
}

int
main(void)
{
	test_same();
	test_status();
	test_event();
	test_left_out();
	ir_arena_done(&arena);
	return tap_done();
}
