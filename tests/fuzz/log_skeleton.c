/* log_skeleton - whatever the lines: every instruction set finds their ends, and those alike that have one skeleton */
#include "fuzz.h"
#include "logs/line.h"
#include "logs/skeleton.h"

enum { LINES = 64 };

struct one {
	uint64_t key;
	size_t n;
	char *text;
};

static void
holds_line(const struct ir_skeleton *set, const char *p, const char *end, struct one *one, size_t *len)
{
	const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	size_t looked;

	one->key = set->line(p, end, len);
	HOLDS(*len == (size_t)((newline ? newline : end) - p));
	looked = *len < IR_LOG_LINE_MAX ? *len : IR_LOG_LINE_MAX;
	one->text = malloc(looked + 1);
	if (!one->text)
		abort();
	one->n = ir_skeleton_text(p, looked, one->text);
	HOLDS(one->n <= looked);
}

/* Many at once are told of as each alone. */
static void
holds_lines(const struct ir_skeleton *set, const char *p, const char *end)
{
	struct ir_skeleton_line v[IR_SKELETON_LINES];
	size_t n = set->lines(p, end, v), len;

	HOLDS(n <= IR_SKELETON_LINES);
	for (size_t i = 0; i < n; p += v[i++].n + 1)
		HOLDS(v[i].key == set->line(p, end, &len) && v[i].n == len && p + len < end);
}

/* All lines of the buffer, pair by pair. */
static void
holds_set(const struct ir_skeleton *set, const char *p, const char *end)
{
	struct one lines[LINES];
	size_t n = 0, len;

	holds_lines(set, p, end);
	for (; p <= end && n < LINES; p += len + 1, n++) {
		holds_line(set, p, end, lines + n, &len);
		for (size_t i = 0; i < n; i++)
			HOLDS((lines[i].key == lines[n].key) ==
			      (lines[i].n == lines[n].n && memcmp(lines[i].text, lines[n].text, lines[n].n) == 0));
	}
	while (n > 0)
		free(lines[--n].text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "portable", "avx2", "avx512" };
	uint8_t rest = (uint8_t)fuzz_number(&data, &size, 1);
	char *buffer = malloc(2 * size + 1 + IR_SKELETON_SLACK);

	if (!buffer)
		abort();
	/* The bytes twice, with other digits the second time; what comes after the end is not looked at. */
	memset(buffer, rest, 2 * size + 1 + IR_SKELETON_SLACK);
	for (size_t i = 0; i < size; i++) {
		buffer[i] = (char)data[i];
		buffer[size + 1 + i] = (char)(data[i] >= '0' && data[i] <= '9' ? '0' + (data[i] + rest) % 10 : data[i]);
	}
	buffer[size] = '\n';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct ir_skeleton *set = ir_skeleton_named(names[i]);

		if (set)
			holds_set(set, buffer, buffer + 2 * size + 1);
	}
	free(buffer);
	return 0;
}
