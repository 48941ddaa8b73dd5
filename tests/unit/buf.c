/* buf - growth, caps, the sticky flag */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "tap.h"

static void
test_grow(void)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;
	int good = 1;

	ir_buf_init(&b, 100000);
	IS_STR(b.data, "", "a new one is an empty string");
	for (int i = 0; i < 1000; i++)
		good &= ir_buf_addf(&b, "%d,", i) == 0 && b.data[b.len] == '\0' && b.len < b.size;
	OK(good, "it grows and stays terminated");
	IS_INT((int64_t)b.len, 10 * 2 + 90 * 3 + 900 * 4, "all of it is there");
	OK(strncmp(b.data + 2 * 10, "10,11,12,", 9) == 0, "in order");
	ir_buf_consume(&b, 20);
	OK(strncmp(b.data, "10,11,12,", 9) == 0, "the first bytes are dropped");
	ir_buf_consume(&b, b.len - 4);
	IS_STR(b.data, "999,", "to the last");
	ir_buf_consume(&b, 100);
	IS_STR(b.data, "", "and beyond");
	ir_buf_consume(&b, 1);
	IS_INT((int64_t)b.len, 0, "consuming nothing is fine");
	IS_INT(ir_buf_add(&b, "a\0b", 3), 0, "bytes may be NUL");
	IS_INT((int64_t)b.len, 3, "and count");
	IS_INT(ir_buf_add(&b, NULL, 0), 0, "nothing may be added");
}

static void
test_cap(void)
{
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, 10);
	IS_INT(ir_buf_adds(&b, "0123456789"), 0, "up to the cap");
	OK(!b.full, "is not full");
	IS_INT(ir_buf_add(&b, "", 0), 0, "nothing more still fits");
	IS_INT(ir_buf_addc(&b, 'x'), -1, "one more does not");
	OK(b.full, "full is set");
	ir_buf_consume(&b, 5);
	IS_STR(b.data, "56789", "consuming goes on");
	IS_INT(ir_buf_addc(&b, 'y'), -1, "but what comes after a hole is dropped");
	IS_STR(b.data, "56789", "so the content is a beginning");
	ir_buf_reset(&b);
	OK(!b.full && b.len == 0, "reset forgets");
	IS_INT(ir_buf_adds(&b, "abcdefghijklm"), -1, "too long a string");
	IS_STR(b.data, "abcdefghij", "gives a prefix");
	ir_buf_reset(&b);
	IS_INT(ir_buf_addf(&b, "%s", "0123456789"), 0, "a format up to the cap");
	IS_INT(ir_buf_addf(&b, "%s", "x"), -1, "one more does not fit");
	IS_STR(b.data, "0123456789", "and changes nothing");
	ir_buf_reset(&b);
	IS_INT(ir_buf_addf(&b, "%d-%s", 7, "0123456789"), -1, "a format beyond the cap");
	IS_STR(b.data, "7-01234567", "gives a prefix");
	OK(b.full && b.size <= 11, "and no more memory than the cap");
}

/* Every length around the growth steps, by all ways of adding. */
static void
test_edges(void)
{
	char text[300];
	int bad = 0;

	memset(text, 'q', sizeof text);
	text[sizeof text - 1] = '\0';
	for (size_t cap = 0; cap < 200; cap++) {
		for (int n = 0; n < 200; n += 7) {
			IR_CLEANUP(ir_buf_done) struct ir_buf f;
			IR_CLEANUP(ir_buf_done) struct ir_buf s;
			size_t fit = (size_t)n < cap ? (size_t)n : cap;

			ir_buf_init(&f, cap);
			ir_buf_init(&s, cap);
			int rf = n ? ir_buf_addf(&f, "%.*s", n, text) : 0, rs = ir_buf_add(&s, text, (size_t)n);
			bad += f.len != fit || s.len != fit || strlen(f.data) != fit || strlen(s.data) != fit;
			bad += rf != ((size_t)n > cap ? -1 : 0) || rs != rf || f.full != s.full || f.full != (rf < 0);
		}
	}
	IS_INT(bad, 0, "every length at every cap");
}

static void
test_done(void)
{
	struct ir_buf b;

	ir_buf_init(&b, SIZE_MAX);
	IS_INT(ir_buf_adds(&b, "x"), 0, "any cap will do");
	ir_buf_done(&b);
	IS_INT(ir_buf_adds(&b, "x"), -1, "one that is done takes nothing");
	IS_INT(ir_buf_addf(&b, "x"), -1, "by no way");
	ir_buf_reset(&b);
	ir_buf_done(&b);
	OK(b.data == NULL, "done twice is fine");
}

int
main(void)
{
	test_grow();
	test_cap();
	test_edges();
	test_done();
	return tap_done();
}
