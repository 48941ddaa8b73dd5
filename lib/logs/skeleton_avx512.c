/* skeleton_avx512 - skeletons with AVX-512 (VBMI2 squeezes a window at once), BMI2 and AES */
#include "logs/skeleton.h"

#if defined(__x86_64__)
#include "logs/skeleton_x86.h"

/* A test compiles this file with an emulation of the instructions. */
#ifndef IR_SKELETON_AVX512_EMULATED
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi2,avx2,bmi,bmi2,lzcnt,popcnt,aes")))
#endif

TARGET static inline struct ir_window
look(const char *p)
{
	__m512i v = _mm512_loadu_si512(p), lower = _mm512_or_si512(v, _mm512_set1_epi8(0x20));
	__m512i from_0 = _mm512_sub_epi8(v, _mm512_set1_epi8('0')),
		from_a = _mm512_sub_epi8(lower, _mm512_set1_epi8('a'));
	struct ir_window w = {
		.digit = _mm512_cmple_epu8_mask(from_0, _mm512_set1_epi8(9)),
		.letter = _mm512_cmple_epu8_mask(from_a, _mm512_set1_epi8(25)),
		.hex = _mm512_cmple_epu8_mask(from_a, _mm512_set1_epi8(5)),
		.zero = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('0')),
		.x = _mm512_cmpeq_epi8_mask(lower, _mm512_set1_epi8('x')),
	};

	return w;
}

TARGET static uint64_t
line(const char *p, const char *end, size_t *len)
{
	char text[IR_SKELETON_ROOM], *out = text;
	const char *start = p, *stop = end - p > IR_LOG_LINE_MAX ? p + IR_LOG_LINE_MAX : end;
	uint64_t newline;

	do {
		__m512i v = _mm512_loadu_si512(p);
		struct ir_window w = look(p);
		struct ir_squeeze s;
		uint64_t valid;
		size_t n;

		newline = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n'));
		if (__builtin_expect(stop - p < IR_SKELETON_WINDOW, 0))
			newline |= (uint64_t)1 << (stop - p);
		n = newline ? _tzcnt_u64(newline) : IR_SKELETON_WINDOW - _lzcnt_u64(~(w.digit | w.letter));
		if (__builtin_expect(n == 0 && !newline, 0))
			return ir_skeleton_careful(start, end, len, text);
		valid = _bzhi_u64(~(uint64_t)0, (unsigned)n);
		w.digit &= valid, w.letter &= valid;
		if (ir_window_hard(w.digit, w.letter, (w.hex | w.x) & valid)) {
			s = ir_window_squeeze(w, valid);
		} else {
			s.keep = valid & ~(w.digit & w.digit << 1);
			s.zero = w.digit;
		}
		v = _mm512_mask_mov_epi8(v, s.zero, _mm512_set1_epi8('0'));
		_mm512_storeu_si512(out, _mm512_maskz_compress_epi8(s.keep, v));
		out += _mm_popcnt_u64(s.keep);
		p += n;
	} while (!newline);
	*len = p < stop ? (size_t)(p - start) : ir_skeleton_length(start, stop, end);
	_mm512_storeu_si512(out, _mm512_setzero_si512());
	return ir_skeleton_hash(text, (size_t)(out - text));
}

const struct ir_skeleton ir_skeleton_avx512 = { "avx512", line };
#endif
