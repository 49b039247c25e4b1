/* The serialised form of a sketch; the header of sketch.h draws it. */
#include "ds/sketch.h"

/* A bucket or a distance below 3712 takes at most 2 bytes, a count below 2^48 at most 7. */
enum { PAIR_BYTES_MAX = 9, PAIR_COUNT_BYTES_MAX = 2 };

static size_t write_leb128(uint8_t *out, uint64_t number) {
    size_t len = 0;
    while (number >= 0x80) {
        out[len++] = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    out[len++] = (uint8_t)number;
    return len;
}

bool wend__sketch_serialise(const struct wend_sketch *sketch, struct wend_buffer *out) {
    uint32_t pairs = 0;
    uint32_t position = 0;
    uint32_t bucket;
    uint64_t count;
    while (wend__sketch_next(sketch, &position, &bucket, &count)) {
        pairs += 1;
    }
    if (!wend__buffer_reserve(out, PAIR_COUNT_BYTES_MAX + (size_t)pairs * PAIR_BYTES_MAX)) {
        return false;
    }
    uint8_t *at = out->data + out->len;
    at += write_leb128(at, pairs);
    uint32_t before = 0;
    position = 0;
    while (wend__sketch_next(sketch, &position, &bucket, &count)) {
        at += write_leb128(at, bucket - before);
        at += write_leb128(at, count);
        before = bucket;
    }
    out->len = (size_t)(at - out->data);
    return true;
}

/* Takes a number in its shortest form off the front; false when there is none below 2^63. */
static bool read_leb128(struct wend_bytes *bytes, uint64_t *number) {
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes->len && i < 9; i++) {
        uint8_t byte = bytes->data[i];
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            bytes->data += i + 1;
            bytes->len -= i + 1;
            *number = value;
            return i == 0 || byte != 0;
        }
    }
    return false;
}

static enum wend_status damaged(struct wend_error *error, const char *what) {
    return wend__fail(error, WEND_ERROR_IO,
                      "damaged sketch: %s; write the snapshot that holds it anew", what);
}

/* Takes one pair off the front and adds it. */
static enum wend_status read_pair(struct wend_sketch *sketch, struct wend_bytes *bytes, bool first,
                                  uint64_t *bucket, struct wend_error *error) {
    uint64_t distance;
    uint64_t count;
    if (!read_leb128(bytes, &distance) || !read_leb128(bytes, &count)) {
        return damaged(error, "a pair is cut off or badly written");
    }
    if (distance >= WEND_SKETCH_BUCKETS - *bucket || (distance == 0 && !first)) {
        return damaged(error, "its buckets do not ascend or do not exist");
    }
    if (count == 0) {
        return damaged(error, "a bucket has no value");
    }
    if (count > WEND_SKETCH_MAX_COUNT - wend__sketch_count(sketch)) {
        return damaged(error, "it counts more values than a sketch can hold");
    }
    *bucket += distance;
    int64_t value = wend__sketch_bucket_value((uint32_t)*bucket);
    return wend__sketch_add_count(sketch, value, count) ? WEND_OK : wend__fail_memory(error);
}

static enum wend_status read_all(struct wend_sketch *sketch, struct wend_bytes bytes,
                                 struct wend_error *error) {
    uint64_t pairs;
    if (!read_leb128(&bytes, &pairs) || pairs > WEND_SKETCH_BUCKETS) {
        return damaged(error, "its number of pairs is cut off or too large");
    }
    uint64_t bucket = 0;
    for (uint64_t i = 0; i < pairs; i++) {
        WEND_TRY(read_pair(sketch, &bytes, i == 0, &bucket, error));
    }
    return bytes.len == 0 ? WEND_OK : damaged(error, "there are bytes behind its last pair");
}

enum wend_status wend__sketch_merge_serialised(struct wend_sketch *sketch, struct wend_bytes bytes,
                                               struct wend_error *error) {
    struct wend_sketch read = {0};
    enum wend_status status = read_all(&read, bytes, error);
    if (status == WEND_OK &&
        wend__sketch_count(&read) > WEND_SKETCH_MAX_COUNT - wend__sketch_count(sketch)) {
        status = wend__fail(error, WEND_ERROR_LIMIT,
                            "a sketch would hold more than %llu values; merge fewer snapshots",
                            (unsigned long long)WEND_SKETCH_MAX_COUNT);
    }
    if (status == WEND_OK && !wend__sketch_merge(sketch, &read)) {
        status = wend__fail_memory(error);
    }
    wend__sketch_deinit(&read);
    return status;
}
