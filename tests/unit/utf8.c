/* utf8 - validity, escaping, columns, cutting */
#include <locale.h>
#include <wchar.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "tap.h"

#define S(text) (text), sizeof(text) - 1

static size_t
encode(uint32_t c, char s[static 4])
{
	if (c < 0x80) {
		s[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 63));
		s[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	s[0] = (char)(0xf0 | c >> 18);
	s[1] = (char)(0x80 | (c >> 12 & 63));
	s[2] = (char)(0x80 | (c >> 6 & 63));
	s[3] = (char)(0x80 | (c & 63));
	return 4;
}

static void
test_len(void)
{
	static const struct {
		const char *s;
		size_t n, want;
	} t[] = {
		{ S("a"), 1 },
		{ S("\0"), 1 },
		{ S("\x7f"), 1 },
		{ S("\x80"), 0 },
		{ S("\xbf"), 0 },
		{ S("\xc0\x80"), 0 },
		{ S("\xc1\xbf"), 0 },
		{ S("\xc2\x80"), 2 },
		{ S("\xc3\xa9"), 2 },
		{ S("\xc3"), 0 },
		{ S("\xc3("), 0 },
		{ S("\xe0\x80\x80"), 0 },
		{ S("\xe0\x9f\xbf"), 0 },
		{ S("\xe0\xa0\x80"), 3 },
		{ S("\xe2\x82"), 0 },
		{ S("\xed\x9f\xbf"), 3 },
		{ S("\xed\xa0\x80"), 0 },
		{ S("\xed\xbf\xbf"), 0 },
		{ S("\xee\x80\x80"), 3 },
		{ S("\xef\xbf\xbf"), 3 },
		{ S("\xf0\x80\x80\x80"), 0 },
		{ S("\xf0\x8f\xbf\xbf"), 0 },
		{ S("\xf0\x90\x80\x80"), 4 },
		{ S("\xf4\x8f\xbf\xbf"), 4 },
		{ S("\xf4\x90\x80\x80"), 0 },
		{ S("\xf5\x80\x80\x80"), 0 },
		{ S("\xff"), 0 },
		{ S("\xf0\x9f\x94"), 0 },
		{ S("\xf0\x9f\x94("), 0 },
	};
	char s[4];
	int bad = 0;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		IS_INT((int64_t)ir_utf8_len(t[i].s, t[i].n), (int64_t)t[i].want, "sequence %zu", i);
	for (uint32_t c = 0; c < 0x110000; c++) {
		size_t n = encode(c, s), want = c >= 0xd800 && c <= 0xdfff ? 0 : n;

		bad += ir_utf8_len(s, n) != want || (want && ir_utf8_decode(s, n) != c);
		bad += n > 1 && ir_utf8_len(s, n - 1) != 0;
	}
	IS_INT(bad, 0, "every code point");
	OK(ir_utf8_valid(S("plain text, d\xc3\xa9j\xc3\xa0 vu \xf0\x9f\x94\xa5")), "valid text");
	OK(ir_utf8_valid("", 0), "nothing is valid");
	OK(!ir_utf8_valid(S("plain text, cut \xf0\x9f\x94")), "cut text is not");
}

/* The fast way must stop at exactly the first byte that is not printable ASCII. */
static void
test_plain(void)
{
	char text[40];
	int bad = 0;

	for (size_t n = 0; n <= sizeof text; n++) {
		memset(text, '~', sizeof text);
		bad += ir_utf8_plain(text, n) != n;
		for (size_t i = 0; i < n; i++) {
			for (int c = 0; c < 256; c++) {
				bool plain = c >= 0x20 && c < 0x7f;

				text[i] = (char)c;
				bad += ir_utf8_plain(text, n) != (plain ? n : i);
			}
			text[i] = i & 1 ? ' ' : '~';
		}
	}
	IS_INT(bad, 0, "every byte at every place");
}

typedef void made_safe(struct ir_buf *, const char *, size_t);

static void
safe(made_safe *fn, const char *s, size_t n, const char *want)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 1000);
	fn(&b, s, n);
	IS_STR(b.data, want, "%s of %zu bytes", fn == ir_utf8_clean ? "clean" : "escape", n);
}

static void
test_safe(void)
{
	safe(ir_utf8_clean, S(""), "");
	safe(ir_utf8_clean, S("d\xc3\xa9j\xc3\xa0"), "d\xc3\xa9j\xc3\xa0");
	safe(ir_utf8_clean, S("a\0b"), "a\\x00b");
	safe(ir_utf8_clean, S("\x1b[31m\t\n\x7f"), "\x1b[31m\t\n\x7f");
	safe(ir_utf8_clean, S("\xff\xc3"), "\\xff\\xc3");
	safe(ir_utf8_clean, S("\xe2\x80\xae"), "\xe2\x80\xae");
	safe(ir_utf8_clean, S("\xed\xa0\x80"), "\\xed\\xa0\\x80");
	safe(ir_utf8_clean, S("caf\xe9 latin"), "caf\\xe9 latin");
	safe(ir_utf8_escape, S(""), "");
	safe(ir_utf8_escape, S("d\xc3\xa9j\xc3\xa0 \xf0\x9f\x94\xa5"), "d\xc3\xa9j\xc3\xa0 \xf0\x9f\x94\xa5");
	safe(ir_utf8_escape, S("a\tb\nc\rd"), "a\\tb\\nc\\rd");
	safe(ir_utf8_escape, S("\x1b[31mred\x1b]0;title\a"), "\\x1b[31mred\\x1b]0;title\\x07");
	safe(ir_utf8_escape, S("a\0b\x7f"), "a\\x00b\\x7f");
	safe(ir_utf8_escape, S("\302\23331m"), "\\u{009b}31m");
	safe(ir_utf8_escape, S("\23331m"), "\\x9b31m");
	safe(ir_utf8_escape, S("\342\200\256abc\xe2\x81\xa9"), "\\u{202e}abc\\u{2069}");
	safe(ir_utf8_escape, S("pass\xe2\x80\x8bword"), "pass\\u{200b}word");
	safe(ir_utf8_escape, S("\xef\xbb\xbf{}"), "\\u{feff}{}");
	safe(ir_utf8_escape, S("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}");
	safe(ir_utf8_escape, S("\xf3\xa0\x81\xa1"), "\\u{e0061}");
	safe(ir_utf8_escape, S("C:\\temp\\x"), "C:\\temp\\x");
	safe(ir_utf8_escape, S("e\xcc\x81"), "e\xcc\x81");
}

/* An escape or a sequence that does not fit whole is not there at all. */
static void
test_capped(void)
{
	static const char text[] = "ab\x1b\xc3\xa9\xf0\x9f\x94\xa5\xe2\x80\xae";
	static const char whole[] = "ab\\x1b\xc3\xa9\xf0\x9f\x94\xa5\\u{202e}";
	static const size_t stops[] = { 0, 1, 2, 6, 8, 12, 20 };

	for (size_t cap = 0; cap <= sizeof whole - 1; cap++) {
		IR_CLEANUP(ir_buf_done) struct ir_buf b;
		size_t want = 0;

		for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
			want = stops[i] <= cap ? stops[i] : want;
		ir_buf_init(&b, cap);
		ir_utf8_escape(&b, S(text));
		OK(b.len == want && memcmp(b.data, whole, want) == 0, "escaping into %zu bytes", cap);
		OK(b.full == (cap < sizeof whole - 1), "and full says whether it is all");
	}
}

static void
test_width(void)
{
	static const struct {
		const char *s;
		size_t n, want;
	} t[] = {
		{ S(""), 0 },
		{ S("abc"), 3 },
		{ S("d\xc3\xa9j\xc3\xa0"), 4 },
		{ S("e\xcc\x81"), 1 },
		{ S("\xe6\xbc\xa2\xe5\xad\x97"), 4 },
		{ S("\xf0\x9f\x94\xa5"), 2 },
		{ S("\xef\xbc\xa1"), 2 },
		{ S("\xe2\x9c\x93"), 1 },
		{ S("\xe2\x9c\x85"), 2 },
		{ S("\xea\xb0\x80"), 2 },
		{ S("\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8"), 2 },
		{ S("\xe2\x80\xa6"), 1 },
		{ S("\xf0\xa0\x80\x80"), 2 },
		{ S("a\377b"), 3 },
		{ S("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa"), 2 },
		{ S("\xe2\x9d\xa4\xef\xb8\x8f"), 1 },
	};
	char s[4];
	int differ = 0;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		IS_INT((int64_t)ir_utf8_width(t[i].s, t[i].n), (int64_t)t[i].want, "width %zu", i);
	if (!setlocale(LC_CTYPE, "C.UTF-8")) {
		SKIP("locale", "widths as wcwidth has them, in C.UTF-8");
		return;
	}
	for (uint32_t c = 0xa0; c < 0x110000; c++) {
		int w = c >= 0xd800 && c <= 0xdfff ? -1 : wcwidth((wchar_t)c);

		differ += w >= 0 && ir_utf8_width(s, encode(c, s)) != (size_t)w;
	}
	/* Debian 12's C library has the same version of Unicode; later ones have moved a few. */
	OK(differ < 300, "widths as wcwidth has them, but for %d", differ);
}

static void
fits(const char *s, size_t n, size_t width, size_t bytes, size_t cols)
{
	size_t used = 99;

	IS_INT((int64_t)ir_utf8_fit(s, n, width, &used), (int64_t)bytes, "%zu bytes into %zu columns", n, width);
	IS_INT((int64_t)used, (int64_t)cols, "take %zu", cols);
}

static void
test_fit(void)
{
	fits(S("abcdef"), 3, 3, 3);
	fits(S("abcdef"), 6, 6, 6);
	fits(S("abcdef"), 60, 6, 6);
	fits(S("abcdef"), 0, 0, 0);
	fits(S("\xe6\xbc\xa2\xe5\xad\x97"), 3, 3, 2);
	fits(S("\xe6\xbc\xa2\xe5\xad\x97"), 1, 0, 0);
	fits(S("a\xe6\xbc\xa2"), 2, 1, 1);
	fits(S("e\xcc\x81xyz"), 1, 3, 1);
	fits(S("abe\xcc\x81\xcc\x81"), 3, 7, 3);
	IS_INT((int64_t)ir_utf8_fit(S("abc"), 2, NULL), 2, "the columns need not be asked for");
}

static void
test_cut(void)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\xa5z";
	static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11 };

	for (size_t max = 0; max < sizeof want / sizeof *want; max++)
		IS_INT((int64_t)ir_utf8_cut(S(text), max), (int64_t)want[max], "cut to %zu bytes", max);
	IS_INT((int64_t)ir_utf8_cut(S("\x80\x80\x80\x80\x80"), 3), 3, "what is no sequence may be cut");
	IS_INT((int64_t)ir_utf8_cut(S("\xff\xff\xff"), 1), 1, "anywhere");
	IS_INT((int64_t)ir_utf8_cut("", 0, 0), 0, "nothing is nothing");
}

int
main(void)
{
	test_len();
	test_plain();
	test_safe();
	test_capped();
	test_width();
	test_fit();
	test_cut();
	return tap_done();
}
