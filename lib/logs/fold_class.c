/* fold_class - what a line could be in a stack trace, told from its skeleton alone */
#include <ctype.h>
#include <string.h>

#include "logs/fold.h"
#include "logs/fold_kind.h"
#include "logs/skeleton.h"

/* Whole lines: * is anything, % a number, everything else itself. The first that fits decides. */
struct shape {
	const char *glob;
	enum ir_fold_kind kind;
};
static const struct shape shapes[] = {
	{ "Traceback (most recent call last):", IR_KIND_PY_TRACEBACK },
	{ "Exception Group Traceback (most recent call last):", IR_KIND_PY_TRACEBACK },
	{ "Stack (most recent call last):", IR_KIND_PY_STACK },
	{ "Stack (most recent call first):", IR_KIND_PY_STACK },
	{ "Current thread 0x* (most recent call first):", IR_KIND_PY_CALLS },
	{ "Thread 0x* (most recent call first):", IR_KIND_PY_CALLS },
	{ "Call stack:", IR_KIND_PY_CALLS },
	{ "Message: *", IR_KIND_PY_LOGGING },
	{ "Arguments: *", IR_KIND_PY_LOGGING },
	{ "Extension modules: *", IR_KIND_PY_LOGGING },
	{ "Fatal Python error: *", IR_KIND_PY_FATAL },
	{ "--- Logging error ---", IR_KIND_ANNOUNCE },
	{ "During handling of the above exception, another exception occurred:", IR_KIND_PY_CHAIN },
	{ "The above exception was the direct cause of the following exception:", IR_KIND_PY_CHAIN },
	{ "Original exception was:", IR_KIND_PY_CHAIN },
	{ "File \"*\", line %*", IR_KIND_PY_FRAME },
	{ "*RemoteTraceback:*", IR_KIND_STRONG },
	{ "*ExceptionGroup: * sub-exception*)", IR_KIND_PY_GROUP },
	{ "\"\"\"", IR_KIND_QUOTES },
	{ "'''", IR_KIND_QUOTES },
	{ "[SQL: *", IR_KIND_TAIL },
	{ "[parameters: *", IR_KIND_TAIL },
	{ "(Background on this error at: *", IR_KIND_TAIL },
	{ "DETAIL:  *", IR_KIND_TAIL },
	{ "HINT:  *", IR_KIND_TAIL },
	{ "CONTEXT:  *", IR_KIND_TAIL },
	{ "LINE %: *", IR_KIND_TAIL },
	{ "Did you mean?*", IR_KIND_TAIL },
	{ "Exception in thread \"*\" *", IR_KIND_THREAD },
	{ "Exception in thread * (*):", IR_KIND_ANNOUNCE },
	{ "Unhandled exception. *", IR_KIND_THREAD },
	{ "Unhandled Exception: *", IR_KIND_THREAD },
	{ "*FATAL UNHANDLED EXCEPTION: *", IR_KIND_THREAD },
	{ "Unhandled Exception:", IR_KIND_UNHANDLED },
	{ "Unhandled exception:", IR_KIND_UNHANDLED },
	{ "Uncaught:", IR_KIND_UNHANDLED },
	{ "Caused by:", IR_KIND_CAUSES },
	{ "Caused by: *", IR_KIND_CAUSE },
	{ "Wrapped by: *", IR_KIND_CAUSE },
	{ "[cause]: *", IR_KIND_CAUSE },
	{ "---> *", IR_KIND_CAUSE },
	{ "Suppressed: *", IR_KIND_SUPPRESSED },
	{ "... % more", IR_KIND_OMITTED },
	{ "... % common frames omitted*", IR_KIND_OMITTED },
	{ "... % lines matching cause stack trace ...", IR_KIND_OMITTED },
	{ "[CIRCULAR REFERENCE*", IR_KIND_OMITTED },
	{ "--- End of * stack trace*", IR_KIND_OMITTED },
	{ "--- End of stack trace *", IR_KIND_OMITTED },
	{ "Node.js v%*", IR_KIND_NODE_END },
	{ "(Use `node --trace-* to show where*", IR_KIND_NODE_END },
	{ "panic: *", IR_KIND_GO_PANIC },
	{ "fatal error: *", IR_KIND_GO_PANIC },
	{ "SIGQUIT: quit", IR_KIND_GO_PANIC },
	{ "SIGABRT: abort", IR_KIND_GO_PANIC },
	{ "unexpected fault address *", IR_KIND_GO_PANIC },
	{ "[signal *", IR_KIND_GO_MORE },
	{ "exit status %", IR_KIND_GO_MORE },
	{ "PC=0x*", IR_KIND_GO_MORE },
	{ "...additional frames elided...", IR_KIND_GO_MORE },
	{ "goroutine running on other thread; stack unavailable", IR_KIND_GO_MORE },
	{ "goroutine % *:", IR_KIND_GOROUTINE },
	{ "runtime stack:", IR_KIND_GOROUTINE },
	{ "created by *", IR_KIND_GO_CREATED },
	{ "thread '*' *panicked at *:", IR_KIND_RUST_PANIC },
	{ "thread '*' *panicked at '*', *", IR_KIND_RUST_OLD },
	{ "stack backtrace:", IR_KIND_RUST_STACK },
	{ "Stack backtrace:", IR_KIND_RUST_STACK },
	{ "note: * with `RUST_BACKTRACE=*", IR_KIND_RUST_NOTE },
	{ "PHP Fatal error:  Uncaught *", IR_KIND_PHP_FATAL },
	{ "Fatal error: Uncaught *", IR_KIND_PHP_FATAL },
	{ "PHP *: Uncaught *", IR_KIND_PHP_FATAL },
	{ "Stack trace:", IR_KIND_PHP_STACK },
	{ "[stacktrace]", IR_KIND_PHP_STACK },
	{ "#% *(%): *", IR_KIND_PHP_FRAME },
	{ "#% {main}", IR_KIND_PHP_FRAME },
	{ "#% [internal function]: *", IR_KIND_PHP_FRAME },
};

/* Where what follows a star may begin. */
static const char *
next(const char *p, const char *end, char c)
{
	return memchr(p, c == '%' ? '0' : c, (size_t)(end - p));
}

static bool
fits(const char *glob, const char *s, const char *end)
{
	const char *star = NULL, *from = NULL;

	while (s < end || *glob) {
		if (*glob == '*') {
			star = ++glob;
			from = s;
			if (!*glob)
				return true;
		} else if (s < end && *glob && *s == (*glob == '%' ? '0' : *glob)) {
			glob++;
			s++;
		} else if (star && from < end && (from = next(from + 1, end, *star))) {
			glob = star;
			s = from;
		} else {
			return false;
		}
	}
	return true;
}

static bool
name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool
one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool
ends_with(const char *p, const char *end, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(end - p) >= n && memcmp(end - n, s, n) == 0;
}

static bool
starts_with(const char *p, const char *end, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(end - p) >= n && memcmp(p, s, n) == 0;
}

static bool
contains(const char *p, const char *end, const char *s)
{
	return memmem(p, (size_t)(end - p), s, strlen(s)) != NULL;
}

/* The end of a qualified name at p ("a.b.C", "A::B", "A\B", "f.<locals>.C"); *last is where its last part begins. */
static const char *
qualified(const char *p, const char *end, const char **last)
{
	const char *part = p;

	for (;;) {
		const char *from = p;

		if (p < end && *p == '<') {
			while (p < end && (name_byte(*p) || *p == '<'))
				p++;
			p += p < end && *p == '>';
		} else {
			while (p < end && name_byte(*p))
				p++;
		}
		if (p == from || isdigit((unsigned char)*from))
			return from == part ? from : part > from ? part : from - 1;
		*last = part = from;
		if (p + 1 < end && (*p == '.' || *p == '\\') && (name_byte(p[1]) || p[1] == '<'))
			p++;
		else if (p + 2 < end && p[0] == ':' && p[1] == ':' && name_byte(p[2]))
			p += 2;
		else
			return p;
	}
}

/* "Type: message", "Type", "Type [CODE]: message". */
static enum ir_fold_kind
exception(const char *p, const char *end)
{
	static const char *const words[] = { "Error", "Exception", "Throwable", "Failure", "Fault", "Interrupt" };
	const char *last = p, *stop = qualified(p, end, &last), *rest = stop;
	bool dotted = last > p, says = false;

	if (stop == p)
		return IR_KIND_PLAIN;
	if (rest + 2 < end && rest[0] == ' ' && rest[1] == '[') {
		while (rest < end && *rest != ']')
			rest++;
		rest += rest < end;
	}
	if (rest < end && (*rest != ':' || (rest + 1 < end && rest[1] != ' ')))
		return IR_KIND_PLAIN;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		says = says || (dotted ? contains(last, stop, words[i]) : ends_with(last, stop, words[i]));
	if (!isupper((unsigned char)*last))
		return IR_KIND_NAME;
	return says && dotted ? IR_KIND_STRONG : says || dotted ? IR_KIND_WEAK : IR_KIND_NAME;
}

/* "at x.y(z)", "at async x (y:1:2)", "at file:1:2". */
static bool
at_frame(const char *p, const char *end, bool indent)
{
	const char *token, *stop;

	if (end - p < 4 || memcmp(p, "at ", 3) != 0)
		return false;
	p += 3;
	if (fits("async *", p, end) || fits("new *", p, end))
		p = (const char *)memchr(p, ' ', (size_t)(end - p)) + 1;
	for (token = stop = p; stop < end && *stop != ' ' && *stop != '('; stop++) {
	}
	if (stop == token)
		return false;
	if (memchr(stop, '(', (size_t)(end - stop)))
		return memchr(stop, ')', (size_t)(end - stop)) &&
		       (indent || memchr(token, '.', (size_t)(stop - token)));
	return fits("*:0:0", token, stop) || fits("<anonymous>", token, stop);
}

/* "main.(*Cart).price(...)", "panic({0x0, 0x0})" */
static bool
go_function(const char *p, const char *end)
{
	const char *open = p;

	if (end[-1] != ')')
		return false;
	while (open < end && *open != '(' && (name_byte(*open) || one_of(*open, "./-@~%[]")))
		open++;
	if (open == p || open == end || *open != '(')
		return false;
	return open[1] != '*' || contains(open, end, ").");
}

static bool
all_of(const char *p, const char *end, const char *set)
{
	while (p < end && one_of(*p, set))
		p++;
	return p == end;
}

static enum ir_fold_kind
ruby(const char *p, const char *end)
{
	const char *in = memmem(p, (size_t)(end - p), ":0:in ", 6), *name, *space;

	if (fits("from *:%*", p, end))
		return IR_KIND_RUBY_FROM;
	space = memchr(p, ' ', (size_t)(end - p));
	if (!in || in == p || space < in + 5 || in + 8 > end || (in[6] != '`' && in[6] != '\''))
		return IR_KIND_PLAIN;
	name = in + 7;
	if (memchr(name, '\'', (size_t)(end - name)) == end - 1)
		return IR_KIND_RUBY_FRAME;
	return contains(name, end, "': ") && end[-1] == ')' ? IR_KIND_RUBY_ERROR : IR_KIND_PLAIN;
}

/* What is worth knowing of a line before it is looked at closely. */
enum { LOUD = 1, /* has words as "error", "failed" */ PLACE = 2 /* has a line's number as in file:12 */ };

static unsigned
look(const char *p, const char *end)
{
	static const char words[][12] = { "rror", "RROR", "xcept", "XCEPT", "ailed", "ailure", "AILED", "atal", "ATAL",
		"anic", "nhandled", "ncaught", "aceback", "rash" };
	static const bool first[256] = {
		['r'] = true, ['R'] = true, ['x'] = true, ['X'] = true, ['a'] = true, ['A'] = true
	};
	unsigned seen = 0;

	for (; end - p >= 2; p++) {
		if (*p == ':') {
			seen |= p[1] == '0' ? PLACE : 0;
		} else if (first[(uint8_t)*p] && !(seen & LOUD)) {
			for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
				if (words[i][0] == *p && words[i][1] == p[1] && starts_with(p, end, words[i]))
					seen |= LOUD;
			}
		}
	}
	return seen;
}

/* Where an exception was thrown that nobody caught: a script's line. */
static bool
node_where(const char *p, const char *end)
{
	static const char *const globs[] = { "/*.js:%", "/*.mjs:%", "/*.cjs:%", "/*.ts:%", "node:*:%", "file:///*:%" };

	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++) {
		if (fits(globs[i], p, end))
			return true;
	}
	return false;
}

/* Lines that name a file and a line in it. */
static enum ir_fold_kind
placed(const char *p, const char *end, bool indent)
{
	enum ir_fold_kind kind = ruby(p, end);

	if (kind)
		return kind;
	if (!memchr(p, ' ', (size_t)(end - p)) && node_where(p, end))
		return IR_KIND_NODE_WHERE;
	if (fits("*.py:%: *Warning: *", p, end))
		return IR_KIND_PY_WARNING;
	if (indent && (fits("*.go:%*", p, end) || fits("*.s:% +0x*", p, end) || fits("*:% +0x*", p, end)))
		return IR_KIND_GO_FILE;
	return IR_KIND_PLAIN;
}

/* What is told by more than a fixed text. */
static enum ir_fold_kind
scanned(const char *p, const char *end, bool indent, unsigned seen)
{
	const char *last = p, *stop;
	enum ir_fold_kind kind;

	if (at_frame(p, end, indent))
		return IR_KIND_AT;
	if (all_of(p, end, "^~") && memchr(p, '^', (size_t)(end - p)))
		return IR_KIND_CARET;
	if (all_of(p, end, "]}),;") || (end[-1] == '}' && all_of(p, end, "\"}")))
		return IR_KIND_CLOSER;
	if ((seen & PLACE) && (kind = placed(p, end, indent)))
		return kind;
	if (starts_with(p, end, "0: "))
		return IR_KIND_NUMBERED;
	stop = qualified(p, end, &last);
	if (stop > p && isupper((unsigned char)*last) && starts_with(stop, end, " (") && ends_with(stop, end, "):"))
		return IR_KIND_RAILS_ERROR;
	if (stop > p && starts_with(stop, end, "[0]") && end - stop == 3)
		return IR_KIND_HEAD;
	if (starts_with(p, end, "Next ") && exception(p + 5, end))
		return IR_KIND_PHP_NEXT;
	if ((kind = exception(p, end)))
		return kind;
	return go_function(p, end) ? IR_KIND_GO_FUNCTION : IR_KIND_PLAIN;
}

/* The first shape that fits. Those that may begin with anything are of lines with words as "exception". */
static enum ir_fold_kind
shaped(const char *p, const char *end, unsigned seen)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		const char *glob = shapes[i].glob;

		if ((*glob == '*' ? seen & LOUD : *glob == *p) && fits(glob, p, end))
			return shapes[i].kind;
	}
	return IR_KIND_PLAIN;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

uint8_t
ir_fold_class_skeleton(const char *text, size_t n)
{
	const char *p = text, *end = text + n;
	enum ir_fold_kind kind = IR_KIND_PLAIN;
	unsigned flags, seen;

	while (end > p && (blank(end[-1]) || end[-1] == '\r'))
		end--;
	while (p < end && blank(*p))
		p++;
	if (p == end)
		return IR_KIND_EMPTY | (n > 0 && blank(*text) ? IR_FOLD_INDENT : 0);
	flags = p > text ? IR_FOLD_INDENT : 0;
	if (p - text >= 2 && (*p == '|' || (*p == '+' && p + 1 < end && (p[1] == ' ' || p[1] == '-')))) {
		const char *from = p += 1 + (p + 1 < end && p[1] == ' ');

		while (p < end && blank(*p))
			p++;
		flags = IR_FOLD_GROUP | (p > from || p == end ? IR_FOLD_INDENT : 0);
	}
	seen = look(p, end);
	if (p < end && !(kind = shaped(p, end, seen)))
		kind = scanned(p, end, flags & IR_FOLD_INDENT, seen);
	if ((!kind || kind == IR_KIND_NAME) && !flags && (seen & LOUD))
		kind = kind ? IR_KIND_LOUD : IR_KIND_ANNOUNCE;
	return (uint8_t)(kind | flags);
}

uint8_t
ir_fold_class(const char *message, size_t n)
{
	char text[IR_LOG_LINE_MAX];

	return ir_fold_class_skeleton(text, ir_skeleton_text(message, n < sizeof(text) ? n : sizeof(text), text));
}
