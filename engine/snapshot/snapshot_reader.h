/*
 * snapshot_reader.h: a snapshot directory, read: its manifest, and its tables row by row.
 *
 * Threads: one at a time for each object.
 */
#ifndef WEND_SNAPSHOT_SNAPSHOT_READER_H
#define WEND_SNAPSHOT_SNAPSHOT_READER_H

#include "model/schema.h"
#include "parquet/reader.h"
#include "snapshot/snapshot_writer.h"

struct wend_snapshot_file {
    enum wend_table_id table;
    const char *path; /* below the directory: "paths/part-00000.parquet" */
    uint64_t rows;
    uint64_t bytes;
    struct wend_hash128 checksum; /* XXH3-128, seed 0 */
};

struct wend_snapshot;

/* Reads the manifest. WEND_ERROR_USAGE: no snapshot, or one of a later format (the text says which
 * wend reads it); WEND_ERROR_IO: it cannot be read, or the manifest is damaged. */
WEND_MUST_CHECK enum wend_status wend__snapshot_open(const char *directory,
                                                     struct wend_snapshot **snapshot,
                                                     struct wend_error *error);
void wend__snapshot_close(struct wend_snapshot *snapshot);

const struct wend_manifest *wend__snapshot_manifest(const struct wend_snapshot *snapshot);
/* Segment columns, scopes, and how customer ids were written. */
const struct wend_snapshot_options *wend__snapshot_options(const struct wend_snapshot *snapshot);
size_t wend__snapshot_file_count(const struct wend_snapshot *snapshot);
const struct wend_snapshot_file *wend__snapshot_file(const struct wend_snapshot *snapshot,
                                                     size_t index);
bool wend__snapshot_has_table(const struct wend_snapshot *snapshot, enum wend_table_id table);

/* Rows of one table, over all its files, in the order of the files. */
struct wend_snapshot_cursor;
WEND_MUST_CHECK enum wend_status wend__snapshot_cursor_open(const struct wend_snapshot *snapshot,
                                                            enum wend_table_id table,
                                                            struct wend_snapshot_cursor **cursor,
                                                            struct wend_error *error);
void wend__snapshot_cursor_close(struct wend_snapshot_cursor *cursor);
/* Columns: scope, window_start, the segments, then those of the schema. */
uint32_t wend__snapshot_cursor_column_count(const struct wend_snapshot_cursor *cursor);
const struct wend_parquet_field *
wend__snapshot_cursor_column(const struct wend_snapshot_cursor *cursor, uint32_t column);
/* Leaves a column out of the reading, before the first row: its values are then null. */
void wend__snapshot_cursor_skip(struct wend_snapshot_cursor *cursor, uint32_t column);
WEND_MUST_CHECK enum wend_status wend__snapshot_cursor_next(struct wend_snapshot_cursor *cursor,
                                                            bool *found, struct wend_error *error);
/* Valid until the next row. */
const struct wend_parquet_value *
wend__snapshot_cursor_value(const struct wend_snapshot_cursor *cursor, uint32_t column);

/* One thing that is wrong with a snapshot; `text` is a line for people. Return false to stop. */
typedef bool wend_snapshot_finding(void *context, const char *text);

struct wend_snapshot_verified {
    uint64_t files;
    uint64_t rows;
    uint64_t bytes;
    uint64_t checks;   /* invariants that were looked at */
    uint64_t findings; /* 0: it is whole and consistent */
};

/*
 * Compares every file with the manifest (size, rows, checksum) and the tables with each other and
 * with the counters (SEMANTICS "Numbers agree"). Findings are no error. WEND_ERROR_IO: the machine
 * refuses; WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status wend__snapshot_verify(const struct wend_snapshot *snapshot,
                                                       wend_snapshot_finding *finding,
                                                       void *context,
                                                       struct wend_snapshot_verified *verified,
                                                       struct wend_error *error);

/*
 * Merges snapshots of the same definitions into `options->directory`: counts and sums added, rates
 * anew, quantiles from the sketches; the order of `directories` does not matter. Of `options` only
 * directory and replaces are looked at. WEND_ERROR_USAGE: different definitions, segments, windows,
 * tables or ways of customer ids, or one directory twice.
 *
 * The result is that of one run over everything, byte for byte, but for this: sums of seconds stand
 * in the tables as doubles, so that they add up exactly as long as each part of a row is below 2^33
 * seconds (272 years of all its units together); above, the last digit may differ.
 */
struct wend_merge_options {
    const char *directory;
    bool replaces;
    size_t memory_bytes;        /* 0: 1 GiB */
    const char *temp_directory; /* NULL: /tmp */
    /* Called every few thousand rows; false: WEND_ERROR_CANCELLED, nothing is published. Or NULL.
     */
    bool (*progress)(void *context, uint64_t done_rows, uint64_t total_rows);
    void *progress_context;
};
WEND_MUST_CHECK enum wend_status wend__snapshot_merge(const char *const *directories,
                                                      size_t directory_count,
                                                      const struct wend_merge_options *options,
                                                      struct wend_error *error);

#endif
