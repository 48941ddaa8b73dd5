/* lock - one run at a time looks at how incidents stand and says how they stand then */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "incident/incident.h"

enum { WAIT_MS = 5000, STEP_MS = 10 };

static int
wait_for(struct ir_ctx *ctx, int fd, struct ir_err *err)
{
	for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return ir_fail(err, IR_IO, "the lock of incidents cannot be had: %s", strerror(errno));
		if (ctx->stop && *ctx->stop)
			return ir_fail(err, IR_INTERRUPTED, "interrupted");
		if (waited >= WAIT_MS) {
			ir_fail(err, IR_REFUSED, "another run has been changing an incident for %d s", WAIT_MS / 1000);
			return ir_hint(err, "try again when it has ended");
		}
		nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000000L }, NULL);
	}
	return 0;
}

int
ir_incident_lock(struct ir_ctx *ctx, int *ret, struct ir_err *err)
{
	const char *name;

	*ret = -1;
	if (!ctx->journal)
		return 0;
	name = ir_asprintf(ctx->arena, "%s/incident.lock", ir_journal_dir(ctx->journal));
	*ret = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*ret < 0)
		return ir_fail(err, IR_IO, "'%s': %s", name, strerror(errno));
	if (wait_for(ctx, *ret, err) == 0)
		return 0;
	ir_incident_unlock(ret);
	return -1;
}

void
ir_incident_unlock(int *lock)
{
	if (*lock >= 0)
		close(*lock);
	*lock = -1;
}
