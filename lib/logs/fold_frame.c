/* fold_frame - what a stack frame and an exception's own line say */
#include <ctype.h>
#include <string.h>

#include "logs/fold.h"

struct cut {
	const char *p, *end;
};

static size_t
left(struct cut c)
{
	return (size_t)(c.end - c.p);
}

static struct ir_span
span(const char *p, const char *end)
{
	return (struct ir_span){ p, (size_t)(end - p) };
}

static bool
skip(struct cut *c, const char *s)
{
	size_t n = strlen(s);

	if (left(*c) < n || memcmp(c->p, s, n) != 0)
		return false;
	c->p += n;
	return true;
}

static const char *
find(struct cut c, const char *s)
{
	return memmem(c.p, left(c), s, strlen(s));
}

/* The last one. */
static const char *
find_last(struct cut c, const char *s)
{
	const char *at = NULL;

	for (const char *next; (next = find(c, s)); c.p = next + 1)
		at = next;
	return at;
}

/* Digits at p: their value, and p behind them. 0: none, or none that is a line's number. */
static long
number(struct cut *c)
{
	long v = 0;

	while (c->p < c->end && isdigit((unsigned char)*c->p)) {
		v = v < 100000000 ? v * 10 + (*c->p - '0') : 0;
		c->p++;
	}
	return v;
}

/* Without white space around it, and without the bars of an ExceptionGroup. */
static struct cut
stripped(const char *p, size_t n)
{
	struct cut c = { p, p + n };

	while (c.p < c.end && isspace((unsigned char)*c.p))
		c.p++;
	if (c.p - p >= 2 && (skip(&c, "| ") || skip(&c, "+ "))) {
		while (c.p < c.end && isspace((unsigned char)*c.p))
			c.p++;
	}
	while (c.end > c.p && isspace((unsigned char)c.end[-1]))
		c.end--;
	return c;
}

/* file:12 or file:12:5, whole. */
static bool
place(struct cut c, struct ir_frame *f)
{
	const char *p = c.end, *colon = NULL;

	for (int i = 0; i < 2; i++) {
		const char *digits = p;

		while (digits > c.p && isdigit((unsigned char)digits[-1]))
			digits--;
		if (digits == p || digits <= c.p + 1 || digits[-1] != ':')
			break;
		colon = p = digits - 1;
	}
	if (!colon)
		return false;
	f->file = span(c.p, colon);
	c.p = colon + 1;
	f->line = number(&c);
	return true;
}

/* File "app/views.py", line 42, in checkout */
static bool
python(struct cut c, struct ir_frame *f)
{
	const char *quote;

	if (!skip(&c, "File \"") || !(quote = find(c, "\", line ")))
		return false;
	f->file = span(c.p, quote);
	c.p = quote + strlen("\", line ");
	f->line = number(&c);
	if (skip(&c, ", in ") || skip(&c, " in "))
		f->function = span(c.p, c.end);
	return true;
}

/* at x.y.Z.f(Z.java:12), at f (file:1:2), at X.f() in file:line 12, at file:1:2 */
static bool
at(struct cut c, struct ir_frame *f)
{
	const char *open, *in;
	struct cut file;

	if (!skip(&c, "at "))
		return false;
	while (skip(&c, "async ") || skip(&c, "new ")) {
	}
	if (left(c) > 2 && memcmp(c.end - 2, " {", 2) == 0)
		c.end -= 2;
	open = find(c, "(");
	if (!open)
		return place(c, f);
	f->function = span(c.p, open > c.p && open[-1] == ' ' ? open - 1 : open);
	if ((in = find_last(c, " in ")) && in > open) {
		file = (struct cut){ in + strlen(" in "), c.end };
		in = find(file, ":line ");
		if (in) {
			f->file = span(file.p, in);
			file.p = in + strlen(":line ");
			f->line = number(&file);
		} else if (*file.p != '<') {
			place(file, f);
		}
		return true;
	}
	file = (struct cut){ open + 1, memchr(open, ')', (size_t)(c.end - open)) };
	if (file.end)
		place(file, f);
	/* a module before the class: java.base/java.util.List.of */
	if ((in = memrchr(f->function.p, '/', f->function.n)) && f->file.n > 0 && !memchr(f->file.p, '/', f->file.n))
		f->function = span(in + 1, f->function.p + f->function.n);
	return true;
}

/* app.rb:3:in `f' and from it; the exception's line goes on behind it */
static bool
ruby(struct cut c, struct ir_frame *f)
{
	const char *in, *end;
	struct cut file;

	skip(&c, "from ");
	in = find(c, ":in ");
	file = (struct cut){ c.p, in ? in : c.end };
	if (memchr(file.p, ' ', left(file)) || !place(file, f))
		return false;
	if (!in)
		return true;
	c.p = in + strlen(":in ");
	if (!skip(&c, "`") && !skip(&c, "'"))
		return false;
	end = memchr(c.p, '\'', left(c));
	f->function = span(c.p, end ? end : c.end);
	return true;
}

/* #0 /srv/app.php(12): Shop->checkout(), #1 [internal function]: f(), #2 {main} */
static bool
php(struct cut c, struct ir_frame *f)
{
	const char *colon, *open;

	if (!skip(&c, "#"))
		return false;
	number(&c);
	if (!skip(&c, " "))
		return false;
	colon = find(c, ": ");
	if (colon) {
		open = colon;
		while (open > c.p && *open != '(')
			open--;
		if (open > c.p) {
			struct cut line = { open + 1, colon };

			f->file = span(c.p, open);
			f->line = number(&line);
		}
		c.p = colon + 2;
	}
	open = find(c, "(");
	f->function = span(c.p, open ? open : c.end);
	return true;
}

/* Where the parenthesis that closes at the end was opened. */
static const char *
opening(struct cut c)
{
	int depth = 0;

	for (const char *p = c.end; p > c.p; p--) {
		depth += p[-1] == ')' ? 1 : p[-1] == '(' ? -1 : 0;
		if (depth == 0)
			return p - 1;
	}
	return NULL;
}

/* main.(*Cart).price(...); its file is on the next line: \t/srv/main.go:13 +0x1d */
static bool
go(struct cut c, bool indented, struct ir_frame *f)
{
	const char *plus = find(c, " +0x"), *open;

	if (indented && place((struct cut){ c.p, plus ? plus : c.end }, f))
		return true;
	if (indented || left(c) < 3 || c.end[-1] != ')' || !(open = opening(c)) || open == c.p)
		return false;
	f->function = span(c.p, open);
	return true;
}

/* 12: shop::checkout, 12:     0x55d0c0ffee00 - shop::checkout::h0123456789abcdef */
static bool
rust(struct cut c, struct ir_frame *f)
{
	const char *from = c.p, *hash;

	number(&c);
	if (c.p == from || !skip(&c, ": "))
		return false;
	while (left(c) > 0 && *c.p == ' ')
		c.p++;
	if (left(c) > 2 && memcmp(c.p, "0x", 2) == 0 && (hash = find(c, " - ")))
		c.p = hash + strlen(" - ");
	if ((hash = find_last(c, "::h")) && c.end - hash == 19)
		c.end = hash;
	f->function = span(c.p, c.end);
	return true;
}

/* thread 'main' panicked at src/main.rs:3:9: — or 'message', src/main.rs:3:9 */
static bool
panicked(struct cut c, struct ir_frame *f)
{
	const char *where;

	if (!skip(&c, "thread '") || !(where = find(c, "panicked at ")))
		return false;
	c.p = where + strlen("panicked at ");
	if (c.end[-1] == ':')
		c.end--;
	else if ((where = find_last(c, "', ")))
		c.p = where + strlen("', ");
	return place(c, f);
}

/* PHP Fatal error:  Uncaught X: message in /srv/app.php:12 */
static bool
uncaught(struct cut c, struct ir_frame *f)
{
	const char *in;

	if (!find(c, "Uncaught ") && !skip(&c, "Next "))
		return false;
	in = find_last(c, " in ");
	return in && place((struct cut){ in + strlen(" in "), c.end }, f);
}

static bool
starts(struct ir_span s, const char *const *list)
{
	for (; *list; list++) {
		size_t n = strlen(*list);

		if (s.n >= n && memcmp(s.p, *list, n) == 0)
			return true;
	}
	return false;
}

static bool
holds(struct ir_span s, const char *const *list)
{
	for (; *list; list++) {
		if (s.n > 0 && memmem(s.p, s.n, *list, strlen(*list)))
			return true;
	}
	return false;
}

static bool
in_app(const struct ir_frame *f)
{
	static const char *const parts[] = { "/site-packages/", "/dist-packages/", "/lib/python", "/node_modules/",
		"/pkg/mod/", "/rustc/", "/.cargo/registry/", "/.rustup/", "/gems/", "/lib/ruby/", "/vendor/",
		"/go/src/runtime/", "/go/src/net/", "/usr/lib/go", "/usr/local/go/", "/usr/share/go", "@v", NULL };
	static const char *const files[] = { "<frozen ", "<internal:", "<__array_function__", "node:", "internal/",
		"vendor/", "node_modules/", "/usr/lib/", "/usr/include/", "runtime/", NULL };
	static const char *const functions[] = { "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.",
		"kotlinx.", "scala.", "akka.", "groovy.", "clojure.", "reactor.", "org.springframework.", "org.apache.",
		"org.hibernate.", "org.eclipse.", "org.jboss.", "org.postgresql.", "org.gradle.", "org.junit.",
		"com.mysql.", "com.zaxxer.", "com.fasterxml.", "com.google.common.", "io.netty.", "io.grpc.",
		"io.undertow.", "ch.qos.", "redis.clients.", "System.", "Microsoft.", "Newtonsoft.", "Npgsql.", "Mono.",
		"(wrapper ", "std::", "core::", "alloc::", "<alloc::", "<core::", "<std::", "__rustc",
		"rust_begin_unwind", "__rust_", "tokio::", "__libc_start", "_start", "clone", "start_thread",
		"runtime.", "net/http.", "net.", "sync.", "syscall.", "internal/", "reflect.", "testing.", "encoding/",
		"database/sql", "os/", "io.", "bufio.", "fmt.", "panic", NULL };

	return !holds(f->file, parts) && !starts(f->file, files) && !starts(f->function, functions);
}

bool
ir_fold_frame(const char *message, size_t n, struct ir_frame *ret)
{
	struct cut c = stripped(message, n);
	bool indented = n > 0 && (*message == ' ' || *message == '\t');

	*ret = (struct ir_frame){ .line = 0 };
	if (left(c) == 0)
		return false;
	if (!python(c, ret) && !at(c, ret) && !php(c, ret) && !rust(c, ret) && !panicked(c, ret) && !uncaught(c, ret) &&
	    !ruby(c, ret) && !go(c, indented, ret))
		return false;
	ret->in_app = in_app(ret);
	return ret->file.n > 0 || ret->function.n > 0;
}

/* What stands before an exception's type. */
static void
skip_words(struct cut *c)
{
	static const char *const words[] = { "Caused by: ", "Wrapped by: ", "Suppressed: ", "[cause]: ", "---> ",
		"Unhandled exception. ", "Unhandled Exception: ", "[ERROR] FATAL UNHANDLED EXCEPTION: ",
		"PHP Fatal error:  ", "Fatal error: ", "Uncaught ", "Next ", NULL };
	const char *name;

	if (skip(c, "Exception in thread \"") && (name = find(*c, "\" ")))
		c->p = name + 2;
	for (size_t i = 0; words[i]; i++)
		skip(c, words[i]);
}

/* app.rb:3:in `f': message (Type); Type (message): */
static bool
in_parentheses(struct cut c, struct ir_span *type, struct ir_span *text)
{
	const char *colon = find(c, "': "), *open;

	if (find(c, ":in ") && colon && c.end[-1] == ')' && (open = find_last(c, " ("))) {
		*type = span(open + 2, c.end - 1);
		*text = span(colon + 3, open > colon + 3 ? open : colon + 3);
		return type->n > 0;
	}
	open = find(c, " (");
	if (left(c) < 5 || memcmp(c.end - 2, "):", 2) != 0 || !open || memchr(c.p, ' ', left(c)) != open ||
	    !isupper((unsigned char)*c.p))
		return false;
	*type = span(c.p, open);
	*text = span(open + 2, c.end - 2);
	return true;
}

/* panic: message; thread 'main' panicked at 'message', file */
static bool
panics(struct cut c, struct ir_span *type, struct ir_span *text)
{
	static const char *const words[] = { "panic", "fatal error", "Fatal Python error", NULL };
	struct cut thread = c;
	const char *from, *end;

	for (size_t i = 0; words[i]; i++) {
		if (skip(&c, words[i]) && skip(&c, ": ")) {
			*type = span(thread.p, c.p - 2);
			*text = span(c.p, c.end);
			return true;
		}
		c = thread;
	}
	if (!skip(&thread, "thread '") || !(from = find(thread, "panicked at ")))
		return false;
	*type = span(from, from + strlen("panicked"));
	*text = span(c.end, c.end);
	if (!(from = find(thread, "panicked at '")) || !(end = find_last(thread, "', ")))
		return true;
	from += strlen("panicked at '");
	*text = span(from, end > from ? end : from);
	return true;
}

static bool
type_byte(char c)
{
	return isalnum((unsigned char)c) || strchr("_$.:\\<>`+/-", c) || (unsigned char)c >= 0x80;
}

bool
ir_fold_error(const char *message, size_t n, struct ir_span *type, struct ir_span *text)
{
	struct cut c = stripped(message, n), before = c;
	const char *p, *inner;
	struct ir_frame where = { .line = 0 };

	*type = (struct ir_span){ NULL, 0 };
	*text = span(c.p, c.end);
	if (in_parentheses(c, type, text) || panics(c, type, text))
		return true;
	skip_words(&c);
	/* .NET in one line: the innermost is the last */
	if ((inner = find_last(c, " ---> ")))
		c.p = inner + strlen(" ---> ");
	if (uncaught(before, &where))
		c.end = where.file.p - strlen(" in ");
	for (p = c.p; p < c.end && type_byte(*p) && !(*p == ':' && (p + 1 == c.end || p[1] == ' ')); p++) {
	}
	if (p == c.p || !(isalpha((unsigned char)*c.p) || *c.p == '_' || *c.p == '<'))
		return false;
	*type = span(c.p, p);
	if (p + 1 < c.end && *p == ' ' && p[1] == '[' && (inner = memchr(p, ']', (size_t)(c.end - p))))
		p = inner + 1;
	if (p < c.end && *p != ':') {
		*type = (struct ir_span){ NULL, 0 };
		return false;
	}
	p += p < c.end;
	while (p < c.end && *p == ' ')
		p++;
	*text = span(p, c.end);
	return true;
}

/* [object] (Type(code: 0): message at /srv/app.php:12), as PHP's loggers write it */
static bool
in_object(struct cut c, struct ir_span *type, struct ir_span *text)
{
	const char *from = find(c, "[object] ("), *code, *at;

	if (!from)
		return false;
	c.p = from + strlen("[object] (");
	code = find(c, "(code: ");
	if (!code)
		return false;
	*type = span(c.p, code);
	c.p = code;
	if (!(code = find(c, "): ")))
		return false;
	c.p = code + strlen("): ");
	at = find_last(c, " at ");
	*text = span(c.p, at ? at : c.end);
	return true;
}

bool
ir_fold_error_within(const char *message, size_t n, struct ir_span *type, struct ir_span *text)
{
	static const char *const ends[] = { "Error: ", "Exception: ", NULL };
	struct cut c = stripped(message, n);
	const char *panic = find(c, "panic serving "), *colon;

	if (in_object(c, type, text))
		return true;
	if (panic && (colon = memmem(panic, (size_t)(c.end - panic), ": ", 2))) {
		*type = span(panic, panic + strlen("panic"));
		*text = span(colon + 2, c.end);
		return true;
	}
	for (size_t i = 0; ends[i]; i++) {
		const char *at = find(c, ends[i]), *from;

		for (from = at; from && from > c.p && type_byte(from[-1]) && from[-1] != ':'; from--) {
		}
		if (from && (from == c.p || from[-1] == ' ') && ir_fold_error(from, (size_t)(c.end - from), type, text))
			return true;
	}
	return false;
}
