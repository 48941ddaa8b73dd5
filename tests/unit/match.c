/* match - containers of the project that is asked for */

#include "runtime/docker.h"
#include "tap.h"

static struct ir_arena arena;

static size_t
match(const struct ir_runtime_query *q, const char **first, size_t *projects)
{
	struct ir_container v[] = {
		{ .name = "shop_web_1", .project = "shop", .dir = "/srv/shop" },
		{ .name = "blog_web_1", .project = "blog", .dir = "/srv/blog" },
		{ .name = "shop_db_1", .project = "shop", .dir = "/srv/shop" },
		{ .name = "plain" },
	};
	struct ir_list seen = { 0 };
	size_t n = ir_docker_match(&arena, v, 4, q, &seen);

	*first = n ? v[0].name : NULL;
	*projects = seen.n;
	return n;
}

int
main(void)
{
	const char *first;
	size_t projects;

	IS_INT(match(&(struct ir_runtime_query){ .project = "shop" }, &first, &projects), 2, "by name");
	IS_STR(first, "shop_web_1", "the right ones");
	IS_INT(projects, 2, "every project is seen, once");
	IS_INT(
	    match(&(struct ir_runtime_query){ .project = "nope" }, &first, &projects), 0, "a name that nothing bears");
	IS_INT(projects, 2, "the others are seen all the same");
	IS_INT(match(&(struct ir_runtime_query){ .project = "nope", .dir = "/srv/blog" }, &first, &projects), 1,
	    "by directory, when the name is another");
	IS_STR(first, "blog_web_1", "the one of that directory");
	IS_INT(match(&(struct ir_runtime_query){ .project = "shop", .dir = "/srv/blog" }, &first, &projects), 2,
	    "the name goes before the directory");
	IS_STR(first, "shop_web_1", "and alone");
	IS_INT(match(&(struct ir_runtime_query){ .project = NULL }, &first, &projects), 3, "any project");
	IS_INT(match(&(struct ir_runtime_query){ .all = true }, &first, &projects), 4, "all, outside compose too");
	ir_arena_done(&arena);
	return tap_done();
}
