/* match - which containers are of the project that was asked for */

#include "runtime/docker.h"

static bool
wanted(const struct ir_container *c, const struct ir_runtime_query *q)
{
	if (q->all)
		return true;
	if (!c->project)
		return false;
	return !q->project || strcmp(c->project, q->project) == 0;
}

/* Brought up from this directory under another name (compose -p NAME): they are meant when nothing bears the
 * name itself. */
static bool
from_dir(const struct ir_container *c, const struct ir_runtime_query *q)
{
	return c->project && c->dir && q->dir && strcmp(c->dir, q->dir) == 0;
}

size_t
ir_docker_match(struct ir_arena *arena, struct ir_container *v, size_t n, const struct ir_runtime_query *q,
    struct ir_list *projects)
{
	bool (*is)(const struct ir_container *, const struct ir_runtime_query *) = wanted;
	size_t kept = 0, named = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].project && !ir_list_has(projects, v[i].project))
			ir_list_add(arena, projects, v[i].project);
		named += wanted(&v[i], q);
	}
	if (named == 0)
		is = from_dir;
	for (size_t i = 0; i < n; i++) {
		if (is(&v[i], q))
			v[kept++] = v[i];
	}
	return kept;
}
