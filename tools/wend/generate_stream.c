#include "generate_stream.h"

#include "api/cli.h"

#include <stdlib.h>
#include <string.h>

#define LINES_BYTES ((size_t)1 << 18)
#define MILLION 1000000U
#define LATE_SPREAD_MS 3600000U

void wend__cli_stream_init(struct wend_cli_stream *stream, const struct wend_cli_noise *noise,
                           uint64_t seed, struct wend_cli_answers *answers,
                           struct wend_cli_output *output) {
    *stream = (struct wend_cli_stream){
        .noise = *noise,
        .answers = answers,
        .output = output,
        .delays = wend__cli_random_mix(seed ^ UINT64_C(0xDE1A5)),
        .faults = wend__cli_random_mix(seed ^ UINT64_C(0xFA0175)),
    };
    stream->lines = wend__cli_alloc(LINES_BYTES);
}

void wend__cli_stream_deinit(struct wend_cli_stream *stream) {
    wend__cli_queue_deinit(&stream->queue);
    free(stream->held);
    free(stream->free_held);
    free(stream->lines);
    *stream = (struct wend_cli_stream){0};
}

static enum wend_status flush(struct wend_cli_stream *stream, struct wend_error *error) {
    size_t len = stream->lines_len;
    stream->lines_len = 0;
    if (len == 0) {
        return WEND_OK;
    }
    return wend__cli_output_write(stream->output, stream->lines, len, error);
}

static enum wend_status make_room(struct wend_cli_stream *stream, struct wend_error *error) {
    bool full = LINES_BYTES - stream->lines_len < WEND_CLI_LINE_MAX;
    return full ? flush(stream, error) : WEND_OK;
}

/* A line as a message, without its line end; all of a customer's go to one partition, the spoilt
 * ones, too. */
static enum wend_status send_line(struct wend_cli_stream *stream,
                                  const struct wend_cli_event *event, size_t len,
                                  struct wend_error *error) {
    char key[WEND_CLI_CUSTOMER_MAX];
    size_t key_len = (size_t)(wend__cli_write_customer(event, key) - key);
    return wend__producer_send(stream->producer, (struct wend_text){key, key_len},
                               (struct wend_text){stream->lines, len - 1}, error);
}

static enum wend_status write_line(struct wend_cli_stream *stream,
                                   const struct wend_cli_event *event, enum wend_cli_fault fault,
                                   struct wend_error *error) {
    enum wend_status status = make_room(stream, error);
    char *start = stream->lines + stream->lines_len;
    size_t len = (size_t)(wend__cli_write_event(&stream->writer, event, fault, start) - start);
    stream->bytes += len;
    if (stream->producer != NULL) {
        return status == WEND_OK ? send_line(stream, event, len, error) : status;
    }
    stream->lines_len += len;
    return status;
}

enum wend_status wend__cli_stream_text(struct wend_cli_stream *stream, const char *text,
                                       struct wend_error *error) {
    enum wend_status status = make_room(stream, error);
    size_t len = strlen(text);
    memcpy(stream->lines + stream->lines_len, text, len);
    stream->lines_len += len;
    stream->bytes += len;
    return status;
}

/* The line of an event that arrives now, and perhaps a bad one behind it. */
static enum wend_status arrive(struct wend_cli_stream *stream, const struct wend_cli_event *event,
                               bool copy, struct wend_error *error) {
    wend__cli_answers_line(stream->answers, event->time_ms, copy, stream->noise.lateness_ms);
    enum wend_status status = write_line(stream, event, WEND_CLI_SOUND, error);
    if (status != WEND_OK || stream->noise.bad_ppm == 0 || copy ||
        wend__cli_random_below(&stream->faults, MILLION) >= stream->noise.bad_ppm) {
        return status;
    }
    uint32_t fault = 1 + wend__cli_random_below(&stream->faults, WEND_CLI_FAULT_COUNT - 1);
    stream->answers->lines++;
    stream->answers->faults[fault]++;
    struct wend_cli_event bad = *event;
    bad.id = wend__cli_random(&stream->faults);
    return write_line(stream, &bad, (enum wend_cli_fault)fault, error);
}

static void hold(struct wend_cli_stream *stream, const struct wend_cli_event *event, bool copy,
                 int64_t until_ms) {
    uint32_t index;
    if (stream->free_count > 0) {
        index = stream->free_held[--stream->free_count];
    } else {
        if (stream->held_count == stream->held_capacity) {
            size_t capacity = stream->held_capacity == 0 ? 1024 : stream->held_capacity * 2;
            stream->held = wend__cli_realloc(stream->held, capacity * sizeof *stream->held);
            stream->free_held =
                wend__cli_realloc(stream->free_held, capacity * sizeof *stream->free_held);
            stream->held_capacity = capacity;
        }
        index = (uint32_t)stream->held_count++;
    }
    stream->held[index] = (struct wend_cli_held){*event, copy};
    wend__cli_queue_add(&stream->queue, until_ms, index);
}

static enum wend_status release(struct wend_cli_stream *stream, int64_t now_ms,
                                struct wend_error *error) {
    enum wend_status status = WEND_OK;
    while (status == WEND_OK && stream->queue.count > 0 &&
           wend__cli_queue_top(&stream->queue)->time_ms <= now_ms) {
        uint32_t index = wend__cli_queue_top(&stream->queue)->item;
        struct wend_cli_held held = stream->held[index];
        wend__cli_queue_drop(&stream->queue);
        stream->free_held[stream->free_count++] = index;
        status = arrive(stream, &held.event, held.copy, error);
    }
    return status;
}

static int64_t delay_up_to(struct wend_cli_stream *stream, int64_t from_ms, int64_t until_ms) {
    /* At most 30 days, 2^32 ms. */
    return from_ms + wend__cli_random_below(&stream->delays, (uint32_t)(until_ms - from_ms + 1));
}

enum wend_status wend__cli_stream_add(struct wend_cli_stream *stream,
                                      const struct wend_cli_event *event,
                                      struct wend_error *error) {
    const struct wend_cli_noise *noise = &stream->noise;
    bool in_order = noise->disorder_ms == 0 && noise->late_ppm == 0 && noise->duplicate_ppm == 0;
    if (in_order) {
        return arrive(stream, event, false, error);
    }
    /* All that arrived before the event happened is written first. */
    enum wend_status status = release(stream, event->time_ms - 1, error);
    bool late = wend__cli_random_below(&stream->delays, MILLION) < noise->late_ppm;
    bool twice = wend__cli_random_below(&stream->delays, MILLION) < noise->duplicate_ppm;
    int64_t delay = delay_up_to(stream, 0, noise->disorder_ms);
    if (late) {
        delay = noise->disorder_ms + noise->lateness_ms + 1000 +
                wend__cli_random_below(&stream->delays, LATE_SPREAD_MS);
    }
    hold(stream, event, false, event->time_ms + delay);
    if (twice) {
        int64_t again = late ? delay + 1 : delay_up_to(stream, delay, noise->disorder_ms);
        hold(stream, event, true, event->time_ms + again);
    }
    return status;
}

enum wend_status wend__cli_stream_finish(struct wend_cli_stream *stream, struct wend_error *error) {
    enum wend_status status = release(stream, INT64_MAX, error);
    return status == WEND_OK ? flush(stream, error) : status;
}
