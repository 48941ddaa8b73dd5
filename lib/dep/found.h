/*
 * found - what a backend says of a dependency, as check rows
 *
 * Each function makes a row in dep->found, fills in what every row has, and returns it for more (hint, facts, query). The measure is by name, from the table of the
 * backend's ops or from ir_queue_measures; a name that is not there is a bug (assert). Summaries are whole clauses that stand alone in a row, without the dependency's
 * name: "97 of 100 connections used, 61 idle in transaction". Text from outside may be in them: it is escaped where it is printed.
 */
#ifndef IR_DEP_FOUND_H
#define IR_DEP_FOUND_H

#include "dep/dep.h"

/* A number: judged by the thresholds of the section, else the table's. maximum NAN: there is none. */
struct ir_check *ir_dep_measure(struct ir_dep *, const char *measure, double value, double maximum, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* A verdict that is no matter of numbers. */
struct ir_check *ir_dep_state(struct ir_dep *, const char *measure, enum ir_status, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Make it at least as bad as this (ok < warn < unknown < fail). */
void ir_dep_worsen(struct ir_check *, enum ir_status);
/* "key=value" for the member `facts`. */
void ir_dep_fact(struct ir_dep *, struct ir_check *, const char *key, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The own row. answers: it is ok so far. */
void ir_dep_answers(struct ir_dep *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ir_dep_fails(struct ir_dep *, enum ir_status, const char *hint, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Thresholds of a measure in force for this dependency, in the measure's unit, or shares of the maximum; NAN: never. */
void ir_dep_thresholds(const struct ir_dep *, const struct ir_measure *, double *warn, double *fail);
/* Every `warn` and `fail` line of the section against the tables: IR_CONFIG with file, line, and the nearest name. Called by dep.c after prepare(). */
int ir_dep_thresholds_check(const struct ir_dep *, struct ir_err *);
/* The syntax of one such line, "NAME VALUE" (80% 30 5m 1G 10/s off), whatever the name; for conf/keys.c through conf/check.h. */

/* One queue of a job system, as rows go: name DEP/SYSTEM/QUEUE (DEP alone when the dependency is that one queue), judged by ir_queue_measures. */
struct ir_queue_facts;
struct ir_check *ir_dep_queue(struct ir_dep *, const struct ir_queue_facts *);
extern const struct ir_measure ir_queue_measures[];

#endif
