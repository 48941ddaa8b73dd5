/* utf8 - what is escaped is safe whatever it was, and nothing cuts a sequence */
#include "base/cleanup.h"
#include "base/utf8.h"
#include "fuzz.h"

static int
is_safe(uint32_t c)
{
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !(c >= 0x200b && c <= 0x200f) &&
	       !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2060 && c <= 0x206f) && c != 0x61c && c != 0xfeff &&
	       c < 0x110000 && !(c >= 0xd800 && c <= 0xdfff);
}

static void
holds_escape(const char *s, size_t n, size_t cap)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf all;
	IR_CLEANUP(ir_buf_done) struct ir_buf again;
	IR_CLEANUP(ir_buf_done) struct ir_buf some;

	ir_buf_init(&all, 8 * n);
	ir_buf_init(&again, 8 * n);
	ir_buf_init(&some, cap);
	ir_utf8_escape(&all, s, n);
	HOLDS(!all.full && ir_utf8_valid(all.data, all.len));
	for (size_t i = 0; i < all.len;) {
		size_t len = ir_utf8_len(all.data + i, all.len - i);

		HOLDS(is_safe(ir_utf8_decode(all.data + i, len)));
		i += len;
	}
	ir_utf8_escape(&again, all.data, all.len);
	HOLDS(again.len == all.len && memcmp(again.data, all.data, all.len) == 0);
	ir_utf8_escape(&some, s, n);
	HOLDS(some.full == (all.len > cap) && some.len <= cap && memcmp(some.data, all.data, some.len) == 0);
	HOLDS(ir_utf8_valid(some.data, some.len));
}

static void
holds_clean(const char *s, size_t n)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 4 * n);
	ir_utf8_clean(&b, s, n);
	HOLDS(!b.full && ir_utf8_valid(b.data, b.len) && !memchr(b.data, '\0', b.len));
	if (ir_utf8_valid(s, n) && !memchr(s, '\0', n))
		HOLDS(b.len == n && memcmp(b.data, s, n) == 0);
	else
		HOLDS(b.len > n);
}

static void
holds_fit(const char *s, size_t n, size_t width)
{
	size_t used, next = 0, fit = ir_utf8_fit(s, n, width, &used);

	HOLDS(fit <= n && used <= width && ir_utf8_width(s, fit) == used);
	HOLDS(used + ir_utf8_width(s + fit, n - fit) == ir_utf8_width(s, n));
	if (fit < n) {
		ir_utf8_fit(s + fit, n - fit, 2, &next);
		HOLDS(next > 0 && used + 2 > width);
	}
	if (ir_utf8_valid(s, n))
		HOLDS(ir_utf8_valid(s, fit) && ir_utf8_valid(s + fit, n - fit));
}

static void
holds_cut(const char *s, size_t n, size_t max)
{
	size_t cut = ir_utf8_cut(s, n, max);

	HOLDS(cut <= n && cut <= max);
	HOLDS(n <= max ? cut == n : max - cut <= 3);
	if (ir_utf8_valid(s, n))
		HOLDS(ir_utf8_valid(s, cut) && ir_utf8_valid(s + cut, n - cut));
}

static void
holds_plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f)
		i++;
	HOLDS(ir_utf8_plain(s, n) == i);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t limit = (size_t)fuzz_number(&data, &size, 1);
	char *s = fuzz_string(data, size);

	holds_escape(s, size, limit);
	holds_clean(s, size);
	holds_fit(s, size, limit);
	holds_cut(s, size, limit);
	holds_plain(s, size);
	free(s);
	return 0;
}
