/* discover - the repository's root, the user's directories */
#include "conf/discover.h"

#include <pwd.h>

#include "scratch.h"
#include "tap.h"

static struct ir_arena arena;

static void
finds_root(void)
{
	const char *top = scratch_new(&arena), *deep = scratch_dir(&arena, "repo/a/b");

	scratch_dir(&arena, "repo/.git");
	IS_STR(ir_discover_root(&arena, deep), ir_asprintf(&arena, "%s/repo", top), "upwards");
	IS_STR(ir_discover_root(&arena, ir_asprintf(&arena, "%s/repo", top)), ir_asprintf(&arena, "%s/repo", top),
	    "the root itself");
	scratch_file("repo/a/.git", "gitdir: elsewhere\n");
	IS_STR(ir_discover_root(&arena, deep), ir_asprintf(&arena, "%s/repo/a", top), "a linked work tree");
	IS_STR(ir_discover_root(&arena, top), NULL, "none");
	IS_STR(ir_discover_root(&arena, "/"), NULL, "none above");
}

static void
finds_dirs(void)
{
	const struct passwd *pw = getpwuid(getuid());

	setenv("HOME", "/home/me", 1);
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	setenv("XDG_CONFIG_HOME", "/c", 1);
	IS_STR(ir_discover_dir(&arena, "state"), "/home/me/.local/state/ir", "state below the home");
	IS_STR(ir_discover_dir(&arena, "cache"), "/home/me/.cache/ir", "cache below the home");
	IS_STR(ir_discover_dir(&arena, "config"), "/c/ir", "config where XDG_CONFIG_HOME says");
	setenv("XDG_CONFIG_HOME", "here", 1);
	IS_STR(ir_discover_dir(&arena, "config"), "/home/me/.config/ir", "a relative one is ignored");
	setenv("XDG_CONFIG_HOME", "", 1);
	IS_STR(ir_discover_dir(&arena, "config"), "/home/me/.config/ir", "so is an empty one");
	IS_STR(ir_discover_dir(&arena, "runtime"), NULL, "no runtime directory below the home");
	setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
	IS_STR(ir_discover_dir(&arena, "runtime"), "/run/user/1/ir", "runtime");
	IS_STR(ir_discover_dir(&arena, "music"), NULL, "something else");
	unsetenv("HOME");
	IS_STR(ir_discover_home(&arena), pw && *pw->pw_dir == '/' ? pw->pw_dir : NULL, "no HOME: the password file");
	setenv("HOME", "nowhere", 1);
	IS_STR(ir_discover_home(&arena), pw && *pw->pw_dir == '/' ? pw->pw_dir : NULL, "a relative HOME is none");
}

int
main(void)
{
	finds_root();
	finds_dirs();
	scratch_done();
	ir_arena_done(&arena);
	return tap_done();
}
