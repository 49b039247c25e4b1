/*
 * infer.h: which field of a sample is the time, which the customer, the event, and so on.
 *
 * By the names that are listed in infer_names.c (and in README.md beside this file), in their
 * order; where no name fits, by what the data say. What is a guess by data is marked as one.
 *
 * Threads: none of its own.
 */
#ifndef WEND_MATCH_INFER_H
#define WEND_MATCH_INFER_H

#include "match/starter_text.h"
#include "model/sample.h"

#include <wend/status.h>

/* A field with more distinct values than this is not listed value by value. */
#define WEND_INFER_FEW_NAMES 40U

enum { WEND_INFER_CUSTOMERS = 4, WEND_INFER_LINES = 7 };

/* Everything is borrowed from the sample; NULL where there is none. */
struct wend_inferred {
    const struct wend_sample *sample;
    const struct wend_sample_field *time;
    const struct wend_sample_field *customer[WEND_INFER_CUSTOMERS]; /* the first present counts */
    uint32_t customer_count;
    const struct wend_sample_field *event;
    const char *path_name; /* the event is the path of `event`, under this name; else NULL */
    const struct wend_sample_field *id;
    const struct wend_sample_field *value;
    const struct wend_sample_field *session; /* the input's own sessions */
    bool time_is_guess;
    bool customer_is_guess;
    bool event_is_guess;
};

/*
 * Of an access log and of a known format only what the starter shows is looked for: their mapping
 * is in the engine. WEND_ERROR_EMPTY without records, time or customer.
 */
WEND_MUST_CHECK enum wend_status wend__infer(const struct wend_sample *sample,
                                             struct wend_inferred *inferred,
                                             struct wend_error *error);

/* One key of the definitions that follow from it. */
struct wend_inferred_line {
    const char *key;
    struct wend_buffer yaml;    /* the value */
    struct wend_buffer subject; /* for people: "field `ts`"; may be empty */
    struct wend_buffer note;    /* for people: "epoch milliseconds"; may be empty */
};

struct wend_inferred_lines {
    struct wend_inferred_line items[WEND_INFER_LINES];
    uint32_t count;
};

/* False without memory; deinit in any case. `lines` starts zeroed. */
bool wend__infer_lines(const struct wend_inferred *inferred, struct wend_inferred_lines *lines);
void wend__infer_lines_deinit(struct wend_inferred_lines *lines);

enum wend_name_list {
    WEND_NAMES_TIME,
    WEND_NAMES_CUSTOMER, /* ids of people and devices */
    WEND_NAMES_PERSON,   /* what also tells customers apart, if need be */
    WEND_NAMES_EVENT,
    WEND_NAMES_URL, /* the event is the path of it */
    WEND_NAMES_ID,
    WEND_NAMES_VALUE,
    WEND_NAMES_SESSION
};

/* Whether a field may be what the list is of. */
typedef bool wend_field_check(const struct wend_sample *sample,
                              const struct wend_sample_field *field);

/*
 * The field whose name stands first in the list, of those that `check` admits; its place in the
 * list goes to `*rank`. Looks behind rank `*rank` only (start with UINT32_MAX). NULL: none.
 */
const struct wend_sample_field *wend__infer_named(const struct wend_sample *sample,
                                                  enum wend_name_list list, wend_field_check *check,
                                                  uint32_t *rank);

/* True for a field that definitions can name: valid UTF-8, not too long, no brace that opens. */
bool wend__infer_is_nameable(const struct wend_sample_field *field);

#endif
