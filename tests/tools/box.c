/*
 * box - the one program of the test image, statically linked: what containers do in the wild
 *
 *	hold			run until told to end (TERM: exit 0)
 *	deaf			run, and ignore TERM
 *	exit N			exit with N at once
 *	crash MS N		exit with N after MS milliseconds
 *	say TEXT N		print TEXT, exit with N: a healthcheck's answer
 *	hang			a healthcheck that never answers
 *	exists FILE [TEXT]	0 when there is such a file, else 1 with TEXT: a healthcheck that `touch` and `rm` turn
 *	touch FILE, rm FILE
 *	eat			take memory until it is killed: exit 137
 *	serve PORT [STATUS]	answer every HTTP request on 127.0.0.1 with STATUS (200)
 *	log N			print N lines, then hold
 *	print ITEM…		each in turn, then exit 0: out=TEXT or err=TEXT, a line; cut=TEXT, without its end; long=N, a line of N times x; wait=MS; hold=
 *	tick MS			a line each MS, to standard output and standard error in turn
 *	flood			lines without end, as fast as they are taken
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static long
number(const char *s)
{
	return s ? strtol(s, NULL, 10) : 0;
}

static void
leave(int sig)
{
	(void)sig;
	_exit(0);
}

static void
wait_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

_Noreturn static void
hold(void)
{
	for (;;)
		pause();
}

/*
 * A child eats, so that the kernel's word of it is heard before the container ends: when both come at once, the engine may miss the first
 * and say that nobody ran out of memory.
 */
static int
eat(void)
{
	enum { CHUNK = 1 << 20 };
	pid_t pid = fork();

	while (pid == 0) {
		volatile char *p = malloc(CHUNK);

		for (size_t i = 0; p && i < CHUNK; i += 512)
			p[i] = 1;
	}
	waitpid(pid, NULL, 0);
	wait_ms(300);
	return 128 + SIGKILL;
}

static int
serve(long port, const char *status)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
	char in[4096], out[128];

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&sin, sizeof(sin)) != 0 || listen(s, 64) != 0) {
		perror("box: serve");
		return 1;
	}
	for (;;) {
		int c = accept(s, NULL, NULL);
		int n = snprintf(
		    out, sizeof(out), "HTTP/1.1 %s x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbox", status);

		if (c < 0)
			continue;
		if (read(c, in, sizeof(in)) > 0 && write(c, out, (size_t)n) < 0)
			perror("box: write");
		close(c);
	}
}

static int
touch(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT, 0644);

	return fd < 0 || close(fd) != 0;
}

static int
say(const char *text, long status)
{
	puts(text);
	return (int)status;
}

static void
print(const char *item)
{
	const char *text = strchr(item, '=');

	text = text ? text + 1 : "";
	if (strncmp(item, "out=", 4) == 0)
		printf("%s\n", text);
	else if (strncmp(item, "err=", 4) == 0)
		fprintf(stderr, "%s\n", text);
	else if (strncmp(item, "cut=", 4) == 0)
		printf("%s", text);
	else if (strncmp(item, "wait=", 5) == 0)
		wait_ms(number(text));
	else if (strncmp(item, "hold=", 5) == 0)
		hold();
	for (long i = strncmp(item, "long=", 5) == 0 ? number(text) : -1; i >= 0; i--)
		putchar(i > 0 ? 'x' : '\n');
	fflush(stdout);
}

_Noreturn static void
tick(long ms)
{
	for (long i = 0;; i++) {
		fprintf(i % 2 ? stderr : stdout, "tick %ld\n", i);
		wait_ms(ms);
	}
}

/* A thousand lines a call. */
_Noreturn static void
flood(void)
{
	static char all[64 * 1000];

	for (size_t i = 0; i < 1000; i++)
		snprintf(all + 64 * i, 64, "line %03zu of a flood that does not end until somebody ends it...", i);
	for (size_t i = 1; i <= 1000; i++)
		all[64 * i - 1] = '\n';
	for (;;)
		if (write(1, all, sizeof(all)) < 0 && errno != EINTR)
			_exit(1);
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "hold", *a = argc > 2 ? argv[2] : NULL, *b = argc > 3 ? argv[3] : NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGTERM, strcmp(mode, "deaf") == 0 ? SIG_IGN : leave);
	if (strcmp(mode, "hold") == 0 || strcmp(mode, "deaf") == 0 || strcmp(mode, "hang") == 0)
		hold();
	if (strcmp(mode, "eat") == 0)
		return eat();
	if (strcmp(mode, "flood") == 0)
		flood();
	if (strcmp(mode, "print") == 0) {
		for (int i = 2; i < argc; i++)
			print(argv[i]);
		return 0;
	}
	if (!a) {
		fprintf(stderr, "box: what is '%s'?\n", mode);
		return 64;
	}
	if (strcmp(mode, "exit") == 0)
		return (int)number(a);
	if (strcmp(mode, "crash") == 0)
		return wait_ms(number(a)), (int)number(b);
	if (strcmp(mode, "say") == 0)
		return say(a, number(b));
	if (strcmp(mode, "exists") == 0)
		return access(a, F_OK) == 0 ? 0 : say(b ? b : "not there", 1);
	if (strcmp(mode, "touch") == 0)
		return touch(a);
	if (strcmp(mode, "rm") == 0)
		return unlink(a) != 0;
	if (strcmp(mode, "serve") == 0)
		return serve(number(a), b ? b : "200");
	if (strcmp(mode, "tick") == 0)
		tick(number(a));
	for (long i = 0; strcmp(mode, "log") == 0 && i < number(a); i++)
		printf("line %ld\n", i);
	hold();
}
