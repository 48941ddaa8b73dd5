/* remembered - the ids of incidents that were opened here, so that one is found however much was journalled since */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "incident/incident.h"

enum { ID = 12, LINE = ID + 1 };

static int
open_file(struct ir_ctx *ctx, int flags)
{
	if (!ctx->journal)
		return -1;
	return open(ir_asprintf(ctx->arena, "%s/incidents", ir_journal_dir(ctx->journal)),
	    flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

void
ir_incident_remember(struct ir_ctx *ctx, const char *id)
{
	IR_CLOSE int fd = open_file(ctx, O_WRONLY | O_APPEND | O_CREAT);
	char line[LINE + 1];

	if (fd < 0 || strlen(id) != ID)
		return;
	snprintf(line, sizeof(line), "%s\n", id);
	if (write(fd, line, LINE) != LINE)
		ir_trace(ctx, 1, "%s may not be found later on, when much was journalled since", id);
}

void
ir_incident_remembered(struct ir_ctx *ctx, struct ir_list *ids)
{
	IR_CLOSE int fd = open_file(ctx, O_RDONLY);
	char text[IR_INCIDENTS * LINE];
	struct stat st;
	ssize_t n;
	off_t from;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	from = st.st_size > (off_t)sizeof(text) ? st.st_size - (off_t)sizeof(text) : 0;
	n = pread(fd, text, sizeof(text), from - from % LINE);
	for (ssize_t i = 0; i + LINE <= n; i += LINE)
		if (strncmp(text + i, "inc-", 4) == 0 && ir_id_valid(text + i, ID))
			ir_list_add_once(ctx->arena, ids, ir_strndup(ctx->arena, text + i, ID));
}
