/*
 * replay.h: from log archives, or from bytes that a program feeds, to sessions and journeys.
 *
 *   wend_replay_run(options)                      reads files
 *   wend_feed_open, wend_feed_write..., _finish   takes bytes
 *
 * Both end with a result: what became of the records, how units ended, the top paths and
 * abandonment points, and, when asked for, a snapshot directory (snapshot.h reads it).
 *
 * Results depend on inputs, definitions and `now_us` only: not on threads, memory, block size or
 * compression.
 *
 * Threads: a run makes its own. One call at a time for each object.
 */
#ifndef WEND_REPLAY_H
#define WEND_REPLAY_H

#include <wend/definitions.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Tables of a snapshot, as bits. */
enum wend_table_bit {
    WEND_TABLES_PATHS = 1,
    WEND_TABLES_TRANSITIONS = 2,
    WEND_TABLES_FLOW = 4,
    WEND_TABLES_STAGES = 8,
    WEND_TABLES_ABANDONMENT = 16,
    WEND_TABLES_TOUCHPOINTS = 32,
    WEND_TABLES_SWITCHES = 64,
    WEND_TABLES_AGGREGATES = 127, /* what is written when nothing is said */
    WEND_TABLES_SESSIONS = 128,
    WEND_TABLES_JOURNEYS = 256,
    WEND_TABLES_ALL = 511
};

enum wend_ids {
    WEND_IDS_RAW,    /* customer ids as they are */
    WEND_IDS_HASHED, /* HMAC-SHA256 under `key` */
    WEND_IDS_NONE    /* null */
};

#define WEND_LATENESS_AS_DEFINED INT64_MIN
#define WEND_LATENESS_NONE INT64_MAX /* unlimited: nothing is late */

/* What a run does: reads and matches, folds and counts, writes the tables. */
enum wend_phase { WEND_PHASE_READ, WEND_PHASE_COUNT, WEND_PHASE_WRITE };

/* How far a run is. `total_bytes` 0: unknown. */
struct wend_progress {
    enum wend_phase phase;
    uint32_t phase_permille; /* of the counting, and of the writing, that is done */
    uint64_t done_bytes;     /* of the files, as they lie on the disk */
    uint64_t total_bytes;
    uint64_t events;       /* records that were read */
    uint64_t total_events; /* 0: unknown; of a stream that is read to its end, about */
};

/*
 * Called about ten times a second from the thread that runs the replay; false stops the run with
 * WEND_ERROR_CANCELLED, and nothing is published.
 */
typedef bool wend_progress_call(void *context, const struct wend_progress *progress);

/* Zero-initialise, then `wend_replay_options_init`. Everything is borrowed for the run. */
struct wend_replay_options {
    const char *const *inputs; /* files, directories, globs, "-" */
    size_t input_count;
    const struct wend_definitions *definitions; /* NULL: inferred from the first input */
    const char *format;      /* NULL: as defined; "auto", "ndjson", "csv", "access-log" */
    uint32_t max_window_log; /* zstd windows of up to 2^this are read; 27 */

    const char *output;  /* directory of the snapshot, NULL: none */
    bool replace;        /* replace a snapshot that is there */
    uint32_t tables;     /* of enum wend_table_bit */
    enum wend_ids ids;   /* how customer ids are written */
    const void *key;     /* HASHED: the secret */
    size_t key_bytes;    /* at least 16 */
    const char *rejects; /* file for rejected and late records, NULL: none */
    uint32_t top;        /* length of the top lists of the result */

    int64_t lateness_us; /* a bound, WEND_LATENESS_NONE or WEND_LATENESS_AS_DEFINED */
    int64_t now_us;      /* microseconds since 1970 UTC; 0: the clock */
    bool close_all;      /* journeys still open at the end are abandoned */

    uint32_t threads;           /* 0: one for each processor */
    bool pin;                   /* each thread stays on one processor, where the system lets it */
    uint64_t memory_bytes;      /* for data; 0: half of the machine's */
    const char *temp_directory; /* NULL: $TMPDIR, else /tmp */
    uint32_t block_bytes;       /* 0: 256 KiB */

    wend_progress_call *progress; /* may be NULL */
    void *progress_context;
};

/* Sets every field to its default. */
WEND_API void wend_replay_options_init(struct wend_replay_options *options);

/* Texts below are UTF-8 with a length, not zero-terminated, unless they are `const char *`. */
struct wend_text {
    const char *data;
    size_t len;
};

struct wend_result_input {
    const char *name;      /* the file, or "archive!member" */
    const char *format;    /* as detected, in words */
    const char *wrapper;   /* "plain", "gzip", "tar, gzip", ... */
    uint32_t sure_percent; /* of the format; 100: declared or certain */
    const char *trouble;   /* why it ended early; NULL: it did not */
    uint64_t bytes;        /* uncompressed */
};

struct wend_result_row {
    struct wend_text name;  /* a path, or a touchpoint */
    struct wend_text stage; /* of a touchpoint; data NULL: none */
    uint64_t units;         /* with the path, or holding the touchpoint */
    uint64_t converted;     /* paths only */
    uint64_t abandoned;
};

struct wend_result_scope {
    const char *name; /* "session", or the journey's */
    uint64_t units;
    uint64_t converted;
    uint64_t abandoned;
    uint64_t still_open;
    const struct wend_result_row *paths; /* by units descending, then path; at most `top` */
    size_t path_count;
    const struct wend_result_row *points; /* by abandoned descending, then name; none with 0 */
    size_t point_count;
};

/* read = accepted + filtered + the rejected + late + duplicate */
struct wend_result {
    const struct wend_result_input *inputs;
    size_t input_count;
    const char *const *notes; /* what was left out of inputs and tables, lines for people */
    size_t note_count;
    const char *assumptions; /* of inferred definitions, lines; "" else */
    const char *warnings;    /* of the definitions, lines; "" for none */
    uint64_t read;
    uint64_t accepted;
    uint64_t filtered;
    uint64_t rejected_shape;
    uint64_t rejected_time;
    uint64_t rejected_customer;
    uint64_t rejected_future;
    uint64_t late;
    uint64_t duplicate;
    uint64_t unmatched;
    uint64_t bad_value;
    uint64_t bytes;         /* uncompressed, of all inputs */
    uint64_t spilled_bytes; /* to temporary files */
    uint64_t peak_bytes;    /* of the memory that `memory_bytes` limits */
    int64_t elapsed_us;
    int64_t lateness_us;                    /* WEND_LATENESS_NONE, or the bound */
    const struct wend_result_scope *scopes; /* sessions first, then the journeys as defined */
    size_t scope_count;
};

/*
 * Replays the inputs. On success `*result` is the caller's to destroy.
 * WEND_ERROR_EMPTY: no record could be used (`*result` is there then, too, and nothing was
 * published); WEND_ERROR_USAGE: an option, a format, the definitions; WEND_ERROR_IO;
 * WEND_ERROR_LIMIT: a stated limit was reached; WEND_ERROR_MEMORY; WEND_ERROR_CANCELLED.
 * Bad records are no error: they are counted.
 */
WEND_API WEND_MUST_CHECK enum wend_status wend_replay_run(const struct wend_replay_options *options,
                                                          struct wend_result **result,
                                                          struct wend_error *error);
/* Accepts NULL. */
WEND_API void wend_result_destroy(struct wend_result *result);

/* A replay of bytes that the program has: one input, handed over in pieces of any size. */
struct wend_feed;

/* `options->inputs` is not looked at; definitions are needed. Errors as wend_replay_run. */
WEND_API WEND_MUST_CHECK enum wend_status wend_feed_open(const struct wend_replay_options *options,
                                                         struct wend_feed **feed,
                                                         struct wend_error *error);
/* Hands over the next bytes of the input; may wait. They are the caller's again on return. */
WEND_API WEND_MUST_CHECK enum wend_status wend_feed_write(struct wend_feed *feed, const void *bytes,
                                                          size_t len, struct wend_error *error);
/* The input is complete: waits for the result. Frees the feed in any case. */
WEND_API WEND_MUST_CHECK enum wend_status
wend_feed_finish(struct wend_feed *feed, struct wend_result **result, struct wend_error *error);
/* Gives up: nothing is published. Frees the feed; accepts NULL. */
WEND_API void wend_feed_cancel(struct wend_feed *feed);

#ifdef __cplusplus
}
#endif
#endif
