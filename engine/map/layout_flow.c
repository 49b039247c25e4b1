#include "map/layout_flow.h"

#include "base/memory.h"

#include <stdlib.h>

/* Columns fit after a few steps of 3 %: labels keep their height, bars give way. */
#define SHRINK 0.97
#define SHRINKS_MAX 200U
#define GAP 6.0

/* Where touchpoints went: key: column, name; value[0]: units, value[1]: index of the node. */
struct places {
    const struct wend_map_model *model;
    const struct wend_map_slice *slice;
    const struct wend_flow_wish *wish;
    struct wend_flow_layout *layout;
    struct wend_map_sums points;
    struct wend_map_sums links; /* key: node, node */
};

void wend__flow_layout_deinit(struct wend_flow_layout *layout) {
    wend__free(layout->nodes);
    wend__free(layout->links);
    *layout = (struct wend_flow_layout){0};
}

static bool count_points(struct places *places) {
    const struct wend_map_sums *flow = &places->slice->flow[places->wish->anchor];
    for (size_t i = 0; i < flow->count; i++) {
        const struct wend_map_sum *row = &flow->items[i];
        if (row->key[0] > places->wish->columns) {
            continue;
        }
        uint32_t key[WEND_MAP_KEYS] = {row->key[0] - 1, row->key[1]};
        struct wend_map_sum *point = wend__map_sums_at(&places->points, key);
        if (point == NULL) {
            return false;
        }
        point->value[0] += row->value[0];
    }
    return true;
}

struct place {
    struct wend_map_sum *point;
};

static int compare_points(const void *a, const void *b) {
    const struct wend_map_sum *one = ((const struct place *)a)->point;
    const struct wend_map_sum *other = ((const struct place *)b)->point;
    if (one->key[0] != other->key[0]) {
        return one->key[0] < other->key[0] ? -1 : 1;
    }
    if (one->value[0] != other->value[0]) {
        return one->value[0] > other->value[0] ? -1 : 1;
    }
    return one->key[1] < other->key[1] ? -1 : 1;
}

/* The largest of each column become nodes, the rest one more. `sorted`: room for all points. */
static void make_nodes(struct places *places, struct place *sorted) {
    struct wend_flow_layout *layout = places->layout;
    for (size_t i = 0; i < places->points.count; i++) {
        sorted[i].point = &places->points.items[i];
    }
    if (places->points.count > 1) {
        qsort(sorted, places->points.count, sizeof *sorted, compare_points);
    }
    uint32_t in_column = 0;
    for (size_t i = 0; i < places->points.count; i++) {
        struct wend_map_sum *point = sorted[i].point;
        bool first = i == 0 || sorted[i - 1].point->key[0] != point->key[0];
        in_column = first ? 0 : in_column;
        /* A single one that is left over needs no name for many. */
        bool is_last =
            i + 1 == places->points.count || sorted[i + 1].point->key[0] != point->key[0];
        bool own = in_column < places->wish->rows || (in_column == places->wish->rows && is_last);
        if (own || in_column == places->wish->rows) {
            layout->nodes[layout->node_count++] = (struct wend_flow_node){
                .column = point->key[0], .name = own ? point->key[1] : WEND_FLOW_OTHER};
            in_column++;
        }
        struct wend_flow_node *node = &layout->nodes[layout->node_count - 1];
        node->units += point->value[0];
        node->merged++;
        point->value[1] = (int64_t)layout->node_count - 1;
        layout->column_count = point->key[0] + 1;
    }
}

static bool make_links(struct places *places) {
    struct wend_flow_layout *layout = places->layout;
    const struct wend_map_model *model = places->model;
    const struct wend_map_sums *flow = &places->slice->flow[places->wish->anchor];
    for (size_t i = 0; i < flow->count; i++) {
        const struct wend_map_sum *row = &flow->items[i];
        if (row->key[0] > places->wish->columns) {
            continue;
        }
        uint32_t from_key[WEND_MAP_KEYS] = {row->key[0] - 1, row->key[1]};
        uint32_t to_key[WEND_MAP_KEYS] = {row->key[0], row->key[2]};
        size_t from = (size_t)wend__map_sums_find(&places->points, from_key)->value[1];
        if (row->key[2] == model->exit || row->key[2] == model->entry) {
            layout->nodes[from].ended += row->value[0];
            continue;
        }
        const struct wend_map_sum *to = wend__map_sums_find(&places->points, to_key);
        if (to == NULL || row->key[2] == model->more) {
            continue; /* beyond the last column */
        }
        uint32_t key[WEND_MAP_KEYS] = {(uint32_t)from, (uint32_t)to->value[1]};
        struct wend_map_sum *link = wend__map_sums_at(&places->links, key);
        if (link == NULL) {
            return false;
        }
        link->value[0] += row->value[0];
    }
    wend__map_sums_sort_keys(&places->links);
    layout->links = wend__alloc_zeroed(places->links.count + 1, sizeof *layout->links);
    for (size_t i = 0; layout->links != NULL && i < places->links.count; i++) {
        const struct wend_map_sum *link = &places->links.items[i];
        layout->links[layout->link_count++] = (struct wend_flow_link){
            .from = link->key[0], .to = link->key[1], .units = link->value[0]};
    }
    return layout->links != NULL;
}

/* Heights of all nodes at the present scale; returns the height of the tallest column. */
static double measure(struct wend_flow_layout *layout, double label_height) {
    double tallest = 0;
    double y = 0;
    for (size_t i = 0; i < layout->node_count; i++) {
        struct wend_flow_node *node = &layout->nodes[i];
        y = i == 0 || layout->nodes[i - 1].column != node->column ? 0 : y + GAP;
        node->height = (double)node->units * layout->scale;
        node->slot_height = node->height > label_height ? node->height : label_height;
        node->y = y;
        y += node->slot_height;
        tallest = y > tallest ? y : tallest;
    }
    return tallest;
}

static int compare_nodes(const void *a, const void *b) {
    const struct wend_flow_node *one = a;
    const struct wend_flow_node *other = b;
    if (one->order != other->order) {
        return one->order < other->order ? -1 : 1;
    }
    return one->name < other->name ? -1 : one->name > other->name;
}

/*
 * Sorts each column by where its links come from: the mean height of their sources. The nodes move,
 * so that the links follow by `moved`.
 */
static void sort_columns(struct wend_flow_layout *layout, uint32_t *moved) {
    size_t end;
    for (size_t start = 0; start < layout->node_count; start = end) {
        uint32_t column = layout->nodes[start].column;
        for (end = start; end < layout->node_count && layout->nodes[end].column == column;) {
            layout->nodes[end].order = 0;
            end++;
        }
        for (size_t i = 0; column > 0 && i < layout->link_count; i++) {
            const struct wend_flow_link *link = &layout->links[i];
            if (link->to >= start && link->to < end) {
                const struct wend_flow_node *from = &layout->nodes[moved[link->from]];
                struct wend_flow_node *to = &layout->nodes[link->to];
                to->order += (from->y + from->height / 2) * (double)link->units /
                             (double)(to->units > 0 ? to->units : 1);
            }
        }
        for (size_t i = start; i < end; i++) {
            struct wend_flow_node *node = &layout->nodes[i];
            node->order = node->name == WEND_FLOW_OTHER ? 1e300
                          : column == 0                 ? -(double)node->units
                                                        : node->order;
            node->y = (double)i; /* where it was */
        }
        qsort(layout->nodes + start, end - start, sizeof *layout->nodes, compare_nodes);
        double y = 0;
        for (size_t i = start; i < end; i++) {
            moved[(size_t)layout->nodes[i].y] = (uint32_t)i;
            layout->nodes[i].y = y;
            y += layout->nodes[i].slot_height + GAP;
        }
    }
    for (size_t i = 0; i < layout->link_count; i++) {
        layout->links[i].from = moved[layout->links[i].from];
        layout->links[i].to = moved[layout->links[i].to];
    }
}

static int compare_links(const void *a, const void *b) {
    const struct wend_flow_link *one = a;
    const struct wend_flow_link *other = b;
    if (one->from != other->from) {
        return one->from < other->from ? -1 : 1;
    }
    return one->to < other->to ? -1 : one->to > other->to;
}

/* Ribbons leave a node and come to it in the order of their other ends. */
static void place_links(struct wend_flow_layout *layout, double *taken, double least_share) {
    if (layout->link_count > 1) {
        qsort(layout->links, layout->link_count, sizeof *layout->links, compare_links);
    }
    int64_t total = 0;
    for (size_t i = 0; i < layout->node_count; i++) {
        total += layout->nodes[i].column == 0 ? layout->nodes[i].units : 0;
    }
    double *out = taken;
    double *in = taken + layout->node_count;
    for (size_t i = 0; i < layout->link_count; i++) {
        struct wend_flow_link *link = &layout->links[i];
        link->width = (double)link->units * layout->scale;
        link->from_y = layout->nodes[link->from].y + out[link->from] + link->width / 2;
        link->to_y = layout->nodes[link->to].y + in[link->to] + link->width / 2;
        out[link->from] += link->width;
        in[link->to] += link->width;
        link->is_drawn = (double)link->units >= (double)total * least_share;
        if (!link->is_drawn) {
            layout->hidden_count++;
            layout->hidden_units += link->units;
        }
    }
}

static bool place(struct places *places) {
    struct wend_flow_layout *layout = places->layout;
    const struct wend_flow_wish *wish = places->wish;
    int64_t most = 1;
    int64_t column = 0;
    for (size_t i = 0; i < layout->node_count; i++) {
        bool first = i == 0 || layout->nodes[i - 1].column != layout->nodes[i].column;
        column = layout->nodes[i].units + (first ? 0 : column);
        most = column > most ? column : most;
    }
    layout->scale = wish->height / (double)most;
    for (unsigned i = 0; i < SHRINKS_MAX && measure(layout, wish->label_height) > wish->height;
         i++) {
        layout->scale *= SHRINK;
    }
    layout->height = measure(layout, wish->label_height);
    uint32_t *moved = wend__alloc_zeroed(layout->node_count + 1, sizeof *moved);
    double *taken = wend__alloc_zeroed(2 * layout->node_count + 1, sizeof *taken);
    bool done = moved != NULL && taken != NULL;
    if (done) {
        sort_columns(layout, moved);
        place_links(layout, taken, wish->least_share);
    }
    wend__free(moved);
    wend__free(taken);
    return done;
}

bool wend__flow_layout(const struct wend_map_model *model, const struct wend_map_slice *slice,
                       const struct wend_flow_wish *wish, struct wend_flow_layout *layout) {
    struct places places = {.model = model, .slice = slice, .wish = wish, .layout = layout};
    bool done = count_points(&places);
    struct place *sorted = wend__alloc_zeroed(places.points.count + 1, sizeof *sorted);
    layout->nodes = wend__alloc_zeroed(places.points.count + 1, sizeof *layout->nodes);
    done = done && sorted != NULL && layout->nodes != NULL;
    if (done) {
        make_nodes(&places, sorted);
        done = make_links(&places) && place(&places);
    }
    wend__free(sorted);
    wend__map_sums_deinit(&places.points);
    wend__map_sums_deinit(&places.links);
    return done;
}
