/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "store/db.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "base/progress.h"

static int system_error(sqlite3 *db, int otherwise)
{
	int err = db ? sqlite3_system_errno(db) : 0;

	return err > 0 ? -err : otherwise;
}

int db_error(sqlite3 *db, int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		return system_error(db, -EACCES);
	case SQLITE_IOERR:
		return result == SQLITE_IOERR_NOMEM ? -ENOMEM : system_error(db, -EIO);
	case SQLITE_MISUSE:
		return -EIO;
	default:
		return -EINVAL;
	}
}

int db_run(sqlite3 *db, const char *sql)
{
	return db_error(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int db_prepare(sqlite3 *db, sqlite3_stmt **ret, const char *format, ...)
{
	va_list args;
	char *sql;
	int result;

	va_start(args, format);
	sql = sqlite3_vmprintf(format, args);
	va_end(args);
	if (!sql)
		return -ENOMEM;
	result = sqlite3_prepare_v2(db, sql, -1, ret, NULL);
	sqlite3_free(sql);
	return db_error(db, result);
}

int db_row(sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);

	progress_step(0);
	return result == SQLITE_ROW ? 1 : db_error(sqlite3_db_handle(statement), result);
}

int db_step(sqlite3_stmt *statement)
{
	int err = db_error(sqlite3_db_handle(statement), sqlite3_step(statement));

	sqlite3_reset(statement);
	return err;
}

int db_number(sqlite3 *db, const char *sql, int64_t *ret)
{
	sqlite3_stmt *statement = NULL;
	int found = db_prepare(db, &statement, "%s", sql);

	if (!found)
		found = db_row(statement);
	if (found > 0)
		*ret = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return found > 0 ? 0 : found ? found : -EINVAL;
}

void db_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
	sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

void db_bind_bytes(sqlite3_stmt *statement, int at, const void *bytes, size_t count)
{
	sqlite3_bind_blob64(statement, at, bytes, count, SQLITE_STATIC);
}

void db_bind(sqlite3_stmt *statement, int at, uint64_t number)
{
	sqlite3_bind_int64(statement, at, (sqlite3_int64)number);
}

void db_bind_known(sqlite3_stmt *statement, int at, uint64_t number)
{
	if (number)
		db_bind(statement, at, number);
	else
		sqlite3_bind_null(statement, at);
}
