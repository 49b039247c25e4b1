/* Definitions from a text, events from the program, the result, and the rows of a snapshot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wend/wend.h>

static const char yaml[] = "time: at\ncustomer: user\nevent: page\n"
                           "journeys: [{name: order, goal: [paid]}]\n";
static const char events[] = "at,user,page\n"
                             "2025-01-01 10:00,ann,cart\n2025-01-01 10:05,ann,paid\n"
                             "2025-01-01 11:00,bob,cart\n";

static struct wend_error error;
static void check(enum wend_status status) {
    if (status != WEND_OK) {
        (void)fprintf(stderr, "%s: %s\n", wend_status_name(status), error.text);
        exit((int)status);
    }
}

int main(void) {
    struct wend_definitions *definitions;
    check(wend_definitions_load_text(yaml, strlen(yaml), "example", &definitions, &error));

    struct wend_replay_options options;
    wend_replay_options_init(&options);
    options.definitions = definitions;
    options.output = "example-snapshot";
    options.replace = true;
    struct wend_feed *feed;
    struct wend_result *result;
    check(wend_feed_open(&options, &feed, &error));
    check(wend_feed_write(feed, events, strlen(events), &error));
    check(wend_feed_finish(feed, &result, &error));
    for (size_t i = 0; i < result->scope_count; i++) {
        printf("%s: %d of %d\n", result->scopes[i].name, (int)result->scopes[i].converted,
               (int)result->scopes[i].units);
    }
    wend_result_destroy(result);

    struct wend_snapshot *snapshot;
    struct wend_cursor *cursor;
    bool found = true;
    check(wend_snapshot_open(options.output, &snapshot, &error));
    check(wend_cursor_open(snapshot, 0, &cursor, &error)); /* the paths */
    while (found) {
        check(wend_cursor_next(cursor, &found, &error));
        for (size_t i = 0; found && i < wend_cursor_column_count(cursor); i++) {
            struct wend_value value = wend_cursor_value(cursor, i);
            if (value.type == WEND_VALUE_TEXT && !value.is_null) {
                printf("%s %.*s ", wend_cursor_column_name(cursor, i), (int)value.text.len,
                       value.text.data);
            }
        }
        printf("%s", found ? "\n" : "");
    }
    wend_cursor_close(cursor);
    wend_snapshot_close(snapshot);
    wend_definitions_destroy(definitions);
}
