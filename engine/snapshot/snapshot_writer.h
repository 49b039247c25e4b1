/*
 * snapshot_writer.h: a snapshot directory, written beside its place and renamed when complete.
 *
 *   DIR/manifest.json, DIR/paths/part-00000.parquet, DIR/transitions/...
 *
 * Rows come sorted by key, as model/schema.h and model/detail.h describe them, table after table.
 * Everything is written below a temporary directory beside DIR, synced, and renamed once: DIR is
 * there whole or not at all. What a run leaves behind when it is killed is found and removed by the
 * next one with the same DIR.
 *
 * Threads: one at a time.
 */
#ifndef WEND_SNAPSHOT_SNAPSHOT_WRITER_H
#define WEND_SNAPSHOT_SNAPSHOT_WRITER_H

#include "base/status.h"
#include "model/counters.h"
#include "model/schema.h"

enum wend_customer_ids { WEND_CUSTOMER_IDS_RAW, WEND_CUSTOMER_IDS_HASH, WEND_CUSTOMER_IDS_NONE };

struct wend_snapshot_options {
    const char *directory; /* the place of the snapshot */
    bool replaces;         /* a snapshot that is already there (a directory with a manifest) */
    enum wend_customer_ids customer_ids;
    struct wend_bytes key;             /* HASH: the secret, at least 16 bytes */
    const struct wend_bytes *segments; /* names of the segment columns */
    uint32_t segment_count;
    const struct wend_bytes *scopes; /* names: "session", then the journeys */
    uint32_t scope_count;
    uint32_t threads; /* that encode a large table; no byte depends on it. 0: 1 */
};

/* What the manifest says beside the files. Texts are UTF-8, zero-terminated. */
struct wend_manifest_input {
    const char *name;
    const char *format;  /* as detected: "NDJSON", "CSV, separator ',', ..." */
    const char *wrapper; /* "plain", "gzip", ... */
    uint64_t bytes;      /* uncompressed bytes that were read: the position after the last one */
    const char *trouble; /* why it ended early, NULL: it did not */
    bool has_offsets;    /* a partition of Kafka: from begin up to end was read */
    int64_t begin_offset;
    int64_t end_offset;
    uint64_t tombstones; /* messages without a value, which were skipped */
    uint64_t null_keys;  /* messages without a key */
};

struct wend_manifest {
    struct wend_hash128 definitions_hash;
    const char *definitions_name;
    const struct wend_manifest_input *inputs;
    size_t input_count;
    int64_t now_us;
    bool has_watermark; /* false without any accepted event */
    int64_t watermark_us;
    int64_t lateness_us; /* WEND_LATENESS_UNLIMITED, or the bound */
    int64_t window_us;   /* 0: no windows */
    bool close_all;
    struct wend_counters counters;
};

struct wend_snapshot_writer;

/* Makes the temporary directory. WEND_ERROR_USAGE: DIR exists and `replaces` is not set, or is no
 * snapshot; a key that is too short; WEND_ERROR_IO; WEND_ERROR_MEMORY. */
WEND_MUST_CHECK enum wend_status
wend__snapshot_writer_open(const struct wend_snapshot_options *options,
                           struct wend_snapshot_writer **writer, struct wend_error *error);
/* Gives up: removes the temporary directory. After `publish`, or with NULL: only frees. */
void wend__snapshot_writer_destroy(struct wend_snapshot_writer *writer);

/* Tables in any order, each between begin and end once; a table without rows has an empty file. */
WEND_MUST_CHECK enum wend_status wend__snapshot_writer_begin(struct wend_snapshot_writer *writer,
                                                             enum wend_table_id table,
                                                             struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__snapshot_writer_row(struct wend_snapshot_writer *writer,
                                                           struct wend_bytes key,
                                                           struct wend_bytes payload,
                                                           struct wend_error *error);
WEND_MUST_CHECK enum wend_status wend__snapshot_writer_end(struct wend_snapshot_writer *writer,
                                                           struct wend_error *error);
/* Rows of the table that was ended last whose `value` has no room and is null. */
uint64_t wend__snapshot_writer_lost_values(const struct wend_snapshot_writer *writer);

/* Writes the manifest, syncs and renames. WEND_ERROR_IO: nothing was published. */
WEND_MUST_CHECK enum wend_status wend__snapshot_writer_publish(struct wend_snapshot_writer *writer,
                                                               const struct wend_manifest *manifest,
                                                               struct wend_error *error);

#endif
