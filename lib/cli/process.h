/* process - the process made safe before anything else runs, and what stops it */
#ifndef IR_CLI_PROCESS_H
#define IR_CLI_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* Descriptors 0 to 2 that were closed are opened on /dev/null the wrong way round: using them fails, and nothing that is opened later lands on
 * them. (Messages for a closed stderr vanish.) */
void ir_process_fds(void);

/* SIGPIPE is ignored; SIGINT, SIGTERM and SIGHUP (unless ignored by our parent, as nohup does) set what is returned. The second one
 * ends the process at once, unless patient. */
volatile sig_atomic_t *ir_process_signals(bool patient);

/* Leave silently with 0 after ms: for completion. */
void ir_process_limit(long ms);

/* Write all to fd. 0, or -1 with errno. */
int ir_process_write(int fd, const char *p, size_t n);

#endif
