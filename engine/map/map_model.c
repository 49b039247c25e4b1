/* The model of a map: options, slices, tables, names in the order of their bytes. */
#include "map/map_model.h"

#include "base/memory.h"
#include "map/model_internal.h"

#include <stdlib.h>

#define DEPTH_UNKNOWN 1000000
#define SEED UINT64_C(0x77656E64) /* no number depends on it */

struct wend_bytes wend__map_scope(const struct wend_map_model *model, uint32_t scope) {
    return wend__snapshot_options(model->snapshot)->scopes[scope];
}

const struct wend_map_sum *wend__map_touchpoint(const struct wend_map_slice *slice, uint32_t name) {
    for (size_t i = 0; i < slice->touchpoints.count; i++) {
        if (slice->touchpoints.items[i].key[0] == name) {
            return &slice->touchpoints.items[i];
        }
    }
    return NULL;
}

static enum wend_status check_options(struct wend_map_model *model, struct wend_error *error) {
    struct wend_map_options *options = &model->options;
    const struct wend_snapshot_options *snapshot = wend__snapshot_options(model->snapshot);
    options->steps = options->steps == 0 ? WEND_MAP_STEPS : options->steps;
    options->top = options->top == 0 ? WEND_MAP_TOP : options->top;
    if (options->steps < WEND_MAP_STEPS_MIN || options->steps > WEND_MAP_STEPS_MAX ||
        options->top < WEND_MAP_TOP_MIN || options->top > WEND_MAP_TOP_MAX) {
        return wend__fail(
            error, WEND_ERROR_USAGE, "a map has %u to %u steps, and %u to %u touchpoints a step",
            WEND_MAP_STEPS_MIN, WEND_MAP_STEPS_MAX, WEND_MAP_TOP_MIN, WEND_MAP_TOP_MAX);
    }
    model->segment = snapshot->segment_count == 0 ? WEND_MAP_NO_NAME : 0;
    bool known = options->segment.data == NULL;
    for (uint32_t i = 0; !known && i < snapshot->segment_count; i++) {
        known = wend__bytes_equal(snapshot->segments[i], options->segment);
        model->segment = known ? i : model->segment;
    }
    if (!known) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the snapshot has no segment field %.*s; `wend show DIR` lists them",
                          (int)options->segment.len, (const char *)options->segment.data);
    }
    known = options->scope.data == NULL;
    for (uint32_t i = 0; !known && i < snapshot->scope_count; i++) {
        known = wend__bytes_equal(snapshot->scopes[i], options->scope);
    }
    if (!known) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "the snapshot has no scope %.*s; `wend show DIR` lists them",
                          (int)options->scope.len, (const char *)options->scope.data);
    }
    for (unsigned i = 0; i <= WEND_TABLE_SWITCHES; i++) {
        if (!wend__snapshot_has_table(model->snapshot, (enum wend_table_id)i)) {
            return wend__fail(error, WEND_ERROR_USAGE,
                              "the snapshot has no table %s, and a map needs it; replay without "
                              "--tables",
                              wend__schemas[i].name);
        }
    }
    return WEND_OK;
}

static enum wend_status name_marks(struct wend_map_model *model, struct wend_error *error) {
    WEND_TRY(wend__map_intern(model, wend__bytes_text("(entry)"), &model->entry, error));
    WEND_TRY(wend__map_intern(model, wend__bytes_text("(exit)"), &model->exit, error));
    WEND_TRY(wend__map_intern(model, wend__bytes_text("(more)"), &model->more, error));
    WEND_TRY(wend__map_intern(model, wend__bytes_text("(none)"), &model->none, error));
    return wend__map_intern(model, wend__bytes_text("\xE2\x80\xA6"), &model->cut, error);
}

struct named {
    struct wend_bytes text;
    uint32_t name;
};

static int compare_named(const void *a, const void *b) {
    return wend__bytes_compare(((const struct named *)a)->text, ((const struct named *)b)->text);
}

static void rename_keys(struct wend_map_sums *sums, unsigned first, unsigned count,
                        const uint32_t *ranks) {
    for (size_t i = 0; i < sums->count; i++) {
        for (unsigned k = first; k < first + count; k++) {
            sums->items[i].key[k] = ranks[sums->items[i].key[k]];
        }
    }
}

static void rename_slice(struct wend_map_slice *slice, const uint32_t *ranks) {
    if (slice->value != WEND_MAP_NO_NAME) {
        slice->value = ranks[slice->value];
    }
    for (size_t i = 0; i < slice->stage_count; i++) {
        if (slice->stages[i].name != WEND_MAP_NO_NAME) {
            slice->stages[i].name = ranks[slice->stages[i].name];
        }
    }
    rename_keys(&slice->touchpoints, 0, 1, ranks);
    rename_keys(&slice->transitions, 0, 2, ranks);
    rename_keys(&slice->flow[0], 1, 2, ranks);
    rename_keys(&slice->flow[1], 1, 2, ranks);
    rename_keys(&slice->switches, 0, 3, ranks);
    rename_keys(&slice->turns, 0, 5, ranks);
}

/* Numbers all names anew, so that their order is that of their bytes. */
static enum wend_status order_names(struct wend_map_model *model, struct wend_error *error) {
    uint32_t count = model->names.count;
    struct named *named = wend__alloc((count + 1U) * sizeof *named);
    uint32_t *ranks = wend__alloc((count + 1U) * sizeof *ranks);
    struct wend_strings ordered;
    wend__strings_init(&ordered, SEED);
    bool done = named != NULL && ranks != NULL;
    for (uint32_t i = 0; done && i < count; i++) {
        named[i] = (struct named){wend__strings_get(&model->names, i), i};
    }
    if (done && count > 1) {
        qsort(named, count, sizeof *named, compare_named);
    }
    for (uint32_t i = 0; done && i < count; i++) {
        done = wend__strings_intern(&ordered, named[i].text, &ranks[named[i].name], NULL);
    }
    if (done) {
        for (size_t i = 0; i < model->slice_count; i++) {
            rename_slice(&model->slices[i], ranks);
        }
        model->entry = ranks[model->entry];
        model->exit = ranks[model->exit];
        model->more = ranks[model->more];
        model->none = ranks[model->none];
        model->cut = ranks[model->cut];
        struct wend_strings old = model->names;
        model->names = ordered;
        ordered = old;
    }
    wend__strings_deinit(&ordered);
    wend__free(named);
    wend__free(ranks);
    return done ? WEND_OK : wend__fail_memory(error);
}

/* The mean step of each touchpoint, in thousandths: where in the journey it is met. */
static bool measure_depths(struct wend_map_slice *slice, uint32_t name_count) {
    double *sums = wend__alloc_zeroed(2 * (size_t)name_count + 1, sizeof *sums);
    if (sums == NULL) {
        return false;
    }
    double *units = sums + name_count;
    for (size_t i = 0; i < slice->flow[0].count; i++) {
        const struct wend_map_sum *row = &slice->flow[0].items[i];
        sums[row->key[1]] += (double)row->value[0] * row->key[0];
        units[row->key[1]] += (double)row->value[0];
    }
    for (size_t i = 0; i < slice->touchpoints.count; i++) {
        struct wend_map_sum *point = &slice->touchpoints.items[i];
        uint32_t name = point->key[0];
        point->value[WEND_MAP_DEPTH] =
            units[name] > 0 ? (int64_t)(sums[name] / units[name] * 1000) : DEPTH_UNKNOWN;
    }
    wend__free(sums);
    return true;
}

static void sort_slice(struct wend_map_slice *slice) {
    wend__map_sums_sort(&slice->touchpoints);
    wend__map_sums_sort(&slice->transitions);
    wend__map_sums_sort(&slice->flow[0]);
    wend__map_sums_sort(&slice->flow[1]);
    wend__map_sums_sort(&slice->switches);
    wend__map_sums_sort(&slice->turns);
}

enum wend_status wend__map_model_read(const struct wend_snapshot *snapshot,
                                      const struct wend_map_options *options,
                                      struct wend_map_model *model, struct wend_error *error) {
    model->snapshot = snapshot;
    model->options = *options;
    wend__strings_init(&model->names, SEED);
    WEND_TRY(check_options(model, error));
    WEND_TRY(name_marks(model, error));
    WEND_TRY(wend__map_choose_slices(model, error));
    WEND_TRY(wend__map_read_tables(model, error));
    WEND_TRY(wend__map_read_paths(model, error));
    WEND_TRY(order_names(model, error));
    for (size_t i = 0; i < model->slice_count; i++) {
        if (!measure_depths(&model->slices[i], model->names.count)) {
            return wend__fail_memory(error);
        }
        sort_slice(&model->slices[i]);
    }
    return wend__map_read_top_paths(model, error);
}

void wend__map_model_deinit(struct wend_map_model *model) {
    for (size_t i = 0; i < model->slice_count; i++) {
        struct wend_map_slice *slice = &model->slices[i];
        for (size_t k = 0; k < slice->stage_count; k++) {
            wend__sketch_deinit(&slice->stages[k].seconds);
        }
        for (size_t k = 0; slice->top_paths != NULL && k < slice->top_count; k++) {
            wend__free(slice->top_paths[k].steps);
        }
        wend__free(slice->stages);
        wend__free(slice->top_paths);
        wend__map_sums_deinit(&slice->touchpoints);
        wend__map_sums_deinit(&slice->transitions);
        wend__map_sums_deinit(&slice->flow[0]);
        wend__map_sums_deinit(&slice->flow[1]);
        wend__map_sums_deinit(&slice->switches);
        wend__map_sums_deinit(&slice->turns);
        wend__map_sums_deinit(&slice->paths);
    }
    wend__map_sums_deinit(&model->sizes);
    wend__strings_deinit(&model->names);
}
