/* log_fold - any lines as parts of stack traces: classes follow skeletons, events stay within their caps, spans within their line */
#include "logs/fold.h"
#include "logs/skeleton.h"
#include "logs/trace.h"

#include "fuzz.h"

static void
within(struct ir_span s, const char *p, size_t n)
{
	HOLDS(s.n == 0 || (s.p >= p && s.p + s.n <= p + n));
}

static void
one_line(const char *p, size_t n)
{
	struct ir_span type, text;
	struct ir_frame frame;

	if (ir_fold_frame(p, n, &frame)) {
		within(frame.file, p, n);
		within(frame.function, p, n);
		HOLDS(frame.line >= 0 && frame.file.n + frame.function.n > 0);
	}
	if (ir_fold_error(p, n, &type, &text))
		HOLDS(type.n > 0);
	within(type, p, n);
	within(text, p, n);
	if (ir_fold_error_within(p, n, &type, &text)) {
		HOLDS(type.n > 0);
		within(type, p, n);
		within(text, p, n);
	}
}

static void
same_class(const char *p, size_t n, uint8_t cls)
{
	char *out = malloc(n + 1);

	HOLDS(out != NULL);
	HOLDS(ir_fold_class(out, ir_skeleton_text(p, n, out)) == cls);
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t headers = fuzz_number(&data, &size, 4), calm = fuzz_number(&data, &size, 1);
	char *text = fuzz_string(data, size);
	struct ir_fold f = { .state = 0 };
	struct ir_trace t = { .n = 0 };
	size_t lines = 0, bytes = 0;

	for (size_t i = 0, line = 0; i < size; line++) {
		char *nl = memchr(text + i, '\n', size - i), *copy;
		size_t n = nl ? (size_t)(nl - text) - i : size - i;
		bool header = headers >> line % 32 & 1;
		enum ir_fold_step step;
		uint8_t cls;

		/* exactly its bytes, so that reading on is seen */
		copy = malloc(n ? n : 1);
		HOLDS(copy != NULL);
		memcpy(copy, text + i, n);
		cls = ir_fold_class(copy, n);
		same_class(copy, n, cls);
		one_line(copy, n);
		step = ir_fold_line(&f, cls, n, header);
		HOLDS(line > 0 || step == IR_FOLD_NEW);
		lines = step == IR_FOLD_NEW ? 1 : lines + 1;
		bytes = step == IR_FOLD_NEW ? n : bytes + n;
		HOLDS(lines == f.lines && lines <= IR_FOLD_LINES);
		HOLDS(lines == 1 || bytes <= IR_FOLD_BYTES);
		if (step == IR_FOLD_NEW)
			f.calm = calm >> line % 8 & 1;
		ir_trace_line(&t, &f, step, cls, copy, n);
		HOLDS(t.n <= IR_FOLD_FRAMES && t.at <= t.n && memchr(t.text, '\0', sizeof(t.text)));
		free(copy);
		i += n + 1;
	}
	ir_trace_text(&t, text, size);
	free(text);
	return 0;
}
