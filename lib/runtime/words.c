/* words - the last line of what a container or its healthcheck said */

#include "base/utf8.h"
#include "runtime/docker.h"

static int
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const char *
ir_docker_last_line(struct ir_arena *arena, const char *text, size_t n)
{
	size_t begin;

	while (n > 0 && blank(text[n - 1]))
		n--;
	/* a progress bar redraws its line after "\r": what it shows last counts */
	for (begin = n; begin > 0 && text[begin - 1] != '\n' && text[begin - 1] != '\r'; begin--)
		;
	while (begin < n && blank(text[begin]))
		begin++;
	return ir_strndup(arena, text + begin, n - begin);
}

/* A frame of the multiplexed stream: type (0 to 2), three zeros, the length in four bytes, most significant first. */
static int
is_frame(const unsigned char *p, size_t n)
{
	return n >= 8 && p[0] <= 2 && p[1] == 0 && p[2] == 0 && p[3] == 0;
}

static void
unframe(struct ir_buf *b, const char *text, size_t n)
{
	while (n > 0) {
		const unsigned char *p = (const unsigned char *)text;
		size_t len;

		if (!is_frame(p, n)) {
			ir_buf_add(b, text, n);
			return;
		}
		len = (size_t)p[4] << 24 | (size_t)p[5] << 16 | (size_t)p[6] << 8 | p[7];
		text += 8;
		n -= 8;
		if (len > n)
			len = n;
		ir_buf_add(b, text, len);
		text += len;
		n -= len;
	}
}

const char *
ir_docker_parse_logs(struct ir_arena *arena, const char *text, size_t n)
{
	struct ir_buf raw, clean;
	const char *line;

	ir_buf_init(&raw, IR_DOCKER_LOGS_MAX);
	ir_buf_init(&clean, 4 * IR_DOCKER_LOGS_MAX);
	unframe(&raw, text, n);
	ir_utf8_clean(&clean, raw.data, raw.len);
	line = ir_docker_last_line(arena, clean.data, clean.len);
	ir_buf_done(&raw);
	ir_buf_done(&clean);
	return *line ? line : NULL;
}
