/* stamp_loose - times whose numbers are written without their leading zeros, or in an order that is open */
#include "logs/stamp_parts.h"

/*
 * Y is four digits of a year, y two; M and D one or two of month and day, O and A exactly two; B a month's name; h one or two of the hour, m and s two, n and z one or two; a, b and c
 * three numbers whose order is open. All else stands for itself.
 */
static const char loose[][16] = {
	"a/b/c h:m:s",  /* 5/3/2024 1:02:03 PM */
	"a/b/c, h:m:s", /* 5/3/2024, 1:02:03 PM */
	"a.b.c h:m:s",  /* 3.5.2024 1:02:03 */
	"a.b.c, h:m:s", /* 3.5.2024, 01:02:03 */
	"a-b-c h:m:s",  /* 03-05-2024 01:02:03 */
	"Y/M/D h:m:s",  /* 2024/5/3 1:02:03 */
	"Y-M-D h:m:s",
	"Y.M.D h:m:s",
	"B D, Y h:m:s", /* May 03, 2024 1:02:03 AM */
	"B D, Y, h:m:s",
	"YOA-h:n:z",  /* 20171223-22:5:9:606 */
	"yOA h:m:s",  /* 240503 1:02:03 */
	"yOA  h:m:s", /* 240503  1:02:03 */
	"YOA  h:m:s",
};

struct number {
	uint8_t least, most;
	int *to;
};

static struct number
number_of(char letter, struct ir_stamp_parts *t, int order[static 3])
{
	switch (letter) {
	case 'Y':
		return (struct number){ 4, 4, &t->year };
	case 'y':
		return (struct number){ 2, 2, &t->year };
	case 'M':
	case 'O':
		return (struct number){ letter == 'M' ? 1 : 2, 2, &t->month };
	case 'D':
	case 'A':
		return (struct number){ letter == 'D' ? 1 : 2, 2, &t->day };
	case 'a':
	case 'b':
		return (struct number){ 1, 2, &order[letter - 'a'] };
	case 'c':
		return (struct number){ 2, 4, &order[2] };
	case 'h':
		return (struct number){ 1, 2, &t->hour };
	case 'm':
	case 'n':
		return (struct number){ letter == 'm' ? 2 : 1, 2, &t->minute };
	case 's':
	case 'z':
		return (struct number){ letter == 's' ? 2 : 1, 2, &t->second };
	default:
		return (struct number){ 0 };
	}
}

/* The digits read, or 0. */
static size_t
read_number(const char *p, size_t n, const struct number *num)
{
	size_t i = 0;
	int v = 0;

	for (; i < n && i < num->most && ir_stamp_digit(p[i]); i++)
		v = 10 * v + p[i] - '0';
	*num->to = v;
	return i < num->least || i == 3 ? 0 : i;
}

static size_t
read_loose(const char *text, const char *p, size_t n, struct ir_stamp_parts *t, int order[static 3])
{
	size_t at = 0;

	for (const char *c = text; *c; c++) {
		struct number num = number_of(*c, t, order);
		size_t len = 1;

		if (num.most) {
			len = read_number(p + at, n - at, &num);
		} else if (*c == 'B') {
			t->month = n - at >= 3 ? ir_stamp_month(p + at) : 0;
			len = t->month ? 3 : 0;
		} else if (at >= n || p[at] != *c) {
			len = 0;
		}
		if (!len)
			return 0;
		at += len;
	}
	return ir_stamp_tail(p, n, at, IR_STAMP_FRACTION | IR_STAMP_MERIDIEM | IR_STAMP_ZONE, t);
}

size_t
ir_stamp_loose(const char *p, size_t n, struct ir_stamp_base *b, struct ir_stamp_parts *t, int64_t *ms)
{
	for (size_t i = 0; i < sizeof loose / sizeof *loose; i++) {
		int order[3] = { 0 };
		size_t len;

		*t = (struct ir_stamp_parts){ 0 };
		len = read_loose(loose[i], p, n, t, order);
		if (!len)
			continue;
		if (loose[i][0] == 'a' && !ir_stamp_order(t, order, loose[i][1], b))
			continue;
		if (loose[i][0] == 'y')
			t->year += t->year < 70 ? 2000 : 1900;
		if (t->month && ir_stamp_reckon(t, b, ms))
			return len;
	}
	return 0;
}
