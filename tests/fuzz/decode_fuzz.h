/*
 * decode_fuzz.h: decodes any bytes whole and in blocks, record by record and by windows at each
 * level of instructions, and holds all to the same records.
 *
 * The bytes of each block are in memory of just their size, so that a sanitizer sees a step too
 * far.
 */
#ifndef WEND_TESTS_DECODE_FUZZ_H
#define WEND_TESTS_DECODE_FUZZ_H

#include "base/hash.h"
#include "base/memory.h"
#include "decode/decoder_internal.h"

#include <stdlib.h>

/* Holds in every build, also where assertions are off. */
#define FUZZ_REQUIRE(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

enum { FUZZ_RECORDS = 5, FUZZ_FIELDS = 8 };

/* What was seen of the records: their number, and a hash over places, verdicts and values. */
struct fuzz_seen {
    uint64_t count;
    uint64_t good;
    uint64_t hash;
};

static inline void fuzz_mix(struct fuzz_seen *seen, uint64_t value) {
    seen->hash = wend__hash_mix(seen->hash ^ value) + value;
}

static inline void fuzz_block(struct wend_decoder *decoder, uint32_t field_count,
                              const uint8_t *bytes, size_t len, uint64_t base,
                              struct fuzz_seen *seen) {
    struct wend_record records[FUZZ_RECORDS];
    struct wend_bytes views[FUZZ_RECORDS * FUZZ_FIELDS];
    struct wend_batch batch = {records, views, 0, FUZZ_RECORDS, field_count};
    uint8_t *copy = wend__alloc(len == 0 ? 1 : len);
    FUZZ_REQUIRE(copy != NULL);
    memcpy(copy, bytes, len);
    size_t at = 0;
    while (at < len) {
        size_t consumed = 0;
        enum wend_status status =
            wend__decoder_batch(decoder, copy + at, len - at, &consumed, &batch, NULL);
        FUZZ_REQUIRE(status == WEND_OK && consumed > 0 && consumed <= len - at);
        for (uint32_t i = 0; i < batch.record_count; i++) {
            seen->count++;
            seen->good += records[i].reject == WEND_REJECT_NONE;
            fuzz_mix(seen, base + at + records[i].offset);
            fuzz_mix(seen, records[i].raw.len);
            fuzz_mix(seen, records[i].reject);
            for (uint32_t f = 0; f < field_count; f++) {
                struct wend_bytes value = views[i * field_count + f];
                FUZZ_REQUIRE(value.data == NULL ? value.len == 0 : value.len > 0);
                FUZZ_REQUIRE(value.data == NULL || records[i].reject == WEND_REJECT_NONE);
                fuzz_mix(seen, value.data == NULL ? 0 : wend__hash64(value, 1));
            }
        }
        at += consumed;
    }
    wend__free(copy);
}

static inline struct fuzz_seen fuzz_blocks(struct wend_decoder *decoder, uint32_t field_count,
                                           const struct wend_detected *detected,
                                           const uint8_t *bytes, size_t len, size_t block) {
    struct fuzz_seen seen = {0};
    struct wend_chunker chunker;
    size_t capacity = detected->max_record_bytes + WEND_CHUNKER_SLACK + block;
    size_t base = detected->data_offset;
    size_t filled = 0;
    wend__chunker_init(&chunker, detected);
    while (base < len) {
        filled = filled + block < capacity ? filled + block : capacity;
        filled = filled < len - base ? filled : len - base;
        bool is_end = base + filled == len;
        struct wend_chunk chunk = wend__chunker_next(&chunker, bytes + base, filled, is_end);
        FUZZ_REQUIRE(chunk.skip + chunk.take > 0 || (filled < capacity && !is_end));
        fuzz_block(decoder, field_count, bytes + base + chunk.skip, chunk.take, base + chunk.skip,
                   &seen);
        base += chunk.skip + chunk.take;
        filled -= chunk.skip + chunk.take;
    }
    return seen;
}

/* Detects by `format`, then decodes in several block sizes; `names` has field_count names. */
static inline struct fuzz_seen fuzz_decode(const struct wend_format *format,
                                           const char *const *names, uint32_t field_count,
                                           const uint8_t *bytes, size_t len) {
    struct wend_field fields[FUZZ_FIELDS] = {0};
    struct wend_detected detected;
    struct wend_decoder *decoder = NULL;
    struct fuzz_seen whole = {0};
    for (uint32_t i = 0; i < field_count; i++) {
        fields[i].name = wend__bytes_text(names[i]);
    }
    if (wend__detect(bytes, len, true, format, &detected, NULL) == WEND_OK) {
        enum wend_status status = wend__decoder_create(fields, field_count, &decoder, NULL);
        FUZZ_REQUIRE(status == WEND_OK);
        status = wend__decoder_set_input(decoder, &detected, NULL);
        FUZZ_REQUIRE(status == WEND_OK);
        decoder->is_plain = true;
        fuzz_block(decoder, field_count, bytes + detected.data_offset, len - detected.data_offset,
                   detected.data_offset, &whole);
        decoder->is_plain = false;
        for (int level = (int)decoder->level; level >= 0; level--) {
            struct fuzz_seen seen = {0};
            decoder->index->level = (enum wend_simd)level;
            fuzz_block(decoder, field_count, bytes + detected.data_offset,
                       len - detected.data_offset, detected.data_offset, &seen);
            FUZZ_REQUIRE(seen.count == whole.count && seen.hash == whole.hash);
        }
        decoder->index->level = decoder->level;
        for (size_t block = 1; block <= 64; block *= 8) {
            struct fuzz_seen cut = fuzz_blocks(decoder, field_count, &detected, bytes, len, block);
            FUZZ_REQUIRE(cut.count == whole.count && cut.hash == whole.hash);
        }
        wend__decoder_destroy(decoder);
    }
    wend__detected_deinit(&detected);
    return whole;
}

#endif
