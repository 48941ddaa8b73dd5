/* layout - masks of digits, and of the words that they are in */
#include "logs/layout.h"

#include <stdbool.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "logs/token.h"

enum { UUID = 36, ID_LEAST = 12 };

struct masks {
	uint64_t digit, blank, upper, dot;
};

#if defined(__SSE2__)

static inline uint64_t
within(__m128i x, char low, char high)
{
	__m128i from = _mm_sub_epi8(x, _mm_set1_epi8(low));

	return (uint64_t)(unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8((char)(high - low))), from));
}

static inline uint64_t
digits(const char *p)
{
	uint64_t ret = 0;

	for (int i = 0; i < 4; i++)
		ret |= within(_mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i)), '0', '9') << 16 * i;
	return ret;
}

static inline __m128i
is(__m128i x, char c)
{
	return _mm_cmpeq_epi8(x, _mm_set1_epi8(c));
}

static inline struct masks
look(const char *p)
{
	struct masks m = { 0, 0, 0, 0 };

	for (int i = 0; i < 4; i++) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		__m128i blank = _mm_or_si128(
		    _mm_or_si128(_mm_or_si128(is(x, ' '), is(x, '\t')), _mm_or_si128(is(x, '['), is(x, '('))),
		    _mm_or_si128(_mm_or_si128(is(x, '"'), is(x, '\'')), is(x, '<')));

		m.digit |= within(x, '0', '9') << 16 * i;
		m.upper |= within(x, 'A', 'Z') << 16 * i;
		m.dot |= (uint64_t)(unsigned)_mm_movemask_epi8(is(x, '.')) << 16 * i;
		m.blank |= (uint64_t)(unsigned)_mm_movemask_epi8(blank) << 16 * i;
	}
	return m;
}

#else

static inline uint64_t
digits(const char *p)
{
	uint64_t ret = 0;

	for (int i = 0; i < 64; i++)
		ret |= (uint64_t)(p[i] >= '0' && p[i] <= '9') << i;
	return ret;
}

static inline struct masks
look(const char *p)
{
	struct masks m = { 0, 0, 0, 0 };

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

/* How much of the word at p is an id that no time looks like: a UUID, or twelve hex digits and more with a letter. */
static unsigned
id_len(const char *p, unsigned n)
{
	bool letter = false;
	unsigned i = 0;

	if (n >= UUID && p[8] == '-' && p[13] == '-' && p[18] == '-' && p[23] == '-')
		return UUID;
	for (; i < n && is_hex(p[i]); i++)
		letter |= p[i] > '9';
	return letter && i >= ID_LEAST ? i : 0;
}

void
ir_layout(const char *p, size_t n, size_t words, struct ir_layout *ret)
{
	struct masks a = look(p), b = { 0, ~0ull, 0, 0 };
	wide digit, word, first, start, dot, valid = below(n < IR_LAYOUT_BYTES ? (unsigned)n : IR_LAYOUT_BYTES);

	if (n > 64)
		b = look(p + 64);
	digit = ((wide)b.digit << 64 | a.digit) & valid;
	dot = (wide)b.dot << 64 | a.dot;
	word = ~((wide)b.blank << 64 | a.blank) & valid;
	first = word & ~(word << 1);
	start = first & (digit | (((wide)b.upper << 64 | a.upper) & digit >> 1));
	*ret = (struct ir_layout){ 0 };
	while (start && ret->n < words && ret->n < IR_LAYOUT_WORDS) {
		unsigned at = lowest(start), end = lowest(~word & ~below(at)), id;

		start &= start - 1;
		if (is_address(digit, dot, at, end))
			continue;
		id = id_len(p + at, end - at);
		ret->hash =
		    ir_log_mix(ret->hash + end - at + ((uint64_t)id << 32) + ((uint64_t)(id && p[at] <= '9') << 40),
			(uint64_t)((digit & below(end) & ~below(at + id)) >> at));
		ret->at[ret->n] = (uint8_t)at;
		ret->end[ret->n++] = (uint8_t)end;
	}
}

uint64_t
ir_layout_digits(const char *p, size_t n, size_t bytes)
{
	uint64_t low = digits(p), high = bytes > 64 && n > 64 ? digits(p + 64) : 0;

	if (n > bytes)
		n = bytes;
	if (n < 64)
		low &= (1ull << n) - 1;
	else if (n < 128 && high)
		high &= (1ull << (n - 64)) - 1;
	return bytes > 64 ? ir_log_mix(low, high) : low;
}
