/*
 * outbox - posts that wait to be sent, a file a post and channel. Private to channels, and their tests
 *
 *	0000000007-1769911964918-7k3f2q8m-0a1b2c3d.json		number, kept at (epoch, ms), channel, channel and key
 *
 * The numbers are the order. A file is written beside, synced and renamed, all under the directory's lock ("lock"), so that whatever *.tmp is seen under it was left by who was killed. Who sends
 * a post has its file locked; a state of it that is written anew is locked before it takes the name. A post goes when its channel took it, and by nothing else.
 *
 * Before the first byte goes out it is marked as being sent: a run that is killed then leaves a post that may have arrived. No secret is in it.
 */
#ifndef IR_CHANNEL_OUTBOX_H
#define IR_CHANNEL_OUTBOX_H

#include "channel/channel.h"

/* Where work on a post is, for tests, in the order of their coming. */
enum ir_outbox_phase {
	IR_OUTBOX_KEEPING,	/* the directory's lock is had */
	IR_OUTBOX_WRITTEN,	/* one post is in its file, not renamed */
	IR_OUTBOX_NAMED,	/* one post has its name */
	IR_OUTBOX_KEPT,		/* all have, synced */
	IR_OUTBOX_TAKEN,	/* locked and read, about to be marked */
	IR_OUTBOX_MARKED,	/* the very next thing is to send it */
	IR_OUTBOX_SENT,		/* the channel took it */
	IR_OUTBOX_GONE,		/* and it is removed */
	IR_OUTBOX_PHASES
};
struct ir_outbox_test {
	void (*phase)(void *arg, enum ir_outbox_phase);
	void *arg;
	bool forget;		/* wrong: remove it before it is sent */
};

struct ir_outbox {
	const char *dir;
	int fd;			/* of the directory; -1 */
	const struct ir_outbox_test *test;	/* NULL */
};
void ir_outbox_phase(const struct ir_outbox *, enum ir_outbox_phase);

/* Make the directories of a path, private to us; last: its last part, too. -1 with errno. */
int ir_outbox_make_dirs(const char *path, bool last);

/* test may be NULL. 0; create false: 1 when it is not there. -1 with IR_IO. */
int ir_outbox_open(struct ir_outbox *, const char *dir, bool create, const struct ir_outbox_test *test, struct ir_err *);
void ir_outbox_close(struct ir_outbox *);

/* For each of the channels, all or none, but for those that have IR_OUTBOX_MAX already: they are full (an array of n). One that is there already (same channel, same key) stays as it is. */
int ir_outbox_add(struct ir_outbox *, const struct ir_channel_msg *, const char *const *channels, size_t n, bool *full, struct ir_err *);

/* Names of what waits for a channel (NULL: for any), oldest first, of a channel at most IR_OUTBOX_MAX. In the arena. */
int ir_outbox_list(struct ir_outbox *, struct ir_arena *, const char *channel, struct ir_list *ret, struct ir_err *);
/* The name of a channel's post of this key; NULL: it is not there. */
const char *ir_outbox_find(struct ir_outbox *, struct ir_arena *, const char *channel, const char *key);
/* When the post of this name was kept. */
int64_t ir_outbox_since(const char *name);

struct ir_outbox_post {
	const char *name, *channel;
	int fd;			/* locked; -1 */
	struct ir_channel_msg msg;
	struct ir_list threads;	/* msg.threads */
	int tries, refused, unclear;
	int64_t first_tried_ms;	/* 0: never */
	int64_t not_before_ms;
	bool sending;		/* it was begun, and how it ended was not written: it may have arrived */
	bool aside;
	const char *why;	/* of the last time; NULL */
};

/* Lock and read it. 1: it is had. 0: it is not there any more. 2: another run has it. -1 with IR_DATA: it is no post; with IR_IO. */
int ir_outbox_take(struct ir_outbox *, struct ir_arena *, const char *name, struct ir_outbox_post *, struct ir_err *);
/* Write its state anew; it stays taken. */
int ir_outbox_write(struct ir_outbox *, struct ir_outbox_post *, struct ir_err *);
/* It was taken by its channel. */
int ir_outbox_remove(struct ir_outbox *, struct ir_outbox_post *, struct ir_err *);
/* Let go of it. */
void ir_outbox_release(struct ir_outbox_post *);

#endif
