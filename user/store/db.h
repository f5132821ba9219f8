/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What we need of SQLite, with negative errno as everywhere. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * 0, or what a result of SQLite means: -ENOSPC, -ENOMEM, -EROFS, -EINVAL (no database, or a broken
 * one), or the -errno of the system call that failed.
 */
int db_error(sqlite3 *db, int result);

/* Runs statements without results. */
int db_run(sqlite3 *db, const char *sql);

/* *ret is the caller's to sqlite3_finalize; the format is that of sqlite3_mprintf. */
int db_prepare(sqlite3 *db, sqlite3_stmt **ret, const char *format, ...);

/* Runs a statement without results, and makes it ready for the next time. */
int db_step(sqlite3_stmt *statement);

/* The next row: 1; after the last: 0; or -errno. */
int db_row(sqlite3_stmt *statement);

/* The first column of the first row of a query. -EINVAL: there is none. */
int db_number(sqlite3 *db, const char *sql, int64_t *ret);

/* Texts and blobs must live until the step; NULL is NULL. */
void db_bind_text(sqlite3_stmt *statement, int at, const char *text);
void db_bind_bytes(sqlite3_stmt *statement, int at, const void *bytes, size_t count);

/* 64 bits go in and come out as they are. */
void db_bind(sqlite3_stmt *statement, int at, uint64_t number);

/* 0 is NULL. */
void db_bind_known(sqlite3_stmt *statement, int at, uint64_t number);

#endif
