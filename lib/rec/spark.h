/*
 * spark - counts over time as a line of little bars, for people
 */
#ifndef IR_REC_SPARK_H
#define IR_REC_SPARK_H

#include <jansson.h>

#include "base/buf.h"

enum { IR_SPARK_WIDTH = 15 };	/* columns at most: beyond, each bar is of several neighbours */

/* Add the bars of a list of integers: the lowest is none at all, the highest the most of the list. An empty list is nothing. */
void ir_spark_add(struct ir_buf *, const json_t *counts);

#endif
