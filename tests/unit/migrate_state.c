/* migrate_state - what follows of files and rows; all made up here */
#include "migrate_fake.h"
#include "tap.h"

static struct ir_arena arena;

static bool
same_number(const struct ir_migrate_file *f, const struct ir_migrate_row *r)
{
	return strncmp(f->name, r->name, 3) == 0;
}

/* A row is the head: all up to it was applied. */
static void
expand(struct ir_arena *a, const struct ir_migrate_set *set, struct ir_migrate_table *t)
{
	const char *head = t->n ? t->v[0].name : "";
	struct ir_migrate_row row = t->v[0];

	if (!ir_migrate_named(set, "", head))
		return;
	t->v = IR_NEW_N(a, struct ir_migrate_row, set->n);
	t->n = 0;
	do {
		row.name = set->v[t->n].name;
		t->v[t->n] = row;
	} while (strcmp(set->v[t->n++].name, head) != 0);
}

static const struct ir_migrate_type graph = { .name = "graph" }, line = { .name = "line" }, twin = { .name = "twin" },
				    heads = { .name = "heads", .expand = expand },
				    numbers = { .name = "numbers", .same = same_number };

static struct ir_list
keys(const char *app, const char *names)
{
	struct ir_list list = { 0 };

	for (size_t n; *names; names += n + (names[n] == ',')) {
		n = strcspn(names, ",");
		ir_list_add(&arena, &list, ir_asprintf(&arena, "%s\1%.*s", app, (int)n, names));
	}
	return list;
}

/* "app/name after,after =replaced,replaced": a file. */
static struct ir_migrate_set
set_of(const struct ir_migrate_type *type, const char *const *lines)
{
	struct ir_migrate_set s = { .type = type, .arena = &arena, .dir = "" };

	while (lines[s.n])
		s.n++;
	s.v = IR_NEW_N(&arena, struct ir_migrate_file, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		const char *slash = strchr(lines[i], '/'), *name = slash ? slash + 1 : lines[i],
			   *rest = name + strcspn(name, " ");
		const char *app = slash ? ir_strndup(&arena, lines[i], (size_t)(slash - lines[i])) : "";

		s.v[i] = (struct ir_migrate_file){ .app = app,
			.name = ir_strndup(&arena, name, (size_t)(rest - name)),
			.path = ir_asprintf(&arena, "%s.x", name),
			.written_ms = IR_TIME_NONE,
			.judgement = { .verdict = IR_MIGRATE_UNSAFE, .operation = "drops x", .line = 3 } };
		if (*rest && rest[1] != '=')
			s.v[i].after = keys(app, ir_strndup(&arena, rest + 1, strcspn(rest + 1, " ")));
		if ((rest = strchr(lines[i], '=')) != NULL)
			s.v[i].replaces = keys(app, rest + 1);
	}
	ir_migrate_index(&s);
	return s;
}

/* "app/name", "!name" failed, "~name" undone: a row. Each a second after the one before. */
static struct ir_migrate_table
table_of(const struct ir_migrate_type *type, const char *const *lines)
{
	struct ir_migrate_table t = { .type = type, .schema = "public", .name = "t" };

	while (lines[t.n])
		t.n++;
	t.v = IR_NEW_N(&arena, struct ir_migrate_row, t.n + 1);
	for (size_t i = 0; i < t.n; i++) {
		const char *s = lines[i] + strspn(lines[i], "!~"), *slash = strchr(s, '/');

		t.v[i] = (struct ir_migrate_row){ .app = slash ? ir_strndup(&arena, s, (size_t)(slash - s)) : "",
			.name = slash ? slash + 1 : s,
			.state = *lines[i] == '!'   ? IR_MIGRATE_FAILED
				 : *lines[i] == '~' ? IR_MIGRATE_UNDONE
						    : IR_MIGRATE_APPLIED,
			.applied_ms = 1000 * (int64_t)(i + 1),
			.time_basis = "row applied" };
	}
	return t;
}

static const char *
text(const struct ir_migrations *m)
{
	const char *all = "";

	for (size_t i = 0; i < m->n; i++)
		all = ir_asprintf(&arena, "%s%s%s%s%s:%s", all, i ? " " : "", m->v[i].app, *m->v[i].app ? "/" : "",
		    m->v[i].name, m->v[i].state);
	return all;
}

static struct ir_migrations
compare(const struct ir_migrate_set *sets, size_t n_sets, struct ir_migrate_table *tables, size_t n_tables)
{
	const struct ir_migrate_code code = { .v = (struct ir_migrate_set *)(uintptr_t)sets, .n = n_sets };
	struct ir_migrate_database d = { .name = "main", .identity = "7/shop", .v = tables, .n = n_tables };
	struct ir_migrations m;

	ir_migrate_compare(&arena, &code, true, &d, 1, "abc", &m);
	return m;
}

static struct ir_migrations
plain(const struct ir_migrate_type *type, const char *const *files, const char *const *rows)
{
	struct ir_migrate_set s = set_of(type, files);
	struct ir_migrate_table t = table_of(type, rows);

	return compare(&s, 1, &t, 1);
}

#define L(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NONE ((const char *const[]){ NULL })
#define STATES(type, files, rows, want, ...) \
	do { \
		struct ir_migrations m_ = plain(type, files, rows); \
		IS_STR(text(&m_), want, __VA_ARGS__); \
	} while (0)

static void
test_linear(void)
{
	STATES(&line, L("1", "2", "3"), L("1", "2"), "1:applied 2:applied 3:pending", "one is pending");
	STATES(&line, L("1", "2", "3"), L("1", "3"), "1:applied 2:out of order 3:applied", "one that was left out");
	STATES(&line, L("1", "3"), L("1", "2", "3", "4"), "1:applied 2:ahead 3:applied 4:ahead",
	    "ahead, where they were applied");
	STATES(&line, L("2"), L("1", "2"), "1:ahead 2:applied", "before the first");
	STATES(&line, L("1", "2"), NONE, "1:pending 2:pending", "an empty table");
	STATES(&line, NONE, L("1", "2"), "1:ahead 2:ahead", "no files");
	STATES(&line, L("1", "2", "3"), L("1", "!2"), "1:applied 2:failed 3:pending", "one that failed");
	STATES(&line, L("1", "2"), L("1", "!9"), "1:applied 9:failed 2:pending", "also without a file");
	STATES(&line, L("1", "2"), L("1", "2", "~2", "~7"), "1:applied 2:pending", "one that was taken back");
	STATES(&line, L("1", "2"), L("1", "2", "~2", "2"), "1:applied 2:applied", "and applied once more");
	STATES(&line, L("1"), L("1", "8", "8", "1"), "8:ahead 1:applied", "each is told once, as its last row says");
	STATES(&numbers, L("001_a", "002_b", "003_c"), L("001", "003", "004"),
	    "001_a:applied 002_b:out of order 003_c:applied 004:ahead", "names that mean the same");
	STATES(&heads, L("a", "b", "c"), L("b"), "a:applied b:applied c:pending", "a head is all that it stands for");
	STATES(&heads, L("a", "b", "c"), L("z"), "z:ahead a:pending b:pending c:pending",
	    "one that the code does not know");
}

static void
test_graph(void)
{
	STATES(&graph, L("a/1", "b/1", "a/2 1", "b/2 1"), L("a/1", "a/2"),
	    "a/1:applied b/1:pending a/2:applied b/2:pending", "applications do not wait for each other");
	STATES(&graph, L("a/1", "a/2 1", "a/3 2", "a/4 3"), L("a/1", "a/4"),
	    "a/1:applied a/2:out of order a/3:out of order a/4:applied", "what an applied one needs, all the way");
	STATES(&graph, L("a/1", "a/2 1", "a/s =1,2", "a/3 s"), L("a/1", "a/2"),
	    "a/1:replaced a/2:replaced a/s:applied a/3:pending", "squashed: applied when all that it replaces are");
	STATES(&graph, L("a/1", "a/2 1", "a/s =1,2"), L("a/1"), "a/1:applied a/2:pending a/s:pending",
	    "not when only some are");
	STATES(&graph, L("a/1", "a/2 1", "a/s =1,2"), NONE, "a/1:replaced a/2:replaced a/s:pending",
	    "and instead of them when none is");
	STATES(&graph, L("a/s =1,2", "a/3 s"), L("a/1", "a/2", "a/s"),
	    "a/1:replaced a/2:replaced a/s:applied a/3:pending", "rows of those whose files are gone");
	STATES(&graph, L("a/s =1,2"), L("a/1", "a/2"), "a/1:replaced a/2:replaced a/s:applied",
	    "without a row of its own, too");
	STATES(&graph, L("a/1", "a/s =1", "a/t =s"), L("a/1"), "a/1:replaced a/s:replaced a/t:applied",
	    "squashed once more");
}

static void
test_foreign(void)
{
	struct ir_migrate_set s = set_of(&graph, L("a/1", "auth/1"));
	struct ir_migrate_table t = table_of(&graph, L("a/1", "a/2", "auth/1", "auth/2", "admin/1", "gone/1"));
	struct ir_migrations m;

	ir_list_add(&arena, &s.foreign, "auth");
	ir_list_add(&arena, &s.foreign, "admin");
	m = compare(&s, 1, &t, 1);
	IS_STR(text(&m), "a/1:applied a/2:ahead auth/1:applied auth/2:ahead admin/1:applied gone/1:ahead",
	    "a package's are ahead only where its files are here");
}

static void
test_pairs(void)
{
	struct ir_migrate_set s[] = { set_of(&line, L("1", "2")), set_of(&line, L("8", "9")),
		set_of(&graph, L("a/1")) };
	struct ir_migrate_table t[] = { table_of(&line, L("8")), table_of(&line, L("1", "3")) };
	struct ir_migrate_table same[] = { table_of(&twin, L("1")), table_of(&line, L("1")) };
	struct ir_migrations m;

	t[0].name = "u";
	m = compare(s, 3, t, 2);
	IS_STR(text(&m), "8:applied 9:pending 1:applied 3:ahead 2:pending a/1:unknown",
	    "each table with the set that it has most of");
	IS_STR(
	    m.v[5].h.summary, "unknown: no database that was asked has a table of graph for it", "a set without one");
	m = compare(s, 1, same, 2);
	IS_STR(text(&m), "1:applied 2:pending", "a table that two could call theirs is the code's");
	IS_STR(m.v[0].framework, "line", "by its framework");
	m = compare(NULL, 0, same, 2);
	IS_STR(text(&m), "1:ahead", "told once, too, where there is no code");
	{
		struct ir_migrate_set copies[] = { set_of(&numbers, L("001.js")),
			set_of(&numbers, L("001.ts", "002.ts")), set_of(&numbers, L("003.ts")) };
		struct ir_migrate_table u = table_of(&numbers, L("001.x", "002.x"));

		m = compare(copies, 3, &u, 1);
		IS_STR(text(&m), "001.ts:applied 002.ts:applied 003.ts:unknown",
		    "what is compiled is not told beside its source");
		copies[0].v[0].title = "of another service";
		m = compare(copies, 3, &u, 1);
		IS_STR(text(&m), "001.ts:applied 002.ts:applied 001.js:unknown 003.ts:unknown",
		    "but what has other words is");
	}
	t[0].n = 0;
	t[0].trouble = "\"u\" is locked";
	m = compare(s, 1, t, 1);
	IS_STR(m.v[0].h.summary, "unknown: \"u\" is locked", "one that cannot be read");
	IS_INT(m.v[0].h.status, IR_STATUS_UNKNOWN, "is not known");
}

static void
test_nobody_asked(void)
{
	struct ir_migrate_set s = set_of(&line, L("1"));
	struct ir_migrate_code code = { .v = &s, .n = 1 }, none = { 0 };
	struct ir_migrate_table t = table_of(&line, L("1"));
	struct ir_migrate_database d[] = { { .name = "main", .v = &t, .n = 1 },
		{ .name = "old", .trouble = "connection refused" } };
	struct ir_migrations m;

	ir_migrate_compare(&arena, &code, true, NULL, 0, NULL, &m);
	IS_STR(m.v[0].h.summary, "unknown: no database was asked", "no database");
	ir_migrate_compare(&arena, &code, true, &d[1], 1, NULL, &m);
	IS_STR(m.v[0].h.summary, "unknown: database old could not be asked: connection refused", "one that is down");
	ir_migrate_compare(&arena, &none, false, d, 1, NULL, &m);
	IS_STR(text(&m), "1:applied", "code that could not be read says nothing of what is ahead");
	ir_migrate_compare(&arena, &none, true, NULL, 0, NULL, &m);
	IS_INT((int64_t)m.n, 0, "nothing at all");
}

static void
test_members(void)
{
	struct ir_migrate_set s = set_of(&line, L("20260101000000", "20260102000000"));
	struct ir_migrate_table t = table_of(&line, L("20260101000000", "20260103000000", "!x"));
	struct ir_migrations m;

	s.v[0].checksum = "1";
	s.v[0].written_ms = s.v[1].written_ms = 5000;
	s.v[1].title = "add due";
	t.v[0].checksum = "2";
	t.v[0].batch = "4";
	t.v[1].applied_ms = IR_TIME_NONE;
	t.v[1].time_basis = NULL;
	t.v[1].title = "theirs";
	t.v[2].error = "syntax error";
	m = compare(&s, 1, &t, 1);
	IS_STR(text(&m), "20260101000000:applied 20260103000000:ahead x:failed 20260102000000:pending", "four");
	IS_STR(m.v[0].h.subject, "migration:20260101000000", "subject");
	IS_STR(m.v[0].h.summary, "applied, and its file was changed since", "edited");
	OK(m.v[0].edited == 1 && m.v[1].edited == -1 && m.v[3].edited == -1, "where both sums are known");
	OK(m.v[0].h.time_ms == 1000 && m.v[0].applied_ms == 1000, "its time is when it was applied");
	IS_STR(m.v[0].time_basis, "row applied", "as the row says");
	IS_STR(m.v[0].batch, "4", "batch");
	IS_STR(m.v[0].verdict, "unsafe", "verdict");
	OK(m.v[0].line == 3 && m.v[0].locks == 0 && m.v[0].reversible == 0, "and the rest of it");
	OK(m.v[0].position == 1 && m.v[3].position == 4, "positions");
	OK(m.v[1].h.time_ms == 1767398400000 && m.v[1].applied_ms == IR_TIME_NONE, "else the time in its name");
	IS_STR(m.v[1].time_basis, "file name", "as it is");
	IS_STR(m.v[1].h.summary, "ahead in database main", "ahead");
	IS_STR(m.v[1].operation, "its file is not here", "why it is not judged");
	OK(strcmp(m.v[1].verdict, "unknown") == 0 && m.v[1].locks == -1 && !m.v[1].file, "nor known");
	IS_STR(m.v[1].title, "theirs", "title of the row");
	IS_STR(m.v[2].h.summary, "failed: syntax error", "failed");
	IS_STR(m.v[3].h.summary, "pending in database main, unsafe: drops x", "pending, and what it would mean");
	OK(m.v[3].h.time_ms == 5000 && m.v[3].applied_ms == IR_TIME_NONE, "with the time of its file");
	OK(m.v[0].h.status == IR_STATUS_OK && m.v[1].h.status == IR_STATUS_WARN && m.v[2].h.status == IR_STATUS_FAIL &&
		m.v[3].h.status == IR_STATUS_WARN,
	    "statuses");
	OK(strcmp(m.v[0].database, "main") == 0 && strcmp(m.v[0].identity, "7/shop") == 0 &&
		strcmp(m.v[0].revision, "abc") == 0,
	    "where");
	s.v[0].repeats = true;
	m = compare(&s, 1, &t, 1);
	IS_STR(m.v[0].h.summary, "pending in database main, as it was changed since it was applied, unsafe: drops x",
	    "one that is applied again");
	t.cut = true;
	m = compare(&s, 1, &t, 1);
	IS_STR(m.v[3].state, "unknown", "older rows were not read: it may be among them");
	s.trouble = "a circle";
	t.cut = false;
	t.v[0].name = "20260102000000";
	m = compare(&s, 1, &t, 1);
	OK(!strstr(text(&m), "out of order"), "nothing is out of an order that is not known");
}

/* A set for each file, and many tables. */
static void
test_many_sets(const struct ir_migrate_set *all, const struct ir_migrate_table *rows)
{
	struct ir_migrate_set *s = IR_NEW_N(&arena, struct ir_migrate_set, all->n);
	struct ir_migrate_table *t = IR_NEW_N(&arena, struct ir_migrate_table, 64);
	int64_t start = ir_mono_us();
	struct ir_migrations m;

	for (size_t i = 0; i < all->n; i++)
		s[i] = (struct ir_migrate_set){ .type = &numbers, .arena = &arena, .dir = "", .v = &all->v[i], .n = 1 };
	for (size_t i = 0; i < 64; i++) {
		t[i] = *rows;
		t[i].name = ir_asprintf(&arena, "%zu", i);
		t[i].n = 1000;
	}
	m = compare(s, all->n, t, 64);
	IS_INT((int64_t)m.n, 64 * 1000 + (int64_t)all->n, "many sets, many tables");
	OK(ir_mono_us() - start < 10000000, "in no time: %d ms", (int)((ir_mono_us() - start) / 1000));
}

/* As many as there may be, none of which is called the same. */
static void
test_many(void)
{
	enum { N = 20000 };
	struct ir_migrate_set s = { .type = &numbers, .arena = &arena, .dir = "", .n = N };
	struct ir_migrate_table t = { .type = &numbers, .schema = "", .name = "", .n = N };
	int64_t start = ir_mono_us();
	struct ir_migrations m;

	s.v = IR_NEW_N(&arena, struct ir_migrate_file, N);
	t.v = IR_NEW_N(&arena, struct ir_migrate_row, N);
	for (size_t i = 0; i < N; i++) {
		s.v[i] = (struct ir_migrate_file){ .app = "", .name = ir_asprintf(&arena, "f%05zu", i), .path = "" };
		t.v[i] = (struct ir_migrate_row){ .app = "", .name = ir_asprintf(&arena, "r%05zu", i) };
	}
	ir_migrate_index(&s);
	m = compare(&s, 1, &t, 1);
	IS_INT((int64_t)m.n, 2 * N, "all are told");
	OK(ir_mono_us() - start < 5000000, "in no time");
	test_many_sets(&s, &t);
}

int
main(void)
{
	test_linear();
	test_graph();
	test_foreign();
	test_pairs();
	test_nobody_asked();
	test_members();
	test_many();
	ir_arena_done(&arena);
	return tap_done();
}
