/*
 * journal_verify - does the chain hold, from the first line to the last?
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "rec/journal_priv.h"

enum { SHA_DIGITS = IR_SHA_HEX - 1, TRIES = 3 };

struct checking {
	struct ir_journal *j;
	struct journal_list list;
	struct ir_journal_state *st;
	struct ir_err *err;
	const char *day;        /* being read */
	const char *last_day;   /* of the line before; NULL: none yet */
	const char *unfinished; /* day of an unfinished line */
	uint64_t lineno;
	const char *before_day; /* of the line before, and its number there */
	uint64_t before;
	bool doubt;           /* the line does not fit the one before: either may have been changed */
	char own[IR_SHA_HEX]; /* of the line in doubt */
	bool key_fits;        /* of the last line: nothing that follows vouches for its key yet */
};

static int
damage_at(const struct checking *c, const char *day, uint64_t lineno, const char *what)
{
	ir_fail(
	    c->err, IR_DATA, "journal '%s/%s.jsonl': line %llu: %s", c->j->dir, day, (unsigned long long)lineno, what);
	if (ir_list_has(&c->list.redact, day))
		ir_hint(c->err, "a redaction was cut short: the next command that writes to the journal finishes it");
	return -1;
}

static int
damage(const struct checking *c, const char *what)
{
	return damage_at(c, c->day, c->lineno, what);
}

/* The line before was sound but for its key, which only the lines behind it vouch for. */
static int
damage_before(const struct checking *c)
{
	return damage_at(c, c->before_day, c->before, "its key is not as it was");
}

/* A gap: only behind a segment that an incident holds does retention leave one. */
static int
check_gap(struct checking *c)
{
	struct journal_holds holds = { .n = 0 };
	int rc = journal_holds(c->j, &c->list, &holds, c->err);

	if (rc == 0 && c->last_day && strcmp(c->last_day, c->day) != 0 && journal_held(&holds, c->last_day))
		c->st->gaps++;
	else if (rc == 0)
		rc = damage(c, "lines before it are missing");
	free(holds.v);
	return rc;
}

static bool
is_zeros(const char *hex)
{
	size_t n = 0;

	/* hex lies in a line, which is no string */
	while (n < SHA_DIGITS && hex[n] == '0')
		n++;
	return n == SHA_DIGITS;
}

static int
check_first(struct checking *c, const struct journal_line *l)
{
	if ((l->seq == 1) != is_zeros(l->prev))
		return damage(
		    c, l->seq == 1 ? "the first line of all has a line before it" : "it has no line before it");
	c->st->first_seq = l->seq;
	return 0;
}

static int
check_link(struct checking *c, const struct journal_line *l)
{
	if (!c->last_day)
		return check_first(c, l);
	if (l->seq <= c->st->last_seq)
		return damage(c, "its seq is not that of the line before and one");
	if (l->seq > c->st->last_seq + 1)
		return check_gap(c);
	if (memcmp(l->prev, c->st->head, SHA_DIGITS) == 0)
		return 0;
	if (!c->key_fits)
		return damage_before(c);
	c->doubt = journal_line_sound(l);
	journal_line_own(l, c->own);
	return damage(c, "its prev is not the hash of the line before: one of the two was changed");
}

/* Which of the two: when the next line has the hash of the one in doubt, that is as it was. */
static void
settle_doubt(struct checking *c, struct journal_scan *s)
{
	struct journal_line l;
	const char *line;
	size_t len;

	if (!c->doubt || journal_scan_next(s, &line, &len) <= 0 || !line || journal_line_parse(line, len, &l) < 0)
		return;
	if (memcmp(l.prev, c->own, SHA_DIGITS) == 0)
		damage_before(c);
	else
		damage(c, "its prev is not the hash of the line before");
}

static int
check_line(struct checking *c, const char *line, size_t len)
{
	struct journal_line l;

	c->lineno++;
	if (c->unfinished)
		return ir_fail(c->err, IR_DATA,
		    "journal '%s/%s.jsonl': its last line is unfinished, but '%s.jsonl' goes on", c->j->dir,
		    c->unfinished, c->day);
	if (!line)
		return damage(c, "longer than a line may be");
	if (journal_line_parse(line, len, &l) < 0)
		return damage(c, "not a line of a journal");
	if (check_link(c, &l) < 0)
		return -1;
	if (!journal_line_sound(&l))
		return damage(c, "its sha256 is not that of its record");
	journal_line_own(&l, c->st->head);
	c->st->last_seq = l.seq;
	c->st->records++;
	c->st->redacted += l.redacted;
	c->last_day = c->before_day = c->day;
	c->before = c->lineno;
	c->key_fits = journal_line_key_fits(&l);
	return 0;
}

/* What is behind the last newline: unfinished, or whole? */
static int
check_rest(struct checking *c, const char *line, size_t len)
{
	struct journal_line l;

	if (len == 0)
		return 0;
	c->lineno++;
	if (journal_line_parse(line, len, &l) == 0 && journal_line_sound(&l)) {
		damage(c, "complete, but its newline is missing");
		return ir_hint(
		    c->err, "the next command that writes to the journal adds it, and says so in an error record");
	}
	if (len > 1 && journal_line_parse(line, len - 1, &l) == 0 && journal_line_sound(&l))
		return damage(c, "another byte is where its newline was");
	c->unfinished = c->day;
	snprintf(c->st->unfinished, sizeof(c->st->unfinished), "%s.jsonl:%llu", c->day, (unsigned long long)c->lineno);
	return 0;
}

static int
check_segment(struct checking *c)
{
	IR_CLOSE int fd = journal_open_file(c->j, c->day, "jsonl", O_RDONLY, c->err);
	if (fd < 0)
		return fd;
	IR_CLEANUP(journal_scan_done) struct journal_scan s;
	const char *line;
	size_t len;
	int rc;

	journal_scan_init(&s, fd, 0);
	c->lineno = 0;
	while ((rc = journal_scan_next(&s, &line, &len)) > 0) {
		if (check_line(c, line, len) < 0) {
			settle_doubt(c, &s);
			return -1;
		}
	}
	if (rc < 0)
		return ir_fail(c->err, IR_IO, "journal '%s/%s.jsonl': %s", c->j->dir, c->day, strerror(errno));
	c->st->segments++;
	c->st->bytes += s.off + (int64_t)s.n;
	return check_rest(c, line, len);
}

/* 0, -1, or JOURNAL_GONE when retention was faster than we were. */
static int
check_all(struct ir_journal *j, struct ir_journal_state *st, struct ir_err *err)
{
	struct checking c = { .j = j, .st = st, .err = err };
	int rc = journal_list(j, &c.list, err);

	memset(st, 0, sizeof(*st));
	memset(st->head, '0', SHA_DIGITS);
	st->torn = c.list.torn.n;
	for (size_t i = 0; rc == 0 && i < c.list.days.n; i++) {
		c.day = c.list.days.v[i];
		rc = check_segment(&c);
	}
	if (rc == 0 && st->records > 0 && !c.key_fits) {
		c.day = c.last_day;
		rc = damage(&c, "its key is not that of its record");
	}
	journal_list_done(&c.list);
	return rc;
}

int
ir_journal_verify(struct ir_journal *j, struct ir_journal_state *st, struct ir_err *err)
{
	struct ir_err own = IR_ERR_INIT;
	int rc = JOURNAL_GONE;

	for (int i = 0; rc == JOURNAL_GONE && i < TRIES; i++)
		rc = check_all(j, st, &own);
	/* It may only have been seen in the midst of an append: nobody writes while we have the lock. */
	if (rc < 0 && own.code == IR_DATA && journal_lock(j, j->o.lock_ms, NULL) == 0) {
		rc = check_all(j, st, &own);
		journal_unlock(j);
	}
	if (rc < 0 && err)
		*err = own;
	return rc == 0 ? 0 : -1;
}
