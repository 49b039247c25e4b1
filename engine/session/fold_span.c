/*
 * Which hits are needed again: a cut between two hits must not lie inside a unit, nor behind the
 * first hit of one that is still open; then folding what is behind it gives the same.
 *
 *   hits       a   b   c   d   e   f
 *   closed     [-------]   [---]
 *   open                           [...
 *   cuts     ^           ^       ^          the last one counts
 */
#include "session/folder_internal.h"

enum wend_status wend__fold_begin_cover(struct wend_folder *folder, struct wend_error *error) {
    if (!wend__fold_is_partial(folder)) {
        return WEND_OK;
    }
    if (!wend__fold_reserve(&folder->covers, &folder->cover_capacity, folder->hit_count + 1)) {
        return wend__fail_memory(error);
    }
    memset(folder->covers, 0, (folder->hit_count + 1) * sizeof *folder->covers);
    return WEND_OK;
}

/* The rank of a hit of a unit, which lies in one of the two arrays. */
static size_t rank_of(const struct wend_folder *folder, const uint8_t *hit) {
    uint32_t bytes = folder->options.layout->bytes;
    if (folder->lanes != folder->hits && hit >= folder->lanes &&
        hit < folder->lanes + folder->hit_count * bytes) {
        return folder->ranks[(size_t)(hit - folder->lanes) / bytes];
    }
    return (size_t)(hit - folder->hits) / bytes;
}

void wend__fold_cover(struct wend_folder *folder, const struct wend_unit *unit) {
    if (!wend__fold_is_partial(folder)) {
        return;
    }
    size_t last_hit = (unit->hit_count - 1) * folder->options.layout->bytes;
    size_t first = rank_of(folder, unit->hits);
    bool is_closed = unit->closes_us <= folder->until_us;
    size_t last = is_closed ? rank_of(folder, unit->hits + last_hit) : folder->hit_count;
    if (last > first) {
        /* Differences, modulo 2^64: the sums are the counts. */
        folder->covers[first + 1]++;
        if (last < folder->hit_count) {
            folder->covers[last + 1]--;
        }
    }
}

static int64_t time_at(const struct wend_folder *folder, size_t rank) {
    return wend__fold_hit(folder, folder->hits, rank)->ts_us;
}

void wend__fold_end_cover(struct wend_folder *folder) {
    if (!wend__fold_is_partial(folder)) {
        return;
    }
    size_t covering = 0;
    folder->release_us = INT64_MIN;
    for (size_t cut = 1; cut <= folder->hit_count; cut++) {
        covering += folder->covers[cut];
        /* Hits of one time stay together, for duplicates and ordinals. */
        if (covering == 0 && cut == folder->hit_count) {
            folder->release_us = folder->until_us;
        } else if (covering == 0 && time_at(folder, cut - 1) < time_at(folder, cut)) {
            folder->release_us = time_at(folder, cut);
        }
    }
}
