/* skeleton_avx512 - its code, with SIMDe's emulation of the instructions, on machines that have none of them */
#include "skeleton_alike.h"

#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<simde/x86/avx512.h>)
#define EMULATED
#endif
#endif

#ifdef EMULATED
#include <immintrin.h>
#include <simde/x86/avx512.h>

/* SIMDe has no squeezing of bytes yet. */
static simde__m512i
maskz_compress_epi8(uint64_t mask, simde__m512i v)
{
	char in[64], out[64] = { 0 };
	size_t n = 0;

	simde_mm512_storeu_si512(in, v);
	for (size_t i = 0; i < sizeof(in); i++)
		if (mask >> i & 1)
			out[n++] = in[i];
	return simde_mm512_loadu_si512(out);
}

/* SIMDe's overflows. */
static simde__m512i
sub_epi8(simde__m512i v, simde__m512i w)
{
	uint8_t a[64], b[64];

	simde_mm512_storeu_si512(a, v);
	simde_mm512_storeu_si512(b, w);
	for (size_t i = 0; i < sizeof(a); i++)
		a[i] = (uint8_t)(a[i] - b[i]);
	return simde_mm512_loadu_si512(a);
}

/* clang-format off */
#undef _mm512_cmple_epu8_mask
#undef _mm512_cmpeq_epi8_mask
#undef _mm512_maskz_compress_epi8
#define __m512i				simde__m512i
#define _mm512_loadu_si512		simde_mm512_loadu_si512
#define _mm512_storeu_si512		simde_mm512_storeu_si512
#define _mm512_set1_epi8		simde_mm512_set1_epi8
#define _mm512_setzero_si512		simde_mm512_setzero_si512
#define _mm512_or_si512			simde_mm512_or_si512
#define _mm512_sub_epi8			sub_epi8
#define _mm512_cmple_epu8_mask		simde_mm512_cmple_epu8_mask
#define _mm512_cmpeq_epi8_mask		simde_mm512_cmpeq_epi8_mask
#define _mm512_mask_mov_epi8		simde_mm512_mask_mov_epi8
#define _mm512_maskz_compress_epi8	maskz_compress_epi8
#define IR_SKELETON_AVX512_EMULATED
#define TARGET				__attribute__((target("bmi,bmi2,lzcnt,popcnt,aes")))
#define ir_skeleton_avx512		emulated
/* clang-format on */
#include "../../lib/logs/skeleton_avx512.c"

int
main(void)
{
	if (ir_skeleton_named("avx2"))
		alike_all(&emulated, 100000);
	else
		SKIP("avx2", "BMI2 and AES");
	return tap_done();
}
#else
int
main(void)
{
	SKIP("libsimde-dev", "an emulation of AVX-512");
	return tap_done();
}
#endif
