#include "http/metrics_text.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBER_BYTES = 32 };

static void add(struct wend_metrics_text *text, const char *added) {
    text->is_failed = text->is_failed || !wend__buffer_append_text(text->out, added);
}

/* Backslashes and line feeds are escaped, and quotes where the text stands in quotes. */
static void add_escaped(struct wend_metrics_text *text, const char *value, bool is_quoted) {
    struct wend_buffer clean = {0};
    text->is_failed = text->is_failed || !wend__utf8_append_clean(&clean, wend__bytes_text(value));
    for (size_t i = 0; !text->is_failed && i < clean.len; i++) {
        char byte = (char)clean.data[i];
        char plain[2] = {byte, '\0'};
        add(text, byte == '\\'               ? "\\\\"
                  : byte == '\n'             ? "\\n"
                  : byte == '"' && is_quoted ? "\\\""
                                             : plain);
    }
    wend__buffer_deinit(&clean);
}

/* The shortest text that is read back the same. */
static void number_text(double value, char number[static NUMBER_BYTES]) {
    if (isnan(value) || isinf(value)) {
        (void)snprintf(number, NUMBER_BYTES, "%s",
                       isnan(value) ? "NaN"
                       : value > 0  ? "+Inf"
                                    : "-Inf");
        return;
    }
    if (value == trunc(value) && fabs(value) < 1e15) {
        (void)snprintf(number, NUMBER_BYTES, "%.0f", value == 0 ? 0.0 : value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(number, NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(number, NULL) == value) {
            break;
        }
    }
}

void wend__metrics_family(struct wend_metrics_text *text, const char *name, const char *help,
                          enum wend_metric_type type) {
    static const char *const types[] = {[WEND_METRIC_COUNTER] = " counter\n",
                                        [WEND_METRIC_GAUGE] = " gauge\n",
                                        [WEND_METRIC_HISTOGRAM] = " histogram\n"};
    text->name = name;
    add(text, "# HELP ");
    add(text, name);
    add(text, " ");
    add_escaped(text, help, false);
    add(text, "\n# TYPE ");
    add(text, name);
    add(text, types[type]);
}

static void add_sample(struct wend_metrics_text *text, const char *suffix,
                       const struct wend_metric_label *labels, size_t label_count,
                       const char *bound, double value) {
    char number[NUMBER_BYTES];
    add(text, text->name);
    add(text, suffix);
    for (size_t i = 0; i < label_count; i++) {
        add(text, i == 0 ? "{" : ",");
        add(text, labels[i].name);
        add(text, "=\"");
        add_escaped(text, labels[i].value, true);
        add(text, "\"");
    }
    if (bound != NULL) {
        add(text, label_count == 0 ? "{le=\"" : ",le=\"");
        add(text, bound);
        add(text, "\"");
    }
    add(text, label_count > 0 || bound != NULL ? "} " : " ");
    number_text(value, number);
    add(text, number);
    add(text, "\n");
}

void wend__metrics_sample(struct wend_metrics_text *text, const struct wend_metric_label *labels,
                          size_t label_count, double value) {
    add_sample(text, "", labels, label_count, NULL, value);
}

void wend__metrics_histogram(struct wend_metrics_text *text, const struct wend_metric_label *labels,
                             size_t label_count, const double *bounds, const uint64_t *counts,
                             size_t bound_count, double sum) {
    uint64_t total = 0;
    for (size_t i = 0; i <= bound_count; i++) {
        char bound[NUMBER_BYTES];
        total += counts[i];
        number_text(i < bound_count ? bounds[i] : (double)INFINITY, bound);
        add_sample(text, "_bucket", labels, label_count, bound, (double)total);
    }
    add_sample(text, "_sum", labels, label_count, NULL, sum);
    add_sample(text, "_count", labels, label_count, NULL, (double)total);
}
