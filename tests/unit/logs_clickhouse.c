/* logs_clickhouse - the SQL for any table, and answers that lie, break off or end in an exception; a real ClickHouse is in logs-clickhouse.t */
#include "logs/clickhouse_counts.h"
#include "logs/clickhouse_rows.h"
#include "logs/clickhouse_sql.h"
#include "logs_engine.h"
#include "tap.h"

static struct ir_arena arena;

/* ---- tables */

static void
test_names(void)
{
	static const struct {
		const char *text, *database, *name;
	} cases[] = {
		{ "app", NULL, "app" },
		{ "logs.app", "logs", "app" },
		{ "`my.logs`.`my table`", "my.logs", "my table" },
		{ "logs.`a.b`", "logs", "a.b" },
		{ "a.b.c", NULL, NULL },
		{ "", NULL, NULL },
		{ ".", NULL, NULL },
		{ "a.", NULL, NULL },
		{ ".a", NULL, NULL },
		{ "`a", NULL, NULL },
		{ "``", NULL, NULL },
		{ "`a`b", NULL, NULL },
		{ "a`b", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *database, *name;
		int rc = ir_clickhouse_table_name(&arena, cases[i].text, &database, &name);

		IS_INT(rc, cases[i].name ? 0 : -1, "'%s'", cases[i].text);
		if (rc == 0 && cases[i].name) {
			IS_STR(database, cases[i].database, "its database");
			IS_STR(name, cases[i].name, "its name");
		}
	}
}

static void
test_types(void)
{
	static const struct {
		const char *type;
		enum ir_clickhouse_kind kind;
		bool nullable;
	} cases[] = {
		{ "String", IR_CLICKHOUSE_TEXT, false },
		{ "FixedString(8)", IR_CLICKHOUSE_TEXT, false },
		{ "LowCardinality(Nullable(String))", IR_CLICKHOUSE_TEXT, true },
		{ "Enum8('a' = 1, 'b)' = 2)", IR_CLICKHOUSE_TEXT, false },
		{ "DateTime", IR_CLICKHOUSE_DATETIME, false },
		{ "Nullable(DateTime('Europe/Berlin'))", IR_CLICKHOUSE_DATETIME, true },
		{ "DateTime64(9, 'UTC')", IR_CLICKHOUSE_DATETIME64, false },
		{ "UInt64", IR_CLICKHOUSE_NUMBER, false },
		{ "Int8", IR_CLICKHOUSE_NUMBER, false },
		{ "Float64", IR_CLICKHOUSE_NUMBER, false },
		{ "Decimal(18, 3)", IR_CLICKHOUSE_NUMBER, false },
		{ "IntervalSecond", IR_CLICKHOUSE_OTHER, false },
		{ "Array(String)", IR_CLICKHOUSE_OTHER, false },
		{ "Map(String, String)", IR_CLICKHOUSE_OTHER, false },
		{ "Nullable(", IR_CLICKHOUSE_OTHER, false },
		{ "", IR_CLICKHOUSE_OTHER, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ir_clickhouse_column c = ir_clickhouse_column(&arena, "x", cases[i].type);

		IS_INT(c.kind, cases[i].kind, "%s", cases[i].type);
		IS_INT(c.nullable, cases[i].nullable, "%s: may it be NULL?", cases[i].type);
	}
}

/* "name type, name type" */
static size_t
columns(const char *text, struct ir_clickhouse_column *v)
{
	size_t n = 0;

	for (const char *s = text; *s; n++) {
		size_t name = strcspn(s, " "), type = strcspn(s + name, ";");

		v[n] = ir_clickhouse_column(
		    &arena, ir_strndup(&arena, s, name), ir_strndup(&arena, s + name + 1, type - 1));
		s += name + type;
		s += strspn(s, "; ");
	}
	return n;
}

static const char *
recognised(const char *text, struct ir_clickhouse_table *t)
{
	struct ir_clickhouse_column v[32];
	struct ir_err err = IR_ERR_INIT;

	if (ir_clickhouse_recognise(t, v, columns(text, v), &err) < 0)
		return ir_asprintf(&arena, "%s (%s)", err.msg, err.hint);
	return ir_asprintf(&arena, "%s %s %s %s %s %s", t->time.name, t->message.name,
	    t->level.name ? t->level.name : "-", t->service.name ? t->service.name : "-",
	    t->coarse.name ? t->coarse.name : "-", t->severity.name ? t->severity.name : "-");
}

static void
test_recognised(void)
{
	static const struct {
		const char *columns, *what;
	} cases[] = {
		{ "Timestamp DateTime64(9); TimestampTime DateTime; TraceId String; SeverityText "
		  "LowCardinality(String); SeverityNumber UInt8; ServiceName LowCardinality(String); Body String",
		    "Timestamp Body SeverityText ServiceName TimestampTime SeverityNumber" },
		{ "timestamp UInt64; body String; severity_text String; severity_number UInt8",
		    "timestamp body severity_text - - severity_number" },
		{ "message String; event_time DateTime; event_date Date; level Enum8('a' = 1)",
		    "event_time message level - - -" },
		{ "log String; seen DateTime; host String; container String", "seen log - container - -" },
		{ "time Array(DateTime); at DateTime; Msg String; level Map(String, String)", "at Msg - - - -" },
		{ "ts String; message String", "ts message - - - -" },
		{ "a DateTime; b String", "no column of the table is known to be the line (say which: message-column = "
					  "…; its columns are: a, b)" },
		{ "message String", "no column of the table is known to be the time (say which: time-column = …; its "
				    "columns are: message)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ir_clickhouse_table t = { .name = "x" };

		IS_STR(recognised(cases[i].columns, &t), cases[i].what, "%s", cases[i].what);
	}
	struct ir_clickhouse_table t = { .name = "x", .time = { .name = "TS" }, .level = { .name = "sev" } };

	IS_STR(recognised("ts DateTime; sev UInt8; text String", &t), "ts text sev - - -",
	    "names that are given, whatever their case");
	t = (struct ir_clickhouse_table){ .time = { .name = "tags" } };
	IS_STR(recognised("tags Array(String); text String", &t),
	    "time-column: column 'tags' is of type Array(String): the time cannot be read of it ()",
	    "a column that cannot be what it is to be");
	t = (struct ir_clickhouse_table){ .service = { .name = "servce" } };
	IS_STR(recognised("ts DateTime; text String; service String", &t),
	    "service-column: the table has no column 'servce' (did you mean service?)", "a column that is not there");
}

/* ---- SQL */

static struct ir_logs_query
query(void)
{
	struct ir_logs_query q = logs_query();

	q.now_ms = INT64_C(1700000100000);
	return q;
}

/* What follows WHERE 1, of rows. */
static const char *
where(struct ir_logs_query q, const char *table, const struct ir_list *services, const char *condition)
{
	struct ir_clickhouse_table t = { .name = "x", .condition = condition };
	struct ir_buf b;
	const char *ret, *at;

	if (strcmp(recognised(table, &t), "") == 0)
		return NULL;
	ir_buf_init(&b, IR_CLICKHOUSE_SQL);
	ir_clickhouse_rows_sql(&b, &t, &q, services, -1);
	at = strstr(b.data, " WHERE 1");
	ret = ir_strdup(&arena, at ? at + 8 : b.data);
	ir_buf_done(&b);
	return ret;
}

static void
test_bounds(void)
{
	struct ir_logs_query q = query();

	q.since_ms = INT64_C(1700000000001);
	q.until_ms = INT64_C(1700000000999);
	IS_STR(where(q, "ts DateTime; msg String", NULL, NULL),
	    " AND `ts`>=toDateTime(1700000001) AND `ts`<toDateTime(1700000001) ORDER BY `ts` FORMAT TabSeparated",
	    "of seconds, those that lie within");
	IS_STR(where(q, "ts DateTime64(3); msg String", NULL, NULL),
	    " AND `ts`>=fromUnixTimestamp64Milli(toInt64(1700000000001)) AND "
	    "`ts`<fromUnixTimestamp64Milli(toInt64(1700000001000)) ORDER BY `ts` FORMAT TabSeparated",
	    "of finer times");
	OK(strstr(where(q, "Timestamp DateTime64(9); TimestampTime DateTime; Body String", NULL, NULL),
	       " AND `TimestampTime`>=toDateTime(1700000000) AND "),
	    "and the column that the table is sorted by");
	OK(strstr(where(q, "ts UInt64; msg String", NULL, NULL),
	       " AND ((`ts`>=1700000000 AND `ts`<100000000000) OR (`ts`>=1700000000001 AND `ts`<100000000000000) OR "
	       "(`ts`>=1700000000001000 AND `ts`<100000000000000000) OR (`ts`>=1700000000001000000))"
	       " AND multiIf("),
	    "of numbers, in any unit");
	OK(strncmp(where(q, "ts Nullable(DateTime); msg String", NULL, NULL), " AND isNotNull(`ts`) AND ", 25) == 0,
	    "a time that may be NULL");
	q.since_ms = INT64_MIN + 1;
	q.until_ms = INT64_MAX - 1;
	IS_STR(where(q, "ts DateTime; msg String", NULL, NULL),
	    " AND `ts`>=toDateTime(0) AND `ts`<toDateTime(4102444800) ORDER BY `ts` FORMAT TabSeparated",
	    "bounds beyond all times");
}

static void
test_conditions(void)
{
	struct ir_logs_query q = query();
	struct ir_list services = { .n = 0 };

	ir_list_add(&arena, &services, "we'b");
	ir_list_add(&arena, &services, "back\\slash");
	q.min_level = IR_LEVEL_WARN;
	q.grep = "it's";
	IS_STR(where(q, "ts DateTime; msg String; app Nullable(String)", &services, "x = 1 --"),
	    " AND substring(ifNull(toString(`app`),''),1,200) IN ('we\\'b','back\\\\slash') AND (x = 1 --\n) AND "
	    "position(`msg`,'it\\'s')>0 ORDER BY `ts` FORMAT TabSeparated",
	    "services, text, a condition of one's own");
	q.grep = "a|b";
	OK(strstr(where(q, "ts DateTime; msg String; level String", NULL, NULL),
	       " AND lower(substring(`level`,1,16)) NOT IN "
	       "('trace','trac','trc','finer','finest','verbose','verb','vrb','silly','debug',"),
	    "lower levels are left out");
	OK(!strstr(where(q, "ts DateTime; msg String; level String", NULL, NULL), "'warn'"), "this one is not");
	OK(!strstr(where(q, "ts DateTime; msg String; level String", NULL, NULL), "position("),
	    "a pattern is not the engine's to look for");
	OK(strstr(where(q, "ts DateTime; msg String; level UInt8", NULL, NULL),
	       " AND lower(substring(toString(`level`),1,16)) NOT IN ("),
	    "a level that is a number");
	OK(!strstr(where(q, "ts DateTime; msg String", NULL, NULL), "NOT IN"),
	    "none is left out where there is no level");
}

static void
test_quotes(void)
{
	struct ir_buf b;

	ir_buf_init(&b, 1000);
	ir_clickhouse_literal(&b, "a'b\\c`d");
	ir_clickhouse_name(&b, "a'b\\c`d");
	IS_STR(b.data, "'a\\'b\\\\c`d'`a'b\\\\c\\`d`", "literals and names are escaped");
	ir_buf_done(&b);
}

static void
test_grid(void)
{
	static const struct {
		int64_t first, last, base, width;
	} cases[] = {
		{ 1700000000000, 1700000000000, 1699999980000, 60000 },
		{ 1700000000000, 1700007179999, 1699999980000, 60000 },
		{ 1700000000000, 1700007180000, 1699999980000, 120000 },
		{ 1700000000000, 1700086400000, 1699999980000, 780000 },
		{ -5, INT64_MAX, 0, 34187100000 },
		{ 7, -7, 0, 60000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ir_clickhouse_grid g = ir_clickhouse_grid(cases[i].first, cases[i].last);

		IS_INT(g.base_ms, cases[i].base, "grid %zu begins", i);
		IS_INT(g.width_ms, cases[i].width, "its buckets");
		OK(cases[i].last > 4102444800000 || cases[i].last < cases[i].first ||
			(cases[i].last - g.base_ms) / g.width_ms < IR_CLICKHOUSE_BUCKETS,
		    "are not too many");
	}
}

/* ---- rows */

static void
on_row(void *text, const struct ir_span *v, bool totals)
{
	struct ir_buf *b = text;

	ir_buf_adds(b, totals ? "T" : "R");
	for (int i = 0; i < 2; i++) {
		ir_buf_addc(b, '|');
		for (size_t k = 0; k < v[i].n; k++)
			ir_buf_addf(
			    b, v[i].p[k] < 0x20 || v[i].p[k] > 0x7e ? "<%02x>" : "%c", (unsigned char)v[i].p[k]);
	}
	ir_buf_addc(b, '\n');
}

static void
rows_are(const char *answer, size_t n, bool totals, bool whole, const char *rows, const char *rest)
{
	static int number;

	number++;
	for (size_t step = 1; step <= n; step += n > 1 ? n - 1 : 1) {
		struct ir_buf got;
		struct ir_clickhouse_rows r = { .fields = 3, .totals = totals, .row = on_row, .arg = &got };

		ir_buf_init(&got, 10000);
		ir_clickhouse_rows_begin(&r);
		for (size_t i = 0; i < n; i += step)
			ir_clickhouse_rows_take(&r, answer + i, n - i < step ? n - i : step);
		IS_INT(ir_clickhouse_rows_end(&r), whole, "answer %d in pieces of %zu: is it whole?", number, step);
		IS_STR(got.data, rows, "its rows");
		IS_STR(r.rest.data, rest, "and what is none");
		ir_clickhouse_rows_done(&r);
		ir_buf_done(&got);
	}
}

#define ROWS(answer, totals, whole, rows, rest) rows_are(answer, sizeof(answer) - 1, totals, whole, rows, rest)

static void
test_rows(void)
{
	ROWS("a\tb\t.\nc\td\t.\n", false, true, "R|a|b\nR|c|d\n", "");
	ROWS("\t\t.\n", false, true, "R||\n", "");
	ROWS("\\t\\n\\\\\\'\\0\\b\\f\\r\tx\\q\xff\\\\n\t.\n", false, true, "R|<09><0a>\\'<00><08><0c><0d>|xq<ff>\\n\n",
	    "");
	ROWS("a\\\tb\t.\n", false, true, "R|a\\|b\n", "");
	ROWS("a\tb\t.\n\n7\t8\t.\n", true, true, "R|a|b\nT|7|8\n", "");
	ROWS("\n0\t\t.\n", true, true, "T|0|\n", "");
	ROWS("a\tb\t.\n", true, false, "R|a|b\n", "");
	ROWS("a\tb\t.\n\n", true, false, "R|a|b\n", "");
	ROWS("a\tb\t.\n\n7\t8\t.\nc\td\t.\n", true, false, "R|a|b\nT|7|8\n", "c\td\t.\n");
	ROWS("a\tb\t.\n\nc\td\t.\n", false, false, "R|a|b\n", "\nc\td\t.\n");
	ROWS("a\tb\t.\nc\td\t.", false, false, "R|a|b\n", "c\td\t.");
	ROWS("a\tb\t.\nc\t", false, false, "R|a|b\n", "c\t");
	ROWS("a\tb\tc\t.\n", false, false, "", "a\tb\tc\t.\n");
	ROWS("a\t.\n", false, false, "", "a\t.\n");
	ROWS(".\n", false, false, "", ".\n");
	ROWS("a\tb\t..\n", false, false, "", "a\tb\t..\n");
	ROWS("a\tb\t.\nc\tdCode: 241, e.displayText() = DB::Exception: x\n", false, false, "R|a|b\n",
	    "c\tdCode: 241, e.displayText() = DB::Exception: x\n");
	ROWS("a\tb\t.\r\n", false, false, "", "a\tb\t.\r\n");
}

static void
test_long_row(void)
{
	size_t n = 3 << 20;
	char *text = malloc(n);
	struct ir_buf got;
	struct ir_clickhouse_rows r = { .fields = 3, .row = on_row, .arg = &got };

	memset(text, 'x', n);
	ir_buf_init(&got, 100);
	ir_clickhouse_rows_begin(&r);
	ir_clickhouse_rows_take(&r, text, n);
	OK(!ir_clickhouse_rows_end(&r), "a row without end");
	OK(r.rest.len <= IR_CLICKHOUSE_REST && r.line.size <= 2 * IR_CLICKHOUSE_ROW + 64, "is not kept");
	ir_clickhouse_rows_done(&r);
	ir_buf_done(&got);
	free(text);
}

static void
add_pair(void *sum, int64_t bucket, int64_t count)
{
	*(int64_t *)sum += 1000 * bucket + count;
}

static void
test_fields(void)
{
	static const struct {
		const char *text;
		bool good;
		int64_t sum;
	} cases[] = { { "", true, 0 }, { "0:1", true, 1 }, { "0:1,2:3", true, 2004 }, { "0:1,", false, 1 },
		{ "0:", false, 0 }, { ":1", false, 0 }, { "0:1;2:3", false, 1 }, { "-1:1", false, 0 },
		{ "0:1 ", false, 1 }, { "99999999999999999999:1", false, 0 } };
	static const struct {
		const char *text;
		size_t n;
		int64_t number; /* -1: none */
	} numbers[] = { { "0", 1, 0 }, { "18446744073709551615", 20, -1 }, { "9223372036854775807", 19, INT64_MAX },
		{ "", 0, -1 }, { "1\0002", 3, -1 }, { "\\N", 2, -1 }, { "1e3", 3, -1 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ir_span v = { cases[i].text, strlen(cases[i].text) };
		int64_t sum = 0;

		IS_INT(ir_clickhouse_pairs(&v, add_pair, &sum), cases[i].good, "'%s'", cases[i].text);
		IS_INT(sum, cases[i].sum, "its pairs");
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct ir_span v = { numbers[i].text, numbers[i].n };
		int64_t n = -1;

		IS_INT(ir_clickhouse_number(&v, &n), numbers[i].number < 0 ? -1 : 0, "'%s': is it a number?",
		    numbers[i].text);
		if (numbers[i].number >= 0)
			IS_INT(n, numbers[i].number, "which");
	}
}

static void
test_exceptions(void)
{
	static const struct {
		const char *text;
		int code;
		const char *said;
	} cases[] = {
		{ "Code: 60, e.displayText() = DB::Exception: Table default.nope doesn't exist., e.what() = "
		  "DB::Exception\n",
		    60, "Table default.nope doesn't exist" },
		{ "Code: 60. DB::Exception: Table default.nope does not exist. (UNKNOWN_TABLE) (version 23.8.2.7 "
		  "(official build))\n",
		    60, "Table default.nope does not exist. (UNKNOWN_TABLE)" },
		{ "Code: 241. DB::Exception: Memory limit (total) exceeded: would use 9.3 GiB: While executing "
		  "AggregatingTransform. (MEMORY_LIMIT_EXCEEDED)",
		    241, "Memory limit (total) exceeded: would use 9.3 GiB" },
		{ "1\tlogCode: 395, e.displayText() = DB::Exception: x, e.what() = DB::Exception", 395, "x" },
		{ "Code: 7 was logged\tCode: 8. DB::Exception: real", 8, "real" },
		{ "\r\n__exception__\r\nabcdef\r\nCode: 395. DB::Exception: boom. (X) (version 25.9)\r\n42 "
		  "abcdef\r\n__exception__\r\n",
		    395, "boom. (X)" },
		{ "Code: 279. DB::NetException: All connection tries failed\x1b[31m", 279,
		    "DB::NetException: All connection tries failed\\x1b[31m" },
		{ "Code: 1", 1, "" },
		{ "Code: x", 0, NULL },
		{ "", 0, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int code = 0;

		IS_STR(ir_clickhouse_exception(&arena, cases[i].text, strlen(cases[i].text), &code), cases[i].said,
		    "exception %zu", i);
		IS_INT(code, cases[i].code, "its code");
	}
}

/* ---- before a scripted server */

#define COLUMNS \
	"column\tts\tDateTime\t.\ncolumn\tmessage\tString\t.\ncolumn\tservice\tString\t.\nsetting\tmax_execution_" \
	"time\t\t.\n"
#define GROUP "2\t1\t1700000000000\t1700000060000\t1\t0:1,1:1\tweb\tinfo\thello 1\t.\n"

static void
run(struct engine_run *r, bool count, const char *const *answers)
{
	*r = (struct engine_run){ .query = query() };
	r->query.count = count;
	r->query.since_ms = INT64_C(1700000000000);
	r->query.split_ms = INT64_C(1700000050000);
	engine_start(r, answers, "type = clickhouse\ntable = logs.app\nuser = u");
}

static void
test_counted(void)
{
	static const char *const answers[] = { COLUMNS, GROUP "\n2\t1\t1700000000000\t1700000060000\t1\t\t\t\t\t.\n",
		NULL };
	struct engine_run r;

	run(&r, true, answers);
	IS_STR(engine_text(&r), "[web /logs.app/web]\nhello 1\n", "a group");
	IS_INT((int64_t)r.source.n_faults, 0, "all is there");
	IS_INT(r.reader.counted_lines, 2, "its lines");
	OK(strstr(scripted_asked(&r.server, 0), "POST /?readonly=2 HTTP/1.1\r\n"), "nothing but reading is allowed");
	OK(strstr(scripted_asked(&r.server, 0), " WHERE table='app' AND database='logs' UNION ALL "),
	    "what the table has");
	OK(strstr(scripted_asked(&r.server, 1), "POST /?readonly=2&max_execution_time=2"),
	    "with a limit of time that the server knows");
	OK(strstr(scripted_asked(&r.server, 1),
	       " FROM `logs`.`app` WHERE 1 AND `ts`>=toDateTime(1700000000) GROUP BY ir_s,"),
	    "what is counted");
	OK(strstr(scripted_asked(&r.server, 1), "\r\nAuthorization: Basic dTo=\r\n"), "as whom");
	engine_done(&r);
}

static void
test_bare(void)
{
	static const char *const answers[] = { "HTTP/1.1 500 x\r\nConnection: close\r\n\r\nCode: 164, e.displayText() "
					       "= DB::Exception: Cannot override setting (readonly) in readonly mode",
		COLUMNS, "1700000000000\tweb\t\tone\t.\n", NULL };
	struct engine_run r;

	run(&r, false, answers);
	IS_STR(engine_text(&r), "[web /logs.app/web]\n2023-11-14T22:13:20.000Z one\n", "a user who may set nothing");
	OK(strstr(scripted_asked(&r.server, 1), "POST / HTTP/1.1\r\n") &&
		strstr(scripted_asked(&r.server, 2), "POST / HTTP/1.1\r\n"),
	    "is asked without settings");
	engine_done(&r);
}

static void
test_lies(void)
{
	static const struct {
		bool count;
		const char *answers[4];
		const char *text, *said;
	} cases[] = {
		{ false,
		    { COLUMNS, "1700000000000\tweb\t\tone\t.\n1700000001000\tweb\t\ttwCode: 241, e.displayText() = "
			       "DB::Exception: Memory limit exceeded, e.what() = DB::Exception\n" },
		    "[web /logs.app/web]\n2023-11-14T22:13:20.000Z one\n",
		    "ClickHouse answers: Memory limit exceeded (code 241) (look at a shorter time, or at fewer "
		    "services)" },
		{ true,
		    { COLUMNS, GROUP "Code: 159. DB::Exception: Timeout exceeded: elapsed 2 seconds. "
				     "(TIMEOUT_EXCEEDED) (version 24.1)\n" },
		    "",
		    "ClickHouse answers: Timeout exceeded: elapsed 2 seconds. (TIMEOUT_EXCEEDED) (code 159) (look at a "
		    "shorter time, or at fewer services)" },
		{ true, { COLUMNS, GROUP }, "", "the answer breaks off" },
		{ true, { COLUMNS, "<cut>" }, "",
		    "status 200 came, then the answer broke off: transfer closed with 1000 bytes remaining to read" },
		{ true, { COLUMNS, GROUP "\n1\t0\t0\t0\t1\t\t\t\t\t.\n" }, "[web /logs.app/web]\nhello 1\n",
		    "the counts do not fit together: what answers there is not ClickHouse" },
		{ true,
		    { COLUMNS, "x\t1\t1700000000000\t1700000060000\t1\t0:1\tweb\tinfo\thello\t."
			       "\n\n2\t1\t0\t0\t1\t\t\t\t\t.\n" },
		    "", "the counts do not fit together: what answers there is not ClickHouse" },
		{ true, { COLUMNS, GROUP "\n9\t1\t0\t0\t3\t\t\t\t\t.\n" }, "[web /logs.app/web]\nhello 1\n",
		    "7 lines are not shown: more than 100000 kinds of lines, and 2 rarer ones were left out (look at a "
		    "shorter time, or at fewer services)" },
		{ true, { "<html>hello</html>" }, "",
		    "what answers there is not ClickHouse: <html>hello</html> (is it the HTTP port of ClickHouse, 8123 "
		    "or 8443?)" },
		{ true, { "HTTP/1.1 403 x\r\nConnection: close\r\n\r\nforbidden" }, "",
		    "the answer is HTTP status 403: forbidden (look at the keys user and password-file, "
		    "password-command or password-env)" },
		{ true, { "HTTP/1.1 502 x\r\nConnection: close\r\n\r\n" }, "", "the answer is HTTP status 502" },
		{ true, { "setting\treadonly\t\t.\n", "here\tlogs\tapps\t.\nthere\tother\tapp\t.\n" }, "",
		    "ClickHouse has no table 'logs.app', or none that the user may read (did you mean table = "
		    "logs.apps?)" },
		{ true,
		    { "", "HTTP/1.1 500 x\r\nConnection: close\r\n\r\nCode: 497. DB::Exception: u: Not enough "
			  "privileges. (ACCESS_DENIED)" },
		    "",
		    "ClickHouse answers: u: Not enough privileges. (ACCESS_DENIED) (code 497) (grant SELECT on the "
		    "table to the user)" },
		{ true, { "column\ta\tString\t.\n" }, "",
		    "no column of the table is known to be the time (say which: time-column = …; its columns are: a)" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct engine_run r;

		run(&r, cases[i].count, cases[i].answers);
		IS_INT(r.rc, 0, "it ends");
		IS_STR(engine_text(&r), cases[i].text, "lies, %zu: what came", i);
		IS_STR(engine_fault(&r, 0), cases[i].said, "and what is said");
		engine_done(&r);
	}
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_names();
	test_types();
	test_recognised();
	test_bounds();
	test_conditions();
	test_quotes();
	test_grid();
	test_rows();
	test_long_row();
	test_fields();
	test_exceptions();
	test_counted();
	test_bare();
	test_lies();
	ir_arena_done(&arena);
	return tap_done();
}
