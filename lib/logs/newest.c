/* newest - when files end, by their last lines: a log of yesterday is compared with what came before its own end */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "logs/find.h"
#include "logs/line_read.h"
#include "logs/zone.h"

enum { END_BYTES = 16 << 10, FILES_MAX = 64 };

/* The newest time of the lines in n bytes, the first of which is cut; IR_TIME_NONE: they name none. */
static int64_t
newest_line(const char *p, size_t n, struct ir_stamp_base *base)
{
	struct ir_line_scratch scratch;
	int64_t newest = IR_TIME_NONE;

	ir_line_scratch_init(&scratch);
	for (const char *end; n > 0 && (end = memchr(p, '\n', n)) != NULL; n -= (size_t)(end + 1 - p), p = end + 1) {
		struct ir_log_line line;

		ir_line_read(&scratch, false, base, p, (size_t)(end - p), &line, NULL);
		if (line.ms != IR_TIME_NONE && line.ms > newest)
			newest = line.ms;
	}
	ir_line_scratch_done(&scratch);
	return newest;
}

static int64_t
newest_of(const struct ir_logs_zone *zone, int fd, int64_t now_ms)
{
	struct ir_logs_stream stream = { .newest_ms = now_ms };
	struct stat st;
	char p[END_BYTES];
	ssize_t n;
	int64_t ms;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return now_ms;
	ms = (int64_t)st.st_mtim.tv_sec * 1000;
	stream.newest_ms = ms < now_ms ? ms : now_ms;
	ir_logs_zone_set(zone, &stream);
	n = pread(fd, p, sizeof(p), st.st_size > END_BYTES ? st.st_size - END_BYTES : 0);
	if (n > 0) {
		struct ir_stamp_base base = { .newest_ms = stream.newest_ms, .zone_min = stream.zone_min };
		int64_t line_ms = newest_line(p, (size_t)n, &base);

		ms = line_ms != IR_TIME_NONE ? line_ms : ms;
	}
	return ms < now_ms ? ms : now_ms;
}

/* A FIFO is not to be opened twice: its writer would think that its reader has come and gone. */
static int64_t
newest_of_path(const struct ir_logs_zone *zone, const char *path, int64_t now_ms)
{
	IR_CLOSE int fd = -1;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return now_ms;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? now_ms : newest_of(zone, fd, now_ms);
}

int64_t
ir_logs_newest(const struct ir_ctx *ctx, const struct ir_logs_sources *all)
{
	const struct ir_logs_zone zone = { .known = false };
	int64_t newest = INT64_MIN, now = ctx->start_ms;

	for (size_t i = 0; i < all->n; i++) {
		const struct ir_logs_source *s = all->v[i];
		bool in = s->section == NULL && strcmp(s->ops->name, "stdin") == 0;

		if ((!s->paths && !in) || (s->paths && s->paths->n > FILES_MAX))
			return now;
		if (in) {
			int64_t ms = newest_of(&zone, STDIN_FILENO, now);

			newest = ms > newest ? ms : newest;
		}
		for (size_t k = 0; s->paths && k < s->paths->n; k++) {
			int64_t ms = newest_of_path(&zone, s->paths->v[k], now);

			newest = ms > newest ? ms : newest;
		}
	}
	return newest == INT64_MIN ? now : newest;
}
