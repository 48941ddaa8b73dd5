/* plugin - output of real plugins (monitoring-plugins 2.3.3), and of careless ones */

#include "probe/plugin.h"
#include "tap.h"

static struct ir_arena arena;

static struct ir_plugin
parse(const char *text)
{
	struct ir_plugin p;

	ir_plugin_parse(&arena, text, strlen(text), &p);
	return p;
}

static void
test_real(void)
{
	struct ir_plugin p = parse("LOAD CRITICAL - total load average: 7.05, 8.54, 8.15|load1=7.050;0.001;0.002;0; "
				   "load5=8.540;5.000;6.000;0; "
				   "load15=8.150;5.000;6.000;0; \n");

	IS_STR(p.summary, "LOAD CRITICAL - total load average: 7.05, 8.54, 8.15", "check_load: summary");
	IS_INT(p.perfdata.n, 3, "three values");
	IS_STR(p.perfdata.v[0], "load1=7.050;0.001;0.002;0;", "the first");
	p = parse("HTTP OK: HTTP/1.1 200 OK - 615 bytes in 0.003 second response time |time=0.002886s;;;0.000000 "
		  "size=615B;;;0\n");
	IS_STR(p.summary, "HTTP OK: HTTP/1.1 200 OK - 615 bytes in 0.003 second response time", "check_http: summary");
	IS_STR(p.perfdata.v[1], "size=615B;;;0", "with its unit");
	p = parse("DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968\n/ 15272 MB (77%);\n/boot 68 MB "
		  "(69%); | "
		  "/boot=68MB;88;93;0;98\n/home=69357MB;253404;253409;0;253414\n");
	IS_STR(p.summary, "DISK OK - free space: / 3326 MB (56%);", "the guidelines' example of long output: summary");
	IS_INT(p.perfdata.n, 3, "performance data of the first line, and of all behind the second bar");
	IS_STR(p.perfdata.v[2], "/home=69357MB;253404;253409;0;253414", "the last");
}

static void
test_labels(void)
{
	struct ir_plugin p = parse("ok | 'a b'=1s 'it''s'=2;3 '=5 =6 bad good=7 x=U y=Uz z=- w=1.5e3 =");

	IS_INT(p.perfdata.n, 5, "what is not performance data is left out");
	IS_STR(p.perfdata.v[0], "a b=1s", "a quoted label");
	IS_STR(p.perfdata.v[1], "it's=2;3", "with a quote in it");
	IS_STR(p.perfdata.v[2], "good=7", "what follows nonsense");
	IS_STR(p.perfdata.v[3], "x=U", "a value that is not known");
	IS_STR(p.perfdata.v[4], "w=1.5e3", "a number");
}

static void
test_odd(void)
{
	struct ir_buf many;

	IS_STR(parse("").summary, "", "nothing at all");
	IS_STR(parse("\n\n").summary, "", "empty lines");
	IS_STR(parse("| a=1").summary, "", "only performance data");
	IS_INT(parse("| a=1").perfdata.n, 1, "which is read");
	IS_STR(parse("  spaced \r\n").summary, "spaced", "blanks around are dropped");
	IS_STR(parse("\033[31mred\377").summary, "\033[31mred\\xff", "made valid UTF-8");
	IS_INT(parse("x|'unended=1").perfdata.n, 0, "a label without its second quote");
	ir_buf_init(&many, 1 << 20);
	ir_buf_adds(&many, "x|");
	for (int i = 0; i < 5000; i++)
		ir_buf_addf(&many, "a%d=1 ", i);
	IS_INT(parse(many.data).perfdata.n, IR_PERFDATA_MAX, "there is an end to it");
	ir_buf_done(&many);
}

int
main(void)
{
	test_real();
	test_labels();
	test_odd();
	IS_INT(ir_plugin_status(0), IR_STATUS_OK, "0");
	IS_INT(ir_plugin_status(1), IR_STATUS_WARN, "1");
	IS_INT(ir_plugin_status(2), IR_STATUS_FAIL, "2");
	IS_INT(ir_plugin_status(3), IR_STATUS_UNKNOWN, "3");
	IS_INT(ir_plugin_status(127), IR_STATUS_UNKNOWN, "and what is none of them");
	ir_arena_done(&arena);
	return tap_done();
}
