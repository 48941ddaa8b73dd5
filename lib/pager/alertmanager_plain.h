/*
 * alertmanager_plain - an object of JSON whose texts are plain, by its bytes
 *
 * Most of ten thousand alerts is printable ASCII without a backslash, which stands for itself. An object is walked member by member; whatever is not like that (a string that is odd, or the whole object) is
 * left to jansson, which is slower by far and knows all of JSON.
 */
#ifndef IR_PAGER_ALERTMANAGER_PLAIN_H
#define IR_PAGER_ALERTMANAGER_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

enum { IR_PLAIN_ODD = 'e' };

struct ir_plain {
	const char *p;	/* of a string: within its quotes */
	size_t n;
	char type;	/* '"'; IR_PLAIN_ODD: a string that does not stand for itself; '{' '[': an object and a list are whole, and their insides not looked at */
};

struct ir_plain_walk {
	const char *at, *end;
	bool first;
};

void ir_plain_begin(struct ir_plain_walk *, const char *p, size_t n);
/* The next member. 1; 0: that was the last one; -1: it is not plain. */
int ir_plain_next(struct ir_plain_walk *, struct ir_plain *key, struct ir_plain *value);
bool ir_plain_is(const struct ir_plain *, const char *text);

#endif
