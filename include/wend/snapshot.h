/*
 * snapshot.h: reading, checking and merging snapshot directories.
 *
 * A snapshot is a directory with manifest.json and a folder of Parquet files for each table; any
 * Parquet reader reads it. This is wend's own.
 *
 * Threads: one call at a time for each object; a cursor counts as part of its snapshot.
 */
#ifndef WEND_SNAPSHOT_H
#define WEND_SNAPSHOT_H

#include <stddef.h>
#include <wend/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct wend_snapshot;
struct wend_cursor;

/* WEND_ERROR_USAGE: `directory` is no snapshot, or one of a later format; WEND_ERROR_IO: it cannot
 * be read, or its manifest is damaged; WEND_ERROR_MEMORY. */
WEND_API WEND_MUST_CHECK enum wend_status wend_snapshot_open(const char *directory,
                                                             struct wend_snapshot **snapshot,
                                                             struct wend_error *error);
/* Accepts NULL. Close its cursors first. */
WEND_API void wend_snapshot_close(struct wend_snapshot *snapshot);

/* The tables that it holds: 0 .. count - 1, in the order paths, transitions, flow, stages,
 * abandonment, touchpoints, switches, sessions, journeys. */
WEND_API size_t wend_snapshot_table_count(const struct wend_snapshot *snapshot);
WEND_API const char *wend_snapshot_table_name(const struct wend_snapshot *snapshot, size_t table);
WEND_API const char *wend_snapshot_table_description(const struct wend_snapshot *snapshot,
                                                     size_t table);
WEND_API uint64_t wend_snapshot_table_rows(const struct wend_snapshot *snapshot, size_t table);
WEND_API uint64_t wend_snapshot_table_bytes(const struct wend_snapshot *snapshot, size_t table);
/* The column whose count orders a listing, the largest first. */
WEND_API const char *wend_snapshot_table_order(const struct wend_snapshot *snapshot, size_t table);
/* Names of the segment columns and of the scopes ("session" first). NULL behind the last. */
WEND_API const char *wend_snapshot_segment(const struct wend_snapshot *snapshot, size_t index);
WEND_API const char *wend_snapshot_scope(const struct wend_snapshot *snapshot, size_t index);
/* Length of the windows in microseconds; 0: rows have none. */
WEND_API int64_t wend_snapshot_window_us(const struct wend_snapshot *snapshot);
/* Every table there can be, in that order; NULL behind the last. */
WEND_API const char *wend_snapshot_known_table(size_t index);

enum wend_value_type {
    WEND_VALUE_TEXT,
    WEND_VALUE_TEXT_LIST,
    WEND_VALUE_COUNT,   /* integer */
    WEND_VALUE_DOUBLE,  /* number; seconds and rates */
    WEND_VALUE_TIME,    /* integer: microseconds since 1970 UTC */
    WEND_VALUE_DECIMAL, /* high, low: a 128-bit integer of 1/10000 */
    WEND_VALUE_BINARY
};

struct wend_value_text {
    const char *data;
    size_t len;
};

struct wend_value {
    bool is_null;
    enum wend_value_type type;
    int64_t integer;
    double number;
    int64_t high; /* DECIMAL: value = high * 2^64 + low */
    uint64_t low;
    struct wend_value_text text;         /* TEXT, BINARY: not zero-terminated */
    const struct wend_value_text *items; /* TEXT_LIST */
    size_t item_count;
};

/* Goes over the rows of a table in their order. */
WEND_API WEND_MUST_CHECK enum wend_status wend_cursor_open(const struct wend_snapshot *snapshot,
                                                           size_t table,
                                                           struct wend_cursor **cursor,
                                                           struct wend_error *error);
WEND_API void wend_cursor_close(struct wend_cursor *cursor);
WEND_API size_t wend_cursor_column_count(const struct wend_cursor *cursor);
WEND_API const char *wend_cursor_column_name(const struct wend_cursor *cursor, size_t column);
WEND_API enum wend_value_type wend_cursor_column_type(const struct wend_cursor *cursor,
                                                      size_t column);
WEND_API const char *wend_cursor_column_description(const struct wend_cursor *cursor,
                                                    size_t column);
/* The next row (the first call: the first one); `*found` false behind the last. WEND_ERROR_IO: the
 * file is damaged. */
WEND_API WEND_MUST_CHECK enum wend_status wend_cursor_next(struct wend_cursor *cursor, bool *found,
                                                           struct wend_error *error);
/* A value of the present row; what it points to lives until the next row. */
WEND_API struct wend_value wend_cursor_value(const struct wend_cursor *cursor, size_t column);

/* Takes the next bytes of a file; false ends the writing with WEND_ERROR_CANCELLED. */
typedef bool wend_write_call(void *context, const void *bytes, size_t len);

/*
 * Rows of a cursor as a Parquet file of their own, written front to back: open, the rows that are
 * wanted one after the other, finish, close. Decimals are decimal(38,4); all but lists may be null.
 */
struct wend_export;
/* `columns`: indexes of the cursor's columns, each once. The cursor stays the caller's, and lives
 * longer. WEND_ERROR_USAGE: no column, or one twice; WEND_ERROR_MEMORY. */
WEND_API WEND_MUST_CHECK enum wend_status
wend_export_open(const struct wend_cursor *cursor, const size_t *columns, size_t column_count,
                 wend_write_call *write, void *context, struct wend_export **made_rows,
                 struct wend_error *error);
/* Writes the present row of the cursor. */
WEND_API WEND_MUST_CHECK enum wend_status wend_export_row(struct wend_export *rows,
                                                          struct wend_error *error);
/* Writes the end; without it what was written is no Parquet file. */
WEND_API WEND_MUST_CHECK enum wend_status wend_export_finish(struct wend_export *rows,
                                                             struct wend_error *error);
/* Accepts NULL. */
WEND_API void wend_export_close(struct wend_export *rows);

/* One thing that is wrong with a snapshot, a line for people; false stops the looking. */
typedef bool wend_finding_call(void *context, const char *text);

struct wend_verified {
    uint64_t files;
    uint64_t rows;
    uint64_t bytes;
    uint64_t checks;   /* facts that were looked at */
    uint64_t findings; /* 0: it is whole and consistent */
};

/* Compares files with the manifest and tables with each other. Findings are no error. */
WEND_API WEND_MUST_CHECK enum wend_status
wend_snapshot_verify(const struct wend_snapshot *snapshot, wend_finding_call *finding,
                     void *context, struct wend_verified *verified, struct wend_error *error);

/*
 * How far a merge is: rows that were read, of those of all snapshots. Called every few thousand
 * rows from the thread that merges; false stops the merge with WEND_ERROR_CANCELLED, and nothing is
 * published.
 */
typedef bool wend_merge_progress_call(void *context, uint64_t done_rows, uint64_t total_rows);

struct wend_snapshot_merge_options {
    const char *output; /* directory of the result */
    bool replace;
    uint64_t memory_bytes;      /* 0: half of the machine's */
    const char *temp_directory; /* NULL: $TMPDIR, else /tmp */

    wend_merge_progress_call *progress; /* may be NULL */
    void *progress_context;
};

/* Adds snapshots of the same definitions up. WEND_ERROR_USAGE: they do not fit together;
 * WEND_ERROR_CANCELLED. */
WEND_API WEND_MUST_CHECK enum wend_status
wend_snapshot_merge(const char *const *directories, size_t directory_count,
                    const struct wend_snapshot_merge_options *options, struct wend_error *error);

#ifdef __cplusplus
}
#endif
#endif
