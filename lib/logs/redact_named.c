/* redact_named - values that are secret by their name: password=…, "token": "…", Authorization: Bearer …, --api-key … */
#include <string.h>

#include "logs/redact_priv.h"

enum { NAME_LONGEST = 64, BLANKS = 4, GLANCE = 256 };

/* How sure a name is: of a weak one, "token: expired" says nothing secret. */
enum secrecy { OPEN, WEAK, STRONG, HEADER, COOKIE };

struct secret_name {
	char word[16];
	unsigned char secrecy;
	bool whole; /* only as a word of its own: "pass", not "bypass" */
};

static const struct secret_name secrets[] = {
	{ "password", STRONG, false },
	{ "passwd", STRONG, false },
	{ "passphrase", STRONG, false },
	{ "passcode", STRONG, false },
	{ "secret", STRONG, false },
	{ "secretkey", STRONG, false },
	{ "apikey", STRONG, false },
	{ "accesskey", STRONG, false },
	{ "privatekey", STRONG, false },
	{ "signingkey", STRONG, false },
	{ "encryptionkey", STRONG, false },
	{ "masterkey", STRONG, false },
	{ "accountkey", STRONG, false },
	{ "sharedkey", STRONG, false },
	{ "authkey", STRONG, false },
	{ "pwd", STRONG, true },
	{ "pass", STRONG, true },
	{ "authorization", HEADER, false },
	{ "cookie", COOKIE, false },
	{ "token", WEAK, false },
	{ "sessionid", WEAK, false },
	{ "sessionkey", WEAK, false },
	{ "sessid", WEAK, false },
	{ "credential", WEAK, false },
	{ "credentials", WEAK, false },
	{ "signature", WEAK, false },
	{ "session", WEAK, true },
	{ "auth", WEAK, true },
	{ "jwt", WEAK, true },
	{ "otp", WEAK, true },
	{ "sid", WEAK, true },
	{ "sig", WEAK, true },
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool
in_name(char c)
{
	return ir_redact_letter(c) || ir_redact_digit(c) || c == '_' || c == '-' || c == '.';
}

static bool
is_separator(char c)
{
	return c == '_' || c == '-' || c == '.' || c == ' ';
}

/* Does the name end with it, whatever separates its words? Where it begins is in *from. */
static bool
ends_with(const char *p, size_t n, const char *word, size_t *from)
{
	size_t i = n;

	for (size_t k = strlen(word); k; k--) {
		while (i && is_separator(p[i - 1]))
			i--;
		if (!i || lower(p[i - 1]) != word[k - 1])
			return false;
		i--;
	}
	*from = i;
	return true;
}

static bool
begins_word(const char *p, size_t from)
{
	return from == 0 || is_separator(p[from - 1]) ||
	       (p[from] >= 'A' && p[from] <= 'Z' && p[from - 1] >= 'a' && p[from - 1] <= 'z');
}

static enum secrecy
secrecy_of(const char *p, size_t n)
{
	size_t from;

	while (n && (ir_redact_digit(p[n - 1]) || is_separator(p[n - 1])))
		n--;
	for (size_t i = 0; n && i < sizeof secrets / sizeof *secrets; i++) {
		if (ends_with(p, n, secrets[i].word, &from) && (!secrets[i].whole || begins_word(p, from)))
			return secrets[i].secrecy;
	}
	return OPEN;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_quote(char c)
{
	return c == '"' || c == '\'' || c == '`';
}

/* Where the name that ends before `end` begins. "api key" is one. */
static size_t
name_start(const char *p, size_t end)
{
	size_t i = end, least = end > NAME_LONGEST ? end - NAME_LONGEST : 0, word;

	while (i > least && in_name(p[i - 1]))
		i--;
	if (end - i != 3 || lower(p[i]) != 'k' || i == least || p[i - 1] != ' ')
		return i;
	for (word = i - 1; word > least && ir_redact_letter(p[word - 1]);)
		word--;
	return word;
}

/* A name and = or : come next: what stands before them is over. In the name something may be redacted already. */
static bool
another_follows(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && i < NAME_LONGEST && (in_name(p[i]) || p[i] == '*'))
		i++;
	if (i == n)
		return n == 0;
	return i ? p[i] == '=' || p[i] == ':' : is_quote(p[0]) || (unsigned char)p[0] <= ' ';
}

/* Where a value without quotes ends. */
static size_t
bare_end(const char *p, size_t n, size_t from)
{
	size_t i = from;

	for (; i < n; i++) {
		if ((unsigned char)p[i] <= ' ' || is_quote(p[i]) || p[i] == '<' ||
		    (p[i] == '\\' && i + 1 < n && is_quote(p[i + 1])))
			break;
		if ((p[i] == ',' || p[i] == ';' || p[i] == '&') && another_follows(p + i + 1, n - i - 1))
			break;
	}
	while (i > from && strchr(")]}", p[i - 1]))
		i--;
	return i;
}

/* Where a value ends that a quote, behind so many backslashes, began: before the like of it. Without one, with the line. */
static size_t
quoted_end(const char *p, size_t n, size_t from, char quote, size_t backslashes)
{
	size_t run = 0;

	for (size_t i = from; i < n && p[i] != '\n'; i++) {
		if (p[i] == quote && (backslashes ? run <= backslashes : run % 2 == 0))
			return i - (backslashes ? run : 0);
		run = p[i] == '\\' ? run + 1 : 0;
	}
	return n;
}

static size_t
line_end(const char *p, size_t n, size_t from)
{
	size_t i = from;

	while (i < n && p[i] != '\n' && !is_quote(p[i]) && !(p[i] == '\\' && i + 1 < n && is_quote(p[i + 1])))
		i++;
	while (i > from && is_blank(p[i - 1]))
		i--;
	return i;
}

static bool
same_word(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(p, word, n) == 0;
}

/* Says whether there is one, and not what it is. */
static bool
says_nothing(const char *p, size_t n)
{
	static const char words[][10] = { "null", "none", "nil", "true", "false", "undefined", "yes", "no" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (same_word(p, n, words[i]))
			return true;
	}
	return n == 0;
}

static bool
is_scheme(const char *p, size_t n)
{
	static const char schemes[][18] = { "basic", "bearer", "digest", "token", "negotiate", "ntlm", "apikey",
		"signature", "hawk", "aws4-hmac-sha256" };

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		if (same_word(p, n, schemes[i]))
			return true;
	}
	return false;
}

/* "Bearer abc": the scheme stays. Those with parameters go on to the end of the line. */
static bool
cut_header(const char *p, size_t n, bool sure, struct ir_cut *cut)
{
	size_t word = bare_end(p, n - cut->from < GLANCE ? n : cut->from + GLANCE, cut->from), next = word;

	while (next < n && is_blank(p[next]))
		next++;
	if (is_scheme(p + cut->from, word - cut->from) && next > word && next < n) {
		size_t len = word - cut->from;

		cut->to =
		    same_word(p + cut->from, len, "digest") || len > 8 ? line_end(p, n, next) : bare_end(p, n, next);
		cut->from = next;
		return true;
	}
	if (!sure && !ir_redact_random(p + cut->from, word - cut->from))
		return false;
	cut->to = bare_end(p, n, cut->from);
	return true;
}

static bool
cut_bare(const char *p, size_t n, enum secrecy secrecy, bool assigned, struct ir_cut *cut)
{
	/* A value that is left as it is may be looked at again. */
	size_t glance = n - cut->from < GLANCE ? n : cut->from + GLANCE;

	if (secrecy == HEADER)
		return cut_header(p, n, assigned, cut);
	cut->to = bare_end(p, glance, cut->from);
	if (secrecy == COOKIE && memchr(p + cut->from, '=', cut->to - cut->from)) {
		cut->to = line_end(p, n, cut->from);
		return true;
	}
	if (says_nothing(p + cut->from, cut->to - cut->from) ||
	    (!assigned && secrecy != STRONG && !ir_redact_random(p + cut->from, cut->to - cut->from)))
		return false;
	cut->to = bare_end(p, n, cut->from);
	return true;
}

/* Of [name, end): the value is from `from` on. */
static bool
cut_value(const char *p, size_t n, enum secrecy secrecy, bool assigned, struct ir_cut *cut)
{
	size_t i = cut->from, backslashes = 0;

	while (i < n && i - cut->from < BLANKS && is_blank(p[i]))
		i++;
	while (i + backslashes < n && backslashes < BLANKS && p[i + backslashes] == '\\')
		backslashes++;
	if (i + backslashes < n && is_quote(p[i + backslashes])) {
		cut->from = i + backslashes + 1;
		cut->to = quoted_end(p, n, cut->from, p[cut->from - 1], backslashes);
		return true;
	}
	cut->from = i;
	return cut_bare(p, n, secrecy, assigned, cut);
}

/* The working directory of a process is called PWD. */
static bool
is_directory(const char *name, size_t n_name, const char *value, size_t n)
{
	return n && value[0] == '/' && same_word(name, n_name, "pwd");
}

bool
ir_redact_named(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	bool assigned = p[i] != ':', quoted;
	size_t end = i, start;
	enum secrecy secrecy;

	if (i + 1 == n || p[i + 1] == p[i])
		return false;
	while (end && i - end < BLANKS &&
	       (is_quote(p[end - 1]) || p[end - 1] == '\\' || (assigned && (p[end - 1] == ' ' || p[end - 1] == ':'))))
		end--;
	start = name_start(p, end);
	if (start == end || (p[i] == '>' && (end != i || start == 0 || p[start - 1] != '<')))
		return false;
	secrecy = secrecy_of(p + start, end - start);
	if (secrecy == OPEN)
		return false;
	quoted = end < i && p[i - 1] != ' ';
	cut->from = i + 1 + (p[i] == '=' && p[i + 1] == '>');
	if (is_directory(p + start, end - start, p + cut->from, n - cut->from))
		return false;
	return cut_value(p, n, secrecy, assigned || quoted, cut);
}

bool
ir_redact_option(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	size_t end = i + 2;

	if (n - i < 4 || p[i + 1] != '-')
		return false;
	while (end < n && end - i < NAME_LONGEST && in_name(p[end]))
		end++;
	if (end + 1 >= n || p[end] != ' ' || p[end + 1] == '-' || secrecy_of(p + i + 2, end - i - 2) == OPEN)
		return false;
	cut->from = end + 1;
	return cut_value(p, n, STRONG, true, cut);
}

bool
ir_redact_sql(const char *p, size_t n, size_t i, struct ir_cut *cut)
{
	size_t start;

	if (i < 4 || p[i - 1] != ' ')
		return false;
	start = name_start(p, i - 1);
	if (secrecy_of(p + start, i - 1 - start) != STRONG &&
	    !(same_word(p + start, i - 1 - start, "by") && start > 10 && same_word(p + start - 11, 10, "identified")))
		return false;
	cut->from = i + 1;
	cut->to = quoted_end(p, n, cut->from, '\'', 0);
	return true;
}
