/*
 * generate_answers.h: what a replay of the made-up events must find.
 *
 * Counted from the events as they are made, in the order of their times, by the rules of the
 * definition file that `wend__cli_write_definitions` writes. It shares nothing with the engine.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_GENERATE_ANSWERS_H
#define WEND_TOOLS_GENERATE_ANSWERS_H

#include "generate_write.h"

#define WEND_CLI_GAP_MS (INT64_C(30) * 60000)
#define WEND_CLI_TIMEOUT_MS (7 * WEND_CLI_DAY_MS)

struct wend_cli_unit_counts {
    uint64_t units;
    uint64_t converted;
    uint64_t abandoned;
    uint64_t still_open;
    uint64_t reached[WEND_CLI_LIFE_STAGES]; /* by stage */
};

/* Zero-initialise to start. */
struct wend_cli_answers {
    uint64_t events;
    uint64_t customers;
    uint64_t sessions;
    uint64_t sessions_converted;
    uint64_t unmatched;
    uint64_t value_cents;
    int64_t first_ms;
    int64_t last_ms;
    uint64_t by_kind[WEND_CLI_EVENT_KINDS];
    struct wend_cli_unit_counts life;
    struct wend_cli_unit_counts checkout;
    /* of the lines, in the order of the file */
    uint64_t lines;
    uint64_t copies;
    uint64_t faults[WEND_CLI_FAULT_COUNT];
    uint64_t late;        /* under the bound */
    uint64_t late_copies; /* of them second copies */
    int64_t mark_ms;      /* newest time of what came in time; 0: nothing yet */
};

/* Counts an event and updates its customer's record, as `wend__cli_world_next` asks. */
void wend__cli_answers_add(struct wend_cli_answers *answers, struct wend_cli_customer *customer,
                           const struct wend_cli_event *event);
/* Closes what is open at the end. */
void wend__cli_answers_finish(struct wend_cli_answers *answers,
                              const struct wend_cli_customer *customers, uint64_t count);
/* Counts a line of an event; `copy`: the event's second. */
void wend__cli_answers_line(struct wend_cli_answers *answers, int64_t time_ms, bool copy,
                            int64_t lateness_ms);
void wend__cli_answers_json(const struct wend_cli_answers *answers,
                            const struct wend_cli_world_options *options, int64_t lateness_ms,
                            struct wend_cli_text *out);

/* The definition file (YAML) that fits the events. `topic` (NULL: none): with where they are in
 * Kafka. */
void wend__cli_write_definitions(const struct wend_cli_world_options *options, bool csv,
                                 const char *topic, const char *brokers, struct wend_cli_text *out);

#endif
