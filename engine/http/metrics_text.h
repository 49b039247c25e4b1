/*
 * metrics_text.h: numbers in the text format of Prometheus (exposition format 0.0.4).
 *
 *   # HELP wend_late_events_total Events that came too late.
 *   # TYPE wend_late_events_total counter
 *   wend_late_events_total{reason="behind"} 12
 *
 * A family begins with its name, help and type; its samples follow at once, each with labels of
 * its own. Names are the caller's constants; help and values of labels may be any text.
 *
 * Threads: one at a time for each object.
 */
#ifndef WEND_HTTP_METRICS_TEXT_H
#define WEND_HTTP_METRICS_TEXT_H

#include "base/buffer.h"

enum wend_metric_type { WEND_METRIC_COUNTER, WEND_METRIC_GAUGE, WEND_METRIC_HISTOGRAM };

struct wend_metric_label {
    const char *name;
    const char *value; /* any bytes; what is no UTF-8 is replaced */
};

/* Zero-initialise, with a buffer of the caller's. */
struct wend_metrics_text {
    struct wend_buffer *out;
    const char *name; /* of the family at hand; borrowed until the next one */
    bool is_failed;   /* out of memory: the text must not be used */
};

void wend__metrics_family(struct wend_metrics_text *text, const char *name, const char *help,
                          enum wend_metric_type type);
/* A sample of a counter or gauge. Whole numbers up to 2^53 are exact. */
void wend__metrics_sample(struct wend_metrics_text *text, const struct wend_metric_label *labels,
                          size_t label_count, double value);
/*
 * A histogram: counts[i] values were <= bounds[i] and above the bound before; counts[bound_count]
 * were above all. `bounds` ascend.
 */
void wend__metrics_histogram(struct wend_metrics_text *text, const struct wend_metric_label *labels,
                             size_t label_count, const double *bounds, const uint64_t *counts,
                             size_t bound_count, double sum);

#endif
