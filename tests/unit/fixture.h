/* fixture - a recorded answer, whole; tests run in the top directory */
#ifndef IR_TESTS_UNIT_FIXTURE_H
#define IR_TESTS_UNIT_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

static inline char *
fixture(struct ir_arena *arena, const char *path, size_t *n)
{
	enum { MAX = 1 << 20 };
	FILE *f = fopen(path, "re");
	char *text = ir_arena_alloc(arena, MAX + 1);

	if (!f) {
		printf("Bail out! %s cannot be read\n", path);
		exit(1);
	}
	*n = fread(text, 1, MAX, f);
	fclose(f);
	return text;
}

#endif
