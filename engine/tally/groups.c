#include "tally/groups.h"

#include <stddef.h>

void wend__groups_init(struct wend_groups *groups, const struct wend_ruleset *ruleset,
                       const struct wend_hit_layout *layout, uint64_t seed) {
    *groups = (struct wend_groups){.ruleset = ruleset, .layout = layout};
    size_t key_bytes = offsetof(struct wend_group, segments) + 4 * (size_t)layout->segment_count;
    wend__table_init(&groups->table, key_bytes, 0, seed);
}

void wend__groups_deinit(struct wend_groups *groups) {
    wend__table_deinit(&groups->table);
}

/* Rounds down also before 1970. */
static int64_t window_start(int64_t moment_us, int64_t window_us) {
    int64_t number = moment_us / window_us;
    if (moment_us % window_us < 0) {
        number -= 1;
    }
    return number * window_us;
}

static void find_segments(const struct wend_hit_layout *layout, const struct wend_unit *unit,
                          uint32_t *segments) {
    uint32_t missing = layout->segment_count;
    for (size_t i = 0; i < unit->hit_count && missing > 0; i++) {
        const uint32_t *values = wend__hit_segments(layout, wend__hit_at(layout, unit->hits, i));
        for (uint32_t s = 0; s < layout->segment_count; s++) {
            if (segments[s] == WEND_SEGMENT_ABSENT && values[s] != WEND_SEGMENT_ABSENT) {
                segments[s] = values[s];
                missing -= 1;
            }
        }
    }
}

bool wend__groups_find(struct wend_groups *groups, const struct wend_unit *unit, uint32_t *index) {
    struct wend_group group = {.scope = unit->scope};
    if (groups->ruleset->window_us > 0) {
        group.window_us = window_start(unit->decided_us, groups->ruleset->window_us);
    }
    find_segments(groups->layout, unit, group.segments);
    size_t found;
    if (!wend__table_find_or_add(&groups->table, &group, &found)) {
        return false;
    }
    *index = (uint32_t)found; /* a table has fewer than 2^31 entries */
    return true;
}

struct wend_group wend__groups_get(const struct wend_groups *groups, uint32_t index) {
    struct wend_group group = {0};
    memcpy(&group, wend__table_key(&groups->table, index), groups->table.key_bytes);
    return group;
}
