#include "base/memory.h"
#include "decode_fixture.h"

enum { MAX_TEXT = 256, MAX_SEEN = 256 };

/* What a reader of an input sees of it. */
struct seen {
    uint64_t offsets[MAX_SEEN];
    size_t lens[MAX_SEEN];
    bool is_rejected[MAX_SEEN];
    struct wend_bytes first[MAX_SEEN]; /* points into the text, or has no data */
    uint32_t count;
};

static struct wend_field column_1 = {.name = {(const uint8_t *)"column_1", 8}};

/* Decodes a block at `base` of the text; the block is copied in front of an unreadable page. */
static void decode_block(struct wend_decoder *decoder, const uint8_t *text, uint64_t base,
                         const uint8_t *bytes, size_t len, struct seen *seen) {
    struct guarded guarded = guard(bytes, len);
    struct wend_record records[4];
    struct wend_bytes views[4];
    struct wend_batch batch = {records, views, 0, 4, 1};
    size_t at = 0;
    while (at < len) {
        size_t consumed;
        cr_assert_eq(
            wend__decoder_batch(decoder, guarded.bytes + at, len - at, &consumed, &batch, NULL),
            WEND_OK);
        for (uint32_t i = 0; i < batch.record_count; i++) {
            uint32_t n = seen->count++;
            seen->offsets[n] = base + at + records[i].offset;
            seen->lens[n] = records[i].raw.len;
            seen->is_rejected[n] = records[i].reject != WEND_REJECT_NONE;
            seen->first[n] = WEND_BYTES_ABSENT;
            if (views[i].data != NULL && views[i].data >= guarded.bytes &&
                views[i].data < guarded.bytes + len) {
                size_t offset = (size_t)(views[i].data - guarded.bytes);
                seen->first[n] = wend__bytes(text + base + offset, views[i].len);
            }
        }
        at += consumed;
    }
    unguard(&guarded);
}

/*
 * Reads `text` like a reader with room for max_record + slack + block bytes that gets `piece` bytes
 * at a time from below.
 */
static void read_in_blocks(const struct wend_detected *detected, struct wend_decoder *decoder,
                           const uint8_t *text, size_t len, size_t block, size_t piece,
                           struct seen *seen) {
    uint8_t buffer[2 * MAX_TEXT + 64];
    size_t capacity = detected->max_record_bytes + WEND_CHUNKER_SLACK + block;
    struct wend_chunker chunker;
    size_t filled = 0;
    size_t read = 0;   /* of the text, into the buffer */
    uint64_t base = 0; /* where the buffer starts in the text */
    wend__chunker_init(&chunker, detected);
    *seen = (struct seen){0};
    for (;;) {
        size_t more = capacity - filled < piece ? capacity - filled : piece;
        more = more < len - read ? more : len - read;
        memcpy(buffer + filled, text + read, more);
        filled += more;
        read += more;
        bool is_end = read == len;
        struct wend_chunk chunk = wend__chunker_next(&chunker, buffer, filled, is_end);
        size_t used = chunk.skip + chunk.take;
        cr_assert_leq(used, filled);
        cr_assert(used > 0 || filled < capacity || is_end, "a full buffer makes progress");
        decode_block(decoder, text, base + chunk.skip, buffer + chunk.skip, chunk.take, seen);
        memmove(buffer, buffer + used, filled - used);
        filled -= used;
        base += used;
        if (is_end && filled == 0) {
            return;
        }
        cr_assert(!is_end || used > 0, "the end of the input is the end");
    }
}

static bool same(const struct seen *a, const struct seen *b) {
    bool is_same = a->count == b->count;
    for (uint32_t i = 0; is_same && i < a->count; i++) {
        is_same = a->offsets[i] == b->offsets[i] && a->lens[i] == b->lens[i] &&
                  a->is_rejected[i] == b->is_rejected[i] && a->first[i].data == b->first[i].data &&
                  a->first[i].len == b->first[i].len;
    }
    return is_same;
}

static void expect_same_for_all_cuts(const struct wend_detected *detected, const uint8_t *text,
                                     size_t len) {
    struct wend_decoder *decoder;
    struct seen whole = {0};
    struct seen blocks;
    cr_assert_eq(wend__decoder_create(&column_1, 1, &decoder, NULL), WEND_OK);
    cr_assert_eq(wend__decoder_set_input(decoder, detected, NULL), WEND_OK);
    decode_block(decoder, text, 0, text, len, &whole);
    for (size_t block = 1; block <= len + 1; block = block < 8 ? block + 1 : block * 3) {
        for (size_t piece = 1; piece <= 64; piece *= 4) {
            read_in_blocks(detected, decoder, text, len, block, piece, &blocks);
            cr_assert(same(&whole, &blocks), "block %zu piece %zu of \"%.*s\"", block, piece,
                      (int)len, (const char *)text);
        }
    }
    wend__decoder_destroy(decoder);
}

static uint64_t next_random(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void try_random_texts(struct wend_detected detected, const char *alphabet, uint32_t count) {
    uint64_t state = 20240501;
    size_t letters = strlen(alphabet);
    uint8_t text[MAX_TEXT];
    for (uint32_t i = 0; i < count; i++) {
        size_t len = next_random(&state) % 60;
        detected.max_record_bytes = (uint32_t)(1 + next_random(&state) % 12);
        for (size_t k = 0; k < len; k++) {
            text[k] = (uint8_t)alphabet[next_random(&state) % letters];
        }
        expect_same_for_all_cuts(&detected, text, len);
    }
}

static struct wend_bytes names[] = {{(const uint8_t *)"column_1", 8}, {(const uint8_t *)"b", 1}};

Test(decode_chunker, delimited_records_are_the_same_whatever_the_block_size) {
    struct wend_detected detected = {
        .kind = WEND_FORMAT_DELIMITED, .separator = ',', .columns = names, .column_count = 2};
    try_random_texts(detected, "ab,,\"\"\"\n\n\r", 4000);
    try_random_texts(detected, "abc,,,\"\n", 2000);
}

Test(decode_chunker, lines_are_the_same_whatever_the_block_size) {
    struct wend_detected detected = {.kind = WEND_FORMAT_NDJSON};
    try_random_texts(detected, "{}{} \n\n\r\"", 2000);
}

struct expected_record {
    const char *raw;
    bool is_rejected;
};

static void expect_records(uint32_t max_record, const char *text,
                           const struct expected_record *expected, uint32_t count) {
    struct wend_detected detected = {.kind = WEND_FORMAT_DELIMITED,
                                     .separator = ',',
                                     .columns = names,
                                     .column_count = 2,
                                     .max_record_bytes = max_record};
    struct wend_decoder *decoder;
    struct seen seen = {0};
    size_t len = strlen(text);
    cr_assert_eq(wend__decoder_create(&column_1, 1, &decoder, NULL), WEND_OK);
    cr_assert_eq(wend__decoder_set_input(decoder, &detected, NULL), WEND_OK);
    decode_block(decoder, (const uint8_t *)text, 0, (const uint8_t *)text, len, &seen);
    cr_assert_eq(seen.count, count, "%u records of \"%s\"", seen.count, text);
    for (uint32_t i = 0; i < count; i++) {
        struct wend_bytes raw = wend__bytes(text + seen.offsets[i], seen.lens[i]);
        cr_assert(wend__bytes_is(raw, expected[i].raw), "record %u of \"%s\" is \"%.*s\"", i, text,
                  (int)raw.len, (const char *)raw.data);
        cr_assert_eq(seen.is_rejected[i], expected[i].is_rejected, "record %u of \"%s\"", i, text);
    }
    wend__decoder_destroy(decoder);
    expect_same_for_all_cuts(&detected, (const uint8_t *)text, len);
}

#define RECORDS(max_record, text, ...)                                                             \
    do {                                                                                           \
        static const struct expected_record table[] = {__VA_ARGS__};                               \
        expect_records(max_record, text, table, sizeof table / sizeof *table);                     \
    } while (0)

Test(decode_chunker, line_breaks_inside_quotes_belong_to_the_record) {
    RECORDS(40, "a,b\n\"c\nd\",e\nf,g\n", {"a,b", false}, {"\"c\nd\",e", false}, {"f,g", false});
    RECORDS(40, "\"a\r\n\"\"\r\n\",\"b\"\r\nc,d", {"\"a\r\n\"\"\r\n\",\"b\"", false},
            {"c,d", false});
    RECORDS(40, "a\"\n,b\nc,d\"\n", {"a\"", true}, {",b", false}, {"c,d\"", false});
}

Test(decode_chunker, an_unclosed_quote_ends_at_its_first_line_break) {
    RECORDS(40, "a,\"b\nc,d\ne,f\n", {"a,\"b", true}, {"c,d", false}, {"e,f", false});
    RECORDS(10, "a,\"b\nc,d\ne,f\ng,h\ni,\"j\"\n", {"a,\"b", true}, {"c,d", false}, {"e,f", false},
            {"g,h", false}, {"i,\"j\"", false});
    RECORDS(40, "a,\"b", {"a,\"b", true});
    RECORDS(40, "\"a\nb\",\"c\nd,e\n", {"\"a", true}, {"b\",\"c", true}, {"d,e", false});
}

Test(decode_chunker, a_quote_closes_within_the_limit_or_not_at_all) {
    /* Ten bytes up to and with the closing quote; then eleven. */
    RECORDS(10, "a,\"b\nc\nde\"\nf,g\n", {"a,\"b\nc\nde\"", false}, {"f,g", false});
    RECORDS(10, "a,\"b\nc\ndef\"\nf,g\n", {"a,\"b", true}, {"c", true}, {"def\"", true},
            {"f,g", false});
    /* A doubled quote across the limit closes nothing. */
    RECORDS(10, "a,\"b\nc\nde\"\"\nf,g\n", {"a,\"b", true}, {"c", true}, {"de\"\"", true},
            {"f,g", false});
}

Test(decode_chunker, an_over_long_record_ends_at_the_next_line_break_and_quotes_count_no_more) {
    RECORDS(5, "aaaaaaaaaaaa,\"b\nc,d\ne,f\n", {"aaaaa", true}, {"c,d", false}, {"e,f", false});
    RECORDS(5, "a,bcd\ne,fghi\nj,k\n", {"a,bcd", false}, {"e,fgh", true}, {"j,k", false});
    RECORDS(5, "a,bcd\r\ne,fghi\r\nj,k\r\n", {"a,bcd", false}, {"e,fgh", true}, {"j,k", false});
    RECORDS(5, "\"aaaaaaaaaaaaaaaa\nb,c\n", {"\"aaaa", true}, {"b,c", false});
}

Test(decode_chunker, a_line_of_megabytes_passes_through_a_small_buffer) {
    enum { MAX_RECORD = 1000, BLOCK = 1024, LINE = 5000000 };
    struct wend_detected detected = {.kind = WEND_FORMAT_NDJSON, .max_record_bytes = MAX_RECORD};
    struct wend_chunker chunker;
    uint8_t buffer[MAX_RECORD + WEND_CHUNKER_SLACK + BLOCK];
    static const char tail[] = "\n{\"a\":1}\n";
    size_t total = LINE + sizeof tail - 1;
    size_t filled = 0;
    size_t read = 0;
    size_t taken = 0;
    size_t skipped = 0;
    uint32_t cuts = 0;
    wend__chunker_init(&chunker, &detected);
    while (read < total || filled > 0) {
        while (filled < sizeof buffer && read < total) {
            buffer[filled++] = read < LINE ? 'x' : (uint8_t)tail[read - LINE];
            read++;
        }
        struct wend_chunk chunk = wend__chunker_next(&chunker, buffer, filled, read == total);
        cr_assert_gt(chunk.skip + chunk.take, 0);
        taken += chunk.take;
        skipped += chunk.skip;
        cuts += chunk.is_cut;
        filled -= chunk.skip + chunk.take;
        memmove(buffer, buffer + chunk.skip + chunk.take, filled);
    }
    cr_assert_eq(cuts, 1);
    cr_assert_eq(taken, MAX_RECORD + WEND_CHUNKER_SLACK + 8);
    cr_assert_eq(taken + skipped, total);
}
