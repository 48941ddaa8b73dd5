/*
 * suggest - the word that was probably meant
 */
#ifndef IR_CONF_SUGGEST_H
#define IR_CONF_SUGGEST_H

/* The nearest of the NULL-terminated words, or NULL when none is near. words may be NULL. */
const char *ir_suggest(const char *word, const char *const *words);

#endif
