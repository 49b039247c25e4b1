/*
 * publish.h: snapshots handed on to where people query: PostgreSQL, and SQL for query engines.
 *
 * Threads: one call at a time for each snapshot.
 */
#ifndef WEND_PUBLISH_H
#define WEND_PUBLISH_H

#include <wend/snapshot.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far a publishing is. Called every few thousand rows, and about ten times a second while the
 * server works, from the thread that publishes; false stops it with WEND_ERROR_CANCELLED. */
typedef bool wend_publish_progress_call(void *context, uint64_t done_rows, uint64_t total_rows);

/* Zero-initialise; everything is borrowed for the call. */
struct wend_publish_options {
    const char *conninfo; /* as libpq takes it: "host=... dbname=...", or postgresql://... */
    const char *schema;   /* NULL: "wend". Its partitions go to SCHEMA_store */
    bool again;           /* also when the tables hold the snapshot already, or something of the
                             other kind (a snapshot, windows), whose place it then takes */

    wend_publish_progress_call *progress;          /* may be NULL */
    void (*note)(void *context, const char *text); /* a line for people; may be NULL */
    void *context;                                 /* of both */
};

struct wend_published {
    bool was_there;      /* the tables held it already, and nothing was done */
    uint64_t publish_id; /* its number in SCHEMA.publish_log */
    uint64_t table_count;
    uint64_t row_count;
    uint64_t replaced_texts; /* texts in which U+FFFD stands for what PostgreSQL cannot hold */
    char place[512];         /* "database wend on localhost:5432, schema wend" */
    char published_at[64];   /* where it was there: "2025-03-03 12:00:00 UTC" */
    char snapshot_id[33];
};

/*
 * Publishes a snapshot to PostgreSQL, in one transaction: the tables of the schema then hold this
 * snapshot and no other; views over them and grants on them stay. WEND_ERROR_USAGE: conninfo or
 * schema cannot be used, the schema holds windows, or the build has no PostgreSQL; WEND_ERROR_IO:
 * the server cannot be reached, refuses or was lost (`error->retryable` where the same call may
 * succeed), or the snapshot cannot be read. In both cases nothing was published. No text holds the
 * password.
 */
WEND_API WEND_MUST_CHECK enum wend_status
wend_publish_postgres(const struct wend_snapshot *snapshot,
                      const struct wend_publish_options *options, struct wend_published *published,
                      struct wend_error *error);

/* What became of a directory of windows. */
struct wend_windows_published {
    uint64_t window_count;    /* that the directory has */
    uint64_t published_count; /* of them, published now; the others were there already */
    uint64_t row_count;       /* in these */
    uint64_t replaced_texts;
    char place[512];
    char window[32]; /* after a failure: the name of the window that it was at, or "" */
};

/* How many windows of a stream a directory has: folders called 2025-06-15T15-00-00Z. 0 also where
 * it cannot be read. */
WEND_API size_t wend_publish_count_windows(const char *directory);

/*
 * Publishes the windows that a stream writes into a directory: each in a transaction of its own, in
 * the order of time, and once. The tables then hold the rows of all windows that were ever
 * published there, also of those that the directory has no more. A window whose snapshot is another
 * one than before takes the place of the old one. WEND_ERROR_USAGE also where the directory has no
 * windows, or the schema holds a whole snapshot. What was published before a failure stays.
 */
WEND_API WEND_MUST_CHECK enum wend_status
wend_publish_windows(const char *directory, const struct wend_publish_options *options,
                     struct wend_windows_published *published, struct wend_error *error);

/*
 * The SQL that makes the tables known to an engine: "duckdb", "clickhouse", "trino", "athena",
 * "bigquery" or "spark"; or what the tables mean: "dbt" (a schema.yml with the tables as a source)
 * or "dictionary" (Markdown). `location` is the folder or URL where the engine finds the snapshot;
 * NULL: the absolute path of its directory. `schema` NULL: "wend". `*text` is zero-terminated, to
 * be freed with wend_publish_text_free. WEND_ERROR_USAGE: no such engine, or it cannot read from
 * that location.
 */
WEND_API WEND_MUST_CHECK enum wend_status
wend_publish_views(const struct wend_snapshot *snapshot, const char *engine, const char *location,
                   const char *schema, char **text, struct wend_error *error);
/* Accepts NULL. */
WEND_API void wend_publish_text_free(char *text);

#ifdef __cplusplus
}
#endif
#endif
