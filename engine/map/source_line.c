#include "map/source_line.h"

#include "base/limits.h"
#include "map/labels.h"
#include "snapshot/snapshot_files.h"

#include <inttypes.h>
#include <time.h>

#define NAME_BYTES 120U

static void put_day(struct wend_pen *pen, int64_t ts_us) {
    time_t seconds = (time_t)(ts_us / WEND_US_PER_SECOND);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) != NULL) {
        wend__pen_format(pen, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1,
                         parts.tm_mday);
    }
}

void wend__map_period(struct wend_pen *pen, const struct wend_map_model *model) {
    const struct wend_manifest *manifest = wend__snapshot_manifest(model->snapshot);
    if (model->has_windows) {
        wend__pen_put(pen, LABEL_FROM " ");
        put_day(pen, model->first_window_us);
        wend__pen_put(pen, ", ");
    }
    if (manifest->has_watermark) {
        wend__pen_put(pen, LABEL_UNTIL " ");
        put_day(pen, manifest->watermark_us);
    }
}

/* The part behind the last slash: a map is handed on, and folders of this machine say nothing. */
static struct wend_bytes base_name(const char *path) {
    struct wend_bytes name = wend__bytes_text(path);
    for (size_t i = name.len; i > 0; i--) {
        if (name.data[i - 1] == '/' && i < name.len) {
            return (struct wend_bytes){name.data + i, name.len - i};
        }
    }
    return name;
}

void wend__map_source(struct wend_pen *pen, const struct wend_map_model *model) {
    const struct wend_manifest *manifest = wend__snapshot_manifest(model->snapshot);
    struct wend_hash128 id = wend__snapshot_id(model->snapshot);
    if (manifest->input_count > 0) {
        wend__pen_text(pen, base_name(manifest->inputs[0].name), NAME_BYTES);
        if (manifest->input_count > 1) {
            wend__pen_format(pen, " + %zu", manifest->input_count - 1);
        }
        wend__pen_put(pen, ", ");
    }
    if (manifest->definitions_name != NULL && manifest->definitions_name[0] != '\0') {
        wend__pen_text(pen, base_name(manifest->definitions_name), NAME_BYTES);
        wend__pen_put(pen, ", ");
    }
    wend__pen_format(pen, LABEL_SNAPSHOT " %08" PRIx64, (uint64_t)id.high >> 32);
}

void wend__map_slice_value(struct wend_pen *pen, const struct wend_map_model *model,
                           const struct wend_map_slice *slice) {
    if (slice->is_all) {
        wend__pen_put(pen, LABEL_ALL);
        return;
    }
    const struct wend_snapshot_options *options = wend__snapshot_options(model->snapshot);
    wend__pen_text(pen, options->segments[model->segment], NAME_BYTES);
    wend__pen_put(pen, ": ");
    if (slice->value == WEND_MAP_NO_NAME) {
        wend__pen_put(pen, LABEL_NO_VALUE);
    } else {
        wend__pen_text(pen, wend__strings_get(&model->names, slice->value), NAME_BYTES);
    }
}

void wend__map_slice_name(struct wend_pen *pen, const struct wend_map_model *model,
                          const struct wend_map_slice *slice) {
    if (slice->scope == 0) {
        wend__pen_put(pen, LABEL_SESSION);
    } else {
        wend__pen_text(pen, wend__map_scope(model, slice->scope), NAME_BYTES);
    }
}
