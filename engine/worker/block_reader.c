#include "worker/block_reader.h"

#include "base/memory.h"
#include "decode/chunker.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

/* No block in work. */
#define IDLE UINT64_MAX
/* So long a thread waits at most before it may look after its rings. */
#define WAIT_NS 5000000L

/*
 * Who reads is one thread at a time, outside of the lock: everything down to `is_reading` is its
 * own meanwhile. What follows is guarded by the lock.
 *
 *     read -> | ready: oldest ... newest | -> taken by whom waits, or by the reader itself
 *
 * As long as somebody waits, the reader goes on reading, so that decompression never stops while
 * a thread has nothing to decode; when all others are busy it decodes what it has read. With that
 * no thread is idle unless the source is the bound, and then the source is never idle, and its
 * state stays in one processor's cache.
 */
struct wend_block_reader {
    struct wend_block_reader_options options;
    size_t next_input;
    struct wend_source *source; /* of the present input */
    struct wend_stream_state *stream;
    struct wend_chunker chunker;
    struct wend_head head; /* bytes that were read and not yet handed out */
    bool is_end;           /* nothing of the stream is left to read */
    bool has_head;         /* `head` is that of the stream to be started */
    uint64_t position;     /* of the next byte to hand out */
    uint64_t next_block;
    struct wend_stream_state **streams;
    size_t stream_count;
    size_t stream_capacity;
    uint64_t raw_bytes_before; /* of the inputs that are done */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_reading;
    uint32_t waiting_count;   /* threads */
    struct wend_block *ready; /* a ring of one slot a thread; empty slots lend their buffers */
    uint32_t ready_first;
    uint32_t ready_count; /* at most one more than threads wait, when the reader pushes */

    _Atomic uint64_t raw_bytes; /* relaxed: a figure for progress */
    /* Block in work by thread, or IDLE. Set under the lock, cleared by its thread (release, so that
     * who finds its block the oldest sees what earlier blocks left; partner: is_oldest). */
    _Atomic uint64_t *in_work;
};

static bool init_lock(struct wend_block_reader *reader) {
    if (pthread_mutex_init(&reader->lock, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&reader->changed, NULL) != 0) {
        (void)pthread_mutex_destroy(&reader->lock);
        return false;
    }
    return true;
}

enum wend_status wend__block_reader_create(const struct wend_block_reader_options *options,
                                           struct wend_block_reader **reader,
                                           struct wend_error *error) {
    *reader = NULL;
    struct wend_block_reader *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL || !init_lock(made)) {
        wend__free(made);
        return wend__fail_memory(error);
    }
    made->options = *options;
    made->in_work = wend__alloc(options->thread_count * sizeof *made->in_work);
    made->ready = wend__alloc_zeroed(options->thread_count, sizeof *made->ready);
    if (made->in_work == NULL || made->ready == NULL) {
        wend__block_reader_destroy(made);
        return wend__fail_memory(error);
    }
    for (uint32_t i = 0; i < options->thread_count; i++) {
        atomic_init(&made->in_work[i], IDLE);
    }
    *reader = made;
    return WEND_OK;
}

static void destroy_stream(struct wend_stream_state *stream) {
    if (stream != NULL) {
        wend__detected_deinit(&stream->detected);
        wend__free(stream->name);
        wend__free(stream->wrapper);
        wend__free(stream->trouble);
        wend__free(stream);
    }
}

void wend__block_reader_destroy(struct wend_block_reader *reader) {
    if (reader == NULL) {
        return;
    }
    for (size_t i = 0; i < reader->stream_count; i++) {
        destroy_stream(reader->streams[i]);
    }
    wend__free(reader->streams);
    wend__head_deinit(&reader->head);
    wend__source_close(reader->source);
    wend__free(reader->in_work);
    for (uint32_t i = 0; reader->ready != NULL && i < reader->options.thread_count; i++) {
        wend__block_deinit(&reader->ready[i]);
    }
    wend__free(reader->ready);
    (void)pthread_cond_destroy(&reader->changed);
    (void)pthread_mutex_destroy(&reader->lock);
    wend__free(reader);
}

void wend__block_deinit(struct wend_block *block) {
    wend__free(block->buffer);
    *block = (struct wend_block){0};
}

void wend__opened_stream_deinit(struct wend_opened_stream *opened) {
    wend__source_close(opened->source);
    wend__head_deinit(&opened->head);
    *opened = (struct wend_opened_stream){0};
}

/* The stream that somebody has looked at already: goes on behind its head. */
static bool take_opened(struct wend_block_reader *reader, struct wend_stream *found) {
    struct wend_opened_stream *opened = reader->options.opened;
    if (opened == NULL || opened->source == NULL) {
        return false;
    }
    reader->source = opened->source;
    wend__source_set_watch(reader->source, reader->options.source.watch);
    reader->head = opened->head;
    reader->is_end = opened->is_end;
    reader->has_head = true;
    reader->next_input++;
    *found = opened->stream;
    *opened = (struct wend_opened_stream){0};
    return true;
}

/* Opens inputs until one has a stream left. */
static enum wend_status find_stream(struct wend_block_reader *reader, struct wend_stream *found,
                                    bool *any, struct wend_error *error) {
    *any = take_opened(reader, found);
    if (*any) {
        return WEND_OK;
    }
    for (;;) {
        if (reader->source == NULL) {
            if (reader->next_input == reader->options.input_count) {
                return WEND_OK;
            }
            const char *path = reader->options.inputs[reader->next_input].path;
            WEND_TRY(wend__source_open(path, &reader->options.source, &reader->source, error));
            reader->next_input++;
        }
        WEND_TRY(wend__source_next(reader->source, any, found, error));
        if (*any) {
            return WEND_OK;
        }
        reader->raw_bytes_before += wend__source_raw_bytes(reader->source);
        wend__source_close(reader->source);
        reader->source = NULL;
    }
}

static enum wend_status add_stream(struct wend_block_reader *reader,
                                   const struct wend_stream *found, struct wend_error *error) {
    void *list = reader->streams;
    bool reserved = wend__reserve(&list, &reader->stream_capacity, reader->stream_count + 1,
                                  sizeof(struct wend_stream_state *));
    reader->streams = list;
    struct wend_stream_state *stream = reserved ? wend__alloc_zeroed(1, sizeof *stream) : NULL;
    if (stream == NULL) {
        return wend__fail_memory(error);
    }
    atomic_init(&stream->time_unit, (int)reader->options.time_unit);
    stream->index = (uint32_t)reader->stream_count;
    reader->streams[reader->stream_count++] = stream;
    reader->stream = stream;
    stream->is_last = reader->next_input == reader->options.input_count && !found->is_member;
    stream->name = wend__copy_text(found->name, strlen(found->name));
    stream->wrapper = wend__copy_text(found->wrapper, strlen(found->wrapper));
    return stream->name == NULL || stream->wrapper == NULL ? wend__fail_memory(error) : WEND_OK;
}

static enum wend_status set_trouble(struct wend_stream_state *stream, const char *trouble,
                                    struct wend_error *error) {
    if (trouble == NULL || stream->trouble != NULL) {
        return WEND_OK;
    }
    stream->trouble = wend__copy_text(trouble, strlen(trouble));
    return stream->trouble == NULL ? wend__fail_memory(error) : WEND_OK;
}

/* Reads the head of the new stream and finds its format out. */
static enum wend_status start_stream(struct wend_block_reader *reader, struct wend_error *error) {
    struct wend_stream_state *stream = reader->stream;
    if (!reader->has_head) {
        WEND_TRY(wend__head_read(&reader->head, reader->source, &reader->is_end, error));
    }
    reader->has_head = false;
    struct wend_error reason = {0};
    enum wend_status status =
        wend__detect(wend__head_data(&reader->head), wend__head_len(&reader->head), reader->is_end,
                     reader->options.format, &stream->detected, &reason);
    if (status == WEND_ERROR_MEMORY) {
        return wend__fail_memory(error);
    }
    /* One position lies between two streams, so that each has its own. */
    stream->position = ++reader->position;
    if (status != WEND_OK) {
        reader->is_end = true;
        wend__head_clear(&reader->head);
        return set_trouble(stream, reason.text, error);
    }
    stream->is_usable = stream->detected.kind != WEND_FORMAT_AUTO;
    wend__chunker_init(&reader->chunker, &stream->detected);
    wend__head_drop(&reader->head, stream->detected.data_offset);
    reader->position += stream->detected.data_offset;
    stream->bytes = stream->detected.data_offset;
    return WEND_OK;
}

/* Room for the longest record and one byte more; more when blocks are larger. */
static bool reserve_buffer(const struct wend_block_reader *reader, struct wend_block *block) {
    size_t most = (size_t)reader->stream->detected.max_record_bytes + WEND_CHUNKER_SLACK + 1;
    size_t needed = most > reader->options.block_bytes ? most : reader->options.block_bytes;
    if (block->capacity >= needed) {
        return true;
    }
    wend__free(block->buffer);
    block->buffer = wend__alloc(needed);
    block->capacity = block->buffer == NULL ? 0 : needed;
    return block->buffer != NULL;
}

/* What the chunker found at the front of `len` bytes, behind which `all_read` says there is
 * nothing; a stream with trouble loses its torn end. */
static struct wend_chunk cut(struct wend_block_reader *reader, const uint8_t *bytes, size_t len,
                             bool all_read) {
    bool is_torn = all_read && wend__source_trouble(reader->source) != NULL;
    struct wend_chunk chunk =
        wend__chunker_next(&reader->chunker, bytes, len, all_read && !is_torn);
    if (is_torn && chunk.take == 0) {
        chunk.skip = len;
    }
    return chunk;
}

/*
 * Fills the block with whole records: reads a block's worth, cuts it, and reads on as long as not
 * even one record is complete. `*found` false: the stream has no record left.
 */
static enum wend_status fill(struct wend_block_reader *reader, struct wend_block *block,
                             bool *found, struct wend_error *error) {
    size_t len = 0;
    size_t wanted = reader->options.block_bytes;
    *found = false;
    for (;;) {
        if (wanted > block->capacity) {
            wanted = block->capacity;
        }
        size_t got = wend__head_take(&reader->head, block->buffer + len, wanted - len);
        len += got;
        while (len < wanted && !reader->is_end) {
            size_t room = wanted - len;
            WEND_TRY(wend__source_read(reader->source, block->buffer + len, room, &got, error));
            reader->is_end = got == 0;
            len += got;
        }
        bool all_read = reader->is_end && wend__head_len(&reader->head) == 0;
        if (len == 0 && all_read) {
            return WEND_OK;
        }
        struct wend_chunk chunk = cut(reader, block->buffer, len, all_read);
        size_t rest = len - chunk.skip - chunk.take;
        reader->position += chunk.skip;
        if (chunk.take > 0) {
            *found = true;
            block->bytes = block->buffer + chunk.skip;
            block->len = chunk.take;
            block->position = reader->position;
            reader->position += chunk.take;
            return wend__head_give_back(&reader->head, block->buffer + len - rest, rest)
                       ? WEND_OK
                       : wend__fail_memory(error);
        }
        memmove(block->buffer, block->buffer + chunk.skip, rest);
        len = rest;
        wanted = len + (wanted > len ? wanted : reader->options.block_bytes);
    }
}

static enum wend_status end_stream(struct wend_block_reader *reader, struct wend_error *error) {
    struct wend_stream_state *stream = reader->stream;
    reader->stream = NULL;
    stream->bytes = reader->position - stream->position;
    return set_trouble(stream, wend__source_trouble(reader->source), error);
}

/* Reads the next block; `*found` false: there is none left. By the one that reads. */
static enum wend_status read_block(struct wend_block_reader *reader, struct wend_block *block,
                                   bool *found, struct wend_error *error) {
    *found = false;
    for (;;) {
        if (reader->stream == NULL) {
            struct wend_stream stream;
            bool any = false;
            WEND_TRY(find_stream(reader, &stream, &any, error));
            if (!any) {
                return WEND_OK;
            }
            WEND_TRY(add_stream(reader, &stream, error));
            WEND_TRY(start_stream(reader, error));
        }
        if (reader->stream->is_usable) {
            if (!reserve_buffer(reader, block)) {
                return wend__fail_memory(error);
            }
            WEND_TRY(fill(reader, block, found, error));
        }
        if (*found) {
            block->stream = reader->stream;
            block->index = reader->next_block++;
            return WEND_OK;
        }
        WEND_TRY(end_stream(reader, error));
    }
}

/* Under the lock: the block becomes the newest ready one; the thread gets an empty one for it. */
static void push_ready(struct wend_block_reader *reader, struct wend_block *block) {
    uint32_t threads = reader->options.thread_count;
    assert(reader->ready_count < threads);
    struct wend_block *slot =
        &reader->ready[(reader->ready_first + reader->ready_count++) % threads];
    struct wend_block empty = *slot;
    *slot = *block;
    *block = empty;
    if (reader->waiting_count > 0) {
        (void)pthread_cond_signal(&reader->changed);
    }
}

/* Under the lock: thread `thread` gets the oldest ready block, and leaves its buffer there. */
static void take_ready(struct wend_block_reader *reader, uint32_t thread,
                       struct wend_block *block) {
    struct wend_block *slot = &reader->ready[reader->ready_first];
    struct wend_block taken = *slot;
    *slot = *block;
    *block = taken;
    reader->ready_first = (reader->ready_first + 1) % reader->options.thread_count;
    reader->ready_count--;
    atomic_store_explicit(&reader->in_work[thread], block->index, memory_order_relaxed);
}

/* Under the lock: waits until another thread has read something, or for WAIT_NS. */
static void wait_for_reader(struct wend_block_reader *reader) {
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_NS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    int result = 0;
    reader->waiting_count++;
    while (reader->is_reading && reader->ready_count == 0 && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&reader->changed, &reader->lock, &until);
    }
    reader->waiting_count--;
}

/* Under the lock, which is left meanwhile: reads one block and makes it ready, or finds that none
 * is left (`*found`). The others learn of it. */
static enum wend_status read_ahead(struct wend_block_reader *reader, struct wend_block *block,
                                   bool *found, struct wend_error *error) {
    reader->is_reading = true;
    (void)pthread_mutex_unlock(&reader->lock);
    enum wend_status status = read_block(reader, block, found, error);
    uint64_t raw = reader->raw_bytes_before +
                   (reader->source == NULL ? 0 : wend__source_raw_bytes(reader->source));
    atomic_store_explicit(&reader->raw_bytes, raw, memory_order_relaxed);
    (void)pthread_mutex_lock(&reader->lock);
    reader->is_reading = false;
    if (status == WEND_OK && *found) {
        push_ready(reader, block);
    } else {
        (void)pthread_cond_broadcast(&reader->changed); /* each finds out for itself */
    }
    return status;
}

enum wend_status wend__block_reader_try(struct wend_block_reader *reader, uint32_t thread,
                                        struct wend_block *block, enum wend_block_turn *turn,
                                        struct wend_error *error) {
    assert(thread < reader->options.thread_count);
    enum wend_status status = WEND_OK;
    bool found = true;
    (void)pthread_mutex_lock(&reader->lock);
    if (reader->is_reading && reader->ready_count == 0) {
        wait_for_reader(reader);
    } else if (!reader->is_reading && reader->ready_count <= reader->waiting_count) {
        status = read_ahead(reader, block, &found, error);
        if (status == WEND_OK && found && reader->ready_count <= reader->waiting_count) {
            (void)pthread_mutex_unlock(&reader->lock);
            *turn = WEND_BLOCK_LATER; /* it belongs to whom waits; goes on reading */
            return WEND_OK;
        }
    }
    *turn = found ? WEND_BLOCK_LATER : WEND_BLOCK_NONE;
    if (status == WEND_OK && reader->ready_count > 0) {
        take_ready(reader, thread, block);
        *turn = WEND_BLOCK_TAKEN;
    }
    (void)pthread_mutex_unlock(&reader->lock);
    return status;
}

enum wend_status wend__block_reader_next(struct wend_block_reader *reader, uint32_t thread,
                                         struct wend_block *block, bool *found,
                                         struct wend_error *error) {
    enum wend_block_turn turn = WEND_BLOCK_LATER;
    *found = false;
    while (turn == WEND_BLOCK_LATER) {
        WEND_TRY(wend__block_reader_try(reader, thread, block, &turn, error));
    }
    *found = turn == WEND_BLOCK_TAKEN;
    return WEND_OK;
}

void wend__block_reader_release(struct wend_block_reader *reader, uint32_t thread) {
    atomic_store_explicit(&reader->in_work[thread], IDLE, memory_order_release);
}

bool wend__block_reader_is_oldest(const struct wend_block_reader *reader, uint64_t index) {
    for (uint32_t i = 0; i < reader->options.thread_count; i++) {
        if (atomic_load_explicit(&reader->in_work[i], memory_order_acquire) < index) {
            return false;
        }
    }
    return true;
}

uint64_t wend__block_reader_raw_bytes(const struct wend_block_reader *reader) {
    return atomic_load_explicit(&reader->raw_bytes, memory_order_relaxed);
}

size_t wend__block_reader_stream_count(const struct wend_block_reader *reader) {
    return reader->stream_count;
}

const struct wend_stream_state *wend__block_reader_stream(const struct wend_block_reader *reader,
                                                          size_t index) {
    return reader->streams[index];
}
