/*
 * What is open in a shard as bytes, and back.
 *
 *   head:       [ fixed: marks, counts, sizes ][ touchpoint names ][ segment values ]
 *               a text: length, 4 bytes, then itself; in the order of their ids, which hits carry
 *   hits:       as they lie in the slices
 *   customers:  rows of the slices, where they are kept
 */
#include "base/memory.h"
#include "worker/shard_internal.h"

#include <assert.h>

#define STATE_VERSION UINT32_C(1)

struct fixed {
    uint32_t version;
    uint32_t hit_bytes;
    uint32_t counter_bytes;
    int32_t time_unit;
    uint64_t seed;
    uint64_t has_mark;
    int64_t mark_us;
    uint64_t has_latest;
    int64_t latest_us;
    int64_t passed_us;
    int64_t counted_us;
    struct wend_shard_facts facts;
    uint64_t name_count;
    uint64_t segment_count;
    uint64_t head_bytes; /* of this and the texts */
    uint64_t hit_count;
    uint64_t customer_bytes;
    struct wend_counters counters;
};

static bool append_texts(struct wend_buffer *out, const struct wend_strings *strings) {
    for (uint32_t id = 0; id < strings->count; id++) {
        struct wend_bytes text = wend__strings_get(strings, id);
        uint32_t len = (uint32_t)text.len;
        if (!wend__buffer_append(out, &len, sizeof len) ||
            (len > 0 && !wend__buffer_append(out, text.data, text.len))) {
            return false;
        }
    }
    return true;
}

static struct fixed describe(const struct wend_shard *shard, const struct wend_shard_facts *facts) {
    const struct wend_worker *worker = shard->worker;
    const struct wend_stream_state *stream = shard->stream;
    struct fixed fixed;
    memset(&fixed, 0, sizeof fixed); /* the padding, too, which goes to the disk */
    fixed.version = STATE_VERSION;
    fixed.hit_bytes = shard->plan.layout->bytes;
    fixed.counter_bytes = sizeof fixed.counters;
    fixed.time_unit = atomic_load_explicit(&stream->time_unit, memory_order_relaxed);
    fixed.seed = shard->plan.seed;
    fixed.has_mark = stream->has_mark ? 1 : 0;
    fixed.mark_us = stream->mark_us;
    fixed.has_latest = worker->has_latest ? 1 : 0;
    fixed.latest_us = worker->latest_us;
    fixed.passed_us = worker->passed_us;
    fixed.counted_us = worker->counted_us;
    fixed.facts = *facts;
    fixed.name_count = worker->touchpoints.names.count;
    fixed.segment_count = worker->segment_values.count;
    fixed.hit_count = worker->held_hits;
    fixed.counters = worker->counters;
    return fixed;
}

enum wend_status wend__shard_copy(struct wend_shard *shard, const struct wend_shard_facts *facts,
                                  struct wend_shard_copy *copy, struct wend_error *error) {
    struct wend_worker *worker = shard->worker;
    WEND_TRY(wend__port_flush(worker->port, error));
    struct fixed fixed = describe(shard, facts);
    wend__buffer_clear(&copy->head);
    wend__buffer_clear(&copy->hits);
    wend__buffer_clear(&copy->customers);
    size_t hit_bytes = (size_t)worker->held_hits * shard->plan.layout->bytes;
    if (!wend__buffer_append(&copy->head, &fixed, sizeof fixed) ||
        !append_texts(&copy->head, &worker->touchpoints.names) ||
        !append_texts(&copy->head, &worker->segment_values) ||
        !wend__buffer_reserve(&copy->hits, hit_bytes)) {
        return wend__fail_memory(error);
    }
    WEND_TRY(wend__slices_copy(worker->slices, &copy->hits,
                               shard->plan.keeps_customers ? &copy->customers : NULL, error));
    assert(copy->hits.len == hit_bytes);
    fixed.head_bytes = copy->head.len;
    fixed.customer_bytes = copy->customers.len;
    memcpy(copy->head.data, &fixed, sizeof fixed);
    copy->counters = worker->counters;
    copy->hit_bytes = shard->plan.layout->bytes;
    copy->counted_us = worker->counted_us;
    copy->passed_us = worker->passed_us;
    return WEND_OK;
}

uint64_t wend__shard_copy_waiting(const struct wend_shard_copy *copy) {
    uint64_t count = 0;
    for (size_t at = 0; at < copy->hits.len; at += copy->hit_bytes) {
        const struct wend_hit *hit = (const void *)(copy->hits.data + at);
        count += hit->ts_us >= copy->counted_us ? 1 : 0;
    }
    return count;
}

void wend__shard_copy_deinit(struct wend_shard_copy *copy) {
    wend__buffer_deinit(&copy->head);
    wend__buffer_deinit(&copy->hits);
    wend__buffer_deinit(&copy->customers);
}

static bool take_text(struct wend_bytes *bytes, struct wend_bytes *text) {
    uint32_t len = 0;
    if (bytes->len < sizeof len) {
        return false;
    }
    memcpy(&len, bytes->data, sizeof len);
    if (bytes->len - sizeof len < len) {
        return false;
    }
    *text = wend__bytes(bytes->data + sizeof len, len);
    *bytes = wend__bytes(text->data + len, bytes->len - sizeof len - len);
    return true;
}

/* Ids come out as they were, for the tables are empty. */
static enum wend_status restore_texts(struct wend_worker *worker, const struct fixed *fixed,
                                      struct wend_bytes texts, bool *is_valid,
                                      struct wend_error *error) {
    struct wend_bytes text;
    uint32_t id = 0;
    *is_valid = false;
    for (uint64_t i = 0; i < fixed->name_count; i++) {
        if (!take_text(&texts, &text)) {
            return WEND_OK;
        }
        if (!wend__touchpoints_intern(&worker->touchpoints, text, &id)) {
            return wend__fail_memory(error);
        }
    }
    for (uint64_t i = 0; i < fixed->segment_count; i++) {
        if (!take_text(&texts, &text)) {
            return WEND_OK;
        }
        if (!wend__strings_intern(&worker->segment_values, text, &id, NULL)) {
            return wend__fail_memory(error);
        }
    }
    *is_valid = texts.len == 0 && worker->touchpoints.names.count == fixed->name_count &&
                worker->segment_values.count == fixed->segment_count;
    return WEND_OK;
}

/* Numbers of a hit that are in no table would be followed blindly later. */
static bool is_valid_hit(const struct wend_worker *worker, const struct wend_hit *hit) {
    const struct wend_hit_layout *layout = worker->plan->layout;
    bool is_valid = hit->touchpoint == WEND_TOUCHPOINT_NONE ||
                    hit->touchpoint < worker->touchpoints.names.count;
    const uint32_t *segments = wend__hit_segments(layout, hit);
    for (uint32_t i = 0; is_valid && i < layout->segment_count; i++) {
        is_valid = segments[i] <= worker->segment_values.count;
    }
    return is_valid;
}

static enum wend_status restore_hits(struct wend_worker *worker, const uint8_t *hits,
                                     uint64_t count, bool *is_valid, struct wend_error *error) {
    uint32_t hit_bytes = worker->plan->layout->bytes;
    _Alignas(16) uint8_t space[WEND_HIT_BYTES_MAX];
    *is_valid = true;
    for (uint64_t i = 0; *is_valid && i < count; i++) {
        memcpy(space, hits + i * hit_bytes, hit_bytes);
        *is_valid = is_valid_hit(worker, (const void *)space);
        if (*is_valid) {
            WEND_TRY(wend__slices_add(worker->slices, (const void *)space, error));
        }
    }
    worker->held_hits = count;
    return WEND_OK;
}

static bool fits(const struct wend_shard *shard, const struct fixed *fixed, size_t len) {
    uint64_t hit_bytes = shard->plan.layout->bytes;
    return fixed->version == STATE_VERSION && fixed->hit_bytes == hit_bytes &&
           fixed->counter_bytes == sizeof fixed->counters && fixed->seed == shard->plan.seed &&
           fixed->head_bytes >= sizeof *fixed && fixed->head_bytes <= len &&
           fixed->hit_count <= len / hit_bytes && fixed->customer_bytes <= len &&
           fixed->head_bytes + fixed->hit_count * hit_bytes + fixed->customer_bytes == len;
}

static void restore_fixed(struct wend_shard *shard, const struct fixed *fixed) {
    struct wend_worker *worker = shard->worker;
    struct wend_stream_state *stream = shard->stream;
    atomic_store_explicit(&stream->time_unit, (int)fixed->time_unit, memory_order_relaxed);
    stream->has_mark = fixed->has_mark != 0;
    stream->mark_us = fixed->mark_us;
    worker->has_latest = fixed->has_latest != 0;
    worker->latest_us = fixed->latest_us;
    worker->passed_us = fixed->passed_us;
    worker->counted_us = fixed->counted_us;
    worker->counters = fixed->counters;
}

enum wend_status wend__shard_restore(struct wend_shard *shard, struct wend_bytes bytes,
                                     struct wend_shard_facts *facts, struct wend_error *error) {
    struct wend_worker *worker = shard->worker;
    struct fixed fixed;
    bool is_valid = false;
    if (bytes.len >= sizeof fixed) {
        memcpy(&fixed, bytes.data, sizeof fixed);
        is_valid = fits(shard, &fixed, bytes.len);
    }
    if (is_valid) {
        struct wend_bytes texts =
            wend__bytes(bytes.data + sizeof fixed, (size_t)fixed.head_bytes - sizeof fixed);
        WEND_TRY(restore_texts(worker, &fixed, texts, &is_valid, error));
    }
    const uint8_t *hits = bytes.data + (is_valid ? fixed.head_bytes : 0);
    if (is_valid) {
        WEND_TRY(restore_hits(worker, hits, fixed.hit_count, &is_valid, error));
    }
    if (is_valid && shard->plan.keeps_customers) {
        struct wend_bytes rows =
            wend__bytes(hits + fixed.hit_count * fixed.hit_bytes, (size_t)fixed.customer_bytes);
        WEND_TRY(wend__slices_add_customers(worker->slices, rows, &is_valid, error));
    }
    if (!is_valid) {
        return wend__fail(error, WEND_ERROR_IO,
                          "the state of %s was written by another version or machine of wend, or "
                          "is damaged",
                          shard->stream->name);
    }
    restore_fixed(shard, &fixed);
    *facts = fixed.facts;
    return WEND_OK;
}
