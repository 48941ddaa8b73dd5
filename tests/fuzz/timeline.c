/*
 * timeline - any bytes as files of records: never a crash, what is kept is told, in order, and each event is a record
 *
 * Input: a byte (bit 0: nothing folded; 1: of an incident; 2: an anchor is looked for), then a file.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "incident/timeline.h"

static int
file_of(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	return fd;
}

static void
tell(struct ir_timeline *tl)
{
	const struct ir_timeline_event *v;
	struct ir_list l = { 0 };
	size_t n;

	ir_timeline_events(tl, &v, &n);
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_loadb(v[i].line, v[i].len, 0, NULL), *shown;

		HOLDS(i == 0 || v[i].at_ms >= v[i - 1].at_ms);
		HOLDS(v[i].line[v[i].len] == '\0' && strnlen(v[i].what, sizeof(v[i].what)) < sizeof(v[i].what));
		if (!o) /* a repetition, of which only the envelope was read */
			continue;
		shown = ir_timeline_shown(&v[i], o, 0);
		HOLDS(json_is_object(shown));
		json_decref(shown);
		json_decref(o);
	}
	ir_timeline_ends(tl, &l);
}

static void
copy(int fd, bool anchored)
{
	struct ir_copy c = { .first = NULL };
	struct ir_anchor a = { .head = anchored ? "0123456789ab" : NULL };
	struct ir_err err = IR_ERR_INIT;
	int rc = ir_copy_file(&c, fd, "fuzz", &a, &err);

	HOLDS(rc == 1);
	if (ir_copy_file(&c, fd, "again", &a, &err) == 1)
		HOLDS(c.st.segments == 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t flags = fuzz_number(&data, &size, 1);
	struct ir_arena arena = { .blocks = NULL };
	struct ir_err err = IR_ERR_INIT;
	struct ir_timeline_file f = { .name = "fuzz", .fd = file_of(data, size) };
	struct ir_timeline_opts o = {
		.since_ms = IR_TIME_NONE, .until_ms = IR_TIME_NONE, .before_ms = 3600000, .all = flags & 1, .ends = true
	};
	struct ir_timeline *tl;

	o.incidents = ir_timeline_incident(&arena, "inc-00000000", &f, 1, &err);
	o.n = (flags & 2) && o.incidents;
	tl = ir_timeline_new(&arena, &o);
	HOLDS(ir_timeline_file(tl, &f, &err) == 0 && ir_timeline_file(tl, &f, &err) == 0);
	tell(tl);
	ir_timeline_done(tl);
	copy(f.fd, flags & 4);
	close(f.fd);
	ir_arena_done(&arena);
	return 0;
}
