/* What arrives at a worker's port: strings are numbered anew, hits go to their slices. */
#include "base/memory.h"
#include "worker/worker_internal.h"

#include <assert.h>

/* Numbers of a source come without gaps, in their order. */
static enum wend_status renumber(struct wend_renumbering *numbers, uint32_t id, uint32_t own_id,
                                 struct wend_error *error) {
    assert(id == numbers->count);
    (void)id;
    void *ids = numbers->ids;
    bool done = wend__reserve(&ids, &numbers->capacity, numbers->count + 1, sizeof *numbers->ids);
    numbers->ids = ids;
    if (!done) {
        return wend__fail_memory(error);
    }
    numbers->ids[numbers->count++] = own_id;
    return WEND_OK;
}

static enum wend_status take_text(void *context, uint32_t source, enum wend_route_text kind,
                                  uint32_t id, struct wend_hash128 customer,
                                  struct wend_bytes bytes, struct wend_error *error) {
    struct wend_worker *worker = context;
    if (kind == WEND_ROUTE_CUSTOMER) {
        return wend__slices_add_customer(worker->slices, customer, bytes, error);
    }
    uint32_t own_id = 0;
    if (kind == WEND_ROUTE_NAME) {
        if (!wend__touchpoints_intern(&worker->touchpoints, bytes, &own_id)) {
            return wend__fail_memory(error);
        }
        return renumber(&worker->names[source], id, own_id, error);
    }
    if (!wend__strings_intern(&worker->segment_values, bytes, &own_id, NULL)) {
        return wend__fail_memory(error);
    }
    return renumber(&worker->segments[source], id, own_id, error);
}

static enum wend_status take_hits(void *context, uint32_t source, const uint8_t *hits, size_t count,
                                  struct wend_error *error) {
    struct wend_worker *worker = context;
    const struct wend_hit_layout *layout = worker->plan->layout;
    const struct wend_renumbering *names = &worker->names[source];
    const struct wend_renumbering *segment_values = &worker->segments[source];
    worker->held_hits += count;
    for (size_t i = 0; i < count; i++) {
        const struct wend_hit *arrived = wend__hit_at(layout, hits, i);
        WEND_TRY(wend__slices_add(worker->slices, arrived, error));
        struct wend_hit *hit = wend__slices_added(worker->slices, arrived->customer);
        if (hit->touchpoint != WEND_TOUCHPOINT_NONE) {
            hit->touchpoint = names->ids[hit->touchpoint];
        }
        uint32_t *segments = (void *)((uint8_t *)hit + layout->segment_offset);
        for (uint32_t s = 0; s < layout->segment_count; s++) {
            if (segments[s] != WEND_SEGMENT_ABSENT) {
                segments[s] = segment_values->ids[segments[s] - 1] + 1;
            }
        }
    }
    return WEND_OK;
}

static enum wend_status take_mark(void *context, uint32_t source, int64_t mark_us,
                                  struct wend_error *error) {
    return wend__worker_mark(context, source, mark_us, error);
}

struct wend_route_sink wend__worker_sink(struct wend_worker *worker) {
    return (struct wend_route_sink){
        .context = worker, .hits = take_hits, .text = take_text, .mark = take_mark};
}
