/*
 * engine_json - what log engines call their fields
 */
#ifndef IR_LOGS_ENGINE_JSON_H
#define IR_LOGS_ENGINE_JSON_H

#include <jansson.h>

#include "logs/line.h"

/* Names that services go by, the most telling first; NULL-terminated. */
extern const char *const ir_engine_service_names[];

/* A member that is text; .p is NULL when there is none. */
struct ir_span ir_engine_member(const json_t *object, const char *name);
/* The service that labels or fields name; .p is NULL when they name none ("unknown_service" is none). */
struct ir_span ir_engine_service(const json_t *labels);
/* Which of several of the service: pod, container's id, instance, file, output … "web-0/stderr"; "" when nothing tells. At most size bytes into out, which is returned. */
const char *ir_engine_part(const json_t *labels, char *out, size_t size);
enum ir_log_level ir_engine_labels_level(const json_t *labels);

#endif
