/* The server of the command line: the engine's, with what a run and the command have to say. */
#include "api/serve.h"

#include "api/cli.h"
#include "base/clock.h"
#include "base/memory.h"
#include "http/server.h"
#include "pipeline/publishing.h"
#include "snapshot/window_folders.h"

#include <pthread.h>
#include <stdio.h>

/* A thread that has not gone round its loop for so long stands still. */
#define STILL_US INT64_C(60000000)

struct wend_answer {
    struct wend_buffer *out;
    struct wend_metrics_text *text; /* NULL: it is none of metrics */
    bool is_failed;
};

struct wend_server {
    struct wend_server_options options; /* without its texts */
    struct wend_http_server *http;
    pthread_mutex_t lock; /* guards what follows */
    uint64_t beats[WEND_MAX_THREADS];
    int64_t moved_us[WEND_MAX_THREADS];
};

const char *wend__cli_http_version(void) {
    return wend__http_version();
}

struct wend_live *wend__cli_live_create(void) {
    return wend__live_create();
}

void wend__cli_live_destroy(struct wend_live *live) {
    wend__live_destroy(live);
}

size_t wend__cli_live_count(const struct wend_live *live) {
    return atomic_load_explicit(&live->partition_count, memory_order_acquire);
}

void wend__cli_live_row(const struct wend_live *live, size_t index, bool has_state,
                        struct wend_live_row *row) {
    const struct wend_live_partition *partition = &live->partitions[index];
    int64_t next = atomic_load_explicit(&partition->next_offset, memory_order_relaxed);
    int64_t end = atomic_load_explicit(&partition->end_offset, memory_order_relaxed);
    int64_t mark_us = atomic_load_explicit(&partition->mark_us, memory_order_relaxed);
    int64_t then_us = atomic_load_explicit(&partition->checkpoint_us, memory_order_relaxed);
    *row = (struct wend_live_row){
        .topic = partition->topic,
        .partition = partition->partition,
        .is_here = !has_state || atomic_load_explicit(&partition->has_shard, memory_order_relaxed),
        .has_watermark = mark_us != INT64_MIN,
        .has_state = has_state,
        .lag = end > next ? (uint64_t)(end - next) : 0,
        .messages = atomic_load_explicit(&partition->messages, memory_order_relaxed),
        .watermark_us = mark_us,
        .open_events = atomic_load_explicit(&partition->held_hits, memory_order_relaxed),
        .state_bytes = atomic_load_explicit(&partition->checkpoint_bytes, memory_order_relaxed),
        .checkpoint_age_us = wend__clock_monotonic_us() - then_us,
    };
}

void wend__cli_snapshot_tag(const struct wend_snapshot *snapshot, char tag[33]) {
    _Static_assert(WEND_SNAPSHOT_ID_DIGITS + 1 == 33, "as cli.h says");
    wend__snapshot_id_text(snapshot, tag);
}

bool wend__cli_newest_window(const char *directory, char name[21]) {
    _Static_assert(WEND_WINDOW_NAME_BYTES == 21, "as cli.h says");
    struct wend_window_folders folders;
    if (wend__window_folders(directory, &folders, NULL) != WEND_OK) {
        return false;
    }
    bool any = folders.count > 0 && wend__window_name(folders.windows_us[folders.count - 1], name);
    wend__free(folders.windows_us);
    return any;
}

bool wend__answer_add(struct wend_answer *answer, const void *bytes, size_t len) {
    answer->is_failed = answer->is_failed || !wend__buffer_append(answer->out, bytes, len);
    return !answer->is_failed;
}

void wend__answer_gauge(struct wend_answer *answer, const char *name, const char *help) {
    wend__metrics_family(answer->text, name, help, WEND_METRIC_GAUGE);
}

void wend__answer_sample(struct wend_answer *answer, const char *label, const char *value,
                         double number) {
    struct wend_metric_label labels = {label, value};
    wend__metrics_sample(answer->text, &labels, label == NULL ? 0 : 1, number);
}

/* Whether thread `i` goes on, or has nothing to do. */
static bool is_moving(struct wend_server *server, uint32_t i, int64_t now_us) {
    const struct wend_live_thread *thread = &server->options.live->threads[i];
    uint64_t beats = atomic_load_explicit(&thread->beats, memory_order_relaxed);
    if (beats != server->beats[i] || server->moved_us[i] == 0) {
        server->beats[i] = beats;
        server->moved_us[i] = now_us;
    }
    return beats == 0 || atomic_load_explicit(&thread->is_over, memory_order_relaxed) ||
           now_us - server->moved_us[i] < STILL_US;
}

/* Counting and writing, behind the reading, have no loop to look at. */
static bool is_live(void *context) {
    struct wend_server *server = context;
    const struct wend_live *live = server->options.live;
    if (live == NULL || !atomic_load_explicit(&live->is_reading, memory_order_relaxed)) {
        return true;
    }
    bool live_all = true;
    int64_t now_us = wend__clock_monotonic_us();
    pthread_mutex_lock(&server->lock);
    for (uint32_t i = 0; i < WEND_MAX_THREADS; i++) {
        live_all = is_moving(server, i, now_us) && live_all;
    }
    pthread_mutex_unlock(&server->lock);
    return live_all;
}

static bool is_ready(void *context, struct wend_buffer *reason) {
    struct wend_server *server = context;
    const struct wend_live *live = server->options.live;
    if (live != NULL && atomic_load_explicit(&live->partition_count, memory_order_acquire) == 0) {
        (void)wend__buffer_append_text(reason, "the brokers have not answered yet");
        return false;
    }
    if (live != NULL && atomic_load_explicit(&live->outcomes.is_stalled, memory_order_relaxed)) {
        (void)wend__buffer_append_text(reason,
                                       "the brokers do not take the outcomes; they wait in the "
                                       "state");
        return false;
    }
    struct wend_answer answer = {.out = reason};
    return server->options.is_ready == NULL ||
           server->options.is_ready(server->options.context, &answer);
}

static void add_metrics(void *context, struct wend_metrics_text *text) {
    struct wend_server *server = context;
    wend__serve_metrics(server->options.live, text);
    if (server->options.metrics != NULL) {
        struct wend_answer answer = {.out = text->out, .text = text};
        server->options.metrics(server->options.context, &answer);
    }
}

static enum wend_status add_tables(void *context, const struct wend_http_query *query,
                                   struct wend_buffer *out, struct wend_error *error) {
    struct wend_server *server = context;
    struct wend_answer answer = {.out = out};
    struct wend_table_query asked = {
        .table = query->table,
        .top = query->has_top ? query->top : 0,
        .scope = query->scope,
        .wheres = query->wheres,
        .where_count = query->where_count,
        .stop = query->stop,
    };
    WEND_TRY(server->options.tables(server->options.context, &asked, &answer, error));
    return answer.is_failed ? wend__fail_memory(error) : WEND_OK;
}

static enum wend_status add_page(void *context, struct wend_http_page *page,
                                 struct wend_buffer *out, struct wend_error *error) {
    struct wend_server *server = context;
    struct wend_answer answer = {.out = out};
    struct wend_page_query asked = {.known = page->known};
    WEND_TRY(server->options.page(server->options.context, &asked, &answer, error));
    (void)snprintf(page->tag, sizeof page->tag, "%s", asked.tag);
    page->is_known = asked.is_known;
    return answer.is_failed ? wend__fail_memory(error) : WEND_OK;
}

enum wend_status wend__server_open(const struct wend_server_options *options,
                                   struct wend_server **opened, struct wend_error *error) {
    *opened = NULL;
    struct wend_server *server = wend__alloc_zeroed(1, sizeof *server);
    if (server == NULL) {
        return wend__fail_memory(error);
    }
    server->options = *options;
    (void)pthread_mutex_init(&server->lock, NULL);
    struct wend_http_options http = {
        .listen = options->listen,
        .token = options->token,
        .certificate = options->certificate,
        .key = options->key,
        .connections_max = options->connections,
        .rate = options->rate,
        .patience_us = (int64_t)options->patience_us,
        .providers = {.context = server,
                      .is_live = is_live,
                      .is_ready = is_ready,
                      .metrics = add_metrics,
                      .page = options->page == NULL ? NULL : add_page,
                      .tables = options->tables == NULL ? NULL : add_tables},
    };
    enum wend_status status = wend__http_start(&http, &server->http, error);
    if (status != WEND_OK) {
        wend__server_close(server);
        return status;
    }
    *opened = server;
    return WEND_OK;
}

const char *wend__server_url(const struct wend_server *server) {
    return wend__http_url(server->http);
}

bool wend__server_is_in_clear(const struct wend_server *server) {
    return wend__http_is_in_clear(server->http);
}

void wend__server_close(struct wend_server *server) {
    if (server != NULL) {
        wend__http_stop(server->http);
        (void)pthread_mutex_destroy(&server->lock);
        wend__free(server);
    }
}
