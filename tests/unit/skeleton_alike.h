/* skeleton_alike - does an instruction set find the same lines alike as ir_skeleton_text() does? */
#ifndef IR_TESTS_UNIT_SKELETON_ALIKE_H
#define IR_TESTS_UNIT_SKELETON_ALIKE_H

#include "logs/line.h"
#include "logs/skeleton.h"

#include "any.h"
#include "tap.h"

enum { ALIKE_MAX = 512, ALIKE_WORDS = 6 * 6 * 6 * 6 * 6 * 6 };

struct alike {
	uint64_t key;
	size_t n;
	char text[ALIKE_MAX];
};

/* The key of n bytes that begin at any place, end with a newline or with the buffer, and have anything after them. */
static inline bool
alike_key(const struct ir_skeleton *set, const char *line, size_t n, struct alike *a)
{
	char room[64 + ALIKE_MAX + 1 + IR_SKELETON_SLACK], *p = room + any(64);
	static const char after[8] = "0a1g\n_x9";
	bool newline = any(2);
	size_t len, more = newline ? any(60) : 0, from = any(8);

	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = after[(from + i) % 8];
	memcpy(p, line, n);
	if (newline)
		p[n] = '\n';
	a->key = set->line(p, p + n + newline + more, &len);
	a->n = ir_skeleton_text(line, n, a->text);
	return len == n;
}

static inline bool
alike_agree(const struct alike *a, const struct alike *b)
{
	return (a->key == b->key) == (a->n == b->n && memcmp(a->text, b->text, a->n) == 0);
}

static inline size_t
alike_line(char *line)
{
	static const char *const pieces[] = { "0", "1", "9", "00", "12", "a", "f", "F", "g", "G", "x", "X", "0x", "1a", "z", "Z", "_", "-", " ", ":", ".",
		"\xc3\xa9", "\x80", "\xff", "@", "[", "`", "{", "/", "\t", "\r", "", "2024-05-03T01:02:03", "L2CAP",
		"f47ac10b-58cc-face-dead-beefdeadbeef", "deadbeef-", "0-cafe" };
	size_t n = 0, want = any(301);

	while (n < want) {
		const char *piece = pieces[any(sizeof(pieces) / sizeof(pieces[0]))];
		size_t times = any(20) ? 1 : any(80);

		for (size_t i = 0; i < times && n < want; i++) {
			if (*piece == '\0')
				line[n++] = '\0';
			for (size_t j = 0; piece[j] && n < want; j++)
				line[n++] = piece[j];
		}
	}
	return n;
}

/* Digits are others, runs of digits are longer or shorter by one. */
static inline size_t
alike_reroll(const char *line, size_t n, char *out)
{
	size_t o = 0;

	for (size_t i = 0; i < n && o < 400; i++) {
		bool digit = line[i] >= '0' && line[i] <= '9', again = digit && i > 0 && line[i - 1] >= '0' && line[i - 1] <= '9';

		if (again && any(8) == 0)
			continue;
		out[o++] = digit ? (char)('0' + any(10)) : line[i];
		if (digit && any(8) == 0)
			out[o++] = (char)('0' + any(10));
	}
	return o;
}

static inline size_t
alike_change(const char *line, size_t n, char *out)
{
	static const char to[] = "01afgxF_- \xc3Z:";

	memcpy(out, line, n);
	for (size_t times = any(3); n && times < 3; times++)
		out[any(n)] = to[any(sizeof(to) - 1)];
	return n;
}

static inline void
alike_pairs(const struct ir_skeleton *set, size_t rounds)
{
	size_t bad = 0, same = 0, other = 0;

	for (size_t round = 0; round < rounds; round++) {
		char line[ALIKE_MAX], changed[ALIKE_MAX];
		struct alike a, b;
		size_t n = alike_line(line), m = any(2) ? alike_reroll(line, n, changed) : alike_change(line, n, changed);

		bad += !alike_key(set, line, n, &a) || !alike_key(set, changed, m, &b) || !alike_agree(&a, &b);
		same += a.key == b.key;
		other += a.key != b.key;
	}
	OK(bad == 0 && same > rounds / 100 && other > rounds / 100, "%s: %zu pairs, %zu alike, %zu not, %zu wrong", set->name, rounds, same, other, bad);
}

static inline int
alike_by_text(const void *x, const void *y)
{
	const struct alike *a = x, *b = y;
	int c = memcmp(a->text, b->text, a->n < b->n ? a->n : b->n);

	return c ? c : (a->n > b->n) - (a->n < b->n);
}

static inline int
alike_by_key(const void *x, const void *y)
{
	const struct alike *a = x, *b = y;

	return (a->key > b->key) - (a->key < b->key);
}

/* All words of six of a few bytes, after so many bytes that they come to lie across the end of a window. */
static inline void
alike_words(const struct ir_skeleton *set, char fill, size_t before)
{
	static const char bytes[] = "01agx-";
	struct alike *all = calloc(ALIKE_WORDS, sizeof(*all));
	char line[ALIKE_MAX];
	size_t bad = 0;

	memset(line, fill, before);
	for (size_t i = 0; all && i < ALIKE_WORDS; i++) {
		for (size_t j = 0, rest = i; j < 6; j++, rest /= 6)
			line[before + j] = bytes[rest % 6];
		bad += !alike_key(set, line, before + 6, all + i);
	}
	if (!all)
		abort();
	qsort(all, ALIKE_WORDS, sizeof(*all), alike_by_text);
	for (size_t i = 1; i < ALIKE_WORDS; i++)
		bad += !alike_agree(all + i - 1, all + i);
	qsort(all, ALIKE_WORDS, sizeof(*all), alike_by_key);
	for (size_t i = 1; i < ALIKE_WORDS; i++)
		bad += !alike_agree(all + i - 1, all + i);
	IS_INT((int64_t)bad, 0, "%s: all words of six after %zu of '%c'", set->name, before, fill);
	free(all);
}

/* Lines about as long as are looked at: what comes later is in the length alone. */
static inline void
alike_long(const struct ir_skeleton *set)
{
	size_t room = IR_LOG_LINE_MAX + 300, bad = 0;
	char *line = malloc(room + IR_SKELETON_SLACK), *text = malloc(room), *first = malloc(room);
	size_t n_first = 0;
	uint64_t key, first_key = 0;

	if (!line || !text || !first)
		abort();
	for (size_t round = 0; round < 2000; round++) {
		size_t n = IR_LOG_LINE_MAX - 100 + any(200), looked = n < IR_LOG_LINE_MAX ? n : IR_LOG_LINE_MAX, len, m;

		memset(line, round % 2 ? '.' : ' ', room + IR_SKELETON_SLACK);
		for (size_t i = IR_LOG_LINE_MAX - 20; i < IR_LOG_LINE_MAX + 20; i++)
			line[i] = "0179af"[any(round % 3 ? 4 : 6)];
		line[n] = '\n';
		key = set->line(line, line + (any(2) ? room : n), &len);
		m = ir_skeleton_text(line, looked, text);
		bad += len != n;
		if (round > 0)
			bad += (key == first_key) != (m == n_first && memcmp(text, first, m) == 0);
		if (round % 10 == 0) {
			first_key = key;
			n_first = m;
			memcpy(first, text, m);
		}
	}
	IS_INT((int64_t)bad, 0, "%s: lines longer than are looked at", set->name);
	free(line);
	free(text);
	free(first);
}

/* Lines in one buffer: lines() and line() tell the same of them. */
static inline void
alike_lines(const struct ir_skeleton *set, size_t rounds)
{
	size_t bad = 0, by_lines = 0, by_line = 0, room = 20000;
	char *buffer = malloc(room + IR_SKELETON_SLACK);

	if (!buffer)
		abort();
	for (size_t round = 0; round < rounds; round++) {
		struct ir_skeleton_line v[IR_SKELETON_LINES];
		size_t n = 0, want = any(room - 400), len;
		const char *end;

		memset(buffer, "0g\n"[any(3)], room + IR_SKELETON_SLACK);
		while (n < want) {
			n += any(4) ? alike_line(buffer + n) : any(4);
			if (any(50))
				buffer[n++] = '\n';
		}
		end = buffer + n;
		for (const char *p = buffer; p < end;) {
			size_t k = set->lines(p, end, v);

			for (size_t i = 0; i < k; p += v[i++].n + 1, by_lines++)
				bad += v[i].key != set->line(p, end, &len) || v[i].n != len || p + len >= end;
			if (k == 0 && ++by_line) {
				set->line(p, end, &len);
				p += len + 1;
			}
		}
	}
	OK(bad == 0 && by_lines > 10 * by_line, "%s: %zu lines by lines(), %zu by line() alone, %zu wrong", set->name, by_lines, by_line, bad);
	free(buffer);
}

static inline void
alike_all(const struct ir_skeleton *set, size_t rounds)
{
	alike_pairs(set, rounds);
	alike_lines(set, rounds / 1000);
	alike_words(set, '-', 0);
	alike_words(set, '-', 59);
	alike_words(set, 'b', 61);
	alike_words(set, '7', 60);
	alike_long(set);
}

#endif
