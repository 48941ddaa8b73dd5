/* files - names of files for completion */
#include "cli/files.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

enum { ENTRIES_MAX = 2000 };

struct files {
	struct ir_ctx *ctx;
	void (*add)(void *, const char *value, const char *doc);
	void *arg;
	size_t left; /* entries that are still looked at */
};

static bool
is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Those in dir ("" or with its slash) whose names begin with head. */
static struct ir_list
matches(struct files *f, const char *dir, const char *head)
{
	DIR *d = opendir(*dir ? dir : ".");
	struct ir_list ret = { 0 };
	size_t n = strlen(head);

	for (struct dirent *e; d && f->left > 0 && (e = readdir(d)) != NULL; f->left--) {
		if (strncmp(e->d_name, head, n) == 0 && (*e->d_name != '.' || *head == '.') &&
		    strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			ir_list_add(f->ctx->arena, &ret, ir_asprintf(f->ctx->arena, "%s%s", dir, e->d_name));
	}
	if (d)
		closedir(d);
	return ret;
}

static void
tell(struct files *f, const struct ir_list *paths)
{
	for (size_t i = 0; i < paths->n; i++) {
		bool dir = is_directory(paths->v[i]);

		f->add(f->arg, dir ? ir_asprintf(f->ctx->arena, "%s/", paths->v[i]) : paths->v[i],
		    dir ? "directory" : "file");
	}
}

void
ir_files_complete(
    struct ir_ctx *ctx, const char *prefix, void (*add)(void *, const char *value, const char *doc), void *arg)
{
	struct files f = { ctx, add, arg, ENTRIES_MAX };
	const char *slash = strrchr(prefix, '/'), *head = slash ? slash + 1 : prefix;
	const char *dir = slash ? ir_strndup(ctx->arena, prefix, (size_t)(head - prefix)) : "";
	struct ir_list found = matches(&f, dir, head);

	/* A shell that has but one word puts a blank behind it. */
	if (found.n == 1 && is_directory(found.v[0])) {
		struct ir_list in = matches(&f, ir_asprintf(ctx->arena, "%s/", found.v[0]), "");

		if (in.n > 0)
			found = in;
	}
	tell(&f, &found);
}
