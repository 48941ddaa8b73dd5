/* skeleton_avx512 - skeletons with AVX-512 (VBMI2 squeezes a window at once), BMI2 and AES */
#include "logs/skeleton.h"

#if defined(__x86_64__)
/* A test compiles this file with an emulation of the instructions. */
#ifndef IR_SKELETON_AVX512_EMULATED
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi2,avx2,bmi,bmi2,lzcnt,popcnt,aes")))
#endif
#include "logs/skeleton_x86.h"

INLINE struct ir_window
look(const char *p)
{
	__m512i v = _mm512_loadu_si512(p), lower = _mm512_or_si512(v, _mm512_set1_epi8(0x20));
	__m512i from_0 = _mm512_sub_epi8(v, _mm512_set1_epi8('0')),
		from_a = _mm512_sub_epi8(lower, _mm512_set1_epi8('a'));
	struct ir_window w = {
		.digit = _mm512_cmple_epu8_mask(from_0, _mm512_set1_epi8(9)),
		.newline = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')),
		.letter = _mm512_cmple_epu8_mask(from_a, _mm512_set1_epi8(25)) &
			  ~_mm512_cmpeq_epi8_mask(lower, _mm512_set1_epi8('x')),
		.hex = _mm512_cmple_epu8_mask(from_a, _mm512_set1_epi8(5)),
	};

	return w;
}

INLINE char *
put(char *out, const char *p, struct ir_squeeze s)
{
	__m512i v = _mm512_mask_mov_epi8(_mm512_loadu_si512(p), s.zero, _mm512_set1_epi8('0'));

	_mm512_storeu_si512(out, _mm512_maskz_compress_epi8(s.keep, v));
	return out + _mm_popcnt_u64(s.keep);
}

TARGET static uint64_t
line(const char *p, const char *end, size_t *len)
{
	return ir_skeleton_x86_line(look, put, p, end, len);
}

TARGET static size_t
lines(const char *p, const char *end, struct ir_skeleton_line v[static IR_SKELETON_LINES])
{
	return ir_skeleton_x86_lines(look, put, p, end, v);
}

const struct ir_skeleton ir_skeleton_avx512 = { "avx512", line, lines };
#endif
