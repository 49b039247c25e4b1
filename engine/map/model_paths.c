/* Paths: counted by their ids, the most frequent ones named, the ideal one followed. */
#include "map/model_internal.h"

#include "base/memory.h"

enum { PATH, PATH_STEPS, PATH_ID, PATH_STEP_COUNT, PATH_UNITS, PATH_CONVERTED, PATH_ABANDONED };
enum { PATH_OPEN = 7, PATH_SECONDS = 9 };
#define ID_DIGITS 16U

/* The two halves of a path id; what is no hex digit counts as 0, as only a damaged file has it. */
static void id_key(struct wend_bytes id, uint32_t key[WEND_MAP_KEYS]) {
    memset(key, 0, WEND_MAP_KEYS * sizeof *key);
    for (size_t i = 0; i < id.len && i < ID_DIGITS; i++) {
        uint8_t c = id.data[i];
        uint32_t digit = 0;
        if (c >= '0' && c <= '9') {
            digit = c - (uint32_t)'0';
        } else if (c >= 'a' && c <= 'f') {
            digit = c - (uint32_t)'a' + 10;
        }
        key[i / 8] = key[i / 8] << 4 | digit;
    }
}

static enum wend_status add_path(struct wend_map_model *model, const struct wend_map_row *row,
                                 struct wend_error *error) {
    uint32_t key[WEND_MAP_KEYS];
    id_key(wend__map_text(row, PATH_ID), key);
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        struct wend_map_sum *sum = wend__map_sums_at(&slice->paths, key);
        if (sum == NULL) {
            return wend__fail_memory(error);
        }
        int64_t units = wend__map_integer(row, PATH_UNITS);
        sum->value[WEND_MAP_PATH_UNITS] += units;
        sum->value[WEND_MAP_PATH_CONVERTED] += wend__map_integer(row, PATH_CONVERTED);
        sum->value[WEND_MAP_PATH_ABANDONED] += wend__map_integer(row, PATH_ABANDONED);
        sum->value[WEND_MAP_PATH_OPEN] += wend__map_integer(row, PATH_OPEN);
        sum->value[WEND_MAP_PATH_STEPS] = wend__map_integer(row, PATH_STEP_COUNT);
        sum->seconds += wend__map_number(row, PATH_SECONDS);
        slice->units += units;
        slice->converted += wend__map_integer(row, PATH_CONVERTED);
        slice->abandoned += wend__map_integer(row, PATH_ABANDONED);
        slice->open += wend__map_integer(row, PATH_OPEN);
    }
    return WEND_OK;
}

enum wend_status wend__map_read_paths(struct wend_map_model *model, struct wend_error *error) {
    return wend__map_each_row(model, WEND_TABLE_PATHS, add_path, error);
}

/* The steps of the present row as names. A name that no other table has cannot be: it is shown as
 * cut. */
static void name_steps(const struct wend_map_model *model, const struct wend_parquet_value *list,
                       uint32_t *steps) {
    for (uint32_t i = 0; i < list->item_count; i++) {
        uint32_t name = wend__strings_find(&model->names, list->items[i]);
        steps[i] = name == WEND_STRING_NONE ? model->cut : name;
    }
}

static enum wend_status name_path(struct wend_map_model *model, const struct wend_map_row *row,
                                  struct wend_error *error) {
    const struct wend_parquet_value *list =
        wend__snapshot_cursor_value(row->cursor, row->first + PATH_STEPS);
    uint32_t key[WEND_MAP_KEYS];
    id_key(wend__map_text(row, PATH_ID), key);
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        for (size_t i = 0; i < slice->top_count; i++) {
            struct wend_map_path *path = &slice->top_paths[i];
            if (path->steps != NULL || memcmp(path->sum->key, key, sizeof key) != 0) {
                continue;
            }
            path->steps = wend__alloc((list->item_count + 1U) * sizeof *path->steps);
            if (path->steps == NULL) {
                return wend__fail_memory(error);
            }
            path->step_count = list->item_count;
            name_steps(model, list, path->steps);
        }
    }
    return WEND_OK;
}

/* How many units take the steps of the ideal journey, in order, whatever lies between. */
static enum wend_status follow_ideal(struct wend_map_model *model, const struct wend_map_row *row,
                                     struct wend_error *error) {
    (void)error;
    const struct wend_parquet_value *list =
        wend__snapshot_cursor_value(row->cursor, row->first + PATH_STEPS);
    int64_t units = wend__map_integer(row, PATH_UNITS);
    struct wend_map_slice *slice;
    for (size_t at = 0; (slice = wend__map_next_slice(model, row, &at)) != NULL;) {
        struct wend_map_ideal *ideal = &slice->ideal;
        uint32_t reached = 0;
        uint32_t straight = 0;
        for (uint32_t i = 0; i < list->item_count && reached < ideal->step_count; i++) {
            struct wend_bytes wanted = wend__strings_get(&model->names, ideal->steps[reached]);
            if (wend__bytes_equal(list->items[i], wanted)) {
                straight += straight == i ? 1U : 0U;
                ideal->kept[reached++] += units;
            }
        }
        if (ideal->step_count > 0 && straight == ideal->step_count &&
            list->item_count == ideal->step_count) {
            ideal->exactly += units;
        }
    }
    return WEND_OK;
}

/* One more row than are listed, should one of them be the path that converts. */
static enum wend_status choose_top(struct wend_map_model *model, struct wend_map_slice *slice,
                                   struct wend_error *error) {
    wend__map_sums_sort(&slice->paths);
    size_t listed =
        slice->paths.count < model->options.top ? slice->paths.count : model->options.top;
    slice->top_paths = wend__alloc_zeroed(listed + 1, sizeof *slice->top_paths);
    if (slice->top_paths == NULL) {
        return wend__fail_memory(error);
    }
    for (size_t i = 0; i < listed; i++) {
        slice->top_paths[slice->top_count++].sum = &slice->paths.items[i];
    }
    return WEND_OK;
}

/* The commonest path of several steps that mostly converts; NULL: none does. */
static const struct wend_map_sum *converting(const struct wend_map_slice *slice) {
    for (size_t i = 0; i < slice->paths.count; i++) {
        const int64_t *value = slice->paths.items[i].value;
        if (value[WEND_MAP_PATH_CONVERTED] * 2 > value[WEND_MAP_PATH_UNITS] &&
            value[WEND_MAP_PATH_STEPS] > 1 && value[WEND_MAP_PATH_STEPS] <= WEND_MAP_IDEAL_MAX) {
            return &slice->paths.items[i];
        }
    }
    return NULL;
}

/* Without an ideal from the user, the commonest path that converts stands for it. It is read as one
 * more top path, which is then taken away. */
static void take_converting(struct wend_map_slice *slice) {
    struct wend_map_path *path = &slice->top_paths[--slice->top_count];
    for (uint32_t i = 0; i < path->step_count && i < WEND_MAP_IDEAL_MAX; i++) {
        slice->ideal.steps[slice->ideal.step_count++] = path->steps[i];
    }
    wend__free(path->steps);
    *path = (struct wend_map_path){0};
}

/* "A > B > C" */
static enum wend_status parse_ideal(const struct wend_map_model *model,
                                    struct wend_map_ideal *ideal, struct wend_error *error) {
    struct wend_bytes left = model->options.ideal;
    ideal->is_given = true;
    while (left.len > 0) {
        const uint8_t *end = memchr(left.data, '>', left.len);
        size_t len = end == NULL ? left.len : (size_t)(end - left.data);
        struct wend_bytes word = {left.data, len};
        while (word.len > 0 && word.data[0] == ' ') {
            word = (struct wend_bytes){word.data + 1, word.len - 1};
        }
        while (word.len > 0 && word.data[word.len - 1] == ' ') {
            word.len--;
        }
        uint32_t name = wend__strings_find(&model->names, word);
        if (name == WEND_STRING_NONE || word.len == 0) {
            return wend__fail(error, WEND_ERROR_USAGE,
                              "the ideal journey: there is no touchpoint '%.*s'; write it as "
                              "\"A > B > C\", with names of the table touchpoints",
                              word.len > 200 ? 200 : (int)word.len, (const char *)word.data);
        }
        if (ideal->step_count == WEND_MAP_IDEAL_MAX) {
            return wend__fail(error, WEND_ERROR_USAGE,
                              "the ideal journey has more than %u steps; leave the less "
                              "important ones out",
                              WEND_MAP_IDEAL_MAX);
        }
        ideal->steps[ideal->step_count++] = name;
        left = (struct wend_bytes){left.data + len + (end == NULL ? 0 : 1),
                                   left.len - len - (end == NULL ? 0 : 1)};
    }
    return WEND_OK;
}

enum wend_status wend__map_read_top_paths(struct wend_map_model *model, struct wend_error *error) {
    bool is_given = model->options.ideal.data != NULL;
    for (size_t i = 0; i < model->slice_count; i++) {
        struct wend_map_slice *slice = &model->slices[i];
        WEND_TRY(choose_top(model, slice, error));
        if (is_given) {
            WEND_TRY(parse_ideal(model, &slice->ideal, error));
        } else if (converting(slice) != NULL) {
            slice->top_paths[slice->top_count++].sum = converting(slice);
        }
    }
    WEND_TRY(wend__map_each_row(model, WEND_TABLE_PATHS, name_path, error));
    for (size_t i = 0; i < model->slice_count; i++) {
        if (!is_given && converting(&model->slices[i]) != NULL) {
            take_converting(&model->slices[i]);
        }
    }
    return wend__map_each_row(model, WEND_TABLE_PATHS, follow_ideal, error);
}
