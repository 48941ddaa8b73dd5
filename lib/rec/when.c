/* when - an instant in one short word for people, and that word back */
#include "rec/when.h"

/* Each form is a stretch of RFC 3339, with a "Z" where it has a clock time; '0' stands for a digit. */
static const struct form {
	const char *shape;
	size_t from, len;
	int zulu;
} forms[] = {
	{ "00:00:00Z", 11, 8, 1 },
	{ "00-00T00:00Z", 5, 11, 1 },
	{ "0000-00-00", 0, 10, 0 },
};

static void
write_form(char out[static IR_WHEN_MAX], const struct form *f, int64_t ms)
{
	char full[IR_TIME_MAX];

	ir_time_format(full, ms);
	snprintf(out, IR_WHEN_MAX, "%.*s%s", (int)f->len, full + f->from, f->zulu ? "Z" : "");
}

const char *
ir_when(char out[static IR_WHEN_MAX], int64_t ms, int64_t now_ms)
{
	const int64_t hour = 3600 * INT64_C(1000);
	/* in double: any two instants can be subtracted */
	double away = (double)ms - (double)now_ms;

	if (ms == IR_TIME_NONE) {
		snprintf(out, IR_WHEN_MAX, "-");
		return out;
	}
	if (away < 0)
		away = -away;
	write_form(out, &forms[away < (double)(20 * hour) ? 0 : away < (double)(300 * 24 * hour) ? 1 : 2], ms);
	return out;
}

static const struct form *
form_of(const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *shape = forms[i].shape;
		size_t k = 0;

		while (k < n && shape[k] && (shape[k] == '0' ? s[k] >= '0' && s[k] <= '9' : s[k] == shape[k]))
			k++;
		if (k == n && !shape[k])
			return &forms[i];
	}
	return NULL;
}

int
ir_when_valid(const char *s, size_t n)
{
	return form_of(s, n) != NULL;
}

int
ir_when_fits(const char *s, size_t n, int64_t ms)
{
	const struct form *f = form_of(s, n);
	char word[IR_WHEN_MAX];

	if (!f || ms == IR_TIME_NONE)
		return 0;
	write_form(word, f, ms);
	return strlen(word) == n && memcmp(word, s, n) == 0;
}
