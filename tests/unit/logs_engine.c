/* logs_engine - what the sources that ask an engine share: levels, lines, streams, rows that were seen */
#include "logs/engine.h"

#include "logs/seen.h"
#include "logs_reader.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_ctx ctx = { .arena = &arena };

static void
test_levels(void)
{
	static const struct {
		const char *text;
		bool otel;
		enum ir_log_level level;
	} cases[] = {
		{ "info", false, IR_LEVEL_INFO },
		{ "Warning", false, IR_LEVEL_WARN },
		{ "log", false, IR_LEVEL_INFO },
		{ "E", false, IR_LEVEL_ERROR },
		{ "w", false, IR_LEVEL_WARN },
		{ "30", false, IR_LEVEL_INFO },
		{ "3", false, IR_LEVEL_ERROR },
		{ "17", true, IR_LEVEL_ERROR },
		{ "0", true, IR_LEVEL_NONE },
		{ "300000", false, IR_LEVEL_NONE },
		{ "12a", false, IR_LEVEL_NONE },
		{ "", false, IR_LEVEL_NONE },
		{ "-", false, IR_LEVEL_NONE },
		{ "a word that is long", false, IR_LEVEL_NONE },
	};
	static const struct {
		const char *text;
		bool names;
	} lines[] = {
		{ "ERROR no such item", true },
		{ "2024-01-01 10:00:00,123 [main] warn: x", true },
		{ "<30>1 x", true },
		{ "{\"a\":1,\"level\":\"x\"}", true },
		{ "ts=1 level=info", true },
		{ "no such item, which is an error", true },
		{ "one two three four five six seven eight nine ten error", false },
		{ "GET /errors/info-page took 3ms", true },
		{ "hello", false },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		IS_INT(ir_engine_level(cases[i].text, strlen(cases[i].text), cases[i].otel), cases[i].level,
		    "level '%s'", cases[i].text);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		IS_INT(ir_engine_names_level(lines[i].text, strlen(lines[i].text)), lines[i].names,
		    "'%s': does it name its level?", lines[i].text);
}

static void
test_literal(void)
{
	OK(ir_engine_is_literal("no such item: 5 (") == false, "a bracket is no literal");
	OK(ir_engine_is_literal("it's 5 % of \"x\", _ and -"), "this text is");
	OK(!ir_engine_is_literal("a.b") && !ir_engine_is_literal("a|b") && !ir_engine_is_literal("a\\"),
	    "nor are a dot, a bar, a backslash");
	OK(!ir_engine_is_literal(""), "nor is nothing");
}

static void
test_said(void)
{
	char text[400];

	memset(text, 'x', sizeof(text));
	IS_STR(
	    ir_engine_said(&arena, "\n  no\x1b[1m\tgo \nmore", 18), "no\\x1b[1m\\tgo ", "one line, without controls");
	IS_STR(ir_engine_said(&arena, "", 0), "", "nothing");
	IS_INT((int64_t)strlen(ir_engine_said(&arena, text, sizeof(text))), 304, "at most so much of it");
}

static void
begin(struct ir_engine *e, struct ir_logs_source *s, const struct ir_logs_query *q, struct logs_reader *r)
{
	logs_reader_init(r, 7);
	*s = (struct ir_logs_source){ .ctx = &ctx, .query = q, .reader = &r->reader, .subject = "loki://h:1" };
	*e = (struct ir_engine){ .source = s };
}

static struct ir_span
span(const char *s)
{
	return (struct ir_span){ s, strlen(s) };
}

static void
test_put(void)
{
	struct ir_logs_query q = logs_query();
	struct ir_logs_source s;
	struct logs_reader r;
	struct ir_engine e;
	struct ir_logs_stream *a;

	begin(&e, &s, &q, &r);
	a = ir_engine_stream(&e, span("web"), "p");
	ir_engine_put(&e, a, 0, IR_LEVEL_ERROR, "one\n  two\n", 10);
	ir_engine_put(&e, a, 1, IR_LEVEL_ERROR, "INFO x", 6);
	ir_engine_put(&e, a, 2, IR_LEVEL_NONE, "", 0);
	ir_engine_put(&e, a, 3, IR_LEVEL_WARN, "\n\n", 2);
	ir_engine_put(&e, a, INT64_MIN, IR_LEVEL_NONE, "a\0b", 3);
	IS_STR(logs_text(&r, "/web/p"),
	    "1970-01-01T00:00:00.000Z ERROR one\n1970-01-01T00:00:00.000Z   two\n1970-01-01T00:00:00.001Z INFO "
	    "x\n1970-01-01T00:00:00.002Z \n"
	    "1970-01-01T00:00:00.003Z WARN \n1970-01-01T00:00:00.003Z \n a",
	    "each line with its instant, and with the level that it does not name");
	OK(a->stamped, "they are stamped");
	IS_STR(a->subject, "loki://h:1/web/p", "subject");
	ir_engine_idle(&e);
	ir_engine_end_streams(&e);
	IS_INT(r.v[0].idle + 10 * r.v[0].ended, 11, "idle and ended are passed on");
	logs_reader_done(&r);
	ir_buf_done(&e.line);
}

static void
test_streams(void)
{
	struct ir_logs_query q = logs_query();
	struct ir_logs_source s;
	struct logs_reader r;
	struct ir_engine e;
	struct ir_logs_stream *a;
	int other = 0;

	begin(&e, &s, &q, &r);
	a = ir_engine_stream(&e, span("web"), "");
	OK(a == ir_engine_stream(&e, span("web"), ""), "a service has one stream");
	OK(a != ir_engine_stream(&e, span("web"), "x") && a != ir_engine_stream(&e, span("we"), "b"),
	    "a part of it another");
	IS_STR(ir_engine_stream(&e, span("\x1b[31m"), "")->service, "\\x1b[31m", "names are made safe");
	IS_STR(ir_engine_stream(&e, (struct ir_span){ NULL, 0 }, "")->service, "", "there may be none");
	s.service = "all";
	IS_STR(ir_engine_stream(&e, span("web"), "y")->subject, "loki://h:1/all/y",
	    "the section's own service is that of all");
	s.service = NULL;
	for (int i = 0; i < 12000; i++) {
		char name[20];

		snprintf(name, sizeof(name), "s%d", i);
		other += *ir_engine_stream(&e, span(name), "")->service == '\0';
	}
	IS_INT((int64_t)e.n_streams, IR_ENGINE_STREAMS, "there is an end of streams");
	OK(other > 2000 && other < 2020, "the rest goes to none");
	logs_reader_done(&r);
	ir_buf_done(&e.line);
}

static void
test_seen(void)
{
	struct ir_seen *s = ir_seen_new();
	int new = 0;

	ir_seen_look(s, 0);
	OK(ir_seen_row(s, 5, "a", 1, "x", 1) && ir_seen_row(s, 5, "a", 1, "x", 1) && ir_seen_row(s, 6, "a", 1, "x", 1),
	    "a first look");
	OK(ir_seen_row(s, 5, "ax", 2, "", 0) && ir_seen_row(s, 5, "", 0, "ax", 2), "a service is no text");
	ir_seen_look(s, 5);
	OK(!ir_seen_row(s, 5, "a", 1, "x", 1) && !ir_seen_row(s, 5, "a", 1, "x", 1), "the same ones again");
	OK(ir_seen_row(s, 5, "a", 1, "x", 1), "a third one is new");
	ir_seen_look(s, 6);
	IS_INT((int64_t)ir_seen_held(s), 1, "what is older than a look goes back is forgotten");
	ir_seen_look(s, INT64_MAX);
	IS_INT((int64_t)ir_seen_held(s), 0, "all of it");
	for (int look = 0; look < 2; look++) {
		ir_seen_look(s, 0);
		for (int i = 0; i < 100000; i++)
			new += ir_seen_row(s, i / 10, "a", 1, (const char *)&i, sizeof(i));
	}
	IS_INT(new, 100000, "a hundred thousand, each once");
	ir_seen_free(s);
	ir_seen_free(NULL);
}

int
main(void)
{
	test_levels();
	test_literal();
	test_said();
	test_put();
	test_streams();
	test_seen();
	ir_arena_done(&arena);
	return tap_done();
}
