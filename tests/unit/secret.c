/* secret - where secrets come from, and that they are not seen */
#include "conf/secret.h"

#include <signal.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;
static volatile sig_atomic_t stop;
static struct ir_ctx ctx = { .command = "test", .arena = &arena, .stop = &stop };

/* The secret's text, or NULL and *err. */
static const char *
get(const char *line, struct ir_err *err)
{
	struct ir_conf c = { .n = 0 };
	const char *text = ir_asprintf(&arena, "[check \"a\"]\n%s\n", line), *got;
	struct ir_secret s;

	*err = (struct ir_err)IR_ERR_INIT;
	if (ir_conf_parse(&arena, &c, "ir.conf", text, strlen(text), err) < 0 ||
	    ir_secret_conf(&ctx, ir_conf_section(&c, "check", "a"), "token", &s, err) < 0)
		return NULL;
	got = ir_strdup(&arena, ir_secret_reveal(&s));
	ir_secret_done(&s);
	OK(!s.bytes && s.len == 0 && !ir_secret_reveal(&s), "wiped");
	return got ? got : "(none)";
}

static void
from_files(void)
{
	struct ir_err err;

	scratch_new(&arena);
	OK(chdir(scratch_top) == 0, "in a directory");
	OK(prctl(PR_GET_DUMPABLE) == 1, "a process without a secret may be looked at");
	IS_STR(get("", &err), "(none)", "not written");
	OK(prctl(PR_GET_DUMPABLE) == 1, "still");
	scratch_file("t", "hunter2\n");
	IS_STR(get("token-file = t", &err), "hunter2", "a file");
	OK(prctl(PR_GET_DUMPABLE) == 0, "a process with one may not");
	scratch_file("t", "a\nb\n\n");
	IS_STR(get("token-file = t", &err), "a\nb\n", "one newline is dropped");
	scratch_file("t", "crlf\r\n");
	IS_STR(get("token-file = t", &err), "crlf", "CRLF is one");
	chmod("t", 0640);
	OK(!get("token-file = t", &err) && err.code == IR_CONFIG &&
		strstr(err.msg, "ir.conf:2: token-file: 't': others may read it"),
	    "others may read it: %s", err.msg);
	IS_STR(err.hint, "run: chmod 600 t", "with the fix");
	OK(!strstr(err.msg, "crlf"), "without the secret");
	scratch_file("t", "\n");
	OK(!get("token-file = t", &err) && strstr(err.msg, "'t': is empty"), "an empty one: %s", err.msg);
	OK(!get("token-file = u", &err) && strstr(err.msg, "'u': No such file"), "none: %s", err.msg);
	OK(!get("token-file = .", &err) && strstr(err.msg, "'.': Is a directory"), "a directory: %s", err.msg);
	scratch_file("t", ir_asprintf(&arena, "%0*d", 64 * 1024, 7));
	IS_INT((int64_t)strlen(get("token-file = t", &err)), 64 * 1024, "64 KiB");
	scratch_file("t", ir_asprintf(&arena, "%0*d", 64 * 1024 + 1, 7));
	OK(!get("token-file = t", &err) && strstr(err.msg, "longer than 64 KiB"), "and no more: %s", err.msg);
}

static void
from_environment(void)
{
	struct ir_err err;

	setenv("IR_T_TOKEN", "from env", 1);
	unsetenv("IR_T_NONE");
	IS_STR(get("token-env = IR_T_TOKEN", &err), "from env", "a variable");
	OK(!get("token-env = IR_T_NONE", &err) && strstr(err.msg, "'IR_T_NONE' is not set"), "not set: %s", err.msg);
	setenv("IR_T_NONE", "", 1);
	OK(!get("token-env = IR_T_NONE", &err) && strstr(err.msg, "'IR_T_NONE' is empty"), "empty: %s", err.msg);
}

static void
from_commands(void)
{
	struct ir_err err;
	int64_t before;

	IS_STR(get("token-command = echo pass; echo noise >&2", &err), "pass", "a command");
	IS_STR(get("token-command = printf 'two\\nlines\\n'", &err), "two\nlines", "two lines");
	IS_INT((int64_t)strlen(get("token-command = head -c 65536 /dev/zero | tr '\\0' x", &err)), 65536,
	    "64 KiB, which is a full pipe");
	OK(!get("token-command = head -c 65537 /dev/zero | tr '\\0' x", &err) && strstr(err.msg, "64 KiB"),
	    "and no more: %s", err.msg);
	OK(!get("token-command = yes", &err) && strstr(err.msg, "64 KiB"), "without end: %s", err.msg);
	IS_STR(get("token-command = yes no | head -c 1000000 >&2; echo pass", &err), "pass", "much on stderr");
	OK(!get("token-command = echo half; echo 'vault: \033[31msealed' >&2; echo more >&2; exit 3", &err),
	    "a command that fails");
	OK(strstr(err.msg, "control character"), "(a configuration has no control characters): %s", err.msg);
	OK(!get("token-command = echo half; printf 'vault: \\033[31msealed\\nmore' >&2; exit 3", &err),
	    "a command that fails");
	IS_STR(err.msg, "ir.conf:2: token-command: exit status 3: vault: \\x1b[31msealed",
	    "says why, safe to show, without its output");
	OK(!get("token-command = kill -9 $$", &err) && strstr(err.msg, "signal 9"), "by signal: %s", err.msg);
	OK(!get("token-command = true", &err) && strstr(err.msg, "is empty"), "says nothing: %s", err.msg);
	OK(!get("token-command = printf 'a\\0b'", &err) && strstr(err.msg, "NUL"), "NUL: %s", err.msg);
	OK(!get("token-command = /nonexistent/vault", &err) && strstr(err.msg, "127"), "is not there: %s", err.msg);
	before = ir_mono_us();
	IS_STR(get("token-command = sleep 60 & yes >&2 & echo quick", &err), "quick",
	    "what is left behind holds both ends");
	OK(ir_mono_us() - before < 4000000, "and is not waited for");
	before = ir_mono_us();
	ctx.deadline_us = before + 200000;
	OK(!get("token-command = sleep 60", &err) && strstr(err.msg, "no answer"), "hangs: %s", err.msg);
	OK(ir_mono_us() - before < 2000000, "no longer than the run may take");
	ctx.deadline_us = 0;
	stop = SIGINT;
	OK(!get("token-command = sleep 60", &err) && err.code == IR_INTERRUPTED, "interrupted: %s", err.msg);
	stop = 0;
}

static void
finds_passwords(void)
{
	static const char *const with[] = { "https://u:p@h/", "postgres://u:p@h:5432/db", "https://:p@h/",
		"https://u:p/w@h/", "https://u:p%40h/x", "https://u%3Ap@h/", "//u:p@h/", "https://u:a@b@h/",
		"https://u:p#x@h/", "redis://default:p?q@h", "https://u:99999999@h", "redis://h/0?password=p",
		"postgresql://h/db?a=b&sslpassword=p", "postgresql:///db?host=h&pass%77ord=p" };
	static const char *const without[] = { "https://h/", "https://u@h/", "https://u:@h/", "https://h:80/a:b@c",
		"https://[::1]:80/@", "unit:getty@tty1.service", "https://h/?a=u:p@h", "u:p@h", "", "tcp://h:1",
		"redis://h/?password=", "redis://h/?password=***", "https://h/?token=t",
		"https://h/reset?for=password" };

	for (size_t i = 0; i < sizeof with / sizeof *with; i++)
		OK(ir_url_has_password(with[i]), "a password: %s", with[i]);
	for (size_t i = 0; i < sizeof without / sizeof *without; i++)
		OK(!ir_url_has_password(without[i]), "none: %s", without[i]);
}

static void
redacts(void)
{
	static const char *const t[][2] = {
		{ "https://u:SECRET@h:8443/p?x=1#f", "https://***@h:8443/p?x=1#f" },
		{ "https://SECRET@h/", "https://***@h/" },
		{ "https://u:SEC@RET@h/", "https://***@h/" },
		{ "https://u:SEC/RET@h/p", "https://***@h/p" },
		{ "https://u:SEC?RET@h/p", "https://***@h/p" },
		{ "https://u:SEC#RET@h/p", "https://***@h/p" },
		{ "https://u:SECRET%40h/p", "https://***/p" },
		{ "https://[::1]:80/p", "https://[::1]:80/p" },
		{ "https://[::1]/p", "https://[::1]/p" },
		{ "https://h:8443/a@b:c", "https://h:8443/a@b:c" },
		{ "https://h/?token=SECRET&a=b", "https://h/?token=***&a=b" },
		{ "https://h/?a=b&access_token=SECRET#x", "https://h/?a=b&access_token=***#x" },
		{ "https://h/?a=b;key=SECRET", "https://h/?a=b;key=***" },
		{ "https://h/?API-KEY=SECRET", "https://h/?API-KEY=***" },
		{ "https://h/?AWSAccessKeyId=SECRET", "https://h/?AWSAccessKeyId=***" },
		{ "https://h/?X-Amz-Signature=SECRET", "https://h/?X-Amz-Signature=***" },
		{ "https://h/?sig=SECRET&se=2026", "https://h/?sig=***&se=2026" },
		{ "https://h/?%74oken=SECRET", "https://h/?%74oken=***" },
		{ "https://h/?%2574oken=SECRET", "https://h/?%2574oken=***" },
		{ "https://h/?to%6Ben=SECRET", "https://h/?to%6Ben=***" },
		{ "https://h/?next=https://u:SECRET@i/", "https://h/?next=***" },
		{ "https://h/?next=https%3A%2F%2Fu%3ASECRET%40i", "https://h/?next=***" },
		{ "https://h/?next=%2Fcb%3Ftoken%3DSECRET", "https://h/?next=***" },
		{ "https://h/?https%3A%2F%2Fu%3ASECRET%40i", "https://h/?***" },
		{ "https://h/#access_token=SECRET", "https://h/#access_token=***" },
		{ "https://h/?token=", "https://h/?token=" },
		{ "https://h/?monkey=1&keyword=2&author=3&signal=4&passage=5",
		    "https://h/?monkey=1&keyword=2&author=3&signal=4&passage=5" },
		{ "https://h/?a=%zz&b=%", "https://h/?a=%zz&b=%" },
		{ "postgres:///db?host=/run&password=SECRET", "postgres:///db?host=/run&password=***" },
		{ "unit:getty@tty1.service", "unit:getty@tty1.service" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		IS_STR(ir_url_redact(&arena, t[i][0]), t[i][1], "%s", t[i][1]);
}

int
main(void)
{
	from_files();
	from_environment();
	from_commands();
	finds_passwords();
	redacts();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
