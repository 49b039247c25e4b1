/*
 * check_sample.h: what a trial of definitions found, gathered event by event and then reported.
 *
 * Threads: one at a time.
 */
#ifndef WEND_TOOLS_CHECK_SAMPLE_H
#define WEND_TOOLS_CHECK_SAMPLE_H

#include "terminal.h"

#include "api/cli.h"

#define WEND_CLI_SAMPLE_SHOWN 20U  /* events in the text */
#define WEND_CLI_SAMPLE_KEPT 1000U /* events in the JSON */
#define WEND_CLI_SAMPLE_NAMES                                                                      \
    4096U                         /* distinct unmatched names that are counted, a power of two     \
                                   */
#define WEND_CLI_SAMPLE_REASONS 5 /* the four of rejection, and filtered */

extern const char *const wend__cli_sample_reasons[WEND_CLI_SAMPLE_REASONS];

/* An event that was accepted. */
struct wend_cli_sampled {
    uint64_t number;
    int64_t ts_us;
    struct wend_cli_text customer;
    struct wend_cli_text touchpoint;
    bool matched;
    uint32_t rule;
};

/* A record that stands for others. */
struct wend_cli_example {
    uint64_t number; /* 0: there is none */
    struct wend_cli_text raw;
};

struct wend_cli_name_count {
    struct wend_cli_text name;
    uint64_t count; /* 0: a free place */
};

/* Zero-initialise to start. */
struct wend_cli_sample {
    const char *input;
    size_t kept_max;
    struct wend_cli_sampled *events;
    size_t event_count;
    size_t event_capacity;
    struct wend_cli_example examples[WEND_CLI_SAMPLE_REASONS];
    struct wend_cli_example unmatched;
    struct wend_cli_name_count *names; /* by hash; of unmatched events */
    size_t name_count;
};

/* A `wend_sample_call`; `context` is the sample. */
bool wend__cli_sample_take(void *context, const struct wend_sampled_event *event);
/* The most frequent unmatched names, at most `most`: pointers into the sample. Returns how many. */
size_t wend__cli_sample_top(const struct wend_cli_sample *sample,
                            const struct wend_cli_name_count **top, size_t most);
void wend__cli_sample_deinit(struct wend_cli_sample *sample);

void wend__cli_sample_text(const struct wend_cli_sample *sample,
                           const struct wend_sample_summary *summary,
                           const struct wend_cli_terminal *terminal, struct wend_cli_text *out);
/* The value of a JSON member: an object. */
void wend__cli_sample_json(const struct wend_cli_sample *sample,
                           const struct wend_sample_summary *summary, struct wend_cli_text *out);

#endif
