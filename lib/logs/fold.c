/* fold - which lines go on with the event before them */
#include "logs/fold.h"

#include "logs/fold_kind.h"

enum state {
	NONE, /* nothing has come yet */
	ORDINARY,
	ANNOUNCED, /* an ordinary line that says that something failed */
	ERROR,     /* an exception's own line; its frames may follow */
	CAUSES,    /* after "Caused by:" alone, in an error without frames */
	STACK,     /* in frames "at x" */
	PY,        /* in frames; the exception comes last */
	PY_DONE,   /* its exception was told */
	PY_CHAIN,  /* another Traceback follows */
	PY_GROUP,
	PY_WARNING,
	NODE_WHERE, /* then the line of code, a caret, an empty line, the exception */
	NODE_CODE,
	NODE_CARET,
	GO,
	GO_STACK,
	RUST, /* the message comes next */
	RUST_DONE,
	RUST_STACK,
	RUBY,
	PHP,
};

enum {
	MESSAGE_LINES = 5, /* more, of an exception whose frames have not come yet */
	CAUSES_MAX = 4,    /* of Ruby, whose causes look like errors of their own */
};

/* What an event that begins with a line of this kind is. */
static const struct {
	uint8_t state, language, sure;
} opens[IR_KINDS] = {
	[IR_KIND_ANNOUNCE] = { ANNOUNCED, 0, 0 },
	[IR_KIND_LOUD] = { ANNOUNCED, 0, 0 },
	[IR_KIND_STRONG] = { ERROR, IR_FOLD_AT, 1 },
	[IR_KIND_THREAD] = { ERROR, IR_FOLD_AT, 2 },
	[IR_KIND_UNHANDLED] = { NODE_CARET, IR_FOLD_AT, 1 },
	[IR_KIND_WEAK] = { ERROR, IR_FOLD_AT, 0 },
	[IR_KIND_CAUSE] = { ERROR, IR_FOLD_AT, 0 },
	[IR_KIND_CAUSES] = { CAUSES, IR_FOLD_RUST, 1 },
	[IR_KIND_AT] = { STACK, IR_FOLD_AT, 1 },
	[IR_KIND_PY_TRACEBACK] = { PY, IR_FOLD_PYTHON, 1 },
	[IR_KIND_PY_STACK] = { PY, IR_FOLD_PYTHON, 1 },
	[IR_KIND_PY_FRAME] = { PY, IR_FOLD_PYTHON, 1 },
	[IR_KIND_PY_FATAL] = { PY, IR_FOLD_AT, 1 },
	[IR_KIND_PY_WARNING] = { PY_WARNING, 0, 0 },
	[IR_KIND_NODE_WHERE] = { NODE_WHERE, IR_FOLD_AT, 0 },
	[IR_KIND_GO_PANIC] = { GO, IR_FOLD_GO, 1 },
	[IR_KIND_GOROUTINE] = { GO_STACK, IR_FOLD_GO, 1 },
	[IR_KIND_RUST_PANIC] = { RUST, IR_FOLD_RUST, 1 },
	[IR_KIND_RUST_OLD] = { RUST_DONE, IR_FOLD_RUST, 1 },
	[IR_KIND_RUST_STACK] = { RUST_STACK, IR_FOLD_RUST, 1 },
	[IR_KIND_RUBY_ERROR] = { RUBY, IR_FOLD_RUBY, 1 },
	[IR_KIND_RUBY_FRAME] = { RUBY, IR_FOLD_RUBY, 1 },
	[IR_KIND_RUBY_FROM] = { RUBY, IR_FOLD_RUBY, 1 },
	[IR_KIND_RAILS_ERROR] = { RUBY, IR_FOLD_RUBY, 0 },
	[IR_KIND_PHP_FATAL] = { PHP, IR_FOLD_PHP, 1 },
	[IR_KIND_PHP_STACK] = { PHP, IR_FOLD_PHP, 1 },
	[IR_KIND_PHP_FRAME] = { PHP, IR_FOLD_PHP, 1 },
};

/* A line of the open event, which from now on is a trace of this kind's. */
static enum ir_fold_step
open_as(struct ir_fold *f, uint8_t cls, enum ir_fold_step step)
{
	unsigned kind = cls & IR_FOLD_KIND;

	f->state = opens[kind].state;
	f->language = opens[kind].language;
	f->sure = opens[kind].sure;
	if (cls & IR_FOLD_GROUP)
		f->state = PY_GROUP;
	return step;
}

static enum ir_fold_step
in_if(bool belongs, enum ir_fold_step step)
{
	return belongs ? step : IR_FOLD_NEW;
}

/* After lines that are no trace, or not yet. */
static enum ir_fold_step
after_ordinary(struct ir_fold *f, uint8_t cls)
{
	bool said = f->state == ANNOUNCED, logged = said || (f->headers && !f->calm), below = f->headers || said;

	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_EMPTY:
		return in_if(f->headers && (cls & IR_FOLD_INDENT), IR_FOLD_MORE);
	case IR_KIND_PY_TRACEBACK:
	case IR_KIND_PY_STACK:
	case IR_KIND_GOROUTINE:
	case IR_KIND_RUST_STACK:
	case IR_KIND_PHP_STACK:
		return logged ? open_as(f, cls, IR_FOLD_MORE) : IR_FOLD_NEW;
	case IR_KIND_PY_FRAME:
	case IR_KIND_RUBY_FRAME:
	case IR_KIND_PHP_FRAME:
		return below ? open_as(f, cls, IR_FOLD_FRAME) : IR_FOLD_NEW;
	case IR_KIND_AT:
	case IR_KIND_RUBY_FROM:
		return open_as(f, cls, IR_FOLD_FRAME);
	case IR_KIND_STRONG:
	case IR_KIND_CAUSE:
	case IR_KIND_RAILS_ERROR:
		return below ? open_as(f, cls, IR_FOLD_ERROR) : IR_FOLD_NEW;
	case IR_KIND_WEAK:
		if (!(cls & IR_FOLD_INDENT))
			return logged && f->headers && f->lines == 1 ? open_as(f, cls, IR_FOLD_ERROR) : IR_FOLD_NEW;
		break;
	case IR_KIND_CLOSER:
		return in_if(f->headers && f->lines > 1, IR_FOLD_MORE);
	}
	return in_if(f->headers && (cls & (IR_FOLD_INDENT | IR_FOLD_GROUP)), IR_FOLD_MORE);
}

/* Is it one more line of the exception's message? */
static bool
goes_on_speaking(const struct ir_fold *f, unsigned kind)
{
	if (!(f->sure == 2 || (f->sure && f->headers)) || f->gap || f->count >= MESSAGE_LINES)
		return false;
	return kind <= IR_KIND_ANNOUNCE || kind == IR_KIND_NAME || kind == IR_KIND_LOUD;
}

static enum ir_fold_step
in_error(struct ir_fold *f, uint8_t cls)
{
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_EMPTY:
	case IR_KIND_QUOTES:
	case IR_KIND_TAIL:
	case IR_KIND_NODE_END:
		return IR_FOLD_MORE;
	case IR_KIND_OMITTED:
		f->state = STACK;
		return IR_FOLD_MORE;
	case IR_KIND_PY_TRACEBACK:
	case IR_KIND_RUST_STACK:
	case IR_KIND_PHP_STACK:
		return open_as(f, cls, IR_FOLD_MORE);
	case IR_KIND_AT:
	case IR_KIND_RUBY_FRAME:
	case IR_KIND_PHP_FRAME:
		return open_as(f, cls, IR_FOLD_FRAME);
	case IR_KIND_CAUSE:
		return IR_FOLD_ERROR;
	case IR_KIND_CAUSES:
		f->state = CAUSES;
		return IR_FOLD_MORE;
	case IR_KIND_SUPPRESSED:
		f->muted = true;
		return IR_FOLD_MORE;
	}
	if (cls & IR_FOLD_INDENT)
		return in_if(f->sure || f->headers || f->state == CAUSES, IR_FOLD_MORE);
	if (goes_on_speaking(f, cls & IR_FOLD_KIND)) {
		f->count++;
		return IR_FOLD_MORE;
	}
	return after_ordinary(f, cls);
}

static enum ir_fold_step
in_stack(struct ir_fold *f, uint8_t cls)
{
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_AT:
		return f->muted ? IR_FOLD_MORE : IR_FOLD_FRAME;
	case IR_KIND_CAUSE:
		if (f->muted && (cls & IR_FOLD_INDENT))
			return IR_FOLD_MORE;
		f->muted = false;
		return IR_FOLD_ERROR;
	case IR_KIND_SUPPRESSED:
		f->muted = true;
		return IR_FOLD_MORE;
	case IR_KIND_EMPTY:
	case IR_KIND_OMITTED:
	case IR_KIND_NODE_END:
		return IR_FOLD_MORE;
	case IR_KIND_CLOSER:
		return in_if(!f->gap, IR_FOLD_MORE);
	}
	return in_if((cls & IR_FOLD_INDENT) && (!f->gap || f->headers), IR_FOLD_MORE);
}

static bool
names_exception(unsigned kind)
{
	return (kind >= IR_KIND_STRONG && kind <= IR_KIND_LOUD && kind != IR_KIND_THREAD &&
		   kind != IR_KIND_UNHANDLED) ||
	       kind == IR_KIND_PY_GROUP;
}

static enum ir_fold_step
in_python(struct ir_fold *f, uint8_t cls)
{
	unsigned kind = cls & IR_FOLD_KIND;

	if (kind == IR_KIND_PY_FRAME)
		return f->muted ? IR_FOLD_MORE : IR_FOLD_FRAME;
	if (cls & IR_FOLD_GROUP) {
		f->state = PY_GROUP;
		return IR_FOLD_MORE;
	}
	if (kind == IR_KIND_EMPTY) {
		/* the interpreter leaves a line empty before the threads of a crash, and nowhere else */
		f->state = f->language == IR_FOLD_PYTHON ? PY_DONE : PY;
		return IR_FOLD_MORE;
	}
	if (kind == IR_KIND_PY_CALLS || kind == IR_KIND_PY_LOGGING || (cls & IR_FOLD_INDENT))
		return IR_FOLD_MORE;
	/* the line of code, when what came before each line took its indentation */
	if (f->wrapped && f->frame && kind != IR_KIND_STRONG && kind != IR_KIND_WEAK)
		return IR_FOLD_MORE;
	f->state = PY_DONE;
	return in_if(names_exception(kind), IR_FOLD_ERROR);
}

static enum ir_fold_step
after_python(struct ir_fold *f, uint8_t cls)
{
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_EMPTY:
	case IR_KIND_TAIL:
	case IR_KIND_QUOTES:
		return IR_FOLD_MORE;
	case IR_KIND_PY_CHAIN:
		f->state = PY_CHAIN;
		return IR_FOLD_MORE;
	case IR_KIND_PY_CALLS:
		f->state = PY;
		f->muted = true;
		return IR_FOLD_MORE;
	}
	return in_if((cls & IR_FOLD_INDENT) && (!f->gap || f->headers), IR_FOLD_MORE);
}

static enum ir_fold_step
in_chain(struct ir_fold *f, uint8_t cls)
{
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_EMPTY:
		return IR_FOLD_MORE;
	case IR_KIND_PY_TRACEBACK:
		return open_as(f, cls, IR_FOLD_MORE);
	case IR_KIND_PY_FRAME:
		return open_as(f, cls, IR_FOLD_FRAME);
	}
	return IR_FOLD_NEW;
}

/* Behind the bars of an ExceptionGroup: the group's own error, and the first that is in it. */
static enum ir_fold_step
in_group(struct ir_fold *f, uint8_t cls)
{
	unsigned kind = cls & IR_FOLD_KIND;
	bool inner = !(cls & IR_FOLD_INDENT) && names_exception(kind);

	if (!(cls & IR_FOLD_GROUP))
		return after_python(f, cls);
	if (kind == IR_KIND_PY_FRAME)
		return f->leaf ? IR_FOLD_MORE : IR_FOLD_FRAME;
	if (!inner || f->leaf)
		return IR_FOLD_MORE;
	f->leaf = kind != IR_KIND_PY_GROUP;
	return IR_FOLD_ERROR;
}

static enum ir_fold_step
in_node(struct ir_fold *f, uint8_t cls)
{
	unsigned kind = cls & IR_FOLD_KIND;

	if (f->state == NODE_WHERE) {
		f->state = NODE_CODE;
		return in_if(kind != IR_KIND_EMPTY, IR_FOLD_MORE);
	}
	if (f->state == NODE_CODE) {
		f->state = NODE_CARET;
		return in_if(kind == IR_KIND_CARET, IR_FOLD_MORE);
	}
	if (kind == IR_KIND_EMPTY)
		return IR_FOLD_MORE;
	if (!f->gap && kind != IR_KIND_STRONG && kind != IR_KIND_WEAK)
		return IR_FOLD_NEW;
	f->state = ERROR;
	f->sure = 2;
	return IR_FOLD_ERROR;
}

static enum ir_fold_step
in_go(struct ir_fold *f, uint8_t cls)
{
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_GOROUTINE:
		f->muted = f->state == GO_STACK;
		f->state = GO_STACK;
		return IR_FOLD_MORE;
	case IR_KIND_EMPTY:
	case IR_KIND_GO_MORE:
		return IR_FOLD_MORE;
	case IR_KIND_GO_CREATED:
		f->muted = true;
		return IR_FOLD_MORE;
	case IR_KIND_GO_FUNCTION:
	case IR_KIND_GO_FILE:
		if (f->state == GO_STACK)
			return f->muted ? IR_FOLD_MORE : IR_FOLD_FRAME;
		break;
	case IR_KIND_GO_PANIC:
		return in_if(cls & IR_FOLD_INDENT, IR_FOLD_ERROR);
	}
	return in_if((cls & IR_FOLD_INDENT) && (!f->gap || f->headers), IR_FOLD_MORE);
}

static enum ir_fold_step
in_rust(struct ir_fold *f, uint8_t cls)
{
	unsigned kind = cls & IR_FOLD_KIND;

	if (f->state == RUST) {
		f->state = RUST_DONE;
		return kind == IR_KIND_EMPTY ? IR_FOLD_MORE : IR_FOLD_ERROR;
	}
	if (kind == IR_KIND_RUST_STACK) {
		f->state = RUST_STACK;
		return IR_FOLD_MORE;
	}
	if (kind == IR_KIND_RUST_NOTE)
		return IR_FOLD_MORE;
	if (f->state == RUST_STACK && (kind == IR_KIND_NUMBERED || kind == IR_KIND_AT))
		return IR_FOLD_FRAME;
	if (kind == IR_KIND_EMPTY)
		return in_if(f->state == RUST_STACK, IR_FOLD_MORE);
	return in_if((cls & IR_FOLD_INDENT) && !f->gap, IR_FOLD_MORE);
}

static enum ir_fold_step
in_ruby(struct ir_fold *f, uint8_t cls)
{
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_RUBY_FROM:
	case IR_KIND_RUBY_FRAME:
		f->leaf = true;
		return IR_FOLD_FRAME;
	case IR_KIND_RUBY_ERROR:
		return in_if(f->leaf && f->count++ < CAUSES_MAX, IR_FOLD_ERROR);
	case IR_KIND_CAUSE:
		return IR_FOLD_ERROR;
	case IR_KIND_CAUSES:
	case IR_KIND_EMPTY:
	case IR_KIND_TAIL:
		return IR_FOLD_MORE;
	}
	return in_if((cls & IR_FOLD_INDENT) && (!f->gap || f->headers || !f->leaf), IR_FOLD_MORE);
}

static enum ir_fold_step
in_php(struct ir_fold *f, uint8_t cls)
{
	switch (cls & IR_FOLD_KIND) {
	case IR_KIND_PHP_FRAME:
		return IR_FOLD_FRAME;
	case IR_KIND_PHP_NEXT:
		return IR_FOLD_ERROR;
	case IR_KIND_PHP_STACK:
	case IR_KIND_EMPTY:
	case IR_KIND_CLOSER:
		return IR_FOLD_MORE;
	}
	return in_if((cls & IR_FOLD_INDENT) && (!f->gap || f->headers), IR_FOLD_MORE);
}

static enum ir_fold_step
goes_on(struct ir_fold *f, uint8_t cls)
{
	switch ((enum state)f->state) {
	case NONE:
		return IR_FOLD_NEW;
	case ORDINARY:
	case ANNOUNCED:
		return after_ordinary(f, cls);
	case ERROR:
	case CAUSES:
		return in_error(f, cls);
	case STACK:
		return in_stack(f, cls);
	case PY:
		return in_python(f, cls);
	case PY_DONE:
		return after_python(f, cls);
	case PY_CHAIN:
		return in_chain(f, cls);
	case PY_GROUP:
		return in_group(f, cls);
	case PY_WARNING:
		return in_if((cls & IR_FOLD_INDENT) && f->lines == 1, IR_FOLD_MORE);
	case NODE_WHERE:
	case NODE_CODE:
	case NODE_CARET:
		return in_node(f, cls);
	case GO:
	case GO_STACK:
		return in_go(f, cls);
	case RUST:
	case RUST_DONE:
	case RUST_STACK:
		return in_rust(f, cls);
	case RUBY:
		return in_ruby(f, cls);
	case PHP:
		return in_php(f, cls);
	}
	return IR_FOLD_NEW;
}

/* Does a line with a header go on nevertheless? Where each line of a trace was given one, its frames have one too. */
static bool
wraps(struct ir_fold *f, uint8_t cls)
{
	unsigned kind = cls & IR_FOLD_KIND;

	if (f->wrapped)
		return true;
	if (!f->headers || f->lines != 1)
		return false;
	if (kind == IR_KIND_AT)
		f->wrapped = f->state == ORDINARY || f->state == ERROR;
	else if (kind == IR_KIND_PY_FRAME)
		f->wrapped = f->state == PY;
	else if (kind == IR_KIND_GOROUTINE || kind == IR_KIND_EMPTY || kind == IR_KIND_GO_MORE)
		f->wrapped = f->state == GO;
	else if (kind == IR_KIND_GO_FUNCTION)
		f->wrapped = f->state == GO_STACK;
	else if (kind == IR_KIND_RUBY_FROM || kind == IR_KIND_RUBY_FRAME)
		f->wrapped = f->state == RUBY;
	else if (kind == IR_KIND_PHP_STACK)
		f->wrapped = f->state == PHP;
	else if (kind == IR_KIND_RUST_STACK)
		f->wrapped = f->state == RUST_DONE;
	return f->wrapped;
}

static enum ir_fold_step
begin(struct ir_fold *f, uint8_t cls, size_t n, bool header)
{
	*f = (struct ir_fold){
		.state = ORDINARY, .headers = header, .lines = 1, .bytes = (uint32_t)(n < UINT32_MAX ? n : UINT32_MAX)
	};
	if (opens[cls & IR_FOLD_KIND].state)
		open_as(f, cls, IR_FOLD_NEW);
	if (header && f->state == ANNOUNCED)
		f->state = ORDINARY;
	f->frame = (cls & IR_FOLD_KIND) == IR_KIND_PY_FRAME;
	return IR_FOLD_NEW;
}

enum ir_fold_step
ir_fold_line(struct ir_fold *f, uint8_t cls, size_t n, bool header)
{
	enum ir_fold_step step;
	unsigned kind = cls & IR_FOLD_KIND;
	uint32_t lines = f->lines;

	if (header && !wraps(f, cls))
		return begin(f, cls, n, header);
	if (f->wrapped && f->headers)
		f->headers = false;
	step = goes_on(f, cls);
	if (step == IR_FOLD_NEW)
		return begin(f, cls, n, header);
	f->frame = kind == IR_KIND_PY_FRAME;
	f->gap = kind == IR_KIND_EMPTY;
	if (lines >= IR_FOLD_LINES || n > IR_FOLD_BYTES || f->bytes > IR_FOLD_BYTES - n) {
		/* too long: the rest is an event of its own, of the same trace */
		f->lines = 1;
		f->bytes = (uint32_t)(n < IR_FOLD_BYTES ? n : IR_FOLD_BYTES);
		return IR_FOLD_NEW;
	}
	f->lines++;
	f->bytes += (uint32_t)n;
	return step;
}
