/*
 * file - files of lines: found, read in their order, followed. Private to file*.c.
 *
 * A file is one stream, with what it was rotated to before it. Which of them are read: file_find.c. How they are opened: file_open.c. What of them: file_window.c, file_seek.c. What becomes of them while
 * they are followed: file_follow.c. Whose turn it is: file.c.
 */
#ifndef IR_LOGS_FILE_H
#define IR_LOGS_FILE_H

#include <sys/stat.h>

#include "base/clock.h"
#include "logs/feed.h"
#include "logs/zone.h"

enum { IR_LOG_FILES_MAX = 4096, IR_LOG_FILES_ACTIVE = 32 };

enum ir_log_file_state {
	IR_LOG_FILE_NEW,	/* a part is to be opened */
	IR_LOG_FILE_READY,	/* the next turn has something to do */
	IR_LOG_FILE_WAITS,	/* for a FIFO or a device to say something */
	IR_LOG_FILE_FOLLOWED,	/* read to its end, which is not for good */
	IR_LOG_FILE_MISSING,	/* followed, and not there now */
	IR_LOG_FILE_OVER,
};

/* What is to be read, by its name and by what it was when it was found: names move on. */
struct ir_log_part {
	const char *path;
	dev_t dev;
	ino_t ino;	/* 0: not known */
};

struct ir_log_files;
struct ir_log_file {
	struct ir_log_files *all;
	enum ir_log_file_state state;
	const char *path;	/* what is written to; NULL: it has lost its name, and is read on for a while */
	const char *key;	/* what rotated siblings have in common */
	const char *subject;
	struct ir_log_part *parts;	/* oldest first; path comes last */
	size_t n_parts, part;
	bool fresh;		/* it came while others were followed: all of it is new */
	bool told;		/* a fault about it, while it is followed */
	struct ir_logs_stream *stream;
	struct ir_feed feed;
	struct stat st;		/* of what is open, or was, as it was opened */
	int64_t tail, back;	/* lines still to be gone back over, from there; -1: none */
	/* while followed */
	int wd;			/* inotify's number; -1: none */
	bool changed;		/* to be looked at */
	int unfinished;		/* looks at an end in the middle of a line, while another has its name */
	int64_t until_us;	/* of one without a name */
	struct ir_log_file *late;	/* what had the name before */
};

struct ir_log_files {
	struct ir_logs_source *source;
	ir_logs_done *done;
	struct ir_list patterns;	/* absolute */
	struct ir_logs_zone zone;
	struct ir_log_file **v;
	size_t n, size;
	size_t turn;			/* whose comes next */
	bool holds;
	bool many;			/* too many were named, which was told */
	struct ir_timer *timer;		/* of the next turn */
	/* while followed */
	int inotify;			/* -1: none */
	struct ir_timer *look;
	int64_t look_us, looked_us, polled_us;
	bool find;			/* there may be new ones */
};

/* file_find.c */
const char *ir_log_file_absolute(struct ir_arena *, const char *path);
const char *ir_log_file_subject(struct ir_arena *, const char *path, bool pattern);
bool ir_log_file_magic(const char *pattern);
/* What the patterns name that is not there yet. first: what matches nothing is told. */
void ir_log_files_find(struct ir_log_files *, bool first);

/* file_open.c */
struct ir_log_file *ir_log_file_new(struct ir_log_files *, const char *key, const char *path);
/* What is there of these names, and which files they are now. The array is the arena's, the names are the list's. */
size_t ir_log_parts(struct ir_arena *, const struct ir_list *paths, struct ir_log_part **);
/* Is it that file? Yes, too, where it is not known which it was. */
bool ir_log_part_is(const struct ir_log_part *, const struct stat *);
/* older[0 … n-1], then path, which was *live before they were looked for. Copied. */
void ir_log_file_parts(struct ir_log_file *, const struct ir_log_part *older, size_t n, const struct stat *live);
/* Open the part that is next. The state says what came of it. */
void ir_log_file_open(struct ir_log_file *);
void ir_log_file_close(struct ir_log_file *);
void ir_log_file_fault(struct ir_log_file *, const char *path, const struct ir_err *);
int64_t ir_log_file_mtime(const struct stat *);
bool ir_log_file_sparse(const struct stat *);

/* file_window.c, of what is open, plain and regular: what to read of it, for the times that are asked for; all, when its lines do not tell. */
void ir_log_file_window(struct ir_log_file *, int64_t *begin, int64_t *end);

/* file_seek.c, of such a one. */
/* Go back over lines, a stretch in each call: true when feed.offset is where to begin. */
bool ir_log_file_back(struct ir_log_file *);
/* Do the last megabytes of it hold n lines? */
bool ir_log_file_holds(const char *path, int64_t n);

/* file_follow.c */
void ir_log_files_follow(struct ir_log_files *);
void ir_log_files_unfollow(struct ir_log_files *);
void ir_log_file_watch(struct ir_log_file *);
void ir_log_file_unwatch(struct ir_log_file *);

/* file.c */
void ir_log_files_wake(struct ir_log_files *);	/* there is something to do */
void ir_log_file_turn(struct ir_log_file *);

#endif
