/*
 * The poster: one slice on a sheet of the A series, landscape.
 *
 * A sheet is 1188 units wide whatever its size: on A2 a unit is half a millimetre, and the smallest
 * text, 12 units, is 6 mm high, which is read from two metres.
 *
 *   title, period, totals
 *   stages and their touchpoints
 *   flow                          | where they give up
 *   legend, source
 */
#include "map/assets.h"
#include "map/draw.h"
#include "map/labels.h"
#include "map/source_line.h"

#define WIDTH 1188.0
#define HEIGHT 840.0
#define MARGIN 36.0
#define STAGES_Y 138.0
#define GAP 28.0
#define PARTS_BOTTOM 794.0
#define FLOW_WIDTH 800.0
#define FLOW_STEPS_MAX 5U
#define SIDE_X 872.0
#define STAGE_ROWS 3U
#define PLAIN_ROWS 5U
#define FLOW_ROWS 5U
#define DROPS_MAX 12U
#define DROP_STEP 42.0 /* as high as a row is drawn */

/* The long side of A0 to A4 in millimetres, and the short one. */
static const struct paper {
    const char *name;
    double width;
    double height;
} papers[] = {
    {"A0", 1189, 841}, {"A1", 841, 594}, {"A2", 594, 420}, {"A3", 420, 297}, {"A4", 297, 210}};

static const struct paper *find_paper(const char *name) {
    for (size_t i = 0; i < sizeof papers / sizeof papers[0]; i++) {
        if (strcmp(papers[i].name, name == NULL ? "A2" : name) == 0) {
            return &papers[i];
        }
    }
    return NULL;
}

static void begin_group(struct wend_pen *pen, double x, double y) {
    wend__pen_put(pen, "<g transform=\"translate(");
    wend__pen_number(pen, x);
    wend__pen_put(pen, " ");
    wend__pen_number(pen, y);
    wend__pen_put(pen, ")\">");
}

static void put_total(struct wend_pen *pen, double x, const char *class, const char *label,
                      int64_t count, int64_t of) {
    wend__pen_format(pen, "<text class=\"total %s end\"", class);
    wend__pen_attribute(pen, "x", x);
    wend__pen_put(pen, " y=\"72\">");
    wend__pen_count(pen, count);
    wend__pen_put(pen, "</text>");
    wend__draw_text_begin(pen, "cap end", x, 94);
    wend__pen_put(pen, label);
    if (of >= 0) {
        wend__pen_put(pen, ", ");
        wend__pen_share(pen, count, of);
    }
    wend__pen_put(pen, "</text>");
}

static void put_title(struct wend_pen *pen, const struct wend_map_model *model,
                      const struct wend_map_slice *slice) {
    wend__pen_format(pen, "<text class=\"title\" x=\"%.0f\" y=\"72\">", MARGIN);
    wend__map_slice_name(pen, model, slice);
    wend__pen_put(pen, "</text>");
    wend__draw_text_begin(pen, "l m", MARGIN, 98);
    wend__pen_put(pen, LABEL_TITLE ", ");
    wend__map_period(pen, model);
    wend__pen_put(pen, "</text>");
    double x = WIDTH - MARGIN;
    if (slice->open > 0) {
        put_total(pen, x, "", LABEL_OPEN, slice->open, slice->units);
        x -= 160;
    }
    put_total(pen, x, "bad-text", LABEL_ABANDONED, slice->abandoned, slice->units);
    put_total(pen, x - 170, "good-text", LABEL_CONVERTED, slice->converted, slice->units);
    put_total(pen, x - 330, "", wend__map_units_word(slice), slice->units, -1);
}

static void put_heading(struct wend_pen *pen, double x, double y, const char *text) {
    wend__draw_text_begin(pen, "h", x, y);
    wend__pen_put(pen, text);
    wend__pen_put(pen, "</text>");
}

static void put_legend(struct wend_pen *pen, const struct wend_map_model *model) {
    static const struct {
        const char *class;
        const char *label;
    } marks[] = {{"reach", LABEL_LEGEND_REACH},
                 {"good", LABEL_LEGEND_CONVERTED},
                 {"bad", LABEL_LEGEND_LOST}};
    double x = MARGIN;
    double y = HEIGHT - 24;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        wend__draw_rect(pen, marks[i].class, x, y - 9, 22, 10, 2);
        wend__draw_text_begin(pen, "cap", x + 29, y);
        wend__pen_put(pen, marks[i].label);
        wend__pen_put(pen, "</text>");
        x += 52 + wend__pen_width(wend__bytes_text(marks[i].label), 12);
    }
    wend__draw_text_begin(pen, "cap end", WIDTH - MARGIN, y);
    wend__pen_put(pen, LABEL_SOURCE ": ");
    wend__map_source(pen, model);
    wend__pen_put(pen, "; " LABEL_MADE "</text>");
}

static void put_sheet(struct wend_pen *pen, struct wend_map_model *model,
                      const struct paper *paper) {
    const struct wend_map_slice *slice = &model->slices[0];
    bool staged = slice->stage_count > 0;
    wend__pen_format(pen,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0fmm\" height=\"%.0fmm\" "
                     "viewBox=\"0 0 %.0f %.0f\" role=\"img\"><title>" LABEL_TITLE ": ",
                     paper->width, paper->height, WIDTH, HEIGHT);
    wend__map_slice_name(pen, model, slice);
    wend__pen_put(pen, "</title><style>");
    wend__pen_put(pen, wend__map_poster_style.text);
    wend__pen_put(pen, ".title{font-size:44px;font-weight:700}.total{font-size:30px;"
                       "font-weight:600}.sheet{fill:#fcfbf9}</style>");
    wend__draw_rect(pen, "sheet", 0, 0, WIDTH, HEIGHT, 0);
    put_title(pen, model, slice);
    struct wend_drawing drawing = {.pen = pen,
                                   .model = model,
                                   .slice = slice,
                                   .width = WIDTH - 2 * MARGIN,
                                   .rows = staged ? STAGE_ROWS : PLAIN_ROWS / 2 * 2};
    begin_group(pen, MARGIN, STAGES_Y);
    double parts_y = STAGES_Y + wend__draw_stages(&drawing) + GAP;
    wend__pen_put(pen, "</g>");
    model->options.steps =
        model->options.steps > FLOW_STEPS_MAX ? FLOW_STEPS_MAX : model->options.steps;
    put_heading(pen, MARGIN, parts_y + 18, LABEL_FLOW);
    drawing.width = FLOW_WIDTH;
    drawing.height = PARTS_BOTTOM - parts_y - 34;
    drawing.rows = FLOW_ROWS;
    begin_group(pen, MARGIN, parts_y + 34);
    (void)wend__draw_flow(&drawing, 0);
    wend__pen_put(pen, "</g>");
    put_heading(pen, SIDE_X, parts_y + 18, LABEL_DROP);
    drawing.width = WIDTH - MARGIN - SIDE_X;
    drawing.rows = (uint32_t)((PARTS_BOTTOM - parts_y - 38) / DROP_STEP);
    drawing.rows = drawing.rows < DROPS_MAX ? drawing.rows : DROPS_MAX;
    begin_group(pen, SIDE_X, parts_y + 38);
    (void)wend__draw_drops(&drawing);
    wend__pen_put(pen, "</g>");
    put_legend(pen, model);
    wend__pen_put(pen, "</svg>\n");
}

enum wend_status wend__map_poster(const struct wend_snapshot *snapshot,
                                  const struct wend_map_options *options, struct wend_buffer *out,
                                  struct wend_error *error) {
    const struct paper *paper = find_paper(options->paper);
    if (paper == NULL) {
        return wend__fail(error, WEND_ERROR_USAGE,
                          "there is no paper %.16s; a poster is A0, A1, A2, A3 or A4",
                          options->paper);
    }
    struct wend_map_model model = {0};
    enum wend_status status = wend__map_model_read(snapshot, options, &model, error);
    if (status == WEND_OK) {
        struct wend_pen pen = {out, false};
        put_sheet(&pen, &model, paper);
        status = pen.failed ? wend__fail_memory(error) : WEND_OK;
    }
    wend__map_model_deinit(&model);
    return status;
}
