/* rails_tell - what a command of a migration comes to */
#include <stdarg.h>

#include "migrate/rails.h"

enum rails_age
rails_age(const struct rails *x, const char *table)
{
	if (!table)
		return RAILS_OLD;
	if (ir_list_has(&x->made, table))
		return RAILS_NEW;
	return ir_list_has(&x->maybe, table) ? RAILS_MAYBE : RAILS_OLD;
}

void
rails_tell(struct rails *x, enum rails_age age, enum ir_migrate_verdict verdict, const struct ir_ruby *at,
    const char *fmt, ...)
{
	va_list ap;

	if (age == RAILS_NEW)
		verdict = IR_MIGRATE_SAFE;
	else if (age == RAILS_MAYBE && verdict == IR_MIGRATE_UNSAFE)
		verdict = IR_MIGRATE_UNKNOWN;
	if (x->j->operation &&
	    (x->j->verdict == IR_MIGRATE_UNSAFE || verdict == IR_MIGRATE_SAFE || verdict == x->j->verdict))
		return;
	va_start(ap, fmt);
	ir_migrate_worsen(x->j, verdict, ir_vasprintf(x->arena, fmt, ap), at->line);
	va_end(ap);
}

/* Once it cannot be done backwards, nothing makes it so again; not known is in between. */
void
rails_irreversible(struct rails *x, int reversible)
{
	if (x->reversible != 0)
		x->reversible = reversible;
}
