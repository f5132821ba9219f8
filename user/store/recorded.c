/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Opens a recording that anybody may have written. */
#include "store/recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/recorded_priv.h"
#include "store/schema.h"

#define BUSY_MS 10000
#define TEXT_BYTES_MAX (256 << 20) /* of one value, and of one row */
#define MAGIC_BYTES 8
#define HEADER_BYTES 100

static int refuse_file(const char *path, const char *why)
{
	log_error("%s %s", path, why);
	return -EINVAL;
}

/*
 * SQLite deletes the journal of a transaction over several databases, by the name that the journal
 * gives. Ours are of one.
 */
static bool has_foreign_journal(const char *path)
{
	static const unsigned char magic[MAGIC_BYTES] = { 0xd9, 0xd5, 0x05, 0xf9,
							  0x20, 0xa1, 0x63, 0xd7 };
	unsigned char end[MAGIC_BYTES];
	struct stat status;
	bool foreign = false;
	char *name;
	int fd;

	if (asprintf(&name, "%s-journal", path) < 0)
		return true;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	free(name);
	if (fd < 0)
		return errno != ENOENT;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode))
		foreign = true;
	else if (status.st_size >= MAGIC_BYTES)
		foreign = pread(fd, end, MAGIC_BYTES, status.st_size - MAGIC_BYTES) !=
				  MAGIC_BYTES ||
			  !memcmp(end, magic, MAGIC_BYTES);
	close(fd);
	return foreign;
}

/*
 * Whether it is a database of ours with a rollback journal. One with a WAL would make SQLite create
 * files beside it, and wait for others who are said to use it.
 */
static bool has_our_header(const char *path)
{
	unsigned char header[HEADER_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ours = fd >= 0 && pread(fd, header, HEADER_BYTES, 0) == HEADER_BYTES &&
		    !memcmp(header, "SQLite format 3", 16) && header[18] == 1 && header[19] == 1;

	if (fd >= 0)
		close(fd);
	return ours;
}

static void set_limits(sqlite3 *db)
{
	sqlite3_busy_timeout(db, BUSY_MS);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, TEXT_BYTES_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
}

static int open_as(struct recorded *recorded, const char *path, int flags)
{
	int64_t ignored;
	int err;

	sqlite3_close(recorded->db);
	recorded->db = NULL;
	err = db_error(NULL,
		       sqlite3_open_v2(path, &recorded->db, flags | SQLITE_OPEN_NOMUTEX, NULL));
	if (err)
		return err;
	set_limits(recorded->db);
	err = db_run(recorded->db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
				   "PRAGMA temp_store = MEMORY");
	return err ? err : db_number(recorded->db, "PRAGMA schema_version", &ignored);
}

/* A moment that was not finished is taken back, which only one who may write can do. */
static int open_db(struct recorded *recorded, const char *path)
{
	int err = open_as(recorded, path, SQLITE_OPEN_READONLY);

	if (err != -EROFS && err != -EACCES && err != -ENOENT)
		return err;
	if (has_foreign_journal(path))
		return -EINVAL;
	err = open_as(recorded, path, SQLITE_OPEN_READWRITE);
	if (err == -EROFS || err == -EACCES)
		log_error("%s: pagewatch was killed while it wrote this; to take the unfinished "
			  "moment back, copy it with %s-journal to where you may write",
			  path, path);
	return err;
}

static int check_table(sqlite3 *db, const struct schema_table *table)
{
	sqlite3_stmt *query = NULL;
	char *wanted = schema_sql(table);
	int found = wanted ? db_prepare(db, &query,
					"SELECT sql FROM sqlite_master WHERE type = 'table' "
					"AND name = '%s'",
					table->name)
			   : -ENOMEM;
	const char *sql;

	if (!found)
		found = db_row(query);
	if (found > 0) {
		sql = (const char *)sqlite3_column_text(query, 0);
		found = sql && !strcmp(sql, wanted);
	}
	sqlite3_finalize(query);
	sqlite3_free(wanted);
	return found > 0 ? 0 : found ? found : -EINVAL;
}

static int check_schema(struct recorded *recorded, const char *path)
{
	const struct schema_table *table;
	int64_t application = 0, version = 0;
	int err = db_number(recorded->db, "PRAGMA application_id", &application);

	if (!err)
		err = db_number(recorded->db, "PRAGMA user_version", &version);
	if (err == -EINVAL || (!err && application != SCHEMA_APPLICATION))
		return refuse_file(path, "is not a recording of pagewatch");
	if (!err && (version < 1 || version > SCHEMA_VERSION))
		return refuse_file(path, version > SCHEMA_VERSION
						 ? "was recorded by a newer pagewatch"
						 : "was recorded by an older pagewatch");
	recorded->version = (int)version;
	for (table = schema_tables; !err && table->name; table++) {
		if (table->first <= version && version <= table->last)
			err = check_table(recorded->db, table);
	}
	return err == -EINVAL
		       ? refuse_file(path, "is broken: its tables are not those of a recording")
		       : err;
}

static int count_moments(struct recorded *recorded)
{
	int64_t count = 0, last = 0, start_ns = 0;
	int err = db_number(recorded->db, "SELECT count(*) FROM moment", &count);

	if (!err && count)
		err = db_number(recorded->db, "SELECT max(id) FROM moment", &last);
	if (!err && last != count)
		err = -EINVAL;
	if (!err)
		err = db_number(recorded->db, "SELECT start_ns FROM recording", &start_ns);
	recorded->count = (size_t)count;
	recorded->start_ns = (uint64_t)start_ns;
	return err;
}

static int read_rank(struct recorded *recorded)
{
	sqlite3_stmt *query = NULL;
	const char *rank;
	int err = db_prepare(recorded->db, &query, "SELECT rank FROM recording");
	int found = err ? err : db_row(query);

	if (found > 0) {
		rank = (const char *)sqlite3_column_text(query, 0);
		recorded->rank = rank ? strdup(rank) : NULL;
		err = rank && !recorded->rank ? -ENOMEM : 0;
	} else {
		err = found;
	}
	sqlite3_finalize(query);
	return err;
}

static int open_recorded(struct recorded *recorded, const char *path)
{
	struct stat status;
	int err;

	if (stat(path, &status))
		return -errno;
	if (!S_ISREG(status.st_mode))
		return refuse_file(path, "is not a regular file");
	if (access(path, R_OK))
		return -errno;
	if (!has_our_header(path))
		return refuse_file(path, "is not a recording of pagewatch");
	recorded->file_bytes = (uint64_t)status.st_size;
	err = open_db(recorded, path);
	if (!err || err == -EINVAL)
		err = check_schema(recorded, path);
	if (!err)
		err = recorded_prepare(recorded);
	if (!err)
		err = read_rank(recorded);
	return err ? err : count_moments(recorded);
}

int recorded__open(const char *path, struct recorded **ret)
{
	struct recorded *recorded = calloc(1, sizeof(*recorded));
	int err = -ENOMEM;

	*ret = NULL;
	if (recorded)
		recorded->path = strdup(path);
	if (recorded && recorded->path)
		err = open_recorded(recorded, path);
	if (!err) {
		*ret = recorded;
		return 0;
	}
	if (!log_said_error())
		log_error("cannot read %s: %s", path, strerror(-err));
	recorded__free(recorded);
	return err;
}

static int moment_at(void *from, size_t index, const struct moment **ret)
{
	struct recorded *recorded = from;
	int err;

	moment__deinit(&recorded->moment);
	err = index < recorded->count ? recorded_read(recorded, index, &recorded->moment) : -ENOENT;
	if (err == -EINVAL)
		log_error("%s is damaged: moment %zu is not valid", recorded->path, index + 1);
	else if (err)
		log_error("cannot read %s: %s", recorded->path, strerror(-err));
	*ret = &recorded->moment;
	return err;
}

struct moments recorded__moments(struct recorded *recorded)
{
	return (struct moments){ .count = recorded->count, .from = recorded, .at = moment_at };
}

const char *recorded__rank(const struct recorded *recorded)
{
	return recorded->rank;
}

void recorded__free(struct recorded *recorded)
{
	if (!recorded)
		return;
	moment__deinit(&recorded->moment);
	recorded_finalize(recorded);
	sqlite3_close(recorded->db);
	free(recorded->path);
	free(recorded->rank);
	free(recorded);
}
