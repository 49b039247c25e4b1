/* The layout of a flow, over flows that are counted from random walks. */
#include "map/layout_flow.h"

#include <criterion/criterion.h>

#define NAMES 30U
#define DEPTH 8U
#define ENTRY 100U
#define EXIT 101U
#define MORE 102U
#define WALKS 4000U

static struct wend_map_model model;
static struct wend_map_slice slice;
static struct wend_flow_layout layout;
static struct wend_flow_wish wish;
static uint64_t state;

static uint32_t chance(uint32_t below) {
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return (uint32_t)(state >> 33) % below;
}

static void add(uint32_t step, uint32_t from, uint32_t to) {
    const uint32_t key[WEND_MAP_KEYS] = {step, from, to};
    struct wend_map_sum *sum = wend__map_sums_at(&slice.flow[0], key);
    cr_assert_not_null(sum);
    sum->value[0]++;
}

/* Some names are common, and every walk winds. */
static void begin(void) {
    model = (struct wend_map_model){.entry = ENTRY, .exit = EXIT, .more = MORE};
    slice = (struct wend_map_slice){0};
    layout = (struct wend_flow_layout){0};
    state = 42;
    for (unsigned i = 0; i < WALKS; i++) {
        uint32_t at = chance(4);
        for (uint32_t step = 1; step <= DEPTH; step++) {
            uint32_t next = chance(5) == 0 ? EXIT : chance(2) == 0 ? chance(6) : chance(NAMES);
            add(step, at, step == DEPTH && next != EXIT ? MORE : next);
            if (next == EXIT) {
                break;
            }
            at = next;
        }
    }
    wend__map_sums_sort(&slice.flow[0]);
    wish = (struct wend_flow_wish){
        .columns = 6, .rows = 5, .height = 400, .label_height = 30, .least_share = 0.01};
    cr_assert(wend__flow_layout(&model, &slice, &wish, &layout));
}

static void end(void) {
    wend__flow_layout_deinit(&layout);
    wend__map_sums_deinit(&slice.flow[0]);
}

TestSuite(map_layout, .init = begin, .fini = end);

Test(map_layout, every_column_is_there_and_has_its_rows_and_one_for_the_others) {
    size_t rows[6] = {0};
    cr_assert_eq(layout.column_count, 6);
    for (size_t i = 0; i < layout.node_count; i++) {
        rows[layout.nodes[i].column]++;
    }
    cr_expect_eq(rows[0], 4, "the first column has few touchpoints, and no node for others");
    for (size_t i = 1; i < 6; i++) {
        cr_expect_eq(rows[i], 6);
    }
}

Test(map_layout, what_flows_in_flows_out_or_ends) {
    for (size_t i = 0; i < layout.node_count; i++) {
        const struct wend_flow_node *node = &layout.nodes[i];
        int64_t in = 0;
        int64_t out = node->ended;
        for (size_t k = 0; k < layout.link_count; k++) {
            in += layout.links[k].to == i ? layout.links[k].units : 0;
            out += layout.links[k].from == i ? layout.links[k].units : 0;
        }
        if (node->column > 0) {
            cr_expect_eq(in, node->units);
        }
        if (node->column < 5) {
            cr_expect_eq(out, node->units);
        }
    }
}

Test(map_layout, the_first_column_holds_all_units) {
    int64_t units = 0;
    for (size_t i = 0; i < layout.node_count; i++) {
        units += layout.nodes[i].column == 0 ? layout.nodes[i].units : 0;
    }
    cr_expect_eq(units, WALKS);
}

Test(map_layout, nodes_do_not_overlap_and_stay_inside) {
    for (size_t i = 0; i < layout.node_count; i++) {
        const struct wend_flow_node *node = &layout.nodes[i];
        cr_expect_leq(node->y + node->slot_height, wish.height + 0.001);
        if (i > 0 && layout.nodes[i - 1].column == node->column) {
            const struct wend_flow_node *above = &layout.nodes[i - 1];
            cr_expect_leq(above->y + above->slot_height, node->y);
        }
        cr_expect_geq(node->slot_height, wish.label_height);
    }
}

Test(map_layout, the_others_stand_last) {
    for (size_t i = 0; i < layout.node_count; i++) {
        bool is_last =
            i + 1 == layout.node_count || layout.nodes[i + 1].column != layout.nodes[i].column;
        if (layout.nodes[i].name == WEND_FLOW_OTHER) {
            cr_expect(is_last);
            cr_expect_gt(layout.nodes[i].merged, 1);
        }
    }
}

Test(map_layout, ribbons_lie_on_their_nodes) {
    for (size_t i = 0; i < layout.link_count; i++) {
        const struct wend_flow_link *link = &layout.links[i];
        const struct wend_flow_node *from = &layout.nodes[link->from];
        const struct wend_flow_node *to = &layout.nodes[link->to];
        cr_expect_eq(from->column + 1, to->column);
        cr_expect_geq(link->from_y - link->width / 2, from->y - 0.001);
        cr_expect_leq(link->from_y + link->width / 2, from->y + from->height + 0.001);
        cr_expect_leq(link->to_y + link->width / 2, to->y + to->height + 0.001);
    }
}

Test(map_layout, what_is_not_drawn_is_counted) {
    size_t count = 0;
    int64_t units = 0;
    for (size_t i = 0; i < layout.link_count; i++) {
        if (!layout.links[i].is_drawn) {
            count++;
            units += layout.links[i].units;
            cr_expect_lt(layout.links[i].units, WALKS / 100);
        }
    }
    cr_expect_gt(count, 0);
    cr_expect_eq(count, layout.hidden_count);
    cr_expect_eq(units, layout.hidden_units);
}

Test(map_layout, it_is_the_same_every_time) {
    struct wend_flow_layout again = {0};
    cr_assert(wend__flow_layout(&model, &slice, &wish, &again));
    cr_assert_eq(again.node_count, layout.node_count);
    for (size_t i = 0; i < layout.node_count; i++) {
        cr_expect_eq(again.nodes[i].name, layout.nodes[i].name);
        cr_expect_eq(again.nodes[i].y, layout.nodes[i].y);
    }
    wend__flow_layout_deinit(&again);
}

Test(map_layout, no_flow_is_an_empty_layout) {
    struct wend_flow_layout empty = {0};
    const struct wend_map_slice none = {0};
    cr_assert(wend__flow_layout(&model, &none, &wish, &empty));
    cr_expect_eq(empty.node_count, 0);
    wend__flow_layout_deinit(&empty);
}
