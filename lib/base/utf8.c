/* utf8 - text from outside, made safe */
#include "base/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool
tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t
ir_utf8_len(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	if (u[0] < 0x80)
		return 1;
	if (u[0] < 0xc2 || u[0] > 0xf4 || n < 2 || !tail(u[1]))
		return 0;
	if (u[0] < 0xe0)
		return 2;
	if (n < 3 || !tail(u[2]))
		return 0;
	if (u[0] < 0xf0)
		return (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ? 0 : 3;
	if (n < 4 || !tail(u[3]))
		return 0;
	return (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f) ? 0 : 4;
}

uint32_t
ir_utf8_decode(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	switch (len) {
	case 2:
		return (u[0] & 0x1fU) << 6 | (u[1] & 0x3fU);
	case 3:
		return (u[0] & 0x0fU) << 12 | (u[1] & 0x3fU) << 6 | (u[2] & 0x3fU);
	case 4:
		return (u[0] & 0x07U) << 18 | (u[1] & 0x3fU) << 12 | (u[2] & 0x3fU) << 6 | (u[3] & 0x3fU);
	default:
		return u[0];
	}
}

size_t
ir_utf8_plain(const char *s, size_t n)
{
	const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
	size_t i = 0;

	/* Eight at once. Adding 1 to DEL and taking 0x20 from a control both set the high bit; a carry or borrow only
	 * starts at a byte that ends the run anyway, and can only shorten what is taken in one step. */
	for (; n - i >= 8; i += 8) {
		uint64_t w;

		memcpy(&w, s + i, 8);
		if ((w | (w + ones) | (w - ones * 0x20)) & highs)
			break;
	}
	while (i < n && s[i] >= 0x20 && s[i] < 0x7f)
		i++;
	return i;
}

int
ir_utf8_valid(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = ir_utf8_plain(s + i, n - i);

		if (!len)
			len = ir_utf8_len(s + i, n - i);
		if (!len)
			return 0;
		i += len;
	}
	return 1;
}

/* All of it or nothing: half an escape or half a sequence would be a different text. */
static void
add_whole(struct ir_buf *b, const char *s, size_t n)
{
	if (b->cap - b->len < n)
		b->full = true;
	else
		ir_buf_add(b, s, n);
}

static void
add_byte(struct ir_buf *b, unsigned char c)
{
	char text[8];

	add_whole(b, text, (size_t)snprintf(text, sizeof text, "\\x%02x", c));
}

static void
add_code(struct ir_buf *b, uint32_t c)
{
	char text[16];

	add_whole(b, text, (size_t)snprintf(text, sizeof text, "\\u{%04x}", (unsigned)c));
}

void
ir_utf8_clean(struct ir_buf *b, const char *s, size_t n)
{
	for (size_t i = 0, len; i < n && !b->full; i += len) {
		len = ir_utf8_plain(s + i, n - i);
		if (len) {
			ir_buf_add(b, s + i, len);
			continue;
		}
		len = s[i] ? ir_utf8_len(s + i, n - i) : 0;
		if (len)
			add_whole(b, s + i, len);
		else
			add_byte(b, (unsigned char)s[i]);
		len += !len;
	}
}

/* Format characters that show nothing: they reorder text, or hide in it. Also the line and paragraph separators. */
static bool
is_hidden(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x00ad, 0x00ad },
		{ 0x061c, 0x061c },
		{ 0x180e, 0x180e },
		{ 0x200b, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f },
		{ 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffb },
		{ 0x13430, 0x1343f },
		{ 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe007f },
	};

	for (size_t i = 0; i < sizeof hidden / sizeof *hidden && c >= hidden[i].first; i++) {
		if (c <= hidden[i].last)
			return true;
	}
	return false;
}

static void
escape_ascii(struct ir_buf *b, char c)
{
	if (c == '\t')
		add_whole(b, "\\t", 2);
	else if (c == '\n')
		add_whole(b, "\\n", 2);
	else if (c == '\r')
		add_whole(b, "\\r", 2);
	else
		add_byte(b, (unsigned char)c);
}

void
ir_utf8_escape(struct ir_buf *b, const char *s, size_t n)
{
	for (size_t i = 0, len; i < n && !b->full; i += len) {
		uint32_t c;

		len = ir_utf8_plain(s + i, n - i);
		if (len) {
			ir_buf_add(b, s + i, len);
			continue;
		}
		len = ir_utf8_len(s + i, n - i);
		c = len ? ir_utf8_decode(s + i, len) : 0;
		if (!len)
			add_byte(b, (unsigned char)s[i]);
		else if (len == 1)
			escape_ascii(b, s[i]);
		else if (c < 0xa0 || is_hidden(c))
			add_code(b, c);
		else
			add_whole(b, s + i, len);
		len += !len;
	}
}

size_t
ir_utf8_cut(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	for (size_t back = 1; back <= 3 && back <= max; back++) {
		if (ir_utf8_len(s + max - back, n - (max - back)) > back)
			return max - back;
	}
	return max;
}
