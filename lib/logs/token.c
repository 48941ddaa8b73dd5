/* token - where words begin and end, and which of them are values by their form */
#include "logs/token.h"

#include <stdbool.h>

#include "logs/skeleton.h"

const uint64_t ir_token_value = 0x9e3779b97f4a7c15ull;

uint64_t
ir_log_mix(uint64_t a, uint64_t b)
{
	uint64_t x =
	    (a ^ 0x2545f4914f6cdd1dull) * 0x9e3779b97f4a7c15ull + (b ^ 0xd6e8feb86659fd93ull) * 0xbf58476d1ce4e5b9ull;

	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ull;
	return x ^ x >> 29;
}

/* What a byte is. */
enum { DIGIT = 1, ALPHA = 2, NOT_HEX = 4, DOT = 8, COLON = 16, SLASH = 32, STOP = 64, HIGH = 128 };

/* clang-format off */
static const uint8_t classes[128] = {
	68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68,
	68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68, 68,
	68, 68, 68, 4, 4, 4, 68, 68, 68, 68, 4, 4, 68, 4, 12, 36,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 16, 68, 68, 68, 68, 68,
	4, 2, 2, 2, 2, 2, 2, 6, 6, 6, 6, 6, 6, 6, 6, 6,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 68, 4, 68, 68, 4,
	68, 2, 2, 2, 2, 2, 2, 6, 6, 6, 6, 6, 6, 6, 6, 6,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 68, 68, 68, 4, 4,
};
/* clang-format on */

static inline unsigned
class_of(char c)
{
	return (unsigned char)c < 128 ? classes[(unsigned char)c] : HIGH | NOT_HEX;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || is_alpha(c);
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static bool
is_blank(char c)
{
	return c == ' ' || (unsigned char)c < 32;
}

static bool
is_delimiter(char c)
{
	return class_of(c) == (STOP | NOT_HEX) && (unsigned char)c > ' ';
}

/* ---- what a piece of text is */

/* The groups of digits of a piece, as its skeleton has them. */
struct groups {
	unsigned n;
	size_t at, end; /* of the last one */
	bool hex;       /* the last one has letters in it */
};

/* A word of a piece of n bytes: [i, j). */
static void
count_run(const char *p, size_t n, size_t i, size_t j, struct groups *g)
{
	bool digit = false, alpha = false, hex = true;

	for (size_t k = i; k < j; k++) {
		digit |= is_digit(p[k]);
		alpha |= is_alpha(p[k]);
		hex &= is_hex(p[k]);
	}
	if (digit ? hex && alpha && j - i >= 4 : hex && ir_skeleton_uuid(p, n, i, j - i)) {
		*g = (struct groups){ g->n + 1, i, j, true };
		return;
	}
	for (size_t k = i; k < j;) {
		size_t from = k;

		while (k < j && is_digit(p[k]))
			k++;
		if (k > from && !(from > i && k < j && k - from == 1))
			*g = (struct groups){ g->n + 1, from, k, false };
		while (k < j && !is_digit(p[k]))
			k++;
	}
}

static struct groups
count_groups(const char *p, size_t n)
{
	struct groups g = { 0 };

	for (size_t i = 0; i < n;) {
		size_t j = i;

		while (j < n && is_alnum(p[j]) && (p[j] | 32) != 'x')
			j++;
		if (j > i)
			count_run(p, n, i, j, &g);
		i = j + 1;
	}
	return g;
}

static bool
is_hex_word(const char *p, size_t n)
{
	if (n != 8 && n != 16 && n != 32 && n != 40 && n != 64)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_hex(p[i]))
			return false;
	}
	return true;
}

bool
ir_word_among(const char *p, size_t n, const char (*words)[IR_WORD_MAX], size_t count)
{
	if (n == 0 || n >= IR_WORD_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (words[i][0] == (p[0] | 32) && words[i][n] == '\0' && strncasecmp(words[i], p, n) == 0)
			return true;
	}
	return false;
}

#define AMONG(p, n, words) ir_word_among(p, n, words, sizeof(words) / sizeof(words[0]))

static bool
is_truth(const char *p, size_t n)
{
	static const char words[][IR_WORD_MAX] = { "true", "false", "null", "nil", "none", "undefined", "(null)",
		"nan" };

	return AMONG(p, n, words);
}

/* Names of hosts end in a top-level domain; names of classes and packages begin with one. */
static bool
is_host(const char *p, size_t n)
{
	static const char tops[][IR_WORD_MAX] = { "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "io",
		"dev", "app", "cloud", "local", "internal", "lan", "home", "corp", "arpa", "cn", "hk", "tw", "jp", "kr",
		"de", "fr", "uk", "us", "ru", "eu", "nl", "it", "es", "ch", "at", "be", "br", "ca", "au", "nz", "pl",
		"se", "no", "fi", "dk", "cz", "tv", "co", "cc", "svc" };
	static const char firsts[][IR_WORD_MAX] = { "com", "org", "net", "io", "edu", "gov", "de", "java", "javax",
		"cn" };
	size_t dots = 0, first = 0, last = 0, end = n;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == ':') {
			end = i;
			break;
		}
		if (p[i] == '.') {
			if (dots++ == 0)
				first = i;
			last = i + 1;
		} else if (!is_alnum(p[i]) && p[i] != '-' && p[i] != '_') {
			return false;
		}
	}
	for (size_t i = end + 1; i < n; i++) {
		if (!is_digit(p[i]) && p[i] != '#')
			return false;
	}
	return dots >= 1 && last < end && AMONG(p + last, end - last, tops) && !(dots >= 2 && AMONG(p, first, firsts));
}

static bool
is_path(const char *p, size_t n)
{
	if (p[0] == '~' && n > 1 && p[1] == '/')
		return true;
	if (n > 3 && is_alpha(p[0]) && p[1] == ':' && (p[2] == '\\' || p[2] == '/'))
		return true;
	return p[0] == '/' && (n == 1 || (p[1] != '/' && p[1] != '*'));
}

static bool
is_url(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && (is_alnum(p[i]) || p[i] == '+' || p[i] == '-' || p[i] == '.'))
		i++;
	return i > 1 && i + 3 < n && p[i] == ':' && p[i + 1] == '/' && p[i + 2] == '/';
}

/* "0x7fff". (Its skeleton does not tell which number stands before the x.) */
static bool
is_address(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && is_digit(p[i]))
		i++;
	if (i == 0 || i + 1 >= n || (p[i] | 32) != 'x')
		return false;
	for (i++; i < n; i++) {
		if (!is_hex(p[i]))
			return false;
	}
	return true;
}

/* Two colons and only hex digits: an address of IPv6, a MAC without digits. */
static bool
is_colon_hex(const char *p, size_t n)
{
	size_t colons = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == ':')
			colons++;
		else if (!is_hex(p[i]))
			return false;
	}
	return colons >= 2 && n > colons;
}

static bool
is_number(const char *p, size_t n, const struct groups *g)
{
	size_t after = n - g->end;

	if (g->at > 1 || (g->at == 1 && is_alpha(p[0])))
		return false;
	if (g->hex && after == 0)
		return true;
	if (after > 3)
		return false;
	for (size_t i = g->end; i < n; i++) {
		if (!is_alpha(p[i]) && p[i] != '%' && p[i] != '+' && p[i] != '/' && p[i] != '.' && p[i] != '-' &&
		    p[i] != '*')
			return false;
	}
	return true;
}

static uint64_t
hash_text(uint64_t h, const char *p, size_t n)
{
	for (; n >= 8; p += 8, n -= 8) {
		uint64_t w;

		memcpy(&w, p, 8);
		h = ir_log_mix(h, w);
	}
	if (n > 0) {
		uint64_t w = 0;

		memcpy(&w, p, n);
		h = ir_log_mix(h, w ^ (uint64_t)n << 56);
	}
	return h;
}

static void
set_value(struct ir_token *t)
{
	t->kind = IR_TOKEN_VALUE;
	t->hash = ir_token_value;
}

static bool
is_dotted(const char *p, size_t n)
{
	for (size_t i = 1; i + 1 < n; i++) {
		if (p[i] == '.' && is_alpha(p[i - 1]) && is_alpha(p[i + 1]))
			return true;
	}
	return false;
}

/* After the number a dot and letters: "report-002.xml". */
static bool
is_numbered_file(const char *p, size_t n, const struct groups *g)
{
	size_t i = n;

	while (i > g->end && is_alpha(p[i - 1]))
		i--;
	return i > g->end && p[i - 1] == '.' && n - i >= 2 && n - i <= 6 && g->at > 0;
}

static uint64_t
hash_prefix(const char *p, size_t n, const struct groups *g)
{
	size_t at = g->at;

	/* A sign is the number's: "blk_-5" is as "blk_5". */
	if (at >= 2 && (p[at - 1] == '-' || p[at - 1] == '+') && !is_alnum(p[at - 2]))
		at--;
	return hash_text(hash_text(2, p, at), p + g->end, n - g->end);
}

/* "lB4kkSYboNRN_4obs3Bugz": too long for a word with a number in it, and of both cases. */
static bool
is_random(const char *p, size_t n)
{
	bool upper = false, lower = false;
	size_t letters = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_alnum(p[i]) && p[i] != '-' && p[i] != '_')
			return false;
		upper |= p[i] >= 'A' && p[i] <= 'Z';
		lower |= p[i] >= 'a' && p[i] <= 'z';
		letters += is_alpha(p[i]);
	}
	return upper && lower && letters >= 12;
}

/* Does its form say that it varies? has: the classes of its bytes, all together. */
static bool
is_variable(const char *s, size_t n, unsigned has, const struct groups *g)
{
	if (g->n >= 2 || is_path(s, n))
		return true;
	if ((has & SLASH) && (has & COLON) && is_url(s, n))
		return true;
	if (!(has & NOT_HEX) && (is_hex_word(s, n) || ((has & COLON) && is_colon_hex(s, n))))
		return true;
	if ((has & DIGIT) && (is_address(s, n) || is_random(s, n)))
		return true;
	if ((has & DOT) && is_host(s, n))
		return true;
	return g->n == 1 && (is_number(s, n, g) || ((has & DOT) && is_numbered_file(s, n, g)));
}

static void
classify(const char *p, struct ir_token *t)
{
	const char *s = p + t->at;
	size_t n = t->n;
	struct groups g = { 0 };
	unsigned has = 0;

	for (size_t i = 0; i < n; i++)
		has |= class_of(s[i]);
	if ((has & DIGIT) || n >= 36) /* a UUID may have none */
		g = count_groups(s, n);
	if (is_variable(s, n, has, &g)) {
		set_value(t);
		return;
	}
	if (n <= 9 && is_truth(s, n))
		t->flags |= IR_TOKEN_TRUTH;
	if (!(has & (DIGIT | ALPHA | HIGH)))
		t->flags |= IR_TOKEN_BARE;
	if ((has & DOT) && is_dotted(s, n))
		t->flags |= IR_TOKEN_DOTTED;
	if (g.n == 0) {
		t->kind = IR_TOKEN_WORD;
		t->hash = hash_text(1, s, n);
		return;
	}
	t->kind = IR_TOKEN_PREFIX;
	t->hash = hash_prefix(s, n, &g);
}

/* ---- cutting */

struct cutter {
	const char *p;
	size_t n;
	struct ir_tokens *t;
};

static struct ir_token *
add(struct cutter *c, size_t at, size_t n, bool space)
{
	struct ir_token *t;

	if (c->t->n == IR_TOKENS_MAX)
		return NULL;
	t = &c->t->v[c->t->n++];
	*t = (struct ir_token){ .at = (uint32_t)at, .n = (uint32_t)n, .flags = space ? IR_TOKEN_SPACE : 0 };
	return t;
}

static void
add_delimiter(struct cutter *c, size_t at, bool space)
{
	struct ir_token *t = add(c, at, 1, space);

	if (!t)
		return;
	t->kind = IR_TOKEN_DELIMITER;
	t->hash = ir_log_mix(3, (unsigned char)c->p[at]);
}

static bool
ends_with_delimiter(const struct cutter *c, char delimiter)
{
	const struct ir_token *t = c->t->n ? &c->t->v[c->t->n - 1] : NULL;

	return t && t->kind == IR_TOKEN_DELIMITER && c->p[t->at] == delimiter;
}

/* The end of a piece that begins at i. Paths and URLs hold what ends other pieces. */
static size_t
piece_end(const struct cutter *c, size_t i)
{
	const char *p = c->p;
	size_t from = i;
	bool far = is_path(p + i, c->n - i);

	for (; i < c->n; i++) {
		unsigned class = class_of(p[i]);

		if (!(class & (STOP | COLON)))
			continue;
		if (is_blank(p[i]))
			break;
		if (class & COLON) {
			far = far || is_url(p + from, c->n - from);
			continue;
		}
		if (far && (p[i] == '?' || p[i] == '&' || p[i] == '=' || p[i] == ';' || p[i] == '^' || p[i] == '!') &&
		    i + 1 < c->n && !is_blank(p[i + 1]))
			continue;
		if (far && p[i] == ',' && i + 1 < c->n && is_alnum(p[i + 1]))
			continue;
		if (p[i] == '\'' && i > from && is_alpha(p[i - 1]) && i + 1 < c->n && is_alpha(p[i + 1]))
			continue;
		break;
	}
	return i;
}

/* After key=: the end of a quoted or braced value, or 0. */
static size_t
span_end(const struct cutter *c, size_t i)
{
	char open = c->p[i], close = open == '{'   ? '}'
				     : open == '[' ? ']'
				     : open == '(' ? ')'
				     : open == '<' ? '>'
						   : open;
	size_t depth = 0;

	if (!strchr("\"'{[(<", open))
		return 0;
	for (size_t k = i; k < c->n; k++) {
		if (c->p[k] == '\\' && open == close) {
			k++;
			continue;
		}
		if (c->p[k] == close && (open != close || k > i)) {
			if (open == close || --depth == 0)
				return k + 1;
		} else if (c->p[k] == open) {
			depth++;
		}
	}
	return 0;
}

static void
add_piece(struct cutter *c, size_t from, size_t end, bool space)
{
	size_t stop = end;
	bool assigned = ends_with_delimiter(c, '=') && !space;
	struct ir_token *t;

	while (stop > from + 1 && (c->p[stop - 1] == ':' || c->p[stop - 1] == '.'))
		stop--;
	t = add(c, from, stop - from, space);
	if (!t)
		return;
	classify(c->p, t);
	if (assigned && (t->kind == IR_TOKEN_PREFIX || (t->flags & IR_TOKEN_TRUTH)))
		set_value(t);
	if (stop < end && c->p[end - 1] == ':')
		add_delimiter(c, end - 1, false);
}

/* A JSON object, or Ruby's hash, in a text. */
static bool
is_object(const char *p, size_t n)
{
	size_t i = 1;

	if (p[0] != '{')
		return false;
	while (i < n && p[i] == ' ')
		i++;
	return i < n && p[i] == '"';
}

void
ir_tokens_read(const char *message, size_t n, struct ir_tokens *ret)
{
	struct cutter c = { message, n, ret };
	bool space = false;

	ret->n = 0;
	for (size_t i = 0; i < n;) {
		size_t end;

		if (is_blank(message[i])) {
			space = true;
			i++;
			continue;
		}
		if (ret->n + 2 > IR_TOKENS_MAX) {
			/* Long lists may come to little. */
			ir_tokens_collapse(ret, message);
			if (ret->n + 2 > IR_TOKENS_MAX)
				break;
		}
		if ((ends_with_delimiter(&c, '=') || is_object(message + i, n - i)) && (end = span_end(&c, i)) > 0) {
			struct ir_token *t = add(&c, i, end - i, space);

			if (t)
				set_value(t);
		} else if (is_delimiter(message[i])) {
			end = i + 1;
			add_delimiter(&c, i, space);
		} else {
			end = piece_end(&c, i);
			add_piece(&c, i, end, space);
		}
		i = end;
		space = false;
	}
}

uint64_t
ir_tokens_hash(const struct ir_tokens *t)
{
	uint64_t h = t->n;

	for (size_t i = 0; i < t->n; i++)
		h = ir_log_mix(h, t->v[i].hash);
	return h | 1;
}
