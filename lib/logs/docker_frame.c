/* docker_frame - the lines in an engine's answer to a question for a container's log */
#include "logs/docker_frame.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { HEADER = 8, SECONDS = 19, NANOS = SECONDS + 10 };

/* ---- times */

/* Does p begin as form, in which 0 is any digit and + any sign? 1, 0; -1: as far as it goes. */
static int
fits(const char *p, size_t n, const char *form)
{
	for (size_t i = 0; form[i]; i++) {
		if (i == n)
			return -1;
		if (form[i] == '0'   ? p[i] < '0' || p[i] > '9'
		    : form[i] == '+' ? p[i] != '+' && p[i] != '-'
				     : p[i] != form[i])
			return 0;
	}
	return 1;
}

int
ir_docker_stamp_match(const char *p, size_t n)
{
	size_t i = SECONDS;
	int rc = fits(p, n, "0000-00-00T00:00:00");

	if (rc > 0 && i < n && p[i] == '.') {
		for (i++; i < n && i < NANOS && p[i] >= '0' && p[i] <= '9'; i++)
			;
		rc = i == n ? -1 : i > SECONDS + 1;
	}
	if (rc <= 0)
		return rc;
	if (i == n)
		return -1;
	if (p[i] == 'Z') {
		rc = fits(p + i, n - i, "Z ");
		return rc > 0 ? (int)i + 1 : rc;
	}
	rc = fits(p + i, n - i, "+00:00 ");
	return rc > 0 ? (int)i + 6 : rc;
}

bool
ir_docker_stamp_after(const struct ir_docker_stamp *s, char *out, size_t size)
{
	int64_t ms, seconds;
	long nanos = 0;

	if (s->n <= NANOS || fits(s->text + SECONDS, s->n - SECONDS, ".000000000") <= 0 ||
	    ir_time_parse_rfc3339(s->text, s->n, &ms) < 0)
		return false;
	seconds = ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
	for (size_t i = SECONDS + 1; i < NANOS; i++)
		nanos = 10 * nanos + (s->text[i] - '0');
	if (++nanos == 1000000000) {
		nanos = 0;
		seconds++;
	}
	snprintf(out, size, "%lld.%09ld", (long long)seconds, nanos);
	return true;
}

static bool
same(const struct ir_docker_stamp *s, const char *p, size_t n)
{
	return s->n > 0 && s->n == n && memcmp(s->text, p, n) == 0;
}

/* An engine writes all times alike. */
static bool
later(const struct ir_docker_stamp *s, const char *p, size_t n)
{
	return s->n == n && memcmp(p, s->text, n) > 0;
}

static void
remember(struct ir_docker_frames *f, struct ir_docker_message *m, const char *p, size_t n)
{
	memcpy(m->stamp.text, p, n);
	m->stamp.n = (uint8_t)n;
	if (n > 0)
		f->newest = m->stamp;
}

/* ---- both */

static void
put(const struct ir_docker_frames *f, const char *p, size_t n)
{
	if (n > 0)
		f->text(f->arg, f->stream, p, n);
}

/* As much of what comes as makes held want bytes; how many were taken. */
static size_t
hold(struct ir_docker_frames *f, size_t want, const char *p, size_t n)
{
	size_t k = want - f->held_n < n ? want - f->held_n : n;

	memcpy(f->held + f->held_n, p, k);
	f->held_n += k;
	return k;
}

/* ---- frames */

/* Does the message that begins at that time go on with the line before it? */
static bool
continues(const struct ir_docker_frames *f, const struct ir_docker_message *m, const char *stamp, size_t n)
{
	if (f->podman)
		return true;
	return m->bytes >= IR_DOCKER_PIECE && (m->bytes % IR_DOCKER_PIECE == 0 || same(&m->stamp, stamp, n));
}

/* The frame's text begins at p, with a time of stamp bytes (0: none); n bytes of it are there, the time among them. */
static void
begin_message(struct ir_docker_frames *f, const char *p, size_t n, size_t stamp)
{
	struct ir_docker_message *m = &f->of[f->stream];
	bool goes_on = m->open && continues(f, m, p, stamp);
	size_t skip = stamp > 0 ? stamp + 1 : 0;

	if (m->open && !goes_on)
		put(f, "\n", 1);
	put(f, goes_on ? p + skip : p, goes_on ? n - skip : n);
	remember(f, m, p, stamp);
	m->bytes = n - skip;
	m->open = n == skip || p[n - 1] != '\n';
	f->stamped = true;
}

/* The time may be in two pieces: what is there of it is held. n bytes of the frame are here; returns how many were taken. */
static size_t
take_beginning(struct ir_docker_frames *f, const char *p, size_t n)
{
	int stamp = f->held_n == 0 ? ir_docker_stamp_match(p, n) : -1;
	size_t k = n;

	if (stamp >= 0) {
		begin_message(f, p, n, (size_t)stamp);
		return n;
	}
	k = hold(f, sizeof(f->held), p, n);
	stamp = ir_docker_stamp_match(f->held, f->held_n);
	if (stamp < 0 && f->left > k)
		return k;
	begin_message(f, f->held, f->held_n, stamp > 0 ? (size_t)stamp : 0);
	f->held_n = 0;
	return k;
}

static size_t
take_text(struct ir_docker_frames *f, const char *p, size_t n)
{
	struct ir_docker_message *m = &f->of[f->stream];
	size_t k = f->left < n ? f->left : n;

	if (!f->stamped) {
		k = take_beginning(f, p, k);
	} else {
		put(f, p, k);
		m->bytes += k;
		m->open = p[k - 1] != '\n';
	}
	f->left -= (uint32_t)k;
	return k;
}

static int
read_header(struct ir_docker_frames *f)
{
	const unsigned char *h = (const unsigned char *)f->held;

	if (h[0] > IR_DOCKER_TROUBLE || h[1] || h[2] || h[3])
		return -1;
	f->stream = h[0] == 0 ? IR_DOCKER_OUT : (enum ir_docker_stream)h[0];
	f->left = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
	f->stamped = f->stream == IR_DOCKER_TROUBLE;
	f->held_n = 0;
	return 0;
}

static int
take_frames(struct ir_docker_frames *f, const char *p, size_t n)
{
	while (n > 0) {
		size_t k = f->left > 0 ? take_text(f, p, n) : hold(f, HEADER, p, n);

		p += k;
		n -= k;
		if (f->left == 0 && f->held_n == HEADER && read_header(f) < 0)
			return -1;
	}
	return 0;
}

/* ---- bare text */

/* What a time in the middle of a line is. */
enum what { TEXT, PIECE, LINE };

static enum what
look_at(const struct ir_docker_frames *f, const char *p, size_t n)
{
	const struct ir_docker_message *m = &f->of[IR_DOCKER_TTY];

	if (m->bytes >= IR_DOCKER_PIECE && (m->bytes % IR_DOCKER_PIECE == 0 || same(&m->stamp, p, n)))
		return PIECE;
	if (f->cut && m->bytes < IR_DOCKER_PIECE && later(&m->stamp, p, n))
		return LINE;
	return TEXT;
}

/* Text that no time can be in: up to the line's end, or to where a message may be full. */
static size_t
pass_line(struct ir_docker_frames *f, const char *p, size_t n)
{
	struct ir_docker_message *m = &f->of[IR_DOCKER_TTY];
	const char *nl;
	size_t k = n;

	if (m->stamp.n > 0 && !f->podman && k > IR_DOCKER_PIECE - m->bytes)
		k = IR_DOCKER_PIECE - m->bytes;
	nl = memchr(p, '\n', k);
	if (nl)
		k = (size_t)(nl - p) + 1;
	put(f, p, k);
	m->bytes += k;
	f->stamped = !nl;
	return k;
}

/* The line goes on where one may be: text up to the next digit. */
static size_t
pass_to_digit(struct ir_docker_frames *f, const char *p, size_t n)
{
	size_t k = 0;

	while (k < n && p[k] != '\n' && (p[k] < '0' || p[k] > '9'))
		k++;
	if (k < n && p[k] == '\n') {
		k++;
		f->stamped = false;
	}
	put(f, p, k);
	f->of[IR_DOCKER_TTY].bytes += k;
	return k;
}

/* held begins with a time at the beginning of a line, or begins one without. */
static void
begin_line(struct ir_docker_frames *f, size_t n)
{
	struct ir_docker_message *m = &f->of[IR_DOCKER_TTY];

	remember(f, m, f->held, n);
	m->bytes = 0;
	f->stamped = true;
	f->cut = false;
}

static void
drop_held(struct ir_docker_frames *f, size_t n)
{
	f->held_n -= n;
	memmove(f->held, f->held + n, f->held_n);
}

/* held[0] is a digit where a time may be, and more is there than a time takes, or all that there is. Deals with some of it. */
static void
settle_held(struct ir_docker_frames *f, int stamp)
{
	struct ir_docker_message *m = &f->of[IR_DOCKER_TTY];
	enum what is = stamp > 0 ? look_at(f, f->held, (size_t)stamp) : TEXT;

	if (is == TEXT) {
		put(f, f->held, 1);
		m->bytes++;
		drop_held(f, 1);
		return;
	}
	if (is == LINE) {
		put(f, "\n", 1);
		put(f, f->held, (size_t)stamp + 1);
		begin_line(f, (size_t)stamp);
	} else {
		remember(f, m, f->held, (size_t)stamp);
		m->bytes = 0;
		f->cut = true;
	}
	drop_held(f, (size_t)stamp + 1);
}

static bool
may_hold_stamp(const struct ir_docker_frames *f)
{
	const struct ir_docker_message *m = &f->of[IR_DOCKER_TTY];

	return m->stamp.n > 0 && !f->podman && (f->cut || m->bytes >= IR_DOCKER_PIECE);
}

static size_t
pass_text(struct ir_docker_frames *f, const char *p, size_t n)
{
	return may_hold_stamp(f) ? pass_to_digit(f, p, n) : pass_line(f, p, n);
}

/* What is held and all that will come of it: to be dealt with as far as can be told. end: nothing more comes. */
static void
settle(struct ir_docker_frames *f, bool end)
{
	while (f->held_n > 0) {
		int stamp = ir_docker_stamp_match(f->held, f->held_n);

		if (stamp < 0 && !end)
			return;
		if (!f->stamped) {
			begin_line(f, stamp > 0 ? (size_t)stamp : 0);
			if (stamp > 0) {
				put(f, f->held, (size_t)stamp + 1);
				drop_held(f, (size_t)stamp + 1);
			}
		} else if (may_hold_stamp(f) && f->held[0] >= '0' && f->held[0] <= '9') {
			settle_held(f, stamp);
		} else {
			drop_held(f, pass_text(f, f->held, f->held_n));
		}
	}
}

static void
take_bare(struct ir_docker_frames *f, const char *p, size_t n)
{
	while (n > 0) {
		bool digit = *p >= '0' && *p <= '9';
		size_t k;

		if (f->held_n > 0 || !f->stamped || (digit && may_hold_stamp(f))) {
			k = hold(f, sizeof(f->held), p, n);
			settle(f, false);
		} else {
			k = pass_text(f, p, n);
		}
		p += k;
		n -= k;
	}
}

/* ---- */

int
ir_docker_frames_take(struct ir_docker_frames *f, const char *p, size_t n)
{
	if (f->form == IR_DOCKER_UNKNOWN && n > 0)
		f->form = (unsigned char)*p <= IR_DOCKER_TROUBLE ? IR_DOCKER_FRAMES : IR_DOCKER_BARE;
	if (f->form == IR_DOCKER_FRAMES)
		return take_frames(f, p, n);
	f->stream = IR_DOCKER_TTY;
	take_bare(f, p, n);
	return 0;
}

bool
ir_docker_frames_end(struct ir_docker_frames *f)
{
	bool whole = f->left == 0 && f->held_n == 0;

	if (f->form != IR_DOCKER_FRAMES) {
		settle(f, true);
		return true;
	}
	if (f->left > 0 && !f->stamped && f->held_n > 0)
		begin_message(f, f->held, f->held_n, 0);
	f->left = 0;
	f->held_n = 0;
	return whole;
}
