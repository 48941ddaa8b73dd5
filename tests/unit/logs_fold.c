/* logs_fold - stack traces of real programs: which lines are one event, which exception decides, and where in the program's own code */
#include <fcntl.h>
#include <regex.h>
#include <unistd.h>

#include "base/buf.h"
#include "logs/fold.h"
#include "logs/skeleton.h"
#include "logs/trace.h"
#include "tap.h"

#define DIR "tests/unit/logs-fold/"

/* Headers of the fixtures; a level below warn is calm. */
static const char *const headers[] = {
	"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}[,.][0-9]{3} +([A-Z]+) +[^ ]*: ",
	"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}[,.][0-9]{3} +([A-Z]+) +[^ ]+ - ",
	"^\\[[0-9]{2}-[A-Z][a-z]{2}-[0-9]{4} [0-9:]{8} UTC\\] ()",
	"^\\[[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}\\] production\\.([A-Z]+): ",
	"^[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8} ()",
	"^[A-Z][a-z]{2} [0-9]{2}, [0-9]{4} [0-9:]{7,8} [AP]M ()",
	"^(INFO|SEVERE): ",
	"^[A-Z][a-z]{2} [0-9]{2} [0-9:]{8} [a-z]+ [a-z]+\\[[0-9]+\\]: ()",
	"^(fail|info): [A-Za-z.]+\\[[0-9]+\\]",
	"^F, \\[[^]]*\\] (FATAL) -- : ",
};
enum { HEADERS = sizeof(headers) / sizeof(headers[0]) };
static regex_t compiled[HEADERS];

static size_t
header_length(const char *line, bool *calm)
{
	for (size_t i = 0; i < HEADERS; i++) {
		regmatch_t m[2];

		if (regexec(&compiled[i], line, 2, m, 0) != 0)
			continue;
		*calm = strncasecmp(line + m[1].rm_so, "INFO", 4) == 0;
		return (size_t)m[0].rm_eo;
	}
	*calm = false;
	return 0;
}

static void
tell(struct ir_buf *out, long lines, const struct ir_trace *t)
{
	if (lines == 0)
		return;
	ir_buf_addf(out, "%ld", lines);
	if (t->is) {
		ir_buf_addf(out, " %s: %s", t->type, t->text);
		for (size_t i = 0; i < t->n; i++) {
			ir_buf_adds(out, "\n\t");
			ir_trace_frame_text(&t->v[i], out);
		}
	}
	ir_buf_addc(out, '\n');
}

/* What the events of a log are: a line each with its number of lines, of a trace its exception and below it its frames. */
static void
events(char *text, struct ir_buf *out)
{
	static struct ir_trace t;
	struct ir_fold f = { .state = 0 };
	long lines = 0, all = 0, sum = 0;

	t = (struct ir_trace){ .n = 0 };
	for (char *line = text, *next; line && *line; line = next) {
		bool calm;
		size_t skip, n;
		enum ir_fold_step step;
		uint8_t cls;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		skip = header_length(line, &calm);
		n = strlen(line + skip);
		cls = ir_fold_class(line + skip, n);
		step = ir_fold_line(&f, cls, n, skip > 0);
		if (step == IR_FOLD_NEW) {
			tell(out, lines, &t);
			sum += lines;
			lines = 0;
			f.calm = calm;
		}
		ir_trace_line(&t, &f, step, cls, line + skip, n);
		lines++;
		all++;
	}
	tell(out, lines, &t);
	if (sum + lines != all)
		ir_buf_addf(out, "lines do not add up: %ld of %ld\n", sum + lines, all);
}

static char *
slurp(const char *name, const char *ext)
{
	char path[200];
	static char text[2][256 << 10];
	char *to = text[ext[1] == 'w'];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), DIR "%s%s", name, ext);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, to, sizeof(text[0]) - 1);
	if (n < 0)
		n = 0;
	to[n] = '\0';
	if (fd >= 0)
		close(fd);
	return to;
}

static void
test_fixture(const char *name)
{
	struct ir_buf out;
	char *log = slurp(name, ".log");

	ir_buf_init(&out, 256 << 10);
	events(log, &out);
	if (getenv("SHOW"))
		printf("== %s\n%s", name, out.data);
	IS_STR(out.data, slurp(name, ".want"), "%s", name);
	ir_buf_done(&out);
}

/* Lines of one skeleton are of one class. */
static void
test_skeletons(const char *name)
{
	static uint8_t class[2048];
	char *text = slurp(name, ".log"), out[4096];
	size_t n = 0;

	for (char *line = text, *rest = text; (line = strsep(&rest, "\n")) && n < 2048; n++) {
		size_t len = ir_skeleton_text(line, strlen(line), out);

		class[n] = ir_fold_class(line, strlen(line));
		if (ir_fold_class(out, len) != class[n]) {
			OK(false, "'%s' is of the class that its skeleton is of", line);
			return;
		}
	}
	OK(n > 0, "%s: each line is of the class that its skeleton is of", name);
}

static enum ir_fold_step
step(struct ir_fold *f, const char *line, bool header)
{
	return ir_fold_line(f, ir_fold_class(line, strlen(line)), strlen(line), header);
}

static void
test_caps(void)
{
	struct ir_fold f = { .state = 0 };
	int events_seen = 0, lines = 0;

	for (int i = 0; i < 2500; i++) {
		enum ir_fold_step s = i == 0   ? step(&f, "panic: x", false)
				      : i == 1 ? step(&f, "goroutine 1 [running]:", false)
					       : step(&f, "main.f()", false);

		events_seen += s == IR_FOLD_NEW;
		if (events_seen == 1)
			lines++;
	}
	IS_INT(events_seen, 3, "a trace without end is cut");
	IS_INT(lines, IR_FOLD_LINES, "after so many lines");
	f = (struct ir_fold){ .state = 0 };
	step(&f, "x", true);
	IS_INT(
	    ir_fold_line(&f, ir_fold_class(" y", 2), IR_FOLD_BYTES - 2, false), IR_FOLD_MORE, "an event of many bytes");
	IS_INT(ir_fold_line(&f, ir_fold_class(" y", 2), 2, false), IR_FOLD_NEW, "is cut as well");
	IS_INT(step(&f, " z", false), IR_FOLD_MORE, "and its rest is one event");
	IS_INT(step(&f, "w", true), IR_FOLD_NEW, "a header begins the next");
}

static void
test_text(void)
{
	static const char json[] = "TypeError: price is not a number\n    at inner (/srv/shop/cart.js:2:9)\n    at "
				   "Module._compile (node:internal/modules/cjs/loader:1521:14)\n";
	static struct ir_trace t;
	struct ir_buf b;

	ir_buf_init(&b, 1024);
	ir_trace_text(&t, json, sizeof(json) - 1);
	IS_STR(t.type, "TypeError", "a trace in one text has a type");
	IS_STR(t.text, "price is not a number", "and a message");
	IS_INT((int64_t)t.n, 1, "one frame is its own");
	ir_trace_frame_text(&t.v[0], &b);
	IS_STR(b.data, "/srv/shop/cart.js:2 in inner", "and says where");
	ir_trace_text(&t, "", 0);
	OK(!t.is && t.n == 0 && !t.type[0], "nothing is no trace");
	ir_buf_done(&b);
}

int
main(void)
{
	static const char *const names[] = { "python-chain", "python-fault", "python-group", "python-logged",
		"python-notes", "python-pool", "python-recursion", "python-syntax", "django", "java", "jvm", "go-panic",
		"go-again", "go-asleep", "node", "node-reject", "rust", "rust-backtrace", "rust-full", "panicked-old",
		"anyhow", "ruby", "rails", "php", "php-logged", "laravel", "mono", "dotnet", "syslog", "plain", "cut" };

	for (size_t i = 0; i < HEADERS; i++) {
		if (regcomp(&compiled[i], headers[i], REG_EXTENDED) != 0)
			return 1;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		test_fixture(names[i]);
		test_skeletons(names[i]);
	}
	test_caps();
	test_text();
	for (size_t i = 0; i < HEADERS; i++)
		regfree(&compiled[i]);
	return tap_done();
}
