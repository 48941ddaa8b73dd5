/*
 * journal_entry - one entry of the systemd journal, as `journalctl -o json` prints it (systemd.journal-fields(7), systemd's Journal JSON Format)
 */
#ifndef IR_LOGS_JOURNAL_ENTRY_H
#define IR_LOGS_JOURNAL_ENTRY_H

#include <stdint.h>

#include "base/buf.h"

enum { IR_JOURNAL_UNIT_MAX = 256 };

struct ir_journal_entry {
	char unit[IR_JOURNAL_UNIT_MAX];	/* "web.service"; else the identifier that it logs under; "" */
	char container[IR_JOURNAL_UNIT_MAX];	/* of Docker's journald driver; "" */
	int64_t ms;
};

/* The fields that are read, for --output-fields. */
extern const char ir_journal_fields[];

/* Add its message to lines, each after "TIME " and the first with its "<PRIORITY>". 1; 0 for an entry without a message; -1: this is no entry. */
int ir_journal_entry_read(const char *p, size_t n, struct ir_journal_entry *, struct ir_buf *lines);

#endif
