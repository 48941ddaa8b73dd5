/* skeleton - the portable one, which says what the others must agree with, and the choice between them */
#include <stdbool.h>

#include "logs/line.h"
#include "logs/skeleton.h"

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
		} else if (i > 0 && i + run < n) {
			memmove(out + o, p + i, run);
			o += run;
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

static const struct ir_skeleton sets[] = {
	{ "portable", portable },
};

const struct ir_skeleton *
ir_skeleton_named(const char *name)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		if (strcmp(sets[i].name, name) == 0)
			return &sets[i];
	return NULL;
}

const struct ir_skeleton *
ir_skeleton_best(void)
{
	return &sets[0];
}
