/* Which columns `wend show` prints. */
#include "show.h"

#include <stdlib.h>
#include <string.h>

/*
 * What a person sees of a table behind scope, window and segments: what is counted, and the path
 * last, for it takes what is left of the line. `spare` are left out one by one, the first first,
 * when the terminal is too narrow.
 */
static const struct view {
    const char *table;
    const char *columns;
    const char *spare;
} views[] = {
    {"paths", "units,share,converted,abandoned,still_open,value_sum,duration_s_p50,path",
     "duration_s_p50,value_sum,still_open,abandoned"},
    {"transitions", "from_touchpoint,to_touchpoint,transitions,units,seconds_p50,seconds_p90",
     "seconds_p90,seconds_p50"},
    {"flow", "anchor,step_index,from_touchpoint,to_touchpoint,units", ""},
    {"stages",
     "stage_position,stage,visited,reached,advanced,abandoned_here,seconds_to_next_p50,"
     "seconds_to_next_p90",
     "seconds_to_next_p90,seconds_to_next_p50"},
    {"abandonment", "touchpoint,stage,abandoned,visited,abandon_rate,abandon_share",
     "abandon_share"},
    {"touchpoints",
     "touchpoint,stage,events,units,entries,exits,converted_units,first_touch,last_touch,value_sum",
     "value_sum,last_touch,first_touch,converted_units"},
    {"switches",
     "field,from_value,to_value,switches,units,converted,abandoned,seconds_p50,from_touchpoint,"
     "to_touchpoint",
     "seconds_p50,units"},
    {"sessions", "customer_id,started_at,event_count,outcome,value,path", "value,event_count"},
    {"journeys",
     "customer_id,started_at,session_count,event_count,outcome,furthest_stage,value,path",
     "value,session_count,event_count,furthest_stage"},
};

/* Shown only where a row has one that is not zero. */
#define OFTEN_ZERO "still_open,value_sum,value"

/* Place of the word in "a,b,c", from 1; 0: it is not there. */
static uint32_t place_in(const char *list, const char *word) {
    size_t len = strlen(word);
    uint32_t place = 1;
    for (const char *at = list; *at != '\0'; place++) {
        size_t item = strcspn(at, ",");
        if (item == len && memcmp(at, word, len) == 0) {
            return place;
        }
        at += at[item] == '\0' ? item : item + 1;
    }
    return 0;
}

static bool ends_with(const char *text, const char *end) {
    size_t len = strlen(text);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

size_t wend__cli_show_find(const struct wend_cli_show *show, const char *name, size_t len) {
    size_t count = wend_cursor_column_count(show->cursor);
    for (size_t i = 0; i < count; i++) {
        const char *column = wend_cursor_column_name(show->cursor, i);
        if (strlen(column) == len && memcmp(column, name, len) == 0) {
            return i;
        }
    }
    return WEND_CLI_NO_COLUMN;
}

enum wend_status wend__cli_show_no_column(const struct wend_cli_show *show, const char *option,
                                          const char *name, struct wend_error *error) {
    size_t count = wend_cursor_column_count(show->cursor);
    const char **names = wend__cli_alloc(count * sizeof *names);
    struct wend_cli_text known = {0};
    for (size_t i = 0; i < count; i++) {
        names[i] = wend_cursor_column_name(show->cursor, i);
        wend__cli_text_add(&known, i == 0 ? "" : ", ");
        wend__cli_text_add(&known, names[i]);
    }
    const char *near = wend__cli_nearest(name, names, count);
    enum wend_status status = wend__cli_error(
        error, WEND_ERROR_USAGE, "%s: %s has no column %s%s%s%s\nIt has: %s", option,
        show->table_name, name, near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
        near == NULL ? "" : "?", wend__cli_text_string(&known));
    free(names);
    wend__cli_text_deinit(&known);
    return status;
}

static char *copy_name(const char *name) {
    size_t size = strlen(name) + 1;
    return memcpy(wend__cli_alloc(size), name, size);
}

static void add_column(struct wend_cli_show *show, size_t index) {
    const char *name = wend_cursor_column_name(show->cursor, index);
    bool percent = ends_with(name, "_rate") || ends_with(name, "_share");
    enum wend_cli_style style = show->format != WEND_CLI_AS_TABLE ? WEND_CLI_FOR_PROGRAMS
                                : percent                         ? WEND_CLI_FOR_PEOPLE_PERCENT
                                                                  : WEND_CLI_FOR_PEOPLE;
    show->columns[show->column_count++] =
        (struct wend_cli_shown_column){.name = copy_name(name),
                                       .index = index,
                                       .type = wend_cursor_column_type(show->cursor, index),
                                       .style = style};
}

static enum wend_status add_named(struct wend_cli_show *show, const char *list,
                                  struct wend_error *error) {
    for (const char *at = list;;) {
        size_t len = strcspn(at, ",");
        size_t index = wend__cli_show_find(show, at, len);
        if (index == WEND_CLI_NO_COLUMN) {
            struct wend_cli_text name = {0};
            wend__cli_text_add_bytes(&name, at, len);
            enum wend_status status =
                wend__cli_show_no_column(show, "--columns", wend__cli_text_string(&name), error);
            wend__cli_text_deinit(&name);
            return status;
        }
        add_column(show, index);
        if (at[len] == '\0') {
            return WEND_OK;
        }
        at += len + 1;
    }
}

/* Of a --where with a value all rows have the same. */
static bool is_fixed(const struct wend_cli_show *show, size_t index) {
    for (size_t i = 0; i < show->where_count; i++) {
        if (show->wheres[i].column == index && show->wheres[i].type != WEND_VALUE_TEXT_LIST) {
            return true;
        }
    }
    return false;
}

/* All rows of `sessions` are of the scope `session`, and those of `journeys` of the others. */
static bool has_one_scope(const struct wend_cli_show *show) {
    size_t count = show->scope_count;
    if (strcmp(show->table_name, "sessions") == 0) {
        return true;
    }
    return count < 2 || (count == 2 && strcmp(show->table_name, "journeys") == 0);
}

/* Scope, window and segments: what stands before the table's own columns. */
static void add_leading(struct wend_cli_show *show, const char *first_own) {
    size_t count = wend_cursor_column_count(show->cursor);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(wend_cursor_column_name(show->cursor, i), first_own) == 0) {
            return;
        }
        bool only_scope = i == show->scope_column && has_one_scope(show);
        if (!only_scope && !is_fixed(show, i)) {
            add_column(show, i);
            show->columns[show->column_count - 1].optional = true;
        }
    }
}

/* The column that every table has behind its segments is not named by the interface: it is the
 * first one behind `segment_count` of them. */
static const char *first_own_column(const struct wend_cli_show *show) {
    size_t index = 0;
    if (show->scope_column != WEND_CLI_NO_COLUMN) {
        index = show->scope_column + 1;
    }
    if (wend__cli_show_find(show, "window_start", strlen("window_start")) == index) {
        index++;
    }
    for (size_t i = 0; wend_snapshot_segment(show->snapshot, i) != NULL; i++) {
        index++;
    }
    return index < wend_cursor_column_count(show->cursor)
               ? wend_cursor_column_name(show->cursor, index)
               : "";
}

static void add_view(struct wend_cli_show *show, const struct view *view) {
    add_leading(show, first_own_column(show));
    for (const char *at = view->columns; *at != '\0';) {
        size_t len = strcspn(at, ",");
        size_t index = wend__cli_show_find(show, at, len);
        if (index != WEND_CLI_NO_COLUMN && !is_fixed(show, index)) {
            add_column(show, index);
        } else if (len == strlen("share") && memcmp(at, "share", len) == 0) {
            show->columns[show->column_count++] =
                (struct wend_cli_shown_column){.name = copy_name("share"),
                                               .index = WEND_CLI_NO_COLUMN,
                                               .type = WEND_VALUE_DOUBLE,
                                               .style = WEND_CLI_FOR_PEOPLE_PERCENT};
        }
        at += at[len] == '\0' ? len : len + 1;
    }
    for (size_t i = 0; i < show->column_count; i++) {
        struct wend_cli_shown_column *column = &show->columns[i];
        uint32_t place = place_in(view->spare, column->name);
        column->rank = place == 0 ? 0 : (uint32_t)strlen(view->spare) + 1 - place;
        column->optional = column->optional || place_in(OFTEN_ZERO, column->name) > 0 ||
                           strcmp(column->name, "stage") == 0;
    }
}

enum wend_status wend__cli_show_columns(struct wend_cli_show *show, struct wend_error *error) {
    const struct wend_cli_value *named = &show->context->arguments->values[WEND_CLI_COLUMNS];
    size_t count = wend_cursor_column_count(show->cursor);
    size_t most = named->given ? strlen(named->text) / 2 + 1 : count + 1;
    show->columns = wend__cli_alloc(most * sizeof *show->columns);
    show->column_count = 0;
    if (named->given) {
        return add_named(show, named->text, error);
    }
    if (show->format == WEND_CLI_AS_TABLE) {
        for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
            if (strcmp(views[i].table, show->table_name) == 0) {
                add_view(show, &views[i]);
                return WEND_OK;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        enum wend_value_type type = wend_cursor_column_type(show->cursor, i);
        bool too_much = show->format == WEND_CLI_AS_TABLE && type == WEND_VALUE_TEXT_LIST;
        if (type != WEND_VALUE_BINARY && !too_much) {
            add_column(show, i);
        }
    }
    return WEND_OK;
}
