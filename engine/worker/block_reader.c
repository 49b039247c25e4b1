#include "worker/block_reader.h"

#include "base/memory.h"
#include "decode/chunker.h"

#include <assert.h>
#include <pthread.h>

/* No block in work. */
#define IDLE UINT64_MAX

struct wend_block_reader {
    struct wend_block_reader_options options;
    pthread_mutex_t lock;
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
    uint64_t raw_bytes_before;  /* of the inputs that are done */
    _Atomic uint64_t raw_bytes; /* relaxed: a figure for progress */
    /* Block in work by thread, or IDLE. Set under the lock, cleared by its thread (release, so that
     * who finds its block the oldest sees what earlier blocks left; partner: is_oldest). */
    _Atomic uint64_t *in_work;
};

enum wend_status wend__block_reader_create(const struct wend_block_reader_options *options,
                                           struct wend_block_reader **reader,
                                           struct wend_error *error) {
    *reader = NULL;
    struct wend_block_reader *made = wend__alloc_zeroed(1, sizeof *made);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        wend__free(made);
        return wend__fail_memory(error);
    }
    made->options = *options;
    made->in_work = wend__alloc(options->thread_count * sizeof *made->in_work);
    if (made->in_work == NULL) {
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
    pthread_mutex_destroy(&reader->lock);
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

static enum wend_status next_locked(struct wend_block_reader *reader, struct wend_block *block,
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

enum wend_status wend__block_reader_next(struct wend_block_reader *reader, uint32_t thread,
                                         struct wend_block *block, bool *found,
                                         struct wend_error *error) {
    assert(thread < reader->options.thread_count);
    pthread_mutex_lock(&reader->lock);
    enum wend_status status = next_locked(reader, block, found, error);
    if (status == WEND_OK && *found) {
        atomic_store_explicit(&reader->in_work[thread], block->index, memory_order_relaxed);
    }
    uint64_t raw = reader->raw_bytes_before +
                   (reader->source == NULL ? 0 : wend__source_raw_bytes(reader->source));
    atomic_store_explicit(&reader->raw_bytes, raw, memory_order_relaxed);
    pthread_mutex_unlock(&reader->lock);
    return status;
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
