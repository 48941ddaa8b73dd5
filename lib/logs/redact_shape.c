/* redact_shape - what is secret or personal by how it looks: keys, JWTs, credentials in URLs, e-mail addresses, card numbers, PEM */
#include <string.h>

#include "logs/redact_priv.h"

enum { CARD_LEAST = 13, CARD_MOST = 19, LABEL_MOST = 64, GLANCE = 256, URL_MOST = 1024 };

bool
ir_redact_random(const char *p, size_t n)
{
	size_t digits = 0, upper = 0, low = 0;

	for (size_t i = 0; i < n; i++) {
		digits += ir_redact_digit(p[i]);
		upper += i > 0 && p[i] >= 'A' && p[i] <= 'Z';
		low += p[i] >= 'a' && p[i] <= 'z';
	}
	return n >= 8 && (digits || (upper && low)) && !memmem(p, n, "***", 3); /* that is what was random */
}

static bool
in_token(char c)
{
	return ir_redact_letter(c) || ir_redact_digit(c) || c == '_' || c == '-' || c == '.';
}

static size_t
token_len(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && in_token(p[i]))
		i++;
	while (i && p[i - 1] == '.')
		i--;
	return i;
}

static size_t
path_len(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && i < URL_MOST && (in_token(p[i]) || p[i] == '/'))
		i++;
	return i;
}

/* Of keys with a known beginning: how much follows at least. */
static const struct key_shape {
	char prefix[26];
	unsigned char least;
	bool stays; /* the beginning says where, and is no secret */
} keys[] = {
	{ "AKIA", 16, false },
	{ "ASIA", 16, false },
	{ "AIza", 30, false },
	{ "AGE-SECRET-KEY-1", 20, false },
	{ "SG.", 20, false },
	{ "dckr_pat_", 20, false },
	{ "dop_v1_", 30, false },
	{ "ghp_", 30, false },
	{ "gho_", 30, false },
	{ "ghu_", 30, false },
	{ "ghs_", 30, false },
	{ "ghr_", 30, false },
	{ "github_pat_", 20, false },
	{ "glpat-", 15, false },
	{ "hf_", 30, false },
	{ "hooks.slack.com/services/", 10, true },
	{ "hvs.", 20, false },
	{ "lin_api_", 20, false },
	{ "npm_", 30, false },
	{ "pypi-", 20, false },
	{ "rk_live_", 10, false },
	{ "rk_test_", 10, false },
	{ "shpat_", 20, false },
	{ "shpss_", 20, false },
	{ "sk-", 20, false },
	{ "sk_live_", 10, false },
	{ "sk_test_", 10, false },
	{ "tskey-", 10, false },
	{ "whsec_", 16, false },
	{ "xapp-", 10, false },
	{ "xoxa-", 10, false },
	{ "xoxb-", 10, false },
	{ "xoxp-", 10, false },
	{ "xoxr-", 10, false },
	{ "xoxs-", 10, false },
	{ "ya29.", 20, false },
};

static bool
cut_key(const char *p, size_t n, size_t i, const struct key_shape *k, struct ir_cut *cut)
{
	size_t prefix = strlen(k->prefix), len;

	if (n - i < prefix + k->least || memcmp(p + i, k->prefix, prefix) != 0)
		return false;
	p += i + prefix;
	n -= i + prefix;
	len = k->stays ? path_len(p, n) : token_len(p, n < GLANCE ? n : GLANCE);
	if (len < k->least || !ir_redact_random(p, len))
		return false;
	len = k->stays ? len : token_len(p, n);
	cut->from = i + (k->stays ? prefix : 0);
	cut->to = i + prefix + len;
	return true;
}

/* "eyJ" is how {" begins in base 64; header, claims and signature are separated by dots. */
static bool
cut_jwt(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	size_t len, dots = 0;

	if (n - i < 20 || memcmp(p + i, "eyJ", 3) != 0)
		return false;
	len = token_len(p + i, n - i);
	for (size_t k = 0; k < len; k++)
		dots += p[i + k] == '.';
	if (len < 20 || !dots)
		return false;
	cut->from = i;
	cut->to = i + len;
	return true;
}

/* "Bearer abc123…", "Basic dXNlcjpwdw==". */
static bool
cut_scheme(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	size_t word = (p[i + 1] | 0x20) == 'e' ? 6 : 5, end;

	if (n - i < word + 9 || strncasecmp(p + i, word == 6 ? "bearer " : "basic ", word + 1) != 0)
		return false;
	cut->from = end = i + word + 1;
	while (end < n && (in_token(p[end]) || (p[end] && strchr("~+/", p[end]))))
		end++;
	while (end < n && p[end] == '=')
		end++;
	if (end < n && (in_token(p[end]) || (p[end - 1] == '=' && n - end >= 3 && memcmp(p + end, "***", 3) == 0)))
		return false; /* name=value, be that redacted or not */
	while (end > cut->from && p[end - 1] == '.')
		end--;
	cut->to = end;
	return ir_redact_random(p + cut->from, end - cut->from);
}

bool
ir_redact_key(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	if (n - i < 12)
		return false;
	if (p[i] == 'e')
		return cut_jwt(p, n, i, cut);
	if ((p[i] | 0x20) == 'b')
		return cut_scheme(p, n, i, cut);
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		if (keys[k].prefix[0] == p[i] && keys[k].prefix[1] == p[i + 1] && cut_key(p, n, i, &keys[k], cut))
			return true;
	}
	return false;
}

static bool
ends_url(char c)
{
	return (unsigned char)c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' || c == '\\';
}

/* The last @ before one of the bytes that end the authority, or 0. */
static size_t
last_at(const char *p, size_t n, size_t from, bool path, size_t *end)
{
	size_t found = 0, i = from;

	n = n - from < URL_MOST ? n : from + URL_MOST;
	for (; i < n && !ends_url(p[i]) && (path || !strchr("/?#", p[i])); i++) {
		if (p[i] == '@')
			found = i;
	}
	*end = i;
	return found;
}

/* A port, as in host:8080. */
static bool
is_port(const char *p, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++) {
		if (!ir_redact_digit(p[i]))
			return false;
	}
	return true;
}

/* A token where the user should be: https://TOKEN@host. */
static bool
is_token(const char *p, size_t n)
{
	size_t digits = 0;

	for (size_t i = 0; i < n; i++)
		digits += ir_redact_digit(p[i]);
	return n >= 20 && digits >= 2 && token_len(p, n) == n;
}

bool
ir_redact_url(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	const char *colon;
	size_t at, end;

	if (n - i < 4 || p[i + 1] != '/' || p[i + 2] != '/')
		return false;
	cut->from = i + 3;
	at = last_at(p, n, cut->from, false, &end);
	colon = memchr(p + cut->from, ':', (at ? at : end) - cut->from);
	/* A password may have a slash of its own. */
	if (!at && colon && p[cut->from] != '[' && !is_port(p, (size_t)(colon - p) + 1, end))
		at = last_at(p, n, cut->from, true, &end);
	cut->to = at;
	return at && (colon || is_token(p + cut->from, at - cut->from));
}

static bool
in_local(char c)
{
	return in_token(c) || c == '%' || c == '+' || (unsigned char)c >= 0x80;
}

/* Ends that a file or a unit has, and no domain: icon@2x.png, getty@tty1.service. */
static bool
is_file(const char *p, size_t n)
{
	static const char ends[][8] = { "service", "socket", "timer", "target", "slice", "scope", "mount", "png", "jpg",
		"gif", "svg", "js", "py", "so", "css" };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		if (strlen(ends[i]) == n && memcmp(ends[i], p, n) == 0)
			return true;
	}
	return false;
}

/* A name with a dot, and after its last one letters only. */
static bool
is_domain(const char *p, size_t n)
{
	size_t end = 0, dot = 0, letters = 0;

	while (end < n && (in_token(p[end]) && p[end] != '_'))
		end++;
	while (end && (p[end - 1] == '.' || p[end - 1] == '-'))
		end--;
	for (size_t i = 0; i < end; i++) {
		if (p[i] == '.')
			dot = i;
	}
	if (!dot || p[0] == '-')
		return false;
	for (size_t i = dot + 1; i < end; i++)
		letters += ir_redact_letter(p[i]);
	return letters >= 2 && letters == end - dot - 1 && !is_file(p + dot + 1, letters);
}

bool
ir_redact_email(const char *p, size_t n, size_t i, size_t least, struct ir_cut *cut)
{
	size_t from = i;

	while (from > least && in_local(p[from - 1]))
		from--;
	cut->from = from;
	cut->to = i;
	return from < i && is_domain(p + i + 1, n - i - 1);
}

static bool
luhn(const char *digits, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		int d = digits[n - 1 - i] - '0';

		d = i % 2 ? 2 * d : d;
		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

/* By the first digits, which say whose cards have how many. */
static bool
is_issued(const char *d, size_t n)
{
	int two = 10 * (d[0] - '0') + d[1] - '0', four = 100 * two + 10 * (d[2] - '0') + d[3] - '0';

	switch (n) {
	case 13:
		return d[0] == '4';
	case 14:
		return two == 36 || two == 38 || (four >= 3000 && four < 3060);
	case 15:
		return two == 34 || two == 37;
	case 16:
		return d[0] == '4' || (two >= 51 && two <= 55) || (four >= 2221 && four <= 2720) || four == 6011 ||
		       two == 65 || two == 62 || (four >= 3528 && four <= 3589);
	default:
		return n > 16 && two == 62;
	}
}

/* All in one, or in groups as on a card: 4-4-4-4, 4-6-5, 4-6-4. */
static bool
is_grouped(const char *groups, size_t n)
{
	return n == 1 || (n == 4 && memcmp(groups, "\4\4\4\4", 4) == 0) ||
	       (n == 3 && memcmp(groups, "\4\6\5", 3) == 0) || (n == 3 && memcmp(groups, "\4\6\4", 3) == 0);
}

bool
ir_redact_card(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	char digits[CARD_MOST], groups[4] = { 0 };
	size_t n_digits = 0, n_groups = 0, at = i;

	while (at < n && n_groups < sizeof groups) {
		size_t from = at;

		while (at < n && ir_redact_digit(p[at]) && n_digits < sizeof digits)
			digits[n_digits++] = p[at++];
		groups[n_groups++] = (char)(at - from);
		if (at + 1 >= n || (p[at] != ' ' && p[at] != '-') || !ir_redact_digit(p[at + 1]) ||
		    n_digits >= CARD_LEAST)
			break;
		at++;
	}
	if (n_digits < CARD_LEAST || (at < n && ir_redact_word(p[at])) || (i && (p[i - 1] == '.' || p[i - 1] == '-')) ||
	    (at + 1 < n && p[at] == '.' && ir_redact_digit(p[at + 1])))
		return false;
	cut->from = i;
	cut->to = at;
	return is_grouped(groups, n_groups) && is_issued(digits, n_digits) && luhn(digits, n_digits);
}

bool
ir_redact_pem(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	const char *stop;
	size_t at = i + sizeof begin - 1, digits = 0;

	if (n - i < sizeof begin || memcmp(p + i, begin, sizeof begin - 1) != 0)
		return false;
	/* RFC 7468's label, as they are in use: nothing that is redacted by itself */
	for (; at < n && at - i < LABEL_MOST && (p[at] == ' ' || ir_redact_letter(p[at]) || ir_redact_digit(p[at]));
	     at++)
		digits += ir_redact_digit(p[at]);
	if (digits > 4 || n - at < 5 || memcmp(p + at, "-----", 5) != 0)
		return false;
	cut->from = at + 5;
	stop = memmem(p + cut->from, n - cut->from, end, sizeof end - 1);
	cut->to = stop ? (size_t)(stop - p) : n;
	return true;
}
