/*
 * postgres - a throwaway PostgreSQL server, and a PgBouncer before it, for a unit test
 *
 * Data, sockets and certificates are below the scratch directory. Root may not run either, so then they run as another user, who gets the directory. They end with the test.
 */
#ifndef IR_TESTS_UNIT_POSTGRES_H
#define IR_TESTS_UNIT_POSTGRES_H

#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "scratch.h"

#define POSTGRES_PASSWORD "planted-S3cret"
#ifndef POSTGRES_CONNECTIONS
#define POSTGRES_CONNECTIONS 8
#endif

struct postgres {
	pid_t pid, bouncer_pid;
	int   port, bouncer_port;
	bool  tls;		/* with a certificate for db.test, signed by $scratch/ca.pem */
	const char *dir;	/* scratch, also the directory of the sockets */
	char  bin[256];
};

static inline int
postgres_free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&in, len) < 0 || getsockname(fd, (struct sockaddr *)&in, &len) < 0)
		scratch_die("bind");
	close(fd);
	return ntohs(in.sin_port);
}

static inline const struct passwd *
postgres_user(void)
{
	const struct passwd *pw = getpwnam("postgres");

	return pw ? pw : getpwnam("nobody");
}

/* Start argv, its output into $scratch/log. */
static inline pid_t
postgres_spawn(const struct postgres *p, const char *const *argv)
{
	const struct passwd *pw = postgres_user();
	pid_t pid = fork();
	char log[600];

	if (pid)
		return pid;
	if (getuid() == 0 && (setgroups(0, NULL) < 0 || setgid(pw->pw_gid) < 0 || setuid(pw->pw_uid) < 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	snprintf(log, sizeof(log), "%s/log", p->dir);
	dup2(open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), 1);
	dup2(1, 2);
	if (chdir(p->dir) == 0)
		execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static inline int
postgres_run(const struct postgres *p, const char *const *argv)
{
	int status = -1;

	waitpid(postgres_spawn(p, argv), &status, 0);
	return status;
}

static inline bool
postgres_has(const char *path, const char *word)
{
	char text[4096] = "";
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = '\0';
	return strstr(text, word) != NULL;
}

/* A file of ours that they may read. */
static inline void
postgres_file(const struct postgres *p, const char *name, const char *text)
{
	char path[600];

	scratch_file(name, text);
	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	if (getuid() == 0 && chown(path, postgres_user()->pw_uid, postgres_user()->pw_gid) < 0)
		scratch_die(path);
}

/* An authority and a certificate for db.test; without openssl there is no TLS. */
static inline bool
postgres_certificate(const struct postgres *p)
{
	const char *const ca[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
		"-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Throwaway", "-addext",
		"basicConstraints=critical,CA:true", NULL };
	const char *const req[] = { "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
		"-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=db.test", NULL };
	const char *const sign[] = { "openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
		"-CAcreateserial", "-days", "2", "-extfile", "san", "-out", "server.pem", NULL };

	postgres_file(p, "san", "subjectAltName = DNS:db.test\n");
	return postgres_run(p, ca) == 0 && postgres_run(p, req) == 0 && postgres_run(p, sign) == 0;
}

/* The newest that is installed. */
static inline bool
postgres_find(struct postgres *p)
{
	glob_t g = { 0 };

	if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &g) == 0)
		snprintf(p->bin, sizeof(p->bin), "%.*s", (int)strlen(g.gl_pathv[g.gl_pathc - 1]) - 7,
		    g.gl_pathv[g.gl_pathc - 1]);
	globfree(&g);
	return p->bin[0] != '\0';
}

/* Also again, after postgres_kill(). */
static inline void
postgres_run_it(struct postgres *p)
{
	char program[300], ready[600];
	const char *const run[] = { program, "-D", "data", NULL };

	snprintf(program, sizeof(program), "%s/postgres", p->bin);
	snprintf(ready, sizeof(ready), "%s/data/postmaster.pid", p->dir);
	unlink(ready);
	p->pid = postgres_spawn(p, run);
	for (int i = 0; i < 3000 && !postgres_has(ready, "ready"); i++)
		usleep(10000);
	if (!postgres_has(ready, "ready"))
		scratch_die("postgres does not start");
}

/* Not gone, and not waited for by whoever has to. */
static inline bool
postgres_lives(long pid)
{
	char path[64], state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	if (f)
		fclose(f);
	return state != 'Z';
}

/* SIGKILL for it and all that it started, as when the machine goes down. How many were in the midst of a SELECT. */
static inline int
postgres_kill(struct postgres *p)
{
	char path[64], title[128];
	long pids[64];
	size_t n = 0;
	int busy = 0;
	FILE *f;

	kill(p->pid, SIGSTOP); /* nothing more is started */
	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)p->pid, (long)p->pid);
	f = fopen(path, "r");
	while (f && n < 64 && fscanf(f, "%ld", &pids[n]) == 1)
		n++;
	if (f)
		fclose(f);
	for (size_t i = 0; i < n; i++)
		kill((pid_t)pids[i], SIGSTOP);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/proc/%ld/cmdline", pids[i]);
		f = fopen(path, "r");
		title[f ? fread(title, 1, sizeof(title) - 1, f) : 0] = '\0';
		if (f)
			fclose(f);
		busy += strstr(title, "SELECT") != NULL;
	}
	for (size_t i = 0; i < n; i++)
		kill((pid_t)pids[i], SIGKILL);
	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	for (size_t i = 0; i < n; i++)
		while (postgres_lives(pids[i]))
			usleep(1000);
	p->pid = 0;
	return busy;
}

static inline void
postgres_start(struct postgres *p)
{
	char program[300], settings[1024];
	const char *const init[] = { program, "-D", "data", "-U", "admin", "--pwfile=pw", "-A", "scram-sha-256", "-N",
		"-E", "UTF8", "--locale=C", NULL };

	snprintf(program, sizeof(program), "%s/initdb", p->bin);
	postgres_file(p, "pw", POSTGRES_PASSWORD "\n");
	if (postgres_run(p, init) != 0)
		scratch_die("initdb");
	snprintf(settings, sizeof(settings),
	    "listen_addresses = '127.0.0.1'\nport = %d\nunix_socket_directories = '%s'\nfsync = off\nmax_connections = %d\n"
	    "superuser_reserved_connections = 1\nmax_wal_senders = 0\nautovacuum = off\nshared_buffers = 16MB\n"
	    "ssl = %s\nssl_cert_file = '%s/server.pem'\nssl_key_file = '%s/server.key'\n",
	    p->port, p->dir, POSTGRES_CONNECTIONS, p->tls ? "on" : "off", p->dir, p->dir);
	postgres_file(p, "data/postgresql.conf", settings);
	postgres_run_it(p);
}

/* False: there is none on this machine. */
static inline bool
postgres_up(struct postgres *p, struct ir_arena *arena)
{
	memset(p, 0, sizeof(*p));
	if (!postgres_find(p))
		return false;
	p->dir = scratch_new(arena);
	if (getuid() == 0 && chown(p->dir, postgres_user()->pw_uid, postgres_user()->pw_gid) < 0)
		scratch_die(p->dir);
	p->port = postgres_free_port();
	p->tls = postgres_certificate(p);
	postgres_start(p);
	return true;
}

static inline bool
postgres_listens(int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0), rc;

	in.sin_port = htons((uint16_t)port);
	rc = connect(fd, (struct sockaddr *)&in, sizeof(in));
	close(fd);
	return rc == 0;
}

/* In transaction mode, one server connection for all. False: there is none here. */
static inline bool
postgres_bouncer(struct postgres *p)
{
	char settings[1024];
	const char *program = access("/usr/sbin/pgbouncer", X_OK) == 0 ? "/usr/sbin/pgbouncer" : "pgbouncer";
	const char *const run[] = { program, "bouncer.ini", NULL };

	p->bouncer_port = postgres_free_port();
	snprintf(settings, sizeof(settings),
	    "[databases]\npostgres = host=%s port=%d\ndown = host=127.0.0.1 port=1 dbname=x\n[pgbouncer]\nlisten_addr = "
	    "127.0.0.1\nlisten_port = %d\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = users\npool_mode = "
	    "transaction\ndefault_pool_size = 1\nstats_users = admin\nlogfile = bouncer.log\n",
	    p->dir, p->port, p->bouncer_port);
	postgres_file(p, "bouncer.ini", settings);
	postgres_file(p, "users", "\"admin\" \"" POSTGRES_PASSWORD "\"\n");
	p->bouncer_pid = postgres_spawn(p, run);
	for (int i = 0; i < 1000; i++) {
		if (postgres_listens(p->bouncer_port))
			return true;
		if (waitpid(p->bouncer_pid, NULL, WNOHANG) == p->bouncer_pid)
			break;
		usleep(10000);
	}
	p->bouncer_pid = 0;
	return false;
}

static inline void
postgres_down(struct postgres *p)
{
	if (p->bouncer_pid > 0 && kill(p->bouncer_pid, SIGTERM) == 0)
		waitpid(p->bouncer_pid, NULL, 0);
	if (p->pid > 0 && kill(p->pid, SIGQUIT) == 0)
		waitpid(p->pid, NULL, 0);
	scratch_done();
}

#endif
