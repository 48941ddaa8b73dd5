/* discover - what the directory and the environment say */
#include "conf/discover.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

const char *
ir_discover_root(struct ir_arena *arena, const char *dir)
{
	char *at = ir_strdup(arena, dir);
	struct stat st;

	for (;;) {
		size_t n = strlen(at);

		/* a file in a linked work tree or a submodule */
		if (stat(ir_asprintf(arena, "%s/.git", at), &st) == 0)
			return n ? at : "/";
		while (n && at[n - 1] != '/')
			n--;
		if (n == 0)
			return NULL;
		at[n - 1] = '\0';
	}
}

const char *
ir_discover_home(struct ir_arena *arena)
{
	const char *home = getenv("HOME");
	struct passwd pw, *found = NULL;
	char buf[4096];

	if (home && *home == '/')
		return home;
	if (getpwuid_r(getuid(), &pw, buf, sizeof buf, &found) == 0 && found && found->pw_dir && *found->pw_dir == '/')
		return ir_strdup(arena, found->pw_dir);
	return NULL;
}

const char *
ir_discover_dir(struct ir_arena *arena, const char *what)
{
	static const struct {
		const char *what, *variable, *below_home;
	} dirs[] = {
		{ "state", "XDG_STATE_HOME", ".local/state" },
		{ "config", "XDG_CONFIG_HOME", ".config" },
		{ "cache", "XDG_CACHE_HOME", ".cache" },
		{ "runtime", "XDG_RUNTIME_DIR", NULL },
	};

	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		const char *base = getenv(dirs[i].variable), *home;

		if (strcmp(dirs[i].what, what) != 0)
			continue;
		/* the specification: a relative one is to be ignored */
		if (base && *base == '/')
			return ir_asprintf(arena, "%s/ir", base);
		home = dirs[i].below_home ? ir_discover_home(arena) : NULL;
		return home ? ir_asprintf(arena, "%s/%s/ir", home, dirs[i].below_home) : NULL;
	}
	return NULL;
}
