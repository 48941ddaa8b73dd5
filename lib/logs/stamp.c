/* stamp - times as logs write them: the shapes with a fixed width, and which of them a text has */
#include "logs/stamp.h"

#include <string.h>

#include "logs/stamp_parts.h"

/* How a shape's numbers are written, besides what its tail may hold (stamp_parts.h). */
enum {
	NAMED = 1 << 8,     /* the month is a name of three letters */
	PADDED = 1 << 9,    /* the day may begin with a space */
	ONE = 1 << 10,      /* the day is one digit */
	YEAR2 = 1 << 11,    /* the year is two digits */
	WEEKDAY = 1 << 12,  /* it begins with the name of a day */
	BRIEF = 1 << 13,    /* no seconds */
	OPEN = 1 << 14,     /* two digits each for year, month and day in an order that is open */
	SEPARATE = 1 << 15, /* the byte before the hour: T, t, space, _ - or : */
	FULL = IR_STAMP_FRACTION | IR_STAMP_ZONE,
};

/*
 * '0' is a digit, '*' any byte, all else stands for itself. Where the numbers begin: year, month, day, hour; -1: it says none. Then how far it is from one number of the
 * clock to the next.
 */
static const struct shape {
	char text[32];
	uint8_t len;
	int8_t year, month, day, hour, step;
	unsigned flags;
} shapes[] = {
#define SHAPE(text, ...) \
	{ \
		text, sizeof(text) - 1, __VA_ARGS__ \
	}
	SHAPE("0000-00-00*00:00:00", 0, 5, 8, 11, 3, FULL | SEPARATE),
	SHAPE("*** *0 00:00:00", -1, 0, 4, 7, 3, FULL | NAMED | PADDED),
	SHAPE("00/***/0000:00:00:00", 7, 3, 0, 12, 3, FULL | NAMED),
	SHAPE("0000/00/00*00:00:00", 0, 5, 8, 11, 3, FULL | SEPARATE),
	SHAPE("0000.00.00*00:00:00", 0, 5, 8, 11, 3, FULL | SEPARATE),
	SHAPE("0000-00-00-00.00.00", 0, 5, 8, 11, 3, IR_STAMP_FRACTION),
	SHAPE("0000.00.00-00.00.00", 0, 5, 8, 11, 3, IR_STAMP_FRACTION),
	SHAPE("0000-00-00*00-00-00", 0, 5, 8, 11, 3, IR_STAMP_FRACTION | SEPARATE),
	SHAPE("0000/00/00 - 00:00:00", 0, 5, 8, 13, 3, FULL), /* gin */
	SHAPE("0000-00-00, 00:00:00", 0, 5, 8, 12, 3, FULL),
	SHAPE("0000-00-00  00:00:00", 0, 5, 8, 12, 3, FULL),
	SHAPE("0000-00-00*00:00", 0, 5, 8, 11, 3, IR_STAMP_ZONE | IR_STAMP_ALONE | SEPARATE | BRIEF),
	SHAPE("0000/00/00*00:00", 0, 5, 8, 11, 3, IR_STAMP_ZONE | IR_STAMP_ALONE | SEPARATE | BRIEF),
	SHAPE("0000 *** *0 00:00:00", 0, 5, 9, 12, 3, FULL | NAMED | PADDED),
	SHAPE("0000-***-00*00:00:00", 0, 5, 9, 12, 3, FULL | NAMED | SEPARATE),
	SHAPE("0000 00:00:00", -1, 0, 2, 5, 3, IR_STAMP_FRACTION | IR_STAMP_MICROS), /* klog */
	SHAPE("00000000*00:00:00", 0, 4, 6, 9, 3, FULL | SEPARATE),
	SHAPE("00000000*000000", 0, 4, 6, 9, 2, FULL | SEPARATE),
	SHAPE("000000 00:00:00", 0, 2, 4, 7, 3, FULL | YEAR2),
	SHAPE("000000 000000", 0, 2, 4, 7, 2, IR_STAMP_FRACTION | YEAR2), /* HDFS */
	SHAPE("00/00/00*00:00:00", -1, -1, -1, 9, 3, FULL | IR_STAMP_MERIDIEM | SEPARATE | OPEN),
	SHAPE("00 *** 0000 00:00:00", 7, 3, 0, 12, 3, FULL | NAMED),
	SHAPE("00-***-0000*00:00:00", 7, 3, 0, 12, 3, FULL | NAMED | SEPARATE),
	SHAPE("00 *** 00:00:00", -1, 3, 0, 7, 3, FULL | NAMED),
	SHAPE("00-00 00:00:00", -1, 0, 3, 6, 3, FULL), /* Android */
	SHAPE("00.00 00:00:00", -1, 0, 3, 6, 3, FULL),
	SHAPE("00/00 00:00:00", -1, 0, 3, 6, 3, FULL),
	SHAPE("*** 0 00:00:00", -1, 0, 4, 6, 3, FULL | NAMED | ONE),
	SHAPE("*** *0 0000 00:00:00", 7, 0, 4, 12, 3, FULL | NAMED | PADDED),
	SHAPE("***-00 00:00:00", -1, 0, 4, 7, 3, FULL | NAMED),
	SHAPE("*** *** *0 00:00:00", -1, 4, 8, 11, 3, FULL | IR_STAMP_YEAR | NAMED | PADDED | WEEKDAY),
	SHAPE("*** *** *0 0000 00:00:00", 11, 4, 8, 16, 3, FULL | NAMED | PADDED | WEEKDAY),
	SHAPE("***, 00 *** 0000 00:00:00", 12, 8, 5, 17, 3, FULL | NAMED | WEEKDAY), /* RFC 1123 */
	SHAPE("00:00:00", -1, -1, -1, 0, 3, FULL | IR_STAMP_ALONE),
	SHAPE("0000-00-00", 0, 5, 8, -1, 0, IR_STAMP_ALONE),
	SHAPE("0000/00/00", 0, 5, 8, -1, 0, IR_STAMP_ALONE),
	SHAPE("0000.00.00", 0, 5, 8, -1, 0, IR_STAMP_ALONE),
#undef SHAPE
};

enum {
	N_SHAPES = sizeof shapes / sizeof *shapes,
	N_DAYS = 3,           /* the last of them: a day alone */
	LOOSE = N_SHAPES + 1, /* stamp_loose.c's */
	EPOCH,
};

int
ir_stamp_month(const char *p)
{
#define KEY(a, b, c) ((unsigned)(a) << 16 | (unsigned)(b) << 8 | (unsigned)(c))
	switch (KEY((unsigned char)p[0] | 0x20, (unsigned char)p[1] | 0x20, (unsigned char)p[2] | 0x20)) {
	case KEY('j', 'a', 'n'):
		return 1;
	case KEY('f', 'e', 'b'):
		return 2;
	case KEY('m', 'a', 'r'):
		return 3;
	case KEY('a', 'p', 'r'):
		return 4;
	case KEY('m', 'a', 'y'):
		return 5;
	case KEY('j', 'u', 'n'):
		return 6;
	case KEY('j', 'u', 'l'):
		return 7;
	case KEY('a', 'u', 'g'):
		return 8;
	case KEY('s', 'e', 'p'):
		return 9;
	case KEY('o', 'c', 't'):
		return 10;
	case KEY('n', 'o', 'v'):
		return 11;
	case KEY('d', 'e', 'c'):
		return 12;
	default:
		return 0;
	}
}

static bool
is_weekday(const char *p)
{
	switch (KEY((unsigned char)p[0] | 0x20, (unsigned char)p[1] | 0x20, (unsigned char)p[2] | 0x20)) {
	case KEY('m', 'o', 'n'):
	case KEY('t', 'u', 'e'):
	case KEY('w', 'e', 'd'):
	case KEY('t', 'h', 'u'):
	case KEY('f', 'r', 'i'):
	case KEY('s', 'a', 't'):
	case KEY('s', 'u', 'n'):
		return true;
	default:
		return false;
	}
#undef KEY
}

typedef unsigned char vec __attribute__((vector_size(16)));

/* Sixteen bytes against a shape's: all zero where they fit. */
static inline vec
misfit(const char *text, const char *shape)
{
	vec w, s, digit, any;

	memcpy(&w, text, sizeof w);
	memcpy(&s, shape, sizeof s);
	digit = (vec)(s == '0');
	any = (vec)(s == '*') | (vec)(s == '\0');
	w ^= s;
	return (w & ~(digit | any)) | (digit & (vec)(w > 9));
}

/* There are at least s->len bytes at p. */
static inline bool
fits(const struct shape *s, const char *p, size_t n)
{
	char few[sizeof(vec)] = { 0 };
	uint64_t half[2];
	vec bad;

	if (n < sizeof few)
		p = memcpy(few, p, n);
	bad = misfit(p, s->text);
	if (s->len > sizeof few)
		bad |= misfit(p + s->len - sizeof few, s->text + s->len - sizeof few);
	memcpy(half, &bad, sizeof half);
	return !(half[0] | half[1]);
}

static inline int
two(const char *p)
{
	return 10 * (p[0] - '0') + p[1] - '0';
}

/* The day of the month, which may begin with a space. */
static int
read_day(const struct shape *s, const char *p)
{
	if (s->flags & ONE)
		return p[0] - '0';
	if (!(s->flags & PADDED) || ir_stamp_digit(p[0]))
		return two(p);
	return p[0] == ' ' ? p[1] - '0' : 0;
}

static __attribute__((noinline)) bool
read_open(const char *p, const struct ir_stamp_base *b, struct ir_stamp_parts *t)
{
	return ir_stamp_order(t, (const int[]){ two(p), two(p + 3), two(p + 6) }, '/', b);
}

static inline bool
separates(char c)
{
	return c == 'T' || c == ' ' || c == 't' || c == '_' || c == '-' || c == ':';
}

static bool
read_date(const struct shape *s, const char *p, const struct ir_stamp_base *b, struct ir_stamp_parts *t)
{
	t->year = -1;
	if (s->flags & OPEN)
		return read_open(p, b, t);
	if (s->month < 0)
		return true;
	if ((s->flags & WEEKDAY) && !is_weekday(p))
		return false;
	t->month = s->flags & NAMED ? ir_stamp_month(p + s->month) : two(p + s->month);
	t->day = read_day(s, p + s->day);
	if (s->flags & YEAR2)
		t->year = two(p + s->year) + (p[s->year] < '7' ? 2000 : 1900);
	else if (s->year >= 0)
		t->year = 100 * two(p + s->year) + two(p + s->year + 2);
	return t->month && t->day;
}

static bool
read_clock(const struct shape *s, const char *p, struct ir_stamp_parts *t)
{
	if (s->hour < 0)
		return true;
	if ((s->flags & SEPARATE) && !separates(p[s->hour - 1]))
		return false;
	t->hour = two(p + s->hour);
	t->minute = two(p + s->hour + s->step);
	t->second = s->flags & BRIEF ? 0 : two(p + s->hour + 2 * s->step);
	return true;
}

/* The whole length, or 0. */
static size_t
read_shape(
    const struct shape *s, const char *p, size_t n, struct ir_stamp_base *b, struct ir_stamp_parts *t, int64_t *ms)
{
	size_t len;

	if (n < s->len || !fits(s, p, n))
		return 0;
	*t = (struct ir_stamp_parts){ 0 };
	if (!read_date(s, p, b, t) || !read_clock(s, p, t))
		return 0;
	len = ir_stamp_tail(p, n, s->len, s->flags, t);
	if (!len || !ir_stamp_reckon(t, b, ms))
		return 0;
	if ((s->flags & FULL) == FULL && !(s->flags & (IR_STAMP_YEAR | IR_STAMP_ALONE)) && t->hour == two(p + s->hour))
		ir_stamp_keep(b, (uint8_t)(s - shapes + 1), p, s->len, t, *ms);
	return len;
}

/* n digits, of which there are 10, 13, 16 or 19; seconds and milliseconds may have a fraction. */
static size_t
read_epoch(const char *p, size_t n, size_t digits, int64_t *ms)
{
	const int64_t first = INT64_C(978307200000), last = INT64_C(4102444800000);
	struct ir_stamp_parts t = { 0 };
	int64_t v = 0;
	size_t len;

	if (digits != 10 && digits != 13 && digits != 16 && digits != 19)
		return 0;
	for (size_t i = 0; i < 13; i++)
		v = 10 * v + (i < digits ? p[i] - '0' : 0);
	len = ir_stamp_tail(p, n, digits, digits <= 13 && n > digits && p[digits] == '.' ? IR_STAMP_FRACTION : 0, &t);
	if (!len || v < first || v >= last)
		return 0;
	*ms = v + (digits == 10 ? t.ms : 0);
	return len;
}

static size_t
count_digits(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && i < 20 && ir_stamp_digit(p[i]))
		i++;
	return i;
}

/* Digits that a shape begins with: the first thing to tell shapes apart. */
static size_t
lead(const struct shape *s)
{
	size_t i = 0;

	while (s->text[i] == '0')
		i++;
	return i;
}

static void
found(struct ir_stamp *ret, int shape, int64_t ms, const struct ir_stamp_parts *t)
{
	const struct shape *s = shape <= N_SHAPES ? &shapes[shape - 1] : NULL;

	*ret = (struct ir_stamp){ .ms = ms, .shape = (uint8_t)shape };
	ret->zoned = t->zoned;
	ret->dated = t->month > 0;
	ret->timed = !s || s->hour >= 0;
}

/* The first shape of [from, to) that the text has. */
static size_t
match_shapes(int from, int to, size_t digits, const char *p, size_t n, struct ir_stamp_base *b, struct ir_stamp *ret)
{
	struct ir_stamp_parts t;
	int64_t ms;

	for (int i = from; i < to; i++) {
		size_t len = digits == lead(&shapes[i]) ? read_shape(&shapes[i], p, n, b, &t, &ms) : 0;

		if (len) {
			found(ret, i + 1, ms, &t);
			return len;
		}
	}
	return 0;
}

static size_t
match_loose(size_t digits, const char *p, size_t n, struct ir_stamp_base *b, struct ir_stamp *ret)
{
	struct ir_stamp_parts t;
	int64_t ms;
	size_t len = digits == 3 || digits > 8 ? 0 : ir_stamp_loose(p, n, b, &t, &ms);

	if (len)
		found(ret, LOOSE, ms, &t);
	return len;
}

size_t
ir_stamp_match(const char *p, size_t n, struct ir_stamp_base *b, struct ir_stamp *ret)
{
	size_t digits = count_digits(p, n), len;
	int64_t ms;

	if (!digits && (n < 3 || (!ir_stamp_month(p) && !is_weekday(p))))
		return 0;
	len = read_epoch(p, n, digits, &ms);
	if (len) {
		*ret = (struct ir_stamp){ ms, EPOCH, .zoned = true, .dated = true, .timed = true, .epoch = true };
		return len;
	}
	len = match_shapes(0, N_SHAPES - N_DAYS, digits, p, n, b, ret);
	if (!len)
		len = match_loose(digits, p, n, b, ret);
	/* A day alone is what is left. */
	return len ? len : match_shapes(N_SHAPES - N_DAYS, N_SHAPES, digits, p, n, b, ret);
}

size_t
ir_stamp_again(uint8_t shape, const char *p, size_t n, struct ir_stamp_base *b, int64_t *ms)
{
	struct ir_stamp_parts t;
	struct ir_stamp s;
	size_t len = shape && shape == b->minute_shape ? ir_stamp_reread(p, n, b, ms) : 0;

	if (len)
		return len;
	if (shape && shape <= N_SHAPES && shapes[shape - 1].hour >= 0)
		return read_shape(&shapes[shape - 1], p, n, b, &t, ms);
	if (shape == EPOCH)
		return read_epoch(p, n, count_digits(p, n), ms);
	len = ir_stamp_match(p, n, b, &s);
	if (!len || s.shape != shape)
		return 0;
	*ms = s.ms;
	return len;
}
