/* queue_types - `type` of a [queue] takes each job system there is, and no other */
#include "conf/conf.h"
#include "queue/run.h"
#include "tap.h"

static const struct ir_key *
type_key(void)
{
	for (const struct ir_section_type *s = ir_section_types; s->name; s++)
		for (const struct ir_key *k = s->keys; strcmp(s->name, "queue") == 0 && k->name; k++)
			if (strcmp(k->name, "type") == 0)
				return k;
	return NULL;
}

int
main(void)
{
	const struct ir_key *key = type_key();
	struct ir_arena arena = { 0 };
	struct ir_queue_found found = { .arena = &arena };
	char name[601] = "";
	size_t i = 0;

	while (key && key->choices[i] && ir_queue_types[i] && strcmp(key->choices[i], ir_queue_types[i]) == 0)
		i++;
	OK(key && !key->choices[i] && !ir_queue_types[i], "the same names in the same order");
	for (i = 0; ir_queue_types[i]; i++)
		OK(ir_queue_in_redis(ir_queue_types[i]) || ir_queue_in_sql(ir_queue_types[i]) ||
			strcmp(ir_queue_types[i], "rabbitmq") == 0,
		    "%s is somewhere", ir_queue_types[i]);
	OK(ir_queue_in_redis("huey") && ir_queue_in_sql("huey"), "one that is in either");
	OK(!ir_queue_in_redis("oban") && !ir_queue_in_sql("celery"), "and those that are not");
	for (i = 0; i < IR_QUEUES_MAX; i++) {
		snprintf(name, sizeof(name), "q%zu", IR_QUEUES_MAX - i);
		ir_queue_of(&found, i % 2 ? "rq" : "oban", name)->pending = (int64_t)i;
	}
	IS_INT((int64_t)found.res.n, IR_QUEUES_MAX, "as many queues as are told");
	OK(!found.res.cut, "and nothing is cut");
	IS_INT(ir_queue_of(&found, "oban", "q198")->pending, 2, "a queue is found again");
	OK(!ir_queue_of(&found, "rq", "q198") && found.res.cut,
	    "the same name of another system is another one, and there is no room");
	IS_STR(ir_queue_sorted(&found)->v[0].queue, "q10", "by system, then name");
	IS_STR(found.res.v[IR_QUEUES_MAX - 1].type, "rq", "to the last");
	found = (struct ir_queue_found){ .arena = &arena };
	for (i = 0; i < 600; i += 2)
		memcpy(name + i, "\xc3\xa4", 2);
	name[0] = 'x', name[1] = 'y', name[2] = 'z', name[599] = '\0';
	memmove(name + 3, name + 4, 597);
	IS_INT((int64_t)strlen(ir_queue_of(&found, "rq", name)->queue), 511, "a long name is cut between characters");
	OK(ir_queue_of(&found, "rq", name) == &found.res.v[0] && found.res.n == 1, "and found again");
	ir_queue_trouble(&found, "rq", "no time left", NULL);
	ir_queue_trouble(&found, "rq", "no time left", NULL)->denied = true;
	ir_queue_trouble(&found, NULL, "no time left", NULL);
	OK(found.res.n_troubles == 2 && found.res.troubles[0].denied, "a trouble is told once");
	ir_arena_done(&arena);
	return tap_done();
}
