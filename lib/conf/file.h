/*
 * file - small files, read whole
 */
#ifndef IR_CONF_FILE_H
#define IR_CONF_FILE_H

#include <stddef.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"

struct ir_file {
	const char *text;	/* NUL-terminated, in the arena */
	size_t      n;
	struct stat st;		/* of what was read, not of what the path leads to now */
};

/* Read a regular file (or /dev/null) of at most cap bytes; a pipe never blocks it. 1 when read, 0 when there is none, -1
 * with IR_CONFIG (the message begins with path). */
int ir_file_read(struct ir_arena *, const char *path, size_t cap, struct ir_file *ret, struct ir_err *);

/* Open like that. The descriptor, or -1 with errno set (EISDIR or EINVAL for what is not a regular file). */
int ir_file_open(const char *path, struct stat *st);

#endif
