#include "model/schema.h"

#include "base/memory.h"
#include "ds/sortkey.h"

#define TEXT(name, text)                                                                           \
    { name, WEND_COLUMN_TEXT, false, text }
#define TEXT_OR_NULL(name, text)                                                                   \
    { name, WEND_COLUMN_TEXT, true, text }
#define LIST(name, text)                                                                           \
    { name, WEND_COLUMN_TEXT_LIST, false, text }
#define COUNT(name, text)                                                                          \
    { name, WEND_COLUMN_COUNT, false, text }
#define TIME(name, text)                                                                           \
    { name, WEND_COLUMN_TIME, false, text }
#define TIME_OR_NULL(name, text)                                                                   \
    { name, WEND_COLUMN_TIME, true, text }
#define RATE_OR_NULL(name, text)                                                                   \
    { name, WEND_COLUMN_RATE, true, text }
#define SECONDS(name, text)                                                                        \
    { name, WEND_COLUMN_SECONDS, false, text }
#define SECONDS_OR_NULL(name, text)                                                                \
    { name, WEND_COLUMN_SECONDS, true, text }
#define SKETCH(name, text)                                                                         \
    { name, WEND_COLUMN_SKETCH, true, text }

const struct wend_column wend__common_columns[WEND_COMMON_COLUMNS] = {
    TEXT("scope", "session, or the name of the journey"),
    TIME_OR_NULL("window_start", "Start of the window that the unit belongs to; null without "
                                 "windows"),
};

static const struct wend_column paths[] = {
    TEXT("path", "Touchpoints of the unit in order, joined with ' > '; (none) without any"),
    LIST("path_steps", "The steps of the path; empty without any"),
    TEXT("path_id", "16 hex digits of XXH3-64 over the path"),
    COUNT("step_count", "Steps of the path as shown"),
    COUNT("units", "Sessions or journeys with this path"),
    COUNT("converted", "Units that reached the goal"),
    COUNT("abandoned", "Units that ended without it"),
    COUNT("still_open", "Units that had not ended when the data did"),
    {"value_sum", WEND_COLUMN_VALUE_SUM, false, "Sum of the values of goal events"},
    SECONDS("duration_s_sum", "Seconds from the first to the last event, all units together"),
    SECONDS("duration_s_p50", "Median of these seconds"),
    SECONDS("duration_s_p90", "90th percentile of these seconds"),
    SKETCH("duration_s_sketch", "Mergeable distribution of these seconds"),
};

static const struct wend_column transitions[] = {
    TEXT("from_touchpoint", "Step that is left; (entry) before the first"),
    TEXT("to_touchpoint", "Step that follows; (exit) behind the last"),
    COUNT("transitions", "How often it happened"),
    COUNT("units", "Units in which it happened at least once"),
    SECONDS_OR_NULL("seconds_sum", "Seconds between the two steps, all together; null at the ends"),
    SECONDS_OR_NULL("seconds_p50", "Median of these seconds"),
    SECONDS_OR_NULL("seconds_p90", "90th percentile of these seconds"),
    SKETCH("seconds_sketch", "Mergeable distribution of these seconds"),
};

static const struct wend_column flow[] = {
    TEXT("anchor", "start: forwards from the first step; goal: backwards from the first goal"),
    COUNT("step_index", "Steps from the anchor; 1 is the anchor's step"),
    TEXT("from_touchpoint", "The step at this depth"),
    TEXT("to_touchpoint", "The next one; (exit), (entry) or (more) where there is none in depth"),
    COUNT("units", "Units that take this way at this depth"),
};

static const struct wend_column stages[] = {
    TEXT("stage", "Name of the stage"),
    COUNT("stage_position", "Its place in the journey, from 1"),
    COUNT("visited", "Units that were in it, in any order"),
    COUNT("reached", "Units that reached it by the funnel"),
    COUNT("advanced", "Units that reached the next stage, too"),
    COUNT("abandoned_here", "Abandoned units of which this is the furthest stage"),
    SECONDS_OR_NULL("seconds_to_next_p50", "Median of the seconds to the next stage"),
    SECONDS_OR_NULL("seconds_to_next_p90", "90th percentile of these seconds"),
    SKETCH("seconds_to_next_sketch", "Mergeable distribution of these seconds"),
};

static const struct wend_column abandonment[] = {
    TEXT("touchpoint", "The touchpoint; (none) for units without any"),
    TEXT_OR_NULL("stage", "Its stage in the journey"),
    COUNT("abandoned", "Abandoned units whose last touchpoint it is"),
    COUNT("visited", "Units that hold it"),
    {"abandon_rate", WEND_COLUMN_RATE, false, "abandoned / visited"},
    RATE_OR_NULL("abandon_share", "Part of all abandoned units of the same scope, window, "
                                  "segments; null when there is none"),
};

static const struct wend_column touchpoints[] = {
    TEXT("touchpoint", "The touchpoint"),
    TEXT_OR_NULL("stage", "Its stage in the journey"),
    COUNT("events", "Events of it"),
    COUNT("units", "Units that hold it"),
    COUNT("entries", "Units that begin with it"),
    COUNT("exits", "Units whose last touchpoint it is"),
    COUNT("converted_units", "Converted units that hold it"),
    COUNT("first_touch", "Converted units whose first touchpoint before the goal it is"),
    COUNT("last_touch", "Converted units whose last touchpoint before the goal it is"),
    {"value_sum", WEND_COLUMN_VALUE_SUM, false, "Sum of the values of its goal events"},
};

static const struct wend_column switches[] = {
    TEXT("field", "The segment field that changes"),
    TEXT("from_value", "Its value before"),
    TEXT("to_value", "Its value from there on"),
    TEXT("from_touchpoint", "Last touchpoint before the change; (entry) without any"),
    TEXT("to_touchpoint", "First touchpoint from there on; (exit) without any"),
    COUNT("switches", "How often it happened"),
    COUNT("units", "Units in which it happened at least once"),
    COUNT("converted", "Of these the converted ones"),
    COUNT("abandoned", "Of these the abandoned ones"),
    SECONDS("seconds_p50", "Median of the seconds between the two events"),
    SKETCH("seconds_sketch", "Mergeable distribution of these seconds"),
};

#define VALUE_NOTE "Sum of the values of its goal events; null beyond 14 digits before the point"

static const struct wend_column sessions[] = {
    TEXT("session_id", "16 hex digits of XXH3-64 over customer, start and ordinal"),
    TEXT_OR_NULL("customer_id", "The customer; null when ids are left out"),
    TIME("started_at", "Time of the first event"),
    TIME("ended_at", "Time of the last event"),
    COUNT("event_count", "Events of the session"),
    TEXT("path", "Its path as in paths"),
    LIST("path_steps", "The steps of the path"),
    TEXT_OR_NULL("entry_touchpoint", "Its first touchpoint"),
    TEXT_OR_NULL("exit_touchpoint", "Its last touchpoint"),
    TEXT("outcome", "converted or abandoned"),
    {"value", WEND_COLUMN_VALUE, true, VALUE_NOTE},
};

static const struct wend_column journeys[] = {
    TEXT("journey_id", "16 hex digits of XXH3-64 over journey, customer, start and ordinal"),
    TEXT_OR_NULL("customer_id", "The customer; null when ids are left out"),
    TIME("started_at", "Time of the first event"),
    TIME("ended_at", "Time of the last event"),
    COUNT("session_count", "Sessions that it lies in"),
    COUNT("event_count", "Events of the journey"),
    TEXT("path", "Its path as in paths"),
    LIST("path_steps", "The steps of the path"),
    TEXT_OR_NULL("last_stage", "Stage of its last touchpoint"),
    TEXT_OR_NULL("furthest_stage", "The furthest stage that it reached"),
    TEXT("outcome", "converted, abandoned or open"),
    TIME_OR_NULL("converted_at", "Time of the first goal event"),
    {"value", WEND_COLUMN_VALUE, true, VALUE_NOTE},
};

#define COLUMNS(list) .columns = (list), .column_count = sizeof(list) / sizeof *(list)

const struct wend_schema wend__schemas[WEND_TABLE_COUNT] = {
    [WEND_TABLE_PATHS] = {.name = "paths",
                          .description = "A distinct path, and how units with it ended",
                          COLUMNS(paths),
                          .key_columns = 1,
                          .order_column = 4,
                          .shape = {4, true, true, true}},
    [WEND_TABLE_TRANSITIONS] = {.name = "transitions",
                                .description = "A step and the step that follows it",
                                COLUMNS(transitions),
                                .key_columns = 2,
                                .order_column = 2,
                                .shape = {2, false, true, true}},
    [WEND_TABLE_FLOW] = {.name = "flow",
                         .description = "A step and the next one at a depth",
                         COLUMNS(flow),
                         .key_columns = 4,
                         .order_column = 4,
                         .shape = {1, false, false, false}},
    [WEND_TABLE_STAGES] = {.name = "stages",
                           .description = "A stage of a journey and how far units came",
                           COLUMNS(stages),
                           .key_columns = 2,
                           .order_column = 3,
                           .shape = {4, false, false, true}},
    [WEND_TABLE_ABANDONMENT] = {.name = "abandonment",
                                .description = "A touchpoint and the units that ended at it",
                                COLUMNS(abandonment),
                                .key_columns = 2,
                                .order_column = 2,
                                .shape = {2, false, false, false}},
    [WEND_TABLE_TOUCHPOINTS] = {.name = "touchpoints",
                                .description = "A touchpoint, its use and its credit",
                                COLUMNS(touchpoints),
                                .key_columns = 2,
                                .order_column = 3,
                                .shape = {7, true, false, false}},
    [WEND_TABLE_SWITCHES] = {.name = "switches",
                             .description = "A change of a segment field inside units",
                             COLUMNS(switches),
                             .key_columns = 5,
                             .order_column = 5,
                             .shape = {4, false, false, true}},
    [WEND_TABLE_SESSIONS] = {.name = "sessions",
                             .description = "A session",
                             COLUMNS(sessions),
                             .key_columns = 1,
                             .order_column = 4},
    [WEND_TABLE_JOURNEYS] = {.name = "journeys",
                             .description = "A journey",
                             COLUMNS(journeys),
                             .key_columns = 1,
                             .order_column = 5},
};

enum wend_table_id wend__table_find(struct wend_bytes name) {
    for (unsigned i = 0; i < WEND_TABLE_COUNT; i++) {
        if (wend__bytes_is(name, wend__schemas[i].name)) {
            return (enum wend_table_id)i;
        }
    }
    return WEND_TABLE_COUNT;
}

bool wend__key_append_group(struct wend_buffer *key, struct wend_bytes scope, bool has_window,
                            int64_t window_us, const struct wend_bytes *segments,
                            uint32_t segment_count) {
    bool done = wend__sortkey_append_text(key, scope);
    if (has_window) {
        done =
            done && wend__sortkey_append_present(key) && wend__sortkey_append_int64(key, window_us);
    } else {
        done = done && wend__sortkey_append_null(key);
    }
    for (uint32_t i = 0; done && i < segment_count; i++) {
        done = wend__sortkey_append_nullable_text(key, segments[i]);
    }
    return done;
}
