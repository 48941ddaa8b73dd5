/*
 * rotated - what a log file is called once another has taken its place
 *
 * "app.log.1" "app.log.2.gz" "app.log-20240503" "app-2024-05-03.log.zst" "app.2024-05-03.0.log" "app.log.old" were all app.log.
 */
#ifndef IR_LOGS_ROTATED_H
#define IR_LOGS_ROTATED_H

#include <stdbool.h>

#include "base/arena.h"

enum ir_rotation { IR_ROTATION_NONE, IR_ROTATION_NUMBER, IR_ROTATION_DATE, IR_ROTATION_OLD };

struct ir_rotated {
	enum ir_rotation how;
	const char *base;	/* "app.log"; the name itself, less a suffix of compression, when it is not rotated */
	const char *token;	/* "2" "20240503" */
	bool packed;		/* it ends in .gz, .zst and the like */
};

/* Of a file's name, without its directory. */
void ir_rotated_read(struct ir_arena *, const char *name, struct ir_rotated *);
/* Rotated siblings of the file, oldest first, as paths; written last at since_ms or later. At most some thousand. */
void ir_rotated_siblings(struct ir_arena *, const char *path, int64_t since_ms, struct ir_list *);
/* Put paths that were rotated from one file in the order in which they were written, oldest first; one that is there packed and unpacked is kept unpacked. */
void ir_rotated_sort(struct ir_arena *, struct ir_list *);

#endif
