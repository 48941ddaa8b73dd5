/* num - what is parsed can be written and is then the same; every number can be written */
#include <inttypes.h>

#include "base/num.h"
#include "fuzz.h"

static void
holds_int(const char *s, int64_t limit)
{
	char text[32];
	int64_t v = 4711, back;

	if (ir_parse_int(s, INT64_MIN, INT64_MAX, &v, NULL) == 0) {
		snprintf(text, sizeof text, "%" PRId64, v);
		HOLDS(ir_parse_int(text, v, v, &back, NULL) == 0 && back == v);
		HOLDS((ir_parse_int(s, limit, INT64_MAX, &back, NULL) == 0) == (v >= limit));
		HOLDS((ir_parse_int(s, INT64_MIN, limit, &back, NULL) == 0) == (v <= limit));
	} else {
		HOLDS(v == 4711);
	}
}

/* Written, it is cut; written again, it is not cut further. */
static void
holds_duration(int64_t ms)
{
	char text[IR_NUM_MAX], again[IR_NUM_MAX];
	int64_t back;

	ir_format_duration(text, ms);
	HOLDS(strlen(text) > 0 && strlen(text) < IR_NUM_MAX && strlen(ir_format_age(again, ms)) < IR_NUM_MAX);
	if (ms < 0 || ms > 36525 * INT64_C(86400000))
		return;
	HOLDS(ir_parse_duration(text, &back, NULL) == 0 && back <= ms && ms - back < ms / 10 + 1);
	HOLDS(strcmp(ir_format_duration(again, back), text) == 0);
	HOLDS(ir_parse_duration(ir_format_age(again, ms), &back, NULL) == 0 && back <= ms);
}

static void
holds_size(int64_t bytes)
{
	char text[IR_NUM_MAX], again[IR_NUM_MAX];
	int64_t back;

	ir_format_size(text, bytes);
	HOLDS(strlen(text) > 2 && strlen(text) < IR_NUM_MAX);
	if (bytes < 0)
		return;
	HOLDS(ir_parse_size(text, &back, NULL) == 0 && back <= bytes && bytes - back <= bytes / 10);
	HOLDS(strcmp(ir_format_size(again, back), text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t number = (int64_t)fuzz_number(&data, &size, 8), v = 4711;
	struct ir_err err = IR_ERR_INIT;
	char *s = fuzz_string(data, size);
	int on = 4711;

	holds_int(s, number);
	holds_duration(number);
	holds_duration((int64_t)((uint64_t)number >> 24));
	holds_size(number);
	if (ir_parse_duration(s, &v, &err) == 0) {
		HOLDS(v >= 0 && v <= 36525 * INT64_C(86400000));
		holds_duration(v);
	} else {
		HOLDS(v == 4711 && err.code == IR_USAGE && *err.hint);
	}
	v = 4711;
	if (ir_parse_size(s, &v, &err) == 0) {
		HOLDS(v >= 0);
		holds_size(v);
	} else {
		HOLDS(v == 4711 && err.code == IR_USAGE && *err.hint);
	}
	HOLDS(ir_parse_bool(s, &on, &err) == 0 ? on == 0 || on == 1 : on == 4711);
	free(s);
	return 0;
}
