/* The flow: step columns, ribbons, and feet where units end. */
#include "map/draw.h"
#include "map/labels.h"
#include "map/layout_flow.h"

#define BAR_WIDTH 10.0
#define TITLE_HEIGHT 26.0
#define LABEL_HEIGHT 18.0 /* of one line; with room for all, nodes have two */
#define TWO_LINES 32.0    /* a node of this height has its numbers on a line of their own */
#define LEAST_SHARE 0.005
#define THIN 0.7

struct canvas {
    const struct wend_drawing *drawing;
    const struct wend_flow_layout *layout;
    unsigned anchor;
    double column_step;
};

/* Backwards the first column stands on the right. */
static double column_x(const struct canvas *canvas, uint32_t column) {
    uint32_t place =
        canvas->anchor == 0 ? column : canvas->drawing->model->options.steps - 1 - column;
    return (double)place * canvas->column_step;
}

static void put_name(const struct canvas *canvas, const struct wend_flow_node *node, double width,
                     double size) {
    struct wend_pen *pen = canvas->drawing->pen;
    if (node->name == WEND_FLOW_OTHER) {
        wend__pen_format(pen, "%s", LABEL_OTHER);
    } else {
        wend__pen_fit(pen, wend__map_name(canvas->drawing->model, node->name), width, size);
    }
}

/* Whether most of those who end at a touchpoint gave up; of the small ones together: of all units.
 */
static bool is_lost(const struct wend_map_slice *slice, uint32_t name) {
    if (name == WEND_FLOW_OTHER) {
        return slice->abandoned * 2 > slice->units;
    }
    const struct wend_map_sum *point = wend__map_touchpoint(slice, name);
    return point != NULL && point->value[WEND_MAP_ABANDONED] * 2 >= point->value[WEND_MAP_EXITS] &&
           point->value[WEND_MAP_ABANDONED] > 0;
}

static void draw_link(const struct canvas *canvas, size_t index) {
    const struct wend_flow_link *link = &canvas->layout->links[index];
    const struct wend_flow_node *from = &canvas->layout->nodes[link->from];
    const struct wend_flow_node *to = &canvas->layout->nodes[link->to];
    struct wend_pen *pen = canvas->drawing->pen;
    bool forward = canvas->anchor == 0;
    double left = column_x(canvas, (forward ? from : to)->column) + BAR_WIDTH;
    double right = column_x(canvas, (forward ? to : from)->column);
    double left_y = forward ? link->from_y : link->to_y;
    double right_y = forward ? link->to_y : link->from_y;
    wend__pen_format(pen, "<path class=\"k\" data-a=\"%u\" data-b=\"%u\"", link->from, link->to);
    wend__pen_attribute(pen, "stroke-width", link->width < THIN ? THIN : link->width);
    wend__pen_put(pen, " d=\"M");
    wend__pen_number(pen, left);
    wend__pen_put(pen, " ");
    wend__pen_number(pen, left_y);
    wend__pen_put(pen, "C");
    double points[] = {(left + right) / 2, left_y, (left + right) / 2, right_y, right, right_y};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        wend__pen_put(pen, i == 0 ? "" : " ");
        wend__pen_number(pen, points[i]);
    }
    wend__pen_put(pen, "\"><title>");
    put_name(canvas, forward ? from : to, 400, 14);
    wend__pen_put(pen, " \xE2\x86\x92 ");
    put_name(canvas, forward ? to : from, 400, 14);
    wend__pen_put(pen, ": ");
    wend__pen_count(pen, link->units);
    wend__pen_put(pen, " (");
    wend__pen_share(pen, link->units, from->units);
    wend__pen_put(pen, ")</title></path>");
}

static void node_title(const struct canvas *canvas, const struct wend_flow_node *node) {
    struct wend_pen *pen = canvas->drawing->pen;
    wend__pen_format(pen, "<title>" LABEL_STEP " %u: ", node->column + 1);
    put_name(canvas, node, 1000, 14);
    if (node->name == WEND_FLOW_OTHER) {
        wend__pen_format(pen, " (%u " LABEL_OTHERS ")", node->merged);
    }
    wend__pen_put(pen, ", ");
    wend__pen_count(pen, node->units);
    wend__pen_format(pen, " %s, ", wend__map_units_word(canvas->drawing->slice));
    wend__pen_count(pen, node->ended);
    wend__pen_put(pen, " (");
    wend__pen_share(pen, node->ended, node->units);
    wend__pen_put(pen, canvas->anchor == 0 ? ") end here</title>" : ") begin here</title>");
}

static void draw_node(const struct canvas *canvas, size_t index) {
    const struct wend_flow_node *node = &canvas->layout->nodes[index];
    struct wend_pen *pen = canvas->drawing->pen;
    double x = column_x(canvas, node->column);
    double foot = (double)node->ended * canvas->layout->scale;
    bool lost = canvas->anchor == 0 && is_lost(canvas->drawing->slice, node->name);
    bool other = node->name == WEND_FLOW_OTHER;
    wend__pen_format(pen, "<g class=\"n f\" data-i=\"%zu\" data-c=\"%u\"", index, node->column);
    if (!other) {
        wend__pen_format(pen, " data-t=\"%u\"", node->name);
    }
    wend__pen_put(pen, " role=\"img\">");
    node_title(canvas, node);
    wend__draw_rect(pen, other ? "bar other" : "bar", x, node->y, BAR_WIDTH,
                    node->height < 1 ? 1 : node->height, 0);
    if (foot >= 0.4) {
        wend__draw_rect(pen, lost ? "bad" : "foot", x, node->y + node->height - foot, BAR_WIDTH,
                        foot, 0);
    }
    double room = canvas->column_step - BAR_WIDTH - 12;
    double text_x = x + BAR_WIDTH + 5;
    bool two = node->slot_height >= TWO_LINES;
    wend__draw_text_begin(pen, other ? "l halo m" : "l halo", text_x, node->y + 13);
    put_name(canvas, node, two ? room : room - 52, 13);
    if (two) {
        wend__pen_put(pen, "</text>");
        wend__draw_text_begin(pen, "v halo", text_x, node->y + 28);
        wend__pen_count(pen, node->units);
        if (lost && node->ended * 20 >= node->units) {
            wend__pen_put(pen, "<tspan class=\"bad-text\" dx=\"7\">\xE2\x88\x92");
            wend__pen_share(pen, node->ended, node->units);
            wend__pen_put(pen, "</tspan>");
        }
    } else {
        wend__pen_put(pen, "<tspan class=\"v m\" dx=\"6\">");
        wend__pen_count(pen, node->units);
        wend__pen_put(pen, "</tspan>");
    }
    wend__pen_put(pen, "</text>");
    /* A pointer between bar and name means the node, not the ribbon below. */
    double wide =
        other ? 60 : wend__pen_width(wend__map_name(canvas->drawing->model, node->name), 13);
    wend__draw_rect(pen, "hit", x, node->y, BAR_WIDTH + 5 + (wide < room ? wide : room),
                    node->slot_height, 0);
    wend__pen_put(pen, "</g>");
}

static void draw_heads(const struct canvas *canvas) {
    struct wend_pen *pen = canvas->drawing->pen;
    for (uint32_t i = 0; i < canvas->layout->column_count; i++) {
        wend__draw_text_begin(pen, "cap", column_x(canvas, i), -10);
        if (canvas->anchor == 0) {
            wend__pen_format(pen, LABEL_STEP " %u</text>", i + 1);
        } else if (i == 0) {
            wend__pen_put(pen, LABEL_GOAL "</text>");
        } else {
            wend__pen_format(pen, "%u " LABEL_BEFORE "</text>", i);
        }
    }
}

static double label_height(const struct wend_drawing *drawing) {
    double room = (drawing->height - TITLE_HEIGHT) / (drawing->rows + 1) - 6;
    return room >= TWO_LINES ? TWO_LINES : room < LABEL_HEIGHT ? LABEL_HEIGHT : room;
}

double wend__draw_flow(const struct wend_drawing *drawing, unsigned anchor) {
    struct wend_flow_layout layout = {0};
    struct wend_flow_wish wish = {
        .anchor = anchor,
        .columns = drawing->model->options.steps,
        .rows = drawing->rows,
        .height = drawing->height - TITLE_HEIGHT,
        .label_height = label_height(drawing),
        .least_share = LEAST_SHARE,
    };
    struct wend_pen *pen = drawing->pen;
    if (!wend__flow_layout(drawing->model, drawing->slice, &wish, &layout)) {
        pen->failed = true;
    } else {
        struct canvas canvas = {drawing, &layout, anchor,
                                drawing->width / (double)drawing->model->options.steps};
        wend__pen_format(pen, "<g transform=\"translate(0 %.0f)\">", TITLE_HEIGHT);
        draw_heads(&canvas);
        for (size_t i = 0; i < layout.link_count; i++) {
            if (layout.links[i].is_drawn) {
                draw_link(&canvas, i);
            }
        }
        for (size_t i = 0; i < layout.node_count; i++) {
            draw_node(&canvas, i);
        }
        wend__pen_put(pen, "</g>");
    }
    double height = layout.height + TITLE_HEIGHT + 4;
    wend__flow_layout_deinit(&layout);
    return height;
}
