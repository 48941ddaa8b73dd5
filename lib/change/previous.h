/* previous - which image ran before: what of the engine's images could be an earlier one of a service. Pure, private to lib/change */
#ifndef IR_CHANGE_PREVIOUS_H
#define IR_CHANGE_PREVIOUS_H

#include "change/change.h"
#include "runtime/images.h"

/* Could the image be an earlier (or later) one of what the container runs? By the repository of its tags, the label of its source, or compose v2's labels. */
bool ir_change_may_be_of(const struct ir_image *, const struct ir_container *);
/* "registry:5000/shop-web:1.8" and "shop-web@sha256:…" without tag and digest. */
size_t ir_change_repository_len(const char *name);
/* The image that a name stood for at a time, by the engine's tag events; NULL when they do not reach back. */
const char *ir_change_image_then(const struct ir_images *, const char *name, int64_t ms);
/* Of a deploy of which nothing earlier is known: the newest image before its own that may be of it. basis: in words. NULL: there is none. */
const struct ir_image *ir_change_image_before(const struct ir_images *, const struct ir_deploy *, const char **basis);

#endif
