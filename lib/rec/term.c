/* term - what the terminal is and may show */
#include "rec/term.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/num.h"

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 20, WIDTH_MAX = 10000 };

static size_t
width_of(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws = { 0 };
	int64_t n;

	if (columns && ir_parse_int(columns, 1, WIDTH_MAX, &n, NULL) == 0)
		return n < WIDTH_MIN ? WIDTH_MIN : (size_t)n;
	if (ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		return ws.ws_col < WIDTH_MIN ? WIDTH_MIN : ws.ws_col;
	return WIDTH_DEFAULT;
}

static bool
color_of(bool tty, const char *mode)
{
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");

	if (mode && strcmp(mode, "always") == 0)
		return true;
	if ((mode && strcmp(mode, "never") == 0) || (no && *no))
		return false;
	if (force && *force && strcmp(force, "0") != 0)
		return true;
	if (!term || !*term || strcmp(term, "dumb") == 0)
		return false;
	return tty;
}

struct ir_term
ir_term_of(int fd, const char *mode)
{
	struct ir_term t = { .tty = isatty(fd) == 1 };

	t.width = t.tty ? width_of(fd) : 0;
	t.color = color_of(t.tty, mode);
	return t;
}

static const struct {
	const char *status, *sgr;
} colors[] = {
	{ "ok", "\033[32m" },
	{ "warn", "\033[33m" },
	{ "fail", "\033[1;31m" },
	{ "unknown", "\033[35m" },
	{ "planned", "\033[36m" },
	{ "done", "\033[32m" },
	{ "noop", "\033[2m" },
	{ "failed", "\033[1;31m" },
	{ "refused", "\033[33m" },
	{ "on", "\033[32m" },
	{ "off", "\033[33m" },
};

const char *
ir_term_status(const struct ir_term *t, const char *status)
{
	for (size_t i = 0; t->color && i < sizeof(colors) / sizeof(colors[0]); i++)
		if (strcmp(colors[i].status, status) == 0)
			return colors[i].sgr;
	return "";
}

const char *
ir_term_dim(const struct ir_term *t)
{
	return t->color ? "\033[2m" : "";
}

const char *
ir_term_bold(const struct ir_term *t)
{
	return t->color ? "\033[1m" : "";
}

const char *
ir_term_reset(const struct ir_term *t)
{
	return t->color ? "\033[0m" : "";
}
