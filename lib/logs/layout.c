/* layout - masks of digits, and of the words that they are in */
#include "logs/layout.h"

#include <stdbool.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "logs/token.h"

enum {
	UUID = 36,
	ID_LONG = 12,
	/* no time has so many hex digits and a letter */ ID_SHORT = 4 /* digits of a word that a skeleton squeezes */
};

#define BRACKETS 0x9e3779b97f4a7c15ull /* of a hash: the digits are told apart from them */

struct masks {
	uint64_t digit, blank, bracket, upper, dot;
};

#if defined(__SSE2__)

static inline uint64_t
within(__m128i x, char low, char high)
{
	__m128i from = _mm_sub_epi8(x, _mm_set1_epi8(low));

	return (uint64_t)(unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)(high - low))), from));
}

static inline __m128i
is(__m128i x, char c)
{
	return _mm_cmpeq_epi8(x, _mm_set1_epi8(c));
}

static inline uint64_t
marks(const char *p, uint64_t mask)
{
	uint64_t ret = 0, close = 0;

	for (int i = 0; i < 4; i++) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		__m128i from = _mm_sub_epi8(x, _mm_set1_epi8('0'));
		__m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(9)), from);

		ret |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << 16 * i;
		close |= (uint64_t)(unsigned)_mm_movemask_epi8(is(x, ']')) << 16 * i;
	}
	return (ret & mask) ^ (close & mask) * BRACKETS;
}

static inline struct masks
look(const char *p)
{
	struct masks m = { 0, 0, 0, 0, 0 };

	for (int i = 0; i < 4; i++) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		__m128i blank = _mm_or_si128(
		    _mm_or_si128(_mm_or_si128(is(x, ' '), is(x, '\t')), _mm_or_si128(is(x, '['), is(x, '('))),
		    _mm_or_si128(_mm_or_si128(is(x, '"'), is(x, '\'')), is(x, '<')));

		m.digit |= within(x, '0', '9') << 16 * i;
		m.upper |= within(x, 'A', 'Z') << 16 * i;
		m.dot |= (uint64_t)(unsigned)_mm_movemask_epi8(is(x, '.')) << 16 * i;
		m.bracket |= (uint64_t)(unsigned)_mm_movemask_epi8(is(x, '[')) << 16 * i;
		m.blank |= (uint64_t)(unsigned)_mm_movemask_epi8(blank) << 16 * i;
	}
	return m;
}

#else

static inline uint64_t
marks(const char *p, uint64_t mask)
{
	uint64_t ret = 0, close = 0;

	for (int i = 0; i < 64; i++) {
		ret |= (uint64_t)(p[i] >= '0' && p[i] <= '9') << i;
		close |= (uint64_t)(p[i] == ']') << i;
	}
	return (ret & mask) ^ (close & mask) * BRACKETS;
}

static inline struct masks
look(const char *p)
{
	struct masks m = { 0, 0, 0, 0, 0 };

	for (int i = 0; i < 64; i++) {
		uint64_t bit = 1ull << i;

		if (p[i] >= '0' && p[i] <= '9')
			m.digit |= bit;
		else if (p[i] >= 'A' && p[i] <= 'Z')
			m.upper |= bit;
		else if (p[i] == '.')
			m.dot |= bit;
		else if (p[i] == ' ' || p[i] == '\t' || p[i] == '[' || p[i] == '(' || p[i] == '"' || p[i] == '\'' ||
			 p[i] == '<')
			m.blank |= bit;
		if (p[i] == '[')
			m.bracket |= bit;
	}
	return m;
}

#endif

__extension__ typedef unsigned __int128 wide;

static unsigned
lowest(wide x)
{
	uint64_t low = (uint64_t)x, high = (uint64_t)(x >> 64);

	return low ? (unsigned)__builtin_ctzll(low) : high ? 64 + (unsigned)__builtin_ctzll(high) : 128;
}

/* Without an instruction of some machines only, counting all would be slow. */
static bool
has_three(wide x)
{
	x &= x - 1;
	x &= x - 1;
	return x && !(x & (x - 1));
}

static wide
below(unsigned n)
{
	return n >= 128 ? ~(wide)0 : ((wide)1 << n) - 1;
}

/* 10.20.30.40, whatever comes behind it. */
static bool
is_address(wide digit, wide dot, unsigned at, unsigned end)
{
	unsigned stop = lowest(~(digit | dot) & ~below(at));

	return has_three(dot & below(stop < end ? stop : end) & ~below(at));
}

static bool
is_hex(char c)
{
	return (unsigned char)(c - '0') < 10 || (unsigned char)((c | 0x20) - 'a') < 6;
}

/* How much of the word at p is an id: a UUID, or so many hex digits with a letter and a digit. */
static unsigned
id_len(const char *p, unsigned n, unsigned least)
{
	bool letter = false, digit = false;
	unsigned i = 0;

	if (n >= UUID && p[8] == '-' && p[13] == '-' && p[18] == '-' && p[23] == '-')
		return UUID;
	for (; i < n && is_hex(p[i]); i++) {
		letter |= p[i] > '9';
		digit |= p[i] <= '9';
	}
	return letter && digit && i >= least ? i : 0;
}

/* Where each of the first words begins, and where those end that are looked at. */
struct words {
	wide first, word, digit, dot, start;
	unsigned end;
	size_t n;
};

static void
find_words(const char *p, size_t n, size_t words, struct words *w)
{
	struct masks a = look(p), b = { 0, ~0ull, 0, 0, 0 };
	wide valid = below(n < IR_LAYOUT_BYTES ? (unsigned)n : IR_LAYOUT_BYTES), rest, bracket;

	if (n > 64)
		b = look(p + 64);
	w->digit = ((wide)b.digit << 64 | a.digit) & valid;
	w->dot = (wide)b.dot << 64 | a.dot;
	w->word = ~((wide)b.blank << 64 | a.blank) & valid;
	w->first = w->word & ~(w->word << 1);
	bracket = ((wide)b.bracket << 64 | a.bracket) & w->word << 1; /* of name[…] */
	w->start = w->first & (w->digit | (((wide)b.upper << 64 | a.upper) & w->digit >> 1) | bracket << 1);
	for (rest = w->first, w->n = 0; rest && w->n < words; w->n++)
		rest &= rest - 1;
	w->end = lowest(rest);
}

void
ir_layout(const char *p, size_t n, size_t words, struct ir_layout *ret)
{
	struct words w;
	wide rest;

	find_words(p, n, words, &w);
	*ret = (struct ir_layout){ .hash = w.n };
	for (rest = w.start & below(w.end); rest; rest &= rest - 1) {
		unsigned at = lowest(rest), end = lowest(~w.word & ~below(at)), id;
		bool digit = p[at] >= '0' && p[at] <= '9';

		if (is_address(w.digit, w.dot, at, end))
			continue;
		id = id_len(p + at, end - at, digit ? ID_LONG : ID_SHORT);
		if (!id && !(w.digit >> at & 3))
			continue;
		ret->hash = ir_log_mix(ret->hash + end - at + ((uint64_t)id << 32) + ((uint64_t)digit << 40),
		    (uint64_t)((w.digit & below(end) & ~below(at + id)) >> at));
		if (ret->n == IR_LAYOUT_WORDS)
			continue;
		ret->at[ret->n] = (uint8_t)at;
		ret->end[ret->n++] = (uint8_t)end;
	}
}

size_t
ir_layout_words(const char *p, size_t n, size_t bytes)
{
	struct words w;
	wide rest;
	size_t ret = 0;

	find_words(p, n, SIZE_MAX, &w);
	for (rest = w.first & below(bytes < IR_LAYOUT_BYTES ? (unsigned)bytes : IR_LAYOUT_BYTES); rest;
	     rest &= rest - 1)
		ret++;
	return ret;
}

uint64_t
ir_layout_marks(const char *p, size_t n, size_t bytes)
{
	uint64_t low;

	if (n > bytes)
		n = bytes;
	low = marks(p, n < 64 ? (1ull << n) - 1 : ~0ull);
	return n > 64 ? ir_log_mix(low, marks(p + 64, n < 128 ? (1ull << (n - 64)) - 1 : ~0ull)) : low;
}
