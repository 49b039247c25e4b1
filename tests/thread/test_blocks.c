/*
 * Blocks that several threads take from one reader: each one once, in order for each thread, all
 * together the whole input; and a source that fails ends every thread.
 */
#include "run_fixture.h"

#include "worker/block_reader.h"

#include <pthread.h>

enum { THREADS = 4, RECORDS = 20000, BLOCK_BYTES = 1024 };

struct taker {
    struct wend_block_reader *reader;
    uint8_t *copy; /* the input again, each block at its place */
    uint32_t index;
    uint64_t block_count;
    uint64_t failure_count;
    uint64_t byte_count;
    pthread_t thread;
};

/* Now and then a thread is slow, so that others wait and take in turns. */
static uint64_t work(uint64_t state) {
    volatile uint64_t sum = state;
    for (uint64_t i = 0; i < (state >> 33) % 20000; i++) {
        sum = sum + i;
    }
    return state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
}

static void *take(void *context) {
    struct taker *taker = context;
    struct wend_block block = {0};
    uint64_t state = taker->index + 1;
    uint64_t next = 0;
    for (;;) {
        enum wend_block_turn turn;
        if (wend__block_reader_try(taker->reader, taker->index, &block, &turn, NULL) != WEND_OK) {
            taker->failure_count++;
            break;
        }
        if (turn == WEND_BLOCK_NONE) {
            break;
        }
        if (turn == WEND_BLOCK_LATER) {
            continue;
        }
        fixture_check(block.index >= next, "a thread got an older block after a newer one");
        next = block.index + 1;
        memcpy(taker->copy + (block.position - block.stream->position), block.bytes, block.len);
        taker->byte_count += block.len;
        taker->block_count++;
        state = work(state);
        wend__block_reader_release(taker->reader, taker->index);
    }
    wend__block_deinit(&block);
    return NULL;
}

static struct wend_buffer make_text(void) {
    struct wend_buffer text = {0};
    for (unsigned i = 0; i < RECORDS; i++) {
        fixture_check(wend__buffer_append_format(&text, "{\"a\":%u,\"b\":\"%*s\"}\n", i,
                                                 (int)(i * 7919 % 90), ""),
                      "memory");
    }
    return text;
}

/* Takes all blocks of the inputs; the sums over all threads. */
static struct taker take_all(const struct wend_input *inputs, size_t count, uint32_t threads,
                             uint8_t *copy) {
    static const struct wend_format any_format = {.max_record_bytes = 1 << 20};
    struct wend_block_reader_options options = {
        .inputs = inputs,
        .input_count = count,
        .format = &any_format,
        .block_bytes = BLOCK_BYTES,
        .thread_count = threads,
    };
    struct taker takers[THREADS];
    struct taker sum = {0};
    fixture_check(wend__block_reader_create(&options, &sum.reader, NULL) == WEND_OK, "reader");
    for (uint32_t i = 0; i < threads; i++) {
        takers[i] = (struct taker){.reader = sum.reader, .copy = copy, .index = i};
        fixture_check(pthread_create(&takers[i].thread, NULL, take, &takers[i]) == 0, "thread");
    }
    for (uint32_t i = 0; i < threads; i++) {
        (void)pthread_join(takers[i].thread, NULL);
        sum.block_count += takers[i].block_count;
        sum.byte_count += takers[i].byte_count;
        sum.failure_count += takers[i].failure_count;
    }
    wend__block_reader_destroy(sum.reader);
    return sum;
}

int main(void) {
    struct run_fixture fixture;
    fixture_open(&fixture, "time: t\ncustomer: c\nevent: e\n");
    struct wend_buffer text = make_text();
    fixture_write(&fixture, wend__buffer_view(&text));
    uint8_t *copy = wend__alloc_zeroed(1, text.len);
    fixture_check(copy != NULL, "memory");
    struct wend_input inputs[] = {{fixture.input, text.len}, {fixture.output, 0}};
    uint64_t blocks = 0;
    for (uint32_t threads = 1; threads <= THREADS; threads++) {
        memset(copy, 0, text.len);
        struct taker sum = take_all(inputs, 1, threads, copy);
        fixture_check(sum.failure_count == 0, "a thread failed");
        fixture_check(sum.byte_count == text.len && memcmp(copy, text.data, text.len) == 0,
                      "the blocks are not the input");
        fixture_check(threads == 1 || sum.block_count == blocks, "the blocks were cut otherwise");
        blocks = sum.block_count;
    }
    for (uint32_t threads = 1; threads <= THREADS; threads++) {
        struct taker sum = take_all(inputs, 2, threads, copy); /* the second is not there */
        fixture_check(sum.failure_count >= 1, "nobody failed");
        fixture_check(sum.byte_count == text.len, "blocks in front of a failure were lost");
    }
    wend__free(copy);
    wend__buffer_deinit(&text);
    fixture_close(&fixture);
    return 0;
}
