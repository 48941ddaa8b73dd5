/*
 * cleanup - free on every way out of a scope
 *
 *	IR_CLEANUP(ir_buf_done) struct ir_buf b;
 */
#ifndef IR_BASE_CLEANUP_H
#define IR_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IR_CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void
ir_free_p(void *p)
{
	free(*(void **)p);
}

static inline void
ir_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
ir_fclose_p(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define IR_FREE   IR_CLEANUP(ir_free_p)
#define IR_CLOSE  IR_CLEANUP(ir_close_p)
#define IR_FCLOSE IR_CLEANUP(ir_fclose_p)

#endif
