/* logs_line_trace - the first lines of stack traces behind headers and in JSON: no header takes their words */
#include "logs/line_read.h"
#include "tap.h"

static struct ir_line_scratch scratch;

static void
says(const char *line, const char *message, const char *stack)
{
	struct ir_stamp_base base = { .newest_ms = 1732800000000 };
	struct ir_log_line l;
	char got[500], below[500];

	ir_line_read(&scratch, false, &base, line, strlen(line), &l, NULL);
	ir_line_split(&l);
	snprintf(got, sizeof(got), "%.*s", (int)l.message.n, l.message.n ? l.message.p : "");
	snprintf(below, sizeof(below), "%.*s", (int)l.stack.n, l.stack.p ? l.stack.p : "");
	IS_STR(got, message, "%s", line);
	IS_STR(below, stack, "and its stack");
}

int
main(void)
{
	ir_line_scratch_init(&scratch);
	says("2024-05-23T01:02:03.1Z stderr F KeyError: 18", "KeyError: 18", "");
	says("2024-05-23T01:02:03.1Z stderr F   File \"app.py\", line 3, in f", "  File \"app.py\", line 3, in f", "");
	says("2024-05-23T01:02:03.1Z stderr F Caused by: java.io.IOException: drawer",
	    "Caused by: java.io.IOException: drawer", "");
	says("2024-05-23T01:02:03.1Z stderr F panic: boom", "panic: boom", "");
	says("2024-05-23 01:02:03.1 ERROR shop.Till - java.lang.NullPointerException: null",
	    "java.lang.NullPointerException: null", "");
	says("May 23 01:02:03 web kernel: usb 1-1: new device", "usb 1-1: new device", "");
	says("F, [2024-05-23T01:02:03.123456 #7] FATAL -- : ActionView::Template::Error (no price):",
	    "ActionView::Template::Error (no price):", "");
	says("   ", "   ", "");
	says("{\"level\":\"error\",\"msg\":\"no\\nTraceback (most recent call last):\\nKeyError: 1\"}", "no",
	    "no\nTraceback (most recent call last):\nKeyError: 1");
	says("{\"level\":\"error\",\"msg\":\"no\\nway\",\"stack\":\"Error: no\"}", "no", "Error: no");
	says("{\"level\":\"error\",\"msg\":\"\\n\\nno\"}", "no", "");
	ir_line_scratch_done(&scratch);
	return tap_done();
}
