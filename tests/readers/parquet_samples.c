#include "parquet_samples.h"

#include "base/number.h"
#include "base/utf8.h"
#include "parquet/writer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

void print_text(FILE *out, struct wend_bytes text) {
    fputc('"', out);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c == '"' || c == '\\') {
            fprintf(out, "\\%c", c);
        } else if (c < 0x20) {
            fprintf(out, "\\u%04x", c);
        } else {
            fputc(c, out);
        }
    }
    fputc('"', out);
}

void print_hex(FILE *out, struct wend_bytes bytes) {
    fputc('"', out);
    for (size_t i = 0; i < bytes.len; i++) {
        fprintf(out, "%02x", bytes.data[i]);
    }
    fputc('"', out);
}

void print_double(FILE *out, double value) {
    if (isfinite(value)) {
        fprintf(out, "%.17g", value);
    } else {
        fputs(isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"", out);
    }
}

void print_int128(FILE *out, wend_int128 value) {
    struct wend_buffer text = {0};
    if (!wend__append_int128(&text, value)) {
        abort();
    }
    fprintf(out, "\"%.*s\"", (int)text.len, (const char *)text.data);
    wend__buffer_deinit(&text);
}

/* Puts a row into the file and its JSON beside it. */
struct sample {
    struct wend_parquet_writer *writer;
    FILE *file;
    FILE *rows;
    uint32_t column;
    uint64_t random;
};

static void die(const char *what) {
    fprintf(stderr, "parquet_samples: %s\n", what);
    exit(1);
}

static enum wend_status write_file(void *context, const void *data, size_t len,
                                   struct wend_error *error) {
    (void)error;
    return fwrite(data, 1, len, (FILE *)context) == len ? WEND_OK : WEND_ERROR_IO;
}

static FILE *open_beside(const char *directory, const char *name, const char *suffix) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s%s", directory, name, suffix) >= (int)sizeof path) {
        die("the path is too long");
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        die(path);
    }
    return file;
}

static struct sample start(const char *directory, const char *name,
                           const struct wend_parquet_column *columns, uint32_t column_count,
                           const struct wend_parquet_options *options) {
    struct sample sample = {.random = 88172645463325252U};
    sample.file = open_beside(directory, name, ".parquet");
    sample.rows = open_beside(directory, name, ".jsonl");
    struct wend_parquet_sink sink = {write_file, sample.file};
    struct wend_error error = {0};
    if (wend__parquet_writer_create(columns, column_count, options, sink, &sample.writer, &error) !=
        WEND_OK) {
        die(error.text);
    }
    return sample;
}

static void end(struct sample *sample) {
    struct wend_error error = {0};
    if (wend__parquet_finish(sample->writer, NULL, &error) != WEND_OK) {
        die(error.text);
    }
    wend__parquet_writer_destroy(sample->writer);
    if (fclose(sample->file) != 0 || fclose(sample->rows) != 0) {
        die("cannot write");
    }
}

static uint64_t next_random(struct sample *sample) {
    sample->random ^= sample->random << 13;
    sample->random ^= sample->random >> 7;
    sample->random ^= sample->random << 17;
    return sample->random;
}

static uint32_t next_column(struct sample *sample) {
    fputs(sample->column == 0 ? "[" : ",", sample->rows);
    return sample->column++;
}

static void end_row(struct sample *sample) {
    struct wend_error error = {0};
    fputs("]\n", sample->rows);
    sample->column = 0;
    if (wend__parquet_end_row(sample->writer, &error) != WEND_OK) {
        die(error.text);
    }
}

static void put_null(struct sample *sample) {
    wend__parquet_put_null(sample->writer, next_column(sample));
    fputs("null", sample->rows);
}

static void put_int64(struct sample *sample, int64_t value) {
    wend__parquet_put_int64(sample->writer, next_column(sample), value);
    fprintf(sample->rows, "%" PRId64, value);
}

static void put_double(struct sample *sample, double value) {
    wend__parquet_put_double(sample->writer, next_column(sample), value);
    print_double(sample->rows, value);
}

static void put_text(struct sample *sample, struct wend_bytes value) {
    wend__parquet_put_text(sample->writer, next_column(sample), value);
    struct wend_buffer clean = {0};
    if (!wend__utf8_append_clean(&clean, value)) {
        die("out of memory");
    }
    print_text(sample->rows, wend__buffer_view(&clean));
    wend__buffer_deinit(&clean);
}

static void put_binary(struct sample *sample, struct wend_bytes value) {
    wend__parquet_put_binary(sample->writer, next_column(sample), value);
    print_hex(sample->rows, value);
}

static void put_decimal18(struct sample *sample, int64_t value) {
    wend__parquet_put_decimal18(sample->writer, next_column(sample), value);
    print_int128(sample->rows, value);
}

static void put_decimal38(struct sample *sample, wend_int128 value) {
    wend__parquet_put_decimal38(sample->writer, next_column(sample), value);
    print_int128(sample->rows, value);
}

static void put_list(struct sample *sample, const struct wend_bytes *items, uint32_t count) {
    wend__parquet_put_list(sample->writer, next_column(sample), items, count);
    fputc('[', sample->rows);
    for (uint32_t i = 0; i < count; i++) {
        fputs(i == 0 ? "" : ",", sample->rows);
        print_text(sample->rows, items[i]);
    }
    fputc(']', sample->rows);
}

static const char *const words[] = {
    "home",        "search",           "product", "cart",
    "caf\xC3\xA9", "\xF0\x9F\x98\x80", "",        "a \"quoted\" \\ name"};
#define WORD_COUNT (sizeof words / sizeof *words)

static struct wend_bytes random_word(struct sample *sample) {
    return wend__bytes_text(words[next_random(sample) % WORD_COUNT]);
}

static void put_random_list(struct sample *sample) {
    struct wend_bytes items[40];
    uint64_t roll = next_random(sample) % 100;
    uint32_t count = roll < 20 ? 0 : roll == 99 ? 40 : (uint32_t)(roll % 6);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = random_word(sample);
    }
    put_list(sample, items, count);
}

static wend_int128 decimal38_max(void) {
    wend_int128 value = 0;
    for (int i = 0; i < 38; i++) {
        value = value * 10 + 9;
    }
    return value;
}

/* One value of each type, null with a chance of 1 in `null_in` (0: never). */
static void put_all_types(struct sample *sample, uint64_t row, uint64_t null_in) {
    bool is_null[7];
    for (size_t i = 0; i < 7; i++) {
        is_null[i] = null_in > 0 && next_random(sample) % null_in == 0;
    }
    uint64_t bits = next_random(sample);
    char text[64];
    int len = snprintf(text, sizeof text, "customer-%05" PRIu64, bits % 30000);
    is_null[0] ? put_null(sample) : put_int64(sample, (int64_t)(bits % 1000) - 500);
    is_null[1] ? put_null(sample) : put_double(sample, (double)(int64_t)bits / 1e9);
    is_null[2] ? put_null(sample) : put_text(sample, wend__bytes(text, (size_t)len));
    is_null[3] ? put_null(sample) : put_binary(sample, wend__bytes(&bits, bits % 9));
    is_null[4] ? put_null(sample) : put_int64(sample, 1700000000000000 + (int64_t)row * 1000);
    is_null[5] ? put_null(sample) : put_decimal18(sample, (int64_t)(bits % 2000000) - 1000000);
    is_null[6]
        ? put_null(sample)
        : put_decimal38(sample, (wend_int128)(int64_t)bits * (INT64_C(1) << 40) + (int64_t)row);
    put_random_list(sample);
}

static void all_types(const char *directory, const char *name, bool is_nullable,
                      const struct wend_parquet_options *options, uint64_t rows) {
    struct wend_parquet_column columns[] = {
        {"count", WEND_PARQUET_INT64, is_nullable, false},
        {"seconds", WEND_PARQUET_DOUBLE, is_nullable, false},
        {"customer", WEND_PARQUET_TEXT, is_nullable, true},
        {"sketch", WEND_PARQUET_BINARY, is_nullable, false},
        {"started_at", WEND_PARQUET_TIMESTAMP_US, is_nullable, false},
        {"value", WEND_PARQUET_DECIMAL18_4, is_nullable, false},
        {"value_sum", WEND_PARQUET_DECIMAL38_4, is_nullable, false},
        {"steps", WEND_PARQUET_TEXT_LIST, false, false},
    };
    struct sample sample = start(directory, name, columns, 8, options);
    for (uint64_t row = 0; row < rows; row++) {
        put_all_types(&sample, row, is_nullable ? 5 : 0);
        end_row(&sample);
    }
    end(&sample);
}

static void extremes(const char *directory) {
    static const int64_t integers[] = {INT64_MIN, INT64_MAX, 0, -1, 1};
    static const double doubles[] = {-0.0, 0.0, 5e-324, 1.7976931348623157e308, -1.5};
    static const char *const texts[] = {"", "\x01\x7F", "bad \xFF\xC3", "z", "\xF4\x8F\xBF\xBF"};
    struct wend_parquet_column columns[] = {
        {"integer", WEND_PARQUET_INT64, false, true},
        {"real", WEND_PARQUET_DOUBLE, true, false},
        {"text", WEND_PARQUET_TEXT, false, true},
        {"value", WEND_PARQUET_DECIMAL18_4, true, false},
        {"value_sum", WEND_PARQUET_DECIMAL38_4, true, true},
    };
    struct sample sample = start(directory, "extremes", columns, 5, NULL);
    for (size_t i = 0; i < 5; i++) {
        put_int64(&sample, integers[i]);
        put_double(&sample, doubles[i]);
        put_text(&sample, wend__bytes_text(texts[i]));
        put_decimal18(&sample, i % 2 == 0 ? 999999999999999999 : -999999999999999999);
        put_decimal38(&sample, i % 2 == 0 ? decimal38_max() : -decimal38_max());
        end_row(&sample);
    }
    end(&sample);
}

/* Nulls, then few values, then more distinct texts than a dictionary holds. */
static void dictionaries(const char *directory) {
    struct wend_parquet_column columns[] = {
        {"grows", WEND_PARQUET_TEXT, true, true},      {"same", WEND_PARQUET_TEXT, false, false},
        {"null", WEND_PARQUET_INT64, true, false},     {"number", WEND_PARQUET_INT64, false, true},
        {"list", WEND_PARQUET_TEXT_LIST, false, true},
    };
    struct wend_parquet_options options = {
        .page_rows = 3000, .dictionary_bytes = 40000, .dictionary_entries = 5000};
    struct sample sample = start(directory, "dictionaries", columns, 5, &options);
    for (uint64_t row = 0; row < 30000; row++) {
        char text[64];
        uint64_t distinct = row < 20000 ? row % 50 : row;
        int len = snprintf(text, sizeof text, "/page/%" PRIu64, distinct);
        struct wend_bytes items[3];
        for (size_t i = 0; i < 3; i++) {
            items[i] = wend__bytes(text, (size_t)len);
        }
        row < 7000 ? put_null(&sample) : put_text(&sample, items[0]);
        put_text(&sample, wend__bytes_text("journey"));
        put_null(&sample);
        put_int64(&sample, (int64_t)distinct * 3);
        put_list(&sample, items, (uint32_t)(row % 4));
        end_row(&sample);
    }
    end(&sample);
}

/* Texts around the 64 bytes to which minimum and maximum are cut. */
static void long_texts(const char *directory) {
    struct wend_parquet_column columns[] = {{"ascii", WEND_PARQUET_TEXT, false, false},
                                            {"accents", WEND_PARQUET_TEXT, false, false},
                                            {"highest", WEND_PARQUET_TEXT, false, false},
                                            {"huge", WEND_PARQUET_TEXT, true, false}};
    struct wend_parquet_options options = {.page_rows = 10};
    struct sample sample = start(directory, "long_texts", columns, 4, &options);
    char *huge = malloc(3000000);
    if (huge == NULL) {
        die("out of memory");
    }
    for (size_t row = 0; row < 100; row++) {
        char ascii[101];
        char accents[203];
        char highest[404];
        memset(ascii, 'a' + (int)(row % 26), row + 1);
        for (size_t i = 0; i <= row; i++) {
            memcpy(accents + 1 + i * 2, "\xC3\xA9", 2);
            memcpy(highest + i * 4, "\xF4\x8F\xBF\xBF", 4);
        }
        accents[0] = (char)('a' + (int)(row % 2));
        memset(huge, 'h', 3000000);
        put_text(&sample, wend__bytes(ascii, row + 1));
        put_text(&sample, wend__bytes(accents, row * 2 + 3));
        put_text(&sample, wend__bytes(highest, row * 4 + 4));
        row == 50 ? put_text(&sample, wend__bytes(huge, 3000000)) : put_null(&sample);
        end_row(&sample);
    }
    free(huge);
    end(&sample);
}

/* Rows in the order that the file names, with metadata of its own. */
static void sorted(const char *directory) {
    struct wend_parquet_column columns[] = {{"scope", WEND_PARQUET_TEXT, false, false},
                                            {"channel", WEND_PARQUET_TEXT, true, false},
                                            {"units", WEND_PARQUET_INT64, false, false}};
    static const struct wend_parquet_key_value key_values[] = {{"wend.table", "paths"},
                                                               {"note", "caf\xC3\xA9"}};
    static const uint32_t order[] = {0, 1};
    struct wend_parquet_options options = {.page_rows = 100,
                                           .row_group_rows = 1000,
                                           .created_by = "wend version 1.2.3 (build abc)",
                                           .key_values = key_values,
                                           .key_value_count = 2,
                                           .sorting_columns = order,
                                           .sorting_column_count = 2};
    struct sample sample = start(directory, "sorted", columns, 3, &options);
    for (uint64_t row = 0; row < 2500; row++) {
        char channel[32];
        int len = snprintf(channel, sizeof channel, "channel %04" PRIu64, row);
        put_text(&sample, wend__bytes_text(row < 1200 ? "journey" : "session"));
        row % 1200 < 100 ? put_null(&sample) : put_text(&sample, wend__bytes(channel, (size_t)len));
        put_int64(&sample, (int64_t)row);
        end_row(&sample);
    }
    end(&sample);
}

bool write_samples(const char *directory) {
    struct wend_parquet_options small = {
        .page_rows = 700, .row_group_rows = 6000, .page_bytes = 20000, .dictionary_bytes = 30000};
    struct wend_parquet_options small_groups = {.row_group_bytes = 100000, .page_rows = 100};
    all_types(directory, "required", false, NULL, 25000);
    all_types(directory, "nullable", true, NULL, 25000);
    all_types(directory, "small_pages", true, &small, 20000);
    all_types(directory, "small_groups", false, &small_groups, 5000);
    all_types(directory, "one_row", false, NULL, 1);
    all_types(directory, "empty", true, NULL, 0);
    extremes(directory);
    dictionaries(directory);
    long_texts(directory);
    sorted(directory);
    return true;
}
