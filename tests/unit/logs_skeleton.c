/* skeleton - what the digits of a line become, and that every instruction set finds the same lines alike */
#include "logs/line.h"
#include "logs/skeleton.h"

#include "tap.h"

static void
is_text(const char *line, const char *want)
{
	char out[512];
	size_t n = ir_skeleton_text(line, strlen(line), out);

	out[n] = '\0';
	IS_STR(out, want, "'%s'", line);
}

static void
texts(void)
{
	is_text("", "");
	is_text("no digits, Face, bad CAFE", "no digits, Face, bad CAFE");
	is_text("2024-05-23T01:02:03.123456Z +0200", "0-0-0T0:0:0.0Z +0");
	is_text("took 17ms of 1.5s", "took 0ms of 0.0s");
	is_text("blk_-1608999687919862906 eth0 eth12", "blk_-0 eth0 eth0");
	is_text("L2CAP IPv6 IPv46 IPv6only 1h2m33s abc123xyz", "L2CAP IPv0 IPv0 IPv6only 0h2m33s abc123xyz");
	is_text("x1y2 a1z2z", "x1y0 a1z2z");
	is_text("f47ac10b-58cc-4372-a567-0e02b2c3d479", "0-0-0-0-0");
	is_text("dead beef DEAD1 1a 1a2 1a2b abc1 1abc", "dead beef 0 0a 0a0 0 0 0");
	is_text("1a2g e4g5 12345g", "0a2g e4g0 0g");
	is_text("0x1f 0x7fff5FBF 0X12 0xdead 0x1g2 (0x1f)", "0x0f 0x0 0X0 0xdead 0x0g0 (0x0f)");
	is_text("0x1f3a 10x1f3a a0x12 0x0x12", "0x0 0x1f3a a0x0 0x0x0");
	is_text("00x1f 0x", "0x1f 0x");
	is_text("1\xc3\xa9"
		"1a\xc3\xa9"
		"22",
	    "0\xc3\xa9"
	    "0a\xc3\xa9"
	    "0");
	is_text("1_a1_1", "0_a0_0");
}

int
main(void)
{
	texts();
	return tap_done();
}
