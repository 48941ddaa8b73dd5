/*
 * fold_kind - what a line of a stack trace can be, by itself
 */
#ifndef IR_LOGS_FOLD_KIND_H
#define IR_LOGS_FOLD_KIND_H

/* A class is a kind and these. */
enum {
	IR_FOLD_KIND = 0x3f,
	IR_FOLD_GROUP = 0x40,	/* behind the bar of an ExceptionGroup: "  | " */
	IR_FOLD_INDENT = 0x80,	/* begins with white space (behind the bar, where there is one) */
};

enum ir_fold_kind {
	IR_KIND_PLAIN,
	IR_KIND_EMPTY,
	IR_KIND_ANNOUNCE,	/* an ordinary line with words as "error" or "failed": a trace may follow */
	IR_KIND_STRONG,		/* "java.lang.IllegalStateException: x": an exception, and little else is written so */
	IR_KIND_THREAD,		/* "Exception in thread", "Unhandled exception.": a trace follows */
	IR_KIND_UNHANDLED,	/* the same, and the exception is on the next line */
	IR_KIND_WEAK,		/* "Error: x" */
	IR_KIND_NAME,		/* "Name: x", "Name": in a trace it could be an exception */
	IR_KIND_LOUD,		/* the same, with such words as announce an error */
	IR_KIND_CAUSE,		/* "Caused by: X: x", "[cause]: X: x", " ---> X: x" */
	IR_KIND_CAUSES,		/* "Caused by:" and nothing else */
	IR_KIND_SUPPRESSED,
	IR_KIND_AT,		/* "at x(y)" */
	IR_KIND_OMITTED,	/* "... 7 more", "--- End of inner exception stack trace ---" */
	IR_KIND_CLOSER,		/* "}" */
	IR_KIND_QUOTES,		/* three quotes */
	IR_KIND_TAIL,		/* what is known to stand below an exception: "DETAIL:  ", "[SQL: ", "Did you mean?" */
	IR_KIND_PY_TRACEBACK,
	IR_KIND_PY_STACK,	/* "Stack (most recent call last):" */
	IR_KIND_PY_CALLS,	/* "Call stack:" */
	IR_KIND_PY_FRAME,
	IR_KIND_PY_CHAIN,	/* "During handling of the above exception, …" */
	IR_KIND_PY_LOGGING,	/* "Message: …" and "Arguments: …", of logging itself */
	IR_KIND_PY_FATAL,
	IR_KIND_PY_WARNING,	/* "x.py:3: UserWarning: x" */
	IR_KIND_PY_GROUP,	/* "ExceptionGroup: x (2 sub-exceptions)" */
	IR_KIND_NODE_WHERE,	/* "/srv/app.js:3" */
	IR_KIND_NODE_END,	/* "Node.js v20.0.0" */
	IR_KIND_CARET,
	IR_KIND_GO_PANIC,
	IR_KIND_GO_MORE,	/* "[signal SIGSEGV…", "exit status 2" */
	IR_KIND_GOROUTINE,
	IR_KIND_GO_FUNCTION,
	IR_KIND_GO_FILE,
	IR_KIND_GO_CREATED,
	IR_KIND_RUST_PANIC,	/* "thread 'main' panicked at src/main.rs:3:9:": the message follows */
	IR_KIND_RUST_OLD,	/* "thread 'main' panicked at 'message', src/main.rs:3:9" */
	IR_KIND_RUST_STACK,
	IR_KIND_RUST_NOTE,
	IR_KIND_NUMBERED,	/* "  12: x" */
	IR_KIND_RUBY_ERROR,	/* "app.rb:3:in `f': message (Type)" */
	IR_KIND_RUBY_FRAME,	/* "app.rb:3:in `f'" */
	IR_KIND_RUBY_FROM,	/* the same after "from" */
	IR_KIND_RAILS_ERROR,	/* "Type (message):" */
	IR_KIND_PHP_FATAL,
	IR_KIND_PHP_STACK,
	IR_KIND_PHP_FRAME,
	IR_KIND_PHP_NEXT,
	IR_KIND_HEAD,		/* "Microsoft.Hosting.Lifetime[14]": behind a level, .NET's; what is said comes on the next line */
	IR_KINDS,
};

#endif
