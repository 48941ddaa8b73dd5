/* logs_lines - the lines of many streams in the order of time: what is given out, in which order, within which memory */
#include "logs/lines.h"

#include "base/clock.h"
#include "logs/line.h"
#include "tap.h"

enum { S = 1000 * 1000, STREAMS = 8 };

struct shown {
	char *text; /* everything given out, as lines "flags service text" */
	size_t n, size;
	const char *grep;
	int64_t last_ms;
	struct ir_ids ids;
	char logger[80];
	enum ir_log_level level;
};

struct run {
	struct ir_logs_query query;
	struct ir_logs_lines_opts o;
	struct ir_logs_lines *l;
	struct ir_logs_stream streams[STREAMS];
	struct shown shown;
	size_t chunk; /* bytes at a time; 0: as much as there is room for */
};

static void
line(void *arg, const struct ir_logs_shown *s)
{
	struct shown *out = arg;
	char head[200];
	int n = snprintf(head, sizeof(head), "%s%s%s%s%s", s->late ? "late " : "", s->cut ? "cut " : "",
	    s->more ? "+" : "", s->service, s->service[0] ? ": " : "");

	while (out->size < out->n + (size_t)n + s->n + 2)
		out->text = realloc(out->text, out->size = 2 * out->size + 4096);
	memcpy(out->text + out->n, head, (size_t)n);
	memcpy(out->text + out->n + n, s->text, s->n);
	out->n += (size_t)n + s->n;
	out->text[out->n++] = '\n';
	out->text[out->n] = '\0';
	out->last_ms = s->ms;
	out->ids = *s->ids;
	out->level = s->level;
	snprintf(out->logger, sizeof(out->logger), "%s", s->logger ? s->logger : "(null)");
}

static bool
matches(void *arg, const char *p, size_t n)
{
	const struct shown *out = arg;

	return memmem(p, n, out->grep, strlen(out->grep)) != NULL;
}

static void
begin(struct run *r)
{
	memset(r, 0, sizeof(*r));
	r->query = (struct ir_logs_query){ .since_ms = IR_TIME_NONE,
		.until_ms = IR_TIME_NONE,
		.split_ms = IR_TIME_NONE,
		.tail = -1,
		.now_ms = 1780000000000 };
	r->o = (struct ir_logs_lines_opts){ .query = &r->query, .tail = -1, .line = line, .line_arg = &r->shown };
	for (size_t i = 0; i < STREAMS; i++)
		r->streams[i] = (struct ir_logs_stream){
			.service = "", .subject = "stdin", .zone_known = true, .newest_ms = r->query.now_ms
		};
	r->streams[0].service = "web";
	r->streams[1].service = "worker";
	r->streams[2].service = "db";
}

static void
add(struct run *r, int stream, const char *p, size_t n)
{
	struct ir_logs_reader *reader;

	if (!r->l)
		r->l = ir_logs_lines_new(&r->o);
	reader = ir_logs_lines_reader(r->l);
	while (n) {
		size_t room, k;
		char *to = reader->ops->room(reader, &r->streams[stream], &room);

		k = r->chunk && r->chunk < room ? r->chunk : room;
		k = k < n ? k : n;
		memcpy(to, p, k);
		reader->ops->took(reader, &r->streams[stream], k);
		p += k;
		n -= k;
	}
}

static void
adds(struct run *r, int stream, const char *text)
{
	add(r, stream, text, strlen(text));
}

static void
idle(struct run *r, int stream)
{
	struct ir_logs_reader *reader = ir_logs_lines_reader(r->l);

	reader->ops->idle(reader, &r->streams[stream]);
}

/* What was given out since the last time; free by the next call or by done(). */
static const char *
got(struct run *r)
{
	static char *last;

	free(last);
	last = r->shown.text ? r->shown.text : strdup("");
	r->shown.text = NULL;
	r->shown.n = r->shown.size = 0;
	return last;
}

static const struct ir_logs_lines_counts *
finish(struct run *r)
{
	ir_logs_lines_finish(r->l);
	return ir_logs_lines_counts(r->l);
}

static void
done(struct run *r)
{
	got(r);
	ir_logs_lines_free(r->l);
}

/* Do the counts add up? */
static bool
adds_up(const struct ir_logs_lines_counts *c)
{
	return c->lines == c->shown + c->left_out + c->before_tail + c->dropped;
}

#define T "2026-02-01T02:12:"

static void
test_order(void)
{
	struct run r;
	const struct ir_logs_lines_counts *c;

	begin(&r);
	adds(&r, 0, T "01Z one\n" T "03Z three\n");
	adds(&r, 1, T "00Z zero\n" T "02Z two\n" T "02Z two again\n");
	adds(&r, 0, T "02Z web two\n");
	adds(&r, 1, T "04Z four, without an end");
	IS_STR(got(&r), "", "nothing is given out before all is there");
	c = finish(&r);
	IS_STR(got(&r),
	    "worker: " T "00Z zero\nweb: " T "01Z one\nweb: " T "02Z web two\nworker: " T "02Z two\nworker: " T
	    "02Z two again\nweb: " T "03Z three\nworker: " T "04Z four, without an end\n",
	    "streams are merged by time; equal times keep the order of streams and of lines");
	IS_INT(c->lines, 7, "lines");
	IS_INT(c->shown, 7, "all shown");
	IS_INT(c->late, 0, "none late");
	IS_INT(r.shown.last_ms, 1769911924000, "the time");
	done(&r);
}

static void
test_no_time(void)
{
	struct run r;
	const struct ir_logs_lines_counts *c;

	begin(&r);
	adds(&r, 0, "before any\nand another\n" T "05Z five\nafter five\n" T "07Z seven\n");
	adds(&r, 1, T "04Z four\n" T "06Z six\n");
	adds(&r, 2, "never a time\nnever\n");
	c = finish(&r);
	IS_STR(got(&r),
	    "db: never a time\ndb: never\nworker: " T "04Z four\nweb: before any\nweb: and another\nweb: " T
	    "05Z five\nweb: after five\nworker: " T "06Z six\nweb: " T "07Z seven\n",
	    "a line without a time has the one before it, at the beginning the first one after it");
	IS_INT(c->no_time, 2, "lines without any time");
	OK(adds_up(c), "counts add up");
	done(&r);

	begin(&r);
	r.query.since_ms = 1769911925000;
	adds(&r, 0, "before any\n" T "04Z four\nafter four\n" T "05Z five\nafter five\n");
	c = finish(&r);
	IS_STR(got(&r), "web: " T "05Z five\nweb: after five\n", "they are within or without the times with it");
	IS_INT(c->left_out, 3, "which is counted");
	OK(adds_up(c), "and adds up");
	done(&r);
}

static void
test_trace(void)
{
	static const char trace[] = T "01Z ERROR Internal Server Error: /checkout\n"
				      "Traceback (most recent call last):\n"
				      "  File \"/app/views.py\", line 42, in checkout\n"
				      "    total(cart)\n"
				      "ValueError: no total\n";
	static const char folded[] = "web: " T "01Z ERROR Internal Server Error: /checkout\n"
				     "+web: Traceback (most recent call last):\n"
				     "+web:   File \"/app/views.py\", line 42, in checkout\n"
				     "+web:     total(cart)\n"
				     "+web: ValueError: no total\n";
	struct run r;
	char want[1000];

	begin(&r);
	adds(&r, 0, trace);
	adds(&r, 0, T "02Z next\n");
	adds(&r, 1, T "01Z INFO worker\n");
	finish(&r);
	snprintf(want, sizeof(want), "%sworker: " T "01Z INFO worker\nweb: " T "02Z next\n", folded);
	IS_STR(got(&r), want, "the lines of a stack trace stay together");
	done(&r);

	begin(&r);
	r.shown.grep = "views.py";
	r.o.matches = matches;
	r.o.matches_arg = &r.shown;
	adds(&r, 0, trace);
	adds(&r, 0, T "02Z next\n");
	IS_INT(finish(&r)->left_out, 1, "what does not match is left out");
	IS_STR(got(&r), folded, "a trace matches as a whole");
	done(&r);
}

static void
test_filters(void)
{
	struct ir_list services = { 0 };
	struct ir_arena arena = { NULL };
	struct run r;
	const struct ir_logs_lines_counts *c;

	begin(&r);
	r.query.min_level = IR_LEVEL_ERROR;
	adds(&r, 0,
	    T "01Z INFO fine\n" T "02Z ERROR bad\n" T "03Z plain words\n" T "04Z WARNING so so\n" T
	      "05Z connection refused\n");
	c = finish(&r);
	IS_STR(got(&r), "web: " T "02Z ERROR bad\nweb: " T "05Z connection refused\n",
	    "a level filters what names or tells of a lower one");
	IS_INT(r.shown.level, IR_LEVEL_ERROR, "a guessed level");
	IS_INT(c->left_out, 3, "what is left out is counted");
	done(&r);

	begin(&r);
	ir_list_add(&arena, &services, "worker");
	r.o.services = &services;
	adds(&r, 0, T "01Z web\n");
	adds(&r, 1, T "02Z worker\n");
	c = finish(&r);
	IS_STR(got(&r), "worker: " T "02Z worker\n", "services filter");
	IS_INT(c->left_out, 1, "and are counted");
	done(&r);
	ir_arena_done(&arena);

	begin(&r);
	r.query.since_ms = 1769911922000;
	r.query.until_ms = 1769911923000;
	adds(&r, 0, T "01Z a\n" T "02Z b\n" T "03Z c\n" T "03.001Z d\n");
	finish(&r);
	IS_STR(got(&r), "web: " T "02Z b\nweb: " T "03Z c\n", "times filter, their ends are in");
	done(&r);
}

static void
test_stamped(void)
{
	struct run r;

	begin(&r);
	r.streams[0].stamped = r.streams[1].stamped = true;
	adds(&r, 0,
	    "2026-02-01T02:12:05.123456789Z no time of its own\r\n2026-02-01T02:12:06.5+01:00 \n"
	    "2026-02-01T02:12:07Z " T "01Z its own\nno stamp\n");
	finish(&r);
	IS_STR(got(&r), "web: \nweb: " T "01Z its own\nweb: no stamp\nweb: no time of its own\n",
	    "the transport's stamp is not shown, and is the time of what has none");
	done(&r);
}

static void
test_dirty(void)
{
	static const char text[] = T "01Z \x1b[31mred\x1b[0m\r\n" T "02Z nul\0here\n" T "03Z bad \xff\xfe utf\n" T
				     "04Z tab\there\n\n" T "05Z \xe2\x82\xac\n";
	struct run r;
	size_t i;
	const char *p;

	begin(&r);
	add(&r, 0, text, sizeof(text) - 1);
	IS_INT(finish(&r)->shown, 6, "an empty line is one");
	p = got(&r);
	IS_STR(p,
	    "web: " T "01Z red\nweb: " T "02Z nulhere\nweb: " T "03Z bad \xef\xbf\xbd\xef\xbf\xbd utf\nweb: " T
	    "04Z tab here\nweb: \nweb: " T "05Z \xe2\x82\xac\n",
	    "escape sequences, NUL, CR and invalid UTF-8 are gone");
	for (i = 0; p[i]; i++)
		if ((unsigned char)p[i] < ' ' && p[i] != '\n')
			break;
	OK(p[i] == '\0', "no control byte is left");
	done(&r);
}

static void
test_long(void)
{
	enum { LONG = 100000 };
	struct run r;
	char *text = malloc(LONG + 100);
	const struct ir_logs_lines_counts *c;
	const char *out;

	for (size_t chunk = 0; chunk < 2; chunk++) {
		begin(&r);
		r.chunk = chunk * 1000;
		memset(text, 'x', LONG);
		memcpy(text, T "01Z ", 21);
		memcpy(text + LONG, "\n" T "02Z short\n", 28);
		add(&r, 0, text, LONG + 28);
		text[IR_LOG_LINE_MAX] = '\r';
		text[IR_LOG_LINE_MAX + 1] = '\n';
		add(&r, 0, text, IR_LOG_LINE_MAX + 2);
		text[IR_LOG_LINE_MAX - 1] = '\xc3';
		text[IR_LOG_LINE_MAX] = '\xa4';
		add(&r, 0, text, IR_LOG_LINE_MAX + 2);
		c = finish(&r);
		IS_INT(c->lines, 4, "a huge line is one");
		IS_INT(c->cut, 2, "and marked as cut");
		out = got(&r);
		IS_INT((int64_t)strcspn(out, "\n"), 9 + IR_LOG_LINE_MAX, "after so much");
		OK(strncmp(out, "cut web: " T "01Z xxx", 27) == 0, "with its flag");
		out += strcspn(out, "\n") + 1;
		IS_INT((int64_t)strcspn(out, "\n"), 5 + IR_LOG_LINE_MAX, "a line that just fits is whole");
		out += strcspn(out, "\n") + 1;
		IS_INT((int64_t)strcspn(out, "\n"), 9 + IR_LOG_LINE_MAX - 1, "no character is cut in two");
		IS_STR(out + strcspn(out, "\n") + 1, "web: " T "02Z short\n", "and what follows is read");
		IS_INT(c->bytes, LONG + 28 + 2 * (IR_LOG_LINE_MAX + 2), "bytes");
		done(&r);
	}
	free(text);
}

static void
test_tail(void)
{
	struct run r;
	char text[100], want[1000] = "";
	const struct ir_logs_lines_counts *c;

	/* two streams of a service, unevenly; another service has fewer than asked for */
	begin(&r);
	r.o.tail = 3;
	r.streams[3].service = "web";
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), T "%02dZ line %d\n", i, i);
		adds(&r, i < 38 ? 0 : 3, text);
	}
	adds(&r, 3, T "00Z too old\n");
	adds(&r, 1, T "05Z worker\n");
	c = finish(&r);
	IS_STR(got(&r),
	    "worker: " T "05Z worker\nweb: " T "37Z line 37\nweb: " T "38Z line 38\nweb: " T "39Z line 39\n",
	    "the last three of each service");
	IS_INT(c->before_tail, 38, "the others are before them");
	OK(adds_up(c), "counts add up");
	done(&r);

	/* by lines, though an event goes through the cut */
	begin(&r);
	r.o.tail = 2;
	adds(&r, 0,
	    T "01Z ERROR first\n" T "02Z ERROR Oh\nTraceback (most recent call last):\n  File \"x\"\nValueError: y\n");
	c = finish(&r);
	IS_STR(got(&r), "+web:   File \"x\"\n+web: ValueError: y\n", "the last two lines of a longer trace");
	IS_INT(c->before_tail, 3, "three are before them");
	done(&r);

	begin(&r);
	r.o.tail = 0;
	adds(&r, 0, T "01Z one\n");
	IS_INT(finish(&r)->before_tail, 1, "none at all");
	IS_STR(got(&r), want, "can be asked for");
	done(&r);

	begin(&r);
	r.o.tail = 2;
	r.query.min_level = IR_LEVEL_ERROR;
	adds(&r, 0,
	    T "01Z ERROR one\n" T "02Z ERROR two\n" T "03Z INFO three\n" T "04Z ERROR four\n" T "05Z INFO five\n");
	c = finish(&r);
	IS_STR(
	    got(&r), "web: " T "02Z ERROR two\nweb: " T "04Z ERROR four\n", "the last two of those that are asked for");
	OK(adds_up(c), "counts add up, too");
	done(&r);
}

static void
test_memory(void)
{
	enum { MEMORY = 256 << 10, LINES = 20000 };
	struct run r;
	char text[200];
	const struct ir_logs_lines_counts *c;
	size_t most, held, worst = 0;

	/* two streams that go at the same pace need little */
	begin(&r);
	r.o.memory = MEMORY;
	for (int i = 0; i < LINES; i++) {
		snprintf(text, sizeof(text), "2026-02-01T%02d:%02d:%02dZ event %d of a service\n", i / 3600,
		    i / 60 % 60, i % 60, i);
		adds(&r, i & 1, text);
		held = ir_logs_lines_held(r.l, &most);
		worst = held > worst ? held : worst;
	}
	c = finish(&r);
	ir_logs_lines_held(r.l, &most);
	OK(worst <= MEMORY + 4096 && most <= MEMORY + 4096, "no more is held than may be: %zu, %zu", worst, most);
	IS_INT(c->shown, LINES, "everything is given out");
	IS_INT(c->late, 0, "in order");
	IS_INT((int64_t)ir_logs_lines_held(r.l, &most), 0, "and nothing is held at the end");
	done(&r);

	/* a tail that does not fit is cut at its beginning */
	begin(&r);
	r.o.memory = MEMORY;
	r.o.tail = LINES;
	for (int i = 0; i < LINES; i++) {
		snprintf(text, sizeof(text), "2026-02-01T%02d:%02d:%02dZ event %d of a service\n", i / 3600,
		    i / 60 % 60, i % 60, i);
		adds(&r, 0, text);
	}
	adds(&r, 1, T "00Z worker\n");
	c = finish(&r);
	ir_logs_lines_held(r.l, &most);
	OK(most <= MEMORY + 4096, "a tail is held within it, too: %zu", most);
	OK(c->dropped > LINES / 2 && c->shown > 500 && c->before_tail == 0 && adds_up(c), "what was dropped is told");
	OK(strstr(got(&r), "worker: " T "00Z worker\n") != NULL, "a small service is not dropped for a big one");
	done(&r);

	/* an endless event */
	begin(&r);
	r.o.memory = MEMORY;
	adds(&r, 0, T "01Z ERROR x\nTraceback (most recent call last):\n");
	worst = 0;
	for (int i = 0; i < LINES; i++) {
		snprintf(text, sizeof(text), "  File \"%d\" and so on, and so on, and so on, and so on\n", i);
		adds(&r, 0, text);
		held = ir_logs_lines_held(r.l, &most);
		worst = held > worst ? held : worst;
	}
	c = finish(&r);
	OK(worst < MEMORY + (300 << 10), "a trace without end is held in pieces: %zu", worst);
	IS_INT(c->shown, LINES + 2, "and given out whole");
	done(&r);
}

static void
test_late(void)
{
	enum { LINES = 20000 };
	struct run r;
	char text[200];
	const struct ir_logs_lines_counts *c;

	begin(&r);
	r.o.memory = 64 << 10;
	for (int i = 0; i < LINES; i++) {
		snprintf(text, sizeof(text), "2026-02-01T%02d:%02d:%02dZ event %d of a service\n", i / 3600,
		    i / 60 % 60, i % 60, i);
		adds(&r, 0, text);
	}
	adds(&r, 1, "2026-02-01T00:00:01Z an old one\n");
	c = finish(&r);
	IS_INT(c->late, 1, "what comes after newer ones were given out is late");
	OK(strstr(got(&r), "late worker: 2026-02-01T00:00:01Z an old one\n") != NULL, "and marked");
	done(&r);
}

/* One stream after the other, though they speak of the same hours. */
static void
test_skew(void)
{
	enum { LINES = 20000 };
	static const char *const directories[] = { ".", "./none such" };
	struct run r;
	char text[200];
	const struct ir_logs_lines_counts *c;
	const char *p;
	size_t most;
	int at = 0;

	for (int k = 0; k < 2; k++) {
		begin(&r);
		r.o.memory = 256 << 10;
		r.o.directory = directories[k];
		for (int i = 0; i < 2 * LINES; i++) {
			int second = i % LINES;

			snprintf(text, sizeof(text), "2026-02-01T%02d:%02d:%02dZ event %d of a service\n",
			    second / 3600, second / 60 % 60, second % 60, second);
			adds(&r, i / LINES, text);
		}
		c = finish(&r);
		ir_logs_lines_held(r.l, &most);
		IS_INT(c->shown, 2 * LINES, "all is given out");
		OK(most <= (256 << 10) + 4096, "and no more held than may be: %zu", most);
		p = got(&r);
		if (k == 1) {
			OK(c->late > LINES / 2 && strstr(p, "late worker: ") != NULL, "without a file much is late");
			done(&r);
			continue;
		}
		IS_INT(c->late, 0, "with a file nothing is");
		for (at = 0; at < LINES; at++) {
			int n = snprintf(text, sizeof(text),
			    "web: 2026-02-01T%02d:%02d:%02dZ event %d of a service\nworker: ", at / 3600, at / 60 % 60,
			    at % 60, at);

			if (strncmp(p, text, (size_t)n) != 0)
				break;
			p = strchr(p + n, '\n') + 1;
		}
		IS_INT(at, LINES, "the order is right");
		IS_STR(p, "", "to the end");
		done(&r);
	}
}

static void
test_follow(void)
{
	struct run r;
	int64_t now = 5 * S;

	begin(&r);
	r.query.follow = true;
	r.o.tail = 2;
	adds(&r, 0, T "01Z a\n" T "02Z b\n" T "04Z d\n");
	adds(&r, 1, T "03Z c\n");
	ir_logs_lines_tick(r.l, now);
	IS_STR(got(&r), "", "while what there is comes in, nothing is given out");
	idle(&r, 0);
	idle(&r, 1);
	ir_logs_lines_tick(r.l, now += S / 2);
	IS_STR(got(&r), "web: " T "02Z b\nworker: " T "03Z c\nweb: " T "04Z d\n", "then its tail, in order");
	adds(&r, 0, T "06Z f\n");
	idle(&r, 0);
	ir_logs_lines_tick(r.l, now += S / 2);
	IS_STR(got(&r), "", "an event waits");
	adds(&r, 1, T "05Z e\n");
	idle(&r, 1);
	ir_logs_lines_tick(r.l, now += S / 2);
	IS_STR(got(&r), "worker: " T "05Z e\nweb: " T "06Z f\n", "for an older one of another stream");
	adds(&r, 1, T "05Z too late\n");
	idle(&r, 1);
	ir_logs_lines_tick(r.l, now += 2 * S);
	IS_STR(got(&r), "late worker: " T "05Z too late\n", "which may come too late");
	adds(&r, 0, T "08Z ERROR oh\nTraceback (most recent call last):\n");
	ir_logs_lines_tick(r.l, now += S / 2);
	IS_STR(got(&r), "", "an event is open");
	ir_logs_lines_tick(r.l, now += 3 * S / 2);
	ir_logs_lines_tick(r.l, now += 3 * S / 2);
	IS_STR(
	    got(&r), "web: " T "08Z ERROR oh\n+web: Traceback (most recent call last):\n", "until nothing more comes");
	adds(&r, 0, "  File \"x\"\nValueError: y\n" T "09Z");
	idle(&r, 0);
	ir_logs_lines_tick(r.l, now += 2 * S);
	IS_STR(got(&r), "+web:   File \"x\"\n+web: ValueError: y\n", "what belongs to it goes on with it");
	adds(&r, 0, " half a line\n");
	idle(&r, 0);
	ir_logs_lines_tick(r.l, now += 2 * S);
	IS_STR(got(&r), "web: " T "09Z half a line\n", "half a line waits for its end");
	adds(&r, 3, "never a time\n");
	idle(&r, 3);
	ir_logs_lines_tick(r.l, now += 2 * S);
	IS_STR(got(&r), "never a time\n", "a line without any time is given out as it comes");
	OK(adds_up(finish(&r)), "counts add up");
	done(&r);

	begin(&r);
	r.query.follow = true;
	adds(&r, 0, T "01Z a\n");
	ir_logs_lines_tick(r.l, now);
	ir_logs_lines_tick(r.l, now += 3 * S / 2);
	IS_STR(got(&r), "web: " T "01Z a\n", "a source that never says so has caught up when nothing comes");
	done(&r);
}

/* Four streams, whose lines were made by a small generator of numbers. */
static void
test_chunks(void)
{
	static const char *const words[] = { "INFO fine",
		"ERROR bad\nTraceback (most recent call last):\n  File \"x\"\nValueError: y", "", "\x1b[1mbold\r",
		"\xc3\xa4\xff", "WARNING so" };
	char *text = malloc(400000), *first = NULL;
	size_t n = 0, sizes[] = { 0, 1, 7, 64, 4096 };
	uint64_t x = 1;
	struct run r;
	char t[64];

	for (int i = 0; i < 5000; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		snprintf(
		    t, sizeof(t), "2026-02-01T%02d:%02d:%02d.%03dZ ", i / 3600, i / 60 % 60, i % 60, (int)(x >> 55));
		if (x >> 62 != 0)
			n += (size_t)snprintf(text + n, 100, "%s", t);
		n += (size_t)snprintf(text + n, 100, "%s\n", words[(x >> 33) % 6]);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		begin(&r);
		r.chunk = sizes[i];
		for (size_t at = 0, k; at < n; at += k) {
			k = n - at < 12345 ? n - at : 12345;
			add(&r, (int)(at / 12345 % 4), text + at, k);
		}
		OK(adds_up(finish(&r)), "counts add up in pieces of %zu", sizes[i]);
		if (i == 0)
			first = strdup(got(&r));
		else
			OK(strcmp(first, got(&r)) == 0, "the same in pieces of %zu", sizes[i]);
		done(&r);
	}
	free(first);
	free(text);
}

int
main(void)
{
	test_order();
	test_no_time();
	test_trace();
	test_filters();
	test_stamped();
	test_dirty();
	test_long();
	test_tail();
	test_memory();
	test_late();
	test_skew();
	test_follow();
	test_chunks();
	return tap_done();
}
