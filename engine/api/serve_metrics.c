/* The numbers of a run, by the names that operators know from others. */
#include "api/serve.h"

#include "api/cli.h"
#include "base/clock.h"
#include "source/kafka.h"

#include <stdio.h>

static void add_build(struct wend_metrics_text *text) {
    const char *kafka = wend__kafka_version();
    struct wend_metric_label labels[] = {{"version", WEND_VERSION_TEXT},
                                         {"librdkafka", kafka == NULL ? "none" : kafka}};
    wend__metrics_family(text, "wend_build_info", "What is running; always 1.", WEND_METRIC_GAUGE);
    wend__metrics_sample(text, labels, 2, 1);
}

static void add_total(struct wend_metrics_text *text, const char *name, const char *help,
                      uint64_t count) {
    wend__metrics_family(text, name, help, WEND_METRIC_COUNTER);
    wend__metrics_sample(text, NULL, 0, (double)count);
}

static void add_events(const struct wend_live *live, struct wend_metrics_text *text) {
    static const struct {
        enum wend_reject reason;
        const char *name;
    } reasons[] = {{WEND_REJECT_SHAPE, "shape"},
                   {WEND_REJECT_TIME, "time"},
                   {WEND_REJECT_CUSTOMER, "customer"},
                   {WEND_REJECT_FUTURE, "future"}};
    struct wend_counters sum;
    wend__live_sum(live, &sum);
    add_total(text, "wend_events_read_total", "Records that were read.", sum.read);
    add_total(text, "wend_events_accepted_total",
              "Events that were taken; duplicates are found later, and are among them.",
              sum.accepted);
    add_total(text, "wend_events_filtered_total", "Events that the definitions leave out.",
              sum.filtered);
    wend__metrics_family(text, "wend_dlq_total",
                         "Records that could not be used, by reason (with --rejects they are "
                         "kept).",
                         WEND_METRIC_COUNTER);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        struct wend_metric_label label = {"reason", reasons[i].name};
        wend__metrics_sample(text, &label, 1, (double)sum.rejected[reasons[i].reason]);
    }
    struct wend_metric_label late = {"reason", "lateness"};
    wend__metrics_family(text, "wend_late_events_total",
                         "Events that came later than the definitions allow.", WEND_METRIC_COUNTER);
    wend__metrics_sample(text, &late, 1, (double)sum.late);
    add_total(text, "wend_future_events_total", "Events of more than a day ahead; also rejected.",
              sum.rejected[WEND_REJECT_FUTURE]);
}

/* A number of a partition; false: there is none. */
typedef bool partition_number(const struct wend_live_partition *partition, int64_t now_us,
                              double *number);

static bool messages_of(const struct wend_live_partition *partition, int64_t now_us,
                        double *number) {
    (void)now_us;
    *number = (double)atomic_load_explicit(&partition->messages, memory_order_relaxed);
    return true;
}

static bool offset_of(const struct wend_live_partition *partition, int64_t now_us, double *number) {
    (void)now_us;
    *number = (double)atomic_load_explicit(&partition->next_offset, memory_order_relaxed);
    return true;
}

static bool lag_of(const struct wend_live_partition *partition, int64_t now_us, double *number) {
    (void)now_us;
    int64_t next = atomic_load_explicit(&partition->next_offset, memory_order_relaxed);
    int64_t end = atomic_load_explicit(&partition->end_offset, memory_order_relaxed);
    *number = end > next ? (double)(end - next) : 0;
    return true;
}

static bool watermark_of(const struct wend_live_partition *partition, int64_t now_us,
                         double *number) {
    (void)now_us;
    int64_t mark_us = atomic_load_explicit(&partition->mark_us, memory_order_relaxed);
    *number = (double)mark_us / 1e6;
    return mark_us != INT64_MIN;
}

static bool watermark_lag_of(const struct wend_live_partition *partition, int64_t now_us,
                             double *number) {
    bool is_there = watermark_of(partition, now_us, number);
    *number = (double)now_us / 1e6 - *number;
    return is_there;
}

static bool is_over(const struct wend_live_partition *partition, int64_t now_us, double *number) {
    (void)now_us;
    *number = atomic_load_explicit(&partition->is_over, memory_order_relaxed) ? 1 : 0;
    return true;
}

static bool checkpoints_of(const struct wend_live_partition *partition, int64_t now_us,
                           double *number) {
    (void)now_us;
    *number = (double)atomic_load_explicit(&partition->checkpoints, memory_order_relaxed);
    return *number > 0 || atomic_load_explicit(&partition->has_shard, memory_order_relaxed);
}

static bool failures_of(const struct wend_live_partition *partition, int64_t now_us,
                        double *number) {
    bool is_there = checkpoints_of(partition, now_us, number);
    *number = (double)atomic_load_explicit(&partition->failures, memory_order_relaxed);
    return is_there || *number > 0;
}

static bool checkpoint_age_of(const struct wend_live_partition *partition, int64_t now_us,
                              double *number) {
    (void)now_us; /* of the wall; this is about the other clock */
    int64_t then_us = atomic_load_explicit(&partition->checkpoint_us, memory_order_relaxed);
    *number = (double)(wend__clock_monotonic_us() - then_us) / 1e6;
    return atomic_load_explicit(&partition->has_shard, memory_order_relaxed);
}

static bool checkpoint_took_of(const struct wend_live_partition *partition, int64_t now_us,
                               double *number) {
    (void)now_us;
    *number =
        (double)atomic_load_explicit(&partition->checkpoint_took_us, memory_order_relaxed) / 1e6;
    return *number > 0;
}

static bool checkpoint_held_of(const struct wend_live_partition *partition, int64_t now_us,
                               double *number) {
    (void)now_us;
    *number =
        (double)atomic_load_explicit(&partition->checkpoint_held_us, memory_order_relaxed) / 1e6;
    return *number > 0;
}

static bool state_bytes_of(const struct wend_live_partition *partition, int64_t now_us,
                           double *number) {
    (void)now_us;
    *number = (double)atomic_load_explicit(&partition->checkpoint_bytes, memory_order_relaxed);
    return atomic_load_explicit(&partition->has_shard, memory_order_relaxed);
}

static bool held_of(const struct wend_live_partition *partition, int64_t now_us, double *number) {
    (void)now_us;
    *number = (double)atomic_load_explicit(&partition->held_hits, memory_order_relaxed);
    return atomic_load_explicit(&partition->has_shard, memory_order_relaxed);
}

static bool committed_lag_of(const struct wend_live_partition *partition, int64_t now_us,
                             double *number) {
    (void)now_us;
    int64_t done = atomic_load_explicit(&partition->checkpoint_offset, memory_order_relaxed);
    int64_t end = atomic_load_explicit(&partition->end_offset, memory_order_relaxed);
    *number = end > done ? (double)(end - done) : 0;
    return atomic_load_explicit(&partition->has_shard, memory_order_relaxed);
}

static void add_partitions(const struct wend_live *live, struct wend_metrics_text *text) {
    static const struct {
        const char *name;
        const char *help;
        enum wend_metric_type type;
        partition_number *number;
    } families[] = {
        {"wend_records_consumed_total", "Messages taken from the partition.", WEND_METRIC_COUNTER,
         messages_of},
        {"wend_consumer_offset", "Offset behind the last message that was taken.",
         WEND_METRIC_GAUGE, offset_of},
        {"wend_consumer_lag", "Offsets between the last message that was taken and the end.",
         WEND_METRIC_GAUGE, lag_of},
        {"wend_watermark_seconds", "The partition's watermark, in seconds since 1970.",
         WEND_METRIC_GAUGE, watermark_of},
        {"wend_watermark_lag_seconds", "Age of the watermark: of the data, not of the work on it.",
         WEND_METRIC_GAUGE, watermark_lag_of},
        {"wend_partition_over", "1 when the partition was read to the end that was asked for.",
         WEND_METRIC_GAUGE, is_over},
        {"wend_committed_lag", "Offsets between the newest checkpoint and the end.",
         WEND_METRIC_GAUGE, committed_lag_of},
        {"wend_checkpoints_total", "Checkpoints that were written.", WEND_METRIC_COUNTER,
         checkpoints_of},
        {"wend_checkpoint_failures_total",
         "Tries to write a checkpoint that failed; they are made again.", WEND_METRIC_COUNTER,
         failures_of},
        {"wend_checkpoint_age_seconds",
         "Since the newest checkpoint, or since the partition came; it grows also while nothing "
         "changes.",
         WEND_METRIC_GAUGE, checkpoint_age_of},
        {"wend_checkpoint_duration_seconds",
         "Of the newest checkpoint, from its barrier until it was on the disk.", WEND_METRIC_GAUGE,
         checkpoint_took_of},
        {"wend_checkpoint_stall_seconds",
         "How long the partition stood still at the barrier of the newest checkpoint.",
         WEND_METRIC_GAUGE, checkpoint_held_of},
        {"wend_state_bytes", "Of the newest checkpoint's state, compressed.", WEND_METRIC_GAUGE,
         state_bytes_of},
        {"wend_open_events", "Events of sessions and journeys that are still open.",
         WEND_METRIC_GAUGE, held_of},
    };
    size_t count = atomic_load_explicit(&live->partition_count, memory_order_acquire);
    int64_t now_us = wend__clock_wall_us();
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        wend__metrics_family(text, families[f].name, families[f].help, families[f].type);
        for (size_t i = 0; i < count; i++) {
            const struct wend_live_partition *partition = &live->partitions[i];
            char digits[16];
            double number = 0;
            (void)snprintf(digits, sizeof digits, "%d", (int)partition->partition);
            struct wend_metric_label labels[] = {{"topic", partition->topic},
                                                 {"partition", digits}};
            if (families[f].number(partition, now_us, &number)) {
                wend__metrics_sample(text, labels, 2, number);
            }
        }
    }
}

static void add_outcomes(const struct wend_live *live, struct wend_metrics_text *text) {
    const struct wend_live_outcomes *outcomes = &live->outcomes;
    if (!atomic_load_explicit(&outcomes->is_wanted, memory_order_relaxed)) {
        return;
    }
    add_total(text, "wend_outcomes_sent_total",
              "Decided journeys that the brokers have taken since the start.",
              atomic_load_explicit(&outcomes->sent, memory_order_relaxed));
    wend__metrics_family(text, "wend_outcomes_waiting", "Decided journeys that are to be sent.",
                         WEND_METRIC_GAUGE);
    wend__metrics_sample(text, NULL, 0,
                         (double)atomic_load_explicit(&outcomes->waiting, memory_order_relaxed));
    wend__metrics_family(text, "wend_outcomes_stalled",
                         "1 while the brokers take no decided journeys.", WEND_METRIC_GAUGE);
    wend__metrics_sample(text, NULL, 0,
                         atomic_load_explicit(&outcomes->is_stalled, memory_order_relaxed) ? 1 : 0);
}

void wend__serve_metrics(const struct wend_live *live, struct wend_metrics_text *text) {
    add_build(text);
    if (live != NULL) {
        add_events(live, text);
        add_partitions(live, text);
        add_outcomes(live, text);
    }
}
