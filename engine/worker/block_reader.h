/*
 * block_reader.h: the inputs of a run as one sequence of blocks of whole records.
 *
 *   inputs -> source -> stream -> detect -> chunker -> block 0, block 1, block 2, ...
 *
 * Threads take blocks from it one after the other. One thread at a time reads and decompresses: it
 * goes on as long as another one waits for a block, else decodes what it has read. A block never
 * spans two streams. Every block has a number, and the run wide position of its first byte, so that
 * the order of the input is known whoever decodes it.
 *
 * A stream whose format cannot be told, or that cannot be decompressed to its end, has trouble: it
 * is noted, and the run goes on with the next.
 *
 * Threads: `try`, `next` and `release` from any; each has one index and at most one block in work.
 */
#ifndef WEND_WORKER_BLOCK_READER_H
#define WEND_WORKER_BLOCK_READER_H

#include "source/inputs.h"
#include "source/source.h"
#include "worker/head.h"
#include "worker/stream_state.h"

struct wend_block_reader;

/* A stream that somebody has looked at already: what cannot be read twice, as standard input. */
struct wend_opened_stream {
    struct wend_source *source; /* NULL: none */
    struct wend_stream stream;
    struct wend_head head;
    bool is_end;
};

void wend__opened_stream_deinit(struct wend_opened_stream *opened);

struct wend_block_reader_options {
    const struct wend_input *inputs; /* borrowed */
    size_t input_count;
    const struct wend_format *format; /* borrowed */
    enum wend_time_unit time_unit;    /* as declared */
    struct wend_source_options source;
    uint32_t block_bytes;
    uint32_t thread_count;
    struct wend_opened_stream *opened; /* of the first input, taken over; NULL: none */
};

/* A block in work. The buffer is the thread's while it has the block, and is used again. */
struct wend_block {
    uint8_t *buffer;
    size_t capacity;
    const uint8_t *bytes; /* whole records; the last of a stream may lack its line end */
    size_t len;
    uint64_t index;    /* of the block */
    uint64_t position; /* of bytes[0] in the run; a stream's first byte is at stream->position */
    struct wend_stream_state *stream;
};

WEND_MUST_CHECK enum wend_status
wend__block_reader_create(const struct wend_block_reader_options *options,
                          struct wend_block_reader **reader, struct wend_error *error);
void wend__block_reader_destroy(struct wend_block_reader *reader);

enum wend_block_turn {
    WEND_BLOCK_NONE,  /* there is none left */
    WEND_BLOCK_TAKEN, /* the thread has a block */
    WEND_BLOCK_LATER  /* not now, after one was read for another thread, or a short wait: again */
};

/*
 * Gives thread `thread` its next block if there is one. A zeroed block gets its buffer here; free
 * it with wend__block_deinit. Returns after one block was read or a few milliseconds of waiting for
 * another thread's reading, so that the caller can look after its rings; reading itself waits as
 * long as the source does. WEND_ERROR_IO: a file cannot be read; WEND_ERROR_MEMORY.
 */
WEND_MUST_CHECK enum wend_status wend__block_reader_try(struct wend_block_reader *reader,
                                                        uint32_t thread, struct wend_block *block,
                                                        enum wend_block_turn *turn,
                                                        struct wend_error *error);
/* The same until there is a block; `*found` false: there is none left. For callers without rings.
 */
WEND_MUST_CHECK enum wend_status wend__block_reader_next(struct wend_block_reader *reader,
                                                         uint32_t thread, struct wend_block *block,
                                                         bool *found, struct wend_error *error);
/* Thread `thread` is done with its block. */
void wend__block_reader_release(struct wend_block_reader *reader, uint32_t thread);
/* True when every block before `index` was released: what its threads wrote is then seen. */
bool wend__block_reader_is_oldest(const struct wend_block_reader *reader, uint64_t index);
void wend__block_deinit(struct wend_block *block);

/* Bytes of the files, as they lie on the disk, that were consumed; from any thread. */
uint64_t wend__block_reader_raw_bytes(const struct wend_block_reader *reader);

/* After the run: the streams in input order. */
size_t wend__block_reader_stream_count(const struct wend_block_reader *reader);
const struct wend_stream_state *wend__block_reader_stream(const struct wend_block_reader *reader,
                                                          size_t index);

#endif
