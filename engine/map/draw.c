/* What all drawings share. */
#include "map/draw.h"

#include "map/labels.h"

#define TITLE_BYTES 160U

struct wend_bytes wend__map_name(const struct wend_map_model *model, uint32_t name) {
    return wend__strings_get(&model->names, name);
}

const char *wend__map_units_word(const struct wend_map_slice *slice) {
    return slice->scope == 0 ? LABEL_UNITS_SESSION : LABEL_UNITS_JOURNEY;
}

void wend__draw_rect(struct wend_pen *pen, const char *class, double x, double y, double width,
                     double height, double radius) {
    wend__pen_format(pen, "<rect class=\"%s\"", class);
    wend__pen_attribute(pen, "x", x);
    wend__pen_attribute(pen, "y", y);
    wend__pen_attribute(pen, "width", width < 0 ? 0 : width);
    wend__pen_attribute(pen, "height", height < 0 ? 0 : height);
    if (radius > 0) {
        wend__pen_attribute(pen, "rx", radius);
    }
    wend__pen_put(pen, "/>");
}

void wend__draw_text_begin(struct wend_pen *pen, const char *class, double x, double y) {
    wend__pen_format(pen, "<text class=\"%s\"", class);
    wend__pen_attribute(pen, "x", x);
    wend__pen_attribute(pen, "y", y);
    wend__pen_put(pen, ">");
}

void wend__draw_name(const struct wend_drawing *drawing, const char *class, double x, double y,
                     uint32_t name, double width, double size) {
    wend__draw_text_begin(drawing->pen, class, x, y);
    wend__pen_fit(drawing->pen, wend__map_name(drawing->model, name), width, size);
    wend__pen_put(drawing->pen, "</text>");
}

void wend__draw_point_begin(const struct wend_drawing *drawing, uint32_t name) {
    struct wend_pen *pen = drawing->pen;
    const struct wend_map_slice *slice = drawing->slice;
    const struct wend_map_sum *point = wend__map_touchpoint(slice, name);
    wend__pen_format(pen, "<g class=\"n\" data-t=\"%u\" role=\"img\"><title>", name);
    wend__pen_text(pen, wend__map_name(drawing->model, name), TITLE_BYTES);
    if (point != NULL) {
        int64_t units = point->value[WEND_MAP_UNITS];
        wend__pen_put(pen, ": ");
        wend__pen_count(pen, units);
        wend__pen_format(pen, " %s (", wend__map_units_word(slice));
        wend__pen_share(pen, units, slice->units);
        wend__pen_put(pen, "), ");
        wend__pen_share(pen, point->value[WEND_MAP_CONVERTED], units);
        wend__pen_put(pen, " " LABEL_CONVERT ", ");
        wend__pen_count(pen, point->value[WEND_MAP_ABANDONED]);
        wend__pen_put(pen, " (");
        wend__pen_share(pen, point->value[WEND_MAP_ABANDONED], units);
        wend__pen_put(pen, ") " LABEL_LOST_HERE);
    }
    wend__pen_put(pen, "</title>");
}

size_t wend__map_drops(const struct wend_map_slice *slice, const struct wend_map_sum **drops,
                       size_t max) {
    size_t count = 0;
    for (size_t i = 0; i < slice->touchpoints.count; i++) {
        const struct wend_map_sum *point = &slice->touchpoints.items[i];
        int64_t abandoned = point->value[WEND_MAP_ABANDONED];
        size_t at = count;
        while (at > 0 && (drops[at - 1]->value[WEND_MAP_ABANDONED] < abandoned ||
                          (drops[at - 1]->value[WEND_MAP_ABANDONED] == abandoned &&
                           drops[at - 1]->key[0] > point->key[0]))) {
            at--;
        }
        if (abandoned == 0 || at == max) {
            continue;
        }
        count += count < max ? 1 : 0;
        for (size_t k = count - 1; k > at; k--) {
            drops[k] = drops[k - 1];
        }
        drops[at] = point;
    }
    return count;
}
