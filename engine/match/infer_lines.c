/* What was inferred as keys of a definition file, and in words. */
#include "base/number.h"
#include "match/infer.h"

#include <stdio.h>

struct line_writer {
    struct wend_writer yaml;
    struct wend_writer subject;
    struct wend_writer note;
};

static struct line_writer start_line(struct wend_inferred_lines *lines, const char *key) {
    struct wend_inferred_line *line = &lines->items[lines->count++];
    line->key = key;
    return (struct line_writer){.yaml = {.out = &line->yaml},
                                .subject = {.out = &line->subject},
                                .note = {.out = &line->note}};
}

static bool end_line(const struct line_writer *line) {
    return !line->yaml.no_memory && !line->subject.no_memory && !line->note.no_memory;
}

/* True when the columns carry no other names than those they have without any. */
static bool are_numbered(const struct wend_format *format) {
    for (uint32_t i = 0; i < format->column_count; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "column_%u", (unsigned)i + 1);
        if (!wend__bytes_is(format->columns[i], name)) {
            return false;
        }
    }
    return true;
}

static void write_delimited(struct line_writer *line, const struct wend_format *format) {
    bool is_tab = format->separator == '\t';
    struct wend_bytes separator = wend__bytes(&format->separator, 1);
    wend__write(&line->yaml, "{kind: csv");
    wend__write(&line->subject, "csv");
    if (format->separator != 0) {
        wend__write(&line->yaml, ", separator: ");
        wend__write_scalar(&line->yaml, is_tab ? wend__bytes_text("tab") : separator);
        wend__write(&line->note, is_tab ? "separated by tabs" : "separated by `");
        wend__write_shown(&line->note, is_tab ? wend__bytes_text("") : separator);
        wend__write(&line->note, is_tab ? "" : "`");
    }
    if (format->header != WEND_HEADER_AUTO) {
        bool has_header = format->header == WEND_HEADER_YES;
        wend__write(&line->yaml, ", header: %s", has_header ? "yes" : "no");
        wend__write(&line->note, "%s%s", format->separator == 0 ? "" : ", ",
                    has_header ? "with a header" : "no header");
    }
    if (format->header == WEND_HEADER_NO && format->columns != NULL && !are_numbered(format)) {
        for (uint32_t i = 0; i < format->column_count; i++) {
            wend__write(&line->yaml, i == 0 ? ", columns: [" : ", ");
            wend__write_scalar(&line->yaml, format->columns[i]);
        }
        wend__write(&line->yaml, "]");
    }
    wend__write(&line->yaml, "}");
}

static bool write_format(const struct wend_sample *sample, struct wend_inferred_lines *lines) {
    struct line_writer line = start_line(lines, "format");
    if (sample->preset.data != NULL) {
        wend__write_scalar(&line.yaml, sample->preset);
        wend__write_shown(&line.subject, sample->preset);
        wend__write(&line.note, "a known format, with its time, customer and event");
    } else if (sample->format.kind == WEND_FORMAT_ACCESS_LOG) {
        wend__write(&line.yaml, "access-log");
        wend__write(&line.subject, "access log");
        wend__write(&line.note, "customer: host and agent; event: the path without its query");
    } else if (sample->format.kind == WEND_FORMAT_DELIMITED) {
        write_delimited(&line, &sample->format);
    } else {
        wend__write(&line.yaml, "ndjson");
        wend__write(&line.subject, "ndjson");
        wend__write(&line.note, "one JSON object a line");
    }
    return end_line(&line);
}

/* The whole part of the most frequent value that can be an epoch time; 0: there is none. */
static uint64_t epoch_time(const struct wend_sample_field *field) {
    for (uint32_t i = 0; i < field->value_count; i++) {
        struct wend_number number;
        bool negative = false;
        uint64_t magnitude = 0;
        if (wend__number_parse(field->values[i].value, &number) &&
            wend__number_scale_truncated(&number, 0, &negative, &magnitude) && !negative &&
            magnitude >= UINT64_C(100000000)) {
            return magnitude;
        }
    }
    return 0;
}

static const char *time_kind(const struct wend_sample_field *field) {
    uint64_t magnitude = epoch_time(field);
    if (field->number_count * 2 < field->count || magnitude == 0) {
        return "date and time";
    }
    return magnitude < UINT64_C(100000000000)         ? "epoch seconds"
           : magnitude < UINT64_C(100000000000000)    ? "epoch milliseconds"
           : magnitude < UINT64_C(100000000000000000) ? "epoch microseconds"
                                                      : "epoch nanoseconds";
}

static void write_field(struct line_writer *line, const struct wend_sample_field *field) {
    wend__write_scalar(&line->yaml, field->name);
    wend__write(&line->subject, "field `");
    wend__write_shown(&line->subject, field->name);
    wend__write(&line->subject, "`");
}

static bool write_time(const struct wend_inferred *inferred, struct wend_inferred_lines *lines) {
    struct line_writer line = start_line(lines, "time");
    write_field(&line, inferred->time);
    const struct wend_sample_field *time = inferred->time;
    wend__write(&line.note, "%s%s", time_kind(time),
                inferred->time_is_guess ? "; the only field that looks like a time" : "");
    if (time->time_count < time->count) {
        wend__write(&line.note, "; %llu of %llu cannot be read as one",
                    (unsigned long long)(time->count - time->time_count),
                    (unsigned long long)time->count);
    }
    return end_line(&line);
}

static bool write_customer(const struct wend_inferred *inferred,
                           struct wend_inferred_lines *lines) {
    struct line_writer line = start_line(lines, "customer");
    bool is_list = inferred->customer_count > 1;
    wend__write(&line.yaml, is_list ? "[" : "");
    for (uint32_t i = 0; i < inferred->customer_count; i++) {
        wend__write(&line.yaml, i == 0 ? "" : ", ");
        wend__write(&line.subject, i == 0 ? "" : ", else ");
        write_field(&line, inferred->customer[i]);
    }
    wend__write(&line.yaml, is_list ? "]" : "");
    const struct wend_sample_field *last = inferred->customer[inferred->customer_count - 1];
    if (inferred->customer_is_guess) {
        wend__write(&line.note, "a guess: %s; ",
                    last == inferred->session ? "each session of the input is a customer"
                                              : "the field with most values that come again");
    }
    wend__write(&line.note, "%llu different in %llu records",
                (unsigned long long)inferred->customer[0]->distinct_count,
                (unsigned long long)inferred->sample->record_count);
    return end_line(&line);
}

static bool write_fields(const struct wend_inferred *inferred, struct wend_inferred_lines *lines) {
    struct line_writer line = start_line(lines, "fields");
    wend__write(&line.yaml, "{%s: {url: ", inferred->path_name);
    wend__write_scalar(&line.yaml, inferred->event->name);
    wend__write(&line.yaml, ", part: path}}");
    wend__write(&line.note, "the address without host and query");
    return end_line(&line);
}

static bool write_event(const struct wend_inferred *inferred, struct wend_inferred_lines *lines) {
    struct line_writer line = start_line(lines, "event");
    const struct wend_sample_field *field = inferred->event;
    write_field(&line, field);
    if (inferred->path_name != NULL) {
        wend__buffer_clear(line.yaml.out);
        wend__write(&line.yaml, "%s", inferred->path_name);
        wend__write(&line.note, "its path; ");
    }
    if (inferred->event_is_guess) {
        wend__write(&line.note, "a guess: a field of few names; ");
    }
    wend__write(&line.note, "%llu different", (unsigned long long)field->distinct_count);
    if (field->distinct_count <= 5 && inferred->path_name == NULL) {
        for (uint32_t i = 0; i < field->value_count; i++) {
            wend__write(&line.note, i == 0 ? ": " : ", ");
            wend__write_shown(&line.note, field->values[i].value);
        }
    }
    return end_line(&line);
}

static bool write_plain(struct wend_inferred_lines *lines, const char *key,
                        const struct wend_sample_field *field, const char *note) {
    if (field == NULL) {
        return true;
    }
    struct line_writer line = start_line(lines, key);
    write_field(&line, field);
    wend__write(&line.note, "%s", note);
    return end_line(&line);
}

bool wend__infer_lines(const struct wend_inferred *inferred, struct wend_inferred_lines *lines) {
    if (!write_format(inferred->sample, lines)) {
        return false;
    }
    if (inferred->time == NULL) {
        return true; /* the format knows the rest */
    }
    bool has_event = inferred->event != NULL;
    return (!has_event || inferred->path_name == NULL || write_fields(inferred, lines)) &&
           write_time(inferred, lines) && write_customer(inferred, lines) &&
           (!has_event || write_event(inferred, lines)) &&
           write_plain(lines, "id", inferred->id, "drops an event that comes twice") &&
           write_plain(lines, "value", inferred->value, "summed over the events of a goal");
}

void wend__infer_lines_deinit(struct wend_inferred_lines *lines) {
    for (uint32_t i = 0; i < WEND_INFER_LINES; i++) {
        wend__buffer_deinit(&lines->items[i].yaml);
        wend__buffer_deinit(&lines->items[i].subject);
        wend__buffer_deinit(&lines->items[i].note);
    }
    lines->count = 0;
}
