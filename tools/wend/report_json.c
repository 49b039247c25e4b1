/* The report of a replay as one JSON object, on one line. */
#include "report.h"

#include "json.h"
#include "table.h"

#include <string.h>

static void add_rows(struct wend_cli_text *out, const char *name,
                     const struct wend_cli_report_row *rows, size_t count, bool paths) {
    wend__cli_json_key(out, name);
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < count; i++) {
        wend__cli_json_begin(out);
        wend__cli_json_text(out, paths ? "path" : "touchpoint", rows[i].name, rows[i].name_len);
        if (paths) {
            wend__cli_json_count(out, "units", rows[i].units);
            wend__cli_json_count(out, "converted", rows[i].converted);
        } else {
            wend__cli_json_text(out, "stage", rows[i].stage, rows[i].stage_len);
            wend__cli_json_count(out, "visited", rows[i].units);
        }
        wend__cli_json_count(out, "abandoned", rows[i].abandoned);
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
}

static void add_inputs(const struct wend_cli_report *report, struct wend_cli_text *out) {
    wend__cli_json_key(out, "inputs");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < report->input_count; i++) {
        wend__cli_json_begin(out);
        wend__cli_json_word(out, "path", report->inputs[i].path);
        wend__cli_json_word(out, "format", report->inputs[i].format);
        wend__cli_json_count(out, "sure_percent", report->inputs[i].sure_percent);
        wend__cli_json_word(out, "trouble", report->inputs[i].trouble);
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
    wend__cli_json_key(out, "assumed");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < report->assumption_count; i++) {
        wend__cli_text_add(out, i == 0 ? "" : ",");
        wend__cli_json_string(report->assumptions[i], strlen(report->assumptions[i]), out);
    }
    wend__cli_text_add(out, "]");
}

static void add_scopes(const struct wend_cli_report *report, struct wend_cli_text *out) {
    wend__cli_json_key(out, "scopes");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < report->scope_count; i++) {
        const struct wend_cli_report_scope *scope = &report->scopes[i];
        wend__cli_json_begin(out);
        wend__cli_json_word(out, "scope", scope->name);
        wend__cli_json_count(out, "units", scope->units);
        wend__cli_json_count(out, "converted", scope->converted);
        wend__cli_json_count(out, "abandoned", scope->abandoned);
        wend__cli_json_count(out, "still_open", scope->still_open);
        add_rows(out, "top_paths", scope->paths, scope->path_count, true);
        add_rows(out, "top_abandonment", scope->points, scope->point_count, false);
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
}

void wend__cli_report_json(const struct wend_cli_report *report, struct wend_cli_text *out) {
    struct wend_cli_text object = {0};
    wend__cli_json_begin(&object);
    add_inputs(report, &object);
    wend__cli_json_count(&object, "read", report->read);
    wend__cli_json_count(&object, "accepted", report->accepted);
    wend__cli_json_count(&object, "filtered", report->filtered);
    wend__cli_json_key(&object, "rejected");
    wend__cli_text_add(&object, "{");
    for (size_t i = 0; i < WEND_CLI_REJECT_COUNT; i++) {
        wend__cli_json_count(&object, wend__cli_reject_names[i], report->rejected[i]);
    }
    wend__cli_text_add(&object, "}");
    wend__cli_json_count(&object, "late", report->late);
    wend__cli_json_count(&object, "duplicate", report->duplicate);
    wend__cli_json_count(&object, "unmatched", report->unmatched);
    wend__cli_json_count(&object, "bad_value", report->bad_value);
    wend__cli_json_count(&object, "bytes", report->bytes);
    wend__cli_json_count(&object, "spilled_bytes", report->spilled_bytes);
    wend__cli_json_count(&object, "peak_bytes", report->peak_bytes);
    wend__cli_json_count(&object, "elapsed_us",
                         report->elapsed_us < 0 ? 0 : (uint64_t)report->elapsed_us);
    wend__cli_json_word(&object, "lateness", report->lateness);
    add_scopes(report, &object);
    wend__cli_json_word(&object, "snapshot", report->snapshot);
    wend__cli_json_word(&object, "rejects", report->rejects);
    struct wend_cli_text notes = {0};
    wend__cli_report_notes(report, &notes);
    wend__cli_json_lines(&object, "notes", wend__cli_text_string(&notes));
    wend__cli_text_deinit(&notes);
    wend__cli_json_lines(&object, "warnings", report->warnings);
    wend__cli_text_add(&object, "}\n");
    wend__cli_text_add_bytes(out, object.data, object.len);
    wend__cli_text_deinit(&object);
}
