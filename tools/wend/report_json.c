/* The report of a replay as one JSON object, on one line. */
#include "report.h"

#include "table.h"

#include <string.h>

static void key(struct wend_cli_text *out, const char *name) {
    char last = out->len == 0 ? '{' : out->data[out->len - 1];
    wend__cli_text_add(out, last == '{' || last == '[' ? "" : ",");
    wend__cli_json_string(name, strlen(name), out);
    wend__cli_text_add(out, ":");
}

static void number(struct wend_cli_text *out, const char *name, uint64_t count) {
    key(out, name);
    wend__cli_text_add_format(out, "%llu", (unsigned long long)count);
}

static void text(struct wend_cli_text *out, const char *name, const char *value, size_t len) {
    key(out, name);
    if (value == NULL) {
        wend__cli_text_add(out, "null");
    } else {
        wend__cli_json_string(value, len, out);
    }
}

static void word(struct wend_cli_text *out, const char *name, const char *value) {
    text(out, name, value, value == NULL ? 0 : strlen(value));
}

static void begin(struct wend_cli_text *out) {
    char last = out->len == 0 ? '[' : out->data[out->len - 1];
    wend__cli_text_add(out, last == '}' ? ",{" : "{");
}

static void add_rows(struct wend_cli_text *out, const char *name,
                     const struct wend_cli_report_row *rows, size_t count, bool paths) {
    key(out, name);
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < count; i++) {
        begin(out);
        text(out, paths ? "path" : "touchpoint", rows[i].name, rows[i].name_len);
        if (paths) {
            number(out, "units", rows[i].units);
            number(out, "converted", rows[i].converted);
        } else {
            text(out, "stage", rows[i].stage, rows[i].stage_len);
            number(out, "visited", rows[i].units);
        }
        number(out, "abandoned", rows[i].abandoned);
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
}

static void add_inputs(const struct wend_cli_report *report, struct wend_cli_text *out) {
    key(out, "inputs");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < report->input_count; i++) {
        begin(out);
        word(out, "path", report->inputs[i].path);
        word(out, "format", report->inputs[i].format);
        number(out, "sure_percent", report->inputs[i].sure_percent);
        word(out, "trouble", report->inputs[i].trouble);
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
    key(out, "assumed");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < report->assumption_count; i++) {
        wend__cli_text_add(out, i == 0 ? "" : ",");
        wend__cli_json_string(report->assumptions[i], strlen(report->assumptions[i]), out);
    }
    wend__cli_text_add(out, "]");
}

static void add_scopes(const struct wend_cli_report *report, struct wend_cli_text *out) {
    key(out, "scopes");
    wend__cli_text_add(out, "[");
    for (size_t i = 0; i < report->scope_count; i++) {
        const struct wend_cli_report_scope *scope = &report->scopes[i];
        begin(out);
        word(out, "scope", scope->name);
        number(out, "units", scope->units);
        number(out, "converted", scope->converted);
        number(out, "abandoned", scope->abandoned);
        number(out, "still_open", scope->still_open);
        add_rows(out, "top_paths", scope->paths, scope->path_count, true);
        add_rows(out, "top_abandonment", scope->points, scope->point_count, false);
        wend__cli_text_add(out, "}");
    }
    wend__cli_text_add(out, "]");
}

/* The notes are lines; here each is a string. */
static void add_notes(const struct wend_cli_report *report, struct wend_cli_text *out) {
    struct wend_cli_text notes = {0};
    wend__cli_report_notes(report, &notes);
    key(out, "notes");
    wend__cli_text_add(out, "[");
    for (const char *at = wend__cli_text_string(&notes); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        wend__cli_text_add(out, at == notes.data ? "" : ",");
        wend__cli_json_string(at, len, out);
        at += len + 1;
    }
    wend__cli_text_add(out, "]");
    wend__cli_text_deinit(&notes);
}

void wend__cli_report_json(const struct wend_cli_report *report, struct wend_cli_text *out) {
    struct wend_cli_text object = {0};
    begin(&object);
    add_inputs(report, &object);
    number(&object, "read", report->read);
    number(&object, "accepted", report->accepted);
    number(&object, "filtered", report->filtered);
    key(&object, "rejected");
    wend__cli_text_add(&object, "{");
    for (size_t i = 0; i < WEND_CLI_REJECT_COUNT; i++) {
        number(&object, wend__cli_reject_names[i], report->rejected[i]);
    }
    wend__cli_text_add(&object, "}");
    number(&object, "late", report->late);
    number(&object, "duplicate", report->duplicate);
    number(&object, "unmatched", report->unmatched);
    number(&object, "bad_value", report->bad_value);
    number(&object, "bytes", report->bytes);
    number(&object, "elapsed_us", report->elapsed_us < 0 ? 0 : (uint64_t)report->elapsed_us);
    add_scopes(report, &object);
    word(&object, "snapshot", report->snapshot);
    add_notes(report, &object);
    wend__cli_text_add(&object, "}\n");
    wend__cli_text_add_bytes(out, object.data, object.len);
    wend__cli_text_deinit(&object);
}
