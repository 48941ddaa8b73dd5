/*
 * names - a resolver that does as it is told, in place of the C library's
 *
 * The test's own getaddrinfo(3) takes the place of libc's for the code under test. good.test and the like answer 127.0.0.1 (both.test: ::1 too), slow.test after
 * 50 ms, none.test has no address, again.test is a resolver that gives up, stuck.test never answers until names_free_stuck(). Others go to the real one.
 */
#ifndef IR_TESTS_UNIT_NAMES_H
#define IR_TESTS_UNIT_NAMES_H

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static atomic_int names_asked;	/* calls of getaddrinfo() */
static atomic_int names_stuck;	/* threads that are in it for good */
static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t names_cond = PTHREAD_COND_INITIALIZER;
static int names_freed;

typedef int names_fn(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static inline int
names_real(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret)
{
	void *p = dlsym(RTLD_NEXT, "getaddrinfo");
	names_fn *f;

	memcpy(&f, &p, sizeof(f));
	return f(host, port, hints, ret);
}

static inline void
names_wait_stuck(void)
{
	names_stuck++;
	pthread_mutex_lock(&names_lock);
	while (!names_freed)
		pthread_cond_wait(&names_cond, &names_lock);
	pthread_mutex_unlock(&names_lock);
	names_stuck--;
}

static inline void
names_free_stuck(void)
{
	pthread_mutex_lock(&names_lock);
	names_freed = 1;
	pthread_cond_broadcast(&names_cond);
	pthread_mutex_unlock(&names_lock);
}

int getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret)
{
	const char *dot = host ? strrchr(host, '.') : NULL;
	struct addrinfo numeric = *hints;
	int rc;

	if (!dot || strcasecmp(dot, ".test") != 0)
		return names_real(host, port, hints, ret);
	names_asked++;
	if (strcasecmp(host, "none.test") == 0)
		return EAI_NONAME;
	if (strcasecmp(host, "again.test") == 0)
		return EAI_AGAIN;
	if (strncasecmp(host, "stuck", 5) == 0)
		names_wait_stuck();
	if (strcasecmp(host, "slow.test") == 0)
		usleep(50000);
	numeric.ai_flags |= AI_NUMERICHOST;
	rc = names_real(hints->ai_family == AF_INET6 ? "::1" : "127.0.0.1", port, &numeric, ret);
	if (rc == 0 && strcasecmp(host, "both.test") == 0 && hints->ai_family == AF_UNSPEC)
		rc = names_real("::1", port, &numeric, &(*ret)->ai_next);
	return rc;
}

#endif
