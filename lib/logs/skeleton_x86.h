/*
 * skeleton_x86 - what the instruction sets of x86-64 share: the words of 64 bytes as bits, lines from windows of 64 bytes, and the hash of a skeleton
 *
 * Windows are cut after their last byte that is in no word, so that no word crosses from one into the next. (A word that fills a whole window is read by itself.) A file for an instruction set says what
 * TARGET is, includes this, and brings two functions, which are inlined: look() tells the kinds of bytes, put() writes those that stay.
 */
#ifndef IR_LOGS_SKELETON_X86_H
#define IR_LOGS_SKELETON_X86_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "logs/line.h"
#include "logs/skeleton.h"

#ifndef TARGET
#define TARGET __attribute__((target("bmi,bmi2,lzcnt,popcnt,aes")))
#endif
#define INLINE TARGET static inline __attribute__((always_inline))

enum {
	IR_WINDOW      = 64,
	IR_LINE_ROOM   = IR_LOG_LINE_MAX + 2 * IR_WINDOW,
	IR_LINES_BYTES = 8 << 10,			/* that lines() looks at */
	IR_LINES_ROOM  = IR_LINES_BYTES + 2 * IR_WINDOW,
};

extern const struct ir_skeleton ir_skeleton_avx2, ir_skeleton_avx512;

/* A bit a byte. */
struct ir_window {
	uint64_t digit, letter;		/* but x */
	uint64_t hex;			/* letters a to f */
	uint64_t newline;
};

/* Of a window: which bytes stay, and which are to be '0'. */
struct ir_squeeze {
	uint64_t keep, zero;
	bool plain;			/* zero is all digits */
};

typedef struct ir_window ir_look(const char *p);
/* Returns where what it wrote ends; writes no more than a window. */
typedef char *ir_put(char *out, const char *p, struct ir_squeeze);

/* Where what was written ends, and which bytes stayed. */
struct ir_written {
	char *out;
	uint64_t keep;
};

/* Where the text is that a window is of, for those words that take a look beyond it. */
struct ir_around {
	const char *start, *stop;
};

INLINE uint64_t
ir_below(size_t n)
{
	return _bzhi_u64(~(uint64_t)0, (unsigned)n);
}

/* A window that is not plain: with digits that stay between letters, or words of hex letters alone (ends has the bit past them) that may be of a UUID. */
static __attribute__((noinline, unused)) TARGET struct ir_written
ir_window_odd(ir_put *put, char *out, const char *p, uint64_t all, struct ir_squeeze s, const struct ir_around *around, uint64_t between, uint64_t ends)
{
	s.plain = false;
	s.zero &= ~between;
	for (; ends; ends &= ends - 1) {
		size_t end = _tzcnt_u64(ends), at = 64 - _lzcnt_u64(~all & ir_below(end));

		if (ir_skeleton_uuid(around->start, (size_t)(around->stop - around->start), (size_t)(p - around->start) + at, end - at)) {
			s.keep &= ~(ir_below(end) & ~ir_below(at + 1));
			s.zero |= (uint64_t)1 << at;
		}
	}
	return (struct ir_written){ put(out, p, s), s.keep };
}

/*
 * Squeeze the valid bytes of a window, and write them.
 *
 * Adding bits of a run of ones to the run carries to the first bit past its end, and no further: so sums tell which words hold a digit, which are of four or more bytes, and which hold
 * a letter that is no hex digit. The last word of a window that is not whole ends beyond it and is told of by nothing; it is not valid.
 */
INLINE struct ir_written
ir_window_put(ir_put *put, char *out, const char *p, struct ir_window w, uint64_t valid, const struct ir_around *around)
{
	uint64_t all = w.digit | w.letter, two = all & all << 1;
	uint64_t holds_digit = all + w.digit, is_long = all + (two & two << 2), holds_other = all + (w.letter & ~w.hex);
	uint64_t hex_ends = is_long & ~holds_other & ~all, ends = hex_ends & holds_digit, only_letters = hex_ends & ~holds_digit & valid << 1;
	uint64_t starts = _pdep_u64(_pext_u64(ends, ~all & all << 1), all & ~(all << 1)), hex = ends - starts;
	uint64_t first = ((hex & w.letter) + starts) & w.digit; /* digit of each hex word: it stays */
	uint64_t between = w.digit & w.letter << 1 & w.letter >> 1 & ~hex & valid;
	struct ir_squeeze s = { ((~(w.digit & w.digit << 1) & ~hex) | first) & valid, w.digit, true };

	if (__builtin_expect((between | only_letters) != 0, 0))
		return ir_window_odd(put, out, p, all, s, around, between, only_letters);
	return (struct ir_written){ put(out, p, s), s.keep };
}

/* The word that fills the window at p. Returns where it ends, or NULL when that is not before stop. */
static __attribute__((noinline, unused)) TARGET const char *
ir_long_word(ir_look *look, const char *p, const char *stop, char **out)
{
	uint64_t all, digit = 0, other = 0;
	const char *q = p;

	do {
		struct ir_window w = look(q);
		uint64_t valid;

		all = w.digit | w.letter;
		valid = ir_below(_tzcnt_u64(~all));
		digit |= w.digit & valid;
		other |= w.letter & ~w.hex & valid;
		q += _tzcnt_u64(~all);
	} while (~all == 0 && q < stop);
	if (q >= stop)
		return NULL;
	if (digit && !other)
		*(*out)++ = '0';
	else
		*out += ir_skeleton_text(p, (size_t)(q - p), *out);
	return q;
}

/* The bytes that the last block of n (1 to 64) has, as ones. */
static const uint8_t ir_ones[2 * IR_WINDOW] __attribute__((aligned(64))) = {
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

INLINE __m128i
ir_load16(const void *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

INLINE __m128i
ir_two_rounds(__m128i state, __m128i v, __m128i k)
{
	return _mm_aesenc_si128(_mm_aesenc_si128(state, v), k);
}

/* By rounds of AES, four lanes wide. Reads whole blocks of 64 bytes; what is beyond n does not count. */
INLINE uint64_t
ir_skeleton_hash(const char *p, size_t n)
{
	const __m128i k = _mm_set_epi64x(0x13198a2e03707344, 0x243f6a8885a308d3); /* from the fraction of pi */
	__m128i a = _mm_set1_epi64x((long long)n), b = k, c = _mm_add_epi64(k, k), d = _mm_xor_si128(a, k);
	const uint8_t *ones;

	for (; n > IR_WINDOW; p += IR_WINDOW, n -= IR_WINDOW) {
		a = ir_two_rounds(a, ir_load16(p), k);
		b = ir_two_rounds(b, ir_load16(p + 16), k);
		c = ir_two_rounds(c, ir_load16(p + 32), k);
		d = ir_two_rounds(d, ir_load16(p + 48), k);
	}
	ones = ir_ones + IR_WINDOW - n;
	a = ir_two_rounds(a, _mm_and_si128(ir_load16(p), ir_load16(ones)), k);
	b = ir_two_rounds(b, _mm_and_si128(ir_load16(p + 16), ir_load16(ones + 16)), k);
	c = ir_two_rounds(c, _mm_and_si128(ir_load16(p + 32), ir_load16(ones + 32)), k);
	d = ir_two_rounds(d, _mm_and_si128(ir_load16(p + 48), ir_load16(ones + 48)), k);
	a = _mm_aesenc_si128(_mm_aesenc_si128(a, b), _mm_aesenc_si128(c, d));
	return (uint64_t)_mm_cvtsi128_si64(ir_two_rounds(a, k, k));
}

/* A line that may be of any length. */
INLINE uint64_t
ir_skeleton_x86_line(ir_look *look, ir_put *put, const char *p, const char *end, size_t *len)
{
	char text[IR_LINE_ROOM], *out = text;
	const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
	struct ir_around around = { p, stop };

	*len = (size_t)(stop - p);
	if (*len > IR_LOG_LINE_MAX)
		around.stop = stop = p + IR_LOG_LINE_MAX;
	while (p < stop) {
		size_t n = stop - p < IR_WINDOW ? (size_t)(stop - p) : IR_WINDOW;
		struct ir_window w = look(p);
		uint64_t valid = ir_below(n);

		w.digit &= valid;
		w.letter &= valid;
		if (stop - p >= IR_WINDOW)
			n -= _lzcnt_u64(~(w.digit | w.letter));
		if (n == 0) {
			const char *next = ir_long_word(look, p, stop, &out);

			if (!next)
				out += ir_skeleton_text(p, (size_t)(stop - p), out);
			p = next ? next : stop;
			continue;
		}
		out = ir_window_put(put, out, p, w, ir_below(n), &around).out;
		p += n;
	}
	return ir_skeleton_hash(text, (size_t)(out - text));
}

/* Where a line ends: in the text, and in its skeleton. */
struct ir_line_end {
	const char *p, *out;
};

INLINE struct ir_line_end
ir_line_end(const char *p, const char *out, uint64_t keep, uint64_t newline)
{
	size_t at = _tzcnt_u64(newline);

	return (struct ir_line_end){ p + at, out + _mm_popcnt_u64(_bzhi_u64(keep, (unsigned)at)) };
}

/* Squeeze windows, newlines among them, and note where lines end; hash them afterwards, when what was written has reached the cache. */
INLINE size_t
ir_skeleton_x86_lines(ir_look *look, ir_put *put, const char *p, const char *end, struct ir_skeleton_line *v)
{
	char text[IR_LINES_ROOM], *out = text;
	struct ir_line_end ends[IR_SKELETON_LINES + IR_WINDOW], *e = ends, from = { p, text };
	const struct ir_around around = { p, end };
	const char *stop = end - p > IR_LINES_BYTES ? p + IR_LINES_BYTES : end;
	size_t n = 0;

	while (p + IR_WINDOW <= stop && e < ends + IR_SKELETON_LINES) {
		struct ir_window w = look(p);
		size_t bytes = IR_WINDOW - _lzcnt_u64(~(w.digit | w.letter));
		struct ir_written written;

		if (__builtin_expect(bytes == 0, 0)) {
			p = ir_long_word(look, p, stop, &out);
			if (!p)
				break;
			continue;
		}
		written = ir_window_put(put, out, p, w, ir_below(bytes), &around);
		/* One line ends, or none; more are rare. */
		*e = ir_line_end(p, out, written.keep, w.newline);
		e += w.newline != 0;
		while (__builtin_expect((w.newline = _blsr_u64(w.newline)) != 0, 0))
			*e++ = ir_line_end(p, out, written.keep, w.newline);
		out = written.out;
		p += bytes;
	}
	for (const struct ir_line_end *l = ends; l < e && n < IR_SKELETON_LINES; l++, n++) {
		v[n].key = ir_skeleton_hash(from.out, (size_t)(l->out - from.out));
		v[n].n = (uint32_t)(l->p - from.p);
		from = (struct ir_line_end){ l->p + 1, l->out + 1 };
	}
	return n;
}

#endif
