/*
 * run.h: a whole replay: inputs in, result and snapshot out.
 *
 *   inputs -> [worker threads: ingest] -> watermark -> [worker threads: fold] -> merged rows
 *          -> snapshot writer, top lists -> publish
 *
 * It is the only place that knows the whole flow. Everything that can be wrong with options is
 * found before the first byte is read.
 *
 * Threads: one run makes its own; `progress` is called from the thread that called.
 */
#ifndef WEND_PIPELINE_RUN_H
#define WEND_PIPELINE_RUN_H

#include "model/counters.h"
#include "model/live.h"
#include "pipeline/top_lists.h"
#include "snapshot/snapshot_writer.h"
#include "worker/block_reader.h"

#define WEND_RUN_LATENESS_AS_DEFINED INT64_MIN

enum wend_run_phase { WEND_RUN_INGEST, WEND_RUN_FOLD, WEND_RUN_WRITE };

struct wend_run_progress {
    enum wend_run_phase phase;
    uint32_t phase_permille; /* FOLD, WRITE: done */
    uint64_t done_bytes;
    uint64_t total_bytes; /* 0: unknown */
    uint64_t events;
    uint64_t total_events; /* 0: unknown */
};

/* Where messages come from. */
struct wend_run_kafka {
    const struct wend_setting *settings;
    size_t setting_count;
    uint64_t memory_bytes; /* for librdkafka's queues; 0: a part of memory */
    void (*note)(void *context, const char *text); /* troubles on the way, lines for people */
    void *note_context;
    const char *state; /* directory of the checkpoints; NULL: nothing is kept */
    int64_t checkpoint_us;
    bool is_live;               /* as a member of a group, until it is told to stop; with `state` */
    int64_t idle_us;            /* live: until a partition counts as idle; 0: never */
    bool accepts_definitions;   /* that differ from those of the checkpoints */
    const char *publish;        /* live: a PostgreSQL for the windows, as libpq takes it; or NULL */
    const char *publish_schema; /* NULL: the usual one */
    const char *outcomes;       /* the topic that gets decided journeys; with `state`; NULL: none */
    struct wend_live *live;     /* filled in for who looks meanwhile; NULL: nobody does */
};

/* Everything is borrowed for the run. 0 and NULL: the default, where there is one. */
struct wend_run_options {
    const struct wend_run_kafka *kafka; /* messages instead of files; NULL: files */
    const char *const *inputs;
    size_t input_count;
    struct wend_opened_stream *opened; /* the first input, when it was looked at; taken over */
    const struct wend_ruleset *ruleset;
    const struct wend_format *format; /* NULL: that of the ruleset */
    uint32_t max_window_log;
    const char *output; /* NULL: no snapshot */
    bool replaces;
    uint32_t tables; /* bits 1 << enum wend_table_id that are written */
    enum wend_customer_ids customer_ids;
    struct wend_bytes key;
    const char *rejects;
    uint32_t top;
    int64_t lateness_us; /* WEND_LATENESS_UNLIMITED, a bound, or WEND_RUN_LATENESS_AS_DEFINED */
    int64_t now_us;
    bool close_all;
    uint32_t threads;
    bool pins; /* worker threads to processors */
    uint64_t memory_bytes;
    const char *directory; /* for temporary files */
    uint32_t block_bytes;
    uint32_t ring_slots;  /* a power of two; tests make them small */
    uint64_t settle_hits; /* hits that are looked through with bounded lateness; tests: few */
    bool (*progress)(void *context, const struct wend_run_progress *progress);
    void *progress_context;
};

struct wend_run_input {
    const char *name;
    const char *wrapper;
    const char *format;
    uint32_t confidence; /* percent */
    const char *trouble; /* NULL: none */
    uint64_t bytes;
    bool has_offsets; /* a partition: from begin up to end was read */
    int64_t begin_offset;
    int64_t end_offset;
    uint64_t tombstones; /* messages without a value, which were skipped */
    uint64_t null_keys;  /* messages without a key */
};

/* Owned by the result; texts by its arena or the lists. */
struct wend_run_result {
    struct wend_arena arena;
    struct wend_run_input *inputs;
    size_t input_count;
    const char **notes;
    size_t note_count;
    struct wend_counters counters;
    uint64_t bytes;
    uint64_t spilled_bytes;
    uint64_t peak_bytes;
    int64_t elapsed_us;
    int64_t lateness_us;
    struct wend_bytes *scopes; /* "session", then the journeys */
    uint32_t scope_count;
    struct wend_top_lists *lists; /* NULL without `top` */
};

/*
 * Runs. `*result` is there with WEND_OK and, unless memory is short, with WEND_ERROR_EMPTY (no
 * record could be used; nothing was published). Other errors as in <wend/replay.h>.
 */
WEND_MUST_CHECK enum wend_status wend__run(const struct wend_run_options *options,
                                           struct wend_run_result **result,
                                           struct wend_error *error);
/* Half of the machine's memory: what a run takes for data when nothing is said. */
uint64_t wend__default_memory_bytes(void);
/* `named`, else $TMPDIR, else /tmp. */
const char *wend__temporary_directory(const char *named);
void wend__run_result_destroy(struct wend_run_result *result);

#endif
