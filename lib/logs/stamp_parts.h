/*
 * stamp_parts - what a time says, before it is an instant (for stamp*.c alone)
 */
#ifndef IR_LOGS_STAMP_PARTS_H
#define IR_LOGS_STAMP_PARTS_H

#include "logs/stamp.h"

struct ir_stamp_parts {
	int year, month, day;	/* year -1: not said; month 0: a time alone */
	int hour, minute, second, ms;
	int zone_min;		/* minutes east */
	bool zoned;
};

/* What a shape may have after its seconds, and what is odd about it. */
enum {
	IR_STAMP_FRACTION = 1,
	IR_STAMP_MICROS = 1 << 1,	/* a fraction of six digits, or it is none */
	IR_STAMP_ZONE = 1 << 2,		/* also after a space */
	IR_STAMP_MERIDIEM = 1 << 3,	/* AM, PM */
	IR_STAMP_YEAR = 1 << 4,		/* " 2024" */
	IR_STAMP_ALONE = 1 << 5,	/* a day or a time alone: easily part of something else */
};

/*
 * A time that is written as the last one was, but for what comes after its minute: most of them are. Keep: of a shape with seconds at its end and nothing but a fraction and a zone behind them, len
 * bytes long, ms after zone_min was taken off. Reread: the whole length, or 0: read it in full.
 */
void ir_stamp_keep(struct ir_stamp_base *, uint8_t shape, const char *p, size_t len, const struct ir_stamp_parts *, int64_t ms);
size_t ir_stamp_reread(const char *p, size_t n, const struct ir_stamp_base *, int64_t *ms);

/* The zone at p + at, if one is there: where it ends. */
size_t ir_stamp_zone(const char *p, size_t n, size_t at, bool alone, struct ir_stamp_parts *);
/* Reads on at p + at. The whole length, or 0: it is no time after all. */
size_t ir_stamp_tail(const char *p, size_t n, size_t at, unsigned flags, struct ir_stamp_parts *);
/* 1 to 12, of three letters in any case; 0. */
int ir_stamp_month(const char *p);
/* Year, month and day from three numbers whose order is open: 05/03/24, 24/05/03, 03.05.2024. What is between them says what is likely. */
bool ir_stamp_order(struct ir_stamp_parts *, const int n[static 3], char between, const struct ir_stamp_base *);
/* The instant; false when the calendar has none. */
bool ir_stamp_reckon(const struct ir_stamp_parts *, struct ir_stamp_base *, int64_t *ms);
/* Times whose numbers have one digit or two. The whole length, or 0. */
size_t ir_stamp_loose(const char *p, size_t n, struct ir_stamp_base *, struct ir_stamp_parts *, int64_t *ms);

static inline bool
ir_stamp_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool
ir_stamp_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

/* Goes on with a word. */
static inline bool
ir_stamp_word(char c)
{
	return ir_stamp_digit(c) || ir_stamp_letter(c) || c == '_';
}

#endif
