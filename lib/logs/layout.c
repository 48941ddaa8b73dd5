/* layout - masks of digits, and of the words that they are in */
#include "logs/layout.h"

#include <stdbool.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

struct masks {
	uint64_t digit, blank, upper;
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
	struct masks m = { 0, 0, 0 };

	for (int i = 0; i < 4; i++) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		__m128i blank = _mm_or_si128(
		    _mm_or_si128(_mm_or_si128(is(x, ' '), is(x, '\t')), _mm_or_si128(is(x, '['), is(x, '('))),
		    _mm_or_si128(_mm_or_si128(is(x, '"'), is(x, '\'')), is(x, '<')));

		m.digit |= within(x, '0', '9') << 16 * i;
		m.upper |= within(x, 'A', 'Z') << 16 * i;
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
	struct masks m = { 0, 0, 0 };

	for (int i = 0; i < 64; i++) {
		uint64_t bit = 1ull << i;

		if (p[i] >= '0' && p[i] <= '9')
			m.digit |= bit;
		else if (p[i] >= 'A' && p[i] <= 'Z')
			m.upper |= bit;
		else if (p[i] == ' ' || p[i] == '\t' || p[i] == '[' || p[i] == '(' || p[i] == '"' || p[i] == '\'' ||
			 p[i] == '<')
			m.blank |= bit;
	}
	return m;
}

#endif

void
ir_layout(const char *p, size_t n, size_t words, uint64_t out[static IR_LAYOUT_WORDS])
{
	uint64_t before = 1; /* the byte before was a blank */
	bool open = false;   /* a word that counts goes on */

	out[0] = out[1] = 0;
	for (size_t i = 0; i < words && 64 * i < n; i++) {
		struct masks m = look(p + 64 * i);
		uint64_t word = ~m.blank, first = word & (m.blank << 1 | before);
		uint64_t start = (first & m.digit) | (first & m.upper & m.digit >> 1), sum;
		bool carry;

		start |= open && (word & 1) ? 1 : 0;
		carry = __builtin_add_overflow(word, start, &sum);
		out[i] = m.digit & word & ~sum;
		if (n - 64 * i < 64)
			out[i] &= (1ull << (n - 64 * i)) - 1;
		before = m.blank >> 63;
		open = carry;
	}
}

void
ir_layout_digits(const char *p, size_t n, size_t words, uint64_t out[static IR_LAYOUT_WORDS])
{
	out[0] = out[1] = 0;
	for (size_t i = 0; i < words && 64 * i < n; i++) {
		out[i] = digits(p + 64 * i);
		if (n - 64 * i < 64)
			out[i] &= (1ull << (n - 64 * i)) - 1;
	}
}
