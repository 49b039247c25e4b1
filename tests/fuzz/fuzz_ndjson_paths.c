/*
 * The ways through NDJSON against each other: the parser alone, and the fast path at every level of
 * instructions, in several cuts. Each decoder sees the bytes more than once, so that what it has
 * learnt from them is tried on them.
 */
#include "decode_fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_RECORD = 300, FIELD_COUNT = 8 };

static const char *const names[FIELD_COUNT] = {"a",    "b",    "",     "/a/b",
                                               "/a/0", "/b/c", "time", "/context/page/url"};

struct way {
    struct wend_field fields[FIELD_COUNT];
    struct wend_detected detected;
    struct wend_decoder *decoder;
};

/* `level` NULL: the parser alone. */
static void open_way(struct way *way, const char *level) {
    *way = (struct way){.detected = {.kind = WEND_FORMAT_NDJSON, .max_record_bytes = MAX_RECORD}};
    for (uint32_t i = 0; i < FIELD_COUNT; i++) {
        way->fields[i].name = wend__bytes_text(names[i]);
    }
    FUZZ_REQUIRE(setenv("WEND_SIMD", level == NULL ? "" : level, 1) == 0);
    FUZZ_REQUIRE(wend__decoder_create(way->fields, FIELD_COUNT, &way->decoder, NULL) == WEND_OK);
    FUZZ_REQUIRE(wend__decoder_set_input(way->decoder, &way->detected, NULL) == WEND_OK);
    FUZZ_REQUIRE(way->decoder->ndjson != NULL);
    way->decoder->is_plain = level == NULL;
}

/* The bytes, then the bytes again behind a line end, so that a line has others behind it. */
static void expect_same(struct way *way, const uint8_t *twice, size_t size,
                        const struct fuzz_seen *wanted) {
    for (size_t block = 9; block <= 4096; block *= 30) {
        struct fuzz_seen cut =
            fuzz_blocks(way->decoder, FIELD_COUNT, &way->detected, twice, size, block);
        FUZZ_REQUIRE(cut.count == wanted->count && cut.hash == wanted->hash);
        struct fuzz_seen whole = {0};
        fuzz_block(way->decoder, FIELD_COUNT, twice, size, 0, &whole);
        FUZZ_REQUIRE(whole.count == wanted->count && whole.hash == wanted->hash);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct way way;
    struct fuzz_seen wanted = {0};
    uint8_t *twice = wend__alloc(2 * size + 1);
    FUZZ_REQUIRE(twice != NULL);
    if (size > 0) {
        memcpy(twice, data, size);
        memcpy(twice + size + 1, data, size);
    }
    twice[size] = '\n';
    open_way(&way, NULL);
    fuzz_block(way.decoder, FIELD_COUNT, twice, 2 * size + 1, 0, &wanted);
    wend__decoder_destroy(way.decoder);
    for (int level = 0; level < (int)WEND_SIMD_COUNT; level++) {
        open_way(&way, wend__simd_name((enum wend_simd)level));
        expect_same(&way, twice, 2 * size + 1, &wanted);
        wend__decoder_destroy(way.decoder);
    }
    wend__free(twice);
    return 0;
}
