/* check - what written values must look like beyond their type */
#include "conf/check.h"

#include <ctype.h>
#include <strings.h>

#include "conf/secret.h"
#include "conf/threshold.h"

int
ir_check_url(const char *text, struct ir_err *err)
{
	const char *s = strstr(text, "://");

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return ir_fail(err, IR_CONFIG, "a URL has no blanks in it; write %%20");
	if (!s || s == text || !s[3])
		return ir_fail(err, IR_CONFIG, "'%s' is not a URL, as scheme://host", text);
	if (!ir_url_has_password(text))
		return 0;
	ir_fail(err, IR_CONFIG, "a password in a URL has no place in a configuration file");
	return ir_hint(err, "take it out, and write user and password-file, password-command or password-env");
}

/* A token of RFC 9110. */
static int
is_token(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("!#$%&'*+-.^_`|~", s[i]))
			return 0;
	return n > 0;
}

int
ir_check_header(const char *text, struct ir_err *err)
{
	static const char *const secret[] = { "authorization", "proxy-authorization", NULL };
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;

	if (!is_token(text, n))
		return ir_fail(err, IR_CONFIG, "a header is written Name: value");
	if (strpbrk(text, "\r\n"))
		return ir_fail(err, IR_CONFIG, "a header is one line");
	for (size_t i = 0; secret[i]; i++)
		if (strlen(secret[i]) == n && strncasecmp(text, secret[i], n) == 0) {
			ir_fail(err, IR_CONFIG, "a secret has no place in a configuration file");
			return ir_hint(err, "write token-file, token-command or token-env, or user with password-file");
		}
	return 0;
}

static size_t
digits(const char *s)
{
	return strspn(s, "0123456789");
}

int
ir_check_resolve(const char *text, struct ir_err *err)
{
	size_t host = strcspn(text, ":"), port = text[host] ? digits(text + host + 1) : 0;

	if (host && port && port <= 5 && text[host + 1 + port] == ':' && text[host + 2 + port])
		return 0;
	return ir_fail(err, IR_CONFIG, "'%s' is not host:port:address", text);
}

/* Up to three digits. */
static int
number(const char **s)
{
	size_t n = digits(*s);
	int v = 0;

	if (n == 0 || n > 3)
		return -1;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (*s)[i] - '0';
	*s += n;
	return v;
}

int
ir_check_set(const char *text, struct ir_err *err)
{
	for (const char *s = text;;) {
		int lo, hi;

		s += strspn(s, " ");
		lo = hi = number(&s);
		if (*s == '-' && lo >= 0) {
			s++;
			hi = number(&s);
		}
		s += strspn(s, " ");
		if (lo < 0 || hi < lo || (*s && *s != ','))
			return ir_fail(err, IR_CONFIG, "'%s' is not a set of numbers, as 200-299,301", text);
		if (!*s++)
			return 0;
	}
}

/* Which unit a measure has is not known here. */
int
ir_check_threshold(const char *text, struct ir_err *err)
{
	char name[IR_THRESHOLD_NAME_MAX];
	const char *value;
	double v;

	if (ir_threshold_split(text, name, &value, err) < 0)
		return -1;
	for (int unit = 0; unit < IR_THRESHOLD_UNITS; unit++)
		if (ir_threshold_value(value, (enum ir_threshold_unit)unit, &v, NULL) == 0)
			return 0;
	ir_fail(err, IR_CONFIG, "'%s' is not a threshold", value);
	return ir_hint(err, "write it as 80%%, 30, 5m, 1G, 10/s, 5/min or off");
}
