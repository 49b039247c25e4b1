/*
 * Ways and loops: touchpoints below each other in the order in which they are met. Arcs on the
 * right lead onwards (down), arcs on the left lead back (up): every loop has one of these. Nothing
 * needs to be untangled, whatever winds.
 *
 *        .->[ search         ]-.
 *  2,431 |  [ no_results     ]<'-.      a loop's arc tells how often, and the time that it took
 *        '--[ filter_applied ]<--'
 */
#include "map/draw.h"
#include "map/labels.h"

#define NODES_MAX 40U
#define ARCS_MAX 36U
#define NODE_HEIGHT 28.0
#define NODE_WIDTH 230.0
#define STROKE_MAX 10.0
#define LABELS_MAX 7U /* on each side */
#define MARK_STEP 36.0
#define MARK_WIDTH 62.0

struct arc {
    uint32_t from; /* place in the column */
    uint32_t to;
    const struct wend_map_sum *sum;
};

struct graph {
    const struct wend_drawing *drawing;
    const struct wend_map_sum *nodes[NODES_MAX];
    size_t node_count;
    struct arc arcs[ARCS_MAX];
    size_t arc_count;
    double step;
    double left; /* edges of the column of nodes */
    double right;
};

static bool stands_before(const struct wend_map_sum *a, const struct wend_map_sum *b) {
    /* A touchpoint in no stage stands where its depth puts it, behind the stages. */
    uint32_t one = a->key[1] == 0 ? UINT32_MAX : a->key[1];
    uint32_t other = b->key[1] == 0 ? UINT32_MAX : b->key[1];
    if (one != other) {
        return one < other;
    }
    if (a->value[WEND_MAP_DEPTH] != b->value[WEND_MAP_DEPTH]) {
        return a->value[WEND_MAP_DEPTH] < b->value[WEND_MAP_DEPTH];
    }
    return a->key[0] < b->key[0];
}

static size_t place_of(const struct graph *graph, uint32_t name) {
    size_t i = 0;
    while (i < graph->node_count && graph->nodes[i]->key[0] != name) {
        i++;
    }
    return i;
}

static void add_node(struct graph *graph, const struct wend_map_sum *point) {
    if (point == NULL || point->key[0] == graph->drawing->model->none ||
        point->value[WEND_MAP_UNITS] == 0 || place_of(graph, point->key[0]) < graph->node_count) {
        return;
    }
    size_t at = graph->node_count++;
    while (at > 0 && stands_before(point, graph->nodes[at - 1])) {
        graph->nodes[at] = graph->nodes[at - 1];
        at--;
    }
    graph->nodes[at] = point;
}

/* Those of the most frequent transitions, so that loops are there, then those with most units; in
 * the order of the journey. */
static void choose_nodes(struct graph *graph, size_t max) {
    const struct wend_map_slice *slice = graph->drawing->slice;
    const struct wend_map_sums *transitions = &slice->transitions;
    for (size_t i = 0; i < transitions->count && graph->node_count + 1 < max * 2 / 3; i++) {
        const struct wend_map_sum *from = wend__map_touchpoint(slice, transitions->items[i].key[0]);
        const struct wend_map_sum *to = wend__map_touchpoint(slice, transitions->items[i].key[1]);
        if (from != NULL && to != NULL) {
            add_node(graph, from);
            add_node(graph, to);
        }
    }
    for (size_t i = 0; i < slice->touchpoints.count && graph->node_count < max; i++) {
        add_node(graph, &slice->touchpoints.items[i]);
    }
}

/* The most frequent transitions between them. */
static void choose_arcs(struct graph *graph) {
    const struct wend_map_sums *transitions = &graph->drawing->slice->transitions;
    for (size_t i = 0; i < transitions->count && graph->arc_count < ARCS_MAX; i++) {
        const struct wend_map_sum *sum = &transitions->items[i];
        size_t from = place_of(graph, sum->key[0]);
        size_t to = place_of(graph, sum->key[1]);
        if (from < graph->node_count && to < graph->node_count) {
            graph->arcs[graph->arc_count++] = (struct arc){(uint32_t)from, (uint32_t)to, sum};
        }
    }
}

static double node_y(const struct graph *graph, uint32_t place) {
    return (double)place * graph->step + NODE_HEIGHT / 2;
}

/* How far an arc reaches out: to the place of its label. */
static double reach_of(const struct graph *graph, const struct arc *arc) {
    double room = graph->left - MARK_WIDTH - 26;
    double span = arc->from > arc->to ? arc->from - arc->to : arc->to - arc->from;
    double reach = 16 + span * 20;
    return reach > room ? room : reach;
}

static void draw_arc(const struct graph *graph, const struct arc *arc, double stroke) {
    struct wend_pen *pen = graph->drawing->pen;
    bool back = arc->to <= arc->from;
    double side = back ? -1 : 1;
    double x = back ? graph->left - 3 : graph->right + 3;
    /* Arcs leave below the middle of a node and come in above it, so that both ends are seen. */
    double from = node_y(graph, arc->from) + (back ? -5 : 5);
    double to = node_y(graph, arc->to) + (back ? 5 : -5);
    double bend = reach_of(graph, arc) * 4 / 3 * side;
    wend__pen_format(pen, "<path class=\"k %s\" data-a=\"%u\" data-b=\"%u\"", back ? "loop" : "way",
                     graph->nodes[arc->from]->key[0], graph->nodes[arc->to]->key[0]);
    wend__pen_attribute(pen, "stroke-width", stroke);
    wend__pen_put(pen, " d=\"M");
    double points[] = {x, from, x + bend, from, x + bend, to, x, to};
    for (size_t i = 0; i < 8; i++) {
        wend__pen_put(pen, i == 0 ? "" : i == 2 ? "C" : " ");
        wend__pen_number(pen, points[i]);
    }
    wend__pen_put(pen, "\"><title>");
    wend__pen_text(pen, wend__map_name(graph->drawing->model, arc->sum->key[0]), 100);
    wend__pen_put(pen, " \xE2\x86\x92 ");
    wend__pen_text(pen, wend__map_name(graph->drawing->model, arc->sum->key[1]), 100);
    wend__pen_put(pen, ": ");
    wend__pen_count(pen, arc->sum->value[WEND_MAP_TRANSITIONS]);
    wend__pen_put(pen, " " LABEL_TIMES ", " LABEL_TAKES " ");
    wend__pen_seconds(pen, arc->sum->seconds);
    wend__pen_put(pen, "</title></path>");
    /* A tip at the end. */
    wend__pen_format(pen, "<path class=\"tip %s\" d=\"M", back ? "loop" : "way");
    wend__pen_number(pen, x - side * 3);
    wend__pen_put(pen, " ");
    wend__pen_number(pen, to);
    wend__pen_format(pen, "l%.0f -4.5v9z\"/>", side * 8);
}

struct label {
    const struct arc *arc;
    double apex; /* height of the arc's outermost point */
    double y;    /* of the label: near it, and clear of the others */
};

/* The most frequent arcs of a side, from top to bottom. */
static size_t choose_labels(const struct graph *graph, bool back, struct label *labels) {
    size_t count = 0;
    for (size_t i = 0; i < graph->arc_count && count < LABELS_MAX; i++) {
        const struct arc *arc = &graph->arcs[i];
        if ((arc->to <= arc->from) != back) {
            continue;
        }
        double apex = (node_y(graph, arc->from) + node_y(graph, arc->to)) / 2;
        size_t at = count++;
        while (at > 0 && labels[at - 1].apex > apex) {
            labels[at] = labels[at - 1];
            at--;
        }
        labels[at] = (struct label){arc, apex, apex};
    }
    /* Pushed apart: down from the top, then up from the bottom. */
    double bottom = node_y(graph, (uint32_t)graph->node_count - 1);
    for (size_t i = 1; i < count; i++) {
        double least = labels[i - 1].y + MARK_STEP;
        labels[i].y = labels[i].y < least ? least : labels[i].y;
    }
    for (size_t i = count; i-- > 0;) {
        double most = i + 1 == count ? bottom : labels[i + 1].y - MARK_STEP;
        labels[i].y = labels[i].y > most ? most : labels[i].y;
    }
    return count;
}

/* How often, and how long ways back took, at the edge of the drawing, with a line to the arc. */
static void draw_labels(const struct graph *graph, bool back) {
    struct label labels[LABELS_MAX];
    size_t count = choose_labels(graph, back, labels);
    struct wend_pen *pen = graph->drawing->pen;
    double x = back ? MARK_WIDTH : graph->drawing->width - MARK_WIDTH;
    double side = back ? -1 : 1;
    for (size_t i = 0; i < count; i++) {
        const struct label *label = &labels[i];
        double edge =
            (back ? graph->left : graph->right) + side * (3 + reach_of(graph, label->arc));
        wend__pen_put(pen, "<path class=\"lead\" d=\"M");
        wend__pen_number(pen, edge);
        wend__pen_put(pen, " ");
        wend__pen_number(pen, label->apex);
        wend__pen_put(pen, "L");
        wend__pen_number(pen, x - side * 6);
        wend__pen_put(pen, " ");
        wend__pen_number(pen, label->y);
        wend__pen_put(pen, "\"/>");
        wend__draw_text_begin(pen, back ? "v loop-text b end" : "v b", x,
                              back ? label->y - 2 : label->y + 4);
        wend__pen_count(pen, label->arc->sum->value[WEND_MAP_TRANSITIONS]);
        wend__pen_put(pen, "\xC3\x97</text>");
        if (back) {
            wend__draw_text_begin(pen, "v loop-text end", x, label->y + 13);
            wend__pen_seconds(pen, label->arc->sum->seconds);
            wend__pen_put(pen, "</text>");
        }
    }
}

static void draw_nodes(const struct graph *graph) {
    struct wend_pen *pen = graph->drawing->pen;
    for (size_t i = 0; i < graph->node_count; i++) {
        double y = (double)i * graph->step;
        wend__draw_point_begin(graph->drawing, graph->nodes[i]->key[0]);
        wend__draw_rect(pen, "card", graph->left, y, NODE_WIDTH, NODE_HEIGHT, 5);
        wend__draw_name(graph->drawing, "l", graph->left + 12, y + 19, graph->nodes[i]->key[0],
                        NODE_WIDTH - 24 - 62, 13.5);
        wend__draw_text_begin(pen, "v m end", graph->right - 12, y + 19);
        wend__pen_count(pen, graph->nodes[i]->value[WEND_MAP_UNITS]);
        wend__pen_put(pen, "</text></g>");
    }
}

double wend__draw_graph(const struct wend_drawing *drawing) {
    struct graph graph = {.drawing = drawing, .step = 46};
    graph.left = (drawing->width - NODE_WIDTH) / 2;
    graph.right = graph.left + NODE_WIDTH;
    size_t max = drawing->rows * 3 / 2 + 2;
    choose_nodes(&graph, max < NODES_MAX ? max : NODES_MAX);
    choose_arcs(&graph);
    if (drawing->height > 0 && graph.node_count > 1) {
        double fitting = (drawing->height - NODE_HEIGHT) / (double)(graph.node_count - 1);
        graph.step = fitting < NODE_HEIGHT + 4 ? NODE_HEIGHT + 4 : fitting;
    }
    double most = 1;
    for (size_t i = 0; i < graph.arc_count; i++) {
        double count = (double)graph.arcs[i].sum->value[WEND_MAP_TRANSITIONS];
        most = count > most ? count : most;
    }
    for (size_t i = graph.arc_count; i-- > 0;) { /* the most frequent ones lie on top */
        double count = (double)graph.arcs[i].sum->value[WEND_MAP_TRANSITIONS];
        draw_arc(&graph, &graph.arcs[i], 1 + (STROKE_MAX - 1) * count / most);
    }
    if (graph.node_count > 0) {
        draw_labels(&graph, false);
        draw_labels(&graph, true);
    }
    draw_nodes(&graph);
    return graph.node_count == 0 ? 0
                                 : (double)(graph.node_count - 1) * graph.step + NODE_HEIGHT + 6;
}
