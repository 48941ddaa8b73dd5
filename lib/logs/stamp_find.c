/* stamp_find - the last time among the first words of a line */
#include "logs/header.h"

#include "base/num.h"

/* How many plain words may stand before a time of bare digits; and how many words of any kind between two times. */
enum { PROSE_EPOCH = 4, BETWEEN = 4 };

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Could a time begin with it? Digits, names of days and months, the letter of klog. */
static bool
may_begin(const char *p, size_t n)
{
	if (n < 4)
		return false;
	return is_digit(p[0]) ||
	       (is_upper(p[0]) &&
		   (is_digit(p[1]) || (is_lower(p[1]) && is_lower(p[2]) && (p[3] == ' ' || p[3] == ','))));
}

/* A word of plain prose: letters only. */
static bool
is_prose(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_lower(p[i]) && !(i == 0 && is_upper(p[i])))
			return false;
	}
	return n > 1;
}

/* Words after which a time belongs to the sentence. */
static bool
leads_to_time(const char *p, size_t n)
{
	static const char words[][8] = { "at", "on", "in", "of", "by", "to", "is", "for", "was", "the", "from", "till",
		"since", "until", "after", "before", "between" };

	if (n > 1 && p[n - 1] == '=')
		return true;
	if (n < 2 || n > 7)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i][n] == '\0' && words[i][0] == (p[0] | 32) && strncasecmp(words[i], p, n) == 0)
			return true;
	}
	return false;
}

struct search {
	const char *p;
	size_t n;
	struct ir_stamp_base *base;
	struct ir_stamp stamp;
	size_t at, len;
	bool found;
	size_t prose, words; /* since the last time, or the beginning */
	size_t
	    seen; /* the end of the last word that could have begun a time: all else is the same in lines with one skeleton */
	bool tagged; /* the last word ended in a colon: a time comes now or never */
	bool sentence;
};

/* Brackets and quotes that may stand before a time. */
static size_t
skip_openers(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && i < 3 && (p[i] == '[' || p[i] == '(' || p[i] == '"' || p[i] == '\'' || p[i] == '<'))
		i++;
	return i;
}

static bool
is_welcome(const struct search *s, const struct ir_stamp *stamp)
{
	if (s->sentence)
		return false;
	if (!s->found)
		return s->prose <= (stamp->epoch ? PROSE_EPOCH : stamp->dated ? 2 : 1);
	if (stamp->epoch && !s->stamp.epoch)
		return false;
	if (!stamp->dated && !stamp->epoch)
		return false;
	return s->prose <= 1 && s->words <= BETWEEN;
}

static size_t
word_end(const char *p, size_t n, size_t i)
{
	while (i < n && !is_blank(p[i]))
		i++;
	return i;
}

/* A time at i? Returns where it ends, or 0. */
static size_t
try_at(struct search *s, size_t i)
{
	const char *p = s->p;
	struct ir_stamp stamp;
	size_t from = i + skip_openers(p + i, s->n - i), len;

	if (!may_begin(p + from, s->n - from))
		return 0;
	s->seen = word_end(p, s->n, from);
	len = ir_stamp_match(p + from, s->n - from, s->base, &stamp);
	if (len == 0 && is_upper(p[from]) && is_digit(p[from + 1])) {
		from++;
		len = ir_stamp_match(p + from, s->n - from, s->base, &stamp);
		if (len > 0 && (stamp.epoch || !ir_level_letter(p[from - 1])))
			len = 0;
	}
	if (len == 0 || from + len >= s->n || !is_welcome(s, &stamp))
		return 0;
	s->stamp = stamp;
	s->at = from;
	s->len = len;
	s->found = true;
	s->prose = s->words = 0;
	s->tagged = false;
	return from + len;
}

static void
count_word(struct search *s, size_t i, size_t end)
{
	s->words++;
	s->sentence |= s->tagged;
	s->tagged = end > i && s->p[end - 1] == ':';
	s->prose += is_prose(s->p + i, end - i);
	s->sentence |= leads_to_time(s->p + i, end - i);
}

/* No time can be welcome any more. */
static bool
is_over(const struct search *s)
{
	return s->sentence || (s->found ? s->prose > 1 || s->words > BETWEEN : s->prose > PROSE_EPOCH);
}

bool
ir_header_stamp(
    const char *p, size_t n, struct ir_stamp_base *base, struct ir_stamp *stamp, size_t *at, size_t *len, size_t *seen)
{
	struct search s = { .p = p, .n = n, .base = base };
	size_t i = 0;

	for (size_t words = 0; words < IR_HEADER_WORDS && i < n && !is_over(&s); words++) {
		size_t end;

		while (i < n && is_blank(p[i]))
			i++;
		end = try_at(&s, i);
		if (end == 0) {
			end = word_end(p, n, i);
			count_word(&s, i, end);
		} else {
			end = word_end(p, n, end);
			s.seen = end;
		}
		i = end;
	}
	*stamp = s.stamp;
	*at = s.at;
	*len = s.len;
	*seen = s.seen;
	return s.found;
}
