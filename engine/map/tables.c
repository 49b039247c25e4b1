#include "map/tables.h"

#include "map/labels.h"
#include "map/layout_flow.h"

#define NAME_BYTES 200U
#define POINTS_MAX 100U

/* Columns: names, a | between; a # in front marks numbers. */
static void begin(struct wend_pen *pen, const char *caption, const char *columns) {
    wend__pen_put(pen, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    wend__pen_put(pen, caption);
    wend__pen_put(pen, "\"><table><caption>");
    wend__pen_put(pen, caption);
    wend__pen_put(pen, "</caption><thead><tr>");
    for (const char *at = columns; *at != '\0';) {
        size_t len = strcspn(at, "|");
        bool number = *at == '#';
        size_t skip = number ? 1 : 0;
        wend__pen_put(pen, number ? "<th class=r>" : "<th>");
        wend__pen_format(pen, "%.*s", (int)(len - skip), at + skip);
        at += len + (at[len] == '|' ? 1 : 0);
    }
    wend__pen_put(pen, "</tr></thead><tbody>");
}

static void end(struct wend_pen *pen) {
    wend__pen_put(pen, "</tbody></table></div>");
}

/* HTML needs no end tags of rows and cells; without them a page has room for more views. */
static void row(struct wend_pen *pen) {
    wend__pen_put(pen, "<tr>");
}

static void name(const struct wend_drawing *drawing, uint32_t number) {
    wend__pen_put(drawing->pen, "<td><bdi>");
    if (number == WEND_FLOW_OTHER) {
        wend__pen_put(drawing->pen, LABEL_OTHER);
    } else {
        wend__pen_text(drawing->pen, wend__map_name(drawing->model, number), NAME_BYTES);
    }
    wend__pen_put(drawing->pen, "</bdi>");
}

static void count(struct wend_pen *pen, int64_t number) {
    wend__pen_put(pen, "<td class=r>");
    wend__pen_count(pen, number);
}

static void share(struct wend_pen *pen, int64_t part, int64_t of) {
    wend__pen_put(pen, "<td class=r>");
    wend__pen_share(pen, part, of);
}

static void seconds(struct wend_pen *pen, double number) {
    wend__pen_put(pen, "<td class=r>");
    wend__pen_seconds(pen, number);
}

void wend__table_stages(const struct wend_drawing *drawing) {
    struct wend_pen *pen = drawing->pen;
    begin(pen, LABEL_STAGE,
          LABEL_STAGE "|#" LABEL_REACH "|#" LABEL_SHARE "|#" LABEL_GO_ON "|#" LABEL_SHARE
                      "|#" LABEL_LOST_HERE);
    for (size_t i = 0; i < drawing->slice->stage_count; i++) {
        const struct wend_map_stage *stage = &drawing->slice->stages[i];
        row(pen);
        name(drawing, stage->name);
        count(pen, stage->reached);
        share(pen, stage->reached, drawing->slice->units);
        count(pen, stage->advanced);
        share(pen, stage->advanced, stage->reached);
        count(pen, stage->abandoned);
    }
    end(pen);
}

void wend__table_points(const struct wend_drawing *drawing) {
    struct wend_pen *pen = drawing->pen;
    const struct wend_map_slice *slice = drawing->slice;
    begin(pen, LABEL_TOUCHPOINT,
          LABEL_TOUCHPOINT "|" LABEL_STAGE "|#" LABEL_REACH "|#" LABEL_SHARE "|#" LABEL_EVENTS
                           "|#" LABEL_CONVERTED "|#" LABEL_ABANDONED "|#" LABEL_RATE);
    for (size_t i = 0; i < slice->touchpoints.count && i < POINTS_MAX; i++) {
        const struct wend_map_sum *point = &slice->touchpoints.items[i];
        row(pen);
        name(drawing, point->key[0]);
        if (point->key[1] == 0) {
            wend__pen_put(pen, "<td>");
        } else {
            name(drawing, slice->stages[point->key[1] - 1].name);
        }
        count(pen, point->value[WEND_MAP_UNITS]);
        share(pen, point->value[WEND_MAP_UNITS], slice->units);
        count(pen, point->value[WEND_MAP_EVENTS]);
        count(pen, point->value[WEND_MAP_CONVERTED]);
        count(pen, point->value[WEND_MAP_ABANDONED]);
        share(pen, point->value[WEND_MAP_ABANDONED], point->value[WEND_MAP_UNITS]);
    }
    if (slice->touchpoints.count > POINTS_MAX) {
        wend__pen_format(pen, "<tr><td colspan=8>+ %zu " LABEL_OTHERS,
                         slice->touchpoints.count - POINTS_MAX);
    }
    end(pen);
}

static void flow_rows(const struct wend_drawing *drawing, const struct wend_flow_layout *layout,
                      uint32_t end_name) {
    struct wend_pen *pen = drawing->pen;
    for (size_t n = 0, at = 0; n < layout->node_count; n++) {
        const struct wend_flow_node *node = &layout->nodes[n];
        for (; at < layout->link_count && layout->links[at].from == n; at++) {
            const struct wend_flow_link *link = &layout->links[at];
            if (link->is_drawn) {
                row(pen);
                count(pen, node->column + 1);
                name(drawing, node->name);
                name(drawing, layout->nodes[link->to].name);
                count(pen, link->units);
                share(pen, link->units, node->units);
            }
        }
        if (node->ended > 0) {
            row(pen);
            count(pen, node->column + 1);
            name(drawing, node->name);
            name(drawing, end_name);
            count(pen, node->ended);
            share(pen, node->ended, node->units);
        }
    }
}

void wend__table_flow(const struct wend_drawing *drawing, unsigned anchor) {
    struct wend_pen *pen = drawing->pen;
    struct wend_flow_layout layout = {0};
    struct wend_flow_wish wish = {
        .anchor = anchor,
        .columns = drawing->model->options.steps,
        .rows = drawing->rows,
        .height = 100,
        .label_height = 1,
        .least_share = 0.005,
    };
    begin(pen, anchor == 0 ? LABEL_FLOW : LABEL_FLOW_BACK,
          "#" LABEL_STEP "|" LABEL_FROM_COLUMN "|" LABEL_TO_COLUMN "|#" LABEL_COUNT
          "|#" LABEL_SHARE);
    if (!wend__flow_layout(drawing->model, drawing->slice, &wish, &layout)) {
        pen->failed = true;
    } else {
        flow_rows(drawing, &layout, anchor == 0 ? drawing->model->exit : drawing->model->entry);
    }
    if (layout.hidden_count > 0) {
        wend__pen_format(pen, "<tr><td><td colspan=\"2\">%zu " LABEL_SMALL "", layout.hidden_count);
        count(pen, layout.hidden_units);
        wend__pen_put(pen, "<td></tr>");
    }
    end(pen);
    wend__flow_layout_deinit(&layout);
}

void wend__table_transitions(const struct wend_drawing *drawing) {
    struct wend_pen *pen = drawing->pen;
    const struct wend_map_sums *transitions = &drawing->slice->transitions;
    begin(pen, LABEL_TRANSITIONS,
          LABEL_FROM_COLUMN "|" LABEL_TO_COLUMN "|#" LABEL_COUNT "|#" LABEL_TOTAL_TIME);
    for (size_t i = 0; i < transitions->count && i < drawing->rows; i++) {
        row(pen);
        name(drawing, transitions->items[i].key[0]);
        name(drawing, transitions->items[i].key[1]);
        count(pen, transitions->items[i].value[WEND_MAP_TRANSITIONS]);
        if (transitions->items[i].key[0] == drawing->model->entry ||
            transitions->items[i].key[1] == drawing->model->exit) {
            wend__pen_put(pen, "<td class=r>\xE2\x80\x93");
        } else {
            seconds(pen, transitions->items[i].seconds);
        }
    }
    end(pen);
}

void wend__table_drops(const struct wend_drawing *drawing) {
    struct wend_pen *pen = drawing->pen;
    const struct wend_map_sum *drops[WEND_MAP_TOP_MAX + 1];
    size_t found = wend__map_drops(drawing->slice, drops, drawing->rows);
    begin(pen, LABEL_DROP, LABEL_TOUCHPOINT "|#" LABEL_ABANDONED "|#" LABEL_SHARE "|#" LABEL_RATE);
    for (size_t i = 0; i < found; i++) {
        row(pen);
        name(drawing, drops[i]->key[0]);
        count(pen, drops[i]->value[WEND_MAP_ABANDONED]);
        share(pen, drops[i]->value[WEND_MAP_ABANDONED], drawing->slice->abandoned);
        share(pen, drops[i]->value[WEND_MAP_ABANDONED], drops[i]->value[WEND_MAP_UNITS]);
    }
    end(pen);
}

void wend__table_ideal(const struct wend_drawing *drawing) {
    struct wend_pen *pen = drawing->pen;
    const struct wend_map_ideal *ideal = &drawing->slice->ideal;
    begin(pen, LABEL_IDEAL, "#" LABEL_STEP "|" LABEL_TOUCHPOINT "|#" LABEL_COUNT "|#" LABEL_SHARE);
    for (uint32_t i = 0; i < ideal->step_count; i++) {
        row(pen);
        count(pen, i + 1);
        name(drawing, ideal->steps[i]);
        count(pen, ideal->kept[i]);
        share(pen, ideal->kept[i], drawing->slice->units);
    }
    end(pen);
}

void wend__table_switches(const struct wend_drawing *drawing) {
    struct wend_pen *pen = drawing->pen;
    const struct wend_map_sums *turns = &drawing->slice->turns;
    begin(pen, LABEL_SWITCH,
          LABEL_FIELD "|" LABEL_FROM_COLUMN "|" LABEL_TO_COLUMN "|" LABEL_FROM_COLUMN
                      "|" LABEL_TO_COLUMN "|#" LABEL_COUNT "|#" LABEL_CONVERTED
                      "|#" LABEL_ABANDONED);
    for (size_t i = 0; i < turns->count && i < drawing->rows; i++) {
        row(pen);
        for (unsigned k = 0; k < WEND_MAP_KEYS; k++) {
            name(drawing, turns->items[i].key[k]);
        }
        count(pen, turns->items[i].value[WEND_MAP_SWITCHES]);
        count(pen, turns->items[i].value[WEND_MAP_SWITCH_CONVERTED]);
        count(pen, turns->items[i].value[WEND_MAP_SWITCH_LOST]);
    }
    end(pen);
}

void wend__table_times(const struct wend_drawing *drawing) {
    struct wend_pen *pen = drawing->pen;
    begin(pen, LABEL_TIME, LABEL_STAGE "|#" LABEL_MEDIAN "|#" LABEL_P90);
    for (size_t i = 0; i < drawing->slice->stage_count; i++) {
        const struct wend_map_stage *stage = &drawing->slice->stages[i];
        if (wend__sketch_count(&stage->seconds) > 0) {
            row(pen);
            name(drawing, stage->name);
            seconds(pen, (double)wend__sketch_quantile(&stage->seconds, 5, 10) / 1e6);
            seconds(pen, (double)wend__sketch_quantile(&stage->seconds, 9, 10) / 1e6);
        }
    }
    end(pen);
}

void wend__table_paths(const struct wend_drawing *drawing) {
    struct wend_pen *pen = drawing->pen;
    const struct wend_map_slice *slice = drawing->slice;
    begin(pen, LABEL_PATHS,
          "#" LABEL_COUNT "|#" LABEL_SHARE "|#" LABEL_CONVERTED "|#" LABEL_ABANDONED
          "|" LABEL_PATH);
    for (size_t i = 0; i < slice->top_count; i++) {
        const struct wend_map_path *path = &slice->top_paths[i];
        row(pen);
        count(pen, path->sum->value[WEND_MAP_PATH_UNITS]);
        share(pen, path->sum->value[WEND_MAP_PATH_UNITS], slice->units);
        count(pen, path->sum->value[WEND_MAP_PATH_CONVERTED]);
        count(pen, path->sum->value[WEND_MAP_PATH_ABANDONED]);
        wend__pen_put(pen, "<td class=\"path\">");
        for (uint32_t k = 0; k < path->step_count; k++) {
            wend__pen_put(pen, k == 0 ? "<bdi>" : " \xE2\x80\xBA <bdi>");
            wend__pen_text(pen, wend__map_name(drawing->model, path->steps[k]), 60);
            wend__pen_put(pen, "</bdi>");
        }
        if (path->step_count == 0) {
            wend__pen_text(pen, wend__map_name(drawing->model, drawing->model->none), 0);
        }
    }
    end(pen);
}
