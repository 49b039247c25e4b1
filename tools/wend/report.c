/* The report of a replay for people. */
#include "report.h"

#include "table.h"

#include <stdio.h>
#include <string.h>

#define LABEL_CELLS 12

const char *const wend__cli_reject_names[WEND_CLI_REJECT_COUNT] = {"shape", "time", "customer",
                                                                   "future"};

static void label(struct wend_cli_text *out, const char *name) {
    size_t len = strlen(name);
    wend__cli_text_add(out, name);
    wend__cli_text_add_repeated(out, ' ', len < LABEL_CELLS ? LABEL_CELLS - len : 1);
}

static void add_safe(struct wend_cli_text *out, const char *text) {
    wend__cli_text_add_visible(out, text, strlen(text), false);
}

static double percent(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : (double)part * 100 / (double)whole;
}

/* "0.12 %", "12 %"; what is there is never shown as 0. */
static void add_percent(struct wend_cli_text *out, uint64_t part, uint64_t whole) {
    double share = percent(part, whole);
    if (part > 0 && share < 0.01) {
        wend__cli_text_add(out, "under 0.01 %");
    } else {
        wend__cli_text_add_format(out, share < 1 ? "%.2f %%" : "%.1f %%", share);
    }
}

static uint64_t rejected_sum(const struct wend_cli_report *report) {
    uint64_t sum = 0;
    for (size_t i = 0; i < WEND_CLI_REJECT_COUNT; i++) {
        sum += report->rejected[i];
    }
    return sum;
}

static void add_inputs(const struct wend_cli_report *report, struct wend_cli_text *out) {
    enum { SHOWN = 5 };
    for (size_t i = 0; i < report->input_count && i < SHOWN; i++) {
        const struct wend_cli_report_input *input = &report->inputs[i];
        label(out, i == 0 ? "input" : "");
        add_safe(out, input->path);
        wend__cli_text_add(out, ": ");
        add_safe(out, input->format);
        wend__cli_text_add(out, input->trouble == NULL ? "\n" : ", partial\n");
    }
    if (report->input_count > SHOWN) {
        label(out, "");
        wend__cli_text_add_format(out, "and %zu more\n", report->input_count - SHOWN);
    }
    for (size_t i = 0; i < report->assumption_count; i++) {
        label(out, i == 0 ? "assumed" : "");
        add_safe(out, report->assumptions[i]);
        wend__cli_text_add(out, "\n");
    }
}

static void add_events(const struct wend_cli_report *report, struct wend_cli_text *out) {
    double seconds = report->elapsed_us > 0 ? (double)report->elapsed_us / 1e6 : 1e-6;
    label(out, "events");
    wend__cli_text_add_count(out, report->read);
    wend__cli_text_add(out, " read, ");
    wend__cli_text_add_count(out, report->accepted);
    wend__cli_text_add_format(out, " accepted in %.*f s (", seconds < 10 ? 2 : 0, seconds);
    wend__cli_text_add_count(out, (uint64_t)((double)report->read / seconds));
    wend__cli_text_add(out, " events/s, ");
    wend__cli_text_add_size(out, (uint64_t)((double)report->bytes / seconds));
    wend__cli_text_add(out, "/s)\n");
}

static void add_spilled(const struct wend_cli_report *report, struct wend_cli_text *out) {
    if (report->spilled_bytes == 0) {
        return;
    }
    label(out, "spilled");
    wend__cli_text_add_size(out, report->spilled_bytes);
    wend__cli_text_add(out, " to temporary files; ");
    wend__cli_text_add_size(out, report->peak_bytes);
    wend__cli_text_add(out, " of memory at most\n");
}

static void add_counted(const struct wend_cli_report *report, const char *name, uint64_t count,
                        struct wend_cli_text *out) {
    if (count == 0) {
        return;
    }
    label(out, name);
    wend__cli_text_add_count(out, count);
    wend__cli_text_add(out, " (");
    add_percent(out, count, report->read);
    wend__cli_text_add(out, ")\n");
}

static void add_rejected(const struct wend_cli_report *report, struct wend_cli_text *out) {
    uint64_t sum = rejected_sum(report);
    if (sum == 0) {
        return;
    }
    label(out, "rejected");
    wend__cli_text_add_count(out, sum);
    wend__cli_text_add(out, " (");
    add_percent(out, sum, report->read);
    wend__cli_text_add(out, "):");
    bool first = true;
    for (size_t i = 0; i < WEND_CLI_REJECT_COUNT; i++) {
        if (report->rejected[i] > 0) {
            wend__cli_text_add_format(out, "%s %s ", first ? "" : ",", wend__cli_reject_names[i]);
            wend__cli_text_add_count(out, report->rejected[i]);
            first = false;
        }
    }
    if (report->rejects != NULL) {
        wend__cli_text_add(out, "; kept in ");
        add_safe(out, report->rejects);
    }
    wend__cli_text_add(out, "\n");
}

/* Without journeys nothing can convert: "0 converted" would say too much. */
static void add_sessions_only(const struct wend_cli_report_scope *scope,
                              struct wend_cli_text *out) {
    label(out, "sessions");
    wend__cli_text_add_count(out, scope->units);
    wend__cli_text_add(out, ", none with a goal: no journey is defined\n");
}

static void add_scope(const struct wend_cli_report_scope *scope, bool session,
                      struct wend_cli_text *out) {
    label(out, session ? "sessions" : "journeys");
    if (!session) {
        add_safe(out, scope->name);
        wend__cli_text_add(out, ": ");
    }
    wend__cli_text_add_count(out, scope->units);
    wend__cli_text_add(out, session ? ": " : " in all, ");
    wend__cli_text_add_count(out, scope->converted);
    wend__cli_text_add(out, " converted (");
    add_percent(out, scope->converted, scope->units);
    wend__cli_text_add(out, "), ");
    wend__cli_text_add_count(out, scope->abandoned);
    wend__cli_text_add(out, " abandoned");
    if (scope->still_open > 0) {
        wend__cli_text_add(out, ", ");
        wend__cli_text_add_count(out, scope->still_open);
        wend__cli_text_add(out, " open");
    }
    wend__cli_text_add(out, "\n");
}

static struct wend_cli_cell number_cell(char digits[static 24], uint64_t count) {
    int len = snprintf(digits, 24, "%llu", (unsigned long long)count);
    return (struct wend_cli_cell){WEND_CLI_CELL_NUMBER, digits, (size_t)len};
}

static struct wend_cli_cell share_cell(char text[static 24], uint64_t part, uint64_t whole) {
    int len = snprintf(text, 24, "%.1f %%", percent(part, whole));
    return (struct wend_cli_cell){WEND_CLI_CELL_TEXT, text, (size_t)len};
}

static void render(struct wend_cli_table *table, const struct wend_cli_terminal *terminal,
                   struct wend_cli_text *out) {
    size_t width = terminal->output_is_terminal ? terminal->width : 0;
    wend__cli_table_render(table, width, terminal->output_color, out);
    wend__cli_table_deinit(table);
}

static void add_paths(const struct wend_cli_report_scope *scope,
                      const struct wend_cli_terminal *terminal, struct wend_cli_text *out) {
    static const struct wend_cli_column columns[] = {
        {.title = "units", .right = true, .grouped = true},
        {.title = "share", .right = true},
        {.title = "converted", .right = true, .grouped = true},
        {.title = "path", .shrinks = true},
    };
    struct wend_cli_table table;
    wend__cli_table_init(&table, columns, 4);
    for (size_t i = 0; i < scope->path_count; i++) {
        const struct wend_cli_report_row *row = &scope->paths[i];
        char units[24];
        char share[24];
        char converted[24];
        struct wend_cli_cell cells[] = {number_cell(units, row->units),
                                        share_cell(share, row->units, scope->units),
                                        number_cell(converted, row->converted),
                                        {WEND_CLI_CELL_TEXT, row->name, row->name_len}};
        wend__cli_table_add(&table, cells);
    }
    wend__cli_text_add(out, "\nMost frequent paths of ");
    add_safe(out, scope->name);
    wend__cli_text_add(out, "\n");
    render(&table, terminal, out);
}

static void add_points(const struct wend_cli_report_scope *scope,
                       const struct wend_cli_terminal *terminal, struct wend_cli_text *out) {
    static const struct wend_cli_column columns[] = {
        {.title = "abandoned", .right = true, .grouped = true},
        {.title = "share", .right = true},
        {.title = "of those there", .right = true},
        {.title = "stage", .shrinks = true},
        {.title = "touchpoint", .shrinks = true},
    };
    struct wend_cli_table table;
    wend__cli_table_init(&table, columns, 5);
    for (size_t i = 0; i < scope->point_count; i++) {
        const struct wend_cli_report_row *row = &scope->points[i];
        char abandoned[24];
        char share[24];
        char rate[24];
        struct wend_cli_cell cells[] = {
            number_cell(abandoned, row->abandoned),
            share_cell(share, row->abandoned, scope->abandoned),
            share_cell(rate, row->abandoned, row->units),
            {row->stage == NULL ? WEND_CLI_CELL_NULL : WEND_CLI_CELL_TEXT, row->stage,
             row->stage_len},
            {WEND_CLI_CELL_TEXT, row->name, row->name_len}};
        wend__cli_table_add(&table, cells);
    }
    wend__cli_text_add(out, "\nWhere ");
    add_safe(out, scope->name);
    wend__cli_text_add(out, " is abandoned\n");
    render(&table, terminal, out);
}

void wend__cli_report_text(const struct wend_cli_report *report,
                           const struct wend_cli_terminal *terminal, struct wend_cli_text *out) {
    add_inputs(report, out);
    add_events(report, out);
    add_spilled(report, out);
    add_rejected(report, out);
    add_counted(report, "filtered", report->filtered, out);
    add_counted(report, "late", report->late, out);
    add_counted(report, "duplicate", report->duplicate, out);
    add_counted(report, "unmatched", report->unmatched, out);
    add_counted(report, "bad value", report->bad_value, out);
    if (report->scope_count == 1) {
        add_sessions_only(&report->scopes[0], out);
    }
    for (size_t i = 0; report->scope_count > 1 && i < report->scope_count; i++) {
        add_scope(&report->scopes[i], i == 0, out);
    }
    for (size_t i = 0; i < report->scope_count; i++) {
        if (report->scopes[i].path_count > 0) {
            add_paths(&report->scopes[i], terminal, out);
        }
        if (report->scopes[i].point_count > 0) {
            add_points(&report->scopes[i], terminal, out);
        }
    }
    if (report->snapshot != NULL) {
        wend__cli_text_add(out, "\n");
        label(out, "snapshot");
        add_safe(out, report->snapshot);
        wend__cli_text_add(out, " (more: wend show ");
        add_safe(out, report->snapshot);
        wend__cli_text_add(out, ")\n");
    }
}

static void note_inputs(const struct wend_cli_report *report, struct wend_cli_text *out) {
    for (size_t i = 0; i < report->input_count; i++) {
        if (report->inputs[i].trouble != NULL) {
            add_safe(out, report->inputs[i].path);
            wend__cli_text_add(out, ": ");
            add_safe(out, report->inputs[i].trouble);
            wend__cli_text_add(out, "; what came before was used\n");
        }
    }
}

void wend__cli_report_notes(const struct wend_cli_report *report, struct wend_cli_text *out) {
    for (size_t i = 0; i < report->note_count; i++) {
        add_safe(out, report->notes[i]);
        wend__cli_text_add(out, "\n");
    }
    note_inputs(report, out);
    uint64_t rejected = rejected_sum(report);
    if (report->accepted > 0 && rejected * 10 > report->read && report->rejects == NULL) {
        add_percent(out, rejected, report->read);
        wend__cli_text_add(out, " of the records were rejected; --rejects FILE keeps them with "
                                "their reasons\n");
    }
    /* What `where` leaves out, and what is rejected, are no events. */
    uint64_t events = report->accepted + report->duplicate + report->late;
    if (report->late * 100 > events) {
        add_percent(out, report->late, events);
        wend__cli_text_add_format(out,
                                  " of the events came too late for a lateness of %s and were "
                                  "left out; give a longer --lateness, or --lateness unlimited\n",
                                  report->lateness == NULL ? "unlimited" : report->lateness);
    }
    for (size_t i = 1; i < report->scope_count; i++) {
        const struct wend_cli_report_scope *scope = &report->scopes[i];
        if (scope->still_open > scope->converted + scope->abandoned) {
            add_safe(out, scope->name);
            wend__cli_text_add(out, ": more journeys are open (");
            wend__cli_text_add_count(out, scope->still_open);
            wend__cli_text_add(out, ") than ended (");
            wend__cli_text_add_count(out, scope->converted + scope->abandoned);
            wend__cli_text_add(out, "), for their timeout had not passed when the data ended; if "
                                    "nothing is to follow, --close-all counts them as "
                                    "abandoned\n");
        }
    }
}
