/* skeleton - what the digits of a line become, and that every instruction set of this machine finds the same lines alike */
#include "skeleton_alike.h"

static void
is_text(const char *line, const char *want)
{
	char out[ALIKE_MAX];
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
	is_text("L2CAP IPv6 IPv46 IPv6only 1h2m33s abc123xyz", "L2CAP IPv0 IPv0 IPv6only 0h2m0s 0xyz");
	is_text("w1y2 a1z2z", "w1y0 a1z2z");
	is_text("f47ac10b-58cc-4372-a567-0e02b2c3d479", "0-0-0-0-0");
	is_text("dead beef DEAD1 1a 1a2 1a2b abc1 1abc", "dead beef 0 0a 0a0 0 0 0");
	is_text("1a2g e4g5 12345g", "0a2g e4g0 0g");
	is_text("0x1f 0x7fff5FBF 0X12 0xdead 0x1g2 (0x1f)", "0x0f 0x0 0X0 0xdead 0x0g0 (0x0f)");
	is_text("0x1f3a 10x1f3a a0x12 0x0x12 L2x3y axis2a", "0x0 0x0 a0x0 0x0x0 L0x0y axis2a");
	is_text("aXis2a 1xdead2x3", "aXis2a 0x0x0");
	is_text("f47ac10b-face-4372-dead-beefbeefbeef.", "0-0-0-0-0.");
	is_text("deadbeef-face-4372-dead-0123456789ab", "0-0-0-0-0");
	is_text("f47ac10b-face-4372-dead-beefbeefbee", "0-face-0-dead-beefbeefbee");
	is_text("f47ac10b-face-4372-dead-beefbeefbeefb f47ac10b-face", "0-face-0-dead-beefbeefbeefb 0-face");
	is_text("gf47ac10b-face-4372-dead-beefbeefbeef", "gf0ac0b-face-0-dead-beefbeefbeef");
	is_text("f47ac10b-face-4372-deag-beefbeefbeef", "0-face-0-deag-beefbeefbeef");
	is_text("f47ac10b-face_4372-dead-beefbeefbeef", "0-face_0-dead-beefbeefbeef");
	is_text("xf47ac10b-ace1-face-dead-beefbeefbeefx", "x0-0-0-0-0x");
	is_text("1\xc3\xa9"
		"1a\xc3\xa9"
		"22",
	    "0\xc3\xa9"
	    "0a\xc3\xa9"
	    "0");
	is_text("1_a1_1", "0_a0_0");
}

/* Lines of a buffer, one after the other. */
static void
lengths(const struct ir_skeleton *set)
{
	static const char text[128] = "a 17\n\nb\n\n";
	const char *end = text + 9;
	size_t len, other;
	uint64_t empty, key;

	key = set->line(text, end, &len);
	OK(len == 4 && key == set->line(text, text + 4, &other) && other == 4, "%s: with and without newline",
	    set->name);
	empty = set->line(text + 5, end, &len);
	IS_INT((int64_t)len, 0, "%s: an empty line", set->name);
	OK(set->line(end, end, &other) == empty && other == 0, "%s: nothing", set->name);
	OK(set->line(text + 6, end, &len) != empty && len == 1, "%s: one byte", set->name);
	OK(set->line(text, text + 3, &len) == key && len == 3, "%s: cut within a run of digits", set->name);
}

int
main(void)
{
	static const char *const names[] = { "portable", "avx2", "avx512" };

	const char *fastest = "portable";

	texts();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct ir_skeleton *set = ir_skeleton_named(names[i]);

		if (!set) {
			SKIP(names[i], "the instruction set");
			continue;
		}
		IS_STR(set->name, names[i], "%s: its name", names[i]);
		fastest = names[i];
		lengths(set);
		alike_all(set, 100000);
	}
	OK(ir_skeleton_named("sse9") == NULL, "no such set");
	IS_STR(ir_skeleton_best()->name, fastest, "the best is the fastest that this machine has");
	return tap_done();
}
