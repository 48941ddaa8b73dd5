/* text - what channels and tickets write: cleaned, escaped, cut to a limit */
#include "channel/text.h"

#include <ctype.h>

#include "base/cleanup.h"
#include "base/utf8.h"

#define APART "\xe2\x80\x8b" /* U+200B: no width, and no part of a name */

enum { TITLE_MAX = 300, NOTE_MAX = 64 };

/* ---- escapes */

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || ((unsigned char)c & 0x80);
}

void
ir_text_plain(struct ir_buf *b, const char *s, size_t n, char before)
{
	(void)before;
	ir_buf_add(b, s, n);
}

static const char *
entity(char c)
{
	return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : NULL;
}

void
ir_text_slack(struct ir_buf *b, const char *s, size_t n, char before)
{
	(void)before;
	if (entity(*s))
		ir_buf_adds(b, entity(*s));
	else
		ir_buf_add(b, s, n);
}

/* What has a meaning anywhere, and what has one where a line begins. */
static void
put_marked(struct ir_buf *b, const char *s, size_t n, char before, const char *anywhere, const char *at_start)
{
	bool starts = before == '\n' && strchr(at_start, *s);

	if (strchr(anywhere, *s) || starts)
		ir_buf_addc(b, '\\');
	ir_buf_add(b, s, n);
	/* "1." and "1)" make a list of what is a number */
	if (before == '\n' && isdigit((unsigned char)*s) && (s[1] == '.' || s[1] == ')'))
		ir_buf_adds(b, APART);
}

void
ir_text_discord(struct ir_buf *b, const char *s, size_t n, char before)
{
	put_marked(b, s, n, before, "\\`*_~|<>[]()", "#-+");
	if (*s == '@' && is_word(s[1]))
		ir_buf_adds(b, APART);
}

void
ir_text_mattermost(struct ir_buf *b, const char *s, size_t n, char before)
{
	put_marked(b, s, n, before, "\\`*_~|<>[]()!#", "-+=/");
	if (*s == '@' && !is_word(before) && is_word(s[1]))
		ir_buf_adds(b, APART);
}

void
ir_text_markdown(struct ir_buf *b, const char *s, size_t n, char before)
{
	if (entity(*s))
		ir_buf_adds(b, entity(*s));
	else
		put_marked(b, s, n, before, "\\`*_~|[]", "#-+=/");
	if (*s == '@' && is_word(s[1]))
		ir_buf_adds(b, APART);
	if (strchr("#!$%", *s) && isdigit((unsigned char)s[1]))
		ir_buf_adds(b, APART);
}

/* ---- cleaning */

const char *
ir_text_clean(struct ir_arena *arena, const char *s, bool lines)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t n = s ? strnlen(s, IR_CHANNEL_TEXT) : 0;

	ir_buf_init(&b, 12 * IR_CHANNEL_TEXT);
	if (n == IR_CHANNEL_TEXT)
		n = ir_utf8_cut(s, n, IR_CHANNEL_TEXT - 4);
	while (n) {
		size_t k = strcspn(s, "\r\n\t");

		k = k < n ? k : n;
		ir_utf8_escape(&b, s, k);
		s += k;
		n -= k;
		if (!n)
			break;
		if (*s == '\n')
			ir_buf_addc(&b, lines ? '\n' : ' ');
		else if (*s == '\t' || s[1] != '\n')
			ir_buf_addc(&b, ' ');
		s++;
		n--;
	}
	while (b.len && (b.data[b.len - 1] == '\n' || b.data[b.len - 1] == ' '))
		b.len--;
	return ir_strndup(arena, b.data, b.len);
}

/* ---- limits */

size_t
ir_text_units(const char *s, size_t n)
{
	size_t units = 0;

	for (size_t i = 0; i < n; i++)
		units += ((unsigned char)s[i] & 0xc0) != 0x80 ? 1 + ((unsigned char)s[i] >= 0xf0) : 0;
	return units;
}

struct room {
	size_t bytes, chars, lines;
};

static struct room
room_of(const struct ir_text_form *f)
{
	struct room r = { f->bytes ? f->bytes : 12 * IR_CHANNEL_TEXT, f->chars ? f->chars : SIZE_MAX,
		f->lines ? f->lines : SIZE_MAX };

	return r;
}

static size_t
less(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

static struct room
without(struct room r, const char *s)
{
	size_t n = strlen(s);

	return (struct room){ less(r.bytes, n), less(r.chars, ir_text_units(s, n)), r.lines };
}

/* Add what fits of s; how many of its bytes that are. */
static size_t
put_within(struct ir_buf *b, const char *s, ir_text_put *put, struct room r)
{
	size_t n = strlen(s), i = 0, chars = 0, lines = 1, start = b->len;
	char before = '\n';

	while (i < n) {
		size_t len = ir_utf8_len(s + i, n - i), at = b->len;

		lines += s[i] == '\n';
		put(b, s + i, len ? len : 1, before);
		chars += ir_text_units(b->data + at, b->len - at);
		if (b->len - start > r.bytes || chars > r.chars || lines > r.lines || b->full) {
			b->len = at;
			b->data[at] = '\0';
			break;
		}
		/* blanks do not hide the start of a line */
		if (!(before == '\n' && s[i] == ' '))
			before = s[i];
		i += len ? len : 1;
	}
	return i;
}

static void
put_cut(struct ir_buf *b, const char *s, ir_text_put *put, struct room r)
{
	size_t at = b->len, i = put_within(b, s, put, r);

	if (!s[i])
		return;
	b->len = at;
	r = (struct room){ less(r.bytes, NOTE_MAX), less(r.chars, NOTE_MAX), r.lines };
	i = put_within(b, s, put, r);
	ir_buf_addf(b, " … (cut here: %zu more bytes)", strlen(s + i));
}

const char *
ir_text_fit(struct ir_arena *arena, const char *s, const struct ir_text_form *f)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 12 * IR_CHANNEL_TEXT + NOTE_MAX);
	put_cut(&b, s, f->put, room_of(f));
	return ir_strndup(arena, b.data, b.len);
}

/* ---- a whole post */

const char *
ir_text_end(struct ir_arena *arena, const struct ir_channel_msg *msg)
{
	const char *footer = ir_text_clean(arena, msg->footer, false);
	const char *repeat = msg->repeat ? "perhaps a repetition: it is not known whether this arrived before" : "";

	if (strlen(footer) > TITLE_MAX)
		footer = ir_strndup(arena, footer, ir_utf8_cut(footer, strlen(footer), TITLE_MAX));
	return ir_asprintf(arena, "%s%s%s", footer, *footer && *repeat ? " · " : "", repeat);
}

static const char *
title_of(struct ir_arena *arena, const struct ir_channel_msg *msg, const struct ir_text_form *f)
{
	struct ir_text_form t = { .put = f->put, .bytes = TITLE_MAX * 3, .chars = TITLE_MAX };

	return ir_asprintf(
	    arena, "%s%s%s", f->bold, ir_text_fit(arena, ir_text_clean(arena, msg->title, false), &t), f->bold);
}

const char *
ir_text_compose(struct ir_arena *arena, const struct ir_channel_msg *msg, const struct ir_text_form *f)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *title = title_of(arena, msg, f), *text = ir_text_clean(arena, msg->text, true);
	struct ir_text_form e = { .put = f->put };
	const char *end = ir_text_fit(arena, ir_text_end(arena, msg), &e);
	struct room r = without(without(without(room_of(f), title), end), "\n\n");

	ir_buf_init(&b, 12 * IR_CHANNEL_TEXT + 4096);
	ir_buf_adds(&b, title);
	if (*text)
		ir_buf_addc(&b, '\n');
	put_cut(&b, text, f->put, r);
	if (*end)
		ir_buf_addf(&b, "\n%s", end);
	return ir_strndup(arena, b.data, b.len);
}
