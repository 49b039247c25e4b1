/* The page: one self-contained file of HTML with all views. */
#include "map/assets.h"
#include "map/draw.h"
#include "map/labels.h"
#include "map/source_line.h"
#include "map/tables.h"

#define WIDE 1240.0
#define GRAPH_WIDTH 700.0
#define LIST_WIDTH 440.0
#define FLOW_HEIGHT 470.0

struct page {
    const struct wend_map_model *model;
    struct wend_pen pen;
    struct wend_buffer drawn; /* of one drawing, until its height is known */
};

static void put_base64(struct wend_pen *pen, const uint8_t hash[32]) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[45];
    for (size_t i = 0; i < 11; i++) {
        uint32_t group = (uint32_t)hash[i * 3] << 16 | (uint32_t)hash[i * 3 + 1] << 8 |
                         (i < 10 ? hash[i * 3 + 2] : 0U);
        for (size_t k = 0; k < 4; k++) {
            text[i * 4 + k] = digits[group >> (18 - 6 * k) & 63];
        }
    }
    text[43] = '='; /* 32 bytes are 10 groups of three, and two bytes */
    text[44] = '\0';
    wend__pen_put(pen, text);
}

static bool is_served(const struct page *page) {
    return page->model->options.tag.data != NULL;
}

/* What the page says of its connection. */
static void put_live(struct page *page) {
    struct wend_pen *pen = &page->pen;
    wend__pen_put(pen, "<p id=\"live\" role=\"status\" aria-live=\"polite\" data-tag=\"");
    wend__pen_text(pen, page->model->options.tag, SIZE_MAX);
    wend__pen_put(pen, "\" data-live=\"" LABEL_LIVE "\" data-lost=\"" LABEL_LIVE_LOST "\"></p>");
}

static void put_head(struct page *page) {
    struct wend_pen *pen = &page->pen;
    wend__pen_put(pen, "<!DOCTYPE html>\n<html lang=\"" LABEL_LANGUAGE "\"><head>"
                       "<meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" "
                       "content=\"default-src 'none'; base-uri 'none'; form-action 'none'; ");
    wend__pen_put(pen, is_served(page) ? "connect-src 'self'; " : "");
    wend__pen_put(pen, "style-src 'sha256-");
    put_base64(pen, wend__map_style.sha256);
    wend__pen_put(pen, "'; script-src 'sha256-");
    put_base64(pen, wend__map_script.sha256);
    wend__pen_put(pen, "'\"><meta name=\"viewport\" content=\"width=device-width, "
                       "initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">"
                       "<title>" LABEL_TITLE ": ");
    wend__map_slice_name(pen, page->model, &page->model->slices[0]);
    wend__pen_put(pen, "</title><style>");
    wend__pen_put(pen, wend__map_style.text);
    wend__pen_put(pen, "</style></head>\n<body><a class=\"skip\" href=\"#map\">" LABEL_SKIP
                       "</a><header><h1>" LABEL_TITLE "</h1><p class=\"source\">");
    wend__map_period(pen, page->model);
    wend__pen_put(pen, "</p>");
    if (is_served(page)) {
        put_live(page);
    }
    wend__pen_put(pen, "<p class=\"help\">" LABEL_HINT "</p><ul class=\"legend\">"
                       "<li><i class=\"reach\"></i>" LABEL_LEGEND_REACH "</li>"
                       "<li><i class=\"good\"></i>" LABEL_LEGEND_CONVERTED "</li>"
                       "<li><i class=\"bad\"></i>" LABEL_LEGEND_LOST "</li>"
                       "<li><i class=\"loop\"></i>" LABEL_LEGEND_LOOP "</li></ul></header>\n");
}

static void put_select(struct wend_pen *pen, const char *id, const char *label) {
    wend__pen_format(pen, "<label>%s<select id=\"%s\" data-nothing=\"" LABEL_NOTHING "\">", label,
                     id);
    if (strcmp(id, "direction") == 0) {
        wend__pen_put(pen, "<option value=\"0\">" LABEL_FORWARD
                           "</option><option value=\"1\">" LABEL_BACKWARD "</option>");
    }
    wend__pen_put(pen, "</select></label>");
}

static void put_controls(struct page *page) {
    struct wend_pen *pen = &page->pen;
    wend__pen_put(pen, "<form id=\"controls\" aria-label=\"" LABEL_CONTROLS "\" hidden>");
    put_select(pen, "scope", LABEL_SCOPE);
    put_select(pen, "segment", LABEL_SEGMENT);
    put_select(pen, "other", LABEL_COMPARE);
    put_select(pen, "direction", LABEL_DIRECTION);
    wend__pen_put(pen, "</form>\n");
}

/* Links to all views, for readers without scripts; the script hides them. */
static void put_contents(struct page *page, size_t count) {
    struct wend_pen *pen = &page->pen;
    wend__pen_put(pen, "<nav id=\"views\" class=\"views\" aria-label=\"" LABEL_CONTENTS "\"><ul>");
    for (size_t i = 0; i < count; i++) {
        wend__pen_format(pen, "<li><a href=\"#v%zu\">", i);
        wend__map_slice_name(pen, page->model, &page->model->slices[i]);
        wend__pen_put(pen, ", ");
        wend__map_slice_value(pen, page->model, &page->model->slices[i]);
        wend__pen_put(pen, "</a></li>");
    }
    wend__pen_put(pen, "</ul></nav>\n");
}

static void put_sum(struct wend_pen *pen, const char *class, const char *label, int64_t count,
                    int64_t of) {
    wend__pen_format(pen, "<div class=\"%s\"><dt>%s", class, label);
    if (of >= 0) {
        wend__pen_put(pen, ", ");
        wend__pen_share(pen, count, of);
    }
    wend__pen_put(pen, "</dt><dd>");
    wend__pen_count(pen, count);
    wend__pen_put(pen, "</dd></div>");
}

typedef double draw_call(const struct wend_drawing *drawing);
typedef void table_call(const struct wend_drawing *drawing);

struct figure {
    const char *class; /* of the svg */
    const char *title;
    const char *help;
    double width;
    draw_call *draw;
    table_call *table;
    table_call *table_too;
};

static void begin_figure(struct wend_pen *pen, const char *attributes, const char *title,
                         const char *help) {
    wend__pen_put(pen, "<figure");
    wend__pen_put(pen, attributes);
    wend__pen_put(pen, "><figcaption><h3>");
    wend__pen_put(pen, title);
    wend__pen_put(pen, "</h3><p>");
    wend__pen_put(pen, help);
    wend__pen_put(pen, "</p></figcaption>");
}

/* Frames what was drawn into `page->drawn`. */
static void put_svg(struct page *page, const char *class, const char *title, double width,
                    double height) {
    struct wend_pen *pen = &page->pen;
    wend__pen_format(pen,
                     "<div class=\"scroll draw\" tabindex=\"0\" role=\"region\" aria-label=\"%s"
                     "\"><svg class=\"%s\" viewBox=\"0 0 %.0f %.0f\" role=\"group\" "
                     "aria-label=\"%s\">",
                     title, class, width, height, title);
    pen->failed = pen->failed || !wend__buffer_append(pen->out, page->drawn.data, page->drawn.len);
    wend__pen_put(pen, "</svg></div><details><summary>" LABEL_TABLE "</summary>");
}

static struct wend_drawing drawing_of(struct page *page, const struct wend_map_slice *slice,
                                      struct wend_pen *pen, double width) {
    return (struct wend_drawing){.pen = pen,
                                 .model = page->model,
                                 .slice = slice,
                                 .width = width,
                                 .rows = page->model->options.top};
}

static void put_figure(struct page *page, const struct wend_map_slice *slice,
                       const struct figure *figure) {
    struct wend_pen side = {&page->drawn, page->pen.failed};
    struct wend_drawing drawing = drawing_of(page, slice, &side, figure->width);
    wend__buffer_clear(&page->drawn);
    double height = figure->draw(&drawing);
    page->pen.failed = page->pen.failed || side.failed;
    begin_figure(&page->pen, "", figure->title, figure->help);
    put_svg(page, figure->class, figure->title, figure->width, height);
    drawing.pen = &page->pen;
    figure->table(&drawing);
    if (figure->table_too != NULL) {
        figure->table_too(&drawing);
    }
    wend__pen_put(&page->pen, "</details></figure>\n");
}

static void put_flow(struct page *page, const struct wend_map_slice *slice, unsigned anchor) {
    struct wend_pen side = {&page->drawn, page->pen.failed};
    struct wend_drawing drawing = drawing_of(page, slice, &side, WIDE);
    const char *title = anchor == 0 ? LABEL_FLOW : LABEL_FLOW_BACK;
    drawing.height = FLOW_HEIGHT;
    wend__buffer_clear(&page->drawn);
    double height = wend__draw_flow(&drawing, anchor);
    page->pen.failed = page->pen.failed || side.failed;
    begin_figure(&page->pen,
                 anchor == 0 ? " class=\"flows\" data-anchor=\"0\""
                             : " class=\"flows\" data-anchor=\"1\"",
                 title, anchor == 0 ? LABEL_FLOW_HELP : LABEL_FLOW_BACK_HELP);
    put_svg(page, "wide flow", title, WIDE, height);
    drawing.pen = &page->pen;
    wend__table_flow(&drawing, anchor);
    wend__pen_put(&page->pen, "</details></figure>\n");
}

static void put_lists(struct page *page, const struct wend_map_slice *slice) {
    struct wend_drawing drawing = drawing_of(page, slice, &page->pen, 0);
    wend__pen_put(&page->pen, "<div class=\"grid2 lists\"><figure>");
    wend__table_paths(&drawing);
    wend__pen_put(&page->pen, "</figure><figure>");
    wend__table_transitions(&drawing);
    wend__pen_put(&page->pen, "</figure></div>");
}

static void put_article_head(struct page *page, const struct wend_map_slice *slice, size_t index) {
    struct wend_pen *pen = &page->pen;
    wend__pen_format(pen, "<article id=\"v%zu\" data-scope=\"%u\" data-name=\"", index,
                     slice->scope);
    wend__map_slice_name(pen, page->model, slice);
    wend__pen_put(pen, "\" data-value=\"");
    wend__map_slice_value(pen, page->model, slice);
    wend__pen_format(pen, "\" aria-labelledby=\"h%zu\"><h2 id=\"h%zu\"><bdi>", index, index);
    wend__map_slice_name(pen, page->model, slice);
    wend__pen_put(pen, "</bdi> <small><bdi>");
    wend__map_slice_value(pen, page->model, slice);
    wend__pen_put(pen, "</bdi></small></h2><dl class=\"sums\">");
    put_sum(pen, "all", wend__map_units_word(slice), slice->units, -1);
    put_sum(pen, "won", LABEL_CONVERTED, slice->converted, slice->units);
    put_sum(pen, "lost", LABEL_ABANDONED, slice->abandoned, slice->units);
    if (slice->open > 0) {
        put_sum(pen, "open", LABEL_OPEN, slice->open, slice->units);
    }
    wend__pen_put(pen, "</dl>\n");
}

static void put_slice(struct page *page, size_t index) {
    const struct wend_map_slice *slice = &page->model->slices[index];
    bool staged = slice->stage_count > 0;
    const struct figure stages = {"wide stages",
                                  staged ? LABEL_STAGES : LABEL_NO_STAGES,
                                  LABEL_STAGES_HELP,
                                  WIDE,
                                  wend__draw_stages,
                                  wend__table_points,
                                  staged ? wend__table_stages : NULL};
    static const struct figure graph = {"graph",     LABEL_GRAPH,      LABEL_GRAPH_HELP,
                                        GRAPH_WIDTH, wend__draw_graph, wend__table_transitions,
                                        NULL};
    static const struct figure drops = {"list drops", LABEL_DROP,       LABEL_DROP_HELP,
                                        LIST_WIDTH,   wend__draw_drops, wend__table_drops,
                                        NULL};
    const struct figure ideal = {"list ideal",
                                 LABEL_IDEAL,
                                 slice->ideal.is_given ? LABEL_IDEAL_GIVEN : LABEL_IDEAL_FOUND,
                                 LIST_WIDTH,
                                 wend__draw_ideal,
                                 wend__table_ideal,
                                 NULL};
    static const struct figure switches = {
        "list switches",      LABEL_SWITCH, LABEL_SWITCH_HELP, LIST_WIDTH, wend__draw_switches,
        wend__table_switches, NULL};
    static const struct figure times = {"list times", LABEL_TIME,       LABEL_TIME_HELP,
                                        LIST_WIDTH,   wend__draw_times, wend__table_times,
                                        NULL};
    put_article_head(page, slice, index);
    put_figure(page, slice, &stages);
    put_flow(page, slice, 0);
    if (slice->has_goal_flow) {
        put_flow(page, slice, 1);
    }
    wend__pen_put(&page->pen, "<div class=\"grid2\"><div>");
    put_figure(page, slice, &graph);
    put_figure(page, slice, &switches);
    if (staged) {
        put_figure(page, slice, &times);
    }
    wend__pen_put(&page->pen, "</div><div>");
    put_figure(page, slice, &drops);
    put_figure(page, slice, &ideal);
    wend__pen_put(&page->pen, "</div></div>");
    put_lists(page, slice);
    wend__pen_put(&page->pen, "</article>\n");
}

static void put_foot(struct page *page, size_t left_out) {
    struct wend_pen *pen = &page->pen;
    wend__pen_put(pen, "</main>\n<footer><p>" LABEL_SOURCE ": ");
    wend__map_source(pen, page->model);
    wend__pen_put(pen, "; " LABEL_MADE ".</p>");
    if (left_out > 0) {
        wend__pen_format(pen, "<p>%zu " LABEL_LEFT_OUT ".</p>", left_out);
    }
    wend__pen_put(pen, "</footer><p id=\"readout\" role=\"status\" aria-live=\"polite\"></p>"
                       "<script>");
    wend__pen_put(pen, wend__map_script.text);
    wend__pen_put(pen, "</script></body></html>\n");
}

/* Slices as far as they fit; returns how many. */
static size_t put_slices(struct page *page) {
    size_t count = 0;
    while (count < page->model->slice_count && !page->pen.failed) {
        size_t before = page->pen.out->len;
        put_slice(page, count);
        if (count > 0 && page->pen.out->len > WEND_MAP_PAGE_BYTES) {
            page->pen.out->len = before;
            break;
        }
        count++;
    }
    return count;
}

enum wend_status wend__map_page(const struct wend_snapshot *snapshot,
                                const struct wend_map_options *options, struct wend_buffer *out,
                                struct wend_error *error) {
    struct wend_map_model model = {0};
    struct wend_buffer articles = {0};
    enum wend_status status = wend__map_model_read(snapshot, options, &model, error);
    if (status == WEND_OK) {
        struct page page = {.model = &model, .pen = {&articles, false}};
        size_t count = put_slices(&page);
        page.pen.out = out;
        put_head(&page);
        put_controls(&page);
        put_contents(&page, count);
        wend__pen_put(&page.pen, "<main id=\"map\" tabindex=\"-1\">");
        page.pen.failed = page.pen.failed || !wend__buffer_append(out, articles.data, articles.len);
        put_foot(&page, model.left_out + model.slice_count - count);
        wend__buffer_deinit(&page.drawn);
        status = page.pen.failed ? wend__fail_memory(error) : WEND_OK;
    }
    wend__buffer_deinit(&articles);
    wend__map_model_deinit(&model);
    return status;
}
