/* scratch - a directory for the files of one unit test, gone at its end */
#ifndef IR_TESTS_UNIT_SCRATCH_H
#define IR_TESTS_UNIT_SCRATCH_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

static char scratch_top[512];

static inline void
scratch_die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Make it; as getcwd(3) would tell it. */
static inline const char *
scratch_new(struct ir_arena *arena)
{
	const char *tmp = getenv("TMPDIR");
	char made[sizeof scratch_top], *real = NULL;

	snprintf(made, sizeof made, "%s/ir-unit.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(made) || !(real = realpath(made, NULL)))
		scratch_die(made);
	snprintf(scratch_top, sizeof scratch_top, "%s", real);
	free(real);
	return ir_strdup(arena, scratch_top);
}

/* A directory in it, with its parents. */
static inline const char *
scratch_dir(struct ir_arena *arena, const char *name)
{
	char *path = ir_asprintf(arena, "%s/%s/", scratch_top, name);

	for (char *s = path + strlen(scratch_top) + 1; (s = strchr(s, '/')); *s++ = '/') {
		*s = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			scratch_die(path);
	}
	path[strlen(path) - 1] = '\0';
	return path;
}

/* A file in it, mode 0600. */
static inline void
scratch_file(const char *name, const char *text)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", scratch_top, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0 || chmod(path, 0600) < 0)
		scratch_die(path);
}

static inline int
scratch_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void
scratch_done(void)
{
	if (chdir("/") == 0 && *scratch_top)
		nftw(scratch_top, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
