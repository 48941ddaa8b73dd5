/* postgres_sql - what is asked of a PostgreSQL server, from 9.6 on */
#include "dep/postgres.h"

#include "base/buf.h"
#include "base/cleanup.h"

enum { SQL_MAX = 8192, V10 = 100000, V12 = 120000, V13 = 130000, V14 = 140000 };

/* What a version calls it. */
static const struct word {
	const char *key, *since, *before;
	int version;
} words[] = {
	/* of a session that we may not see nothing but pid, user, application is told */
	{ "CLIENT", "backend_type='client backend'", "state IS NOT NULL", V10 },
	{ "HIDDEN", "(backend_type IS NULL AND datid IS NOT NULL)", "query='<insufficient privilege>'", V10 },
	{ "KIND", "backend_type", "NULL", V10 },
	{ "SEES_ALL", "pg_has_role('pg_read_all_stats','USAGE')", "r.rolsuper", V10 },
	{ "LSN_DIFF", "pg_wal_lsn_diff", "pg_xlog_location_diff", V10 },
	{ "LSN_NOW", "pg_current_wal_lsn()", "pg_current_xlog_location()", V10 },
	{ "LSN_RECEIVED", "pg_last_wal_receive_lsn()", "pg_last_xlog_receive_location()", V10 },
	{ "LSN_REPLAYED", "pg_last_wal_replay_lsn()", "pg_last_xlog_replay_location()", V10 },
	{ "PAUSED", "pg_is_wal_replay_paused()", "pg_is_xlog_replay_paused()", V10 },
	{ "REPLAY_LSN", "s.replay_lsn", "s.replay_location", V10 },
	{ "REPLAY_LAG", "s.replay_lag", "NULL::interval", V10 },
	{ "NOT_TEMPORARY", "NOT temporary", "true", V10 },
	{ "SENDER", "sender_host", "NULL", 110000 },
	{ "CHECKSUMS", "sum(checksum_failures)", "NULL", V12 },
	{ "CHECKSUM_AGE", "extract(epoch FROM clock_timestamp()-max(checksum_last_failure))", "NULL", V12 },
	{ "BUILDER", "AND l.pid IN (SELECT pid FROM pg_stat_progress_create_index)", "", V12 },
	{ "WAL_STATUS", "wal_status", "NULL", V13 },
	{ "WITH_WAITS",
	    "WITH l AS MATERIALIZED (SELECT pid,min(waitstart) AS since FROM pg_locks WHERE NOT granted GROUP BY pid),",
	    "WITH", V14 },
	{ "WAITS_SINCE", "(SELECT since FROM l WHERE l.pid=a.pid)", "a.query_start", V14 },
};

/* Each in one row, but those that say how many. @WORD@: see above; @QUERY@: the text, or nothing. */
static const char *const statements[] = {
	[IR_POSTGRES_CORE] =
	    "SELECT pg_is_in_recovery(),current_setting('default_transaction_read_only'),"
	    "current_setting('max_connections'),current_setting('superuser_reserved_connections'),"
	    "current_setting('reserved_connections',true),d.datconnlimit,CASE WHEN r.rolsuper THEN -1 ELSE "
	    "r.rolconnlimit "
	    "END,(SELECT max(age(datfrozenxid)) FROM pg_database),(SELECT max(mxid_age(datminmxid)) FROM pg_database),"
	    "(SELECT datname FROM pg_database ORDER BY age(datfrozenxid) DESC LIMIT 1),pg_backend_pid(),"
	    "extract(epoch FROM clock_timestamp()-pg_postmaster_start_time()),pg_postmaster_start_time(),"
	    "@SEES_ALL@,quote_ident(current_user),quote_ident(current_database()),current_setting('synchronous_standby_"
	    "names') "
	    "FROM pg_database d,pg_roles r WHERE d.datname=current_database() AND r.rolname=current_user",
	[IR_POSTGRES_STATS] =
	    "SELECT sum(numbackends),sum(numbackends) FILTER (WHERE datname=current_database()),"
	    "sum(xact_commit) FILTER (WHERE datname=current_database()),sum(xact_rollback) FILTER (WHERE "
	    "datname=current_database()),sum(deadlocks) FILTER (WHERE datname=current_database()),sum(conflicts) "
	    "FILTER "
	    "(WHERE datname=current_database()),@CHECKSUMS@,@CHECKSUM_AGE@ FROM pg_stat_database",
	[IR_POSTGRES_SESSIONS] =
	    "SELECT count(*) FILTER (WHERE @CLIENT@),count(*) FILTER (WHERE state='active'),count(*) FILTER (WHERE "
	    "state='idle'),count(*) FILTER (WHERE state LIKE 'idle in transaction%'),count(*) FILTER (WHERE @HIDDEN@),"
	    "count(*) FILTER (WHERE usename=current_user) FROM pg_stat_activity",
	[IR_POSTGRES_HOLDER] =
	    "SELECT application_name,usename,count(*),count(*) FILTER (WHERE state LIKE 'idle in transaction%') FROM "
	    "pg_stat_activity WHERE @CLIENT@ OR @HIDDEN@ GROUP BY 1,2 ORDER BY 3 DESC,1,2 LIMIT 1",
	[IR_POSTGRES_TRANSACTION] = "SELECT pid,usename,application_name,client_addr,state,extract(epoch FROM "
				    "clock_timestamp()-xact_start),@QUERY@ "
				    "FROM pg_stat_activity WHERE @CLIENT@ AND pid<>pg_backend_pid() AND xact_start IS "
				    "NOT NULL ORDER BY xact_start "
				    "LIMIT 1",
	[IR_POSTGRES_IDLE] =
	    "SELECT pid,usename,application_name,client_addr,state,extract(epoch FROM clock_timestamp()-state_change),"
	    "@QUERY@ FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' ORDER BY state_change LIMIT 1",
	/* the lock manager is only asked of sessions that say they wait; what is hidden is looked up in pg_locks */
	[IR_POSTGRES_BLOCKED] =
	    "@WITH_WAITS@ w AS (SELECT a.pid,pg_blocking_pids(a.pid) AS by,@WAITS_SINCE@ AS since FROM "
	    "pg_stat_activity a "
	    "WHERE a.wait_event_type='Lock' OR (@HIDDEN@ AND a.pid IN (SELECT pid FROM pg_locks WHERE NOT granted)) "
	    "LIMIT "
	    "200),b AS (SELECT pid,by,since FROM w WHERE cardinality(by)>0),n AS (SELECT pid FROM b UNION SELECT "
	    "unnest(by) "
	    "FROM b) SELECT n.pid,a.usename,a.application_name,a.client_addr,coalesce(a.state,@KIND@),extract(epoch "
	    "FROM "
	    "clock_timestamp()-a.xact_start),@QUERY@,array_to_string(b.by,','),extract(epoch FROM "
	    "clock_timestamp()-b.since) FROM n LEFT JOIN b ON b.pid=n.pid LEFT JOIN pg_stat_activity a ON a.pid=n.pid "
	    "LIMIT "
	    "400",
	/* neither backups nor subscribers are standbys */
	[IR_POSTGRES_STANDBYS] = "SELECT s.application_name,s.client_addr,s.state,s.sync_state,@LSN_DIFF@(CASE WHEN "
				 "pg_is_in_recovery() THEN "
				 "@LSN_RECEIVED@ ELSE @LSN_NOW@ END,@REPLAY_LSN@),extract(epoch FROM @REPLAY_LAG@) "
				 "FROM pg_stat_replication s "
				 "LEFT JOIN pg_replication_slots r ON r.active_pid=s.pid WHERE s.state IS DISTINCT "
				 "FROM 'backup' AND r.slot_type "
				 "IS DISTINCT FROM 'logical' ORDER BY 5 DESC NULLS LAST LIMIT 100",
	[IR_POSTGRES_SLOTS] = "SELECT slot_name,slot_type,active,@WAL_STATUS@,@LSN_DIFF@(CASE WHEN pg_is_in_recovery() "
			      "THEN @LSN_REPLAYED@ "
			      "ELSE @LSN_NOW@ END,restart_lsn) FROM pg_replication_slots WHERE @NOT_TEMPORARY@ ORDER "
			      "BY 5 DESC NULLS LAST "
			      "LIMIT 100",
	/* a receiver begins anew at the start of a segment, so until the primary writes it is behind what was replayed */
	[IR_POSTGRES_LAG] =
	    "SELECT @PAUSED@,@LSN_RECEIVED@ IS NOT NULL,@LSN_RECEIVED@<=@LSN_REPLAYED@,"
	    "@LSN_DIFF@(@LSN_RECEIVED@,@LSN_REPLAYED@),extract(epoch FROM "
	    "clock_timestamp()-pg_last_xact_replay_timestamp()),(SELECT count(*) FROM pg_stat_wal_receiver),(SELECT "
	    "status "
	    "FROM pg_stat_wal_receiver),(SELECT @SENDER@ FROM pg_stat_wal_receiver) WHERE pg_is_in_recovery()",
	[IR_POSTGRES_ARCHIVER] = "SELECT last_failed_time>coalesce(last_archived_time,'-infinity'),extract(epoch FROM "
				 "clock_timestamp()-last_failed_time),extract(epoch FROM "
				 "clock_timestamp()-last_archived_time),last_failed_wal FROM "
				 "pg_stat_archiver WHERE NOT pg_is_in_recovery()",
	[IR_POSTGRES_PREPARED] = "SELECT count(*) OVER (),extract(epoch FROM clock_timestamp()-prepared),gid,owner "
				 "FROM pg_prepared_xacts ORDER "
				 "BY prepared LIMIT 1",
	[IR_POSTGRES_SETTINGS] =
	    "SELECT count(*) FILTER (WHERE pending_restart),string_agg(name,', ' ORDER BY name) FILTER (WHERE "
	    "pending_restart),max(source) FILTER (WHERE name='default_transaction_read_only') FROM pg_settings",
	/* one that is being built is not valid yet; its table is locked, by who builds */
	[IR_POSTGRES_INDEXES] =
	    "SELECT count(*),min(i.indexrelid::regclass::text) FROM pg_index i JOIN pg_class c ON c.oid=i.indexrelid "
	    "WHERE NOT "
	    "i.indisvalid AND c.relkind='i' AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype='relation' AND "
	    "l.relation=i.indrelid AND l.granted AND l.mode='ShareUpdateExclusiveLock' AND l.database=(SELECT oid FROM "
	    "pg_database WHERE datname=current_database()) @BUILDER@)",
	[IR_POSTGRES_SIZE] = "SELECT pg_database_size(current_database())",
};

static const char *
word(const char *key, size_t n, int version, bool detail)
{
	if (n == 5 && strncmp(key, "QUERY", n) == 0)
		return detail ? "left(query,1024)" : "NULL";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].key) == n && strncmp(words[i].key, key, n) == 0)
			return version >= words[i].version ? words[i].since : words[i].before;
	}
	return "";
}

const char *
ir_postgres_sql(struct ir_arena *arena, enum ir_postgres_fact fact, int version, bool detail)
{
	/* the second look at the lag is the first one's statement, later */
	const char *s = statements[fact == IR_POSTGRES_LAG_AGAIN ? IR_POSTGRES_LAG : fact];
	IR_CLEANUP(ir_buf_done) struct ir_buf b;

	ir_buf_init(&b, SQL_MAX);
	while (*s) {
		size_t n = strcspn(s, "@");

		ir_buf_add(&b, s, n);
		s += n;
		if (*s != '@')
			break;
		n = strcspn(++s, "@");
		ir_buf_adds(&b, word(s, n, version, detail));
		s += n + 1;
	}
	return ir_strdup(arena, b.data);
}
