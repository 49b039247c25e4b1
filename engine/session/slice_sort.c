#include "session/slice_scratch.h"

/* Runs of this many are sorted by insertion before they are merged. */
enum { RUN = 16 };

static bool is_before(const struct wend_slice_order *a, const struct wend_slice_order *b) {
    return a->ts_us != b->ts_us ? a->ts_us < b->ts_us : a->position < b->position;
}

static bool is_in_order(const struct wend_hit_layout *layout, const uint8_t *hits,
                        size_t hit_count) {
    const struct wend_hit *last = wend__hit_at(layout, hits, 0);
    for (size_t i = 1; i < hit_count; i++) {
        const struct wend_hit *hit = wend__hit_at(layout, hits, i);
        if (hit->ts_us < last->ts_us ||
            (hit->ts_us == last->ts_us && hit->position < last->position)) {
            return false;
        }
        last = hit;
    }
    return true;
}

static void sort_run(struct wend_slice_order *order, size_t count) {
    for (size_t i = 1; i < count; i++) {
        struct wend_slice_order item = order[i];
        size_t at = i;
        while (at > 0 && is_before(&item, &order[at - 1])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = item;
    }
}

/* Merges from[first..middle) and from[middle..end) into to[first..end). */
static void merge(const struct wend_slice_order *from, struct wend_slice_order *to, size_t first,
                  size_t middle, size_t end) {
    if (middle >= end || !is_before(&from[middle], &from[middle - 1])) {
        memcpy(to + first, from + first, (end - first) * sizeof *to);
        return;
    }
    size_t left = first;
    size_t right = middle;
    for (size_t at = first; at < end; at++) {
        bool takes_right = left == middle || (right < end && is_before(&from[right], &from[left]));
        to[at] = from[takes_right ? right++ : left++];
    }
}

/* Merge sort from the bottom up: no worst case. Answers the half of `order` with the result. */
static const struct wend_slice_order *sort(struct wend_slice_order *order, size_t count) {
    for (size_t first = 0; first < count; first += RUN) {
        sort_run(order + first, count - first < RUN ? count - first : RUN);
    }
    struct wend_slice_order *from = order;
    struct wend_slice_order *to = order + count;
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t first = 0; first < count; first += 2 * width) {
            size_t middle = count - first < width ? count : first + width;
            size_t end = count - middle < width ? count : middle + width;
            merge(from, to, first, middle, end);
        }
        struct wend_slice_order *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

const uint8_t *wend__slice_sort(struct wend_slice_scratch *scratch,
                                const struct wend_hit_layout *layout, const uint8_t *hits,
                                size_t hit_count) {
    if (is_in_order(layout, hits, hit_count)) {
        return hits;
    }
    size_t halves = hit_count > RUN ? 2 : 1;
    if (!wend__slice_array_renew(scratch, &scratch->order, halves * hit_count,
                                 sizeof(struct wend_slice_order)) ||
        !wend__slice_array_renew(scratch, &scratch->sorted, hit_count, layout->bytes)) {
        return NULL;
    }
    struct wend_slice_order *order = scratch->order.items;
    for (size_t i = 0; i < hit_count; i++) {
        const struct wend_hit *hit = wend__hit_at(layout, hits, i);
        order[i] = (struct wend_slice_order){hit->ts_us, hit->position, i};
    }
    const struct wend_slice_order *result = sort(order, hit_count);
    uint8_t *sorted = scratch->sorted.items;
    for (size_t i = 0; i < hit_count; i++) {
        memcpy(sorted + i * layout->bytes, hits + result[i].index * layout->bytes, layout->bytes);
    }
    return sorted;
}
