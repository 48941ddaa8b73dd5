/*
 * discover - what the directory and the environment say
 */
#ifndef IR_CONF_DISCOVER_H
#define IR_CONF_DISCOVER_H

#include "conf/conf.h"

/* The top of the git work tree that holds dir (a directory with .git in it), or NULL. */
const char *ir_discover_root(struct ir_arena *, const char *dir);

/* HOME, else what the password file says; NULL when there is none. */
const char *ir_discover_home(struct ir_arena *);

/* $XDG_STATE_HOME/ir and friends; NULL when there is no home, or for "runtime" no XDG_RUNTIME_DIR. what: "state" "config" "cache" "runtime". */
const char *ir_discover_dir(struct ir_arena *, const char *what);

/*
 * A .env file: KEY=VALUE, `export`, quotes, comments; nothing is executed or expanded. Value of key (the last one, when
 * given twice), or NULL. A file of more than 256 KiB is not read.
 * 'single quoted' is taken as it is, "double quoted" knows \n \r \t \" \\ \$; both may span lines. A value without quotes
 * ends with its line or at a blank and '#'; a line with a quote that is not closed is none.
 */
const char *ir_dotenv(struct ir_arena *, const char *path, const char *key);
/* The same of a text; for tests and fuzzers. */
const char *ir_dotenv_parse(struct ir_arena *, const char *text, size_t n, const char *key);

/* All entries that are wanted, in order, a key given twice twice. They may be secrets: wipe them. */
struct ir_dotenv_entry {
	const char *name;
	char       *value;
	unsigned    line;
};
struct ir_dotenv {
	struct ir_dotenv_entry *v;
	size_t n, size;
};
typedef bool ir_dotenv_wanted(const void *arg, const char *name, size_t n);
/* 1 when the file was read, 0 when there is none, -1 when it cannot be. */
int ir_dotenv_all(struct ir_arena *, const char *path, ir_dotenv_wanted *, struct ir_dotenv *ret, struct ir_err *);
void ir_dotenv_parse_all(struct ir_arena *, const char *text, size_t n, ir_dotenv_wanted *, struct ir_dotenv *ret);
void ir_dotenv_wipe(struct ir_dotenv *);

/* The compose project of a directory. */
struct ir_compose_service {
	const char    *name;
	int64_t        replicas;	/* declared (deploy.replicas, scale); 1 when not; -1: cannot be read (a variable) */
	struct ir_list depends;		/* depends_on */
	struct ir_list completes;	/* of these, those waited for with service_completed_successfully */
	struct ir_list profiles;	/* not empty: not started by default */
	const char    *restart;		/* "no" when not said */
};

struct ir_compose {
	const char    *project;		/* COMPOSE_PROJECT_NAME, `name:`, or the directory's name, as compose normalises it */
	const char    *dir;		/* working_dir */
	struct ir_list files;		/* absolute */
	struct ir_compose_service *v;
	size_t         n;
	const char    *note;		/* what could not be read, in words (include:, extends:, a bad file); NULL: nothing */
};

/* Look in dir and upwards (COMPOSE_FILE and .env honoured, override files merged). 1 found, 0 none, -1 IR_CONFIG (a file is there but cannot be parsed: file and line). */
int ir_compose_find(struct ir_arena *, const char *dir, struct ir_compose *, struct ir_err *);
/* Read one file's text into the services; for tests and fuzzers. */
int ir_compose_parse(struct ir_arena *, struct ir_compose *, const char *file, const char *text, size_t n, struct ir_err *);
/* The project name that compose makes of a directory's name. */
const char *ir_compose_normalize(struct ir_arena *, const char *name);

#endif
