/*
 * postgres.h: a snapshot published to PostgreSQL, whole or not at all.
 *
 * One transaction: new partitions are made and filled by COPY in binary form, indexed, and put in
 * the place of the old ones (sql/postgres_sql.h has the layout); the log gets a row. Whatever ends
 * it early, a lost connection, a full disk, a killed session or process, the server takes
 * everything back, and the same call may be made again. Readers wait for a moment only, at the end;
 * and publishing waits for them, in short attempts, so that nobody queues behind it for long.
 *
 * A window of a stream is added instead: its rows go into the partitions that are there, in one
 * transaction, too; rows of the same window that an earlier publishing has left are removed first.
 * Readers then wait for nothing.
 *
 * Texts: a zero byte, which PostgreSQL cannot hold, and what is no UTF-8 become U+FFFD.
 *
 * Threads: one at a time.
 */
#ifndef WEND_POSTGRES_POSTGRES_H
#define WEND_POSTGRES_POSTGRES_H

#include "model/schema.h"
#include "parquet/reader.h"

/* Where the rows come from; each call gets `context`. */
struct wend_postgres_rows {
    void *context;
    /* The rows of a table from the first one; closed before the next one is opened. */
    enum wend_status (*open)(void *context, enum wend_table_id table, struct wend_error *error);
    enum wend_status (*next)(void *context, bool *found, struct wend_error *error);
    const struct wend_parquet_value *(*value)(void *context, uint32_t column);
    void (*close)(void *context); /* also when open has failed */
};

struct wend_postgres_options {
    const char *conninfo; /* for libpq: keywords and values, or a URI */
    const char *schema;
    bool again;              /* publish although the snapshot is what the tables hold, or they
                                hold something of the other kind */
    bool is_window;          /* its rows are added to those of other windows */
    int64_t window_us;       /* is_window: where it starts; all its rows must say so */
    bool password_is_told;   /* that others can see it needs no note any more */
    bool more_follow;        /* statistics are gathered by a later publishing */
    const char *snapshot_id; /* hex digits */
    const char *version;     /* of wend */
    const char *definitions_name;
    const char *definitions_hash; /* hex digits */
    bool has_watermark;
    int64_t watermark_us;
    uint64_t events_read;
    uint64_t events_accepted;
    const struct wend_bytes *segments;
    uint32_t segment_count;
    bool has_long_scopes; /* see sql/postgres_sql.h */
    bool has_table[WEND_TABLE_COUNT];
    uint64_t row_counts[WEND_TABLE_COUNT]; /* that the tables must have */
    struct wend_postgres_rows rows;
    /* Called every few thousand rows, and while the server works; false: WEND_ERROR_CANCELLED. */
    bool (*progress)(void *context, uint64_t done_rows, uint64_t total_rows);
    void (*note)(void *context, const char *text); /* a line for people */
    void *context;                                 /* of progress and note */
};

struct wend_postgres_published {
    bool was_there; /* the tables held this snapshot already; nothing was done */
    uint64_t publish_id;
    uint64_t table_count;
    uint64_t row_count;
    uint64_t replaced_texts; /* texts that hold U+FFFD instead of what PostgreSQL cannot hold */
    char place[512];         /* "database wend on localhost, schema wend" */
    char published_at[64];   /* of what was there: "2025-03-03 12:00:00 UTC" */
};

/* A window that the tables hold. */
struct wend_postgres_window {
    int64_t window_us;
    char snapshot_id[33];
};
struct wend_postgres_windows {
    struct wend_postgres_window *items; /* by time; to be freed with wend__free */
    size_t count;
};

/* Looks at what can be wrong before a server is asked: WEND_ERROR_USAGE as below. */
WEND_MUST_CHECK enum wend_status wend__postgres_check(const char *conninfo, const char *schema,
                                                      struct wend_error *error);

/*
 * WEND_ERROR_USAGE: `conninfo` or `schema` cannot be used, or this build has no PostgreSQL;
 * WEND_ERROR_IO: the server cannot be reached, refuses, or was lost, or the rows cannot be read;
 * WEND_ERROR_CANCELLED; WEND_ERROR_MEMORY. No text holds the password.
 */
WEND_MUST_CHECK enum wend_status wend__postgres_publish(const struct wend_postgres_options *options,
                                                        struct wend_postgres_published *published,
                                                        struct wend_error *error);

/* The windows that the schema holds; none where nothing was ever published. Of `options` conninfo,
 * schema, progress, note and context are looked at; of `published` place is filled in. Errors as
 * above. */
WEND_MUST_CHECK enum wend_status
wend__postgres_list_windows(const struct wend_postgres_options *options,
                            struct wend_postgres_published *published,
                            struct wend_postgres_windows *windows, struct wend_error *error);

/* Of libpq: 150004 for 15.4; 0 in a build without. */
int wend__postgres_version(void);

#endif
