/* percent - percent-encoding, both ways */
#include "base/percent.h"

#include "tap.h"

static void
decodes(const char *s, bool plus, const char *want, size_t n)
{
	size_t len;
	char *got = ir_percent_decode(s, strlen(s), plus, &len);

	OK(len == n && memcmp(got, want, n + 1) == 0, "'%s' is '%s'", s, got);
	free(got);
}

int
main(void)
{
	struct ir_buf b;

	decodes("", false, "", 0);
	decodes("a%40b%2fc%2F", false, "a@b/c/", 6);
	decodes("%", false, "%", 1);
	decodes("%4", false, "%4", 2);
	decodes("%zz%4g", false, "%zz%4g", 6);
	decodes("a+b", false, "a+b", 3);
	decodes("a+b%2B", true, "a b+", 4);
	decodes("a%00b", false, "a\0b", 3);
	IS_INT(ir_percent_byte("%41", 3), 'A', "a byte");
	IS_INT(ir_percent_byte("%41", 2), -1, "none, when it is cut off");
	ir_buf_init(&b, 100);
	ir_percent_add(&b, "az-._~ /%\xc3\xa4:");
	IS_STR(b.data, "az-._~%20%2F%25%C3%A4%3A", "encoded");
	ir_buf_done(&b);
	return tap_done();
}
