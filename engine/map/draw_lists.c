/* Lists as bars: where people give up, the ideal journey, changes of a segment field, times. */
#include "map/draw.h"
#include "map/labels.h"

#include <math.h>

#define DROP_STEP 42.0
#define IDEAL_STEP 54.0
#define SWITCH_STEP 42.0
#define TIME_STEP 46.0
#define BAR_HEIGHT 9.0
#define DROPS_MAX 40U
#define INSTEAD 2U

static void text_end(struct wend_pen *pen) {
    wend__pen_put(pen, "</text>");
}

static double nothing(struct wend_pen *pen) {
    wend__draw_text_begin(pen, "m", 0, 16);
    wend__pen_put(pen, LABEL_NONE "</text>");
    return 24;
}

double wend__draw_drops(const struct wend_drawing *drawing) {
    const struct wend_map_sum *drops[DROPS_MAX + 1];
    size_t max = drawing->rows < DROPS_MAX ? drawing->rows : DROPS_MAX;
    size_t count = wend__map_drops(drawing->slice, drops, max);
    struct wend_pen *pen = drawing->pen;
    double width = drawing->width;
    for (size_t i = 0; i < count; i++) {
        double y = (double)i * DROP_STEP;
        int64_t lost = drops[i]->value[WEND_MAP_ABANDONED];
        double share = (double)lost / (double)drops[0]->value[WEND_MAP_ABANDONED];
        wend__draw_point_begin(drawing, drops[i]->key[0]);
        wend__draw_rect(pen, "hit", 0, y, width, DROP_STEP, 0);
        wend__draw_name(drawing, "l", 0, y + 16, drops[i]->key[0], width - 130, 14);
        wend__draw_text_begin(pen, "v bad-text b end", width - 62, y + 16);
        wend__pen_count(pen, lost);
        text_end(pen);
        wend__draw_text_begin(pen, "v m end", width, y + 16);
        wend__pen_share(pen, lost, drops[i]->value[WEND_MAP_UNITS]);
        text_end(pen);
        wend__draw_rect(pen, "track", 0, y + 23, width, BAR_HEIGHT, 2);
        wend__draw_rect(pen, "bad", 0, y + 23, width * share, BAR_HEIGHT, 2);
        wend__pen_put(pen, "</g>");
    }
    return count == 0 ? nothing(pen) : (double)count * DROP_STEP;
}

/* Where those go who leave the ideal journey behind step `index`. */
static void draw_instead(const struct wend_drawing *drawing, uint32_t index, double x, double y,
                         double width) {
    const struct wend_map_ideal *ideal = &drawing->slice->ideal;
    const struct wend_map_sums *transitions = &drawing->slice->transitions;
    struct wend_pen *pen = drawing->pen;
    uint32_t shown = 0;
    for (size_t i = 0; i < transitions->count && shown < INSTEAD; i++) {
        const struct wend_map_sum *sum = &transitions->items[i];
        if (sum->key[0] != ideal->steps[index] || sum->key[1] == ideal->steps[index + 1]) {
            continue;
        }
        bool is_exit = sum->key[1] == drawing->model->exit;
        double at = x + shown * width / INSTEAD;
        wend__draw_text_begin(pen, is_exit ? "v bad-text" : "v m", at, y);
        wend__pen_put(pen, "\xE2\x86\xB3 ");
        shown++;
        wend__pen_fit(pen, wend__map_name(drawing->model, sum->key[1]), width / INSTEAD - 76, 12.5);
        wend__pen_put(pen, " ");
        wend__pen_count(pen, sum->value[WEND_MAP_TRANSITIONS]);
        text_end(pen);
    }
}

double wend__draw_ideal(const struct wend_drawing *drawing) {
    const struct wend_map_ideal *ideal = &drawing->slice->ideal;
    struct wend_pen *pen = drawing->pen;
    double left = 34;
    double width = drawing->width - left;
    int64_t units = drawing->slice->units;
    if (ideal->step_count == 0) {
        return nothing(pen);
    }
    double end = (double)(ideal->step_count - 1) * IDEAL_STEP + 14;
    wend__pen_format(pen, "<path class=\"spine\" d=\"M12 14V%.0f\"/>", end);
    for (uint32_t i = 0; i < ideal->step_count; i++) {
        double y = i * IDEAL_STEP;
        double share = units > 0 ? (double)ideal->kept[i] / (double)units : 0;
        wend__draw_point_begin(drawing, ideal->steps[i]);
        wend__draw_rect(pen, "hit", 0, y, drawing->width, 36, 0);
        wend__pen_format(pen, "<circle class=\"stop\" cx=\"12\" cy=\"%.0f\" r=\"11\"/>", y + 14);
        wend__draw_text_begin(pen, "v mid stop-text", 12, y + 18);
        wend__pen_format(pen, "%u</text>", i + 1);
        wend__draw_name(drawing, "l", left, y + 16, ideal->steps[i], width - 150, 14);
        wend__draw_text_begin(pen, "v b end", drawing->width - 62, y + 16);
        wend__pen_count(pen, ideal->kept[i]);
        text_end(pen);
        wend__draw_text_begin(pen, "v m end", drawing->width, y + 16);
        wend__pen_share(pen, ideal->kept[i], units);
        text_end(pen);
        wend__draw_rect(pen, "track", left, y + 22, width, 6, 2);
        wend__draw_rect(pen, "reach", left, y + 22, width * share, 6, 2);
        wend__pen_put(pen, "</g>");
        if (i + 1 < ideal->step_count) {
            draw_instead(drawing, i, left, y + 44, width);
        }
    }
    double y = (double)ideal->step_count * IDEAL_STEP;
    wend__draw_text_begin(pen, "v m", left, y);
    wend__pen_count(pen, ideal->exactly);
    wend__pen_put(pen, " (");
    wend__pen_share(pen, ideal->exactly, units);
    wend__pen_put(pen, ") " LABEL_EXACTLY "</text>");
    return y + 10;
}

double wend__draw_switches(const struct wend_drawing *drawing) {
    const struct wend_map_sums *switches = &drawing->slice->switches;
    struct wend_pen *pen = drawing->pen;
    double width = drawing->width;
    size_t count = switches->count < drawing->rows ? switches->count : drawing->rows;
    for (size_t i = 0; i < count; i++) {
        const struct wend_map_sum *sum = &switches->items[i];
        double y = (double)i * SWITCH_STEP;
        double units =
            (double)(sum->value[WEND_MAP_SWITCH_UNITS] > 0 ? sum->value[WEND_MAP_SWITCH_UNITS] : 1);
        double bar = width * (double)sum->value[WEND_MAP_SWITCHES] /
                     (double)switches->items[0].value[WEND_MAP_SWITCHES];
        double good = bar * (double)sum->value[WEND_MAP_SWITCH_CONVERTED] / units;
        double bad = bar * (double)sum->value[WEND_MAP_SWITCH_LOST] / units;
        double third = (width - 130) / 2;
        wend__draw_text_begin(pen, "l", 0, y + 16);
        wend__pen_fit(pen, wend__map_name(drawing->model, sum->key[1]), third - 34, 14);
        wend__pen_put(pen, "<tspan class=\"m\"> \xE2\x86\x92 </tspan>");
        wend__pen_fit(pen, wend__map_name(drawing->model, sum->key[2]), third - 34, 14);
        wend__pen_put(pen, "<tspan class=\"m\" dx=\"7\">");
        wend__pen_fit(pen, wend__map_name(drawing->model, sum->key[0]), 80, 12);
        wend__pen_put(pen, "</tspan></text>");
        wend__draw_text_begin(pen, "v b end", width - 62, y + 16);
        wend__pen_count(pen, sum->value[WEND_MAP_SWITCHES]);
        text_end(pen);
        wend__draw_text_begin(pen, "v good-text end", width, y + 16);
        wend__pen_share(pen, sum->value[WEND_MAP_SWITCH_CONVERTED],
                        sum->value[WEND_MAP_SWITCH_UNITS]);
        text_end(pen);
        wend__draw_rect(pen, "reach", 0, y + 23, bar, BAR_HEIGHT, 2);
        wend__draw_rect(pen, "good", 0, y + 23, good, BAR_HEIGHT, 2);
        wend__draw_rect(pen, "bad", bar - bad, y + 23, bad, BAR_HEIGHT, 2);
    }
    return count == 0 ? nothing(pen) : (double)count * SWITCH_STEP;
}

/* The place of a time on the logarithmic scale from one second to `most`. */
static double place(double seconds, double most, double width) {
    double at = log(seconds < 1 ? 1 : seconds) / log(most);
    return (at > 1 ? 1 : at) * width;
}

static void draw_scale(struct wend_pen *pen, double most, double x, double width, double height) {
    static const struct {
        double seconds;
        const char *label;
    } marks[] = {{1, "1 s"}, {60, "1 min"}, {3600, "1 h"}, {86400, "1 d"}, {2592000, "30 d"}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (marks[i].seconds <= most) {
            double at = x + place(marks[i].seconds, most, width);
            wend__pen_put(pen, "<path class=\"grid\" d=\"M");
            wend__pen_number(pen, at);
            wend__pen_format(pen, " 18V%.0f\"/>", height);
            wend__draw_text_begin(pen, "cap", at, 11);
            wend__pen_format(pen, "%s</text>", marks[i].label);
        }
    }
}

static double quantile(const struct wend_map_stage *stage, uint32_t tenths) {
    return (double)wend__sketch_quantile(&stage->seconds, tenths, 10) / 1e6;
}

double wend__draw_times(const struct wend_drawing *drawing) {
    const struct wend_map_slice *slice = drawing->slice;
    struct wend_pen *pen = drawing->pen;
    double most = 60;
    size_t rows = 0;
    for (size_t i = 0; i < slice->stage_count; i++) {
        if (wend__sketch_count(&slice->stages[i].seconds) > 0) {
            double seconds = quantile(&slice->stages[i], 9);
            most = seconds > most ? seconds : most;
            rows++;
        }
    }
    if (rows == 0) {
        return nothing(pen);
    }
    double scale = drawing->width - 46; /* room for the last mark's label */
    double height = (double)rows * TIME_STEP + 20;
    draw_scale(pen, most * 1.1, 0, scale, height - 8);
    double y = 24;
    for (size_t i = 0; i + 1 < slice->stage_count; i++) {
        const struct wend_map_stage *stage = &slice->stages[i];
        if (wend__sketch_count(&stage->seconds) == 0) {
            continue;
        }
        double half = quantile(stage, 5);
        double most_of_all = quantile(stage, 9);
        wend__draw_text_begin(pen, "l halo", 0, y + 14);
        wend__pen_fit(pen, wend__map_name(drawing->model, stage->name), scale / 2 - 80, 13);
        wend__pen_put(pen, "<tspan class=\"m\"> " LABEL_TO " </tspan>");
        wend__pen_fit(pen, wend__map_name(drawing->model, slice->stages[i + 1].name),
                      scale / 2 - 80, 13);
        text_end(pen);
        wend__draw_text_begin(pen, "v halo end", drawing->width, y + 14);
        wend__pen_seconds(pen, half);
        wend__pen_put(pen, "<tspan class=\"m\"> \xE2\x80\x93 ");
        wend__pen_seconds(pen, most_of_all);
        wend__pen_put(pen, "</tspan></text>");
        wend__draw_rect(pen, "reach", 0, y + 22, place(most_of_all, most * 1.1, scale), 7, 3);
        wend__pen_put(pen, "<circle class=\"dot\"");
        wend__pen_attribute(pen, "cx", place(half, most * 1.1, scale));
        wend__pen_attribute(pen, "cy", y + 25.5);
        wend__pen_put(pen, " r=\"6\"/>");
        y += TIME_STEP;
    }
    return height;
}
