/*
 * Decodes standard input as wend does and writes one line a record, for test_decode.py.
 *
 *   decode_tool KIND MAX_RECORD BLOCK SEPARATOR FIELD...   KIND: ndjson, csv or access-log
 *       -> "offset raw-length verdict value..."; values in hex, "-" where absent
 *   decode_tool time UNIT                                  UNIT: auto, s, ms, us or ns
 *       -> microseconds of each line, "-" where it is unreadable
 *
 * Blocks are read as the pipeline reads them: BLOCK bytes at a time, the rest carried over.
 */
#include "base/memory.h"
#include "decode/decoder.h"
#include "decode/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH_RECORDS = 7, MAX_FIELDS = 32 };

struct tool {
    struct wend_field fields[MAX_FIELDS];
    uint32_t field_count;
    struct wend_detected detected;
    struct wend_decoder *decoder;
    struct wend_record records[BATCH_RECORDS];
    struct wend_bytes views[BATCH_RECORDS * MAX_FIELDS];
};

static _Noreturn void stop(const char *why) {
    (void)fprintf(stderr, "decode_tool: %s\n", why);
    exit(1);
}

static uint8_t *read_input(size_t *len) {
    size_t capacity = 1 << 16;
    uint8_t *bytes = wend__alloc(capacity);
    *len = 0;
    while (bytes != NULL) {
        size_t got = fread(bytes + *len, 1, capacity - *len, stdin);
        *len += got;
        if (got == 0) {
            return bytes;
        }
        if (*len == capacity) {
            capacity *= 2;
            bytes = wend__realloc(bytes, capacity);
        }
    }
    stop("out of memory");
}

static void print_value(struct wend_bytes value) {
    if (value.data == NULL) {
        (void)fputs(" -", stdout);
        return;
    }
    (void)fputc(' ', stdout);
    for (size_t i = 0; i < value.len; i++) {
        (void)printf("%02x", value.data[i]);
    }
}

static void print_block(struct tool *tool, uint64_t base, const uint8_t *bytes, size_t len) {
    struct wend_batch batch = {tool->records, tool->views, 0, BATCH_RECORDS, tool->field_count};
    size_t at = 0;
    while (at < len) {
        size_t consumed;
        if (wend__decoder_batch(tool->decoder, bytes + at, len - at, &consumed, &batch, NULL) !=
            WEND_OK) {
            stop("out of memory");
        }
        for (uint32_t i = 0; i < batch.record_count; i++) {
            (void)printf("%" PRIu64 " %zu %s", base + at + batch.records[i].offset,
                         batch.records[i].raw.len,
                         batch.records[i].reject == WEND_REJECT_NONE ? "ok" : "shape");
            for (uint32_t f = 0; f < tool->field_count; f++) {
                print_value(batch.fields[(size_t)i * tool->field_count + f]);
            }
            (void)fputc('\n', stdout);
        }
        at += consumed;
    }
}

/* Each block is copied into memory of its own size, so that a sanitizer sees a step too far. */
static void print_records(struct tool *tool, const uint8_t *bytes, size_t len, size_t block) {
    struct wend_chunker chunker;
    size_t capacity = tool->detected.max_record_bytes + WEND_CHUNKER_SLACK + block;
    size_t base = tool->detected.data_offset;
    size_t filled = 0;
    wend__chunker_init(&chunker, &tool->detected);
    while (base < len) {
        filled = filled + block < capacity ? filled + block : capacity;
        filled = filled < len - base ? filled : len - base;
        struct wend_chunk chunk =
            wend__chunker_next(&chunker, bytes + base, filled, base + filled == len);
        uint8_t *copy = wend__alloc(chunk.take + 1);
        if (copy == NULL) {
            stop("out of memory");
        }
        memcpy(copy, bytes + base + chunk.skip, chunk.take);
        print_block(tool, base + chunk.skip, copy, chunk.take);
        wend__free(copy);
        base += chunk.skip + chunk.take;
        filled -= chunk.skip + chunk.take;
    }
}

static int print_times(const char *unit, const uint8_t *bytes, size_t len) {
    struct wend_time_state state = {WEND_TIME_UNIT_AUTO, false};
    while (strcmp(wend__time_unit_name(state.unit), unit) != 0) {
        if (state.unit == WEND_TIME_UNIT_NANOSECONDS) {
            stop("no such unit");
        }
        state.unit++;
    }
    const uint8_t *at = bytes;
    while (at < bytes + len) {
        const uint8_t *end = memchr(at, '\n', (size_t)(bytes + len - at));
        if (end == NULL) {
            stop("a line without end");
        }
        struct wend_bytes text = wend__bytes(at, (size_t)(end - at));
        int64_t ts_us = 0;
        enum wend_time_result result = wend__time_parse(text, &state, &ts_us);
        if (result == WEND_TIME_NEEDS_UNIT && wend__time_infer(text, &state)) {
            result = wend__time_parse(text, &state, &ts_us);
        }
        if (result == WEND_TIME_OK) {
            (void)printf("%" PRId64 "\n", ts_us);
        } else {
            (void)puts("-");
        }
        at = end + 1;
    }
    return 0;
}

static enum wend_format_kind kind_of(const char *name) {
    if (strcmp(name, "ndjson") == 0) {
        return WEND_FORMAT_NDJSON;
    }
    if (strcmp(name, "csv") == 0) {
        return WEND_FORMAT_DELIMITED;
    }
    if (strcmp(name, "access-log") == 0) {
        return WEND_FORMAT_ACCESS_LOG;
    }
    stop("no such kind");
}

int main(int argc, char **argv) {
    size_t len;
    uint8_t *bytes = read_input(&len);
    struct tool *tool = wend__alloc_zeroed(1, sizeof *tool);
    if (argc == 3 && strcmp(argv[1], "time") == 0) {
        wend__free(tool);
        int status = print_times(argv[2], bytes, len);
        wend__free(bytes);
        return status;
    }
    if (argc < 5 || argc - 5 > MAX_FIELDS || tool == NULL) {
        stop("see the comment in its source");
    }
    struct wend_format format = {.kind = kind_of(argv[1]),
                                 .header = WEND_HEADER_YES,
                                 .separator = (uint8_t)argv[4][0],
                                 .max_record_bytes = (uint32_t)strtoul(argv[2], NULL, 10)};
    for (int i = 5; i < argc; i++) {
        tool->fields[tool->field_count++].name = wend__bytes_text(argv[i]);
    }
    struct wend_error error = {0};
    if (wend__detect(bytes, len, true, &format, &tool->detected, &error) != WEND_OK ||
        wend__decoder_create(tool->fields, tool->field_count, &tool->decoder, &error) != WEND_OK ||
        wend__decoder_set_input(tool->decoder, &tool->detected, &error) != WEND_OK) {
        stop(error.text);
    }
    print_records(tool, bytes, len, strtoul(argv[3], NULL, 10));
    wend__decoder_destroy(tool->decoder);
    wend__detected_deinit(&tool->detected);
    wend__free(tool);
    wend__free(bytes);
    return 0;
}
