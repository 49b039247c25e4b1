/* Parquet files of any bytes: opened, and read as far as is worth it, twice with the same rows. */
#include "decode_fuzz.h"
#include "parquet/reader.h"

/* A few bytes may stand for billions of rows. */
enum { FUZZ_ROWS = 2000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mix_bytes(struct fuzz_seen *seen, struct wend_bytes bytes) {
    fuzz_mix(seen, bytes.data == NULL ? 0 : wend__hash64(bytes, 1));
}

static void mix_value(struct fuzz_seen *seen, const struct wend_parquet_field *field,
                      const struct wend_parquet_value *value) {
    uint64_t bits;
    if (value->is_null) {
        fuzz_mix(seen, 1);
        return;
    }
    switch (field->kind) {
    case WEND_PARQUET_VALUE_BOOL:
        fuzz_mix(seen, value->boolean);
        break;
    case WEND_PARQUET_VALUE_INT64:
        fuzz_mix(seen, (uint64_t)value->integer);
        break;
    case WEND_PARQUET_VALUE_DOUBLE:
        memcpy(&bits, &value->number, sizeof bits);
        fuzz_mix(seen, bits);
        break;
    case WEND_PARQUET_VALUE_INT128:
        fuzz_mix(seen, (uint64_t)value->big);
        break;
    case WEND_PARQUET_VALUE_BYTES:
        FUZZ_REQUIRE(value->bytes.data != NULL);
        mix_bytes(seen, value->bytes);
        break;
    case WEND_PARQUET_VALUE_LIST:
        for (uint32_t i = 0; i < value->item_count; i++) {
            mix_bytes(seen, value->items[i]);
        }
        break;
    }
}

static struct fuzz_seen read_rows(const uint8_t *data, size_t size) {
    struct fuzz_seen seen = {0};
    struct wend_error error = {0};
    struct wend_parquet_reader *reader;
    bool found = true;
    enum wend_status status =
        wend__parquet_reader_open_memory(wend__bytes(data, size), &reader, &error);
    FUZZ_REQUIRE((reader != NULL) == (status == WEND_OK));
    uint32_t field_count = reader == NULL ? 0 : wend__parquet_reader_field_count(reader);
    for (uint32_t i = 0; i < field_count; i++) {
        mix_bytes(&seen, wend__bytes_text(wend__parquet_reader_field(reader, i)->name));
        if (wend__parquet_reader_field(reader, i)->unsupported != NULL) {
            wend__parquet_reader_skip(reader, i);
        }
    }
    while (status == WEND_OK && found && seen.count < FUZZ_ROWS) {
        status = wend__parquet_reader_next(reader, &found, &error);
        for (uint32_t i = 0; i < field_count && status == WEND_OK && found; i++) {
            mix_value(&seen, wend__parquet_reader_field(reader, i),
                      wend__parquet_reader_value(reader, i));
        }
        seen.count += found;
    }
    FUZZ_REQUIRE(status == WEND_OK || (error.status == status && error.text[0] != '\0'));
    wend__parquet_reader_close(reader);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_seen first = read_rows(data, size);
    struct fuzz_seen second = read_rows(data, size);
    FUZZ_REQUIRE(first.count == second.count && first.hash == second.hash);
    return 0;
}
