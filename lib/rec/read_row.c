/* read_row - a text row, as a command printed it or a terminal shows it, down to its handle and time */
#include "rec/read_priv.h"
#include "rec/when.h"

enum { WORD_MAX = 40 };

struct scan {
	const unsigned char *s;
	size_t n, at;
};

static int
peek(const struct scan *p, size_t ahead)
{
	return p->at + ahead < p->n ? p->s[p->at + ahead] : -1;
}

/* Pass over what a terminal takes as a command: colours, titles, marks of pasted text. */
static bool
skip_escape(struct scan *p)
{
	int c = peek(p, 1);

	if (peek(p, 0) != 033)
		return false;
	p->at += c < 0 ? 1 : 2;
	if (c == '[') {
		while (peek(p, 0) >= 0x20 && peek(p, 0) < 0x40)
			p->at++;
		p->at += peek(p, 0) >= 0;
	} else if (c == ']') {
		while (peek(p, 0) >= 0 && peek(p, 0) != 007 && peek(p, 0) != 033)
			p->at++;
		p->at += peek(p, 0) == 007 ? 1 : peek(p, 0) == 033 && peek(p, 1) == '\\' ? 2 : 0;
	}
	return true;
}

/* Bytes of the blank here: 1, 2 for the no-break space that chat programs make of it, 0 for none. */
static size_t
blank(const struct scan *p)
{
	int c = peek(p, 0);

	if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
		return 1;
	return c == 0xc2 && peek(p, 1) == 0xa0 ? 2 : 0;
}

/* The next word, without escape sequences; too long a one is cut to WORD_MAX, which nothing that we look for has. Its length. */
static size_t
next_word(struct scan *p, char out[static WORD_MAX + 1])
{
	size_t len = 0;

	while (p->at < p->n) {
		size_t b = blank(p);

		if (b && len)
			break;
		if (b) {
			p->at += b;
		} else if (!skip_escape(p)) {
			if (len < WORD_MAX)
				out[len++] = (char)p->s[p->at];
			p->at++;
		}
	}
	out[len] = '\0';
	return len;
}

/* The first word of what was said, after the marks by which mail and chat programs quote it. */
static size_t
first_word(struct scan *p, char out[static WORD_MAX + 1])
{
	size_t len, marks;

	do {
		len = next_word(p, out);
		marks = strspn(out, ">");
	} while (len && marks == len);
	memmove(out, out + marks, len - marks + 1);
	return len - marks;
}

int
in_row_parse(const char *line, size_t n, struct in_row *row)
{
	struct scan p = { (const unsigned char *)line, n, 0 };
	char word[WORD_MAX + 1];
	size_t len = first_word(&p, word);

	row->time_ms = IR_TIME_NONE;
	row->id[0] = row->when[0] = '\0';
	if (len == 0 || strcmp(word, "```") == 0 || (len == 2 && (strcmp(word, "ID") == 0 || strcmp(word, "id") == 0)))
		return 0;
	if (!ir_id_valid(word, len))
		return -1;
	memcpy(row->id, word, len + 1);
	len = next_word(&p, word);
	if (ir_time_parse_rfc3339(word, len, &row->time_ms) != 0) {
		row->time_ms = IR_TIME_NONE;
		if (ir_when_valid(word, len))
			memcpy(row->when, word, len + 1);
	}
	return 1;
}

bool
in_row_cut(const char *line, size_t n)
{
	static const char shape[] = "aaa-00000000";
	struct scan p = { (const unsigned char *)line, n, 0 };
	char word[WORD_MAX + 1], whole[sizeof(shape)];
	size_t len = first_word(&p, word);

	if (len >= sizeof(shape) - 1 || p.at < n)
		return false;
	memcpy(whole, shape, sizeof(shape));
	memcpy(whole, word, len);
	return ir_id_valid(whole, sizeof(shape) - 1);
}

int
ir_in_row(const char *line, size_t n, char id[static 16], int64_t *time_ms)
{
	struct in_row row;
	int ret = in_row_parse(line, n, &row);

	memcpy(id, row.id, sizeof(row.id));
	*time_ms = row.time_ms;
	return ret;
}
