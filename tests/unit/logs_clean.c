/* logs_clean - lines as they may be shown */
#include "logs/clean.h"
#include "tap.h"

#define S(text) (text), sizeof(text) - 1

static void
clean(const char *text, size_t n, const char *want, size_t n_want)
{
	struct ir_buf b;
	bool same = n == n_want && memcmp(text, want, n) == 0;

	ir_buf_init(&b, 4096);
	ir_log_clean(&b, text, n);
	if (!OK(b.len == n_want && memcmp(b.data, want, n_want) == 0, "clean: '%s'", want))
		fprintf(stderr, "# got '%s'\n", b.data);
	IS_INT(ir_log_dirty(text, n), !same && !memchr(text, '\t', n), "it was %s", same ? "clean" : "dirty");
	ir_buf_done(&b);
}

static void
test_clean(void)
{
	clean(S(""), S(""));
	clean(S("plain text, \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
	    S("plain text, \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
	clean(S("\033[31mred\033[0m x"), S("red x"));
	clean(S("\033[1;38;5;214mx\033[K"), S("x"));
	clean(S("\033[?25lx"), S("x"));
	clean(S("\033]0;title\007x"), S("x"));
	clean(S("\033]8;;http://a\033\\link\033]8;;\033\\"), S("link"));
	clean(S("\033]0;endless \033[1mx"), S("0;endless x"));
	clean(S("\033Pq#0\033\\x"), S("x"));
	clean(S("\033(Bx\0337y\033cz"), S("xyz"));
	clean(S("\033[31"), S(""));
	clean(S("\033"), S(""));
	clean(S("a\033\xc3\xa9"), S("a\xc3\xa9"));
	clean(S("a\tb"), S("a b"));
	clean(S("a\r"), S("a"));
	clean(S("a\r\r"), S("a"));
	clean(S("10%\r20%\r100% done\r"), S("100% done"));
	clean(S("a\0b\x01\x7f"
		"c\b"),
	    S("abc"));
	clean(S("a\xff"
		"b"),
	    S("a\xef\xbf\xbd"
	      "b"));
	clean(S("\xed\xa0\x80"), S("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
	clean(S("\xe2\x82"), S("\xef\xbf\xbd\xef\xbf\xbd"));
	clean(S("a\xc2\x9b"
		"31mb"),
	    S("ab"));
	clean(S("a\xc2\x85"
		"b"),
	    S("ab"));
	clean(S("\n"), S(""));
}

static void
test_full(void)
{
	struct ir_buf b;

	ir_buf_init(&b, 3);
	ir_log_clean(&b, S("ab\xc3\xa9"
			   "c"));
	OK(b.full && b.len == 2, "a sequence that does not fit is left out whole");
	ir_buf_done(&b);
}

static void
test_linear(void)
{
	enum { N = 1 << 20 };
	char *p = malloc(N);
	struct ir_buf b;

	for (size_t i = 0; i < N; i += 2)
		memcpy(p + i, "\033]", 2);
	ir_buf_init(&b, N);
	ir_log_clean(&b, p, N);
	IS_INT((int64_t)b.len, 0, "a MiB of beginnings without ends is looked through once");
	ir_buf_done(&b);
	free(p);
}

int
main(void)
{
	test_clean();
	test_full();
	test_linear();
	return tap_done();
}
