/* What a trial of definitions found: for people, and as JSON. */
#include "check_sample.h"

#include "json.h"
#include "value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TOP_NAMES 5
#define EXAMPLE_CELLS 60

static void label(struct wend_cli_text *out, const char *name) {
    wend__cli_text_add_format(out, "%-12s", name);
}

/* "12 (1.2 %)" */
static void add_part(uint64_t part, uint64_t whole, struct wend_cli_text *out) {
    wend__cli_text_add_count(out, part);
    wend__cli_text_add(out, " (");
    wend__cli_percent_add(part, whole, out);
    wend__cli_text_add(out, ")");
}

/* A stranger's bytes, visible, shortened in the middle. */
static void add_short(const struct wend_cli_text *raw, size_t columns, struct wend_cli_text *out) {
    struct wend_cli_text visible = {0};
    wend__cli_text_add_visible(&visible, wend__cli_text_string(raw), raw->len, false);
    wend__cli_shorten(wend__cli_text_string(&visible), visible.len, columns, out);
    wend__cli_text_deinit(&visible);
}

/* "            shape 3, such as record 7: not a record" */
static void add_examples(const struct wend_cli_sample *sample,
                         const struct wend_sample_summary *summary, struct wend_cli_text *out) {
    uint64_t sum = 0;
    for (size_t i = 0; i < 4; i++) {
        sum += summary->rejected[i];
    }
    if (sum == 0) {
        return;
    }
    label(out, "rejected");
    add_part(sum, summary->read, out);
    wend__cli_text_add(out, "\n");
    for (size_t i = 0; i < 4; i++) {
        if (summary->rejected[i] == 0) {
            continue;
        }
        label(out, "");
        wend__cli_text_add_format(out, "%s ", wend__cli_sample_reasons[i]);
        wend__cli_text_add_count(out, summary->rejected[i]);
        if (sample->examples[i].number > 0) {
            wend__cli_text_add(out, ", such as record ");
            wend__cli_text_add_count(out, sample->examples[i].number);
            wend__cli_text_add(out, ": ");
            add_short(&sample->examples[i].raw, EXAMPLE_CELLS, out);
        }
        wend__cli_text_add(out, "\n");
    }
}

static void add_unmatched(const struct wend_cli_sample *sample,
                          const struct wend_sample_summary *summary, struct wend_cli_text *out) {
    const struct wend_cli_name_count *top[TOP_NAMES];
    if (summary->unmatched == 0) {
        return;
    }
    label(out, "unmatched");
    add_part(summary->unmatched, summary->accepted, out);
    size_t count = wend__cli_sample_top(sample, top, TOP_NAMES);
    for (size_t i = 0; i < count; i++) {
        wend__cli_text_add(out, i == 0 ? ": " : ", ");
        add_short(&top[i]->name, 40, out);
        wend__cli_text_add(out, " ");
        wend__cli_text_add_count(out, top[i]->count);
    }
    if (count == 0 && sample->unmatched.number > 0) {
        wend__cli_text_add(out, ", such as record ");
        wend__cli_text_add_count(out, sample->unmatched.number);
        wend__cli_text_add(out, ": ");
        add_short(&sample->unmatched.raw, EXAMPLE_CELLS, out);
    }
    wend__cli_text_add(out, "\n");
}

static struct wend_cli_cell number_cell(char digits[static 24], uint64_t count) {
    int len = snprintf(digits, 24, "%" PRIu64, count);
    return (struct wend_cli_cell){WEND_CLI_CELL_NUMBER, digits, (size_t)len};
}

static void render(struct wend_cli_table *table, const struct wend_cli_terminal *terminal,
                   struct wend_cli_text *out) {
    size_t width = terminal->output_is_terminal ? terminal->width : 0;
    wend__cli_table_render(table, width, terminal->output_color, out);
    wend__cli_table_deinit(table);
}

static void add_events(const struct wend_cli_sample *sample,
                       const struct wend_sample_summary *summary,
                       const struct wend_cli_terminal *terminal, struct wend_cli_text *out) {
    static const struct wend_cli_column columns[] = {
        {.title = "record", .right = true, .grouped = true},
        {.title = "time"},
        {.title = "customer", .shrinks = true},
        {.title = "touchpoint", .shrinks = true},
        {.title = "line", .right = true},
    };
    struct wend_cli_table table;
    struct wend_cli_text time = {0};
    bool rules = summary->rule_count > 0; /* without any there are no lines */
    wend__cli_table_init(&table, columns, rules ? 5 : 4);
    for (size_t i = 0; i < sample->event_count && i < WEND_CLI_SAMPLE_SHOWN; i++) {
        const struct wend_cli_sampled *event = &sample->events[i];
        char number[24];
        char line[24];
        wend__cli_text_clear(&time);
        wend__cli_time_add(event->ts_us, &time);
        struct wend_cli_cell cells[] = {
            number_cell(number, event->number),
            {WEND_CLI_CELL_TEXT, time.data, time.len},
            {WEND_CLI_CELL_TEXT, wend__cli_text_string(&event->customer), event->customer.len},
            {.kind = WEND_CLI_CELL_NULL},
            {.kind = WEND_CLI_CELL_NULL}};
        if (event->matched) {
            cells[3] = (struct wend_cli_cell){WEND_CLI_CELL_TEXT,
                                              wend__cli_text_string(&event->touchpoint),
                                              event->touchpoint.len};
        } else {
            cells[3] = (struct wend_cli_cell){WEND_CLI_CELL_TEXT, "(unmatched)", 11};
        }
        if (rules && event->rule < summary->rule_count) {
            cells[4] = number_cell(line, summary->rules[event->rule].line);
        }
        wend__cli_table_add(&table, cells);
    }
    wend__cli_text_add(out, "\nFirst events\n");
    render(&table, terminal, out);
    wend__cli_text_deinit(&time);
    if (summary->accepted > WEND_CLI_SAMPLE_SHOWN) {
        wend__cli_text_add(out, "and ");
        wend__cli_text_add_count(out, summary->accepted - WEND_CLI_SAMPLE_SHOWN);
        wend__cli_text_add(out, " more\n");
    }
}

static void add_rules(const struct wend_sample_summary *summary,
                      const struct wend_cli_terminal *terminal, struct wend_cli_text *out) {
    static const struct wend_cli_column columns[] = {
        {.title = "events", .right = true, .grouped = true},
        {.title = "share", .right = true},
        {.title = "touchpoint", .shrinks = true},
        {.title = "line", .right = true},
    };
    if (summary->rule_count == 0) {
        return;
    }
    struct wend_cli_table table;
    struct wend_cli_text share = {0};
    wend__cli_table_init(&table, columns, 4);
    for (size_t i = 0; i < summary->rule_count; i++) {
        const struct wend_sample_rule *rule = &summary->rules[i];
        char matches[24];
        char line[24];
        wend__cli_text_clear(&share);
        wend__cli_percent_add(rule->matches, summary->accepted, &share);
        struct wend_cli_cell cells[] = {number_cell(matches, rule->matches),
                                        {WEND_CLI_CELL_TEXT, share.data, share.len},
                                        {WEND_CLI_CELL_TEXT, rule->name.data, rule->name.len},
                                        number_cell(line, rule->line)};
        wend__cli_table_add(&table, cells);
    }
    wend__cli_text_add(out, "\nTouchpoints\n");
    render(&table, terminal, out);
    wend__cli_text_deinit(&share);
    bool first = true;
    for (size_t i = 0; i < summary->rule_count; i++) {
        const struct wend_sample_rule *rule = &summary->rules[i];
        if (rule->matches == 0) {
            wend__cli_text_add(out, first ? "\nNever matched: " : ", ");
            wend__cli_text_add_visible(out, rule->name.data, rule->name.len, false);
            wend__cli_text_add_format(out, " (line %" PRIu32 ")", rule->line);
            first = false;
        }
    }
    wend__cli_text_add(out, first ? "" : "\n");
}

void wend__cli_sample_text(const struct wend_cli_sample *sample,
                           const struct wend_sample_summary *summary,
                           const struct wend_cli_terminal *terminal, struct wend_cli_text *out) {
    label(out, "sample");
    wend__cli_text_add_visible(out, sample->input, strlen(sample->input), false);
    wend__cli_text_add(out, ": ");
    wend__cli_text_add_visible(out, summary->format, strlen(summary->format), false);
    wend__cli_text_add(out, "\n");
    label(out, "events");
    wend__cli_text_add_count(out, summary->read);
    wend__cli_text_add(out, " read, ");
    wend__cli_text_add_count(out, summary->accepted);
    wend__cli_text_add(out, " accepted\n");
    if (summary->filtered > 0) {
        label(out, "filtered");
        add_part(summary->filtered, summary->read, out);
        wend__cli_text_add(out, "\n");
    }
    add_examples(sample, summary, out);
    add_unmatched(sample, summary, out);
    if (sample->event_count > 0) {
        add_events(sample, summary, terminal, out);
    }
    add_rules(summary, terminal, out);
}
