/*
 * service - one name for a service, everywhere
 *
 * [service "web"] maps the names by which others know it; by default a service is known by its compose service's
 * name. What cannot be mapped is "", never a guess.
 */
#ifndef IR_SERVICE_SERVICE_H
#define IR_SERVICE_SERVICE_H

#include "conf/conf.h"

/* Our name for a compose service of the run's project, a systemd unit; "" when it cannot be mapped. In the
 * conf's arena or compose itself. */
const char *ir_service_of_compose(const struct ir_conf *, const char *compose);
const char *ir_service_of_unit(const struct ir_conf *, const char *unit);

/* Is name in the -s list (an empty list takes all)? */
int ir_service_wanted(const struct ir_list *services, const char *name);

/* The run's environment: ctx->env, else "<docker context>/<project>", else "local". Either may be NULL. In
 * ctx->arena. */
const char *ir_service_env(const struct ir_ctx *, const char *docker_context, const char *project);

#endif
