/* Which slices a map has, and which rows belong to them. */
#include "map/model_internal.h"

#include "base/memory.h"

#include <stdlib.h>

enum { PATH_UNITS_COLUMN = 4 };

static const struct wend_parquet_value *value_of(const struct wend_map_row *row, uint32_t column) {
    return wend__snapshot_cursor_value(row->cursor, row->first + column);
}

int64_t wend__map_integer(const struct wend_map_row *row, uint32_t column) {
    const struct wend_parquet_value *value = value_of(row, column);
    return value->is_null ? 0 : value->integer;
}

double wend__map_number(const struct wend_map_row *row, uint32_t column) {
    const struct wend_parquet_value *value = value_of(row, column);
    return value->is_null ? 0 : value->number;
}

struct wend_bytes wend__map_text(const struct wend_map_row *row, uint32_t column) {
    const struct wend_parquet_value *value = value_of(row, column);
    return value->is_null ? WEND_BYTES_ABSENT : value->bytes;
}

enum wend_status wend__map_intern(struct wend_map_model *model, struct wend_bytes text,
                                  uint32_t *name, struct wend_error *error) {
    return wend__strings_intern(&model->names, text, name, NULL) ? WEND_OK
                                                                 : wend__fail_memory(error);
}

static uint32_t find_scope(const struct wend_map_model *model, struct wend_bytes text) {
    const struct wend_snapshot_options *options = wend__snapshot_options(model->snapshot);
    for (uint32_t i = 0; i < options->scope_count; i++) {
        if (wend__bytes_equal(options->scopes[i], text)) {
            return i;
        }
    }
    return UINT32_MAX;
}

enum wend_status wend__map_each_row(struct wend_map_model *model, enum wend_table_id table,
                                    wend_map_row_call *call, struct wend_error *error) {
    struct wend_snapshot_cursor *cursor;
    WEND_TRY(wend__snapshot_cursor_open(model->snapshot, table, &cursor, error));
    struct wend_map_row row = {
        .cursor = cursor,
        .first = WEND_COMMON_COLUMNS + wend__snapshot_options(model->snapshot)->segment_count,
    };
    enum wend_status status = WEND_OK;
    bool found = true;
    while (status == WEND_OK && found) {
        status = wend__snapshot_cursor_next(cursor, &found, error);
        if (status != WEND_OK || !found) {
            break;
        }
        const struct wend_parquet_value *scope = wend__snapshot_cursor_value(cursor, 0);
        row.scope = find_scope(model, scope->bytes);
        row.value = WEND_BYTES_ABSENT;
        if (model->segment != WEND_MAP_NO_NAME) {
            const struct wend_parquet_value *value =
                wend__snapshot_cursor_value(cursor, WEND_COMMON_COLUMNS + model->segment);
            row.value = value->is_null ? WEND_BYTES_ABSENT : value->bytes;
        }
        const struct wend_parquet_value *window = wend__snapshot_cursor_value(cursor, 1);
        if (!window->is_null && (!model->has_windows || window->integer < model->first_window_us)) {
            model->has_windows = true;
            model->first_window_us = window->integer;
        }
        status = row.scope == UINT32_MAX ? WEND_OK : call(model, &row, error);
    }
    wend__snapshot_cursor_close(cursor);
    return status;
}

struct wend_map_slice *wend__map_next_slice(struct wend_map_model *model,
                                            const struct wend_map_row *row, size_t *at) {
    while (*at < model->slice_count) {
        struct wend_map_slice *slice = &model->slices[(*at)++];
        if (slice->scope != row->scope) {
            continue;
        }
        bool is_null = slice->value == WEND_MAP_NO_NAME;
        if (slice->is_all || (is_null && row->value.data == NULL) ||
            (!is_null && row->value.data != NULL &&
             wend__bytes_equal(wend__strings_get(&model->names, slice->value), row->value))) {
            return slice;
        }
    }
    return NULL;
}

/* The units of each scope and value; key: scope, value name + 1 (0: null). */
static enum wend_status add_size(struct wend_map_model *model, const struct wend_map_row *row,
                                 struct wend_error *error) {
    uint32_t key[WEND_MAP_KEYS] = {row->scope};
    if (row->value.data != NULL) {
        WEND_TRY(wend__map_intern(model, row->value, &key[1], error));
        key[1] += 1;
    }
    struct wend_map_sum *sum = wend__map_sums_at(&model->sizes, key);
    if (sum == NULL) {
        return wend__fail_memory(error);
    }
    sum->value[0] += wend__map_integer(row, PATH_UNITS_COLUMN);
    return WEND_OK;
}

static void add_slice(struct wend_map_model *model, uint32_t scope, uint32_t value, bool is_all) {
    if (model->slice_count == WEND_MAP_SLICES_MAX) {
        model->left_out++;
        return;
    }
    model->slices[model->slice_count++] =
        (struct wend_map_slice){.scope = scope, .value = value, .is_all = is_all};
}

/* Scope number `place` of the map: journeys first, sessions last. UINT32_MAX: none is left. */
static uint32_t scope_at(const struct wend_map_model *model, uint32_t place) {
    const struct wend_snapshot_options *options = wend__snapshot_options(model->snapshot);
    if (model->options.scope.data != NULL) {
        return place == 0 ? find_scope(model, model->options.scope) : UINT32_MAX;
    }
    return place >= options->scope_count ? UINT32_MAX : (place + 1) % options->scope_count;
}

/* The value of a scope that has `rank` larger ones. False: there are not so many. */
static bool value_at(const struct wend_map_sums *sizes, uint32_t scope, size_t rank,
                     uint32_t *value) {
    size_t count = 0;
    bool found = false;
    for (size_t i = 0; i < sizes->count; i++) {
        const struct wend_map_sum *sum = &sizes->items[i];
        if (sum->key[0] == scope && count++ == rank) {
            *value = sum->key[1] == 0 ? WEND_MAP_NO_NAME : sum->key[1] - 1;
            found = true;
        }
    }
    return found && count > 1;
}

enum wend_status wend__map_choose_slices(struct wend_map_model *model, struct wend_error *error) {
    WEND_TRY(wend__map_each_row(model, WEND_TABLE_PATHS, add_size, error));
    if (model->sizes.count == 0) {
        return wend__fail(error, WEND_ERROR_EMPTY,
                          "the snapshot has no session and no journey; replay an input with "
                          "events");
    }
    wend__map_sums_sort(&model->sizes);
    uint32_t scope;
    for (uint32_t i = 0; (scope = scope_at(model, i)) != UINT32_MAX; i++) {
        add_slice(model, scope, WEND_MAP_NO_NAME, true);
    }
    bool more = model->segment != WEND_MAP_NO_NAME;
    for (size_t rank = 0; more; rank++) {
        more = false;
        for (uint32_t i = 0; (scope = scope_at(model, i)) != UINT32_MAX; i++) {
            uint32_t value = WEND_MAP_NO_NAME;
            if (value_at(&model->sizes, scope, rank, &value)) {
                add_slice(model, scope, value, false);
                more = true;
            }
        }
    }
    return WEND_OK;
}
