/* trace - what the lines of a stack trace say together */
#include "logs/trace.h"

#include <string.h>

#include "base/utf8.h"
#include "logs/fold_kind.h"

static void
copy(char *to, size_t size, struct ir_span s)
{
	size_t n = s.n < size ? s.n : ir_utf8_cut(s.p, s.n, size - 1);

	if (n > 0)
		memcpy(to, s.p, n);
	to[n] = '\0';
}

/* Put it where it belongs; the outermost falls off. */
static void
insert(struct ir_trace *t, const struct ir_trace_frame *f)
{
	if (t->at >= IR_FOLD_FRAMES)
		return;
	if (t->n == IR_FOLD_FRAMES)
		t->n--;
	memmove(&t->v[t->at + 1], &t->v[t->at], (t->n - t->at) * sizeof(*f));
	t->v[t->at] = *f;
	t->n++;
	if (t->language != IR_FOLD_PYTHON)
		t->at++;
}

/* PHP: a frame tells the function in which what was told before happened, and where that was called. */
static void
add_php(struct ir_trace *t, const struct ir_frame *f)
{
	/* a function of PHP's own happens where it is called */
	bool again = f->file.n > 0 && f->file.n == strlen(t->half.file) &&
		     memcmp(f->file.p, t->half.file, f->file.n) == 0 && f->line == t->half.line;

	copy(t->half.function, sizeof(t->half.function), f->function);
	if (t->half.line && !again)
		insert(t, &t->half);
	t->half.line = 0;
	if (!f->in_app || f->file.n == 0)
		return;
	copy(t->half.file, sizeof(t->half.file), f->file);
	t->half.line = f->line;
}

/* Rust says where it panicked, and again in the backtrace, with the function and another path. */
static bool
same_place(struct ir_trace *t, const struct ir_trace_frame *f)
{
	size_t short_n = strlen(t->v[0].file), n = strlen(f->file);

	if (t->n == 0 || t->v[0].function[0] || t->v[0].line != f->line || n < short_n ||
	    strcmp(f->file + n - short_n, t->v[0].file) != 0)
		return false;
	t->v[0] = *f;
	return true;
}

static void
add(struct ir_trace *t, const char *message, size_t n)
{
	struct ir_trace_frame frame;
	struct ir_frame f;

	if (!ir_fold_frame(message, n, &f))
		return;
	if (t->language == IR_FOLD_PHP) {
		add_php(t, &f);
		return;
	}
	if (f.file.n == 0 && (t->language == IR_FOLD_GO || t->language == IR_FOLD_RUST)) {
		/* its file comes on the next line */
		copy(t->half.function, sizeof(t->half.function), f.function);
		t->half.line = f.in_app;
		return;
	}
	if (f.file.n > 2 && memcmp(f.file.p, "./", 2) == 0)
		f.file = (struct ir_span){ f.file.p + 2, f.file.n - 2 };
	if (f.function.n == 0 && t->half.function[0]) {
		f.function = (struct ir_span){ t->half.function, strlen(t->half.function) };
		f.in_app = f.in_app && t->half.line;
	}
	if (f.in_app && f.file.n > 0) {
		copy(frame.file, sizeof(frame.file), f.file);
		copy(frame.function, sizeof(frame.function), f.function);
		frame.line = f.line;
		if (t->language != IR_FOLD_RUST || !same_place(t, &frame))
			insert(t, &frame);
	}
	t->half.function[0] = '\0';
}

/* An exception's own line: the frames that come are nearer to it than those that came. */
static void
told(struct ir_trace *t, const char *message, size_t n)
{
	struct ir_span type, text;

	if (!ir_fold_error(message, n, &type, &text)) {
		/* Rust names none: it was on the line before */
		if (t->language != IR_FOLD_RUST)
			t->type[0] = '\0';
	} else {
		copy(t->type, sizeof(t->type), type);
	}
	copy(t->text, sizeof(t->text), text);
	if (t->language != IR_FOLD_RUST)
		t->at = 0;
}

static void
begin(struct ir_trace *t, const struct ir_fold *f, uint8_t cls, const char *message, size_t n)
{
	struct ir_span type, text;
	struct ir_frame where;

	t->is = false;
	t->type[0] = t->text[0] = '\0';
	t->n = t->at = 0;
	t->half.function[0] = '\0';
	t->half.line = 0;
	t->language = f->language;
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_STRONG:
	case IR_KIND_WEAK:
	case IR_KIND_THREAD:
	case IR_KIND_CAUSE:
	case IR_KIND_GO_PANIC:
	case IR_KIND_RUST_PANIC:
	case IR_KIND_RUST_OLD:
	case IR_KIND_RUBY_ERROR:
	case IR_KIND_RAILS_ERROR:
	case IR_KIND_PHP_FATAL:
	case IR_KIND_PY_FATAL:
		told(t, message, n);
		break;
	case IR_KIND_ANNOUNCE:
	case IR_KIND_LOUD:
		if (ir_fold_error_within(message, n, &type, &text)) {
			copy(t->type, sizeof(t->type), type);
			copy(t->text, sizeof(t->text), text);
		}
	}
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_PHP_FATAL:
		t->is = ir_fold_frame(message, n, &where);
		if (t->is) {
			copy(t->half.file, sizeof(t->half.file), where.file);
			t->half.line = where.in_app ? where.line : 0;
		}
		break;
	case IR_KIND_RUST_PANIC:
	case IR_KIND_RUST_OLD:
	case IR_KIND_RUBY_ERROR:
	case IR_KIND_RUBY_FRAME:
	case IR_KIND_RUBY_FROM:
	case IR_KIND_PY_FRAME:
	case IR_KIND_AT:
	case IR_KIND_PHP_FRAME:
		t->is = true;
		add(t, message, n);
	}
}

void
ir_trace_line(
    struct ir_trace *t, const struct ir_fold *f, enum ir_fold_step step, uint8_t cls, const char *message, size_t n)
{
	if (step == IR_FOLD_NEW) {
		begin(t, f, cls, message, n);
		return;
	}
	t->language = f->language;
	if (step == IR_FOLD_MORE) {
		/* Python: the frames that follow are of another exception, nearer to the one that decides */
		if ((cls & IR_FOLD_KIND) == IR_KIND_PY_TRACEBACK)
			t->at = 0;
		return;
	}
	t->is = true;
	if (step == IR_FOLD_FRAME) {
		add(t, message, n);
		return;
	}
	told(t, message, n);
	if ((cls & IR_FOLD_KIND) == IR_KIND_RUBY_ERROR) {
		add(t, message, n);
	} else if ((cls & IR_FOLD_KIND) == IR_KIND_PHP_NEXT) {
		struct ir_frame where;

		if (ir_fold_frame(message, n, &where) && where.in_app) {
			copy(t->half.file, sizeof(t->half.file), where.file);
			t->half.line = where.line;
		}
	}
}

void
ir_trace_text(struct ir_trace *t, const char *p, size_t n)
{
	struct ir_fold f = { .state = 0 };
	const char *end = p + n;
	bool first = true;

	*t = (struct ir_trace){ .n = 0 };
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);
		uint8_t cls = ir_fold_class(p, len);
		enum ir_fold_step step = ir_fold_line(&f, cls, len, first);

		if (step == IR_FOLD_NEW && !first)
			return;
		ir_trace_line(t, &f, step, cls, p, len);
		first = false;
		p += len + 1;
	}
}

void
ir_trace_frame_text(const struct ir_trace_frame *f, struct ir_buf *b)
{
	if (f->file[0])
		ir_buf_adds(b, f->file);
	if (f->file[0] && f->line > 0)
		ir_buf_addf(b, ":%ld", f->line);
	if (f->function[0])
		ir_buf_addf(b, "%s%s", f->file[0] ? " in " : "", f->function);
}
