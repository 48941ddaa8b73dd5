/* skeleton - the portable one, which says what the others must agree with, and the choice between them */
#include <stdbool.h>

#include "logs/line.h"
#include "logs/skeleton.h"
#if defined(__x86_64__)
#include <cpuid.h>

#include "logs/skeleton_x86.h"
#endif

enum { DIGIT = 1, HEX = 2, LETTER = 4, WORD = DIGIT | LETTER };

#define L LETTER
#define H (LETTER | HEX)
#define D (DIGIT | HEX)
static const uint8_t class[256] = {
	['0'] = D,
	D,
	D,
	D,
	D,
	D,
	D,
	D,
	D,
	D,
	['A'] = H,
	H,
	H,
	H,
	H,
	H,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	['a'] = H,
	H,
	H,
	H,
	H,
	H,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
};
#undef L
#undef H
#undef D

static bool
is(const char *p, int what)
{
	return class[(uint8_t)*p] & what;
}

/* The digits of a word that is not all hex. Returns how many bytes were written. */
static size_t
squeeze_digits(const char *p, size_t n, char *out)
{
	size_t o = 0;

	for (size_t i = 0, run; i < n; i += run) {
		for (run = 0; i + run < n && is(p + i + run, DIGIT); run++)
			;
		if (run == 0) {
			out[o++] = p[i];
			run = 1;
		} else if (run == 1 && i > 0 && i + 1 < n) {
			out[o++] = p[i];
		} else {
			out[o++] = '0';
		}
	}
	return o;
}

/* How long the word at p is, and what it is made of. */
static size_t
word(const char *p, size_t n, int *any, int *all)
{
	size_t i = 0;

	*any = 0;
	*all = ~0;
	for (; i < n && is(p + i, WORD); i++) {
		*any |= class[(uint8_t)p[i]];
		*all &= class[(uint8_t)p[i]];
	}
	return i;
}

/* Does 0x begin at i, with nothing of a word before it? */
static bool
is_0x(const char *p, size_t n, size_t i)
{
	return p[i] == '0' && i + 1 < n && (p[i + 1] | 0x20) == 'x' && (i == 0 || !is(p + i - 1, WORD));
}

size_t
ir_skeleton_text(const char *p, size_t n, char *out)
{
	size_t o = 0;

	for (size_t i = 0, len; i < n; i += len) {
		int any = 0, all;

		len = is_0x(p, n, i) ? 2 : is(p + i, WORD) ? word(p + i, n - i, &any, &all) : 1;
		if (!(any & DIGIT)) {
			memmove(out + o, p + i, len);
			o += len;
		} else if (!(any & LETTER) || (len >= 4 && (all & HEX))) {
			out[o++] = '0';
		} else {
			o += squeeze_digits(p + i, len, out + o);
		}
	}
	return o;
}

/* Eight bytes of a skeleton into its hash, as MurmurHash2 does. */
static uint64_t
mix(uint64_t h, uint64_t v)
{
	const uint64_t m = 0xc6a4a7935bd1e995;

	v *= m;
	v ^= v >> 47;
	return (h ^ v * m) * m;
}

static uint64_t
hash(const char *p, size_t n)
{
	uint64_t h = n, v;

	for (; n >= sizeof(v); p += sizeof(v), n -= sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		h = mix(h, v);
	}
	v = 0;
	memcpy(&v, p, n);
	h = mix(h, v);
	return mix(h ^ h >> 47, h);
}

static uint64_t
portable(const char *p, const char *end, size_t *len)
{
	char text[IR_LOG_LINE_MAX];
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	*len = (size_t)((newline ? newline : end) - p);
	return hash(text, ir_skeleton_text(p, *len < sizeof(text) ? *len : sizeof(text), text));
}

static bool
always(void)
{
	return true;
}

#if defined(__x86_64__)
/* LZCNT is not among the names that every compiler's __builtin_cpu_supports() knows: without it the instruction means another. */
static bool
has_avx2(void)
{
	unsigned a, b, c, d;

	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
	       __builtin_cpu_supports("aes") && __builtin_cpu_supports("popcnt") &&
	       __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & bit_LZCNT);
}

static bool
has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vbmi2");
}
#endif

static const struct ir_skeleton ir_skeleton_portable = { "portable", portable };

/* The fastest first. */
static const struct {
	const struct ir_skeleton *set;
	bool (*has)(void);
} sets[] = {
#if defined(__x86_64__)
	{ &ir_skeleton_avx512, has_avx512 },
	{ &ir_skeleton_avx2, has_avx2 },
#endif
	{ &ir_skeleton_portable, always },
};

enum { SETS = sizeof(sets) / sizeof(sets[0]) };

const struct ir_skeleton *
ir_skeleton_named(const char *name)
{
	for (size_t i = 0; i < SETS; i++)
		if (strcmp(sets[i].set->name, name) == 0 && sets[i].has())
			return sets[i].set;
	return NULL;
}

/* Lines of every sort, longer than any window. */
static const char sample[] =
    "2024-05-03T01:02:03.456Z host app[123]: request 4f3a took 12ms of 1h2m3s for 10.0.0.1:8080, blk_-17 eth0\n"
    "2025-06-14T11:12:13.789Z host app[45]: request 9b01c took 3ms of 4h2m5s for 192.168.10.10:80, blk_-2311 eth12\n"
    "2025-06-14T11:12:13.789Z host app[45]: request 9b01c took 3ms of 4h3m5s for 192.168.10.10:80, blk_-2311 eth12\n"
    "L2CAP 0x7fff12ab f47ac10b-58cc-4372-a567-0e02b2c3d479 \xc3\xa9-1\n"
    "L2CAP 0x12 00000001-58cc-4372-a567-deadbeef0001 \xc3\xa9-22\n"
    "L3CAP 0x12 00000001-58cc-4372-a567-deadbeef0001 \xc3\xa9-22\n"
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
    "17\n\nno digits in this one";

/* Does it find the lines of the sample, and those alike that the portable one does? */
static bool
agrees(const struct ir_skeleton *set)
{
	char text[sizeof(sample) + IR_SKELETON_SLACK] = { 0 };
	const char *end = text + sizeof(sample) - 1;
	uint64_t keys[2][16] = { 0 };
	size_t n = 0;

	memcpy(text, sample, sizeof(sample));
	for (const char *p = text; p < end && n < 16; n++) {
		size_t len, want;

		keys[0][n] = set->line(p, end, &len);
		keys[1][n] = portable(p, end, &want);
		if (len != want)
			return false;
		p += len + 1;
		for (size_t i = 0; i < n; i++)
			if ((keys[0][i] == keys[0][n]) != (keys[1][i] == keys[1][n]))
				return false;
	}
	return true;
}

const struct ir_skeleton *
ir_skeleton_best(void)
{
	size_t i = 0;

	while (i + 1 < SETS && !(sets[i].has() && agrees(sets[i].set)))
		i++;
	return sets[i].set;
}
