/* Payloads of aggregate rows: see schema.h. Native byte order: they never leave the machine. */
#include "model/schema.h"

static size_t fixed_bytes(const struct wend_payload_shape *shape) {
    return shape->count_count * sizeof(uint64_t) +
           ((shape->has_value_sum ? 1U : 0U) + (shape->has_time_sum ? 1U : 0U)) *
               sizeof(wend_int128);
}

bool wend__payload_write(struct wend_buffer *out, const struct wend_payload_shape *shape,
                         const struct wend_payload *payload, const struct wend_sketch *sketch) {
    static const struct wend_sketch nothing = {0};
    bool done =
        wend__buffer_append(out, payload->counts, shape->count_count * sizeof *payload->counts);
    if (shape->has_value_sum) {
        done = done && wend__buffer_append(out, &payload->value_sum, sizeof payload->value_sum);
    }
    if (shape->has_time_sum) {
        done = done && wend__buffer_append(out, &payload->time_sum, sizeof payload->time_sum);
    }
    if (shape->has_sketch) {
        done = done && wend__sketch_serialise(sketch == NULL ? &nothing : sketch, out);
    }
    return done;
}

bool wend__payload_read(struct wend_bytes bytes, const struct wend_payload_shape *shape,
                        struct wend_payload *payload) {
    *payload = (struct wend_payload){0};
    size_t fixed = fixed_bytes(shape);
    if (bytes.len < fixed || (!shape->has_sketch && bytes.len != fixed)) {
        return false;
    }
    const uint8_t *at = bytes.data;
    memcpy(payload->counts, at, shape->count_count * sizeof *payload->counts);
    at += shape->count_count * sizeof *payload->counts;
    if (shape->has_value_sum) {
        memcpy(&payload->value_sum, at, sizeof payload->value_sum);
        at += sizeof payload->value_sum;
    }
    if (shape->has_time_sum) {
        memcpy(&payload->time_sum, at, sizeof payload->time_sum);
        at += sizeof payload->time_sum;
    }
    payload->sketch = wend__bytes(at, bytes.len - fixed);
    return true;
}

static enum wend_status combine_sketches(struct wend_bytes a, struct wend_bytes b,
                                         struct wend_buffer *out, struct wend_error *error) {
    struct wend_sketch sketch = {0};
    enum wend_status status = wend__sketch_merge_serialised(&sketch, a, error);
    if (status == WEND_OK) {
        status = wend__sketch_merge_serialised(&sketch, b, error);
    }
    if (status == WEND_OK && !wend__sketch_serialise(&sketch, out)) {
        status = wend__fail_memory(error);
    }
    wend__sketch_deinit(&sketch);
    return status;
}

enum wend_status wend__payload_combine(void *context, struct wend_buffer *accumulated,
                                       struct wend_bytes payload, struct wend_error *error) {
    const struct wend_payload_shape *shape = context;
    struct wend_payload sum;
    struct wend_payload more;
    if (!wend__payload_read(wend__buffer_view(accumulated), shape, &sum) ||
        !wend__payload_read(payload, shape, &more)) {
        return wend__fail(error, WEND_ERROR_IO, "a row of a temporary file is damaged");
    }
    for (uint32_t i = 0; i < shape->count_count; i++) {
        sum.counts[i] += more.counts[i];
    }
    sum.value_sum += more.value_sum;
    sum.time_sum += more.time_sum;
    struct wend_buffer sketch = {0};
    if (shape->has_sketch) {
        enum wend_status status = combine_sketches(sum.sketch, more.sketch, &sketch, error);
        if (status != WEND_OK) {
            wend__buffer_deinit(&sketch);
            return status;
        }
    }
    struct wend_payload_shape fixed = *shape;
    fixed.has_sketch = false;
    wend__buffer_clear(accumulated);
    bool done = wend__payload_write(accumulated, &fixed, &sum, NULL) &&
                wend__buffer_append(accumulated, sketch.data, sketch.len);
    wend__buffer_deinit(&sketch);
    return done ? WEND_OK : wend__fail_memory(error);
}
