/* mail - a post as a mail */
#include "channel/mail.h"

#include <ctype.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "channel/text.h"

enum { LINE_MAX_CHARS = 76, WORD_MAX = 75, SUBJECT_MAX = 300, PLAIN_MAX = 60, TO_MAX = 400 };

/* ---- encodings */

static bool
is_plain(const char *s)
{
	for (const char *p = s; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return strlen(s) <= PLAIN_MAX && !strstr(s, "=?");
}

static size_t
word_cost(const char *s, size_t n)
{
	size_t cost = 0;

	for (size_t i = 0; i < n; i++)
		cost += isalnum((unsigned char)s[i]) || s[i] == ' ' ? 1 : 3;
	return cost;
}

const char *
ir_mail_encode_words(struct ir_arena *arena, const char *s)
{
	static const char start[] = "=?UTF-8?Q?", end[] = "?=";
	IR_CLEANUP(ir_buf_done) struct ir_buf b = { 0 };
	size_t used = sizeof("Subject: "), n = strlen(s);

	if (is_plain(s))
		return ir_strdup(arena, s);
	ir_buf_init(&b, 16 * IR_CHANNEL_TEXT);
	ir_buf_adds(&b, start);
	used += sizeof(start);
	for (size_t i = 0; i < n;) {
		size_t len = ir_utf8_len(s + i, n - i);

		len = len ? len : 1;
		if (used + word_cost(s + i, len) + sizeof(end) > WORD_MAX) {
			ir_buf_addf(&b, "%s\r\n %s", end, start);
			used = 1 + sizeof(start);
		}
		used += word_cost(s + i, len);
		for (; len; len--, i++) {
			if (isalnum((unsigned char)s[i]))
				ir_buf_addc(&b, s[i]);
			else if (s[i] == ' ')
				ir_buf_addc(&b, '_');
			else
				ir_buf_addf(&b, "=%02X", (unsigned char)s[i]);
		}
	}
	ir_buf_adds(&b, end);
	return ir_strndup(arena, b.data, b.len);
}

static void
quote_byte(struct ir_buf *b, const char *p, size_t *used)
{
	bool last_blank = (*p == ' ' || *p == '\t') && (p[1] == '\n' || !p[1]);
	bool as_is = ((*p >= ' ' && *p <= '~') || *p == '\t') && *p != '=' && !last_blank;
	size_t cost = as_is ? 1 : 3;

	if (*used + cost > LINE_MAX_CHARS - 1) {
		ir_buf_adds(b, "=\r\n");
		*used = 0;
	}
	*used += cost;
	if (as_is)
		ir_buf_addc(b, *p);
	else
		ir_buf_addf(b, "=%02X", (unsigned char)*p);
}

const char *
ir_mail_quote(struct ir_arena *arena, const char *s)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	size_t used = 0;

	ir_buf_init(&b, 16 * IR_CHANNEL_TEXT);
	for (; *s; s++) {
		if (*s == '\n') {
			ir_buf_adds(&b, "\r\n");
			used = 0;
		} else {
			quote_byte(&b, s, &used);
		}
	}
	return ir_strndup(arena, b.data, b.len);
}

/* ---- header */

/* What an id may hold, else a hash of it. */
static const char *
id_part(struct ir_arena *arena, const char *s)
{
	char hex[IR_SHA_HEX];
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	if (*s && !s[n] && n <= 80)
		return s;
	ir_sha256_hex(s, strlen(s), hex);
	return ir_strndup(arena, hex, 32);
}

const char *
ir_mail_id(struct ir_arena *arena, const char *key, const char *channel, const char *from)
{
	const char *at = strrchr(from, '@');

	return ir_asprintf(arena, "<%s.%s%s>", id_part(arena, key), id_part(arena, channel), at ? at : "@localhost");
}

static const char *
date_of(struct ir_arena *arena, int64_t ms)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
		"Nov", "Dec" };
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	if (!gmtime_r(&s, &tm))
		return "Thu, 01 Jan 1970 00:00:00 +0000";
	return ir_asprintf(arena, "%s, %02d %s %d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
add_threading(struct ir_buf *b, struct ir_arena *arena, const struct ir_channel_msg *msg, const char *channel,
    const char *from, const char *thread)
{
	const char *root;

	if (!msg->incident || !*msg->incident)
		return;
	root = ir_mail_id(arena, msg->incident, channel, from);
	if (!msg->first)
		ir_buf_addf(b, "In-Reply-To: %s\r\n", thread ? thread : root);
	ir_buf_addf(b, "References: %s%s%s\r\n", root, !msg->first && thread ? "\r\n " : "",
	    !msg->first && thread ? thread : "");
}

static void
add_addresses(struct ir_buf *b, const struct ir_list *to)
{
	ir_buf_adds(b, "To: ");
	for (size_t i = 0; i < to->n && i < TO_MAX; i++)
		ir_buf_addf(b, "%s%s", i ? ",\r\n " : "", to->v[i]);
	ir_buf_adds(b, "\r\n");
}

static bool
is_grave(const char *severity)
{
	return severity && (strcmp(severity, "sev1") == 0 || strcmp(severity, "sev2") == 0);
}

/* A Message-ID that came back from the journal. */
static const char *
valid_id(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	if (n < 5 || n > 250 || s[0] != '<' || s[n - 1] != '>' || !strchr(s, '@'))
		return NULL;
	for (size_t i = 1; i + 1 < n; i++)
		if (s[i] <= ' ' || s[i] > '~' || s[i] == '<' || s[i] == '>')
			return NULL;
	return s;
}

const char *
ir_mail_build(struct ir_arena *arena, const struct ir_channel_msg *msg, const char *channel, const char *from,
    const struct ir_list *to, const char *thread)
{
	static const struct ir_text_form subject = { .put = ir_text_plain, .chars = SUBJECT_MAX };
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	const char *title = ir_text_fit(arena, ir_text_clean(arena, msg->title, false), &subject);
	const char *text = ir_text_clean(arena, msg->text, true), *end = ir_text_end(arena, msg);

	ir_buf_init(&b, 32 * IR_CHANNEL_TEXT);
	ir_buf_addf(&b, "Date: %s\r\nFrom: %s\r\n", date_of(arena, msg->time_ms), from);
	add_addresses(&b, to);
	ir_buf_addf(&b, "Subject: %s\r\n", ir_mail_encode_words(arena, title));
	ir_buf_addf(&b, "Message-ID: %s\r\n", ir_mail_id(arena, msg->key, channel, from));
	add_threading(&b, arena, msg, channel, from, valid_id(thread));
	if (is_grave(msg->severity))
		ir_buf_adds(&b, "Importance: high\r\nX-Priority: 1\r\n");
	ir_buf_adds(&b,
	    "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
	ir_buf_adds(&b, ir_mail_quote(arena, *text ? text : title));
	if (*end)
		ir_buf_addf(&b, "\r\n\r\n--=20\r\n%s", ir_mail_quote(arena, end));
	ir_buf_adds(&b, "\r\n");
	return ir_strndup(arena, b.data, b.len);
}
