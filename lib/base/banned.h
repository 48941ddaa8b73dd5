/*
 * banned - functions that are a compile error here, and what to use instead
 *
 * Given to the compiler by -include, so that no file can forget it.
 */
#ifndef IR_BASE_BANNED_H
#define IR_BASE_BANNED_H

#include <netdb.h>	/* declares gethostbyname() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Fortified C libraries make macros of these, and a macro cannot be poisoned. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets	/* ir_buf_, snprintf */
#pragma GCC poison strtok asctime ctime gmtime localtime		/* strspn; _r */
#pragma GCC poison atoi atol atof					/* ir_parse_int */
#pragma GCC poison system popen						/* ir_proc_ */
#pragma GCC poison gethostbyname					/* ir_resolve_ */

#endif
