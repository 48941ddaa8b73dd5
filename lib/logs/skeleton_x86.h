/*
 * skeleton_x86 - what the instruction sets of x86-64 share: the words of up to 64 bytes as bits, and the hash of a skeleton
 *
 * A line is looked at through windows of 64 bytes that are cut after a byte that is in no word (or at the line's end), so that no word crosses from one into the next, and the top bit of a
 * mask belongs to no word. Sums of masks use that: adding bits of a run of ones to the run carries to the first bit past its end, and no further.
 */
#ifndef IR_LOGS_SKELETON_X86_H
#define IR_LOGS_SKELETON_X86_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "logs/line.h"
#include "logs/skeleton.h"

/* A window; a skeleton is written in whole windows, and its hash reads one of zeros. */
enum { IR_SKELETON_WINDOW = 64, IR_SKELETON_ROOM = IR_LOG_LINE_MAX + 2 * IR_SKELETON_WINDOW };

extern const struct ir_skeleton ir_skeleton_avx2, ir_skeleton_avx512;

/* Masks of a window, a bit a byte. */
struct ir_window {
	uint64_t digit, letter;
	uint64_t hex;		/* letters a to f */
	uint64_t zero, x;	/* '0'; 'x' and 'X' */
};

/* Which bytes of a window stay, and which are to be '0'. */
struct ir_squeeze {
	uint64_t keep, zero;
};

/* Could it hold more than digits to be squeezed: digits between letters, hex words, addresses? hex_x: the letters a to f and x. */
static inline uint64_t
ir_window_hard(uint64_t digit, uint64_t letter, uint64_t hex_x)
{
	return (digit & letter << 1 & letter >> 1) | (digit & (hex_x << 1 | hex_x >> 1));
}

/* The runs of ones in `of` that end (the bit past them) in ends. */
static inline __attribute__((target("bmi2"))) uint64_t
ir_window_runs(uint64_t of, uint64_t ends)
{
	uint64_t starts = of & ~(of << 1), past = ~of & of << 1;

	return ends - _pdep_u64(_pext_u64(ends, past), starts);
}

static inline __attribute__((target("bmi2"))) struct ir_squeeze
ir_window_squeeze(struct ir_window w, uint64_t valid)
{
	uint64_t letter = w.letter & ~(w.x & w.zero << 1 & ~((w.digit | w.letter) << 2)), all = w.digit | letter;
	uint64_t between = w.digit & letter << 1 & letter >> 1;
	uint64_t four = all & all << 1 & all << 2 & all << 3, other = letter & ~w.hex;
	uint64_t ends = (all + w.digit) & (all + four) & ~(all + other) & ~all;
	uint64_t run = (w.digit & ~between) | ir_window_runs(all, ends);
	struct ir_squeeze s = { .keep = valid & ~(run & run << 1), .zero = run };

	return s;
}

/* Of n bytes, in blocks of 64 of which the last is filled up with zeros. */
static inline __attribute__((target("aes,sse4.1"))) uint64_t
ir_skeleton_hash(const char *p, size_t n)
{
	const __m128i k = _mm_set_epi64x(0x13198a2e03707344, 0x243f6a8885a308d3); /* from the fraction of pi */
	__m128i a = _mm_set1_epi64x((long long)n), b = k, c = _mm_add_epi64(k, k), d = _mm_xor_si128(a, k);

	for (size_t i = 0; i < n; i += 64) {
		const __m128i *v = (const __m128i *)(const void *)(p + i);

		a = _mm_aesenc_si128(_mm_aesenc_si128(a, _mm_loadu_si128(v)), k);
		b = _mm_aesenc_si128(_mm_aesenc_si128(b, _mm_loadu_si128(v + 1)), k);
		c = _mm_aesenc_si128(_mm_aesenc_si128(c, _mm_loadu_si128(v + 2)), k);
		d = _mm_aesenc_si128(_mm_aesenc_si128(d, _mm_loadu_si128(v + 3)), k);
	}
	a = _mm_aesenc_si128(a, b);
	c = _mm_aesenc_si128(c, d);
	a = _mm_aesenc_si128(a, c);
	a = _mm_aesenc_si128(_mm_aesenc_si128(a, k), k);
	return (uint64_t)_mm_cvtsi128_si64(a);
}

/* A line with a word as long as a window; text has IR_SKELETON_ROOM. */
static inline uint64_t
ir_skeleton_careful(const char *p, const char *end, size_t *len, char *text)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));
	size_t n;

	*len = (size_t)((newline ? newline : end) - p);
	n = ir_skeleton_text(p, *len < IR_LOG_LINE_MAX ? *len : IR_LOG_LINE_MAX, text);
	memset(text + n, 0, IR_SKELETON_WINDOW);
	return ir_skeleton_hash(text, n);
}

/* How long the line at start is, of which stop is the end or where no more is looked at. */
static inline size_t
ir_skeleton_length(const char *start, const char *stop, const char *end)
{
	const char *newline = stop < end ? memchr(stop, '\n', (size_t)(end - stop)) : NULL;

	return (size_t)((newline ? newline : end) - start);
}

#endif
