/*
 * docker_frame - the lines in an engine's answer to a question for a container's log
 *
 * Pure: bytes in, in pieces of any size, bytes of streams out. The answer is frames (type, three zeros, the length in four bytes, most significant first, text), or bare text when the
 * container has a terminal. Which of the two its first byte tells: with timestamps=1 each message begins with its time, a digit.
 *
 * The engine cuts lines into messages of 16 KiB, each with the line's time before it, and only the last with the line's end; its `local` driver forgets even that one. What belongs together is
 * joined here, with one time before it: a message without an end that is full is continued by the next one. podman cuts where it likes, and always says where a line ends; but where it cuts a terminal's text cannot be told.
 */
#ifndef IR_LOGS_DOCKER_FRAME_H
#define IR_LOGS_DOCKER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IR_DOCKER_STAMP_MAX = 35, IR_DOCKER_PIECE = 16 << 10 };

/* By the frame's type. IR_DOCKER_TTY: both, of a terminal. IR_DOCKER_TROUBLE: the engine's own words, when it can read no further. */
enum ir_docker_stream { IR_DOCKER_TTY, IR_DOCKER_OUT, IR_DOCKER_ERR, IR_DOCKER_TROUBLE, IR_DOCKER_STREAMS };

/* "2026-11-28T01:38:49.570145039Z", without the space after it; podman before version 5 gives no fraction */
struct ir_docker_stamp {
	char text[IR_DOCKER_STAMP_MAX];
	uint8_t n;
};

/* The message of a stream that came last. */
struct ir_docker_message {
	struct ir_docker_stamp stamp;
	uint64_t bytes;		/* of it, without the time */
	bool open;		/* it did not end its line */
};

struct ir_docker_frames {
	/* The next bytes of a stream's lines, never none. Before each line there is its time and a space. */
	void (*text)(void *arg, enum ir_docker_stream, const char *p, size_t n);
	void *arg;
	bool podman;
	struct ir_docker_stamp newest;	/* that of the message that came last */

	/* its own */
	enum { IR_DOCKER_UNKNOWN, IR_DOCKER_FRAMES, IR_DOCKER_BARE } form;
	enum ir_docker_stream stream;
	struct ir_docker_message of[IR_DOCKER_STREAMS];
	uint32_t left;		/* bytes of the frame still to come */
	bool stamped;		/* the time of the message, or of the line, was looked for */
	bool cut;		/* bare: the line is not in its first message */
	char held[IR_DOCKER_STAMP_MAX + 1];	/* a header, or what may be a time */
	size_t held_n;
};

/* Zero but for text, arg and podman is the beginning. 0, or -1 when it is neither frames nor text. */
int ir_docker_frames_take(struct ir_docker_frames *, const char *p, size_t n);
/* Nothing more comes. false: it broke off within a frame. */
bool ir_docker_frames_end(struct ir_docker_frames *);

/* The length of the time that p begins with, its space not counted; 0: it is none; -1: that cannot be told without more bytes. */
int ir_docker_stamp_match(const char *p, size_t n);
/* "1795829929.570145040": a nanosecond after the time, as the engine takes it; false when it is no time, or tells no nanoseconds. */
bool ir_docker_stamp_after(const struct ir_docker_stamp *, char *out, size_t size);

#endif
