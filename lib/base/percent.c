/* percent - percent-encoding of parts of URLs (RFC 3986, 2.1) */
#include "base/percent.h"

#include <ctype.h>

#include "base/err.h"

static int
digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

int
ir_percent_byte(const char *s, size_t n)
{
	if (n < 3 || *s != '%' || digit(s[1]) < 0 || digit(s[2]) < 0)
		return -1;
	return digit(s[1]) << 4 | digit(s[2]);
}

char *
ir_percent_decode(const char *s, size_t n, bool plus, size_t *len)
{
	char *out = malloc(n + 1), *o = out;

	if (!out)
		ir_oom();
	for (const char *end = s + n; s < end; s++) {
		int byte = ir_percent_byte(s, (size_t)(end - s));

		*o++ = byte >= 0 ? (char)byte : plus && *s == '+' ? ' ' : *s;
		s += byte >= 0 ? 2 : 0;
	}
	*o = '\0';
	*len = (size_t)(o - out);
	return out;
}

void
ir_percent_add(struct ir_buf *b, const char *s)
{
	for (; *s; s++) {
		if (isalnum((unsigned char)*s) || strchr("-._~", *s))
			ir_buf_addc(b, *s);
		else
			ir_buf_addf(b, "%%%02X", (unsigned char)*s);
	}
}
