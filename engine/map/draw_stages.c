/*
 * Stages as columns, and in each its touchpoints as cards.
 *
 *   [ awareness   27,273 >[ consideration  17,001 >[ ...        a header for each stage
 *   +--------------------+
 *   | ad_click      15 % |    name, how many of them convert
 *   | =====>----         |    reach; of it converted; of it lost
 *   | 8,069 30 %   3,217 |    reach, lost here
 *   +--------------------+
 */
#include "map/draw.h"
#include "map/labels.h"

#define GAP 10.0
#define HEADER_HEIGHT 96.0
#define CARD_HEIGHT 60.0
#define CARD_STEP 68.0
#define POINT_WIDTH 12.0 /* of a header's arrow */
#define PLAIN_COLUMNS 5U
#define COLUMNS_MAX 10U
#define SHARES_WIDTH 185.0 /* a narrower card has counts alone */
#define LOUD 3U            /* so many abandonment points stand out */

struct board {
    const struct wend_drawing *drawing;
    double column_width;
    int64_t largest; /* units of the touchpoint that most reach */
    const struct wend_map_sum *loud[LOUD];
    size_t loud_count;
};

static bool is_loud(const struct board *board, const struct wend_map_sum *point) {
    for (size_t i = 0; i < board->loud_count; i++) {
        if (board->loud[i] == point) {
            return true;
        }
    }
    return false;
}

static void draw_bar(const struct board *board, const struct wend_map_sum *point, double x,
                     double y) {
    struct wend_pen *pen = board->drawing->pen;
    double full = board->column_width - 20;
    double scale = full / (double)(board->largest > 0 ? board->largest : 1);
    double reach = (double)point->value[WEND_MAP_UNITS] * scale;
    double converted = (double)point->value[WEND_MAP_CONVERTED] * scale;
    double lost = (double)point->value[WEND_MAP_ABANDONED] * scale;
    wend__draw_rect(pen, "track", x, y, full, 7, 3.5);
    wend__draw_rect(pen, "reach", x, y, reach, 7, 0);
    wend__draw_rect(pen, "good", x, y, converted, 7, 0);
    wend__draw_rect(pen, "bad", x + reach - lost, y, lost, 7, 0);
}

static void draw_card(const struct board *board, const struct wend_map_sum *point, double x,
                      double y) {
    const struct wend_drawing *drawing = board->drawing;
    struct wend_pen *pen = drawing->pen;
    double width = board->column_width;
    bool shares = width >= SHARES_WIDTH;
    int64_t units = point->value[WEND_MAP_UNITS];
    int64_t lost = point->value[WEND_MAP_ABANDONED];
    wend__draw_point_begin(drawing, point->key[0]);
    wend__draw_rect(pen, is_loud(board, point) ? "card loud" : "card", x, y, width, CARD_HEIGHT, 6);
    wend__draw_name(drawing, "l", x + 10, y + 20, point->key[0], width - 20 - 44, 14);
    wend__draw_text_begin(pen, "v good-text end", x + width - 10, y + 20);
    wend__pen_share(pen, point->value[WEND_MAP_CONVERTED], units);
    wend__pen_put(pen, "</text>");
    draw_bar(board, point, x + 10, y + 28);
    wend__draw_text_begin(pen, "v", x + 10, y + 51);
    wend__pen_count(pen, units);
    if (shares) {
        wend__pen_put(pen, "<tspan class=\"m\" dx=\"6\">");
        wend__pen_share(pen, units, drawing->slice->units);
        wend__pen_put(pen, "</tspan>");
    }
    wend__pen_put(pen, "</text>");
    if (lost > 0) {
        wend__draw_text_begin(pen, is_loud(board, point) ? "v bad-text b end" : "v bad-text end",
                              x + width - 10, y + 51);
        wend__pen_put(pen, "\xE2\x88\x92");
        wend__pen_count(pen, lost);
        if (shares) {
            wend__pen_put(pen, "<tspan dx=\"6\">");
            wend__pen_share(pen, lost, units);
            wend__pen_put(pen, "</tspan>");
        }
        wend__pen_put(pen, "</text>");
    }
    wend__pen_put(pen, "</g>");
}

/* The header of a stage is an arrow that points to the next one. */
static void draw_arrow(struct wend_pen *pen, double x, double width, bool first, bool last) {
    double tip = last ? 0 : POINT_WIDTH;
    wend__pen_put(pen, "<path class=\"head\" d=\"M");
    wend__pen_number(pen, x);
    wend__pen_put(pen, " 0H");
    wend__pen_number(pen, x + width);
    wend__pen_put(pen, "l");
    wend__pen_number(pen, tip);
    wend__pen_put(pen, " 42l");
    wend__pen_number(pen, -tip);
    wend__pen_put(pen, " 42H");
    wend__pen_number(pen, x);
    if (!first) {
        wend__pen_put(pen, "l12 -42");
    }
    wend__pen_put(pen, "z\"/>");
}

static void draw_header(const struct board *board, const struct wend_map_stage *stage, double x,
                        bool first, bool last) {
    const struct wend_drawing *drawing = board->drawing;
    struct wend_pen *pen = drawing->pen;
    double left = x + (first ? 12 : 22);
    double width = board->column_width - (first ? 12 : 22) - 6;
    wend__pen_put(pen, "<g class=\"s\" role=\"img\"><title>");
    wend__pen_text(pen, wend__map_name(drawing->model, stage->name), 160);
    wend__pen_put(pen, ": ");
    wend__pen_count(pen, stage->reached);
    wend__pen_format(pen, " %s, ", wend__map_units_word(drawing->slice));
    wend__pen_share(pen, stage->advanced, stage->reached);
    wend__pen_put(pen, " " LABEL_GO_ON ", ");
    wend__pen_count(pen, stage->abandoned);
    wend__pen_put(pen, " " LABEL_LOST_HERE "</title>");
    draw_arrow(pen, x, board->column_width, first, last);
    wend__draw_name(drawing, "h", left, 22, stage->name, width, 16);
    wend__draw_text_begin(pen, "big", left, 48);
    wend__pen_count(pen, stage->reached);
    wend__pen_put(pen, "<tspan class=\"m\" dx=\"7\">");
    wend__pen_share(pen, stage->reached, drawing->slice->units);
    wend__pen_put(pen, "</tspan></text>");
    wend__draw_text_begin(pen, "v", left, 71);
    if (!last) {
        wend__pen_share(pen, stage->advanced, stage->reached);
        wend__pen_put(pen, "<tspan class=\"m\" dx=\"5\">" LABEL_GO_ON "</tspan>");
    }
    if (stage->abandoned > 0) {
        wend__pen_format(pen, "<tspan class=\"bad-text\"%s>\xE2\x88\x92", last ? "" : " dx=\"10\"");
        wend__pen_count(pen, stage->abandoned);
        wend__pen_put(pen, "</tspan>");
    }
    wend__pen_put(pen, "</text></g>");
}

/* "+ 12 more". Returns its height. */
static double draw_rest(struct wend_pen *pen, size_t rest, double x, double y) {
    if (rest == 0) {
        return 0;
    }
    wend__draw_text_begin(pen, "cap", x, y + 8);
    wend__pen_format(pen, "+ %zu " LABEL_MORE "</text>", rest);
    return 16;
}

/* Cards of one stage (0: none) from the top of its column. Returns where they end. */
static double draw_column(const struct board *board, uint32_t position, double x) {
    const struct wend_map_sums *points = &board->drawing->slice->touchpoints;
    double y = HEADER_HEIGHT;
    uint32_t drawn = 0;
    size_t rest = 0;
    for (size_t i = 0; i < points->count; i++) {
        if (points->items[i].key[1] != position || points->items[i].value[WEND_MAP_UNITS] == 0) {
            continue;
        }
        if (drawn == board->drawing->rows) {
            rest++;
            continue;
        }
        draw_card(board, &points->items[i], x, y);
        y += CARD_STEP;
        drawn++;
    }
    return y - (CARD_STEP - CARD_HEIGHT) + draw_rest(board->drawing->pen, rest, x + 10, y);
}

/* Without stages: cards by reach, row by row. */
static double draw_plain(const struct board *board) {
    const struct wend_map_sums *points = &board->drawing->slice->touchpoints;
    size_t max = (size_t)board->drawing->rows * PLAIN_COLUMNS / 2;
    size_t drawn = 0;
    for (size_t i = 0; i < points->count && drawn < max; i++, drawn++) {
        size_t row = drawn / PLAIN_COLUMNS;
        size_t column = drawn % PLAIN_COLUMNS;
        draw_card(board, &points->items[i], (double)column * (board->column_width + GAP),
                  (double)row * CARD_STEP);
    }
    size_t rows = (drawn + PLAIN_COLUMNS - 1) / PLAIN_COLUMNS;
    double height = (double)rows * CARD_STEP;
    return height + draw_rest(board->drawing->pen, points->count - drawn, 10, height);
}

static bool has_stageless(const struct wend_map_slice *slice) {
    for (size_t i = 0; i < slice->touchpoints.count; i++) {
        if (slice->touchpoints.items[i].key[1] == 0) {
            return true;
        }
    }
    return false;
}

double wend__draw_stages(const struct wend_drawing *drawing) {
    const struct wend_map_slice *slice = drawing->slice;
    struct board board = {.drawing = drawing};
    board.loud_count = wend__map_drops(slice, board.loud, LOUD);
    for (size_t i = 0; i < slice->touchpoints.count; i++) {
        int64_t units = slice->touchpoints.items[i].value[WEND_MAP_UNITS];
        board.largest = units > board.largest ? units : board.largest;
    }
    size_t stages = slice->stage_count < COLUMNS_MAX ? slice->stage_count : COLUMNS_MAX;
    bool stageless = stages > 0 && has_stageless(slice);
    size_t columns = stages == 0 ? PLAIN_COLUMNS : stages + (stageless ? 1 : 0);
    board.column_width = (drawing->width - GAP * (double)(columns - 1)) / (double)columns;
    if (stages == 0) {
        return draw_plain(&board);
    }
    double height = HEADER_HEIGHT;
    for (size_t i = 0; i < columns; i++) {
        double x = (double)i * (board.column_width + GAP);
        if (i < stages) {
            draw_header(&board, &slice->stages[i], x, i == 0, i + 1 == stages);
        } else {
            wend__draw_text_begin(drawing->pen, "h m", x + 12, 22);
            wend__pen_put(drawing->pen, LABEL_NO_STAGE "</text>");
        }
        double end = draw_column(&board, i < stages ? (uint32_t)i + 1 : 0, x);
        height = end > height ? end : height;
    }
    /* So many stages that columns would be too narrow: the last ones stand in the table alone. */
    return height + draw_rest(drawing->pen, slice->stage_count - stages, 0, height + 10);
}
