/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The file, and a moment as one transaction. */
#include "store/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/test_point.h"
#include "store/recording_priv.h"
#include "store/schema.h"

/*
 * Somebody who reads the file holds us up for so long at most. It is less than the default of
 * --max-hold: a process may wait for us meanwhile.
 */
#define BUSY_MS 4000

static int open_db(struct recording *recording, const char *path)
{
	int result = sqlite3_open_v2(path, &recording->db,
				     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	int err = db_error(recording->db, result);

	if (err)
		return err;
	sqlite3_busy_timeout(recording->db, BUSY_MS);
	/*
	 * A WAL could not be read in a folder that we must not write to. EXTRA: a journal that is
	 * back after a crash would undo a moment that was finished.
	 */
	err = db_run(recording->db, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;"
				    "PRAGMA temp_store = MEMORY");
	if (!err && stat(path, &recording->file))
		err = -errno;
	return err;
}

static int close_db(struct recording *recording)
{
	int err;

	recording_finalize(recording);
	err = db_error(recording->db, sqlite3_close(recording->db));
	recording->db = NULL;
	return err;
}

static int create_table(sqlite3 *db, const struct schema_table *table)
{
	char *sql = schema_sql(table);
	int err = sql ? db_run(db, sql) : -ENOMEM;

	sqlite3_free(sql);
	return err;
}

static int create_tables(sqlite3 *db)
{
	const struct schema_table *table;
	char head[128];
	int err;

	snprintf(head, sizeof(head), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		 SCHEMA_APPLICATION, SCHEMA_VERSION);
	err = db_run(db, head);
	for (table = schema_tables; !err && table->name; table++) {
		if (table->last == SCHEMA_VERSION)
			err = create_table(db, table);
	}
	return err ? err : db_run(db, schema_views);
}

static int write_origin(struct recording *recording, const struct recording_origin *origin)
{
	sqlite3_stmt *insert = recording->writes[WRITE_RECORDING];

	db_bind_text(insert, 2, origin->host);
	db_bind_text(insert, 3, origin->rank);
	return db_step(insert);
}

int recording__create(const char *path, const struct recording_origin *origin,
		      struct recording **ret)
{
	struct recording *recording = calloc(1, sizeof(*recording));
	unsigned int i;
	int err = -ENOMEM;

	*ret = NULL;
	if (!recording)
		return err;
	recording->next_process = recording->next_life = 1;
	for (i = 0; i < MOMENT_LISTS; i++)
		recording->first[i] = recording->next[i] = 1;
	recording->path = strdup(path);
	if (recording->path)
		err = open_db(recording, path);
	if (!err)
		err = db_run(recording->db, "BEGIN IMMEDIATE");
	if (!err)
		err = create_tables(recording->db);
	if (!err)
		err = recording_prepare(recording);
	if (!err)
		err = write_origin(recording, origin);
	if (!err)
		err = db_run(recording->db, "COMMIT");
	if (err)
		recording__free(recording);
	else
		*ret = recording;
	return err;
}

void recording__free(struct recording *recording)
{
	size_t i;

	if (!recording)
		return;
	close_db(recording);
	for (i = 0; i < recording->kept_count; i++)
		kept_process__deinit(&recording->kept[i]);
	free(recording->kept);
	free(recording->path);
	free(recording);
}

bool recording__has_name(const struct recording *recording)
{
	struct stat now;

	return !stat(recording->path, &now) && now.st_dev == recording->file.st_dev &&
	       now.st_ino == recording->file.st_ino;
}

uint64_t recording__count(const struct recording *recording)
{
	return recording->moments;
}

static int remove_journal(const char *path)
{
	char *journal;
	int err = 0;

	if (asprintf(&journal, "%s-journal", path) < 0)
		return -ENOMEM;
	if (unlink(journal) && errno != ENOENT)
		err = -errno;
	free(journal);
	return err;
}

/* Its names are on the disk. */
static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int err = 0;

	/* EINVAL: a file system that knows no such thing. */
	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		err = folder ? -errno : -ENOMEM;
	if (fd >= 0)
		close(fd);
	free(folder);
	return err;
}

int recording__rename(struct recording *recording, const char *path, bool *renamed)
{
	char *name = strdup(path);
	int err = name ? close_db(recording) : -ENOMEM;

	/* That of an old file of this name would be played back into ours. */
	if (!err)
		err = remove_journal(path);
	if (!err && rename(recording->path, path))
		err = -errno;
	if (err) {
		free(name);
		return err;
	}
	*renamed = true;
	free(recording->path);
	recording->path = name;
	err = sync_folder(name);
	if (!err)
		err = open_db(recording, name);
	return err ? err : recording_prepare(recording);
}

int recording__add(struct recording *recording, const struct moment *moment)
{
	int err = recording->failed ? -EIO : db_run(recording->db, "BEGIN IMMEDIATE");

	test_point_wait("record");
	if (!err)
		err = recording_write(recording, moment);
	if (!err)
		err = db_run(recording->db, "COMMIT");
	test_point_wait("recorded");
	if (!err) {
		recording->moments++;
		return 0;
	}
	/* It may have been rolled back already. */
	db_run(recording->db, "ROLLBACK");
	recording->failed = true;
	return err;
}
