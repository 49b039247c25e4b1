/*
 * What a stream without end has met is more than what is open: names of touchpoints and values of
 * segments that no held hit has are forgotten, and the others are numbered anew.
 *
 *   matcher   [ a b c d e f ] --------------------> [ ]      names come again as data has them
 *   owner     [ a b c d e f ] --hits hold b, e----> [ b e ]
 *
 * Looked through once there are twice as many as stayed the last time, so that it costs a share of
 * what taking them in has cost.
 */
#include "base/memory.h"
#include "worker/worker_internal.h"

#define UNUSED UINT32_MAX

/* The numbers of before to those of now. */
struct release {
    const struct wend_worker *worker;
    struct wend_touchpoints touchpoints;
    struct wend_strings segment_values;
    uint32_t *names;
    uint32_t *segments;
    bool is_failed; /* without memory */
};

static void renumber_name(struct release *release, struct wend_hit *hit) {
    if (hit->touchpoint == WEND_TOUCHPOINT_NONE) {
        return;
    }
    uint32_t *number = &release->names[hit->touchpoint];
    if (*number == UNUSED) {
        struct wend_bytes name =
            wend__touchpoints_name(&release->worker->touchpoints, hit->touchpoint);
        release->is_failed = !wend__touchpoints_intern(&release->touchpoints, name, number);
    }
    hit->touchpoint = *number;
}

/* A `wend_hit_change`. */
static void renumber(void *context, struct wend_hit *hit) {
    struct release *release = context;
    const struct wend_hit_layout *layout = release->worker->plan->layout;
    if (release->is_failed) {
        return;
    }
    renumber_name(release, hit);
    uint32_t *segments = (void *)((uint8_t *)hit + layout->segment_offset);
    for (uint32_t i = 0; i < layout->segment_count && !release->is_failed; i++) {
        if (segments[i] == WEND_SEGMENT_ABSENT) {
            continue;
        }
        uint32_t *number = &release->segments[segments[i] - 1];
        if (*number == UNUSED) {
            struct wend_bytes value =
                wend__strings_get(&release->worker->segment_values, segments[i] - 1);
            release->is_failed =
                !wend__strings_intern(&release->segment_values, value, number, NULL);
        }
        segments[i] = *number + 1;
    }
}

static uint32_t *unused_numbers(uint32_t count) {
    uint32_t *numbers = wend__alloc((count + (size_t)1) * sizeof *numbers);
    if (numbers != NULL) {
        memset(numbers, 0xff, (count + (size_t)1) * sizeof *numbers); /* UNUSED */
    }
    return numbers;
}

static enum wend_status renumber_hits(struct wend_worker *worker, struct release *release,
                                      struct wend_error *error) {
    release->names = unused_numbers(worker->touchpoints.names.count);
    release->segments = unused_numbers(worker->segment_values.count);
    if (release->names == NULL || release->segments == NULL) {
        return wend__fail_memory(error);
    }
    WEND_TRY(wend__slices_change(worker->slices, renumber, release, error));
    return release->is_failed ? wend__fail_memory(error) : WEND_OK;
}

/* The next hits come with numbers from 0. */
static enum wend_status renew_matcher(struct wend_worker *worker, struct wend_error *error) {
    struct wend_matcher *fresh = NULL;
    WEND_TRY(wend__matcher_create(worker->plan->ruleset, worker->plan->layout, worker->plan->seed,
                                  &fresh, error));
    wend__matcher_destroy(worker->matcher);
    worker->matcher = fresh;
    wend__port_renew_strings(worker->port, wend__matcher_names(fresh),
                             wend__matcher_segment_values(fresh));
    worker->names[0].count = 0;
    worker->segments[0].count = 0;
    return WEND_OK;
}

enum wend_status wend__worker_release_texts(struct wend_worker *worker, struct wend_error *error) {
    const struct wend_worker_plan *plan = worker->plan;
    uint64_t count = (uint64_t)worker->touchpoints.names.count + worker->segment_values.count;
    if (!plan->settles_units || count < worker->texts_at) {
        return WEND_OK;
    }
    WEND_TRY(wend__port_flush(worker->port, error));
    struct release release = {.worker = worker};
    wend__touchpoints_init(&release.touchpoints, plan->ruleset, plan->seed);
    wend__strings_init(&release.segment_values, plan->seed);
    enum wend_status status = renumber_hits(worker, &release, error);
    if (status == WEND_OK) {
        wend__touchpoints_deinit(&worker->touchpoints);
        wend__strings_deinit(&worker->segment_values);
        worker->touchpoints = release.touchpoints;
        worker->segment_values = release.segment_values;
        status = renew_matcher(worker, error);
    } else {
        wend__touchpoints_deinit(&release.touchpoints);
        wend__strings_deinit(&release.segment_values);
    }
    wend__free(release.names);
    wend__free(release.segments);
    uint64_t kept = (uint64_t)worker->touchpoints.names.count + worker->segment_values.count;
    uint64_t least = plan->settle_texts != 0 ? plan->settle_texts : WEND_SETTLE_TEXTS;
    worker->texts_at = kept * 2 < least ? least : kept * 2;
    return status;
}
