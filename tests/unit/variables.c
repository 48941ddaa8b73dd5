/* variables - what environments say about dependencies */
#include "dep/variables.h"

#include "base/buf.h"
#include "tap.h"

static struct ir_arena arena;
static struct ir_buf out;

static const char *
reveal(const struct ir_secret *s)
{
	return s->len ? ir_secret_reveal(s) : "";
}

/* "VARIABLE name type url password backend\n" */
static void
on_found(void *arg, struct ir_variable_dep *v)
{
	(void)arg;
	ir_buf_addf(&out, "%s %s %s %s%s%s%s%s\n", v->variable, v->name, v->type, reveal(&v->url),
	    v->password.len ? " pw=" : "", reveal(&v->password), v->backend ? " by " : "",
	    v->backend ? v->backend : "");
}

static void
on_unusable(void *arg, int level, const struct ir_variable *v, const char *why)
{
	(void)arg;
	ir_buf_addf(&out, "%d %s %s\n", level, v->name, why);
}

/* What "A=1" "B=2" say, ours or not. */
static const char *
read_all(bool ours, const char *const *all)
{
	const struct ir_variables_to to = { on_found, on_unusable, NULL };
	struct ir_variable v[20];
	size_t n = 0;

	for (; *all; all++) {
		size_t len = strcspn(*all, "=");

		v[n++] = (struct ir_variable){ ir_strndup(&arena, *all, len), *all + len + 1, 1 };
	}
	ir_buf_reset(&out);
	ir_variables_read(&arena, v, n, ours, &to);
	return out.data;
}
#define READ(...) read_all(false, (const char *const[]){ __VA_ARGS__, NULL })
#define OURS(...) read_all(true, (const char *const[]){ __VA_ARGS__, NULL })

static void
urls(void)
{
	IS_STR(READ("PATH=/bin", "DATABASE_URL="), "", "nothing");
	IS_STR(READ("REDIS_URL=redis://r", "DATABASE_URL=postgres://u:p@h/d"),
	    "DATABASE_URL database database postgres://u:p@h/d\nREDIS_URL redis cache redis://r\n", "by importance");
	IS_STR(READ("ANALYTICS_DATABASE_URL=postgres://a", "BIG_DATA_DATABASE_URL=postgres://b",
		   "_DATABASE_URL=postgres://c"),
	    "ANALYTICS_DATABASE_URL analytics database postgres://a\nBIG_DATA_DATABASE_URL big-data database "
	    "postgres://b\n",
	    "named after what is before it");
	IS_STR(READ("CELERY_BROKER_URL=amqp://m//", "BROKER_URL=redis://b", "CELERY_RESULT_BACKEND=redis://r/1"),
	    "CELERY_BROKER_URL broker queue amqp://m//\nBROKER_URL broker-2 queue redis://b\n"
	    "CELERY_RESULT_BACKEND results cache redis://r/1\n",
	    "unique names");
	IS_STR(READ("DATABASE_URL=postgres://a", "DATABASE_URL=postgres://b"),
	    "DATABASE_URL database database postgres://b\n", "the last one of a name");
	IS_STR(READ("BROKER_URL=redis://a;redis://b/1"),
	    "BROKER_URL broker queue redis://a\nBROKER_URL broker-2 queue redis://b/1\n", "several brokers");
	IS_STR(READ("BROKER_URL=sentinel://a;sentinel://b/m"), "BROKER_URL broker queue sentinel://a;sentinel://b/m\n",
	    "but sentinels are one");
	IS_STR(READ("CELERY_RESULT_BACKEND=db+postgresql://h/d"),
	    "CELERY_RESULT_BACKEND results cache postgresql://h/d\n", "SQLAlchemy's prefix");
	IS_STR(
	    READ("DATABASE_URL=jdbc:postgresql://h/d"), "DATABASE_URL database database postgresql://h/d\n", "Java's");
	IS_STR(READ("RABBITMQ_URL=http://h:15672"), "RABBITMQ_URL rabbitmq queue http://h:15672\n", "a management");
	IS_STR(READ("DATABASE_URL=https://h"), "1 DATABASE_URL is a URL of something that is not known here\n",
	    "http may be anything");
}

static void
pointers(void)
{
	IS_STR(READ("DATABASE_URL=$REAL", "REAL=postgres://r"), "DATABASE_URL database database postgres://r\n",
	    "a pointer");
	IS_STR(READ("DATABASE_URL=${A}", "A=$B", "B=postgres://r"), "DATABASE_URL database database postgres://r\n",
	    "two");
	IS_STR(
	    READ("DATABASE_URL=$DATABASE_URL"), "0 DATABASE_URL points to a variable that is not there\n", "to itself");
	IS_STR(READ("DATABASE_URL=$"), "0 DATABASE_URL points to a variable that is not there\n", "to nothing");
	IS_STR(READ("REDIS_PROVIDER=OPENREDIS_URL", "OPENREDIS_URL=redis://o"),
	    "REDIS_PROVIDER sidekiq queue redis://o\n", "Sidekiq's");
	IS_STR(READ("REDIS_PROVIDER=NOPE"), "0 REDIS_PROVIDER points to a variable that is not there\n", "or not");
}

static void
hosts(void)
{
	IS_STR(READ("KAFKA_BROKERS=a:1,b"),
	    "KAFKA_BROKERS kafka queue tcp://a:1 by tcp\nKAFKA_BROKERS kafka-2 queue tcp://b:9092 by tcp\n",
	    "several hosts");
	IS_STR(READ("MEMCACHED_SERVERS=[::1]:5"), "MEMCACHED_SERVERS memcached cache tcp://[::1]:5 by tcp\n", "IPv6");
	IS_STR(
	    READ("MEMCACHED_SERVERS=[::1]"), "MEMCACHED_SERVERS memcached cache tcp://[::1]:11211 by tcp\n", "alone");
	IS_STR(READ("ELASTICSEARCH_URL=https://u:p@e/x?y"),
	    "ELASTICSEARCH_URL elasticsearch database tcp://e:443 by tcp\n", "a URL is its host and port");
	IS_STR(READ("ELASTICSEARCH_URL=e"), "ELASTICSEARCH_URL elasticsearch database tcp://e:9200 by tcp\n", "a host");
	IS_STR(READ("KAFKA_BROKERS=a:s3cret"), "0 KAFKA_BROKERS is no host:port, or several by comma\n", "a bad port");
	IS_STR(READ("KAFKA_BROKERS=s3[cret:1"), "0 KAFKA_BROKERS is no host:port, or several by comma\n",
	    "half a bracket");
	IS_STR(READ("KAFKA_BROKERS=s3cret!:1"), "0 KAFKA_BROKERS is no host:port, or several by comma\n", "a bad host");
	IS_STR(READ("KAFKA_BROKERS=,,", "ELASTICSEARCH_URL=http://"),
	    "0 ELASTICSEARCH_URL is no host:port, or several by comma\n", "none");
}

static void
sets(void)
{
	IS_STR(
	    READ("POSTGRES_HOST=h", "POSTGRES_USER=u@", "POSTGRES_PASSWORD=p w", "POSTGRES_DB=d/", "POSTGRES_PORT=5"),
	    "POSTGRES_HOST postgres database postgresql://u%40@h:5/d%2F pw=p w\n", "PostgreSQL in pieces");
	IS_STR(READ("POSTGRES_USER=u", "POSTGRES_PASSWORD=p", "POSTGRES_DB=d"), "",
	    "its own container does not say where");
	IS_STR(READ("POSTGRES_HOST=/run/pg"), "POSTGRES_HOST postgres database postgresql:///?host=%2Frun%2Fpg\n",
	    "a directory");
	IS_STR(READ("POSTGRES_HOST=::1"), "POSTGRES_HOST postgres database postgresql://[::1]\n", "IPv6");
	IS_STR(READ("DB_HOST=h", "DB_CONNECTION=pgsql", "DB_USERNAME=u", "DB_PASSWORD=$p", "DB_DATABASE=d"),
	    "DB_HOST db database postgresql://u@h/d pw=$p\n", "Laravel's");
	IS_STR(READ("DB_HOST=h", "DB_ENGINE=django.db.backends.postgresql", "DB_USER=u", "DB_NAME=d"),
	    "DB_HOST db database postgresql://u@h/d\n", "Django's");
	IS_STR(READ("DB_HOST=h", "DB_PORT=5432"), "DB_HOST db database postgresql://h:5432\n", "by its port");
	IS_STR(READ("DB_HOST=h", "DB_CONNECTION=mysql", "DB_PORT=5432"),
	    "1 DB_HOST is of a database that is not known here\n", "MySQL");
	IS_STR(READ("DB_HOST=h"), "1 DB_HOST is of a database whose kind no DB_CONNECTION says\n", "no guess");
	IS_STR(READ("REDIS_HOST=r", "REDIS_PASSWORD=null", "REDIS_PORT=tcp://10.0.0.1:7", "REDIS_DB=2"),
	    "REDIS_HOST redis cache redis://r:7/2\n", "Redis, with a linked port and a written-out null");
	IS_STR(READ("REDIS_HOST=r", "REDIS_PASSWORD=p", "REDIS_URL=redis://x"),
	    "REDIS_URL redis cache redis://x\nREDIS_HOST redis-2 cache redis://r pw=p\n", "beside a URL");
	IS_STR(READ("REDIS_HOST=s3cret s3cret"), "0 REDIS_HOST is neither a host nor a directory\n", "a bad host");
	IS_STR(READ("REDIS_HOST=r", "REDIS_PORT=s3cret"),
	    "0 REDIS_HOST has no port beside it that is a number from 1 to 65535\n", "a bad port");
	IS_STR(
	    OURS("PGDATABASE=d", "PGPASSWORD=p"), "PGDATABASE postgres database  by postgres\n", "libpq reads its own");
	IS_STR(OURS("PGPASSWORD=p", "PGPORT=5"), "", "when they say where");
	IS_STR(READ("PGDATABASE=d"), "", "elsewhere a host is needed");
	IS_STR(READ("PGHOST=h", "PGUSER=u", "PGPASSWORD=p", "PGDATABASE=d"),
	    "PGHOST postgres database postgresql://u@h/d pw=p\n", "to which they become a URL");
}

static void
bad(void)
{
	static const char *const quiet[] = { "sqlite:///x", "django-db", "rpc", "memory:", "locmem", NULL };
	char *big = ir_asprintf(&arena, "DATABASE_URL=redis://%09000d", 1);

	IS_STR(READ("DATABASE_URL=s3cret"), "0 DATABASE_URL is no URL\n", "no URL");
	IS_STR(
	    READ("DATABASE_URL=redis://s3cret s"), "0 DATABASE_URL has blanks or control characters in it\n", "blanks");
	IS_STR(
	    READ("DATABASE_URL=redis://\001"), "0 DATABASE_URL has blanks or control characters in it\n", "controls");
	IS_STR(READ(big), "0 DATABASE_URL is too long\n", "too long");
	for (size_t i = 0; quiet[i]; i++) {
		const char *said = READ(ir_asprintf(&arena, "CELERY_RESULT_BACKEND=%s", quiet[i]));

		OK(*said != '0', "'%s' is nothing to warn of", quiet[i]);
	}
}

static void
wanted(void)
{
	static const char *const yes[] = { "DATABASE_URL", "X_DATABASE_URL", "PGPASSWORD", "PGSERVICE", "DB_ENGINE",
		"DB_NAME", "REDIS_DB", "POSTGRES_DB", "ELASTICSEARCH_URL", "REDIS_PROVIDER" };
	static const char *const no[] = { "", "PATH", "database_url", "DATABASE_URL2", "SECRET_KEY", "PG",
		"_DATABASE_URL" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		OK(ir_variable_wanted(yes[i]), "%s is one", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		OK(!ir_variable_wanted(no[i]), "'%s' is none", no[i]);
}

int
main(void)
{
	ir_buf_init(&out, 1 << 16);
	urls();
	pointers();
	hosts();
	sets();
	bad();
	wanted();
	ir_buf_done(&out);
	ir_arena_done(&arena);
	return tap_done();
}
