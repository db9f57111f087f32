#pragma once
#include <sqlite3.h>

// Swift cannot call C functions of variable arguments, so the two that are needed have a fixed form here.

/// Switches one of the SQLITE_DBCONFIG_ settings that take 0 or 1.
static inline int csqlite_db_config(sqlite3 *db, int setting, int on) {
    return sqlite3_db_config(db, setting, on, (int *)0);
}

/// Stops SQLite from counting memory, which costs a global mutex per allocation. Works only
/// before the library is first used; afterwards it answers SQLITE_MISUSE and changes nothing.
static inline int csqlite_disable_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/// SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
static inline int csqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/// The file of the database as SQLite has it open, past its page cache. A descriptor of one's own must not be used beside
/// it: closing one would let go of all locks that the process holds on the file.
static inline sqlite3_file *csqlite_file(sqlite3 *db) {
    sqlite3_file *file = 0;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return 0;
    return file && file->pMethods ? file : 0;
}

static inline int csqlite_file_size(sqlite3 *db, sqlite3_int64 *size) {
    sqlite3_file *file = csqlite_file(db);
    return file ? file->pMethods->xFileSize(file, size) : SQLITE_MISUSE;
}

static inline int csqlite_file_read(sqlite3 *db, void *bytes, int count, sqlite3_int64 offset) {
    sqlite3_file *file = csqlite_file(db);
    return file ? file->pMethods->xRead(file, bytes, count, offset) : SQLITE_MISUSE;
}

static inline int csqlite_file_write(sqlite3 *db, const void *bytes, int count, sqlite3_int64 offset) {
    sqlite3_file *file = csqlite_file(db);
    return file ? file->pMethods->xWrite(file, bytes, count, offset) : SQLITE_MISUSE;
}

static inline int csqlite_file_sync(sqlite3 *db) {
    sqlite3_file *file = csqlite_file(db);
    return file ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) : SQLITE_MISUSE;
}
