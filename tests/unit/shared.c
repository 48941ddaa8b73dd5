/* shared - the journal in a real PostgreSQL: pushed, found, verified, followed; copied, cut, killed in the midst, kept waiting */
#define POSTGRES_CONNECTIONS 40
#include "rec/shared.h"

#include <sys/file.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "postgres.h"
#include "rec/rec.h"
#include "tap.h"

#define NOON "2026-02-01T12:00:00Z"

static struct ir_arena arena;
static struct postgres db;
static struct ir_err err;

/* by psql, as the superuser */

static const char *
sql(const char *text)
{
	char port[16], path[600];
	const char *const argv[] = { "psql", "-XqAt", "-h", db.dir, "-p", port, "-U", "admin", "-d", "postgres", "-o",
		"said", "-c", text, NULL };
	static char said[1 << 16];
	FILE *f;
	size_t n;

	snprintf(port, sizeof(port), "%d", db.port);
	if (postgres_run(&db, argv) != 0)
		return "FAILED";
	snprintf(path, sizeof(path), "%s/said", db.dir);
	f = fopen(path, "r");
	n = f ? fread(said, 1, sizeof(said) - 1, f) : 0;
	if (f)
		fclose(f);
	while (n && said[n - 1] == '\n')
		n--;
	said[n] = '\0';
	return said;
}

static void
empty(void)
{
	sql("DROP SCHEMA IF EXISTS ir CASCADE");
}

/* somebody's journal */

struct person {
	struct ir_ctx ctx;
	struct ir_arena arena;
	struct ir_conf conf;
	const char *dir;
	volatile sig_atomic_t stop;
};

static void
begin_at(struct person *p, const char *dir, const char *url, bool readonly)
{
	const char *text = ir_asprintf(&p->arena, "[journal]\nurl = %s\n", url);
	struct ir_journal_opts o = { .dir = dir, .keep_days = -1, .readonly = readonly };

	p->dir = dir;
	p->ctx = (struct ir_ctx){ .command = "ir-test",
		.run = "run-00000001",
		.arena = &p->arena,
		.who = "ana",
		.deadline_us = INT64_MAX,
		.quiet = true,
		.stop = &p->stop };
	if (ir_conf_parse(&p->arena, &p->conf, "ir.conf", text, strlen(text), &err) < 0 ||
	    !(p->ctx.journal = ir_journal_open(&o, &err)))
		scratch_die(err.msg);
	p->ctx.conf = &p->conf;
	ir_shared_attach(&p->ctx, ir_conf_section(&p->conf, "journal", ""));
}

static const char *
url_of(const char *user)
{
	return ir_asprintf(&arena, "postgresql:///postgres?host=%s&port=%d&user=%s", db.dir, db.port, user);
}

static void
begin(struct person *p, const char *name)
{
	*p = (struct person){ .dir = NULL };
	begin_at(p, scratch_dir(&arena, name), url_of("admin"), false);
}

static void
end(struct person *p)
{
	ir_journal_close(p->ctx.journal);
	ir_arena_done(&p->arena);
	*p = (struct person){ .dir = NULL };
}

/* records */

struct made {
	char id[IR_ID_MAX], key[IR_SHA_HEX];
};

static struct made
add_with(struct person *p, const char *kind, const char *prefix, const char *name, const char *key, const char *more)
{
	struct made m;
	struct ir_entry e = { .kind = kind, .time_ms = 0 };

	ir_id_make(prefix, name, strlen(name), m.id, m.key);
	if (key)
		snprintf(m.key, sizeof(m.key), "%s", key);
	e.id = m.id;
	e.key = m.key;
	e.record = ir_asprintf(&p->arena,
	    "{\"kind\":\"%s\",\"v\":1,\"id\":\"%s\",\"time\":\"2026-02-01T12:00:00.000Z\",\"source\":\"ir-test\","
	    "\"run\":\"run-00000001\",\"status\":\"ok\",\"env\":\"prod\",\"summary\":\"%s\"}",
	    kind, m.id, more);
	e.len = strlen(e.record);
	if (ir_journal_append(p->ctx.journal, &e, 1, false, NULL, &err) < 0)
		scratch_die(err.msg);
	return m;
}

static struct made
add(struct person *p, const char *name, const char *more)
{
	return add_with(p, "check", "chk", name, NULL, more);
}

static void
push(struct person *p)
{
	ir_journal_push(p->ctx.journal, IR_PUSH_END);
}

static uint64_t
waiting(struct person *p)
{
	struct ir_shared_look l;

	err = (struct ir_err)IR_ERR_INIT;
	ir_shared_look(&p->ctx, &l, &err);
	return l.waiting;
}

/* "one two": the summaries of what is found, oldest first. */
static const char *
found(struct person *p, const char *id, size_t max)
{
	struct ir_found *f;
	int n = ir_journal_find(p->ctx.journal, &arena, id, max, &f, &err);
	const char *ret = "";

	for (int i = 0; i < n; i++) {
		const char *s = strstr(f[i].record, "\"summary\":\"") + 11;

		ret = ir_asprintf(&arena, "%s%s%.*s", ret, *ret ? " " : "", (int)strcspn(s, "\""), s);
	}
	return ret;
}

static int
take_summary(void *arg, const char *record, size_t len)
{
	const char **said = arg, *s = strstr(record, "\"summary\":\"") + 11;

	(void)len;
	*said = ir_asprintf(&arena, "%s%s%.*s", *said, **said ? " " : "", (int)strcspn(s, "\""), s);
	return 0;
}

static const char *
recalled(struct person *p, bool local)
{
	const char *said = "";

	if (local)
		ir_journal_recent(p->ctx.journal, "check", 100, take_summary, &said, &err);
	else
		ir_journal_recall(p->ctx.journal, "check", 100, take_summary, &said, &err);
	return said;
}

static int
verify(struct person *p, const char *head, struct ir_shared_state *st)
{
	err = (struct ir_err)IR_ERR_INIT;
	return ir_shared_verify(&p->ctx, head, st, &err);
}

/* tests */

static void
test_push(void)
{
	struct person ana;
	struct ir_shared_state st;
	struct ir_journal_state local;
	char head[IR_SHA_HEX];
	uint64_t seq;

	empty();
	begin(&ana, "push");
	add(&ana, "a", "one");
	add(&ana, "b", "two");
	push(&ana);
	IS_STR(sql("SELECT string_agg(seq || ' ' || host_seq || ' ' || kind || ' ' || env, ', ' ORDER BY seq) FROM "
		   "ir.journal"),
	    "1 1 check prod, 2 2 check prod", "the first push makes the schema, and rows");
	add(&ana, "a", "three");
	push(&ana);
	push(&ana);
	IS_STR(sql("SELECT count(*) FROM ir.journal"), "3", "a line is pushed once");
	IS_INT((int64_t)waiting(&ana), 0, "nothing waits");
	IS_INT(verify(&ana, NULL, &st), 0, "the shared chain holds");
	OK(st.records == 3 && st.first_seq == 1 && st.last_seq == 3 && st.journals == 1 && st.gaps == 0,
	    "and is told of");
	ir_journal_verify(ana.ctx.journal, &local, &err);
	ir_journal_head(ana.ctx.journal, &seq, head, &err);
	IS_STR(local.head, head, "the host's chain holds");
	IS_STR(st.head, head, "two chains of the same lines have the same hashes");
	head[12] = '\0';
	IS_INT(verify(&ana, head, &st), 0, "with a head");
	IS_INT((int64_t)st.at, 3, "the record it was at");
	IS_INT(verify(&ana, "0123456789ab", &st), 0, "with a head that never was");
	IS_INT((int64_t)st.at, 0, "none has it");
	IS_INT(verify(&ana, "12", &st), -1, "with half a one");
	IS_INT(err.code, IR_USAGE, "which is none");
	end(&ana);
}

static void
test_people(void)
{
	struct person ana, bob;
	struct ir_shared_state st;
	struct made m;
	char head[IR_SHA_HEX];
	uint64_t seq;

	empty();
	begin(&ana, "ana");
	begin(&bob, "bob");
	m = add(&ana, "a", "one");
	push(&ana);
	add(&bob, "a", "two");
	add(&bob, "b", "b1");
	push(&bob);
	add(&ana, "a", "three");
	push(&ana);
	add(&bob, "b", "b2");
	add(&bob, "a", "four");
	push(&bob);
	add(&ana, "a", "five");
	IS_STR(found(&ana, m.id, 100), "one two three four five", "in the order of the shared chain, what waits last");
	IS_STR(found(&bob, m.id, 100), "one two three four", "bob has what was pushed");
	IS_STR(found(&ana, m.id, 2), "four five", "at most the newest");
	IS_STR(found(&bob, m.id, 1), "four", "one");
	IS_STR(recalled(&ana, false), "five b2", "of a kind, one an id, newest first");
	IS_STR(recalled(&bob, false), "four b2", "for bob too");
	IS_STR(recalled(&bob, true), "four b2", "from what is known here");
	IS_INT(verify(&ana, NULL, &st), 0, "both chains of both hold");
	IS_INT((int64_t)st.journals, 2, "two of hosts");
	ir_journal_head(bob.ctx.journal, &seq, head, &err);
	IS_INT(verify(&ana, head, &st), 0, "bob's own head");
	OK(st.at > 0 && st.at_host_seq == seq && st.at_host[0], "is found, and whose it is");
	end(&ana);
	end(&bob);
}

static void
test_two_facts(void)
{
	struct person ana, bob;
	struct ir_finds f;
	struct made m;

	empty();
	begin(&ana, "facts-ana");
	begin(&bob, "facts-bob");
	m = add_with(
	    &bob, "check", "chk", "a", "00000000000000000000000000000000000000000000000000000000000000aa", "other");
	push(&bob);
	for (int i = 0; i < 5; i++)
		add(&ana, "a", "mine");
	push(&ana);
	f.id = m.id;
	ir_journal_find_many(ana.ctx.journal, &arena, &f, 1, 2, &err);
	OK(f.n == 2 && f.other && strstr(f.other->record, "other"),
	    "another fact by the same handle is seen, however old");
	end(&ana);
	end(&bob);
}

static void
copy_dir(const char *from, const char *to)
{
	const char *const argv[] = { "cp", "-a", ir_asprintf(&arena, "%s/.", from), to, NULL };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		scratch_die("cp");
}

static void
test_copied(void)
{
	struct person ana, copy;
	struct ir_shared_look l;
	struct ir_shared_state st;
	const char *dir = scratch_dir(&arena, "copy-b"), *second = scratch_dir(&arena, "copy-c");

	empty();
	begin(&ana, "copy-a");
	add(&ana, "a", "one");
	push(&ana);
	copy_dir(ana.dir, dir);
	begin(&copy, "copy-b");
	add(&copy, "c", "of the copy");
	add(&ana, "a", "two");
	push(&ana);
	push(&copy);
	err = (struct ir_err)IR_ERR_INIT;
	IS_INT(ir_shared_look(&copy.ctx, &l, &err), -1, "a copy that goes on by itself is refused");
	IS_INT(err.code, IR_REFUSED, "as that");
	OK(strstr(err.msg, "another line 2") && strstr(err.hint, "identity"), "it says which line, and what to do");
	IS_STR(sql("SELECT count(*) FROM ir.journal"), "2", "nothing of it was taken");
	unlink(ir_asprintf(&arena, "%s/identity", dir));
	end(&copy);
	begin(&copy, "copy-b");
	IS_INT(ir_shared_look(&copy.ctx, &l, &err), 0, "without the identity it goes on");
	add(&copy, "c", "more of the copy");
	push(&copy);
	IS_STR(sql("SELECT count(*) || ' ' || count(DISTINCT journal) FROM ir.journal"), "4 2",
	    "as one of its own, and what both have is there once");
	IS_INT(verify(&copy, NULL, &st), 0, "the chains hold");
	end(&copy);
	copy_dir(ana.dir, second);
	unlink(ir_asprintf(&arena, "%s/shared", second));
	begin(&copy, "copy-c");
	add(&copy, "c", "of a copy");
	add(&ana, "a", "three");
	push(&ana);
	IS_INT(ir_shared_look(&copy.ctx, &l, &err), -1, "one that does not remember what it pushed is refused too");
	IS_INT(err.code, IR_REFUSED, "as that");
	end(&copy);
	end(&ana);
}

static void
test_older(void)
{
	struct person ana;
	struct ir_shared_look l;
	const char *dir = scratch_dir(&arena, "older-b");

	empty();
	begin(&ana, "older-a");
	add(&ana, "a", "one");
	push(&ana);
	copy_dir(ana.dir, dir);
	add(&ana, "a", "two");
	push(&ana);
	end(&ana);
	begin(&ana, "older-b");
	unlink(ir_asprintf(&arena, "%s/shared", dir));
	err = (struct ir_err)IR_ERR_INIT;
	IS_INT(ir_shared_look(&ana.ctx, &l, &err), -1, "a directory that was put back from an older state");
	OK(err.code == IR_REFUSED && strstr(err.msg, "older state"), "is refused before it writes over anything");
	end(&ana);
}

/* What is missing there is sent again, as long as it is here. */
static void
test_lost(void)
{
	struct person ana;
	struct ir_shared_state st;

	empty();
	begin(&ana, "lost");
	for (int i = 0; i < 10; i++)
		add(&ana, "a", "one");
	push(&ana);
	sql("DELETE FROM ir.journal WHERE seq > 4");
	add(&ana, "a", "two");
	push(&ana);
	IS_STR(sql("SELECT count(*) FROM ir.journal"), "11",
	    "a server that was put back from a backup gets what it lacks");
	IS_INT(verify(&ana, NULL, &st), 0, "and its chain holds");
	end(&ana);
	empty();
	begin(&ana, "lost");
	add(&ana, "a", "three");
	push(&ana);
	IS_STR(sql("SELECT count(*) FROM ir.journal"), "12", "a new server gets all");
	end(&ana);
}

/* Segments that retention took before they could be pushed. */
static void
test_gap(void)
{
	struct person ana;
	struct ir_shared_state st;

	empty();
	begin(&ana, "gap");
	add(&ana, "a", "one");
	push(&ana);
	setenv("IR_TEST_NOW", "2026-02-02T12:00:00Z", 1);
	add(&ana, "a", "two");
	setenv("IR_TEST_NOW", "2026-02-03T12:00:00Z", 1);
	add(&ana, "a", "three");
	unlink(ir_asprintf(&arena, "%s/2026-02-02.jsonl", ana.dir));
	push(&ana);
	setenv("IR_TEST_NOW", NOON, 1);
	IS_STR(sql("SELECT string_agg(host_seq::text, ' ' ORDER BY seq) FROM ir.journal"), "1 3", "the rest is pushed");
	IS_INT(verify(&ana, NULL, &st), 0, "the chain holds");
	IS_INT((int64_t)st.gaps, 1, "and the gap is told");
	end(&ana);
}

static void
is_damage(struct person *p, const char *change, const char *want)
{
	struct ir_shared_state st;
	int rc;

	sql(ir_asprintf(&arena, "CREATE TABLE kept AS SELECT * FROM ir.journal; %s", change));
	rc = verify(p, NULL, &st);
	OK(rc < 0 && err.code == IR_DATA && strstr(err.msg, want), "%s: %s", change, err.msg);
	sql("DELETE FROM ir.journal; INSERT INTO ir.journal SELECT * FROM kept; DROP TABLE kept");
}

static void
test_damage(void)
{
	struct person ana;
	struct ir_shared_state st;
	struct made m;

	empty();
	begin(&ana, "damage");
	for (int i = 0; i < 5; i++)
		m = add(&ana, i == 2 ? "secret" : "a", i == 2 ? "hunter2" : "x");
	push(&ana);
	is_damage(
	    &ana, "UPDATE ir.journal SET record = replace(record, 'x', 'y') WHERE seq = 4", "record 4: its sha256");
	is_damage(&ana, "DELETE FROM ir.journal WHERE seq = 2", "record 3: records before it are missing");
	is_damage(&ana, "DELETE FROM ir.journal WHERE seq = 1", "record 2: it has no record before it");
	is_damage(&ana, "UPDATE ir.journal SET key = '' WHERE seq = 3", "record 3: its own hash");
	is_damage(&ana, "UPDATE ir.journal SET prev = repeat('0', 64) WHERE seq = 3", "record 3: its prev");
	is_damage(&ana, "UPDATE ir.journal SET host_own = repeat('0', 64) WHERE seq = 3", "record 3: its host_own");
	is_damage(&ana, "UPDATE ir.journal SET host_seq = 9 WHERE seq = 3", "record 3: its host_own");
	is_damage(&ana, "UPDATE ir.journal SET id = 'chk-00000000' WHERE seq = 3", "record 3: its id");
	is_damage(&ana, "UPDATE ir.journal SET kind = 'alert' WHERE seq = 3", "record 3: its kind");
	IS_INT(verify(&ana, NULL, &st), 0, "put back, it holds");
	sql("SELECT ir.redact(3)");
	IS_INT(verify(&ana, NULL, &st), 0, "a record that was redacted");
	IS_INT((int64_t)st.redacted, 1, "is counted");
	IS_STR(sql("SELECT count(*) FROM ir.journal WHERE record LIKE '%hunter2%'"), "0", "and gone");
	(void)m;
	end(&ana);
}

static void
test_text(void)
{
	static const char hostile[] =
	    "';DROP SCHEMA ir CASCADE;-- \\\\ \\\" $1 $ir$ %s {a,b} \\u0000 \\n \xc3\xa4\xf0\x9f\x94\xa5 E'\\\\'";
	struct person ana, bob;
	struct ir_shared_state st;
	struct made m, big;
	struct ir_found *f;
	char *text = ir_arena_alloc(&arena, IR_LINE_MAX);

	empty();
	begin(&ana, "text-ana");
	begin(&bob, "text-bob");
	m = add(&ana, "hostile", hostile);
	memset(text, '\\', IR_LINE_MAX - 300);
	text[(IR_LINE_MAX - 300) & ~1] = '\0';
	big = add(&ana, "big", text);
	push(&ana);
	IS_INT((int64_t)waiting(&ana), 0, "hostile text, and a record as long as one may be, are pushed");
	IS_INT(ir_journal_find(bob.ctx.journal, &arena, m.id, 1, &f, &err), 1, "the one is found");
	OK(strstr(f->record, hostile), "byte for byte");
	IS_INT(ir_journal_find(bob.ctx.journal, &arena, big.id, 1, &f, &err), 1, "so is the other");
	OK(f->len > 1000000 && strstr(f->record, text), "whole");
	IS_INT(verify(&bob, NULL, &st), 0, "the chain holds");
	end(&ana);
	end(&bob);
}

static void
test_many(void)
{
	struct person ana, bob;
	struct ir_shared_state st;
	const char *said;
	size_t n = 0;

	empty();
	begin(&ana, "many-ana");
	begin(&bob, "many-bob");
	for (int i = 0; i < 2500; i++)
		add(&ana, ir_asprintf(&ana.arena, "c%d", i), ir_asprintf(&ana.arena, "n%d", i));
	push(&ana);
	for (int i = 0; i < 20 && waiting(&ana); i++)
		push(&ana);
	IS_STR(sql("SELECT count(*) FROM ir.journal"), "2500", "more than one batch");
	IS_INT(verify(&ana, NULL, &st), 0, "the chain holds");
	add(&bob, "b", "b");
	push(&bob);
	said = recalled(&bob, true);
	for (const char *s = said; (s = strchr(s, ' ')); s++)
		n++;
	OK(strncmp(said, "b n2499 n2498 ", 14) == 0 && n > 50, "the mirror has the newest of them");
	end(&ana);
	end(&bob);
}

/* What PostgreSQL cannot take apart must not hold up all that comes after it. */
static void
test_deep(void)
{
	struct person ana;
	struct ir_buf b;
	enum { DEEP = 200000 };

	empty();
	begin(&ana, "deep");
	ir_buf_init(&b, 1 << 20);
	ir_buf_adds(&b, "deep\",\"a\":");
	for (int i = 0; i < DEEP; i++)
		ir_buf_addc(&b, '[');
	for (int i = 0; i < DEEP; i++)
		ir_buf_addc(&b, ']');
	ir_buf_adds(&b, ",\"b\":\"");
	add(&ana, "a", b.data);
	add(&ana, "b", "after");
	IS_INT(
	    (int64_t)waiting(&ana), 0, "a record that is nested too deeply for the server is taken, and the next one");
	IS_STR(sql("SELECT count(*) FROM ir.journal"), "2", "as they are");
	ir_buf_done(&b);
	end(&ana);
}

/* A server that was put back to an older state has a shorter chain. */
static void
test_put_back(void)
{
	struct person ana, bob, carl;

	empty();
	begin(&ana, "back-ana");
	begin(&bob, "back-bob");
	begin(&carl, "back-carl");
	for (int i = 0; i < 10; i++)
		add(&ana, "a", ir_asprintf(&ana.arena, "n%d", i));
	push(&ana);
	add(&bob, "b", "one");
	push(&bob);
	empty();
	add(&carl, "c", "new");
	push(&carl);
	add(&bob, "b", "two");
	push(&bob);
	OK(strstr(recalled(&bob, true), "new"), "the mirror goes on: %s", recalled(&bob, true));
	end(&ana);
	end(&bob);
	end(&carl);
}

static void
test_rights(void)
{
	struct person ana, bob;
	struct ir_shared_state st;
	struct ir_shared_look l;
	struct made m;

	empty();
	sql("CREATE ROLE responder LOGIN PASSWORD '" POSTGRES_PASSWORD "'");
	bob = (struct person){ .dir = NULL };
	begin_at(&bob, scratch_dir(&arena, "rights-bob"), url_of("responder"), false);
	add(&bob, "b", "one");
	err = (struct ir_err)IR_ERR_INIT;
	IS_INT(ir_shared_look(&bob.ctx, &l, &err), -1, "a role that may not make the schema");
	OK(strstr(err.msg, "may not make it") && strstr(err.hint, "--journal-sql"), "is told who may, and how: %s",
	    err.msg);
	begin(&ana, "rights-ana");
	m = add(&ana, "a", "one");
	push(&ana);
	err = (struct ir_err)IR_ERR_INIT;
	IS_INT(ir_shared_look(&bob.ctx, &l, &err), -1, "a role that may do nothing");
	OK(strstr(err.msg, "permission denied") && strstr(err.hint, "grant"), "is told what to grant: %s", err.msg);
	sql("GRANT USAGE ON SCHEMA ir TO responder; GRANT EXECUTE ON FUNCTION ir.append, ir.state, ir.find, ir.recall, "
	    "ir.news, "
	    "ir.since TO responder");
	IS_INT(ir_shared_look(&bob.ctx, &l, &err), 0, "a role that may execute, and no more");
	IS_STR(sql("SELECT string_agg(role, ' ' ORDER BY seq) FROM ir.journal"), "admin responder", "pushes");
	IS_STR(found(&bob, m.id, 1), "one", "finds");
	IS_STR(recalled(&bob, false), "one one", "recalls");
	IS_INT(verify(&bob, NULL, &st), 0, "verifies");
	IS_STR(sql("SET ROLE responder; DELETE FROM ir.journal"), "FAILED", "and may not delete");
	IS_STR(sql("SET ROLE responder; SELECT ir.redact(1)"), "FAILED", "nor redact");
	end(&ana);
	end(&bob);
}

/* A pooler in transaction mode: nothing that we ask needs more than one transaction. */
static void
test_pooler(void)
{
	struct person ana = { .dir = NULL }, bob;
	struct ir_shared_state st;

	if (!postgres_bouncer(&db)) {
		SKIP("pgbouncer", "through a pooler");
		return;
	}
	empty();
	begin_at(&ana, scratch_dir(&arena, "pooler"),
	    ir_asprintf(&arena, "postgresql://admin@127.0.0.1:%d/postgres", db.bouncer_port), false);
	begin(&bob, "pooler-bob");
	struct made m = add(&bob, "b", "bob's");
	add(&ana, "a", "one");
	push(&ana);
	push(&bob);
	IS_INT((int64_t)waiting(&ana), 0, "through PgBouncer: pushed, %s", err.msg);
	IS_STR(found(&ana, m.id, 1), "bob's", "found");
	IS_INT(verify(&ana, NULL, &st), 0, "verified");
	end(&ana);
	end(&bob);
}

static int64_t
ms_of(void (*f)(struct person *), struct person *p)
{
	int64_t from = ir_mono_us();

	f(p);
	return (ir_mono_us() - from) / 1000;
}

static void
test_away(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	struct person ana;
	struct ir_shared_look l;
	const char *dir = scratch_dir(&arena, "away");

	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&in, len) < 0 || listen(fd, 8) < 0 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) < 0)
		scratch_die("listen");
	const char *url = ir_asprintf(&arena, "postgresql://127.0.0.1:%d/x", ntohs(in.sin_port));
	ana = (struct person){ .dir = NULL };
	begin_at(&ana, dir, url, false);
	struct made m = add(&ana, "a", "one");
	int64_t took = ms_of(push, &ana);
	OK(took >= 900 && took < 1500, "a server that accepts and never answers is left after a second: %lld ms",
	    (long long)took);
	took = ms_of(push, &ana);
	OK(took < 300, "and not asked again soon: %lld ms", (long long)took);
	end(&ana);
	begin_at(&ana, dir, url, false);
	took = ms_of(push, &ana);
	OK(took < 300, "by the next run neither: %lld ms", (long long)took);
	IS_STR(found(&ana, m.id, 9), "one", "what is here is found");
	IS_STR(found(&ana, "chk-00000000", 9), "", "what is not, is not");
	OK(ir_journal_away(ana.ctx.journal) && strstr(ir_journal_away(ana.ctx.journal), "no answer"),
	    "and why is told: %s", ir_journal_away(ana.ctx.journal));
	setenv("IR_TEST_NOW", "2026-02-01T12:00:06Z", 1);
	ana.ctx.deadline_us = ir_mono_us() + 200000;
	took = ms_of(push, &ana);
	OK(took >= 150 && took < 400, "after that it is, within the run's deadline: %lld ms", (long long)took);
	ana.ctx.deadline_us = INT64_MAX;
	setenv("IR_TEST_NOW", NOON, 1);
	ir_shared_look(&ana.ctx, &l, &err);
	IS_INT((int64_t)l.waiting, 1, "one record waits");
	close(fd);
	end(&ana);
}

static void
test_password(void)
{
	struct person ana = { .dir = NULL };
	struct ir_shared_look l;

	setenv("PGPASSWORD", "wrong", 1);
	begin_at(&ana, scratch_dir(&arena, "password"), url_of("admin"), false);
	add(&ana, "a", "one");
	err = (struct ir_err)IR_ERR_INIT;
	IS_INT(ir_shared_look(&ana.ctx, &l, &err), -1, "a wrong password");
	OK(strstr(err.msg, "password authentication failed") && strstr(err.hint, "password-file") &&
		!strstr(err.msg, "wrong"),
	    "is told of, not told: %s", err.msg);
	setenv("PGPASSWORD", POSTGRES_PASSWORD, 1);
	end(&ana);
}

/* the server is killed while 16 write and one follows */

enum { WRITERS = 16, DIRS = 12, ROUNDS = 25, EACH = 8, KILLS = 6 };

static int
note_seq(void *arg, const struct ir_shared_row *row)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "%llu\n", (unsigned long long)row->seq);

	if (write(*(int *)arg, line, (size_t)n) != n)
		_exit(3);
	return row->record && strstr(row->record, "\"summary\":\"stop\"") != NULL;
}

static pid_t
child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static pid_t
follower(void)
{
	pid_t pid = child();
	struct person eve;
	int fd;

	if (pid)
		return pid;
	begin(&eve, "storm-follower");
	fd = open(ir_asprintf(&arena, "%s/seqs", db.dir), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	_exit(ir_shared_follow(&eve.ctx, 0, note_seq, &fd, &err) == 0 ? 0 : 1);
}

/* Each time after a failure it is six seconds later, so that the server is asked again. */
static void
later(int *n)
{
	char now[IR_TIME_MAX];

	ir_time_format(now, INT64_C(1769947200000) + ++*n * 6000);
	setenv("IR_TEST_NOW", now, 1);
}

static pid_t
writer(int i)
{
	struct person p;
	pid_t pid = child();
	int failures = 0;

	if (pid)
		return pid;
	begin(&p, ir_asprintf(&arena, "storm-%d", i % DIRS));
	for (int r = 0; r < ROUNDS; r++) {
		for (int k = 0; k < EACH; k++)
			add(&p, ir_asprintf(&p.arena, "w%d-%d", i, r * EACH + k), "x");
		push(&p);
		later(&failures);
		usleep(20000);
	}
	/* once is enough: another writer of the directory may add more at once */
	bool done = false;
	for (int r = 0; r < 300 && !(done = waiting(&p) == 0); r++)
		usleep(100000);
	_exit(done ? 0 : 1);
}

static int
all_ended_well(const pid_t *v, size_t n)
{
	int good = 0, status;

	for (size_t i = 0; i < n; i++)
		good += waitpid(v[i], &status, 0) == v[i] && status == 0;
	return good;
}

/* 1, 2, 3 … n */
static bool
is_row(const char *path, long n)
{
	FILE *f = fopen(path, "r");
	long seq, want = 1;

	while (f && fscanf(f, "%ld", &seq) == 1 && seq == want)
		want++;
	if (f)
		fclose(f);
	return want == n + 1;
}

static void
test_storm(void)
{
	struct person ana;
	struct ir_shared_state st;
	pid_t writers[WRITERS], reader;
	int hit = 0, busy = 0;

	empty();
	begin(&ana, "storm-ana");
	add(&ana, "first", "first");
	push(&ana);
	reader = follower();
	for (int i = 0; i < WRITERS; i++)
		writers[i] = writer(i);
	for (int i = 0; i < KILLS; i++) {
		usleep(120000 + 37000 * (useconds_t)i);
		int n = postgres_kill(&db);
		hit += n > 0;
		busy += n;
		postgres_run_it(&db);
	}
	IS_INT(all_ended_well(writers, WRITERS), WRITERS, "16 writers, and the server killed %d times: all get through",
	    KILLS);
	OK(hit > 0, "%d of the kills hit %d pushes in their midst", hit, busy);
	add(&ana, "stop", "stop");
	IS_INT((int64_t)waiting(&ana), 0, "one more");
	IS_INT(all_ended_well(&reader, 1), 1, "who followed saw the end");
	long want = WRITERS * ROUNDS * EACH + 2;
	IS_STR(sql("SELECT count(*) || ' ' || count(DISTINCT id) || ' ' || max(seq) || ' ' || count(DISTINCT journal) "
		   "FROM ir.journal"),
	    ir_asprintf(&arena, "%ld %ld %ld %d", want, want, want, DIRS + 1), "nothing is lost, nothing is twice");
	IS_INT(verify(&ana, NULL, &st), 0, "the chain is whole");
	IS_INT((int64_t)st.gaps, 0, "so is each host's");
	OK(is_row(ir_asprintf(&arena, "%s/seqs", db.dir), want), "and who followed saw each record once, in order");
	sql(ir_asprintf(&arena, "DELETE FROM ir.journal WHERE seq = %ld", want / 2));
	OK(verify(&ana, NULL, &st) < 0 && strstr(err.msg, ir_asprintf(&arena, "record %ld:", want / 2 + 1)),
	    "a record less is found: %s", err.msg);
	end(&ana);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	setenv("IR_TEST_NOW", NOON, 1);
	setenv("PGPASSWORD", POSTGRES_PASSWORD, 1);
	if (!postgres_up(&db, &arena)) {
		SKIP("postgresql", "all of it");
		return tap_done();
	}
	test_push();
	test_people();
	test_two_facts();
	test_copied();
	test_older();
	test_lost();
	test_gap();
	test_damage();
	test_text();
	test_many();
	test_deep();
	test_put_back();
	test_rights();
	test_pooler();
	test_away();
	test_password();
	test_storm();
	postgres_down(&db);
	ir_arena_done(&arena);
	return tap_done();
}
