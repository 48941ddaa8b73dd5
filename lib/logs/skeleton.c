/* skeleton - the portable one, which says what the others must agree with, and the choice between them */
#include <stdbool.h>

#include "logs/line.h"
#include "logs/skeleton.h"
#if defined(__x86_64__)
#include <cpuid.h>

#include "logs/skeleton_x86.h"
#endif

enum { DIGIT = 1, HEX = 2, LETTER = 4, WORD = DIGIT | LETTER };

/* clang-format off */
#define L LETTER
#define H (LETTER | HEX)
#define D (DIGIT | HEX)
static const uint8_t class[256] = {
	['0'] = D, D, D, D, D, D, D, D, D, D,
	['A'] = H, H, H, H, H, H, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, 0, L, L,
	['a'] = H, H, H, H, H, H, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, 0, L, L,
};
#undef L
#undef H
#undef D
/* clang-format on */

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

/* Five words of 8, 4, 4, 4 and 12 hex digits, of which the first is at p + at. */
static bool
is_uuid(const char *p, size_t n, size_t at)
{
	static const char like[] = "########-####-####-####-############";
	const size_t len = sizeof(like) - 1;

	if (at > n || n - at < len || (at > 0 && is(p + at - 1, WORD)) || (n - at > len && is(p + at + len, WORD)))
		return false;
	for (size_t i = 0; i < len; i++)
		if (like[i] == '-' ? p[at + i] != '-' : !is(p + at + i, HEX))
			return false;
	return true;
}

bool
ir_skeleton_uuid(const char *p, size_t n, size_t at, size_t len)
{
	if (len == 8)
		return is_uuid(p, n, at);
	if (len == 12)
		return at >= 24 && is_uuid(p, n, at - 24);
	return len == 4 && ((at >= 9 && is_uuid(p, n, at - 9)) || (at >= 14 && is_uuid(p, n, at - 14)) ||
			       (at >= 19 && is_uuid(p, n, at - 19)));
}

/* A word with a digit that becomes one '0'. */
static bool
is_number(size_t len, int any, int all)
{
	return any & DIGIT && (!(any & LETTER) || (len >= 4 && (all & HEX)));
}

bool
ir_skeleton_number(const char *p, size_t n, size_t *len)
{
	int any, all;

	*len = word(p, n, &any, &all);
	return *len > 0 && is_number(*len, any, all);
}

size_t
ir_skeleton_text(const char *p, size_t n, char *out)
{
	size_t o = 0;

	for (size_t i = 0, len; i < n; i += len) {
		int any, all;

		len = word(p + i, n - i, &any, &all);
		if (len == 0) {
			out[o++] = p[i];
			len = 1;
		} else if (is_number(len, any, all) ||
			   (!(any & DIGIT) && all & HEX && ir_skeleton_uuid(p, n, i, len))) {
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

uint64_t
ir_skeleton_text_hash(const char *p, size_t n)
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
key_of(const char *p, size_t n)
{
	char text[IR_LOG_LINE_MAX];

	return ir_skeleton_text_hash(text, ir_skeleton_text(p, n < sizeof(text) ? n : sizeof(text), text));
}

static uint64_t
portable_line(const char *p, const char *end, size_t *len)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	*len = (size_t)((newline ? newline : end) - p);
	return key_of(p, *len);
}

static size_t
portable_lines(const char *p, const char *end, struct ir_skeleton_line v[static IR_SKELETON_LINES])
{
	const char *newline;
	size_t n = 0;

	for (; n < IR_SKELETON_LINES && (newline = memchr(p, '\n', (size_t)(end - p))); p = newline + 1) {
		if (newline - p > IR_LOG_LINE_MAX)
			break;
		v[n].n = (uint32_t)(newline - p);
		v[n].key = key_of(p, v[n].n);
		n++;
	}
	return n;
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

static const struct ir_skeleton ir_skeleton_portable = { "portable", portable_line, portable_lines };

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
    "L2CAP 0x7fff12ab f47ac10b-58cc-face-a567-0e02b2c3d479 \xc3\xa9-1\n"
    "L2CAP 0x12 00000001-58cc-4372-dead-deadbeefbeef \xc3\xa9-22\n"
    "L3CAP 0x12 00000001-58cc-4372-dead-deadbeefbeef \xc3\xa9-22\n"
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
    "17\n\nno digits in this one";

/* Does it find the lines of the sample, and those alike that the portable one does? */
static bool
agrees(const struct ir_skeleton *set)
{
	char text[sizeof(sample) + IR_SKELETON_SLACK] = { 0 };
	const char *p = text, *end = text + sizeof(sample) - 1;
	struct ir_skeleton_line v[IR_SKELETON_LINES];
	uint64_t keys[2][16] = { 0 };
	size_t many, n = 0, len, want;

	memcpy(text, sample, sizeof(sample));
	many = set->lines(p, end, v);
	for (; p < end && n < 16; p += len + 1, n++) {
		keys[0][n] = set->line(p, end, &len);
		keys[1][n] = portable_line(p, end, &want);
		if (len != want || (n < many && (v[n].key != keys[0][n] || v[n].n != len)))
			return false;
		for (size_t i = 0; i < n; i++)
			if ((keys[0][i] == keys[0][n]) != (keys[1][i] == keys[1][n]))
				return false;
	}
	return many > 0;
}

const struct ir_skeleton *
ir_skeleton_best(void)
{
	size_t i = 0;

	while (i + 1 < SETS && !(sets[i].has() && agrees(sets[i].set)))
		i++;
	return sets[i].set;
}
