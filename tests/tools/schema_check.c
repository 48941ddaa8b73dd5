/* schema_check - every line of standard input is a record of a known kind that keeps to its schema; says which are not */
#include "rec/kinds.h"
#include "rec/schema.h"

#include <jansson.h>

static const char *
wrong(const char *line, size_t n, struct ir_err *err)
{
	json_error_t jerr;
	json_t *obj = json_loadb(line, n, JSON_REJECT_DUPLICATES, &jerr);
	const struct ir_kind *kind = obj ? ir_kind_find(json_string_value(json_object_get(obj, "kind"))) : NULL;
	const char *ret = NULL;

	if (!obj)
		ret = "not JSON";
	else if (!kind)
		ret = "not of a known kind";
	else if (ir_schema_check(kind, obj, err) != 0)
		ret = err->msg;
	json_decref(obj);
	return ret;
}

int
main(void)
{
	char *line = NULL;
	size_t cap = 0, bad = 0, all = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		struct ir_err err = IR_ERR_INIT;
		const char *why = wrong(line, (size_t)n, &err);

		all++;
		if (why)
			printf("%s: %s", why, line);
		bad += why != NULL;
	}
	free(line);
	printf("%zu records, %zu bad\n", all, bad);
	return bad != 0 || all == 0;
}
