/*
 * images - the engine's images, and what happened to images and containers lately
 *
 * Engine API: GET /images/json, /images/ID/json, /events. The engine remembers 256 events of all kinds and none from before its start, so events are a bonus.
 */
#ifndef IR_RUNTIME_IMAGES_H
#define IR_RUNTIME_IMAGES_H

#include "runtime/runtime.h"

enum { IR_IMAGES_MAX = 20000, IR_IMAGES_INSPECTED = 48 };

struct ir_image {
	const char *id;			/* "sha256:…" */
	struct ir_list tags;		/* "shop-web:latest" */
	int64_t created_ms;		/* built */
	int64_t tagged_ms;		/* when a tag last moved onto it; IR_TIME_NONE: never, or not asked */
	const char *revision, *version, *source;	/* OCI labels; NULL */
	const char *project, *service;	/* compose v2 labels the images that it builds; NULL */
};

/* One that is gone by now, or still there. */
struct ir_image_event {
	int64_t ms;
	enum { IR_IMAGE_TAGGED, IR_CONTAINER_CREATED } what;
	const char *id;			/* of the image that was tagged, or the container */
	const char *image;		/* name that it was given, or was made from */
	const char *name, *project, *service, *revision, *version;	/* of the container; NULL */
};

struct ir_images {
	const char *api_version;	/* as it was asked */
	int error;			/* 0, or IR_BACKEND: err says it */
	struct ir_err err;
	struct ir_image *v;
	size_t n;
	struct ir_image_event *events;	/* oldest first */
	size_t n_events;
};

typedef void ir_images_cb(void *arg, const struct ir_images *);
struct ir_images_look;
/* The list and the events at once, then inspect (by their ids; may be NULL) of those that wanted() takes, at most IR_IMAGES_INSPECTED. version as of ir_runtime_result. Results live in ctx->arena. */
struct ir_images_look *ir_images_list(struct ir_ctx *, const struct ir_engine *, const char *version, int64_t until_ms, bool (*wanted)(void *arg, const struct ir_image *), ir_images_cb *, void *arg,
    struct ir_err *);
/* No callback comes. NULL is fine. */
void ir_images_stop(struct ir_images_look *);

/* A name that an image gets (POST /images/ID/tag), or one that is taken from it (DELETE /images/NAME, which takes the image with its last one, unless a container uses it). */
struct ir_image_name {
	const char *id;			/* NULL: take the name away */
	const char *repository, *tag;
};
typedef void ir_images_name_cb(void *arg, const struct ir_err *why);
/* One after the other, as a write; stops at the first that fails, and calls back once from the loop. v is copied. -1: IR_REFUSED by the gate; nothing was begun. */
int ir_images_name(struct ir_ctx *, const struct ir_engine *, const char *version, const struct ir_image_name *v, size_t n, ir_images_name_cb *, void *arg, struct ir_err *);

/* Pure. 0, or -1 with IR_BACKEND. */
int ir_images_parse(struct ir_arena *, const char *text, size_t n, struct ir_image **ret, size_t *ret_n, struct ir_err *);
void ir_images_parse_one(const char *text, size_t n, struct ir_image *);
size_t ir_images_parse_events(struct ir_arena *, const char *text, size_t n, struct ir_image_event **ret);

#endif
