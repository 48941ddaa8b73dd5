/* threshold - "NAME VALUE", as in `warn = connections 70%` */
#include "conf/threshold.h"

#include <math.h>

#include "base/num.h"

static const char *const written[] = {
	[IR_THRESHOLD_STATE] = "it can only be off",
	[IR_THRESHOLD_SHARE] = "write a share of the maximum, as 80%, or off",
	[IR_THRESHOLD_COUNT] = "write a number, as 30, or off",
	[IR_THRESHOLD_SECONDS] = "write a duration, as 30s or 5m, or off",
	[IR_THRESHOLD_BYTES] = "write a size, as 512M or 1G, or off",
	[IR_THRESHOLD_PER_SECOND] = "write a rate, as 10/s or 5/min, or off",
	[IR_THRESHOLD_PER_MINUTE] = "write a rate, as 10/s or 5/min, or off",
};

int
ir_threshold_split(const char *text, char name[static IR_THRESHOLD_NAME_MAX], const char **value, struct ir_err *err)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-"), gap = strspn(text + n, " \t");

	*value = text + n + gap;
	if (n == 0 || n >= IR_THRESHOLD_NAME_MAX || gap == 0 || !**value)
		return ir_fail(err, IR_CONFIG, "'%s' is not a measure and its threshold, as connections 70%%", text);
	memcpy(name, text, n);
	name[n] = '\0';
	return 0;
}

/* A decimal without sign, and what comes after it. */
static const char *
decimal(const char *s, double *ret)
{
	size_t n = strspn(s, "0123456789"), more = s[n] == '.' ? strspn(s + n + 1, "0123456789") : 0;
	double scale = 1, v = 0;

	if (n == 0 || n > 18 || more > 9 || (s[n] == '.' && more == 0))
		return NULL;
	for (size_t i = 0; i < n; i++)
		v = v * 10 + (s[i] - '0');
	for (size_t i = 0; i < more; i++)
		v += (s[n + 1 + i] - '0') * (scale /= 10);
	*ret = v;
	return s + n + (more ? more + 1 : 0);
}

static int
rate(const char *rest, bool per_minute, double *ret)
{
	bool minute = strcmp(rest, "/min") == 0;

	if (!minute && strcmp(rest, "/s") != 0)
		return -1;
	*ret *= minute == per_minute ? 1 : minute ? 1.0 / 60 : 60;
	return 0;
}

static int
number(const char *value, enum ir_threshold_unit unit, double *ret)
{
	const char *rest = decimal(value, ret);

	if (!rest)
		return -1;
	switch (unit) {
	case IR_THRESHOLD_SHARE:
		*ret /= 100;
		return strcmp(rest, "%") == 0 ? 0 : -1;
	case IR_THRESHOLD_PER_SECOND:
	case IR_THRESHOLD_PER_MINUTE:
		return rate(rest, unit == IR_THRESHOLD_PER_MINUTE, ret);
	default:
		return unit == IR_THRESHOLD_COUNT && !*rest ? 0 : -1;
	}
}

int
ir_threshold_value(const char *value, enum ir_threshold_unit unit, double *ret, struct ir_err *err)
{
	int64_t n;

	if (strcmp(value, "off") == 0) {
		*ret = (double)NAN;
		return 0;
	}
	if (unit == IR_THRESHOLD_SECONDS && ir_parse_duration(value, &n, NULL) == 0) {
		*ret = (double)n / 1000;
		return 0;
	}
	if (unit == IR_THRESHOLD_BYTES && ir_parse_size(value, &n, NULL) == 0) {
		*ret = (double)n;
		return 0;
	}
	if (number(value, unit, ret) == 0)
		return 0;
	ir_fail(err, IR_CONFIG, "'%s' is no such threshold", value);
	return ir_hint(err, "%s", written[unit]);
}
