#include "match/starter.h"

#include "base/status.h"
#include "match/starter_internal.h"
#include "model/schema.h"

#include <stdio.h>

enum {
    SEGMENT_VALUES_MAX = 20,
    SEGMENTS_MAX = 8,
    SEGMENT_SHOWN = 4,
    SEGMENT_NOTE_BYTES = 40,
    NOTE_COLUMN = 44,
    LINE_COLUMN_MAX = 60
};

static uint8_t fold_case(uint8_t c) {
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static bool is_column(const char *column, const char *name) {
    size_t i = 0;
    while (name[i] != '\0' && fold_case((uint8_t)name[i]) == (uint8_t)column[i]) {
        i++;
    }
    return name[i] == column[i];
}

static bool is_taken_column(const char *name) {
    for (uint32_t i = 0; i < WEND_COMMON_COLUMNS; i++) {
        if (is_column(wend__common_columns[i].name, name)) {
            return true;
        }
    }
    for (uint32_t t = 0; t < WEND_TABLE_COUNT; t++) {
        for (uint32_t i = 0; i < wend__schemas[t].column_count; i++) {
            if (is_column(wend__schemas[t].columns[i].name, name)) {
                return true;
            }
        }
    }
    return false;
}

/* A column name out of a field's: its last part, with `_` for what a column cannot have. */
static void column_name(struct wend_bytes field, char *name, size_t size) {
    size_t start = field.len;
    while (start > 0 && field.data[start - 1] != '/') {
        start--;
    }
    size_t len = 0;
    if (start == field.len || (uint8_t)(field.data[start] - '0') < 10) {
        name[len++] = '_';
    }
    for (size_t i = start; i < field.len && len < size - sizeof "_field"; i++) {
        uint8_t c = field.data[i];
        bool is_good = (uint8_t)(fold_case(c) - 'a') < 26 || (uint8_t)(c - '0') < 10;
        name[len++] = is_good ? (char)c : '_';
    }
    name[len] = '\0';
    if (is_taken_column(name)) {
        memcpy(name + len, "_field", sizeof "_field");
    }
}

static bool is_segment(const struct wend_inferred *inferred,
                       const struct wend_sample_field *field) {
    bool is_other = field != inferred->time && field != inferred->event && field != inferred->id &&
                    field != inferred->value && field != inferred->session;
    for (uint32_t i = 0; i < inferred->customer_count; i++) {
        is_other = is_other && field != inferred->customer[i];
    }
    return is_other && field->distinct_count > 1 && field->distinct_count <= SEGMENT_VALUES_MAX &&
           field->count * 2 >= inferred->sample->record_count &&
           field->distinct_count * 2 <= field->count && field->number_count * 2 < field->count &&
           field->time_count * 2 < field->count && wend__infer_is_nameable(field);
}

static void write_segment(struct wend_writer *writer, const struct wend_sample_field *field) {
    char column[64];
    column_name(field->name, column, sizeof column);
    bool is_same = wend__bytes_is(field->name, column);
    wend__write(writer, "#   - %s", is_same ? "" : "{");
    wend__write(writer, is_same ? "" : "%s: ", column);
    wend__write_scalar(writer, field->name);
    wend__write(writer, is_same ? "" : "}");
    wend__write_pad(writer, NOTE_COLUMN);
    wend__write(writer, "# ");
    size_t start = writer->out->len;
    uint32_t shown = 0;
    while (shown < field->value_count && shown < SEGMENT_SHOWN &&
           writer->out->len - start < SEGMENT_NOTE_BYTES) {
        wend__write(writer, shown == 0 ? "" : ", ");
        wend__write_shown(writer, field->values[shown++].value);
    }
    if (field->distinct_count > shown) {
        wend__write(writer, " and %u more", (unsigned)(field->distinct_count - shown));
    }
    wend__write(writer, "\n");
}

static void write_segments(struct wend_writer *writer, const struct wend_inferred *inferred) {
    const struct wend_sample *sample = inferred->sample;
    uint32_t written = 0;
    for (uint32_t i = 0; i < sample->field_count && written < SEGMENTS_MAX; i++) {
        if (is_segment(inferred, &sample->fields[i])) {
            if (written++ == 0) {
                wend__write(writer,
                            "# Segments split every table by a field with few values. Take those "
                            "that you compare by;\n# each multiplies the rows.\n# segments:\n");
            }
            write_segment(writer, &sample->fields[i]);
        }
    }
    wend__write(writer, written == 0 ? "" : "\n");
}

static void write_lines(struct wend_writer *writer, const struct wend_inferred_lines *lines) {
    size_t column = 0;
    for (uint32_t i = 0; i < lines->count; i++) {
        size_t end = strlen(lines->items[i].key) + lines->items[i].yaml.len + 4;
        column = end > column ? end : column;
    }
    column = column < LINE_COLUMN_MAX ? column : LINE_COLUMN_MAX;
    for (uint32_t i = 0; i < lines->count; i++) {
        const struct wend_inferred_line *line = &lines->items[i];
        wend__write(writer, "%s: ", line->key);
        writer->no_memory =
            !wend__buffer_append(writer->out, line->yaml.data, line->yaml.len) || writer->no_memory;
        wend__write_pad(writer, column);
        wend__write(writer, "# ");
        writer->no_memory =
            !wend__buffer_append(writer->out, line->note.data, line->note.len) || writer->no_memory;
        wend__write(writer, "\n");
    }
}

static void write_head(struct wend_writer *writer, const struct wend_inferred *inferred,
                       const struct wend_inferred_lines *lines) {
    const struct wend_sample *sample = inferred->sample;
    wend__write(writer, "# How wend reads ");
    wend__write_shown(writer, sample->source_name);
    wend__write(writer, ", from its first %llu records. Edit freely.\n\n",
                (unsigned long long)sample->record_count);
    write_lines(writer, lines);
    if (sample->format.kind == WEND_FORMAT_ACCESS_LOG) {
        wend__write(writer,
                    "\n# Only pages that were answered; without it images and scripts count, too.\n"
                    "# where:\n#   method: GET\n#   status: {ge: 200, lt: 400}\n"
                    "#   path: {not: {regex: '\\.(css|js|png|jpg|gif|ico|svg|woff2?)$'}}\n");
    } else if (sample->preset.data == NULL && inferred->event == NULL) {
        wend__write(writer, "# event: FIELD\n");
    }
    wend__write(writer, "\n");
}

static void write_sessions(struct wend_writer *writer, const struct wend_inferred *inferred) {
    wend__write(writer, "sessions:\n  gap: 30m");
    wend__write_pad(writer, NOTE_COLUMN);
    wend__write(writer, "# a longer silence starts a new session\n");
    bool is_other = inferred->session != NULL;
    for (uint32_t i = 0; i < inferred->customer_count; i++) {
        is_other = is_other && inferred->session != inferred->customer[i];
    }
    if (is_other) {
        wend__write(writer, "  # key: ");
        wend__write_scalar(writer, inferred->session->name);
        wend__write_pad(writer, NOTE_COLUMN);
        wend__write(writer, "# the input's own sessions, also cut by the gap\n");
    }
    wend__write(writer, "\n");
}

static bool write_file(const struct wend_inferred *inferred,
                       const struct wend_journey_template *journey, struct wend_buffer *out) {
    struct wend_writer writer = {.out = out};
    struct wend_inferred_lines lines = {0};
    struct wend_starter_names names = {0};
    bool is_good =
        wend__infer_lines(inferred, &lines) && wend__starter_names_init(&names, inferred);
    if (is_good) {
        write_head(&writer, inferred, &lines);
        wend__starter_touchpoints(&writer, &names, inferred, journey);
        write_sessions(&writer, inferred);
        write_segments(&writer, inferred);
        if (journey != NULL) {
            wend__starter_journey(&writer, &names, journey);
        }
        wend__write(&writer, "# window: 1d");
        wend__write_pad(&writer, NOTE_COLUMN);
        wend__write(&writer, "# rows by day in place of one for all time\n");
    }
    wend__starter_names_deinit(&names);
    wend__infer_lines_deinit(&lines);
    return is_good && !writer.no_memory;
}

enum wend_status wend__starter_write(const struct wend_sample *sample, const char *template_name,
                                     struct wend_buffer *out, struct wend_error *error) {
    const struct wend_journey_template *journey = NULL;
    if (template_name != NULL) {
        journey = wend__starter_template(template_name);
        if (journey == NULL) {
            return wend__fail(error, WEND_ERROR_USAGE,
                              "there is no template `%.60s`; the templates are purchase, lead, "
                              "engagement, retention and guest",
                              template_name);
        }
    }
    struct wend_inferred inferred;
    WEND_TRY(wend__infer(sample, &inferred, error));
    return write_file(&inferred, journey, out) ? WEND_OK : wend__fail_memory(error);
}

static bool write_inferred(const struct wend_inferred *inferred, struct wend_buffer *text,
                           struct wend_buffer *assumptions) {
    struct wend_inferred_lines lines = {0};
    bool is_good = wend__infer_lines(inferred, &lines);
    for (uint32_t i = 0; i < lines.count && is_good; i++) {
        const struct wend_inferred_line *line = &lines.items[i];
        is_good = wend__buffer_append_format(text, "%s: ", line->key) &&
                  wend__buffer_append(text, line->yaml.data, line->yaml.len) &&
                  wend__buffer_append_text(text, "\n");
        if (is_good && line->subject.len > 0) {
            is_good = wend__buffer_append_format(assumptions, "%s: ", line->key) &&
                      wend__buffer_append(assumptions, line->subject.data, line->subject.len) &&
                      (line->note.len == 0 ||
                       (wend__buffer_append_text(assumptions, " (") &&
                        wend__buffer_append(assumptions, line->note.data, line->note.len) &&
                        wend__buffer_append_text(assumptions, ")"))) &&
                      wend__buffer_append_text(assumptions, "\n");
        }
    }
    if (is_good && inferred->time != NULL && inferred->event == NULL) {
        is_good = wend__buffer_append_text(
            assumptions, "event: none; no field looks like the name of an event, so every event is "
                         "unmatched\n");
    }
    wend__infer_lines_deinit(&lines);
    return is_good;
}

enum wend_status wend__definitions_infer(const struct wend_sample *sample, struct wend_buffer *text,
                                         struct wend_buffer *assumptions,
                                         struct wend_error *error) {
    struct wend_inferred inferred;
    WEND_TRY(wend__infer(sample, &inferred, error));
    return write_inferred(&inferred, text, assumptions) ? WEND_OK : wend__fail_memory(error);
}
