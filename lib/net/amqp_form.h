/*
 * amqp_form - AMQP 0-9-1's frames of the opening and closing of a connection, built and read; pure; for lib/net only
 *
 * After the protocol's specification 0-9-1, sections 2.2 (connection) and 4.2 (frames, tables).
 */
#ifndef IR_NET_AMQP_FORM_H
#define IR_NET_AMQP_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/amqp.h"

enum { IR_AMQP_FRAME_MAX = 64 * 1024 };	/* of a frame that a broker sends us before all is agreed */

/* Methods of class 10, and what else may come. */
enum ir_amqp_method {
	IR_AMQP_START = 10, IR_AMQP_START_OK = 11, IR_AMQP_SECURE = 20, IR_AMQP_TUNE = 30, IR_AMQP_TUNE_OK = 31, IR_AMQP_OPEN = 40, IR_AMQP_OPEN_OK = 41,
	IR_AMQP_CLOSE = 50, IR_AMQP_CLOSE_OK = 51,
	IR_AMQP_OTHER = 0,	/* a heartbeat, or another method of the connection: passed over */
};

/* A frame, in the bytes that it was read from. */
struct ir_amqp_frame {
	enum ir_amqp_method method;
	const unsigned char *args;
	size_t n;
};

/* Look at n bytes: 1 when a whole frame is at their beginning, *used long; 0: more must come; -1: that is none, *why says so. */
int ir_amqp_frame(const unsigned char *p, size_t n, struct ir_amqp_frame *ret, size_t *used, const char **why);

/* What a greeting says. -1: it is none. plain: a password is taken. */
int ir_amqp_greeting(const struct ir_amqp_frame *, struct ir_amqp_res *ret, bool *plain);
/* 0 or -1. */
int ir_amqp_tune(const struct ir_amqp_frame *, uint16_t *channels, uint32_t *frame_max);
/* The text is NUL-terminated, cut to size. 0 or -1. */
int ir_amqp_close(const struct ir_amqp_frame *, int *code, char *text, size_t size);

/* What is to be sent; holds the password: wipe it. */
struct ir_amqp_out {
	unsigned char bytes[2048];
	size_t n, sent;
	bool full;		/* something did not fit */
};

/* Each adds to it. */
void ir_amqp_put_protocol(struct ir_amqp_out *);
void ir_amqp_put_login(struct ir_amqp_out *, const char *user, const char *password);
void ir_amqp_put_tune_ok(struct ir_amqp_out *, uint16_t channels, uint32_t frame_max);
void ir_amqp_put_open(struct ir_amqp_out *, const char *vhost);
void ir_amqp_put_close(struct ir_amqp_out *);
void ir_amqp_put_close_ok(struct ir_amqp_out *);

#endif
