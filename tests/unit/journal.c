/* Unit tests of rec/journal: chain, torn tails, damage, full disks, index, clock, retention, looking only. */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "rec/journal.h"
#include "rec/schema.h"
#include "scratch.h"
#include "tap.h"

#define DAY "2026-02-01"
#define NOON "2026-02-01T12:00:00Z"

static const char zeros[IR_SHA_HEX] = "0000000000000000000000000000000000000000000000000000000000000000";

static struct ir_arena arena;
static const char *dir; /* of the journal at hand */
static struct ir_err err;

/* Files, by name in the journal's directory. */

static const char *
path_of(const char *name)
{
	return ir_asprintf(&arena, "%s/%s", dir, name);
}

static char *
content(const char *name, size_t *n)
{
	int fd = open(path_of(name), O_RDONLY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	char *p;

	if (size < 0)
		return *n = 0, NULL;
	p = ir_arena_alloc(&arena, (size_t)size + 1);
	*n = (size_t)pread(fd, p, (size_t)size, 0);
	close(fd);
	return p;
}

static void
put(const char *name, int flags, const void *p, size_t n)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | flags, 0600);

	if (fd < 0 || write(fd, p, n) != (ssize_t)n || close(fd) < 0)
		scratch_die(name);
}

static void
append_bytes(const char *name, const char *s)
{
	put(name, O_APPEND, s, strlen(s));
}

static void
cut(const char *name, off_t by)
{
	struct stat st;

	if (stat(path_of(name), &st) < 0 || truncate(path_of(name), st.st_size - by) < 0)
		scratch_die(name);
}

static bool
there(const char *name)
{
	struct stat st;

	return lstat(path_of(name), &st) == 0;
}

/* Overwrite bytes of a file where text is first found. */
static void
replace(const char *name, const char *text, const char *with)
{
	size_t n;
	char *p = content(name, &n), *at = p ? memmem(p, n, text, strlen(text)) : NULL;

	if (!at)
		scratch_die(text);
	memcpy(at, with, strlen(with));
	put(name, O_TRUNC, p, n);
}

/* The journal. */

static void
now(const char *when)
{
	setenv("IR_TEST_NOW", when, 1);
}

static void
fresh(const char *name)
{
	dir = scratch_dir(&arena, name);
	now(NOON);
}

static struct ir_journal *
open_with(struct ir_journal_opts o)
{
	o.dir = dir;
	return ir_journal_open(&o, &err);
}

static struct ir_journal *
open_it(void)
{
	struct ir_journal *j = open_with((struct ir_journal_opts){ .keep_days = 7 });

	if (!j)
		printf("Bail out! %s\n", err.msg), exit(1);
	return j;
}

static struct ir_journal *
look_only(void)
{
	return open_with((struct ir_journal_opts){ .readonly = true });
}

/* A check named so, or an incident of that time, or start and end of a run. */
struct made {
	struct ir_entry e;
	char id[IR_ID_MAX], key[IR_SHA_HEX];
};

static struct made *
make(const char *kind, const char *prefix, const char *name, const char *time, const char *more)
{
	struct made *m = IR_NEW(&arena, struct made);

	ir_id_make(prefix, name, strlen(name), m->id, m->key);
	m->e = (struct ir_entry){ .kind = kind, .id = m->id, .key = m->key };
	m->e.record = ir_asprintf(&arena,
	    "{\"kind\":\"%s\",\"v\":1,\"id\":\"%s\",\"time\":\"%s\",\"source\":\"ir-health\",\"run\":\"run-00000001\","
	    "\"status\":\"ok\","
	    "\"env\":\"\",\"service\":\"\",\"subject\":\"%s\",\"summary\":\"%s\",\"refs\":[]%s}",
	    kind, m->id, time, name, name, more);
	m->e.len = strlen(m->e.record);
	return m;
}

static struct made *
check(const char *name)
{
	return make("check", "chk", name, "2026-02-01T12:00:00.000Z", "");
}

static struct made *
observed(const char *name, int n)
{
	return make("check", "chk", name, "2026-02-01T12:00:00.000Z", ir_asprintf(&arena, ",\"n\":%d", n));
}

static struct made *
run_mark(const char *kind, const char *run)
{
	struct made *m = IR_NEW(&arena, struct made);

	m->e = (struct ir_entry){ .kind = kind, .id = "", .key = "", .run = run };
	m->e.record = ir_asprintf(&arena,
	    "{\"kind\":\"%s\",\"v\":1,\"time\":\"2026-02-01T12:00:00.000Z\",\"source\":\"ir-health\",\"run\":\"%s\"}",
	    kind, run);
	m->e.len = strlen(m->e.record);
	return m;
}

static int
add_to(struct ir_journal *j, const struct made *m)
{
	err = (struct ir_err)IR_ERR_INIT;
	return ir_journal_append(j, &m->e, 1, false, NULL, &err);
}

static void
add(const struct made *m)
{
	struct ir_journal *j = open_it();

	if (add_to(j, m) < 0)
		printf("# %s\n", err.msg);
	ir_journal_close(j);
}

/* 0, or an error's code */
static int
verify(struct ir_journal_state *st)
{
	struct ir_journal *j = look_only();
	struct ir_journal_state own;

	err = (struct ir_err)IR_ERR_INIT;
	int rc = ir_journal_verify(j, st ? st : &own, &err);
	if (rc < 0)
		printf("# %s\n", err.msg);
	ir_journal_close(j);
	return rc < 0 ? err.code : 0;
}

static int
count_with(struct ir_journal *j, const char *id)
{
	struct ir_found *f;

	return ir_journal_find(j, &arena, id, 1000, &f, &err);
}

static int
count(const char *id)
{
	struct ir_journal *j = look_only();
	int n = count_with(j, id);

	ir_journal_close(j);
	return n;
}

/* The record of the last line, and of the one before. */
static const char *
last_record(int back)
{
	size_t n;
	char *p = content(DAY ".jsonl", &n);

	for (; p && n > 0; back--) {
		char *nl = memrchr(p, '\n', n - 1), *line = nl ? nl + 1 : p;

		if (back == 0)
			return strstr(line, ",\"record\":") + 10;
		n = (size_t)(line - p);
	}
	return "";
}

static void
test_chain(void)
{
	struct ir_journal_state st;
	struct ir_found *f;
	uint64_t seq;
	size_t n;

	fresh("chain/with/parents");
	rmdir(dir);
	struct ir_journal *j = open_it();
	struct stat sb;
	IS_INT(stat(dir, &sb) == 0 ? sb.st_mode & 0777 : 0, 0700, "the directory is made, and is ours alone");

	struct made *a = check("a"), *b = check("b");
	struct ir_entry both[] = { a->e, b->e };
	IS_INT(ir_journal_append(j, both, 2, true, &seq, &err), 0, "two records go in");
	IS_INT((int64_t)seq, 1, "the first is number one");
	IS_INT(ir_journal_append(j, both, 2, false, &seq, &err), 0, "and again");
	IS_INT((int64_t)seq, 3, "numbers go on");
	IS_INT(ir_journal_append(j, both, 0, false, &seq, &err), 0, "nothing is fine");
	IS_INT(stat(path_of(DAY ".jsonl"), &sb) == 0 ? sb.st_mode & 0777 : 0, 0600,
	    "the segment of the day is ours alone");

	const char *text = content(DAY ".jsonl", &n),
		   *want =
		       ir_asprintf(&arena, "{\"seq\":1,\"prev\":\"%s\",\"key\":\"%s\",\"sha256\":\"", zeros, a->key);
	OK(strncmp(text, want, strlen(want)) == 0, "the first line's envelope");
	char sha[IR_SHA_HEX], own[IR_SHA_HEX];
	ir_sha256_hex(a->e.record, a->e.len, sha);
	OK(strncmp(text + strlen(want), sha, 64) == 0, "with the hash of the record");
	const char *second = strchr(text, '\n') + 1;
	ir_sha256_hex(text, strlen(want) + 64 + 1, own);
	OK(strncmp(second, "{\"seq\":2,\"prev\":\"", 17) == 0 && strncmp(second + 17, own, 64) == 0,
	    "the second line's prev is the first one's own hash");

	IS_INT(ir_journal_verify(j, &st, &err), 0, "the chain holds");
	IS_INT((int64_t)st.records, 4, "all lines were looked at");
	OK(st.first_seq == 1 && st.last_seq == 4 && st.segments == 1 && st.torn == 0 && st.bytes == (int64_t)n,
	    "the state tells the rest");
	OK(strcmp(st.head, zeros) != 0, "there is a head");

	IS_INT(ir_journal_find(j, &arena, a->id, 10, &f, &err), 2, "both observations are found");
	OK(f[0].seq == 1 && f[1].seq == 3, "oldest first");
	IS_STR(f[0].record, a->e.record, "bytes as written");
	IS_INT((int64_t)f[0].len, (int64_t)a->e.len, "as many");
	IS_STR(f[0].key, a->key, "with the whole key");
	IS_INT(ir_journal_find(j, &arena, a->id, 1, &f, &err), 1, "at most as many as asked for");
	IS_INT((int64_t)f[0].seq, 3, "the newest");
	IS_INT(count_with(j, check("c")->id), 0, "what is not there is not found");
	IS_INT(count_with(j, "nonsense"), 0, "nor what is no id");
	IS_INT(count_with(j, "chk-ILOU0000"), 0, "nor what is only nearly one");

	add_to(j, run_mark("start", "run-00000007"));
	add_to(j, run_mark("end", "run-00000007"));
	add_to(j, check("d"));
	IS_INT(count_with(j, "run-00000007"), 2, "a run's id finds its start and end");
	IS_INT(count_with(j, "run-00000001"), 0, "and not what ran in it");
	ir_journal_close(j);
	IS_STR(ir_journal_dir(j = open_it()), dir, "it knows its directory");
	ir_journal_close(j);
}

static void
test_head(void)
{
	struct ir_journal_state st;
	char head[IR_SHA_HEX];
	uint64_t seq = 7;

	fresh("head");
	struct ir_journal *j = open_it();
	IS_INT(ir_journal_head(j, &seq, head, &err), 0, "an empty journal has a head");
	IS_INT((int64_t)seq, 0, "of no line");
	IS_STR(head, zeros, "zeros");
	add(check("a"));
	now("2026-02-02T12:00:00Z");
	add(check("b"));
	ir_journal_verify(j, &st, &err);
	IS_INT(ir_journal_head(j, &seq, head, &err), 0, "with lines in two segments");
	IS_INT((int64_t)seq, 2, "the last one's seq");
	IS_STR(head, st.head, "and the head that verifying finds");
	append_bytes("2026-02-02.jsonl", "{\"seq\":3,");
	IS_INT(ir_journal_head(j, &seq, head, &err), 0, "an unfinished line");
	OK(seq == 2 && strcmp(head, st.head) == 0, "is not counted");
	OK(!there("2026-02-02.torn-3"), "and not mended");
	append_bytes("2026-02-02.jsonl", "what\n");
	IS_INT(ir_journal_head(j, &seq, head, &err), -1, "a last line that is none of ours is an error");
	ir_journal_close(j);
}

static void
test_refused_entries(void)
{
	struct ir_journal *j;
	struct made *m;

	fresh("entries");
	j = open_it();
	m = check("x");
	m->e.record = "{\"a\":\n1}", m->e.len = 8;
	IS_INT(add_to(j, m), -1, "a newline in a record is refused");
	m = check("x");
	m->e.key = "abc";
	IS_INT(add_to(j, m), -1, "a key that is no hash is refused");
	m = check("x");
	m->e.record = "null", m->e.len = 4;
	IS_INT(add_to(j, m), -1, "what is no object is refused");
	char *big = ir_arena_alloc(&arena, IR_LINE_MAX + 2);
	memset(big, ' ', IR_LINE_MAX + 1);
	big[0] = '{';
	big[IR_LINE_MAX] = '}';
	m->e.record = big, m->e.len = IR_LINE_MAX + 1;
	IS_INT(add_to(j, m), -1, "too long a record is refused");
	IS_INT(err.code, IR_IO, "as not to be written");
	big[IR_LINE_MAX - 1] = '}';
	m->e.len = IR_LINE_MAX;
	IS_INT(add_to(j, m), 0, "the longest is not");
	IS_INT(add_to(j, check("y")), 0, "and another fits behind it");
	OK(verify(NULL) == 0 && count(check("y")->id) == 1, "all of it holds");

	struct ir_entry *many = IR_NEW_N(&arena, struct ir_entry, 70);
	for (int i = 0; i < 70; i++)
		many[i] = m->e;
	IS_INT(ir_journal_append(j, many, 70, false, NULL, &err), -1, "70 MiB at once are refused");
	IS_INT(verify(NULL), 0, "and nothing of them is there");
	ir_journal_close(j);
}

/* Five lines, and a name for each way to spoil the second or the last. */
static void
spoiled(const char *what, const char *text, const char *with, const char *like)
{
	fresh(ir_asprintf(&arena, "spoiled-%s", what));
	for (int i = 0; i < 5; i++)
		add(check(ir_asprintf(&arena, "name-%d", i)));
	replace(DAY ".jsonl", text, with);
	IS_INT(verify(NULL), IR_DATA, "%s is seen", what);
	if (!OK(strstr(err.msg, DAY ".jsonl") && strstr(err.msg, like), "and named: '%s'", like))
		printf("# %s\n", err.msg);
}

static void
test_damage(void)
{
	spoiled("another record", "\"subject\":\"name-1\"", "\"subject\":\"name-7\"", "line 2: its sha256");
	spoiled("another seq", "{\"seq\":2", "{\"seq\":9", "line 2: lines before it are missing");
	spoiled("a seq again", "{\"seq\":3", "{\"seq\":2", "line 3: its seq");
	spoiled("another envelope", "{\"seq\":3,\"prev\"", "{\"seq\":3,\"pref\"", "line 3: not a line");
	spoiled("a zero byte of a key", ",\"key\":\"", ",\"key\":\"-", "line 1: not a line");
	spoiled("a first line that was not", "{\"seq\":1,\"prev\":\"0", "{\"seq\":1,\"prev\":\"1",
	    "line 1: the first line of all");

	/* A whole line taken out of the middle. */
	fresh("line-out");
	for (int i = 0; i < 5; i++)
		add(check(ir_asprintf(&arena, "name-%d", i)));
	size_t n;
	char *p = content(DAY ".jsonl", &n), *a = strchr(p, '\n') + 1, *b = strchr(a, '\n') + 1;
	memmove(a, b, n - (size_t)(b - p));
	put(DAY ".jsonl", O_TRUNC, p, n - (size_t)(b - a));
	IS_INT(verify(NULL), IR_DATA, "a missing line is seen");
	IS_INT(count(check("name-4")->id), 1, "records of a damaged journal are still found");
	IS_INT(count(check("name-1")->id), 0, "but not what is gone");

	/* A key replaced together with nothing else: the next line's prev no longer fits. */
	fresh("key");
	add(check("one"));
	add(check("two"));
	replace(DAY ".jsonl", check("one")->key, check("six")->key);
	IS_INT(verify(NULL), IR_DATA, "another key breaks the chain");
	OK(strstr(err.msg, "line 1: its key"), "and is seen by its record");

	/* A digit that no id is made from: only the line behind knows it, and the line behind that tells which of the two is wrong. */
	for (int lines = 2; lines <= 3; lines++) {
		fresh(ir_asprintf(&arena, "key-end-%d", lines));
		add(check("one"));
		for (int i = 2; i <= lines; i++)
			add(check("two"));
		char *other = ir_strdup(&arena, check("one")->key);
		other[60] = other[60] == '0' ? '1' : '0';
		replace(DAY ".jsonl", check("one")->key, other);
		IS_INT(verify(NULL), IR_DATA, "another end of a key breaks the chain, too");
		OK(strstr(err.msg, lines == 2 ? "line 2: its prev is not the hash of the line before: one of the two"
					      : "line 1: its key is not as it was"),
		    "at one of two lines, or at that line when there is one more");
	}

	fresh("garbage");
	put(DAY ".jsonl", 0, "\0\1\2\377\n{}\n\n", 9);
	IS_INT(verify(NULL), IR_DATA, "garbage is seen");
	struct ir_journal *j = open_it();
	IS_INT(add_to(j, check("x")), -1, "and not written behind");
	OK(err.code == IR_IO && err.hint[0], "with a hint");
	ir_journal_close(j);
	size_t len;
	content(DAY ".jsonl", &len);
	IS_INT((int64_t)len, 9, "nor touched");

	fresh("long");
	char *big = ir_arena_alloc(&arena, 5 << 20);
	memset(big, 'x', 5 << 20);
	put(DAY ".jsonl", 0, big, 5 << 20);
	IS_INT(verify(NULL), IR_DATA, "an endless line is seen");
	IS_INT(count(check("x")->id), 0, "and gone through");
}

static void
test_redacted(void)
{
	struct ir_journal_state st, after;
	struct made *secret = check("secret");

	fresh("redacted");
	add(check("a"));
	add(secret);
	add(check("b"));
	verify(&st);
	IS_INT(count(secret->id), 1, "a record");
	char *blank = ir_strdup(&arena, secret->e.record);
	memset(blank, ' ', secret->e.len);
	memcpy(blank, "null", 4);
	replace(DAY ".jsonl", secret->e.record, blank);
	IS_INT(verify(&after), 0, "is redacted, and the chain holds");
	OK(after.redacted == 1 && after.records == 3 && strcmp(after.head, st.head) == 0,
	    "the head is the same, and it is counted");
	IS_INT(count(secret->id), 0, "it is found no more");
	unlink(path_of(DAY ".idx"));
	IS_INT(count(secret->id), 0, "nor without the index");
	add(check("c"));
	OK(verify(NULL) == 0 && count(check("b")->id) == 1 && count(check("c")->id) == 1,
	    "what was behind it is, and the journal goes on");
	replace(DAY ".jsonl", "null ", "null!");
	IS_INT(verify(NULL), IR_DATA, "but not everything is a redaction");
}

static void
check_error_record(const char *line, const char *about)
{
	char *end = strchr(line, '\n');
	json_t *o = json_loadb(line, (size_t)(end - line) - 1, 0, NULL);

	IS_STR(json_string_value(json_object_get(o, "kind")), "error", "an error record is chained first");
	const char *message = json_string_value(json_object_get(o, "message"));
	if (!OK(message && strstr(message, about), "and says: %s", about))
		printf("# %s\n", message ? message : "");
	IS_STR(json_string_value(json_object_get(o, "run")), "run-00000001", "in the name of the run that found it");
	if (!OK(ir_schema_check(&ir_kind_error, o, &err) == 0, "in the form of its kind"))
		printf("# %s\n", err.msg);
	IS_INT(count(json_string_value(json_object_get(o, "id"))), 1, "and it can be found");
	json_decref(o);
}

/* A tail cut anywhere: what was whole stays, what was torn is kept aside. */
static void
test_torn(void)
{
	struct ir_journal_state st;
	uint64_t seq;
	size_t n;
	bool all = true;

	fresh("torn");
	add(check("a"));
	add(check("b"));
	add(check("c"));
	char *whole = content(DAY ".jsonl", &n);
	char *third = memrchr(whole, '\n', n - 1);
	size_t len = n - 1 - (size_t)(third - whole); /* of the third line */

	cut(DAY ".jsonl", 100);
	IS_INT(verify(&st), 0, "an unfinished last line is not damage");
	IS_INT((int64_t)st.records, 2, "and not a line");
	OK(count(check("b")->id) == 1 && count(check("c")->id) == 0, "nor found, as others are");
	struct ir_journal *j = open_it();
	IS_INT(ir_journal_append(j, &check("d")->e, 1, true, &seq, &err), 0, "a record goes in behind a torn line");
	IS_INT((int64_t)seq, 4, "after the error's");
	ir_journal_close(j);
	IS_INT(verify(&st), 0, "the chain holds");
	OK(st.records == 4 && st.torn == 1, "with both lines, and a torn file is counted");
	size_t torn_len;
	char *torn = content(DAY ".torn-3", &torn_len);
	OK(torn_len == len - 100 && memcmp(torn, third + 1, torn_len) == 0, "which holds the bytes");
	check_error_record(last_record(1), ".torn-3");
	OK(count(check("a")->id) == 1 && count(check("b")->id) == 1 && count(check("d")->id) == 1,
	    "nothing before or after is lost");

	for (size_t by = 2; by <= len && all; by += 7) {
		fresh(ir_asprintf(&arena, "torn-%zu", by));
		put(DAY ".jsonl", 0, whole, n - by);
		j = open_it();
		if (add_to(j, check("d")) < 0 || ir_journal_verify(j, &st, &err) < 0 ||
		    st.records != (by == len ? 3 : 4) || count_with(j, check("b")->id) != 1 ||
		    count_with(j, check("d")->id) != 1)
			all = tap_ok(false, "cut by %zu: %s", by, err.msg);
		ir_journal_close(j);
	}
	OK(all, "wherever it was cut");

	fresh("torn-first");
	put(DAY ".jsonl", 0, whole, 50);
	add(check("d"));
	OK(verify(&st) == 0 && st.records == 2 && there(DAY ".torn-1"), "the only line is torn");

	fresh("torn-zeros");
	put(DAY ".jsonl", 0, whole, n);
	cut(DAY ".jsonl", -100000);
	IS_INT(verify(NULL), 0, "zeros behind the end, as of a lost disk");
	add(check("d"));
	OK(verify(&st) == 0 && st.records == 5, "are set aside as well");
}

/* Killed between the steps of setting aside. */
static void
test_torn_twice(void)
{
	struct ir_journal_state st;
	size_t n;

	fresh("owed");
	add(check("a"));
	put(DAY ".torn-2", 0, "half a line", 11);
	add(check("b"));
	check_error_record(last_record(1), "11 bytes");
	OK(verify(&st) == 0 && st.records == 3, "what was cut off, but not yet told of, is told of");
	add(check("c"));
	OK(verify(&st) == 0 && st.records == 4, "once");

	fresh("aside");
	add(check("a"));
	append_bytes(DAY ".jsonl", "{\"seq\":2,");
	put(DAY ".torn-2", 0, "{\"seq\":2,", 9);
	add(check("b"));
	OK(verify(&st) == 0 && st.torn == 1 && st.records == 3, "what was set aside, but not cut off, is so once");

	fresh("aside-other");
	add(check("a"));
	append_bytes(DAY ".jsonl", "{\"seq\":2,");
	put(DAY ".torn-2", 0, "something else", 14);
	add(check("b"));
	OK(verify(&st) == 0 && st.torn == 2 && st.records == 4, "another with that number stays");
	content(DAY ".torn-2", &n);
	OK(n == 14 && there(DAY ".torn-2.1"), "and the new one has a name of its own");

	fresh("yesterday");
	now("2026-01-31T23:59:00Z");
	add(check("a"));
	append_bytes("2026-01-31.jsonl", "{\"seq\":2,");
	now(NOON);
	IS_INT(verify(NULL), 0, "torn at the end of a day");
	add(check("b"));
	OK(there("2026-01-31.torn-2") && verify(&st) == 0 && st.records == 3 && st.segments == 2,
	    "is mended on the next one");
}

static void
test_no_newline(void)
{
	struct ir_journal_state st;

	fresh("newline");
	add(check("a"));
	add(check("b"));
	cut(DAY ".jsonl", 1);
	IS_INT(verify(NULL), IR_DATA, "a whole line without its newline is damage");
	OK(strstr(err.msg, "line 2") && strstr(err.msg, "newline"), "and named");
	add(check("c"));
	OK(verify(&st) == 0 && st.records == 4 && st.torn == 0, "the next append keeps it");
	OK(count(check("b")->id) == 1 && count(check("c")->id) == 1, "and it is found");
	check_error_record(last_record(1), "newline");

	fresh("newline-wrong");
	add(check("a"));
	add(check("b"));
	cut(DAY ".jsonl", 1);
	replace(DAY ".jsonl", "\"subject\":\"b\"", "\"subject\":\"c\"");
	add(check("d"));
	OK(verify(&st) == 0 && st.records == 3 && st.torn == 1, "but one that is not sound is set aside");
}

static void
test_full_disk(void)
{
	struct ir_journal_state st;
	struct rlimit was, limit;
	struct stat before, after;

	fresh("full");
	signal(SIGXFSZ, SIG_IGN);
	add(check("a"));
	stat(path_of(DAY ".jsonl"), &before);
	getrlimit(RLIMIT_FSIZE, &was);
	limit = was;
	limit.rlim_cur = (rlim_t)before.st_size + 100;
	struct ir_journal *j = open_it();
	struct ir_entry three[] = { check("b")->e, check("c")->e, check("d")->e };
	setrlimit(RLIMIT_FSIZE, &limit);
	int rc = ir_journal_append(j, three, 3, true, NULL, &err);
	setrlimit(RLIMIT_FSIZE, &was);
	IS_INT(rc, -1, "a write cut short fails");
	IS_INT(err.code, IR_IO, "as input and output do");
	stat(path_of(DAY ".jsonl"), &after);
	IS_INT(after.st_size, before.st_size, "and leaves nothing half");
	OK(verify(&st) == 0 && st.records == 1, "the chain holds");
	OK(ir_journal_append(j, three, 3, true, NULL, &err) == 0 && verify(&st) == 0 && st.records == 4,
	    "and goes on when there is room");

	/* Room for the lines and not for the index. */
	limit.rlim_cur = 0;
	unlink(path_of(DAY ".idx"));
	setrlimit(RLIMIT_FSIZE, &limit);
	IS_INT(ir_journal_append(j, three, 3, false, NULL, &err), -1, "no room at all");
	IS_INT(count_with(j, check("c")->id), 1, "an index that cannot be made is done without");
	setrlimit(RLIMIT_FSIZE, &was);
	IS_INT(count_with(j, check("c")->id), 1, "and made when it can be");
	ir_journal_close(j);
}

static void
test_index(void)
{
	enum { N = 500 };
	struct ir_journal *j;
	size_t n;

	fresh("index");
	j = open_it();
	for (int i = 0; i < N; i++)
		add_to(j, observed(ir_asprintf(&arena, "c%d", i % 50), i));
	ir_journal_close(j);
	char *idx = content(DAY ".idx", &n);
	IS_INT((int64_t)n, 16 + 24 * N, "an index has an entry a line");
	const char *id = check("c7")->id;
	IS_INT(count(id), N / 50, "found with it");

	unlink(path_of(DAY ".idx"));
	IS_INT(count(id), N / 50, "found without it");
	OK(!there(DAY ".idx"), "who only looks does not make one");
	j = open_it();
	IS_INT(count_with(j, id), N / 50, "who may write");
	size_t m;
	char *again = content(DAY ".idx", &m);
	OK(m == n && memcmp(idx, again, n) == 0, "makes it, the same to the byte");

	put(DAY ".idx", O_TRUNC, idx, n - 24 * 100 - 5);
	IS_INT(count(id), N / 50, "found with a short one");
	add_to(j, check("new"));
	content(DAY ".idx", &m);
	IS_INT((int64_t)m, 16 + 24 * (N + 1), "which an append brings up to date");
	put(DAY ".jsonl", O_APPEND, "", 0);

	int wrong = 0;
	for (size_t at = 0; at < n; at += 211) {
		char *bad = ir_arena_alloc(&arena, n);
		memcpy(bad, idx, n);
		bad[at] ^= 0x10;
		put(DAY ".idx", O_TRUNC, bad, n);
		wrong += count(id) != N / 50;
	}
	IS_INT(wrong, 0, "found whichever byte of it is wrong");
	IS_INT(count_with(j, id), N / 50, "it is mended");
	IS_INT(count_with(j, check("new")->id), 1, "to the last line");
	char *mended = content(DAY ".idx", &m);
	OK(m == 16 + 24 * (N + 1) && memcmp(mended, idx, n) == 0, "whole, the same to the byte");
	mended[n / 2] ^= 1;
	put(DAY ".idx", O_TRUNC, mended, m);
	IS_INT(count_with(j, id), N / 50, "one wrong byte in the middle");
	mended = content(DAY ".idx", &m);
	OK(m == 16 + 24 * (N + 1) && memcmp(mended, idx, n) == 0, "is mended by who finds it");

	put(DAY ".idx", O_TRUNC, "hello\n", 6);
	IS_INT(count_with(j, id), N / 50, "found with another file in its place");
	unlink(path_of(DAY ".idx"));
	mkdir(path_of(DAY ".idx"), 0700);
	IS_INT(count_with(j, id), N / 50, "found with a directory in its place");
	IS_INT(add_to(j, check("more")), 0, "and written");
	IS_INT(count_with(j, check("more")->id), 1, "and found");
	rmdir(path_of(DAY ".idx"));

	/* The index of another journal. */
	const char *here = dir;
	fresh("index-other");
	for (int i = 0; i < 10; i++)
		add(check(ir_asprintf(&arena, "other%d", i)));
	char *other = content(DAY ".idx", &m);
	dir = here;
	put(DAY ".idx", O_CREAT | O_TRUNC, other, m);
	IS_INT(count(id), N / 50, "found with another journal's");
	IS_INT(count_with(j, id), N / 50, "and that is replaced");
	ir_journal_close(j);
}

static void
test_clock(void)
{
	struct ir_journal_state st;
	struct ir_found *f;

	fresh("clock");
	now("2026-01-30T12:00:00Z");
	add(observed("a", 1));
	now("2026-02-01T12:00:00Z");
	add(observed("a", 2));
	now("2026-01-31T12:00:00Z");
	add(observed("a", 3));
	OK(!there("2026-01-31.jsonl"), "the clock went back: lines go on in the newest segment");
	IS_INT(verify(&st), 0, "and the chain holds");
	OK(st.records == 3 && st.segments == 2, "over both");
	struct ir_journal *j = look_only();
	IS_INT(ir_journal_find(j, &arena, check("a")->id, 10, &f, &err), 3, "found in all");
	OK(f[0].seq == 1 && f[1].seq == 2 && f[2].seq == 3, "oldest first");
	IS_INT(ir_journal_find(j, &arena, check("a")->id, 2, &f, &err), 2, "the newest two");
	OK(f[0].seq == 2 && f[1].seq == 3, "are of the newest segment");
	ir_journal_close(j);

	now("2026-02-02T00:00:00Z");
	put("2026-02-02.jsonl", 0, "", 0);
	add(observed("a", 4));
	OK(verify(&st) == 0 && st.records == 4 && st.segments == 3, "a segment that was made and not written is used");
	IS_INT(truncate(path_of("2026-02-01.jsonl"), 0), 0, "a segment emptied");
	IS_INT(verify(NULL), IR_DATA, "is seen");
}

/* A record a day from the first to the last of January, and what the last append leaves. */
static void
january(const char *name, int days, bool incident)
{
	fresh(name);
	for (int i = 1; i <= days; i++) {
		now(ir_asprintf(&arena, "2026-01-%02dT12:00:00Z", i));
		add(observed("daily", i));
		if (incident && (i == 5 || i == 6))
			add(make("incident", "inc", "outage", "2026-01-04T10:00:00.000Z",
			    ir_asprintf(&arena, ",\"n\":%d", i)));
	}
}

static void
test_keep(void)
{
	struct ir_journal_state st;

	january("keep", 8, false);
	IS_INT(verify(&st), 0, "seven days and today");
	IS_INT((int64_t)st.segments, 8, "are kept");
	put("2026-01-01.torn-99", 0, "x", 1);
	now("2026-01-09T00:00:01Z");
	add(observed("daily", 9));
	OK(!there("2026-01-01.jsonl") && !there("2026-01-01.idx") && !there("2026-01-01.torn-99"),
	    "an older one goes, with what belongs to it");
	OK(there("2026-01-02.jsonl") && there("2026-01-02.idx"), "the next one stays");
	OK(verify(&st) == 0 && st.first_seq == 2 && st.gaps == 0, "the rest is a chain that begins later");
	IS_INT(count(check("daily")->id), 8, "and is found");

	january("held", 20, true);
	OK(!there("2026-01-03.jsonl") && !there("2026-01-07.jsonl") && !there("2026-01-12.jsonl"),
	    "what no incident holds goes");
	OK(there("2026-01-04.jsonl") && there("2026-01-05.jsonl") && there("2026-01-06.jsonl"),
	    "what one holds stays: from its time to its newest observation");
	OK(verify(&st) == 0 && st.gaps == 1, "the chain holds, with a gap behind what is held");
	OK(st.segments == 3 + 8, "and no more");
	unlink(path_of("2026-01-15.jsonl"));
	IS_INT(verify(NULL), IR_DATA, "but a segment missing elsewhere is seen");
	OK(strstr(err.msg, "2026-01-16.jsonl"), "and named");

	january("held-cut", 20, true);
	unlink(path_of("2026-01-05.jsonl"));
	IS_INT(verify(&st) == 0 ? (int64_t)st.gaps : -1, 2, "within what is held it is a gap more");

	january("wrong-clock", 8, false);
	now("2199-01-01T00:00:00Z");
	add(observed("daily", 9));
	OK(!there("2026-01-01.jsonl"), "a clock far ahead is one more day, no more");
	OK(there("2026-01-02.jsonl") && there("2026-01-08.jsonl"), "what is young by the days before it stays");
	IS_INT(verify(NULL), 0, "and the chain holds");
	now("2199-01-02T00:00:00Z");
	add(observed("daily", 10));
	OK(!there("2026-01-08.jsonl"), "a clock that is there on a second day is believed");

	fresh("for-ever");
	now("2020-01-01T00:00:00Z");
	add(check("old"));
	now(NOON);
	struct ir_journal *j = open_with((struct ir_journal_opts){ .keep_days = -1 });
	add_to(j, check("new"));
	ir_journal_close(j);
	OK(count(check("old")->id) == 1, "nothing goes when all is kept");
	now("2026-02-02T00:00:00Z");
	add(check("new"));
	OK(count(check("old")->id) == 0 && verify(NULL) == 0, "it goes when not");
}

static uint64_t
pushed_so_far(void *arg)
{
	return *(uint64_t *)arg;
}

static void
nothing_done(void *arg)
{
	(void)arg;
}

/* The same day by day, with a shared journal that has lines up to *has. */
static void
share_day(int day, int keep, uint64_t *has)
{
	static const struct ir_share_ops ops = { .pushed = pushed_so_far, .done = nothing_done };
	struct ir_journal *j = open_with((struct ir_journal_opts){ .keep_days = keep });

	now(ir_asprintf(&arena, "2026-01-%02dT12:00:00Z", day));
	ir_journal_share(j, &ops, has);
	IS_INT(add_to(j, observed("daily", day)), 0, "added");
	ir_journal_close(j);
}

static void
test_keep_unpushed(void)
{
	struct ir_journal_state st;
	uint64_t has = 0;

	fresh("keep-unpushed");
	for (int day = 1; day <= 11; day++)
		share_day(day, 1, &has);
	OK(there("2026-01-01.jsonl"), "what was never pushed stays beyond its days");
	share_day(12, 1, &has);
	OK(!there("2026-01-01.jsonl") && there("2026-01-02.jsonl"), "but not for more than ten times as many");
	has = 5;
	share_day(13, 1, &has);
	OK(!there("2026-01-05.jsonl") && there("2026-01-06.jsonl"), "what was pushed goes, and nothing behind it");
	IS_INT(verify(&st) == 0 ? (int64_t)st.gaps : -1, 0, "the chain holds, without a gap");
	has = 13;
	share_day(14, 1, &has);
	OK(!there("2026-01-12.jsonl") && there("2026-01-13.jsonl"), "when all was pushed, days count as ever");
	now("2026-02-20T12:00:00Z");
	has = 13;
	january("keep-half", 1, false);
	add(observed("daily", 100));
	for (int day = 2; day <= 3; day++)
		share_day(day, 1, &(uint64_t){ 1 });
	OK(there("2026-01-01.jsonl"), "a segment that was pushed in part stays");
}

static void
test_readonly(void)
{
	struct ir_journal_state st;

	fresh("readonly");
	rmdir(dir);
	struct ir_journal *j = look_only();
	OK(j != NULL, "a missing directory can be looked at");
	IS_INT(count_with(j, check("a")->id), 0, "nothing is found");
	OK(ir_journal_verify(j, &st, &err) == 0 && st.records == 0 && strcmp(st.head, zeros) == 0, "nothing is wrong");
	IS_INT(add_to(j, check("a")), -1, "and nothing goes in");
	OK(access(dir, F_OK) < 0, "it is still missing");

	add(check("a"));
	IS_INT(count_with(j, check("a")->id), 1, "what the first writer adds is found by who looked before it came");
	ir_journal_close(j);
	append_bytes(DAY ".jsonl", "torn");
	unlink(path_of(DAY ".idx"));
	unlink(path_of("lock"));
	OK(count(check("a")->id) == 1 && verify(NULL) == 0, "one that needs mending can be looked at");
	size_t n;
	OK(!there(DAY ".idx") && !there("lock") && content(DAY ".jsonl", &n) && n > 4, "and nothing is mended");
}

static void
test_dangers(void)
{
	struct ir_journal *j;

	fresh("others");
	chmod(dir, 0770);
	OK(open_with((struct ir_journal_opts){ .readonly = false }) == NULL,
	    "a directory that others may write to is refused");
	OK(err.code == IR_IO && strstr(err.hint, "chmod 700"), "with the fix");
	OK(look_only() == NULL, "also to look at");
	chmod(dir, 0755);
	j = open_it();
	struct stat st;
	OK(stat(dir, &st) == 0 && (st.st_mode & 0777) == 0700, "one that others may look at is closed to them");
	add_to(j, check("a"));
	chmod(path_of(DAY ".jsonl"), 0664);
	add_to(j, check("b"));
	OK(stat(path_of(DAY ".jsonl"), &st) == 0 && (st.st_mode & 0777) == 0600, "so is a file");

	rename(path_of(DAY ".jsonl"), path_of("elsewhere"));
	IS_INT(symlink("elsewhere", path_of(DAY ".jsonl")), 0, "a symbolic link");
	IS_INT(add_to(j, check("c")), -1, "is not followed");
	OK(strstr(err.msg, "symbolic link"), "and named");
	IS_INT(count_with(j, check("a")->id), -1, "nor read");
	IS_INT(verify(NULL), IR_IO, "nor verified");
	unlink(path_of(DAY ".jsonl"));
	mkdir(path_of(DAY ".jsonl"), 0700);
	IS_INT(add_to(j, check("c")), -1, "a directory is not a segment");
	IS_INT(count_with(j, check("a")->id), -1, "nor read");
	rmdir(path_of(DAY ".jsonl"));
	mkfifo(path_of(DAY ".jsonl"), 0600);
	IS_INT(add_to(j, check("c")), -1, "nor a fifo, and nothing waits for it");
	unlink(path_of(DAY ".jsonl"));
	IS_INT(add_to(j, check("c")), 0, "then it goes on");
	ir_journal_close(j);

	dir = path_of(DAY ".jsonl");
	OK(open_with((struct ir_journal_opts){ .readonly = false }) == NULL && err.hint[0],
	    "a file is not a directory");
	dir = "/proc/nowhere/journal";
	OK(open_with((struct ir_journal_opts){ .readonly = false }) == NULL && err.code == IR_IO,
	    "one that cannot be made");
}

static void
test_lock(void)
{
	fresh("lock");
	add(check("a"));
	int fd = open(path_of("lock"), O_RDWR);
	flock(fd, LOCK_EX);
	struct ir_journal *j = open_with((struct ir_journal_opts){ .lock_ms = 50 });
	int64_t start = ir_mono_us();
	IS_INT(add_to(j, check("b")), -1, "a lock that is held makes an append fail");
	int64_t took = ir_mono_us() - start;
	OK(took >= 50000 && took < 10000000, "after the time given, not never");
	OK(err.code == IR_IO && strstr(err.msg, "50 ms"), "and says so");
	IS_INT(count_with(j, check("a")->id), 1, "finding needs no lock");
	unlink(path_of("lock"));
	IS_INT(add_to(j, check("b")), 0, "a lock's file that was removed locks nobody out");
	ir_journal_close(j);
	close(fd);
	OK(verify(NULL) == 0 && count(check("b")->id) == 1, "and the chain holds");
}

struct shown {
	int n, stop_at;
	char first[64], all[4096];
};

static int
show(void *arg, const char *record, size_t len)
{
	struct shown *s = arg;
	const char *p = strstr(record, "\"subject\":\"");

	if (strlen(record) != len)
		return 1;
	if (p) {
		size_t at = strlen(s->all);
		snprintf(s->all + at, sizeof(s->all) - at, "%.*s ", (int)strcspn(p + 11, "\""), p + 11);
	}
	return ++s->n == s->stop_at;
}

static struct shown
recent(const char *kind, size_t max, int stop_at)
{
	struct shown s = { .stop_at = stop_at };
	struct ir_journal *j = look_only();

	if (ir_journal_recent(j, kind, max, show, &s, &err) < 0)
		s.n = -1;
	ir_journal_close(j);
	return s;
}

static void
test_recent(void)
{
	fresh("recent");
	now("2026-01-31T12:00:00Z");
	add(check("old"));
	now(NOON);
	add(run_mark("start", "run-00000001"));
	add(check("a"));
	add(check("b"));
	add(make("deploy", "dep", "web", NOON, ""));
	add(check("a"));
	add(run_mark("end", "run-00000001"));
	IS_STR(recent(NULL, 100, 0).all, "a web b old ", "newest first, one an id");
	IS_STR(recent("check", 100, 0).all, "a b old ", "of a kind");
	IS_STR(recent("check", 2, 0).all, "a b ", "at most so many");
	IS_STR(recent("check", 100, 1).all, "a ", "until it is enough");
	IS_INT(recent("end", 100, 0).n, 1, "what has no id, when asked for");
	IS_INT(recent("chec", 100, 0).n, 0, "a kind is a whole word");
	append_bytes(DAY ".jsonl", "torn");
	IS_STR(recent(NULL, 1, 0).all, "a ", "a torn line is passed over");
	fresh("recent-none");
	IS_INT(recent(NULL, 1, 0).n, 0, "none there");

	/* More than is read: the newest are there, the oldest are not, and nothing is twice. */
	fresh("recent-much");
	struct ir_journal *j = open_it();
	char *pad = ir_arena_alloc(&arena, 100001);
	memset(pad, 'x', 100000);
	for (int i = 0; i < 120; i++)
		add_to(j, make("check", "chk", ir_asprintf(&arena, "big%d", i), NOON,
			      ir_asprintf(&arena, ",\"pad\":\"%s\"", pad)));
	struct shown s = recent(NULL, 1000, 0);
	OK(s.n >= 60 && s.n <= 84, "bounded by 8 MiB: %d of 120", s.n);
	OK(strncmp(s.all, "big119 big118 ", 14) == 0, "from the newest on");
	ir_journal_close(j);
}

int
main(void)
{
	scratch_new(&arena);
	test_chain();
	test_head();
	test_refused_entries();
	test_damage();
	test_redacted();
	test_torn();
	test_torn_twice();
	test_no_newline();
	test_full_disk();
	test_index();
	test_clock();
	test_keep();
	test_keep_unpushed();
	test_readonly();
	test_dangers();
	test_lock();
	test_recent();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
