#include "tally/path_order.h"

#include "base/memory.h"
#include "ds/row.h"
#include "ds/rowsort.h"
#include "ds/sortkey.h"

#include <assert.h>

enum { TOKEN_END_BYTES = 2, GROUP_BYTES = 4 };

const uint32_t *wend__path_order_steps(const struct wend_tally *tally,
                                       const struct wend_trail *trail,
                                       uint32_t cut[WEND_TRAIL_STEPS], size_t *count) {
    static const uint32_t none = WEND_POINT_NONE;
    size_t most = tally->options.ruleset->max_steps;
    const uint32_t *steps = trail->words + WEND_PATH_HEAD;
    *count = trail->step_count;
    if (*count == 0) {
        *count = 1;
        return &none;
    }
    if (*count <= most) {
        return steps;
    }
    assert(*count <= WEND_TRAIL_STEPS); /* long ones are cut already */
    memcpy(cut, steps, (most - 2) * sizeof *cut);
    cut[most - 2] = WEND_POINT_CUT;
    cut[most - 1] = steps[*count - 1];
    *count = most;
    return cut;
}

/* Appends the text of a step as keys have it, and what stands behind it. */
static bool append_token(struct wend_buffer *texts, struct wend_bytes name, bool is_last) {
    if (!wend__sortkey_append_text(texts, name)) {
        return false;
    }
    texts->len -= is_last ? 0 : TOKEN_END_BYTES;
    return is_last || wend__buffer_append(texts, " > ", 3);
}

static struct wend_bytes name_of(const struct wend_tally *tally,
                                 const struct wend_path_order *order, uint32_t point) {
    uint32_t number = point < order->point_count    ? point
                      : point == order->point_count ? WEND_POINT_NONE
                                                    : WEND_POINT_CUT;
    return wend__point_name(tally->options.touchpoints, number);
}

static bool make_tokens(struct wend_path_order *order, const struct wend_tally *tally) {
    uint32_t token_count = 2 * (order->point_count + 2);
    order->tokens = wend__alloc(token_count * sizeof *order->tokens);
    size_t *ends = wend__alloc(token_count * sizeof *ends);
    bool done = order->tokens != NULL && ends != NULL;
    for (uint32_t i = 0; done && i < token_count; i++) {
        done = append_token(&order->texts, name_of(tally, order, i / 2), i % 2 == 1);
        ends[i] = order->texts.len;
    }
    for (uint32_t i = 0; done && i < token_count; i++) {
        size_t start = i == 0 ? 0 : ends[i - 1];
        order->tokens[i] = wend__bytes(order->texts.data + start, ends[i] - start);
    }
    wend__free(ends);
    return done;
}

/* Sets the rank of each of `count` texts. False without memory. */
static bool rank_texts(const struct wend_bytes *texts, uint32_t count, uint32_t *ranks) {
    struct wend_buffer rows = {0};
    struct wend_sort_item *items = wend__alloc(2 * (size_t)count * sizeof *items);
    size_t *starts = wend__alloc(count * sizeof *starts);
    bool done = items != NULL && starts != NULL;
    for (uint32_t i = 0; done && i < count; i++) {
        struct wend_bytes number = wend__bytes((const uint8_t *)&i, sizeof i);
        size_t bytes = wend__row_bytes(texts[i], number);
        starts[i] = rows.len;
        done = wend__buffer_reserve(&rows, bytes);
        if (done) {
            wend__row_write(rows.data + rows.len, texts[i], number);
            rows.len += bytes;
        }
    }
    for (uint32_t i = 0; done && i < count; i++) {
        items[i].row = rows.data + starts[i];
    }
    done = done && wend__rowsort(items, items + count, count);
    for (uint32_t i = 0; done && i < count; i++) {
        uint32_t number;
        memcpy(&number, wend__row_payload(items[i].row).data, sizeof number);
        ranks[number] = i;
    }
    wend__free(items);
    wend__free(starts);
    wend__buffer_deinit(&rows);
    return done;
}

static bool rank_groups(struct wend_path_order *order, struct wend_tally *tally) {
    uint32_t count = (uint32_t)wend__table_count(&tally->groups.table);
    struct wend_bytes *keys = wend__alloc(count * sizeof *keys);
    order->group_ranks = wend__alloc(count * sizeof *order->group_ranks);
    bool done = keys != NULL && order->group_ranks != NULL;
    for (uint32_t i = 0; done && i < count; i++) {
        done = wend__tally_row_find_group(tally, i);
    }
    for (uint32_t i = 0; done && i < count; i++) {
        keys[i] = wend__tally_row_group(tally, i);
    }
    done = done && rank_texts(keys, count, order->group_ranks);
    wend__free(keys);
    return done;
}

static uint8_t *put_big_endian(uint8_t *at, uint32_t number, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
    }
    return at + bytes;
}

static bool append_key(struct wend_path_order *order, const struct wend_tally *tally,
                       const struct wend_trail *trail) {
    uint32_t cut[WEND_TRAIL_STEPS];
    size_t count;
    const uint32_t *steps = wend__path_order_steps(tally, trail, cut, &count);
    size_t key_bytes = GROUP_BYTES + count * order->rank_bytes;
    if (!wend__buffer_reserve(&order->keys,
                              WEND_ROW_HEADER_BYTES + key_bytes + sizeof(const void *))) {
        return false;
    }
    uint8_t *row = order->keys.data + order->keys.len;
    const uint32_t lens[2] = {(uint32_t)key_bytes, sizeof(const void *)};
    memcpy(row, lens, sizeof lens);
    uint8_t *at = put_big_endian(row + WEND_ROW_HEADER_BYTES, order->group_ranks[trail->words[0]],
                                 GROUP_BYTES);
    for (size_t i = 0; i < count; i++) {
        uint32_t token = 2 * wend__path_order_point(order, steps[i]) + (i + 1 == count);
        at = put_big_endian(at, order->ranks[token], order->rank_bytes);
    }
    memcpy(at, &trail, sizeof trail);
    order->keys.len += WEND_ROW_HEADER_BYTES + key_bytes + sizeof trail;
    order->trail_count += 1;
    return true;
}

static bool append_keys(struct wend_path_order *order, const struct wend_tally *tally) {
    for (size_t i = 0; i < tally->trails.count; i++) {
        wend__trail_fetch_ahead(&tally->trails, i);
        if (!append_key(order, tally, tally->trails.list[i])) {
            return false;
        }
    }
    return true;
}

static bool sort_keys(struct wend_path_order *order) {
    order->items = wend__alloc(2 * order->trail_count * sizeof *order->items);
    if (order->items == NULL) {
        return false;
    }
    const uint8_t *row = order->keys.data;
    for (size_t i = 0; i < order->trail_count; i++) {
        order->items[i].row = row;
        row += wend__row_bytes(wend__row_key(row), wend__row_payload(row));
    }
    return wend__rowsort(order->items, order->items + order->trail_count, order->trail_count);
}

bool wend__path_order_make(struct wend_path_order *order, struct wend_tally *tally) {
    *order = (struct wend_path_order){.point_count = tally->options.touchpoints->names.count};
    uint32_t token_count = 2 * (order->point_count + 2);
    order->rank_bytes = token_count <= 1U << 8 ? 1 : token_count <= 1U << 16 ? 2 : 3;
    order->ranks = wend__alloc(token_count * sizeof *order->ranks);
    bool done = order->ranks != NULL && make_tokens(order, tally) &&
                rank_texts(order->tokens, token_count, order->ranks) && rank_groups(order, tally) &&
                append_keys(order, tally) && sort_keys(order);
    order->forced_bytes = order->keys.capacity + 2 * order->trail_count * sizeof *order->items;
    wend__budget_force(tally->options.budget, order->forced_bytes);
    return done;
}

const struct wend_trail *wend__path_order_get(const struct wend_path_order *order, size_t index) {
    const struct wend_trail *trail;
    memcpy(&trail, wend__row_payload(order->items[index].row).data, sizeof trail);
    return trail;
}

void wend__path_order_deinit(struct wend_path_order *order, struct wend_tally *tally) {
    wend__budget_release(tally->options.budget, order->forced_bytes);
    wend__buffer_deinit(&order->texts);
    wend__free(order->tokens);
    wend__free(order->ranks);
    wend__free(order->group_ranks);
    wend__buffer_deinit(&order->keys);
    wend__free(order->items);
    *order = (struct wend_path_order){0};
}
