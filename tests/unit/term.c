/* term - who decides about colour and width */
#include "rec/term.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tap.h"

static void
env(const char *no_color, const char *force, const char *term, const char *columns)
{
	const char *const names[] = { "NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS" };
	const char *const values[] = { no_color, force, term, columns };

	for (int i = 0; i < 4; i++) {
		if (values[i])
			setenv(names[i], values[i], 1);
		else
			unsetenv(names[i]);
	}
}

/* A terminal of our own: the name of the slave side is opened. */
static int
terminal(int *master)
{
	const char *name;

	*master = posix_openpt(O_RDWR | O_NOCTTY);
	if (*master < 0 || grantpt(*master) < 0 || unlockpt(*master) < 0 || !(name = ptsname(*master)))
		return -1;
	return open(name, O_RDWR | O_NOCTTY);
}

static void
test_color(int tty, int file)
{
	static const struct {
		const char *mode, *no, *force, *term;
		bool on_tty, on_file;
	} t[] = {
		{ "auto", NULL, NULL, "xterm", true, false },
		{ NULL, NULL, NULL, "xterm", true, false },
		{ "never", NULL, "1", "xterm", false, false },
		{ "always", "1", NULL, "dumb", true, true },
		{ "auto", "1", "1", "xterm", false, false },
		{ "auto", "", NULL, "xterm", true, false },
		{ "auto", NULL, "1", "dumb", true, true },
		{ "auto", NULL, "0", "xterm", true, false },
		{ "auto", NULL, NULL, "dumb", false, false },
		{ "auto", NULL, NULL, NULL, false, false },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		env(t[i].no, t[i].force, t[i].term, NULL);
		OK(ir_term_of(tty, t[i].mode).color == t[i].on_tty, "colour on a terminal, case %zu", i);
		OK(ir_term_of(file, t[i].mode).color == t[i].on_file, "colour elsewhere, case %zu", i);
	}
}

static void
test_width(int tty, int file)
{
	struct winsize ws = { .ws_col = 133, .ws_row = 50 };

	env(NULL, NULL, "xterm", NULL);
	IS_INT((int64_t)ir_term_of(file, "auto").width, 0, "what is no terminal has no width");
	IS_INT((int64_t)ir_term_of(tty, "auto").width, 80, "a terminal that does not tell its width");
	ioctl(tty, TIOCSWINSZ, &ws);
	IS_INT((int64_t)ir_term_of(tty, "auto").width, 133, "one that does");
	env(NULL, NULL, "xterm", "100");
	IS_INT((int64_t)ir_term_of(tty, "auto").width, 100, "COLUMNS is more");
	IS_INT((int64_t)ir_term_of(file, "always").width, 0, "but makes no terminal");
	env(NULL, NULL, "xterm", "wide");
	IS_INT((int64_t)ir_term_of(tty, "auto").width, 133, "unless it is no number");
	env(NULL, NULL, "xterm", "3");
	IS_INT((int64_t)ir_term_of(tty, "auto").width, 20, "a width that shows nothing is raised");
}

static void
test_sgr(void)
{
	struct ir_term on = { true, 80, true }, off = { true, 80, false };

	IS_STR(ir_term_status(&on, "fail"), "\033[1;31m", "fail is red and bold");
	IS_STR(ir_term_status(&on, "nosuch"), "", "another word has no colour");
	IS_STR(ir_term_status(&off, "fail"), "", "nor has any without colour");
	OK(*ir_term_bold(&on) && *ir_term_dim(&on) && *ir_term_reset(&on), "bold, dim, reset");
	OK(!*ir_term_bold(&off) && !*ir_term_dim(&off) && !*ir_term_reset(&off), "are nothing without colour");
}

int
main(void)
{
	int master, tty = terminal(&master), file = open("/dev/null", O_RDWR);

	if (tty < 0 || !isatty(tty)) {
		SKIP("tty", "all of it");
		return tap_done();
	}
	test_color(tty, file);
	test_width(tty, file);
	test_sgr();
	close(tty);
	close(master);
	close(file);
	return tap_done();
}
