/* goalert - GoAlert's requests and answers, for its tests; and the document that a key of its API has to be made with */
#ifndef IR_PAGER_GOALERT_H
#define IR_PAGER_GOALERT_H

#include "pager/work.h"

/* All operations that are used: never changed without a word in the manual, for keys are bound to its text. */
extern const char ir_pager_goalert_document[];

/* Pure. The body of a request; input is taken. */
json_t *ir_goalert_body(const char *operation, json_t *input, bool with_document);
/* Pure. Variables of an ack of n of the job's items. */
json_t *ir_goalert_ack(const struct ir_pager_job *, const size_t *v, size_t n);
/* Pure. Of the n items sent, those that the answer lists are DONE. */
void ir_goalert_changed(struct ir_pager_work *, const json_t *root, const size_t *sent, size_t n);

#endif
