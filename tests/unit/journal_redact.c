/* Unit tests of rec/journal: reading on, redaction (also when killed half way), any byte flipped, copies of segments, noted hashes. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "rec/journal.h"
#include "rec/rec.h"
#include "scratch.h"
#include "tap.h"

static const char *const days[] = { "2026-02-01", "2026-02-02" };

static struct ir_arena arena;
static const char *dir;
static struct ir_err err;

static struct ir_journal *
open_it(const struct ir_journal_test *test)
{
	struct ir_journal_opts o = { .dir = dir, .keep_days = -1, .test = test };
	struct ir_journal *j = ir_journal_open(&o, &err);

	if (!j)
		scratch_die(err.msg);
	return j;
}

static const char *
id_of(const char *name)
{
	char *id = ir_arena_alloc(&arena, IR_ID_MAX);

	ir_id_make("chk", name, strlen(name), id, NULL);
	return id;
}

/* An observation of a check, or how a run ended. */
static void
add_end(struct ir_journal *j)
{
	static const char end[] =
	    "{\"kind\":\"end\",\"v\":1,\"time\":\"2026-02-01T12:00:00.000Z\",\"run\":\"run-00000001\"}";
	struct ir_entry e = {
		.record = end, .len = sizeof(end) - 1, .kind = "end", .id = "", .key = "", .run = "run-00000001"
	};

	if (ir_journal_append(j, &e, 1, false, NULL, &err) < 0)
		scratch_die(err.msg);
}

static void
add(struct ir_journal *j, const char *name, const char *time, const char *text)
{
	char id[IR_ID_MAX], key[IR_SHA_HEX];
	struct ir_entry e = { .kind = "check", .id = id, .key = key };

	ir_id_make("chk", name, strlen(name), id, key);
	e.record = ir_asprintf(&arena,
	    "{\"kind\":\"check\",\"v\":1,\"id\":\"%s\",\"time\":\"%s\",\"run\":\"run-00000001\",\"summary\":\"%s\"}",
	    id, time, text);
	e.len = strlen(e.record);
	if (ir_journal_append(j, &e, 1, false, NULL, &err) < 0)
		scratch_die(err.msg);
}

/* Two segments: a secret thrice, something else between. */
static void
fill(const char *name)
{
	dir = scratch_dir(&arena, name);
	setenv("IR_TEST_NOW", "2026-02-01T12:00:00Z", 1);
	struct ir_journal *j = open_it(NULL);
	add(j, "secret", "2026-02-01T12:00:00.000Z", "hunter2");
	add(j, "other", "2026-02-01T12:00:00.000Z", "well");
	add(j, "secret", "2026-02-01T12:00:01.000Z", "hunter2 again");
	setenv("IR_TEST_NOW", "2026-02-02T12:00:00Z", 1);
	add(j, "secret", "2026-02-02T12:00:00.000Z", "hunter2 still");
	add_end(j);
	ir_journal_close(j);
}

static const char *
path_of(const char *day)
{
	return ir_asprintf(&arena, "%s/%s.jsonl", dir, day);
}

static char *
content(const char *day, size_t *n)
{
	int fd = open(path_of(day), O_RDONLY);
	struct stat st;
	char *p;

	if (fd < 0 || fstat(fd, &st) < 0)
		scratch_die(day);
	p = ir_arena_alloc(&arena, (size_t)st.st_size + 1);
	*n = (size_t)pread(fd, p, (size_t)st.st_size, 0);
	close(fd);
	return p;
}

static void
put(const char *day, const char *p, size_t n)
{
	int fd = open(path_of(day), O_WRONLY | O_TRUNC);

	if (fd < 0 || write(fd, p, n) != (ssize_t)n || close(fd) < 0)
		scratch_die(day);
}

static bool
somewhere(const char *word)
{
	bool ret = false;

	for (size_t i = 0; i < 2; i++) {
		size_t n;
		const char *p = content(days[i], &n);

		ret |= memmem(p, n, word, strlen(word)) != NULL;
	}
	return ret;
}

static int
count(struct ir_journal *j, const char *name)
{
	struct ir_found *f;

	return ir_journal_find(j, &arena, id_of(name), 100, &f, &err);
}

static int
verify(struct ir_journal_state *st)
{
	struct ir_journal_opts o = { .dir = dir, .readonly = true };
	struct ir_journal *j = ir_journal_open(&o, &err);

	err = (struct ir_err)IR_ERR_INIT;
	int rc = ir_journal_verify(j, st, &err);
	ir_journal_close(j);
	return rc;
}

static void
test_redact(void)
{
	struct ir_journal_state st;
	size_t n, size[2], after;

	fill("redact");
	content(days[0], &size[0]);
	content(days[1], &size[1]);
	struct ir_journal *j = open_it(NULL);
	IS_INT(count(j, "secret"), 3, "it is there");
	IS_INT(ir_journal_redact(j, id_of("secret"), IR_TIME_NONE, IR_TIME_NONE, &n, &err), 0, "it is redacted");
	IS_INT((int64_t)n, 3, "all of its observations");
	OK(!somewhere("hunter2"), "no word of it is left");
	content(days[0], &after);
	IS_INT((int64_t)after, (int64_t)size[0], "the file is as long as it was");
	content(days[1], &after);
	IS_INT((int64_t)after, (int64_t)size[1], "the other one, too");
	IS_INT(count(j, "secret"), 0, "it is not found any more");
	IS_INT(count(j, "other"), 1, "what is beside it is");
	IS_INT(verify(&st), 0, "the chain holds");
	OK(st.records == 5 && st.redacted == 3, "over as many lines, three of them redacted");
	IS_INT(ir_journal_redact(j, id_of("secret"), IR_TIME_NONE, IR_TIME_NONE, &n, &err), 0, "again");
	IS_INT((int64_t)n, 0, "there is nothing left to be redacted");
	add(j, "secret", "2026-02-02T13:00:00.000Z", "new");
	OK(count(j, "secret") == 1 && verify(&st) == 0, "and it goes on");
	ir_journal_close(j);
	unlink(ir_asprintf(&arena, "%s/%s.idx", dir, days[0]));
	j = open_it(NULL);
	IS_INT(count(j, "other"), 1, "an index made anew tells the same");
	ir_journal_close(j);
}

static int64_t
at(const char *time)
{
	int64_t ms = 0;

	ir_time_parse_rfc3339(time, strlen(time), &ms);
	return ms;
}

static void
test_redact_some(void)
{
	struct ir_journal_state st;
	size_t n;

	fill("some");
	struct ir_journal *j = open_it(NULL);
	IS_INT(ir_journal_redact(j, id_of("secret"), at("2026-02-01T12:00:01Z"), at("2026-02-01T12:00:01Z"), &n, &err),
	    0, "one observation is redacted");
	IS_INT((int64_t)n, 1, "one");
	OK(!somewhere("hunter2 again") && somewhere("hunter2 still") && count(j, "secret") == 2, "the others stay");
	IS_INT(verify(&st), 0, "the chain holds");
	IS_INT(
	    ir_journal_redact(j, "nonsense", IR_TIME_NONE, IR_TIME_NONE, &n, &err), -1, "what is no handle is refused");
	ir_journal_close(j);
	struct ir_journal_opts o = { .dir = dir, .readonly = true };
	j = ir_journal_open(&o, &err);
	IS_INT(ir_journal_redact(j, id_of("secret"), IR_TIME_NONE, IR_TIME_NONE, &n, &err), -1,
	    "and so is a journal to be looked at only");
	IS_INT(err.code, IR_IO, "which is said");
	ir_journal_close(j);
}

/* ---- kills */

static int die_at, die_after;

static void
die(void *arg, enum ir_journal_phase phase)
{
	(void)arg;
	if ((int)phase == die_at && die_after-- == 0)
		kill(getpid(), SIGKILL);
}

/* Redact, and be killed in the phase, when it comes for the nth time. */
static void
killed_in(int phase, int nth)
{
	struct ir_journal_test test = { .phase = die };
	int status;
	size_t n;

	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		scratch_die("fork");
	if (pid == 0) {
		die_at = phase;
		die_after = nth;
		ir_journal_redact(open_it(&test), id_of("secret"), IR_TIME_NONE, IR_TIME_NONE, &n, &err);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	OK(WIFSIGNALED(status), "it was killed");
}

static void
test_kill(int phase, int nth, const char *name)
{
	struct ir_journal_state st;
	size_t n;

	fill(ir_asprintf(&arena, "kill-%d-%d", phase, nth));
	killed_in(phase, nth);
	int rc = verify(&st);
	if (phase == IR_JOURNAL_REDACT_HALF)
		OK(rc < 0 && strstr(err.hint, "finishes it"),
		    "%s: a line that is half redacted is seen, with what helps", name);
	else
		IS_INT(rc, 0, "%s: the chain holds", name);
	struct ir_journal *j = open_it(NULL);
	add(j, "other", "2026-02-02T13:00:00.000Z", "later");
	IS_INT(verify(&st), 0, "%s: after the next append it holds", name);
	OK(st.records == 6 && st.redacted > 0, "%s: nothing is lost, and what was noted is redacted", name);
	IS_INT(count(j, "other"), 2, "%s: what is beside it is found", name);
	IS_INT(ir_journal_redact(j, id_of("secret"), IR_TIME_NONE, IR_TIME_NONE, &n, &err), 0, "%s: and again", name);
	OK(!somewhere("hunter2") && verify(&st) == 0 && st.redacted == 3, "%s: then all of it is gone", name);
	OK(access(ir_asprintf(&arena, "%s/%s.redact", dir, days[0]), F_OK) < 0, "%s: no note stays", name);
	ir_journal_close(j);
}

/* ---- any byte */

/* Feed both segments as copies. */
static bool
copies_bad(const char **why)
{
	static struct ir_copy c;

	c = (struct ir_copy){ .first = NULL };
	for (size_t i = 0; i < 2; i++) {
		int fd = open(path_of(days[i]), O_RDONLY), rc = ir_copy_file(&c, fd, days[i], NULL, &err);

		close(fd);
		if (rc < 0)
			scratch_die(err.msg);
		if (rc == 0 && !c.bad && !c.torn) {
			*why = "2026-02-02:1: another chain";
			return true;
		}
	}
	*why = c.why;
	return c.bad || c.torn || c.none;
}

/* Is the line, or the one behind it, named? between: the file and its number. */
static bool
names(const char *text, const char *between, size_t day, size_t line, size_t last)
{
	size_t next = line == last ? 1 : line + 1, next_day = line == last && day == 0 ? 1 : day;

	return strstr(text, ir_asprintf(&arena, "%s%s%zu:", days[day], between, line)) ||
	       strstr(text, ir_asprintf(&arena, "%s%s%zu:", days[next_day], between, next));
}

/* Every byte of both segments, one after the other, as a bit of it flips. */
static void
flip_day(size_t day)
{
	size_t n, missed = 0, unnamed = 0, copies_missed = 0, copies_unnamed = 0, line = 1, lines = 0;
	char *p = content(days[day], &n);

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	for (size_t i = 0; i < n; i++) {
		struct ir_journal_state st;
		const char *why;
		char was = p[i];

		p[i] = (char)(was ^ (1 << i % 8));
		put(days[day], p, n);
		int rc = verify(&st);
		missed += rc == 0 && !*st.unfinished;
		if (rc < 0)
			unnamed +=
			    !names(err.msg, ".jsonl': line ", day, line, lines) && !strstr(err.msg, "unfinished, but");
		else
			unnamed += !names(ir_asprintf(&arena, "%s:", st.unfinished), ".jsonl:", day, line, lines);
		bool bad = copies_bad(&why);
		copies_missed += !bad;
		copies_unnamed += bad && !names(why, ":", day, line, lines);
		p[i] = was;
		line += was == '\n';
	}
	put(days[day], p, n);
	IS_INT((int64_t)missed, 0, "%s: each of %zu bytes that flips is seen", days[day], n);
	IS_INT((int64_t)unnamed, 0, "%s: and its line is named", days[day]);
	IS_INT((int64_t)copies_missed, 0, "%s: also in copies of the files", days[day]);
	IS_INT((int64_t)copies_unnamed, 0, "%s: and named there", days[day]);
}

static void
test_flips(void)
{
	struct ir_journal_state st;

	fill("flips");
	IS_INT(verify(&st), 0, "as it is, it holds");
	flip_day(0);
	flip_day(1);
	IS_INT(verify(&st), 0, "and put back it holds again");
}

/* A last line with a key has nothing behind it yet; its id tells. */
static void
test_last_key(void)
{
	struct ir_journal_state st;
	size_t n;

	dir = scratch_dir(&arena, "last-key");
	struct ir_journal *j = open_it(NULL);
	add(j, "one", "2026-02-02T12:00:00.000Z", "x");
	ir_journal_close(j);
	char *p = content(days[1], &n), *key = strstr(p, "\"key\":\"") + 7;
	key[3] = key[3] == 'a' ? 'b' : 'a';
	put(days[1], p, n);
	IS_INT(verify(&st), -1, "another key in the last line");
	OK(strstr(err.msg, "line 1: its key") != NULL, "is named: %s", err.msg);
}

/* ---- reading on */

struct seen {
	size_t n, stop_at;
	char last[512];
};

static int
see(void *arg, const char *record, size_t len)
{
	struct seen *s = arg;

	snprintf(s->last, sizeof(s->last), "%.*s", (int)len, record);
	return ++s->n == s->stop_at;
}

static void
test_read_on(void)
{
	struct ir_journal_at from = { .off = 0 };
	struct seen s = { .n = 0 };
	size_t n;

	fill("read-on");
	struct ir_journal *j = open_it(NULL);
	IS_INT(ir_journal_read_on(j, &from, see, &s, &err), 0, "all is read");
	IS_INT((int64_t)s.n, 5, "over both segments");
	ir_journal_read_on(j, &from, see, &s, &err);
	IS_INT((int64_t)s.n, 5, "and no more, as there is none");
	add(j, "more", "2026-02-02T14:00:00.000Z", "more");
	ir_journal_read_on(j, &from, see, &s, &err);
	OK(s.n == 6 && strstr(s.last, "\"summary\":\"more\""), "then what was added");
	setenv("IR_TEST_NOW", "2026-02-03T12:00:00Z", 1);
	add(j, "more", "2026-02-03T14:00:00.000Z", "next day");
	ir_journal_read_on(j, &from, see, &s, &err);
	OK(s.n == 7 && strstr(s.last, "next day"), "in another segment, too");
	int fd = open(path_of("2026-02-03"), O_WRONLY | O_APPEND);
	OK(write(fd, "{\"seq\":8", 8) == 8, "a line is being written");
	ir_journal_read_on(j, &from, see, &s, &err);
	IS_INT((int64_t)s.n, 7, "half of it is not read");
	close(fd);
	from = (struct ir_journal_at){ .day = "2026-02-02" };
	s = (struct seen){ .stop_at = 2 };
	ir_journal_read_on(j, &from, see, &s, &err);
	IS_INT((int64_t)s.n, 2, "from a day on, until it is enough");
	ir_journal_redact(j, id_of("more"), IR_TIME_NONE, IR_TIME_NONE, &n, &err);
	s = (struct seen){ .n = 0 };
	ir_journal_read_on(j, &from, see, &s, &err);
	IS_INT((int64_t)s.n, 0, "what was redacted is not given");
	ir_journal_close(j);
}

/* ---- copies */

static int
copy(struct ir_copy *c, const char *day, struct ir_anchor *a)
{
	int fd = open(path_of(day), O_RDONLY), rc = ir_copy_file(c, fd, day, a, &err);

	close(fd);
	return rc;
}

static void
test_copies(void)
{
	struct ir_copy c = { .first = NULL };
	struct ir_anchor a = { .head = NULL };
	struct ir_journal_state st;
	static char head[13];

	fill("copies");
	verify(&st);
	memcpy(head, st.head, 12);
	a.head = head;
	OK(copy(&c, days[0], &a) == 1 && copy(&c, days[1], &a) == 1, "the segments are one chain");
	OK(!c.bad && c.st.records == 5 && c.st.first_seq == 1 && c.st.last_seq == 5 && strcmp(c.st.head, st.head) == 0,
	    "that holds");
	OK(a.seq == 5 && strcmp(a.kind, "end") == 0 && *a.time, "and the head that was noted is in it");
	c = (struct ir_copy){ .first = NULL };
	OK(copy(&c, days[1], NULL) == 1 && !c.bad && c.st.first_seq == 4, "a chain may begin in the middle");
	IS_INT(copy(&c, days[0], NULL), 0, "the earlier segment does not go on from it");

	struct ir_journal *j = open_it(NULL);
	IS_INT(ir_journal_anchor(j, &a, &err), 0, "a hash is looked for in the journal");
	IS_INT((int64_t)a.seq, 5, "and found");
	a.head = "000000000000";
	ir_journal_anchor(j, &a, &err);
	IS_INT((int64_t)a.seq, 0, "another one is not");
	ir_journal_close(j);

	scratch_file("export.jsonl", "{\"kind\":\"check\",\"v\":1}\n");
	c = (struct ir_copy){ .first = NULL };
	int fd = open(ir_asprintf(&arena, "%s/export.jsonl", scratch_top), O_RDONLY);
	OK(ir_copy_file(&c, fd, "export.jsonl", NULL, &err) == 1 && c.none, "an export has no chain");
	close(fd);
}

int
main(void)
{
	scratch_new(&arena);
	test_redact();
	test_redact_some();
	for (int nth = 0; nth < 2; nth++) {
		test_kill(IR_JOURNAL_REDACT_NOTED, nth, "killed when all is noted");
		test_kill(IR_JOURNAL_REDACT_HALF, nth, "killed half way");
		test_kill(IR_JOURNAL_REDACTED, nth, "killed before the note is forgotten");
	}
	test_flips();
	test_last_key();
	test_read_on();
	test_copies();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
