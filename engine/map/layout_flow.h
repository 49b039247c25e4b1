/*
 * layout_flow.h: where the nodes and links of a flow stand.
 *
 *   column 0     column 1        A node is a touchpoint at a step; its height is the units there.
 *   +-+          +-+             Its right side is taken by the links that leave, from the top, and
 *   | |==========| |             below them by the units that end there (`ended`); what is left
 *   | |==.       +-+             goes on beyond the last column.
 *   +-+   `======+-+
 *                +-+  (other)    The smaller ones of a step are one node, the last of its column.
 *
 * Touchpoints that come again stand in a column further on, so that there are no loops to lay out.
 * Nodes of a column stand by where their links come from (one sweep), and never overlap.
 *
 * Units are conserved: of a node, links out + ended + what goes beyond = links in (first column:
 * the units that begin). Links too thin to see are counted in `hidden_count`, `hidden_units`.
 *
 * Threads: one at a time.
 */
#ifndef WEND_MAP_LAYOUT_FLOW_H
#define WEND_MAP_LAYOUT_FLOW_H

#include "map/map_model.h"

#define WEND_FLOW_OTHER UINT32_MAX

struct wend_flow_node {
    uint32_t column;
    uint32_t name; /* WEND_FLOW_OTHER: those that have no node of their own */
    int64_t units;
    int64_t ended;   /* forwards: leave here; backwards: begin here */
    uint32_t merged; /* OTHER: how many touchpoints */
    double y;
    double height;      /* of its bar: units times scale */
    double slot_height; /* with room for its label */
    double order;       /* while columns are sorted */
};

struct wend_flow_link {
    uint32_t from; /* index of the node in the lower column */
    uint32_t to;
    int64_t units;
    double from_y; /* middle of the ribbon */
    double to_y;
    double width;
    bool is_drawn;
};

struct wend_flow_layout {
    struct wend_flow_node *nodes; /* column by column, top to bottom */
    size_t node_count;
    struct wend_flow_link *links; /* by from, then to */
    size_t link_count;
    uint32_t column_count; /* columns with a node */
    double scale;          /* height of one unit */
    double height;         /* where the lowest column ends */
    size_t hidden_count;
    int64_t hidden_units;
};

struct wend_flow_wish {
    unsigned anchor; /* 0: from the start, 1: from the goal */
    uint32_t columns;
    uint32_t rows;       /* touchpoints with a node of their own in a column */
    double height;       /* of the tallest column */
    double label_height; /* room that each node has at least */
    double least_share;  /* of the first column's units, that a link must have to be drawn */
};

/* Zero-initialise the layout; deinit also after a failure. False without memory. */
bool wend__flow_layout(const struct wend_map_model *model, const struct wend_map_slice *slice,
                       const struct wend_flow_wish *wish, struct wend_flow_layout *layout);
void wend__flow_layout_deinit(struct wend_flow_layout *layout);

#endif
