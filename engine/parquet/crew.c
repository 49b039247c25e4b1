#include "parquet/crew.h"

#include "base/memory.h"
#include "base/thread.h"

#include <assert.h>
#include <pthread.h>

struct helper {
    struct wend_parquet_crew *crew;
    struct wend_parquet_page_tools tools;
    pthread_t thread;
};

/* Everything but the helpers' own is guarded by the lock; a column that was taken, and its chunk,
 * are the taker's until it takes the next one. */
struct wend_parquet_crew {
    struct wend_parquet_chunk_writer *chunks;
    pthread_mutex_t lock;
    pthread_cond_t posted;
    pthread_cond_t done;
    struct wend_parquet_row_batch *batch; /* NULL: none */
    uint32_t next_column;
    uint32_t busy_count; /* threads that have a column */
    bool is_ending;
    uint32_t failed_column; /* UINT32_MAX: none */
    struct wend_error failure;
    struct helper *helpers;
    uint32_t helper_count;
};

static enum wend_status encode_column(struct wend_parquet_row_batch *batch, uint32_t column,
                                      struct wend_parquet_chunk_writer *chunk,
                                      struct wend_parquet_page_tools *tools,
                                      struct wend_error *error) {
    for (uint32_t row = 0; row < batch->row_count; row++) {
        WEND_TRY(wend__parquet_batch_encode_row(&batch->columns[column], chunk, tools, error));
    }
    return WEND_OK;
}

/* Under the lock, which is left meanwhile: encodes one column. */
static void take_column(struct wend_parquet_crew *crew, struct wend_parquet_page_tools *tools) {
    struct wend_parquet_row_batch *batch = crew->batch;
    uint32_t column = crew->next_column++;
    struct wend_error error = {0};
    crew->busy_count++;
    (void)pthread_mutex_unlock(&crew->lock);
    enum wend_status status = encode_column(batch, column, &crew->chunks[column], tools, &error);
    (void)pthread_mutex_lock(&crew->lock);
    crew->busy_count--;
    if (status != WEND_OK && column < crew->failed_column) {
        crew->failed_column = column;
        crew->failure = error;
        crew->failure.status = status;
    }
}

static bool has_column(const struct wend_parquet_crew *crew) {
    return crew->batch != NULL && crew->next_column < crew->batch->column_count;
}

static void *help(void *context) {
    struct helper *self = context;
    struct wend_parquet_crew *crew = self->crew;
    (void)pthread_mutex_lock(&crew->lock);
    while (!crew->is_ending) {
        if (!has_column(crew)) {
            (void)pthread_cond_wait(&crew->posted, &crew->lock);
            continue;
        }
        take_column(crew, &self->tools);
        if (crew->busy_count == 0 && !has_column(crew)) {
            (void)pthread_cond_signal(&crew->done);
        }
    }
    (void)pthread_mutex_unlock(&crew->lock);
    return NULL;
}

static void deinit_tools(struct wend_parquet_page_tools *tools) {
    wend__parquet_compressor_deinit(&tools->compressor);
    wend__buffer_deinit(&tools->body);
    wend__buffer_deinit(&tools->compressed);
    wend__buffer_deinit(&tools->text);
}

static enum wend_status start_helpers(struct wend_parquet_crew *crew, uint32_t helper_count,
                                      const struct wend_parquet_options *options,
                                      struct wend_error *error) {
    for (uint32_t i = 0; i < helper_count; i++) {
        struct helper *helper = &crew->helpers[i];
        *helper = (struct helper){.crew = crew, .tools = {.options = *options}};
        WEND_TRY(
            wend__parquet_compressor_init(&helper->tools.compressor, options->zstd_level, error));
        if (wend__thread_start(&helper->thread, help, helper) != 0) {
            deinit_tools(&helper->tools);
            return WEND_OK; /* fewer threads, the same bytes */
        }
        crew->helper_count++;
    }
    return WEND_OK;
}

static bool init_locks(struct wend_parquet_crew *crew) {
    if (pthread_mutex_init(&crew->lock, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&crew->posted, NULL) != 0) {
        (void)pthread_mutex_destroy(&crew->lock);
        return false;
    }
    if (pthread_cond_init(&crew->done, NULL) != 0) {
        (void)pthread_cond_destroy(&crew->posted);
        (void)pthread_mutex_destroy(&crew->lock);
        return false;
    }
    return true;
}

enum wend_status wend__parquet_crew_create(uint32_t helper_count,
                                           const struct wend_parquet_options *options,
                                           struct wend_parquet_chunk_writer *chunks,
                                           struct wend_parquet_crew **crew,
                                           struct wend_error *error) {
    *crew = NULL;
    struct wend_parquet_crew *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL || !init_locks(made)) {
        wend__free(made);
        return wend__fail_memory(error);
    }
    made->chunks = chunks;
    made->failed_column = UINT32_MAX;
    made->helpers = wend__alloc_zeroed(helper_count, sizeof *made->helpers);
    enum wend_status status = made->helpers == NULL
                                  ? wend__fail_memory(error)
                                  : start_helpers(made, helper_count, options, error);
    if (status != WEND_OK) {
        wend__parquet_crew_destroy(made);
        return status;
    }
    *crew = made;
    return WEND_OK;
}

void wend__parquet_crew_destroy(struct wend_parquet_crew *crew) {
    if (crew == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&crew->lock);
    crew->is_ending = true;
    (void)pthread_cond_broadcast(&crew->posted);
    (void)pthread_mutex_unlock(&crew->lock);
    for (uint32_t i = 0; i < crew->helper_count; i++) {
        (void)pthread_join(crew->helpers[i].thread, NULL);
        deinit_tools(&crew->helpers[i].tools);
    }
    wend__free(crew->helpers);
    (void)pthread_cond_destroy(&crew->done);
    (void)pthread_cond_destroy(&crew->posted);
    (void)pthread_mutex_destroy(&crew->lock);
    wend__free(crew);
}

void wend__parquet_crew_post(struct wend_parquet_crew *crew, struct wend_parquet_row_batch *batch) {
    (void)pthread_mutex_lock(&crew->lock);
    assert(crew->batch == NULL && crew->failed_column == UINT32_MAX);
    crew->batch = batch;
    crew->next_column = 0;
    (void)pthread_cond_broadcast(&crew->posted);
    (void)pthread_mutex_unlock(&crew->lock);
}

enum wend_status wend__parquet_crew_finish(struct wend_parquet_crew *crew,
                                           struct wend_parquet_page_tools *tools,
                                           struct wend_error *error) {
    (void)pthread_mutex_lock(&crew->lock);
    while (has_column(crew)) {
        take_column(crew, tools);
    }
    while (crew->busy_count > 0) {
        (void)pthread_cond_wait(&crew->done, &crew->lock);
    }
    struct wend_parquet_row_batch *batch = crew->batch;
    crew->batch = NULL;
    bool has_failed = crew->failed_column != UINT32_MAX;
    (void)pthread_mutex_unlock(&crew->lock);
    if (batch != NULL) {
        wend__parquet_batch_clear(batch);
    }
    if (has_failed && error != NULL) {
        *error = crew->failure;
    }
    return has_failed ? crew->failure.status : WEND_OK;
}
