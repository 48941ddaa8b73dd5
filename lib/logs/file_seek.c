/* file_seek - where the last lines of a plain file begin */
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "logs/file.h"

enum { STEP = 256 << 10, STRETCH = 16 << 20, HOLDS_MAX = 4 << 20 };

/* Go back from *at over *lines newlines, at most to stop. *at is where the line after the last of them begins, or as far as it came. */
static void
go_back(int fd, char *buf, int64_t *at, int64_t stop, int64_t *lines)
{
	while (*lines > 0 && *at > stop) {
		int64_t from = *at - STEP > stop ? *at - STEP : stop;
		ssize_t n = pread(fd, buf, (size_t)(*at - from), from);
		const char *nl;

		if (n <= 0)
			break;
		*at = from;
		while (*lines > 0 && (nl = memrchr(buf, '\n', (size_t)n))) {
			n = nl - buf;
			if (--*lines == 0)
				*at = from + n + 1;
		}
	}
}

static char *
buffer(void)
{
	char *buf = malloc(STEP);

	if (!buf)
		ir_oom();
	return buf;
}

bool
ir_log_file_back(struct ir_log_file *f)
{
	int64_t stop = f->back > STRETCH ? f->back - STRETCH : 0, before = f->back;
	char *buf = buffer();

	go_back(f->feed.fd, buf, &f->back, stop, &f->tail);
	free(buf);
	if (f->tail > 0 && f->back > 0 && f->back < before)
		return false;
	f->tail = -1;
	ir_feed_begin(&f->feed, f->back);
	return true;
}

bool
ir_log_file_holds(const char *path, int64_t n)
{
	IR_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int64_t lines = n + 1, at;
	struct stat st;
	char *buf;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	at = st.st_size;
	buf = buffer();
	go_back(fd, buf, &at, at > HOLDS_MAX ? at - HOLDS_MAX : 0, &lines);
	free(buf);
	return lines == 0 || (lines == 1 && at == 0);
}
